//! `/rounds/visits/rule`: what counts when visits are proposed, as numbers a community may change.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};
use youlin_routes::Weight;
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Clash, FormFaults, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::shell;
use crate::permissions::ROUNDS_PLAN;
use crate::visits::rule::{ASKED, NEEDS};
use crate::visits::{RuleView, SaveVisitRule, VisitRule, visit_rule};

/// Needs with a number below which they count nothing, and those with points for each beyond.
const WITH_FROM: [&str; 2] = ["alone_80", "unseen"];
const WITH_PER: [&str; 5] = ["alone_80", "unseen", "questions", "due", "listed"];

#[derive(Template)]
#[template(path = "visits/rule.html")]
struct RulePage {
    s: Shell,
    e: FormFaults,
    here: CommunityId,
    known: RuleView,
    typed: BTreeMap<String, String>,
    clash: Option<Clash>,
    saved: String,
}

impl RulePage {
    /// Needs that are weighed; what was put on a list by hand always counts.
    fn needs(&self) -> impl Iterator<Item = &'static str> {
        let _shape_of_templates = self;
        NEEDS.into_iter().filter(|need| *need != ASKED)
    }

    fn has_from(&self, need: &str) -> bool {
        let _shape_of_templates = self;
        WITH_FROM.contains(&need)
    }

    fn has_per(&self, need: &str) -> bool {
        let _shape_of_templates = self;
        WITH_PER.contains(&need)
    }

    fn name(&self, part: &str, need: &str) -> String {
        let _shape_of_templates = self;
        format!("{part}_{need}")
    }

    fn value(&self, part: &str, need: &str) -> String {
        let name = self.name(part, need);
        self.typed.get(&name).cloned().unwrap_or_default()
    }

    fn fault(&self, need: &str) -> String {
        let part = |part: &str| self.e.on(&self.name(part, need)).to_owned();
        let all = ["base", "from", "per", "most"].map(part);
        all.into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    fn changed(&self, at: &Micros) -> String {
        let when = self.s.when(at);
        self.s.t2(
            "visit-rule-changed",
            &("when", when),
            &("by", &self.known.by_name),
        )
    }

    fn typed(&self, name: &str) -> String {
        self.typed.get(name).cloned().unwrap_or_default()
    }
}

fn typed_of(rule: &VisitRule) -> BTreeMap<String, String> {
    let mut typed = BTreeMap::from([
        ("per_day".to_owned(), rule.per_day.to_string()),
        ("rest_days".to_owned(), rule.rest_days.to_string()),
        ("new_days".to_owned(), rule.new_days.to_string()),
        ("least".to_owned(), rule.weights.least.to_string()),
    ]);
    for need in NEEDS {
        let weight = rule.weight(need);
        typed.insert(format!("base_{need}"), weight.base.to_string());
        typed.insert(format!("from_{need}"), weight.from.to_string());
        typed.insert(format!("per_{need}"), weight.per.to_string());
        let most = weight
            .most
            .map_or_else(String::new, |most| most.to_string());
        typed.insert(format!("most_{need}"), most);
    }
    typed
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    community: Option<CommunityId>,
    saved: String,
}

fn planned(ctx: &Ctx, asked: Option<CommunityId>) -> Result<CommunityId> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    super::community(&scope, asked)
}

/// `GET /rounds/visits/rule?community=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let here = planned(&ctx, asked.community)?;
    let known = visit_rule(app.db(), here).await?;
    let s = shell(&app, &ctx, prefs);
    page(&RulePage {
        e: FormFaults::none(),
        typed: typed_of(&known.rule),
        saved: match asked.saved.is_empty() {
            true => String::new(),
            false => s.t("policy-saved"),
        },
        clash: None,
        here,
        known,
        s,
    })
}

/// Numbers as typed; every one that is none is named.
fn read(typed: &BTreeMap<String, String>) -> Result<VisitRule> {
    let mut faults = Problem::new(ProblemKind::Invalid, "invalid");
    let mut number = |name: &str, missing: Option<i64>| -> Option<i64> {
        let text = typed.get(name).map_or("", |text| text.trim());
        match (text.is_empty(), text.parse::<i64>()) {
            (true, _) => missing,
            (false, Ok(number)) => Some(number),
            (false, Err(_no_number)) => {
                faults = faults.clone().and_field(name.to_owned(), "no-number");
                missing
            }
        }
    };
    let days = |number: Option<i64>| u32::try_from(number.unwrap_or(-1)).unwrap_or(u32::MAX);
    let mut rule = VisitRule {
        per_day: days(number("per_day", None)),
        rest_days: days(number("rest_days", None)),
        new_days: days(number("new_days", None)),
        weights: youlin_routes::Policy::default(),
    };
    rule.weights.least = number("least", Some(0)).unwrap_or(0);
    for need in NEEDS.into_iter().filter(|need| *need != ASKED) {
        let mut part = |part: &str, missing| number(&format!("{part}_{need}"), missing);
        let weight = Weight {
            from: part("from", Some(1)).unwrap_or(1),
            base: part("base", Some(0)).unwrap_or(0),
            per: part("per", Some(0)).unwrap_or(0),
            most: part("most", None),
        };
        rule.weights.weights.insert(need.to_owned(), weight);
    }
    let asked = VisitRule::default().weight(ASKED);
    rule.weights.weights.insert(ASKED.to_owned(), asked);
    if faults.fields().is_empty() {
        Ok(rule)
    } else {
        Err(faults)
    }
}

/// `POST /rounds/visits/rule`.
pub(super) async fn save(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(typed): ApiForm<BTreeMap<String, String>>,
) -> WebResult<Response> {
    let asked = typed.get("community").and_then(|id| id.parse().ok());
    let here = planned(&ctx, asked.map(CommunityId))?;
    let version = typed.get("version").and_then(|text| text.parse().ok());
    let saved = async {
        let save = SaveVisitRule {
            community: here,
            version: version.unwrap_or(0),
            rule: read(&typed)?,
        };
        app.db().execute(&ctx, save).await
    };
    match saved.await {
        Ok(()) => {
            let to = format!("/rounds/visits/rule?community={}&saved=1", here.0);
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            // What was typed stays, over the version that is saved now.
            let clash = (problem.code() == "stale").then(|| {
                Clash::of(
                    format!("/rounds/visits/rule?community={}", here.0),
                    Vec::new(),
                )
            });
            let body = RulePage {
                e: match clash {
                    Some(_) => FormFaults::none(),
                    None => FormFaults::of(&s, &problem),
                },
                known: visit_rule(app.db(), here).await?,
                saved: String::new(),
                clash,
                typed,
                here,
                s,
            };
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}
