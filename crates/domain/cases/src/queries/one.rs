//! One case, whole.

use sea_orm::sea_query::{Condition, ExprTrait};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result, Scope};
use youlin_people::{Directory, merge};

use super::parts;
use super::views::{self, CaseRow, CaseView, TaskView};
use super::withheld::{withheld, within};
use crate::commands::{Reporter, standing, without_ends};
use crate::entities::{case_record, case_task};
use crate::model::{
    CaseState, Facts, RULES, Source, TaskRole, admits, may_call_back, task_party, task_status,
};
use crate::permissions;
use crate::service::Cases;

/// The case with this id, if the caller may see it: in their areas, as a party, or as its reporter.
///
/// # Errors
/// 404 otherwise; 401 for visitors.
pub async fn visible(db: &Database, ctx: &Ctx, id: Uuid) -> Result<(CommunityId, Uuid)> {
    find(db, ctx, id)
        .await
        .map(|case| (CommunityId(case.community_id), case.id))
}

/// The same, for whoever may read what it is about.
///
/// # Errors
/// 404 also for those from whom that is withheld; 401 for visitors.
pub(crate) async fn visible_whole(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    id: Uuid,
) -> Result<(CommunityId, Uuid)> {
    let case = find(db, ctx, id).await?;
    let hidden = withheld(db.read(), cases, ctx, std::slice::from_ref(&case)).await?;
    if hidden.contains(&id) {
        return Err(Problem::not_found());
    }
    Ok((CommunityId(case.community_id), case.id))
}

pub(crate) async fn find(db: &Database, ctx: &Ctx, id: Uuid) -> Result<case_record::Model> {
    if let Ok(scope) = ctx.scope(&permissions::CASES_READ) {
        let found = case_record::Entity::find()
            .filter(col("community_id").is_in(scope.communities()))
            .filter(col("id").eq(id))
            .one(db.read())
            .await?;
        if let Some(case) = found
            && within(&scope, &case)
        {
            return Ok(case);
        }
    } else if !ctx.is_signed_in() {
        return Err(ctx
            .scope(&permissions::CASES_READ)
            .err()
            .unwrap_or_else(Problem::not_found));
    }
    as_party(db, ctx, id).await
}

/// A party or reporter sees the case wherever it lies; their communities are those of their grants.
async fn as_party(db: &Database, ctx: &Ctx, id: Uuid) -> Result<case_record::Model> {
    let communities: Vec<i64> = ctx
        .grants()
        .iter()
        .flat_map(|grant| ctx.areas().communities_of(grant.area))
        .map(|one| one.0)
        .collect();
    let case = case_record::Entity::find()
        .filter(col("community_id").is_in(communities))
        .filter(col("id").eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    if reported_by_caller(db.read(), ctx, &case).await? {
        return Ok(case);
    }
    let parties: Vec<Uuid> = Directory::parties_of(ctx)
        .iter()
        .map(|party| party.id)
        .collect();
    let task = case_task::Entity::find()
        .filter(col("community_id").eq(case.community_id))
        .filter(col("case_id").eq(id))
        .filter(col("party_id").is_in(parties))
        .one(db.read())
        .await?;
    task.map(|_| case).ok_or_else(Problem::not_found)
}

/// Whether the caller reported it, also under an entry of the register that was merged into theirs since.
pub(crate) async fn reported_by_caller(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    case: &case_record::Model,
) -> Result<bool> {
    let (Some(reporter), Some(caller)) = (case.reporter_person, ctx.actor().person()) else {
        return Ok(false);
    };
    if reporter == caller {
        return Ok(true);
    }
    let kept = merge::led_to(db, CommunityId(case.community_id), reporter).await?;
    Ok(kept == caller)
}

/// A case with everything the caller may know of it.
///
/// # Errors
/// 404 when it does not exist for the caller.
pub async fn case(db: &Database, cases: &Cases, ctx: &Ctx, id: Uuid) -> Result<CaseView> {
    let case = find(db, ctx, id).await?;
    let (db_read, of) = (db.read(), (case.community_id, id));
    let events = parts::events(db_read, of).await?;
    // Whatever is added to a case leaves a line in its history: most cases have no files and none merged into them, and
    // what has only been reported has no tasks. Those queries are not asked.
    let happened = |kind: &str| events.iter().any(|event| event.kind == kind);
    let tasks = match events.len() {
        0 | 1 => Vec::new(),
        _ => parts::tasks(db_read, of).await?,
    };
    let files = match happened("file_added") {
        true => parts::files(db_read, of).await?,
        false => Vec::new(),
    };
    let merged = match happened("merged_in") {
        true => parts::merged(db_read, of).await?,
        false => Vec::new(),
    };
    let state = CaseState { case, tasks };
    let is_reporter = reported_by_caller(db_read, ctx, &state.case).await?;
    let mut view = view(cases, ctx, &state, is_reporter)?;
    view.tasks = task_views(db, cases, ctx, &state).await?;
    let community = CommunityId(state.case.community_id);
    view.held = cases.holder.held(db_read, community, id).await?;
    without_ends(&mut view.allowed, view.held.as_ref());
    view.events = events.into_iter().map(views::event).collect();
    view.files = files.into_iter().map(views::file).collect();
    view.merged = merged
        .iter()
        .map(|case| views::row(case, cases, ctx.locale(), ctx.now()))
        .collect();
    let hidden = withheld(db_read, cases, ctx, std::slice::from_ref(&state.case)).await?;
    if hidden.contains(&id) {
        view.withhold();
    }
    Ok(view)
}

fn view(cases: &Cases, ctx: &Ctx, state: &CaseState, is_reporter: bool) -> Result<CaseView> {
    let case = &state.case;
    let asked: Option<serde_json::Value> = case
        .extension_asked
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    Ok(CaseView {
        row: views::row(case, cases, ctx.locale(), ctx.now()),
        source: Source::parse(&case.source).unwrap_or(Source::Desk),
        full_text: case.text.clone(),
        answers: serde_json::from_str(&case.answers).unwrap_or_default(),
        building: case.building_id,
        dwelling: case.dwelling_id,
        reporter: case.reporter_person,
        contact_masked: contact(cases, case)?.map(|contact| masked(cases, &contact)),
        tracking_code: crate::tracking::shown(&case.tracking_code),
        lead: state.lead(),
        accepted_at: case.accepted_at.map(Micros),
        handled_at: case.handled_at.map(Micros),
        ended_at: case.ended_at.map(Micros),
        review_at: case.review_at.map(Micros),
        extension_asked: asked.map(|asked| {
            let days = u32::try_from(asked["days"].as_u64().unwrap_or(0)).unwrap_or(0);
            (
                days,
                asked["reason"].as_str().unwrap_or_default().to_owned(),
            )
        }),
        extensions: case.extensions,
        reworks: case.reworks,
        responded: case.responded,
        solved: case.solved,
        satisfied: case.satisfied,
        thanks: case.thanks.clone(),
        merged_into: case.merged_into,
        merged: Vec::new(),
        tasks: Vec::new(),
        events: Vec::new(),
        files: Vec::new(),
        allowed: allowed(ctx, state, is_reporter),
        may_call_back: may_call_back(case),
        held: None,
    })
}

/// The sealed contact of an unregistered reporter, opened: for notices only.
pub(crate) fn contact(cases: &Cases, case: &case_record::Model) -> Result<Option<Reporter>> {
    let Some(sealed) = &case.reporter_contact else {
        return Ok(None);
    };
    let at = youlin_people::FieldPlace::new(
        "case_record",
        "reporter_contact",
        case.community_id,
        case.id,
    );
    let text = cases.vault.open(at, sealed)?;
    serde_json::from_str(&text)
        .map(Some)
        .map_err(Problem::internal)
}

fn masked(cases: &Cases, contact: &Reporter) -> String {
    let name = youlin_crypto::mask::name(&contact.name);
    let phone = cases
        .vault
        .phone("phone", &contact.phone)
        .map(|phone| phone.masked())
        .unwrap_or_default();
    format!("{name} {phone}").trim().to_owned()
}

/// The verbs whose rule admits this caller in this state.
pub(crate) fn allowed(ctx: &Ctx, state: &CaseState, is_reporter: bool) -> Vec<String> {
    let case = &state.case;
    let mut facts = Facts {
        permissions: Vec::new(),
        parties: Vec::new(),
        is_reporter,
        actor: ctx.actor().id(),
        ids: Vec::new(),
        nonces: Vec::new(),
    };
    standing(ctx, state, &mut facts);
    RULES
        .iter()
        .filter(|rule| rule.from.contains(&state.status()))
        .filter(|rule| admits(rule, state, &facts))
        .filter(|rule| rule.verb != "decide_extension" || case.extension_asked.is_some())
        .filter(|rule| rule.verb != "ask_extension" || case.extension_asked.is_none())
        .map(|rule| rule.verb.to_owned())
        .collect()
}

async fn task_views(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    state: &CaseState,
) -> Result<Vec<TaskView>> {
    let parties = Directory::parties_of(ctx);
    let community = CommunityId(state.case.community_id);
    let named = state.tasks.iter().map(|task| (community, task_party(task)));
    let names = views::party_names(db, cases, named).await;
    let mut views = Vec::with_capacity(state.tasks.len());
    for task in &state.tasks {
        let party = task_party(task);
        views.push(TaskView {
            id: task.id,
            role: TaskRole::parse(&task.role).unwrap_or(TaskRole::Supporting),
            party,
            party_name: names.get(&party).cloned().unwrap_or_default(),
            text: task.text.clone(),
            status: task_status(task),
            planned_at: task.planned_at.map(Micros),
            note: task.note.clone(),
            mine: parties.contains(&party),
        });
    }
    Ok(views)
}

/// The id behind a number (`20261111-0007`) or an id typed as text.
///
/// # Errors
/// 404 when there is none in the scope.
pub async fn case_by_number(
    db: &Database,
    scope: &Scope,
    number: &str,
) -> Result<(CommunityId, Uuid)> {
    let mut any = Condition::any().add(col("number").eq(number.trim()));
    if let Ok(id) = Uuid::parse_str(number.trim()) {
        any = any.add(col("id").eq(id));
    }
    let found = case_record::Entity::find()
        .filter(col("community_id").is_in(scope.communities()))
        .filter(any)
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok((CommunityId(found.community_id), found.id))
}

/// Open and past cases of a person, newest first: for the caller's file.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn past_of_person(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    scope: &Scope,
    person: Uuid,
    limit: u64,
) -> Result<Vec<CaseRow>> {
    let communities = scope.communities();
    let ids = youlin_people::merge::same_person_of(db.read(), &communities, person).await?;
    let rows = case_record::Entity::find()
        .filter(col("community_id").is_in(scope.communities()))
        .filter(col("reporter_person").is_in(ids))
        .order_by_desc(case_record::Column::Id)
        .limit(limit)
        .all(db.read())
        .await?;
    Ok(rows
        .iter()
        .filter(|case| within(scope, case))
        .map(|case| views::row(case, cases, ctx.locale(), ctx.now()))
        .collect())
}
