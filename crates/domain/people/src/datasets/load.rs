//! From the register to rows: a person's life is cut wherever something changes, and each piece is a row.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Table, TableBuilder};
use youlin_kernel::{AreaTree, CommunityId, Micros, Result};
use youlin_places::datasets::{Grounds, Stay, grounds_of};

use super::persons::SCHEMA;
use super::spells::{self, Home, Spell, Spells};
use crate::Vault;
use crate::entities::person;
use crate::labels::LabelCatalogue;
use crate::merge::History;

/// What was entered together is known together: the clock moves on a little while a person is saved.
const TOGETHER: i64 = 2 * Micros::SECOND;

struct Facts {
    grounds: Grounds,
    homes: Spells<Home>,
    labels: Spells<String>,
    roles: Spells<String>,
    seen: Spells<i32>,
    /// When somebody was no entry of their own, or no longer alive.
    absent: HashMap<Uuid, Vec<(i64, i64)>>,
    history: History,
    catalogue: Arc<LabelCatalogue>,
    born: HashMap<Uuid, i32>,
}

type PersonTuple = (
    Uuid,
    Option<String>,
    Option<i32>,
    Option<String>,
    i64,
    Option<Uuid>,
);

pub(super) async fn load(
    db: &Database,
    vault: &Vault,
    tree: &AreaTree,
    community: CommunityId,
) -> Result<Table> {
    let history = History::load(db.read(), vault, community).await?;
    let facts = Facts {
        grounds: grounds_of(db, tree, community).await?,
        homes: spells::homes(db, community, &history).await?,
        labels: spells::labels(db, vault, community, &history).await?,
        roles: spells::roles(db, community, &history).await?,
        seen: spells::seen(db, community, &history).await?,
        absent: absent(db, community, &history).await?,
        catalogue: LabelCatalogue::load(db.read(), vault).await?,
        history,
        born: spells::born(db, vault, community).await?,
    };
    let persons: Vec<PersonTuple> = person::Entity::find()
        .select_only()
        .columns([
            person::Column::Id,
            person::Column::Sex,
            person::Column::BirthYear,
            person::Column::Language,
            person::Column::CreatedAt,
            person::Column::MergedInto,
        ])
        .filter(person::Column::CommunityId.eq(community.0))
        .into_tuple()
        .all(db.read())
        .await?;
    let mut table = TableBuilder::new(SCHEMA);
    for person in &persons {
        rows_of(&mut table, &facts, community, person);
    }
    Ok(table.finish())
}

/// Signposts stand for nobody of their own, and who has died is counted no longer.
async fn absent(
    db: &Database,
    community: CommunityId,
    history: &History,
) -> Result<HashMap<Uuid, Vec<(i64, i64)>>> {
    let mut all: HashMap<Uuid, Vec<(i64, i64)>> = HashMap::new();
    for (person, from, to) in crate::life::death_spells(db.read(), community).await? {
        all.entry(person).or_default().push((from, to));
    }
    for person in history.signposts() {
        let spans = history.absent(person).iter().copied();
        all.entry(person).or_default().extend(spans);
    }
    Ok(all)
}

fn of<T>(spells: &Spells<T>, person: Uuid) -> &[Spell<T>] {
    spells.get(&person).map_or(&[], Vec::as_slice)
}

fn holding<T>(spells: &[Spell<T>], known: i64, at: i64) -> impl Iterator<Item = &T> {
    spells
        .iter()
        .filter(move |one| together(known, one.from) <= at && at < one.to)
        .map(|one| &one.what)
}

/// Nothing was known of a person before they were entered.
fn together(known: i64, at: i64) -> i64 {
    if at < known.saturating_add(TOGETHER) {
        known
    } else {
        at
    }
}

fn rows_of(table: &mut TableBuilder, facts: &Facts, community: CommunityId, person: &PersonTuple) {
    let (id, sex, birth_year, language, known, merged_into) = person;
    let (id, known) = (*id, *known);
    if merged_into.is_some() && facts.history.absent(id).is_empty() {
        // Its journal went by the rules of keeping: the entry it led to stands for the person.
        return;
    }
    let homes = of(&facts.homes, id);
    let labels = of(&facts.labels, id);
    let roles = of(&facts.roles, id);
    let stays = homes
        .iter()
        .flat_map(|home| facts.grounds.stays(home.what.dwelling));
    let absent = facts.absent.get(&id).map_or(&[][..], Vec::as_slice);
    let seen = of(&facts.seen, id);
    let more = absent
        .iter()
        .flat_map(|(from, to)| [*from, *to])
        .chain(seen.iter().flat_map(|one| [one.from, one.to]))
        .chain(facts.history.changes(id));
    let cuts = cuts(known, (homes, labels, roles), stays, more);
    let ends = cuts.iter().skip(1).copied().chain([i64::MAX]);
    for (from, to) in cuts.iter().copied().zip(ends) {
        let away = absent
            .iter()
            .any(|(start, end)| *start <= from && from < *end);
        if away || !table.row(id.as_u128(), from, to) {
            continue;
        }
        match facts.history.said_at(id, from) {
            // Before a merge, or between a merge and its undo, the entry said something else.
            Some(said) => {
                table.text("sex", said.sex.as_deref());
                let day = said.birth.as_deref().and_then(|text| text.parse().ok());
                let born = day.map(youlin_datasets::day_number);
                table.day("age", born.or(said.birth_year.map(crate::age::birthday)));
                table.text("language", said.language.as_deref());
            }
            None => {
                table.text("sex", sex.as_deref());
                let born = facts.born.get(&id).copied();
                table.day("age", born.or(birth_year.map(crate::age::birthday)));
                table.text("language", language.as_deref());
            }
        }
        let days = seen.iter().filter(|one| one.from <= from && from < one.to);
        table.days("seen", days.map(|one| one.what).collect());
        let held = || holding(labels, known, from).map(String::as_str);
        let sensitive = |label: &&str| facts.catalogue.is_sensitive(label);
        table.labels("labels", held().filter(|label| !sensitive(label)));
        table.labels("care", held().filter(sensitive));
        table.labels("roles", holding(roles, known, from).map(String::as_str));
        table.key("person", Some(id.as_u128()));
        table.day("entered", Some(spells::day_of(known)));
        let home = holding(homes, known, from).next();
        home_of(table, facts, community, home, from);
    }
}

fn home_of(
    table: &mut TableBuilder,
    facts: &Facts,
    community: CommunityId,
    home: Option<&Home>,
    at: i64,
) {
    let dwelling = home.and_then(|home| facts.grounds.dwellings.get(&home.dwelling));
    table.flag("housed", Some(home.is_some()));
    table.text("relation", home.map(|home| home.relation.as_str()));
    table.text("usage", dwelling.map(|dwelling| dwelling.usage.as_str()));
    table.key("dwelling", home.map(|home| home.dwelling.as_u128()));
    table.key(
        "household",
        home.and_then(|home| home.household).map(|id| id.as_u128()),
    );
    table.key(
        "building",
        dwelling.map(|dwelling| dwelling.building.as_u128()),
    );
    let estate = dwelling
        .and_then(|dwelling| facts.grounds.buildings.get(&dwelling.building))
        .and_then(|building| facts.grounds.estates.get(&building.estate?));
    table.text("estate", estate.map(String::as_str));
    let stays = home.map_or(&[][..], |home| facts.grounds.stays(home.dwelling));
    let stay = stays.iter().find(|stay| stay.from <= at && at < stay.to);
    table.area("area", Some(stay.map_or(community.0, |stay| stay.area.0)));
}

/// What somebody was over time: where they lived, their labels, their roles.
type Lived<'a> = (&'a [Spell<Home>], &'a [Spell<String>], &'a [Spell<String>]);

/// The moments at which anything changes, the first being when the person became known.
fn cuts<'a>(
    known: i64,
    (homes, labels, roles): Lived<'_>,
    stays: impl Iterator<Item = &'a Stay>,
    more: impl Iterator<Item = i64>,
) -> Vec<i64> {
    let homes = homes.iter().flat_map(|one| [one.from, one.to]);
    let labels = labels.iter().flat_map(|one| [one.from, one.to]);
    let roles = roles.iter().flat_map(|one| [one.from, one.to]);
    let stays = stays.flat_map(|stay| [stay.from, stay.to]);
    let mut cuts: Vec<i64> = homes
        .chain(labels)
        .chain(roles)
        .chain(stays)
        .chain(more)
        .map(|at| together(known, at))
        .filter(|at| *at > known && *at < i64::MAX)
        .collect();
    cuts.push(known);
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}
