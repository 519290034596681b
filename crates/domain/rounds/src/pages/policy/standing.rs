//! `/rounds/policies/{id}/standing`: the subjects and periods behind a figure of a policy. Those of dwellings open for whoever
//! sees who lives there, as far as they do, and name no resident and no walker.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use youlin_database::Database;
use youlin_kernel::{AreaId, Ctx, Micros, Problem, Result};
use youlin_people::permissions::PEOPLE_READ;
use youlin_web::{ApiQuery, App, Caller, PathId, Prefs, Shell, WebResult, page};

use super::list::DAYS;
use crate::model::{Due, Subject, SubjectKind};
use crate::pages::{question, shell, ways};
use crate::permissions::ROUNDS_READ;
use crate::queries::{DueLine, PolicyView, policy_view, standing_of_policy};
use crate::service::Rounds;
use crate::visits::door_periods;

/// Lines of one page.
const NAMED: usize = 300;

/// The figures of a policy.
const FIGURES: [&str; 4] = ["open", "missed", "short", "done"];

#[derive(Template)]
#[template(path = "round_policy_standing.html")]
struct StandingPage {
    s: Shell,
    view: PolicyView,
    area: AreaId,
    asked: String,
    of: &'static str,
    counts: [usize; 4],
    lines: Vec<DueLine>,
    more: usize,
}

impl StandingPage {
    /// How far one went is only asked by a policy that asks for a track.
    fn figures(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let way = self.view.policy.minimum.asks_way();
        let all = FIGURES.into_iter().zip(self.counts);
        all.filter(move |(name, count)| *name != "short" || way || *count > 0)
    }

    fn href(&self, line: &DueLine) -> String {
        let _shape_of_templates = self;
        ways::subject_href(line.subject)
    }

    fn window(&self, line: &DueLine) -> String {
        ways::days(&self.s, line.window.first, line.window.last)
    }

    fn words(&self, line: &DueLine) -> String {
        ways::standing_words(&self.s, line).0
    }

    fn state(&self, line: &DueLine) -> &'static str {
        ways::standing_words(&self.s, line).1
    }
}

fn figure(due: Due) -> Option<&'static str> {
    match due {
        Due::Open { .. } => Some("open"),
        Due::Missed { .. } => Some("missed"),
        Due::Short { .. } => Some("short"),
        Due::Done => Some("done"),
        Due::Coming => None,
    }
}

/// Periods of the dwellings the caller may see people in.
async fn of_doors(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    view: &PolicyView,
    over: (Date, Date),
) -> Result<Vec<DueLine>> {
    let people = ctx.scope(&PEOPLE_READ)?;
    if !people.contains_community(view.community) {
        return Err(Problem::not_found());
    }
    let periods = door_periods(ctx, db, rounds, &people, over, view).await?;
    let lines = periods.into_iter().filter_map(|one| {
        let place = rounds.cases.locator().dwelling(one.dwelling)?;
        Some(DueLine {
            policy: Some(view.id),
            policy_title: view.title.clone(),
            campaign: None,
            kind: view.policy.kind,
            checklist: view.checklist.clone(),
            community: view.community,
            subject: Subject {
                kind: SubjectKind::Dwelling,
                id: one.dwelling,
            },
            subject_name: place.address,
            window: one.window,
            due: one.due,
            short: 0,
            chief: None,
            yours: false,
        })
    });
    let mut lines: Vec<DueLine> = lines.collect();
    lines.sort_by(|a, b| a.subject_name.cmp(&b.subject_name));
    Ok(lines)
}

#[derive(Debug, Default, Deserialize)]
pub(in crate::pages) struct Asked {
    #[serde(default)]
    of: String,
}

/// `GET /rounds/policies/{id}/standing?of=`.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let view = policy_view(app.db(), &scope, id).await?;
    let rounds = app.need::<Rounds>()?;
    let since = ctx.now().plus(-DAYS * Micros::DAY).date();
    let over = (since, ctx.now().date());
    let all = match view.policy.subjects {
        SubjectKind::Dwelling => of_doors(&rounds, app.db(), &ctx, &view, over).await?,
        _ => standing_of_policy(&rounds, app.db(), &ctx, &scope, view.clone(), over).await?,
    };
    let wanted = FIGURES.into_iter().find(|one| *one == asked.of);
    let of = wanted.unwrap_or("open");
    let count = |name: &str| {
        let of = all.iter().filter(|line| figure(line.due) == Some(name));
        of.count()
    };
    let counts = FIGURES.map(count);
    let mut lines: Vec<DueLine> = all;
    lines.retain(|line| figure(line.due) == Some(of));
    lines.sort_by_key(|line| std::cmp::Reverse(line.window.last));
    let more = lines.len().saturating_sub(NAMED);
    lines.truncate(NAMED);
    let s = shell(&app, &ctx, prefs);
    page(&StandingPage {
        asked: match &view.policy.question {
            Some(question) => question::words(&s, question),
            None => s.tt("policy-about", view.policy.subjects),
        },
        area: view.community.into(),
        s,
        view,
        of,
        counts,
        lines,
        more,
    })
}
