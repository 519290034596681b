//! The task list: who owes what by when; and the links by which parties without an account answer.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_crypto::{LinkFault, Purpose};
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result, Scope};
use youlin_people::{Directory, Party};

use super::views::{self, CaseRow};
use super::withheld::{is_sensitive, withheld, within};
use crate::entities::{case_record, case_task};
use crate::model::{TaskRole, TaskStatus, task_party, task_status};
use crate::service::Cases;

/// One task with its case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskRow {
    pub id: Uuid,
    pub role: TaskRole,
    pub status: TaskStatus,
    pub text: String,
    /// A follow-up's appointed time, else the case's due time.
    pub due_at: Micros,
    pub planned: bool,
    pub party: Party,
    pub party_name: String,
    pub case: CaseRow,
}

/// Unfinished tasks: the caller's own, or all within a scope (the task list of the desk).
///
/// # Errors
/// 503 when the database does not answer.
pub async fn tasks_of(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    scope: Option<&Scope>,
) -> Result<Vec<TaskRow>> {
    let mut query = case_task::Entity::find().filter(col("ended_at").is_null());
    query = match scope {
        Some(scope) => query.filter(col("community_id").is_in(scope.communities())),
        None => {
            let parties: Vec<Uuid> = Directory::parties_of(ctx)
                .iter()
                .map(|party| party.id)
                .collect();
            let communities: Vec<i64> = ctx
                .grants()
                .iter()
                .flat_map(|grant| ctx.areas().communities_of(grant.area))
                .map(|one| one.0)
                .collect();
            query
                .filter(col("community_id").is_in(communities))
                .filter(col("party_id").is_in(parties))
        }
    };
    let tasks = query
        .order_by_asc(case_task::Column::Id)
        .limit(500)
        .all(db.read())
        .await?;
    let mut communities: Vec<i64> = tasks.iter().map(|task| task.community_id).collect();
    communities.sort_unstable();
    communities.dedup();
    let found = case_record::Entity::find()
        .filter(col("community_id").is_in(communities))
        .filter(col("id").is_in(tasks.iter().map(|task| task.case_id)))
        .all(db.read())
        .await?;
    let by_id: std::collections::HashMap<Uuid, &case_record::Model> =
        found.iter().map(|case| (case.id, case)).collect();
    let withheld = withheld(db.read(), cases, ctx, &found).await?;
    let mut rows = Vec::new();
    for task in &tasks {
        let Some(&case) = by_id.get(&task.case_id) else {
            continue;
        };
        if scope.is_none_or(|scope| within(scope, case)) {
            rows.push(row(cases, ctx, (task, case), withheld.contains(&case.id)));
        }
    }
    name_parties(db, cases, &mut rows).await;
    rows.sort_by_key(|row| (row.due_at, row.id));
    Ok(rows)
}

fn row(
    cases: &Cases,
    ctx: &Ctx,
    (task, case): (&case_task::Model, &case_record::Model),
    withheld: bool,
) -> TaskRow {
    let mut of = views::row(case, cases, ctx.locale(), ctx.now());
    if withheld {
        of.withhold();
    }
    TaskRow {
        id: task.id,
        role: TaskRole::parse(&task.role).unwrap_or(TaskRole::Supporting),
        status: task_status(task),
        text: task.text.clone(),
        due_at: Micros(task.planned_at.unwrap_or(case.due_at)),
        planned: task.planned_at.is_some(),
        party: task_party(task),
        party_name: String::new(),
        case: of,
    }
}

async fn name_parties(db: &Database, cases: &Cases, rows: &mut [TaskRow]) {
    let parties: Vec<(CommunityId, Party)> = rows
        .iter()
        .map(|row| (row.case.community, row.party))
        .collect();
    let names = views::party_names(db, cases, parties.into_iter()).await;
    for row in rows {
        row.party_name = names.get(&row.party).cloned().unwrap_or_default();
    }
}

const TASK_LINK: Purpose = Purpose::new("case-task");

/// A link token for a task's party. It ends when its days are over or when the task gets a new nonce.
///
/// # Errors
/// 404 when there is no such task.
pub async fn link_token(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    community: CommunityId,
    task: Uuid,
) -> Result<String> {
    let row = case_task::Entity::find_by_id((community.0, task))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let mut subject = Vec::with_capacity(32);
    subject.extend_from_slice(&community.0.to_be_bytes());
    subject.extend_from_slice(task.as_bytes());
    subject.extend_from_slice(&row.link_nonce.to_be_bytes());
    // A follow-up's link lives until after its appointed time.
    let from = row
        .planned_at
        .map_or(ctx.now(), |at| std::cmp::max(Micros(at), ctx.now()));
    let expires = from.plus(cases.settings.link_days.saturating_mul(Micros::DAY));
    let mut random = [0u8; 8];
    ctx.random(&mut random);
    Ok(cases.links.issue(TASK_LINK, &subject, expires.0, random))
}

/// What a link opens.
#[derive(Clone, Debug, Serialize)]
pub struct LinkedTask {
    pub community: CommunityId,
    pub case: Uuid,
    pub nonce: i64,
    pub task: TaskRow,
    /// Where to go: helpers need the address.
    pub address: String,
    /// Empty where it is withheld.
    pub full_text: String,
}

/// Opens a link.
///
/// # Errors
/// 410 for a link that expired or was replaced, 404 for one that was never issued.
pub async fn open_link(db: &Database, cases: &Cases, ctx: &Ctx, token: &str) -> Result<LinkedTask> {
    let gone = || Problem::new(ProblemKind::Gone, "link-over");
    let claims =
        cases
            .links
            .verify(TASK_LINK, token, ctx.now().0)
            .map_err(|fault| match fault {
                LinkFault::Expired => gone(),
                LinkFault::Malformed => Problem::new(ProblemKind::NotFound, "link-incomplete"),
                LinkFault::Tampered | LinkFault::WrongPurpose => {
                    Problem::new(ProblemKind::NotFound, "link-unknown")
                }
            })?;
    let (community, task, nonce) = split(&claims.subject).ok_or_else(gone)?;
    let row = case_task::Entity::find_by_id((community, task))
        .one(db.read())
        .await?
        .ok_or_else(gone)?;
    if row.link_nonce != nonce {
        return Err(gone());
    }
    let case = case_record::Entity::find_by_id((community, row.case_id))
        .one(db.read())
        .await?
        .ok_or_else(gone)?;
    // Whoever else holds the link: it opens what this task's party may read.
    let withheld = row.role != TaskRole::Lead.as_str() && is_sensitive(cases, &case);
    Ok(LinkedTask {
        community: CommunityId(community),
        case: case.id,
        nonce,
        task: self::row(cases, ctx, (&row, &case), withheld),
        address: case.address.clone(),
        full_text: match withheld {
            true => String::new(),
            false => case.text.clone(),
        },
    })
}

fn split(subject: &[u8]) -> Option<(i64, Uuid, i64)> {
    let (community, rest) = subject.split_first_chunk::<8>()?;
    let (task, nonce) = rest.split_first_chunk::<16>()?;
    Some((
        i64::from_be_bytes(*community),
        Uuid::from_bytes(*task),
        i64::from_be_bytes(nonce.try_into().ok()?),
    ))
}
