//! The way in and out: a version of a rule set as the file it is taken in from. What is written out and taken in again is the
//! same version.

use axum::extract::{FromRequest, Path, Request, State};
use axum::response::Response;
use youlin_cases::upload::{is_multipart, pairs};
use youlin_kernel::{Problem, ProblemKind, Result};
use youlin_web::{App, Caller, HandedIn, JSON, Uploaded, WebResult, read_handed_in, save_as};

use super::find;
use crate::commands::MOST_RULES;
use crate::permissions::ROUNDS_READ;
use crate::queries::rule_sets;

/// Of a request, as the house takes it.
const MEGABYTES: usize = 1;

/// `GET /rounds/rules/{id}/rules.json`.
pub(in crate::pages) async fn export(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path(key): Path<String>,
) -> WebResult<Response> {
    ctx.scope(&ROUNDS_READ)?;
    let sets = rule_sets(app.db().read()).await?;
    let one = find(&sets, &key)?;
    let text = serde_json::to_string_pretty(&one.taken_in()).map_err(Problem::internal)?;
    let file = format!("{}-{}.json", one.set.code, one.set.version);
    Ok(save_as(&file, JSON, text))
}

/// What was pasted, or what stands in the file that was chosen.
pub(super) async fn sent(request: Request) -> Result<String> {
    if !is_multipart(&request) {
        // A little more is read than may be taken in, so that what is too long is refused with its reason.
        let all = pairs(request, MOST_RULES * 4).await?;
        let text = all.into_iter().find(|(name, _)| name == "text");
        return Ok(text.map(|(_, text)| text).unwrap_or_default());
    }
    let form = Uploaded::from_request(request, &())
        .await
        .map_err(|error| {
            Problem::new(ProblemKind::Malformed, "form-syntax").arg("reason", error)
        })?;
    let mut sent = HandedIn::default();
    read_handed_in(form, MEGABYTES, &mut sent).await?;
    let file = String::from_utf8_lossy(&sent.file);
    // As some editors begin a file.
    Ok(match file.trim_start_matches('\u{feff}').trim() {
        "" => sent.text("text").trim().to_owned(),
        file => file.to_owned(),
    })
}
