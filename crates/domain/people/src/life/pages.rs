//! Pages: a person's whole life with the community, for whoever keeps the register; and that somebody died.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Access, CommunityId, Ctx, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, NavPlace, Paged, PathId, Prefs, Routes, Shell, WebResult, page,
};

use super::{LifeLines, LifeReader, LifeSource, NoteDeath, WithdrawDeath, lifeline};
use crate::facts::How;
use crate::own::FileSections;
use crate::pages::form::{Errors, shown, to, with_status};
use crate::pages::seen;
use crate::permissions::{PEOPLE_READ, PEOPLE_SENSITIVE, PEOPLE_WRITE};
use crate::{Directory, PersonCard, Vault};

pub(crate) fn routes() -> Routes {
    let (read, write) = (Access::Needs(&PEOPLE_READ), Access::Needs(&PEOPLE_WRITE));
    Routes::new()
        .get("/people/{id}/life", read, show)
        .get("/people/{id}/death", write, ask)
        .post("/people/{id}/death", write, note)
        .post("/people/{id}/death/withdraw", write, withdraw)
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/people")
}

/// A page of the timeline for whoever keeps the register; the caller has been shown the card.
pub(crate) async fn for_desk(
    app: &App,
    ctx: &Ctx,
    community: CommunityId,
    person: Uuid,
    page: Paged,
) -> Result<LifeLines> {
    let vault = app.need::<Vault>()?;
    let sensitive = ctx
        .scope(&PEOPLE_SENSITIVE)
        .is_ok_and(|scope| scope.contains_community(community));
    let source = LifeSource {
        vault: &vault,
        i18n: app.i18n(),
        ctx,
        sections: app.service::<FileSections>(),
        reader: LifeReader::Desk { sensitive },
    };
    lifeline(app.db().read(), &source, community, person, page).await
}

/// The same for the person.
pub(crate) async fn for_person(
    app: &App,
    ctx: &Ctx,
    community: CommunityId,
    person: Uuid,
    page: Paged,
) -> Result<LifeLines> {
    let vault = app.need::<Vault>()?;
    let source = LifeSource {
        vault: &vault,
        i18n: app.i18n(),
        ctx,
        sections: app.service::<FileSections>(),
        reader: LifeReader::Person,
    };
    lifeline(app.db().read(), &source, community, person, page).await
}

#[derive(Template)]
#[template(path = "whole/life.html")]
struct LifePage {
    s: Shell,
    back: String,
    name: String,
    life: LifeLines,
}

/// The page of a timeline, whoever reads it.
pub(crate) fn drawn(s: Shell, back: String, name: String, life: LifeLines) -> WebResult<Response> {
    page(&LifePage {
        s,
        back,
        name,
        life,
    })
}

/// `GET /people/{id}/life`.
async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(turn): ApiQuery<Paged>,
) -> WebResult<Response> {
    let card = seen(&app, &ctx, id).await?;
    let life = for_desk(&app, &ctx, card.community, card.id, turn).await?;
    let s = shell(&app, &ctx, prefs);
    drawn(s, format!("/people/{}", card.id), card.name_masked, life)
}

#[derive(Template)]
#[template(path = "whole/death.html")]
struct DeathPage {
    s: Shell,
    e: Errors,
    card: PersonCard,
    day: String,
}

#[derive(Debug, Default, Deserialize)]
struct DeathForm {
    #[serde(default)]
    day: String,
}

async fn card_of(app: &App, ctx: &Ctx, id: Uuid) -> Result<PersonCard> {
    let vault = app.need::<Vault>()?;
    Directory::card(app.db().read(), &vault, &ctx.scope(&PEOPLE_WRITE)?, id).await
}

/// `GET /people/{id}/death`.
async fn ask(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let card = card_of(&app, &ctx, id).await?;
    page(&DeathPage {
        s: shell(&app, &ctx, prefs),
        e: Errors::none(),
        card,
        day: String::new(),
    })
}

/// `POST /people/{id}/death`.
async fn note(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<DeathForm>,
) -> WebResult<Response> {
    let card = card_of(&app, &ctx, id).await?;
    let command = NoteDeath {
        vault: app.need::<Vault>()?,
        community: card.community,
        person: id,
        day: f.day.clone(),
        how: How::Desk,
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(to(&format!("/people/{id}?saved=changed"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let body = DeathPage {
                e: Errors::of(&s, &problem),
                s,
                card,
                day: f.day,
            };
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

/// `POST /people/{id}/death/withdraw`.
async fn withdraw(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let card = card_of(&app, &ctx, id).await?;
    let command = WithdrawDeath {
        vault: app.need::<Vault>()?,
        community: card.community,
        person: id,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/people/{id}?saved=changed")))
}
