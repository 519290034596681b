//! The area tree.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use youlin_kernel::{AreaId, AreaLevel, AreaTree, Problem};
use youlin_web::{ApiQuery, App, Caller, Refusals, WebResult};

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
    /// Areas directly below it; `children` holds them as far down as was asked for
    below: usize,
    #[schema(no_recursion)]
    children: Vec<AreaBranch>,
}

/// A tree of more areas is given level by level.
const WHOLE: usize = 20_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TreeQuery {
    /// This area instead of the roots
    #[param(value_type = Option<i64>)]
    within: Option<AreaId>,
    /// Levels below to give, 0 to 6. Unless said: all, or one where there are more than 20,000 areas
    #[param(minimum = 0, maximum = 6)]
    depth: Option<usize>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindQuery {
    /// A piece of a name, or the beginning of a code
    q: String,
    /// 1 to 50; 20 unless said
    #[param(minimum = 1, maximum = 50)]
    limit: Option<usize>,
}

/// An area that was looked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundArea {
    id: AreaId,
    level: AreaLevel,
    code: String,
    name: String,
    /// Names of the areas above it, the widest first
    within: Vec<String>,
}

impl AreaBranch {
    fn of(tree: &AreaTree, id: AreaId, depth: usize) -> Option<Self> {
        let node = tree.get(id)?;
        let below = tree.children(id);
        let given = if depth == 0 { &[] } else { below };
        Some(Self {
            id,
            level: node.level,
            code: node.code.clone(),
            name: node.name.clone(),
            name_en: node.name_en.clone(),
            closed: node.closed,
            below: below.len(),
            children: given
                .iter()
                .filter_map(|child| Self::of(tree, *child, depth - 1))
                .collect(),
        })
    }
}

/// All areas as a tree
#[utoipa::path(
    get, path = "/api/v1/areas", operation_id = "area_tree", tag = "places", params(TreeQuery),
    responses((status = 200, description = "The roots, or the area asked for, each with what lies below it", body = Vec<AreaBranch>), Refusals)
)]
pub(crate) async fn area_tree(
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<TreeQuery>,
) -> WebResult<Json<Vec<AreaBranch>>> {
    let tree = ctx.areas();
    let deepest = AreaLevel::ALL.len() - 1;
    let unless_said = if tree.len() > WHOLE { 1 } else { deepest };
    let depth = query.depth.unwrap_or(unless_said).min(deepest);
    let tops = match query.within {
        Some(id) if tree.get(id).is_none() => return Err(Problem::not_found().into()),
        Some(id) => vec![id],
        None => tree.roots().to_vec(),
    };
    let branches = tops
        .iter()
        .filter_map(|id| AreaBranch::of(tree, *id, depth));
    Ok(Json(branches.collect()))
}

/// Areas by a piece of their name or the beginning of their code
#[utoipa::path(
    get, path = "/api/v1/areas/find", operation_id = "find_areas", tag = "places", params(FindQuery),
    responses((status = 200, description = "Open areas, the likeliest first", body = Vec<FoundArea>), Refusals)
)]
pub(crate) async fn find_areas(
    Caller(ctx): Caller,
    ApiQuery(query): ApiQuery<FindQuery>,
) -> WebResult<Json<Vec<FoundArea>>> {
    let tree = ctx.areas();
    let limit = query.limit.unwrap_or(20).clamp(1, 50);
    let found = tree.search(&query.q, limit).into_iter().map(|node| {
        let above = tree.upwards(node.id).skip(1);
        let mut within: Vec<String> = above.map(|node| node.name.clone()).collect();
        within.reverse();
        FoundArea {
            id: node.id,
            level: node.level,
            code: node.code.clone(),
            name: node.name.clone(),
            within,
        }
    });
    Ok(Json(found.collect()))
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
