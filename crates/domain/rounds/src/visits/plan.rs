//! A day's rounds: whom to visit, by whom, in which order to walk. The engine `youlin-routes` chooses and orders; here its
//! numbers become addresses and reasons again.

use std::collections::HashMap;

use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, AreaTree, CommunityId, Ctx, Micros, Result, Scope};
use youlin_people::MembershipRole;
use youlin_people::permissions::ROSTERS_READ;
use youlin_people::rosters::{Post, posts};
use youlin_routes::{Candidate, Plan, Point, RoundStop, Shape, WhyLeft, Worker, on_plane, plan};

use super::gather::{DoorAt, Ground};
use super::need::{Standing, Why, standing};
use crate::service::Rounds;

/// Somebody who goes from door to door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visitor {
    pub person: Option<Uuid>,
    pub name: String,
    /// With everything below them.
    pub areas: Vec<AreaId>,
    /// Whose work they do while those are away.
    pub stands_in_for: Vec<String>,
}

impl Visitor {
    /// The areas that hold all the others.
    #[must_use]
    pub fn widest(&self, tree: &AreaTree) -> Vec<AreaId> {
        let inside = |one: &AreaId| {
            self.areas
                .iter()
                .any(|other| other != one && tree.is_within(*one, *other))
        };
        self.areas
            .iter()
            .copied()
            .filter(|one| !inside(one))
            .collect()
    }
}

/// A proposed visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitLine {
    pub dwelling: Uuid,
    pub room: String,
    pub address: String,
    /// The weightiest first.
    pub whys: Vec<Why>,
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

/// Grid workers of a community by who is there: whoever stands in has the absent one's areas beside their own.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn visitors(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    community: CommunityId,
) -> Result<Vec<Visitor>> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let role = (community, MembershipRole::GridWorker);
    let all = posts(db.read(), &rounds.vault, &scope, ctx.now(), role).await?;
    Ok(merged(ctx.areas(), all))
}

fn merged(tree: &AreaTree, posts: Vec<Post>) -> Vec<Visitor> {
    let mut all: Vec<Visitor> = Vec::new();
    for post in posts {
        let stood_in = post.is_stood_in();
        let Some((person, name)) = post.present else {
            continue;
        };
        let at = all.iter().position(|one| one.person == Some(person));
        let at = at.unwrap_or_else(|| {
            all.push(Visitor {
                person: Some(person),
                name,
                ..Visitor::default()
            });
            all.len() - 1
        });
        let visitor = &mut all[at];
        visitor.areas.extend(tree.subtree(post.area));
        if stood_in {
            visitor.stands_in_for.push(post.holder_name);
        }
    }
    all
}

/// The caller among them; who holds no post goes wherever they may.
#[must_use]
pub fn my_visitor(ctx: &Ctx, ground: &Ground, all: &[Visitor]) -> Visitor {
    let me = ctx.actor().person();
    let own = all.iter().find(|one| me.is_some() && one.person == me);
    own.cloned().unwrap_or_else(|| {
        let mut areas: Vec<AreaId> = ground.doors.iter().map(|door| door.area).collect();
        areas.sort_unstable();
        areas.dedup();
        Visitor {
            person: me,
            name: ctx.actor().name().to_owned(),
            areas,
            stands_in_for: Vec::new(),
        }
    })
}

/// Areas of a visitor that the scope does not reach.
pub(super) fn outside(scope: &Scope, community: CommunityId, visitor: &Visitor) -> usize {
    let hidden = |area: &&AreaId| !scope.contains(community, &[Some(**area)]);
    visitor.areas.iter().filter(hidden).count()
}

fn area(id: AreaId) -> u64 {
    u64::try_from(id.0).unwrap_or(0)
}

/// Chooses, hands out and orders. `start` is where everybody begins, when that is known.
#[must_use]
pub fn day_plan(
    ground: &Ground,
    visitors: &[Visitor],
    start: Option<(f64, f64)>,
    now: Micros,
) -> DayPlan {
    let mut whys: HashMap<Uuid, (&DoorAt, Vec<Why>)> = HashMap::new();
    for at in &ground.doors {
        if let Standing::Open(found) = standing(&at.door, &ground.rule, now) {
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
    let workers = workers(ground, visitors, begin);
    let planned = plan(&candidates, &workers, &ground.rule.weights);
    told(ground, visitors, planned, &whys)
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

fn workers(ground: &Ground, visitors: &[Visitor], start: Option<Point>) -> Vec<Worker> {
    (0..)
        .zip(visitors)
        .map(|(id, one)| Worker {
            id,
            areas: one.areas.iter().map(|one| area(*one)).collect(),
            capacity: ground
                .rule
                .per_day
                .saturating_sub(u32::try_from(done(ground, one)).unwrap_or(u32::MAX)),
            start,
            shape: Shape::Open,
        })
        .collect()
}

fn done(ground: &Ground, visitor: &Visitor) -> usize {
    ground.today.get(&visitor.person).copied().unwrap_or(0)
}

type Whys<'a> = HashMap<Uuid, (&'a DoorAt, Vec<Why>)>;

fn told(ground: &Ground, visitors: &[Visitor], planned: Plan, whys: &Whys<'_>) -> DayPlan {
    let left = |wanted: WhyLeft| planned.left.iter().filter(|one| one.why == wanted).count();
    let (full, nobody) = (left(WhyLeft::Full), left(WhyLeft::Nobody));
    let rounds = visitors
        .iter()
        .zip(planned.rounds)
        .map(|(visitor, round)| DayRound {
            visitor: visitor.clone(),
            metres: round.metres,
            done: done(ground, visitor),
            stops: round
                .stops
                .iter()
                .filter_map(|one| stop(one, whys))
                .collect(),
        })
        .collect();
    DayPlan {
        rounds,
        full,
        nobody,
    }
}

fn stop(planned: &RoundStop, whys: &Whys<'_>) -> Option<Stop> {
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
