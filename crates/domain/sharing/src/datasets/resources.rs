//! What there is to borrow, for as long as it is there.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table, TableBuilder};
use youlin_datasets::{Dataset, NamedMeasure, RecordLine};
use youlin_kernel::{AreaId, AreaTree, CommunityId, Ctx, Locale, Permission, Result, Scope};
use youlin_web::I18n;

use super::past::Past;
use crate::entities::resource;
use crate::permissions::SHARING_READ;
use crate::service::Sharing;

const SCHEMA: Schema = Schema {
    code: "resources",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("resource_kind", Kind::Choice),
        Dim::new("amount", Kind::Number),
        Dim::new("seats", Kind::Number),
        Dim::new("resource", Kind::Key),
    ],
};

/// See the module's text.
#[derive(Debug)]
pub struct ResourcesDataset(pub Arc<Sharing>);

impl Dataset for ResourcesDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &SHARING_READ
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        vec![NamedMeasure {
            code: "amount",
            measure: Measure::Sum("amount".into()),
        }]
    }

    fn stale_by(&self, topic: &str) -> bool {
        topic == crate::RESOURCE_SAVED
    }

    fn load<'a>(
        &'a self,
        db: &'a Database,
        _tree: &'a AreaTree,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Table>> {
        async move {
            let rows = resource::Entity::find()
                .filter(resource::Column::CommunityId.eq(community.0))
                .all(db.read())
                .await?;
            let past = Past::load(db, community).await?;
            let mut table = TableBuilder::new(SCHEMA);
            for row in rows {
                let end = row.retired_at.unwrap_or(i64::MAX);
                for (from, to, area) in past.stays(row.id, row.area_id, row.created_at, end) {
                    if table.row(row.id.as_u128(), from, to) {
                        table.area("area", Some(area));
                        table.text("resource_kind", Some(&row.kind));
                        table.number("amount", Some(row.amount.into()));
                        table.number("seats", row.seats.map(Into::into));
                        table.key("resource", Some(row.id.as_u128()));
                    }
                }
            }
            Ok(table.finish())
        }
        .boxed()
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
            let communities = records.iter().map(|(community, _)| community.0);
            let rows = resource::Entity::find()
                .filter(resource::Column::CommunityId.is_in(communities))
                .filter(resource::Column::Id.is_in(records.iter().map(|(_, id)| *id)))
                .all(db.read())
                .await?;
            let seen = rows
                .into_iter()
                .filter(|row| scope.contains_community(CommunityId(row.community_id)));
            Ok(seen
                .map(|row| {
                    let kind = super::word(i18n, ctx.locale(), "resource-kind", &row.kind);
                    let line = RecordLine {
                        facts: vec![kind, format!("×{}", row.amount), row.address],
                        area: Some(AreaId(row.area_id)),
                        title: row.name,
                        href: format!("/resources/{}", row.id),
                    };
                    (row.id, line)
                })
                .collect())
        }
        .boxed()
    }

    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String {
        let family = match dim {
            "resource_kind" => "resource-kind",
            _ => "data",
        };
        super::word(i18n, locale, family, value)
    }
}
