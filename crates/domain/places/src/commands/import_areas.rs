//! Takes an area file in: parents may stand anywhere in it.

use std::collections::HashSet;

use serde_json::json;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::area_draft::AreaDraft;
use crate::areas::AreaRows;
use crate::entities::area;
use crate::events;
use crate::import::{ImportReport, Outcome, Row};
use crate::locator::mark;

/// Rows of `areas.csv`: code, scheme, scheme_version, level, parent_code, name, name_en, short. An area is known again by
/// scheme and code, former codes included. Sound rows are taken in, the others are refused with their reason.
#[derive(Clone, Debug)]
pub struct ImportAreas {
    pub rows: Vec<Row>,
    pub dry_run: bool,
}

impl Command for ImportAreas {
    type Output = ImportReport;
    const NAME: &'static str = "places.import-areas";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let mut report = ImportReport::default();
        let mut drafts: Vec<AreaDraft> = Vec::with_capacity(self.rows.len());
        let mut seen = HashSet::new();
        for row in &self.rows {
            match AreaDraft::read(row) {
                Err(refused) => report.refused.push(refused),
                Ok(draft) if !seen.insert((draft.scheme.clone(), draft.code.clone())) => {
                    report.refused.push(row.refuse("code", "key-twice"));
                }
                Ok(draft) => drafts.push(draft),
            }
        }
        // Stable: parents first, whatever the order of the file.
        drafts.sort_by_key(|draft| draft.level);
        let codes = drafts.iter().flat_map(AreaDraft::codes).collect();
        let mut rows = AreaRows::named(tx.conn(), &codes).await?;
        let mut fresh = Vec::new();
        for draft in &drafts {
            // New areas are saved together.
            match draft.decide(ctx, &rows, None) {
                Ok((Outcome::New, model, _)) => {
                    report.note(Ok(Outcome::New));
                    rows.put(model.clone());
                    fresh.push(model);
                }
                _ => report.note(draft.apply(ctx, tx, &mut rows, None, self.dry_run).await?),
            }
        }
        if !self.dry_run {
            tx.insert_all::<area::Entity>(fresh).await?;
        }
        report.refused.sort_by_key(|refused| refused.line);
        if !self.dry_run && report.written() > 0 {
            let id = ctx.new_id();
            let entry = AuditEntry::new(Self::NAME, "import", id).detail(json!({
                "new": report.new, "changed": report.changed,
                "unchanged": report.unchanged, "refused": report.refused.len(),
            }));
            tx.audit(ctx, CommunityId::SYSTEM, entry);
            tx.emit(ctx, events::areas_changed(id));
            mark(tx, CommunityId::SYSTEM);
        }
        Ok(report)
    }
}
