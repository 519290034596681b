//! What has to be tidied now and then: sessions that are over, answers kept for repeated requests, quiet clients,
//! uploads that were cut off. And every few seconds one look at whether another process (an import from the console,
//! a second server) changed areas, catalogue or calendar, which every process holds in memory.

use std::time::{Duration, SystemTime};

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use tokio::sync::watch;
use youlin_cases::Cases;
use youlin_database::sql::{col, name};
use youlin_database::{PruneIdempotency, PruneOutbox};
use youlin_files::FileStore;
use youlin_kernel::{CommunityId, Result};
use youlin_places::Locator;
use youlin_web::{App, EndSession, PrometheusHandle};

const BEAT: Duration = Duration::from_secs(5);
/// Every beat the metrics; every minute the quiet clients; every hour the database and the folder.
const MINUTE: u32 = 12;
const HOUR: u32 = 720;
/// An upload that has not moved for this long was cut off.
const CUT_OFF: Duration = Duration::from_secs(24 * 3600);

/// Runs until told to stop.
pub(crate) async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mut beat: u32 = 0;
    let mut seen = last_entry(&app).await;
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(BEAT) => {}
        }
        beat = beat.wrapping_add(1);
        if let Some(handle) = app.service::<PrometheusHandle>() {
            handle.run_upkeep();
        }
        seen = reload_if_changed(&app, seen).await;
        freshen(&app).await;
        if beat.is_multiple_of(MINUTE) {
            app.limits().shrink();
        }
        if beat.is_multiple_of(HOUR) {
            tidy(&app).await;
        }
    }
}

/// Areas, boundaries and registers that another process changed.
async fn freshen(app: &App) {
    let Some(locator) = app.service::<Locator>() else {
        return;
    };
    if let Err(problem) = locator.freshen(app.db()).await {
        tracing::warn!(%problem, "changed areas could not be read; trying again");
    }
}

/// The newest entry of the chain under which reference data is filed.
async fn last_entry(app: &App) -> i64 {
    match entries_after(app, i64::MAX - 1).await {
        Ok((last, _)) => last,
        Err(problem) => {
            tracing::debug!(%problem, "the audit log could not be read");
            0
        }
    }
}

async fn reload_if_changed(app: &App, seen: i64) -> i64 {
    let changed = match entries_after(app, seen).await {
        Ok((last, actions)) if last > seen => (last, actions),
        Ok(_) => return seen,
        Err(problem) => {
            tracing::debug!(%problem, "the audit log could not be read; looking again");
            return seen;
        }
    };
    let (last, actions) = changed;
    match reload(app, &actions).await {
        Ok(()) => last,
        Err(problem) => {
            tracing::warn!(%problem, "changed reference data could not be read; trying again");
            seen
        }
    }
}

async fn reload(app: &App, actions: &[String]) -> Result<()> {
    let is = |what: &str| actions.iter().any(|action| action.contains(what));
    if is("category") || is("calendar") {
        app.need::<Cases>()?.reload().await?;
    }
    if is("people.") {
        app.forget_sessions();
    }
    Ok(())
}

/// The last number of the chain and the actions after `seen`, at most so many: more of them mean the same.
async fn entries_after(app: &App, seen: i64) -> Result<(i64, Vec<String>)> {
    let conn = app.db().read();
    let mut head = Query::select();
    head.column(name("seq"))
        .from(name("audit_head"))
        .and_where(col("community_id").eq(CommunityId::SYSTEM.0));
    let last: i64 = match conn.query_one(&head).await? {
        Some(row) => row.try_get("", "seq")?,
        None => 0,
    };
    if last <= seen {
        return Ok((last, Vec::new()));
    }
    let mut actions = Query::select();
    actions
        .column(name("action"))
        .distinct()
        .from(name("audit"))
        .and_where(col("community_id").eq(CommunityId::SYSTEM.0))
        .and_where(col("seq").gt(seen))
        .and_where(col("seq").lte(last));
    let mut found = Vec::new();
    for row in conn.query_all(&actions).await? {
        found.push(row.try_get("", "action")?);
    }
    Ok((last, found))
}

async fn tidy(app: &App) {
    let ctx = app.service_ctx("housekeeping");
    let idle = app.config().cookies.idle;
    if let Err(problem) = app.db().execute(&ctx, EndSession::Expired { idle }).await {
        tracing::warn!(%problem, "old sessions could not be removed; trying again in an hour");
    }
    if let Err(problem) = app.db().execute(&ctx, PruneIdempotency).await {
        tracing::warn!(%problem, "old answers could not be removed; trying again in an hour");
    }
    if let Err(problem) = app.db().execute(&ctx, PruneOutbox).await {
        tracing::warn!(%problem, "delivered events could not be removed; trying again in an hour");
    }
    if let Some(files) = app.service::<FileStore>() {
        match files.sweep(CUT_OFF, SystemTime::now()).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "uploads that were cut off were removed"),
            Err(fault) => tracing::warn!(%fault, "the folder of files could not be tidied"),
        }
    }
}
