//! The code itself. It is derived from the row's id and salt with a key of the installation and never stored: whoever
//! reads the database learns no code.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use uuid::Uuid;
use youlin_crypto::PhoneKind;
use youlin_database::sql::{col, name};
use youlin_kernel::{CommunityId, Micros, Result};

use crate::Vault;
use crate::vault::FieldPlace;

/// How long a code is good.
pub(crate) const LIVES: i64 = 10 * Micros::MINUTE;
/// Wrong ones until it is over.
pub(crate) const TRIES: i32 = 5;
/// Codes for one number in an hour and in a day. With [`TRIES`] a stranger guesses at most fifty times a day.
pub(crate) const PER_HOUR: u64 = 4;
pub(crate) const PER_DAY: u64 = 10;

/// Six digits for a row.
pub(crate) fn code_of(vault: &Vault, id: Uuid, salt: &[u8]) -> String {
    let hash = vault
        .index()
        .blind("own-file code", &format!("{id}:{}", hex::encode(salt)));
    let number = hash[..8]
        .iter()
        .fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}

/// The digits of what was typed: spaces and full-width figures are no mistake.
pub(crate) fn digits(typed: &str) -> String {
    typed
        .chars()
        .filter_map(|c| match c {
            '0'..='9' => Some(c),
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
            _ => None,
        })
        .take(12)
        .collect()
}

/// A stored code, without the code.
pub(crate) struct CodeRow {
    pub(crate) number_index: Vec<u8>,
    number_sealed: Vec<u8>,
    pub(crate) salt: Vec<u8>,
    pub(crate) person: Option<(CommunityId, Uuid)>,
    pub(crate) tries: i32,
    pub(crate) ends_at: Micros,
}

impl CodeRow {
    pub(crate) fn number(&self, vault: &Vault, id: Uuid) -> Result<String> {
        vault.open(number_place(id), &self.number_sealed)
    }
}

pub(crate) fn number_place(id: Uuid) -> FieldPlace {
    FieldPlace::new("own_code", "number", CommunityId::SYSTEM.0, id)
}

pub(crate) async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<CodeRow>> {
    let mut query = Query::select();
    query
        .columns(
            [
                "number_index",
                "number_sealed",
                "salt",
                "person_community",
                "person_id",
                "tries",
                "ends_at",
            ]
            .map(name),
        )
        .from(name("own_code"))
        .and_where(col("community_id").eq(CommunityId::SYSTEM.0))
        .and_where(col("id").eq(id));
    let Some(row) = db.query_one(&query).await? else {
        return Ok(None);
    };
    let community: Option<i64> = row.try_get("", "person_community")?;
    let person: Option<Uuid> = row.try_get("", "person_id")?;
    Ok(Some(CodeRow {
        number_index: row.try_get("", "number_index")?,
        number_sealed: row.try_get("", "number_sealed")?,
        salt: row.try_get("", "salt")?,
        person: community.map(CommunityId).zip(person),
        tries: row.try_get("", "tries")?,
        ends_at: Micros(row.try_get("", "ends_at")?),
    }))
}

/// Where a code goes, and the code.
#[derive(Clone)]
pub struct CodeToSend {
    pub number: String,
    pub code: String,
}

impl std::fmt::Debug for CodeToSend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeToSend(…)")
    }
}

/// What to send for an event [`crate::own::CODE_ASKED`]; `None` when the number stands in no file, cannot take an SMS, or
/// the code is over. A number that is being added to a file is written to although it stands nowhere yet.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn code_to_send(
    db: &impl ConnectionTrait,
    vault: &Vault,
    now: Micros,
    id: Uuid,
) -> Result<Option<CodeToSend>> {
    let Some(row) = find(db, id).await?.filter(|row| row.ends_at > now) else {
        return Ok(None);
    };
    let number = row.number(vault, id)?;
    let mobile = vault
        .phone("phone", &number)
        .is_ok_and(|phone| phone.kind() == PhoneKind::Mobile);
    let meant = row.person.is_some() || stands_somewhere(db, &row.number_index).await?;
    Ok((mobile && meant).then(|| CodeToSend {
        code: code_of(vault, id, &row.salt),
        number,
    }))
}

async fn stands_somewhere(db: &impl ConnectionTrait, number_index: &[u8]) -> Result<bool> {
    let mut query = Query::select();
    query
        .column(name("id"))
        .from(name("person_phone"))
        .and_where(col("number_index").eq(number_index.to_vec()))
        .limit(1);
    Ok(db.query_one(&query).await?.is_some())
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn figures_are_read_as_people_type_them() {
        assert_eq!(digits(" 12 34 56"), "123456");
        assert_eq!(digits("１２３４５６。"), "123456");
        assert_eq!(digits("abc"), "");
        assert_eq!(digits(&"9".repeat(100)).len(), 12);
    }
}
