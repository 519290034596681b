//! Who looks after which dwelling, and what is missing. Pure: dwellings, memberships and shares in, holes out.
//!
//! A worker with shares looks after those buildings or entrances; one without any after the whole area, together with
//! the others like that. The nearest area that has anybody counts: neighbourhood, then grid, then community.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;
use youlin_kernel::AreaId;

/// A dwelling and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    pub dwelling: Uuid,
    pub building: Uuid,
    /// Empty where there is none.
    pub entrance: String,
    /// From the most specific area up to the community.
    pub areas: Vec<AreaId>,
}

/// A building or one entrance of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub building: Uuid,
    /// Empty: the whole building.
    pub entrance: String,
}

/// A micro-grid worker in office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    pub membership: Uuid,
    pub area: AreaId,
    pub shares: Vec<Share>,
}

impl Share {
    /// Whether the dwelling lies in it.
    #[must_use]
    pub fn has(&self, door: &Door) -> bool {
        self.building == door.building
            && (self.entrance.is_empty() || self.entrance == door.entrance)
    }
}

impl Worker {
    fn has(&self, door: &Door) -> bool {
        self.shares.is_empty() || self.shares.iter().any(|share| share.has(door))
    }

    /// Whether somebody said that this very building or entrance is theirs.
    fn is_named(&self, door: &Door) -> bool {
        !self.shares.is_empty() && self.has(door)
    }
}

/// Those who look after a dwelling; several where an area was not divided.
#[must_use]
pub fn workers_of<'a>(door: &Door, workers: &'a [Worker]) -> Vec<&'a Worker> {
    for area in &door.areas {
        let here = || workers.iter().filter(|one| one.area == *area);
        let named: Vec<&Worker> = here().filter(|one| one.is_named(door)).collect();
        if !named.is_empty() {
            return named;
        }
        let whole: Vec<&Worker> = here().filter(|one| one.has(door)).collect();
        if !whole.is_empty() {
            return whole;
        }
    }
    Vec::new()
}

/// The whole picture.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Dwellings of nobody.
    pub bare: Vec<Uuid>,
    /// Dwellings of each membership; those of an undivided area stand with each who shares it.
    pub of: BTreeMap<Uuid, Vec<Uuid>>,
    /// What each membership has to do: an undivided area counts with its part for each, rounded up.
    pub load: BTreeMap<Uuid, usize>,
    /// Workers of each dwelling.
    pub by: HashMap<Uuid, Vec<Uuid>>,
}

/// See the module's text.
#[must_use]
pub fn coverage(doors: &[Door], workers: &[Worker]) -> Coverage {
    let mut found = Coverage::default();
    let mut parts: BTreeMap<(Uuid, usize), usize> = BTreeMap::new();
    for worker in workers {
        found.of.entry(worker.membership).or_default();
        found.load.entry(worker.membership).or_default();
    }
    for door in doors {
        let these = workers_of(door, workers);
        if these.is_empty() {
            found.bare.push(door.dwelling);
        }
        for one in &these {
            found
                .of
                .entry(one.membership)
                .or_default()
                .push(door.dwelling);
            *parts.entry((one.membership, these.len())).or_default() += 1;
        }
        let ids = these.iter().map(|one| one.membership).collect();
        found.by.insert(door.dwelling, ids);
    }
    for ((membership, among), dwellings) in parts {
        *found.load.entry(membership).or_default() += dwellings.div_ceil(among);
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(n: u32) -> Uuid {
        Uuid::from_u128(u128::from(n))
    }

    fn door(n: u32, building: u32, entrance: &str, area: i64) -> Door {
        Door {
            dwelling: id(n),
            building: id(building),
            entrance: entrance.to_owned(),
            areas: vec![AreaId(area), AreaId(area / 10), AreaId(1)],
        }
    }

    fn worker(n: u32, area: i64, shares: &[(u32, &str)]) -> Worker {
        Worker {
            membership: id(n),
            area: AreaId(area),
            shares: shares
                .iter()
                .map(|(building, entrance)| Share {
                    building: id(*building),
                    entrance: (*entrance).to_owned(),
                })
                .collect(),
        }
    }

    #[test]
    fn a_share_goes_before_the_whole_and_the_near_before_the_far() {
        let doors = [
            door(1, 50, "1", 11),
            door(2, 50, "2", 11),
            door(3, 51, "", 12),
        ];
        let workers = [
            worker(90, 11, &[(50, "2")]),
            worker(91, 11, &[]),
            worker(92, 1, &[]),
        ];
        let found = coverage(&doors, &workers);
        assert_eq!(found.by[&id(1)], [id(91)]);
        assert_eq!(found.by[&id(2)], [id(90)]);
        assert_eq!(found.by[&id(3)], [id(92)]);
        assert!(found.bare.is_empty());
        let alone = coverage(&doors, &workers[..1]);
        assert_eq!(alone.bare, [id(1), id(3)], "who has a share has only that");
    }

    #[test]
    fn an_undivided_area_is_shared() {
        let doors: Vec<Door> = (0..5).map(|n| door(n, 50, "", 11)).collect();
        let found = coverage(&doors, &[worker(90, 11, &[]), worker(91, 11, &[])]);
        assert_eq!(found.load[&id(90)], 3);
        assert_eq!(found.of[&id(91)].len(), 5);
    }

    proptest! {
        #[test]
        fn every_dwelling_is_somebodys_or_in_the_hole(
            doors in prop::collection::vec((0u32..6, 0usize..3, 10i64..14), 0..40),
            workers in prop::collection::vec((1i64..14, prop::collection::vec((0u32..6, 0usize..3), 0..3)), 0..8),
        ) {
            let names = ["", "1", "2"];
            let doors: Vec<Door> = doors.iter().enumerate()
                .map(|(n, (building, entrance, area))| {
                    door(u32::try_from(n).unwrap() + 100, *building, names[*entrance], *area)
                }).collect();
            let workers: Vec<Worker> = workers.iter().enumerate()
                .map(|(n, (area, shares))| {
                    let shares: Vec<(u32, &str)> = shares.iter().map(|(b, e)| (*b, names[*e])).collect();
                    worker(u32::try_from(n).unwrap() + 1000, *area, &shares)
                }).collect();
            let found = coverage(&doors, &workers);
            let covered = doors.iter().filter(|one| !found.by[&one.dwelling].is_empty()).count();
            prop_assert_eq!(covered + found.bare.len(), doors.len());
            for (membership, dwellings) in &found.of {
                for dwelling in dwellings {
                    prop_assert!(found.by[dwelling].contains(membership));
                }
                prop_assert!(found.load[membership] <= dwellings.len());
            }
        }
    }
}
