//! Takes stalls of one community's premises in; matched by key. What was ended stays ended.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::{Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::super::import_estates::{KEY_MAX, finish};
use super::import_premises::premises_held;
use super::refused;
use super::save_stall::{StallInput, fresh};
use crate::entities::{premises, stall};
use crate::import::{ImportReport, Outcome, Refused, Row};
use crate::permissions::PLACES_REGISTER;
use youlin_database::keys::{key_of, meant};

/// Columns a file of stalls must have.
pub const STALL_COLUMNS: &[&str] = &["key", "premises_key", "number"];

/// Rows of `stalls.csv`: key, premises_key, section, number, floor_area (m²), use.
#[derive(Clone, Debug)]
pub struct ImportStalls {
    pub community: CommunityId,
    pub rows: Vec<Row>,
    pub dry_run: bool,
}

impl Command for ImportStalls {
    type Output = ImportReport;
    const NAME: &'static str = "places.import-stalls";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let premises = premises_held(tx, self.community, &self.rows, "premises_key").await?;
        let held = held(tx, self.community, &self.rows).await?;
        let mut taken = taken(tx, self.community, &premises).await?;
        let mut report = ImportReport::default();
        let mut new = Vec::new();
        for row in &self.rows {
            let old = held.get(row.get("key"));
            if old.is_some_and(|old| old.ended_at.is_some()) {
                report.count(Outcome::Unchanged);
                continue;
            }
            let row = match draft(ctx, self.community, row, &premises, old, &mut taken)? {
                Ok(row) => row,
                Err(refused) => {
                    report.refused.push(refused);
                    continue;
                }
            };
            match old {
                None => {
                    report.count(Outcome::New);
                    new.push(row);
                }
                Some(old) if *old == row => report.count(Outcome::Unchanged),
                Some(_) => {
                    report.count(Outcome::Changed);
                    if !self.dry_run {
                        tx.update::<stall::Entity>(row).await?;
                    }
                }
            }
        }
        if !self.dry_run {
            tx.insert_all::<stall::Entity>(new).await?;
            finish(ctx, tx, Self::NAME, self.community, &report);
        }
        Ok(report)
    }
}

/// Premises, section and number of a stall.
type Place = (Uuid, String, String);

fn draft(
    ctx: &Ctx,
    community: CommunityId,
    row: &Row,
    premises: &HashMap<String, premises::Model>,
    old: Option<&stall::Model>,
    taken: &mut HashSet<Place>,
) -> Result<std::result::Result<stall::Model, Refused>> {
    let key = match row.required("key", KEY_MAX) {
        Ok(key) => key.to_owned(),
        Err(refused) => return Ok(Err(refused)),
    };
    let named = row.get("premises_key");
    let Some(premises) = premises.get(named).filter(|row| row.closed_at.is_none()) else {
        let refused = row.refuse("premises_key", "premises-unknown");
        return Ok(Err(refused.arg("key", named)));
    };
    let usage = match row.get("use") {
        "" => "other",
        usage => usage,
    };
    let input = StallInput {
        section: row.get("section").to_owned(),
        number: row.get("number").to_owned(),
        floor_area: row.get("floor_area").to_owned(),
        usage: usage.to_owned(),
    };
    let read = match input.read() {
        Ok(read) => read,
        Err(problem) => return refused(row, problem).map(Err),
    };
    let place = (premises.id, read.section.clone(), read.number.clone());
    let own = old.is_some_and(|old| {
        (old.premises_id, &old.section, &old.number) == (place.0, &place.1, &place.2)
    });
    if !own && !taken.insert(place) {
        return Ok(Err(row.refuse("number", "stall-taken")));
    }
    let fresh = fresh(ctx, community, premises.id, read);
    Ok(Ok(stall::Model {
        external_key: old.map_or(Some(key), |old| old.external_key.clone()),
        id: old.map_or(fresh.id, |old| old.id),
        version: old.map_or(1, |old| old.version),
        created_at: old.map_or(fresh.created_at, |old| old.created_at),
        ..fresh
    }))
}

async fn held(
    tx: &Tx<'_>,
    community: CommunityId,
    rows: &[Row],
) -> Result<HashMap<String, stall::Model>> {
    let keys = rows.iter().map(|row| row.get("key").to_owned());
    let found = stall::Entity::find()
        .filter(stall::Column::CommunityId.eq(community.0))
        .filter(meant((stall::Column::ExternalKey, stall::Column::Id), keys))
        .all(tx.conn())
        .await?;
    Ok(found
        .into_iter()
        .map(|row| (key_of(row.external_key.as_deref(), row.id), row))
        .collect())
}

async fn taken(
    tx: &Tx<'_>,
    community: CommunityId,
    premises: &HashMap<String, premises::Model>,
) -> Result<HashSet<Place>> {
    let found = stall::Entity::find()
        .filter(stall::Column::CommunityId.eq(community.0))
        .filter(stall::Column::PremisesId.is_in(premises.values().map(|row| row.id)))
        .filter(stall::Column::EndedAt.is_null())
        .all(tx.conn())
        .await?;
    Ok(found
        .into_iter()
        .map(|row| (row.premises_id, row.section, row.number))
        .collect())
}
