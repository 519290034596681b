//! The telephone system announces a call: signed, idempotent by its own call id. The desk's open pages hear of it at
//! once; the number never appears in an event or a log.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_crypto::verify_webhook;
use youlin_kernel::{Access, CommunityId, Ctx, Micros, Problem, ProblemKind, Result};
use youlin_people::Directory;
use youlin_web::{App, Caller, Routes, WebResult};

use crate::permissions::CASES_DESK;
use crate::{Cases, IncomingCall};

/// Clocks of telephone systems are rarely exact; older announcements are replays.
const TOLERANCE_SECONDS: u32 = 300;

pub(super) fn routes() -> Routes {
    Routes::new().post("/hooks/telephony/incoming", Access::Machine, incoming)
}

#[derive(Debug, Deserialize)]
struct Announcement {
    /// The system's id of the call.
    call_id: String,
    /// Calling number, any shape.
    from: String,
    /// Called number: decides whose desk rings.
    #[serde(default)]
    to: String,
}

#[derive(Debug, Serialize)]
struct Announced {
    call: Uuid,
    community: CommunityId,
    known: bool,
}

async fn incoming(
    State(app): State<App>,
    Caller(ctx): Caller,
    headers: HeaderMap,
    body: Bytes,
) -> WebResult<(StatusCode, Json<Announced>)> {
    let cases = app.need::<Cases>()?;
    check_signature(&cases, &ctx, &headers, &body)?;
    let text = std::str::from_utf8(&body).map_err(|error| {
        Problem::new(ProblemKind::Malformed, "not-utf8").arg("position", error.valid_up_to())
    })?;
    let call: Announcement = serde_json::from_str(text).map_err(|error| {
        Problem::new(ProblemKind::Malformed, "json-syntax")
            .arg("line", error.line())
            .arg("column", error.column())
            .arg("reason", error)
    })?;
    if call.call_id.trim().is_empty() || call.call_id.chars().count() > 200 {
        return Err(Problem::invalid("call_id", "required").into());
    }
    let phone = cases.vault().phone("from", &call.from)?;
    let service = app.service_ctx("telephony");
    let everywhere = service.scope(&CASES_DESK)?;
    let files =
        Directory::by_phone(app.db().read(), cases.vault(), &everywhere, phone.as_str()).await?;
    let community = desk_of(
        &cases,
        &ctx,
        &call.to,
        files.first().map(|file| file.card.community),
    )?;
    // Somebody registered elsewhere is found again by the desk's own search; only one's own file opens by itself.
    let own: Vec<Uuid> = files
        .iter()
        .filter(|file| file.card.community == community)
        .map(|file| file.card.id)
        .collect();
    let person = if let [one] = own.as_slice() {
        Some(*one)
    } else {
        None
    };
    let command = IncomingCall {
        cases: std::sync::Arc::clone(&cases),
        community,
        call_key: call.call_id.trim().to_owned(),
        phone,
        called: call.to.trim().chars().take(40).collect(),
        person,
        at: ctx.now(),
    };
    let id = app.db().execute(&service, command).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(Announced {
            call: id,
            community,
            known: !own.is_empty(),
        }),
    ))
}

fn check_signature(cases: &Cases, ctx: &Ctx, headers: &HeaderMap, body: &[u8]) -> Result<()> {
    let header = headers
        .get("youlin-signature")
        .and_then(|value| value.to_str().ok());
    let secrets: Vec<&[u8]> = cases
        .settings
        .telephony_secrets
        .iter()
        .map(String::as_bytes)
        .collect();
    let now = ctx.now().0 / Micros::SECOND;
    verify_webhook(header, &secrets, body, now, TOLERANCE_SECONDS)
        .map_err(|fault| Problem::new(ProblemKind::SignInNeeded, "signature").caused_by(fault))
}

/// The called line's community; without a rule for the line, the caller's own; in a house of one community, that one.
fn desk_of(
    cases: &Cases,
    ctx: &Ctx,
    called: &str,
    callers: Option<CommunityId>,
) -> Result<CommunityId> {
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let wanted = digits(called);
    let line = cases
        .settings
        .lines
        .iter()
        .find(|(line, _)| !wanted.is_empty() && digits(line) == wanted);
    let by_line = line
        .and_then(|(_, code)| ctx.areas().by_code(code))
        .map(|node| CommunityId(node.id.0));
    let only = match ctx.areas().communities() {
        [one] => Some(*one),
        _ => None,
    };
    by_line
        .or(callers)
        .or(only)
        .or_else(|| default_line(cases, ctx))
        .ok_or_else(|| Problem::invalid("to", "unknown-line"))
}

/// A line entered as `*` takes calls to any other number.
fn default_line(cases: &Cases, ctx: &Ctx) -> Option<CommunityId> {
    let (_, code) = cases.settings.lines.iter().find(|(line, _)| line == "*")?;
    ctx.areas().by_code(code).map(|node| CommunityId(node.id.0))
}
