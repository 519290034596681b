//! Closes an area: its records and history stay, new ones go elsewhere, and so does from now on what stood in it.

use geo::BooleanOps;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, ProblemKind, Result};

use super::boundary_plan::BoundaryDraft;
use super::import_boundaries::take_in;
use super::placing::Placer;
use super::resettle::resettle;
use super::split_grid::draft;
use super::succession::came_out;
use crate::areas::AreaRows;
use crate::duties::{AreaDuties, Cause, NewGround};
use crate::entities::{area, boundary};
use crate::import::ImportReport;
use crate::locator::mark;
use crate::permissions::PLACES_ADMIN;
use crate::{days, events, words};

/// See the module's text. Its boundary ends today.
#[derive(Clone, Debug)]
pub struct CloseArea {
    pub area: AreaId,
    pub version: i32,
    /// Shown in the area's history, 1 to 200 characters.
    pub reason: String,
    /// The area of the same level beside it that takes it in (并入): what stood in it stands there from now on, with its
    /// ground, and what was kept about it means that one. None: it stands where the boundaries put it.
    pub into: Option<AreaId>,
    pub duties: AreaDuties,
}

impl Command for CloseArea {
    type Output = ();
    const NAME: &'static str = "places.close-area";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&PLACES_ADMIN, self.area)?;
        let reason = words::clean(&self.reason);
        if reason.is_empty() {
            return Err(Problem::invalid("reason", "required"));
        }
        if reason.chars().count() > 200 {
            return Err(Problem::invalid("reason", "too-long").field_arg("max", 200));
        }
        let rows = AreaRows::around(tx.conn(), self.area.0).await?;
        let row = rows
            .by_id
            .get(&self.area.0)
            .ok_or_else(Problem::not_found)?;
        if row.closed_at.is_some() {
            return Err(
                Problem::new(ProblemKind::Conflict, "area-closed-already").arg("area", &row.name)
            );
        }
        let open_below = rows
            .by_id
            .values()
            .filter(|child| child.parent_id == Some(self.area.0) && child.closed_at.is_none())
            .count();
        if open_below > 0 {
            return Err(Problem::new(ProblemKind::Conflict, "area-open-below")
                .arg("area", &row.name)
                .arg("count", open_below));
        }
        let tree = rows.tree();
        let community = tree.community_of(self.area);
        let community = community.filter(|id| AreaId::from(*id) != self.area);
        let drafts = match (community, self.into) {
            (Some(community), Some(into)) => {
                let placer = Placer::load(ctx, tx, community, &[]).await?;
                if into == self.area || !placer.is_beside(into, self.area) {
                    return Err(Problem::invalid("into", "area-into"));
                }
                ctx.authorize(&PLACES_ADMIN, into)?;
                together(ctx, &placer, self.area, into)
            }
            (None, Some(_)) => return Err(Problem::invalid("into", "area-into")),
            (_, None) => Vec::new(),
        };
        let moved: Vec<(AreaId, AreaId)> = self
            .into
            .map(|into| (self.area, into))
            .into_iter()
            .collect();
        came_out(ctx, tx, &moved).await?;
        close(ctx, tx, row, (self.version, &reason)).await?;
        let Some(community) = community else {
            return Ok(());
        };
        if !drafts.is_empty() {
            take_in(ctx, tx, &drafts, false, &mut ImportReport::default()).await?;
            let entry = AuditEntry::new("places.take-over", "area", row.id)
                .detail(json!({"area": self.area, "into": self.into}));
            tx.audit(ctx, CommunityId::SYSTEM, entry);
        }
        // What stood here stands elsewhere from now on, so that no list shows it in an area that is closed.
        let placer = Placer::load(ctx, tx, community, &[]).await?;
        let register = resettle(ctx, tx, &placer, community, row.id, |said| {
            (said.area == self.area).then_some(self.into.unwrap_or(said.area))
        })
        .await?;
        let ground = NewGround {
            community,
            cause: Cause::Closed,
            area: self.area,
            subject: row.id,
            placer: &placer,
            moved: moved.into_iter().collect(),
            register,
        };
        self.duties.follow(ctx, tx, &ground).await
    }
}

/// The ground of both as one, where both have a boundary.
fn together(ctx: &Ctx, placer: &Placer, area: AreaId, into: AreaId) -> Vec<BoundaryDraft> {
    let shapes = placer.shape(area).zip(placer.shape(into));
    let joined = shapes.map(|(one, other)| draft(ctx, into, &other.union(one)));
    joined.into_iter().collect()
}

/// The row alone, with its boundary. Of the caller: the version it was shown with, and the cleaned reason.
pub(super) async fn close(
    ctx: &Ctx,
    tx: &Tx<'_>,
    row: &area::Model,
    (version, reason): (i32, &str),
) -> Result<()> {
    let closed = area::Model {
        version,
        closed_at: Some(ctx.now().0),
        closed_reason: Some(reason.to_owned()),
        ..row.clone()
    };
    let closed = tx.update::<area::Entity>(closed).await?;
    end_boundaries(tx, AreaId(closed.area_id), days::of(ctx.now())).await?;
    let entry = AuditEntry::new(CloseArea::NAME, "area", closed.id)
        .detail(json!({"area": closed.area_id, "reason": reason}));
    tx.audit(ctx, CommunityId::SYSTEM, entry);
    tx.emit(ctx, events::areas_changed(closed.id));
    mark(tx, CommunityId::SYSTEM);
    Ok(())
}

/// What holds today or later ends today; what never held stays on record as replaced.
async fn end_boundaries(tx: &Tx<'_>, area: AreaId, today: i32) -> Result<()> {
    let rows = boundary::Entity::find()
        .filter(boundary::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(boundary::Column::AreaId.eq(area.0))
        .all(tx.conn())
        .await?;
    for mut row in rows {
        if row.valid_to.is_some_and(|end| end <= today) {
            continue;
        }
        row.valid_to = Some(row.valid_from.max(today));
        tx.update::<boundary::Entity>(row).await?;
    }
    Ok(())
}
