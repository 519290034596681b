//! `/rounds/hazards/{id}`: a hazard with what was measured and judged, who puts it right by when, what happened on the way, and
//! the steps open to whoever looks.

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_cases::upload::{self, Upload};
use youlin_kernel::{Ctx, Problem, Result};
use youlin_people::{Directory, Party, Vault};
use youlin_web::{
    ApiQuery, App, Caller, FormFaults, PathId, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::super::answer::Kept;
use super::super::go_back::{MOST_PHOTOS, check_photographs, photographs};
use super::super::round::category;
use super::super::shell;
use super::words;
use crate::ActOnHazard;
use crate::model::{HazardStep, HazardVerb};
use crate::permissions::{ROUNDS_READ, ROUNDS_WALK};
use crate::queries::{HazardView, PhotoView, hazard_view, photos_of, possible_steps};
use crate::service::Rounds;

/// What was typed of a step that was refused.
#[derive(Debug, Default)]
struct Typed {
    verb: String,
    text: String,
    days: String,
    passed: String,
    /// Photographs that came along: they lie in the store.
    kept: Vec<Kept>,
}

/// Refusals that say whose affair a step is: what was typed stays on the page, to be handed on.
const OF_OTHERS: [&str; 4] = [
    "hazard-not-yours",
    "own-hazard",
    "own-work",
    "own-extension",
];

#[derive(Template)]
#[template(path = "hazard.html")]
struct HazardPage {
    s: Shell,
    e: FormFaults,
    one: HazardView,
    fixer: String,
    cause: String,
    photos: Vec<PhotoView>,
    possible: Vec<&'static str>,
    sees_case: bool,
    saved: String,
    typed: Typed,
}

impl HazardPage {
    fn drafts(&self) -> String {
        format!("fixed:{0} recheck:{0}", self.one.id)
    }

    fn category(&self) -> String {
        category(&self.s, &self.one.category)
    }

    fn may(&self, verb: &str) -> bool {
        self.possible.contains(&verb)
    }

    fn open(&self, verb: &str) -> bool {
        self.typed.verb == verb
    }

    fn is_passed(&self, answer: &str) -> bool {
        self.typed.passed == answer
    }

    /// Whether a form for what was typed stands on the page. Otherwise the words stand by themselves.
    fn has_form(&self) -> bool {
        let verb = self.typed.verb.as_str();
        let recheck = verb != "recheck" || self.one.step == HazardStep::ToRecheck;
        verb.is_empty() || (self.may(verb) && recheck)
    }

    fn text(&self, verb: &str) -> &str {
        if self.open(verb) {
            &self.typed.text
        } else {
            ""
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Saved {
    saved: String,
}

async fn named(app: &App, one: &HazardView, party: Option<Party>) -> Result<String> {
    let Some(party) = party else {
        return Ok(String::new());
    };
    let vault = app.need::<Vault>()?;
    let wanted = [(one.community, party)];
    let mut names = Directory::party_names(app.db().read(), &vault, &wanted).await?;
    Ok(names.remove(&party).unwrap_or_default())
}

async fn hazard_page(app: &App, ctx: &Ctx, s: Shell, id: Uuid, saved: bool) -> Result<HazardPage> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let one = hazard_view(app.db(), &scope, id).await?;
    Ok(HazardPage {
        fixer: named(app, &one, one.fixer).await?,
        cause: named(app, &one, one.cause).await?,
        photos: photos_of(app.db(), one.community, one.id).await?,
        possible: possible_steps(app.db(), ctx, &scope, id).await?,
        sees_case: ctx
            .authorize(&youlin_cases::permissions::CASES_READ, one.community)
            .is_ok(),
        saved: if saved {
            s.t("hazard-saved")
        } else {
            String::new()
        },
        e: FormFaults::none(),
        typed: Typed::default(),
        one,
        s,
    })
}

/// `GET /rounds/hazards/{id}`.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Saved>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    page(&hazard_page(&app, &ctx, s, id, !done.saved.is_empty()).await?)
}

fn verb(upload: &Upload) -> Result<HazardVerb> {
    let text = upload.text("text").to_owned();
    let answer = |name: &'static str| match upload.text(name) {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Problem::invalid(name, "required")),
    };
    Ok(match upload.text("verb") {
        "measure" => HazardVerb::Measure { text },
        "progress" => HazardVerb::Progress { text },
        "fixed" => HazardVerb::Fixed { text },
        "ask_extension" => HazardVerb::AskExtension {
            days: upload.text("days").parse().unwrap_or(0),
            reason: text,
        },
        "decide_extension" => HazardVerb::DecideExtension {
            approve: answer("approve")?,
            reason: text,
        },
        "recheck" => HazardVerb::Recheck {
            passed: answer("passed")?,
            text,
        },
        _ => return Err(Problem::invalid("verb", "required")),
    })
}

/// `POST /rounds/hazards/{id}`: one step.
pub(in crate::pages) async fn act(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    request: Request,
) -> WebResult<Response> {
    let upload = upload::read_pictures(&app, request).await?;
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let community = hazard_view(app.db(), &scope, id).await?.community;
    let rounds = app.need::<Rounds>()?;
    let kept = photographs(&rounds, &ctx, (community, id), &upload)?;
    let acted = async {
        check_photographs(&upload, &kept)?;
        let command = ActOnHazard {
            rounds,
            community,
            hazard: id,
            version: upload.text("version").parse().ok(),
            verb: verb(&upload)?,
            photographs: kept.iter().map(|one| one.file.clone()).collect(),
        };
        app.db().execute(&ctx, command).await
    };
    match acted.await {
        Ok(_done) => Ok(Redirect::to(&format!("/rounds/hazards/{id}?saved=1")).into_response()),
        Err(problem) => {
            let others = OF_OTHERS.contains(&problem.code());
            let problem = if others { problem } else { mendable(problem)? };
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let mut shown = hazard_page(&app, &ctx, s, id, false).await?;
            shown.e = e;
            shown.typed = Typed {
                verb: upload.text("verb").to_owned(),
                text: upload.text("text").to_owned(),
                days: upload.text("days").to_owned(),
                passed: upload.text("passed").to_owned(),
                kept: kept.into_iter().take(MOST_PHOTOS).collect(),
            };
            Ok(refused_with(&problem, page(&shown)?))
        }
    }
}
