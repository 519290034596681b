//! What a person agreed to: given, withdrawn.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::Micros;
use youlin_web::{ApiForm, App, Caller, PathId, Prefs, Shell, WebResult};

use super::{Typed, stepped};
use crate::pages::seen;
use crate::{SetConsent, Vault, consent};

/// Something a person can agree to.
pub(super) struct Consent {
    pub(super) value: &'static str,
    pub(super) label: String,
    pub(super) given: bool,
    /// Whoever took it back is not asked to agree by a slip of the finger.
    pub(super) withdrawn: Option<Micros>,
}

/// Everything there is to agree to.
pub(super) fn offered(s: &Shell, ledger: &[(String, Option<Micros>)]) -> Vec<Consent> {
    let all = consent::ALL.into_iter();
    all.map(|value| {
        let known = ledger.iter().find(|(one, _)| one == value);
        Consent {
            value,
            label: s.tt("consent", value.replace('.', "-")),
            given: known.is_some_and(|(_, withdrawn)| withdrawn.is_none()),
            withdrawn: known.and_then(|(_, withdrawn)| *withdrawn),
        }
    })
    .collect()
}

#[derive(Debug, Deserialize)]
pub(in crate::pages) struct ConsentForm {
    #[serde(default)]
    consent: String,
    /// `off` withdraws it.
    #[serde(default)]
    set: String,
}

/// `POST /people/{id}/consents`.
pub(in crate::pages) async fn set(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<ConsentForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let card = seen(&app, &ctx, id).await?;
    let command = SetConsent {
        vault,
        community: card.community,
        person: id,
        consent: form.consent,
        given: form.set != "off",
    };
    let set = app.db().execute(&ctx, command).await;
    let file = format!("/people/{id}?saved=changed");
    stepped(&app, &ctx, prefs, id, set, &file, Typed::default()).await
}
