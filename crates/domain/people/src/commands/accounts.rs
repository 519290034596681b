//! Make an account, rename it, close it, open it again.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Grant, Problem, ProblemKind, Result};

use super::set_grants;
use crate::entities::{account, account_grant};
use crate::events::{self, event};
use crate::fields::{Faults, clean, required};
use crate::password::PasswordHash;
use crate::permissions::ACCOUNTS_ADMIN;

/// Accounts belong to no community.
pub(crate) const SYSTEM: CommunityId = CommunityId::SYSTEM;

/// See the module's text. Answers the account's id.
#[derive(Clone, Debug)]
pub struct CreateAccount {
    /// 2 to 40 of: letters, digits, `-`, `_`, `.`; upper and lower case are the same.
    pub login: String,
    pub password: PasswordHash,
    /// Shown to colleagues and in histories.
    pub display_name: String,
    /// The person behind it, with the community that person is filed under.
    pub person: Option<(CommunityId, Uuid)>,
    pub grants: Vec<Grant>,
    /// The password was set by somebody else and is to be changed at the first sign-in.
    pub must_change: bool,
}

impl Command for CreateAccount {
    type Output = Uuid;
    const NAME: &'static str = "people.create-account";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        set_grants::authorize(ctx, &self.grants)?;
        let mut faults = Faults::default();
        let login = faults.take(login(&self.login));
        let display_name = faults.take(required("display_name", &self.display_name, 60));
        faults.done()?;
        let taken = account::Entity::find()
            .filter(account::Column::CommunityId.eq(SYSTEM.0))
            .filter(account::Column::Login.eq(login.as_str()))
            .one(tx.conn())
            .await?;
        if taken.is_some() {
            return Err(Problem::invalid("login", "login-taken"));
        }
        let now = ctx.now().0;
        let row = tx
            .insert::<account::Entity>(account::Model {
                community_id: SYSTEM.0,
                id: ctx.new_id(),
                version: 1,
                login,
                display_name,
                person_community: self.person.map(|(community, _)| community.0),
                person_id: self.person.map(|(_, id)| id),
                password_hash: self.password.as_str().to_owned(),
                must_change: self.must_change,
                totp_sealed: None,
                totp_confirmed: false,
                totp_step: 0,
                recovery_hashes: "[]".to_owned(),
                created_at: now,
                password_at: now,
                closed_at: None,
            })
            .await?;
        set_grants::replace(ctx, tx, row.id, &self.grants).await?;
        tx.audit(
            ctx,
            SYSTEM,
            AuditEntry::new("people.create-account", "account", row.id)
                .detail(json!({ "login": row.login, "grants": self.grants })),
        );
        tx.emit(ctx, event(events::ACCOUNT_CHANGED, SYSTEM, row.id));
        Ok(row.id)
    }
}

/// Close an account (it can no longer sign in; what it did stays on record), or open it again.
#[derive(Clone, Debug)]
pub struct CloseAccount {
    pub account: Uuid,
    pub closed: bool,
}

impl Command for CloseAccount {
    type Output = ();
    const NAME: &'static str = "people.close-account";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = account_for_admin(ctx, tx, self.account).await?;
        if ctx.actor().id() == Some(self.account) {
            return Err(Problem::new(ProblemKind::Conflict, "own-account"));
        }
        if row.closed_at.is_some() == self.closed {
            return Ok(());
        }
        let closed_at = self.closed.then(|| ctx.now().0);
        tx.update::<account::Entity>(account::Model { closed_at, ..row })
            .await?;
        tx.audit(
            ctx,
            SYSTEM,
            AuditEntry::new("people.close-account", "account", self.account)
                .detail(json!({ "closed": self.closed })),
        );
        tx.emit(ctx, event(events::ACCOUNT_CHANGED, SYSTEM, self.account));
        Ok(())
    }
}

pub(crate) async fn load(tx: &Tx<'_>, id: Uuid) -> Result<account::Model> {
    account::Entity::find_by_id((SYSTEM.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
}

/// The account, for an administrator of every area it has rights in: nobody takes over a wider account than their own.
pub(crate) async fn account_for_admin(ctx: &Ctx, tx: &Tx<'_>, id: Uuid) -> Result<account::Model> {
    let row = load(tx, id).await?;
    let grants = account_grant::Entity::find()
        .filter(account_grant::Column::CommunityId.eq(SYSTEM.0))
        .filter(account_grant::Column::AccountId.eq(id))
        .all(tx.conn())
        .await?;
    set_grants::authorize(ctx, &crate::accounts::grants_of(&grants))?;
    Ok(row)
}

/// The account, for its owner or such an administrator.
pub(crate) async fn own_or_admin(ctx: &Ctx, tx: &Tx<'_>, id: Uuid) -> Result<account::Model> {
    if ctx.is_signed_in() && ctx.actor().id() == Some(id) {
        load(tx, id).await
    } else if ctx.may(&ACCOUNTS_ADMIN) {
        account_for_admin(ctx, tx, id).await
    } else {
        Err(Problem::not_found())
    }
}

/// A login name as it is kept: lower case.
pub(crate) fn login(text: &str) -> Result<String> {
    let login = clean(text).to_lowercase();
    let length = login.chars().count();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if login.is_empty() {
        return Err(Problem::invalid("login", "required"));
    }
    if !(2..=40).contains(&length) || !login.chars().all(fits) {
        return Err(Problem::invalid("login", "login-shape"));
    }
    Ok(login)
}
