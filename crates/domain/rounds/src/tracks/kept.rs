//! Tracks on the page of keeping: how many end now and next, and which. Only that there is a track is told, never where it went.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, Scope};
use youlin_people::privacy::{EndingLine, KeptElsewhere};
use youlin_web::I18n;

use super::KEEP_DAYS;
use crate::entities::{live_track, round, round_track};

/// See the module's text.
pub struct TracksKept {
    pub db: Database,
    pub i18n: Arc<I18n>,
}

impl std::fmt::Debug for TracksKept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TracksKept")
    }
}

/// The start of a live track that ends at that moment.
fn began(ends: Micros) -> i64 {
    ends.plus(-KEEP_DAYS * Micros::DAY).0
}

impl TracksKept {
    async fn count(&self, scope: &Scope, before: Micros) -> Result<Vec<(CommunityId, u64)>> {
        let tracks: Vec<(i64, i64)> = round_track::Entity::find()
            .select_only()
            .column(round_track::Column::CommunityId)
            .column_as(round_track::Column::Id.count(), "tracks")
            .filter(round_track::Column::CommunityId.is_in(scope.communities()))
            .filter(round_track::Column::KeepUntil.lt(before.0))
            .filter(round_track::Column::FixesSealed.is_not_null())
            .group_by(round_track::Column::CommunityId)
            .into_tuple()
            .all(self.db.read())
            .await?;
        let live: Vec<(i64, i64)> = live_track::Entity::find()
            .select_only()
            .column(live_track::Column::CommunityId)
            .column_as(live_track::Column::Id.count(), "tracks")
            .filter(live_track::Column::CommunityId.is_in(scope.communities()))
            .filter(live_track::Column::BeganAt.lt(began(before)))
            .group_by(live_track::Column::CommunityId)
            .into_tuple()
            .all(self.db.read())
            .await?;
        let mut counts: BTreeMap<CommunityId, u64> = BTreeMap::new();
        for (community, count) in tracks.into_iter().chain(live) {
            let of = counts.entry(CommunityId(community)).or_default();
            *of += u64::try_from(count).unwrap_or(0);
        }
        Ok(counts.into_iter().collect())
    }

    /// Tracks of rounds by when they end; the names of the reaches come with the rounds.
    async fn of_rounds(
        &self,
        ctx: &Ctx,
        scope: &Scope,
        (before, most): (Micros, u64),
    ) -> Result<Vec<EndingLine>> {
        let rows: Vec<(i64, Uuid, i64)> = round_track::Entity::find()
            .select_only()
            .columns([
                round_track::Column::CommunityId,
                round_track::Column::RoundId,
                round_track::Column::KeepUntil,
            ])
            .filter(round_track::Column::CommunityId.is_in(scope.communities()))
            .filter(round_track::Column::KeepUntil.lt(before.0))
            .filter(round_track::Column::FixesSealed.is_not_null())
            .order_by_asc(round_track::Column::KeepUntil)
            .limit(most)
            .into_tuple()
            .all(self.db.read())
            .await?;
        let names: Vec<(Uuid, String)> = round::Entity::find()
            .select_only()
            .columns([round::Column::Id, round::Column::SubjectName])
            .filter(round::Column::CommunityId.is_in(scope.communities()))
            .filter(round::Column::Id.is_in(rows.iter().map(|row| row.1)))
            .into_tuple()
            .all(self.db.read())
            .await?;
        let names: HashMap<Uuid, String> = names.into_iter().collect();
        let line = |(community, round, until): (i64, Uuid, i64)| {
            let reach = names.get(&round).cloned().unwrap_or_default();
            let key = "retention-track-line";
            EndingLine {
                community: CommunityId(community),
                text: self.i18n.text(ctx.locale(), key, &[("reach", reach)]),
                at: Micros(until),
                href: Some(format!("/rounds/{round}")),
            }
        };
        Ok(rows.into_iter().map(line).collect())
    }

    async fn live(
        &self,
        ctx: &Ctx,
        scope: &Scope,
        (before, most): (Micros, u64),
    ) -> Result<Vec<EndingLine>> {
        let rows: Vec<(i64, i64)> = live_track::Entity::find()
            .select_only()
            .columns([live_track::Column::CommunityId, live_track::Column::BeganAt])
            .filter(live_track::Column::CommunityId.is_in(scope.communities()))
            .filter(live_track::Column::BeganAt.lt(began(before)))
            .order_by_asc(live_track::Column::BeganAt)
            .limit(most)
            .into_tuple()
            .all(self.db.read())
            .await?;
        let line = |(community, began): (i64, i64)| EndingLine {
            community: CommunityId(community),
            text: self.i18n.text(ctx.locale(), "retention-live-line", &[]),
            at: Micros(began).plus(KEEP_DAYS * Micros::DAY),
            href: None,
        };
        Ok(rows.into_iter().map(line).collect())
    }
}

impl KeptElsewhere for TracksKept {
    fn name(&self) -> &'static str {
        "tracks"
    }

    fn days(&self) -> i64 {
        KEEP_DAYS
    }

    fn counts<'a>(
        &'a self,
        scope: &'a Scope,
        before: Micros,
    ) -> BoxFuture<'a, Result<Vec<(CommunityId, u64)>>> {
        self.count(scope, before).boxed()
    }

    fn lines<'a>(
        &'a self,
        ctx: &'a Ctx,
        scope: &'a Scope,
        before: Micros,
        most: u64,
    ) -> BoxFuture<'a, Result<Vec<EndingLine>>> {
        async move {
            let mut lines = self.of_rounds(ctx, scope, (before, most)).await?;
            lines.extend(self.live(ctx, scope, (before, most)).await?);
            lines.sort_by_key(|one| one.at);
            lines.truncate(usize::try_from(most).unwrap_or(usize::MAX));
            Ok(lines)
        }
        .boxed()
    }
}
