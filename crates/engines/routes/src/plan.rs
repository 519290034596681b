//! From needs to rounds.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::assign::{Item, Room, assign};
use crate::gather::gather;
use crate::need::{Need, Policy, Reason};
use crate::order::{Point, Shape, Stop, walking_order};

/// Somebody or something that may be visited.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The caller's own (a UUID as a number).
    pub id: u128,
    /// The area whose workers may go there.
    pub area: u64,
    pub building: u128,
    /// Entrance within the building, 0 when it has one only.
    pub entrance: u32,
    /// Order of the doors behind the entrance: floor and room.
    pub door: u32,
    /// Of the entrance; visits without a position come last, or with their building.
    pub at: Option<Point>,
    pub needs: Vec<Need>,
}

/// Who goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    pub id: u128,
    pub areas: Vec<u64>,
    /// Visits at most.
    pub capacity: u32,
    /// Where they begin, if that is known.
    pub start: Option<Point>,
    pub shape: Shape,
}

/// A proposed visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub id: u128,
    pub points: i64,
    pub reasons: Vec<Reason>,
}

/// One entrance and the visits behind it, by their doors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundStop {
    pub building: u128,
    pub entrance: u32,
    pub visits: Vec<Proposal>,
}

/// The round of one worker.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Round {
    pub worker: u128,
    pub stops: Vec<RoundStop>,
    /// As the crow flies.
    pub metres: f64,
}

/// Why a visit is not proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyLeft {
    /// Fewer points than the policy's least.
    NotNeeded,
    /// No worker has the area.
    Nobody,
    /// All who have it are full with visits more needed.
    Full,
}

/// A visit that is not proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    pub visit: Proposal,
    pub why: WhyLeft,
}

/// The answer of [`plan`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// One for each worker, in the order of their ids; empty ones too.
    pub rounds: Vec<Round>,
    /// The most needed first.
    pub left: Vec<Left>,
}

struct Weighed<'a> {
    of: &'a Candidate,
    visit: Proposal,
}

/// Chooses, hands out and orders.
#[must_use]
pub fn plan(candidates: &[Candidate], workers: &[Worker], policy: &Policy) -> Plan {
    let mut workers: Vec<&Worker> = workers.iter().collect();
    workers.sort_by_key(|worker| worker.id);
    let (needed, mut left) = weighed(candidates, policy);
    let places = building_places(candidates);
    let items: Vec<Item> = needed
        .iter()
        .map(|one| Item {
            area: one.of.area,
            building: one.of.building,
            at: place_of(one.of, &places).map_or((0.0, 0.0), |point| (point.x, point.y)),
        })
        .collect();
    let rooms: Vec<Room> = workers
        .iter()
        .map(|worker| Room {
            areas: worker.areas.iter().copied().collect(),
            capacity: worker.capacity as usize,
        })
        .collect();
    let mut assigned = assign(&items, &rooms);
    gather(&items, &rooms, &mut assigned.held);
    let rounds = workers
        .iter()
        .zip(&assigned.held)
        .map(|(worker, held)| round(worker, held, &needed, &places))
        .collect();
    for (list, why) in [
        (&assigned.nobody, WhyLeft::Nobody),
        (&assigned.full, WhyLeft::Full),
    ] {
        left.extend(list.iter().map(|at| Left {
            visit: needed[*at].visit.clone(),
            why,
        }));
    }
    left.sort_by(|a, b| {
        let points = b.visit.points.cmp(&a.visit.points);
        points.then_with(|| a.visit.id.cmp(&b.visit.id))
    });
    Plan { rounds, left }
}

/// In order of need; of one id the first counts.
fn weighed<'a>(candidates: &'a [Candidate], policy: &Policy) -> (Vec<Weighed<'a>>, Vec<Left>) {
    let mut seen = BTreeSet::new();
    let (mut needed, mut left) = (Vec::new(), Vec::new());
    for of in candidates.iter().filter(|one| seen.insert(one.id)) {
        let (points, reasons) = policy.weigh(&of.needs);
        let visit = Proposal {
            id: of.id,
            points,
            reasons,
        };
        if visit.reasons.is_empty() || points < policy.least {
            left.push(Left {
                visit,
                why: WhyLeft::NotNeeded,
            });
        } else {
            needed.push(Weighed { of, visit });
        }
    }
    needed.sort_by(|a, b| {
        let points = b.visit.points.cmp(&a.visit.points);
        points.then_with(|| a.of.id.cmp(&b.of.id))
    });
    (needed, left)
}

/// One position for each building, for its visits that have none: that of its lowest id.
fn building_places(candidates: &[Candidate]) -> BTreeMap<u128, (u128, Point)> {
    let mut places: BTreeMap<u128, (u128, Point)> = BTreeMap::new();
    for one in candidates {
        if let Some(at) = one.at {
            let held = places.entry(one.building).or_insert((one.id, at));
            if one.id < held.0 {
                *held = (one.id, at);
            }
        }
    }
    places
}

fn place_of(one: &Candidate, places: &BTreeMap<u128, (u128, Point)>) -> Option<Point> {
    one.at
        .or_else(|| places.get(&one.building).map(|(_, at)| *at))
}

fn round(
    worker: &Worker,
    held: &[usize],
    needed: &[Weighed<'_>],
    places: &BTreeMap<u128, (u128, Point)>,
) -> Round {
    let mut entrances: BTreeMap<(u128, u32), Vec<usize>> = BTreeMap::new();
    for &at in held {
        let of = needed[at].of;
        entrances
            .entry((of.building, of.entrance))
            .or_default()
            .push(at);
    }
    let mut known: Vec<(Stop, RoundStop)> = Vec::new();
    let mut unknown: Vec<RoundStop> = Vec::new();
    for ((building, entrance), mut visits) in entrances {
        visits.sort_by_key(|at| (needed[*at].of.door, needed[*at].of.id));
        let at = visits
            .iter()
            .find_map(|at| place_of(needed[*at].of, places));
        let stop = RoundStop {
            building,
            entrance,
            visits: visits.iter().map(|at| needed[*at].visit.clone()).collect(),
        };
        match at {
            Some(at) => known.push((Stop { at, building }, stop)),
            None => unknown.push(stop),
        }
    }
    let stops: Vec<Stop> = known.iter().map(|(stop, _)| *stop).collect();
    let order = walking_order(&stops, worker.start, worker.shape);
    let mut slots: Vec<Option<RoundStop>> = known.into_iter().map(|(_, stop)| Some(stop)).collect();
    let mut walked: Vec<RoundStop> = order
        .sequence
        .iter()
        .filter_map(|at| slots[*at].take())
        .collect();
    walked.extend(unknown);
    Round {
        worker: worker.id,
        stops: walked,
        metres: order.metres,
    }
}

/// Degrees (longitude, latitude) as metres around their middle; good for a town.
#[must_use]
pub fn on_plane(positions: &[(f64, f64)]) -> Vec<Point> {
    let count = positions.len().max(1) as f64;
    let lon = positions.iter().map(|one| one.0).sum::<f64>() / count;
    let lat = positions.iter().map(|one| one.1).sum::<f64>() / count;
    // Metres per degree on the mean sphere (6,371,008.8 m).
    let per_degree = 6_371_008.8 * std::f64::consts::PI / 180.0;
    let east = per_degree * lat.to_radians().cos();
    positions
        .iter()
        .map(|one| Point::new((one.0 - lon) * east, (one.1 - lat) * per_degree))
        .collect()
}
