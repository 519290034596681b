//! The desk's form for a new case: what is the matter comes first, everything else is offered.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result, Role};
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Directory, PersonFile};
use youlin_places::Place;
use youlin_web::{
    ApiQuery, App, Caller, Fault, IdempotencyHeader, Prefs, Shell, WebResult, idempotency, page,
};

use super::fields::{Faults, Fields};
use super::suggestions::{self, category_of, place_input, spot_value};
use super::{Part, shell};
use crate::catalogue::{Category, QuestionType};
use crate::model::{Source, Urgency};
use crate::permissions::CASES_DESK;
use crate::service::Cases;
use crate::{NewCase, Reporter, TakeCall, call_view, prepare};

/// Where a new case begins.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Begin {
    call: Option<Uuid>,
    person: Option<Uuid>,
}

#[derive(Template)]
#[template(path = "desk_new.html")]
struct NewPage<'a> {
    s: &'a Shell,
    typed: &'a Fields,
    faults: &'a Faults,
    /// The caller or whoever one reports for.
    person: Option<PersonFile>,
    /// What `spot` stands for, in words.
    place: Option<Place>,
    beside: String,
}

impl NewPage<'_> {
    fn urgencies(&self) -> &'static [Urgency] {
        Urgency::ALL
    }

    fn urgency_is(&self, urgency: &Urgency) -> bool {
        match self.typed.get("urgency") {
            "" => *urgency == Urgency::Normal,
            typed => typed == urgency.as_str(),
        }
    }

    fn draft(&self) -> String {
        format!("case:new:{}", self.typed.get("call"))
    }

    /// Faults of fields, with where to jump to.
    fn jumps(&self) -> Vec<(&'static str, &str)> {
        self.faults
            .fields
            .iter()
            .map(|(field, sentence)| (anchor(field), sentence.as_str()))
            .collect()
    }

    fn place_fault(&self) -> &str {
        let place = ["place", "dwelling", "building", "area", "lon", "lat"];
        place
            .iter()
            .map(|field| self.faults.of_field(field))
            .find(|sentence| !sentence.is_empty())
            .unwrap_or("")
    }

    fn spot(&self) -> String {
        self.place.as_ref().map(spot_value).unwrap_or_default()
    }

    fn area(&self, place: &Place) -> String {
        self.s.area(&place.area())
    }
}

fn anchor(field: &str) -> &'static str {
    match field {
        "text" => "text",
        "category" => "categories",
        "contact.name" => "contact-name",
        "contact.phone" => "contact-phone",
        field if field.starts_with("answers.") => "questions",
        _ => "place",
    }
}

/// `GET /cases/new`.
pub(super) async fn form(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(begin): ApiQuery<Begin>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let mut pairs: Vec<(String, String)> = Vec::new();
    if let Some(call) = begin.call {
        pairs.push(("call".to_owned(), call.to_string()));
    }
    if let Some(person) = begin.person {
        pairs.push(("person".to_owned(), person.to_string()));
        let file = file_of(&app, &ctx, person).await?;
        if let Some(place) = file.and_then(|file| file.card.place) {
            pairs.push(("spot".to_owned(), spot_value(&place)));
        }
    }
    Ok(draw(&s, &Fields(pairs), &Faults::default())
        .await?
        .into_response())
}

async fn file_of(app: &App, ctx: &Ctx, person: Uuid) -> Result<Option<PersonFile>> {
    let Ok(scope) = ctx.scope(&PEOPLE_READ) else {
        return Ok(None);
    };
    let cases = app.need::<Cases>()?;
    Directory::person(app.db().read(), cases.vault(), &scope, person)
        .await
        .map(Some)
}

async fn draw(s: &Shell, typed: &Fields, faults: &Faults) -> WebResult<Response> {
    let (app, ctx) = (s.app(), s.ctx());
    let person = match Uuid::parse_str(typed.get("person")) {
        Ok(id) => file_of(app, ctx, id).await?,
        Err(_nobody) => None,
    };
    let cases = app.need::<Cases>()?;
    let input = place_input(typed);
    let chosen = youlin_places::PlaceInput {
        text: None,
        ..input
    };
    let place = if chosen.is_empty() {
        None
    } else {
        cases.locator().resolve(&chosen).ok()
    };
    let answers: BTreeMap<String, String> = faults.fields.iter().cloned().collect();
    let beside = suggestions::beside(s, typed, answers)
        .await?
        .render()
        .map_err(Problem::internal)?;
    page(&NewPage {
        s,
        typed,
        faults,
        person,
        place,
        beside,
    })
}

/// `POST /cases`.
pub(super) async fn save(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    _wants: Part,
    IdempotencyHeader(sent): IdempotencyHeader,
    typed: Fields,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    match file(&app, &ctx, sent, &typed).await {
        Ok(id) => {
            let mut saved = Redirect::to(&format!("/cases/{id}?done=reported")).into_response();
            let draft = format!("case:new:{}", typed.get("call"));
            if let Ok(key) = draft.parse() {
                saved.headers_mut().insert("X-Draft-Clear", key);
            }
            Ok(saved)
        }
        Err(problem) if problem.kind() == ProblemKind::Invalid => {
            let form = draw(&s, &typed, &Faults::of(&s, &problem)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, form).into_response())
        }
        Err(problem) => Err(Fault(problem)),
    }
}

async fn file(app: &App, ctx: &Ctx, sent: Option<String>, typed: &Fields) -> Result<Uuid> {
    let cases = app.need::<Cases>()?;
    let code = category_of(typed);
    if code.is_empty() {
        return Err(missing_category(typed));
    }
    let catalogue = cases.catalogue();
    let new = new_case(ctx, typed, catalogue.get(&code).map(|one| &**one), code);
    let call = call_of(app, ctx, new.call).await?;
    let body = serde_json::to_value(&new).map_err(Problem::internal)?;
    let report = prepare(&cases, new)?;
    if call.is_some_and(|community| community != report.community()) {
        return Err(Problem::invalid("place", "call-elsewhere"));
    }
    let key = sent.or_else(|| Some(typed.text("idempotency_key")).filter(|key| !key.is_empty()));
    let key = idempotency(key.as_deref(), report.community(), "POST /cases", &body)?;
    let reported = app.db().execute_once(ctx, key, report).await?;
    if let (Some(call), Some(community)) = (Uuid::parse_str(typed.get("call")).ok(), call) {
        app.db().execute(ctx, TakeCall { community, call }).await?;
    }
    Ok(reported.id)
}

/// Both faults at once, so that nobody mends one to learn of the other.
fn missing_category(typed: &Fields) -> Problem {
    let mut problem = Problem::invalid("category", "choose-category");
    if typed.get("text").is_empty() {
        problem = problem.and_field("text", "required");
    }
    problem
}

/// The community whose telephone rang, if the caller of the page may see that call.
async fn call_of(app: &App, ctx: &Ctx, call: Option<Uuid>) -> Result<Option<CommunityId>> {
    let Some(call) = call else { return Ok(None) };
    let cases = app.need::<Cases>()?;
    let scope = ctx.scope(&CASES_DESK)?;
    Ok(Some(
        call_view(app.db(), &cases, ctx, &scope, call)
            .await?
            .community,
    ))
}

fn new_case(ctx: &Ctx, f: &Fields, category: Option<&Category>, code: String) -> NewCase {
    let call = Uuid::parse_str(f.get("call")).ok();
    let contact = Reporter {
        name: f.text("contact_name"),
        phone: f.text("contact_phone"),
        email: String::new(),
    };
    NewCase {
        source: source(ctx, call.is_some()),
        text: f.text("text"),
        category: code,
        urgency: Urgency::parse(f.get("urgency")).unwrap_or(Urgency::Normal),
        place: place_input(f),
        reporter: Uuid::parse_str(f.get("person")).ok(),
        contact: Some(contact).filter(|contact| *contact != Reporter::default()),
        answers: category
            .map(|category| answers(category, f))
            .unwrap_or_default(),
        external_key: None,
        call,
    }
}

/// How it came in: by telephone, or by whoever files it.
fn source(ctx: &Ctx, by_phone: bool) -> Source {
    if by_phone {
        return Source::Phone;
    }
    let roles = ctx.roles();
    if ctx.may(&CASES_DESK) {
        Source::Desk
    } else if roles.contains(&Role::Partner) && !roles.contains(&Role::GridWorker) {
        Source::Partner
    } else {
        Source::Worker
    }
}

/// Answers of the chosen category only: those of one tried before do not travel along.
fn answers(category: &Category, f: &Fields) -> BTreeMap<String, Value> {
    let given = category.questions.iter().filter_map(|question| {
        let name = format!("answers.{}", question.code);
        let value = if question.kind == QuestionType::MultiValueList {
            let many: Vec<Value> = f
                .all(&name)
                .map(|key| Value::String(key.to_owned()))
                .collect();
            if many.is_empty() {
                return None;
            } else {
                Value::Array(many)
            }
        } else {
            match f.get(&name) {
                "" => return None,
                text => Value::String(text.to_owned()),
            }
        };
        Some((question.code.clone(), value))
    });
    given.collect()
}
