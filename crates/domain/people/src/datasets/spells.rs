//! What is true of a person from when to when. Each kind of fact is read in one function, so that a new one (labels that
//! were taken off, sightings, exact birthdays) is added in one place.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::day;
use youlin_kernel::{CommunityId, Micros, Result};

use crate::Vault;
use crate::entities::{membership, person_label, residence};
use crate::queries::open_label;

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
pub(super) async fn homes(db: &Database, community: CommunityId) -> Result<Spells<Home>> {
    let mut rows = residence::Entity::find()
        .filter(residence::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    rows.sort_by_key(|row| (row.person_id, row.valid_from, row.id));
    let mut all: Spells<Home> = HashMap::new();
    for row in rows {
        let list = all.entry(row.person_id).or_default();
        if let Some(before) = list.last_mut() {
            before.to = before.to.min(row.valid_from);
        }
        list.push(Spell {
            from: row.valid_from,
            to: row.valid_to.unwrap_or(i64::MAX),
            what: Home {
                dwelling: row.dwelling_id,
                household: row.household_id,
                relation: row.relation,
            },
        });
    }
    Ok(all)
}

/// Labels from the moment they were put on.
pub(super) async fn labels(
    db: &Database,
    vault: &Vault,
    community: CommunityId,
) -> Result<Spells<String>> {
    let rows = person_label::Entity::find()
        .filter(person_label::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    let mut all: Spells<String> = HashMap::new();
    for row in rows {
        all.entry(row.person_id).or_default().push(Spell {
            from: row.created_at,
            to: i64::MAX,
            what: open_label(vault, &row)?,
        });
    }
    Ok(all)
}

/// Roles in this community.
pub(super) async fn roles(db: &Database, community: CommunityId) -> Result<Spells<String>> {
    let rows: Vec<(Uuid, String, i64, Option<i64>)> = membership::Entity::find()
        .select_only()
        .columns([
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
    for (person, role, from, to) in rows {
        all.entry(person).or_default().push(Spell {
            from,
            to: to.unwrap_or(i64::MAX),
            what: role,
        });
    }
    Ok(all)
}

/// The last day on which somebody of that year can have been born: an age is counted once it has certainly been reached.
pub(super) fn birthday(year: i32) -> i32 {
    day::number(year, 12, 31)
}

/// The local day of a moment.
pub(super) fn day_of(at: i64) -> i32 {
    youlin_datasets::day_number(Micros(at).local().date())
}
