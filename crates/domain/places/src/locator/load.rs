//! From the database into memory.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, EntityTrait, Order, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;
use youlin_database::{Database, sql};
use youlin_kernel::{
    AreaId, AreaLevel, AreaNode, AreaTree, CommunityId, Micros, Problem, Result, Succession,
};
use youlin_locate::AreaShape;

use super::ground::{Ground, Grounds};
use super::line;
use super::register::{Areas, HomeRow, Register, Shard, Spot, SpotRow};
use crate::entities::{area, area_succession, boundary, building, dwelling, entrance, estate};
use crate::{days, shape};

/// Areas read at once: a country's rows need not be in memory twice.
const PAGE: u64 = 20_000;

/// All areas, closed ones too.
pub(super) async fn tree(db: &Database) -> Result<AreaTree> {
    // Before the tree, so that nobody begins to hold records unseen in between.
    db.learn_inhabited().await?;
    let mut nodes: Vec<AreaNode> = Vec::new();
    let mut last = i64::MIN;
    loop {
        let page = page(last, PAGE);
        let rows = db.read().query_all(&page).await?;
        for row in &rows {
            let line: String = row.try_get_by_index(0)?;
            let said = line::read(&line).ok_or_else(|| Problem::internal("an area's line"))?;
            last = said.id.0;
            nodes.extend(said.node());
        }
        if (rows.len() as u64) < PAGE {
            break;
        }
    }
    Ok(AreaTree::build(nodes)
        .with_inhabited(db.inhabited())
        .with_succession(succession(db.read()).await?))
}

/// In the order in which it happened.
async fn succession(conn: &DatabaseConnection) -> Result<Vec<Succession>> {
    let rows = area_succession::Entity::find()
        .filter(area_succession::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .order_by_asc(area_succession::Column::HappenedAt)
        .all(conn)
        .await?;
    let said = |row: area_succession::Model| Succession {
        from: AreaId(row.area_id),
        to: AreaId(row.successor_id),
        at: Micros(row.happened_at),
    };
    Ok(rows.into_iter().map(said).collect())
}

/// So many areas after one, a line of text each: what a row costs to bring here is mostly that of its columns, and the tree
/// of a country has 660,000 rows.
fn page(after: i64, limit: u64) -> SelectStatement {
    let mut page = Query::select();
    page.expr(Expr::cust(line::SQL))
        .from(sql::name("area"))
        .and_where(sql::col("community_id").eq(CommunityId::SYSTEM.0))
        .and_where(sql::col("area_id").gt(after))
        .order_by(sql::name("area_id"), Order::Asc)
        .limit(limit);
    page
}

pub(crate) fn node(row: &area::Model) -> Option<AreaNode> {
    Some(AreaNode {
        id: AreaId(row.area_id),
        parent: row.parent_id.map(AreaId),
        level: AreaLevel::from_number(row.level)?,
        code: row.code.clone(),
        name: row.name.clone(),
        name_en: row.name_en.clone(),
        closed: row.closed_at.is_some(),
    })
}

/// Boundaries from today on, one picture for each day on which they change.
pub(super) async fn grounds(
    conn: &DatabaseConnection,
    tree: &Arc<AreaTree>,
    now: Micros,
) -> Result<Grounds> {
    let today = days::of(now);
    let rows = boundary::Entity::find()
        .filter(boundary::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(
            Condition::any()
                .add(boundary::Column::ValidTo.is_null())
                .add(boundary::Column::ValidTo.gt(today)),
        )
        .all(conn)
        .await?;
    let mut turns = vec![today];
    turns.extend(
        rows.iter()
            .flat_map(|row| [Some(row.valid_from), row.valid_to])
            .flatten()
            .filter(|day| *day > today),
    );
    turns.sort_unstable();
    turns.dedup();
    let periods = turns
        .into_iter()
        .filter_map(|day| Some((midnight(day)?, ground(&rows, tree, day))))
        .collect();
    Ok(Grounds::new(Arc::clone(tree), periods))
}

fn ground(rows: &[boundary::Model], tree: &AreaTree, day: i32) -> Ground {
    let shapes = rows
        .iter()
        .filter(|row| row.valid_from <= day && row.valid_to.is_none_or(|end| end > day))
        .filter_map(|row| {
            let node = tree.get(AreaId(row.area_id)).filter(|node| !node.closed)?;
            Some(AreaShape {
                key: row.area_id,
                level: node.level as u8,
                shape: shape::stored(&row.shape)?,
            })
        })
        .collect();
    Ground::build(shapes)
}

fn midnight(day: i32) -> Option<Micros> {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let start = days::date(day)?.to_zoned(zone).ok()?;
    Some(start.timestamp().into())
}

/// The whole register, a community at a time so that little more than one community's rows is in memory twice.
pub(super) async fn register(conn: &DatabaseConnection) -> Result<Register> {
    let mut communities: Vec<i64> = Vec::new();
    for query in [
        estate::Entity::find()
            .select_only()
            .column(estate::Column::CommunityId)
            .distinct()
            .into_tuple::<i64>()
            .all(conn)
            .await?,
        building::Entity::find()
            .select_only()
            .column(building::Column::CommunityId)
            .distinct()
            .into_tuple::<i64>()
            .all(conn)
            .await?,
    ] {
        communities.extend(query);
    }
    communities.sort_unstable();
    communities.dedup();
    let mut shards = Vec::with_capacity(communities.len());
    for community in communities {
        shards.push(shard(conn, CommunityId(community)).await?);
    }
    Ok(Register::new(
        shards.into_iter().map(Arc::new).collect(),
        None,
    ))
}

type HomeTuple = (Uuid, Uuid, Option<Uuid>, String);

/// One community's register.
pub(super) async fn shard(conn: &DatabaseConnection, community: CommunityId) -> Result<Shard> {
    let estates = estate::Entity::find()
        .filter(estate::Column::CommunityId.eq(community.0))
        .filter(estate::Column::ClosedAt.is_null())
        .all(conn)
        .await?;
    let buildings = building::Entity::find()
        .filter(building::Column::CommunityId.eq(community.0))
        .filter(building::Column::ClosedAt.is_null())
        .all(conn)
        .await?;
    let entrances: HashMap<Uuid, String> = entrance::Entity::find()
        .filter(entrance::Column::CommunityId.eq(community.0))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    let homes: Vec<HomeTuple> = dwelling::Entity::find()
        .select_only()
        .columns([
            dwelling::Column::Id,
            dwelling::Column::BuildingId,
            dwelling::Column::EntranceId,
            dwelling::Column::Room,
        ])
        .filter(dwelling::Column::CommunityId.eq(community.0))
        .filter(dwelling::Column::ClosedAt.is_null())
        .order_by(dwelling::Column::Id, Order::Asc)
        .into_tuple()
        .all(conn)
        .await?;
    let homes = homes
        .into_iter()
        .map(|(id, building, entrance, room)| HomeRow {
            id,
            building,
            entrance,
            room,
        })
        .collect();
    Ok(Shard::build(
        community,
        estates.into_iter().map(estate_row).collect(),
        buildings.into_iter().map(building_row).collect(),
        &entrances,
        homes,
    ))
}

fn aliases(text: &str) -> Vec<String> {
    text.split(';')
        .map(str::trim)
        .filter(|alias| !alias.is_empty())
        .map(str::to_owned)
        .collect()
}

fn estate_row(row: estate::Model) -> SpotRow {
    SpotRow {
        aliases: aliases(&row.aliases),
        street_address: row.street_address,
        spot: Spot {
            id: row.id,
            name: row.name.into(),
            said: Areas {
                grid: row.grid_id.map(AreaId),
                neighbourhood: row.neighbourhood_id.map(AreaId),
            },
            stands: Areas::default(),
            position: row.lon.zip(row.lat),
            estate: None,
        },
    }
}

fn building_row(row: building::Model) -> SpotRow {
    SpotRow {
        aliases: aliases(&row.aliases),
        street_address: row.street_address,
        spot: Spot {
            id: row.id,
            name: row.name.into(),
            said: Areas {
                grid: row.grid_id.map(AreaId),
                neighbourhood: row.neighbourhood_id.map(AreaId),
            },
            stands: Areas::default(),
            position: row.lon.zip(row.lat),
            estate: row.estate_id,
        },
    }
}
