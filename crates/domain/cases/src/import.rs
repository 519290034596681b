//! The catalogue as a file somebody gives on a page: whole or not at all.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_database::{Command, Database, Tx};
use youlin_imports::{Batch, ImportReport, Incoming, Plan, Refused, Register};
use youlin_kernel::{CommunityId, Ctx, Permission, Result};

use crate::ImportCategories;
use crate::permissions::CASES_ADMIN;
use crate::service::Cases;

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
