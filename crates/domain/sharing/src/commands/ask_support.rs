//! Ask for professional support: for a case, for a dwelling that was visited, or for a matter of its own.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};
use youlin_workday::{Limit, LimitUnit};

use super::step_support::{Noted, note};
use crate::entities::support_request;
use crate::events::support_step;
use crate::model::{SupportField, SupportState};
use crate::permissions::SUPPORT_ASK;
use crate::service::{Sharing, community_of};
use crate::text::required;

/// *Local*: an answer is due by working time.
pub(crate) fn limit(urgent: bool) -> Limit {
    if urgent {
        Limit::new(4, LimitUnit::WorkingHours)
    } else {
        Limit::new(3, LimitUnit::WorkingDays)
    }
}

/// See the module's text. Answers the request's id.
#[derive(Clone, Debug)]
pub struct AskSupport {
    pub sharing: Arc<Sharing>,
    pub field: SupportField,
    pub urgent: bool,
    /// Where the matter lies; a case or dwelling says it better.
    pub area: Option<AreaId>,
    pub case: Option<Uuid>,
    pub dwelling: Option<Uuid>,
    pub question: String,
}

impl Command for AskSupport {
    type Output = Uuid;
    const NAME: &'static str = "sharing.ask-support";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let area = self.place(ctx).await?;
        ctx.authorize(&SUPPORT_ASK, area)?;
        let community = community_of(ctx, area)?;
        let question = required("question", &self.question, 4_000)?;
        let id = ctx.new_id();
        let sealed = self
            .sharing
            .seal(
                ctx,
                "support_request",
                "question",
                (community, id),
                &question,
            )?
            .unwrap_or_default();
        let calendar = self.sharing.cases.calendar();
        let due = calendar.deadline(ctx.now().timestamp(), limit(self.urgent), &[]);
        let row = support_request::Model {
            community_id: community.0,
            id,
            version: 1,
            field: self.field.as_str().to_owned(),
            state: SupportState::Asked.as_str().to_owned(),
            urgent: self.urgent,
            area_id: area.0,
            case_id: self.case,
            dwelling_id: self.dwelling,
            question_sealed: sealed,
            asked_by: ctx.actor().id(),
            asked_by_name: ctx.actor().name().to_owned(),
            created_at: ctx.now().0,
            due_at: Micros::from(due.at).0,
            due_provisional: due.provisional.map(i32::from),
            late_told_at: None,
            rounds: 0,
            follow_by: None,
            helped: None,
            ended_at: None,
        };
        tx.insert::<support_request::Entity>(row).await?;
        let noted = Noted {
            kind: "asked",
            state: SupportState::Asked,
            party: None,
            said: "",
        };
        note(&self.sharing, ctx, tx, (community, id), noted).await?;
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Self::NAME, "support_request", id)
                .detail(json!({ "field": self.field, "case": self.case })),
        );
        tx.emit(ctx, support_step(community, id, "asked", &[], None));
        Ok(id)
    }
}

impl AskSupport {
    /// Where the matter lies; case and dwelling are ones the caller may see.
    pub(crate) async fn place(&self, ctx: &Ctx) -> Result<AreaId> {
        let unseen = |field: &'static str| move |_| Problem::invalid(field, "unknown-value");
        if let Some(id) = self.case {
            let db = &self.sharing.db;
            let view = youlin_cases::case(db, &self.sharing.cases, ctx, id)
                .await
                .map_err(unseen("case"))?;
            let row = view.row;
            let community: CommunityId = row.community;
            return Ok(row.neighbourhood.or(row.grid).unwrap_or(community.into()));
        }
        if let Some(id) = self.dwelling {
            let place = self.sharing.vault().place(id);
            let place = place.ok_or_else(|| Problem::invalid("dwelling", "unknown-value"))?;
            return Ok(place.area());
        }
        self.area
            .ok_or_else(|| Problem::invalid("area", "required"))
    }
}
