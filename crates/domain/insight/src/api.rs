//! REST: the same questions as JSON. Nothing here changes anything.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;
use youlin_datasets::Datasets;
use youlin_datasets::cube::{Answer, Filter, Group, Key, Kind, Measure, Query, Span};
use youlin_kernel::{Access, CommunityId};
use youlin_web::{ApiJson, ApiQuery, App, Caller, Refusals, Routes, WebResult};

use crate::asking;
use crate::indicators::{self, Indicator, IndicatorFigure, Period};
use crate::permissions::INSIGHT_READ;

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&INSIGHT_READ);
    Routes::new()
        .api(read, routes!(list_datasets))
        .api(read, routes!(ask))
        .api(read, routes!(open_evidence))
        .api(read, routes!(list_indicators))
}

/// A dimension of a dataset.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DimensionView {
    code: &'static str,
    /// `choice`, `labels`, `number`, `day`, `time`, `age`, `since`, `area` or `key`.
    kind: &'static str,
    name: String,
    sensitive: bool,
    /// How many of its numbers make one of the unit the name says: an area of 9050 with 100 here is 90.5 m².
    per: u32,
}

/// A measure offered by name, besides those one can write oneself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeasureView {
    code: &'static str,
    #[schema(value_type = Object)]
    measure: Measure,
}

/// Records that can be counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DatasetView {
    code: &'static str,
    name: String,
    /// The dimension periods use unless they say another.
    time: Option<&'static str>,
    dimensions: Vec<DimensionView>,
    measures: Vec<MeasureView>,
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Choice => "choice",
        Kind::Labels => "labels",
        Kind::Number => "number",
        Kind::Day => "day",
        Kind::Time => "time",
        Kind::Age => "age",
        Kind::Since => "since",
        Kind::Area => "area",
        Kind::Key => "key",
    }
}

/// The datasets the caller may ask, with their dimensions and measures.
#[utoipa::path(
    get, path = "/api/v1/insight/datasets", operation_id = "listDatasets", tag = "insight",
    responses((status = 200, body = Vec<DatasetView>), Refusals)
)]
pub(crate) async fn list_datasets(
    State(app): State<App>,
    Caller(ctx): Caller,
) -> WebResult<Json<Vec<DatasetView>>> {
    let datasets = app.need::<Datasets>()?;
    let text = |key: String| app.i18n().text(ctx.locale(), &key, &[]);
    let all = datasets.open_to(&ctx).map(|set| {
        let schema = set.schema();
        DatasetView {
            code: schema.code,
            name: text(format!("data-{}", schema.code)),
            time: set.time(),
            dimensions: schema
                .dims
                .iter()
                .filter(|dim| set.dim_permission(dim.code).is_none_or(|one| ctx.may(one)))
                .map(|dim| DimensionView {
                    code: dim.code,
                    kind: kind(dim.kind),
                    name: text(format!("data-dim-{}", dim.code)),
                    sensitive: dim.sensitive,
                    per: dim.per,
                })
                .collect(),
            measures: set
                .measures()
                .into_iter()
                .map(|one| MeasureView {
                    code: one.code,
                    measure: one.measure,
                })
                .collect(),
        }
    });
    Ok(Json(all.collect()))
}

/// A question.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionBody {
    #[schema(example = "persons")]
    dataset: String,
    /// `{"all": […]}`, `{"any": […]}`, `{"not": …}`, `{"test": {"dim": "age", "op": "ge", "values": [80]}}` or
    /// `{"related": {"quantity": "none", "dataset": "persons", "sharing": "building", "filter": …}}`. Operators: `is`,
    /// `lt`, `le`, `gt`, `ge`, `missing`.
    #[serde(default)]
    #[schema(value_type = Object)]
    filter: Filter,
    /// At most three of `{"dim": "sex"}`, `{"dim": "area", "level": 5}` (3 subdistrict to 6 neighbourhood),
    /// `{"dim": "age", "width": 10}`, `{"dim": "reported", "bucket": "month"}`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    group: Vec<Group>,
    /// `"count"`, `{"distinct": "dwelling"}`, `{"sum": "size"}`, `{"mean": "close_hours"}` or
    /// `{"ratio": {"part": filter, "of": filter}}`.
    #[serde(default)]
    #[schema(value_type = Object)]
    measure: Measure,
    /// `{"dim": "reported", "from": "2026-10-01", "to": "2026-10-31"}`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    time: Option<Span>,
    /// An area of any level within one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    area: Option<i64>,
    /// As it was known at the end of that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-10-31")]
    as_of: Option<String>,
    /// When its areas were named, microseconds since 1970 UTC: each stands for itself and for all that was split off from
    /// it since. For questions that are kept; left out, an area is what it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    named_at: Option<i64>,
}

impl QuestionBody {
    fn query(self) -> Query {
        Query {
            dataset: self.dataset,
            filter: self.filter,
            group: self.group,
            measure: self.measure,
            time: self.time,
            area: self.area,
            as_of: self.as_of,
            named_at: self.named_at,
        }
    }
}

/// The figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswerBody {
    /// The last moment that counted, RFC 3339.
    at: String,
    /// `{"cells": [{"keys": […], "count": 3}], "total": {"count": 3}}`; ratios have `part` and `value`, sums and means
    /// `sum` and `value`.
    #[schema(value_type = Object)]
    answer: Answer,
}

/// Answers a question over the records the caller may see.
#[utoipa::path(
    post, path = "/api/v1/insight/query", operation_id = "askFigures", tag = "insight",
    request_body = QuestionBody,
    responses((status = 200, body = AnswerBody), Refusals)
)]
pub(crate) async fn ask(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(body): ApiJson<QuestionBody>,
) -> WebResult<Json<AnswerBody>> {
    let datasets = app.need::<Datasets>()?;
    let asked = asking::ask(&datasets, &ctx, body.query()).await?;
    Ok(Json(AnswerBody {
        at: youlin_kernel::Micros(asked.at.instant).rfc3339(),
        answer: asked.answer().await?,
    }))
}

/// One cell of a question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvidenceBody {
    query: QuestionBody,
    /// The keys of the cell as the answer gave them; none for the total.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    cell: Vec<Key>,
    /// Of a ratio: only the part.
    #[serde(default)]
    part: bool,
}

/// A record behind a figure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordBody {
    community: CommunityId,
    id: Uuid,
}

/// Exactly the records behind one figure: as many as it counts.
#[utoipa::path(
    post, path = "/api/v1/insight/evidence", operation_id = "openFigure", tag = "insight",
    request_body = EvidenceBody,
    responses((status = 200, body = Vec<RecordBody>), Refusals)
)]
pub(crate) async fn open_evidence(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(body): ApiJson<EvidenceBody>,
) -> WebResult<Json<Vec<RecordBody>>> {
    let datasets = app.need::<Datasets>()?;
    let asked = asking::ask(&datasets, &ctx, body.query.query()).await?;
    let records = asked.evidence(body.cell, body.part).await?;
    let shown = records.into_iter().map(|one| RecordBody {
        community: CommunityId(one.community),
        id: Uuid::from_u128(one.id),
    });
    Ok(Json(shown.collect()))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IndicatorParams {
    /// First day, `2026-10-01`.
    from: String,
    /// Last day.
    to: String,
    /// Area of any level within one's own.
    area: Option<i64>,
    /// As it was known at the end of that day.
    as_of: Option<String>,
}

/// Definitions and figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndicatorsBody {
    figures: Vec<IndicatorFigure>,
    /// All versions of all definitions.
    definitions: Vec<Indicator>,
}

/// The indicators of a period, each with the version of its definition.
#[utoipa::path(
    get, path = "/api/v1/insight/indicators", operation_id = "listIndicators", tag = "insight",
    params(IndicatorParams),
    responses((status = 200, body = IndicatorsBody), Refusals)
)]
pub(crate) async fn list_indicators(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(params): ApiQuery<IndicatorParams>,
) -> WebResult<Json<IndicatorsBody>> {
    let period = Period {
        from: params.from,
        to: params.to,
        area: params.area,
        as_of: params.as_of,
    };
    let datasets = app.need::<Datasets>()?;
    Ok(Json(IndicatorsBody {
        figures: indicators::figures(&datasets, &ctx, &period).await?,
        definitions: indicators::INDICATORS.clone(),
    }))
}
