//! Pages for everybody, without an account: ask for help, follow it by code.

mod follow;
mod help;
mod home;

use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use youlin_kernel::Access;
use youlin_web::{Method, Routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/", Access::Public, home::show)
        .get("/help", Access::Public, help::show)
        // The limit of uploads is kept while reading, see `street::upload`.
        .route(
            Method::Post,
            "/help",
            Access::Public,
            post(help::send).layer(DefaultBodyLimit::disable()),
        )
        .post("/help/kinds", Access::Public, help::kinds)
        .post("/help/place", Access::Public, help::place)
        .get("/help/sent/{code}", Access::Public, help::sent)
        .get("/follow", Access::Public, follow::ask)
        .get("/follow/{code}", Access::Public, follow::show)
        .post("/follow/{code}/act", Access::Public, follow::act)
        .get("/follow/{code}/files/{n}", Access::Public, follow::file)
}
