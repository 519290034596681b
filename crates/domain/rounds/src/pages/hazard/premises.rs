//! `/rounds/premises/{id}`: premises over time: their rounds, and their hazards until each left the list.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, Micros, Result, Scope};
use youlin_places::permissions::PLACES_READ;
use youlin_places::premises::{Premises, PremisesView, square_metres};
use youlin_web::{ApiQuery, App, Caller, PathId, Prefs, Shell, WebResult, page};

use super::super::shell;
use super::super::ways::{AskedOf, asked_of};
use super::words;
use crate::model::{Outcome, RoundKind, Subject, SubjectKind};
use crate::permissions::{ROUNDS_READ, may_walk};
use crate::queries::{
    HazardFilter, HazardView, HazardsOf, RoundFilter, RoundLine, count_hazards, count_rounds,
    hazards, rounds_of, subject_anywhere,
};
use crate::service::Rounds;

#[derive(Template)]
#[template(path = "round_premises.html")]
struct PremisesPage {
    s: Shell,
    one: PremisesView,
    area: AreaId,
    /// The first of each; how many there are is counted.
    listed: Vec<HazardView>,
    removed: Vec<HazardView>,
    rounds: Vec<RoundLine>,
    counts: Counts,
    /// From where on rounds are shown; the first ones where empty.
    older: Option<(Micros, Uuid)>,
    from_start: bool,
    asked_of: Vec<AskedOf>,
    may_walk: bool,
    may_register: bool,
}

/// Counted in the database, however many a page shows.
#[derive(Default)]
struct Counts {
    inspections: u64,
    rounds: u64,
    listed: u64,
    overdue: u64,
    to_recheck: u64,
    removed: u64,
}

/// Hazards of either list, and rounds, that are shown on the page itself.
const SHOWN: u64 = 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Asked {
    /// Rounds are shown from the one after this on.
    before: Option<i64>,
    before_id: Option<Uuid>,
}

async fn counts(db: &Database, scope: &Scope, subject: Subject) -> Result<Counts> {
    let hazards = |of| HazardFilter {
        of: Some(of),
        premises: Some(subject.id),
        ..HazardFilter::default()
    };
    let rounds = RoundFilter {
        subject: Some(subject),
        ..RoundFilter::default()
    };
    let inspections = RoundFilter {
        kind: Some(RoundKind::Inspection),
        outcome: Some(Outcome::Done),
        ..rounds
    };
    let (inspections, rounds, listed, overdue, to_recheck, removed) = futures::try_join!(
        count_rounds(db, scope, inspections),
        count_rounds(db, scope, rounds),
        count_hazards(db, scope, hazards(HazardsOf::Listed)),
        count_hazards(db, scope, hazards(HazardsOf::Overdue)),
        count_hazards(db, scope, hazards(HazardsOf::ToRecheck)),
        count_hazards(db, scope, hazards(HazardsOf::Removed)),
    )?;
    Ok(Counts {
        inspections,
        rounds,
        listed,
        overdue,
        to_recheck,
        removed,
    })
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
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let db = app.db();
    let one = Premises::one(db.read(), &scope, id).await?;
    let filter = |of| HazardFilter {
        of: Some(of),
        premises: Some(id),
        most: Some(SHOWN),
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
        before: asked.before.map(Micros),
        before_id: asked.before_id,
        // One more says whether there are more.
        most: Some(SHOWN + 1),
        ..RoundFilter::default()
    };
    let mut rounds = rounds_of(db, &scope, of).await?;
    let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
    let more = rounds.len() > shown;
    rounds.truncate(shown);
    let older = rounds.last().map(|one| (one.began_at, one.id));
    let s = shell(&app, &ctx, prefs);
    let service = app.need::<Rounds>()?;
    let view = subject_anywhere(&service, db, &scope, subject).await?;
    page(&PremisesPage {
        asked_of: match one.closed_at {
            None => asked_of(&s, &app, &ctx, &scope, &view).await?,
            Some(_closed) => Vec::new(),
        },
        counts: counts(db, &scope, subject).await?,
        older: older.filter(|_| more),
        from_start: asked.before.is_none(),
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
