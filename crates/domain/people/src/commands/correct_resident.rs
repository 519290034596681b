//! What the register says of a resident is put right at the door: the telephone number, whether they own or rent.
//!
//! Whoever corrects says what they saw before. Somebody else may have corrected the same thing meanwhile; then nothing is
//! changed and both versions are shown. A change of something else (a sighting, a label) is no conflict.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::{attach_phone, main_home, person_for};
use crate::entities::{person, person_phone, residence};
use crate::events::{self, event};
use crate::facts::{self, Fact, Facts, How, Said};
use crate::permissions::PEOPLE_WRITE;
use crate::queries::{masked_phone, open_phone, phones_of};
use crate::{Relation, Vault};

/// What was seen before it was corrected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeenBefore {
    /// Version of the person's entry.
    pub version: i32,
    /// When the number was said last.
    pub phone_at: Option<Micros>,
    /// When the home was said last.
    pub home_at: Option<Micros>,
}

/// See the module's text. Answers the person's id.
#[derive(Debug)]
pub struct CorrectResident {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
    pub seen: SeenBefore,
    /// A number that is right.
    pub phone: Option<String>,
    /// The number that stood first is no longer theirs.
    pub phone_gone: bool,
    /// Owner, tenant …
    pub relation: Option<Relation>,
    pub how: How,
}

impl Command for CorrectResident {
    type Output = Uuid;
    const NAME: &'static str = "people.correct-resident";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let phone = self
            .phone
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty());
        if phone.is_none() && !self.phone_gone && self.relation.is_none() {
            return Err(Problem::invalid("phone", "correct-nothing"));
        }
        let vault = &self.vault;
        let row = person_for(ctx, tx, vault, &PEOPLE_WRITE, self.community, self.person).await?;
        self.no_other_word(ctx, tx, &row).await?;
        let mut learnt = Vec::new();
        if self.phone_gone
            && let Some(gone) = called_by(tx.conn(), &row).await?
        {
            tx.delete::<person_phone::Entity>(&gone).await?;
            learnt.push(Fact::Phone);
        }
        if let Some(phone) = phone {
            attach_phone::say(ctx, tx, vault, &row, phone).await?;
            learnt.push(Fact::Phone);
        }
        if let Some(relation) = self.relation {
            let home = home(tx.conn(), &row).await?;
            let home = home.ok_or_else(|| Problem::invalid("relation", "correct-no-home"))?;
            if home.relation != relation.as_str() {
                let home = residence::Model {
                    relation: relation.as_str().to_owned(),
                    ..home
                };
                tx.update::<residence::Entity>(home).await?;
            }
            learnt.push(Fact::Home);
        }
        let mut row = person::Model {
            updated_at: ctx.now().0,
            ..row
        };
        facts::say(ctx, &mut row, self.how, learnt.iter().copied());
        tx.update::<person::Entity>(row).await?;
        let names: Vec<&str> = learnt.iter().map(|fact| fact.as_str()).collect();
        let entry = AuditEntry::new(Self::NAME, "person", self.person);
        tx.audit(
            ctx,
            self.community,
            entry.detail(json!({ "facts": names, "how": self.how })),
        );
        tx.emit(
            ctx,
            event(events::PERSON_SAVED, self.community, self.person),
        );
        Ok(self.person)
    }
}

impl CorrectResident {
    /// Refuses when somebody else said the same thing since.
    async fn no_other_word(&self, ctx: &Ctx, tx: &Tx<'_>, row: &person::Model) -> Result<()> {
        if row.version == self.seen.version {
            return Ok(());
        }
        let facts = Facts::read(row.facts.as_deref());
        let other = |fact: Fact, seen: Option<Micros>| {
            let said = facts.get(fact)?;
            let own = said.by == ctx.actor().name();
            (Some(said.at) != seen && !own).then(|| said.clone())
        };
        let wants_phone = self.phone.is_some() || self.phone_gone;
        let found = wants_phone
            .then(|| other(Fact::Phone, self.seen.phone_at))
            .flatten()
            .or_else(|| {
                self.relation
                    .and_then(|_| other(Fact::Home, self.seen.home_at))
            });
        let Some(said) = found else {
            return Ok(());
        };
        let held = self.held(tx.conn(), row, &facts, &said).await?;
        Err(Problem::new(ProblemKind::Conflict, "correct-meanwhile").with_data(held))
    }

    /// How it stands now, for whoever comes second. The number is masked, as everywhere.
    async fn held(
        &self,
        db: &impl ConnectionTrait,
        row: &person::Model,
        facts: &Facts,
        said: &Said,
    ) -> Result<Value> {
        let phone = match called_by(db, row).await? {
            Some(last) => Some(masked_phone(&self.vault, &open_phone(&self.vault, &last)?)),
            None => None,
        };
        let at = |fact| facts.get(fact).map(|said| said.at);
        Ok(json!({
            "version": row.version,
            "phone_at": at(Fact::Phone),
            "home_at": at(Fact::Home),
            "phone_masked": phone,
            "relation": home(db, row).await?.map(|home| home.relation),
            "by": said.by,
            "at": said.at,
        }))
    }
}

/// The number the person is called by.
async fn called_by(
    db: &impl ConnectionTrait,
    row: &person::Model,
) -> Result<Option<person_phone::Model>> {
    let own = phones_of(db, CommunityId(row.community_id), row.id).await?;
    Ok(own.into_iter().next())
}

async fn home(db: &impl ConnectionTrait, row: &person::Model) -> Result<Option<residence::Model>> {
    Ok(residence::present(row.community_id, row.id)
        .filter(main_home())
        .one(db)
        .await?)
}
