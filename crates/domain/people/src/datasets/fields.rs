//! Persons' facts as forms ask for them, one person a line. What leaves here is in the clear, so it is noted with everybody
//! concerned, with its purpose.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::Wanted;
use youlin_kernel::{AreaId, CommunityId, Ctx, Locale, Micros, Result};
use youlin_places::Place;
use youlin_places::queries::DwellingParts;
use youlin_web::I18n;

use super::field_names::listed;
use super::let_out::purpose_of;
use super::parts::{ALONE, any_part, apart, part, parts_of};
use crate::commands::hand_out::NoteHandOut;
use crate::entities::{
    form_asked, form_question, person, person_label, person_phone, residence, sighting,
};
use crate::facts::{Fact, Facts};
use crate::labels::LabelCatalogue;
use crate::own::is_child;
use crate::permissions::{PEOPLE_REVEAL, PEOPLE_SENSITIVE};
use crate::queries::{display_number, open_label, open_name, said_last_first};
use crate::vault::FieldPlace;
use crate::{Directory, Relation, Vault};

/// A label in words: by its name in the catalogue, a talent or a home town as it was entered.
pub(crate) fn label_name(
    catalogue: &LabelCatalogue,
    i18n: &I18n,
    locale: Locale,
    label: &str,
) -> String {
    let town = |town: &str| i18n.find(locale, "people-home-town", &[("town", town.to_owned())]);
    match (catalogue.of(label), label.split_once(':')) {
        (_, Some(("hometown", one))) => town(one).unwrap_or_else(|| one.to_owned()),
        (Some(kind), _) if kind.code == label => kind.name(locale).to_owned(),
        (_, Some(("talent", talent))) => talent.to_owned(),
        _ => label.to_owned(),
    }
}

/// How many live with somebody, themselves among them.
#[derive(Clone, Copy)]
struct Together {
    dwelling: usize,
    /// Of a household that nobody noted it is the dwelling that is known.
    household: usize,
}

/// Who lives nowhere the register knows lives with nobody.
const BY_ONESELF: Together = Together {
    dwelling: 1,
    household: 1,
};

/// Everything the fields of one person are read from.
struct Held {
    row: person::Model,
    phone: Option<String>,
    labels: Vec<String>,
    home: Option<(Place, Relation)>,
    /// Where a form has columns for the parts of the address.
    parts: Option<DwellingParts>,
    together: Together,
    answers: HashMap<String, String>,
    /// Who looks after the grid, and who of the house met the person last.
    grid_worker: String,
    seen_by: String,
}

/// Values by person in the order of the fields wanted; noted with everybody before they are given.
pub(super) async fn hand_out(
    db: &Database,
    vault: &Vault,
    ctx: &Ctx,
    i18n: &I18n,
    wanted: &Wanted,
) -> Result<HashMap<Uuid, Vec<String>>> {
    let scope = ctx.scope(&PEOPLE_REVEAL)?;
    let fields = apart(&wanted.fields);
    let mut by_community: BTreeMap<i64, Vec<Uuid>> = BTreeMap::new();
    for (community, id) in &wanted.records {
        by_community.entry(community.0).or_default().push(*id);
    }
    let mut values = HashMap::new();
    let mut given: Vec<(CommunityId, Vec<(Uuid, bool)>)> = Vec::new();
    for (community, ids) in by_community {
        let community = CommunityId(community);
        let mut persons = Vec::new();
        let sensitive = ctx
            .scope(&PEOPLE_SENSITIVE)
            .is_ok_and(|one| one.contains_community(community));
        let mut all = held(db, vault, community, &ids, (wanted.form, sensitive)).await?;
        if wanted.fields.iter().any(|field| field == "grid_worker") {
            look_after(db, vault, ctx, community, &mut all).await?;
        }
        if wanted.fields.iter().any(|field| field == "seen_by") {
            met_by(db, community, &mut all).await?;
        }
        if any_part(&fields) {
            let home = |held: &Held| held.home.as_ref().and_then(|(place, _)| place.dwelling);
            let parts = parts_of(db, community, all.iter().filter_map(home)).await?;
            for held in &mut all {
                held.parts = home(held).and_then(|id| parts.get(&id).cloned());
            }
        }
        for held in all {
            let place = held.home.as_ref().map(|(place, _)| place);
            let areas = [
                place.and_then(|place| place.grid),
                place.and_then(|place| place.neighbourhood),
            ];
            if !scope.contains(community, &areas) {
                continue;
            }
            let line: Result<Vec<String>> = fields
                .iter()
                .map(|field| value(vault, ctx, i18n, &held, field))
                .collect();
            persons.push((held.row.id, is_child(vault, &held.row, ctx.now())?));
            values.insert(held.row.id, line?);
        }
        given.push((community, persons));
    }
    note(db, ctx, wanted, given, values.len()).await?;
    Ok(values)
}

/// Uses up the yes a large form needs, then notes with everybody what was handed out.
async fn note(
    db: &Database,
    ctx: &Ctx,
    wanted: &Wanted,
    given: Vec<(CommunityId, Vec<(Uuid, bool)>)>,
    persons: usize,
) -> Result<()> {
    let purpose = purpose_of(db, ctx, wanted, persons).await?;
    let fields: BTreeSet<&'static str> =
        wanted.fields.iter().filter_map(|one| listed(one)).collect();
    for (community, persons) in given {
        if persons.is_empty() || fields.is_empty() {
            continue;
        }
        let note = NoteHandOut {
            community,
            persons,
            fields: fields.iter().copied().collect(),
            purpose: purpose.clone(),
            form: wanted.form,
        };
        db.execute(ctx, note).await?;
    }
    Ok(())
}

async fn held(
    db: &Database,
    vault: &Vault,
    community: CommunityId,
    ids: &[Uuid],
    (form, sensitive): (Uuid, bool),
) -> Result<Vec<Held>> {
    let conn = db.read();
    let catalogue = LabelCatalogue::load(conn, vault).await?;
    let mut all = Vec::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        let some = || ids.iter().copied();
        let rows = person::Entity::find()
            .filter(person::Column::CommunityId.eq(community.0))
            .filter(person::Column::Id.is_in(some()))
            .all(conn)
            .await?;
        let mut phones: HashMap<Uuid, person_phone::Model> = HashMap::new();
        let found = person_phone::Entity::find()
            .filter(person_phone::Column::CommunityId.eq(community.0))
            .filter(person_phone::Column::PersonId.is_in(some()));
        for phone in said_last_first(found).all(conn).await? {
            phones.entry(phone.person_id).or_insert(phone);
        }
        let mut labels: HashMap<Uuid, Vec<String>> = HashMap::new();
        let found = person_label::Entity::find()
            .filter(person_label::Column::CommunityId.eq(community.0))
            .filter(person_label::Column::PersonId.is_in(some()))
            .all(conn)
            .await?;
        for label in found {
            let text = open_label(vault, &label)?;
            // To who may not see it, it is not there.
            if sensitive || !catalogue.is_sensitive(&text) {
                labels.entry(label.person_id).or_default().push(text);
            }
        }
        let homes = homes(db, community, ids).await?;
        let mut answers = answers(db, vault, community, ids, form).await?;
        for row in rows {
            let home = homes.get(&row.id);
            let phone = phones.remove(&row.id).map(|phone| {
                let at = FieldPlace::new("person_phone", "number", community.0, phone.id);
                vault.open(at, &phone.number_sealed)
            });
            all.push(Held {
                phone: phone
                    .transpose()?
                    .map(|number| display_number(vault, &number)),
                labels: labels.remove(&row.id).unwrap_or_default(),
                home: home.and_then(|(home, _)| {
                    let relation = Relation::parse(&home.relation).unwrap_or(Relation::Other);
                    Some((vault.place(home.dwelling_id)?, relation))
                }),
                together: home.map_or(BY_ONESELF, |(_, together)| *together),
                parts: None,
                answers: answers.remove(&row.id).unwrap_or_default(),
                grid_worker: String::new(),
                seen_by: String::new(),
                row,
            });
        }
    }
    Ok(all)
}

/// Names the grid worker of everybody's home.
async fn look_after(
    db: &Database,
    vault: &Vault,
    ctx: &Ctx,
    community: CommunityId,
    all: &mut [Held],
) -> Result<()> {
    let mut known: HashMap<AreaId, String> = HashMap::new();
    for held in all {
        let Some(grid) = held.home.as_ref().and_then(|(place, _)| place.grid) else {
            continue;
        };
        let name = match known.get(&grid) {
            Some(name) => name.clone(),
            None => {
                let tree = ctx.areas();
                let worker =
                    Directory::grid_worker_of(db.read(), vault, tree, community, Some(grid))
                        .await?;
                let name = worker.map(|one| one.name).unwrap_or_default();
                known.insert(grid, name.clone());
                name
            }
        };
        held.grid_worker = name;
    }
    Ok(())
}

/// Names who met each of them last.
async fn met_by(db: &Database, community: CommunityId, all: &mut [Held]) -> Result<()> {
    let mut last: HashMap<Uuid, String> = HashMap::new();
    for some in all.chunks(500) {
        let found = sighting::Entity::find()
            .filter(sighting::Column::CommunityId.eq(community.0))
            .filter(sighting::Column::PersonId.is_in(some.iter().map(|held| held.row.id)))
            .order_by_asc(sighting::Column::At)
            .all(db.read())
            .await?;
        last.extend(found.into_iter().map(|row| (row.person_id, row.actor_name)));
    }
    for held in all {
        held.seen_by = last.remove(&held.row.id).unwrap_or_default();
    }
    Ok(())
}

/// The present home of each, and how many live there, in it and in the household.
async fn homes(
    db: &Database,
    community: CommunityId,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (residence::Model, Together)>> {
    let present = || {
        residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::current())
    };
    let own = present()
        .filter(crate::commands::main_home())
        .filter(residence::Column::PersonId.is_in(ids.iter().copied()))
        .all(db.read())
        .await?;
    let dwellings: BTreeSet<Uuid> = own.iter().map(|home| home.dwelling_id).collect();
    let mut sizes: HashMap<Uuid, usize> = HashMap::new();
    let mut of_household: HashMap<(Uuid, Uuid), usize> = HashMap::new();
    let living = present()
        .filter(residence::Column::DwellingId.is_in(dwellings))
        .all(db.read())
        .await?;
    for home in living {
        *sizes.entry(home.dwelling_id).or_default() += 1;
        if let Some(household) = home.household_id {
            let of = of_household
                .entry((home.dwelling_id, household))
                .or_default();
            *of += 1;
        }
    }
    let with_size = |home: residence::Model| {
        let dwelling = sizes.get(&home.dwelling_id).copied().unwrap_or(1);
        let household = home.household_id.map(|id| (home.dwelling_id, id));
        let household = household.and_then(|at| of_household.get(&at).copied());
        let together = Together {
            dwelling,
            household: household.unwrap_or(dwelling),
        };
        (home.person_id, (home, together))
    };
    Ok(own.into_iter().map(with_size).collect())
}

/// Answers to this form's questions, by person and key.
async fn answers(
    db: &Database,
    vault: &Vault,
    community: CommunityId,
    ids: &[Uuid],
    form: Uuid,
) -> Result<HashMap<Uuid, HashMap<String, String>>> {
    let questions: HashMap<Uuid, String> = form_question::Entity::find()
        .filter(form_question::Column::CommunityId.eq(community.0))
        .filter(form_question::Column::FormId.eq(form))
        .all(db.read())
        .await?
        .into_iter()
        .map(|row| (row.id, row.key))
        .collect();
    let mut found: HashMap<Uuid, HashMap<String, String>> = HashMap::new();
    if questions.is_empty() {
        return Ok(found);
    }
    let rows = form_asked::Entity::find()
        .filter(form_asked::Column::CommunityId.eq(community.0))
        .filter(form_asked::Column::PersonId.is_in(ids.iter().copied()))
        .filter(form_asked::Column::QuestionId.is_in(questions.keys().copied()))
        .filter(form_asked::Column::AnsweredAt.is_not_null())
        .all(db.read())
        .await?;
    for row in rows {
        let (Some(key), Some(sealed)) = (questions.get(&row.question_id), &row.answer_sealed)
        else {
            continue;
        };
        let at = FieldPlace::new("form_asked", "answer", community.0, row.id);
        let answer = vault.open(at, sealed)?;
        found
            .entry(row.person_id)
            .or_default()
            .insert(key.clone(), answer);
    }
    Ok(found)
}

/// One field of one person as a form shows it; empty where nothing is held.
fn value(vault: &Vault, ctx: &Ctx, i18n: &I18n, held: &Held, field: &str) -> Result<String> {
    let row = &held.row;
    let sealed = |column, bytes: &Option<Vec<u8>>| -> Result<String> {
        let at = FieldPlace::new("person", column, row.community_id, row.id);
        let text = bytes
            .as_deref()
            .map(|bytes| vault.open(at, bytes))
            .transpose()?;
        Ok(text.unwrap_or_default())
    };
    let word = |family: &str, code: &str| i18n.text(ctx.locale(), &format!("{family}-{code}"), &[]);
    let area = |id: Option<youlin_kernel::AreaId>| {
        let node = id.and_then(|id| ctx.areas().get(id));
        node.map_or_else(String::new, |node| node.name.clone())
    };
    let place = held.home.as_ref().map(|(place, _)| place);
    if let Some(label) = field.strip_prefix("label:") {
        let has = held.labels.iter().any(|one| one == label);
        // Of whom nobody was ever asked what they are, it is not known that they are not.
        let asked = || {
            let facts = Facts::read(row.facts.as_deref());
            !held.labels.is_empty() || facts.get(Fact::Labels).is_some()
        };
        return Ok(match has {
            true => i18n.text(ctx.locale(), "yes", &[]),
            false if asked() => i18n.text(ctx.locale(), "no", &[]),
            false => String::new(),
        });
    }
    if let Some(key) = field.strip_prefix("asked:") {
        return Ok(held.answers.get(key).cloned().unwrap_or_default());
    }
    Ok(match field {
        "name" => open_name(vault, row)?,
        "estate" | ALONE | "entrance" | "room" | "floor" => held
            .parts
            .as_ref()
            .map_or_else(String::new, |parts| part(parts, field)),
        "sex" => row
            .sex
            .as_deref()
            .map_or_else(String::new, |sex| word("sex", sex)),
        "language" => row.language.as_deref().map_or_else(String::new, |code| {
            let known = i18n.find(ctx.locale(), &format!("speaks-{code}"), &[]);
            known.unwrap_or_else(|| code.to_owned())
        }),
        "birth" => match sealed("birth", &row.birth_sealed)? {
            day if !day.is_empty() => day,
            _ => row
                .birth_year
                .map_or_else(String::new, |year| year.to_string()),
        },
        "age" => age(ctx, row, &sealed("birth", &row.birth_sealed)?),
        "identity" => sealed("identity", &row.identity_sealed)?,
        "phone" => held.phone.clone().unwrap_or_default(),
        "address" => place.map_or_else(String::new, |place| place.address.clone()),
        "community" => area(Some(youlin_kernel::AreaId(row.community_id))),
        "grid" => area(place.and_then(|place| place.grid)),
        "neighbourhood" => area(place.and_then(|place| place.neighbourhood)),
        "building" => place
            .and_then(|place| place.building)
            .and_then(|building| vault.building(building))
            .map_or_else(String::new, |place| place.address),
        "grid_worker" => held.grid_worker.clone(),
        "seen_by" => held.seen_by.clone(),
        "relation" => held
            .home
            .as_ref()
            .map_or_else(String::new, |(_, relation)| {
                word("relation", relation.as_str())
            }),
        "household_size" => held.together.dwelling.to_string(),
        "household_members" => held.together.household.to_string(),
        "labels" => {
            // What somebody agreed to for one purpose (home towns) does not leave for another.
            let catalogue = vault.labels();
            let free = |label: &&String| {
                let family = label.split(':').next().unwrap_or_default();
                let kind = catalogue.of(label).or_else(|| catalogue.of(family));
                kind.is_none_or(|kind| kind.consent.is_none())
            };
            let names = held.labels.iter().filter(free);
            let names = names.map(|label| label_name(&vault.labels(), i18n, ctx.locale(), label));
            names.collect::<Vec<_>>().join("、")
        }
        "note" => sealed("note", &row.note_sealed)?,
        "seen" => row
            .seen_at
            .map_or_else(String::new, |at| Micros(at).local().date().to_string()),
        _ => String::new(),
    })
}

/// Whole years, as every page says them.
fn age(ctx: &Ctx, row: &person::Model, birth: &str) -> String {
    let today = ctx.now().local().date();
    crate::age_on(birth.parse().ok(), row.birth_year, today)
        .map_or_else(String::new, |age| age.years.to_string())
}
