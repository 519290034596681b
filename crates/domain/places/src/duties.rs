//! Who looks after areas. Places knows no accounts; whoever does says so here and is put in by the application, so that
//! nobody loses sight when an area is closed or split.

use std::sync::Arc;

use futures::future::BoxFuture;
use sea_orm::DatabaseConnection;
use uuid::Uuid;
use youlin_database::Tx;
use youlin_kernel::{AreaId, CommunityId, Ctx, Result, Role};

/// An account that has a role in exactly this area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    pub area: AreaId,
    pub account: Uuid,
    pub name: String,
    pub role: Role,
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

/// All of them; put into the application as `Arc<AreaDuties>`.
#[derive(Clone, Default)]
pub struct AreaDuties {
    pub charges: Vec<Arc<dyn Charges>>,
}

impl std::fmt::Debug for AreaDuties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AreaDuties")
            .field("charges", &self.charges.len())
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
}
