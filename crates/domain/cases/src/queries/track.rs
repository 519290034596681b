//! What the reporter sees by the code: the whole way in plain words, and nobody's private data.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};

use super::{parts, views};
use crate::entities::{case_event, case_record, case_task};
use crate::model::{Status, TaskRole, task_status};
use crate::service::Cases;
use crate::tracking;

/// One step of the way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrackEntry {
    pub at: Micros,
    /// Key of the words: `track-<kind>`.
    pub kind: String,
    /// Free text that is meant for the reporter.
    pub text: Option<String>,
}

/// A case on its reporter's page.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrackView {
    pub number: String,
    pub tracking_code: String,
    pub status: Status,
    pub category_name: String,
    /// Name of the community; never an address.
    pub community: String,
    /// The most precise area, for the page that thanks the reporter; not given to others who hold the code.
    #[serde(skip)]
    pub area: AreaId,
    pub text: String,
    pub reported_at: Micros,
    pub due_at: Micros,
    pub due_provisional: Option<i32>,
    pub light: &'static str,
    pub entries: Vec<TrackEntry>,
    /// The next planned visit, if there is one.
    pub next_visit: Option<Micros>,
    pub files: usize,
    pub can_reopen: bool,
    pub can_cancel: bool,
    pub can_rate: bool,
    pub solved: Option<bool>,
    pub satisfied: Option<bool>,
    pub version: i32,
}

/// Steps that say something to the reporter; the others are the house's own.
const TOLD: &[&str] = &[
    "reported",
    "accepted",
    "declined",
    "dispatched",
    "started",
    "extension_approved",
    "deferred",
    "resumed",
    "handled",
    "closed",
    "rework",
    "reopened",
    "escalated",
    "handed_back",
    "cancelled",
    "merged",
    "unmerged",
    "follow_up_planned",
    "follow_up_done",
    "thanked",
    "rated",
];

/// The community and id behind a code, for the reporter's own steps.
///
/// # Errors
/// 404 when no case has it.
pub async fn track_key(db: &Database, typed: &str) -> Result<(CommunityId, Uuid)> {
    find(db, typed)
        .await
        .map(|case| (CommunityId(case.community_id), case.id))
}

async fn find(db: &Database, typed: &str) -> Result<case_record::Model> {
    let unknown = || Problem::new(youlin_kernel::ProblemKind::NotFound, "code-unknown");
    let code = tracking::normalise(typed).ok_or_else(unknown)?;
    // A named roll-up: the code alone finds the case, whatever its community.
    case_record::Entity::find()
        .filter(col("tracking_code").eq(code))
        .one(db.read())
        .await?
        .ok_or_else(unknown)
}

/// The reporter's view.
///
/// # Errors
/// 404 when no case has this code.
pub async fn track(db: &Database, cases: &Cases, ctx: &Ctx, typed: &str) -> Result<TrackView> {
    let case = find(db, typed).await?;
    let mut entries = entries(db, &case).await?;
    if let Some(into) = case.merged_into {
        // The matter goes on in another case: its steps since then are told here too, without its own report.
        let merged_at = case.ended_at.unwrap_or(0);
        let other = case_record::Entity::find_by_id((case.community_id, into))
            .one(db.read())
            .await?;
        if let Some(other) = other {
            let later = self::entries(db, &other).await?;
            entries.extend(
                later
                    .into_iter()
                    .filter(|entry| entry.at.0 >= merged_at && entry.kind != "reported"),
            );
        }
    }
    let of = (case.community_id, case.id);
    let tasks = parts::tasks(db.read(), of).await?;
    let files = parts::files(db.read(), of).await?.len();
    Ok(view(cases, ctx, &case, entries, &tasks, files))
}

fn view(
    cases: &Cases,
    ctx: &Ctx,
    case: &case_record::Model,
    entries: Vec<TrackEntry>,
    tasks: &[case_task::Model],
    files: usize,
) -> TrackView {
    let status = Status::parse(&case.status).unwrap_or(Status::Reported);
    let visits = tasks
        .iter()
        .filter(|task| task.role == TaskRole::FollowUp.as_str() && !task_status(task).is_ended());
    let within = case.reopen_until.is_some_and(|until| ctx.now().0 <= until);
    TrackView {
        number: case.number.clone(),
        tracking_code: tracking::shown(&case.tracking_code),
        status,
        category_name: views::category_name(&cases.catalogue(), &case.category, ctx.locale()),
        community: ctx
            .areas()
            .get(CommunityId(case.community_id).into())
            .map(|node| node.name.clone())
            .unwrap_or_default(),
        area: case
            .neighbourhood_id
            .or(case.grid_id)
            .map_or_else(|| CommunityId(case.community_id).into(), AreaId),
        text: case.text.clone(),
        reported_at: Micros(case.reported_at),
        due_at: Micros(case.due_at),
        due_provisional: case.due_provisional,
        light: views::light_word(case, cases, ctx.now()),
        entries,
        next_visit: visits.filter_map(|task| task.planned_at).min().map(Micros),
        files,
        can_reopen: matches!(status, Status::Closed | Status::Declined) && within,
        can_cancel: !status.is_ended(),
        can_rate: status == Status::Closed,
        solved: case.solved,
        satisfied: case.satisfied,
        version: case.version,
    }
}

async fn entries(db: &Database, case: &case_record::Model) -> Result<Vec<TrackEntry>> {
    let events = case_event::Entity::find()
        .filter(col("community_id").eq(case.community_id))
        .filter(col("case_id").eq(case.id))
        .order_by_asc(case_event::Column::Id)
        .all(db.read())
        .await?;
    let mut entries: Vec<TrackEntry> = Vec::new();
    for event in events {
        let told = TOLD.contains(&event.kind.as_str()) || (event.kind == "noted" && event.public);
        // Three helpers asked at once are one step for the reporter.
        let again = entries
            .last()
            .is_some_and(|last| last.kind == event.kind && last.kind.starts_with("follow_up"));
        if told && !again {
            let text = event.text.filter(|_| event.public);
            entries.push(TrackEntry {
                at: Micros(event.at),
                kind: event.kind,
                text,
            });
        }
    }
    Ok(entries)
}
