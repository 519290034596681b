//! Professional support over REST: asked for, offered to specialists, answered. What was written is for those who ask and
//! for the specialists who are asked or have taken it; others see that there is a request.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_kernel::{Access, AreaId, CommunityId, Ctx, Micros, Page, PageRequest};
use youlin_people::{Directory, Party};
use youlin_web::{
    ApiJson, ApiQuery, App, Caller, IdempotencyHeader, PathId, Refusals, Routes, WebResult,
    idempotency,
};

use super::{Saved, is_stale, newer};
use crate::commands::{AskSupport, StepSupport};
use crate::model::{OfferState, SupportField, SupportVerb};
use crate::permissions::{SUPPORT_ANSWER, SUPPORT_ASK};
use crate::queries::{SupportFilter, SupportRow, SupportView, support, support_page};
use crate::service::Sharing;

pub(super) fn routes() -> Routes {
    let seen = Access::Needs(&SUPPORT_ANSWER);
    Routes::new()
        .api(seen, routes!(list_support))
        .api(Access::Needs(&SUPPORT_ASK), routes!(ask_support))
        .api(seen, routes!(get_support))
        .api(seen, routes!(step_support))
}

/// Which requests.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SupportQuery {
    area: Option<i64>,
    /// Those of a case, open and ended ones.
    case: Option<Uuid>,
    field: Option<SupportField>,
    /// Ended ones instead of open ones.
    ended: bool,
    /// Only what the caller was asked.
    mine: bool,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless said.
    limit: Option<u64>,
}

/// Requests for support: those of one's area, one's own, and those one was asked; the newest first.
#[utoipa::path(
    get, path = "/api/v1/support", operation_id = "listSupport", tag = "sharing",
    params(SupportQuery), responses((status = 200, body = Page<SupportRow>), Refusals)
)]
pub(crate) async fn list_support(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<SupportQuery>,
) -> WebResult<Json<Page<SupportRow>>> {
    let sharing = app.need::<Sharing>()?;
    let filter = SupportFilter {
        area: query.area,
        case: query.case,
        field: query.field,
        ended: query.ended,
        mine: query.mine,
    };
    let page = PageRequest {
        cursor: query.cursor,
        limit: query.limit,
    };
    Ok(Json(support_page(&sharing, &ctx, &filter, &page).await?))
}

/// What a specialist is asked.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct NewSupport {
    field: SupportField,
    #[serde(default)]
    urgent: bool,
    /// Where the matter lies; not needed with a case or a dwelling.
    #[serde(default)]
    area: Option<AreaId>,
    #[serde(default)]
    case: Option<Uuid>,
    #[serde(default)]
    dwelling: Option<Uuid>,
    /// 1 to 4,000 characters.
    question: String,
}

/// Ask for professional support: for a case, for a dwelling that was visited, or for a matter of its own.
///
/// Send an `Idempotency-Key`: the same key with the same body gives the same answer and never a second request.
#[utoipa::path(
    post, path = "/api/v1/support", operation_id = "askSupport", tag = "sharing",
    request_body = NewSupport,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 characters")),
    responses((status = 201, body = Saved), Refusals)
)]
pub(crate) async fn ask_support(
    State(app): State<App>,
    Caller(ctx): Caller,
    IdempotencyHeader(key): IdempotencyHeader,
    ApiJson(new): ApiJson<NewSupport>,
) -> WebResult<Response> {
    const ROUTE: &str = "POST /api/v1/support";
    let command = AskSupport {
        sharing: app.need::<Sharing>()?,
        field: new.field,
        urgent: new.urgent,
        area: new.area,
        case: new.case,
        dwelling: new.dwelling,
        question: new.question.clone(),
    };
    let area = command.place(&ctx).await?;
    let filed = ctx.areas().community_of(area);
    let filed = filed.unwrap_or(CommunityId::SYSTEM);
    let key = idempotency(key.as_deref(), filed, ROUTE, &new)?;
    let id = app.db().execute_once(&ctx, key, command).await?;
    let head = [("Location", format!("/api/v1/support/{id}"))];
    Ok((StatusCode::CREATED, head, Json(Saved { id })).into_response())
}

/// One specialist who was asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupportOffer {
    /// For those who may ask there, and for the specialist.
    party: Option<Party>,
    /// A neighbour's is masked.
    name: String,
    state: OfferState,
}

/// One entry of the history, the newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SupportEntry)]
pub(crate) struct Entry {
    at: Micros,
    /// The step: `asked`, `offer`, `accept`, …
    kind: String,
    actor: String,
    /// Whom it is about.
    party: String,
    /// Empty for those who may not read it.
    text: String,
}

/// One request with its offers and its history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupportBody {
    #[serde(flatten)]
    request: SupportRow,
    /// Whether the caller may read what was written.
    readable: bool,
    /// Empty for those who may not read it.
    question: String,
    offers: Vec<SupportOffer>,
    entries: Vec<Entry>,
    /// Steps the caller may take.
    possible: Vec<&'static str>,
}

impl SupportBody {
    fn of(ctx: &Ctx, view: SupportView) -> Self {
        let own = Directory::parties_of(ctx);
        let near = view.near;
        let offers = view.offers.into_iter();
        let entries = view.entries.into_iter();
        Self {
            request: view.row,
            readable: view.readable,
            question: view.question,
            offers: offers
                .map(|(party, name, state)| SupportOffer {
                    party: (near || own.contains(&party)).then_some(party),
                    name,
                    state,
                })
                .collect(),
            entries: entries
                .map(|one| Entry {
                    at: one.at,
                    kind: one.kind,
                    actor: one.actor,
                    party: one.party,
                    text: one.text,
                })
                .collect(),
            possible: view.possible,
        }
    }
}

/// A request with its offers and history, as far as the caller may read it.
#[utoipa::path(
    get, path = "/api/v1/support/{id}", operation_id = "getSupport", tag = "sharing",
    params(("id" = Uuid, Path)), responses((status = 200, body = SupportBody), Refusals)
)]
pub(crate) async fn get_support(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<SupportBody>> {
    let sharing = app.need::<Sharing>()?;
    let view = support(&sharing, &ctx, id).await?;
    Ok(Json(SupportBody::of(&ctx, view)))
}

/// A step with the version it was decided on.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SupportStep {
    /// The `version` the caller saw; another one by now is 409 with the newer state.
    version: i32,
    #[serde(flatten)]
    verb: SupportVerb,
}

/// Take a step: offer, accept, answer, confirm, … The request lists in `possible` what the caller may do.
#[utoipa::path(
    post, path = "/api/v1/support/{id}/steps", operation_id = "stepSupport", tag = "sharing",
    params(("id" = Uuid, Path)), request_body = SupportStep,
    responses((status = 200, body = SupportBody), Refusals)
)]
pub(crate) async fn step_support(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(step): ApiJson<SupportStep>,
) -> WebResult<Json<SupportBody>> {
    let sharing = app.need::<Sharing>()?;
    let command = StepSupport {
        community: support(&sharing, &ctx, id).await?.row.community,
        request: id,
        version: Some(step.version),
        verb: step.verb,
        sharing: Arc::clone(&sharing),
    };
    let done = app.db().execute(&ctx, command).await;
    let now = support(&sharing, &ctx, id).await;
    let now = now.map(|view| SupportBody::of(&ctx, view));
    match done {
        Ok(()) => Ok(Json(now?)),
        Err(problem) if is_stale(&problem) => Err(newer(problem, now).into()),
        Err(problem) => Err(problem.into()),
    }
}
