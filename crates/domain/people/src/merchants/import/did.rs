//! A row that was decided about is written, and what it did is kept, so that it can be taken back ([`super::undo`]).

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::persons::Named;
use super::take::{Import, Person};
use crate::Vault;
use crate::commands::save_person::{PersonInput, SavePerson};
use crate::entities::{merchant, merchant_person, merchant_place, person_phone};
use crate::events::{MERCHANT_SAVED, event};
use crate::facts::How;
use crate::merchants::MerchantRelation;
use crate::merchants::commands::persons::{RelatePerson, end, relate};
use crate::merchants::commands::places::{self, Where, settle};
use crate::merchants::commands::save::change;

/// What a row did to a merchant, as the journal keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Did {
    pub(super) new: bool,
    /// The merchant as it was, if its own row was changed.
    pub(super) before: Option<merchant::Model>,
    /// Its number was among what changed.
    pub(super) phone: bool,
    /// The merchant's version afterwards.
    pub(super) version: i32,
    /// The merchant afterwards: what was changed since and changed back again speaks against nothing.
    #[serde(default)]
    pub(super) after: Option<merchant::Model>,
    /// What figures of the past count since, kept beside the change.
    pub(super) past: Option<Uuid>,
    pub(super) entered: Vec<Uuid>,
    /// Places that were left, as they were.
    pub(super) left: Vec<merchant_place::Model>,
    pub(super) joined: Vec<Uuid>,
    /// Who no longer is what they were, as it was.
    #[serde(default)]
    pub(super) parted: Vec<merchant_person::Model>,
    /// Persons who were entered for it.
    #[serde(default)]
    pub(super) persons: Vec<Entered>,
}

/// A person who was entered, with the numbers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entered {
    pub(super) id: Uuid,
    pub(super) phones: Vec<Uuid>,
}

/// Places a merchant leaves and enters.
pub(super) struct Moves<'a> {
    pub(super) leaves: Vec<merchant_place::Model>,
    pub(super) enters: Vec<&'a Where>,
    /// The premises it was at.
    pub(super) held: Vec<Uuid>,
}

impl Moves<'_> {
    /// Other premises, and not only another stall of the same.
    fn premises(&self) -> bool {
        let mut enters = self.enters.iter();
        enters.any(|place| !self.held.contains(&place.premises))
    }

    fn stall(&self) -> bool {
        let leaves = self.leaves.iter().any(|row| row.stall_id.is_some());
        leaves || self.enters.iter().any(|place| place.stall.is_some())
    }
}

/// A row nothing can be said against any more.
pub(super) struct Decided<'a> {
    pub(super) old: Option<&'a merchant::Model>,
    pub(super) row: merchant::Model,
    pub(super) moves: Moves<'a>,
    /// Who goes because somebody else comes.
    pub(super) parting: Vec<merchant_person::Model>,
    pub(super) joining: Vec<Person>,
    /// People who are in no register yet.
    pub(super) entering: Vec<Named>,
}

impl Decided<'_> {
    /// The fields in which a known merchant changes, as the columns are called; of a new one, none.
    pub(super) fn fields(&self) -> Vec<&'static str> {
        let Some(old) = self.old else {
            return Vec::new();
        };
        let row = &self.row;
        let named = self.entering.iter().flat_map(|named| &named.relations);
        let comes: Vec<MerchantRelation> = self
            .joining
            .iter()
            .map(|one| one.relation)
            .chain(named.copied())
            .collect();
        let comes = |relation| comes.contains(&relation);
        let all = [
            ("shop", old.name != row.name),
            ("credit_code", old.credit_code != row.credit_code),
            ("premises", self.moves.premises()),
            ("stall", self.moves.stall()),
            ("shop_kind", old.kind != row.kind),
            ("trade", old.trade != row.trade),
            ("goods", old.goods != row.goods),
            ("employees", old.employees != row.employees),
            ("floor_area", old.area_centi != row.area_centi),
            ("load", old.load_w != row.load_w),
            ("hours", old.hours != row.hours),
            ("opened_on", old.opened_on != row.opened_on),
            ("phone", old.phone_sealed != row.phone_sealed),
            ("operator", comes(MerchantRelation::Operator)),
            ("owner", comes(MerchantRelation::Owner)),
            ("safety_officer", comes(MerchantRelation::SafetyOfficer)),
            ("contact", comes(MerchantRelation::Contact)),
            ("employee", comes(MerchantRelation::Employee)),
        ];
        let differ = all.into_iter().filter(|(_, differs)| *differs);
        differ.map(|(field, _)| field).collect()
    }

    pub(super) async fn save(
        mut self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        vault: &Arc<Vault>,
    ) -> Result<(Uuid, Did)> {
        let (community, id) = (CommunityId(self.row.community_id), self.row.id);
        let mut did = Did {
            new: self.old.is_none(),
            version: self.row.version,
            after: Some(self.row.clone()),
            ..Did::default()
        };
        for named in &self.entering {
            let entered = enter(ctx, tx, vault, community, named).await?;
            self.joining
                .extend(named.relations.iter().map(|relation| Person {
                    relation: *relation,
                    home: community,
                    id: entered.id,
                    since: String::new(),
                }));
            did.persons.push(entered);
        }
        match self.old {
            None => {
                tx.insert::<merchant::Entity>(self.row).await?;
            }
            Some(old) if *old != self.row => {
                did.before = Some(old.clone());
                did.phone = old.phone_sealed != self.row.phone_sealed;
                did.version += 1;
                did.past = change(ctx, tx, old, self.row).await?;
            }
            Some(_) => {}
        }
        for place in self.moves.leaves {
            did.left.push(place.clone());
            places::end(ctx, tx, place, ctx.now().0).await?;
        }
        for place in self.moves.enters {
            did.entered
                .extend(settle(ctx, tx, community, id, place).await?);
        }
        for person in self.parting {
            did.parted.push(person.clone());
            end(ctx, tx, person, ctx.now().0).await?;
        }
        for person in self.joining {
            let new = RelatePerson {
                community,
                merchant: id,
                person_community: person.home,
                person: person.id,
                relation: person.relation,
                since: person.since.clone(),
                take_over: false,
            };
            did.joined.extend(relate(ctx, tx, &new).await?);
        }
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Import::NAME, "merchant", id),
        );
        tx.emit(ctx, event(MERCHANT_SAVED, community, id));
        Ok((id, did))
    }
}

/// Enters somebody nobody knows yet, with what the sheet says.
async fn enter(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Arc<Vault>,
    community: CommunityId,
    named: &Named,
) -> Result<Entered> {
    let number = named.identity.as_ref();
    let mut phones: Vec<String> = Vec::new();
    for (_, text) in &named.phones {
        if !phones.contains(text) {
            phones.push(text.clone());
        }
    }
    let input = PersonInput {
        name: named.name.clone(),
        sex: number.map(|number| number.sex().into()),
        birth: number.map(|number| number.birth()),
        identity: number.map(|number| number.as_str().to_owned()),
        phones,
        note: named.note.clone(),
        how: How::Import,
        ..PersonInput::default()
    };
    let save = SavePerson::new(Arc::clone(vault), community, input);
    let (row, changed) = save.apply(ctx, tx).await?;
    save.note(ctx, tx, row.id, &changed);
    let phones = person_phone::Entity::find()
        .filter(person_phone::Column::CommunityId.eq(community.0))
        .filter(person_phone::Column::PersonId.eq(row.id))
        .all(tx.conn())
        .await?;
    Ok(Entered {
        id: row.id,
        phones: phones.into_iter().map(|phone| phone.id).collect(),
    })
}
