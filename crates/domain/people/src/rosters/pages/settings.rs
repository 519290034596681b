//! `/rosters/settings`: what a community asks of its rosters.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_web::{ApiForm, ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::shell;
use crate::MembershipRole;
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::ROSTERS_WRITE;
use crate::rosters::load::policy;
use crate::rosters::{RosterPolicy, SetRosterPolicy};

#[derive(Template)]
#[template(path = "rosters/settings.html")]
struct SettingsPage {
    s: Shell,
    e: Errors,
    community: CommunityId,
    worker_most: String,
    grid_most: String,
    policy: RosterPolicy,
    saved: bool,
}

impl SettingsPage {
    fn area(&self) -> AreaId {
        self.community.into()
    }

    fn roles(&self) -> &'static [MembershipRole] {
        let _shape_of_templates = self;
        MembershipRole::ALL
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    area: Option<i64>,
    saved: String,
}

fn community(ctx: &Ctx, area: Option<i64>) -> Result<CommunityId> {
    let scope = ctx.scope(&ROSTERS_WRITE)?;
    let asked = area.and_then(|area| ctx.areas().community_of(AreaId(area)));
    let first = scope.parts().first().map(|part| part.community);
    let community = asked.or(first).ok_or_else(Problem::not_found)?;
    ctx.authorize(&ROSTERS_WRITE, community)?;
    Ok(community)
}

/// `GET /rosters/settings?area=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(which): ApiQuery<Which>,
) -> WebResult<Response> {
    let community = community(&ctx, which.area)?;
    let policy = policy(app.db().read(), community).await?;
    page(&SettingsPage {
        e: Errors::none(),
        worker_most: policy.worker_most.to_string(),
        grid_most: policy.grid_most.to_string(),
        saved: !which.saved.is_empty(),
        policy,
        community,
        s: shell(&app, &ctx, prefs),
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SettingsForm {
    area: Option<i64>,
    worker_most: String,
    grid_most: String,
    grid_role: Vec<MembershipRole>,
    neighbourhood_role: Vec<MembershipRole>,
}

/// `POST /rosters/settings`.
pub(super) async fn save(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<SettingsForm>,
) -> WebResult<Response> {
    let community = community(&ctx, form.area)?;
    let number = |text: &str| text.trim().parse().unwrap_or(0);
    let policy = RosterPolicy {
        worker_most: number(&form.worker_most),
        grid_most: number(&form.grid_most),
        grid_roles: form.grid_role,
        neighbourhood_roles: form.neighbourhood_role,
    };
    let command = SetRosterPolicy {
        community,
        policy: policy.clone(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(to(&format!("/rosters/settings?area={community}&saved=yes"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let body = SettingsPage {
                e: Errors::of(&s, &problem),
                worker_most: form.worker_most,
                grid_most: form.grid_most,
                saved: false,
                policy,
                community,
                s,
            };
            Ok(with_status(&problem, page(&body)?))
        }
    }
}
