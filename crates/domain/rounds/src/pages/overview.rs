//! `/rounds`: what is due, what somebody should go back to, what is being put right, and the newest rounds.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::Micros;
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::round::{category, place, state, step_words};
use super::{shell, ways};
use crate::model::{Due, RoundKind};
use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ, ROUNDS_READ_ALL, ROUNDS_RECHECK, ROUNDS_WALK};
use crate::queries::{
    DueLine, FindingStep, FindingView, RoundFilter, RoundLine, due_now, open_findings, rounds_of,
};
use crate::service::Rounds;
use crate::tracks::pages::tracked_walks;

#[derive(Template)]
#[template(path = "rounds.html")]
struct OverviewPage {
    s: Shell,
    due: Vec<DueLine>,
    long: Vec<Long>,
    open_count: usize,
    back: Vec<FindingView>,
    open: Vec<FindingView>,
    /// Only rounds of this kind are listed.
    kind: Option<RoundKind>,
    rounds: Vec<RoundLine>,
    more: Option<(Micros, Uuid)>,
    may_plan: bool,
    may_walk: bool,
    /// Sees everything of an area, and so what is made of it; others have their own rounds, hazards and policies.
    reads_all: bool,
    /// Looks at premises: campaigns and what they are judged by.
    inspects: bool,
    /// A policy asks the caller for a track: positions may be sent while walking.
    tracked: bool,
    saved: String,
}

impl OverviewPage {
    fn left(&self, line: &DueLine) -> u32 {
        match line.due {
            Due::Open { left } | Due::Missed { left } | Due::Short { left } => left,
            Due::Done | Due::Coming => 0,
        }
    }

    /// The subject over time.
    fn href(&self, line: &DueLine) -> String {
        let _shape_of_templates = self;
        ways::subject_href(line.subject)
    }

    /// Whether it is the caller's own, or told to them at the desk.
    fn notes(&self, line: &DueLine) -> bool {
        self.may_walk && (line.yours || self.may_plan)
    }

    /// Where the round is noted down.
    fn note(&self, line: &DueLine) -> String {
        let _shape_of_templates = self;
        ways::note_href(line)
    }

    fn place(&self, finding: &FindingView) -> String {
        place(&self.s, finding)
    }

    fn category(&self, finding: &FindingView) -> String {
        category(&self.s, &finding.category)
    }

    fn state(&self, finding: &FindingView) -> &'static str {
        state(finding)
    }

    fn step(&self, finding: &FindingView) -> String {
        step_words(&self.s, finding)
    }

    /// What somebody may do about it that there is no round yet.
    fn none_hint(&self) -> &'static str {
        match (self.may_plan, self.may_walk) {
            (true, _) => "rounds-none-hint",
            (false, true) => "rounds-none-hint-walk",
            (false, false) => "rounds-none-hint-read",
        }
    }

    /// Until which day.
    fn until(&self, line: &DueLine) -> String {
        ways::until(&self.s, line)
    }
}

/// A policy or campaign with more open subjects than a morning's list has room for: its own list is opened.
struct Long {
    href: String,
    title: String,
    count: usize,
}

/// Subjects of one policy that are named one by one.
const NAMED: usize = 20;

/// What is named one by one, and the policies too long for that.
fn parted(due: Vec<DueLine>) -> (Vec<DueLine>, Vec<Long>) {
    let mut counts: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let list = |line: &DueLine| match (line.policy, line.campaign) {
        (Some(id), _) => format!("/rounds/policies/{id}/standing?of=open"),
        (None, Some(id)) => format!("/rounds/campaigns/{id}#premises"),
        (None, None) => String::new(),
    };
    for line in &due {
        let of = counts.entry(list(line)).or_default();
        of.0.clone_from(&line.policy_title);
        of.1 += 1;
    }
    counts.retain(|_, of| of.1 > NAMED);
    let named = |line: &DueLine| !counts.contains_key(&list(line));
    let due = due.into_iter().filter(named).collect();
    let long = counts
        .into_iter()
        .map(|(href, (title, count))| Long { href, title, count });
    (due, long.collect())
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Of the newest rounds only those of one kind; anything else is all of them.
    #[serde(default)]
    kind: String,
    before: Option<i64>,
    before_id: Option<Uuid>,
    #[serde(default)]
    saved: String,
}

/// Lines of one page of [`rounds_of`].
const FULL: usize = 100;

/// `GET /rounds`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let db = app.db();
    let service = app.need::<Rounds>()?;
    let mut due = due_now(&service, db, &ctx, &scope).await?;
    // One's own first, and of those what is due soonest; a daily round before this month's.
    due.sort_by_key(|line| (!line.yours, line.window.last, line.subject_name.clone()));
    let open_count = due.len();
    let (due, long) = parted(due);
    let (back, open): (Vec<_>, Vec<_>) = open_findings(db, &scope, None)
        .await?
        .into_iter()
        .partition(|one| one.step == FindingStep::ToRevisit);
    let kind = RoundKind::parse(&asked.kind);
    let filter = RoundFilter {
        kind,
        before: asked.before.map(Micros),
        before_id: asked.before_id,
        ..RoundFilter::default()
    };
    let rounds = rounds_of(db, &scope, filter).await?;
    let more = (rounds.len() == FULL)
        .then(|| rounds.last().map(|one| (one.began_at, one.id)))
        .flatten();
    let s = shell(&app, &ctx, prefs);
    let saved = if asked.saved.is_empty() {
        String::new()
    } else {
        s.t("patrol-saved")
    };
    let may_walk = ctx.may(&ROUNDS_WALK);
    page(&OverviewPage {
        tracked: may_walk && !tracked_walks(&app, &ctx).await?.is_empty(),
        may_walk,
        may_plan: ctx.may(&ROUNDS_PLAN),
        reads_all: ctx.may(&ROUNDS_READ_ALL),
        inspects: ctx.may(&ROUNDS_READ_ALL) || ctx.may(&ROUNDS_RECHECK),
        saved,
        s,
        due,
        long,
        open_count,
        back,
        open,
        kind,
        rounds,
        more,
    })
}
