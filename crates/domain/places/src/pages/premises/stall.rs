//! One stall: changing it, and its end.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::Ctx;
use youlin_web::{
    ApiForm, App, Caller, Choice, Clash, ClashLine, FormFaults, PathId, Prefs, Shell, WebResult,
    mendable, page, refused_with,
};

use super::super::forms::{occupants, plain};
use super::show::back;
use super::{choices, shell};
use crate::commands::{EndStall, SaveStall, StallInput};
use crate::permissions::PLACES_REGISTER;
use crate::premises::{Premises, PremisesView, StallUse, StallView, square_metres};

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StallForm {
    version: String,
    section: String,
    number: String,
    floor_area: String,
    usage: String,
    /// Ends it instead.
    end: String,
}

#[derive(Template)]
#[template(path = "premises/stall_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    f: StallForm,
    of: PremisesView,
    stall: StallView,
    usages: Vec<Choice>,
    clash: Option<Clash>,
}

async fn held(app: &App, ctx: &Ctx, id: Uuid) -> WebResult<(PremisesView, StallView, StallForm)> {
    let scope = ctx.scope(&PLACES_REGISTER)?;
    let (of, stall) = Premises::stall(app.db().read(), &scope, id).await?;
    let f = StallForm {
        version: stall.version.to_string(),
        section: stall.section.clone(),
        number: stall.number.clone(),
        floor_area: stall.area_centi.map_or_else(String::new, square_metres),
        usage: stall.usage.as_str().to_owned(),
        end: String::new(),
    };
    Ok((of, stall, f))
}

fn form_page(
    s: Shell,
    of: PremisesView,
    stall: StallView,
    f: StallForm,
    e: FormFaults,
) -> FormPage {
    let usages = choices(
        &s,
        "stall-use",
        StallUse::ALL.iter().map(|one| one.as_str()),
    );
    FormPage {
        s,
        e,
        f,
        of,
        stall,
        usages,
        clash: None,
    }
}

/// `GET /places/stalls/{id}`.
pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let (of, stall, f) = held(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    page(&form_page(s, of, stall, f, FormFaults::none()))
}

/// `POST /places/stalls/{id}`.
pub(super) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(mut f): ApiForm<StallForm>,
) -> WebResult<Response> {
    let (of, stall, theirs) = held(&app, &ctx, id).await?;
    let (community, version) = (stall.community, f.version.parse().unwrap_or(0));
    let saved = if f.end.is_empty() {
        let input = StallInput {
            section: f.section.clone(),
            number: f.number.clone(),
            floor_area: f.floor_area.clone(),
            usage: f.usage.clone(),
        };
        let command = SaveStall {
            community,
            id,
            version,
            input,
        };
        app.db().execute(&ctx, command).await
    } else {
        let occupants = occupants(&app);
        let command = EndStall {
            community,
            id,
            version,
            occupants,
        };
        app.db().execute(&ctx, command).await
    };
    match saved {
        Ok(premises) => Ok(back(premises, "stall")),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let stale = problem.code() == "stale";
            let clash = stale.then(|| differences(&s, id, &theirs, &f));
            let e = if stale {
                f.version = theirs.version;
                FormFaults::none()
            } else {
                FormFaults::of(&s, &problem)
            };
            let body = FormPage {
                clash,
                ..form_page(s, of, stall, f, e)
            };
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

fn differences(s: &Shell, id: Uuid, theirs: &StallForm, f: &StallForm) -> Clash {
    let usage = |code: &str| s.tt("stall-use", code);
    let lines = vec![
        plain(s, "section", "stall-section", &theirs.section, &f.section),
        plain(s, "number", "stall-number", &theirs.number, &f.number),
        plain(
            s,
            "floor_area",
            "premises-floor-area",
            &theirs.floor_area,
            &f.floor_area,
        ),
        ClashLine {
            theirs: usage(&theirs.usage),
            yours: usage(&f.usage),
            ..plain(s, "usage", "stall-use", &theirs.usage, &f.usage)
        },
    ];
    Clash::of(format!("/places/stalls/{id}"), lines)
}
