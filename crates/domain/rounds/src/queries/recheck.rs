//! Who goes and looks again (谁复查), by what a policy says, and by default: whoever inspected, the community's
//! own staff and the levels above, and the fire station. Never whoever caused it or put it right: the rules of hazards and of
//! cases refuse that.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_cases::{CaseFooting, footings};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result, Scope};
use youlin_people::{Directory, OrganisationKind, Party};

use super::FindingView;
use super::campaigns::{CampaignView, view as campaign_row};
use crate::entities::{campaign, hazard, round, round_policy};
use crate::model::{Policy, SubjectKind, Walkers};
use crate::permissions::{RECHECK_OWN, ROUNDS_RECHECK, may_walk_to};

/// What is to be looked at again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looked {
    pub(crate) community: CommunityId,
    pub(crate) round: Uuid,
    pub(crate) areas: [Option<AreaId>; 2],
}

/// Whether the caller is among those who look again. That they did not cause it or put it right is asked elsewhere.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn may_recheck(db: &impl ConnectionTrait, ctx: &Ctx, of: Looked) -> Result<bool> {
    let round = round::Entity::find_by_id((of.community.0, of.round))
        .one(db)
        .await?
        .ok_or_else(Problem::not_found)?;
    let kind = SubjectKind::parse(&round.subject_kind).unwrap_or(SubjectKind::Dwelling);
    if may_walk_to(ctx, of.community, kind, &of.areas).is_err() {
        return Ok(false);
    }
    // A reach lies in no grid: whoever looks after one of them looks after all of it.
    let placed = of.areas.iter().any(Option::is_some);
    let staff = ctx.scope(&RECHECK_OWN).is_ok_and(|scope| {
        scope.contains_community(of.community)
            && (!placed || scope.contains(of.community, &of.areas))
    });
    if staff || inspected(ctx, &round) {
        return Ok(true);
    }
    let parties = Directory::parties_of(ctx);
    let mut names = Vec::new();
    if let Some(policy) = policy_of(db, &round).await? {
        if let Walkers::Party { party } = policy.walkers {
            names.push(party);
        }
        names.extend(policy.recheckers);
    }
    for campaign in campaigns_of(db, of).await? {
        names.extend(campaign.inspectors);
        names.extend(campaign.recheckers);
    }
    if names.iter().any(|party| parties.contains(party)) {
        return Ok(true);
    }
    fire_station(db, ctx, of, kind, &parties).await
}

/// Whether the caller, or the caller's organisation, puts it right: others look.
pub(crate) fn puts_right(ctx: &Ctx, case: &CaseFooting) -> bool {
    let said_so = case.handled_by.is_some() && case.handled_by == ctx.actor().id();
    let parties = Directory::parties_of(ctx);
    said_so || case.lead.is_some_and(|lead| parties.contains(&lead))
}

/// [`puts_right`] of a case.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn fixes(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    case: (CommunityId, Uuid),
) -> Result<bool> {
    let found = footings(db, &[case]).await?.remove(&case.1);
    Ok(found.is_some_and(|case| puts_right(ctx, &case)))
}

/// What a page offers of a return visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Return {
    Form,
    /// Their own work: others look.
    OwnWork,
    /// Not among those who look again.
    Others,
}

/// What the caller is offered for each of these findings of one round that wait for somebody to look.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn returns(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    findings: &[FindingView],
    looked: Looked,
) -> Result<HashMap<Uuid, Return>> {
    let filed: Vec<(Uuid, Uuid)> = findings
        .iter()
        .filter_map(|one| Some((one.id, one.case.as_ref()?.id)))
        .collect();
    if filed.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted: Vec<(CommunityId, Uuid)> = filed
        .iter()
        .map(|(_, case)| (looked.community, *case))
        .collect();
    let cases = footings(db, &wanted).await?;
    let rechecks = may_recheck(db, ctx, looked).await?;
    let offer = |case: &Uuid| match cases.get(case) {
        Some(case) if puts_right(ctx, case) => Return::OwnWork,
        _ if rechecks => Return::Form,
        _ => Return::Others,
    };
    Ok(filed.iter().map(|(id, case)| (*id, offer(case))).collect())
}

/// Whoever inspected, and their organisation.
fn inspected(ctx: &Ctx, round: &round::Model) -> bool {
    let actor = ctx.actor();
    let same = round.by_id.is_some() && round.by_id == actor.id();
    let person = round.by_person;
    let theirs = Directory::parties_of(ctx);
    same || person.is_some_and(|id| actor.persons().any(|one| one == id))
        || round
            .by_organisation
            .is_some_and(|id| theirs.contains(&Party::organisation(id)))
}

async fn policy_of(db: &impl ConnectionTrait, round: &round::Model) -> Result<Option<Policy>> {
    let Some(id) = round.policy_id else {
        return Ok(None);
    };
    let row = round_policy::Entity::find_by_id((round.community_id, id))
        .one(db)
        .await?;
    row.map(|row| serde_json::from_str(&row.policy).map_err(Problem::internal))
        .transpose()
}

/// The campaigns in which something was found on the round.
async fn campaigns_of(db: &impl ConnectionTrait, of: Looked) -> Result<Vec<CampaignView>> {
    let found: Vec<Option<Uuid>> = hazard::Entity::find()
        .select_only()
        .column(hazard::Column::CampaignId)
        .distinct()
        .filter(hazard::Column::CommunityId.eq(of.community.0))
        .filter(hazard::Column::RoundId.eq(of.round))
        .filter(hazard::Column::CampaignId.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    let found: Vec<Uuid> = found.into_iter().flatten().collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let rows = campaign::Entity::find()
        .filter(campaign::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(campaign::Column::Id.is_in(found))
        .all(db)
        .await?;
    rows.into_iter().map(campaign_row).collect()
}

/// The fire station looks at premises.
async fn fire_station(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    of: Looked,
    kind: SubjectKind,
    parties: &[Party],
) -> Result<bool> {
    if kind != SubjectKind::Premises {
        return Ok(false);
    }
    match ctx.scope(&ROUNDS_RECHECK) {
        Ok(scope) if scope.contains(of.community, &of.areas) => {
            let here = scope.narrowed(ctx.areas(), of.community.into());
            let parties: Vec<Uuid> = parties.iter().map(|party| party.id).collect();
            is_fire_station(db, &here, &parties).await
        }
        _ => Ok(false),
    }
}

/// Whether one of these parties is a fire station of the scope, or of no community.
///
/// # Errors
/// 503 when the database does not answer.
pub(super) async fn is_fire_station(
    db: &impl ConnectionTrait,
    scope: &Scope,
    parties: &[Uuid],
) -> Result<bool> {
    let kind = Some(OrganisationKind::FireStation);
    let stations = Directory::organisations(db, scope, kind).await?;
    Ok(stations.iter().any(|one| parties.contains(&one.id)))
}
