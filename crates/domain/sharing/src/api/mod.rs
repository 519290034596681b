//! REST under `/api/v1`: resources, loans, professional support, the three lists. Thin: every change is the command the
//! pages use too, everything read is what the page of it shows.

mod hours;
mod lists;
mod loans;
mod resources;
mod support;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{Problem, Result};
use youlin_web::Routes;

pub(crate) fn routes() -> Routes {
    resources::routes()
        .merge(loans::routes())
        .merge(support::routes())
        .merge(lists::routes())
}

/// The id of what was saved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedInSharing)]
pub(crate) struct Saved {
    id: Uuid,
}

/// Whoever was too late is told how it stands now as they may read it, not as the row is stored.
fn newer(problem: Problem, now: Result<impl Serialize>) -> Problem {
    match now {
        Ok(now) => Problem::stale(serde_json::to_value(now).unwrap_or_default()),
        Err(_no_longer_seen) => problem,
    }
}

/// Saved by somebody else meanwhile.
fn is_stale(problem: &Problem) -> bool {
    problem.code() == "stale"
}
