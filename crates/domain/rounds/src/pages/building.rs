//! `/rounds/buildings/{id}`: a building over time: what is due there and when it was last done, what was found, its rounds.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use youlin_kernel::AreaId;
use youlin_places::permissions::PLACES_READ;
use youlin_web::{App, Caller, PathId, Prefs, Shell, WebResult, page};

use super::round::{category, place, state, step_words};
use super::shell;
use super::ways::{AskedOf, asked_of};
use crate::model::{Subject, SubjectKind};
use crate::permissions::{ROUNDS_READ, may_walk};
use crate::queries::{
    FindingView, RoundFilter, RoundLine, SubjectView, findings_at, rounds_of, subject_anywhere,
};
use crate::service::Rounds;

#[derive(Template)]
#[template(path = "round_building.html")]
struct BuildingPage {
    s: Shell,
    one: SubjectView,
    area: AreaId,
    asked_of: Vec<AskedOf>,
    findings: Vec<FindingView>,
    rounds: Vec<RoundLine>,
    may_walk: bool,
    may_register: bool,
}

impl BuildingPage {
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

/// `GET /rounds/buildings/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let rounds = app.need::<Rounds>()?;
    let subject = Subject {
        kind: SubjectKind::Building,
        id,
    };
    let one = subject_anywhere(&rounds, app.db(), &scope, subject).await?;
    let areas = [one.grid, one.neighbourhood];
    if !scope.contains(one.community, &areas) {
        return Err(youlin_kernel::Problem::not_found().into());
    }
    let of = RoundFilter {
        subject: Some(subject),
        ..RoundFilter::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&BuildingPage {
        asked_of: asked_of(&s, &app, &ctx, &scope, &one).await?,
        findings: findings_at(app.db(), &scope, subject).await?,
        rounds: rounds_of(app.db(), &scope, of).await?,
        may_walk: may_walk(&ctx, one.community, &areas).is_ok(),
        may_register: ctx.authorize(&PLACES_READ, one.smallest()).is_ok(),
        area: one.smallest(),
        s,
        one,
    })
}
