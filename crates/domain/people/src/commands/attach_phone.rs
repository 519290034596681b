//! Note a telephone number with a person: at the desk, when an unknown caller says who is calling.

use std::sync::Arc;

use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::person_for;
use crate::Vault;
use crate::entities::{person, person_phone};
use crate::events::{self, event};
use crate::facts::{self, Fact, How};
use crate::permissions::PEOPLE_WRITE;
use crate::queries::phones_of;
use crate::vault::FieldPlace;

/// More numbers than this with one person are a mistake.
const MOST: usize = 20;

/// See the module's text. Answers the phone's id; a number the person already has is answered, not doubled, and is the one said
/// last.
#[derive(Debug)]
pub struct AttachPhone {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
    pub phone: String,
    pub how: How,
}

impl Command for AttachPhone {
    type Output = Uuid;
    const NAME: &'static str = "people.attach-phone";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let vault = &self.vault;
        let row = person_for(ctx, tx, vault, &PEOPLE_WRITE, self.community, self.person).await?;
        let (id, heard) = say(ctx, tx, vault, &row, &self.phone).await?;
        if heard {
            let mut row = person::Model {
                updated_at: ctx.now().0,
                ..row
            };
            facts::say(ctx, &mut row, self.how, [Fact::Phone]);
            tx.update::<person::Entity>(row).await?;
            tx.audit(
                ctx,
                self.community,
                AuditEntry::new("people.attach-phone", "person", self.person)
                    .detail(json!({ "phone": id })),
            );
            tx.emit(
                ctx,
                event(events::PERSON_SAVED, self.community, self.person),
            );
        }
        Ok(id)
    }
}

/// Somebody says this number now: it is the one said last, whether it is new or was said long ago. Answers its id, and whether
/// that is news. The caller writes the audit entry.
pub(crate) async fn say(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    row: &person::Model,
    phone: &str,
) -> Result<(Uuid, bool)> {
    keep(ctx, tx, vault, row, phone, true).await
}

/// The phone's id, and whether it is new. The caller writes the audit entry.
pub(crate) async fn attach(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    row: &person::Model,
    phone: &str,
) -> Result<(Uuid, bool)> {
    keep(ctx, tx, vault, row, phone, false).await
}

async fn keep(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    row: &person::Model,
    phone: &str,
    said_now: bool,
) -> Result<(Uuid, bool)> {
    let phone = vault.phone("phone", phone)?;
    let number_index = vault.phone_index(&phone);
    let mut known = phones_of(tx.conn(), CommunityId(row.community_id), row.id).await?;
    if let Some(at) = known
        .iter()
        .position(|one| one.number_index == number_index)
    {
        let held = known.swap_remove(at);
        let (id, moves) = (held.id, said_now && at > 0);
        if moves {
            tx.update::<person_phone::Entity>(person_phone::Model {
                created_at: ctx.now().0,
                ..held
            })
            .await?;
        }
        return Ok((id, moves));
    }
    if known.len() >= MOST {
        return Err(Problem::invalid("phone", "too-many-phones").field_arg("max", MOST));
    }
    let id = ctx.new_id();
    let at = FieldPlace::new("person_phone", "number", row.community_id, id);
    let number_sealed = vault.seal(ctx, at, phone.as_str())?;
    tx.insert::<person_phone::Entity>(person_phone::Model {
        community_id: row.community_id,
        id,
        version: 1,
        person_id: row.id,
        position: i32::try_from(known.len()).unwrap_or(i32::MAX),
        number_sealed,
        number_index,
        created_at: ctx.now().0,
    })
    .await?;
    Ok((id, true))
}

/// The number `new` stands for `old`, which was wrong or is no longer theirs: that one goes, and the new one takes its place
/// among the person's numbers. The caller writes the audit entry.
pub(crate) async fn replace(tx: &Tx<'_>, row: &person::Model, new: Uuid, old: Uuid) -> Result<()> {
    let of = async |id: Uuid| -> Result<Option<person_phone::Model>> {
        Ok(person_phone::Entity::find_by_id((row.community_id, id))
            .one(tx.conn())
            .await?
            .filter(|phone| phone.person_id == row.id))
    };
    if new == old {
        return Ok(());
    }
    let (Some(new), Some(old)) = (of(new).await?, of(old).await?) else {
        return Ok(());
    };
    tx.delete::<person_phone::Entity>(&old).await?;
    tx.update::<person_phone::Entity>(person_phone::Model {
        position: old.position.min(new.position),
        ..new
    })
    .await?;
    Ok(())
}
