//! Reads: one's own notices, subscriptions, the log of what was sent.

use sea_orm::sea_query::{ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_kernel::{
    Actor, AreaId, CommunityId, Ctx, Micros, Page, PageRequest, Problem, ProblemKind, Result, Scope,
};

use crate::commands::SYSTEM;
use crate::entities::{delivery, notice, webhook_subscription};
use crate::words::Facts;

/// A notice of the caller.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticeView {
    pub id: Uuid,
    pub community: CommunityId,
    /// Audience and kind: `desk-reported`.
    #[schema(example = "desk-reported")]
    pub kind: String,
    pub case: Option<Uuid>,
    #[schema(example = "20261111-0007")]
    pub case_number: String,
    /// Where to look, within the site.
    pub path: String,
    /// The sentence in the caller's language.
    pub text: String,
    pub at: Micros,
    pub read_at: Option<Micros>,
    #[serde(skip)]
    pub(crate) facts: Facts,
}

impl From<notice::Model> for NoticeView {
    fn from(row: notice::Model) -> Self {
        let facts: Facts = serde_json::from_str(&row.data).unwrap_or_default();
        Self {
            id: row.id,
            community: CommunityId(row.community_id),
            kind: row.kind,
            case: row.case_id,
            case_number: facts.number.clone(),
            path: facts.path.clone(),
            text: String::new(),
            at: Micros(row.at),
            read_at: row.read_at.map(Micros),
            facts,
        }
    }
}

impl NoticeView {
    pub(crate) fn area(&self) -> AreaId {
        self.community.into()
    }

    /// With the sentence in that language.
    #[must_use]
    pub(crate) fn worded(mut self, i18n: &youlin_web::I18n, ctx: &Ctx) -> Self {
        self.text = self.facts.say(i18n, ctx.locale(), "notice", &self.kind);
        self
    }
}

/// The account whose notices are asked for.
///
/// # Errors
/// 401 without an account: machines and links have no list.
pub(crate) fn reader(ctx: &Ctx) -> Result<Uuid> {
    match ctx.actor() {
        Actor::Account(account) => Ok(account.id),
        _ => Err(Problem::new(ProblemKind::SignInNeeded, "sign-in-needed")),
    }
}

/// One's own notices, the newest first.
///
/// # Errors
/// 401 without an account, 422 for a cursor that is none.
pub async fn notices(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    scope: &Scope,
    unread_only: bool,
    page: &PageRequest,
) -> Result<Page<NoticeView>> {
    let mut find = notice::Entity::find()
        .filter(col("community_id").is_in(scope.communities()))
        .filter(col("account_id").eq(reader(ctx)?))
        .order_by(notice::Column::Id, Order::Desc)
        .limit(page.size() + 1);
    if unread_only {
        find = find.filter(col("read_at").is_null());
    }
    if let Some(cursor) = &page.cursor {
        let before: Uuid = cursor
            .parse()
            .map_err(|_unreadable| Problem::invalid("cursor", "cursor"))?;
        find = find.filter(col("id").lt(before));
    }
    let mut rows = find.all(db).await?;
    let more = rows.len() as u64 > page.size();
    rows.truncate(usize::try_from(page.size()).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    Ok(Page {
        items: rows.into_iter().map(NoticeView::from).collect(),
        next,
    })
}

/// How many of one's notices are unread; counting stops at 100.
///
/// # Errors
/// 401 without an account.
pub async fn unread(db: &impl ConnectionTrait, ctx: &Ctx, scope: &Scope) -> Result<u64> {
    let mut find = Query::select();
    find.column(name("id"))
        .from(name("notice"))
        .and_where(col("community_id").is_in(scope.communities()))
        .and_where(col("account_id").eq(reader(ctx)?))
        .and_where(col("read_at").is_null())
        .limit(100);
    Ok(db.query_all(&find).await?.len() as u64)
}

/// A subscription as the administration lists it, without its secret.
#[derive(Clone, Debug)]
pub struct WebhookView {
    pub id: Uuid,
    pub version: i32,
    pub name: String,
    pub area: AreaId,
    pub url: String,
    pub topics: Vec<String>,
    pub active: bool,
    /// `hand` or `gone`, when it is off.
    pub ended_by: Option<String>,
    pub created_at: Micros,
}

impl From<webhook_subscription::Model> for WebhookView {
    fn from(row: webhook_subscription::Model) -> Self {
        Self {
            topics: topics_of(&row),
            id: row.id,
            version: row.version,
            name: row.name,
            area: AreaId(row.area_id),
            url: row.url,
            active: row.active,
            ended_by: row.ended_by,
            created_at: Micros(row.created_at),
        }
    }
}

impl WebhookView {
    /// The end of the catalogue key that says why it is off.
    pub(crate) fn off_reason(&self) -> &str {
        self.ended_by.as_deref().unwrap_or("hand")
    }
}

pub(crate) fn topics_of(row: &webhook_subscription::Model) -> Vec<String> {
    serde_json::from_str(&row.topics).unwrap_or_default()
}

/// Subscriptions for areas whose communities all lie in the scope.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn webhooks(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    scope: &Scope,
) -> Result<Vec<WebhookView>> {
    let rows = webhook_subscription::Entity::find()
        .filter(col("community_id").eq(SYSTEM.0))
        .order_by(webhook_subscription::Column::Id, Order::Asc)
        .all(db)
        .await?;
    let visible = |row: &webhook_subscription::Model| {
        let below = ctx.areas().communities_of(AreaId(row.area_id));
        below.iter().all(|one| scope.contains_community(*one))
    };
    Ok(rows
        .into_iter()
        .filter(visible)
        .map(WebhookView::from)
        .collect())
}

/// One subscription.
///
/// # Errors
/// 404 outside the scope.
pub async fn webhook(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    scope: &Scope,
    id: Uuid,
) -> Result<WebhookView> {
    webhooks(db, ctx, scope)
        .await?
        .into_iter()
        .find(|view| view.id == id)
        .ok_or_else(Problem::not_found)
}

pub(crate) async fn active_webhooks(
    db: &impl ConnectionTrait,
) -> Result<Vec<webhook_subscription::Model>> {
    Ok(webhook_subscription::Entity::find()
        .filter(col("community_id").eq(SYSTEM.0))
        .filter(col("active").eq(true))
        .order_by(webhook_subscription::Column::Id, Order::Asc)
        .all(db)
        .await?)
}

/// A line of the log. Target and words are not in it.
#[derive(Clone, Debug)]
pub struct DeliveryView {
    pub id: Uuid,
    pub community: CommunityId,
    pub channel: String,
    pub template: String,
    pub state: String,
    pub attempts: i32,
    /// When it is tried next, while it waits.
    pub due_at: Micros,
    pub last_error: Option<String>,
    pub created_at: Micros,
    pub ended_at: Option<Micros>,
    /// The subscription, for webhooks.
    pub webhook: Option<Uuid>,
}

impl From<delivery::Model> for DeliveryView {
    fn from(row: delivery::Model) -> Self {
        Self {
            webhook: row
                .member
                .strip_prefix("webhook:")
                .and_then(|id| id.parse().ok()),
            id: row.id,
            community: CommunityId(row.community_id),
            channel: row.channel,
            template: row.template,
            state: row.state,
            attempts: row.attempts,
            due_at: Micros(row.due_at),
            last_error: row.last_error,
            created_at: Micros(row.created_at),
            ended_at: row.ended_at.map(Micros),
        }
    }
}

impl DeliveryView {
    pub(crate) fn area(&self) -> AreaId {
        self.community.into()
    }

    /// The state's mark in the design system.
    pub(crate) fn light(&self) -> &'static str {
        match self.state.as_str() {
            "sent" => "done",
            "waiting" if self.attempts == 0 => "wait",
            "waiting" => "soon",
            _ => "late",
        }
    }

    pub(crate) fn waits_again(&self) -> bool {
        self.state == "waiting" && self.attempts > 0
    }

    pub(crate) fn can_go_again(&self) -> bool {
        matches!(self.state.as_str(), "failed" | "given_up")
    }
}

/// What the log is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    pub channel: Option<String>,
    pub state: Option<String>,
    pub webhook: Option<Uuid>,
}

/// The log, the newest first.
///
/// # Errors
/// 422 for a cursor that is none.
pub async fn deliveries(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &LogFilter,
    page: &PageRequest,
) -> Result<Page<DeliveryView>> {
    let mut find = delivery::Entity::find()
        .filter(col("community_id").is_in(scope.communities()))
        .order_by(delivery::Column::Id, Order::Desc)
        .limit(page.size() + 1);
    if let Some(channel) = &filter.channel {
        find = find.filter(col("channel").eq(channel.as_str()));
    }
    if let Some(state) = &filter.state {
        find = find.filter(col("state").eq(state.as_str()));
    }
    if let Some(webhook) = filter.webhook {
        find = find.filter(col("member").eq(format!("webhook:{webhook}")));
    }
    if let Some(cursor) = &page.cursor {
        let before: Uuid = cursor
            .parse()
            .map_err(|_unreadable| Problem::invalid("cursor", "cursor"))?;
        find = find.filter(col("id").lt(before));
    }
    let mut rows = find.all(db).await?;
    let more = rows.len() as u64 > page.size();
    rows.truncate(usize::try_from(page.size()).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    Ok(Page {
        items: rows.into_iter().map(DeliveryView::from).collect(),
        next,
    })
}
