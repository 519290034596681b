//! `youlin openapi`.

use anyhow::Result;
use clap::Args;

use super::Outcome;
use crate::{house, out};

/// Print the description of the REST interface (OpenAPI 3.1, JSON)
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  youlin openapi > openapi.json")]
pub(crate) struct OpenApi {}

impl OpenApi {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let described = youlin_web::describe(&house::modules(), house::api_info());
        // Its parts are written down already: read once more, so that a person can read them too.
        let described = serde_json::to_value(&described)?;
        out::say(serde_json::to_string_pretty(&described)?);
        Ok(Outcome::Good)
    }
}
