//! `/rounds/premises/{id}`: premises over time: their rounds, and their hazards until each left the list.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use youlin_kernel::AreaId;
use youlin_places::permissions::PLACES_READ;
use youlin_places::premises::{Premises, PremisesView, square_metres};
use youlin_web::{App, Caller, PathId, Prefs, Shell, WebResult, page};

use super::super::shell;
use super::super::ways::{AskedOf, asked_of};
use super::words;
use crate::model::{HazardStep, Outcome, RoundKind, Subject, SubjectKind};
use crate::permissions::{ROUNDS_READ, may_walk};
use crate::queries::{
    HazardFilter, HazardView, HazardsOf, RoundFilter, RoundLine, hazards, rounds_of,
    subject_anywhere,
};
use crate::service::Rounds;

#[derive(Template)]
#[template(path = "round_premises.html")]
struct PremisesPage {
    s: Shell,
    one: PremisesView,
    area: AreaId,
    listed: Vec<HazardView>,
    removed: Vec<HazardView>,
    rounds: Vec<RoundLine>,
    asked_of: Vec<AskedOf>,
    inspections: usize,
    overdue: usize,
    to_recheck: usize,
    may_walk: bool,
    may_register: bool,
}

impl PremisesPage {
    fn metres(&self, centi: &i64) -> String {
        square_metres(*centi)
    }
}

/// `GET /rounds/premises/{id}`.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let db = app.db();
    let one = Premises::one(db.read(), &scope, id).await?;
    let filter = |of| HazardFilter {
        of: Some(of),
        premises: Some(id),
        ..HazardFilter::default()
    };
    let listed = hazards(db, &scope, filter(HazardsOf::Listed)).await?;
    let removed = hazards(db, &scope, filter(HazardsOf::Removed)).await?;
    let subject = Subject {
        kind: SubjectKind::Premises,
        id,
    };
    let of = RoundFilter {
        subject: Some(subject),
        ..RoundFilter::default()
    };
    let rounds = rounds_of(db, &scope, of).await?;
    let inspections = rounds
        .iter()
        .filter(|one| one.kind == RoundKind::Inspection && one.outcome == Outcome::Done);
    let s = shell(&app, &ctx, prefs);
    let service = app.need::<Rounds>()?;
    let view = subject_anywhere(&service, db, &scope, subject).await?;
    page(&PremisesPage {
        asked_of: match one.closed_at {
            None => asked_of(&s, &app, &ctx, &scope, &view).await?,
            Some(_closed) => Vec::new(),
        },
        inspections: inspections.count(),
        overdue: listed.iter().filter(|one| one.overdue).count(),
        to_recheck: listed
            .iter()
            .filter(|one| one.step == HazardStep::ToRecheck)
            .count(),
        may_walk: one.closed_at.is_none()
            && may_walk(&ctx, one.community, &[one.grid, one.neighbourhood]).is_ok(),
        may_register: ctx.authorize(&PLACES_READ, one.area()).is_ok(),
        area: one.area(),
        s,
        one,
        listed,
        removed,
        rounds,
    })
}
