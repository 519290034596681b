//! A file is given, accepted, given up; and what the job writes down of it.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use serde_json::json;
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{AuditEntry, Command, NewJob, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use crate::entities::import_run;
use crate::job::{FORGET_KIND, Phase, RUN_KIND};
use crate::queries::{Fault, row_of};
use crate::{ImportReport, ImportState, Imports, Incoming, Sealer};

const SYSTEM: CommunityId = CommunityId::SYSTEM;
/// Characters of a piece: a row of the database stays small whatever the file.
const PIECE: usize = 128 * 1024;
const NAME_MAX: usize = 120;
/// A file nobody accepted is forgotten after that.
const KEPT: i64 = 7 * Micros::DAY;

/// Keeps a file and has it judged. Answers the import's id.
#[derive(Debug)]
pub struct StartImport {
    pub imports: Arc<Imports>,
    pub kind: String,
    pub file_name: String,
    pub file: Incoming,
}

impl Command for StartImport {
    type Output = Uuid;
    const NAME: &'static str = "imports.start";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let register = self.imports.register(&self.kind)?;
        ctx.scope(register.permission())?;
        let account = ctx.actor().id().filter(|_| ctx.is_signed_in());
        let account = account.ok_or_else(Problem::forbidden)?;
        if self.file.text.trim().is_empty() {
            return Err(Problem::invalid("file", "required"));
        }
        let id = ctx.new_id();
        let run = import_run::Model {
            community_id: SYSTEM.0,
            id,
            version: 1,
            kind: self.kind.clone(),
            setting: self.file.setting.clone(),
            file_name: crate::clean(&self.file_name)
                .chars()
                .take(NAME_MAX)
                .collect(),
            account_id: account,
            account_name: ctx.actor().name().to_owned(),
            state: ImportState::Checking.as_str().to_owned(),
            rows_total: 0,
            report_sealed: None,
            fault: None,
            created_at: ctx.now().0,
            ended_at: None,
        };
        tx.insert::<import_run::Entity>(run).await?;
        self.keep(ctx, tx, id).await?;
        let entry = AuditEntry::new(Self::NAME, "import", id).detail(json!({"kind": self.kind}));
        tx.audit(ctx, SYSTEM, entry);
        tx.schedule(ctx, job(ctx, id, Phase::Check));
        tx.schedule(
            ctx,
            NewJob {
                community: SYSTEM,
                kind: FORGET_KIND,
                key: id.to_string(),
                run_at: ctx.now().plus(KEPT),
                payload: json!({"import": id}),
            },
        );
        Ok(id)
    }
}

impl StartImport {
    async fn keep(&self, ctx: &Ctx, tx: &Tx<'_>, import: Uuid) -> Result<()> {
        let columns = ["community_id", "id", "import_id", "place", "text_sealed"];
        for (place, piece) in pieces(&self.file.text).enumerate() {
            let id = ctx.new_id();
            let sealed = self.imports.sealer.seal(ctx, id, piece)?;
            let place = i32::try_from(place).unwrap_or(i32::MAX);
            let mut insert = Query::insert();
            insert
                .into_table(name("import_piece"))
                .columns(columns.map(name))
                .values_panic([
                    SYSTEM.0.into(),
                    id.into(),
                    import.into(),
                    place.into(),
                    sealed.into(),
                ]);
            tx.conn().execute(&insert).await?;
        }
        Ok(())
    }
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = rest.len().min(PIECE);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (piece, later) = rest.split_at(end);
        rest = later;
        Some(piece)
    })
}

fn job(ctx: &Ctx, id: Uuid, phase: Phase) -> NewJob {
    NewJob {
        community: SYSTEM,
        kind: RUN_KIND,
        key: phase.key(id),
        run_at: ctx.now(),
        payload: json!({"import": id, "phase": phase}),
    }
}

/// The caller's own import in its present state.
async fn own(ctx: &Ctx, tx: &Tx<'_>, id: Uuid) -> Result<import_run::Model> {
    let row = row_of(tx.conn(), id).await?;
    if ctx.actor().id() != Some(row.account_id) {
        return Err(Problem::not_found());
    }
    Ok(row)
}

/// Has a judged file taken in; for one that stopped halfway, has it gone on with.
#[derive(Clone, Debug)]
pub struct AcceptImport {
    pub id: Uuid,
    /// The file goes in whole or not at all.
    pub whole: bool,
    pub sealer: AcceptSealer,
}

/// How the report is read that says whether there is anything to take in.
#[derive(Clone)]
pub struct AcceptSealer(pub Arc<dyn Sealer>);

impl std::fmt::Debug for AcceptSealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Command for AcceptImport {
    type Output = ();
    const NAME: &'static str = "imports.accept";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own(ctx, tx, self.id).await?;
        match ImportState::parse(&row.state) {
            ImportState::Ready => {}
            // Pressed twice, or the job gave up: the job is planned anew and skips what is done.
            ImportState::Running => {
                tx.schedule(ctx, job(ctx, self.id, Phase::Take));
                return Ok(());
            }
            _ => return Err(Problem::new(ProblemKind::Conflict, "import-not-ready")),
        }
        let report: ImportReport = row
            .report_sealed
            .as_deref()
            .map(|sealed| self.sealer.0.open(row.id, sealed))
            .transpose()?
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        if self.whole && !report.is_clean() {
            return Err(Problem::new(ProblemKind::Conflict, "import-whole"));
        }
        tx.update::<import_run::Entity>(import_run::Model {
            state: ImportState::Running.as_str().to_owned(),
            ..row
        })
        .await?;
        tx.audit(ctx, SYSTEM, AuditEntry::new(Self::NAME, "import", self.id));
        tx.schedule(ctx, job(ctx, self.id, Phase::Take));
        Ok(())
    }
}

/// Gives a file up before it was taken in.
#[derive(Clone, Debug)]
pub struct DropImport {
    pub id: Uuid,
}

impl Command for DropImport {
    type Output = ();
    const NAME: &'static str = "imports.drop";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own(ctx, tx, self.id).await?;
        match ImportState::parse(&row.state) {
            ImportState::Running => Err(Problem::new(ProblemKind::Conflict, "import-running")),
            ImportState::Done | ImportState::Dropped => Ok(()),
            _ => forget(ctx, tx, row).await,
        }
    }
}

/// The file goes, and the line that there was one stays.
async fn forget(ctx: &Ctx, tx: &Tx<'_>, row: import_run::Model) -> Result<()> {
    let id = row.id;
    clear(tx, id).await?;
    tx.update::<import_run::Entity>(import_run::Model {
        state: ImportState::Dropped.as_str().to_owned(),
        report_sealed: None,
        ended_at: Some(ctx.now().0),
        ..row
    })
    .await?;
    tx.audit(ctx, SYSTEM, AuditEntry::new("imports.drop", "import", id));
    Ok(())
}

/// What nobody accepted in time.
pub(crate) struct Forget(pub(crate) Uuid);

impl Command for Forget {
    type Output = ();
    const NAME: &'static str = "imports.forget";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = row_of(tx.conn(), self.0).await?;
        match ImportState::parse(&row.state) {
            ImportState::Running | ImportState::Done | ImportState::Dropped => Ok(()),
            _ => forget(ctx, tx, row).await,
        }
    }
}

async fn clear(tx: &Tx<'_>, id: Uuid) -> Result<()> {
    let mut pieces = Query::delete();
    pieces
        .from_table(name("import_piece"))
        .and_where(col("community_id").eq(SYSTEM.0))
        .and_where(col("import_id").eq(id));
    tx.conn().execute(&pieces).await?;
    Ok(())
}

/// The end of a phase, written by the job. The file goes with the last one; what its batches did stands in the report.
pub(crate) struct Settle {
    pub(crate) id: Uuid,
    pub(crate) from: ImportState,
    pub(crate) to: ImportState,
    pub(crate) rows: i64,
    pub(crate) report: Option<ImportReport>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) sealer: Arc<dyn Sealer>,
}

impl Command for Settle {
    type Output = ();
    const NAME: &'static str = "imports.settle";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = row_of(tx.conn(), self.id).await?;
        if row.state != self.from.as_str() {
            return Ok(());
        }
        let report_sealed = match &self.report {
            None => None,
            Some(report) => {
                let text = serde_json::to_string(report).map_err(Problem::internal)?;
                Some(self.sealer.seal(ctx, self.id, &text)?)
            }
        };
        if self.to != ImportState::Ready {
            clear(tx, self.id).await?;
        }
        let faults = serde_json::to_string(&self.faults).map_err(Problem::internal)?;
        let counts = self.report.as_ref().map(|report| {
            json!({"new": report.new, "changed": report.changed, "unchanged": report.unchanged,
                   "refused": report.refused.len()})
        });
        tx.update::<import_run::Entity>(import_run::Model {
            state: self.to.as_str().to_owned(),
            rows_total: self.rows,
            report_sealed,
            fault: (!self.faults.is_empty()).then_some(faults),
            ended_at: (self.to != ImportState::Ready).then_some(ctx.now().0),
            ..row
        })
        .await?;
        let entry = AuditEntry::new(Self::NAME, "import", self.id)
            .detail(json!({"state": self.to, "report": counts}));
        tx.audit(ctx, SYSTEM, entry);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE, pieces};

    #[test]
    fn pieces_are_cut_between_characters() {
        let text = "友".repeat(PIECE);
        let cut: Vec<&str> = pieces(&text).collect();
        assert!(cut.len() > 2 && cut.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(cut.concat(), text);
    }
}
