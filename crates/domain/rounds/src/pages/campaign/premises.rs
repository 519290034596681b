//! `/rounds/campaigns/{id}/list`: what the registers answer now against the list; taking it over starts the campaign, or
//! refreshes it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_datasets::Datasets;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, App, Caller, FormFaults, PathId, Prefs, Shell, WebResult, mendable, page, refused_with,
};

use super::super::question;
use super::super::shell;
use crate::permissions::ROUNDS_PLAN;
use crate::queries::{CampaignView, campaign_view};
use crate::{MarkStarted, Preview, apply_list, preview_list};

/// Lines shown of each part; the rest is counted.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "campaign_list.html")]
struct ListPage {
    s: Shell,
    e: FormFaults,
    one: CampaignView,
    asked: String,
    preview: Preview,
}

impl ListPage {
    fn name(&self, community: &CommunityId) -> String {
        self.s.area(&AreaId::from(*community))
    }

    fn shown(&self) -> usize {
        SHOWN
    }
}

async fn previewed(app: &App, ctx: &Ctx, id: Uuid) -> Result<(CampaignView, Preview)> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let one = campaign_view(app.db(), ctx, &scope, id).await?;
    let datasets = app.need::<Datasets>()?;
    let preview = preview_list(&datasets, app.db(), ctx, &one).await?;
    Ok((one, preview))
}

/// `GET /rounds/campaigns/{id}/list`.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let (one, preview) = previewed(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    page(&ListPage {
        asked: question::words(&s, &one.question),
        e: FormFaults::none(),
        one,
        preview,
        s,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct TakeForm {
    version: String,
    /// What was shown: taken over only while it is still so.
    add: usize,
    drop: usize,
}

/// `POST /rounds/campaigns/{id}/list`.
pub(in crate::pages) async fn take(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<TakeForm>,
) -> WebResult<Response> {
    let (one, preview) = previewed(&app, &ctx, id).await?;
    let taken = async {
        if (preview.add.len(), preview.drop.len()) != (f.add, f.drop) {
            return Err(Problem::new(
                youlin_kernel::ProblemKind::Conflict,
                "campaign-list-changed",
            ));
        }
        apply_list(app.db(), &ctx, &one, preview).await?;
        let version = f.version.parse();
        let start = MarkStarted {
            campaign: id,
            version: version.map_err(|_none| Problem::invalid("version", "required"))?,
        };
        app.db().execute(&ctx, start).await
    };
    match taken.await {
        Ok(()) => Ok(Redirect::to(&format!("/rounds/campaigns/{id}?saved=1")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let (one, preview) = previewed(&app, &ctx, id).await?;
            let s = shell(&app, &ctx, prefs);
            let body = ListPage {
                asked: question::words(&s, &one.question),
                e: FormFaults::of(&s, &problem),
                one,
                preview,
                s,
            };
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}
