//! Enter a person, or change one.

use std::sync::Arc;

use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_crypto::IdentityNumber;
use youlin_database::sql::{col, name};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, ProblemKind, Result};

use super::attach_phone;
use super::person_for;
use crate::entities::{household, person, residence};
use crate::events::{self, event};
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

/// What is known of a person. Empty texts are nothing.
#[derive(Clone, Debug, Default)]
pub struct PersonInput {
    pub name: String,
    pub sex: Option<Sex>,
    pub birth_year: Option<i32>,
    /// `zh`, `en` …
    pub language: Option<String>,
    pub note: Option<String>,
    /// Identity number (GB 11643); left as it is when `None` on a change.
    pub identity: Option<String>,
    /// Added to those already known.
    pub phones: Vec<String>,
    /// `None` leaves the residence as it is.
    pub home: Option<Home>,
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
        let clean = Clean::read(ctx, &self.input)?;
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
        if let Some(home) = &self.input.home {
            if !dwelling_exists(tx, self.community, home.dwelling).await? {
                return Err(Problem::invalid("dwelling", "unknown-dwelling"));
            }
            // Moving somebody to where one may not write would hide the person from oneself.
            ctx.authorize(&PEOPLE_WRITE, area)?;
            if settle(ctx, tx, &row, home).await? {
                changed.push("residence");
            }
        }
        Ok((row, changed))
    }

    /// Everything that can be refused without looking at the database.
    pub(crate) fn check(&self, ctx: &Ctx) -> Result<()> {
        Clean::read(ctx, &self.input)?;
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

    fn filled(&self, ctx: &Ctx, clean: &Clean, row: person::Model) -> Result<person::Model> {
        let vault = &self.vault;
        let at = |column| FieldPlace::new("person", column, row.community_id, row.id);
        let mut row = person::Model {
            name_sealed: vault.seal(ctx, at("name"), &clean.name)?,
            name_index: vault.name_index(&clean.name),
            surname_index: vault.surname_index(&crate::vault::surname(&clean.name)),
            sex: self.input.sex.map(|sex| sex.as_str().to_owned()),
            birth_year: self.input.birth_year,
            language: clean.language.clone(),
            note_sealed: clean
                .note
                .as_deref()
                .map(|note| vault.seal(ctx, at("note"), note))
                .transpose()?,
            ext_key: self.ext_key.clone().or(row.ext_key.clone()),
            ..row
        };
        if let Some(number) = &clean.identity {
            let at = FieldPlace::new("person", "identity", row.community_id, row.id);
            row.identity_sealed = Some(vault.seal(ctx, at, number.as_str())?);
            row.identity_index = Some(vault.identity_index(number));
        }
        Ok(row)
    }
}

fn blank(community: CommunityId, id: Uuid, now: i64) -> person::Model {
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
    }
}

/// The input after validation.
struct Clean {
    name: String,
    language: Option<String>,
    note: Option<String>,
    identity: Option<IdentityNumber>,
    phones: Vec<String>,
}

impl Clean {
    fn read(ctx: &Ctx, input: &PersonInput) -> Result<Self> {
        let mut faults = Faults::default();
        let name = faults.take(required("name", &input.name, NAME));
        let language = faults.take(optional("language", input.language.as_deref(), 10));
        let note = faults.take(optional("note", input.note.as_deref(), NOTE));
        let identity = faults.take(identity(input.identity.as_deref()));
        let this_year = i32::from(ctx.now().local().year());
        if input
            .birth_year
            .is_some_and(|year| !(OLDEST..=this_year).contains(&year))
        {
            faults.take::<()>(Err(Problem::invalid("birth_year", "birth-year")));
        }
        faults.done()?;
        Ok(Self {
            name,
            language,
            note,
            identity,
            phones: input
                .phones
                .iter()
                .filter(|phone| !phone.trim().is_empty())
                .cloned()
                .collect(),
        })
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
async fn settle(ctx: &Ctx, tx: &Tx<'_>, row: &person::Model, home: &Home) -> Result<bool> {
    let household_id = match &home.household_key {
        Some(key) => Some(household(ctx, tx, row.community_id, key).await?),
        None => None,
    };
    let present = residence::Entity::find()
        .filter(residence::Column::CommunityId.eq(row.community_id))
        .filter(residence::Column::PersonId.eq(row.id))
        .filter(residence::Column::ValidTo.is_null())
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
    let household_id = household_id.or_else(|| {
        present
            .iter()
            .find(|one| one.dwelling_id == home.dwelling)
            .and_then(|one| one.household_id)
    });
    for old in present {
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
