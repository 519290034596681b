//! Policies as they are held.

use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::known_since;
use youlin_kernel::{CommunityId, Micros, Problem, Result, Scope};
use youlin_people::Party;

use crate::entities::round_policy;
use crate::model::{Pause, Policy};

/// A policy.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoundPolicyView)]
pub struct PolicyView {
    pub id: Uuid,
    pub community: CommunityId,
    pub version: i32,
    pub title: String,
    pub policy: Policy,
    /// Empty: every subject of its kind in the community.
    pub subjects: Vec<Uuid>,
    pub fixer: Option<Party>,
    /// The beginning of the day from which it is stopped, also one to come.
    pub closed_at: Option<Micros>,
    /// `id@version` of the checklist its rounds answer.
    pub checklist: Option<String>,
}

impl PolicyView {
    /// Whether it is about this subject.
    #[must_use]
    pub fn covers(&self, subject: Uuid) -> bool {
        self.subjects.is_empty() || self.subjects.contains(&subject)
    }

    /// Whether it is not stopped on that day.
    #[must_use]
    pub fn runs_on(&self, day: Date) -> bool {
        !self.policy.is_stopped(day)
    }
}

/// All policies of the scope; ended ones last.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn policies(db: &Database, scope: &Scope) -> Result<Vec<PolicyView>> {
    let rows = round_policy::Entity::find()
        .filter(round_policy::Column::CommunityId.is_in(scope.communities()))
        .order_by_asc(round_policy::Column::Title)
        .all(db.read())
        .await?;
    let mut all = rows.into_iter().map(view).collect::<Result<Vec<_>>>()?;
    all.sort_by_key(|one| one.closed_at.is_some());
    Ok(all)
}

/// One policy of the scope.
///
/// # Errors
/// 404 outside the scope.
pub async fn policy_view(db: &Database, scope: &Scope, id: Uuid) -> Result<PolicyView> {
    let row = round_policy::Entity::find()
        .filter(round_policy::Column::CommunityId.is_in(scope.communities()))
        .filter(round_policy::Column::Id.eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    view(row)
}

/// As it was kept; a question of before that was said has named its areas when the policy was made.
pub(crate) fn held(row: &round_policy::Model) -> Result<Policy> {
    let mut policy: Policy = serde_json::from_str(&row.policy).map_err(Problem::internal)?;
    if let Some(question) = &mut policy.question {
        question.named_at.get_or_insert(known_since(row.id));
    }
    Ok(policy)
}

fn view(row: round_policy::Model) -> Result<PolicyView> {
    let mut policy = held(&row)?;
    policy.pauses.extend(row.closed_at.map(|at| Pause {
        from: Micros(at).date(),
        until: None,
    }));
    Ok(PolicyView {
        id: row.id,
        community: CommunityId(row.community_id),
        version: row.version,
        title: row.title,
        policy,
        subjects: serde_json::from_str(&row.subjects).map_err(Problem::internal)?,
        fixer: row
            .fixer
            .map(|text| serde_json::from_str(&text).map_err(Problem::internal))
            .transpose()?,
        closed_at: row.closed_at.map(Micros),
        checklist: row.checklist,
    })
}
