//! Whether a dwelling asks for a visit today, and why. Pure: facts in, needs out; how much each need counts is the rule's
//! affair ([`super::VisitRule`]), choosing and ordering the engine's (`youlin-routes`).

use uuid::Uuid;
use youlin_kernel::{Micros, words};
use youlin_routes::Need;

use super::VisitRule;
use super::rule::{AGAIN, ALONE, ASKED, DISCHARGED, DUE, LISTED, NEWCOMER, QUESTIONS, UNSEEN};
use crate::model::Outcome;

words! {
    /// What somebody did by hand with today's list.
    PickKind {
        Added = "added",
        TakenAway = "taken_away",
    }
}

/// Somebody who lives there, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    pub id: Uuid,
    pub age: Option<i32>,
    /// Said to live alone, or nobody else is registered there.
    pub alone: bool,
    /// Back from hospital since.
    pub discharged: Option<Micros>,
    /// Where somebody knows.
    pub moved_in: Option<Micros>,
    pub entered: Micros,
    pub seen: Option<Micros>,
}

/// The newest visit that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastVisit {
    pub outcome: Outcome,
    pub at: Micros,
    /// The next day that was named and still stands, by whoever named it.
    pub again: Option<Micros>,
    /// Who went.
    pub by: Option<Uuid>,
}

impl LastVisit {
    /// Tried or left out today without naming another day: done with for today, for whoever did it.
    pub(super) fn once_today(&self, now: Micros) -> bool {
        self.outcome != Outcome::Done && self.again.is_none() && self.at.date() == now.date()
    }
}

/// A dwelling with everything that may speak for a visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Door {
    pub people: Vec<Person>,
    /// When somebody last got in.
    pub visited: Option<Micros>,
    pub last: Option<LastVisit>,
    /// Forms with open questions, and how many.
    pub questions: Vec<(String, usize)>,
    /// Titles of policies that ask for a visit now.
    pub due: Vec<String>,
    /// Open visiting lists somebody of the house is on, with who made each; the name is empty where it tells something sensitive
    /// the caller may not see.
    pub listed: Vec<(String, String)>,
    pub picked: Option<PickKind>,
}

/// One reason with what its sentence needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    pub code: &'static str,
    /// Years, days or a count.
    pub amount: i64,
    /// Since when, or which day was named.
    pub at: Option<Micros>,
    /// Names of forms, policies or lists; empty of a list whose name is not for the caller.
    pub what: Vec<String>,
    /// Who made each of them, where somebody did.
    pub by: Vec<String>,
}

impl Why {
    fn new(code: &'static str, amount: i64, at: Option<Micros>) -> Self {
        Self {
            code,
            amount,
            at,
            what: Vec::new(),
            by: Vec::new(),
        }
    }

    fn of(code: &'static str, amount: i64, what: Vec<String>) -> Self {
        Self {
            what,
            ..Self::new(code, amount, None)
        }
    }

    #[must_use]
    pub fn need(&self) -> Need {
        Need::new(self.code, self.amount)
    }
}

/// How a dwelling stands today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may be proposed, for these reasons.
    Open(Vec<Why>),
    /// Another try was named for a later day.
    Later(Micros),
    /// Somebody was there a short time ago.
    Resting,
    /// Done with for today: tried, left out, or taken off the list.
    NotToday,
}

/// See the module's text.
#[must_use]
pub fn standing(door: &Door, rule: &VisitRule, now: Micros) -> Standing {
    let today = now.date();
    match door.picked {
        Some(PickKind::TakenAway) => return Standing::NotToday,
        Some(PickKind::Added) => {}
        None => {
            if let Some(held) = held_back(door.last.as_ref(), rule, now) {
                return held;
            }
        }
    }
    let mut whys = Vec::new();
    if door.picked == Some(PickKind::Added) {
        whys.push(Why::new(ASKED, 1, None));
    }
    let again = door.last.filter(|last| last.outcome != Outcome::Done);
    if let Some(at) = again.and_then(|last| last.again)
        && at.date() <= today
    {
        whys.push(Why::new(AGAIN, 1, Some(at)));
    }
    whys.extend(discharged(door));
    whys.extend(alone(door));
    whys.extend(newcomer(door, rule, now));
    whys.extend(unseen(door, now));
    let open: usize = door.questions.iter().map(|(_, count)| count).sum();
    if open > 0 {
        let forms = door
            .questions
            .iter()
            .map(|(form, _)| form.clone())
            .collect();
        whys.push(Why::of(QUESTIONS, count(open), forms));
    }
    if !door.due.is_empty() {
        whys.push(Why::of(DUE, count(door.due.len()), door.due.clone()));
    }
    if !door.listed.is_empty() {
        let (what, by) = door.listed.iter().cloned().unzip();
        whys.push(Why {
            by,
            ..Why::of(LISTED, count(door.listed.len()), what)
        });
    }
    Standing::Open(whys)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What the last visit says about today.
fn held_back(last: Option<&LastVisit>, rule: &VisitRule, now: Micros) -> Option<Standing> {
    let last = last?;
    let today = now.date();
    match (last.outcome, last.again) {
        (Outcome::Done, _) => {
            let rest = i64::from(rule.rest_days) * Micros::DAY;
            (now.0 - last.at.0 < rest).then_some(Standing::Resting)
        }
        (_, Some(again)) if again.date() > today => Some(Standing::Later(again)),
        // Named for later on the same day it is proposed again, else once is enough for one day.
        (_, Some(_)) => None,
        (_, None) => last.once_today(now).then_some(Standing::NotToday),
    }
}

/// When anybody last saw somebody there or got in.
fn last_seen(door: &Door) -> Option<Micros> {
    let seen = door.people.iter().filter_map(|one| one.seen).max();
    seen.max(door.visited)
}

fn discharged(door: &Door) -> Option<Why> {
    let since = door.people.iter().filter(|one| {
        let seen = one.seen;
        one.discharged
            .is_some_and(|since| seen.is_none_or(|seen| seen < since))
    });
    let since = since.filter_map(|one| one.discharged).max()?;
    Some(Why::new(DISCHARGED, 1, Some(since)))
}

fn alone(door: &Door) -> Option<Why> {
    let ages = door.people.iter().filter(|one| one.alone);
    let age = ages.filter_map(|one| one.age).max()?;
    Some(Why::new(ALONE, i64::from(age), None))
}

fn newcomer(door: &Door, rule: &VisitRule, now: Micros) -> Option<Why> {
    let since = door.people.iter().filter_map(|one| one.moved_in).max()?;
    let is_new = now.0 - since.0 <= i64::from(rule.new_days) * Micros::DAY;
    let met = last_seen(door).is_some_and(|seen| seen > since);
    (is_new && since <= now && !met).then(|| Why::new(NEWCOMER, 1, Some(since)))
}

/// Somebody registered long ago and never seen counts from the day of the entry.
fn unseen(door: &Door, now: Micros) -> Option<Why> {
    let entered = door.people.iter().map(|one| one.entered).min()?;
    let seen = last_seen(door);
    let since = seen.unwrap_or(entered);
    let days = (now.0 - since.0) / Micros::DAY;
    (days > 0).then(|| Why::new(UNSEEN, days, seen))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Micros = Micros(1_795_600_000_000_000);

    fn days_ago(days: i64) -> Micros {
        NOW.plus(-days * Micros::DAY)
    }

    fn person(age: i32, seen: i64) -> Person {
        Person {
            age: Some(age),
            alone: true,
            moved_in: Some(days_ago(4_000)),
            entered: days_ago(2_000),
            seen: Some(days_ago(seen)),
            ..Person::default()
        }
    }

    fn codes(door: &Door) -> Vec<&'static str> {
        match standing(door, &VisitRule::default(), NOW) {
            Standing::Open(whys) => whys.iter().map(|why| why.code).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_reasons_of_the_story() {
        let alone = Door {
            people: vec![person(84, 3)],
            ..Door::default()
        };
        assert_eq!(codes(&alone), [ALONE, UNSEEN]);
        let back = Person {
            discharged: Some(days_ago(5)),
            ..person(61, 9)
        };
        let back = Door {
            people: vec![back],
            questions: vec![("37 号表".into(), 2)],
            ..Door::default()
        };
        assert_eq!(codes(&back), [DISCHARGED, ALONE, UNSEEN, QUESTIONS]);
        let new = Person {
            moved_in: Some(days_ago(12)),
            seen: None,
            ..person(30, 0)
        };
        let new = Door {
            people: vec![new],
            visited: Some(days_ago(100)),
            ..Door::default()
        };
        assert!(codes(&new).contains(&NEWCOMER));
        // Who came by a list lived there before.
        let mut listed = new.clone();
        listed.people[0].moved_in = None;
        assert!(!codes(&listed).contains(&NEWCOMER));
        // Seen since, somebody is new no longer, and back from hospital is seen.
        let mut met = new.clone();
        met.visited = Some(days_ago(2));
        assert!(!codes(&met).contains(&NEWCOMER));
    }

    #[test]
    fn a_list_is_named_with_who_made_it() {
        let door = Door {
            people: vec![person(30, 0)],
            listed: vec![("冬季探访".into(), "陈主任".into())],
            ..Door::default()
        };
        let Standing::Open(whys) = standing(&door, &VisitRule::default(), NOW) else {
            panic!("held back")
        };
        let why = whys.iter().find(|why| why.code == LISTED).unwrap();
        assert_eq!(why.what, ["冬季探访"]);
        assert_eq!(why.by, ["陈主任"]);
        assert!(VisitRule::default().weight(LISTED).base > 0);
    }

    #[test]
    fn a_named_day_governs() {
        let tried = |again: Option<i64>| Door {
            people: vec![person(84, 90)],
            last: Some(LastVisit {
                outcome: Outcome::Tried,
                at: days_ago(0).plus(-Micros::HOUR),
                again: again.map(days_ago),
                by: None,
            }),
            ..Door::default()
        };
        let rule = VisitRule::default();
        assert_eq!(standing(&tried(None), &rule, NOW), Standing::NotToday);
        let later = standing(&tried(Some(-3)), &rule, NOW);
        assert_eq!(later, Standing::Later(days_ago(-3)));
        assert!(codes(&tried(Some(0))).contains(&AGAIN));
        // By hand it can still be put on today's list.
        let mut added = tried(Some(-3));
        added.picked = Some(PickKind::Added);
        assert_eq!(codes(&added)[0], ASKED);
    }

    proptest! {
        /// Whatever is taken off is not proposed; within the days of rest nobody is visited again unless asked for by hand;
        /// and a day named for later is never overruled by a need.
        #[test]
        fn peace_is_kept(
            age in 0..110_i32, seen in 0..900_i64, last in 0..30_i64, outcome in prop::sample::select(Outcome::ALL),
            again in prop::option::of(-20..20_i64), questions in 0..5_usize,
        ) {
            let mut door = Door {
                people: vec![person(age, seen)],
                last: Some(LastVisit { outcome, at: days_ago(last), again: again.map(days_ago), by: None }),
                questions: vec![("表".into(), questions)],
                ..Door::default()
            };
            let rule = VisitRule::default();
            let found = standing(&door, &rule, NOW);
            if outcome == Outcome::Done && last < i64::from(rule.rest_days) {
                prop_assert_eq!(&found, &Standing::Resting);
            }
            if outcome != Outcome::Done && again.is_some_and(|days| days < 0) {
                prop_assert!(matches!(found, Standing::Later(_)));
            }
            door.picked = Some(PickKind::Added);
            prop_assert!(matches!(standing(&door, &rule, NOW), Standing::Open(_)));
            door.picked = Some(PickKind::TakenAway);
            prop_assert_eq!(standing(&door, &rule, NOW), Standing::NotToday);
        }
    }
}
