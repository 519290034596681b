//! Set what an account may do where: all its grants at once.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Grant, Problem, ProblemKind, Result, Role};

use super::accounts::{SYSTEM, account_for_admin};
use crate::entities::{account, account_grant};
use crate::events::{self, event};
use crate::permissions::ACCOUNTS_ADMIN;

/// More grants than this belong into a wider area.
const MOST: usize = 50;

/// See the module's text.
#[derive(Clone, Debug)]
pub struct SetGrants {
    pub account: Uuid,
    /// The version the change was made on; `None` skips the comparison.
    pub version: Option<i32>,
    pub grants: Vec<Grant>,
}

impl Command for SetGrants {
    type Output = ();
    const NAME: &'static str = "people.set-grants";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = account_for_admin(ctx, tx, self.account).await?;
        authorize(ctx, &self.grants)?;
        let mine = ctx.actor().id() == Some(self.account);
        if mine && !self.grants.iter().any(|g| g.role == Role::Administrator) {
            // The last administrator must not lock the door from outside.
            return Err(Problem::new(ProblemKind::Conflict, "own-account"));
        }
        let version = self.version.unwrap_or(row.version);
        tx.update::<account::Entity>(account::Model { version, ..row })
            .await?;
        replace(ctx, tx, self.account, &self.grants).await?;
        tx.audit(
            ctx,
            SYSTEM,
            AuditEntry::new("people.set-grants", "account", self.account)
                .detail(json!({ "grants": self.grants })),
        );
        tx.emit(ctx, event(events::ACCOUNT_CHANGED, SYSTEM, self.account));
        Ok(())
    }
}

/// Whoever gives (or takes) rights must be administrator in the areas they are for.
pub(crate) fn authorize(ctx: &Ctx, grants: &[Grant]) -> Result<()> {
    if grants.len() > MOST {
        return Err(Problem::invalid("grants", "too-many-grants").field_arg("max", MOST));
    }
    if !ctx.may(&ACCOUNTS_ADMIN) {
        ctx.scope(&ACCOUNTS_ADMIN)?;
    }
    for grant in grants {
        if ctx.areas().get(grant.area).is_none() {
            return Err(Problem::invalid("grants", "unknown-area"));
        }
        if grant.role == Role::Partner && grant.organisation.is_none() {
            return Err(Problem::invalid("grants", "partner-organisation"));
        }
        ctx.authorize(&ACCOUNTS_ADMIN, grant.area)?;
    }
    Ok(())
}

/// Takes the old grants away and writes the new ones; those that stay are left alone.
pub(crate) async fn replace(ctx: &Ctx, tx: &Tx<'_>, id: Uuid, grants: &[Grant]) -> Result<()> {
    let old = account_grant::Entity::find()
        .filter(account_grant::Column::CommunityId.eq(SYSTEM.0))
        .filter(account_grant::Column::AccountId.eq(id))
        .all(tx.conn())
        .await?;
    let key = |grant: &Grant| (grant.role, grant.area, grant.organisation);
    let wanted: BTreeSet<_> = grants.iter().map(key).collect();
    let mut kept = BTreeSet::new();
    for row in old {
        let present = crate::accounts::grant_of(&row).as_ref().map(key);
        match present {
            Some(present) if wanted.contains(&present) && kept.insert(present) => {}
            _ => tx.delete::<account_grant::Entity>(&row).await?,
        }
    }
    for (role, area, organisation_id) in wanted.difference(&kept) {
        tx.insert::<account_grant::Entity>(account_grant::Model {
            community_id: SYSTEM.0,
            id: ctx.new_id(),
            version: 1,
            account_id: id,
            role: role.as_str().to_owned(),
            area_id: area.0,
            organisation_id: *organisation_id,
        })
        .await?;
    }
    Ok(())
}
