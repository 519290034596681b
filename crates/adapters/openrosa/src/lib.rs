//! OpenRosa: ODK Collect, and whatever else speaks its protocol, fill the same checklists.
//!
//! A foreign protocol over the verbs of rounds, with no rules of its own. A form is a checklist with a frame around it (what
//! it went to, how it ended, when: `forms`); a submission is a round ([`youlin_rounds::HandIn`]) with its findings and their
//! cases, in one transaction (`submission`). What one may choose from comes in lists of one's own (`lists`). Clients have no
//! sessions: the address of each phone holds a secret of which a keyed hash is kept (`tokens`, `access`).
//!
//! The protocol is OpenRosa 1.0 as <https://docs.getodk.org/openrosa> has it: request, form list, form submission.

mod access;
mod call;
mod entities;
mod forms;
mod lists;
mod migrations;
mod pages;
mod published;
mod qr;
mod refusal;
mod service;
mod submission;
mod tokens;
mod xml;

pub use migrations::MIGRATIONS;
pub use pages::NAV;
pub use service::OpenRosa;
pub use tokens::{MakeToken, NewToken, RevokeToken};

use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use youlin_database::audited_table;
use youlin_database::sealed::{SealedColumn, SealedTable, sealed_record};
use youlin_kernel::Access;
use youlin_rounds::permissions::ROUNDS_WALK;
use youlin_web::{Method, Module, Protocol, Routes};

/// Where the protocol's addresses begin.
const PREFIX: &str = "/openrosa/";

fn sealed() -> Vec<SealedTable> {
    const SUBMISSION: &[SealedColumn] = &[SealedColumn::new(
        "xml_sealed",
        "openrosa_submission",
        "xml",
    )];
    vec![sealed_record::<entities::openrosa_submission::Entity>(
        SUBMISSION,
    )]
}

/// This module as the composition root takes it in. Needs `Arc<OpenRosa>` in the application.
#[must_use]
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        audited: vec![
            audited_table::<entities::openrosa_token::Entity>(),
            audited_table::<entities::openrosa_submission::Entity>(),
        ],
        sealed: sealed(),
        routes,
        protocol: Some(Protocol {
            prefix: PREFIX,
            refuse: refusal::refuse,
        }),
        ..Module::named("openrosa")
    }
}

fn routes() -> Routes {
    let walker = Access::Needs(&ROUNDS_WALK);
    let phone = Access::Machine;
    let at = |path: &str| format!("/openrosa/{{token}}/{path}");
    Routes::new()
        .get(&at("formList"), phone, lists::forms)
        .get(&at("forms/{id}/{version}"), phone, lists::form)
        .get(&at("manifest"), phone, lists::manifest)
        .get(&at("media/{file}"), phone, lists::media)
        // Answers HEAD too: clients ask before they send.
        .get(&at("submission"), phone, submission::asked)
        // Sizes are limited while reading.
        .route(
            Method::Post,
            &at("submission"),
            phone,
            post(submission::taken).layer(DefaultBodyLimit::disable()),
        )
        .get("/me/openrosa", walker, pages::show)
        .post("/me/openrosa", walker, pages::make)
        .post("/me/openrosa/{id}/revoke", walker, pages::revoke)
}
