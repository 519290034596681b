//! Takes equipment of one community in; matched by key. A file that tells of a later look adds it to the history; one that
//! tells of an earlier look changes neither state nor day. What was ended stays ended.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use youlin_database::{Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::super::import_estates::{KEY_MAX, finish};
use super::check_equipment::note_check;
use super::import_premises::{buildings, premises_held};
use super::refused;
use super::save_equipment::{EquipmentInput, Of, fresh, insert};
use crate::entities::{building, equipment, premises};
use crate::import::{ImportReport, Outcome, Refused, Row};
use crate::permissions::PLACES_REGISTER;
use youlin_database::keys::{key_of, meant};

/// Columns a file of equipment must have.
pub const EQUIPMENT_COLUMNS: &[&str] = &["key", "kind", "spot"];

/// Rows of `equipment.csv`: key, building_key or premises_key, kind, name, spot, count, state, maintainer, checked_on,
/// due_on, note.
#[derive(Clone, Debug)]
pub struct ImportEquipment {
    pub community: CommunityId,
    pub rows: Vec<Row>,
    pub dry_run: bool,
}

impl Command for ImportEquipment {
    type Output = ImportReport;
    const NAME: &'static str = "places.import-equipment";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let buildings = buildings(tx, self.community, &self.rows).await?;
        let premises = premises_held(tx, self.community, &self.rows, "premises_key").await?;
        let held = held(tx, self.community, &self.rows).await?;
        let mut report = ImportReport::default();
        for row in &self.rows {
            let old = held.get(row.get("key"));
            if old.is_some_and(|old| old.ended_at.is_some()) {
                report.count(Outcome::Unchanged);
                continue;
            }
            let row = match draft(ctx, self.community, row, &buildings, &premises)? {
                Ok(row) => row,
                Err(refused) => {
                    report.refused.push(refused);
                    continue;
                }
            };
            let Some(old) = old else {
                report.count(Outcome::New);
                if !self.dry_run {
                    insert(ctx, tx, row).await?;
                }
                continue;
            };
            let row = over(old, row);
            if *old == row {
                report.count(Outcome::Unchanged);
                continue;
            }
            report.count(Outcome::Changed);
            if self.dry_run {
                continue;
            }
            if let Some(day) = row.checked_on.filter(|_| row.checked_on != old.checked_on) {
                note_check(ctx, tx, &row, day, String::new()).await?;
            }
            tx.update::<equipment::Entity>(row).await?;
        }
        if !self.dry_run {
            finish(ctx, tx, Self::NAME, self.community, &report);
        }
        Ok(report)
    }
}

/// The row over what is held; an earlier look, or none, changes nothing of the last one.
fn over(old: &equipment::Model, row: equipment::Model) -> equipment::Model {
    let newer = row.checked_on > old.checked_on;
    equipment::Model {
        id: old.id,
        external_key: old.external_key.clone(),
        version: old.version,
        created_at: old.created_at,
        // Other words mean somebody else, whom a file cannot name.
        maintainer_id: old
            .maintainer_id
            .filter(|_| row.maintainer == old.maintainer),
        state: if newer { row.state } else { old.state.clone() },
        checked_on: if newer {
            row.checked_on
        } else {
            old.checked_on
        },
        due_on: if newer { row.due_on } else { old.due_on },
        ..row
    }
}

fn draft(
    ctx: &Ctx,
    community: CommunityId,
    row: &Row,
    buildings: &HashMap<String, building::Model>,
    premises: &HashMap<String, premises::Model>,
) -> Result<std::result::Result<equipment::Model, Refused>> {
    let placed = || -> std::result::Result<_, Refused> {
        let key = row.required("key", KEY_MAX)?.to_owned();
        let of = match (row.get("building_key"), row.get("premises_key")) {
            ("", "") => return Err(row.refuse("building_key", "equipment-of-nothing")),
            (key, "") => buildings
                .get(key)
                .map(|row| Of::Building(row.id))
                .ok_or_else(|| {
                    row.refuse("building_key", "building-unknown")
                        .arg("key", key)
                })?,
            ("", key) => premises
                .get(key)
                .filter(|row| row.closed_at.is_none())
                .map(|row| Of::Premises(row.id))
                .ok_or_else(|| {
                    row.refuse("premises_key", "premises-unknown")
                        .arg("key", key)
                })?,
            _ => return Err(row.refuse("premises_key", "equipment-of-two")),
        };
        Ok((key, of))
    };
    let (key, of) = match placed() {
        Ok(placed) => placed,
        Err(refused) => return Ok(Err(refused)),
    };
    let text = |column: &str| row.get(column).to_owned();
    let input = EquipmentInput {
        kind: text("kind"),
        name: text("name"),
        spot: text("spot"),
        count: text("count"),
        state: text("state"),
        maintainer_id: None,
        maintainer: text("maintainer"),
        checked_on: text("checked_on"),
        due_on: text("due_on"),
        note: text("note"),
    };
    match input.read(ctx) {
        Ok(read) => Ok(Ok(equipment::Model {
            external_key: Some(key),
            ..fresh(ctx, community, of, read)
        })),
        Err(problem) => refused(row, problem).map(Err),
    }
}

async fn held(
    tx: &Tx<'_>,
    community: CommunityId,
    rows: &[Row],
) -> Result<HashMap<String, equipment::Model>> {
    let keys = rows.iter().map(|row| row.get("key").to_owned());
    let found = equipment::Entity::find()
        .filter(equipment::Column::CommunityId.eq(community.0))
        .filter(meant(
            (equipment::Column::ExternalKey, equipment::Column::Id),
            keys,
        ))
        .all(tx.conn())
        .await?;
    Ok(found
        .into_iter()
        .map(|row| (key_of(row.external_key.as_deref(), row.id), row))
        .collect())
}
