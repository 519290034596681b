//! A campaign over 3,000 markets of 300 stalls in a district of twenty communities, five hazards each, part of them removed and
//! part overdue: the campaign's page and one of its lists over HTTP. Filled by the same commands a desk and an inspector use.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use jiff::ToSpan;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;
use youlin::House;
use youlin_cases::model::Verb;
use youlin_cases::{Act, Via};
use youlin_datasets::Datasets;
use youlin_datasets::cube::{Filter, Op, Query, Test, Value};
use youlin_kernel::{AreaId, CommunityId, Ctx, ManualClock, Micros, OsEntropy};
use youlin_people::Party;
use youlin_places::commands::{OpenStalls, PremisesInput, SavePremises};
use youlin_rounds::model::{
    Channel, HazardVerb, Outcome, RoundKind, Severity, Subject, SubjectKind,
};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{
    ActOnHazard, MarkStarted, NewFinding, NewHazard, NewRound, Rounds, SaveCampaign, apply_list,
    campaign_view, prepare_inspection, preview_list,
};

use crate::ground::{Ground, postgres_database};
use crate::http::{Connection, get};
use crate::results::{Results, println_line};

const STALLS: usize = 300;
const AT_ONCE: usize = 32;
/// Readings of each page; the middle one counts.
const ROUNDS: usize = 15;
/// Milliseconds within which the page is there.
const PAGE: f64 = 300.0;

pub(crate) async fn measure(
    results: &mut Results,
    binary: &Path,
    markets: usize,
    postgres: Option<&str>,
) -> Result<()> {
    let ground = match postgres {
        Some(server) => Ground::prepare(Some(postgres_database(server).await?)).await?,
        None => Ground::prepare(None).await?,
    };
    let database = if postgres.is_some() {
        "postgres"
    } else {
        "sqlite"
    };
    let started = Instant::now();
    let campaign = fill(&ground, markets).await?;
    println_line(&format!(
        "     {markets} markets filled in {:.0} s",
        started.elapsed().as_secs_f64()
    ));
    let (server, _) = ground.serve(binary).await?;
    server.settled().await?;
    let size = format!("{markets} premises × {STALLS} stalls");
    let mut client = Connection::open(server.addr).await?;
    for (name, path) in [
        ("page", format!("/rounds/campaigns/{campaign}")),
        ("figures", format!("/api/v1/campaigns/{campaign}")),
        (
            "overdue",
            format!("/rounds/hazards?of=overdue&campaign={campaign}"),
        ),
        (
            "found",
            format!("/rounds/hazards?of=found&campaign={campaign}"),
        ),
    ] {
        let accept = if name == "figures" {
            "application/json"
        } else {
            "text/html"
        };
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let started = Instant::now();
            let (status, body) = client.ask(&get(&path, &ground.key, accept)).await?;
            times.push(started.elapsed().as_secs_f64() * 1_000.0);
            ensure!(
                status == 200,
                "{path}: {status} {}",
                String::from_utf8_lossy(&body)
            );
        }
        times.sort_by(f64::total_cmp);
        let line = format!("campaign.{database}.{name}");
        results.below(&line, times[ROUNDS / 2], "ms", &size, PAGE);
    }
    Ok(())
}

fn at(house: &House, then: Micros) -> Ctx {
    Ctx::service(
        "bench",
        house.app.areas(),
        Arc::new(ManualClock::at(then)),
        Arc::new(OsEntropy),
    )
}

/// Markets, the campaign, their inspections; answers the campaign.
async fn fill(ground: &Ground, markets: usize) -> Result<Uuid> {
    let house = ground.open().await?;
    let now = house.ctx("bench").now();
    // Three weeks ago, so that what has three days is overdue by now.
    let ctx = at(&house, now.plus(-21 * Micros::DAY));
    let mut running: JoinSet<Result<(CommunityId, Uuid)>> = JoinSet::new();
    let mut all = Vec::with_capacity(markets);
    for number in 0..markets {
        let place = number % ground.communities.len();
        let (db, ctx) = (house.db.clone(), ctx.clone());
        let community = ground.communities[place];
        let area = AreaId(ground.neighbourhoods[place]);
        running.spawn(async move {
            let save = SavePremises {
                community,
                known: None,
                input: PremisesInput {
                    kind: "market".into(),
                    name: format!("老市场{number:04}"),
                    street_address: format!("测试路{number}号"),
                    floor_area: "20000".into(),
                    built_year: "1997".into(),
                    ..PremisesInput::default()
                },
                position: None,
                area: Some(area),
            };
            let premises = db.execute(&ctx, save).await?;
            let open = OpenStalls {
                community,
                premises,
                section: "C".into(),
                numbers: format!("1-{STALLS}"),
                floor_area: String::new(),
                usage: "selling".into(),
            };
            db.execute(&ctx, open).await?;
            Ok((community, premises))
        });
        if running.len() >= AT_ONCE {
            all.push(running.join_next().await.context("a market")???);
        }
    }
    while let Some(done) = running.join_next().await {
        all.push(done??);
    }
    let campaign = started(&house, &ctx).await?;
    inspected(&house, &ctx, now, all).await?;
    house.close().await;
    overdue(ground, now).await?;
    Ok(campaign)
}

/// What the sweep does in its own time, some hundred cases a minute.
async fn overdue(ground: &Ground, now: Micros) -> Result<()> {
    let db = sea_orm::Database::connect(&ground.database_url).await?;
    let text = format!(
        "UPDATE case_record SET overdue = TRUE WHERE ended_at IS NULL AND NOT clock_stopped AND due_at <= {}",
        now.0
    );
    db.execute_unprepared(&text).await?;
    if ground.database_url.starts_with("postgres") {
        // A database that lives for more than a minute has done this by itself.
        db.execute_unprepared("ANALYZE").await?;
    }
    db.close().await?;
    Ok(())
}

async fn started(house: &House, ctx: &Ctx) -> Result<Uuid> {
    let tree = house.app.areas();
    let area = tree.by_code("BENCH-D").context("the district")?.id;
    let save = SaveCampaign {
        known: None,
        title: "老旧市场".into(),
        area,
        first: ctx.now().date(),
        last: ctx.now().date().saturating_add(90.days()),
        checklist: "market-fire".into(),
        question: Query {
            dataset: "premises".into(),
            filter: Filter::Test(Test {
                dim: "built_year".into(),
                op: Op::Lt,
                values: vec![Value::Number(2000)],
            }),
            ..Query::default()
        },
        photographs: 0,
        basis: String::new(),
        inspectors: Vec::new(),
        recheckers: Vec::new(),
    };
    let id = house.db.execute(ctx, save).await?;
    let scope = ctx.scope(&ROUNDS_READ)?;
    let view = campaign_view(&house.db, ctx, &scope, id).await?;
    let datasets: Arc<Datasets> = house.app.need()?;
    let begun = Instant::now();
    let preview = preview_list(&datasets, &house.db, ctx, &view).await?;
    apply_list(&house.db, ctx, &view, preview).await?;
    println_line(&format!(
        "     list frozen in {:.1} s",
        begun.elapsed().as_secs_f64()
    ));
    let start = MarkStarted {
        campaign: id,
        version: view.version,
    };
    house.db.execute(ctx, start).await?;
    Ok(id)
}

/// Five hazards at each; of every third market two are put right and removed.
async fn inspected(
    house: &House,
    ctx: &Ctx,
    now: Micros,
    all: Vec<(CommunityId, Uuid)>,
) -> Result<()> {
    let rounds: Arc<Rounds> = house.app.need()?;
    let party = Party::organisation(ctx.new_id());
    let mut running: JoinSet<Result<()>> = JoinSet::new();
    for (number, (community, premises)) in all.into_iter().enumerate() {
        let (db, ctx, rounds) = (house.db.clone(), ctx.clone(), Arc::clone(&rounds));
        let cases = Arc::clone(&house.services.cases);
        let later = at(house, now.plus(-20 * Micros::DAY));
        running.spawn(async move {
            let (round, hazards) = inspection(&ctx, community, premises, party)?;
            let command = prepare_inspection(&rounds, &db, &ctx, round, hazards).await?;
            let done = db.execute(&ctx, command).await?;
            if number % 3 != 0 {
                return Ok(());
            }
            for hazard in done.findings.iter().take(2) {
                let text = || "已整改".to_owned();
                let handled = Act {
                    cases: Arc::clone(&cases),
                    community,
                    case: hazard.case.context("a case")?,
                    version: None,
                    verb: Verb::Handled { text: text() },
                    via: Via::Rule,
                };
                db.execute(&later, handled).await?;
                let removed = ActOnHazard {
                    rounds: Arc::clone(&rounds),
                    community,
                    hazard: hazard.id,
                    version: None,
                    verb: HazardVerb::Recheck {
                        passed: true,
                        text: text(),
                        measured: None,
                    },
                    photographs: Vec::new(),
                };
                db.execute(&later, removed).await?;
            }
            Ok(())
        });
        if running.len() >= AT_ONCE {
            running.join_next().await.context("an inspection")???;
        }
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    Ok(())
}

fn inspection(
    ctx: &Ctx,
    community: CommunityId,
    premises: Uuid,
    party: Party,
) -> Result<(NewRound, Vec<NewHazard>)> {
    let now = ctx.now();
    let finding = |number: u32| NewFinding {
        id: ctx.new_id(),
        category: "E-0699".into(),
        severity: Severity::High,
        text: format!("回路负荷超过额定值 {number}"),
        on_spot: false,
        noted: None,
        lon: None,
        lat: None,
        bank: None,
    };
    let findings: Vec<NewFinding> = (1..=5).map(finding).collect();
    let hazards = findings
        .iter()
        .zip(1u32..)
        .map(|(finding, number)| NewHazard {
            finding: finding.id,
            rule: "overload".into(),
            place: vec![number],
            section: "C".into(),
            fixer: Some(party),
            days: Some(if number < 4 { 3 } else { 60 }),
            ..NewHazard::default()
        });
    let circuit = |number: u32| {
        json!({
            "circuit": format!("C-{number}"), "circuit_stalls": "11", "circuit_rating": "40", "circuit_load": "58.5",
        })
    };
    let circuits: Vec<_> = (1..=5).map(circuit).collect();
    let answers = json!({
        "market_name": "老市场", "inspected_on": now.date().to_string(), "circuits": circuits,
    });
    let round = NewRound {
        id: ctx.new_id(),
        kind: RoundKind::Inspection,
        community,
        subject: Subject {
            kind: SubjectKind::Premises,
            id: premises,
        },
        policy: None,
        outcome: Outcome::Done,
        channel: Channel::Api,
        began_at: now.plus(-Micros::HOUR),
        ended_at: now,
        sent_at: None,
        text: String::new(),
        checklist: Some("market-fire@1".into()),
        answers: serde_json::from_value(answers)?,
        findings: findings.clone(),
        reason: String::new(),
        try_again_at: None,
        photographs: 0,
        told_by: None,
        on_behalf: false,
        talk: None,
        track: None,
    };
    Ok((round, hazards.collect()))
}
