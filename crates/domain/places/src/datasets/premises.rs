//! Premises as they can be counted: kind, size, age, electrical supply, stalls, where they stand.

use std::collections::HashMap;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table, TableBuilder};
use youlin_datasets::{Dataset, Field, NamedMeasure, RecordLine, Wanted, known_since};
use youlin_kernel::{AreaTree, CommunityId, Ctx, Locale, Permission, Result, Scope};
use youlin_web::I18n;

use super::{fields, grounds_of};
use crate::entities::{premises, stall};
use crate::permissions::PLACES_READ;
use crate::premises::Premises;

/// `floor_area` in 0.01 m², `circuit` in watts.
const SCHEMA: Schema = Schema {
    code: "premises",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("premises_kind", Kind::Choice),
        Dim::new("built_year", Kind::Number),
        Dim::new("floor_area", Kind::Number).per(100),
        Dim::new("storeys", Kind::Number),
        Dim::new("circuit", Kind::Number).per(1_000),
        Dim::new("stalls", Kind::Number),
        Dim::new("building", Kind::Key),
        Dim::new("premises", Kind::Key),
    ],
};

/// See the module's text.
#[derive(Clone, Copy, Debug)]
pub struct PremisesDataset;

impl Dataset for PremisesDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &PLACES_READ
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        vec![
            NamedMeasure {
                code: "floor_area",
                measure: Measure::Sum("floor_area".into()),
            },
            NamedMeasure {
                code: "stalls",
                measure: Measure::Sum("stalls".into()),
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
        db: &'a Database,
        ctx: &'a Ctx,
        scope: &'a Scope,
        i18n: &'a I18n,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, RecordLine>>> {
        async move {
            let ids: Vec<Uuid> = records.iter().map(|(_, id)| *id).collect();
            let found = Premises::named(db.read(), &scope.communities(), &ids).await?;
            let named = |kind: &str| {
                let key = format!("premises-kind-{kind}");
                i18n.find(ctx.locale(), &key, &[])
                    .unwrap_or_else(|| kind.to_owned())
            };
            let seen = found
                .into_values()
                .filter(|one| scope.contains(one.community, &[one.grid, one.neighbourhood]));
            let lines = seen.map(|one| {
                let line = RecordLine {
                    href: format!("/places/premises/{}", one.id),
                    area: Some(one.area()),
                    facts: vec![named(one.kind.as_str()), one.address],
                    title: one.name,
                };
                (one.id, line)
            });
            Ok(lines.collect())
        }
        .boxed()
    }

    fn fields(&self, i18n: &I18n, locale: Locale) -> Vec<Field> {
        Field::all(i18n, locale, SCHEMA.code, fields::PREMISES)
    }

    fn hand_out<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        i18n: &'a I18n,
        wanted: &'a Wanted,
    ) -> BoxFuture<'a, Result<HashMap<Uuid, Vec<String>>>> {
        fields::premises(db, (ctx, i18n), wanted).boxed()
    }

    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String {
        let key = format!("premises-kind-{value}");
        match dim {
            "premises_kind" => i18n.find(locale, &key, &[]),
            _ => None,
        }
        .unwrap_or_else(|| value.to_owned())
    }
}

/// What the register says now, where the premises stood then; stalls are counted as they are now.
async fn load(db: &Database, tree: &AreaTree, community: CommunityId) -> Result<Table> {
    let grounds = grounds_of(db, tree, community).await?;
    let rows = premises::Entity::find()
        .filter(premises::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    let stalls: Vec<(Uuid, i64)> = stall::Entity::find()
        .select_only()
        .column(stall::Column::PremisesId)
        .column_as(stall::Column::Number.count(), "stalls")
        .filter(stall::Column::CommunityId.eq(community.0))
        .filter(stall::Column::EndedAt.is_null())
        .group_by(stall::Column::PremisesId)
        .into_tuple()
        .all(db.read())
        .await?;
    let stalls: HashMap<Uuid, i64> = stalls.into_iter().collect();
    let mut table = TableBuilder::new(SCHEMA);
    for row in &rows {
        let stays = grounds.premises.get(&row.id).map(|one| &one.stays);
        let (from, to) = (known_since(row.id), row.closed_at.unwrap_or(i64::MAX));
        for stay in stays.map_or(&[][..], Vec::as_slice) {
            if !table.row(row.id.as_u128(), from.max(stay.from), to.min(stay.to)) {
                continue;
            }
            table.area("area", Some(stay.area.0));
            table.text("premises_kind", Some(&row.kind));
            table.number("built_year", row.built_year.map(i64::from));
            table.number("floor_area", row.area_centi);
            table.number("storeys", row.storeys.map(i64::from));
            table.number("circuit", row.circuit_w);
            table.number("stalls", Some(stalls.get(&row.id).copied().unwrap_or(0)));
            table.key("building", row.building_id.map(|id| id.as_u128()));
            table.key("premises", Some(row.id.as_u128()));
        }
    }
    Ok(table.finish())
}
