//! Dwellings without a worker, on the page of a team: how many, behind which doors, who can be given them; and what was given
//! to somebody though it is another's.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;
use youlin_kernel::{AreaId, Ctx, Result};
use youlin_web::{Choice, Shell};

use crate::permissions::{PEOPLE_WRITE, ROSTERS_WRITE};
use crate::rosters::queries::{names, share_doors};
use crate::rosters::{Ground, Hole, HoleLine, TeamMember, hole_lines};
use crate::{MembershipRole, Vault};

/// Dwellings of nobody in one area.
pub(super) struct Bare {
    /// Whoever gets the role here looks after them.
    pub(super) area: AreaId,
    pub(super) dwellings: usize,
    /// Building and entrance, with how many there have nobody.
    pub(super) doors: BTreeMap<String, usize>,
    /// There is a worker to whom the caller can give them.
    pub(super) reached: bool,
    pub(super) may_join: bool,
}

pub(super) fn bare(ctx: &Ctx, vault: &Vault, ground: &Ground, area: AreaId) -> Vec<Bare> {
    let workers: BTreeSet<AreaId> = ground
        .office
        .iter()
        .filter(|one| one.role == MembershipRole::MicroGridWorker)
        .map(|one| AreaId(one.row.area_id))
        .filter(|at| ctx.authorize(&ROSTERS_WRITE, *at).is_ok())
        .collect();
    let mut found: BTreeMap<(AreaId, bool), BTreeMap<String, usize>> = BTreeMap::new();
    for line in hole_lines(ground, ctx.areas(), area, Hole::NoWorker) {
        let HoleLine::Dwelling { dwelling, area } = line else {
            continue;
        };
        let Some(door) = ground.doors.get(&dwelling) else {
            continue;
        };
        let reached = door.areas.iter().any(|at| workers.contains(at));
        let building = vault.building(door.building);
        let mut words = building.map_or_else(String::new, |place| place.address);
        words.push_str(&door.entrance);
        let doors = found.entry((area, reached)).or_default();
        *doors.entry(words).or_default() += 1;
    }
    found
        .into_iter()
        .map(|((area, reached), doors)| Bare {
            dwellings: doors.values().sum(),
            may_join: ctx.authorize(&PEOPLE_WRITE, area).is_ok(),
            doors,
            reached,
            area,
        })
        .collect()
}

/// Buildings of the area, each followed by its entrances where it has several; it is said where somebody is missing.
pub(super) fn door_choices(
    s: &Shell,
    vault: &Vault,
    ground: &Ground,
    area: AreaId,
) -> Vec<(AreaId, Choice)> {
    let mut found: BTreeMap<(String, Uuid, String, AreaId), usize> = BTreeMap::new();
    for door in ground.doors.values() {
        let Some(place) = vault.building(door.building) else {
            continue;
        };
        let at = place.area();
        if !s.ctx().areas().is_within(at, area) {
            continue;
        }
        let bare = usize::from(ground.is_bare(door));
        let whole = (place.address.clone(), door.building, String::new(), at);
        *found.entry(whole).or_default() += bare;
        if !door.entrance.is_empty() {
            let part = (place.address, door.building, door.entrance.clone(), at);
            *found.entry(part).or_default() += bare;
        }
    }
    let choice =
        |((address, building, entrance, at), bare): ((String, Uuid, String, AreaId), usize)| {
            let value = format!("{building}:{entrance}");
            let door = format!("{address}{entrance}");
            let label = match bare {
                0 => door,
                _ => s.t2("roster-door-bare", &("door", door), &("count", bare)),
            };
            (at, Choice::new(value, label))
        };
    found.into_iter().map(choice).collect()
}

/// Of what was given to somebody what another one looks after, who is of a smaller area: in words, by share.
pub(super) async fn others(
    s: &Shell,
    vault: &Vault,
    ground: &Ground,
    members: &[TeamMember],
) -> Result<BTreeMap<Uuid, String>> {
    let mut found = BTreeMap::new();
    if members.iter().all(|one| one.shares.is_empty()) {
        return Ok(found);
    }
    let db = s.app().db().read();
    let shares = share_doors(db, ground.community).await?;
    let office = ground.office.iter();
    let who: HashMap<Uuid, (i64, Uuid)> = office
        .map(|one| (one.row.id, (one.row.person_community, one.row.person_id)))
        .collect();
    let named = names(db, vault, who.values().copied()).await?;
    let name = |membership: &Uuid| named.get(&who.get(membership)?.1).cloned();
    for member in members {
        for (id, _) in &member.shares {
            let Some(share) = shares.get(id) else {
                continue;
            };
            let mut count = 0_usize;
            let mut theirs: BTreeSet<String> = BTreeSet::new();
            for door in ground.doors.values().filter(|door| share.has(door)) {
                let by = ground.coverage.by.get(&door.dwelling);
                let Some(by) = by.filter(|by| !by.is_empty() && !by.contains(&member.membership))
                else {
                    continue;
                };
                count += 1;
                theirs.extend(by.iter().filter_map(name));
            }
            if count > 0 {
                let theirs: Vec<String> = theirs.into_iter().collect();
                let theirs = theirs.join(&s.t("duty-comma"));
                let words = s.t2("roster-share-others", &("count", count), &("names", theirs));
                found.insert(*id, words);
            }
        }
    }
    Ok(found)
}
