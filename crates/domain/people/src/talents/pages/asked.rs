//! `/talents`: who is listed, whose answer is awaited, and who said no.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_web::{ApiForm, ApiQuery, App, Caller, PathId, Prefs, Shell, WebResult, page};

use super::shell;
use crate::Vault;
use crate::pages::form::to;
use crate::permissions::{TALENTS_READ, TALENTS_WRITE};
use crate::talents::entities::talent;
use crate::talents::{AnswerTalent, TalentState, TalentView, WithdrawTalent, talents};

#[derive(Template)]
#[template(path = "talents/list.html")]
struct ListPage {
    s: Shell,
    waiting: Vec<TalentView>,
    listed: Vec<TalentView>,
    /// Said no, took it back, or were taken off.
    others: Vec<TalentView>,
    may_write: bool,
    saved: String,
}

impl ListPage {
    /// What a line says of somebody who is not listed.
    fn state(&self, one: &TalentView) -> String {
        let withdrawn = one.state == TalentState::Agreed && !one.listed;
        let state = if withdrawn {
            TalentState::Withdrawn
        } else {
            one.state
        };
        self.s.tt("talent-state", state)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Saved {
    saved: String,
}

/// `GET /talents`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(saved): ApiQuery<Saved>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&TALENTS_READ)?;
    let all = talents(app.db().read(), &vault, &scope).await?;
    let (waiting, rest): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|one| one.state == TalentState::Asked);
    let (mut listed, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|one| one.listed);
    listed.sort_by(|a, b| {
        let of = |one: &TalentView| (one.kind, one.field.clone(), one.card.name_masked.clone());
        of(a).cmp(&of(b))
    });
    let s = shell(&app, &ctx, prefs);
    page(&ListPage {
        saved: match saved.saved.as_str() {
            word @ ("asked" | "answered") => s.tt("talent-saved", word),
            _ => String::new(),
        },
        may_write: ctx.may(&TALENTS_WRITE),
        waiting,
        listed,
        others,
        s,
    })
}

async fn community_of(app: &App, ctx: &Ctx, id: Uuid) -> Result<CommunityId> {
    let scope = ctx.scope(&TALENTS_WRITE)?;
    let row = talent::Entity::find()
        .filter(talent::Column::CommunityId.is_in(scope.communities()))
        .filter(talent::Column::Id.eq(id))
        .one(app.db().read())
        .await?;
    row.map(|row| CommunityId(row.community_id))
        .ok_or_else(Problem::not_found)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AnswerForm {
    answer: String,
}

/// `POST /talents/{id}/answer`.
pub(super) async fn answer(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(form): ApiForm<AnswerForm>,
) -> WebResult<Response> {
    let command = AnswerTalent {
        vault: app.need::<Vault>()?,
        community: community_of(&app, &ctx, id).await?,
        id,
        yes: form.answer == "yes",
    };
    app.db().execute(&ctx, command).await?;
    Ok(to("/talents?saved=answered"))
}

/// `POST /talents/{id}/withdraw`.
pub(super) async fn withdraw(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let command = WithdrawTalent {
        vault: app.need::<Vault>()?,
        community: community_of(&app, &ctx, id).await?,
        id,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to("/talents?saved=answered"))
}
