//! Takes one community's buildings in.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::{Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::import_estates::{ALIASES_MAX, KEY_MAX, NAME_MAX, STREET_MAX, finish};
use super::keep_past::keep_past;
use super::placing::{Placer, Standing};
use crate::entities::{building, estate};
use crate::import::{ImportReport, Outcome, Refused, Row};
use crate::permissions::PLACES_REGISTER;
use crate::words;
use youlin_database::keys::key_of;

/// Columns a building file must have.
pub const BUILDING_COLUMNS: &[&str] = &["key", "estate_key", "name"];

/// Rows of `buildings.csv`: key, estate_key, name, aliases, street_address, floors, lon, lat, neighbourhood_code; matched by
/// key. The estate must be held already, in the same community.
#[derive(Clone, Debug)]
pub struct ImportBuildings {
    pub community: CommunityId,
    pub rows: Vec<Row>,
    pub dry_run: bool,
}

impl Command for ImportBuildings {
    type Output = ImportReport;
    const NAME: &'static str = "places.import-buildings";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let placer = Placer::load(ctx, tx, self.community, &self.rows).await?;
        let estates = estates(tx, self.community).await?;
        let stored = building::Entity::find()
            .filter(building::Column::CommunityId.eq(self.community.0))
            .all(tx.conn())
            .await?;
        let mut known: HashMap<String, building::Model> = stored
            .into_iter()
            .map(|row| (key_of(row.external_key.as_deref(), row.id), row))
            .collect();
        let mut report = ImportReport::default();
        for row in &self.rows {
            let draft = match draft(row, &placer, &estates) {
                Ok(draft) => draft,
                Err(refused) => {
                    report.refused.push(refused);
                    continue;
                }
            };
            let (outcome, mut model) = draft.over(ctx, self.community, &known);
            report.count(outcome);
            if outcome == Outcome::Unchanged {
                continue;
            }
            if !self.dry_run {
                if let Some(old) = known.get(row.get("key")) {
                    keep_past(ctx, tx, old, &model).await?;
                }
                model = match outcome {
                    Outcome::New => tx.insert::<building::Entity>(model).await?,
                    _ => tx.update::<building::Entity>(model).await?,
                };
            }
            known.insert(row.get("key").to_owned(), model);
        }
        if !self.dry_run {
            finish(ctx, tx, Self::NAME, self.community, &report);
        }
        Ok(report)
    }
}

/// The community's estates by key.
async fn estates(tx: &Tx<'_>, community: CommunityId) -> Result<HashMap<String, Uuid>> {
    let rows = estate::Entity::find()
        .filter(estate::Column::CommunityId.eq(community.0))
        .all(tx.conn())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (key_of(row.external_key.as_deref(), row.id), row.id))
        .collect())
}

struct BuildingDraft {
    key: String,
    estate: Uuid,
    name: String,
    aliases: String,
    street_address: String,
    floors: Option<i32>,
    standing: Standing,
}

fn draft(
    row: &Row,
    placer: &Placer,
    estates: &HashMap<String, Uuid>,
) -> Result<BuildingDraft, Refused> {
    let estate_key = row.required("estate_key", KEY_MAX)?;
    let estate = estates.get(estate_key).copied();
    let floors: Option<i32> = row.number("floors")?;
    if floors.is_some_and(|floors| !(1..=200).contains(&floors)) {
        return Err(row.refuse("floors", "cell-no-number"));
    }
    Ok(BuildingDraft {
        key: row.required("key", KEY_MAX)?.to_owned(),
        estate: estate.ok_or_else(|| {
            row.refuse("estate_key", "estate-unknown")
                .arg("key", estate_key)
        })?,
        name: row.required("name", NAME_MAX)?.to_owned(),
        aliases: words::aliases(row.text("aliases", ALIASES_MAX)?),
        street_address: row.text("street_address", STREET_MAX)?.to_owned(),
        floors,
        standing: placer.place(row)?,
    })
}

impl BuildingDraft {
    fn over(
        self,
        ctx: &Ctx,
        community: CommunityId,
        known: &HashMap<String, building::Model>,
    ) -> (Outcome, building::Model) {
        let old = known.get(&self.key);
        let model = building::Model {
            community_id: community.0,
            id: old.map_or_else(|| ctx.new_id(), |old| old.id),
            version: old.map_or(1, |old| old.version),
            external_key: old.map_or(Some(self.key), |old| old.external_key.clone()),
            estate_id: Some(self.estate),
            name: self.name,
            aliases: self.aliases,
            street_address: self.street_address,
            floors: self.floors,
            lon: self.standing.lon,
            lat: self.standing.lat,
            cell: self.standing.cell(),
            grid_id: self.standing.grid_id,
            neighbourhood_id: self.standing.neighbourhood_id,
            // Torn down stays torn down, also when an old file is taken in again.
            closed_at: old.and_then(|old| old.closed_at),
            closed_reason: old.and_then(|old| old.closed_reason.clone()),
        };
        let outcome = match old {
            None => Outcome::New,
            Some(old) if *old == model => Outcome::Unchanged,
            Some(_) => Outcome::Changed,
        };
        (outcome, model)
    }
}
