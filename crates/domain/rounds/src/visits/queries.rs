//! Reads of visits: the rule of a community, how policies of dwellings stand, and the visits to one dwelling.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result, Scope};

use super::VisitRule;
use super::entities::{visit_pick, visit_rule as rule_rows};
use super::need::{LastVisit, PickKind};
use crate::entities::round;
use crate::model::{Due, Lives, Outcome, RoundKind, SubjectKind, Window, asked, windows};
use crate::queries::PolicyView;

/// How far back the newest visit of a dwelling is looked for; a try may name a day up to here ahead.
pub(super) const LOOK_BACK: i64 = 120 * Micros::DAY;

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

/// Today's picks by dwelling.
pub(super) async fn picks(
    db: &Database,
    community: CommunityId,
    day: Date,
) -> Result<HashMap<Uuid, PickKind>> {
    let rows = visit_pick::Entity::find()
        .filter(visit_pick::Column::CommunityId.eq(community.0))
        .filter(visit_pick::Column::Day.eq(day.to_string()))
        .all(db.read())
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.dwelling_id, PickKind::parse(&row.kind)?)))
        .collect())
}

/// The newest visit of each dwelling, and the dwellings of which each person handed in a visit today.
#[derive(Debug, Default)]
pub(super) struct Recent {
    pub(super) last: HashMap<Uuid, LastVisit>,
    pub(super) today: HashMap<Option<Uuid>, Vec<Uuid>>,
}

/// Dwelling, outcome, when it began, when to try again, who went.
type VisitRow = (Uuid, String, i64, Option<i64>, Option<Uuid>);

pub(super) async fn recent(db: &Database, community: CommunityId, now: Micros) -> Result<Recent> {
    use round::Column;
    let rows: Vec<VisitRow> = round::Entity::find()
        .select_only()
        .columns([
            Column::SubjectId,
            Column::Outcome,
            Column::BeganAt,
            Column::TryAgainAt,
            Column::ByPerson,
        ])
        .filter(Column::CommunityId.eq(community.0))
        .filter(Column::BeganAt.gte(now.plus(-LOOK_BACK).0))
        .filter(Column::Kind.eq(RoundKind::Visit.as_str()))
        .filter(Column::SubjectKind.eq(SubjectKind::Dwelling.as_str()))
        .filter(Column::Outcome.ne(Outcome::Withdrawn.as_str()))
        .order_by_asc(Column::BeganAt)
        .into_tuple()
        .all(db.read())
        .await?;
    let today = Micros::start_of(now.date());
    let mut recent = Recent::default();
    for (dwelling, outcome, at, again, by) in rows {
        let Some(outcome) = Outcome::parse(&outcome) else {
            continue;
        };
        if at >= today.0 {
            recent.today.entry(by).or_default().push(dwelling);
        }
        let visit = LastVisit {
            outcome,
            at: Micros(at),
            again: again.map(Micros),
        };
        recent.last.insert(dwelling, visit);
    }
    Ok(recent)
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

/// Visits the caller handed in today, the newest first.
pub(super) async fn visits_today(
    db: &Database,
    ctx: &Ctx,
    community: CommunityId,
) -> Result<Vec<VisitOf>> {
    use round::Column;
    let Some(account) = ctx.actor().id() else {
        return Ok(Vec::new());
    };
    let rows = round::Entity::find()
        .filter(Column::CommunityId.eq(community.0))
        .filter(Column::BeganAt.gte(Micros::start_of(ctx.now().date()).0))
        .filter(Column::Kind.eq(RoundKind::Visit.as_str()))
        .filter(Column::SubjectKind.eq(SubjectKind::Dwelling.as_str()))
        .filter(Column::ById.eq(account))
        .filter(Column::Outcome.ne(Outcome::Withdrawn.as_str()))
        .order_by_desc(Column::BeganAt)
        .all(db.read())
        .await?;
    Ok(rows.into_iter().filter_map(visit_of).collect())
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

/// How the dwellings of a policy stand over a time: counts of dwellings and periods, never of persons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DoorCounts {
    /// Dwellings the question of the policy means today.
    pub doors: usize,
    pub done: usize,
    pub missed: usize,
    pub open: usize,
}

/// Who lives in a dwelling, as policies ask.
pub(super) struct Asked<'a> {
    pub(super) dwelling: Uuid,
    pub(super) people: Vec<Lives<'a>>,
}

/// Days of visits that count for a policy, by dwelling. One that asks for something to be shown counts only visits handed
/// in by it; every other one counts each visit.
pub(super) async fn days_that_count(
    db: &Database,
    policy: &PolicyView,
    first: Date,
    last: Date,
) -> Result<HashMap<Uuid, Vec<Date>>> {
    use round::Column;
    let strict = policy.policy.photographs > 0
        || policy.policy.minimum.minutes.is_some()
        || policy.policy.minimum.gap_days.is_some();
    let mut find = round::Entity::find()
        .select_only()
        .columns([Column::SubjectId, Column::BeganAt])
        .filter(Column::CommunityId.eq(policy.community.0))
        .filter(Column::Kind.eq(policy.policy.kind.as_str()))
        .filter(Column::SubjectKind.eq(SubjectKind::Dwelling.as_str()))
        .filter(Column::Outcome.eq(Outcome::Done.as_str()))
        .filter(Column::BeganAt.gte(Micros::start_of(first).0))
        .filter(Column::BeganAt.lt(Micros::start_of(last.saturating_add(1.day())).0));
    if strict {
        find = find.filter(Column::PolicyId.eq(policy.id));
    }
    let rows: Vec<(Uuid, i64)> = find.into_tuple().all(db.read()).await?;
    let mut days: HashMap<Uuid, Vec<Date>> = HashMap::new();
    for (dwelling, at) in rows {
        days.entry(dwelling).or_default().push(Micros(at).date());
    }
    Ok(days)
}

/// Dwellings among these that a policy is about.
pub(super) fn meant<'a>(policy: &PolicyView, doors: &'a [Asked<'_>]) -> Vec<&'a Asked<'a>> {
    doors
        .iter()
        .filter(|door| policy.covers(door.dwelling) && policy.policy.doors.means(&door.people))
        .collect()
}

/// Dwellings for which a policy asks for a visit today.
pub(super) async fn due_today(
    db: &Database,
    policy: &PolicyView,
    doors: &[Asked<'_>],
    today: Date,
) -> Result<HashSet<Uuid>> {
    let Some(window) = windows(&policy.policy, today, today).first().copied() else {
        return Ok(HashSet::new());
    };
    let days = days_that_count(db, policy, window.first, window.last).await?;
    let open = |door: &&Asked<'_>| {
        let days = days.get(&door.dwelling).map_or(&[][..], Vec::as_slice);
        matches!(
            asked(&policy.policy, &window, days, today),
            Some(Due::Open { .. })
        )
    };
    let all = meant(policy, doors);
    Ok(all
        .into_iter()
        .filter(open)
        .map(|door| door.dwelling)
        .collect())
}

/// How policies of dwellings stood over these days, by policy.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn door_counts(
    ctx: &Ctx,
    db: &Database,
    rounds: &crate::Rounds,
    scope: &Scope,
    (first, last): (Date, Date),
    all: &[PolicyView],
) -> Result<BTreeMap<Uuid, DoorCounts>> {
    let today = ctx.now().date();
    let mut found = BTreeMap::new();
    let of_doors = |one: &&PolicyView| one.policy.subjects == SubjectKind::Dwelling;
    for policy in all.iter().filter(of_doors) {
        let facts = super::gather::facts(ctx, db, rounds, scope, policy.community, all).await?;
        let known = super::gather::asked(&facts);
        let doors = meant(policy, &known);
        let periods: Vec<Window> = windows(&policy.policy, first, last);
        let mut counts = DoorCounts {
            doors: doors.len(),
            ..DoorCounts::default()
        };
        if let Some((begin, end)) = periods.first().zip(periods.last()) {
            let days = days_that_count(db, policy, begin.first, end.last).await?;
            for door in &doors {
                let days = days.get(&door.dwelling).map_or(&[][..], Vec::as_slice);
                for window in &periods {
                    match asked(&policy.policy, window, days, today) {
                        Some(Due::Done) => counts.done += 1,
                        Some(Due::Missed { .. }) => counts.missed += 1,
                        Some(Due::Open { .. }) => counts.open += 1,
                        Some(Due::Coming) | None => {}
                    }
                }
            }
        }
        found.insert(policy.id, counts);
    }
    Ok(found)
}
