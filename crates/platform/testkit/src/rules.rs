//! Versions of the example rules, for whoever tests what a newer one changes.

use youlin_checklist::{RuleSet, Test, Unit, example_rules};

/// The example rules under this version, with one thing changed: a lane of three metres is wide enough.
#[must_use]
pub fn wide_enough(version: &str) -> RuleSet {
    let mut set = example_rules().expect("the shipped rules");
    version.clone_into(&mut set.version);
    let lane = set.rules.iter_mut().find(|rule| rule.code == "lane-width");
    lane.expect("the rule of lanes").test = Test::AtLeast {
        limit: 300,
        unit: Unit::Centimetre,
    };
    set
}
