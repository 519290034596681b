//! From a pattern to shifts. Pure: the same members, days and absences give the same plan. Nobody is at two places at
//! once, whoever is away is left out, and the load is shared: each shift goes to whoever has had the least, or, where
//! people take weeks in turn, to whose week it is.

use std::collections::HashMap;

use jiff::civil::Date;
use uuid::Uuid;
use youlin_kernel::Micros;

use super::DutyDays;

/// A stretch of time, the end not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Micros,
    pub to: Micros,
}

impl Span {
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    fn minutes(self) -> i64 {
        (self.to.0 - self.from.0) / Micros::MINUTE
    }
}

/// When a duty is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pub days: DutyDays,
    /// Monday is 1, Tuesday 2, Wednesday 4 …; only for [`DutyDays::Weekdays`].
    pub weekdays: i32,
    /// Weeks one person has in a row; 0: each shift is somebody else's.
    pub turn_weeks: i32,
    /// Minutes after midnight.
    pub from_minute: i32,
    /// Not later than the beginning: the next day.
    pub to_minute: i32,
    /// People of a shift.
    pub heads: i32,
    /// Turns are counted from the week of this day.
    pub starts_on: Date,
    pub ends_on: Option<Date>,
}

/// Midnight in local time.
pub(crate) fn midnight(day: Date) -> Micros {
    // One time zone without summer time (see the kernel's `Micros`).
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    day.to_zoned(zone)
        .map_or(Micros(0), |zoned| zoned.timestamp().into())
}

/// Days from the Monday of one day's week to the Monday of another's, in weeks.
fn weeks_between(from: Date, to: Date) -> i64 {
    let monday = |day: Date| {
        let days = day.duration_since(Date::constant(1970, 1, 5)).as_hours() / 24;
        days.div_euclid(7)
    };
    monday(to) - monday(from)
}

impl Pattern {
    /// Whether the duty is due on that day.
    #[must_use]
    pub fn is_due(&self, day: Date, is_working: &dyn Fn(Date) -> bool) -> bool {
        if day < self.starts_on || self.ends_on.is_some_and(|end| day > end) {
            return false;
        }
        match self.days {
            DutyDays::Weekdays => self.weekdays & (1 << day.weekday().to_monday_zero_offset()) != 0,
            DutyDays::WorkingDays => is_working(day),
            DutyDays::DaysOff => !is_working(day),
            DutyDays::EveryDay => true,
        }
    }

    /// The days it is due, both ends among them.
    #[must_use]
    pub fn days(&self, from: Date, to: Date, is_working: &dyn Fn(Date) -> bool) -> Vec<Date> {
        let mut days = Vec::new();
        let mut day = from;
        while day <= to {
            if self.is_due(day, is_working) {
                days.push(day);
            }
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_end_of_time) => break,
            }
        }
        days
    }

    /// When the shift of a day begins and ends.
    #[must_use]
    pub fn span(&self, day: Date) -> Span {
        let start = midnight(day);
        let minute = |minutes: i32| start.plus(i64::from(minutes) * Micros::MINUTE);
        let end = if self.to_minute > self.from_minute {
            self.to_minute
        } else {
            self.to_minute + 24 * 60
        };
        Span {
            from: minute(self.from_minute),
            to: minute(end),
        }
    }

    /// Whose turn it is, where people take weeks in a row.
    fn turn(&self, day: Date, place: i32, members: usize) -> Option<usize> {
        if self.turn_weeks <= 0 || members == 0 {
            return None;
        }
        let block = weeks_between(self.starts_on, day).div_euclid(i64::from(self.turn_weeks));
        let number = block * i64::from(self.heads) + i64::from(place);
        usize::try_from(number.rem_euclid(i64::try_from(members).ok()?)).ok()
    }
}

/// A place in a shift that is to be filled, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    pub day: Date,
    pub place: i32,
    pub span: Span,
    /// Nobody: nobody was free.
    pub person: Option<Uuid>,
}

/// Who takes part, in the order of turns, with the minutes already had.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub person: Uuid,
    pub minutes: i64,
}

/// Somebody is elsewhere, or away.
#[derive(Clone, Copy, Debug)]
pub struct Busy {
    pub person: Uuid,
    pub span: Span,
}

struct Loads<'a> {
    members: &'a [Member],
    minutes: Vec<i64>,
    last: Vec<Micros>,
    busy: HashMap<Uuid, Vec<Span>>,
}

impl<'a> Loads<'a> {
    fn new(members: &'a [Member], busy: &[Busy]) -> Self {
        let mut of: HashMap<Uuid, Vec<Span>> = HashMap::new();
        for one in busy {
            of.entry(one.person).or_default().push(one.span);
        }
        Self {
            members,
            minutes: members.iter().map(|one| one.minutes).collect(),
            last: vec![Micros(i64::MIN); members.len()],
            busy: of,
        }
    }

    fn is_free(&self, at: usize, span: Span) -> bool {
        self.members.get(at).is_some_and(|one| {
            self.busy
                .get(&one.person)
                .is_none_or(|spans| !spans.iter().any(|taken| taken.overlaps(span)))
        })
    }

    /// Whoever is free and has had the least; of these who has been without for longest.
    fn least(&self, span: Span) -> Option<usize> {
        (0..self.members.len())
            .filter(|at| self.is_free(*at, span))
            .min_by_key(|at| (self.minutes[*at], self.last[*at], *at))
    }

    fn give(&mut self, person: Uuid, span: Span) {
        self.busy.entry(person).or_default().push(span);
        let at = self.members.iter().position(|one| one.person == person);
        if let Some(at) = at {
            self.minutes[at] += span.minutes();
            self.last[at] = self.last[at].max(span.from);
        }
    }
}

/// Fills the places of these days. What is `kept` (agreed between people, or begun) stays as it is and counts.
#[must_use]
pub fn plan(
    pattern: &Pattern,
    members: &[Member],
    days: &[Date],
    busy: &[Busy],
    kept: &[Planned],
) -> Vec<Planned> {
    let mut loads = Loads::new(members, busy);
    for one in kept {
        if let Some(person) = one.person {
            loads.give(person, one.span);
        }
    }
    let mut all = Vec::new();
    for day in days {
        let span = pattern.span(*day);
        for place in 0..pattern.heads {
            let there = |one: &&Planned| one.day == *day && one.place == place;
            if let Some(one) = kept.iter().find(there) {
                all.push(*one);
                continue;
            }
            let turn = pattern
                .turn(*day, place, members.len())
                .filter(|at| loads.is_free(*at, span));
            let person = turn
                .or_else(|| loads.least(span))
                .and_then(|at| members.get(at))
                .map(|one| one.person);
            if let Some(person) = person {
                loads.give(person, span);
            }
            all.push(Planned {
                day: *day,
                place,
                span,
                person,
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn person(n: u8) -> Uuid {
        Uuid::from_u128(u128::from(n) + 1)
    }

    fn any_day(day: Date) -> bool {
        day.weekday().to_monday_zero_offset() < 5
    }

    const START: Date = Date::constant(2026, 11, 23);

    fn pattern() -> impl Strategy<Value = Pattern> {
        (
            0usize..4,
            1i32..128,
            0i32..4,
            0i32..1440,
            0i32..1440,
            1i32..4,
        )
            .prop_map(
                |(days, weekdays, turn_weeks, from_minute, to_minute, heads)| Pattern {
                    days: DutyDays::ALL[days],
                    weekdays,
                    turn_weeks,
                    from_minute,
                    to_minute,
                    heads,
                    starts_on: START,
                    ends_on: None,
                },
            )
    }

    fn members(count: u8) -> Vec<Member> {
        (0..count)
            .map(|n| Member {
                person: person(n),
                minutes: 0,
            })
            .collect()
    }

    fn absences() -> impl Strategy<Value = Vec<Busy>> {
        prop::collection::vec((0u8..6, 0i64..40, 1i64..200), 0..8).prop_map(|all| {
            all.into_iter()
                .map(|(who, day, hours)| {
                    let from = midnight(START).plus(day * Micros::DAY);
                    Busy {
                        person: person(who),
                        span: Span {
                            from,
                            to: from.plus(hours * Micros::HOUR),
                        },
                    }
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn nobody_is_at_two_places_or_on_duty_while_away(
            pattern in pattern(), count in 0u8..6, away in absences(),
        ) {
            let end = Date::constant(2026, 12, 31);
            let days = pattern.days(START, end, &any_day);
            let members = members(count);
            let planned = plan(&pattern, &members, &days, &away, &[]);
            prop_assert_eq!(planned.len(), days.len() * usize::try_from(pattern.heads).unwrap());
            for (n, one) in planned.iter().enumerate() {
                let Some(person) = one.person else { continue };
                prop_assert!(!away.iter().any(|busy| busy.person == person && busy.span.overlaps(one.span)));
                let twice = planned.iter().skip(n + 1).any(|other| {
                    other.person == Some(person) && other.span.overlaps(one.span)
                });
                prop_assert!(!twice);
            }
            prop_assert_eq!(&planned, &plan(&pattern, &members, &days, &away, &[]));
        }

        #[test]
        fn a_place_is_empty_only_when_nobody_is_free(
            pattern in pattern(), count in 0u8..6, away in absences(),
        ) {
            let days = pattern.days(START, Date::constant(2026, 12, 20), &any_day);
            let members = members(count);
            let planned = plan(&pattern, &members, &days, &away, &[]);
            for one in planned.iter().filter(|one| one.person.is_none()) {
                for member in &members {
                    let elsewhere = planned.iter().any(|other| {
                        other.person == Some(member.person) && other.span.overlaps(one.span)
                    });
                    let gone = away.iter().any(|busy| {
                        busy.person == member.person && busy.span.overlaps(one.span)
                    });
                    prop_assert!(elsewhere || gone);
                }
            }
        }

        #[test]
        fn the_load_is_shared_to_within_one_shift(count in 1u8..7, weekdays in 1i32..128) {
            let pattern = Pattern {
                days: DutyDays::Weekdays,
                weekdays,
                turn_weeks: 0,
                from_minute: 8 * 60,
                to_minute: 18 * 60,
                heads: 1,
                starts_on: START,
                ends_on: None,
            };
            let days = pattern.days(START, Date::constant(2027, 2, 28), &any_day);
            let planned = plan(&pattern, &members(count), &days, &[], &[]);
            let had: Vec<usize> = (0..count)
                .map(|n| planned.iter().filter(|one| one.person == Some(person(n))).count())
                .collect();
            prop_assert!(had.iter().max().unwrap() - had.iter().min().unwrap() <= 1);
        }

        #[test]
        fn what_people_agreed_stays(pattern in pattern(), count in 1u8..6, which in 0usize..20) {
            let days = pattern.days(START, Date::constant(2026, 12, 20), &any_day);
            let members = members(count);
            let planned = plan(&pattern, &members, &days, &[], &[]);
            if let Some(one) = planned.get(which) {
                let kept = Planned { person: Some(person(99)), ..*one };
                let again = plan(&pattern, &members, &days, &[], &[kept]);
                prop_assert!(again.contains(&kept));
                prop_assert_eq!(again.len(), planned.len());
            }
        }
    }

    #[test]
    fn weeks_in_turn_go_round_and_an_absence_is_filled() {
        let pattern = Pattern {
            days: DutyDays::EveryDay,
            weekdays: 0,
            turn_weeks: 2,
            from_minute: 18 * 60,
            to_minute: 8 * 60,
            heads: 1,
            starts_on: START,
            ends_on: None,
        };
        let days = pattern.days(START, Date::constant(2027, 1, 3), &any_day);
        assert_eq!(days.len(), 42);
        let whose = |busy: &[Busy]| -> Vec<Option<Uuid>> {
            let planned = plan(&pattern, &members(3), &days, busy, &[]);
            planned.into_iter().map(|one| one.person).collect()
        };
        let all = whose(&[]);
        assert!(all[..14].iter().all(|one| *one == Some(person(0))));
        assert!(all[14..28].iter().all(|one| *one == Some(person(1))));
        assert!(all[28..].iter().all(|one| *one == Some(person(2))));
        let day = midnight(START);
        let away = Busy {
            person: person(0),
            span: Span {
                from: day,
                to: day.plus(Micros::DAY),
            },
        };
        let filled = whose(&[away]);
        assert_eq!(filled[0], Some(person(1)));
        assert_eq!(filled[2], Some(person(0)));
        // A night ends on the next morning.
        let night = pattern.span(START);
        assert_eq!(night.minutes(), 14 * 60);
    }

    #[test]
    fn holidays_follow_the_calendar() {
        let pattern = Pattern {
            days: DutyDays::DaysOff,
            weekdays: 0,
            turn_weeks: 0,
            from_minute: 0,
            to_minute: 0,
            heads: 1,
            starts_on: START,
            ends_on: Some(Date::constant(2026, 12, 6)),
        };
        let days = pattern.days(
            Date::constant(2026, 1, 1),
            Date::constant(2026, 12, 31),
            &any_day,
        );
        assert_eq!(
            days.len(),
            4,
            "two weekends between its beginning and its end"
        );
    }
}
