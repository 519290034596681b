//! The dimensions of a case, and how a case stands in a list of evidence.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table};
use youlin_datasets::{Dataset, NamedMeasure, RecordLine};
use youlin_kernel::{AreaId, AreaTree, CommunityId, Ctx, Locale, Permission, Result, Scope};
use youlin_web::I18n;

use super::load;
use crate::entities::case_record;
use crate::permissions::CASES_READ;
use crate::queries::category_name;
use crate::service::Cases;

pub(super) const SCHEMA: Schema = Schema {
    code: "cases",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("status", Kind::Choice),
        Dim::new("open", Kind::Choice),
        Dim::new("category", Kind::Choice),
        Dim::new("source", Kind::Choice),
        Dim::new("urgency", Kind::Choice),
        Dim::new("reported", Kind::Time),
        Dim::new("due", Kind::Time),
        Dim::new("ended", Kind::Time),
        Dim::new("overdue", Kind::Choice),
        Dim::new("accepted", Kind::Choice),
        Dim::new("handled", Kind::Choice),
        Dim::new("on_time", Kind::Choice),
        Dim::new("deferred", Kind::Choice),
        Dim::new("reworked", Kind::Choice),
        Dim::new("called_back", Kind::Choice),
        Dim::new("responded", Kind::Choice),
        Dim::new("solved", Kind::Choice),
        Dim::new("satisfied", Kind::Choice),
        Dim::new("supervised", Kind::Choice),
        Dim::new("reworks", Kind::Number),
        Dim::new("accept_minutes", Kind::Number),
        Dim::new("close_hours", Kind::Number),
        Dim::new("building", Kind::Key),
        Dim::new("dwelling", Kind::Key),
        // Who reported it: never grouped by, only for relations.
        Dim::new("person", Kind::Key),
    ],
};

/// See the module's text.
#[derive(Debug)]
pub struct CasesDataset(pub Arc<Cases>);

impl Dataset for CasesDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &CASES_READ
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        let mean = |code, dim: &str| NamedMeasure {
            code,
            measure: Measure::Mean(dim.to_owned()),
        };
        vec![
            mean("accept_minutes", "accept_minutes"),
            mean("close_hours", "close_hours"),
            NamedMeasure {
                code: "buildings",
                measure: Measure::Distinct("building".into()),
            },
        ]
    }

    fn time(&self) -> Option<&'static str> {
        Some("reported")
    }

    fn stale_by(&self, topic: &str) -> bool {
        topic.starts_with("cases.") || topic == youlin_people::events::PERSONS_MERGED
    }

    fn load<'a>(
        &'a self,
        db: &'a Database,
        _tree: &'a AreaTree,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Table>> {
        load::load(db, community).boxed()
    }

    fn describe<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        scope: &'a Scope,
        i18n: &'a I18n,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, RecordLine>>> {
        self.lines(db, ctx, scope, i18n, records).boxed()
    }

    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String {
        let family = match dim {
            "category" => return category_name(&self.0.catalogue(), value, locale),
            "status" | "source" | "urgency" => dim,
            _ => "data",
        };
        i18n.find(locale, &format!("{family}-{value}"), &[])
            .unwrap_or_else(|| value.to_owned())
    }
}

impl CasesDataset {
    async fn lines(
        &self,
        db: &Database,
        ctx: &Ctx,
        scope: &Scope,
        i18n: &I18n,
        records: &[(CommunityId, Uuid)],
    ) -> Result<HashMap<Uuid, RecordLine>> {
        let communities = records.iter().map(|(community, _)| community.0);
        let rows = case_record::Entity::find()
            .filter(col("community_id").is_in(communities))
            .filter(col("id").is_in(records.iter().map(|(_, id)| *id)))
            .all(db.read())
            .await?;
        let (catalogue, locale) = (self.0.catalogue(), ctx.locale());
        let seen = rows.into_iter().filter(|row| {
            let areas = [row.grid_id.map(AreaId), row.neighbourhood_id.map(AreaId)];
            scope.contains(CommunityId(row.community_id), &areas)
        });
        Ok(seen
            .map(|row| {
                let area = row
                    .neighbourhood_id
                    .or(row.grid_id)
                    .unwrap_or(row.community_id);
                let line = RecordLine {
                    facts: vec![
                        category_name(&catalogue, &row.category, locale),
                        i18n.text(locale, &format!("status-{}", row.status), &[]),
                        row.address,
                    ],
                    area: Some(AreaId(area)),
                    title: row.number,
                    href: format!("/cases/{}", row.id),
                };
                (row.id, line)
            })
            .collect())
    }
}
