//! Visiting lists as their pages show them. What a list that came from something sensitive is called, its reason and its
//! notes are told only to whoever may see what is sensitive of everybody they see on it.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros, Problem, Result, Scope};

use super::Directory;
use super::cards::visible_cards;
use crate::entities::{person, visiting_entry, visiting_list};
use crate::labels::LabelCatalogue;
use crate::vault::FieldPlace;
use crate::{PersonCard, Vault, VisitState};

/// Lists shown at once.
const SHOWN: u64 = 100;

/// One line of the page of lists.
#[derive(Clone, Debug)]
pub struct VisitingLine {
    pub id: Uuid,
    pub community: CommunityId,
    /// `None`: it tells what is sensitive of those on it, and not to this caller; nor do reason and notes then.
    pub title: Option<String>,
    pub reason: String,
    pub area: AreaId,
    pub by: String,
    pub created_at: Micros,
    pub closed_at: Option<Micros>,
    pub total: usize,
    /// Neither open nor tried.
    pub done: usize,
    /// Of them those the caller may see: of a list across grids a grid worker has a part.
    pub own: usize,
}

/// An open list somebody is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedOn {
    pub title: String,
    /// Who made it.
    pub by: String,
    /// The title is for whoever may see what is sensitive where the person lives.
    pub sensitive: bool,
}

/// One person of a list.
#[derive(Clone, Debug)]
pub struct VisitingEntry {
    pub id: Uuid,
    pub card: PersonCard,
    pub state: VisitState,
    pub note: Option<String>,
    pub tries: i32,
    pub at: Option<Micros>,
    pub by: Option<String>,
}

impl Directory {
    /// Lists of the scope: open ones, or those that ended. `sensitive` is the caller's scope of `people.sensitive`.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn visiting_lists(
        db: &impl ConnectionTrait,
        vault: &Vault,
        (scope, sensitive): (&Scope, Option<&Scope>),
        closed: bool,
    ) -> Result<Vec<VisitingLine>> {
        let mut find = visiting_list::Entity::find()
            .filter(visiting_list::Column::CommunityId.is_in(scope.communities()));
        find = if closed {
            find.filter(visiting_list::Column::ClosedAt.is_not_null())
        } else {
            find.filter(visiting_list::Column::ClosedAt.is_null())
        };
        let rows = find
            .order_by_desc(visiting_list::Column::CreatedAt)
            .limit(SHOWN)
            .all(db)
            .await?;
        let entries = visiting_entry::Entity::find()
            .filter(visiting_entry::Column::CommunityId.is_in(scope.communities()))
            .filter(visiting_entry::Column::ListId.is_in(rows.iter().map(|row| row.id)))
            .all(db)
            .await?;
        let whole: HashSet<Uuid> = rows
            .iter()
            .filter(|row| sees(scope, row))
            .map(|row| row.id)
            .collect();
        let partly: Vec<&visiting_entry::Model> = entries
            .iter()
            .filter(|entry| !whole.contains(&entry.list_id))
            .collect();
        let seen = seen_of(db, vault, scope, &partly).await?;
        let is_own = |entry: &visiting_entry::Model| {
            whole.contains(&entry.list_id) || seen.contains(&entry.person_id)
        };
        let catalogue = LabelCatalogue::load(db, vault).await?;
        let mut withheld: HashSet<Uuid> = rows
            .iter()
            .filter(|row| is_sensitive(&catalogue, row) && !sees_in(sensitive, row))
            .map(|row| row.id)
            .collect();
        // Of a list across grids a grid worker may know why theirs are on it.
        let kept: Vec<&visiting_entry::Model> = entries
            .iter()
            .filter(|entry| withheld.contains(&entry.list_id) && is_own(entry))
            .collect();
        let known = match sensitive {
            Some(scope) => seen_of(db, vault, scope, &kept).await?,
            None => HashSet::new(),
        };
        withheld.retain(|list| {
            let mut own = kept.iter().filter(|entry| entry.list_id == *list);
            own.clone().next().is_none() || own.any(|entry| !known.contains(&entry.person_id))
        });
        let mut of: HashMap<Uuid, Counts> = HashMap::new();
        for entry in &entries {
            let counts = of.entry(entry.list_id).or_default();
            counts.total += 1;
            counts.done += usize::from(is_done(&entry.state));
            counts.own += usize::from(is_own(entry));
        }
        let lines = rows.into_iter().filter_map(|row| {
            let counts = of.get(&row.id).copied().unwrap_or_default();
            let told = !withheld.contains(&row.id);
            (counts.own > 0 || whole.contains(&row.id)).then(|| line(row, counts, told))
        });
        Ok(lines.collect())
    }

    /// Who of a community stands on an open list and was not met yet: those lists, by person.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn still_listed(
        db: &impl ConnectionTrait,
        vault: &Vault,
        community: CommunityId,
    ) -> Result<HashMap<Uuid, Vec<ListedOn>>> {
        let lists = visiting_list::Entity::find()
            .filter(visiting_list::Column::CommunityId.eq(community.0))
            .filter(visiting_list::Column::ClosedAt.is_null())
            .order_by_asc(visiting_list::Column::CreatedAt)
            .all(db)
            .await?;
        let mut listed: HashMap<Uuid, Vec<ListedOn>> = HashMap::new();
        if lists.is_empty() {
            return Ok(listed);
        }
        let entries = visiting_entry::Entity::find()
            .filter(visiting_entry::Column::CommunityId.eq(community.0))
            .filter(visiting_entry::Column::ListId.is_in(lists.iter().map(|list| list.id)))
            .all(db)
            .await?;
        let catalogue = LabelCatalogue::load(db, vault).await?;
        for list in lists {
            let on = ListedOn {
                title: list.title.clone(),
                by: list.by_name.clone(),
                sensitive: is_sensitive(&catalogue, &list),
            };
            let open = entries
                .iter()
                .filter(|entry| entry.list_id == list.id && !is_done(&entry.state));
            for entry in open {
                let of = listed.entry(entry.person_id).or_default();
                of.push(on.clone());
            }
        }
        Ok(listed)
    }

    /// One list with the persons the scope lets one see, those not yet visited first. `sensitive` as above.
    ///
    /// # Errors
    /// 404 outside the scope.
    pub async fn visiting_list(
        db: &impl ConnectionTrait,
        vault: &Vault,
        (scope, sensitive): (&Scope, Option<&Scope>),
        id: Uuid,
    ) -> Result<(VisitingLine, Vec<VisitingEntry>)> {
        let row = visiting_list::Entity::find()
            .filter(visiting_list::Column::CommunityId.is_in(scope.communities()))
            .filter(visiting_list::Column::Id.eq(id))
            .one(db)
            .await?
            .ok_or_else(Problem::not_found)?;
        let rows = visiting_entry::Entity::find()
            .filter(visiting_entry::Column::CommunityId.eq(row.community_id))
            .filter(visiting_entry::Column::ListId.eq(id))
            .order_by_asc(visiting_entry::Column::Position)
            .all(db)
            .await?;
        let persons = person::Entity::find()
            .filter(person::Column::CommunityId.eq(row.community_id))
            .filter(person::Column::Id.is_in(rows.iter().map(|row| row.person_id)))
            .all(db)
            .await?;
        let cards = visible_cards(db, vault, scope, persons).await?;
        let mut cards: HashMap<Uuid, PersonCard> =
            cards.into_iter().map(|card| (card.id, card)).collect();
        let done = rows.iter().filter(|row| is_done(&row.state)).count();
        let total = rows.len();
        let whole = sees(scope, &row);
        let mut told = sees_in(sensitive, &row)
            || !is_sensitive(&*LabelCatalogue::load(db, vault).await?, &row);
        if let Some(sensitive) = sensitive.filter(|_| !told) {
            let own: Vec<&visiting_entry::Model> = rows
                .iter()
                .filter(|entry| whole || cards.contains_key(&entry.person_id))
                .collect();
            let known = seen_of(db, vault, sensitive, &own).await?;
            told = !own.is_empty() && own.iter().all(|one| known.contains(&one.person_id));
        }
        let mut entries = Vec::with_capacity(total);
        for row in rows {
            if let Some(card) = cards.remove(&row.person_id) {
                let entry = entry(vault, row, card)?;
                let note = entry.note.filter(|_| told);
                entries.push(VisitingEntry { note, ..entry });
            }
        }
        // Nothing of it is the caller's.
        if entries.is_empty() && !whole {
            return Err(Problem::not_found());
        }
        let own = if whole { total } else { entries.len() };
        // Along the way: building by building, as the addresses follow one another.
        entries.sort_by_cached_key(|one| {
            let place = one.card.place.as_ref();
            let address = place.map(|place| youlin_places::natural(&place.address));
            (is_done(one.state.as_str()), address)
        });
        Ok((line(row, Counts { total, done, own }, told), entries))
    }
}

fn entry(vault: &Vault, row: visiting_entry::Model, card: PersonCard) -> Result<VisitingEntry> {
    let at = FieldPlace::new("visiting_entry", "note", row.community_id, row.id);
    Ok(VisitingEntry {
        id: row.id,
        card,
        state: VisitState::parse(&row.state).unwrap_or(VisitState::Open),
        note: row
            .note_sealed
            .as_deref()
            .map(|sealed| vault.open(at, sealed))
            .transpose()?,
        tries: row.tries,
        at: row.at.map(Micros),
        by: row.by_name,
    })
}

fn sees(scope: &Scope, row: &visiting_list::Model) -> bool {
    scope.contains(CommunityId(row.community_id), &[Some(AreaId(row.area_id))])
}

fn sees_in(scope: Option<&Scope>, row: &visiting_list::Model) -> bool {
    scope.is_some_and(|scope| sees(scope, row))
}

/// It came from something sensitive, or what somebody wrote over it names such a label.
fn is_sensitive(catalogue: &LabelCatalogue, row: &visiting_list::Model) -> bool {
    row.sensitive == Some(true) || catalogue.tells(&row.title) || catalogue.tells(&row.reason)
}

fn is_done(state: &str) -> bool {
    matches!(
        VisitState::parse(state),
        Some(VisitState::Seen | VisitState::Skipped)
    )
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    total: usize,
    done: usize,
    own: usize,
}

/// The persons of these entries whom the scope lets one see.
async fn seen_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    entries: &[&visiting_entry::Model],
) -> Result<HashSet<Uuid>> {
    if entries.is_empty() {
        return Ok(HashSet::new());
    }
    let persons = person::Entity::find()
        .filter(person::Column::CommunityId.is_in(scope.communities()))
        .filter(person::Column::Id.is_in(entries.iter().map(|entry| entry.person_id)))
        .all(db)
        .await?;
    let cards = visible_cards(db, vault, scope, persons).await?;
    Ok(cards.into_iter().map(|card| card.id).collect())
}

fn line(row: visiting_list::Model, counts: Counts, told: bool) -> VisitingLine {
    VisitingLine {
        id: row.id,
        community: CommunityId(row.community_id),
        title: told.then_some(row.title),
        reason: if told { row.reason } else { String::new() },
        area: AreaId(row.area_id),
        by: row.by_name,
        created_at: Micros(row.created_at),
        closed_at: row.closed_at.map(Micros),
        total: counts.total,
        done: counts.done,
        own: counts.own,
    }
}
