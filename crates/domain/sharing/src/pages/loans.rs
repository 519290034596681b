//! `/loans/{id}`: one loan and its next step; `/loans/late`: what is not back in time.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_cases::Cases;
use youlin_kernel::{Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, FormFaults, PathId, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::form::{moment, said, typed};
use super::{LISTS, shell, words};
use crate::commands::{Damage, StepLoan};
use crate::model::LoanVerb;
use crate::permissions::{SHARING_LEND, SHARING_READ};
use crate::queries::{LoanRow, late_loans, loan};
use crate::service::Sharing;

/// Categories of one group.
struct Group {
    name: String,
    categories: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "sharing/loan.html")]
struct LoanPage<'a> {
    s: &'a Shell,
    row: LoanRow,
    e: FormFaults,
    f: Step,
    done: &'a str,
    groups: Vec<Group>,
    until: String,
}

impl LoanPage<'_> {
    fn badge(&self) -> &'static str {
        words::loan_badge(self.row.state, self.row.late)
    }

    fn may(&self, verb: &str) -> bool {
        self.row.possible.contains(&verb)
    }

    fn for_person(&self) -> Option<Uuid> {
        let party = self.row.borrower_of?;
        (party.kind == youlin_people::PartyKind::Person).then_some(party.id)
    }

    fn chosen(&self, code: &str) -> bool {
        self.f.category == code
    }
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: String,
}

/// A step as it is sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Step {
    version: Option<i32>,
    verb: String,
    reason: String,
    to: String,
    damage: String,
    category: String,
}

fn loan_page<'a>(
    s: &'a Shell,
    row: LoanRow,
    f: Step,
    e: FormFaults,
    done: &'a str,
) -> Result<LoanPage<'a>> {
    let cases = s.app().need::<Cases>()?;
    let locale = s.ctx().locale();
    let mut groups: Vec<Group> = Vec::new();
    for category in cases.catalogue().iter() {
        let line = (category.code.clone(), category.name_in(locale).to_owned());
        match groups.iter_mut().find(|group| group.name == category.group) {
            Some(group) => group.categories.push(line),
            None => groups.push(Group {
                name: category.group.clone(),
                categories: vec![line],
            }),
        }
    }
    let known = [
        "booked", "confirm", "decline", "hand_out", "return", "extend", "cancel", "undo",
    ];
    Ok(LoanPage {
        until: typed(row.to),
        done: if known.contains(&done) { done } else { "" },
        groups,
        row,
        e,
        f,
        s,
    })
}

/// `GET /loans/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let sharing = app.need::<Sharing>()?;
    let row = loan(&sharing, &ctx, &ctx.scope(&SHARING_READ)?, id).await?;
    let s = shell(&app, &ctx, prefs, LISTS);
    page(&loan_page(
        &s,
        row,
        Step::default(),
        FormFaults::none(),
        &done.done,
    )?)
}

fn verb(f: &Step) -> Result<LoanVerb> {
    let reason = f.reason.clone();
    Ok(match f.verb.as_str() {
        "confirm" => LoanVerb::Confirm,
        "decline" => LoanVerb::Decline { reason },
        "hand_out" => LoanVerb::HandOut,
        "return" => LoanVerb::Return,
        "extend" => LoanVerb::Extend {
            to: moment("to", &f.to)?.0,
        },
        "cancel" => LoanVerb::Cancel { reason },
        "undo" => LoanVerb::Undo,
        _ => return Err(Problem::invalid("verb", "unknown-value")),
    })
}

/// `POST /loans/{id}/act`.
pub(super) async fn act(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<Step>,
) -> WebResult<Response> {
    let sharing = app.need::<Sharing>()?;
    let scope = ctx.scope(&SHARING_READ)?;
    let row = loan(&sharing, &ctx, &scope, id).await?;
    let acted = async {
        let command = StepLoan {
            community: row.community,
            loan: id,
            version: f.version,
            verb: verb(&f)?,
            damage: said(&f.damage).map(|text| Damage {
                text: text.to_owned(),
                category: f.category.clone(),
            }),
            sharing: std::sync::Arc::clone(&sharing),
        };
        app.db().execute(&ctx, command).await
    };
    match acted.await {
        Ok(_case) => Ok(Redirect::to(&format!("/loans/{id}?done={}", f.verb)).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs, LISTS);
            let row = loan(&sharing, &ctx, &scope, id).await?;
            let e = FormFaults::of(&s, &problem);
            Ok(refused_with(
                &problem,
                page(&loan_page(&s, row, f, e, "")?)?,
            ))
        }
    }
}

#[derive(Template)]
#[template(path = "sharing/late.html")]
struct LatePage<'a> {
    s: &'a Shell,
    rows: Vec<LoanRow>,
}

/// `GET /loans/late`.
pub(super) async fn late(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let sharing = app.need::<Sharing>()?;
    let s = shell(&app, &ctx, prefs, LISTS);
    let rows = late_loans(&sharing, &ctx, &ctx.scope(&SHARING_LEND)?).await?;
    page(&LatePage { rows, s: &s })
}
