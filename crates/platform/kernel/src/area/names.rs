//! Finding areas by their names among all those of a country.

use std::collections::BinaryHeap;

use super::{AreaLevel, AreaNode};

/// Ends a name in [`Names`]; no name holds it.
pub(super) const END: char = '\n';

/// All names in one text, so that looking through those of a whole country takes some milliseconds.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    /// Where the names of each node begin.
    begins: Vec<u32>,
    /// The level of each node; none of one that is closed.
    pub(super) levels: Vec<Option<AreaLevel>>,
}

impl Names {
    pub(super) fn of(nodes: &[AreaNode]) -> Self {
        let mut names = Self::default();
        names.begins.reserve_exact(nodes.len());
        names.levels = nodes
            .iter()
            .map(|node| (!node.closed).then_some(node.level))
            .collect();
        for node in nodes {
            names
                .begins
                .push(u32::try_from(names.text.len()).unwrap_or(u32::MAX));
            for name in [&node.name, &node.name_en] {
                names.text.push_str(name);
                names.text.push(END);
            }
        }
        names.text.shrink_to_fit();
        names
    }

    /// Places of the nodes with a name that holds the text, each once: 0 when it is the name, 1 when the name begins with
    /// it. Half a million may hold 村委会, so that nothing but these three lists is looked at.
    pub(super) fn holding<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (u8, usize)> + 'a {
        let (mut node, mut last) = (0, usize::MAX);
        memchr::memmem::find_iter(self.text.as_bytes(), text).filter_map(move |at| {
            while self
                .begins
                .get(node + 1)
                .is_some_and(|next| *next as usize <= at)
            {
                node += 1;
            }
            let whole = self.text[at + text.len()..].starts_with(END);
            let rank = match (*self.begins.get(node)? as usize == at, whole) {
                (true, true) => 0,
                (true, false) => 1,
                _ => 2,
            };
            (std::mem::replace(&mut last, node) != node).then_some((rank, node))
        })
    }
}

/// The first so many in their order, of any number.
pub(super) struct First<T> {
    pub(super) kept: BinaryHeap<T>,
    limit: usize,
}

impl<T: Ord> First<T> {
    pub(super) fn of(limit: usize) -> Self {
        Self {
            kept: BinaryHeap::new(),
            limit,
        }
    }

    pub(super) fn offer(&mut self, one: T) {
        if self.kept.len() < self.limit {
            self.kept.push(one);
        } else if let Some(mut last) = self.kept.peek_mut()
            && one < *last
        {
            *last = one;
        }
    }
}
