//! Notes in the audit log that somebody signed in. Failures are not noted: nobody fills the log from outside.

use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Problem, Result};

use super::accounts::SYSTEM;

/// See the module's text; the context is the account's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoteSignIn;

impl Command for NoteSignIn {
    type Output = ();
    const NAME: &'static str = "people.sign-in";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let account = ctx.actor().id().ok_or_else(Problem::forbidden)?;
        tx.audit(
            ctx,
            SYSTEM,
            AuditEntry::new("people.sign-in", "account", account),
        );
        Ok(())
    }
}
