//! `/rounds/premises/{id}/inspect`: an inspection by the checklist. First the answers; then what follows from them, judged by the
//! rules in use, for the inspector to place (section, stalls), to say who puts it right by when, and to confirm.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_cases::upload::{self, Upload};
use youlin_checklist::{Finding, Form, word};
use youlin_kernel::{Ctx, Micros, Problem, ProblemKind, Result};
use youlin_people::{Directory, Party};
use youlin_places::premises::{Premises, PremisesView, StallView};
use youlin_web::{
    ApiQuery, App, Caller, Choice, FormFaults, PathId, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::super::form::{moment, typed_time};
use super::super::shell;
use super::answers::{self, Asked, KNOWN, Repeated};
use super::{place, words};
use crate::checklists;
use crate::model::{Channel, Outcome, RoundKind, Severity, Subject, SubjectKind};
use crate::permissions::{ROUNDS_READ, ROUNDS_WALK, may_walk};
use crate::queries::{EXAMPLE_FOR, RuleSetView, in_use, policies, rule_sets};
use crate::service::Rounds;
use crate::{AttachPhoto, NewFinding, NewHazard, NewInspection, NewRound, prepare_inspection};

/// The checklist premises are inspected by.
const CHECKLIST: &str = "market-fire@1";

/// What follows from the answers, as the inspector completes it.
#[derive(Clone, Debug, Default)]
struct Follows {
    rule: String,
    /// `1`, or `1.2`.
    place: String,
    label: String,
    category: String,
    severity: String,
    /// Measured, required and verdict in words; empty when nothing was measured.
    measured: String,
    text: String,
    section: String,
    stalls: String,
    fixer: String,
    cause: String,
    days: String,
    measures: String,
    on_spot: bool,
    may_on_spot: bool,
}

/// The form as typed.
#[derive(Clone, Debug, Default)]
struct Typed {
    id: String,
    policy: String,
    began: String,
    ended: String,
    text: String,
    answers: BTreeMap<String, Json>,
    /// Fingerprint of the answers the findings below were looked over for.
    confirmed: String,
    follows: Vec<Follows>,
}

#[derive(Template)]
#[template(path = "inspect.html")]
struct InspectPage {
    s: Shell,
    e: FormFaults,
    one: PremisesView,
    f: Typed,
    title: String,
    rules: String,
    questions: Vec<Asked>,
    repeats: Vec<Repeated>,
    parties: Vec<Choice>,
    policies: Vec<Choice>,
    sections: Vec<String>,
    note: String,
}

impl InspectPage {
    fn stalls_field(&self, index: &usize) -> String {
        format!("f_stalls_{index}")
    }

    fn fault(&self, name: &str) -> &str {
        let question = name.strip_prefix("a_").unwrap_or(name);
        self.e.on(&format!("answers.{question}"))
    }
}

/// Premises the caller may inspect, with their stalls.
async fn inspected(app: &App, ctx: &Ctx, id: Uuid) -> Result<(PremisesView, Vec<StallView>)> {
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let one = Premises::one(app.db().read(), &scope, id).await?;
    may_walk(ctx, one.community, &[one.grid, one.neighbourhood])?;
    if one.closed_at.is_some() {
        return Err(Problem::not_found());
    }
    let stalls = Premises::stalls(app.db().read(), &one, false).await?;
    Ok((one, stalls))
}

fn form() -> Result<Form> {
    checklists::shipped_form(CHECKLIST).ok_or_else(|| Problem::internal("no checklist of markets"))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Start {
    policy: String,
}

/// `GET /rounds/premises/{id}/inspect`.
pub(in crate::pages) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let (one, stalls) = inspected(&app, &ctx, id).await?;
    let now = ctx.now();
    let f = Typed {
        id: ctx.new_id().to_string(),
        policy: start.policy,
        began: typed_time(now.plus(-60 * Micros::MINUTE)),
        ended: typed_time(now),
        ..Typed::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&inspect_page(s, &app, one, &stalls, f, FormFaults::none()).await?)
}

async fn inspect_page(
    s: Shell,
    app: &App,
    one: PremisesView,
    stalls: &[StallView],
    f: Typed,
    e: FormFaults,
) -> Result<InspectPage> {
    let form = form()?;
    let language = checklists::language(s.ctx().locale());
    let sets = rule_sets(app.db().read()).await?;
    let rules = in_use(&sets, EXAMPLE_FOR, s.ctx().now().date());
    let scope = s.ctx().scope(&ROUNDS_WALK)?;
    let mut parties = vec![Choice::new("", s.t("hazard-nobody-yet"))];
    for organisation in Directory::organisations(app.db().read(), &scope, None).await? {
        parties.push(Choice::new(organisation.id.to_string(), organisation.name));
    }
    let policies = asking_policies(&s, app, &one).await?;
    let mut sections: Vec<String> = stalls.iter().map(|one| one.section.clone()).collect();
    sections.dedup();
    Ok(InspectPage {
        title: word(&form.checklist().title, language).to_owned(),
        rules: rules.map_or_else(String::new, |one| rules_words(&s, one)),
        questions: answers::main(&s, &form, &f.answers),
        repeats: answers::repeats(&s, &form, &f.answers),
        note: String::new(),
        parties,
        policies,
        sections,
        one,
        f,
        e,
        s,
    })
}

/// Policies an inspection of these premises may be handed in by.
async fn asking_policies(s: &Shell, app: &App, one: &PremisesView) -> Result<Vec<Choice>> {
    let scope = s.ctx().scope(&ROUNDS_READ)?;
    let asks = policies(app.db(), &scope)
        .await?
        .into_iter()
        .filter(|policy| {
            policy.closed_at.is_none()
                && policy.community == one.community
                && policy.policy.kind == RoundKind::Inspection
                && policy.policy.subjects == SubjectKind::Premises
                && policy.covers(one.id)
        });
    let mut choices = vec![Choice::new("", s.t("patrol-no-policy"))];
    choices.extend(asks.map(|policy| Choice::new(policy.id.to_string(), policy.title)));
    Ok(choices)
}

fn rules_words(s: &Shell, one: &RuleSetView) -> String {
    let status = crate::queries::status_code(&one.set.status);
    s.t2(
        "hazard-by-rules",
        &("set", one.name()),
        &("status", s.tt("rules-status", status)),
    )
}

fn read(form: &Form, upload: &Upload) -> Typed {
    let text = |name: &str| upload.text(name).to_owned();
    let follows = (0..).map_while(|index| {
        let part = |name: &str| upload.text(&format!("f_{name}_{index}")).to_owned();
        let rule = part("rule");
        (!rule.is_empty()).then(|| Follows {
            rule,
            place: part("place"),
            text: part("text"),
            section: part("section"),
            stalls: part("stalls"),
            fixer: part("fixer"),
            cause: part("cause"),
            days: part("days"),
            measures: part("measures"),
            on_spot: !part("on_spot").is_empty(),
            ..Follows::default()
        })
    });
    Typed {
        id: text("id"),
        policy: text("policy"),
        began: text("began"),
        ended: text("ended"),
        text: text("text"),
        answers: answers::read(form, upload),
        confirmed: text("confirmed"),
        follows: follows.collect(),
    }
}

fn fingerprint(answers: &BTreeMap<String, Json>) -> String {
    let bytes = serde_json::to_vec(answers).unwrap_or_default();
    hex::encode(Sha256::digest(&bytes))
}

fn dotted(place: &[u32]) -> String {
    let parts: Vec<String> = place.iter().map(u32::to_string).collect();
    parts.join(".")
}

/// The answers with what the registers and the clock know.
fn complete(
    ctx: &Ctx,
    one: &PremisesView,
    answers: &BTreeMap<String, Json>,
) -> BTreeMap<String, Json> {
    let mut all = answers.clone();
    let known = [one.name.clone(), ctx.now().date().to_string()];
    for (name, value) in KNOWN.iter().zip(known) {
        all.insert((*name).to_owned(), Json::String(value));
    }
    all
}

/// What follows from the answers; what was typed of the same finding before stays.
fn follow(s: &Shell, form: &Form, found: &[Finding], typed: &[Follows]) -> Vec<Follows> {
    let language = checklists::language(s.ctx().locale());
    let rules = &form.checklist().findings;
    found
        .iter()
        .map(|one| {
            let place = dotted(&one.place);
            let rule = rules.iter().find(|rule| rule.code == one.code);
            let label = rule
                .map_or("", |rule| word(&rule.label, language))
                .to_owned();
            let (measured, text) = match &one.judgement {
                None => (String::new(), label.clone()),
                Some(judged) => {
                    let was = words::measured(s, Some(CHECKLIST), judged);
                    let needed = words::required(s, Some(CHECKLIST), judged);
                    let line = s.t2("hazard-measured-line", &("was", &was), &("needed", &needed));
                    (line.clone(), format!("{label}：{line}"))
                }
            };
            let answer = |name: &str| {
                one.evidence
                    .get(name)
                    .map_or_else(String::new, ToString::to_string)
            };
            let fresh = Follows {
                section: answer("section").to_uppercase(),
                stalls: answer("stall"),
                text,
                ..Follows::default()
            };
            let before = typed
                .iter()
                .find(|before| before.rule == one.code && before.place == place);
            Follows {
                rule: one.code.clone(),
                place,
                label,
                category: one.category.clone(),
                severity: severity(one.severity).as_str().to_owned(),
                measured,
                may_on_spot: one.on_the_spot,
                ..before.cloned().unwrap_or(fresh)
            }
        })
        .collect()
}

fn severity(of: youlin_checklist::Severity) -> Severity {
    use youlin_checklist::Severity as S;
    match of {
        S::Low => Severity::Low,
        S::Medium => Severity::Medium,
        S::High => Severity::High,
        S::Immediate => Severity::Immediate,
    }
}

/// Ids follow from the round's, so that the same page sent again is the same inspection.
fn finding_id(round: Uuid, index: usize) -> Uuid {
    let mut bytes = *round.as_bytes();
    bytes[15] ^= u8::try_from(index + 1).unwrap_or(u8::MAX);
    bytes[14] ^= 0x5A;
    Uuid::from_bytes(bytes)
}

fn inspection(
    ctx: &Ctx,
    one: &PremisesView,
    stalls: &[StallView],
    f: &Typed,
) -> Result<NewInspection> {
    let id: Uuid =
        f.id.parse()
            .map_err(|_no_id| Problem::invalid("id", "required"))?;
    let mut faults = Problem::new(ProblemKind::Invalid, "invalid");
    let (mut findings, mut hazards) = (Vec::new(), Vec::new());
    for (index, found) in f.follows.iter().enumerate() {
        let finding = finding_id(id, index);
        findings.push(NewFinding {
            id: finding,
            category: found.category.clone(),
            severity: Severity::parse(&found.severity).unwrap_or(Severity::Medium),
            text: found.text.clone(),
            on_spot: found.on_spot && found.may_on_spot,
            noted: None,
            lon: None,
            lat: None,
            bank: None,
        });
        if found.on_spot && found.may_on_spot {
            continue;
        }
        let placed = place::stalls(&found.stalls, &found.section, stalls);
        if let Err(unknown) = &placed {
            faults = faults
                .and_field(format!("f_stalls_{index}"), "hazard-which-stall")
                .field_arg("stall", unknown);
        }
        let days = found.days.trim();
        let days = (!days.is_empty()).then(|| days.parse().unwrap_or(0));
        hazards.push(NewHazard {
            finding,
            rule: found.rule.clone(),
            place: found
                .place
                .split('.')
                .filter_map(|part| part.parse().ok())
                .collect(),
            section: found.section.clone(),
            stalls: placed.unwrap_or_default(),
            cause: found.cause.parse().ok().map(Party::organisation),
            fixer: found.fixer.parse().ok().map(Party::organisation),
            days,
            measures: found.measures.clone(),
        });
    }
    if !faults.fields().is_empty() {
        return Err(faults);
    }
    let round = NewRound {
        id,
        kind: RoundKind::Inspection,
        community: one.community,
        subject: Subject {
            kind: SubjectKind::Premises,
            id: one.id,
        },
        policy: f.policy.parse().ok(),
        outcome: Outcome::Done,
        channel: Channel::Page,
        began_at: moment("began", &f.began)?,
        ended_at: moment("ended", &f.ended)?,
        sent_at: None,
        text: f.text.clone(),
        checklist: Some(CHECKLIST.to_owned()),
        answers: complete(ctx, one, &f.answers),
        findings,
        reason: String::new(),
        try_again_at: None,
        photographs: 0,
        told_by: None,
        talk: None,
        track: None,
    };
    Ok(NewInspection { round, hazards })
}

/// `POST /rounds/premises/{id}/inspect`.
pub(in crate::pages) async fn hand_in(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    request: Request,
) -> WebResult<Response> {
    let upload = upload::read(&app, request).await?;
    let (one, stalls) = inspected(&app, &ctx, id).await?;
    let form = form()?;
    let mut f = read(&form, &upload);
    let s = shell(&app, &ctx, prefs);
    let answers = complete(&ctx, &one, &f.answers);
    let json = serde_json::to_value(&answers).map_err(Problem::internal)?;
    let answered = checklists::answered(&ctx, &form, &json);
    let sets = rule_sets(app.db().read()).await?;
    let rules = in_use(&sets, EXAMPLE_FOR, ctx.now().date()).map(|one| &one.set);
    let (found, _not_judged) = form.findings(&answered.state, rules);
    f.follows = follow(&s, &form, &found, &f.follows);
    let now = fingerprint(&f.answers);
    let looked_over = f.follows.is_empty() || f.confirmed == now;
    if answered.faults.is_empty() && !looked_over {
        f.confirmed = now;
        let note = s.t1("inspect-confirm", "count", f.follows.len());
        let body = InspectPage {
            note,
            ..inspect_page(s, &app, one, &stalls, f, FormFaults::none()).await?
        };
        return page(&body);
    }
    match handed_in(&app, &ctx, &one, &stalls, &f, upload).await {
        Ok(id) => Ok(Redirect::to(&format!("/rounds/{id}?saved=1")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let e = FormFaults::of(&s, &problem);
            f.confirmed = now;
            let body = inspect_page(s, &app, one, &stalls, f, e).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

async fn handed_in(
    app: &App,
    ctx: &Ctx,
    one: &PremisesView,
    stalls: &[StallView],
    f: &Typed,
    upload: Upload,
) -> Result<Uuid> {
    if let Some(fault) = upload.fault {
        return Err(fault);
    }
    let rounds = app.need::<Rounds>()?;
    let NewInspection { mut round, hazards } = inspection(ctx, one, stalls, f)?;
    round.photographs = u32::try_from(upload.files.len()).unwrap_or(u32::MAX);
    let command = prepare_inspection(&rounds, app.db(), ctx, round, hazards).await?;
    let done = app.db().execute(ctx, command).await?;
    let finding = match done.findings.as_slice() {
        [only] => Some(only.id),
        _ => None,
    };
    for file in upload.files {
        let attach = AttachPhoto {
            community: one.community,
            round: done.id,
            finding,
            stage: "",
            file,
        };
        app.db().execute(ctx, attach).await?;
    }
    Ok(done.id)
}
