//! Finding people by what the desk has: a number or its end, a name or a piece of it, pinyin or initials, an address.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
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
        let mut rows = match vault.phone("q", text) {
            Ok(phone) => with_phone(db, vault, scope, &phone).await?,
            Err(_not_a_number) => with_name(db, vault, scope, text).await?,
        };
        rows.extend(with_pieces(db, vault, scope, text).await?);
        rows.extend(at_address(db, vault, scope, text).await?);
        let mut seen = BTreeSet::new();
        let rows: Vec<person::Model> = rows
            .into_iter()
            .filter(|row| seen.insert((row.community_id, row.id)))
            .collect();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut cards = Vec::new();
        for chunk in rows.chunks(200) {
            cards.extend(visible_cards(db, vault, scope, chunk.to_vec()).await?);
            if cards.len() >= limit {
                break;
            }
        }
        cards.truncate(limit);
        Ok(cards)
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
) -> Result<Vec<person::Model>> {
    Ok(person::Entity::find()
        .filter(person::Column::CommunityId.is_in(scope.communities()))
        .filter(person::Column::MergedInto.is_null())
        .filter(person::Column::NameIndex.eq(vault.name_index(text)))
        .order_by_asc(person::Column::Id)
        .limit(FOUND)
        .all(db)
        .await?)
}

/// By the text index, which is a second behind: the two above find at once what was just entered.
async fn with_pieces(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    text: &str,
) -> Result<Vec<person::Model>> {
    let Some(question) = find::question(vault, text) else {
        return Ok(Vec::new());
    };
    let communities = scope.communities();
    Ok(person::Entity::find()
        .filter(person::Column::CommunityId.is_in(scope.communities()))
        .filter(person::Column::MergedInto.is_null())
        .filter(text::holds(db, find::KIND, &communities, &question))
        .order_by_asc(person::Column::Id)
        .limit(FOUND)
        .all(db)
        .await?)
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
