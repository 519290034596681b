//! Put a label on a person or take it off: needs (`elderly`), talents (`talent:chess`), home town (`hometown:如皋`).

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::person_for;
use crate::Vault;
use crate::entities::{person, person_label, person_label_past};
use crate::events::{self, event};
use crate::facts::{self, Fact, How};
use crate::fields::required;
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;

/// See the module's text. Doing it twice changes nothing.
#[derive(Debug)]
pub struct SetLabel {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
    pub label: String,
    pub how: How,
    pub on: bool,
}

impl Command for SetLabel {
    type Output = ();
    const NAME: &'static str = "people.set-label";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let vault = &self.vault;
        let row = person_for(ctx, tx, vault, &PEOPLE_WRITE, self.community, self.person).await?;
        if set(ctx, tx, vault, &row, &self.label, self.how, self.on).await? {
            let mut row = person::Model {
                updated_at: ctx.now().0,
                ..row
            };
            facts::say(ctx, &mut row, self.how, [Fact::Labels]);
            tx.update::<person::Entity>(row).await?;
            tx.audit(
                ctx,
                self.community,
                AuditEntry::new("people.set-label", "person", self.person)
                    .detail(json!({ "on": self.on })),
            );
            tx.emit(
                ctx,
                event(events::PERSON_SAVED, self.community, self.person),
            );
        }
        Ok(())
    }
}

/// Says whether anything changed. The caller writes the audit entry.
pub(crate) async fn set(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    row: &person::Model,
    label: &str,
    how: How,
    on: bool,
) -> Result<bool> {
    let label = checked(label)?;
    let label_index = vault.label_index(&label);
    let known = person_label::Entity::find()
        .filter(person_label::Column::CommunityId.eq(row.community_id))
        .filter(person_label::Column::PersonId.eq(row.id))
        .filter(person_label::Column::LabelIndex.eq(label_index.clone()))
        .one(tx.conn())
        .await?;
    match (known, on) {
        (Some(_), true) | (None, false) => Ok(false),
        (Some(known), false) => {
            tx.delete::<person_label::Entity>(&known).await?;
            keep_ended(ctx, tx, vault, known, &label).await?;
            Ok(true)
        }
        (None, true) => {
            let id = ctx.new_id();
            let at = FieldPlace::new("person_label", "label", row.community_id, id);
            tx.insert::<person_label::Entity>(person_label::Model {
                community_id: row.community_id,
                id,
                version: 1,
                person_id: row.id,
                label_sealed: vault.seal(ctx, at, &label)?,
                label_index,
                created_at: ctx.now().0,
                expires_at: None,
                source: Some(how.as_str().to_owned()),
            })
            .await?;
            Ok(true)
        }
    }
}

/// That the label held, and until when: figures asked as of a day before count it still.
async fn keep_ended(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    known: person_label::Model,
    label: &str,
) -> Result<()> {
    let id = ctx.new_id();
    let at = FieldPlace::new("person_label_past", "label", known.community_id, id);
    tx.insert::<person_label_past::Entity>(person_label_past::Model {
        community_id: known.community_id,
        id,
        version: 1,
        person_id: known.person_id,
        label_sealed: vault.seal(ctx, at, label)?,
        label_index: known.label_index,
        source: known.source,
        valid_from: known.created_at,
        valid_to: ctx.now().0,
    })
    .await?;
    Ok(())
}

/// A label as it is kept: at most 40 characters, no separators.
pub(crate) fn checked(label: &str) -> Result<String> {
    let label = required("label", label, 40)?;
    if label
        .chars()
        .any(|c| matches!(c, ';' | ',') || c.is_whitespace())
    {
        return Err(Problem::invalid("label", "label-characters"));
    }
    Ok(label)
}
