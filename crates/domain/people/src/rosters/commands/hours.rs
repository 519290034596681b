//! Time that was given: noted by whoever gave it, confirmed by the community. Never by the same person.

use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};

use super::{day, keeper_or_self};
use crate::fields::{optional, required};
use crate::permissions::ROSTERS_WRITE;
use crate::rosters::HoursState;
use crate::rosters::entities::{secondment, secondment_hours};

/// Notes time given on a day. Answers its id.
#[derive(Clone, Debug)]
pub struct NoteHours {
    pub community: CommunityId,
    pub secondment: Uuid,
    pub day: String,
    pub minutes: i32,
    pub what: String,
}

impl Command for NoteHours {
    type Output = Uuid;
    const NAME: &'static str = "people.note-hours";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let row = secondment::Entity::find_by_id((self.community.0, self.secondment))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        keeper_or_self(ctx, self.community, row.person_id)?;
        let day = day("day", &self.day)?;
        if day > ctx.now().local().date() {
            return Err(Problem::invalid("day", "hours-future"));
        }
        let day = day.to_string();
        if day < row.valid_from || row.valid_to.as_ref().is_some_and(|to| day > *to) {
            return Err(Problem::invalid("day", "hours-outside"));
        }
        if !(1..=24 * 60).contains(&self.minutes) {
            return Err(Problem::invalid("hours", "hours-number"));
        }
        let noted = tx
            .insert::<secondment_hours::Entity>(secondment_hours::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                secondment_id: self.secondment,
                day,
                minutes: self.minutes,
                what: required("what", &self.what, 200)?,
                state: HoursState::Noted.as_str().to_owned(),
                noted_at: ctx.now().0,
                noted_by: ctx.actor().name().to_owned(),
                decided_at: None,
                decided_by: None,
                answer: None,
            })
            .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "secondment", self.secondment)
                .detail(json!({ "hours": noted.id, "minutes": self.minutes })),
        );
        tx.emit(ctx, crate::rosters::saved(self.community, noted.id));
        Ok(noted.id)
    }
}

/// The community confirms noted time, or refuses it with a reason.
#[derive(Clone, Debug)]
pub struct DecideHours {
    pub community: CommunityId,
    pub id: Uuid,
    pub confirm: bool,
    pub answer: String,
}

impl Command for DecideHours {
    type Output = ();
    const NAME: &'static str = "people.decide-hours";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&ROSTERS_WRITE, self.community)?;
        let row = secondment_hours::Entity::find_by_id((self.community.0, self.id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let given = secondment::Entity::find_by_id((self.community.0, row.secondment_id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        if ctx.actor().person() == Some(given.person_id) {
            return Err(Problem::forbidden());
        }
        let state = if self.confirm {
            HoursState::Confirmed
        } else {
            HoursState::Refused
        };
        if row.state == state.as_str() {
            return Ok(());
        }
        if row.state != HoursState::Noted.as_str() {
            return Err(Problem::new(ProblemKind::Conflict, "hours-decided"));
        }
        let answer = if self.confirm {
            optional("answer", Some(&self.answer), 200)?
        } else {
            Some(required("answer", &self.answer, 200)?)
        };
        tx.update::<secondment_hours::Entity>(secondment_hours::Model {
            state: state.as_str().to_owned(),
            decided_at: Some(ctx.now().0),
            decided_by: Some(ctx.actor().name().to_owned()),
            answer,
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "secondment", given.id)
                .detail(json!({ "hours": self.id, "confirmed": self.confirm })),
        );
        tx.emit(ctx, crate::rosters::saved(self.community, self.id));
        Ok(())
    }
}
