//! Keeping: each rule with what is due, the list behind the figure, and the confirmation by naming the rule.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;
use youlin_crypto::mask;
use youlin_database::{JobStatus, job_of};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem};
use youlin_web::{ApiForm, ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::elsewhere::{self, EndingRow};
use super::shell;
use crate::Vault;
use crate::entities::{correction, person, person_consent, processing, who_looked};
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::PEOPLE_RETENTION;
use crate::privacy::retention::*;
use crate::queries::open_name;

/// Entries of the list on the page.
const SHOWN: u64 = 500;

struct Row {
    rule: RetentionRule,
    due: u64,
    job: Option<JobStatus>,
}

#[derive(Template)]
#[template(path = "privacy/retention.html")]
struct RulesPage {
    s: Shell,
    rows: Vec<Row>,
    /// What ends by itself.
    ending: Vec<EndingRow>,
}

/// `GET /admin/retention`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let scope = ctx.scope(&PEOPLE_RETENTION)?;
    let db = app.db().read();
    let mut rows = Vec::new();
    for rule in retention_rules(db).await? {
        let before = rule.before(ctx.now());
        let counts = retention_counts(db, &scope, rule.subject, before).await?;
        let key = rule.subject.as_str();
        rows.push(Row {
            due: counts.iter().map(|(_, due)| due).sum(),
            job: job_of(db, CommunityId::SYSTEM, RETENTION_KIND, key).await?,
            rule,
        });
    }
    page(&RulesPage {
        ending: elsewhere::rows(&app, &ctx, &scope).await?,
        s: shell(&app, &ctx, prefs, "/admin/retention"),
        rows,
    })
}

/// An entry of the list.
struct Entry {
    text: String,
    href: Option<String>,
    at: Option<Micros>,
}

#[derive(Template)]
#[template(path = "privacy/retention_list.html")]
struct ListPage {
    s: Shell,
    e: Errors,
    rule: RetentionRule,
    before: Micros,
    due: u64,
    entries: Vec<Entry>,
    /// What was typed.
    named: String,
    days: String,
    saved: bool,
    /// May choose other days: the rule holds in every community.
    may_set: bool,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Saved {
    #[serde(default)]
    saved: String,
}

/// What was typed and refused.
#[derive(Default)]
struct Typed {
    e: Errors,
    named: String,
    days: Option<String>,
    saved: bool,
}

impl ListPage {
    fn more(&self) -> bool {
        self.due > self.entries.len() as u64
    }
}

fn subject(word: &str) -> youlin_kernel::Result<RetentionSubject> {
    RetentionSubject::parse(word).ok_or_else(Problem::not_found)
}

async fn list_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    subject: RetentionSubject,
    typed: Typed,
) -> WebResult<Response> {
    let scope = ctx.scope(&PEOPLE_RETENTION)?;
    let db = app.db().read();
    let rules = retention_rules(db).await?;
    let rule = rules
        .into_iter()
        .find(|rule| rule.subject == subject)
        .ok_or_else(Problem::not_found)?;
    let before = rule.before(ctx.now());
    let counts = retention_counts(db, &scope, subject, before).await?;
    let rows = retention_list(db, &scope, subject, before, SHOWN).await?;
    page(&ListPage {
        e: typed.e,
        due: counts.iter().map(|(_, due)| due).sum(),
        entries: entries(app, &s, subject, &rows).await?,
        named: typed.named,
        days: typed.days.unwrap_or_else(|| rule.days.to_string()),
        saved: typed.saved,
        may_set: may_set_retention(ctx),
        rule,
        before,
        s,
    })
}

/// What the rows say, masked.
async fn entries(
    app: &App,
    s: &Shell,
    subject: RetentionSubject,
    rows: &[(CommunityId, Uuid)],
) -> youlin_kernel::Result<Vec<Entry>> {
    let db = app.db().read();
    let within: Vec<i64> = rows.iter().map(|(community, _)| community.0).collect();
    let ids: Vec<Uuid> = rows.iter().map(|(_, id)| *id).collect();
    macro_rules! load {
        ($table:ident) => {
            $table::Entity::find()
                .filter($table::Column::CommunityId.is_in(within))
                .filter($table::Column::Id.is_in(ids))
                .all(db)
                .await?
        };
    }
    // Of each row the person, a moment and what it is.
    let found: Vec<(Option<Uuid>, Option<i64>, String)> = match subject {
        RetentionSubject::MovedOut => load!(person)
            .into_iter()
            .map(|row| (Some(row.id), None, String::new()))
            .collect(),
        RetentionSubject::Looks => load!(who_looked)
            .into_iter()
            .map(|row| (Some(row.person_id), Some(row.at), row.actor_name))
            .collect(),
        RetentionSubject::Record => load!(processing)
            .into_iter()
            .map(|row| {
                let kind = s.tt("processing", &row.kind);
                (
                    row.person_id,
                    Some(row.at),
                    format!("{kind} · {}", row.actor_name),
                )
            })
            .collect(),
        RetentionSubject::Consents => load!(person_consent)
            .into_iter()
            .map(|row| {
                let words = s.tt("consent", row.consent.replace('.', "-"));
                (Some(row.person_id), row.withdrawn_at, words)
            })
            .collect(),
        RetentionSubject::Corrections => load!(correction)
            .into_iter()
            .map(|row| {
                let words = s.tt("correction-fact", &row.fact);
                (Some(row.person_id), row.decided_at, words)
            })
            .collect(),
    };
    let persons: Vec<Uuid> = found.iter().filter_map(|(person, ..)| *person).collect();
    let names = names(app, rows, &persons).await?;
    Ok(found
        .into_iter()
        .map(|(person, at, text)| {
            let name = person.and_then(|id| names.get(&id).cloned());
            let text = match (name, text.is_empty()) {
                (Some(name), true) => name,
                (Some(name), false) => format!("{name} · {text}"),
                (None, _) => text,
            };
            Entry {
                text,
                href: person.map(|id| format!("/people/{id}")),
                at: at.map(Micros),
            }
        })
        .collect())
}

async fn names(
    app: &App,
    rows: &[(CommunityId, Uuid)],
    persons: &[Uuid],
) -> youlin_kernel::Result<HashMap<Uuid, String>> {
    let vault = app.need::<Vault>()?;
    let found = person::Entity::find()
        .filter(person::Column::CommunityId.is_in(rows.iter().map(|(community, _)| community.0)))
        .filter(person::Column::Id.is_in(persons.iter().copied()))
        .all(app.db().read())
        .await?;
    found
        .into_iter()
        .map(|row| Ok((row.id, mask::name(&open_name(&vault, &row)?))))
        .collect()
}

/// `GET /admin/retention/{subject}`: the list behind the figure.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(word): Path<String>,
    ApiQuery(query): ApiQuery<Saved>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, "/admin/retention");
    if RetentionSubject::parse(&word).is_none() {
        let scope = ctx.scope(&PEOPLE_RETENTION)?;
        return elsewhere::show(&app, &ctx, s, &scope, &word).await;
    }
    let typed = Typed {
        saved: query.saved == "days",
        ..Typed::default()
    };
    list_page(&app, &ctx, s, subject(&word)?, typed).await
}

#[derive(Debug, Deserialize)]
pub(super) struct DaysForm {
    #[serde(default)]
    days: String,
}

/// `POST /admin/retention/{subject}/days`.
pub(super) async fn days(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(word): Path<String>,
    ApiForm(form): ApiForm<DaysForm>,
) -> WebResult<Response> {
    let subject = subject(&word)?;
    let command = SetRetention {
        subject,
        days: form.days.trim().parse().unwrap_or(0),
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(to(&format!("/admin/retention/{subject}?saved=days"))),
        Err(problem) => {
            let typed = Typed {
                days: Some(form.days),
                ..Typed::default()
            };
            again(&app, &ctx, prefs, subject, problem, typed).await
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct RunForm {
    /// The rule's name, typed.
    #[serde(default)]
    named: String,
    /// The moment the list was made for.
    #[serde(default)]
    before: i64,
}

/// `POST /admin/retention/{subject}`: lets the rule run, once it was named.
pub(super) async fn run(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(word): Path<String>,
    ApiForm(form): ApiForm<RunForm>,
) -> WebResult<Response> {
    let subject = subject(&word)?;
    let s = shell(&app, &ctx, prefs, "/admin/retention");
    let outcome = if form.named.trim() == s.tt("retention", subject) {
        let command = RunRetention {
            subject,
            before: Micros(form.before),
        };
        app.db().execute(&ctx, command).await
    } else {
        Err(Problem::invalid("named", "retention-name"))
    };
    match outcome {
        Ok(()) => Ok(to("/admin/retention")),
        Err(problem) => {
            let typed = Typed {
                named: form.named,
                ..Typed::default()
            };
            again(&app, &ctx, prefs, subject, problem, typed).await
        }
    }
}

async fn again(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    subject: RetentionSubject,
    problem: Problem,
    typed: Typed,
) -> WebResult<Response> {
    let problem = shown(problem)?;
    let s = shell(app, ctx, prefs, "/admin/retention");
    let e = Errors::of(&s, &problem);
    let page = list_page(app, ctx, s, subject, Typed { e, ..typed }).await?;
    Ok(with_status(&problem, page))
}
