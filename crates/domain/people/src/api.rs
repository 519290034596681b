//! REST under `/api/v1`: people masked, reveals with their purpose, organisations, who is responsible where, and who I am.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, IntoResponses, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_kernel::{Access, AreaId, Problem, ProblemKind, Result, Role};
use youlin_places::{Datum, Locator, PlaceInput};
use youlin_web::{ApiJson, ApiQuery, App, Caller, PathId, Routes, WebResult};

use crate::permissions::{
    ORGANISATIONS_READ, PEOPLE_LOOKS, PEOPLE_READ, PEOPLE_REVEAL, PEOPLE_WRITE,
};
use crate::queries::{responsible_at, responsible_for};
use crate::{
    Directory, Look, OrganisationKind, OrganisationView, PersonCard, PersonFile, Responsible,
    Reveal, RevealField, Revealed, Vault, who_looked,
};

/// Cards answered at most.
const MOST: u64 = 50;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api(Access::Needs(&PEOPLE_READ), routes!(find_people))
        .api(Access::Needs(&PEOPLE_READ), routes!(get_person))
        .api(
            Access::Needs(&PEOPLE_WRITE),
            routes!(crate::api_enter::enter_person),
        )
        .api(Access::Needs(&PEOPLE_REVEAL), routes!(reveal))
        .api(Access::Needs(&PEOPLE_LOOKS), routes!(looks))
        .api(Access::Needs(&ORGANISATIONS_READ), routes!(organisations))
        .api(Access::Public, routes!(grid_worker))
        .api(Access::SignedIn, routes!(me))
}

/// Refusals any of these routes may answer, as problem+json.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers; never made")]
enum Refusals {
    /// The request cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(serde_json::Value),
    /// Sign in, or send a key.
    #[response(status = 401, content_type = "application/problem+json")]
    SignIn(serde_json::Value),
    /// Your role does not allow this.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(serde_json::Value),
    /// There is no such record for you.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(serde_json::Value),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(serde_json::Value),
    /// The body is of another type.
    #[response(status = 415, content_type = "application/problem+json")]
    Type(serde_json::Value),
    /// These fields must be mended.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(serde_json::Value),
    /// Slow down.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(serde_json::Value),
    /// Try again shortly.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(serde_json::Value),
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PeopleQuery {
    /// A telephone number of any usual shape.
    phone: Option<String>,
    /// A name or its beginning, a number, an address.
    q: Option<String>,
}

/// People by number, name or address; everything personal is masked.
#[utoipa::path(get, path = "/api/v1/people", operation_id = "find_people", tag = "people",
    params(PeopleQuery), responses((status = 200, body = Vec<PersonCard>), Refusals))]
async fn find_people(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<PeopleQuery>,
) -> WebResult<Json<Vec<PersonCard>>> {
    let scope = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    let db = app.db().read();
    let cards = match (&query.phone, &query.q) {
        (Some(phone), _) => Directory::by_phone(db, &vault, &scope, phone)
            .await?
            .into_iter()
            .map(|file| file.card)
            .collect(),
        (None, Some(q)) => Directory::search(db, &vault, &scope, q, MOST).await?,
        (None, None) => return Err(Problem::invalid("q", "required").into()),
    };
    Ok(Json(cards))
}

/// One person's file, masked.
#[utoipa::path(get, path = "/api/v1/people/{id}", operation_id = "get_person", tag = "people",
    params(("id" = Uuid, Path)), responses((status = 200, body = PersonFile), Refusals))]
async fn get_person(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<PersonFile>> {
    let scope = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    let file = Directory::person(app.db().read(), &vault, &scope, id).await?;
    Ok(Json(file))
}

/// What to show, and why.
#[derive(Debug, Deserialize, ToSchema)]
struct RevealBody {
    /// At least one.
    #[schema(min_items = 1, max_items = 50)]
    fields: Vec<RevealField>,
    /// In your own words; the person concerned can read it.
    #[schema(min_length = 2, max_length = 200)]
    purpose: String,
    /// The case it is for.
    case: Option<Uuid>,
}

/// Shows fields in the clear. The look is logged with its purpose.
#[utoipa::path(post, path = "/api/v1/people/{id}/reveal", operation_id = "reveal_person", tag = "people",
    params(("id" = Uuid, Path)), request_body = RevealBody,
    responses((status = 200, body = Revealed), Refusals))]
async fn reveal(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiJson(body): ApiJson<RevealBody>,
) -> WebResult<Json<Revealed>> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_REVEAL)?;
    let card = Directory::card(app.db().read(), &vault, &scope, id).await?;
    let command = Reveal {
        vault,
        community: card.community,
        person: id,
        fields: body.fields,
        purpose: body.purpose,
        case: body.case,
    };
    Ok(Json(app.db().execute(&ctx, command).await?))
}

/// Who looked at a person's hidden fields, when and why; the newest first.
#[utoipa::path(get, path = "/api/v1/people/{id}/looks", operation_id = "list_looks", tag = "people",
    params(("id" = Uuid, Path)), responses((status = 200, body = Vec<Look>), Refusals))]
async fn looks(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<Vec<Look>>> {
    let scope = ctx.scope(&PEOPLE_LOOKS)?;
    let vault = app.need::<Vault>()?;
    Ok(Json(who_looked(app.db().read(), &vault, &scope, id).await?))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OrganisationsQuery {
    /// Only of this kind.
    kind: Option<OrganisationKind>,
}

/// Organisations one can call on.
#[utoipa::path(get, path = "/api/v1/organisations", operation_id = "list_organisations", tag = "people",
    params(OrganisationsQuery), responses((status = 200, body = Vec<OrganisationView>), Refusals))]
async fn organisations(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<OrganisationsQuery>,
) -> WebResult<Json<Vec<OrganisationView>>> {
    let scope = ctx.scope(&ORGANISATIONS_READ)?;
    let found = Directory::organisations(app.db().read(), &scope, query.kind).await?;
    Ok(Json(found))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WhereQuery {
    /// An address in one's own words.
    #[param(max_length = 100)]
    address: Option<String>,
    /// Longitude in degrees.
    lon: Option<f64>,
    /// Latitude in degrees.
    lat: Option<f64>,
    /// What the degrees are measured against; WGS-84 unless said.
    datum: Option<Datum>,
}

/// Who looks after a place: names and duty numbers, nothing about who lives there.
#[utoipa::path(get, path = "/api/v1/grid-worker", operation_id = "find_grid_worker", tag = "people",
    params(WhereQuery), responses((status = 200, body = Vec<Responsible>), Refusals))]
async fn grid_worker(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<WhereQuery>,
) -> WebResult<Json<Vec<Responsible>>> {
    let (vault, locator) = (app.need::<Vault>()?, app.need::<Locator>()?);
    let db = app.db().read();
    if let Some(address) = query
        .address
        .as_deref()
        .filter(|text| !text.trim().is_empty())
    {
        if address.chars().count() > 100 {
            return Err(Problem::invalid("address", "too-long")
                .field_arg("max", 100)
                .into());
        }
        let found = responsible_at(db, &vault, &locator, ctx.areas(), address).await?;
        return Ok(Json(found));
    }
    if query.lon.is_none() && query.lat.is_none() {
        return Err(Problem::invalid("address", "required").into());
    }
    let place = locator.resolve(&PlaceInput {
        lon: query.lon,
        lat: query.lat,
        datum: query.datum,
        ..PlaceInput::default()
    })?;
    let name = ctx.areas().short_path(place.area());
    let one = responsible_for(db, &vault, ctx.areas(), &place, name).await?;
    Ok(Json(vec![one]))
}

/// A role in an area, as the caller has it.
#[derive(Debug, Serialize, ToSchema)]
struct MyGrant {
    role: Role,
    area: AreaId,
    area_name: String,
    organisation: Option<Uuid>,
}

/// Who the caller is.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// Account or key.
    id: Uuid,
    /// `account` or `machine`.
    kind: String,
    name: String,
    /// The person behind the account.
    person: Option<Uuid>,
    grants: Vec<MyGrant>,
}

/// Who one is signed in as, and with which rights.
#[utoipa::path(get, path = "/api/v1/me", operation_id = "who_am_i", tag = "people",
    responses((status = 200, body = Me), Refusals))]
async fn me(Caller(ctx): Caller) -> WebResult<Json<Me>> {
    let id: Result<Uuid> = ctx
        .actor()
        .id()
        .ok_or_else(|| Problem::new(ProblemKind::SignInNeeded, "sign-in-needed"));
    Ok(Json(Me {
        id: id?,
        kind: ctx.actor().kind().to_owned(),
        name: ctx.actor().name().to_owned(),
        person: ctx.actor().person(),
        grants: ctx
            .grants()
            .iter()
            .map(|grant| MyGrant {
                role: grant.role,
                area: grant.area,
                area_name: ctx
                    .areas()
                    .get(grant.area)
                    .map_or_else(String::new, |node| node.name.clone()),
                organisation: grant.organisation,
            })
            .collect(),
    }))
}
