//! Making the example: registers, accounts with passwords made up here, cases.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use jiff::ToSpan;
use jiff::civil::Date;
use youlin_database::OutboxDispatcher;
use youlin_database::text::BuildTextIndex;
use youlin_kernel::{Clock, Ctx, Grant, ManualClock, Micros, Role, SystemClock};
use youlin_people::{CreateApiKey, KeyKind, PasswordHash, account_list};

use super::access::{Access, LINE, SignIn};
use super::replay::Player;
use super::script;
use super::{market, river_tracks, rivers};
use crate::assets::{data, example};
use crate::config::Config;
use crate::house::Opening;
use crate::installation::{DEMO, Note};
use crate::registers::{Intake, Register, new_passwords, take_in};
use crate::{House, out};

/// The community the example is about.
const COMMUNITY: &str = "320613005018";
/// The grid whose worker's morning is shown.
const GRID: &str = "YL-YL-G1";
/// The registers lie before the first case.
const DAYS_BEFORE: i64 = 181;

/// Registers in the order in which they need one another.
const REGISTERS: [(Register, &str); 14] = [
    (Register::Areas, "areas.csv"),
    (Register::Boundaries, "boundaries.geojson"),
    (Register::Estates, "estates.csv"),
    (Register::Buildings, "buildings.csv"),
    (Register::Dwellings, "dwellings.csv"),
    (Register::Reaches, "reaches.csv"),
    (Register::Premises, "premises.csv"),
    (Register::Stalls, "stalls.csv"),
    (Register::Equipment, "equipment.csv"),
    (Register::Organisations, "organisations.csv"),
    (Register::Persons, "persons.csv"),
    (Register::Memberships, "memberships.csv"),
    (Register::Merchants, "merchants.csv"),
    (Register::Accounts, "accounts.csv"),
];

/// Fills an empty database with the example and returns how to get in. Scenes whose step the rules refuse are named in
/// the answer.
pub(crate) async fn load(config: Config, url: &str) -> Result<(Access, Vec<String>)> {
    let today = SystemClock.now().local().date();
    let clock = Arc::new(ManualClock::at(morning(today)?));
    let house = House::open(Opening {
        config,
        migrate: true,
        clock: Arc::<ManualClock>::clone(&clock),
    })
    .await?;
    let loaded = fill(&house, &clock, today, url).await;
    house.close().await;
    loaded
}

/// Eight o'clock, before anything happened.
fn morning(today: Date) -> Result<Micros> {
    let day = today.checked_sub(DAYS_BEFORE.days())?;
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    Ok(day.at(8, 0, 0, 0).to_zoned(zone)?.timestamp().into())
}

async fn fill(
    house: &House,
    clock: &ManualClock,
    today: Date,
    url: &str,
) -> Result<(Access, Vec<String>)> {
    if !house.app.areas().is_empty() {
        bail!(
            "the database holds areas already and was not made by the demo: choose another folder or database"
        );
    }
    note(house, "loading").await?;
    let mut access = Access {
        url: url.to_owned(),
        telephony_secret: house
            .config
            .telephony_secrets
            .first()
            .cloned()
            .unwrap_or_else(|| secret(&house.ctx(super::SAYS))),
        telephony_line: LINE.to_owned(),
        ..Access::default()
    };
    take_registers(house, &mut access).await?;
    access.open311_key = key(house).await?;
    let scenes = script::read(&example("cases.jsonl").map_err(anyhow::Error::msg)?)?;
    let mut player = Player::new(house, clock).await?;
    let played = player.play(&scenes, today).await?;
    out::note(format!(
        "  cases: {} reported, {} steps taken{}",
        played.cases,
        played.steps,
        match played.stopped.len() {
            0 => String::new(),
            stopped => format!(", {stopped} stopped early"),
        }
    ));
    for line in &played.stopped {
        out::note(format!("  stopped: {line}"));
    }
    let rosters = example("rosters.json").map_err(anyhow::Error::msg)?;
    super::rosters::fill(house, &player.ctx("desk")?, &rosters).await?;
    let found = market::play(house, clock, SystemClock.now()).await?;
    out::note(format!("  market: {found} hazards found"));
    // What happened long ago is news to nobody: the events of the example go out to no one.
    let now = SystemClock.now();
    let area = house.app.areas().by_code(GRID).map(|area| area.id);
    let people = (player.ctx("desk")?, player.ctx("shi")?);
    super::visits::fill(house, clock, now, area.context(GRID)?, people).await?;
    let walked = rivers::play(house).await?;
    out::note(format!("  patrols: {walked} handed in"));
    let more = super::asked::play(house).await?;
    out::note(format!(
        "  policies: {more} more, of a talk and of old markets"
    ));
    let (tracks, readings) = river_tracks::play(house).await?;
    out::note(format!("  river: {tracks} tracks, {readings} water tests"));
    let quiet = OutboxDispatcher {
        db: house.db.clone(),
        consumers: Vec::new(),
    };
    while quiet.drain(&house.ctx(super::SAYS)).await? > 0 {}
    BuildTextIndex(crate::house::texts(&house.app))
        .catch_up(&house.ctx(super::SAYS), &house.db)
        .await?;
    access.write(&house.config.data_dir)?;
    note(house, "yes").await?;
    Ok((access, played.stopped))
}

async fn note(house: &House, value: &str) -> Result<()> {
    let note = Note {
        fact: DEMO,
        value: value.to_owned(),
    };
    Ok(house.db.execute(&house.ctx(super::SAYS), note).await?)
}

fn secret(ctx: &Ctx) -> String {
    let mut bytes = [0u8; 24];
    ctx.random(&mut bytes);
    hex::encode(bytes)
}

async fn take_registers(house: &House, access: &mut Access) -> Result<()> {
    let none = HashMap::new();
    let categories = data("categories.json").map_err(anyhow::Error::msg)?;
    take(
        house,
        Register::Categories,
        &Intake::new(&categories, &none),
        "categories.json",
    )
    .await?;
    let read = |name: &str| example(name).map_err(anyhow::Error::msg);
    let (memberships, accounts) = (read("memberships.csv")?, read("accounts.csv")?);
    let made = new_passwords(house, &house.ctx(super::SAYS), &accounts).await?;
    let passwords: HashMap<String, PasswordHash> = made
        .iter()
        .map(|(login, _, hash)| (login.clone(), hash.clone()))
        .collect();
    for (register, name) in REGISTERS {
        let text = read(name)?;
        let mut file = Intake::new(&text, &passwords);
        file.staff = (&memberships, &accounts);
        // The example's passwords are printed at each start; changing them would only lock people out.
        file.must_change = false;
        take(house, register, &file, name).await?;
    }
    let views = account_list(house.db.read()).await?;
    for (login, password, _) in made {
        let Some(view) = views.iter().find(|view| view.login == login) else {
            continue;
        };
        let mut roles: Vec<String> = view
            .grants
            .iter()
            .map(|grant| grant.role.as_str().to_owned())
            .collect();
        roles.dedup();
        access.accounts.push(SignIn {
            login,
            password,
            display_name: view.display_name.clone(),
            roles,
        });
    }
    Ok(())
}

async fn take(house: &House, register: Register, file: &Intake<'_>, name: &str) -> Result<()> {
    let taken = take_in(house, &house.ctx(super::SAYS), register, file)
        .await
        .with_context(|| name.to_owned())?;
    if let Some(first) = taken.refused.first() {
        bail!(
            "{name}: {} rows refused, the first: {first}",
            taken.refused.len()
        );
    }
    out::note(format!("  {name}: {} taken in", taken.new));
    Ok(())
}

/// The key of a foreign system that sends reports by Open311.
async fn key(house: &House) -> Result<String> {
    let areas = house.app.areas();
    let area = areas
        .by_code(COMMUNITY)
        .context("the example's community is missing")?
        .id;
    let create = CreateApiKey {
        name: "Open311 例子".to_owned(),
        kind: KeyKind::Open311,
        grants: vec![Grant {
            role: Role::CommunityDesk,
            area,
            organisation: None,
        }],
    };
    Ok(house.db.execute(&house.ctx(super::SAYS), create).await?.key)
}
