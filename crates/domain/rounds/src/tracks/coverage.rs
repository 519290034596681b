//! How much of each reach a policy's rounds covered over a time: for the organisation, by reach, never by person.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Micros, Result, Scope};

use super::judge::{metres, union};
use super::queries::{passes_on_at, summary};
use crate::entities::{round, round_track};
use crate::model::Outcome;
use crate::service::Rounds;

/// Tracks looked at; a year of daily ones of a community's reaches.
const MOST: u64 = 4_000;

/// A reach over a time.
#[derive(Clone, Debug, Default)]
pub struct ReachCoverage {
    pub length_m: f64,
    /// Rounds with a track.
    pub tracks: usize,
    /// What all of them together covered, in metres along the reach, of the reach and of either bank.
    pub all: Vec<(f64, f64)>,
    pub left: Vec<(f64, f64)>,
    pub right: Vec<(f64, f64)>,
    /// Mean of the single rounds' per cent.
    pub mean_percent: f64,
    /// Rounds with their beginning and per cent, the newest first.
    pub rounds: Vec<(Uuid, Micros, f64)>,
}

impl ReachCoverage {
    /// Per cent of the reach, of stretches of it.
    #[must_use]
    pub fn percent(&self, stretches: &[(f64, f64)]) -> f64 {
        if self.length_m > 0.0 {
            (metres(stretches) / self.length_m * 100.0).min(100.0)
        } else {
            0.0
        }
    }
}

/// Rounds that were taken back: what was walked on them covers nothing.
fn withdrawn(scope: &Scope) -> SelectStatement {
    Query::select()
        .column(round::Column::Id)
        .from(round::Entity)
        .and_where(round::Column::CommunityId.is_in(scope.communities()))
        .and_where(round::Column::Outcome.eq(Outcome::Withdrawn.as_str()))
        .take()
}

/// The reaches of the scope that have tracks of a policy (of any, without one) between two moments. Tracks that are still
/// with their walker are counted apart.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn coverage_over(
    rounds: &Rounds,
    db: &Database,
    scope: &Scope,
    policy: Option<Uuid>,
    (from, to, now): (Micros, Micros, Micros),
) -> Result<(BTreeMap<(CommunityId, Uuid), ReachCoverage>, usize)> {
    use round_track::Column;
    let mut wanted = round_track::Entity::find()
        .filter(Column::CommunityId.is_in(scope.communities()))
        .filter(Column::BeganAt.gte(from.0))
        .filter(Column::BeganAt.lt(to.0))
        .filter(Column::RoundId.not_in_subquery(withdrawn(scope)));
    if let Some(policy) = policy {
        wanted = wanted.filter(Column::PolicyId.eq(policy));
    }
    let rows = wanted
        .order_by_desc(Column::BeganAt)
        .limit(MOST)
        .all(db.read())
        .await?;
    let mut reaches: BTreeMap<(CommunityId, Uuid), ReachCoverage> = BTreeMap::new();
    let mut with_walker = 0;
    for row in rows {
        if row.released_at.is_none() && now < passes_on_at(&row) {
            with_walker += 1;
            continue;
        }
        let coverage = summary(rounds, &row)?.coverage;
        let reach = reaches
            .entry((CommunityId(row.community_id), row.subject_id))
            .or_default();
        reach.length_m = reach.length_m.max(coverage.length_m);
        reach.tracks += 1;
        reach.all.extend(coverage.reach.stretches);
        reach.left.extend(coverage.left.stretches);
        reach.right.extend(coverage.right.stretches);
        let round = (row.round_id, Micros(row.began_at), coverage.reach.percent);
        reach.rounds.push(round);
    }
    for reach in reaches.values_mut() {
        for stretches in [&mut reach.all, &mut reach.left, &mut reach.right] {
            *stretches = union(std::mem::take(stretches));
        }
        let sum: f64 = reach.rounds.iter().map(|(_, _, percent)| percent).sum();
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let count = reach.tracks.max(1) as f64;
        reach.mean_percent = sum / count;
    }
    Ok((reaches, with_walker))
}
