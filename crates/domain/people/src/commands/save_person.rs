//! Enter a person, or change one.

use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_crypto::IdentityNumber;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result, words};

use super::homes::{dwelling_exists, settle};
use super::{attach_phone, person_for, set_consent, set_label};
use crate::consent;
use crate::entities::{person, residence};
use crate::events::{self, event};
use crate::facts::{self, Fact, How};
use crate::fields::{Faults, optional, required, with_month};
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;
use crate::{Relation, Sex, Vault, merge};

/// Longest name, characters. The longest names on identity cards have under 50.
const NAME: usize = 60;
const NOTE: usize = 1_000;
/// Nobody alive was born earlier.
const OLDEST: i32 = 1890;

/// Where a person lives.
#[derive(Clone, Debug)]
pub struct Home {
    pub dwelling: Uuid,
    pub relation: Relation,
    /// Key of the household in the system the person comes from; people with the same key live together.
    pub household_key: Option<String>,
}

words! {
    /// Nobody lives in two places by a slip of the pen: what it means that somebody lives elsewhere already.
    OtherHome {
        /// The person moved: the other home ends now.
        Moved = "moved",
        /// The person lives here too: the other stays the main home.
        Also = "also",
        /// Not said: refused, so that somebody is asked.
        Ask = "ask",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the words' macro derives no default"
)]
impl Default for OtherHome {
    fn default() -> Self {
        Self::Moved
    }
}

words! {
    /// Whether whoever enters somebody is asked about those who are in the register and may be the same person. Imports find
    /// out who is meant by themselves.
    SamePerson {
        /// Nobody is asked.
        Unasked = "unasked",
        /// Whoever looks alike is named, and nothing is saved.
        Ask = "ask",
        /// Asked and answered: it is somebody else. The same identity number is refused all the same.
        Different = "different",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the words' macro derives no default"
)]
impl Default for SamePerson {
    fn default() -> Self {
        Self::Unasked
    }
}

/// What is known of a person. Empty texts are nothing.
#[derive(Clone, Debug, Default)]
pub struct PersonInput {
    pub name: String,
    pub sex: Option<Sex>,
    /// Where the day is known it decides the year.
    pub birth: Option<Date>,
    pub birth_year: Option<i32>,
    /// Of a year without its day, where it was said; it is kept in the note.
    pub birth_month: Option<i8>,
    /// `zh`, `en` …
    pub language: Option<String>,
    pub note: Option<String>,
    /// Identity number (GB 11643); left as it is when `None` on a change.
    pub identity: Option<String>,
    /// Added to those already known.
    pub phones: Vec<String>,
    /// Put on; those already there stay.
    pub labels: Vec<String>,
    /// Given, of [`crate::consent::ALL`]; those already given stay.
    pub consents: Vec<String>,
    /// `None` leaves the residence as it is.
    pub home: Option<Home>,
    /// What becomes of another home the person has already.
    pub other_home: OtherHome,
    /// Whether somebody in the register may be the same person.
    pub same_person: SamePerson,
    /// How it came to be known.
    pub how: How,
    /// On a change: an empty name and a note of `None` stay as they are (a form does not show what is hidden).
    pub keep_hidden: bool,
}

/// See the module's text. Answers the person's id.
#[derive(Debug)]
pub struct SavePerson {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    /// `None`: a new person.
    pub id: Option<Uuid>,
    /// The version the change was made on; `None` skips the comparison (imports).
    pub version: Option<i32>,
    /// Key in the system the person comes from.
    pub ext_key: Option<String>,
    pub input: PersonInput,
}

impl Command for SavePerson {
    type Output = Uuid;
    const NAME: &'static str = "people.save-person";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let (row, changed) = self.apply(ctx, tx).await?;
        self.note(ctx, tx, row.id, &changed);
        Ok(row.id)
    }
}

impl SavePerson {
    /// A new person, entered by hand.
    #[must_use]
    pub fn new(vault: Arc<Vault>, community: CommunityId, input: PersonInput) -> Self {
        Self {
            vault,
            community,
            id: None,
            version: None,
            ext_key: None,
            input,
        }
    }

    /// Saves the person with numbers and residence; the caller adds what belongs to it and calls [`SavePerson::note`].
    pub(crate) async fn apply(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
    ) -> Result<(person::Model, Vec<&'static str>)> {
        let clean = Clean::read(ctx, &self.vault, &self.input)?;
        let area = self.area()?;
        let row = self.save(ctx, tx, &clean, area).await?;
        let mut changed = vec!["person"];
        let vault = &self.vault;
        for phone in &clean.phones {
            // One that is typed is said now; a list from elsewhere says what is known, in no order.
            let (_, heard) = match clean.phones.len() == 1 && self.ext_key.is_none() {
                true => attach_phone::say(ctx, tx, vault, &row, phone).await?,
                false => attach_phone::attach(ctx, tx, vault, &row, phone).await?,
            };
            if heard {
                changed.push("phone");
            }
        }
        for consent in &self.input.consents {
            let (vault, community) = (&self.vault, self.community);
            set_consent::may_agree(ctx, vault, &row, consent)?;
            if set_consent::set(ctx, tx, vault, community, row.id, consent, true).await? {
                changed.push("consent");
            }
        }
        for label in &clean.labels {
            let how = self.input.how;
            if set_label::set(ctx, tx, &self.vault, &row, label, how, true).await? {
                changed.push("label");
            }
        }
        if let Some(home) = &self.input.home {
            if !dwelling_exists(tx, self.community, home.dwelling).await? {
                return Err(Problem::invalid("dwelling", "unknown-dwelling"));
            }
            // Moving somebody to where one may not write would hide the person from oneself.
            ctx.authorize(&PEOPLE_WRITE, area)?;
            if settle(ctx, tx, &row, home, self.input.other_home).await? {
                changed.push("residence");
            }
        }
        Ok((row, changed))
    }

    /// What is wrong with what was typed, all of it.
    pub(crate) fn mistyped(&self, ctx: &Ctx) -> Result<()> {
        Clean::read(ctx, &self.vault, &self.input).map(|_clean| ())
    }

    /// Everything that can be refused without looking at the database.
    pub(crate) fn check(&self, ctx: &Ctx) -> Result<()> {
        Clean::read(ctx, &self.vault, &self.input)?;
        ctx.authorize(&PEOPLE_WRITE, self.area()?).map(|_scope| ())
    }

    /// The audit entry and the event.
    pub(crate) fn note(&self, ctx: &Ctx, tx: &Tx<'_>, id: Uuid, changed: &[&str]) {
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new("people.save-person", "person", id)
                .detail(json!({ "changed": changed, "new": self.id.is_none() })),
        );
        tx.emit(ctx, event(events::PERSON_SAVED, self.community, id));
    }

    async fn save(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        clean: &Clean,
        area: AreaId,
    ) -> Result<person::Model> {
        let now = ctx.now().0;
        let Some(id) = self.id else {
            if clean.name.is_empty() {
                return Err(Problem::invalid("name", "required"));
            }
            let known = self.community == CommunityId::SYSTEM
                || ctx.areas().community_of(self.community.into()).is_some();
            if !known {
                return Err(Problem::invalid("community", "unknown-area"));
            }
            ctx.authorize(&PEOPLE_WRITE, area)?;
            self.not_twice(ctx, tx, clean).await?;
            let mut row = self.filled(ctx, clean, blank(self.community, ctx.new_id(), now))?;
            facts::say(ctx, &mut row, self.input.how, self.said(clean));
            return tx.insert::<person::Entity>(row).await;
        };
        let old = person_for(ctx, tx, &self.vault, &PEOPLE_WRITE, self.community, id).await?;
        self.not_twice(ctx, tx, clean).await?;
        let old = person::Model {
            version: self.version.unwrap_or(old.version),
            updated_at: now,
            ..old
        };
        let said = self.said_anew(tx, clean, &old).await?;
        let mut row = self.filled(ctx, clean, old)?;
        facts::say(ctx, &mut row, self.input.how, said);
        tx.update::<person::Entity>(row).await
    }

    /// Of a change at the desk only what it changes: a form sends everything that it showed, and nobody said that again.
    async fn said_anew(
        &self,
        tx: &Tx<'_>,
        clean: &Clean,
        old: &person::Model,
    ) -> Result<Vec<Fact>> {
        let mut said = self.said(clean);
        if self.input.how != How::Desk {
            return Ok(said);
        }
        let input = &self.input;
        let day = old.birth_sealed.as_deref().map(|sealed| {
            let at = FieldPlace::new("person", "birth", old.community_id, old.id);
            self.vault.open(at, sealed)
        });
        let day = day.transpose()?;
        let same_day = input.birth.is_none_or(|new| day == Some(new.to_string()));
        let sex = input.sex.map(|sex| sex.as_str());
        let stays = |fact: &Fact| match fact {
            Fact::Birth => same_day && clean.birth_year == old.birth_year,
            Fact::Sex => sex == old.sex.as_deref(),
            Fact::Language => clean.language == old.language,
            _ => false,
        };
        said.retain(|fact| !stays(fact));
        if let Some(home) = &input.home {
            let lives = residence::Entity::find()
                .filter(residence::Column::CommunityId.eq(old.community_id))
                .filter(residence::Column::PersonId.eq(old.id))
                .filter(residence::Column::DwellingId.eq(home.dwelling))
                .filter(residence::Column::Relation.eq(home.relation.as_str()))
                .filter(residence::current());
            if lives.one(tx.conn()).await?.is_some() {
                said.retain(|fact| *fact != Fact::Home);
            }
        }
        Ok(said)
    }

    /// Whoever is in the register already is not entered again unasked.
    async fn not_twice(&self, ctx: &Ctx, tx: &Tx<'_>, clean: &Clean) -> Result<()> {
        let (vault, input) = (&self.vault, &self.input);
        if input.same_person == SamePerson::Unasked {
            return Ok(());
        }
        let mut phones = Vec::with_capacity(clean.phones.len());
        for text in &clean.phones {
            phones.push(vault.phone_index(&vault.phone("phone", text)?));
        }
        let entering = merge::Entering {
            community: self.community,
            id: self.id,
            name: vault.name_index(&clean.name),
            identity: clean
                .identity
                .as_ref()
                .map(|number| vault.identity_index(number)),
            birth: input.birth,
            birth_year: clean.birth_year,
            phones,
            dwelling: input.home.as_ref().map(|home| home.dwelling),
        };
        merge::not_twice(ctx, tx, vault, &entering, input.same_person).await
    }

    /// The area of the home, which must lie in the person's community.
    fn area(&self) -> Result<AreaId> {
        let Some(home) = &self.input.home else {
            return Ok(self.community.into());
        };
        match self.vault.place(home.dwelling) {
            Some(place) if place.community == self.community => Ok(place.area()),
            Some(_elsewhere) => Err(Problem::invalid("dwelling", "unknown-dwelling")),
            // A locator that has not caught up knows less than the register; then the whole community must be allowed.
            None => Ok(self.community.into()),
        }
    }

    fn filled(&self, ctx: &Ctx, clean: &Clean, mut row: person::Model) -> Result<person::Model> {
        let vault = &self.vault;
        let (community, id) = (row.community_id, row.id);
        let at = |column| FieldPlace::new("person", column, community, id);
        if !clean.name.is_empty() {
            row.name_sealed = vault.seal(ctx, at("name"), &clean.name)?;
            row.name_index = vault.name_index(&clean.name);
            row.surname_index = vault.surname_index(&crate::vault::surname(&clean.name));
        }
        if !(self.input.keep_hidden && self.input.note.is_none()) {
            row.note_sealed = clean
                .note
                .as_deref()
                .map(|note| vault.seal(ctx, at("note"), note))
                .transpose()?;
        }
        row.sex = self.input.sex.map(|sex| sex.as_str().to_owned());
        if let Some(day) = self.input.birth {
            row.birth_sealed = Some(vault.seal(ctx, at("birth"), &day.to_string())?);
        } else if self.input.birth_year != row.birth_year {
            // Another year makes the day that was known wrong.
            row.birth_sealed = None;
        }
        row.birth_year = clean.birth_year;
        if let Some(month) = self
            .input
            .birth_month
            .filter(|_| self.input.birth.is_none())
        {
            note_month(ctx, vault, &mut row, month)?;
        }
        row.language.clone_from(&clean.language);
        if self.ext_key.is_some() {
            row.ext_key.clone_from(&self.ext_key);
        }
        if let Some(number) = &clean.identity {
            row.identity_sealed = Some(vault.seal(ctx, at("identity"), number.as_str())?);
            row.identity_index = Some(vault.identity_index(number));
        }
        Ok(row)
    }

    /// What this input says something about.
    fn said(&self, clean: &Clean) -> Vec<Fact> {
        let input = &self.input;
        let all = [
            (Fact::Name, !clean.name.is_empty()),
            (Fact::Phone, !clean.phones.is_empty()),
            (Fact::Birth, clean.birth_year.is_some()),
            (Fact::Sex, input.sex.is_some()),
            (Fact::Identity, clean.identity.is_some()),
            (Fact::Home, input.home.is_some()),
            (Fact::Labels, !clean.labels.is_empty()),
            (Fact::Language, clean.language.is_some()),
            (Fact::Note, clean.note.is_some()),
        ];
        let said = all.into_iter().filter(|(_, said)| *said);
        said.map(|(fact, _)| fact).collect()
    }
}

/// Notes the month of the year of birth, unless the day that is known says it. A day of another month was wrong.
pub(super) fn note_month(
    ctx: &Ctx,
    vault: &Vault,
    row: &mut person::Model,
    month: i8,
) -> Result<()> {
    let Some(year) = row.birth_year else {
        return Ok(());
    };
    let (community, id) = (row.community_id, row.id);
    let at = |column| FieldPlace::new("person", column, community, id);
    let open = |column, sealed: Option<&[u8]>| {
        sealed
            .map(|sealed| vault.open(at(column), sealed))
            .transpose()
    };
    let day = open("birth", row.birth_sealed.as_deref())?;
    let day: Option<Date> = day.and_then(|day| day.parse().ok());
    if day.is_some_and(|day| day.month() == month) {
        return Ok(());
    }
    row.birth_sealed = None;
    let note = open("note", row.note_sealed.as_deref())?;
    let note = with_month(note.as_deref(), (year, month));
    if note.chars().count() > NOTE {
        return Err(Problem::invalid("note", "too-long").field_arg("max", NOTE));
    }
    row.note_sealed = Some(vault.seal(ctx, at("note"), &note)?);
    Ok(())
}

pub(crate) fn blank(community: CommunityId, id: Uuid, now: i64) -> person::Model {
    person::Model {
        community_id: community.0,
        id,
        version: 1,
        ext_key: None,
        name_sealed: Vec::new(),
        name_index: Vec::new(),
        surname_index: Vec::new(),
        sex: None,
        birth_year: None,
        language: None,
        note_sealed: None,
        identity_sealed: None,
        identity_index: None,
        created_at: now,
        updated_at: now,
        birth_sealed: None,
        facts: None,
        seen_at: None,
        merged_into: None,
    }
}

/// The input after validation.
struct Clean {
    name: String,
    language: Option<String>,
    note: Option<String>,
    identity: Option<IdentityNumber>,
    birth_year: Option<i32>,
    phones: Vec<String>,
    labels: Vec<String>,
}

impl Clean {
    fn read(ctx: &Ctx, vault: &Vault, input: &PersonInput) -> Result<Self> {
        let mut faults = Faults::default();
        let name = faults.take(if input.keep_hidden {
            optional("name", Some(&input.name), NAME).map(Option::unwrap_or_default)
        } else {
            required("name", &input.name, NAME)
        });
        let language = faults.take(optional("language", input.language.as_deref(), 10));
        let note = faults.take(optional("note", input.note.as_deref(), NOTE));
        let identity = faults.take(identity(input.identity.as_deref()));
        let today = ctx.now().local().date();
        let birth_year = faults.take(birth_year(input.birth, input.birth_year, today));
        let typed = |texts: &[String]| -> Vec<String> {
            let filled = texts.iter().filter(|text| !text.trim().is_empty());
            filled.cloned().collect()
        };
        for (at, phone) in input.phones.iter().enumerate() {
            if !phone.trim().is_empty() {
                faults.take(vault.phone(&phone_field(at), phone).map(|_phone| ()));
            }
        }
        let labels = typed(&input.labels);
        for label in &labels {
            faults.take(set_label::checked(label).and_then(|typed| {
                let catalogue = vault.labels();
                match catalogue.meant(&typed) {
                    Some(_label) => Ok(()),
                    None => Err(set_label::unknown(ctx, &catalogue, &typed)),
                }
            }));
        }
        if input
            .consents
            .iter()
            .any(|one| !consent::ALL.contains(&one.as_str()))
        {
            faults.take::<()>(Err(Problem::invalid("consents", "unknown-value")));
        }
        faults.done()?;
        Ok(Self {
            name,
            language,
            note,
            identity,
            birth_year,
            phones: typed(&input.phones),
            labels,
        })
    }
}

/// The year of birth; a day or a year nobody alive can have is refused.
pub(super) fn birth_year(day: Option<Date>, year: Option<i32>, today: Date) -> Result<Option<i32>> {
    if day.is_some_and(|day| day > today) {
        return Err(Problem::invalid("birth", "birth-future"));
    }
    let year = day.map(|day| i32::from(day.year())).or(year);
    if year.is_some_and(|year| year > i32::from(today.year())) {
        return Err(Problem::invalid("birth", "birth-future"));
    }
    let known = OLDEST..=i32::from(today.year());
    match year {
        Some(year) if !known.contains(&year) => Err(Problem::invalid("birth", "birth-year")),
        year => Ok(year),
    }
}

/// The field of the n-th number: `phone`, `phone2`, `phone3` …
pub(crate) fn phone_field(at: usize) -> String {
    match at {
        0 => "phone".to_owned(),
        later => format!("phone{}", later + 1),
    }
}

fn identity(text: Option<&str>) -> Result<Option<IdentityNumber>> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => IdentityNumber::parse(text)
            .map(Some)
            .map_err(|_fault| Problem::invalid("identity", "identity-number")),
    }
}
