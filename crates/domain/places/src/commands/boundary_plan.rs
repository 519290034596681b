//! A boundary file: read, judged against everything that will be in force beside it, then taken in whole or not at all.
//!
//! A file is judged for each day on which one of its boundaries begins: its own boundaries of that day together with the
//! stored ones around them (parents, siblings, children). Otherwise a file of one grid could quietly overlap its neighbour.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use serde_json::Value;
use youlin_kernel::{AreaLevel, CommunityId, Problem, Result};
use youlin_locate::{BoundaryArea, BoundaryFault, FaultKind, RawShape, check_boundaries};

use crate::areas::AreaRows;
use crate::entities::boundary;
use crate::import::Refused;
use crate::shape::{self, Unreadable};
use crate::{Datum, days};

/// One boundary of the file.
#[derive(Clone, Debug)]
pub(crate) struct BoundaryDraft {
    /// Number of the feature, counted from 1.
    pub(crate) number: u32,
    pub(crate) area_id: i64,
    pub(crate) from: i32,
    /// First day it no longer holds, where the file says so.
    pub(crate) to: Option<i32>,
    pub(crate) shape: RawShape,
    pub(crate) illustrative: bool,
}

#[derive(Deserialize)]
struct Collection {
    #[serde(rename = "type")]
    kind: String,
    features: Vec<Feature>,
    crs: Option<Value>,
}

#[derive(Deserialize)]
struct Feature {
    #[serde(default)]
    properties: Option<serde_json::Map<String, Value>>,
    geometry: Value,
}

impl Feature {
    fn text(&self, name: &str) -> String {
        match self.properties.as_ref().and_then(|all| all.get(name)) {
            Some(Value::String(text)) => crate::words::clean(text),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    fn day(&self, name: &str, number: u32) -> Result<Option<i32>, Refused> {
        match self.text(name).as_str() {
            "" => Ok(None),
            text => text
                .parse::<Date>()
                .map(|day| Some(days::number(day)))
                .map_err(|_no_day| Refused::new(number, name, "no-day").arg("value", text)),
        }
    }
}

/// What a file says, and what in it cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct BoundaryFile {
    pub(crate) drafts: Vec<BoundaryDraft>,
    pub(crate) refused: Vec<Refused>,
}

/// Reads a FeatureCollection whose features carry `code` (and, where needed, `scheme`, `valid_from`, `valid_to`,
/// `illustrative`). Without `valid_from` a boundary holds from `today` on.
///
/// # Errors
/// 422 on `file` when it is no such collection or in a datum that is not known.
pub(crate) fn read(text: &str, datum: Datum, rows: &AreaRows, today: i32) -> Result<BoundaryFile> {
    let collection: Collection = serde_json::from_str(text).map_err(|error| {
        Problem::invalid("file", "geojson-syntax")
            .field_arg("line", error.line())
            .field_arg("column", error.column())
    })?;
    if collection.kind != "FeatureCollection" {
        return Err(Problem::invalid("file", "geojson-collection"));
    }
    if let Some(name) = foreign_datum(collection.crs.as_ref()) {
        return Err(Problem::invalid("file", "geojson-datum").field_arg("name", name));
    }
    let mut file = BoundaryFile {
        drafts: Vec::new(),
        refused: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    for (number, feature) in (1u32..).zip(&collection.features) {
        match draft(feature, number, datum, rows, today) {
            Ok(draft) if !seen.insert((draft.area_id, draft.from)) => {
                let code = feature.text("code");
                let refused = Refused::new(number, "code", "key-twice").arg("code", code);
                file.refused.push(refused);
            }
            Ok(draft) => file.drafts.push(draft),
            Err(refused) => file.refused.push(refused),
        }
    }
    Ok(file)
}

/// The old `crs` member, when it names something other than WGS-84 (or CGCS2000, the same within centimetres).
fn foreign_datum(crs: Option<&Value>) -> Option<String> {
    let name = crs?.pointer("/properties/name")?.as_str()?;
    let known = ["CRS84", "4326", "4490"];
    (!known.iter().any(|same| name.ends_with(same))).then(|| name.to_owned())
}

fn draft(
    feature: &Feature,
    number: u32,
    datum: Datum,
    rows: &AreaRows,
    today: i32,
) -> Result<BoundaryDraft, Refused> {
    let code = feature.text("code");
    if code.is_empty() {
        return Err(Refused::new(number, "code", "cell-empty"));
    }
    let refuse =
        |column: &str, why: &'static str| Refused::new(number, column, why).arg("code", &code);
    let area = rows
        .find(&feature.text("scheme"), &code)
        .map_err(|none| refuse("code", none.code()))?;
    if area.closed_at.is_some() {
        return Err(refuse("code", "area-closed").arg("area", &area.name));
    }
    let from = feature.day("valid_from", number)?.unwrap_or(today);
    let to = feature.day("valid_to", number)?;
    if to.is_some_and(|to| to <= from) {
        return Err(refuse("valid_to", "days-backwards"));
    }
    let mut shape = shape::rings(&feature.geometry).map_err(|why| match why {
        Unreadable::NoPolygon => refuse("geometry", "no-polygon"),
        Unreadable::ShortPosition => refuse("geometry", "short-position"),
    })?;
    convert(&mut shape, datum);
    let illustrative = feature
        .properties
        .as_ref()
        .and_then(|all| all.get("illustrative"))
        .and_then(Value::as_bool)
        .unwrap_or(false);
    Ok(BoundaryDraft {
        number,
        area_id: area.area_id,
        from,
        to,
        shape,
        illustrative,
    })
}

fn convert(shape: &mut RawShape, datum: Datum) {
    if datum == Datum::Wgs84 {
        return;
    }
    for point in shape.iter_mut().flatten().flatten() {
        let (lon, lat) = youlin_locate::Datum::from(datum).to_wgs84(point[0], point[1]);
        *point = [lon, lat];
    }
}

/// When which area has a stored boundary, without the shapes.
struct Spans(Vec<(i64, i32, Option<i32>)>);

impl Spans {
    async fn load(conn: &impl ConnectionTrait) -> Result<Self> {
        let rows = boundary::Entity::find()
            .select_only()
            .columns([
                boundary::Column::AreaId,
                boundary::Column::ValidFrom,
                boundary::Column::ValidTo,
            ])
            .filter(boundary::Column::CommunityId.eq(CommunityId::SYSTEM.0))
            .into_tuple()
            .all(conn)
            .await?;
        Ok(Self(rows))
    }

    fn on(&self, day: i32) -> BTreeSet<i64> {
        let holds = |from: i32, to: Option<i32>| from <= day && to.is_none_or(|end| end > day);
        self.0
            .iter()
            .filter(|(_, from, to)| holds(*from, *to))
            .map(|(area, _, _)| *area)
            .collect()
    }
}

/// Everything wrong with the file, given what is stored.
///
/// # Errors
/// 503 when the database cannot answer.
pub(crate) async fn judge(
    conn: &impl ConnectionTrait,
    rows: &AreaRows,
    drafts: &[BoundaryDraft],
) -> Result<Vec<Refused>> {
    let spans = Spans::load(conn).await?;
    let turns: BTreeSet<i32> = drafts.iter().map(|draft| draft.from).collect();
    let mut faults: Vec<Refused> = Vec::new();
    for day in turns {
        let own: BTreeMap<i64, &BoundaryDraft> = drafts
            .iter()
            .filter(|draft| draft.from <= day && draft.to.is_none_or(|end| end > day))
            // Of two versions in one file the later one holds.
            .fold(BTreeMap::new(), |mut own, draft| {
                let held: &mut &BoundaryDraft = own.entry(draft.area_id).or_insert(draft);
                if held.from < draft.from {
                    *held = draft;
                }
                own
            });
        for fault in judge_day(conn, rows, &own, &spans.on(day), day).await? {
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
    }
    faults.sort_by_key(|fault| fault.line);
    Ok(faults)
}

async fn judge_day(
    conn: &impl ConnectionTrait,
    rows: &AreaRows,
    own: &BTreeMap<i64, &BoundaryDraft>,
    stored: &BTreeSet<i64>,
    day: i32,
) -> Result<Vec<Refused>> {
    let open = |id: &&i64| {
        rows.by_id
            .get(*id)
            .is_some_and(|row| row.closed_at.is_none())
    };
    let bounded: BTreeSet<i64> = stored
        .iter()
        .filter(open)
        .chain(own.keys())
        .copied()
        .collect();
    let parents: BTreeMap<i64, Option<i64>> = bounded
        .iter()
        .map(|id| (*id, bounded_parent(rows, &bounded, *id)))
        .collect();
    let around: Vec<i64> = bounded
        .iter()
        .filter(|id| !own.contains_key(id) && concerns(rows, &parents, own, **id))
        .copied()
        .collect();
    let shapes = stored_shapes(conn, &around, day).await?;
    let mut areas: Vec<BoundaryArea> = Vec::with_capacity(own.len() + shapes.len());
    let of_file = own.iter().map(|(id, draft)| (*id, draft.shape.clone()));
    for (id, shape) in of_file.chain(shapes) {
        let Some(row) = rows.by_id.get(&id) else {
            continue;
        };
        areas.push(BoundaryArea {
            key: id,
            code: row.code.clone(),
            level: u8::try_from(row.level).unwrap_or(u8::MAX),
            parent: parents
                .get(&id)
                .copied()
                .flatten()
                .filter(|parent| own.contains_key(parent) || around.contains(parent)),
            shape,
        });
    }
    let mut faults: Vec<Refused> = check_boundaries(&areas)
        .iter()
        .filter_map(|fault| refusal(rows, own, fault))
        .collect();
    faults.extend(missing_communities(rows, own, &bounded));
    Ok(faults)
}

/// The nearest area above that has a boundary.
fn bounded_parent(rows: &AreaRows, bounded: &BTreeSet<i64>, id: i64) -> Option<i64> {
    let mut next = rows.by_id.get(&id).and_then(|row| row.parent_id);
    while let Some(at) = next {
        if bounded.contains(&at) {
            return Some(at);
        }
        next = rows.by_id.get(&at).and_then(|row| row.parent_id);
    }
    None
}

/// Whether a stored boundary is parent, sibling or child of one in the file.
fn concerns(
    rows: &AreaRows,
    parents: &BTreeMap<i64, Option<i64>>,
    own: &BTreeMap<i64, &BoundaryDraft>,
    id: i64,
) -> bool {
    let parent_of = |id: i64| parents.get(&id).copied().flatten();
    let level_of = |id: i64| rows.by_id.get(&id).map(|row| row.level);
    own.keys().any(|mine| {
        parent_of(*mine) == Some(id)
            || parent_of(id) == Some(*mine)
            || (parent_of(id) == parent_of(*mine) && level_of(id) == level_of(*mine))
    })
}

async fn stored_shapes(
    conn: &impl ConnectionTrait,
    areas: &[i64],
    day: i32,
) -> Result<Vec<(i64, RawShape)>> {
    if areas.is_empty() {
        return Ok(Vec::new());
    }
    let found = boundary::Entity::find()
        .filter(boundary::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(boundary::Column::AreaId.is_in(areas.iter().copied()))
        .filter(boundary::Column::ValidFrom.lte(day))
        .all(conn)
        .await?;
    Ok(found
        .into_iter()
        .filter(|row| row.valid_to.is_none_or(|end| end > day))
        .filter_map(|row| Some((row.area_id, shape::stored_rings(&row.shape)?)))
        .collect())
}

/// Once one community of a subdistrict is drawn, a community left out would be a hole nobody answers for.
fn missing_communities(
    rows: &AreaRows,
    own: &BTreeMap<i64, &BoundaryDraft>,
    bounded: &BTreeSet<i64>,
) -> Vec<Refused> {
    let community = AreaLevel::Community as i32;
    let touched: BTreeSet<i64> = own
        .keys()
        .filter_map(|id| rows.by_id.get(id))
        .filter(|row| row.level == community)
        .filter_map(|row| row.parent_id)
        .collect();
    rows.by_id
        .values()
        .filter(|row| row.level == community && row.closed_at.is_none())
        .filter(|row| {
            row.parent_id
                .is_some_and(|parent| touched.contains(&parent))
        })
        .filter(|row| !bounded.contains(&row.area_id))
        .map(|row| {
            let parent = row.parent_id.and_then(|id| rows.by_id.get(&id));
            Refused::new(0, "code", "community-missing")
                .arg("code", &row.code)
                .arg("area", &row.name)
                .arg("parent", parent.map_or("", |parent| &parent.name))
        })
        .collect()
}

/// A fault that concerns the file, with the area's name, its code and the place.
fn refusal(
    rows: &AreaRows,
    own: &BTreeMap<i64, &BoundaryDraft>,
    fault: &BoundaryFault,
) -> Option<Refused> {
    let other = match fault.kind {
        FaultKind::OverlapSibling { with, .. } => Some(with),
        FaultKind::ChildOutsideParent { parent, .. }
        | FaultKind::ParentNotAbove { parent }
        | FaultKind::ParentMissing { parent } => Some(parent),
        _ => None,
    };
    let draft = own.get(&fault.key).or_else(|| own.get(&other?))?;
    let name = |id: i64| rows.by_id.get(&id).map_or("", |row| row.name.as_str());
    let code = match fault.kind {
        FaultKind::Empty { .. } => "ring-empty",
        FaultKind::TooFewPoints { .. } => "ring-few-points",
        FaultKind::UnclosedRing { .. } => "ring-unclosed",
        FaultKind::OutOfRange { .. } => "ring-range",
        FaultKind::CrossingRing { .. } => "ring-crossing",
        FaultKind::HoleOutsideRing { .. } => "ring-hole",
        FaultKind::PartsOverlap { .. } => "parts-overlap",
        FaultKind::ChildOutsideParent { .. } => "outside-parent",
        FaultKind::OverlapSibling { .. } => "overlaps",
        _ => "boundary-fault",
    };
    let mut refused = Refused::new(draft.number, "geometry", code)
        .arg("code", &fault.code)
        .arg("area", name(fault.key));
    if let Some(other) = other {
        refused = refused.arg("other", name(other));
    }
    match fault.kind {
        FaultKind::ChildOutsideParent { distance_m, .. } => {
            refused = refused.arg("metres", format!("{distance_m:.1}"));
        }
        FaultKind::OverlapSibling { area_m2, .. } => {
            refused = refused.arg("square_metres", format!("{area_m2:.0}"));
        }
        _ => {}
    }
    if let Some((lon, lat)) = fault.place() {
        refused = refused
            .arg("lon", format!("{lon:.6}"))
            .arg("lat", format!("{lat:.6}"));
    }
    Some(refused)
}
