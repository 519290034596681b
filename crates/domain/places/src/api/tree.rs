//! The area tree.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;
use youlin_kernel::{AreaId, AreaLevel, AreaTree, Problem};
use youlin_web::{App, Caller, Refusals, WebResult};

use crate::queries::{self, AreaDetail};

/// An area with everything below it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AreaBranch {
    id: AreaId,
    level: AreaLevel,
    code: String,
    name: String,
    name_en: String,
    /// A closed area keeps its records and takes no new ones.
    closed: bool,
    #[schema(no_recursion)]
    children: Vec<AreaBranch>,
}

impl AreaBranch {
    fn of(tree: &AreaTree, id: AreaId) -> Option<Self> {
        let node = tree.get(id)?;
        Some(Self {
            id,
            level: node.level,
            code: node.code.clone(),
            name: node.name.clone(),
            name_en: node.name_en.clone(),
            closed: node.closed,
            children: tree
                .children(id)
                .iter()
                .filter_map(|child| Self::of(tree, *child))
                .collect(),
        })
    }
}

/// All areas as a tree
#[utoipa::path(
    get, path = "/api/v1/areas", operation_id = "area_tree", tag = "places",
    responses((status = 200, description = "The roots, each with everything below it", body = Vec<AreaBranch>), Refusals)
)]
pub(crate) async fn area_tree(Caller(ctx): Caller) -> Json<Vec<AreaBranch>> {
    let tree = ctx.areas();
    let roots = tree.roots().iter();
    Json(roots.filter_map(|id| AreaBranch::of(tree, *id)).collect())
}

/// One area with its codes and the history of its boundary
#[utoipa::path(
    get, path = "/api/v1/areas/{id}", operation_id = "area", tag = "places",
    params(("id" = i64, Path, description = "The area's number")),
    responses((status = 200, description = "The area", body = AreaDetail), Refusals)
)]
pub(crate) async fn area(
    State(app): State<App>,
    Path(id): Path<String>,
) -> WebResult<Json<AreaDetail>> {
    let id = id.parse().map_err(|_no_number| Problem::not_found())?;
    Ok(Json(queries::area_detail(app.db(), AreaId(id)).await?))
}
