//! The same request sent twice has one effect: the answer of the first is kept with a hash of its body.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use crate::sql::{col, name};
use crate::{Command, Tx};

/// How long an answer is kept.
const KEPT: i64 = 7 * Micros::DAY;

/// The client's key and what it stands for.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    pub community: CommunityId,
    /// As the client sent it, at most 200 characters.
    pub key: String,
    /// SHA-256 of the request's meaning (route and body).
    pub body: [u8; 32],
}

impl IdempotencyKey {
    /// # Errors
    /// 422 for a key that is empty or longer than 200 characters.
    pub fn new(
        community: CommunityId,
        key: &str,
        route: &str,
        body: &impl Serialize,
    ) -> Result<Self> {
        let key = key.trim();
        if key.is_empty() || key.chars().count() > 200 {
            return Err(Problem::invalid("Idempotency-Key", "idempotency-key"));
        }
        let mut hash = Sha256::new();
        hash.update(route.as_bytes());
        hash.update([0]);
        hash.update(serde_json::to_vec(body).unwrap_or_default());
        Ok(Self {
            community,
            key: key.to_owned(),
            body: hash.finalize().into(),
        })
    }

    /// Who asks is part of the key: nobody reads another's answer by guessing it.
    fn stored(&self, ctx: &Ctx) -> String {
        let actor = ctx
            .actor()
            .id()
            .map(|id| id.simple().to_string())
            .unwrap_or_default();
        format!("{}:{actor}:{}", ctx.actor().kind(), self.key)
    }
}

/// A command whose answer is kept under a key.
pub(crate) struct Once<C> {
    pub(crate) key: IdempotencyKey,
    pub(crate) command: C,
}

impl<C> Command for Once<C>
where
    C: Command,
    C::Output: Serialize + DeserializeOwned + Sync,
{
    type Output = C::Output;
    const NAME: &'static str = C::NAME;

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<C::Output> {
        let stored = self.key.stored(ctx);
        let mut find = Query::select();
        find.columns([name("body_hash"), name("answer")])
            .from(name("idempotency"))
            .and_where(col("community_id").eq(self.key.community.0))
            .and_where(col("key").eq(stored.clone()));
        if let Some(row) = tx.conn().query_one(&find).await? {
            let body: Vec<u8> = row.try_get("", "body_hash")?;
            let answer: String = row.try_get("", "answer")?;
            if body != self.key.body {
                return Err(Problem::new(ProblemKind::Invalid, "idempotency-reused"));
            }
            return serde_json::from_str(&answer).map_err(Problem::internal);
        }
        let output = self.command.run(ctx, tx).await?;
        let answer = serde_json::to_string(&output).map_err(Problem::internal)?;
        let mut insert = Query::insert();
        insert
            .into_table(name("idempotency"))
            .columns([
                name("community_id"),
                name("key"),
                name("body_hash"),
                name("answer"),
                name("created_at"),
            ])
            .values_panic([
                self.key.community.0.into(),
                stored.into(),
                self.key.body.to_vec().into(),
                answer.into(),
                ctx.now().0.into(),
            ]);
        tx.conn().execute(&insert).await?;
        Ok(output)
    }
}

/// Forgets answers older than a week: housekeeping.
#[derive(Debug)]
pub struct PruneIdempotency;

impl Command for PruneIdempotency {
    type Output = u64;
    const NAME: &'static str = "idempotency.prune";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<u64> {
        let mut delete = Query::delete();
        delete
            .from_table(name("idempotency"))
            .and_where(col("created_at").lt(ctx.now().plus(-KEPT).0));
        Ok(tx.conn().execute(&delete).await?.rows_affected())
    }
}
