//! Merchants as the file that [`super::MerchantsRegister`] reads: open ones of a scope, where they do business now and since
//! when, and their persons by the keys these are known under here. Numbers stay, unless a list with a second person's yes
//! asks for them ([`crate::privacy`]).

use std::collections::{BTreeMap, HashMap};

use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_imports::write_csv;
use youlin_kernel::{AreaTree, CommunityId, Micros, Result, Scope};
use youlin_places::premises::{kilowatts, square_metres};

use super::cells::{Named, written};
use super::commands::text as day_text;
use super::queries::within;
use super::{MERCHANT_FILE, MerchantRelation};
use crate::Vault;
use crate::entities::{merchant, merchant_person, merchant_place, person};
use crate::queries::display_number;
use crate::vault::FieldPlace;
use youlin_database::keys::key_of;

/// Rows read with one statement.
const CHUNK: usize = 500;

/// Open merchants of the scope without their numbers, as CSV.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn merchants(
    db: &impl ConnectionTrait,
    vault: &Vault,
    tree: &AreaTree,
    scope: &Scope,
) -> Result<String> {
    let rows = open_merchants(db, scope).await?;
    file(db, vault, tree, rows, false).await
}

/// Open merchants of a scope in a steady order.
pub(crate) async fn open_merchants(
    db: &impl ConnectionTrait,
    scope: &Scope,
) -> Result<Vec<merchant::Model>> {
    Ok(merchant::Entity::find()
        .filter(within(scope))
        .filter(merchant::Column::ClosedAt.is_null())
        .order_by_asc(merchant::Column::CommunityId)
        .order_by_asc(merchant::Column::Id)
        .all(db)
        .await?)
}

/// The file of these merchants; with a column of their numbers where they may leave.
pub(crate) async fn file(
    db: &impl ConnectionTrait,
    vault: &Vault,
    tree: &AreaTree,
    rows: Vec<merchant::Model>,
    numbers: bool,
) -> Result<String> {
    let mut has = Belongings::default();
    let mut by_community: BTreeMap<i64, Vec<Uuid>> = BTreeMap::new();
    for row in &rows {
        by_community
            .entry(row.community_id)
            .or_default()
            .push(row.id);
    }
    for (community, ids) in by_community {
        for some in ids.chunks(CHUNK) {
            has.read(db, community, some).await?;
        }
    }
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut line = has.line(tree, row);
        if numbers {
            line.push(number(vault, row)?);
        }
        lines.push(line);
    }
    let mut header = MERCHANT_FILE.to_vec();
    if numbers {
        header.push("phone");
    }
    write_csv(&header, lines)
}

/// The number of a merchant in the clear; empty where there is none.
pub(super) fn number(vault: &Vault, row: &merchant::Model) -> Result<String> {
    let at = FieldPlace::new("merchant", "phone", row.community_id, row.id);
    let sealed = row.phone_sealed.as_deref();
    let number = sealed.map(|sealed| vault.open(at, sealed)).transpose()?;
    Ok(number.map_or_else(String::new, |number| display_number(vault, &number)))
}

/// What merchants have, by merchant; keys of what they name, by id.
#[derive(Default)]
struct Belongings {
    places: HashMap<Uuid, Vec<merchant_place::Model>>,
    persons: HashMap<Uuid, Vec<merchant_person::Model>>,
    keys: HashMap<Uuid, String>,
}

impl Belongings {
    async fn read(
        &mut self,
        db: &impl ConnectionTrait,
        community: i64,
        merchants: &[Uuid],
    ) -> Result<()> {
        let places = merchant_place::Entity::find()
            .filter(merchant_place::Column::CommunityId.eq(community))
            .filter(merchant_place::Column::MerchantId.is_in(merchants.iter().copied()))
            .filter(merchant_place::Column::ValidTo.is_null())
            .order_by_asc(merchant_place::Column::ValidFrom)
            .order_by_asc(merchant_place::Column::Id)
            .all(db)
            .await?;
        let persons = merchant_person::Entity::find()
            .filter(merchant_person::Column::CommunityId.eq(community))
            .filter(merchant_person::Column::MerchantId.is_in(merchants.iter().copied()))
            .filter(merchant_person::Column::ValidTo.is_null())
            .order_by_asc(merchant_person::Column::ValidFrom)
            .order_by_asc(merchant_person::Column::Id)
            .all(db)
            .await?;
        let premises = places.iter().map(|row| row.premises_id).collect();
        self.keys_of(db, "premises", community, premises).await?;
        let stalls = places.iter().filter_map(|row| row.stall_id).collect();
        self.keys_of(db, "stall", community, stalls).await?;
        let mut homes: BTreeMap<i64, Vec<Uuid>> = BTreeMap::new();
        for row in &persons {
            let home = homes.entry(row.person_community).or_default();
            home.push(row.person_id);
        }
        for (home, ids) in homes {
            self.persons_of(db, home, &ids).await?;
        }
        for row in places {
            self.places.entry(row.merchant_id).or_default().push(row);
        }
        for row in persons {
            self.persons.entry(row.merchant_id).or_default().push(row);
        }
        Ok(())
    }

    /// Keys of a table of places.
    async fn keys_of(
        &mut self,
        db: &impl ConnectionTrait,
        table: &'static str,
        community: i64,
        ids: Vec<Uuid>,
    ) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let mut find = Query::select();
        find.columns(["id", "external_key"].map(name))
            .from(name(table))
            .and_where(col("community_id").eq(community))
            .and_where(col("id").is_in(ids));
        for row in db.query_all(&find).await? {
            let id: Uuid = row.try_get("", "id")?;
            let key: Option<String> = row.try_get("", "external_key")?;
            self.keys.insert(id, key_of(key.as_deref(), id));
        }
        Ok(())
    }

    async fn persons_of(
        &mut self,
        db: &impl ConnectionTrait,
        community: i64,
        ids: &[Uuid],
    ) -> Result<()> {
        let rows: Vec<(Uuid, Option<String>)> = person::Entity::find()
            .select_only()
            .columns([person::Column::Id, person::Column::ExtKey])
            .filter(person::Column::CommunityId.eq(community))
            .filter(person::Column::Id.is_in(ids.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        for (id, key) in rows {
            self.keys.insert(id, key_of(key.as_deref(), id));
        }
        Ok(())
    }

    fn line(&self, tree: &AreaTree, row: &merchant::Model) -> Vec<String> {
        let places = self.places.get(&row.id).map_or(&[][..], Vec::as_slice);
        let key = |id: Option<Uuid>| id.and_then(|id| self.keys.get(&id).cloned());
        let main = places.first();
        let community = tree.get(CommunityId(row.community_id).into());
        let text = |number: Option<i32>| number.map_or_else(String::new, |one| one.to_string());
        let mut line = vec![
            key_of(row.ext_key.as_deref(), row.id),
            community.map_or_else(String::new, |node| node.code.clone()),
            key(main.map(|place| place.premises_id)).unwrap_or_default(),
            key(main.and_then(|place| place.stall_id)).unwrap_or_default(),
            main.map_or_else(String::new, |place| day(place.valid_from)),
            written(&self.places_beside(places)),
            row.name.clone(),
            row.kind.clone(),
            row.credit_code.clone().unwrap_or_default(),
            row.trade.clone(),
            row.goods.clone(),
            text(row.employees),
            row.area_centi.map_or_else(String::new, square_metres),
            row.load_w.map_or_else(String::new, kilowatts),
            row.hours.clone(),
            row.opened_on.map_or_else(String::new, day_text),
        ];
        let related = MerchantRelation::ALL.iter();
        line.extend(related.map(|relation| written(&self.related(row.id, *relation))));
        line
    }

    fn places_beside(&self, places: &[merchant_place::Model]) -> Vec<Named> {
        let named = |place: &merchant_place::Model| {
            Some(Named {
                key: self.keys.get(&place.premises_id)?.clone(),
                stall: place.stall_id.and_then(|id| self.keys.get(&id).cloned()),
                since: Some(day(place.valid_from)),
            })
        };
        places.iter().skip(1).filter_map(named).collect()
    }

    /// Somebody who was taken out of the register is named no more.
    fn related(&self, merchant: Uuid, relation: MerchantRelation) -> Vec<Named> {
        let persons = self.persons.get(&merchant).into_iter().flatten();
        let named = |row: &merchant_person::Model| {
            Some(Named {
                key: self.keys.get(&row.person_id)?.clone(),
                stall: None,
                since: Some(day(row.valid_from)),
            })
        };
        persons
            .filter(|row| row.relation == relation.as_str())
            .filter_map(named)
            .collect()
    }
}

fn day(at: i64) -> String {
    Micros(at).date().to_string()
}
