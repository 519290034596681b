//! `/duty/{id}/calendar/{token}`: the shifts of a duty for calendars that cannot sign in (RFC 5545). The token is derived
//! from the duty and the keys of the installation; it is stored nowhere.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;
use youlin_kernel::{Micros, Problem, Scope};
use youlin_web::{App, Caller, WebResult};

use crate::Vault;
use crate::permissions::ROSTERS_READ;
use crate::rosters::ical::Calendar;
use crate::rosters::{ShiftView, rota, shifts};

/// How far a calendar looks back and ahead.
const BACK: i64 = 31 * Micros::DAY;
const AHEAD: i64 = 100 * Micros::DAY;

/// Opens the calendar of one duty.
pub(super) fn token(vault: &Vault, rota: Uuid) -> String {
    hex::encode(vault.index().blind("duty calendar", &rota.to_string()))
}

/// `GET /duty/{id}/calendar/{token}.ics`.
pub(super) async fn calendar(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path((id, sent)): Path<(String, String)>,
) -> WebResult<Response> {
    use subtle::ConstantTimeEq;
    let vault = app.need::<Vault>()?;
    let id: Uuid = id.parse().map_err(|_no_id| Problem::not_found())?;
    let sent = sent.strip_suffix(".ics").unwrap_or(&sent);
    if !bool::from(token(&vault, id).as_bytes().ct_eq(sent.as_bytes())) {
        return Err(Problem::not_found().into());
    }
    // The token stands for the right to read this one duty.
    let service = app.service_ctx("duty-calendar");
    let scope: Scope = service.scope(&ROSTERS_READ)?;
    let db = app.db().read();
    let rota = rota(db, &vault, &scope, id).await?;
    let span = (ctx.now().plus(-BACK), ctx.now().plus(AHEAD));
    let all = shifts(db, &vault, &scope, span, Some(id)).await?;
    let text = written(&rota.name, ctx.now(), &all);
    let kind = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((kind, text).into_response())
}

fn written(name: &str, now: Micros, all: &[ShiftView]) -> String {
    let mut calendar = Calendar::new("duty", name, now);
    for shift in all {
        let Some(who) = &shift.name else { continue };
        let span = (shift.from, shift.to);
        calendar.timed(&shift.id.to_string(), span, &format!("{name} {who}"));
    }
    calendar.finish()
}
