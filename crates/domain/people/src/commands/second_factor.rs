//! Set up the second factor, confirm it, use it, and take it away.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Problem, ProblemKind, Result};

use super::accounts::{SYSTEM, load, own_or_admin};
use crate::Vault;
use crate::entities::account;
use crate::events::{self, event};
use crate::totp;
use crate::vault::FieldPlace;

/// What the person puts into an authenticator.
#[derive(Clone)]
pub struct Enrolment {
    /// `otpauth://…`
    pub address: String,
    /// The same secret to type by hand (base 32).
    pub secret: String,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(…)")
    }
}

/// Begins: a new secret is kept, sealed, and counts only once a code of it was entered. One's own account only.
#[derive(Debug)]
pub struct EnrolTotp {
    pub vault: Arc<Vault>,
    pub account: Uuid,
}

impl Command for EnrolTotp {
    type Output = Enrolment;
    const NAME: &'static str = "people.enrol-totp";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Enrolment> {
        let row = own(ctx, tx, self.account).await?;
        if row.totp_confirmed {
            return Err(Problem::new(ProblemKind::Conflict, "second-factor-on"));
        }
        let mut secret = [0; totp::SECRET];
        ctx.random(&mut secret);
        let (address, text) = totp::enrolment(&secret, &row.login)?;
        let sealed = self.vault.seal(ctx, place(self.account), &text)?;
        tx.update::<account::Entity>(account::Model {
            totp_sealed: Some(sealed),
            totp_step: 0,
            ..row
        })
        .await?;
        note(ctx, tx, "people.enrol-totp", self.account);
        Ok(Enrolment {
            address,
            secret: text,
        })
    }
}

/// Confirms with a code; from then on it is asked at each sign-in. Answers the recovery codes, shown once.
#[derive(Debug)]
pub struct ConfirmTotp {
    pub vault: Arc<Vault>,
    pub account: Uuid,
    pub code: String,
}

impl Command for ConfirmTotp {
    type Output = Vec<String>;
    const NAME: &'static str = "people.confirm-totp";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Vec<String>> {
        let row = own(ctx, tx, self.account).await?;
        if row.totp_confirmed {
            return Err(Problem::new(ProblemKind::Conflict, "second-factor-on"));
        }
        let step = step_of(ctx, &self.vault, &row, &self.code)?
            .ok_or_else(|| Problem::invalid("code", "code-wrong"))?;
        let codes = totp::recovery_codes(ctx);
        let hashes: Vec<String> = codes.iter().map(|code| totp::recovery_hash(code)).collect();
        tx.update::<account::Entity>(account::Model {
            totp_confirmed: true,
            totp_step: step,
            recovery_hashes: json!(hashes).to_string(),
            ..row
        })
        .await?;
        note(ctx, tx, "people.confirm-totp", self.account);
        tx.emit(ctx, event(events::ACCOUNT_CHANGED, SYSTEM, self.account));
        Ok(codes)
    }
}

/// Uses a code (each one once) or a recovery code (which is then spent).
#[derive(Debug)]
pub struct UseSecondFactor {
    pub vault: Arc<Vault>,
    pub account: Uuid,
    pub code: String,
}

impl Command for UseSecondFactor {
    type Output = ();
    const NAME: &'static str = "people.use-second-factor";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own(ctx, tx, self.account).await?;
        if !row.totp_confirmed {
            return Err(Problem::invalid("code", "code-wrong"));
        }
        if let Some(step) = step_of(ctx, &self.vault, &row, &self.code)? {
            let used = account::Model {
                totp_step: step,
                ..row
            };
            tx.update::<account::Entity>(used).await?;
            note(ctx, tx, "people.use-second-factor", self.account);
            return Ok(());
        }
        let mut hashes: Vec<String> =
            serde_json::from_str(&row.recovery_hashes).map_err(Problem::internal)?;
        let tried = totp::recovery_hash(&self.code);
        let position = hashes.iter().position(|hash| *hash == tried);
        let Some(position) = position else {
            return Err(Problem::invalid("code", "code-wrong"));
        };
        hashes.remove(position);
        let left = hashes.len();
        tx.update::<account::Entity>(account::Model {
            recovery_hashes: json!(hashes).to_string(),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            SYSTEM,
            AuditEntry::new("people.use-recovery-code", "account", self.account)
                .detail(json!({ "left": left })),
        );
        Ok(())
    }
}

/// Takes the second factor away: the owner with a code (checked before), or an administrator when it is lost.
#[derive(Clone, Debug)]
pub struct DisableTotp {
    pub account: Uuid,
}

impl Command for DisableTotp {
    type Output = ();
    const NAME: &'static str = "people.disable-totp";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = own_or_admin(ctx, tx, self.account).await?;
        tx.update::<account::Entity>(account::Model {
            totp_sealed: None,
            totp_confirmed: false,
            totp_step: 0,
            recovery_hashes: "[]".to_owned(),
            ..row
        })
        .await?;
        note(ctx, tx, "people.disable-totp", self.account);
        tx.emit(ctx, event(events::ACCOUNT_CHANGED, SYSTEM, self.account));
        Ok(())
    }
}

async fn own(ctx: &Ctx, tx: &Tx<'_>, id: Uuid) -> Result<account::Model> {
    if ctx.actor().id() == Some(id) && ctx.is_signed_in() {
        load(tx, id).await
    } else {
        Err(Problem::not_found())
    }
}

fn place(account: Uuid) -> FieldPlace {
    FieldPlace::new("account", "totp", SYSTEM.0, account)
}

fn step_of(ctx: &Ctx, vault: &Vault, row: &account::Model, code: &str) -> Result<Option<i64>> {
    let Some(sealed) = &row.totp_sealed else {
        return Ok(None);
    };
    let secret = vault.open(place(row.id), sealed)?;
    let secret = totp_rs::Secret::try_from_base32(secret).map_err(Problem::internal)?;
    totp::accepted_step(secret.as_ref(), code, ctx.now(), row.totp_step)
}

fn note(ctx: &Ctx, tx: &Tx<'_>, action: &'static str, account: Uuid) {
    tx.audit(ctx, SYSTEM, AuditEntry::new(action, "account", account));
}
