//! What the columns of a spreadsheet are taken for.

use std::collections::BTreeMap;
use std::sync::Arc;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Problem, ProblemKind, Result};

use super::{SYSTEM, job, own};
use crate::entities::import_run;
use crate::job::Phase;
use crate::queries::{columns_of, row_of};
use crate::sheet::Columns;
use crate::{ImportState, Imports, Sealer};

/// Says what the columns of a spreadsheet hold; the next file of the same make is taken in the same way.
#[derive(Debug)]
pub struct MatchColumns {
    pub imports: Arc<Imports>,
    pub id: Uuid,
    /// By column, in their order.
    pub fields: Vec<Option<String>>,
    /// What holds for all rows, by field.
    pub given: BTreeMap<String, String>,
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
        let asks = register.asks(ctx, None);
        let offered = |(field, value): (&String, &String)| {
            let mut asks = asks.iter();
            asks.any(|one| one.field == *field && one.name_of(value).is_some())
        };
        if !self.given.iter().all(offered) {
            return Err(Problem::invalid("given", "unknown-value"));
        }
        columns.take(&self.fields);
        columns.given.clone_from(&self.given);
        columns.asked = false;
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
        let state = match self.columns.remembered && !self.columns.asked {
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
