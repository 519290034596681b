//! What the register says of an area that closes is said anew: estates, buildings and premises get the area they stand in
//! from now on, by the rule of [`crate::stand`]. What it said before is kept, so figures of the past stay.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Result};

use super::keep_past::keep_past;
use super::placing::Placer;
use crate::entities::{building, estate, premises, premises_past};
use crate::events;
use crate::locator::mark;

/// One thing of the register and where it is said to be.
pub(super) struct Said {
    /// The building itself, or the building the premises are in.
    pub(super) building: Option<Uuid>,
    pub(super) area: AreaId,
}

/// Says anew where everything in the community is for which `to` names an area; it stands there, or in what the boundaries
/// make of that. `subject` is the area's row. What the caller saved before must have its audit entry already.
pub(super) async fn resettle(
    ctx: &Ctx,
    tx: &Tx<'_>,
    placer: &Placer,
    community: CommunityId,
    subject: Uuid,
    to: impl Fn(&Said) -> Option<AreaId>,
) -> Result<()> {
    let here = |areas: [Option<i64>; 2]| AreaId(areas[0].or(areas[1]).unwrap_or(community.0));
    let anew = |said: Said, at: Option<(f64, f64)>| {
        let area = placer.settled(to(&said)?, at);
        let (grid, neighbourhood) = placer.areas(area);
        Some((grid, neighbourhood))
    };
    let (mut buildings, mut others) = (0u64, 0u64);
    let rows = building::Entity::find()
        .filter(building::Column::CommunityId.eq(community.0))
        .filter(building::Column::ClosedAt.is_null())
        .all(tx.conn())
        .await?;
    for row in rows {
        let said = Said {
            building: Some(row.id),
            area: here([row.neighbourhood_id, row.grid_id]),
        };
        let Some((grid_id, neighbourhood_id)) = anew(said, row.lon.zip(row.lat)) else {
            continue;
        };
        if (grid_id, neighbourhood_id) != (row.grid_id, row.neighbourhood_id) {
            let new = building::Model {
                grid_id,
                neighbourhood_id,
                ..row.clone()
            };
            keep_past(ctx, tx, &row, &new).await?;
            tx.update::<building::Entity>(new).await?;
            buildings += 1;
        }
    }
    let rows = estate::Entity::find()
        .filter(estate::Column::CommunityId.eq(community.0))
        .filter(estate::Column::ClosedAt.is_null())
        .all(tx.conn())
        .await?;
    for row in rows {
        let area = here([row.neighbourhood_id, row.grid_id]);
        let said = Said {
            building: None,
            area,
        };
        let Some((grid_id, neighbourhood_id)) = anew(said, row.lon.zip(row.lat)) else {
            continue;
        };
        if (grid_id, neighbourhood_id) != (row.grid_id, row.neighbourhood_id) {
            tx.update::<estate::Entity>(estate::Model {
                grid_id,
                neighbourhood_id,
                ..row
            })
            .await?;
            others += 1;
        }
    }
    let rows = premises::Entity::find()
        .filter(premises::Column::CommunityId.eq(community.0))
        .filter(premises::Column::ClosedAt.is_null())
        .all(tx.conn())
        .await?;
    for row in rows {
        let area = here([row.neighbourhood_id, row.grid_id]);
        let said = Said {
            building: row.building_id,
            area,
        };
        let Some((grid_id, neighbourhood_id)) = anew(said, row.lon.zip(row.lat)) else {
            continue;
        };
        if (grid_id, neighbourhood_id) != (row.grid_id, row.neighbourhood_id) {
            keep_premises(ctx, tx, &row, area).await?;
            tx.update::<premises::Entity>(premises::Model {
                grid_id,
                neighbourhood_id,
                ..row
            })
            .await?;
            others += 1;
        }
    }
    if buildings + others > 0 {
        let entry = AuditEntry::new("places.resettle", "area", subject)
            .detail(json!({"buildings": buildings, "others": others}));
        tx.audit(ctx, community, entry);
        tx.emit(ctx, events::addresses_changed(community, subject));
    }
    tx.emit(ctx, events::areas_moved(community, subject));
    mark(tx, community);
    Ok(())
}

async fn keep_premises(ctx: &Ctx, tx: &Tx<'_>, old: &premises::Model, area: AreaId) -> Result<()> {
    tx.insert::<premises_past::Entity>(premises_past::Model {
        community_id: old.community_id,
        id: ctx.new_id(),
        version: 1,
        premises_id: old.id,
        building_id: old.building_id,
        area_id: area.0,
        lon: old.lon,
        lat: old.lat,
        valid_to: ctx.now().0,
    })
    .await?;
    Ok(())
}
