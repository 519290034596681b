//! Laws every deadline keeps, and agreement with a slow model that walks minute by minute.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;
use std::time::Duration;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;
use youlin_workday::LimitUnit::{Days, Hours, WorkingDays, WorkingHours};
use youlin_workday::{
    CHINA, Calendar, Course, Deadline, Light, LightPolicy, Limit, LimitUnit, Pause,
};

static CALENDAR: LazyLock<Calendar> = LazyLock::new(Calendar::default);

const FIRST: i64 = 1_704_038_400; // 2024-01-01 00:00 in China
const LAST: i64 = 1_798_732_800; // 2027-01-01 00:00 in China

/// Any nanosecond from 2024 to the end of 2026.
fn known() -> impl Strategy<Value = Timestamp> {
    (FIRST..LAST, 0..1_000_000_000i32).prop_map(|(s, n)| Timestamp::new(s, n).unwrap())
}

/// Known years, but edges of working hours more often than chance would have it.
fn instant() -> impl Strategy<Value = Timestamp> {
    let edge = (
        0..1096i64,
        prop::sample::select(vec![0, 510, 720, 840, 1080, 1439]),
    )
        .prop_map(|(day, minute)| Timestamp::new(FIRST + day * 86_400 + minute * 60, 0).unwrap());
    prop_oneof![known(), edge]
}

fn any_instant() -> impl Strategy<Value = Timestamp> {
    let (min, max) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    prop_oneof![
        (min..=max).prop_map(|s| Timestamp::from_second(s).unwrap()),
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
        instant(),
    ]
}

fn unit() -> impl Strategy<Value = LimitUnit> {
    prop::sample::select(vec![WorkingHours, WorkingDays, Hours, Days])
}

fn pauses() -> impl Strategy<Value = Vec<Pause>> {
    let one = (instant(), 0..2_000_000i64).prop_map(|(from, seconds)| Pause {
        from,
        to: Some(from + SignedDuration::from_secs(seconds)),
    });
    prop::collection::vec(one, 0..5)
}

fn deadline(start: Timestamp, amount: u32, unit: LimitUnit, pauses: &[Pause]) -> Deadline {
    CALENDAR.deadline(start, Limit::new(amount, unit), pauses)
}

fn civil(ts: Timestamp) -> (Date, Time) {
    let at = CHINA.to_datetime(ts);
    (at.date(), at.time())
}

/// Inside working hours of a working day, both ends included.
fn at_work(ts: Timestamp) -> bool {
    let (day, time) = civil(ts);
    let between =
        |h1, m1, h2| time >= Time::constant(h1, m1, 0, 0) && time <= Time::constant(h2, 0, 0, 0);
    CALENDAR.is_working_day(day).is_working() && (between(8, 30, 12) || between(14, 0, 18))
}

/// The model: is the minute that begins at `ts` worked, and is no pause on?
fn counts(ts: Timestamp, pauses: &[Pause]) -> bool {
    let minute = SignedDuration::from_secs(60);
    at_work(ts)
        && at_work(ts + minute)
        && !pauses
            .iter()
            .any(|p| p.from <= ts && p.to.is_none_or(|to| ts < to))
}

fn to_minute(ts: Timestamp) -> Timestamp {
    Timestamp::from_second(ts.as_second().div_euclid(60) * 60).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rises_with_start_and_amount(
        a in any_instant(), b in any_instant(), n in 0..400u32, m in 0..400u32, unit in unit(), pauses in pauses()
    ) {
        let (a, b) = (a.min(b), a.max(b));
        let (n, m) = (n.min(m), n.max(m));
        prop_assert!(deadline(a, n, unit, &pauses).at <= deadline(b, n, unit, &pauses).at);
        prop_assert!(deadline(a, n, unit, &pauses).at <= deadline(a, m, unit, &pauses).at);
    }

    #[test]
    fn close_starts_keep_their_order(a in instant(), gap in 0..200_000i64, n in 0..60u32, unit in unit(), pauses in pauses()) {
        let b = a + SignedDuration::from_secs(gap);
        prop_assert!(deadline(a, n, unit, &pauses).at <= deadline(b, n, unit, &pauses).at);
    }

    #[test]
    fn a_pause_never_brings_a_deadline_forward(start in instant(), n in 0..100u32, unit in unit(), pauses in pauses()) {
        let with = deadline(start, n, unit, &pauses);
        let without = deadline(start, n, unit, &[]);
        prop_assert!(start <= without.at && without.at <= with.at);
    }

    #[test]
    fn lies_inside_working_hours_or_at_a_close(start in instant(), n in 0..200u32, pauses in pauses()) {
        prop_assert!(at_work(deadline(start, n, WorkingHours, &pauses).at));
        for unit in [WorkingDays, Days] {
            let at = deadline(start, n, unit, &pauses).at;
            prop_assert!(at_work(at));
            prop_assert_eq!(civil(at).1, Time::constant(18, 0, 0, 0));
            // and the clock ran up to it
            prop_assert!(!pauses.iter().any(|p| p.from < at && p.to.is_none_or(|to| at <= to)));
        }
    }

    #[test]
    fn the_working_time_up_to_the_deadline_is_the_limit(start in any_instant(), n in 0..3000u32, pauses in pauses()) {
        let start = start.min("9990-01-01T00:00:00Z".parse().unwrap()); // room for the limit
        let hours = Duration::from_secs(u64::from(n) * 3600);
        let at = deadline(start, n, WorkingHours, &[]).at;
        prop_assert_eq!(CALENDAR.working_time(start, at), hours);
        for unit in [WorkingHours, Hours] {
            let at = deadline(start, n, unit, &pauses).at;
            prop_assert_eq!(CALENDAR.elapsed(start, at, unit, &pauses), hours);
        }
    }

    #[test]
    fn working_time_adds_up(mut t in prop::array::uniform3(any_instant()), unit in unit(), pauses in pauses()) {
        t.sort();
        let [a, b, c] = t;
        let span = |x, y| CALENDAR.elapsed(x, y, unit, &pauses);
        prop_assert_eq!(span(a, b) + span(b, c), span(a, c));
        prop_assert_eq!(span(c, a), if a == c { span(a, c) } else { Duration::ZERO });
        prop_assert!(span(a, c).as_nanos() <= c.duration_since(a).as_nanos().unsigned_abs());
    }

    #[test]
    fn agrees_with_walking_minute_by_minute(start in instant(), n in 1..16u32, pauses in pauses()) {
        let start = to_minute(start);
        let pauses: Vec<Pause> = pauses.iter()
            .map(|p| Pause { from: to_minute(p.from), to: p.to.map(to_minute) })
            .collect();
        let expected = deadline(start, n, WorkingHours, &pauses).at;
        prop_assume!(expected < start + SignedDuration::from_hours(24 * 40));
        let mut left = n * 60;
        let mut at = start;
        while left > 0 {
            left -= u32::from(counts(at, &pauses));
            at += SignedDuration::from_secs(60);
        }
        prop_assert_eq!(at, expected);
    }

    #[test]
    fn working_days_agree_with_walking_from_day_to_day(start in instant(), n in 0..60u32, pauses in pauses()) {
        let close = |day: Date| CHINA.to_timestamp(day.at(18, 0, 0, 0)).unwrap();
        let runs = |ts| !pauses.iter().any(|p| p.from < ts && p.to.is_none_or(|to| ts <= to));
        let mut day = civil(start).0;
        let mut left = n.max(1);
        if n > 0 {
            day = day.tomorrow().unwrap();
        }
        loop {
            let end = close(day);
            if CALENDAR.is_working_day(day).is_working() && end >= start && runs(end) {
                left -= 1;
                if left == 0 {
                    break;
                }
            }
            day = day.tomorrow().unwrap();
        }
        prop_assert_eq!(deadline(start, n, WorkingDays, &pauses).at, close(day));
    }

    #[test]
    fn calendar_days_agree_with_walking_from_day_to_day(start in instant(), n in 1..60u32) {
        let mut day = civil(start).0 + i64::from(n).days();
        while !CALENDAR.is_working_day(day).is_working() {
            day = day.tomorrow().unwrap();
        }
        prop_assert_eq!(deadline(start, n, Days, &[]).at, CHINA.to_timestamp(day.at(18, 0, 0, 0)).unwrap());
    }

    #[test]
    fn known_years_are_never_provisional_and_others_always(start in known(), n in 0..600u32, unit in unit()) {
        let deadline = deadline(start, n, unit, &[]);
        let last = civil(deadline.at).0;
        // Calendar days are counted without a table; only their last day needs one.
        let needed = if unit == Days { civil(start).0 + i64::from(n).days() } else { civil(start).0 };
        let expected = (needed.year()..=last.year()).find(|year| *year > 2026);
        prop_assert_eq!(deadline.provisional, expected.filter(|_| unit != Hours));
    }

    #[test]
    fn every_input_has_an_answer(start in any_instant(), n in any::<u32>(), unit in unit(), a in any_instant(), b in prop::option::of(any_instant())) {
        let pauses = [Pause { from: a, to: b }];
        let deadline = deadline(start, n, unit, &pauses);
        prop_assert!(deadline.at >= start);
        prop_assert!(!deadline.stopped || (b.is_none() && deadline.at == Timestamp::MAX));
        let next = CALENDAR.next_working_instant(start);
        prop_assert!(next >= start);
        prop_assert!(next == Timestamp::MAX || CALENDAR.working_time(start, next) == Duration::ZERO);
        CALENDAR.warn_before_end(civil(start).0, n);
        let course = Course { start, due: deadline.at, unit, pauses: &pauses };
        CALENDAR.light(a, &course, &LightPolicy::default());
    }

    #[test]
    fn the_light_only_ever_gets_worse(start in instant(), n in 0..100u32, unit in unit(), pauses in pauses(), a in instant(), b in instant()) {
        let due = deadline(start, n, unit, &pauses).at;
        let course = Course { start, due, unit, pauses: &pauses };
        let light = |now| CALENDAR.light(now, &course, &LightPolicy::default());
        prop_assert!(light(a.min(b)) <= light(a.max(b)));
        prop_assert!(light(due) < Light::Overdue);
        prop_assert_eq!(light(due + SignedDuration::from_nanos(1)), Light::Overdue);
    }
}
