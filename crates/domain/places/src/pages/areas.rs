//! `/admin/areas`: the tree on the left, the area chosen on the right.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;
use youlin_kernel::{AreaId, AreaLevel, AreaTree, Ctx, Problem, ProblemKind, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, NavPlace, Prefs, Shell, WebResult, page, status_of,
};

use super::tree_view::{TreePiece, pieces};
use crate::Locator;
use crate::commands::{CloseArea, RedrawBoundary, SaveArea};
use crate::duties::Charge;
use crate::import::ImportReport;
use crate::permissions::PLACES_ADMIN;
use crate::queries::{self, AreaDetail};

#[derive(Debug, Deserialize)]
pub(crate) struct ShowQuery {
    area: Option<AreaId>,
    /// What was just done.
    #[serde(default)]
    done: String,
}

/// The form of an area, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct AreaForm {
    /// Empty for a new area.
    #[serde(default)]
    area: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    parent: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    scheme: String,
    #[serde(default)]
    scheme_version: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    name_en: String,
    #[serde(default)]
    short: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct CloseForm {
    area: String,
    version: String,
    #[serde(default)]
    reason: String,
    /// The area that takes it in; empty: none.
    #[serde(default)]
    into: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct RedrawForm {
    area: String,
    #[serde(default)]
    valid_from: String,
    #[serde(default)]
    geojson: String,
}

/// What is shown besides the stored state: what was typed and what is wrong with it.
#[derive(Default)]
struct Typed {
    edit: Option<AreaForm>,
    child: Option<AreaForm>,
    close: CloseForm,
    redraw: RedrawForm,
    faults: Vec<(String, String)>,
    sentence: String,
    report: Vec<String>,
    done: &'static str,
    status: StatusCode,
}

#[derive(Template)]
#[template(path = "places_areas.html")]
struct AreasPage {
    s: Shell,
    tree: Vec<TreePiece>,
    detail: Option<AreaDetail>,
    way: Vec<AreaId>,
    /// And whether it is closed; those come last.
    children: Vec<(AreaId, bool)>,
    may_change: bool,
    edit: AreaForm,
    child: AreaForm,
    child_levels: Vec<&'static str>,
    close: CloseForm,
    /// Open areas of the same level beside it.
    beside: Vec<Choice>,
    redraw: RedrawForm,
    faults: Vec<(String, String)>,
    sentence: String,
    report: Vec<String>,
    done: &'static str,
    /// Would lose sight if the area were closed.
    charges: Vec<Charge>,
    may_split: bool,
}

impl AreasPage {
    /// The sentence of a field, empty when it is right.
    fn fault(&self, field: &str) -> &str {
        let found = self.faults.iter().find(|(name, _)| name == field);
        found.map_or("", |(_, sentence)| sentence)
    }
}

/// What the page says after it was done.
const DONE: [&str; 5] = ["saved", "added", "redrawn", "closed", "split"];

pub(crate) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<ShowQuery>,
) -> WebResult<Response> {
    let typed = Typed {
        status: StatusCode::OK,
        done: DONE
            .into_iter()
            .find(|one| *one == query.done)
            .unwrap_or_default(),
        ..Typed::default()
    };
    render(&app, &ctx, prefs, query.area, typed).await
}

async fn render(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    area: Option<AreaId>,
    typed: Typed,
) -> WebResult<Response> {
    let tree = app.areas();
    let ctx = ctx.with_areas(std::sync::Arc::clone(&tree));
    // Where one's own area begins, not at the province.
    let own = || {
        let mut grants = ctx.grants().iter().map(|grant| grant.area);
        grants.find(|id| ctx.authorize(&PLACES_ADMIN, *id).is_ok() && tree.get(*id).is_some())
    };
    let area = area.or_else(own).or_else(|| tree.roots().first().copied());
    let detail = match area {
        None => None,
        Some(id) => Some(queries::area_detail(app.db(), id).await?),
    };
    let mut way: Vec<AreaId> = area
        .map(|id| tree.upwards(id).skip(1).map(|node| node.id).collect())
        .unwrap_or_default();
    way.reverse();
    let level = detail.as_ref().map(|detail| detail.level);
    let may_change = area.is_some_and(|id| ctx.authorize(&PLACES_ADMIN, id).is_ok());
    let charges = match area.filter(|_| may_change) {
        Some(id) => {
            super::split::duties(app)
                .charges(app.db().read(), &[id])
                .await?
        }
        None => Vec::new(),
    };
    let s = Shell::new(app, &ctx, prefs, NavPlace::Settings, "/admin/areas");
    let beside = area.map_or_else(Vec::new, |id| beside(&s, &tree, id));
    let body = AreasPage {
        beside,
        tree: pieces(&tree, area),
        children: area.map_or_else(Vec::new, |id| children(&tree, id)),
        may_split: may_change && level == Some(AreaLevel::Grid),
        may_change,
        charges,
        done: typed.done,
        edit: typed.edit.unwrap_or_else(|| edit_form(detail.as_ref())),
        child: typed.child.unwrap_or_else(|| child_form(detail.as_ref())),
        child_levels: child_levels(level),
        close: typed.close,
        redraw: typed.redraw,
        faults: typed.faults,
        sentence: typed.sentence,
        report: typed.report,
        detail,
        way,
        s,
    };
    Ok((typed.status, page(&body)?).into_response())
}

fn children(tree: &AreaTree, area: AreaId) -> Vec<(AreaId, bool)> {
    let closed = |id: AreaId| tree.get(id).is_some_and(|one| one.closed);
    let mut all: Vec<_> = tree
        .children(area)
        .iter()
        .map(|id| (*id, closed(*id)))
        .collect();
    all.sort_by_key(|(_, closed)| *closed);
    all
}

/// Grids of the community, or neighbourhoods of the grid, that could take this one in.
fn beside(s: &Shell, tree: &AreaTree, area: AreaId) -> Vec<Choice> {
    let Some(node) = tree
        .get(area)
        .filter(|node| node.level > AreaLevel::Community)
    else {
        return Vec::new();
    };
    let around = node.parent.map_or(&[][..], |parent| tree.children(parent));
    let open = |id: &&AreaId| {
        let beside = tree.get(**id);
        **id != area && beside.is_some_and(|one| !one.closed && one.level == node.level)
    };
    let choice = |id: &AreaId| Choice::new(id.to_string(), s.area(id));
    around.iter().filter(open).map(choice).collect()
}

fn edit_form(detail: Option<&AreaDetail>) -> AreaForm {
    let Some(detail) = detail else {
        return AreaForm::default();
    };
    let code = detail.codes.first().cloned();
    let (code, scheme, scheme_version) = code.map_or_else(Default::default, |code| {
        (code.code, code.scheme, code.scheme_version)
    });
    AreaForm {
        area: detail.id.to_string(),
        version: detail.version.to_string(),
        parent: detail.parent.map_or(String::new(), |id| id.to_string()),
        level: detail.level.as_str().to_owned(),
        code,
        scheme,
        scheme_version,
        name: detail.name.clone(),
        name_en: detail.name_en.clone(),
        short: detail.short_name.clone(),
    }
}

/// A new area below this one, with what it will share with it.
fn child_form(detail: Option<&AreaDetail>) -> AreaForm {
    let own = edit_form(detail);
    AreaForm {
        parent: own.area,
        scheme: own.scheme,
        scheme_version: own.scheme_version,
        ..AreaForm::default()
    }
}

/// Levels an area below this one may have, nearest first.
fn child_levels(level: Option<AreaLevel>) -> Vec<&'static str> {
    AreaLevel::ALL
        .into_iter()
        .filter(|one| level.is_none_or(|level| *one > level))
        .filter(|one| {
            *one <= AreaLevel::Community || level.is_some_and(|level| level >= AreaLevel::Community)
        })
        .map(AreaLevel::as_str)
        .collect()
}

fn number(text: &str) -> Result<AreaId> {
    let id = text
        .trim()
        .parse()
        .map_err(|_no_number| Problem::not_found())?;
    Ok(AreaId(id))
}

/// What was refused, in words, for the page that keeps what was typed.
fn refused(app: &App, ctx: &Ctx, problem: Problem) -> Result<Typed> {
    let mendable = matches!(problem.kind(), ProblemKind::Invalid | ProblemKind::Conflict);
    if !mendable {
        return Err(problem);
    }
    let (i18n, locale) = (app.i18n(), ctx.locale());
    let report = problem
        .data()
        .and_then(|data| serde_json::from_value::<ImportReport>(data.clone()).ok())
        .map(|report| {
            let sentences = report.refused.iter();
            sentences.map(|one| one.sentence(i18n, locale)).collect()
        })
        .unwrap_or_default();
    Ok(Typed {
        sentence: i18n.problem(locale, &problem),
        faults: problem
            .fields()
            .iter()
            .map(|fault| (fault.field.clone(), i18n.field(locale, fault)))
            .collect(),
        report,
        status: status_of(&problem),
        ..Typed::default()
    })
}

fn shown(area: AreaId, done: &str) -> Response {
    Redirect::to(&format!("/admin/areas?area={area}&done={done}")).into_response()
}

pub(crate) async fn save(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<AreaForm>,
) -> WebResult<Response> {
    let is_new = form.area.is_empty();
    match save_area(&app, &ctx, &form).await {
        Ok(area) => {
            app.need::<Locator>()?.reload_areas(app.db()).await?;
            Ok(shown(area, if is_new { "added" } else { "saved" }))
        }
        Err(problem) => {
            let typed = refused(&app, &ctx, problem)?;
            let at = number(if is_new { &form.parent } else { &form.area }).ok();
            let typed = if is_new {
                Typed {
                    child: Some(form),
                    ..typed
                }
            } else {
                Typed {
                    edit: Some(form),
                    ..typed
                }
            };
            render(&app, &ctx, prefs, at, typed).await
        }
    }
}

async fn save_area(app: &App, ctx: &Ctx, form: &AreaForm) -> Result<AreaId> {
    let known = if form.area.is_empty() {
        None
    } else {
        Some((number(&form.area)?, form.version.parse().unwrap_or(0)))
    };
    let parent = match form.parent.as_str() {
        "" => None,
        text => Some(number(text)?),
    };
    let level =
        AreaLevel::parse(&form.level).ok_or_else(|| Problem::invalid("level", "unknown-value"))?;
    let command = SaveArea {
        known,
        parent,
        level,
        code: form.code.clone(),
        scheme: form.scheme.clone(),
        scheme_version: form.scheme_version.clone(),
        name: form.name.clone(),
        name_en: form.name_en.clone(),
        short_name: form.short.clone(),
    };
    app.db().execute(ctx, command).await
}

pub(crate) async fn close(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<CloseForm>,
) -> WebResult<Response> {
    let area = number(&form.area)?;
    let command = CloseArea {
        area,
        version: form.version.parse().unwrap_or(0),
        reason: form.reason.clone(),
        into: match form.into.as_str() {
            "" => None,
            text => Some(number(text)?),
        },
        duties: super::split::duties(&app),
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => {
            app.need::<Locator>()?.freshen(app.db()).await?;
            Ok(shown(area, "closed"))
        }
        Err(problem) => {
            let typed = refused(&app, &ctx, problem)?;
            let typed = Typed {
                close: form,
                ..typed
            };
            render(&app, &ctx, prefs, Some(area), typed).await
        }
    }
}

pub(crate) async fn redraw(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<RedrawForm>,
) -> WebResult<Response> {
    let area = number(&form.area)?;
    match redraw_area(&app, &ctx, area, &form).await {
        Ok(()) => {
            app.need::<Locator>()?.reload_areas(app.db()).await?;
            Ok(shown(area, "redrawn"))
        }
        Err(problem) => {
            let typed = refused(&app, &ctx, problem)?;
            let typed = Typed {
                redraw: form,
                ..typed
            };
            render(&app, &ctx, prefs, Some(area), typed).await
        }
    }
}

async fn redraw_area(app: &App, ctx: &Ctx, area: AreaId, form: &RedrawForm) -> Result<()> {
    let valid_from: Date = form
        .valid_from
        .trim()
        .parse()
        .map_err(|_no_day| Problem::invalid("valid_from", "no-day"))?;
    if form.geojson.trim().is_empty() {
        return Err(Problem::invalid("geojson", "required"));
    }
    let command = RedrawBoundary {
        area,
        geojson: form.geojson.clone(),
        valid_from,
    };
    app.db().execute(ctx, command).await
}
