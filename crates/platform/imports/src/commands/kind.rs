//! A sheet was given as one kind and is of another: it goes on as that, without being given again.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Problem, ProblemKind, Result};

use super::{SYSTEM, job, own};
use crate::entities::import_run;
use crate::job::Phase;
use crate::queries::{Fault, faults_of};
use crate::{ImportState, Imports};

/// Reads a sheet nobody accepted yet as one of another kind.
#[derive(Debug)]
pub struct GiveAs {
    pub imports: Arc<Imports>,
    pub id: Uuid,
    pub kind: String,
}

impl Command for GiveAs {
    type Output = ();
    const NAME: &'static str = "imports.give-as";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own(ctx, tx, self.id).await?;
        let register = self.imports.register(&self.kind)?;
        ctx.scope(register.permission())?;
        if register.columns().is_empty() {
            return Err(Problem::invalid("kind", "unknown-value"));
        }
        let open = match ImportState::parse(&row.state) {
            ImportState::Matching => true,
            // Its file was kept for this.
            ImportState::Failed => faults_of(&row).iter().any(Fault::names_kind),
            _ => false,
        };
        if !open {
            return Err(Problem::new(ProblemKind::Conflict, "import-not-ready"));
        }
        let entry = AuditEntry::new(Self::NAME, "import", self.id)
            .detail(json!({"from": row.kind, "to": self.kind}));
        // What was found was found for the other kind; the job that reads it anew is another one.
        let round = row.round.unwrap_or(0) + 1;
        tx.update::<import_run::Entity>(import_run::Model {
            kind: self.kind.clone(),
            state: ImportState::Reading.as_str().to_owned(),
            rows_total: 0,
            columns_sealed: None,
            report_sealed: None,
            fault: None,
            ended_at: None,
            round: Some(round),
            ..row
        })
        .await?;
        tx.audit(ctx, SYSTEM, entry);
        tx.schedule(ctx, job(ctx, self.id, Phase::Read, round));
        Ok(())
    }
}
