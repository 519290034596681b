//! What of the rosters can be counted: hours that seconded staff gave, and dwellings by who looks after them.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table, TableBuilder};
use youlin_datasets::{Dataset, NamedMeasure, RecordLine, day_number, known_since};
use youlin_kernel::{AreaTree, CommunityId, Ctx, Locale, Permission, Result, Scope};
use youlin_web::I18n;

use super::entities::{secondment, secondment_hours};
use super::{hours_of, secondments};
use crate::Vault;
use crate::permissions::ROSTERS_READ;

const SCHEMA: Schema = Schema {
    code: "seconded_hours",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("unit", Kind::Choice),
        Dim::new("hours_state", Kind::Choice),
        Dim::new("minutes", Kind::Number),
        Dim::new("given", Kind::Day),
        Dim::new("person", Kind::Key),
    ],
};

/// Each day's time that was given is one record.
#[derive(Debug)]
pub struct SecondedHoursDataset(pub Arc<Vault>);

impl Dataset for SecondedHoursDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &ROSTERS_READ
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        vec![
            NamedMeasure {
                code: "minutes",
                measure: Measure::Sum("minutes".into()),
            },
            NamedMeasure {
                code: "people",
                measure: Measure::Distinct("person".into()),
            },
        ]
    }

    fn time(&self) -> Option<&'static str> {
        Some("given")
    }

    fn stale_by(&self, topic: &str) -> bool {
        topic == super::SAVED
    }

    fn load<'a>(
        &'a self,
        db: &'a Database,
        _tree: &'a AreaTree,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Table>> {
        load(db, community).boxed()
    }

    fn describe<'a>(
        &'a self,
        db: &'a Database,
        _ctx: &'a Ctx,
        scope: &'a Scope,
        _i18n: &'a I18n,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, RecordLine>>> {
        async move {
            let all = secondments(db.read(), &self.0, scope).await?;
            let hours = hours_of(db.read(), scope, &all, None).await?;
            let wanted = hours
                .into_iter()
                .filter(|one| records.iter().any(|(_, id)| *id == one.id));
            Ok(wanted
                .map(|one| {
                    let line = RecordLine {
                        href: format!("/rosters/seconded/{}", one.secondment),
                        title: format!("{} · {}", one.name, one.day),
                        facts: vec![one.unit, one.what],
                        area: Some(one.community.into()),
                    };
                    (one.id, line)
                })
                .collect())
        }
        .boxed()
    }

    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String {
        let known = match dim {
            "hours_state" => i18n.find(locale, &format!("hours-{value}"), &[]),
            _ => None,
        };
        known.unwrap_or_else(|| value.to_owned())
    }
}

async fn load(db: &Database, community: CommunityId) -> Result<Table> {
    let given = secondment::Entity::find()
        .filter(secondment::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    let hours = secondment_hours::Entity::find()
        .filter(secondment_hours::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    let mut table = TableBuilder::new(SCHEMA);
    for row in hours {
        let Some(of) = given.iter().find(|one| one.id == row.secondment_id) else {
            continue;
        };
        // What was decided later was only noted until then.
        let decided = row.decided_at.unwrap_or(i64::MAX);
        let spells = [
            (known_since(row.id), decided, "noted"),
            (decided, i64::MAX, row.state.as_str()),
        ];
        for (from, to, state) in spells {
            if !table.row(row.id.as_u128(), from, to) {
                continue;
            }
            table.area("area", Some(community.0));
            table.text("unit", Some(&of.unit));
            table.text("hours_state", Some(state));
            table.number("minutes", Some(i64::from(row.minutes)));
            table.day("given", row.day.parse().ok().map(day_number));
            table.key("person", Some(of.person_id.as_u128()));
        }
    }
    Ok(table.finish())
}
