//! One-time codes of own files: an event says that one waits, the people module says where it goes. The event holds no
//! more than an id, and the message is wiped when it was delivered, like every other.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_database::{Consumer, Event};
use youlin_kernel::{CommunityId, Ctx, Result};
use youlin_people::own::{CODE_ASKED, code_to_send};

use crate::commands::{Enqueue, NewDelivery};
use crate::policy::Channel;
use crate::service::Notices;
use crate::words::Facts;

/// Sends one-time codes by SMS. A demo without a gateway writes them to its log, which stands in its console; nothing
/// else ever does.
#[derive(Debug)]
pub struct OwnCodes {
    pub notices: Arc<Notices>,
    pub demo: bool,
}

impl Consumer for OwnCodes {
    fn name(&self) -> &'static str {
        "notices.own-codes"
    }

    fn wants(&self, topic: &str) -> bool {
        topic == CODE_ASKED
    }

    fn handle<'a>(&'a self, ctx: &'a Ctx, id: Uuid, event: &'a Event) -> BoxFuture<'a, Result<()>> {
        self.send(ctx, id, event.subject).boxed()
    }
}

impl OwnCodes {
    async fn send(&self, ctx: &Ctx, event: Uuid, code: Uuid) -> Result<()> {
        let Notices { db, vault, .. } = &*self.notices;
        let Some(wanted) = code_to_send(db.read(), vault, ctx.now(), code).await? else {
            return Ok(());
        };
        if !self.notices.has(Channel::Sms) {
            if self.demo {
                tracing::warn!(
                    code = wanted.code,
                    "demo without an SMS gateway: the one-time code of an own file"
                );
            } else {
                tracing::warn!(
                    "a one-time code cannot be sent: no SMS gateway is set (YOULIN_SMS_URL)"
                );
            }
            return Ok(());
        }
        let facts = Facts {
            code: wanted.code,
            ..Facts::default()
        };
        let order = Enqueue {
            vault: Arc::clone(vault),
            community: CommunityId::SYSTEM,
            event,
            case: None,
            at: ctx.now(),
            notices: Vec::new(),
            deliveries: vec![NewDelivery {
                member: format!("code:{code}"),
                channel: Channel::Sms,
                template: "own-code".to_owned(),
                target: wanted.number,
                args: serde_json::to_string(&facts).unwrap_or_default(),
            }],
        };
        self.notices.enqueue(ctx, order).await
    }
}
