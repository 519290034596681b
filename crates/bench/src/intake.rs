//! Reports over HTTP: 64 connections, each case with its event, audit entry, counters and outbox row, answered when
//! durable; beside it the same rows inserted raw into the same database.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use crate::ground::{Ground, Server, postgres_database};
use crate::http::{Load, load, post_json};
use crate::raw;
use crate::results::Results;

const CONNECTIONS: u64 = 64;
/// Connections of the raw peer on PostgreSQL: as many as the server's own pool.
const POSTGRES_CONNECTIONS: u32 = 16;

pub(crate) async fn sqlite(results: &mut Results, binary: &Path, seconds: u64) -> Result<()> {
    let ground = Ground::prepare(None).await?;
    let measured = {
        let (server, _) = ground.serve(binary).await?;
        report(&server, &ground, seconds).await?
    };
    let raw = raw::sqlite(&ground.folder.path().join("youlin.db"), seconds).await?;
    let size = format!("64 connections, {} cases", measured.answers);
    results.share_of(
        "intake.sqlite.share_of_raw",
        measured.per_second,
        "cases/s",
        &size,
        raw,
        0.4,
    );
    results.at_least(
        "intake.sqlite.rate",
        measured.per_second,
        "cases/s",
        &size,
        4_000.0,
    );
    results.below("intake.sqlite.p99", measured.p99_ms, "ms", &size, 50.0);
    results.below("intake.sqlite.p50", measured.p50_ms, "ms", &size, 50.0);
    Ok(())
}

pub(crate) async fn postgres(
    results: &mut Results,
    binary: &Path,
    server_url: &str,
    seconds: u64,
) -> Result<()> {
    let url = postgres_database(server_url).await?;
    let ground = Ground::prepare(Some(url.clone())).await?;
    let measured = {
        let (server, _) = ground.serve(binary).await?;
        report(&server, &ground, seconds).await?
    };
    let raw = raw::postgres(&url, POSTGRES_CONNECTIONS, seconds).await?;
    let size = format!("64 connections, {} cases", measured.answers);
    results.share_of(
        "intake.postgres.share_of_raw",
        measured.per_second,
        "cases/s",
        &size,
        raw,
        0.5,
    );
    results.below("intake.postgres.p99", measured.p99_ms, "ms", &size, 250.0);
    Ok(())
}

async fn report(server: &Server, ground: &Ground, seconds: u64) -> Result<Load> {
    let key = ground.key.clone();
    let areas = ground.neighbourhoods.clone();
    let make = Arc::new(move |n: u64| {
        let area = areas[usize::try_from(n).unwrap_or(0) % areas.len()];
        let body = format!(
            r#"{{"source":"api","text":"12号楼楼道灯不亮，老人晚上上楼看不见，第{n}次报","category":"E-0101","urgency":"normal","place":{{"area":{area},"text":"12号楼门口"}}}}"#
        );
        post_json("/api/v1/cases", &key, &body)
    });
    load(server.addr, CONNECTIONS, seconds, 201, make).await
}
