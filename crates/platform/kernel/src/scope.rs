//! What a caller may see. A query takes `&Scope`; the only way to get one is [`crate::Ctx`].

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use uuid::Uuid;

use crate::area::WIDE;
use crate::{
    Actor, AreaId, AreaLevel, AreaTree, CommunityId, Grant, Permission, Problem, Result, Role,
};

/// One community's share of a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopePart {
    pub community: CommunityId,
    /// `None`: the whole community. `Some`: only records of these grids and neighbourhoods.
    pub areas: Option<Vec<AreaId>>,
}

/// Who a scope was given to: where records are seen by whom they concern and not only by where they lie, a query asks it.
#[derive(Clone, Debug)]
pub struct Asker {
    actor: Arc<Actor>,
    grants: Arc<[Grant]>,
    areas: Arc<AreaTree>,
}

impl Asker {
    pub(crate) fn new(actor: Arc<Actor>, grants: Arc<[Grant]>, areas: Arc<AreaTree>) -> Self {
        Self {
            actor,
            grants,
            areas,
        }
    }

    /// What the same caller sees by another permission; nothing, where they have it nowhere.
    #[must_use]
    pub fn scope(&self, permission: &'static Permission) -> Scope {
        let scope = match *self.actor {
            Actor::Service(_) => Scope::everything(permission, &self.areas),
            _ => Scope::from_grants(permission, &self.grants, &self.areas),
        };
        scope.given_to(self.clone())
    }

    /// The account, machine or link holder.
    #[must_use]
    pub fn account(&self) -> Option<Uuid> {
        self.actor.id()
    }

    /// Everything records may name the caller by: their person, and the organisations they are a partner for.
    #[must_use]
    pub fn parties(&self) -> Vec<Uuid> {
        let partner = self.grants.iter().filter(|one| one.role == Role::Partner);
        let organisations = partner.filter_map(|grant| grant.organisation);
        self.actor.persons().chain(organisations).collect()
    }

    fn only_by(&self, one: &Permission, other: &Permission) -> bool {
        let mut roles = self.grants.iter().map(|grant| grant.role);
        matches!(*self.actor, Actor::Service(_))
            || roles.all(|role| !one.held_by(role) || other.held_by(role))
    }
}

/// The rows that exist for a caller. Resolved to community ids before any query runs, so that every query binds them.
#[derive(Clone, Debug)]
pub struct Scope {
    permission: &'static Permission,
    /// By community. Of an area with thousands of communities only those that hold records.
    parts: Vec<ScopePart>,
    /// All communities of such areas, seen whole: what begins to hold records today is seen today.
    wide: Vec<Arc<[CommunityId]>>,
    /// Every scope that leaves this crate has one.
    asker: Option<Asker>,
}

impl Scope {
    pub(crate) fn from_grants(
        permission: &'static Permission,
        grants: &[Grant],
        tree: &AreaTree,
    ) -> Self {
        let mut parts = Parts::default();
        let mut wide = Vec::new();
        for grant in grants.iter().filter(|grant| permission.held_by(grant.role)) {
            match tree.community_of(grant.area) {
                Some(community) if AreaId::from(community) != grant.area => {
                    parts.add(community, Some(tree.subtree(grant.area)));
                }
                Some(community) => parts.add(community, None),
                None => add_whole(tree, tree.all_below(grant.area), &mut parts, &mut wide),
            }
        }
        Self {
            permission,
            parts: parts.finish(),
            wide,
            asker: None,
        }
    }

    pub(crate) fn everything(permission: &'static Permission, tree: &AreaTree) -> Self {
        let mut parts = Parts::default();
        let mut wide = Vec::new();
        add_whole(tree, tree.communities_shared(), &mut parts, &mut wide);
        Self {
            permission,
            parts: parts.finish(),
            wide,
            asker: None,
        }
    }

    /// A scope of exactly one community, for code that acts on behalf of a record it already holds.
    pub(crate) fn community(permission: &'static Permission, community: CommunityId) -> Self {
        Self {
            permission,
            parts: vec![ScopePart {
                community,
                areas: None,
            }],
            wide: Vec::new(),
            asker: None,
        }
    }

    pub(crate) fn given_to(self, asker: Asker) -> Self {
        Self {
            asker: Some(asker),
            ..self
        }
    }

    #[must_use]
    pub fn permission(&self) -> &'static str {
        self.permission.name
    }

    #[must_use]
    pub fn asker(&self) -> Option<&Asker> {
        self.asker.as_ref()
    }

    /// Whether every role this scope rests on has the other permission too: then it reaches as far by that.
    #[must_use]
    pub fn holds_also(&self, other: &Permission) -> bool {
        let asker = self.asker.as_ref();
        asker.is_some_and(|asker| asker.only_by(self.permission, other))
    }

    /// Whether whole communities only.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.parts.iter().all(|part| part.areas.is_none())
    }

    /// What to ask a database about, by community.
    #[must_use]
    pub fn parts(&self) -> &[ScopePart] {
        &self.parts
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.wide.is_empty()
    }

    /// The communities to bind, whole or in part.
    #[must_use]
    pub fn communities(&self) -> Vec<i64> {
        self.parts.iter().map(|part| part.community.0).collect()
    }

    fn part(&self, community: CommunityId) -> Option<&ScopePart> {
        let at = self
            .parts
            .binary_search_by_key(&community, |part| part.community);
        at.ok().map(|at| &self.parts[at])
    }

    fn sees_whole(&self, community: CommunityId) -> bool {
        self.wide
            .iter()
            .any(|all| all.binary_search(&community).is_ok())
    }

    #[must_use]
    pub fn contains_community(&self, community: CommunityId) -> bool {
        self.part(community).is_some() || self.sees_whole(community)
    }

    /// Whether a record filed under this community and these areas (grid, neighbourhood) is visible.
    #[must_use]
    pub fn contains(&self, community: CommunityId, areas: &[Option<AreaId>]) -> bool {
        match self.part(community) {
            Some(part) => part
                .areas
                .as_ref()
                .is_none_or(|seen| areas.iter().flatten().any(|area| seen.contains(area))),
            None => self.sees_whole(community),
        }
    }

    /// This scope cut down to one area of the tree; what was not visible before stays invisible.
    #[must_use]
    pub fn narrowed(&self, tree: &AreaTree, area: AreaId) -> Self {
        let Some(community) = tree.community_of(area) else {
            return self.narrowed_above(tree, &tree.all_below(area));
        };
        let below_community = AreaId::from(community) != area;
        let part = self.cut(community).map(|part| ScopePart {
            community,
            areas: if below_community {
                let subtree = tree.subtree(area);
                Some(match part.areas {
                    None => subtree,
                    Some(seen) => seen.into_iter().filter(|a| subtree.contains(a)).collect(),
                })
            } else {
                part.areas
            },
        });
        Self {
            permission: self.permission,
            parts: part.into_iter().collect(),
            wide: Vec::new(),
            asker: self.asker.clone(),
        }
    }

    /// Whether anything filed under this area can be visible.
    #[must_use]
    pub fn reaches(&self, tree: &AreaTree, area: AreaId) -> bool {
        self.narrowed(tree, area).shows_anything()
    }

    fn shows_anything(&self) -> bool {
        let mut parts = self.parts.iter();
        // A whole community that holds no records yet is seen and has no part.
        match self.parts.is_empty() {
            true => !self.is_empty(),
            false => parts.any(|part| part.areas.as_ref().is_none_or(|areas| !areas.is_empty())),
        }
    }

    /// This scope, or what of it lies in the area that is asked for.
    ///
    /// # Errors
    /// 404 for an area outside it: no records there is another answer than none that may be seen.
    pub fn asked(&self, tree: &AreaTree, area: Option<AreaId>) -> Result<Self> {
        let Some(area) = area else {
            return Ok(self.clone());
        };
        let cut = self.narrowed(tree, area);
        // Where no community lies yet there is nothing to be kept from anybody.
        let bare = || {
            tree.get(area)
                .is_some_and(|node| node.level < AreaLevel::Community)
        };
        match cut.shows_anything() || (bare() && tree.all_below(area).is_empty()) {
            true => Ok(cut),
            false => Err(Problem::not_found()),
        }
    }

    fn cut(&self, community: CommunityId) -> Option<ScopePart> {
        let whole = || {
            self.sees_whole(community).then_some(ScopePart {
                community,
                areas: None,
            })
        };
        self.part(community).cloned().or_else(whole)
    }

    fn narrowed_above(&self, tree: &AreaTree, wanted: &Arc<[CommunityId]>) -> Self {
        let named = tree.worth_asking(wanted);
        let mut wide = Vec::new();
        if named.len() < wanted.len() {
            // Areas lie in each other or apart: the smaller of the two is what they share.
            for all in &self.wide {
                let smaller = if all.len() < wanted.len() {
                    all
                } else {
                    wanted
                };
                let larger = if all.len() < wanted.len() {
                    wanted
                } else {
                    all
                };
                let first = smaller.first();
                if first.is_some_and(|one| larger.binary_search(one).is_ok()) {
                    wide.push(Arc::clone(smaller));
                }
            }
        }
        let parts = named.iter().filter_map(|community| self.cut(*community));
        let mut parts: Vec<ScopePart> = parts.collect();
        // Seen in part without holding records yet.
        for part in &self.parts {
            let here = wanted.binary_search(&part.community).is_ok();
            if here && named.binary_search(&part.community).is_err() {
                parts.push(part.clone());
            }
        }
        parts.sort_by_key(|part| part.community);
        Self {
            permission: self.permission,
            parts,
            wide,
            asker: self.asker.clone(),
        }
    }
}

/// Sees all of these.
fn add_whole(
    tree: &AreaTree,
    all: Arc<[CommunityId]>,
    parts: &mut Parts,
    wide: &mut Vec<Arc<[CommunityId]>>,
) {
    for community in tree.worth_asking(&all) {
        parts.add(community, None);
    }
    if all.len() > WIDE {
        wide.push(all);
    }
}

/// Shares of communities while they are gathered; the wider of two wins.
#[derive(Default)]
struct Parts(BTreeMap<CommunityId, Option<Vec<AreaId>>>);

impl Parts {
    fn add(&mut self, community: CommunityId, areas: Option<Vec<AreaId>>) {
        match self.0.entry(community) {
            Entry::Vacant(free) => {
                free.insert(areas);
            }
            Entry::Occupied(mut held) => match (held.get_mut(), areas) {
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

    fn finish(self) -> Vec<ScopePart> {
        let parts = self.0.into_iter();
        parts
            .map(|(community, areas)| ScopePart { community, areas })
            .collect()
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
            node(3, Some(1), AreaLevel::Subdistrict),
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
    fn an_area_out_of_sight_is_told_apart_from_an_empty_one() {
        let grid = Scope::from_grants(&READ, &[grant(Role::GridWorker, 100)], &tree());
        let at = |area: i64| grid.asked(&tree(), Some(AreaId(area)));
        assert_eq!(grid.asked(&tree(), None).unwrap().parts(), grid.parts());
        for area in [100, 1_000, 10, 1] {
            assert!(!at(area).unwrap().is_empty(), "{area}");
        }
        assert!(at(3).unwrap().is_empty(), "no community lies there yet");
        for area in [101, 11, 9_999] {
            assert_eq!(at(area).unwrap_err().kind().status(), 404, "{area}");
        }
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

    /// A country of 100 districts with 30 communities each, the last five communities of each holding records.
    fn country() -> (AreaTree, std::sync::Arc<crate::Inhabited>) {
        let mut nodes = vec![node(1, None, AreaLevel::Province)];
        let mut held = Vec::new();
        for district in 0..100 {
            nodes.push(node(2 + district, Some(1), AreaLevel::District));
            for n in 0..30 {
                let id = 1_000 + district * 30 + n;
                nodes.push(node(id, Some(2 + district), AreaLevel::Community));
                if n >= 25 {
                    held.push(CommunityId(id));
                }
            }
        }
        let inhabited = std::sync::Arc::new(crate::Inhabited::default());
        inhabited.note(held);
        let tree = AreaTree::build(nodes).with_inhabited(std::sync::Arc::clone(&inhabited));
        (tree, inhabited)
    }

    #[test]
    fn of_a_country_only_communities_with_records_are_named_and_all_are_seen() {
        let (tree, inhabited) = country();
        let grants = [grant(Role::DistrictOperator, 1)];
        let scope = Scope::from_grants(&READ, &grants, &tree);
        assert_eq!(scope.parts().len(), 500);
        let empty = CommunityId(1_000);
        assert!(!scope.communities().contains(&empty.0));
        assert!(scope.contains_community(empty) && scope.contains(empty, &[None]));
        // The first record of a community is seen at once.
        inhabited.note([empty]);
        let later = Scope::from_grants(&READ, &grants, &tree);
        assert!(later.communities().contains(&empty.0));
        assert_eq!(later.parts().len(), 501);
    }

    #[test]
    fn a_country_narrowed_to_a_district_names_all_its_communities() {
        let (tree, _) = country();
        let scope = Scope::from_grants(&READ, &[grant(Role::DistrictOperator, 1)], &tree);
        let district = scope.narrowed(&tree, AreaId(3));
        assert_eq!(district.communities(), (1_030..1_060).collect::<Vec<_>>());
        let one = scope.narrowed(&tree, AreaId(1_031));
        assert_eq!(one.communities(), [1_031]);
        let same = scope.narrowed(&tree, AreaId(1));
        assert_eq!(same.communities(), scope.communities());
        assert!(same.contains_community(CommunityId(1_000)));
        // A district's scope does not widen.
        let own = Scope::from_grants(&READ, &[grant(Role::DistrictOperator, 3)], &tree);
        let still = own.narrowed(&tree, AreaId(1));
        assert_eq!(still.communities(), own.communities());
        assert!(!still.contains_community(CommunityId(1_000)));
    }
}
