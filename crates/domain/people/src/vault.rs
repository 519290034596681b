//! The one place where personal fields are sealed and opened, and where their blind indexes are made.

use std::sync::{Arc, RwLock};

use uuid::Uuid;
use youlin_crypto::{
    Aad, BlindIndex, CryptoError, IdentityNumber, Keyring, Phone, PhoneFault, PhoneRegion, mask,
    normalise_phone, sealing_key,
};
use youlin_database::sealed::{Resealer, SealedAt};
use youlin_kernel::{CommunityId, Ctx, Problem, Result, Scope};
use youlin_places::{Locator, Place};

use crate::labels::LabelCatalogue;

/// Keys and blind index of an installation, with the locator that turns a dwelling into an address. Put into the
/// application at start as `Arc<Vault>`.
pub struct Vault {
    keyring: RwLock<Arc<Keyring>>,
    refill: Option<Refill>,
    index: BlindIndex,
    area_code: Option<String>,
    locator: Option<Arc<Locator>>,
    labels: RwLock<Arc<LabelCatalogue>>,
}

/// Reads the key file again; `None` when there is none that belongs here.
type Refill = Box<dyn Fn() -> Option<Keyring> + Send + Sync>;

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

/// The place of a sealed field: a ciphertext moved elsewhere does not open there.
#[derive(Clone, Copy, Debug)]
pub struct FieldPlace {
    pub table: &'static str,
    pub column: &'static str,
    pub community: CommunityId,
    pub row: Uuid,
}

impl FieldPlace {
    #[must_use]
    pub fn new(table: &'static str, column: &'static str, community: i64, row: Uuid) -> Self {
        Self {
            table,
            column,
            community: CommunityId(community),
            row,
        }
    }

    fn aad(&self) -> Aad<'_> {
        Aad {
            table: self.table,
            column: self.column,
            community_id: self.community.0,
            row: self.row,
        }
    }
}

impl Vault {
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self {
            index: keyring.blind_index(),
            keyring: RwLock::new(Arc::new(keyring)),
            refill: None,
            area_code: None,
            locator: None,
            labels: RwLock::default(),
        }
    }

    /// Telephone area code (`0513`) of landline numbers written without one.
    #[must_use]
    pub fn with_area_code(mut self, code: impl Into<String>) -> Self {
        self.area_code = Some(code.into());
        self
    }

    /// Lets the vault find a key that came into the key file after the start: another process may seal with it already.
    #[must_use]
    pub fn with_refill(
        mut self,
        refill: impl Fn() -> Option<Keyring> + Send + Sync + 'static,
    ) -> Self {
        self.refill = Some(Box::new(refill));
        self
    }

    /// Looks into the key file again. The root stays the same, so blind indexes and links do.
    pub fn look_again(&self) {
        let Some(ring) = self.refill.as_ref().and_then(|refill| refill()) else {
            return;
        };
        if ring.active() != self.keyring().active()
            || ring.ids().count() != self.keyring().ids().count()
        {
            tracing::info!(active = %ring.active(), "the key file was read again");
        }
        match self.keyring.write() {
            Ok(mut keyring) => *keyring = Arc::new(ring),
            Err(poisoned) => *poisoned.into_inner() = Arc::new(ring),
        }
    }

    /// Lets cards carry the place a person lives at; without it they carry none.
    #[must_use]
    pub fn with_places(mut self, locator: Arc<Locator>) -> Self {
        self.locator = Some(locator);
        self
    }

    /// The catalogue of labels as it was last read; what needs it exactly reads it again ([`LabelCatalogue::load`]).
    #[must_use]
    pub fn labels(&self) -> Arc<LabelCatalogue> {
        match self.labels.read() {
            Ok(labels) => Arc::clone(&labels),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    pub(crate) fn learn_labels(&self, labels: Arc<LabelCatalogue>) {
        match self.labels.write() {
            Ok(mut known) => *known = labels,
            Err(poisoned) => *poisoned.into_inner() = labels,
        }
    }

    /// The keys at hand.
    #[must_use]
    pub fn keyring(&self) -> Arc<Keyring> {
        match self.keyring.read() {
            Ok(keyring) => Arc::clone(&keyring),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    #[must_use]
    pub fn index(&self) -> &BlindIndex {
        &self.index
    }

    /// The place of a dwelling, when the locator knows it.
    #[must_use]
    pub fn place(&self, dwelling: Uuid) -> Option<Place> {
        self.locator.as_ref()?.dwelling(dwelling)
    }

    /// The time by the locator's clock; `None` where there is no locator.
    pub(crate) fn now(&self) -> Option<youlin_kernel::Micros> {
        Some(self.locator.as_ref()?.now())
    }

    /// The place of a building, when the locator knows it.
    #[must_use]
    pub fn building(&self, building: Uuid) -> Option<Place> {
        self.locator.as_ref()?.building(building)
    }

    /// Dwellings of the scope in one community, without asking the database.
    pub(crate) fn dwellings_of(&self, scope: &Scope, community: CommunityId) -> Vec<Place> {
        let mut found = Vec::new();
        if let Some(locator) = &self.locator {
            locator.each_dwelling(scope, |place| {
                if place.community == community {
                    found.push(place);
                }
            });
        }
        found
    }

    /// Dwellings of the scope that a text certainly enough means, at most so many; none for texts that name an estate
    /// or a building only.
    pub(crate) fn dwellings_at(&self, text: &str, scope: &Scope, limit: usize) -> Vec<(i64, Uuid)> {
        let Some(locator) = &self.locator else {
            return Vec::new();
        };
        locator
            .candidates(text, Some(scope), limit)
            .into_iter()
            .filter_map(|candidate| {
                let place = candidate.place;
                Some((place.community.0, place.dwelling?))
            })
            .collect()
    }

    /// Buildings of the scope that a text certainly enough means without naming a dwelling, at most so many.
    pub(crate) fn buildings_at(&self, text: &str, scope: &Scope, limit: usize) -> Vec<Place> {
        let Some(locator) = &self.locator else {
            return Vec::new();
        };
        let found = locator.candidates(text, Some(scope), limit);
        let whole = |place: &Place| place.dwelling.is_none() && place.building.is_some();
        found
            .into_iter()
            .filter(|one| one.score >= youlin_places::SURE)
            .map(|one| one.place)
            .filter(whole)
            .collect()
    }

    /// Seals a field of one row.
    ///
    /// # Errors
    /// 500 when the random source gives nothing.
    pub fn seal(&self, ctx: &Ctx, at: FieldPlace, text: &str) -> Result<Vec<u8>> {
        self.keyring()
            .seal(&at.aad(), text.as_bytes(), &|bytes| ctx.random(bytes))
            .map_err(Problem::internal)
    }

    /// Seals what is no text.
    ///
    /// # Errors
    /// 500 when the random source gives nothing.
    pub fn seal_bytes(&self, ctx: &Ctx, at: FieldPlace, bytes: &[u8]) -> Result<Vec<u8>> {
        self.keyring()
            .seal(&at.aad(), bytes, &|bytes| ctx.random(bytes))
            .map_err(Problem::internal)
    }

    /// Opens what is no text.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_bytes(&self, at: FieldPlace, sealed: &[u8]) -> Result<Vec<u8>> {
        let mut opened = self.keyring().open(&at.aad(), sealed);
        if matches!(opened, Err(CryptoError::UnknownKey(_))) && self.refill.is_some() {
            self.look_again();
            opened = self.keyring().open(&at.aad(), sealed);
        }
        opened.map(|bytes| bytes.to_vec()).map_err(|error| {
            Problem::internal(format!("{}.{} of {}: {error}", at.table, at.column, at.row))
        })
    }

    /// Opens a field of one row.
    ///
    /// # Errors
    /// 500 when the key is missing or the bytes were changed; the log names the place, never the content.
    pub fn open(&self, at: FieldPlace, sealed: &[u8]) -> Result<String> {
        let mut opened = self.keyring().open_string(&at.aad(), sealed);
        if matches!(opened, Err(CryptoError::UnknownKey(_))) && self.refill.is_some() {
            self.look_again();
            opened = self.keyring().open_string(&at.aad(), sealed);
        }
        opened.map(|text| text.to_string()).map_err(|error| {
            Problem::internal(format!(
                "{}.{} of {}/{}: {error}",
                at.table, at.column, at.community, at.row
            ))
        })
    }

    /// Reads a telephone number of any usual shape.
    ///
    /// # Errors
    /// 422 naming `field`.
    pub fn phone(&self, field: &str, text: &str) -> Result<Phone> {
        let region = self
            .area_code
            .as_deref()
            .map_or_else(PhoneRegion::china, PhoneRegion::city);
        normalise_phone(text, &region).map_err(|fault| {
            Problem::invalid(
                field,
                match fault {
                    PhoneFault::Empty => "required",
                    PhoneFault::Letters => "phone-letters",
                    PhoneFault::TooShort => "phone-too-short",
                    PhoneFault::TooLong => "phone-too-long",
                    PhoneFault::Unknown => "phone-unknown",
                },
            )
        })
    }

    pub(crate) fn phone_index(&self, phone: &Phone) -> Vec<u8> {
        self.index.phone(phone).to_vec()
    }

    pub(crate) fn name_index(&self, name: &str) -> Vec<u8> {
        self.index.name(name).to_vec()
    }

    /// Index of the family name, so that 「周」 finds every 周.
    pub(crate) fn surname_index(&self, name: &str) -> Vec<u8> {
        self.index
            .blind("surname", &surname(name).to_lowercase())
            .to_vec()
    }

    /// A term of the text index: 48 bits of a keyed hash, enough to tell names apart and too few to say one.
    pub(crate) fn find_term(&self, piece: &str) -> String {
        use std::fmt::Write as _;
        let hash = self.index.blind("find", piece);
        hash[..6].iter().fold(String::new(), |mut text, byte| {
            let _infallible = write!(text, "{byte:02x}");
            text
        })
    }

    pub(crate) fn label_index(&self, label: &str) -> Vec<u8> {
        self.index.blind("label", label).to_vec()
    }

    pub(crate) fn identity_index(&self, number: &IdentityNumber) -> Vec<u8> {
        self.index.identity(number).to_vec()
    }
}

impl Resealer for Vault {
    fn reseal(&self, ctx: &Ctx, at: SealedAt, sealed: &[u8]) -> Result<Option<Vec<u8>>> {
        let place = FieldPlace::new(at.table, at.column, at.community.0, at.row);
        self.keyring()
            .rewrap(&place.aad(), sealed, &|bytes| ctx.random(bytes))
            .map_err(|error| {
                Problem::internal(format!(
                    "{}.{} of {}/{}: {error}",
                    at.table, at.column, at.community, at.row
                ))
            })
    }

    fn active(&self) -> u16 {
        self.keyring().active().0
    }

    fn key_of(&self, sealed: &[u8]) -> Option<u16> {
        sealing_key(sealed).map(|key| key.0)
    }
}

/// The part of a name that its mask leaves: the family name, or the first word of a name in Latin letters.
pub(crate) fn surname(name: &str) -> String {
    let name = name.trim();
    if name.chars().any(|c| c.is_ascii_alphabetic()) {
        return name
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned();
    }
    let masked = mask::name(name);
    let kept = masked.chars().take_while(|c| *c != '*').count();
    name.chars().take(kept.max(1)).collect()
}
