//! The one search box: whatever somebody types, each module says what of its own it may mean.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures::future::{BoxFuture, join_all};
use serde::Deserialize;
use youlin_kernel::{Access, Ctx, Problem, Result};

use crate::{ApiQuery, App, Caller, NavPlace, Prefs, Routes, Shell, WebResult, page, part};

/// Longest text that is looked for, characters.
const LONGEST: usize = 100;
/// Lines of each kind; the list behind them has the rest.
const SHOWN: u64 = 8;

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub title: String,
    /// What tells it from others of the same title.
    pub detail: String,
    pub href: String,
}

/// A kind of thing that is found.
pub trait Finder: Send + Sync {
    /// Key of its heading in the catalogue.
    fn heading(&self) -> &'static str;

    fn icon(&self) -> &'static str;

    /// Who may look for it.
    fn access(&self) -> Access;

    /// At most `limit` lines, the likeliest first, as the caller may see them.
    fn find<'a>(
        &'a self,
        s: &'a Shell,
        text: &'a str,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<Found>>>;

    /// The page that lists them all.
    fn list(&self, text: &str) -> Option<String>;
}

/// All kinds, in the order they are shown; put into the application at start.
pub struct Finders(pub Vec<Arc<dyn Finder>>);

impl std::fmt::Debug for Finders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Finders").field(&self.0.len()).finish()
    }
}

/// The address of a list with this text in it.
#[must_use]
pub fn list_with(path: &str, text: &str) -> String {
    let query = serde_html_form::to_string([("q", text)]).unwrap_or_default();
    format!("{path}?{query}")
}

pub(crate) fn routes() -> Routes {
    Routes::new().get("/find", Access::SignedIn, find)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: String,
}

struct Group {
    heading: String,
    icon: &'static str,
    lines: Vec<Found>,
    /// The list with the rest.
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    s: Shell,
    q: String,
    groups: Vec<Group>,
}

#[derive(Template)]
#[template(path = "find_part.html")]
struct FindPart {
    s: Shell,
    q: String,
    groups: Vec<Group>,
}

/// `GET /find?q=`: the page, or its lines while somebody types.
async fn find(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    headers: HeaderMap,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let q = asked.q.trim().to_owned();
    if q.chars().count() > LONGEST {
        return Err(Problem::invalid("q", "too-long")
            .field_arg("max", LONGEST)
            .into());
    }
    let s = Shell::new(&app, &ctx, prefs, NavPlace::None, "/find");
    let groups = if q.is_empty() {
        Vec::new()
    } else {
        groups(&s, &ctx, &q).await?
    };
    if headers.contains_key("hx-request") {
        return part(&FindPart { s, q, groups });
    }
    page(&FindPage { s, q, groups })
}

async fn groups(s: &Shell, ctx: &Ctx, q: &str) -> Result<Vec<Group>> {
    let Some(finders) = s.app().service::<Finders>() else {
        return Ok(Vec::new());
    };
    let roles = ctx.roles();
    let open = finders
        .0
        .iter()
        .filter(|one| one.access().admits(&roles, ctx.is_signed_in()));
    let asked = open.map(|finder| async move {
        let mut lines = finder.find(s, q, SHOWN + 1).await?;
        let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
        let more = lines.len() > shown;
        lines.truncate(shown);
        Ok(Group {
            heading: s.t(finder.heading()),
            icon: finder.icon(),
            more: more.then(|| finder.list(q)).flatten(),
            lines,
        })
    });
    let mut groups = Vec::new();
    for group in join_all(asked).await {
        let group: Group = group.map_err(|problem: Problem| problem)?;
        if !group.lines.is_empty() {
            groups.push(group);
        }
    }
    Ok(groups)
}
