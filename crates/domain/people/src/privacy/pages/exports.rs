//! Lists of persons: ask, say yes or no to somebody else's, take once.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, AreaLevel, CommunityId, Ctx, Permission, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, CSV, Caller, Choice, NavPlace, PathId, Prefs, Shell, WebResult, XLSX,
    page, save_as,
};

use crate::entities::person_export;
use crate::pages::form::{Errors, area_of, areas_with, shown, to, with_status};
use crate::permissions::{PEOPLE_EXPORT, PEOPLE_EXPORT_APPROVE};
use crate::privacy::export::*;
use crate::privacy::export_count;
use crate::privacy::pages::written::{merchants, register, sheet};
use crate::{ListFilter, Vault};

#[derive(Template)]
#[template(path = "privacy/exports.html")]
struct ExportsPage {
    s: Shell,
    e: Errors,
    areas: Vec<Choice>,
    area: String,
    purpose: String,
    contents: String,
    all_contents: &'static [ExportContents],
    filter: ListFilter,
    /// How many that are now, where an area is chosen.
    now: Option<u64>,
    /// Of the request whose decision was refused: what was answered.
    answer: Option<(Uuid, String)>,
    rows: Vec<ExportView>,
    me: Uuid,
    may_ask: bool,
    may_approve: bool,
    free: u64,
}

impl ExportsPage {
    /// The same list without what cuts it down.
    fn whole(&self) -> String {
        let all = ListFilter::default().address(area_of(&self.area));
        format!("/people/exports?{all}")
    }

    /// Back to the list on the page of the register.
    fn list(&self) -> String {
        format!("/people?{}", self.filter.address(area_of(&self.area)))
    }

    fn mine(&self, row: &ExportView) -> bool {
        row.asked_by == self.me
    }

    /// How many it is about.
    fn count(&self, row: &ExportView) -> String {
        let key = match row.contents {
            ExportContents::Merchants => "export-merchants",
            _ => "export-persons",
        };
        self.s.t1(key, "count", row.persons)
    }

    /// What was answered to this request, and what is wrong with that.
    fn answered(&self, row: &ExportView) -> (&str, &str) {
        match &self.answer {
            Some((id, text)) if *id == row.id => (text, self.e.on(&format!("answer-{id}"))),
            _ => ("", ""),
        }
    }

    fn waits(&self, row: &ExportView) -> bool {
        row.state == ExportState::Asked
    }

    fn takable(&self, row: &ExportView) -> bool {
        row.state == ExportState::Approved && self.mine(row) && row.page.is_none()
    }

    /// Of a form that may be filled: where.
    fn form_page(&self, row: &ExportView) -> Option<String> {
        let open = matches!(row.state, ExportState::Approved | ExportState::Asked);
        row.page.clone().filter(|_| open && self.mine(row))
    }
}

/// What was typed and refused.
#[derive(Default)]
struct Typed {
    e: Errors,
    area: String,
    purpose: String,
    contents: String,
    filter: ListFilter,
    /// Of a decision that was refused: of which request, and what was answered.
    answer: Option<(Uuid, String)>,
}

fn know(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/people")
}

async fn exports_page(app: &App, ctx: &Ctx, s: Shell, typed: Typed) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let mut rows = Vec::new();
    for permission in [&PEOPLE_EXPORT, &PEOPLE_EXPORT_APPROVE] {
        if let Ok(scope) = ctx.scope(permission) {
            rows.extend(exports(app.db().read(), &vault, &scope).await?);
        }
    }
    rows.sort_by_key(|row| (std::cmp::Reverse(row.asked_at), row.id));
    rows.dedup_by_key(|row| row.id);
    let mut areas = areas_with(&s, &PEOPLE_EXPORT);
    areas.retain(|one| {
        area_of(&one.value)
            .and_then(|area| ctx.areas().get(area))
            .is_some_and(|node| node.level >= AreaLevel::Community)
    });
    let asked = area_of(&typed.area).filter(|_| !typed.filter.is_empty());
    let now = match asked {
        // What is wrong with it is said when it is asked for.
        Some(area) => export_count(app.db().read(), &vault, ctx, (area, &typed.filter))
            .await
            .ok(),
        None => None,
    };
    page(&ExportsPage {
        filter: typed.filter,
        answer: typed.answer,
        now,
        me: ctx.actor().id().unwrap_or_default(),
        may_ask: ctx.may(&PEOPLE_EXPORT),
        may_approve: ctx.may(&PEOPLE_EXPORT_APPROVE),
        free: EXPORT_FREE,
        e: typed.e,
        area: typed.area,
        purpose: typed.purpose,
        contents: typed.contents,
        all_contents: ExportContents::ALL,
        areas,
        rows,
        s,
    })
}

/// The area of a list, from the page it stands on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct From {
    area: String,
}

/// `GET /people/exports`; with the list one comes from, as it stands there.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(from): ApiQuery<From>,
    ApiQuery(filter): ApiQuery<ListFilter>,
) -> WebResult<Response> {
    let s = know(&app, &ctx, prefs);
    let typed = Typed {
        area: from.area,
        filter: filter.trimmed(),
        ..Typed::default()
    };
    exports_page(&app, &ctx, s, typed).await
}

/// `GET /people/exports/approve`: the same page, for those who only say yes or no.
pub(super) async fn to_approve(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let s = know(&app, &ctx, prefs);
    exports_page(&app, &ctx, s, Typed::default()).await
}

#[derive(Debug, Deserialize)]
pub(super) struct AskForm {
    #[serde(default)]
    area: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    contents: String,
    // The filter field by field: a flattened one would be read as texts alone.
    #[serde(default)]
    q: String,
    #[serde(default)]
    label: String,
    age: Option<i32>,
    /// Empty where the list is of no one dwelling.
    #[serde(default)]
    dwelling: String,
}

/// `POST /people/exports`.
pub(super) async fn ask(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<AskForm>,
) -> WebResult<Response> {
    let area = area_of(&form.area).unwrap_or(AreaId(0));
    // What cannot be read must not widen what is taken out.
    let dwelling: Option<Uuid> = match form.dwelling.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_no_id| Problem::not_found())?),
    };
    let filter = ListFilter {
        q: form.q,
        label: form.label,
        age: form.age,
        dwelling,
    };
    let filter = filter.trimmed();
    let command = AskExport {
        vault: app.need::<Vault>()?,
        area,
        purpose: form.purpose.clone(),
        // Whoever says nothing gets the least.
        contents: ExportContents::parse(&form.contents).unwrap_or(ExportContents::Contacts),
        filter: filter.clone(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(_asked) => Ok(to("/people/exports")),
        Err(problem) => {
            let typed = Typed {
                area: form.area,
                purpose: form.purpose,
                contents: form.contents,
                filter,
                ..Typed::default()
            };
            again(&app, &ctx, prefs, problem, typed).await
        }
    }
}

async fn again(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    problem: Problem,
    typed: Typed,
) -> WebResult<Response> {
    let problem = shown(problem)?;
    let s = know(app, ctx, prefs);
    let e = Errors::of(&s, &problem);
    let page = exports_page(app, ctx, s, Typed { e, ..typed }).await?;
    Ok(with_status(&problem, page))
}

/// The community of a list within reach.
async fn community(
    app: &App,
    ctx: &Ctx,
    permission: &'static Permission,
    id: Uuid,
) -> Result<CommunityId> {
    let scope = ctx.scope(permission)?;
    let row = person_export::Entity::find()
        .filter(person_export::Column::CommunityId.is_in(scope.communities()))
        .filter(person_export::Column::Id.eq(id))
        .one(app.db().read())
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(CommunityId(row.community_id))
}

#[derive(Debug, Deserialize)]
pub(super) struct DecideForm {
    #[serde(default)]
    decision: String,
    #[serde(default)]
    answer: String,
}

/// `POST /people/exports/{id}/decide`.
pub(super) async fn decide(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<DecideForm>,
) -> WebResult<Response> {
    let command = DecideExport {
        community: community(&app, &ctx, &PEOPLE_EXPORT_APPROVE, id).await?,
        id,
        approve: form.decision == "approve",
        answer: form.answer.clone(),
    };
    let answer = form.answer;
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(to("/people/exports/approve")),
        Err(problem) => {
            // Several requests wait on the page: the field that is meant is that of this one.
            let problem = shown(problem)?;
            let s = know(&app, &ctx, prefs);
            let mut e = Errors::of(&s, &problem);
            for (field, _) in &mut e.fields {
                *field = format!("{field}-{id}");
            }
            let typed = Typed {
                e,
                answer: Some((id, answer)),
                ..Typed::default()
            };
            let page = exports_page(&app, &ctx, s, typed).await?;
            Ok(with_status(&problem, page))
        }
    }
}

/// `POST /people/exports/{id}/take`: the file, once.
pub(super) async fn take(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let command = TakeExport {
        vault: app.need::<Vault>()?,
        community: community(&app, &ctx, &PEOPLE_EXPORT, id).await?,
        id,
    };
    let list = match app.db().execute(&ctx, command).await {
        Ok(list) => list,
        Err(problem) => return again(&app, &ctx, prefs, problem, Typed::default()).await,
    };
    let s = know(&app, &ctx, prefs);
    match &list.listed {
        Listed::Contacts(lines) => Ok(save_as("persons.csv", CSV, sheet(&s, &list, lines)?)),
        Listed::Merchants(file) => Ok(save_as("merchants.csv", CSV, merchants(&s, &list, file)?)),
        Listed::Register { lines, covered } => {
            let labels = app.need::<Vault>()?.labels();
            let book = register(&s, &labels, &list, (lines, *covered))?;
            Ok(save_as("register.xlsx", XLSX, book))
        }
    }
}
