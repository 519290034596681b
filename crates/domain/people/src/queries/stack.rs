//! A building as whoever goes from door to door needs it: each dwelling with who lives there, how fresh that is and what is
//! missing. Nothing that is already known is asked for again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Micros, Result, Scope};

use super::Directory;
use super::cards::visible_cards;
use super::held::seen_before;
use super::known::held;
use crate::entities::{dwelling_visit, form_asked, form_question, move_out, person, residence};
use crate::facts::{Fact, Facts, How, RegisterPolicy, Said};
use crate::{Age, PersonCard, Relation, SeenBefore, Sex, Vault, VisitOutcome};

/// How much of a dwelling's file may be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// Nobody is known to live there and nobody said that it is empty.
    Unknown,
    /// Confirmed too long ago, or never.
    Stale,
    /// Confirmed in time, and something required is missing.
    Missing,
    Fresh,
    /// Somebody looked, nobody lives there.
    Empty,
}

impl Freshness {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::Fresh => "fresh",
            Self::Empty => "empty",
        }
    }
}

/// Somebody who lives there.
#[derive(Clone, Debug)]
pub struct Resident {
    pub card: PersonCard,
    pub relation: Relation,
    pub birth_year: Option<i32>,
    pub age: Option<Age>,
    pub sex: Option<Sex>,
    pub seen_at: Option<Micros>,
    /// Required and not held.
    pub missing: Vec<Fact>,
    /// Held, and said too long ago.
    pub stale: Vec<Fact>,
    /// What was said last, of anything.
    pub said: Option<Said>,
    /// Questions of forms nobody has answered yet, by the id under which each was asked.
    pub asked: Vec<(Uuid, String)>,
    /// What somebody who corrects their entry has to have seen of it; of a second home nothing is corrected here.
    pub seen: Option<SeenBefore>,
}

impl Resident {
    /// Whether there is anything to ask of this person.
    #[must_use]
    pub fn is_to_be_asked(&self) -> bool {
        !self.missing.is_empty() || !self.asked.is_empty()
    }
}

/// A dwelling with who lives there.
#[derive(Clone, Debug)]
pub struct DwellingFile {
    pub dwelling: Uuid,
    pub residents: Vec<Resident>,
    /// The last visit, and what it came to.
    pub visited: Option<(Micros, VisitOutcome)>,
    /// When what is known of it was last confirmed.
    pub confirmed_at: Option<Micros>,
    pub freshness: Freshness,
}

impl Directory {
    /// The files of these dwellings of one community, in the order asked for; who lies outside the scope is left out.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn dwelling_files(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        policy: &RegisterPolicy,
        now: Micros,
        (community, dwellings): (CommunityId, &[Uuid]),
    ) -> Result<Vec<DwellingFile>> {
        let homes = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::DwellingId.is_in(dwellings.iter().copied()))
            .filter(residence::current())
            .order_by_asc(residence::Column::Id)
            .all(db)
            .await?;
        let rows = person::Entity::find()
            .filter(person::Column::CommunityId.eq(community.0))
            .filter(person::Column::Id.is_in(homes.iter().map(|home| home.person_id)))
            .all(db)
            .await?;
        let cards = visible_cards(db, vault, scope, rows.clone()).await?;
        let cards: HashMap<Uuid, PersonCard> =
            cards.into_iter().map(|card| (card.id, card)).collect();
        let rows: HashMap<Uuid, person::Model> =
            rows.into_iter().map(|row| (row.id, row)).collect();
        let mut living: BTreeMap<Uuid, Vec<Resident>> = BTreeMap::new();
        for home in homes {
            let (Some(card), Some(row)) = (
                cards.get(&home.person_id).cloned(),
                rows.get(&home.person_id),
            ) else {
                continue;
            };
            let relation = Relation::parse(&home.relation).unwrap_or(Relation::Other);
            let age = crate::age::age_of(vault, row, now)?;
            let seen = home.is_main().then(|| seen_before(row));
            let one = Resident {
                seen,
                ..resident(card, row, (relation, age), policy, now)
            };
            living.entry(home.dwelling_id).or_default().push(one);
        }
        let mut asked = asked(db, community, rows.keys().copied()).await?;
        for one in living.values_mut().flatten() {
            one.asked = asked.remove(&one.card.id).unwrap_or_default();
        }
        let visits = visits(db, community, dwellings).await?;
        let emptied = emptied_at(
            db,
            community,
            now.0.saturating_sub(policy.fresh_days * Micros::DAY),
        )
        .await?;
        let files = dwellings.iter().map(|id| {
            let residents = living.remove(id).unwrap_or_default();
            let visits = visits.get(id).map_or(&[][..], Vec::as_slice);
            let building = vault.place(*id).and_then(|place| place.building);
            let emptied = building.and_then(|building| emptied.get(&building).copied());
            file(*id, residents, (visits, emptied), policy, now)
        });
        Ok(files.collect())
    }
}

/// Open questions of forms, by person.
async fn asked(
    db: &impl ConnectionTrait,
    community: CommunityId,
    persons: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<(Uuid, String)>>> {
    let rows = form_asked::Entity::find()
        .filter(form_asked::Column::CommunityId.eq(community.0))
        .filter(form_asked::Column::PersonId.is_in(persons))
        .filter(form_asked::Column::AnsweredAt.is_null())
        .order_by_asc(form_asked::Column::Id)
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let questions: BTreeSet<Uuid> = rows.iter().map(|row| row.question_id).collect();
    let texts: HashMap<Uuid, String> = form_question::Entity::find()
        .filter(form_question::Column::CommunityId.eq(community.0))
        .filter(form_question::Column::Id.is_in(questions))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row.text))
        .collect();
    let mut found: HashMap<Uuid, Vec<(Uuid, String)>> = HashMap::new();
    for row in rows {
        if let Some(text) = texts.get(&row.question_id) {
            let of = found.entry(row.person_id).or_default();
            of.push((row.id, text.clone()));
        }
    }
    Ok(found)
}

/// When each building was emptied last, since then, unless that was taken back for anybody.
async fn emptied_at(
    db: &impl ConnectionTrait,
    community: CommunityId,
    since: i64,
) -> Result<HashMap<Uuid, Micros>> {
    let notes = move_out::Entity::find()
        .filter(move_out::Column::CommunityId.eq(community.0))
        .filter(move_out::Column::BuildingId.is_not_null())
        .filter(move_out::Column::NotedAt.gte(since))
        .all(db)
        .await?;
    let mut acts: BTreeMap<(Uuid, i64), bool> = BTreeMap::new();
    for note in notes {
        if let Some(building) = note.building_id {
            *acts.entry((building, note.noted_at)).or_insert(true) &= note.undone_at.is_none();
        }
    }
    let held = acts.into_iter().filter(|(_, holds)| *holds);
    Ok(held
        .map(|((building, at), _)| (building, Micros(at)))
        .collect())
}

type Visit = (Micros, VisitOutcome);

/// The newest first.
async fn visits(
    db: &impl ConnectionTrait,
    community: CommunityId,
    dwellings: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Visit>>> {
    let rows = dwelling_visit::Entity::find()
        .filter(dwelling_visit::Column::CommunityId.eq(community.0))
        .filter(dwelling_visit::Column::DwellingId.is_in(dwellings.iter().copied()))
        .order_by_desc(dwelling_visit::Column::At)
        .all(db)
        .await?;
    let mut found: HashMap<Uuid, Vec<Visit>> = HashMap::new();
    for row in rows {
        if let Some(outcome) = VisitOutcome::parse(&row.outcome) {
            let of = found.entry(row.dwelling_id).or_default();
            of.push((Micros(row.at), outcome));
        }
    }
    Ok(found)
}

fn resident(
    card: PersonCard,
    row: &person::Model,
    (relation, age): (Relation, Option<Age>),
    policy: &RegisterPolicy,
    now: Micros,
) -> Resident {
    let facts = Facts::read(row.facts.as_deref());
    // A row from before facts were kept was said when it was entered.
    let said = |fact: Fact| {
        facts
            .get(fact)
            .map_or(Micros(row.created_at), |said| said.at)
    };
    let (have, missing): (Vec<Fact>, Vec<Fact>) = policy
        .required_at(age.map(|age| age.years))
        .partition(|fact| held(*fact, &card, row));
    let stale = have
        .into_iter()
        .filter(|fact| !policy.holds(said(*fact), now))
        .collect();
    let last = Fact::ALL.iter().filter_map(|fact| facts.get(*fact));
    Resident {
        relation,
        birth_year: row.birth_year,
        age,
        sex: row.sex.as_deref().and_then(Sex::parse),
        seen_at: row.seen_at.map(Micros),
        missing,
        stale,
        said: last.max_by_key(|said| said.at).cloned(),
        asked: Vec::new(),
        seen: None,
        card,
    }
}

fn file(
    dwelling: Uuid,
    residents: Vec<Resident>,
    (visits, emptied): (&[Visit], Option<Micros>),
    policy: &RegisterPolicy,
    now: Micros,
) -> DwellingFile {
    let visited = visits.first().copied();
    let settled = |outcome: &VisitOutcome| *outcome != VisitOutcome::NobodyHome;
    let confirmed_at = visits
        .iter()
        .find(|(_, outcome)| settled(outcome))
        .map(|(at, _)| *at);
    // Somebody who was entered at the desk with all that is asked for counts as confirmed then.
    let entered = residents
        .iter()
        .map(|one| one.said.as_ref().filter(|said| said.how != How::Import))
        .map(|said| said.map(|said| said.at))
        .min()
        .flatten();
    let confirmed_at = confirmed_at.max(entered);
    // That the whole building was emptied was said of each of its dwellings, until somebody finds it otherwise.
    let emptied =
        emptied.filter(|at| residents.is_empty() && confirmed_at.is_none_or(|seen| seen < *at));
    let confirmed_at = confirmed_at.max(emptied);
    let in_time = confirmed_at.is_some_and(|at| policy.holds(at, now));
    let empty = visits
        .iter()
        .find(|(_, outcome)| settled(outcome))
        .is_some_and(|(_, outcome)| *outcome == VisitOutcome::Empty);
    let freshness = match (residents.is_empty(), in_time) {
        (true, true) if empty || emptied.is_some() => Freshness::Empty,
        (true, _) => Freshness::Unknown,
        (false, false) => Freshness::Stale,
        (false, true) if residents.iter().any(Resident::is_to_be_asked) => Freshness::Missing,
        (false, true) => Freshness::Fresh,
    };
    DwellingFile {
        dwelling,
        residents,
        visited,
        confirmed_at,
        freshness,
    }
}
