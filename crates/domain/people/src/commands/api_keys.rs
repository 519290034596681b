//! Keys of foreign systems: shown once when made, kept as SHA-256, with grants of their own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::EntityTrait;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Grant, Problem, Result};

use super::accounts::SYSTEM;
use super::set_grants;
use crate::KeyKind;
use crate::entities::api_key;
use crate::events::{self, event};
use crate::fields::required;

/// A new key: the text is shown once and cannot be shown again.
#[derive(Clone)]
pub struct NewKey {
    pub id: Uuid,
    pub key: String,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Makes a key. Whoever gives it rights must be administrator where they are for.
#[derive(Clone, Debug)]
pub struct CreateApiKey {
    pub name: String,
    pub kind: KeyKind,
    pub grants: Vec<Grant>,
}

impl Command for CreateApiKey {
    type Output = NewKey;
    const NAME: &'static str = "people.create-api-key";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<NewKey> {
        set_grants::authorize(ctx, &self.grants)?;
        let name = required("name", &self.name, 60)?;
        if self.grants.is_empty() {
            return Err(Problem::invalid("grants", "required"));
        }
        let mut secret = [0; 32];
        ctx.random(&mut secret);
        let key = format!("yl_{}", URL_SAFE_NO_PAD.encode(secret));
        let grants = serde_json::to_string(&self.grants).map_err(Problem::internal)?;
        let row = tx
            .insert::<api_key::Entity>(api_key::Model {
                community_id: SYSTEM.0,
                id: ctx.new_id(),
                version: 1,
                name,
                kind: self.kind.as_str().to_owned(),
                sha256: Sha256::digest(key.as_bytes()).to_vec(),
                grants,
                created_at: ctx.now().0,
                revoked_at: None,
            })
            .await?;
        tx.audit(
            ctx,
            SYSTEM,
            AuditEntry::new("people.create-api-key", "api_key", row.id)
                .detail(json!({ "kind": self.kind, "grants": self.grants })),
        );
        Ok(NewKey { id: row.id, key })
    }
}

/// Ends a key for good.
#[derive(Clone, Debug)]
pub struct RevokeApiKey {
    pub id: Uuid,
}

impl Command for RevokeApiKey {
    type Output = ();
    const NAME: &'static str = "people.revoke-api-key";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = api_key::Entity::find_by_id((SYSTEM.0, self.id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        set_grants::authorize(ctx, &crate::accounts::key_grants(&row)?)?;
        if row.revoked_at.is_some() {
            return Ok(());
        }
        let revoked_at = Some(ctx.now().0);
        tx.update::<api_key::Entity>(api_key::Model { revoked_at, ..row })
            .await?;
        tx.audit(
            ctx,
            SYSTEM,
            AuditEntry::new("people.revoke-api-key", "api_key", self.id),
        );
        tx.emit(ctx, event(events::ACCOUNT_CHANGED, SYSTEM, self.id));
        Ok(())
    }
}
