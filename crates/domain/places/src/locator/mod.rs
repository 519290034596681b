//! Finding places in memory: the service every other module asks where something is.
//!
//! Two pictures are held, each replaced whole when it changes: [`ground`] (boundaries in force, and those that come into
//! force later, so that a redraw decided today for 1 January takes effect at midnight without anybody doing anything)
//! and [`register`] (estates, buildings and dwellings, one shard for each community, so that a change in one
//! community rebuilds only its shard and a search within a scope looks only there).

mod follow;
mod ground;
mod line;
mod load;
pub(crate) use follow::mark;
pub(crate) use load::node;
mod register;
mod resolve;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, AreaTree, Clock, CommunityId, Result, Scope, SystemClock};
use youlin_locate::Bbox;

use crate::{AddressCandidate, Place, PlaceInput};
use ground::Grounds;
use register::Register;

/// Tells one state of a community's ground from another; see [`Locator::picture`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture(ground::Turn, Option<i64>);

/// Which communities a job looked at, and what their ground was like then.
#[derive(Debug, Default)]
pub struct Looked(Mutex<HashMap<CommunityId, Picture>>);

impl Looked {
    /// Those of these whose ground has changed since they were looked at; after a start, each of them.
    #[must_use]
    pub fn changed(
        &self,
        locator: &Locator,
        communities: impl IntoIterator<Item = CommunityId>,
    ) -> Vec<(CommunityId, Picture)> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = communities.into_iter().map(|id| (id, locator.picture(id)));
        now.filter(|(id, picture)| held.get(id) != Some(picture))
            .collect()
    }

    /// This one was looked at, as its ground was before.
    pub fn at(&self, (community, picture): (CommunityId, Picture)) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(community, picture);
    }
}

/// See the module's text. Put into the application as `Arc<Locator>`.
pub struct Locator {
    areas: Arc<ArcSwap<AreaTree>>,
    grounds: ArcSwap<Grounds>,
    register: ArcSwap<Register>,
    /// What was held when this was last compared with the database.
    marks: ArcSwap<follow::Marks>,
    /// Decides which boundaries are in force; nothing else here depends on time.
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Locator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Locator")
            .field("dwellings", &self.register.load().dwellings())
            .finish_non_exhaustive()
    }
}

impl Locator {
    /// The time by the clock this was given: for questions about who stands in for whom right now.
    #[must_use]
    pub fn now(&self) -> youlin_kernel::Micros {
        self.clock.now()
    }

    /// Builds everything from the database, and puts the area tree into its cell.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn load(db: &Database, areas: Arc<ArcSwap<AreaTree>>) -> Result<Arc<Self>> {
        Self::load_with_clock(db, areas, Arc::new(SystemClock)).await
    }

    /// [`Locator::load`] with the clock of a story test.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn load_with_clock(
        db: &Database,
        areas: Arc<ArcSwap<AreaTree>>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>> {
        let locator = Self {
            areas,
            grounds: ArcSwap::default(),
            register: ArcSwap::default(),
            marks: ArcSwap::default(),
            clock,
        };
        let of_tree = locator.mark_of_tree(db).await?;
        let tree = Arc::new(load::tree(db).await?);
        locator.hold_tree(Arc::clone(&tree));
        // The tree says whose marks to note; its own is that of the moment before it was read.
        locator.note_marks(db, of_tree).await?;
        locator.hold_grounds(db, &tree).await?;
        locator.reload_addresses(db).await?;
        Ok(Arc::new(locator))
    }

    /// Reads tree and boundaries anew, after they changed.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn reload_areas(&self, db: &Database) -> Result<()> {
        let tree = Arc::new(load::tree(db).await?);
        self.hold_grounds(db, &tree).await?;
        self.hold_tree(tree);
        Ok(())
    }

    async fn hold_grounds(&self, db: &Database, tree: &Arc<AreaTree>) -> Result<()> {
        let grounds = load::grounds(db.read(), tree, self.clock.now()).await?;
        self.grounds.store(Arc::new(grounds));
        Ok(())
    }

    /// An empty table leaves a tree alone that was put in without one (tests, the very first start).
    fn hold_tree(&self, tree: Arc<AreaTree>) {
        if !tree.is_empty() {
            self.areas.store(tree);
        }
    }

    /// Reads the whole register anew.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn reload_addresses(&self, db: &Database) -> Result<()> {
        let register = load::register(db.read()).await?;
        self.register.store(Arc::new(register));
        Ok(())
    }

    /// Reads one community's part of the register anew.
    ///
    /// # Errors
    /// 503 when the database cannot answer.
    pub async fn reload_community(&self, db: &Database, community: CommunityId) -> Result<()> {
        let shard = load::shard(db.read(), community).await?;
        self.register.rcu(|register| {
            let grounds = self.grounds.load();
            register.with(&shard, &grounds, grounds.turn(self.clock.now()))
        });
        Ok(())
    }

    /// The register with everything where it stands now: placed anew when boundaries or the tree were read anew, and at
    /// the midnight on which a later boundary begins to hold.
    fn placed(&self) -> Arc<Register> {
        let grounds = self.grounds.load();
        let turn = grounds.turn(self.clock.now());
        let held = self.register.load_full();
        if held.turn() == Some(turn) {
            return held;
        }
        let placed = Arc::new(held.placed(&grounds, turn));
        self.register.rcu(|now| {
            if Arc::ptr_eq(now, &held) {
                Arc::clone(&placed)
            } else {
                Arc::clone(now)
            }
        });
        placed
    }

    /// The tree as it is now.
    #[must_use]
    pub fn tree(&self) -> Arc<AreaTree> {
        self.areas.load_full()
    }

    /// Where this is, from the most precise thing said: dwelling, building, position, area, text. A position in the
    /// same community as the dwelling or building named is kept as the exact spot.
    ///
    /// # Errors
    /// 422 naming `lon`, `lat`, `place`, `area`, `building` or `dwelling`; its code is `place-needed`,
    /// `position-incomplete`, `position-swapped`, `position-range`, `position-outside`, `place-unknown`,
    /// `place-ambiguous` (with the candidates as data), `place-too-wide` or `area-closed`.
    pub fn resolve(&self, input: &PlaceInput) -> Result<Place> {
        resolve::resolve(self, input)
    }

    /// What a text may mean, best first; within a scope only what is visible there.
    #[must_use]
    pub fn candidates(
        &self,
        text: &str,
        within: Option<&Scope>,
        limit: usize,
    ) -> Vec<AddressCandidate> {
        self.placed().candidates(text, within, limit)
    }

    /// A dwelling of the register.
    #[must_use]
    pub fn dwelling(&self, id: Uuid) -> Option<Place> {
        self.placed().dwelling(id)
    }

    /// All dwellings of a scope, for imports that look up more addresses than [`Locator::candidates`] should be asked for.
    pub fn each_dwelling(&self, within: &Scope, with: impl FnMut(Place)) {
        self.placed().each_dwelling(within, with);
    }

    /// All open estates of a scope.
    pub fn each_estate(&self, within: &Scope, with: impl FnMut(Place)) {
        self.placed().each_estate(within, with);
    }

    /// A building of the register.
    #[must_use]
    pub fn building(&self, id: Uuid) -> Option<Place> {
        self.placed().building(id)
    }

    /// The most specific open area something stands in now, by the rule that places the register: a building of the
    /// community decides, then the position, then the area it was filed under.
    #[must_use]
    pub fn stands(&self, spot: &crate::duties::Spot) -> AreaId {
        let tree = self.tree();
        let Some(community) = tree.community_of(spot.said) else {
            return spot.said;
        };
        let building = spot.building.and_then(|id| self.building(id));
        if let Some(place) = building.filter(|place| place.community == community) {
            return place.area();
        }
        let grounds = self.grounds.load();
        let ground = grounds.at(self.clock.now());
        let found = spot.at.and_then(|at| ground.within(&tree, community, at));
        crate::stand::open(&tree, crate::stand::stands(&tree, spot.said, found))
    }

    /// Changes when something of the community may stand elsewhere than before: tree, boundaries or register were read
    /// anew, or a later boundary began to hold.
    #[must_use]
    pub fn picture(&self, community: CommunityId) -> Picture {
        let turn = self.grounds.load().turn(self.clock.now());
        let mark = self.marks.load().get(&community).copied();
        Picture(turn, mark)
    }

    /// The most specific area in force that holds the point (degrees, WGS-84).
    #[must_use]
    pub fn area_at(&self, lon: f64, lat: f64) -> Option<AreaId> {
        self.grounds.load().at(self.clock.now()).area_at(lon, lat)
    }

    /// The box around all boundaries in force; `None` before any was imported.
    #[must_use]
    pub fn service_area(&self) -> Option<Bbox> {
        self.grounds.load().at(self.clock.now()).bounds()
    }
}
