//! Reads of visits: the rule of a community, what was picked by hand, and the visits of a day and of one dwelling.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result, Scope};

use super::VisitRule;
use super::entities::{visit_pick, visit_rule as rule_rows};
use super::need::PickKind;
use crate::entities::round;
use crate::model::{Outcome, RoundKind, SubjectKind};
use crate::service::Rounds;

/// The rule of a community with its version; version 0 is what is shipped.
#[derive(Clone, Debug)]
pub struct RuleView {
    pub rule: VisitRule,
    pub version: i32,
    pub by_name: String,
    pub changed_at: Option<Micros>,
}

/// What counts here.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn visit_rule(db: &Database, community: CommunityId) -> Result<RuleView> {
    let row = rule_rows::Entity::find()
        .filter(rule_rows::Column::CommunityId.eq(community.0))
        .one(db.read())
        .await?;
    Ok(match row {
        None => RuleView {
            rule: VisitRule::default(),
            version: 0,
            by_name: String::new(),
            changed_at: None,
        },
        Some(row) => RuleView {
            rule: serde_json::from_str(&row.rule).map_err(Problem::internal)?,
            version: row.version,
            by_name: row.by_name,
            changed_at: Some(Micros(row.changed_at)),
        },
    })
}

/// Today's picks by dwelling, with their times.
pub(super) async fn picks(
    db: &Database,
    community: CommunityId,
    day: Date,
) -> Result<HashMap<Uuid, (PickKind, Micros)>> {
    let rows = visit_pick::Entity::find()
        .filter(visit_pick::Column::CommunityId.eq(community.0))
        .filter(visit_pick::Column::Day.eq(day.to_string()))
        .all(db.read())
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let kind = PickKind::parse(&row.kind)?;
            Some((row.dwelling_id, (kind, Micros(row.picked_at))))
        })
        .collect())
}

/// Visits handed in today in a community, by the person who did: each the area of its dwelling.
pub(super) async fn handed_in_today(
    db: &Database,
    ctx: &Ctx,
    rounds: &Rounds,
    community: CommunityId,
) -> Result<HashMap<Option<Uuid>, Vec<Option<AreaId>>>> {
    let rows: Vec<(Uuid, Option<Uuid>)> = of_today(ctx, community)
        .select_only()
        .columns([round::Column::SubjectId, round::Column::ByPerson])
        .into_tuple()
        .all(db.read())
        .await?;
    let mut today: HashMap<Option<Uuid>, Vec<Option<AreaId>>> = HashMap::new();
    for (dwelling, by) in rows {
        let place = rounds.cases.locator().dwelling(dwelling);
        let area = place.map(|place| place.area());
        today.entry(by).or_default().push(area);
    }
    Ok(today)
}

/// A visit in the life of a dwelling.
#[derive(Clone, Debug)]
pub struct VisitOf {
    pub id: Uuid,
    pub dwelling: Uuid,
    pub outcome: Outcome,
    pub at: Micros,
    pub again: Option<Micros>,
    pub by: String,
    pub reason: String,
}

/// Visits to these dwellings of a community, the newest first, at most `most`: as far as a scope reaches, or all of them for
/// somebody who lives there.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn visits_of(
    db: &Database,
    scope: Option<&Scope>,
    community: CommunityId,
    dwellings: &[Uuid],
    most: u64,
) -> Result<Vec<VisitOf>> {
    use round::Column;
    let rows = round::Entity::find()
        .filter(Column::CommunityId.eq(community.0))
        .filter(Column::SubjectKind.eq(SubjectKind::Dwelling.as_str()))
        .filter(Column::SubjectId.is_in(dwellings.iter().copied()))
        .filter(Column::Kind.eq(RoundKind::Visit.as_str()))
        .order_by_desc(Column::BeganAt)
        .limit(most)
        .all(db.read())
        .await?;
    let area = |id: Option<i64>| id.map(youlin_kernel::AreaId);
    let seen = |row: &round::Model| {
        let areas = [area(row.grid_id), area(row.neighbourhood_id)];
        scope.is_none_or(|scope| scope.contains(community, &areas))
    };
    Ok(rows.into_iter().filter(seen).filter_map(visit_of).collect())
}

/// Visits of today.
#[derive(Debug, Default)]
pub(super) struct VisitsToday {
    /// The caller's.
    pub(super) own: Vec<VisitOf>,
    /// Of everybody else.
    pub(super) others: Vec<VisitOf>,
}

/// Visits of a community that were handed in today, the newest first.
pub(super) async fn visits_today(
    db: &Database,
    ctx: &Ctx,
    community: CommunityId,
) -> Result<VisitsToday> {
    let rows = of_today(ctx, community)
        .order_by_desc(round::Column::BeganAt)
        .all(db.read())
        .await?;
    let me = ctx.actor().id();
    let (own, others): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|row| me.is_some() && row.by_id == me);
    let views = |rows: Vec<round::Model>| rows.into_iter().filter_map(visit_of).collect();
    Ok(VisitsToday {
        own: views(own),
        others: views(others),
    })
}

/// The door the caller was at last today, whatever came of it.
pub(super) async fn last_door(
    db: &Database,
    ctx: &Ctx,
    community: CommunityId,
) -> Result<Option<Uuid>> {
    let Some(me) = ctx.actor().id() else {
        return Ok(None);
    };
    let row: Option<Uuid> = of_today(ctx, community)
        .select_only()
        .column(round::Column::SubjectId)
        .filter(round::Column::ById.eq(me))
        .order_by_desc(round::Column::BeganAt)
        .order_by_desc(round::Column::ReceivedAt)
        .into_tuple()
        .one(db.read())
        .await?;
    Ok(row)
}

/// The newest visit somebody else handed in today to this dwelling, besides those that are known.
pub(super) async fn meanwhile(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    (community, dwelling): (CommunityId, Uuid),
    known: &BTreeSet<Uuid>,
) -> Result<Option<VisitOf>> {
    let rows = of_today(ctx, community)
        .filter(round::Column::SubjectId.eq(dwelling))
        .order_by_desc(round::Column::ReceivedAt)
        .all(db)
        .await?;
    let me = ctx.actor().id();
    let other = |row: &round::Model| row.by_id != me && !known.contains(&row.id);
    Ok(rows.into_iter().find(other).and_then(visit_of))
}

fn of_today(ctx: &Ctx, community: CommunityId) -> Select<round::Entity> {
    use round::Column;
    round::Entity::find()
        .filter(Column::CommunityId.eq(community.0))
        .filter(Column::BeganAt.gte(Micros::start_of(ctx.now().date()).0))
        .filter(Column::Kind.eq(RoundKind::Visit.as_str()))
        .filter(Column::SubjectKind.eq(SubjectKind::Dwelling.as_str()))
        .filter(Column::Outcome.ne(Outcome::Withdrawn.as_str()))
}

fn visit_of(row: round::Model) -> Option<VisitOf> {
    Some(VisitOf {
        id: row.id,
        dwelling: row.subject_id,
        outcome: Outcome::parse(&row.outcome)?,
        at: Micros(row.began_at),
        again: row.try_again_at.map(Micros),
        by: row.by_name,
        reason: row.reason,
    })
}
