//! Asking the register for one reading of the numbers in a text.

use super::Why;
use super::book::{AddressBook, Dwelling, LabelId, NONE};
use super::names::Scope;
use super::parts::Reading;
use std::cmp::Reverse;
use std::ops::Range;

/// Several entrances have the room and none was said; several buildings, or only one, likewise.
const ENTRANCE_UNSAID: f32 = 0.9;
const BUILDING_UNSAID: f32 = 0.6;
const BUILDING_UNSAID_BUT_ONE: f32 = 0.9;
/// Each number said that the register does not have; an entrance where the register has none at all.
const NOT_FOUND: f32 = 0.6;
const NO_ENTRANCES: f32 = 0.95;
/// Numbers left over when no dwelling was found.
const LEFT_OVER: f32 = 0.7;
/// More places than this for one reading are no help to anybody.
pub(super) const MAX_PLACES: usize = 500;

/// What a candidate stands for, inside the book; the more specific comes first, then the register's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Dwelling(u32),
    Entrance(u32, LabelId),
    Building(u32),
    Estate(u32),
}

/// The dwellings a name leads to.
pub(super) enum Pool<'a> {
    Range(Range<u32>),
    List(&'a [u32]),
}

impl Pool<'_> {
    pub(super) fn ids(&self) -> impl Iterator<Item = u32> + '_ {
        let (range, list) = match self {
            Self::Range(range) => (range.clone(), &[][..]),
            Self::List(list) => (0..0, *list),
        };
        range.chain(list.iter().copied())
    }
}

/// A reading in the book's own labels, looked up once.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted {
    pub(super) building: Option<LabelId>,
    pub(super) entrance: Option<LabelId>,
    pub(super) room: Option<LabelId>,
    pub(super) left: usize,
}

/// A label no dwelling has.
const UNKNOWN: LabelId = LabelId::MAX;

/// How well a reading fits: parts found, not found, left over.
pub(super) type Rank = (usize, Reverse<usize>, Reverse<usize>);

/// What the register says to one reading.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) targets: Vec<Target>,
    pub(super) factor: f32,
    pub(super) why: Vec<Why>,
    pub(super) rank: Rank,
}

/// Dwellings that fit all parts found so far.
struct Narrowing<'a> {
    book: &'a AddressBook,
    pool: &'a Pool<'a>,
    ids: Option<Vec<u32>>,
    why: Vec<Why>,
    factor: f32,
    missing: usize,
}

impl Narrowing<'_> {
    /// Keeps what fits, unless that would be nothing: then the part is missing in the register.
    fn keep(&mut self, why: Why, fits: impl Fn(&Dwelling) -> bool) -> bool {
        let fits = |at: &u32| fits(&self.book.dwellings[*at as usize]);
        let fitting: Vec<u32> = match &self.ids {
            Some(ids) => ids.iter().copied().filter(fits).collect(),
            None => self.pool.ids().filter(fits).collect(),
        };
        let found = !fitting.is_empty();
        if found {
            self.ids = Some(fitting);
            self.why.push(why);
        } else {
            self.missing += 1;
        }
        found
    }

    fn has_entrances(&self) -> bool {
        let has_one = |at: u32| self.book.dwellings[at as usize].entrance != NONE;
        match &self.ids {
            Some(ids) => ids.iter().copied().any(has_one),
            None => self.pool.ids().any(has_one),
        }
    }
}

impl AddressBook {
    pub(super) fn wanted(&self, reading: &Reading) -> Wanted {
        let id = |label: &Option<String>| {
            label
                .as_ref()
                .map(|label| self.labels.get(label).copied().unwrap_or(UNKNOWN))
        };
        Wanted {
            building: id(&reading.building),
            entrance: id(&reading.entrance),
            room: id(&reading.room),
            left: reading.left,
        }
    }

    pub(super) fn pool(&self, scope: Scope) -> Pool<'_> {
        match scope {
            Scope::Estate(estate) => Pool::Range(self.dwellings_of_estate(estate)),
            Scope::Building(building) => {
                Pool::Range(self.buildings[building as usize].dwellings.clone())
            }
            Scope::Street(street) => Pool::List(&self.streets[street as usize]),
        }
    }

    /// Asks the register for one reading among the dwellings of a name.
    pub(super) fn ask(&self, scope: Scope, pool: &Pool<'_>, wanted: Wanted) -> Outcome {
        let mut search = Narrowing {
            book: self,
            pool,
            ids: None,
            why: Vec::new(),
            factor: 1.0,
            missing: 0,
        };
        if let Some(label) = wanted.building {
            let fitting = self.in_building(scope, pool, label);
            if fitting.is_empty() {
                return self.elsewhere(scope, pool, wanted);
            }
            search.ids = Some(fitting);
            search.why.push(Why::BuildingNumber);
        }
        let mut entrance_found = false;
        if let Some(label) = wanted.entrance {
            entrance_found =
                search.keep(Why::EntranceNumber, |dwelling| dwelling.entrance == label);
            if !entrance_found {
                search.factor *= if search.has_entrances() {
                    NOT_FOUND
                } else {
                    NO_ENTRANCES
                };
            }
        }
        let mut room_found = false;
        if let Some(label) = wanted.room {
            room_found = search.keep(Why::RoomNumber, |dwelling| dwelling.room == label);
            let building_said = wanted.building.is_some() || matches!(scope, Scope::Building(_));
            search.factor *= match (&search.ids, room_found) {
                (Some(rooms), true) => self.unsaid(rooms, building_said, entrance_found),
                _ => NOT_FOUND,
            };
        }
        let left_over = !room_found && wanted.left > 0;
        if left_over {
            search.factor *= LEFT_OVER;
        }
        let rank = (
            search.why.len(),
            Reverse(search.missing),
            Reverse(wanted.left),
        );
        if search.missing > 0 || left_over {
            search.why.push(Why::Partial);
        }
        let targets = match &search.ids {
            Some(ids) => self.targets(ids, room_found, entrance_found),
            None => self.whole(scope, pool),
        };
        Outcome {
            targets,
            factor: search.factor,
            why: search.why,
            rank,
        }
    }

    /// The dwellings of a name in the building of a label. An estate of any size is asked by its buildings.
    fn in_building(&self, scope: Scope, pool: &Pool<'_>, label: LabelId) -> Vec<u32> {
        let Scope::Estate(estate) = scope else {
            return pool
                .ids()
                .filter(|at| self.has_building(&self.dwellings[*at as usize], label))
                .collect();
        };
        let Range { start, end } = self.estates[estate as usize].buildings;
        let numbered = self
            .buildings_by_label
            .get(&label)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let first = numbered.partition_point(|building| *building < start);
        let ours = numbered[first..]
            .iter()
            .take_while(|building| **building < end);
        ours.flat_map(|building| self.buildings[*building as usize].dwellings.clone())
            .collect()
    }

    /// The building said is not among the dwellings: rooms of other buildings would be guesses.
    fn elsewhere(&self, scope: Scope, pool: &Pool<'_>, wanted: Wanted) -> Outcome {
        let missing =
            1 + usize::from(wanted.entrance.is_some()) + usize::from(wanted.room.is_some());
        Outcome {
            targets: self.whole(scope, pool),
            factor: NOT_FOUND,
            why: vec![Why::Partial],
            rank: (0, Reverse(missing), Reverse(wanted.left)),
        }
    }

    pub(super) fn has_building(&self, dwelling: &Dwelling, label: LabelId) -> bool {
        self.buildings[dwelling.building as usize]
            .labels
            .contains(&label)
    }

    /// The factor for what a text leaves open about rooms that fit it.
    fn unsaid(&self, rooms: &[u32], building_said: bool, entrance_said: bool) -> f32 {
        let mut buildings: Vec<u32> = rooms
            .iter()
            .map(|at| self.dwellings[*at as usize].building)
            .collect();
        buildings.dedup();
        let houses = buildings
            .iter()
            .any(|at| self.buildings[*at as usize].labels != [NONE]);
        let building = match (building_said || !houses, buildings.len()) {
            (true, _) => 1.0,
            (false, 1) => BUILDING_UNSAID_BUT_ONE,
            (false, _) => BUILDING_UNSAID,
        };
        let entrance = if !entrance_said && rooms.len() > buildings.len() {
            ENTRANCE_UNSAID
        } else {
            1.0
        };
        building * entrance
    }

    /// The places of the most specific part that was found.
    fn targets(&self, ids: &[u32], room_found: bool, entrance_found: bool) -> Vec<Target> {
        let mut targets: Vec<Target> = ids
            .iter()
            .map(|&at| {
                let dwelling = &self.dwellings[at as usize];
                match (room_found, entrance_found) {
                    (true, _) => Target::Dwelling(at),
                    (false, true) => Target::Entrance(dwelling.building, dwelling.entrance),
                    (false, false) => Target::Building(dwelling.building),
                }
            })
            .collect();
        targets.dedup();
        targets.truncate(MAX_PLACES);
        targets
    }

    /// What a name alone stands for. A street address is the smallest thing that holds all its dwellings.
    fn whole(&self, scope: Scope, pool: &Pool<'_>) -> Vec<Target> {
        match scope {
            Scope::Estate(estate) => return vec![Target::Estate(estate)],
            Scope::Building(building) => return vec![Target::Building(building)],
            Scope::Street(_) => {}
        }
        let ids: Vec<u32> = pool.ids().collect();
        if let [only] = ids[..]
            && self.dwellings[only as usize].room != NONE
        {
            return vec![Target::Dwelling(only)];
        }
        let buildings = self.targets(&ids, false, false);
        let estate_of =
            |at: u32| self.buildings[self.dwellings[at as usize].building as usize].estate;
        let (Some(&first), Some(&last)) = (ids.first(), ids.last()) else {
            return Vec::new();
        };
        let whole_estate = self.dwellings_of_estate(estate_of(first));
        let covers = estate_of(first) == estate_of(last) && whole_estate.len() == ids.len();
        let named = !self.estates[estate_of(first) as usize].text.is_empty();
        if covers && named && buildings.len() > 1 {
            return vec![Target::Estate(estate_of(first))];
        }
        buildings
    }
}
