//! Reads of visits: the rule of a community, how policies of dwellings stand, and the visits to one dwelling.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
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

/// The newest visit of each dwelling, and the dwellings of which each person handed in a visit today.
#[derive(Debug, Default)]
pub(super) struct Recent {
    pub(super) last: HashMap<Uuid, LastVisit>,
    pub(super) today: HashMap<Option<Uuid>, Vec<Uuid>>,
}

/// Dwelling, outcome, when it began, when to try again, who went: person and account.
type VisitRow = (Uuid, String, i64, Option<i64>, Option<Uuid>, Option<Uuid>);

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
            Column::ById,
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
    let mut named: HashMap<Uuid, Named> = HashMap::new();
    for (dwelling, outcome, at, again, by, account) in rows {
        let Some(outcome) = Outcome::parse(&outcome) else {
            continue;
        };
        if at >= today.0 {
            recent.today.entry(by).or_default().push(dwelling);
        }
        let at = Micros(at);
        let named = named.entry(dwelling).or_default();
        let visit = LastVisit {
            outcome,
            at,
            again: named.after(outcome, at, (account, again.map(Micros))),
            by,
        };
        recent.last.insert(dwelling, visit);
    }
    Ok(recent)
}

/// Days that were named at one door and still stand, by the account that named them: what one person agreed is not another one's to drop.
#[derive(Debug, Default)]
struct Named(Vec<(Option<Uuid>, Micros)>);

impl Named {
    /// After one more visit, in the order of time, the next day that stands: somebody who got in ends all of them, and so
    /// does one's own next try one's own; somebody else's stands until it has come.
    fn after(
        &mut self,
        outcome: Outcome,
        at: Micros,
        (by, again): (Option<Uuid>, Option<Micros>),
    ) -> Option<Micros> {
        match outcome {
            Outcome::Done => self.0.clear(),
            Outcome::Tried | Outcome::Skipped => {
                self.0.retain(|(who, day)| *who != by && *day > at);
            }
            // Taken back: it agreed nothing.
            Outcome::Withdrawn => return self.soonest(),
        }
        self.0.extend(again.map(|day| (by, day)));
        self.soonest()
    }

    fn soonest(&self) -> Option<Micros> {
        self.0.iter().map(|(_, day)| *day).min()
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn who(number: u8) -> Option<Uuid> {
        Some(Uuid::from_u128(u128::from(number)))
    }

    #[test]
    fn what_one_named_another_does_not_drop() {
        let (ten, noon) = (Micros(10), Micros(12));
        let (evening, week) = (Micros(19), Micros(170));
        let mut named = Named::default();
        let tried = Outcome::Tried;
        assert_eq!(
            named.after(tried, ten, (who(1), Some(evening))),
            Some(evening)
        );
        // Another one leaves it out, and a third is told of another day.
        assert_eq!(
            named.after(Outcome::Skipped, noon, (who(2), None)),
            Some(evening)
        );
        assert_eq!(
            named.after(tried, noon, (who(3), Some(week))),
            Some(evening)
        );
        // It has come, and the first tried again.
        assert_eq!(named.after(tried, evening, (who(1), None)), Some(week));
        assert_eq!(named.after(Outcome::Done, Micros(20), (who(1), None)), None);
    }

    proptest! {
        /// Whatever others do short of getting in, a day that lies ahead stands.
        #[test]
        fn a_day_ahead_stands(others in prop::collection::vec((2..9_u8, 1..100_i64, prop::option::of(101..999_i64), any::<bool>()), 0..12)) {
            let mut named = Named::default();
            named.after(Outcome::Tried, Micros(0), (who(1), Some(Micros(500))));
            for (by, at, again, tried) in others {
                let outcome = if tried { Outcome::Tried } else { Outcome::Skipped };
                let next = named.after(outcome, Micros(at), (who(by), again.map(Micros)));
                prop_assert!(next.is_some_and(|day| day.0 <= 500));
            }
        }
    }
}
