//! A community's dwellings with everything that may speak for a visit today, read in a few queries for all of them at once.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::few;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Result, Scope};
use youlin_people::permissions::PEOPLE_SENSITIVE;
use youlin_people::{Directory, DoorFacts, DoorsOf, ListedOn, LivesThere};
use youlin_places::queries::doors_among;

use super::last::last_visits;
use super::need::{Door, LastVisit, Person};
use super::queries::{handed_in_today, picks, visit_rule};
use super::standing::{Asked, due_today};
use super::{OpenForm, OpenFormSources, PickKind, VisitRule};
use crate::model::{Lives, Outcome, RoundKind, SubjectKind};
use crate::permissions::ROUNDS_READ;
use crate::queries::{PolicyView, policies};
use crate::service::Rounds;

/// Labels that speak for a visit.
const ALONE: &str = "living_alone";
const DISCHARGED: &str = "discharged";

/// A dwelling, where it is, and what speaks for a visit.
#[derive(Clone, Debug)]
pub struct DoorAt {
    pub dwelling: Uuid,
    /// The whole address.
    pub address: String,
    /// What of it comes after the building: 1单元304.
    pub room: String,
    pub building: Uuid,
    pub building_name: String,
    pub entrance: String,
    /// Degrees, WGS-84, of the building.
    pub position: Option<(f64, f64)>,
    pub area: AreaId,
    pub door: Door,
    /// Policies that ask for it, the first of them to be handed in by.
    pub policies: Vec<Uuid>,
}

/// One community on one day, as far as the scope reaches.
#[derive(Clone, Debug)]
pub struct Ground {
    pub community: CommunityId,
    pub rule: VisitRule,
    pub doors: Vec<DoorAt>,
    /// Visits handed in today in the whole community, by the person who did: each the dwelling's area, where it has one still.
    pub today: HashMap<Option<Uuid>, Vec<Option<AreaId>>>,
}

impl Ground {
    /// Where a door is.
    #[must_use]
    pub fn position(&self, dwelling: Uuid) -> Option<(f64, f64)> {
        let found = self.doors.iter().find(|one| one.dwelling == dwelling);
        found.and_then(|one| one.position)
    }
}

/// What the register says of these dwellings of a community.
pub(super) async fn facts(
    ctx: &Ctx,
    db: &Database,
    rounds: &Rounds,
    scope: &Scope,
    asked: (CommunityId, &DoorsOf),
    policies: &[PolicyView],
) -> Result<Vec<DoorFacts>> {
    let mut labels: BTreeSet<&str> = BTreeSet::from([ALONE, DISCHARGED]);
    labels.extend(
        policies
            .iter()
            .filter_map(|one| one.policy.doors.label.as_deref()),
    );
    let labels: Vec<&str> = labels.into_iter().collect();
    let sensitive = ctx.scope(&PEOPLE_SENSITIVE).ok();
    let scopes = (scope, sensitive.as_ref());
    Directory::door_facts(db.read(), &rounds.vault, scopes, asked, ctx.now(), &labels).await
}

fn has(one: &LivesThere, label: &str) -> bool {
    one.labels.iter().any(|(held, _)| held == label)
}

/// As policies ask of them.
pub(super) fn asked(facts: &[DoorFacts]) -> Vec<Asked<'_>> {
    facts
        .iter()
        .map(|door| Asked {
            dwelling: door.dwelling,
            people: door
                .people
                .iter()
                .map(|one| Lives {
                    age: one.age,
                    alone: has(one, ALONE) || door.people.len() == 1,
                    labels: one.labels.as_slice(),
                })
                .collect(),
        })
        .collect()
}

/// See the module's text. `scope` is of people; forms are asked of those who know them. Nothing is read of dwellings that are
/// not asked about, however large the community is.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn ground(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    scope: &Scope,
    sources: Option<&OpenFormSources>,
    (community, which): (CommunityId, &DoorsOf),
) -> Result<Ground> {
    let now = ctx.now();
    let visits: Vec<PolicyView> = policies(db, &ctx.scope(&ROUNDS_READ)?)
        .await?
        .into_iter()
        .filter(|one| {
            one.community == community
                && one.policy.kind == RoundKind::Visit
                && one.policy.subjects == SubjectKind::Dwelling
        })
        .collect();
    let facts = facts(ctx, db, rounds, scope, (community, which), &visits).await?;
    let dwellings: Vec<Uuid> = facts.iter().map(|one| one.dwelling).collect();
    let some = few(&dwellings);
    let mut due: HashMap<Uuid, Vec<(Uuid, String)>> = HashMap::new();
    let all = asked(&facts);
    for policy in &visits {
        for dwelling in due_today(db, policy, &all, now.date()).await? {
            let of = due.entry(dwelling).or_default();
            of.push((policy.id, policy.title.clone()));
        }
    }
    let ways: HashMap<Uuid, (Uuid, String)> = doors_among(db, community, some)
        .await?
        .into_iter()
        .map(|line| (line.dwelling, (line.building, line.entrance)))
        .collect();
    let people = facts.iter().flat_map(|door| &door.people);
    let people: BTreeSet<Uuid> = people.map(|one| one.person).collect();
    let mut beside = Beside {
        due,
        ways,
        forms: OpenFormSources::open(sources, ctx, community, &people).await?,
        listed: Directory::still_listed(db.read(), &rounds.vault, community).await?,
        sensitive: ctx.scope(&PEOPLE_SENSITIVE).ok(),
        picks: picks(db, community, now.date()).await?,
        last: last_visits(db, community, some, now).await?,
    };
    let doors = facts
        .iter()
        .filter_map(|facts| beside.door(rounds, facts))
        .collect();
    Ok(Ground {
        community,
        rule: visit_rule(db, community).await?.rule,
        doors,
        today: handed_in_today(db, ctx, rounds, community).await?,
    })
}

/// What stands beside the facts of the register.
struct Beside {
    due: HashMap<Uuid, Vec<(Uuid, String)>>,
    ways: HashMap<Uuid, (Uuid, String)>,
    forms: HashMap<Uuid, Vec<OpenForm>>,
    /// By person.
    listed: HashMap<Uuid, Vec<ListedOn>>,
    /// Where the caller may see what is sensitive.
    sensitive: Option<Scope>,
    picks: HashMap<Uuid, (PickKind, Micros)>,
    last: HashMap<Uuid, LastVisit>,
}

impl Beside {
    fn door(&mut self, rounds: &Rounds, facts: &DoorFacts) -> Option<DoorAt> {
        let locator = rounds.cases.locator();
        let place = locator.dwelling(facts.dwelling)?;
        let (building, entrance) = self.ways.get(&facts.dwelling)?.clone();
        let house = locator.building(building)?;
        let room = place.address.strip_prefix(&house.address);
        let due = self.due.remove(&facts.dwelling).unwrap_or_default();
        let areas = [place.grid, place.neighbourhood];
        let told = self
            .sensitive
            .as_ref()
            .is_some_and(|scope| scope.contains(place.community, &areas));
        Some(DoorAt {
            dwelling: facts.dwelling,
            room: room.unwrap_or(&place.address).trim().to_owned(),
            area: place.area(),
            address: place.address,
            building,
            building_name: house.address,
            entrance,
            position: house.position,
            policies: due.iter().map(|(id, _)| *id).collect(),
            door: Door {
                people: facts
                    .people
                    .iter()
                    .map(|one| self.person(facts, one))
                    .collect(),
                visited: facts.visited,
                last: self.last.get(&facts.dwelling).copied(),
                questions: self.questions(facts),
                due: due.into_iter().map(|(_, title)| title).collect(),
                listed: self.listed(facts, told),
                picked: self.picked(facts.dwelling),
            },
        })
    }

    /// What was asked for by hand is done once somebody got in.
    fn picked(&self, dwelling: Uuid) -> Option<PickKind> {
        let (kind, at) = self.picks.get(&dwelling).copied()?;
        let last = self.last.get(&dwelling);
        let met = last.is_some_and(|last| last.outcome == Outcome::Done && last.at >= at);
        (kind == PickKind::TakenAway || !met).then_some(kind)
    }

    fn person(&self, door: &DoorFacts, one: &LivesThere) -> Person {
        let discharged = one.labels.iter().find(|(label, _)| label == DISCHARGED);
        Person {
            id: one.person,
            age: one.age,
            alone: has(one, ALONE) || door.people.len() == 1,
            discharged: discharged.map(|(_, since)| *since),
            moved_in: (!one.listed).then_some(one.since),
            entered: one.entered,
            seen: one.seen,
        }
    }

    /// Each list once, however many of the house are on it.
    fn listed(&self, door: &DoorFacts, told: bool) -> Vec<(String, String)> {
        let people = door.people.iter();
        let on = people.filter_map(|one| self.listed.get(&one.person));
        let named = |on: &ListedOn| match told || !on.sensitive {
            true => (on.title.clone(), on.by.clone()),
            false => (String::new(), on.by.clone()),
        };
        let mut all: Vec<(String, String)> = on.flatten().map(named).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Open questions of the household, by form.
    fn questions(&self, door: &DoorFacts) -> Vec<(String, usize)> {
        let mut forms: Vec<(String, usize)> = Vec::new();
        let open = door
            .people
            .iter()
            .filter_map(|one| self.forms.get(&one.person));
        for form in open.flatten() {
            match forms.iter_mut().find(|(title, _)| *title == form.title) {
                Some((_, count)) => *count += form.questions,
                None => forms.push((form.title.clone(), form.questions)),
            }
        }
        forms
    }
}
