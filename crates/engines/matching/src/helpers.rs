//! Who may be asked to help, in which order, and why the others may not.
//!
//! Hard conditions (`domain.md` §4 "Helpers"): free at that time, qualified where a licence is needed, and
//! consent given. They exclude, with every reason named. Soft ones order the rest: distance, skills, a load shared fairly,
//! and, only where a person has opted in, the same home town or language. The order serves this one request: it is
//! returned, never stored, and people who come out equal change places from request to request.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::place::{Position, Window};

/// The consent every helper must have given: to be asked for help at all.
pub const BE_ASKED: &str = "help.be-asked";

const DISTANCE: f64 = 0.40;
const SKILLS: f64 = 0.30;
const LOAD: f64 = 0.20;
/// Home town and language together; added only when the need wants one of them.
const AFFINITY: f64 = 0.10;
/// Distance at which nearness has fallen to 1/e, metres: a neighbour on foot.
const NEAR_METRES: f64 = 500.0;
/// Nearness of a helper whose place is unknown.
const UNKNOWN_PLACE: f64 = 0.3;
/// Recent calls at which the share for load is half.
const HALF_LOAD: f64 = 3.0;

/// A licence or qualification somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// Its key, as the need names it.
    pub key: String,
    /// Until when it holds, microseconds UTC; `None` for ever. It must outlast the whole window.
    pub valid_until: Option<i64>,
}

/// What is needed.
#[derive(Debug, Clone, PartialEq)]
pub struct HelpNeed {
    /// Where, if known.
    pub position: Option<Position>,
    /// When.
    pub window: Window,
    /// Skills wanted (soft).
    pub skills: Vec<String>,
    /// Licences required (hard).
    pub licences: Vec<String>,
    /// Consents required besides [`BE_ASKED`], which always is (hard).
    pub consents: Vec<String>,
    /// Language the person in need would like, if any (soft).
    pub language: Option<String>,
    /// Home town of the person in need, if a compatriot is wanted (soft).
    pub home_town: Option<String>,
}

/// Somebody who might help.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Helper {
    /// Returned as it is.
    pub id: u128,
    /// Where the person is found, if known.
    pub position: Option<Position>,
    /// Times the person said to be free. `None`: nothing said, which counts as free unless busy and is
    /// shown as [`HelperReason::TimesNotStated`]; an empty list means never.
    pub free: Option<Vec<Window>>,
    /// Times already given away.
    pub busy: Vec<Window>,
    /// Skills offered.
    pub skills: Vec<String>,
    /// Licences held.
    pub licences: Vec<Licence>,
    /// Consents given and not withdrawn.
    pub consents: Vec<String>,
    /// How often the person helped lately; the caller chooses the span.
    pub recent_load: u32,
    /// Languages, only those the person opted to be matched by.
    pub languages: Vec<String>,
    /// Home town, only if the person opted to be matched by it.
    pub home_town: Option<String>,
}

/// Why somebody is suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelperReason {
    /// Said to be free for the whole window.
    FreeThen,
    /// Has said nothing about times and has no engagement then: ask.
    TimesNotStated,
    /// So far away, rounded to the metre.
    Distance {
        /// Metres.
        metres: u32,
    },
    /// Skills wanted that the person has, sorted.
    Skills(Vec<String>),
    /// Licences required, all held, sorted.
    Licences(Vec<String>),
    /// How often the person helped lately.
    RecentLoad {
        /// Times.
        times: u32,
    },
    /// Speaks the language wanted.
    SameLanguage(String),
    /// Comes from the same home town.
    SameHomeTown(String),
}

/// Why somebody must not be suggested.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exclusion {
    /// Has not given this consent.
    ConsentMissing(String),
    /// Has an engagement then.
    Busy,
    /// Is free at other times only.
    NotFree,
    /// Lacks this licence.
    LicenceMissing(String),
    /// Had this licence, but not until the end of the window.
    LicenceExpired(String),
}

/// Somebody who may be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedHelper {
    /// The helper's id.
    pub id: u128,
    /// 0..=1, for the order within this one request only; not to be stored.
    pub score: f64,
    /// Why.
    pub reasons: Vec<HelperReason>,
}

/// Somebody who may not be asked, and everything that stands against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    /// The helper's id.
    pub id: u128,
    /// At least one, sorted.
    pub exclusions: Vec<Exclusion>,
}

/// The answer for one request: every helper given is in exactly one of the two lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HelperRanking {
    /// Who may be asked, the best first.
    pub ranked: Vec<RankedHelper>,
    /// Who may not, by id.
    pub excluded: Vec<Excluded>,
}

/// Sorts helpers into those who may be asked, the best first, and those who may not. The order of `helpers`
/// does not matter. Equal scores: who helped less comes first, then an order that differs by request, so
/// that the same person is not always called first.
#[must_use]
pub fn rank_helpers(need: &HelpNeed, helpers: &[Helper]) -> HelperRanking {
    let mut ranked: Vec<(RankedHelper, u32)> = Vec::new();
    let mut excluded = Vec::new();
    for helper in helpers {
        let exclusions = exclusions(need, helper);
        if exclusions.is_empty() {
            let (score, reasons) = weigh(need, helper);
            ranked.push((
                RankedHelper {
                    id: helper.id,
                    score,
                    reasons,
                },
                helper.recent_load,
            ));
        } else {
            excluded.push(Excluded {
                id: helper.id,
                exclusions: exclusions.into_iter().collect(),
            });
        }
    }
    let turn = need.window.from_micros() as u64;
    ranked.sort_by(|(a, a_load), (b, b_load)| order(a, *a_load, b, *b_load, turn));
    excluded.sort_by(|a, b| {
        a.id.cmp(&b.id)
            .then_with(|| a.exclusions.cmp(&b.exclusions))
    });
    HelperRanking {
        ranked: ranked.into_iter().map(|(helper, _)| helper).collect(),
        excluded,
    }
}

fn order(a: &RankedHelper, a_load: u32, b: &RankedHelper, b_load: u32, turn: u64) -> Ordering {
    let by_score = b.score.total_cmp(&a.score).then(a_load.cmp(&b_load));
    by_score
        .then_with(|| mix(a.id, turn).cmp(&mix(b.id, turn)))
        .then(a.id.cmp(&b.id))
}

/// Scrambles an id by request (the finisher of splitmix64); no secret, only no fixed order.
fn mix(id: u128, turn: u64) -> u64 {
    let mut x = (id as u64)
        ^ ((id >> 64) as u64).rotate_left(32)
        ^ turn.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn exclusions(need: &HelpNeed, helper: &Helper) -> BTreeSet<Exclusion> {
    let mut against = BTreeSet::new();
    for consent in need.consents.iter().map(String::as_str).chain([BE_ASKED]) {
        if !helper.consents.iter().any(|c| c == consent) {
            against.insert(Exclusion::ConsentMissing(consent.to_owned()));
        }
    }
    if helper.busy.iter().any(|b| b.overlaps(need.window)) {
        against.insert(Exclusion::Busy);
    }
    if helper
        .free
        .as_ref()
        .is_some_and(|free| !need.window.covered_by(free))
    {
        against.insert(Exclusion::NotFree);
    }
    for key in &need.licences {
        let mut held = helper.licences.iter().filter(|l| l.key == *key).peekable();
        if held.peek().is_none() {
            against.insert(Exclusion::LicenceMissing(key.clone()));
        } else if !held.any(|l| {
            l.valid_until
                .is_none_or(|until| until >= need.window.to_micros())
        }) {
            against.insert(Exclusion::LicenceExpired(key.clone()));
        }
    }
    against
}

fn weigh(need: &HelpNeed, helper: &Helper) -> (f64, Vec<HelperReason>) {
    let mut reasons = vec![if helper.free.is_some() {
        HelperReason::FreeThen
    } else {
        HelperReason::TimesNotStated
    }];
    // Load always counts; what the need does not ask for has no say.
    let mut sum = LOAD / (1.0 + f64::from(helper.recent_load) / HALF_LOAD);
    let mut whole = LOAD;
    if let Some(place) = need.position {
        let metres = helper.position.map(|p| p.metres_to(place));
        sum += DISTANCE * metres.map_or(UNKNOWN_PLACE, |m| (-m / NEAR_METRES).exp());
        whole += DISTANCE;
        reasons.extend(metres.map(|m| HelperReason::Distance {
            metres: m.round() as u32,
        }));
    }
    let wanted: BTreeSet<&String> = need.skills.iter().collect();
    if !wanted.is_empty() {
        let has: Vec<String> = wanted
            .iter()
            .filter(|s| helper.skills.contains(s))
            .map(|&s| s.clone())
            .collect();
        sum += SKILLS * has.len() as f64 / wanted.len() as f64;
        whole += SKILLS;
        reasons.extend((!has.is_empty()).then_some(HelperReason::Skills(has)));
    }
    let licences: BTreeSet<&String> = need.licences.iter().collect();
    if !licences.is_empty() {
        reasons.push(HelperReason::Licences(
            licences.into_iter().cloned().collect(),
        ));
    }
    reasons.push(HelperReason::RecentLoad {
        times: helper.recent_load,
    });
    let base = sum / whole;
    let score = match affinity(need, helper, &mut reasons) {
        Some(affinity) => base * (1.0 - AFFINITY) + AFFINITY * affinity,
        None => base,
    };
    (score.clamp(0.0, 1.0), reasons)
}

/// Share of home town and language that agree; `None` when the need wants neither. Somebody who has not
/// opted in stands like somebody who does not match: the fields are simply not there.
fn affinity(need: &HelpNeed, helper: &Helper, reasons: &mut Vec<HelperReason>) -> Option<f64> {
    let mut wanted = 0.0;
    let mut agree = 0.0;
    if let Some(language) = &need.language {
        wanted += 1.0;
        if helper.languages.contains(language) {
            agree += 1.0;
            reasons.push(HelperReason::SameLanguage(language.clone()));
        }
    }
    if let Some(town) = &need.home_town {
        wanted += 1.0;
        if helper.home_town.as_ref() == Some(town) {
            agree += 1.0;
            reasons.push(HelperReason::SameHomeTown(town.clone()));
        }
    }
    (wanted > 0.0).then(|| agree / wanted)
}
