//! Notices: what happens to a case is told to those it concerns, in the page, by SMS, by e-mail, and to other systems
//! by signed calls.
//!
//! Events of the outbox come in ([`CaseNotices`], [`WebhookFeed`]), the policy ([`RULES`]) says who hears of what by
//! which way, lines and messages are saved once per event and member, and the [`Courier`] brings messages out with
//! pauses between its attempts. The words stand in the catalogue. What must be known of a case comes through
//! [`CaseSource`], which the composition root implements.

mod api;
mod codes;
mod commands;
mod consumers;
mod courier;
mod entities;
pub mod events;
mod guard;
mod jobs;
mod members;
mod migrations;
mod pages;
pub mod permissions;
mod policy;
mod queries;
mod roster;
mod service;
mod settings;
mod sharing;
mod source;
mod words;

use std::sync::Arc;

use youlin_database::sealed::{SealedColumn, SealedTable, sealed_record, sealed_rows};
use youlin_database::{Consumer, audited_table};
use youlin_web::{LiveTopic, Module};

pub use codes::OwnCodes;
pub use commands::{
    MarkAllRead, MarkRead, SaveWebhook, SavedWebhook, SendAgain, SwitchWebhook, WebhookInput,
};
pub use consumers::{CaseNotices, WebhookFeed};
pub use courier::Courier;
pub use jobs::{TIDY, TidyNotices};
pub use migrations::MIGRATIONS;
pub use pages::{NAV, TOPBAR};
pub use policy::{Audience, Channel, RULES, Rule, rules_of};
pub use queries::{
    DeliveryView, LogFilter, NoticeView, WebhookView, deliveries, notices, unread, webhook,
    webhooks,
};
pub use service::Notices;
pub use settings::{
    Hidden, NoticesSettings, SettingsFault, SmsSettings, SmtpSecurity, SmtpSettings,
};
pub use sharing::{SHARING_WORDS, SharingNotices};
pub use source::{CaseBrief, CaseSource, ReporterBrief, TaskBrief};

static LIVE: &[LiveTopic] = &[LiveTopic {
    prefix: events::NEW,
    name: "notice",
    permission: &permissions::NOTICES_READ,
    url: "/notices",
}];

fn sealed() -> Vec<SealedTable> {
    const DELIVERY: &[SealedColumn] = &[
        SealedColumn::new("target_sealed", "delivery", "target"),
        SealedColumn::new("args_sealed", "delivery", "args"),
    ];
    const WEBHOOK: &[SealedColumn] = &[SealedColumn {
        column: "secret_sealed",
        bound_to: ("webhook_subscription", "secret"),
        system: true,
    }];
    vec![
        sealed_rows("delivery", DELIVERY),
        sealed_record::<entities::webhook_subscription::Entity>(WEBHOOK),
    ]
}

/// This module as the composition root takes it in. Its consumers and its courier need [`Notices`] in the application;
/// without it nothing is told and the pages still work.
#[must_use]
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        permissions: permissions::ALL,
        audited: vec![audited_table::<entities::webhook_subscription::Entity>()],
        sealed: sealed(),
        routes: || api::routes().merge(pages::routes()),
        jobs: |_| vec![Arc::new(TidyNotices)],
        recurring: &[TIDY],
        consumers: |app| {
            app.service::<Notices>().map_or_else(Vec::new, |notices| {
                vec![
                    Arc::new(CaseNotices(Arc::clone(&notices))) as Arc<dyn Consumer>,
                    Arc::new(SharingNotices(Arc::clone(&notices))),
                    Arc::new(WebhookFeed(Arc::clone(&notices))),
                    Arc::new(OwnCodes {
                        notices,
                        demo: app.config().demo,
                    }),
                ]
            })
        },
        live: LIVE,
        ..Module::named("notices")
    }
}

/// Beginnings of the topics other systems can subscribe to.
pub(crate) const FAMILIES: &[&str] = &["cases."];

/// Topics a subscription may name, for the administration page.
const TOPICS: &[&str] = &[
    "cases.*",
    "cases.reported",
    "cases.accepted",
    "cases.declined",
    "cases.dispatched",
    "cases.task_given",
    "cases.task_done",
    "cases.handled",
    "cases.verified",
    "cases.rework",
    "cases.closed",
    "cases.reopened",
    "cases.overdue",
    "cases.escalated",
    "cases.cancelled",
    "cases.merged",
    "cases.unmerged",
    "cases.rated",
];

/// The topics a subscription may name.
pub fn topics() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().copied()
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be tried, now or later.
    Waiting,
    Sent,
    /// Refused for good: a wrong number, a subscription that is off.
    Failed,
    /// Tried often enough.
    GivenUp,
}

impl DeliveryState {
    /// All of them, in the order pages list them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sent, Self::Failed, Self::GivenUp];

    /// The stored name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::GivenUp => "given_up",
        }
    }
}
