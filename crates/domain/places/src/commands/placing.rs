//! In which grid and neighbourhood an estate or building stands: by the code that was said, else by its position.

use std::collections::HashMap;

use geo::MultiPolygon;
use h3o::{LatLng, Resolution};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use youlin_database::Tx;
use youlin_kernel::{AreaId, AreaLevel, AreaTree, CommunityId, Ctx, Result};
use youlin_locate::{AreaIndex, AreaShape, Bbox, PositionFault, bbox, check_position};

use crate::areas::AreaRows;
use crate::entities::boundary;
use crate::import::{Refused, Row};
use crate::{days, shape, stand};

/// A building may stand a little outside its community's drawn boundary; one this far away is a mistake.
const FAR_M: f64 = 2_000.0;

/// Where something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Standing {
    pub(super) lon: Option<f64>,
    pub(super) lat: Option<f64>,
    pub(super) grid_id: Option<i64>,
    pub(super) neighbourhood_id: Option<i64>,
}

impl Standing {
    /// H3 cell (resolution 11, some 25 m) of the position.
    pub(super) fn cell(&self) -> Option<i64> {
        let at = LatLng::new(self.lat?, self.lon?).ok()?;
        Some(u64::from(at.to_cell(Resolution::Eleven)).cast_signed())
    }
}

/// One community's areas and boundaries, loaded once for an import.
pub(crate) struct Placer {
    community: CommunityId,
    rows: AreaRows,
    tree: AreaTree,
    index: AreaIndex,
    shapes: HashMap<i64, MultiPolygon<f64>>,
    bounds: Option<Bbox>,
}

impl Placer {
    /// For placing these rows.
    pub(super) async fn load(
        ctx: &Ctx,
        tx: &Tx<'_>,
        community: CommunityId,
        placed: &[Row],
    ) -> Result<Self> {
        Self::load_on(ctx, tx.conn(), community, placed, &[]).await
    }

    /// The same wherever it is read. `opened`: areas of the community that the caller's tree does not know yet.
    pub(crate) async fn load_on(
        ctx: &Ctx,
        conn: &impl ConnectionTrait,
        community: CommunityId,
        placed: &[Row],
        opened: &[i64],
    ) -> Result<Self> {
        let codes = placed.iter().map(|row| row.get("neighbourhood_code"));
        let codes = codes.filter(|code| !code.is_empty()).collect();
        let mut rows = AreaRows::within(conn, ctx.areas(), community, &codes).await?;
        rows.add_all(conn, opened.to_vec()).await?;
        let tree = rows.tree();
        let today = days::of(ctx.now());
        let inside: Vec<i64> = tree
            .subtree(community.into())
            .iter()
            .map(|id| id.0)
            .collect();
        let boundaries = boundary::Entity::find()
            .filter(boundary::Column::CommunityId.eq(CommunityId::SYSTEM.0))
            .filter(boundary::Column::AreaId.is_in(inside))
            .filter(boundary::Column::ValidFrom.lte(today))
            .filter(
                Condition::any()
                    .add(boundary::Column::ValidTo.is_null())
                    .add(boundary::Column::ValidTo.gt(today)),
            )
            .all(conn)
            .await?;
        let shapes: Vec<AreaShape> = boundaries
            .iter()
            .filter_map(|row| {
                let node = tree.get(AreaId(row.area_id)).filter(|node| !node.closed)?;
                Some(AreaShape {
                    key: row.area_id,
                    level: node.level as u8,
                    shape: shape::stored(&row.shape)?,
                })
            })
            .collect();
        let bounds = shapes
            .iter()
            .filter_map(|one| bbox(&one.shape))
            .reduce(|all, one| all.union(&one));
        Ok(Self {
            community,
            rows,
            tree,
            shapes: shapes
                .iter()
                .map(|one| (one.key, one.shape.clone()))
                .collect(),
            index: AreaIndex::build(shapes),
            bounds,
        })
    }

    /// Where something stands that is said to be in an area, by the rule of [`crate::stand`].
    pub(crate) fn settled(&self, said: AreaId, at: Option<(f64, f64)>) -> AreaId {
        let own = |id: &AreaId| self.tree.community_of(*id) == Some(self.community);
        let found = at
            .and_then(|(lon, lat)| self.index.locate_key(lon, lat).map(AreaId))
            .filter(own);
        stand::open(&self.tree, stand::stands(&self.tree, said, found))
    }

    /// Grid and neighbourhood of an area, as the register keeps them.
    pub(crate) fn areas(&self, area: AreaId) -> (Option<i64>, Option<i64>) {
        let at = |level| self.tree.at_level(area, level).map(|node| node.id.0);
        (at(AreaLevel::Grid), at(AreaLevel::Neighbourhood))
    }

    pub(crate) fn is_within(&self, area: AreaId, ancestor: AreaId) -> bool {
        self.tree.is_within(area, ancestor)
    }

    /// The row of an area.
    pub(super) fn row_of(&self, area: AreaId) -> Option<uuid::Uuid> {
        self.rows.by_id.get(&area.0).map(|row| row.id)
    }

    /// Whether the first is open, of the level of the second and in the community.
    pub(crate) fn is_beside(&self, one: AreaId, other: AreaId) -> bool {
        let (one, other) = (self.tree.get(one), self.tree.get(other));
        one.zip(other).is_some_and(|(one, other)| {
            let here = self.tree.community_of(one.id) == Some(self.community);
            here && !one.closed && one.level == other.level
        })
    }

    /// The open areas right below.
    pub(crate) fn open_below(&self, area: AreaId) -> Vec<AreaId> {
        let open = |id: &AreaId| self.tree.get(*id).is_some_and(|node| !node.closed);
        let below = self.tree.children(area).iter().copied();
        below.filter(open).collect()
    }

    /// The area and everything below, open or closed.
    pub(crate) fn below(&self, area: AreaId) -> Vec<i64> {
        self.tree.subtree(area).iter().map(|id| id.0).collect()
    }

    /// The boundary in force.
    pub(super) fn shape(&self, area: AreaId) -> Option<&MultiPolygon<f64>> {
        self.shapes.get(&area.0)
    }

    /// Reads `lon`, `lat` and `neighbourhood_code` of a row.
    pub(super) fn place(&self, row: &Row) -> Result<Standing, Refused> {
        let (lon, lat) = (row.number("lon")?, row.number("lat")?);
        let position = match (lon, lat) {
            (Some(lon), Some(lat)) => Some((lon, lat)),
            (None, None) => None,
            (None, _) => return Err(row.refuse("lon", "position-incomplete")),
            (_, None) => return Err(row.refuse("lat", "position-incomplete")),
        };
        if let Some((lon, lat)) = position {
            self.check(row, lon, lat)?;
        }
        let area = match row.get("neighbourhood_code") {
            "" => position.and_then(|(lon, lat)| self.index.locate_key(lon, lat)),
            code => Some(self.named(row, code)?),
        };
        Ok(self.standing(area.map(AreaId), position))
    }

    /// The code of an area of this community.
    pub(super) fn code(&self, area: AreaId) -> Option<String> {
        self.rows.by_id.get(&area.0).map(|row| row.code.clone())
    }

    fn standing(&self, area: Option<AreaId>, position: Option<(f64, f64)>) -> Standing {
        let at = |level| {
            let node = self.tree.at_level(area?, level)?;
            Some(node.id.0)
        };
        Standing {
            lon: position.map(|at| at.0),
            lat: position.map(|at| at.1),
            grid_id: at(AreaLevel::Grid),
            neighbourhood_id: at(AreaLevel::Neighbourhood),
        }
    }

    fn named(&self, row: &Row, code: &str) -> Result<i64, Refused> {
        let refuse = |why| row.refuse("neighbourhood_code", why).arg("code", code);
        let area = self
            .rows
            .find("", code)
            .map_err(|none| refuse(none.code()))?;
        let id = AreaId(area.area_id);
        if self.tree.community_of(id) != Some(self.community) {
            return Err(refuse("other-community").arg("area", &area.name));
        }
        if self.tree.upwards(id).any(|node| node.closed) {
            return Err(refuse("area-closed").arg("area", &area.name));
        }
        Ok(area.area_id)
    }

    fn check(&self, row: &Row, lon: f64, lat: f64) -> Result<(), Refused> {
        if !(lon.abs() <= 180.0 && lat.abs() <= 90.0) && self.bounds.is_none() {
            return Err(row.refuse("lon", "position-range"));
        }
        let Some(bounds) = &self.bounds else {
            return Ok(());
        };
        match check_position(lon, lat, bounds) {
            Ok(()) => Ok(()),
            Err(PositionFault::OutsideServiceArea { distance_m, .. }) if distance_m <= FAR_M => {
                Ok(())
            }
            Err(PositionFault::OutsideServiceArea { distance_m, .. }) => Err(row
                .refuse("lon", "position-far")
                .arg("metres", format!("{distance_m:.0}"))),
            Err(PositionFault::ProbablySwapped { .. }) => {
                Err(row.refuse("lon", "position-swapped"))
            }
            Err(_no_position) => Err(row.refuse("lon", "position-range")),
        }
    }
}
