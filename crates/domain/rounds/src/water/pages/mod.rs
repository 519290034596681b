//! Pages of water: the points of a reach, one point over time, and an outlet with its photographs.

mod list;
mod outlet;
mod point;
mod said;

use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use youlin_kernel::Access;
use youlin_web::{Method, Routes};

use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ, ROUNDS_WALK};

pub(crate) use said::{RoundReading, round_readings};

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&ROUNDS_READ);
    let walk = Access::Needs(&ROUNDS_WALK);
    let plan = Access::Needs(&ROUNDS_PLAN);
    Routes::new()
        .get("/rounds/reaches/{id}/water", read, list::show)
        .post("/rounds/reaches/{id}/water", plan, list::save)
        .get("/rounds/water/{id}", read, point::show)
        // The limit of uploads is kept while reading.
        .route(
            Method::Post,
            "/rounds/water/{id}",
            walk,
            post(point::take).layer(DefaultBodyLimit::disable()),
        )
        .post("/rounds/water/{id}/case", walk, point::file)
        .get("/rounds/reaches/{id}/outlets/{outlet}", read, outlet::show)
        // The limit of uploads is kept while reading.
        .route(
            Method::Post,
            "/rounds/reaches/{id}/outlets/{outlet}",
            walk,
            post(outlet::take).layer(DefaultBodyLimit::disable()),
        )
        .get("/rounds/spots/{id}", read, point::photo)
}
