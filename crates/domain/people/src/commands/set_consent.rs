//! Note that a person agreed to something, or no longer does. The person may say so, or somebody who keeps the register.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::{person_for, set_label};
use crate::Vault;
use crate::consent;
use crate::entities::{person, person_consent};
use crate::own::is_child;
use crate::permissions::PEOPLE_WRITE;

/// See the module's text.
#[derive(Debug)]
pub struct SetConsent {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
    /// One of [`consent::ALL`].
    pub consent: String,
    pub given: bool,
}

impl Command for SetConsent {
    type Output = ();
    const NAME: &'static str = "people.set-consent";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        if !consent::ALL.contains(&self.consent.as_str()) {
            return Err(Problem::invalid("consent", "unknown-value"));
        }
        let (community, person) = (self.community, self.person);
        let row = if ctx.actor().person() == Some(person) {
            person::Entity::find_by_id((community.0, person))
                .one(tx.conn())
                .await?
                .ok_or_else(Problem::not_found)?
        } else {
            person_for(ctx, tx, &self.vault, &PEOPLE_WRITE, community, person).await?
        };
        if self.given {
            may_agree(ctx, &self.vault, &row, &self.consent)?;
            crate::life::must_live(tx.conn(), community, person).await?;
        }
        if !set(
            ctx,
            tx,
            &self.vault,
            community,
            person,
            &self.consent,
            self.given,
        )
        .await?
        {
            return Ok(());
        }
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new("people.set-consent", "person", self.person)
                .detail(json!({ "consent": self.consent, "given": self.given })),
        );
        Ok(())
    }
}

/// For a child under 14 the guardian agrees, who alone can open the child's file (domain §5); a child is not asked for
/// help.
pub(crate) fn may_agree(
    ctx: &Ctx,
    vault: &Vault,
    person: &person::Model,
    consent: &str,
) -> Result<()> {
    if !is_child(vault, person, ctx.now())? {
        return Ok(());
    }
    if consent::NOT_OF_CHILDREN.contains(&consent) {
        return Err(Problem::invalid("consent", "consent-of-child"));
    }
    if ctx.actor().person() != Some(person.id) {
        return Err(Problem::invalid("consent", "consent-of-guardian"));
    }
    Ok(())
}

/// Says whether anything changed. The caller has checked who asks and writes the audit entry.
pub(crate) async fn set(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    community: CommunityId,
    person: Uuid,
    consent: &str,
    given: bool,
) -> Result<bool> {
    let known = person_consent::Entity::find()
        .filter(person_consent::Column::CommunityId.eq(community.0))
        .filter(person_consent::Column::PersonId.eq(person))
        .filter(person_consent::Column::Consent.eq(consent))
        .one(tx.conn())
        .await?;
    let now = ctx.now().0;
    let withdrawn_at = (!given).then_some(now);
    match known {
        Some(known) if known.withdrawn_at.is_none() == given => return Ok(false),
        Some(known) => {
            let given_at = if given { now } else { known.given_at };
            tx.update::<person_consent::Entity>(person_consent::Model {
                given_at,
                withdrawn_at,
                ..known
            })
            .await?;
        }
        None => {
            tx.insert::<person_consent::Entity>(person_consent::Model {
                community_id: community.0,
                id: ctx.new_id(),
                version: 1,
                person_id: person,
                consent: consent.to_owned(),
                given_at: now,
                withdrawn_at,
            })
            .await?;
        }
    }
    if !given {
        set_label::forget_what_needed(ctx, tx, vault, community, person, consent).await?;
    }
    Ok(true)
}
