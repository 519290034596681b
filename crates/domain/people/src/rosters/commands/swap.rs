//! Somebody asks somebody else to take a shift; it is theirs once they agree.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::{check_free, keeper_or_self, person_there};
use crate::rosters::entities::{duty_shift, duty_swap};
use crate::rosters::planner::Span;
use crate::rosters::{Consent, ShiftOrigin};

async fn coming_shift(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    id: Uuid,
) -> Result<duty_shift::Model> {
    let row = duty_shift::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)?;
    if row.ends_at <= ctx.now().0 {
        return Err(Problem::new(ProblemKind::Conflict, "duty-shift-over"));
    }
    Ok(row)
}

fn span_of(row: &duty_shift::Model) -> Span {
    Span {
        from: Micros(row.starts_at),
        to: Micros(row.ends_at),
    }
}

/// Asks somebody to take a shift. The person on duty asks, or whoever keeps the rosters.
#[derive(Clone, Debug)]
pub struct AskSwap {
    pub community: CommunityId,
    pub shift: Uuid,
    pub to: (CommunityId, Uuid),
}

impl Command for AskSwap {
    type Output = Uuid;
    const NAME: &'static str = "people.ask-swap";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let shift = coming_shift(ctx, tx, self.community, self.shift).await?;
        let holder = shift.person_id.unwrap_or_default();
        keeper_or_self(ctx, AreaId(shift.area_id), holder)?;
        let (home, person) = self.to;
        if person == holder {
            return Err(Problem::invalid("person", "duty-same"));
        }
        person_there(tx, "person", home, person).await?;
        check_free(tx, "person", self.community, person, span_of(&shift)).await?;
        let open = duty_swap::Entity::find()
            .filter(duty_swap::Column::CommunityId.eq(self.community.0))
            .filter(duty_swap::Column::ShiftId.eq(self.shift))
            .filter(duty_swap::Column::State.eq(Consent::Asked.as_str()))
            .all(tx.conn())
            .await?;
        if let Some(row) = open.iter().find(|row| row.to_person == person) {
            return Ok(row.id);
        }
        let row = tx
            .insert::<duty_swap::Entity>(duty_swap::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                shift_id: self.shift,
                from_person: holder,
                to_community: home.0,
                to_person: person,
                state: Consent::Asked.as_str().to_owned(),
                asked_at: ctx.now().0,
                asked_by: ctx.actor().name().to_owned(),
                answered_at: None,
                answered_by: None,
            })
            .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "duty_shift", self.shift)
                .detail(json!({ "swap": row.id, "to": person })),
        );
        let event = crate::rosters::told(self.community, self.shift, "swap-asked", person);
        tx.emit(ctx, event);
        Ok(row.id)
    }
}

/// Whoever was asked answers, or the desk notes what they said. The first yes takes the shift.
#[derive(Clone, Debug)]
pub struct AnswerSwap {
    pub community: CommunityId,
    pub id: Uuid,
    pub yes: bool,
}

impl Command for AnswerSwap {
    type Output = ();
    const NAME: &'static str = "people.answer-swap";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let swap = duty_swap::Entity::find_by_id((self.community.0, self.id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let shift = coming_shift(ctx, tx, self.community, swap.shift_id).await?;
        keeper_or_self(ctx, AreaId(shift.area_id), swap.to_person)?;
        let state = if self.yes {
            Consent::Accepted
        } else {
            Consent::Declined
        };
        if swap.state == state.as_str() {
            return Ok(());
        }
        let holder = shift.person_id.unwrap_or_default();
        if swap.state != Consent::Asked.as_str() || holder != swap.from_person {
            return Err(Problem::new(ProblemKind::Conflict, "duty-swap-over"));
        }
        if self.yes {
            let (to, home) = (swap.to_person, swap.to_community);
            check_free(tx, "person", self.community, to, span_of(&shift)).await?;
            tx.update::<duty_shift::Entity>(duty_shift::Model {
                person_community: Some(home),
                person_id: Some(to),
                origin: ShiftOrigin::Swap.as_str().to_owned(),
                ..shift
            })
            .await?;
        }
        let shift_id = swap.shift_id;
        tx.update::<duty_swap::Entity>(duty_swap::Model {
            state: state.as_str().to_owned(),
            answered_at: Some(ctx.now().0),
            answered_by: Some(ctx.actor().name().to_owned()),
            ..swap
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "duty_shift", shift_id)
                .detail(json!({ "swap": self.id, "yes": self.yes })),
        );
        let event = crate::rosters::told(self.community, shift_id, "answered", holder);
        tx.emit(ctx, event);
        Ok(())
    }
}
