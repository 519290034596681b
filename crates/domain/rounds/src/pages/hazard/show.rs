//! `/rounds/hazards/{id}`: a hazard with what was measured and judged, who puts it right by when, what happened on the way, and
//! the steps open to whoever looks.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_cases::upload::{self, Upload};
use youlin_checklist::Form;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_people::{Directory, Party, Vault};
use youlin_web::{
    ApiQuery, App, Caller, Choice, FormFaults, PathId, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::super::answer::Kept;
use super::super::go_back::{MOST_PHOTOS, check_photographs, photographs};
use super::super::round::category;
use super::super::shell;
use super::story::{Line, Shot, shots, story};
use super::words;
use crate::checklists;
use crate::model::{HazardStep, HazardVerb};
use crate::permissions::{ROUNDS_READ, ROUNDS_WALK};
use crate::queries::{HazardView, asked, hazard_view, possible_steps, rule_sets};
use crate::service::Rounds;
use crate::{ActOnHazard, NoteReturn, ReturnVisit};

/// What was typed of a step that was refused.
#[derive(Debug, Default)]
struct Typed {
    verb: String,
    text: String,
    days: String,
    passed: String,
    measured: String,
    /// Photographs that came along: they lie in the store.
    kept: Vec<Kept>,
    /// A re-check nobody waits for any more: it may still be left as a note.
    late: bool,
}

/// Refusals that say whose affair a step is: what was typed stays on the page, to be handed on.
const OF_OTHERS: [&str; 5] = [
    "hazard-not-yours",
    "own-hazard",
    "own-work",
    "own-extension",
    "own-finding",
];

#[derive(Template)]
#[template(path = "hazard.html")]
struct HazardPage {
    s: Shell,
    e: FormFaults,
    one: HazardView,
    fixer: String,
    cause: String,
    /// The checklist it was found by.
    form: Option<Arc<Form>>,
    /// What whoever looks again may measure again.
    remeasure: Option<words::Remeasure>,
    /// What it was judged by.
    basis: words::Basis,
    story: Vec<Line>,
    photos: Vec<Shot>,
    possible: Vec<&'static str>,
    /// Who may be named to put it right.
    parties: Vec<Choice>,
    sees_case: bool,
    saved: String,
    typed: Typed,
}

impl HazardPage {
    fn drafts(&self) -> String {
        format!("fixed:{0} recheck:{0}", self.one.id)
    }

    /// What it is, and what was measured where.
    fn heading(&self) -> (&str, &str) {
        words::heading(&self.one.text)
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

    fn form(&self) -> Option<&Form> {
        self.form.as_deref()
    }

    /// Whether a form for what was typed stands on the page. Otherwise the words stand by themselves.
    fn has_form(&self) -> bool {
        let verb = self.typed.verb.as_str();
        let recheck = verb != "recheck" || self.one.step == HazardStep::ToRecheck;
        verb.is_empty() || self.typed.late || (self.may(verb) && recheck)
    }

    /// What was typed for a step that is over may still be said as progress, with its photographs.
    fn may_say(&self) -> bool {
        !self.has_form() && self.may("progress")
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

async fn parties(app: &App, s: &Shell) -> Result<Vec<Choice>> {
    let scope = s.ctx().scope(&ROUNDS_WALK)?;
    let all = Directory::organisations(app.db().read(), &scope, None).await?;
    let mut choices = vec![Choice::new("", s.t("hazard-nobody-yet"))];
    choices.extend(
        all.into_iter()
            .map(|one| Choice::new(one.id.to_string(), one.name)),
    );
    Ok(choices)
}

/// The sentence over the page by what was saved.
fn done(s: &Shell, saved: &str) -> String {
    match saved {
        "" => String::new(),
        "noted" => s.t("hazard-noted"),
        _ => s.t("hazard-saved"),
    }
}

async fn hazard_page(app: &App, ctx: &Ctx, s: Shell, id: Uuid, saved: &str) -> Result<HazardPage> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let one = hazard_view(app.db(), &scope, id).await?;
    let rounds = app.need::<Rounds>()?;
    let answered = (one.checklist.as_deref(), one.read_by.as_deref());
    let known = checklists::answered_by(&rounds, app.db().read(), answered).await?;
    let basis = match &one.judgement {
        Some(made) => {
            let sets = rule_sets(app.db().read()).await?;
            words::basis(&s, &sets, &made.judgement)
        }
        None => words::Basis::default(),
    };
    let form = known.map(|known| known.form);
    let remeasure = one.judgement.as_ref().and_then(|made| {
        let question = form
            .as_deref()
            .and_then(|form| asked(form, one.rule.as_deref(), &made.judgement));
        let label = question.map_or_else(Default::default, |one| one.label.clone());
        words::remeasure(&s, &label, &made.judgement)
    });
    let possible = possible_steps(app.db(), ctx, &scope, id).await?;
    Ok(HazardPage {
        remeasure,
        basis,
        story: story(app, &s, form.as_deref(), &one).await?,
        form,
        parties: match possible.contains(&"assign") {
            true => parties(app, &s).await?,
            false => Vec::new(),
        },
        photos: shots(app, &s, &one).await?,
        fixer: named(app, &one, one.fixer).await?,
        cause: named(app, &one, one.cause).await?,
        possible,
        sees_case: ctx
            .authorize(&youlin_cases::permissions::CASES_READ, one.community)
            .is_ok(),
        saved: done(&s, saved),
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
    page(&hazard_page(&app, &ctx, s, id, &done.saved).await?)
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
        "assign" => HazardVerb::Assign {
            party: match upload.text("party").parse() {
                Ok(id) => Party::organisation(id),
                Err(_no_id) => return Err(Problem::invalid("party", "required")),
            },
        },
        "drop" => HazardVerb::Drop { reason: text },
        "recheck" => HazardVerb::Recheck {
            passed: answer("passed")?,
            text,
            measured: measured(upload),
        },
        _ => return Err(Problem::invalid("verb", "required")),
    })
}

/// What was measured again, where the form asks for it.
pub(in crate::pages) fn measured(upload: &Upload) -> Option<String> {
    let typed = upload.text("measured");
    (!typed.trim().is_empty()).then(|| typed.to_owned())
}

/// What somebody saw who came when somebody else had looked: beside it, and nothing follows.
async fn note(
    app: &App,
    ctx: &Ctx,
    (community, finding): (CommunityId, Uuid),
    upload: &Upload,
    kept: &[Kept],
) -> Result<()> {
    let HazardVerb::Recheck {
        passed,
        text,
        measured,
    } = verb(upload)?
    else {
        return Err(Problem::invalid("verb", "required"));
    };
    let visit = ReturnVisit {
        rounds: app.need::<Rounds>()?,
        community,
        finding,
        passed,
        text,
        measured,
        photographs: kept.iter().map(|one| one.file.clone()).collect(),
    };
    app.db().execute(ctx, NoteReturn(visit)).await.map(|_id| ())
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
    let noting = !upload.text("note").is_empty();
    let acted = async {
        check_photographs(&upload, &kept)?;
        if noting {
            return note(&app, &ctx, (community, id), &upload, &kept).await;
        }
        let command = ActOnHazard {
            rounds,
            community,
            hazard: id,
            version: upload.text("version").parse().ok(),
            verb: verb(&upload)?,
            photographs: kept.iter().map(|one| one.file.clone()).collect(),
        };
        app.db().execute(&ctx, command).await.map(|_acted| ())
    };
    match acted.await {
        Ok(()) => {
            let saved = if noting { "noted" } else { "1" };
            Ok(Redirect::to(&format!("/rounds/hazards/{id}?saved={saved}")).into_response())
        }
        Err(problem) => {
            let others = OF_OTHERS.contains(&problem.code());
            let problem = if others { problem } else { mendable(problem)? };
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let mut shown = hazard_page(&app, &ctx, s, id, "").await?;
            shown.e = e;
            shown.typed = Typed {
                verb: upload.text("verb").to_owned(),
                text: upload.text("text").to_owned(),
                days: upload.text("days").to_owned(),
                passed: upload.text("passed").to_owned(),
                measured: upload.text("measured").to_owned(),
                kept: kept.into_iter().take(MOST_PHOTOS).collect(),
                late: noting || problem.code().starts_with("recheck-late-"),
            };
            Ok(refused_with(&problem, page(&shown)?))
        }
    }
}
