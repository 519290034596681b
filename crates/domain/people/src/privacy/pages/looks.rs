//! Unusual looking-up: figures by rule, account and day; each opens to its entries.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;
use youlin_crypto::mask;
use youlin_kernel::{Ctx, Problem};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::{DAYS, Period, shell};
use crate::Vault;
use crate::entities::person;
use crate::permissions::PEOPLE_LOOKS;
use crate::privacy::looks::{UnusualLooks, WorkingDays, unusual_looks};
use crate::privacy::unusual::{LookFact, LookFinding, LookLimits, LookRule};
use crate::queries::open_name;

#[derive(Template)]
#[template(path = "privacy/looks.html")]
struct LooksPage {
    s: Shell,
    days: i64,
    choices: [i64; 4],
    limits: LookLimits,
    rules: Vec<(LookRule, Vec<LookFinding>)>,
}

#[derive(Template)]
#[template(path = "privacy/look_entries.html")]
struct EntriesPage {
    s: Shell,
    days: i64,
    finding: LookFinding,
    /// With the masked name of the person.
    rows: Vec<(LookFact, String)>,
}

async fn found(app: &App, ctx: &Ctx, period: Period) -> youlin_kernel::Result<UnusualLooks> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_LOOKS)?;
    let days = app
        .service::<WorkingDays>()
        .map_or_else(WorkingDays::default, |days| (*days).clone());
    let limits = LookLimits::default();
    let span = period.span(ctx);
    unusual_looks(app.db().read(), &vault, &scope, span, &days, &limits).await
}

/// `GET /admin/looks?days=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(period): ApiQuery<Period>,
) -> WebResult<Response> {
    let found = found(&app, &ctx, period).await?;
    let rules = LookRule::ALL
        .iter()
        .map(|rule| {
            let own = found.findings.iter().filter(|one| one.rule == *rule);
            (*rule, own.cloned().collect())
        })
        .collect();
    page(&LooksPage {
        s: shell(&app, &ctx, prefs, "/admin/looks"),
        days: period.length(),
        choices: DAYS,
        limits: LookLimits::default(),
        rules,
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct EntriesQuery {
    days: Option<i64>,
    #[serde(default)]
    rule: String,
    account: Option<Uuid>,
    #[serde(default)]
    day: String,
}

/// `GET /admin/looks/entries?rule=&account=&day=`: exactly the looks a figure counted. Nothing chosen leads to the list.
pub(super) async fn entries(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<EntriesQuery>,
) -> WebResult<Response> {
    let (Some(rule), Some(account)) = (LookRule::parse(&query.rule), query.account) else {
        return Ok(crate::pages::form::to("/admin/looks"));
    };
    let period = Period { days: query.days };
    let found = found(&app, &ctx, period).await?;
    let finding = found
        .findings
        .into_iter()
        .find(|one| one.rule == rule && one.account == account && one.day.to_string() == query.day)
        .ok_or_else(Problem::not_found)?;
    let looks: Vec<LookFact> = finding
        .looks
        .iter()
        .filter_map(|id| found.looks.get(id).cloned())
        .collect();
    let names = names(&app, &looks).await?;
    page(&EntriesPage {
        s: shell(&app, &ctx, prefs, "/admin/looks"),
        days: period.length(),
        finding,
        rows: looks
            .into_iter()
            .map(|look| {
                let name = names.get(&look.person).cloned().unwrap_or_default();
                (look, name)
            })
            .collect(),
    })
}

/// Masked names of the persons looked at.
async fn names(app: &App, looks: &[LookFact]) -> youlin_kernel::Result<HashMap<Uuid, String>> {
    let vault = app.need::<Vault>()?;
    let mut names = HashMap::new();
    for some in looks.chunks(500) {
        let rows = person::Entity::find()
            .filter(person::Column::CommunityId.is_in(some.iter().map(|look| look.community.0)))
            .filter(person::Column::Id.is_in(some.iter().map(|look| look.person)))
            .all(app.db().read())
            .await?;
        for row in rows {
            names.insert(row.id, mask::name(&open_name(&vault, &row)?));
        }
    }
    Ok(names)
}
