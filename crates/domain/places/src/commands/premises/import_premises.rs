//! Takes one community's premises in; matched by key. What was closed stays closed.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use youlin_database::{Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::super::import_estates::{KEY_MAX, finish};
use super::super::placing::Placer;
use super::refused;
use super::save_premises::{PremisesInput, model, save};
use crate::entities::{building, premises};
use crate::import::{ImportReport, Outcome, Refused, Row};
use crate::permissions::PLACES_REGISTER;
use youlin_database::keys::{key_of, meant};

/// Columns a file of premises must have.
pub const PREMISES_COLUMNS: &[&str] = &["key", "community_code", "kind", "name"];

/// Rows of `premises.csv`: key, community_code, kind, name, building_key, street_address, lon, lat, neighbourhood_code,
/// floor_area (m²), storeys, built_year, circuit (kW), note.
#[derive(Clone, Debug)]
pub struct ImportPremises {
    pub community: CommunityId,
    pub rows: Vec<Row>,
    pub dry_run: bool,
}

impl Command for ImportPremises {
    type Output = ImportReport;
    const NAME: &'static str = "places.import-premises";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let placer = Placer::load(ctx, tx, self.community, &self.rows).await?;
        let buildings = buildings(tx, self.community, &self.rows).await?;
        let held = premises_held(tx, self.community, &self.rows, "key").await?;
        let mut report = ImportReport::default();
        for row in &self.rows {
            let old = held.get(row.get("key"));
            if old.is_some_and(|old| old.closed_at.is_some()) {
                report.count(Outcome::Unchanged);
                continue;
            }
            let fresh = match draft(ctx, self.community, row, &placer, &buildings, old)? {
                Ok(fresh) => fresh,
                Err(refused) => {
                    report.refused.push(refused);
                    continue;
                }
            };
            let outcome = match old {
                None => Outcome::New,
                Some(old) if *old == fresh => Outcome::Unchanged,
                Some(_) => Outcome::Changed,
            };
            if !self.dry_run && outcome != Outcome::Unchanged {
                save(ctx, tx, old.cloned(), fresh).await?;
            }
            report.count(outcome);
        }
        if !self.dry_run {
            finish(ctx, tx, Self::NAME, self.community, &report);
        }
        Ok(report)
    }
}

fn draft(
    ctx: &Ctx,
    community: CommunityId,
    row: &Row,
    placer: &Placer,
    buildings: &HashMap<String, building::Model>,
    old: Option<&premises::Model>,
) -> Result<std::result::Result<premises::Model, Refused>> {
    let placed = || -> std::result::Result<_, Refused> {
        let key = row.required("key", KEY_MAX)?.to_owned();
        let building = match row.get("building_key") {
            "" => None,
            key => Some(buildings.get(key).ok_or_else(|| {
                row.refuse("building_key", "building-unknown")
                    .arg("key", key)
            })?),
        };
        Ok((key, building, placer.place(row)?))
    };
    let (key, building, standing) = match placed() {
        Ok(placed) => placed,
        Err(refused) => return Ok(Err(refused)),
    };
    let text = |column: &str| row.get(column).to_owned();
    let input = PremisesInput {
        kind: text("kind"),
        name: text("name"),
        building: building.map(|building| building.id),
        street_address: text("street_address"),
        floor_area: text("floor_area"),
        storeys: text("storeys"),
        built_year: text("built_year"),
        circuit: text("circuit"),
        note: text("note"),
    };
    let read = match input.read() {
        Ok(read) => read,
        Err(problem) => return refused(row, problem).map(Err),
    };
    Ok(Ok(premises::Model {
        external_key: old.map_or(Some(key), |old| old.external_key.clone()),
        ..model(ctx, community, old, read, building, standing)
    }))
}

/// Open buildings by the keys of a column `building_key`.
pub(super) async fn buildings(
    tx: &Tx<'_>,
    community: CommunityId,
    rows: &[Row],
) -> Result<HashMap<String, building::Model>> {
    let keys = rows.iter().map(|row| row.get("building_key").to_owned());
    let found = building::Entity::find()
        .filter(building::Column::CommunityId.eq(community.0))
        .filter(meant(
            (building::Column::ExternalKey, building::Column::Id),
            keys,
        ))
        .filter(building::Column::ClosedAt.is_null())
        .all(tx.conn())
        .await?;
    Ok(found
        .into_iter()
        .map(|row| (key_of(row.external_key.as_deref(), row.id), row))
        .collect())
}

/// Premises by the keys of a column.
pub(super) async fn premises_held(
    tx: &Tx<'_>,
    community: CommunityId,
    rows: &[Row],
    column: &str,
) -> Result<HashMap<String, premises::Model>> {
    let keys: std::collections::BTreeSet<String> =
        rows.iter().map(|row| row.get(column).to_owned()).collect();
    let found = premises::Entity::find()
        .filter(premises::Column::CommunityId.eq(community.0))
        .filter(meant(
            (premises::Column::ExternalKey, premises::Column::Id),
            keys.into_iter(),
        ))
        .all(tx.conn())
        .await?;
    Ok(found
        .into_iter()
        .map(|row| (key_of(row.external_key.as_deref(), row.id), row))
        .collect())
}
