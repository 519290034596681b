//! The example's rivers: who walks them how often, and what the last patrols found.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use uuid::Uuid;
use youlin_cases::model::Verb;
use youlin_cases::{Act, Via};
use youlin_kernel::{CommunityId, Ctx, Locale, Micros, Problem};
use youlin_people::{Directory, OrganisationKind, Party, account_list};
use youlin_places::permissions::PLACES_READ;
use youlin_places::rivers::{Bank, ChiefLevel, ReachLine, reach, reaches};
use youlin_rounds::model::{
    Channel, DoorQuestion, Every, Minimum, Outcome, Policy, RoundKind, Severity, Subject,
    SubjectKind, Walkers,
};
use youlin_rounds::{HandedIn, NewFinding, NewRound, SavePolicy, prepare};

use crate::House;

/// Who hands rounds in where; the second says how the river was. The team and the chiefs walk by their policies, grid workers on
/// their own.
const WALKS: [(&str, &str, i64, &[Found]); 6] = [
    (
        "grid-xqy-2",
        "沿河走了一遍，河面干净，岸边没有堆物，没看到排水。",
        9,
        &[],
    ),
    (
        "grid-xsq-1",
        "河面正常，钓鱼的人留下两个饵料袋，顺手捡了。",
        6,
        &[Found {
            category: "E-0105",
            text: "岸边两个饵料袋",
            part: 0.7,
            bank: Bank::Right,
            on_spot: true,
        }],
    ),
    (
        "green",
        "河面漂浮垃圾少许、河道周边有一些垃圾堆放，暂未发现排污口。请安排相关人员进行现场处理。",
        1,
        &[
            Found {
                category: "E-0104",
                text: "河面漂浮垃圾少许",
                part: 0.25,
                bank: Bank::Left,
                on_spot: false,
            },
            Found {
                category: "E-0105",
                text: "河道周边有一些垃圾堆放",
                part: 0.55,
                bank: Bank::Right,
                on_spot: false,
            },
            Found {
                category: "E-0104",
                text: "漂着的两个塑料瓶",
                part: 0.6,
                bank: Bank::Right,
                on_spot: true,
            },
        ],
    ),
    (
        "grid-xqy-1",
        "桥下西侧水色发黑，有点气味。",
        0,
        &[Found {
            category: "E-0106",
            text: "桥下西侧水色发黑，有气味",
            part: 0.4,
            bank: Bank::Left,
            on_spot: false,
        }],
    ),
    // Last week's; this week's is still to be walked.
    (
        "chief-xqy",
        "和网格员一起走了一遍，上次说的堆物已经清掉。",
        7,
        &[],
    ),
    (
        "chief-xsq",
        "沿河走了一遍，提醒了两户不要把杂物堆到岸边。",
        7,
        &[],
    ),
];

const TEAM: &str = "green";
const TEAMS: &str = "志愿队周六巡河";
const CHIEFS: &str = "chief-";
const VILLAGE: &str = "村级河长每周巡河";
const CLEANER: &str = "river";
const SWEEP: &str = "保洁员每日巡河";
/// The department whose people sweep the rivers.
const DEPARTMENT: &str = "区河道养护所";
/// Days back the cleaner has been walking.
const SWEPT: i64 = 28;

struct Found {
    category: &'static str,
    text: &'static str,
    /// Share of the reach's length.
    part: f64,
    bank: Bank,
    on_spot: bool,
}

/// Plays it, at the clock's present moment.
pub(crate) async fn play(house: &House) -> Result<usize> {
    let service = house.ctx(super::SAYS);
    let scope = service.scope(&PLACES_READ).map_err(plain)?;
    let lines = reaches(&house.db, &scope).await.map_err(plain)?;
    let mut policies = BTreeMap::new();
    for community in lines.iter().map(|line| line.community) {
        if let std::collections::btree_map::Entry::Vacant(entry) = policies.entry(community) {
            entry.insert(plan(house, &service, community).await?);
        }
    }
    let mut walked = 0;
    let policy_of = |login: &str, community: CommunityId| {
        let title = match login {
            TEAM => Some(TEAMS),
            _ => login.starts_with(CHIEFS).then_some(VILLAGE),
        };
        title.and_then(|title| policies[&community].get(title).copied())
    };
    for (number, (login, text, days, found)) in WALKS.iter().enumerate() {
        let ctx = signed_in(house, login).await?;
        let Some(line) = lines.iter().find(|line| {
            let area = line.community;
            youlin_rounds::permissions::may_walk(&ctx, area, &[]).is_ok()
        }) else {
            continue;
        };
        let done = walk(
            house,
            &ctx,
            line,
            policy_of(login, line.community),
            text,
            ctx.now().plus(-*days * Micros::DAY - Micros::HOUR),
            found,
        )
        .await?;
        walked += 1;
        if number == 2 {
            rectify(house, line.community, &done).await?;
        }
    }
    Ok(walked + sweep(house, &lines, &policies).await?)
}

/// The cleaner's working days up to yesterday, but for a few.
async fn sweep(
    house: &House,
    lines: &[ReachLine],
    policies: &BTreeMap<CommunityId, BTreeMap<&'static str, Uuid>>,
) -> Result<usize> {
    let ctx = signed_in(house, CLEANER).await?;
    let mut walked = 0;
    for (reach, line) in (0_i64..).zip(lines) {
        let policy = policies[&line.community].get(SWEEP).copied();
        for days in (1..=SWEPT).rev() {
            let day = ctx.now().plus(-days * Micros::DAY).date();
            let free = day.weekday().to_monday_zero_offset() > 4;
            if free || (days + reach) % 9 == 0 {
                continue;
            }
            let began = Micros::start_of(day).plus(7 * Micros::HOUR + 30 * Micros::MINUTE);
            let said = "沿河打捞一遍，河面和两岸都清过。";
            walk(house, &ctx, line, policy, said, began, &[]).await?;
            walked += 1;
        }
    }
    Ok(walked)
}

/// The department that puts right what is found along the rivers.
pub(super) fn cleaner(all: &[youlin_people::OrganisationView]) -> Result<Party> {
    let found = all.iter().find(|one| one.name == DEPARTMENT);
    let found = found.context("no river department")?;
    Ok(Party::organisation(found.id))
}

/// The policies of the source: township chief monthly, village chief weekly, cleaner daily, volunteers on Saturdays.
/// By their titles.
async fn plan(
    house: &House,
    ctx: &Ctx,
    community: CommunityId,
) -> Result<BTreeMap<&'static str, Uuid>> {
    let scope = ctx
        .authorize(&youlin_people::permissions::ORGANISATIONS_READ, community)
        .map_err(plain)?;
    let all = Directory::organisations(house.db.read(), &scope, None)
        .await
        .map_err(plain)?;
    let named = |wanted: &dyn Fn(&youlin_people::OrganisationView) -> bool| {
        all.iter()
            .find(|one| wanted(one))
            .map(|one| Party::organisation(one.id))
    };
    let cleaner = cleaner(&all)?;
    let team =
        named(&|one| one.kind == OrganisationKind::VolunteerTeam && one.community == community)
            .context("no volunteers")?;
    let chief = |level| Walkers::Chief { level };
    let mut planned = BTreeMap::new();
    for (title, walkers, every, weekdays) in [
        (
            "镇级河长每月巡河",
            chief(ChiefLevel::Township),
            Every::Month,
            0,
        ),
        (VILLAGE, chief(ChiefLevel::Village), Every::Week, 0),
        (
            SWEEP,
            Walkers::Party { party: cleaner },
            Every::Day,
            0b001_1111,
        ),
        (
            TEAMS,
            Walkers::Party { party: team },
            Every::Week,
            0b010_0000,
        ),
    ] {
        let save = SavePolicy {
            community,
            known: None,
            title: title.to_owned(),
            policy: Policy {
                kind: RoundKind::Patrol,
                every,
                weekdays,
                ..monthly(ctx, SubjectKind::Reach, walkers)
            },
            subjects: Vec::new(),
            fixer: Some(cleaner),
            checklist: None,
        };
        planned.insert(title, house.db.execute(ctx, save).await.map_err(plain)?);
    }
    Ok(planned)
}

/// An inspection once a month, since four weeks ago: what the example's policies start from.
pub(super) fn monthly(ctx: &Ctx, subjects: SubjectKind, walkers: Walkers) -> Policy {
    Policy {
        kind: RoundKind::Inspection,
        subjects,
        walkers,
        every: Every::Month,
        count: 1,
        weekdays: 0,
        season: None,
        from: ctx.now().plus(-28 * Micros::DAY).date(),
        to: None,
        minimum: Minimum::default(),
        photographs: 0,
        track: false,
        basis: String::new(),
        doors: DoorQuestion::default(),
        question: None,
        recheckers: Vec::new(),
        stand_ins: Vec::new(),
        pauses: Vec::new(),
    }
}

async fn walk(
    house: &House,
    ctx: &Ctx,
    line: &ReachLine,
    policy: Option<Uuid>,
    text: &str,
    began: Micros,
    found: &[Found],
) -> Result<HandedIn> {
    let scope = house.ctx(super::SAYS).scope(&PLACES_READ).map_err(plain)?;
    let reach = reach(&house.db, &scope, line.id).await.map_err(plain)?;
    let finding = |one: &Found| {
        let (lon, lat) = reach.line.at(one.part * reach.length_m);
        NewFinding {
            id: ctx.new_id(),
            category: one.category.to_owned(),
            severity: Severity::Low,
            text: one.text.to_owned(),
            on_spot: one.on_spot,
            noted: None,
            lon: Some(lon),
            lat: Some(lat),
            bank: Some(one.bank),
        }
    };
    let new = NewRound {
        id: ctx.new_id(),
        kind: RoundKind::Patrol,
        community: line.community,
        subject: Subject {
            kind: SubjectKind::Reach,
            id: line.id,
        },
        policy,
        outcome: Outcome::Done,
        channel: Channel::Field,
        began_at: began,
        ended_at: began.plus(40 * Micros::MINUTE),
        sent_at: None,
        text: text.to_owned(),
        checklist: None,
        answers: BTreeMap::new(),
        findings: found.iter().map(finding).collect(),
        reason: String::new(),
        try_again_at: None,
        photographs: 0,
        told_by: None,
        on_behalf: false,
        talk: None,
        track: None,
    };
    let rounds = house.app.need().map_err(plain)?;
    let command = prepare(&rounds, &house.db, ctx, new).await.map_err(plain)?;
    house.db.execute(ctx, command).await.map_err(plain)
}

/// The cleaner puts the first finding right; somebody else has yet to go and look.
async fn rectify(house: &House, community: CommunityId, done: &HandedIn) -> Result<()> {
    let Some(case) = done.findings.iter().find_map(|one| one.case) else {
        return Ok(());
    };
    let ctx = signed_in(house, "river").await?;
    let handled = Verb::Handled {
        text: "已组织打捞，河面清理干净。".to_owned(),
    };
    for verb in [Verb::Start, handled] {
        let act = Act {
            cases: Arc::clone(&house.services.cases),
            community,
            case,
            version: None,
            verb,
            via: Via::Account,
        };
        house.db.execute(&ctx, act).await.map_err(plain)?;
    }
    Ok(())
}

pub(super) async fn signed_in(house: &House, login: &str) -> Result<Ctx> {
    let all = account_list(house.db.read()).await.map_err(plain)?;
    let account = all
        .iter()
        .find(|one| one.login == login)
        .with_context(|| format!("no account {login}"))?;
    let who = house
        .app
        .accounts()
        .account(account.id)
        .await
        .map_err(plain)?
        .with_context(|| format!("no account {login}"))?;
    let id = house.ctx(super::SAYS).request_id();
    Ok(house.app.ctx(who.actor, who.grants, Locale::Zh, id))
}

/// Steps of the example are refused by rules, not by faults of the machine: the code says which.
pub(super) fn plain(problem: Problem) -> anyhow::Error {
    anyhow!("{problem}")
}
