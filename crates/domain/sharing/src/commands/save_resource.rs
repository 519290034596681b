//! Enter a resource, or change it.

use std::sync::Arc;

use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_people::{Directory, MembershipRole};

use super::stock;
use crate::entities::{resource, resource_stock};
use crate::events::{self, event};
use crate::model::{Opening, ResourceKind, ResourceState, peak};
use crate::permissions::SHARING_WRITE;
use crate::service::{Sharing, community_of};
use crate::text::{optional, required};

/// Nobody keeps more of one thing than this.
const MOST: u32 = 10_000;

/// Who is asked, or who keeps the key: an organisation, or whoever is on duty in that role. Never a person by name: the
/// register says who that is today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Contact {
    Organisation(Uuid),
    Role(MembershipRole),
}

impl Contact {
    /// `organisation:<id>` or `role:<role>`.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Organisation(id) => format!("organisation:{id}"),
            Self::Role(role) => format!("role:{role}"),
        }
    }

    /// The contact of that text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("organisation", id) => id.parse().ok().map(Self::Organisation),
            ("role", role) => MembershipRole::parse(role)
                .filter(|role| role.on_duty())
                .map(Self::Role),
            _ => None,
        }
    }
}

/// A resource as it is entered.
#[derive(Clone, Debug)]
pub struct ResourceInput {
    pub kind: ResourceKind,
    pub name: String,
    pub description: String,
    pub area: AreaId,
    pub building: Option<Uuid>,
    /// Where it is kept, in words; empty: as the building is called.
    pub address: String,
    pub amount: u32,
    pub seats: Option<u32>,
    pub contact: Contact,
    pub key_keeper: Option<Contact>,
    pub opening: Opening,
}

/// See the module's text. Answers the resource's id.
#[derive(Clone, Debug)]
pub struct SaveResource {
    pub sharing: Arc<Sharing>,
    /// `None`: a new one.
    pub id: Option<(CommunityId, Uuid)>,
    /// The version the change was made on; `None` skips the comparison.
    pub version: Option<i32>,
    /// Key in the file it came from; the same key again changes that resource.
    pub ext_key: Option<String>,
    pub input: ResourceInput,
}

impl Command for SaveResource {
    type Output = Uuid;
    const NAME: &'static str = "sharing.save-resource";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&SHARING_WRITE, self.input.area)?;
        let community = community_of(ctx, self.input.area)?;
        self.contacts(community).await?;
        let known = self.known(tx, community).await?;
        let fresh = self.row(ctx, community)?;
        let row = match known {
            None => {
                let row = tx.insert::<resource::Entity>(fresh).await?;
                tx.insert::<resource_stock::Entity>(resource_stock::Model {
                    community_id: community.0,
                    id: row.id,
                    version: 1,
                    handed_out: 0,
                })
                .await?;
                row
            }
            Some(old) => {
                ctx.authorize(&SHARING_WRITE, AreaId(old.area_id))?;
                stock::turn(tx, old.community_id, old.id).await?;
                self.still_enough(ctx, tx, &old).await?;
                if old.area_id != fresh.area_id {
                    super::follow::keep(ctx, tx, old.community_id, old.id, old.area_id).await?;
                }
                tx.update::<resource::Entity>(resource::Model {
                    id: old.id,
                    version: self.version.unwrap_or(old.version),
                    ext_key: fresh.ext_key.clone().or(old.ext_key),
                    state: old.state,
                    created_at: old.created_at,
                    retired_at: old.retired_at,
                    ..fresh
                })
                .await?
            }
        };
        let entry = AuditEntry::new(Self::NAME, "resource", row.id);
        tx.audit(ctx, community, entry.detail(json!({ "kind": row.kind })));
        let saved = event(events::RESOURCE_SAVED, community, row.id, json!({}));
        tx.emit(ctx, saved);
        Ok(row.id)
    }
}

impl SaveResource {
    async fn known(&self, tx: &Tx<'_>, community: CommunityId) -> Result<Option<resource::Model>> {
        use sea_orm::{ColumnTrait, QueryFilter};
        if let Some((filed, id)) = self.id {
            let old = resource::Entity::find_by_id((filed.0, id))
                .one(tx.conn())
                .await?
                .ok_or_else(Problem::not_found)?;
            if filed != community {
                // A record never changes its community; loans refer to it there.
                return Err(Problem::invalid("area", "filed-elsewhere"));
            }
            return Ok(Some(old));
        }
        let Some(key) = &self.ext_key else {
            return Ok(None);
        };
        Ok(resource::Entity::find()
            .filter(resource::Column::CommunityId.eq(community.0))
            .filter(resource::Column::ExtKey.eq(key.clone()))
            .one(tx.conn())
            .await?)
    }

    /// There may not become fewer than are away or promised.
    async fn still_enough(&self, ctx: &Ctx, tx: &Tx<'_>, old: &resource::Model) -> Result<()> {
        let now = ctx.now().0;
        let loans = stock::loans(tx.conn(), old.community_id, old.id, None).await?;
        let holds = stock::holds(&loans, now, &self.sharing.policy);
        let needed = peak(&holds, now, i64::MAX).max(stock::handed_out(&loans));
        if self.input.amount < needed {
            return Err(Problem::invalid("amount", "sharing-too-few").field_arg("min", needed));
        }
        Ok(())
    }

    async fn contacts(&self, community: CommunityId) -> Result<()> {
        let named = [
            ("contact", Some(self.input.contact)),
            ("key_keeper", self.input.key_keeper),
        ];
        for (field, contact) in named {
            if let Some(Contact::Organisation(id)) = contact
                && Directory::organisation(self.sharing.db.read(), community, id)
                    .await?
                    .is_none()
            {
                return Err(Problem::invalid(field, "unknown-value"));
            }
        }
        Ok(())
    }

    fn row(&self, ctx: &Ctx, community: CommunityId) -> Result<resource::Model> {
        let input = &self.input;
        let wrong =
            |field: &'static str| Problem::invalid(field, "sharing-number").field_arg("max", MOST);
        if input.amount == 0 || input.amount > MOST {
            return Err(wrong("amount"));
        }
        if input.seats.is_some_and(|seats| seats > MOST) {
            return Err(wrong("seats"));
        }
        let place = input
            .building
            .and_then(|id| self.sharing.vault().building(id));
        if input.building.is_some() && place.as_ref().is_none_or(|at| at.community != community) {
            return Err(Problem::invalid("building", "unknown-value"));
        }
        let position = place.as_ref().and_then(|place| place.position);
        let address = optional("address", &input.address, 200)?;
        let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        Ok(resource::Model {
            community_id: community.0,
            id: ctx.new_id(),
            version: 1,
            ext_key: self.ext_key.clone(),
            kind: input.kind.as_str().to_owned(),
            name: required("name", &input.name, 80)?,
            description: optional("description", &input.description, 1_000)?,
            area_id: input.area.0,
            building_id: input.building,
            address: match (address.is_empty(), &place) {
                (true, Some(place)) => place.address.clone(),
                _ => address,
            },
            lon: position.map(|at| at.0),
            lat: position.map(|at| at.1),
            amount: whole(input.amount),
            seats: input.seats.map(whole),
            contact: input.contact.text(),
            key_keeper: input.key_keeper.map(Contact::text),
            opening: serde_json::to_string(&input.opening).map_err(Problem::internal)?,
            state: ResourceState::InService.as_str().to_owned(),
            created_at: ctx.now().0,
            retired_at: None,
        })
    }
}
