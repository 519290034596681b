//! What rounds go to, read from the registers: its name, where it is, who is responsible.

use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Micros, Problem, Result, Scope};
use youlin_places::premises::{Premises, PremisesFilter, PremisesView};
use youlin_places::queries::{BuildingSpot, buildings_in};
use youlin_places::rivers::{self, ChiefLevel, Line};

use crate::model::{Subject, SubjectKind};
use crate::service::Rounds;

/// More premises than a district has.
const LISTED: u64 = 50_000;

/// See the module's text.
#[derive(Clone, Debug)]
pub struct SubjectView {
    pub subject: Subject,
    pub community: CommunityId,
    pub name: String,
    /// Of what lies within one grid.
    pub grid: Option<AreaId>,
    pub neighbourhood: Option<AreaId>,
    /// Of one reach; lists leave it out.
    pub course: Option<Course>,
    /// Today's chiefs of a reach.
    pub chiefs: Vec<(ChiefLevel, String)>,
    /// Of premises the register has closed: since when. What was done there is still written down.
    pub closed_at: Option<Micros>,
}

/// Where a reach runs.
#[derive(Clone, Debug)]
pub struct Course {
    pub line: Line,
    /// Metres from the line within which something is at the reach.
    pub corridor_m: f64,
}

impl SubjectView {
    /// The smallest area known to hold it.
    #[must_use]
    pub fn smallest(&self) -> AreaId {
        self.neighbourhood
            .or(self.grid)
            .unwrap_or_else(|| self.community.into())
    }

    /// A reach as it was read.
    #[must_use]
    pub fn of_reach(reach: &rivers::Reach) -> Self {
        Self {
            subject: Subject {
                kind: SubjectKind::Reach,
                id: reach.id,
            },
            community: reach.community,
            name: reach.full_name(),
            grid: None,
            neighbourhood: None,
            course: Some(Course {
                line: reach.line.clone(),
                corridor_m: reach.corridor_m(),
            }),
            chiefs: reach
                .present()
                .map(|chief| (chief.level, chief.name.clone()))
                .collect(),
            closed_at: None,
        }
    }
}

impl SubjectView {
    /// Metres along the reach of a position beside it; nothing of one that lies elsewhere.
    #[must_use]
    pub fn chainage(&self, position: (f64, f64)) -> Option<f64> {
        let course = self.course.as_ref()?;
        let (along, off) = course.line.nearest(position);
        (off <= course.corridor_m).then_some(along)
    }
}

/// One subject of a community.
///
/// # Errors
/// 404 outside the scope, or when there is no such thing.
pub async fn subject_view(
    rounds: &Rounds,
    db: &Database,
    scope: &Scope,
    community: CommunityId,
    subject: Subject,
) -> Result<SubjectView> {
    let view = subject_anywhere(rounds, db, scope, subject).await?;
    if view.community == community {
        Ok(view)
    } else {
        Err(Problem::not_found())
    }
}

/// One subject, wherever in the scope it is.
///
/// # Errors
/// 404 outside the scope, or when there is no such thing.
pub async fn subject_anywhere(
    rounds: &Rounds,
    db: &Database,
    scope: &Scope,
    subject: Subject,
) -> Result<SubjectView> {
    let view = match subject.kind {
        SubjectKind::Reach => SubjectView::of_reach(&rivers::reach(db, scope, subject.id).await?),
        SubjectKind::Building => {
            let place = rounds.cases.locator().building(subject.id);
            placed(subject, place)?
        }
        SubjectKind::Dwelling => {
            let place = rounds.cases.locator().dwelling(subject.id);
            placed(subject, place)?
        }
        SubjectKind::Premises => premises(Premises::one(db.read(), scope, subject.id).await?),
    };
    if scope.contains_community(view.community) {
        Ok(view)
    } else {
        Err(Problem::not_found())
    }
}

/// Every subject of a kind in the scope that a policy may be about. Dwellings are too many to be listed: their rounds
/// are asked for by a question of the register.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn subjects_of(
    db: &Database,
    scope: &Scope,
    kind: SubjectKind,
) -> Result<Vec<SubjectView>> {
    match kind {
        SubjectKind::Reach => {}
        SubjectKind::Building => return buildings(db, scope).await,
        SubjectKind::Premises => {
            let filter = PremisesFilter::default();
            let all = Premises::list(db.read(), scope, &filter, LISTED).await?;
            return Ok(all.into_iter().map(premises).collect());
        }
        SubjectKind::Dwelling => return Ok(Vec::new()),
    }
    let lines = rivers::reaches(db, scope).await?;
    Ok(lines
        .into_iter()
        .map(|line| SubjectView {
            subject: Subject { kind, id: line.id },
            community: line.community,
            name: line.full_name(),
            grid: None,
            neighbourhood: None,
            course: None,
            chiefs: line.chiefs,
            closed_at: None,
        })
        .collect())
}

fn premises(one: PremisesView) -> SubjectView {
    SubjectView {
        subject: Subject {
            kind: SubjectKind::Premises,
            id: one.id,
        },
        community: one.community,
        grid: one.grid,
        neighbourhood: one.neighbourhood,
        name: one.name,
        course: None,
        chiefs: Vec::new(),
        closed_at: one.closed_at,
    }
}

async fn buildings(db: &Database, scope: &Scope) -> Result<Vec<SubjectView>> {
    let all = buildings_in(db, scope).await?.into_iter();
    let view = |one: BuildingSpot| SubjectView {
        subject: Subject {
            kind: SubjectKind::Building,
            id: one.id,
        },
        community: one.community,
        name: one.name,
        grid: one.grid,
        neighbourhood: one.neighbourhood,
        course: None,
        chiefs: Vec::new(),
        closed_at: None,
    };
    Ok(all.map(view).collect())
}

fn placed(subject: Subject, place: Option<youlin_places::Place>) -> Result<SubjectView> {
    let place = place.ok_or_else(Problem::not_found)?;
    Ok(SubjectView {
        subject,
        community: place.community,
        grid: place.grid,
        neighbourhood: place.neighbourhood,
        name: place.address,
        course: None,
        chiefs: Vec::new(),
        closed_at: None,
    })
}
