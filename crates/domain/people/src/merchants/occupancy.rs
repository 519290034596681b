//! What this floor keeps at places: people in dwellings, merchants in premises and stalls.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Micros, Result};
use youlin_places::premises::{Occupancy, Occupier, Spots};

use super::Merchants;
use crate::Vault;
use crate::entities::{merchant_place, residence};
use crate::permissions::PEOPLE_READ;

/// Put into the application among [`youlin_places::premises::Occupants`].
#[derive(Clone, Debug)]
pub struct PeopleAtPlaces(pub Arc<Vault>);

impl Occupancy for PeopleAtPlaces {
    fn held<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        community: CommunityId,
        spots: &'a Spots,
    ) -> BoxFuture<'a, Result<Vec<(&'static str, u64)>>> {
        async move {
            let mut residents = 0;
            for some in spots.dwellings.chunks(500) {
                residents += residence::Entity::find()
                    .filter(residence::Column::CommunityId.eq(community.0))
                    .filter(residence::Column::DwellingId.is_in(some.iter().copied()))
                    .filter(residence::current())
                    .count(conn)
                    .await?;
            }
            let there = |column: merchant_place::Column, ids: &[Uuid]| {
                merchant_place::Entity::find()
                    .filter(merchant_place::Column::CommunityId.eq(community.0))
                    .filter(column.is_in(ids.iter().copied()))
                    .filter(merchant_place::Column::ValidTo.is_null())
            };
            let mut merchants = 0;
            if !spots.premises.is_empty() {
                merchants += there(merchant_place::Column::PremisesId, &spots.premises)
                    .count(conn)
                    .await?;
            }
            if !spots.stalls.is_empty() {
                merchants += there(merchant_place::Column::StallId, &spots.stalls)
                    .count(conn)
                    .await?;
            }
            Ok(vec![
                ("inside-residents", residents),
                ("inside-merchants", merchants),
            ])
        }
        .boxed()
    }

    fn occupiers<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        community: CommunityId,
        premises: Uuid,
    ) -> BoxFuture<'a, Result<Vec<Occupier>>> {
        async move {
            let Ok(scope) = ctx.scope(&PEOPLE_READ) else {
                return Ok(Vec::new());
            };
            let rows = merchant_place::Entity::find()
                .filter(merchant_place::Column::CommunityId.eq(community.0))
                .filter(merchant_place::Column::PremisesId.eq(premises))
                .order_by_desc(merchant_place::Column::ValidFrom)
                .all(db.read())
                .await?;
            let mut ids: Vec<Uuid> = rows.iter().map(|row| row.merchant_id).collect();
            ids.sort_unstable();
            ids.dedup();
            let mut known = std::collections::HashMap::new();
            for some in ids.chunks(500) {
                for view in Merchants::by_ids(db.read(), &self.0, &scope, some).await? {
                    known.insert(view.id, view);
                }
            }
            let occupier = |row: merchant_place::Model| {
                let view = known.get(&row.merchant_id)?;
                Some(Occupier {
                    stall: row.stall_id,
                    href: format!("/people/merchants/{}", view.id),
                    name: view.name.clone(),
                    detail: view.goods.clone(),
                    from: Micros(row.valid_from),
                    to: row.valid_to.map(Micros),
                })
            };
            let mut all: Vec<Occupier> = rows.into_iter().filter_map(occupier).collect();
            all.sort_by_key(|one| one.to.is_some());
            Ok(all)
        }
        .boxed()
    }
}
