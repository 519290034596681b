//! Who is still there: what other floors keep at dwellings, premises and stalls. Places knows no people; whoever does says
//! so here, and is put in by the application. Nothing is closed over somebody's head.

use std::sync::Arc;

use futures::future::BoxFuture;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};

/// What is about to be closed, all of one community.
#[derive(Clone, Debug, Default)]
pub struct Spots {
    pub dwellings: Vec<Uuid>,
    pub premises: Vec<Uuid>,
    pub stalls: Vec<Uuid>,
}

/// Somebody who does business in premises, now or before.
#[derive(Clone, Debug)]
pub struct Occupier {
    pub stall: Option<Uuid>,
    /// The page it opens to.
    pub href: String,
    pub name: String,
    /// Goods, in words.
    pub detail: String,
    pub from: Micros,
    pub to: Option<Micros>,
}

/// A floor that keeps something at places.
pub trait Occupancy: Send + Sync {
    /// What is there now: the code of a sentence (`field-<code>`, with `count`) and how many.
    fn held<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        community: CommunityId,
        spots: &'a Spots,
    ) -> BoxFuture<'a, Result<Vec<(&'static str, u64)>>>;

    /// Who does business in premises, as far as the caller may see it; the present first.
    fn occupiers<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        community: CommunityId,
        premises: Uuid,
    ) -> BoxFuture<'a, Result<Vec<Occupier>>>;
}

/// All of them; put into the application as `Arc<Occupants>`.
#[derive(Clone, Default)]
pub struct Occupants(pub Vec<Arc<dyn Occupancy>>);

impl std::fmt::Debug for Occupants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Occupants({})", self.0.len())
    }
}

impl Occupants {
    /// Adds to a refusal on `closed` what is still there.
    pub(crate) async fn refuse(
        &self,
        conn: &DatabaseTransaction,
        community: CommunityId,
        spots: &Spots,
        mut refusal: Option<Problem>,
    ) -> Result<()> {
        for floor in &self.0 {
            for (code, count) in floor.held(conn, community, spots).await? {
                if count > 0 {
                    refusal = Some(still_there(refusal, code, count));
                }
            }
        }
        refusal.map_or(Ok(()), Err)
    }

    pub(crate) async fn of(
        &self,
        db: &Database,
        ctx: &Ctx,
        community: CommunityId,
        premises: Uuid,
    ) -> Result<Vec<Occupier>> {
        let mut all = Vec::new();
        for floor in &self.0 {
            all.extend(floor.occupiers(db, ctx, community, premises).await?);
        }
        Ok(all)
    }
}

/// One more thing that is still there.
pub(crate) fn still_there(refusal: Option<Problem>, code: &'static str, count: u64) -> Problem {
    let problem = match refusal {
        None => Problem::invalid("closed", code),
        Some(refusal) => refusal.and_field("closed", code),
    };
    problem.field_arg("count", count)
}
