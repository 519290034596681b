//! What was found on rounds, and how far each is.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_cases::{CaseStanding, standings};
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Micros, Problem, Result, Scope, words};
use youlin_places::rivers::Bank;

use super::rules::{JudgementView, measured_again};
use super::sight::Sight;
use crate::entities::{finding, return_visit};
use crate::model::{FindingState, Severity, Subject, SubjectKind};

words! {
    /// How far a finding is, in the words of the loop.
    FindingStep {
        /// Put right at once.
        OnSpot = "on_spot",
        Noted = "noted",
        /// A hazard that is on the list already.
        Seen = "seen",
        /// Somebody has yet to put it right.
        Open = "open",
        /// Said to be put right: somebody else has to go and look.
        ToRevisit = "to_revisit",
        /// Somebody went back, saw it put right, and it ended.
        Verified = "verified",
        /// Ended without anybody having gone back: declined, cancelled, merged, or closed at a desk.
        Ended = "ended",
        /// Its round was taken back.
        Withdrawn = "withdrawn",
    }
}

/// Something found, and how its case stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FindingView {
    pub id: Uuid,
    pub community: CommunityId,
    pub round: Uuid,
    pub category: String,
    pub severity: Severity,
    pub state: FindingState,
    pub step: FindingStep,
    pub text: String,
    /// Why it is only noted.
    pub noted: Option<String>,
    /// The hazard on the list that was seen again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_of: Option<Uuid>,
    /// Degrees, WGS-84.
    pub position: Option<(f64, f64)>,
    /// Metres along the reach.
    pub chainage_m: Option<f64>,
    pub bank: Option<Bank>,
    pub subject: Subject,
    pub grid: Option<AreaId>,
    #[serde(skip)]
    pub neighbourhood: Option<AreaId>,
    pub found_at: Micros,
    pub case: Option<CaseStanding>,
    pub returns: Vec<ReturnView>,
}

/// Somebody went back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReturnView {
    pub passed: bool,
    /// Left as a note by somebody who came late: nothing followed from it.
    pub noted: bool,
    pub text: String,
    /// What was measured again, judged by the rule that judged it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judgement: Option<JudgementView>,
    pub at: Micros,
    pub by_name: String,
}

pub(super) async fn findings_of(
    db: &Database,
    scope: &Scope,
    rounds: Vec<Uuid>,
) -> Result<Vec<finding::Model>> {
    Ok(finding::Entity::find()
        .filter(finding::Column::CommunityId.is_in(scope.communities()))
        .filter(finding::Column::RoundId.is_in(rounds))
        .order_by_asc(finding::Column::Id)
        .all(db.read())
        .await?)
}

/// Findings of the scope that are not ended: to be put right, or to be revisited.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn open_findings(
    db: &Database,
    scope: &Scope,
    subject: Option<Subject>,
) -> Result<Vec<FindingView>> {
    use finding::Column;
    let mut wanted = Sight::of(db.read(), scope).await?.findings();
    if let Some(subject) = subject {
        wanted = wanted
            .add(Column::SubjectKind.eq(subject.kind.as_str()))
            .add(Column::SubjectId.eq(subject.id));
    }
    let rows = finding::Entity::find()
        .filter(wanted)
        .filter(Column::State.eq(FindingState::Case.as_str()))
        .order_by_desc(Column::FoundAt)
        .limit(1_000)
        .all(db.read())
        .await?;
    let mut all = views(db, rows).await?;
    all.retain(|one| matches!(one.step, FindingStep::Open | FindingStep::ToRevisit));
    Ok(all)
}

/// Findings with their cases and return visits, in so many queries, however many findings.
pub(super) async fn views(db: &Database, rows: Vec<finding::Model>) -> Result<Vec<FindingView>> {
    let cases: Vec<(CommunityId, Uuid)> = rows
        .iter()
        .filter_map(|row| Some((CommunityId(row.community_id), row.case_id?)))
        .collect();
    let mut cases = standings(db, &cases).await?;
    let mut returns: HashMap<Uuid, Vec<ReturnView>> = HashMap::new();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let communities: Vec<i64> = rows.iter().map(|row| row.community_id).collect();
    let visits = return_visit::Entity::find()
        .filter(return_visit::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(return_visit::Column::FindingId.is_in(ids))
        .order_by_asc(return_visit::Column::At)
        .all(db.read())
        .await?;
    let looked: Vec<Uuid> = visits.iter().map(|row| row.finding_id).collect();
    let mut measured = measured_again(db, &communities, &looked).await?;
    for row in visits {
        returns.entry(row.finding_id).or_default().push(ReturnView {
            passed: row.passed,
            noted: row.noted.unwrap_or(false),
            text: row.text,
            judgement: measured.remove(&row.id),
            at: Micros(row.at),
            by_name: row.by_name,
        });
    }
    let view = |row: finding::Model| {
        let case = row.case_id.and_then(|id| cases.remove(&id));
        let returns = returns.remove(&row.id).unwrap_or_default();
        view(row, case, returns)
    };
    Ok(rows.into_iter().filter_map(view).collect())
}

fn view(
    row: finding::Model,
    case: Option<CaseStanding>,
    returns: Vec<ReturnView>,
) -> Option<FindingView> {
    let state = FindingState::parse(&row.state)?;
    Some(FindingView {
        id: row.id,
        community: CommunityId(row.community_id),
        round: row.round_id,
        category: row.category,
        severity: Severity::parse(&row.severity)?,
        step: step(state, case.as_ref(), &returns),
        state,
        text: row.text,
        noted: row.noted_reason,
        seen_of: row.seen_of,
        position: row.lon.zip(row.lat),
        chainage_m: row.chainage_dm.map(|dm| f64::from(dm) / 10.0),
        bank: row.bank.as_deref().and_then(Bank::parse),
        subject: Subject {
            kind: SubjectKind::parse(&row.subject_kind)?,
            id: row.subject_id,
        },
        grid: row.grid_id.map(AreaId),
        neighbourhood: row.neighbourhood_id.map(AreaId),
        found_at: Micros(row.found_at),
        case,
        returns,
    })
}

/// That it is put right, a visit says that was written down; not the case, which may have been closed without.
fn step(state: FindingState, case: Option<&CaseStanding>, returns: &[ReturnView]) -> FindingStep {
    use youlin_cases::model::Status;
    match (state, case) {
        (FindingState::OnSpot, _) => FindingStep::OnSpot,
        (FindingState::Withdrawn, _) => FindingStep::Withdrawn,
        (FindingState::Seen, _) => FindingStep::Seen,
        (FindingState::Noted, _) | (FindingState::Case, None) => FindingStep::Noted,
        (FindingState::Case, Some(case)) => match case.status {
            Status::Handled => FindingStep::ToRevisit,
            Status::Closed if looked_at(case, returns) => FindingStep::Verified,
            Status::Closed | Status::Declined | Status::Cancelled | Status::Merged => {
                FindingStep::Ended
            }
            _ => FindingStep::Open,
        },
    }
}

/// Whether somebody went back since it was said to be put right, and saw that it is.
fn looked_at(case: &CaseStanding, returns: &[ReturnView]) -> bool {
    let since = |at: Micros| case.handled_at.is_none_or(|handled| handled <= at);
    returns
        .iter()
        .any(|back| back.passed && !back.noted && since(back.at))
}

/// The community and the round of a finding of the scope.
///
/// # Errors
/// 404 outside the scope.
pub async fn finding_round(db: &Database, scope: &Scope, id: Uuid) -> Result<(CommunityId, Uuid)> {
    use finding::Column;
    let row = finding::Entity::find()
        .filter(Sight::of(db.read(), scope).await?.findings())
        .filter(Column::Id.eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok((CommunityId(row.community_id), row.round_id))
}

/// Everything found at a subject, the newest first; at most a thousand.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn findings_at(
    db: &Database,
    scope: &Scope,
    subject: Subject,
) -> Result<Vec<FindingView>> {
    use finding::Column;
    let rows = finding::Entity::find()
        .filter(Sight::of(db.read(), scope).await?.findings())
        .filter(Column::SubjectKind.eq(subject.kind.as_str()))
        .filter(Column::SubjectId.eq(subject.id))
        .order_by_desc(Column::FoundAt)
        .limit(1_000)
        .all(db.read())
        .await?;
    views(db, rows).await
}

/// The finding a case came from, and its round, when the caller may see them.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn finding_of_case(
    db: &Database,
    scope: &Scope,
    community: CommunityId,
    case: Uuid,
) -> Result<Option<(Uuid, Uuid)>> {
    use finding::Column;
    let row = finding::Entity::find()
        .filter(Sight::of(db.read(), scope).await?.findings())
        .filter(Column::CommunityId.eq(community.0))
        .filter(Column::CaseId.eq(case))
        .one(db.read())
        .await?;
    Ok(row.map(|row| (row.id, row.round_id)))
}
