//! Merchants as pages and upper floors read them; persons by masked names only.

use std::collections::HashMap;

use sea_orm::sea_query::{ExprTrait, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;
use youlin_crypto::mask;
use youlin_database::sql::{col, holds, name};
use youlin_database::text::{self, TextTerm};
use youlin_kernel::{CommunityId, Micros, Problem, Result, Scope};
use youlin_matching::index_terms;
use youlin_places::premises::Premises;

use super::commands::text as day_text;
use super::model::Sayings;
use super::{
    LegalKind, MerchantPerson, MerchantPlace, MerchantRelation, MerchantView, Trade, find,
};
use crate::Vault;
use crate::entities::{merchant, merchant_person, merchant_place, person};
use crate::facts::Said;
use crate::queries::{masked_phone, open_name};
use crate::vault::FieldPlace;

/// Which merchants.
#[derive(Clone, Debug, Default)]
pub struct MerchantFilter {
    pub trade: Option<Trade>,
    /// No credit code is known.
    pub without_code: bool,
    /// Nobody answers for it.
    pub without_responsible: bool,
    pub premises: Option<Uuid>,
    /// Words of the name or goods, or the beginning of the credit code.
    pub text: String,
    /// Those that closed, instead.
    pub closed: bool,
}

/// Questions about merchants. A namespace: it holds nothing.
#[derive(Clone, Copy, Debug)]
pub struct Merchants;

/// Merchants that do, or did, business within the scope.
pub(super) fn within(scope: &Scope) -> Condition {
    scope.parts().iter().fold(Condition::any(), |any, part| {
        let here = merchant::Column::CommunityId.eq(part.community.0);
        let here = Condition::all().add(here);
        any.add(match &part.areas {
            None => here,
            Some(areas) => {
                let areas: Vec<i64> = areas.iter().map(|area| area.0).collect();
                let mut premises = Query::select();
                premises
                    .column(name("id"))
                    .from(name("premises"))
                    .and_where(col("community_id").eq(part.community.0))
                    .cond_where(
                        Condition::any()
                            .add(col("grid_id").is_in(areas.clone()))
                            .add(col("neighbourhood_id").is_in(areas)),
                    );
                let mut there = of_places(part.community);
                there.and_where(col("premises_id").in_subquery(premises));
                here.add(merchant::Column::Id.in_subquery(there))
            }
        })
    })
}

/// Ids of merchants with a row of places in the community.
fn of_places(community: CommunityId) -> SelectStatement {
    let mut there = Query::select();
    there
        .column(name("merchant_id"))
        .from(name("merchant_place"))
        .and_where(col("community_id").eq(community.0));
    there
}

/// Ids of merchants somebody answers for.
fn answered_for(communities: &[i64]) -> SelectStatement {
    let relations = MerchantRelation::ALL.iter().filter(|one| one.responsible());
    let mut there = Query::select();
    there
        .column(name("merchant_id"))
        .from(name("merchant_person"))
        .and_where(col("community_id").is_in(communities.iter().copied()))
        .and_where(col("relation").is_in(relations.map(|one| one.as_str())))
        .and_where(col("valid_to").is_null());
    there
}

/// By the text index, which is a second behind, or the name as it stands.
fn called(db: &impl ConnectionTrait, communities: &[i64], text: &str) -> Condition {
    let terms: Vec<TextTerm> = index_terms(text)
        .into_iter()
        .map(|term| {
            let single = term.chars().count() == 1;
            TextTerm {
                prefix: single || term.is_ascii(),
                text: term,
            }
        })
        .collect();
    let held: SimpleExpr = text::holds(db, find::KIND, communities, &terms);
    Condition::any()
        .add(held)
        .add(holds(merchant::Column::Name, text))
        .add(merchant::Column::CreditCode.eq(text.to_uppercase()))
}

impl Merchants {
    /// Merchants of the scope by name, at most so many.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn list(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        filter: &MerchantFilter,
        limit: u64,
    ) -> Result<Vec<MerchantView>> {
        let communities = scope.communities();
        let mut find = merchant::Entity::find().filter(within(scope));
        if let Some(trade) = filter.trade {
            find = find.filter(merchant::Column::Trade.eq(trade.as_str()));
        }
        if filter.without_code {
            find = find.filter(merchant::Column::CreditCode.is_null());
        }
        if filter.without_responsible {
            find = find.filter(merchant::Column::Id.not_in_subquery(answered_for(&communities)));
        }
        if let Some(premises) = filter.premises {
            let mut there = Query::select();
            there
                .column(name("merchant_id"))
                .from(name("merchant_place"))
                .and_where(col("community_id").is_in(communities.iter().copied()))
                .and_where(col("premises_id").eq(premises))
                .and_where(col("valid_to").is_null());
            find = find.filter(merchant::Column::Id.in_subquery(there));
        }
        let text = filter.text.trim();
        if !text.is_empty() {
            find = find.filter(called(db, &communities, text));
        }
        find = if filter.closed {
            find.filter(merchant::Column::ClosedAt.is_not_null())
        } else {
            find.filter(merchant::Column::ClosedAt.is_null())
        };
        let rows = find
            .order_by_asc(merchant::Column::Name)
            .order_by_asc(merchant::Column::Id)
            .limit(limit)
            .all(db)
            .await?;
        views(db, vault, rows).await
    }

    /// One of them.
    ///
    /// # Errors
    /// 404 outside the scope.
    pub async fn one(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        id: Uuid,
    ) -> Result<MerchantView> {
        let row = merchant::Entity::find()
            .filter(within(scope))
            .filter(merchant::Column::Id.eq(id))
            .one(db)
            .await?
            .ok_or_else(Problem::not_found)?;
        views(db, vault, vec![row])
            .await?
            .pop()
            .ok_or_else(Problem::not_found)
    }

    /// Those of the ids that the scope holds.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn by_ids(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        ids: &[Uuid],
    ) -> Result<Vec<MerchantView>> {
        let rows = merchant::Entity::find()
            .filter(within(scope))
            .filter(merchant::Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(merchant::Column::Name)
            .all(db)
            .await?;
        views(db, vault, rows).await
    }

    /// The merchants a person belongs to or belonged to, within the scope, with those rows.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn of_person(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        person: Uuid,
    ) -> Result<Vec<(MerchantView, MerchantPerson)>> {
        let rows = merchant_person::Entity::find()
            .filter(merchant_person::Column::CommunityId.is_in(scope.communities()))
            .filter(merchant_person::Column::PersonId.eq(person))
            .all(db)
            .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.merchant_id).collect();
        let mut found = Vec::new();
        for view in Self::by_ids(db, vault, scope, &ids).await? {
            let all = view.persons.iter().chain(&view.former_persons);
            let own: Vec<MerchantPerson> =
                all.filter(|one| one.person == person).cloned().collect();
            found.extend(own.into_iter().map(|one| (view.clone(), one)));
        }
        found.sort_by_key(|(_, one)| (one.valid_to.is_some(), std::cmp::Reverse(one.valid_from)));
        Ok(found)
    }
}

/// Who said what of a merchant the caller may see, by field.
pub(super) async fn said(
    db: &impl ConnectionTrait,
    view: &MerchantView,
) -> Result<Vec<(String, Said)>> {
    let row = merchant::Entity::find_by_id((view.community.0, view.id))
        .one(db)
        .await?;
    let facts = row.and_then(|row| row.facts);
    Ok(Sayings::read(facts.as_deref()).0.into_iter().collect())
}

async fn views(
    db: &impl ConnectionTrait,
    vault: &Vault,
    rows: Vec<merchant::Model>,
) -> Result<Vec<MerchantView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut communities: Vec<i64> = rows.iter().map(|row| row.community_id).collect();
    communities.sort_unstable();
    communities.dedup();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut places = places_of(db, &communities, &ids).await?;
    let mut persons = persons_of(db, vault, &communities, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let places = places.remove(&row.id).unwrap_or_default();
            let persons = persons.remove(&row.id).unwrap_or_default();
            view(vault, row, places, persons)
        })
        .collect()
}

fn view(
    vault: &Vault,
    row: merchant::Model,
    places: Vec<MerchantPlace>,
    persons: Vec<MerchantPerson>,
) -> Result<MerchantView> {
    let (places, former_places): (Vec<_>, Vec<_>) =
        places.into_iter().partition(|one| one.valid_to.is_none());
    let (persons, former_persons): (Vec<_>, Vec<_>) =
        persons.into_iter().partition(|one| one.valid_to.is_none());
    let community = CommunityId(row.community_id);
    let at = FieldPlace::new("merchant", "phone", row.community_id, row.id);
    let phone_masked = row
        .phone_sealed
        .as_deref()
        .map(|sealed| vault.open(at, sealed))
        .transpose()?
        .map(|number| masked_phone(vault, &number));
    Ok(MerchantView {
        id: row.id,
        version: row.version,
        community,
        area: places
            .first()
            .or(former_places.first())
            .map_or_else(|| community.into(), |one| one.premises.area()),
        name: row.name,
        kind: LegalKind::parse(&row.kind).unwrap_or(LegalKind::Unknown),
        credit_code: row.credit_code,
        trade: Trade::parse(&row.trade).unwrap_or(Trade::Other),
        goods: row.goods,
        employees: row.employees,
        area_centi: row.area_centi,
        load_w: row.load_w,
        hours: row.hours,
        opened_on: row.opened_on.map(day_text),
        phone_masked,
        closed_on: row.closed_on.map(day_text),
        responsible: persons.iter().any(|one| one.relation.responsible()),
        places,
        former_places,
        persons,
        former_persons,
    })
}

async fn places_of(
    db: &impl ConnectionTrait,
    communities: &[i64],
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<MerchantPlace>>> {
    let rows = merchant_place::Entity::find()
        .filter(merchant_place::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(merchant_place::Column::MerchantId.is_in(ids.iter().copied()))
        .order_by_desc(merchant_place::Column::ValidFrom)
        .order_by_desc(merchant_place::Column::Id)
        .all(db)
        .await?;
    let mut premises: Vec<Uuid> = rows.iter().map(|row| row.premises_id).collect();
    premises.sort_unstable();
    premises.dedup();
    let stalls: Vec<Uuid> = rows.iter().filter_map(|row| row.stall_id).collect();
    let premises = Premises::named(db, communities, &premises).await?;
    let stalls = Premises::stalls_named(db, communities, &stalls).await?;
    let mut found: HashMap<Uuid, Vec<MerchantPlace>> = HashMap::new();
    for row in rows {
        let Some(there) = premises.get(&row.premises_id) else {
            continue;
        };
        found
            .entry(row.merchant_id)
            .or_default()
            .push(MerchantPlace {
                id: row.id,
                premises: there.clone(),
                stall: row.stall_id.and_then(|id| stalls.get(&id).cloned()),
                valid_from: Micros(row.valid_from),
                valid_to: row.valid_to.map(Micros),
            });
    }
    Ok(found)
}

async fn persons_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    communities: &[i64],
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<MerchantPerson>>> {
    let rows = merchant_person::Entity::find()
        .filter(merchant_person::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(merchant_person::Column::MerchantId.is_in(ids.iter().copied()))
        .order_by_asc(merchant_person::Column::ValidFrom)
        .order_by_asc(merchant_person::Column::Id)
        .all(db)
        .await?;
    let names = names_of(db, vault, &rows).await?;
    let mut found: HashMap<Uuid, Vec<MerchantPerson>> = HashMap::new();
    for row in rows {
        // Somebody who was taken out of the register is named no more.
        let Some(name_masked) = names.get(&row.person_id).cloned() else {
            continue;
        };
        found
            .entry(row.merchant_id)
            .or_default()
            .push(MerchantPerson {
                id: row.id,
                person: row.person_id,
                name_masked,
                relation: MerchantRelation::parse(&row.relation)
                    .unwrap_or(MerchantRelation::Contact),
                valid_from: Micros(row.valid_from),
                valid_to: row.valid_to.map(Micros),
            });
    }
    for list in found.values_mut() {
        list.sort_by_key(|one| one.relation);
    }
    Ok(found)
}

/// What the persons of these relations are called, masked; without those who were taken out of the register.
pub(super) async fn names_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    rows: &[merchant_person::Model],
) -> Result<HashMap<Uuid, String>> {
    let homes: std::collections::BTreeSet<i64> =
        rows.iter().map(|row| row.person_community).collect();
    let mut names: HashMap<Uuid, String> = HashMap::new();
    let persons: Vec<Uuid> = rows.iter().map(|row| row.person_id).collect();
    for some in persons.chunks(500) {
        let people = person::Entity::find()
            .filter(person::Column::CommunityId.is_in(homes.iter().copied()))
            .filter(person::Column::Id.is_in(some.iter().copied()))
            .all(db)
            .await?;
        for row in people {
            names.insert(row.id, mask::name(&open_name(vault, &row)?));
        }
    }
    Ok(names)
}

/// Where persons do business now: whoever looks after that area may see them.
pub(crate) async fn work_areas(
    db: &impl ConnectionTrait,
    scope: &Scope,
    persons: &[Uuid],
) -> Result<Vec<(Uuid, (i64, i64))>> {
    let communities = scope.communities();
    let rows = merchant_person::Entity::find()
        .filter(merchant_person::Column::CommunityId.is_in(communities.clone()))
        .filter(merchant_person::Column::PersonId.is_in(persons.iter().copied()))
        .filter(merchant_person::Column::ValidTo.is_null())
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.merchant_id).collect();
    let places = places_of(db, &communities, &ids).await?;
    let mut areas = Vec::new();
    for row in rows {
        let there = places.get(&row.merchant_id).into_iter().flatten();
        for place in there.filter(|place| place.valid_to.is_none()) {
            let one = &place.premises;
            let all = [one.grid, one.neighbourhood].into_iter().flatten();
            areas.extend(all.map(|area| (row.person_id, (row.community_id, area.0))));
        }
    }
    Ok(areas)
}
