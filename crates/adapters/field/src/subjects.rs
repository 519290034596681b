//! What a round may go to besides reaches: the buildings and premises of the caller's own area, as far as the register shows
//! them. Only of few communities, and only so many: whoever works for a whole district is no walker of all its houses.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, ProblemKind, Result, Scope};
use youlin_places::Locator;
use youlin_places::permissions::PLACES_READ;
use youlin_places::premises::{Premises, PremisesFilter, PremisesView, StallView};
use youlin_places::queries::register_of;
use youlin_rounds::model::{Subject, SubjectKind};
use youlin_rounds::permissions::may_walk;
use youlin_rounds::{Rounds, subject_view};
use youlin_web::App;

use crate::pack::name_of;

/// Communities whose houses are taken along.
const COMMUNITIES: usize = 3;
/// Subjects of each kind.
const MOST: usize = 300;
/// Stalls of all premises together.
const STALLS: usize = 2_000;

/// See the module's text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldSubject)]
pub(crate) struct PackSubject {
    pub(crate) kind: SubjectKind,
    pub(crate) id: Uuid,
    community: CommunityId,
    name: String,
    /// The grid it lies in.
    area: String,
    /// Longitude and latitude, WGS-84.
    position: Option<(f64, f64)>,
    /// Stalls of premises, dwellings of a building.
    parts: i64,
    /// What the stalls of premises are called, of as many as are taken along.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stalls: Vec<String>,
}

/// The subjects, and how many more there are.
pub(crate) async fn subjects(
    app: &App,
    ctx: &Ctx,
    walks: &Scope,
) -> Result<(Vec<PackSubject>, usize)> {
    // A volunteer at the river does not read the register of houses.
    let Ok(scope) = ctx.scope(&PLACES_READ) else {
        return Ok((Vec::new(), 0));
    };
    let communities: Vec<CommunityId> = scope
        .parts()
        .iter()
        .map(|part| part.community)
        .filter(|one| walks.contains_community(*one))
        .collect();
    if communities.len() > COMMUNITIES {
        return Ok((Vec::new(), 0));
    }
    let mut all = buildings(app, ctx, &scope, &communities).await?;
    let mut left_out = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    let (premises, more) = premises(app, ctx, &scope).await?;
    left_out += more;
    all.extend(premises);
    Ok((all, left_out))
}

/// The name of the grid, where one is known.
fn grid_name(ctx: &Ctx, grid: Option<AreaId>) -> String {
    grid.map_or_else(String::new, |grid| name_of(ctx, grid))
}

async fn buildings(
    app: &App,
    ctx: &Ctx,
    scope: &Scope,
    communities: &[CommunityId],
) -> Result<Vec<PackSubject>> {
    let locator = app.need::<Locator>()?;
    let mut all = Vec::new();
    for community in communities {
        for estate in register_of(app.db(), scope, *community).await? {
            for one in estate.buildings {
                if may_walk(ctx, *community, &[one.grid, one.neighbourhood]).is_err() {
                    continue;
                }
                let place = locator.building(one.id);
                all.push(PackSubject {
                    kind: SubjectKind::Building,
                    id: one.id,
                    community: *community,
                    name: place
                        .as_ref()
                        .map_or_else(|| one.name.clone(), |place| place.address.clone()),
                    area: grid_name(ctx, one.grid),
                    position: place.and_then(|place| place.position),
                    parts: one.dwellings,
                    stalls: Vec::new(),
                });
            }
        }
    }
    Ok(all)
}

async fn premises(app: &App, ctx: &Ctx, scope: &Scope) -> Result<(Vec<PackSubject>, usize)> {
    let db = app.db().read();
    let most = u64::try_from(MOST).unwrap_or(u64::MAX);
    let mut all = Premises::list(db, scope, &PremisesFilter::default(), most + 1).await?;
    all.retain(|one| may_walk(ctx, one.community, &[one.grid, one.neighbourhood]).is_ok());
    let first = all.first().map(|one| (one.community, one.id));
    // What the command behind it would refuse is not offered.
    if !takes_rounds(app, scope, first).await? {
        return Ok((Vec::new(), 0));
    }
    // Beyond those asked for it is known that there are some, not how many.
    let left_out = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    let mut room = STALLS;
    let fits = |one: &&PremisesView| {
        let count = usize::try_from(one.stalls).unwrap_or(0);
        let fits = (1..=room).contains(&count);
        room -= if fits { count } else { 0 };
        fits
    };
    let named: Vec<&PremisesView> = all.iter().filter(fits).collect();
    let mut stalls = Premises::stalls_of(db, &named).await?;
    let packed = all.into_iter().map(|one| PackSubject {
        kind: SubjectKind::Premises,
        id: one.id,
        community: one.community,
        area: grid_name(ctx, one.grid),
        name: one.name,
        position: one.position,
        parts: one.stalls,
        stalls: stalls
            .remove(&one.id)
            .unwrap_or_default()
            .iter()
            .map(StallView::label)
            .collect(),
    });
    Ok((packed.collect(), left_out))
}

/// Whether a round to premises finds its subject.
async fn takes_rounds(
    app: &App,
    scope: &Scope,
    first: Option<(CommunityId, Uuid)>,
) -> Result<bool> {
    let Some((community, id)) = first else {
        return Ok(false);
    };
    let rounds = app.need::<Rounds>()?;
    let subject = Subject {
        kind: SubjectKind::Premises,
        id,
    };
    match subject_view(&rounds, app.db(), scope, community, subject).await {
        Ok(_) => Ok(true),
        Err(problem) if problem.kind() == ProblemKind::NotFound => Ok(false),
        Err(problem) => Err(problem),
    }
}
