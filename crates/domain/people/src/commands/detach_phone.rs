//! A number that is no longer a person's is taken off.

use std::sync::Arc;

use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::person_for;
use crate::Vault;
use crate::entities::person_phone;
use crate::events::{self, event};
use crate::permissions::PEOPLE_WRITE;

/// See the module's text. Taking off what is not there changes nothing.
#[derive(Debug)]
pub struct DetachPhone {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
    pub phone: Uuid,
}

impl Command for DetachPhone {
    type Output = ();
    const NAME: &'static str = "people.detach-phone";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let (vault, community) = (&self.vault, self.community);
        person_for(ctx, tx, vault, &PEOPLE_WRITE, community, self.person).await?;
        let known = person_phone::Entity::find_by_id((community.0, self.phone))
            .one(tx.conn())
            .await?
            .filter(|row| row.person_id == self.person);
        let Some(row) = known else {
            return Ok(());
        };
        tx.delete::<person_phone::Entity>(&row).await?;
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Self::NAME, "person", self.person)
                .detail(json!({ "phone": self.phone })),
        );
        tx.emit(ctx, event(events::PERSON_SAVED, community, self.person));
        Ok(())
    }
}
