//! The looks of a period with what the rules of [`super::unusual`] need: where the person lives, and what grids each
//! account looked at in the ninety days before.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros, Result, Scope};

use super::unusual::{Habits, LookFact, LookFinding, LookLimits, unusual};
use crate::Vault;
use crate::entities::{residence, who_looked};

/// Looks read for one page at most.
const MOST: u64 = 50_000;
const HABIT: i64 = 90 * Micros::DAY;

/// Which days are working days; put into the application by the composition root, which knows the calendar. Without it
/// Monday to Friday are.
#[derive(Clone)]
pub struct WorkingDays(pub Arc<dyn Fn(Date) -> bool + Send + Sync>);

impl std::fmt::Debug for WorkingDays {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WorkingDays(…)")
    }
}

impl Default for WorkingDays {
    fn default() -> Self {
        Self(Arc::new(|day| day.weekday().to_monday_zero_offset() < 5))
    }
}

/// Findings of a period with all its looks by id.
#[derive(Debug)]
pub struct UnusualLooks {
    pub findings: Vec<LookFinding>,
    pub looks: HashMap<Uuid, LookFact>,
}

/// What is unusual between two moments, as far as the scope of `people.looks` reaches.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn unusual_looks(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    (from, to): (Micros, Micros),
    days: &WorkingDays,
    limits: &LookLimits,
) -> Result<UnusualLooks> {
    let rows = looks_between(db, scope, from, to).await?;
    let before = looks_between(db, scope, from.plus(-HABIT), from).await?;
    let persons: BTreeSet<Uuid> = rows
        .iter()
        .chain(&before)
        .map(|row| row.person_id)
        .collect();
    let grids = grids_of(db, vault, scope, persons).await?;
    let mut habits = Habits::new();
    for row in &before {
        if let (Some(account), Some(grid)) = (row.actor_id, grids.get(&row.person_id)) {
            *habits.entry(account).or_default().entry(*grid).or_default() += 1;
        }
    }
    let looks: Vec<LookFact> = rows
        .into_iter()
        .filter_map(|row| {
            Some(LookFact {
                id: row.id,
                account: row.actor_id?,
                by: row.actor_name,
                at: Micros(row.at),
                community: CommunityId(row.community_id),
                person: row.person_id,
                grid: grids.get(&row.person_id).copied(),
                fields: row.fields.split(',').map(str::to_owned).collect(),
                purpose: row.purpose,
                of_child: row.of_child.unwrap_or(false),
            })
        })
        .collect();
    let is_working_day = |day| (days.0)(day);
    Ok(UnusualLooks {
        findings: unusual(&looks, &habits, &is_working_day, limits),
        looks: looks.into_iter().map(|look| (look.id, look)).collect(),
    })
}

async fn looks_between(
    db: &impl ConnectionTrait,
    scope: &Scope,
    from: Micros,
    to: Micros,
) -> Result<Vec<who_looked::Model>> {
    Ok(who_looked::Entity::find()
        .filter(who_looked::Column::CommunityId.is_in(scope.communities()))
        .filter(who_looked::Column::At.gte(from.0))
        .filter(who_looked::Column::At.lt(to.0))
        .order_by_desc(who_looked::Column::At)
        .limit(MOST)
        .all(db)
        .await?)
}

async fn grids_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    persons: BTreeSet<Uuid>,
) -> Result<HashMap<Uuid, AreaId>> {
    let persons: Vec<Uuid> = persons.into_iter().collect();
    let mut grids = HashMap::new();
    for some in persons.chunks(500) {
        let homes = residence::Entity::find()
            .filter(residence::Column::CommunityId.is_in(scope.communities()))
            .filter(residence::Column::PersonId.is_in(some.iter().copied()))
            .filter(residence::current())
            .all(db)
            .await?;
        for home in homes {
            if let Some(grid) = vault.place(home.dwelling_id).and_then(|place| place.grid) {
                grids.insert(home.person_id, grid);
            }
        }
    }
    Ok(grids)
}
