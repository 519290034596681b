//! Where the interface is and who to ask.

use axum::http::StatusCode;
use axum::response::Response;

use crate::call::{Call, Outcome};
use crate::item::Item;

/// When what is said here, or the interface itself, last changed.
const CHANGESET: &str = "2026-11-23T00:00:00Z";
const SPECIFICATION: &str = "http://wiki.open311.org/GeoReport_v2";

pub(crate) async fn discovery(call: Call) -> Response {
    let outcome = document(&call).await;
    call.answer("discovery", StatusCode::OK, outcome)
}

async fn document(call: &Call) -> Outcome {
    let params = call.query()?;
    call.identify(&params, false).await?;
    let settings = call.settings();
    let config = call.app.config();
    let endpoint = Item::Record(vec![
        ("specification", Item::text(SPECIFICATION)),
        (
            "url",
            Item::Text(format!("{}/open311/v2", config.public_url)),
        ),
        ("changeset", Item::text(CHANGESET)),
        (
            "type",
            Item::text(if config.demo { "test" } else { "production" }),
        ),
        (
            "formats",
            Item::List(
                "format",
                vec![Item::text("text/xml"), Item::text("application/json")],
            ),
        ),
    ]);
    let or_said = |own: &String, key| {
        if own.is_empty() {
            call.words().say(key, &[])
        } else {
            own.clone()
        }
    };
    Ok(Item::Record(vec![
        ("changeset", Item::text(CHANGESET)),
        ("contact", Item::Text(or_said(&settings.contact, "contact"))),
        (
            "key_service",
            Item::Text(or_said(&settings.key_service, "key-service")),
        ),
        ("endpoints", Item::List("endpoint", vec![endpoint])),
    ]))
}
