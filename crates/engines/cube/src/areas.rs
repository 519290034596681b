//! How areas lie in each other, as far as questions need it. Areas are never removed, so old records still find theirs.

use std::collections::{HashMap, HashSet};

#[derive(Clone, Copy, Debug)]
struct Node {
    parent: Option<i64>,
    level: u8,
}

/// Parents and levels of all areas, closed ones too, and what came out of those that were split or closed.
#[derive(Clone, Debug, Default)]
pub struct Areas {
    nodes: HashMap<i64, Node>,
    came_out: HashMap<i64, Vec<CameOut>>,
}

/// An area that came out of another, and when.
#[derive(Clone, Copy, Debug)]
struct CameOut {
    area: i64,
    at: i64,
}

/// Deeper than any tree of areas.
const DEEPEST: usize = 16;

impl Areas {
    /// From (area, parent, level).
    pub fn new(nodes: impl IntoIterator<Item = (i64, Option<i64>, u8)>) -> Self {
        Self {
            nodes: nodes
                .into_iter()
                .map(|(id, parent, level)| (id, Node { parent, level }))
                .collect(),
            came_out: HashMap::new(),
        }
    }

    /// With what came out of areas: (area, the one that came out of it, when in microseconds UTC).
    #[must_use]
    pub fn with_succession(mut self, all: impl IntoIterator<Item = (i64, i64, i64)>) -> Self {
        for (from, area, at) in all {
            let out = self.came_out.entry(from).or_default();
            out.push(CameOut { area, at });
        }
        self
    }

    /// The area, and all that came out of it after it was named and until the moment asked for; what came out of those in
    /// turn too. What had come out of it before it was named was not meant.
    #[must_use]
    pub fn meant(&self, area: i64, named_at: Option<i64>, until: i64) -> Vec<i64> {
        let mut meant = vec![area];
        let Some(named_at) = named_at else {
            return meant;
        };
        let mut open = vec![(area, named_at)];
        while let Some((from, since)) = open.pop() {
            for out in self.came_out.get(&from).into_iter().flatten() {
                if since < out.at && out.at <= until && !meant.contains(&out.area) {
                    meant.push(out.area);
                    // What came out in the same instant came out of it too.
                    open.push((out.area, out.at - 1));
                }
            }
        }
        meant
    }

    /// The area and those above it.
    pub fn upwards(&self, area: i64) -> impl Iterator<Item = i64> + '_ {
        let mut next = Some(area);
        std::iter::from_fn(move || {
            let here = next?;
            next = self.nodes.get(&here).and_then(|node| node.parent);
            Some(here)
        })
        .take(DEEPEST)
    }

    /// The area or the one above it of that level.
    #[must_use]
    pub fn at_level(&self, area: i64, level: u8) -> Option<i64> {
        self.upwards(area)
            .find(|id| self.nodes.get(id).is_some_and(|node| node.level == level))
    }

    /// Whether the area is one of these or lies in one of them.
    #[must_use]
    pub fn within(&self, area: i64, wanted: &HashSet<i64>) -> bool {
        self.upwards(area).any(|id| wanted.contains(&id))
    }

    #[must_use]
    pub fn knows(&self, area: i64) -> bool {
        self.nodes.contains_key(&area)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 was split twice, 2 came out of it the first time and was closed into 4 later.
    fn areas() -> Areas {
        Areas::new([1, 2, 3, 4].map(|id| (id, Some(9), 5))).with_succession([
            (1, 2, 10),
            (1, 3, 20),
            (2, 4, 30),
        ])
    }

    #[test]
    fn an_area_stands_for_what_came_out_of_it_since_it_was_named() {
        let meant = |named_at, until| {
            let mut meant = areas().meant(1, named_at, until);
            meant.sort_unstable();
            meant
        };
        assert_eq!(meant(Some(5), 40), [1, 2, 3, 4]);
        assert_eq!(meant(Some(5), 29), [1, 2, 3]);
        assert_eq!(meant(Some(5), 9), [1]);
        // Named when 2 was already a grid of its own.
        assert_eq!(meant(Some(10), 40), [1, 3]);
        assert_eq!(meant(None, 40), [1]);
    }

    #[test]
    fn areas_that_came_out_of_each_other_end_nowhere() {
        let round = Areas::new([]).with_succession([(1, 2, 10), (2, 1, 10), (2, 2, 11)]);
        assert_eq!(round.meant(1, Some(0), 20), [1, 2]);
    }
}
