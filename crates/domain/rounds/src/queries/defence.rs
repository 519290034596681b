//! The three lines of defence (三道防线) of the reaches of a community: prevented, found, put right and held. Each figure is
//! the length of the list that is opened by it, so both always agree.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use youlin_database::Database;
use youlin_kernel::{CommunityId, Micros, Result, Scope, words};

use super::due::{DueLine, standing_over};
use super::rounds::{FindingStep, FindingView, RoundLine, line, views, visible};
use crate::entities::{finding, round};
use crate::model::{Due, Outcome, SubjectKind};

/// Metres within which a finding is at the same place.
const SAME_PLACE_M: f64 = 50.0;
/// Rows looked at: a year of a community's daily patrols and everything they found.
const MOST: u64 = 5_000;

words! {
    /// One figure of the three lines.
    DefenceLine {
        /// Prevented: patrols that took place.
        Patrols = "patrols",
        /// Periods that went by without.
        Missed = "missed",
        /// Found, however it ended.
        Found = "found",
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
    pub patrols: Vec<RoundLine>,
    pub missed: Vec<DueLine>,
    pub found: Vec<FindingView>,
    /// Of `found`, those that were found again.
    pub again: Vec<FindingView>,
}

impl Defence {
    /// The findings behind a figure; of the first line there are none.
    #[must_use]
    pub fn findings(&self, line: DefenceLine) -> Vec<&FindingView> {
        let step = match line {
            DefenceLine::Patrols | DefenceLine::Missed => return Vec::new(),
            DefenceLine::Found => return self.found.iter().collect(),
            DefenceLine::Again => return self.again.iter().collect(),
            DefenceLine::OnSpot => FindingStep::OnSpot,
            DefenceLine::Verified => FindingStep::Verified,
            DefenceLine::ToRevisit => FindingStep::ToRevisit,
            DefenceLine::Open => FindingStep::Open,
        };
        self.found.iter().filter(|one| one.step == step).collect()
    }

    /// The figure.
    #[must_use]
    pub fn count(&self, line: DefenceLine) -> usize {
        match line {
            DefenceLine::Patrols => self.patrols.len(),
            DefenceLine::Missed => self.missed.len(),
            _ => self.findings(line).len(),
        }
    }
}

/// The three lines of one community of the scope since a moment; found again counts within so many days after the end.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn defence(
    db: &Database,
    scope: &Scope,
    community: CommunityId,
    since: Micros,
    (now, again_days): (Micros, i64),
) -> Result<Defence> {
    let (today, first) = (now.date(), since.date());
    let standing = standing_over(db, scope, first, today, today).await?;
    let missed = standing
        .into_iter()
        .filter(|line| line.community == community && line.subject.kind == SubjectKind::Reach)
        .filter(|line| matches!(line.due, Due::Missed { .. }))
        .collect();
    // What was put right before the time may be found again in it.
    let before = since.plus(-again_days * Micros::DAY);
    let rows = finding::Entity::find()
        .filter(visible(
            scope,
            finding::Column::CommunityId,
            finding::Column::GridId,
            finding::Column::NeighbourhoodId,
        ))
        .filter(finding::Column::CommunityId.eq(community.0))
        .filter(finding::Column::SubjectKind.eq(SubjectKind::Reach.as_str()))
        .filter(finding::Column::FoundAt.gte(before.0))
        .order_by_desc(finding::Column::FoundAt)
        .limit(MOST)
        .all(db.read())
        .await?;
    let all = views(db, rows).await?;
    let again = all
        .iter()
        .filter(|one| one.found_at >= since && is_again(one, &all, again_days))
        .cloned()
        .collect();
    Ok(Defence {
        patrols: patrols(db, scope, community, since).await?,
        missed,
        again,
        found: all
            .into_iter()
            .filter(|one| one.found_at >= since)
            .collect(),
    })
}

async fn patrols(
    db: &Database,
    scope: &Scope,
    community: CommunityId,
    since: Micros,
) -> Result<Vec<RoundLine>> {
    let rows = round::Entity::find()
        .filter(visible(
            scope,
            round::Column::CommunityId,
            round::Column::GridId,
            round::Column::NeighbourhoodId,
        ))
        .filter(round::Column::CommunityId.eq(community.0))
        .filter(round::Column::SubjectKind.eq(SubjectKind::Reach.as_str()))
        .filter(round::Column::Outcome.eq(Outcome::Done.as_str()))
        .filter(round::Column::BeganAt.gte(since.0))
        .order_by_desc(round::Column::BeganAt)
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
