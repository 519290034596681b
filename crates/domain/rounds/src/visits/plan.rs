//! A day's rounds: whom to visit, by whom, in which order to walk. The engine `youlin-routes` chooses and orders; here its
//! numbers become addresses and reasons again.
//!
//! Whoever stands in for somebody has that one's whole list beside the own: nothing of either waits because one person does the
//! work of two, and where both are there (a shift was taken over) both see it until one of them has been at the door.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use uuid::Uuid;
use youlin_kernel::{AreaId, Micros};
use youlin_routes::{Candidate, Point, Round, RoundStop, Shape, WhyLeft, Worker, on_plane, plan};

use super::gather::{DoorAt, Ground};
use super::need::{Door, Standing, Why, standing};
use super::visitors::Visitor;

/// A proposed visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitLine {
    pub dwelling: Uuid,
    pub room: String,
    pub address: String,
    /// The weightiest first.
    pub whys: Vec<Why>,
    /// Of this one's list.
    pub stands_in_for: Option<String>,
}

/// An entrance and the visits behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    pub building: Uuid,
    pub name: String,
    pub entrance: String,
    /// Degrees, WGS-84.
    pub position: Option<(f64, f64)>,
    pub visits: Vec<VisitLine>,
}

/// One person's round.
#[derive(Clone, Debug, PartialEq)]
pub struct DayRound {
    pub visitor: Visitor,
    pub stops: Vec<Stop>,
    /// As the crow flies.
    pub metres: f64,
    /// Handed in today.
    pub done: usize,
}

impl DayRound {
    #[must_use]
    pub fn visits(&self) -> usize {
        self.stops.iter().map(|stop| stop.visits.len()).sum()
    }
}

/// What is proposed for a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DayPlan {
    pub rounds: Vec<DayRound>,
    /// Wait for another day: everybody is full.
    pub full: usize,
    /// Of areas nobody looks after.
    pub nobody: usize,
}

fn area(id: AreaId) -> u64 {
    u64::try_from(id.0).unwrap_or(0)
}

/// Chooses, hands out and orders, one list for each holder of posts. `start` is where everybody begins, when that is known.
#[must_use]
pub fn day_plan(
    ground: &Ground,
    visitors: &[Visitor],
    start: Option<(f64, f64)>,
    now: Micros,
) -> DayPlan {
    let lists = lists(visitors);
    let mut whys: HashMap<Uuid, (&DoorAt, Vec<Why>)> = HashMap::new();
    for at in &ground.doors {
        let door = seen_by(&at.door, at.area, &lists, now);
        if let Standing::Open(found) = standing(&door, &ground.rule, now) {
            whys.insert(at.dwelling, (at, found));
        }
    }
    // In the register's order, whatever order a map has.
    let open: Vec<&DoorAt> = ground
        .doors
        .iter()
        .filter(|at| whys.contains_key(&at.dwelling))
        .collect();
    let known: Vec<(f64, f64)> = open
        .iter()
        .filter_map(|at| at.position)
        .chain(start)
        .collect();
    let mut points = on_plane(&known).into_iter();
    let entrances = entrances(&open);
    let candidates: Vec<Candidate> = open
        .iter()
        .map(|at| Candidate {
            id: at.dwelling.as_u128(),
            area: area(at.area),
            building: at.building.as_u128(),
            entrance: entrances[&(at.building, at.entrance.as_str())],
            door: door_number(&at.room),
            at: at.position.and_then(|_| points.next()),
            needs: whys[&at.dwelling].1.iter().map(Why::need).collect(),
        })
        .collect();
    let begin: Option<Point> = start.and_then(|_| points.next());
    let workers = workers(ground, &lists, begin);
    let planned = plan(&candidates, &workers, &ground.rule.weights);
    let left = |wanted: WhyLeft| planned.left.iter().filter(|one| one.why == wanted).count();
    let (full, nobody) = (left(WhyLeft::Full), left(WhyLeft::Nobody));
    let made = Made {
        ground,
        candidates: &candidates,
        lists: &lists,
        rounds: &planned.rounds,
        begin,
        whys: &whys,
    };
    DayPlan {
        rounds: visitors.iter().map(|one| made.round(one)).collect(),
        full,
        nobody,
    }
}

/// The list of one holder of posts: what is proposed to the holder, and to whoever stands in for them as it is.
struct List {
    holder: Option<Uuid>,
    areas: Vec<AreaId>,
    /// The holder, and who does their work.
    by: Vec<Option<Uuid>>,
}

/// One list for each holder, whether they are there or somebody stands in.
fn lists(visitors: &[Visitor]) -> Vec<List> {
    let mut all: Vec<List> = visitors
        .iter()
        .map(|one| List {
            holder: one.person,
            areas: one.own.clone(),
            by: vec![one.person],
        })
        .collect();
    for (visitor, lent) in visitors
        .iter()
        .flat_map(|one| one.lent.iter().map(move |lent| (one, lent)))
    {
        let holder = Some(lent.holder);
        let at = all.iter().position(|one| one.holder == holder);
        let at = at.unwrap_or_else(|| {
            all.push(List {
                holder,
                areas: Vec::new(),
                by: vec![holder],
            });
            all.len() - 1
        });
        let list = &mut all[at];
        list.by.push(visitor.person);
        // Whoever is away themselves has none of their own here.
        let missing = lent.areas.iter().filter(|area| !list.areas.contains(area));
        let missing: Vec<AreaId> = missing.copied().collect();
        list.areas.extend(missing);
    }
    all
}

/// A door as whoever looks after its area sees it: that somebody else found nobody there, or left it out, does not take it off
/// their list. Whom somebody met is left in peace, whoever it was.
fn seen_by<'a>(door: &'a Door, area: AreaId, lists: &[List], now: Micros) -> Cow<'a, Door> {
    let Some(last) = door.last.filter(|last| last.once_today(now)) else {
        return Cow::Borrowed(door);
    };
    let mut theirs = lists.iter().filter(|list| list.areas.contains(&area));
    let nobodys = theirs.clone().next().is_none();
    if nobodys || theirs.any(|list| list.by.contains(&last.by)) {
        return Cow::Borrowed(door);
    }
    Cow::Owned(Door {
        last: None,
        ..door.clone()
    })
}

/// A number for each entrance within its building.
fn entrances<'a>(open: &[&'a DoorAt]) -> HashMap<(Uuid, &'a str), u32> {
    let mut names: Vec<(Uuid, &str)> = open
        .iter()
        .map(|at| (at.building, at.entrance.as_str()))
        .collect();
    names.sort_unstable();
    names.dedup();
    (0..)
        .zip(names)
        .map(|(number, name)| (name, number))
        .collect()
}

/// The last number of 1单元304: floors and rooms follow one another by it.
fn door_number(room: &str) -> u32 {
    let mut digits = room.split(|c: char| !c.is_ascii_digit());
    let last = digits.rfind(|part| !part.is_empty());
    last.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn workers(ground: &Ground, lists: &[List], start: Option<Point>) -> Vec<Worker> {
    (0..)
        .zip(lists)
        .map(|(id, list)| {
            let handed_in = list.by.iter().filter_map(|one| ground.today.get(one));
            // Of this list: who stands in does not use up their own day with it.
            let done = handed_in
                .flatten()
                .filter(|area| area.is_none_or(|area| list.areas.contains(&area)));
            Worker {
                id,
                areas: list.areas.iter().map(|one| area(*one)).collect(),
                capacity: ground
                    .rule
                    .per_day
                    .saturating_sub(u32::try_from(done.count()).unwrap_or(u32::MAX)),
                start,
                shape: Shape::Open,
            }
        })
        .collect()
}

type Whys<'a> = HashMap<Uuid, (&'a DoorAt, Vec<Why>)>;

/// What was handed out, by lists.
struct Made<'a> {
    ground: &'a Ground,
    candidates: &'a [Candidate],
    lists: &'a [List],
    rounds: &'a [Round],
    begin: Option<Point>,
    whys: &'a Whys<'a>,
}

impl Made<'_> {
    fn of(&self, holder: Option<Uuid>) -> Option<&Round> {
        let at = self.lists.iter().position(|one| one.holder == holder)?;
        self.rounds.get(at)
    }

    /// Own list, and those of whom they stand in for, whole and in one walking order.
    fn round(&self, visitor: &Visitor) -> DayRound {
        // Whoever is away has a list that others walk.
        let own = match visitor.own.is_empty() {
            true => Round::default(),
            false => self.of(visitor.person).cloned().unwrap_or_default(),
        };
        let mut lent: HashMap<u128, &str> = HashMap::new();
        for one in &visitor.lent {
            let theirs = self.of(Some(one.holder)).into_iter();
            let doors = theirs.flat_map(doors_of);
            lent.extend(doors.map(|id| (id, one.name.as_str())));
        }
        let round = match lent.is_empty() {
            true => own,
            false => self.walked(doors_of(&own).chain(lent.keys().copied()).collect()),
        };
        let handed_in = self.ground.today.get(&visitor.person);
        DayRound {
            visitor: visitor.clone(),
            metres: round.metres,
            done: handed_in.map_or(0, Vec::len),
            stops: round
                .stops
                .iter()
                .filter_map(|one| stop(one, self.whys, &lent))
                .collect(),
        }
    }

    /// One round over all of these doors.
    fn walked(&self, doors: HashSet<u128>) -> Round {
        let mine = self.candidates.iter().filter(|one| doors.contains(&one.id));
        let mine: Vec<Candidate> = mine.cloned().collect();
        let all = Worker {
            id: 0,
            areas: mine.iter().map(|one| one.area).collect(),
            capacity: u32::try_from(mine.len()).unwrap_or(u32::MAX),
            start: self.begin,
            shape: Shape::Open,
        };
        let planned = plan(&mine, &[all], &self.ground.rule.weights);
        planned.rounds.into_iter().next().unwrap_or_default()
    }
}

fn doors_of(round: &Round) -> impl Iterator<Item = u128> {
    let visits = round.stops.iter().flat_map(|stop| &stop.visits);
    visits.map(|one| one.id)
}

fn stop(planned: &RoundStop, whys: &Whys<'_>, lent: &HashMap<u128, &str>) -> Option<Stop> {
    let visit = |one: &youlin_routes::Proposal| {
        let id = Uuid::from_u128(one.id);
        let (at, found) = whys.get(&id)?;
        let reasons = one.reasons.iter();
        let whys = reasons.filter_map(|reason| found.iter().find(|why| why.code == reason.code));
        Some(VisitLine {
            dwelling: id,
            room: at.room.clone(),
            address: at.address.clone(),
            whys: whys.cloned().collect(),
            stands_in_for: lent.get(&one.id).map(|name| (*name).to_owned()),
        })
    };
    let first = planned.visits.first()?;
    let (at, _) = whys.get(&Uuid::from_u128(first.id))?;
    Some(Stop {
        building: at.building,
        name: at.building_name.clone(),
        entrance: at.entrance.clone(),
        position: at.position,
        visits: planned.visits.iter().filter_map(visit).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::door_number;

    #[test]
    fn the_last_number_is_the_door() {
        assert_eq!(door_number("1单元304"), 304);
        assert_eq!(door_number("302室"), 302);
        assert_eq!(door_number("门卫"), 0);
    }
}
