//! Finding people by what the desk has: a number or its end, a name or a piece of it, pinyin or initials, an address.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;
use youlin_crypto::Phone;
use youlin_database::text;
use youlin_kernel::{Problem, Result, Scope};

use super::Directory;
use super::cards::visible_cards;
use crate::entities::{person, person_phone, residence};
use crate::{PersonCard, Vault, find};

/// Longest text that is searched for, characters.
const LONGEST: usize = 100;
/// Persons looked at for one text; who may see only some grids sees those of them that live there.
const FOUND: u64 = 2_000;
/// Persons read with one statement; a page shows about so many.
const AT_ONCE: usize = 50;
/// Addresses tried for one text.
const ADDRESSES: usize = 5;

impl Directory {
    /// People of the scope whom the text means: a number or its last four digits and more, a piece of a name, its pinyin
    /// or initials, an address. Names and numbers are sealed: the index knows them by keyed hashes only.
    ///
    /// # Errors
    /// 422 on `q` when the text is longer than 100 characters.
    pub async fn search(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        text: &str,
        limit: u64,
    ) -> Result<Vec<PersonCard>> {
        let text = text.trim();
        if text.chars().count() > LONGEST {
            return Err(Problem::invalid("q", "too-long").field_arg("max", LONGEST));
        }
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut hits = Hits {
            db,
            vault,
            scope,
            limit,
            seen: BTreeSet::new(),
            cards: Vec::new(),
        };
        match vault.phone("q", text) {
            Ok(phone) => {
                hits.rows(with_phone(db, vault, scope, &phone).await?)
                    .await?
            }
            Err(_not_a_number) => hits.keys(with_name(db, vault, scope, text).await?).await?,
        }
        if hits.wanted() {
            hits.keys(with_pieces(db, vault, scope, text).await?)
                .await?;
        }
        if hits.wanted() {
            hits.rows(at_address(db, vault, scope, text).await?).await?;
        }
        hits.cards.truncate(limit);
        Ok(hits.cards)
    }
}

/// Community and id.
type Key = (i64, Uuid);

/// What was found so far, each person once. Persons are read a few at a time, until enough of them may be shown.
struct Hits<'a, C> {
    db: &'a C,
    vault: &'a Vault,
    scope: &'a Scope,
    limit: usize,
    seen: BTreeSet<Key>,
    cards: Vec<PersonCard>,
}

impl<C: ConnectionTrait> Hits<'_, C> {
    fn wanted(&self) -> bool {
        self.cards.len() < self.limit
    }

    async fn rows(&mut self, mut rows: Vec<person::Model>) -> Result<()> {
        rows.retain(|row| self.seen.insert((row.community_id, row.id)));
        for some in rows.chunks(AT_ONCE) {
            if !self.wanted() {
                break;
            }
            let cards = visible_cards(self.db, self.vault, self.scope, some.to_vec()).await?;
            self.cards.extend(cards);
        }
        Ok(())
    }

    async fn keys(&mut self, mut keys: Vec<Key>) -> Result<()> {
        keys.retain(|key| !self.seen.contains(key));
        for some in keys.chunks(AT_ONCE) {
            if !self.wanted() {
                break;
            }
            let mut here: BTreeMap<i64, Vec<Uuid>> = BTreeMap::new();
            for (community, id) in some {
                here.entry(*community).or_default().push(*id);
            }
            let any = here
                .into_iter()
                .fold(Condition::any(), |any, (community, ids)| {
                    let these = person::Column::Id.is_in(ids);
                    any.add(person::Column::CommunityId.eq(community).and(these))
                });
            let rows = person::Entity::find()
                .filter(any)
                .filter(person::Column::MergedInto.is_null())
                .order_by_asc(person::Column::Id)
                .all(self.db)
                .await?;
            self.rows(rows).await?;
        }
        Ok(())
    }
}

pub(crate) async fn with_phone(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    phone: &Phone,
) -> Result<Vec<person::Model>> {
    let owners: Vec<Uuid> = person_phone::Entity::find()
        .filter(person_phone::Column::CommunityId.is_in(scope.communities()))
        .filter(person_phone::Column::NumberIndex.eq(vault.phone_index(phone)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| row.person_id)
        .collect();
    by_ids(db, scope, owners).await
}

async fn with_name(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    text: &str,
) -> Result<Vec<Key>> {
    Ok(person::Entity::find()
        .select_only()
        .columns([person::Column::CommunityId, person::Column::Id])
        .filter(person::Column::CommunityId.is_in(scope.communities()))
        .filter(person::Column::MergedInto.is_null())
        .filter(person::Column::NameIndex.eq(vault.name_index(text)))
        .order_by_asc(person::Column::Id)
        .limit(FOUND)
        .into_tuple()
        .all(db)
        .await?)
}

/// By the text index, which is a second behind: the two above find at once what was just entered.
async fn with_pieces(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    text: &str,
) -> Result<Vec<Key>> {
    let Some(question) = find::question(vault, text) else {
        return Ok(Vec::new());
    };
    let communities = scope.communities();
    let found = text::holding(db, find::KIND, &communities, &question, FOUND).await?;
    Ok(found.into_iter().map(|(home, id)| (home.0, id)).collect())
}

async fn at_address(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    text: &str,
) -> Result<Vec<person::Model>> {
    let dwellings = vault.dwellings_at(text, scope, ADDRESSES);
    if dwellings.is_empty() {
        return Ok(Vec::new());
    }
    let living: Vec<Uuid> = residence::Entity::find()
        .filter(residence::Column::CommunityId.is_in(scope.communities()))
        .filter(residence::Column::DwellingId.is_in(dwellings))
        .filter(residence::Column::ValidTo.is_null())
        .all(db)
        .await?
        .into_iter()
        .map(|row| row.person_id)
        .collect();
    by_ids(db, scope, living).await
}

async fn by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: Vec<Uuid>,
) -> Result<Vec<person::Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(person::Entity::find()
        .filter(person::Column::CommunityId.is_in(scope.communities()))
        .filter(person::Column::MergedInto.is_null())
        .filter(person::Column::Id.is_in(ids))
        .order_by_asc(person::Column::Id)
        .all(db)
        .await?)
}
