//! The hazards on the lists of some premises, as far as it takes to know one again: for whoever inspects without signal.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{Micros, Result, Scope};

use super::hazards::{HazardFilter, HazardsOf, rows_of};
use super::sight::Sight;
use crate::entities::{finding, hazard};

/// A hazard on the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ListedHazard {
    pub id: Uuid,
    pub premises: Uuid,
    /// Code of the checklist's rule that found it.
    pub rule: Option<String>,
    pub category: String,
    pub text: String,
    /// Section of the plan.
    pub section: String,
    /// The stalls as they were called when it was found.
    pub stalls: Vec<String>,
    /// Answers that belong to it, by question.
    pub evidence: BTreeMap<String, String>,
    /// The day it was found.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
}

/// What the caller sees of the lists of these premises, the oldest first; of as many hazards as are wanted at most.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn listed_hazards(
    db: &Database,
    scope: &Scope,
    premises: &[Uuid],
    most: u64,
) -> Result<Vec<ListedHazard>> {
    let sight = Sight::of(db.read(), scope).await?;
    let listed = HazardFilter {
        of: Some(HazardsOf::Listed),
        ..HazardFilter::default()
    };
    let mut rows = Vec::new();
    for some in premises.chunks(500) {
        let left = most.saturating_sub(rows.len() as u64);
        if left == 0 {
            break;
        }
        let found = rows_of(&sight, &listed)
            .filter(hazard::Column::PremisesId.is_in(some.iter().copied()))
            .order_by_asc(hazard::Column::FoundAt)
            .order_by_asc(hazard::Column::Id)
            .limit(left)
            .all(db.read())
            .await?;
        rows.extend(found);
    }
    let mut said: HashMap<Uuid, (String, String)> = HashMap::new();
    for some in rows.chunks(500) {
        let found = finding::Entity::find()
            .filter(finding::Column::CommunityId.is_in(scope.communities()))
            .filter(finding::Column::Id.is_in(some.iter().map(|row| row.id)))
            .all(db.read())
            .await?;
        said.extend(
            found
                .into_iter()
                .map(|one| (one.id, (one.category, one.text))),
        );
    }
    let one = |row: hazard::Model| {
        let (category, text) = said.remove(&row.id).unwrap_or_default();
        let stalls = row.spot.split('、').filter(|one| !one.is_empty());
        ListedHazard {
            id: row.id,
            premises: row.premises_id,
            rule: row.rule,
            category,
            text,
            stalls: stalls.map(str::to_owned).collect(),
            section: row.section,
            evidence: serde_json::from_str(&row.evidence).unwrap_or_default(),
            since: Micros(row.found_at).date(),
        }
    };
    Ok(rows.into_iter().map(one).collect())
}
