//! Campaigns and their figures: per community what is on the list, inspected, found, removed, overdue. Each figure is counted
//! set-wise from a covering index, and is the length of the list it opens to.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_cases::CasesThat;
use youlin_database::Database;
use youlin_datasets::cube::Query;
use youlin_datasets::known_since;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result, Scope};
use youlin_people::Party;
use youlin_places::premises::Premises;

use super::hazards::listed_that;
use super::sight::Sight;
use super::{HazardFilter, visible};
use crate::entities::{campaign, campaign_premises, hazard};

/// Premises of one page.
const PAGE: u64 = 100;

/// A campaign (专项行动).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CampaignView {
    pub id: Uuid,
    pub version: i32,
    pub title: String,
    pub area: AreaId,
    /// `2026-10-15`
    pub first_day: String,
    pub last_day: String,
    /// Id of the checklist.
    pub checklist: String,
    /// The question to the registers its list was made from.
    #[schema(value_type = Object)]
    pub question: Query,
    /// Photographs a re-check has to show, and why they may be asked for.
    pub photographs: i32,
    pub basis: String,
    pub started_at: Option<Micros>,
    pub closed_at: Option<Micros>,
    /// Parties that inspect in it; none: whoever looks after the grid.
    pub inspectors: Vec<Party>,
    /// Parties that look again besides those who always do.
    pub recheckers: Vec<Party>,
}

/// Parties as they are kept.
fn parties(text: Option<&str>) -> Result<Vec<Party>> {
    let held = text.map(serde_json::from_str).transpose();
    held.map(Option::unwrap_or_default)
        .map_err(Problem::internal)
}

pub(crate) fn view(row: campaign::Model) -> Result<CampaignView> {
    let mut question: Query = serde_json::from_str(&row.question).map_err(Problem::internal)?;
    question.named_at.get_or_insert(known_since(row.id));
    Ok(CampaignView {
        id: row.id,
        version: row.version,
        title: row.title,
        area: AreaId(row.area_id),
        first_day: row.first_day,
        last_day: row.last_day,
        checklist: row.checklist,
        question,
        photographs: row.photographs,
        basis: row.basis,
        started_at: row.started_at.map(Micros),
        closed_at: row.closed_at.map(Micros),
        inspectors: parties(row.inspectors.as_deref())?,
        recheckers: parties(row.recheckers.as_deref())?,
    })
}

/// All campaigns that touch the scope, the newest first; ended ones last.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn campaigns(db: &Database, ctx: &Ctx, scope: &Scope) -> Result<Vec<CampaignView>> {
    let tree = ctx.areas();
    let rows = campaign::Entity::find()
        .filter(campaign::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .order_by_desc(campaign::Column::FirstDay)
        .all(db.read())
        .await?;
    let mut all = Vec::new();
    for row in rows {
        if scope.reaches(tree, AreaId(row.area_id)) {
            all.push(view(row)?);
        }
    }
    all.sort_by_key(|one| one.closed_at.is_some());
    Ok(all)
}

/// One of them.
///
/// # Errors
/// 404 when it touches nothing of the scope.
pub async fn campaign_view(
    db: &Database,
    ctx: &Ctx,
    scope: &Scope,
    id: Uuid,
) -> Result<CampaignView> {
    let row = campaign::Entity::find_by_id((CommunityId::SYSTEM.0, id))
        .one(db.read())
        .await?
        .filter(|row| scope.reaches(ctx.areas(), AreaId(row.area_id)))
        .ok_or_else(Problem::not_found)?;
    view(row)
}

/// The campaign an inspection of these premises belongs to: on its list, not closed, running on the day the inspection began,
/// with this checklist if any was used; of several the one that started last.
pub(crate) async fn campaign_of(
    db: &Database,
    community: CommunityId,
    premises: Uuid,
    checklist: Option<&str>,
    day: Date,
) -> Result<Option<Uuid>> {
    let listed: Vec<Uuid> = campaign_premises::Entity::find()
        .select_only()
        .column(campaign_premises::Column::CampaignId)
        .filter(campaign_premises::Column::CommunityId.eq(community.0))
        .filter(campaign_premises::Column::PremisesId.eq(premises))
        .filter(campaign_premises::Column::DroppedAt.is_null())
        .into_tuple()
        .all(db.read())
        .await?;
    if listed.is_empty() {
        return Ok(None);
    }
    let day = day.to_string();
    let checklist = checklist.map(|name| name.split('@').next().unwrap_or(name));
    let rows = campaign::Entity::find()
        .filter(campaign::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(campaign::Column::Id.is_in(listed))
        .filter(campaign::Column::StartedAt.is_not_null())
        .filter(campaign::Column::ClosedAt.is_null())
        .order_by_desc(campaign::Column::StartedAt)
        .all(db.read())
        .await?;
    let found = rows.into_iter().find(|row| {
        row.first_day <= day
            && day <= row.last_day
            && checklist.is_none_or(|one| one == row.checklist)
    });
    Ok(found.map(|row| row.id))
}

/// Figures of one community.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignFigures {
    /// Premises on the list.
    pub listed: i64,
    pub inspected: i64,
    /// Hazards.
    pub found: i64,
    /// Of them, removed from the list.
    pub removed: i64,
    /// Of those that are not, past their day.
    pub overdue: i64,
}

impl std::ops::AddAssign for CampaignFigures {
    fn add_assign(&mut self, other: Self) {
        self.listed += other.listed;
        self.inspected += other.inspected;
        self.found += other.found;
        self.removed += other.removed;
        self.overdue += other.overdue;
    }
}

/// What a campaign counts, by community.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn campaign_figures(
    db: &Database,
    scope: &Scope,
    id: Uuid,
) -> Result<BTreeMap<CommunityId, CampaignFigures>> {
    let mut all: BTreeMap<CommunityId, CampaignFigures> = BTreeMap::new();
    let listed: Vec<(i64, i64, i64)> = campaign_premises::Entity::find()
        .select_only()
        .column(campaign_premises::Column::CommunityId)
        .column_as(campaign_premises::Column::PremisesId.count(), "listed")
        .column_as(campaign_premises::Column::InspectedAt.count(), "inspected")
        .filter(listed_in(scope, id))
        .group_by(campaign_premises::Column::CommunityId)
        .into_tuple()
        .all(db.read())
        .await?;
    for (community, listed, inspected) in listed {
        let figures = all.entry(CommunityId(community)).or_default();
        (figures.listed, figures.inspected) = (listed, inspected);
    }
    let found: Vec<(i64, i64, i64)> = hazard::Entity::find()
        .select_only()
        .column(hazard::Column::CommunityId)
        .column_as(hazard::Column::CaseId.count(), "found")
        .column_as(hazard::Column::RemovedAt.count(), "removed")
        .filter(Sight::of(db.read(), scope).await?.hazards())
        .filter(hazard::Column::CampaignId.eq(id))
        .group_by(hazard::Column::CommunityId)
        .into_tuple()
        .all(db.read())
        .await?;
    for (community, found, removed) in found {
        let figures = all.entry(CommunityId(community)).or_default();
        (figures.found, figures.removed) = (found, removed);
    }
    let of = HazardFilter {
        campaign: Some(id),
        ..HazardFilter::default()
    };
    for (community, _case) in listed_that(db.read(), scope, &of, CasesThat::AreOverdue).await? {
        all.entry(community).or_default().overdue += 1;
    }
    Ok(all)
}

fn listed_in(scope: &Scope, id: Uuid) -> sea_orm::Condition {
    use campaign_premises::Column;
    visible(
        scope,
        Column::CommunityId,
        Column::GridId,
        Column::NeighbourhoodId,
    )
    .add(Column::CampaignId.eq(id))
    .add(Column::DroppedAt.is_null())
}

/// Premises on a campaign's list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CampaignPremises {
    pub premises: Uuid,
    pub community: CommunityId,
    pub name: String,
    pub stalls: i64,
    pub inspected_at: Option<Micros>,
    pub found: i64,
    pub removed: i64,
}

/// The list, those not yet inspected first; a hundred from `from` on.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn campaign_list(
    db: &Database,
    scope: &Scope,
    id: Uuid,
    from: u64,
) -> Result<Vec<CampaignPremises>> {
    part_of_list(db, listed_in(scope, id), id, from).await
}

/// The part of the list that was inspected, the latest first; a hundred from `from` on.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn campaign_inspected(
    db: &Database,
    scope: &Scope,
    id: Uuid,
    from: u64,
) -> Result<Vec<CampaignPremises>> {
    let inspected = campaign_premises::Column::InspectedAt.is_not_null();
    part_of_list(db, listed_in(scope, id).add(inspected), id, from).await
}

async fn part_of_list(
    db: &Database,
    wanted: sea_orm::Condition,
    id: Uuid,
    from: u64,
) -> Result<Vec<CampaignPremises>> {
    use campaign_premises::Column;
    let rows: Vec<(i64, Uuid, Option<i64>)> = campaign_premises::Entity::find()
        .select_only()
        .columns([Column::CommunityId, Column::PremisesId, Column::InspectedAt])
        .filter(wanted)
        .order_by_with_nulls(
            Column::InspectedAt,
            sea_orm::Order::Desc,
            sea_orm::sea_query::NullOrdering::First,
        )
        .order_by_asc(Column::PremisesId)
        // No list is longer, and no database counts further than its signed numbers go.
        .offset(from.min(u64::from(u32::MAX)))
        .limit(PAGE)
        .into_tuple()
        .all(db.read())
        .await?;
    let communities: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.1).collect();
    let mut named = Premises::named(db.read(), &communities, &ids).await?;
    let counts: Vec<(Uuid, i64, i64)> = hazard::Entity::find()
        .select_only()
        .column(hazard::Column::PremisesId)
        .column_as(hazard::Column::CaseId.count(), "found")
        .column_as(hazard::Column::RemovedAt.count(), "removed")
        .filter(hazard::Column::CommunityId.is_in(communities))
        .filter(hazard::Column::PremisesId.is_in(ids))
        .filter(hazard::Column::CampaignId.eq(id))
        .filter(hazard::Column::WithdrawnAt.is_null())
        .group_by(hazard::Column::PremisesId)
        .into_tuple()
        .all(db.read())
        .await?;
    let counts: HashMap<Uuid, (i64, i64)> = counts
        .into_iter()
        .map(|(id, found, removed)| (id, (found, removed)))
        .collect();
    let line = |(community, premises, inspected): (i64, Uuid, Option<i64>)| {
        let one = named.remove(&premises)?;
        let (found, removed) = counts.get(&premises).copied().unwrap_or_default();
        Some(CampaignPremises {
            premises,
            community: CommunityId(community),
            name: one.name,
            stalls: one.stalls,
            inspected_at: inspected.map(Micros),
            found,
            removed,
        })
    };
    Ok(rows.into_iter().filter_map(line).collect())
}

/// Ids on the list, by community; also of what a refresh took off.
pub(crate) async fn listed_ids(
    db: &Database,
    id: Uuid,
) -> Result<HashMap<CommunityId, Vec<(Uuid, bool)>>> {
    use campaign_premises::Column;
    let rows: Vec<(i64, Uuid, Option<i64>)> = campaign_premises::Entity::find()
        .select_only()
        .columns([Column::CommunityId, Column::PremisesId, Column::DroppedAt])
        .filter(Column::CampaignId.eq(id))
        .into_tuple()
        .all(db.read())
        .await?;
    let mut all: HashMap<CommunityId, Vec<(Uuid, bool)>> = HashMap::new();
    for (community, premises, dropped) in rows {
        let list = all.entry(CommunityId(community)).or_default();
        list.push((premises, dropped.is_none()));
    }
    Ok(all)
}
