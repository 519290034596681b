//! Sessions: a random token in a cookie, its SHA-256 in the table, rotated at sign-in, ended by idleness, age or the
//! person. What a session stands for is remembered for a few seconds so that a request costs no query.

use std::collections::HashMap;
use std::sync::RwLock;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{Command, Database, Migration, Tx};
use youlin_kernel::{Ctx, Micros, Result};

use crate::SignedIn;

/// Sessions belong to no community and are never distributed.
pub const SESSION_MIGRATIONS: &[Migration] = &[
    Migration {
        module: "web",
        version: 1,
        name: "sessions",
        sql: r"
CREATE TABLE session (
    token_hash {bytes} NOT NULL PRIMARY KEY,
    account_id {uuid} NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    second_factor BOOLEAN NOT NULL
);
CREATE INDEX session_account ON session (account_id);
",
    },
    Migration {
        module: "web",
        version: 2,
        name: "sessions-ended-by-their-owner",
        sql: r"
ALTER TABLE session ADD COLUMN revoked_at BIGINT;
",
    },
];

/// How session cookies are made and how long they live.
#[derive(Clone, Debug)]
pub struct CookiePolicy {
    /// `Secure` and the `__Host-` prefix; off only on plain http (loopback).
    pub secure: bool,
    /// Unused for this long: over. Microseconds.
    pub idle: i64,
    /// This old: over, used or not. Microseconds.
    pub absolute: i64,
}

impl CookiePolicy {
    #[must_use]
    pub fn cookie_name(&self) -> &'static str {
        if self.secure {
            "__Host-youlin"
        } else {
            "youlin"
        }
    }
}

/// The secret in the cookie. Never logged, never stored.
#[derive(Clone)]
pub struct SessionToken(String);

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

impl SessionToken {
    fn new(ctx: &Ctx) -> Self {
        let mut bytes = [0u8; 32];
        ctx.random(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    #[must_use]
    pub fn from_cookie(text: &str) -> Self {
        Self(text.to_owned())
    }

    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

/// The `Set-Cookie` value that starts a session.
#[must_use]
pub fn session_cookie(policy: &CookiePolicy, token: &SessionToken) -> String {
    let secure = if policy.secure { "; Secure" } else { "" };
    let age = policy.absolute / Micros::SECOND;
    format!(
        "{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}",
        policy.cookie_name(),
        token.0
    )
}

/// The `Set-Cookie` value that ends one.
#[must_use]
pub fn end_cookie(policy: &CookiePolicy) -> String {
    let secure = if policy.secure { "; Secure" } else { "" };
    format!(
        "{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}",
        policy.cookie_name()
    )
}

/// Starts a session (a new token at each sign-in and after the second factor) and ends the one before.
#[derive(Debug)]
pub struct StartSession {
    pub account: Uuid,
    pub second_factor: bool,
    pub policy: CookiePolicy,
    /// The session this one replaces.
    pub replaces: Option<SessionToken>,
}

impl Command for StartSession {
    type Output = SessionToken;
    const NAME: &'static str = "web.start-session";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<SessionToken> {
        if let Some(old) = &self.replaces {
            remove(tx, old.hash()).await?;
        }
        let token = SessionToken::new(ctx);
        let now = ctx.now();
        let mut insert = Query::insert();
        insert
            .into_table(name("session"))
            .columns(
                [
                    "token_hash",
                    "account_id",
                    "created_at",
                    "seen_at",
                    "ends_at",
                    "second_factor",
                ]
                .map(name),
            )
            .values_panic([
                token.hash().to_vec().into(),
                self.account.into(),
                now.0.into(),
                now.0.into(),
                now.plus(self.policy.absolute).0.into(),
                self.second_factor.into(),
            ]);
        tx.conn().execute(&insert).await?;
        Ok(token)
    }
}

/// Ends one session, or all sessions of an account (after a change of password).
#[derive(Debug)]
pub enum EndSession {
    One(SessionToken),
    /// Their rows stay until they would have been too old: a device that comes back with one is told that it was ended, and
    /// not merely that it is over, so that it shows nothing any more of what it keeps.
    AllOf(Uuid),
    /// Housekeeping: those that are over anyway.
    Expired {
        idle: i64,
    },
}

impl Command for EndSession {
    type Output = ();
    const NAME: &'static str = "web.end-session";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let now = ctx.now();
        match self {
            Self::One(token) => remove(tx, token.hash()).await,
            Self::AllOf(account) => {
                let mut update = Query::update();
                update
                    .table(name("session"))
                    .value(name("revoked_at"), now.0)
                    .and_where(col("account_id").eq(*account))
                    .and_where(col("revoked_at").is_null());
                tx.conn().execute(&update).await?;
                Ok(())
            }
            Self::Expired { idle } => {
                let unused = col("seen_at").lt(now.plus(-*idle).0);
                let mut delete = Query::delete();
                delete.from_table(name("session")).and_where(
                    col("ends_at")
                        .lt(now.0)
                        .or(unused.and(col("revoked_at").is_null())),
                );
                tx.conn().execute(&delete).await?;
                Ok(())
            }
        }
    }
}

async fn remove(tx: &Tx<'_>, hash: [u8; 32]) -> Result<()> {
    let mut delete = Query::delete();
    delete
        .from_table(name("session"))
        .and_where(col("token_hash").eq(hash.to_vec()));
    tx.conn().execute(&delete).await?;
    Ok(())
}

struct Seen {
    hash: [u8; 32],
}

impl Command for Seen {
    type Output = ();
    const NAME: &'static str = "web.session-seen";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let mut update = Query::update();
        update
            .table(name("session"))
            .value(name("seen_at"), ctx.now().0)
            .and_where(col("token_hash").eq(self.hash.to_vec()));
        tx.conn().execute(&update).await?;
        Ok(())
    }
}

/// A live session as its row says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionRow {
    pub(crate) account: Uuid,
    pub(crate) second_factor: bool,
}

/// What a token stands for.
#[derive(Clone, Debug)]
pub(crate) enum Standing<T> {
    Live(T),
    /// Ended by whoever it belongs to, or by whoever looks after accounts.
    Revoked,
    /// Over by time, signed out, or never was.
    Nothing,
}

impl<T> Standing<T> {
    pub(crate) fn live(self) -> Option<T> {
        match self {
            Self::Live(known) => Some(known),
            Self::Revoked | Self::Nothing => None,
        }
    }
}

impl<T> From<Option<T>> for Standing<T> {
    fn from(known: Option<T>) -> Self {
        known.map_or(Self::Nothing, Self::Live)
    }
}

/// Finds a session that is neither idle too long nor too old, and notes now and then that it was seen.
pub(crate) async fn find(
    db: &Database,
    ctx: &Ctx,
    policy: &CookiePolicy,
    hash: [u8; 32],
) -> Result<Standing<SessionRow>> {
    let mut query = Query::select();
    query
        .columns(
            [
                "account_id",
                "seen_at",
                "ends_at",
                "second_factor",
                "revoked_at",
            ]
            .map(name),
        )
        .from(name("session"))
        .and_where(col("token_hash").eq(hash.to_vec()));
    let Some(row) = db.read().query_one(&query).await? else {
        return Ok(Standing::Nothing);
    };
    if row.try_get::<Option<i64>>("", "revoked_at")?.is_some() {
        return Ok(Standing::Revoked);
    }
    let (seen_at, ends_at): (i64, i64) = (row.try_get("", "seen_at")?, row.try_get("", "ends_at")?);
    let now = ctx.now().0;
    if now >= ends_at || now - seen_at >= policy.idle {
        return Ok(Standing::Nothing);
    }
    if now - seen_at > 5 * Micros::MINUTE {
        db.execute(ctx, Seen { hash }).await?;
    }
    Ok(Standing::Live(SessionRow {
        account: row.try_get("", "account_id")?,
        second_factor: row.try_get("", "second_factor")?,
    }))
}

/// Remembers sessions and keys for a few seconds.
#[derive(Default)]
pub(crate) struct SessionCache(RwLock<HashMap<[u8; 32], Remembered>>);

/// When it was looked up, and what it stood for.
type Remembered = (Instant, Standing<SignedIn>);

const REMEMBERED: Duration = Duration::from_secs(5);
const MOST: usize = 20_000;

impl SessionCache {
    pub(crate) fn get(&self, hash: &[u8; 32]) -> Option<Standing<SignedIn>> {
        let map = self.0.read().ok()?;
        map.get(hash)
            .filter(|(at, _)| at.elapsed() < REMEMBERED)
            .map(|(_, who)| who.clone())
    }

    pub(crate) fn put(&self, hash: [u8; 32], who: Standing<SignedIn>) {
        if let Ok(mut map) = self.0.write() {
            if map.len() >= MOST {
                map.retain(|_, (at, _)| at.elapsed() < REMEMBERED);
            }
            if map.len() < MOST {
                map.insert(hash, (Instant::now(), who));
            }
        }
    }

    pub(crate) fn clear(&self) {
        if let Ok(mut map) = self.0.write() {
            map.clear();
        }
    }
}
