//! A grid is split: some of its neighbourhoods and buildings become a grid of their own, in one transaction. Nobody draws
//! anything: where the grid has a boundary, it is shared out by the houses ([`youlin_locate::share_out`]), so that cases and
//! positions between them fall to the new grid as well. A neighbourhood never changes its grid (records name both), so it is
//! closed and opened anew under the new one, with its boundary and whoever looked after it.

use std::collections::{HashMap, HashSet};

use geo::MultiPolygon;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, AreaLevel, CommunityId, Ctx, Problem, ProblemKind, Result};
use youlin_locate::{Site, share_out};

use super::SaveArea;
use super::boundary_plan::BoundaryDraft;
use super::close_area::close;
use super::import_boundaries::take_in;
use super::placing::Placer;
use super::resettle::resettle;
use super::succession::came_out;
use crate::areas::AreaRows;
use crate::days;
use crate::duties::{AreaDuties, Cause, HandOver, NewGround};
use crate::entities::area;
use crate::import::ImportReport;
use crate::locator::mark;
use crate::permissions::PLACES_ADMIN;
use crate::queries::split::{GridHouses, House, houses};

/// See the module's text. It holds from today on.
#[derive(Clone, Debug)]
pub struct SplitGrid {
    pub grid: AreaId,
    /// The version of the grid's row it was shown with.
    pub version: i32,
    /// Of the new grid.
    pub name: String,
    /// Of the new grid; empty for the old one's with the next number behind it.
    pub code: String,
    /// Neighbourhoods that go whole.
    pub neighbourhoods: Vec<AreaId>,
    /// Buildings that go, besides those of the neighbourhoods.
    pub buildings: Vec<Uuid>,
    /// The account that looks after the new grid.
    pub taker: Option<Uuid>,
    pub duties: AreaDuties,
}

impl Command for SplitGrid {
    type Output = AreaId;
    const NAME: &'static str = "places.split-grid";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<AreaId> {
        ctx.authorize(&PLACES_ADMIN, self.grid)?;
        let rows = AreaRows::around(tx.conn(), self.grid.0).await?;
        let row = rows.by_id.get(&self.grid.0);
        let row = row.cloned().ok_or_else(Problem::not_found)?;
        let grid = row.level == AreaLevel::Grid as i32;
        let Some(parent) = row.parent_id.filter(|_| grid) else {
            return Err(Problem::new(ProblemKind::Conflict, "split-no-grid"));
        };
        if row.closed_at.is_some() {
            let closed = Problem::new(ProblemKind::Conflict, "area-closed-already");
            return Err(closed.arg("area", &row.name));
        }
        if row.version != self.version {
            return Err(Problem::new(ProblemKind::Conflict, "split-changed"));
        }
        let community = CommunityId(parent);
        let placer = Placer::load_on(ctx, tx.conn(), community, &[], &[]).await?;
        let before = houses(tx.conn(), &placer, community, self.grid).await?;
        for id in &self.neighbourhoods {
            let row = rows.by_id.get(&id.0);
            if !row.is_some_and(|row| row.parent_id == Some(self.grid.0) && row.closed_at.is_none())
            {
                return Err(Problem::invalid("neighbourhoods", "unknown-value"));
            }
        }
        let goes = self.check(ctx, community, &before)?;
        let names = Names::of(&row, &self.name);
        let new = names.open(ctx, tx, None, parent, &self.code).await?;
        let mut moved = Vec::new();
        for old in &self.neighbourhoods {
            let row = rows.by_id.get(&old.0).ok_or_else(Problem::not_found)?;
            let names = Names::of(row, &row.name);
            let opened = names.open(ctx, tx, Some(row), new.0, "").await?;
            moved.push((*old, opened));
        }
        let drafts = self.drafts(ctx, &placer, &before, &goes, new, &moved);
        for (old, _) in &moved {
            let row = rows.by_id.get(&old.0).ok_or_else(Problem::not_found)?;
            let reason = crate::words::clean(&self.name);
            close(ctx, tx, row, (row.version, &reason)).await?;
        }
        take_in(ctx, tx, &drafts, false, &mut ImportReport::default()).await?;
        let out: Vec<(AreaId, AreaId)> = moved.iter().copied().chain([(self.grid, new)]).collect();
        came_out(ctx, tx, &out).await?;
        // An entry covers what was saved since the one before it: first the areas', then the community's.
        // The version grows, so that two people never split the same grid at once.
        tx.update::<area::Entity>(row.clone()).await?;
        let entry = AuditEntry::new(Self::NAME, "area", row.id).detail(json!({
            "area": self.grid, "new": new, "moved": moved, "taker": self.taker,
        }));
        tx.audit(ctx, CommunityId::SYSTEM, entry);
        mark(tx, CommunityId::SYSTEM);
        let opened: Vec<i64> = moved.iter().map(|(_, to)| to.0).chain([new.0]).collect();
        let placer = Placer::load_on(ctx, tx.conn(), community, &[], &opened).await?;
        let to: HashMap<AreaId, AreaId> = moved.iter().copied().collect();
        let register = resettle(ctx, tx, &placer, community, row.id, |said| {
            let ticked = said.building.is_some_and(|id| goes.contains(&id));
            match to.get(&said.area) {
                Some(new) => Some(*new),
                None if ticked => Some(new),
                None => placer.is_within(said.area, self.grid).then_some(said.area),
            }
        })
        .await?;
        let hand_over = HandOver {
            community,
            moved,
            taker: self.taker.map(|account| (account, new)),
        };
        self.duties.hand_over(ctx, tx, &hand_over).await?;
        let ground = NewGround {
            community,
            cause: Cause::Split,
            area: self.grid,
            subject: row.id,
            placer: &placer,
            moved: to,
            register,
        };
        self.duties.follow(ctx, tx, &ground).await?;
        Ok(new)
    }
}

impl SplitGrid {
    /// The buildings that go. Refused when none does, or none stays, and when people could not tell the grids apart.
    pub(crate) fn check(
        &self,
        ctx: &Ctx,
        community: CommunityId,
        before: &GridHouses,
    ) -> Result<HashSet<Uuid>> {
        let (tree, name) = (ctx.areas(), crate::words::clean(&self.name));
        let mut beside = tree.children(community.into()).iter();
        if beside.any(|id| {
            tree.get(*id)
                .is_some_and(|grid| !grid.closed && grid.name == name)
        }) {
            return Err(Problem::invalid("name", "split-name-taken"));
        }
        if let Some(unknown) = self.buildings.iter().find(|id| before.get(**id).is_none()) {
            tracing::debug!(%unknown, "not in this grid");
            return Err(Problem::invalid("buildings", "split-elsewhere"));
        }
        let goes: HashSet<Uuid> = before
            .all
            .iter()
            .filter(|house| self.takes(house))
            .map(|house| house.id)
            .collect();
        if goes.is_empty() {
            return Err(Problem::invalid("buildings", "split-nothing"));
        }
        if goes.len() == before.all.len() {
            return Err(Problem::invalid("buildings", "split-everything"));
        }
        Ok(goes)
    }

    fn takes(&self, house: &House) -> bool {
        self.buildings.contains(&house.id) || self.neighbourhoods.contains(&house.area)
    }

    /// The boundaries from today on, as far as there were any.
    fn drafts(
        &self,
        ctx: &Ctx,
        placer: &Placer,
        before: &GridHouses,
        goes: &HashSet<Uuid>,
        new: AreaId,
        moved: &[(AreaId, AreaId)],
    ) -> Vec<BoundaryDraft> {
        let Some(whole) = placer.shape(self.grid) else {
            return Vec::new();
        };
        let sites: Vec<Site> = before
            .all
            .iter()
            .filter_map(|house| {
                let (lon, lat) = house.at?;
                let part = usize::from(goes.contains(&house.id));
                Some(Site { lon, lat, part })
            })
            .collect();
        let mut drafts = Vec::new();
        let mut given: Vec<(usize, MultiPolygon<f64>)> = Vec::new();
        for id in &before.neighbourhoods {
            let Some(shape) = placer.shape(*id) else {
                continue;
            };
            if let Some((_, to)) = moved.iter().find(|(from, _)| from == id) {
                drafts.push(draft(ctx, *to, shape));
                given.push((1, shape.clone()));
                continue;
            }
            let inside = |house: &&House| house.area == *id && goes.contains(&house.id);
            if before.all.iter().any(|house| inside(&house)) {
                let shares = share_out(shape, 2, &[], &sites);
                drafts.push(draft(ctx, *id, &shares[0]));
                given.extend(shares.into_iter().enumerate());
            } else {
                given.push((0, shape.clone()));
            }
        }
        let shares = share_out(whole, 2, &given, &sites);
        drafts.push(draft(ctx, self.grid, &shares[0]));
        drafts.push(draft(ctx, new, &shares[1]));
        drafts.retain(|draft| !draft.shape.is_empty());
        drafts
    }
}

/// The boundary from today on.
pub(super) fn draft(ctx: &Ctx, area: AreaId, shape: &MultiPolygon<f64>) -> BoundaryDraft {
    BoundaryDraft {
        number: 0,
        area_id: area.0,
        from: days::of(ctx.now()),
        to: None,
        shape: crate::shape::raw(shape),
        illustrative: false,
    }
}

/// What a new area is called.
struct Names {
    name: String,
    code: String,
    scheme: String,
    scheme_version: String,
    level: i32,
}

impl Names {
    fn of(row: &area::Model, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            code: row.code.clone(),
            scheme: row.scheme.clone(),
            scheme_version: row.scheme_version.clone(),
            level: row.level,
        }
    }

    /// `like` gives the other names, where the new area is the old one under another grid.
    async fn open(
        self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        like: Option<&area::Model>,
        parent: i64,
        code: &str,
    ) -> Result<AreaId> {
        let code = match code.trim() {
            "" => free_code(tx.conn(), &self.scheme, &self.code).await?,
            said => said.to_owned(),
        };
        SaveArea {
            known: None,
            parent: Some(AreaId(parent)),
            level: AreaLevel::from_number(self.level).unwrap_or(AreaLevel::Grid),
            code,
            scheme: self.scheme,
            scheme_version: self.scheme_version,
            name: self.name,
            name_en: like.map_or(String::new(), |row| row.name_en.clone()),
            short_name: like.map_or(String::new(), |row| row.short_name.clone()),
        }
        .run(ctx, tx)
        .await
    }
}

/// The code with the first free number behind it.
async fn free_code(conn: &impl ConnectionTrait, scheme: &str, code: &str) -> Result<String> {
    use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
    let taken: Vec<String> = area::Entity::find()
        .select_only()
        .column(area::Column::Code)
        .filter(area::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(area::Column::Scheme.eq(scheme))
        .filter(area::Column::Code.starts_with(code))
        .into_tuple()
        .all(conn)
        .await?;
    let taken: HashSet<String> = taken.into_iter().collect();
    (2..)
        .map(|number| format!("{code}-{number}"))
        .find(|code| !taken.contains(code))
        .ok_or_else(|| Problem::internal("no free code"))
}
