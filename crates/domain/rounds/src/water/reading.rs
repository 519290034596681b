//! A reading: what was measured and seen at a point at one time, on a patrol or by itself.

use sea_orm::EntityTrait;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::limits::{Values, limits};
use crate::entities::{round, water_point, water_reading};
use crate::events::{self, event};
use crate::permissions::may_walk;

const NOTE: usize = 500;
/// A reading of before that is a slip of the hand.
const OLDEST: i64 = 3 * 366 * Micros::DAY;

/// As it comes in.
#[derive(Clone, Debug, PartialEq)]
pub struct NewReading {
    /// Made by the sender: sent again, it is not doubled.
    pub id: Uuid,
    pub point: Uuid,
    pub round: Option<Uuid>,
    pub at: Micros,
    pub values: Values,
    pub note: String,
}

/// Takes a reading in, once.
#[derive(Clone, Debug)]
pub struct TakeReading {
    pub community: CommunityId,
    pub new: NewReading,
}

impl Command for TakeReading {
    type Output = Uuid;
    const NAME: &'static str = "rounds.take-reading";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        may_walk(ctx, self.community, &[])?;
        let new = &self.new;
        let point = water_point::Entity::find_by_id((self.community.0, new.point))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        self.checked(ctx, point.outlet_id.is_some())?;
        if let Some(round) = new.round {
            round::Entity::find_by_id((self.community.0, round))
                .one(tx.conn())
                .await?
                .filter(|row| row.subject_id == point.reach_id)
                .ok_or_else(Problem::not_found)?;
        }
        let values = serde_json::to_string(&new.values).map_err(Problem::internal)?;
        let known = water_reading::Entity::find_by_id((self.community.0, new.id))
            .one(tx.conn())
            .await?;
        if let Some(known) = known {
            return if known.values == values && known.point_id == new.point {
                Ok(known.id)
            } else {
                Err(Problem::new(ProblemKind::Conflict, "water-other-content"))
            };
        }
        tx.insert::<water_reading::Entity>(water_reading::Model {
            community_id: self.community.0,
            id: new.id,
            version: 1,
            point_id: new.point,
            reach_id: point.reach_id,
            round_id: new.round,
            at: new.at.0,
            values,
            limits: format!("{}/{}", limits().name(), point.class),
            note: new.note.trim().to_owned(),
            case_id: None,
            by_id: ctx.actor().id(),
            by_name: ctx.actor().name().to_owned(),
            created_at: ctx.now().0,
        })
        .await?;
        let entry = AuditEntry::new(Self::NAME, "water_reading", new.id);
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, event(events::WATER_READ, self.community, new.id));
        Ok(new.id)
    }
}

impl TakeReading {
    /// Every fault is named at once, each under its indicator.
    fn checked(&self, ctx: &Ctx, outlet: bool) -> Result<()> {
        let new = &self.new;
        let mut faults = Problem::new(ProblemKind::Invalid, "invalid");
        if new.values.is_empty() {
            faults = faults.and_field("values", "water-nothing");
        }
        for wrong in limits().faults(&new.values, outlet) {
            let (low, high) = limits()
                .indicator(&wrong.indicator)
                .and_then(|one| one.range)
                .unwrap_or_default();
            faults = faults
                .and_field(format!("v_{}", wrong.indicator), wrong.code)
                .field_arg("min", low)
                .field_arg("max", high);
        }
        let (at, now) = (new.at.0, ctx.now().0);
        if at > now + 5 * Micros::MINUTE || at < now - OLDEST {
            faults = faults.and_field("at", "water-when");
        }
        if new.note.chars().count() > NOTE {
            faults = faults.and_field("note", "too-long").field_arg("max", NOTE);
        }
        if faults.fields().is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }
}
