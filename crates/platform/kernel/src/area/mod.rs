//! The area tree as every process holds it in memory: read on each request, replaced whole when it changes. Made to hold
//! every village of the country (some 665,000 areas).

mod names;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AreaId, CommunityId, Micros};
use names::{END, First, Names};

/// Levels from large to small; the numbers are stored.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    Province = 0,
    City = 1,
    District = 2,
    Subdistrict = 3,
    Community = 4,
    Grid = 5,
    Neighbourhood = 6,
}

impl AreaLevel {
    pub const ALL: [Self; 7] = [
        Self::Province,
        Self::City,
        Self::District,
        Self::Subdistrict,
        Self::Community,
        Self::Grid,
        Self::Neighbourhood,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::City => "city",
            Self::District => "district",
            Self::Subdistrict => "subdistrict",
            Self::Community => "community",
            Self::Grid => "grid",
            Self::Neighbourhood => "neighbourhood",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }

    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|level| *level as i32 == number)
    }
}

/// One area as the tree knows it today.
#[derive(Clone, Debug)]
pub struct AreaNode {
    pub id: AreaId,
    pub parent: Option<AreaId>,
    pub level: AreaLevel,
    pub code: String,
    pub name: String,
    pub name_en: String,
    /// A closed area keeps its history and takes no new records.
    pub closed: bool,
}

/// A grid or a neighbourhood came out of another: it was split off, or took the place of one that was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Succession {
    pub from: AreaId,
    pub to: AreaId,
    pub at: Micros,
}

/// Areas with more communities than this are never named one by one to a database: only those that hold records are.
pub(crate) const WIDE: usize = 2_000;

/// The communities that hold records, as the process knows: kept beside the tree, because a tree may name all 620,573
/// villages of the country while a few hundred of them are looked after here.
#[derive(Debug, Default)]
pub struct Inhabited(RwLock<BTreeSet<CommunityId>>);

impl Inhabited {
    /// Takes in that these hold records.
    pub fn note(&self, communities: impl IntoIterator<Item = CommunityId>) {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let fresh: Vec<CommunityId> = communities
            .into_iter()
            .filter(|one| !held.contains(one))
            .collect();
        drop(held);
        if !fresh.is_empty() {
            let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
            held.extend(fresh);
        }
    }

    /// Those of a sorted list that hold records.
    #[must_use]
    pub fn among(&self, sorted: &[CommunityId]) -> Vec<CommunityId> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.iter()
            .copied()
            .filter(|one| sorted.binary_search(one).is_ok())
            .collect()
    }
}

/// All areas, with ancestry and communities resolved once.
#[derive(Debug, Default)]
pub struct AreaTree {
    /// By number.
    nodes: Vec<AreaNode>,
    /// Places in `nodes`, by code.
    by_code: Vec<u32>,
    names: Names,
    children: HashMap<AreaId, Vec<AreaId>>,
    roots: Vec<AreaId>,
    communities: Arc<[CommunityId]>,
    /// Of each area above the communities, those below it: every scope is made of them.
    below: HashMap<AreaId, Arc<[CommunityId]>>,
    inhabited: Arc<Inhabited>,
    succession: Vec<Succession>,
}

impl AreaTree {
    /// Builds the tree; nodes whose parent is missing become roots so that nothing disappears.
    #[must_use]
    pub fn build(mut nodes: Vec<AreaNode>) -> Self {
        nodes.sort_by_key(|node| node.id);
        nodes.dedup_by_key(|node| node.id);
        nodes.shrink_to_fit();
        let mut by_code: Vec<u32> = (0..).take(nodes.len()).collect();
        by_code.sort_by(|a, b| nodes[*a as usize].code.cmp(&nodes[*b as usize].code));
        let mut tree = Self {
            names: Names::of(&nodes),
            nodes,
            by_code,
            ..Self::default()
        };
        let mut communities = Vec::new();
        for at in &tree.by_code {
            let node = &tree.nodes[*at as usize];
            match node.parent.filter(|parent| tree.at(*parent).is_some()) {
                Some(parent) => tree.children.entry(parent).or_default().push(node.id),
                None => tree.roots.push(node.id),
            }
            if node.level == AreaLevel::Community {
                communities.push(CommunityId(node.id.0));
            }
        }
        communities.sort_unstable();
        let mut below: HashMap<AreaId, Vec<CommunityId>> = HashMap::new();
        for community in &communities {
            for area in tree.upwards((*community).into()).skip(1) {
                below.entry(area.id).or_default().push(*community);
            }
        }
        tree.below = below
            .into_iter()
            .map(|(area, communities)| (area, communities.into()))
            .collect();
        tree.communities = communities.into();
        tree
    }

    /// The same tree, told which communities hold records.
    #[must_use]
    pub fn with_inhabited(self, inhabited: Arc<Inhabited>) -> Self {
        Self { inhabited, ..self }
    }

    /// The same tree, told what came out of which area.
    #[must_use]
    pub fn with_succession(self, succession: Vec<Succession>) -> Self {
        Self { succession, ..self }
    }

    /// What came out of areas that were split or closed.
    #[must_use]
    pub fn succession(&self) -> &[Succession] {
        &self.succession
    }

    /// Where the area stands in `nodes`. Numbers are given one after the other, so it can mostly be reckoned.
    fn at(&self, id: AreaId) -> Option<usize> {
        let first = self.nodes.first()?.id.0;
        let guess = usize::try_from(id.0.checked_sub(first)?).ok()?;
        if self.nodes.get(guess).is_some_and(|node| node.id == id) {
            return Some(guess);
        }
        self.nodes.binary_search_by_key(&id, |node| node.id).ok()
    }

    #[must_use]
    pub fn get(&self, id: AreaId) -> Option<&AreaNode> {
        self.at(id).map(|at| &self.nodes[at])
    }

    #[must_use]
    pub fn by_code(&self, code: &str) -> Option<&AreaNode> {
        let node = |at: &u32| &self.nodes[*at as usize];
        let from = self
            .by_code
            .partition_point(|at| node(at).code.as_str() < code);
        self.by_code
            .get(from)
            .map(node)
            .filter(|node| node.code == code)
    }

    /// Open areas whose name holds the text or whose code begins with it: whole names first, then beginnings, wider
    /// areas before those below them.
    #[must_use]
    pub fn search(&self, text: &str, limit: usize) -> Vec<&AreaNode> {
        let text = text.trim();
        if text.is_empty() || text.contains(END) {
            return Vec::new();
        }
        // A node may be found by its name and by its code.
        let mut found = First::of(limit.saturating_mul(2));
        let mut offer = |rank: u8, at: usize| {
            if let Some(Some(level)) = self.names.levels.get(at) {
                found.offer((rank, *level, at));
            }
        };
        for (rank, at) in self.names.holding(text) {
            offer(rank, at);
        }
        let code = |at: &u32| self.nodes[*at as usize].code.as_str();
        let from = self.by_code.partition_point(|at| code(at) < text);
        let coded = self.by_code[from..]
            .iter()
            .take_while(|at| code(at).starts_with(text));
        for at in coded {
            offer(u8::from(code(at) != text), *at as usize);
        }
        let mut seen = BTreeSet::new();
        let found = found.kept.into_sorted_vec().into_iter();
        found
            .filter(|(_, _, at)| seen.insert(*at))
            .map(|(_, _, at)| &self.nodes[at])
            .take(limit)
            .collect()
    }

    #[must_use]
    pub fn roots(&self) -> &[AreaId] {
        &self.roots
    }

    #[must_use]
    pub fn children(&self, id: AreaId) -> &[AreaId] {
        self.children.get(&id).map_or(&[], Vec::as_slice)
    }

    pub fn iter(&self) -> impl Iterator<Item = &AreaNode> {
        self.nodes.iter()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Areas, closed ones too.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    #[must_use]
    pub fn communities(&self) -> &[CommunityId] {
        &self.communities
    }

    /// The communities to ask a database about: all of them, or in a very large tree those that hold records.
    #[must_use]
    pub fn communities_with_records(&self) -> Vec<CommunityId> {
        self.worth_asking(&self.communities)
    }

    /// See [`AreaTree::communities_with_records`].
    pub(crate) fn worth_asking(&self, sorted: &[CommunityId]) -> Vec<CommunityId> {
        if sorted.len() > WIDE {
            self.inhabited.among(sorted)
        } else {
            sorted.to_vec()
        }
    }

    pub(crate) fn communities_shared(&self) -> Arc<[CommunityId]> {
        Arc::clone(&self.communities)
    }

    /// All communities below an area above them.
    pub(crate) fn all_below(&self, id: AreaId) -> Arc<[CommunityId]> {
        self.below.get(&id).map_or_else(Arc::default, Arc::clone)
    }

    /// The area itself, then its ancestors up to the root.
    pub fn upwards(&self, id: AreaId) -> impl Iterator<Item = &AreaNode> {
        std::iter::successors(self.get(id), |node| {
            node.parent.and_then(|parent| self.get(parent))
        })
    }

    /// The ancestor (or the area itself) of that level.
    #[must_use]
    pub fn at_level(&self, id: AreaId, level: AreaLevel) -> Option<&AreaNode> {
        self.upwards(id).find(|node| node.level == level)
    }

    #[must_use]
    pub fn community_of(&self, id: AreaId) -> Option<CommunityId> {
        self.at_level(id, AreaLevel::Community)
            .map(|node| CommunityId(node.id.0))
    }

    #[must_use]
    pub fn is_within(&self, id: AreaId, ancestor: AreaId) -> bool {
        self.upwards(id).any(|node| node.id == ancestor)
    }

    /// The area and everything below it.
    #[must_use]
    pub fn subtree(&self, id: AreaId) -> Vec<AreaId> {
        let mut found = vec![id];
        let mut next = 0;
        while let Some(at) = found.get(next).copied() {
            found.extend_from_slice(self.children(at));
            next += 1;
        }
        found
    }

    /// The communities of an area: those below it (of thousands, those that hold records), or the one it lies in.
    #[must_use]
    pub fn communities_of(&self, id: AreaId) -> Vec<CommunityId> {
        match self.community_of(id) {
            Some(community) => vec![community],
            None => self.worth_asking(&self.all_below(id)),
        }
    }

    /// Names from the community downwards: 「跃龙社区 · 悦美网格 · 第一邻里」.
    #[must_use]
    pub fn short_path(&self, id: AreaId) -> String {
        let mut names: Vec<&str> = self
            .upwards(id)
            .take_while(|node| node.level >= AreaLevel::Community)
            .map(|node| node.name.as_str())
            .collect();
        names.reverse();
        names.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: i64, parent: Option<i64>, level: AreaLevel, code: &str, name: &str) -> AreaNode {
        AreaNode {
            id: AreaId(id),
            parent: parent.map(AreaId),
            level,
            code: code.into(),
            name: name.into(),
            name_en: String::new(),
            closed: false,
        }
    }

    #[test]
    fn areas_are_found_by_number_code_and_name() {
        let tree = AreaTree::build(vec![
            node(9, Some(7), AreaLevel::Community, "320613005018", "跃龙社区"),
            node(1, None, AreaLevel::City, "3206", "南通市"),
            node(7, Some(1), AreaLevel::District, "320613", "崇川区"),
            node(
                12,
                Some(7),
                AreaLevel::Community,
                "320613005001",
                "新跃龙社区",
            ),
            node(2, Some(1), AreaLevel::District, "320614", "海门区"),
        ]);
        for id in [1, 2, 7, 9, 12] {
            assert_eq!(tree.get(AreaId(id)).map(|node| node.id.0), Some(id));
        }
        assert!(
            [0, 3, 8, 13, -1]
                .iter()
                .all(|id| tree.get(AreaId(*id)).is_none())
        );
        assert_eq!(tree.by_code("320613").map(|node| node.id.0), Some(7));
        assert!(tree.by_code("32061").is_none());
        assert_eq!(tree.children(AreaId(1)), [AreaId(7), AreaId(2)]);
        assert_eq!(tree.children(AreaId(7)), [AreaId(12), AreaId(9)]);
        let ids = |text: &str, limit| -> Vec<i64> {
            let found = tree.search(text, limit).into_iter();
            found.map(|node| node.id.0).collect()
        };
        assert_eq!(ids("跃龙", 9), [9, 12]);
        assert_eq!(ids("跃龙", 1), [9]);
        assert_eq!(ids("3206", 3), [1, 2, 7]);
        assert_eq!(ids(" ", 3), [0_i64; 0]);
    }

    #[test]
    fn of_very_many_the_best_are_kept_and_nothing_closed() {
        let mut nodes: Vec<AreaNode> = (100..2_000)
            .map(|id| {
                let name = format!("第{id}村委会");
                node(id, None, AreaLevel::Community, &id.to_string(), &name)
            })
            .collect();
        nodes.push(node(3_000, None, AreaLevel::Grid, "z1", "村委会大院"));
        nodes.push(node(3_001, None, AreaLevel::Grid, "z2", "村委会"));
        nodes.push(node(3_002, None, AreaLevel::City, "z3", "老村委会"));
        nodes.push(node(3_003, None, AreaLevel::City, "村委会", "河边村委会"));
        nodes[0].closed = true;
        let tree = AreaTree::build(nodes);
        let ids = |limit| -> Vec<i64> {
            let found = tree.search("村委会", limit).into_iter();
            found.map(|node| node.id.0).collect()
        };
        // By its code and by its name: once.
        assert_eq!(ids(6), [3_003, 3_001, 3_000, 3_002, 101, 102]);
        assert_eq!(ids(3), [3_003, 3_001, 3_000]);
        assert_eq!(ids(5_000).len(), 1_903);
        assert_eq!(ids(0), [0_i64; 0]);
    }
}
