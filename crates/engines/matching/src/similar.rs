//! Open cases that look like the one being written, so that one hole in the road is not filed ten times.
//!
//! The words decide, place and time confirm. Words shared count by how rare they are among the candidates;
//! a report of the same words far away is another matter, and one at the same door with nothing said in
//! common is not shown either. A case is merged by a person; this only puts the candidates side by side.

use std::collections::HashMap;

use crate::place::Position;

const TEXT: f64 = 0.55;
const PLACE: f64 = 0.25;
const CATEGORY: f64 = 0.10;
const TIME: f64 = 0.10;
/// Suggestions below this are not shown.
const LEAST_SCORE: f64 = 0.35;
/// Share of the words that must agree, whatever place and time say.
const LEAST_TEXT: f64 = 0.15;
/// Distance at which nearness has fallen to 1/e, metres; about the length of an estate.
const NEAR_METRES: f64 = 200.0;
/// From here on distance speaks against the same matter, metres, and how fast.
const FAR_METRES: f64 = 400.0;
const FADE_METRES: f64 = 1_200.0;
/// What place is worth when one of the two has none.
const UNKNOWN_PLACE: f64 = 0.3;
/// Age at which time is worth half: street matters stay open for days.
const HALF_HOURS: f64 = 168.0;
/// Distances and spans beyond these are no reason worth showing.
const SHOWN_METRES: f64 = 1_000.0;
const SHOWN_HOURS: u32 = 72;
/// Words named in a reason.
const SHOWN_WORDS: usize = 8;
const MICROS_PER_HOUR: f64 = 3_600_000_000.0;

/// The places of a case, from the smallest; each is the key of an area or building. Any may be missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlaceKeys {
    /// The building.
    pub building: Option<u128>,
    /// The neighbourhood (邻里).
    pub neighbourhood: Option<u128>,
    /// The grid.
    pub grid: Option<u128>,
}

/// What of a case is compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseText {
    /// Words as of [`crate::Segmenter::tokens`]; order and repetitions do not matter.
    pub tokens: Vec<String>,
    /// Where, if known.
    pub position: Option<Position>,
    /// In which building, neighbourhood and grid, as far as known.
    pub places: PlaceKeys,
    /// Key of the category, if already chosen.
    pub category: Option<String>,
    /// When reported, microseconds UTC.
    pub at_micros: i64,
}

/// A case that may be similar. The caller hands in what may be shown to the reader and leaves out the case itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Returned as it is.
    pub id: u128,
    /// What is compared.
    pub case: CaseText,
}

/// Why a case is shown as similar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SimilarReason {
    /// Words both use, the rarest first, eight at most; parts of a word already named are left out.
    SameWords(Vec<String>),
    /// Both in the same building.
    SameBuilding,
    /// Both in the same neighbourhood.
    SameNeighbourhood,
    /// Both in the same grid; given only when nothing closer is known.
    SameGrid,
    /// So far apart, rounded to the metre, at most 1,000; not given for the same building.
    Within {
        /// Metres.
        metres: u32,
    },
    /// The same category.
    SameCategory,
    /// Reported so far apart, in hours rounded up, at most 72.
    WithinHours {
        /// Hours, 0 for the same moment.
        hours: u32,
    },
}

/// A case that looks like the one asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar {
    /// The candidate's id.
    pub id: u128,
    /// 0..=1; 1 means the same words at the same place and time, in the same category.
    pub score: f64,
    /// At least [`SimilarReason::SameWords`].
    pub reasons: Vec<SimilarReason>,
}

/// Candidates that look like the query, the most similar first, at most `limit`; equal scores follow the id.
/// 500 candidates take well under two milliseconds.
#[must_use]
pub fn similar(query: &CaseText, candidates: &[Candidate], limit: usize) -> Vec<Similar> {
    let asked = distinct(&query.tokens);
    let words: Vec<Vec<&str>> = candidates
        .iter()
        .map(|c| distinct(&c.case.tokens))
        .collect();
    let rarity = Rarity::count(&words);
    let mut found: Vec<Similar> = candidates
        .iter()
        .zip(&words)
        .filter_map(|(candidate, words)| {
            compare(query, &asked, &candidate.case, words, &rarity).map(|(score, reasons)| {
                Similar {
                    id: candidate.id,
                    score,
                    reasons,
                }
            })
        })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    found.truncate(limit);
    found
}

fn compare(
    query: &CaseText,
    asked: &[&str],
    other: &CaseText,
    words: &[&str],
    rarity: &Rarity<'_>,
) -> Option<(f64, Vec<SimilarReason>)> {
    let (text, shared) = text_likeness(asked, words, rarity);
    if text < LEAST_TEXT {
        return None;
    }
    let place = place_likeness(query, other);
    let hours = (query.at_micros.abs_diff(other.at_micros)) as f64 / MICROS_PER_HOUR;
    let mut sum = TEXT * text + TIME / (1.0 + hours / HALF_HOURS);
    let mut whole = TEXT + TIME;
    if let Some(place) = place.worth {
        sum += PLACE * place;
        whole += PLACE;
    }
    let same_category = query.category.is_some() && query.category == other.category;
    if query.category.is_some() {
        sum += if same_category { CATEGORY } else { 0.0 };
        whole += CATEGORY;
    }
    let score = (sum / whole * place.fade).clamp(0.0, 1.0);
    if score < LEAST_SCORE {
        return None;
    }
    let mut reasons = vec![SimilarReason::SameWords(shared)];
    reasons.extend(place.reasons);
    reasons.extend(same_category.then_some(SimilarReason::SameCategory));
    let hours = hours.ceil() as u32;
    reasons.extend((hours <= SHOWN_HOURS).then_some(SimilarReason::WithinHours { hours }));
    Some((score, reasons))
}

/// Agreement of two sorted word lists, 0..=1, and the words shared, the rarest first. Half of it measures
/// against all words of both, half against the shorter list: a short second call often repeats a part of a long first one.
fn text_likeness(a: &[&str], b: &[&str], rarity: &Rarity<'_>) -> (f64, Vec<String>) {
    let weight = |words: &[&str]| words.iter().map(|w| rarity.of(w)).sum::<f64>();
    let mut shared: Vec<&str> = a
        .iter()
        .copied()
        .filter(|w| b.binary_search(w).is_ok())
        .collect();
    if shared.is_empty() {
        return (0.0, Vec::new());
    }
    let both = weight(&shared);
    let (left, right) = (weight(a), weight(b));
    let of_all = both / (left + right - both);
    let of_shorter = both / left.min(right);
    // One word in common makes any one-word report a part of everything.
    let trust = if shared.len() == a.len().max(b.len()) {
        1.0
    } else {
        shared.len() as f64 / (shared.len() as f64 + 1.0)
    };
    let likeness = 0.5 * of_all + 0.5 * of_shorter * trust;
    shared.sort_by(|x, y| rarity.of(y).total_cmp(&rarity.of(x)).then(x.cmp(y)));
    // The segmenter gives parts of compounds too; people read 窨井盖 once, not 窨井, 井盖 and 窨井盖.
    let is_part = |w: &str| shared.iter().any(|&o| o != w && o.contains(w));
    let named = shared
        .iter()
        .filter(|w| !is_part(w))
        .take(SHOWN_WORDS)
        .map(|&w| w.to_owned())
        .collect();
    (likeness.min(1.0), named)
}

struct PlaceLikeness {
    /// 0..=1; `None` when the query has no place, so that place has no say.
    worth: Option<f64>,
    /// Multiplies the whole score: 1 near, towards 0 far away.
    fade: f64,
    reasons: Vec<SimilarReason>,
}

fn place_likeness(a: &CaseText, b: &CaseText) -> PlaceLikeness {
    let same = |x: Option<u128>, y: Option<u128>| x.is_some() && x == y;
    let (p, q) = (a.places, b.places);
    if a.position.is_none() && p == PlaceKeys::default() {
        return PlaceLikeness {
            worth: None,
            fade: 1.0,
            reasons: Vec::new(),
        };
    }
    if same(p.building, q.building) {
        return PlaceLikeness {
            worth: Some(1.0),
            fade: 1.0,
            reasons: vec![SimilarReason::SameBuilding],
        };
    }
    let mut reasons = Vec::new();
    let mut worth: f64 = 0.0;
    let mut fade: f64 = 1.0;
    let mut known = false;
    if let (Some(here), Some(there)) = (a.position, b.position) {
        known = true;
        let metres = here.metres_to(there);
        worth = (-metres / NEAR_METRES).exp();
        fade = (-(metres - FAR_METRES).max(0.0) / FADE_METRES).exp();
        if metres <= SHOWN_METRES {
            reasons.push(SimilarReason::Within {
                metres: metres.round() as u32,
            });
        }
    }
    let keys = [
        (
            p.neighbourhood,
            q.neighbourhood,
            0.6,
            SimilarReason::SameNeighbourhood,
        ),
        (p.grid, q.grid, 0.4, SimilarReason::SameGrid),
    ];
    for (here, there, least, reason) in keys {
        if same(here, there) {
            // Sharing an area vouches for nearness when a position is missing or was taken from the wrong door.
            worth = worth.max(least);
            fade = fade.max(0.8);
            if !known || matches!(reason, SimilarReason::SameNeighbourhood) {
                reasons.push(reason);
            }
            known = true;
        } else if !known && here.is_some() && there.is_some() {
            fade = fade.min(0.7);
        }
    }
    let nothing_comparable = !known && fade >= 1.0;
    if nothing_comparable {
        worth = UNKNOWN_PLACE;
    }
    PlaceLikeness {
        worth: Some(worth),
        fade,
        reasons,
    }
}

fn distinct(tokens: &[String]) -> Vec<&str> {
    let mut words: Vec<&str> = tokens.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// How rare words are among the candidates; at least ln 2, so that a street full of dark lamps still matches.
struct Rarity<'a> {
    counts: HashMap<&'a str, u32>,
    cases: f64,
}

impl<'a> Rarity<'a> {
    fn count(cases: &[Vec<&'a str>]) -> Self {
        let mut counts = HashMap::new();
        for word in cases.iter().flatten() {
            *counts.entry(*word).or_insert(0) += 1;
        }
        Self {
            counts,
            cases: cases.len() as f64,
        }
    }

    fn of(&self, word: &str) -> f64 {
        let count = self.counts.get(word).copied().unwrap_or(0);
        (1.0 + (self.cases + 1.0) / (f64::from(count) + 1.0)).ln()
    }
}
