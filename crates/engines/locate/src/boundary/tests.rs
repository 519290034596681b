#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::workload;
use proptest::prelude::*;

const WEST: f64 = 120.86;
const SOUTH: f64 = 32.01;

/// A rectangle in thousandths of a degree from the south-west corner of the test town.
fn ring(x0: f64, y0: f64, x1: f64, y1: f64) -> Vec<[f64; 2]> {
    path(&[(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])
}

fn path(points: &[(f64, f64)]) -> Vec<[f64; 2]> {
    points
        .iter()
        .map(|(x, y)| [WEST + x / 1000.0, SOUTH + y / 1000.0])
        .collect()
}

fn area(key: i64, level: u8, parent: Option<i64>, shape: RawShape) -> BoundaryArea {
    BoundaryArea {
        key,
        code: format!("code-{key}"),
        level,
        parent,
        shape,
    }
}

fn faults_of(shape: RawShape) -> Vec<FaultKind> {
    let faults = check_boundaries(&[area(1, 4, None, shape)]);
    faults.into_iter().map(|fault| fault.kind).collect()
}

fn is_near(at: (f64, f64), x: f64, y: f64) -> bool {
    (at.0 - WEST - x / 1000.0).abs() < 1e-7 && (at.1 - SOUTH - y / 1000.0).abs() < 1e-7
}

#[test]
fn a_sound_family_passes() {
    let family = [
        area(1, 4, None, vec![vec![ring(0.0, 0.0, 10.0, 10.0)]]),
        area(2, 5, Some(1), vec![vec![ring(0.0, 0.0, 5.0, 10.0)]]),
        area(
            3,
            5,
            Some(1),
            vec![vec![ring(5.0, 0.0, 10.0, 10.0), ring(6.0, 6.0, 7.0, 7.0)]],
        ),
        area(4, 5, Some(1), vec![vec![ring(6.0, 6.0, 7.0, 7.0)]]),
    ];
    assert_eq!(check_boundaries(&family), []);
}

#[test]
fn a_bow_tie_is_reported_where_it_crosses() {
    let kinds = faults_of(vec![vec![path(&[
        (0.0, 0.0),
        (4.0, 4.0),
        (4.0, 0.0),
        (0.0, 4.0),
        (0.0, 0.0),
    ])]]);
    assert!(
        matches!(kinds[..], [FaultKind::CrossingRing { at }] if is_near(at, 2.0, 2.0)),
        "{kinds:?}"
    );
}

#[test]
fn a_ring_touching_itself_and_a_spike_are_crossings() {
    let pinch = path(&[
        (0.0, 0.0),
        (4.0, 0.0),
        (2.0, 2.0),
        (4.0, 4.0),
        (0.0, 4.0),
        (2.0, 2.0),
        (0.0, 0.0),
    ]);
    let kinds = faults_of(vec![vec![pinch]]);
    assert!(
        matches!(kinds[..], [FaultKind::CrossingRing { at }] if is_near(at, 2.0, 2.0)),
        "{kinds:?}"
    );
    let spike = path(&[
        (0.0, 0.0),
        (4.0, 0.0),
        (4.0, 4.0),
        (4.0, 8.0),
        (4.0, 4.0),
        (0.0, 4.0),
        (0.0, 0.0),
    ]);
    assert!(
        faults_of(vec![vec![spike]])
            .iter()
            .all(|kind| matches!(kind, FaultKind::CrossingRing { .. }))
    );
}

#[test]
fn each_fault_of_the_points_has_its_kind_and_place() {
    assert_eq!(faults_of(vec![]), [FaultKind::Empty { at: None }]);
    assert_eq!(faults_of(vec![vec![]]), [FaultKind::Empty { at: None }]);
    let kinds = faults_of(vec![vec![path(&[
        (0.0, 0.0),
        (4.0, 0.0),
        (4.0, 4.0),
        (0.0, 4.0),
    ])]]);
    assert!(
        matches!(kinds[..], [FaultKind::UnclosedRing { at }] if is_near(at, 0.0, 4.0)),
        "{kinds:?}"
    );
    let kinds = faults_of(vec![vec![path(&[
        (0.0, 0.0),
        (4.0, 0.0),
        (4.0, 0.0),
        (0.0, 0.0),
    ])]]);
    assert!(
        matches!(kinds[..], [FaultKind::TooFewPoints { points: 2, .. }]),
        "{kinds:?}"
    );
    let swapped: Vec<[f64; 2]> = ring(0.0, 0.0, 1.0, 1.0)
        .iter()
        .map(|p| [p[1], p[0]])
        .collect();
    let kinds = faults_of(vec![vec![swapped]]);
    assert!(
        matches!(kinds[..], [FaultKind::OutOfRange { at }] if at.1 > 120.0),
        "{kinds:?}"
    );
    let mut nan = ring(0.0, 0.0, 1.0, 1.0);
    nan[2][0] = f64::NAN;
    assert!(matches!(
        faults_of(vec![vec![nan]])[..],
        [FaultKind::OutOfRange { .. }]
    ));
}

#[test]
fn repeated_points_are_harmless() {
    let mut repeated = ring(0.0, 0.0, 4.0, 4.0);
    repeated.insert(1, repeated[0]);
    repeated.push(repeated[0]);
    assert_eq!(faults_of(vec![vec![repeated]]), []);
}

#[test]
fn holes_stay_inside_and_may_touch_in_a_point() {
    let outer = ring(0.0, 0.0, 10.0, 10.0);
    let touching = path(&[(0.0, 5.0), (2.0, 4.0), (2.0, 6.0), (0.0, 5.0)]);
    assert_eq!(faults_of(vec![vec![outer.clone(), touching]]), []);
    let away = ring(20.0, 0.0, 22.0, 2.0);
    assert!(matches!(
        faults_of(vec![vec![outer.clone(), away]])[..],
        [FaultKind::HoleOutsideRing { .. }]
    ));
    let across = ring(8.0, 4.0, 12.0, 6.0);
    let kinds = faults_of(vec![vec![outer, across]]);
    assert!(
        kinds
            .iter()
            .all(|kind| matches!(kind, FaultKind::CrossingRing { .. }))
            && kinds.len() == 2,
        "{kinds:?}"
    );
}

#[test]
fn parts_of_one_area_do_not_overlap() {
    let apart = vec![
        vec![ring(0.0, 0.0, 2.0, 2.0)],
        vec![ring(2.0, 2.0, 4.0, 4.0)],
    ];
    assert_eq!(faults_of(apart), []);
    let over = vec![
        vec![ring(0.0, 0.0, 2.0, 2.0)],
        vec![ring(1.0, 1.0, 4.0, 4.0)],
    ];
    assert!(matches!(
        faults_of(over)[..],
        [FaultKind::PartsOverlap { .. }]
    ));
}

#[test]
fn a_child_leaving_its_parent_is_reported_outside_of_it() {
    let family = [
        area(1, 4, None, vec![vec![ring(0.0, 0.0, 10.0, 10.0)]]),
        area(2, 5, Some(1), vec![vec![ring(5.0, 5.0, 10.5, 8.0)]]),
    ];
    let faults = check_boundaries(&family);
    let [
        BoundaryFault {
            key: 2,
            kind:
                FaultKind::ChildOutsideParent {
                    parent: 1,
                    at,
                    distance_m,
                },
            ..
        },
    ] = faults[..]
    else {
        panic!("{faults:?}");
    };
    assert!(at.0 > WEST + 0.010);
    // Half a thousandth of a degree of longitude there is 47.2 m.
    assert!((distance_m - 47.2).abs() < 0.5, "{distance_m}");
}

#[test]
fn a_child_over_a_hole_of_its_parent_is_reported() {
    let family = [
        area(
            1,
            4,
            None,
            vec![vec![ring(0.0, 0.0, 10.0, 10.0), ring(4.0, 4.0, 6.0, 6.0)]],
        ),
        area(2, 5, Some(1), vec![vec![ring(2.0, 2.0, 8.0, 8.0)]]),
    ];
    let faults = check_boundaries(&family);
    assert!(
        matches!(
            faults[..],
            [BoundaryFault {
                kind: FaultKind::ChildOutsideParent { .. },
                ..
            }]
        ),
        "{faults:?}"
    );
}

#[test]
fn overlapping_siblings_are_reported_once_with_place_and_size() {
    let family = [
        area(9, 5, None, vec![vec![ring(4.0, 0.0, 10.0, 10.0)]]),
        area(3, 5, None, vec![vec![ring(0.0, 0.0, 5.0, 10.0)]]),
    ];
    let faults = check_boundaries(&family);
    let [
        BoundaryFault {
            key: 3,
            kind:
                FaultKind::OverlapSibling {
                    with: 9,
                    at,
                    area_m2,
                },
            ..
        },
    ] = faults[..]
    else {
        panic!("{faults:?}");
    };
    assert!(
        at.0 >= WEST + 0.004 - 1e-9 && at.0 <= WEST + 0.005 + 1e-9,
        "{at:?}"
    );
    assert!((area_m2 - 94.47 * 1108.8).abs() < 300.0, "{area_m2}");
}

#[test]
fn what_is_thinner_than_the_tolerance_is_the_noise_of_drawing() {
    // 0.005 thousandths of a degree of longitude are 47 cm.
    let family = |by: f64| {
        [
            area(1, 4, None, vec![vec![ring(0.0, 0.0, 10.0, 10.0)]]),
            area(
                2,
                5,
                Some(1),
                vec![vec![ring(0.0, 0.0, 5.0 + by, 10.0 + by)]],
            ),
            area(3, 5, Some(1), vec![vec![ring(5.0, 0.0, 10.0, 10.0)]]),
        ]
    };
    assert_eq!(check_boundaries(&family(0.005)), []);
    let strict = check_boundaries_with(&family(0.005), BoundaryOptions { tolerance_m: 0.1 });
    assert_eq!(strict.len(), 2, "{strict:?}");
    assert_eq!(check_boundaries(&family(0.05)).len(), 2);
}

#[test]
fn a_bump_at_the_end_of_a_long_sliver_is_not_averaged_away() {
    // 30 cm of overlap along a kilometre, with one dent of 20 m.
    let bumpy = path(&[
        (0.0, 0.0),
        (5.003, 0.0),
        (5.003, 5.0),
        (5.2, 5.1),
        (5.003, 5.2),
        (5.003, 10.0),
        (0.0, 10.0),
        (0.0, 0.0),
    ]);
    let family = [
        area(1, 5, None, vec![vec![bumpy]]),
        area(2, 5, None, vec![vec![ring(5.0, 0.0, 10.0, 10.0)]]),
    ];
    let faults = check_boundaries(&family);
    assert!(
        matches!(faults[..], [BoundaryFault { kind: FaultKind::OverlapSibling { at, .. }, .. }] if is_near(at, 5.2, 5.1)),
        "{faults:?}"
    );
}

#[test]
fn a_strip_counts_by_its_whole_width() {
    // 1.5 m of overlap: no point is further than 0.75 m from both edges.
    let family = [
        area(1, 5, None, vec![vec![ring(0.0, 0.0, 5.0159, 10.0)]]),
        area(2, 5, None, vec![vec![ring(5.0, 0.0, 10.0, 10.0)]]),
    ];
    assert!(matches!(
        check_boundaries(&family)[..],
        [BoundaryFault {
            kind: FaultKind::OverlapSibling { .. },
            ..
        }]
    ));
}

#[test]
fn the_tree_itself_is_checked() {
    let square = || vec![vec![ring(0.0, 0.0, 1.0, 1.0)]];
    let family = [
        area(1, 5, None, square()),
        area(2, 6, Some(7), square()),
        area(3, 5, Some(1), square()),
        area(1, 4, None, square()),
    ];
    let kinds: Vec<FaultKind> = check_boundaries(&family)
        .into_iter()
        .map(|fault| fault.kind)
        .collect();
    assert!(kinds.contains(&FaultKind::ParentMissing { parent: 7 }));
    assert!(kinds.contains(&FaultKind::DuplicateKey));
    let levels = check_boundaries(&[area(1, 5, None, square()), area(3, 5, Some(1), square())]);
    assert_eq!(levels[0].kind, FaultKind::ParentNotAbove { parent: 1 });
}

/// Tiles of the wavy town under one parent around it all.
fn wavy_family(side: usize) -> Vec<BoundaryArea> {
    let (west, south, size) = workload::TOWN;
    let around = |x: f64, y: f64| [west + size * x, south + size * y];
    let parent = vec![
        around(-0.1, -0.1),
        around(1.1, -0.1),
        around(1.1, 1.1),
        around(-0.1, 1.1),
        around(-0.1, -0.1),
    ];
    let mut family = vec![area(0, 5, None, vec![vec![parent]])];
    family.extend(workload::tiled_town(side, 3).into_iter().map(|tile| {
        let ring = tile.shape.0[0]
            .exterior()
            .coords()
            .map(|coord| [coord.x, coord.y])
            .collect();
        area(tile.key, 6, Some(0), vec![vec![ring]])
    }));
    family
}

#[test]
fn tiles_that_share_their_edges_have_no_fault() {
    assert_eq!(check_boundaries(&wavy_family(5)), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// One corner pulled a few hundred metres or more over the border is found with its neighbour, near the corner.
    #[test]
    fn one_corner_out_of_place_is_found(tile in 0usize..9, corner in 1usize..124, by in 0.002..0.02f64) {
        let mut family = wavy_family(3);
        let middle = family[tile + 1].multi_polygon();
        let (x, y) = crate::centroid(&middle).unwrap();
        let point = &mut family[tile + 1].shape[0][0][corner];
        let length = (point[0] - x).hypot(point[1] - y);
        let (dx, dy) = ((point[0] - x) / length * by, (point[1] - y) / length * by);
        let moved = (point[0] + dx, point[1] + dy);
        (point[0], point[1]) = moved;
        let (west, south, size) = workload::TOWN;
        let inner = |value: f64, start: f64| value > start + 0.05 && value < start + size - 0.05;
        prop_assume!(inner(moved.0, west) && inner(moved.1, south));
        let faults = check_boundaries(&family);
        let key = tile as i64 + 1;
        let is_it = |fault: &&BoundaryFault| match fault.kind {
            FaultKind::OverlapSibling { with, .. } => fault.key == key || with == key,
            FaultKind::CrossingRing { .. } => fault.key == key,
            _ => false,
        };
        prop_assert!(!faults.is_empty() && faults.iter().all(|fault| is_it(&fault)), "{faults:?}");
        for fault in &faults {
            let metres = crate::distance_m(fault.place().unwrap(), moved);
            prop_assert!(metres < 10_000.0, "{metres} {fault:?}");
        }
    }
}

proptest! {
    /// Rings drawn on a small lattice are full of touches, overlaps and repeats. What passes is what the plain
    /// checker of `geo` calls valid, and nothing panics.
    #[test]
    fn what_passes_is_what_is_valid(rings in prop::collection::vec(prop::collection::vec((0..5i32, 0..5i32), 0..8), 1..3)) {
        let closed = |points: &Vec<(i32, i32)>| {
            let mut ring = path(&points.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect::<Vec<_>>());
            ring.extend(ring.first().copied());
            ring
        };
        let family = [
            area(1, 4, None, vec![rings.iter().map(closed).collect()]),
            area(2, 5, Some(1), vec![vec![ring(1.0, 1.0, 3.0, 3.0)]]),
            area(3, 4, None, vec![vec![ring(2.0, 0.0, 6.0, 3.0)]]),
        ];
        let own_fault = check_boundaries(&family).iter().any(|fault| {
            fault.key == 1 && !matches!(fault.kind, FaultKind::OverlapSibling { .. })
        });
        // A ring folded flat is no fault for the plain checker; here every ring must enclose something.
        let flat = |ring: &Vec<[f64; 2]>| {
            let alone = area(0, 0, None, vec![vec![ring.clone()]]);
            crate::area_m2(&alone.multi_polygon()) < 100.0
        };
        let plain = !family[0].shape[0].iter().any(flat) && geo::Validation::is_valid(&family[0].multi_polygon());
        prop_assert_eq!(!own_fault, plain, "{:?}", check_boundaries(&family));
    }
}
