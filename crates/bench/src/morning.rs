//! A morning in a community of 12,000 residents: the visits proposed to a grid worker, one door of them, what goes along
//! without signal, and the whole community's day at the desk. Residents come by the import, as in real life.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use youlin_kernel::{AreaId, Grant, Role};
use youlin_people::{
    CreateAccount, MembershipRole, PersonInput, SaveMembership, SavePerson, Vault, hash_password,
};
use youlin_tabular::workload::person;

use crate::ground::Ground;
use crate::http::{Connection, page};
use crate::residents::visits;
use crate::results::{Results, println_line};
use crate::sheets::{Desk, address, settle};

const RESIDENTS: u32 = 12_000;
/// Readings of each page; the middle one counts.
const ROUNDS: usize = 15;
/// Milliseconds within which a page is there.
const PAGE: f64 = 300.0;
const PASSWORD: &str = "友邻量一量这个早上";

pub(crate) async fn measure(results: &mut Results, binary: &Path) -> Result<()> {
    let ground = Ground::prepare_with(None, 1, None).await?;
    let started = Instant::now();
    fill(&ground).await?;
    println_line(&format!(
        "     {RESIDENTS} residents filled in {:.0} s",
        started.elapsed().as_secs_f64()
    ));
    let (server, _) = ground.serve(binary).await?;
    server.settled().await?;
    let mut client = Connection::open(server.addr).await?;
    let worker = client.sign_in("worker", PASSWORD).await?;
    let lead = client.sign_in("lead", PASSWORD).await?;
    let (status, body) = client.ask(&page("/rounds/today", &worker)).await?;
    let text = String::from_utf8_lossy(&body).into_owned();
    ensure!(status == 200, "/rounds/today: {status} {text}");
    let door = text
        .split("href=\"")
        .find(|rest| rest.starts_with("/rounds/visits/"));
    let door = door.and_then(|rest| rest.split('"').next());
    let door = door.context("a visit is proposed")?.to_owned();
    let size = format!("{RESIDENTS} residents, a grid of a quarter of them");
    for (name, path, who) in [
        ("today", "/rounds/today", &worker),
        ("door", door.as_str(), &worker),
        ("pack", "/api/v1/field/pack", &worker),
        ("community", "/rounds/visits", &lead),
        ("policies", "/rounds/policies", &lead),
    ] {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let started = Instant::now();
            let (status, body) = client.ask(&page(path, who)).await?;
            times.push(started.elapsed().as_secs_f64() * 1_000.0);
            let said = String::from_utf8_lossy(&body);
            ensure!(status == 200, "{path}: {status} {said}");
        }
        times.sort_by(f64::total_cmp);
        let line = format!("morning.{name}");
        results.below(&line, times[ROUNDS / 2], "ms", &size, PAGE);
    }
    Ok(())
}

/// The residents, visits of the last two months, a grid worker in office and who leads the community.
async fn fill(ground: &Ground) -> Result<()> {
    // Some more dwellings than three live in each: whoever lives alone has one of their own.
    let account = settle(ground, RESIDENTS + RESIDENTS / 5, 1).await?;
    let desk = Desk::at(ground.open().await?, account)?;
    let mut sheet = String::from("姓名,身份证号,联系电话,小区,楼栋,单元,室号,人员标签\n");
    for n in 0..RESIDENTS {
        let one = person(n, 1);
        let (home, label) = match n % 40 {
            0 => (RESIDENTS / 3 + n / 40, "独居"),
            _ => (n / 3, ""),
        };
        let [estate, building, entrance, room] = address(home, 1);
        writeln!(
            sheet,
            "{},{},{},{estate},{building},{entrance},{room},{label}",
            one.name, one.identity, one.phone
        )?;
    }
    let view = desk.whole(sheet.into_bytes()).await?;
    let new = view.report.unwrap_or_default().new;
    ensure!(new == RESIDENTS, "{new} of {RESIDENTS} residents came in");
    visits(&desk.house).await?;
    let (house, community) = (&desk.house, ground.communities[0]);
    let (db, ctx) = (&house.db, house.ctx("bench"));
    let vault = house.app.need::<Vault>()?;
    let grid = AreaId(ground.grids[0]);
    let save = SavePerson {
        vault: Arc::clone(&vault),
        community,
        id: None,
        version: None,
        ext_key: None,
        input: PersonInput {
            name: "小施".into(),
            ..PersonInput::default()
        },
    };
    let worker = db.execute(&ctx, save).await?;
    let office = SaveMembership {
        vault,
        person: worker,
        role: MembershipRole::GridWorker,
        area: grid,
        organisation: None,
        duty_phone: None,
        person_community: community,
        valid_from: None,
    };
    db.execute(&ctx, office).await?;
    for (login, role, area, person) in [
        ("worker", Role::GridWorker, grid, Some((community, worker))),
        ("lead", Role::CommunityLead, community.into(), None),
    ] {
        let make = CreateAccount {
            login: login.into(),
            password: hash_password(&ctx, login, PASSWORD).await?,
            display_name: login.into(),
            person,
            grants: vec![Grant {
                role,
                area,
                organisation: None,
            }],
            must_change: false,
        };
        db.execute(&ctx, make).await?;
    }
    desk.house.close().await;
    Ok(())
}
