//! `/rounds/hazards`: the list of hazards; every figure about them opens to a part of it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Micros};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::super::shell;
use super::words;
use crate::permissions::ROUNDS_READ;
use crate::queries::{HazardFilter, HazardView, HazardsOf, campaign_view, count_hazards, hazards};

/// Where the list is looked at from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Asked {
    of: String,
    campaign: Option<Uuid>,
    premises: Option<Uuid>,
    community: Option<CommunityId>,
    before: Option<i64>,
    before_id: Option<Uuid>,
}

#[derive(Template)]
#[template(path = "hazards.html")]
struct ListPage {
    s: Shell,
    of: HazardsOf,
    /// What the list is narrowed to, in words.
    narrowed: Vec<String>,
    /// The rest of the address, for the chips.
    rest: String,
    hazards: Vec<HazardView>,
    /// How many there are of this kind, whatever this page shows.
    count: u64,
    more: Option<(Micros, Uuid)>,
}

impl ListPage {
    fn kinds(&self) -> &'static [HazardsOf] {
        HazardsOf::ALL
    }
}

/// Lines of a full page of [`hazards`].
const FULL: usize = 100;

/// `GET /rounds/hazards`.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let of = HazardsOf::parse(&asked.of).unwrap_or(HazardsOf::Listed);
    let filter = HazardFilter {
        of: Some(of),
        campaign: asked.campaign,
        premises: asked.premises,
        community: asked.community,
        before: asked.before.map(Micros),
        before_id: asked.before_id,
        ..HazardFilter::default()
    };
    let found = hazards(app.db(), &scope, filter).await?;
    let s = shell(&app, &ctx, prefs);
    let mut narrowed = Vec::new();
    let mut rest = String::new();
    if let Some(id) = asked.campaign {
        narrowed.push(campaign_view(app.db(), &ctx, &scope, id).await?.title);
        rest.push_str(&format!("&campaign={id}"));
    }
    if let Some(id) = asked.premises {
        narrowed.extend(found.first().map(|one| one.premises_name.clone()));
        rest.push_str(&format!("&premises={id}"));
    }
    if let Some(id) = asked.community {
        narrowed.push(s.area(&id.into()));
        rest.push_str(&format!("&community={id}"));
    }
    let more = (found.len() == FULL)
        .then(|| found.last().map(|one| (one.found_at, one.id)))
        .flatten();
    page(&ListPage {
        count: count_hazards(app.db(), &scope, filter).await?,
        s,
        of,
        narrowed,
        rest,
        hazards: found,
        more,
    })
}
