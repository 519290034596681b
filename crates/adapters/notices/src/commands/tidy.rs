//! Removes what has had its time: messages sent or given up, notices that were read, and very old ones.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use youlin_database::sql::{col, name};
use youlin_database::{Command, Tx};
use youlin_kernel::{Ctx, Micros, Result};

/// The delivery log: long enough to answer "did they get it?", not longer.
const LOG: i64 = 90 * Micros::DAY;
const READ: i64 = 90 * Micros::DAY;
const UNREAD: i64 = 365 * Micros::DAY;

/// See the module's text. A named roll-up: it works across communities. Answers how many rows went.
pub(crate) struct Tidy;

impl Command for Tidy {
    type Output = u64;
    const NAME: &'static str = "notices.tidy";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<u64> {
        let before = |age: i64| ctx.now().plus(-age).0;
        let mut log = Query::delete();
        log.from_table(name("delivery"))
            .and_where(col("ended_at").lt(before(LOG)));
        let mut notices = Query::delete();
        notices.from_table(name("notice")).and_where(
            col("read_at")
                .lt(before(READ))
                .or(col("at").lt(before(UNREAD))),
        );
        let gone = tx.conn().execute(&log).await?.rows_affected();
        Ok(gone + tx.conn().execute(&notices).await?.rows_affected())
    }
}
