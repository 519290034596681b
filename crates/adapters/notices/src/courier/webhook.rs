//! Signed calls to other systems. A 2xx answer within ten seconds is a delivery; 410 ends the subscription; everything
//! else, redirects included, is tried again.

use std::error::Error as _;

use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use sea_orm::EntityTrait;
use uuid::Uuid;
use youlin_crypto::sign_webhook;
use youlin_kernel::{Ctx, Micros, Result};

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
            notices.db.execute(ctx, switch).await?;
            notices.forget_webhooks();
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
