//! 工作日历: the years that are known, where they come from, what leans on a year that is missing, and loading one.

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::{Ctx, Micros, Result};
use youlin_web::{ApiQuery, App, Caller, NavPlace, Prefs, Shell, WebResult, page, refused_with};

use super::calendar_form::{CalendarFault, YearFields, refused};
use crate::LoadCalendarYear;
use crate::pages::street::upload;
use crate::permissions::CASES_READ;
use crate::queries::{CaseRow, loaded_years, provisional};
use crate::service::Cases;

/// Administrators are warned this many days before the last loaded year ends (domain: 60).
const WARN_DAYS: u32 = 60;
/// Cases with provisional due times that are listed.
const SHOWN: u64 = 50;

struct Year {
    year: i16,
    source: String,
    days_off: usize,
    extra_workdays: usize,
    /// When an administrator loaded it; the others come with Youlin.
    loaded: Option<Micros>,
}

#[derive(Template)]
#[template(path = "cases_admin_calendar.html")]
struct CalendarPage {
    s: Shell,
    years: Vec<Year>,
    /// The first year that is missing within the warning time.
    missing: Option<i16>,
    provisional: u64,
    cases: Vec<CaseRow>,
    f: YearFields,
    faults: Vec<CalendarFault>,
    loaded: Option<i16>,
}

impl CalendarPage {
    fn sentence(&self, fault: &CalendarFault) -> String {
        self.s.t1(
            &format!("calendar-fault-{}", fault.code),
            "what",
            &fault.what,
        )
    }
}

async fn drawn(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    f: YearFields,
    faults: Vec<CalendarFault>,
) -> Result<CalendarPage> {
    let cases = app.need::<Cases>()?;
    let calendar = cases.calendar();
    let loaded = loaded_years(app.db()).await?;
    let years = calendar
        .tables()
        .map(|table| Year {
            year: table.year,
            source: table.source.clone(),
            days_off: table.days_off.len(),
            extra_workdays: table.extra_workdays.len(),
            loaded: loaded
                .iter()
                .find(|(year, _)| *year == i32::from(table.year))
                .map(|(_, at)| *at),
        })
        .collect();
    let (count, rows) = match ctx.scope(&CASES_READ) {
        Ok(scope) => provisional(app.db(), &cases, ctx, &scope, SHOWN).await?,
        Err(_denied) => (0, Vec::new()),
    };
    Ok(CalendarPage {
        s,
        years,
        missing: calendar.warn_before_end(ctx.now().local().date(), WARN_DAYS),
        provisional: count,
        cases: rows,
        f,
        faults,
        loaded: None,
    })
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Settings, "/admin/calendar")
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    loaded: Option<i16>,
}

/// `GET /admin/calendar`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(after): ApiQuery<After>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let mut calendar = drawn(&app, &ctx, s, YearFields::default(), Vec::new()).await?;
    if let Some(missing) = calendar.missing {
        calendar.f.year = missing.to_string();
    }
    calendar.loaded = after.loaded;
    page(&calendar)
}

/// `POST /admin/calendar`: a year by its fields, or as JSON.
pub(super) async fn load(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    request: Request,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let form = upload::read_texts(request).await?;
    let field = |name: &str| form.text(name).to_owned();
    let f = YearFields {
        year: field("year"),
        source: field("source"),
        days_off: field("days_off"),
        extra_workdays: field("extra_workdays"),
        json: form.text_or_file("json", "file"),
    };
    match f.table() {
        Ok(text) => {
            let year = app.db().execute(&ctx, LoadCalendarYear { text }).await?;
            // The due times that leaned on it are settled by the sweep within a minute.
            app.need::<Cases>()?.reload().await?;
            Ok(Redirect::to(&format!("/admin/calendar?loaded={year}")).into_response())
        }
        Err(faults) => {
            let calendar = drawn(&app, &ctx, s, f, faults).await?;
            Ok(refused_with(&refused(), page(&calendar)?))
        }
    }
}
