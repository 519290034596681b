//! Open cases follow their place into the grid it falls into: at once where an area is split or closed, within a minute where
//! a boundary was drawn anew, began to hold at midnight, or a building was entered elsewhere.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_database::{Command, Database, Tx};
use youlin_kernel::{AreaLevel, AreaTree, CommunityId, Ctx, Result};
use youlin_places::duties::{Cause, Follows, NewGround, Spot};
use youlin_places::{Locator, Looked};

use super::save;
use crate::entities::case_record;
use crate::model::{Areas, CaseState};
use crate::service::Cases;

/// As many as one transaction moves.
const BATCH: usize = 200;

/// Put into the application among [`youlin_places::duties::AreaDuties`].
#[derive(Clone, Copy, Debug)]
pub struct CasesFollow;

impl Follows for CasesFollow {
    fn follow<'a, 'b: 'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a Tx<'b>,
        ground: &'a NewGround<'a>,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            // Of a redraw [`Placed`] takes care.
            if ground.cause == Cause::Redrawn {
                return Ok(());
            }
            let touched = ground.touched();
            let here = case_record::Column::GridId
                .is_in(touched.iter().copied())
                .or(case_record::Column::NeighbourhoodId.is_in(touched.iter().copied()));
            let rows = case_record::Entity::find()
                .filter(case_record::Column::CommunityId.eq(ground.community.0))
                .filter(case_record::Column::EndedAt.is_null())
                .filter(here)
                .all(tx.conn())
                .await?;
            for case in rows {
                let state = untouched(case);
                let area = ground.stands(&state.spot());
                let to = ground.grid_and_neighbourhood(area);
                moved(ctx, tx, &state, to, ground.cause).await?;
            }
            Ok(())
        }
        .boxed()
    }
}

/// The case alone: its tasks stay as they are and are not read.
fn untouched(case: case_record::Model) -> CaseState {
    CaseState {
        case,
        tasks: Vec::new(),
    }
}

async fn moved(ctx: &Ctx, tx: &Tx<'_>, state: &CaseState, to: Areas, cause: Cause) -> Result<()> {
    if let Some((after, happened)) = state.following(to, cause) {
        save::outcome(ctx, tx, state, after, &[happened], "cases.follow").await?;
    }
    Ok(())
}

/// Open cases without a building or a position of their own stand where what they are about stands: grid and neighbourhood.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn stand_with(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    places: &[(Uuid, Areas)],
    cause: Cause,
) -> Result<()> {
    let places: HashMap<Uuid, Areas> = places.iter().copied().collect();
    let rows = case_record::Entity::find()
        .filter(case_record::Column::CommunityId.eq(community.0))
        .filter(case_record::Column::Id.is_in(places.keys().copied()))
        .filter(case_record::Column::EndedAt.is_null())
        .filter(case_record::Column::BuildingId.is_null())
        .filter(case_record::Column::Lon.is_null())
        .all(tx.conn())
        .await?;
    for case in rows {
        let to = places[&case.id];
        moved(ctx, tx, &untouched(case), to, cause).await?;
    }
    Ok(())
}

/// Grid and neighbourhood it stands in now.
pub(super) fn stands(locator: &Locator, tree: &AreaTree, spot: &Spot) -> Areas {
    let area = locator.stands(spot);
    let at = |level| tree.at_level(area, level).map(|node| node.id.0);
    (at(AreaLevel::Grid), at(AreaLevel::Neighbourhood))
}

/// Some cases of a community, placed anew.
struct FollowPlace {
    cases: Arc<Cases>,
    community: CommunityId,
    ids: Vec<Uuid>,
}

impl Command for FollowPlace {
    type Output = ();
    const NAME: &'static str = "cases.follow";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let rows = case_record::Entity::find()
            .filter(case_record::Column::CommunityId.eq(self.community.0))
            .filter(case_record::Column::Id.is_in(self.ids.iter().copied()))
            .all(tx.conn())
            .await?;
        let tree = self.cases.locator.tree();
        for case in rows {
            let state = untouched(case);
            let to = stands(&self.cases.locator, &tree, &state.spot());
            moved(ctx, tx, &state, to, Cause::Redrawn).await?;
        }
        Ok(())
    }
}

/// What a redraw does to cases: there may be very many, so they are read aside from the writer, which gets only those that move.
#[derive(Debug, Default)]
pub(super) struct Placed(Looked);

impl Placed {
    /// Looks where the ground has changed since the last look; after a start, everywhere once.
    pub(super) async fn look(&self, ctx: &Ctx, db: &Database, cases: &Arc<Cases>) -> Result<()> {
        let locator = &cases.locator;
        // What another server changed: by an old picture a case would be moved back.
        locator.freshen(db).await?;
        for changed in self
            .0
            .changed(locator, locator.tree().communities_with_records())
        {
            let community = changed.0;
            let ids = elsewhere(db, locator, community).await?;
            for ids in ids.chunks(BATCH) {
                let command = FollowPlace {
                    cases: Arc::clone(cases),
                    community,
                    ids: ids.to_vec(),
                };
                db.execute(ctx, command).await?;
            }
            self.0.at(changed);
        }
        Ok(())
    }
}

type Row = (
    Uuid,
    Option<i64>,
    Option<i64>,
    Option<Uuid>,
    Option<f64>,
    Option<f64>,
);

/// Open cases that are filed elsewhere than their place stands.
async fn elsewhere(db: &Database, locator: &Locator, community: CommunityId) -> Result<Vec<Uuid>> {
    use case_record::Column::{BuildingId, GridId, Id, Lat, Lon, NeighbourhoodId};
    let rows: Vec<Row> = case_record::Entity::find()
        .select_only()
        .columns([Id, GridId, NeighbourhoodId, BuildingId, Lon, Lat])
        .filter(case_record::Column::CommunityId.eq(community.0))
        .filter(case_record::Column::EndedAt.is_null())
        .into_tuple()
        .all(db.read())
        .await?;
    let tree = locator.tree();
    let wrong = |(id, grid, neighbourhood, building, lon, lat): Row| {
        let said = neighbourhood.or(grid).unwrap_or(community.0);
        let spot = Spot {
            building,
            at: lon.zip(lat),
            ..Spot::of(youlin_kernel::AreaId(said))
        };
        (stands(locator, &tree, &spot) != (grid, neighbourhood)).then_some(id)
    };
    Ok(rows.into_iter().filter_map(wrong).collect())
}

impl Cases {
    /// What begins anew after it had ended belongs to the grid its place is in by now.
    pub(super) fn begun_anew(&self, before: &CaseState, after: CaseState) -> Anew {
        if !before.status().is_ended() || after.status().is_ended() {
            return (after, None);
        }
        let to = stands(&self.locator, &self.locator.tree(), &after.spot());
        match after.following(to, Cause::Redrawn) {
            Some((moved, happened)) => (moved, Some(happened)),
            None => (after, None),
        }
    }
}

/// The case, and that it was moved.
type Anew = (CaseState, Option<crate::model::Happened>);
