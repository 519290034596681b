//! What the forms of this module share.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use uuid::Uuid;
use youlin_kernel::{AreaId, AreaLevel, Micros, Permission, Problem, Result};
use youlin_people::{Party, PartyKind};
use youlin_web::{Choice, Shell};

/// Local date and time as the browser sends it (`2026-11-14T16:00`), or a date alone (the end of work, 17:00).
pub(super) fn moment(name: &'static str, text: &str) -> Result<Micros> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::invalid(name, "required"));
    }
    let whole = if text.len() == 10 {
        format!("{text}T17:00")
    } else {
        text.to_owned()
    };
    let wrong = || Problem::invalid(name, "answer-datetime");
    let local: DateTime = whole.parse().map_err(|_| wrong())?;
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    let zoned = local.to_zoned(zone).map_err(|_| wrong())?;
    Ok(zoned.timestamp().into())
}

/// The same the other way round.
pub(super) fn typed(at: Micros) -> String {
    at.local().strftime("%Y-%m-%dT%H:%M").to_string()
}

/// The next full hour.
pub(super) fn next_hour(now: Micros) -> Micros {
    Micros((now.0 / Micros::HOUR + 1) * Micros::HOUR)
}

/// `person:<id>` or `organisation:<id>`.
pub(super) fn party_value(party: &Party) -> String {
    format!("{}:{}", party.kind.as_str(), party.id)
}

pub(super) fn read_party(text: &str) -> Option<Party> {
    let (kind, id) = text.split_once(':')?;
    let id: Uuid = id.parse().ok()?;
    Some(match PartyKind::parse(kind)? {
        PartyKind::Person => Party::person(id),
        PartyKind::Organisation => Party::organisation(id),
    })
}

/// The open areas in which the caller has the permission, from the community down where `filed` is asked for.
pub(super) fn areas(s: &Shell, permission: &'static Permission, filed: bool) -> Vec<Choice> {
    let mut all = Vec::new();
    for root in s.ctx().areas().roots() {
        descend(s, permission, filed, (*root, 0), &mut all);
    }
    all
}

fn descend(
    s: &Shell,
    permission: &'static Permission,
    filed: bool,
    (id, depth): (AreaId, usize),
    all: &mut Vec<Choice>,
) {
    let tree = s.ctx().areas();
    let Some(node) = tree.get(id).filter(|node| !node.closed) else {
        return;
    };
    let low = node.level >= AreaLevel::Community;
    let allowed = s.ctx().authorize(permission, id).is_ok();
    let listed = allowed && (low || !filed);
    if listed {
        let name = format!("{}{}", "\u{3000}".repeat(depth), s.area(&id));
        all.push(Choice::new(id.to_string(), name));
    }
    for child in tree.children(id) {
        let deeper = depth + usize::from(listed);
        descend(s, permission, filed, (*child, deeper), all);
    }
}

/// Not empty.
pub(super) fn said(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}
