//! A merchant gives up: it leaves its places, nobody belongs to it any more, and everything stays on record.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::{day, merchant_for, number, persons, places, present_places};
use crate::entities::{merchant, merchant_person};
use crate::events::{MERCHANT_SAVED, event};
use crate::permissions::PEOPLE_WRITE;

/// See the module's text. Closing what is closed changes nothing.
#[derive(Clone, Debug)]
pub struct CloseMerchant {
    pub community: CommunityId,
    pub merchant: Uuid,
    pub version: i32,
    /// The last day; today when empty.
    pub closed_on: String,
}

impl Command for CloseMerchant {
    type Output = ();
    const NAME: &'static str = "people.close-merchant";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = merchant_for(ctx, tx, &PEOPLE_WRITE, self.community, self.merchant).await?;
        if row.closed_at.is_some() {
            return Ok(());
        }
        let today = number(ctx.now().local().date());
        let closed_on = day("closed_on", &self.closed_on)?.unwrap_or(today);
        if closed_on > today {
            return Err(Problem::invalid("closed_on", "in-the-future"));
        }
        if row.opened_on.is_some_and(|opened| opened > closed_on) {
            return Err(Problem::invalid("closed_on", "before-beginning"));
        }
        let now = ctx.now().0;
        for place in present_places(tx.conn(), self.community, self.merchant).await? {
            places::end(ctx, tx, place, now).await?;
        }
        let there = merchant_person::Entity::find()
            .filter(merchant_person::Column::CommunityId.eq(self.community.0))
            .filter(merchant_person::Column::MerchantId.eq(self.merchant))
            .filter(merchant_person::Column::ValidTo.is_null())
            .all(tx.conn())
            .await?;
        for person in there {
            persons::end(ctx, tx, person, now).await?;
        }
        tx.update::<merchant::Entity>(merchant::Model {
            version: self.version,
            closed_on: Some(closed_on),
            closed_at: Some(now),
            updated_at: now,
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "merchant", self.merchant),
        );
        tx.emit(ctx, event(MERCHANT_SAVED, self.community, self.merchant));
        Ok(())
    }
}
