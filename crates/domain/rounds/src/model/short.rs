//! What a round lacks of what the policy it was handed in by asks, where it was kept beside the policy for that.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use youlin_kernel::words;

use super::{Due, Policy, due, windows};

/// A number that is too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoundLacking)]
pub struct Lacking {
    pub asked: i64,
    pub has: i64,
}

/// Another round was too near.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoundTooSoon)]
pub struct TooSoon {
    /// Days there should be between two.
    pub days: i64,
    /// The day of the other one.
    #[schema(value_type = String, format = Date)]
    pub last: Date,
}

words! {
    /// Why there is nothing to leave out.
    NotDueFor {
        /// As many rounds as asked took place; the last of them on `last`.
        Done = "done",
        /// It was left out already, on `last`.
        Skipped = "skipped",
        /// Its time, from `first` to `last`, is over.
        Over = "over",
        /// It is not due before `first`.
        Coming = "coming",
        /// The policy asks for no round there at that time.
        NotAsked = "not_asked",
    }
}

/// A round was left out that was not due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoundNotDue)]
pub struct NotDue {
    pub why: NotDueFor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub first: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub last: Option<Date>,
}

/// See the module's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoundShort)]
pub struct Short {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<Lacking>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photographs: Option<Lacking>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<TooSoon>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_due: Option<NotDue>,
}

/// Whether a round that would have begun on `day` may be left out, as far as its policy asks for it, seen from `today`; else
/// what stands instead. `done` and `skipped` are the days of the subject's other rounds by that policy.
#[must_use]
pub fn not_due(
    policy: &Policy,
    (day, today): (Date, Date),
    done: &[Date],
    skipped: &[Date],
) -> Option<NotDue> {
    let said = |why, first, last| Some(NotDue { why, first, last });
    let Some(window) = windows(policy, day, day).into_iter().next() else {
        let year = windows(policy, day, day.saturating_add(366.days()));
        return match year.into_iter().map(|one| one.first).find(|at| *at > day) {
            Some(first) => said(NotDueFor::Coming, Some(first), None),
            None => said(NotDueFor::NotAsked, None, None),
        };
    };
    let latest = |days: &[Date]| days.iter().copied().filter(|at| window.holds(*at)).max();
    match due(&window, done, today) {
        Due::Done => said(NotDueFor::Done, None, latest(done)),
        Due::Coming => said(NotDueFor::Coming, Some(window.first), None),
        Due::Missed { .. } | Due::Short { .. } => {
            said(NotDueFor::Over, Some(window.first), Some(window.last))
        }
        Due::Open { left } if window.among(skipped) >= left => {
            said(NotDueFor::Skipped, None, latest(skipped))
        }
        Due::Open { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use youlin_places::rivers::ChiefLevel;

    use super::super::{DoorQuestion, Every, Minimum, Pause, RoundKind, SubjectKind, Walkers};
    use super::*;

    /// Twice a week.
    fn twice_a_week() -> Policy {
        Policy {
            kind: RoundKind::Patrol,
            subjects: SubjectKind::Reach,
            walkers: Walkers::Chief {
                level: ChiefLevel::Village,
            },
            every: Every::Week,
            count: 2,
            weekdays: 0,
            season: None,
            from: date(2026, 11, 9),
            to: Some(date(2026, 11, 29)),
            minimum: Minimum::default(),
            photographs: 0,
            track: false,
            basis: String::new(),
            doors: DoorQuestion::default(),
            question: None,
            recheckers: Vec::new(),
            stand_ins: Vec::new(),
            pauses: Vec::new(),
        }
    }

    #[test]
    fn only_what_is_due_is_left_out() {
        let policy = twice_a_week();
        let (saturday, sunday) = (date(2026, 11, 21), date(2026, 11, 22));
        let why = |at: (Date, Date), done: &[Date], skipped: &[Date]| {
            not_due(&policy, at, done, skipped).map(|one| (one.why, one.first, one.last))
        };
        let on = |day| (day, day);
        assert_eq!(why(on(saturday), &[], &[]), None);
        // Two are asked for: one left out, or one done, leaves another to be left out.
        assert_eq!(why(on(sunday), &[], &[saturday]), None);
        assert_eq!(why(on(sunday), &[saturday], &[]), None);
        let skipped = Some((NotDueFor::Skipped, None, Some(saturday)));
        assert_eq!(why(on(sunday), &[], &[saturday, saturday]), skipped);
        assert_eq!(why(on(sunday), &[sunday], &[saturday]), skipped);
        let done = Some((NotDueFor::Done, None, Some(sunday)));
        assert_eq!(why(on(sunday), &[saturday, sunday], &[]), done);
        // What was done in another week is another matter.
        assert_eq!(
            why(
                on(sunday),
                &[date(2026, 11, 14); 2],
                &[date(2026, 11, 15); 2]
            ),
            None
        );
        let monday = date(2026, 11, 16);
        let coming = Some((NotDueFor::Coming, Some(monday), None));
        assert_eq!(why((saturday, date(2026, 11, 15)), &[], &[]), coming);
        let over = Some((NotDueFor::Over, Some(monday), Some(sunday)));
        assert_eq!(why((sunday, date(2026, 11, 23)), &[], &[]), over);
        let first = Some((NotDueFor::Coming, Some(date(2026, 11, 9)), None));
        assert_eq!(why(on(date(2026, 11, 2)), &[], &[]), first);
        let never = Some((NotDueFor::NotAsked, None, None));
        assert_eq!(why(on(date(2026, 12, 2)), &[], &[]), never);
        let stopped = Policy {
            pauses: vec![Pause {
                from: date(2026, 11, 16),
                until: None,
            }],
            ..twice_a_week()
        };
        let told = not_due(&stopped, on(saturday), &[], &[]);
        assert_eq!(told.map(|one| one.why), Some(NotDueFor::NotAsked));
    }
}
