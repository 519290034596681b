//! The desk's side: requests to put facts right, and who is the guardian of a child.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Problem};
use youlin_web::{ApiForm, ApiQuery, App, Caller, NavPlace, PathId, Prefs, Shell, WebResult, page};

use crate::age::age_of;
use crate::entities::{correction, person};
use crate::own::{CorrectionState, DecideCorrection, ToDecide, to_decide};
use crate::own::{SetGuardian, guardians_of, is_child};
use crate::pages::age_words;
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::{PEOPLE_REVEAL, PEOPLE_WRITE};
use crate::{Directory, PersonCard, Reveal, RevealField, Vault};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

#[derive(Template)]
#[template(path = "own/corrections.html")]
struct CorrectionsPage {
    s: Shell,
    state: CorrectionState,
    rows: Vec<ToDecide>,
    saved: String,
    may_reveal: bool,
    typed: Typed,
}

/// What was asked of one of the requests.
#[derive(Default)]
struct Typed {
    e: Errors,
    /// Which of them.
    request: Option<Uuid>,
    answer: String,
    purpose: Option<String>,
    /// Its wish in the clear, on the answer that asked for it.
    wish: Option<String>,
}

impl CorrectionsPage {
    fn is_typed(&self, one: &ToDecide) -> bool {
        self.typed.request == Some(one.request.id)
    }

    fn answer(&self, one: &ToDecide) -> &str {
        if self.is_typed(one) {
            &self.typed.answer
        } else {
            ""
        }
    }

    /// Why one looks is nearly always this.
    fn purpose(&self, one: &ToDecide) -> String {
        match &self.typed.purpose {
            Some(purpose) if self.is_typed(one) => purpose.clone(),
            _ => self.s.t("corrections-purpose"),
        }
    }

    /// The wish in the clear, of the one that was asked for.
    fn opened(&self, one: &ToDecide) -> Option<&str> {
        self.typed
            .wish
            .as_deref()
            .filter(|_wish| self.is_typed(one))
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
    rows(&app, &ctx, s, state, saved, Typed::default()).await
}

async fn rows(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    state: CorrectionState,
    saved: String,
    typed: Typed,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let today = ctx.now().local().date();
    let rows = to_decide(app.db().read(), &vault, &scope, state, today).await?;
    page(&CorrectionsPage {
        s,
        state,
        rows,
        saved,
        may_reveal: ctx.may(&PEOPLE_REVEAL),
        typed,
    })
}

/// The row of a request the caller may decide.
async fn request(app: &App, ctx: &Ctx, id: Uuid) -> WebResult<correction::Model> {
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let row = correction::Entity::find()
        .filter(correction::Column::CommunityId.is_in(scope.communities()))
        .filter(correction::Column::Id.eq(id))
        .one(app.db().read())
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(row)
}

#[derive(Debug, Deserialize)]
pub(super) struct WishForm {
    #[serde(default)]
    purpose: String,
}

/// `POST /people/corrections/{id}/reveal`: besides the list's own permission [`Reveal`] asks for `people.reveal`. The wish
/// stands on this one answer only; the person sees who looked and why.
pub(super) async fn reveal_wish(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<WishForm>,
) -> WebResult<Response> {
    let row = request(&app, &ctx, id).await?;
    let state = CorrectionState::parse(&row.state).unwrap_or(CorrectionState::Open);
    let command = Reveal {
        vault: app.need::<Vault>()?,
        community: CommunityId(row.community_id),
        person: row.person_id,
        fields: vec![RevealField::Wish(id)],
        purpose: form.purpose.clone(),
        case: None,
    };
    let s = know(&app, &ctx, prefs);
    let typed = Typed {
        request: Some(id),
        purpose: Some(form.purpose),
        ..Typed::default()
    };
    match app.db().execute(&ctx, command).await {
        Ok(revealed) => {
            let wish = revealed.fields.into_iter().find_map(|one| one.value);
            let typed = Typed { wish, ..typed };
            rows(&app, &ctx, s, state, String::new(), typed).await
        }
        Err(problem) => {
            let problem = shown(problem)?;
            let e = Errors::of(&s, &problem);
            let typed = Typed { e, ..typed };
            let page = rows(&app, &ctx, s, state, String::new(), typed).await?;
            Ok(with_status(&problem, page))
        }
    }
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
    let row = request(&app, &ctx, id).await?;
    let accept = form.decision == "accept";
    let command = DecideCorrection {
        vault: app.need::<Vault>()?,
        community: CommunityId(row.community_id),
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
            let typed = Typed {
                e,
                request: Some(id),
                answer: form.answer,
                ..Typed::default()
            };
            let open = CorrectionState::Open;
            let page = rows(&app, &ctx, s, open, String::new(), typed).await?;
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
    /// The child's age.
    age: String,
    /// Those of the household, what tells two of one masked name apart, and whether each is noted as guardian.
    people: Vec<(PersonCard, String, bool)>,
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
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.eq(file.card.community.0))
        .filter(person::Column::Id.is_in(file.household.iter().map(|card| card.id)))
        .all(db)
        .await?;
    let mut people = Vec::with_capacity(file.household.len());
    for card in file.household {
        let row = rows.iter().find(|row| row.id == card.id);
        let age = row.map(|row| age_of(&vault, row, ctx.now())).transpose()?;
        let sex = row.and_then(|row| row.sex.as_deref());
        let sex = sex.map(|sex| s.tt("sex", sex));
        let age = age.flatten().map(|age| age_words(&s, age));
        let who: Vec<String> = sex.into_iter().chain(age).collect();
        let noted = known.contains(&card.id);
        people.push((card, who.join(" · "), noted));
    }
    let age = age_of(&vault, &row, ctx.now())?;
    page(&GuardiansPage {
        age: age.map_or_else(String::new, |age| age_words(&s, age)),
        s,
        e,
        is_child: is_child(&vault, &row, ctx.now())?,
        people,
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
