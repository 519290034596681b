//! The filled form: looked over, refused with everything typed, or handed in.

use std::collections::BTreeMap;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::DateTime;
use serde::Deserialize;
use serde_json::Value as Json;
use uuid::Uuid;
use youlin_checklist::{Kind, NodeKind, write_answers};
use youlin_kernel::{Ctx, Micros, Problem, ProblemKind, Result};
use youlin_places::rivers::Bank;
use youlin_web::{
    ApiQuery, App, Caller, FormFaults, Prefs, Shell, WebResult, mendable, page, part, refused_with,
};

use super::found::{FoundForm, chainage, finding_id, settle, shot_field};
use super::hazard::hazards;
use super::start::form_for_preview;
use super::{
    AskedPart, Asking, FormPage, RoundForm, asking_of, faults, faults_while_typing, file_name,
    form_page, kind_of, name_files, read, subject_of,
};
use crate::checklists;
use crate::model::{Channel, Outcome, Severity};
use crate::pages::answer::{Proposed, Typed, folded, parts};
use crate::pages::go_back::MOST_PHOTOS;
use crate::pages::shell;
use crate::pages::upload::{self, Upload};
use crate::permissions::{ROUNDS_READ, ROUNDS_WALK};
use crate::queries::policy_view;
use crate::{AttachPhoto, NewFinding, NewRound, prepare_inspection};

/// `POST /rounds/form?more=|less=`: the questions as they stand now, for the page to take in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Turn {
    more: String,
    less: String,
}

pub(in crate::pages) async fn again(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(turn): ApiQuery<Turn>,
    request: Request,
) -> WebResult<Response> {
    ctx.scope(&ROUNDS_WALK)?;
    let upload = upload::read(&app, request).await?;
    let s = shell(&app, &ctx, prefs);
    let mut f = match subject_of(upload.text("subject")) {
        Some(subject) => {
            let asking = asking_of(&app, &ctx, subject, asked(&upload)).await?;
            read(&asking, &ctx, &upload)?
        }
        // A preview asks of nothing.
        None => RoundForm {
            checklist: upload.text("checklist").to_owned(),
            typed: Typed::read(&upload),
            ..RoundForm::default()
        },
    };
    let form = form_for_preview(&app, &ctx, &f.checklist).await?;
    turned(&form, &mut f, &turn);
    let answered = f.typed.evaluate(&ctx, &form);
    let e = faults_while_typing(&s, &form, &answered);
    let body = AskedPart {
        parts: folded(parts(&s, &form, &f.typed, &f.files, &answered), &e),
        e,
        s,
    };
    part(&body)
}

/// The checklist, and when the round began.
fn asked(upload: &Upload) -> (&str, &str) {
    (upload.text("checklist"), upload.text("began"))
}

fn turned(form: &youlin_checklist::Form, f: &mut RoundForm, turn: &Turn) {
    if !turn.more.is_empty() {
        f.typed.more(&turn.more);
    }
    if !turn.less.is_empty() {
        f.typed.less(form, &turn.less, &mut f.files);
        // A photograph that moved up is called by its new place.
        name_files(f);
    }
}

/// `POST /rounds`.
pub(in crate::pages) async fn hand_in(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    request: Request,
) -> WebResult<Response> {
    let upload = upload::read(&app, request).await?;
    let subject = subject_of(upload.text("subject")).ok_or_else(Problem::not_found)?;
    let asking = asking_of(&app, &ctx, subject, asked(&upload)).await?;
    let mut f = read(&asking, &ctx, &upload)?;
    let turn = Turn {
        more: upload.text("more").to_owned(),
        less: upload.text("less").to_owned(),
    };
    let s = shell(&app, &ctx, prefs);
    if !turn.more.is_empty() || !turn.less.is_empty() {
        if let Some(form) = asking.form() {
            turned(form, &mut f, &turn);
        }
        return page(&form_page(s, &app, &asking, f, FormFaults::none()).await?);
    }
    if !upload.text("fill").is_empty() {
        return confirm(s, &app, &asking, f, true).await;
    }
    let done = Outcome::parse(&f.outcome).unwrap_or(Outcome::Done) == Outcome::Done;
    // A file that was refused is said at once: the page to look over would pass over it.
    let files_fit = upload.faults.is_empty() && f.photos.len() <= MOST_PHOTOS;
    if done && files_fit && looks_over(&s, &asking, &mut f) {
        return confirm(s, &app, &asking, f, false).await;
    }
    match handed_in(&app, &s, &asking, &mut f, &upload).await {
        Ok(id) => Ok(Redirect::to(&format!("/rounds/{id}?saved=1")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let mut e = faults(&s, &problem, &f);
            for (field, problem) in &upload.faults {
                let own = field.strip_prefix("p_").map(|one| format!("a_{one}"));
                let own = own.or_else(|| shot_field(&f.found, field));
                for (_, sentence) in FormFaults::of(&s, problem).fields {
                    let own = own.clone().unwrap_or_else(|| "photo".to_owned());
                    e.fields.push((own, sentence));
                }
            }
            let body = form_page(s, &app, &asking, f, e).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

/// Whether the answers lead to something that was not yet looked at. What cannot be read is mended first.
fn looks_over(s: &Shell, asking: &Asking, f: &mut RoundForm) -> bool {
    let Some(form) = asking.form() else {
        return false;
    };
    let answered = f.typed.evaluate(s.ctx(), form);
    if !answered.faults.is_empty() {
        return false;
    }
    let follows = asking.follows(s, f);
    settle(&mut f.found, &follows)
}

/// The page again with what follows from the sentence and the answers, for the walker to look over.
async fn confirm(
    s: Shell,
    app: &App,
    asking: &Asking,
    mut f: RoundForm,
    from_text: bool,
) -> WebResult<Response> {
    let mut notes = Vec::new();
    if from_text {
        notes = fill(&s, asking, &mut f);
        let follows = asking.follows(&s, &mut f);
        settle(&mut f.found, &follows);
    }
    let count = f.found.iter().filter(|one| !one.is_empty()).count();
    if count > 0 && asking.of_premises() {
        notes.insert(0, s.t1("inspect-confirm", "count", count));
    } else if count > 0 {
        notes.insert(0, s.t("patrol-confirm"));
    } else if f.typed.values.is_empty() {
        notes.insert(0, s.t("patrol-nothing-read"));
    }
    let body = FormPage {
        notes,
        ..form_page(s, app, asking, f, FormFaults::none()).await?
    };
    page(&body)
}

/// Fills the checklist from the sentence, also when the sentence was mended; what was answered by hand stays, and where the
/// sentence says otherwise that is asked. Says what stays unsure.
fn fill(s: &Shell, asking: &Asking, f: &mut RoundForm) -> Vec<String> {
    let Some(form) = asking.form() else {
        return Vec::new();
    };
    let (filled, unsure) = checklists::read_sentence(&f.checklist, form, &f.text);
    let locale = s.ctx().locale();
    let mut notes = Vec::new();
    for question in take_in(f, filled) {
        let label = checklists::label(locale, form, &question);
        notes.push(s.t1("patrol-answered-otherwise", "question", label));
    }
    notes.extend(unsure.iter().map(|one| {
        let question = checklists::label(locale, form, &one.question);
        let words = one.span.of(&f.text);
        s.t2("patrol-unsure", &("question", question), &("words", words))
    }));
    notes
}

/// Takes in what the sentence says. Answers what somebody answered otherwise by hand: that stays.
fn take_in(f: &mut RoundForm, filled: impl IntoIterator<Item = (String, String)>) -> Vec<String> {
    let mut otherwise = Vec::new();
    for (question, value) in filled {
        let stands = f.typed.values.get(&question).filter(|one| !one.is_empty());
        let untouched = stands.is_none() || stands == f.by_sentence.get(&question);
        if untouched {
            f.typed.values.insert(question.clone(), value.clone());
            f.by_sentence.insert(question, value);
        } else if stands != Some(&value) {
            otherwise.push(question);
        }
    }
    otherwise
}

/// A time as a browser's field writes it.
pub(in crate::pages) fn moment(field: &'static str, text: &str) -> Result<Micros> {
    let civil: DateTime = text
        .parse()
        .map_err(|_no_time| Problem::invalid(field, "no-time"))?;
    let day = Micros::start_of(civil.date());
    let of_day = civil.time().duration_since(jiff::civil::Time::midnight());
    Ok(day.plus(i64::try_from(of_day.as_micros()).unwrap_or(0)))
}

/// What stands of the answers; when something is wrong with them, all of them as typed, so that it is said.
fn answers(ctx: &Ctx, asking: &Asking, f: &mut RoundForm) -> BTreeMap<String, Json> {
    let Some(form) = asking.form() else {
        return BTreeMap::new();
    };
    let answered = f.typed.evaluate(ctx, form);
    let json = if answered.faults.is_empty() {
        write_answers(&answered.state.answers(form))
    } else {
        f.typed.json(form)
    };
    match json {
        Json::Object(object) => object.into_iter().collect(),
        _ => BTreeMap::new(),
    }
}

async fn new_round(
    app: &App,
    ctx: &Ctx,
    asking: &Asking,
    f: &mut RoundForm,
    follows: &[Proposed],
) -> Result<NewRound> {
    let id: Uuid =
        f.id.parse()
            .map_err(|_no_id| Problem::invalid("id", "required"))?;
    let outcome = Outcome::parse(&f.outcome).unwrap_or(Outcome::Done);
    let policy: Option<Uuid> = f.policy.parse().ok();
    let held = match policy {
        Some(id) => Some(policy_view(app.db(), &ctx.scope(&ROUNDS_READ)?, id).await?),
        None => None,
    };
    let along = along(asking, f)?;
    let rows = f.found.iter().enumerate();
    let findings = rows.filter(|(_, row)| !row.is_empty()).map(|(index, row)| {
        let rule = follows.iter().find(|one| one.key == row.key);
        let typed = along.get(&index).copied();
        let position = typed.or_else(|| rule.and_then(|one| one.position));
        NewFinding {
            id: finding_id(id, index),
            category: row.category.clone(),
            severity: Severity::parse(&row.severity).unwrap_or(Severity::Low),
            text: as_kept(&row.text, rule.map(|one| (&one.text, &one.kept))),
            on_spot: row.on_spot,
            noted: Some(as_kept(
                &row.noted,
                rule.map(|one| (&one.noted, &one.noted_kept)),
            ))
            .filter(|why| !why.trim().is_empty()),
            lon: position.map(|at| at.0),
            lat: position.map(|at| at.1),
            bank: Bank::parse(&row.bank),
        }
    });
    let findings = findings.collect();
    let subject = asking.subject.subject;
    let done = outcome == Outcome::Done;
    Ok(NewRound {
        id,
        kind: kind_of(held.as_ref(), asking.form(), subject.kind),
        community: asking.subject.community,
        subject,
        policy,
        outcome,
        channel: Channel::parse(&f.channel).unwrap_or(Channel::Page),
        began_at: moment("began", &f.began)?,
        ended_at: moment("ended", &f.ended)?,
        sent_at: None,
        text: f.text.clone(),
        checklist: (done && asking.known.is_some()).then(|| f.checklist.clone()),
        answers: if done {
            answers(ctx, asking, f)
        } else {
            BTreeMap::new()
        },
        findings,
        reason: f.reason.clone(),
        try_again_at: None,
        track: None,
        talk: None,
        photographs: u32::try_from(f.photographs()).unwrap_or(u32::MAX),
        told_by: Some(f.told_by.trim().to_owned()).filter(|name| !name.is_empty()),
        on_behalf: !f.on_behalf.is_empty(),
    })
}

/// Words of the house that nobody changed are kept in its own language, somebody's own as they were typed.
fn as_kept(typed: &str, house: Option<(&String, &String)>) -> String {
    let untouched = house.filter(|(shown, _)| shown.trim() == typed.trim());
    untouched.map_or_else(|| typed.to_owned(), |(_, kept)| kept.clone())
}

/// Where findings lie along a reach, by what was typed of it; every row at fault is named at once.
fn along(asking: &Asking, f: &RoundForm) -> Result<BTreeMap<usize, (f64, f64)>> {
    let Some(course) = &asking.subject.course else {
        return Ok(BTreeMap::new());
    };
    let line = &course.line;
    let length = line.length_m();
    let mut found = BTreeMap::new();
    let mut faults = Problem::new(ProblemKind::Invalid, "invalid");
    let rows = f.found.iter().enumerate();
    for (index, row) in rows.filter(|(_, row)| !row.is_empty() && !row.chainage.is_empty()) {
        match chainage(&row.chainage) {
            // A metre more for whoever rounds up at the end.
            Some(metres) if metres <= length + 1.0 => {
                found.insert(index, line.at(metres));
            }
            Some(_) => {
                faults = faults
                    .and_field(format!("chainage_{index}"), "finding-chainage-beyond")
                    .field_arg("end", youlin_places::rivers::chainage(length));
            }
            None => {
                faults = faults.and_field(format!("chainage_{index}"), "finding-chainage");
            }
        }
    }
    match faults.fields().is_empty() {
        true => Ok(found),
        false => Err(faults),
    }
}

/// Who spoke on the telephone or wrote the sheet has to be said: whoever hands it in was not there.
fn told(f: &RoundForm) -> Result<()> {
    let second_hand = matches!(
        Channel::parse(&f.channel),
        Some(Channel::Phone | Channel::Paper)
    );
    if second_hand && f.told_by.trim().is_empty() {
        return Err(Problem::invalid("told_by", "round-told-by"));
    }
    Ok(())
}

async fn handed_in(
    app: &App,
    s: &Shell,
    asking: &Asking,
    f: &mut RoundForm,
    upload: &Upload,
) -> Result<Uuid> {
    let ctx = s.ctx();
    if !upload.faults.is_empty() {
        return Err(Problem::new(ProblemKind::Invalid, "invalid"));
    }
    if f.photos.len() > MOST_PHOTOS {
        f.photos.truncate(MOST_PHOTOS);
        let problem = Problem::invalid("photo", "too-many-photographs");
        return Err(problem.field_arg("max", MOST_PHOTOS));
    }
    let same = f.found.iter().position(FoundForm::is_one_picture);
    if let Some(index) = same {
        let problem = Problem::new(ProblemKind::Invalid, "invalid");
        return Err(problem.and_field(format!("after_{index}"), "finding-photos-same"));
    }
    told(f)?;
    let follows = asking.follows(s, f);
    let new = new_round(app, ctx, asking, f, &follows).await?;
    let hazards = hazards(asking, f, (new.id, new.kind, new.outcome), &follows)?;
    let command = prepare_inspection(&asking.rounds, app.db(), ctx, new, hazards).await?;
    let done = app.db().execute(ctx, command).await?;
    attach(app, ctx, asking, f, &follows, done.id).await?;
    Ok(done.id)
}

/// Photographs go with the finding they are evidence of; others with the only finding, if there is just one. Those of what was put
/// right at once say which side they show.
async fn attach(
    app: &App,
    ctx: &Ctx,
    asking: &Asking,
    f: &RoundForm,
    follows: &[Proposed],
    round: Uuid,
) -> Result<()> {
    let rows: Vec<usize> = (0..f.found.len())
        .filter(|index| !f.found[*index].is_empty())
        .collect();
    let only = match rows.as_slice() {
        [only] => Some(finding_id(round, *only)),
        _ => None,
    };
    let of = |question: &String| {
        let rule = follows.iter().find(|one| one.files.contains(question))?;
        let row = rows.iter().find(|index| f.found[**index].key == rule.key)?;
        Some(finding_id(round, *row))
    };
    // Who signed says nothing of what was found.
    let signed = |question: &String| {
        let form = asking.form();
        let node = form.and_then(|form| form.node(question.split('.').next()?));
        node.is_some_and(|node| match &node.kind {
            NodeKind::Field(field) => field.kind == Kind::Signature,
            _ => false,
        })
    };
    let answers = f.files.iter().map(|(question, kept)| {
        let mut file = kept.file.clone();
        file.name = Some(file_name(question, kept));
        let only = only.filter(|_| !signed(question));
        (of(question).or(only), "", file)
    });
    let mut all = Vec::new();
    for index in &rows {
        let finding = Some(finding_id(round, *index));
        for (stage, kept) in f.found[*index].shots() {
            all.push((finding, stage, kept.file.clone()));
        }
    }
    all.extend(answers);
    all.extend(f.photos.iter().map(|kept| (only, "", kept.file.clone())));
    for (finding, stage, file) in all {
        let attach = AttachPhoto {
            community: asking.subject.community,
            round,
            finding,
            stage,
            file,
        };
        app.db().execute(ctx, attach).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::start::typed_time;
    use super::*;

    #[test]
    fn a_mended_sentence_mends_what_it_filled_and_nothing_else() {
        let said = |all: &[(&str, &str)]| -> BTreeMap<String, String> {
            let all = all.iter();
            all.map(|(question, value)| ((*question).to_owned(), (*value).to_owned()))
                .collect()
        };
        let mut f = RoundForm::default();
        f.typed.values = said(&[("smell", "yes")]);
        let first = said(&[("floating", "few"), ("bank", "some"), ("smell", "yes")]);
        assert!(take_in(&mut f, first).is_empty());
        // One answer is changed by hand, then the sentence is mended.
        f.typed.values.insert("bank".into(), "much".into());
        let second = said(&[("floating", "much"), ("bank", "none"), ("smell", "no")]);
        assert_eq!(take_in(&mut f, second), ["bank", "smell"]);
        let stands = said(&[("floating", "much"), ("bank", "much"), ("smell", "yes")]);
        assert_eq!(f.typed.values, stands);
    }

    #[test]
    fn a_typed_time_is_local() {
        let at = moment("began", "2026-11-26T09:30").expect("a time");
        assert_eq!(at.local_minute(), "2026-11-26 09:30");
        assert_eq!(typed_time(at), "2026-11-26T09:30");
        assert!(moment("began", "gestern").is_err());
    }
}
