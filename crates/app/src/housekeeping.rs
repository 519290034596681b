//! What has to be tidied now and then: sessions that are over, answers kept for repeated requests, quiet clients,
//! uploads that were cut off.

use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use youlin_database::PruneIdempotency;
use youlin_files::FileStore;
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
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(BEAT) => {}
        }
        beat = beat.wrapping_add(1);
        if let Some(handle) = app.service::<PrometheusHandle>() {
            handle.run_upkeep();
        }
        if beat.is_multiple_of(MINUTE) {
            app.limits().shrink();
        }
        if beat.is_multiple_of(HOUR) {
            tidy(&app).await;
        }
    }
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
    if let Some(files) = app.service::<FileStore>() {
        match files.sweep(CUT_OFF, SystemTime::now()).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "uploads that were cut off were removed"),
            Err(fault) => tracing::warn!(%fault, "the folder of files could not be tidied"),
        }
    }
}
