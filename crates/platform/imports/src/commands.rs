//! A file is given, accepted, given up; and what the job writes down of it.

use std::collections::BTreeMap;
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
use crate::queries::{Fault, Undone, columns_of, row_of};
use crate::sheet::{Columns, Left};
use crate::{Choice, ImportReport, ImportState, Imports, Incoming, Refused, Sealer};

const SYSTEM: CommunityId = CommunityId::SYSTEM;
/// Bytes of a piece: a row of the database stays small whatever the file.
const PIECE: usize = 128 * 1024;
const NAME_MAX: usize = 120;
/// A file nobody accepted is forgotten after that.
const KEPT: i64 = 7 * Micros::DAY;
/// So long an import can be taken back, and the rows left of it be fetched.
pub(crate) const UNDONE_WITHIN: i64 = 30 * Micros::DAY;

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
        if self.file.content().iter().all(u8::is_ascii_whitespace) {
            return Err(Problem::invalid("file", "required"));
        }
        let id = ctx.new_id();
        // A spreadsheet's columns are found first.
        let (state, phase) = match register.columns().is_empty() {
            true => (ImportState::Checking, Phase::Check),
            false => (ImportState::Reading, Phase::Read),
        };
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
            state: state.as_str().to_owned(),
            rows_total: 0,
            report_sealed: None,
            fault: None,
            created_at: ctx.now().0,
            ended_at: None,
            round: None,
            columns_sealed: None,
            choices: None,
            undone_sealed: None,
        };
        tx.insert::<import_run::Entity>(run).await?;
        let sealer = &*self.imports.sealer;
        keep(ctx, tx, sealer, FILE, id, self.file.content()).await?;
        let entry = AuditEntry::new(Self::NAME, "import", id).detail(json!({"kind": self.kind}));
        tx.audit(ctx, SYSTEM, entry);
        tx.schedule(ctx, job(ctx, id, phase, 0));
        tx.schedule(ctx, forgetting(ctx, id, KEPT));
        Ok(id)
    }
}

/// A table of sealed pieces, and its column of them.
type Pieces = (&'static str, &'static str);
const FILE: Pieces = ("import_piece", "text_sealed");
const LEFT: Pieces = ("import_left", "rows_sealed");

/// Keeps a long content in sealed pieces.
async fn keep(
    ctx: &Ctx,
    tx: &Tx<'_>,
    sealer: &dyn Sealer,
    (table, column): Pieces,
    import: Uuid,
    content: &[u8],
) -> Result<()> {
    let columns = ["community_id", "id", "import_id", "place", column];
    for (place, piece) in content.chunks(PIECE).enumerate() {
        let id = ctx.new_id();
        let place = i32::try_from(place).unwrap_or(i32::MAX);
        let row = vec![
            SYSTEM.0.into(),
            id.into(),
            import.into(),
            place.into(),
            sealer.seal_bytes(ctx, id, piece)?.into(),
        ];
        tx.insert_rows(table, &columns, vec![row]).await?;
    }
    Ok(())
}

fn job(ctx: &Ctx, id: Uuid, phase: Phase, round: i32) -> NewJob {
    NewJob {
        community: SYSTEM,
        kind: RUN_KIND,
        key: phase.key(id, round),
        run_at: ctx.now(),
        payload: json!({"import": id, "phase": phase}),
    }
}

fn forgetting(ctx: &Ctx, id: Uuid, after: i64) -> NewJob {
    NewJob {
        community: SYSTEM,
        kind: FORGET_KIND,
        key: format!("{id}:{after}"),
        run_at: ctx.now().plus(after),
        payload: json!({"import": id}),
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
    /// What was decided about doubtful rows, by line.
    pub choices: BTreeMap<u32, Choice>,
    /// The doubtful rows nothing was said about are taken in as proposed.
    pub rest: bool,
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
                tx.schedule(ctx, job(ctx, self.id, Phase::Take, row.round.unwrap_or(0)));
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
        let choices = self.decided(&report);
        let round = row.round.unwrap_or(0);
        tx.update::<import_run::Entity>(import_run::Model {
            state: ImportState::Running.as_str().to_owned(),
            choices: (!choices.is_empty())
                .then(|| serde_json::to_string(&choices))
                .transpose()
                .map_err(Problem::internal)?,
            ..row
        })
        .await?;
        let entry = AuditEntry::new(Self::NAME, "import", self.id)
            .detail(json!({"doubtful": choices.len()}));
        tx.audit(ctx, SYSTEM, entry);
        tx.schedule(ctx, job(ctx, self.id, Phase::Take, round));
        Ok(())
    }
}

impl AcceptImport {
    /// The decisions that answer every doubt of their row: the proposals are taken only where all of them can be, something
    /// new only where one of the doubts allows it.
    fn decided(&self, report: &ImportReport) -> BTreeMap<u32, Choice> {
        let mut doubts: BTreeMap<u32, Vec<&Refused>> = BTreeMap::new();
        for doubt in &report.doubtful {
            doubts.entry(doubt.line).or_default().push(doubt);
        }
        let decided = doubts.into_iter().filter_map(|(line, doubts)| {
            let said = self.choices.get(&line).copied();
            let choice = said.or(self.rest.then_some(Choice::Take))?;
            let mut doubts = doubts.iter();
            let answers = match choice {
                Choice::Take => doubts.all(|doubt| doubt.choices.contains(&Choice::Take)),
                Choice::New => doubts.any(|doubt| doubt.choices.contains(&Choice::New)),
            };
            answers.then_some((line, choice))
        });
        decided.collect()
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
            ImportState::Done
            | ImportState::Dropped
            | ImportState::Undoing
            | ImportState::Undone => Ok(()),
            _ => forget(ctx, tx, row).await,
        }
    }
}

/// The file goes, and the line that there was one stays.
async fn forget(ctx: &Ctx, tx: &Tx<'_>, row: import_run::Model) -> Result<()> {
    let id = row.id;
    clear(tx, FILE.0, id).await?;
    clear(tx, LEFT.0, id).await?;
    tx.update::<import_run::Entity>(import_run::Model {
        state: ImportState::Dropped.as_str().to_owned(),
        report_sealed: None,
        columns_sealed: None,
        ended_at: Some(ctx.now().0),
        ..row
    })
    .await?;
    tx.audit(ctx, SYSTEM, AuditEntry::new("imports.drop", "import", id));
    Ok(())
}

/// What nobody accepted in time; and, for a file that was taken in, the rows left of it and the journal of its steps.
pub(crate) struct Forget(pub(crate) Uuid);

impl Command for Forget {
    type Output = ();
    const NAME: &'static str = "imports.forget";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = row_of(tx.conn(), self.0).await?;
        match ImportState::parse(&row.state) {
            ImportState::Running | ImportState::Undoing | ImportState::Dropped => Ok(()),
            ImportState::Done | ImportState::Undone => {
                let ended = row.ended_at.unwrap_or_default();
                if ctx.now().0 - ended >= UNDONE_WITHIN {
                    clear(tx, FILE.0, self.0).await?;
                    clear(tx, LEFT.0, self.0).await?;
                }
                Ok(())
            }
            _ => forget(ctx, tx, row).await,
        }
    }
}

async fn clear(tx: &Tx<'_>, table: &'static str, id: Uuid) -> Result<()> {
    let mut pieces = Query::delete();
    pieces
        .from_table(name(table))
        .and_where(col("community_id").eq(SYSTEM.0))
        .and_where(col("import_id").eq(id));
    tx.conn().execute(&pieces).await?;
    Ok(())
}

/// The journal of one community, once nothing can be taken back any more.
pub(crate) struct ForgetSteps {
    pub(crate) id: Uuid,
    pub(crate) community: CommunityId,
}

impl Command for ForgetSteps {
    type Output = ();
    const NAME: &'static str = "imports.forget-steps";

    async fn run(&self, _ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let mut steps = Query::delete();
        steps
            .from_table(name("import_step"))
            .and_where(col("community_id").eq(self.community.0))
            .and_where(col("import_id").eq(self.id));
        tx.conn().execute(&steps).await?;
        Ok(())
    }
}

/// Says what the columns of a spreadsheet hold; the next file of the same make is taken in the same way.
#[derive(Debug)]
pub struct MatchColumns {
    pub imports: Arc<Imports>,
    pub id: Uuid,
    /// By column, in their order.
    pub fields: Vec<Option<String>>,
}

impl Command for MatchColumns {
    type Output = ();
    const NAME: &'static str = "imports.match";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own(ctx, tx, self.id).await?;
        if row.state != ImportState::Matching.as_str() {
            return Err(Problem::new(ProblemKind::Conflict, "import-not-ready"));
        }
        let register = self.imports.register(&row.kind)?;
        let sealer = &*self.imports.sealer;
        let mut columns = columns_of(sealer, &row)?.unwrap_or_default();
        self.check(&**register, columns.names.len())?;
        columns.take(&self.fields);
        self.remember(ctx, tx, &row, &columns).await?;
        let text = serde_json::to_string(&columns).map_err(Problem::internal)?;
        let round = row.round.unwrap_or(0);
        tx.update::<import_run::Entity>(import_run::Model {
            state: ImportState::Checking.as_str().to_owned(),
            columns_sealed: Some(sealer.seal(ctx, self.id, &text)?),
            ..row
        })
        .await?;
        tx.audit(ctx, SYSTEM, AuditEntry::new(Self::NAME, "import", self.id));
        tx.schedule(ctx, job(ctx, self.id, Phase::Check, round));
        Ok(())
    }
}

impl MatchColumns {
    fn check(&self, register: &dyn crate::Register, columns: usize) -> Result<()> {
        let specs = register.columns();
        let said: Vec<&str> = self.fields.iter().flatten().map(String::as_str).collect();
        if self.fields.len() != columns
            || !said
                .iter()
                .all(|field| specs.iter().any(|spec| spec.field == *field))
        {
            return Err(Problem::invalid("columns", "unknown-value"));
        }
        for spec in specs.iter().filter(|spec| !spec.many) {
            if said.iter().filter(|field| **field == spec.field).count() > 1 {
                return Err(Problem::invalid("columns", "column-twice"));
            }
        }
        if register
            .needed()
            .iter()
            .any(|needed| !said.contains(needed))
        {
            return Err(Problem::invalid("columns", "column-needed"));
        }
        Ok(())
    }

    async fn remember(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        row: &import_run::Model,
        columns: &Columns,
    ) -> Result<()> {
        let mut known = Query::delete();
        known
            .from_table(name("import_mapping"))
            .and_where(col("community_id").eq(SYSTEM.0))
            .and_where(col("kind").eq(row.kind.as_str()))
            .and_where(col("signature").eq(columns.signature.as_str()));
        tx.conn().execute(&known).await?;
        let names = [
            "community_id",
            "id",
            "kind",
            "signature",
            "columns",
            "account_id",
            "made_at",
        ];
        let fields = serde_json::to_string(&columns.fields()).map_err(Problem::internal)?;
        let new = vec![
            SYSTEM.0.into(),
            ctx.new_id().into(),
            row.kind.clone().into(),
            columns.signature.clone().into(),
            fields.into(),
            row.account_id.into(),
            ctx.now().0.into(),
        ];
        tx.insert_rows("import_mapping", &names, vec![new]).await
    }
}

/// Goes back to what the columns are taken for, after they were judged.
#[derive(Clone, Debug)]
pub struct MatchAgain {
    pub id: Uuid,
}

impl Command for MatchAgain {
    type Output = ();
    const NAME: &'static str = "imports.match-again";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own(ctx, tx, self.id).await?;
        if row.state != ImportState::Ready.as_str() || row.columns_sealed.is_none() {
            return Err(Problem::new(ProblemKind::Conflict, "import-not-ready"));
        }
        tx.update::<import_run::Entity>(import_run::Model {
            state: ImportState::Matching.as_str().to_owned(),
            report_sealed: None,
            round: Some(row.round.unwrap_or(0) + 1),
            ..row
        })
        .await?;
        tx.audit(ctx, SYSTEM, AuditEntry::new(Self::NAME, "import", self.id));
        Ok(())
    }
}

/// Has a whole import taken back. Doing it twice changes nothing.
#[derive(Debug)]
pub struct UndoImport {
    pub imports: Arc<Imports>,
    pub id: Uuid,
}

impl Command for UndoImport {
    type Output = ();
    const NAME: &'static str = "imports.undo";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own(ctx, tx, self.id).await?;
        let round = row.round.unwrap_or(0);
        match ImportState::parse(&row.state) {
            ImportState::Done => {}
            ImportState::Undoing => {
                tx.schedule(ctx, job(ctx, self.id, Phase::Undo, round));
                return Ok(());
            }
            ImportState::Undone => return Ok(()),
            _ => return Err(Problem::new(ProblemKind::Conflict, "import-not-ready")),
        }
        let late = row
            .ended_at
            .is_none_or(|at| ctx.now().0 - at >= UNDONE_WITHIN);
        if late || !self.imports.register(&row.kind)?.undoes() {
            return Err(Problem::new(ProblemKind::Conflict, "import-undo-late"));
        }
        tx.update::<import_run::Entity>(import_run::Model {
            state: ImportState::Undoing.as_str().to_owned(),
            ..row
        })
        .await?;
        tx.audit(ctx, SYSTEM, AuditEntry::new(Self::NAME, "import", self.id));
        tx.schedule(ctx, job(ctx, self.id, Phase::Undo, round));
        Ok(())
    }
}

/// The columns of a spreadsheet were found: a person looks at them, unless that was done for an earlier file.
pub(crate) struct ShowColumns {
    pub(crate) id: Uuid,
    pub(crate) columns: Columns,
    pub(crate) sealer: Arc<dyn Sealer>,
}

impl Command for ShowColumns {
    type Output = ();
    const NAME: &'static str = "imports.columns";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = row_of(tx.conn(), self.id).await?;
        if row.state != ImportState::Reading.as_str() {
            return Ok(());
        }
        let state = match self.columns.remembered {
            true => ImportState::Checking,
            false => ImportState::Matching,
        };
        let text = serde_json::to_string(&self.columns).map_err(Problem::internal)?;
        let round = row.round.unwrap_or(0);
        tx.update::<import_run::Entity>(import_run::Model {
            state: state.as_str().to_owned(),
            rows_total: i64::try_from(self.columns.rows).unwrap_or(i64::MAX),
            columns_sealed: Some(self.sealer.seal(ctx, self.id, &text)?),
            ..row
        })
        .await?;
        tx.audit(ctx, SYSTEM, AuditEntry::new(Self::NAME, "import", self.id));
        if state == ImportState::Checking {
            tx.schedule(ctx, job(ctx, self.id, Phase::Check, round));
        }
        Ok(())
    }
}

/// The end of a phase, written by the job. The file goes with the last one; what its batches did stands in the report.
pub(crate) struct Settle {
    pub(crate) id: Uuid,
    pub(crate) from: ImportState,
    pub(crate) to: ImportState,
    pub(crate) rows: i64,
    pub(crate) report: Option<ImportReport>,
    pub(crate) faults: Vec<Fault>,
    /// Of a spreadsheet: the rows that come back.
    pub(crate) left: Option<Left>,
    pub(crate) undone: Option<Undone>,
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
            clear(tx, FILE.0, self.id).await?;
        }
        if let Some(left) = &self.left {
            clear(tx, LEFT.0, self.id).await?;
            let bytes = serde_json::to_vec(left).map_err(Problem::internal)?;
            keep(ctx, tx, &*self.sealer, LEFT, self.id, &bytes).await?;
        }
        if self.to == ImportState::Done && row.columns_sealed.is_some() {
            tx.schedule(ctx, forgetting(ctx, self.id, UNDONE_WITHIN));
        }
        let undone = self.undone.as_ref().map(serde_json::to_string).transpose();
        let undone = undone.map_err(Problem::internal)?;
        let undone_sealed = undone
            .map(|text| self.sealer.seal(ctx, self.id, &text))
            .transpose()?;
        let faults = serde_json::to_string(&self.faults).map_err(Problem::internal)?;
        let counts = self.report.as_ref().map(|report| {
            json!({"new": report.new, "changed": report.changed, "unchanged": report.unchanged,
                   "refused": report.refused.len(), "doubtful": report.doubtful.len()})
        });
        tx.update::<import_run::Entity>(import_run::Model {
            state: self.to.as_str().to_owned(),
            rows_total: self.rows,
            // Taking back leaves what was taken in as it was said.
            report_sealed: report_sealed.or_else(|| match self.from {
                ImportState::Undoing => row.report_sealed.clone(),
                _ => None,
            }),
            undone_sealed,
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
