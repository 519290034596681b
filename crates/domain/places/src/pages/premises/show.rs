//! `/places/premises/{id}`: premises with their stalls by section of the plan, who does business in them now and before, and
//! their equipment.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, Ctx, Problem};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, IdempotencyHeader, PathId, Prefs, Shell,
    WebResult, idempotency, mendable, page, refused_with,
};

use super::super::forms::{occupants, sent_key};
use super::{choices, shell};
use crate::commands::{ClosePremises, OpenStalls};
use crate::permissions::{PLACES_CHECK, PLACES_READ, PLACES_REGISTER};
use crate::premises::{
    EquipmentFilter, EquipmentView, Occupier, Premises, PremisesView, StallUse, StallView,
};

/// A stall with who is in it.
pub(super) struct Cell {
    pub(super) stall: StallView,
    pub(super) by: Vec<Occupier>,
}

/// A section of the plan.
struct Section {
    name: String,
    cells: Vec<Cell>,
    taken: usize,
}

#[derive(Template)]
#[template(path = "premises/show.html")]
struct ShowPage {
    s: Shell,
    e: FormFaults,
    f: StallsForm,
    reason: String,
    one: PremisesView,
    area: AreaId,
    sections: Vec<Section>,
    /// Those in no stall of it.
    whole: Vec<Occupier>,
    former: Vec<Occupier>,
    ended: Vec<StallView>,
    equipment: Vec<EquipmentView>,
    usages: Vec<Choice>,
    may_write: bool,
    may_check: bool,
    saved: String,
    key: String,
}

impl ShowPage {
    /// Drafts that are saved once this page says so.
    fn drafts(&self) -> String {
        let (id, community) = (self.one.id, self.one.community);
        format!("premises:new:{community} premises:{id}")
    }

    /// Whether rounds and hazards can be looked at by this caller on the floor above.
    fn rounds(&self) -> bool {
        self.s.doors().iter().any(|door| door.href == "/rounds")
    }

    /// Whether merchants can be entered by this caller on the floor above.
    fn people(&self) -> bool {
        self.s
            .doors()
            .iter()
            .any(|door| door.href == "/people/merchants")
    }
}

/// A row of stalls as typed.
#[derive(Clone, Debug, Default, Deserialize, serde::Serialize)]
#[serde(default)]
pub(super) struct StallsForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    section: String,
    numbers: String,
    floor_area: String,
    usage: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Saved {
    saved: String,
}

struct Typed {
    e: FormFaults,
    f: StallsForm,
    reason: String,
    saved: String,
}

impl Typed {
    fn none() -> Self {
        let f = StallsForm {
            usage: "selling".to_owned(),
            ..StallsForm::default()
        };
        Self {
            e: FormFaults::none(),
            f,
            reason: String::new(),
            saved: String::new(),
        }
    }
}

fn sections(stalls: Vec<StallView>, mut by: HashMap<Uuid, Vec<Occupier>>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for stall in stalls {
        if sections
            .last()
            .is_none_or(|last| last.name != stall.section)
        {
            sections.push(Section {
                name: stall.section.clone(),
                cells: Vec::new(),
                taken: 0,
            });
        }
        if let Some(last) = sections.last_mut() {
            let by = by.remove(&stall.id).unwrap_or_default();
            last.taken += usize::from(!by.is_empty());
            last.cells.push(Cell { stall, by });
        }
    }
    sections
}

async fn show_page(app: &App, ctx: &Ctx, s: Shell, id: Uuid, typed: Typed) -> WebResult<Response> {
    let scope = ctx.scope(&PLACES_READ)?;
    let db = app.db().read();
    let one = Premises::one(db, &scope, id).await?;
    let (ended, stalls) = Premises::stalls(db, &one, true)
        .await?
        .into_iter()
        .partition::<Vec<_>, _>(|stall| stall.ended_at.is_some());
    let all = occupants(app).of(app.db(), ctx, one.community, id).await?;
    let (present, former): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.to.is_none());
    let mut whole = Vec::new();
    let mut by: HashMap<Uuid, Vec<Occupier>> = HashMap::new();
    for one in present {
        match one.stall {
            Some(stall) => by.entry(stall).or_default().push(one),
            None => whole.push(one),
        }
    }
    let filter = EquipmentFilter {
        premises: Some(id),
        ..EquipmentFilter::default()
    };
    let equipment = Premises::equipment(db, &scope, &filter, ctx.now(), 500).await?;
    let usages = choices(
        &s,
        "stall-use",
        StallUse::ALL.iter().map(|one| one.as_str()),
    );
    page(&ShowPage {
        may_write: one.closed_at.is_none()
            && ctx.authorize(&PLACES_REGISTER, one.community).is_ok(),
        may_check: one.closed_at.is_none() && ctx.authorize(&PLACES_CHECK, one.area()).is_ok(),
        area: one.area(),
        sections: sections(stalls, by),
        key: ctx.new_id().to_string(),
        e: typed.e,
        f: typed.f,
        reason: typed.reason,
        saved: typed.saved,
        one,
        whole,
        former,
        ended,
        equipment,
        usages,
        s,
    })
}

/// `GET /places/premises/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Saved>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let saved = match done.saved.as_str() {
        "" => String::new(),
        _ => s.t("places-saved"),
    };
    let typed = Typed {
        saved,
        ..Typed::none()
    };
    show_page(&app, &ctx, s, id, typed).await
}

async fn again(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    id: Uuid,
    problem: Problem,
    typed: Typed,
) -> WebResult<Response> {
    let problem = mendable(problem)?;
    let e = FormFaults::of(&s, &problem);
    let body = show_page(app, ctx, s, id, Typed { e, ..typed }).await?;
    Ok(refused_with(&problem, body))
}

/// `POST /places/premises/{id}/stalls`.
pub(super) async fn stalls(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    header: IdempotencyHeader,
    PathId(id): PathId,
    ApiForm(f): ApiForm<StallsForm>,
) -> WebResult<Response> {
    let one = Premises::one(app.db().read(), &ctx.scope(&PLACES_REGISTER)?, id).await?;
    let saved = async {
        let command = OpenStalls {
            community: one.community,
            premises: id,
            section: f.section.clone(),
            numbers: f.numbers.clone(),
            floor_area: f.floor_area.clone(),
            usage: f.usage.clone(),
        };
        let sent = sent_key(header, &f.idempotency_key);
        let route = format!("/places/premises/{id}/stalls");
        let key = idempotency(sent.as_deref(), one.community, &route, &f)?;
        app.db().execute_once(&ctx, key, command).await
    };
    match saved.await {
        Ok(_count) => Ok(back(id, "stalls")),
        Err(problem) => {
            let typed = Typed { f, ..Typed::none() };
            again(&app, &ctx, shell(&app, &ctx, prefs), id, problem, typed).await
        }
    }
}

pub(super) fn back(id: Uuid, saved: &str) -> Response {
    Redirect::to(&format!("/places/premises/{id}?saved={saved}")).into_response()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CloseForm {
    version: String,
    reason: String,
}

/// `POST /places/premises/{id}/close`.
pub(super) async fn close(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<CloseForm>,
) -> WebResult<Response> {
    let one = Premises::one(app.db().read(), &ctx.scope(&PLACES_REGISTER)?, id).await?;
    let command = ClosePremises {
        community: one.community,
        id,
        version: f.version.parse().unwrap_or(0),
        reason: f.reason.clone(),
        occupants: occupants(&app),
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(back(id, "closed")),
        Err(problem) => {
            let typed = Typed {
                reason: f.reason,
                ..Typed::none()
            };
            again(&app, &ctx, shell(&app, &ctx, prefs), id, problem, typed).await
        }
    }
}
