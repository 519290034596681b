//! One case with everything the caller may know of it and do to it.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Micros, Problem, Result};
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Directory, Party, PartyKind, PersonFile};
use youlin_web::{ApiQuery, App, Caller, PathId, Prefs, Shell, WebResult, page, part};

use super::verbs::{OFFERED, PLAIN};
use super::words::{self, Told};
use super::{Part, section, shell};
use crate::model::{Source, TaskStatus};
use crate::permissions::{CASES_DESK, CASES_READ};
use crate::service::Cases;
use crate::{CaseRow, CaseView, TaskView, case, headline, link_token, past_of_person};

/// A case loaded for its page.
pub(super) struct Record<'a> {
    pub(super) s: &'a Shell,
    pub(super) v: CaseView,
    pub(super) reporter: Option<PersonFile>,
    /// How many other cases the reporter has, as far as the caller sees them.
    others: usize,
    told: Vec<Told>,
    crumbs: Vec<(i64, String)>,
    /// Links for parties that answer without an account, by task.
    links: BTreeMap<Uuid, String>,
    /// Questions and what was answered, in words.
    answers: Vec<(String, String)>,
    merged_into: Option<CaseRow>,
    /// The case that was just merged into this one.
    undo: Option<Uuid>,
    /// The last look on the spot that verified it.
    seen: Option<Seen>,
    may_merge: bool,
    may_unmerge: bool,
    may_read: bool,
    /// What other modules say of it.
    sections: Vec<String>,
}

impl<'a> Record<'a> {
    pub(super) async fn load(s: &'a Shell, id: Uuid) -> Result<Record<'a>> {
        let (app, ctx) = (s.app(), s.ctx());
        let cases = app.need::<Cases>()?;
        let mut v = case(app.db(), &cases, ctx, id).await?;
        // The lead first, what was planned last; within a part in the order of asking.
        v.tasks.sort_by_key(|task| task.role);
        let reporter = reporter(s, &cases, &v).await?;
        let others = match (&reporter, ctx.scope(&CASES_READ)) {
            (Some(file), Ok(scope)) => {
                let past = past_of_person(app.db(), &cases, ctx, &scope, file.card.id, 50).await?;
                past.iter().filter(|row| row.id != id).count()
            }
            _ => 0,
        };
        let names = party_names(s, &cases, &v).await;
        let told = words::history(s, &v, &|party| {
            names.get(party).cloned().unwrap_or_default()
        });
        let area = v
            .row
            .neighbourhood
            .or(v.row.grid)
            .unwrap_or_else(|| v.row.community.into());
        let desk = ctx.authorize(&CASES_DESK, area).is_ok();
        let merged_into = match v.merged_into {
            Some(into) => case(app.db(), &cases, ctx, into)
                .await
                .ok()
                .map(|other| other.row),
            None => None,
        };
        Ok(Self {
            links: if desk {
                links(s, &cases, &v).await?
            } else {
                BTreeMap::new()
            },
            answers: words::answered(s, &cases, &v),
            crumbs: words::crumbs(s, &v.row),
            others,
            told,
            reporter,
            merged_into,
            may_unmerge: desk,
            undo: None,
            seen: seen(s, &v),
            may_merge: desk
                && !v.row.status.is_ended()
                && v.held.as_ref().is_none_or(|held| !held.ends_there),
            may_read: ctx.may(&CASES_READ),
            sections: match v.row.withheld {
                true => Vec::new(),
                false => section::drawn(s, &v).await?,
            },
            s,
            v,
        })
    }

    /// The record as a part, with a form opened in it or none.
    pub(super) fn draw(&self, form: &str, done: &str) -> Result<String> {
        let drawn = RecordPart {
            s: self.s,
            r: self,
            form,
            done: known(done),
        };
        drawn.render().map_err(Problem::internal)
    }

    pub(super) fn may_merge(&self) -> bool {
        self.may_merge
    }

    /// Where a clock runs the badge says the time, so the state is said beside it.
    fn running(&self) -> bool {
        words::running(&self.v.row)
    }

    fn may_unmerge(&self) -> bool {
        self.may_unmerge
    }

    fn badge(&self) -> &'static str {
        words::badge(self.v.row.light)
    }

    fn light(&self) -> String {
        words::light_words(self.s, &self.v.row)
    }

    /// The beginning of the report, as a heading, or what the row is called.
    fn title(&self) -> String {
        match self.v.row.withheld {
            true => self.v.row.title(),
            false => headline(&self.v.full_text),
        }
    }

    fn offered(&self) -> Vec<&'static str> {
        OFFERED
            .iter()
            .copied()
            .filter(|verb| self.v.allowed.iter().any(|allowed| allowed == verb))
            .collect()
    }

    /// The steps that stand as buttons; the others are in the menu beside them.
    fn first_verbs(&self) -> Vec<&'static str> {
        self.offered().into_iter().take(4).collect()
    }

    fn more_verbs(&self) -> Vec<&'static str> {
        self.offered().into_iter().skip(4).collect()
    }

    fn plain(&self, verb: &str) -> bool {
        PLAIN.contains(&verb)
    }

    fn may(&self, verb: &str) -> bool {
        self.v.allowed.iter().any(|allowed| allowed == verb)
    }

    /// Of what somebody of the house found, nobody who could be named is left out.
    fn shows_reporter(&self) -> bool {
        let found = matches!(
            self.v.source,
            Source::Patrol | Source::Visit | Source::Inspection
        );
        !self.v.row.withheld && (!found || self.v.has_reporter())
    }

    /// Whether the reporter said how it is: where nobody reported it, nobody did.
    fn answered(&self) -> bool {
        let v = &self.v;
        let rated = || v.events.iter().any(|event| event.kind == "rated");
        let said = v.solved.is_some() || v.satisfied.is_some();
        v.thanks.is_some() || (said && (v.has_reporter() || rated()))
    }

    fn task_badge(&self, task: &TaskView) -> &'static str {
        words::task_badge(task.status)
    }

    fn open(&self, task: &TaskView) -> bool {
        !task.status.is_ended()
    }

    fn unanswered(&self, task: &TaskView) -> bool {
        task.status == TaskStatus::Open
    }

    fn link(&self, task: &TaskView) -> &str {
        self.links.get(&task.id).map_or("", String::as_str)
    }

    fn open_tasks(&self) -> usize {
        self.v
            .tasks
            .iter()
            .filter(|task| !task.status.is_ended())
            .count()
    }

    fn organisation(&self, task: &TaskView) -> bool {
        task.party.kind == PartyKind::Organisation
    }

    fn said(&self, question: &str, answer: Option<bool>) -> String {
        answer.map_or_else(String::new, |yes| {
            self.s.t(&format!(
                "said-{question}-{}",
                if yes { "yes" } else { "no" }
            ))
        })
    }

    fn file_size(&self, bytes: i64) -> String {
        if bytes >= 1_048_576 {
            format!(
                "{}.{} MB",
                bytes / 1_048_576,
                bytes % 1_048_576 * 10 / 1_048_576
            )
        } else {
            format!("{} kB", (bytes + 1_023) / 1_024)
        }
    }
}

/// Somebody looked on the spot.
struct Seen {
    result: String,
    by: String,
    at: Micros,
}

fn seen(s: &Shell, v: &CaseView) -> Option<Seen> {
    let last = v.events.iter().rev().find(|one| one.kind == "verified")?;
    if last.data["method"].as_str() != Some("on_the_spot") {
        return None;
    }
    Some(Seen {
        result: s.t(if last.data["passed"].as_bool() == Some(true) {
            "verify-passed"
        } else {
            "verify-not-passed"
        }),
        by: words::actor(s, v, last),
        at: last.at,
    })
}

/// Steps after which the record says what happened.
fn known(done: &str) -> &str {
    let there = OFFERED.contains(&done)
        || matches!(
            done,
            "reported" | "merge" | "unmerge" | "answer_task" | "finish_task" | "cancel_task"
        );
    if there { done } else { "" }
}

async fn reporter(s: &Shell, cases: &Cases, v: &CaseView) -> Result<Option<PersonFile>> {
    let (Some(person), Ok(scope)) = (v.reporter, s.ctx().scope(&PEOPLE_READ)) else {
        return Ok(None);
    };
    match Directory::person(s.app().db().read(), cases.vault(), &scope, person).await {
        Ok(file) => Ok(Some(file)),
        // The reporter may live where the caller does not work; the case is theirs all the same.
        Err(problem) if problem.code() == "not-found" => Ok(None),
        Err(problem) => Err(problem),
    }
}

async fn party_names(s: &Shell, cases: &Cases, v: &CaseView) -> HashMap<Party, String> {
    let mut names: HashMap<Party, String> = v
        .tasks
        .iter()
        .map(|task| (task.party, task.party_name.clone()))
        .collect();
    let named = v
        .events
        .iter()
        .flat_map(|event| [&event.data["lead"], &event.data["party"]]);
    let missing: Vec<(CommunityId, Party)> = named
        .filter_map(|value| serde_json::from_value(value.clone()).ok())
        .filter(|party| !names.contains_key(party))
        .map(|party| (v.row.community, party))
        .collect();
    let further = Directory::party_names(s.app().db().read(), cases.vault(), &missing).await;
    names.extend(further.unwrap_or_default());
    names
}

async fn links(s: &Shell, cases: &Cases, v: &CaseView) -> Result<BTreeMap<Uuid, String>> {
    let mut links = BTreeMap::new();
    for task in v.tasks.iter().filter(|task| !task.status.is_ended()) {
        let token = link_token(s.app().db(), cases, s.ctx(), v.row.community, task.id).await?;
        links.insert(
            task.id,
            format!("{}/t/{token}", s.app().config().public_url),
        );
    }
    Ok(links)
}

#[derive(Template)]
#[template(path = "desk_record_part.html")]
struct RecordPart<'a> {
    s: &'a Shell,
    r: &'a Record<'a>,
    form: &'a str,
    done: &'a str,
}

#[derive(Template)]
#[template(path = "desk_record_top_part.html")]
struct TopPart<'a> {
    s: &'a Shell,
    r: &'a Record<'a>,
}

#[derive(Template)]
#[template(path = "desk_record_rest_part.html")]
struct RestPart<'a> {
    s: &'a Shell,
    r: &'a Record<'a>,
}

#[derive(Template)]
#[template(path = "desk_record.html")]
struct RecordPage<'a> {
    s: &'a Shell,
    number: &'a str,
    record: String,
}

/// How the record is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RecordQuery {
    /// What was just done, for the sentence that says so.
    done: String,
    /// The case that was just merged into this one, for taking it out again.
    other: Option<Uuid>,
    /// `top` or `rest`: the parts that keep themselves fresh while a form between them is filled in.
    part: String,
}

/// The record for the right pane of the desk.
pub(super) async fn drawn(s: &Shell, id: Uuid) -> Result<String> {
    Record::load(s, id).await?.draw("", "")
}

/// `GET /cases/{id}`.
pub(super) async fn record(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    wants: Part,
    PathId(id): PathId,
    ApiQuery(query): ApiQuery<RecordQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let mut r = Record::load(&s, id).await?;
    r.undo = query
        .other
        .filter(|other| r.v.merged.iter().any(|row| row.id == *other));
    match query.part.as_str() {
        "top" => part(&TopPart { s: &s, r: &r }),
        "rest" => part(&RestPart { s: &s, r: &r }),
        _ => answer(&r, wants, "", &query.done, StatusCode::OK),
    }
}

/// The record as whoever asked can use it: a part for htmx, else a page.
pub(super) fn answer(
    r: &Record<'_>,
    wants: Part,
    form: &str,
    done: &str,
    status: StatusCode,
) -> WebResult<Response> {
    let drawn = r.draw(form, done)?;
    let response = if wants.0 {
        axum::response::Html(drawn).into_response()
    } else {
        page(&RecordPage {
            s: r.s,
            number: &r.v.row.number,
            record: drawn,
        })?
    };
    Ok((status, response).into_response())
}
