//! Writes what one event causes: lines in the lists of accounts and messages to send. An event that comes again finds
//! its rows there and adds nothing; only rows that are new are announced to open pages.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{OnConflict, Query};
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_database::sql::name;
use youlin_database::{Command, Event, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Result};
use youlin_people::{FieldPlace, Vault};

use crate::{Channel, events};

/// A line for an account.
#[derive(Clone, Debug)]
pub(crate) struct NewNotice {
    pub(crate) account: Uuid,
    pub(crate) kind: String,
    pub(crate) data: String,
    /// The sentence in both languages and where it leads, for the corner of an open page.
    pub(crate) live: Value,
}

/// A message to send.
#[derive(Clone, Debug)]
pub(crate) struct NewDelivery {
    pub(crate) member: String,
    pub(crate) channel: Channel,
    pub(crate) template: String,
    pub(crate) target: String,
    pub(crate) args: String,
}

/// See the module's text. Answers how many messages are new.
pub(crate) struct Enqueue {
    pub(crate) vault: Arc<Vault>,
    pub(crate) community: CommunityId,
    pub(crate) event: Uuid,
    pub(crate) case: Option<Uuid>,
    pub(crate) at: Micros,
    pub(crate) notices: Vec<NewNotice>,
    pub(crate) deliveries: Vec<NewDelivery>,
}

impl Command for Enqueue {
    type Output = usize;
    const NAME: &'static str = "notices.enqueue";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<usize> {
        for notice in &self.notices {
            self.notice(ctx, tx, notice).await?;
        }
        let mut queued = 0;
        for delivery in &self.deliveries {
            queued += self.delivery(ctx, tx, delivery).await?;
        }
        Ok(queued)
    }
}

impl Enqueue {
    async fn notice(&self, ctx: &Ctx, tx: &Tx<'_>, notice: &NewNotice) -> Result<()> {
        let id = ctx.new_id();
        let columns = [
            "community_id",
            "id",
            "version",
            "event_id",
            "account_id",
            "kind",
            "case_id",
            "data",
            "at",
        ];
        let mut insert = Query::insert();
        insert
            .into_table(name("notice"))
            .columns(columns.map(name))
            .values_panic([
                self.community.0.into(),
                id.into(),
                1i32.into(),
                self.event.into(),
                notice.account.into(),
                notice.kind.clone().into(),
                self.case.into(),
                notice.data.clone().into(),
                self.at.0.into(),
            ])
            .on_conflict(
                OnConflict::columns(["community_id", "event_id", "account_id"].map(name))
                    .do_nothing()
                    .to_owned(),
            );
        if tx.conn().execute(&insert).await?.rows_affected() == 1 {
            let mut payload = notice.live.clone();
            payload["account"] = json!(notice.account);
            tx.emit(
                ctx,
                Event {
                    topic: events::NEW.to_owned(),
                    community: self.community,
                    subject: id,
                    payload,
                },
            );
        }
        Ok(())
    }

    async fn delivery(&self, ctx: &Ctx, tx: &Tx<'_>, delivery: &NewDelivery) -> Result<usize> {
        let id = ctx.new_id();
        let place = |column| FieldPlace::new("delivery", column, self.community.0, id);
        let target = self.vault.seal(ctx, place("target"), &delivery.target)?;
        let args = self.vault.seal(ctx, place("args"), &delivery.args)?;
        let columns = [
            "community_id",
            "id",
            "event_id",
            "case_id",
            "member",
            "channel",
            "template",
            "target_sealed",
            "args_sealed",
            "state",
            "attempts",
            "due_at",
            "created_at",
        ];
        let now = ctx.now().0;
        let mut insert = Query::insert();
        insert
            .into_table(name("delivery"))
            .columns(columns.map(name))
            .values_panic([
                self.community.0.into(),
                id.into(),
                self.event.into(),
                self.case.into(),
                delivery.member.clone().into(),
                delivery.channel.as_str().into(),
                delivery.template.clone().into(),
                target.into(),
                args.into(),
                crate::DeliveryState::Waiting.as_str().into(),
                0i32.into(),
                now.into(),
                now.into(),
            ])
            .on_conflict(
                OnConflict::columns(["community_id", "event_id", "member", "channel"].map(name))
                    .do_nothing()
                    .to_owned(),
            );
        let added = tx.conn().execute(&insert).await?.rows_affected();
        Ok(usize::from(added == 1))
    }
}
