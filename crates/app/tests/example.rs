//! The example from its making to its end, by the program itself: made, read, backed up, restored, tampered with.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sea_orm::{ConnectionTrait, Database};
use serde_json::Value;
use youlin::config::{Config, Raw};
use youlin_people::account_list;
use youlin_testkit::{TestPlace, places, postgres_place, sqlite_place};
use youlin_web::{Method, StartSession, session_cookie};

/// An installation: its data folder and its database.
struct Installation {
    data: PathBuf,
    database: String,
}

impl Installation {
    fn new(data: PathBuf, database: &str) -> Self {
        Self {
            data,
            database: database.to_owned(),
        }
    }

    fn settings(&self, mode: &str) -> [(String, String); 3] {
        [
            ("YOULIN_DATA_DIR", self.data.to_str().unwrap()),
            ("YOULIN_DATABASE_URL", &self.database),
            ("YOULIN_MODE", mode),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    }

    /// `youlin` on it, and nothing else of this machine's environment.
    fn youlin(&self, mode: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_youlin"))
            .args(arguments)
            .env_clear()
            .envs(self.settings(mode))
            .current_dir(self.data.parent().unwrap())
            .output()
            .unwrap()
    }

    fn demo(&self, arguments: &[&str]) -> Output {
        self.youlin("demo", arguments)
    }

    async fn change(&self, sql: &str) {
        let db = Database::connect(&self.database).await.unwrap();
        db.execute_unprepared(sql).await.unwrap();
        db.close().await.unwrap();
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn good(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    said(output)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_lives_is_backed_up_and_every_tampering_is_found_on_sqlite() {
    lives_on(&sqlite_place()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_lives_is_backed_up_and_every_tampering_is_found_on_postgres() {
    match std::env::var("YOULIN_TEST_POSTGRES_URL") {
        Ok(server) => lives_on(&postgres_place(&server).await).await,
        Err(_unset) => println!("skipped: PostgreSQL is not part of this run"),
    }
}

async fn lives_on(place: &TestPlace) {
    let folder = tempfile::tempdir().unwrap();
    let here = Installation::new(folder.path().join("var"), &place.url);
    let made = good(&here.demo(&["demo", "--load-only"]));
    assert!(
        made.contains("425 reported, 2075 steps taken\n"),
        "every step is allowed: {made}"
    );
    let access = std::fs::read(here.data.join("demo-access.json")).unwrap();
    let access: Value = serde_json::from_slice(&access).unwrap();
    assert!(access["accounts"].as_array().unwrap().len() > 50);
    assert!(access["open311_key"].as_str().unwrap().len() > 30);
    assert!(access["telephony_secret"].as_str().unwrap().len() > 30);
    photograph(&here.data);

    production_refuses_it(&here);
    registers_go_out_and_in_again(&here, folder.path());
    accounts_are_looked_after(&here);
    every_page_opens(&here).await;
    verified_and_tampered(&here).await;
    for to in places().await {
        backed_up_and_restored(&here, place, &to, folder.path());
    }
}

/// Every page without a record in its address, as the desk, a grid worker and the administrator see the example.
async fn every_page_opens(here: &Installation) {
    let raw = Raw::gather(None, here.settings("demo")).unwrap();
    let raw = raw.with("listen", "127.0.0.1:0");
    let running = youlin::start(Config::from_raw(&raw).unwrap())
        .await
        .unwrap();
    let (app, accounts) = (
        &running.app,
        account_list(running.app.db().read()).await.unwrap(),
    );
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut opened = 0;
    for login in ["desk", "shi", "admin"] {
        let account = accounts.iter().find(|one| one.login == login).unwrap();
        let start = StartSession {
            account: account.id,
            second_factor: false,
            policy: app.config().cookies.clone(),
            replaces: None,
        };
        let ctx = app.service_ctx("test");
        let token = app.db().execute(&ctx, start).await.unwrap();
        let cookie = session_cookie(&app.config().cookies, &token);
        let cookie = cookie.split(';').next().unwrap();
        let pages = running.table.iter().filter(|route| {
            // An event stream does not end.
            route.method == Method::Get && !route.path.contains('{') && route.path != "/live"
        });
        for page in pages {
            let asked = client
                .get(format!("{}{}", running.url(), page.path))
                .header("cookie", cookie)
                .header("accept", "text/html");
            let answer = asked.send().await.unwrap();
            let status = answer.status();
            assert!(!status.is_server_error(), "{login} {}: {status}", page.path);
            opened += u32::from(status.is_success());
        }
    }
    assert!(opened > 60, "only {opened} pages opened");
    running.stop().await;
}

/// A file as the store keeps it, under the name that is its fingerprint.
const PHOTOGRAPH: (&str, &str) = (
    "files/objects/b9/b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9.txt",
    "hello world",
);

fn photograph(data: &Path) {
    let file = data.join(PHOTOGRAPH.0);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, PHOTOGRAPH.1).unwrap();
}

/// Everything `youlin user` does, one after the other.
fn accounts_are_looked_after(here: &Installation) {
    let grant = "community_desk@320613005018";
    let made = here.demo(&["user", "add", "hand", "--name", "新来的", "--grant", grant]);
    assert!(good(&made).contains("one-time password"));
    let granted = good(&here.demo(&["user", "grant", "hand", "grid_worker@320613005018"]));
    assert!(
        granted.contains(grant) && granted.contains("grid_worker"),
        "{granted}"
    );
    let less = good(&here.demo(&["user", "grant", "hand", "--remove", grant]));
    assert!(!less.contains("community_desk"), "{less}");
    assert!(good(&here.demo(&["user", "password", "hand"])).contains("its sessions have ended"));
    assert!(good(&here.demo(&["user", "close", "hand"])).contains("hand is closed"));
    let list = good(&here.demo(&["user", "list"]));
    let line = list.lines().find(|line| line.starts_with("hand\t"));
    assert!(line.unwrap().ends_with("[closed]"), "{list}");
    let twice = here.demo(&["user", "add", "hand", "--name", "又一个"]);
    assert!(!twice.status.success(), "{}", said(&twice));
}

fn production_refuses_it(here: &Installation) {
    let refused = here.youlin("production", &["user", "list"]);
    assert!(!refused.status.success());
    assert!(
        said(&refused).contains("made by the demo"),
        "{}",
        said(&refused)
    );
    let refused = here.youlin("production", &["demo", "--load-only"]);
    assert!(said(&refused).contains("YOULIN_MODE"), "{}", said(&refused));
}

fn registers_go_out_and_in_again(here: &Installation, folder: &Path) {
    let (areas, catalogue) = (folder.join("areas.csv"), folder.join("categories.json"));
    for (what, file) in [("areas", &areas), ("categories", &catalogue)] {
        let name = file.to_str().unwrap();
        let out = here.demo(&["export", what, "--out", name]);
        assert!(out.status.success(), "{}", said(&out));
        let back = here.demo(&["import", what, name]);
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
    let cases = here.demo(&["export", "cases", "--area", "320613005018"]);
    assert!(said(&cases).lines().count() > 300, "{}", said(&cases));
    std::fs::write(
        folder.join("wrong.csv"),
        "code,scheme,level,parent_code,name\nX,nbs-12,galaxy,,Z\n",
    )
    .unwrap();
    let wrong = folder.join("wrong.csv");
    let refused = here.demo(&["import", "areas", wrong.to_str().unwrap(), "--dry-run"]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(
        said(&refused).contains("wrong.csv:2"),
        "the line is named: {}",
        said(&refused)
    );
}

async fn verified_and_tampered(here: &Installation) {
    let verify = || here.demo(&["audit", "verify"]);
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
        here.change(harm).await;
        let broken = verify();
        assert_eq!(broken.status.code(), Some(1), "{}", said(&broken));
        assert!(said(&broken).contains(word), "{harm}: {}", said(&broken));
        assert!(
            said(&broken).contains("跃龙社区 (320613005018): "),
            "{}",
            said(&broken)
        );
        here.change(repair).await;
    }
    let whole = verify();
    assert!(said(&whole).starts_with("unbroken: "), "{}", said(&whole));
    assert!(
        whole.status.success(),
        "every repair is a repair: {}",
        said(&whole)
    );
    let one = here.demo(&["audit", "verify", "--community", "320613005018", "--json"]);
    let report: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(
        (
            &report["communities"],
            report["faults"].as_array().unwrap().len()
        ),
        (&1.into(), 0)
    );
    let none = here.demo(&["audit", "verify", "--case", "19700101-0001"]);
    assert!(
        said(&none).contains("--case 19700101-0001"),
        "{}",
        said(&none)
    );
}

/// What a restored installation must have, of whichever kind it was and is.
fn backed_up_and_restored(here: &Installation, from: &TestPlace, to: &TestPlace, folder: &Path) {
    let folder = folder.join(format!("to-{}", to.kind));
    std::fs::create_dir(&folder).unwrap();
    println!("  {} to {}", from.kind, to.kind);
    let archive = folder.join("backup.tar.gz");
    let archive = archive.to_str().unwrap();
    let done = good(&here.demo(&["backup", archive]));
    assert!(
        done.contains("is not in it"),
        "the key file stays at home: {done}"
    );

    let taken = here.demo(&["restore", archive]);
    assert!(said(&taken).contains("is not empty"), "{}", said(&taken));
    let keys = here.data.join("keys");
    wrong_keys_restore_nothing(archive, &keys, to, &folder);
    let restored = Installation::new(folder.join("restored"), &to.url);
    let restore = ["restore", archive, "--keys", keys.to_str().unwrap()];
    assert!(good(&restored.demo(&restore)).contains("unbroken: "));
    let file = std::fs::read_to_string(restored.data.join(PHOTOGRAPH.0)).unwrap();
    assert_eq!(file, PHOTOGRAPH.1);
    for question in [
        &["user", "list"][..],
        &["audit", "verify", "--json"],
        &["export", "cases", "--area", "320613005018"],
        &["export", "areas"],
    ] {
        let (there, then) = (restored.demo(question), here.demo(question));
        assert_eq!(said(&there), said(&then), "{question:?}");
    }
    // A database that holds something is left as it is.
    let elsewhere = Installation::new(folder.join("elsewhere"), &to.url);
    let refused = elsewhere.demo(&restore);
    assert!(!refused.status.success());
    assert!(
        said(&refused).contains("overwrites nothing"),
        "{}",
        said(&refused)
    );

    without_its_keys_the_house_stays_closed(&restored, &keys);
}

fn foreign(keys: &Path) -> String {
    let text = std::fs::read_to_string(keys).unwrap();
    text.replacen("root:hmac-sha256:", "root:hmac-sha256:AAAA", 1)
}

fn wrong_keys_restore_nothing(archive: &str, keys: &Path, to: &TestPlace, folder: &Path) {
    let wrong = folder.join("wrong-keys");
    std::fs::write(&wrong, foreign(keys)).unwrap();
    let third = Installation::new(folder.join("third"), &to.url);
    let refused = third.demo(&["restore", archive, "--keys", wrong.to_str().unwrap()]);
    assert!(
        said(&refused).contains("does not belong to the backup"),
        "{}",
        said(&refused)
    );
    let left = std::fs::read_dir(&third.data).map_or(0, |entries| {
        entries
            .filter(|entry| entry.as_ref().unwrap().path().is_file())
            .count()
    });
    assert_eq!(left, 0, "nothing is left behind");
}

fn without_its_keys_the_house_stays_closed(restored: &Installation, keys: &Path) {
    let mine = restored.data.join("keys");
    std::fs::remove_file(&mine).unwrap();
    let closed = restored.demo(&["user", "list"]);
    assert!(
        said(&closed).contains("the key file") && said(&closed).contains("is missing"),
        "{}",
        said(&closed)
    );
    std::fs::write(&mine, foreign(keys)).unwrap();
    let closed = restored.demo(&["user", "list"]);
    assert!(
        said(&closed).contains("does not belong to this database"),
        "{}",
        said(&closed)
    );
}

/// The program in a folder of its own.
fn youlin(data: &Path, arguments: &[&str]) -> Output {
    let file = data.join("youlin.db").display().to_string();
    Installation::new(data.to_path_buf(), &format!("sqlite:{file}")).demo(arguments)
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
        "distribute",
        "audit verify",
        "openapi",
    ] {
        let arguments: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let help = youlin(&data, &arguments);
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
