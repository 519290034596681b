//! Saving what the model decided: rows, history, audit, events, counters. Shared by all commands of cases.

use serde_json::{Value, json};
use youlin_database::{AuditEntry, Event, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Result};

use crate::entities::{case_event, case_record, case_task};
use crate::model::{CaseState, Happened};

/// The family of counters this module keeps.
pub(crate) const FAMILY: &str = "cases";

/// Saves the state after `decide`: only what differs from before.
pub(crate) async fn outcome(
    ctx: &Ctx,
    tx: &Tx<'_>,
    before: &CaseState,
    after: CaseState,
    happened: &[Happened],
    action: &'static str,
) -> Result<CaseState> {
    let mut saved = after;
    // Always: the version must grow even when only tasks changed, so that two people never decide on the same state.
    saved.case = tx.update::<case_record::Entity>(saved.case).await?;
    for task in &mut saved.tasks {
        *task = save_task(tx, before, task.clone()).await?;
    }
    history(ctx, tx, &saved.case, happened).await?;
    count(tx, Some(&before.case), &saved.case);
    let entry =
        AuditEntry::new(action, "case", saved.case.id).detail(detail(&saved.case, happened));
    tx.audit(ctx, CommunityId(saved.case.community_id), entry);
    announce(ctx, tx, &saved.case, happened);
    Ok(saved)
}

async fn save_task(
    tx: &Tx<'_>,
    before: &CaseState,
    mut task: case_task::Model,
) -> Result<case_task::Model> {
    match before.tasks.iter().find(|old| old.id == task.id) {
        Some(old) if *old == task => Ok(task),
        Some(_) => tx.update::<case_task::Entity>(task).await,
        None => {
            task.version = 1;
            tx.insert::<case_task::Entity>(task).await
        }
    }
}

/// Appends to the history of the case.
pub(crate) async fn history(
    ctx: &Ctx,
    tx: &Tx<'_>,
    case: &case_record::Model,
    happened: &[Happened],
) -> Result<()> {
    for one in happened {
        let event = case_event::Model {
            community_id: case.community_id,
            id: ctx.new_id(),
            version: 1,
            case_id: case.id,
            at: ctx.now().0,
            actor_kind: ctx.actor().kind().to_owned(),
            actor_id: ctx.actor().id(),
            actor_name: ctx.actor().name().to_owned(),
            kind: one.kind.to_owned(),
            text: one.text.as_deref().map(|text| text.trim().to_owned()),
            public: one.public,
            data: one.data.to_string(),
        };
        tx.insert::<case_event::Entity>(event).await?;
    }
    Ok(())
}

fn detail(case: &case_record::Model, happened: &[Happened]) -> Value {
    let kinds: Vec<&str> = happened.iter().map(|one| one.kind).collect();
    json!({ "number": case.number, "status": case.status, "version": case.version, "happened": kinds })
}

/// One event per thing that happened, with ids only.
pub(crate) fn announce(ctx: &Ctx, tx: &Tx<'_>, case: &case_record::Model, happened: &[Happened]) {
    for one in happened {
        let payload = json!({
            "grid": case.grid_id,
            "neighbourhood": case.neighbourhood_id,
            "category": case.category,
            "status": case.status,
            "data": one.data,
        });
        tx.emit(
            ctx,
            Event {
                topic: format!("cases.{}", one.kind),
                community: CommunityId(case.community_id),
                subject: case.id,
                payload,
            },
        );
    }
}

/// Moves the counters from the state before to the state after: by month of report and for today, in the area it was in
/// and the one it is in.
pub(crate) fn count(tx: &Tx<'_>, before: Option<&case_record::Model>, after: &case_record::Model) {
    let area = |case: &case_record::Model| case.neighbourhood_id.or(case.grid_id);
    let same = |before: &case_record::Model| {
        (&before.status, before.overdue, area(before))
            == (&after.status, after.overdue, area(after))
    };
    if before.is_some_and(same) {
        return;
    }
    let month = Micros(after.reported_at).month();
    let add = |case: &case_record::Model, delta: i64| {
        let at = AreaId(area(case).unwrap_or(case.community_id));
        let overdue = case.overdue.then_some("overdue");
        for key in overdue.into_iter().chain([case.status.as_str()]) {
            for month in [0, month] {
                tx.count(
                    CommunityId(case.community_id),
                    at,
                    FAMILY,
                    month,
                    key,
                    delta,
                );
            }
        }
    };
    if let Some(before) = before {
        add(before, -1);
    }
    add(after, 1);
}
