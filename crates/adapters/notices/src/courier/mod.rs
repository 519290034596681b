//! Brings messages out of the house. Leased polling, several at a time, each attempt bounded; at least once: should the
//! process die between sending and noting it, the message goes again (webhooks carry the event's id so that a receiver
//! can tell).

pub(crate) mod mail;
mod sms;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use youlin_kernel::{CommunityId, Ctx, Result};
use youlin_people::FieldPlace;

use crate::commands::{Claim, Outcome, Settle};
use crate::entities::delivery;
use crate::policy::Channel;
use crate::service::Notices;

/// Sent at the same time.
const TOGETHER: usize = 8;
/// No attempt takes longer, whatever its connection does. With [`TOGETHER`] and the size of a batch this stays well
/// within the lease.
const LONGEST: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_secs(1);

/// See the module's text. One for a process; several processes share the work.
#[derive(Debug)]
pub struct Courier(Arc<Notices>);

impl Courier {
    #[must_use]
    pub fn new(notices: Arc<Notices>) -> Self {
        Self(notices)
    }

    /// Runs until told to stop; messages on their way are finished first.
    pub async fn run(
        self,
        ctx: impl Fn() -> Ctx + Send + Sync,
        mut stop: tokio::sync::watch::Receiver<bool>,
    ) {
        loop {
            match self.run_due(&ctx()).await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(problem) => {
                    tracing::warn!(%problem, "messages could not be read; trying again")
                }
            }
            tokio::select! {
                _ = stop.changed() => return,
                () = self.0.wake.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Claims and sends one batch of due messages; returns how many. Tests call it with a moved clock.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn run_due(&self, ctx: &Ctx) -> Result<usize> {
        let due = self.0.db.execute(ctx, Claim).await?;
        let count = due.len();
        let mut running = futures::stream::iter(due)
            .map(|row| self.attempt(ctx, row))
            .buffer_unordered(TOGETHER);
        // One that cannot be noted must not cut the others off half-way: they would go out twice.
        let mut fault = None;
        while let Some(settled) = running.next().await {
            fault = fault.or(settled.err());
        }
        if let Some(problem) = fault {
            return Err(problem);
        }
        Ok(count)
    }

    async fn attempt(&self, ctx: &Ctx, row: delivery::Model) -> Result<()> {
        let outcome = match tokio::time::timeout(LONGEST, self.send(ctx, &row)).await {
            Ok(outcome) => outcome?,
            Err(_elapsed) => Outcome::Later("timeout".to_owned()),
        };
        if let Outcome::Later(code) | Outcome::Refused(code) = &outcome {
            tracing::warn!(
                delivery = %row.id, channel = row.channel, attempts = row.attempts, code,
                "a message could not be delivered"
            );
        }
        let settle = Settle {
            community: CommunityId(row.community_id),
            id: row.id,
            attempts: row.attempts,
            outcome,
        };
        let state = self.0.db.execute(ctx, settle).await?;
        metrics::counter!("youlin_messages_total", "channel" => row.channel, "state" => state.as_str())
            .increment(1);
        Ok(())
    }

    /// # Errors
    /// When the database cannot answer: the message stays and is tried again after its lease.
    async fn send(&self, ctx: &Ctx, row: &delivery::Model) -> Result<Outcome> {
        let Some((target, args)) = self.open(row) else {
            return Ok(Outcome::Refused("unreadable".to_owned()));
        };
        match Channel::parse(&row.channel) {
            Some(Channel::Sms) => Ok(sms::send(&self.0, row, &target, &args).await),
            Some(Channel::Mail) => Ok(mail::send(&self.0, ctx, row, &target, &args).await),
            Some(Channel::Webhook) => webhook::send(&self.0, ctx, &target, &args).await,
            Some(Channel::Page) | None => Ok(Outcome::Refused("channel".to_owned())),
        }
    }

    /// Target and arguments in the clear; `None` when they were wiped or their key is gone.
    fn open(&self, row: &delivery::Model) -> Option<(String, String)> {
        let place = |column| FieldPlace::new("delivery", column, row.community_id, row.id);
        let open = |column, sealed: &Option<Vec<u8>>| {
            self.0.vault.open(place(column), sealed.as_deref()?).ok()
        };
        Some((
            open("target", &row.target_sealed)?,
            open("args", &row.args_sealed)?,
        ))
    }
}

/// Codes for what an HTTP client reports: never its words, which may hold the address.
pub(crate) fn http_code(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else {
        "http"
    }
    .to_owned()
}
