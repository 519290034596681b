//! Live positions: a program on the telephone that speaks the OsmAnd protocol (OsmAnd, Traccar Client) sends each position to
//! an address with a token. The token is good for one walk: until it is ended, at the latest after the hours that were
//! chosen. Only its blind index is stored. What was sent becomes the track of the round that is noted afterwards.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Database, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};
use youlin_people::FieldPlace;
use youlin_places::rivers;

use super::fix::{MOST_FIXES, TrackFix};
use super::stored::{pack, unpack};
use crate::entities::{live_part, live_track};
use crate::permissions::{ROUNDS_WALK, may_walk};
use crate::queries::policy_view;
use crate::service::Rounds;

/// Points of the row that is written again for each one; a full one becomes a part.
const TAIL: usize = 120;
/// Hours a token may be good for.
const HOURS: std::ops::RangeInclusive<i64> = 1..=12;
/// Days a live track waits for its round.
const WAITS: i64 = 7;

/// The index a token is found by.
#[must_use]
pub fn live_token(rounds: &Rounds, token: &str) -> String {
    hex::encode(rounds.vault.index().blind("live track", token))
}

/// Begins a live track. Whoever has one running ends it thereby.
#[derive(Debug)]
pub struct StartLive {
    pub rounds: Arc<Rounds>,
    pub community: CommunityId,
    pub reach: Uuid,
    pub policy: Uuid,
    pub hours: i64,
}

/// What a live track was begun with. The token is told once.
#[derive(Clone, Debug)]
pub struct Started {
    pub id: Uuid,
    pub token: String,
    pub ends_at: Micros,
}

impl StartLive {
    /// Checks that the policy asks for a track of this reach.
    ///
    /// # Errors
    /// 404 outside the scope, 422 `track-not-asked` otherwise.
    pub async fn check(&self, db: &Database, ctx: &Ctx) -> Result<()> {
        let scope = ctx.scope(&ROUNDS_WALK)?;
        let policy = policy_view(db, &scope, self.policy).await?;
        let reach = rivers::reach(db, &scope, self.reach).await?;
        let fits = policy.community == self.community
            && reach.community == self.community
            && policy.covers(self.reach);
        if policy.policy.track && fits && policy.runs_on(ctx.now().date()) {
            Ok(())
        } else {
            Err(Problem::invalid("policy", "track-not-asked"))
        }
    }
}

impl Command for StartLive {
    type Output = Started;
    const NAME: &'static str = "rounds.start-live";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Started> {
        may_walk(ctx, self.community, &[])?;
        let by_id = ctx.actor().id().ok_or_else(Problem::forbidden)?;
        if !HOURS.contains(&self.hours) {
            return Err(Problem::invalid("hours", "track-hours").field_arg("max", HOURS.end()));
        }
        for running in running(tx, self.community, by_id, ctx.now()).await? {
            tx.update::<live_track::Entity>(live_track::Model {
                ended_at: Some(ctx.now().0),
                ..running
            })
            .await?;
        }
        let mut bytes = [0_u8; 16];
        ctx.random(&mut bytes);
        let token = hex::encode(bytes);
        let (id, ends_at) = (ctx.new_id(), ctx.now().plus(self.hours * Micros::HOUR));
        tx.insert::<live_track::Entity>(live_track::Model {
            community_id: self.community.0,
            id,
            version: 1,
            token: live_token(&self.rounds, &token),
            reach_id: self.reach,
            policy_id: self.policy,
            by_id,
            began_at: ctx.now().0,
            ends_at: ends_at.0,
            ended_at: None,
            points: 0,
            tail_sealed: None,
            round_id: None,
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "live_track", id),
        );
        Ok(Started { id, token, ends_at })
    }
}

async fn running(
    tx: &Tx<'_>,
    community: CommunityId,
    by: Uuid,
    now: Micros,
) -> Result<Vec<live_track::Model>> {
    Ok(live_track::Entity::find()
        .filter(live_track::Column::CommunityId.eq(community.0))
        .filter(live_track::Column::ById.eq(by))
        .filter(live_track::Column::EndedAt.is_null())
        .filter(live_track::Column::EndsAt.gt(now.0))
        .all(tx.conn())
        .await?)
}

/// A position arrives. The token is all the right there is.
#[derive(Debug)]
pub struct LivePoint {
    rounds: Arc<Rounds>,
    community: CommunityId,
    live: Uuid,
    fix: TrackFix,
}

impl LivePoint {
    /// Finds the live track of a token.
    ///
    /// # Errors
    /// 404 for no token, 422 for no position.
    pub async fn of(
        rounds: &Arc<Rounds>,
        db: &Database,
        token: &str,
        fix: TrackFix,
    ) -> Result<Self> {
        // The one query without a community: the token does not say which.
        let row = live_track::Entity::find()
            .filter(live_track::Column::Token.eq(live_token(rounds, token)))
            .one(db.read())
            .await?
            .ok_or_else(Problem::not_found)?;
        if !fix.is_readable() {
            return Err(Problem::invalid("lat", "track-no-position"));
        }
        Ok(Self {
            rounds: Arc::clone(rounds),
            community: CommunityId(row.community_id),
            live: row.id,
            fix,
        })
    }
}

impl Command for LivePoint {
    /// Points there are now.
    type Output = i32;
    const NAME: &'static str = "rounds.live-point";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<i32> {
        let row = live_track::Entity::find_by_id((self.community.0, self.live))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        if row.ended_at.is_some() || row.ends_at <= ctx.now().0 {
            return Err(Problem::new(ProblemKind::Gone, "track-live-over"));
        }
        let mut tail = tail(&self.rounds, &row)?;
        // Sent again after a lost answer.
        if tail.iter().any(|fix| fix.at_ms == self.fix.at_ms) {
            return Ok(row.points);
        }
        let points = row.points.saturating_add(1);
        if usize::try_from(points).unwrap_or(usize::MAX) > MOST_FIXES {
            return Err(Problem::invalid("track", "track-too-many").field_arg("max", MOST_FIXES));
        }
        if tail.len() >= TAIL {
            self.fold(ctx, tx, &row, &tail).await?;
            tail.clear();
        }
        tail.push(self.fix);
        let packed = pack(&tail).map_err(Problem::internal)?;
        let place = FieldPlace::new("live_track", "tail", row.community_id, row.id);
        let sealed = self.rounds.vault.seal_bytes(ctx, place, &packed)?;
        tx.update::<live_track::Entity>(live_track::Model {
            points,
            tail_sealed: Some(sealed),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "live_track", self.live),
        );
        Ok(points)
    }
}

impl LivePoint {
    /// The tail becomes a part.
    async fn fold(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        row: &live_track::Model,
        tail: &[TrackFix],
    ) -> Result<()> {
        let id = ctx.new_id();
        let place = FieldPlace::new("live_part", "fixes", row.community_id, id);
        let packed = pack(tail).map_err(Problem::internal)?;
        tx.insert::<live_part::Entity>(live_part::Model {
            community_id: row.community_id,
            id,
            version: 1,
            live_id: row.id,
            turn: row.points,
            fixes_sealed: self.rounds.vault.seal_bytes(ctx, place, &packed)?,
        })
        .await?;
        Ok(())
    }
}

fn tail(rounds: &Rounds, row: &live_track::Model) -> Result<Vec<TrackFix>> {
    let Some(sealed) = &row.tail_sealed else {
        return Ok(Vec::new());
    };
    let place = FieldPlace::new("live_track", "tail", row.community_id, row.id);
    read(&rounds.vault.open_bytes(place, sealed)?)
}

fn read(packed: &[u8]) -> Result<Vec<TrackFix>> {
    unpack(packed).ok_or_else(|| Problem::internal("a live track cannot be read"))
}

/// Ends the caller's live track: its token is worth nothing from now on.
#[derive(Clone, Copy, Debug)]
pub struct EndLive {
    pub community: CommunityId,
    pub live: Uuid,
}

impl Command for EndLive {
    type Output = ();
    const NAME: &'static str = "rounds.end-live";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        may_walk(ctx, self.community, &[])?;
        let row = live_track::Entity::find_by_id((self.community.0, self.live))
            .one(tx.conn())
            .await?
            .filter(|row| Some(row.by_id) == ctx.actor().id())
            .ok_or_else(Problem::not_found)?;
        if row.ended_at.is_some() {
            return Ok(());
        }
        tx.update::<live_track::Entity>(live_track::Model {
            ended_at: Some(ctx.now().0),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "live_track", self.live),
        );
        Ok(())
    }
}

/// One's own live track.
#[derive(Clone, Copy, Debug)]
pub struct LiveView {
    pub id: Uuid,
    pub community: CommunityId,
    pub reach: Uuid,
    pub policy: Uuid,
    pub began_at: Micros,
    pub ends_at: Micros,
    pub running: bool,
    pub points: i32,
}

/// The caller's live tracks of the last days that went to no round yet, the newest first.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn live_of(db: &Database, ctx: &Ctx) -> Result<Vec<LiveView>> {
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let Some(by) = ctx.actor().id() else {
        return Ok(Vec::new());
    };
    let since = ctx.now().plus(-WAITS * Micros::DAY);
    let rows = live_track::Entity::find()
        .filter(live_track::Column::CommunityId.is_in(scope.communities()))
        .filter(live_track::Column::ById.eq(by))
        .filter(live_track::Column::BeganAt.gte(since.0))
        .order_by_desc(live_track::Column::BeganAt)
        .limit(20)
        .all(db.read())
        .await?;
    let view = |row: live_track::Model| LiveView {
        id: row.id,
        community: CommunityId(row.community_id),
        reach: row.reach_id,
        policy: row.policy_id,
        began_at: Micros(row.began_at),
        ends_at: Micros(row.ended_at.unwrap_or(row.ends_at)),
        running: row.ended_at.is_none() && row.ends_at > ctx.now().0,
        points: row.points,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// The positions of one's own live track.
///
/// # Errors
/// 404 for none or another's.
pub async fn live_fixes(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    id: Uuid,
) -> Result<Vec<TrackFix>> {
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let row = live_track::Entity::find()
        .filter(live_track::Column::CommunityId.is_in(scope.communities()))
        .filter(live_track::Column::Id.eq(id))
        .one(db.read())
        .await?
        .filter(|row| Some(row.by_id) == ctx.actor().id())
        .ok_or_else(Problem::not_found)?;
    let parts = live_part::Entity::find()
        .filter(live_part::Column::CommunityId.eq(row.community_id))
        .filter(live_part::Column::LiveId.eq(row.id))
        .order_by_asc(live_part::Column::Turn)
        .all(db.read())
        .await?;
    let mut fixes = Vec::new();
    for part in parts {
        let place = FieldPlace::new("live_part", "fixes", part.community_id, part.id);
        fixes.extend(read(&rounds.vault.open_bytes(place, &part.fixes_sealed)?)?);
    }
    fixes.extend(tail(rounds, &row)?);
    // Programs send what waited without signal later, not in its order.
    fixes.sort_by_key(|fix| fix.at_ms);
    Ok(fixes)
}

/// The positions stand with the round from now on; they are not held twice.
pub(super) async fn taken_over(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    live: Uuid,
) -> Result<()> {
    let Some(row) = live_track::Entity::find_by_id((community.0, live))
        .one(tx.conn())
        .await?
    else {
        return Ok(());
    };
    let parts = live_part::Entity::find()
        .filter(live_part::Column::CommunityId.eq(community.0))
        .filter(live_part::Column::LiveId.eq(live))
        .all(tx.conn())
        .await?;
    tx.delete_all::<live_part::Entity>(&parts).await?;
    tx.delete::<live_track::Entity>(&row).await?;
    let entry = AuditEntry::new("rounds.use-live", "live_track", live);
    tx.audit(ctx, community, entry);
    Ok(())
}
