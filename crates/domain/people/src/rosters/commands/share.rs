//! Which buildings or entrances a micro-grid worker looks after, with history.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};

use super::membership_of;
use crate::fields::optional;
use crate::permissions::ROSTERS_WRITE;
use crate::rosters::entities::roster_share;
use crate::{MembershipRole, Vault};

/// Gives a building, or an entrance of it, to somebody. Giving it again changes nothing.
#[derive(Debug)]
pub struct TakeShare {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub membership: Uuid,
    pub building: Uuid,
    /// Its name; empty for the whole building.
    pub entrance: String,
}

impl Command for TakeShare {
    type Output = Uuid;
    const NAME: &'static str = "people.take-share";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let row = membership_of(tx, self.community, self.membership).await?;
        let area = AreaId(row.area_id);
        ctx.authorize(&ROSTERS_WRITE, area)?;
        if row.valid_to.is_some() || row.role != MembershipRole::MicroGridWorker.as_str() {
            return Err(Problem::invalid("membership", "share-not-worker"));
        }
        let entrance = optional("entrance", Some(&self.entrance), 40)?.unwrap_or_default();
        let place = self
            .vault
            .building(self.building)
            .filter(|place| place.community == self.community)
            .ok_or_else(|| Problem::invalid("building", "unknown-building"))?;
        if !ctx.areas().is_within(place.area(), area) {
            return Err(Problem::invalid("building", "share-outside"));
        }
        let present = roster_share::Entity::find()
            .filter(roster_share::Column::CommunityId.eq(self.community.0))
            .filter(roster_share::Column::MembershipId.eq(self.membership))
            .filter(roster_share::Column::BuildingId.eq(self.building))
            .filter(roster_share::Column::Entrance.eq(entrance.as_str()))
            .filter(roster_share::Column::ValidTo.is_null())
            .one(tx.conn())
            .await?;
        if let Some(row) = present {
            return Ok(row.id);
        }
        let row = tx
            .insert::<roster_share::Entity>(roster_share::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                membership_id: self.membership,
                building_id: self.building,
                entrance,
                valid_from: ctx.now().0,
                valid_to: None,
            })
            .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "membership", self.membership)
                .detail(json!({ "share": row.id, "building": self.building })),
        );
        tx.emit(ctx, crate::rosters::saved(self.community, row.id));
        Ok(row.id)
    }
}

/// Ends a share; that it was held stays on record.
#[derive(Clone, Debug)]
pub struct EndShare {
    pub community: CommunityId,
    pub id: Uuid,
}

impl Command for EndShare {
    type Output = ();
    const NAME: &'static str = "people.end-share";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = roster_share::Entity::find_by_id((self.community.0, self.id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let membership = membership_of(tx, self.community, row.membership_id).await?;
        ctx.authorize(&ROSTERS_WRITE, AreaId(membership.area_id))?;
        if row.valid_to.is_some() {
            return Ok(());
        }
        tx.update::<roster_share::Entity>(roster_share::Model {
            valid_to: Some(ctx.now().0),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "membership", membership.id)
                .detail(json!({ "share": self.id })),
        );
        tx.emit(ctx, crate::rosters::saved(self.community, self.id));
        Ok(())
    }
}
