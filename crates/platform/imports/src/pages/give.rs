//! A file is given: which kind it is, the file or the text, and what was given before.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::{Problem, ProblemKind, Result};
use youlin_web::{
    ApiQuery, App, Caller, Choice, FormFaults, HandedIn, Prefs, Shell, Uploaded, WebResult,
    mendable, page, read_handed_in, refused_with,
};

use super::shell;
use crate::commands::UNDONE_WITHIN;
use crate::queries::{latest, undoable};
use crate::sight::of_colleagues;
use crate::{FILE_MAX, ImportView, Imports, Incoming, StartImport};

/// The largest file in words.
const FILE_MAX_MB: usize = FILE_MAX / 1024 / 1024;

const LATEST: u64 = 10;
const COLLEAGUES: usize = 20;

/// A kind the caller may take in.
struct Kind {
    code: &'static str,
    settings: Vec<Choice>,
    /// Takes spreadsheets as people have them.
    sheet: bool,
}

#[derive(Template)]
#[template(path = "imports_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    kinds: Vec<Kind>,
    kind: String,
    setting: String,
    text: String,
    /// Taken in, and can be taken back.
    undoable: Vec<ImportView>,
    latest: Vec<ImportView>,
    /// What colleagues had taken in where the caller may too.
    theirs: Vec<ImportView>,
}

impl FormPage {
    /// The kinds people use, and those that other systems are connected by.
    fn of_people(&self, daily: bool) -> impl Iterator<Item = &Kind> {
        self.kinds.iter().filter(move |kind| kind.sheet == daily)
    }

    /// What a file too large is told before it is sent, and what is too large.
    fn too_large(&self) -> (usize, String) {
        let words = self
            .s
            .t1("field-import-too-large", "megabytes", FILE_MAX_MB);
        (FILE_MAX, words)
    }

    fn folded(&self) -> bool {
        self.of_people(true).all(|kind| kind.code != self.kind)
    }

    /// The last day it can be taken back.
    fn until(&self, one: &ImportView) -> String {
        let ended = one.ended_at.unwrap_or(one.created_at);
        self.s.when(&ended.plus(UNDONE_WITHIN))
    }
}

/// The kinds the caller has the permission for.
fn kinds(imports: &Imports, s: &Shell) -> Result<Vec<Kind>> {
    let found: Vec<Kind> = imports
        .registers
        .iter()
        .filter(|one| s.ctx().may(one.permission()))
        .map(|one| Kind {
            code: one.kind(),
            sheet: !one.columns().is_empty(),
            settings: one
                .settings()
                .iter()
                .map(|key| Choice::new(*key, s.t(key)))
                .collect(),
        })
        .collect();
    if found.is_empty() {
        return Err(Problem::forbidden());
    }
    Ok(found)
}

async fn form_page(app: &App, s: Shell, sent: Sent, e: FormFaults) -> WebResult<FormPage> {
    let imports = app.need::<Imports>()?;
    let kinds = kinds(&imports, &s)?;
    let latest = latest(app.db(), &*imports.sealer, s.ctx(), LATEST).await?;
    let can_undo: Vec<&str> = imports
        .registers
        .iter()
        .filter(|one| one.undoes())
        .map(|one| one.kind())
        .collect();
    let undoable = undoable(app.db(), &*imports.sealer, s.ctx(), &can_undo).await?;
    let mut theirs = of_colleagues(app.db(), &imports, s.ctx()).await?;
    theirs.truncate(COLLEAGUES);
    let mut latest = latest;
    latest.retain(|one| undoable.iter().all(|other| other.id != one.id));
    let kind = match sent.kind.as_str() {
        // What people bring is a list of residents.
        "" => kinds
            .iter()
            .find(|kind| kind.sheet)
            .or(kinds.first())
            .map_or("", |kind| kind.code)
            .to_owned(),
        kind => kind.to_owned(),
    };
    Ok(FormPage {
        e,
        kinds,
        kind,
        setting: sent.setting,
        text: sent.text,
        undoable,
        latest,
        theirs,
        s,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Start {
    kind: String,
}

pub(super) async fn form(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let sent = Sent {
        kind: start.kind,
        ..Sent::default()
    };
    page(&form_page(&app, s, sent, FormFaults::none()).await?)
}

/// The form as it came.
#[derive(Debug, Default)]
struct Sent {
    kind: String,
    setting: String,
    text: String,
    file_name: String,
    file: Vec<u8>,
}

impl Sent {
    fn of(mut form: HandedIn) -> Self {
        Self {
            kind: form.take("kind"),
            setting: form.take("setting"),
            text: form.take("text"),
            file_name: form.file_name,
            file: form.file,
        }
    }

    /// What is to be kept: a file wins over what was pasted (an empty file field is sent by every browser). Registers of
    /// spreadsheets take the bytes as they are, the others text.
    fn incoming(&mut self, imports: &Imports) -> Result<Incoming> {
        let file = std::mem::take(&mut self.file);
        let mut incoming = Incoming {
            setting: self.setting.clone(),
            ..Incoming::default()
        };
        let pasted = file.iter().all(u8::is_ascii_whitespace);
        let sheets = imports
            .register(&self.kind)
            .is_ok_and(|register| !register.columns().is_empty());
        match (pasted, sheets) {
            (true, _) => incoming.text.clone_from(&self.text),
            (false, true) => incoming.bytes = file,
            (false, false) => incoming.text = utf8(file)?,
        }
        Ok(incoming)
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        let code = match bytes {
            [b'P', b'K', ..] | [0xd0, 0xcf, ..] => "not-csv",
            _ => "not-utf8",
        };
        Problem::invalid("file", code).field_arg("position", error.utf8_error().valid_up_to())
    })
}

pub(super) async fn start(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    upload: Uploaded,
) -> WebResult<Response> {
    let imports = app.need::<Imports>()?;
    kinds(&imports, &shell(&app, &ctx, prefs))?;
    let mut sent = Sent::default();
    let started = async {
        let mut form = HandedIn::default();
        let read = read_handed_in(upload, FILE_MAX_MB, &mut form).await;
        sent = Sent::of(form);
        read?;
        let command = StartImport {
            file: sent.incoming(&imports)?,
            imports,
            kind: sent.kind.clone(),
            file_name: sent.file_name.clone(),
        };
        app.db().execute(&ctx, command).await
    }
    .await;
    match started {
        Ok(id) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(problem) => {
            let problem = match problem.kind() {
                ProblemKind::Malformed => problem,
                // Bare, it would say what is wrong and not what to do.
                ProblemKind::TooLarge => problem
                    .and_field("file", "import-too-large")
                    .field_arg("megabytes", FILE_MAX_MB),
                _ => mendable(problem)?,
            };
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let body = form_page(&app, s, sent, e).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}
