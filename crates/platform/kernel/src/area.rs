//! The area tree as every process holds it in memory: small, read on each request, replaced whole when it changes.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AreaId, CommunityId};

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

/// All areas, with ancestry and communities resolved once.
#[derive(Debug, Default)]
pub struct AreaTree {
    nodes: HashMap<AreaId, AreaNode>,
    children: HashMap<AreaId, Vec<AreaId>>,
    roots: Vec<AreaId>,
    communities: Vec<CommunityId>,
    /// Of each area above the communities, those below it: every scope is made of them.
    below: HashMap<AreaId, Vec<CommunityId>>,
    by_code: HashMap<String, AreaId>,
}

impl AreaTree {
    /// Builds the tree; nodes whose parent is missing become roots so that nothing disappears.
    #[must_use]
    pub fn build(nodes: Vec<AreaNode>) -> Self {
        let mut tree = Self::default();
        for node in nodes {
            tree.by_code.insert(node.code.clone(), node.id);
            tree.nodes.insert(node.id, node);
        }
        let mut ordered: Vec<&AreaNode> = tree.nodes.values().collect();
        ordered.sort_by(|a, b| a.code.cmp(&b.code).then(a.id.cmp(&b.id)));
        for node in ordered {
            match node.parent.filter(|parent| tree.nodes.contains_key(parent)) {
                Some(parent) => tree.children.entry(parent).or_default().push(node.id),
                None => tree.roots.push(node.id),
            }
            if node.level == AreaLevel::Community {
                tree.communities.push(CommunityId(node.id.0));
            }
        }
        tree.communities.sort_unstable();
        for community in tree.communities.clone() {
            let above: Vec<AreaId> = tree
                .upwards(community.into())
                .skip(1)
                .map(|node| node.id)
                .collect();
            for area in above {
                tree.below.entry(area).or_default().push(community);
            }
        }
        tree
    }

    #[must_use]
    pub fn get(&self, id: AreaId) -> Option<&AreaNode> {
        self.nodes.get(&id)
    }

    #[must_use]
    pub fn by_code(&self, code: &str) -> Option<&AreaNode> {
        self.by_code.get(code).and_then(|id| self.nodes.get(id))
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
        self.nodes.values()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    #[must_use]
    pub fn communities(&self) -> &[CommunityId] {
        &self.communities
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

    /// The communities of an area: those below it, or the one it lies in.
    #[must_use]
    pub fn communities_of(&self, id: AreaId) -> Vec<CommunityId> {
        match self.community_of(id) {
            Some(community) => vec![community],
            None => self.below.get(&id).cloned().unwrap_or_default(),
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
