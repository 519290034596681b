//! One verb per file.

pub(crate) mod accounts;
pub(crate) mod api_keys;
pub(crate) mod ask_next_time;
pub(crate) mod attach_phone;
pub(crate) mod correct_resident;
pub(crate) mod detach_phone;
pub(crate) mod empty_building;
pub(crate) mod end_membership;
pub(crate) mod hand_out;
pub(crate) mod heard;
mod homes;
pub(crate) mod learn_facts;
pub(crate) mod move_out;
pub(crate) mod note_sign_in;
pub(crate) mod reveal;
pub(crate) mod save_membership;
pub(crate) mod save_organisation;
pub(crate) mod save_person;
pub(crate) mod second_factor;
pub(crate) mod set_consent;
pub(crate) mod set_grants;
pub(crate) mod set_label;
pub(crate) mod set_password;
pub(crate) mod visit_dwelling;
pub(crate) mod visiting;
pub(crate) mod withdraw_questions;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Tx;
use youlin_kernel::{AreaId, CommunityId, Ctx, Permission, Problem, Result};

use crate::Vault;
use crate::entities::{person, residence, sighting};
use crate::facts::How;

/// The most specific area a person is known to live in: what a change of that person is authorized for.
pub(crate) async fn area_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    person: Uuid,
) -> Result<AreaId> {
    let home = home_of(db, community, person).await?;
    Ok(home
        .and_then(|home| vault.place(home.dwelling_id))
        .map_or_else(|| community.into(), |place| place.area()))
}

/// Where somebody mainly lives now.
pub(crate) async fn home_of(
    db: &impl ConnectionTrait,
    community: CommunityId,
    person: Uuid,
) -> Result<Option<residence::Model>> {
    Ok(residence::present(community.0, person)
        .filter(main_home())
        .one(db)
        .await?)
}

/// The dwelling where somebody mainly lives, not a second one.
pub(crate) fn main_home() -> sea_orm::Condition {
    sea_orm::Condition::any()
        .add(residence::Column::Also.is_null())
        .add(residence::Column::Also.eq(false))
}

/// The person, for somebody who has the permission where that person lives; for everybody else there is no such person.
pub(crate) async fn person_for(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    permission: &'static Permission,
    community: CommunityId,
    id: Uuid,
) -> Result<person::Model> {
    let area = area_of(tx.conn(), vault, community, id).await?;
    ctx.authorize(permission, area)?;
    person::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
        .and_then(crate::merge::not_merged)
}

/// Notes that a person was seen now, on the row the caller saves.
pub(crate) async fn see(ctx: &Ctx, tx: &Tx<'_>, row: &mut person::Model, how: How) -> Result<()> {
    row.seen_at = Some(ctx.now().0);
    tx.insert::<sighting::Entity>(sighting::Model {
        community_id: row.community_id,
        id: ctx.new_id(),
        version: 1,
        person_id: row.id,
        at: ctx.now().0,
        how: how.as_str().to_owned(),
        actor_name: ctx.actor().name().to_owned(),
    })
    .await?;
    Ok(())
}

/// The community a record about this area is filed under: the community it lies in, or the system's for those above.
pub(crate) fn filed_under(ctx: &Ctx, area: AreaId) -> Result<CommunityId> {
    if ctx.areas().get(area).is_none() {
        return Err(Problem::invalid("area", "unknown-area"));
    }
    Ok(ctx
        .areas()
        .community_of(area)
        .unwrap_or(CommunityId::SYSTEM))
}
