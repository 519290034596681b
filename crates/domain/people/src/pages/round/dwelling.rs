//! `/people/dwellings/{id}`: who lives there, what is missing, and the few things one does at a door.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::Problem;
use youlin_places::Place;
use youlin_web::{ApiForm, ApiQuery, App, Caller, Choice, PathId, Prefs, Shell, WebResult, page};

use super::{policy, shell};
use crate::facts::{Fact, How};
use crate::life::{LifeLine, dwelling_life};
use crate::pages::form::{Errors, own_path, shown, to, with_status};
use crate::pages::label_choices;
use crate::permissions::{PEOPLE_READ, PEOPLE_WRITE};
use crate::{
    Directory, DwellingFile, LearnFacts, Resident, Sex, Vault, VisitDwelling, VisitOutcome,
};

#[derive(Template)]
#[template(path = "people/round/dwelling.html")]
struct DwellingPage {
    s: Shell,
    e: Errors,
    /// The person whose form was refused.
    at: Option<Uuid>,
    typed: FactsForm,
    place: Place,
    file: DwellingFile,
    /// What happened here, the newest first.
    life: Vec<LifeLine>,
    /// The household somebody is entered under, by person.
    households: HashMap<Uuid, Uuid>,
    labels: Vec<Choice>,
    sexes: Vec<Choice>,
    may_write: bool,
    saved: String,
}

impl DwellingPage {
    /// Whether this caller has a page where specialists are asked.
    fn supports(&self) -> bool {
        self.may_write && self.s.doors().iter().any(|door| door.href == "/support")
    }

    fn age(&self, one: &Resident) -> Option<String> {
        let this_year = i32::from(self.s.ctx().now().local().year());
        let age = this_year - one.birth_year?;
        Some(self.s.t1("round-about-years", "age", age))
    }

    fn lacks(&self, one: &Resident, fact: &str) -> bool {
        let all = one.missing.iter().chain(&one.stale);
        let _shape_of_templates = self;
        all.into_iter().any(|lacked| lacked.as_str() == fact)
    }

    fn household(&self, one: &Resident) -> Option<Uuid> {
        self.households.get(&one.card.id).copied()
    }

    fn here(&self, one: &Resident) -> bool {
        self.at == Some(one.card.id)
    }

    fn has(&self, one: &Resident, label: &str) -> bool {
        let _shape_of_templates = self;
        one.card.labels.iter().any(|own| own == label)
    }

    fn missing(&self, one: &Resident) -> String {
        let words = |fact: &Fact| self.s.tt("fact", fact.as_str());
        one.missing.iter().map(words).collect::<Vec<_>>().join("、")
    }

    fn said(&self, one: &Resident) -> Option<String> {
        let said = one.said.as_ref()?;
        Some(self.s.tn(
            "round-said",
            &[
                ("when", self.s.when(&said.at)),
                ("by", said.by.clone()),
                ("how", self.s.tt("how", said.how.as_str())),
            ],
        ))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Done {
    saved: String,
}

/// `GET /people/dwellings/{id}`.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let saved = match done.saved.as_str() {
        "" => String::new(),
        "visit" => s.t("round-visit-noted"),
        _ => s.t("people-changed"),
    };
    dwelling_page(s, id, Errors::none(), None, FactsForm::default(), saved).await
}

async fn dwelling_page(
    s: Shell,
    id: Uuid,
    e: Errors,
    at: Option<Uuid>,
    typed: FactsForm,
    saved: String,
) -> WebResult<Response> {
    let (app, ctx) = (s.app().clone(), s.ctx().clone());
    let scope = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    let place = vault.place(id).ok_or_else(Problem::not_found)?;
    if !scope.contains(place.community, &[place.grid, place.neighbourhood]) {
        return Err(Problem::not_found().into());
    }
    let asked = (place.community, [id]);
    let policy = policy(&app);
    let db = app.db().read();
    let asked = (asked.0, asked.1.as_slice());
    let files = Directory::dwelling_files(db, &vault, &scope, &policy, ctx.now(), asked).await?;
    let file = files.into_iter().next().ok_or_else(Problem::not_found)?;
    let life = dwelling_life(&s, &vault, &scope, place.community, id).await?;
    let mut sexes = vec![Choice::new("", s.t("people-unsaid"))];
    let words = |sex: &Sex| Choice::new(sex.as_str(), s.tt("sex", sex.as_str()));
    sexes.extend(Sex::ALL.iter().map(words));
    page(&DwellingPage {
        may_write: ctx.authorize(&PEOPLE_WRITE, place.area()).is_ok(),
        households: Directory::households_in(db, place.community, id).await?,
        labels: label_choices(&s),
        sexes,
        e,
        at,
        typed,
        place,
        file,
        life,
        saved,
        s,
    })
}

#[derive(Debug, Deserialize)]
pub(in crate::pages) struct VisitForm {
    outcome: VisitOutcome,
    #[serde(default)]
    next: Option<String>,
}

/// `POST /people/dwellings/{id}/visit`.
pub(in crate::pages) async fn visit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<VisitForm>,
) -> WebResult<Response> {
    let command = VisitDwelling {
        vault: app.need::<Vault>()?,
        dwelling: id,
        outcome: form.outcome,
    };
    match app.db().execute(&ctx, command).await {
        Ok(_visit) => Ok(to(&match form.next.as_deref() {
            Some(next) => own_path(Some(next)).to_owned(),
            None => format!("/people/dwellings/{id}?saved=visit"),
        })),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let typed = FactsForm::default();
            let body = dwelling_page(s, id, e, None, typed, String::new()).await?;
            Ok(with_status(&problem, body))
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct FactsForm {
    /// The dwelling whose page asked.
    dwelling: Option<Uuid>,
    phone: String,
    birth: String,
    sex: String,
    label: Vec<String>,
    /// Labels that were offered as held: one of them that is not ticked any more is taken off.
    held: Vec<String>,
    /// Questions of forms by the id under which each was asked, and what was answered, in the same order.
    asked: Vec<Uuid>,
    answer: Vec<String>,
}

/// `POST /people/{id}/facts`: what was heard at the door.
pub(in crate::pages) async fn facts(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<FactsForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let card = Directory::card(app.db().read(), &vault, &ctx.scope(&PEOPLE_READ)?, id).await?;
    let off = form.held.iter().filter(|held| !form.label.contains(held));
    let command = LearnFacts {
        vault,
        community: card.community,
        person: id,
        how: How::Visit,
        phone: Some(form.phone.clone()),
        birth: form.birth.clone(),
        sex: Sex::parse(&form.sex),
        labels: form.label.clone(),
        labels_off: off.cloned().collect(),
        answers: form
            .asked
            .iter()
            .copied()
            .zip(form.answer.iter().cloned())
            .collect(),
        seen: true,
    };
    let back = form
        .dwelling
        .or_else(|| card.place.as_ref().and_then(|place| place.dwelling));
    match (app.db().execute(&ctx, command).await, back) {
        (Ok(()), Some(dwelling)) => Ok(to(&format!("/people/dwellings/{dwelling}?saved=changed"))),
        (Ok(()), None) => Ok(to(&format!("/people/{id}?saved=changed"))),
        (Err(problem), Some(dwelling)) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let body = dwelling_page(s, dwelling, e, Some(id), form, String::new()).await?;
            Ok(with_status(&problem, body))
        }
        (Err(problem), None) => Err(problem.into()),
    }
}
