//! Pages of tracks: the part of a round's page, reaches over a time, live positions.

mod coverage;
mod live;
mod part;

use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use youlin_kernel::Access;
use youlin_web::{Method, Routes};

use crate::permissions::{ROUNDS_READ, ROUNDS_WALK};

pub(crate) use live::tracked_walks;
pub(crate) use part::{TrackPart, track_part};

/// Megabytes of a GPX file: 200,000 points with everything programs write beside them.
const MEGABYTES: usize = 40;

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&ROUNDS_READ);
    let walk = Access::Needs(&ROUNDS_WALK);
    let large = DefaultBodyLimit::max(MEGABYTES * 1024 * 1024);
    Routes::new()
        .route(
            Method::Post,
            "/rounds/{id}/track",
            walk,
            post(part::upload).layer(large),
        )
        .post("/rounds/{id}/track/release", walk, part::release)
        .post("/rounds/{id}/track/shift", walk, part::shift)
        .post("/rounds/{id}/track/remove", walk, part::remove)
        .post("/rounds/{id}/track/live", walk, part::from_live)
        .get("/rounds/{id}/track.gpx", walk, part::own_copy)
        .get("/rounds/coverage", read, coverage::show)
        .get("/rounds/live", walk, live::show)
        .post("/rounds/live", walk, live::start)
        .post("/rounds/live/{id}/end", walk, live::end)
        .get("/track/{token}", Access::Public, live::point)
        .post("/track/{token}", Access::Public, live::point)
}
