//! The statements: each community's share is read from its own index and limited before the shares are put together.

use sea_orm::sea_query::{
    Condition, Expr, ExprTrait, LikeExpr, Order, Query, SelectStatement, UnionType,
};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::name;
use youlin_kernel::{CommunityId, Micros, Result, Scope, ScopePart};

use super::{Open311Eyes, Open311Filter, open311_mark};
use crate::service::Cases;

/// More communities than this and they are asked in one query instead of one each.
const SPLIT_UP_TO: usize = 64;
/// An id carries the time of its making, to the millisecond; the record's own time may be a little later.
const ID_SLACK: i64 = Micros::HOUR;

/// Steps other systems are told of: what changed in the state of the request, and notes.
const TOLD: &[&str] = &[
    "accepted",
    "declined",
    "dispatched",
    "started",
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
    "noted",
];

/// A column of the case, wherever else the query looks.
fn of(column: &'static str) -> Expr {
    Expr::col((name("case_record"), name(column)))
}

fn in_case_of(table: &'static str, column: &'static str) -> Expr {
    Expr::col((name(table), name(column)))
}

pub(super) fn hidden(cases: &Cases) -> Vec<String> {
    let catalogue = cases.catalogue();
    let sensitive = catalogue.iter().filter(|category| category.sensitive);
    sensitive.map(|category| category.code.clone()).collect()
}

/// The smallest or largest id that can have been made at that time.
fn id_at(at: Micros, tail: u8) -> Uuid {
    let millis = u64::try_from(at.0 / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[tail; 10]).into_uuid()
}

/// The shares of the communities, put together in order and limited.
pub(super) async fn gather(
    db: &Database,
    communities: &[CommunityId],
    filter: &Open311Filter,
    order: Order,
    share: impl Fn(&[CommunityId]) -> SelectStatement,
) -> Result<Vec<QueryResult>> {
    let wanted = filter.offset.saturating_add(filter.limit).saturating_add(1);
    let bounded = |communities: &[CommunityId]| {
        let mut query = share(communities);
        query.limit(wanted);
        query
    };
    if communities.is_empty() {
        return Ok(Vec::new());
    }
    if communities.len() == 1 || communities.len() > SPLIT_UP_TO {
        return Ok(db.read().query_all(&bounded(communities)).await?);
    }
    // SQLite takes a LIMIT in a part of a UNION only inside a subselect.
    let mut wrapped = communities.iter().map(|community| {
        let mut outer = Query::select();
        outer
            .columns(["community_id", "id"].map(name))
            .from_subquery(bounded(std::slice::from_ref(community)), name("share"));
        outer
    });
    let Some(mut all) = wrapped.next() else {
        return Ok(Vec::new());
    };
    for one in wrapped {
        all.union(UnionType::All, one);
    }
    all.order_by(name("id"), order).limit(wanted);
    Ok(db.read().query_all(&all).await?)
}

/// Cuts one page out of what was gathered; whether something comes after it.
pub(super) fn trim<T>(keys: &mut Vec<T>, filter: &Open311Filter) -> bool {
    let offset = usize::try_from(filter.offset)
        .unwrap_or(usize::MAX)
        .min(keys.len());
    keys.drain(..offset);
    let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
    let more = keys.len() > limit;
    keys.truncate(limit);
    more
}

fn bind(query: &mut SelectStatement, table: &'static str, communities: &[CommunityId]) {
    let community = in_case_of(table, "community_id");
    match communities {
        [one] => query.and_where(community.eq(one.0)),
        many => query.and_where(community.is_in(many.iter().map(|one| one.0))),
    };
}

/// Leaves out what does not exist for these eyes.
fn restrict(
    query: &mut SelectStatement,
    eyes: &Open311Eyes,
    hidden: &[String],
    communities: &[CommunityId],
) {
    if hidden.is_empty() {
        return;
    }
    let parts = eyes.reads.iter().flat_map(Scope::parts);
    let parts: Vec<&ScopePart> = parts
        .filter(|part| communities.contains(&part.community))
        .collect();
    let mut any = Condition::any().add(of("category").is_not_in(hidden.iter().cloned()));
    let whole = parts.iter().filter(|part| part.areas.is_none());
    let whole: Vec<i64> = whole.map(|part| part.community.0).collect();
    if !whole.is_empty() {
        any = any.add(of("community_id").is_in(whole));
    }
    for areas in parts.iter().filter_map(|part| part.areas.as_ref()) {
        // Areas have ids of their own everywhere, so the community need not be said again.
        let areas: Vec<i64> = areas.iter().map(|area| area.0).collect();
        any = any
            .add(of("grid_id").is_in(areas.clone()))
            .add(of("neighbourhood_id").is_in(areas));
    }
    if !eyes.parties.is_empty() {
        any = any.add(of("lead_id").is_in(eyes.parties.iter().copied()));
    }
    if let Some(machine) = eyes.filer {
        // A mark has neither `%` nor `_` before its own key.
        let like = LikeExpr::new(format!("{}%", open311_mark(machine, "")));
        any = any.add(of("external_key").like(like));
    }
    query.cond_where(any);
}

pub(super) fn request_share(
    eyes: &Open311Eyes,
    filter: &Open311Filter,
    hidden: &[String],
    communities: &[CommunityId],
) -> SelectStatement {
    let mut query = Query::select();
    query
        .columns(["community_id", "id"].map(name))
        .from(name("case_record"));
    bind(&mut query, "case_record", communities);
    restrict(&mut query, eyes, hidden, communities);
    if !filter.ids.is_empty() {
        query.and_where(of("id").is_in(filter.ids.iter().copied()));
    } else {
        if let Some(from) = filter.from {
            query.and_where(of("id").gte(id_at(from.plus(-ID_SLACK), 0)));
            query.and_where(of("reported_at").gte(from.0));
        }
        if let Some(until) = filter.until {
            query.and_where(of("id").lte(id_at(until, 0xff)));
            query.and_where(of("reported_at").lt(until.0));
        }
        if !filter.services.is_empty() {
            query.and_where(of("category").is_in(filter.services.iter().cloned()));
        }
        match filter.open {
            Some(true) => query.and_where(of("ended_at").is_null()),
            Some(false) => query.and_where(of("ended_at").is_not_null()),
            None => &mut query,
        };
    }
    query.order_by(name("id"), Order::Desc);
    query
}

pub(super) fn update_share(
    eyes: &Open311Eyes,
    filter: &Open311Filter,
    hidden: &[String],
    communities: &[CommunityId],
) -> SelectStatement {
    let event = |column| in_case_of("case_event", column);
    let mut query = Query::select();
    query
        .expr_as(event("community_id"), name("community_id"))
        .expr_as(event("id"), name("id"))
        .from(name("case_event"))
        .inner_join(
            name("case_record"),
            of("community_id")
                .equals((name("case_event"), name("community_id")))
                .and(of("id").equals((name("case_event"), name("case_id")))),
        );
    bind(&mut query, "case_event", communities);
    restrict(&mut query, eyes, hidden, communities);
    query.and_where(event("kind").is_in(TOLD.iter().copied()));
    if !filter.ids.is_empty() {
        query.and_where(event("case_id").is_in(filter.ids.iter().copied()));
    }
    if let Some(from) = filter.from {
        query.and_where(event("id").gte(id_at(from.plus(-ID_SLACK), 0)));
        query.and_where(event("at").gte(from.0));
    }
    if let Some(until) = filter.until {
        query.and_where(event("id").lte(id_at(until.plus(ID_SLACK), 0xff)));
        query.and_where(event("at").lt(until.0));
    }
    query.order_by((name("case_event"), name("id")), Order::Asc);
    query
}
