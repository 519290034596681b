//! REST under `/api/v1`, and the telephone system's webhook. Thin: every change is the command the pages use too.

mod acts;
mod catalogue;
mod intake;
mod reads;
mod telephony;

use youlin_web::Routes;

pub(crate) fn routes() -> Routes {
    intake::routes()
        .merge(reads::routes())
        .merge(acts::routes())
        .merge(catalogue::routes())
        .merge(telephony::routes())
}

/// The shape of a refusal, for the description of the interface (RFC 9457).
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct ProblemShape {
    /// `urn:youlin:problem:<code>`
    r#type: String,
    /// A sentence in the caller's language.
    title: String,
    status: u16,
    code: String,
    request_id: String,
    /// Fields to mend.
    errors: Option<Vec<FieldShape>>,
    /// The newer state, for 409.
    #[schema(value_type = Option<Object>)]
    current: Option<serde_json::Value>,
}

#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct FieldShape {
    field: String,
    code: String,
    detail: String,
}
