//! Where something of the register stands: the one rule of the locator, the register, the splitting of a grid and the
//! figures, so that no list shows a building elsewhere than a figure counts it.
//!
//! A boundary in force decides. What the register says is followed where it lies within what the boundary says (a
//! neighbourhood without a boundary of its own), and everywhere no boundary holds the place. A closed area holds nothing:
//! what it held stands in the nearest open area above it.

use youlin_kernel::{AreaId, AreaLevel, AreaTree};

/// Of what the register says and the boundary that holds the position, the one that is followed.
pub(crate) fn stands(tree: &AreaTree, said: AreaId, found: Option<AreaId>) -> AreaId {
    match found {
        Some(found) if !tree.is_within(said, found) => found,
        _ => said,
    }
}

/// The area itself, or the nearest open one above it; a community holds its records even when it is closed.
pub(crate) fn open(tree: &AreaTree, area: AreaId) -> AreaId {
    let kept = |level: AreaLevel| level <= AreaLevel::Community;
    tree.upwards(area)
        .find(|node| !node.closed || kept(node.level))
        .map_or(area, |node| node.id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;
    use youlin_kernel::AreaNode;

    use super::*;

    /// Community 1, grids 2 and 3, neighbourhoods 4 and 5 in 2, 6 in 3.
    fn tree(closed: &[i64]) -> AreaTree {
        let node = |(id, parent, level): (i64, Option<i64>, AreaLevel)| AreaNode {
            id: AreaId(id),
            parent: parent.map(AreaId),
            level,
            code: id.to_string(),
            name: id.to_string(),
            name_en: String::new(),
            closed: closed.contains(&id),
        };
        use AreaLevel::{Community, Grid, Neighbourhood};
        let all = [
            (1, None, Community),
            (2, Some(1), Grid),
            (3, Some(1), Grid),
            (4, Some(2), Neighbourhood),
            (5, Some(2), Neighbourhood),
            (6, Some(3), Neighbourhood),
        ];
        AreaTree::build(all.into_iter().map(node).collect())
    }

    proptest! {
        /// Nothing stands in a closed area, nothing leaves its community, and nothing leaves the boundary that holds it
        /// unless that is closed.
        #[test]
        fn a_place_stands_in_the_boundary_that_holds_it(
            closed in prop::collection::vec(2i64..=6, 0..4),
            said in 1i64..=6,
            found in prop::option::of(1i64..=6),
        ) {
            let tree = tree(&closed);
            let found = found.map(AreaId);
            let stood = stands(&tree, AreaId(said), found);
            let area = open(&tree, stood);
            prop_assert!(!tree.get(area).unwrap().closed);
            prop_assert!(tree.is_within(stood, area));
            if let Some(found) = found {
                prop_assert!(tree.is_within(stood, found));
            } else {
                prop_assert_eq!(stood, AreaId(said));
            }
        }
    }
}
