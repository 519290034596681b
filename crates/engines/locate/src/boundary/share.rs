//! A boundary shared out: where an area is split, every point of it must fall into one of its parts, also between the
//! houses. What has a boundary of its own keeps it; the rest goes to whoever has the nearest house.

use geo::{Area, BooleanOps, BoundingRect, Coord, LineString, MultiPolygon, Polygon};

use crate::geometry::area_m2;

/// A house and the part it goes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    pub lon: f64,
    pub lat: f64,
    pub part: usize,
}

/// Pieces smaller than this many square metres are the noise of arithmetic.
const NOISE_M2: f64 = 1.0;

/// The shapes of `parts` parts of `whole`, together exactly `whole` and nowhere above one another. `given` says what of
/// it a part has whatever the houses say, earlier entries first. Without any house all that is left goes to part 0.
#[must_use]
pub fn share_out(
    whole: &MultiPolygon<f64>,
    parts: usize,
    given: &[(usize, MultiPolygon<f64>)],
    sites: &[Site],
) -> Vec<MultiPolygon<f64>> {
    let mut rest = whole.clone();
    let mut shares = vec![MultiPolygon::new(Vec::new()); parts];
    for (part, shape) in given.iter().filter(|(part, _)| *part < parts) {
        shares[*part] = shares[*part].union(&rest.intersection(shape));
        rest = rest.difference(shape);
    }
    for site in sites.iter().filter(|site| (1..parts).contains(&site.part)) {
        let Some(cell) = cell(whole, site, sites) else {
            continue;
        };
        shares[site.part] = shares[site.part].union(&rest.intersection(&cell));
        rest = rest.difference(&cell);
    }
    if let Some(first) = shares.first_mut() {
        *first = first.union(&rest);
    }
    shares.into_iter().map(without_noise).collect()
}

fn without_noise(shape: MultiPolygon<f64>) -> MultiPolygon<f64> {
    let kept = |polygon: &Polygon<f64>| {
        polygon.unsigned_area() > 0.0 && area_m2(&MultiPolygon(vec![polygon.clone()])) >= NOISE_M2
    };
    MultiPolygon(shape.0.into_iter().filter(kept).collect())
}

/// All that is at least as near to a house as to any of another part: the box around the whole, cut once for each.
fn cell(whole: &MultiPolygon<f64>, site: &Site, sites: &[Site]) -> Option<MultiPolygon<f64>> {
    let bounds = whole.bounding_rect()?;
    // Degrees of longitude are shorter than those of latitude.
    let narrow = site.lat.to_radians().cos();
    let margin = bounds.width().max(bounds.height());
    let (west, east) = (bounds.min().x - margin, bounds.max().x + margin);
    let (south, north) = (bounds.min().y - margin, bounds.max().y + margin);
    let mut ring: Vec<Coord<f64>> = vec![
        Coord { x: west, y: south },
        Coord { x: east, y: south },
        Coord { x: east, y: north },
        Coord { x: west, y: north },
    ];
    for other in sites {
        let (dx, dy) = ((other.lon - site.lon) * narrow, other.lat - site.lat);
        if other == site || (dx == 0.0 && dy == 0.0) {
            continue;
        }
        // Positive on the other's side of the line halfway between the two.
        let side = |at: &Coord<f64>| {
            let (x, y) = ((at.x - site.lon) * narrow, at.y - site.lat);
            x * dx + y * dy - f64::midpoint(dx * dx, dy * dy)
        };
        ring = cut(&ring, side);
        if ring.len() < 3 {
            return None;
        }
    }
    Some(MultiPolygon(vec![Polygon::new(
        LineString::new(ring),
        Vec::new(),
    )]))
}

/// The part of a convex ring on whose side `side` is not positive.
fn cut(ring: &[Coord<f64>], side: impl Fn(&Coord<f64>) -> f64) -> Vec<Coord<f64>> {
    let mut kept = Vec::with_capacity(ring.len() + 1);
    for (at, here) in ring.iter().enumerate() {
        let next = &ring[(at + 1) % ring.len()];
        let (mine, its) = (side(here), side(next));
        if mine <= 0.0 {
            kept.push(*here);
        }
        if (mine < 0.0 && its > 0.0) || (mine > 0.0 && its < 0.0) {
            kept.push(*here + (*next - *here) * (mine / (mine - its)));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use geo::{Contains, Point};
    use proptest::prelude::*;

    use super::*;

    fn square(west: f64, south: f64, side: f64) -> MultiPolygon<f64> {
        let ring = [
            (west, south),
            (west + side, south),
            (west + side, south + side),
            (west, south + side),
        ];
        MultiPolygon(vec![Polygon::new(LineString::from(ring.to_vec()), vec![])])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// Nothing is lost, nothing is given twice, and every house lies in its part's share.
        #[test]
        fn the_shares_are_the_whole(
            houses in prop::collection::vec((1u32..100, 1u32..100, 0usize..3), 1..14),
            given in prop::option::of((0u32..60, 0u32..60, 0usize..3)),
        ) {
            let step = 0.0001;
            let at = |n: u32| f64::from(n) * step;
            let whole = square(120.0, 32.0, 100.0 * step);
            let mut sites: Vec<Site> = houses
                .iter()
                .map(|(x, y, part)| Site { lon: 120.0 + at(*x), lat: 32.0 + at(*y), part: *part })
                .collect();
            // Two houses of one spot have no line between them.
            sites.sort_by_key(|site| (site.lon.to_bits(), site.lat.to_bits()));
            sites.dedup_by_key(|site| (site.lon.to_bits(), site.lat.to_bits()));
            let given: Vec<_> = given
                .map(|(x, y, part)| (part, square(120.0 + at(x), 32.0 + at(y), 30.5 * step)))
                .into_iter()
                .collect();
            let shares = share_out(&whole, 3, &given, &sites);
            let total: f64 = shares.iter().map(area_m2).sum();
            prop_assert!((total / area_m2(&whole) - 1.0).abs() < 1e-4, "{}", total);
            for (n, one) in shares.iter().enumerate() {
                for other in &shares[n + 1..] {
                    prop_assert!(area_m2(&one.intersection(other)) < 5.0);
                }
            }
            for site in &sites {
                let point = Point::new(site.lon, site.lat);
                let on_given = given.iter().any(|(_, shape)| shape.contains(&point));
                let near_edge = given.iter().any(|(_, shape)| {
                    shape.bounding_rect().is_some_and(|rect| {
                        [point.x() - rect.min().x, point.x() - rect.max().x,
                         point.y() - rect.min().y, point.y() - rect.max().y]
                            .iter().any(|gap| gap.abs() < step / 100.0)
                    })
                });
                if !near_edge {
                    let part = if on_given { given[0].0 } else { site.part };
                    prop_assert!(shares[part].contains(&point), "{:?}", site);
                }
            }
        }
    }

    #[test]
    fn without_houses_the_first_part_keeps_everything() {
        let whole = square(120.0, 32.0, 0.01);
        let shares = share_out(&whole, 2, &[], &[]);
        assert!(shares[1].0.is_empty());
        assert!((area_m2(&shares[0]) - area_m2(&whole)).abs() < 1.0);
    }
}
