//! Which reading of a text the register knows, and how sure that is.
//!
//! A score is a product of plain factors: how the name was written × how far the numbers stand from it × what was
//! left unsaid or not found ([`super::ask`]). Everything said and found exactly scores 1.

use super::ask::{MAX_PLACES, Outcome, Rank, Target, Wanted};
use super::book::AddressBook;
use super::names::{Hit, Meaning, Scope, Spelling};
use super::normalise::normalise;
use super::parts::{Reading, Token, groups, readings, tokens};
use super::{Candidate, Why};
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
/// Names, and groups of numbers for each, that are followed: an address needs one, a hostile text has hundreds.
const MAX_NAMES: usize = 32;
const MAX_GROUPS: usize = 6;
/// No name in the text: one place in the whole book fits, or several.
const NAMELESS_ONE: f32 = 0.75;
const NAMELESS_MANY: f32 = 0.45;
/// Below this the best named candidate leaves room for nameless ones.
const DOUBTFUL: f32 = 0.5;
/// Words without meaning between a name and its numbers.
const FILLERS: &str = " ,-的第里内面在住小区社";

/// A candidate's score and reasons.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) score: f32,
    pub(super) why: Vec<Why>,
}

type Finds = BTreeMap<Target, Found>;

impl AddressBook {
    /// What a text may mean, best first, at most `limit` candidates. Only the first 400 characters are read.
    ///
    /// Without the name of an estate every fitting place is a candidate with a low score; a room number alone is none.
    #[must_use]
    pub fn find(&self, text: &str, limit: usize) -> Vec<Candidate> {
        let text = normalise(text);
        let hits = self.names.find(&text);
        let mut found = Finds::new();
        for hit in hits.iter().take(MAX_NAMES) {
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
    fn follow(&self, text: &[char], hits: &[Hit], hit: &Hit, meaning: &Meaning, found: &mut Finds) {
        let (spelling, mut why) = self.spelled(hit, meaning);
        let (scope, from) = self.narrow(text, hit.end, meaning.scope);
        if scope != meaning.scope {
            why.push(Why::BuildingAlias);
        }
        let (alone, groups) = around(text, hits, hit, from, meaning.partial);
        let pool = self.pool(scope);
        let in_building = matches!(scope, Scope::Building(_));
        let mut best: Option<(Outcome, f32)> = None;
        for (group, apart) in groups {
            for reading in readings(text, &group, &|label| self.labels.contains_key(label)) {
                if in_building && reading.building.is_some() {
                    continue;
                }
                let outcome = self.ask(scope, &pool, self.wanted(&reading));
                let sureness = |(outcome, apart): (&Outcome, f32)| outcome.factor * apart;
                let is_better = best.as_ref().is_none_or(|(held, held_apart)| {
                    let by_score =
                        sureness((&outcome, apart)).total_cmp(&sureness((held, *held_apart)));
                    outcome.rank.cmp(&held.rank).then(by_score) == Ordering::Greater
                });
                if is_better {
                    best = Some((outcome, apart));
                }
            }
        }
        let (outcome, apart) =
            best.unwrap_or_else(|| (self.ask(scope, &pool, Wanted::default()), alone));
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

    /// Places for a text without a known name: the buildings whose number the best reading says.
    fn find_nameless(&self, text: &[char], hits: &[Hit], found: &mut Finds) {
        let mut best: Vec<Outcome> = Vec::new();
        let mut held: Option<Rank> = None;
        for group in groups(text, nameless(hits, tokens(text, 0, text.len())))
            .into_iter()
            .take(MAX_GROUPS)
        {
            for reading in readings(text, &group, &|label| self.labels.contains_key(label)) {
                for outcome in self.ask_all_buildings(&reading) {
                    if held.is_none_or(|held| outcome.rank > held) {
                        held = Some(outcome.rank);
                        best.clear();
                    }
                    if held == Some(outcome.rank) && best.len() < MAX_PLACES {
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

    fn ask_all_buildings(&self, reading: &Reading) -> impl Iterator<Item = Outcome> + '_ {
        let wanted = self.wanted(reading);
        let sure = reading.building_is_sure;
        let buildings = wanted
            .building
            .and_then(|label| self.buildings_by_label.get(&label));
        buildings
            .into_iter()
            .flatten()
            .filter_map(move |&building| {
                let scope = Scope::Building(building);
                let mut outcome = self.ask(
                    scope,
                    &self.pool(scope),
                    Wanted {
                        building: None,
                        ..wanted
                    },
                );
                // A bare number is a building only if something inside of it was said and found.
                if outcome.rank.0 == 0 && !sure {
                    return None;
                }
                outcome.why.insert(0, Why::BuildingNumber);
                Some(outcome)
            })
    }
}

fn is_in_a_name(hits: &[Hit], place: usize) -> bool {
    hits.iter()
        .any(|hit| hit.spelling == Spelling::Exact && (hit.start..hit.end).contains(&place))
}

/// Numbers that are not part of a name.
fn nameless(hits: &[Hit], tokens: Vec<Token>) -> Vec<Token> {
    tokens
        .into_iter()
        .filter(|token| !is_in_a_name(hits, token.start))
        .collect()
}

/// The groups of numbers that may belong to a name, each with the factor of its distance: those after it, else one
/// directly before it. And the factor when none fits.
fn around(
    text: &[char],
    hits: &[Hit],
    hit: &Hit,
    from: usize,
    short: bool,
) -> (f32, Vec<(Vec<Token>, f32)>) {
    let apart_factor = if short { SHORT_APART } else { APART };
    let apart = |mut range: Range<usize>| {
        let counts = |place: &usize| !FILLERS.contains(text[*place]) && !is_in_a_name(hits, *place);
        range.by_ref().filter(counts).count()
    };
    let mut near: Vec<(Vec<Token>, f32)> =
        groups(text, nameless(hits, tokens(text, from, text.len())))
            .into_iter()
            .map(|group| (apart(from..group[0].start), group))
            .take_while(|(apart, _)| *apart <= MAX_APART)
            .take(MAX_GROUPS)
            .map(|(apart, group)| (group, if apart == 0 { 1.0 } else { apart_factor }))
            .collect();
    if near.is_empty() {
        let last = groups(text, nameless(hits, tokens(text, 0, hit.start))).pop();
        let is_close = |group: &Vec<Token>| {
            group
                .last()
                .is_some_and(|token| apart(token.end..hit.start) == 0)
        };
        near.extend(last.filter(is_close).map(|group| (group, APART)));
    }
    let runs_on = short && text.get(from).is_some_and(|c| !FILLERS.contains(*c));
    (if runs_on { SHORT_APART } else { 1.0 }, near)
}

/// Keeps the better way to a place.
fn add(found: &mut Finds, targets: &[Target], score: f32, why: &[Why]) {
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
