//! The Nantong example goes in whole, twice, and answers the question its story begins with.

use std::path::PathBuf;

use youlin_places::import::{
    self, AREA_COLUMNS, BUILDING_COLUMNS, DWELLING_COLUMNS, ESTATE_COLUMNS, Row, read_csv,
};
use youlin_places::{Datum, PlaceInput};
use youlin_testkit::databases;

use crate::ground::Town;

fn file(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../examples/nantong");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn rows(name: &str, columns: &[&str]) -> Vec<Row> {
    read_csv(&file(name), columns).unwrap()
}

#[tokio::test]
async fn the_example_is_taken_in_and_changes_nothing_the_second_time() {
    for base in databases().await {
        let town = Town::empty(base).await;
        let (db, ctx, locator) = (town.world.db(), town.service(), &town.locator);
        for second in [false, true] {
            let reports = [
                import::areas(db, &ctx, locator, rows("areas.csv", AREA_COLUMNS), false)
                    .await
                    .unwrap(),
                import::boundaries(
                    db,
                    &ctx,
                    locator,
                    file("boundaries.geojson"),
                    Datum::Wgs84,
                    false,
                )
                .await
                .unwrap(),
                import::estates(
                    db,
                    &ctx,
                    locator,
                    rows("estates.csv", ESTATE_COLUMNS),
                    false,
                )
                .await
                .unwrap(),
                import::buildings(
                    db,
                    &ctx,
                    locator,
                    rows("buildings.csv", BUILDING_COLUMNS),
                    false,
                )
                .await
                .unwrap(),
                import::dwellings(
                    db,
                    &ctx,
                    locator,
                    rows("dwellings.csv", DWELLING_COLUMNS),
                    false,
                )
                .await
                .unwrap(),
            ];
            for report in reports {
                assert_eq!(report.refused, []);
                assert_eq!(report.new > 0, !second, "{report:?}");
                assert_eq!(report.unchanged > 0, second, "{report:?}");
                assert_eq!(report.changed, 0);
            }
        }
        let text = PlaceInput {
            text: Some("光明东村12号楼304".into()),
            ..PlaceInput::default()
        };
        let place = locator.resolve(&text).unwrap();
        assert_eq!(place.address, "光明东村12号楼1单元304");
        let tree = locator.tree();
        assert_eq!(tree.get(place.grid.unwrap()).unwrap().name, "悦美网格");
        let (lon, lat) = place.position.unwrap();
        assert_eq!(
            tree.community_of(locator.area_at(lon, lat).unwrap()),
            Some(place.community)
        );
    }
}
