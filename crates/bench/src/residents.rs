//! One million residents in the register, on SQLite and on PostgreSQL, in a tree of every village of the country when that is
//! at hand (`country`). They come in the way a desk brings them: spreadsheets judged, accepted and taken in by the import,
//! so that sealed fields, blind indexes, audit entries, journal, events and with them the text index are those of real life.
//! PostgreSQL gets them by `youlin backup` and `youlin restore`.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use sea_orm::sea_query::{Order, Query};
use sea_orm::{ConnectionTrait, Database};
use tokio::task::JoinSet;
use uuid::Uuid;
use youlin::House;
use youlin_cube::day;
use youlin_cube::workload::{self, EACH, Resident};
use youlin_database::sql::name;
use youlin_imports::ImportState;
use youlin_kernel::{AreaLevel, Ctx, ManualClock, Micros, OsEntropy};
use youlin_people::{Vault, VisitDwelling, VisitOutcome};
use youlin_tabular::workload as people;

use crate::country;
use crate::ground::{Ground, open, target_folder};
use crate::readings::{Readings, Sought};
use crate::results::{Results, println_line};
use crate::sheets::{Desk, address, settle};

/// Rows of one spreadsheet.
const SHEET: usize = 100_000;
/// Dwellings somebody was at in the last two months.
const VISITED: u64 = 20_000;
const AT_ONCE: usize = 64;
const SOUGHT: u64 = 400;
/// Seconds within which a country's areas are taken in.
const COUNTRY: f64 = 60.0;

pub(crate) async fn measure(
    results: &mut Results,
    binary: &Path,
    count: u32,
    seconds: u64,
) -> Result<()> {
    let communities = count.div_ceil(EACH);
    let csv = country::areas_csv()?;
    if csv.is_none() {
        results.skipped("residents.country", "YOULIN_BENCH_DIVISIONS is not set");
    }
    let started = Instant::now();
    let ground = Ground::prepare_with(None, communities as usize, csv.as_deref()).await?;
    if csv.is_some() {
        let took = started.elapsed().as_secs_f64();
        results.below(
            "residents.sqlite.tree.import",
            took,
            "s",
            "665,276 areas",
            COUNTRY,
        );
    }
    fill(results, &ground, count, communities).await?;
    let composed = read(results, binary, &ground, "sqlite", count, seconds).await?;
    beside_duckdb(results, count, composed)?;
    match std::env::var("YOULIN_TEST_POSTGRES_URL") {
        Ok(server) => {
            if let Some(csv) = &csv {
                let url = fresh(&server).await?;
                let started = Instant::now();
                drop(Ground::prepare_with(Some(url), 1, Some(csv)).await?);
                let took = started.elapsed().as_secs_f64();
                results.below(
                    "residents.postgres.tree.import",
                    took,
                    "s",
                    "665,276 areas",
                    COUNTRY,
                );
            }
            let moved = carried(&ground, binary, &fresh(&server).await?).await?;
            drop(ground);
            read(results, binary, &moved, "postgres", count, seconds).await?;
        }
        Err(_unset) => results.skipped("residents.postgres", "YOULIN_TEST_POSTGRES_URL is not set"),
    }
    Ok(())
}

/// Dwellings, people and visits.
async fn fill(results: &mut Results, ground: &Ground, count: u32, communities: u32) -> Result<()> {
    // Some more dwellings than three live in each: whoever lives alone has one of their own.
    let account = settle(ground, count + count / 5, communities).await?;
    let desk = Desk::at(ground.open().await?, account)?;
    let started = Instant::now();
    let mut numbers = Numbers::default();
    let mut sheet = Sheet::new(communities);
    let mut taken = 0;
    for resident in workload::residents(count) {
        sheet.add(&resident, &mut numbers)?;
        if sheet.rows == SHEET {
            taken += sheet.give(&desk).await?;
        }
    }
    taken += sheet.give(&desk).await?;
    ensure!(taken == count, "{taken} of {count} residents came in");
    let rate = f64::from(count) / started.elapsed().as_secs_f64();
    let size = format!("{count} residents");
    results.at_least("residents.sqlite.taken_in", rate, "people/s", size, 3_000.0);
    visits(&desk.house).await?;
    desk.house.close().await;
    Ok(())
}

/// A spreadsheet while it is written.
struct Sheet {
    communities: u32,
    text: String,
    rows: usize,
}

const HEADER: &str = "姓名,性别,身份证号,联系电话,小区,楼栋,单元,室号,人员标签\n";

impl Sheet {
    fn new(communities: u32) -> Self {
        Self {
            communities,
            text: HEADER.to_owned(),
            rows: 0,
        }
    }

    fn add(&mut self, one: &Resident, numbers: &mut Numbers) -> Result<()> {
        let n = u32::try_from(one.id - 1)?;
        let home = home_of(one, self.communities);
        let [estate, building, entrance, room] = address(home, self.communities);
        let identity = numbers.identity(one);
        let sex = if one.female { "女" } else { "男" };
        let known = people::person(n, 1);
        // Children have no number of their own.
        let grown = one.born < workload::TODAY - 14 * 365;
        let phone = if grown { known.phone.as_str() } else { "" };
        let (name, labels) = (&known.name, one.labels.join("；"));
        writeln!(
            self.text,
            "{name},{sex},{identity},{phone},{estate},{building},{entrance},{room},{labels}"
        )?;
        self.rows += 1;
        Ok(())
    }

    async fn give(&mut self, desk: &Desk) -> Result<u32> {
        if self.rows == 0 {
            return Ok(0);
        }
        let text = std::mem::replace(&mut self.text, HEADER.to_owned());
        self.rows = 0;
        let view = desk.whole(text.into_bytes()).await?;
        let report = view.report.unwrap_or_default();
        let faults = report.refused.iter().chain(&report.doubtful);
        ensure!(view.state == ImportState::Done, "{:?}", view.state);
        ensure!(
            report.refused.is_empty() && report.doubtful.is_empty(),
            "{:?}",
            faults.take(3).collect::<Vec<_>>()
        );
        Ok(report.new)
    }
}

/// The number of the dwelling as `sheets` counts them.
fn home_of(one: &Resident, communities: u32) -> u32 {
    (one.dwelling - one.community * EACH) * communities + one.community
}

/// Identity numbers that are right and given once.
#[derive(Default)]
struct Numbers(HashMap<(i32, bool), u32>);

impl Numbers {
    fn identity(&mut self, one: &Resident) -> String {
        let given = self.0.entry((one.born, one.female)).or_default();
        *given += 1;
        let sequence = (*given % 500) * 2 + u32::from(!one.female);
        let division = 320_601 + *given / 500;
        let born = day::text_of(one.born).replace('-', "");
        let body = format!("{division}{born}{sequence:03}");
        let sum = body
            .bytes()
            .fold(0u32, |sum, byte| (sum + u32::from(byte - b'0')) * 2 % 11);
        let check = match (12 - sum) % 11 {
            10 => 'X',
            digit => char::from_digit(digit, 10).unwrap_or('0'),
        };
        format!("{body}{check}")
    }
}

/// Some dwellings were visited on some day of the last two months.
pub(crate) async fn visits(house: &House) -> Result<()> {
    let mut query = Query::select();
    query
        .column(name("id"))
        .from(name("dwelling"))
        .order_by(name("id"), Order::Asc);
    let mut dwellings: Vec<Uuid> = Vec::new();
    for row in house.db.read().query_all(&query).await? {
        dwellings.push(row.try_get("", "id")?);
    }
    let step = (dwellings.len() / usize::try_from(VISITED)?).max(1);
    let vault = house.app.need::<Vault>()?;
    let now = house.ctx("bench").now();
    let started = Instant::now();
    let mut running: JoinSet<Result<()>> = JoinSet::new();
    for (n, dwelling) in (0_i64..).zip(dwellings.into_iter().step_by(step)) {
        let then = Micros(now.0 - (n % 60) * Micros::DAY);
        let ctx = Ctx::service(
            "bench",
            house.app.areas(),
            Arc::new(ManualClock::at(then)),
            Arc::new(OsEntropy),
        );
        let (db, visit) = (
            house.db.clone(),
            VisitDwelling {
                vault: Arc::clone(&vault),
                dwelling,
                outcome: VisitOutcome::Confirmed,
            },
        );
        running.spawn(async move {
            db.execute(&ctx, visit).await?;
            Ok(())
        });
        if running.len() >= AT_ONCE {
            running.join_next().await.context("a visit")???;
        }
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    println_line(&format!(
        "     dwellings visited in {:.0} s",
        started.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// All readings of one database; answers the composed question's milliseconds.
async fn read(
    results: &mut Results,
    binary: &Path,
    ground: &Ground,
    on: &'static str,
    count: u32,
    seconds: u64,
) -> Result<f64> {
    let (sought, communities, above) = samples(ground).await?;
    {
        // The first server puts everybody into the text index.
        let started = Instant::now();
        let (server, _) = ground.serve(binary).await?;
        server.settled().await?;
        println_line(&format!(
            "     {on}: text index built within {:.0} s",
            started.elapsed().as_secs_f64()
        ));
    }
    let (server, start) = ground.serve(binary).await?;
    let size = format!("{count} residents");
    let mut readings = Readings {
        results,
        server: &server,
        ground,
        on,
        size,
        seconds,
    };
    readings.below("start", start.as_secs_f64(), "s", 10.0);
    readings.below("memory_at_start", server.memory_mb()?, "MB", 600.0);
    server.settled().await?;
    let composed = readings.figures().await?;
    readings.people(&sought).await?;
    readings.tree(&communities, &above).await?;
    readings.below("memory", server.memory_mb()?, "MB", 1_200.0);
    Ok(composed)
}

/// Persons to look for, communities of the whole tree, areas above them.
async fn samples(ground: &Ground) -> Result<(Vec<Sought>, Vec<i64>, Vec<i64>)> {
    let house = ground.open().await?;
    let mut query = Query::select();
    query
        .columns(["community_id", "id"].map(name))
        .from(name("person"))
        .order_by(name("id"), Order::Asc);
    let rows = house.db.read().query_all(&query).await?;
    let step = (rows.len() / usize::try_from(SOUGHT)?).max(1);
    let mut ids: Vec<Uuid> = Vec::new();
    for row in rows.iter().step_by(step) {
        ids.push(row.try_get("", "id")?);
    }
    let communities = u32::try_from(ground.communities.len())?;
    let sought = (0u32..).zip(ids).map(|(n, id)| {
        // Names, numbers and addresses of others: who is looked for is not who is opened.
        let n = n * 1_777 + 5;
        let known = people::person(n, 1);
        Sought {
            id: id.to_string(),
            name: known.name,
            phone: known.phone,
            address: address(n % (communities * 1_000), communities).concat(),
        }
    });
    let sought = sought.collect();
    let tree = house.app.areas();
    let some = |wanted: &dyn Fn(AreaLevel) -> bool, step: usize| -> Vec<i64> {
        let nodes = tree.iter().filter(|node| wanted(node.level));
        nodes
            .map(|node| node.id.0)
            .step_by(step)
            .take(500)
            .collect()
    };
    let communities = some(&|level| level == AreaLevel::Community, 1_237);
    let above = some(&|level| level < AreaLevel::Community, 97);
    house.close().await;
    Ok((sought, communities, above))
}

async fn fresh(server: &str) -> Result<String> {
    let database = format!("bench_{}", Uuid::now_v7().simple());
    let admin = Database::connect(server).await?;
    admin
        .execute_unprepared(&format!("CREATE DATABASE {database}"))
        .await?;
    admin.close().await?;
    let (base, _) = server
        .rsplit_once('/')
        .context("a URL with a database name")?;
    Ok(format!("{base}/{database}"))
}

/// The same ground on PostgreSQL.
async fn carried(ground: &Ground, binary: &Path, url: &str) -> Result<Ground> {
    let started = Instant::now();
    let folder = tempfile::Builder::new()
        .prefix("youlin-bench")
        .tempdir_in(target_folder()?)?;
    let file = ground.folder.path().join("carried.tar");
    let with_keys = [
        OsStr::new("backup"),
        OsStr::new("--with-keys"),
        file.as_os_str(),
    ];
    ground.run(binary, &with_keys).await?;
    let moved = Ground {
        folder,
        database_url: url.to_owned(),
        key: ground.key.clone(),
        communities: ground.communities.clone(),
        neighbourhoods: ground.neighbourhoods.clone(),
        grids: ground.grids.clone(),
    };
    moved
        .run(binary, &[OsStr::new("restore"), file.as_os_str()])
        .await?;
    std::fs::remove_file(&file)?;
    println_line(&format!(
        "     carried to PostgreSQL in {:.0} s",
        started.elapsed().as_secs_f64()
    ));
    open(moved.folder.path(), url).await?.close().await;
    Ok(moved)
}

/// The composed question over as many residents in DuckDB over Parquet, on one thread; the ratio goes into the table.
fn beside_duckdb(results: &mut Results, count: u32, ours: f64) -> Result<()> {
    let python = std::env::var("YOULIN_PEER_PYTHON").unwrap_or_else(|_unset| "python3".to_owned());
    let there = Command::new(&python).args(["-c", "import duckdb"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        results.skipped(
            "residents.duckdb",
            "YOULIN_PEER_PYTHON names no Python with duckdb",
        );
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let csv = folder.path().join("residents.csv");
    let mut text = String::from("id,grid,building,dwelling,born,sex,labels,seen\n");
    for one in workload::residents(count) {
        text.push_str(&workload::csv_line(&one));
    }
    std::fs::write(&csv, text)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/figures_peer.py");
    let output = Command::new(&python).arg(script).arg(&csv).output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let theirs: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let theirs = theirs["composed"]["ms"]
        .as_f64()
        .context("the peer's time")?;
    results.share_of(
        "residents.composed_beside_duckdb",
        1_000.0 / ours,
        "questions/s",
        format!("{count} residents, over HTTP against in process"),
        1_000.0 / theirs,
        0.5,
    );
    Ok(())
}
