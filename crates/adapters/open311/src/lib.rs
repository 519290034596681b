//! Open311 GeoReport v2: how foreign systems report problems, ask what became of them, and add to them.
//!
//! A foreign protocol over the verbs of the cases module, with no rules of its own: a service is a category, a service
//! request is a case filed by [`youlin_cases::Report`], an update is a step by [`youlin_cases::Act`]. What the public may
//! read without a key is decided in one place (`shown`, ADR 0006). Both formats are written from one description of the
//! answer (`item`); refusals are the specification's lists of errors, also those of router and middleware
//! ([`youlin_web::Protocol`]).

mod body;
mod call;
mod create;
mod discovery;
mod item;
mod media;
mod paging;
mod params;
mod refusal;
mod requests;
mod services;
mod settings;
mod shown;
mod updates;

pub use settings::{Jurisdiction, Open311Settings};

use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use youlin_kernel::Access;
use youlin_web::{Method, Module, Protocol, Routes};

/// This module as the composition root takes it in.
#[must_use]
pub fn module() -> Module {
    Module {
        routes,
        protocol: Some(Protocol {
            prefix: "/open311/",
            refuse: refusal::refuse,
        }),
        ..Module::named("open311")
    }
}

fn routes() -> Routes {
    let mut routes = Routes::new()
        .get(
            "/open311/v2/services/{file}",
            Access::Public,
            services::definition,
        )
        .get("/open311/v2/requests/{file}", Access::Public, requests::one)
        .get("/open311/v2/tokens/{file}", Access::Public, requests::token)
        .get(
            "/open311/v2/media/{case}/{file}",
            Access::Machine,
            media::photograph,
        );
    for ending in ["json", "xml"] {
        let at = |path: &str| format!("/open311/{path}.{ending}");
        routes = routes
            .get(&at("discovery"), Access::Public, discovery::discovery)
            .get(&at("v2/discovery"), Access::Public, discovery::discovery)
            .get(&at("v2/services"), Access::Public, services::list)
            .get(&at("v2/requests"), Access::Public, requests::list)
            .get(
                &at("v2/servicerequestupdates"),
                Access::Public,
                updates::list,
            )
            // Texts are limited where they are read, files by the file store: both as they stream in.
            .route(
                Method::Post,
                &at("v2/requests"),
                Access::Machine,
                post(create::create).layer(DefaultBodyLimit::disable()),
            )
            .route(
                Method::Post,
                &at("v2/servicerequestupdates"),
                Access::Machine,
                post(updates::create).layer(DefaultBodyLimit::disable()),
            );
    }
    routes
}
