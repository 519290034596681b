//! A large database: a million cases over twenty communities, read by 16 connections.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection, Executor, SqliteConnection};

use crate::ground::{Ground, Server};
use crate::http::{Connection as Client, get, load, post_json};
use crate::results::{Results, println_line};

const CONNECTIONS: u64 = 16;
const INDEXED: Duration = Duration::from_secs(900);

pub(crate) async fn measure(
    results: &mut Results,
    binary: &Path,
    cases: u64,
    seconds: u64,
) -> Result<()> {
    let ground = Ground::prepare(None).await?;
    first_case(&ground, binary).await?;
    let started = Instant::now();
    let ids = fill(&ground, cases).await?;
    println_line(&format!(
        "{cases} cases filled in {:.0} s",
        started.elapsed().as_secs_f64()
    ));
    index(&ground, binary).await?;
    let size = format!("{cases} cases, 16 connections");
    let (server, start) = ground.serve(binary).await?;
    results.below(
        "start.first_answer",
        start.as_secs_f64(),
        "s",
        format!("{cases} cases"),
        1.0,
    );
    reads(results, &server, &ground, &ids, &size, seconds).await?;
    counts(results, &server, &ground, cases).await?;
    results.below("server.memory", server.memory_mb()?, "MB", &size, 120.0);
    let bytes = std::fs::metadata(binary)?.len() as f64 / 1_048_576.0;
    results.below("binary.size", bytes, "MB", "release", 60.0);
    Ok(())
}

/// One real case, made through the front door: the pattern of the others.
async fn first_case(ground: &Ground, binary: &Path) -> Result<()> {
    let (server, _) = ground.serve(binary).await?;
    let area = ground.neighbourhoods.first().context("a neighbourhood")?;
    let body = format!(
        r#"{{"source":"api","text":"楼道灯不亮","category":"E-0101","place":{{"area":{area}}}}}"#
    );
    let (status, body) = Client::open(server.addr)
        .await?
        .ask(&post_json("/api/v1/cases", &ground.key, &body))
        .await?;
    anyhow::ensure!(status == 201, "{}", String::from_utf8_lossy(&body));
    Ok(())
}

/// Cases that came in by the back door are put into the text index once, by a job; what is measured is the time after.
async fn index(ground: &Ground, binary: &Path) -> Result<()> {
    let started = Instant::now();
    let (_server, _) = ground.serve(binary).await?;
    let options = SqliteConnectOptions::new()
        .filename(ground.folder.path().join("youlin.db"))
        .read_only(true);
    let mut conn = SqliteConnection::connect_with(&options).await?;
    while started.elapsed() < INDEXED {
        let done: Option<(bool,)> =
            sqlx::query_as("SELECT done FROM text_state WHERE kind = 'case'")
                .fetch_optional(&mut conn)
                .await?;
        if done == Some((true,)) {
            println_line(&format!(
                "text index built in {:.0} s",
                started.elapsed().as_secs_f64()
            ));
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    anyhow::bail!("the text index was not built within {INDEXED:?}")
}

async fn reads(
    results: &mut Results,
    server: &Server,
    ground: &Ground,
    ids: &[String],
    size: &str,
    seconds: u64,
) -> Result<()> {
    let (key, all) = (ground.key.clone(), ids.to_vec());
    let one = Arc::new(move |n: u64| {
        let id = &all[usize::try_from(n.wrapping_mul(7_919)).unwrap_or(0) % all.len()];
        get(&format!("/api/v1/cases/{id}"), &key, "application/json")
    });
    let found = load(server.addr, CONNECTIONS, seconds, 200, one)
        .await
        .context("get one")?;
    results.at_least("read.one", found.per_second, "requests/s", size, 4_000.0);

    let (key, communities) = (ground.key.clone(), ground.communities.clone());
    let list = Arc::new(move |n: u64| {
        let community = communities[usize::try_from(n).unwrap_or(0) % communities.len()];
        let path =
            format!("/api/v1/cases?area={community}&open=true&category=E-0101&sort=due&limit=50");
        get(&path, &key, "application/json")
    });
    let found = load(server.addr, CONNECTIONS, seconds, 200, list)
        .await
        .context("list")?;
    results.at_least("read.list", found.per_second, "requests/s", size, 800.0);

    let key = ground.key.clone();
    let district = Arc::new(move |_| get("/api/v1/cases?limit=50", &key, "application/json"));
    let found = load(server.addr, CONNECTIONS, seconds, 200, district)
        .await
        .context("list of the district")?;
    results.below("read.list_of_district_p99", found.p99_ms, "ms", size, 100.0);

    let (key, communities) = (ground.key.clone(), ground.communities.clone());
    let page = Arc::new(move |n: u64| {
        let community = communities[usize::try_from(n).unwrap_or(0) % communities.len()];
        get(
            &format!("/desk?area={community}&open=true&sort=due"),
            &key,
            "text/html",
        )
    });
    let found = load(server.addr, CONNECTIONS, seconds, 200, page)
        .await
        .context("page")?;
    results.below("read.page_p99", found.p99_ms, "ms", size, 30.0);
    Ok(())
}

async fn counts(results: &mut Results, server: &Server, ground: &Ground, cases: u64) -> Result<()> {
    let mut client = Client::open(server.addr).await?;
    let mut worst: f64 = 0.0;
    let mut areas: Vec<String> = vec![String::new()];
    let named = ground
        .communities
        .iter()
        .map(|id| id.0)
        .chain(ground.grids.iter().copied())
        .chain(ground.neighbourhoods.iter().copied());
    areas.extend(named.map(|id| format!("?area={id}")));
    for area in areas {
        let request = get(
            &format!("/api/v1/cases/counts{area}"),
            &ground.key,
            "application/json",
        );
        let asked = Instant::now();
        let (status, _) = client.ask(&request).await?;
        anyhow::ensure!(status == 200, "counts answered {status}");
        worst = worst.max(asked.elapsed().as_secs_f64() * 1_000.0);
    }
    results.below(
        "read.counts_worst",
        worst,
        "ms",
        format!("{cases} cases, each area once"),
        10.0,
    );
    Ok(())
}

/// Copies the first case a million times, spread over communities, places, states and half a year; counters too.
/// A tenth is open. Done in SQL on a closed database: loading is not what is measured.
async fn fill(ground: &Ground, cases: u64) -> Result<Vec<String>> {
    let options = SqliteConnectOptions::new()
        .filename(ground.folder.path().join("youlin.db"))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Off);
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let columns: Vec<(String,)> =
        sqlx::query_as("SELECT name FROM pragma_table_info('case_record')")
            .fetch_all(&mut conn)
            .await?;
    conn.execute("CREATE TEMP TABLE spot (n INTEGER PRIMARY KEY, community BIGINT, grid BIGINT, neighbourhood BIGINT)")
        .await?;
    for (n, community) in ground.communities.iter().enumerate() {
        sqlx::query("INSERT INTO spot VALUES ($1, $2, $3, $4)")
            .bind(i64::try_from(n)?)
            .bind(community.0)
            .bind(ground.grids[n])
            .bind(ground.neighbourhoods[n])
            .execute(&mut conn)
            .await?;
    }
    let changed = |name: &str| {
        match name {
        "community_id" => "spot.community".to_owned(),
        "grid_id" => "spot.grid".to_owned(),
        "neighbourhood_id" => "spot.neighbourhood".to_owned(),
        // A UUIDv7 whose time is the report's.
        "id" => "unhex(printf('%012x7%03x8%015x', (c.reported_at - k.n * 15000000) / 1000, k.n % 4096, k.n))".to_owned(),
        "number" => "printf('B-%08d', k.n)".to_owned(),
        "tracking_code" => "printf('B%09d', k.n)".to_owned(),
        "status" => "CASE WHEN k.n % 10 = 0 THEN 'accepted' ELSE 'closed' END".to_owned(),
        "ended_at" => "CASE WHEN k.n % 10 = 0 THEN NULL ELSE c.reported_at END".to_owned(),
        "reported_at" => "c.reported_at - k.n * 15000000".to_owned(),
        "due_at" => "c.due_at + k.n * 1000000".to_owned(),
        "category" => "CASE WHEN k.n % 3 = 0 THEN 'E-0102' ELSE 'E-0101' END".to_owned(),
        other => format!("c.{other}"),
    }
    };
    let names: Vec<&str> = columns.iter().map(|column| column.0.as_str()).collect();
    let values: Vec<String> = names.iter().map(|name| changed(name)).collect();
    let insert = format!(
        "WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {cases}), \
         c AS (SELECT * FROM case_record LIMIT 1) \
         INSERT INTO case_record ({}) SELECT {} FROM k CROSS JOIN c JOIN spot ON spot.n = k.n % {}",
        names.join(","),
        values.join(","),
        ground.communities.len()
    );
    let insert: &'static str = Box::leak(insert.into_boxed_str());
    conn.execute(insert).await?;
    conn.execute(
        "INSERT INTO case_event SELECT r.community_id, r.id, 1, r.id, r.reported_at, e.actor_kind, e.actor_id, \
         e.actor_name, e.kind, e.text, e.public, e.data FROM case_record r CROSS JOIN (SELECT * FROM case_event LIMIT 1) e \
         WHERE r.number LIKE 'B-%'",
    )
    .await?;
    conn.execute("DELETE FROM counter").await?;
    conn.execute(
        "INSERT INTO counter (community_id, family, area_id, month, key, value) \
         SELECT community_id, 'cases', neighbourhood_id, 0, status, count(*) FROM case_record GROUP BY 1, 3, 5",
    )
    .await?;
    conn.execute("ANALYZE").await?;
    let ids: Vec<(Vec<u8>,)> =
        sqlx::query_as("SELECT id FROM case_record ORDER BY random() LIMIT 5000")
            .fetch_all(&mut conn)
            .await?;
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    conn.close().await?;
    ids.into_iter()
        .map(|(id,)| Ok(uuid::Uuid::from_slice(&id)?.to_string()))
        .collect()
}
