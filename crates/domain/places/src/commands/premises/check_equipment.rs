//! Somebody looked at equipment: what they found, and when it is to be looked at next. Each look stays on record.

use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::super::save_building::field;
use super::day;
use super::save_equipment::{area_of, equipment_of, of};
use super::save_premises::NOTE_MAX;
use crate::entities::{equipment, equipment_check};
use crate::permissions::PLACES_CHECK;
use crate::premises::EquipmentState;
use crate::{days, events};

/// See the module's text.
#[derive(Clone, Debug)]
pub struct CheckEquipment {
    pub community: CommunityId,
    pub id: Uuid,
    /// The version it was shown with.
    pub version: i32,
    pub state: String,
    /// The day of the look; today when empty.
    pub checked_on: String,
    pub due_on: String,
    pub note: String,
}

impl Command for CheckEquipment {
    type Output = ();
    const NAME: &'static str = "places.check-equipment";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let old = equipment_of(tx, self.community, self.id).await?;
        let area = area_of(tx, self.community, of(&old)?).await?;
        ctx.authorize(&PLACES_CHECK, area)?;
        if old.ended_at.is_some() {
            return Err(Problem::invalid("state", "equipment-ended"));
        }
        let state = EquipmentState::parse(&self.state)
            .ok_or_else(|| Problem::invalid("state", "unknown-value"))?;
        let today = days::of(ctx.now());
        let checked_on = day("checked_on", &self.checked_on)?.unwrap_or(today);
        let due_on = day("due_on", &self.due_on)?;
        if checked_on > today {
            return Err(Problem::invalid("checked_on", "check-in-the-future"));
        }
        if due_on.is_some_and(|due| due <= checked_on) {
            return Err(Problem::invalid("due_on", "due-before-check"));
        }
        let note = field("note", &self.note, NOTE_MAX, false)?;
        // A look noted late does not undo a later one.
        let latest = old.checked_on.is_none_or(|before| before <= checked_on);
        let seen = equipment::Model {
            version: self.version,
            state: state.as_str().to_owned(),
            checked_on: Some(checked_on),
            due_on,
            ..old.clone()
        };
        note_check(ctx, tx, &seen, checked_on, note).await?;
        if latest {
            tx.update::<equipment::Entity>(seen).await?;
        }
        let entry = AuditEntry::new(Self::NAME, "equipment", self.id)
            .detail(json!({"state": state, "on": checked_on}));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, events::equipment_changed(self.community, self.id));
        Ok(())
    }
}

/// Adds a look to the history; the caller saves the equipment and writes the audit entry.
pub(super) async fn note_check(
    ctx: &Ctx,
    tx: &Tx<'_>,
    row: &equipment::Model,
    checked_on: i32,
    note: String,
) -> Result<()> {
    tx.insert::<equipment_check::Entity>(equipment_check::Model {
        community_id: row.community_id,
        id: ctx.new_id(),
        version: 1,
        equipment_id: row.id,
        at: ctx.now().0,
        checked_on,
        state: row.state.clone(),
        due_on: row.due_on,
        note,
        by_name: ctx.actor().name().to_owned(),
    })
    .await?;
    Ok(())
}
