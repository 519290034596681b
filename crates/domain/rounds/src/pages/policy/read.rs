//! What was typed, read as a command; and a policy as it is typed.

use jiff::civil::Date;
use uuid::Uuid;
use youlin_datasets::cube::{Filter, Query};
use youlin_kernel::{CommunityId, Problem, Result};
use youlin_people::Party;
use youlin_places::rivers::ChiefLevel;

use super::form::PolicyForm;
use crate::SavePolicy;
use crate::model::{
    DoorQuestion, Every, Minimum, Policy, RoundKind, Season, SubjectKind, Walkers, register_of,
};
use crate::pages::question::Asked;
use crate::queries::PolicyView;

/// Which rounds go to such subjects; the usual one first.
pub(super) fn kinds_of(about: SubjectKind) -> &'static [RoundKind] {
    use RoundKind::{Inspection, Patrol, Talk, Visit};
    match about {
        SubjectKind::Reach => &[Patrol, Talk],
        SubjectKind::Premises | SubjectKind::Building => &[Inspection, Patrol, Talk],
        SubjectKind::Dwelling => &[Visit],
    }
}

pub(super) fn form_of(view: &PolicyView) -> PolicyForm {
    let policy = &view.policy;
    let day = |number: i16| format!("{:02}-{:02}", number / 100, number % 100);
    let number = |value: u32| {
        if value == 0 {
            String::new()
        } else {
            value.to_string()
        }
    };
    let checked = |yes: bool| if yes { "1" } else { "" }.to_owned();
    let asked = policy
        .question
        .as_ref()
        .and_then(Asked::of)
        .unwrap_or_default();
    PolicyForm {
        idempotency_key: String::new(),
        version: view.version.to_string(),
        community: view.community.0,
        title: view.title.clone(),
        round_kind: policy.kind.to_string(),
        walkers: match policy.walkers {
            Walkers::Chief { level } => format!("chief:{level}"),
            Walkers::Party { party } => format!("party:{}", party.id),
            Walkers::GridWorker => "grid_worker".to_owned(),
        },
        every: policy.every.to_string(),
        count: policy.count.to_string(),
        weekdays: (0..7)
            .filter(|bit| policy.weekdays & (1 << bit) != 0)
            .map(|bit: u8| bit.to_string())
            .collect(),
        season_from: policy.season.map_or_else(String::new, |one| day(one.from)),
        season_to: policy.season.map_or_else(String::new, |one| day(one.to)),
        from: policy.from.to_string(),
        to: policy.to.map_or_else(String::new, |to| to.to_string()),
        about: policy.subjects.to_string(),
        minutes: policy.minimum.minutes.map_or_else(String::new, number),
        gap: policy.minimum.gap_days.map_or_else(String::new, number),
        doors_label: policy.doors.label.clone().unwrap_or_default(),
        doors_age: policy.doors.age_from.map_or_else(String::new, number),
        doors_alone: checked(policy.doors.alone),
        kind: asked.kind,
        built_before: asked.built_before,
        floor_area: asked.floor_area,
        stalls: asked.stalls,
        storeys: asked.storeys,
        dwellings: asked.dwellings,
        track: checked(policy.track),
        coverage: policy.minimum.coverage.map_or_else(String::new, number),
        metres: policy.minimum.metres.map_or_else(String::new, number),
        photographs: number(policy.photographs),
        basis: policy.basis.clone(),
        subjects: view.subjects.iter().map(Uuid::to_string).collect(),
        fixer: view
            .fixer
            .map_or_else(String::new, |fixer| fixer.id.to_string()),
        checklist: view.checklist.clone().unwrap_or_default(),
        rechecker: first(&policy.recheckers),
        stand_in: first(&policy.stand_ins),
    }
}

fn first(parties: &[Party]) -> String {
    let first = parties.first();
    first.map_or_else(String::new, |party| party.id.to_string())
}

/// The form names one; more that came over the interface stay as long as the first does.
fn parties(named: &str, held: Option<&Vec<Party>>) -> Vec<Party> {
    match held {
        Some(held) if first(held) == named => held.clone(),
        _ => {
            let named = named.parse().ok().map(Party::organisation);
            named.into_iter().collect()
        }
    }
}

fn walkers(text: &str) -> Result<Walkers> {
    let unknown = || Problem::invalid("walkers", "required");
    Ok(match text.split_once(':') {
        Some(("chief", level)) => Walkers::Chief {
            level: ChiefLevel::parse(level).ok_or_else(unknown)?,
        },
        Some(("party", id)) => Walkers::Party {
            party: Party::organisation(id.parse().map_err(|_no_id| unknown())?),
        },
        None if text == "grid_worker" => Walkers::GridWorker,
        _ => return Err(unknown()),
    })
}

fn number(field: &'static str, text: &str) -> Result<Option<u32>> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_no_number| Problem::invalid(field, "no-number")),
    }
}

fn day(field: &'static str, text: &str) -> Result<Option<Date>> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_no_day| Problem::invalid(field, "policy-no-date")),
    }
}

/// `05-01` as month × 100 + day; the model says whether there is such a day.
fn season(f: &PolicyForm) -> Result<Option<Season>> {
    let read = |field: &'static str, text: &str| -> Result<Option<i16>> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let parts = text.trim().split_once(['-', '.', '/']);
        let number = parts.and_then(|(month, day)| {
            Some(month.parse::<i16>().ok()? * 100 + day.parse::<i16>().ok()?)
        });
        number
            .map(Some)
            .ok_or_else(|| Problem::invalid(field, "policy-season"))
    };
    match (
        read("season_from", &f.season_from)?,
        read("season_to", &f.season_to)?,
    ) {
        (None, None) => Ok(None),
        (Some(from), Some(to)) => Ok(Some(Season { from, to })),
        (None, _) => Err(Problem::invalid("season_from", "policy-season")),
        (_, None) => Err(Problem::invalid("season_to", "policy-season")),
    }
}

/// Asked only of dwellings; what was typed beside another subject counts nothing.
fn doors(about: SubjectKind, f: &PolicyForm) -> Result<DoorQuestion> {
    if about != SubjectKind::Dwelling {
        return Ok(DoorQuestion::default());
    }
    Ok(DoorQuestion {
        label: Some(f.doors_label.clone()).filter(|label| !label.is_empty()),
        age_from: number("doors_age", &f.doors_age)?,
        alone: !f.doors_alone.is_empty(),
    })
}

/// Which subjects: reaches by name, premises and buildings by a question. What came over the interface and cannot be
/// shown in the form stays.
fn subjects(f: &PolicyForm, held: Option<&PolicyView>) -> Result<(Vec<Uuid>, Option<Query>)> {
    let Some(register) = register_of(f.about()) else {
        let named = match f.about() {
            SubjectKind::Reach => f.subjects.iter().filter_map(|id| id.parse().ok()).collect(),
            _ => Vec::new(),
        };
        return Ok((named, None));
    };
    if let Some(held) = held {
        let unshown = |question: &&Query| Asked::of(question).is_none();
        if let Some(question) = held.policy.question.as_ref().filter(unshown) {
            return Ok((Vec::new(), Some(question.clone())));
        }
        if !held.subjects.is_empty() {
            return Ok((held.subjects.clone(), None));
        }
    }
    let question = f.asked().query(register)?;
    // Nothing asked: all of them.
    let asks = question.filter != Filter::default() && question.filter != Filter::All(Vec::new());
    Ok((Vec::new(), asks.then_some(question)))
}

/// The command of what was typed; `held` is the policy it changes.
pub(super) fn command(f: &PolicyForm, held: Option<&PolicyView>) -> Result<SavePolicy> {
    let weekdays = f
        .weekdays
        .iter()
        .filter_map(|bit| bit.parse::<u8>().ok())
        .filter(|bit| *bit < 7)
        .fold(0_u8, |mask, bit| mask | 1 << bit);
    let about = f.about();
    let (subjects, question) = subjects(f, held)?;
    let usual = kinds_of(about).first().copied();
    let policy = Policy {
        kind: RoundKind::parse(&f.round_kind)
            .filter(|kind| kinds_of(about).contains(kind))
            .or(usual)
            .unwrap_or(RoundKind::Patrol),
        subjects: about,
        doors: doors(about, f)?,
        question,
        walkers: walkers(&f.walkers)?,
        every: Every::parse(&f.every).ok_or_else(|| Problem::invalid("every", "required"))?,
        count: number("count", &f.count)?.unwrap_or(0),
        weekdays,
        season: season(f)?,
        from: day("from", &f.from)?.ok_or_else(|| Problem::invalid("from", "required"))?,
        to: day("to", &f.to)?,
        minimum: Minimum {
            minutes: number("minutes", &f.minutes)?,
            gap_days: number("gap", &f.gap)?,
            coverage: number("coverage", &f.coverage)?,
            metres: number("metres", &f.metres)?,
        },
        photographs: number("photographs", &f.photographs)?.unwrap_or(0),
        track: !f.track.is_empty(),
        basis: f.basis.trim().to_owned(),
        recheckers: parties(&f.rechecker, held.map(|one| &one.policy.recheckers)),
        stand_ins: parties(&f.stand_in, held.map(|one| &one.policy.stand_ins)),
        // Kept by the commands that stop it and take it up again.
        pauses: Vec::new(),
    };
    Ok(SavePolicy {
        community: CommunityId(f.community),
        known: held.map(|one| (one.id, f.version.parse().unwrap_or(0))),
        title: f.title.clone(),
        policy,
        subjects,
        fixer: f.fixer.parse().ok().map(Party::organisation),
        checklist: Some(f.checklist.clone()).filter(|name| !name.is_empty()),
    })
}
