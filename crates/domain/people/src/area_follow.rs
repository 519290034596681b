//! What was filed under an area that is closed is filed under the one in its place: open visiting lists, duties and their
//! coming shifts, organisations. People themselves stand in their dwellings and follow those.

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use youlin_database::{AuditEntry, Tx};
use youlin_kernel::{AreaId, Ctx, Result};
use youlin_places::duties::{Follows, NewGround, Spot};

use crate::entities::{organisation, visiting_list};
use crate::rosters::entities::{duty_rota, duty_shift};

/// Put into the application among [`youlin_places::duties::AreaDuties`].
#[derive(Clone, Copy, Debug)]
pub struct PeopleFollow;

impl Follows for PeopleFollow {
    fn follow<'a, 'b: 'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a Tx<'b>,
        ground: &'a NewGround<'a>,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            let lists = lists(tx, ground).await?;
            let duties = duties(tx, ground, ctx.now().0).await?;
            let organisations = organisations(tx, ground).await?;
            if lists + duties + organisations > 0 {
                let entry = AuditEntry::new("people.follow", "area", ground.subject).detail(
                    json!({"lists": lists, "duties": duties, "organisations": organisations}),
                );
                tx.audit(ctx, ground.community, entry);
            }
            Ok(())
        }
        .boxed()
    }
}

fn instead(ground: &NewGround<'_>, area: i64) -> Option<i64> {
    ground.leaves(&Spot::of(AreaId(area))).map(|area| area.0)
}

async fn lists(tx: &Tx<'_>, ground: &NewGround<'_>) -> Result<usize> {
    let rows = visiting_list::Entity::find()
        .filter(visiting_list::Column::CommunityId.eq(ground.community.0))
        .filter(visiting_list::Column::AreaId.is_in(ground.touched()))
        .filter(visiting_list::Column::ClosedAt.is_null())
        .all(tx.conn())
        .await?;
    let mut moved = 0;
    for row in rows {
        if let Some(area_id) = instead(ground, row.area_id) {
            tx.update::<visiting_list::Entity>(visiting_list::Model { area_id, ..row })
                .await?;
            moved += 1;
        }
    }
    Ok(moved)
}

async fn duties(tx: &Tx<'_>, ground: &NewGround<'_>, now: i64) -> Result<usize> {
    let rows = duty_rota::Entity::find()
        .filter(duty_rota::Column::CommunityId.eq(ground.community.0))
        .filter(duty_rota::Column::AreaId.is_in(ground.touched()))
        .filter(duty_rota::Column::ClosedAt.is_null())
        .all(tx.conn())
        .await?;
    let shifts = duty_shift::Entity::find()
        .filter(duty_shift::Column::CommunityId.eq(ground.community.0))
        .filter(duty_shift::Column::AreaId.is_in(ground.touched()))
        .filter(duty_shift::Column::EndsAt.gt(now))
        .all(tx.conn())
        .await?;
    let mut moved = 0;
    for row in rows {
        if let Some(area_id) = instead(ground, row.area_id) {
            tx.update::<duty_rota::Entity>(duty_rota::Model { area_id, ..row })
                .await?;
            moved += 1;
        }
    }
    for row in shifts {
        if let Some(area_id) = instead(ground, row.area_id) {
            tx.update::<duty_shift::Entity>(duty_shift::Model { area_id, ..row })
                .await?;
            moved += 1;
        }
    }
    Ok(moved)
}

async fn organisations(tx: &Tx<'_>, ground: &NewGround<'_>) -> Result<usize> {
    let rows = organisation::Entity::find()
        .filter(organisation::Column::CommunityId.eq(ground.community.0))
        .filter(organisation::Column::AreaId.is_in(ground.touched()))
        .filter(organisation::Column::ClosedAt.is_null())
        .all(tx.conn())
        .await?;
    let mut moved = 0;
    for row in rows {
        if let Some(area_id) = instead(ground, row.area_id) {
            tx.update::<organisation::Entity>(organisation::Model { area_id, ..row })
                .await?;
            moved += 1;
        }
    }
    Ok(moved)
}
