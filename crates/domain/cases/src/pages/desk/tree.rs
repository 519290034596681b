//! The area tree on the left: where one is stands in the address, what is folded open is remembered by the browser.

use std::collections::BTreeMap;

use askama::Template;
use youlin_kernel::{AreaId, AreaLevel, AreaTree, Scope};
use youlin_web::Shell;

use super::query::DeskQuery;

/// Open and overdue cases of an area.
pub(super) type Tally = BTreeMap<AreaId, (i64, i64)>;

/// One area of the tree.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) url: String,
    pub(super) here: bool,
    pub(super) open: i64,
    pub(super) overdue: i64,
    /// Folded open unless the browser remembers otherwise.
    pub(super) unfolded: bool,
    pub(super) below: Vec<Branch>,
}

#[derive(Template)]
#[template(path = "desk_tree_part.html")]
struct Branches<'a> {
    s: &'a Shell,
    branches: &'a [Branch],
}

impl Branches<'_> {
    /// The areas below one, drawn by the same template.
    fn below(&self, branch: &Branch) -> String {
        Branches {
            s: self.s,
            branches: &branch.below,
        }
        .render()
        .unwrap_or_default()
    }
}

/// The tree as markup.
pub(super) fn drawn(s: &Shell, branches: &[Branch]) -> String {
    Branches { s, branches }.render().unwrap_or_default()
}

/// The tree of everything the caller may see, with the figures of each area and what lies below it.
pub(super) fn grown(
    s: &Shell,
    scope: &Scope,
    query: &DeskQuery,
    page: &str,
    tally: &Tally,
) -> Vec<Branch> {
    let ctx = s.ctx();
    let tree = ctx.areas();
    let mut tops: Vec<AreaId> = ctx.grants().iter().map(|grant| grant.area).collect();
    tops.sort_unstable();
    tops.dedup();
    let all = tops.clone();
    tops.retain(|area| {
        !all.iter()
            .any(|other| other != area && tree.is_within(*area, *other))
    });
    let grower = Grower {
        s,
        tree,
        query,
        page,
        sums: sums(tree, tally),
        here: query.area.map(AreaId),
        wide: scope.parts().len() > WIDE,
    };
    tops.into_iter()
        .filter_map(|area| grower.branch(area, 0))
        .collect()
}

/// The figures of each area with what lies below it.
fn sums(tree: &AreaTree, tally: &Tally) -> Tally {
    let mut sums = Tally::new();
    for (area, (open, overdue)) in tally {
        for node in tree.upwards(*area) {
            let sum = sums.entry(node.id).or_default();
            *sum = (sum.0 + open, sum.1 + overdue);
        }
    }
    sums
}

/// In a tree of more areas only the path to where one is unfolds below what is directly under one's own area.
const LARGE: usize = 5_000;

/// With more communities than this only the path to where one is unfolds below the communities.
const WIDE: usize = 12;

struct Grower<'a> {
    s: &'a Shell,
    tree: &'a AreaTree,
    query: &'a DeskQuery,
    page: &'a str,
    sums: Tally,
    here: Option<AreaId>,
    wide: bool,
}

impl Grower<'_> {
    fn branch(&self, id: AreaId, depth: usize) -> Option<Branch> {
        let node = self.tree.get(id).filter(|node| !node.closed)?;
        let on_path = self.here.is_some_and(|here| self.tree.is_within(here, id));
        let within = node.level >= AreaLevel::Community;
        let shown = if self.tree.len() <= LARGE {
            !self.wide || !within
        } else {
            depth == 0 || (within && !self.wide)
        };
        let shown = shown || on_path;
        let below: Vec<Branch> = if shown {
            self.tree
                .children(id)
                .iter()
                .filter_map(|child| self.branch(*child, depth + 1))
                .collect()
        } else {
            Vec::new()
        };
        let (open, overdue) = self.sums.get(&id).copied().unwrap_or_default();
        Some(Branch {
            id: id.0,
            name: self.s.area(&id),
            url: self.query.in_area(self.page, id.0),
            here: self.here == Some(id),
            open,
            overdue,
            unfolded: on_path || (node.level <= AreaLevel::Community && !self.wide),
            below,
        })
    }
}
