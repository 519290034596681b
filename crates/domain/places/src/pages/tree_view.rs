//! The area tree as a template draws it: a flat list of beginnings and ends, because templates do not recurse.

use youlin_kernel::{AreaId, AreaTree};

/// One piece of the drawn tree.
#[derive(Debug)]
pub(crate) enum TreePiece {
    /// An area without areas below it.
    Leaf(TreeLine),
    /// An area with areas below it, which follow until [`TreePiece::End`].
    Branch(TreeLine),
    End,
}

#[derive(Debug)]
pub(crate) struct TreeLine {
    pub(crate) id: AreaId,
    pub(crate) code: String,
    pub(crate) here: bool,
    /// Open because the area shown lies within, or because it is near the root.
    pub(crate) open: bool,
    pub(crate) closed: bool,
}

/// A tree of more areas is drawn along the way to `here` only: each link opens the next level.
const DRAWN: usize = 1_500;

/// The tree, open along the way to `here`.
pub(crate) fn pieces(tree: &AreaTree, here: Option<AreaId>) -> Vec<TreePiece> {
    let way: Vec<AreaId> = here
        .map(|id| tree.upwards(id).map(|node| node.id).collect())
        .unwrap_or_default();
    let mut all = Vec::new();
    for root in tree.roots() {
        add(tree, *root, here, &way, 0, &mut all);
    }
    all
}

fn add(
    tree: &AreaTree,
    id: AreaId,
    here: Option<AreaId>,
    way: &[AreaId],
    depth: usize,
    all: &mut Vec<TreePiece>,
) {
    let Some(node) = tree.get(id) else { return };
    let line = TreeLine {
        id,
        code: node.code.clone(),
        here: here == Some(id),
        open: depth < 3 || way.contains(&id),
        closed: node.closed,
    };
    let drawn = tree.len() <= DRAWN || way.contains(&id);
    let children = if drawn { tree.children(id) } else { &[] };
    if children.is_empty() {
        all.push(TreePiece::Leaf(line));
        return;
    }
    all.push(TreePiece::Branch(line));
    for child in children {
        add(tree, *child, here, way, depth + 1, all);
    }
    all.push(TreePiece::End);
}
