//! Who is what to a merchant: owner, operator, safety officer … A change ends one row and begins the next.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::{merchant_for, open, since};
use crate::entities::{merchant_person, person};
use crate::events::{MERCHANT_SAVED, event};
use crate::merchants::MerchantRelation;
use crate::permissions::PEOPLE_WRITE;

/// Somebody becomes owner, employee … of a merchant; the same relation is not doubled.
#[derive(Clone, Debug)]
pub struct RelatePerson {
    pub community: CommunityId,
    pub merchant: Uuid,
    pub person_community: CommunityId,
    pub person: Uuid,
    pub relation: MerchantRelation,
    /// A day; now when empty.
    pub since: String,
    /// Whoever was it until then no longer is.
    pub take_over: bool,
}

impl Command for RelatePerson {
    type Output = ();
    const NAME: &'static str = "people.relate-person";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = merchant_for(ctx, tx, &PEOPLE_WRITE, self.community, self.merchant).await?;
        open(&row)?;
        person::Entity::find_by_id((self.person_community.0, self.person))
            .one(tx.conn())
            .await?
            .ok_or_else(|| Problem::invalid("person", "unknown-person"))?;
        if relate(ctx, tx, self).await?.is_none() {
            return Ok(());
        }
        let entry = AuditEntry::new(Self::NAME, "merchant", self.merchant).detail(json!({
            "person": self.person, "relation": self.relation, "take_over": self.take_over,
        }));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, event(MERCHANT_SAVED, self.community, self.merchant));
        Ok(())
    }
}

/// Saves the relation and answers its row; none where it holds already. The caller authorized it and writes the audit entry.
pub(crate) async fn relate(ctx: &Ctx, tx: &Tx<'_>, new: &RelatePerson) -> Result<Option<Uuid>> {
    let from = since(ctx, "since", &new.since)?;
    let present = merchant_person::Entity::find()
        .filter(merchant_person::Column::CommunityId.eq(new.community.0))
        .filter(merchant_person::Column::MerchantId.eq(new.merchant))
        .filter(merchant_person::Column::Relation.eq(new.relation.as_str()))
        .filter(merchant_person::Column::ValidTo.is_null())
        .all(tx.conn())
        .await?;
    if present.iter().any(|row| row.person_id == new.person) {
        return Ok(None);
    }
    if new.take_over {
        for row in present {
            if row.valid_from > from.0 {
                return Err(Problem::invalid("since", "before-former-person"));
            }
            end(ctx, tx, row, from.0).await?;
        }
    }
    let id = ctx.new_id();
    tx.insert::<merchant_person::Entity>(merchant_person::Model {
        community_id: new.community.0,
        id,
        version: 1,
        merchant_id: new.merchant,
        person_community: new.person_community.0,
        person_id: new.person,
        relation: new.relation.as_str().to_owned(),
        valid_from: from.0,
        valid_to: None,
        ended_at: None,
    })
    .await?;
    Ok(Some(id))
}

/// Ends a relation at that moment.
pub(crate) async fn end(
    ctx: &Ctx,
    tx: &Tx<'_>,
    row: merchant_person::Model,
    to: i64,
) -> Result<()> {
    tx.update::<merchant_person::Entity>(merchant_person::Model {
        valid_to: Some(to),
        ended_at: Some(ctx.now().0),
        ..row
    })
    .await?;
    Ok(())
}

/// Somebody no longer belongs to a merchant; ending what ended changes nothing.
#[derive(Clone, Debug)]
pub struct EndRelation {
    pub community: CommunityId,
    pub merchant: Uuid,
    /// The row of the relation.
    pub relation: Uuid,
    /// A day; now when empty.
    pub until: String,
}

impl Command for EndRelation {
    type Output = ();
    const NAME: &'static str = "people.end-relation";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        merchant_for(ctx, tx, &PEOPLE_WRITE, self.community, self.merchant).await?;
        let row = merchant_person::Entity::find_by_id((self.community.0, self.relation))
            .one(tx.conn())
            .await?
            .filter(|row| row.merchant_id == self.merchant)
            .ok_or_else(Problem::not_found)?;
        if row.valid_to.is_some() {
            return Ok(());
        }
        let to = since(ctx, "until", &self.until)?;
        if to.0 < row.valid_from {
            return Err(Problem::invalid("until", "before-beginning"));
        }
        let person = row.person_id;
        end(ctx, tx, row, to.0).await?;
        let entry = AuditEntry::new(Self::NAME, "merchant", self.merchant)
            .detail(json!({ "person": person }));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, event(MERCHANT_SAVED, self.community, self.merchant));
        Ok(())
    }
}
