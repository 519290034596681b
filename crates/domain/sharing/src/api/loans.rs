//! Loans over REST: who has what, booking, and every step of a loan.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_kernel::{Access, Micros, Page, PageRequest, Problem};
use youlin_people::Party;
use youlin_web::{
    ApiJson, ApiQuery, App, Caller, IdempotencyHeader, PathId, Refusals, Routes, WebResult,
    idempotency,
};

use super::{Saved, is_stale, newer};
use crate::commands::{Asker, BookLoan, Borrower, Damage, StepLoan};
use crate::model::{LoanState, LoanVerb};
use crate::permissions::{SHARING_ASK, SHARING_READ};
use crate::queries::{LoanFilter, LoanRow, loan, loan_page, resource};
use crate::service::Sharing;

pub(super) fn routes() -> Routes {
    let read = Access::Needs(&SHARING_READ);
    let ask = Access::Needs(&SHARING_ASK);
    Routes::new()
        .api(read, routes!(list_loans))
        .api(ask, routes!(book_loan))
        .api(read, routes!(get_loan))
        .api(ask, routes!(step_loan))
}

/// Which loans.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct LoanQuery {
    /// Area of any level; loans are a community's.
    area: Option<i64>,
    resource: Option<Uuid>,
    /// Used or booked for this case.
    case: Option<Uuid>,
    #[param(explode = true)]
    state: Vec<LoanState>,
    /// Only what is not back in time.
    late: bool,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless said.
    limit: Option<u64>,
}

/// Loans, the newest first; neighbours who borrow are masked.
#[utoipa::path(
    get, path = "/api/v1/loans", operation_id = "listLoans", tag = "sharing",
    params(LoanQuery), responses((status = 200, body = Page<LoanRow>), Refusals)
)]
pub(crate) async fn list_loans(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<LoanQuery>,
) -> WebResult<Json<Page<LoanRow>>> {
    let sharing = app.need::<Sharing>()?;
    let scope = ctx.scope(&SHARING_READ)?;
    let filter = LoanFilter {
        area: query.area,
        resource: query.resource,
        case: query.case,
        state: query.state,
        late: query.late,
    };
    let page = PageRequest {
        cursor: query.cursor,
        limit: query.limit,
    };
    let found = loan_page(&sharing, &ctx, &scope, &filter, &page).await?;
    Ok(Json(found))
}

fn one() -> u32 {
    1
}

/// A resource for a time.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct NewLoan {
    resource: Uuid,
    #[serde(default = "one")]
    count: u32,
    from: Micros,
    to: Micros,
    /// The person or organisation it is for; left out: the case itself.
    #[serde(default)]
    borrower: Option<Party>,
    /// The case it is for.
    #[serde(default)]
    case: Option<Uuid>,
    /// Up to 1,000 characters; read by lenders and whoever asked for it.
    #[serde(default)]
    note: String,
}

/// Book a resource: `booked` where the caller may lend, else `asked`, to be confirmed by whoever may.
///
/// 409 says in `current.free` how many could be had. Send an `Idempotency-Key`: the same key with the same body gives the
/// same answer and never a second loan.
#[utoipa::path(
    post, path = "/api/v1/loans", operation_id = "bookLoan", tag = "sharing",
    request_body = NewLoan,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 characters")),
    responses((status = 201, body = Saved), Refusals)
)]
pub(crate) async fn book_loan(
    State(app): State<App>,
    Caller(ctx): Caller,
    IdempotencyHeader(key): IdempotencyHeader,
    ApiJson(new): ApiJson<NewLoan>,
) -> WebResult<Response> {
    const ROUTE: &str = "POST /api/v1/loans";
    let sharing = app.need::<Sharing>()?;
    let scope = ctx.scope(&SHARING_ASK)?;
    let row = resource(&sharing, &ctx, &scope, new.resource).await?;
    let key = idempotency(key.as_deref(), row.community, ROUTE, &new)?;
    let borrower = new.borrower.map(Borrower::Party);
    let borrower = borrower.or_else(|| new.case.map(Borrower::Case));
    let book = BookLoan {
        sharing: Arc::clone(&sharing),
        community: row.community,
        resource: row.id,
        count: new.count,
        from: new.from,
        to: new.to,
        asker: Asker {
            borrower: borrower.ok_or_else(|| Problem::invalid("borrower", "required"))?,
            case: new.case,
            note: new.note,
        },
    };
    match app.db().execute_once(&ctx, key, book).await {
        Ok(id) => {
            let head = [("Location", format!("/api/v1/loans/{id}"))];
            Ok((StatusCode::CREATED, head, Json(Saved { id })).into_response())
        }
        Err(problem) if is_stale(&problem) => {
            let now = resource(&sharing, &ctx, &scope, row.id).await;
            Err(newer(problem, now).into())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// A loan; `note` and `reason` only for lenders and whoever asked for it, `possible` lists the caller's next steps.
#[utoipa::path(
    get, path = "/api/v1/loans/{id}", operation_id = "getLoan", tag = "sharing",
    params(("id" = Uuid, Path)), responses((status = 200, body = LoanRow), Refusals)
)]
pub(crate) async fn get_loan(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<LoanRow>> {
    let sharing = app.need::<Sharing>()?;
    let scope = ctx.scope(&SHARING_READ)?;
    Ok(Json(loan(&sharing, &ctx, &scope, id).await?))
}

/// What came back broken; a case is made of it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LoanDamage {
    /// 1 to 1,000 characters.
    text: String,
    /// Code of the catalogue of cases.
    category: String,
}

/// A step of a loan. Reasons are 1 to 500 characters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "verb")]
#[schema(as = LoanVerb)]
pub(crate) enum Verb {
    /// Grants what was asked for.
    Confirm,
    Decline {
        reason: String,
    },
    HandOut,
    Return {
        #[serde(default)]
        damage: Option<LoanDamage>,
    },
    /// It may stay away until then.
    Extend {
        to: Micros,
    },
    Cancel {
        reason: String,
    },
    /// Takes the last step back.
    Undo,
}

/// A step with the version it was decided on.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LoanStep {
    /// The `version` the caller saw; another one by now is 409 with the newer state.
    version: i32,
    #[serde(flatten)]
    verb: Verb,
}

fn read(verb: Verb) -> (LoanVerb, Option<Damage>) {
    let verb = match verb {
        Verb::Confirm => LoanVerb::Confirm,
        Verb::Decline { reason } => LoanVerb::Decline { reason },
        Verb::HandOut => LoanVerb::HandOut,
        Verb::Return { damage } => {
            let damage = damage.map(|one| Damage {
                text: one.text,
                category: one.category,
            });
            return (LoanVerb::Return, damage);
        }
        Verb::Extend { to } => LoanVerb::Extend { to: to.0 },
        Verb::Cancel { reason } => LoanVerb::Cancel { reason },
        Verb::Undo => LoanVerb::Undo,
    };
    (verb, None)
}

/// Take a step: confirm, hand out, take back (what came back broken becomes a case, `damage_case`), … The loan lists in
/// `possible` what the caller may do.
#[utoipa::path(
    post, path = "/api/v1/loans/{id}/steps", operation_id = "stepLoan", tag = "sharing",
    params(("id" = Uuid, Path)), request_body = LoanStep,
    responses((status = 200, body = LoanRow), Refusals)
)]
pub(crate) async fn step_loan(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(step): ApiJson<LoanStep>,
) -> WebResult<Json<LoanRow>> {
    let sharing = app.need::<Sharing>()?;
    let scope = ctx.scope(&SHARING_READ)?;
    let (verb, damage) = read(step.verb);
    let command = StepLoan {
        sharing: Arc::clone(&sharing),
        community: loan(&sharing, &ctx, &scope, id).await?.community,
        loan: id,
        version: Some(step.version),
        verb,
        damage,
    };
    let done = app.db().execute(&ctx, command).await;
    let now = loan(&sharing, &ctx, &scope, id);
    match done {
        Ok(_case) => Ok(Json(now.await?)),
        Err(problem) if is_stale(&problem) => Err(newer(problem, now.await).into()),
        Err(problem) => Err(problem.into()),
    }
}
