//! 并单: two reports of one matter go on as one case. All reporters keep their number and code and are told; the merge
//! can be undone.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use youlin_database::{Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};

use super::{act, save};
use crate::model::{CaseState, Happened, Status};
use crate::permissions::CASES_DESK;
use crate::service::Cases;

/// Ends `duplicate` in favour of `into`, in the same community.
#[derive(Debug)]
pub struct Merge {
    pub cases: Arc<Cases>,
    pub community: CommunityId,
    pub duplicate: Uuid,
    pub into: Uuid,
    /// The version of the duplicate the caller saw.
    pub version: Option<i32>,
}

/// Takes a merged case out again.
#[derive(Debug)]
pub struct Unmerge {
    pub cases: Arc<Cases>,
    pub community: CommunityId,
    pub duplicate: Uuid,
}

fn authorize(ctx: &Ctx, state: &CaseState) -> Result<()> {
    ctx.authorize(&CASES_DESK, state.area()).map(|_scope| ())
}

fn conflict(code: &'static str) -> Problem {
    Problem::new(ProblemKind::Conflict, code)
}

impl Command for Merge {
    type Output = ();
    const NAME: &'static str = "cases.merge";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        if self.duplicate == self.into {
            return Err(Problem::invalid("into", "merge-with-itself"));
        }
        let duplicate = act::load(tx, self.community, self.duplicate).await?;
        let into = act::load(tx, self.community, self.into).await?;
        authorize(ctx, &duplicate)?;
        authorize(ctx, &into)?;
        if self
            .version
            .is_some_and(|seen| seen != duplicate.case.version)
        {
            return Err(Problem::stale(
                json!({ "version": duplicate.case.version, "status": duplicate.case.status }),
            ));
        }
        if duplicate.status().is_ended() {
            return Err(conflict("merge-ended"));
        }
        if into.status().is_ended() {
            return Err(conflict("merge-into-ended"));
        }
        let holder = &self.cases.holder;
        let (community, id) = (self.community, self.duplicate);
        holder.check(tx, community, id, "merge").await?;
        let mut after = duplicate.clone();
        after.case.status_before = Some(after.case.status.clone());
        after.case.status = Status::Merged.as_str().into();
        after.case.merged_into = Some(self.into);
        after.case.ended_at = Some(ctx.now().0);
        after.case.overdue = false;
        for task in after
            .tasks
            .iter_mut()
            .filter(|task| task.ended_at.is_none())
        {
            task.status = "cancelled".into();
            task.ended_at = Some(ctx.now().0);
        }
        let happened =
            [Happened::new("merged")
                .data(json!({ "into": self.into, "number": into.case.number }))];
        save::outcome(ctx, tx, &duplicate, after, &happened, "cases.merge").await?;
        let happened = [Happened::new("merged_in")
            .data(json!({ "case": self.duplicate, "number": duplicate.case.number }))];
        save::outcome(ctx, tx, &into, into.clone(), &happened, "cases.merge").await?;
        Ok(())
    }
}

impl Command for Unmerge {
    type Output = ();
    const NAME: &'static str = "cases.unmerge";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let merged = act::load(tx, self.community, self.duplicate).await?;
        authorize(ctx, &merged)?;
        if merged.status() != Status::Merged {
            return Err(conflict("not-merged"));
        }
        let mut after = merged.clone();
        let before = after.case.status_before.take();
        // Its tasks ended with the merge, so it waits for a new dispatch unless it had not come that far.
        after.case.status = match before.as_deref().and_then(Status::parse) {
            Some(Status::Reported) => Status::Reported,
            _ => Status::Accepted,
        }
        .as_str()
        .into();
        (after.case.lead_kind, after.case.lead_id) = (None, None);
        after.case.merged_into = None;
        after.case.ended_at = None;
        crate::model::restart_clock(&mut after.case, &self.cases.calendar(), ctx.now());
        let mut happened = vec![Happened::new("unmerged")];
        let (after, moved) = self.cases.begun_anew(&merged, after);
        happened.extend(moved);
        save::outcome(ctx, tx, &merged, after, &happened, "cases.unmerge").await?;
        Ok(())
    }
}
