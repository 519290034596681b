//! A service request comes in and becomes a case, by the command every other report takes.

use std::collections::BTreeMap;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;
use uuid::Uuid;
use youlin_cases::catalogue::{Category, QuestionType};
use youlin_cases::model::{Source, Urgency};
use youlin_cases::permissions::CASES_REPORT;
use youlin_cases::{AttachFile, Cases, NewCase, Reported, Reporter, open311_mark, prepare};
use youlin_database::IdempotencyKey;
use youlin_files::StoredFile;
use youlin_kernel::{CommunityId, Ctx, Problem};
use youlin_places::{Locator, PlaceInput};

use crate::body::{self, Posted};
use crate::call::{Call, Outcome};
use crate::item::Item;
use crate::paging::shortened;
use crate::params::{self, Params};
use crate::refusal::{Refusal, Words};

const MOST_URL: usize = 1_000;

pub(crate) async fn create(call: Call, request: Request) -> Response {
    let outcome = file(&call, request).await;
    call.answer("service_requests", StatusCode::CREATED, outcome)
}

async fn file(call: &Call, request: Request) -> Outcome {
    let posted = body::read(call, request).await?;
    let communities = call.communities(&posted.params)?;
    let cases = call.cases()?;
    let words = call.words();
    let Some(code) = posted.params.get("service_code") else {
        return Err(words.refuse(400, "service-needed", &[]));
    };
    let Some(category) = cases.catalogue().get(code).cloned() else {
        return Err(words.refuse(404, "service-unknown", &[("code", shortened(code))]));
    };
    let sent_key = sent_key(&call.headers, words)?;
    let new = new_case(&posted, &cases, &category, sent_key.as_deref(), words)?;
    let report = prepare(&cases, new.clone()).map_err(|problem| call.refused(problem))?;
    if !communities.contains(&report.community()) {
        return Err(words.refuse(400, "outside-jurisdiction", &[]));
    }
    if posted
        .ctx
        .authorize(&CASES_REPORT, report.place().area())
        .is_err()
    {
        return Err(words.refuse(403, "key-elsewhere", &[]));
    }
    let once = Once {
        key: sent_key,
        community: report.community(),
    };
    let key = once
        .key("open311.request", &new)
        .map_err(|problem| call.refused(problem))?;
    let reported = call
        .app
        .db()
        .execute_once(&posted.ctx, key, report)
        .await
        .map_err(|problem| call.refused(problem))?;
    attach(
        call,
        &posted.ctx,
        (reported.community, reported.id),
        posted.files,
        "report",
    )
    .await?;
    Ok(answer(call, &reported))
}

fn answer(call: &Call, reported: &Reported) -> Item {
    let args = [
        ("number", reported.number.clone()),
        ("code", reported.tracking_code.clone()),
        ("url", call.app.config().public_url.clone()),
    ];
    Item::List(
        "request",
        vec![Item::Record(vec![
            ("service_request_id", Item::text(reported.id.to_string())),
            (
                "service_notice",
                Item::Text(call.words().say("notice", &args)),
            ),
            ("account_id", Item::Null),
        ])],
    )
}

/// The client's own key for this request, so that sending it again has one effect.
pub(crate) struct Once {
    pub(crate) key: Option<String>,
    pub(crate) community: CommunityId,
}

impl Once {
    pub(crate) fn key(
        &self,
        route: &str,
        body: &impl serde::Serialize,
    ) -> Result<Option<IdempotencyKey>, Problem> {
        youlin_web::idempotency(self.key.as_deref(), self.community, route, body)
    }
}

/// `Idempotency-Key`, as the REST interface takes it.
pub(crate) fn sent_key(headers: &HeaderMap, words: Words<'_>) -> Outcome<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().map(str::trim).unwrap_or_default();
    if key.is_empty() || key.chars().count() > 200 {
        return Err(words.refuse(400, "idempotency-key", &[]));
    }
    Ok(Some(key.to_owned()))
}

/// Photographs join the case; the command takes the same one only once.
pub(crate) async fn attach(
    call: &Call,
    ctx: &Ctx,
    (community, case): (CommunityId, Uuid),
    files: Vec<StoredFile>,
    stage: &'static str,
) -> Outcome<()> {
    for file in files {
        let command = AttachFile {
            community,
            case,
            file,
            stage,
            locate: stage == "report",
        };
        call.app
            .db()
            .execute(ctx, command)
            .await
            .map_err(|problem| call.refused(problem))?;
    }
    Ok(())
}

fn new_case(
    posted: &Posted,
    cases: &Cases,
    category: &Category,
    sent_key: Option<&str>,
    words: Words<'_>,
) -> Outcome<NewCase> {
    let params = &posted.params;
    let mut faults = Vec::new();
    let place = place(posted, cases.locator(), words, &mut faults);
    let answers = answers(params, category, words, &mut faults);
    let text = description(params, category, posted.ctx.locale(), words, &mut faults);
    if !faults.is_empty() {
        return Err(Refusal(faults));
    }
    let request = posted.ctx.request_id().simple().to_string();
    Ok(NewCase {
        source: Source::Open311,
        text,
        category: category.code.clone(),
        urgency: Urgency::Normal,
        place,
        reporter: None,
        contact: contact(params),
        answers,
        external_key: Some(open311_mark(posted.machine, sent_key.unwrap_or(&request))),
        call: None,
    })
}

type Faults = Vec<(u16, String)>;

/// Position, address id and address text; the house decides which of them is the most precise.
fn place(posted: &Posted, locator: &Locator, words: Words<'_>, faults: &mut Faults) -> PlaceInput {
    let params = &posted.params;
    let mut degrees = |name: &'static str| {
        let text = params.get(name)?;
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            faults.push((
                400,
                words.say(
                    "not-degrees",
                    &[("name", name.into()), ("text", shortened(text))],
                ),
            ));
        }
        number
    };
    let mut place = PlaceInput {
        lat: degrees("lat"),
        lon: degrees("long"),
        text: params.get("address_string").map(str::to_owned),
        ..PlaceInput::default()
    };
    match params
        .get("address_id")
        .map(|text| (text, params::id(text)))
    {
        None => {}
        Some((_, Some(id))) if locator.dwelling(id).is_some() => place.dwelling = Some(id),
        Some((_, Some(id))) if locator.building(id).is_some() => place.building = Some(id),
        Some((text, _)) => {
            faults.push((
                400,
                words.say("address-id-unknown", &[("id", shortened(text))]),
            ));
        }
    }
    if place.is_empty() && faults.is_empty() {
        // A photograph often knows where it was taken.
        let taken = posted.files.iter().find_map(|file| file.position);
        (place.lon, place.lat) = (taken.map(|at| at.0), taken.map(|at| at.1));
        if taken.is_none() {
            faults.push((400, words.say("place-needed", &[])));
        }
    }
    place
}

/// `attribute[…]` by the type of each question; whether they suit is the house's to say.
fn answers(
    params: &Params,
    category: &Category,
    words: Words<'_>,
    faults: &mut Faults,
) -> BTreeMap<String, Value> {
    let mut answers = BTreeMap::new();
    for (code, mut values) in params.attributes() {
        values.retain(|value| !value.trim().is_empty());
        let many = category
            .questions
            .iter()
            .any(|question| question.code == code && question.kind == QuestionType::MultiValueList);
        let answer = match (many, values.len()) {
            (_, 0) => continue,
            (true, _) => Value::from(values.iter().map(|value| value.trim()).collect::<Vec<_>>()),
            (false, 1) => Value::from(values[0].trim()),
            (false, _) => {
                faults.push((
                    400,
                    words.say("attribute-once", &[("code", shortened(&code))]),
                ));
                continue;
            }
        };
        answers.insert(code, answer);
    }
    answers
}

/// The reporter's words, then the address of a picture elsewhere. It is written down, never fetched.
fn description(
    params: &Params,
    category: &Category,
    locale: youlin_kernel::Locale,
    words: Words<'_>,
    faults: &mut Faults,
) -> String {
    // The specification lets a client leave the description out; the name of the service says what it is about then.
    let mut text = params
        .get("description")
        .unwrap_or(category.name_in(locale))
        .to_owned();
    for url in params.list("media_url") {
        let web = url.starts_with("https://") || url.starts_with("http://");
        if !web || url.len() > MOST_URL || url.chars().any(|c| c.is_control() || c.is_whitespace())
        {
            faults.push((400, words.say("media-url", &[])));
            continue;
        }
        text.push('\n');
        text.push_str(&words.say("media-line", &[("url", url.to_owned())]));
    }
    text
}

/// Whoever reports. `device_id` and `account_id` are accepted and not kept: nothing here needs them.
fn contact(params: &Params) -> Option<Reporter> {
    let part = |name: &str| params.get(name).unwrap_or_default();
    let (first, last) = (part("first_name"), part("last_name"));
    // Chinese names have the family name first and no blank.
    let chinese = [first, last]
        .concat()
        .chars()
        .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let name = if chinese {
        format!("{last}{first}")
    } else {
        format!("{first} {last}").trim().to_owned()
    };
    let contact = Reporter {
        name,
        phone: part("phone").to_owned(),
        email: part("email").to_owned(),
    };
    (contact != Reporter::default()).then_some(contact)
}
