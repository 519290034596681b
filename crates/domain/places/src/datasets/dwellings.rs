//! Dwellings as they can be counted.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table, TableBuilder};
use youlin_datasets::{Dataset, Field, NamedMeasure, RecordLine, Wanted, known_since};
use youlin_kernel::{AreaTree, CommunityId, Ctx, Locale, Permission, Result, Scope};
use youlin_web::I18n;

use super::{fields, grounds_of, place_lines};
use crate::permissions::PLACES_READ;
use crate::{Locator, Place};

const SCHEMA: Schema = Schema {
    code: "dwellings",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("usage", Kind::Choice),
        Dim::new("estate", Kind::Choice),
        Dim::new("floor", Kind::Number),
        Dim::new("size", Kind::Number).per(100),
        Dim::new("building", Kind::Key),
        Dim::new("dwelling", Kind::Key),
    ],
};

/// See the module's text.
#[derive(Debug)]
pub struct DwellingsDataset(pub Arc<Locator>);

impl Dataset for DwellingsDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &PLACES_READ
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        vec![
            NamedMeasure {
                code: "buildings",
                measure: Measure::Distinct("building".into()),
            },
            NamedMeasure {
                code: "size",
                measure: Measure::Sum("size".into()),
            },
        ]
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
            .filter_map(|(_, id)| Some((*id, self.0.dwelling(*id)?)));
        let href = |_, place: &Place| {
            let building = place.building;
            building.map_or_else(String::new, |id| format!("/places/buildings/{id}"))
        };
        let lines = place_lines(places, scope, href);
        async { Ok(lines) }.boxed()
    }

    fn fields(&self, i18n: &I18n, locale: Locale) -> Vec<Field> {
        Field::all(i18n, locale, SCHEMA.code, fields::DWELLINGS)
    }

    fn hand_out<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        i18n: &'a I18n,
        wanted: &'a Wanted,
    ) -> BoxFuture<'a, Result<HashMap<Uuid, Vec<String>>>> {
        fields::dwellings(db, &self.0, (ctx, i18n), wanted).boxed()
    }

    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String {
        let key = format!("dwelling-use-{value}");
        match dim {
            "usage" => i18n.find(locale, &key, &[]),
            _ => None,
        }
        .unwrap_or_else(|| value.to_owned())
    }
}

async fn load(db: &Database, tree: &AreaTree, community: CommunityId) -> Result<Table> {
    let grounds = grounds_of(db, tree, community).await?;
    let mut table = TableBuilder::new(SCHEMA);
    for (id, dwelling) in &grounds.dwellings {
        let Some(building) = grounds.buildings.get(&dwelling.building) else {
            continue;
        };
        let estate = building
            .estate
            .and_then(|estate| grounds.estates.get(&estate));
        let (from, to) = (known_since(*id), dwelling.closed_at.unwrap_or(i64::MAX));
        for stay in &building.stays {
            let there = table.row(id.as_u128(), from.max(stay.from), to.min(stay.to));
            if !there {
                continue;
            }
            table.area("area", Some(stay.area.0));
            table.text("usage", Some(&dwelling.usage));
            table.text("estate", estate.map(String::as_str));
            table.number("floor", dwelling.floor.map(i64::from));
            table.number("size", dwelling.area_centi);
            table.key("building", Some(dwelling.building.as_u128()));
            table.key("dwelling", Some(id.as_u128()));
        }
    }
    Ok(table.finish())
}
