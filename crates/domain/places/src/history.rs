//! Where a point was on a day: boundaries are ended, never overwritten, so every day can be asked.

use jiff::civil::Date;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use youlin_database::Database;
use youlin_kernel::{AreaId, AreaLevel, AreaTree, CommunityId, Problem, Result, Scope};
use youlin_locate::{AreaIndex, AreaShape, Located};

use crate::entities::{area, boundary};
use crate::locator::node;
use crate::{days, shape};

/// The areas that held the point (degrees, WGS-84) on that day, most general first. What has no boundary of its own
/// (often province and city) is taken from the tree. Empty when the point lay in none.
///
/// # Errors
/// 404 when the point lay in a community outside the scope; 503 when the database cannot answer.
pub async fn where_was(
    db: &Database,
    scope: &Scope,
    lon: f64,
    lat: f64,
    day: Date,
) -> Result<Vec<AreaId>> {
    let day = days::number(day);
    let rows = boundary::Entity::find()
        .filter(boundary::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(boundary::Column::ValidFrom.lte(day))
        .filter(
            Condition::any()
                .add(boundary::Column::ValidTo.is_null())
                .add(boundary::Column::ValidTo.gt(day)),
        )
        .filter(boundary::Column::West.lte(lon))
        .filter(boundary::Column::East.gte(lon))
        .filter(boundary::Column::South.lte(lat))
        .filter(boundary::Column::North.gte(lat))
        .all(db.read())
        .await?;
    let areas = area::Entity::find()
        .filter(area::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .all(db.read())
        .await?;
    let tree = AreaTree::build(areas.iter().filter_map(node).collect());
    let shapes = rows
        .iter()
        .filter_map(|row| {
            Some(AreaShape {
                key: row.area_id,
                level: tree.get(AreaId(row.area_id))?.level as u8,
                shape: shape::stored(&row.shape)?,
            })
        })
        .collect();
    let chain = match AreaIndex::build(shapes).locate(lon, lat) {
        Located::Inside { chain, .. } => chain.into_iter().map(AreaId).collect(),
        Located::Outside { .. } => Vec::new(),
    };
    let chain = completed(&tree, chain);
    let community = chain.iter().find(|id| {
        tree.get(**id)
            .is_some_and(|node| node.level == AreaLevel::Community)
    });
    match community {
        Some(community) if !scope.contains_community(CommunityId(community.0)) => {
            Err(Problem::not_found())
        }
        _ => Ok(chain),
    }
}

/// The chain with the ancestors of its first area before it.
fn completed(tree: &AreaTree, chain: Vec<AreaId>) -> Vec<AreaId> {
    let Some(first) = chain.first() else {
        return chain;
    };
    let mut above: Vec<AreaId> = tree.upwards(*first).skip(1).map(|node| node.id).collect();
    above.reverse();
    above.extend(chain);
    above
}
