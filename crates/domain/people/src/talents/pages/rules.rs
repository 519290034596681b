//! `/talents/rules`: what counts as a reason here.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{AreaId, CommunityId};
use youlin_web::{ApiForm, ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::{community, shell};
use crate::pages::form::{Errors, shown, to, with_status};
use crate::talents::{ReasonKind, Rule, SetTalentRules, rules};

#[derive(Template)]
#[template(path = "talents/rules.html")]
struct RulesPage {
    s: Shell,
    e: Errors,
    community: CommunityId,
    rules: Vec<Rule>,
    saved: bool,
}

impl RulesPage {
    fn area(&self) -> AreaId {
        self.community.into()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    area: Option<i64>,
    saved: String,
}

/// `GET /talents/rules?area=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(which): ApiQuery<Which>,
) -> WebResult<Response> {
    let community = community(&ctx, which.area)?;
    page(&RulesPage {
        rules: rules(app.db().read(), community).await?,
        saved: !which.saved.is_empty(),
        e: Errors::none(),
        community,
        s: shell(&app, &ctx, prefs),
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RulesForm {
    area: Option<i64>,
    counts: Vec<ReasonKind>,
    /// In the order of the reasons.
    least: Vec<String>,
    within: Vec<String>,
}

/// `POST /talents/rules`.
pub(super) async fn save(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<RulesForm>,
) -> WebResult<Response> {
    let community = community(&ctx, form.area)?;
    let number = |list: &[String], at: usize| {
        list.get(at)
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(-1)
    };
    let rules: Vec<Rule> = ReasonKind::ALL
        .iter()
        .enumerate()
        .map(|(at, kind)| Rule {
            kind: *kind,
            counts: form.counts.contains(kind),
            least: number(&form.least, at),
            within_days: number(&form.within, at),
        })
        .collect();
    let command = SetTalentRules {
        community,
        rules: rules.clone(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(to(&format!("/talents/rules?area={community}&saved=yes"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let body = RulesPage {
                e: Errors::of(&s, &problem),
                saved: false,
                community,
                rules,
                s,
            };
            Ok(with_status(&problem, page(&body)?))
        }
    }
}
