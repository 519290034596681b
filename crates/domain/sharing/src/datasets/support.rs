//! Requests for professional support: their states from their history.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table, TableBuilder};
use youlin_datasets::{Dataset, NamedMeasure, RecordLine};
use youlin_kernel::{AreaId, AreaTree, CommunityId, Ctx, Locale, Permission, Result, Scope};
use youlin_web::I18n;

use super::past::Past;
use crate::entities::{support_entry, support_request};
use crate::permissions::SUPPORT_READ;
use crate::service::Sharing;

const SCHEMA: Schema = Schema {
    code: "support",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("support_field", Kind::Choice),
        Dim::new("support_state", Kind::Choice),
        Dim::new("urgent", Kind::Choice),
        Dim::new("for_case", Kind::Choice),
        Dim::new("helped", Kind::Choice),
        Dim::new("asked", Kind::Time),
        Dim::new("ended", Kind::Time),
        Dim::new("rounds", Kind::Number),
    ],
};

/// See the module's text.
#[derive(Debug)]
pub struct SupportDataset(pub Arc<Sharing>);

fn fill(
    table: &mut TableBuilder,
    (row, area): (&support_request::Model, i64),
    state: &str,
    rounds: i64,
) {
    table.area("area", Some(area));
    table.text("support_field", Some(&row.field));
    table.text("support_state", Some(state));
    table.flag("urgent", Some(row.urgent));
    table.flag("for_case", Some(row.case_id.is_some()));
    let closed = state == "closed";
    table.text("helped", row.helped.as_deref().filter(|_| closed));
    table.number("asked", Some(row.created_at));
    table.number(
        "ended",
        row.ended_at.filter(|_| closed || state == "cancelled"),
    );
    table.number("rounds", Some(rounds));
}

impl Dataset for SupportDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &SUPPORT_READ
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        vec![NamedMeasure {
            code: "rounds",
            measure: Measure::Mean("rounds".into()),
        }]
    }

    fn time(&self) -> Option<&'static str> {
        Some("asked")
    }

    fn stale_by(&self, topic: &str) -> bool {
        topic == crate::SUPPORT_SAVED
    }

    fn load<'a>(
        &'a self,
        db: &'a Database,
        _tree: &'a AreaTree,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Table>> {
        async move {
            let rows = support_request::Entity::find()
                .filter(support_request::Column::CommunityId.eq(community.0))
                .all(db.read())
                .await?;
            let mut entries: HashMap<Uuid, Vec<support_entry::Model>> = HashMap::new();
            let found = support_entry::Entity::find()
                .filter(support_entry::Column::CommunityId.eq(community.0))
                .order_by_asc(support_entry::Column::Id)
                .all(db.read())
                .await?;
            for entry in found {
                entries.entry(entry.request_id).or_default().push(entry);
            }
            let past = Past::load(db, community).await?;
            let mut table = TableBuilder::new(SCHEMA);
            for row in rows {
                let own = entries.remove(&row.id).unwrap_or_default();
                let mut rounds = 0;
                for (at, entry) in own.iter().enumerate() {
                    rounds += i64::from(entry.kind == "ask_again");
                    let to = own.get(at + 1).map_or(i64::MAX, |next| next.at);
                    for (from, to, area) in past.stays(row.id, row.area_id, entry.at, to) {
                        if table.row(row.id.as_u128(), from, to) {
                            fill(&mut table, (&row, area), &entry.state, rounds);
                        }
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
            let rows = support_request::Entity::find()
                .filter(support_request::Column::CommunityId.is_in(communities))
                .filter(support_request::Column::Id.is_in(records.iter().map(|(_, id)| *id)))
                .all(db.read())
                .await?;
            let seen = rows.into_iter().filter(|row| {
                let area = Some(AreaId(row.area_id));
                scope.contains(CommunityId(row.community_id), &[area])
            });
            let locale = ctx.locale();
            Ok(seen
                .map(|row| {
                    let line = RecordLine {
                        title: super::word(i18n, locale, "support-field", &row.field),
                        facts: vec![
                            super::word(i18n, locale, "support", &row.state),
                            row.asked_by_name,
                        ],
                        area: Some(AreaId(row.area_id)),
                        href: format!("/support/{}", row.id),
                    };
                    (row.id, line)
                })
                .collect())
        }
        .boxed()
    }

    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String {
        let family = match dim {
            "support_field" => "support-field",
            "support_state" => "support",
            "helped" => "support-helped",
            _ => "data",
        };
        super::word(i18n, locale, family, value)
    }
}
