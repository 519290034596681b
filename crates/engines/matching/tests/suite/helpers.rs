use std::collections::BTreeSet;

use proptest::prelude::*;
use youlin_matching::{
    BE_ASKED, Exclusion, HelpNeed, Helper, HelperReason, Licence, Position, Window, WindowError,
    rank_helpers,
};

fn window(from: i64, to: i64) -> Window {
    Window::new(from, to).unwrap()
}

fn need() -> HelpNeed {
    HelpNeed {
        position: Position::new(120.87, 32.01),
        window: window(100, 200),
        skills: Vec::new(),
        licences: Vec::new(),
        consents: Vec::new(),
        language: None,
        home_town: None,
    }
}

fn helper(id: u128) -> Helper {
    Helper {
        id,
        position: Position::new(120.87, 32.01),
        consents: vec![BE_ASKED.into()],
        ..Helper::default()
    }
}

fn order(need: &HelpNeed, helpers: &[Helper]) -> Vec<u128> {
    rank_helpers(need, helpers)
        .ranked
        .iter()
        .map(|h| h.id)
        .collect()
}

#[track_caller]
fn excluded(need: &HelpNeed, helper: Helper, why: &[Exclusion]) {
    let ranking = rank_helpers(need, &[helper]);
    assert!(ranking.ranked.is_empty());
    assert_eq!(ranking.excluded[0].exclusions, why);
}

#[test]
fn consent_is_always_needed() {
    excluded(
        &need(),
        Helper {
            consents: vec![],
            ..helper(1)
        },
        &[Exclusion::ConsentMissing(BE_ASKED.into())],
    );
    let more = HelpNeed {
        consents: vec!["help.enter-home".into()],
        ..need()
    };
    excluded(
        &more,
        helper(1),
        &[Exclusion::ConsentMissing("help.enter-home".into())],
    );
}

#[test]
fn the_whole_window_must_be_free() {
    let free = |windows: &[(i64, i64)]| Helper {
        free: Some(windows.iter().map(|&(f, t)| window(f, t)).collect()),
        ..helper(1)
    };
    for windows in [
        &[(100, 200)][..],
        &[(150, 300), (0, 150)],
        &[(90, 120), (110, 220)],
    ] {
        assert_eq!(order(&need(), &[free(windows)]), [1], "{windows:?}");
    }
    for windows in [
        &[][..],
        &[(101, 200)],
        &[(100, 199)],
        &[(100, 149), (150, 200)],
        &[(300, 400)],
    ] {
        excluded(&need(), free(windows), &[Exclusion::NotFree]);
    }
    let busy = |from, to| Helper {
        busy: vec![window(from, to)],
        ..helper(1)
    };
    excluded(&need(), busy(199, 300), &[Exclusion::Busy]);
    assert_eq!(
        order(&need(), &[busy(200, 300)]),
        [1],
        "touching is not overlapping"
    );
    assert_eq!(
        Window::new(5, 5),
        Err(WindowError::Empty { from: 5, to: 5 })
    );
}

#[test]
fn a_licence_must_hold_until_the_end() {
    let need = HelpNeed {
        licences: vec!["electrician".into()],
        ..need()
    };
    let with = |valid_until| Helper {
        licences: vec![Licence {
            key: "electrician".into(),
            valid_until,
        }],
        ..helper(1)
    };
    excluded(
        &need,
        helper(1),
        &[Exclusion::LicenceMissing("electrician".into())],
    );
    excluded(
        &need,
        with(Some(199)),
        &[Exclusion::LicenceExpired("electrician".into())],
    );
    assert_eq!(order(&need, &[with(Some(200))]), [1]);
    let found = rank_helpers(&need, &[with(None)]);
    assert!(
        found.ranked[0]
            .reasons
            .contains(&HelperReason::Licences(vec!["electrician".into()]))
    );
}

#[test]
fn everything_against_somebody_is_named() {
    let need = HelpNeed {
        licences: vec!["nurse".into()],
        ..need()
    };
    let helper = Helper {
        consents: vec![],
        busy: vec![window(0, 150)],
        free: Some(vec![]),
        ..helper(1)
    };
    excluded(
        &need,
        helper,
        &[
            Exclusion::ConsentMissing(BE_ASKED.into()),
            Exclusion::Busy,
            Exclusion::NotFree,
            Exclusion::LicenceMissing("nurse".into()),
        ],
    );
}

#[test]
fn nearer_skilled_and_known_tongue_come_first() {
    let far = Helper {
        position: Position::new(120.89, 32.01),
        ..helper(1)
    };
    let unknown = Helper {
        position: None,
        ..helper(2)
    };
    assert_eq!(order(&need(), &[far, unknown, helper(3)]), [3, 2, 1]);

    let skilled = HelpNeed {
        skills: vec!["wheelchair".into(), "first-aid".into()],
        ..need()
    };
    let some = Helper {
        skills: vec!["first-aid".into()],
        ..helper(1)
    };
    let all = Helper {
        skills: skilled.skills.clone(),
        ..helper(2)
    };
    assert_eq!(order(&skilled, &[helper(3), some, all]), [2, 1, 3]);

    let tongue = HelpNeed {
        language: Some("nantong".into()),
        home_town: Some("rudong".into()),
        ..need()
    };
    let speaks = Helper {
        languages: vec!["nantong".into()],
        ..helper(1)
    };
    let both = Helper {
        home_town: Some("rudong".into()),
        ..Helper {
            id: 2,
            ..speaks.clone()
        }
    };
    let found = rank_helpers(&tongue, &[helper(3), speaks, both]);
    assert_eq!(
        found.ranked.iter().map(|h| h.id).collect::<Vec<_>>(),
        [2, 1, 3]
    );
    assert!(
        found.ranked[0]
            .reasons
            .contains(&HelperReason::SameHomeTown("rudong".into()))
    );
    assert!(
        found.ranked[1]
            .reasons
            .contains(&HelperReason::SameLanguage("nantong".into()))
    );
}

#[test]
fn home_town_has_no_say_where_it_was_not_asked_for() {
    let opted = Helper {
        home_town: Some("rudong".into()),
        languages: vec!["x".into()],
        ..helper(1)
    };
    let found = rank_helpers(&need(), &[opted, helper(2)]);
    assert!((found.ranked[0].score - found.ranked[1].score).abs() < f64::EPSILON);
}

#[test]
fn unstated_times_are_said_to_be_so() {
    let found = rank_helpers(&need(), &[helper(1)]);
    assert_eq!(found.ranked[0].reasons[0], HelperReason::TimesNotStated);
}

#[test]
fn among_equals_it_is_not_always_the_same_person_first() {
    let helpers: Vec<Helper> = (1..=5).map(helper).collect();
    let firsts: BTreeSet<u128> = (0..60)
        .map(|day| {
            order(
                &HelpNeed {
                    window: window(day * 1_000, day * 1_000 + 10),
                    ..need()
                },
                &helpers,
            )[0]
        })
        .collect();
    assert_eq!(firsts.len(), 5);
}

fn helpers() -> impl Strategy<Value = Vec<Helper>> {
    let place = prop::option::of((120.80..120.95_f64, 31.95..32.05_f64));
    let windows = || {
        prop::collection::vec(
            (0_i64..250, 1_i64..250).prop_map(|(f, l)| window(f, f + l)),
            0..3,
        )
    };
    let keys = || {
        prop::collection::vec(
            prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned),
            0..3,
        )
    };
    let licences = prop::collection::vec(
        (
            prop::sample::select(vec!["l", "m"]),
            prop::option::of(0_i64..400),
        ),
        0..3,
    );
    let one = (
        place,
        prop::option::of(windows()),
        windows(),
        keys(),
        licences,
        any::<bool>(),
        any::<u32>(),
        keys(),
    )
        .prop_map(
            |(place, free, busy, skills, licences, asked, recent_load, languages)| Helper {
                position: place.and_then(|(lon, lat)| Position::new(lon, lat)),
                free,
                busy,
                skills,
                licences: licences
                    .into_iter()
                    .map(|(k, valid_until)| Licence {
                        key: k.into(),
                        valid_until,
                    })
                    .collect(),
                consents: if asked { vec![BE_ASKED.into()] } else { vec![] },
                recent_load,
                home_town: languages.first().cloned(),
                languages,
                ..Helper::default()
            },
        );
    prop::collection::vec(one, 0..15).prop_map(|list| {
        (0..)
            .zip(list)
            .map(|(id, helper)| Helper { id, ..helper })
            .collect()
    })
}

fn needs() -> impl Strategy<Value = HelpNeed> {
    let key = || prop::option::of(prop::sample::select(vec!["a", "b"]).prop_map(str::to_owned));
    let list = |k: &'static str| {
        prop::option::of(Just(k.to_owned())).prop_map(|k| k.into_iter().collect::<Vec<_>>())
    };
    (
        any::<bool>(),
        0_i64..300,
        1_i64..100,
        list("a"),
        list("l"),
        key(),
        key(),
    )
        .prop_map(
            |(placed, from, long, skills, licences, language, home_town)| HelpNeed {
                position: if placed { need().position } else { None },
                window: window(from, from + long),
                skills,
                licences,
                language,
                home_town,
                ..need()
            },
        )
}

/// The hard conditions once more, moment by moment: slow, and plainly right.
fn may_be_asked(need: &HelpNeed, helper: &Helper) -> bool {
    let within = |w: &Window, t: i64| w.from_micros() <= t && t < w.to_micros();
    let free_at = |t: i64| {
        helper
            .free
            .as_ref()
            .is_none_or(|f| f.iter().any(|w| within(w, t)))
            && !helper.busy.iter().any(|w| within(w, t))
    };
    let holds = |key: &String| {
        helper
            .licences
            .iter()
            .any(|l| l.key == *key && l.valid_until.unwrap_or(i64::MAX) >= need.window.to_micros())
    };
    (need.window.from_micros()..need.window.to_micros()).all(free_at)
        && need.licences.iter().all(holds)
        && helper.consents.iter().any(|c| c == BE_ASKED)
}

proptest! {
    #[test]
    fn exactly_those_who_meet_the_hard_conditions_are_ranked(need in needs(), helpers in helpers()) {
        let found = rank_helpers(&need, &helpers);
        let ranked: BTreeSet<u128> = found.ranked.iter().map(|h| h.id).collect();
        let out: BTreeSet<u128> = found.excluded.iter().map(|h| h.id).collect();
        let expected: BTreeSet<u128> = helpers.iter().filter(|h| may_be_asked(&need, h)).map(|h| h.id).collect();
        prop_assert_eq!(&ranked, &expected);
        prop_assert!(ranked.is_disjoint(&out));
        prop_assert_eq!(found.ranked.len() + found.excluded.len(), helpers.len());
        prop_assert!(found.excluded.iter().all(|e| !e.exclusions.is_empty()));
        prop_assert!(found.ranked.iter().all(|h| (0.0..=1.0).contains(&h.score)));
        prop_assert!(found.ranked.windows(2).all(|p| p[0].score >= p[1].score));
    }

    #[test]
    fn the_order_of_helpers_does_not_matter(
        need in needs(),
        (helpers, shuffled) in helpers().prop_flat_map(|h| (Just(h.clone()), Just(h).prop_shuffle())),
    ) {
        prop_assert_eq!(rank_helpers(&need, &helpers), rank_helpers(&need, &shuffled));
    }

    #[test]
    fn all_else_equal_who_helped_less_comes_first(need in needs(), helpers in helpers(), more in 1_u32..) {
        for helper in helpers {
            let Some(load) = helper.recent_load.checked_add(more) else { continue };
            let tired = Helper { id: 1_000, recent_load: load, ..helper.clone() };
            let found = order(&need, &[tired, helper.clone()]);
            prop_assert!(found.is_empty() || found == [helper.id, 1_000]);
        }
    }

    #[test]
    fn coming_nearer_never_lowers_the_place(need in needs(), helpers in helpers()) {
        for helper in helpers.iter().filter(|h| h.position.is_some()) {
            let near = Helper { id: 1_000, position: self::need().position, ..helper.clone() };
            let found = rank_helpers(&need, &[near, helper.clone()]);
            let score = |id| found.ranked.iter().find(|h| h.id == id).map_or(0.0, |h| h.score);
            prop_assert!(score(1_000) >= score(helper.id));
        }
    }
}
