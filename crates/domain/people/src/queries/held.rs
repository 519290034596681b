//! What somebody who corrects a person's entry has to have seen of it: read for many persons at once.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_kernel::{Result, Scope};

use super::Directory;
use crate::commands::main_home;
use crate::entities::{person, residence};
use crate::facts::{Fact, Facts};
use crate::{PersonCard, Relation, SeenBefore};

/// The state of an entry, and what the person is to the dwelling.
#[derive(Clone, Copy, Debug)]
pub struct HeldOf {
    pub seen: SeenBefore,
    pub relation: Option<Relation>,
}

impl Directory {
    /// Of persons whose cards the caller was given, so within the scope; two questions for all of them.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn held_of(
        db: &impl ConnectionTrait,
        scope: &Scope,
        cards: &[&PersonCard],
    ) -> Result<HashMap<Uuid, HeldOf>> {
        let mut found = HashMap::new();
        for some in cards.chunks(500) {
            let ids: Vec<Uuid> = some.iter().map(|card| card.id).collect();
            let homes = residence::Entity::find()
                .filter(residence::Column::CommunityId.is_in(scope.communities()))
                .filter(residence::Column::PersonId.is_in(ids.clone()))
                .filter(residence::current())
                .filter(main_home())
                .all(db)
                .await?;
            let homes: HashMap<Uuid, String> = homes
                .into_iter()
                .map(|home| (home.person_id, home.relation))
                .collect();
            let rows = person::Entity::find()
                .filter(person::Column::CommunityId.is_in(scope.communities()))
                .filter(person::Column::Id.is_in(ids))
                .all(db)
                .await?;
            found.extend(rows.into_iter().map(|row| {
                let relation = homes.get(&row.id).and_then(|text| Relation::parse(text));
                let seen = seen_before(&row);
                (row.id, HeldOf { seen, relation })
            }));
        }
        Ok(found)
    }
}

pub(super) fn seen_before(row: &person::Model) -> SeenBefore {
    let facts = Facts::read(row.facts.as_deref());
    let at = |fact| facts.get(fact).map(|said| said.at);
    SeenBefore {
        version: row.version,
        phone_at: at(Fact::Phone),
        home_at: at(Fact::Home),
    }
}
