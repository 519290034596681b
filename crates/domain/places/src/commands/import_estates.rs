//! Takes one community's estates in.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::placing::{Placer, Standing};
use crate::entities::estate;
use crate::import::{ImportReport, Outcome, Refused, Row};
use crate::locator::mark;
use crate::permissions::PLACES_REGISTER;
use crate::{events, words};
use youlin_database::keys::key_of;

/// Columns an estate file must have.
pub const ESTATE_COLUMNS: &[&str] = &["key", "community_code", "name"];

pub(super) const KEY_MAX: usize = 80;
pub(super) const NAME_MAX: usize = 60;
pub(super) const ALIASES_MAX: usize = 300;
pub(super) const STREET_MAX: usize = 120;

/// Rows of `estates.csv`: key, community_code, name, aliases, street_address, built_year, lon, lat, neighbourhood_code;
/// matched by key. All rows belong to `community`.
#[derive(Clone, Debug)]
pub struct ImportEstates {
    pub community: CommunityId,
    pub rows: Vec<Row>,
    pub dry_run: bool,
}

impl Command for ImportEstates {
    type Output = ImportReport;
    const NAME: &'static str = "places.import-estates";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let placer = Placer::load(ctx, tx, self.community, &self.rows).await?;
        let stored = estate::Entity::find()
            .filter(estate::Column::CommunityId.eq(self.community.0))
            .all(tx.conn())
            .await?;
        let mut known: HashMap<String, estate::Model> = stored
            .into_iter()
            .map(|row| (key_of(row.external_key.as_deref(), row.id), row))
            .collect();
        let mut report = ImportReport::default();
        for row in &self.rows {
            let wanted = draft(row, &placer).map(|draft| draft.over(ctx, self.community, &known));
            let (outcome, model) = match wanted {
                Ok(decided) => decided,
                Err(refused) => {
                    report.refused.push(refused);
                    continue;
                }
            };
            report.count(outcome);
            if outcome != Outcome::Unchanged {
                let saved = save(tx, outcome, model, self.dry_run).await?;
                known.insert(row.get("key").to_owned(), saved);
            }
        }
        if !self.dry_run {
            finish(ctx, tx, Self::NAME, self.community, &report);
        }
        Ok(report)
    }
}

async fn save(
    tx: &Tx<'_>,
    outcome: Outcome,
    model: estate::Model,
    dry_run: bool,
) -> Result<estate::Model, Problem> {
    match outcome {
        _ if dry_run => Ok(model),
        Outcome::New => tx.insert::<estate::Entity>(model).await,
        _ => tx.update::<estate::Entity>(model).await,
    }
}

/// Audit entry and event of one community's part of an import.
pub(super) fn finish(
    ctx: &Ctx,
    tx: &Tx<'_>,
    name: &'static str,
    community: CommunityId,
    report: &ImportReport,
) {
    if report.written() == 0 {
        return;
    }
    let id = ctx.new_id();
    let entry = AuditEntry::new(name, "import", id).detail(json!({
        "new": report.new, "changed": report.changed,
        "unchanged": report.unchanged, "refused": report.refused.len(),
    }));
    tx.audit(ctx, community, entry);
    tx.emit(ctx, events::addresses_changed(community, id));
    mark(tx, community);
}

struct EstateDraft {
    key: String,
    name: String,
    aliases: String,
    street_address: String,
    built_year: Option<i32>,
    standing: Standing,
}

fn draft(row: &Row, placer: &Placer) -> Result<EstateDraft, Refused> {
    let built_year: Option<i32> = row.number("built_year")?;
    if built_year.is_some_and(|year| !(1000..=2200).contains(&year)) {
        return Err(row.refuse("built_year", "cell-no-number"));
    }
    Ok(EstateDraft {
        key: row.required("key", KEY_MAX)?.to_owned(),
        name: row.required("name", NAME_MAX)?.to_owned(),
        aliases: words::aliases(row.text("aliases", ALIASES_MAX)?),
        street_address: row.text("street_address", STREET_MAX)?.to_owned(),
        built_year,
        standing: placer.place(row)?,
    })
}

impl EstateDraft {
    fn over(
        self,
        ctx: &Ctx,
        community: CommunityId,
        known: &HashMap<String, estate::Model>,
    ) -> (Outcome, estate::Model) {
        let old = known.get(&self.key);
        let model = estate::Model {
            community_id: community.0,
            id: old.map_or_else(|| ctx.new_id(), |old| old.id),
            version: old.map_or(1, |old| old.version),
            external_key: old.map_or(Some(self.key), |old| old.external_key.clone()),
            name: self.name,
            aliases: self.aliases,
            street_address: self.street_address,
            built_year: self.built_year,
            lon: self.standing.lon,
            lat: self.standing.lat,
            grid_id: self.standing.grid_id,
            neighbourhood_id: self.standing.neighbourhood_id,
            closed_at: None,
        };
        let outcome = match old {
            None => Outcome::New,
            Some(old) if *old == model => Outcome::Unchanged,
            Some(_) => Outcome::Changed,
        };
        (outcome, model)
    }
}
