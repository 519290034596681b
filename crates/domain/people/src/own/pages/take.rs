//! Taking the file away: an A4 page to print, or a JSON file of the same content. The taking is noted first, for the
//! person sees it in the file, and the record of processing shows it to the auditor.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use youlin_kernel::{Micros, Problem};
use youlin_web::{ApiForm, App, JSON, Prefs, Shell, WebResult, page, save_as};

use super::file::{Section, sections};
use super::{OwnSession, START, own, shell};
use crate::Vault;
use crate::own::TakeFile;
use crate::own::file::{OwnFile, own_file};
use crate::own::section::SectionLine;
use crate::pages::form::to;
use crate::pages::label_words;

#[derive(Template)]
#[template(path = "own/print.html")]
struct PrintPage {
    s: Shell,
    file: OwnFile,
    sections: Vec<Section>,
    at: Micros,
}

impl PrintPage {
    fn place(&self) -> String {
        self.s.area(&self.file.community.into())
    }

    fn label(&self, label: &str) -> String {
        label_words(&self.s, label)
    }

    fn consent(&self, consent: &str) -> String {
        self.s.tt("consent", consent.replace('.', "-"))
    }
}

/// The JSON file.
#[derive(Serialize)]
struct Document<'a> {
    /// What this is and where it comes from.
    about: String,
    taken_at: Micros,
    file: &'a OwnFile,
    sections: Vec<Part<'a>>,
}

#[derive(Serialize)]
struct Part<'a> {
    name: &'static str,
    title: String,
    lines: &'a [SectionLine],
}

#[derive(Debug, Deserialize)]
pub(super) struct TakeForm {
    #[serde(default)]
    form: String,
}

/// `POST /my-file/take`.
pub(super) async fn take(
    State(app): State<App>,
    session: OwnSession,
    prefs: Prefs,
    ApiForm(form): ApiForm<TakeForm>,
) -> WebResult<Response> {
    let s = shell(&app, &session.ctx, prefs).with_years();
    let Some(own) = own(session) else {
        return Ok(to(START));
    };
    let form = match form.form.as_str() {
        "print" => "print",
        "json" => "json",
        _ => return Err(Problem::invalid("form", "unknown-value").into()),
    };
    let (community, person) = (own.community, own.person);
    let note = TakeFile {
        community,
        person,
        form,
    };
    app.db().execute(&own.ctx, note).await?;
    let vault = app.need::<Vault>()?;
    let file = own_file(app.db().read(), &vault, &own.ctx, community, person).await?;
    let sections = sections(&app, &own).await?;
    let at = own.ctx.now();
    if form == "print" {
        return page(&PrintPage {
            s,
            file,
            sections,
            at,
        });
    }
    let document = Document {
        about: s.t1("own-document-about", "place", s.area(&community.into())),
        taken_at: at,
        file: &file,
        sections: sections
            .iter()
            .map(|one| Part {
                name: one.name,
                title: s.t(one.title),
                lines: &one.lines,
            })
            .collect(),
    };
    let text = serde_json::to_string_pretty(&document).map_err(Problem::internal)?;
    Ok(save_as("my-file.json", JSON, text))
}
