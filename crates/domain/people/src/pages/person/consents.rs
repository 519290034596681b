//! What a person agreed to: given, withdrawn.

use axum::extract::State;
use axum::response::Response;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Micros, Result};
use youlin_web::{ApiForm, App, Caller, PathId, Prefs, Shell, WebResult};

use super::{Typed, stepped};
use crate::entities::person;
use crate::own::is_child;
use crate::pages::seen;
use crate::{SetConsent, Vault, consent};

/// Something a person can agree to.
pub(super) struct Consent {
    pub(super) value: &'static str,
    pub(super) label: String,
    pub(super) given: bool,
    /// Whoever took it back is not asked to agree by a slip of the finger.
    pub(super) withdrawn: Option<Micros>,
    /// Why nobody can note it here: key of the words.
    pub(super) refused: Option<&'static str>,
}

/// Whether a guardian agrees for the person.
pub(super) async fn of_child(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    id: Uuid,
    now: Micros,
) -> Result<bool> {
    let row = person::Entity::find_by_id((community.0, id))
        .one(db)
        .await?;
    row.map_or(Ok(false), |row| is_child(vault, &row, now))
}

/// Everything there is to agree to, as [`SetConsent`] takes it from somebody who keeps the register.
pub(super) fn offered(
    s: &Shell,
    ledger: &[(String, Option<Micros>)],
    (child, died): (bool, bool),
) -> Vec<Consent> {
    let all = consent::ALL.into_iter();
    all.map(|value| {
        let known = ledger.iter().find(|(one, _)| one == value);
        Consent {
            value,
            label: s.tt("consent", value.replace('.', "-")),
            given: known.is_some_and(|(_, withdrawn)| withdrawn.is_none()),
            withdrawn: known.and_then(|(_, withdrawn)| *withdrawn),
            refused: match (child, consent::NOT_OF_CHILDREN.contains(&value)) {
                _ if died => Some("field-consent-of-dead"),
                (false, _) => None,
                (true, true) => Some("field-consent-of-child"),
                (true, false) => Some("field-consent-of-guardian"),
            },
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
