//! Who looks after areas, and what stands in them besides the register. Places knows neither accounts nor cases; whoever
//! keeps some says so here and is put in by the application, so that nobody loses sight and nothing stays behind when an
//! area is closed or split.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QuerySelect,
};
use uuid::Uuid;
use youlin_database::Tx;
use youlin_kernel::{AreaId, CommunityId, Ctx, Result, Role};

use crate::commands::Placer;
use crate::entities::dwelling;

/// An account that has a role in exactly this area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    pub area: AreaId,
    pub account: Uuid,
    pub name: String,
    pub role: Role,
}

impl Charge {
    /// Who may be given a grid to look after: whoever works for the community already. A grid worker sees the register.
    #[must_use]
    pub fn may_take_grid(role: Role) -> bool {
        matches!(
            role,
            Role::GridWorker | Role::CommunityDesk | Role::CommunityLead
        )
    }
}

/// Who changes places with an area.
#[derive(Clone, Debug)]
pub struct HandOver {
    pub community: CommunityId,
    /// From a closed area to the one that takes its place: whoever looked after the first looks after the second.
    pub moved: Vec<(AreaId, AreaId)>,
    /// This account looks after the new grid from now on.
    pub taker: Option<(Uuid, AreaId)>,
}

/// A floor that keeps rights in areas.
pub trait Charges: Send + Sync {
    /// Who has a role in one of these areas, by name.
    fn of<'a>(
        &'a self,
        conn: &'a DatabaseConnection,
        areas: &'a [AreaId],
    ) -> BoxFuture<'a, Result<Vec<Charge>>>;

    /// Hands over, in the transaction that changes the areas.
    fn hand_over<'a, 'b: 'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a Tx<'b>,
        what: &'a HandOver,
    ) -> BoxFuture<'a, Result<()>>;
}

/// Why things stand elsewhere from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Split,
    Closed,
    /// A boundary was drawn anew, or the register says something else.
    Redrawn,
}

impl Cause {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Closed => "closed",
            Self::Redrawn => "redrawn",
        }
    }
}

/// Where something stands by what is known of its place; the most precise thing known decides.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    /// The area it was filed under.
    pub said: AreaId,
    pub premises: Option<Uuid>,
    pub building: Option<Uuid>,
    /// Longitude and latitude, WGS-84.
    pub at: Option<(f64, f64)>,
}

impl Spot {
    #[must_use]
    pub fn of(said: AreaId) -> Self {
        Self {
            said,
            premises: None,
            building: None,
            at: None,
        }
    }
}

/// A community after an area of it was closed or split, inside the transaction that did it.
pub struct NewGround<'a> {
    pub community: CommunityId,
    pub cause: Cause,
    /// What was closed or split.
    pub area: AreaId,
    /// Its row, for the audit entries of those who follow.
    pub subject: Uuid,
    pub(crate) placer: &'a Placer,
    /// From closed areas to those that take their place.
    pub(crate) moved: HashMap<AreaId, AreaId>,
    /// Where everything of the register stands now, by its id.
    pub(crate) register: HashMap<Uuid, AreaId>,
}

impl std::fmt::Debug for NewGround<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewGround")
            .field("community", &self.community)
            .field("moved", &self.moved)
            .finish_non_exhaustive()
    }
}

impl NewGround<'_> {
    /// The most specific open area, by the rule that places the register ([`crate::Locator::stands`] after the commit).
    #[must_use]
    pub fn stands(&self, spot: &Spot) -> AreaId {
        let known = |id: Option<Uuid>| self.register.get(&id?).copied();
        known(spot.premises)
            .or_else(|| known(spot.building))
            .unwrap_or_else(|| {
                let said = self.moved.get(&spot.said).copied().unwrap_or(spot.said);
                self.placer.settled(said, spot.at)
            })
    }

    /// The area it belongs to from now on, where it does not lie in the one it was filed under any more.
    #[must_use]
    pub fn leaves(&self, spot: &Spot) -> Option<AreaId> {
        let stands = self.stands(spot);
        (!self.placer.is_within(stands, spot.said)).then_some(stands)
    }

    /// The buildings of these dwellings, by dwelling.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn buildings_of(
        &self,
        conn: &impl ConnectionTrait,
        dwellings: impl IntoIterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, Uuid>> {
        let wanted: Vec<Uuid> = dwellings.into_iter().collect();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let found: Vec<(Uuid, Uuid)> = dwelling::Entity::find()
            .select_only()
            .columns([dwelling::Column::Id, dwelling::Column::BuildingId])
            .filter(dwelling::Column::CommunityId.eq(self.community.0))
            .filter(dwelling::Column::Id.is_in(wanted))
            .into_tuple()
            .all(conn)
            .await?;
        Ok(found.into_iter().collect())
    }

    /// What was closed or split, with everything below it: only what was filed there may have to move.
    #[must_use]
    pub fn touched(&self) -> Vec<i64> {
        self.placer.below(self.area)
    }

    /// Grid and neighbourhood of an area.
    #[must_use]
    pub fn grid_and_neighbourhood(&self, area: AreaId) -> (Option<i64>, Option<i64>) {
        self.placer.areas(area)
    }
}

/// A floor whose records stand in areas: what is not done with yet follows its place.
pub trait Follows: Send + Sync {
    /// Moves what stands elsewhere now, in the transaction that changed the areas, with an audit entry of its own.
    fn follow<'a, 'b: 'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a Tx<'b>,
        ground: &'a NewGround<'a>,
    ) -> BoxFuture<'a, Result<()>>;
}

/// All of them; put into the application as `Arc<AreaDuties>`.
#[derive(Clone, Default)]
pub struct AreaDuties {
    pub charges: Vec<Arc<dyn Charges>>,
    pub follows: Vec<Arc<dyn Follows>>,
}

impl std::fmt::Debug for AreaDuties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AreaDuties")
            .field("charges", &self.charges.len())
            .field("follows", &self.follows.len())
            .finish()
    }
}

impl AreaDuties {
    pub(crate) async fn charges(
        &self,
        conn: &DatabaseConnection,
        areas: &[AreaId],
    ) -> Result<Vec<Charge>> {
        let mut all = Vec::new();
        for floor in &self.charges {
            all.extend(floor.of(conn, areas).await?);
        }
        Ok(all)
    }

    pub(crate) async fn hand_over(&self, ctx: &Ctx, tx: &Tx<'_>, what: &HandOver) -> Result<()> {
        for floor in &self.charges {
            floor.hand_over(ctx, tx, what).await?;
        }
        Ok(())
    }

    pub(crate) async fn follow(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        ground: &NewGround<'_>,
    ) -> Result<()> {
        for floor in &self.follows {
            floor.follow(ctx, tx, ground).await?;
        }
        Ok(())
    }
}
