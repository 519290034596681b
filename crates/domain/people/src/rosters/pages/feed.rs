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

fn stamp(at: Micros) -> String {
    at.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text of a property: separators are escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Lines longer than 75 octets go on in the next one, never inside a character.
fn fold(line: &str, out: &mut String) {
    let mut room = 75;
    for c in line.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = 74;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    out.push_str("\r\n");
}

fn written(name: &str, now: Micros, all: &[ShiftView]) -> String {
    let mut out = String::new();
    let mut line = |text: String| fold(&text, &mut out);
    line("BEGIN:VCALENDAR".into());
    line("VERSION:2.0".into());
    line("PRODID:-//Youlin//duty//ZH".into());
    line(format!("X-WR-CALNAME:{}", escaped(name)));
    for shift in all {
        let Some(who) = &shift.name else { continue };
        line("BEGIN:VEVENT".into());
        line(format!("UID:{}@youlin", shift.id));
        line(format!("DTSTAMP:{}", stamp(now)));
        line(format!("DTSTART:{}", stamp(shift.from)));
        line(format!("DTEND:{}", stamp(shift.to)));
        line(format!("SUMMARY:{} {}", escaped(name), escaped(who)));
        line("END:VEVENT".into());
    }
    line("END:VCALENDAR".into());
    out
}

#[cfg(test)]
mod tests {
    use super::{escaped, fold};

    #[test]
    fn long_lines_are_folded_between_characters() {
        let mut out = String::new();
        fold(&"值".repeat(60), &mut out);
        assert!(out.split("\r\n").all(|line| line.len() <= 75));
        assert_eq!(out.replace("\r\n ", "").trim_end(), "值".repeat(60));
    }

    #[test]
    fn separators_are_escaped() {
        assert_eq!(escaped("a;b,c\\d\ne"), "a\\;b\\,c\\\\d\\ne");
    }
}
