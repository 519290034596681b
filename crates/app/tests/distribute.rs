//! `youlin distribute`: what it would do, what it refuses, and (where there is a Citus) that it can be repeated.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output};

use youlin_testkit::postgres_place;

fn youlin(data: &Path, database: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_youlin"))
        .args(arguments)
        .env_clear()
        .env("YOULIN_DATA_DIR", data)
        .env("YOULIN_DATABASE_URL", database)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_statements_are_those_of_the_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let dry = youlin(
        folder.path(),
        "postgres://nobody@127.0.0.1:1/x",
        &["distribute", "--dry-run"],
    );
    assert!(dry.status.success(), "{}", said(&dry));
    let statements = said(&dry);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/distribute.sql");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, &statements).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap_or_default(),
        statements,
        "UPDATE_SNAPSHOTS=1 writes tests/distribute.sql anew"
    );
}

#[tokio::test]
async fn without_citus_it_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", folder.path().join("youlin.db").display());
    let refused = youlin(folder.path(), &file, &["distribute"]);
    assert!(!refused.status.success());
    assert!(said(&refused).contains("SQLite file"), "{}", said(&refused));
    let Ok(server) = std::env::var("YOULIN_TEST_POSTGRES_URL") else {
        println!("skipped: PostgreSQL is not part of this run");
        return;
    };
    let place = postgres_place(&server).await;
    let refused = youlin(folder.path(), &place.url, &["distribute"]);
    assert!(!refused.status.success());
    assert!(
        said(&refused).contains("CREATE EXTENSION citus"),
        "{}",
        said(&refused)
    );
}

/// `YOULIN_TEST_CITUS_URL` names an empty database with the extension, whose tables may be made by this test.
#[test]
fn a_database_with_citus_is_distributed_once() {
    let Ok(url) = std::env::var("YOULIN_TEST_CITUS_URL") else {
        println!("skipped: YOULIN_TEST_CITUS_URL is not set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let migrated = youlin(folder.path(), &url, &["migrate"]);
    assert!(migrated.status.success(), "{}", said(&migrated));
    let first = youlin(folder.path(), &url, &["distribute"]);
    assert!(first.status.success(), "{}", said(&first));
    let again = youlin(folder.path(), &url, &["distribute"]);
    assert!(
        said(&again).contains(": 0 tables distributed"),
        "{}",
        said(&again)
    );
}
