//! The catalogue as a file somebody gives on a page: whole or not at all.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{Command, Database, Tx};
use youlin_imports::{Batch, ImportReport, Incoming, Plan, Refused, Register};
use youlin_kernel::{CommunityId, Ctx, Permission, Result};
use youlin_people::import::InUse;

use crate::ImportCategories;
use crate::permissions::CASES_ADMIN;
use crate::service::Cases;

/// People who reported a case or have a task now: they are not removed when an import of residents is taken back.
#[derive(Clone, Copy, Debug)]
pub struct PeopleInCases;

impl InUse for PeopleInCases {
    fn used<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        community: CommunityId,
        people: &'a [Uuid],
    ) -> BoxFuture<'a, Result<Vec<Uuid>>> {
        async move {
            let mut used = Vec::new();
            for (table, column) in [
                ("case_record", "reporter_person"),
                ("case_task", "party_id"),
            ] {
                let mut find = Query::select();
                find.column(name(column))
                    .from(name(table))
                    .and_where(col("community_id").eq(community.0))
                    .and_where(col(column).is_in(people.iter().copied()));
                if table == "case_task" {
                    find.and_where(col("ended_at").is_null());
                }
                for row in conn.query_all(&find).await? {
                    used.push(row.try_get("", column)?);
                }
            }
            Ok(used)
        }
        .boxed()
    }
}

/// JSON: the category catalogue.
#[derive(Debug)]
pub struct CategoriesRegister(pub Arc<Cases>);

impl Register for CategoriesRegister {
    fn kind(&self) -> &'static str {
        "categories"
    }

    fn permission(&self) -> &'static Permission {
        &CASES_ADMIN
    }

    fn whole(&self) -> bool {
        true
    }

    fn plan<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        file: &'a Incoming,
        dry_run: bool,
    ) -> BoxFuture<'a, Result<Plan>> {
        async move {
            let mut plan = Plan::default();
            if !file.done.contains(&0) {
                let text = file.text.clone();
                let command = Whole(ImportCategories { text, dry_run });
                plan.batches
                    .push(Batch::new(CommunityId::SYSTEM, vec![0], command));
            }
            Ok(plan)
        }
        .boxed()
    }

    fn taken<'a>(
        &'a self,
        _db: &'a Database,
        _community: CommunityId,
    ) -> BoxFuture<'a, Result<()>> {
        async { self.0.reload().await }.boxed()
    }
}

/// The same command with the report of the other imports.
struct Whole(ImportCategories);

impl Command for Whole {
    type Output = ImportReport;
    const NAME: &'static str = ImportCategories::NAME;

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let report = self.0.run(ctx, tx).await?;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(ImportReport {
            new: count(report.new),
            changed: count(report.changed),
            unchanged: count(report.unchanged),
            refused: report
                .refused
                .into_iter()
                .map(|(code, why)| Refused::new(0, code, "category-fault").arg("reason", why))
                .collect(),
            ..ImportReport::default()
        })
    }
}
