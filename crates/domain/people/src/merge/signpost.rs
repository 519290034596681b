//! Where a signpost leads. Cases, lists and links keep the id they were made with; whoever reads them follows it here.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Problem, ProblemKind, Result};

use crate::entities::person;

/// Signposts in a row that are followed; nobody merges so often.
const HOPS: usize = 16;

/// The person an id leads to: itself, unless that entry was merged into another.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn led_to(db: &impl ConnectionTrait, community: CommunityId, id: Uuid) -> Result<Uuid> {
    let mut at = id;
    for _ in 0..HOPS {
        let next: Option<Option<Uuid>> = person::Entity::find_by_id((community.0, at))
            .select_only()
            .column(person::Column::MergedInto)
            .into_tuple()
            .one(db)
            .await?;
        match next.flatten() {
            Some(next) => at = next,
            None => break,
        }
    }
    Ok(at)
}

/// Every id that means this person: the kept one first, then those that lead to it.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn same_person(
    db: &impl ConnectionTrait,
    community: CommunityId,
    id: Uuid,
) -> Result<Vec<Uuid>> {
    let kept = led_to(db, community, id).await?;
    ids_of(db, community, kept).await
}

/// As [`same_person`], for whoever only knows that the person is of one of these communities.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn same_person_of(
    db: &impl ConnectionTrait,
    communities: &[i64],
    id: Uuid,
) -> Result<Vec<Uuid>> {
    let filed: Option<i64> = person::Entity::find()
        .select_only()
        .column(person::Column::CommunityId)
        .filter(person::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(person::Column::Id.eq(id))
        .into_tuple()
        .one(db)
        .await?;
    match filed {
        Some(community) => same_person(db, CommunityId(community), id).await,
        None => Ok(vec![id]),
    }
}

/// As [`led_to`], for whoever does not know where persons are filed: where those of these ids lead that were merged.
pub(crate) async fn led_anywhere(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Uuid>> {
    let mut led = HashMap::new();
    if ids.is_empty() {
        return Ok(led);
    }
    let filed: Vec<(i64, Uuid)> = person::Entity::find()
        .select_only()
        .columns([person::Column::CommunityId, person::Column::Id])
        .filter(person::Column::MergedInto.is_not_null())
        .filter(person::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    for (community, id) in filed {
        led.insert(id, led_to(db, CommunityId(community), id).await?);
    }
    Ok(led)
}

/// The signposts of some communities, for whoever reads many ids at once.
#[derive(Clone, Debug, Default)]
pub struct Signposts(HashMap<Uuid, Uuid>);

impl Signposts {
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn of(db: &impl ConnectionTrait, communities: &[i64]) -> Result<Self> {
        let rows: Vec<(Uuid, Uuid)> = person::Entity::find()
            .select_only()
            .columns([person::Column::Id, person::Column::MergedInto])
            .filter(person::Column::CommunityId.is_in(communities.iter().copied()))
            .filter(person::Column::MergedInto.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        Ok(Self(rows.into_iter().collect()))
    }

    /// The person an id leads to.
    #[must_use]
    pub fn led(&self, id: Uuid) -> Uuid {
        let mut at = id;
        for _ in 0..HOPS {
            match self.0.get(&at) {
                Some(next) => at = *next,
                None => break,
            }
        }
        at
    }

    /// Entries that lead to somebody else.
    pub(crate) fn all(&self) -> impl Iterator<Item = Uuid> {
        self.0.keys().copied()
    }
}

/// This id and all that lead to it.
pub(crate) async fn ids_of(
    db: &impl ConnectionTrait,
    community: CommunityId,
    id: Uuid,
) -> Result<Vec<Uuid>> {
    let mut all = vec![id];
    let mut newest = vec![id];
    while !newest.is_empty() {
        newest = person::Entity::find()
            .select_only()
            .column(person::Column::Id)
            .filter(person::Column::CommunityId.eq(community.0))
            .filter(person::Column::MergedInto.is_in(newest))
            .into_tuple()
            .all(db)
            .await?;
        newest.retain(|id| !all.contains(id));
        all.extend(&newest);
    }
    Ok(all)
}

/// A signpost is not changed: whoever has its page open is told that the file goes on elsewhere.
pub(crate) fn not_merged(row: person::Model) -> Result<person::Model> {
    match row.merged_into {
        None => Ok(row),
        Some(kept) => Err(Problem::new(ProblemKind::Conflict, "person-merged")
            .with_data(serde_json::json!({ "person": kept }))),
    }
}
