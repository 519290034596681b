//! A person no longer lives at the dwelling the register has: from a day on, and where to, where that is known. That they
//! lived there stays. Said by mistake it is taken back, by whoever said it or the community's staff.

use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::person_for;
use crate::Vault;
use crate::entities::{move_out, residence};
use crate::events::{self, event};
use crate::fields::optional;
use crate::import::midnight;
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;

/// Longest text of where to, characters.
const WHERETO: usize = 100;

/// See the module's text. Somebody who lives nowhere moves out of nothing.
#[derive(Debug)]
pub struct MoveOut {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
    /// Only this home of several is given up; `None` is all of them.
    pub dwelling: Option<Uuid>,
    /// The day they left; `None` is today. No day to come, and none before they moved in.
    pub on: Option<Date>,
    /// Where to, in somebody's own words.
    pub whereto: Option<String>,
}

impl Command for MoveOut {
    /// The note, by which it can be taken back.
    type Output = Option<Uuid>;
    const NAME: &'static str = "people.move-out";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Option<Uuid>> {
        let (vault, community) = (&self.vault, self.community);
        person_for(ctx, tx, vault, &PEOPLE_WRITE, community, self.person).await?;
        let leaving = Leaving {
            vault,
            community,
            on: self.on,
            whereto: self.whereto.as_deref(),
            building: None,
            now: ctx.now(),
        };
        let given_up = |home: Uuid| self.dwelling.is_none_or(|one| home == one);
        leaving.note(ctx, tx, self.person, given_up).await
    }
}

/// What is said of somebody who leaves, or of everybody who does.
pub(super) struct Leaving<'a> {
    pub(super) vault: &'a Vault,
    pub(super) community: CommunityId,
    pub(super) on: Option<Date>,
    pub(super) whereto: Option<&'a str>,
    /// The whole building is emptied.
    pub(super) building: Option<Uuid>,
    /// One moment for everybody who leaves by one command: by it they are taken back together.
    pub(super) now: Micros,
}

impl Leaving<'_> {
    /// The person gives these homes up; nothing when they have none of them. The caller has asked who may say so.
    pub(super) async fn note(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        person: Uuid,
        given_up: impl Fn(Uuid) -> bool,
    ) -> Result<Option<Uuid>> {
        let community = self.community;
        let present = residence::present(community.0, person)
            .all(tx.conn())
            .await?;
        let (mut leaving, mut staying): (Vec<residence::Model>, Vec<residence::Model>) = present
            .into_iter()
            .partition(|home| given_up(home.dwelling_id));
        if leaving.is_empty() {
            return Ok(None);
        }
        let whereto = optional("whereto", self.whereto, WHERETO)?;
        let left_at = self.left_at(&leaving)?;
        let id = ctx.new_id();
        // Who gives up the main home lives at the other from then on; what was said of it before stays as it was.
        staying.sort_by_key(|home| home.id);
        let heir = staying.into_iter().next();
        let heir = heir.filter(|_| leaving.iter().any(residence::Model::is_main));
        if let Some(other) = &heir {
            let main = residence::Model {
                id: ctx.new_id(),
                version: 1,
                also: None,
                valid_from: ended(other, left_at),
                valid_to: None,
                ..other.clone()
            };
            tx.insert::<residence::Entity>(main).await?;
        }
        leaving.extend(heir);
        residence::main_first(&mut leaving);
        let homes: Vec<String> = leaving.iter().map(|home| home.id.to_string()).collect();
        for home in leaving {
            tx.update::<residence::Entity>(residence::Model {
                valid_to: Some(ended(&home, left_at)),
                ..home
            })
            .await?;
        }
        let at = FieldPlace::new("move_out", "whereto", community.0, id);
        let vault = self.vault;
        tx.insert::<move_out::Entity>(move_out::Model {
            community_id: community.0,
            id,
            version: 1,
            person_id: person,
            left_at,
            homes: homes.join(","),
            whereto_sealed: whereto.map(|text| vault.seal(ctx, at, &text)).transpose()?,
            by_id: ctx.actor().id(),
            by_name: ctx.actor().name().to_owned(),
            noted_at: self.now.0,
            undone_at: None,
            undone_by: None,
            building_id: self.building,
        })
        .await?;
        tx.audit(
            ctx,
            community,
            AuditEntry::new(MoveOut::NAME, "person", person)
                .detail(json!({ "note": id, "on": Micros(left_at).local().date().to_string() })),
        );
        tx.emit(ctx, event(events::PERSON_SAVED, community, person));
        Ok(Some(id))
    }

    /// The beginning of the day; of today, now.
    fn left_at(&self, present: &[residence::Model]) -> Result<i64> {
        let today = self.now.local().date();
        let Some(day) = self.on.filter(|day| *day != today) else {
            return Ok(self.now.0);
        };
        if day > today {
            return Err(Problem::invalid("on", "move-out-future"));
        }
        let came = present.iter().map(|home| home.valid_from).max();
        let came = came.map(|at| Micros(at).local().date());
        match came {
            Some(came) if day < came => {
                Err(Problem::invalid("on", "move-out-before").field_arg("day", came))
            }
            _ => midnight(&day.to_string())
                .map(|at| at.0)
                .ok_or_else(|| Problem::invalid("on", "day-unread")),
        }
    }
}

/// Nobody left before they came: on the day they came, at the moment they did.
fn ended(home: &residence::Model, left_at: i64) -> i64 {
    left_at.max(home.valid_from)
}

/// That somebody moved away was a mistake: they live where they did. Permission `people.write` where that is, for whoever
/// noted it and those who have it in the whole community.
#[derive(Debug)]
pub struct UndoMoveOut {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub note: Uuid,
}

impl Command for UndoMoveOut {
    /// The person, and the dwelling they live at again.
    type Output = (Uuid, Option<Uuid>);
    const NAME: &'static str = "people.undo-move-out";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<(Uuid, Option<Uuid>)> {
        let note = move_out::Entity::find_by_id((self.community.0, self.note))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        taken_back(ctx, tx, &self.vault, note).await
    }
}

/// Ends a note; nothing is written before everything that could be in the way was looked at.
pub(super) async fn taken_back(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    note: move_out::Model,
) -> Result<(Uuid, Option<Uuid>)> {
    let community = CommunityId(note.community_id);
    let id = note.id;
    let ids = note.homes();
    let mut homes = residence::Entity::find()
        .filter(residence::Column::CommunityId.eq(community.0))
        .filter(residence::Column::Id.is_in(ids.iter().copied()))
        .all(tx.conn())
        .await?;
    residence::main_first(&mut homes);
    let main = homes.first().map(|home| home.dwelling_id);
    let place = main.and_then(|dwelling| vault.place(dwelling));
    let area = place.map_or_else(|| AreaId::from(community), |place| place.area());
    ctx.authorize(&PEOPLE_WRITE, area)?;
    if !may_undo(ctx, &note) {
        return Err(Problem::forbidden());
    }
    let person = note.person_id;
    if note.undone_at.is_some() {
        return Ok((person, main));
    }
    crate::life::must_live(tx.conn(), community, person).await?;
    let present = residence::present(community.0, person)
        .all(tx.conn())
        .await?;
    // The home beside it, which became the main one by the note.
    let (heirs, others): (Vec<residence::Model>, Vec<residence::Model>) =
        present.into_iter().partition(|now| {
            let became = |home: &residence::Model| {
                !home.is_main()
                    && home.dwelling_id == now.dwelling_id
                    && home.valid_to == Some(now.valid_from)
            };
            now.is_main() && now.version == 1 && homes.iter().any(became)
        });
    let since = others.iter().any(|home| home.id > note.id);
    let as_left = |home: &residence::Model| {
        home.valid_to == Some(ended(home, note.left_at)) && home.person_id == person
    };
    if since || homes.len() != ids.len() || !homes.iter().all(as_left) {
        return Err(Problem::new(ProblemKind::Conflict, "move-out-since"));
    }
    tx.delete_all::<residence::Entity>(&heirs).await?;
    for home in homes {
        tx.update::<residence::Entity>(residence::Model {
            valid_to: None,
            ..home
        })
        .await?;
    }
    tx.update::<move_out::Entity>(move_out::Model {
        undone_at: Some(ctx.now().0),
        undone_by: Some(ctx.actor().name().to_owned()),
        ..note
    })
    .await?;
    tx.audit(
        ctx,
        community,
        AuditEntry::new(UndoMoveOut::NAME, "person", person).detail(json!({ "note": id })),
    );
    tx.emit(ctx, event(events::PERSON_SAVED, community, person));
    Ok((person, main))
}

/// Whoever noted it, and whoever may write everywhere in the community.
pub(crate) fn may_undo(ctx: &Ctx, note: &move_out::Model) -> bool {
    let own = note.by_id.is_some() && note.by_id == ctx.actor().id();
    own || ctx
        .authorize(&PEOPLE_WRITE, AreaId::from(CommunityId(note.community_id)))
        .is_ok()
}
