//! Who goes and looks again (谁复查), by what a policy says, and by default: whoever inspected, the community's
//! own staff and the levels above, and the fire station. Never whoever caused it or put it right: the rules of hazards and of
//! cases refuse that.

use std::collections::{BTreeSet, HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_cases::{CaseFooting, footings};
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result, Scope};
use youlin_people::{Directory, OrganisationKind, Party};

use super::campaigns::{CampaignView, view as campaign_row};
use super::{FindingStep, FindingView};
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
/// 404 for a round that is not there, 503 when the database does not answer.
pub(crate) async fn may_recheck(db: &impl ConnectionTrait, ctx: &Ctx, of: Looked) -> Result<bool> {
    let rounds = rounds_at(db, &[of]).await?;
    if !rounds.contains_key(&(of.community, of.round)) {
        return Err(Problem::not_found());
    }
    Ok(rechecks(db, ctx, &[of], &rounds, By::Anything).await?[0])
}

/// The same of many, in a few queries for all of them: those the caller looks at again.
///
/// # Errors
/// 503 when the database does not answer.
async fn may_recheck_all(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    all: &[Looked],
) -> Result<Vec<bool>> {
    let rounds = rounds_at(db, all).await?;
    rechecks(db, ctx, all, &rounds, By::Anything).await
}

/// Of each whether it is the caller's own to look at again: they inspected it, or are named for it, or come from the fire
/// station. What they may look at as staff of the whole area is not.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn own_to_recheck(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    all: &[Looked],
) -> Result<Vec<bool>> {
    let rounds = rounds_at(db, all).await?;
    rechecks(db, ctx, all, &rounds, By::Themselves).await
}

/// What is looked at again, and the case behind it.
pub(crate) struct Waits {
    pub(crate) looked: Looked,
    pub(crate) case: Option<Uuid>,
}

/// Of each whether the caller may look at it again and does not put it right.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn looked_at_by(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    waits: &[Waits],
) -> Result<Vec<bool>> {
    let looked: Vec<Looked> = waits.iter().map(|one| one.looked).collect();
    let may = may_recheck_all(db, ctx, &looked).await?;
    let cases = waits
        .iter()
        .filter_map(|one| Some((one.looked.community, one.case?)));
    let footings = footings(db, &cases.collect::<Vec<_>>()).await?;
    let own = |case| footings.get(&case).is_some_and(|one| puts_right(ctx, one));
    let all = waits.iter().zip(may);
    Ok(all
        .map(|(waits, may)| may && !waits.case.is_some_and(own))
        .collect())
}

/// Those of these findings that were said to be put right and that the caller may go and look at, by the very rules the visit
/// is taken by: never what they put right or caused.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn goes_back_to(
    db: &Database,
    ctx: &Ctx,
    findings: &[FindingView],
) -> Result<HashSet<Uuid>> {
    let waiting = findings
        .iter()
        .filter(|one| one.step == FindingStep::ToRevisit);
    let mut all: Vec<&FindingView> = waiting.collect();
    let caused = caused_by(db, ctx, &all).await?;
    all.retain(|one| !caused.contains(&one.id));
    let waits = |one: &&FindingView| Waits {
        looked: Looked {
            community: one.community,
            round: one.round,
            areas: [one.grid, one.neighbourhood],
        },
        case: one.case.as_ref().map(|case| case.id),
    };
    let waits: Vec<Waits> = all.iter().map(waits).collect();
    let may = looked_at_by(db.read(), ctx, &waits).await?;
    let mine = all.into_iter().zip(may).filter(|(_, may)| *may);
    Ok(mine.map(|(one, _)| one.id).collect())
}

/// Of these the hazards whose cause the caller, or the caller's organisation, is.
async fn caused_by(db: &Database, ctx: &Ctx, all: &[&FindingView]) -> Result<HashSet<Uuid>> {
    let parties = Directory::parties_of(ctx);
    if all.is_empty() || parties.is_empty() {
        return Ok(HashSet::new());
    }
    let communities: BTreeSet<i64> = all.iter().map(|one| one.community.0).collect();
    let caused: Vec<Uuid> = hazard::Entity::find()
        .select_only()
        .column(hazard::Column::Id)
        .filter(hazard::Column::CommunityId.is_in(communities))
        .filter(hazard::Column::Id.is_in(all.iter().map(|one| one.id)))
        .filter(hazard::Column::CauseId.is_in(parties.iter().map(|party| party.id)))
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(caused.into_iter().collect())
}

type RoundsAt = HashMap<(CommunityId, Uuid), round::Model>;

async fn rounds_at(db: &impl ConnectionTrait, all: &[Looked]) -> Result<RoundsAt> {
    if all.is_empty() {
        return Ok(HashMap::new());
    }
    let communities: BTreeSet<i64> = all.iter().map(|one| one.community.0).collect();
    let ids: BTreeSet<Uuid> = all.iter().map(|one| one.round).collect();
    let rows = round::Entity::find()
        .filter(round::Column::CommunityId.is_in(communities))
        .filter(round::Column::Id.is_in(ids))
        .all(db)
        .await?;
    let keyed = |row: round::Model| ((CommunityId(row.community_id), row.id), row);
    Ok(rows.into_iter().map(keyed).collect())
}

/// What makes somebody one of those who look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// Also that they are staff of the area.
    Anything,
    Themselves,
}

async fn rechecks(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    all: &[Looked],
    rounds: &RoundsAt,
    by: By,
) -> Result<Vec<bool>> {
    let policies = policies_of(db, rounds).await?;
    let campaigns = named_by_campaigns(db, rounds).await?;
    let parties = Directory::parties_of(ctx);
    let mut stations: HashMap<CommunityId, bool> = HashMap::new();
    let mut answers = Vec::with_capacity(all.len());
    for of in all {
        let Some(round) = rounds.get(&(of.community, of.round)) else {
            answers.push(false);
            continue;
        };
        let kind = SubjectKind::parse(&round.subject_kind).unwrap_or(SubjectKind::Dwelling);
        if may_walk_to(ctx, of.community, kind, &of.areas).is_err() {
            answers.push(false);
            continue;
        }
        let policy = round
            .policy_id
            .and_then(|id| policies.get(&(of.community, id)));
        let campaign = campaigns.get(&(of.community, of.round));
        let in_campaign =
            campaign.is_some_and(|of_it| of_it.iter().any(|one| parties.contains(one)));
        let named = is_named(policy, &parties) || in_campaign;
        let staff = by == By::Anything && is_staff(ctx, *of);
        if staff || inspected(ctx, round) || named {
            answers.push(true);
            continue;
        }
        if !may_as_station(ctx, *of, kind) {
            answers.push(false);
            continue;
        }
        let known = stations.get(&of.community).copied();
        let station = match known {
            Some(known) => known,
            None => fire_station(db, ctx, of.community, &parties).await?,
        };
        stations.insert(of.community, station);
        answers.push(station);
    }
    Ok(answers)
}

/// A reach lies in no grid: whoever looks after one of them looks after all of it.
fn is_staff(ctx: &Ctx, of: Looked) -> bool {
    let placed = of.areas.iter().any(Option::is_some);
    ctx.scope(&RECHECK_OWN).is_ok_and(|scope| {
        scope.contains_community(of.community)
            && (!placed || scope.contains(of.community, &of.areas))
    })
}

/// Whether a policy names one of these parties to walk or to look again.
fn is_named(policy: Option<&Policy>, parties: &[Party]) -> bool {
    policy.is_some_and(|policy| {
        let walks = matches!(&policy.walkers, Walkers::Party { party } if parties.contains(party));
        walks || policy.recheckers.iter().any(|one| parties.contains(one))
    })
}

/// Whether the caller, or the caller's organisation, puts it right: others look.
pub(crate) fn puts_right(ctx: &Ctx, case: &CaseFooting) -> bool {
    let said_so = case.handled_by.is_some() && case.handled_by == ctx.actor().id();
    let parties = Directory::parties_of(ctx);
    said_so || case.lead.is_some_and(|lead| parties.contains(&lead))
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

async fn policies_of(
    db: &impl ConnectionTrait,
    rounds: &RoundsAt,
) -> Result<HashMap<(CommunityId, Uuid), Policy>> {
    let asked = rounds.values().filter_map(|round| round.policy_id);
    let asked: BTreeSet<Uuid> = asked.collect();
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let communities: BTreeSet<i64> = rounds.keys().map(|(community, _)| community.0).collect();
    let rows = round_policy::Entity::find()
        .filter(round_policy::Column::CommunityId.is_in(communities))
        .filter(round_policy::Column::Id.is_in(asked))
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let policy = serde_json::from_str(&row.policy).map_err(Problem::internal)?;
            Ok(((CommunityId(row.community_id), row.id), policy))
        })
        .collect()
}

/// Whom the campaigns name to inspect or to look again, by the rounds on which something of them was found.
async fn named_by_campaigns(
    db: &impl ConnectionTrait,
    rounds: &RoundsAt,
) -> Result<HashMap<(CommunityId, Uuid), Vec<Party>>> {
    let communities: BTreeSet<i64> = rounds.keys().map(|(community, _)| community.0).collect();
    let found: Vec<(i64, Uuid, Option<Uuid>)> = hazard::Entity::find()
        .select_only()
        .columns([
            hazard::Column::CommunityId,
            hazard::Column::RoundId,
            hazard::Column::CampaignId,
        ])
        .distinct()
        .filter(hazard::Column::CommunityId.is_in(communities))
        .filter(hazard::Column::RoundId.is_in(rounds.keys().map(|(_, round)| *round)))
        .filter(hazard::Column::CampaignId.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    let ids: BTreeSet<Uuid> = found
        .iter()
        .filter_map(|(_, _, campaign)| *campaign)
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = campaign::Entity::find()
        .filter(campaign::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(campaign::Column::Id.is_in(ids))
        .all(db)
        .await?;
    let views: Vec<CampaignView> = rows.into_iter().map(campaign_row).collect::<Result<_>>()?;
    let mut names: HashMap<_, Vec<Party>> = HashMap::new();
    for (community, round, campaign) in found {
        for view in views.iter().filter(|view| Some(view.id) == campaign) {
            let of_round = names.entry((CommunityId(community), round)).or_default();
            of_round.extend(view.inspectors.iter().chain(&view.recheckers).cloned());
        }
    }
    Ok(names)
}

/// The fire station looks at premises.
fn may_as_station(ctx: &Ctx, of: Looked, kind: SubjectKind) -> bool {
    let scope = ctx.scope(&ROUNDS_RECHECK);
    kind == SubjectKind::Premises
        && scope.is_ok_and(|scope| scope.contains(of.community, &of.areas))
}

async fn fire_station(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    community: CommunityId,
    parties: &[Party],
) -> Result<bool> {
    let here = ctx
        .scope(&ROUNDS_RECHECK)?
        .narrowed(ctx.areas(), community.into());
    let parties: Vec<Uuid> = parties.iter().map(|party| party.id).collect();
    is_fire_station(db, &here, &parties).await
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
