//! The index against models: `geo`'s own test away from edges, and the law that tiles share nothing and miss nothing.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::{AreaIndex, AreaShape, Located};
use crate::{distance_m, workload};
use geo::{Contains, Distance, Euclidean, LineString, MultiPolygon, Point, Polygon};
use proptest::prelude::*;

fn polygon(points: &[(f64, f64)], holes: &[&[(f64, f64)]]) -> MultiPolygon<f64> {
    let ring = |points: &[(f64, f64)]| LineString::from(points.to_vec());
    MultiPolygon(vec![Polygon::new(
        ring(points),
        holes.iter().map(|hole| ring(hole)).collect(),
    )])
}

fn rectangle(x0: f64, y0: f64, x1: f64, y1: f64) -> Vec<(f64, f64)> {
    vec![(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
}

fn area(key: i64, level: u8, shape: MultiPolygon<f64>) -> AreaShape {
    AreaShape { key, level, shape }
}

fn key_of(located: &Located) -> Option<i64> {
    match located {
        Located::Inside { key, .. } => Some(*key),
        Located::Outside { .. } => None,
    }
}

/// A star around a centre: simple, bent in and out, any number of corners.
fn star() -> impl Strategy<Value = MultiPolygon<f64>> {
    let centre = (120.80..120.90f64, 32.00..32.05f64);
    (centre, prop::collection::vec(0.002..0.03f64, 3..40)).prop_map(|((x, y), radii)| {
        let corner = |(at, radius): (usize, &f64)| {
            let angle = at as f64 / radii.len() as f64 * std::f64::consts::TAU;
            (x + radius * angle.cos(), y + radius * angle.sin())
        };
        polygon(
            &radii.iter().enumerate().map(corner).collect::<Vec<_>>(),
            &[],
        )
    })
}

/// Cuts a rectangle at random until tiles are small: edges meet in T-junctions.
fn cut(
    tile: [f64; 4],
    cuts: &mut impl Iterator<Item = (bool, f64)>,
    depth: usize,
    tiles: &mut Vec<[f64; 4]>,
) {
    let [x0, y0, x1, y1] = tile;
    let Some((upright, at)) = cuts.next().filter(|_| depth > 0) else {
        tiles.push(tile);
        return;
    };
    let (one, other) = if upright {
        let x = x0 + (x1 - x0) * at;
        ([x0, y0, x, y1], [x, y0, x1, y1])
    } else {
        let y = y0 + (y1 - y0) * at;
        ([x0, y0, x1, y], [x0, y, x1, y1])
    };
    cut(one, cuts, depth - 1, tiles);
    cut(other, cuts, depth - 1, tiles);
}

/// How many tiles hold a point: each tile asked alone, so no preference can hide a double answer.
fn holders(tiles: &[AreaShape], lon: f64, lat: f64) -> usize {
    let alone = |tile: &&AreaShape| {
        AreaIndex::build(vec![(*tile).clone()])
            .locate_key(lon, lat)
            .is_some()
    };
    tiles.iter().filter(alone).count()
}

/// A grid of jittered corners, each cell cut into two triangles. A jitter of 0.15 keeps every cell convex.
fn triangles(side: usize, jitter: &[(f64, f64)]) -> Vec<AreaShape> {
    let corner = |column: usize, row: usize| {
        let inner = column > 0 && row > 0 && column < side && row < side;
        let (dx, dy) = if inner {
            jitter[(row * side + column) % jitter.len()]
        } else {
            (0.0, 0.0)
        };
        (
            120.8 + (column as f64 + dx) * 0.01,
            32.0 + (row as f64 + dy) * 0.01,
        )
    };
    let mut shapes = Vec::new();
    for row in 0..side {
        for column in 0..side {
            let (a, b) = (corner(column, row), corner(column + 1, row));
            let (c, d) = (corner(column + 1, row + 1), corner(column, row + 1));
            for ring in [[a, b, c], [c, d, a]] {
                shapes.push(area(shapes.len() as i64, 6, polygon(&ring, &[])));
            }
        }
    }
    shapes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn agrees_with_the_plain_test_away_from_edges(
        shapes in prop::collection::vec((star(), 3u8..7), 1..12),
        points in prop::collection::vec((120.76..120.94f64, 31.96..32.09f64), 30),
    ) {
        let shapes: Vec<AreaShape> =
            shapes.into_iter().enumerate().map(|(key, (shape, level))| area(key as i64, level, shape)).collect();
        let index = AreaIndex::build(shapes.clone());
        for (lon, lat) in points {
            let point = Point::new(lon, lat);
            let edge = |shape: &AreaShape| Euclidean.distance(&point, shape.shape.0[0].exterior());
            prop_assume!(shapes.iter().all(|shape| edge(shape) > 1e-9));
            let mut holding: Vec<&AreaShape> = shapes.iter().filter(|shape| shape.shape.contains(&point)).collect();
            holding.sort_by_key(|shape| (shape.level, std::cmp::Reverse(shape.key)));
            let expected = holding.last().map(|shape| shape.key);
            prop_assert_eq!(index.locate_key(lon, lat), expected);
            let located = index.locate(lon, lat);
            prop_assert_eq!(key_of(&located), expected);
            match located {
                Located::Inside { chain, .. } => {
                    let mut levels: Vec<u8> = holding.iter().map(|shape| shape.level).collect();
                    levels.dedup();
                    prop_assert_eq!(chain.len(), levels.len());
                }
                Located::Outside { nearest } => {
                    let (key, metres) = nearest.unwrap();
                    let plane = crate::geometry::LocalPlane::at(lon, lat);
                    let away = |shape: &AreaShape| {
                        let lines = shape.shape.0[0].exterior().lines().map(|line| {
                            plane.nearest_on_segment([line.start.x, line.start.y], [line.end.x, line.end.y]).1
                        });
                        lines.fold(f64::INFINITY, f64::min).sqrt()
                    };
                    let least = shapes.iter().map(&away).fold(f64::INFINITY, f64::min);
                    prop_assert!((away(&shapes[key as usize]) - least).abs() < 1e-3);
                    prop_assert!((metres - least).abs() < 0.01 * least + 0.01, "{} {}", metres, least);
                }
            }
        }
    }

    #[test]
    fn rectangles_share_nothing_and_miss_nothing(
        cuts in prop::collection::vec((any::<bool>(), 0.1..0.9f64), 30),
        along in prop::collection::vec((any::<prop::sample::Index>(), 0..4usize, 0.0..1.0f64), 20),
    ) {
        let mut rectangles = Vec::new();
        cut([120.8, 32.0, 120.9, 32.1], &mut cuts.into_iter(), 5, &mut rectangles);
        let tiles: Vec<AreaShape> = rectangles
            .iter()
            .enumerate()
            .map(|(key, r)| area(key as i64, 6, polygon(&rectangle(r[0], r[1], r[2], r[3]), &[])))
            .collect();
        for (tile, side, at) in along {
            let [x0, y0, x1, y1] = *tile.get(&rectangles);
            let (x, y) = (x0 + (x1 - x0) * at, y0 + (y1 - y0) * at);
            // A point of each side, and each corner.
            for (lon, lat) in [[(x, y0), (x1, y), (x, y1), (x0, y)][side], [(x0, y0), (x1, y0), (x1, y1), (x0, y1)][side]] {
                let outer = lon >= 120.9 || lat >= 32.1;
                prop_assert_eq!(holders(&tiles, lon, lat), usize::from(!outer), "{} {}", lon, lat);
            }
        }
    }

    #[test]
    fn triangles_share_nothing_and_miss_nothing(
        jitter in prop::collection::vec((-0.15..0.15f64, -0.15..0.15f64), 7..20),
        along in prop::collection::vec((any::<prop::sample::Index>(), 0..3usize, 0.0..1.0f64), 20),
    ) {
        let tiles = triangles(5, &jitter);
        for (tile, side, at) in along {
            let ring = &tile.get(&tiles).shape.0[0].exterior().0;
            let (from, to) = (ring[side], ring[side + 1]);
            // As near to the edge as numbers go, and exactly on its end.
            let near = (from.x + (to.x - from.x) * at, from.y + (to.y - from.y) * at);
            for (lon, lat) in [near, (from.x, from.y)] {
                let outer = lon >= 120.85 || lat >= 32.05 || lon < 120.8 || lat < 32.0;
                prop_assume!(!outer || lon == 120.85 || lat == 32.05);
                prop_assert_eq!(holders(&tiles, lon, lat), usize::from(!outer), "{} {}", lon, lat);
            }
        }
    }

    #[test]
    fn the_order_of_input_changes_nothing(
        shapes in prop::collection::vec((star(), 5u8..7), 2..8).prop_shuffle(),
        turn in 1usize..7,
        points in prop::collection::vec((120.76..120.94f64, 31.96..32.09f64), 20),
    ) {
        let shapes: Vec<AreaShape> =
            shapes.into_iter().enumerate().map(|(key, (shape, level))| area(key as i64, level, shape)).collect();
        let mut other = shapes.clone();
        other.reverse();
        let by = turn % shapes.len();
        other.rotate_left(by);
        for area in &mut other {
            for polygon in &mut area.shape.0 {
                polygon.exterior_mut(|ring| ring.0.reverse());
            }
        }
        let corners: Vec<(f64, f64)> =
            shapes.iter().flat_map(|area| area.shape.0[0].exterior().points()).map(|point| point.x_y()).collect();
        let (one, other) = (AreaIndex::build(shapes), AreaIndex::build(other));
        for (lon, lat) in points.into_iter().chain(corners) {
            prop_assert_eq!(one.locate(lon, lat), other.locate(lon, lat));
        }
    }
}

#[test]
fn a_hole_is_outside_and_what_fills_it_is_inside() {
    let hole = rectangle(120.84, 32.04, 120.86, 32.06);
    let outer = area(
        1,
        5,
        polygon(&rectangle(120.80, 32.00, 120.90, 32.10), &[&hole]),
    );
    let index = AreaIndex::build(vec![outer.clone()]);
    assert_eq!(index.locate_key(120.82, 32.05), Some(1));
    let Located::Outside {
        nearest: Some((1, metres)),
    } = index.locate(120.85, 32.05)
    else {
        panic!("the hole is outside");
    };
    // Half the hole's width in longitude, 0.01 degrees, is nearer than half its height.
    assert!(
        (metres - distance_m((120.85, 32.05), (120.84, 32.05))).abs() < 0.1,
        "{metres}"
    );
    let tiles = vec![outer, area(2, 5, polygon(&hole, &[]))];
    for (lon, lat) in [
        (120.84, 32.05),
        (120.86, 32.05),
        (120.85, 32.04),
        (120.85, 32.06),
        (120.84, 32.04),
    ] {
        assert_eq!(holders(&tiles, lon, lat), 1, "{lon} {lat}");
    }
}

#[test]
fn the_chain_runs_from_general_to_specific() {
    let nested = |key, level, size: f64| {
        area(
            key,
            level,
            polygon(&rectangle(120.8, 32.0, 120.8 + size, 32.0 + size), &[]),
        )
    };
    let index = AreaIndex::build(vec![
        nested(30, 6, 0.01),
        nested(10, 3, 0.1),
        nested(20, 5, 0.05),
    ]);
    let chain = |lon, lat| match index.locate(lon, lat) {
        Located::Inside { chain, .. } => chain,
        Located::Outside { .. } => Vec::new(),
    };
    assert_eq!(chain(120.805, 32.005), [10, 20, 30]);
    assert_eq!(chain(120.83, 32.03), [10, 20]);
    assert_eq!(chain(120.88, 32.08), [10]);
    // All three share the south-west corner: outside of it, the most specific is nearest.
    let Located::Outside {
        nearest: Some((30, metres)),
    } = index.locate(120.799, 31.999)
    else {
        panic!("{:?}", index.locate(120.799, 31.999));
    };
    assert!((metres - distance_m((120.799, 31.999), (120.8, 32.0))).abs() < 0.01);
}

#[test]
fn of_two_that_overlap_the_smaller_key_wins() {
    let square = || polygon(&rectangle(120.8, 32.0, 120.9, 32.1), &[]);
    for keys in [[7, 3], [3, 7]] {
        let index = AreaIndex::build(keys.iter().map(|key| area(*key, 5, square())).collect());
        assert_eq!(index.locate_key(120.85, 32.05), Some(3));
    }
}

#[test]
fn what_cannot_be_asked_or_indexed_is_no_answer() {
    let empty = AreaIndex::build(Vec::new());
    assert_eq!(
        empty.locate(120.0, 32.0),
        Located::Outside { nearest: None }
    );
    let broken = polygon(&[(120.8, f64::NAN), (120.9, 32.0), (120.9, 32.1)], &[]);
    let line = polygon(&[(120.8, 32.0), (120.8, 32.0)], &[]);
    let index = AreaIndex::build(vec![
        area(1, 5, broken),
        area(2, 5, MultiPolygon(Vec::new())),
        area(3, 5, line),
        area(4, 5, polygon(&rectangle(120.8, 32.0, 120.9, 32.1), &[])),
    ]);
    assert_eq!(index.len(), 1);
    assert_eq!(
        index.locate(f64::NAN, 32.0),
        Located::Outside { nearest: None }
    );
    assert_eq!(index.locate_key(f64::INFINITY, 32.0), None);
    // The far side of the Earth still has a nearest area.
    let Located::Outside {
        nearest: Some((4, metres)),
    } = index.locate(-60.0, -32.0)
    else {
        panic!("something is nearest");
    };
    assert!(metres > 1.9e7 && metres < 2.1e7, "{metres}");
}

#[test]
fn a_wavy_town_is_tiled_without_gap_or_overlap() {
    let tiles = workload::tiled_town(6, 1);
    assert!(
        tiles
            .iter()
            .all(|tile| tile.shape.0[0].exterior().0.len() == 125)
    );
    let index = AreaIndex::build(tiles.clone());
    let corners = tiles
        .iter()
        .flat_map(|tile| tile.shape.0[0].exterior().points())
        .map(|point| point.x_y());
    let (west, south, size) = workload::TOWN;
    let margin = size / 6.0 * 0.05;
    let inner = |value: f64, start: f64| value > start + margin && value < start + size - margin;
    let mut asked = 0;
    for (lon, lat) in corners
        .filter(|(lon, lat)| inner(*lon, west) && inner(*lat, south))
        .step_by(7)
    {
        assert_eq!(holders(&tiles, lon, lat), 1, "{lon} {lat}");
        assert!(index.locate_key(lon, lat).is_some());
        asked += 1;
    }
    assert!(asked > 400, "{asked}");
}
