//! Shows a merchant's number, for a purpose. Whoever answers for the merchant can see who looked and why, as with their own.

use std::collections::BTreeSet;
use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::merchant_for;
use crate::Vault;
use crate::commands::reveal::purpose;
use crate::entities::{merchant_person, who_looked};
use crate::merchants::MerchantRelation;
use crate::permissions::PEOPLE_REVEAL;
use crate::queries::display_number;
use crate::vault::FieldPlace;

/// Merchants looked up with one statement.
const CHUNK: usize = 500;

/// See the module's text. Permission `people.reveal` where it does business. `None`: there is no number.
#[derive(Debug)]
pub struct RevealMerchantPhone {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub merchant: Uuid,
    /// 2 to 200 characters in the looker's own words.
    pub purpose: String,
}

impl Command for RevealMerchantPhone {
    type Output = Option<String>;
    const NAME: &'static str = "people.reveal-merchant-phone";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Option<String>> {
        let row = merchant_for(ctx, tx, &PEOPLE_REVEAL, self.community, self.merchant).await?;
        let purpose = purpose(&self.purpose)?;
        let look = Look {
            fields: "merchant-phone",
            purpose: &purpose,
        };
        let told = tell(ctx, tx, self.community, &[self.merchant], look).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "merchant", self.merchant)
                .detail(json!({ "purpose": purpose, "told": told })),
        );
        let at = FieldPlace::new("merchant", "phone", row.community_id, row.id);
        row.phone_sealed
            .as_deref()
            .map(|sealed| {
                let number = self.vault.open(at, sealed)?;
                Ok(display_number(&self.vault, &number))
            })
            .transpose()
    }
}

/// What was looked at, and why.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    pub(crate) fields: &'static str,
    pub(crate) purpose: &'a str,
}

/// Notes the look for whoever answers for these merchants, once for each; says who they are.
pub(crate) async fn tell(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    merchants: &[Uuid],
    look: Look<'_>,
) -> Result<Vec<Uuid>> {
    let told = responsible(tx, community, merchants).await?;
    for person in &told {
        tx.insert::<who_looked::Entity>(who_looked::Model {
            community_id: community.0,
            id: ctx.new_id(),
            version: 1,
            person_id: *person,
            actor_kind: ctx.actor().kind().to_owned(),
            actor_id: ctx.actor().id(),
            actor_name: ctx.actor().name().to_owned(),
            fields: look.fields.to_owned(),
            purpose: look.purpose.to_owned(),
            case_id: None,
            at: ctx.now().0,
            of_child: None,
        })
        .await?;
    }
    Ok(told.into_iter().collect())
}

/// Who answers for these merchants now, each once.
pub(super) async fn responsible(
    tx: &Tx<'_>,
    community: CommunityId,
    merchants: &[Uuid],
) -> Result<BTreeSet<Uuid>> {
    let mut told = BTreeSet::new();
    for some in merchants.chunks(CHUNK) {
        let there = merchant_person::Entity::find()
            .filter(merchant_person::Column::CommunityId.eq(community.0))
            .filter(merchant_person::Column::MerchantId.is_in(some.iter().copied()))
            .filter(merchant_person::Column::ValidTo.is_null())
            // Those of another community are told by its own log only of what happens there.
            .filter(merchant_person::Column::PersonCommunity.eq(community.0))
            .all(tx.conn())
            .await?;
        let responsible = there.into_iter().filter(|row| {
            MerchantRelation::parse(&row.relation).is_some_and(MerchantRelation::responsible)
        });
        told.extend(responsible.map(|row| row.person_id));
    }
    Ok(told)
}
