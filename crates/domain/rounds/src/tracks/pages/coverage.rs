//! `/rounds/coverage`: how much of each reach was walked over a time, by policy. By reach and never by person: who walked is
//! not on this page.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Micros, Problem};
use youlin_places::rivers;
use youlin_web::{ApiQuery, App, Caller, Choice, FormFaults, Prefs, Shell, WebResult, page};

use super::super::judge::engine_reach;
use super::super::picture::{self, Words};
use super::super::{ReachCoverage, coverage_over};
use super::part::{not_walked, per_cent};
use crate::pages::shell;
use crate::permissions::ROUNDS_READ;
use crate::queries::policies;
use crate::service::Rounds;

/// Days of the time that is shown first.
const DAYS: i64 = 30;
/// Pictures of one page.
const PICTURES: usize = 12;
/// Rounds named under a reach.
const NAMED: usize = 12;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    policy: String,
    from: String,
    to: String,
}

/// A reach.
struct Line {
    reach: Uuid,
    name: String,
    community: String,
    covered: String,
    left: String,
    right: String,
    mean: String,
    tracks: usize,
    svg: String,
    open: Vec<String>,
    /// Rounds behind it: address, day, per cent.
    rounds: Vec<(Uuid, String, String)>,
    more: usize,
}

#[derive(Template)]
#[template(path = "track_coverage.html")]
struct CoveragePage {
    s: Shell,
    e: FormFaults,
    policy: String,
    from: String,
    to: String,
    policies: Vec<Choice>,
    lines: Vec<Line>,
    with_walker: usize,
}

/// `GET /rounds/coverage?policy=&from=&to=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let rounds = app.need::<Rounds>()?;
    let today = ctx.now().date();
    let day = |text: &str, other: Date| text.trim().parse::<Date>().unwrap_or(other);
    let to = day(&asked.to, today);
    let from = day(&asked.from, to.saturating_sub(DAYS.days())).min(to);
    let policy: Option<Uuid> = asked.policy.parse().ok();
    let until = Micros::start_of(to.saturating_add(1.day()));
    let span = (Micros::start_of(from), until, ctx.now());
    let (found, with_walker) = coverage_over(&rounds, app.db(), &scope, policy, span).await?;
    let s = shell(&app, &ctx, prefs);
    let mut choices = vec![Choice::new("", s.t("track-any-policy"))];
    choices.extend(
        policies(app.db(), &scope)
            .await?
            .into_iter()
            .filter(|one| one.policy.track)
            .map(|one| Choice::new(one.id.to_string(), one.title)),
    );
    let mut lines = Vec::new();
    for (number, ((community, id), coverage)) in found.into_iter().enumerate() {
        let reach = rivers::reach(app.db(), &scope, id).await?;
        let svg = if number < PICTURES {
            drawn(&s, &reach, &coverage)?
        } else {
            String::new()
        };
        lines.push(line(&s, &reach, s.area(&community.into()), &coverage, svg));
    }
    page(&CoveragePage {
        e: FormFaults::none(),
        policy: asked.policy,
        from: from.to_string(),
        to: to.to_string(),
        policies: choices,
        lines,
        with_walker,
        s,
    })
}

fn drawn(
    s: &Shell,
    reach: &rivers::Reach,
    coverage: &ReachCoverage,
) -> youlin_kernel::Result<String> {
    let line = engine_reach(reach).map_err(Problem::internal)?;
    let words = Words {
        title: s.t1("track-picture", "reach", reach.full_name()),
        left: s.t("bank-left"),
        right: s.t("bank-right"),
    };
    Ok(picture::draw(
        &line,
        &words,
        &coverage.left,
        &coverage.right,
    ))
}

fn line(
    s: &Shell,
    reach: &rivers::Reach,
    community: String,
    coverage: &ReachCoverage,
    svg: String,
) -> Line {
    let share = |stretches: &[(f64, f64)]| per_cent(coverage.percent(stretches));
    Line {
        reach: reach.id,
        name: reach.full_name(),
        community,
        covered: share(&coverage.all),
        left: share(&coverage.left),
        right: share(&coverage.right),
        mean: per_cent(coverage.mean_percent),
        tracks: coverage.tracks,
        open: [
            ("bank-left", &coverage.left),
            ("bank-right", &coverage.right),
        ]
        .into_iter()
        .map(|(bank, walked)| {
            let walked = (walked.as_slice(), coverage.percent(walked));
            not_walked(s, bank, walked, coverage.length_m)
        })
        .collect(),
        rounds: coverage
            .rounds
            .iter()
            .take(NAMED)
            .map(|(id, at, percent)| (*id, s.when(at), per_cent(*percent)))
            .collect(),
        more: coverage.rounds.len().saturating_sub(NAMED),
        svg,
    }
}
