//! Visiting lists as their pages show them.

use std::collections::HashMap;

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
        let rows: Vec<visiting_list::Model> =
            rows.into_iter().filter(|row| sees(scope, row)).collect();
        let entries = visiting_entry::Entity::find()
            .filter(visiting_entry::Column::CommunityId.is_in(scope.communities()))
            .filter(visiting_entry::Column::ListId.is_in(rows.iter().map(|row| row.id)))
            .all(db)
            .await?;
        let mut of: HashMap<Uuid, (usize, usize)> = HashMap::new();
        for entry in entries {
            let counts = of.entry(entry.list_id).or_default();
            counts.0 += 1;
            counts.1 += usize::from(is_done(&entry.state));
        }
        let lines = rows.into_iter().map(|row| {
            let (total, done) = of.get(&row.id).copied().unwrap_or_default();
            line(row, total, done)
        });
        Ok(lines.collect())
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
            .filter(|row| sees(scope, row))
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
        let mut entries = Vec::with_capacity(total);
        for row in rows {
            if let Some(card) = cards.remove(&row.person_id) {
                entries.push(entry(vault, row, card)?);
            }
        }
        // Along the way: building by building, as the addresses follow one another.
        entries.sort_by_key(|one| {
            let address = one.card.place.as_ref().map(|place| place.address.clone());
            (is_done(one.state.as_str()), address)
        });
        Ok((line(row, total, done), entries))
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

fn line(row: visiting_list::Model, total: usize, done: usize) -> VisitingLine {
    VisitingLine {
        id: row.id,
        community: CommunityId(row.community_id),
        title: row.title,
        reason: row.reason,
        area: AreaId(row.area_id),
        by: row.by_name,
        created_at: Micros(row.created_at),
        closed_at: row.closed_at.map(Micros),
        total,
        done,
    }
}
