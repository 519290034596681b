//! This module's other part of the one search box: areas, by a piece of their name or the beginning of their code. The way
//! to a community that holds no records yet, which no list of a whole country names.

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_kernel::{Access, AreaLevel, AreaNode, CommunityId, Result};
use youlin_web::{Finder, Found, Shell};

use crate::permissions::{PLACES_ADMIN, PLACES_READ};

/// See the module's text.
#[derive(Clone, Copy, Debug)]
pub struct AreaFinder;

/// Looked at for one text; who may see only some areas is shown those among them.
const LOOKED_AT: usize = 200;
/// One character is in too many names.
const SHORTEST: usize = 2;

impl Finder for AreaFinder {
    fn heading(&self) -> &'static str {
        "nav-areas"
    }

    fn icon(&self) -> &'static str {
        "map"
    }

    fn access(&self) -> Access {
        Access::Needs(&PLACES_READ)
    }

    fn find<'a>(
        &'a self,
        s: &'a Shell,
        text: &'a str,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<Found>>> {
        async move {
            if text.trim().chars().count() < SHORTEST {
                return Ok(Vec::new());
            }
            let scope = s.ctx().scope(&PLACES_READ)?;
            let tree = s.ctx().areas();
            let lines = tree
                .search(text, LOOKED_AT)
                .into_iter()
                .filter_map(|node| {
                    let href = if s.ctx().require(&PLACES_ADMIN, node.id).is_ok() {
                        format!("/admin/areas?area={}", node.id)
                    } else if node.level >= AreaLevel::Community {
                        let community = tree.community_of(node.id)?;
                        let seen = scope.contains_community(community);
                        seen.then(|| register_of(community))?
                    } else {
                        return None;
                    };
                    Some(Found {
                        title: s.area(&node.id),
                        detail: above(s, node),
                        href,
                    })
                })
                .take(usize::try_from(limit).unwrap_or(usize::MAX));
            Ok(lines.collect())
        }
        .boxed()
    }

    fn list(&self, _text: &str) -> Option<String> {
        None
    }
}

fn register_of(community: CommunityId) -> String {
    format!("/places?community={community}")
}

/// The areas above it, the widest first: many villages have the same name.
fn above(s: &Shell, node: &AreaNode) -> String {
    let above = s.ctx().areas().upwards(node.id).skip(1);
    let mut names: Vec<String> = above.map(|node| s.area(&node.id)).collect();
    names.reverse();
    names.join(" · ")
}
