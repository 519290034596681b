//! Reading a track, by whoever may: the walker first, then whoever plans. The positions themselves only the walker.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};
use youlin_people::FieldPlace;

use super::attach::{opened, own_round, round_row};
use super::fix::TrackFix;
use super::judge::TrackSummary;
use super::{FIRST_DAYS, TrackSource};
use crate::entities::round_track;
use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ};
use crate::service::Rounds;

/// A track as the caller may see it.
#[derive(Clone, Debug)]
pub struct TrackView {
    pub source: TrackSource,
    pub summary: TrackSummary,
    /// What the walker says of it.
    pub words: String,
    pub released_at: Option<Micros>,
    /// From when on whoever plans sees it in any case.
    pub passes_on_at: Micros,
    pub keep_until: Micros,
    /// Whether the positions are still held.
    pub kept: bool,
}

/// What the caller may see of a round's track.
#[derive(Clone, Debug)]
pub enum TrackAccess {
    /// There is none.
    None,
    /// It is with the walker first, at the latest until then.
    First(Micros),
    /// There is one, and it is no affair of the caller's.
    NotYours,
    Seen(Box<TrackView>),
}

pub(super) async fn row_of(
    db: &Database,
    community: CommunityId,
    round: Uuid,
) -> Result<Option<round_track::Model>> {
    Ok(round_track::Entity::find()
        .filter(round_track::Column::CommunityId.eq(community.0))
        .filter(round_track::Column::RoundId.eq(round))
        .one(db.read())
        .await?)
}

pub(super) fn summary(rounds: &Rounds, row: &round_track::Model) -> Result<TrackSummary> {
    let at = FieldPlace::new("round_track", "summary", row.community_id, row.id);
    let text = rounds.vault.open(at, &row.summary_sealed)?;
    serde_json::from_str(&text).map_err(Problem::internal)
}

/// When a track goes on to whoever plans without a word of the walker.
pub(super) fn passes_on_at(row: &round_track::Model) -> Micros {
    Micros(row.created_at).plus(FIRST_DAYS * Micros::DAY)
}

/// The track of a round of the caller's scope, and whether the round is the caller's own.
///
/// # Errors
/// 404 outside the scope.
pub async fn track_of(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    round: Uuid,
) -> Result<(TrackAccess, bool)> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let walked = round_row(db, &scope, round).await?;
    let mine = own_round(ctx, &walked).is_ok();
    let community = CommunityId(walked.community_id);
    let Some(row) = row_of(db, community, round).await? else {
        return Ok((TrackAccess::None, mine));
    };
    let passes_on_at = passes_on_at(&row);
    if !mine {
        if ctx.authorize(&ROUNDS_PLAN, community).is_err() {
            return Ok((TrackAccess::NotYours, mine));
        }
        if row.released_at.is_none() && ctx.now() < passes_on_at {
            return Ok((TrackAccess::First(passes_on_at), mine));
        }
    }
    let at = FieldPlace::new("round_track", "words", row.community_id, row.id);
    let words = match &row.words_sealed {
        Some(sealed) => rounds.vault.open(at, sealed)?,
        None => String::new(),
    };
    let view = TrackView {
        source: TrackSource::parse(&row.source)
            .ok_or_else(|| Problem::internal("a track's source"))?,
        summary: summary(rounds, &row)?,
        words,
        released_at: row.released_at.map(Micros),
        passes_on_at,
        keep_until: Micros(row.keep_until),
        kept: row.fixes_sealed.is_some(),
    };
    Ok((TrackAccess::Seen(Box::new(view)), mine))
}

/// The positions of the caller's own track.
///
/// # Errors
/// 404 without one, 403 for another's.
pub async fn own_fixes(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    round: Uuid,
) -> Result<Vec<TrackFix>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let walked = round_row(db, &scope, round).await?;
    own_round(ctx, &walked)?;
    let row = row_of(db, CommunityId(walked.community_id), round)
        .await?
        .ok_or_else(Problem::not_found)?;
    opened(rounds, &row)?.ok_or_else(Problem::not_found)
}
