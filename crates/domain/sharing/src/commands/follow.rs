//! What can be borrowed and what is asked of specialists follows its place when a grid is split, closed or drawn anew. Where it stood is
//! kept, so that figures of the past stay; requests that ended stay where they were.

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Tx};
use youlin_kernel::{AreaId, Ctx, Result};
use youlin_places::duties::{Follows, NewGround, Spot};

use crate::entities::{resource, sharing_past, support_request};
use crate::events::{self, event};

/// Put into the application among [`youlin_places::duties::AreaDuties`].
#[derive(Clone, Copy, Debug)]
pub struct SharingFollow;

impl Follows for SharingFollow {
    fn follow<'a, 'b: 'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a Tx<'b>,
        ground: &'a NewGround<'a>,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            let (resources, requests) = (
                resources(ctx, tx, ground).await?,
                requests(ctx, tx, ground).await?,
            );
            if resources + requests > 0 {
                let entry = AuditEntry::new("sharing.follow", "area", ground.subject)
                    .detail(json!({"resources": resources, "requests": requests}));
                tx.audit(ctx, ground.community, entry);
            }
            Ok(())
        }
        .boxed()
    }
}

/// Keeps where something stood until now. The caller writes the audit entry.
pub(super) async fn keep(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: i64,
    subject: Uuid,
    area: i64,
) -> Result<()> {
    tx.insert::<sharing_past::Entity>(sharing_past::Model {
        community_id: community,
        id: ctx.new_id(),
        version: 1,
        subject_id: subject,
        area_id: area,
        valid_to: ctx.now().0,
    })
    .await?;
    Ok(())
}

async fn resources(ctx: &Ctx, tx: &Tx<'_>, ground: &NewGround<'_>) -> Result<usize> {
    let rows = resource::Entity::find()
        .filter(resource::Column::CommunityId.eq(ground.community.0))
        .filter(resource::Column::AreaId.is_in(ground.touched()))
        .filter(resource::Column::RetiredAt.is_null())
        .all(tx.conn())
        .await?;
    let mut moved = 0;
    for row in rows {
        let spot = Spot {
            building: row.building_id,
            at: row.lon.zip(row.lat),
            ..Spot::of(AreaId(row.area_id))
        };
        if let Some(to) = ground.leaves(&spot) {
            keep(ctx, tx, row.community_id, row.id, row.area_id).await?;
            let id = row.id;
            tx.update::<resource::Entity>(resource::Model {
                area_id: to.0,
                ..row
            })
            .await?;
            let saved = event(events::RESOURCE_SAVED, ground.community, id, json!({}));
            tx.emit(ctx, saved);
            moved += 1;
        }
    }
    Ok(moved)
}

async fn requests(ctx: &Ctx, tx: &Tx<'_>, ground: &NewGround<'_>) -> Result<usize> {
    let rows = support_request::Entity::find()
        .filter(support_request::Column::CommunityId.eq(ground.community.0))
        .filter(support_request::Column::AreaId.is_in(ground.touched()))
        .filter(support_request::Column::EndedAt.is_null())
        .all(tx.conn())
        .await?;
    let dwellings = rows.iter().filter_map(|row| row.dwelling_id);
    let buildings = ground.buildings_of(tx.conn(), dwellings).await?;
    let mut moved = 0;
    for row in rows {
        let spot = Spot {
            building: row.dwelling_id.and_then(|id| buildings.get(&id).copied()),
            ..Spot::of(AreaId(row.area_id))
        };
        if let Some(to) = ground.leaves(&spot) {
            keep(ctx, tx, row.community_id, row.id, row.area_id).await?;
            let id = row.id;
            tx.update::<support_request::Entity>(support_request::Model {
                area_id: to.0,
                ..row
            })
            .await?;
            // Nobody is told: nothing was asked and nothing answered.
            let saved = events::support_step(ground.community, id, "moved", &[], None);
            tx.emit(ctx, saved);
            moved += 1;
        }
    }
    Ok(moved)
}
