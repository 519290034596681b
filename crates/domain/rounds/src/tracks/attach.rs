//! A track joins its round: with the round itself from the field client, or afterwards as a file or from live positions.
//! Everything is worked out before the transaction; in it a row is written, once.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Database, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result, Scope};
use youlin_people::FieldPlace;
use youlin_places::rivers;

use super::fix::{MOST_FIXES, TrackFix};
use super::judge::{OtherTrack, TrackSummary, engine_reach, judge, shifted_back};
use super::stored::{pack, unpack};
use super::{KEEP_DAYS, TrackSource};
use crate::entities::{round, round_track};
use crate::events::{self, event};
use crate::model::{Minimum, SubjectKind};
use crate::permissions::{ROUNDS_READ, may_walk};
use crate::queries::policy_view;
use crate::service::Rounds;

/// Days back, and tracks of the same reach, a new one is compared with.
const COMPARED: (i64, u64) = (60, 20);

/// What came in.
#[derive(Clone, Debug)]
pub struct Intake {
    pub source: TrackSource,
    pub fixes: Vec<TrackFix>,
    /// Points that had no time and were left out.
    pub untimed: usize,
    /// Points that had no position and were left out.
    pub unreadable: usize,
}

impl Intake {
    #[must_use]
    pub fn new(source: TrackSource, fixes: Vec<TrackFix>) -> Self {
        Self {
            source,
            fixes,
            untimed: 0,
            unreadable: 0,
        }
    }

    /// Refuses what is no track; leaves out what cannot be stored.
    fn checked(mut self) -> Result<Self> {
        if self.fixes.len() > MOST_FIXES {
            return Err(Problem::invalid("track", "track-too-many").field_arg("max", MOST_FIXES));
        }
        let all = self.fixes.len();
        self.fixes.retain(TrackFix::is_readable);
        self.unreadable += all - self.fixes.len();
        if self.fixes.is_empty() {
            return Err(Problem::invalid("track", "track-empty"));
        }
        Ok(self)
    }
}

/// What became of a track that came with its round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrackTaken {
    /// It is held, and shown to the walker first.
    Kept,
    /// The policy asks for none, or there is no policy: nothing of it was recorded.
    NotAsked,
    /// There was nothing in it.
    Empty,
}

/// The round a track belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfRound {
    pub(crate) community: CommunityId,
    pub(crate) id: Uuid,
    pub(crate) reach: Uuid,
    pub(crate) policy: Uuid,
    /// What that asks for.
    pub(crate) minimum: Minimum,
    pub(crate) began_at: Micros,
    pub(crate) ended_at: Micros,
}

/// A row that only wants writing, and what stands in it.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    row: round_track::Model,
    summary: TrackSummary,
    short: Option<bool>,
}

impl Prepared {
    /// Whether the way fell short of what the policy asks, when it asks.
    pub(crate) fn is_short(&self) -> Option<bool> {
        self.short
    }

    /// What the track says of its reach; a policy's demands are [`TrackSummary::demands`].
    pub(crate) fn summary(&self) -> &TrackSummary {
        &self.summary
    }
}

/// Works out everything of a track.
///
/// # Errors
/// 422 for what is no track; 503 when the database does not answer.
pub(crate) async fn worked_out(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    of: OfRound,
    reach: &rivers::Reach,
    intake: Intake,
) -> Result<Prepared> {
    let intake = intake.checked()?;
    let id = ctx.new_id();
    let packed = pack(&intake.fixes).map_err(Problem::internal)?;
    let mut summary = summed(rounds, db, &of, reach, &intake.fixes).await?;
    summary.unreadable = intake.unreadable;
    summary.untimed = intake.untimed;
    summary.points += intake.unreadable + intake.untimed;
    let place = |column| FieldPlace::new("round_track", column, of.community.0, id);
    let words = serde_json::to_string(&summary).map_err(Problem::internal)?;
    let row = round_track::Model {
        community_id: of.community.0,
        id,
        version: 1,
        round_id: of.id,
        subject_id: of.reach,
        policy_id: of.policy,
        began_at: of.began_at.0,
        source: intake.source.as_str().to_owned(),
        fixes_sealed: Some(rounds.vault.seal_bytes(ctx, place("fixes"), &packed)?),
        summary_sealed: rounds.vault.seal(ctx, place("summary"), &words)?,
        words_sealed: None,
        released_at: None,
        keep_until: ctx.now().plus(KEEP_DAYS * Micros::DAY).0,
        fingerprint: hex::encode(Sha256::digest(&packed)),
        by_id: ctx.actor().id(),
        created_at: ctx.now().0,
    };
    Ok(Prepared {
        short: summary.falls_short(&of.minimum),
        row,
        summary,
    })
}

pub(super) async fn summed(
    rounds: &Rounds,
    db: &Database,
    of: &OfRound,
    reach: &rivers::Reach,
    fixes: &[TrackFix],
) -> Result<TrackSummary> {
    let line = engine_reach(reach).map_err(Problem::internal)?;
    let others = others(rounds, db, of).await?;
    let times = (of.began_at.0 / 1_000, of.ended_at.0 / 1_000);
    Ok(judge(&line, fixes, times, &others))
}

/// The same, with the positions taken back from GCJ-02.
pub(super) async fn summed_shifted(
    rounds: &Rounds,
    db: &Database,
    of: &OfRound,
    reach: &rivers::Reach,
    fixes: &[TrackFix],
) -> Result<(Vec<TrackFix>, TrackSummary)> {
    let back = shifted_back(fixes);
    let mut summary = summed(rounds, db, of, reach, &back).await?;
    summary.shifted = true;
    Ok((back, summary))
}

/// Earlier tracks of the same reach whose positions are still held.
async fn others(rounds: &Rounds, db: &Database, of: &OfRound) -> Result<Vec<OtherTrack>> {
    use round_track::Column;
    let since = of.began_at.plus(-COMPARED.0 * Micros::DAY);
    let rows = round_track::Entity::find()
        .filter(Column::CommunityId.eq(of.community.0))
        .filter(Column::SubjectId.eq(of.reach))
        .filter(Column::BeganAt.gte(since.0))
        .filter(Column::RoundId.ne(of.id))
        .filter(Column::FixesSealed.is_not_null())
        .order_by_desc(Column::BeganAt)
        .limit(COMPARED.1)
        .all(db.read())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(OtherTrack {
                round: row.round_id,
                fixes: opened(rounds, row)?.unwrap_or_default(),
            })
        })
        .collect()
}

/// The positions of a row, while they are kept.
pub(super) fn opened(rounds: &Rounds, row: &round_track::Model) -> Result<Option<Vec<TrackFix>>> {
    let Some(sealed) = &row.fixes_sealed else {
        return Ok(None);
    };
    let at = FieldPlace::new("round_track", "fixes", row.community_id, row.id);
    let packed = rounds.vault.open_bytes(at, sealed)?;
    unpack(&packed)
        .map(Some)
        .ok_or_else(|| Problem::internal(format!("the track {} cannot be read", row.id)))
}

/// A track of a round that is there already: see [`prepare_track`].
#[derive(Debug)]
pub struct AttachTrack {
    prepared: Prepared,
    /// The live track it comes from.
    pub(super) live: Option<Uuid>,
}

/// Checks that the round's policy asks for a track and that the caller walked the round, and works everything out.
///
/// # Errors
/// 404 outside the scope; 403 for another's round; 422 `track-not-asked` where the policy asks for none.
pub async fn prepare_track(
    rounds: &Arc<Rounds>,
    db: &Database,
    ctx: &Ctx,
    round: Uuid,
    intake: Intake,
) -> Result<AttachTrack> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let row = round_row(db, &scope, round).await?;
    own_round(ctx, &row)?;
    let community = CommunityId(row.community_id);
    may_walk(ctx, community, &[])?;
    let of = asked_of(db, &scope, &row)
        .await?
        .ok_or_else(|| Problem::invalid("track", "track-not-asked"))?;
    let reach = rivers::reach(db, &scope, of.reach).await?;
    let prepared = worked_out(rounds, db, ctx, of, &reach, intake).await?;
    Ok(AttachTrack {
        prepared,
        live: None,
    })
}

/// Whose round it is: only they hand its track in, see it first and say something of it.
pub(super) fn own_round(ctx: &Ctx, row: &round::Model) -> Result<()> {
    match (ctx.actor().id(), row.by_id) {
        (Some(caller), Some(by)) if caller == by => Ok(()),
        _ => Err(Problem::forbidden()),
    }
}

pub(super) async fn round_row(db: &Database, scope: &Scope, id: Uuid) -> Result<round::Model> {
    round::Entity::find()
        .filter(round::Column::CommunityId.is_in(scope.communities()))
        .filter(round::Column::Id.eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)
}

/// The round as a track sees it, when its policy asks for one.
pub(super) async fn asked_of(
    db: &Database,
    scope: &Scope,
    row: &round::Model,
) -> Result<Option<OfRound>> {
    let Some(policy) = row.policy_id else {
        return Ok(None);
    };
    let view = policy_view(db, scope, policy).await?;
    let reach = row.subject_kind == SubjectKind::Reach.as_str();
    Ok((view.policy.track && reach).then_some(OfRound {
        community: CommunityId(row.community_id),
        id: row.id,
        reach: row.subject_id,
        policy,
        minimum: view.policy.minimum,
        began_at: Micros(row.began_at),
        ended_at: Micros(row.ended_at),
    }))
}

impl AttachTrack {
    /// What it says of its reach.
    #[must_use]
    pub fn summary(&self) -> &TrackSummary {
        self.prepared.summary()
    }

    /// It comes from this live track, which ends with it.
    #[must_use]
    pub fn of_live(self, live: Uuid) -> Self {
        Self {
            live: Some(live),
            ..self
        }
    }
}

impl Command for AttachTrack {
    /// The track's id.
    type Output = Uuid;
    const NAME: &'static str = "rounds.attach-track";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let model = &self.prepared.row;
        let community = CommunityId(model.community_id);
        may_walk(ctx, community, &[])?;
        let round = round::Entity::find_by_id((community.0, model.round_id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        own_round(ctx, &round)?;
        let id = self.prepared.write(ctx, tx).await?;
        if falls_short(tx, round, self.prepared.short).await? {
            let entry = AuditEntry::new(Self::NAME, "round", model.round_id)
                .detail(json!({ "short": self.prepared.short }));
            tx.audit(ctx, community, entry);
        }
        if let Some(live) = self.live {
            super::live::taken_over(ctx, tx, community, live).await?;
        }
        Ok(id)
    }
}

/// Notes with the round whether it goes far enough for its policy; says whether that is news, which wants its audit entry.
pub(super) async fn falls_short(
    tx: &Tx<'_>,
    round: round::Model,
    short: Option<bool>,
) -> Result<bool> {
    // Somebody vouched for what was told, or nothing is asked: a track takes nothing away from that.
    if round.short_walk.is_none() || round.short_walk == short {
        return Ok(false);
    }
    tx.update::<round::Entity>(round::Model {
        short_walk: short,
        ..round
    })
    .await?;
    Ok(true)
}

impl Prepared {
    /// Writes it once: the same again is answered with what is there, another one is refused.
    pub(crate) async fn write(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let model = &self.row;
        let community = CommunityId(model.community_id);
        let known = round_track::Entity::find()
            .filter(round_track::Column::CommunityId.eq(community.0))
            .filter(round_track::Column::RoundId.eq(model.round_id))
            .one(tx.conn())
            .await?;
        if let Some(known) = known {
            return if known.fingerprint == model.fingerprint {
                Ok(known.id)
            } else {
                Err(Problem::new(ProblemKind::Invalid, "invalid").and_field("track", "track-there"))
            };
        }
        tx.insert::<round_track::Entity>(model.clone()).await?;
        let entry = AuditEntry::new(AttachTrack::NAME, "round", model.round_id)
            .detail(json!({ "source": model.source }));
        tx.audit(ctx, community, entry);
        tx.emit(ctx, event(events::TRACK_TAKEN, community, model.round_id));
        Ok(model.id)
    }
}
