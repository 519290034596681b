//! Killed without warning, again and again, under load: what was answered is there, nothing is doubled, the chain is whole.

#![allow(clippy::unwrap_used, reason = "tests")]

mod ground;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ground::{Server, client, open, prepare, send};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use tokio::sync::mpsc;
use youlin_database::audit::verify;
use youlin_database::sql::name;

const KILLS: u64 = 20;
/// Reports answered before the server is killed.
const BETWEEN: u64 = 40;
const SENDERS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_lose_nothing_and_double_nothing() {
    for place in youlin_testkit::places().await {
        println!("on {}", place.kind);
        survives(&place.url).await;
    }
}

async fn survives(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    let ground = Arc::new(prepare(folder.path(), url).await);
    let mut acknowledged: HashMap<String, u64> = HashMap::new();
    let next = Arc::new(AtomicU64::new(0));
    for _ in 0..KILLS {
        let server = Server::start(folder.path(), url).await;
        let (tell, mut answered) = mpsc::unbounded_channel();
        let mut senders = tokio::task::JoinSet::new();
        for _ in 0..SENDERS {
            let (ground, next, tell, addr) = (
                Arc::clone(&ground),
                Arc::clone(&next),
                tell.clone(),
                server.addr,
            );
            senders.spawn(async move {
                let client = client(Duration::from_secs(10));
                let mut mine = Vec::new();
                // Until the server is gone: a report without an answer may or may not be there.
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    let Some((status, body)) = send(&client, addr, &ground, n).await else {
                        return mine;
                    };
                    assert_eq!(status, 201, "{body}");
                    mine.push((body["id"].as_str().unwrap().to_owned(), n));
                    tell.send(()).ok();
                }
            });
        }
        drop(tell);
        for _ in 0..BETWEEN {
            answered.recv().await.unwrap();
        }
        server.kill();
        while let Some(mine) = senders.join_next().await {
            acknowledged.extend(mine.unwrap());
        }
    }
    assert!(acknowledged.len() as u64 >= KILLS * BETWEEN);
    check(
        folder.path(),
        url,
        &acknowledged,
        next.load(Ordering::SeqCst),
    )
    .await;
}

async fn check(
    folder: &std::path::Path,
    url: &str,
    acknowledged: &HashMap<String, u64>,
    sent: u64,
) {
    let house = open(folder, url).await;
    let mut query = Query::select();
    query
        .columns([name("id"), name("external_key")])
        .from(name("case_record"));
    let mut found: HashMap<String, String> = HashMap::new();
    let mut keys = std::collections::HashSet::new();
    for row in house.db.read().query_all(&query).await.unwrap() {
        let (id, key): (uuid::Uuid, String) = (
            row.try_get("", "id").unwrap(),
            row.try_get("", "external_key").unwrap(),
        );
        assert!(keys.insert(key.clone()), "{key} is there twice");
        found.insert(id.to_string(), key);
    }
    for (id, n) in acknowledged {
        assert_eq!(
            found.get(id),
            Some(&format!("crash-{n}")),
            "an acknowledged case is not there"
        );
    }
    assert!(found.len() as u64 <= sent);
    let tables: Vec<_> = youlin::house::modules()
        .into_iter()
        .flat_map(|module| module.audited)
        .collect();
    let mut communities = house.app.areas().communities().to_vec();
    communities.push(youlin_kernel::CommunityId::SYSTEM);
    let report = verify(house.db.read(), &tables, &communities, None)
        .await
        .unwrap();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    assert!(
        report.rows >= 2 * found.len() as u64,
        "a case and its history are attested"
    );
    house.close().await;
}
