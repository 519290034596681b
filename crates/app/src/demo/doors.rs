//! Visits from door to door in the example: grid workers came to most dwellings during the half-year, found some people at
//! home and some not. Which, and when, follows from the dwelling's key, so that every copy of the example is alike.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use uuid::Uuid;
use youlin_kernel::{Micros, Role};
use youlin_people::VisitOutcome;

use super::keys::Keys;
use crate::House;

/// One knock at a door.
pub(super) struct Knock {
    pub(super) at: Micros,
    pub(super) by: String,
    pub(super) dwelling: Uuid,
    /// What it comes to where somebody lives; an empty dwelling stays empty.
    pub(super) outcome: VisitOutcome,
}

/// First day of the visits, and how many days they take.
const BEGAN: i64 = 175;
const LASTED: u64 = 170;

/// All of them, the earliest first.
pub(super) fn knocks(
    house: &House,
    keys: &Keys,
    staff: &std::collections::HashMap<String, youlin_web::SignedIn>,
    today: Date,
) -> Vec<Knock> {
    let workers: BTreeMap<i64, &String> = staff
        .iter()
        .flat_map(|(login, who)| who.grants.iter().map(move |grant| (grant, login)))
        .filter(|(grant, _)| grant.role == Role::GridWorker)
        .map(|(grant, login)| (grant.area.0, login))
        .collect();
    let mut knocks = Vec::new();
    for (key, dwelling) in &keys.dwellings {
        let number = spread(key);
        let grid = house
            .services
            .locator
            .dwelling(*dwelling)
            .and_then(|place| place.grid);
        let Some(by) = grid.and_then(|grid| workers.get(&grid.0)) else {
            continue;
        };
        let outcome = match number % 10 {
            0 | 1 => continue,
            2 => VisitOutcome::NobodyHome,
            _ => VisitOutcome::Confirmed,
        };
        let days = BEGAN - i64::try_from((number / 16) % LASTED).unwrap_or_default();
        let minutes = i64::try_from((number / 4096) % 540).unwrap_or_default();
        let Ok(day) = today.checked_sub(days.days()) else {
            continue;
        };
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
        let Ok(at) = day.at(9, 0, 0, 0).to_zoned(zone) else {
            continue;
        };
        knocks.push(Knock {
            at: Micros::from(at.timestamp()).plus(minutes * Micros::MINUTE),
            by: (*by).clone(),
            dwelling: *dwelling,
            outcome,
        });
    }
    knocks.sort_by_key(|knock| (knock.at, knock.dwelling));
    knocks
}

/// A number that differs much between keys that differ little (FNV-1a).
fn spread(key: &str) -> u64 {
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }) >> 8
}
