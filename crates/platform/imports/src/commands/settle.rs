//! A phase ends.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Problem, Result};

use super::{FILE, LEFT, SYSTEM, UNDONE_WITHIN, clear, forgetting, keep};
use crate::entities::import_run;
use crate::left::Left;
use crate::queries::{Fault, Undone, row_of};
use crate::{ImportReport, ImportState, Sealer};

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
        // A sheet of another kind waits for somebody to say that it is one.
        if self.to != ImportState::Ready && !self.faults.iter().any(Fault::names_kind) {
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
