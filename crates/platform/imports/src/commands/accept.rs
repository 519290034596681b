//! A judged file is accepted, with what was decided about its doubtful rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Problem, ProblemKind, Result};

use super::{SYSTEM, job, own};
use crate::entities::import_run;
use crate::job::Phase;
use crate::{Choice, ImportReport, ImportState, Sealer};

/// Has a judged file taken in; for one that stopped halfway, has it gone on with.
#[derive(Clone, Debug)]
pub struct AcceptImport {
    pub id: Uuid,
    /// The file goes in whole or not at all.
    pub whole: bool,
    pub sealer: AcceptSealer,
    /// What was decided about doubtful rows, by line.
    pub choices: BTreeMap<u32, Choice>,
}

/// How the report is read that says whether there is anything to take in.
#[derive(Clone)]
pub struct AcceptSealer(pub Arc<dyn Sealer>);

impl std::fmt::Debug for AcceptSealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Command for AcceptImport {
    type Output = ();
    const NAME: &'static str = "imports.accept";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own(ctx, tx, self.id).await?;
        match ImportState::parse(&row.state) {
            ImportState::Ready => {}
            // Pressed twice, or the job gave up: the job is planned anew and skips what is done.
            ImportState::Running => {
                tx.schedule(ctx, job(ctx, self.id, Phase::Take, row.round.unwrap_or(0)));
                return Ok(());
            }
            _ => return Err(Problem::new(ProblemKind::Conflict, "import-not-ready")),
        }
        let report: ImportReport = row
            .report_sealed
            .as_deref()
            .map(|sealed| self.sealer.0.open(row.id, sealed))
            .transpose()?
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        if self.whole && !report.is_clean() {
            return Err(Problem::new(ProblemKind::Conflict, "import-whole"));
        }
        let choices = self.decided(&report);
        let round = row.round.unwrap_or(0);
        tx.update::<import_run::Entity>(import_run::Model {
            state: ImportState::Running.as_str().to_owned(),
            choices: (!choices.is_empty())
                .then(|| serde_json::to_string(&choices))
                .transpose()
                .map_err(Problem::internal)?,
            ..row
        })
        .await?;
        let entry = AuditEntry::new(Self::NAME, "import", self.id)
            .detail(json!({"doubtful": choices.len()}));
        tx.audit(ctx, SYSTEM, entry);
        tx.schedule(ctx, job(ctx, self.id, Phase::Take, round));
        Ok(())
    }
}

impl AcceptImport {
    /// The decisions that answer every doubt of their row; one that leaves a doubt open decides nothing.
    fn decided(&self, report: &ImportReport) -> BTreeMap<u32, Choice> {
        let doubts = report.doubts().into_iter();
        let decided = doubts.filter_map(|doubt| {
            let choice = self.choices.get(&doubt.line).copied()?;
            let answers = doubt.choices().contains(&choice);
            answers.then_some((doubt.line, choice))
        });
        decided.collect()
    }
}
