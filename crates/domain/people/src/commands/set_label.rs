//! Put a label on a person or take it off: needs (`elderly`), talents (`talent:chess`), home town (`hometown:如皋`).

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};

use super::person_for;
use crate::Vault;
use crate::entities::{person, person_consent, person_label, person_label_past};
use crate::events::{self, event};
use crate::facts::{self, Fact, How};
use crate::fields::required;
use crate::labels::{HOME_TOWN, LabelCatalogue, LabelKind, family};
use crate::permissions::{PEOPLE_SENSITIVE, PEOPLE_WRITE};
use crate::queries::open_label;
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
    let typed = checked(label)?;
    let catalogue = LabelCatalogue::load(tx.conn(), vault).await?;
    let label = match catalogue.meant(&typed) {
        Some(label) => label,
        None if on => return Err(unknown(ctx, &catalogue, &typed)),
        // What was put on before it left the catalogue can still be taken off.
        None => typed,
    };
    let kind = catalogue.of(&label);
    let typed_name = kind.map_or_else(|| label.clone(), |kind| kind.name(ctx.locale()).to_owned());
    if catalogue.is_sensitive(&label) && !ctx.may(&PEOPLE_SENSITIVE) {
        // Who may not see it can neither put it on nor find out by taking it off.
        return Err(Problem::invalid("label", "label-sensitive").field_arg("label", &typed_name));
    }
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
            let until = ctx.now().0.min(known.expires_at.unwrap_or(i64::MAX));
            keep_ended(ctx, tx, vault, known, &label, until).await?;
            Ok(true)
        }
        (None, true) => {
            may_be_put_on(tx, row, kind, &label, how)
                .await
                .map_err(|problem| {
                    // A form with many ticks says which of them it is.
                    problem
                        .field_arg("label", &typed_name)
                        .field_arg("code", &label)
                })?;
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
                expires_at: expiry(kind, ctx.now()),
                source: Some(how.as_str().to_owned()),
            })
            .await?;
            Ok(true)
        }
    }
}

/// That the label held, and until when: figures asked as of a day before count it still. It keeps the label's id, by which
/// the journals of earlier merges know whose it was before them.
pub(crate) async fn keep_ended(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    known: person_label::Model,
    label: &str,
    until: i64,
) -> Result<()> {
    let id = known.id;
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
        valid_to: until,
    })
    .await?;
    Ok(())
}

/// When a label of that kind that is put on now ends by itself.
pub(crate) fn expiry(kind: Option<&LabelKind>, now: Micros) -> Option<i64> {
    let days = kind.and_then(|kind| kind.days)?;
    Some(now.plus(i64::from(days) * Micros::DAY).0)
}

/// What the catalogue wants of it: it is still in use, it was said by who can know, and the person agreed.
async fn may_be_put_on(
    tx: &Tx<'_>,
    row: &person::Model,
    kind: Option<&LabelKind>,
    label: &str,
    how: How,
) -> Result<()> {
    if label == HOME_TOWN {
        return Err(Problem::invalid("label", "label-town"));
    }
    let Some(kind) = kind else {
        return Ok(());
    };
    if kind.retired {
        return Err(Problem::invalid("label", "label-retired"));
    }
    if !kind.may_come_from(how) {
        return Err(Problem::invalid("label", "label-source"));
    }
    let Some(consent) = &kind.consent else {
        return Ok(());
    };
    let given = person_consent::Entity::find()
        .filter(person_consent::Column::CommunityId.eq(row.community_id))
        .filter(person_consent::Column::PersonId.eq(row.id))
        .filter(person_consent::Column::Consent.eq(consent))
        .filter(person_consent::Column::WithdrawnAt.is_null())
        .one(tx.conn())
        .await?;
    match given {
        Some(_) => Ok(()),
        None => Err(Problem::invalid("label", "label-consent")),
    }
}

/// A consent was withdrawn: labels that need it go. Of one that says something in its own words (a home town) history keeps
/// that there was one, and not what it said.
pub(crate) async fn forget_what_needed(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    community: CommunityId,
    person: Uuid,
    consent: &str,
) -> Result<()> {
    let catalogue = LabelCatalogue::load(tx.conn(), vault).await?;
    let needs = |label: &str| {
        catalogue
            .of(label)
            .is_some_and(|kind| kind.consent.as_deref() == Some(consent))
    };
    let held = person_label::Entity::find()
        .filter(person_label::Column::CommunityId.eq(community.0))
        .filter(person_label::Column::PersonId.eq(person))
        .all(tx.conn())
        .await?;
    for row in held {
        let label = open_label(vault, &row)?;
        if needs(&label) {
            tx.delete::<person_label::Entity>(&row).await?;
            let row = person_label::Model {
                label_index: vault.label_index(family(&label).unwrap_or(&label)),
                ..row
            };
            keep_ended(
                ctx,
                tx,
                vault,
                row,
                family(&label).unwrap_or(&label),
                ctx.now().0,
            )
            .await?;
        }
    }
    let past = person_label_past::Entity::find()
        .filter(person_label_past::Column::CommunityId.eq(community.0))
        .filter(person_label_past::Column::PersonId.eq(person))
        .all(tx.conn())
        .await?;
    for row in past {
        let at = FieldPlace::new("person_label_past", "label", row.community_id, row.id);
        let label = vault.open(at, &row.label_sealed)?;
        if let (true, Some(family)) = (needs(&label), family(&label)) {
            tx.update::<person_label_past::Entity>(person_label_past::Model {
                label_sealed: vault.seal(ctx, at, family)?,
                label_index: vault.label_index(family),
                ..row
            })
            .await?;
        }
    }
    Ok(())
}

/// The catalogue knows no such label: what comes near is said, in the caller's language.
pub(crate) fn unknown(ctx: &Ctx, catalogue: &LabelCatalogue, typed: &str) -> Problem {
    let near = catalogue.near(typed, ctx.may(&PEOPLE_SENSITIVE));
    let names: Vec<&str> = near.iter().map(|kind| kind.name(ctx.locale())).collect();
    if names.is_empty() {
        return Problem::invalid("label", "label-unknown").field_arg("label", typed);
    }
    Problem::invalid("label", "label-unknown-near")
        .field_arg("label", typed)
        .field_arg("near", names.join("、"))
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
