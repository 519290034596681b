//! The organisations one can call on: the list, and one with those who belong to it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::Ctx;
use youlin_web::{ApiQuery, App, Caller, NavPlace, PathId, Prefs, Shell, WebResult, page};

use crate::permissions::{ORGANISATIONS_READ, ORGANISATIONS_WRITE, PEOPLE_READ, PEOPLE_WRITE};
use crate::{Directory, MemberView, OrganisationKind, OrganisationView, Vault};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    kind: String,
    q: String,
    closed: String,
}

#[derive(Template)]
#[template(path = "people/organisations.html")]
struct OrganisationsPage {
    s: Shell,
    kind: Option<OrganisationKind>,
    kinds: &'static [OrganisationKind],
    q: String,
    closed: bool,
    rows: Vec<OrganisationView>,
    may_write: bool,
}

pub(super) fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/people")
}

/// `GET /people/organisations?kind=&q=&closed=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(filter): ApiQuery<Filter>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ORGANISATIONS_READ)?;
    let kind = OrganisationKind::parse(&filter.kind);
    let closed = !filter.closed.is_empty();
    let db = app.db().read();
    let mut rows = if closed {
        Directory::closed_organisations(db, &scope).await?
    } else {
        Directory::organisations(db, &scope, kind).await?
    };
    rows.retain(|row| kind.is_none_or(|kind| row.kind == kind) && row.is_called(&filter.q));
    page(&OrganisationsPage {
        may_write: ctx.may(&ORGANISATIONS_WRITE),
        s: shell(&app, &ctx, prefs),
        kind,
        kinds: OrganisationKind::ALL,
        q: filter.q,
        closed,
        rows,
    })
}

#[derive(Template)]
#[template(path = "people/organisation.html")]
struct OrganisationPage {
    s: Shell,
    row: OrganisationView,
    email: Option<String>,
    present: Vec<MemberView>,
    former: Vec<MemberView>,
    may_write: bool,
    /// May see who belongs to it.
    may_people: bool,
    /// May say who belongs to it.
    may_join: bool,
    saved: String,
    draft: String,
}

impl OrganisationPage {
    /// Whether the list of tasks is a page this caller may open.
    fn tasks(&self) -> bool {
        self.s.doors().iter().any(|door| door.href == "/desk")
    }
}

/// Which year an age that was typed stands for, behind the sentence that says that it was saved.
pub(super) fn aged_words(s: &Shell, aged: Option<i16>) -> String {
    let Some(age) = aged.filter(|age| (0..=130).contains(age)) else {
        return String::new();
    };
    let year = s.ctx().now().local().date().year() - age;
    format!(" {}", s.t2("people-aged", &("age", age), &("year", year)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Saved {
    pub(super) saved: String,
    /// The age that was typed in place of a birthday.
    pub(super) aged: Option<i16>,
}

impl Saved {
    /// The sentence after a change, where one was made just now.
    pub(super) fn words(&self, s: &Shell) -> String {
        let words = match self.saved.as_str() {
            "new" => s.t("people-entered"),
            "changed" => s.t("people-changed"),
            "merged" => s.t("person-merged-saved"),
            "unmerged" => s.t("person-unmerged-saved"),
            "ended" => s.t("people-membership-ended"),
            _ => return String::new(),
        };
        words + &aged_words(s, self.aged)
    }
}

/// `GET /people/organisations/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Saved>,
) -> WebResult<Response> {
    let db = app.db().read();
    let row = Directory::organisation_seen(db, &ctx.scope(&ORGANISATIONS_READ)?, id).await?;
    let vault = app.need::<Vault>()?;
    let may_write = ctx.authorize(&ORGANISATIONS_WRITE, row.area).is_ok();
    let email = if may_write {
        Directory::organisation_email(db, &vault, row.community, id).await?
    } else {
        None
    };
    let people = ctx.scope(&PEOPLE_READ).ok();
    let members = match &people {
        Some(scope) => Directory::members(db, &vault, scope, id).await?,
        None => Vec::new(),
    };
    let (present, former) = members
        .into_iter()
        .partition(|member| member.valid_to.is_none());
    let s = shell(&app, &ctx, prefs);
    let draft = match done.saved.as_str() {
        "new" => "organisation:new".to_owned(),
        _ => format!("organisation:{id} membership:new:{id}"),
    };
    page(&OrganisationPage {
        may_join: ctx.may(&PEOPLE_WRITE) && row.closed_at.is_none(),
        may_people: people.is_some(),
        saved: done.words(&s),
        draft,
        row,
        email,
        present,
        former,
        may_write,
        s,
    })
}
