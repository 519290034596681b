//! What there is, and how much of it is free.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result, Scope};

use super::loans::{LoanRow, loans_of_resource};
use crate::commands::{Contact, stock};
use crate::entities::{resource, resource_loan};
use crate::model::{LoanState, Opening, ResourceKind, ResourceState, free};
use crate::service::Sharing;

/// Shown at once; a community has fewer.
const MOST: u64 = 1_000;

/// What the list is narrowed by.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResourceFilter {
    pub area: Option<i64>,
    pub kind: Option<ResourceKind>,
    /// Part of the name, the description or the address.
    pub q: Option<String>,
    /// Only those in this state; without it all but retired ones.
    pub state: Option<ResourceState>,
    /// Retired ones too.
    pub retired: bool,
}

impl ResourceFilter {
    /// What the database narrows.
    pub(super) fn select(&self, scope: &Scope) -> sea_orm::Select<resource::Entity> {
        let mut find = resource::Entity::find()
            .filter(resource::Column::CommunityId.is_in(scope.communities()));
        if let Some(kind) = self.kind {
            find = find.filter(resource::Column::Kind.eq(kind.as_str()));
        }
        if let Some(state) = self.state {
            find = find.filter(resource::Column::State.eq(state.as_str()));
        } else if !self.retired {
            find = find.filter(resource::Column::State.ne(ResourceState::Retired.as_str()));
        }
        find
    }

    /// What is narrowed afterwards: below the community only what belongs there; what is the community's serves all of it.
    pub(super) fn keep(&self, ctx: &Ctx, rows: &mut Vec<resource::Model>) {
        if let Some(area) = self.area {
            let tree = ctx.areas();
            rows.retain(|row| {
                let own = AreaId(row.area_id);
                tree.is_within(own, AreaId(area)) || tree.is_within(AreaId(area), own)
            });
        }
        let text = self.q.as_deref().unwrap_or_default().trim().to_lowercase();
        if !text.is_empty() {
            let has = |own: &str| own.to_lowercase().contains(&text);
            rows.retain(|row| has(&row.name) || has(&row.description) || has(&row.address));
        }
    }

    /// The caller's scope within the area asked for.
    pub(super) fn scope(&self, ctx: &Ctx, scope: &Scope) -> Result<Scope> {
        scope.asked(ctx.areas(), self.area.map(AreaId))
    }
}

/// A resource with how much of it is free at present.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ResourceRow {
    pub id: Uuid,
    pub community: CommunityId,
    pub version: i32,
    pub kind: ResourceKind,
    pub name: String,
    pub description: String,
    pub area: AreaId,
    pub building: Option<Uuid>,
    pub address: String,
    pub position: Option<(f64, f64)>,
    pub amount: u32,
    pub seats: Option<u32>,
    /// `organisation:<id>` or `role:<role>`.
    #[schema(value_type = String)]
    #[serde(skip)]
    pub contact: Option<Contact>,
    #[serde(skip)]
    pub key_keeper: Option<Contact>,
    #[serde(skip)]
    pub opening: Opening,
    pub state: ResourceState,
    /// Handed out at present.
    pub out: u32,
    /// Not back in time.
    pub late: u32,
    /// Neither handed out nor booked at this moment.
    pub free_now: u32,
    /// Metres from the place asked about.
    pub metres: Option<u32>,
}

fn number(value: i32) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

fn row(
    sharing: &Sharing,
    ctx: &Ctx,
    row: resource::Model,
    loans: &[resource_loan::Model],
) -> ResourceRow {
    let now = ctx.now().0;
    let holds = stock::holds(loans, now, &sharing.policy);
    let amount = number(row.amount);
    let out = stock::handed_out(loans);
    let state = ResourceState::parse(&row.state).unwrap_or(ResourceState::Retired);
    let free = free(amount, &holds, now, now.saturating_add(1)).min(amount.saturating_sub(out));
    let late = loans
        .iter()
        .map(stock::loan)
        .filter(|loan| loan.is_late(now))
        .fold(0, |sum, loan| loan.count.saturating_add(sum));
    ResourceRow {
        opening: stock::opening(&row),
        id: row.id,
        community: CommunityId(row.community_id),
        version: row.version,
        kind: ResourceKind::parse(&row.kind).unwrap_or(ResourceKind::Equipment),
        name: row.name,
        description: row.description,
        area: AreaId(row.area_id),
        building: row.building_id,
        address: row.address,
        position: row.lon.zip(row.lat),
        amount,
        seats: row.seats.map(number),
        contact: Contact::parse(&row.contact),
        key_keeper: row.key_keeper.as_deref().and_then(Contact::parse),
        out,
        late,
        free_now: if state == ResourceState::InService {
            free
        } else {
            0
        },
        state,
        metres: None,
    }
}

/// Resources of the communities of a scope.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn resources(
    sharing: &Sharing,
    ctx: &Ctx,
    scope: &Scope,
    filter: &ResourceFilter,
) -> Result<Vec<ResourceRow>> {
    let mut rows = filter
        .select(&filter.scope(ctx, scope)?)
        .order_by_asc(resource::Column::Kind)
        .order_by_asc(resource::Column::Name)
        .order_by_asc(resource::Column::Id)
        .limit(MOST)
        .all(sharing.db.read())
        .await?;
    filter.keep(ctx, &mut rows);
    with_loans(sharing, ctx, rows).await
}

/// The rows with how much of each is away.
pub(super) async fn with_loans(
    sharing: &Sharing,
    ctx: &Ctx,
    rows: Vec<resource::Model>,
) -> Result<Vec<ResourceRow>> {
    let mut loans = holding(sharing, rows.iter().map(|row| row.community_id), None).await?;
    Ok(rows
        .into_iter()
        .map(|one| {
            let own = loans.remove(&one.id).unwrap_or_default();
            row(sharing, ctx, one, &own)
        })
        .collect())
}

/// Loans that keep something away, by resource.
async fn holding(
    sharing: &Sharing,
    communities: impl Iterator<Item = i64>,
    resource: Option<Uuid>,
) -> Result<HashMap<Uuid, Vec<resource_loan::Model>>> {
    let communities: std::collections::BTreeSet<i64> = communities.collect();
    let states = [LoanState::Booked.as_str(), LoanState::Out.as_str()];
    let mut find = resource_loan::Entity::find()
        .filter(resource_loan::Column::CommunityId.is_in(communities))
        .filter(resource_loan::Column::State.is_in(states));
    if let Some(resource) = resource {
        find = find.filter(resource_loan::Column::ResourceId.eq(resource));
    }
    let mut by: HashMap<Uuid, Vec<resource_loan::Model>> = HashMap::new();
    for loan in find.all(sharing.db.read()).await? {
        by.entry(loan.resource_id).or_default().push(loan);
    }
    Ok(by)
}

/// One resource.
///
/// # Errors
/// 404 outside the communities of the scope.
pub async fn resource(
    sharing: &Sharing,
    ctx: &Ctx,
    scope: &Scope,
    id: Uuid,
) -> Result<ResourceRow> {
    let found = resource::Entity::find()
        .filter(resource::Column::CommunityId.is_in(scope.communities()))
        .filter(resource::Column::Id.eq(id))
        .one(sharing.db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let mut loans = holding(sharing, std::iter::once(found.community_id), Some(id)).await?;
    let own = loans.remove(&id).unwrap_or_default();
    Ok(row(sharing, ctx, found, &own))
}

/// How many of a resource can be had for all of a time: none where it is closed or not given out.
fn there(
    sharing: &Sharing,
    now: i64,
    (row, loans): (&ResourceRow, &[resource_loan::Model]),
    (from, to): (i64, i64),
) -> u32 {
    let hours = (row.kind.as_str(), &row.opening);
    if row.state != ResourceState::InService || !stock::is_open(sharing, hours, (from, to)) {
        return 0;
    }
    free(
        row.amount,
        &stock::holds(loans, now, &sharing.policy),
        from,
        to,
    )
}

/// What a resource is to somebody who needs it from then to then.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ResourceAvailability)]
pub struct Availability {
    pub resource: Uuid,
    pub from: Micros,
    pub to: Micros,
    pub state: ResourceState,
    /// Its hours admit that time: a room's all of it, other things' its begin and its end.
    pub open: bool,
    pub amount: u32,
    /// How many can be had for all of that time; none when it is closed or not in service.
    pub free: u32,
    /// Loans that touch that time, also those only asked for.
    pub loans: Vec<LoanRow>,
}

/// Whether a resource can be had for a time, and who has it then.
///
/// # Errors
/// 404 outside the communities of the scope; 422 for a time that ends before it begins or is too long.
pub async fn availability(
    sharing: &Sharing,
    ctx: &Ctx,
    scope: &Scope,
    id: Uuid,
    (from, to): (Micros, Micros),
) -> Result<Availability> {
    window(sharing, (from, to))?;
    let row = resource(sharing, ctx, scope, id).await?;
    let mut loans = holding(sharing, std::iter::once(row.community.0), Some(id)).await?;
    let own = loans.remove(&id).unwrap_or_default();
    let window = (from.0, to.0);
    let mut shown = loans_of_resource(sharing, ctx, (row.community, id), (from, to)).await?;
    shown.retain(|loan| !matches!(loan.state, LoanState::Declined | LoanState::Cancelled));
    Ok(Availability {
        resource: id,
        from,
        to,
        state: row.state,
        open: stock::is_open(sharing, (row.kind.as_str(), &row.opening), window),
        amount: row.amount,
        free: there(sharing, ctx.now().0, (&row, &own), window),
        loans: shown,
    })
}

/// A time that can be asked about.
///
/// # Errors
/// 422 when it ends before it begins or is longer than anybody books.
pub(crate) fn window(sharing: &Sharing, (from, to): (Micros, Micros)) -> Result<()> {
    if from >= to {
        return Err(Problem::invalid("to", "sharing-empty-window"));
    }
    if to.0.saturating_sub(from.0) > sharing.policy.farthest {
        return Err(Problem::invalid("to", "too-far"));
    }
    Ok(())
}

/// What is looked for: so many, for a time, near a place.
#[derive(Clone, Debug)]
pub struct FreeWanted {
    pub community: CommunityId,
    pub position: Option<(f64, f64)>,
    pub from: i64,
    pub to: i64,
    pub count: u32,
    pub q: String,
    pub kind: Option<ResourceKind>,
}

/// What can be had for all of that time, the nearest first; with how many.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn free_resources(
    sharing: &Sharing,
    ctx: &Ctx,
    scope: &Scope,
    wanted: &FreeWanted,
) -> Result<Vec<ResourceRow>> {
    let filter = ResourceFilter {
        area: Some(wanted.community.0),
        kind: wanted.kind,
        q: Some(wanted.q.clone()),
        ..ResourceFilter::default()
    };
    let rows = resources(sharing, ctx, scope, &filter).await?;
    let mut loans = holding(sharing, std::iter::once(wanted.community.0), None).await?;
    let now = ctx.now().0;
    let mut found: Vec<ResourceRow> = rows
        .into_iter()
        .filter_map(|mut row| {
            let own = loans.remove(&row.id).unwrap_or_default();
            let there = there(sharing, now, (&row, &own), (wanted.from, wanted.to));
            if there < wanted.count.max(1) {
                return None;
            }
            row.free_now = there;
            row.metres = row.position.zip(wanted.position).map(|(a, b)| {
                let metres = youlin_locate::distance_m(a, b).round();
                // Within a city; below four billion metres.
                metres as u32
            });
            Some(row)
        })
        .collect();
    found.sort_by_key(|row| (row.metres.unwrap_or(u32::MAX), row.name.clone()));
    Ok(found)
}
