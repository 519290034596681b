//! The public board of a reach: what anybody may read who stands before its sign. No names of walkers, no photographs,
//! no words of reports: only what was found, where, and whether it is put right. What passers-by reported by the board itself is
//! on it as soon as somebody accepted it.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use youlin_cases::model::Status;
use youlin_cases::reported_under;
use youlin_database::Database;
use youlin_kernel::{Micros, Result};
use youlin_places::rivers::{Bank, Reach, reach_by_sign};

use super::findings::{FindingStep, views};
use super::reports::board_prefix;
use crate::entities::{finding, round};
use crate::model::{FindingState, Outcome, RoundKind, SubjectKind};
use crate::pages::RIVER_CATEGORIES;

/// Findings the board looks back over.
const LOOKED_AT: u64 = 200;

/// See the module's text.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RiverBoard)]
pub struct Board {
    pub reach: Reach,
    /// When somebody last walked it.
    pub last_patrol: Option<Micros>,
    /// Patrols of the last 30 days.
    pub patrols: u64,
    /// Not yet put right, the newest first.
    pub open: Vec<BoardFinding>,
    /// Put right and looked at again, or put right at once: what ended last in front.
    pub solved: Vec<BoardFinding>,
}

/// What was found, without anybody's words.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoardFinding {
    /// Code of the catalogue.
    pub category: String,
    pub chainage_m: Option<f64>,
    pub bank: Option<Bank>,
    pub found_at: Micros,
    /// When it ended; of what was put right at once, when it was found.
    pub ended_at: Option<Micros>,
    /// Of what is not put right: how far its case is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
}

/// Reports by the board of this reach: those under way, and those that were put right. What was not accepted, was declined or
/// turned out to be about something else is on no board.
async fn reported(db: &Database, reach: &Reach) -> Result<(Vec<BoardFinding>, Vec<BoardFinding>)> {
    let prefix = board_prefix(reach.id);
    let all = reported_under(db, reach.community, &prefix, LOOKED_AT).await?;
    let (mut open, mut solved) = (Vec::new(), Vec::new());
    for one in all {
        let near = one.position.map(|position| reach.line.nearest(position));
        let shown = BoardFinding {
            chainage_m: near
                .filter(|(_, metres)| *metres <= reach.corridor_m())
                .map(|(along, _)| along),
            bank: None,
            found_at: one.reported_at,
            ended_at: one.ended_at,
            status: Some(one.status),
            category: one.category,
        };
        match one.status {
            _ if !RIVER_CATEGORIES.contains(&shown.category.as_str()) => {}
            Status::Reported | Status::Declined | Status::Cancelled | Status::Merged => {}
            Status::Closed => solved.push(shown),
            _ => open.push(shown),
        }
    }
    Ok((open, solved))
}

/// The board of a sign.
///
/// # Errors
/// 404 when no sign has this code.
pub async fn board(db: &Database, sign: &str, now: Micros) -> Result<Board> {
    let reach = reach_by_sign(db, sign).await?;
    let patrols = round::Entity::find()
        .filter(round::Column::CommunityId.eq(reach.community.0))
        .filter(round::Column::SubjectKind.eq(SubjectKind::Reach.as_str()))
        .filter(round::Column::SubjectId.eq(reach.id))
        .filter(round::Column::Kind.eq(RoundKind::Patrol.as_str()))
        .filter(round::Column::Outcome.eq(Outcome::Done.as_str()))
        // A telephone whose clock was ahead and never said so.
        .filter(round::Column::BeganAt.lte(now.0));
    let last: Option<i64> = patrols
        .clone()
        .select_only()
        .column(round::Column::BeganAt)
        .order_by_desc(round::Column::BeganAt)
        .limit(1)
        .into_tuple()
        .one(db.read())
        .await?;
    let month = now.plus(-30 * Micros::DAY);
    let count = patrols
        .filter(round::Column::BeganAt.gte(month.0))
        .count(db.read())
        .await?;
    let rows = finding::Entity::find()
        .filter(finding::Column::CommunityId.eq(reach.community.0))
        .filter(finding::Column::SubjectKind.eq(SubjectKind::Reach.as_str()))
        .filter(finding::Column::SubjectId.eq(reach.id))
        .filter(finding::Column::State.ne(FindingState::Withdrawn.as_str()))
        .filter(finding::Column::FoundAt.lte(now.0))
        .order_by_desc(finding::Column::FoundAt)
        .limit(LOOKED_AT)
        .all(db.read())
        .await?;
    let (mut open, mut solved) = reported(db, &reach).await?;
    for one in views(db, rows).await? {
        let shown = BoardFinding {
            category: one.category,
            chainage_m: one.chainage_m,
            bank: one.bank,
            found_at: one.found_at,
            ended_at: match one.step {
                FindingStep::OnSpot => Some(one.found_at),
                _ => one.case.as_ref().and_then(|case| case.ended_at),
            },
            status: one.case.map(|case| case.status),
        };
        match one.step {
            FindingStep::Open | FindingStep::ToRevisit => open.push(shown),
            FindingStep::Verified | FindingStep::OnSpot => solved.push(shown),
            FindingStep::Noted
            | FindingStep::Seen
            | FindingStep::Ended
            | FindingStep::Withdrawn => {}
        }
    }
    open.sort_by_key(|one: &BoardFinding| std::cmp::Reverse(one.found_at));
    solved.sort_by_key(|one: &BoardFinding| std::cmp::Reverse(one.ended_at));
    Ok(Board {
        reach,
        last_patrol: last.map(Micros),
        patrols: count,
        open,
        solved,
    })
}
