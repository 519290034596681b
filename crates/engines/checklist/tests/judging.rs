//! Judgements in exact numbers, recomputed, and compared between versions.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use youlin_checklist::{
    Decimal, Effect, JudgeFault, Measured, Recorded, RuleSet, RuleStatus, Test, Unit, Verdict,
    compare, example_rules, judge,
};

fn measured(text: &str, unit: Unit) -> Measured {
    Measured::Quantity {
        value: text.parse().unwrap(),
        unit,
    }
}

#[test]
fn the_limit_itself_meets_the_rule_in_whatever_unit() {
    let rules = example_rules().unwrap();
    assert_eq!(rules.status, RuleStatus::Example);
    let verdict = |text: &str, unit| {
        judge(&rules, "lane-width", &measured(text, unit))
            .unwrap()
            .verdict
    };
    for (text, unit) in [
        ("4", Unit::Metre),
        ("4.0", Unit::Metre),
        ("400", Unit::Centimetre),
        ("4000", Unit::Millimetre),
        ("4.000001", Unit::Metre),
    ] {
        assert_eq!(verdict(text, unit), Verdict::Meets, "{text}");
    }
    for (text, unit) in [
        ("3.1", Unit::Metre),
        ("3.999999", Unit::Metre),
        ("399.9", Unit::Centimetre),
        ("0", Unit::Metre),
    ] {
        assert_eq!(verdict(text, unit), Verdict::Fails, "{text}");
    }
}

#[test]
fn what_cannot_be_judged_is_said() {
    let rules = example_rules().unwrap();
    let fault = |rule: &str, measured: &Measured| judge(&rules, rule, measured).unwrap_err();
    assert_eq!(
        fault("nothing", &measured("1", Unit::Metre)),
        JudgeFault::NoSuchRule("nothing".into())
    );
    assert_eq!(
        fault("lane-width", &measured("4", Unit::Ampere)),
        JudgeFault::OtherUnit {
            measured: "A",
            limit: "cm"
        }
    );
    assert_eq!(
        fault("lane-width", &measured("-4", Unit::Metre)),
        JudgeFault::Negative
    );
    assert_eq!(
        fault("no-foam", &measured("4", Unit::Metre)),
        JudgeFault::OtherKind
    );
    let share = |of: &str| Measured::Share {
        value: "1".parse().unwrap(),
        of: of.parse().unwrap(),
        unit: Unit::Ampere,
    };
    assert_eq!(fault("circuit-load", &share("0")), JudgeFault::Negative);
    assert_eq!(
        judge(&rules, "circuit-load", &share("1")).unwrap().verdict,
        Verdict::Meets
    );
}

/// Whoever cannot tell the panels has not said that they are allowed; beside panels that are not, it changes nothing.
#[test]
fn what_could_not_be_told_meets_nothing() {
    let rules = example_rules().unwrap();
    let judged = |found: &[&str]| {
        let classes = found.iter().map(|one| (*one).to_owned()).collect();
        let judged = judge(&rules, "no-foam", &Measured::Classes { classes });
        judged.map(|one| one.verdict)
    };
    assert_eq!(judged(&["rock_wool"]), Ok(Verdict::Meets));
    assert_eq!(judged(&["unknown"]), Err(JudgeFault::Untold));
    assert_eq!(judged(&["rock_wool", "unknown"]), Err(JudgeFault::Untold));
    assert_eq!(judged(&["unknown", "foam_b3"]), Ok(Verdict::Fails));
}

#[test]
fn a_replaced_rule_set_lists_what_changes() {
    let old = example_rules().unwrap();
    let mut new = old.clone();
    new.version = "2".into();
    new.rules[0].test = Test::AtLeast {
        limit: 350,
        unit: Unit::Centimetre,
    };
    new.rules[1].clause = "7.1".into();
    new.rules.retain(|rule| rule.code != "exit-distance");
    let all: Vec<Recorded> = [
        ("lane-width", "3.6"),
        ("lane-width", "3.1"),
        ("lane-height", "4.5"),
        ("main-aisle", "2.9"),
        ("exit-distance", "20"),
        ("gone", "1"),
    ]
    .iter()
    .enumerate()
    .map(|(id, (rule, text))| Recorded {
        id: id as u128,
        rule: (*rule).into(),
        measured: measured(text, Unit::Metre),
    })
    .collect();
    let changes: Vec<(u128, Effect)> = compare(&old, &new, &all)
        .iter()
        .map(|one| (one.id, one.effect))
        .collect();
    assert_eq!(
        changes,
        [
            (0, Effect::NowMeets),
            (1, Effect::OtherGround),
            (2, Effect::OtherGround),
            (4, Effect::NoLongerJudged)
        ]
    );
    let back: Vec<(u128, Effect)> = compare(&new, &old, &all)
        .iter()
        .map(|one| (one.id, one.effect))
        .collect();
    assert_eq!(back[0], (0, Effect::NowFails));
    assert_eq!(back[3], (4, Effect::NewlyJudged));
    assert!(compare(&old, &old, &all).is_empty());
}

proptest! {
    #[test]
    fn a_judgement_is_the_same_whenever_it_is_recomputed(
        millionths in 0i64..10_000_000_000, limit in 0i64..10_000, at_least in any::<bool>(), cm in any::<bool>(),
    ) {
        let unit = if cm { Unit::Centimetre } else { Unit::Metre };
        let mut rules: RuleSet = example_rules().unwrap();
        rules.rules[0].test = if at_least { Test::AtLeast { limit, unit: Unit::Centimetre } } else { Test::AtMost { limit, unit: Unit::Centimetre } };
        let one = Measured::Quantity { value: Decimal::from_millionths(millionths), unit };
        let judged = judge(&rules, "lane-width", &one).unwrap();
        let (value, limit) = (i128::from(millionths) * if cm { 1 } else { 100 }, i128::from(limit) * 1_000_000);
        let meets = if at_least { value >= limit } else { value <= limit };
        prop_assert_eq!(judged.verdict == Verdict::Meets, meets);
        let kept: youlin_checklist::Judgement = serde_json::from_str(&serde_json::to_string(&judged).unwrap()).unwrap();
        prop_assert_eq!(kept.again(), Ok(judged.verdict));
        prop_assert_eq!(kept, judge(&rules, "lane-width", &one).unwrap());
    }
}

#[test]
fn what_was_measured_is_measured_again_by_the_same_clause() {
    let rules = example_rules().unwrap();
    let lane = judge(&rules, "lane-width", &measured("3.1", Unit::Metre)).unwrap();
    let load = Measured::Share {
        value: "58.5".parse().unwrap(),
        of: "40".parse().unwrap(),
        unit: Unit::Ampere,
    };
    let load = judge(&rules, "circuit-load", &load).unwrap();
    for (first, value, verdict) in [
        (&lane, "3.4", Verdict::Fails),
        (&lane, "4", Verdict::Meets),
        (&load, "40.1", Verdict::Fails),
        (&load, "40", Verdict::Meets),
    ] {
        let value: Decimal = value.parse().unwrap();
        let again = first.measured.again(value).unwrap();
        assert_eq!(again.number().unwrap().0, value);
        // With the rule set at hand and without it.
        let made = judge(&rules, &first.rule, &again).unwrap();
        assert_eq!(made.verdict, verdict);
        assert_eq!(first.of(again), Ok(made));
    }
    let below = lane.measured.again("-1".parse().unwrap()).unwrap();
    assert_eq!(lane.of(below), Err(JudgeFault::Negative));
    let foam = Measured::Classes {
        classes: vec!["foam_b2".into()],
    };
    assert_eq!(foam.again(Decimal::whole(1)), None);
    assert_eq!(foam.number(), None);
}
