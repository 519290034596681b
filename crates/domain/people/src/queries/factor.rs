//! An enrolment of a second factor that waits for its code.

use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;
use youlin_kernel::{Problem, Result};

use crate::commands::accounts::SYSTEM;
use crate::entities::account;
use crate::vault::FieldPlace;
use crate::{Enrolment, Vault, totp};

/// What to show for the account's authenticator until a code confirms it.
pub(crate) async fn pending_enrolment(
    db: &impl ConnectionTrait,
    vault: &Vault,
    id: Uuid,
) -> Result<Option<Enrolment>> {
    let row = account::Entity::find_by_id((SYSTEM.0, id)).one(db).await?;
    let Some(row) = row.filter(|row| !row.totp_confirmed) else {
        return Ok(None);
    };
    let Some(sealed) = &row.totp_sealed else {
        return Ok(None);
    };
    let at = FieldPlace::new("account", "totp", SYSTEM.0, id);
    let secret =
        totp_rs::Secret::try_from_base32(vault.open(at, sealed)?).map_err(Problem::internal)?;
    let (address, secret) = totp::enrolment(secret.as_ref(), &row.login)?;
    Ok(Some(Enrolment { address, secret }))
}
