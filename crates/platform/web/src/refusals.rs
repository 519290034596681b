//! How refusals look in the OpenAPI description: the same for every operation.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::{ContentBuilder, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

/// A field to mend.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    pub field: String,
    pub code: String,
    /// In the caller's language.
    pub detail: String,
}

/// The body of every refusal (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// `urn:youlin:problem:<code>`
    #[serde(rename = "type")]
    pub kind: String,
    /// In the caller's language: what happened and what to do.
    pub title: String,
    pub status: u16,
    pub code: String,
    pub request_id: String,
    /// With 422: which fields to mend.
    #[schema(inline)]
    pub errors: Option<Vec<ProblemField>>,
    /// With 409: the newer state; with some 422: candidates, a suggestion or a report.
    pub current: Option<Value>,
}

/// The refusals any operation may answer with: `responses((status = 200, body = …), Refusals)`.
#[derive(Debug)]
pub struct Refusals;

const KINDS: [(&str, &str); 10] = [
    ("400", "The request cannot be read"),
    ("401", "Sign in, or send a key"),
    ("403", "Not allowed"),
    ("404", "Does not exist for this caller"),
    (
        "409",
        "Somebody else was faster, or the record is in another state",
    ),
    ("413", "Too large"),
    ("415", "A media type that is not accepted"),
    ("422", "Readable, but these fields must be mended"),
    ("429", "Slow down"),
    ("503", "Try again shortly; nothing was lost"),
];

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        KINDS
            .into_iter()
            .map(|(status, text)| {
                let content = ContentBuilder::new()
                    .schema(Some(ProblemBody::schema()))
                    .build();
                let response = ResponseBuilder::new()
                    .description(text)
                    .content("application/problem+json", content)
                    .build();
                (status.to_owned(), RefOr::T(response))
            })
            .collect()
    }
}
