//! Merchants as they can be counted: by trade and legal kind, where they do business, with employees, floor area and load.
//!
//! A merchant's life is cut wherever something that counts changed, by the time it was noted, so that what is entered
//! later changes nothing earlier. One with several places stands once, where it is first; one without any stands in its
//! community.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table, TableBuilder};
use youlin_datasets::{
    AskedRelease, Dataset, Field, NamedMeasure, RecordLine, Release, Wanted, day_number,
    known_since,
};
use youlin_kernel::{AreaTree, CommunityId, Ctx, Locale, Micros, Permission, Result, Scope};
use youlin_places::datasets::{Grounds, Stay, grounds_of};
use youlin_web::I18n;

use super::{MerchantRelation, Merchants, fields};
use crate::Vault;
use crate::datasets::let_out;
use crate::entities::{merchant, merchant_past, merchant_person, merchant_place};
use crate::permissions::PEOPLE_READ;
use crate::privacy::release;

const SCHEMA: Schema = Schema {
    code: "merchants",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("trade", Kind::Choice),
        Dim::new("legal_kind", Kind::Choice),
        Dim::new("coded", Kind::Choice),
        Dim::new("responsible", Kind::Choice),
        Dim::new("premises_kind", Kind::Choice),
        Dim::new("employees", Kind::Number),
        Dim::new("used_area", Kind::Number).per(100),
        Dim::new("load", Kind::Number).per(1_000),
        Dim::new("entered", Kind::Day),
        Dim::new("premises", Kind::Key),
    ],
};

/// See the module's text.
#[derive(Debug)]
pub struct MerchantsDataset(pub Arc<Vault>);

impl Dataset for MerchantsDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &PEOPLE_READ
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        let sum = |code, dim: &str| NamedMeasure {
            code,
            measure: Measure::Sum(dim.to_owned()),
        };
        vec![
            sum("employees", "employees"),
            sum("used_area", "used_area"),
            sum("load", "load"),
            NamedMeasure {
                code: "premises",
                measure: Measure::Distinct("premises".to_owned()),
            },
        ]
    }

    fn time(&self) -> Option<&'static str> {
        Some("entered")
    }

    fn stale_by(&self, topic: &str) -> bool {
        topic.starts_with("places.") || topic == crate::events::MERCHANT_SAVED
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
        _ctx: &'a Ctx,
        scope: &'a Scope,
        _i18n: &'a I18n,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, RecordLine>>> {
        async move {
            let ids: Vec<Uuid> = records.iter().map(|(_, id)| *id).collect();
            let found = Merchants::by_ids(db.read(), &self.0, scope, &ids).await?;
            let lines = found.into_iter().map(|one| {
                let line = RecordLine {
                    href: format!("/people/merchants/{}", one.id),
                    facts: vec![one.place_label()],
                    area: Some(one.area),
                    title: one.name,
                };
                (one.id, line)
            });
            Ok(lines.collect())
        }
        .boxed()
    }

    fn fields(&self, i18n: &I18n, locale: Locale) -> Vec<Field> {
        Field::all(i18n, locale, SCHEMA.code, fields::FIELDS)
    }

    fn hand_out<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        i18n: &'a I18n,
        wanted: &'a Wanted,
    ) -> BoxFuture<'a, Result<HashMap<Uuid, Vec<String>>>> {
        fields::hand_out(db, &self.0, (ctx, i18n), wanted).boxed()
    }

    /// What is public of them leaves freely.
    fn release<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        form: Uuid,
        records: usize,
        fields: &'a [String],
    ) -> BoxFuture<'a, Result<Release>> {
        async move {
            match fields::personal(fields) {
                true => release(db, ctx, form, records).await,
                false => Ok(Release::Free),
            }
        }
        .boxed()
    }

    fn ask_release<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        asked: &'a AskedRelease,
    ) -> BoxFuture<'a, Result<()>> {
        let_out::ask(db, ctx, asked).boxed()
    }

    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String {
        let key = match dim {
            "trade" => format!("trade-{value}"),
            "legal_kind" => format!("legal-kind-{value}"),
            "premises_kind" => format!("premises-kind-{value}"),
            "coded" | "responsible" => format!("data-{value}"),
            _ => return value.to_owned(),
        };
        i18n.find(locale, &key, &[])
            .unwrap_or_else(|| value.to_owned())
    }
}

/// Everything of one community.
struct Loaded {
    grounds: Grounds,
    past: HashMap<Uuid, Vec<merchant_past::Model>>,
    places: HashMap<Uuid, Vec<merchant_place::Model>>,
    persons: HashMap<Uuid, Vec<merchant_person::Model>>,
}

/// From when until when something was known to hold.
fn known(id: Uuid, ended_at: Option<i64>) -> (i64, i64) {
    (known_since(id), ended_at.unwrap_or(i64::MAX))
}

async fn load(db: &Database, tree: &AreaTree, community: CommunityId) -> Result<Table> {
    let rows = merchant::Entity::find()
        .filter(merchant::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    let mut loaded = Loaded {
        grounds: grounds_of(db, tree, community).await?,
        past: HashMap::new(),
        places: HashMap::new(),
        persons: HashMap::new(),
    };
    let past = merchant_past::Entity::find()
        .filter(merchant_past::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    for row in past {
        loaded.past.entry(row.merchant_id).or_default().push(row);
    }
    let places = merchant_place::Entity::find()
        .filter(merchant_place::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    for row in places {
        loaded.places.entry(row.merchant_id).or_default().push(row);
    }
    let persons = merchant_person::Entity::find()
        .filter(merchant_person::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    for row in persons {
        loaded.persons.entry(row.merchant_id).or_default().push(row);
    }
    let mut table = TableBuilder::new(SCHEMA);
    for row in &rows {
        rows_of(&mut table, &mut loaded, community, row);
    }
    Ok(table.finish())
}

fn rows_of(
    table: &mut TableBuilder,
    loaded: &mut Loaded,
    community: CommunityId,
    row: &merchant::Model,
) {
    let mut past = loaded.past.remove(&row.id).unwrap_or_default();
    past.sort_by_key(|one| one.valid_to);
    let places = loaded.places.remove(&row.id).unwrap_or_default();
    let persons: Vec<(i64, i64)> = loaded
        .persons
        .remove(&row.id)
        .unwrap_or_default()
        .iter()
        .filter(|one| {
            MerchantRelation::parse(&one.relation).is_some_and(MerchantRelation::responsible)
        })
        .map(|one| known(one.id, one.ended_at))
        .collect();
    let cuts = cuts(&loaded.grounds, row, &past, &places, &persons);
    let ends = cuts.iter().skip(1).copied();
    let ends: Vec<i64> = ends.chain([row.closed_at.unwrap_or(i64::MAX)]).collect();
    for (from, to) in cuts.iter().copied().zip(ends) {
        if !table.row(row.id.as_u128(), from, to) {
            continue;
        }
        let here = places
            .iter()
            .filter(|one| holds(known(one.id, one.ended_at), from));
        let here = here.min_by_key(|one| (one.valid_from, one.id));
        let ground = here.and_then(|one| loaded.grounds.premises.get(&one.premises_id));
        let stay = ground.and_then(|one| {
            one.stays
                .iter()
                .find(|stay| holds((stay.from, stay.to), from))
        });
        table.area("area", Some(stay.map_or(community.0, |stay| stay.area.0)));
        table.text("premises_kind", ground.map(|one| one.kind.as_str()));
        table.key("premises", here.map(|one| one.premises_id.as_u128()));
        let responsible = persons.iter().any(|one| holds(*one, from));
        table.flag("responsible", Some(responsible));
        table.day(
            "entered",
            Some(day_number(Micros(row.created_at).local().date())),
        );
        let was = past.iter().find(|one| from < one.valid_to);
        let coded = was.map_or(row.credit_code.is_some(), |one| one.coded);
        table.flag("coded", Some(coded));
        table.text("trade", Some(was.map_or(&row.trade, |one| &one.trade)));
        table.text("legal_kind", Some(was.map_or(&row.kind, |one| &one.kind)));
        let employees = was.map_or(row.employees, |one| one.employees);
        table.number("employees", employees.map(i64::from));
        table.number(
            "used_area",
            was.map_or(row.area_centi, |one| one.area_centi),
        );
        table.number("load", was.map_or(row.load_w, |one| one.load_w));
    }
}

fn holds((from, to): (i64, i64), at: i64) -> bool {
    from <= at && at < to
}

/// The moments at which anything changed, the first being when the merchant became known. What was entered together with
/// it is known together.
fn cuts(
    grounds: &Grounds,
    row: &merchant::Model,
    past: &[merchant_past::Model],
    places: &[merchant_place::Model],
    persons: &[(i64, i64)],
) -> Vec<i64> {
    let known_at = row.created_at.min(known_since(row.id));
    let stays = places
        .iter()
        .filter_map(|one| grounds.premises.get(&one.premises_id))
        .flat_map(|one| &one.stays)
        .flat_map(|stay: &Stay| [stay.from, stay.to]);
    let places = places.iter().map(|one| known(one.id, one.ended_at));
    let spells = places.chain(persons.iter().copied());
    let mut cuts: Vec<i64> = spells
        .flat_map(|(from, to)| [from, to])
        .chain(stays)
        .chain(past.iter().map(|one| one.valid_to))
        .filter(|at| *at > known_at && *at < i64::MAX)
        .collect();
    cuts.push(known_at);
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}
