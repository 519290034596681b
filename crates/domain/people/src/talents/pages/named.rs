//! `/talents/named`: neighbours who were named; the desk finds out who is meant.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Problem};
use youlin_web::{ApiForm, ApiQuery, App, Caller, Choice, PathId, Prefs, Shell, WebResult, page};

use super::shell;
use crate::pages::form::{Errors, area_of, areas_with, shown, to, with_status};
use crate::permissions::{PEOPLE_READ, TALENTS_READ, TALENTS_WRITE};
use crate::talents::entities::talent_named;
use crate::talents::{DecideNaming, NameNeighbour, NamingState, NamingView, namings};
use crate::{Directory, PersonCard, Vault};

/// People offered for one name.
const OFFERED: u64 = 10;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NamedForm {
    area: String,
    name: String,
    place: String,
    why: String,
}

#[derive(Template)]
#[template(path = "talents/named.html")]
struct NamedPage {
    s: Shell,
    e: Errors,
    f: NamedForm,
    state: NamingState,
    rows: Vec<NamingView>,
    areas: Vec<Choice>,
    /// The naming somebody is looked for, what was typed, and who was found.
    at: Option<Uuid>,
    who: String,
    found: Vec<PersonCard>,
    may_write: bool,
}

impl NamedPage {
    fn is_at(&self, id: &Uuid) -> bool {
        self.at == Some(*id)
    }

    fn states(&self) -> &'static [NamingState] {
        let _shape_of_templates = self;
        NamingState::ALL
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    state: String,
    at: String,
    who: String,
}

async fn named_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    which: Which,
    f: NamedForm,
    e: Errors,
) -> WebResult<NamedPage> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&TALENTS_READ)?;
    let db = app.db().read();
    let state = NamingState::parse(&which.state).unwrap_or(NamingState::Open);
    let rows = namings(db, &vault, &scope, state).await?;
    let at: Option<Uuid> = which.at.parse().ok();
    let at = rows.iter().find(|row| Some(row.id) == at);
    let who = match at {
        Some(row) if which.who.trim().is_empty() => row.name.clone(),
        _ => which.who,
    };
    let found = match at {
        Some(row) => {
            let people = ctx.scope(&PEOPLE_READ)?;
            let people = people.narrowed(ctx.areas(), row.community.into());
            Directory::search(db, &vault, &people, &who, OFFERED).await?
        }
        None => Vec::new(),
    };
    Ok(NamedPage {
        areas: areas_with(&s, &TALENTS_WRITE)
            .into_iter()
            .filter(|one| {
                area_of(&one.value).is_some_and(|area| ctx.areas().community_of(area).is_some())
            })
            .collect(),
        may_write: ctx.may(&TALENTS_WRITE),
        at: at.map(|row| row.id),
        state,
        rows,
        who,
        found,
        e,
        f,
        s,
    })
}

/// `GET /talents/named?state=&at=&who=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(which): ApiQuery<Which>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let f = NamedForm::default();
    page(&named_page(&app, &ctx, s, which, f, Errors::none()).await?)
}

/// `POST /talents/named`.
pub(super) async fn name(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(f): ApiForm<NamedForm>,
) -> WebResult<Response> {
    let named = async {
        let command = NameNeighbour {
            vault: app.need::<Vault>()?,
            area: area_of(&f.area).ok_or_else(|| Problem::invalid("area", "required"))?,
            name: f.name.clone(),
            place: f.place.clone(),
            why: f.why.clone(),
        };
        app.db().execute(&ctx, command).await
    };
    match named.await {
        Ok(_id) => Ok(to("/talents/named")),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let body = named_page(&app, &ctx, s, Which::default(), f, e).await?;
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DecideForm {
    /// Empty: dropped.
    person: String,
}

/// `POST /talents/named/{id}`.
pub(super) async fn decide(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(form): ApiForm<DecideForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&TALENTS_WRITE)?;
    let row = talent_named::Entity::find()
        .filter(talent_named::Column::CommunityId.is_in(scope.communities()))
        .filter(talent_named::Column::Id.eq(id))
        .one(app.db().read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let person = match form.person.as_str() {
        "" => None,
        text => Some(
            text.parse()
                .map_err(|_no_id| Problem::invalid("person", "unknown-person"))?,
        ),
    };
    let command = DecideNaming {
        vault: app.need::<Vault>()?,
        community: CommunityId(row.community_id),
        id,
        person,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to("/talents/named"))
}
