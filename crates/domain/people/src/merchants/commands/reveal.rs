//! Shows a merchant's number, for a purpose. Whoever answers for the merchant can see who looked and why, as with their own.

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
        let there = merchant_person::Entity::find()
            .filter(merchant_person::Column::CommunityId.eq(self.community.0))
            .filter(merchant_person::Column::MerchantId.eq(self.merchant))
            .filter(merchant_person::Column::ValidTo.is_null())
            // Those of another community are told by its own log only of what happens there.
            .filter(merchant_person::Column::PersonCommunity.eq(self.community.0))
            .all(tx.conn())
            .await?;
        let mut told = Vec::new();
        for person in there {
            let responsible = MerchantRelation::parse(&person.relation)
                .is_some_and(MerchantRelation::responsible);
            if !responsible || told.contains(&person.person_id) {
                continue;
            }
            tx.insert::<who_looked::Entity>(who_looked::Model {
                community_id: person.person_community,
                id: ctx.new_id(),
                version: 1,
                person_id: person.person_id,
                actor_kind: ctx.actor().kind().to_owned(),
                actor_id: ctx.actor().id(),
                actor_name: ctx.actor().name().to_owned(),
                fields: "merchant-phone".to_owned(),
                purpose: purpose.clone(),
                case_id: None,
                at: ctx.now().0,
                of_child: None,
            })
            .await?;
            told.push(person.person_id);
        }
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
