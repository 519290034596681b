//! The telephone: a call is announced, somebody takes it, an unknown number is attached to a person.

use std::sync::Arc;

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_crypto::Phone;
use youlin_database::sql::col;
use youlin_database::{AuditEntry, Command, Event, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};
use youlin_people::FieldPlace;

use crate::entities::phone_call;
use crate::permissions::CASES_DESK;
use crate::service::Cases;

/// A call as the telephone system announced it, checked.
#[derive(Debug)]
pub struct IncomingCall {
    pub cases: Arc<Cases>,
    pub community: CommunityId,
    pub call_key: String,
    pub phone: Phone,
    pub called: String,
    /// The registered person with that number, when there is exactly one.
    pub person: Option<Uuid>,
    pub at: Micros,
}

impl Command for IncomingCall {
    type Output = Uuid;
    const NAME: &'static str = "cases.incoming-call";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let known = phone_call::Entity::find()
            .filter(col("community_id").eq(self.community.0))
            .filter(col("call_key").eq(self.call_key.clone()))
            .one(tx.conn())
            .await?;
        if let Some(known) = known {
            return Ok(known.id);
        }
        let id = ctx.new_id();
        let at = FieldPlace::new("phone_call", "phone", self.community.0, id);
        let vault = &self.cases.vault;
        let row = phone_call::Model {
            community_id: self.community.0,
            id,
            version: 1,
            call_key: self.call_key.clone(),
            phone: vault.seal(ctx, at, self.phone.as_str())?,
            phone_masked: self.phone.masked(),
            phone_index: vault.index().phone(&self.phone).to_vec(),
            called: self.called.clone(),
            at: self.at.0,
            person_id: self.person,
            case_id: None,
            taken_by: None,
        };
        tx.insert::<phone_call::Entity>(row).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new("cases.incoming-call", "call", id),
        );
        let event = Event {
            topic: "calls.incoming".into(),
            community: self.community,
            subject: id,
            payload: serde_json::json!({}),
        };
        tx.emit(ctx, event);
        Ok(id)
    }
}

pub(crate) async fn load(
    tx: &Tx<'_>,
    community: CommunityId,
    id: Uuid,
) -> Result<phone_call::Model> {
    phone_call::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
}

/// Notes which case came of a call; its audit entry is the report's.
pub(crate) async fn link_case(
    tx: &Tx<'_>,
    community: CommunityId,
    call: Uuid,
    case: Uuid,
) -> Result<()> {
    let call = load(tx, community, call).await?;
    tx.update::<phone_call::Entity>(phone_call::Model {
        case_id: Some(case),
        ..call
    })
    .await?;
    Ok(())
}

/// Somebody at the desk takes the call.
#[derive(Debug)]
pub struct TakeCall {
    pub community: CommunityId,
    pub call: Uuid,
}

impl Command for TakeCall {
    type Output = ();
    const NAME: &'static str = "cases.take-call";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&CASES_DESK, self.community)?;
        let call = load(tx, self.community, self.call).await?;
        if call.taken_by.is_none() {
            tx.update::<phone_call::Entity>(phone_call::Model {
                taken_by: ctx.actor().id(),
                ..call
            })
            .await?;
            tx.audit(
                ctx,
                self.community,
                AuditEntry::new("cases.take-call", "call", self.call),
            );
        }
        Ok(())
    }
}

/// The caller of an unknown number is this person. The number itself is added to the person's file by
/// `youlin_people::AttachPhone`; this remembers who called.
#[derive(Debug)]
pub struct AttachCaller {
    pub community: CommunityId,
    pub call: Uuid,
    pub person: Uuid,
}

impl Command for AttachCaller {
    type Output = ();
    const NAME: &'static str = "cases.attach-caller";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&CASES_DESK, self.community)?;
        let call = load(tx, self.community, self.call).await?;
        tx.update::<phone_call::Entity>(phone_call::Model {
            person_id: Some(self.person),
            ..call
        })
        .await?;
        let entry = AuditEntry::new("cases.attach-caller", "call", self.call)
            .detail(serde_json::json!({ "person": self.person }));
        tx.audit(ctx, self.community, entry);
        Ok(())
    }
}
