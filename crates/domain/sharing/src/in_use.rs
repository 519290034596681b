//! People who have something or are asked for support: they are not removed when an import of residents is taken back.

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_kernel::{CommunityId, Result};
use youlin_people::import::InUse;

/// See the module's text.
#[derive(Clone, Copy, Debug)]
pub struct PeopleInSharing;

impl InUse for PeopleInSharing {
    fn used<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        community: CommunityId,
        people: &'a [Uuid],
    ) -> BoxFuture<'a, Result<Vec<Uuid>>> {
        async move {
            let mut used = Vec::new();
            for (table, column) in [
                ("resource_loan", "borrower_id"),
                ("support_offer", "party_id"),
            ] {
                let mut find = Query::select();
                find.column(name(column))
                    .from(name(table))
                    .and_where(col("community_id").eq(community.0))
                    .and_where(col(column).is_in(people.iter().copied()));
                for row in conn.query_all(&find).await? {
                    used.push(row.try_get("", column)?);
                }
            }
            Ok(used)
        }
        .boxed()
    }
}
