//! What notices must know of a case. The composition root gives an implementation over the cases module; this crate
//! knows no case tables.

use std::collections::HashMap;

use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros, Result};
use youlin_people::Party;

/// Answers for the consumers of case events.
pub trait CaseSource: Send + Sync {
    /// The cases as they are now, by id, read together; without those that are not there (any more).
    fn briefs(
        &self,
        wanted: Vec<(CommunityId, Uuid)>,
    ) -> BoxFuture<'_, Result<HashMap<Uuid, CaseBrief>>>;

    /// One case.
    fn brief(
        &self,
        community: CommunityId,
        case: Uuid,
    ) -> BoxFuture<'_, Result<Option<CaseBrief>>> {
        Box::pin(async move { Ok(self.briefs(vec![(community, case)]).await?.remove(&case)) })
    }

    /// The signed address at which the party of a task answers without an account; `None` when the task is over.
    fn task_url(&self, community: CommunityId, task: Uuid)
    -> BoxFuture<'_, Result<Option<String>>>;

    /// The whole address of the reporter's page.
    fn tracking_url(&self, code: &str) -> String;

    /// Where those who work with the case see it, within the site.
    fn case_path(&self, case: Uuid) -> String {
        format!("/cases/{case}")
    }

    /// Where a party with an account sees its task, within the site.
    fn task_path(&self, task: Uuid) -> String {
        format!("/tasks/{task}")
    }

    /// A tracking code as people read it: `ABCDE-12345`.
    fn shown_code(&self, code: &str) -> String {
        code.to_owned()
    }
}

/// A case as notices need it. Not for pages: it holds telephone numbers in the clear.
#[derive(Clone, Debug, Default)]
pub struct CaseBrief {
    /// `20261111-0007`.
    pub number: String,
    pub category_name: String,
    /// Empty where the catalogue has no English name.
    pub category_name_en: String,
    pub grid: Option<AreaId>,
    pub neighbourhood: Option<AreaId>,
    pub tasks: Vec<TaskBrief>,
    /// Who reported it, then those whose reports were merged into it.
    pub reporters: Vec<ReporterBrief>,
}

/// A task of the case.
#[derive(Clone, Debug)]
pub struct TaskBrief {
    pub id: Uuid,
    pub party: Party,
    /// `lead`, `supporting`, `follow_up`.
    pub role: String,
    /// Not yet ended.
    pub open: bool,
    pub planned_at: Option<Micros>,
}

/// Somebody who reported. A registered person is reached by the register, others by what they left.
#[derive(Clone, Debug)]
pub struct ReporterBrief {
    /// The report's own case: number and code are those the reporter was given.
    pub case: Uuid,
    pub number: String,
    pub tracking_code: String,
    pub person: Option<Uuid>,
    pub phone: Option<String>,
    pub email: Option<String>,
}
