//! The ringing telephone: the caller's file slides in beside whatever is being typed; an unknown number is attached to
//! whoever says who they are.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Problem, ProblemKind, Result};
use youlin_people::facts::How;
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{AttachPhone, Directory, PersonCard, PersonFile};
use youlin_web::{ApiQuery, App, Caller, Fault, PathId, Prefs, Shell, WebResult, page, part};

use super::fields::{Faults, Fields};
use super::{Part, shell, words};
use crate::permissions::CASES_DESK;
use crate::service::Cases;
use crate::{AttachCaller, CallView, CaseRow, call_phone, call_view};

/// People offered for an unknown number.
const PEOPLE: u64 = 8;

#[derive(Template)]
#[template(path = "desk_call_part.html")]
struct Panel<'a> {
    s: &'a Shell,
    call: CallView,
    faults: Faults,
}

impl Panel<'_> {
    fn badge(&self, row: &CaseRow) -> &'static str {
        words::badge(row.light)
    }

    fn light(&self, row: &CaseRow) -> String {
        words::light_words(self.s, row)
    }

    /// A label in words; kinds of talent show what they are.
    fn label(&self, label: &str) -> String {
        match label.split_once(':') {
            Some((_, talent)) => talent.to_owned(),
            None => self.s.tt("label", label),
        }
    }

    fn open(&self) -> usize {
        self.call
            .cases
            .iter()
            .filter(|row| !row.status.is_ended())
            .count()
    }

    fn counted(&self) -> String {
        let ended = self.call.cases.len() - self.open();
        self.s
            .t2("call-cases", &("open", self.open()), &("ended", ended))
    }

    fn several(&self) -> bool {
        self.call.files.len() > 1
    }

    fn home(&self, file: &PersonFile) -> String {
        file.card
            .place
            .as_ref()
            .map(|place| place.address.clone())
            .unwrap_or_default()
    }

    fn area(&self, file: &PersonFile) -> String {
        file.card
            .place
            .as_ref()
            .map(|place| self.s.area(&place.area()))
            .unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "desk_call.html")]
struct PanelPage<'a> {
    s: &'a Shell,
    panel: String,
}

async fn draw(s: &Shell, wants: Part, id: Uuid, faults: Faults) -> WebResult<Response> {
    let (app, ctx) = (s.app(), s.ctx());
    let cases = app.need::<Cases>()?;
    let scope = ctx.scope(&CASES_DESK)?;
    let call = call_view(app.db(), &cases, ctx, &scope, id).await?;
    let panel = Panel { s, call, faults };
    if wants.0 {
        return part(&panel);
    }
    let panel = panel.render().map_err(Problem::internal)?;
    page(&PanelPage { s, panel })
}

/// `GET /desk/calls/{id}/panel`.
pub(super) async fn panel(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    wants: Part,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    draw(&s, wants, id, Faults::default()).await
}

#[derive(Template)]
#[template(path = "desk_call_people_part.html")]
struct People<'a> {
    s: &'a Shell,
    call: Uuid,
    found: Vec<PersonCard>,
    asked: String,
    sentence: String,
}

impl People<'_> {
    fn home(&self, card: &PersonCard) -> String {
        card.place
            .as_ref()
            .map(|place| place.address.clone())
            .unwrap_or_default()
    }
}

/// Whom one looks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Search {
    who: String,
}

/// `GET /desk/calls/{id}/people`: who the caller may be, by name, number or address.
pub(super) async fn people(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(call): PathId,
    ApiQuery(search): ApiQuery<Search>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let scope = ctx.scope(&PEOPLE_READ)?;
    let cases = app.need::<Cases>()?;
    let asked = search.who.trim().to_owned();
    let mut sentence = String::new();
    let found = if asked.is_empty() {
        Vec::new()
    } else {
        match Directory::search(app.db().read(), cases.vault(), &scope, &asked, PEOPLE).await {
            Ok(found) => found,
            Err(problem) if problem.kind() == ProblemKind::Invalid => {
                let faults = Faults::of(&s, &problem);
                sentence = faults
                    .fields
                    .first()
                    .map_or(faults.sentence, |(_, text)| text.clone());
                Vec::new()
            }
            Err(problem) => return Err(Fault(problem)),
        }
    };
    part(&People {
        s: &s,
        call,
        found,
        asked,
        sentence,
    })
}

/// `POST /desk/calls/{id}/attach`: the number belongs to this person, who is the caller.
pub(super) async fn attach(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    wants: Part,
    PathId(id): PathId,
    typed: Fields,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    match join(&s, id, &typed).await {
        Ok(()) => Ok(Redirect::to(&format!("/desk/calls/{id}/panel")).into_response()),
        Err(problem) if problem.kind() == ProblemKind::Invalid => {
            let answer = draw(&s, wants, id, Faults::of(&s, &problem)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
        }
        Err(problem) => Err(Fault(problem)),
    }
}

async fn join(s: &Shell, id: Uuid, typed: &Fields) -> Result<()> {
    let (app, ctx) = (s.app(), s.ctx());
    let cases = app.need::<Cases>()?;
    let scope = ctx.scope(&CASES_DESK)?;
    let person = typed.id("person")?;
    let (community, phone) = call_phone(app.db(), &cases, &scope, id).await?;
    if typed.get("keep") == "yes" {
        let vault = Arc::clone(cases.vault());
        app.db()
            .execute(
                ctx,
                AttachPhone {
                    vault,
                    community,
                    person,
                    phone,
                    how: How::Call,
                },
            )
            .await?;
    } else {
        // Several people share the number: it is in their files already.
        let readers = ctx.scope(&PEOPLE_READ)?;
        Directory::card(app.db().read(), cases.vault(), &readers, person).await?;
    }
    app.db()
        .execute(
            ctx,
            AttachCaller {
                community,
                call: id,
                person,
            },
        )
        .await
}
