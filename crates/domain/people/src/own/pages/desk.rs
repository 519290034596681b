//! The desk's side: requests to put facts right, and who is the guardian of a child.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Ctx, Problem};
use youlin_web::{ApiForm, ApiQuery, App, Caller, NavPlace, PathId, Prefs, Shell, WebResult, page};

use crate::entities::{correction, person};
use crate::own::corrections::{CorrectionState, CorrectionView, DecideCorrection, to_decide};
use crate::own::{SetGuardian, guardians_of, is_child};
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::PEOPLE_WRITE;
use crate::{Directory, PersonCard, Vault};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

#[derive(Template)]
#[template(path = "own/corrections.html")]
struct CorrectionsPage {
    s: Shell,
    e: Errors,
    state: CorrectionState,
    rows: Vec<(CorrectionView, PersonCard)>,
    saved: String,
    /// The request whose answer was refused, with what was typed.
    refused: Option<(Uuid, String)>,
}

impl CorrectionsPage {
    fn enters(&self, one: &CorrectionView) -> bool {
        let today = self.s.ctx().now().date();
        one.fact.is_entered_by_accepting(&one.wish, today)
    }

    fn typed(&self, id: &Uuid) -> &str {
        match &self.refused {
            Some((refused, typed)) if refused == id => typed,
            _ => "",
        }
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    state: String,
    #[serde(default)]
    saved: String,
}

fn know(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/people")
}

/// `GET /people/corrections?state=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> WebResult<Response> {
    let s = know(&app, &ctx, prefs);
    let state = CorrectionState::parse(&query.state).unwrap_or(CorrectionState::Open);
    let saved = match query.saved.as_str() {
        "accepted" | "declined" => s.tt("correction-saved", &query.saved),
        _ => String::new(),
    };
    rows(&app, &ctx, s, state, Errors::none(), saved, None).await
}

async fn rows(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    state: CorrectionState,
    e: Errors,
    saved: String,
    refused: Option<(Uuid, String)>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let rows = to_decide(app.db().read(), &vault, &scope, state).await?;
    page(&CorrectionsPage {
        s,
        e,
        state,
        rows,
        saved,
        refused,
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct DecideForm {
    #[serde(default)]
    answer: String,
    #[serde(default)]
    decision: String,
}

/// `POST /people/corrections/{id}`.
pub(super) async fn decide(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<DecideForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let row = correction::Entity::find()
        .filter(correction::Column::CommunityId.is_in(scope.communities()))
        .filter(correction::Column::Id.eq(id))
        .one(app.db().read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let accept = form.decision == "accept";
    let command = DecideCorrection {
        vault: app.need::<Vault>()?,
        community: youlin_kernel::CommunityId(row.community_id),
        id,
        accept,
        answer: form.answer.clone(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(to(if accept {
            "/people/corrections?saved=accepted"
        } else {
            "/people/corrections?saved=declined"
        })),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = know(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let refused = Some((id, form.answer));
            let page = rows(
                &app,
                &ctx,
                s,
                CorrectionState::Open,
                e,
                String::new(),
                refused,
            )
            .await?;
            Ok(with_status(&problem, page))
        }
    }
}

#[derive(Template)]
#[template(path = "own/guardians.html")]
struct GuardiansPage {
    s: Shell,
    e: Errors,
    card: PersonCard,
    is_child: bool,
    /// Those of the household, and whether each is noted as guardian.
    people: Vec<(PersonCard, bool)>,
}

async fn guardians_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    id: Uuid,
    e: Errors,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let db = app.db().read();
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let file = Directory::person(db, &vault, &scope, id).await?;
    let row = person::Entity::find_by_id((file.card.community.0, id))
        .one(db)
        .await?
        .ok_or_else(Problem::not_found)?;
    let known = guardians_of(db, file.card.community, id).await?;
    page(&GuardiansPage {
        s,
        e,
        is_child: is_child(&vault, &row, ctx.now())?,
        people: file
            .household
            .into_iter()
            .map(|card| {
                let noted = known.contains(&card.id);
                (card, noted)
            })
            .collect(),
        card: file.card,
    })
}

/// `GET /people/{id}/guardians`.
pub(super) async fn guardians(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = know(&app, &ctx, prefs);
    guardians_page(&app, &ctx, s, id, Errors::none()).await
}

#[derive(Debug, Deserialize)]
pub(super) struct GuardianForm {
    #[serde(default)]
    guardian: String,
    /// `off` ends it.
    #[serde(default)]
    set: String,
}

/// `POST /people/{id}/guardians`.
pub(super) async fn set_guardian(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<GuardianForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let card = Directory::card(app.db().read(), &vault, &scope, id).await?;
    let command = SetGuardian {
        vault,
        community: card.community,
        child: id,
        guardian: form
            .guardian
            .parse()
            .map_err(|_no_id| Problem::not_found())?,
        on: form.set != "off",
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(to(&format!("/people/{id}/guardians"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = know(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let page = guardians_page(&app, &ctx, s, id, e).await?;
            Ok(with_status(&problem, page))
        }
    }
}
