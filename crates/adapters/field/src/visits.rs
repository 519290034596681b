//! The day's visits: the lists the caller works through, with what is already known. Names and numbers are masked, as pages
//! mask them. Whoever was seen or left out today is in it too, so that the day can be looked over without signal.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, Scope};
use youlin_people::facts::{Fact, RegisterPolicy};
use youlin_people::permissions::{PEOPLE_READ, PEOPLE_SENSITIVE, PEOPLE_WRITE};
use youlin_people::{
    Directory, HeldOf, PersonCard, Relation, SeenBefore, Vault, VisitState, VisitingEntry,
};
use youlin_web::App;

/// Visits taken along: nobody makes more in a day.
const MOST: usize = 500;

/// A visiting list with those still to be seen, and those ended today.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldVisits)]
pub(crate) struct VisitingPack {
    list: Uuid,
    community: CommunityId,
    title: String,
    reason: String,
    entries: Vec<PackVisit>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldVisit)]
struct PackVisit {
    entry: Uuid,
    person: Uuid,
    name_masked: String,
    phone_masked: Option<String>,
    address: String,
    building: Option<Uuid>,
    dwelling: Option<Uuid>,
    /// Longitude and latitude, WGS-84.
    position: Option<(f64, f64)>,
    labels: Vec<String>,
    /// What the register wants to know and does not: all that is to be asked.
    missing: Vec<Fact>,
    relation: Option<Relation>,
    /// Sent back with a correction.
    #[schema(value_type = Object)]
    seen: SeenBefore,
    state: VisitState,
    note: Option<String>,
    tries: i32,
    /// When it was last marked; sent back, it tells whether somebody else was there meanwhile.
    at: Option<Micros>,
    by: Option<String>,
}

/// The open lists the caller works through; nobody's who may not see people.
pub(crate) async fn visits(app: &App, ctx: &Ctx) -> Result<Vec<VisitingPack>> {
    if !ctx.may(&PEOPLE_WRITE) {
        return Ok(Vec::new());
    }
    let scope = ctx.scope(&PEOPLE_READ)?;
    let sensitive = ctx.scope(&PEOPLE_SENSITIVE).ok();
    let scopes = (&scope, sensitive.as_ref());
    let vault = app.need::<Vault>()?;
    let db = app.db().read();
    let today = ctx.now().date();
    let is_wanted = |one: &VisitingEntry| {
        matches!(one.state, VisitState::Open | VisitState::Tried)
            || one.at.is_some_and(|at| at.date() == today)
    };
    let mut lists = Vec::new();
    let mut left = MOST;
    for line in Directory::visiting_lists(db, &vault, scopes, false).await? {
        let (line, entries) = Directory::visiting_list(db, &vault, scopes, line.id).await?;
        let mut entries: Vec<VisitingEntry> = entries.into_iter().filter(is_wanted).collect();
        entries.truncate(left);
        left -= entries.len();
        lists.push((line, entries));
    }
    let cards: Vec<&PersonCard> = lists
        .iter()
        .flat_map(|(_, entries)| entries.iter().map(|one| &one.card))
        .collect();
    let held = Directory::held_of(db, &scope, &cards).await?;
    let mut missing = missing(app, ctx, &scope, &cards).await?;
    let said = |key: &str| app.i18n().text(ctx.locale(), key, &[]);
    let mut packed =
        |(line, entries): (youlin_people::VisitingLine, Vec<VisitingEntry>)| VisitingPack {
            list: line.id,
            community: line.community,
            reason: match &line.title {
                Some(_told) => line.reason,
                None => said("round-visits-withheld-why"),
            },
            title: line.title.unwrap_or_else(|| said("round-visits-withheld")),
            entries: entries
                .into_iter()
                .map(|one| {
                    let held = held.get(&one.card.id).copied();
                    let missing = missing.remove(&one.card.id).unwrap_or_default();
                    visit(one, held, missing)
                })
                .collect(),
        };
    Ok(lists.into_iter().map(&mut packed).collect())
}

/// What is missing of each person, community by community.
async fn missing(
    app: &App,
    ctx: &Ctx,
    scope: &Scope,
    cards: &[&PersonCard],
) -> Result<HashMap<Uuid, Vec<Fact>>> {
    let policy = app.service::<RegisterPolicy>().unwrap_or_default();
    let vault = app.need::<Vault>()?;
    let mut homes: BTreeMap<CommunityId, BTreeSet<Uuid>> = BTreeMap::new();
    for card in cards {
        if let Some(dwelling) = card.place.as_ref().and_then(|place| place.dwelling) {
            homes.entry(card.community).or_default().insert(dwelling);
        }
    }
    let mut found = HashMap::new();
    for (community, dwellings) in homes {
        let dwellings: Vec<Uuid> = dwellings.into_iter().collect();
        let asked = (community, &dwellings[..]);
        let db = app.db().read();
        let files = Directory::dwelling_files(db, &vault, scope, &policy, ctx.now(), asked).await?;
        let residents = files.into_iter().flat_map(|file| file.residents);
        found.extend(residents.map(|one| (one.card.id, one.missing)));
    }
    Ok(found)
}

fn visit(one: VisitingEntry, held: Option<HeldOf>, missing: Vec<Fact>) -> PackVisit {
    let place = one.card.place;
    PackVisit {
        entry: one.id,
        person: one.card.id,
        name_masked: one.card.name_masked,
        phone_masked: one.card.phone_masked,
        building: place.as_ref().and_then(|place| place.building),
        dwelling: place.as_ref().and_then(|place| place.dwelling),
        position: place.as_ref().and_then(|place| place.position),
        address: place.map_or_else(String::new, |place| place.address),
        labels: one.card.labels,
        missing,
        relation: held.and_then(|held| held.relation),
        seen: held.map(|held| held.seen).unwrap_or_default(),
        state: one.state,
        note: one.note,
        tries: one.tries,
        at: one.at,
        by: one.by,
    }
}
