//! Naming a neighbour, finding out who is meant, asking in person, the answer, and taking it back.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::entities::{talent, talent_named, talent_rule};
use super::{NamingState, Rule, TalentKind, TalentState};
use crate::commands::person_for;
use crate::commands::set_consent;
use crate::fields::{optional, required};
use crate::own::is_child;
use crate::permissions::TALENTS_WRITE;
use crate::vault::FieldPlace;
use crate::{Vault, consent};

/// Namings of one area from outside in a day: enough for a festival, too few for a flood.
const PER_DAY: u64 = 20;

pub(super) fn named_place(column: &'static str, community: i64, id: Uuid) -> FieldPlace {
    FieldPlace::new("talent_named", column, community, id)
}

/// Somebody names a neighbour. Open to everybody; who and why are sealed.
#[derive(Debug)]
pub struct NameNeighbour {
    pub vault: Arc<Vault>,
    pub area: AreaId,
    pub name: String,
    /// Where they live, as far as the neighbour knows.
    pub place: String,
    pub why: String,
}

impl Command for NameNeighbour {
    type Output = Uuid;
    const NAME: &'static str = "people.name-neighbour";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let community = ctx
            .areas()
            .community_of(self.area)
            .ok_or_else(|| Problem::invalid("area", "unknown-area"))?;
        let house = ctx.authorize(&TALENTS_WRITE, self.area).is_ok();
        let name = required("name", &self.name, 60)?;
        let place = optional("place", Some(&self.place), 120)?;
        let why = required("why", &self.why, 500)?;
        if !house {
            let today = talent_named::Entity::find()
                .filter(talent_named::Column::CommunityId.eq(community.0))
                .filter(talent_named::Column::AreaId.eq(self.area.0))
                .filter(talent_named::Column::Source.eq("resident"))
                .filter(talent_named::Column::NamedAt.gt(ctx.now().plus(-Micros::DAY).0))
                .count(tx.conn())
                .await?;
            if today >= PER_DAY {
                return Err(Problem::new(ProblemKind::TooMany, "named-often"));
            }
        }
        let id = ctx.new_id();
        let seal = |column, text: &str| {
            let at = named_place(column, community.0, id);
            self.vault.seal(ctx, at, text)
        };
        let row = talent_named::Model {
            community_id: community.0,
            id,
            version: 1,
            area_id: self.area.0,
            name_sealed: seal("name", &name)?,
            where_sealed: place.map(|place| seal("where", &place)).transpose()?,
            why_sealed: seal("why", &why)?,
            source: if house { "house" } else { "resident" }.to_owned(),
            by_name: if house {
                ctx.actor().name().to_owned()
            } else {
                String::new()
            },
            named_at: ctx.now().0,
            state: NamingState::Open.as_str().to_owned(),
            person_id: None,
            decided_at: None,
            decided_by: None,
        };
        tx.insert::<talent_named::Entity>(row).await?;
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Self::NAME, "talent_named", id).detail(json!({ "area": self.area })),
        );
        tx.emit(ctx, super::saved(community, id));
        Ok(id)
    }
}

/// The desk says who is meant by a naming, or that it leads nowhere.
#[derive(Debug)]
pub struct DecideNaming {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub id: Uuid,
    /// `None`: dropped.
    pub person: Option<Uuid>,
}

impl Command for DecideNaming {
    type Output = ();
    const NAME: &'static str = "people.decide-naming";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = talent_named::Entity::find_by_id((self.community.0, self.id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        ctx.authorize(&TALENTS_WRITE, AreaId(row.area_id))?;
        let state = match self.person {
            Some(person) => {
                let (vault, community) = (&self.vault, self.community);
                person_for(ctx, tx, vault, &TALENTS_WRITE, community, person).await?;
                NamingState::Matched
            }
            None => NamingState::Dropped,
        };
        tx.update::<talent_named::Entity>(talent_named::Model {
            state: state.as_str().to_owned(),
            person_id: self.person,
            decided_at: Some(ctx.now().0),
            decided_by: Some(ctx.actor().name().to_owned()),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "talent_named", self.id)
                .detail(json!({ "person": self.person })),
        );
        tx.emit(ctx, super::saved(self.community, self.id));
        Ok(())
    }
}

/// Notes that somebody was asked in person. Nobody is asked twice for the same while an answer is open or holds, and
/// children are not asked.
#[derive(Debug)]
pub struct AskTalent {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
    pub kind: TalentKind,
    /// What they are good at, or for what they might take the lead.
    pub field: String,
}

impl Command for AskTalent {
    type Output = Uuid;
    const NAME: &'static str = "people.ask-talent";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let (vault, community) = (&self.vault, self.community);
        let person = person_for(ctx, tx, vault, &TALENTS_WRITE, community, self.person).await?;
        if is_child(vault, &person, ctx.now())? {
            return Err(Problem::invalid("person", "talent-child"));
        }
        let field = required("field", &self.field, 80)?;
        let open = talent::Entity::find()
            .filter(talent::Column::CommunityId.eq(community.0))
            .filter(talent::Column::PersonId.eq(self.person))
            .filter(talent::Column::Kind.eq(self.kind.as_str()))
            .filter(
                talent::Column::State
                    .is_in([TalentState::Asked.as_str(), TalentState::Agreed.as_str()]),
            )
            .one(tx.conn())
            .await?;
        if let Some(row) = open {
            return Ok(row.id);
        }
        let row = tx
            .insert::<talent::Entity>(talent::Model {
                community_id: community.0,
                id: ctx.new_id(),
                version: 1,
                person_id: self.person,
                kind: self.kind.as_str().to_owned(),
                field,
                state: TalentState::Asked.as_str().to_owned(),
                asked_at: ctx.now().0,
                asked_by: ctx.actor().name().to_owned(),
                answered_at: None,
                answered_by: None,
            })
            .await?;
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Self::NAME, "person", self.person)
                .detail(json!({ "talent": row.id, "kind": row.kind })),
        );
        tx.emit(ctx, super::saved(community, row.id));
        Ok(row.id)
    }
}

async fn find(tx: &Tx<'_>, community: CommunityId, id: Uuid) -> Result<talent::Model> {
    talent::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
}

/// Notes what they said. A yes is their consent to be listed.
#[derive(Debug)]
pub struct AnswerTalent {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub id: Uuid,
    pub yes: bool,
}

impl Command for AnswerTalent {
    type Output = ();
    const NAME: &'static str = "people.answer-talent";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = find(tx, self.community, self.id).await?;
        if ctx.actor().person() != Some(row.person_id) {
            let (vault, community) = (&self.vault, self.community);
            person_for(ctx, tx, vault, &TALENTS_WRITE, community, row.person_id).await?;
        }
        let state = if self.yes {
            TalentState::Agreed
        } else {
            TalentState::Declined
        };
        if row.state == state.as_str() {
            return Ok(());
        }
        if row.state != TalentState::Asked.as_str() {
            return Err(Problem::new(ProblemKind::Conflict, "talent-answered"));
        }
        let person = row.person_id;
        if self.yes {
            let (vault, community) = (&self.vault, self.community);
            crate::life::must_live(tx.conn(), community, person).await?;
            set_consent::set(ctx, tx, vault, community, person, consent::BE_LISTED, true).await?;
        }
        tx.update::<talent::Entity>(talent::Model {
            state: state.as_str().to_owned(),
            answered_at: Some(ctx.now().0),
            answered_by: Some(ctx.actor().name().to_owned()),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person", person)
                .detail(json!({ "talent": self.id, "yes": self.yes })),
        );
        tx.emit(ctx, super::saved(self.community, self.id));
        Ok(())
    }
}

/// Takes somebody off the list, or the question back. With the last listing the consent ends too.
#[derive(Debug)]
pub struct WithdrawTalent {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub id: Uuid,
}

impl Command for WithdrawTalent {
    type Output = ();
    const NAME: &'static str = "people.withdraw-talent";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = find(tx, self.community, self.id).await?;
        if ctx.actor().person() != Some(row.person_id) {
            let (vault, community) = (&self.vault, self.community);
            person_for(ctx, tx, vault, &TALENTS_WRITE, community, row.person_id).await?;
        }
        if row.state == TalentState::Withdrawn.as_str() {
            return Ok(());
        }
        let person = row.person_id;
        let others = talent::Entity::find()
            .filter(talent::Column::CommunityId.eq(self.community.0))
            .filter(talent::Column::PersonId.eq(person))
            .filter(talent::Column::Id.ne(self.id))
            .filter(talent::Column::State.eq(TalentState::Agreed.as_str()))
            .count(tx.conn())
            .await?;
        if others == 0 && row.state == TalentState::Agreed.as_str() {
            let (vault, community) = (&self.vault, self.community);
            set_consent::set(ctx, tx, vault, community, person, consent::BE_LISTED, false).await?;
        }
        tx.update::<talent::Entity>(talent::Model {
            state: TalentState::Withdrawn.as_str().to_owned(),
            answered_at: Some(ctx.now().0),
            answered_by: Some(ctx.actor().name().to_owned()),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person", person).detail(json!({ "talent": self.id })),
        );
        tx.emit(ctx, super::saved(self.community, self.id));
        Ok(())
    }
}

/// What counts as a reason in a community.
#[derive(Clone, Debug)]
pub struct SetTalentRules {
    pub community: CommunityId,
    pub rules: Vec<Rule>,
}

impl Command for SetTalentRules {
    type Output = ();
    const NAME: &'static str = "people.set-talent-rules";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&TALENTS_WRITE, self.community)?;
        let known = talent_rule::Entity::find()
            .filter(talent_rule::Column::CommunityId.eq(self.community.0))
            .all(tx.conn())
            .await?;
        let mut last = None;
        for rule in &self.rules {
            if !(1..=100).contains(&rule.least) || !(0..=3_650).contains(&rule.within_days) {
                return Err(Problem::invalid("rules", "talent-rule"));
            }
            let row = known.iter().find(|row| row.reason == rule.kind.as_str());
            let wanted = talent_rule::Model {
                community_id: self.community.0,
                id: row.map_or_else(|| ctx.new_id(), |row| row.id),
                version: row.map_or(1, |row| row.version),
                reason: rule.kind.as_str().to_owned(),
                counts: rule.counts,
                least: rule.least,
                within_days: rule.within_days,
                changed_at: ctx.now().0,
            };
            let saved = match row {
                Some(row)
                    if (row.counts, row.least, row.within_days)
                        == (rule.counts, rule.least, rule.within_days) =>
                {
                    continue;
                }
                Some(_) => tx.update::<talent_rule::Entity>(wanted).await?,
                None => tx.insert::<talent_rule::Entity>(wanted).await?,
            };
            last = Some(saved.id);
        }
        let Some(id) = last else {
            return Ok(());
        };
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "talent_rule", id),
        );
        tx.emit(ctx, super::saved(self.community, id));
        Ok(())
    }
}
