//! A sheet names somebody else as operator than the register does. Either the shop changed hands, or two people run it: only
//! somebody who knows can say, so it is asked, and whoever was it until now is never just overwritten.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_crypto::mask;
use youlin_database::Tx;
use youlin_imports::{Choice, Refused};
use youlin_kernel::{CommunityId, Result};

use super::persons::Persons;
use super::take::{Draft, Import, Person};
use crate::entities::merchant_person;
use crate::merchants::MerchantRelation;
use crate::merchants::queries::names_of;

/// Everybody who belongs to the merchant now.
pub(super) async fn present(
    tx: &Tx<'_>,
    community: CommunityId,
    own: Option<Uuid>,
) -> Result<Vec<merchant_person::Model>> {
    let Some(merchant) = own else {
        return Ok(Vec::new());
    };
    Ok(merchant_person::Entity::find()
        .filter(merchant_person::Column::CommunityId.eq(community.0))
        .filter(merchant_person::Column::MerchantId.eq(merchant))
        .filter(merchant_person::Column::ValidTo.is_null())
        .all(tx.conn())
        .await?)
}

impl Import {
    /// The operators who go because another comes. What has to be decided first is added to the doubts, what nobody could
    /// decide to what was left out.
    pub(super) async fn parting(
        &self,
        tx: &Tx<'_>,
        draft: &Draft,
        present: &[merchant_person::Model],
        joining: &[Person],
        persons: &mut Persons,
    ) -> Result<Vec<merchant_person::Model>> {
        let known = joining
            .iter()
            .any(|one| one.relation == MerchantRelation::Operator);
        let coming = draft.named.iter().find(|named| {
            let meant = named.relations.contains(&MerchantRelation::Operator);
            meant && (known || persons.new.iter().any(|new| new.name == named.name))
        });
        let operators = present
            .iter()
            .filter(|row| row.relation == MerchantRelation::Operator.as_str());
        let going: Vec<merchant_person::Model> = operators.cloned().collect();
        let (Some(coming), false) = (coming, going.is_empty()) else {
            return Ok(Vec::new());
        };
        let names = names_of(tx.conn(), &self.vault, &going).await?;
        let held: Vec<&str> = going
            .iter()
            .filter_map(|row| names.get(&row.person_id).map(String::as_str))
            .collect();
        if held.is_empty() {
            return Ok(Vec::new());
        }
        let told = |code| {
            Refused::new(0, coming.field, code)
                .arg("held", held.join("、"))
                .arg("name", mask::name(&coming.name))
        };
        // The one answer of a row was to another question.
        if draft.asked || persons.answered {
            persons.left.push(told("shop-operator-beside"));
            return Ok(Vec::new());
        }
        Ok(match draft.choice {
            Some(Choice::Take) => going,
            Some(Choice::New | Choice::Both) => Vec::new(),
            None => {
                let doubt = told("shop-operator-other");
                persons.doubts.push(doubt.or(&[Choice::Take, Choice::New]));
                Vec::new()
            }
        })
    }
}
