//! What the walker does with a track: say something of it and pass it on, move it back from GCJ-02, take it away again.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Database, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};
use youlin_people::FieldPlace;
use youlin_places::rivers;

use super::attach::{asked_of, falls_short, opened, round_row, summed_shifted};
use super::stored::pack;
use crate::entities::{round, round_track};
use crate::events::{self, event};
use crate::permissions::{ROUNDS_READ, may_walk};
use crate::service::Rounds;

const WORDS: usize = 1_000;

/// The caller's own track of a round.
async fn own(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    round: Uuid,
) -> Result<round_track::Model> {
    may_walk(ctx, community, &[])?;
    let row = round_track::Entity::find()
        .filter(round_track::Column::CommunityId.eq(community.0))
        .filter(round_track::Column::RoundId.eq(round))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)?;
    if row.by_id.is_none() || row.by_id != ctx.actor().id() {
        return Err(Problem::forbidden());
    }
    Ok(row)
}

async fn walked(tx: &Tx<'_>, community: CommunityId, round: Uuid) -> Result<round::Model> {
    round::Entity::find_by_id((community.0, round))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
}

/// The walker has seen it, says what there is to say, and whoever plans sees it from now on.
#[derive(Clone, Debug)]
pub struct ReleaseTrack {
    pub rounds: Arc<Rounds>,
    pub community: CommunityId,
    pub round: Uuid,
    /// Why there is a gap, why the telephone was off; may be empty.
    pub text: String,
}

impl Command for ReleaseTrack {
    type Output = ();
    const NAME: &'static str = "rounds.release-track";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own(ctx, tx, self.community, self.round).await?;
        let text = self.text.trim();
        if text.chars().count() > WORDS {
            return Err(Problem::invalid("words", "too-long").field_arg("max", WORDS));
        }
        let at = FieldPlace::new("round_track", "words", row.community_id, row.id);
        let words_sealed = (!text.is_empty())
            .then(|| self.rounds.vault.seal(ctx, at, text))
            .transpose()?;
        tx.update::<round_track::Entity>(round_track::Model {
            words_sealed,
            released_at: row.released_at.or(Some(ctx.now().0)),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "round", self.round),
        );
        tx.emit(ctx, event(events::TRACK_TAKEN, self.community, self.round));
        Ok(())
    }
}

/// Positions taken back from GCJ-02, because the walker says so: see [`prepare_shift`].
#[derive(Debug)]
pub struct ShiftTrack {
    community: CommunityId,
    round: Uuid,
    version: i32,
    fixes_sealed: Vec<u8>,
    summary_sealed: Vec<u8>,
    short: Option<bool>,
}

/// Works the shifted track out.
///
/// # Errors
/// 404 without a track; 403 for another's; 422 `track-no-shift` where nothing speaks for a shift or it was made before.
pub async fn prepare_shift(
    rounds: &Arc<Rounds>,
    db: &Database,
    ctx: &Ctx,
    round: Uuid,
) -> Result<ShiftTrack> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let walked = round_row(db, &scope, round).await?;
    super::attach::own_round(ctx, &walked)?;
    let of = asked_of(db, &scope, &walked)
        .await?
        .ok_or_else(|| Problem::invalid("track", "track-not-asked"))?;
    let row = super::queries::row_of(db, of.community, round)
        .await?
        .ok_or_else(Problem::not_found)?;
    let before = super::queries::summary(rounds, &row)?;
    let fixes = opened(rounds, &row)?;
    let (Some(fixes), Some(_), false) = (fixes, before.datum, before.shifted) else {
        return Err(Problem::invalid("track", "track-no-shift"));
    };
    let reach = rivers::reach(db, &scope, of.reach).await?;
    let (fixes, mut summary) = summed_shifted(rounds, db, &of, &reach, &fixes).await?;
    summary.unreadable = before.unreadable;
    summary.untimed = before.untimed;
    summary.points = before.points;
    let place = |column| FieldPlace::new("round_track", column, row.community_id, row.id);
    let packed = pack(&fixes).map_err(Problem::internal)?;
    let words = serde_json::to_string(&summary).map_err(Problem::internal)?;
    Ok(ShiftTrack {
        community: of.community,
        round,
        version: row.version,
        fixes_sealed: rounds.vault.seal_bytes(ctx, place("fixes"), &packed)?,
        summary_sealed: rounds.vault.seal(ctx, place("summary"), &words)?,
        short: summary.falls_short(&of.minimum),
    })
}

impl Command for ShiftTrack {
    type Output = ();
    const NAME: &'static str = "rounds.shift-track";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own(ctx, tx, self.community, self.round).await?;
        tx.update::<round_track::Entity>(round_track::Model {
            version: self.version,
            fixes_sealed: Some(self.fixes_sealed.clone()),
            summary_sealed: self.summary_sealed.clone(),
            ..row
        })
        .await?;
        falls_short(
            tx,
            walked(tx, self.community, self.round).await?,
            self.short,
        )
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "round", self.round),
        );
        Ok(())
    }
}

/// The walker takes a track away that was not passed on yet: a wrong file, or a private walk recorded on.
#[derive(Clone, Debug)]
pub struct RemoveTrack {
    pub community: CommunityId,
    pub round: Uuid,
}

impl Command for RemoveTrack {
    type Output = ();
    const NAME: &'static str = "rounds.remove-track";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own(ctx, tx, self.community, self.round).await?;
        let passed_on = Micros(row.created_at).plus(super::FIRST_DAYS * Micros::DAY);
        if row.released_at.is_some() || passed_on <= ctx.now() {
            return Err(Problem::invalid("track", "track-passed-on"));
        }
        tx.delete::<round_track::Entity>(&row).await?;
        falls_short(
            tx,
            walked(tx, self.community, self.round).await?,
            Some(true),
        )
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "round", self.round),
        );
        Ok(())
    }
}
