//! Enter a person, or change one.

use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_crypto::IdentityNumber;
use youlin_database::sql::{col, name};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, ProblemKind, Result, words};

use super::{attach_phone, person_for, set_consent, set_label};
use crate::consent;
use crate::entities::{household, person, residence};
use crate::events::{self, event};
use crate::facts::{self, Fact, How};
use crate::fields::{Faults, optional, required};
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;
use crate::{Relation, Sex, Vault};

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

/// What is known of a person. Empty texts are nothing.
#[derive(Clone, Debug, Default)]
pub struct PersonInput {
    pub name: String,
    pub sex: Option<Sex>,
    /// Where the day is known it decides the year.
    pub birth: Option<Date>,
    pub birth_year: Option<i32>,
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
        for phone in &clean.phones {
            if attach_phone::attach(ctx, tx, &self.vault, &row, phone)
                .await?
                .1
            {
                changed.push("phone");
            }
        }
        for consent in &self.input.consents {
            let (vault, community) = (&self.vault, self.community);
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
            let row = self.filled(ctx, clean, blank(self.community, ctx.new_id(), now))?;
            return tx.insert::<person::Entity>(row).await;
        };
        let old = person_for(ctx, tx, &self.vault, &PEOPLE_WRITE, self.community, id).await?;
        let old = person::Model {
            version: self.version.unwrap_or(old.version),
            updated_at: now,
            ..old
        };
        let row = self.filled(ctx, clean, old)?;
        tx.update::<person::Entity>(row).await
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
        row.language.clone_from(&clean.language);
        if self.ext_key.is_some() {
            row.ext_key.clone_from(&self.ext_key);
        }
        if let Some(number) = &clean.identity {
            row.identity_sealed = Some(vault.seal(ctx, at("identity"), number.as_str())?);
            row.identity_index = Some(vault.identity_index(number));
        }
        facts::say(ctx, &mut row, self.input.how, self.said(clean));
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
            faults.take(set_label::checked(label).map(|_label| ()));
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

/// Ends the present residence when it differs and begins the new one; says whether anything changed.
async fn settle(
    ctx: &Ctx,
    tx: &Tx<'_>,
    row: &person::Model,
    home: &Home,
    other: OtherHome,
) -> Result<bool> {
    crate::life::must_live(tx.conn(), CommunityId(row.community_id), row.id).await?;
    let household_id = match &home.household_key {
        Some(key) => Some(household(ctx, tx, row.community_id, key).await?),
        None => None,
    };
    let present = residence::Entity::find()
        .filter(residence::Column::CommunityId.eq(row.community_id))
        .filter(residence::Column::PersonId.eq(row.id))
        .filter(residence::current())
        .all(tx.conn())
        .await?;
    let same = |one: &residence::Model| {
        one.dwelling_id == home.dwelling
            && one.relation == home.relation.as_str()
            && (household_id.is_none() || one.household_id == household_id)
    };
    if present.iter().any(same) {
        return Ok(false);
    }
    let elsewhere = present.iter().any(|one| one.dwelling_id != home.dwelling);
    if elsewhere && other == OtherHome::Ask {
        return Err(Problem::invalid("other_home", "lives-elsewhere"));
    }
    let also = elsewhere && other == OtherHome::Also;
    let household_id = household_id.or_else(|| {
        present
            .iter()
            .find(|one| one.dwelling_id == home.dwelling)
            .and_then(|one| one.household_id)
    });
    // A second home leaves the first as it is; what was said of the same dwelling before is said anew.
    for old in present {
        if also && old.dwelling_id != home.dwelling {
            continue;
        }
        let ended = residence::Model {
            valid_to: Some(ctx.now().0),
            ..old
        };
        tx.update::<residence::Entity>(ended).await?;
    }
    tx.insert::<residence::Entity>(residence::Model {
        community_id: row.community_id,
        id: ctx.new_id(),
        version: 1,
        person_id: row.id,
        dwelling_id: home.dwelling,
        household_id,
        relation: home.relation.as_str().to_owned(),
        valid_from: ctx.now().0,
        valid_to: None,
        also: also.then_some(true),
    })
    .await?;
    Ok(true)
}

async fn household(ctx: &Ctx, tx: &Tx<'_>, community: i64, key: &str) -> Result<Uuid> {
    if key.chars().count() > 100 {
        return Err(Problem::new(ProblemKind::Invalid, "invalid")
            .and_field("household_key", "too-long")
            .field_arg("max", 100));
    }
    let known = household::Entity::find()
        .filter(household::Column::CommunityId.eq(community))
        .filter(household::Column::ExtKey.eq(key))
        .one(tx.conn())
        .await?;
    if let Some(known) = known {
        return Ok(known.id);
    }
    let made = tx
        .insert::<household::Entity>(household::Model {
            community_id: community,
            id: ctx.new_id(),
            version: 1,
            ext_key: Some(key.to_owned()),
            created_at: ctx.now().0,
        })
        .await?;
    Ok(made.id)
}

async fn dwelling_exists(tx: &Tx<'_>, community: CommunityId, id: Uuid) -> Result<bool> {
    let mut find = Query::select();
    find.column(name("id"))
        .from(name("dwelling"))
        .and_where(col("community_id").eq(community.0))
        .and_where(col("id").eq(id));
    Ok(tx.conn().query_one(&find).await?.is_some())
}
