//! The open file: everything in plain words, and what can be changed at once.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::Result;
use youlin_web::{ApiForm, ApiQuery, App, Choice, Paged, Prefs, Shell, WebResult, page};

use super::{Own, OwnSession, START, own, shell};
use crate::own::file::{OwnFile, own_file};
use crate::own::guardians::files_of_number;
use crate::own::section::{FileSections, SectionLine};
use crate::own::{AskCorrection, CorrectionFact, CorrectionView};
use crate::pages::form::{Errors, shown, to, with_status};
use crate::pages::label_words;
use crate::{SetConsent, Vault};

/// A section of another floor, ready to be shown.
pub(super) struct Section {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) lines: Vec<SectionLine>,
}

#[derive(Template)]
#[template(path = "own/file.html")]
struct FilePage {
    s: Shell,
    e: Errors,
    file: OwnFile,
    sections: Vec<Section>,
    /// The other files this number opens, with masked names.
    others: Vec<(Uuid, String)>,
    /// The identity number in the clear, on the answer that asked for it.
    identity_shown: bool,
    facts: Vec<Choice>,
    typed: Typed,
    saved: String,
    /// When the file shuts by itself.
    until: String,
}

impl FilePage {
    fn label(&self, label: &str) -> String {
        label_words(&self.s, label)
    }

    /// A number stands covered here as it does above.
    fn wish(&self, one: &CorrectionView) -> String {
        if one.fact == CorrectionFact::Identity {
            one.fact
                .covered(&one.wish, self.s.ctx().now().local().date())
        } else {
            one.wish.clone()
        }
    }

    fn consent(&self, consent: &str) -> String {
        self.s.tt("consent", consent.replace('.', "-"))
    }
}

/// What was typed or done, beside the file.
#[derive(Default)]
pub(super) struct Typed {
    e: Errors,
    saved: String,
    phone: String,
    fact: String,
    wish: String,
    identity_shown: bool,
}

impl Typed {
    pub(super) fn saved(saved: String) -> Self {
        Self {
            saved,
            ..Self::default()
        }
    }

    pub(super) fn phone(phone: String) -> Self {
        Self {
            phone,
            ..Self::default()
        }
    }
}

/// Sections of the floors above.
pub(super) async fn sections(app: &App, own: &Own) -> Result<Vec<Section>> {
    let Some(all) = app.service::<FileSections>() else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for one in &all.0 {
        found.push(Section {
            name: one.name(),
            title: one.title(),
            lines: one.lines(&own.ctx, own.community, own.person).await?,
        });
    }
    Ok(found)
}

/// The whole page.
pub(super) async fn whole(app: &App, s: Shell, own: &Own, typed: Typed) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let db = app.db().read();
    let file = own_file(db, &vault, &own.ctx, own.community, own.person).await?;
    let others = files_of_number(db, &vault, &own.ctx, &own.opened.number_index).await?;
    let (mut others, _of_children) = super::named_files(&s, &vault, &others)?;
    others.retain(|(id, _)| *id != own.person);
    let facts = CorrectionFact::ALL
        .iter()
        .map(|fact| Choice::new(fact.as_str(), s.tt("correction-fact", fact.as_str())))
        .collect();
    let known = ["consent", "phone", "phone-off", "correction"];
    let saved = known
        .into_iter()
        .find(|one| *one == typed.saved)
        .map_or_else(String::new, |one| s.tt("own-saved", one));
    page(&FilePage {
        sections: sections(app, own).await?,
        until: own.opened.ends_at.local().strftime("%H:%M").to_string(),
        identity_shown: typed.identity_shown,
        e: typed.e.clone(),
        saved,
        typed,
        others,
        facts,
        file,
        s,
    })
}

/// The page after a refusal.
pub(super) async fn refused(
    app: &App,
    s: Shell,
    own: &Own,
    problem: youlin_kernel::Problem,
    typed: Typed,
) -> WebResult<Response> {
    let problem = shown(problem)?;
    let e = Errors::of(&s, &problem);
    let page = whole(app, s, own, Typed { e, ..typed }).await?;
    Ok(with_status(&problem, page))
}

/// `GET /my-file/life`: the whole life with the community, page by page.
pub(super) async fn life(
    State(app): State<App>,
    session: OwnSession,
    prefs: Prefs,
    ApiQuery(turn): ApiQuery<Paged>,
) -> WebResult<Response> {
    let s = shell(&app, &session.ctx, prefs);
    let Some(own) = own(session) else {
        return Ok(to(START));
    };
    let (community, person) = (own.community, own.person);
    let life = crate::life::pages::for_person(&app, &own.ctx, community, person, turn).await?;
    let name = s.t("own-title");
    crate::life::pages::drawn(s, START.to_owned(), name, life)
}

/// `POST /my-file/identity`: the number stands on this one answer only.
pub(super) async fn identity(
    State(app): State<App>,
    session: OwnSession,
    prefs: Prefs,
) -> WebResult<Response> {
    let s = shell(&app, &session.ctx, prefs);
    match own(session) {
        None => Ok(to(START)),
        Some(own) => {
            let typed = Typed {
                identity_shown: true,
                ..Typed::default()
            };
            whole(&app, s, &own, typed).await
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ConsentForm {
    #[serde(default)]
    consent: String,
    /// `on` gives it again.
    #[serde(default)]
    set: String,
}

/// `POST /my-file/consents`.
pub(super) async fn withdraw(
    State(app): State<App>,
    session: OwnSession,
    ApiForm(form): ApiForm<ConsentForm>,
) -> WebResult<Response> {
    let Some(own) = own(session) else {
        return Ok(to(START));
    };
    let command = SetConsent {
        vault: app.need::<Vault>()?,
        community: own.community,
        person: own.person,
        consent: form.consent,
        given: form.set == "on",
    };
    app.db().execute(&own.ctx, command).await?;
    Ok(to("/my-file?saved=consent"))
}

#[derive(Debug, Deserialize)]
pub(super) struct CorrectionForm {
    #[serde(default)]
    fact: String,
    #[serde(default)]
    wish: String,
}

/// `POST /my-file/corrections`.
pub(super) async fn correct(
    State(app): State<App>,
    session: OwnSession,
    prefs: Prefs,
    ApiForm(form): ApiForm<CorrectionForm>,
) -> WebResult<Response> {
    let s = shell(&app, &session.ctx, prefs);
    let Some(own) = own(session) else {
        return Ok(to(START));
    };
    let command = AskCorrection {
        vault: app.need::<Vault>()?,
        community: own.community,
        person: own.person,
        fact: form.fact.clone(),
        wish: form.wish.clone(),
    };
    match app.db().execute(&own.ctx, command).await {
        Ok(_id) => Ok(to("/my-file?saved=correction")),
        Err(problem) => {
            let typed = Typed {
                fact: form.fact,
                wish: form.wish,
                ..Typed::default()
            };
            refused(&app, s, &own, problem, typed).await
        }
    }
}
