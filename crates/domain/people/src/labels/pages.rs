//! Pages of the catalogue of labels, for administrators.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{Access, Ctx, Problem};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, NavItem, NavPlace, Prefs, Routes, Shell, WebResult,
    page,
};

use super::{
    LabelCatalogue, LabelKind, LabelPart, LabelPurpose, RetireLabel, SaveLabel, Sensitivity,
};
use crate::facts::How;
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::LABELS_ADMIN;
use crate::{Vault, consent};

/// The door of the navigation.
pub const NAV: &[NavItem] = &[NavItem {
    place: NavPlace::Settings,
    href: "/admin/labels",
    label: "nav-labels",
    icon: "book",
    access: Access::Needs(&LABELS_ADMIN),
    phone: false,
}];

pub(crate) fn routes() -> Routes {
    let admin = Access::Needs(&LABELS_ADMIN);
    Routes::new()
        .get("/admin/labels", admin, list)
        .get("/admin/labels/edit", admin, edit)
        .post("/admin/labels", admin, save)
        .post("/admin/labels/retire", admin, retire)
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Settings, "/admin/labels")
}

#[derive(Template)]
#[template(path = "whole/labels.html")]
struct ListPage {
    s: Shell,
    kinds: Vec<LabelKind>,
    saved: String,
}

#[derive(Debug, Default, Deserialize)]
struct Done {
    #[serde(default)]
    saved: String,
}

/// `GET /admin/labels`.
async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let catalogue = LabelCatalogue::load(app.db().read(), &vault).await?;
    let s = shell(&app, &ctx, prefs);
    let saved = if done.saved.is_empty() {
        String::new()
    } else {
        s.t("labels-saved")
    };
    page(&ListPage {
        kinds: catalogue.all().to_vec(),
        saved,
        s,
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct LabelForm {
    /// `on`: a new one.
    fresh: String,
    code: String,
    name_zh: String,
    name_en: String,
    part: String,
    sensitivity: String,
    purpose: String,
    source: Vec<String>,
    days: String,
    consent: String,
}

#[derive(Template)]
#[template(path = "whole/label_form.html")]
struct EditPage {
    s: Shell,
    e: Errors,
    f: LabelForm,
    parts: Vec<Choice>,
    sensitivities: Vec<Choice>,
    purposes: Vec<Choice>,
    consents: Vec<Choice>,
    sources: Vec<Choice>,
}

impl EditPage {
    fn new(s: Shell, f: LabelForm, e: Errors) -> Self {
        let all = |family: &str, words: Vec<&'static str>| {
            let words = words.into_iter();
            words
                .map(|word| Choice::new(word, s.tt(family, word)))
                .collect::<Vec<_>>()
        };
        let mut consents = vec![Choice::new("", s.t("labels-no-consent"))];
        consents.extend(
            consent::ALL.map(|one| Choice::new(one, s.tt("consent", one.replace('.', "-")))),
        );
        Self {
            parts: all(
                "label-part",
                LabelPart::ALL.iter().map(|one| one.as_str()).collect(),
            ),
            sensitivities: all(
                "sensitivity",
                Sensitivity::ALL.iter().map(|one| one.as_str()).collect(),
            ),
            purposes: all(
                "label-purpose",
                LabelPurpose::ALL.iter().map(|one| one.as_str()).collect(),
            ),
            sources: all("how", How::ALL.iter().map(|one| one.as_str()).collect()),
            consents,
            s,
            e,
            f,
        }
    }

    fn from(&self, source: &str) -> bool {
        self.f.source.iter().any(|one| one == source)
    }
}

/// `GET /admin/labels/edit?code=`.
async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<LabelForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let catalogue = LabelCatalogue::load(app.db().read(), &vault).await?;
    let s = shell(&app, &ctx, prefs);
    if f.code.is_empty() {
        let f = LabelForm {
            fresh: "on".to_owned(),
            sensitivity: Sensitivity::Personal.as_str().to_owned(),
            ..LabelForm::default()
        };
        return page(&EditPage::new(s, f, Errors::none()));
    }
    let kind = catalogue.all().iter().find(|one| one.code == f.code);
    let kind = kind.ok_or_else(Problem::not_found)?;
    let split = kind.source.split(',').filter(|one| !one.is_empty());
    let f = LabelForm {
        fresh: String::new(),
        code: kind.code.clone(),
        name_zh: kind.name_zh.clone(),
        name_en: kind.name_en.clone(),
        part: kind.part.as_str().to_owned(),
        sensitivity: kind.sensitivity.as_str().to_owned(),
        purpose: kind.purpose.as_str().to_owned(),
        source: split.map(str::to_owned).collect(),
        days: kind.days.map_or_else(String::new, |days| days.to_string()),
        consent: kind.consent.clone().unwrap_or_default(),
    };
    page(&EditPage::new(s, f, Errors::none()))
}

/// `POST /admin/labels`.
async fn save(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(f): ApiForm<LabelForm>,
) -> WebResult<Response> {
    let command = SaveLabel {
        vault: app.need::<Vault>()?,
        fresh: f.fresh == "on",
        code: f.code.clone(),
        name_zh: f.name_zh.clone(),
        name_en: f.name_en.clone(),
        part: f.part.clone(),
        sensitivity: f.sensitivity.clone(),
        purpose: f.purpose.clone(),
        sources: f.source.clone(),
        days: f.days.clone(),
        consent: f.consent.clone(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(to("/admin/labels?saved=label")),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            Ok(with_status(&problem, page(&EditPage::new(s, f, e))?))
        }
    }
}

#[derive(Debug, Default, Deserialize)]
struct RetireForm {
    #[serde(default)]
    code: String,
    /// `off` brings it back.
    #[serde(default)]
    set: String,
}

/// `POST /admin/labels/retire`.
async fn retire(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiForm(f): ApiForm<RetireForm>,
) -> WebResult<Response> {
    let command = RetireLabel {
        vault: app.need::<Vault>()?,
        code: f.code,
        retired: f.set != "off",
    };
    app.db().execute(&ctx, command).await?;
    Ok(to("/admin/labels?saved=label"))
}
