//! Absences, and the substitute who agreed to stand in. From then on what is addressed to the role reaches the
//! substitute, and so do the shifts of these days where the substitute is free.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::{check_free, keeper_or_self, person_there};
use crate::rosters::entities::{absence, duty_shift};
use crate::rosters::planner::Span;
use crate::rosters::{Consent, ShiftOrigin};

/// The longest absence noted at once.
const LONGEST: i64 = 366 * Micros::DAY;

/// Notes that somebody is away. With a substitute, who is asked.
#[derive(Clone, Debug)]
pub struct NoteAbsence {
    pub community: CommunityId,
    pub person: (CommunityId, Uuid),
    pub from: Micros,
    /// Not in it.
    pub to: Micros,
    pub substitute: Option<(CommunityId, Uuid)>,
}

impl Command for NoteAbsence {
    type Output = Uuid;
    const NAME: &'static str = "people.note-absence";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let (home, person) = self.person;
        keeper_or_self(ctx, self.community, person)?;
        person_there(tx, "person", home, person).await?;
        if self.to <= self.from || self.to <= ctx.now() {
            return Err(Problem::invalid("to", "absence-span"));
        }
        if self.to.0 - self.from.0 > LONGEST {
            return Err(Problem::invalid("to", "absence-long"));
        }
        let span = Span {
            from: self.from,
            to: self.to,
        };
        if let Some((home, other)) = self.substitute {
            if other == person {
                return Err(Problem::invalid("substitute", "duty-same"));
            }
            person_there(tx, "substitute", home, other).await?;
            if is_away(tx, self.community, other, span).await? {
                return Err(Problem::invalid("substitute", "substitute-away"));
            }
        }
        if is_away(tx, self.community, person, span).await? {
            return Err(Problem::invalid("from", "absence-twice"));
        }
        let state = match self.substitute {
            Some(_) => Consent::Asked,
            None => Consent::None,
        };
        let row = tx
            .insert::<absence::Entity>(absence::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                person_community: home.0,
                person_id: person,
                starts_at: self.from.0,
                ends_at: self.to.0,
                substitute_community: self.substitute.map(|(home, _)| home.0),
                substitute_id: self.substitute.map(|(_, id)| id),
                state: state.as_str().to_owned(),
                noted_at: ctx.now().0,
                noted_by: ctx.actor().name().to_owned(),
                answered_at: None,
                answered_by: None,
                withdrawn_at: None,
            })
            .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "absence", row.id)
                .detail(json!({ "person": person, "substitute": row.substitute_id })),
        );
        let event = match row.substitute_id {
            Some(other) => crate::rosters::told(self.community, row.id, "substitute-asked", other),
            None => crate::rosters::saved(self.community, row.id),
        };
        tx.emit(ctx, event);
        Ok(row.id)
    }
}

async fn is_away(tx: &Tx<'_>, community: CommunityId, person: Uuid, span: Span) -> Result<bool> {
    let there = absence::Entity::find()
        .filter(absence::Column::CommunityId.eq(community.0))
        .filter(absence::Column::PersonId.eq(person))
        .filter(absence::Column::EndsAt.gt(span.from.0))
        .filter(absence::Column::StartsAt.lt(span.to.0))
        .filter(absence::Column::WithdrawnAt.is_null())
        .one(tx.conn())
        .await?;
    Ok(there.is_some())
}

async fn find(tx: &Tx<'_>, community: CommunityId, id: Uuid) -> Result<absence::Model> {
    absence::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .filter(|row| row.withdrawn_at.is_none())
        .ok_or_else(Problem::not_found)
}

/// The substitute answers, or the desk notes what they said.
#[derive(Clone, Debug)]
pub struct AnswerAbsence {
    pub community: CommunityId,
    pub id: Uuid,
    pub yes: bool,
}

impl AnswerAbsence {
    /// The shifts of these days go to the substitute, where free.
    async fn hand_over(&self, ctx: &Ctx, tx: &Tx<'_>, row: &absence::Model) -> Result<usize> {
        let (Some(home), Some(other)) = (row.substitute_community, row.substitute_id) else {
            return Ok(0);
        };
        let shifts = duty_shift::Entity::find()
            .filter(duty_shift::Column::CommunityId.eq(self.community.0))
            .filter(duty_shift::Column::PersonId.eq(row.person_id))
            .filter(duty_shift::Column::EndsAt.gt(row.starts_at.max(ctx.now().0)))
            .filter(duty_shift::Column::StartsAt.lt(row.ends_at))
            .all(tx.conn())
            .await?;
        let mut handed = 0;
        for shift in shifts {
            let span = Span {
                from: Micros(shift.starts_at),
                to: Micros(shift.ends_at),
            };
            let free = check_free(tx, "substitute", self.community, other, span).await;
            match free {
                Ok(()) => {}
                Err(problem) if problem.kind() == ProblemKind::Invalid => continue,
                Err(problem) => return Err(problem),
            }
            tx.update::<duty_shift::Entity>(duty_shift::Model {
                person_community: Some(home),
                person_id: Some(other),
                origin: ShiftOrigin::Substitute.as_str().to_owned(),
                ..shift
            })
            .await?;
            handed += 1;
        }
        Ok(handed)
    }
}

impl Command for AnswerAbsence {
    type Output = ();
    const NAME: &'static str = "people.answer-absence";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = find(tx, self.community, self.id).await?;
        let other = row.substitute_id.ok_or_else(Problem::not_found)?;
        keeper_or_self(ctx, self.community, other)?;
        let state = if self.yes {
            Consent::Accepted
        } else {
            Consent::Declined
        };
        if row.state == state.as_str() {
            return Ok(());
        }
        if row.state != Consent::Asked.as_str() || row.ends_at <= ctx.now().0 {
            return Err(Problem::new(ProblemKind::Conflict, "absence-answered"));
        }
        let handed = if self.yes {
            let span = Span {
                from: Micros(row.starts_at.max(ctx.now().0)),
                to: Micros(row.ends_at),
            };
            if is_away(tx, self.community, other, span).await? {
                return Err(Problem::invalid("substitute", "substitute-away"));
            }
            self.hand_over(ctx, tx, &row).await?
        } else {
            0
        };
        let away = row.person_id;
        tx.update::<absence::Entity>(absence::Model {
            state: state.as_str().to_owned(),
            answered_at: Some(ctx.now().0),
            answered_by: Some(ctx.actor().name().to_owned()),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "absence", self.id)
                .detail(json!({ "yes": self.yes, "shifts": handed })),
        );
        let event = crate::rosters::told(self.community, self.id, "answered", away);
        tx.emit(ctx, event);
        Ok(())
    }
}

/// Somebody is back, or stays after all. Shifts already taken over stay with whoever took them.
#[derive(Clone, Debug)]
pub struct WithdrawAbsence {
    pub community: CommunityId,
    pub id: Uuid,
}

impl Command for WithdrawAbsence {
    type Output = ();
    const NAME: &'static str = "people.withdraw-absence";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = find(tx, self.community, self.id).await?;
        keeper_or_self(ctx, self.community, row.person_id)?;
        tx.update::<absence::Entity>(absence::Model {
            withdrawn_at: Some(ctx.now().0),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "absence", self.id),
        );
        tx.emit(ctx, crate::rosters::saved(self.community, self.id));
        Ok(())
    }
}
