//! Whether somebody who is being entered by hand is in the register already. The same identity number is the same person:
//! refused. The same name with the same birthday, telephone number or dwelling is a question for whoever is entering: a
//! double is easily made and takes a merge to mend. Never the name alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::Tx;
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result, Scope};

use super::{Why, led_to};
use crate::entities::{person, person_phone, residence};
use crate::permissions::PEOPLE_READ;
use crate::queries::visible_cards;
use crate::vault::FieldPlace;
use crate::{SamePerson, Vault};

/// Candidates named at most.
const NAMED: usize = 8;

/// What was typed of the person, as the register finds it.
#[derive(Debug)]
pub(crate) struct Entering {
    pub(crate) community: CommunityId,
    /// On a change: whose entry it is.
    pub(crate) id: Option<Uuid>,
    pub(crate) name: Vec<u8>,
    pub(crate) identity: Option<Vec<u8>>,
    pub(crate) birth: Option<Date>,
    pub(crate) birth_year: Option<i32>,
    pub(crate) phones: Vec<Vec<u8>>,
    pub(crate) dwelling: Option<Uuid>,
}

/// # Errors
/// 409 `person-known`: the identity number stands in another entry; its data name it (`person`) where the caller may read
/// it. 409 `person-alike`: some look alike; the data name them (`candidates`, masked, with what they share).
pub(crate) async fn not_twice(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    entering: &Entering,
    same: SamePerson,
) -> Result<()> {
    if let Some(number) = &entering.identity {
        // Two at once: the second finds what the first entered.
        tx.in_turn(entering.community, number).await?;
    }
    by_number(ctx, tx.conn(), vault, entering).await?;
    if same == SamePerson::Ask && entering.id.is_none() {
        by_likeness(ctx, tx.conn(), vault, entering).await?;
    }
    Ok(())
}

/// In the community whoever has the number counts, seen or not; elsewhere only what the caller may read.
async fn by_number(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    vault: &Vault,
    entering: &Entering,
) -> Result<()> {
    let Some(number) = &entering.identity else {
        return Ok(());
    };
    let scope = ctx.scope(&PEOPLE_READ).ok();
    let own = entering.community;
    let mut communities = scope.as_ref().map(Scope::communities).unwrap_or_default();
    if !communities.contains(&own.0) {
        communities.push(own.0);
    }
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.is_in(communities))
        .filter(person::Column::IdentityIndex.eq(number.clone()))
        .all(db)
        .await?;
    let mut here = false;
    for row in rows {
        let community = CommunityId(row.community_id);
        let kept = led_to(db, community, row.id).await?;
        if entering.id == Some(kept) {
            continue;
        }
        let rows = person::Entity::find_by_id((row.community_id, kept))
            .all(db)
            .await?;
        let seen = match &scope {
            Some(scope) => !visible_cards(db, vault, scope, rows).await?.is_empty(),
            None => false,
        };
        if seen {
            let known = Problem::new(ProblemKind::Conflict, "person-known");
            return Err(known
                .and_field("identity", "identity-known")
                .with_data(json!({ "person": kept })));
        }
        here = here || community == own;
    }
    if here {
        let name = ctx.areas().get(own.into()).map(|area| area.name.clone());
        return Err(Problem::new(ProblemKind::Conflict, "person-known")
            .and_field("identity", "identity-known-hidden")
            .field_arg("community", name.unwrap_or_default()));
    }
    Ok(())
}

async fn by_likeness(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    vault: &Vault,
    entering: &Entering,
) -> Result<()> {
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.eq(entering.community.0))
        .filter(person::Column::NameIndex.eq(entering.name.clone()))
        .filter(person::Column::MergedInto.is_null())
        .all(db)
        .await?;
    // Two different numbers are two people, whatever else is alike.
    let rows: Vec<person::Model> = rows
        .into_iter()
        .filter(|row| entering.identity.is_none() || row.identity_index.is_none())
        .collect();
    let why = shared(db, vault, entering, &rows).await?;
    let alike: Vec<person::Model> = rows
        .into_iter()
        .filter(|row| why.contains_key(&row.id))
        .collect();
    let (false, Ok(scope)) = (alike.is_empty(), ctx.scope(&PEOPLE_READ)) else {
        return Ok(());
    };
    let mut cards = visible_cards(db, vault, &scope, alike).await?;
    cards.sort_by_key(|card| {
        let shared = why.get(&card.id).map_or(0, BTreeSet::len);
        (std::cmp::Reverse(shared), card.id)
    });
    cards.truncate(NAMED);
    if cards.is_empty() {
        return Ok(());
    }
    let candidates: Vec<serde_json::Value> = cards
        .iter()
        .map(|card| {
            let why = why.get(&card.id).into_iter().flatten();
            json!({ "person": card, "why": why.map(|one| one.as_str()).collect::<Vec<_>>() })
        })
        .collect();
    Err(Problem::new(ProblemKind::Conflict, "person-alike")
        .and_field("same_person", "same-person")
        .with_data(json!({ "candidates": candidates })))
}

/// What those of the same name share with whoever is being entered; who shares nothing is not in it.
async fn shared(
    db: &impl ConnectionTrait,
    vault: &Vault,
    entering: &Entering,
    rows: &[person::Model],
) -> Result<BTreeMap<Uuid, BTreeSet<Why>>> {
    let mut found: BTreeMap<Uuid, BTreeSet<Why>> = BTreeMap::new();
    let mut share = |id, why| {
        found.entry(id).or_default().insert(why);
    };
    for row in rows {
        if same_birthday(vault, entering, row)? {
            share(row.id, Why::Birthday);
        }
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let community = entering.community.0;
    for some in ids.chunks(500) {
        if !entering.phones.is_empty() {
            let phones = person_phone::Entity::find()
                .filter(person_phone::Column::CommunityId.eq(community))
                .filter(person_phone::Column::PersonId.is_in(some.iter().copied()))
                .filter(person_phone::Column::NumberIndex.is_in(entering.phones.iter().cloned()));
            for phone in phones.all(db).await? {
                share(phone.person_id, Why::Phone);
            }
        }
        if let Some(dwelling) = entering.dwelling {
            let homes = residence::Entity::find()
                .filter(residence::Column::CommunityId.eq(community))
                .filter(residence::Column::PersonId.is_in(some.iter().copied()))
                .filter(residence::Column::DwellingId.eq(dwelling))
                .filter(residence::current());
            for home in homes.all(db).await? {
                share(home.person_id, Why::Dwelling);
            }
        }
    }
    Ok(found)
}

/// The same day; where one side knows only the year, the same year.
fn same_birthday(vault: &Vault, entering: &Entering, row: &person::Model) -> Result<bool> {
    if entering.birth_year.is_none() || entering.birth_year != row.birth_year {
        return Ok(false);
    }
    let (Some(day), Some(sealed)) = (entering.birth, &row.birth_sealed) else {
        return Ok(true);
    };
    let at = FieldPlace::new("person", "birth", row.community_id, row.id);
    Ok(vault.open(at, sealed)? == day.to_string())
}
