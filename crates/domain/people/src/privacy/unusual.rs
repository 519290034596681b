//! Unusual looking-up, by rules anybody can check: no scores, no ranking. What is found is a question to be asked, not
//! an accusation; each figure opens to its entries. Pure: the caller says what is known.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros, words};

use crate::commands::hand_out::{OF_FORM, OF_LIST};

words! {
    /// Why looks are listed.
    LookRule {
        /// Many within one hour.
        Hour = "hour",
        /// Many on one day.
        Day = "day",
        /// On a free day, before seven or after eight in the evening.
        Hours = "hours",
        /// At people outside the grids the account usually looks at.
        Grids = "grids",
    }
}

/// What counts as many, and when an account has a habit at all. Shown on the page.
#[derive(Clone, Copy, Debug)]
pub struct LookLimits {
    /// This many within an hour.
    pub per_hour: usize,
    /// This many on a day.
    pub per_day: usize,
    /// Looks of the ninety days before, from which on an account has usual grids.
    pub habit: usize,
    /// Looks at a grid within that time that make it a usual one.
    pub usual: usize,
    /// The hours of the day that are not unusual, on working days.
    pub from_hour: i8,
    pub to_hour: i8,
}

impl Default for LookLimits {
    fn default() -> Self {
        Self {
            per_hour: 20,
            per_day: 60,
            habit: 20,
            usual: 3,
            from_hour: 7,
            to_hour: 20,
        }
    }
}

/// One look, as far as the rules need it.
#[derive(Clone, Debug)]
pub struct LookFact {
    pub id: Uuid,
    pub account: Uuid,
    pub by: String,
    pub at: Micros,
    pub community: CommunityId,
    pub person: Uuid,
    /// Where the person lives.
    pub grid: Option<AreaId>,
    pub fields: Vec<String>,
    pub purpose: String,
    pub of_child: bool,
}

/// Grids an account looked at in the ninety days before, with how often.
pub type Habits = HashMap<Uuid, BTreeMap<AreaId, usize>>;

/// Looks of one account on one day that a rule lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookFinding {
    pub rule: LookRule,
    pub account: Uuid,
    pub by: String,
    pub day: Date,
    /// In the order they happened.
    pub looks: Vec<Uuid>,
}

/// What the rules list, by rule, then by day (the newest first) and account.
#[must_use]
pub fn unusual(
    looks: &[LookFact],
    habits: &Habits,
    is_working_day: &dyn Fn(Date) -> bool,
    limits: &LookLimits,
) -> Vec<LookFinding> {
    let mut by_account: BTreeMap<Uuid, Vec<&LookFact>> = BTreeMap::new();
    for look in looks {
        by_account.entry(look.account).or_default().push(look);
    }
    let mut found = Vec::new();
    for looks in by_account.values_mut() {
        looks.sort_by_key(|look| (look.at, look.id));
        acts(looks);
        let hour = within_an_hour(looks, limits.per_hour);
        let lists = [
            (LookRule::Hour, pick(looks, |look| hour.contains(&look.id))),
            (LookRule::Day, many_in_a_day(looks, limits.per_day)),
            (
                LookRule::Hours,
                pick(looks, |look| outside(look, is_working_day, limits)),
            ),
            (
                LookRule::Grids,
                pick(looks, |look| elsewhere(look, habits, limits)),
            ),
        ];
        for (rule, days) in lists {
            for (day, looks) in days {
                let Some(first) = looks.first() else {
                    continue;
                };
                found.push(LookFinding {
                    rule,
                    account: first.account,
                    by: first.by.clone(),
                    day,
                    looks: looks.iter().map(|look| look.id).collect(),
                });
            }
        }
    }
    found.sort_by(|a, b| {
        (a.rule, std::cmp::Reverse(a.day), &a.by, a.account).cmp(&(
            b.rule,
            std::cmp::Reverse(b.day),
            &b.by,
            b.account,
        ))
    });
    found
}

/// A form somebody filled and a list somebody took out are one act, whoever is in them: the first look stands for all of
/// them.
fn acts(looks: &mut Vec<&LookFact>) {
    let mut done: BTreeSet<(Micros, &str)> = BTreeSet::new();
    looks.retain(|look| !look.of_many() || done.insert((look.at, look.purpose.as_str())));
}

impl LookFact {
    fn of_many(&self) -> bool {
        let (first, last) = (self.fields.first(), self.fields.last());
        first.is_some_and(|field| field == OF_FORM) || last.is_some_and(|field| field == OF_LIST)
    }
}

type ByDay<'a> = BTreeMap<Date, Vec<&'a LookFact>>;

fn by_day<'a>(looks: impl Iterator<Item = &'a LookFact>) -> ByDay<'a> {
    let mut days = ByDay::new();
    for look in looks {
        days.entry(look.at.local().date()).or_default().push(look);
    }
    days
}

fn pick<'a>(looks: &[&'a LookFact], wanted: impl Fn(&LookFact) -> bool) -> ByDay<'a> {
    by_day(looks.iter().copied().filter(|look| wanted(look)))
}

fn many_in_a_day<'a>(looks: &[&'a LookFact], most: usize) -> ByDay<'a> {
    let mut days = by_day(looks.iter().copied());
    days.retain(|_, looks| looks.len() >= most);
    days
}

/// Those that lie in some hour with that many looks.
fn within_an_hour(looks: &[&LookFact], most: usize) -> BTreeSet<Uuid> {
    let mut many = BTreeSet::new();
    let mut first = 0;
    for last in 0..looks.len() {
        while looks[last].at.0 - looks[first].at.0 >= Micros::HOUR {
            first += 1;
        }
        if last + 1 - first >= most {
            many.extend(looks[first..=last].iter().map(|look| look.id));
        }
    }
    many
}

fn outside(look: &LookFact, is_working_day: &dyn Fn(Date) -> bool, limits: &LookLimits) -> bool {
    let local = look.at.local();
    !is_working_day(local.date()) || !(limits.from_hour..limits.to_hour).contains(&local.hour())
}

fn elsewhere(look: &LookFact, habits: &Habits, limits: &LookLimits) -> bool {
    // A form or a list is about its area, not about a grid somebody chose to look at.
    if look.of_many() {
        return false;
    }
    let (Some(grid), Some(habit)) = (look.grid, habits.get(&look.account)) else {
        return false;
    };
    habit.values().sum::<usize>() >= limits.habit
        && habit.get(&grid).copied().unwrap_or(0) < limits.usual
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Wednesday, 11 November 2026, 09:00 in Nantong.
    const NINE: i64 = 1_794_358_800_000_000;

    fn look(n: u128, account: u128, at: i64, grid: Option<i64>) -> LookFact {
        LookFact {
            id: Uuid::from_u128(n),
            account: Uuid::from_u128(account),
            by: format!("account {account}"),
            at: Micros(at),
            community: CommunityId(10),
            person: Uuid::from_u128(n),
            grid: grid.map(AreaId),
            fields: vec!["name".to_owned()],
            purpose: "test".to_owned(),
            of_child: false,
        }
    }

    fn working(day: Date) -> bool {
        day.weekday().to_monday_zero_offset() < 5
    }

    fn rules(looks: &[LookFact], habits: &Habits) -> Vec<(LookRule, usize)> {
        unusual(looks, habits, &working, &LookLimits::default())
            .into_iter()
            .map(|found| (found.rule, found.looks.len()))
            .collect()
    }

    #[test]
    fn nineteen_in_an_hour_are_nothing_and_twenty_are_listed() {
        let looks: Vec<LookFact> = (0..19)
            .map(|n| {
                look(
                    n,
                    1,
                    NINE + Micros::MINUTE * i64::try_from(n).unwrap_or(0),
                    None,
                )
            })
            .collect();
        assert!(rules(&looks, &Habits::new()).is_empty());
        let mut more = looks.clone();
        more.push(look(100, 1, NINE + 30 * Micros::MINUTE, None));
        assert_eq!(rules(&more, &Habits::new()), [(LookRule::Hour, 20)]);
        // The same twenty over two hours, and those of another account, are nothing.
        more[19].at = Micros(NINE + 90 * Micros::MINUTE);
        assert!(rules(&more, &Habits::new()).is_empty());
        more[19] = look(100, 2, NINE, None);
        assert!(rules(&more, &Habits::new()).is_empty());
    }

    #[test]
    fn a_form_and_a_list_are_one_act_however_many_are_in_them() {
        one_act(&[OF_FORM, "name"]);
        one_act(&["name", "phone", OF_LIST]);
    }

    fn one_act(fields: &[&str]) {
        let form = |first: u128, at: i64| {
            let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
            let of = move |n| LookFact {
                fields: fields.clone(),
                ..look(first + n, 1, at, Some(101))
            };
            (0..100).map(of).collect::<Vec<_>>()
        };
        let habit = Habits::from([(
            Uuid::from_u128(1),
            BTreeMap::from([(AreaId(100), 90), (AreaId(101), 1)]),
        )]);
        assert!(rules(&form(0, NINE), &habit).is_empty());
        // At night it is listed, once; many forms within an hour are many acts.
        let night = form(0, NINE + 12 * Micros::HOUR);
        assert_eq!(rules(&night, &habit), [(LookRule::Hours, 1)]);
        let many: Vec<LookFact> = (0..20)
            .flat_map(|n| {
                form(
                    n * 1_000,
                    NINE + Micros::MINUTE * i64::try_from(n).unwrap_or(0),
                )
            })
            .collect();
        assert_eq!(rules(&many, &habit), [(LookRule::Hour, 20)]);
    }

    #[test]
    fn nights_and_free_days_are_listed() {
        let night = look(1, 1, NINE + 12 * Micros::HOUR, None);
        let sunday = look(2, 1, NINE + 4 * Micros::DAY, None);
        let morning = look(3, 1, NINE - 2 * Micros::HOUR, None);
        let found = unusual(
            &[night, sunday, morning],
            &Habits::new(),
            &working,
            &LookLimits::default(),
        );
        let ids: Vec<Uuid> = found.iter().flat_map(|one| one.looks.clone()).collect();
        assert_eq!(ids, [Uuid::from_u128(2), Uuid::from_u128(1)]);
        assert!(found.iter().all(|one| one.rule == LookRule::Hours));
    }

    #[test]
    fn other_grids_only_for_those_who_have_usual_ones() {
        let looks = [
            look(1, 1, NINE, Some(101)),
            look(2, 1, NINE, Some(100)),
            look(3, 1, NINE, None),
        ];
        let habit = |times| {
            Habits::from([(
                Uuid::from_u128(1),
                BTreeMap::from([(AreaId(100), times), (AreaId(101), 2)]),
            )])
        };
        assert!(
            rules(&looks, &habit(10)).is_empty(),
            "too few to have a habit"
        );
        assert_eq!(rules(&looks, &habit(18)), [(LookRule::Grids, 1)]);
    }

    proptest! {
        /// Each listed look happened, on that day, by that account; nothing is listed twice under a rule; and whether
        /// a day has many depends on nothing but its count.
        #[test]
        fn figures_are_their_entries(
            looks in prop::collection::vec((0u128..3, 0i64..4 * 24 * 60, 100i64..103), 0..200),
        ) {
            let looks: Vec<LookFact> = looks
                .into_iter()
                .enumerate()
                .map(|(n, (account, minute, grid))| {
                    look(n as u128, account, NINE + minute * Micros::MINUTE, Some(grid))
                })
                .collect();
            let limits = LookLimits { per_hour: 4, per_day: 9, ..LookLimits::default() };
            let found = unusual(&looks, &Habits::new(), &working, &limits);
            for one in &found {
                let mut seen = BTreeSet::new();
                for id in &one.looks {
                    let look = looks.iter().find(|look| look.id == *id);
                    let look = look.ok_or_else(|| TestCaseError::fail("no such look"))?;
                    prop_assert!(seen.insert(*id));
                    prop_assert_eq!(look.account, one.account);
                    prop_assert_eq!(look.at.local().date(), one.day);
                }
            }
            for look in &looks {
                let same_day = looks
                    .iter()
                    .filter(|other| other.account == look.account && other.at.local().date() == look.at.local().date())
                    .count();
                let listed = found.iter().any(|one| one.rule == LookRule::Day && one.looks.contains(&look.id));
                prop_assert_eq!(listed, same_day >= 9);
                let around = looks
                    .iter()
                    .filter(|start| start.account == look.account && start.at <= look.at && look.at.0 - start.at.0 < Micros::HOUR)
                    .any(|start| {
                        looks
                            .iter()
                            .filter(|other| other.account == look.account && other.at >= start.at && other.at.0 - start.at.0 < Micros::HOUR)
                            .count() >= 4
                    });
                let listed = found.iter().any(|one| one.rule == LookRule::Hour && one.looks.contains(&look.id));
                prop_assert_eq!(listed, around);
            }
        }
    }
}
