//! Boundaries: taken in whole or not at all, redrawn with their history kept.

use jiff::civil::date;
use serde_json::json;
use youlin_kernel::{AreaId, Micros, ProblemKind, Scope};
use youlin_places::commands::{CloseArea, ImportBoundaries, RedrawBoundary};
use youlin_places::duties::AreaDuties;
use youlin_places::permissions::PLACES_READ;
use youlin_places::{Datum, PlaceInput, where_was};
use youlin_testkit::databases;

use crate::ground::{AREAS, Town, at, boundaries, collection, feature, square};

const NEW_YEAR: &str = "2027-01-01";

fn everything(town: &Town) -> Scope {
    town.service().scope(&PLACES_READ).unwrap()
}

async fn was(town: &Town, (lon, lat): (f64, f64), day: jiff::civil::Date) -> Vec<AreaId> {
    where_was(town.world.db(), &everything(town), lon, lat, day)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_file_taken_in_twice_changes_nothing() {
    for base in databases().await {
        let town = Town::drawn(base).await;
        let again = town.draw(boundaries()).await;
        assert_eq!((again.new, again.changed, again.unchanged), (0, 0, 9));
    }
}

#[tokio::test]
async fn a_fault_refuses_the_whole_file_and_names_area_and_place() {
    for base in databases().await {
        let town = Town::empty(base).await;
        town.areas(AREAS).await;
        let day = "2024-01-01";
        let (a, b, c, d) = (at(0.0, 0.0), at(5.0, 5.0), at(5.0, 0.0), at(0.0, 5.0));
        let bow = json!({"type": "Polygon", "coordinates": [[
            [a.0, a.1], [b.0, b.1], [c.0, c.1], [d.0, d.1], [a.0, a.1]
        ]]});
        let report = town
            .draw(collection(vec![
                feature("91", day, square(0.0, 0.0, 20.0, 20.0)),
                feature("A", day, square(0.0, 0.0, 10.0, 10.0)),
                feature("A1", day, bow),
                feature("A2", day, square(5.0, 0.0, 14.0, 10.0)),
                feature("nobody", day, square(1.0, 1.0, 2.0, 2.0)),
                feature("S2", "someday", square(10.0, 0.0, 20.0, 20.0)),
                json!({"type": "Feature", "properties": {"code": "C"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}),
            ]))
            .await;
        assert_eq!((report.new, report.changed, report.unchanged), (0, 0, 0));
        let seen: Vec<(u32, &str)> = report
            .refused
            .iter()
            .map(|one| (one.line, one.code.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                (0, "community-missing"),
                (3, "ring-crossing"),
                (4, "outside-parent"),
                (5, "area-unknown"),
                (6, "no-day"),
                (7, "no-polygon"),
            ],
            "{report:?}"
        );
        let missing = &report.refused[0];
        assert_eq!(
            (missing.value("area"), missing.value("parent")),
            (Some("乙社区"), Some("一街道"))
        );
        let crossing = &report.refused[1];
        let (lon, lat) = at(2.5, 2.5);
        assert_eq!(crossing.value("area"), Some("甲一网格"));
        assert_eq!(crossing.value("lon"), Some(format!("{lon:.6}").as_str()));
        assert_eq!(crossing.value("lat"), Some(format!("{lat:.6}").as_str()));
        // Nothing at all was taken in.
        assert!(town.locator.service_area().is_none());
        assert_eq!(was(&town, at(2.0, 2.0), date(2025, 1, 1)).await, []);
    }
}

#[tokio::test]
async fn what_is_no_boundary_file_is_said_to_be_none() {
    for base in databases().await {
        let town = Town::drawn(base).await;
        for (text, code) in [
            ("{\"type\": \"FeatureCollection\",", "geojson-syntax"),
            (
                "{\"type\": \"Feature\", \"features\": []}",
                "geojson-collection",
            ),
            (
                "{\"type\": \"FeatureCollection\", \"features\": [], \"crs\": {\"properties\": {\"name\": \"urn:ogc:def:crs:EPSG::2385\"}}}",
                "geojson-datum",
            ),
        ] {
            let command = ImportBoundaries {
                geojson: text.to_owned(),
                datum: Datum::Wgs84,
                dry_run: false,
                judged: None,
            };
            let refused = town
                .world
                .db()
                .execute(&town.service(), command)
                .await
                .unwrap_err();
            assert_eq!(refused.fields()[0].code, code);
        }
    }
}

#[tokio::test]
async fn what_was_judged_before_somebody_else_drew_is_judged_anew() {
    for base in databases().await {
        let town = Town::drawn(base).await;
        let (db, service) = (town.world.db(), town.service());
        let ctx = service.with_areas(town.locator.tree());
        let file = collection(vec![
            feature("A1", NEW_YEAR, square(0.0, 0.0, 7.0, 10.0)),
            feature("A2", NEW_YEAR, square(7.0, 0.0, 10.0, 10.0)),
        ]);
        let dry = town.draw_in(file.clone(), Datum::Wgs84, true).await;
        assert!(dry.is_clean(), "sound as things stand: {dry:?}");
        let command = ImportBoundaries {
            geojson: file,
            datum: Datum::Wgs84,
            dry_run: false,
            judged: None,
        };
        let judged = command.judged(db, &ctx).await.unwrap();
        let close = CloseArea {
            area: town.id("A2"),
            version: 1,
            reason: "并入甲一网格".into(),
            into: None,
            duties: AreaDuties::default(),
        };
        db.execute(&ctx, close).await.unwrap();
        let late = db.execute(&ctx, judged).await.unwrap();
        assert!(!late.is_clean(), "the old judgement does not count");
        assert_eq!((late.new, late.changed), (0, 0));
        town.prove(&["A"]).await;
    }
}

#[tokio::test]
async fn a_redraw_keeps_its_history_and_holds_from_its_day() {
    for base in databases().await {
        let town = Town::drawn(base).await;
        let spot = at(6.0, 5.0);
        assert_eq!(town.locator.area_at(spot.0, spot.1), Some(town.id("A2")));
        // Grid 1 grows eastwards over grid 2 from New Year on; both come in one file.
        let file = collection(vec![
            feature("A1", NEW_YEAR, square(0.0, 0.0, 7.0, 10.0)),
            feature("A2", NEW_YEAR, square(7.0, 0.0, 10.0, 10.0)),
        ]);
        let dry = town.draw_in(file.clone(), Datum::Wgs84, true).await;
        assert_eq!((dry.changed, dry.refused.len()), (2, 0), "{dry:?}");
        let done = town.draw(file.clone()).await;
        assert_eq!((done.new, done.changed), (0, 2));
        assert_eq!(town.draw(file).await.unchanged, 2);

        let chain = |last: &str| -> Vec<AreaId> {
            let codes = ["9", "91", "S1", "A", last];
            codes.iter().map(|code| town.id(code)).collect()
        };
        assert_eq!(was(&town, spot, date(2026, 12, 31)).await, chain("A2"));
        assert_eq!(was(&town, spot, date(2027, 1, 1)).await, chain("A1"));
        assert_eq!(was(&town, spot, date(2023, 12, 31)).await, []);
        // The locator turns at local midnight without being told.
        assert_eq!(town.locator.area_at(spot.0, spot.1), Some(town.id("A2")));
        let midnight: jiff::Timestamp = "2026-12-31T16:00:00Z".parse().unwrap();
        town.world
            .clock
            .set(Micros::from(midnight).plus(-Micros::SECOND));
        assert_eq!(town.locator.area_at(spot.0, spot.1), Some(town.id("A2")));
        town.world.clock.set(midnight.into());
        assert_eq!(town.locator.area_at(spot.0, spot.1), Some(town.id("A1")));
    }
}

#[tokio::test]
async fn one_boundary_alone_may_not_run_over_its_neighbour_or_leave_its_children() {
    for base in databases().await {
        let town = Town::drawn(base).await;
        let db = town.world.db();
        let admin = town.admin("91");
        let redraw = |code: &str, geometry: serde_json::Value| RedrawBoundary {
            area: town.id(code),
            geojson: geometry.to_string(),
            valid_from: date(2026, 11, 20),
        };
        let refused = db
            .execute(&admin, redraw("A1", square(0.0, 0.0, 7.0, 10.0)))
            .await
            .unwrap_err();
        assert_eq!(
            (refused.code(), refused.kind()),
            ("import-refused", ProblemKind::Invalid)
        );
        assert_eq!(refused.data().unwrap()["refused"][0]["code"], "overlaps");
        let refused = db
            .execute(&admin, redraw("A1", square(0.0, 0.0, 4.0, 10.0)))
            .await
            .unwrap_err();
        assert_eq!(
            refused.data().unwrap()["refused"][0]["code"],
            "outside-parent"
        );
        db.execute(&admin, redraw("A1N", square(0.0, 0.0, 5.0, 9.0)))
            .await
            .unwrap();
        town.locator.reload_areas(db).await.unwrap();
        let spot = at(2.0, 8.0);
        assert_eq!(
            town.locator.area_at(spot.0, spot.1),
            Some(town.id("A1")),
            "it begins on the 20th"
        );
        assert_eq!(
            *was(&town, spot, date(2026, 11, 20)).await.last().unwrap(),
            town.id("A1N")
        );
        let worker = town
            .world
            .caller(youlin_kernel::Role::CommunityLead, town.id("A"));
        let refused = db
            .execute(&worker, redraw("A1N", square(0.0, 0.0, 5.0, 5.0)))
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ProblemKind::Forbidden);
    }
}

#[tokio::test]
async fn a_scope_does_not_tell_of_other_communities() {
    for base in databases().await {
        let town = Town::drawn(base).await;
        let lead = town
            .world
            .caller(youlin_kernel::Role::CommunityLead, town.id("A"));
        let scope = lead.scope(&PLACES_READ).unwrap();
        let day = date(2026, 1, 1);
        let (lon, lat) = at(12.0, 3.0);
        let refused = where_was(town.world.db(), &scope, lon, lat, day)
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ProblemKind::NotFound);
        let (lon, lat) = at(2.0, 3.0);
        let chain = where_was(town.world.db(), &scope, lon, lat, day)
            .await
            .unwrap();
        assert_eq!(chain.last(), Some(&town.id("A1N")));
    }
}

#[tokio::test]
async fn shifted_files_are_shifted_back() {
    for base in databases().await {
        let town = Town::empty(base).await;
        town.areas(AREAS).await;
        let report = town.draw_in(boundaries(), Datum::Gcj02, false).await;
        assert_eq!((report.new, report.refused.len()), (9, 0), "{report:?}");
        // The same numbers, sent as GCJ-02, lie where the file said; as WGS-84 they lie hundreds of metres off.
        let (lon, lat) = at(2.0, 2.0);
        let input = |datum| PlaceInput {
            lon: Some(lon),
            lat: Some(lat),
            datum: Some(datum),
            ..PlaceInput::default()
        };
        let place = town.locator.resolve(&input(Datum::Gcj02)).unwrap();
        assert_eq!(place.neighbourhood, Some(town.id("A1N")));
        let elsewhere = town
            .locator
            .resolve(&input(Datum::Wgs84))
            .map(|place| place.neighbourhood);
        assert_ne!(elsewhere.ok().flatten(), Some(town.id("A1N")));
    }
}
