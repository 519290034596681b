//! What a caller may see. A query takes `&Scope`; the only way to get one is [`crate::Ctx`].

use crate::{AreaId, AreaTree, CommunityId, Grant, Permission};

/// One community's share of a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopePart {
    pub community: CommunityId,
    /// `None`: the whole community. `Some`: only records of these grids and neighbourhoods.
    pub areas: Option<Vec<AreaId>>,
}

/// The rows that exist for a caller. Resolved to community ids before any query runs, so that every query binds them.
#[derive(Clone, Debug)]
pub struct Scope {
    permission: &'static str,
    parts: Vec<ScopePart>,
}

impl Scope {
    pub(crate) fn from_grants(
        permission: &'static Permission,
        grants: &[Grant],
        tree: &AreaTree,
    ) -> Self {
        let mut parts: Vec<ScopePart> = Vec::new();
        for grant in grants.iter().filter(|grant| permission.held_by(grant.role)) {
            let community = tree.community_of(grant.area);
            match community {
                Some(community) if AreaId::from(community) != grant.area => {
                    add_part(&mut parts, community, Some(tree.subtree(grant.area)));
                }
                _ => {
                    for community in tree.communities_of(grant.area) {
                        add_part(&mut parts, community, None);
                    }
                }
            }
        }
        Self {
            permission: permission.name,
            parts,
        }
    }

    pub(crate) fn everything(permission: &'static Permission, tree: &AreaTree) -> Self {
        let parts = tree
            .communities()
            .iter()
            .map(|community| ScopePart {
                community: *community,
                areas: None,
            })
            .collect();
        Self {
            permission: permission.name,
            parts,
        }
    }

    /// A scope of exactly one community, for code that acts on behalf of a record it already holds.
    pub(crate) fn community(permission: &'static Permission, community: CommunityId) -> Self {
        Self {
            permission: permission.name,
            parts: vec![ScopePart {
                community,
                areas: None,
            }],
        }
    }

    #[must_use]
    pub fn permission(&self) -> &'static str {
        self.permission
    }

    #[must_use]
    pub fn parts(&self) -> &[ScopePart] {
        &self.parts
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The communities to bind, whole or in part.
    #[must_use]
    pub fn communities(&self) -> Vec<i64> {
        self.parts.iter().map(|part| part.community.0).collect()
    }

    #[must_use]
    pub fn contains_community(&self, community: CommunityId) -> bool {
        self.parts.iter().any(|part| part.community == community)
    }

    /// Whether a record filed under this community and these areas (grid, neighbourhood) is visible.
    #[must_use]
    pub fn contains(&self, community: CommunityId, areas: &[Option<AreaId>]) -> bool {
        self.parts.iter().any(|part| {
            part.community == community
                && part
                    .areas
                    .as_ref()
                    .is_none_or(|seen| areas.iter().flatten().any(|area| seen.contains(area)))
        })
    }

    /// This scope cut down to one area of the tree; what was not visible before stays invisible.
    #[must_use]
    pub fn narrowed(&self, tree: &AreaTree, area: AreaId) -> Self {
        let wanted = tree.communities_of(area);
        let below_community = tree
            .community_of(area)
            .is_some_and(|community| AreaId::from(community) != area);
        let subtree = if below_community {
            tree.subtree(area)
        } else {
            Vec::new()
        };
        let parts = self
            .parts
            .iter()
            .filter(|part| wanted.contains(&part.community))
            .map(|part| {
                let areas = match (&part.areas, below_community) {
                    (areas, false) => areas.clone(),
                    (None, true) => Some(subtree.clone()),
                    (Some(seen), true) => Some(
                        seen.iter()
                            .copied()
                            .filter(|a| subtree.contains(a))
                            .collect(),
                    ),
                };
                ScopePart {
                    community: part.community,
                    areas,
                }
            })
            .collect();
        Self {
            permission: self.permission,
            parts,
        }
    }
}

fn add_part(parts: &mut Vec<ScopePart>, community: CommunityId, areas: Option<Vec<AreaId>>) {
    match parts.iter_mut().find(|part| part.community == community) {
        None => parts.push(ScopePart { community, areas }),
        Some(part) => match (&mut part.areas, areas) {
            (Some(have), Some(more)) => {
                have.extend(more);
                have.sort_unstable();
                have.dedup();
            }
            (have, None) => *have = None,
            (None, Some(_)) => {}
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AreaLevel, AreaNode, Role};

    static READ: Permission = Permission::new(
        "test.read",
        &[
            Role::GridWorker,
            Role::CommunityDesk,
            Role::DistrictOperator,
        ],
    );

    fn node(id: i64, parent: Option<i64>, level: AreaLevel) -> AreaNode {
        AreaNode {
            id: AreaId(id),
            parent: parent.map(AreaId),
            level,
            code: id.to_string(),
            name: id.to_string(),
            name_en: id.to_string(),
            closed: false,
        }
    }

    fn tree() -> AreaTree {
        AreaTree::build(vec![
            node(1, None, AreaLevel::District),
            node(2, Some(1), AreaLevel::Subdistrict),
            node(10, Some(2), AreaLevel::Community),
            node(11, Some(2), AreaLevel::Community),
            node(100, Some(10), AreaLevel::Grid),
            node(101, Some(10), AreaLevel::Grid),
            node(1000, Some(100), AreaLevel::Neighbourhood),
        ])
    }

    fn grant(role: Role, area: i64) -> Grant {
        Grant {
            role,
            area: AreaId(area),
            organisation: None,
        }
    }

    #[test]
    fn a_grid_grant_sees_only_its_grid() {
        let scope = Scope::from_grants(&READ, &[grant(Role::GridWorker, 100)], &tree());
        assert!(scope.contains(CommunityId(10), &[Some(AreaId(100)), None]));
        assert!(scope.contains(CommunityId(10), &[None, Some(AreaId(1000))]));
        assert!(!scope.contains(CommunityId(10), &[Some(AreaId(101)), None]));
        assert!(!scope.contains(CommunityId(11), &[None]));
    }

    #[test]
    fn the_wider_of_two_grants_wins_whatever_their_order() {
        for grants in [
            [grant(Role::GridWorker, 100), grant(Role::CommunityDesk, 10)],
            [grant(Role::CommunityDesk, 10), grant(Role::GridWorker, 100)],
        ] {
            let scope = Scope::from_grants(&READ, &grants, &tree());
            assert_eq!(
                scope.parts(),
                &[ScopePart {
                    community: CommunityId(10),
                    areas: None
                }]
            );
        }
    }

    #[test]
    fn a_role_without_the_permission_sees_nothing() {
        assert!(Scope::from_grants(&READ, &[grant(Role::Resident, 1)], &tree()).is_empty());
    }

    #[test]
    fn narrowing_never_widens() {
        let tree = tree();
        let grid = Scope::from_grants(&READ, &[grant(Role::GridWorker, 100)], &tree);
        assert!(grid.narrowed(&tree, AreaId(11)).is_empty());
        assert!(
            !grid
                .narrowed(&tree, AreaId(10))
                .contains(CommunityId(10), &[Some(AreaId(101))])
        );
        let district = Scope::from_grants(&READ, &[grant(Role::DistrictOperator, 1)], &tree);
        assert_eq!(
            district.narrowed(&tree, AreaId(2)).communities(),
            vec![10, 11]
        );
        assert!(
            !district
                .narrowed(&tree, AreaId(101))
                .contains(CommunityId(10), &[Some(AreaId(100))])
        );
    }
}
