//! What campaigns ask for: premises on the list of one that is under way are due until somebody inspected them, for whoever
//! inspects in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Result, Scope};
use youlin_places::premises::Premises;

use super::walkers::{Asks, Walker};
use super::{
    CampaignView, DueLine, SubjectView, campaigns, checklists_of, newest_published, visible,
};
use crate::entities::campaign_premises;
use crate::model::{Due, RoundKind, Subject, SubjectKind, Window};
use crate::service::Rounds;

/// A campaign with its days.
struct Running {
    view: CampaignView,
    first: Date,
    last: Date,
    /// `id@version` of the checklist in use.
    checklist: Option<String>,
}

/// Premises on the list: community, campaign, premises, grid, neighbourhood, since when.
type Listed = (i64, Uuid, Uuid, Option<i64>, Option<i64>, i64);

/// The premises of running campaigns that were not inspected yet, or one of them.
///
/// # Errors
/// 503 when the database does not answer.
pub(super) async fn campaigns_due(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    scope: &Scope,
    of: Option<Uuid>,
) -> Result<Vec<DueLine>> {
    let running = running(db, ctx, scope).await?;
    if running.is_empty() {
        return Ok(Vec::new());
    }
    let listed = listed(db, scope, &running, of).await?;
    let communities: BTreeSet<i64> = listed.iter().map(|row| row.0).collect();
    let mut asks = Asks::default();
    for community in communities.iter().copied().map(CommunityId) {
        for one in running.values() {
            asks.name(community, &one.view.inspectors);
        }
    }
    let walker = Walker::asked(rounds, db.read(), ctx, ctx.now(), asks).await?;
    let communities: Vec<i64> = communities.into_iter().collect();
    let ids: Vec<Uuid> = listed.iter().map(|row| row.2).collect();
    let named = Premises::named(db.read(), &communities, &ids).await?;
    let line = |(community, campaign, id, grid, neighbourhood, added): Listed| {
        let one = running.get(&campaign)?;
        let premises = named.get(&id).filter(|one| one.closed_at.is_none())?;
        let subject = SubjectView {
            subject: Subject {
                kind: SubjectKind::Premises,
                id,
            },
            community: CommunityId(community),
            name: premises.name.clone(),
            grid: grid.map(AreaId),
            neighbourhood: neighbourhood.map(AreaId),
            course: None,
            chiefs: Vec::new(),
            closed_at: None,
        };
        Some(DueLine {
            policy: None,
            policy_title: one.view.title.clone(),
            campaign: Some(campaign),
            kind: RoundKind::Inspection,
            checklist: one.checklist.clone(),
            community: subject.community,
            subject: subject.subject,
            window: Window {
                first: one.first.max(Micros(added).date()),
                last: one.last,
                wanted: 1,
            },
            due: Due::Open { left: 1 },
            short: 0,
            chief: None,
            yours: walker.inspects(ctx, &one.view.inspectors, &subject),
            subject_name: subject.name,
        })
    };
    Ok(listed.into_iter().filter_map(line).collect())
}

/// Campaigns that have started, are not ended, and whose days these are.
async fn running(db: &Database, ctx: &Ctx, scope: &Scope) -> Result<BTreeMap<Uuid, Running>> {
    let today = ctx.now().date();
    let mut found = BTreeMap::new();
    for view in campaigns(db, ctx, scope).await? {
        let days = view.first_day.parse().ok().zip(view.last_day.parse().ok());
        let Some((first, last)) = days else {
            continue;
        };
        let under_way = view.started_at.is_some() && view.closed_at.is_none();
        if under_way && (first..=last).contains(&today) {
            let one = Running {
                checklist: None,
                view,
                first,
                last,
            };
            found.insert(one.view.id, one);
        }
    }
    if !found.is_empty() {
        let in_use = newest_published(checklists_of(db, ctx.areas(), scope).await?);
        for one in found.values_mut() {
            let held = in_use.iter().find(|line| line.code == one.view.checklist);
            one.checklist = held.map(|line| line.name.clone());
        }
    }
    Ok(found)
}

async fn listed(
    db: &Database,
    scope: &Scope,
    running: &BTreeMap<Uuid, Running>,
    of: Option<Uuid>,
) -> Result<Vec<Listed>> {
    use campaign_premises::Column;
    let place = (Column::CommunityId, Column::GridId, Column::NeighbourhoodId);
    let mut find = campaign_premises::Entity::find()
        .select_only()
        .columns([
            Column::CommunityId,
            Column::CampaignId,
            Column::PremisesId,
            Column::GridId,
            Column::NeighbourhoodId,
            Column::AddedAt,
        ])
        .filter(visible(scope, place.0, place.1, place.2))
        .filter(Column::CampaignId.is_in(running.keys().copied()))
        .filter(Column::DroppedAt.is_null())
        .filter(Column::InspectedAt.is_null());
    if let Some(premises) = of {
        find = find.filter(Column::PremisesId.eq(premises));
    }
    Ok(find.into_tuple().all(db.read()).await?)
}
