//! The checklists, rules and readers that come with the house. They are data like any other: a place edits its own versions.

use crate::judge::RuleSet;
use crate::model::Checklist;
use crate::reading::ReadingRules;

/// Ids and JSON of the shipped checklists.
pub const SHIPPED: [(&str, &str); 7] = [
    ("river-patrol", include_str!("../data/river-patrol.json")),
    ("market-fire", include_str!("../data/market-fire.json")),
    ("door-visit", include_str!("../data/door-visit.json")),
    ("chief-log", include_str!("../data/chief-log.json")),
    (
        "merchant-selfcheck",
        include_str!("../data/merchant-selfcheck.json"),
    ),
    ("elder-home", include_str!("../data/elder-home.json")),
    (
        "building-check",
        include_str!("../data/building-check.json"),
    ),
];

/// Earlier versions of them: a version never changes, and what was answered by one stays as it was.
const EARLIER: [&str; 2] = [
    include_str!("../data/earlier/market-fire-1.json"),
    include_str!("../data/earlier/merchant-selfcheck-1.json"),
];

/// Whether the house comes with a checklist of this id.
#[must_use]
pub fn is_shipped(id: &str) -> bool {
    SHIPPED.iter().any(|one| one.0 == id)
}

/// A shipped checklist by its id, in the version in use.
#[must_use]
pub fn shipped(id: &str) -> Option<Checklist> {
    let found = SHIPPED.iter().find(|one| one.0 == id)?;
    serde_json::from_str(found.1).ok()
}

/// Every version of a shipped checklist, the one in use first.
#[must_use]
pub fn shipped_versions(id: &str) -> Vec<Checklist> {
    let earlier = EARLIER
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok());
    let earlier = earlier.filter(|one: &Checklist| one.id == id);
    shipped(id).into_iter().chain(earlier).collect()
}

/// Numbers in use for markets, as an example: no law is claimed.
#[must_use]
pub fn example_rules() -> Option<RuleSet> {
    serde_json::from_str(include_str!("../data/market-fire-rules.json")).ok()
}

/// How a sentence fills the river patrol.
#[must_use]
pub fn river_reading() -> Option<ReadingRules> {
    serde_json::from_str(include_str!("../data/river-patrol-reading.json")).ok()
}
