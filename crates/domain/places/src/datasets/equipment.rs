//! Equipment as it can be counted: kind, state and whether a look is due, where its building or premises stand.

use std::collections::HashMap;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table, TableBuilder};
use youlin_datasets::{Dataset, NamedMeasure, RecordLine, day_number, known_since};
use youlin_kernel::{AreaTree, CommunityId, Ctx, Locale, Permission, Result, Scope};
use youlin_web::I18n;

use super::grounds_of;
use crate::days;
use crate::entities::{equipment, equipment_check};
use crate::permissions::PLACES_READ;
use crate::premises::{EquipmentFilter, Premises};

/// `due` is the day of the next look, `checked` the days since the last one.
const SCHEMA: Schema = Schema {
    code: "equipment",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("equipment_kind", Kind::Choice),
        Dim::new("equipment_state", Kind::Choice),
        Dim::new("maintained", Kind::Choice),
        Dim::new("due", Kind::Day),
        Dim::new("checked", Kind::Since),
        Dim::new("pieces", Kind::Number),
        Dim::new("building", Kind::Key),
        Dim::new("premises", Kind::Key),
    ],
};

/// See the module's text.
#[derive(Clone, Copy, Debug)]
pub struct EquipmentDataset;

impl Dataset for EquipmentDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &PLACES_READ
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        vec![NamedMeasure {
            code: "pieces",
            measure: Measure::Sum("pieces".into()),
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
        db: &'a Database,
        ctx: &'a Ctx,
        scope: &'a Scope,
        i18n: &'a I18n,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, RecordLine>>> {
        async move {
            let ids: Vec<Uuid> = records.iter().map(|(_, id)| *id).collect();
            let filter = EquipmentFilter {
                ids,
                ..EquipmentFilter::default()
            };
            let found =
                Premises::equipment(db.read(), scope, &filter, ctx.now(), u64::MAX >> 1).await?;
            let named = |kind: &str| {
                let key = format!("equipment-kind-{kind}");
                i18n.find(ctx.locale(), &key, &[])
                    .unwrap_or_else(|| kind.to_owned())
            };
            let lines = found.into_iter().map(|one| {
                let line = RecordLine {
                    href: format!("/places/equipment/{}", one.id),
                    area: Some(one.area),
                    title: format!("{} · {} · {}", named(one.kind.as_str()), one.of, one.spot),
                    facts: one.due_on.into_iter().collect(),
                };
                (one.id, line)
            });
            Ok(lines.collect())
        }
        .boxed()
    }

    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String {
        let key = match dim {
            "equipment_kind" => format!("equipment-kind-{value}"),
            "equipment_state" => format!("equipment-state-{value}"),
            "maintained" => format!("data-{value}"),
            _ => return value.to_owned(),
        };
        i18n.find(locale, &key, &[])
            .unwrap_or_else(|| value.to_owned())
    }
}

/// State, last look and next look between two looks.
#[derive(Clone)]
struct Held {
    from: i64,
    state: String,
    checked_on: Option<i32>,
    due_on: Option<i32>,
}

async fn load(db: &Database, tree: &AreaTree, community: CommunityId) -> Result<Table> {
    let grounds = grounds_of(db, tree, community).await?;
    let rows = equipment::Entity::find()
        .filter(equipment::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    let mut checks: HashMap<Uuid, Vec<equipment_check::Model>> = HashMap::new();
    let all = equipment_check::Entity::find()
        .filter(equipment_check::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    for check in all {
        checks.entry(check.equipment_id).or_default().push(check);
    }
    let mut table = TableBuilder::new(SCHEMA);
    for row in &rows {
        let stays = match (row.building_id, row.premises_id) {
            (Some(id), _) => grounds.buildings.get(&id).map(|one| &one.stays),
            (_, Some(id)) => grounds.premises.get(&id).map(|one| &one.stays),
            _ => None,
        };
        let spells = spells(row, checks.remove(&row.id).unwrap_or_default());
        let ends = spells.iter().skip(1).map(|one| one.from);
        let ends = ends.chain([row.ended_at.unwrap_or(i64::MAX)]);
        for (held, to) in spells.iter().zip(ends) {
            for stay in stays.map_or(&[][..], Vec::as_slice) {
                let (from, to) = (held.from.max(stay.from), to.min(stay.to));
                if !table.row(row.id.as_u128(), from, to) {
                    continue;
                }
                table.area("area", Some(stay.area.0));
                table.text("equipment_kind", Some(&row.kind));
                table.text("equipment_state", Some(&held.state));
                let maintained = row.maintainer_id.is_some() || !row.maintainer.is_empty();
                table.flag("maintained", Some(maintained));
                table.day("due", held.due_on.and_then(number));
                table.days(
                    "checked",
                    held.checked_on.and_then(number).into_iter().collect(),
                );
                table.number("pieces", Some(i64::from(row.count)));
                table.key("building", row.building_id.map(|id| id.as_u128()));
                table.key("premises", row.premises_id.map(|id| id.as_u128()));
            }
        }
    }
    Ok(table.finish())
}

/// A stored day as figures count days.
fn number(day: i32) -> Option<i32> {
    days::date(day).map(day_number)
}

/// What was known of it from when on: each look that was the latest then begins another spell.
fn spells(row: &equipment::Model, mut checks: Vec<equipment_check::Model>) -> Vec<Held> {
    checks.sort_by_key(|check| check.at);
    let mut latest = None;
    let mut spells: Vec<Held> = Vec::new();
    for check in checks {
        if latest.is_some_and(|before| check.checked_on < before) {
            continue;
        }
        latest = Some(check.checked_on);
        spells.push(Held {
            from: check.at,
            state: check.state,
            checked_on: Some(check.checked_on),
            due_on: check.due_on,
        });
    }
    let known = known_since(row.id);
    match spells.first_mut() {
        // Entered together with its first look.
        Some(first) if first.from - known < 2_000_000 => first.from = known,
        Some(_) => {
            let before = Held {
                from: known,
                state: "working".to_owned(),
                checked_on: None,
                due_on: None,
            };
            spells.insert(0, before);
        }
        None => spells.push(Held {
            from: known,
            state: row.state.clone(),
            checked_on: row.checked_on,
            due_on: row.due_on,
        }),
    }
    spells
}
