//! Show what is hidden, for a purpose; the person concerned can see who looked and why (domain §3.5, §5).

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;
use youlin_crypto::IdentityNumber;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::person_for;
use crate::entities::{move_out, person, person_phone, residence, who_looked};
use crate::events::{self, event};
use crate::fields::{Faults, clean};
use crate::own::{is_child, wish};
use crate::permissions::PEOPLE_REVEAL;
use crate::queries::display_number;
use crate::vault::FieldPlace;
use crate::{RevealField, Revealed, RevealedField, Vault};

/// Characters of a purpose: enough to say something, short enough to be read.
const PURPOSE: std::ops::RangeInclusive<usize> = 2..=200;

/// See the module's text. Permission `people.reveal` where the person lives.
#[derive(Debug)]
pub struct Reveal {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
    /// At least one.
    pub fields: Vec<RevealField>,
    /// 2 to 200 characters in the looker's own words.
    pub purpose: String,
    /// The case it is for.
    pub case: Option<Uuid>,
}

impl Command for Reveal {
    type Output = Revealed;
    const NAME: &'static str = "people.reveal";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Revealed> {
        let vault = &self.vault;
        let row = person_for(ctx, tx, vault, &PEOPLE_REVEAL, self.community, self.person).await?;
        let mut faults = Faults::default();
        let purpose = faults.take(purpose(&self.purpose));
        if self.fields.is_empty() || self.fields.len() > 50 {
            faults.take::<()>(Err(Problem::invalid("fields", "reveal-nothing")));
        }
        faults.done()?;
        let mut fields = Vec::with_capacity(self.fields.len());
        for field in &self.fields {
            fields.push(RevealedField {
                field: *field,
                value: self.open(tx, &row, *field).await?,
            });
        }
        // A look at a child's data is marked, for the child's guardians and for those who oversee (domain §5).
        let of_child = is_child(vault, &row, ctx.now())?;
        let mut names: Vec<&str> = self.fields.iter().map(|field| field.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let look = tx
            .insert::<who_looked::Entity>(who_looked::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                person_id: self.person,
                actor_kind: ctx.actor().kind().to_owned(),
                actor_id: ctx.actor().id(),
                actor_name: ctx.actor().name().to_owned(),
                fields: names.join(","),
                purpose,
                case_id: self.case,
                at: ctx.now().0,
                of_child: of_child.then_some(true),
            })
            .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new("people.reveal", "person", self.person)
                .detail(json!({ "fields": names, "look": look.id, "case": self.case })),
        );
        tx.emit(ctx, event(events::REVEALED, self.community, self.person));
        Ok(Revealed {
            person: self.person,
            look: look.id,
            fields,
        })
    }
}

impl Reveal {
    async fn open(
        &self,
        tx: &Tx<'_>,
        row: &person::Model,
        field: RevealField,
    ) -> Result<Option<String>> {
        let vault = &self.vault;
        let sealed = |column, bytes: Option<&[u8]>| {
            let at = FieldPlace::new("person", column, row.community_id, row.id);
            bytes.map(|bytes| vault.open(at, bytes)).transpose()
        };
        match field {
            RevealField::Name => sealed("name", Some(&row.name_sealed)),
            RevealField::Note => sealed("note", row.note_sealed.as_deref()),
            RevealField::Identity => Ok(sealed("identity", row.identity_sealed.as_deref())?
                .and_then(|text| IdentityNumber::parse(&text).ok())
                .map(|number| number.as_str().to_owned())),
            RevealField::Phone(id) => {
                let phone = person_phone::Entity::find_by_id((row.community_id, id))
                    .one(tx.conn())
                    .await?
                    .filter(|phone| phone.person_id == row.id)
                    .ok_or_else(|| Problem::invalid("fields", "unknown-phone"))?;
                let at = FieldPlace::new("person_phone", "number", row.community_id, id);
                let number = vault.open(at, &phone.number_sealed)?;
                Ok(Some(display_number(vault, &number)))
            }
            RevealField::Wish(id) => wish(tx, vault, (row.community_id, row.id), id).await,
            RevealField::Address => {
                let home = residence::present(row.community_id, row.id)
                    .one(tx.conn())
                    .await?;
                let Some(home) = home else {
                    return self.whereto(tx, row).await;
                };
                Ok(vault.place(home.dwelling_id).map(|place| place.address))
            }
        }
    }
}

impl Reveal {
    /// Of somebody who lives nowhere any more: where they moved to, as far as it was said.
    async fn whereto(&self, tx: &Tx<'_>, row: &person::Model) -> Result<Option<String>> {
        let note = move_out::Entity::find()
            .filter(move_out::Column::CommunityId.eq(row.community_id))
            .filter(move_out::Column::PersonId.eq(row.id))
            .filter(move_out::Column::UndoneAt.is_null())
            .order_by_desc(move_out::Column::NotedAt)
            .one(tx.conn())
            .await?;
        let Some(note) = note else { return Ok(None) };
        let at = FieldPlace::new("move_out", "whereto", note.community_id, note.id);
        let sealed = note.whereto_sealed.as_deref();
        sealed.map(|bytes| self.vault.open(at, bytes)).transpose()
    }
}

pub(crate) fn purpose(text: &str) -> Result<String> {
    let text = clean(text);
    match text.chars().count() {
        0 => Err(Problem::invalid("purpose", "purpose-needed")),
        n if n < *PURPOSE.start() => Err(Problem::invalid("purpose", "purpose-needed")),
        n if n > *PURPOSE.end() => {
            Err(Problem::invalid("purpose", "too-long").field_arg("max", PURPOSE.end()))
        }
        _ => Ok(text),
    }
}
