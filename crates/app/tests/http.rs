//! What every route answers whatever its module: the behaviours of the platform over real connections.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HOST, ORIGIN};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use support::{TestHouse, houses, problem, signed_in};
use tokio::sync::Semaphore;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Database, Tx};
use youlin_kernel::{Access, CommunityId, Ctx, Problem, Role};
use youlin_web::{ApiJson, App, Caller, IdempotencyHeader, Module, Routes, WebResult, idempotency};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sent {
    text: String,
    #[serde(default)]
    number: i32,
}

/// A command with this text says that it runs, and goes on when it is told to.
const WAITS: &str = "wait";
static RUNS: Semaphore = Semaphore::const_new(0);
static GOES_ON: Semaphore = Semaphore::const_new(0);

/// Has one effect each time it really runs.
struct Probe(Sent);
static EFFECTS: AtomicU32 = AtomicU32::new(0);

impl Command for Probe {
    type Output = u32;
    const NAME: &'static str = "probe.run";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> youlin_kernel::Result<u32> {
        if self.0.text == WAITS {
            RUNS.add_permits(1);
            GOES_ON.acquire().await.unwrap().forget();
        }
        if self.0.text == "refuse" {
            return Err(Problem::invalid("text", "required"));
        }
        let entry =
            AuditEntry::new("probe.run", "probe", Uuid::from_u128(1)).detail(json!(self.0.text));
        tx.audit(ctx, CommunityId::SYSTEM, entry);
        Ok(EFFECTS.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

async fn probe(
    State(app): State<App>,
    Caller(ctx): Caller,
    IdempotencyHeader(key): IdempotencyHeader,
    ApiJson(sent): ApiJson<Sent>,
) -> WebResult<Json<Value>> {
    let key = idempotency(key.as_deref(), CommunityId::SYSTEM, "probe", &sent)?;
    let effect = app.db().execute_once(&ctx, key, Probe(sent)).await?;
    Ok(Json(json!({ "effect": effect })))
}

async fn panics() -> &'static str {
    panic!("on purpose")
}

fn probe_routes() -> Routes {
    Routes::new()
        .post("/api/v1/probe", Access::Public, probe)
        .get("/api/v1/probe/panic", Access::Public, panics)
        .get("/api/v1/probe/long", Access::Public, || async {
            "长".repeat(100_000)
        })
        .post("/hooks/probe", Access::Machine, || async { "taken" })
}

fn probes() -> Vec<Module> {
    vec![Module {
        routes: probe_routes,
        ..Module::named("probe")
    }]
}

async fn probing() -> Vec<TestHouse> {
    houses(&[], probes).await
}

#[tokio::test]
async fn a_body_that_cannot_be_read_says_where_and_why() {
    for house in probing().await {
        let ask = async |body: Vec<u8>| {
            problem(house.post("/api/v1/probe", body).send().await.unwrap()).await
        };
        let (status, code, body) = ask(b"{\"text\": \"a\",\n \"number\": }".to_vec()).await;
        assert_eq!((status, code.as_str()), (400, "json-syntax"));
        assert!(
            body["title"].as_str().unwrap().contains('2'),
            "the line is named: {body}"
        );
        let (status, code, _) = ask(b"{\"text\": 5}".to_vec()).await;
        assert_eq!((status, code.as_str()), (422, "json-type"));
        let (status, code, _) = ask(b"{\"number\": 5}".to_vec()).await;
        assert_eq!((status, code.as_str()), (422, "json-type"));
        let (status, code, _) = ask(b"{\"text\": \"\xff\xfe\"}".to_vec()).await;
        assert_eq!((status, code.as_str()), (400, "not-utf8"));
        let (status, code, _) = ask(Vec::new()).await;
        assert_eq!((status, code.as_str()), (400, "json-syntax"));
        let deep = [b"{\"text\":".to_vec(), b"[".repeat(100_000)].concat();
        assert!(matches!(ask(deep).await.0, 400 | 422));
        let form = house
            .ask(Method::POST, "/api/v1/probe")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body("text=a");
        let (status, code, _) = problem(form.send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (415, "json-expected"));
        house.running.stop().await;
    }
}

#[tokio::test]
async fn ten_megabytes_of_text_are_refused_and_the_server_goes_on() {
    for house in probing().await {
        let body = format!("{{\"text\": \"{}\"}}", "长".repeat(3_500_000));
        let (status, code, _) =
            problem(house.post("/api/v1/probe", body).send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (413, "body-too-large"));
        let fine = house
            .post("/api/v1/probe", "{\"text\": \"短\"}")
            .send()
            .await
            .unwrap();
        assert_eq!(fine.status(), 200);
        house.running.stop().await;
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_cannot_be_done_are_problems_too() {
    for house in probing().await {
        let (status, code, _) = problem(house.get("/api/v1/nothing").send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (404, "not-found"));
        let answer = house
            .ask(Method::DELETE, "/api/v1/probe")
            .send()
            .await
            .unwrap();
        assert!(answer.headers()["allow"].to_str().unwrap().contains("POST"));
        let (status, code, _) = problem(answer).await;
        assert_eq!((status, code.as_str()), (405, "method-not-allowed"));
        let (status, code, body) =
            problem(house.get("/api/v1/probe/panic").send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (500, "internal"));
        assert!(
            !body.to_string().contains("on purpose"),
            "causes stay in the log"
        );
        let english = house.get("/api/v1/nothing").header("accept-language", "en");
        let (_, _, body) = problem(english.send().await.unwrap()).await;
        assert!(body["title"].as_str().unwrap().is_ascii(), "{body}");
        let page = house
            .client
            .get(house.url("/nothing"))
            .header("accept", "text/html")
            .send()
            .await
            .unwrap();
        assert_eq!(page.status(), 404);
        assert!(page.text().await.unwrap().contains("<h1>"));
        house.running.stop().await;
    }
}

#[tokio::test]
async fn every_answer_is_guarded_and_has_its_own_number() {
    for house in probing().await {
        let mut numbers = Vec::new();
        for path in [
            "/",
            "/assets/app.css",
            "/api/v1/openapi.json",
            "/nothing",
            "/healthz",
        ] {
            let answer = house.get(path).send().await.unwrap();
            let headers = answer.headers();
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.contains("default-src 'self'") && policy.contains("object-src 'none'"),
                "{path}"
            );
            assert!(
                !policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"),
                "{path}"
            );
            assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
            assert_eq!(headers["x-frame-options"], "DENY", "{path}");
            assert!(
                !headers.contains_key("strict-transport-security"),
                "plain http: {path}"
            );
            numbers.push(headers["x-request-id"].to_str().unwrap().to_owned());
        }
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 5);
        house.running.stop().await;
    }
}

#[tokio::test]
async fn over_https_the_browser_is_told_to_stay_there() {
    for house in houses(&[("YOULIN_PUBLIC_URL", "https://youlin.example")], Vec::new).await {
        let answer = house.get("/healthz").send().await.unwrap();
        assert!(answer.headers().contains_key("strict-transport-security"));
        let account = house.account(Role::GridWorker).await;
        assert!(house.session(account).await.starts_with("__Host-"));
        house.running.stop().await;
    }
}

#[tokio::test]
async fn a_foreign_page_cannot_write_in_somebodys_name() {
    for house in probing().await {
        let post = || house.post("/api/v1/probe", "{\"text\": \"a\"}");
        let own = house.running.url();
        for (foreign, fine) in [
            (post().header("sec-fetch-site", "cross-site"), false),
            (post().header("sec-fetch-site", "same-site"), false),
            (post().header(ORIGIN, "https://evil.example"), false),
            (post().header(ORIGIN, "null"), false),
            (post().header("sec-fetch-site", "same-origin"), true),
            (post().header(ORIGIN, own.as_str()), true),
            (post().header("sec-fetch-site", "none"), true),
            (post(), true),
            (
                house
                    .post("/hooks/probe", "{}")
                    .header("sec-fetch-site", "cross-site"),
                true,
            ),
        ] {
            let answer = foreign.send().await.unwrap();
            if fine {
                assert_eq!(answer.status(), 200);
            } else {
                let (status, code, _) = problem(answer).await;
                assert_eq!((status, code.as_str()), (403, "cross-origin"));
            }
        }
        let read = house.get("/healthz").header("sec-fetch-site", "cross-site");
        assert_eq!(read.send().await.unwrap().status(), 200);
        house.running.stop().await;
    }
}

#[tokio::test]
async fn the_same_key_has_one_effect() {
    for house in probing().await {
        let ask = async |key: &str, text: &str| {
            let body = json!({ "text": text }).to_string();
            house
                .post("/api/v1/probe", body)
                .header("idempotency-key", key)
                .send()
                .await
                .unwrap()
        };
        let first: Value = ask("k-1", "甲").await.json().await.unwrap();
        let again: Value = ask("k-1", "甲").await.json().await.unwrap();
        assert_eq!(first, again);
        let (status, code, _) = problem(ask("k-1", "乙").await).await;
        assert_eq!((status, code.as_str()), (422, "idempotency-reused"));
        let other: Value = ask("k-2", "甲").await.json().await.unwrap();
        assert_ne!(first, other);
        // A refusal is no effect: the same key may be used for the corrected request.
        assert_eq!(ask("k-3", "refuse").await.status(), 422);
        assert_eq!(ask("k-3", "丙").await.status(), 200);
        let long = "x".repeat(201);
        let (status, _, body) = problem(ask(&long, "甲").await).await;
        assert_eq!(
            (status, &body["errors"][0]["field"]),
            (422, &json!("Idempotency-Key"))
        );
        // Sent at the same time, too.
        let (a, b) = tokio::join!(ask("k-4", "丁"), ask("k-4", "丁"));
        assert_eq!(
            a.json::<Value>().await.unwrap(),
            b.json::<Value>().await.unwrap()
        );
        // Another caller's key of the same name is another key.
        let account = house.account(Role::GridWorker).await;
        let session = house.session(account).await;
        let mine = house
            .post("/api/v1/probe", json!({ "text": "戊" }).to_string())
            .header("idempotency-key", "k-1");
        assert_eq!(
            signed_in(mine, &session).send().await.unwrap().status(),
            200
        );
        house.running.stop().await;
    }
}

#[tokio::test]
async fn visitors_are_slowed_down_and_health_is_not() {
    for house in houses(&[("YOULIN_PUBLIC_WRITES_PER_MINUTE", "3")], probes).await {
        let mut codes = Vec::new();
        for _ in 0..5 {
            let answer = house
                .post("/api/v1/probe", "{\"text\": \"a\"}")
                .send()
                .await
                .unwrap();
            codes.push(answer.status().as_u16());
            if answer.status() == 429 {
                assert!(answer.headers().contains_key("retry-after"));
                assert_eq!(problem(answer).await.1, "too-many");
            }
        }
        assert_eq!(codes, [200, 200, 200, 429, 429]);
        // Each client has its own bucket; a proxy on loopback says who it is.
        let other = house
            .post("/api/v1/probe", "{\"text\": \"a\"}")
            .header("x-forwarded-for", "203.0.113.9");
        assert_eq!(other.send().await.unwrap().status(), 200);
        for path in ["/healthz", "/readyz", "/metrics"] {
            assert_eq!(
                house.get(path).send().await.unwrap().status(),
                200,
                "{path}"
            );
        }
        house.running.stop().await;
    }
}

#[tokio::test]
async fn a_storm_of_sign_ins_is_stopped_for_the_name_and_not_for_others() {
    for house in houses(&[("YOULIN_SIGN_INS_PER_MINUTE", "3")], Vec::new).await {
        house.account(Role::GridWorker).await;
        let attempt = async |login: &str, from: &str| {
            house
                .ask(Method::POST, "/sign-in")
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("x-forwarded-for", from)
                .body(format!("login={login}&password=falsch-geraten"))
                .send()
                .await
                .unwrap()
                .status()
                .as_u16()
        };
        let mut answers = Vec::new();
        // From many clients: the name is what is guarded.
        for client in 0..6 {
            answers.push(attempt("grid-worker", &format!("203.0.113.{client}")).await);
        }
        assert!(
            answers[..3]
                .iter()
                .all(|status| matches!(status, 401 | 422)),
            "{answers:?}"
        );
        assert_eq!(answers[3..], [429, 429, 429], "{answers:?}");
        assert_ne!(attempt("somebody-else", "203.0.113.77").await, 429);
        house.running.stop().await;
    }
}

#[tokio::test]
async fn long_answers_are_compressed_and_head_has_no_body() {
    for house in probing().await {
        let zipped = house
            .get("/api/v1/probe/long")
            .header("accept-encoding", "gzip")
            .send()
            .await
            .unwrap();
        assert_eq!(zipped.headers()["content-encoding"], "gzip");
        let bytes = zipped.bytes().await.unwrap();
        assert!(
            bytes.starts_with(&[0x1f, 0x8b]) && bytes.len() < 10_000,
            "{}",
            bytes.len()
        );
        let plain = house.get("/api/v1/probe/long").send().await.unwrap();
        assert!(!plain.headers().contains_key("content-encoding"));
        assert_eq!(plain.bytes().await.unwrap().len(), 300_000);
        let head = house.ask(Method::HEAD, "/healthz").send().await.unwrap();
        assert_eq!(head.status(), 200);
        assert!(head.bytes().await.unwrap().is_empty());
        house.running.stop().await;
    }
}

#[tokio::test]
async fn an_asset_that_did_not_change_is_not_sent_again() {
    for house in probing().await {
        let first = house.get("/assets/app.css").send().await.unwrap();
        let tag = first.headers()["etag"].clone();
        let again = house.get("/assets/app.css").header("if-none-match", tag);
        assert_eq!(again.send().await.unwrap().status(), 304);
        for outside in [
            "/assets/../Cargo.toml",
            "/assets/%2e%2e/package.json",
            "/assets/nothing.js",
        ] {
            assert_eq!(
                house.get(outside).send().await.unwrap().status(),
                404,
                "{outside}"
            );
        }
        house.running.stop().await;
    }
}

#[tokio::test]
async fn an_ended_session_or_unknown_key_is_nobody() {
    for house in probing().await {
        let odd = signed_in(house.get("/live"), "youlin=made-up");
        let (status, code, _) = problem(odd.send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (401, "sign-in-needed"));
        let key = house
            .get("/healthz")
            .header("authorization", "Bearer made-up");
        let (status, code, _) = problem(key.send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (401, "key-unknown"));
        let page = house
            .client
            .get(house.url("/live?a=1&b=2"))
            .header("accept", "text/html")
            .send()
            .await
            .unwrap();
        assert_eq!(page.status(), 303);
        assert_eq!(
            page.headers()["location"],
            "/sign-in?next=%2Flive%3Fa%3D1%26b%3D2"
        );
        house.running.stop().await;
    }
}

#[tokio::test]
async fn a_host_header_is_no_way_around_the_origin() {
    for house in probing().await {
        let request = house
            .post("/api/v1/probe", "{\"text\": \"a\"}")
            .header(HOST, "youlin.example")
            .header(ORIGIN, "https://evil.example");
        assert_eq!(request.send().await.unwrap().status(), 403);
        house.running.stop().await;
    }
}

#[tokio::test]
async fn a_stop_finishes_what_runs_and_closes_event_streams() {
    for house in probing().await {
        let account = house.account(Role::CommunityDesk).await;
        let session = house.session(account).await;
        let stream = signed_in(house.get("/live"), &session)
            .send()
            .await
            .unwrap();
        assert_eq!(stream.status(), 200);
        let slow = house
            .post("/api/v1/probe", json!({ "text": WAITS }).to_string())
            .send();
        let slow = tokio::spawn(slow);
        RUNS.acquire().await.unwrap().forget();
        let started = std::time::Instant::now();
        let url = house.running.url();
        let stopped = tokio::spawn(house.running.stop());
        // It has begun to stop when nobody new is let in.
        while house
            .client
            .get(format!("{url}/healthz"))
            .send()
            .await
            .is_ok()
        {
            assert!(started.elapsed() < Duration::from_secs(5), "it goes on");
        }
        GOES_ON.add_permits(1);
        stopped.await.unwrap();
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "an open event stream held up the end"
        );
        let answer = slow.await.unwrap().unwrap();
        assert_eq!(answer.status(), 200);
        assert!(stream.bytes().await.is_ok(), "the stream ends properly");
        let config = support::config(&house.folder, &house.place, &[]);
        let db = Database::open(&config.database).await.unwrap();
        let entries = youlin_database::audit::entries_about(
            db.read(),
            CommunityId::SYSTEM,
            Uuid::from_u128(1),
            10,
        )
        .await
        .unwrap();
        assert_eq!(entries.len(), 1, "the command that ran was committed");
        db.close().await;
    }
}
