//! The disk is full, the database server restarts: clear 503s meanwhile, nothing lost, recovery by itself.

#![allow(clippy::unwrap_used, reason = "tests")]

mod ground;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ground::{Server, client, open, prepare, send, sqlite_url};
use sea_orm::{ConnectionTrait, sea_query};
use youlin_database::sql::name;
use youlin_kernel::{Grant, Role};

async fn count(house: &youlin::House) -> i64 {
    let mut query = sea_query::Query::select();
    query
        .expr_as(
            sea_query::Func::count(sea_query::Expr::col(sea_query::Asterisk)),
            name("n"),
        )
        .from(name("case_record"));
    house
        .db
        .read()
        .query_one(&query)
        .await
        .unwrap()
        .unwrap()
        .try_get("", "n")
        .unwrap()
}

/// SQLite's own limit on pages answers exactly as a full disk does (SQLITE_FULL), without filling anybody's disk.
#[tokio::test]
async fn a_full_disk_answers_503_and_recovers_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(folder.path());
    let prepared = prepare(folder.path(), &url).await;
    let house = open(folder.path(), &url).await;
    let tree = house.app.areas();
    let grants = vec![Grant {
        role: Role::DistrictOperator,
        area: tree.by_code("D").unwrap().id,
        organisation: None,
    }];
    let ctx = house.ctx("test").acting_as(
        youlin_kernel::Actor::Machine {
            id: uuid::Uuid::now_v7(),
            name: "test".into(),
        },
        grants.into(),
    );
    let cases = house.app.need::<youlin_cases::Cases>().unwrap();
    let file = async |n: u64| {
        let new = serde_json::from_value(ground::report(&prepared, n)).unwrap();
        let report = youlin_cases::prepare(&cases, new)?;
        house.db.execute(&ctx, report).await
    };
    file(0).await.unwrap();
    let pages: i64 = house
        .db
        .raw_write()
        .query_one_raw(pragma("page_count"))
        .await
        .unwrap()
        .unwrap()
        .try_get_by_index(0)
        .unwrap();
    house
        .db
        .raw_write()
        .execute_unprepared(&format!("PRAGMA max_page_count = {pages}"))
        .await
        .unwrap();
    let mut filed = 1;
    let refused = loop {
        match file(filed).await {
            Ok(_) => filed += 1,
            Err(problem) => break problem,
        }
        assert!(filed < 5_000, "the limit did not hold");
    };
    assert_eq!(
        refused.kind(),
        youlin_kernel::ProblemKind::Unavailable,
        "{refused}"
    );
    assert_eq!(
        count(&house).await,
        i64::try_from(filed).unwrap(),
        "what was answered is there, what was refused is not"
    );
    house
        .db
        .raw_write()
        .execute_unprepared("PRAGMA max_page_count = 1073741823")
        .await
        .unwrap();
    file(filed).await.unwrap();
    assert_eq!(count(&house).await, i64::try_from(filed).unwrap() + 1);
    house.close().await;
}

fn pragma(name: &str) -> sea_orm::Statement {
    sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, format!("PRAGMA {name}"))
}

/// A PostgreSQL of this test alone, because it is going to be restarted.
struct OwnPostgres {
    child: Child,
    url: String,
}

impl OwnPostgres {
    fn start() -> Self {
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../scripts/with-postgres.sh"
        );
        let mut child = Command::new(script)
            .args([
                "bash",
                "-c",
                "echo \"$YOULIN_TEST_POSTGRES_URL\"; read -r _",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines
            .find_map(|line| line.ok().filter(|line| line.starts_with("postgres://")))
            .unwrap();
        Self { child, url }
    }

    async fn restart(&self) {
        let admin = sea_orm::Database::connect(&self.url).await.unwrap();
        let show = |what: &str| {
            sea_orm::Statement::from_string(
                sea_orm::DbBackend::Postgres,
                format!("SELECT current_setting('{what}')"),
            )
        };
        let data: String = admin
            .query_one_raw(show("data_directory"))
            .await
            .unwrap()
            .unwrap()
            .try_get_by_index(0)
            .unwrap();
        admin.close().await.unwrap();
        let pg_ctl = pg_ctl();
        let arguments = [
            "--pgdata",
            &data,
            "--mode=immediate",
            "--wait",
            "--log",
            "/dev/null",
            "restart",
        ];
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", &pg_ctl]);
            command
        } else {
            Command::new(&pg_ctl)
        };
        let status = command
            .args(arguments)
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "pg_ctl restart");
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        if let Some(mut input) = self.child.stdin.take() {
            let _gone = input.write_all(b"\n");
        }
        let _reaped = self.child.wait();
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self")
        .is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0)
}

fn pg_ctl() -> String {
    let mut found: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .unwrap()
        .filter_map(|version| Some(version.ok()?.path().join("bin/pg_ctl")))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().unwrap().display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_restart_under_load_loses_nothing() {
    if std::env::var_os("YOULIN_TEST_POSTGRES_URL").is_none() {
        println!("skipped: PostgreSQL is not part of this run");
        return;
    }
    let postgres = OwnPostgres::start();
    let admin = sea_orm::Database::connect(&postgres.url).await.unwrap();
    admin
        .execute_unprepared("CREATE DATABASE outage")
        .await
        .unwrap();
    admin.close().await.unwrap();
    let url = format!("{}/outage", postgres.url.rsplit_once('/').unwrap().0);
    let folder = tempfile::tempdir().unwrap();
    let prepared = std::sync::Arc::new(prepare(folder.path(), &url).await);
    let server = Server::start(folder.path(), &url).await;
    let (addr, sending) = (server.addr, std::sync::Arc::clone(&prepared));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let load = tokio::spawn(async move {
        let client = client(Duration::from_secs(20));
        let (mut accepted, mut refused, mut n) = (Vec::new(), 0u32, 0u64);
        while !*stopped.borrow() {
            n += 1;
            let (status, body) = send(&client, addr, &sending, n)
                .await
                .expect("the server stays up");
            match status.as_u16() {
                201 => accepted.push(n),
                503 => {
                    refused += 1;
                    assert_eq!(body["code"], "unavailable", "{body}");
                }
                other => panic!("{other}: {body}"),
            }
        }
        (accepted, refused)
    });
    postgres.restart().await;
    let back = Instant::now();
    let client = client(Duration::from_secs(20));
    while send(&client, addr, &prepared, 1_000_000).await.unwrap().0 != 201 {
        assert!(
            back.elapsed() < Duration::from_secs(60),
            "it did not recover by itself"
        );
    }
    stop.send(true).unwrap();
    let (accepted, refused) = load.await.unwrap();
    println!(
        "{} accepted, {refused} refused with 503 around the restart",
        accepted.len()
    );
    drop(server);
    let house = open(folder.path(), &url).await;
    let there = count(&house).await;
    assert!(
        there > i64::try_from(accepted.len()).unwrap(),
        "{there} of {}",
        accepted.len()
    );
    let mut keys = sea_query::Query::select();
    keys.column(name("external_key")).from(name("case_record"));
    let rows = house.db.read().query_all(&keys).await.unwrap();
    let found: std::collections::HashSet<String> = rows
        .iter()
        .map(|row| row.try_get("", "external_key").unwrap())
        .collect();
    assert_eq!(found.len(), rows.len(), "a case is there twice");
    assert!(
        accepted
            .iter()
            .all(|n| found.contains(&format!("crash-{n}"))),
        "an acknowledged case is gone"
    );
    house.close().await;
}
