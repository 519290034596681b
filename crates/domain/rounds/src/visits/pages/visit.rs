//! `/rounds/visits/{dwelling}`: one door: why, who (masked), only what is missing to ask, and one big button. Nobody at home,
//! left out, and something that needs putting right are one tap further.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use uuid::Uuid;
use youlin_cases::model::Urgency;
use youlin_cases::permissions::CASES_READ;
use youlin_cases::upload::{self, Upload};
use youlin_cases::{SuggestInput, suggest};
use youlin_kernel::{Ctx, Micros, Problem, Result};
use youlin_people::facts::Fact;
use youlin_people::{DwellingFile, Resident, Sex};
use youlin_places::{Place, PlaceInput};
use youlin_web::{
    App, Caller, Choice, FormFaults, PathId, Prefs, Shell, WebResult, mendable, page, refused_with,
};

use super::{people, shell, today, words};
use crate::model::{Channel, Outcome, Severity};
use crate::permissions::{ROUNDS_READ, VISITS_WALK};
use crate::queries::{PolicyView, policy_view};
use crate::service::Rounds;
use crate::visits::commands::closed;
use crate::visits::queries::visits_of;
use crate::visits::{
    Learnt, NewVisit, OpenFormSources, PickKind, Standing, VisitOf, ground, prepare_visit, standing,
};
use crate::{AttachPhoto, NewFinding};

/// Visits of before that are shown.
const BEFORE: u64 = 3;
/// A page that stood open longer than this says nothing about how long the visit took.
const STOOD_OPEN: i64 = 12 * Micros::HOUR;

#[derive(Template)]
#[template(path = "visits/visit.html")]
struct VisitPage {
    s: Shell,
    e: FormFaults,
    id: String,
    began: i64,
    place: Place,
    file: DwellingFile,
    whys: Vec<String>,
    before: Vec<VisitOf>,
    picked: Option<PickKind>,
    /// The policy it is handed in by, and what that asks for.
    policy: Option<PolicyView>,
    sexes: Vec<Choice>,
    agains: Vec<Choice>,
    categories: Vec<Choice>,
    typed: BTreeMap<String, String>,
}

impl VisitPage {
    fn typed(&self, name: &str) -> &str {
        self.typed.get(name).map_or("", String::as_str)
    }

    fn is_typed(&self, name: &str) -> bool {
        !self.typed(name).is_empty()
    }

    fn named(&self, part: &str, one: &Resident) -> String {
        let _shape_of_templates = self;
        format!("{part}_{}", one.card.id)
    }

    fn asks(&self, one: &Resident, fact: &str) -> bool {
        let _shape_of_templates = self;
        let wanted = Fact::parse(fact);
        one.missing.iter().any(|missing| Some(*missing) == wanted)
    }

    fn to_ask(&self, one: &Resident) -> bool {
        !one.asked.is_empty()
            || ["phone", "birth", "sex"]
                .iter()
                .any(|fact| self.asks(one, fact))
    }

    fn age(&self, one: &Resident) -> Option<i32> {
        let _shape_of_templates = self;
        words::age(one)
    }

    fn seen(&self, one: &Resident) -> Option<String> {
        let day = words::day(&self.s, one.seen_at?);
        Some(self.s.t1("visit-seen-on", "day", day))
    }

    fn when(&self, visit: &VisitOf) -> String {
        words::day(&self.s, visit.at)
    }

    /// Who is shown to live here, to be compared when it is sent.
    fn lived(&self) -> String {
        let ids = self
            .file
            .residents
            .iter()
            .map(|one| one.card.id.to_string());
        ids.collect::<Vec<_>>().join(" ")
    }

    fn photographs(&self) -> u32 {
        let policy = self.policy.as_ref();
        policy.map_or(0, |one| one.policy.photographs)
    }

    /// Whether the policy asks for anything to be shown: then the visit may also be handed in without it.
    fn asks_evidence(&self) -> bool {
        self.policy.as_ref().is_some_and(|one| {
            let least = &one.policy.minimum;
            one.policy.photographs > 0 || least.minutes.is_some() || least.gap_days.is_some()
        })
    }

    fn basis(&self) -> &str {
        self.policy.as_ref().map_or("", |one| &one.policy.basis)
    }
}

/// The name an answer to a form's question has on the page.
pub(in crate::visits) fn asked_name(one: &Resident, asked: &Uuid) -> String {
    format!("asked_{}_{asked}", one.card.id)
}

/// What is drawn beside what was typed.
struct Shown {
    e: FormFaults,
    id: String,
    began: i64,
    typed: BTreeMap<String, String>,
}

/// `GET /rounds/visits/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let shown = Shown {
        e: FormFaults::none(),
        id: ctx.new_id().to_string(),
        began: ctx.now().0,
        typed: BTreeMap::new(),
    };
    let s = shell(&app, &ctx, prefs);
    page(&visit_page(s, id, shown).await?)
}

async fn visit_page(s: Shell, dwelling: Uuid, shown: Shown) -> Result<VisitPage> {
    let (app, ctx) = (s.app().clone(), s.ctx().clone());
    let db = app.db();
    let rounds = app.need::<Rounds>()?;
    let scope = people(&ctx)?;
    let Some(place) = rounds.cases.locator().dwelling(dwelling) else {
        return Err(closed(db, &ctx, dwelling).await?);
    };
    if !scope.contains(place.community, &[place.grid, place.neighbourhood]) {
        return Err(Problem::not_found());
    }
    let sources = app.service::<OpenFormSources>();
    let ground = ground(
        &rounds,
        db,
        &ctx,
        &scope,
        sources.as_deref(),
        place.community,
    )
    .await?;
    let door = ground.doors.iter().find(|one| one.dwelling == dwelling);
    let whys = match door.map(|one| standing(&one.door, &ground.rule, ctx.now())) {
        Some(Standing::Open(whys)) => words::whys(&s, &whys),
        _ => Vec::new(),
    };
    let read = ctx.scope(&ROUNDS_READ)?;
    let policy = match door.and_then(|one| one.policies.first()) {
        Some(policy) => Some(policy_view(db, &read, *policy).await?),
        None => None,
    };
    let files = today::files(&app, &ctx, place.community, &[dwelling]).await?;
    let file = files.into_values().next().ok_or_else(Problem::not_found)?;
    let mut sexes = vec![Choice::new("", s.t("visit-unsaid"))];
    sexes.extend(
        Sex::ALL
            .iter()
            .map(|sex| Choice::new(sex.as_str(), s.tt("sex", sex))),
    );
    let mut categories = vec![Choice::new("", s.t("visit-category-by-words"))];
    let catalogue = rounds.cases.catalogue();
    let locale = ctx.locale();
    categories.extend(
        catalogue
            .iter()
            .map(|one| Choice::new(&one.code, one.name_in(locale))),
    );
    Ok(VisitPage {
        before: visits_of(db, Some(&read), place.community, &[dwelling], BEFORE).await?,
        picked: door.and_then(|one| one.door.picked),
        agains: agains(&s),
        e: shown.e,
        id: shown.id,
        began: shown.began,
        typed: shown.typed,
        place,
        file,
        whys,
        policy,
        sexes,
        categories,
        s,
    })
}

/// When to try again, in the words people use.
const AGAINS: [&str; 4] = ["tomorrow", "evening", "weekend", "week"];

fn agains(s: &Shell) -> Vec<Choice> {
    AGAINS
        .iter()
        .map(|code| {
            let day = again_at(code, s.ctx().now());
            let day = day.map_or_else(String::new, |at| words::day(s, at));
            Choice::new(*code, s.t1(&format!("visit-again-{code}"), "day", day))
        })
        .collect()
}

fn again_at(code: &str, now: Micros) -> Option<Micros> {
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

/// `POST /rounds/visits/{id}`.
pub(super) async fn record(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    request: Request,
) -> WebResult<Response> {
    let upload = upload::read_pictures(&app, request).await?;
    let typed: BTreeMap<String, String> = upload
        .starting_with("")
        .into_iter()
        .map(|(name, values)| (name, values.join(" ")))
        .collect();
    match recorded(&app, &ctx, id, upload).await {
        Ok(round) => Ok(Redirect::to(&format!("/rounds/today?saved={round}")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            if problem.code() == "visit-dwelling-closed" {
                return Err(problem.into());
            }
            let s = shell(&app, &ctx, prefs);
            let shown = Shown {
                e: FormFaults::of(&s, &problem),
                id: typed.get("id").cloned().unwrap_or_default(),
                began: typed
                    .get("began")
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(ctx.now().0),
                typed,
            };
            Ok(refused_with(
                &problem,
                page(&visit_page(s, id, shown).await?)?,
            ))
        }
    }
}

async fn recorded(app: &App, ctx: &Ctx, dwelling: Uuid, upload: Upload) -> Result<Uuid> {
    let rounds = app.need::<Rounds>()?;
    if let Some(fault) = upload.fault {
        return Err(fault);
    }
    let Some(place) = rounds.cases.locator().dwelling(dwelling) else {
        return Err(closed(app.db(), ctx, dwelling).await?);
    };
    ctx.authorize(&VISITS_WALK, place.area())?;
    let new = new_visit(app, ctx, &rounds, &place, dwelling, &upload).await?;
    let command = prepare_visit(&rounds, app.db(), ctx, new).await?;
    let done = app.db().execute(ctx, command).await?;
    let finding = match done.findings.as_slice() {
        [only] => Some(only.id),
        _ => None,
    };
    for file in upload.files {
        let attach = AttachPhoto {
            community: place.community,
            round: done.id,
            finding,
            stage: "",
            file,
        };
        app.db().execute(ctx, attach).await?;
    }
    Ok(done.id)
}

async fn new_visit(
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
        reason: match outcome {
            Outcome::Skipped | Outcome::Withdrawn => text("reason"),
            Outcome::Done | Outcome::Tried => String::new(),
        },
        text: text("text"),
        try_again_at: again,
        lived: Some(
            lived
                .split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect(),
        ),
        learnt: match outcome {
            Outcome::Done => learnt(upload, &lived),
            Outcome::Tried | Outcome::Skipped | Outcome::Withdrawn => Vec::new(),
        },
        problem: problem(app, ctx, rounds, (place, dwelling, id), upload).await?,
        photographs: u32::try_from(upload.files.len()).unwrap_or(u32::MAX),
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

/// What was heard, by the persons who were shown.
fn learnt(upload: &Upload, lived: &str) -> Vec<Learnt> {
    let persons: BTreeSet<Uuid> = lived
        .split_whitespace()
        .filter_map(|id| id.parse().ok())
        .collect();
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
            }
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
}
