//! What the register says of dwellings as far as it may ask for a visit: ages, labels, when somebody moved in and was last
//! seen. No name and no number is opened here, of the day of birth only the age; whoever goes to a door reads [`super::DwellingFile`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;
use youlin_database::sql::{AT_ONCE, few, parts};
use youlin_kernel::{AreaId, CommunityId, Micros, Result, Scope};

use super::Directory;
use crate::entities::{dwelling_visit, form_asked, form_question, person, person_label, residence};
use crate::facts::{Fact, Facts, How};
use crate::labels::LabelCatalogue;
use crate::{Vault, VisitOutcome};

/// Visits longer ago than this say nothing any more.
const LOOK_BACK: i64 = 800 * Micros::DAY;

/// Who moved in longer ago than this is new by no rule.
const RECENT: i64 = 366 * Micros::DAY;

/// A home that was written down with the person's entry: one command takes less.
const AT_THE_ENTRY: i64 = 60_000_000;

/// Which dwellings of a community are asked about. Whoever looks after a grid of it, or stands before one door, does not read
/// what a whole community says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DoorsOf {
    #[default]
    All,
    /// Filed under one of these areas.
    Areas(BTreeSet<AreaId>),
    One(Uuid),
}

/// Somebody who lives there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivesThere {
    pub person: Uuid,
    pub birth_year: Option<i32>,
    /// Whole years, as every page says them ([`crate::age_on`]).
    pub age: Option<i32>,
    /// Since when they are registered there.
    pub since: Micros,
    /// They came into the register with this home, by a list: they lived there before, and nobody knows since when.
    pub listed: bool,
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
    /// Dwellings of the scope in one community in which somebody lives, as far as they are asked about. Of `labels` those that
    /// are sensitive are told only where `sensitive`, a scope of `people.sensitive`, reaches.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn door_facts(
        db: &impl ConnectionTrait,
        vault: &Vault,
        (scope, sensitive): (&Scope, Option<&Scope>),
        (community, which): (CommunityId, &DoorsOf),
        now: Micros,
        labels: &[&str],
    ) -> Result<Vec<DoorFacts>> {
        let named = named(vault, scope, (community, which));
        let homes = homes(db, community, named.as_deref()).await?;
        let mut persons: Vec<Uuid> = homes.iter().map(|home| home.person_id).collect();
        persons.sort_unstable();
        persons.dedup();
        let persons = named.as_ref().map(|_| persons.as_slice());
        let people = people(db, vault, community, (persons, now)).await?;
        let held = held(db, vault, community, (persons, labels)).await?;
        let listed = listed(db, community, (homes.as_slice(), &people), now).await?;
        let catalogue = LabelCatalogue::load(db, vault).await?;
        let visited = visited(db, community, (named.as_deref(), now)).await?;
        let mut doors: BTreeMap<Uuid, DoorFacts> = BTreeMap::new();
        for home in homes {
            let Some(place) = vault.place(home.dwelling_id) else {
                continue;
            };
            let areas = [place.grid, place.neighbourhood];
            let Some(row) = people.get(&home.person_id) else {
                continue;
            };
            let asked = match which {
                DoorsOf::All | DoorsOf::One(_) => true,
                DoorsOf::Areas(wanted) => wanted.contains(&place.area()),
            };
            if !asked || !scope.contains(community, &areas) {
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
                listed: listed.contains(&home.person_id),
                entered: row.entered,
                seen: row.seen,
                labels: labels.collect(),
            });
        }
        Ok(doors.into_values().collect())
    }

    /// Questions of forms that are open in a community, of those of these persons who live within the scope.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn open_questions(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        community: CommunityId,
        of: &BTreeSet<Uuid>,
    ) -> Result<Vec<OpenQuestion>> {
        let mut rows = form_asked::Entity::find()
            .filter(form_asked::Column::CommunityId.eq(community.0))
            .filter(form_asked::Column::AnsweredAt.is_null())
            .order_by_asc(form_asked::Column::Id)
            .all(db)
            .await?;
        rows.retain(|row| of.contains(&row.person_id));
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
        let mut asked: Vec<Uuid> = rows.iter().map(|row| row.person_id).collect();
        asked.sort_unstable();
        asked.dedup();
        let mut homes: Vec<(Uuid, Uuid)> = Vec::new();
        for some in parts(few(&asked)) {
            let find = residence::Entity::find()
                .select_only()
                .columns([residence::Column::PersonId, residence::Column::DwellingId])
                .filter(residence::Column::CommunityId.eq(community.0))
                .filter(residence::current())
                .apply_if(some, |find, some| {
                    find.filter(residence::Column::PersonId.is_in(some.iter().copied()))
                });
            let some: Vec<(Uuid, Uuid)> = find.into_tuple().all(db).await?;
            homes.extend(some);
        }
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

/// The dwellings that are asked about, where naming them reads less than the whole community.
fn named(
    vault: &Vault,
    scope: &Scope,
    (community, which): (CommunityId, &DoorsOf),
) -> Option<Vec<Uuid>> {
    let wanted = match which {
        DoorsOf::One(dwelling) => return Some(vec![*dwelling]),
        DoorsOf::Areas(wanted) => Some(wanted),
        DoorsOf::All => None,
    };
    let mut parts = scope.parts().iter();
    let sees_all = parts.all(|part| part.community != community || part.areas.is_none());
    if wanted.is_none() && sees_all {
        return None;
    }
    let places = vault.dwellings_of(scope, community).into_iter();
    let asked = places.filter(|place| wanted.is_none_or(|areas| areas.contains(&place.area())));
    let found: Vec<Uuid> = asked.filter_map(|place| place.dwelling).collect();
    few(&found).is_some().then_some(found)
}

/// Who lives where now, in the order of the entries.
async fn homes(
    db: &impl ConnectionTrait,
    community: CommunityId,
    dwellings: Option<&[Uuid]>,
) -> Result<Vec<residence::Model>> {
    let mut rows = Vec::new();
    for some in parts(dwellings) {
        let find = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::current())
            .apply_if(some, |find, some| {
                find.filter(residence::Column::DwellingId.is_in(some.iter().copied()))
            })
            .order_by_asc(residence::Column::Id);
        rows.extend(find.all(db).await?);
    }
    Ok(rows)
}

struct Known {
    birth_year: Option<i32>,
    age: Option<i32>,
    entered: Micros,
    seen: Option<Micros>,
}

/// Id, year and day of birth, when it was entered, when somebody was seen: of a sealed entry no more is read.
type PersonRow = (Uuid, Option<i32>, Option<Vec<u8>>, i64, Option<i64>);

async fn people(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    (wanted, now): (Option<&[Uuid]>, Micros),
) -> Result<HashMap<Uuid, Known>> {
    use person::Column;
    let mut people = HashMap::new();
    for some in parts(wanted) {
        let find = person::Entity::find()
            .select_only()
            .columns([
                Column::Id,
                Column::BirthYear,
                Column::BirthSealed,
                Column::CreatedAt,
                Column::SeenAt,
            ])
            .filter(Column::CommunityId.eq(community.0))
            .filter(Column::MergedInto.is_null())
            .apply_if(some, |find, some| {
                find.filter(Column::Id.is_in(some.iter().copied()))
            });
        let rows: Vec<PersonRow> = find.into_tuple().all(db).await?;
        for (id, birth_year, sealed, entered, seen) in rows {
            let of = (community.0, id);
            let age = crate::age::age_said(vault, of, (sealed.as_deref(), birth_year), now)?;
            let known = Known {
                birth_year,
                age: age.map(|age| age.years),
                entered: Micros(entered),
                seen: seen.map(Micros),
            };
            people.insert(id, known);
        }
    }
    Ok(people)
}

/// Those of a recent home whose entry was made with it by an import. Of homes of long ago nobody asks.
async fn listed(
    db: &impl ConnectionTrait,
    community: CommunityId,
    (homes, people): (&[residence::Model], &HashMap<Uuid, Known>),
    now: Micros,
) -> Result<BTreeSet<Uuid>> {
    let first = |home: &&residence::Model| {
        let entered = people.get(&home.person_id).map(|one| one.entered.0);
        let recent = home.valid_from > now.plus(-RECENT).0;
        recent && entered.is_some_and(|entered| home.valid_from - entered < AT_THE_ENTRY)
    };
    let of: Vec<Uuid> = homes
        .iter()
        .filter(first)
        .map(|home| home.person_id)
        .collect();
    let mut listed = BTreeSet::new();
    for some in of.chunks(AT_ONCE) {
        let rows: Vec<(Uuid, Option<String>)> = person::Entity::find()
            .select_only()
            .columns([person::Column::Id, person::Column::Facts])
            .filter(person::Column::CommunityId.eq(community.0))
            .filter(person::Column::Id.is_in(some.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        for (id, facts) in rows {
            let facts = Facts::read(facts.as_deref());
            if facts
                .get(Fact::Home)
                .is_some_and(|said| said.how == How::Import)
            {
                listed.insert(id);
            }
        }
    }
    Ok(listed)
}

type Held<'a> = HashMap<Uuid, Vec<(&'a str, Micros)>>;

/// Found by their blind index; none is opened.
async fn held<'a>(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    (wanted, labels): (Option<&[Uuid]>, &[&'a str]),
) -> Result<Held<'a>> {
    use person_label::Column;
    let of: HashMap<Vec<u8>, &'a str> = labels
        .iter()
        .map(|label| (vault.label_index(label), *label))
        .collect();
    let mut held: Held<'a> = HashMap::new();
    for some in parts(wanted) {
        let find = person_label::Entity::find()
            .select_only()
            .columns([Column::PersonId, Column::LabelIndex, Column::CreatedAt])
            .filter(Column::CommunityId.eq(community.0))
            .filter(Column::LabelIndex.is_in(of.keys().cloned()))
            .apply_if(some, |find, some| {
                find.filter(Column::PersonId.is_in(some.iter().copied()))
            });
        let rows: Vec<(Uuid, Vec<u8>, i64)> = find.into_tuple().all(db).await?;
        for (person, index, since) in rows {
            if let Some(label) = of.get(&index) {
                held.entry(person).or_default().push((label, Micros(since)));
            }
        }
    }
    Ok(held)
}

async fn visited(
    db: &impl ConnectionTrait,
    community: CommunityId,
    (wanted, now): (Option<&[Uuid]>, Micros),
) -> Result<HashMap<Uuid, Micros>> {
    use dwelling_visit::Column;
    let mut last: HashMap<Uuid, Micros> = HashMap::new();
    for some in parts(wanted) {
        let find = dwelling_visit::Entity::find()
            .select_only()
            .columns([Column::DwellingId, Column::At])
            .filter(Column::CommunityId.eq(community.0))
            .filter(Column::Outcome.ne(VisitOutcome::NobodyHome.as_str()))
            .filter(Column::At.gte(now.plus(-LOOK_BACK).0))
            .apply_if(some, |find, some| {
                find.filter(Column::DwellingId.is_in(some.iter().copied()))
            });
        let rows: Vec<(Uuid, i64)> = find.into_tuple().all(db).await?;
        for (dwelling, at) in rows {
            let held = last.entry(dwelling).or_insert(Micros(at));
            *held = (*held).max(Micros(at));
        }
    }
    Ok(last)
}
