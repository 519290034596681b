//! `/rounds`: what is due, what somebody should go back to, what is being put right, and the newest rounds.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::Micros;
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::round::{category, place, state};
use super::shell;
use crate::model::{Due, SubjectKind};
use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ, ROUNDS_WALK};
use crate::queries::{
    DueLine, FindingStep, FindingView, RoundFilter, RoundLine, due_now, open_findings, rounds_of,
};

#[derive(Template)]
#[template(path = "rounds.html")]
struct OverviewPage {
    s: Shell,
    due: Vec<DueLine>,
    back: Vec<FindingView>,
    open: Vec<FindingView>,
    rounds: Vec<RoundLine>,
    more: Option<Micros>,
    may_walk: bool,
    may_plan: bool,
    saved: String,
}

impl OverviewPage {
    fn left(&self, line: &DueLine) -> u32 {
        match line.due {
            Due::Open { left } | Due::Missed { left } => left,
            Due::Done | Due::Coming => 0,
        }
    }

    /// The subject over time.
    fn href(&self, line: &DueLine) -> String {
        match line.subject.kind {
            SubjectKind::Premises => format!("/rounds/premises/{}", line.subject.id),
            _ => format!("/rounds/reaches/{}", line.subject.id),
        }
    }

    /// Where the round is noted down.
    fn note(&self, line: &DueLine) -> String {
        match line.subject.kind {
            SubjectKind::Premises => format!(
                "/rounds/new?subject=premises:{}&policy={}",
                line.subject.id, line.policy
            ),
            _ => format!(
                "/rounds/new?reach={}&policy={}",
                line.subject.id, line.policy
            ),
        }
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

    /// Until which day.
    fn until(&self, line: &DueLine) -> String {
        self.s.t1(
            "patrol-due-until",
            "day",
            line.window.last.strftime("%-m-%-d"),
        )
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    before: Option<i64>,
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
    let mut due = due_now(db, &scope, ctx.now().date()).await?;
    // What is due soonest first; a daily round before this month's.
    due.sort_by_key(|line| (line.window.last, line.subject_name.clone()));
    let (back, open): (Vec<_>, Vec<_>) = open_findings(db, &scope, None)
        .await?
        .into_iter()
        .partition(|one| one.step == FindingStep::ToRevisit);
    let filter = RoundFilter {
        before: asked.before.map(Micros),
        ..RoundFilter::default()
    };
    let rounds = rounds_of(db, &scope, filter).await?;
    let more = (rounds.len() == FULL)
        .then(|| rounds.last().map(|one| one.began_at))
        .flatten();
    let s = shell(&app, &ctx, prefs);
    let saved = if asked.saved.is_empty() {
        String::new()
    } else {
        s.t("patrol-saved")
    };
    page(&OverviewPage {
        may_walk: ctx.may(&ROUNDS_WALK),
        may_plan: ctx.may(&ROUNDS_PLAN),
        saved,
        s,
        due,
        back,
        open,
        rounds,
        more,
    })
}
