//! Equipment: what is due, and one piece with the looks at it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, Ctx};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, PathId, Prefs, Shell, WebResult, mendable,
    page, refused_with,
};

use super::equipment_form::maintainers;
use super::{choices, shell};
use crate::commands::CheckEquipment;
use crate::permissions::{PLACES_CHECK, PLACES_READ};
use crate::premises::{
    CheckView, Due, EquipmentFilter, EquipmentKind, EquipmentState, EquipmentView, Maintainer,
    Premises,
};

const SHOWN: u64 = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    area: String,
    kind: String,
    state: String,
    due: String,
    ended: String,
}

#[derive(Template)]
#[template(path = "premises/equipment_list.html")]
struct ListPage {
    s: Shell,
    f: Filter,
    areas: Vec<Choice>,
    kinds: Vec<Choice>,
    states: Vec<Choice>,
    dues: Vec<Choice>,
    rows: Vec<EquipmentView>,
}

/// `GET /places/equipment?area=&kind=&state=&due=&ended=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<Filter>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_READ)?;
    let s = shell(&app, &ctx, prefs);
    let areas = s.area_choices(&scope, "premises-all-areas");
    let narrowed = scope.asked(ctx.areas(), f.area.parse().map(AreaId).ok())?;
    let filter = EquipmentFilter {
        kind: EquipmentKind::parse(&f.kind),
        state: EquipmentState::parse(&f.state),
        due: Due::parse(&f.due),
        ended: !f.ended.is_empty(),
        ..EquipmentFilter::default()
    };
    let rows = Premises::equipment(app.db().read(), &narrowed, &filter, ctx.now(), SHOWN).await?;
    let all = |label: &str, prefix: &str, words: Vec<&str>| {
        let mut all = vec![Choice::new("", s.t(label))];
        all.extend(choices(&s, prefix, words.into_iter()));
        all
    };
    let kinds = EquipmentKind::ALL.iter().map(|one| one.as_str()).collect();
    let states = EquipmentState::ALL.iter().map(|one| one.as_str()).collect();
    page(&ListPage {
        kinds: all("equipment-all-kinds", "equipment-kind", kinds),
        states: all("equipment-all-states", "equipment-state", states),
        dues: all(
            "equipment-all-dues",
            "equipment-due",
            vec!["overdue", "soon", "unknown"],
        ),
        areas,
        rows,
        f,
        s,
    })
}

#[derive(Template)]
#[template(path = "premises/equipment.html")]
struct ShowPage {
    s: Shell,
    e: FormFaults,
    f: CheckForm,
    one: EquipmentView,
    /// As the register knows it today.
    maintainer: Option<Maintainer>,
    checks: Vec<CheckView>,
    states: Vec<Choice>,
    may_check: bool,
    saved: String,
}

impl ShowPage {
    /// Drafts that are saved once this page says so.
    fn drafts(&self) -> String {
        format!("equipment:new equipment:{}", self.one.id)
    }
}

/// A look as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CheckForm {
    version: String,
    state: String,
    checked_on: String,
    due_on: String,
    note: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Saved {
    saved: String,
}

async fn show_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    id: Uuid,
    (e, f, saved): (FormFaults, Option<CheckForm>, String),
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_READ)?;
    let (one, checks) = Premises::equipment_one(app.db().read(), &scope, id, ctx.now()).await?;
    let mut f = f.unwrap_or_else(|| CheckForm {
        state: one.state.as_str().to_owned(),
        checked_on: ctx.now().local().date().to_string(),
        ..CheckForm::default()
    });
    f.version = one.version.to_string();
    let maintainer = match one.maintainer_id {
        Some(id) => {
            maintainers(app)
                .shown(app.db(), ctx, one.community, id)
                .await?
        }
        None => None,
    };
    let words = EquipmentState::ALL.iter().map(|one| one.as_str());
    page(&ShowPage {
        states: choices(&s, "equipment-state", words),
        may_check: one.ended_at.is_none() && ctx.authorize(&PLACES_CHECK, one.area).is_ok(),
        e,
        f,
        saved,
        maintainer,
        one,
        checks,
        s,
    })
}

/// `GET /places/equipment/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Saved>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let saved = match done.saved.as_str() {
        "" => String::new(),
        _ => s.t("places-saved"),
    };
    show_page(&app, &ctx, s, id, (FormFaults::none(), None, saved)).await
}

/// `POST /places/equipment/{id}/check`.
pub(super) async fn check(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<CheckForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_CHECK)?;
    let (one, _) = Premises::equipment_one(app.db().read(), &scope, id, ctx.now()).await?;
    let command = CheckEquipment {
        community: one.community,
        id,
        version: f.version.parse().unwrap_or(0),
        state: f.state.clone(),
        checked_on: f.checked_on.clone(),
        due_on: f.due_on.clone(),
        note: f.note.clone(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(to(id, "checked")),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let body = show_page(&app, &ctx, s, id, (e, Some(f), String::new())).await?;
            Ok(refused_with(&problem, body))
        }
    }
}

pub(super) fn to(id: Uuid, saved: &str) -> Response {
    Redirect::to(&format!("/places/equipment/{id}?saved={saved}")).into_response()
}
