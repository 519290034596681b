//! Where the buildings of a community stood, day by day, as the boundaries in force had it.
//!
//! The rule of [`crate::stand`] on each day: a boundary is ended, never overwritten, so what stood in grid 2 before it was
//! split stood there for ever, and what the register said of a building before is kept (`building_past`).

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, AreaTree, CommunityId, Micros, Result};
use youlin_locate::{AreaIndex, AreaShape, Located};

use crate::entities::{
    area, boundary, building, building_past, dwelling, estate, premises, premises_past,
};
use crate::stand::stands;
use crate::{days, shape};

/// Where a building stood from `from` until just before `to`, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    pub from: i64,
    pub to: i64,
    /// The most specific area.
    pub area: AreaId,
}

/// A building, torn down or not.
#[derive(Clone, Debug)]
pub struct Building {
    pub estate: Option<Uuid>,
    /// In order, without gaps, from the beginning of time to its end.
    pub stays: Vec<Stay>,
}

/// A dwelling, closed or not.
#[derive(Clone, Debug)]
pub struct Dwelling {
    pub building: Uuid,
    pub usage: String,
    pub floor: Option<i32>,
    /// 0.01 m²
    pub area_centi: Option<i64>,
    pub closed_at: Option<i64>,
}

/// Premises, closed or not.
#[derive(Clone, Debug)]
pub struct PremisesGround {
    pub kind: String,
    /// As those of a building.
    pub stays: Vec<Stay>,
}

/// The register of one community through time.
#[derive(Debug, Default)]
pub struct Grounds {
    pub buildings: HashMap<Uuid, Building>,
    pub dwellings: HashMap<Uuid, Dwelling>,
    pub premises: HashMap<Uuid, PremisesGround>,
    /// Names.
    pub estates: HashMap<Uuid, String>,
}

impl Grounds {
    /// Where a dwelling's building stood.
    #[must_use]
    pub fn stays(&self, dwelling: Uuid) -> &[Stay] {
        self.dwellings
            .get(&dwelling)
            .and_then(|dwelling| self.buildings.get(&dwelling.building))
            .map_or(&[], |building| building.stays.as_slice())
    }
}

/// Reads the register of a community with the history of its boundaries.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn grounds_of(db: &Database, tree: &AreaTree, community: CommunityId) -> Result<Grounds> {
    let below = tree.subtree(community.into());
    let rows = boundary::Entity::find()
        .filter(boundary::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(boundary::Column::AreaId.is_in(below.iter().skip(1).map(|area| area.0)))
        .all(db.read())
        .await?;
    let periods = periods(&rows, tree);
    let closed: Vec<(i64, Option<i64>)> = area::Entity::find()
        .select_only()
        .columns([area::Column::AreaId, area::Column::ClosedAt])
        .filter(area::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(area::Column::AreaId.is_in(below.iter().map(|area| area.0)))
        .filter(area::Column::ClosedAt.is_not_null())
        .into_tuple()
        .all(db.read())
        .await?;
    let closed: HashMap<i64, i64> = closed
        .into_iter()
        .filter_map(|(area, at)| Some((area, at?)))
        .collect();
    let buildings = building::Entity::find()
        .filter(building::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    let estates: Vec<(Uuid, String)> = estate::Entity::find()
        .select_only()
        .columns([estate::Column::Id, estate::Column::Name])
        .filter(estate::Column::CommunityId.eq(community.0))
        .into_tuple()
        .all(db.read())
        .await?;
    let dwellings: Vec<DwellingTuple> = dwelling::Entity::find()
        .select_only()
        .columns([
            dwelling::Column::Id,
            dwelling::Column::BuildingId,
            dwelling::Column::Usage,
            dwelling::Column::Floor,
            dwelling::Column::AreaCenti,
            dwelling::Column::ClosedAt,
        ])
        .filter(dwelling::Column::CommunityId.eq(community.0))
        .into_tuple()
        .all(db.read())
        .await?;
    let mut past: HashMap<Uuid, Vec<Said>> = HashMap::new();
    let rows = building_past::Entity::find()
        .filter(building_past::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    for row in rows {
        let said = Said::of(row.area_id, row.lon.zip(row.lat), row.valid_to);
        past.entry(row.building_id).or_default().push(said);
    }
    let (premises, premises_past) = premises_of(db, community).await?;
    past.extend(premises_past);
    let through = Through {
        tree,
        community,
        periods: &periods,
        closed: &closed,
    };
    let stays = |id: Uuid, now: Said, end: Option<i64>| {
        let past = past.get(&id).map_or(&[][..], Vec::as_slice);
        stays(&through, past, now, end)
    };
    let here = |areas: [Option<i64>; 2]| areas[0].or(areas[1]).unwrap_or(community.0);
    Ok(Grounds {
        buildings: buildings
            .iter()
            .map(|row| {
                let area = here([row.neighbourhood_id, row.grid_id]);
                let now = Said::of(area, row.lon.zip(row.lat), i64::MAX);
                let building = Building {
                    estate: row.estate_id,
                    stays: stays(row.id, now, row.closed_at),
                };
                (row.id, building)
            })
            .collect(),
        premises: premises
            .into_iter()
            .map(|row| {
                let area = here([row.neighbourhood_id, row.grid_id]);
                let now = Said::of(area, row.lon.zip(row.lat), i64::MAX);
                let ground = PremisesGround {
                    kind: row.kind,
                    stays: stays(row.id, now, row.closed_at),
                };
                (row.id, ground)
            })
            .collect(),
        dwellings: dwellings.into_iter().map(dwelling_of).collect(),
        estates: estates.into_iter().collect(),
    })
}

/// Premises and what the register said of where they stood before.
async fn premises_of(
    db: &Database,
    community: CommunityId,
) -> Result<(Vec<premises::Model>, HashMap<Uuid, Vec<Said>>)> {
    let rows = premises::Entity::find()
        .filter(premises::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    let moved = premises_past::Entity::find()
        .filter(premises_past::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    let mut past: HashMap<Uuid, Vec<Said>> = HashMap::new();
    for row in moved {
        let said = Said::of(row.area_id, row.lon.zip(row.lat), row.valid_to);
        past.entry(row.premises_id).or_default().push(said);
    }
    Ok((rows, past))
}

type DwellingTuple = (Uuid, Uuid, String, Option<i32>, Option<i64>, Option<i64>);

fn dwelling_of(
    (id, building, usage, floor, area_centi, closed_at): DwellingTuple,
) -> (Uuid, Dwelling) {
    let dwelling = Dwelling {
        building,
        usage,
        floor,
        area_centi,
        closed_at,
    };
    (id, dwelling)
}

/// Boundaries between two days on which any of them changed.
struct Period {
    from: i64,
    to: i64,
    index: AreaIndex,
}

fn periods(rows: &[boundary::Model], tree: &AreaTree) -> Vec<Period> {
    let mut turns: Vec<i32> = rows
        .iter()
        .flat_map(|row| [Some(row.valid_from), row.valid_to])
        .flatten()
        .collect();
    turns.sort_unstable();
    turns.dedup();
    let mut ends = turns
        .iter()
        .skip(1)
        .map(|day| Some(*day))
        .collect::<Vec<_>>();
    ends.push(None);
    turns
        .iter()
        .zip(ends)
        .map(|(day, end)| Period {
            from: midnight(*day),
            to: end.map_or(i64::MAX, midnight),
            index: index_on(rows, tree, *day),
        })
        .collect()
}

fn index_on(rows: &[boundary::Model], tree: &AreaTree, day: i32) -> AreaIndex {
    let holding = rows
        .iter()
        .filter(|row| row.valid_from <= day && row.valid_to.is_none_or(|end| end > day));
    let shapes = holding.filter_map(|row| {
        Some(AreaShape {
            key: row.area_id,
            level: tree.get(AreaId(row.area_id))?.level as u8,
            shape: shape::stored(&row.shape)?,
        })
    });
    AreaIndex::build(shapes.collect())
}

fn midnight(day: i32) -> i64 {
    days::date(day)
        .and_then(|date| date.to_zoned(Micros(0).local().time_zone().clone()).ok())
        .map_or(i64::MAX, |start| Micros::from(start.timestamp()).0)
}

/// Puts a building's stays together.
struct Standing<'a> {
    tree: &'a AreaTree,
    /// When areas were closed.
    closed: &'a HashMap<i64, i64>,
    community: CommunityId,
    /// The building's own.
    end: i64,
    all: Vec<Stay>,
}

impl Standing<'_> {
    /// A closed area holds its past only: from then on its records stand in the area above.
    fn put(&mut self, from: i64, to: i64, area: AreaId) {
        let to = std::cmp::min(to, self.end);
        if from >= to {
            return;
        }
        let above = self.tree.get(area).and_then(|node| node.parent);
        match (self.closed.get(&area.0), above) {
            (Some(closed), Some(above)) if *closed < to && area != self.community.into() => {
                self.add(from, *closed, area);
                self.put(std::cmp::max(from, *closed), to, above);
            }
            _ => self.add(from, to, area),
        }
    }

    fn add(&mut self, from: i64, to: i64, area: AreaId) {
        match self.all.last_mut() {
            _ if from >= to => {}
            Some(last) if last.area == area => last.to = to,
            _ => self.all.push(Stay { from, to, area }),
        }
    }
}

/// What the register said of a building until `to`.
#[derive(Clone, Copy)]
struct Said {
    area: AreaId,
    at: Option<(f64, f64)>,
    to: i64,
}

impl Said {
    fn of(area: i64, at: Option<(f64, f64)>, to: i64) -> Self {
        let area = AreaId(area);
        Self { area, at, to }
    }
}

/// What the stays of everything in a community are found with.
struct Through<'a> {
    tree: &'a AreaTree,
    community: CommunityId,
    periods: &'a [Period],
    /// When areas were closed.
    closed: &'a HashMap<i64, i64>,
}

/// From everything the register ever said of it.
fn stays(through: &Through<'_>, past: &[Said], now: Said, end: Option<i64>) -> Vec<Stay> {
    let Through {
        tree,
        community,
        periods,
        closed,
    } = *through;
    let mut standing = Standing {
        tree,
        closed,
        community,
        end: end.unwrap_or(i64::MAX),
        all: Vec::new(),
    };
    let mut said = past.to_vec();
    said.sort_by_key(|one| one.to);
    said.push(now);
    let first = periods.first().map_or(i64::MAX, |period| period.from);
    let mut from = i64::MIN;
    for said in said {
        standing.put(from, std::cmp::min(first, said.to), said.area);
        for period in periods {
            let (begin, end) = (period.from.max(from), period.to.min(said.to));
            if begin >= end {
                continue;
            }
            let found = said
                .at
                .and_then(|(lon, lat)| match period.index.locate(lon, lat) {
                    Located::Inside { key, .. } => Some(AreaId(key)),
                    Located::Outside { .. } => None,
                });
            standing.put(begin, end, stands(tree, said.area, found));
        }
        from = said.to;
    }
    standing.all
}
