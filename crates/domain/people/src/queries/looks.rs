//! Who looked at whom: for those who oversee, and for the person concerned.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, Scope};

use super::Directory;
use crate::entities::{person, who_looked};
use crate::{Look, Vault};

/// Looks shown at once, the newest first.
const MOST: u64 = 500;

/// Looks at one person, the newest first, at most 500. The scope is that of `people.looks`.
///
/// # Errors
/// 404 when the person is outside the scope.
pub async fn who_looked(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    person: Uuid,
) -> Result<Vec<Look>> {
    let card = Directory::card(db, vault, scope, person).await?;
    looks(db, card.community.0, card.id).await
}

/// Looks at the caller's own file; empty when the account stands for no person.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn looks_at_me(db: &impl ConnectionTrait, ctx: &Ctx) -> Result<Vec<Look>> {
    let Some(me) = ctx.actor().person() else {
        return Ok(Vec::new());
    };
    let row = person::Entity::find()
        .filter(person::Column::Id.eq(me))
        .one(db)
        .await?;
    match row {
        Some(row) => {
            let community = CommunityId(row.community_id);
            let me = crate::merge::led_to(db, community, me).await?;
            looks(db, row.community_id, me).await
        }
        None => Ok(Vec::new()),
    }
}

pub(crate) async fn looks(
    db: &impl ConnectionTrait,
    community: i64,
    person: Uuid,
) -> Result<Vec<Look>> {
    let spans = crate::merge::looked_at(db, CommunityId(community), person).await?;
    let at_any = spans.iter().fold(Condition::any(), |any, (id, from, to)| {
        any.add(
            Condition::all()
                .add(who_looked::Column::PersonId.eq(*id))
                .add(who_looked::Column::At.gte(*from))
                .add(who_looked::Column::At.lt(*to)),
        )
    });
    let rows = who_looked::Entity::find()
        .filter(who_looked::Column::CommunityId.eq(community))
        .filter(at_any)
        .order_by_desc(who_looked::Column::At)
        .order_by_desc(who_looked::Column::Id)
        .limit(MOST)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Look {
            id: row.id,
            at: Micros(row.at),
            by: row.actor_name,
            fields: row.fields.split(',').map(str::to_owned).collect(),
            purpose: row.purpose,
            case: row.case_id,
            of_child: row.of_child.unwrap_or(false),
        })
        .collect())
}
