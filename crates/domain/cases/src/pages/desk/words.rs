//! How states, times and steps are said. A state is always a word and a shape, a relative time stands beside the
//! absolute one, and a date that leans on a missing calendar says so.

use serde_json::Value;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros};
use youlin_people::{Party, PartyKind};
use youlin_web::Shell;

use super::query::days_between;
use crate::model::{Status, TaskStatus};
use crate::service::Cases;
use crate::{CaseRow, CaseView, EventView};

/// The look of a badge: `data-state` of the design system.
#[must_use]
pub fn badge(light: &str) -> &'static str {
    match light {
        "overdue" => "late",
        "due_soon" => "soon",
        "waiting" => "wait",
        "done" => "done",
        _ => "ok",
    }
}

/// Whether a badge shows the time left, and so leaves the state to be said beside it.
pub(super) fn running(row: &CaseRow) -> bool {
    !matches!(row.light, "done" | "waiting")
}

/// 「还剩 2 天」, 「超期 1 天」, or the state where no clock runs.
#[must_use]
pub fn light_words(s: &Shell, row: &CaseRow) -> String {
    match row.light {
        "done" | "waiting" => s.tt("status", row.status),
        "overdue" => span(s, "light-late", row.due_at, s.ctx().now()),
        _ => span(s, "light-left", s.ctx().now(), row.due_at),
    }
}

/// A span in days, hours or minutes, whichever says it whole.
fn span(s: &Shell, family: &str, from: Micros, to: Micros) -> String {
    let micros = (to.0 - from.0).max(0);
    let (unit, count) = if micros >= 2 * Micros::DAY {
        ("days", days_between(from, to))
    } else if micros >= Micros::HOUR {
        ("hours", micros / Micros::HOUR)
    } else {
        ("minutes", micros / Micros::MINUTE)
    };
    s.t1(&format!("{family}-{unit}"), "n", count)
}

/// 跃龙社区 · 悦美网格: as much of the place as lists need.
pub(super) fn where_of(s: &Shell, row: &CaseRow) -> String {
    let area = row.neighbourhood.or(row.grid);
    area.map_or_else(|| s.area(&row.community.into()), |area| s.area(&area))
}

/// A case's number as it is said on the telephone: numbers begin anew in each community, so whoever sees several is told of
/// which it is. The search box takes both.
#[must_use]
pub fn numbered(s: &Shell, community: &CommunityId, number: &str) -> String {
    if sees_several(s.ctx()) {
        format!("{} {number}", s.area(&(*community).into()))
    } else {
        number.to_owned()
    }
}

fn sees_several(ctx: &Ctx) -> bool {
    let grants = ctx.grants().iter();
    let mut within = grants.map(|grant| ctx.areas().community_of(grant.area));
    match within.next() {
        None => false,
        Some(None) => true,
        first => within.any(|one| Some(one) != first),
    }
}

/// The path from the community down, with ids for links.
pub(super) fn crumbs(s: &Shell, row: &CaseRow) -> Vec<(i64, String)> {
    [
        Some(AreaId::from(row.community)),
        row.grid,
        row.neighbourhood,
    ]
    .into_iter()
    .flatten()
    .map(|area| (area.0, s.area(&area)))
    .collect()
}

/// The badge of a task.
#[must_use]
pub fn task_badge(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Open => "wait",
        TaskStatus::Accepted | TaskStatus::Started => "ok",
        TaskStatus::Done => "done",
        TaskStatus::Declined => "late",
        TaskStatus::Cancelled => "done",
    }
}

/// One entry of the history as it is read.
#[derive(Debug)]
pub(super) struct Told {
    /// Look of the entry: `state`, `late`, `thanks`, `next` or none.
    pub(super) look: &'static str,
    pub(super) who: String,
    pub(super) what: String,
    pub(super) detail: String,
    pub(super) text: String,
    pub(super) at: Micros,
}

/// The history, newest first, planned follow-ups above it.
pub(super) fn history(s: &Shell, view: &CaseView, known: &dyn Fn(&Party) -> String) -> Vec<Told> {
    let planned = view
        .tasks
        .iter()
        .filter(|task| !task.status.is_ended())
        .filter_map(|task| {
            let at = task.planned_at?;
            Some(Told {
                look: "next",
                who: String::new(),
                what: s.t("event-planned"),
                detail: task.party_name.clone(),
                text: task.text.clone(),
                at,
            })
        });
    let mut told: Vec<Told> = planned.collect();
    told.sort_by_key(|one| std::cmp::Reverse(one.at));
    let mut events: Vec<&EventView> = view.events.iter().collect();
    // Steps of one act bear nearly the same time: then the order of the act itself counts.
    events.sort_by_key(|event| (event.at, rank(&event.kind)));
    let mut past: Vec<Told> = Vec::new();
    for event in events {
        let one = tell(s, view, event, known);
        let gathers = matches!(event.kind.as_str(), "task_given" | "follow_up_planned");
        match past
            .last_mut()
            .filter(|last| gathers && in_one_go(last, &one))
        {
            Some(last) => {
                last.detail.push_str(&s.t("list-semicolon"));
                last.detail.push_str(&one.detail);
            }
            None => past.push(one),
        }
    }
    told.extend(past.into_iter().rev());
    told
}

/// Steps of one kind that one person took in one go.
fn in_one_go(last: &Told, one: &Told) -> bool {
    last.what == one.what && last.who == one.who && one.at.0 - last.at.0 < Micros::SECOND
}

/// Which of the steps of one act comes first.
fn rank(kind: &str) -> u8 {
    match kind {
        "reported" => 0,
        "accepted" | "returned" => 1,
        "dispatched" | "reassigned" | "handled" | "verified" => 2,
        "closed" | "rework" => 4,
        _ => 3,
    }
}

fn tell(s: &Shell, view: &CaseView, event: &EventView, known: &dyn Fn(&Party) -> String) -> Told {
    Told {
        look: look(&event.kind),
        who: actor(s, view, event),
        what: s.tt("event", &event.kind),
        detail: detail(s, view, event, known),
        text: event.text.clone().unwrap_or_default(),
        at: event.at,
    }
}

fn look(kind: &str) -> &'static str {
    match kind {
        "thanked" => "thanks",
        "declined" | "returned" | "rework" | "supervised" | "task_declined" | "overdue" => "late",
        "reported" | "noted" | "file_added" | "task_given" | "task_accepted" | "task_done"
        | "rated" => "",
        _ => "state",
    }
}

/// Who did it: an account's name; the party behind a link; the reporter; Youlin itself.
pub(super) fn actor(s: &Shell, view: &CaseView, event: &EventView) -> String {
    match event.actor_kind.as_str() {
        "account" | "machine" => event.actor.clone(),
        "link" => {
            let task = event.data["task"].as_str().unwrap_or_default();
            let task = view.tasks.iter().find(|one| one.id.to_string() == task);
            task.map_or_else(|| s.t("actor-link"), |task| task.party_name.clone())
        }
        "visitor" => s.t("actor-visitor"),
        _ => s.t("actor-service"),
    }
}

fn detail(
    s: &Shell,
    view: &CaseView,
    event: &EventView,
    known: &dyn Fn(&Party) -> String,
) -> String {
    let data = &event.data;
    match event.kind.as_str() {
        "reported" => s.tt("source", data["source"].as_str().unwrap_or("desk")),
        "dispatched" | "reassigned" => s.t1("event-lead-is", "name", party(&data["lead"], known)),
        "task_given" => {
            let role = s.tt("task-role", data["role"].as_str().unwrap_or("supporting"));
            format!(
                "{role}{}{}",
                s.t("list-colon"),
                party(&data["party"], known)
            )
        }
        "follow_up_planned" => {
            let at = moment(&data["at"])
                .map(|at| s.when(&at))
                .unwrap_or_default();
            format!("{at} {}", party(&data["party"], known))
        }
        "task_accepted" | "task_declined" | "task_done" | "follow_up_done" | "task_cancelled" => {
            task_of(view, data)
        }
        "deferred" => moment(&data["until"])
            .map(|at| s.t1("event-until", "at", s.when(&at)))
            .unwrap_or_default(),
        "extension_asked" | "extension_approved" => {
            s.t1("event-days", "n", data["days"].as_u64().unwrap_or(0))
        }
        "verified" => verified(s, data),
        "rated" => answers(s, data, &["solved", "satisfied"]),
        "moved" => moved(s, data, known),
        "merged" | "merged_in" => data["number"].as_str().unwrap_or_default().to_owned(),
        "escalated" => s.tt(
            "escalate",
            data["to"]["kind"].as_str().unwrap_or("parent_area"),
        ),
        "file_added" => s.tt("stage", data["stage"].as_str().unwrap_or("report")),
        _ => String::new(),
    }
}

/// Why it is in another grid now, which that is, and that whoever works at it still does.
fn moved(s: &Shell, data: &Value, known: &dyn Fn(&Party) -> String) -> String {
    let area = |side: &str| {
        let id = data[side].as_i64().map(youlin_kernel::AreaId);
        id.map(|id| s.area_path(id)).unwrap_or_default()
    };
    let cause = data["cause"].as_str().unwrap_or("redrawn");
    let said = s.t2(
        &format!("event-moved-{cause}"),
        &("from", area("from")),
        &("to", area("to")),
    );
    let lead = party(&data["lead"], known);
    if lead.is_empty() {
        return said;
    }
    format!("{said}{}", s.t1("event-moved-lead", "name", lead))
}

fn party(value: &Value, known: &dyn Fn(&Party) -> String) -> String {
    let kind = value["kind"].as_str().and_then(PartyKind::parse);
    let id = value["id"].as_str().and_then(|id| id.parse().ok());
    match (kind, id) {
        (Some(kind), Some(id)) => known(&Party { kind, id }),
        _ => String::new(),
    }
}

fn task_of(view: &CaseView, data: &Value) -> String {
    let id = data["task"].as_str().unwrap_or_default();
    let task = view.tasks.iter().find(|task| task.id.to_string() == id);
    task.map(|task| task.party_name.clone()).unwrap_or_default()
}

fn moment(value: &Value) -> Option<Micros> {
    serde_json::from_value(value.clone()).ok()
}

fn verified(s: &Shell, data: &Value) -> String {
    let method = s.tt("verify", data["method"].as_str().unwrap_or("call_back"));
    let result = s.t(if data["passed"].as_bool() == Some(true) {
        "verify-passed"
    } else {
        "verify-not-passed"
    });
    let said = answers(s, data, &["responded", "solved", "satisfied"]);
    [method, result, said]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// 「已解决 · 满意」: only what was answered.
fn answers(s: &Shell, data: &Value, asked: &[&str]) -> String {
    let said = asked.iter().filter_map(|name| {
        let answer = data[*name].as_bool()?;
        Some(s.t(&format!(
            "said-{name}-{}",
            if answer { "yes" } else { "no" }
        )))
    });
    said.collect::<Vec<_>>().join(" · ")
}

/// The columns of the board, and what is asked of the desk first.
pub(super) const COLUMNS: &[Status] = &[
    Status::Reported,
    Status::Accepted,
    Status::Dispatched,
    Status::InProgress,
    Status::Handled,
    Status::Deferred,
    Status::Escalated,
];

/// Questions of the category and what was answered, in words.
pub(super) fn answered(s: &Shell, cases: &Cases, v: &CaseView) -> Vec<(String, String)> {
    let Some(answers) = v.answers.as_object() else {
        return Vec::new();
    };
    let catalogue = cases.catalogue();
    let questions = catalogue
        .any(&v.row.category)
        .map(|category| category.questions.clone())
        .unwrap_or_default();
    answers
        .iter()
        .map(|(code, answer)| {
            let question = questions.iter().find(|question| question.code == *code);
            let choice = |key: &str| {
                let choice =
                    question.and_then(|q| q.values.iter().find(|choice| choice.key == key));
                choice.map_or_else(|| key.to_owned(), |choice| choice.name.clone())
            };
            let said = match answer {
                serde_json::Value::String(text) => choice(text),
                serde_json::Value::Array(many) => {
                    let many: Vec<String> = many
                        .iter()
                        .filter_map(|one| one.as_str())
                        .map(choice)
                        .collect();
                    many.join(&s.t("list-comma"))
                }
                other => other.to_string(),
            };
            let label = question.map_or(code.as_str(), |q| {
                if s.is_english() && !q.label_en.is_empty() {
                    &q.label_en
                } else {
                    &q.label
                }
            });
            (label.to_owned(), said)
        })
        .filter(|(_, said)| !said.is_empty())
        .collect()
}
