//! From cases and their histories to rows: each state of a case is a row.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Order, Query};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::{col, name};
use youlin_datasets::cube::{Table, TableBuilder};
use youlin_kernel::{CommunityId, Micros, Result};

use super::dataset::SCHEMA;
use super::lives::{Happened, KINDS, State, states};
use crate::model::Status;

struct Case {
    id: Uuid,
    category: String,
    source: String,
    urgency: String,
    area: i64,
    building: Option<Uuid>,
    dwelling: Option<Uuid>,
    reporter: Option<Uuid>,
    /// Somebody reported it who could be asked.
    asked: bool,
    reported: i64,
    accepted: Option<i64>,
    due: i64,
}

pub(super) async fn load(db: &Database, community: CommunityId) -> Result<Table> {
    let mut histories = histories(db, community).await?;
    let meant = youlin_people::merge::Meant::load(db.read(), community).await?;
    let mut table = TableBuilder::new(SCHEMA);
    for case in cases(db, community).await? {
        let mut history = histories.remove(&case.id).unwrap_or_default();
        // A look on the spot is no answer of a reporter where there is none.
        history.retain(|entry| case.asked || entry.kind != "verified");
        let lives = states(case.reported, case.area, &history);
        let ends: Vec<i64> = lives
            .iter()
            .skip(1)
            .map(|(at, _)| *at)
            .chain([i64::MAX])
            .collect();
        for ((from, state), to) in lives.iter().zip(ends) {
            for (start, end, reporter) in reporters(&meant, &case) {
                let (from, to) = (Ord::max(*from, start), Ord::min(to, end));
                if from < to && table.row(case.id.as_u128(), from, to) {
                    fill(&mut table, &case, state, reporter);
                }
            }
        }
    }
    Ok(table.finish())
}

/// Who had reported it, from when to when: an entry of the register may have been merged into another.
fn reporters(meant: &youlin_people::merge::Meant, case: &Case) -> Vec<(i64, i64, Option<Uuid>)> {
    let Some(reporter) = case.reporter else {
        return vec![(i64::MIN, i64::MAX, None)];
    };
    let all = meant.of(reporter).into_iter();
    all.map(|(from, to, id)| (from, to, Some(id))).collect()
}

fn fill(table: &mut TableBuilder, case: &Case, state: &State, reporter: Option<Uuid>) {
    table.area("area", Some(state.area));
    table.text("status", Some(state.status.as_str()));
    table.flag("open", Some(!state.status.is_ended()));
    table.text("category", Some(&case.category));
    table.text("source", Some(&case.source));
    table.text("urgency", Some(&case.urgency));
    table.number("reported", Some(case.reported));
    table.number("due", Some(case.due));
    table.number("ended", state.ended);
    table.flag("overdue", Some(state.overdue));
    table.flag("accepted", Some(state.accepted));
    table.flag("handled", Some(state.handled));
    let closed = state.ended.filter(|_| state.status == Status::Closed);
    table.flag("on_time", closed.map(|at| at <= case.due));
    table.flag("deferred", Some(state.deferred));
    table.flag("reworked", Some(state.reworks > 0));
    table.flag("called_back", Some(state.responded.is_some()));
    table.flag("responded", state.responded);
    table.flag("solved", state.solved);
    table.flag("satisfied", state.satisfied);
    table.flag("supervised", Some(state.supervised));
    table.number("reworks", Some(state.reworks));
    let accepted = case.accepted.filter(|_| state.accepted);
    table.number(
        "accept_minutes",
        accepted.map(|at| (at - case.reported) / Micros::MINUTE),
    );
    table.number(
        "close_hours",
        closed.map(|at| (at - case.reported) / Micros::HOUR),
    );
    table.key("building", case.building.map(|id| id.as_u128()));
    table.key("dwelling", case.dwelling.map(|id| id.as_u128()));
    table.key("person", reporter.map(|id| id.as_u128()));
}

async fn cases(db: &Database, community: CommunityId) -> Result<Vec<Case>> {
    let columns = [
        "id",
        "category",
        "source",
        "urgency",
        "grid_id",
        "neighbourhood_id",
        "building_id",
        "dwelling_id",
        "reporter_person",
        "reporter_contact",
        "reported_at",
        "accepted_at",
        "due_at",
    ];
    let mut find = Query::select();
    find.columns(columns.map(name))
        .from(name("case_record"))
        .and_where(col("community_id").eq(community.0));
    let mut cases = Vec::new();
    for row in db.read().query_all(&find).await? {
        let contact: Option<Vec<u8>> = row.try_get("", "reporter_contact")?;
        let reporter: Option<Uuid> = row.try_get("", "reporter_person")?;
        let grid: Option<i64> = row.try_get("", "grid_id")?;
        let neighbourhood: Option<i64> = row.try_get("", "neighbourhood_id")?;
        cases.push(Case {
            id: row.try_get("", "id")?,
            category: row.try_get("", "category")?,
            source: row.try_get("", "source")?,
            urgency: row.try_get("", "urgency")?,
            area: neighbourhood.or(grid).unwrap_or(community.0),
            building: row.try_get("", "building_id")?,
            dwelling: row.try_get("", "dwelling_id")?,
            asked: reporter.is_some() || contact.is_some(),
            reporter,
            reported: row.try_get("", "reported_at")?,
            accepted: row.try_get("", "accepted_at")?,
            due: row.try_get("", "due_at")?,
        });
    }
    Ok(cases)
}

/// What happened to each case, in order.
async fn histories(db: &Database, community: CommunityId) -> Result<HashMap<Uuid, Vec<Happened>>> {
    let mut find = Query::select();
    find.columns(["case_id", "at", "kind", "data"].map(name))
        .from(name("case_event"))
        .and_where(col("community_id").eq(community.0))
        .and_where(col("kind").is_in(KINDS))
        .order_by(name("id"), Order::Asc);
    let mut all: HashMap<Uuid, Vec<Happened>> = HashMap::new();
    for row in db.read().query_all(&find).await? {
        let happened = Happened {
            at: row.try_get("", "at")?,
            kind: row.try_get("", "kind")?,
            data: row.try_get("", "data")?,
        };
        all.entry(row.try_get("", "case_id")?)
            .or_default()
            .push(happened);
    }
    Ok(all)
}
