//! Who looks after an area: accounts by their grants, people by their roles in it. When a grid is split, whoever looked
//! after a neighbourhood goes with it, and the one who takes over gets the new grid beside what they have.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use youlin_database::{AuditEntry, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Grant, Problem, Result, Role};
use youlin_places::duties::{Charge, Charges, HandOver};

use crate::accounts::grant_of;
use crate::entities::{account, account_grant, membership};
use crate::events::{self, event};
use crate::permissions::ACCOUNTS_ADMIN;
use crate::rosters::entities::roster_share;
use crate::vault::FieldPlace;
use crate::{MembershipRole, Vault};

const SYSTEM: CommunityId = CommunityId::SYSTEM;

/// Put into the application among [`youlin_places::duties::AreaDuties`].
#[derive(Clone, Debug)]
pub struct AreaCharges(pub Arc<Vault>);

impl Charges for AreaCharges {
    fn of<'a>(
        &'a self,
        conn: &'a DatabaseConnection,
        areas: &'a [AreaId],
    ) -> BoxFuture<'a, Result<Vec<Charge>>> {
        async move {
            let grants = account_grant::Entity::find()
                .filter(account_grant::Column::CommunityId.eq(SYSTEM.0))
                .filter(account_grant::Column::AreaId.is_in(areas.iter().map(|area| area.0)))
                .order_by_asc(account_grant::Column::Id)
                .all(conn)
                .await?;
            let accounts = account::Entity::find()
                .filter(account::Column::CommunityId.eq(SYSTEM.0))
                .filter(account::Column::Id.is_in(grants.iter().map(|row| row.account_id)))
                .filter(account::Column::ClosedAt.is_null())
                .all(conn)
                .await?;
            let charge = |row: &account_grant::Model| {
                let account = accounts.iter().find(|one| one.id == row.account_id)?;
                let grant = grant_of(row)?;
                Some(Charge {
                    area: grant.area,
                    account: account.id,
                    name: account.display_name.clone(),
                    role: grant.role,
                })
            };
            Ok(grants.iter().filter_map(charge).collect())
        }
        .boxed()
    }

    fn hand_over<'a, 'b: 'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a Tx<'b>,
        what: &'a HandOver,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            for (from, to) in &what.moved {
                self.grants_follow(ctx, tx, *from, *to).await?;
                self.roles_follow(ctx, tx, what.community, *from, *to)
                    .await?;
            }
            match what.taker {
                Some((account, grid)) => {
                    self.take_over(ctx, tx, what.community, account, grid).await
                }
                None => Ok(()),
            }
        }
        .boxed()
    }
}

impl AreaCharges {
    async fn grants_follow(&self, ctx: &Ctx, tx: &Tx<'_>, from: AreaId, to: AreaId) -> Result<()> {
        let rows = account_grant::Entity::find()
            .filter(account_grant::Column::CommunityId.eq(SYSTEM.0))
            .filter(account_grant::Column::AreaId.eq(from.0))
            .all(tx.conn())
            .await?;
        for row in rows {
            let account = row.account_id;
            let moved = account_grant::Model {
                area_id: to.0,
                ..row
            };
            tx.update::<account_grant::Entity>(moved).await?;
            note(ctx, tx, account, to);
        }
        Ok(())
    }

    /// A role is held in the old area until now and in the new one from now on; the new row knows that it goes on.
    async fn roles_follow(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        community: CommunityId,
        from: AreaId,
        to: AreaId,
    ) -> Result<()> {
        let rows = membership::Entity::find()
            .filter(membership::Column::CommunityId.eq(community.0))
            .filter(membership::Column::AreaId.eq(from.0))
            .filter(membership::Column::ValidTo.is_null())
            .all(tx.conn())
            .await?;
        for row in rows {
            let id = ctx.new_id();
            let place = |id| FieldPlace::new("membership", "duty_phone", community.0, id);
            let duty_phone_sealed = match &row.duty_phone_sealed {
                None => None,
                Some(sealed) => {
                    let number = self.0.open(place(row.id), sealed)?;
                    Some(self.0.seal(ctx, place(id), &number)?)
                }
            };
            let new = membership::Model {
                id,
                version: 1,
                area_id: to.0,
                duty_phone_sealed,
                valid_from: ctx.now().0,
                since: Some(row.begun()),
                continues: Some(row.id),
                ..row.clone()
            };
            let held = row.id;
            let ended = membership::Model {
                valid_to: Some(ctx.now().0),
                ..row
            };
            tx.update::<membership::Entity>(ended).await?;
            tx.insert::<membership::Entity>(new).await?;
            shares_follow(ctx, tx, community, (held, id)).await?;
            let entry = AuditEntry::new("people.role-follows", "membership", id)
                .detail(json!({"from": from, "to": to}));
            tx.audit(ctx, community, entry);
            tx.emit(ctx, event(events::MEMBERSHIP_SAVED, community, id));
        }
        Ok(())
    }

    /// The number the grid worker is reached at on duty, sealed for the new role: residents of the new grid call it too.
    async fn duty_phone(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        (community, of, person): (CommunityId, i64, uuid::Uuid),
        id: uuid::Uuid,
    ) -> Result<Option<Vec<u8>>> {
        let mut rows = membership::Entity::find()
            .filter(membership::Column::CommunityId.eq(community.0))
            .filter(membership::Column::PersonCommunity.eq(of))
            .filter(membership::Column::PersonId.eq(person))
            .filter(membership::Column::Role.eq(MembershipRole::GridWorker.as_str()))
            .filter(membership::Column::ValidTo.is_null())
            .filter(membership::Column::DutyPhoneSealed.is_not_null())
            .all(tx.conn())
            .await?;
        rows.sort_by_key(|row| (row.valid_from, row.id));
        let Some((row, sealed)) = rows.pop().and_then(|mut row| {
            let sealed = row.duty_phone_sealed.take()?;
            Some((row, sealed))
        }) else {
            return Ok(None);
        };
        let place = |id| FieldPlace::new("membership", "duty_phone", community.0, id);
        let number = self.0.open(place(row.id), &sealed)?;
        self.0.seal(ctx, place(id), &number).map(Some)
    }

    /// The grid worker's rights and, where the account belongs to a person, the role that residents see.
    async fn take_over(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        community: CommunityId,
        account: uuid::Uuid,
        grid: AreaId,
    ) -> Result<()> {
        ctx.authorize(&ACCOUNTS_ADMIN, AreaId::from(community))?;
        let row = account::Entity::find_by_id((SYSTEM.0, account))
            .one(tx.conn())
            .await?
            .filter(|row| row.closed_at.is_none())
            .ok_or_else(|| Problem::invalid("taker", "unknown-value"))?;
        let grants = account_grant::Entity::find()
            .filter(account_grant::Column::CommunityId.eq(SYSTEM.0))
            .filter(account_grant::Column::AccountId.eq(account))
            .all(tx.conn())
            .await?;
        let works_here = |grant: Grant| {
            Charge::may_take_grid(grant.role) && ctx.areas().is_within(grant.area, community.into())
        };
        if !grants.iter().filter_map(grant_of).any(works_here) {
            return Err(Problem::invalid("taker", "unknown-value"));
        }
        tx.insert::<account_grant::Entity>(account_grant::Model {
            community_id: SYSTEM.0,
            id: ctx.new_id(),
            version: 1,
            account_id: account,
            role: Role::GridWorker.as_str().to_owned(),
            area_id: grid.0,
            organisation_id: None,
        })
        .await?;
        note(ctx, tx, account, grid);
        let Some((person_community, person_id)) = row.person_community.zip(row.person_id) else {
            return Ok(());
        };
        let id = ctx.new_id();
        let taker = (community, person_community, person_id);
        let duty_phone_sealed = self.duty_phone(ctx, tx, taker, id).await?;
        tx.insert::<membership::Entity>(membership::Model {
            community_id: community.0,
            id,
            version: 1,
            person_community,
            person_id,
            organisation_id: None,
            role: MembershipRole::GridWorker.as_str().to_owned(),
            area_id: grid.0,
            duty_phone_sealed,
            valid_from: ctx.now().0,
            valid_to: None,
            since: None,
            continues: None,
        })
        .await?;
        let entry = AuditEntry::new("people.takes-over", "membership", id)
            .detail(json!({"person": person_id, "area": grid}));
        tx.audit(ctx, community, entry);
        tx.emit(ctx, event(events::MEMBERSHIP_SAVED, community, id));
        Ok(())
    }
}

/// Who had some buildings of the old area only has the same ones of the new area, not the whole of it.
async fn shares_follow(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    (from, to): (uuid::Uuid, uuid::Uuid),
) -> Result<()> {
    let rows = roster_share::Entity::find()
        .filter(roster_share::Column::CommunityId.eq(community.0))
        .filter(roster_share::Column::MembershipId.eq(from))
        .filter(roster_share::Column::ValidTo.is_null())
        .all(tx.conn())
        .await?;
    for row in rows {
        let new = roster_share::Model {
            id: ctx.new_id(),
            version: 1,
            membership_id: to,
            valid_from: ctx.now().0,
            ..row.clone()
        };
        let ended = roster_share::Model {
            valid_to: Some(ctx.now().0),
            ..row
        };
        tx.update::<roster_share::Entity>(ended).await?;
        tx.insert::<roster_share::Entity>(new).await?;
    }
    Ok(())
}

fn note(ctx: &Ctx, tx: &Tx<'_>, account: uuid::Uuid, area: AreaId) {
    let entry =
        AuditEntry::new("people.takes-over", "account", account).detail(json!({"area": area}));
    tx.audit(ctx, SYSTEM, entry);
    tx.emit(ctx, event(events::ACCOUNT_CHANGED, SYSTEM, account));
}
