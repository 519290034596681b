//! The walking order of stops.
//!
//! Few stops are ordered exactly (Held and Karp's table over subsets). More start from the nearest neighbour, from several
//! beginnings, and are bettered by turning stretches round and moving them elsewhere until nothing helps; then the best of
//! them is shaken a few times and bettered again. A way between
//! two buildings costs a huge constant more than any way inside one, so the entrances of a building stay together in both.

use serde::{Deserialize, Serialize};

/// Metres east and north.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    #[must_use]
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    #[must_use]
    pub fn to(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// One entrance to stop at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    pub at: Point,
    /// Stops of one building are walked one after another.
    pub building: u128,
}

/// Whether one walks back to where one began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    #[default]
    Open,
    Closed,
}

/// The answer of [`walking_order`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// Places in the given stops.
    pub sequence: Vec<usize>,
    /// From the start, if one was given, and back to it when closed; as the crow flies.
    pub metres: f64,
}

/// Up to so many stops the order is the best there is.
pub const EXACT: usize = 10;
/// More than any way through a town, added between buildings.
const BETWEEN: f64 = 1e7;
/// Longest stretch that is moved elsewhere in one piece.
const MOVED: usize = 4;
/// An end to bettering that always comes.
const PASSES: usize = 200;

/// The order to walk the stops in, from the start if there is one. Positions that are no numbers are taken for the
/// start or the origin.
#[must_use]
pub fn walking_order(stops: &[Stop], start: Option<Point>, shape: Shape) -> Order {
    let ways = Ways::new(stops, start, shape);
    let sequence = if stops.len() <= EXACT {
        ways.exact()
    } else {
        ways.good()
    };
    Order {
        metres: ways.metres(&sequence),
        sequence,
    }
}

/// All ways between stops. `head` leads to the first, `tail` away from the last.
pub(crate) struct Ways {
    count: usize,
    way: Vec<f64>,
    buildings: Vec<u128>,
    head: Vec<f64>,
    tail: Vec<f64>,
    /// A round without a start may begin anywhere: it begins at the first stop.
    is_ring: bool,
}

impl Ways {
    pub(crate) fn new(stops: &[Stop], start: Option<Point>, shape: Shape) -> Self {
        let count = stops.len();
        let sound = |point: Point| {
            if point.x.is_finite() && point.y.is_finite() {
                point
            } else {
                start.unwrap_or_default()
            }
        };
        let points: Vec<Point> = stops.iter().map(|stop| sound(stop.at)).collect();
        let mut way = Vec::with_capacity(count * count);
        for (a, from) in points.iter().enumerate() {
            for (b, to) in points.iter().enumerate() {
                let apart = stops[a].building != stops[b].building;
                way.push(from.to(*to) + if apart { BETWEEN } else { 0.0 });
            }
        }
        let from_start = |start: Option<Point>| match start {
            Some(start) => points.iter().map(|point| start.to(*point)).collect(),
            None => vec![0.0; count],
        };
        let is_closed = shape == Shape::Closed;
        Self {
            count,
            way,
            buildings: stops.iter().map(|stop| stop.building).collect(),
            head: from_start(start),
            tail: from_start(start.filter(|_| is_closed)),
            is_ring: is_closed && start.is_none(),
        }
    }

    fn way(&self, from: usize, to: usize) -> f64 {
        self.way[from * self.count + to]
    }

    /// From the last stop on: to the start, to the first stop, or nothing.
    fn closing(&self, first: usize, last: usize) -> f64 {
        if self.is_ring {
            self.way(last, first)
        } else {
            self.tail[last]
        }
    }

    /// With the constant between buildings.
    fn cost(&self, sequence: &[usize]) -> f64 {
        let (Some(&first), Some(&last)) = (sequence.first(), sequence.last()) else {
            return 0.0;
        };
        let ways: f64 = sequence
            .windows(2)
            .map(|pair| self.way(pair[0], pair[1]))
            .sum();
        self.head[first] + ways + self.closing(first, last)
    }

    pub(crate) fn metres(&self, sequence: &[usize]) -> f64 {
        let (Some(&first), Some(&last)) = (sequence.first(), sequence.last()) else {
            return 0.0;
        };
        let real = |from: usize, to: usize| {
            let apart = self.buildings[from] != self.buildings[to];
            self.way(from, to) - if apart { BETWEEN } else { 0.0 }
        };
        let ways: f64 = sequence.windows(2).map(|pair| real(pair[0], pair[1])).sum();
        let closing = if self.is_ring {
            real(last, first)
        } else {
            self.tail[last]
        };
        self.head[first] + ways + closing
    }

    /// Held and Karp: the cheapest way through each subset that ends at each stop.
    pub(crate) fn exact(&self) -> Vec<usize> {
        let count = self.count;
        if count == 0 {
            return Vec::new();
        }
        let sets = 1usize << count;
        let mut best = vec![f64::INFINITY; sets * count];
        let mut from = vec![usize::MAX; sets * count];
        for first in 0..count {
            if !self.is_ring || first == 0 {
                best[(1 << first) * count + first] = self.head[first];
            }
        }
        for set in 1..sets {
            for last in (0..count).filter(|last| set >> last & 1 == 1) {
                let held = best[set * count + last];
                if held.is_infinite() {
                    continue;
                }
                for next in (0..count).filter(|next| set >> next & 1 == 0) {
                    let at = (set | 1 << next) * count + next;
                    let cost = held + self.way(last, next);
                    if cost < best[at] {
                        best[at] = cost;
                        from[at] = last;
                    }
                }
            }
        }
        let whole = sets - 1;
        let end = |last: usize| best[whole * count + last] + self.closing(0, last);
        let last = (0..count).min_by(|a, b| end(*a).total_cmp(&end(*b)));
        self.back(&from, whole, last.unwrap_or(0))
    }

    fn back(&self, from: &[usize], mut set: usize, mut last: usize) -> Vec<usize> {
        let mut sequence = vec![last];
        loop {
            let before = from[set * self.count + last];
            set &= !(1 << last);
            if before == usize::MAX {
                break;
            }
            sequence.push(before);
            last = before;
        }
        sequence.reverse();
        sequence
    }

    /// Nearest neighbour from several beginnings, bettered; the best of them, shaken and bettered again.
    pub(crate) fn good(&self) -> Vec<usize> {
        let (tries, shakes) = match self.count {
            0..=16 => (self.count, 60),
            17..=48 => (8, 16),
            49..=200 => (3, 2),
            _ => (1, 0),
        };
        let mut best: Option<(f64, Vec<usize>)> = None;
        for first in self.beginnings(tries) {
            let mut sequence = self.nearest(first);
            self.better(&mut sequence);
            let cost = self.cost(&sequence);
            if best.as_ref().is_none_or(|(held, _)| cost < *held - 1e-9) {
                best = Some((cost, sequence));
            }
        }
        let (mut held, mut best) = best.unwrap_or_default();
        let mut chance = 0x9e37_79b9_7f4a_7c15;
        for _ in 0..shakes {
            let mut sequence = shaken(&best, &mut chance);
            self.better(&mut sequence);
            let cost = self.cost(&sequence);
            if cost < held - 1e-9 {
                (held, best) = (cost, sequence);
            }
        }
        best
    }

    /// Those nearest to the start, or spread over all when there is none.
    fn beginnings(&self, tries: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.count).collect();
        if self.head.iter().any(|way| *way > 0.0) {
            all.sort_by(|a, b| self.head[*a].total_cmp(&self.head[*b]));
            all.truncate(tries);
            return all;
        }
        let step = (self.count / tries.max(1)).max(1);
        all.into_iter().step_by(step).take(tries).collect()
    }

    fn nearest(&self, first: usize) -> Vec<usize> {
        let mut is_left = vec![true; self.count];
        let mut sequence = vec![first];
        is_left[first] = false;
        let mut last = first;
        while sequence.len() < self.count {
            let next = (0..self.count)
                .filter(|at| is_left[*at])
                .min_by(|a, b| self.way(last, *a).total_cmp(&self.way(last, *b)));
            let Some(next) = next else { break };
            is_left[next] = false;
            sequence.push(next);
            last = next;
        }
        sequence
    }

    fn better(&self, sequence: &mut Vec<usize>) {
        for _ in 0..PASSES {
            let turned = self.turn(sequence);
            let moved = self.shift(sequence);
            if !turned && !moved {
                return;
            }
        }
    }

    /// The edge into place `at`, whatever lies there: the head before the first, the closing after the last.
    fn edge(&self, sequence: &[usize], before: Option<usize>, after: Option<usize>) -> f64 {
        match (before, after) {
            (None, Some(first)) if !self.is_ring => self.head[first],
            (Some(last), None) if !self.is_ring => self.tail[last],
            (None, Some(first)) => self.way(sequence[sequence.len() - 1], first),
            (Some(last), None) => self.way(last, sequence[0]),
            (Some(from), Some(to)) => self.way(from, to),
            (None, None) => 0.0,
        }
    }

    /// Turns stretches round while that is shorter.
    fn turn(&self, sequence: &mut [usize]) -> bool {
        let count = sequence.len();
        let mut any = false;
        for low in 0..count {
            for high in low + 1..count {
                // All of a ring turned round is the same ring.
                if low == 0 && high == count - 1 && self.is_ring {
                    continue;
                }
                let before = low.checked_sub(1).map(|at| sequence[at]);
                let after = sequence.get(high + 1).copied();
                let (first, last) = (sequence[low], sequence[high]);
                let now = self.edge(sequence, before, Some(first))
                    + self.edge(sequence, Some(last), after);
                let then = self.edge(sequence, before, Some(last))
                    + self.edge(sequence, Some(first), after);
                let (now, then) = match self.is_ring && (before.is_none() || after.is_none()) {
                    true => self.ring_turn(sequence, low, high),
                    false => (now, then),
                };
                if then < now - 1e-9 {
                    sequence[low..=high].reverse();
                    any = true;
                }
            }
        }
        any
    }

    /// At the seam of a ring the neighbour lies at its other end.
    fn ring_turn(&self, sequence: &[usize], low: usize, high: usize) -> (f64, f64) {
        let count = sequence.len();
        let before = sequence[(low + count - 1) % count];
        let after = sequence[(high + 1) % count];
        let (first, last) = (sequence[low], sequence[high]);
        let now = self.way(before, first) + self.way(last, after);
        (now, self.way(before, last) + self.way(first, after))
    }

    /// Moves short stretches, and whole buildings, to where they fit better, either way round.
    fn shift(&self, sequence: &mut Vec<usize>) -> bool {
        let mut any = false;
        let mut low = 0;
        while low < sequence.len() {
            let building = self.buildings[sequence[low]];
            let run = sequence[low..]
                .iter()
                .take_while(|at| self.buildings[**at] == building)
                .count();
            let lengths = (1..=MOVED).chain((run > MOVED).then_some(run));
            for length in lengths {
                if low + length < sequence.len() && self.shift_one(sequence, low, length) {
                    any = true;
                    break;
                }
            }
            low += 1;
        }
        any
    }

    fn shift_one(&self, sequence: &mut Vec<usize>, low: usize, length: usize) -> bool {
        let now = self.cost(sequence);
        let piece: Vec<usize> = sequence[low..low + length].to_vec();
        let mut rest = sequence.clone();
        rest.drain(low..low + length);
        let base = self.cost(&rest);
        let (first, last) = (piece[0], piece[length - 1]);
        let inner: f64 = piece
            .windows(2)
            .map(|pair| self.way(pair[0], pair[1]))
            .sum();
        let mut best: Option<(f64, usize, bool)> = None;
        for place in 0..=rest.len() {
            let before = place.checked_sub(1).map(|at| rest[at]);
            let after = rest.get(place).copied();
            let (before, after) = match self.is_ring {
                true => (
                    before.or(rest.last().copied()),
                    after.or(rest.first().copied()),
                ),
                false => (before, after),
            };
            let opened = base - self.edge(&rest, before, after) + inner;
            for is_turned in [false, true] {
                let (a, b) = if is_turned {
                    (last, first)
                } else {
                    (first, last)
                };
                let cost =
                    opened + self.edge(&rest, before, Some(a)) + self.edge(&rest, Some(b), after);
                if best.is_none_or(|(held, ..)| cost < held) {
                    best = Some((cost, place, is_turned));
                }
            }
        }
        let Some((cost, place, is_turned)) = best.filter(|(cost, ..)| *cost < now - 1e-6) else {
            return false;
        };
        debug_assert!(cost.is_finite());
        let mut piece = piece;
        if is_turned {
            piece.reverse();
        }
        rest.splice(place..place, piece);
        *sequence = rest;
        true
    }
}

/// Two neighbouring stretches change places (a double bridge): what turning and moving short stretches cannot undo in one
/// step. The same beginning always shakes alike.
fn shaken(sequence: &[usize], chance: &mut u64) -> Vec<usize> {
    let mut draw = |most: usize| {
        // Xorshift: it need not be secret, only different.
        *chance ^= *chance << 13;
        *chance ^= *chance >> 7;
        *chance ^= *chance << 17;
        usize::try_from(*chance % most.max(1) as u64).unwrap_or(0)
    };
    let mut cuts = [0; 3].map(|_| draw(sequence.len() + 1));
    cuts.sort_unstable();
    let [low, middle, high] = cuts;
    let mut shaken = sequence.to_vec();
    shaken[low..high].rotate_left(middle - low);
    shaken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stops() -> impl Strategy<Value = Vec<Stop>> {
        let stop = (0.0..2_000.0f64, 0.0..2_000.0f64, 0u128..6).prop_map(|(x, y, building)| Stop {
            // Entrances of a building lie near one another.
            at: Point::new(
                x / 40.0 + (building * 337 % 1_900) as f64,
                y / 40.0 + (building * 911 % 1_900) as f64,
            ),
            building,
        });
        let alone =
            (0.0..2_000.0f64, 0.0..2_000.0f64, 100u128..100_000).prop_map(|(x, y, building)| {
                Stop {
                    at: Point::new(x, y),
                    building,
                }
            });
        prop::collection::vec(prop_oneof![stop, alone], 1..=11)
    }

    /// Every order tried.
    fn brute(ways: &Ways, left: &mut Vec<usize>, taken: &mut Vec<usize>) -> f64 {
        if left.is_empty() {
            return ways.cost(taken);
        }
        let mut best = f64::INFINITY;
        for at in 0..left.len() {
            let one = left.remove(at);
            taken.push(one);
            best = best.min(brute(ways, left, taken));
            taken.pop();
            left.insert(at, one);
        }
        best
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn the_good_order_is_within_five_per_cent_of_the_best(
            stops in stops(), start in prop::option::of((0.0..2_000.0f64, 0.0..2_000.0f64)), is_closed in any::<bool>(),
        ) {
            let shape = if is_closed { Shape::Closed } else { Shape::Open };
            let ways = Ways::new(&stops, start.map(|(x, y)| Point::new(x, y)), shape);
            let (best, good) = (ways.exact(), ways.good());
            let mut seen = good.clone();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..stops.len()).collect::<Vec<_>>());
            let (best_m, good_m) = (ways.metres(&best), ways.metres(&good));
            prop_assert!(good_m <= best_m * 1.05 + 1e-6, "{} against {}", good_m, best_m);
            prop_assert!(ways.cost(&best) <= ways.cost(&good) + 1e-6);
            for sequence in [&best, &good] {
                let mut left: Vec<u128> = sequence.iter().map(|at| stops[*at].building).collect();
                left.dedup();
                let runs = left.len();
                left.sort_unstable();
                left.dedup();
                // A ring may begin in the middle of a building.
                prop_assert!(runs <= left.len() + usize::from(ways.is_ring), "a building is walked once");
            }
        }

        #[test]
        fn the_exact_order_is_the_best_of_all(
            stops in stops(), start in prop::option::of((0.0..2_000.0f64, 0.0..2_000.0f64)), is_closed in any::<bool>(),
        ) {
            let stops = &stops[..stops.len().min(6)];
            let shape = if is_closed { Shape::Closed } else { Shape::Open };
            let ways = Ways::new(stops, start.map(|(x, y)| Point::new(x, y)), shape);
            let exact = ways.cost(&ways.exact());
            let best = brute(&ways, &mut (0..stops.len()).collect(), &mut Vec::new());
            prop_assert!((exact - best).abs() < 1e-3, "{exact} {best}");
        }
    }

    #[test]
    fn nothing_one_and_unsound_positions() {
        assert_eq!(walking_order(&[], None, Shape::Closed), Order::default());
        let lost = Stop {
            at: Point::new(f64::NAN, 3.0),
            building: 1,
        };
        let order = walking_order(&[lost; 12], Some(Point::new(5.0, 5.0)), Shape::Closed);
        assert_eq!((order.sequence.len(), order.metres), (12, 0.0));
    }
}
