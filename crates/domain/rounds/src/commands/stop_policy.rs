//! Stops a policy from a day on, and takes it up again. Nothing that was asked before that day changes, and nothing is asked of
//! the days between.

use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};

use crate::entities::round_policy;
use crate::events::{self, event};
use crate::model::{Pause, Policy};
use crate::permissions::ROUNDS_PLAN;

/// Days ahead that a stop may be said: what is further away is the policy's last day.
const AHEAD: i64 = 366;

/// Stops a policy: from that day on nothing is due by it, and what stood open falls away.
#[derive(Clone, Debug)]
pub struct ClosePolicy {
    pub community: CommunityId,
    pub policy: Uuid,
    pub version: i32,
    /// The first day on which nothing is asked: today or one to come.
    pub from: Date,
}

impl Command for ClosePolicy {
    type Output = ();
    const NAME: &'static str = "rounds.close-policy";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&ROUNDS_PLAN, self.community)?;
        let row = held(tx, self.community, self.policy).await?;
        let today = ctx.now().date();
        let stopped = row.closed_at.map(|at| Micros(at).date());
        if stopped.is_some_and(|day| day <= today) {
            return Ok(());
        }
        if self.from < today {
            return Err(Problem::invalid("from", "policy-stop-past"));
        }
        if self.from > today.saturating_add(AHEAD.days()) {
            return Err(Problem::invalid("from", "policy-stop-far"));
        }
        let closed = round_policy::Model {
            version: self.version,
            closed_at: Some(Micros::start_of(self.from).0),
            ..row
        };
        tx.update::<round_policy::Entity>(closed).await?;
        let detail = json!({ "from": self.from });
        told(ctx, tx, Self::NAME, (self.community, self.policy), detail);
        Ok(())
    }
}

/// Takes a policy up again, today: the days it was stopped on ask for nothing, also when looked back at.
#[derive(Clone, Debug)]
pub struct ReopenPolicy {
    pub community: CommunityId,
    pub policy: Uuid,
    pub version: i32,
}

impl Command for ReopenPolicy {
    type Output = ();
    const NAME: &'static str = "rounds.reopen-policy";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&ROUNDS_PLAN, self.community)?;
        let row = held(tx, self.community, self.policy).await?;
        let Some(from) = row.closed_at.map(|at| Micros(at).date()) else {
            return Ok(());
        };
        let today = ctx.now().date();
        let mut policy: Policy = serde_json::from_str(&row.policy).map_err(Problem::internal)?;
        // A stop that had not begun leaves nothing behind.
        if from < today {
            policy.pauses.push(Pause {
                from,
                until: Some(today),
            });
        }
        let open = round_policy::Model {
            version: self.version,
            policy: serde_json::to_string(&policy).map_err(Problem::internal)?,
            closed_at: None,
            ..row
        };
        tx.update::<round_policy::Entity>(open).await?;
        let detail = json!({ "stopped": from });
        told(ctx, tx, Self::NAME, (self.community, self.policy), detail);
        Ok(())
    }
}

async fn held(tx: &Tx<'_>, community: CommunityId, id: Uuid) -> Result<round_policy::Model> {
    let row = round_policy::Entity::find_by_id((community.0, id));
    row.one(tx.conn()).await?.ok_or_else(Problem::not_found)
}

fn told(
    ctx: &Ctx,
    tx: &Tx<'_>,
    name: &'static str,
    (community, policy): (CommunityId, Uuid),
    detail: serde_json::Value,
) {
    let entry = AuditEntry::new(name, "round_policy", policy).detail(detail);
    tx.audit(ctx, community, entry);
    tx.emit(ctx, event(events::POLICY_SAVED, community, policy));
}
