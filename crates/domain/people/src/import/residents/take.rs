//! A batch of rows is compared with the register ([`super::decide`]) and saved ([`super::enter`]), in one transaction and few
//! statements.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures::try_join;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, New, Tx};
use youlin_imports::{ImportReport, Outcome, Step, journal};
use youlin_kernel::{CommunityId, Ctx, Result, Scope};

use super::decide::Decided;
use super::known::Known;
use super::read::Draft;
use super::ready::Ready;
use crate::Vault;
use crate::entities::{household, person, person_label, person_phone, residence};
use crate::events;

/// Rows of one community.
pub(super) struct Import {
    pub(super) vault: Arc<Vault>,
    /// Where the caller may write people.
    pub(super) scope: Scope,
    pub(super) community: CommunityId,
    pub(super) rows: Vec<Draft>,
    pub(super) import: Option<Uuid>,
    pub(super) dry_run: bool,
    pub(super) ready: Ready,
}

/// What a row did to a person, as the journal keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Did {
    pub(super) new: bool,
    /// The person as it was, if the row of the person itself was changed.
    pub(super) before: Option<person::Model>,
    /// The person's version afterwards.
    pub(super) version: i32,
    pub(super) phones: Vec<Uuid>,
    pub(super) labels: Vec<Uuid>,
    pub(super) homes: Vec<Uuid>,
    /// Residences that were ended, as they were.
    pub(super) ended: Vec<residence::Model>,
    /// Households it made; journals of earlier versions say nothing of them.
    #[serde(default)]
    pub(super) households: Vec<Uuid>,
    /// What the person and the homes it made said afterwards ([`crate::import::print`]); journals of earlier versions do
    /// without.
    #[serde(default)]
    pub(super) prints: BTreeMap<Uuid, String>,
}

/// What is to be written.
#[derive(Default)]
pub(super) struct Writing {
    pub(super) new: Vec<New<person::Entity>>,
    pub(super) changed: Vec<person::Model>,
    pub(super) phones: Vec<New<person_phone::Entity>>,
    pub(super) labels: Vec<New<person_label::Entity>>,
    pub(super) homes: Vec<New<residence::Entity>>,
    pub(super) ended: Vec<residence::Model>,
    pub(super) households: Vec<household::Model>,
    pub(super) steps: Vec<Step>,
    /// Everybody something is written of.
    pub(super) persons: BTreeSet<Uuid>,
}

impl Command for Import {
    type Output = ImportReport;
    const NAME: &'static str = "people.import-residents";

    fn make_ready(&self, ctx: &Ctx) {
        let rows = self.rows.iter();
        let all = rows.filter_map(|draft| {
            // What cannot be made ready fails when it is saved.
            let newcomer = self.newcomer(ctx, draft, draft.key.is_some()).ok()?;
            Some((draft.line, newcomer))
        });
        self.ready.put(all.collect());
    }

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let known = Known::of(tx.conn(), self.community, &self.rows).await?;
        let mut report = ImportReport::default();
        let mut writing = Writing::default();
        let mut taken: HashMap<Uuid, u32> = HashMap::new();
        for draft in &self.rows {
            match self.decide(&known, draft, &mut taken)? {
                Decided::New => {
                    report.touch(draft.line, Outcome::New, &[]);
                    if !self.dry_run {
                        self.enter(ctx, &known, draft, &mut writing)?;
                    }
                }
                Decided::Change(change) => {
                    report.touch(draft.line, Outcome::Changed, &change.fields());
                    if !self.dry_run {
                        self.change(ctx, &known, draft, change, &mut writing)?;
                    }
                }
                Decided::Same => report.count(Outcome::Unchanged),
                Decided::Doubts(doubts) => report.doubtful.extend(doubts),
                Decided::Refused(refused) => report.refused.push(refused),
            }
        }
        if !self.dry_run {
            self.save(ctx, tx, writing, &report).await?;
        }
        Ok(report)
    }
}

impl Import {
    async fn save(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        writing: Writing,
        report: &ImportReport,
    ) -> Result<()> {
        if report.written() == 0 {
            return Ok(());
        }
        for row in writing.changed {
            tx.update::<person::Entity>(row).await?;
        }
        for row in writing.ended {
            tx.update::<residence::Entity>(row).await?;
        }
        let subject = self.import.unwrap_or_default();
        let vault: &Vault = &self.vault;
        let steps = writing.steps;
        let noted = async {
            match self.import {
                Some(import) => journal(ctx, tx, vault, self.community, import, steps).await,
                None => Ok(()),
            }
        };
        // The journal is sealed while the database takes the rows.
        try_join!(
            tx.insert_new::<person::Entity>(writing.new),
            tx.insert_new::<person_phone::Entity>(writing.phones),
            tx.insert_new::<person_label::Entity>(writing.labels),
            tx.insert_all::<household::Entity>(writing.households),
            tx.insert_new::<residence::Entity>(writing.homes),
            noted,
        )?;
        let entry = AuditEntry::new(Self::NAME, "import", subject)
            .detail(json!({"new": report.new, "changed": report.changed}));
        tx.audit(ctx, self.community, entry);
        let persons: Vec<Uuid> = writing.persons.into_iter().collect();
        tx.emit(
            ctx,
            events::residents_imported(self.community, subject, &persons),
        );
        Ok(())
    }
}
