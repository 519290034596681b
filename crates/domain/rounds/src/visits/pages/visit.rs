//! `/rounds/visits/{dwelling}`: one door: why, who (masked), only what is missing to ask, and one big button. Nobody at home,
//! left out, and something that needs putting right are one tap further.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;
use youlin_cases::upload::{self, Upload};
use youlin_kernel::{Ctx, Problem, Result};
use youlin_people::facts::Fact;
use youlin_people::{DoorsOf, DwellingFile, Resident, Sex};
use youlin_places::Place;
use youlin_web::{
    App, Caller, Choice, FormFaults, PathId, Prefs, Shell, WebResult, mendable, page, refused_with,
};

use super::typed::{agains_from, new_visit};
use super::{people, shell, today, words};
use crate::AttachPhoto;
use crate::pages::{Kept, MOST_PHOTOS, check_photographs, photographs};
use crate::permissions::{ROUNDS_READ, VISITS_WALK};
use crate::queries::{PolicyView, policy_view};
use crate::service::Rounds;
use crate::visits::commands::closed;
use crate::visits::queries::visits_of;
use crate::visits::{
    OpenFormSources, PickKind, Standing, VisitOf, ground, prepare_visit, standing,
};

/// Visits of before that are shown.
const BEFORE: usize = 3;
/// Visits of one day nobody goes beyond.
const COMPARED: u64 = 50;
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
    /// Visits of today, to be compared when it is sent.
    of_today: String,
    /// Photographs of an earlier try.
    kept: Vec<Kept>,
    picked: Option<PickKind>,
    /// The policy it is handed in by, and what that asks for.
    policy: Option<PolicyView>,
    sexes: Vec<Choice>,
    agains: Vec<Choice>,
    categories: Vec<Choice>,
    /// Who of the household may have spoken of something.
    reporters: Vec<Choice>,
    typed: BTreeMap<String, String>,
    today: String,
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
        let wanted = Fact::parse(fact);
        let missing = one.missing.iter().any(|missing| Some(*missing) == wanted);
        // What somebody typed stays on the page, also when another one said it meanwhile.
        missing || self.is_typed(&self.named(fact, one))
    }

    fn to_ask(&self, one: &Resident) -> bool {
        !one.asked.is_empty()
            || ["phone", "birth", "sex"]
                .iter()
                .any(|fact| self.asks(one, fact))
    }

    fn is_gone(&self, one: &Resident) -> bool {
        self.is_typed(&self.named("gone", one))
    }

    /// The day they left; the form begins with today.
    fn gone_on(&self, one: &Resident) -> &str {
        match self.typed(&self.named("on", one)) {
            "" => &self.today,
            day => day,
        }
    }

    fn age(&self, one: &Resident) -> Option<i32> {
        let _shape_of_templates = self;
        words::age(one)
    }

    fn seen(&self, one: &Resident) -> Option<String> {
        let day = self.s.day(&one.seen_at?);
        Some(self.s.t1("visit-seen-on", "day", day))
    }

    fn when(&self, visit: &VisitOf) -> String {
        self.s.day(&visit.at)
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

    fn is_reporter(&self, one: &Choice) -> bool {
        // On a page nobody has sent yet the first one stands.
        self.typed.contains_key("problem") && self.typed("reporter") == one.value
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
    kept: Vec<Kept>,
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
        kept: Vec::new(),
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
        (place.community, &DoorsOf::One(dwelling)),
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
    let mut before = visits_of(db, Some(&read), place.community, &[dwelling], COMPARED).await?;
    let today = ctx.now().date();
    let of_today = before.iter().filter(|one| one.at.date() == today);
    let of_today: Vec<String> = of_today.map(|one| one.id.to_string()).collect();
    before.truncate(BEFORE);
    Ok(VisitPage {
        today: today.to_string(),
        of_today: of_today.join(" "),
        before,
        kept: shown.kept,
        picked: door.and_then(|one| one.door.picked),
        agains: agains(&s),
        reporters: reporters(&s, &file),
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

/// Younger ones are not asked what should be put right.
const SPEAKS_FOR_ITSELF: i32 = 14;

/// Whether somebody may be named as whoever spoke of something.
#[must_use]
pub fn speaks_for_itself(one: &Resident) -> bool {
    words::age(one).is_none_or(|age| age >= SPEAKS_FOR_ITSELF)
}

/// Who of a household may have spoken of something, whoever is alone there in front, and that nobody wants to be named.
fn reporters(s: &Shell, file: &DwellingFile) -> Vec<Choice> {
    let grown = file.residents.iter().filter(|one| speaks_for_itself(one));
    let mut all: Vec<Choice> = grown
        .map(|one| Choice::new(one.card.id.to_string(), one.card.name_masked.clone()))
        .collect();
    let nobody = Choice::new("", s.t("visit-reporter-nobody"));
    match all.len() {
        1 => all.push(nobody),
        _ => all.insert(0, nobody),
    }
    all
}

fn agains(s: &Shell) -> Vec<Choice> {
    agains_from(s.ctx().now())
        .into_iter()
        .map(|(code, at)| {
            let day = s.day(&at);
            Choice::new(code, s.t1(&format!("visit-again-{code}"), "day", day))
        })
        .collect()
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
    let rounds = app.need::<Rounds>()?;
    let place = rounds.cases.locator().dwelling(id);
    let kept = match (&place, upload.text("id").parse()) {
        (Some(place), Ok(visit)) => photographs(&rounds, &ctx, (place.community, visit), &upload)?,
        _ => Vec::new(),
    };
    match recorded(&app, &ctx, id, &upload, &kept).await {
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
                kept: kept.into_iter().take(MOST_PHOTOS).collect(),
            };
            Ok(refused_with(
                &problem,
                page(&visit_page(s, id, shown).await?)?,
            ))
        }
    }
}

async fn recorded(
    app: &App,
    ctx: &Ctx,
    dwelling: Uuid,
    upload: &Upload,
    kept: &[Kept],
) -> Result<Uuid> {
    let rounds = app.need::<Rounds>()?;
    check_photographs(upload, kept)?;
    let Some(place) = rounds.cases.locator().dwelling(dwelling) else {
        return Err(closed(app.db(), ctx, dwelling).await?);
    };
    ctx.authorize(&VISITS_WALK, place.area())?;
    let mut new = new_visit(app, ctx, &rounds, &place, dwelling, upload).await?;
    new.photographs = u32::try_from(kept.len()).unwrap_or(u32::MAX);
    let command = prepare_visit(&rounds, app.db(), ctx, new).await?;
    let done = app.db().execute(ctx, command).await?;
    let finding = match done.findings.as_slice() {
        [only] => Some(only.id),
        _ => None,
    };
    for one in kept {
        let attach = AttachPhoto {
            community: place.community,
            round: done.id,
            finding,
            stage: "",
            file: one.file.clone(),
        };
        app.db().execute(ctx, attach).await?;
    }
    Ok(done.id)
}
