//! `/rounds/campaigns`: campaigns with what they count.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::super::{question, shell};
use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ};
use crate::queries::{CampaignFigures, CampaignView, campaign_figures, campaigns};

#[derive(Template)]
#[template(path = "campaigns.html")]
struct ListPage {
    s: Shell,
    lines: Vec<(CampaignView, String, CampaignFigures)>,
    may_plan: bool,
    saved: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Saved {
    saved: String,
}

/// `GET /rounds/campaigns`.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(done): ApiQuery<Saved>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let s = shell(&app, &ctx, prefs);
    let mut lines = Vec::new();
    for one in campaigns(app.db(), &ctx, &scope).await? {
        let mut sum = CampaignFigures::default();
        for figures in campaign_figures(app.db(), &scope, one.id).await?.values() {
            sum += *figures;
        }
        let asked = question::words(&s, &one.question);
        lines.push((one, asked, sum));
    }
    page(&ListPage {
        may_plan: ctx.may(&ROUNDS_PLAN),
        saved: if done.saved.is_empty() {
            String::new()
        } else {
            s.t("campaign-saved")
        },
        lines,
        s,
    })
}
