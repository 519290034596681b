//! REST: entering a person, with the question whether it is somebody known.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Problem};
use youlin_places::Locator;
use youlin_web::{ApiJson, App, Caller, IdempotencyHeader, Refusals, WebResult, idempotency};

use crate::facts::How;
use crate::{Home, OtherHome, PersonInput, Relation, SamePerson, SavePerson, Sex, Vault};

/// Somebody to be entered.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct NewPerson {
    /// Where nobody says a dwelling: the community.
    community: Option<CommunityId>,
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    sex: Option<Sex>,
    /// A year, or a day: `1951` or `1951-03-02`.
    birth: String,
    /// `zh`, `en` …
    language: Option<String>,
    note: Option<String>,
    /// Identity number (GB 11643).
    identity: Option<String>,
    phones: Vec<String>,
    /// Of the catalogue of labels, `talent:…` or `hometown:…`.
    labels: Vec<String>,
    consents: Vec<String>,
    dwelling: Option<Uuid>,
    /// What the person is to the dwelling; needed with one.
    relation: Option<Relation>,
    /// The candidates of the refusal `person-alike` were looked at: this is somebody else.
    different_person: bool,
}

/// Who was entered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Entered {
    id: Uuid,
}

/// Enter a person.
///
/// Answers 409 `person-known` where the identity number stands in another file (its id, where the caller may read it, as
/// `person` of the problem's data), and 409 `person-alike` where the same name has the same birthday, telephone number or
/// dwelling: the data name the `candidates`, masked. Send it again with `different_person` once it is clear that it is nobody
/// of them.
///
/// Send an `Idempotency-Key`: the same key with the same body gives the same answer and never a second person.
#[utoipa::path(
    post, path = "/api/v1/people", operation_id = "enter_person", tag = "people",
    request_body = NewPerson,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 characters")),
    responses((status = 201, body = Entered), Refusals)
)]
pub(crate) async fn enter_person(
    State(app): State<App>,
    Caller(ctx): Caller,
    IdempotencyHeader(key): IdempotencyHeader,
    ApiJson(new): ApiJson<NewPerson>,
) -> WebResult<Response> {
    const ROUTE: &str = "POST /api/v1/people";
    let place = match new.dwelling {
        Some(id) => Some(
            app.need::<Locator>()?
                .dwelling(id)
                .ok_or_else(|| Problem::invalid("dwelling", "unknown-dwelling"))?,
        ),
        None => None,
    };
    let community = place
        .map(|place| place.community)
        .or(new.community)
        .ok_or_else(|| Problem::invalid("community", "required"))?;
    let key = idempotency(key.as_deref(), community, ROUTE, &new)?;
    let command = SavePerson::new(app.need::<Vault>()?, community, input(new)?);
    let id = app.db().execute_once(&ctx, key, command).await?;
    let location = format!("/api/v1/people/{id}");
    let body = Json(Entered { id });
    Ok((StatusCode::CREATED, [("Location", location)], body).into_response())
}

fn input(new: NewPerson) -> Result<PersonInput, Problem> {
    let (birth, birth_year) = crate::fields::birth(&new.birth)?;
    let home = match (new.dwelling, new.relation) {
        (None, _) => None,
        (Some(_), None) => return Err(Problem::invalid("relation", "required")),
        (Some(dwelling), Some(relation)) => Some(Home {
            dwelling,
            relation,
            household_key: None,
        }),
    };
    Ok(PersonInput {
        name: new.name,
        sex: new.sex,
        birth,
        birth_year,
        birth_month: crate::fields::month(&new.birth).map(|(_, month)| month),
        language: new.language,
        note: new.note,
        identity: new.identity,
        phones: new.phones,
        labels: new.labels,
        consents: new.consents,
        home,
        other_home: OtherHome::Ask,
        same_person: if new.different_person {
            SamePerson::Different
        } else {
            SamePerson::Ask
        },
        how: How::Desk,
        keep_hidden: false,
    })
}
