//! Take a resource out of service, put it back, or retire it. What is away comes back all the same.

use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, ProblemKind, Result};

use super::stock;
use crate::entities::resource;
use crate::events::{self, event};
use crate::model::{LoanState, ResourceState};
use crate::permissions::SHARING_WRITE;

/// See the module's text.
#[derive(Clone, Debug)]
pub struct SetResourceState {
    pub community: CommunityId,
    pub id: Uuid,
    pub version: i32,
    pub state: ResourceState,
}

impl Command for SetResourceState {
    type Output = ();
    const NAME: &'static str = "sharing.set-resource-state";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = resource::Entity::find_by_id((self.community.0, self.id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        ctx.authorize(&SHARING_WRITE, AreaId(row.area_id))?;
        if self.state == ResourceState::Retired {
            stock::turn(tx, self.community.0, self.id).await?;
            let loans = stock::loans(tx.conn(), self.community.0, self.id, None).await?;
            let open = loans
                .iter()
                .filter(|loan| matches!(stock::state(loan), LoanState::Booked | LoanState::Out))
                .count();
            if open > 0 {
                return Err(
                    Problem::new(ProblemKind::Conflict, "sharing-still-lent").arg("count", open)
                );
            }
        }
        tx.update::<resource::Entity>(resource::Model {
            state: self.state.as_str().to_owned(),
            version: self.version,
            retired_at: (self.state == ResourceState::Retired).then_some(ctx.now().0),
            ..row
        })
        .await?;
        let entry = AuditEntry::new(Self::NAME, "resource", self.id);
        tx.audit(
            ctx,
            self.community,
            entry.detail(json!({ "state": self.state })),
        );
        let saved = event(events::RESOURCE_SAVED, self.community, self.id, json!({}));
        tx.emit(ctx, saved);
        Ok(())
    }
}
