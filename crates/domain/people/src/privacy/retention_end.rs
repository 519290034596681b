//! What ends when a rule of retention is run: rows go, or say no longer who it was.

use std::sync::Arc;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::sql::name;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use super::processing::{NewProcessing, ProcessingKind, note_processing};
use super::retention::{BATCH, NO_INDEX, NO_NAME, RetentionSubject, listed};
use crate::Vault;
use crate::entities::*;
use crate::events::{self, event};
use crate::vault::FieldPlace;

/// Ends the next rows of one community; answers how many. With none left it writes the record of processing.
pub(super) struct EndBatch {
    pub(super) vault: Arc<Vault>,
    pub(super) subject: RetentionSubject,
    pub(super) community: CommunityId,
    pub(super) before: Micros,
    /// Ended in earlier batches.
    pub(super) ended: u64,
    /// Who confirmed the list.
    pub(super) by: (Option<Uuid>, String),
}

impl Command for EndBatch {
    type Output = u64;
    const NAME: &'static str = "people.end-retention-batch";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<u64> {
        let communities = [self.community.0];
        let rows = listed(tx.conn(), &communities, self.subject, self.before, BATCH).await?;
        for (community, id) in &rows {
            let key = (community.0, *id);
            match self.subject {
                RetentionSubject::MovedOut => {
                    anonymise(ctx, tx, &self.vault, *community, *id).await?;
                }
                RetentionSubject::Looks => remove::<who_looked::Entity>(tx, key).await?,
                RetentionSubject::Record => remove::<processing::Entity>(tx, key).await?,
                RetentionSubject::Consents => remove::<person_consent::Entity>(tx, key).await?,
                RetentionSubject::Corrections => remove::<correction::Entity>(tx, key).await?,
            }
        }
        let ended = rows.len() as u64;
        if ended == 0 && self.ended > 0 {
            self.note(ctx, tx).await?;
        }
        if ended > 0 || self.ended > 0 {
            tx.audit(
                ctx,
                self.community,
                AuditEntry::new(Self::NAME, "retention", Uuid::nil())
                    .detail(json!({ "subject": self.subject.as_str(), "rows": ended })),
            );
        }
        Ok(ended)
    }
}

impl EndBatch {
    /// In the name of whoever confirmed the list.
    async fn note(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let new = NewProcessing {
            kind: ProcessingKind::Retention,
            purpose: self.subject.as_str().to_owned(),
            person: None,
            persons: i64::try_from(self.ended).unwrap_or(i64::MAX),
            subject: self.subject.as_str().to_owned(),
        };
        let actor = youlin_kernel::Actor::Account(youlin_kernel::AccountActor {
            id: self.by.0.unwrap_or_default(),
            person: None,
            former: Vec::new(),
            display_name: self.by.1.clone(),
        });
        let named = ctx.acting_as(actor, Arc::from([]));
        note_processing(&named, tx, self.community, new).await
    }
}

async fn remove<E>(tx: &Tx<'_>, key: (i64, Uuid)) -> Result<()>
where
    E: youlin_database::Record,
    E::Model: serde::Serialize + Clone + sea_orm::IntoActiveModel<E::ActiveModel> + Sync,
{
    let row = E::find()
        .filter(Expr::col(name("community_id")).eq(key.0))
        .filter(Expr::col(name("id")).eq(key.1))
        .one(tx.conn())
        .await?;
    match row {
        Some(row) => tx.delete::<E>(&row).await,
        None => Ok(()),
    }
}

/// What says who it was goes; the entry stays, so that residences and cases of the past still count somebody.
async fn anonymise(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    community: CommunityId,
    id: Uuid,
) -> Result<()> {
    let Some(row) = person::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
    else {
        return Ok(());
    };
    every::<person_phone::Entity>(tx, community, "person_id", id).await?;
    every::<person_label::Entity>(tx, community, "person_id", id).await?;
    every::<person_label_past::Entity>(tx, community, "person_id", id).await?;
    every::<form_asked::Entity>(tx, community, "person_id", id).await?;
    every::<visiting_entry::Entity>(tx, community, "person_id", id).await?;
    every::<sighting::Entity>(tx, community, "person_id", id).await?;
    every::<person_consent::Entity>(tx, community, "person_id", id).await?;
    every::<correction::Entity>(tx, community, "person_id", id).await?;
    every::<guardianship::Entity>(tx, community, "child_id", id).await?;
    every::<guardianship::Entity>(tx, community, "guardian_id", id).await?;
    every::<person_death::Entity>(tx, community, "person_id", id).await?;
    every::<move_out::Entity>(tx, community, "person_id", id).await?;
    // Signposts that lead here, and what merges noted of them, say who it was too.
    every::<person_merge::Entity>(tx, community, "kept_id", id).await?;
    every::<person_merge::Entity>(tx, community, "gone_id", id).await?;
    let signposts = crate::merge::ids_of(tx.conn(), community, id).await?;
    for signpost in signposts.into_iter().filter(|one| *one != id) {
        Box::pin(anonymise(ctx, tx, vault, community, signpost)).await?;
    }
    tx.update::<person::Entity>(person::Model {
        name_sealed: vault.seal(
            ctx,
            FieldPlace::new("person", "name", community.0, id),
            NO_NAME,
        )?,
        name_index: NO_INDEX.to_vec(),
        surname_index: NO_INDEX.to_vec(),
        ext_key: None,
        sex: None,
        birth_year: None,
        birth_sealed: None,
        facts: None,
        seen_at: None,
        language: None,
        note_sealed: None,
        identity_sealed: None,
        identity_index: None,
        updated_at: ctx.now().0,
        ..row
    })
    .await?;
    tx.emit(ctx, event(events::PERSON_SAVED, community, id));
    Ok(())
}

async fn every<E>(tx: &Tx<'_>, community: CommunityId, column: &'static str, id: Uuid) -> Result<()>
where
    E: youlin_database::Record,
    E::Model: serde::Serialize + Clone + sea_orm::IntoActiveModel<E::ActiveModel> + Sync,
{
    let rows = E::find()
        .filter(Expr::col(name("community_id")).eq(community.0))
        .filter(Expr::col(name(column)).eq(id))
        .all(tx.conn())
        .await?;
    for row in rows {
        tx.delete::<E>(&row).await?;
    }
    Ok(())
}
