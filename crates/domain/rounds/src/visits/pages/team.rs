//! `/rounds/visits`: the day of a whole community: who goes where, substitutes for whoever is away, and what has nobody. In
//! the order of the areas; nobody is measured against anybody.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::CommunityId;
use youlin_people::DoorsOf;
use youlin_web::{ApiQuery, App, Caller, Choice, Prefs, Shell, WebResult, page};

use super::{communities, community, people, shell, words};
use crate::service::Rounds;
use crate::visits::{
    DayPlan, DayRound, OnLeave, OpenFormSources, RuleView, VisitLine, day_plan, ground, visit_rule,
    visitors,
};

#[derive(Template)]
#[template(path = "visits/team.html")]
struct TeamPage {
    s: Shell,
    here: CommunityId,
    communities: Vec<Choice>,
    plan: DayPlan,
    away: Vec<OnLeave>,
    rule: RuleView,
}

impl TeamPage {
    fn whys(&self, visit: &VisitLine) -> String {
        words::whys(&self.s, &visit.whys).join(&self.s.t("visit-list-comma"))
    }

    fn leave(&self, one: &OnLeave) -> String {
        words::leave(&self.s, one)
    }

    /// Names of the areas, the widest alone where it holds the others.
    fn areas(&self, round: &DayRound) -> String {
        let widest = round.visitor.widest(self.s.ctx().areas());
        let names: Vec<String> = widest.iter().map(|one| self.s.area(one)).collect();
        names.join(&self.s.t("visit-list-comma"))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Where {
    community: Option<CommunityId>,
}

/// `GET /rounds/visits?community=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(at): ApiQuery<Where>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let db = app.db();
    let rounds = app.need::<Rounds>()?;
    let scope = people(&ctx)?;
    let here = community(&scope, at.community)?;
    let sources = app.service::<OpenFormSources>();
    let asked = (here, &DoorsOf::All);
    let ground = ground(&rounds, db, &ctx, &scope, sources.as_deref(), asked).await?;
    let all = visitors(&rounds, db, &ctx, here).await?;
    page(&TeamPage {
        plan: day_plan(&ground, &all.there, None, ctx.now()),
        away: all.away,
        rule: visit_rule(db, here).await?,
        communities: communities(&s, &scope),
        here,
        s,
    })
}
