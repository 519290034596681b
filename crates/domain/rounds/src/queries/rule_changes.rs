//! What a version of a rule set judges otherwise than another: looked at before it is put to use, and listed afterwards, also of
//! what comes in late and was judged by the rules of its day.

use std::collections::HashMap;

use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use youlin_checklist::{Change, Recorded, RuleSet, compare};
use youlin_database::Database;
use youlin_kernel::{AreaId, Result, Scope};

use super::rules::{JudgementView, RuleSetView, in_use, judgement_view};
use super::sight::Sight;
use crate::entities::{judgement, round};

/// Judgements looked through by one comparison, the newest first.
const COMPARED: u64 = 50_000;

/// What a newer version judges otherwise.
#[derive(Clone, Debug)]
pub struct ChangedJudgement {
    pub of: JudgementView,
    pub grid: Option<AreaId>,
    pub change: Change,
}

/// What one version is compared with, and what comes of it.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What judges today, or, of that one itself, what judged before it.
    pub old: RuleSetView,
    /// It is the one that judges today, and is compared with all it took the place of.
    pub replaced: bool,
    pub changes: Vec<ChangedJudgement>,
}

/// The versions this one is compared with: what judges on this day, or, of that one itself, every one that was in use before it,
/// the latest first. With whether it is the latter.
fn compared_with<'a>(
    all: &'a [RuleSetView],
    one: &RuleSetView,
    today: jiff::civil::Date,
) -> (Vec<&'a RuleSetView>, bool) {
    let Some(used) = in_use(all, &one.checklist, today) else {
        return (Vec::new(), false);
    };
    if used.id != one.id {
        return (vec![used], false);
    }
    // The example that comes with the house was never put to use: it stands before all of them.
    let since = |of: &RuleSetView| (of.used_from.clone(), of.saved_at);
    let of = |old: &&RuleSetView| old.checklist == one.checklist && old.id != one.id;
    let mut before: Vec<&RuleSetView> = all
        .iter()
        .filter(of)
        .filter(|old| old.id.is_none() || old.used_from.is_some())
        .filter(|old| since(old) < since(one))
        .collect();
    before.sort_by_key(|old| std::cmp::Reverse(since(old)));
    (before, true)
}

/// What this version judges otherwise than those it is compared with, the latest first; none when there is nothing to compare.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn changes_by(
    db: &Database,
    scope: &Scope,
    all: &[RuleSetView],
    (one, today): (&RuleSetView, jiff::civil::Date),
) -> Result<Option<Compared>> {
    let (before, replaced) = compared_with(all, one, today);
    let Some(first) = before.first() else {
        return Ok(None);
    };
    let mut changes = Vec::new();
    for old in &before {
        changes.extend(what_changes(db, scope, all, (&old.set, &one.set)).await?);
    }
    changes.sort_by_key(|one| std::cmp::Reverse((one.of.at, one.of.id)));
    Ok(Some(Compared {
        old: (*first).clone(),
        replaced,
        changes,
    }))
}

/// Everything in the scope that `old` judged and `new` would judge otherwise; `all`: every version there is. Nothing is altered by asking, nor by putting the
/// new version to use.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn what_changes(
    db: &Database,
    scope: &Scope,
    all: &[RuleSetView],
    (old, new): (&RuleSet, &RuleSet),
) -> Result<Vec<ChangedJudgement>> {
    let rows = judgement::Entity::find()
        .filter(Sight::of(db.read(), scope).await?.judgements())
        .filter(judgement::Column::RuleSet.eq(&old.code))
        .filter(judgement::Column::Edition.eq(&old.version))
        .filter(judgement::Column::RoundId.not_in_subquery(taken_back(scope)))
        .order_by_desc(judgement::Column::At)
        .limit(COMPARED)
        .all(db.read())
        .await?;
    let mut held = HashMap::with_capacity(rows.len());
    let mut recorded = Vec::with_capacity(rows.len());
    for row in rows {
        let grid = row.grid_id.map(AreaId);
        let view = judgement_view(all, row)?;
        recorded.push(Recorded {
            id: view.id.as_u128(),
            rule: view.judgement.rule.clone(),
            measured: view.judgement.measured.clone(),
        });
        held.insert(view.id.as_u128(), (view, grid));
    }
    let changed = compare(old, new, &recorded).into_iter();
    Ok(changed
        .filter_map(|change| {
            let (of, grid) = held.remove(&change.id)?;
            Some(ChangedJudgement { of, grid, change })
        })
        .collect())
}

/// Rounds that were taken back: what was judged on them counts nowhere.
fn taken_back(scope: &Scope) -> SelectStatement {
    Query::select()
        .column(round::Column::Id)
        .from(round::Entity)
        .and_where(round::Column::CommunityId.is_in(scope.communities()))
        .and_where(round::Column::WithdrawnAt.is_not_null())
        .take()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use youlin_checklist::example_rules;
    use youlin_kernel::Micros;

    use super::*;

    #[test]
    fn the_one_in_use_is_compared_with_all_that_were_before_it() {
        let set = example_rules().expect("shipped");
        let example = RuleSetView {
            id: None,
            version: 1,
            own_status: set.status.clone(),
            set,
            checklist: "market-fire".to_owned(),
            used_from: None,
            saved_at: None,
            saved_by: String::new(),
        };
        let version = |number: u128, from: Option<&str>| {
            let mut one = example.clone();
            one.id = Some(Uuid::from_u128(number));
            one.set.version = number.to_string();
            one.used_from = from.map(str::to_owned);
            one.saved_at = Some(Micros(1));
            one
        };
        let all = [
            example.clone(),
            version(2, Some("2026-11-01")),
            version(3, Some("2026-11-20")),
            version(4, Some("2026-12-01")),
            version(5, None),
        ];
        let names = |one: usize| {
            let today = jiff::civil::date(2026, 11, 26);
            let (found, replaced) = compared_with(&all, &all[one], today);
            let found: Vec<String> = found.iter().map(|one| one.set.version.clone()).collect();
            (found.join(" "), replaced)
        };
        assert_eq!(names(2), ("2 1".to_owned(), true));
        for other in [0, 1, 3, 4] {
            assert_eq!(names(other), ("3".to_owned(), false));
        }
    }
}
