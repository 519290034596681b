//! Showing what is hidden, for a purpose.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_web::{ApiForm, App, Caller, PathId, Prefs, Shell, WebResult};

use super::{Typed, again, person_page, shell};
use crate::facts::Fact;
use crate::pages::form::to;
use crate::pages::{dial, seen};
use crate::queries::MovedAway;
use crate::{PersonFile, Reveal, RevealField, Vault};

/// A field that can be ticked on the reveal form.
pub(super) struct Tick {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) on: bool,
}

/// A field in the clear, on the one page that answers the form.
pub(super) struct Shown {
    pub(super) label: String,
    pub(super) value: String,
    /// Of a telephone number: what the telephone dials.
    pub(super) dial: Option<String>,
}

/// What is hidden of this person: whoever ticks something says what for, and gets it. Where somebody moved to stands in the
/// place of the address.
pub(super) fn ticks(
    s: &Shell,
    file: &PersonFile,
    (held, away): (&[Fact], Option<&MovedAway>),
    ticked: &[String],
) -> Vec<Tick> {
    let whereto = away.is_some_and(|note| note.whereto);
    let fields = [
        ("name", held.contains(&Fact::Name)),
        ("identity", held.contains(&Fact::Identity)),
        ("address", held.contains(&Fact::Home) || whereto),
        ("note", held.contains(&Fact::Note)),
    ];
    let mut ticks: Vec<Tick> = fields
        .into_iter()
        .filter(|(_, held)| *held)
        .map(|(field, _)| Tick {
            value: field.to_owned(),
            label: s.tt("people-field", field),
            on: ticked.iter().any(|one| one == field),
        })
        .collect();
    ticks.extend(file.phones.iter().map(|(id, masked)| Tick {
        value: id.to_string(),
        label: s.t1("people-field-number", "number", masked),
        on: ticked.contains(&id.to_string()),
    }));
    ticks
}

#[derive(Debug, Deserialize)]
pub(in crate::pages) struct RevealForm {
    #[serde(default)]
    field: Vec<String>,
    #[serde(default)]
    purpose: String,
    case: Option<String>,
}

fn field_of(text: &str) -> Option<RevealField> {
    Some(match text {
        "name" => RevealField::Name,
        "identity" => RevealField::Identity,
        "address" => RevealField::Address,
        "note" => RevealField::Note,
        id => RevealField::Phone(id.parse().ok()?),
    })
}

/// `POST /people/{id}/reveal`: what is shown stands on this one answer only; a reload asks again.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<RevealForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let vault = app.need::<Vault>()?;
    let card = seen(&app, &ctx, id).await?;
    let command = Reveal {
        vault,
        community: card.community,
        person: id,
        fields: form
            .field
            .iter()
            .filter_map(|text| field_of(text))
            .collect(),
        purpose: form.purpose.clone(),
        case: form.case.as_deref().and_then(|text| text.parse().ok()),
    };
    match app.db().execute(&ctx, command).await {
        Ok(revealed) => {
            let shown = revealed
                .fields
                .into_iter()
                .map(|one| Shown {
                    label: s.tt("people-field", one.field.as_str()),
                    dial: match one.field {
                        RevealField::Phone(_) => one.value.as_deref().map(dial),
                        _ => None,
                    },
                    value: one.value.unwrap_or_else(|| s.t("none")),
                })
                .collect();
            let typed = Typed {
                shown,
                ..Typed::default()
            };
            person_page(&app, &ctx, s, id, typed).await
        }
        Err(problem) => {
            let typed = Typed {
                purpose: form.purpose,
                fields: form.field,
                ..Typed::default()
            };
            again(&app, &ctx, s, id, problem, typed).await
        }
    }
}

/// `GET /people/{id}/reveal`: the answer of the form was reloaded; what was shown is hidden again.
pub(in crate::pages) async fn reloaded(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    seen(&app, &ctx, id).await?;
    Ok(to(&format!("/people/{id}#reveal")))
}
