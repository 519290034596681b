//! A file is given.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Problem, Result};

use super::{FILE, KEPT, SYSTEM, forgetting, job, keep};
use crate::entities::import_run;
use crate::job::Phase;
use crate::{ImportState, Imports, Incoming};

const NAME_MAX: usize = 120;

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
            // A file was chosen, and there is nothing in it.
            let code = match self.file_name.is_empty() {
                true => "required",
                false => "sheet-empty",
            };
            return Err(Problem::invalid("file", code));
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
            undone_by: None,
            undone_by_name: None,
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
