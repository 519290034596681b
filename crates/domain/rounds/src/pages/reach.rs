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

use super::defence::{Figure, Span, figures};
use super::round::{category, place, state, step_words};
use super::shell;
use super::ways::{AskedOf, asked_now};
use crate::model::{Subject, SubjectKind};
use crate::permissions::{ROUNDS_READ, may_walk};
use crate::queries::{
    Defence, DefenceLine, FindingView, RoundFilter, RoundLine, SubjectView, defence, findings_at,
    rounds_of, standing_of_subject,
};
use crate::service::Rounds;

#[derive(Template)]
#[template(path = "round_reach.html")]
struct ReachPage {
    s: Shell,
    reach: Reach,
    /// The last ninety days, each figure with where it opens.
    figures: Vec<Figure>,
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

impl Span {
    fn of(reach: Uuid) -> Self {
        Self {
            days: DAYS,
            again: AGAIN,
            reach: Some(reach),
        }
    }
}

/// What a reach's own page says of the three lines.
const LINES: &[DefenceLine] = &[
    DefenceLine::Talks,
    DefenceLine::Patrols,
    DefenceLine::Missed,
    DefenceLine::Found,
    DefenceLine::OnSpot,
    DefenceLine::Verified,
    DefenceLine::ToRevisit,
    DefenceLine::Open,
    DefenceLine::Again,
];

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
    let today = ctx.now().date();
    let standing = standing_of_subject(&service, app.db(), &ctx, &scope, &view, today).await?;
    // By the very query of the page the figures open, so that each is the length of its list.
    let here = scope.narrowed(ctx.areas(), reach.community.into());
    let span = (since, AGAIN);
    let all = defence(&service, app.db(), &ctx, (&here, None), span).await?;
    let all = all.into_iter().find(|(of, _)| *of == reach.community);
    let all = all.map_or_else(Defence::default, |(_, all)| all.of_reach(id));
    let s = shell(&app, &ctx, prefs);
    page(&ReachPage {
        may_walk: may_walk(&ctx, reach.community, &[]).is_ok(),
        figures: figures(&s, reach.community, &all, Span::of(id), LINES),
        asked_of: asked_now(&s, &app, &view, standing.now).await?,
        s,
        reach,
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
                "state_word": s.tt("finding-map", state(one)),
                "url": format!("/rounds/{}#f-{}", one.round, one.id),
            },
        }));
    }
    let body = json!({ "type": "FeatureCollection", "features": all }).to_string();
    Ok(([(CONTENT_TYPE, "application/geo+json")], body).into_response())
}
