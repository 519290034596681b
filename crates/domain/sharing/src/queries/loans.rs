//! Who has what, until when, for which case.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result, Scope};
use youlin_people::merge::same_person;
use youlin_people::{Directory, Party};

use crate::commands::{Borrower, stock};
use crate::entities::{resource, resource_loan};
use crate::model::{LoanState, ResourceKind, possible_for};
use crate::permissions::{SHARING_ASK, SHARING_LEND};
use crate::service::{Sharing, party};

const MOST: u64 = 500;

/// A loan as lists and its page show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LoanRow {
    pub id: Uuid,
    pub community: CommunityId,
    pub version: i32,
    pub resource: Uuid,
    pub resource_name: String,
    pub resource_kind: ResourceKind,
    pub resource_area: AreaId,
    pub state: LoanState,
    pub amount: u32,
    pub from: Micros,
    pub to: Micros,
    /// Person (masked), organisation, or the number of the case.
    pub borrower: String,
    #[serde(skip)]
    pub borrower_of: Option<Party>,
    pub case: Option<Uuid>,
    pub case_number: String,
    pub by: String,
    pub created_at: Micros,
    pub out_at: Option<Micros>,
    pub back_at: Option<Micros>,
    pub late: bool,
    pub damage_case: Option<Uuid>,
    /// Only on its own page, for lenders and whoever asked for it.
    pub note: String,
    pub reason: String,
    /// Steps the caller may take.
    pub possible: Vec<&'static str>,
}

pub(super) fn base(communities: Vec<i64>) -> sea_orm::Select<resource_loan::Entity> {
    resource_loan::Entity::find().filter(resource_loan::Column::CommunityId.is_in(communities))
}

/// Loans of a resource that touch a time, by begin.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn loans_of_resource(
    sharing: &Sharing,
    ctx: &Ctx,
    (community, resource): (CommunityId, Uuid),
    (from, to): (Micros, Micros),
) -> Result<Vec<LoanRow>> {
    // What is late reaches into every later day.
    let late = resource_loan::Column::State.eq(LoanState::Out.as_str());
    let rows = base(vec![community.0])
        .filter(resource_loan::Column::ResourceId.eq(resource))
        .filter(resource_loan::Column::FromAt.lt(to.0))
        .filter(
            Condition::any()
                .add(resource_loan::Column::ToAt.gt(from.0))
                .add(late),
        )
        .order_by_asc(resource_loan::Column::FromAt)
        .order_by_asc(resource_loan::Column::Id)
        .limit(MOST)
        .all(sharing.db.read())
        .await?;
    named(sharing, ctx, rows).await
}

/// Everything used or booked for a case, the newest first.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn loans_of_case(
    sharing: &Sharing,
    ctx: &Ctx,
    community: CommunityId,
    case: Uuid,
) -> Result<Vec<LoanRow>> {
    let rows = base(vec![community.0])
        .filter(resource_loan::Column::CaseId.eq(case))
        .order_by_desc(resource_loan::Column::Id)
        .limit(MOST)
        .all(sharing.db.read())
        .await?;
    named(sharing, ctx, rows).await
}

/// Loans of the scope that are not over, those due first before the others; for the task list.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn open_loans(sharing: &Sharing, ctx: &Ctx, scope: &Scope) -> Result<Vec<LoanRow>> {
    let open = [LoanState::Asked, LoanState::Booked, LoanState::Out].map(LoanState::as_str);
    let rows = base(scope.communities())
        .filter(resource_loan::Column::State.is_in(open))
        .order_by_asc(resource_loan::Column::ToAt)
        .limit(MOST)
        .all(sharing.db.read())
        .await?;
    named(sharing, ctx, rows).await
}

/// Those not back in time.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn late_loans(sharing: &Sharing, ctx: &Ctx, scope: &Scope) -> Result<Vec<LoanRow>> {
    let rows = base(scope.communities())
        .filter(resource_loan::Column::State.eq(LoanState::Out.as_str()))
        .filter(resource_loan::Column::ToAt.lt(ctx.now().0))
        .order_by_asc(resource_loan::Column::ToAt)
        .limit(MOST)
        .all(sharing.db.read())
        .await?;
    named(sharing, ctx, rows).await
}

/// These loans, as far as they lie in the scope.
pub(crate) async fn loans_by_id(
    sharing: &Sharing,
    ctx: &Ctx,
    scope: &Scope,
    records: &[(CommunityId, Uuid)],
) -> Result<Vec<LoanRow>> {
    let rows = base(scope.communities())
        .filter(resource_loan::Column::Id.is_in(records.iter().map(|(_, id)| *id)))
        .all(sharing.db.read())
        .await?;
    named(sharing, ctx, rows).await
}

/// Everything lent to a person, the newest first, with what was noted: for that very person.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn lent_to(
    sharing: &Sharing,
    ctx: &Ctx,
    community: CommunityId,
    person: Uuid,
) -> Result<Vec<LoanRow>> {
    let ids = same_person(sharing.db.read(), community, person).await?;
    let rows = base(vec![community.0])
        .filter(resource_loan::Column::BorrowerId.is_in(ids))
        .order_by_desc(resource_loan::Column::Id)
        .limit(MOST)
        .all(sharing.db.read())
        .await?;
    let mut notes = HashMap::new();
    for row in &rows {
        let place = (CommunityId(row.community_id), row.id);
        let sealed = row.note_sealed.as_deref();
        notes.insert(
            row.id,
            sharing.open("resource_loan", "note", place, sealed)?,
        );
    }
    let mut found = named(sharing, ctx, rows).await?;
    for row in &mut found {
        row.note = notes.remove(&row.id).unwrap_or_default();
    }
    Ok(found)
}

/// One loan with what was written of it.
///
/// # Errors
/// 404 outside the scope.
pub async fn loan(sharing: &Sharing, ctx: &Ctx, scope: &Scope, id: Uuid) -> Result<LoanRow> {
    let found = base(scope.communities())
        .filter(resource_loan::Column::Id.eq(id))
        .one(sharing.db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let place = (CommunityId(found.community_id), found.id);
    let own = found.by_id.is_some() && found.by_id == ctx.actor().id();
    let (note, reason) = (found.note_sealed.clone(), found.reason_sealed.clone());
    let mut row = named(sharing, ctx, vec![found])
        .await?
        .pop()
        .ok_or_else(Problem::not_found)?;
    if own || ctx.authorize(&SHARING_LEND, row.resource_area).is_ok() {
        row.note = sharing.open("resource_loan", "note", place, note.as_deref())?;
        row.reason = sharing.open("resource_loan", "reason", place, reason.as_deref())?;
    }
    Ok(row)
}

pub(super) async fn named(
    sharing: &Sharing,
    ctx: &Ctx,
    rows: Vec<resource_loan::Model>,
) -> Result<Vec<LoanRow>> {
    let communities: std::collections::BTreeSet<i64> =
        rows.iter().map(|row| row.community_id).collect();
    let resources: HashMap<Uuid, resource::Model> = resource::Entity::find()
        .filter(resource::Column::CommunityId.is_in(communities))
        .filter(resource::Column::Id.is_in(rows.iter().map(|row| row.resource_id)))
        .all(sharing.db.read())
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let parties: Vec<(CommunityId, Party)> = rows
        .iter()
        .filter_map(|row| {
            let party = party(&row.borrower_kind, row.borrower_id)?;
            Some((CommunityId(row.community_id), party))
        })
        .collect();
    let names = Directory::party_names(sharing.db.read(), sharing.vault(), &parties).await?;
    let numbers = numbers(sharing, &rows).await?;
    let rows = rows.into_iter().filter_map(|row| {
        let resource = resources.get(&row.resource_id)?;
        Some(one(ctx, row, resource, &names, &numbers))
    });
    Ok(rows.collect())
}

/// Numbers of the cases concerned.
async fn numbers(
    sharing: &Sharing,
    rows: &[resource_loan::Model],
) -> Result<BTreeMap<Uuid, String>> {
    let wanted: Vec<(CommunityId, Uuid)> = rows
        .iter()
        .filter_map(|row| Some((CommunityId(row.community_id), row.case_id?)))
        .collect();
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let briefs = youlin_cases::briefs(&sharing.db, &sharing.cases, &wanted).await?;
    Ok(briefs
        .into_iter()
        .map(|(id, brief)| (id, brief.number))
        .collect())
}

fn one(
    ctx: &Ctx,
    row: resource_loan::Model,
    resource: &resource::Model,
    names: &HashMap<Party, String>,
    numbers: &BTreeMap<Uuid, String>,
) -> LoanRow {
    let model = stock::loan(&row);
    let area = AreaId(resource.area_id);
    let lends = ctx.authorize(&SHARING_LEND, area).is_ok();
    let own = row.by_id.is_some() && row.by_id == ctx.actor().id() && ctx.may(&SHARING_ASK);
    let possible = match (lends, own && model.state == LoanState::Asked) {
        (true, _) => possible_for(&model),
        (false, true) => vec!["cancel"],
        (false, false) => Vec::new(),
    };
    let case_number = row
        .case_id
        .and_then(|id| numbers.get(&id).cloned())
        .unwrap_or_default();
    let borrower = match Borrower::of(&row.borrower_kind, row.borrower_id) {
        Borrower::Party(party) => names.get(&party).cloned().unwrap_or_default(),
        Borrower::Case(_) => case_number.clone(),
    };
    LoanRow {
        id: row.id,
        community: CommunityId(row.community_id),
        version: row.version,
        resource: row.resource_id,
        resource_name: resource.name.clone(),
        resource_kind: ResourceKind::parse(&resource.kind).unwrap_or(ResourceKind::Equipment),
        resource_area: area,
        late: model.is_late(ctx.now().0),
        state: model.state,
        amount: model.count,
        from: Micros(row.from_at),
        to: Micros(row.to_at),
        borrower,
        borrower_of: party(&row.borrower_kind, row.borrower_id),
        case: row.case_id,
        case_number,
        by: row.by_name,
        created_at: Micros(row.created_at),
        out_at: row.out_at.map(Micros),
        back_at: row.back_at.map(Micros),
        damage_case: row.damage_case,
        note: String::new(),
        reason: String::new(),
        possible,
    }
}
