//! Between a person's row and what it says.

use sea_orm::ConnectionTrait;
use youlin_crypto::IdentityNumber;
use youlin_kernel::{Ctx, Result};

use super::said::Said;
use crate::Vault;
use crate::entities::person;
use crate::facts::Facts;
use crate::vault::{FieldPlace, surname};

/// What a row says, in the clear.
pub(crate) fn opened(vault: &Vault, row: &person::Model) -> Result<Said> {
    let sealed = |column, bytes: Option<&[u8]>| {
        let at = FieldPlace::new("person", column, row.community_id, row.id);
        bytes.map(|bytes| vault.open(at, bytes)).transpose()
    };
    Ok(Said {
        name: sealed("name", Some(&row.name_sealed))?.unwrap_or_default(),
        sex: row.sex.clone(),
        birth: sealed("birth", row.birth_sealed.as_deref())?,
        birth_year: row.birth_year,
        language: row.language.clone(),
        note: sealed("note", row.note_sealed.as_deref())?,
        identity: sealed("identity", row.identity_sealed.as_deref())?,
        seen_at: row.seen_at,
        facts: Facts::read(row.facts.as_deref()),
    })
}

/// The row saying that; what is said as before keeps its bytes.
pub(super) fn filled(
    ctx: &Ctx,
    vault: &Vault,
    mut row: person::Model,
    was: &Said,
    said: &Said,
) -> Result<person::Model> {
    let (community, id) = (row.community_id, row.id);
    let seal = |column, text: Option<&String>| {
        let at = FieldPlace::new("person", column, community, id);
        text.map(|text| vault.seal(ctx, at, text)).transpose()
    };
    if was.name != said.name {
        row.name_sealed = seal("name", Some(&said.name))?.unwrap_or_default();
        row.name_index = vault.name_index(&said.name);
        row.surname_index = vault.surname_index(&surname(&said.name));
    }
    if was.birth != said.birth {
        row.birth_sealed = seal("birth", said.birth.as_ref())?;
    }
    if was.note != said.note {
        row.note_sealed = seal("note", said.note.as_ref())?;
    }
    if was.identity != said.identity {
        row.identity_sealed = seal("identity", said.identity.as_ref())?;
        let number = said.identity.as_deref();
        let number = number.and_then(|text| IdentityNumber::parse(text).ok());
        row.identity_index = number.map(|number| vault.identity_index(&number));
    }
    row.sex.clone_from(&said.sex);
    row.birth_year = said.birth_year;
    row.language.clone_from(&said.language);
    row.seen_at = said.seen_at;
    row.facts = said.facts.stored();
    row.updated_at = ctx.now().0;
    Ok(row)
}

/// Sealed for the journal.
pub(super) fn sealed(ctx: &Ctx, vault: &Vault, at: FieldPlace, said: &Said) -> Result<Vec<u8>> {
    let text = serde_json::to_string(said).map_err(youlin_kernel::Problem::internal)?;
    vault.seal(ctx, at, &text)
}

/// As [`sealed`] left it.
pub(super) fn read(vault: &Vault, at: FieldPlace, bytes: &[u8]) -> Result<Said> {
    serde_json::from_str(&vault.open(at, bytes)?).map_err(youlin_kernel::Problem::internal)
}

/// A present row of that person, by id.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    community: i64,
    id: uuid::Uuid,
) -> Result<Option<person::Model>> {
    use sea_orm::EntityTrait;
    Ok(person::Entity::find_by_id((community, id)).one(db).await?)
}

/// What an entry says now, in the clear: for tests and for those who compare before they write.
///
/// # Errors
/// 404 when there is no such entry.
pub async fn row_said(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: youlin_kernel::CommunityId,
    id: uuid::Uuid,
) -> Result<Said> {
    let row = find(db, community.0, id).await?;
    opened(vault, &row.ok_or_else(youlin_kernel::Problem::not_found)?)
}
