//! Reads. What is not taken in yet is seen by the account that gave the file alone; see [`crate::sight`] for the rest.

use std::collections::BTreeSet;

use sea_orm::sea_query::{ExprTrait, Order, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{Database, JobStatus, job_of};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};

use crate::entities::import_run;
use crate::job::{Phase, RUN_KIND};
use crate::left::Left;
use crate::plan::lines_of;
use crate::sheet::Columns;
use crate::{ImportReport, Refused, Sealer};

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// A spreadsheet whose columns are being found.
    Reading,
    /// A person looks at what its columns were taken for.
    Matching,
    /// Being judged.
    Checking,
    /// Judged; a person decides.
    Ready,
    /// Being taken in.
    Running,
    Done,
    /// The file cannot be read, or the rights are gone.
    Failed,
    /// Given up by its owner, or not accepted in time.
    Dropped,
    /// Being taken back.
    Undoing,
    Undone,
}

impl ImportState {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Matching => "matching",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
            Self::Checking => "checking",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        [
            Self::Reading,
            Self::Matching,
            Self::Undoing,
            Self::Undone,
            Self::Checking,
            Self::Ready,
            Self::Running,
            Self::Done,
            Self::Dropped,
        ]
        .into_iter()
        .find(|one| one.as_str() == text)
        .unwrap_or(Self::Failed)
    }

    /// Something happens by itself.
    #[must_use]
    pub fn moves(self) -> bool {
        matches!(
            self,
            Self::Reading | Self::Checking | Self::Running | Self::Undoing
        )
    }
}

/// What is said of a sheet whose columns mean nothing for its kind, and everything for another.
pub(crate) const OF_KIND: &str = "sheet-of-kind";

/// A sentence about the file as a whole: key of the catalogue and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fault {
    pub(crate) key: String,
    pub(crate) args: Vec<(String, String)>,
}

impl Fault {
    /// The sheet is clearly of another kind, and may go on as that.
    pub(crate) fn names_kind(&self) -> bool {
        self.key.strip_prefix("field-") == Some(OF_KIND)
    }

    /// The kind it names.
    pub(crate) fn kind(&self) -> Option<&str> {
        let named = self.args.iter().find(|(name, _)| name == "register");
        named
            .filter(|_| self.names_kind())
            .map(|(_, kind)| kind.as_str())
    }

    /// The sentences of a refusal.
    pub(crate) fn of(problem: &Problem) -> Vec<Self> {
        let own = |args: &[(&'static str, String)]| {
            let args = args.iter();
            args.map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect()
        };
        if problem.fields().is_empty() {
            return vec![Self {
                key: format!("problem-{}", problem.code()),
                args: own(problem.args()),
            }];
        }
        let fields = problem.fields().iter();
        fields
            .map(|fault| Self {
                key: format!("field-{}", fault.code),
                args: own(&fault.args),
            })
            .collect()
    }
}

/// An import as its page shows it.
#[derive(Clone, Debug)]
pub struct ImportView {
    pub id: Uuid,
    pub version: i32,
    pub kind: String,
    pub file_name: String,
    pub state: ImportState,
    /// Rows of the file, once it was judged.
    pub rows: i64,
    /// What would be, or was, taken in.
    pub report: Option<ImportReport>,
    pub(crate) faults: Vec<Fault>,
    /// The sheets that are read, in their order: a row is named with its own where there are several.
    pub(crate) sheets: Vec<String>,
    pub created_at: Micros,
    pub ended_at: Option<Micros>,
    /// What was found in a spreadsheet.
    pub columns: Option<Columns>,
    pub undone: Option<Undone>,
    /// Who gave the file.
    pub by: String,
    /// The caller did. To others, what stands in the file is not shown.
    pub own: bool,
    /// Who had it taken back.
    pub undone_by: Option<String>,
    pub(crate) round: i32,
}

impl ImportView {
    /// What the list of files says of it: a judged file that brings nothing waits for nobody.
    pub(crate) fn standing(&self) -> &'static str {
        let nothing = |report: &ImportReport| !report.brings() && report.refused.is_empty();
        match (self.state, &self.report) {
            (ImportState::Ready, Some(report)) if nothing(report) => "nothing",
            (state, _) => state.as_str(),
        }
    }
}

/// What taking an import back did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// Records that are as they were before.
    pub undone: u32,
    /// Rows whose records were changed since by somebody else, and stay as they are.
    pub refused: Vec<Refused>,
}

pub(crate) async fn row_of(db: &impl ConnectionTrait, id: Uuid) -> Result<import_run::Model> {
    import_run::Entity::find_by_id((CommunityId::SYSTEM.0, id))
        .one(db)
        .await?
        .ok_or_else(Problem::not_found)
}

pub(crate) fn view(sealer: &dyn Sealer, row: import_run::Model, ctx: &Ctx) -> Result<ImportView> {
    let own = ctx.actor().id() == Some(row.account_id);
    let report = row
        .report_sealed
        .as_deref()
        .map(|sealed| sealer.open(row.id, sealed))
        .transpose()?;
    let columns = columns_of(sealer, &row)?;
    let sheets = columns.as_ref().map(|one| one.sheets().to_vec());
    let undone = row
        .undone_sealed
        .as_deref()
        .map(|sealed| sealer.open(row.id, sealed))
        .transpose()?;
    Ok(ImportView {
        faults: faults_of(&row),
        sheets: sheets.unwrap_or_default(),
        columns: columns.filter(|_| own),
        undone: undone.and_then(|text| serde_json::from_str(&text).ok()),
        round: row.round.unwrap_or(0),
        by: row.account_name,
        own,
        undone_by: row.undone_by_name,
        id: row.id,
        version: row.version,
        kind: row.kind,
        file_name: row.file_name,
        state: ImportState::parse(&row.state),
        rows: row.rows_total,
        report: report.and_then(|text| serde_json::from_str(&text).ok()),
        created_at: Micros(row.created_at),
        ended_at: row.ended_at.map(Micros),
    })
}

/// Why it could not be read.
pub(crate) fn faults_of(row: &import_run::Model) -> Vec<Fault> {
    let held = row.fault.as_deref();
    held.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

pub(crate) fn columns_of(sealer: &dyn Sealer, row: &import_run::Model) -> Result<Option<Columns>> {
    let text = row
        .columns_sealed
        .as_deref()
        .map(|sealed| sealer.open(row.id, sealed))
        .transpose()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// The caller's own import.
///
/// # Errors
/// 404 for everybody else.
pub async fn import_view(
    db: &Database,
    sealer: &dyn Sealer,
    ctx: &Ctx,
    id: Uuid,
) -> Result<ImportView> {
    let row = row_of(db.read(), id).await?;
    if ctx.actor().id() != Some(row.account_id) {
        return Err(Problem::not_found());
    }
    view(sealer, row, ctx)
}

/// Imports of these kinds that were taken in and can still be taken back, the caller's own; newest first. However many were
/// tried since, none of them drops out of the list before its thirty days are over.
pub(crate) async fn undoable(
    db: &Database,
    sealer: &dyn Sealer,
    ctx: &Ctx,
    kinds: &[&str],
) -> Result<Vec<ImportView>> {
    let since = ctx.now().0 - crate::commands::UNDONE_WITHIN;
    let Some(account) = ctx.actor().id() else {
        return Ok(Vec::new());
    };
    let rows = import_run::Entity::find()
        .filter(import_run::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(import_run::Column::AccountId.eq(account))
        .filter(import_run::Column::State.eq(ImportState::Done.as_str()))
        .filter(import_run::Column::Kind.is_in(kinds.iter().copied()))
        .filter(import_run::Column::EndedAt.gt(since))
        .order_by_desc(import_run::Column::Id)
        .all(db.read())
        .await?;
    let all: Result<Vec<ImportView>> = rows.into_iter().map(|row| view(sealer, row, ctx)).collect();
    let changed = |one: &ImportView| {
        let report = one.report.as_ref();
        report.is_some_and(|report| report.written() > 0)
    };
    Ok(all?.into_iter().filter(changed).collect())
}

/// The caller's latest imports, newest first.
pub(crate) async fn latest(
    db: &Database,
    sealer: &dyn Sealer,
    ctx: &Ctx,
    most: u64,
) -> Result<Vec<ImportView>> {
    let Some(account) = ctx.actor().id() else {
        return Ok(Vec::new());
    };
    let rows = import_run::Entity::find()
        .filter(import_run::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(import_run::Column::AccountId.eq(account))
        .order_by_desc(import_run::Column::Id)
        .limit(most)
        .all(db.read())
        .await?;
    rows.into_iter().map(|row| view(sealer, row, ctx)).collect()
}

/// The job that works on an import now.
pub(crate) async fn progress(db: &Database, view: &ImportView) -> Result<Option<JobStatus>> {
    let phase = match view.state {
        ImportState::Reading => Phase::Read,
        ImportState::Checking => Phase::Check,
        ImportState::Undoing => Phase::Undo,
        _ => Phase::Take,
    };
    let key = phase.key(view.id, view.round);
    job_of(db.read(), CommunityId::SYSTEM, RUN_KIND, &key).await
}

/// The file as it was given.
pub(crate) async fn file_of(db: &Database, sealer: &dyn Sealer, id: Uuid) -> Result<Vec<u8>> {
    pieces_of(db, sealer, "import_piece", "text_sealed", id).await
}

/// What is left of a spreadsheet: the rows that were not taken in.
pub(crate) async fn left_of(db: &Database, sealer: &dyn Sealer, id: Uuid) -> Result<Option<Left>> {
    let bytes = pieces_of(db, sealer, "import_left", "rows_sealed", id).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(&bytes).map_err(Problem::internal)
}

/// A long content, cut into sealed pieces of one table.
async fn pieces_of(
    db: &Database,
    sealer: &dyn Sealer,
    table: &'static str,
    column: &'static str,
    id: Uuid,
) -> Result<Vec<u8>> {
    let mut find = Query::select();
    find.columns(["id", column].map(name))
        .from(name(table))
        .and_where(col("community_id").eq(CommunityId::SYSTEM.0))
        .and_where(col("import_id").eq(id))
        .order_by(name("place"), Order::Asc);
    let mut bytes = Vec::new();
    for row in db.read().query_all(&find).await? {
        let sealed: Vec<u8> = row.try_get("", column)?;
        bytes.extend(sealer.open_bytes(row.try_get("", "id")?, &sealed)?);
    }
    Ok(bytes)
}

/// What columns of the same names were taken for the last time.
pub(crate) async fn remembered(
    db: &Database,
    kind: &str,
    signature: &str,
) -> Result<Option<Vec<Option<String>>>> {
    let mut find = Query::select();
    find.column(name("columns"))
        .from(name("import_mapping"))
        .and_where(col("community_id").eq(CommunityId::SYSTEM.0))
        .and_where(col("kind").eq(kind))
        .and_where(col("signature").eq(signature));
    let row = db.raw_write().query_one(&find).await?;
    let text: Option<String> = row.map(|row| row.try_get("", "columns")).transpose()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// What of an import ran already: its lines, and what it did.
pub(crate) async fn done_of(
    db: &Database,
    sealer: &dyn Sealer,
    id: Uuid,
) -> Result<(BTreeSet<u32>, ImportReport)> {
    let mut find = Query::select();
    find.columns(["id", "lines", "report_sealed"].map(name))
        .from(name("import_part"))
        .and_where(col("import_id").eq(id));
    let (mut lines, mut report) = (BTreeSet::new(), ImportReport::default());
    // The writing connection: a batch that ended a moment ago is never missed.
    for row in db.raw_write().query_all(&find).await? {
        let text: String = row.try_get("", "lines")?;
        lines.extend(lines_of(&text));
        let sealed: Vec<u8> = row.try_get("", "report_sealed")?;
        let text = sealer.open(row.try_get("", "id")?, &sealed)?;
        report.absorb(serde_json::from_str(&text).map_err(Problem::internal)?);
    }
    Ok((lines, report))
}
