//! `/rounds/campaigns/{id}`: found, removed and overdue by community, each figure opening to its hazards, and the list of
//! premises.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::{AreaId, CommunityId, Problem, Result};
use youlin_people::{Directory, Party};
use youlin_web::{ApiForm, ApiQuery, App, Caller, PathId, Prefs, Shell, WebResult, page};

use super::super::{question, shell};
use crate::CloseCampaign;
use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ};
use crate::queries::{
    CampaignFigures, CampaignPremises, CampaignView, campaign_figures, campaign_inspected,
    campaign_list, campaign_view,
};
use crate::service::Rounds;

#[derive(Template)]
#[template(path = "campaign.html")]
struct CampaignPage {
    s: Shell,
    one: CampaignView,
    asked: String,
    sum: CampaignFigures,
    by: Vec<(CommunityId, CampaignFigures)>,
    listed: Vec<CampaignPremises>,
    community: Option<CommunityId>,
    /// Only what was inspected is listed.
    inspected: bool,
    from: u64,
    more: Option<u64>,
    may_plan: bool,
    /// Who inspects, and who looks again besides those who always do.
    inspectors: String,
    recheckers: String,
    saved: String,
}

/// The names of these, or what it means that none is named.
async fn names(app: &App, s: &Shell, parties: &[Party], none: &str) -> Result<String> {
    let scope = s.ctx().scope(&ROUNDS_READ)?;
    let rounds = app.need::<Rounds>()?;
    let communities = scope.communities();
    let asked: Vec<(CommunityId, Party)> = parties
        .iter()
        .flat_map(|party| communities.iter().map(|id| (CommunityId(*id), *party)))
        .collect();
    let found = Directory::party_names(app.db().read(), &rounds.vault, &asked).await?;
    let named: Vec<String> = parties
        .iter()
        .filter_map(|party| found.get(party).cloned())
        .collect();
    Ok(if named.is_empty() {
        s.t(none)
    } else {
        named.join(&s.t("list-comma"))
    })
}

impl CampaignPage {
    fn drafts(&self) -> String {
        format!("campaign:{} campaign:new", self.one.id)
    }

    fn name(&self, community: &CommunityId) -> String {
        self.s.area(&AreaId::from(*community))
    }

    fn within(&self) -> String {
        let community = self
            .community
            .map_or_else(String::new, |id| format!("&community={id}"));
        if self.inspected {
            community + "&inspected=1"
        } else {
            community
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Asked {
    saved: String,
    /// Premises are listed from this one on.
    from: u64,
    community: Option<CommunityId>,
    /// Only what was inspected is listed.
    inspected: String,
}

/// Premises of one page of [`campaign_list`].
const PAGE: usize = 100;

/// `GET /rounds/campaigns/{id}`.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let db = app.db();
    let one = campaign_view(db, &ctx, &scope, id).await?;
    let narrowed = match asked.community {
        Some(community) => scope.narrowed(ctx.areas(), community.into()),
        None => scope.clone(),
    };
    let mut sum = CampaignFigures::default();
    let by: Vec<_> = campaign_figures(db, &scope, id)
        .await?
        .into_iter()
        .collect();
    for (_, figures) in &by {
        sum += *figures;
    }
    let inspected = !asked.inspected.is_empty();
    let listed = if inspected {
        campaign_inspected(db, &narrowed, id, asked.from).await?
    } else {
        campaign_list(db, &narrowed, id, asked.from).await?
    };
    let s = shell(&app, &ctx, prefs);
    page(&CampaignPage {
        inspectors: names(&app, &s, &one.inspectors, "campaign-inspector-usual").await?,
        recheckers: names(&app, &s, &one.recheckers, "policy-rechecker-usual").await?,
        asked: question::words(&s, &one.question),
        may_plan: ctx.require(&ROUNDS_PLAN, one.area).is_ok(),
        saved: if asked.saved.is_empty() {
            String::new()
        } else {
            s.t("campaign-saved")
        },
        more: (listed.len() == PAGE).then_some(asked.from + PAGE as u64),
        from: asked.from,
        community: asked.community,
        inspected,
        sum,
        by,
        listed,
        one,
        s,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct CloseForm {
    version: String,
}

/// `POST /rounds/campaigns/{id}/close`.
pub(in crate::pages) async fn close(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(f): ApiForm<CloseForm>,
) -> WebResult<Response> {
    let version = f.version.parse();
    let command = CloseCampaign {
        campaign: id,
        version: version.map_err(|_none| Problem::invalid("version", "required"))?,
    };
    app.db().execute(&ctx, command).await?;
    Ok(Redirect::to(&format!("/rounds/campaigns/{id}?saved=1")).into_response())
}
