//! An import is taken back.

use std::sync::Arc;

use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Problem, ProblemKind, Result};

use super::{SYSTEM, UNDONE_WITHIN, job};
use crate::entities::import_run;
use crate::job::Phase;
use crate::queries::row_of;
use crate::sight::sees;
use crate::{ImportState, Imports};

/// Has a whole import taken back, by whoever gave the file or has its permission over all it touched. Doing it twice
/// changes nothing.
#[derive(Debug)]
pub struct UndoImport {
    pub imports: Arc<Imports>,
    pub id: Uuid,
}

impl Command for UndoImport {
    type Output = ();
    const NAME: &'static str = "imports.undo";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = row_of(tx.conn(), self.id).await?;
        if !sees(tx.conn(), &self.imports, ctx, &row).await? {
            return Err(Problem::not_found());
        }
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
            undone_by: ctx.actor().id(),
            undone_by_name: Some(ctx.actor().name().to_owned()),
            ..row
        })
        .await?;
        tx.audit(ctx, SYSTEM, AuditEntry::new(Self::NAME, "import", self.id));
        tx.schedule(ctx, job(ctx, self.id, Phase::Undo, round));
        Ok(())
    }
}
