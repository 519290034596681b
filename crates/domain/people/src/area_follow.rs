//! What was filed under an area that is closed is filed under the one in its place: open visiting lists, duties and their
//! coming shifts, organisations, people named as talents whom nobody has asked yet. People themselves
//! stand in their dwellings and follow those.

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::{ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, FromQueryResult, IntoActiveModel, QueryFilter};
use serde::Serialize;
use serde_json::json;
use youlin_database::sql::col;
use youlin_database::{AuditEntry, Record, Tx};
use youlin_kernel::{AreaId, Ctx, Result};
use youlin_places::duties::{Follows, NewGround, Spot};

use crate::entities::{organisation, visiting_list};
use crate::rosters::entities::{duty_rota, duty_shift};
use crate::talents::entities::talent_named;

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
            let lists = refiled::<visiting_list::Entity>(
                tx,
                ground,
                visiting_list::Column::ClosedAt.is_null(),
                |row| &mut row.area_id,
            )
            .await?;
            let rotas = refiled::<duty_rota::Entity>(
                tx,
                ground,
                duty_rota::Column::ClosedAt.is_null(),
                |row| &mut row.area_id,
            )
            .await?;
            let shifts = refiled::<duty_shift::Entity>(
                tx,
                ground,
                duty_shift::Column::EndsAt.gt(ctx.now().0),
                |row| &mut row.area_id,
            )
            .await?;
            let organisations = refiled::<organisation::Entity>(
                tx,
                ground,
                organisation::Column::ClosedAt.is_null(),
                |row| &mut row.area_id,
            )
            .await?;
            let namings = refiled::<talent_named::Entity>(
                tx,
                ground,
                talent_named::Column::DecidedAt.is_null(),
                |row| &mut row.area_id,
            )
            .await?;
            let duties = rotas + shifts;
            if lists + duties + organisations + namings > 0 {
                let entry = AuditEntry::new("people.follow", "area", ground.subject).detail(
                    json!({"lists": lists, "duties": duties, "organisations": organisations, "namings": namings}),
                );
                tx.audit(ctx, ground.community, entry);
            }
            Ok(())
        }
        .boxed()
    }
}

/// Files what is not done with yet under the area it belongs to from now on; answers how many that were.
async fn refiled<E>(
    tx: &Tx<'_>,
    ground: &NewGround<'_>,
    open: SimpleExpr,
    area: fn(&mut E::Model) -> &mut i64,
) -> Result<usize>
where
    E: Record,
    E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync + FromQueryResult,
    E::ActiveModel: Send,
{
    let rows = E::find()
        .filter(col("community_id").eq(ground.community.0))
        .filter(col("area_id").is_in(ground.touched()))
        .filter(open)
        .all(tx.conn())
        .await?;
    let mut moved = 0;
    for mut row in rows {
        let filed = area(&mut row);
        let Some(to) = ground.leaves(&Spot::of(AreaId(*filed))) else {
            continue;
        };
        *filed = to.0;
        tx.update::<E>(row).await?;
        moved += 1;
    }
    Ok(moved)
}
