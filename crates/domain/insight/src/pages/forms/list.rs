//! The list of forms, the ledger of who asks for how much, and a blank workbook handed in.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use uuid::Uuid;
use youlin_datasets::Datasets;
use youlin_kernel::{AreaId, Problem, ProblemKind, Result};
use youlin_web::{
    App, Caller, Choice, FormFaults, HandedIn, Prefs, Shell, Uploaded, WebResult, mendable, page,
    read_handed_in, refused_with, stem,
};

use super::ledger::{self, Line};
use super::{FILE_MAX, row_choices, rows_of, to};
use crate::forms::{
    self, Column, Every, FormLine, FormView, Ledger, Mapping, ReplaceBlank, Rows, SaveForm,
};
use crate::pages::{areas_to_ask, shell};

#[derive(Clone, Debug, Default)]
struct Typed {
    number: String,
    name: String,
    requester: String,
    every: String,
    area: String,
    rows: String,
    /// `other`, or the form this is a newer blank of; empty until it was asked.
    same: String,
    /// Taken although nothing in it was known.
    anyway: String,
    file_name: String,
    bytes: Vec<u8>,
}

/// What must be said before a workbook is taken.
enum Doubt {
    /// There is a form of that number from that requester.
    Same(FormLine),
    /// No column was known by its name.
    Unknown(Vec<String>),
}

/// What handing a workbook in came to.
enum Handed {
    New(Uuid),
    Newer(Uuid),
    Ask(Doubt),
}

impl Typed {
    fn of(mut form: HandedIn) -> Self {
        let workbook = form.take("workbook");
        let said = form.take("file_name");
        Self {
            number: form.take("number"),
            name: form.take("name"),
            requester: form.take("requester"),
            every: form.take("every"),
            area: form.take("area"),
            rows: form.take("rows"),
            same: form.take("same"),
            anyway: form.take("anyway"),
            file_name: match form.file_name.is_empty() {
                true => said,
                false => form.file_name,
            },
            // What was asked about comes back with the answer.
            bytes: match form.file.is_empty() {
                true => BASE64.decode(&workbook).unwrap_or_default(),
                false => form.file,
            },
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
    closed: Vec<FormLine>,
    doubt: Option<Doubt>,
    /// The workbook that is asked about.
    workbook: String,
    ledger: Vec<Line>,
    /// All requesters together, where there are several.
    ledger_total: Option<Line>,
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
    page(&list_page(s, f, FormFaults::none(), None).await?)
}

impl ListPage {
    fn period(&self, period: &str) -> String {
        super::period_words(&self.s, period)
    }
}

async fn list_page(s: Shell, f: Typed, e: FormFaults, doubt: Option<Doubt>) -> Result<ListPage> {
    let (db, ctx) = (s.app().db(), s.ctx());
    let mut areas = areas_to_ask(&s);
    areas.retain(|one| !one.value.is_empty());
    let every = Every::ALL.iter();
    let (forms, closed) = forms::forms(db, ctx)
        .await?
        .into_iter()
        .partition(|one| one.closed.is_none());
    let workbook = match doubt {
        Some(_) => BASE64.encode(&f.bytes),
        None => String::new(),
    };
    let kinds = forms::kinds(&*s.app().need::<Datasets>()?, &s);
    // What a line is is said by the names of the columns, unless somebody says it.
    let rows = std::iter::once(Choice::new("", s.t("form-rows-by-names")));
    let asked_for = forms::ledger(db, ctx, &*s.app().need::<Datasets>()?).await?;
    Ok(ListPage {
        ledger_total: (asked_for.len() > 1).then(|| ledger::line(&s, &Ledger::whole(&asked_for))),
        ledger: asked_for.iter().map(|one| ledger::line(&s, one)).collect(),
        doubt,
        workbook,
        closed,
        areas,
        every: every
            .map(|one| Choice::new(one.as_str(), s.tt("form-every", one.as_str())))
            .collect(),
        rows: rows.chain(row_choices(&s, &kinds)).collect(),
        forms,
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
    upload: Uploaded,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let (f, read) = read(upload).await;
    let saved = async {
        read?;
        handed(&s, &f).await
    }
    .await;
    match saved {
        Ok(Handed::New(id)) => Ok(to(&format!("/insight/forms/{id}?done=new"))),
        Ok(Handed::Newer(id)) => Ok(to(&format!("/insight/forms/{id}?done=blank"))),
        Ok(Handed::Ask(doubt)) => {
            let asked = Problem::invalid("file", "form-asked-about");
            let body = list_page(s, f, FormFaults::none(), Some(doubt)).await?;
            Ok(refused_with(&asked, page(&body)?))
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let e = FormFaults::of(&s, &problem);
            Ok(refused_with(
                &problem,
                page(&list_page(s, f, e, None).await?)?,
            ))
        }
    }
}

/// Takes the workbook, or says what must be answered first.
async fn handed(s: &Shell, f: &Typed) -> Result<Handed> {
    let (app, ctx) = (s.app(), s.ctx());
    let command = draft(s, f).await?;
    if let Ok(id) = f.same.parse::<Uuid>() {
        let form = forms::open_form(app.db(), ctx, id).await?;
        let command = newer(s, &form, f.file_name.clone(), f.bytes.clone()).await?;
        app.db().execute(ctx, command).await?;
        return Ok(Handed::Newer(id));
    }
    if f.same.is_empty()
        && let Some(same) = forms::same_form(app.db(), ctx, &f.number, &f.requester).await?
    {
        return Ok(Handed::Ask(Doubt::Same(same)));
    }
    if f.anyway.is_empty() && !forms::knows_any(&command.mapping) {
        let columns = command.mapping.columns.into_iter().map(|one| one.name);
        return Ok(Handed::Ask(Doubt::Unknown(columns.collect())));
    }
    Ok(Handed::New(app.db().execute(ctx, command).await?))
}

/// A newer blank in the place of the one the form has.
pub(super) async fn newer(
    s: &Shell,
    form: &FormView,
    file_name: String,
    workbook: Vec<u8>,
) -> Result<ReplaceBlank> {
    let (app, ctx) = (s.app(), s.ctx());
    let blank = forms::blank_of(&file_name, &workbook)?;
    let fields = forms::fields(&*app.need::<Datasets>()?, s, &form.mapping.rows);
    let known = forms::mappings(app.db(), ctx).await?;
    let learned = forms::learned(known.iter(), &form.mapping.rows);
    let offered = forms::offered(s, &*app.need::<Datasets>()?).await?;
    let mapping = forms::carried_over(&form.mapping, &blank, |name| {
        forms::suggest(name, &form.mapping.rows, &fields, &offered, &learned)
    })?;
    Ok(ReplaceBlank {
        community: form.community,
        form: form.line.id,
        file_name,
        workbook,
        blank,
        mapping,
    })
}

async fn draft(s: &Shell, f: &Typed) -> Result<SaveForm> {
    let (app, ctx) = (s.app(), s.ctx());
    let blank = forms::blank_of(&f.file_name, &f.bytes)?;
    let layout = &blank.layout;
    let datasets = app.need::<Datasets>()?;
    // The cells of a card are about its area, whatever was chosen for lines.
    let rows = match (blank.is_card(), f.rows.is_empty()) {
        (true, _) => Rows::Area,
        (false, false) => rows_of(&f.rows),
        (false, true) => {
            let names = layout.columns.iter().map(|one| one.name.as_str());
            let names: Vec<&str> = names.collect();
            let offered = forms::offered(s, &datasets).await?;
            forms::likely_rows(&names, &forms::kinds(&datasets, s), &offered)
        }
    };
    let fields = forms::fields(&datasets, s, &rows);
    let known = forms::mappings(app.db(), ctx).await?;
    let learned = forms::learned(known.iter(), &rows);
    let offered = match rows.of_records() {
        true => Vec::new(),
        false => forms::offered(s, &datasets).await?,
    };
    let suggest = |name: &str| forms::suggest(name, &rows, &fields, &offered, &learned);
    let columns = layout.columns.iter();
    let columns = columns.map(|one| Column::of(one, suggest(&one.name)));
    let columns = columns.collect();
    let name = match f.name.trim() {
        // A table that begins with the names of its columns is called as its file is.
        "" if layout.title.trim().is_empty() => stem(&f.file_name).to_owned(),
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
async fn read(upload: Uploaded) -> (Typed, Result<()>) {
    let (form, read) = read_file(upload).await;
    (Typed::of(form), read)
}

/// A form with a blank workbook.
pub(super) async fn read_file(upload: Uploaded) -> (HandedIn, Result<()>) {
    let mut form = HandedIn::default();
    let megabytes = FILE_MAX / 1024 / 1024;
    let read = read_handed_in(upload, megabytes, &mut form).await;
    let read = read.map_err(|problem| match problem.kind() {
        ProblemKind::TooLarge => {
            Problem::invalid("file", "form-file-large").field_arg("max", megabytes)
        }
        _ => problem,
    });
    (form, read)
}
