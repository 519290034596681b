//! What is true of a person from when to when. Each kind of fact is read in one function, so that a new one is
//! added in one place.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Micros, Result};

use crate::Vault;
use crate::entities::{membership, person, person_label, person_label_past, residence, sighting};
use crate::merge::{History, Piece};
use crate::queries::open_label;
use crate::vault::FieldPlace;

/// Something that holds from `from` until just before `to`, microseconds.
#[derive(Clone, Debug)]
pub(super) struct Spell<T> {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) what: T,
}

/// Facts of each person.
pub(super) type Spells<T> = HashMap<Uuid, Vec<Spell<T>>>;

/// Where somebody lives or lived.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) dwelling: Uuid,
    pub(super) household: Option<Uuid>,
    pub(super) relation: String,
}

/// One home at a time: the next one ends the one before.
pub(super) async fn homes(
    db: &Database,
    community: CommunityId,
    history: &History,
) -> Result<Spells<Home>> {
    let rows = residence::Entity::find()
        .filter(residence::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    let mut pieces = Vec::with_capacity(rows.len());
    for row in rows {
        for piece in history.pieces(row.id, row.person_id) {
            let also = piece.also.or(row.also).unwrap_or(false);
            let from = row.valid_from.max(piece.from);
            let to = row.valid_to.unwrap_or(i64::MAX).min(piece.to);
            if also || piece.ended || from >= to {
                continue;
            }
            let what = Home {
                dwelling: row.dwelling_id,
                household: row.household_id,
                relation: row.relation.clone(),
            };
            pieces.push((piece.owner, row.id, Spell { from, to, what }));
        }
    }
    pieces.sort_by_key(|(owner, row, spell)| (*owner, spell.from, *row));
    let mut all: Spells<Home> = HashMap::new();
    for (owner, _, spell) in pieces {
        let list = all.entry(owner).or_default();
        if let Some(before) = list.last_mut() {
            before.to = before.to.min(spell.from);
        }
        list.push(spell);
    }
    Ok(all)
}

/// Puts a row's spell where it belonged from when to when.
fn belongs<T: Clone>(all: &mut Spells<T>, pieces: &[Piece], spell: &Spell<T>) {
    for piece in pieces {
        let (from, to) = (spell.from.max(piece.from), spell.to.min(piece.to));
        if from < to {
            all.entry(piece.owner).or_default().push(Spell {
                from,
                to,
                what: spell.what.clone(),
            });
        }
    }
}

/// Labels from the moment they were put on.
pub(super) async fn labels(
    db: &Database,
    vault: &Vault,
    community: CommunityId,
    history: &History,
) -> Result<Spells<String>> {
    let rows = person_label::Entity::find()
        .filter(person_label::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    let mut all: Spells<String> = HashMap::new();
    for row in rows {
        let spell = Spell {
            from: row.created_at,
            to: row.expires_at.unwrap_or(i64::MAX),
            what: open_label(vault, &row)?,
        };
        belongs(&mut all, &history.pieces(row.id, row.person_id), &spell);
    }
    let ended = person_label_past::Entity::find()
        .filter(person_label_past::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    for row in ended {
        let at = FieldPlace::new("person_label_past", "label", row.community_id, row.id);
        let spell = Spell {
            from: row.valid_from,
            to: row.valid_to,
            what: vault.open(at, &row.label_sealed)?,
        };
        belongs(&mut all, &history.pieces(row.id, row.person_id), &spell);
    }
    Ok(all)
}

/// The days on which somebody of the house saw a person.
pub(super) async fn seen(
    db: &Database,
    community: CommunityId,
    history: &History,
) -> Result<Spells<i32>> {
    let rows: Vec<(Uuid, Uuid, i64)> = sighting::Entity::find()
        .select_only()
        .columns([
            sighting::Column::Id,
            sighting::Column::PersonId,
            sighting::Column::At,
        ])
        .filter(sighting::Column::CommunityId.eq(community.0))
        .into_tuple()
        .all(db.read())
        .await?;
    let mut all: Spells<i32> = HashMap::new();
    let always = |what| Spell {
        from: i64::MIN,
        to: i64::MAX,
        what,
    };
    for (id, person, at) in rows {
        belongs(&mut all, &history.pieces(id, person), &always(day_of(at)));
    }
    Ok(all)
}

/// Birthdays that are known to the day.
pub(super) async fn born(
    db: &Database,
    vault: &Vault,
    community: CommunityId,
) -> Result<HashMap<Uuid, i32>> {
    let rows: Vec<(Uuid, Option<Vec<u8>>)> = person::Entity::find()
        .select_only()
        .columns([person::Column::Id, person::Column::BirthSealed])
        .filter(person::Column::CommunityId.eq(community.0))
        .filter(person::Column::BirthSealed.is_not_null())
        .into_tuple()
        .all(db.read())
        .await?;
    let mut all = HashMap::with_capacity(rows.len());
    for (id, sealed) in rows {
        let at = FieldPlace::new("person", "birth", community.0, id);
        let day = vault.open(at, sealed.as_deref().unwrap_or_default())?;
        if let Ok(day) = day.parse() {
            all.insert(id, youlin_datasets::day_number(day));
        }
    }
    Ok(all)
}

/// Roles in this community.
pub(super) async fn roles(
    db: &Database,
    community: CommunityId,
    history: &History,
) -> Result<Spells<String>> {
    let rows: Vec<(Uuid, Uuid, String, i64, Option<i64>)> = membership::Entity::find()
        .select_only()
        .columns([
            membership::Column::Id,
            membership::Column::PersonId,
            membership::Column::Role,
            membership::Column::ValidFrom,
            membership::Column::ValidTo,
        ])
        .filter(membership::Column::CommunityId.eq(community.0))
        .into_tuple()
        .all(db.read())
        .await?;
    let mut all: Spells<String> = HashMap::new();
    for (id, person, role, from, to) in rows {
        let spell = Spell {
            from,
            to: to.unwrap_or(i64::MAX),
            what: role,
        };
        belongs(&mut all, &history.pieces(id, person), &spell);
    }
    Ok(all)
}

/// The local day of a moment.
pub(super) fn day_of(at: i64) -> i32 {
    youlin_datasets::day_number(Micros(at).local().date())
}
