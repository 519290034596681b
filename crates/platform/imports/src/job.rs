//! The job behind an import: judges the file, or takes it in, batch by batch. It may die at any moment and be run again:
//! batches that ran are known by what they wrote in their own transaction.

mod columns;

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_database::{Database, JobHandler, JobOutcome, JobRun};
use youlin_kernel::{CommunityId, Ctx, Locale, Problem, ProblemKind, Result};
use youlin_web::App;

use crate::commands::{Forget, ForgetSteps, Settle, ShowColumns, UNDONE_WITHIN};
use crate::entities::import_run;
use crate::left::Left;
use crate::queries::{Fault, Undone, columns_of, done_of, file_of, row_of};
use crate::sheet;
use crate::{ImportReport, ImportState, Imports, Incoming, Plan, Register, csv, journal, plan};

/// Kind of the job that works on a file.
pub const RUN_KIND: &str = "imports.run";
/// Kind of the job that forgets a file nobody accepted.
pub const FORGET_KIND: &str = "imports.forget";

/// Judging and taking in are two jobs, so that the end of the one never meets the start of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// Finds the columns of a spreadsheet.
    Read,
    Check,
    Take,
    Undo,
}

impl Phase {
    /// `round`: how often the columns were matched anew, or the kind was changed; each is worked on by a job of its own.
    pub(crate) fn key(self, id: Uuid, round: i32) -> String {
        match self {
            Self::Read if round > 0 => format!("{id}:read{round}"),
            Self::Read => format!("{id}:read"),
            Self::Check if round > 0 => format!("{id}:check{round}"),
            Self::Check => format!("{id}:check"),
            Self::Take => format!("{id}:take"),
            Self::Undo => format!("{id}:undo"),
        }
    }

    fn state(self) -> ImportState {
        match self {
            Self::Read => ImportState::Reading,
            Self::Undo => ImportState::Undoing,
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
#[derive(Default)]
struct Ended {
    rows: i64,
    report: Option<ImportReport>,
    left: Option<Left>,
    undone: Option<Undone>,
}

impl Work<'_> {
    /// Does the phase and writes its end down. What another try could mend leaves as an error.
    async fn settled(&self) -> Result<()> {
        let outcome = match self.phase {
            Phase::Read => match self.columns().await {
                Ok(columns) => {
                    let show = ShowColumns {
                        id: self.row.id,
                        columns,
                        sealer: Arc::clone(&self.job.imports.sealer),
                    };
                    return self.db.execute(self.ctx, show).await;
                }
                Err(problem) => Err(problem),
            },
            Phase::Check | Phase::Take => self.done().await,
            Phase::Undo => self.undone().await,
        };
        let mut settle = Settle {
            id: self.row.id,
            from: self.phase.state(),
            to: ImportState::Failed,
            rows: self.row.rows_total,
            report: None,
            faults: Vec::new(),
            left: None,
            undone: None,
            sealer: Arc::clone(&self.job.imports.sealer),
        };
        match outcome {
            Ok(ended) => {
                settle.to = match self.phase {
                    Phase::Read | Phase::Check => ImportState::Ready,
                    Phase::Take => ImportState::Done,
                    Phase::Undo => ImportState::Undone,
                };
                settle.rows = ended.rows;
                settle.report = ended.report;
                settle.left = ended.left;
                settle.undone = ended.undone;
            }
            Err(problem) if lasting(&problem) => {
                settle.faults = Fault::of(&problem);
                if self.phase == Phase::Undo {
                    // It stays taken in, as far as it was not taken back.
                    settle.to = ImportState::Done;
                }
            }
            Err(problem) => return Err(problem),
        }
        self.db.execute(self.ctx, settle).await
    }

    /// The file as its register wants it.
    async fn incoming(&self, register: &dyn Register) -> Result<Incoming> {
        let sealer = &*self.job.imports.sealer;
        let bytes = file_of(self.db, sealer, self.row.id).await?;
        let choices = self
            .row
            .choices
            .as_deref()
            .map(serde_json::from_str)
            .transpose();
        let mut file = Incoming {
            setting: self.row.setting.clone(),
            choices: choices.map_err(Problem::internal)?.unwrap_or_default(),
            ..Incoming::default()
        };
        if self.phase == Phase::Take {
            file.done = done_of(self.db, sealer, self.row.id).await?.0;
            file.import = Some(self.row.id);
        }
        let specs = register.columns();
        if specs.is_empty() {
            file.text = String::from_utf8(bytes).map_err(Problem::internal)?;
        } else {
            let columns = columns_of(sealer, &self.row)?.unwrap_or_default();
            file.table = Some(aside(move || sheet::table(&bytes, specs, &columns)).await?);
        }
        Ok(file)
    }

    async fn done(&self) -> Result<Ended> {
        let register = self.job.imports.register(&self.row.kind)?;
        let actor = self.actor().await?;
        let file = self.incoming(&**register).await?;
        let dry_run = self.phase == Phase::Check;
        let mut plan = register.plan(self.db, &actor, &file, dry_run).await?;
        if let Some(table) = &file.table {
            plan.refused.extend(table.uncalculated.iter().cloned());
            plan.refused.sort_by_key(|one| one.line);
        }
        let already = file.done.len();
        let total = i64::try_from(plan.rows() + already).unwrap_or(i64::MAX);
        let mut report = if dry_run {
            self.judge(&actor, plan, total).await?
        } else {
            self.take(&actor, &**register, plan, already, total).await?
        };
        match &file.table {
            Some(table) => {
                sheet::note_faults(table, &mut report);
                sheet::call(&**register, table, &mut report);
            }
            None => csv::call(&**register, &file.text, &mut report)?,
        }
        let left = file.table.as_ref().map(|table| {
            let lines = report.refused.iter().chain(&report.doubtful);
            Left::of(table, lines.map(|one| one.line).collect())
        });
        Ok(Ended {
            rows: total,
            report: Some(report),
            left,
            undone: None,
        })
    }

    /// Takes the import back, the latest steps first, batch by batch. What was taken back is struck from the journal in
    /// the same transaction, so going on after a cut finds only what is left.
    async fn undone(&self) -> Result<Ended> {
        let (db, imports, id) = (self.db, &self.job.imports, self.row.id);
        let register = imports.register(&self.row.kind)?;
        let actor = self.actor().await?;
        let communities = journal::communities(db.raw_write(), id).await?;
        let total = done_of(db, &*imports.sealer, id).await?.1;
        let total = i64::from(total.new) + i64::from(total.changed);
        let mut refused = Vec::new();
        let mut done = total - journal::count(db, &communities, id).await?;
        self.tell(usize::try_from(done).unwrap_or(0), total).await?;
        for community in communities.iter().copied().map(CommunityId) {
            let mut before = None;
            loop {
                let sealer = &*imports.sealer;
                let steps =
                    journal::steps_before(db, sealer, community, id, before, UNDONE_AT_ONCE)
                        .await?;
                let Some(last) = steps.last() else { break };
                before = Some(last.id);
                done += i64::try_from(steps.len()).unwrap_or(0);
                if let Some(batch) = register.undo(community, steps) {
                    refused.extend(batch.run(db, &actor, None).await?.refused);
                }
                self.tell(usize::try_from(done).unwrap_or(0), total).await?;
            }
            register.taken(db, community).await?;
        }
        let left = journal::count(db, &communities, id).await?;
        refused.sort_by_key(|one| one.line);
        Ok(Ended {
            rows: self.row.rows_total,
            undone: Some(Undone {
                undone: u32::try_from(total - left).unwrap_or(0),
                refused,
            }),
            ..Ended::default()
        })
    }

    /// Whoever gave the file, or has it taken back, with the rights they have now.
    async fn actor(&self) -> Result<Ctx> {
        let app = &self.job.app;
        let by = self.row.undone_by.filter(|_| self.phase == Phase::Undo);
        let account = by.unwrap_or(self.row.account_id);
        let account = app.accounts().account(account).await?;
        let account = account.ok_or_else(Problem::forbidden)?;
        let locale = account.locale.unwrap_or(Locale::Zh);
        Ok(app.ctx(account.actor, account.grants, locale, self.ctx.request_id()))
    }

    async fn judge(&self, actor: &Ctx, plan: Plan, total: i64) -> Result<ImportReport> {
        let mut done = plan.refused.len() + plan.doubtful.len();
        let mut report = ImportReport {
            refused: plan.refused,
            doubtful: plan.doubtful,
            ..ImportReport::default()
        };
        self.tell(done, total).await?;
        // Each is let go when it ran, so that what was read of a large file is not held to the end.
        for batch in plan.batches {
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
        let mut done = already + plan.refused.len() + plan.doubtful.len();
        let mut touched = BTreeSet::new();
        self.tell(done, total).await?;
        let mut batches = plan.batches.into_iter();
        let mut next = plan::ahead(batches.next(), actor);
        let mut saved = 0;
        while let Some(batch) = next {
            let batch = batch.await.map_err(Problem::internal)?;
            next = plan::ahead(batches.next(), actor);
            let mark = Some((self.row.id, sealer));
            batch.run(self.db, actor, mark).await?;
            plan::after(self.db, saved).await?;
            saved += 1;
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
            doubtful: plan.doubtful,
            ..ImportReport::default()
        });
        Ok(report)
    }

    async fn tell(&self, done: usize, total: i64) -> Result<()> {
        let done = i64::try_from(done).unwrap_or(i64::MAX);
        self.run.progress(self.ctx, self.db, done, total).await
    }
}

/// Steps taken back in one transaction.
const UNDONE_AT_ONCE: u64 = 200;

/// Work that would hold up the other tasks of the server for seconds: a large workbook.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Problem::internal)?
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
                let row = row_of(db.raw_write(), id).await?;
                let ended = row.ended_at.unwrap_or(i64::MAX);
                let kept = ctx.now().0.saturating_sub(ended) < UNDONE_WITHIN;
                let over = [ImportState::Done, ImportState::Undone];
                if !kept && over.contains(&ImportState::parse(&row.state)) {
                    for community in journal::communities(db.raw_write(), id).await? {
                        let community = CommunityId(community);
                        db.execute(ctx, ForgetSteps { id, community }).await?;
                    }
                }
            }
            Ok(JobOutcome::Done)
        }
        .boxed()
    }
}
