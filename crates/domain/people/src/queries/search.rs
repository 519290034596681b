//! Finding people by what the desk has: a number or its end, a name or a piece of it, pinyin or initials, an address.

use std::collections::{BTreeSet, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_crypto::Phone;
use youlin_database::text;
use youlin_kernel::{Problem, Result, Scope};

use super::Directory;
use super::cards::visible_cards;
use super::keys::{Key, at_keys};
use crate::entities::{person, person_phone, residence};
use crate::{PersonCard, Vault, find};

/// Longest text that is searched for, characters.
const LONGEST: usize = 100;
/// Persons looked at for one text; who may see only some grids sees those of them that live there.
const FOUND: u64 = 2_000;
/// The same where they are looked for among some: those are known without reading anybody.
const FOUND_AMONG: u64 = 50_000;
/// Persons read and opened together.
const AT_ONCE: usize = 200;
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
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Self::search_among(db, vault, scope, text, None, limit).await
    }

    /// The same, only among some of them.
    pub(crate) async fn search_among(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        text: &str,
        among: Option<&HashSet<Uuid>>,
        limit: usize,
    ) -> Result<Vec<PersonCard>> {
        let text = text.trim();
        if text.chars().count() > LONGEST {
            return Err(Problem::invalid("q", "too-long").field_arg("max", LONGEST));
        }
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = Found {
            db,
            vault,
            scope,
            among,
            limit,
            seen: BTreeSet::new(),
            cards: Vec::new(),
        };
        match vault.phone("q", text) {
            Ok(phone) => {
                let owners = owners(db, vault, scope, &phone).await?;
                found.take(owners).await?;
            }
            Err(_not_a_number) => found.take(with_name(db, vault, scope, text).await?).await?,
        }
        found.pieces(text).await?;
        found
            .take(at_address(db, vault, scope, text).await?)
            .await?;
        Ok(found.cards)
    }
}

impl Directory {
    /// Cards of persons by their keys, as far as the scope reaches, in the order of the keys.
    pub(crate) async fn cards_at(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        keys: &[Key],
    ) -> Result<Vec<PersonCard>> {
        let rows = by_keys(db, keys).await?;
        let mut cards = visible_cards(db, vault, scope, rows).await?;
        cards.sort_by_key(|card| keys.iter().position(|(_, id)| *id == card.id));
        Ok(cards)
    }
}

/// The cards found so far. Persons are read and opened only until there are enough.
struct Found<'a, C> {
    db: &'a C,
    vault: &'a Vault,
    scope: &'a Scope,
    /// Nobody else is looked at.
    among: Option<&'a HashSet<Uuid>>,
    limit: usize,
    seen: BTreeSet<Key>,
    cards: Vec<PersonCard>,
}

impl<C: ConnectionTrait> Found<'_, C> {
    async fn take(&mut self, keys: Vec<Key>) -> Result<()> {
        let among = self.among;
        let keys = keys
            .into_iter()
            .filter(|(_, id)| among.is_none_or(|some| some.contains(id)));
        let fresh: Vec<Key> = keys.filter(|key| self.seen.insert(*key)).collect();
        for some in fresh.chunks(self.limit.clamp(1, AT_ONCE)) {
            if self.cards.len() >= self.limit {
                break;
            }
            let rows = by_keys(self.db, some).await?;
            let cards = visible_cards(self.db, self.vault, self.scope, rows).await?;
            self.cards.extend(cards);
        }
        self.cards.truncate(self.limit);
        Ok(())
    }

    /// By the text index, which is a second behind: a number and a whole name find at once what was just entered.
    async fn pieces(&mut self, text: &str) -> Result<()> {
        let Some(question) = find::question(self.vault, text) else {
            return Ok(());
        };
        let communities = self.scope.communities();
        // Whoever may see only some grids sees few of them; everybody else is done with the first.
        let most = match self.among {
            None => FOUND,
            // Of few among many the first may be none.
            Some(_) => FOUND_AMONG,
        };
        for most in [self.limit as u64 + 1, most] {
            if self.cards.len() >= self.limit {
                break;
            }
            let found = text::some(self.db, find::KIND, &communities, &question, most).await?;
            let whole = (found.len() as u64) < most;
            self.take(found.into_iter().map(|one| (one.0.0, one.1)).collect())
                .await?;
            if whole {
                break;
            }
        }
        Ok(())
    }
}

/// Whose number it is.
async fn owners(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    phone: &Phone,
) -> Result<Vec<Key>> {
    let owners = person_phone::Entity::find()
        .select_only()
        .columns([
            person_phone::Column::CommunityId,
            person_phone::Column::PersonId,
        ])
        .filter(person_phone::Column::CommunityId.is_in(scope.communities()))
        .filter(person_phone::Column::NumberIndex.eq(vault.phone_index(phone)))
        .into_tuple();
    Ok(owners.all(db).await?)
}

pub(crate) async fn with_phone(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    phone: &Phone,
) -> Result<Vec<person::Model>> {
    let owners = owners(db, vault, scope, phone).await?;
    by_keys(db, &owners).await
}

async fn with_name(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    text: &str,
) -> Result<Vec<Key>> {
    let named = person::Entity::find()
        .select_only()
        .columns([person::Column::CommunityId, person::Column::Id])
        .filter(person::Column::CommunityId.is_in(scope.communities()))
        .filter(person::Column::NameIndex.eq(vault.name_index(text)))
        .order_by_asc(person::Column::Id)
        .limit(FOUND)
        .into_tuple();
    Ok(named.all(db).await?)
}

async fn at_address(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    text: &str,
) -> Result<Vec<Key>> {
    use residence::Column::{CommunityId, DwellingId, PersonId};
    let dwellings = vault.dwellings_at(text, scope, ADDRESSES);
    let living = residence::Entity::find()
        .select_only()
        .columns([CommunityId, PersonId])
        .filter(at_keys(CommunityId, DwellingId, &dwellings))
        .filter(residence::current())
        .order_by_asc(PersonId)
        .into_tuple();
    Ok(living.all(db).await?)
}

async fn by_keys(db: &impl ConnectionTrait, keys: &[Key]) -> Result<Vec<person::Model>> {
    Ok(person::Entity::find()
        .filter(at_keys(
            person::Column::CommunityId,
            person::Column::Id,
            keys,
        ))
        .filter(person::Column::MergedInto.is_null())
        .order_by_asc(person::Column::Id)
        .all(db)
        .await?)
}
