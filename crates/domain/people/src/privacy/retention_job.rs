//! The job behind a confirmed list. It may be killed anywhere: what is ended is no longer due, so the next run goes on.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_database::{Database, JobHandler, JobOutcome, JobRun};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};

use crate::Vault;

use super::retention::{RETENTION_KIND, RetentionSubject};
use super::retention_end::EndBatch;

/// See the module's text.
#[derive(Clone, Debug)]
pub struct EndRetention(pub Arc<Vault>);

impl JobHandler for EndRetention {
    fn kind(&self) -> &'static str {
        RETENTION_KIND
    }

    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        db: &'a Database,
        run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>> {
        end_all(&self.0, ctx, db, run).boxed()
    }
}

async fn end_all(vault: &Arc<Vault>, ctx: &Ctx, db: &Database, run: &JobRun) -> Result<JobOutcome> {
    let subject = RetentionSubject::parse(&run.key)
        .ok_or_else(|| Problem::internal("no such rule of keeping"))?;
    let before = Micros(run.payload["before"].as_i64().unwrap_or_default());
    let account: Option<Uuid> = run.payload["account"]
        .as_str()
        .and_then(|text| text.parse().ok());
    let by = run.payload["by"].as_str().unwrap_or_default().to_owned();
    let communities: Vec<i64> = run.payload["communities"]
        .as_array()
        .map(|list| list.iter().filter_map(serde_json::Value::as_i64).collect())
        .unwrap_or_default();
    let total = i64::try_from(communities.len()).unwrap_or(i64::MAX);
    for (at, community) in communities.into_iter().enumerate() {
        let mut ended = 0;
        loop {
            let batch = EndBatch {
                vault: Arc::clone(vault),
                subject,
                community: CommunityId(community),
                before,
                ended,
                by: (account, by.clone()),
            };
            let more = db.execute(ctx, batch).await?;
            ended += more;
            run.progress(ctx, db, i64::try_from(at).unwrap_or(0), total)
                .await?;
            if more == 0 {
                break;
            }
        }
    }
    run.progress(ctx, db, total, total).await?;
    Ok(JobOutcome::Done)
}
