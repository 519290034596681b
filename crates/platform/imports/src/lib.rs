//! Taking registers in from files: what a row is, what an import says afterwards, and the way of a large file.
//!
//! An import is idempotent: rows are matched by their key, a second run of the same file changes nothing. `dry_run`
//! makes every decision and saves none. A module says how a file becomes a [`Plan`] of batches, each a transaction of one
//! community ([`Register`]); this crate runs plans, either at once (REST, command line) or as a job behind a page with a
//! progress bar: the file is kept (sealed), judged, accepted by a person, and taken in batch by batch. What a batch did is
//! noted in its own transaction, so a server that dies in the middle goes on where it stopped and counts nothing twice.

mod commands;
mod csv;
mod entities;
mod given;
mod job;
mod journal;
mod left;
mod migrations;
mod pages;
pub mod permissions;
mod plan;
mod queries;
mod report;
mod sheet;
mod sight;
mod table;
mod tabs;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::BoxFuture;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;
use youlin_database::sealed::{SealedColumn, SealedTable, sealed_record, sealed_rows};
use youlin_database::{Database, JobHandler, audited_table};
use youlin_kernel::{CommunityId, Ctx, Permission, Problem, Result};
use youlin_web::{App, Module};

pub use crate::csv::{Row, armed, harmless, read_csv, write_csv};
pub use commands::{
    AcceptImport, AcceptSealer, ChooseSheets, DropImport, GiveAs, MatchAgain, MatchColumns,
    StartImport, UndoImport,
};
pub use given::{Asked, AskedOf, named_in};
pub use job::{FORGET_KIND, ForgetImport, RUN_KIND, RunImport};
pub use journal::{Step, journal, strike};
pub use migrations::MIGRATIONS;
pub use pages::NAV;
pub use plan::{Batch, Plan};
pub use queries::{ImportState, ImportView, Undone, import_view};
pub use report::{APART, Choice, Doubt, ImportReport, NAMED, Outcome, Refused, Touched};
pub use sheet::Columns;
pub use table::Table;
pub use tabs::Tab;
/// What a register says of the columns it takes.
pub use youlin_tabular as tabular;

/// Largest file, bytes.
pub const FILE_MAX: usize = 32 * 1024 * 1024;

/// A file to take in.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    pub text: String,
    /// Further settings of some kinds: `datum`.
    pub setting: String,
    /// Lines an earlier run took in already: judged with the others, in no batch.
    pub done: BTreeSet<u32>,
    /// The file as it came, where it is no text.
    pub bytes: Vec<u8>,
    /// Its rows, for registers of spreadsheets.
    pub table: Option<Arc<Table>>,
    /// What was decided about doubtful rows.
    pub choices: BTreeMap<u32, Choice>,
    /// The import whose steps are to be journaled; none when it is only judged, or taken in without a page.
    pub import: Option<Uuid>,
}

impl Incoming {
    /// A file of this text.
    #[must_use]
    pub fn of_text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Its rows, of a register that takes spreadsheets.
    ///
    /// # Errors
    /// 500 without them: such a file is laid out before it is planned.
    pub fn rows(&self) -> Result<Arc<Table>> {
        let table = self.table.clone();
        table.ok_or_else(|| Problem::internal("a spreadsheet without its rows"))
    }

    /// What is kept of it.
    pub(crate) fn content(&self) -> &[u8] {
        if self.bytes.is_empty() {
            self.text.as_bytes()
        } else {
            &self.bytes
        }
    }
}

/// One kind of file a module takes in.
pub trait Register: Send + Sync {
    /// `persons`; also the key of its words (`import-kind-persons`, `import-kind-hint-persons`).
    fn kind(&self) -> &'static str;

    /// Who may take such files in; each row is authorized again where it belongs.
    fn permission(&self) -> &'static Permission;

    /// Goes in whole or not at all.
    fn whole(&self) -> bool {
        false
    }

    /// Choices of [`Incoming::setting`] as catalogue keys, the first is the usual one.
    fn settings(&self) -> &'static [&'static str] {
        &[]
    }

    /// The columns of the spreadsheets it takes, in the order in which they are offered to somebody who matches them. None:
    /// it takes text (CSV, JSON) and reads it itself. The fields are the keys of their words (`import-field-identity`).
    fn columns(&self) -> &'static [tabular::Spec] {
        &[]
    }

    /// Looks again at what the columns of a sheet were found to hold, with names that are data (labels of a catalogue) and
    /// what the register knows of its fields together.
    fn look(&self, _table: &Table, _found: &mut [tabular::Found]) {}

    /// What may be said once for all rows of a sheet, where its columns do not say it. `of`: the file, where it was read just
    /// now and something may be guessed of it.
    fn asks(&self, _ctx: &Ctx, _of: Option<AskedOf<'_>>) -> Vec<Asked> {
        Vec::new()
    }

    /// The fields of a blank sheet to fill in, in their order: what people usually know.
    fn blank(&self) -> Vec<&'static str> {
        self.columns().iter().map(|spec| spec.field).collect()
    }

    /// What a row of its sheets is about, for people: covered where a page would cover it.
    fn called(&self, _table: &Table, _line: &tabular::Line) -> String {
        String::new()
    }

    /// What a row of its text is about, for people: covered where a page would cover it. None: its text has no rows (JSON).
    fn row_called(&self) -> Option<fn(&Row) -> String> {
        None
    }

    /// Fields without which nothing can be taken in.
    fn needed(&self) -> &'static [&'static str] {
        &[]
    }

    /// Takes steps back that an import journaled, strikes them ([`strike`]), and refuses those whose records were
    /// changed since (their lines stay in the report). `changed` of the report counts what was taken back.
    fn undo(&self, _community: CommunityId, _steps: Vec<Step>) -> Option<Batch> {
        None
    }

    /// Whether [`Register::undo`] does anything.
    fn undoes(&self) -> bool {
        false
    }

    /// Reads the file: what is refused already, and batches.
    fn plan<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        file: &'a Incoming,
        dry_run: bool,
    ) -> BoxFuture<'a, Result<Plan>>;

    /// Something of this community was taken in (the system's: at the end): memory is brought up to date.
    /// Nothing, where nothing is held in memory.
    fn taken<'a>(
        &'a self,
        _db: &'a Database,
        _community: CommunityId,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

/// Seals what is kept of a file: it may hold anything.
pub trait Sealer: Send + Sync {
    /// # Errors
    /// 500 when the random source gives nothing.
    fn seal(&self, ctx: &Ctx, row: Uuid, text: &str) -> Result<Vec<u8>>;

    /// # Errors
    /// 500 when the key is missing or the bytes were changed.
    fn open(&self, row: Uuid, sealed: &[u8]) -> Result<String>;

    /// # Errors
    /// 500 when the random source gives nothing.
    fn seal_bytes(&self, ctx: &Ctx, row: Uuid, bytes: &[u8]) -> Result<Vec<u8>>;

    /// # Errors
    /// 500 when the key is missing or the bytes were changed.
    fn open_bytes(&self, row: Uuid, sealed: &[u8]) -> Result<Vec<u8>>;
}

/// Put into the application at start as `Arc<Imports>`.
pub struct Imports {
    pub registers: Vec<Arc<dyn Register>>,
    pub sealer: Arc<dyn Sealer>,
}

impl std::fmt::Debug for Imports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kinds = self.registers.iter().map(|one| one.kind());
        f.debug_list().entries(kinds).finish()
    }
}

impl Imports {
    /// The register of that kind.
    ///
    /// # Errors
    /// 422 on `kind`.
    pub fn register(&self, kind: &str) -> Result<&Arc<dyn Register>> {
        let found = self.registers.iter().find(|one| one.kind() == kind);
        found.ok_or_else(|| Problem::invalid("kind", "unknown-value"))
    }
}

/// NFC, control characters become blanks, runs of blanks become one.
#[must_use]
pub fn clean(text: &str) -> String {
    let composed: String = text
        .nfc()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn jobs(app: &App) -> Vec<Arc<dyn JobHandler>> {
    match app.service::<Imports>() {
        Some(imports) => vec![
            Arc::new(RunImport {
                app: app.clone(),
                imports,
            }),
            Arc::new(ForgetImport),
        ],
        None => Vec::new(),
    }
}

/// What the pieces and reports of a file are bound to, whatever table and community they lie in; [`Sealer`]s keep to it.
pub const SEALED_AS: (&str, &str) = ("import", "text");

fn sealed() -> Vec<SealedTable> {
    const fn kept(column: &'static str) -> SealedColumn {
        SealedColumn {
            column,
            bound_to: SEALED_AS,
            system: true,
        }
    }
    const RUN: &[SealedColumn] = &[
        kept("report_sealed"),
        kept("columns_sealed"),
        kept("undone_sealed"),
    ];
    const TEXT: &[SealedColumn] = &[kept("text_sealed")];
    const REPORT: &[SealedColumn] = &[kept("report_sealed")];
    const ROWS: &[SealedColumn] = &[kept("rows_sealed")];
    const DETAIL: &[SealedColumn] = &[kept("detail_sealed")];
    vec![
        sealed_record::<entities::import_run::Entity>(RUN),
        sealed_rows("import_piece", TEXT),
        sealed_rows("import_part", REPORT),
        sealed_rows("import_left", ROWS),
        sealed_rows("import_step", DETAIL),
    ]
}

/// This module as the composition root takes it in.
#[must_use]
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        permissions: permissions::ALL,
        sealed: sealed(),
        audited: vec![audited_table::<entities::import_run::Entity>()],
        routes: pages::routes,
        jobs,
        ..Module::named("imports")
    }
}
