//! Which reading of a text the register knows, and how sure that is.
//!
//! A score is a product of plain factors: how the name was written × how far the numbers stand from it × what was
//! left unsaid or not found. Everything said and found exactly scores 1.

use super::book::{AddressBook, LabelId, NONE};
use super::names::{Hit, Meaning, Scope, Spelling};
use super::normalise::normalise;
use super::parts::{Reading, Token, groups, readings, tokens};
use super::{Candidate, Label, Match, Why};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

/// One slip in a name of four or more characters, and of three.
const SLIP: f32 = 0.8;
const SLIP_SHORT: f32 = 0.6;
/// A part of a name, times how much of it.
const PART: f32 = 0.6;
/// Words between the name and the numbers; a shortened name followed by other words.
const APART: f32 = 0.9;
const SHORT_APART: f32 = 0.7;
/// Unfitting words further than this part a name from its numbers.
const MAX_APART: usize = 6;
/// Several entrances have the room and none was said; several buildings, or only one, likewise.
const ENTRANCE_UNSAID: f32 = 0.9;
const BUILDING_UNSAID: f32 = 0.6;
const BUILDING_UNSAID_BUT_ONE: f32 = 0.9;
/// Each number said that the register does not have; an entrance where the register has none at all.
const NOT_FOUND: f32 = 0.6;
const NO_ENTRANCES: f32 = 0.95;
/// Numbers left over when no dwelling was found.
const LEFT_OVER: f32 = 0.7;
/// No name in the text: one place in the whole book fits, or several.
const NAMELESS_ONE: f32 = 0.75;
const NAMELESS_MANY: f32 = 0.45;
/// Below this the best named candidate leaves room for nameless ones.
const DOUBTFUL: f32 = 0.5;
/// Words without meaning between a name and its numbers.
const FILLERS: &str = " ,-的第里内面在住小区社";
/// More places than this for one reading are no help to anybody.
const MAX_PLACES: usize = 500;

/// What a candidate stands for, inside the book. Ordered as the register is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Dwelling(u32),
    Entrance(u32, LabelId),
    Building(u32),
    Estate(u32),
}

#[derive(Debug, Clone)]
struct Found {
    score: f32,
    why: Vec<Why>,
}

/// The dwellings a name leads to.
#[derive(Clone)]
enum Pool<'a> {
    Range(Range<u32>),
    List(&'a [u32]),
}

impl Pool<'_> {
    fn ids(&self) -> impl Iterator<Item = u32> + '_ {
        let (range, list) = match self {
            Self::Range(range) => (range.clone(), &[][..]),
            Self::List(list) => (0..0, *list),
        };
        range.chain(list.iter().copied())
    }
}

/// What the register says to one reading.
#[derive(Debug)]
struct Outcome {
    targets: Vec<Target>,
    factor: f32,
    why: Vec<Why>,
    /// Parts found, not found and left over.
    rank: (usize, std::cmp::Reverse<usize>, std::cmp::Reverse<usize>),
}

impl AddressBook {
    /// What a text may mean, best first, at most `limit` candidates. Only the first 400 characters are read.
    ///
    /// Without the name of an estate every fitting place is a candidate with a low score; a room number alone is none.
    #[must_use]
    pub fn find(&self, text: &str, limit: usize) -> Vec<Candidate> {
        let text = normalise(text);
        let hits = self.names.find(&text);
        let mut found: BTreeMap<Target, Found> = BTreeMap::new();
        for hit in &hits {
            for meaning in &self.names.names[hit.name].meanings {
                self.follow(&text, &hits, hit, meaning, &mut found);
            }
        }
        if found.values().all(|found| found.score < DOUBTFUL) {
            self.find_nameless(&text, &hits, &mut found);
        }
        let mut ranked: Vec<(Target, Found)> = found.into_iter().collect();
        ranked.sort_by(order);
        ranked.truncate(limit);
        ranked
            .into_iter()
            .map(|(target, found)| self.candidate(target, found))
            .collect()
    }

    /// One meaning of one name, with the numbers around it.
    fn follow(
        &self,
        text: &[char],
        hits: &[Hit],
        hit: &Hit,
        meaning: &Meaning,
        found: &mut BTreeMap<Target, Found>,
    ) {
        let (spelling, mut why) = self.spelled(hit, meaning);
        let (scope, from) = self.narrow(text, hit.end, meaning.scope);
        if scope != meaning.scope {
            why.push(Why::BuildingAlias);
        }
        let (near, groups) = self.around(text, hits, hit, from, meaning.partial);
        let pool = self.pool(scope);
        let mut best: Option<(Outcome, f32)> = None;
        for (group, apart) in groups {
            for reading in readings(text, &group, &|label| self.labels.contains_key(label)) {
                if matches!(scope, Scope::Building(_)) && reading.building.is_some() {
                    continue;
                }
                let outcome = self.ask(scope, &pool, &reading);
                let better = best.as_ref().is_none_or(|(best, factor)| {
                    outcome
                        .rank
                        .cmp(&best.rank)
                        .then((outcome.factor * apart).total_cmp(&(best.factor * factor)))
                        == Ordering::Greater
                });
                if better {
                    best = Some((outcome, apart));
                }
            }
        }
        let (outcome, apart) =
            best.unwrap_or_else(|| (self.ask(scope, &pool, &Reading::default()), near));
        let score = meaning.quality * spelling * apart * outcome.factor;
        why.extend(outcome.why);
        add(found, &outcome.targets, score, &why);
    }

    /// The factor and the reasons of how a name is written.
    fn spelled(&self, hit: &Hit, meaning: &Meaning) -> (f32, Vec<Why>) {
        let length = self.names.names[hit.name].chars.len();
        let mut why = vec![meaning.why];
        let factor = match hit.spelling {
            Spelling::Exact => 1.0,
            Spelling::Slip => {
                why.push(Why::Fuzzy { distance: 1 });
                if length > 3 { SLIP } else { SLIP_SHORT }
            }
            Spelling::Part(part) => PART * part as f32 / length as f32,
        };
        if meaning.partial || matches!(hit.spelling, Spelling::Part(_)) {
            why.push(Why::Partial);
        }
        (factor, why)
    }

    /// An estate followed by the name of one of its buildings is that building.
    fn narrow(&self, text: &[char], end: usize, scope: Scope) -> (Scope, usize) {
        let Scope::Estate(estate) = scope else {
            return (scope, end);
        };
        let start = end
            + text[end..]
                .iter()
                .take_while(|c| FILLERS.contains(**c))
                .count();
        let named = self.estates[estate as usize]
            .buildings
            .clone()
            .flat_map(|building| {
                self.buildings[building as usize]
                    .names
                    .iter()
                    .map(move |name| (name.len(), building, name))
            });
        let longest = named
            .filter(|(_, _, name)| text[start..].starts_with(name))
            .max_by_key(|(length, ..)| *length);
        longest.map_or((scope, end), |(length, building, _)| {
            (Scope::Building(building), start + length)
        })
    }

    fn pool(&self, scope: Scope) -> Pool<'_> {
        match scope {
            Scope::Estate(estate) => Pool::Range(self.dwellings_of_estate(estate)),
            Scope::Building(building) => {
                Pool::Range(self.buildings[building as usize].dwellings.clone())
            }
            Scope::Street(street) => Pool::List(&self.streets[street as usize]),
        }
    }

    /// The groups of numbers that may belong to a name, each with the factor of its distance: those after it, else one
    /// directly before it. And the factor when none fits.
    fn around(
        &self,
        text: &[char],
        hits: &[Hit],
        hit: &Hit,
        from: usize,
        short: bool,
    ) -> (f32, Vec<(Vec<Token>, f32)>) {
        let apart_factor = if short { SHORT_APART } else { APART };
        let in_a_name = |place: usize| {
            hits.iter()
                .any(|hit| hit.spelling == Spelling::Exact && (hit.start..hit.end).contains(&place))
        };
        let apart = |range: Range<usize>| {
            range
                .filter(|place| !FILLERS.contains(text[*place]) && !in_a_name(*place))
                .count()
        };
        let free = |tokens: Vec<Token>| -> Vec<Token> {
            tokens
                .into_iter()
                .filter(|token| !in_a_name(token.start))
                .collect()
        };
        let mut near: Vec<(Vec<Token>, f32)> = groups(text, free(tokens(text, from, text.len())))
            .into_iter()
            .map(|group| (apart(from..group[0].start), group))
            .take_while(|(apart, _)| *apart <= MAX_APART)
            .map(|(apart, group)| (group, if apart == 0 { 1.0 } else { apart_factor }))
            .collect();
        if near.is_empty() {
            let before = groups(text, free(tokens(text, 0, hit.start)));
            let last = before.into_iter().next_back();
            near.extend(
                last.filter(|group| apart(group[group.len() - 1].end..hit.start) == 0)
                    .map(|group| (group, APART)),
            );
        }
        let runs_on = short && text.get(from).is_some_and(|c| !FILLERS.contains(*c));
        (if runs_on { SHORT_APART } else { 1.0 }, near)
    }

    /// Asks the register for one reading among the dwellings of a name.
    fn ask(&self, scope: Scope, pool: &Pool<'_>, reading: &Reading) -> Outcome {
        let mut why = Vec::new();
        let (mut found, mut missing, mut factor) = (0, 0, 1.0f32);
        let mut ids: Option<Vec<u32>> = None;
        if let Some(label) = &reading.building {
            let id = self.labels.get(label).copied();
            let fitting = pool
                .ids()
                .filter(|at| id.is_some_and(|id| self.has_building(*at, id)))
                .collect::<Vec<_>>();
            if fitting.is_empty() {
                let missing = 1
                    + usize::from(reading.entrance.is_some())
                    + usize::from(reading.room.is_some());
                return self.unfound(scope, pool, missing, reading.left);
            }
            why.push(Why::BuildingNumber);
            found += 1;
            ids = Some(fitting);
        }
        let building_found = ids.is_some();
        let all = |ids: &Option<Vec<u32>>| ids.clone().unwrap_or_else(|| pool.ids().collect());
        let mut entrance_found = false;
        if let Some(label) = &reading.entrance {
            let before = all(&ids);
            let fitting = self.with_label(&before, label, |book, at| {
                book.dwellings[at as usize].entrance
            });
            entrance_found = !fitting.is_empty();
            if entrance_found {
                why.push(Why::EntranceNumber);
                found += 1;
                ids = Some(fitting);
            } else {
                let none_at_all = before
                    .iter()
                    .all(|at| self.dwellings[*at as usize].entrance == NONE);
                factor *= if none_at_all { NO_ENTRANCES } else { NOT_FOUND };
                missing += 1;
            }
        }
        let mut room_found = false;
        if let Some(label) = &reading.room {
            let fitting = self.with_label(&all(&ids), label, |book, at| {
                book.dwellings[at as usize].room
            });
            room_found = !fitting.is_empty();
            if room_found {
                why.push(Why::RoomNumber);
                found += 1;
                factor *= self.unsaid(
                    &fitting,
                    building_found || matches!(scope, Scope::Building(_)),
                    entrance_found,
                );
                ids = Some(fitting);
            } else {
                factor *= NOT_FOUND;
                missing += 1;
            }
        }
        if !room_found && reading.left > 0 {
            factor *= LEFT_OVER;
        }
        if missing > 0 || (!room_found && reading.left > 0) {
            why.push(Why::Partial);
        }
        let targets = match ids {
            Some(ids) => self.targets(&ids, room_found, entrance_found),
            None => self.whole(scope, pool),
        };
        Outcome {
            targets,
            factor,
            why,
            rank: (
                found,
                std::cmp::Reverse(missing),
                std::cmp::Reverse(reading.left),
            ),
        }
    }

    fn unfound(&self, scope: Scope, pool: &Pool<'_>, missing: usize, left: usize) -> Outcome {
        Outcome {
            targets: self.whole(scope, pool),
            factor: NOT_FOUND,
            why: vec![Why::Partial],
            rank: (0, std::cmp::Reverse(missing), std::cmp::Reverse(left)),
        }
    }

    fn has_building(&self, dwelling: u32, label: LabelId) -> bool {
        let building = self.dwellings[dwelling as usize].building;
        self.buildings[building as usize].labels.contains(&label)
    }

    fn with_label(&self, ids: &[u32], label: &str, of: impl Fn(&Self, u32) -> LabelId) -> Vec<u32> {
        let Some(&id) = self.labels.get(label) else {
            return Vec::new();
        };
        ids.iter()
            .copied()
            .filter(|at| of(self, *at) == id)
            .collect()
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

    /// Places for a text without a known name.
    fn find_nameless(&self, text: &[char], hits: &[Hit], found: &mut BTreeMap<Target, Found>) {
        let in_a_name = |token: &Token| {
            hits.iter().any(|hit| {
                hit.spelling == Spelling::Exact && (hit.start..hit.end).contains(&token.start)
            })
        };
        let numbers = tokens(text, 0, text.len())
            .into_iter()
            .filter(|token| !in_a_name(token))
            .collect();
        let mut best: Vec<Outcome> = Vec::new();
        for group in groups(text, numbers) {
            for reading in readings(text, &group, &|label| self.labels.contains_key(label)) {
                let Some(id) = reading
                    .building
                    .as_ref()
                    .and_then(|label| self.labels.get(label))
                else {
                    continue;
                };
                let inner = Reading {
                    building: None,
                    ..reading.clone()
                };
                for &building in self.buildings_by_label.get(id).into_iter().flatten() {
                    let scope = Scope::Building(building);
                    let mut outcome = self.ask(scope, &self.pool(scope), &inner);
                    if outcome.rank.0 == 0 && !reading.building_is_sure {
                        continue;
                    }
                    outcome.why.insert(0, Why::BuildingNumber);
                    let held = best.first().map(|best| best.rank);
                    if held.is_none_or(|held| outcome.rank > held) {
                        best.clear();
                    }
                    if held.is_none_or(|held| outcome.rank >= held) && best.len() < MAX_PLACES {
                        best.push(outcome);
                    }
                }
            }
        }
        let places: usize = best.iter().map(|outcome| outcome.targets.len()).sum();
        let score = if places == 1 {
            NAMELESS_ONE
        } else {
            NAMELESS_MANY
        };
        for outcome in best {
            add(
                found,
                &outcome.targets,
                score * outcome.factor,
                &outcome.why,
            );
        }
    }

    fn candidate(&self, target: Target, found: Found) -> Candidate {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let building_label = |at: u32| {
            let building = &self.buildings[at as usize];
            Label {
                estate: self.estates[building.estate as usize].text.to_string(),
                building: text(&building.text),
                ..Label::default()
            }
        };
        let keys = |range: Range<u32>, fits: &dyn Fn(u32) -> bool| -> Vec<u128> {
            range
                .filter(|at| fits(*at))
                .map(|at| self.dwellings[at as usize].key)
                .collect()
        };
        let has_room = |at: u32| self.dwellings[at as usize].room != NONE;
        let (matched, label) = match target {
            Target::Dwelling(at) => {
                let dwelling = &self.dwellings[at as usize];
                let label = Label {
                    entrance: text(&dwelling.entrance_text),
                    dwelling: text(&dwelling.room_text),
                    ..building_label(dwelling.building)
                };
                (Match::Dwelling { key: dwelling.key }, label)
            }
            Target::Entrance(at, entrance) => {
                let range = self.buildings[at as usize].dwellings.clone();
                let inside = |at: u32| self.dwellings[at as usize].entrance == entrance;
                let written = range
                    .clone()
                    .find(|at| inside(*at))
                    .map(|at| &self.dwellings[at as usize].entrance_text);
                let label = Label {
                    entrance: written.and_then(|written| text(written)),
                    ..building_label(at)
                };
                let dwellings = keys(range, &|at| inside(at) && has_room(at));
                (Match::Entrance { dwellings }, label)
            }
            Target::Building(at) => {
                let range = self.buildings[at as usize].dwellings.clone();
                let itself = keys(range.clone(), &|at| !has_room(at)).first().copied();
                (
                    Match::Building {
                        key: itself,
                        dwellings: keys(range, &has_room),
                    },
                    building_label(at),
                )
            }
            Target::Estate(at) => {
                let range = self.dwellings_of_estate(at);
                let is_estate = |at: u32| !has_room(at) && self.has_building(at, NONE);
                let label = Label {
                    estate: self.estates[at as usize].text.to_string(),
                    ..Label::default()
                };
                let itself = keys(range.clone(), &is_estate).first().copied();
                (
                    Match::Estate {
                        key: itself,
                        dwellings: keys(range, &has_room),
                    },
                    label,
                )
            }
        };
        Candidate {
            matched,
            label,
            score: found.score.clamp(0.0, 1.0),
            why: found.why,
        }
    }
}

/// Keeps the better way to a place; equally good ways lend their reasons to each other.
fn add(found: &mut BTreeMap<Target, Found>, targets: &[Target], score: f32, why: &[Why]) {
    for target in targets {
        let held = found.entry(*target).or_insert_with(|| Found {
            score: 0.0,
            why: Vec::new(),
        });
        if score > held.score {
            *held = Found {
                score,
                why: why.to_vec(),
            };
        }
    }
}

/// Best score first, then the more specific place, then the register's order.
fn order(a: &(Target, Found), b: &(Target, Found)) -> Ordering {
    b.1.score.total_cmp(&a.1.score).then(a.0.cmp(&b.0))
}
