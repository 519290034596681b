//! What notices must know of cases: the bridge between two modules that do not know each other.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_cases::Cases;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, ProblemKind, Result};
use youlin_notices::{CaseBrief, CaseSource, ReporterBrief, TaskBrief};

/// Answers from the cases module.
pub(crate) struct FromCases {
    pub(crate) db: Database,
    pub(crate) cases: Arc<Cases>,
    pub(crate) public_url: String,
    /// Youlin's own context, for the clock and the random part of links.
    pub(crate) ctx: Ctx,
}

impl CaseSource for FromCases {
    fn briefs(
        &self,
        wanted: Vec<(CommunityId, Uuid)>,
    ) -> BoxFuture<'_, Result<HashMap<Uuid, CaseBrief>>> {
        Box::pin(async move {
            let briefs = youlin_cases::briefs(&self.db, &self.cases, &wanted).await?;
            Ok(briefs
                .into_iter()
                .map(|(case, brief)| (case, translate(brief)))
                .collect())
        })
    }

    fn task_url(
        &self,
        community: CommunityId,
        task: Uuid,
    ) -> BoxFuture<'_, Result<Option<String>>> {
        Box::pin(async move {
            match youlin_cases::link_token(&self.db, &self.cases, &self.ctx, community, task).await
            {
                Ok(token) => Ok(Some(format!("{}/t/{token}", self.public_url))),
                Err(problem) if problem.kind() == ProblemKind::NotFound => Ok(None),
                Err(problem) => Err(problem),
            }
        })
    }

    fn tracking_url(&self, code: &str) -> String {
        let code = youlin_cases::shown_tracking_code(code);
        format!("{}/follow/{code}", self.public_url)
    }

    fn shown_code(&self, code: &str) -> String {
        youlin_cases::shown_tracking_code(code)
    }
}

fn translate(brief: youlin_cases::Brief) -> CaseBrief {
    CaseBrief {
        number: brief.number,
        category_name: brief.category_name,
        category_name_en: brief.category_name_en,
        grid: brief.grid,
        neighbourhood: brief.neighbourhood,
        tasks: brief
            .tasks
            .into_iter()
            .map(|task| TaskBrief {
                id: task.id,
                party: task.party,
                role: task.role,
                open: task.open,
                planned_at: task.planned_at,
            })
            .collect(),
        reporters: brief
            .reporters
            .into_iter()
            .map(|one| {
                let said = |text: Option<&String>| text.filter(|text| !text.is_empty()).cloned();
                ReporterBrief {
                    case: one.case,
                    number: one.number,
                    tracking_code: one.tracking_code,
                    person: one.person,
                    phone: said(one.contact.as_ref().map(|contact| &contact.phone)),
                    email: said(one.contact.as_ref().map(|contact| &contact.email)),
                }
            })
            .collect(),
    }
}
