//! Where merchants do business: moving in, taking a stall over, and leaving. Each ends or begins a row.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_places::premises::{Premises, PremisesView};

use super::{merchant_for, open, since};
use crate::entities::{merchant, merchant_place};
use crate::events::{MERCHANT_SAVED, event};
use crate::permissions::PEOPLE_WRITE;

/// A place to do business in.
#[derive(Clone, Debug, Default)]
pub struct Where {
    pub premises: Uuid,
    pub stall: Option<Uuid>,
    /// A day; now when empty.
    pub since: String,
    /// Whoever was there until then has left.
    pub take_over: bool,
}

/// The open premises and stall of the community.
pub(crate) async fn checked(
    tx: &Tx<'_>,
    community: CommunityId,
    at: &Where,
) -> Result<PremisesView> {
    let premises = Premises::named(tx.conn(), &[community.0], &[at.premises])
        .await?
        .remove(&at.premises)
        .filter(|one| one.closed_at.is_none())
        .ok_or_else(|| Problem::invalid("premises", "place-unknown"))?;
    if let Some(stall) = at.stall {
        Premises::stalls_named(tx.conn(), &[community.0], &[stall])
            .await?
            .remove(&stall)
            .filter(|one| one.premises == premises.id && one.ended_at.is_none())
            .ok_or_else(|| Problem::invalid("stall", "place-unknown"))?;
    }
    Ok(premises)
}

/// Begins the merchant's place and answers its row; none where it is there already. The caller checked it and writes the
/// audit entry.
pub(crate) async fn settle(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    merchant: Uuid,
    at: &Where,
) -> Result<Option<Uuid>> {
    let from = since(ctx, "since", &at.since)?;
    let there = merchant_place::Entity::find()
        .filter(merchant_place::Column::CommunityId.eq(community.0))
        .filter(merchant_place::Column::PremisesId.eq(at.premises))
        .filter(merchant_place::Column::ValidTo.is_null())
        .all(tx.conn())
        .await?;
    let here = |row: &&merchant_place::Model| row.stall_id == at.stall;
    if there
        .iter()
        .filter(here)
        .any(|row| row.merchant_id == merchant)
    {
        return Ok(None);
    }
    // A stall has one tenant; premises without stalls may be shared.
    if at.stall.is_some() {
        for row in there.iter().filter(here) {
            if !at.take_over {
                let name = name_of(tx, community, row.merchant_id).await?;
                return Err(Problem::invalid("stall", "stall-occupied").field_arg("name", name));
            }
            if row.valid_from > from.0 {
                return Err(Problem::invalid("since", "before-former-tenant"));
            }
            end(ctx, tx, row.clone(), from.0).await?;
            tx.emit(ctx, event(MERCHANT_SAVED, community, row.merchant_id));
        }
    }
    let id = ctx.new_id();
    tx.insert::<merchant_place::Entity>(merchant_place::Model {
        community_id: community.0,
        id,
        version: 1,
        merchant_id: merchant,
        premises_id: at.premises,
        stall_id: at.stall,
        valid_from: from.0,
        valid_to: None,
        ended_at: None,
    })
    .await?;
    Ok(Some(id))
}

async fn name_of(tx: &Tx<'_>, community: CommunityId, id: Uuid) -> Result<String> {
    let row = merchant::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?;
    Ok(row.map_or_else(String::new, |row| row.name))
}

/// Who has the stall now.
pub(crate) async fn tenant(
    tx: &Tx<'_>,
    community: CommunityId,
    at: &Where,
) -> Result<Option<String>> {
    let there = merchant_place::Entity::find()
        .filter(merchant_place::Column::CommunityId.eq(community.0))
        .filter(merchant_place::Column::PremisesId.eq(at.premises))
        .filter(merchant_place::Column::StallId.eq(at.stall))
        .filter(merchant_place::Column::ValidTo.is_null())
        .one(tx.conn())
        .await?;
    match there {
        None => Ok(None),
        Some(row) => name_of(tx, community, row.merchant_id).await.map(Some),
    }
}

/// Ends a place at that moment.
pub(crate) async fn end(ctx: &Ctx, tx: &Tx<'_>, row: merchant_place::Model, to: i64) -> Result<()> {
    tx.update::<merchant_place::Entity>(merchant_place::Model {
        valid_to: Some(to),
        ended_at: Some(ctx.now().0),
        ..row
    })
    .await?;
    Ok(())
}

/// A merchant begins to do business somewhere; the same place is not doubled.
#[derive(Clone, Debug)]
pub struct PlaceMerchant {
    pub community: CommunityId,
    pub merchant: Uuid,
    pub at: Where,
}

impl Command for PlaceMerchant {
    type Output = ();
    const NAME: &'static str = "people.place-merchant";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = merchant_for(ctx, tx, &PEOPLE_WRITE, self.community, self.merchant).await?;
        open(&row)?;
        let premises = checked(tx, self.community, &self.at).await?;
        ctx.authorize(&PEOPLE_WRITE, premises.area())?;
        let new = settle(ctx, tx, self.community, self.merchant, &self.at).await?;
        if new.is_none() {
            return Ok(());
        }
        let entry = AuditEntry::new(Self::NAME, "merchant", self.merchant).detail(json!({
            "premises": self.at.premises, "stall": self.at.stall, "take_over": self.at.take_over,
        }));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, event(MERCHANT_SAVED, self.community, self.merchant));
        Ok(())
    }
}

/// A merchant leaves a place; leaving what was left changes nothing.
#[derive(Clone, Debug)]
pub struct LeavePlace {
    pub community: CommunityId,
    pub merchant: Uuid,
    /// The row of the place.
    pub place: Uuid,
    /// A day; now when empty.
    pub until: String,
}

impl Command for LeavePlace {
    type Output = ();
    const NAME: &'static str = "people.leave-place";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        merchant_for(ctx, tx, &PEOPLE_WRITE, self.community, self.merchant).await?;
        let row = merchant_place::Entity::find_by_id((self.community.0, self.place))
            .one(tx.conn())
            .await?
            .filter(|row| row.merchant_id == self.merchant)
            .ok_or_else(Problem::not_found)?;
        if row.valid_to.is_some() {
            return Ok(());
        }
        let to = since(ctx, "until", &self.until)?;
        if to.0 < row.valid_from {
            return Err(Problem::invalid("until", "before-beginning"));
        }
        end(ctx, tx, row, to.0).await?;
        let entry = AuditEntry::new(Self::NAME, "merchant", self.merchant)
            .detail(json!({ "place": self.place }));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, event(MERCHANT_SAVED, self.community, self.merchant));
        Ok(())
    }
}
