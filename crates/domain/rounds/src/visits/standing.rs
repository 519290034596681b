//! How policies of dwellings stand: which doors they mean, what is due today, and what was done and missed over a time.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, Scope};
use youlin_people::{DoorFacts, DoorsOf};

use super::gather;
use crate::entities::round;
use crate::model::{Due, Lives, Outcome, SubjectKind, Window, asked, windows};
use crate::queries::PolicyView;
use crate::service::Rounds;

/// Doors named in one statement; for more of them one pass over a period's visits is less.
const FEW: usize = 500;

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
    (first, last): (Date, Date),
    doors: &[&Asked<'_>],
) -> Result<HashMap<Uuid, Vec<Date>>> {
    use round::Column;
    let strict = policy.policy.photographs > 0
        || policy.policy.minimum.minutes.is_some()
        || policy.policy.minimum.gap_days.is_some();
    let few: Vec<Uuid> = doors.iter().map(|door| door.dwelling).collect();
    let few = (few.len() <= FEW).then_some(few);
    let mut find = round::Entity::find()
        .select_only()
        .columns([Column::SubjectId, Column::BeganAt])
        .filter(Column::CommunityId.eq(policy.community.0))
        .filter(Column::Kind.eq(policy.policy.kind.as_str()))
        .filter(Column::SubjectKind.eq(SubjectKind::Dwelling.as_str()))
        .filter(Column::Outcome.eq(Outcome::Done.as_str()))
        .filter(Column::BeganAt.gte(Micros::start_of(first).0))
        .filter(Column::BeganAt.lt(Micros::start_of(last.saturating_add(1.day())).0))
        .apply_if(few, |find, few| find.filter(Column::SubjectId.is_in(few)));
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
    let all = meant(policy, doors);
    let days = days_that_count(db, policy, (window.first, window.last), &all).await?;
    let open = |door: &&Asked<'_>| {
        let days = days.get(&door.dwelling).map_or(&[][..], Vec::as_slice);
        matches!(
            asked(&policy.policy, &window, days, today),
            Some(Due::Open { .. })
        )
    };
    Ok(all
        .into_iter()
        .filter(open)
        .map(|door| door.dwelling)
        .collect())
}

/// A period of one dwelling: what stood in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DoorPeriod {
    pub(crate) dwelling: Uuid,
    pub(crate) window: Window,
    pub(crate) due: Due,
}

/// How policies of dwellings stood over these days, by policy.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn door_counts(
    ctx: &Ctx,
    db: &Database,
    rounds: &Rounds,
    scope: &Scope,
    over: (Date, Date),
    all: &[PolicyView],
) -> Result<BTreeMap<Uuid, DoorCounts>> {
    let mut found = BTreeMap::new();
    let of_doors = |one: &&PolicyView| one.policy.subjects == SubjectKind::Dwelling;
    let of_doors: Vec<&PolicyView> = all.iter().filter(of_doors).collect();
    // The register is read once for all policies of a community.
    let mut facts: HashMap<CommunityId, Vec<DoorFacts>> = HashMap::new();
    for policy in &of_doors {
        if let Entry::Vacant(room) = facts.entry(policy.community) {
            let asked = (policy.community, &DoorsOf::All);
            room.insert(gather::facts(ctx, db, rounds, scope, asked, all).await?);
        }
    }
    for policy in of_doors {
        let known = facts.get(&policy.community).map_or(&[][..], Vec::as_slice);
        let known = gather::asked(known);
        let doors = meant(policy, &known);
        let mut counts = DoorCounts {
            doors: doors.len(),
            ..DoorCounts::default()
        };
        for one in periods(ctx, db, policy, over, &doors).await? {
            match one.due {
                Due::Done => counts.done += 1,
                Due::Missed { .. } | Due::Short { .. } => counts.missed += 1,
                Due::Open { .. } => counts.open += 1,
                Due::Coming => {}
            }
        }
        found.insert(policy.id, counts);
    }
    Ok(found)
}

/// What [`door_counts`] counts of one policy, as far as the scope (of people) reaches.
pub(crate) async fn door_periods(
    ctx: &Ctx,
    db: &Database,
    rounds: &Rounds,
    scope: &Scope,
    over: (Date, Date),
    policy: &PolicyView,
) -> Result<Vec<DoorPeriod>> {
    let asked = (policy.community, &DoorsOf::All);
    let facts = gather::facts(ctx, db, rounds, scope, asked, std::slice::from_ref(policy)).await?;
    let known = gather::asked(&facts);
    periods(ctx, db, policy, over, &meant(policy, &known)).await
}

async fn periods(
    ctx: &Ctx,
    db: &Database,
    policy: &PolicyView,
    (first, last): (Date, Date),
    doors: &[&Asked<'_>],
) -> Result<Vec<DoorPeriod>> {
    let today = ctx.now().date();
    let periods: Vec<Window> = windows(&policy.policy, first, last);
    let Some((begin, end)) = periods.first().zip(periods.last()) else {
        return Ok(Vec::new());
    };
    let days = days_that_count(db, policy, (begin.first, end.last), doors).await?;
    let mut found = Vec::new();
    for door in doors {
        let days = days.get(&door.dwelling).map_or(&[][..], Vec::as_slice);
        for window in &periods {
            if let Some(due) = asked(&policy.policy, window, days, today) {
                found.push(DoorPeriod {
                    dwelling: door.dwelling,
                    window: *window,
                    due,
                });
            }
        }
    }
    Ok(found)
}
