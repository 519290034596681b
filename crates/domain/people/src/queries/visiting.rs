//! Visiting lists as their pages show them.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros, Problem, Result, Scope};

use super::Directory;
use super::cards::visible_cards;
use crate::entities::{person, visiting_entry, visiting_list};
use crate::vault::FieldPlace;
use crate::{PersonCard, Vault, VisitState};

/// Lists shown at once.
const SHOWN: u64 = 100;

/// One line of the page of lists.
#[derive(Clone, Debug)]
pub struct VisitingLine {
    pub id: Uuid,
    pub community: CommunityId,
    pub title: String,
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
    /// Lists of the scope: open ones, or those that ended.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn visiting_lists(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
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
        let mut of: HashMap<Uuid, Counts> = HashMap::new();
        for entry in &entries {
            let counts = of.entry(entry.list_id).or_default();
            counts.total += 1;
            counts.done += usize::from(is_done(&entry.state));
            let own = whole.contains(&entry.list_id) || seen.contains(&entry.person_id);
            counts.own += usize::from(own);
        }
        let lines = rows.into_iter().filter_map(|row| {
            let counts = of.get(&row.id).copied().unwrap_or_default();
            (counts.own > 0 || whole.contains(&row.id)).then(|| line(row, counts))
        });
        Ok(lines.collect())
    }

    /// Who of a community stands on an open list and was not met yet: title of the list and who made it, by person.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn still_listed(
        db: &impl ConnectionTrait,
        community: CommunityId,
    ) -> Result<HashMap<Uuid, Vec<(String, String)>>> {
        let lists = visiting_list::Entity::find()
            .filter(visiting_list::Column::CommunityId.eq(community.0))
            .filter(visiting_list::Column::ClosedAt.is_null())
            .order_by_asc(visiting_list::Column::CreatedAt)
            .all(db)
            .await?;
        let mut listed: HashMap<Uuid, Vec<(String, String)>> = HashMap::new();
        if lists.is_empty() {
            return Ok(listed);
        }
        let entries = visiting_entry::Entity::find()
            .filter(visiting_entry::Column::CommunityId.eq(community.0))
            .filter(visiting_entry::Column::ListId.is_in(lists.iter().map(|list| list.id)))
            .all(db)
            .await?;
        for list in lists {
            let open = entries
                .iter()
                .filter(|entry| entry.list_id == list.id && !is_done(&entry.state));
            for entry in open {
                let of = listed.entry(entry.person_id).or_default();
                of.push((list.title.clone(), list.by_name.clone()));
            }
        }
        Ok(listed)
    }

    /// One list with the persons the scope lets one see, those not yet visited first.
    ///
    /// # Errors
    /// 404 outside the scope.
    pub async fn visiting_list(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
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
        let mut entries = Vec::with_capacity(total);
        for row in rows {
            if let Some(card) = cards.remove(&row.person_id) {
                entries.push(entry(vault, row, card)?);
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
        Ok((line(row, Counts { total, done, own }), entries))
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

fn line(row: visiting_list::Model, counts: Counts) -> VisitingLine {
    VisitingLine {
        id: row.id,
        community: CommunityId(row.community_id),
        title: row.title,
        reason: row.reason,
        area: AreaId(row.area_id),
        by: row.by_name,
        created_at: Micros(row.created_at),
        closed_at: row.closed_at.map(Micros),
        total: counts.total,
        done: counts.done,
        own: counts.own,
    }
}
