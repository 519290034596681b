//! `submission`: whether it may be sent, and what is sent.
//!
//! A submission is taken once however often it comes: in its first request, in those that bring the rest of its photographs
//! (`*isIncomplete*`), and when the answer was lost. The same content again gets the same answer; another content under the
//! same instance is refused and stays on the phone.

mod attach;
mod found;
mod meaning;
mod posted;
mod take;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use quick_xml::escape::escape;
use youlin_kernel::Result;
use youlin_rounds::permissions::ROUNDS_WALK;
use youlin_rounds::short_words;

use crate::call::Call;
use crate::xml;
use take::{Taken, Version};

/// `HEAD submission`: 204 with where to send, before anything is sent.
pub(crate) async fn asked(call: Call) -> Response {
    if let Err(problem) = call.ctx.scope(&ROUNDS_WALK) {
        return call.refused(problem).into_response();
    }
    let mut response = xml::with_headers(StatusCode::NO_CONTENT.into_response());
    if let Ok(here) = HeaderValue::from_str(&call.address("submission")) {
        response.headers_mut().insert(header::LOCATION, here);
    }
    response
}

/// `POST submission`.
pub(crate) async fn taken(call: Call, request: Request) -> Response {
    match take_in(&call, request).await {
        Ok(taken) => answer(&call, &taken),
        Err(problem) => call.refused(problem).into_response(),
    }
}

async fn take_in(call: &Call, request: Request) -> Result<Taken> {
    // Before a byte of a file is stored.
    call.ctx.scope(&ROUNDS_WALK)?;
    let posted = posted::read(call, request).await?;
    take::take(call, posted).await
}

fn answer(call: &Call, taken: &Taken) -> Response {
    let count = |n: usize| n.to_string();
    let mut lines = vec![call.say(if taken.again { "again" } else { "taken" }, &[])];
    if !taken.again && taken.findings > 0 {
        let args = [
            ("findings", count(taken.findings)),
            ("cases", count(taken.cases)),
        ];
        lines.push(call.say("found", &args));
    }
    if let Some(short) = &taken.short {
        let why = short_words(call.app.i18n(), call.ctx.locale(), short);
        lines.push(call.say("short", &[("why", why)]));
    } else if taken.is_extra {
        lines.push(call.say("extra", &[]));
    }
    if taken.photographs > 0 {
        lines.push(call.say("photographs", &[("count", count(taken.photographs))]));
    }
    if let Some(version) = taken.other_version {
        let args = [("version", taken.meta.version.clone())];
        lines.push(match version {
            Version::Older => call.say("older", &args),
            Version::Unknown => call.say("unknown-version", &args),
        });
    }
    let more = format!(
        "<submissionMetadata xmlns=\"http://www.opendatakit.org/xforms\" id=\"{}\" version=\"{}\" instanceID=\"{}\" \
         submissionDate=\"{}\" isComplete=\"{}\"/>",
        escape(&taken.meta.form_id),
        escape(&taken.meta.version),
        escape(&taken.meta.instance_id),
        taken.received_at.rfc3339(),
        !taken.is_incomplete,
    );
    let mut response = xml::message(
        StatusCode::CREATED,
        "submit_success",
        &lines.join("\n"),
        &more,
    );
    if let Ok(here) = HeaderValue::from_str(&call.address("submission")) {
        response.headers_mut().insert(header::LOCATION, here);
    }
    response
}
