//! How cases stand with their parties, for floors above whose own rules ask for it (a hazard and whoever puts it right), and
//! which of very many are overdue, in one statement.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_kernel::{CommunityId, Micros, Result};
use youlin_people::{Party, PartyKind};

use super::views::{self, EventView};
use crate::entities::{case_event, case_record};
use crate::model::Status;

/// More time that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct AskedExtension {
    /// Working days.
    pub days: u32,
    pub reason: String,
}

/// See the module's text. Holds nothing personal but whose work it is.
#[derive(Clone, Debug)]
pub struct CaseFooting {
    pub id: Uuid,
    pub number: String,
    pub status: Status,
    pub lead: Option<Party>,
    /// The account that said it was handled.
    pub handled_by: Option<Uuid>,
    pub handled_at: Option<Micros>,
    pub ended_at: Option<Micros>,
    pub due_at: Micros,
    pub overdue: bool,
    pub extension_asked: Option<AskedExtension>,
    /// Extensions that were approved.
    pub extensions: i32,
    pub reworks: i32,
}

/// These cases, by id. The caller answers for who may see them; what does not exist is left out.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn footings(
    db: &impl ConnectionTrait,
    wanted: &[(CommunityId, Uuid)],
) -> Result<HashMap<Uuid, CaseFooting>> {
    let communities: BTreeSet<i64> = wanted.iter().map(|(community, _)| community.0).collect();
    let mut found = HashMap::with_capacity(wanted.len());
    for some in wanted.chunks(500) {
        let rows = case_record::Entity::find()
            .filter(col("community_id").is_in(communities.iter().copied()))
            .filter(col("id").is_in(some.iter().map(|(_, id)| *id)))
            .all(db)
            .await?;
        found.extend(
            rows.into_iter()
                .filter_map(|row| Some((row.id, footing(row)?))),
        );
    }
    Ok(found)
}

/// The ids of a community's open cases, for a condition of another floor's query. The caller answers for who may see them.
#[must_use]
pub fn open_cases(community: CommunityId) -> SelectStatement {
    let mut open = Query::select();
    open.column(name("id"))
        .from(name("case_record"))
        .and_where(col("community_id").eq(community.0))
        .and_where(col("ended_at").is_null());
    open
}

fn footing(row: case_record::Model) -> Option<CaseFooting> {
    let lead = row
        .lead_kind
        .as_deref()
        .and_then(PartyKind::parse)
        .zip(row.lead_id)
        .map(|(kind, id)| Party { kind, id });
    Some(CaseFooting {
        id: row.id,
        status: Status::parse(&row.status)?,
        lead,
        number: row.number,
        handled_by: row.handled_by,
        handled_at: row.handled_at.map(Micros),
        ended_at: row.ended_at.map(Micros),
        due_at: Micros(row.due_at),
        overdue: row.overdue,
        extension_asked: row
            .extension_asked
            .and_then(|text| serde_json::from_str(&text).ok()),
        extensions: row.extensions,
        reworks: row.reworks,
    })
}

/// What happened to a case, of these kinds only, the oldest first. The caller answers for who may see it.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn happenings(
    db: &impl ConnectionTrait,
    (community, case): (CommunityId, Uuid),
    kinds: &[&'static str],
) -> Result<Vec<EventView>> {
    let rows = case_event::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("case_id").eq(case))
        .filter(col("kind").is_in(kinds.iter().copied()))
        .order_by_asc(case_event::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(views::event).collect())
}

/// What is asked of very many cases at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CasesThat {
    /// Past their day.
    AreOverdue,
    /// Said to be done by whoever handles them, also when a desk closed them.
    AreHandled,
}

/// Which of these are. `wanted` selects `community_id`, `case_id`, `found_at` and `id`, of whatever table; the caller answers for
/// who may see them. With `latest` only so many, those found last.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn cases_among(
    db: &impl ConnectionTrait,
    wanted: SelectStatement,
    that: CasesThat,
    latest: Option<u64>,
) -> Result<Vec<(CommunityId, Uuid)>> {
    let mut select = among(wanted, that);
    select.columns([(name("c"), name("community_id")), (name("c"), name("id"))]);
    if let Some(most) = latest {
        select
            .order_by((name("w"), name("found_at")), Order::Desc)
            .order_by((name("w"), name("id")), Order::Desc)
            .limit(most);
    }
    let mut found = Vec::new();
    for row in db.query_all(&select).await? {
        let community: i64 = row.try_get("", "community_id")?;
        found.push((CommunityId(community), row.try_get("", "id")?));
    }
    Ok(found)
}

/// How many of these are; see [`cases_among`].
///
/// # Errors
/// 503 when the database does not answer.
pub async fn count_among(
    db: &impl ConnectionTrait,
    wanted: SelectStatement,
    that: CasesThat,
) -> Result<u64> {
    let mut select = among(wanted, that);
    let all = Expr::col((name("c"), name("id"))).count();
    select.expr_as(all, name("cases"));
    let row = db.query_one(&select).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get("", "cases"))?;
    Ok(count.unsigned_abs())
}

fn among(wanted: SelectStatement, that: CasesThat) -> SelectStatement {
    let (case, of) = (name("c"), name("w"));
    let same = |theirs: &'static str, ours: &'static str| {
        Expr::col((name("c"), name(ours))).equals((name("w"), name(theirs)))
    };
    let column = |of: &'static str| Expr::col((name("c"), name(of)));
    let condition = match that {
        CasesThat::AreOverdue => column("overdue").eq(true),
        CasesThat::AreHandled => {
            column("status").is_in([Status::Handled, Status::Closed].map(Status::as_str))
        }
    };
    let mut select = Query::select();
    select
        .from_subquery(wanted, of)
        .join_as(
            JoinType::InnerJoin,
            name("case_record"),
            case,
            same("community_id", "community_id").and(same("case_id", "id")),
        )
        .and_where(condition);
    select
}
