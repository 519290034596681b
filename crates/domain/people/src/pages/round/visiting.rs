//! `/people/visits`: visiting lists; one of them with a few taps for each person.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Problem};
use youlin_web::{ApiForm, ApiQuery, App, Caller, PathId, Prefs, Shell, WebResult, page};

use super::shell;
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::{PEOPLE_READ, PEOPLE_SENSITIVE, PEOPLE_WRITE};
use crate::{
    Directory, MarkVisit, StartVisitingList, Vault, VisitState, VisitingEntry, VisitingLine,
};

#[derive(Template)]
#[template(path = "people/round/visits.html")]
struct ListsPage {
    s: Shell,
    closed: bool,
    lines: Vec<VisitingLine>,
}

impl ListsPage {
    fn title(&self, line: &VisitingLine) -> String {
        title_of(&self.s, line)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Which {
    closed: String,
}

/// `GET /people/visits?closed=`.
pub(in crate::pages) async fn lists(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(which): ApiQuery<Which>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PEOPLE_READ)?;
    let sensitive = ctx.scope(&PEOPLE_SENSITIVE).ok();
    let scopes = (&scope, sensitive.as_ref());
    let closed = !which.closed.is_empty();
    let vault = app.need::<Vault>()?;
    page(&ListsPage {
        lines: Directory::visiting_lists(app.db().read(), &vault, scopes, closed).await?,
        closed,
        s: shell(&app, &ctx, prefs),
    })
}

#[derive(Debug, Deserialize)]
pub(in crate::pages) struct NewList {
    community: CommunityId,
    title: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    person: Vec<Uuid>,
}

/// `POST /people/visits`.
pub(in crate::pages) async fn start(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiForm(form): ApiForm<NewList>,
) -> WebResult<Response> {
    let command = StartVisitingList {
        vault: app.need::<Vault>()?,
        community: form.community,
        title: form.title,
        reason: form.reason,
        persons: form.person,
        // Chosen one by one; what the title tells is found by its words.
        sensitive: false,
    };
    let id = app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/people/visits/{id}")))
}

#[derive(Template)]
#[template(path = "people/round/visit_list.html")]
struct ListPage {
    s: Shell,
    e: Errors,
    /// The entry whose form was refused, and what was typed.
    at: Option<(Uuid, String)>,
    list: VisitingLine,
    entries: Vec<VisitingEntry>,
    may_write: bool,
}

impl ListPage {
    fn title(&self) -> String {
        title_of(&self.s, &self.list)
    }

    fn typed(&self, entry: &VisitingEntry) -> &str {
        match &self.at {
            Some((id, note)) if *id == entry.id => note,
            _ => "",
        }
    }

    fn refused(&self, entry: &VisitingEntry) -> bool {
        matches!(&self.at, Some((id, _)) if *id == entry.id)
    }

    fn mark(&self, state: &VisitState) -> &'static str {
        let _shape_of_templates = self;
        match state {
            VisitState::Open => "wait",
            VisitState::Tried => "soon",
            VisitState::Seen => "ok",
            VisitState::Skipped => "done",
        }
    }

    /// Seen today by a slip of the finger, or after all somebody else.
    fn can_be_taken_back(&self, entry: &VisitingEntry) -> bool {
        let today = self.s.ctx().now().local().date();
        entry.state == VisitState::Seen && entry.at.is_some_and(|at| at.local().date() == today)
    }

    fn is_open(&self, entry: &VisitingEntry) -> bool {
        let _shape_of_templates = self;
        matches!(entry.state, VisitState::Open | VisitState::Tried)
    }
}

/// What a list is called for this caller.
pub(in crate::pages) fn title_of(s: &Shell, list: &VisitingLine) -> String {
    let title = list.title.clone();
    title.unwrap_or_else(|| s.t("round-visits-withheld"))
}

/// `GET /people/visits/{id}`.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    list_page(s, id, Errors::none(), None).await
}

async fn list_page(
    s: Shell,
    id: Uuid,
    e: Errors,
    at: Option<(Uuid, String)>,
) -> WebResult<Response> {
    let (app, ctx) = (s.app().clone(), s.ctx().clone());
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_READ)?;
    let sensitive = ctx.scope(&PEOPLE_SENSITIVE).ok();
    let scopes = (&scope, sensitive.as_ref());
    let (list, entries) = Directory::visiting_list(app.db().read(), &vault, scopes, id).await?;
    page(&ListPage {
        may_write: ctx.may(&PEOPLE_WRITE),
        list,
        entries,
        e,
        at,
        s,
    })
}

#[derive(Debug, Deserialize)]
pub(in crate::pages) struct MarkForm {
    entry: Uuid,
    state: VisitState,
    #[serde(default)]
    note: String,
}

/// `POST /people/visits/{id}/mark`.
pub(in crate::pages) async fn mark(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<MarkForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_READ)?;
    let scopes = (&scope, None);
    let (list, _) = Directory::visiting_list(app.db().read(), &vault, scopes, id).await?;
    let command = MarkVisit {
        vault,
        community: list.community,
        list: id,
        entry: form.entry,
        state: form.state,
        note: form.note.clone(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(to(&format!("/people/visits/{id}#e-{}", form.entry))),
        Err(problem) => {
            let problem: Problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let body = list_page(s, id, e, Some((form.entry, form.note))).await?;
            Ok(with_status(&problem, body))
        }
    }
}
