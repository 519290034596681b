//! Somebody has read a notice, or all of them. Only one's own; others' do not exist.

use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{Command, Tx};
use youlin_kernel::{Ctx, Problem, Result};

use crate::entities::notice;
use crate::permissions::NOTICES_READ;
use crate::queries::{NoticeView, reader};

/// One notice. Reading it again changes nothing.
#[derive(Debug)]
pub struct MarkRead {
    pub id: Uuid,
}

impl Command for MarkRead {
    type Output = NoticeView;
    const NAME: &'static str = "notices.mark-read";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<NoticeView> {
        let scope = ctx.scope(&NOTICES_READ)?;
        let account = reader(ctx)?;
        let mut row = notice::Entity::find()
            .filter(col("community_id").is_in(scope.communities()))
            .filter(col("id").eq(self.id))
            .filter(col("account_id").eq(account))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        if row.read_at.is_none() {
            row.read_at = Some(ctx.now().0);
            row.version += 1;
            let mut update = Query::update();
            update
                .table(name("notice"))
                .value(name("read_at"), row.read_at)
                .value(name("version"), row.version)
                .and_where(col("community_id").eq(row.community_id))
                .and_where(col("id").eq(row.id));
            tx.conn().execute(&update).await?;
        }
        Ok(NoticeView::from(row))
    }
}

/// All of the caller's notices. Answers how many were unread.
#[derive(Debug)]
pub struct MarkAllRead;

impl Command for MarkAllRead {
    type Output = u64;
    const NAME: &'static str = "notices.mark-all-read";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<u64> {
        let scope = ctx.scope(&NOTICES_READ)?;
        let mut update = Query::update();
        update
            .table(name("notice"))
            .value(name("read_at"), ctx.now().0)
            .value(name("version"), Expr::col(name("version")).add(1))
            .and_where(col("community_id").is_in(scope.communities()))
            .and_where(col("account_id").eq(reader(ctx)?))
            .and_where(col("read_at").is_null());
        Ok(tx.conn().execute(&update).await?.rows_affected())
    }
}
