//! Change a password: one's own, or (as administrator) to a one-time password that must be changed at the next sign-in.

use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Result};

use super::accounts::{SYSTEM, own_or_admin};
use crate::entities::account;
use crate::password::PasswordHash;

/// See the module's text. Whether the old password is known is checked before (hashing has no place in a transaction);
/// the caller ends the account's sessions afterwards.
#[derive(Clone, Debug)]
pub struct SetPassword {
    pub account: Uuid,
    pub password: PasswordHash,
    pub must_change: bool,
}

impl Command for SetPassword {
    type Output = ();
    const NAME: &'static str = "people.set-password";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own_or_admin(ctx, tx, self.account).await?;
        tx.update::<account::Entity>(account::Model {
            password_hash: self.password.as_str().to_owned(),
            password_at: ctx.now().0,
            must_change: self.must_change,
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            SYSTEM,
            AuditEntry::new("people.set-password", "account", self.account),
        );
        Ok(())
    }
}
