//! The whole house on a free port, and callers with a session of their own.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "each test file uses its part of this and says on which database it is; a test that cannot prepare its ground must stop loudly"
)]

use std::sync::Arc;

use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;
use youlin::Running;
use youlin::config::{Config, Raw};
use youlin_kernel::{AreaId, Grant, Role};
use youlin_people::{CreateAccount, PasswordHash};
use youlin_testkit::TestPlace;
use youlin_web::{Module, StartSession, session_cookie};

/// A serving house with its folder and database.
pub struct TestHouse {
    pub running: Running,
    pub client: Client,
    pub folder: TempDir,
    pub place: TestPlace,
}

/// Settings of a house in this folder; later ones win.
pub fn config(folder: &TempDir, place: &TestPlace, settings: &[(&str, &str)]) -> Config {
    let data = folder.path().display().to_string();
    let usual = [
        ("YOULIN_DATA_DIR", data.as_str()),
        ("YOULIN_DATABASE_URL", place.url.as_str()),
        ("YOULIN_LISTEN", "127.0.0.1:0"),
        ("YOULIN_PUBLIC_READS_PER_MINUTE", "100000"),
        ("YOULIN_PUBLIC_WRITES_PER_MINUTE", "100000"),
    ];
    let environment = usual
        .iter()
        .chain(settings)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::from_raw(&Raw::gather(None, environment).unwrap()).unwrap()
}

/// A house on a fresh database of each kind.
pub async fn houses(settings: &[(&str, &str)], further: fn() -> Vec<Module>) -> Vec<TestHouse> {
    let mut all = Vec::new();
    for place in youlin_testkit::places().await {
        println!("on {}", place.kind);
        all.push(house(place, settings, further()).await);
    }
    all
}

/// A house on that database, with the small tree of the test kit.
pub async fn house(place: TestPlace, settings: &[(&str, &str)], further: Vec<Module>) -> TestHouse {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let running = youlin::start_with(config(&folder, &place, settings), further)
        .await
        .unwrap();
    let tree = Arc::new(youlin_testkit::small_tree());
    running.app.area_cell().store(tree);
    let client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    TestHouse {
        running,
        client,
        folder,
        place,
    }
}

impl TestHouse {
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.url())
    }

    /// As a program asks.
    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, self.url(path))
            .header(ACCEPT, "application/json")
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.ask(Method::GET, path)
    }

    /// As a program sends JSON.
    pub fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.ask(Method::POST, path)
            .header(CONTENT_TYPE, "application/json")
            .body(body)
    }

    /// An account with one role in the test kit's district; partners act for an organisation nobody knows.
    pub async fn account(&self, role: Role) -> Uuid {
        let app = &self.running.app;
        let create = CreateAccount {
            login: role.as_str().replace('_', "-"),
            password: PasswordHash::none(),
            display_name: "测试".to_owned(),
            person: None,
            grants: vec![Grant {
                role,
                area: AreaId(1),
                organisation: (role == Role::Partner).then(|| Uuid::from_u128(7)),
            }],
            must_change: false,
        };
        app.db()
            .execute(&app.service_ctx("test"), create)
            .await
            .unwrap()
    }

    /// The `Cookie` header of a new session.
    pub async fn session(&self, account: Uuid) -> String {
        let app = &self.running.app;
        let policy = app.config().cookies.clone();
        let start = StartSession {
            account,
            second_factor: false,
            policy: policy.clone(),
            replaces: None,
        };
        let token = app
            .db()
            .execute(&app.service_ctx("test"), start)
            .await
            .unwrap();
        let cookie = session_cookie(&policy, &token);
        cookie.split(';').next().unwrap().to_owned()
    }
}

/// With that session.
pub fn signed_in(request: RequestBuilder, session: &str) -> RequestBuilder {
    request.header(COOKIE, session)
}

/// The problem of an answer, after checking that it is one as RFC 9457 wants it.
pub async fn problem(answer: Response) -> (u16, String, Value) {
    let status = answer.status().as_u16();
    let kind = answer.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    let id = answer.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(kind, "application/problem+json", "{body}");
    assert_eq!(body["status"], status, "{body}");
    assert_eq!(body["request_id"], id.as_str(), "{body}");
    let code = body["code"].as_str().unwrap().to_owned();
    assert_eq!(body["type"], format!("urn:youlin:problem:{code}"), "{body}");
    let title = body["title"].as_str().unwrap();
    assert!(
        !title.is_empty() && !title.starts_with("problem-"),
        "no sentence for it: {body}"
    );
    (status, code, body)
}
