//! Makes or changes a subscription of another system. The secret is made here, shown once, and kept sealed.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter};
use serde_json::json;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;
use youlin_database::sql::col;
use youlin_database::{AuditEntry, Command, Event, Tx};
use youlin_kernel::{AreaId, AreaLevel, Ctx, Problem, Result};
use youlin_people::{FieldPlace, Vault};

use super::SYSTEM;
use crate::entities::webhook_subscription;
use crate::permissions::NOTICES_ADMIN;
use crate::{events, guard, topics};

/// What the administrator types.
#[derive(Clone, Debug, Default)]
pub struct WebhookInput {
    /// Whose system it is; 1 to 60 characters.
    pub name: String,
    /// It hears of this area and everything below.
    pub area: i64,
    pub url: String,
    /// From [`topics`]; at least one.
    pub topics: Vec<String>,
}

/// See the module's text.
pub struct SaveWebhook {
    pub vault: Arc<Vault>,
    /// From the settings: addresses in the own network are taken.
    pub private_allowed: bool,
    /// The subscription to change, with the version it was shown with.
    pub change: Option<(Uuid, i32)>,
    /// Make a new secret; the old one ends at once.
    pub new_secret: bool,
    pub input: WebhookInput,
}

impl std::fmt::Debug for SaveWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SaveWebhook")
            .field("change", &self.change)
            .finish_non_exhaustive()
    }
}

/// What saving answers.
#[derive(Clone)]
pub struct SavedWebhook {
    pub id: Uuid,
    /// The secret, when a new one was made. Shown once, never logged.
    pub secret: Option<String>,
}

impl std::fmt::Debug for SavedWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SavedWebhook")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Command for SaveWebhook {
    type Output = SavedWebhook;
    const NAME: &'static str = "notices.save-webhook";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<SavedWebhook> {
        let checked = self.checked(ctx)?;
        let others = webhook_subscription::Entity::find()
            .filter(col("community_id").eq(SYSTEM.0))
            .all(tx.conn())
            .await?;
        let id = self.change.map_or_else(|| ctx.new_id(), |(id, _)| id);
        let before = others.iter().find(|row| row.id == id).cloned();
        if self.change.is_some() && before.is_none() {
            return Err(Problem::not_found());
        }
        if let Some(before) = &before {
            ctx.authorize(&NOTICES_ADMIN, AreaId(before.area_id))?;
            if self.change.is_some_and(|(_, seen)| seen != before.version) {
                // Without the secret, sealed as it is.
                let newer =
                    json!({ "version": before.version, "name": before.name, "url": before.url });
                return Err(Problem::stale(newer));
            }
        }
        let same = |row: &&webhook_subscription::Model| {
            row.id != id && row.url == checked.url && row.area_id == checked.area_id
        };
        if others.iter().any(|row| same(&row)) {
            return Err(Problem::invalid("url", "webhook-twice"));
        }
        let (secret_sealed, secret) = self.secret(ctx, id, before.as_ref())?;
        let row = webhook_subscription::Model {
            id,
            secret_sealed,
            version: self.change.map_or(1, |(_, version)| version),
            active: before.as_ref().is_none_or(|before| before.active),
            ended_by: before.as_ref().and_then(|before| before.ended_by.clone()),
            created_at: before
                .as_ref()
                .map_or(ctx.now().0, |before| before.created_at),
            ..checked
        };
        let detail = json!({
            "name": row.name, "area": row.area_id, "topics": row.topics, "new_secret": secret.is_some(),
        });
        if before.is_some() {
            tx.update::<webhook_subscription::Entity>(row).await?;
        } else {
            tx.insert::<webhook_subscription::Entity>(row).await?;
        }
        tx.audit(
            ctx,
            SYSTEM,
            AuditEntry::new("notices.save-webhook", "webhook", id).detail(detail),
        );
        tx.emit(ctx, changed(id));
        Ok(SavedWebhook { id, secret })
    }
}

pub(crate) fn changed(id: Uuid) -> Event {
    Event {
        topic: events::WEBHOOK_CHANGED.to_owned(),
        community: SYSTEM,
        subject: id,
        payload: json!({}),
    }
}

impl SaveWebhook {
    /// The row as typed, without what is not typed.
    fn checked(&self, ctx: &Ctx) -> Result<webhook_subscription::Model> {
        let mut faults: Vec<(&'static str, &'static str)> = Vec::new();
        let name: String = self.input.name.nfc().filter(|c| !c.is_control()).collect();
        let name = name.trim().to_owned();
        if name.is_empty() {
            faults.push(("name", "required"));
        } else if name.chars().count() > 60 {
            faults.push(("name", "webhook-name-long"));
        }
        let url = match guard::check_url(&self.input.url, self.private_allowed) {
            Ok(url) => url.to_string(),
            Err(fault) => {
                faults.push(("url", fault.code()));
                String::new()
            }
        };
        let known = |topic: &String| topics().any(|known| known == topic);
        if self.input.topics.is_empty() {
            faults.push(("topics", "required"));
        } else if !self.input.topics.iter().all(known) {
            faults.push(("topics", "unknown-value"));
        }
        let area = AreaId(self.input.area);
        match ctx.areas().get(area) {
            None => faults.push(("area", "required")),
            // Events say of which community they are and no more: of a grid alone it would never hear anything.
            Some(node) if node.level > AreaLevel::Community => {
                faults.push(("area", "webhook-area"));
            }
            Some(_) => {}
        }
        if let Some(((field, code), more)) = faults.split_first() {
            let first = Problem::invalid(*field, code);
            return Err(more
                .iter()
                .fold(first, |all, (field, code)| all.and_field(*field, code)));
        }
        ctx.authorize(&NOTICES_ADMIN, area)?;
        Ok(webhook_subscription::Model {
            community_id: SYSTEM.0,
            id: Uuid::nil(),
            version: 1,
            name,
            area_id: area.0,
            url,
            secret_sealed: Vec::new(),
            topics: json!(self.input.topics).to_string(),
            active: true,
            ended_by: None,
            created_at: 0,
        })
    }

    /// The sealed secret, and the secret itself when it is new.
    fn secret(
        &self,
        ctx: &Ctx,
        id: Uuid,
        before: Option<&webhook_subscription::Model>,
    ) -> Result<(Vec<u8>, Option<String>)> {
        if let Some(before) = before.filter(|_| !self.new_secret) {
            return Ok((before.secret_sealed.clone(), None));
        }
        let mut bytes = [0u8; 32];
        ctx.random(&mut bytes);
        let secret = format!("whsec_{}", URL_SAFE_NO_PAD.encode(bytes));
        let sealed = self.vault.seal(ctx, secret_place(id), &secret)?;
        Ok((sealed, Some(secret)))
    }
}

pub(crate) fn secret_place(id: Uuid) -> FieldPlace {
    FieldPlace::new("webhook_subscription", "secret", SYSTEM.0, id)
}
