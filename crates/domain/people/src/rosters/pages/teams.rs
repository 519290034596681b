//! `/rosters/teams/{area}`: the team of a grid or neighbourhood, its cards for printing, and the public card.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, NavPlace, PathId, Prefs, Shell, WebResult, page,
};

use super::bare::{Bare, bare, door_choices, others};
use super::shell;
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::{PEOPLE_WRITE, ROSTERS_READ, ROSTERS_WRITE};
use crate::queries::OnDuty;
use crate::rosters::{EndShare, TakeShare, TeamMember, ground, team};
use crate::{Directory, MembershipRole, Vault};

#[derive(Template)]
#[template(path = "rosters/team.html")]
struct TeamPage {
    s: Shell,
    e: Errors,
    area: AreaId,
    way: Vec<AreaId>,
    below: Vec<AreaId>,
    members: Vec<TeamMember>,
    /// Dwellings of each membership.
    loads: BTreeMap<Uuid, usize>,
    most: usize,
    /// Buildings and entrances of the area, each with where it stands.
    doors: Vec<(AreaId, Choice)>,
    bare: Vec<Bare>,
    /// Of what was given to somebody, by share: whose it is all the same.
    others: BTreeMap<Uuid, String>,
    may_join: bool,
    saved: bool,
}

impl TeamPage {
    /// What can be given to this one: [`TakeShare`] refuses what lies outside their area.
    fn offered(&self, member: &TeamMember) -> Vec<&Choice> {
        if !self.may_give(member) {
            return Vec::new();
        }
        let tree = self.s.ctx().areas();
        self.doors
            .iter()
            .filter(|(at, _)| tree.is_within(*at, member.area))
            .map(|(_, door)| door)
            .collect()
    }

    /// Somebody of a wider area is on the list, too; what they look after is decided there.
    fn may_give(&self, member: &TeamMember) -> bool {
        let ctx = self.s.ctx();
        self.is_micro(member) && ctx.authorize(&ROSTERS_WRITE, member.area).is_ok()
    }

    fn load(&self, member: &TeamMember) -> Option<usize> {
        self.loads.get(&member.membership).copied()
    }

    fn others_at(&self, share: &Uuid) -> Option<&String> {
        self.others.get(share)
    }

    fn is_micro(&self, member: &TeamMember) -> bool {
        let _shape_of_templates = self;
        member.role == MembershipRole::MicroGridWorker
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Saved {
    saved: String,
}

/// An area with a team: of a community or below it.
fn team_area(ctx: &Ctx, id: &str) -> Result<AreaId> {
    let area = id
        .parse()
        .map(AreaId)
        .map_err(|_no_number| Problem::not_found())?;
    ctx.areas()
        .community_of(area)
        .map(|_community| area)
        .ok_or_else(Problem::not_found)
}

async fn team_page(app: &App, ctx: &Ctx, s: Shell, area: AreaId, e: Errors) -> WebResult<TeamPage> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    let tree = ctx.areas();
    let members = team(app.db(), &vault, &scope, tree, ctx.now(), area).await?;
    let community = tree.community_of(area).ok_or_else(Problem::not_found)?;
    let ground = ground(app.db(), &vault, &scope, community).await?;
    let may_write = ctx.authorize(&ROSTERS_WRITE, area).is_ok();
    let (doors, bare, others) = match may_write {
        true => (
            door_choices(&s, &vault, &ground, area),
            bare(ctx, &vault, &ground, area),
            others(&s, &vault, &ground, &members).await?,
        ),
        false => Default::default(),
    };
    let mut way: Vec<AreaId> = tree
        .upwards(area)
        .skip(1)
        .map(|node| node.id)
        .take_while(|id| {
            scope.contains(community, &[Some(*id)]) && tree.community_of(*id).is_some()
        })
        .collect();
    way.reverse();
    let below = tree.children(area).iter().copied();
    Ok(TeamPage {
        below: below
            .filter(|id| tree.get(*id).is_some_and(|node| !node.closed))
            .collect(),
        loads: ground.coverage.load.clone(),
        most: ground.policy.worker_most,
        may_join: ctx.authorize(&PEOPLE_WRITE, area).is_ok(),
        saved: false,
        members,
        doors,
        bare,
        others,
        way,
        area,
        e,
        s,
    })
}

/// `GET /rosters/teams/{area}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(id): Path<String>,
    ApiQuery(saved): ApiQuery<Saved>,
) -> WebResult<Response> {
    let area = team_area(&ctx, &id)?;
    let s = shell(&app, &ctx, prefs);
    let body = team_page(&app, &ctx, s, area, Errors::none()).await?;
    page(&TeamPage {
        saved: !saved.saved.is_empty(),
        ..body
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct ShareForm {
    area: String,
    membership: Uuid,
    /// Building and entrance, with a colon between.
    #[serde(default)]
    door: String,
}

/// `POST /rosters/shares`.
pub(super) async fn take_share(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<ShareForm>,
) -> WebResult<Response> {
    let area = team_area(&ctx, &form.area)?;
    let community = ctx.areas().community_of(area);
    let taken = async {
        let (building, entrance) = form.door.split_once(':').unwrap_or((&form.door, ""));
        let command = TakeShare {
            vault: app.need::<Vault>()?,
            community: community.ok_or_else(Problem::not_found)?,
            membership: form.membership,
            building: building
                .parse()
                .map_err(|_none| Problem::invalid("door", "unknown-building"))?,
            entrance: entrance.to_owned(),
        };
        app.db().execute(&ctx, command).await
    };
    match taken.await {
        Ok(_id) => Ok(to(&format!("/rosters/teams/{area}?saved=share"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let body = team_page(&app, &ctx, s, area, e).await?;
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct EndForm {
    area: String,
}

/// `POST /rosters/shares/{id}/end`.
pub(super) async fn end_share(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(form): ApiForm<EndForm>,
) -> WebResult<Response> {
    let area = team_area(&ctx, &form.area)?;
    let community = ctx.areas().community_of(area);
    let command = EndShare {
        community: community.ok_or_else(Problem::not_found)?,
        id,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/rosters/teams/{area}?saved=share")))
}

#[derive(Template)]
#[template(path = "rosters/cards.html")]
struct CardsPage {
    s: Shell,
    area: AreaId,
    members: Vec<TeamMember>,
    /// The address of the public card, and its picture.
    address: String,
    picture: String,
}

/// `GET /rosters/teams/{area}/cards`: to be printed and put up at the entrance.
pub(super) async fn cards(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(id): Path<String>,
) -> WebResult<Response> {
    let area = team_area(&ctx, &id)?;
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    let members = team(app.db(), &vault, &scope, ctx.areas(), ctx.now(), area).await?;
    let address = format!("{}/my-grid-worker/{area}", app.config().public_url);
    let members = members.into_iter().filter(|one| is_public(one.role));
    page(&CardsPage {
        members: members.collect(),
        picture: crate::totp::picture(&address)?,
        address,
        area,
        s: shell(&app, &ctx, prefs),
    })
}

/// Whose name anybody may know: those one calls for an address.
fn is_public(role: MembershipRole) -> bool {
    matches!(
        role,
        MembershipRole::GridWorker | MembershipRole::MicroGridWorker
    )
}

#[derive(Template)]
#[template(path = "rosters/public.html")]
struct PublicPage {
    s: Shell,
    area: AreaId,
    grid_worker: Option<OnDuty>,
    micro: Option<OnDuty>,
}

/// `GET /my-grid-worker/{area}`: what the code on the card opens; names and duty numbers of two people.
pub(super) async fn public(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(id): Path<String>,
) -> WebResult<Response> {
    let area = team_area(&ctx, &id)?;
    let vault = app.need::<Vault>()?;
    let tree = ctx.areas();
    let community = tree.community_of(area).ok_or_else(Problem::not_found)?;
    let db = app.db().read();
    let worker = Directory::grid_worker_of(db, &vault, tree, community, Some(area)).await?;
    let micro = Directory::micro_grid_worker_of(db, &vault, tree, community, Some(area)).await?;
    page(&PublicPage {
        grid_worker: worker.map(OnDuty::from),
        micro: micro.map(OnDuty::from),
        area,
        s: Shell::new(&app, &ctx, prefs, NavPlace::None, ""),
    })
}
