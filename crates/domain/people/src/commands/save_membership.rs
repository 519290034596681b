//! Somebody takes on a role in an area, for an organisation or not.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};

use super::filed_under;
use crate::entities::{membership, organisation, person};
use crate::events::{self, event};
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;
use crate::{MembershipRole, Vault};

/// See the module's text. Answers the membership's id; the same present membership is answered, not doubled. A
/// membership begins now or began in the past; it holds until it is ended.
#[derive(Debug)]
pub struct SaveMembership {
    pub vault: Arc<Vault>,
    pub person_community: CommunityId,
    pub person: Uuid,
    pub organisation: Option<Uuid>,
    pub role: MembershipRole,
    pub area: AreaId,
    /// Published number of the duty. `None` leaves it as it is.
    pub duty_phone: Option<String>,
    /// `None`: from now.
    pub valid_from: Option<Micros>,
}

impl Command for SaveMembership {
    type Output = Uuid;
    const NAME: &'static str = "people.save-membership";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let community = filed_under(ctx, self.area)?;
        ctx.authorize(&PEOPLE_WRITE, self.area)?;
        let valid_from = self.valid_from.unwrap_or_else(|| ctx.now());
        if valid_from > ctx.now() {
            return Err(Problem::invalid("valid_from", "in-the-future"));
        }
        self.check(tx, community).await?;
        let present = membership::Entity::find()
            .filter(membership::Column::CommunityId.eq(community.0))
            .filter(membership::Column::PersonId.eq(self.person))
            .filter(membership::Column::Role.eq(self.role.as_str()))
            .filter(membership::Column::AreaId.eq(self.area.0))
            .filter(membership::Column::ValidTo.is_null())
            .all(tx.conn())
            .await?
            .into_iter()
            .find(|row| row.organisation_id == self.organisation);
        let id = match present {
            Some(row) => match self.changed_number(ctx, &row)? {
                None => return Ok(row.id),
                Some(sealed) => {
                    tx.update::<membership::Entity>(membership::Model {
                        duty_phone_sealed: Some(sealed),
                        ..row
                    })
                    .await?
                    .id
                }
            },
            None => self.insert(ctx, tx, community, valid_from).await?,
        };
        tx.audit(
            ctx,
            community,
            AuditEntry::new("people.save-membership", "membership", id).detail(json!({
                "person": self.person, "role": self.role, "area": self.area,
                "organisation": self.organisation,
            })),
        );
        tx.emit(ctx, event(events::MEMBERSHIP_SAVED, community, id));
        Ok(id)
    }
}

impl SaveMembership {
    async fn check(&self, tx: &Tx<'_>, community: CommunityId) -> Result<()> {
        let person = person::Entity::find_by_id((self.person_community.0, self.person))
            .one(tx.conn())
            .await?;
        if person.is_none() {
            return Err(Problem::invalid("person", "unknown-person"));
        }
        crate::life::must_live(tx.conn(), self.person_community, self.person).await?;
        let Some(id) = self.organisation else {
            return Ok(());
        };
        let known = organisation::Entity::find()
            .filter(organisation::Column::CommunityId.is_in([community.0, CommunityId::SYSTEM.0]))
            .filter(organisation::Column::Id.eq(id))
            .one(tx.conn())
            .await?;
        match known {
            Some(_) => Ok(()),
            None => Err(Problem::invalid("organisation", "unknown-organisation")),
        }
    }

    async fn insert(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        community: CommunityId,
        valid_from: Micros,
    ) -> Result<Uuid> {
        let id = ctx.new_id();
        let duty_phone_sealed = match &self.duty_phone {
            Some(text) => Some(self.sealed(ctx, community.0, id, text)?),
            None => None,
        };
        let row = tx
            .insert::<membership::Entity>(membership::Model {
                community_id: community.0,
                id,
                version: 1,
                person_community: self.person_community.0,
                person_id: self.person,
                organisation_id: self.organisation,
                role: self.role.as_str().to_owned(),
                area_id: self.area.0,
                duty_phone_sealed,
                valid_from: valid_from.0,
                valid_to: None,
                since: None,
                continues: None,
            })
            .await?;
        Ok(row.id)
    }

    fn sealed(&self, ctx: &Ctx, community: i64, id: Uuid, text: &str) -> Result<Vec<u8>> {
        let phone = self.vault.phone("duty_phone", text)?;
        let at = FieldPlace::new("membership", "duty_phone", community, id);
        self.vault.seal(ctx, at, phone.as_str())
    }

    /// The new number sealed, when one is given that differs from the one kept.
    fn changed_number(&self, ctx: &Ctx, row: &membership::Model) -> Result<Option<Vec<u8>>> {
        let Some(text) = &self.duty_phone else {
            return Ok(None);
        };
        let phone = self.vault.phone("duty_phone", text)?;
        if let Some(sealed) = &row.duty_phone_sealed {
            let at = FieldPlace::new("membership", "duty_phone", row.community_id, row.id);
            if self.vault.open(at, sealed)? == phone.as_str() {
                return Ok(None);
            }
        }
        self.sealed(ctx, row.community_id, row.id, text).map(Some)
    }
}
