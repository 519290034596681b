//! A person no longer lives at the dwelling the register has; where to is not known. That they lived there stays.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::person_for;
use crate::Vault;
use crate::entities::residence;
use crate::events::{self, event};
use crate::permissions::PEOPLE_WRITE;

/// See the module's text. Somebody who lives nowhere moves out of nothing.
#[derive(Debug)]
pub struct MoveOut {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
}

impl Command for MoveOut {
    type Output = ();
    const NAME: &'static str = "people.move-out";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let (vault, community) = (&self.vault, self.community);
        person_for(ctx, tx, vault, &PEOPLE_WRITE, community, self.person).await?;
        let present = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::PersonId.eq(self.person))
            .filter(residence::current())
            .all(tx.conn())
            .await?;
        if present.is_empty() {
            return Ok(());
        }
        for home in present {
            tx.update::<residence::Entity>(residence::Model {
                valid_to: Some(ctx.now().0),
                ..home
            })
            .await?;
        }
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Self::NAME, "person", self.person),
        );
        tx.emit(ctx, event(events::PERSON_SAVED, community, self.person));
        Ok(())
    }
}
