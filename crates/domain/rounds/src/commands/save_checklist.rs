//! A draft of a checklist is written. A version in use is never changed: whoever wants another begins the next one.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_checklist::{Checklist, Status, shipped};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, AreaLevel, CommunityId, Ctx, Problem, Result};

use crate::checklists::{MOST_QUESTIONS, size_faults};
use crate::entities::checklist;
use crate::events::{self, event};
use crate::model::ChecklistState;
use crate::permissions::CHECKLISTS_KEEP;

/// Makes a draft or changes one. With faults it can be kept, so that work in the middle of it is not lost; it cannot be
/// published.
#[derive(Clone, Debug)]
pub struct SaveChecklist {
    /// The draft and the version it was shown with; none: a new draft.
    pub known: Option<(Uuid, i32)>,
    /// The area it is kept for; of a new version that of the version before.
    pub area: AreaId,
    /// Its `id` names it; `version` is given here.
    pub checklist: Checklist,
    /// `id@version` it was copied from.
    pub copied_from: Option<String>,
}

/// What was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SavedChecklist {
    pub id: Uuid,
    /// `id@version`.
    pub name: String,
}

impl Command for SaveChecklist {
    type Output = SavedChecklist;
    const NAME: &'static str = "rounds.save-checklist";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<SavedChecklist> {
        let row = match self.known {
            Some((id, version)) => self.changed(ctx, tx, id, version).await?,
            None => self.fresh(ctx, tx).await?,
        };
        let entry = AuditEntry::new(Self::NAME, "checklist", row.id)
            .detail(json!({"name": format!("{}@{}", row.code, row.number)}));
        tx.audit(ctx, CommunityId::SYSTEM, entry);
        tx.emit(
            ctx,
            event(events::CHECKLIST_SAVED, CommunityId::SYSTEM, row.id),
        );
        Ok(SavedChecklist {
            id: row.id,
            name: format!("{}@{}", row.code, row.number),
        })
    }
}

impl SaveChecklist {
    async fn changed(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        id: Uuid,
        version: i32,
    ) -> Result<checklist::Model> {
        let old = owned(ctx, tx, id).await?;
        if old.state != ChecklistState::Draft.as_str() {
            return Err(Problem::invalid("checklist", "checklist-not-draft"));
        }
        let content = self.content(&old.code, old.number)?;
        tx.update::<checklist::Entity>(checklist::Model {
            version,
            content,
            by_name: ctx.actor().name().to_owned(),
            ..old
        })
        .await
    }

    async fn fresh(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<checklist::Model> {
        ctx.require(&CHECKLISTS_KEEP, self.area)?;
        let code = self.checklist.id.trim().to_owned();
        let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if code.is_empty() || code.len() > 40 || !code.chars().all(is_id) {
            return Err(Problem::invalid("code", "checklist-code"));
        }
        if shipped(&code).is_some() {
            return Err(Problem::invalid("code", "checklist-code-taken"));
        }
        let level = ctx.areas().get(self.area).map(|area| area.level);
        if level.is_none_or(|level| level > AreaLevel::Community) {
            return Err(Problem::invalid("area", "checklist-area"));
        }
        let newest = checklist::Entity::find()
            .filter(checklist::Column::CommunityId.eq(CommunityId::SYSTEM.0))
            .filter(checklist::Column::Code.eq(code.as_str()))
            .order_by_desc(checklist::Column::Number)
            .one(tx.conn())
            .await?;
        if let Some(newest) = &newest {
            if newest.area_id != self.area.0 {
                return Err(Problem::invalid("code", "checklist-code-taken"));
            }
            if newest.state == ChecklistState::Draft.as_str() {
                return Err(Problem::invalid("code", "checklist-draft-open")
                    .field_arg("number", newest.number));
            }
        }
        let number = newest.map_or(1, |one| one.number + 1);
        tx.insert::<checklist::Entity>(checklist::Model {
            community_id: CommunityId::SYSTEM.0,
            id: ctx.new_id(),
            version: 1,
            area_id: self.area.0,
            content: self.content(&code, number)?,
            code,
            number,
            state: ChecklistState::Draft.as_str().to_owned(),
            copied_from: self.copied_from.clone(),
            made_at: ctx.now().0,
            published_at: None,
            withdrawn_at: None,
            by_name: ctx.actor().name().to_owned(),
        })
        .await
    }

    fn content(&self, code: &str, number: i32) -> Result<String> {
        if let Some(fault) = size_faults(&self.checklist).first() {
            let code = if fault.code == "too-many" {
                "checklist-too-many"
            } else {
                "checklist-too-large"
            };
            return Err(Problem::invalid("checklist", code).field_arg("max", MOST_QUESTIONS));
        }
        let mut checklist = self.checklist.clone();
        code.clone_into(&mut checklist.id);
        checklist.version = number.to_string();
        if checklist.status != Status::Example {
            checklist.status = Status::Draft;
        }
        serde_json::to_string(&checklist).map_err(Problem::internal)
    }
}

/// A row of an area the caller keeps checklists of.
pub(super) async fn owned(ctx: &Ctx, tx: &Tx<'_>, id: Uuid) -> Result<checklist::Model> {
    let row = checklist::Entity::find_by_id((CommunityId::SYSTEM.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)?;
    ctx.require(&CHECKLISTS_KEEP, AreaId(row.area_id))?;
    Ok(row)
}
