//! A small prepared house for tests that start the real binary: two communities, the catalogue, a key.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses its part; a test that cannot prepare must stop loudly"
)]

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use youlin::House;
use youlin::config::{Config, Raw};
use youlin::house::Opening;
use youlin_cases::ImportCategories;
use youlin_kernel::{AreaLevel, Grant, Role};
use youlin_people::{CreateApiKey, KeyKind};
use youlin_places::commands::ImportAreas;
use youlin_places::import::read_csv;

const AREAS: &str = "\
code,scheme,scheme_version,level,parent_code,name,name_en,short
D,test,1,district,,测试区,District,
C1,test,1,community,D,甲社区,One,
C2,test,1,community,D,乙社区,Two,
G1,test,1,grid,C1,甲一网格,Grid one,
G2,test,1,grid,C2,乙一网格,Grid two,
N1,test,1,neighbourhood,G1,第一邻里,First,
N2,test,1,neighbourhood,G2,第二邻里,Second,
";

/// What a prepared house gives to whoever wants in.
pub struct Ground {
    pub key: String,
    pub neighbourhoods: Vec<i64>,
}

/// The settings of a server in this folder.
pub fn settings(folder: &Path, database_url: &str, listen: &str) -> Vec<(String, String)> {
    let data = folder.display().to_string();
    [
        ("YOULIN_DATA_DIR", data.as_str()),
        ("YOULIN_DATABASE_URL", database_url),
        ("YOULIN_LISTEN", listen),
        ("YOULIN_MODE", "production"),
        ("YOULIN_PUBLIC_URL", "http://localhost"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

pub fn sqlite_url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("youlin.db").display())
}

/// Opens the house without serving it.
pub async fn open(folder: &Path, database_url: &str) -> House {
    let raw = Raw::gather(None, settings(folder, database_url, "127.0.0.1:0")).unwrap();
    House::open(Opening::new(Config::from_raw(&raw).unwrap()))
        .await
        .unwrap()
}

/// Fills an empty database.
pub async fn prepare(folder: &Path, database_url: &str) -> Ground {
    let house = open(folder, database_url).await;
    let rows = read_csv(AREAS, &["code"]).unwrap();
    house
        .db
        .execute(
            &house.ctx("test"),
            ImportAreas {
                rows,
                dry_run: false,
            },
        )
        .await
        .unwrap();
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../data/categories.json"
    ))
    .unwrap();
    house
        .db
        .execute(
            &house.ctx("test"),
            ImportCategories {
                text,
                dry_run: false,
            },
        )
        .await
        .unwrap();
    house
        .app
        .need::<youlin_places::Locator>()
        .unwrap()
        .reload_areas(&house.db)
        .await
        .unwrap();
    let tree = house.app.areas();
    let district = tree.by_code("D").unwrap().id;
    let grants = vec![Grant {
        role: Role::DistrictOperator,
        area: district,
        organisation: None,
    }];
    let make = CreateApiKey {
        name: "test".into(),
        kind: KeyKind::Rest,
        grants,
    };
    let key = house
        .db
        .execute(&house.ctx("test"), make)
        .await
        .unwrap()
        .key;
    let mut neighbourhoods: Vec<i64> = tree
        .iter()
        .filter(|node| node.level == AreaLevel::Neighbourhood)
        .map(|node| node.id.0)
        .collect();
    neighbourhoods.sort_unstable();
    house.close().await;
    Ground {
        key,
        neighbourhoods,
    }
}

/// The real binary, serving. Killed when dropped.
pub struct Server {
    child: Child,
    pub addr: SocketAddr,
}

impl Server {
    pub async fn start(folder: &Path, database_url: &str) -> Self {
        let addr = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_youlin"))
            .arg("serve")
            .envs(settings(folder, database_url, &addr.to_string()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self { child, addr };
        let started = Instant::now();
        // One client for all of them: making one reads every certificate of the machine.
        let client = client(Duration::from_millis(250));
        while !server.is_ready(&client).await {
            assert!(
                server.child.try_wait().unwrap().is_none(),
                "the server ended at once"
            );
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "the server did not get ready"
            );
        }
        server
    }

    /// Asks once. Whoever asks too early leaves the processor to the server for a moment.
    async fn is_ready(&self, client: &Client) -> bool {
        let asked = client
            .get(format!("http://{}/readyz", self.addr))
            .send()
            .await;
        let ready = asked.is_ok_and(|answer| answer.status() == StatusCode::OK);
        if !ready {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        ready
    }

    /// As the kernel or a power cut ends it: at once.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

pub fn client(timeout: Duration) -> Client {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .timeout(timeout)
        .no_proxy()
        .build()
        .unwrap()
}

/// A report that says which one it is, so that it can be sent again and found again.
pub fn report(ground: &Ground, n: u64) -> Value {
    let area = ground.neighbourhoods[usize::try_from(n).unwrap() % ground.neighbourhoods.len()];
    json!({
        "source": "api",
        "text": format!("第{n}次：楼道灯不亮"),
        "category": "E-0101",
        "place": { "area": area },
        "external_key": format!("crash-{n}"),
    })
}

/// Sends a report; the answer's status and body, or nothing when the server was gone.
pub async fn send(
    client: &Client,
    addr: SocketAddr,
    ground: &Ground,
    n: u64,
) -> Option<(StatusCode, Value)> {
    let answer = client
        .post(format!("http://{addr}/api/v1/cases"))
        .bearer_auth(&ground.key)
        .json(&report(ground, n))
        .send()
        .await
        .ok()?;
    let status = answer.status();
    Some((status, answer.json().await.ok()?))
}
