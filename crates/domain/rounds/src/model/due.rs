//! When a round is due. Nothing is written down ahead: what a policy asks for in a period follows from the policy, and
//! what was done from the rounds, so a changed policy or a round that comes in late from a phone never leaves stale plans
//! behind. Counts are of subjects and periods, never of persons.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Every, Policy};

/// A period in which a policy asks for rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Window {
    /// First day that counts.
    #[schema(value_type = String, format = Date)]
    pub first: Date,
    /// Last day that counts.
    #[schema(value_type = String, format = Date)]
    pub last: Date,
    /// Rounds asked for.
    pub wanted: u32,
}

/// How a subject stands in one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RoundDue)]
pub enum Due {
    /// As many as asked.
    Done,
    /// The period runs.
    Open { left: u32 },
    /// The period is over.
    Missed { left: u32 },
    /// It is over; somebody went as often as asked, and not as far.
    Short { left: u32 },
    /// It has not begun.
    Coming,
}

/// The periods of a policy that touch `first..=last`, in order. A period the policy holds for only a part of asks for its rounds
/// in that part; one it does not hold for at all is none.
#[must_use]
pub fn windows(policy: &Policy, first: Date, last: Date) -> Vec<Window> {
    let first = first.max(policy.from);
    let last = policy.to.map_or(last, |to| last.min(to));
    let mut all = Vec::new();
    let mut at = start(policy.every, first);
    while at <= last {
        let Some(next) = next(policy.every, at) else {
            break;
        };
        let end = next.yesterday().unwrap_or(at);
        if let Some((first, last)) = held(policy, at, end) {
            all.push(Window {
                first,
                last,
                wanted: policy.count,
            });
        }
        at = next;
    }
    all
}

/// First and last day of the period the policy holds on.
fn held(policy: &Policy, start: Date, end: Date) -> Option<(Date, Date)> {
    let mut days = start
        .series(1.day())
        .take_while(|day| *day <= end)
        .filter(|day| policy.holds(*day));
    let first = days.next()?;
    Some((first, days.last().unwrap_or(first)))
}

/// How one subject stands in a window, by the days of its rounds that took place.
#[must_use]
pub fn due(window: &Window, days: &[Date], today: Date) -> Due {
    let left = window.wanted.saturating_sub(window.among(days));
    if left == 0 {
        Due::Done
    } else if today > window.last {
        Due::Missed { left }
    } else if today < window.first {
        Due::Coming
    } else {
        Due::Open { left }
    }
}

/// How one subject stands in a window of a policy; nothing where the policy was stopped before the window's time was over and
/// it had not been done by then: what is stopped is neither due nor missed, and what was done stays done.
#[must_use]
pub fn asked(policy: &Policy, window: &Window, days: &[Date], today: Date) -> Option<Due> {
    asked_of_walks(policy, window, days, &[], today)
}

/// The same where rounds may not have gone far enough: by their days too, they count nothing, and are told apart from nothing
/// at all.
#[must_use]
pub fn asked_of_walks(
    policy: &Policy,
    window: &Window,
    days: &[Date],
    short: &[Date],
    today: Date,
) -> Option<Due> {
    match due(window, days, today) {
        Due::Missed { .. } if is_cut(policy, window) => None,
        Due::Missed { left } if window.among(short) >= left => Some(Due::Short { left }),
        stands => Some(stands),
    }
}

impl Window {
    /// Whether a day lies in it.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// How many of these days lie in it.
    #[must_use]
    pub fn among(&self, days: &[Date]) -> u32 {
        let within = days.iter().filter(|day| self.holds(**day));
        u32::try_from(within.count()).unwrap_or(u32::MAX)
    }
}

/// Whether the policy was stopped on a day of the window's period that comes after its last.
fn is_cut(policy: &Policy, window: &Window) -> bool {
    let Some(next) = next(policy.every, start(policy.every, window.first)) else {
        return false;
    };
    let days = window.last.series(1.day()).skip(1);
    days.take_while(|day| *day < next)
        .any(|day| policy.is_meant(day) && policy.is_stopped(day))
}

/// The first day of the period a day lies in. Weeks begin on Monday.
fn start(every: Every, day: Date) -> Date {
    match every {
        Every::Day => day,
        Every::Week => {
            let back = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(back.days()).unwrap_or(day)
        }
        Every::Month => day.first_of_month(),
        Every::Quarter => {
            let month = (day.month() - 1) / 3 * 3 + 1;
            Date::new(day.year(), month, 1).unwrap_or(day)
        }
        Every::Year => day.first_of_year(),
    }
}

fn next(every: Every, start: Date) -> Option<Date> {
    let span = match every {
        Every::Day => 1.day(),
        Every::Week => 1.week(),
        Every::Month => 1.month(),
        Every::Quarter => 3.months(),
        Every::Year => 1.year(),
    };
    start.checked_add(span).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use youlin_places::rivers::ChiefLevel;

    use super::super::{Minimum, Pause, RoundKind, Season, SubjectKind, Walkers};
    use super::*;

    fn policy(every: Every, count: u32) -> Policy {
        Policy {
            kind: RoundKind::Patrol,
            subjects: SubjectKind::Reach,
            walkers: Walkers::Chief {
                level: ChiefLevel::Village,
            },
            every,
            count,
            weekdays: 0,
            season: None,
            from: date(2025, 1, 1),
            to: None,
            minimum: Minimum::default(),
            photographs: 0,
            track: false,
            basis: String::new(),
            doors: crate::model::DoorQuestion::default(),
            question: None,
            recheckers: Vec::new(),
            stand_ins: Vec::new(),
            pauses: Vec::new(),
        }
    }

    #[test]
    fn the_township_chief_is_due_once_a_month() {
        let township = policy(Every::Month, 1);
        let all = windows(&township, date(2025, 2, 15), date(2025, 4, 2));
        let months: Vec<_> = all.iter().map(|one| (one.first, one.last)).collect();
        assert_eq!(
            months,
            [
                (date(2025, 2, 1), date(2025, 2, 28)),
                (date(2025, 3, 1), date(2025, 3, 31)),
                (date(2025, 4, 1), date(2025, 4, 30)),
            ]
        );
        let rounds = [date(2025, 2, 3), date(2025, 4, 1)];
        let today = date(2025, 4, 2);
        let states: Vec<Due> = all.iter().map(|one| due(one, &rounds, today)).collect();
        assert_eq!(states, [Due::Done, Due::Missed { left: 1 }, Due::Done]);
    }

    #[test]
    fn a_daily_policy_of_workdays_asks_for_nothing_on_sunday() {
        let cleaner = Policy {
            weekdays: 0b001_1111,
            ..policy(Every::Day, 1)
        };
        // 2025-06-07 and 08 are a weekend.
        let all = windows(&cleaner, date(2025, 6, 6), date(2025, 6, 9));
        let days: Vec<Date> = all.iter().map(|one| one.first).collect();
        assert_eq!(days, [date(2025, 6, 6), date(2025, 6, 9)]);
    }

    #[test]
    fn a_flood_season_over_the_turn_of_the_year_holds_on_both_sides() {
        let season = Season {
            from: 1101,
            to: 229,
        };
        assert!(season.holds(date(2025, 12, 31)) && season.holds(date(2024, 2, 29)));
        assert!(!season.holds(date(2025, 3, 1)) && !season.holds(date(2025, 10, 31)));
        let winter = Policy {
            season: Some(season),
            ..policy(Every::Month, 1)
        };
        let all = windows(&winter, date(2025, 1, 1), date(2025, 12, 31));
        assert_eq!(all.len(), 4, "January, February, November, December");
    }

    #[test]
    fn what_is_stopped_is_neither_due_nor_missed_and_what_was_done_stays() {
        let stopped = |from, until| Policy {
            pauses: vec![Pause { from, until }],
            ..policy(Every::Week, 1)
        };
        let over = (date(2025, 6, 2), date(2025, 6, 22));
        // Stopped on a Wednesday: the week before stays what it was, this one falls away, none comes after it.
        let open = stopped(date(2025, 6, 11), None);
        let all = windows(&open, over.0, over.1);
        assert_eq!(all.len(), 2);
        let today = date(2025, 6, 11);
        let stands = |days: &[Date]| -> Vec<Option<Due>> {
            all.iter()
                .map(|one| asked(&open, one, days, today))
                .collect()
        };
        assert_eq!(stands(&[]), [Some(Due::Missed { left: 1 }), None]);
        assert_eq!(stands(&[date(2025, 6, 9)])[1], Some(Due::Done));
        // Until that day it is due.
        let before = asked(&open, &all[1], &[], date(2025, 6, 10));
        assert_eq!(before, Some(Due::Open { left: 1 }));
        // Taken up again within the next week: that one asks for its round.
        let again = stopped(date(2025, 6, 11), Some(date(2025, 6, 18)));
        let all = windows(&again, over.0, over.1);
        assert_eq!(all[2].first, date(2025, 6, 18));
        let after = asked(&again, &all[2], &[], date(2025, 7, 1));
        assert_eq!(after, Some(Due::Missed { left: 1 }));
        assert_eq!(asked(&again, &all[1], &[], date(2025, 7, 1)), None);
    }

    #[test]
    fn who_went_and_not_far_enough_is_told_apart_from_who_did_not_go() {
        let twice = policy(Every::Week, 2);
        let all = windows(&twice, date(2025, 6, 2), date(2025, 6, 8));
        let (monday, friday) = (date(2025, 6, 2), date(2025, 6, 6));
        let stands = |days: &[Date], short: &[Date], today| {
            asked_of_walks(&twice, &all[0], days, short, today)
        };
        let after = date(2025, 6, 10);
        assert_eq!(stands(&[], &[monday], after), Some(Due::Missed { left: 2 }));
        assert_eq!(
            stands(&[friday], &[monday], after),
            Some(Due::Short { left: 1 })
        );
        assert_eq!(stands(&[monday, friday], &[friday], after), Some(Due::Done));
        // As long as there is time it is to be done.
        assert_eq!(
            stands(&[friday], &[monday], friday),
            Some(Due::Open { left: 1 })
        );
    }

    prop_compose! {
        fn any_policy()(
            every in prop::sample::select(Every::ALL),
            count in 1..4_u32,
            weekdays in 0..128_u8,
            from in 0..800_i64,
            length in prop::option::of(0..800_i64),
            pauses in prop::collection::vec((0..900_i64, 0..60_i64), 0..3),
        ) -> Policy {
            let day = |days: i64| date(2024, 1, 1).checked_add(days.days()).expect("a day");
            Policy {
                weekdays,
                from: day(from),
                to: length.map(|length| day(from + length)),
                pauses: pauses
                    .into_iter()
                    .map(|(from, days)| Pause {
                        from: day(from),
                        until: Some(day(from + days)),
                    })
                    .collect(),
                ..policy(every, count)
            }
        }
    }

    proptest! {
        /// Windows never overlap, lie within the policy, and every day it holds on is in exactly one.
        #[test]
        fn every_day_a_policy_holds_on_is_in_one_window(
            policy in any_policy(), start in 0..900_i64, length in 0..200_i64,
        ) {
            let first = date(2024, 1, 1).checked_add(start.days()).expect("a day");
            let last = first.checked_add(length.days()).expect("a day");
            let all = windows(&policy, first, last);
            for pair in all.windows(2) {
                prop_assert!(pair[0].last < pair[1].first);
            }
            for day in first.series(1.day()).take_while(|day| *day <= last) {
                let holding = all.iter().filter(|one| (one.first..=one.last).contains(&day)).count();
                if policy.holds(day) {
                    prop_assert_eq!(holding, 1, "{}", day);
                }
                prop_assert!(holding <= 1);
            }
        }

        /// One more round never makes a window worse, and with as many as asked nothing is left.
        #[test]
        fn a_round_never_makes_it_worse(policy in any_policy(), rounds in prop::collection::vec(0..900_i64, 0..12)) {
            let day = |days: &i64| date(2024, 1, 1).checked_add(days.days()).expect("a day");
            let days: Vec<Date> = rounds.iter().map(day).collect();
            let today = date(2025, 6, 1);
            let left = |due: Due| match due {
                Due::Done | Due::Coming => 0,
                Due::Open { left } | Due::Missed { left } | Due::Short { left } => left,
            };
            for window in windows(&policy, date(2024, 1, 1), date(2026, 6, 1)) {
                let now = due(&window, &days, today);
                let more = [days.clone(), vec![window.first]].concat();
                prop_assert!(left(due(&window, &more, today)) <= left(now));
                let enough: Vec<Date> = (0..window.wanted).map(|_| window.last).collect();
                prop_assert_eq!(due(&window, &enough, today), Due::Done);
            }
        }
    }
}
