//! `/rounds/new`: a round written down, in one's own words and with what was found. The desk uses the same page for what
//! somebody tells on the telephone or brings on paper.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::DateTime;
use serde::Deserialize;
use serde_json::Value as Json;
use uuid::Uuid;
use youlin_cases::upload::{self, Upload};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};
use youlin_places::permissions::PLACES_READ;
use youlin_places::rivers::{Bank, Reach, reach};
use youlin_web::{
    ApiQuery, App, Caller, Choice, FormFaults, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::asked::{Asked, asked, proposed};
use super::shell;
use crate::checklists;
use crate::model::{Channel, Outcome, RoundKind, Severity, Subject, SubjectKind};
use crate::permissions::{ROUNDS_READ, may_walk};
use crate::queries::{PolicyView, policies};
use crate::service::Rounds;
use crate::{AttachPhoto, NewFinding, NewRound, prepare};

/// What is looked at on the water, by category of the catalogue.
pub(super) const RIVER: [&str; 3] = ["E-0104", "E-0105", "E-0106"];
/// Findings a page has room for.
const ROOM: usize = 6;

/// One finding as typed.
#[derive(Clone, Debug, Default)]
struct FoundForm {
    category: String,
    text: String,
    bank: String,
    severity: String,
    on_spot: bool,
}

impl FoundForm {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.category.is_empty()
    }
}

/// The form as typed.
#[derive(Clone, Debug, Default)]
struct RoundForm {
    id: String,
    reach: String,
    policy: String,
    channel: String,
    outcome: String,
    began: String,
    ended: String,
    text: String,
    reason: String,
    found: Vec<FoundForm>,
    /// Answers to the checklist as texts, by question.
    answers: BTreeMap<String, Json>,
}

#[derive(Template)]
#[template(path = "round_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    f: RoundForm,
    reach_name: String,
    questions: Vec<Asked>,
    /// What was named in the sentence without saying enough, and that findings want confirming.
    notes: Vec<String>,
    policies: Vec<Choice>,
    channels: Vec<Choice>,
    outcomes: Vec<Choice>,
    categories: Vec<Choice>,
    severities: Vec<Choice>,
    banks: Vec<Choice>,
}

impl FormPage {
    /// The name faults of an answer have.
    fn fault(&self, question: &str) -> String {
        format!("answers.{question}")
    }

    /// The first and those that hold something stand open.
    fn stands_open(&self, index: &usize) -> bool {
        *index == 0 || self.f.found.get(*index).is_some_and(|one| !one.is_empty())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Start {
    reach: Uuid,
    #[serde(default)]
    policy: String,
}

/// A reach one may walk, though one may not read the whole register of places.
async fn walked(app: &App, ctx: &Ctx, id: Uuid) -> Result<Reach> {
    let scope = match ctx.scope(&PLACES_READ) {
        Ok(scope) => scope,
        Err(_not_of_the_register) => ctx.scope(&ROUNDS_READ)?,
    };
    reach(app.db(), &scope, id).await
}

/// `GET /rounds/new?reach=`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let reach = walked(&app, &ctx, start.reach).await?;
    may_walk(&ctx, reach.community, &[])?;
    let now = ctx.now();
    let f = RoundForm {
        id: ctx.new_id().to_string(),
        reach: reach.id.to_string(),
        policy: start.policy,
        began: typed(now.plus(-30 * Micros::MINUTE)),
        ended: typed(now),
        ..RoundForm::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&form_page(s, &app, &reach, f, FormFaults::none()).await?)
}

/// As a browser's field for date and time writes it.
fn typed(at: Micros) -> String {
    at.local().strftime("%Y-%m-%dT%H:%M").to_string()
}

async fn form_page(
    s: Shell,
    app: &App,
    reach: &Reach,
    mut f: RoundForm,
    e: FormFaults,
) -> Result<FormPage> {
    f.found.resize_with(ROOM, FoundForm::default);
    let scope = s.ctx().scope(&ROUNDS_READ)?;
    let open = policies(app.db(), &scope).await?;
    let fits = |one: &&PolicyView| {
        one.closed_at.is_none()
            && one.community == reach.community
            && one.policy.subjects == SubjectKind::Reach
            && one.covers(reach.id)
    };
    let mut choices = vec![Choice::new("", s.t("patrol-no-policy"))];
    choices.extend(
        open.iter()
            .filter(fits)
            .map(|one| Choice::new(one.id.to_string(), &one.title)),
    );
    let rounds = app.need::<Rounds>()?;
    let catalogue = rounds.cases.catalogue();
    let mut categories = vec![Choice::new("", s.t("finding-none"))];
    categories.extend(RIVER.iter().filter_map(|code| {
        let category = catalogue.get(code)?;
        Some(Choice::new(*code, category.name_in(s.ctx().locale())))
    }));
    let worded = |family: &str, codes: &[&str]| -> Vec<Choice> {
        codes
            .iter()
            .map(|code| Choice::new(*code, s.tt(family, code)))
            .collect()
    };
    let mut banks = vec![Choice::new("", s.t("finding-bank-none"))];
    banks.extend(worded("bank", &["left", "right"]));
    Ok(FormPage {
        reach_name: reach.full_name(),
        questions: checklists::shipped_form(checklists::RIVER)
            .map(|form| asked(&s, &form, &f.answers))
            .unwrap_or_default(),
        notes: Vec::new(),
        policies: choices,
        channels: worded("patrol-channel", &["page", "phone", "paper"]),
        outcomes: worded("patrol-outcome", &["done", "tried", "skipped"]),
        severities: worded("finding-severity", &["low", "medium", "high", "immediate"]),
        categories,
        banks,
        f,
        e,
        s,
    })
}

fn read(upload: &Upload) -> RoundForm {
    let text = |name: &str| upload.text(name).to_owned();
    let found = (0..ROOM).map(|index| {
        let part = |name: &str| upload.text(&format!("{name}_{index}")).to_owned();
        FoundForm {
            category: part("category"),
            text: part("found"),
            bank: part("bank"),
            severity: part("severity"),
            on_spot: !part("on_spot").is_empty(),
        }
    });
    RoundForm {
        id: text("id"),
        reach: text("reach"),
        policy: text("policy"),
        channel: text("channel"),
        outcome: text("outcome"),
        began: text("began"),
        ended: text("ended"),
        text: text("text"),
        reason: text("reason"),
        found: found.collect(),
        answers: answers(upload),
    }
}

/// What was answered; unanswered questions are left out.
fn answers(upload: &Upload) -> BTreeMap<String, Json> {
    upload
        .starting_with("a_")
        .into_iter()
        .map(|(question, values)| (question, Json::String(values.join(" "))))
        .collect()
}

/// Fills the checklist from the sentence: what was answered by hand stays. Says what stays unsure.
fn fill(s: &Shell, f: &mut RoundForm) -> Vec<String> {
    let Some(form) = checklists::shipped_form(checklists::RIVER) else {
        return Vec::new();
    };
    let (filled, unsure) = checklists::read_river(&form, &f.text);
    for (question, value) in filled {
        f.answers.entry(question).or_insert(Json::String(value));
    }
    let locale = s.ctx().locale();
    unsure
        .iter()
        .map(|one| {
            let question = checklists::label(locale, &form, &one.question);
            let words = one.span.of(&f.text);
            s.t2("patrol-unsure", &("question", question), &("words", words))
        })
        .collect()
}

/// Rows for what the answers lead to, when none was written by hand. Says whether there are any.
fn propose(ctx: &Ctx, f: &mut RoundForm) -> bool {
    if f.found.iter().any(|one| !one.is_empty()) {
        return false;
    }
    let Some(form) = checklists::shipped_form(checklists::RIVER) else {
        return false;
    };
    let rows: Vec<FoundForm> = proposed(ctx, &form, &f.answers)
        .into_iter()
        .take(ROOM)
        .map(|(category, severity, text, on_spot)| FoundForm {
            category,
            text,
            bank: String::new(),
            severity: severity.to_owned(),
            on_spot,
        })
        .collect();
    let any = !rows.is_empty();
    if any {
        f.found = rows;
    }
    any
}

fn moment(field: &'static str, text: &str) -> Result<Micros> {
    let civil: DateTime = text
        .parse()
        .map_err(|_no_time| Problem::invalid(field, "no-time"))?;
    let day = Micros::start_of(civil.date());
    let of_day = civil.time().duration_since(jiff::civil::Time::midnight());
    Ok(day.plus(i64::try_from(of_day.as_micros()).unwrap_or(0)))
}

/// Ids of a page's findings follow from the round's, so that the same page sent again is the same round.
fn finding_id(round: Uuid, index: usize) -> Uuid {
    let mut bytes = *round.as_bytes();
    let index = u8::try_from(index + 1).unwrap_or(u8::MAX);
    bytes[15] ^= index;
    bytes[14] ^= 0xA5;
    Uuid::from_bytes(bytes)
}

fn new_round(community: CommunityId, f: &RoundForm) -> Result<NewRound> {
    let id: Uuid =
        f.id.parse()
            .map_err(|_no_id| Problem::invalid("id", "required"))?;
    let reach: Uuid = f.reach.parse().map_err(|_no_id| Problem::not_found())?;
    let outcome = Outcome::parse(&f.outcome).unwrap_or(Outcome::Done);
    let mut findings = Vec::new();
    for (index, found) in f.found.iter().enumerate() {
        if found.is_empty() {
            continue;
        }
        findings.push(NewFinding {
            id: finding_id(id, index),
            category: found.category.clone(),
            severity: Severity::parse(&found.severity).unwrap_or(Severity::Low),
            text: found.text.clone(),
            on_spot: found.on_spot,
            lon: None,
            lat: None,
            bank: Bank::parse(&found.bank),
        });
    }
    Ok(NewRound {
        id,
        kind: RoundKind::Patrol,
        community,
        subject: Subject {
            kind: SubjectKind::Reach,
            id: reach,
        },
        policy: f.policy.parse().ok(),
        outcome,
        channel: Channel::parse(&f.channel).unwrap_or(Channel::Page),
        began_at: moment("began", &f.began)?,
        ended_at: moment("ended", &f.ended)?,
        sent_at: None,
        text: f.text.clone(),
        checklist: (outcome == Outcome::Done).then(|| checklists::RIVER.to_owned()),
        answers: f.answers.clone(),
        findings,
        reason: f.reason.clone(),
        try_again_at: None,
    })
}

/// `POST /rounds`.
pub(super) async fn hand_in(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    request: Request,
) -> WebResult<Response> {
    let upload = upload::read(&app, request).await?;
    let mut f = read(&upload);
    let reach_id: Uuid = f.reach.parse().map_err(|_no_id| Problem::not_found())?;
    let reach = walked(&app, &ctx, reach_id).await?;
    let asked_to_fill = !upload.text("fill").is_empty();
    let done = Outcome::parse(&f.outcome).unwrap_or(Outcome::Done) == Outcome::Done;
    if asked_to_fill || (done && f.text.is_empty() && f.answers.is_empty()) {
        return confirm(&app, &ctx, prefs, &reach, f, asked_to_fill).await;
    }
    if done && propose(&ctx, &mut f) {
        return confirm(&app, &ctx, prefs, &reach, f, false).await;
    }
    match handed_in(&app, &ctx, &reach, &f, upload).await {
        Ok(id) => Ok(Redirect::to(&format!("/rounds/{id}?saved=1")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let body = form_page(s, &app, &reach, f, e).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

/// The page again with what follows from the sentence and the answers, for the walker to look over.
async fn confirm(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    reach: &Reach,
    mut f: RoundForm,
    from_text: bool,
) -> WebResult<Response> {
    let s = shell(app, ctx, prefs);
    let mut notes = if from_text {
        fill(&s, &mut f)
    } else {
        Vec::new()
    };
    propose(ctx, &mut f);
    if f.found.iter().any(|one| !one.is_empty()) {
        notes.insert(0, s.t("patrol-confirm"));
    } else if f.answers.is_empty() {
        notes.insert(0, s.t("patrol-nothing-read"));
    }
    let body = FormPage {
        notes,
        ..form_page(s, app, reach, f, FormFaults::none()).await?
    };
    page(&body)
}

async fn handed_in(
    app: &App,
    ctx: &Ctx,
    reach: &Reach,
    f: &RoundForm,
    upload: Upload,
) -> Result<Uuid> {
    if let Some(fault) = upload.fault {
        return Err(fault);
    }
    let rounds = app.need::<Rounds>()?;
    let new = new_round(reach.community, f)?;
    let command = prepare(&rounds, app.db(), ctx, new).await?;
    let done = app.db().execute(ctx, command).await?;
    // One finding: the photographs are of it.
    let finding = match done.findings.as_slice() {
        [only] => Some(only.id),
        _ => None,
    };
    for file in upload.files {
        let attach = AttachPhoto {
            community: reach.community,
            round: done.id,
            finding,
            stage: "",
            file,
        };
        app.db().execute(ctx, attach).await?;
    }
    Ok(done.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_sent_again_has_the_same_ids() {
        let round = Uuid::from_u128(0x0193_5f00_0000_7000_8000_0000_0000_0001);
        let ids: Vec<Uuid> = (0..ROOM).map(|index| finding_id(round, index)).collect();
        let again: Vec<Uuid> = (0..ROOM).map(|index| finding_id(round, index)).collect();
        assert_eq!(ids, again);
        let different: std::collections::BTreeSet<_> = ids.iter().chain([&round]).collect();
        assert_eq!(different.len(), ROOM + 1);
    }

    #[test]
    fn a_typed_time_is_local() {
        let at = moment("began", "2026-11-26T09:30").expect("a time");
        assert_eq!(at.local_minute(), "2026-11-26 09:30");
        assert_eq!(typed(at), "2026-11-26T09:30");
        assert!(moment("began", "gestern").is_err());
    }
}
