//! What a walk along a made-up river covers, against what is known of the walk.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use youlin_coverage::workload::{SOURCE, Walk, meander, stand, walk};
use youlin_coverage::{
    Coverage, CoverageRules, Fix, Reach, ReachFault, ReachShape, Side, Suspected, cover,
    datum_doubt, same_walk,
};
use youlin_locate::wgs84_to_gcj02;
use youlin_locate::workload::Rng;

fn river() -> Reach {
    Reach::build(&meander(5_000.0, 12.0)).unwrap()
}

fn short(length: f64) -> Reach {
    Reach::build(&meander(length, 12.0)).unwrap()
}

fn covered(reach: &Reach, fixes: &[Fix]) -> Coverage {
    cover(reach, fixes, &CoverageRules::default())
}

const USUAL: Walk = Walk {
    from_m: 0.0,
    to_m: 5_000.0,
    speed: 1.2,
    every_s: (10.0, 60.0),
    noise_m: 10.0,
    left_m: 20.0,
};

/// A walk of the kind: what of it is left open is drawn.
fn any_walk(rng: &mut Rng) -> (Walk, f64) {
    let part = 3_000.0 + 500.0 * rng.unit();
    let from = 1_500.0 * rng.unit();
    let offset = 15.0 + 10.0 * rng.unit();
    let (is_left, is_back) = (rng.unit() < 0.5, rng.unit() < 0.5);
    let least = 10.0 + 50.0 * rng.unit();
    let how = Walk {
        from_m: if is_back { from + part } else { from },
        to_m: if is_back { from } else { from + part },
        speed: 0.8 + 0.7 * rng.unit(),
        every_s: (least, 60.0),
        noise_m: 8.0 + 4.0 * rng.unit(),
        left_m: if is_left { offset } else { -offset },
    };
    (how, part)
}

/// Every one of them. What is left is how well the two ends are known: see the crate's README.
#[test]
fn within_two_per_cent_of_the_truth() {
    let reach = river();
    let mut rng = Rng::new(2026);
    let (mut strays, mut worst) = (0, 0.0f64);
    for _ in 0..4_000 {
        let (how, part) = any_walk(&mut rng);
        let answer = covered(&reach, &walk(&reach, &how, &mut rng));
        let error = (answer.reach.covered_m - part).abs() / part;
        assert!(error < 0.02, "{error} of {part}: {how:?}, {answer:?}");
        strays += answer.quality.strays;
        worst = worst.max(error);
        let (own, other) = match how.left_m > 0.0 {
            true => (&answer.left, &answer.right),
            false => (&answer.right, &answer.left),
        };
        assert!(
            (own.covered_m - part).abs() / part < 0.02,
            "{own:?} of {part}"
        );
        assert!(other.covered_m / part < 0.01, "{other:?}");
    }
    assert!(strays > 5, "the noise that is forgiven was among it");
    assert!(worst > 0.005, "the noise was there: {worst}");
}

/// Noise throws one fix out of the corridor now and then; walking outside of it is no noise.
#[test]
fn a_stray_fix_is_forgiven_and_a_walk_outside_is_not() {
    let reach = river();
    let fix = |step: i64, left: f64| {
        let (lon, lat) = reach.position(step as f64 * 60.0, left);
        Fix {
            accuracy_m: Some(12.0),
            ..Fix::new(lon, lat, step * 50_000)
        }
    };
    let walked = |lefts: &[f64]| -> Coverage {
        let fixes: Vec<Fix> = (10..).zip(lefts).map(|(n, left)| fix(n, *left)).collect();
        covered(&reach, &fixes)
    };
    let whole = walked(&[30.0; 7]).reach.covered_m;
    assert!((whole - 360.0).abs() < 3.0);
    // 62 m are the corridor, 30 m what a radius of 12 m explains.
    let stray = walked(&[30.0, 30.0, 30.0, 85.0, 30.0, 30.0, 30.0]);
    assert_eq!(stray.quality.strays, 1);
    assert!((stray.reach.covered_m - whole).abs() < 0.01);
    assert!((stray.left.covered_m - whole).abs() < 0.01);
    for (lefts, lost) in [
        // Farther than its radius explains.
        ([30.0, 30.0, 30.0, 110.0, 30.0, 30.0, 30.0], 120.0),
        // Two one after the other are a way round.
        ([30.0, 30.0, 70.0, 70.0, 30.0, 30.0, 30.0], 180.0),
        // Before the first and after the last inside nobody knows.
        ([70.0, 30.0, 30.0, 30.0, 30.0, 30.0, 70.0], 120.0),
        ([70.0; 7], 360.0),
    ] {
        let answer = walked(&lefts);
        assert_eq!(answer.quality.strays, 0);
        let error = answer.reach.covered_m - (whole - lost);
        assert!(error.abs() < 3.0, "{lefts:?}: {answer:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn standing_still_covers_next_to_nothing(seed in any::<u64>(), at in 500.0..4_500.0f64, noise in 8.0..12.0f64) {
        let reach = river();
        let how = Walk { noise_m: noise, ..USUAL };
        let fixes = stand(&reach, at, 3_600.0, &how, &mut Rng::new(seed));
        prop_assert!(covered(&reach, &fixes).reach.percent < 3.0);
    }

    #[test]
    fn on_a_short_reach_who_stands_covers_nothing_and_who_walks_covers_it(
        seed in any::<u64>(), length in 300.0..900.0f64, noise in 8.0..12.0f64, minutes in 10.0..60.0f64,
    ) {
        let reach = short(length);
        let how = Walk { noise_m: noise, to_m: length, ..USUAL };
        let fixes = stand(&reach, length / 2.0, minutes * 60.0, &how, &mut Rng::new(seed));
        prop_assert_eq!(covered(&reach, &fixes).reach.covered_m, 0.0);
        let answer = covered(&reach, &walk(&reach, &how, &mut Rng::new(seed)));
        prop_assert!(answer.reach.percent > 80.0, "{:?}", answer);
    }

    #[test]
    fn driving_covers_nothing(seed in any::<u64>(), speed in 5.0..20.0f64, least in 1.0..60.0f64) {
        let reach = river();
        let how = Walk { speed, every_s: (least, least + 5.0), ..USUAL };
        let answer = covered(&reach, &walk(&reach, &how, &mut Rng::new(seed)));
        prop_assert_eq!(answer.reach.covered_m, 0.0);
        prop_assert!(answer.quality.too_fast > 0);
    }

    #[test]
    fn start_and_end_alone_cover_next_to_nothing(seed in any::<u64>()) {
        let reach = river();
        let mut rng = Rng::new(seed);
        let mut fixes = stand(&reach, 0.0, 300.0, &USUAL, &mut rng);
        // Driven to the other end.
        let later = 300_000 + 600_000;
        fixes.extend(stand(&reach, 5_000.0, 300.0, &USUAL, &mut rng).into_iter().map(|mut fix| {
            fix.at_ms += later;
            fix
        }));
        prop_assert!(covered(&reach, &fixes).reach.percent < 5.0);
    }

    /// One fix at each end, as far apart in time as a walk takes.
    #[test]
    fn two_ends_without_anything_between_are_no_walk(length in 600.0..5_000.0f64, speed in 0.3..3.0f64) {
        let reach = short(length);
        let ends = [(0.0, 0), (length, (length / speed * 1_000.0) as i64)];
        let fixes = ends.map(|(at, at_ms)| {
            let (lon, lat) = reach.position(at, 5.0);
            Fix::new(lon, lat, at_ms)
        });
        prop_assert_eq!(covered(&reach, &fixes).reach.covered_m, 0.0);
    }

    #[test]
    fn every_track_has_an_answer_and_more_fixes_never_take_away(
        fixes in prop::collection::vec(
            (120.85..120.92f64, 32.005..32.015f64, 0i64..4_000, prop::option::of(0f32..300.0)), 0..60),
    ) {
        let reach = river();
        let fixes: Vec<Fix> = fixes.into_iter().map(|(lon, lat, second, accuracy_m)| Fix {
            accuracy_m, ..Fix::new(lon, lat, second * 1_000)
        }).collect();
        let whole = covered(&reach, &fixes);
        for bank in [&whole.reach, &whole.left, &whole.right] {
            prop_assert!((0.0..=100.0).contains(&bank.percent));
            prop_assert!(bank.stretches.windows(2).all(|pair| pair[0].1 < pair[1].0));
            prop_assert!(bank.covered_m <= whole.reach.covered_m + 1e-6);
        }
    }

    #[test]
    fn a_place_of_the_reach_is_found_again(at in 0.0..5_000.0f64, left in -40.0..40.0f64) {
        let reach = river();
        let at = at.min(reach.length_m());
        let (lon, lat) = reach.position(at, left);
        let place = reach.chainage(lon, lat).unwrap();
        prop_assert!(place.in_corridor);
        prop_assert!(place.offset_m <= left.abs() + 0.01);
        prop_assert!((place.at_m - at).abs() < 12.0, "{place:?} for {at}");
        if place.offset_m > 1.0 {
            prop_assert_eq!(place.side, if left > 0.0 { Side::Left } else { Side::Right });
        }
    }
}

#[test]
fn two_hundred_thousand_points_and_all_that_can_be_wrong_with_them() {
    let reach = river();
    let how = Walk {
        every_s: (0.02, 0.021),
        ..USUAL
    };
    let mut fixes = walk(&reach, &how, &mut Rng::new(1));
    assert!(fixes.len() > 200_000, "{}", fixes.len());
    let good = covered(&reach, &fixes);
    assert!(good.reach.percent > 98.0, "{good:?}");
    for at in (0..fixes.len()).step_by(100) {
        fixes[at] = match at / 100 % 4 {
            0 => Fix::new(0.0, 0.0, fixes[at].at_ms),
            1 => Fix::new(f64::NAN, 32.0, fixes[at].at_ms),
            2 => Fix {
                accuracy_m: Some(3_000.0),
                ..fixes[at]
            },
            _ => Fix {
                at_ms: fixes[at].at_ms - 60_000,
                mock: true,
                ..fixes[at]
            },
        };
    }
    let answer = covered(&reach, &fixes);
    let quality = &answer.quality;
    let hundredth = fixes.len() / 400;
    for count in [
        quality.null_island,
        quality.invalid,
        quality.inaccurate,
        quality.mocked,
        quality.backwards,
    ] {
        assert!(count.abs_diff(hundredth) <= 1, "{quality:?}");
    }
    assert!(answer.reach.percent > 95.0, "{answer:?}");
}

#[test]
fn a_clock_set_right_on_the_way_loses_one_interval_only() {
    let reach = river();
    let mut fixes = walk(&reach, &USUAL, &mut Rng::new(3));
    let middle = fixes.len() / 2;
    for fix in &mut fixes[middle..] {
        fix.at_ms -= 2 * 365 * 86_400_000;
    }
    let answer = covered(&reach, &fixes);
    assert_eq!(answer.quality.backwards, 1);
    assert!(answer.reach.percent > 96.0, "{answer:?}");
}

#[test]
fn both_banks_are_told_apart_and_a_gap_is_named() {
    let reach = river();
    let mut rng = Rng::new(5);
    let mut fixes = walk(
        &reach,
        &Walk {
            to_m: 2_500.0,
            ..USUAL
        },
        &mut rng,
    );
    let until = fixes[fixes.len() - 1].at_ms;
    let back = walk(
        &reach,
        &Walk {
            from_m: 2_500.0,
            to_m: 0.0,
            left_m: -20.0,
            ..USUAL
        },
        &mut rng,
    );
    fixes.extend(back.into_iter().map(|mut fix| {
        fix.at_ms += until + 900_000;
        fix
    }));
    let answer = covered(&reach, &fixes);
    for bank in [&answer.left, &answer.right] {
        assert!((bank.percent - 50.0).abs() < 2.5, "{answer:?}");
    }
    assert_eq!(
        (answer.quality.gap_count, answer.quality.gaps[0].seconds),
        (1, 900)
    );
}

#[test]
fn banks_make_the_same_reach_as_their_centre_line() {
    let reach = river();
    let bank = |left: f64| -> Vec<(f64, f64)> {
        (0..=250)
            .map(|step| reach.position(reach.length_m() * f64::from(step) / 250.0, left))
            .collect()
    };
    let mut right = bank(-12.0);
    right.reverse();
    let banks = Reach::build(&ReachShape::Banks {
        left: bank(12.0),
        right,
    })
    .unwrap();
    assert!((banks.length_m() / reach.length_m() - 1.0).abs() < 0.01);
    let fixes = walk(&reach, &USUAL, &mut Rng::new(8));
    let (a, b) = (covered(&reach, &fixes), covered(&banks, &fixes));
    assert!((a.reach.percent - b.reach.percent).abs() < 1.0);
    assert!((a.left.percent - b.left.percent).abs() < 2.0);
}

#[test]
fn the_other_limb_of_a_tight_bend_is_not_walked_by_standing_between() {
    // A hairpin: 1 km out, 1 km back, 80 m apart; both limbs' corridors overlap.
    let (x, y) = (1.0 / 94_470.0, 1.0 / 110_880.0);
    let at = |east: f64, north: f64| (SOURCE.0 + east * x, SOURCE.1 + north * y);
    let mut line: Vec<(f64, f64)> = (0..=50)
        .map(|step| at(f64::from(step) * 20.0, 0.0))
        .collect();
    line.extend((0..=50).map(|step| at(1_000.0 - f64::from(step) * 20.0, 80.0)));
    let reach = Reach::build(&ReachShape::Centre {
        line,
        half_width_m: 5.0,
    })
    .unwrap();
    // Along the inner side of the first limb, nearer to the second now and then by noise.
    let how = Walk {
        to_m: 1_000.0,
        left_m: 36.0,
        noise_m: 8.0,
        ..USUAL
    };
    for seed in 0..20 {
        let answer = covered(&reach, &walk(&reach, &how, &mut Rng::new(seed)));
        let error = (answer.reach.covered_m - 1_000.0).abs();
        assert!(error < 150.0, "{seed}: {answer:?}");
    }
}

#[test]
fn a_track_in_the_other_datum_is_suspected_and_a_good_one_is_not() {
    let reach = river();
    let good = walk(&reach, &USUAL, &mut Rng::new(2));
    assert!(datum_doubt(&reach, &good).is_none());
    let shifted: Vec<Fix> = good
        .iter()
        .map(|fix| {
            let (lon, lat) = wgs84_to_gcj02(fix.lon, fix.lat);
            Fix { lon, lat, ..*fix }
        })
        .collect();
    let doubt = datum_doubt(&reach, &shifted).unwrap();
    assert_eq!(doubt.kind, Suspected::Track);
    assert!(doubt.inside_after > 0.95 && doubt.inside_before < 0.3);
    assert!(doubt.east_m.hypot(doubt.north_m) > 200.0, "{doubt:?}");
    assert!(covered(&reach, &shifted).reach.percent < 20.0);
    // And the other way round: the reach was drawn on a shifted map.
    let ReachShape::Centre { line, half_width_m } = meander(5_000.0, 12.0) else {
        unreachable!()
    };
    let line = line
        .into_iter()
        .map(|(lon, lat)| wgs84_to_gcj02(lon, lat))
        .collect();
    let drawn = Reach::build(&ReachShape::Centre { line, half_width_m }).unwrap();
    assert_eq!(datum_doubt(&drawn, &good).unwrap().kind, Suspected::Reach);
    // Somewhere else altogether is no question of the datum.
    let elsewhere: Vec<Fix> = good
        .iter()
        .map(|fix| Fix {
            lon: fix.lon + 1.0,
            ..*fix
        })
        .collect();
    assert!(datum_doubt(&reach, &elsewhere).is_none());
}

#[test]
fn a_copied_track_is_found_and_a_second_walk_is_not() {
    let reach = river();
    let one = walk(&reach, &USUAL, &mut Rng::new(11));
    let two = walk(&reach, &USUAL, &mut Rng::new(12));
    let likeness = same_walk(&one, &two);
    assert!(!likeness.suspicious, "{likeness:?}");
    let week = 7 * 86_400_000;
    let copy: Vec<Fix> = one
        .iter()
        .map(|fix| Fix {
            at_ms: fix.at_ms + week,
            ..*fix
        })
        .collect();
    let likeness = same_walk(&one, &copy);
    assert!(
        likeness.suspicious && likeness.shift_s == Some(week / 1_000),
        "{likeness:?}"
    );
    let half = same_walk(&copy[..copy.len() / 2], &one);
    assert!(half.suspicious, "{half:?}");
    let mut rng = Rng::new(13);
    let disguised: Vec<Fix> = one
        .iter()
        .map(|fix| Fix {
            lon: fix.lon + (rng.unit() - 0.5) * 1e-5,
            lat: fix.lat + (rng.unit() - 0.5) * 1e-5,
            ..*fix
        })
        .collect();
    let likeness = same_walk(&disguised, &one);
    assert!(
        likeness.suspicious && likeness.same_positions < 0.2,
        "{likeness:?}"
    );
}

#[test]
fn what_is_no_reach_is_refused_by_name() {
    let centre =
        |line: Vec<(f64, f64)>, half_width_m: f64| ReachShape::Centre { line, half_width_m };
    let fault = |shape: &ReachShape| Reach::build(shape).unwrap_err();
    let (a, b) = (SOURCE, (120.87, 32.02));
    assert_eq!(fault(&centre(vec![a], 5.0)), ReachFault::TooShort);
    assert_eq!(fault(&centre(vec![a, a], 5.0)), ReachFault::TooShort);
    assert_eq!(
        fault(&centre(vec![a, (f64::NAN, 1.0)], 5.0)),
        ReachFault::NoPosition
    );
    assert_eq!(fault(&centre(vec![a, b], -1.0)), ReachFault::Width);
    assert_eq!(
        fault(&centre(vec![a, (12.0, 32.0)], 5.0)),
        ReachFault::TooLong
    );
    let banks = ReachShape::Banks {
        left: vec![a, a],
        right: vec![a, b],
    };
    assert_eq!(fault(&banks), ReachFault::TooShort);
}
