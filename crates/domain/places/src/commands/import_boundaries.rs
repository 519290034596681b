//! Takes a boundary file in: whole, or not at all.

use std::collections::BTreeMap;
use std::sync::Arc;

use h3o::{LatLng, Resolution};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use youlin_database::{AuditEntry, Command, Database, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Result};
use youlin_locate::{area_m2, bbox, centroid};

use super::boundary_plan::{self, BoundaryDraft, BoundaryFile};
use crate::areas::AreaRows;
use crate::entities::{area, boundary};
use crate::import::{ImportReport, Outcome, Refused};
use crate::locator::mark;
use crate::permissions::PLACES_ADMIN;
use crate::{Datum, days, events, shape};

/// A GeoJSON FeatureCollection; see [`crate::import`] for its properties. Any fault refuses the whole file: the report
/// then names each fault with the area's code and the place, and nothing was saved.
#[derive(Clone, Debug)]
pub struct ImportBoundaries {
    pub geojson: String,
    pub datum: Datum,
    pub dry_run: bool,
    /// Made before the transaction by [`ImportBoundaries::judged`].
    pub judged: Option<Judged>,
}

/// A file judged against the boundaries as they stood, so that the one writer is not held while rings are compared.
#[derive(Clone, Debug)]
pub struct Judged {
    stood: Stood,
    file: Arc<BoundaryFile>,
}

/// What tree and boundaries looked like: rows and the sum of their versions. Rows are never removed and each change
/// raises a version, so that any change shows.
type Stood = (i32, Vec<(i64, Option<i64>)>);

async fn stood(conn: &impl ConnectionTrait, today: i32) -> Result<Stood> {
    let areas = area::Entity::find()
        .select_only()
        .column_as(area::Column::Id.count(), "rows")
        .column_as(area::Column::Version.sum(), "versions")
        .filter(area::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .into_tuple()
        .one(conn)
        .await?;
    let boundaries = boundary::Entity::find()
        .select_only()
        .column_as(boundary::Column::Id.count(), "rows")
        .column_as(boundary::Column::Version.sum(), "versions")
        .filter(boundary::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .into_tuple()
        .one(conn)
        .await?;
    Ok((today, areas.into_iter().chain(boundaries).collect()))
}

impl ImportBoundaries {
    /// The same command with its file judged already. Should tree or boundaries change before it runs, it judges anew.
    ///
    /// # Errors
    /// 422 for a text that is no boundary file.
    pub async fn judged(self, db: &Database, ctx: &Ctx) -> Result<Self> {
        let today = days::of(ctx.now());
        // Looked at first: what changes while we judge shows as a difference in the transaction.
        let stood = stood(db.read(), today).await?;
        let rows = AreaRows::load(db.read()).await?;
        let file = self.judge(db.read(), &rows, today).await?;
        let judged = Some(Judged {
            stood,
            file: Arc::new(file),
        });
        Ok(Self { judged, ..self })
    }

    async fn judge(
        &self,
        conn: &impl ConnectionTrait,
        rows: &AreaRows,
        today: i32,
    ) -> Result<BoundaryFile> {
        let mut file = boundary_plan::read(&self.geojson, self.datum, rows, today)?;
        let faults = boundary_plan::judge(conn, rows, &file.drafts).await?;
        file.refused.extend(faults);
        Ok(file)
    }
}

impl Command for ImportBoundaries {
    type Output = ImportReport;
    const NAME: &'static str = "places.import-boundaries";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let rows = AreaRows::load(tx.conn()).await?;
        let today = days::of(ctx.now());
        let mut file = match &self.judged {
            Some(judged) if judged.stood == stood(tx.conn(), today).await? => {
                BoundaryFile::clone(&judged.file)
            }
            _ => self.judge(tx.conn(), &rows, today).await?,
        };
        for draft in &file.drafts {
            if ctx.authorize(&PLACES_ADMIN, AreaId(draft.area_id)).is_err() {
                let code = rows.by_id.get(&draft.area_id).map_or("", |row| &row.code);
                let refused = Refused::new(draft.number, "code", "not-yours").arg("code", code);
                file.refused.push(refused);
            }
        }
        file.refused.sort_by_key(|refused| refused.line);
        let mut report = ImportReport {
            refused: file.refused,
            ..ImportReport::default()
        };
        // With faults the rest is decided but not saved, so that the report tells everything at once.
        let dry_run = self.dry_run || !report.is_clean();
        take_in(ctx, tx, &file.drafts, dry_run, &mut report).await?;
        if !report.is_clean() && !self.dry_run {
            (report.new, report.changed, report.unchanged) = (0, 0, 0);
        }
        if !dry_run && report.written() > 0 {
            let id = ctx.new_id();
            let entry = AuditEntry::new(Self::NAME, "import", id).detail(json!({
                "new": report.new, "changed": report.changed, "unchanged": report.unchanged,
            }));
            tx.audit(ctx, CommunityId::SYSTEM, entry);
            tx.emit(ctx, events::areas_changed(id));
            mark(tx, CommunityId::SYSTEM);
        }
        Ok(report)
    }
}

/// Files the boundaries among the stored ones, in the order of their days.
pub(super) async fn take_in(
    ctx: &Ctx,
    tx: &Tx<'_>,
    drafts: &[BoundaryDraft],
    dry_run: bool,
    report: &mut ImportReport,
) -> Result<()> {
    let areas: Vec<i64> = drafts.iter().map(|draft| draft.area_id).collect();
    let stored = boundary::Entity::find()
        .filter(boundary::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(boundary::Column::AreaId.is_in(areas))
        .all(tx.conn())
        .await?;
    let mut versions: BTreeMap<i64, Vec<boundary::Model>> = BTreeMap::new();
    for row in stored {
        versions.entry(row.area_id).or_default().push(row);
    }
    let mut ordered: Vec<&BoundaryDraft> = drafts.iter().collect();
    ordered.sort_by_key(|draft| draft.from);
    for draft in ordered {
        let held = versions.entry(draft.area_id).or_default();
        match file_in(ctx, tx, draft, held, dry_run).await? {
            Some(outcome) => report.count(outcome),
            // A shape without extent; `judge` has refused it already.
            None => continue,
        }
    }
    Ok(())
}

async fn file_in(
    ctx: &Ctx,
    tx: &Tx<'_>,
    draft: &BoundaryDraft,
    held: &mut Vec<boundary::Model>,
    dry_run: bool,
) -> Result<Option<Outcome>> {
    let Some(mut new) = row(ctx, draft) else {
        return Ok(None);
    };
    // Rows that were replaced before they held have no days and take no part.
    let lives = |row: &boundary::Model| row.valid_to != Some(row.valid_from);
    let covering = held.iter().position(|row| {
        lives(row)
            && row.valid_from <= draft.from
            && row.valid_to.is_none_or(|end| end > draft.from)
    });
    let next = held
        .iter()
        .filter(|row| lives(row) && row.valid_from > draft.from)
        .map(|row| row.valid_from)
        .min();
    new.valid_to = [draft.to, next].into_iter().flatten().min();
    let outcome = if held.is_empty() {
        Outcome::New
    } else {
        Outcome::Changed
    };
    if let Some(at) = covering {
        let former = &mut held[at];
        if former.shape == new.shape && former.illustrative == new.illustrative {
            return Ok(Some(Outcome::Unchanged));
        }
        if former.valid_from == draft.from {
            // A correction of the same day holds as long as what it corrects.
            new.valid_to = [new.valid_to, former.valid_to].into_iter().flatten().min();
        }
        former.valid_to = Some(draft.from);
        if !dry_run {
            *former = tx.update::<boundary::Entity>(former.clone()).await?;
        }
    }
    if !dry_run {
        new = tx.insert::<boundary::Entity>(new).await?;
    }
    held.push(new);
    Ok(Some(outcome))
}

fn row(ctx: &Ctx, draft: &BoundaryDraft) -> Option<boundary::Model> {
    let solid = shape::solid(draft.shape.clone());
    let bounds = bbox(&solid)?;
    let (lon, lat) = centroid(&solid)?;
    let cell = LatLng::new(lat, lon).ok()?.to_cell(Resolution::Nine);
    Some(boundary::Model {
        community_id: CommunityId::SYSTEM.0,
        id: ctx.new_id(),
        version: 1,
        area_id: draft.area_id,
        valid_from: draft.from,
        valid_to: None,
        shape: shape::text(&draft.shape),
        west: bounds.west,
        south: bounds.south,
        east: bounds.east,
        north: bounds.north,
        // The highest bit of a cell is never set.
        cell: u64::from(cell).cast_signed(),
        area_m2: area_m2(&solid),
        illustrative: draft.illustrative,
    })
}
