//! Where a person lives from now on: what a saved home does to the residences there are, and the household it names.

use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Tx;
use youlin_database::sql::{col, name};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};

use super::save_person::{Home, OtherHome};
use crate::Relation;
use crate::entities::{household, person, residence};

/// Ends the present residence when it differs and begins the new one; says whether anything changed.
pub(super) async fn settle(
    ctx: &Ctx,
    tx: &Tx<'_>,
    row: &person::Model,
    home: &Home,
    other: OtherHome,
) -> Result<bool> {
    crate::life::must_live(tx.conn(), CommunityId(row.community_id), row.id).await?;
    let household_id = match &home.household_key {
        Some(key) => Some(household(ctx, tx, row.community_id, key).await?),
        None => None,
    };
    let present = residence::present(row.community_id, row.id)
        .all(tx.conn())
        .await?;
    let same = |one: &residence::Model| {
        one.dwelling_id == home.dwelling
            && one.relation == home.relation.as_str()
            && (household_id.is_none() || one.household_id == household_id)
    };
    if present.iter().any(same) {
        return Ok(false);
    }
    let elsewhere = present.iter().any(|one| one.dwelling_id != home.dwelling);
    if elsewhere && other == OtherHome::Ask {
        return Err(Problem::invalid("other_home", "lives-elsewhere"));
    }
    let also = elsewhere && other == OtherHome::Also;
    let household_id = household_id.or_else(|| {
        present
            .iter()
            .find(|one| one.dwelling_id == home.dwelling)
            .and_then(|one| one.household_id)
    });
    let household_id = match household_id {
        Some(household) => Some(household),
        None => theirs(tx, row, home).await?,
    };
    // A second home leaves the first as it is; what was said of the same dwelling before is said anew.
    for old in present {
        if also && old.dwelling_id != home.dwelling {
            continue;
        }
        let ended = residence::Model {
            valid_to: Some(ctx.now().0),
            ..old
        };
        tx.update::<residence::Entity>(ended).await?;
    }
    tx.insert::<residence::Entity>(residence::Model {
        community_id: row.community_id,
        id: ctx.new_id(),
        version: 1,
        person_id: row.id,
        dwelling_id: home.dwelling,
        household_id,
        relation: home.relation.as_str().to_owned(),
        valid_from: ctx.now().0,
        valid_to: None,
        also: also.then_some(true),
    })
    .await?;
    Ok(true)
}

/// Nobody asks at a door for the code of a household: a relative of those who live there is of theirs, where they are one.
async fn theirs(tx: &Tx<'_>, row: &person::Model, home: &Home) -> Result<Option<Uuid>> {
    if home.relation != Relation::Family {
        return Ok(None);
    }
    let there = residence::Entity::find()
        .filter(residence::Column::CommunityId.eq(row.community_id))
        .filter(residence::Column::DwellingId.eq(home.dwelling))
        .filter(residence::Column::PersonId.ne(row.id))
        .filter(residence::current())
        .all(tx.conn())
        .await?;
    let mut households = there.into_iter().filter_map(|stay| stay.household_id);
    let one = households.next();
    Ok(one.filter(|one| households.all(|other| other == *one)))
}

async fn household(ctx: &Ctx, tx: &Tx<'_>, community: i64, key: &str) -> Result<Uuid> {
    if key.chars().count() > 100 {
        return Err(Problem::new(ProblemKind::Invalid, "invalid")
            .and_field("household_key", "too-long")
            .field_arg("max", 100));
    }
    let known = household::Entity::find()
        .filter(household::Column::CommunityId.eq(community))
        .filter(household::Column::ExtKey.eq(key))
        .one(tx.conn())
        .await?;
    if let Some(known) = known {
        return Ok(known.id);
    }
    let made = tx
        .insert::<household::Entity>(household::Model {
            community_id: community,
            id: ctx.new_id(),
            version: 1,
            ext_key: Some(key.to_owned()),
            created_at: ctx.now().0,
        })
        .await?;
    Ok(made.id)
}

pub(super) async fn dwelling_exists(tx: &Tx<'_>, community: CommunityId, id: Uuid) -> Result<bool> {
    let mut find = Query::select();
    find.column(name("id"))
        .from(name("dwelling"))
        .and_where(col("community_id").eq(community.0))
        .and_where(col("id").eq(id));
    Ok(tx.conn().query_one(&find).await?.is_some())
}
