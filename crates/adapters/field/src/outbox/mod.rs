//! What comes back from a day without signal: a batch of items, each taken once, in whatever order and however often they
//! are sent.

mod answer;
mod body;
mod deliver;
mod door;
mod round;

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{Ctx, Micros, Problem, ProblemKind, Result};
use youlin_rounds::permissions::ROUNDS_WALK;
use youlin_web::{ApiJson, App, Caller, Refusals, WebResult};

use crate::entities::field_item;
use crate::{CONTRACT, contract};
use answer::{ItemAnswer, Outcome};
use body::Kind;
use deliver::{Deliver, Delivered};

/// Items of one batch.
const MOST: usize = 100;

/// What a telephone sends.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = FieldBatch)]
pub(crate) struct Batch {
    /// The agreement the client was built for.
    contract: u32,
    /// Whose items these are: nobody else may send them.
    account: Uuid,
    items: Vec<Item>,
}

/// One of them.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = FieldItem)]
pub(crate) struct Item {
    /// Made by the client, once.
    pub(crate) id: Uuid,
    /// `round`, `case`, `photo_claim`, `return_visit`, `visit_mark`, `door_visit`, `correction`.
    pub(crate) kind: String,
    #[schema(value_type = Object)]
    pub(crate) body: Value,
    /// The client's clock at the moment of sending; tells how wrong it is.
    #[serde(default)]
    pub(crate) sent_at: Option<Micros>,
}

/// What became of a batch, item by item, in the order they came.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldBatchAnswer)]
pub(crate) struct BatchAnswer {
    contract: u32,
    /// The server's clock.
    now: Micros,
    items: Vec<ItemAnswer>,
}

/// Takes a batch in. Each item is a transaction of its own and is answered for itself.
#[utoipa::path(
    post, path = "/api/v1/field/outbox", operation_id = "fieldOutbox", tag = "field",
    request_body = Batch,
    responses((status = 200, description = "What became of each item", body = BatchAnswer), Refusals)
)]
pub(crate) async fn take(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiJson(batch): ApiJson<Batch>,
) -> WebResult<Json<BatchAnswer>> {
    contract::check(batch.contract)?;
    if ctx.actor().id() != Some(batch.account) {
        return Err(Problem::new(ProblemKind::Forbidden, "field-other-account").into());
    }
    if batch.items.len() > MOST {
        return Err(Problem::invalid("items", "field-items")
            .field_arg("max", MOST)
            .into());
    }
    // What others lean on comes first, so that one batch is enough whatever its order.
    let mut order: Vec<usize> = (0..batch.items.len()).collect();
    order.sort_by_key(|at| Kind::parse(&batch.items[*at].kind).map(Kind::turn));
    // Before anything is checked: what was taken is not refused because a category went meanwhile.
    let ids: Vec<Uuid> = batch.items.iter().map(|item| item.id).collect();
    let taken = known_of(&app, &ctx, &ids).await?;
    let mut answers: Vec<Option<ItemAnswer>> = batch.items.iter().map(|_| None).collect();
    for at in order {
        let item = &batch.items[at];
        let outcome = outcome(&app, &ctx, item, taken.get(&item.id)).await;
        answers[at] = Some(ItemAnswer::of(&app, &ctx, item.id, outcome));
    }
    Ok(Json(BatchAnswer {
        contract: CONTRACT,
        now: ctx.now(),
        items: answers.into_iter().flatten().collect(),
    }))
}

async fn outcome(app: &App, ctx: &Ctx, item: &Item, taken: Option<&field_item::Model>) -> Outcome {
    let Some(kind) = Kind::parse(&item.kind) else {
        let problem = Problem::invalid("kind", "field-kind").field_arg("kind", &item.kind);
        return Outcome::of(None, problem);
    };
    match deliver(app, ctx, kind, item, taken).await {
        Ok(Some(delivered)) => Outcome::Taken(delivered),
        Ok(None) => Outcome::Later(None),
        Err(problem) => {
            let changed = problem.code() == "visit-residents-changed";
            let told = changed || problem.code() == "facts-meanwhile";
            let held = match problem.kind() {
                ProblemKind::Conflict if told || kind != Kind::DoorVisit => {
                    body::held(app, ctx, kind, item).await
                }
                _ => None,
            };
            let problem = match (kind, problem.kind()) {
                // Of a list that is one's own: moved out, or looked after by somebody else now.
                (Kind::DoorVisit, _) if changed => {
                    Problem::new(ProblemKind::Conflict, "field-door-residents")
                }
                (Kind::DoorVisit, ProblemKind::NotFound) => {
                    Problem::new(ProblemKind::NotFound, "field-door-gone")
                }
                (Kind::VisitMark | Kind::Correction, ProblemKind::NotFound) => {
                    Problem::new(ProblemKind::NotFound, "field-person-gone")
                }
                _ => problem,
            };
            Outcome::of(Some(kind), problem).with_held(held)
        }
    }
}

/// `None`: what it leans on has not come yet.
async fn deliver(
    app: &App,
    ctx: &Ctx,
    kind: Kind,
    item: &Item,
    taken: Option<&field_item::Model>,
) -> Result<Option<Delivered>> {
    let fingerprint = deliver::fingerprint(kind, &item.body)?;
    if let Some(row) = taken {
        return deliver::again(ctx, row, &fingerprint).map(Some);
    }
    let Some((community, act)) = body::read(app, ctx, kind, item).await? else {
        return Ok(None);
    };
    let command = Deliver {
        item: item.id,
        community,
        kind,
        fingerprint,
        act,
    };
    app.db().execute(ctx, command).await.map(Some)
}

/// An item of the caller's communities that was taken before.
pub(crate) async fn known(app: &App, ctx: &Ctx, id: Uuid) -> Result<Option<field_item::Model>> {
    Ok(known_of(app, ctx, &[id]).await?.remove(&id))
}

/// Those of these items, by their ids: one question for a whole batch.
async fn known_of(app: &App, ctx: &Ctx, ids: &[Uuid]) -> Result<HashMap<Uuid, field_item::Model>> {
    let communities = ctx.scope(&ROUNDS_WALK)?.communities();
    let rows = field_item::Entity::find()
        .filter(field_item::Column::CommunityId.is_in(communities))
        .filter(field_item::Column::Id.is_in(ids.iter().copied()))
        .all(app.db().read())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
