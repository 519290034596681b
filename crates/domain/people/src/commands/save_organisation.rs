//! Enter an organisation, change it, or close it.

use std::sync::Arc;

use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_crypto::CreditCode;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};

use super::filed_under;
use crate::entities::organisation;
use crate::events::{self, event};
use crate::fields::{Faults, email, optional, required};
use crate::permissions::ORGANISATIONS_WRITE;
use crate::vault::FieldPlace;
use crate::{OrganisationKind, Vault};

/// See the module's text. Answers the organisation's id.
#[derive(Clone, Debug)]
pub struct SaveOrganisation {
    pub vault: Arc<Vault>,
    /// `None`: a new one; else its community and id.
    pub id: Option<(CommunityId, Uuid)>,
    /// The version the change was made on; `None` skips the comparison (imports).
    pub version: Option<i32>,
    pub ext_key: Option<String>,
    pub kind: OrganisationKind,
    pub name: String,
    /// Where it works. Above communities it is filed under none and all may call on it.
    pub area: AreaId,
    /// Office number, public.
    pub phone: Option<String>,
    /// Where it is written to about its tasks. `None` leaves it as it is, an empty text takes it away.
    pub email: Option<String>,
    /// Unified social credit code (GB 32100).
    pub credit_code: Option<String>,
    pub closed: bool,
}

/// The input after validation.
pub(crate) struct Checked {
    pub(crate) community: CommunityId,
    /// The row as it would be, without its id and its e-mail address.
    pub(crate) row: organisation::Model,
    /// `None`: as it is; `Some(None)`: none.
    pub(crate) email: Option<Option<String>>,
}

impl Command for SaveOrganisation {
    type Output = Uuid;
    const NAME: &'static str = "people.save-organisation";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let checked = self.checked(ctx)?;
        let community = checked.community;
        let row = match self.id {
            None => {
                let row = self.sealed(ctx, &checked, ctx.new_id(), None)?;
                tx.insert::<organisation::Entity>(row).await?
            }
            Some((filed, id)) => {
                let old = organisation::Entity::find_by_id((filed.0, id))
                    .one(tx.conn())
                    .await?
                    .ok_or_else(Problem::not_found)?;
                ctx.authorize(&ORGANISATIONS_WRITE, AreaId(old.area_id))?;
                if filed != community {
                    // A record never changes its community; tasks and memberships refer to it there.
                    return Err(Problem::invalid("area", "filed-elsewhere"));
                }
                let fresh = self.sealed(ctx, &checked, id, Some(&old))?;
                tx.update::<organisation::Entity>(organisation::Model {
                    version: self.version.unwrap_or(old.version),
                    ext_key: fresh.ext_key.or(old.ext_key),
                    created_at: old.created_at,
                    closed_at: fresh.closed_at.map(|at| old.closed_at.unwrap_or(at)),
                    ..fresh
                })
                .await?
            }
        };
        tx.audit(
            ctx,
            community,
            AuditEntry::new("people.save-organisation", "organisation", row.id)
                .detail(json!({ "kind": row.kind, "closed": self.closed })),
        );
        tx.emit(ctx, event(events::ORGANISATION_SAVED, community, row.id));
        Ok(row.id)
    }
}

impl SaveOrganisation {
    /// Validates and authorizes.
    pub(crate) fn checked(&self, ctx: &Ctx) -> Result<Checked> {
        let community = filed_under(ctx, self.area)?;
        ctx.authorize(&ORGANISATIONS_WRITE, self.area)?;
        let mut faults = Faults::default();
        let name = faults.take(required("name", &self.name, 100));
        let phone = faults.take(optional("phone", self.phone.as_deref(), 40));
        let address = faults.take(email("email", self.email.as_deref()));
        let credit_code = faults.take(credit_code(self.credit_code.as_deref()));
        faults.done()?;
        let now = ctx.now().0;
        let row = organisation::Model {
            community_id: community.0,
            id: Uuid::nil(),
            version: 1,
            ext_key: self.ext_key.clone(),
            kind: self.kind.as_str().to_owned(),
            name,
            area_id: self.area.0,
            phone,
            credit_code,
            email_sealed: None,
            created_at: now,
            closed_at: self.closed.then_some(now),
        };
        Ok(Checked {
            community,
            row,
            email: self.email.is_some().then_some(address),
        })
    }

    fn sealed(
        &self,
        ctx: &Ctx,
        checked: &Checked,
        id: Uuid,
        old: Option<&organisation::Model>,
    ) -> Result<organisation::Model> {
        let email_sealed = match &checked.email {
            None => old.and_then(|old| old.email_sealed.clone()),
            Some(None) => None,
            Some(Some(address)) => {
                let at = email_place(checked.community.0, id);
                Some(self.vault.seal(ctx, at, address)?)
            }
        };
        Ok(organisation::Model {
            id,
            email_sealed,
            ..checked.row.clone()
        })
    }
}

/// Where an organisation's e-mail address is sealed.
pub(crate) fn email_place(community: i64, id: Uuid) -> FieldPlace {
    FieldPlace::new("organisation", "email", community, id)
}

fn credit_code(text: Option<&str>) -> Result<Option<String>> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => CreditCode::parse(text)
            .map(|code| Some(code.as_str().to_owned()))
            .map_err(|_fault| Problem::invalid("credit_code", "credit-code")),
    }
}
