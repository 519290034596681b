//! Codes and sessions of own files that are over go away; codes stay two days, because how often one was asked for is
//! counted over a day.

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use youlin_database::sql::{col, name};
use youlin_database::{Command, Database, JobHandler, JobOutcome, JobRun, Recurring, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

/// Every six hours.
pub const OWN_TIDY: Recurring = Recurring {
    kind: "people.own-tidy",
    after: 10 * Micros::MINUTE,
    every: 6 * Micros::HOUR,
};

/// See the module's text.
#[derive(Clone, Copy, Debug)]
pub struct TidyOwn;

impl JobHandler for TidyOwn {
    fn kind(&self) -> &'static str {
        OWN_TIDY.kind
    }

    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        db: &'a Database,
        _run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>> {
        async move {
            db.execute(ctx, Tidy).await?;
            Ok(OWN_TIDY.again(ctx))
        }
        .boxed()
    }
}

struct Tidy;

impl Command for Tidy {
    type Output = ();
    const NAME: &'static str = "people.tidy-own";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let ends = [("own_code", 2 * Micros::DAY), ("own_session", 0)];
        for (table, kept) in ends {
            let mut delete = Query::delete();
            delete
                .from_table(name(table))
                .and_where(col("community_id").eq(CommunityId::SYSTEM.0))
                .and_where(col("ends_at").lt(ctx.now().plus(-kept).0));
            tx.conn().execute(&delete).await?;
        }
        Ok(())
    }
}
