//! Visiting lists: the people a question found, or that somebody chose, to be seen one after the other. A list belongs to
//! one community; whoever was seen is seen in the register too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, ProblemKind, Result, words};

use super::{person_for, see};
use crate::Vault;
use crate::entities::{person, sighting, visiting_entry, visiting_list};
use crate::events::{self, event};
use crate::facts::How;
use crate::fields::{optional, required};
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;

/// Nobody visits more people than this by one list.
const MOST: usize = 500;
const TITLE: usize = 80;
const REASON: usize = 500;
const NOTE: usize = 1_000;

words! {
    /// How far a visit is.
    VisitState {
        Open = "open",
        Seen = "seen",
        /// Nobody was at home; it stays on the list.
        Tried = "tried",
        /// Left out, with a reason.
        Skipped = "skipped",
    }
}

/// Makes a list of these persons in the order given. Answers its id.
#[derive(Debug)]
pub struct StartVisitingList {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub title: String,
    /// The question that found them, in words.
    pub reason: String,
    pub persons: Vec<Uuid>,
    /// They were found by something sensitive: title, reason and notes are for whoever may see that.
    pub sensitive: bool,
}

impl Command for StartVisitingList {
    type Output = Uuid;
    const NAME: &'static str = "people.start-visiting-list";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let title = required("title", &self.title, TITLE)?;
        let reason = optional("reason", Some(&self.reason), REASON)?.unwrap_or_default();
        let mut seen = BTreeSet::new();
        let persons: Vec<Uuid> = self
            .persons
            .iter()
            .copied()
            .filter(|id| seen.insert(*id))
            .collect();
        if persons.is_empty() {
            return Err(Problem::invalid("persons", "visiting-nobody"));
        }
        if persons.len() > MOST {
            return Err(Problem::invalid("persons", "visiting-too-many").field_arg("max", MOST));
        }
        for id in &persons {
            let vault = &self.vault;
            person_for(ctx, tx, vault, &PEOPLE_WRITE, self.community, *id).await?;
        }
        let area = self.area(ctx, tx, &persons).await?;
        let list = visiting_list::Model {
            community_id: self.community.0,
            id: ctx.new_id(),
            version: 1,
            title,
            reason,
            area_id: area.0,
            by_id: ctx.actor().id(),
            by_name: ctx.actor().name().to_owned(),
            created_at: ctx.now().0,
            closed_at: None,
            sensitive: self.sensitive.then_some(true),
        };
        let list = tx.insert::<visiting_list::Entity>(list).await?;
        for (position, person) in persons.iter().enumerate() {
            tx.insert::<visiting_entry::Entity>(visiting_entry::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                list_id: list.id,
                person_id: *person,
                position: i32::try_from(position).unwrap_or(i32::MAX),
                state: VisitState::Open.as_str().to_owned(),
                note_sealed: None,
                tries: 0,
                at: None,
                by_name: None,
            })
            .await?;
        }
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "visiting_list", list.id)
                .detail(json!({ "persons": persons.len() })),
        );
        tx.emit(ctx, event(events::VISITING_SAVED, self.community, list.id));
        Ok(list.id)
    }
}

impl StartVisitingList {
    /// The smallest area that holds all of them: a grid worker's list is theirs, one across grids the community's.
    async fn area(&self, ctx: &Ctx, tx: &Tx<'_>, persons: &[Uuid]) -> Result<AreaId> {
        let mut grids: BTreeMap<i64, ()> = BTreeMap::new();
        for id in persons {
            let area = super::area_of(tx.conn(), &self.vault, self.community, *id).await?;
            let grid = ctx
                .areas()
                .upwards(area)
                .find(|node| node.level == youlin_kernel::AreaLevel::Grid);
            grids.insert(grid.map_or(self.community.0, |node| node.id.0), ());
        }
        let mut all = grids.into_keys();
        Ok(match (all.next(), all.next()) {
            (Some(only), None) => AreaId(only),
            _ => self.community.into(),
        })
    }
}

/// How one visit went.
#[derive(Debug)]
pub struct MarkVisit {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub list: Uuid,
    pub entry: Uuid,
    pub state: VisitState,
    /// What was heard, or why the visit was left out. Sealed.
    pub note: String,
}

impl Command for MarkVisit {
    type Output = ();
    const NAME: &'static str = "people.mark-visit";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let entry = visiting_entry::Entity::find_by_id((self.community.0, self.entry))
            .one(tx.conn())
            .await?
            .filter(|entry| entry.list_id == self.list)
            .ok_or_else(Problem::not_found)?;
        let vault = &self.vault;
        let (community, id) = (self.community, entry.person_id);
        let row = person_for(ctx, tx, vault, &PEOPLE_WRITE, community, id).await?;
        let note = optional("note", Some(&self.note), NOTE)?;
        if self.state == VisitState::Skipped && note.is_none() {
            return Err(Problem::invalid("note", "visiting-why"));
        }
        let was_seen = entry.state == VisitState::Seen.as_str();
        let seen_at = entry.at.filter(|_at| was_seen);
        let at = FieldPlace::new("visiting_entry", "note", community.0, entry.id);
        let note_sealed = note.map(|note| vault.seal(ctx, at, &note)).transpose()?;
        let tried = i32::from(self.state == VisitState::Tried);
        let entry = visiting_entry::Model {
            state: self.state.as_str().to_owned(),
            note_sealed: note_sealed.or(entry.note_sealed),
            tries: entry.tries + tried,
            at: Some(ctx.now().0),
            by_name: Some(ctx.actor().name().to_owned()),
            ..entry
        };
        tx.update::<visiting_entry::Entity>(entry).await?;
        if let Some(at) = seen_at {
            if self.state != VisitState::Seen {
                unsee(ctx, tx, row, at).await?;
                tx.emit(ctx, event(events::PERSON_SAVED, community, id));
            }
        } else if self.state == VisitState::Seen {
            let mut row = person::Model {
                updated_at: ctx.now().0,
                ..row
            };
            see(ctx, tx, &mut row, How::Visit).await?;
            tx.update::<person::Entity>(row).await?;
            tx.emit(ctx, event(events::PERSON_SAVED, community, id));
        }
        self.close_when_done(ctx, tx).await?;
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Self::NAME, "visiting_list", self.list)
                .detail(json!({ "state": self.state })),
        );
        tx.emit(ctx, event(events::VISITING_SAVED, community, self.list));
        Ok(())
    }
}

/// A slip of the finger is taken back on the same day; what counted overnight stays.
async fn unsee(ctx: &Ctx, tx: &Tx<'_>, row: person::Model, at: i64) -> Result<()> {
    if Micros(at).local().date() != ctx.now().local().date() {
        return Err(Problem::new(ProblemKind::Conflict, "visit-seen-before"));
    }
    let own = || {
        sighting::Entity::find()
            .filter(sighting::Column::CommunityId.eq(row.community_id))
            .filter(sighting::Column::PersonId.eq(row.id))
    };
    let taken_back = own().filter(sighting::Column::At.eq(at));
    for seen in taken_back.all(tx.conn()).await? {
        tx.delete::<sighting::Entity>(&seen).await?;
    }
    let left = own().order_by_desc(sighting::Column::At);
    let seen_at = left.one(tx.conn()).await?.map(|seen| seen.at);
    tx.update::<person::Entity>(person::Model {
        seen_at,
        updated_at: ctx.now().0,
        ..row
    })
    .await?;
    Ok(())
}

impl MarkVisit {
    /// A list ends with its last visit, and begins again when one is opened.
    async fn close_when_done(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let left = visiting_entry::Entity::find()
            .filter(visiting_entry::Column::CommunityId.eq(self.community.0))
            .filter(visiting_entry::Column::ListId.eq(self.list))
            .filter(
                visiting_entry::Column::State
                    .is_in([VisitState::Open.as_str(), VisitState::Tried.as_str()]),
            )
            .count(tx.conn())
            .await?;
        let list = visiting_list::Entity::find_by_id((self.community.0, self.list))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let closed_at = (left == 0).then_some(ctx.now().0);
        if closed_at.is_some() != list.closed_at.is_some() {
            tx.update::<visiting_list::Entity>(visiting_list::Model { closed_at, ..list })
                .await?;
        }
        Ok(())
    }
}
