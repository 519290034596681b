//! Administration: who is told by webhook, and the log of everything that was sent outside.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, AreaLevel, Ctx, PageRequest, Problem, ProblemKind};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, NavPlace, PathId, Prefs, Shell, WebResult, page, refused_with,
};

use crate::commands::{SaveWebhook, SavedWebhook, SendAgain, SwitchWebhook, WebhookInput};
use crate::permissions::NOTICES_ADMIN;
use crate::queries::{self, DeliveryView, LogFilter, WebhookView};
use crate::service::Notices;
use crate::{Channel, DeliveryState, topics};

/// The form as typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    name: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    topics: Vec<String>,
    #[serde(default)]
    version: Option<i32>,
    #[serde(default)]
    new_secret: Option<String>,
}

impl Typed {
    fn input(&self) -> WebhookInput {
        WebhookInput {
            name: self.name.clone(),
            area: self.area.parse().unwrap_or(-1),
            url: self.url.clone(),
            topics: self.topics.clone(),
        }
    }

    fn of(view: &WebhookView) -> Self {
        Self {
            name: view.name.clone(),
            area: view.area.0.to_string(),
            url: view.url.clone(),
            topics: view.topics.clone(),
            version: Some(view.version),
            new_secret: None,
        }
    }
}

/// One choice of a form.
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "webhooks.html")]
struct ListPage {
    s: Shell,
    webhooks: Vec<WebhookView>,
    form: Form,
}

/// The form's state: what was typed and what is wrong with it.
struct Form {
    typed: Typed,
    /// The subscription being changed.
    id: Option<Uuid>,
    areas: Vec<Choice>,
    topics: Vec<Choice>,
    faults: Vec<(String, String)>,
}

impl Form {
    fn new(
        s: &Shell,
        ctx: &Ctx,
        typed: Typed,
        id: Option<Uuid>,
        problem: Option<&Problem>,
    ) -> Self {
        let i18n = s.app().i18n();
        let faults = problem.map_or_else(Vec::new, |problem| {
            problem
                .fields()
                .iter()
                .map(|fault| (fault.field.clone(), i18n.field(ctx.locale(), fault)))
                .collect()
        });
        let areas = areas(s, ctx, &typed.area);
        let topics = topics()
            .map(|topic| Choice {
                value: topic.to_owned(),
                label: s.t(&topic_key(topic)),
                chosen: typed.topics.iter().any(|one| one == topic),
            })
            .collect();
        Self {
            typed,
            id,
            areas,
            topics,
            faults,
        }
    }

    fn fault(&self, field: &str) -> &str {
        let found = self.faults.iter().find(|(name, _)| name == field);
        found.map_or("", |(_, sentence)| sentence)
    }

    fn action(&self) -> String {
        match self.id {
            Some(id) => format!("/admin/webhooks/{id}"),
            None => "/admin/webhooks".to_owned(),
        }
    }
}

/// `cases.*` → `topic-all`, `cases.closed` → `topic-cases-closed`.
fn topic_key(topic: &str) -> String {
    if topic.ends_with('*') {
        "topic-all".to_owned()
    } else {
        format!("topic-{}", topic.replace('.', "-"))
    }
}

/// Communities and what lies above them, where the caller administers.
fn areas(s: &Shell, ctx: &Ctx, chosen: &str) -> Vec<Choice> {
    let mut found: Vec<(AreaLevel, String, AreaId)> = ctx
        .areas()
        .iter()
        .filter(|node| node.level <= AreaLevel::Community && !node.closed)
        .filter(|node| ctx.authorize(&NOTICES_ADMIN, node.id).is_ok())
        .map(|node| (node.level, node.code.clone(), node.id))
        .collect();
    found.sort();
    found
        .into_iter()
        .map(|(.., id)| Choice {
            label: s.area(&id),
            chosen: id.to_string() == chosen,
            value: id.to_string(),
        })
        .collect()
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Settings, "/admin/webhooks")
}

async fn list_page(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    typed: Typed,
    problem: Option<&Problem>,
) -> WebResult<Response> {
    let scope = ctx.scope(&NOTICES_ADMIN)?;
    let s = shell(app, ctx, prefs);
    page(&ListPage {
        webhooks: queries::webhooks(app.db().read(), ctx, &scope).await?,
        form: Form::new(&s, ctx, typed, None, problem),
        s,
    })
}

pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    list_page(&app, &ctx, prefs, Typed::default(), None).await
}

#[derive(Template)]
#[template(path = "webhook_saved.html")]
struct SavedPage {
    s: Shell,
    secret: String,
}

/// A new secret is shown in the answer itself and nowhere else, so there is no redirect here.
fn saved(app: &App, ctx: &Ctx, prefs: Prefs, saved: SavedWebhook) -> WebResult<Response> {
    match saved.secret {
        Some(secret) => {
            let answer = page(&SavedPage {
                secret,
                s: shell(app, ctx, prefs),
            })?;
            Ok(([("cache-control", "no-store")], answer).into_response())
        }
        None => Ok(Redirect::to("/admin/webhooks").into_response()),
    }
}

fn save(app: &App, typed: &Typed, change: Option<(Uuid, i32)>) -> WebResult<SaveWebhook> {
    let notices: Arc<Notices> = app.need()?;
    Ok(SaveWebhook {
        vault: Arc::clone(&notices.vault),
        private_allowed: notices.settings.private_webhooks,
        change,
        new_secret: typed.new_secret.is_some(),
        input: typed.input(),
    })
}

pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(typed): ApiForm<Typed>,
) -> WebResult<Response> {
    match app.db().execute(&ctx, save(&app, &typed, None)?).await {
        Ok(done) => saved(&app, &ctx, prefs, done),
        Err(problem) if problem.kind() == ProblemKind::Invalid => {
            let again = list_page(&app, &ctx, prefs, typed, Some(&problem)).await?;
            Ok(refused_with(&problem, again))
        }
        Err(problem) => Err(problem.into()),
    }
}

#[derive(Template)]
#[template(path = "webhook_edit.html")]
struct EditPage {
    s: Shell,
    webhook: WebhookView,
    form: Form,
}

async fn edit_page(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Uuid,
    typed: Option<Typed>,
    problem: Option<&Problem>,
) -> WebResult<Response> {
    let scope = ctx.scope(&NOTICES_ADMIN)?;
    let webhook = queries::webhook(app.db().read(), ctx, &scope, id).await?;
    let s = shell(app, ctx, prefs);
    let typed = typed.unwrap_or_else(|| Typed::of(&webhook));
    page(&EditPage {
        form: Form::new(&s, ctx, typed, Some(id), problem),
        webhook,
        s,
    })
}

pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    edit_page(&app, &ctx, prefs, id, None, None).await
}

pub(super) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(typed): ApiForm<Typed>,
) -> WebResult<Response> {
    let command = save(&app, &typed, Some((id, typed.version.unwrap_or(0))))?;
    match app.db().execute(&ctx, command).await {
        Ok(done) => saved(&app, &ctx, prefs, done),
        Err(problem) if problem.kind() == ProblemKind::Invalid => {
            let again = edit_page(&app, &ctx, prefs, id, Some(typed), Some(&problem)).await?;
            Ok(refused_with(&problem, again))
        }
        Err(problem) => Err(problem.into()),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Switch {
    /// `on` or `off`.
    to: String,
}

pub(super) async fn switch(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(switch): ApiForm<Switch>,
) -> WebResult<Redirect> {
    let command = SwitchWebhook {
        id,
        active: switch.to == "on",
        gone: false,
    };
    app.db().execute(&ctx, command).await?;
    Ok(Redirect::to("/admin/webhooks"))
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct LogWanted {
    #[serde(default)]
    channel: String,
    #[serde(default)]
    state: String,
    webhook: Option<Uuid>,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "deliveries.html")]
struct LogPage {
    s: Shell,
    /// With what was sent, and why the last attempt failed.
    rows: Vec<(DeliveryView, String, String)>,
    channels: Vec<Choice>,
    states: Vec<Choice>,
    next: Option<String>,
}

pub(super) async fn log(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(wanted): ApiQuery<LogWanted>,
) -> WebResult<Response> {
    let scope = ctx.scope(&NOTICES_ADMIN)?;
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let filter = LogFilter {
        channel: some(&wanted.channel),
        state: some(&wanted.state),
        webhook: wanted.webhook,
    };
    let request = PageRequest {
        cursor: wanted.cursor.clone(),
        limit: None,
    };
    let found = queries::deliveries(app.db().read(), &scope, &filter, &request).await?;
    let s = shell(&app, &ctx, prefs);
    let choice = |family: &str, value: &str, chosen: &str| Choice {
        value: value.to_owned(),
        label: s.tt(family, value),
        chosen: value == chosen,
    };
    let channels = Channel::OUTSIDE
        .iter()
        .map(|one| choice("channel", one.as_str(), &wanted.channel))
        .collect();
    let states = DeliveryState::ALL
        .iter()
        .map(|one| choice("delivery", one.as_str(), &wanted.state))
        .collect();
    let next = found.next.map(|cursor| {
        let mut query = vec![
            ("channel", wanted.channel.clone()),
            ("state", wanted.state.clone()),
            ("cursor", cursor),
        ];
        if let Some(webhook) = wanted.webhook {
            query.push(("webhook", webhook.to_string()));
        }
        let pairs: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!("/admin/deliveries?{}", pairs.join("&"))
    });
    let rows = found
        .items
        .into_iter()
        .map(|row| {
            let (what, why) = (what(&s, &row), why(&s, &row));
            (row, what, why)
        })
        .collect();
    page(&LogPage {
        s,
        rows,
        channels,
        states,
        next,
    })
}

/// What was sent, in a word: the kind of event.
fn what(s: &Shell, row: &DeliveryView) -> String {
    let topic = match row.template.split_once('-') {
        Some((_, kind)) if row.webhook.is_none() => format!("cases.{kind}"),
        _ => row.template.clone(),
    };
    let key = topic_key(&topic);
    let word = s.t(&key);
    if word == key { topic } else { word }
}

/// Why the last attempt failed, in a sentence that says what to do; empty when there is none for the code.
fn why(s: &Shell, row: &DeliveryView) -> String {
    let Some(code) = &row.last_error else {
        return String::new();
    };
    let key = match code.as_str() {
        "smtp-530" | "smtp-534" | "smtp-535" | "smtp-538" => "delivery-why-login",
        "smtp-unable" => "delivery-why-smtp-unable",
        "certificate" => "delivery-why-certificate",
        "tls" => "delivery-why-tls",
        "connect" => "delivery-why-connect",
        "timeout" => "delivery-why-timeout",
        "address" => "delivery-why-address",
        "channel-off" => "delivery-why-channel-off",
        "unreadable" => "delivery-why-unreadable",
        _ => return String::new(),
    };
    s.t(key)
}

pub(super) async fn again(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Redirect> {
    app.db().execute(&ctx, SendAgain { id }).await?;
    Ok(Redirect::to("/admin/deliveries"))
}
