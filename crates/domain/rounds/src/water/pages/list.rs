//! `/rounds/reaches/{id}/water`: the points of a reach with what was measured last, and noting a new one.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Ctx, Problem, Result};
use youlin_places::rivers::{Bank, Outlet, Reach, reach};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, PathId, Prefs, Shell, WebResult, mendable,
    page, refused_with,
};

use super::super::limits::limits;
use super::super::{PointView, ReadingView, SavePoint, points_of, readings_of};
use super::said;
use crate::pages::shell;
use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ};

/// A point in the list.
struct Line {
    point: PointView,
    place: String,
    /// When and what it was last.
    last: String,
    values: String,
    beyond: bool,
    outlet: bool,
}

/// The form as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PointForm {
    outlet: String,
    name: String,
    chainage: String,
    bank: String,
    class: String,
}

#[derive(Template)]
#[template(path = "water_list.html")]
struct ListPage {
    s: Shell,
    e: FormFaults,
    f: PointForm,
    reach: Reach,
    community: String,
    lines: Vec<Line>,
    /// Outlets that have no point yet.
    outlets: Vec<Choice>,
    classes: Vec<Choice>,
    banks: Vec<Choice>,
    may_plan: bool,
    /// The patrol one comes from.
    round: String,
    sources: Vec<String>,
}

impl ListPage {
    fn outlet_place(&self, outlet: &Outlet) -> String {
        said::place(&self.s, outlet.chainage_m, Some(outlet.bank))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct From {
    round: String,
}

async fn list_page(
    app: &App,
    s: Shell,
    reach: Reach,
    e: FormFaults,
    f: PointForm,
    round: String,
) -> Result<ListPage> {
    let scope = s.ctx().scope(&ROUNDS_READ)?;
    let points = points_of(app.db(), &scope, reach.id).await?;
    let ids: Vec<Uuid> = points.iter().map(|point| point.id).collect();
    let mut last: HashMap<Uuid, ReadingView> = HashMap::new();
    for reading in readings_of(app.db(), &scope, &ids).await? {
        last.entry(reading.point).or_insert(reading);
    }
    let known: Vec<Uuid> = points.iter().filter_map(|point| point.outlet).collect();
    let outlets = reach
        .outlets
        .iter()
        .filter(|one| !one.closed && !known.contains(&one.id))
        .map(|one| Choice::new(one.id.to_string(), &one.name));
    let mut choices = vec![Choice::new("", s.t("water-no-outlet"))];
    choices.extend(outlets);
    let mut banks = vec![Choice::new("", s.t("water-middle"))];
    banks.extend(
        Bank::ALL
            .iter()
            .map(|bank| Choice::new(bank.as_str(), s.tt("bank", bank))),
    );
    let line = |point: PointView| {
        let reading = last.get(&point.id);
        Line {
            place: said::place(&s, point.chainage_m, point.bank),
            last: reading.map_or_else(String::new, |one| s.when(&one.at)),
            values: reading.map_or_else(String::new, |one| said::values(&s, one)),
            beyond: reading.is_some_and(|one| !one.beyond.is_empty()),
            outlet: point.outlet.is_some(),
            point,
        }
    };
    Ok(ListPage {
        lines: points.into_iter().map(line).collect(),
        outlets: choices,
        classes: limits()
            .classes
            .iter()
            .map(|class| Choice::new(class, s.tt("water-class", class)))
            .collect(),
        banks,
        may_plan: s.ctx().authorize(&ROUNDS_PLAN, reach.community).is_ok(),
        community: said::community(&s, reach.community),
        sources: ["gb3838", "black_odorous"]
            .iter()
            .map(|key| said::source(&s, key))
            .collect(),
        reach,
        round,
        f,
        e,
        s,
    })
}

async fn reach_of(app: &App, ctx: &Ctx, id: Uuid) -> Result<Reach> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    reach(app.db(), &scope, id).await
}

/// `GET /rounds/reaches/{id}/water`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(from): ApiQuery<From>,
) -> WebResult<Response> {
    let reach = reach_of(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    let f = PointForm {
        class: "IV".to_owned(),
        ..PointForm::default()
    };
    page(&list_page(&app, s, reach, FormFaults::none(), f, from.round).await?)
}

fn command(reach: &Reach, f: &PointForm) -> Result<SavePoint> {
    if let Ok(outlet) = f.outlet.parse::<Uuid>() {
        return SavePoint::of_outlet(reach, outlet, f.class.clone()).ok_or_else(Problem::not_found);
    }
    let chainage_m = f
        .chainage
        .trim()
        .parse()
        .map_err(|_no_number| Problem::invalid("chainage", "no-number"))?;
    Ok(SavePoint {
        community: reach.community,
        reach: reach.id,
        length_m: reach.length_m,
        outlet: None,
        name: f.name.clone(),
        chainage_m,
        bank: Bank::parse(&f.bank),
        class: f.class.clone(),
    })
}

/// `POST /rounds/reaches/{id}/water`.
pub(super) async fn save(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<PointForm>,
) -> WebResult<Response> {
    let reach = reach_of(&app, &ctx, id).await?;
    let saved = async { app.db().execute(&ctx, command(&reach, &f)?).await };
    match saved.await {
        Ok(point) => {
            Ok(Redirect::to(&format!("/rounds/water/{point}?saved=point")).into_response())
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let body = list_page(&app, s, reach, e, f, String::new()).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}
