//! What the page of a door sends, read into a visit.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use uuid::Uuid;
use youlin_cases::model::Urgency;
use youlin_cases::permissions::CASES_READ;
use youlin_cases::upload::Upload;
use youlin_cases::{SuggestInput, suggest};
use youlin_kernel::{Ctx, Micros, Problem, Result};
use youlin_people::Sex;
use youlin_places::{Place, PlaceInput};
use youlin_web::App;

use crate::NewFinding;
use crate::model::{Channel, Outcome, Severity};
use crate::service::Rounds;
use crate::visits::{Gone, Learnt, NewVisit};

/// A page that stood open longer than this says nothing about how long the visit took.
const STOOD_OPEN: i64 = 12 * Micros::HOUR;

/// When to try again, in the words people use.
const AGAINS: [&str; 4] = ["tomorrow", "evening", "weekend", "week"];

/// Those to choose from now, each with its moment: no day is offered under two names, and no evening that is over.
pub(super) fn agains_from(now: Micros) -> Vec<(&'static str, Micros)> {
    let mut offered: Vec<(&'static str, Micros)> = Vec::new();
    for code in AGAINS {
        let Some(at) = again_at(code, now) else {
            continue;
        };
        let over = code == "evening" && at.date() != now.date();
        if !over && offered.iter().all(|(_, one)| one.date() != at.date()) {
            offered.push((code, at));
        }
    }
    offered
}

/// The moment such words, or a day, mean.
pub(super) fn again_at(code: &str, now: Micros) -> Option<Micros> {
    let today = now.date();
    let at = |day: Date, hour: i64| Micros::start_of(day).plus(hour * Micros::HOUR);
    Some(match code {
        "evening" => at(today, 19).max(now.plus(Micros::HOUR)),
        "tomorrow" => at(today.checked_add(1.day()).ok()?, 9),
        "weekend" => at(today.nth_weekday(1, Weekday::Saturday).ok()?, 9),
        "week" => at(today.checked_add(7.days()).ok()?, 9),
        day => at(day.parse().ok()?, 9),
    })
}

pub(super) async fn new_visit(
    app: &App,
    ctx: &Ctx,
    rounds: &Arc<Rounds>,
    place: &Place,
    dwelling: Uuid,
    upload: &Upload,
) -> Result<NewVisit> {
    let text = |name: &str| upload.text(name).to_owned();
    let id: Uuid = text("id")
        .parse()
        .map_err(|_no_id| Problem::invalid("id", "required"))?;
    let outcome = Outcome::parse(upload.text("outcome"))
        .ok_or_else(|| Problem::invalid("outcome", "required"))?;
    let now = ctx.now();
    let began = upload.text("began").parse().map_or(now, Micros);
    let believed = (now.0 - STOOD_OPEN..=now.0).contains(&began.0);
    let lived = text("lived");
    let again = match outcome {
        Outcome::Tried => Some(again(upload, now)?),
        Outcome::Done | Outcome::Skipped | Outcome::Withdrawn => None,
    };
    Ok(NewVisit {
        id,
        dwelling,
        outcome,
        channel: Channel::Page,
        policy: match upload.text("no_policy").is_empty() {
            true => upload.text("policy").parse().ok(),
            false => None,
        },
        began_at: if believed { began } else { now },
        ended_at: now,
        sent_at: None,
        reason: match outcome {
            Outcome::Skipped | Outcome::Withdrawn => text("reason"),
            Outcome::Done | Outcome::Tried => String::new(),
        },
        text: text("text"),
        try_again_at: again,
        lived: Some(ids(&lived).collect()),
        shown: Some(ids(&text("of_today")).collect()),
        learnt: match outcome {
            Outcome::Done => learnt(upload, &lived),
            Outcome::Tried | Outcome::Skipped | Outcome::Withdrawn => Vec::new(),
        },
        gone: gone(upload, &lived)?,
        reporter: upload.text("reporter").parse().ok(),
        problem: problem(app, ctx, rounds, (place, dwelling, id), upload).await?,
        photographs: 0,
    })
}

fn again(upload: &Upload, now: Micros) -> Result<Micros> {
    let day = upload.text("again_day");
    let code = if day.is_empty() {
        upload.text("again")
    } else {
        day
    };
    again_at(code, now).ok_or_else(|| Problem::invalid("again_day", "policy-no-date"))
}

fn ids(text: &str) -> impl Iterator<Item = Uuid> {
    text.split_whitespace().filter_map(|id| id.parse().ok())
}

/// What was heard, by the persons who were shown.
fn learnt(upload: &Upload, lived: &str) -> Vec<Learnt> {
    let persons: BTreeSet<Uuid> = ids(lived).collect();
    persons
        .into_iter()
        .map(|person| {
            let of = |part: &str| upload.text(&format!("{part}_{person}")).to_owned();
            let answers = upload.starting_with(&format!("asked_{person}_"));
            Learnt {
                person,
                phone: of("phone"),
                birth: of("birth"),
                sex: Sex::parse(&of("sex")),
                answers: answers
                    .into_iter()
                    .filter_map(|(asked, texts)| Some((asked.parse().ok()?, texts.join(" "))))
                    .collect(),
                despite: false,
            }
        })
        .collect()
}

/// Who of those that were shown lives there no more, and since when.
fn gone(upload: &Upload, lived: &str) -> Result<Vec<Gone>> {
    let said = ids(lived).filter(|person| !upload.text(&format!("gone_{person}")).is_empty());
    said.map(|person| {
        let field = format!("on_{person}");
        let on = match upload.text(&field) {
            "" => None,
            day => Some(
                day.parse()
                    .map_err(|_no_day| Problem::invalid(field.as_str(), "day-unread"))?,
            ),
        };
        Ok(Gone { person, on })
    })
    .collect()
}

/// What was heard of and needs putting right: its category is the one chosen, or the one its words speak for.
async fn problem(
    app: &App,
    ctx: &Ctx,
    rounds: &Arc<Rounds>,
    (place, dwelling, round): (&Place, Uuid, Uuid),
    upload: &Upload,
) -> Result<Option<NewFinding>> {
    let text = upload.text("problem");
    if text.is_empty() {
        return Ok(None);
    }
    let input = SuggestInput {
        text: text.to_owned(),
        place: PlaceInput {
            dwelling: Some(dwelling),
            ..PlaceInput::default()
        },
        category: None,
    };
    let scope = ctx
        .authorize(&CASES_READ, place.community)
        .or_else(|_part| ctx.scope(&CASES_READ))?;
    let found = suggest(app.db(), &rounds.cases, ctx, &scope, &input).await?;
    let chosen = upload.text("category").to_owned();
    let category = match chosen.is_empty() {
        false => chosen,
        true => found
            .categories
            .first()
            .map(|one| one.code.clone())
            .ok_or_else(|| Problem::invalid("category", "visit-category"))?,
    };
    Ok(Some(NewFinding {
        id: problem_id(round),
        category,
        severity: match found.urgency {
            Urgency::Normal => Severity::Medium,
            Urgency::Urgent => Severity::High,
            Urgency::Emergency => Severity::Immediate,
        },
        text: text.to_owned(),
        on_spot: false,
        noted: None,
        lon: None,
        lat: None,
        bank: None,
    }))
}

/// Follows from the visit's id: sent again, the case is not doubled.
fn problem_id(round: Uuid) -> Uuid {
    let mut bytes = *round.as_bytes();
    bytes[15] ^= 0x5A;
    bytes[14] ^= 0x3C;
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_to_try_again_lie_ahead() {
        // A Thursday, ten in the morning.
        let now = Micros::start_of(date(2026, 11, 26)).plus(10 * Micros::HOUR);
        let day = |code: &str| again_at(code, now).map(|at| at.date());
        assert_eq!(day("evening"), Some(date(2026, 11, 26)));
        assert_eq!(day("tomorrow"), Some(date(2026, 11, 27)));
        assert_eq!(day("weekend"), Some(date(2026, 11, 28)));
        assert_eq!(day("week"), Some(date(2026, 12, 3)));
        assert_eq!(day("2026-12-24"), Some(date(2026, 12, 24)));
        assert_eq!(day("bald"), None);
        assert!(
            AGAINS
                .iter()
                .all(|code| again_at(code, now).is_some_and(|at| at > now))
        );
    }

    #[test]
    fn no_day_is_offered_twice() {
        let codes = |day: Date, hour: i64| -> Vec<&str> {
            let now = Micros::start_of(day).plus(hour * Micros::HOUR);
            let all = agains_from(now);
            assert!(all.iter().all(|(_, at)| *at > now));
            all.into_iter().map(|(code, _)| code).collect()
        };
        let (thursday, friday) = (date(2026, 11, 26), date(2026, 11, 27));
        assert_eq!(codes(thursday, 10), AGAINS);
        // Of a Friday Saturday is tomorrow, of a Saturday it is next week's.
        assert_eq!(codes(friday, 10), ["tomorrow", "evening", "week"]);
        assert_eq!(
            codes(date(2026, 11, 28), 10),
            ["tomorrow", "evening", "weekend"]
        );
        assert_eq!(codes(thursday, 23), ["tomorrow", "weekend", "week"]);
    }
}
