//! The secret part of a phone's address: made and ended by its owner, shown once, kept as a keyed hash. The hash is fast: the
//! secret is 256 random bits, so there is nothing to guess, and a submission must not cost a password's work.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};
use youlin_people::{Vault, password_set_at};
use youlin_rounds::permissions::ROUNDS_WALK;

use crate::entities::openrosa_token;

/// Accounts are filed here, and what belongs to them.
const SYSTEM: CommunityId = CommunityId::SYSTEM;
/// Phones of one account at a time.
const MOST: usize = 20;
const NAME: usize = 40;

/// The keyed hash of a secret.
pub(crate) fn hash(vault: &Vault, secret: &str) -> [u8; 16] {
    vault.index().blind("openrosa token", secret)
}

/// A new address: its secret is shown once and cannot be shown again.
#[derive(Clone)]
pub struct NewToken {
    pub id: Uuid,
    pub secret: String,
}

impl std::fmt::Debug for NewToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewToken")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Makes an address for one of the caller's own phones.
#[derive(Clone, Debug)]
pub struct MakeToken {
    pub vault: Arc<Vault>,
    /// What the owner calls the phone.
    pub name: String,
}

impl Command for MakeToken {
    type Output = NewToken;
    const NAME: &'static str = "openrosa.make-token";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<NewToken> {
        ctx.scope(&ROUNDS_WALK)?;
        let account = own_account(ctx)?;
        let name = cleaned(&self.name)?;
        let since = password_set_at(tx.conn(), account).await?;
        let held = openrosa_token::Entity::find()
            .filter(openrosa_token::Column::CommunityId.eq(SYSTEM.0))
            .filter(openrosa_token::Column::AccountId.eq(account))
            .filter(openrosa_token::Column::RevokedAt.is_null())
            .filter(openrosa_token::Column::CreatedAt.gte(since.map_or(i64::MIN, |at| at.0)))
            .all(tx.conn())
            .await?;
        if held.len() >= MOST {
            return Err(Problem::invalid("name", "openrosa-phones").field_arg("max", MOST));
        }
        let mut bytes = [0; 32];
        ctx.random(&mut bytes);
        let secret = URL_SAFE_NO_PAD.encode(bytes);
        let id = ctx.new_id();
        tx.insert::<openrosa_token::Entity>(openrosa_token::Model {
            community_id: SYSTEM.0,
            id,
            version: 1,
            account_id: account,
            name,
            hash: hash(&self.vault, &secret).to_vec(),
            language: ctx.locale().tag().to_owned(),
            created_at: ctx.now().0,
            revoked_at: None,
        })
        .await?;
        let entry = AuditEntry::new(Self::NAME, "openrosa_token", id);
        tx.audit(ctx, SYSTEM, entry);
        Ok(NewToken { id, secret })
    }
}

/// A name of 1 to 40 characters, on one line.
fn cleaned(name: &str) -> Result<String> {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim();
    if name.is_empty() {
        return Err(Problem::invalid("name", "required"));
    }
    if name.chars().count() > NAME {
        return Err(Problem::invalid("name", "too-long").field_arg("max", NAME));
    }
    Ok(name.to_owned())
}

fn own_account(ctx: &Ctx) -> Result<Uuid> {
    match ctx.actor() {
        youlin_kernel::Actor::Account(account) => Ok(account.id),
        _ => Err(Problem::forbidden()),
    }
}

/// Ends an address of the caller's own for good. What waits on the phone stays there.
#[derive(Clone, Debug)]
pub struct RevokeToken {
    pub id: Uuid,
}

impl Command for RevokeToken {
    type Output = ();
    const NAME: &'static str = "openrosa.revoke-token";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let account = own_account(ctx)?;
        let row = openrosa_token::Entity::find_by_id((SYSTEM.0, self.id))
            .one(tx.conn())
            .await?
            .filter(|row| row.account_id == account)
            .ok_or_else(Problem::not_found)?;
        if row.revoked_at.is_some() {
            return Ok(());
        }
        let revoked_at = Some(ctx.now().0);
        tx.update::<openrosa_token::Entity>(openrosa_token::Model { revoked_at, ..row })
            .await?;
        let entry = AuditEntry::new(Self::NAME, "openrosa_token", self.id)
            .detail(json!({ "account": account }));
        tx.audit(ctx, SYSTEM, entry);
        Ok(())
    }
}

/// Notes that an address was used. No record: it changes all the time and says nothing of anybody's work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoteUse {
    pub(crate) token: Uuid,
}

impl Command for NoteUse {
    type Output = ();
    const NAME: &'static str = "openrosa.note-use";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let mut update = Query::update();
        update
            .table(name("openrosa_use"))
            .value(name("used_at"), ctx.now().0)
            .and_where(col("community_id").eq(SYSTEM.0))
            .and_where(col("token_id").eq(self.token));
        if tx.conn().execute(&update).await?.rows_affected() > 0 {
            return Ok(());
        }
        let mut insert = Query::insert();
        insert
            .into_table(name("openrosa_use"))
            .columns(["community_id", "token_id", "used_at"].map(name))
            .values_panic([SYSTEM.0.into(), self.token.into(), ctx.now().0.into()]);
        tx.conn().execute(&insert).await?;
        Ok(())
    }
}

/// An address as its owner sees it.
#[derive(Clone, Debug)]
pub(crate) struct TokenView {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) created_at: Micros,
    pub(crate) revoked_at: Option<Micros>,
    pub(crate) used_at: Option<Micros>,
}

/// The caller's own addresses, the newest first; ended ones last.
pub(crate) async fn own_tokens(db: &impl ConnectionTrait, ctx: &Ctx) -> Result<Vec<TokenView>> {
    let account = own_account(ctx)?;
    let since = password_set_at(db, account).await?;
    let rows = openrosa_token::Entity::find()
        .filter(openrosa_token::Column::CommunityId.eq(SYSTEM.0))
        .filter(openrosa_token::Column::AccountId.eq(account))
        .order_by_desc(openrosa_token::Column::Id)
        .all(db)
        .await?;
    let mut used = Query::select();
    used.columns(["token_id", "used_at"].map(name))
        .from(name("openrosa_use"))
        .and_where(col("community_id").eq(SYSTEM.0))
        .and_where(col("token_id").is_in(rows.iter().map(|row| row.id)));
    let mut last: HashMap<Uuid, i64> = HashMap::new();
    for row in db.query_all(&used).await? {
        last.insert(row.try_get("", "token_id")?, row.try_get("", "used_at")?);
    }
    let mut all: Vec<TokenView> = rows
        .into_iter()
        .map(|row| TokenView {
            used_at: last.get(&row.id).copied().map(Micros),
            revoked_at: ended_at(&row, since),
            created_at: Micros(row.created_at),
            id: row.id,
            name: row.name,
        })
        .collect();
    all.sort_by_key(|one| one.revoked_at.is_some());
    Ok(all)
}

/// Since when an address is of no use: its owner ended it, or has set another password since it was made.
fn ended_at(row: &openrosa_token::Model, password_set: Option<Micros>) -> Option<Micros> {
    let by_password = password_set.filter(|at| row.created_at < at.0);
    row.revoked_at.map(Micros).or(by_password)
}

/// Whether an address still opens something.
pub(crate) async fn is_ended(
    db: &impl ConnectionTrait,
    row: &openrosa_token::Model,
) -> Result<bool> {
    let since = password_set_at(db, row.account_id).await?;
    Ok(ended_at(row, since).is_some())
}

/// The address a hash belongs to, also an ended one.
pub(crate) async fn by_hash(
    db: &impl ConnectionTrait,
    hash: [u8; 16],
) -> Result<Option<openrosa_token::Model>> {
    Ok(openrosa_token::Entity::find()
        .filter(openrosa_token::Column::CommunityId.eq(SYSTEM.0))
        .filter(openrosa_token::Column::Hash.eq(hash.to_vec()))
        .one(db)
        .await?)
}
