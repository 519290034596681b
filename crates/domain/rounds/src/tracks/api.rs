//! REST: the figures of a round's track, as the caller may see them. Positions are not among them.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;
use youlin_kernel::{Access, Micros, Problem};
use youlin_web::{App, Caller, PathId, Refusals, Routes, WebResult};

use super::{DemandKind, TrackAccess, TrackFlag, TrackSource, track_of};
use crate::model::Minimum;
use crate::permissions::ROUNDS_READ;
use crate::queries::{policy_view, round_view};
use crate::service::Rounds;

pub(crate) fn routes() -> Routes {
    Routes::new().api(Access::Needs(&ROUNDS_READ), routes!(get_round_track))
}

/// What was covered of the reach, or of one of its banks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Covered {
    /// Metres along the reach.
    metres: f64,
    /// Of the reach's length, 0 to 100.
    percent: f64,
    /// From and to, metres along the reach.
    #[schema(value_type = Vec<Vec<f64>>)]
    stretches: Vec<(f64, f64)>,
}

impl Covered {
    fn of(bank: &youlin_coverage::Bank) -> Self {
        Self {
            metres: bank.covered_m,
            percent: bank.percent,
            stretches: bank.stretches.clone(),
        }
    }
}

/// A demand of the policy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Demanded {
    what: DemandKind,
    asked: f64,
    has: f64,
    met: bool,
}

/// See the module's text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrackFigures {
    source: TrackSource,
    length_m: f64,
    /// From either bank.
    reach: Covered,
    left: Covered,
    right: Covered,
    minutes: i64,
    points: usize,
    /// What is odd about it, the gravest first.
    flags: Vec<TrackFlag>,
    demands: Vec<Demanded>,
    /// What the walker says of it.
    words: String,
    /// When the walker passed it on to whoever plans.
    released_at: Option<Micros>,
    keep_until: Micros,
}

/// The figures of a round's track.
///
/// Whoever walked sees them at once, whoever plans once they were passed on, at the latest after two days; others get 404, as
/// where there is no track.
#[utoipa::path(
    get, path = "/api/v1/rounds/{id}/track", operation_id = "getRoundTrack", tag = "rounds",
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = TrackFigures), Refusals)
)]
pub(crate) async fn get_round_track(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Json<TrackFigures>> {
    let rounds = app.need::<Rounds>()?;
    let (TrackAccess::Seen(view), _) = track_of(&rounds, app.db(), &ctx, id).await? else {
        return Err(Problem::not_found().into());
    };
    let scope = ctx.scope(&ROUNDS_READ)?;
    let round = round_view(&rounds, app.db(), &scope, id).await?;
    let minimum = match round.line.policy {
        Some(policy) => policy_view(app.db(), &scope, policy).await?.policy.minimum,
        None => Minimum::default(),
    };
    let summary = &view.summary;
    Ok(Json(TrackFigures {
        source: view.source,
        length_m: summary.coverage.length_m,
        reach: Covered::of(&summary.coverage.reach),
        left: Covered::of(&summary.coverage.left),
        right: Covered::of(&summary.coverage.right),
        minutes: summary.minutes(),
        points: summary.points,
        flags: summary.flags(),
        demands: summary
            .demands(&minimum)
            .iter()
            .map(|one| Demanded {
                what: one.what,
                asked: one.asked,
                has: one.has,
                met: one.met,
            })
            .collect(),
        words: view.words.clone(),
        released_at: view.released_at,
        keep_until: view.keep_until,
    }))
}
