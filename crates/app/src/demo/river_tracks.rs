//! The example's Saturdays along the river: five patrols of the volunteers with their tracks (made here, the same each time,
//! one of them with a stretch left out), and half a year of water tests at a bridge and at an outlet.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use futures::stream;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use uuid::Uuid;
use youlin_files::{FileStore, StoredFile};
use youlin_kernel::{Ctx, Micros};
use youlin_people::{Directory, OrganisationKind, Party};
use youlin_places::permissions::PLACES_READ;
use youlin_places::rivers::{Bank, OutletKind, Reach, SaveOutlet, reach as rivers_reach, reaches};
use youlin_rounds::model::{
    Channel, Every, Minimum, Outcome, Policy, RoundKind, Subject, SubjectKind, Walkers,
};
use youlin_rounds::tracks::{NewTrack, ReleaseTrack, WireFix, engine_reach};
use youlin_rounds::water::{
    AttachSpotPhoto, Measured, NewReading, SavePoint, SpotKind, TakeReading, Values,
};
use youlin_rounds::{NewRound, Rounds, SavePolicy, prepare};

use super::picture::picture;
use super::rivers::{cleaner, monthly, plain, signed_in};
use crate::House;

/// Weeks ago; shares of the reach walked down the left bank and up the right one; what the walkers say of it.
const SATURDAYS: [(i64, f64, f64, &str); 5] = [
    (5, 1.0, 1.0, ""),
    (4, 1.0, 0.55, "右岸上游在修驳岸，围着走不过去。"),
    (3, 0.97, 0.96, ""),
    (2, 1.0, 1.0, ""),
    (1, 0.72, 0.7, "下起雨来，提早收队。"),
];

/// Days ago; ammonia nitrogen, dissolved oxygen, transparency, pH: the water gets better.
const TESTS: [(i64, f64, f64, f64, f64); 7] = [
    (182, 2.61, 2.2, 21.0, 7.9),
    (153, 2.34, 2.6, 24.0, 7.8),
    (121, 2.02, 2.9, 27.0, 7.7),
    (92, 1.71, 3.2, 30.0, 7.6),
    (60, 1.42, 3.6, 34.0, 7.6),
    (31, 1.18, 3.9, 38.0, 7.5),
    (3, 1.05, 4.2, 41.0, 7.5),
];

/// Days ago and what came out of the outlet when it had not rained.
const FLOWS: [(i64, &str, &str); 4] = [
    (121, "trickle", "三天没下雨，管口还在流，有洗衣水的味道。"),
    (60, "drip", "查到一户阳台洗衣机接进了雨水管，已通知改管。"),
    (31, "none", "改好后再看，管口是干的。"),
    (3, "none", "五天没下雨，没有水。"),
];

/// Plays it, at the clock's present moment. Answers how many tracks and readings there are.
pub(crate) async fn play(house: &House) -> Result<(usize, usize)> {
    let ctx = signed_in(house, "green").await?;
    let service = house.ctx(super::SAYS);
    let scope = service.scope(&PLACES_READ).map_err(plain)?;
    let lines = reaches(&house.db, &scope).await.map_err(plain)?;
    let Some(line) = lines
        .iter()
        .find(|line| youlin_rounds::permissions::may_walk(&ctx, line.community, &[]).is_ok())
    else {
        return Ok((0, 0));
    };
    let reach = rivers_reach(&house.db, &scope, line.id)
        .await
        .map_err(plain)?;
    let policy = plan(house, &service, &reach).await?;
    let mut tracks = 0;
    for (weeks, left, right, words) in SATURDAYS {
        let round = walk(house, &ctx, &reach, policy, weeks, (left, right)).await?;
        tracks += 1;
        // The latest is still with those who walked.
        if weeks > 1 {
            let release = ReleaseTrack {
                rounds: house.app.need::<Rounds>().map_err(plain)?,
                community: reach.community,
                round,
                text: words.to_owned(),
            };
            house.db.execute(&ctx, release).await.map_err(plain)?;
        }
    }
    let readings = water(house, &service, &ctx, &reach).await?;
    Ok((tracks, readings))
}

/// Every Saturday, both banks; the basis is the team's own agreement.
async fn plan(house: &House, ctx: &Ctx, reach: &Reach) -> Result<Uuid> {
    let scope = ctx
        .authorize(
            &youlin_people::permissions::ORGANISATIONS_READ,
            reach.community,
        )
        .map_err(plain)?;
    let all = Directory::organisations(house.db.read(), &scope, None)
        .await
        .map_err(plain)?;
    let team = all
        .iter()
        .find(|one| one.kind == OrganisationKind::VolunteerTeam && one.community == reach.community)
        .context("no volunteers")?;
    let walkers = Walkers::Party {
        party: Party::organisation(team.id),
    };
    let save = SavePolicy {
        community: reach.community,
        known: None,
        title: "绿如蓝周六全程巡河".to_owned(),
        policy: Policy {
            kind: RoundKind::Patrol,
            every: Every::Week,
            weekdays: 0b010_0000,
            from: ctx.now().plus(-42 * Micros::DAY).date(),
            minimum: Minimum {
                minutes: Some(15),
                coverage: Some(80),
                metres: None,
                gap_days: None,
            },
            track: true,
            basis: "绿如蓝志愿巡河约定第4条（示例）".to_owned(),
            ..monthly(ctx, SubjectKind::Reach, walkers)
        },
        subjects: vec![reach.id],
        fixer: Some(cleaner(&all)?),
        checklist: None,
    };
    house.db.execute(ctx, save).await.map_err(plain)
}

/// The Saturday so many weeks ago.
fn saturday(today: Date, weeks: i64) -> Date {
    let back = i64::from(today.weekday().since(Weekday::Saturday));
    let back = if back == 0 { 7 } else { back };
    today.saturating_sub((back + (weeks - 1) * 7).days())
}

async fn walk(
    house: &House,
    ctx: &Ctx,
    reach: &Reach,
    policy: Uuid,
    weeks: i64,
    shares: (f64, f64),
) -> Result<Uuid> {
    let day = saturday(ctx.now().date(), weeks);
    let began = Micros::start_of(day).plus(9 * Micros::HOUR);
    let track = track(reach, began.0 / 1_000, shares, weeks.unsigned_abs())?;
    let last = track.fixes.last().map_or(0.0, |fix| fix.0);
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
    let ended = Micros(last as i64 * 1_000).plus(2 * Micros::MINUTE);
    let new = NewRound {
        id: ctx.new_id(),
        kind: RoundKind::Patrol,
        community: reach.community,
        subject: Subject {
            kind: SubjectKind::Reach,
            id: reach.id,
        },
        policy: Some(policy),
        outcome: Outcome::Done,
        channel: Channel::Field,
        began_at: began,
        ended_at: ended,
        sent_at: None,
        text: "周六沿河走了一遍，河面和岸边都看过，没有新的问题。".to_owned(),
        checklist: None,
        answers: BTreeMap::new(),
        findings: Vec::new(),
        reason: String::new(),
        try_again_at: None,
        photographs: 0,
        told_by: None,
        on_behalf: false,
        talk: None,
        track: Some(track),
    };
    let rounds = house.app.need().map_err(plain)?;
    let command = prepare(&rounds, &house.db, ctx, new).await.map_err(plain)?;
    Ok(house.db.execute(ctx, command).await.map_err(plain)?.id)
}

/// Small errors that are the same each time (a linear congruence), about six metres.
struct Noise(u64);

impl Noise {
    fn metres(&mut self) -> f64 {
        let mut sum = 0.0;
        for _ in 0..4 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let high = u32::try_from(self.0 >> 40).unwrap_or(0);
            sum += f64::from(high) / f64::from(1_u32 << 24) - 0.5;
        }
        sum * 9.0
    }
}

/// Down the left bank, over the bridge, up the right one: a fix in ten seconds, 1.15 m/s.
fn track(reach: &Reach, began_ms: i64, (left, right): (f64, f64), seed: u64) -> Result<NewTrack> {
    const STEP: f64 = 11.5;
    let line = engine_reach(reach).map_err(|fault| anyhow!("{fault}"))?;
    let length = line.length_m();
    let beside = reach.half_width_m + 6.0;
    let mut noise = Noise(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut fixes: Vec<WireFix> = Vec::new();
    #[expect(clippy::cast_precision_loss, reason = "milliseconds below 2^53")]
    let mut at = began_ms as f64;
    for (share, side) in [(left, beside), (right, -beside)] {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few hundred steps"
        )]
        let steps = (length * share / STEP) as u32;
        for step in 0..=steps {
            let along = f64::from(step) * STEP;
            // The second bank is walked back from where the first ended.
            let along = if side > 0.0 {
                along
            } else {
                length * left - along
            };
            let (lon, lat) = line.position(along.max(0.0), side + noise.metres());
            let radius = 5.0 + noise.metres().abs();
            #[expect(clippy::cast_possible_truncation, reason = "metres")]
            fixes.push((at, lon, lat, Some(radius as f32), Some(1.1)));
            at += 10_000.0;
        }
        at += 60_000.0;
    }
    Ok(NewTrack { fixes, mock: false })
}

/// Half a year at two points.
async fn water(house: &House, desk: &Ctx, ctx: &Ctx, reach: &Reach) -> Result<usize> {
    let bridge = SavePoint {
        community: reach.community,
        reach: reach.id,
        length_m: reach.length_m,
        outlet: None,
        name: "新村桥下".to_owned(),
        chainage_m: (reach.length_m * 0.4).round(),
        bank: None,
        class: "IV".to_owned(),
    };
    let bridge = house.db.execute(desk, bridge).await.map_err(plain)?;
    let mut count = 0;
    for (number, (days, ammonia, oxygen, clear, ph)) in TESTS.into_iter().enumerate() {
        let number_of = |id: &str, value: f64| (id.to_owned(), Measured::Number(value));
        let values = Values::from([
            number_of("ammonia", ammonia),
            number_of("oxygen", oxygen),
            number_of("transparency", clear),
            number_of("ph", ph),
            number_of("level", 2.1 + ammonia / 10.0),
        ]);
        let id = read(house, ctx, reach, bridge, days, values, "").await?;
        if number == 0 || number + 1 == TESTS.len() {
            shot(house, ctx, reach, id, days.unsigned_abs()).await?;
        }
        count += 1;
    }
    let reach = &with_outlet(house, desk, reach).await?;
    let outlet = reach.outlets.iter().find(|one| !one.closed);
    let point = outlet
        .and_then(|one| SavePoint::of_outlet(reach, one.id, "IV".to_owned()))
        .context("no outlet")?;
    let point = house.db.execute(desk, point).await.map_err(plain)?;
    for (days, flow, note) in FLOWS {
        let smell = if flow == "trickle" { "slight" } else { "none" };
        let seen = |id: &str, word: &str| (id.to_owned(), Measured::Choice(word.to_owned()));
        let values = Values::from([seen("flow", flow), seen("smell", smell)]);
        let id = read(house, ctx, reach, point, days, values, note).await?;
        shot(house, ctx, reach, id, 1_000 + days.unsigned_abs()).await?;
        count += 1;
    }
    Ok(count)
}

/// The reach with a rain outlet, noted when the register has none.
async fn with_outlet(house: &House, desk: &Ctx, reach: &Reach) -> Result<Reach> {
    if !reach.outlets.iter().any(|one| !one.closed) {
        let outlet = SaveOutlet {
            community: reach.community,
            reach: reach.id,
            known: None,
            name: "新村北侧雨水口".to_owned(),
            kind: OutletKind::Rain,
            bank: Bank::Right,
            position: reach.line.at(reach.length_m * 0.6),
            permit: String::new(),
            dry_flow: false,
            note: "管径30厘米，晴天不应有水。".to_owned(),
            closed: false,
        };
        house.db.execute(desk, outlet).await.map_err(plain)?;
    }
    let scope = desk.scope(&PLACES_READ).map_err(plain)?;
    rivers_reach(&house.db, &scope, reach.id)
        .await
        .map_err(plain)
}

async fn read(
    house: &House,
    ctx: &Ctx,
    reach: &Reach,
    point: Uuid,
    days: i64,
    values: Values,
    note: &str,
) -> Result<Uuid> {
    let day = ctx.now().plus(-days * Micros::DAY).date();
    let take = TakeReading {
        community: reach.community,
        new: NewReading {
            id: ctx.new_id(),
            point,
            round: None,
            at: Micros::start_of(day).plus(10 * Micros::HOUR),
            values,
            note: note.to_owned(),
        },
    };
    house.db.execute(ctx, take).await.map_err(plain)
}

async fn shot(house: &House, ctx: &Ctx, reach: &Reach, of: Uuid, seed: u64) -> Result<()> {
    let bytes = picture(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))?;
    let body = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(bytes))]);
    let files = house.app.need::<FileStore>().map_err(plain)?;
    let file: StoredFile = files.put_stream(body, Some("同一处.png")).await?;
    let attach = AttachSpotPhoto {
        community: reach.community,
        kind: SpotKind::Reading,
        of,
        file,
    };
    house.db.execute(ctx, attach).await.map_err(plain)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_saturday_before_is_never_today() {
        assert_eq!(saturday(date(2026, 11, 26), 1), date(2026, 11, 21));
        assert_eq!(saturday(date(2026, 11, 28), 1), date(2026, 11, 21));
        assert_eq!(saturday(date(2026, 11, 29), 2), date(2026, 11, 21));
    }
}
