//! How areas lie in each other, as far as questions need it. Areas are never removed, so old records still find theirs.

use std::collections::{HashMap, HashSet};

#[derive(Clone, Copy, Debug)]
struct Node {
    parent: Option<i64>,
    level: u8,
}

/// Parents and levels of all areas, closed ones too.
#[derive(Clone, Debug, Default)]
pub struct Areas(HashMap<i64, Node>);

/// Deeper than any tree of areas.
const DEEPEST: usize = 16;

impl Areas {
    /// From (area, parent, level).
    pub fn new(nodes: impl IntoIterator<Item = (i64, Option<i64>, u8)>) -> Self {
        Self(
            nodes
                .into_iter()
                .map(|(id, parent, level)| (id, Node { parent, level }))
                .collect(),
        )
    }

    /// The area and those above it.
    pub fn upwards(&self, area: i64) -> impl Iterator<Item = i64> + '_ {
        let mut next = Some(area);
        std::iter::from_fn(move || {
            let here = next?;
            next = self.0.get(&here).and_then(|node| node.parent);
            Some(here)
        })
        .take(DEEPEST)
    }

    /// The area or the one above it of that level.
    #[must_use]
    pub fn at_level(&self, area: i64, level: u8) -> Option<i64> {
        self.upwards(area)
            .find(|id| self.0.get(id).is_some_and(|node| node.level == level))
    }

    /// Whether the area is one of these or lies in one of them.
    #[must_use]
    pub fn within(&self, area: i64, wanted: &HashSet<i64>) -> bool {
        self.upwards(area).any(|id| wanted.contains(&id))
    }

    #[must_use]
    pub fn knows(&self, area: i64) -> bool {
        self.0.contains_key(&area)
    }
}
