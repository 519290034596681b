//! Who looks after equipment: organisations and businesses of the register. Places knows none; whoever does says so here, and
//! is put in by the application.

use std::sync::Arc;

use futures::future::BoxFuture;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_web::Choice;

/// Somebody who may look after equipment.
#[derive(Clone, Debug)]
pub struct Maintainer {
    pub id: Uuid,
    pub name: String,
    /// The page it opens to.
    pub href: String,
}

/// A floor that knows some.
pub trait MaintainerSource: Send + Sync {
    /// Those a form offers for equipment of a community, as far as the caller may see them.
    fn offered<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Vec<Maintainer>>>;

    /// One of them by its id, to be shown to the caller; closed ones too, for equipment outlives them.
    fn shown<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        community: CommunityId,
        id: Uuid,
    ) -> BoxFuture<'a, Result<Option<Maintainer>>>;

    /// How it is called, in the transaction that keeps it.
    fn name<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        community: CommunityId,
        id: Uuid,
    ) -> BoxFuture<'a, Result<Option<String>>>;
}

/// All of them; put into the application as `Arc<Maintainers>`.
#[derive(Clone, Default)]
pub struct Maintainers(pub Vec<Arc<dyn MaintainerSource>>);

impl std::fmt::Debug for Maintainers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Maintainers({})", self.0.len())
    }
}

impl Maintainers {
    pub(crate) async fn choices(
        &self,
        db: &Database,
        ctx: &Ctx,
        community: CommunityId,
    ) -> Result<Vec<Choice>> {
        let mut all = Vec::new();
        for floor in &self.0 {
            let offered = floor.offered(db, ctx, community).await?;
            all.extend(
                offered
                    .into_iter()
                    .map(|one| Choice::new(one.id.to_string(), one.name)),
            );
        }
        Ok(all)
    }

    pub(crate) async fn shown(
        &self,
        db: &Database,
        ctx: &Ctx,
        community: CommunityId,
        id: Uuid,
    ) -> Result<Option<Maintainer>> {
        for floor in &self.0 {
            if let Some(one) = floor.shown(db, ctx, community, id).await? {
                return Ok(Some(one));
            }
        }
        Ok(None)
    }

    /// The name equipment keeps beside the id.
    ///
    /// # Errors
    /// 422 on `maintainer_id` when nobody knows it.
    pub(crate) async fn name(
        &self,
        conn: &DatabaseTransaction,
        community: CommunityId,
        id: Uuid,
    ) -> Result<String> {
        for floor in &self.0 {
            if let Some(name) = floor.name(conn, community, id).await? {
                return Ok(name);
            }
        }
        Err(Problem::invalid("maintainer_id", "maintainer-unknown"))
    }
}
