//! Hazards as pages and the interface show them, put together from where each fact is kept: words and severity from the finding,
//! who and by when from the case, what was measured from the judgement, the way from notes and re-checks.

use std::collections::{BTreeMap, HashMap};

use sea_orm::sea_query::{Expr, ExprTrait, Query as SeaQuery, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_cases::model::Status;
use youlin_cases::{CaseFooting, CasesThat, cases_among, count_among, footings};
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result, Scope, words};
use youlin_people::Party;
use youlin_places::premises::Premises;

use super::listed_after;
use super::rules::{JudgementView, judgements_for};
use super::sight::Sight;
use super::{FindingView, ReturnView};
use crate::commands::act::{DROPPED, cause, standpoint, state_of};
use crate::entities::{campaign, finding, hazard, hazard_note, round};
use crate::model::{FindingState, HazardStep, Severity, possible, step};

words! {
    /// Which hazards of a list.
    HazardsOf {
        /// All that were found.
        Found = "found",
        /// Still on the list.
        Listed = "listed",
        /// On the list and past their day.
        Overdue = "overdue",
        /// Said to be put right.
        ToRecheck = "to_recheck",
        Removed = "removed",
        /// Said to be none: no figure counts them.
        Dropped = "dropped",
    }
}

/// Which hazards.
#[derive(Clone, Copy, Debug, Default)]
pub struct HazardFilter {
    pub of: Option<HazardsOf>,
    pub campaign: Option<Uuid>,
    pub premises: Option<Uuid>,
    pub community: Option<CommunityId>,
    /// So many of the latest, where fewer than a hundred are wanted.
    pub most: Option<u64>,
    /// Only those found before.
    pub before: Option<Micros>,
    /// Of those found at the same moment (all of a round are), only those after this one in the list.
    pub before_id: Option<Uuid>,
}

impl HazardFilter {
    /// But for what only their cases know.
    pub(crate) fn condition(&self) -> Condition {
        use hazard::Column;
        Condition::all()
            .add_option(self.community.map(|id| Column::CommunityId.eq(id.0)))
            .add_option(self.campaign.map(|id| Column::CampaignId.eq(id)))
            .add_option(self.premises.map(|id| Column::PremisesId.eq(id)))
            .add_option(
                self.before
                    .map(|at| listed_after((Column::FoundAt, at), (Column::Id, self.before_id))),
            )
    }
}

/// What was said on the way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HazardNote {
    /// `measure`, `progress`, `assigned` or `dropped`.
    pub kind: String,
    pub text: String,
    pub at: Micros,
    pub by_name: String,
}

/// It was met again on a later inspection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HazardSeen {
    pub round: Uuid,
    /// What was said of it then.
    pub text: String,
    /// What was measured then.
    pub judgement: Option<JudgementView>,
    pub at: Micros,
    pub by_name: String,
}

/// More time that was asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HazardExtension {
    pub days: u32,
    pub reason: String,
}

/// A hazard (隐患).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HazardView {
    pub id: Uuid,
    pub version: i32,
    pub community: CommunityId,
    pub grid: Option<AreaId>,
    #[serde(skip)]
    pub neighbourhood: Option<AreaId>,
    pub round: Uuid,
    pub campaign: Option<Uuid>,
    pub premises: Uuid,
    pub premises_name: String,
    pub step: HazardStep,
    pub category: String,
    pub severity: Severity,
    pub text: String,
    /// Section of the plan.
    pub section: String,
    pub stalls: Vec<Uuid>,
    /// The stalls as they were called then.
    pub spot: String,
    /// Answers that belong to it, by question.
    pub evidence: BTreeMap<String, String>,
    /// `id@version` of the checklist that was answered.
    pub checklist: Option<String>,
    /// `id@version` by which the answers are read, where nobody here knew that one when they came.
    pub read_by: Option<String>,
    pub judgement: Option<JudgementView>,
    /// Code of the checklist's rule that led to it.
    #[serde(skip)]
    pub rule: Option<String>,
    pub cause: Option<Party>,
    /// Whoever must put it right.
    pub fixer: Option<Party>,
    pub case: Uuid,
    pub case_number: String,
    pub case_status: Status,
    pub due_at: Micros,
    pub overdue: bool,
    pub reworks: i32,
    pub extension_asked: Option<HazardExtension>,
    pub extensions: i32,
    pub notes: Vec<HazardNote>,
    pub rechecks: Vec<ReturnView>,
    pub seen: Vec<HazardSeen>,
    /// Photographs a re-check has to show, and why.
    pub photographs: i32,
    pub basis: String,
    pub found_at: Micros,
    pub removed_at: Option<Micros>,
}

/// Lines of a list.
const LINES: u64 = 100;

/// What only their cases know of hazards on the list.
fn by_case(of: HazardsOf) -> Option<CasesThat> {
    match of {
        HazardsOf::Overdue => Some(CasesThat::AreOverdue),
        HazardsOf::ToRecheck => Some(CasesThat::AreHandled),
        HazardsOf::Found | HazardsOf::Listed | HazardsOf::Removed | HazardsOf::Dropped => None,
    }
}

/// Hazards of a filter, but for what only their cases know.
pub(super) fn rows_of(sight: &Sight<'_>, filter: &HazardFilter) -> Select<hazard::Entity> {
    use hazard::Column;
    let of = filter.of.unwrap_or(HazardsOf::Found);
    let find = hazard::Entity::find().filter(filter.condition());
    let find = match of {
        HazardsOf::Dropped => find.filter(sight.hazards_ever()).filter(said_to_be_none()),
        _ => find.filter(sight.hazards()),
    };
    match of {
        HazardsOf::Dropped => find,
        HazardsOf::Found => find,
        HazardsOf::Removed => find.filter(Column::RemovedAt.is_not_null()),
        HazardsOf::Listed | HazardsOf::Overdue | HazardsOf::ToRecheck => {
            find.filter(Column::RemovedAt.is_null())
        }
    }
}

/// Taken back by themselves, not with their round.
fn said_to_be_none() -> Condition {
    let noted = SeaQuery::select()
        .column(hazard_note::Column::HazardId)
        .from(hazard_note::Entity)
        .and_where(hazard_note::Column::Kind.eq(DROPPED))
        .and_where(
            Expr::col((hazard_note::Entity, hazard_note::Column::CommunityId))
                .equals((hazard::Entity, hazard::Column::CommunityId)),
        )
        .take();
    Condition::all()
        .add(hazard::Column::WithdrawnAt.is_not_null())
        .add(hazard::Column::Id.in_subquery(noted))
}

/// The same as their cases are asked for.
fn cases_of(find: Select<hazard::Entity>) -> SelectStatement {
    use hazard::Column;
    find.select_only()
        .columns([
            Column::CommunityId,
            Column::CaseId,
            Column::FoundAt,
            Column::Id,
        ])
        .into_query()
}

/// Cases of hazards on the list that are so.
pub(crate) async fn listed_that(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &HazardFilter,
    that: CasesThat,
) -> Result<Vec<(CommunityId, Uuid)>> {
    let filter = HazardFilter {
        of: Some(HazardsOf::Listed),
        ..*filter
    };
    let find = rows_of(&Sight::of(db, scope).await?, &filter);
    cases_among(db, cases_of(find), that, None).await
}

/// Hazards of the scope, the latest found first, at most a hundred; `before` and `before_id` lead on.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn hazards(
    db: &Database,
    scope: &Scope,
    filter: HazardFilter,
) -> Result<Vec<HazardView>> {
    use hazard::Column;
    let most = filter.most.map_or(LINES, |most| Ord::min(most, LINES));
    let mut find = rows_of(&Sight::of(db.read(), scope).await?, &filter);
    if let Some(that) = filter.of.and_then(by_case) {
        let cases = cases_among(db.read(), cases_of(find.clone()), that, Some(most)).await?;
        find = find.filter(Column::CaseId.is_in(cases.into_iter().map(|(_, case)| case)));
    }
    let rows = find
        .order_by_desc(Column::FoundAt)
        .order_by_desc(Column::Id)
        .limit(most)
        .all(db.read())
        .await?;
    views(db, rows).await
}

/// How many there are, whatever a page shows of them; `before` leads nowhere here.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn count_hazards(db: &Database, scope: &Scope, filter: HazardFilter) -> Result<u64> {
    let whole = HazardFilter {
        before: None,
        ..filter
    };
    let find = rows_of(&Sight::of(db.read(), scope).await?, &whole);
    match filter.of.and_then(by_case) {
        Some(that) => count_among(db.read(), cases_of(find), that).await,
        None => Ok(find.count(db.read()).await?),
    }
}

/// One hazard of the scope.
///
/// # Errors
/// 404 outside the scope.
pub async fn hazard_view(db: &Database, scope: &Scope, id: Uuid) -> Result<HazardView> {
    let row = row_of(db, scope, id).await?;
    views(db, vec![row])
        .await?
        .pop()
        .ok_or_else(Problem::not_found)
}

async fn row_of(db: &Database, scope: &Scope, id: Uuid) -> Result<hazard::Model> {
    let sight = Sight::of(db.read(), scope).await?;
    let seen = Condition::any()
        .add(sight.hazards())
        .add(sight.hazards_ever().add(said_to_be_none()));
    hazard::Entity::find()
        .filter(seen)
        .filter(hazard::Column::Id.eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)
}

/// What the caller may do with it now, by its own rules.
///
/// # Errors
/// 404 outside the scope.
pub async fn possible_steps(
    db: &Database,
    ctx: &Ctx,
    scope: &Scope,
    id: Uuid,
) -> Result<Vec<&'static str>> {
    let row = row_of(db, scope, id).await?;
    let wanted = [(CommunityId(row.community_id), row.case_id)];
    let cases = footings(db.read(), &wanted).await?;
    let Some(case) = cases.get(&row.case_id) else {
        return Ok(Vec::new());
    };
    let state = state_of(&row, case, (0, 0));
    let who = standpoint(db.read(), ctx, &row, case).await?;
    Ok(possible(&state, who))
}

/// Which of these findings are hazards.
pub(crate) async fn hazards_among(
    db: &Database,
    community: CommunityId,
    findings: &[Uuid],
) -> Result<Vec<Uuid>> {
    Ok(hazard::Entity::find()
        .select_only()
        .column(hazard::Column::Id)
        .filter(hazard::Column::CommunityId.eq(community.0))
        .filter(hazard::Column::Id.is_in(findings.iter().copied()))
        .into_tuple()
        .all(db.read())
        .await?)
}

struct Parts {
    findings: HashMap<Uuid, FindingView>,
    cases: HashMap<Uuid, CaseFooting>,
    judgements: HashMap<Uuid, JudgementView>,
    notes: HashMap<Uuid, Vec<HazardNote>>,
    seen: HashMap<Uuid, Vec<HazardSeen>>,
    names: HashMap<Uuid, String>,
    checklists: HashMap<Uuid, (Option<String>, Option<String>)>,
    campaigns: HashMap<Uuid, (i32, String)>,
}

/// In so many queries, however many hazards.
async fn views(db: &Database, rows: Vec<hazard::Model>) -> Result<Vec<HazardView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut communities: Vec<i64> = rows.iter().map(|row| row.community_id).collect();
    communities.sort_unstable();
    communities.dedup();
    let found = finding::Entity::find()
        .filter(finding::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(finding::Column::Id.is_in(ids.iter().copied()))
        .all(db.read())
        .await?;
    let findings = super::findings::views(db, found).await?;
    let wanted: Vec<(CommunityId, Uuid)> = rows
        .iter()
        .map(|row| (CommunityId(row.community_id), row.case_id))
        .collect();
    let premises: Vec<Uuid> = rows.iter().map(|row| row.premises_id).collect();
    let named = Premises::named(db.read(), &communities, &premises).await?;
    let rounds: Vec<Uuid> = rows.iter().map(|row| row.round_id).collect();
    let mut parts = Parts {
        findings: findings.into_iter().map(|one| (one.id, one)).collect(),
        cases: footings(db.read(), &wanted).await?,
        judgements: judgements_for(db, &communities, &ids).await?,
        notes: notes(db, &communities, &ids).await?,
        seen: seen_again(db, &communities, &ids).await?,
        names: named.into_iter().map(|(id, one)| (id, one.name)).collect(),
        checklists: super::rounds::checklists_of(db, &communities, rounds).await?,
        campaigns: shown_by(db, &rows).await?,
    };
    Ok(rows
        .into_iter()
        .filter_map(|row| one(row, &mut parts))
        .collect())
}

/// Photographs a re-check has to show by campaign, and why.
async fn shown_by(db: &Database, rows: &[hazard::Model]) -> Result<HashMap<Uuid, (i32, String)>> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.campaign_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = campaign::Entity::find()
        .filter(campaign::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(campaign::Column::Id.is_in(ids))
        .all(db.read())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, (row.photographs, row.basis)))
        .collect())
}

async fn notes(
    db: &Database,
    communities: &[i64],
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<HazardNote>>> {
    let rows = hazard_note::Entity::find()
        .filter(hazard_note::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(hazard_note::Column::HazardId.is_in(ids.iter().copied()))
        .order_by_asc(hazard_note::Column::At)
        .all(db.read())
        .await?;
    let mut all: HashMap<Uuid, Vec<HazardNote>> = HashMap::new();
    for row in rows {
        all.entry(row.hazard_id).or_default().push(HazardNote {
            kind: row.kind,
            text: row.text,
            at: Micros(row.at),
            by_name: row.by_name,
        });
    }
    Ok(all)
}

/// On which later rounds they were met again, the oldest first.
async fn seen_again(
    db: &Database,
    communities: &[i64],
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<HazardSeen>>> {
    let rows = finding::Entity::find()
        .filter(finding::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(finding::Column::SeenOf.is_in(ids.iter().copied()))
        .filter(finding::Column::State.eq(FindingState::Seen.as_str()))
        .order_by_asc(finding::Column::FoundAt)
        .all(db.read())
        .await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut judged = judgements_for(db, communities, &found).await?;
    let rounds: Vec<(Uuid, String)> = round::Entity::find()
        .select_only()
        .columns([round::Column::Id, round::Column::ByName])
        .filter(round::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(round::Column::Id.is_in(rows.iter().map(|row| row.round_id)))
        .into_tuple()
        .all(db.read())
        .await?;
    let names: HashMap<Uuid, String> = rounds.into_iter().collect();
    let mut all: HashMap<Uuid, Vec<HazardSeen>> = HashMap::new();
    for row in rows {
        let Some(of) = row.seen_of else { continue };
        all.entry(of).or_default().push(HazardSeen {
            round: row.round_id,
            judgement: judged.remove(&row.id),
            text: row.text,
            at: Micros(row.found_at),
            by_name: names.get(&row.round_id).cloned().unwrap_or_default(),
        });
    }
    Ok(all)
}

fn one(row: hazard::Model, parts: &mut Parts) -> Option<HazardView> {
    let found = parts.findings.remove(&row.id)?;
    let case = parts.cases.remove(&row.case_id)?;
    let campaign = row.campaign_id.and_then(|id| parts.campaigns.get(&id));
    let (photographs, basis) = campaign.cloned().unwrap_or_default();
    let answered = parts.checklists.get(&row.round_id).cloned();
    let (checklist, read_by) = answered.unwrap_or_default();
    Some(HazardView {
        step: step(&state_of(&row, &case, (0, 0))),
        cause: cause(&row),
        id: row.id,
        version: row.version,
        community: CommunityId(row.community_id),
        grid: row.grid_id.map(AreaId),
        neighbourhood: row.neighbourhood_id.map(AreaId),
        round: row.round_id,
        campaign: row.campaign_id,
        premises: row.premises_id,
        premises_name: parts.names.get(&row.premises_id).cloned()?,
        category: found.category,
        severity: found.severity,
        text: found.text,
        section: row.section,
        stalls: serde_json::from_str(&row.stalls).unwrap_or_default(),
        spot: row.spot,
        evidence: serde_json::from_str(&row.evidence).unwrap_or_default(),
        checklist,
        read_by,
        judgement: parts.judgements.remove(&row.id),
        rule: row.rule,
        fixer: case.lead,
        case: case.id,
        case_number: case.number,
        case_status: case.status,
        due_at: case.due_at,
        overdue: case.overdue && row.removed_at.is_none(),
        reworks: case.reworks,
        extension_asked: case.extension_asked.map(|asked| HazardExtension {
            days: asked.days,
            reason: asked.reason,
        }),
        extensions: case.extensions,
        notes: parts.notes.remove(&row.id).unwrap_or_default(),
        rechecks: found.returns,
        seen: parts.seen.remove(&row.id).unwrap_or_default(),
        photographs,
        basis,
        found_at: Micros(row.found_at),
        removed_at: row.removed_at.map(Micros),
    })
}
