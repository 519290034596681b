//! What the register says of dwellings as far as it may ask for a visit: ages, labels, when somebody moved in and was last
//! seen. No name and no number is opened here, of the day of birth only the age; whoever goes to a door reads [`super::DwellingFile`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Micros, Result, Scope};

use super::Directory;
use crate::entities::{dwelling_visit, form_asked, form_question, person, person_label, residence};
use crate::labels::LabelCatalogue;
use crate::{Vault, VisitOutcome};

/// Visits longer ago than this say nothing any more.
const LOOK_BACK: i64 = 800 * Micros::DAY;

/// Somebody who lives there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivesThere {
    pub person: Uuid,
    pub birth_year: Option<i32>,
    /// Whole years, as every page says them ([`crate::age_on`]).
    pub age: Option<i32>,
    /// When they moved in.
    pub since: Micros,
    /// When the entry was made.
    pub entered: Micros,
    pub seen: Option<Micros>,
    /// Of the labels asked for those that hold, each since when.
    pub labels: Vec<(String, Micros)>,
}

/// A dwelling and who lives there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorFacts {
    pub dwelling: Uuid,
    pub people: Vec<LivesThere>,
    /// When somebody last got in or found it empty.
    pub visited: Option<Micros>,
}

/// A question of a form that nobody has answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenQuestion {
    /// Under which it is answered ([`crate::LearnFacts`]).
    pub asked: Uuid,
    pub person: Uuid,
    pub form: Uuid,
    pub text: String,
}

impl Directory {
    /// Dwellings of the scope in one community in which somebody lives. Of `labels` those that are sensitive are told only
    /// where `sensitive`, a scope of `people.sensitive`, reaches.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn door_facts(
        db: &impl ConnectionTrait,
        vault: &Vault,
        (scope, sensitive): (&Scope, Option<&Scope>),
        community: CommunityId,
        now: Micros,
        labels: &[&str],
    ) -> Result<Vec<DoorFacts>> {
        let homes = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::current())
            .order_by_asc(residence::Column::Id)
            .all(db)
            .await?;
        let people = people(db, vault, community, now).await?;
        let held = held(db, vault, community, labels).await?;
        let catalogue = LabelCatalogue::load(db, vault).await?;
        let visited = visited(db, community, now).await?;
        let mut doors: BTreeMap<Uuid, DoorFacts> = BTreeMap::new();
        for home in homes {
            let Some(place) = vault.place(home.dwelling_id) else {
                continue;
            };
            let areas = [place.grid, place.neighbourhood];
            let Some(row) = people.get(&home.person_id) else {
                continue;
            };
            if !scope.contains(community, &areas) {
                continue;
            }
            let told = sensitive.is_some_and(|scope| scope.contains(community, &areas));
            let labels = held.get(&home.person_id).map_or(&[][..], Vec::as_slice);
            let labels = labels
                .iter()
                .filter(|(label, _)| told || !catalogue.is_sensitive(label))
                .map(|(label, since)| ((*label).to_owned(), *since));
            let door = doors.entry(home.dwelling_id).or_insert_with(|| DoorFacts {
                dwelling: home.dwelling_id,
                people: Vec::new(),
                visited: visited.get(&home.dwelling_id).copied(),
            });
            door.people.push(LivesThere {
                person: home.person_id,
                birth_year: row.birth_year,
                age: row.age,
                since: Micros(home.valid_from),
                entered: row.entered,
                seen: row.seen,
                labels: labels.collect(),
            });
        }
        Ok(doors.into_values().collect())
    }

    /// Questions of forms that are open in a community, of whoever lives within the scope.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn open_questions(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        community: CommunityId,
    ) -> Result<Vec<OpenQuestion>> {
        let rows = form_asked::Entity::find()
            .filter(form_asked::Column::CommunityId.eq(community.0))
            .filter(form_asked::Column::AnsweredAt.is_null())
            .order_by_asc(form_asked::Column::Id)
            .all(db)
            .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let questions: HashMap<Uuid, form_question::Model> = form_question::Entity::find()
            .filter(form_question::Column::CommunityId.eq(community.0))
            .all(db)
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let homes: Vec<(Uuid, Uuid)> = residence::Entity::find()
            .select_only()
            .columns([residence::Column::PersonId, residence::Column::DwellingId])
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::current())
            .into_tuple()
            .all(db)
            .await?;
        let inside = |dwelling: Uuid| {
            let place = vault.place(dwelling);
            place.is_some_and(|place| scope.contains(community, &[place.grid, place.neighbourhood]))
        };
        let seen: BTreeSet<Uuid> = homes
            .into_iter()
            .filter(|(_, dwelling)| inside(*dwelling))
            .map(|(person, _)| person)
            .collect();
        let open = |row: form_asked::Model| {
            let question = questions.get(&row.question_id)?;
            seen.contains(&row.person_id).then(|| OpenQuestion {
                asked: row.id,
                person: row.person_id,
                form: question.form_id,
                text: question.text.clone(),
            })
        };
        Ok(rows.into_iter().filter_map(open).collect())
    }

    /// Who lives in a dwelling now.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn living_in(
        db: &impl ConnectionTrait,
        community: CommunityId,
        dwelling: Uuid,
    ) -> Result<BTreeSet<Uuid>> {
        let ids: Vec<Uuid> = residence::Entity::find()
            .select_only()
            .column(residence::Column::PersonId)
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::DwellingId.eq(dwelling))
            .filter(residence::current())
            .into_tuple()
            .all(db)
            .await?;
        Ok(ids.into_iter().collect())
    }

    /// Where a person lives or lived, each from when to when.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn homes_over_time(
        db: &impl ConnectionTrait,
        community: CommunityId,
        person: Uuid,
    ) -> Result<Vec<(Uuid, Micros, Option<Micros>)>> {
        let rows: Vec<(Uuid, i64, Option<i64>)> = residence::Entity::find()
            .select_only()
            .columns([
                residence::Column::DwellingId,
                residence::Column::ValidFrom,
                residence::Column::ValidTo,
            ])
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::PersonId.eq(person))
            .into_tuple()
            .all(db)
            .await?;
        let span = |(dwelling, from, to): (Uuid, i64, Option<i64>)| {
            (dwelling, Micros(from), to.map(Micros))
        };
        Ok(rows.into_iter().map(span).collect())
    }
}

struct Known {
    birth_year: Option<i32>,
    age: Option<i32>,
    entered: Micros,
    seen: Option<Micros>,
}

async fn people(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    now: Micros,
) -> Result<HashMap<Uuid, Known>> {
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.eq(community.0))
        .filter(person::Column::MergedInto.is_null())
        .all(db)
        .await?;
    let known = |row: person::Model| {
        let known = Known {
            birth_year: row.birth_year,
            age: crate::age::age_of(vault, &row, now)?.map(|age| age.years),
            entered: Micros(row.created_at),
            seen: row.seen_at.map(Micros),
        };
        Ok((row.id, known))
    };
    rows.into_iter().map(known).collect()
}

type Held<'a> = HashMap<Uuid, Vec<(&'a str, Micros)>>;

/// Found by their blind index; none is opened.
async fn held<'a>(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    labels: &[&'a str],
) -> Result<Held<'a>> {
    let of: HashMap<Vec<u8>, &'a str> = labels
        .iter()
        .map(|label| (vault.label_index(label), *label))
        .collect();
    let rows: Vec<(Uuid, Vec<u8>, i64)> = person_label::Entity::find()
        .select_only()
        .columns([
            person_label::Column::PersonId,
            person_label::Column::LabelIndex,
            person_label::Column::CreatedAt,
        ])
        .filter(person_label::Column::CommunityId.eq(community.0))
        .filter(person_label::Column::LabelIndex.is_in(of.keys().cloned()))
        .into_tuple()
        .all(db)
        .await?;
    let mut held: Held<'a> = HashMap::new();
    for (person, index, since) in rows {
        if let Some(label) = of.get(&index) {
            held.entry(person).or_default().push((label, Micros(since)));
        }
    }
    Ok(held)
}

async fn visited(
    db: &impl ConnectionTrait,
    community: CommunityId,
    now: Micros,
) -> Result<HashMap<Uuid, Micros>> {
    let rows: Vec<(Uuid, i64)> = dwelling_visit::Entity::find()
        .select_only()
        .columns([
            dwelling_visit::Column::DwellingId,
            dwelling_visit::Column::At,
        ])
        .filter(dwelling_visit::Column::CommunityId.eq(community.0))
        .filter(dwelling_visit::Column::Outcome.ne(VisitOutcome::NobodyHome.as_str()))
        .filter(dwelling_visit::Column::At.gte(now.plus(-LOOK_BACK).0))
        .into_tuple()
        .all(db)
        .await?;
    let mut last: HashMap<Uuid, Micros> = HashMap::new();
    for (dwelling, at) in rows {
        let held = last.entry(dwelling).or_insert(Micros(at));
        *held = (*held).max(Micros(at));
    }
    Ok(last)
}
