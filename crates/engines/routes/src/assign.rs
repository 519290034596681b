//! Which visits are made, and by whom.
//!
//! Visits are taken in order of need. One that finds every worker of its area full may still be made when somebody hands
//! a visit on to a colleague with room: a chain of such hand-overs is looked for before it is given up. Taking in order of need
//! with such chains leaves out no visit that could be made in place of one less needed (the sets that can be made form a
//! matroid).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What the assignment needs to know of a visit; in order of need.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub area: u64,
    pub building: u128,
    pub at: (f64, f64),
}

#[derive(Clone, Debug)]
pub(crate) struct Room {
    pub areas: BTreeSet<u64>,
    pub capacity: usize,
}

#[derive(Debug)]
pub(crate) struct Assigned {
    /// Items of each worker.
    pub held: Vec<Vec<usize>>,
    /// Items nobody has room for, and those whose area nobody has.
    pub full: Vec<usize>,
    pub nobody: Vec<usize>,
}

pub(crate) fn assign(items: &[Item], rooms: &[Room]) -> Assigned {
    let mut by_area: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (worker, room) in rooms.iter().enumerate() {
        for area in &room.areas {
            by_area.entry(*area).or_default().push(worker);
        }
    }
    let mut state = Assigner {
        items,
        rooms,
        by_area,
        held: vec![Vec::new(); rooms.len()],
        sums: vec![(0.0, 0.0); rooms.len()],
        closed: BTreeSet::new(),
    };
    let (mut full, mut nobody) = (Vec::new(), Vec::new());
    for (at, item) in items.iter().enumerate() {
        if !state.by_area.contains_key(&item.area) {
            nobody.push(at);
        } else if !state.take(at) {
            full.push(at);
        }
    }
    Assigned {
        held: state.held,
        full,
        nobody,
    }
}

struct Assigner<'a> {
    items: &'a [Item],
    rooms: &'a [Room],
    by_area: BTreeMap<u64, Vec<usize>>,
    held: Vec<Vec<usize>>,
    /// Sums of positions, for the middle of each worker's visits.
    sums: Vec<(f64, f64)>,
    /// Areas that no chain helps any more; room never grows, so it stays like that.
    closed: BTreeSet<u64>,
}

impl Assigner<'_> {
    fn take(&mut self, at: usize) -> bool {
        let area = self.items[at].area;
        if self.closed.contains(&area) {
            return false;
        }
        if let Some(worker) = self.with_room(at) {
            self.put(worker, at);
            return true;
        }
        if self.chain(at) {
            return true;
        }
        self.closed.insert(area);
        false
    }

    fn workers(&self, area: u64) -> &[usize] {
        self.by_area.get(&area).map_or(&[], Vec::as_slice)
    }

    fn has_room(&self, worker: usize) -> bool {
        self.held[worker].len() < self.rooms[worker].capacity
    }

    /// Who is in the building anyway, else who has the most of their room left, else who is nearest.
    fn with_room(&self, at: usize) -> Option<usize> {
        let item = &self.items[at];
        let rank = |worker: &usize| {
            let held = &self.held[*worker];
            let is_there = held
                .iter()
                .any(|one| self.items[*one].building == item.building);
            let share = held.len() * 1_000 / self.rooms[*worker].capacity.max(1);
            (!is_there, share)
        };
        let away = |worker: usize| {
            let count = self.held[worker].len() as f64;
            let (x, y) = self.sums[worker];
            if count == 0.0 {
                0.0
            } else {
                (x / count - item.at.0).hypot(y / count - item.at.1)
            }
        };
        let workers = self.workers(item.area).iter().copied();
        workers
            .filter(|worker| self.has_room(*worker))
            .min_by(|a, b| {
                let order = rank(a).cmp(&rank(b));
                order
                    .then_with(|| away(*a).total_cmp(&away(*b)))
                    .then_with(|| a.cmp(b))
            })
    }

    /// Breadth first over workers; a step hands one visit of an area on to another worker of that area.
    fn chain(&mut self, at: usize) -> bool {
        let mut from: Vec<Option<(usize, u64)>> = vec![None; self.rooms.len()];
        let mut seen: BTreeSet<usize> = self.workers(self.items[at].area).iter().copied().collect();
        let roots = seen.clone();
        let mut queue: VecDeque<usize> = seen.iter().copied().collect();
        while let Some(worker) = queue.pop_front() {
            if self.has_room(worker) {
                self.hand_on(at, worker, &from, &roots);
                return true;
            }
            let areas: BTreeSet<u64> = self.held[worker]
                .iter()
                .map(|one| self.items[*one].area)
                .collect();
            for area in areas {
                for &next in self.by_area.get(&area).map_or(&[][..], Vec::as_slice) {
                    if seen.insert(next) {
                        from[next] = Some((worker, area));
                        queue.push_back(next);
                    }
                }
            }
        }
        false
    }

    fn hand_on(
        &mut self,
        at: usize,
        end: usize,
        from: &[Option<(usize, u64)>],
        roots: &BTreeSet<usize>,
    ) {
        let mut worker = end;
        while !roots.contains(&worker) {
            let Some((before, area)) = from[worker] else {
                break;
            };
            let items = self.items;
            let Some(place) = self.held[before]
                .iter()
                .rposition(|one| items[*one].area == area)
            else {
                break;
            };
            let one = self.held[before].remove(place);
            self.sums[before].0 -= items[one].at.0;
            self.sums[before].1 -= items[one].at.1;
            self.put(worker, one);
            worker = before;
        }
        self.put(worker, at);
    }

    fn put(&mut self, worker: usize, at: usize) {
        self.held[worker].push(at);
        self.sums[worker].0 += self.items[at].at.0;
        self.sums[worker].1 += self.items[at].at.1;
    }
}
