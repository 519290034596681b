//! A draft goes into use, a version is withdrawn, a draft is dropped.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use youlin_checklist::{Checklist, Status};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::save_checklist::owned;
use crate::checklists::checklist_faults;
use crate::entities::checklist;
use crate::events::{self, event};
use crate::model::ChecklistState;
use crate::service::Rounds;

/// Puts a draft into use: from now on it is never changed. The version before stays published until it is withdrawn, but
/// the newest one is offered.
#[derive(Clone, Debug)]
pub struct PublishChecklist {
    pub rounds: Arc<Rounds>,
    pub id: Uuid,
    pub version: i32,
}

impl Command for PublishChecklist {
    type Output = ();
    const NAME: &'static str = "rounds.publish-checklist";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = owned(ctx, tx, self.id).await?;
        if row.state != ChecklistState::Draft.as_str() {
            return Err(Problem::invalid("checklist", "checklist-not-draft"));
        }
        let mut content: Checklist =
            serde_json::from_str(&row.content).map_err(Problem::internal)?;
        let faults = checklist_faults(&self.rounds, &content);
        if !faults.is_empty() {
            return Err(
                Problem::invalid("checklist", "checklist-faults").field_arg("count", faults.len())
            );
        }
        if content.status == Status::Draft {
            content.status = Status::InUse;
        }
        let next = checklist::Model {
            version: self.version,
            state: ChecklistState::Published.as_str().to_owned(),
            content: serde_json::to_string(&content).map_err(Problem::internal)?,
            published_at: Some(ctx.now().0),
            ..row
        };
        save(ctx, tx, Self::NAME, next).await
    }
}

/// Takes a published version out of use. Rounds that answered it stay to be read; one that comes in late is still taken.
#[derive(Clone, Debug)]
pub struct WithdrawChecklist {
    pub id: Uuid,
    pub version: i32,
}

impl Command for WithdrawChecklist {
    type Output = ();
    const NAME: &'static str = "rounds.withdraw-checklist";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = owned(ctx, tx, self.id).await?;
        if row.state != ChecklistState::Published.as_str() {
            return Err(Problem::invalid("checklist", "checklist-not-published"));
        }
        let next = checklist::Model {
            version: self.version,
            state: ChecklistState::Withdrawn.as_str().to_owned(),
            withdrawn_at: Some(ctx.now().0),
            ..row
        };
        save(ctx, tx, Self::NAME, next).await
    }
}

async fn save(ctx: &Ctx, tx: &Tx<'_>, name: &'static str, next: checklist::Model) -> Result<()> {
    let saved = tx.update::<checklist::Entity>(next).await?;
    let entry = AuditEntry::new(name, "checklist", saved.id)
        .detail(json!({"name": format!("{}@{}", saved.code, saved.number)}));
    tx.audit(ctx, CommunityId::SYSTEM, entry);
    tx.emit(
        ctx,
        event(events::CHECKLIST_SAVED, CommunityId::SYSTEM, saved.id),
    );
    Ok(())
}

/// Throws a draft away: nobody was ever asked by it.
#[derive(Clone, Debug)]
pub struct DropChecklist {
    pub id: Uuid,
    pub version: i32,
}

impl Command for DropChecklist {
    type Output = ();
    const NAME: &'static str = "rounds.drop-checklist";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = owned(ctx, tx, self.id).await?;
        if row.state != ChecklistState::Draft.as_str() {
            return Err(Problem::invalid("checklist", "checklist-not-draft"));
        }
        let row = checklist::Model {
            version: self.version,
            ..row
        };
        tx.delete::<checklist::Entity>(&row).await?;
        let entry = AuditEntry::new(Self::NAME, "checklist", row.id)
            .detail(json!({"name": format!("{}@{}", row.code, row.number)}));
        tx.audit(ctx, CommunityId::SYSTEM, entry);
        Ok(())
    }
}
