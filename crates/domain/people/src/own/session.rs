//! The session of a code: a random token in a cookie of its own, its SHA-256 in the table. It reaches the file of one
//! person of the proven number (or of a child whose guardian that person is) and nothing else; it has no role.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_kernel::{Actor, CommunityId, Ctx, LinkActor, Micros, Result};
use youlin_web::{App, Caller, CookiePolicy, Fault};

use super::PURPOSE;

/// How long a file stays open, used or not: long enough to read it, short enough for a telephone left lying.
pub(crate) const LIVES: i64 = 30 * Micros::MINUTE;

pub(crate) fn cookie_name(policy: &CookiePolicy) -> &'static str {
    if policy.secure {
        "__Host-youlin-file"
    } else {
        "youlin-file"
    }
}

/// The `Set-Cookie` value that opens a file, or shuts it (no token).
pub(crate) fn cookie(policy: &CookiePolicy, token: Option<&str>) -> String {
    let secure = if policy.secure { "; Secure" } else { "" };
    let age = token.map_or(0, |_| LIVES / Micros::SECOND);
    format!(
        "{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}",
        cookie_name(policy),
        token.unwrap_or_default()
    )
}

pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A live session.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) token_hash: Vec<u8>,
    pub(crate) number_index: Vec<u8>,
    /// Whose file is open, once that is chosen.
    pub(crate) person: Option<(CommunityId, Uuid)>,
    pub(crate) ends_at: Micros,
    /// The request's context, acting for that person.
    pub(crate) ctx: Ctx,
}

/// The session of a request, if there is one.
#[derive(Clone, Debug)]
pub(crate) struct OwnSession {
    pub(crate) opened: Option<Opened>,
    /// The request as it came.
    pub(crate) ctx: Ctx,
}

impl FromRequestParts<App> for OwnSession {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let Caller(ctx) = Caller::from_request_parts(parts, app).await?;
        let wanted = cookie_name(&app.config().cookies);
        let token = parts
            .headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == wanted && !value.is_empty()).then_some(value));
        let opened = match token {
            Some(token) => find(app, &ctx, hash(token)).await?,
            None => None,
        };
        Ok(Self { opened, ctx })
    }
}

async fn find(app: &App, ctx: &Ctx, token_hash: Vec<u8>) -> Result<Option<Opened>> {
    let mut query = Query::select();
    query
        .columns(["number_index", "person_community", "person_id", "ends_at"].map(name))
        .from(name("own_session"))
        .and_where(col("community_id").eq(CommunityId::SYSTEM.0))
        .and_where(col("token_hash").eq(token_hash.clone()))
        .and_where(col("ends_at").gt(ctx.now().0));
    let Some(row) = app.db().read().query_one(&query).await? else {
        return Ok(None);
    };
    let community: Option<i64> = row.try_get("", "person_community")?;
    let person: Option<Uuid> = row.try_get("", "person_id")?;
    let person = match community.map(CommunityId).zip(person) {
        Some((community, person)) => {
            let db = app.db().read();
            Some((
                community,
                crate::merge::led_to(db, community, person).await?,
            ))
        }
        None => None,
    };
    let ctx = match person {
        Some((community, person)) => acting_for(ctx, community, person),
        None => ctx.clone(),
    };
    Ok(Some(Opened {
        token_hash,
        number_index: row.try_get("", "number_index")?,
        person,
        ends_at: Micros(row.try_get("", "ends_at")?),
        ctx,
    }))
}

/// The context of somebody in an own file: no rights but those of the person.
pub(crate) fn acting_for(ctx: &Ctx, community: CommunityId, person: Uuid) -> Ctx {
    let actor = LinkActor {
        purpose: PURPOSE,
        subject: person,
        community,
        person: Some(person),
    };
    ctx.acting_as(Actor::Link(actor), Arc::from([]))
}
