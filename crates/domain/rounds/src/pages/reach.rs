//! `/rounds/reaches/{id}`: a reach over time, and the three lines of defence (三道防线): prevented, found, put right and held.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde_json::json;
use uuid::Uuid;
use youlin_kernel::{Ctx, Micros, Result};
use youlin_places::rivers::{Reach, reach};
use youlin_web::{App, Caller, PathId, Prefs, Shell, WebResult, page};

use super::round::{category, place, state, step_words};
use super::shell;
use super::ways::{AskedOf, asked_now};
use crate::model::{Due, Outcome, RoundKind, Subject, SubjectKind};
use crate::permissions::{ROUNDS_READ, may_walk};
use crate::queries::{
    FindingStep, FindingView, RoundFilter, RoundLine, SubjectView, count_rounds, findings_at,
    is_again, rounds_of, standing_of_subject,
};
use crate::service::Rounds;

/// The last ninety days in figures.
struct Defence {
    talks: u64,
    patrols: u64,
    missed: usize,
    found: usize,
    on_spot: usize,
    verified: usize,
    to_revisit: usize,
    open: usize,
    /// Found again at the same place within sixty days after it had been put right.
    again: usize,
}

#[derive(Template)]
#[template(path = "round_reach.html")]
struct ReachPage {
    s: Shell,
    reach: Reach,
    defence: Defence,
    findings: Vec<FindingView>,
    rounds: Vec<RoundLine>,
    asked_of: Vec<AskedOf>,
    may_walk: bool,
}

impl ReachPage {
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
}

const DAYS: i64 = 90;
/// Days within which a finding is the same one again.
const AGAIN: i64 = 60;

async fn held(app: &App, ctx: &Ctx, id: Uuid) -> Result<(Reach, Vec<FindingView>)> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let reach = reach(app.db(), &scope, id).await?;
    let subject = Subject {
        kind: SubjectKind::Reach,
        id,
    };
    let findings = findings_at(app.db(), &scope, subject).await?;
    Ok((reach, findings))
}

/// `GET /rounds/reaches/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let (reach, findings) = held(&app, &ctx, id).await?;
    let scope = ctx.scope(&ROUNDS_READ)?;
    let subject = Subject {
        kind: SubjectKind::Reach,
        id,
    };
    let filter = RoundFilter {
        subject: Some(subject),
        ..RoundFilter::default()
    };
    let rounds = rounds_of(app.db(), &scope, filter).await?;
    let since = ctx.now().plus(-DAYS * Micros::DAY);
    let service = app.need::<Rounds>()?;
    let view = SubjectView::of_reach(&reach);
    let standing =
        standing_of_subject(&service, app.db(), &ctx, &scope, &view, since.date()).await?;
    let missed = standing
        .since
        .iter()
        .filter(|line| matches!(line.due, Due::Missed { .. } | Due::Short { .. }))
        .count();
    let of = |step: FindingStep| {
        let lately = findings.iter().filter(|one| one.found_at >= since);
        lately.filter(|one| one.step == step).count()
    };
    // Counted in the database: a reach that is walked daily has more of them than a list shows.
    let done = async |kind: RoundKind| {
        let lately = RoundFilter {
            kind: Some(kind),
            outcome: Some(Outcome::Done),
            since: Some(since),
            ..filter
        };
        count_rounds(app.db(), &scope, lately).await
    };
    let defence = Defence {
        talks: done(RoundKind::Talk).await?,
        patrols: done(RoundKind::Patrol).await? + done(RoundKind::Inspection).await?,
        missed,
        found: findings.iter().filter(|one| one.found_at >= since).count(),
        on_spot: of(FindingStep::OnSpot),
        verified: of(FindingStep::Verified),
        to_revisit: of(FindingStep::ToRevisit),
        open: of(FindingStep::Open),
        again: findings
            .iter()
            .filter(|one| one.found_at >= since && is_again(one, &findings, AGAIN))
            .count(),
    };
    let s = shell(&app, &ctx, prefs);
    page(&ReachPage {
        may_walk: may_walk(&ctx, reach.community, &[]).is_ok(),
        asked_of: asked_now(&s, &app, &view, standing.now).await?,
        s,
        reach,
        defence,
        findings,
        rounds,
    })
}

/// `GET /rounds/reaches/{id}/map.geojson`: the line and what was found along it.
pub(super) async fn map(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let (reach, findings) = held(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    let line: serde_json::Value = serde_json::from_str(&reach.line.geojson()).unwrap_or_default();
    let mut all = vec![json!({
        "type": "Feature", "geometry": line, "properties": { "name": reach.full_name() },
    })];
    for one in &findings {
        let Some((lon, lat)) = one.position else {
            continue;
        };
        all.push(json!({
            "type": "Feature",
            "geometry": { "type": "Point", "coordinates": [lon, lat] },
            "properties": {
                "name": category(&s, &one.category), "state": state(one), "detail": place(&s, one),
                "url": format!("/rounds/{}#f-{}", one.round, one.id),
            },
        }));
    }
    let body = json!({ "type": "FeatureCollection", "features": all }).to_string();
    Ok(([(CONTENT_TYPE, "application/geo+json")], body).into_response())
}
