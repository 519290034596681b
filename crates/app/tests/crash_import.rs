//! A server that takes 8,000 residents in is killed without warning, again and again: every batch is there whole or not at
//! all, the next start goes on where the last one stood, and at the end there is everybody of the file, once.

#![allow(clippy::unwrap_used, reason = "tests")]

mod ground;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ground::{Server, open, prepare};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Asterisk, Expr, ExprTrait, Query};
use uuid::Uuid;
use youlin::House;
use youlin_database::audit::verify;
use youlin_database::sql::{col, name};
use youlin_database::{JobWorker, ReleaseLeases};
use youlin_imports::{
    AcceptImport, AcceptSealer, ImportState, ImportView, Imports, Incoming, MatchColumns,
    RunImport, StartImport, import_view,
};
use youlin_kernel::{Ctx, Grant, Locale, Role};
use youlin_people::{CreateAccount, PasswordHash};
use youlin_places::Locator;
use youlin_places::import::{buildings, dwellings, estates, read_csv};
use youlin_tabular::workload::person;

const PEOPLE: u32 = 8_000;
const ROOMS: u32 = 200;
const KILLS: u32 = 4;
/// A server that takes longer for what is left is ended by the test as a fault.
const LONGEST: Duration = Duration::from_secs(240);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_is_killed_again_and_again_ends_whole() {
    for place in youlin_testkit::places().await {
        println!("on {}", place.kind);
        survives(&place.url).await;
    }
}

async fn survives(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), url).await;
    let (account, import) = accepted(folder.path(), url).await;
    let mut before = 0;
    let mut kills = 0;
    let mut random = 0x9e37_79b9_u32;
    loop {
        let server = Server::start(folder.path(), url).await;
        let house = open(folder.path(), url).await;
        // Another fifth of the file or so, and then at any moment of a batch.
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let until = match kills {
            KILLS => i64::MAX,
            _ => before + i64::from(PEOPLE / 12) + i64::from(random >> 16) % 1_500,
        };
        let ended = waited(&house, import, until).await;
        if kills < KILLS && !ended {
            tokio::time::sleep(Duration::from_micros(u64::from(random >> 8) % 60_000)).await;
            server.kill();
            kills += 1;
            before = whole_batches(&house, import).await;
            // What a dead server had claimed is free after five minutes; of an embedded database at the next start.
            house
                .db
                .execute(&house.ctx("test"), ReleaseLeases)
                .await
                .unwrap();
            house.close().await;
            continue;
        }
        assert!(ended, "the import did not end within {LONGEST:?}");
        house.close().await;
        server.kill();
        break;
    }
    assert!(kills > 2, "it was too fast to be killed: {kills}");
    check(folder.path(), url, account, import).await;
}

/// Waits until so many people are in or the import has ended; says whether it has.
async fn waited(house: &House, import: Uuid, until: i64) -> bool {
    let started = Instant::now();
    while started.elapsed() < LONGEST {
        let mut query = Query::select();
        query
            .column(name("state"))
            .from(name("import_run"))
            .and_where(col("id").eq(import));
        let row = house.db.read().query_one(&query).await.unwrap().unwrap();
        let state: String = row.try_get("", "state").unwrap();
        if state != "running" {
            assert_eq!(state, "done");
            return true;
        }
        if counted(house, "person").await >= until {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

async fn counted(house: &House, table: &'static str) -> i64 {
    let mut query = Query::select();
    query
        .expr_as(Expr::col(Asterisk).count(), "n")
        .from(name(table));
    let row = house.db.read().query_one(&query).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

/// Community of each person, by id.
async fn people(house: &House) -> BTreeMap<Uuid, i64> {
    ids(house, "person", "id").await
}

async fn ids(house: &House, table: &'static str, id: &'static str) -> BTreeMap<Uuid, i64> {
    let mut query = Query::select();
    query
        .columns(["community_id", id].map(name))
        .from(name(table));
    let mut found = BTreeMap::new();
    for row in house.db.read().query_all(&query).await.unwrap() {
        let id: Uuid = row.try_get("", id).unwrap();
        let twice = found.insert(id, row.try_get("", "community_id").unwrap());
        assert!(twice.is_none(), "{table} {id} is there twice");
    }
    found
}

/// As many people as the batches that ran held lines, each with home and number; answers how many.
async fn whole_batches(house: &House, import: Uuid) -> i64 {
    let mut query = Query::select();
    query
        .column(name("lines"))
        .from(name("import_part"))
        .and_where(col("import_id").eq(import));
    let mut lines = BTreeSet::new();
    for row in house.db.read().query_all(&query).await.unwrap() {
        let text: String = row.try_get("", "lines").unwrap();
        for range in text.split(',') {
            let (from, to) = range.split_once('-').unwrap();
            for line in from.parse::<u32>().unwrap()..=to.parse().unwrap() {
                assert!(lines.insert(line), "line {line} was taken in twice");
            }
        }
    }
    let persons = people(house).await;
    assert_eq!(persons.len(), lines.len(), "a batch is there in part");
    for table in ["residence", "person_phone"] {
        let of = ids(house, table, "person_id").await;
        assert_eq!(of, persons, "{table}: a person without, or of nobody");
    }
    i64::try_from(persons.len()).unwrap()
}

/// Everybody of the file, once; the register counts them; every chain is whole.
async fn check(folder: &Path, url: &str, account: Uuid, import: Uuid) {
    let house = open(folder, url).await;
    assert_eq!(whole_batches(&house, import).await, i64::from(PEOPLE));
    let view = view(&house, account, import).await;
    let report = view.report.unwrap();
    assert_eq!(
        (report.new, report.changed, report.unchanged),
        (PEOPLE, 0, 0)
    );
    assert!(report.refused.is_empty() && report.doubtful.is_empty());
    let mut query = Query::select();
    query.column(name("identity_index")).from(name("person"));
    let mut numbers = BTreeSet::new();
    for row in house.db.read().query_all(&query).await.unwrap() {
        let index: Vec<u8> = row.try_get("", "identity_index").unwrap();
        assert!(numbers.insert(index), "an identity number is there twice");
    }
    // The same file again is known whole.
    let again = judged(&house, account).await;
    let report = again.report.unwrap();
    assert_eq!((report.new, report.unchanged), (0, PEOPLE));
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
    house.close().await;
}

/// Dwellings, an account, and the file judged and accepted, with nothing taken in yet.
async fn accepted(folder: &Path, url: &str) -> (Uuid, Uuid) {
    let house = open(folder, url).await;
    settle(&house).await;
    let make = CreateAccount {
        login: "desk".into(),
        password: PasswordHash::none(),
        display_name: "desk".into(),
        person: None,
        grants: vec![Grant {
            role: Role::Administrator,
            area: house.app.areas().by_code("D").unwrap().id,
            organisation: None,
        }],
        must_change: false,
    };
    let account = house.db.execute(&house.ctx("test"), make).await.unwrap();
    let view = judged(&house, account).await;
    assert_eq!(
        view.report.as_ref().unwrap().new,
        PEOPLE,
        "{:?}",
        view.report
    );
    let accept = AcceptImport {
        id: view.id,
        whole: false,
        sealer: AcceptSealer(Arc::clone(&imports(&house).sealer)),
        choices: BTreeMap::new(),
    };
    let ctx = caller(&house, account).await;
    house.db.execute(&ctx, accept).await.unwrap();
    house.close().await;
    (account, view.id)
}

async fn settle(house: &House) {
    let (db, ctx) = (&house.db, house.ctx("test"));
    let locator = house.app.need::<Locator>().unwrap();
    let mut all = [
        "key,community_code,name\n".to_owned(),
        "key,estate_key,name,floors,neighbourhood_code\n".to_owned(),
        "key,building_key,entrance,room,floor,use\n".to_owned(),
    ];
    for n in 1..=2 {
        all[0] += &format!("e{n},C{n},{n}号村\n");
        all[1] += &format!("b{n},e{n},1号楼,50,N{n}\n");
        for room in 1..=ROOMS {
            all[2] += &format!(
                "d{n}-{room},b{n},,{},{},owned\n",
                room_of(room),
                room / 4 + 1
            );
        }
    }
    let rows = |text: &str| read_csv(text, &["key"]).unwrap();
    for report in [
        estates(db, &ctx, &locator, rows(&all[0]), false).await,
        buildings(db, &ctx, &locator, rows(&all[1]), false).await,
        dwellings(db, &ctx, &locator, rows(&all[2]), false).await,
    ] {
        let report = report.unwrap();
        assert!(report.is_clean(), "{:?}", report.refused.first());
    }
}

fn room_of(room: u32) -> u32 {
    (room / 4 + 1) * 100 + room % 4 + 1
}

fn sheet() -> Vec<u8> {
    let mut text = String::from("姓名,身份证号,联系电话,小区,楼栋,室号\n");
    for n in 0..PEOPLE {
        let one = person(n, 2 * ROOMS);
        let (estate, room) = (one.dwelling % 2 + 1, room_of(one.dwelling / 2 + 1));
        text += &format!(
            "{},{},{},{estate}号村,1号楼,{room}\n",
            one.name, one.identity, one.phone
        );
    }
    text.into_bytes()
}

fn imports(house: &House) -> Arc<Imports> {
    house.app.need::<Imports>().unwrap()
}

async fn caller(house: &House, account: Uuid) -> Ctx {
    let who = house
        .app
        .accounts()
        .account(account)
        .await
        .unwrap()
        .unwrap();
    let id = house.ctx("test").new_id();
    house.app.ctx(who.actor, who.grants, Locale::Zh, id)
}

async fn view(house: &House, account: Uuid, id: Uuid) -> ImportView {
    let ctx = caller(house, account).await;
    import_view(&house.db, &*imports(house).sealer, &ctx, id)
        .await
        .unwrap()
}

/// The file given and judged.
async fn judged(house: &House, account: Uuid) -> ImportView {
    let give = StartImport {
        imports: imports(house),
        kind: "residents".into(),
        file_name: "residents.csv".into(),
        file: Incoming {
            bytes: sheet(),
            ..Incoming::default()
        },
    };
    let ctx = caller(house, account).await;
    let id = house.db.execute(&ctx, give).await.unwrap();
    work(house).await;
    let found = view(house, account, id).await;
    if found.state == ImportState::Matching {
        let columns = found.columns.unwrap().found;
        let matched = MatchColumns {
            imports: imports(house),
            id,
            fields: columns.into_iter().map(|found| found.field).collect(),
            given: Default::default(),
        };
        house.db.execute(&ctx, matched).await.unwrap();
    }
    work(house).await;
    work(house).await;
    let found = view(house, account, id).await;
    assert_eq!(found.state, ImportState::Ready, "{found:?}");
    found
}

async fn work(house: &House) {
    let run = RunImport {
        app: house.app.clone(),
        imports: imports(house),
    };
    let worker = JobWorker::new(house.db.clone(), vec![Arc::new(run)]);
    worker.run_due(&house.ctx("jobs")).await.unwrap();
}
