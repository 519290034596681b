//! A grid is split, an area is closed: from then on everything stands in the new one, and what was counted before stays.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::DatabaseConnection;
use uuid::Uuid;
use youlin_database::Tx;
use youlin_kernel::{AreaId, Clock, CommunityId, Ctx, Micros, Result};
use youlin_places::commands::{CloseArea, RedrawBoundary, SplitGrid};
use youlin_places::datasets::{Grounds, grounds_of};
use youlin_places::duties::{AreaDuties, Charge, Charges, HandOver};
use youlin_places::import::Row;
use youlin_places::queries;
use youlin_testkit::databases;

use crate::ground::{Town, at, square};

/// What was handed over.
type Told = std::sync::Mutex<Vec<HandOver>>;

#[derive(Default)]
struct Noted(Told);

impl Charges for Noted {
    fn of<'a>(
        &'a self,
        _conn: &'a DatabaseConnection,
        _areas: &'a [AreaId],
    ) -> BoxFuture<'a, Result<Vec<Charge>>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn hand_over<'a, 'b: 'a>(
        &'a self,
        _ctx: &'a Ctx,
        _tx: &'a Tx<'b>,
        what: &'a HandOver,
    ) -> BoxFuture<'a, Result<()>> {
        self.0.lock().unwrap().push(what.clone());
        async { Ok(()) }.boxed()
    }
}

impl Town {
    async fn house(&self, name: &str, x: f64, y: f64) -> Uuid {
        let (lon, lat) = at(x, y);
        let (lon, lat) = (lon.to_string(), lat.to_string());
        let row = [
            ("key", name),
            ("estate_key", "e1"),
            ("name", name),
            ("lon", &lon),
            ("lat", &lat),
        ];
        assert_eq!(self.buildings(vec![Row::new(2, &row)]).await.new, 1);
        let found = self.locator.candidates(&format!("光明东村{name}"), None, 1);
        found[0].place.building.unwrap()
    }

    async fn grounds(&self) -> Grounds {
        let community = CommunityId(self.id("A").0);
        grounds_of(self.world.db(), &self.locator.tree(), community)
            .await
            .unwrap()
    }

    fn name(&self, area: AreaId) -> String {
        self.locator.tree().get(area).unwrap().name.clone()
    }

    async fn version(&self, area: AreaId) -> i32 {
        let detail = queries::area_detail(self.world.db(), area).await.unwrap();
        detail.version
    }

    async fn reload(&self) {
        self.locator.freshen(self.world.db()).await.unwrap();
    }
}

fn stood(grounds: &Grounds, building: Uuid, at: i64) -> AreaId {
    let stays = &grounds.buildings[&building].stays;
    let stay = stays.iter().find(|stay| stay.from <= at && at < stay.to);
    stay.unwrap().area
}

/// The locator and the figures never disagree.
async fn agree(town: &Town, all: &[Uuid]) {
    let now = town.world.clock.now().0;
    let grounds = town.grounds().await;
    for building in all {
        let place = town.locator.building(*building).unwrap();
        assert_eq!(place.area(), stood(&grounds, *building, now), "{place:?}");
    }
}

#[tokio::test]
async fn after_a_split_everything_falls_into_the_new_grid() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let north = town.house("20号楼", 2.0, 8.0).await;
        let corner = town.house("21号楼", 4.0, 4.0).await;
        let south = town.locator.candidates("光明东村12号楼", None, 1)[0]
            .place
            .building
            .unwrap();
        let all = [north, corner, south];
        agree(&town, &all).await;
        let before = town.world.clock.now().0;
        town.world.clock.advance(24 * Micros::HOUR);
        let (grid, neighbourhood) = (town.id("A1"), town.id("A1N"));
        let noted = Arc::new(Noted::default());
        let taker = Uuid::from_u128(7);
        let split = SplitGrid {
            grid,
            version: town.version(grid).await,
            name: "甲三网格".into(),
            code: String::new(),
            neighbourhoods: vec![neighbourhood],
            buildings: Vec::new(),
            taker: Some(taker),
            duties: AreaDuties {
                charges: vec![Arc::<Noted>::clone(&noted)],
                ..AreaDuties::default()
            },
        };
        let admin = town.admin("A");
        for (wrong, code) in [
            (
                SplitGrid {
                    neighbourhoods: vec![],
                    ..split.clone()
                },
                "split-nothing",
            ),
            (
                SplitGrid {
                    buildings: vec![north],
                    ..split.clone()
                },
                "split-everything",
            ),
            (
                SplitGrid {
                    buildings: vec![taker],
                    ..split.clone()
                },
                "split-elsewhere",
            ),
            (
                SplitGrid {
                    name: format!(" {} ", town.name(grid)),
                    ..split.clone()
                },
                "split-name-taken",
            ),
        ] {
            let refused = town.world.db().execute(&admin, wrong).await.unwrap_err();
            assert_eq!(refused.fields()[0].code, code);
        }
        let new = town
            .world
            .db()
            .execute(&admin, split.clone())
            .await
            .unwrap();
        let again = town.world.db().execute(&admin, split).await.unwrap_err();
        assert!(!again.to_string().is_empty());
        town.reload().await;
        let tree = town.locator.tree();
        let place = town.locator.building(south).unwrap();
        assert_eq!(place.grid, Some(new));
        let opened = place.neighbourhood.unwrap();
        assert_eq!(tree.get(opened).unwrap().name, "甲一邻里");
        assert!(tree.get(neighbourhood).unwrap().closed);
        assert_eq!(town.locator.building(north).unwrap().grid, Some(grid));
        // New cases and positions too, also between the houses.
        let (lon, lat) = at(3.0, 1.0);
        assert_eq!(town.locator.area_at(lon, lat), Some(opened));
        let (lon, lat) = at(3.0, 9.0);
        assert_eq!(town.locator.area_at(lon, lat), Some(grid));
        agree(&town, &all).await;
        let grounds = town.grounds().await;
        for building in [corner, south] {
            assert_eq!(stood(&grounds, building, before), neighbourhood);
        }
        assert_eq!(stood(&grounds, north, before), grid);
        {
            let told = noted.0.lock().unwrap();
            assert_eq!(told.len(), 1);
            assert_eq!(told[0].moved, [(neighbourhood, opened)]);
            assert_eq!(told[0].taker, Some((taker, new)));
        }
        // A single building out of a neighbourhood that has a boundary, back into a grid of its own.
        let split = SplitGrid {
            grid: new,
            version: town.version(new).await,
            name: "甲四网格".into(),
            code: "A4".into(),
            neighbourhoods: Vec::new(),
            buildings: vec![corner],
            taker: None,
            duties: AreaDuties::default(),
        };
        let fourth = town
            .world
            .db()
            .execute(&town.admin("A"), split)
            .await
            .unwrap();
        town.reload().await;
        assert_eq!(town.locator.building(corner).unwrap().area(), fourth);
        assert_eq!(town.locator.building(south).unwrap().area(), opened);
        agree(&town, &all).await;
        town.prove(&["A"]).await;
    }
}

#[tokio::test]
async fn a_closed_area_holds_nothing_and_a_boundary_is_followed() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let south = town.locator.candidates("光明东村12号楼", None, 1)[0]
            .place
            .building
            .unwrap();
        let (grid, neighbourhood) = (town.id("A1"), town.id("A1N"));
        let before = town.world.clock.now().0;
        town.world.clock.advance(24 * Micros::HOUR);
        let close = CloseArea {
            area: neighbourhood,
            version: town.version(neighbourhood).await,
            reason: "并入".into(),
            into: None,
            duties: AreaDuties::default(),
        };
        town.world
            .db()
            .execute(&town.admin("A"), close)
            .await
            .unwrap();
        town.reload().await;
        let place = town.locator.building(south).unwrap();
        assert_eq!((place.grid, place.neighbourhood), (Some(grid), None));
        agree(&town, &[south]).await;
        assert_eq!(stood(&town.grounds().await, south, before), neighbourhood);

        // A boundary that begins later is followed from its midnight on, without anything being read anew.
        let day = town.world.clock.now().local().date();
        let day = day.saturating_add(jiff::Span::new().days(2));
        for (area, shape) in [
            (grid, square(0.0, 5.0, 5.0, 10.0)),
            (town.id("A2"), square(5.0, 0.0, 10.0, 10.0)),
        ] {
            let redraw = RedrawBoundary {
                area,
                geojson: shape.to_string(),
                valid_from: day,
            };
            town.world
                .db()
                .execute(&town.admin("A"), redraw)
                .await
                .unwrap();
        }
        town.reload().await;
        town.world.clock.advance(72 * Micros::HOUR);
        agree(&town, &[south]).await;
        town.prove(&["A"]).await;
    }
}

/// A grid is taken in by its neighbour with its ground, and the tree says which came out of which.
#[tokio::test]
async fn a_grid_is_taken_in_by_its_neighbour() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let north = town.house("20号楼", 2.0, 8.0).await;
        let (grid, neighbour) = (town.id("A1"), town.id("A2"));
        town.world.clock.advance(24 * Micros::HOUR);
        let close = async |area, into| {
            let close = CloseArea {
                area,
                version: town.version(area).await,
                reason: "并入甲二网格".into(),
                into,
                duties: AreaDuties::default(),
            };
            let done = town.world.db().execute(&town.admin("91"), close).await;
            town.reload().await;
            done
        };
        close(town.id("A1N"), None).await.unwrap();
        for wrong in [grid, town.id("A"), town.id("A1N"), town.id("B")] {
            let refused = close(grid, Some(wrong)).await.unwrap_err();
            assert_eq!(refused.fields()[0].code, "area-into", "{wrong:?}");
        }
        close(grid, Some(neighbour)).await.unwrap();
        assert_eq!(town.locator.building(north).unwrap().grid, Some(neighbour));
        agree(&town, &[north]).await;
        // Between the houses too.
        let (lon, lat) = at(1.0, 1.0);
        assert_eq!(town.locator.area_at(lon, lat), Some(neighbour));
        let tree = town.locator.tree();
        let out: Vec<_> = tree
            .succession()
            .iter()
            .map(|one| (one.from, one.to))
            .collect();
        assert_eq!(out, [(grid, neighbour)]);
        town.prove(&["A"]).await;
    }
}
