//! Which sheets of a workbook are read.

use std::sync::Arc;

use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Problem, ProblemKind, Result};

use super::{SYSTEM, job, own};
use crate::entities::import_run;
use crate::job::Phase;
use crate::queries::columns_of;
use crate::tabs::of_one_make;
use crate::{ImportState, Imports};

/// Reads a workbook nobody accepted yet anew: these sheets, as one table.
#[derive(Debug)]
pub struct ChooseSheets {
    pub imports: Arc<Imports>,
    pub id: Uuid,
    /// Names of sheets that name the same columns.
    pub sheets: Vec<String>,
}

impl Command for ChooseSheets {
    type Output = ();
    const NAME: &'static str = "imports.sheets";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own(ctx, tx, self.id).await?;
        let open = [ImportState::Matching, ImportState::Ready];
        let sealer = &*self.imports.sealer;
        let columns = columns_of(sealer, &row)?;
        let columns = columns.filter(|_| open.contains(&ImportState::parse(&row.state)));
        let Some(mut columns) = columns else {
            return Err(Problem::new(ProblemKind::Conflict, "import-not-ready"));
        };
        if self.sheets.is_empty() {
            return Err(Problem::invalid("sheets", "sheets-none"));
        }
        if !of_one_make(&columns.tabs, &self.sheets) {
            return Err(Problem::invalid("sheets", "sheets-differ"));
        }
        columns.chosen.clone_from(&self.sheets);
        let text = serde_json::to_string(&columns).map_err(Problem::internal)?;
        let round = row.round.unwrap_or(0) + 1;
        tx.update::<import_run::Entity>(import_run::Model {
            state: ImportState::Reading.as_str().to_owned(),
            rows_total: 0,
            columns_sealed: Some(sealer.seal(ctx, self.id, &text)?),
            report_sealed: None,
            round: Some(round),
            ..row
        })
        .await?;
        tx.audit(ctx, SYSTEM, AuditEntry::new(Self::NAME, "import", self.id));
        tx.schedule(ctx, job(ctx, self.id, Phase::Read, round));
        Ok(())
    }
}
