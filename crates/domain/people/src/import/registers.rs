//! This module's registers as files somebody gives on a page.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_crypto::mask;
use youlin_database::Database;
use youlin_imports::{Incoming, Plan, Register, Row, Sealer};
use youlin_kernel::{CommunityId, Ctx, Permission, Result};

use super::{accounts, memberships, organisations, persons};
use crate::Vault;
use crate::permissions::{ACCOUNTS_ADMIN, ORGANISATIONS_WRITE, PEOPLE_WRITE};
use crate::vault::FieldPlace;

/// What is kept of a file lies where personal fields lie: sealed by the same keys.
impl Sealer for Vault {
    fn seal(&self, ctx: &Ctx, row: uuid::Uuid, text: &str) -> Result<Vec<u8>> {
        Self::seal(self, ctx, kept(row), text)
    }

    fn open(&self, row: uuid::Uuid, sealed: &[u8]) -> Result<String> {
        Self::open(self, kept(row), sealed)
    }

    fn seal_bytes(&self, ctx: &Ctx, row: uuid::Uuid, bytes: &[u8]) -> Result<Vec<u8>> {
        Self::seal_bytes(self, ctx, kept(row), bytes)
    }

    fn open_bytes(&self, row: uuid::Uuid, sealed: &[u8]) -> Result<Vec<u8>> {
        Self::open_bytes(self, kept(row), sealed)
    }
}

fn kept(row: uuid::Uuid) -> FieldPlace {
    let (table, column) = youlin_imports::SEALED_AS;
    FieldPlace::new(table, column, CommunityId::SYSTEM.0, row)
}

/// Somebody's name is covered here as it is on every page.
fn person(row: &Row) -> String {
    match (mask::name(row.get("name")), row.get("key")) {
        (name, "") => name,
        (name, key) if name.is_empty() => key.to_owned(),
        (name, key) => format!("{name} · {key}"),
    }
}

/// A register of this module: its name, who may, what a row is called, and how a file becomes a plan.
macro_rules! register {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $permission:ident, $called:expr, |$vault:ident, $db:ident, $ctx:ident, $file:ident, $dry_run:ident| $plan:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub Arc<Vault>);

        impl Register for $name {
            fn kind(&self) -> &'static str {
                $kind
            }

            fn permission(&self) -> &'static Permission {
                &$permission
            }

            fn row_called(&self) -> Option<fn(&Row) -> String> {
                Some($called)
            }

            fn plan<'a>(
                &'a self,
                $db: &'a Database,
                $ctx: &'a Ctx,
                $file: &'a Incoming,
                $dry_run: bool,
            ) -> BoxFuture<'a, Result<Plan>> {
                let $vault = &self.0;
                async move { $plan.await }.boxed()
            }
        }
    };
}

register!(
    /// CSV: organisations.
    OrganisationsRegister,
    "organisations",
    ORGANISATIONS_WRITE,
    |row| row.title(&["name", "key"]),
    |vault, db, ctx, file, dry_run| organisations::plan(db, ctx, vault, file, dry_run)
);
register!(
    /// CSV: persons with numbers and dwellings.
    PersonsRegister,
    "persons",
    PEOPLE_WRITE,
    person,
    |vault, db, ctx, file, dry_run| async {
        persons::plan(db, ctx, vault, file, &HashMap::new(), dry_run).await
    }
);
register!(
    /// CSV: who is what where.
    MembershipsRegister,
    "memberships",
    PEOPLE_WRITE,
    |row| row.title(&["person_key", "organisation_key"]),
    |vault, db, ctx, file, dry_run| memberships::plan(db, ctx, vault, file, dry_run)
);
register!(
    /// CSV: accounts and grants. Nobody knows a password yet: an administrator resets one for each new account.
    AccountsRegister,
    "accounts",
    ACCOUNTS_ADMIN,
    |row| row.title(&["login"]),
    |vault, db, ctx, file, dry_run| {
        let _no_need = vault;
        accounts::plan(db, ctx, file, &|_login| None, true, dry_run)
    }
);
