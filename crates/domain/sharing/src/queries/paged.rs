//! The lists a page at a time, for programs that read all of them. The key is the id, which grows with the time something
//! was entered: a page neither skips nor repeats while others are added.

use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_kernel::{AreaId, Ctx, Page, PageRequest, Problem, ProblemKind, Result, Scope};

use super::loans::{LoanRow, named};
use super::resources::{ResourceFilter, ResourceRow, with_loans};
use super::support::{SupportFilter, SupportRow, asked_of, communities, lines};
use crate::entities::{resource, resource_loan, support_request};
use crate::model::LoanState;
use crate::service::Sharing;

/// Rows read at once where not each of them may be kept.
const BATCH: u64 = 500;

fn cursor(page: &PageRequest) -> Result<Option<Uuid>> {
    let malformed = |_no_id| Problem::new(ProblemKind::Malformed, "cursor");
    page.cursor
        .as_deref()
        .map(Uuid::parse_str)
        .transpose()
        .map_err(malformed)
}

fn size(page: &PageRequest) -> usize {
    usize::try_from(page.size()).unwrap_or(50)
}

/// Cuts the rows to a page and says where the next one begins, where there is more.
fn cut<T>(rows: &mut Vec<T>, size: usize, id: impl Fn(&T) -> Uuid) -> Option<String> {
    if rows.len() <= size {
        return None;
    }
    rows.truncate(size);
    rows.last().map(|row| id(row).simple().to_string())
}

/// A page of rows of which not each may be kept: read batch by batch from the cursor on, until the page is full or nothing is
/// left, and where the next page begins.
async fn gathered<T, F>(
    page: &PageRequest,
    read: impl Fn(Option<Uuid>) -> F,
    id: impl Fn(&T) -> Uuid,
    keep: impl Fn(&mut Vec<T>),
) -> Result<(Vec<T>, Option<String>)>
where
    F: Future<Output = Result<Vec<T>>>,
{
    let (mut from, size) = (cursor(page)?, size(page));
    let mut kept = Vec::new();
    loop {
        let mut rows = read(from).await?;
        let last = (rows.len() as u64) < BATCH;
        from = rows.last().map(&id);
        keep(&mut rows);
        kept.append(&mut rows);
        if last || kept.len() > size {
            break;
        }
    }
    let next = cut(&mut kept, size, id);
    Ok((kept, next))
}

/// Resources in the order they were entered.
///
/// # Errors
/// 400 for a cursor that is none; 503 when the database does not answer.
pub async fn resource_page(
    sharing: &Sharing,
    ctx: &Ctx,
    scope: &Scope,
    filter: &ResourceFilter,
    page: &PageRequest,
) -> Result<Page<ResourceRow>> {
    let scope = filter.scope(ctx, scope)?;
    let read = |after: Option<Uuid>| {
        let mut find = filter.select(&scope);
        if let Some(id) = after {
            find = find.filter(resource::Column::Id.gt(id));
        }
        let find = find.order_by_asc(resource::Column::Id).limit(BATCH);
        async move { Ok::<_, Problem>(find.all(sharing.db.read()).await?) }
    };
    let id = |row: &resource::Model| row.id;
    let (kept, next) = gathered(page, read, id, |rows| filter.keep(ctx, rows)).await?;
    let items = with_loans(sharing, ctx, kept).await?;
    Ok(Page { items, next })
}

/// What a list of loans is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct LoanFilter {
    /// Of any level; loans are a community's, so below one it is the community's that count.
    pub area: Option<i64>,
    pub resource: Option<Uuid>,
    /// Used or booked for this case.
    pub case: Option<Uuid>,
    /// One of these; none: all.
    pub state: Vec<LoanState>,
    /// Only what is not back in time.
    pub late: bool,
}

/// Loans, the newest first.
///
/// # Errors
/// 400 for a cursor that is none; 503 when the database does not answer.
pub async fn loan_page(
    sharing: &Sharing,
    ctx: &Ctx,
    scope: &Scope,
    filter: &LoanFilter,
    page: &PageRequest,
) -> Result<Page<LoanRow>> {
    let scope = scope.asked(ctx.areas(), filter.area.map(AreaId))?;
    let mut find = super::loans::base(scope.communities());
    if let Some(id) = cursor(page)? {
        find = find.filter(resource_loan::Column::Id.lt(id));
    }
    if let Some(resource) = filter.resource {
        find = find.filter(resource_loan::Column::ResourceId.eq(resource));
    }
    if let Some(case) = filter.case {
        find = find.filter(resource_loan::Column::CaseId.eq(case));
    }
    if !filter.state.is_empty() {
        let states = filter.state.iter().map(|state| state.as_str());
        find = find.filter(resource_loan::Column::State.is_in(states));
    }
    if filter.late {
        find = find
            .filter(resource_loan::Column::State.eq(LoanState::Out.as_str()))
            .filter(resource_loan::Column::ToAt.lt(ctx.now().0));
    }
    let mut rows = find
        .order_by_desc(resource_loan::Column::Id)
        .limit(page.size() + 1)
        .all(sharing.db.read())
        .await?;
    let next = cut(&mut rows, size(page), |row| row.id);
    let items = named(sharing, ctx, rows).await?;
    Ok(Page { items, next })
}

/// Requests for support the caller may see, the newest first.
///
/// # Errors
/// 400 for a cursor that is none; 503 when the database does not answer.
pub async fn support_page(
    sharing: &Sharing,
    ctx: &Ctx,
    filter: &SupportFilter,
    page: &PageRequest,
) -> Result<Page<SupportRow>> {
    let communities = communities(ctx);
    let mine = asked_of(sharing, ctx, &communities).await?;
    let read = |before: Option<Uuid>| {
        let mut find = filter.select(communities.clone(), &mine);
        if let Some(id) = before {
            find = find.filter(support_request::Column::Id.lt(id));
        }
        let find = find.order_by_desc(support_request::Column::Id).limit(BATCH);
        async move { Ok::<_, Problem>(find.all(sharing.db.read()).await?) }
    };
    let id = |row: &support_request::Model| row.id;
    let keep = |rows: &mut Vec<support_request::Model>| filter.keep(ctx, &mine, rows);
    let (kept, next) = gathered(page, read, id, keep).await?;
    let items = lines(sharing, ctx, kept).await?;
    Ok(Page { items, next })
}
