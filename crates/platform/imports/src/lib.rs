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
mod job;
mod migrations;
mod pages;
pub mod permissions;
mod plan;
mod queries;
mod report;

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::BoxFuture;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;
use youlin_database::sealed::{SealedColumn, SealedTable, sealed_record, sealed_rows};
use youlin_database::{Database, JobHandler, audited_table};
use youlin_kernel::{CommunityId, Ctx, Permission, Problem, Result};
use youlin_web::{App, Module};

pub use crate::csv::{Row, read_csv};
pub use commands::{AcceptImport, AcceptSealer, DropImport, StartImport};
pub use job::{FORGET_KIND, ForgetImport, RUN_KIND, RunImport};
pub use migrations::MIGRATIONS;
pub use pages::NAV;
pub use plan::{Batch, Plan};
pub use queries::{ImportState, ImportView, import_view};
pub use report::{ImportReport, Outcome, Refused};

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

    /// Reads the file: what is refused already, and batches.
    fn plan<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        file: &'a Incoming,
        dry_run: bool,
    ) -> BoxFuture<'a, Result<Plan>>;

    /// Something of this community was taken in (the system's: at the end): memory is brought up to date.
    fn taken<'a>(&'a self, db: &'a Database, community: CommunityId) -> BoxFuture<'a, Result<()>>;
}

/// Seals what is kept of a file: it may hold anything.
pub trait Sealer: Send + Sync {
    /// # Errors
    /// 500 when the random source gives nothing.
    fn seal(&self, ctx: &Ctx, row: Uuid, text: &str) -> Result<Vec<u8>>;

    /// # Errors
    /// 500 when the key is missing or the bytes were changed.
    fn open(&self, row: Uuid, sealed: &[u8]) -> Result<String>;
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
    const REPORT: &[SealedColumn] = &[SealedColumn {
        column: "report_sealed",
        bound_to: SEALED_AS,
        system: true,
    }];
    const TEXT: &[SealedColumn] = &[SealedColumn {
        column: "text_sealed",
        bound_to: SEALED_AS,
        system: true,
    }];
    vec![
        sealed_record::<entities::import_run::Entity>(REPORT),
        sealed_rows("import_piece", TEXT),
        sealed_rows("import_part", REPORT),
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
        routes: pages::routes(),
        jobs,
        ..Module::named("imports")
    }
}
