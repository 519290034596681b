//! The category catalogue over REST, for clients that draw their own forms.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;
use youlin_kernel::Access;
use youlin_web::{App, Caller, Refusals, Routes, WebResult};

use crate::Cases;
use crate::catalogue::{Category, Class, Evidence, Question};

pub(super) fn routes() -> Routes {
    Routes::new().api(Access::Public, routes!(list_categories))
}

/// A category as clients need it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CategoryView {
    code: String,
    revision: i32,
    class: Class,
    group: String,
    name: String,
    /// For example 4 `working_hours`.
    limit_amount: u32,
    limit_unit: String,
    evidence: Evidence,
    evidence_basis: Option<String>,
    questions: Vec<Question>,
}

/// All categories that may be used for new cases.
#[utoipa::path(
    get, path = "/api/v1/categories", operation_id = "listCategories", tag = "catalogue",
    responses(
        (status = 200, body = Vec<CategoryView>),
        Refusals,
    )
)]
pub(crate) async fn list_categories(
    State(app): State<App>,
    Caller(ctx): Caller,
) -> WebResult<Json<Vec<CategoryView>>> {
    let cases = app.need::<Cases>()?;
    let view = |category: &Category| CategoryView {
        code: category.code.clone(),
        revision: category.revision,
        class: category.class,
        group: category.group.clone(),
        name: category.name_in(ctx.locale()).to_owned(),
        limit_amount: category.limit.amount,
        limit_unit: serde_json::to_value(category.limit.unit)
            .ok()
            .and_then(|unit| unit.as_str().map(str::to_owned))
            .unwrap_or_default(),
        evidence: category.evidence,
        evidence_basis: category.evidence_basis.clone(),
        questions: category.questions.clone(),
    };
    Ok(Json(
        cases
            .catalogue()
            .iter()
            .map(|category| view(category))
            .collect(),
    ))
}
