//! The job behind an import: judges the file, or takes it in, batch by batch. It may die at any moment and be run again:
//! batches that ran are known by what they wrote in their own transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_database::{Database, JobHandler, JobOutcome, JobRun};
use youlin_kernel::{CommunityId, Ctx, Locale, Problem, ProblemKind, Result};
use youlin_web::App;

use crate::commands::{Forget, Settle};
use crate::entities::import_run;
use crate::queries::{Fault, done_of, row_of, text_of};
use crate::{ImportReport, ImportState, Imports, Incoming, Plan, Register};

/// Kind of the job that works on a file.
pub const RUN_KIND: &str = "imports.run";
/// Kind of the job that forgets a file nobody accepted.
pub const FORGET_KIND: &str = "imports.forget";

/// Judging and taking in are two jobs, so that the end of the one never meets the start of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    Check,
    Take,
}

impl Phase {
    pub(crate) fn key(self, id: Uuid) -> String {
        match self {
            Self::Check => format!("{id}:check"),
            Self::Take => format!("{id}:take"),
        }
    }

    fn state(self) -> ImportState {
        match self {
            Self::Check => ImportState::Checking,
            Self::Take => ImportState::Running,
        }
    }
}

#[derive(Deserialize)]
struct Payload {
    import: Uuid,
    phase: Phase,
}

/// See the module's text.
#[derive(Debug)]
pub struct RunImport {
    pub app: App,
    pub imports: Arc<Imports>,
}

impl JobHandler for RunImport {
    fn kind(&self) -> &'static str {
        RUN_KIND
    }

    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        db: &'a Database,
        run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>> {
        async move {
            let payload: Payload =
                serde_json::from_value(run.payload.clone()).map_err(Problem::internal)?;
            let row = row_of(db.raw_write(), payload.import).await?;
            if row.state == payload.phase.state().as_str() {
                let work = Work {
                    job: self,
                    ctx,
                    db,
                    run,
                    row,
                    phase: payload.phase,
                };
                work.settled().await?;
            }
            Ok(JobOutcome::Done)
        }
        .boxed()
    }
}

struct Work<'a> {
    job: &'a RunImport,
    /// Youlin's own, for progress and the end.
    ctx: &'a Ctx,
    db: &'a Database,
    run: &'a JobRun,
    row: import_run::Model,
    phase: Phase,
}

/// How a phase ended.
struct Ended {
    rows: i64,
    report: ImportReport,
}

impl Work<'_> {
    /// Does the phase and writes its end down. What another try could mend leaves as an error.
    async fn settled(&self) -> Result<()> {
        let mut settle = Settle {
            id: self.row.id,
            from: self.phase.state(),
            to: ImportState::Failed,
            rows: self.row.rows_total,
            report: None,
            faults: Vec::new(),
            sealer: Arc::clone(&self.job.imports.sealer),
        };
        match self.done().await {
            Ok(ended) => {
                settle.to = match self.phase {
                    Phase::Check => ImportState::Ready,
                    Phase::Take => ImportState::Done,
                };
                settle.rows = ended.rows;
                settle.report = Some(ended.report);
            }
            Err(problem) if lasting(&problem) => settle.faults = Fault::of(&problem),
            Err(problem) => return Err(problem),
        }
        self.db.execute(self.ctx, settle).await
    }

    async fn done(&self) -> Result<Ended> {
        let (db, imports) = (self.db, &self.job.imports);
        let register = imports.register(&self.row.kind)?;
        let actor = self.actor().await?;
        let file = Incoming {
            text: text_of(db, &*imports.sealer, self.row.id).await?,
            setting: self.row.setting.clone(),
            done: match self.phase {
                Phase::Check => BTreeSet::new(),
                Phase::Take => done_of(db, &*imports.sealer, self.row.id).await?.0,
            },
        };
        let dry_run = self.phase == Phase::Check;
        let plan = register.plan(db, &actor, &file, dry_run).await?;
        let already = file.done.len();
        let total = i64::try_from(plan.rows() + already).unwrap_or(i64::MAX);
        let report = match self.phase {
            Phase::Check => self.judge(&actor, plan, total).await?,
            Phase::Take => self.take(&actor, &**register, plan, already, total).await?,
        };
        Ok(Ended {
            rows: total,
            report,
        })
    }

    /// Whoever gave the file, with the rights they have now.
    async fn actor(&self) -> Result<Ctx> {
        let app = &self.job.app;
        let account = app.accounts().account(self.row.account_id).await?;
        let account = account.ok_or_else(Problem::forbidden)?;
        let locale = account.locale.unwrap_or(Locale::Zh);
        Ok(app.ctx(account.actor, account.grants, locale, self.ctx.request_id()))
    }

    async fn judge(&self, actor: &Ctx, plan: Plan, total: i64) -> Result<ImportReport> {
        let mut done = plan.refused.len();
        let mut report = ImportReport {
            refused: plan.refused,
            ..ImportReport::default()
        };
        self.tell(done, total).await?;
        for batch in &plan.batches {
            report.absorb(batch.run(self.db, actor, None).await?);
            done += batch.lines.len();
            self.tell(done, total).await?;
        }
        Ok(report)
    }

    async fn take(
        &self,
        actor: &Ctx,
        register: &dyn Register,
        plan: Plan,
        already: usize,
        total: i64,
    ) -> Result<ImportReport> {
        let sealer = &self.job.imports.sealer;
        let mut done = already + plan.refused.len();
        let mut touched = BTreeSet::new();
        self.tell(done, total).await?;
        for batch in &plan.batches {
            let mark = Some((self.row.id, sealer));
            batch.run(self.db, actor, mark).await?;
            touched.insert(batch.community);
            done += batch.lines.len();
            self.tell(done, total).await?;
        }
        touched.insert(CommunityId::SYSTEM);
        for community in touched {
            register.taken(self.db, community).await?;
        }
        let (_, mut report) = done_of(self.db, &**sealer, self.row.id).await?;
        report.absorb(ImportReport {
            refused: plan.refused,
            ..ImportReport::default()
        });
        Ok(report)
    }

    async fn tell(&self, done: usize, total: i64) -> Result<()> {
        let done = i64::try_from(done).unwrap_or(i64::MAX);
        self.run.progress(self.ctx, self.db, done, total).await
    }
}

/// Another try would end the same way.
fn lasting(problem: &Problem) -> bool {
    !matches!(
        problem.kind(),
        ProblemKind::Internal | ProblemKind::Unavailable | ProblemKind::TooMany
    )
}

/// See [`FORGET_KIND`].
#[derive(Debug)]
pub struct ForgetImport;

impl JobHandler for ForgetImport {
    fn kind(&self) -> &'static str {
        FORGET_KIND
    }

    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        db: &'a Database,
        run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>> {
        async move {
            if let Some(id) = run.payload["import"]
                .as_str()
                .and_then(|id| id.parse().ok())
            {
                db.execute(ctx, Forget(id)).await?;
            }
            Ok(JobOutcome::Done)
        }
        .boxed()
    }
}
