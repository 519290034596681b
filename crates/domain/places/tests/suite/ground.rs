//! The ground the stories play on: a square town whose every corner is known.

use std::sync::Arc;

use arc_swap::ArcSwap;
use youlin_database::audit::verify;
use youlin_kernel::{AreaTree, Clock, CommunityId, Ctx, Role};
use youlin_places::import::{self, AREA_COLUMNS, Row, read_csv};
use youlin_places::{Datum, Locator, MIGRATIONS, module};
pub(crate) use youlin_testkit::town::{at, collection, feature, square};
use youlin_testkit::{TestDatabase, World};

/// A city district of two subdistricts; S1 has communities A (grids A1, A2; neighbourhood A1N in A1) and B, S2 has C.
pub(crate) const AREAS: &str = "\
code,scheme,scheme_version,level,parent_code,name,name_en,short
9,t,1,city,,测试市,Test City,测试
91,t,1,district,9,测试区,Test District,测试区
S1,t,1,subdistrict,91,一街道,First,一
S2,t,1,subdistrict,91,二街道,Second,二
A,t,1,community,S1,甲社区,A Community,甲
B,t,1,community,S1,乙社区,B Community,乙
C,t,1,community,S2,丙社区,C Community,丙
A1,t,1,grid,A,甲一网格,A1,甲一
A2,t,1,grid,A,甲二网格,A2,甲二
A1N,t,1,neighbourhood,A1,甲一邻里,A1N,甲一邻里
";

/// District 20×20 steps; S1 its west half, S2 its east; A the south of S1, B its north, C all of S2; A1 west, A2 east.
pub(crate) fn boundaries() -> String {
    let day = "2024-01-01";
    collection(vec![
        feature("91", day, square(0.0, 0.0, 20.0, 20.0)),
        feature("S1", day, square(0.0, 0.0, 10.0, 20.0)),
        feature("S2", day, square(10.0, 0.0, 20.0, 20.0)),
        feature("A", day, square(0.0, 0.0, 10.0, 10.0)),
        feature("B", day, square(0.0, 10.0, 10.0, 20.0)),
        feature("C", day, square(10.0, 0.0, 20.0, 12.0)),
        feature("A1", day, square(0.0, 0.0, 5.0, 10.0)),
        feature("A2", day, square(5.0, 0.0, 10.0, 10.0)),
        feature("A1N", day, square(0.0, 0.0, 5.0, 5.0)),
    ])
}

pub(crate) struct Town {
    pub(crate) world: World,
    pub(crate) locator: Arc<Locator>,
}

impl Town {
    /// A migrated database and nothing in it.
    pub(crate) async fn empty(base: TestDatabase) -> Self {
        let world = World::new(base, MIGRATIONS).await;
        world.areas.store(Arc::new(AreaTree::default()));
        let clock: Arc<dyn Clock> = Arc::<youlin_kernel::ManualClock>::clone(&world.clock);
        let areas: Arc<ArcSwap<AreaTree>> = Arc::clone(&world.areas);
        let locator = Locator::load_with_clock(world.db(), areas, clock)
            .await
            .unwrap();
        Self { world, locator }
    }

    /// The square town with its boundaries.
    pub(crate) async fn drawn(base: TestDatabase) -> Self {
        let town = Self::empty(base).await;
        let report = town.areas(AREAS).await;
        assert_eq!((report.new, report.refused.len()), (10, 0), "{report:?}");
        let report = town.draw(boundaries()).await;
        assert_eq!((report.new, report.refused.len()), (9, 0), "{report:?}");
        town
    }

    pub(crate) fn service(&self) -> Ctx {
        self.world.service()
    }

    pub(crate) fn admin(&self, code: &str) -> Ctx {
        self.world.caller(Role::Administrator, self.id(code))
    }

    pub(crate) fn id(&self, code: &str) -> youlin_kernel::AreaId {
        self.locator.tree().by_code(code).unwrap().id
    }

    /// The audit chains of the system and of these communities cover every row as it stands.
    pub(crate) async fn prove(&self, communities: &[&str]) {
        let mut chains = vec![CommunityId::SYSTEM];
        chains.extend(communities.iter().map(|code| CommunityId(self.id(code).0)));
        let tables = module().audited;
        let report = verify(self.world.db().read(), &tables, &chains, None)
            .await
            .unwrap();
        assert!(report.faults.is_empty() && report.entries > 0, "{report:?}");
    }

    pub(crate) async fn areas(&self, csv: &str) -> import::ImportReport {
        let rows = read_csv(csv, AREA_COLUMNS).unwrap();
        import::areas(self.world.db(), &self.service(), &self.locator, rows, false)
            .await
            .unwrap()
    }

    pub(crate) async fn draw(&self, geojson: String) -> import::ImportReport {
        self.draw_in(geojson, Datum::Wgs84, false).await
    }

    pub(crate) async fn draw_in(
        &self,
        geojson: String,
        datum: Datum,
        dry_run: bool,
    ) -> import::ImportReport {
        let (db, ctx) = (self.world.db(), self.service());
        import::boundaries(db, &ctx, &self.locator, geojson, datum, dry_run)
            .await
            .unwrap()
    }

    pub(crate) async fn estates(&self, rows: Vec<Row>) -> import::ImportReport {
        let (db, ctx) = (self.world.db(), self.service());
        import::estates(db, &ctx, &self.locator, rows, false)
            .await
            .unwrap()
    }

    pub(crate) async fn buildings(&self, rows: Vec<Row>) -> import::ImportReport {
        let (db, ctx) = (self.world.db(), self.service());
        import::buildings(db, &ctx, &self.locator, rows, false)
            .await
            .unwrap()
    }

    pub(crate) async fn dwellings(&self, rows: Vec<Row>) -> import::ImportReport {
        let (db, ctx) = (self.world.db(), self.service());
        import::dwellings(db, &ctx, &self.locator, rows, false)
            .await
            .unwrap()
    }

    /// One estate 光明东村 in A1N with buildings 12 (entrance 1: 304, 305) and 13 (101).
    pub(crate) async fn with_register(self) -> Self {
        let (lon, lat) = at(2.0, 2.0);
        let (lon, lat) = (lon.to_string(), lat.to_string());
        let estate = Row::new(
            2,
            &[
                ("key", "e1"),
                ("community_code", "A"),
                ("name", "光明东村"),
                ("aliases", "东村;光明"),
                ("street_address", "青年中路"),
                ("lon", &lon),
                ("lat", &lat),
                ("neighbourhood_code", "A1N"),
            ],
        );
        assert_eq!(self.estates(vec![estate]).await.new, 1);
        let building = |line, key, name, aliases| {
            Row::new(
                line,
                &[
                    ("key", key),
                    ("estate_key", "e1"),
                    ("name", name),
                    ("aliases", aliases),
                    ("floors", "6"),
                    ("lon", &lon),
                    ("lat", &lat),
                ],
            )
        };
        let rows = vec![
            building(2, "b12", "12号楼", "12幢"),
            building(3, "b13", "13号楼", "幸福楼"),
        ];
        assert_eq!(self.buildings(rows).await.new, 2);
        let dwelling = |line, key, building, room| {
            Row::new(
                line,
                &[
                    ("key", key),
                    ("building_key", building),
                    ("entrance", "1单元"),
                    ("room", room),
                    ("floor", "3"),
                    ("use", "owned"),
                    ("area", "88.50"),
                ],
            )
        };
        let rows = vec![
            dwelling(2, "d304", "b12", "304"),
            dwelling(3, "d305", "b12", "305"),
            dwelling(4, "d101", "b13", "101"),
        ];
        let report = self.dwellings(rows).await;
        assert_eq!((report.new, report.refused.len()), (3, 0), "{report:?}");
        self
    }
}
