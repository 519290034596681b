//! Two servers share one PostgreSQL: what is reported on the one appears on a desk that is connected to the other.

#![allow(clippy::unwrap_used, reason = "tests")]

mod ground;

use std::time::{Duration, Instant};

use futures::StreamExt;
use ground::{Server, client, open, prepare, send};
use serde_json::Value;
use youlin::House;
use youlin_kernel::{Grant, Role};
use youlin_people::{CreateAccount, PasswordHash};
use youlin_testkit::postgres_place;
use youlin_web::{StartSession, session_cookie};

/// The `Cookie` header of a desk of that community.
async fn desk(house: &House, code: &str) -> String {
    let ctx = house.ctx("test");
    let create = CreateAccount {
        login: format!("desk-{}", code.to_lowercase()),
        password: PasswordHash::none(),
        display_name: "服务台".to_owned(),
        person: None,
        grants: vec![Grant {
            role: Role::CommunityDesk,
            area: house.app.areas().by_code(code).unwrap().id,
            organisation: None,
        }],
        must_change: false,
    };
    let account = house.db.execute(&ctx, create).await.unwrap();
    let policy = house.app.config().cookies.clone();
    let start = StartSession {
        account,
        second_factor: false,
        policy: policy.clone(),
        replaces: None,
    };
    let token = house.db.execute(&ctx, start).await.unwrap();
    let cookie = session_cookie(&policy, &token);
    cookie.split(';').next().unwrap().to_owned()
}

/// An open page of one desk on one server: the cases it hears of, in order.
struct Page {
    heard: tokio::sync::mpsc::UnboundedReceiver<String>,
    listening: tokio::task::JoinHandle<()>,
}

impl Page {
    async fn open(server: &Server, cookie: &str) -> Self {
        let answer = client(Duration::from_secs(120))
            .get(format!("http://{}/live", server.addr))
            .header("cookie", cookie)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let (say, heard) = tokio::sync::mpsc::unbounded_channel();
        let listening = tokio::spawn(async move {
            let (mut stream, mut text) = (answer.bytes_stream(), String::new());
            // Notices to the desk's account come on the same stream.
            let mut of_a_case = false;
            while let Some(Ok(bytes)) = stream.next().await {
                text.push_str(&String::from_utf8_lossy(&bytes));
                while let Some((line, rest)) = text.split_once('\n') {
                    if let Some(name) = line.strip_prefix("event:") {
                        of_a_case = name.trim() == "case";
                    }
                    if let Some(data) = line.strip_prefix("data:").filter(|_| of_a_case) {
                        let data: Value = serde_json::from_str(data).unwrap();
                        let _nobody_waits = say.send(data["id"].as_str().unwrap().to_owned());
                    }
                    text = rest.to_owned();
                }
            }
        });
        Self { heard, listening }
    }

    /// Everything heard until that case, which must come within `limit`.
    async fn until(&mut self, case: &str, limit: Duration) -> Vec<String> {
        let mut all = Vec::new();
        let waited = tokio::time::timeout(limit, async {
            while all.last().is_none_or(|last| last != case) {
                all.push(self.heard.recv().await.unwrap());
            }
        });
        waited
            .await
            .unwrap_or_else(|_| panic!("{case} did not come within {limit:?}"));
        all
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_reported_on_one_server_appears_on_a_desk_of_the_other() {
    let Ok(postgres) = std::env::var("YOULIN_TEST_POSTGRES_URL") else {
        println!("skipped: PostgreSQL is not part of this run");
        return;
    };
    let place = postgres_place(&postgres).await;
    let folder = tempfile::tempdir().unwrap();
    let prepared = prepare(folder.path(), &place.url).await;
    let house = open(folder.path(), &place.url).await;
    let (first_desk, second_desk) = (desk(&house, "C1").await, desk(&house, "C2").await);
    house.close().await;
    let (here, there) = tokio::join!(
        Server::start(folder.path(), &place.url),
        Server::start(folder.path(), &place.url)
    );
    let mut near = Page::open(&here, &first_desk).await;
    let mut far = Page::open(&there, &first_desk).await;
    let mut stranger = Page::open(&there, &second_desk).await;
    let client = client(Duration::from_secs(20));
    let report = async |server: &Server, n: u64| {
        let (status, body) = send(&client, server.addr, &prepared, n).await.unwrap();
        assert_eq!(status, 201, "{body}");
        body["id"].as_str().unwrap().to_owned()
    };

    // Even numbers are of the first community, odd ones of the second.
    let asked = Instant::now();
    let case = report(&here, 0).await;
    assert_eq!(
        far.until(&case, Duration::from_secs(10)).await,
        std::slice::from_ref(&case)
    );
    // A second until the look, and what the machine is busy with meanwhile.
    println!("heard on the other server after {:?}", asked.elapsed());
    assert!(asked.elapsed() < Duration::from_secs(4));
    assert_eq!(near.until(&case, Duration::from_secs(10)).await, [case]);

    // Nothing comes twice, although each server meets its own and the other's events several times, and the desk of the
    // other community heard of none of them.
    let elsewhere = report(&here, 1).await;
    let case = report(&there, 2).await;
    let last = report(&here, 4).await;
    let both = [case, last.clone()];
    let mut heard = far.until(&last, Duration::from_secs(10)).await;
    if heard.len() < both.len() {
        heard.extend(far.until(&both[0], Duration::from_secs(10)).await);
    }
    heard.sort_unstable();
    let mut expected = both.to_vec();
    expected.sort_unstable();
    assert_eq!(heard, expected);
    assert_eq!(
        stranger.until(&elsewhere, Duration::from_secs(10)).await,
        [elsewhere]
    );
    let mut heard = near.until(&both[0], Duration::from_secs(10)).await;
    if heard.len() < both.len() {
        heard.extend(near.until(&last, Duration::from_secs(10)).await);
    }
    heard.sort_unstable();
    assert_eq!(heard, expected);
}
