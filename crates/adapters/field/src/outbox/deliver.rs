//! An item and what it does, in one transaction with the note that it was taken.

use std::sync::Arc;

use sea_orm::EntityTrait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_cases::{AttachFile, Report};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};
use youlin_people::permissions::{PEOPLE_READ, PEOPLE_SENSITIVE};
use youlin_people::{CorrectResident, Directory, MarkVisit, Vault};
use youlin_rounds::tracks::TrackTaken;
use youlin_rounds::visits::RecordVisit;
use youlin_rounds::{AttachPhoto, HandIn, ReturnVisit};

use super::body::{Kind, VisitBase, visit_held};
use crate::entities::field_item;

/// A verb of the domain.
#[derive(Debug)]
pub(super) enum Act {
    Round(Box<HandIn>),
    Case(Box<Report>),
    Photo(AttachPhoto),
    CasePhoto(AttachFile),
    Return(ReturnVisit),
    Visit(MarkVisit, VisitBase, Arc<Vault>),
    Door(Box<RecordVisit>),
    Correction(CorrectResident),
}

/// See the module's text.
#[derive(Debug)]
pub(super) struct Deliver {
    pub(super) item: Uuid,
    pub(super) community: CommunityId,
    pub(super) kind: Kind,
    pub(super) fingerprint: String,
    pub(super) act: Act,
}

/// What became of it.
#[derive(Debug)]
pub(super) struct Delivered {
    pub(super) again: bool,
    pub(super) ids: Value,
}

/// Of what was meant, not of when it was sent.
pub(super) fn fingerprint(kind: Kind, body: &Value) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(kind.as_str().as_bytes());
    hash.update([0]);
    hash.update(serde_json::to_vec(body).map_err(Problem::internal)?);
    Ok(hex::encode(hash.finalize()))
}

/// The first answer again; another content, or another person's item, is refused and the sender still has it.
pub(super) fn again(ctx: &Ctx, row: &field_item::Model, fingerprint: &str) -> Result<Delivered> {
    if Some(row.account_id) != ctx.actor().id() || row.fingerprint != fingerprint {
        let received = youlin_kernel::Micros(row.received_at);
        return Err(Problem::new(ProblemKind::Conflict, "field-item-other")
            .with_data(json!({ "received_at": received })));
    }
    Ok(Delivered {
        again: true,
        ids: serde_json::from_str(&row.answer).map_err(Problem::internal)?,
    })
}

impl Command for Deliver {
    type Output = Delivered;
    const NAME: &'static str = "field.deliver";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Delivered> {
        let account = ctx.actor().id().ok_or_else(Problem::forbidden)?;
        let known = field_item::Entity::find_by_id((self.community.0, self.item))
            .one(tx.conn())
            .await?;
        if let Some(row) = known {
            return again(ctx, &row, &self.fingerprint);
        }
        let (ids, before) = self.act(ctx, tx).await?;
        tx.insert::<field_item::Entity>(field_item::Model {
            community_id: self.community.0,
            id: self.item,
            version: 1,
            kind: self.kind.as_str().to_owned(),
            account_id: account,
            fingerprint: self.fingerprint.clone(),
            answer: ids.to_string(),
            received_at: ctx.now().0,
        })
        .await?;
        let entry = AuditEntry::new(Self::NAME, "field_item", self.item)
            .detail(json!({ "kind": self.kind.as_str() }));
        tx.audit(ctx, self.community, entry);
        Ok(Delivered { again: before, ids })
    }
}

impl Deliver {
    /// The ids made, and whether all of it was there before by another way.
    async fn act(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<(Value, bool)> {
        Ok(match &self.act {
            Act::Round(command) => {
                let done = command.run(ctx, tx).await?;
                let mut ids = json!({ "round": done.id, "findings": done.findings });
                if done.extra {
                    ids["extra"] = Value::Bool(true);
                }
                if let Some(not_due) = done.short.and_then(|short| short.not_due) {
                    ids["not_due"] = json!(not_due);
                }
                if done.track == Some(TrackTaken::Kept) {
                    ids["track"] = Value::Bool(true);
                }
                (ids, done.again)
            }
            Act::Door(command) => {
                let done = command.run(ctx, tx).await?;
                (
                    json!({ "round": done.id, "findings": done.findings }),
                    done.again,
                )
            }
            Act::Case(command) => {
                let done = command.run(ctx, tx).await?;
                let ids = json!({ "case": done.id, "number": done.number, "due_at": done.due_at });
                (ids, false)
            }
            Act::Photo(command) => {
                let photo = command.run(ctx, tx).await?;
                (json!({ "photo": photo }), false)
            }
            Act::CasePhoto(command) => {
                let photo = command.run(ctx, tx).await?;
                (json!({ "photo": photo }), false)
            }
            Act::Return(command) => {
                let visit = command.run(ctx, tx).await?;
                (json!({ "return_visit": visit }), false)
            }
            Act::Correction(command) => {
                let person = command.run(ctx, tx).await?;
                (json!({ "person": person }), false)
            }
            Act::Visit(command, base, vault) => {
                self.check_base(ctx, tx, command, base, vault).await?;
                command.run(ctx, tx).await?;
                (json!({ "entry": command.entry }), false)
            }
        })
    }

    /// Two people with the same list: whoever comes second is shown what the first wrote.
    async fn check_base(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        command: &MarkVisit,
        base: &VisitBase,
        vault: &Vault,
    ) -> Result<()> {
        let scope = ctx.scope(&PEOPLE_READ)?;
        let sensitive = ctx.scope(&PEOPLE_SENSITIVE).ok();
        let scopes = (&scope, sensitive.as_ref());
        let (_, entries) = Directory::visiting_list(tx.conn(), vault, scopes, command.list).await?;
        let now = entries
            .iter()
            .find(|one| one.id == command.entry)
            .ok_or_else(Problem::not_found)?;
        // What one wrote oneself since the pack was fetched is no surprise.
        let own = now.by.as_deref() == Some(ctx.actor().name());
        if now.at == base.at || own {
            return Ok(());
        }
        Err(Problem::new(ProblemKind::Conflict, "field-visit-meanwhile").with_data(visit_held(now)))
    }
}
