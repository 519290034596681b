//! The three lines of defence (三道防线) of the reaches of a community: prevented, found, put right and held. Each figure is
//! the length of the list that is opened by it, so both always agree; the people talks reached are the sum over theirs.
//!
//! Everything is read at once for all communities of the scope and divided among them here.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, Scope, words};

use super::due::{DueLine, standing_over};
use super::findings::{FindingStep, FindingView, views};
use super::reports::{ReachReport, reports_at_reaches};
use super::rounds::{RoundLine, line};
use super::sight::Sight;
use crate::entities::{finding, round};
use crate::model::{Due, Outcome, RoundKind, SubjectKind};
use crate::service::Rounds;

/// Metres within which a finding is at the same place.
const SAME_PLACE_M: f64 = 50.0;
/// Rows looked at: a year of a sub-district's daily patrols, and everything they found.
const MOST: u64 = 50_000;

words! {
    /// One figure of the three lines.
    DefenceLine {
        /// Prevented: talks that were given at the reaches.
        Talks = "talks",
        /// People those talks reached.
        Reached = "reached",
        /// Patrols that took place.
        Patrols = "patrols",
        /// Periods that went by without.
        Missed = "missed",
        /// Found on rounds, however it ended.
        Found = "found",
        /// Reported by residents and passers-by.
        Reports = "reports",
        /// Put right by whoever found it.
        OnSpot = "on_spot",
        /// Seen to be put right by somebody else.
        Verified = "verified",
        /// Said to be put right: somebody has yet to look.
        ToRevisit = "to_revisit",
        /// Being put right.
        Open = "open",
        /// Found again at the same place soon after it had been put right: it did not hold.
        Again = "again",
    }
}

/// What stands behind the figures of one community.
#[derive(Clone, Debug, Default)]
pub struct Defence {
    pub talks: Vec<RoundLine>,
    pub patrols: Vec<RoundLine>,
    pub missed: Vec<DueLine>,
    pub found: Vec<FindingView>,
    /// None where the caller reads no cases.
    pub reports: Option<Vec<ReachReport>>,
    /// Of `found`, those that were found again.
    pub again: Vec<FindingView>,
}

impl Defence {
    /// The findings behind a figure; behind others there are none.
    #[must_use]
    pub fn findings(&self, line: DefenceLine) -> Vec<&FindingView> {
        use DefenceLine as L;
        let step = match line {
            L::Talks | L::Reached | L::Patrols | L::Missed | L::Reports => return Vec::new(),
            L::Found => return self.found.iter().collect(),
            L::Again => return self.again.iter().collect(),
            L::OnSpot => FindingStep::OnSpot,
            L::Verified => FindingStep::Verified,
            L::ToRevisit => FindingStep::ToRevisit,
            L::Open => FindingStep::Open,
        };
        self.found.iter().filter(|one| one.step == step).collect()
    }

    /// The figure; none where the caller may not see what is behind it.
    #[must_use]
    pub fn count(&self, line: DefenceLine) -> Option<usize> {
        Some(match line {
            DefenceLine::Talks => self.talks.len(),
            DefenceLine::Reached => {
                let reached = self.talks.iter().filter_map(|one| one.reached);
                reached.filter_map(|one| usize::try_from(one).ok()).sum()
            }
            DefenceLine::Patrols => self.patrols.len(),
            DefenceLine::Missed => self.missed.len(),
            DefenceLine::Reports => self.reports.as_ref()?.len(),
            _ => self.findings(line).len(),
        })
    }

    /// What of it is of one reach.
    #[must_use]
    pub fn of_reach(mut self, reach: Uuid) -> Self {
        self.talks.retain(|one| one.subject.id == reach);
        self.patrols.retain(|one| one.subject.id == reach);
        self.missed.retain(|one| one.subject.id == reach);
        self.found.retain(|one| one.subject.id == reach);
        self.again.retain(|one| one.subject.id == reach);
        if let Some(reports) = &mut self.reports {
            reports.retain(|one| one.reach == reach);
        }
        self
    }

    fn is_empty(&self) -> bool {
        self.talks.is_empty()
            && self.patrols.is_empty()
            && self.missed.is_empty()
            && self.found.is_empty()
            && self.reports.as_ref().is_none_or(Vec::is_empty)
    }
}

/// The three lines of each community of the scope since a moment, of those where anything happened; found again counts within
/// so many days after the end. `cases` is what the caller may read of cases.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn defence(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    (scope, cases): (&Scope, Option<&Scope>),
    (since, again_days): (Micros, i64),
) -> Result<BTreeMap<CommunityId, Defence>> {
    let mut all: BTreeMap<CommunityId, Defence> = BTreeMap::new();
    for community in scope.communities().into_iter().map(CommunityId) {
        all.entry(community).or_default().reports = cases
            .is_some_and(|cases| cases.contains_community(community))
            .then(Vec::new);
    }
    let over = (since.date(), ctx.now().date());
    for line in standing_over(rounds, db, ctx, scope, over).await? {
        // Whoever did not go far enough did not see all of it.
        let missed = matches!(line.due, Due::Missed { .. } | Due::Short { .. });
        if missed && line.subject.kind == SubjectKind::Reach {
            all.entry(line.community).or_default().missed.push(line);
        }
    }
    for one in walked(db, scope, since).await? {
        let of = all.entry(one.community).or_default();
        match one.kind {
            RoundKind::Talk => of.talks.push(one),
            RoundKind::Patrol | RoundKind::Inspection | RoundKind::Visit => of.patrols.push(one),
        }
    }
    // What was put right before the time may be found again in it.
    let before = since.plus(-again_days * Micros::DAY);
    let mut found: HashMap<CommunityId, Vec<FindingView>> = HashMap::new();
    for one in found_since(db, scope, before).await? {
        found.entry(one.community).or_default().push(one);
    }
    for (community, mut found) in found {
        let of = all.entry(community).or_default();
        let again = found.iter().filter(|one| one.found_at >= since);
        of.again = again
            .filter(|one| is_again(one, &found, again_days))
            .cloned()
            .collect();
        found.retain(|one| one.found_at >= since);
        of.found = found;
    }
    if let Some(cases) = cases {
        for (community, reports) in reports_at_reaches(db, scope, cases, since).await? {
            if let Some(of) = all.get_mut(&community) {
                of.reports = Some(reports);
            }
        }
    }
    all.retain(|_, of| !of.is_empty());
    Ok(all)
}

async fn found_since(db: &Database, scope: &Scope, since: Micros) -> Result<Vec<FindingView>> {
    use finding::Column;
    let rows = finding::Entity::find()
        .filter(Sight::of(db.read(), scope).await?.findings())
        .filter(Column::SubjectKind.eq(SubjectKind::Reach.as_str()))
        .filter(Column::FoundAt.gte(since.0))
        .order_by_desc(Column::FoundAt)
        .limit(MOST)
        .all(db.read())
        .await?;
    views(db, rows).await
}

/// Rounds to reaches that took place, of whatever kind.
async fn walked(db: &Database, scope: &Scope, since: Micros) -> Result<Vec<RoundLine>> {
    use round::Column;
    let rows = round::Entity::find()
        .filter(Sight::of(db.read(), scope).await?.rounds())
        .filter(Column::SubjectKind.eq(SubjectKind::Reach.as_str()))
        .filter(Column::Outcome.eq(Outcome::Done.as_str()))
        .filter(Column::BeganAt.gte(since.0))
        .order_by_desc(Column::BeganAt)
        .limit(MOST)
        .all(db.read())
        .await?;
    Ok(rows.into_iter().filter_map(|row| line(row, 0)).collect())
}

/// Whether the same was found near there on the same reach and put right not more than so many days before.
#[must_use]
pub fn is_again(one: &FindingView, all: &[FindingView], days: i64) -> bool {
    let near = |other: &FindingView| {
        let both = one.chainage_m.zip(other.chainage_m);
        other.subject == one.subject
            && other.category == one.category
            && both.is_some_and(|(a, b)| (a - b).abs() <= SAME_PLACE_M)
            && other.bank == one.bank
    };
    let ended = |other: &FindingView| match other.step {
        FindingStep::OnSpot => Some(other.found_at),
        FindingStep::Verified => other.case.as_ref().and_then(|case| case.ended_at),
        _ => None,
    };
    all.iter()
        .filter(|other| other.id != one.id && near(other))
        .filter_map(ended)
        .any(|at| at <= one.found_at && one.found_at.0 - at.0 <= days * Micros::DAY)
}
