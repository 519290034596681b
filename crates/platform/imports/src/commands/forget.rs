//! A file is given up, or was kept long enough.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};

use super::{FILE, LEFT, SYSTEM, UNDONE_WITHIN, clear, own};
use crate::ImportState;
use crate::entities::import_run;
use crate::queries::row_of;

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
