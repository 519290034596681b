//! A hundred thousand people from a messy spreadsheet: judged, taken in, given again, taken back; beside plain batched
//! inserts of the same rows. The import runs in a process of its own, so that its memory is its own.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin::House;
use youlin_database::JobWorker;
use youlin_imports::{
    AcceptImport, AcceptSealer, ImportState, ImportView, Imports, Incoming, MatchColumns,
    RunImport, StartImport, UndoImport, import_view,
};
use youlin_kernel::{Ctx, Grant, Locale, Role};
use youlin_people::{CreateAccount, hash_password};
use youlin_places::Locator;
use youlin_places::import::{buildings, dwellings, estates, read_csv};
use youlin_tabular::workload::{Mess, person, workbook};

use crate::ground::{self, COMMUNITIES, Ground};
use crate::raw;
use crate::results::{Results, println_line};

const ENTRANCES: u32 = 2;
const ROOMS: u32 = 30;
const PER_BUILDING: u32 = ENTRANCES * ROOMS;

/// What the process that takes the sheet in says.
#[derive(Debug, Serialize, Deserialize)]
struct Taken {
    judged_s: f64,
    taken_s: f64,
    again_s: f64,
    back_s: f64,
    memory_mb: f64,
    new: u32,
    refused: usize,
    unchanged: u32,
}

pub(crate) async fn measure(results: &mut Results, people: u32, seconds: u64) -> Result<()> {
    let ground = Ground::prepare(None).await?;
    let account = settle(&ground, people, communities()).await?;
    let file = ground.folder.path().join("residents.xlsx");
    let mess = Mess {
        people,
        dwellings: people / 3 + 1,
        messy: true,
        faulty: true,
    };
    std::fs::write(&file, workbook(mess, &|n| address(n, communities()))?)?;
    let kilobytes = std::fs::metadata(&file)?.len() / 1_024;
    let size = format!("{people} people, xlsx of {kilobytes} KB");
    let output = tokio::process::Command::new(std::env::current_exe()?)
        .arg("--take-in")
        .args([ground.folder.path(), &file])
        .arg(account.to_string())
        .output()
        .await?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let taken: Taken = serde_json::from_slice(&output.stdout)?;
    // One number is wrong; two rows say again who somebody is: they wait for an answer, and say nothing new once all are in.
    ensure!(
        (taken.new, taken.refused, taken.unchanged) == (people, 1, people + 2),
        "not every person came in: {taken:?}"
    );
    results.below("sheets.judged", taken.judged_s, "s", &size, 10.0);
    results.below("sheets.taken_in", taken.taken_s, "s", &size, 20.0);
    results.below("sheets.memory", taken.memory_mb, "MB", &size, 400.0);
    println_line(&format!(
        "     sheets: the same again judged in {:.1} s, all taken back in {:.1} s",
        taken.again_s, taken.back_s
    ));
    let database = ground.folder.path().join("youlin.db");
    let plain = raw::residents(&database, seconds.min(5)).await?;
    let rate = f64::from(people) / taken.taken_s;
    results.share_of("sheets.rate", rate, "people/s", &size, plain, 0.5);
    Ok(())
}

/// Where the n-th dwelling is: estate, building, entrance, room, as a desk writes them.
pub(crate) fn address(n: u32, communities: u32) -> [String; 4] {
    let (community, nth) = (n % communities, n / communities);
    let (building, within) = (nth / PER_BUILDING + 1, nth % PER_BUILDING);
    let (entrance, room) = (within / ROOMS + 1, within % ROOMS);
    [
        format!("邻里{community}村"),
        format!("{building}幢"),
        format!("{entrance}单元"),
        format!("{}室", (room / 5 + 1) * 100 + room % 5 + 1),
    ]
}

fn communities() -> u32 {
    u32::try_from(COMMUNITIES).unwrap_or(1)
}

/// Estates with dwellings for so many people, and an account that may write them.
pub(crate) async fn settle(ground: &Ground, people: u32, communities: u32) -> Result<Uuid> {
    let house = ground.open().await?;
    let (db, ctx) = (&house.db, house.ctx("bench"));
    let locator = house.app.need::<Locator>()?;
    let per_community = (people / 3 + 1).div_ceil(communities);
    let blocks = per_community.div_ceil(PER_BUILDING);
    let mut all = [
        "key,community_code,name,aliases,street_address,built_year,lon,lat,neighbourhood_code\n"
            .to_owned(),
        "key,estate_key,name,aliases,floors,lon,lat,neighbourhood_code\n".to_owned(),
        "key,building_key,entrance,room,floor,use\n".to_owned(),
    ];
    for community in 0..communities {
        all[0] += &format!(
            "e{community},BENCH-C{community:02},邻里{community}村,,,1990,120.87,32.0,BENCH-C{community:02}-G0-N0\n"
        );
        for block in 1..=blocks {
            let key = format!("e{community}-{block}");
            let (grid, near) = (block % 4, block % 3);
            all[1] += &format!(
                "{key},e{community},{block}号楼,,6,120.87,32.0,BENCH-C{community:02}-G{grid}-N{near}\n"
            );
            for within in 0..PER_BUILDING {
                let (entrance, room) = (within / ROOMS + 1, within % ROOMS);
                let number = (room / 5 + 1) * 100 + room % 5 + 1;
                all[2] += &format!(
                    "{key}-{within},{key},{entrance}单元,{number},{},owned\n",
                    room / 5 + 1
                );
            }
        }
    }
    let rows = |text: &str| read_csv(text, &["key"]).map_err(anyhow::Error::msg);
    for report in [
        estates(db, &ctx, &locator, rows(&all[0])?, false).await?,
        buildings(db, &ctx, &locator, rows(&all[1])?, false).await?,
        dwellings(db, &ctx, &locator, rows(&all[2])?, false).await?,
    ] {
        ensure!(report.is_clean(), "{:?}", report.refused.first());
    }
    let district = house
        .app
        .areas()
        .by_code("BENCH-D")
        .context("the district")?
        .id;
    let grants = vec![Grant {
        role: Role::Administrator,
        area: district,
        organisation: None,
    }];
    let make = CreateAccount {
        login: "bench".into(),
        password: hash_password(&ctx, "bench", "友邻量一量这份表").await?,
        display_name: "bench".into(),
        person: None,
        grants,
        must_change: false,
    };
    let account = db.execute(&ctx, make).await?;
    house.close().await;
    Ok(account)
}

/// In a process of its own.
pub(crate) async fn take_in(folder: &Path, file: &Path, account: &str) -> Result<()> {
    let url = format!("sqlite:{}", folder.join("youlin.db").display());
    let house = ground::open(folder, &url).await?;
    let desk = Desk::at(house, account.parse()?)?;
    let bytes = std::fs::read(file)?;
    let id = desk.give(bytes.clone()).await?;
    // The workbook is read for its columns, and again with them to be judged.
    let read_s = desk.timed().await?;
    desk.matched(id).await?;
    let judged_s = read_s + desk.timed().await?;
    let judged = desk.view(id).await?;
    ensure!(judged.state == ImportState::Ready, "{:?}", judged.state);
    desk.accept(id).await?;
    let taken_s = desk.timed().await?;
    let memory_mb = memory_mb()?;
    let taken = desk.view(id).await?.report.unwrap_or_default();
    let again = desk.give(bytes).await?;
    let again_s = desk.timed().await? + desk.timed().await?;
    let unchanged = desk.view(again).await?.report.unwrap_or_default().unchanged;
    let back = UndoImport {
        imports: Arc::clone(&desk.imports),
        id,
    };
    desk.house.db.execute(&desk.ctx().await?, back).await?;
    let back_s = desk.timed().await?;
    let state = desk.view(id).await?.state;
    ensure!(state == ImportState::Undone, "{state:?}");
    let taken = Taken {
        judged_s,
        taken_s,
        again_s,
        back_s,
        memory_mb,
        new: taken.new,
        refused: taken.refused.len(),
        unchanged,
    };
    // A few people stay, as the pattern of the plain inserts.
    let few = format!("姓名,身份证号,手机,现住址\n{}", few());
    let id = desk.give(few.into_bytes()).await?;
    desk.work().await?;
    desk.matched(id).await?;
    desk.work().await?;
    desk.accept(id).await?;
    desk.work().await?;
    desk.house.close().await;
    println_line(&serde_json::to_string(&taken)?);
    Ok(())
}

/// Rows of a few people.
fn few() -> String {
    let row = |n: u32| {
        let one = person(n, 1);
        format!(
            "{},{},{},{}\n",
            one.name,
            one.identity,
            one.phone,
            address(n, communities()).concat()
        )
    };
    (0..5).map(row).collect()
}

/// Somebody who takes spreadsheets in.
pub(crate) struct Desk {
    pub(crate) house: House,
    imports: Arc<Imports>,
    account: Uuid,
}

impl Desk {
    pub(crate) fn at(house: House, account: Uuid) -> Result<Self> {
        Ok(Self {
            imports: house.app.need::<Imports>()?,
            account,
            house,
        })
    }

    /// The whole way of a file: given, matched as found, judged, accepted, taken in.
    pub(crate) async fn whole(&self, bytes: Vec<u8>) -> Result<ImportView> {
        let id = self.give(bytes).await?;
        self.work().await?;
        if self.view(id).await?.state == ImportState::Matching {
            self.matched(id).await?;
        }
        self.work().await?;
        self.accept(id).await?;
        self.work().await?;
        self.view(id).await
    }

    async fn ctx(&self) -> Result<Ctx> {
        let app = &self.house.app;
        let who = app
            .accounts()
            .account(self.account)
            .await?
            .context("the account")?;
        let id = self.house.ctx("bench").new_id();
        Ok(app.ctx(who.actor, who.grants, Locale::Zh, id))
    }

    async fn give(&self, bytes: Vec<u8>) -> Result<Uuid> {
        let command = StartImport {
            imports: Arc::clone(&self.imports),
            kind: "residents".into(),
            file_name: "residents.xlsx".into(),
            file: Incoming {
                bytes,
                ..Incoming::default()
            },
        };
        Ok(self.house.db.execute(&self.ctx().await?, command).await?)
    }

    async fn matched(&self, id: Uuid) -> Result<()> {
        let view = self.view(id).await?;
        let columns = view.columns.with_context(|| format!("{:?}", view.state))?;
        let command = MatchColumns {
            imports: Arc::clone(&self.imports),
            id,
            fields: columns.found.into_iter().map(|found| found.field).collect(),
            given: Default::default(),
        };
        Ok(self.house.db.execute(&self.ctx().await?, command).await?)
    }

    async fn accept(&self, id: Uuid) -> Result<()> {
        let command = AcceptImport {
            id,
            whole: false,
            sealer: AcceptSealer(Arc::clone(&self.imports.sealer)),
            choices: std::collections::BTreeMap::new(),
        };
        Ok(self.house.db.execute(&self.ctx().await?, command).await?)
    }

    async fn view(&self, id: Uuid) -> Result<ImportView> {
        let ctx = self.ctx().await?;
        Ok(import_view(&self.house.db, &*self.imports.sealer, &ctx, id).await?)
    }

    async fn work(&self) -> Result<()> {
        let run = RunImport {
            app: self.house.app.clone(),
            imports: Arc::clone(&self.imports),
        };
        let worker = JobWorker::new(self.house.db.clone(), vec![Arc::new(run)]);
        worker.run_due(&self.house.ctx("jobs")).await?;
        Ok(())
    }

    async fn timed(&self) -> Result<f64> {
        let started = Instant::now();
        self.work().await?;
        Ok(started.elapsed().as_secs_f64())
    }
}

/// The most memory this process ever held.
fn memory_mb() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: f64 = line
        .context("VmHWM")?
        .trim()
        .trim_end_matches("kB")
        .trim()
        .parse()?;
    Ok(kilobytes / 1_024.0)
}
