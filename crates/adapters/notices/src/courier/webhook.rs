//! Signed calls to other systems. A 2xx answer within ten seconds is a delivery; 410 ends the subscription; everything
//! else, redirects included, is tried again.

use std::error::Error as _;

use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use sea_orm::EntityTrait;
use uuid::Uuid;
use youlin_crypto::sign_webhook;
use youlin_kernel::{Ctx, Micros, ProblemKind, Result};

use super::http_code;
use crate::commands::{Outcome, SYSTEM, SwitchWebhook, secret_place};
use crate::entities::webhook_subscription;
use crate::guard::{self, Forbidden};
use crate::service::Notices;

/// `t=<seconds>,v1=<hex>`, see `youlin_crypto::sign_webhook`.
pub const SIGNATURE: &str = "Youlin-Signature";

pub(super) async fn send(
    notices: &Notices,
    ctx: &Ctx,
    target: &str,
    body: &str,
) -> Result<Outcome> {
    let refused = |code: &str| Ok(Outcome::Refused(code.to_owned()));
    let id: Uuid = match target.parse() {
        Ok(id) => id,
        Err(_not_an_id) => return refused("unreadable"),
    };
    let row = webhook_subscription::Entity::find_by_id((SYSTEM.0, id))
        .one(notices.db.read())
        .await?;
    let Some(row) = row.filter(|row| row.active) else {
        return refused("subscription-off");
    };
    let Ok(url) = guard::check_url(&row.url, notices.settings.private_webhooks) else {
        return refused("target");
    };
    let Ok(secret) = notices.vault.open(secret_place(id), &row.secret_sealed) else {
        return refused("unreadable");
    };
    let seconds = ctx.now().0 / Micros::SECOND;
    let signature = sign_webhook(secret.as_bytes(), seconds, body.as_bytes());
    let request = notices
        .hooks
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(SIGNATURE, signature)
        .body(body.to_owned());
    match request.send().await {
        Ok(answer) if answer.status().is_success() => Ok(Outcome::Sent),
        Ok(answer) if answer.status() == StatusCode::GONE => {
            let switch = SwitchWebhook {
                id,
                active: false,
                gone: true,
            };
            match notices.db.execute(ctx, switch).await {
                // Another call to the same receiver was told so at the same moment.
                Err(problem) if problem.kind() != ProblemKind::Conflict => return Err(problem),
                _ => notices.forget_webhooks(),
            }
            refused("gone")
        }
        Ok(answer) => Ok(Outcome::Later(format!("http-{}", answer.status().as_u16()))),
        Err(error) if is_forbidden(&error) => refused("target"),
        Err(error) => Ok(Outcome::Later(http_code(&error))),
    }
}

/// Whether the guard refused the name.
fn is_forbidden(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(one) = cause {
        if one.is::<Forbidden>() {
            return true;
        }
        cause = one.source();
    }
    false
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::guard::GuardedResolver;

    /// A name that passes the first check and leads home is refused for good, not tried again.
    #[tokio::test]
    async fn the_guards_refusal_is_told_from_a_failed_connection() {
        let ask = async |private_allowed| {
            let guard = GuardedResolver { private_allowed };
            let client = crate::service::client()
                .dns_resolver(guard)
                .build()
                .unwrap();
            // Port 1: nobody listens there.
            client.get("http://localhost:1/").send().await.unwrap_err()
        };
        assert!(is_forbidden(&ask(false).await));
        let refused = ask(true).await;
        assert!(!is_forbidden(&refused) && refused.is_connect());
    }
}
