//! `youlin serve`.

use anyhow::Result;
use clap::Args;

use super::{Outcome, configure};
use crate::config::Raw;
use crate::house::Opening;
use crate::{House, out, server};

/// Serve until asked to stop (SIGTERM or Ctrl-C)
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  YOULIN_DATA_DIR=/var/lib/youlin YOULIN_PUBLIC_URL=https://youlin.example youlin serve"
)]
pub(crate) struct Serve {
    /// Refuse a database that lacks migrations instead of applying them
    #[arg(long)]
    no_migrate: bool,
    /// Let the demo listen on addresses others can reach
    #[arg(long)]
    allow_public_demo: bool,
}

impl Serve {
    pub(crate) async fn run(self, raw: Raw) -> Result<Outcome> {
        let raw = if self.allow_public_demo {
            raw.with("allow_public_demo", "yes")
        } else {
            raw
        };
        let mut opening = Opening::new(configure(&raw)?);
        opening.migrate = !self.no_migrate;
        let public_url = opening.config.public_url.clone();
        if opening.config.source_url.is_empty() {
            tracing::warn!(
                "source_url is not set: people who use a changed version must be offered its source (AGPL-3.0, section 13)"
            );
        }
        let running = server::serve(House::open(opening).await?, Vec::new()).await?;
        out::say(format!(
            "Youlin serves {public_url} (listening on {})",
            running.addr
        ));
        running.until_asked_to_stop().await?;
        Ok(Outcome::Good)
    }
}
