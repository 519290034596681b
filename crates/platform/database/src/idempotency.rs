//! The same request sent twice has one effect: the answer of the first is kept with a hash of its body.

use std::collections::HashMap;

use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{Condition, ConnectionTrait, DatabaseTransaction};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use crate::sql::{col, insert_many, name};
use crate::{Command, Tx};

/// Keys in one statement.
const AT_ONCE: usize = 128;

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

    /// Where the answer lies. Who asks is part of the key: nobody reads another's answer by guessing it.
    pub(crate) fn stored(&self, ctx: &Ctx) -> (i64, String) {
        let actor = ctx
            .actor()
            .id()
            .map(|id| id.simple().to_string())
            .unwrap_or_default();
        let key = format!("{}:{actor}:{}", ctx.actor().kind(), self.key);
        (self.community.0, key)
    }
}

/// A command whose answer is kept under a key.
pub(crate) struct Once<C> {
    /// See [`IdempotencyKey::stored`].
    pub(crate) stored: (i64, String),
    pub(crate) body: [u8; 32],
    pub(crate) command: C,
}

impl<C> Command for Once<C>
where
    C: Command,
    C::Output: Serialize + DeserializeOwned + Sync,
{
    type Output = C::Output;
    const NAME: &'static str = C::NAME;

    fn blind(&self) -> bool {
        self.command.blind()
    }

    fn make_ready(&self, ctx: &Ctx) {
        self.command.make_ready(ctx);
    }

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<C::Output> {
        if let Some(answer) = tx.answer(&self.stored).await? {
            if answer.body != self.body {
                return Err(Problem::new(ProblemKind::Invalid, "idempotency-reused"));
            }
            return serde_json::from_str(&answer.text).map_err(Problem::internal);
        }
        let output = self.command.run(ctx, tx).await?;
        let text = serde_json::to_string(&output).map_err(Problem::internal)?;
        let (community, key) = self.stored.clone();
        tx.keep_answer(NewAnswer {
            community,
            key,
            answer: Answer {
                body: self.body,
                text,
            },
            at: ctx.now().0,
        });
        Ok(output)
    }
}

/// An answer as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// SHA-256 of the request it answered.
    pub(crate) body: [u8; 32],
    pub(crate) text: String,
}

#[derive(Clone, Debug)]
pub(crate) struct NewAnswer {
    pub(crate) community: i64,
    pub(crate) key: String,
    pub(crate) answer: Answer,
    pub(crate) at: i64,
}

/// The answers kept under these keys of communities.
pub(crate) async fn find_all(
    conn: &DatabaseTransaction,
    keys: &[(i64, String)],
) -> Result<HashMap<(i64, String), Answer>> {
    let mut found = HashMap::new();
    for some in keys.chunks(AT_ONCE) {
        // Few texts, so that each is prepared once: what is lacking is the last one again.
        let run = some.len().next_power_of_two();
        let last = some.last().into_iter().cycle();
        // Each pair by itself: keys of one community are not looked for in others.
        let pairs = some.iter().chain(last).take(run);
        let any = pairs.fold(Condition::any(), |any, (community, key)| {
            any.add(col("community_id").eq(*community).and(col("key").eq(key)))
        });
        let mut find = Query::select();
        find.columns(["community_id", "key", "body_hash", "answer"].map(name))
            .from(name("idempotency"))
            .cond_where(any);
        for row in conn.query_all(&find).await? {
            let body: Vec<u8> = row.try_get("", "body_hash")?;
            let answer = Answer {
                body: body.try_into().unwrap_or_default(),
                text: row.try_get("", "answer")?,
            };
            let key = (row.try_get("", "community_id")?, row.try_get("", "key")?);
            found.insert(key, answer);
        }
    }
    Ok(found)
}

pub(crate) async fn write(conn: &DatabaseTransaction, answers: Vec<NewAnswer>) -> Result<()> {
    let rows = answers.into_iter().map(|new| {
        vec![
            new.community.into(),
            new.key.into(),
            new.answer.body.to_vec().into(),
            new.answer.text.into(),
            new.at.into(),
        ]
    });
    let columns = ["community_id", "key", "body_hash", "answer", "created_at"];
    insert_many(conn, "idempotency", &columns, rows.collect(), "").await
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
