//! What the register says of an area that closes is said anew: estates, buildings and premises get the area they stand in
//! from now on, by the rule of [`crate::stand`]. What it said before is kept, so figures of the past stay.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Result};

use super::keep_past::keep_past;
use super::placing::Placer;
use crate::entities::{building, estate, premises, premises_past};
use crate::events;
use crate::locator::mark;

/// One thing of the register and where it is said to be.
pub(super) struct Said {
    /// The building itself, or the building the premises are in.
    pub(super) building: Option<Uuid>,
    pub(super) area: AreaId,
}

/// Grid and neighbourhood, as rows keep them.
type Areas = (Option<i64>, Option<i64>);

/// A row of the register that stands in an area.
trait Settled: Clone {
    fn id(&self) -> Uuid;
    fn areas(&self) -> Areas;
    fn at(&self) -> Option<(f64, f64)>;
    fn building(&self) -> Option<Uuid>;
    fn moved(self, areas: Areas) -> Self;
    async fn open(tx: &Tx<'_>, community: CommunityId) -> Result<Vec<Self>>;
    async fn save(self, ctx: &Ctx, tx: &Tx<'_>, old: &Self) -> Result<()>;
}

macro_rules! settled {
    ($table:ident, $row:ident => $building:expr, $keep:expr) => {
        impl Settled for $table::Model {
            fn id(&self) -> Uuid {
                self.id
            }

            fn areas(&self) -> Areas {
                (self.grid_id, self.neighbourhood_id)
            }

            fn at(&self) -> Option<(f64, f64)> {
                self.lon.zip(self.lat)
            }

            fn building(&self) -> Option<Uuid> {
                let $row = self;
                $building
            }

            fn moved(self, (grid_id, neighbourhood_id): Areas) -> Self {
                Self {
                    grid_id,
                    neighbourhood_id,
                    ..self
                }
            }

            async fn open(tx: &Tx<'_>, community: CommunityId) -> Result<Vec<Self>> {
                let rows = $table::Entity::find()
                    .filter($table::Column::CommunityId.eq(community.0))
                    .filter($table::Column::ClosedAt.is_null())
                    .all(tx.conn())
                    .await?;
                Ok(rows)
            }

            async fn save(self, ctx: &Ctx, tx: &Tx<'_>, old: &Self) -> Result<()> {
                $keep(ctx, tx, old, &self).await?;
                tx.update::<$table::Entity>(self).await?;
                Ok(())
            }
        }
    };
}

settled!(building, row => Some(row.id), keep_past);
settled!(estate, _row => None, keep_nothing);
settled!(premises, row => row.building_id, keep_premises);

/// Where everything of one kind stands now, and how much of it was moved.
struct Moved<'a, F> {
    placer: &'a Placer,
    community: CommunityId,
    to: &'a F,
    stands: HashMap<Uuid, AreaId>,
    count: u64,
}

impl<F: Fn(&Said) -> Option<AreaId>> Moved<'_, F> {
    async fn take<T: Settled>(&mut self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        for row in T::open(tx, self.community).await? {
            let (grid, neighbourhood) = row.areas();
            let area = AreaId(neighbourhood.or(grid).unwrap_or(self.community.0));
            let said = Said {
                building: row.building(),
                area,
            };
            let to = (self.to)(&said);
            let stands = self.placer.settled(to.unwrap_or(area), row.at());
            self.stands.insert(row.id(), stands);
            let areas = self.placer.areas(stands);
            if to.is_some() && areas != row.areas() {
                row.clone().moved(areas).save(ctx, tx, &row).await?;
                self.count += 1;
            }
        }
        Ok(())
    }
}

/// Where everything of the register stands; nothing is said anew.
pub(super) async fn standing(
    ctx: &Ctx,
    tx: &Tx<'_>,
    placer: &Placer,
    community: CommunityId,
) -> Result<HashMap<Uuid, AreaId>> {
    let nowhere: fn(&Said) -> Option<AreaId> = |_said| None;
    let mut stands = Moved {
        placer,
        community,
        to: &nowhere,
        stands: HashMap::new(),
        count: 0,
    };
    stands.take::<building::Model>(ctx, tx).await?;
    stands.take::<premises::Model>(ctx, tx).await?;
    Ok(stands.stands)
}

/// Says anew where everything in the community is for which `to` names an area; it stands there, or in what the boundaries
/// make of that. `subject` is the area's row. What the caller saved before must have its audit entry already. Returns where
/// everything of the register stands, moved or not.
pub(super) async fn resettle(
    ctx: &Ctx,
    tx: &Tx<'_>,
    placer: &Placer,
    community: CommunityId,
    subject: Uuid,
    to: impl Fn(&Said) -> Option<AreaId> + Sync,
) -> Result<HashMap<Uuid, AreaId>> {
    let mut moved = Moved {
        placer,
        community,
        to: &to,
        stands: HashMap::new(),
        count: 0,
    };
    moved.take::<building::Model>(ctx, tx).await?;
    let buildings = moved.count;
    moved.take::<estate::Model>(ctx, tx).await?;
    moved.take::<premises::Model>(ctx, tx).await?;
    if moved.count > 0 {
        let entry = AuditEntry::new("places.resettle", "area", subject)
            .detail(json!({"buildings": buildings, "others": moved.count - buildings}));
        tx.audit(ctx, community, entry);
        tx.emit(ctx, events::addresses_changed(community, subject));
    }
    tx.emit(ctx, events::areas_moved(community, subject));
    mark(tx, community);
    Ok(moved.stands)
}

/// Of an estate no figure asks where it stood.
async fn keep_nothing(
    _ctx: &Ctx,
    _tx: &Tx<'_>,
    _old: &estate::Model,
    _new: &estate::Model,
) -> Result<()> {
    Ok(())
}

async fn keep_premises(
    ctx: &Ctx,
    tx: &Tx<'_>,
    old: &premises::Model,
    _new: &premises::Model,
) -> Result<()> {
    let area = old.neighbourhood_id.or(old.grid_id);
    tx.insert::<premises_past::Entity>(premises_past::Model {
        community_id: old.community_id,
        id: ctx.new_id(),
        version: 1,
        premises_id: old.id,
        building_id: old.building_id,
        area_id: area.unwrap_or(old.community_id),
        lon: old.lon,
        lat: old.lat,
        valid_to: ctx.now().0,
    })
    .await?;
    Ok(())
}
