//! The list of forms, the ledger of who asks for how much, and a blank workbook handed in.

use askama::Template;
use axum::extract::{Multipart, State};
use axum::response::Response;
use youlin_datasets::Datasets;
use youlin_kernel::{AreaId, Problem, ProblemKind, Result};
use youlin_web::{
    App, Caller, Choice, FormFaults, HandedIn, Prefs, Shell, WebResult, mendable, page,
    read_handed_in, refused_with,
};

use super::{FILE_MAX, row_choices, rows_of, to};
use crate::forms::{self, Column, Every, FormLine, Ledger, Mapping, SaveForm};
use crate::pages::{area_choices, shell};

#[derive(Clone, Debug, Default)]
struct Typed {
    number: String,
    name: String,
    requester: String,
    every: String,
    area: String,
    rows: String,
    file_name: String,
    bytes: Vec<u8>,
}

impl Typed {
    fn of(mut form: HandedIn) -> Self {
        Self {
            number: form.take("number"),
            name: form.take("name"),
            requester: form.take("requester"),
            every: form.take("every"),
            area: form.take("area"),
            rows: form.take("rows"),
            file_name: form.file_name,
            bytes: form.file,
        }
    }
}

#[derive(Template)]
#[template(path = "insight/forms/list.html")]
struct ListPage {
    s: Shell,
    e: FormFaults,
    f: Typed,
    areas: Vec<Choice>,
    every: Vec<Choice>,
    rows: Vec<Choice>,
    forms: Vec<FormLine>,
    ledger: Vec<Ledger>,
}

/// `GET /insight/forms`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let f = Typed {
        every: Every::Quarter.as_str().to_owned(),
        ..Typed::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&list_page(s, f, FormFaults::none()).await?)
}

async fn list_page(s: Shell, f: Typed, e: FormFaults) -> Result<ListPage> {
    let (db, ctx) = (s.app().db(), s.ctx());
    let mut areas = area_choices(&s);
    areas.retain(|one| !one.value.is_empty());
    let every = Every::ALL.iter();
    Ok(ListPage {
        areas,
        every: every
            .map(|one| Choice::new(one.as_str(), s.tt("form-every", one.as_str())))
            .collect(),
        rows: row_choices(&s),
        forms: forms::forms(db, ctx).await?,
        ledger: forms::ledger(db, ctx).await?,
        f,
        e,
        s,
    })
}

/// `POST /insight/forms`: a blank workbook, mapped as far as its names say.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    multipart: Multipart,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let (f, read) = read(multipart).await;
    let saved = async {
        read?;
        let command = draft(&s, &f).await?;
        app.db().execute(&ctx, command).await
    }
    .await;
    match saved {
        Ok(id) => Ok(to(&format!("/insight/forms/{id}?done=new"))),
        Err(problem) => {
            let problem = mendable(problem)?;
            let e = FormFaults::of(&s, &problem);
            Ok(refused_with(&problem, page(&list_page(s, f, e).await?)?))
        }
    }
}

async fn draft(s: &Shell, f: &Typed) -> Result<SaveForm> {
    let (app, ctx) = (s.app(), s.ctx());
    let blank = forms::blank_of(&f.bytes)?;
    let layout = &blank.layout;
    let rows = rows_of(&f.rows);
    let datasets = app.need::<Datasets>()?;
    let fields = forms::fields(&datasets, s);
    let known = forms::mappings(app.db(), ctx).await?;
    let learned = forms::learned(known.iter());
    let columns = layout.columns.iter().map(|one| Column {
        column: one.column,
        source: forms::suggest(&one.name, &rows, &fields, &learned),
        name: one.name.clone(),
    });
    let columns = columns.collect();
    let name = match f.name.trim() {
        "" => layout.title.clone(),
        name => name.to_owned(),
    };
    Ok(SaveForm {
        number: f.number.clone(),
        name,
        requester: f.requester.clone(),
        every: Every::parse(&f.every).unwrap_or(Every::Once),
        area: f
            .area
            .parse()
            .map(AreaId)
            .map_err(|_nan| Problem::invalid("area", "query-area"))?,
        file_name: f.file_name.clone(),
        workbook: f.bytes.clone(),
        blank,
        mapping: Mapping { rows, columns },
    })
}

/// What was typed with the file; a file that is too large is a fault of its field.
async fn read(multipart: Multipart) -> (Typed, Result<()>) {
    let (form, read) = read_file(multipart).await;
    (Typed::of(form), read)
}

/// A form with a blank workbook.
pub(super) async fn read_file(multipart: Multipart) -> (HandedIn, Result<()>) {
    let mut form = HandedIn::default();
    let megabytes = FILE_MAX / 1024 / 1024;
    let read = read_handed_in(multipart, megabytes, &mut form).await;
    let read = read.map_err(|problem| match problem.kind() {
        ProblemKind::TooLarge => {
            Problem::invalid("file", "form-file-large").field_arg("max", megabytes)
        }
        _ => problem,
    });
    (form, read)
}
