//! `/rounds/policies`: who goes where how often, and how the last thirty days went: counts, never of persons.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Micros, Result};
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Directory, Party, Vault};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::form::new_draft;
use crate::model::{Due, SubjectKind, Walkers};
use crate::pages::{question, shell};
use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ};
use crate::queries::{DueLine, PolicyView, Walker, policies, standing_over};
use crate::service::Rounds;
use crate::visits::door_counts;
use crate::visits::pages::feed::{Whose, address};

/// A policy in the list.
struct Line {
    view: PolicyView,
    who: String,
    how_often: String,
    /// What it is about.
    about: String,
    /// Whether its figures open to their subjects.
    opens: bool,
    /// That it is stopped, or will be.
    stopped: String,
    counts: Counts,
}

/// Periods of subjects by how they stand.
#[derive(Clone, Copy, Default)]
struct Counts {
    done: usize,
    missed: usize,
    short: usize,
    open: usize,
}

/// By policy.
fn counted(standing: &[DueLine]) -> HashMap<Uuid, Counts> {
    let mut counts: HashMap<Uuid, Counts> = HashMap::new();
    for line in standing {
        let Some(policy) = line.policy else {
            continue;
        };
        let of = counts.entry(policy).or_default();
        match line.due {
            Due::Done => of.done += 1,
            Due::Missed { .. } => of.missed += 1,
            Due::Short { .. } => of.short += 1,
            Due::Open { .. } => of.open += 1,
            Due::Coming => {}
        }
    }
    counts
}

#[derive(Template)]
#[template(path = "round_policies.html")]
struct ListPage {
    s: Shell,
    lines: Vec<Line>,
    /// One of them asks how far somebody goes.
    asks_way: bool,
    may_plan: bool,
    saved: String,
    /// What was typed for the one that was saved lies in the browser no longer.
    drafts: String,
    /// Calendars of teams that walk by a policy, and the caller's own as a chief: what each is called, and its address.
    calendars: Vec<(String, String)>,
}

/// Days the figures look back.
pub(super) const DAYS: i64 = 30;

#[derive(Debug, Default, Deserialize)]
pub(in crate::pages) struct Saved {
    /// Id of the policy that was saved.
    #[serde(default)]
    saved: String,
}

/// Keys of the drafts a policy may have been written in: as a new one, and to change it.
fn drafts(saved: &str, lines: &[Line]) -> String {
    let one = lines.iter().find(|one| one.view.id.to_string() == saved);
    one.map_or_else(String::new, |Line { view, .. }| {
        let new = new_draft(view.community.into(), view.policy.subjects);
        format!("policy:{} policy:{new}", view.id)
    })
}

/// `GET /rounds/policies`.
pub(in crate::pages) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(done): ApiQuery<Saved>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let today = ctx.now().date();
    let since = ctx.now().plus(-DAYS * Micros::DAY).date();
    let rounds = app.need::<Rounds>()?;
    let standing = standing_over(&rounds, app.db(), &ctx, &scope, (since, today)).await?;
    let s = shell(&app, &ctx, prefs);
    let all = policies(app.db(), &scope).await?;
    let mut counts = counted(&standing);
    let mut seen: BTreeSet<Uuid> = BTreeSet::new();
    // Of dwellings only who may read the register is told how they stand.
    if let Ok(people) = ctx.scope(&PEOPLE_READ) {
        let over = (since, today);
        for (policy, doors) in door_counts(&ctx, app.db(), &rounds, &people, over, &all).await? {
            let of = Counts {
                done: doors.done,
                missed: doors.missed,
                short: 0,
                open: doors.open,
            };
            counts.insert(policy, of);
            seen.insert(policy);
        }
    }
    let names = names(&app, &all).await?;
    let line = |view: PolicyView| Line {
        who: who(&s, &view, &names),
        how_often: how_often(&s, &view),
        about: about(&s, &view),
        opens: view.policy.subjects != SubjectKind::Dwelling || seen.contains(&view.id),
        stopped: stopped(&s, &view, today),
        counts: counts.get(&view.id).copied().unwrap_or_default(),
        view,
    };
    let lines: Vec<Line> = all.into_iter().map(line).collect();
    let calendars = calendars(&s, &rounds, &lines, &standing).await?;
    page(&ListPage {
        asks_way: lines
            .iter()
            .any(|one| one.view.policy.minimum.asks_way() || one.counts.short > 0),
        calendars,
        may_plan: ctx.may(&ROUNDS_PLAN),
        drafts: drafts(&done.saved, &lines),
        saved: if done.saved.is_empty() {
            String::new()
        } else {
            s.t("policy-saved")
        },
        s,
        lines,
    })
}

/// Addresses to subscribe to: of all teams for whoever plans, of their own for the members of one, and a chief's own.
async fn calendars(
    s: &Shell,
    rounds: &Rounds,
    lines: &[Line],
    standing: &[DueLine],
) -> Result<Vec<(String, String)>> {
    let (app, ctx) = (s.app(), s.ctx());
    let plans = ctx.may(&ROUNDS_PLAN);
    let db = app.db().read();
    let views = lines.iter().map(|line| &line.view);
    let walker = Walker::of(rounds, db, ctx, ctx.now(), views).await?;
    let mut all: Vec<(String, String)> = Vec::new();
    let mut add = |name: String, community: CommunityId, whose: Whose| {
        let one = (name, address(app, &rounds.vault, community, whose));
        if !all.contains(&one) {
            all.push(one);
        }
    };
    if let Some(account) = ctx.actor().id() {
        let chief = |line: &&DueLine| {
            let chief = line.chief.as_deref();
            chief.is_some_and(|name| walker.is_called(name))
        };
        for line in standing.iter().filter(chief) {
            let name = s.t("visit-calendar-mine");
            add(name, line.community, Whose::Chief(account));
        }
    }
    let today = ctx.now().date();
    for line in lines.iter().filter(|line| line.view.runs_on(today)) {
        let Walkers::Party { party } = line.view.policy.walkers else {
            continue;
        };
        let community = line.view.community;
        if plans || walker.is_party(community, party) {
            let name = s.t1("visit-calendar-team", "name", &line.who);
            add(name, community, Whose::Team(party.id));
        }
    }
    Ok(all)
}

/// The names of all parties that walk.
async fn names(app: &App, all: &[PolicyView]) -> Result<HashMap<Party, String>> {
    let vault = app.need::<Vault>()?;
    let party = |view: &PolicyView| match view.policy.walkers {
        Walkers::Party { party } => Some((view.community, party)),
        Walkers::Chief { .. } | Walkers::GridWorker => None,
    };
    let wanted: Vec<(CommunityId, Party)> = all.iter().filter_map(party).collect();
    Directory::party_names(app.db().read(), &vault, &wanted).await
}

fn who(s: &Shell, view: &PolicyView, names: &HashMap<Party, String>) -> String {
    match view.policy.walkers {
        Walkers::Chief { level } => s.tt("chief-level", level),
        Walkers::GridWorker => s.t("policy-grid-worker"),
        Walkers::Party { party } => names
            .get(&party)
            .cloned()
            .unwrap_or_else(|| s.t("policy-nobody")),
    }
}

/// 场所 · 市场 · 1999 年以前建成.
pub(super) fn about(s: &Shell, view: &PolicyView) -> String {
    let kind = s.tt("policy-about", view.policy.subjects);
    match &view.policy.question {
        Some(question) => format!("{kind} · {}", question::words(s, question)),
        None => kind,
    }
}

fn stopped(s: &Shell, view: &PolicyView, today: Date) -> String {
    let Some(day) = view.closed_at.map(Micros::date) else {
        return String::new();
    };
    let key = if day <= today {
        "policy-stopped-since"
    } else {
        "policy-stops-on"
    };
    s.t1(key, "day", s.date(&day))
}

/// 每周 1 次, 周六.
pub(super) fn how_often(s: &Shell, view: &PolicyView) -> String {
    let policy = &view.policy;
    let times = s.t1(
        &format!("patrol-every-{}-times", policy.every),
        "count",
        policy.count,
    );
    let days: Vec<String> = (0..7)
        .filter(|bit| policy.weekdays & (1 << bit) != 0)
        .map(|bit| s.t(&format!("patrol-weekday-{bit}")))
        .collect();
    if days.is_empty() {
        times
    } else {
        format!("{times} · {}", days.join(&s.t("visit-list-comma")))
    }
}
