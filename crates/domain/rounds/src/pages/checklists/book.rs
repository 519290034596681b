//! The way in and out: a checklist as an XLSForm workbook. What is not supported is refused by its name; what comes in is a
//! draft.

use askama::Template;
use axum::extract::{FromRequest, Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use youlin_checklist::{Checklist, Words};
use youlin_kernel::{AreaId, Ctx, Locale, Problem, ProblemKind, Result};
use youlin_web::{
    App, Caller, Choice, FormFaults, HandedIn, I18n, Prefs, Shell, Uploaded, WebResult, mendable,
    page, read_handed_in, refused_with, save_as,
};
use youlin_xforms::{Labels, SheetFault, WrongSheet, read_xlsform, write_xlsform};

use super::{areas, may_see};
use crate::SaveChecklist;
use crate::pages::shell;
use crate::permissions::{CHECKLISTS_KEEP, ROUNDS_READ};
use crate::queries::checklist;

pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// A workbook of questions is small.
pub(crate) const LARGEST: usize = 5 * 1024 * 1024;
/// Up to here a larger one is read, so that the browser hears what is wrong with it.
pub(crate) const READ_PAST: usize = 4 * LARGEST;

/// Words the workbook needs and no code holds.
pub(crate) fn labels(i18n: &I18n) -> Labels {
    let said = |key: &str| -> Words {
        [("zh-CN", Locale::Zh), ("en", Locale::En)]
            .map(|(code, locale)| (code.to_owned(), i18n.text(locale, key, &[])))
            .into()
    };
    Labels {
        languages: [("zh-CN", Locale::Zh), ("en", Locale::En)]
            .map(|(code, locale)| {
                (
                    code.to_owned(),
                    i18n.text(locale, "checklist-language", &[]),
                )
            })
            .into(),
        yes: said("yes"),
        no: said("no"),
    }
}

/// `GET /rounds/checklists/{name}/form.xlsx`.
pub(in crate::pages) async fn export(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path(name): Path<String>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let view = checklist(app.db(), &app.areas(), &scope, &name).await?;
    if !may_see(&ctx, &view.line) {
        return Err(Problem::not_found().into());
    }
    let bytes = write_xlsform(&view.checklist, &labels(app.i18n())).map_err(Problem::internal)?;
    let file = format!("{}-{}.xlsx", view.line.code, view.line.number);
    Ok(save_as(&file, XLSX, bytes))
}

#[derive(Template)]
#[template(path = "checklist_import.html")]
struct ImportPage {
    s: Shell,
    e: FormFaults,
    areas: Vec<Choice>,
    area: String,
    code: String,
    /// What the workbook has that is not supported.
    refused: Vec<String>,
    help: Vec<String>,
}

/// `GET /rounds/checklists/import`.
pub(in crate::pages) async fn import(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    ctx.scope(&CHECKLISTS_KEEP)?;
    let s = shell(&app, &ctx, prefs);
    page(&ImportPage {
        areas: areas(&s, &ctx),
        e: FormFaults::none(),
        area: String::new(),
        code: String::new(),
        refused: Vec::new(),
        help: help(&s),
        s,
    })
}

/// What a workbook may hold, in short; the whole is in `docs/checklists.md`.
fn help(s: &Shell) -> Vec<String> {
    ["sheets", "types", "columns", "rules", "not"]
        .map(|part| s.tt("checklist-help", part))
        .into()
}

/// `POST /rounds/checklists/import`.
pub(in crate::pages) async fn bring_in(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    request: Request,
) -> WebResult<Response> {
    ctx.scope(&CHECKLISTS_KEEP)?;
    let form = Uploaded::from_request(request, &())
        .await
        .map_err(|error| {
            Problem::new(ProblemKind::Malformed, "form-syntax").arg("reason", error)
        })?;
    let megabytes = LARGEST / (1024 * 1024);
    let mut sent = HandedIn::default();
    let read = read_handed_in(form, megabytes, &mut sent).await;
    // What is larger still ends the reading; what was chosen before it comes back all the same.
    let large = match &read {
        Err(problem) => problem.kind() == ProblemKind::TooLarge,
        Ok(()) => sent.file.len() > LARGEST,
    };
    let s = shell(&app, &ctx, prefs);
    let mut refused = Vec::new();
    let done = if large {
        Err(Problem::invalid("book", "checklist-book-large").field_arg("max", megabytes))
    } else {
        read?;
        match read_xlsform(&sent.file) {
            Ok(checklist) => brought(&app, &ctx, &sent, checklist).await,
            Err(faults) => {
                refused = faults.iter().map(|fault| sentence(&s, fault)).collect();
                Err(Problem::invalid("book", "checklist-book").field_arg("count", faults.len()))
            }
        }
    };
    match done {
        Ok(name) => Ok(Redirect::to(&format!("/rounds/checklists/{name}?saved=1")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let body = ImportPage {
                areas: areas(&s, &ctx),
                e: FormFaults::of(&s, &problem),
                area: sent.take("area"),
                code: sent.take("code").trim().to_owned(),
                refused,
                help: help(&s),
                s,
            };
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

async fn brought(
    app: &App,
    ctx: &Ctx,
    sent: &HandedIn,
    mut checklist: Checklist,
) -> Result<String> {
    let code = sent.text("code").trim();
    if !code.is_empty() {
        code.clone_into(&mut checklist.id);
    }
    let area: i64 = sent
        .text("area")
        .trim()
        .parse()
        .map_err(|_no_area| Problem::invalid("area", "required"))?;
    let save = SaveChecklist {
        known: None,
        area: AreaId(area),
        checklist,
        copied_from: None,
    };
    Ok(app.db().execute(ctx, save).await?.name)
}

/// What the workbook has and we do not take, by sheet, row and name.
fn sentence(s: &Shell, fault: &SheetFault) -> String {
    let what = match &fault.what {
        WrongSheet::File(_) | WrongSheet::Missing => String::new(),
        WrongSheet::NoColumn(name)
        | WrongSheet::Column(name)
        | WrongSheet::Type(name)
        | WrongSheet::Sheet(name)
        | WrongSheet::Nesting(name) => name.clone(),
        WrongSheet::Value { column, value } => format!("{column} = {value}"),
    };
    let code = match &fault.what {
        WrongSheet::File(_) => "file",
        other => other.code(),
    };
    s.tn(
        &format!("checklist-book-{code}"),
        &[
            ("sheet", fault.sheet.clone()),
            ("row", fault.row.to_string()),
            ("what", what),
        ],
    )
}
