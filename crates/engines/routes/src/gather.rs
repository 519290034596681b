//! Bringing together what lies together: visits of one building to one worker, neighbouring buildings to the same.
//!
//! Which visits are made does not change here, only by whom; nobody gets more than their room or a visit outside their areas.

use std::collections::BTreeMap;

use crate::assign::{Item, Room};

/// Rounds of bettering; each looks at every group once.
const ROUNDS: usize = 8;

/// Visits of one worker in one building.
#[derive(Clone, Debug)]
struct Group {
    worker: usize,
    items: Vec<usize>,
    at: (f64, f64),
}

pub(crate) fn gather(items: &[Item], rooms: &[Room], held: &mut [Vec<usize>]) {
    join(items, rooms, held);
    let mut groups = groups(items, held);
    for _ in 0..ROUNDS {
        if !exchange(items, rooms, &mut groups, held.len()) {
            break;
        }
    }
    for list in held.iter_mut() {
        list.clear();
    }
    for group in groups {
        held[group.worker].extend(group.items);
    }
}

/// A building split between workers goes to the one with most of it, as far as there is room.
fn join(items: &[Item], rooms: &[Room], held: &mut [Vec<usize>]) {
    let mut buildings: BTreeMap<u128, BTreeMap<usize, usize>> = BTreeMap::new();
    for (worker, list) in held.iter().enumerate() {
        for at in list {
            let counts = buildings.entry(items[*at].building).or_default();
            *counts.entry(worker).or_default() += 1;
        }
    }
    for (building, counts) in buildings.iter().filter(|(_, counts)| counts.len() > 1) {
        let most = counts
            .iter()
            .max_by_key(|(worker, count)| (**count, usize::MAX - **worker));
        let Some((&target, _)) = most else { continue };
        for &other in counts.keys().filter(|worker| **worker != target) {
            let moving: Vec<usize> = held[other]
                .iter()
                .copied()
                .filter(|at| items[*at].building == *building)
                .collect();
            for at in moving {
                if !rooms[target].areas.contains(&items[at].area) {
                    continue;
                }
                if held[target].len() >= rooms[target].capacity
                    && !give_back(items, rooms, held, target, other, *building)
                {
                    continue;
                }
                held[other].retain(|one| *one != at);
                held[target].push(at);
            }
        }
    }
}

/// Makes room by handing over a visit that stands alone in its building.
fn give_back(
    items: &[Item],
    rooms: &[Room],
    held: &mut [Vec<usize>],
    from: usize,
    to: usize,
    keep: u128,
) -> bool {
    let alone = |at: usize| {
        let building = items[at].building;
        let here = held[from]
            .iter()
            .filter(|one| items[**one].building == building);
        building != keep && here.count() == 1
    };
    let found = held[from]
        .iter()
        .position(|at| rooms[to].areas.contains(&items[*at].area) && alone(*at));
    let Some(place) = found else { return false };
    let at = held[from].remove(place);
    held[to].push(at);
    true
}

fn groups(items: &[Item], held: &[Vec<usize>]) -> Vec<Group> {
    let mut groups: BTreeMap<(usize, u128), Group> = BTreeMap::new();
    for (worker, list) in held.iter().enumerate() {
        for &at in list {
            let group = groups
                .entry((worker, items[at].building))
                .or_insert_with(|| Group {
                    worker,
                    items: Vec::new(),
                    at: items[at].at,
                });
            group.items.push(at);
        }
    }
    groups.into_values().collect()
}

/// Swaps groups of the same size between workers where both come nearer to the middle of the rest.
fn exchange(items: &[Item], rooms: &[Room], groups: &mut [Group], workers: usize) -> bool {
    let middles = middles(groups, workers);
    let mut by_worker: Vec<Vec<usize>> = vec![Vec::new(); workers];
    for (at, group) in groups.iter().enumerate() {
        by_worker[group.worker].push(at);
    }
    let away = |group: &Group, worker: usize| {
        let (x, y) = middles[worker];
        (group.at.0 - x).powi(2) + (group.at.1 - y).powi(2)
    };
    let may = |group: &Group, worker: usize| {
        let areas = &rooms[worker].areas;
        group
            .items
            .iter()
            .all(|at| areas.contains(&items[*at].area))
    };
    let mut any = false;
    for at in 0..groups.len() {
        let own = groups[at].worker;
        let mut best: Option<(f64, usize)> = None;
        for worker in (0..workers).filter(|worker| *worker != own) {
            let gain = away(&groups[at], own) - away(&groups[at], worker);
            if gain <= 0.0 || !may(&groups[at], worker) {
                continue;
            }
            for &other in &by_worker[worker] {
                let other_group = &groups[other];
                let is_there = other_group.worker == worker;
                if !is_there || other_group.items.len() != groups[at].items.len() {
                    continue;
                }
                let sum = gain + away(other_group, worker) - away(other_group, own);
                if sum > best.map_or(1.0, |(held, _)| held) && may(other_group, own) {
                    best = Some((sum, other));
                }
            }
        }
        if let Some((_, other)) = best {
            let worker = groups[other].worker;
            groups[other].worker = own;
            groups[at].worker = worker;
            by_worker[own].push(other);
            by_worker[worker].push(at);
            any = true;
        }
    }
    any
}

fn middles(groups: &[Group], workers: usize) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0, 0.0f64); workers];
    for group in groups {
        let sum = &mut sums[group.worker];
        let weight = group.items.len() as f64;
        sum.0 += group.at.0 * weight;
        sum.1 += group.at.1 * weight;
        sum.2 += weight;
    }
    let middle = |(x, y, count): (f64, f64, f64)| (x / count.max(1.0), y / count.max(1.0));
    sums.into_iter().map(middle).collect()
}
