//! The example from its making to its end, by the program itself: made, read, backed up, restored, tampered with.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output};

use sea_orm::{ConnectionTrait, Database};
use serde_json::Value;

/// `youlin` with that data folder and nothing else of this machine's environment.
fn youlin(data: &Path, mode: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_youlin"))
        .args(arguments)
        .env_clear()
        .env("YOULIN_DATA_DIR", data)
        .env("YOULIN_MODE", mode)
        .current_dir(data.parent().unwrap())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

async fn change(data: &Path, sql: &str) {
    let file = data.join("youlin.db");
    let db = Database::connect(format!("sqlite:{}", file.display()))
        .await
        .unwrap();
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}

#[tokio::test]
async fn the_example_lives_is_backed_up_and_every_tampering_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("var");
    let made = youlin(&data, "demo", &["demo", "--load-only"]);
    assert!(made.status.success(), "{}", said(&made));
    assert!(
        said(&made).contains("425 reported, 2075 steps taken\n"),
        "every step is allowed: {}",
        said(&made)
    );
    let access: Value =
        serde_json::from_slice(&std::fs::read(data.join("demo-access.json")).unwrap()).unwrap();
    assert!(access["accounts"].as_array().unwrap().len() > 50);
    assert!(access["open311_key"].as_str().unwrap().len() > 30);
    assert!(access["telephony_secret"].as_str().unwrap().len() > 30);

    production_refuses_it(&data);
    registers_go_out_and_in_again(&data, folder.path());
    verified_and_tampered(&data).await;
    backed_up_and_restored(&data, folder.path()).await;
}

fn production_refuses_it(data: &Path) {
    let refused = youlin(data, "production", &["user", "list"]);
    assert!(!refused.status.success());
    assert!(
        said(&refused).contains("made by the demo"),
        "{}",
        said(&refused)
    );
    let refused = youlin(data, "production", &["demo", "--load-only"]);
    assert!(said(&refused).contains("YOULIN_MODE"), "{}", said(&refused));
}

fn registers_go_out_and_in_again(data: &Path, folder: &Path) {
    let (areas, catalogue) = (folder.join("areas.csv"), folder.join("categories.json"));
    for (what, file) in [("areas", &areas), ("categories", &catalogue)] {
        let name = file.to_str().unwrap();
        let out = youlin(data, "demo", &["export", what, "--out", name]);
        assert!(out.status.success(), "{}", said(&out));
        let back = youlin(data, "demo", &["import", what, name]);
        assert!(
            said(&back).starts_with("0 new, 0 changed, "),
            "{what}: {}",
            said(&back)
        );
        assert!(
            said(&back).contains(", 0 refused"),
            "{what}: {}",
            said(&back)
        );
    }
    let cases = youlin(data, "demo", &["export", "cases", "--area", "320613005018"]);
    assert!(said(&cases).lines().count() > 300, "{}", said(&cases));
    std::fs::write(
        folder.join("wrong.csv"),
        "code,scheme,level,parent_code,name\nX,nbs-12,galaxy,,Z\n",
    )
    .unwrap();
    let wrong = folder.join("wrong.csv");
    let refused = youlin(
        data,
        "demo",
        &["import", "areas", wrong.to_str().unwrap(), "--dry-run"],
    );
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(
        said(&refused).contains("wrong.csv:2"),
        "the line is named: {}",
        said(&refused)
    );
}

async fn verified_and_tampered(data: &Path) {
    let verify = || youlin(data, "demo", &["audit", "verify"]);
    for (harm, repair, word) in [
        (
            "UPDATE case_record SET text = text || '。' WHERE number LIKE '%-0003' AND community_id = 11",
            "UPDATE case_record SET text = substr(text, 1, length(text) - 1) WHERE number LIKE '%-0003' AND community_id = 11",
            "of table case_record differs from what entry",
        ),
        (
            "UPDATE audit SET actor_name = actor_name || 'x' WHERE community_id = 11 AND seq = 50",
            "UPDATE audit SET actor_name = substr(actor_name, 1, length(actor_name) - 1) WHERE community_id = 11 AND seq = 50",
            "entry 50 (",
        ),
        (
            "UPDATE audit SET seq = 1000000 WHERE community_id = 11 AND seq = 60",
            "UPDATE audit SET seq = 60 WHERE community_id = 11 AND seq = 1000000",
            "entry 60 is missing",
        ),
    ] {
        change(data, harm).await;
        let broken = verify();
        assert_eq!(broken.status.code(), Some(1), "{}", said(&broken));
        assert!(said(&broken).contains(word), "{harm}: {}", said(&broken));
        assert!(
            said(&broken).contains("跃龙社区 (320613005018): "),
            "{}",
            said(&broken)
        );
        change(data, repair).await;
    }
    let whole = verify();
    assert!(said(&whole).starts_with("unbroken: "), "{}", said(&whole));
    assert!(
        whole.status.success(),
        "every repair is a repair: {}",
        said(&whole)
    );
    let one = youlin(
        data,
        "demo",
        &["audit", "verify", "--community", "320613005018", "--json"],
    );
    let report: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(
        (
            &report["communities"],
            report["faults"].as_array().unwrap().len()
        ),
        (&1.into(), 0)
    );
    let none = youlin(
        data,
        "demo",
        &["audit", "verify", "--case", "19700101-0001"],
    );
    assert!(
        said(&none).contains("--case 19700101-0001"),
        "{}",
        said(&none)
    );
}

async fn backed_up_and_restored(data: &Path, folder: &Path) {
    let archive = folder.join("backup.tar.gz");
    let archive = archive.to_str().unwrap();
    let done = youlin(data, "demo", &["backup", archive]);
    assert!(done.status.success(), "{}", said(&done));
    assert!(
        said(&done).contains("is not in it"),
        "the key file stays at home: {}",
        said(&done)
    );

    let taken = youlin(data, "demo", &["restore", archive]);
    assert!(said(&taken).contains("is not empty"), "{}", said(&taken));
    let keys = data.join("keys");
    let restored = folder.join("restored");
    let back = youlin(
        &restored,
        "demo",
        &["restore", archive, "--keys", keys.to_str().unwrap()],
    );
    assert!(back.status.success(), "{}", said(&back));
    assert!(said(&back).contains("unbroken: "), "{}", said(&back));
    let listed = youlin(&restored, "demo", &["user", "list"]);
    assert_eq!(
        listed.stdout,
        youlin(data, "demo", &["user", "list"]).stdout
    );

    // Without its key file, and with another one, the house stays closed.
    std::fs::remove_file(restored.join("keys")).unwrap();
    let closed = youlin(&restored, "demo", &["user", "list"]);
    assert!(
        said(&closed).contains("the key file") && said(&closed).contains("is missing"),
        "{}",
        said(&closed)
    );
    let other = folder.join("other");
    assert!(youlin(&other, "demo", &["migrate"]).status.success());
    let text = std::fs::read_to_string(&keys).unwrap();
    let foreign = text.replacen("root:hmac-sha256:", "root:hmac-sha256:AAAA", 1);
    std::fs::write(restored.join("keys"), &foreign).unwrap();
    let closed = youlin(&restored, "demo", &["user", "list"]);
    assert!(
        said(&closed).contains("does not belong to this database"),
        "{}",
        said(&closed)
    );
    let wrong = folder.join("wrong-keys");
    std::fs::write(&wrong, foreign).unwrap();
    let third = folder.join("third");
    let refused = youlin(
        &third,
        "demo",
        &["restore", archive, "--keys", wrong.to_str().unwrap()],
    );
    assert!(
        said(&refused).contains("does not belong to the backup"),
        "{}",
        said(&refused)
    );
    assert!(!third.join("youlin.db").exists(), "nothing is left behind");
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("var");
    for command in [
        "demo",
        "serve",
        "migrate",
        "user add",
        "user grant",
        "user password",
        "user list",
        "user close",
        "import",
        "export",
        "backup",
        "restore",
        "audit verify",
        "openapi",
    ] {
        let arguments: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let help = youlin(&data, "demo", &arguments);
        assert!(help.status.success(), "{command}");
        assert!(said(&help).contains("youlin "), "{command}");
        assert!(
            said(&help).contains("Example"),
            "{command}: {}",
            said(&help)
        );
    }
}

#[test]
fn a_wrong_setting_stops_the_start_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [("YOULIN_LISTEN", "8080"), ("YOULIN_COLOUR", "blue")] {
        let output = Command::new(env!("CARGO_BIN_EXE_youlin"))
            .arg("serve")
            .env_clear()
            .env("YOULIN_DATA_DIR", folder.path())
            .env(name, value)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains(name), "{}", said(&output));
    }
    let public = Command::new(env!("CARGO_BIN_EXE_youlin"))
        .arg("demo")
        .env_clear()
        .env("YOULIN_DATA_DIR", folder.path())
        .env("YOULIN_LISTEN", "0.0.0.0:0")
        .output()
        .unwrap();
    assert!(said(&public).contains("YOULIN_LISTEN"), "{}", said(&public));
}
