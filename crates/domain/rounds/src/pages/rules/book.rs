//! The way in and out: a version of a rule set as the file it is taken in from. What is written out and taken in again is the
//! same version.

use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::response::Response;
use youlin_cases::upload::{is_multipart, pairs};
use youlin_kernel::{Problem, ProblemKind, Result};
use youlin_web::{App, Caller, WebResult, save_as};

use super::find;
use crate::commands::MOST_RULES;
use crate::permissions::ROUNDS_READ;
use crate::queries::rule_sets;

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
    Ok(save_as(&file, "application/json", text))
}

/// What was pasted, or what stands in the file that was chosen.
pub(super) async fn sent(request: Request) -> Result<String> {
    // A little more is read than may be taken in, so that what is too long is refused with its reason.
    let most = MOST_RULES * 4;
    if !is_multipart(&request) {
        let all = pairs(request, most).await?;
        let text = all.into_iter().find(|(name, _)| name == "text");
        return Ok(text.map(|(_, text)| text).unwrap_or_default());
    }
    let broken = |error: axum::extract::multipart::MultipartError| {
        if error.status().as_u16() == 413 {
            Problem::new(ProblemKind::TooLarge, "upload-too-large")
        } else {
            Problem::new(ProblemKind::Malformed, "body-unreadable").caused_by(error)
        }
    };
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| {
            Problem::new(ProblemKind::Malformed, "form-syntax").arg("reason", error)
        })?;
    let (mut pasted, mut file) = (String::new(), String::new());
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(broken)? {
            if bytes.len() <= most {
                bytes.extend_from_slice(&piece);
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        // As some editors begin a file.
        let text = text.trim_start_matches('\u{feff}').trim().to_owned();
        match name.as_str() {
            "text" => pasted = text,
            "file" => file = text,
            _ => {}
        }
    }
    Ok(if file.is_empty() { pasted } else { file })
}
