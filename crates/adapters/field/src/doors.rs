//! Today's visits from door to door: what `/rounds/today` proposes to the caller, with its reasons, in walking order, and who
//! is behind each door with all that is to be asked of them. Names and numbers are masked, as pages mask them.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_cases::Cases;
use youlin_kernel::{CommunityId, Ctx, Problem, Result, Scope};
use youlin_people::facts::{Fact, RegisterPolicy};
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Directory, DwellingFile, Relation, Resident, SeenBefore, Vault};
use youlin_rounds::permissions::{ROUNDS_READ, VISITS_WALK};
use youlin_rounds::visits::{
    Ground, MyDay, Stop, VisitLine, my_day, my_leave, reasons, speaks_for_itself,
};
use youlin_rounds::{PolicyView, policies};
use youlin_web::{App, Shell};

/// Communities whose day is planned: whoever works for a whole district goes to nobody's door.
const COMMUNITIES: usize = 3;

/// A community's part of the day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldDoors)]
pub(crate) struct DoorsOfDay {
    community: CommunityId,
    /// Of all that the caller may see there: they hold no post of their own.
    whole: bool,
    /// Of whoever is away: until when, and who goes instead, as a sentence.
    leave: Option<String>,
    /// Entrances in walking order.
    stops: Vec<PackStop>,
    /// Visits the caller handed in today.
    done: usize,
    /// Doors that wait for another day: today is full.
    full: usize,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldStop)]
struct PackStop {
    building: Uuid,
    name: String,
    /// Longitude and latitude, WGS-84.
    position: Option<(f64, f64)>,
    doors: Vec<PackDoor>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldDoor)]
struct PackDoor {
    dwelling: Uuid,
    /// What of the address comes after the building.
    room: String,
    address: String,
    /// Why to go, the weightiest first, as sentences.
    whys: Vec<String>,
    /// On the list of somebody absent.
    stands_in_for: Option<String>,
    /// What it is handed in by.
    policy: Option<DoorPolicy>,
    /// Sent back with the visit: who was shown to live there.
    lived: BTreeSet<Uuid>,
    people: Vec<PackResident>,
}

/// The policy a visit is handed in by, and what that asks to be shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FieldDoorPolicy)]
struct DoorPolicy {
    id: Uuid,
    title: String,
    photographs: u32,
    /// Minutes a visit has to last.
    minutes: Option<u32>,
    basis: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldResident)]
struct PackResident {
    person: Uuid,
    name_masked: String,
    phone_masked: Option<String>,
    age: Option<i32>,
    /// May be named as whoever spoke of something.
    may_report: bool,
    /// Owner, tenant …
    relation: Option<Relation>,
    /// Sent back with what is put right of them.
    #[schema(value_type = Option<Object>)]
    seen: Option<SeenBefore>,
    /// Required and not held: all that is to be asked.
    missing: Vec<Fact>,
    /// Questions of forms nobody has answered yet, by the id under which each was asked.
    asked: Vec<(Uuid, String)>,
}

/// The caller's visits of today; nobody's who does not go from door to door.
pub(crate) async fn doors(s: &Shell) -> Result<Vec<DoorsOfDay>> {
    let ctx = s.ctx();
    if !ctx.may(&VISITS_WALK) {
        return Ok(Vec::new());
    }
    let people = ctx.scope(&PEOPLE_READ)?;
    let communities: Vec<CommunityId> = people.parts().iter().map(|one| one.community).collect();
    if communities.len() > COMMUNITIES {
        return Ok(Vec::new());
    }
    let all = policies(s.app().db(), &ctx.scope(&ROUNDS_READ)?).await?;
    let mut days = Vec::new();
    for community in communities {
        let MyDay {
            round,
            ground,
            full,
            holds_post,
            leave,
            ..
        } = my_day(s.app(), ctx, community, None).await?;
        let visits = round.stops.iter().flat_map(|stop| &stop.visits);
        let dwellings: Vec<Uuid> = visits.map(|visit| visit.dwelling).collect();
        let files = files(s.app(), ctx, &people, community, &dwellings).await?;
        let day = Day {
            s,
            ground: &ground,
            policies: &all,
            files,
        };
        days.push(DoorsOfDay {
            community,
            whole: !holds_post,
            leave: leave.map(|one| my_leave(s, &one)),
            stops: round.stops.iter().map(|stop| day.stop(stop)).collect(),
            done: round.done,
            full,
        });
    }
    Ok(days)
}

/// Who is registered behind a door now: told to whoever was shown others.
#[derive(Debug, Serialize)]
pub(crate) struct Behind {
    community: CommunityId,
    lived: BTreeSet<Uuid>,
    people: Vec<PackResident>,
}

/// The same people as in the pack; the day may propose this door no more.
pub(crate) async fn behind(app: &App, ctx: &Ctx, dwelling: Uuid) -> Result<Behind> {
    let place = app.need::<Cases>()?.locator().dwelling(dwelling);
    let community = place.ok_or_else(Problem::not_found)?.community;
    let scope = ctx.scope(&PEOPLE_READ)?;
    let files = files(app, ctx, &scope, community, &[dwelling]).await?;
    let residents = files.get(&dwelling).map_or(&[][..], |file| &file.residents);
    Ok(Behind {
        community,
        lived: residents.iter().map(|one| one.card.id).collect(),
        people: residents.iter().map(resident).collect(),
    })
}

async fn files(
    app: &App,
    ctx: &Ctx,
    scope: &Scope,
    community: CommunityId,
    dwellings: &[Uuid],
) -> Result<HashMap<Uuid, DwellingFile>> {
    let vault = app.need::<Vault>()?;
    let policy = app.service::<RegisterPolicy>().unwrap_or_default();
    let (db, now) = (app.db().read(), ctx.now());
    let asked = (community, dwellings);
    let files = Directory::dwelling_files(db, &vault, scope, &policy, now, asked).await?;
    Ok(files
        .into_iter()
        .map(|file| (file.dwelling, file))
        .collect())
}

/// What a door is drawn from.
struct Day<'a> {
    s: &'a Shell,
    ground: &'a Ground,
    policies: &'a [PolicyView],
    files: HashMap<Uuid, DwellingFile>,
}

impl Day<'_> {
    fn stop(&self, stop: &Stop) -> PackStop {
        PackStop {
            building: stop.building,
            name: stop.name.clone(),
            position: stop.position,
            doors: stop.visits.iter().map(|visit| self.door(visit)).collect(),
        }
    }

    fn door(&self, visit: &VisitLine) -> PackDoor {
        let residents = self.files.get(&visit.dwelling);
        let residents = residents.map_or(&[][..], |file| &file.residents);
        PackDoor {
            dwelling: visit.dwelling,
            room: visit.room.clone(),
            address: visit.address.clone(),
            whys: reasons(self.s, &visit.whys),
            stands_in_for: visit.stands_in_for.clone(),
            policy: self.policy(visit.dwelling),
            lived: residents.iter().map(|one| one.card.id).collect(),
            people: residents.iter().map(resident).collect(),
        }
    }

    /// The first that asks for it, as on the page.
    fn policy(&self, dwelling: Uuid) -> Option<DoorPolicy> {
        let mut doors = self.ground.doors.iter();
        let door = doors.find(|one| one.dwelling == dwelling)?;
        let first = door.policies.first()?;
        let view = self.policies.iter().find(|one| one.id == *first)?;
        Some(DoorPolicy {
            id: view.id,
            title: view.title.clone(),
            photographs: view.policy.photographs,
            minutes: view.policy.minimum.minutes,
            basis: view.policy.basis.clone(),
        })
    }
}

fn resident(one: &Resident) -> PackResident {
    PackResident {
        person: one.card.id,
        name_masked: one.card.name_masked.clone(),
        phone_masked: one.card.phone_masked.clone(),
        age: one.age.map(|age| age.years),
        may_report: speaks_for_itself(one),
        relation: one.seen.map(|_| one.relation),
        seen: one.seen,
        missing: one.missing.clone(),
        asked: one.asked.clone(),
    }
}
