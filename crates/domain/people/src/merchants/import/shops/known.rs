//! Which merchant of the register a row means.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::keys::key_of;
use youlin_kernel::{CommunityId, Result, Scope};

use super::places::plain;
use crate::entities::{merchant, merchant_place};

/// A merchant that is open.
pub(super) struct Held {
    pub(super) community: CommunityId,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) code: Option<String>,
    /// Premises and stall, now.
    pub(super) places: Vec<(Uuid, Option<Uuid>)>,
}

impl Held {
    /// Whether it is at these premises: at one of these stalls, where any are named.
    pub(super) fn is_at(&self, (premises, stalls): (Uuid, &[Uuid])) -> bool {
        self.places.iter().any(|(there, stall)| {
            *there == premises
                && (stalls.is_empty() || stall.is_none_or(|stall| stalls.contains(&stall)))
        })
    }
}

/// The open merchants of a scope.
pub(super) struct Known {
    all: Vec<Held>,
    by_code: HashMap<String, usize>,
    by_name: HashMap<(i64, String), Vec<usize>>,
}

/// Who is meant.
pub(super) enum Meant<'a> {
    Nobody,
    Sure(&'a Held),
    /// One of that name, somewhere else.
    Perhaps(&'a Held),
    /// Several are called so, and nothing says where.
    Several,
    /// The code stands for one of another community.
    Elsewhere,
}

impl Known {
    pub(super) async fn of(db: &Database, scope: &Scope) -> Result<Self> {
        let communities = scope.communities();
        let rows = merchant::Entity::find()
            .filter(merchant::Column::CommunityId.is_in(communities.iter().copied()))
            .filter(merchant::Column::ClosedAt.is_null())
            .all(db.read())
            .await?;
        let places = merchant_place::Entity::find()
            .filter(merchant_place::Column::CommunityId.is_in(communities))
            .filter(merchant_place::Column::ValidTo.is_null())
            .all(db.read())
            .await?;
        let mut at: HashMap<Uuid, Vec<(Uuid, Option<Uuid>)>> = HashMap::new();
        for place in places {
            let there = at.entry(place.merchant_id).or_default();
            there.push((place.premises_id, place.stall_id));
        }
        let all: Vec<Held> = rows
            .into_iter()
            .map(|row| Held {
                community: CommunityId(row.community_id),
                key: key_of(row.ext_key.as_deref(), row.id),
                places: at.remove(&row.id).unwrap_or_default(),
                name: row.name,
                code: row.credit_code,
            })
            .collect();
        let (mut by_code, mut by_name) = (HashMap::new(), HashMap::new());
        for (n, one) in all.iter().enumerate() {
            if let Some(code) = &one.code {
                by_code.insert(code.clone(), n);
            }
            let name = (one.community.0, plain(&one.name));
            by_name.entry(name).or_insert_with(Vec::new).push(n);
        }
        Ok(Self {
            all,
            by_code,
            by_name,
        })
    }

    /// The code decides. Without one on either side, the same name at the same place is the same merchant; the same name
    /// somewhere else is a question for a person to answer.
    pub(super) fn meant(
        &self,
        community: CommunityId,
        (name, code): (&str, &str),
        at: Option<(Uuid, &[Uuid])>,
    ) -> Meant<'_> {
        if let Some(held) = self.by_code.get(code).map(|n| &self.all[*n]) {
            return match held.community == community {
                true => Meant::Sure(held),
                false => Meant::Elsewhere,
            };
        }
        let named = self.by_name.get(&(community.0, plain(name)));
        let mut alike = named
            .into_iter()
            .flatten()
            .map(|n| &self.all[*n])
            .filter(|held| code.is_empty() || held.code.is_none())
            .peekable();
        let Some(first) = alike.peek().copied() else {
            return Meant::Nobody;
        };
        let Some(at) = at else {
            return match alike.nth(1) {
                None => Meant::Sure(first),
                Some(_) => Meant::Several,
            };
        };
        match alike.find(|held| held.is_at(at)) {
            Some(held) => Meant::Sure(held),
            None if first.places.is_empty() => Meant::Sure(first),
            None => Meant::Perhaps(first),
        }
    }
}
