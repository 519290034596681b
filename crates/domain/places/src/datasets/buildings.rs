//! Buildings as they can be counted: age, height, dwellings, where they stand.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table, TableBuilder};
use youlin_datasets::{Dataset, Field, NamedMeasure, RecordLine, Wanted, known_since};
use youlin_kernel::{AreaTree, CommunityId, Ctx, Locale, Permission, Result, Scope};
use youlin_web::I18n;

use super::{fields, grounds_of, place_lines};
use crate::entities::{building, estate};
use crate::permissions::PLACES_READ;
use crate::{Locator, Place};

/// A building is as old as its estate.
const SCHEMA: Schema = Schema {
    code: "buildings",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("estate", Kind::Choice),
        Dim::new("built_year", Kind::Number),
        Dim::new("storeys", Kind::Number),
        Dim::new("dwellings", Kind::Number),
        Dim::new("building", Kind::Key),
    ],
};

/// See the module's text.
#[derive(Debug)]
pub struct BuildingsDataset(pub Arc<Locator>);

impl Dataset for BuildingsDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &PLACES_READ
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        vec![NamedMeasure {
            code: "dwellings",
            measure: Measure::Sum("dwellings".into()),
        }]
    }

    fn stale_by(&self, topic: &str) -> bool {
        topic.starts_with("places.")
    }

    fn load<'a>(
        &'a self,
        db: &'a Database,
        tree: &'a AreaTree,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Table>> {
        load(db, tree, community).boxed()
    }

    fn describe<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        scope: &'a Scope,
        _i18n: &'a I18n,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, RecordLine>>> {
        let places = records
            .iter()
            .filter_map(|(_, id)| Some((*id, self.0.building(*id)?)));
        let href = |id, _: &Place| format!("/places/buildings/{id}");
        let lines = place_lines(places, scope, href);
        async { Ok(lines) }.boxed()
    }

    fn fields(&self, i18n: &I18n, locale: Locale) -> Vec<Field> {
        Field::all(i18n, locale, SCHEMA.code, fields::BUILDINGS)
    }

    fn hand_out<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        _i18n: &'a I18n,
        wanted: &'a Wanted,
    ) -> BoxFuture<'a, Result<HashMap<Uuid, Vec<String>>>> {
        fields::buildings(db, &self.0, ctx, wanted).boxed()
    }

    fn value_name(&self, _i18n: &I18n, _locale: Locale, _dim: &str, value: &str) -> String {
        value.to_owned()
    }
}

/// What the register says now, where the building stood then; dwellings are counted as they are now.
async fn load(db: &Database, tree: &AreaTree, community: CommunityId) -> Result<Table> {
    let grounds = grounds_of(db, tree, community).await?;
    let rows = building::Entity::find()
        .filter(building::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    let estates: HashMap<Uuid, estate::Model> = estate::Entity::find()
        .filter(estate::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mut dwellings: HashMap<Uuid, i64> = HashMap::new();
    let open = grounds.dwellings.values();
    for one in open.filter(|one| one.closed_at.is_none()) {
        *dwellings.entry(one.building).or_default() += 1;
    }
    let mut table = TableBuilder::new(SCHEMA);
    for row in &rows {
        let estate = row.estate_id.and_then(|id| estates.get(&id));
        let stays = grounds.buildings.get(&row.id).map(|one| &one.stays);
        let (from, to) = (known_since(row.id), row.closed_at.unwrap_or(i64::MAX));
        for stay in stays.map_or(&[][..], Vec::as_slice) {
            if !table.row(row.id.as_u128(), from.max(stay.from), to.min(stay.to)) {
                continue;
            }
            table.area("area", Some(stay.area.0));
            table.text("estate", estate.map(|one| one.name.as_str()));
            let year = estate.and_then(|one| one.built_year);
            table.number("built_year", year.map(i64::from));
            table.number("storeys", row.floors.map(i64::from));
            let count = dwellings.get(&row.id).copied().unwrap_or(0);
            table.number("dwellings", Some(count));
            table.key("building", Some(row.id.as_u128()));
        }
    }
    Ok(table.finish())
}
