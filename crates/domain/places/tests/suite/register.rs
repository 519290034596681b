//! Estates, buildings and dwellings: taken in, found by id, by position, by words.

use youlin_kernel::{CommunityId, Problem, ProblemKind, Role};
use youlin_places::commands::{SaveBuilding, SaveDwelling};
use youlin_places::import::Row;
use youlin_places::permissions::PLACES_READ;
use youlin_places::{PlaceInput, Why};
use youlin_testkit::databases;

use crate::ground::{Town, at};

fn field(problem: &Problem) -> (&str, &str) {
    let first = problem.fields().first().expect("a field");
    (&first.field, first.code)
}

fn text(text: &str) -> PlaceInput {
    PlaceInput {
        text: Some(text.into()),
        ..PlaceInput::default()
    }
}

fn spot(lon: f64, lat: f64) -> PlaceInput {
    PlaceInput {
        lon: Some(lon),
        lat: Some(lat),
        ..PlaceInput::default()
    }
}

#[tokio::test]
async fn a_dwelling_is_found_by_what_people_say() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let place = town.locator.resolve(&text("光明东村12号楼304")).unwrap();
        assert_eq!(place.address, "光明东村12号楼1单元304");
        assert_eq!(place.community, CommunityId(town.id("A").0));
        assert_eq!(
            (place.grid, place.neighbourhood),
            (Some(town.id("A1")), Some(town.id("A1N")))
        );
        assert_eq!(place.position, Some(at(2.0, 2.0)));
        let id = place.dwelling.unwrap();
        assert_eq!(town.locator.dwelling(id), Some(place.clone()));
        assert_eq!(
            town.locator
                .building(place.building.unwrap())
                .unwrap()
                .address,
            "光明东村12号楼"
        );

        let found = town.locator.candidates("东村12幢", None, 5);
        assert_eq!(found[0].label, "光明东村12号楼");
        assert!(
            found[0].why.contains(&Why::EstateAlias),
            "{:?}",
            found[0].why
        );
        assert!(found[0].place.dwelling.is_none());
        let found = town.locator.candidates("幸福楼", None, 5);
        assert_eq!(found[0].label, "光明东村13号楼");
        let found = town.locator.candidates("光明东村12号楼1单元", None, 5);
        assert_eq!(found[0].label, "光明东村12号楼1单元");
    }
}

#[tokio::test]
async fn each_input_that_names_no_place_says_why() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let refused = |input: PlaceInput| town.locator.resolve(&input).unwrap_err();
        let (lon, lat) = at(2.0, 2.0);

        let swapped = refused(spot(lat, lon));
        assert_eq!(field(&swapped), ("lon", "position-swapped"));
        assert_eq!(swapped.data().unwrap()["suggestion"]["lon"], lon);

        let outside = refused(spot(lon, lat - 0.012));
        assert_eq!(field(&outside), ("lon", "position-outside"));
        let args = &outside.fields()[0].args;
        assert_eq!(args[0], ("nearest", "甲社区".to_owned()));
        let metres: f64 = args[1].1.parse().unwrap();
        assert!((metres - 1_109.0).abs() < 10.0, "{metres}");
        // Inside the district, in no community: still nobody's.
        let (x, y) = at(15.0, 15.0);
        let nobody = refused(spot(x, y));
        assert_eq!(nobody.fields()[0].args[0], ("nearest", "丙社区".to_owned()));

        assert_eq!(
            field(&refused(spot(f64::NAN, lat))),
            ("lon", "position-range")
        );
        let half = PlaceInput {
            lat: Some(lat),
            ..PlaceInput::default()
        };
        assert_eq!(field(&refused(half)), ("lon", "position-incomplete"));
        let wide = PlaceInput {
            area: Some(town.id("S1")),
            ..PlaceInput::default()
        };
        assert_eq!(field(&refused(wide)), ("area", "place-too-wide"));
        let ghost = PlaceInput {
            dwelling: Some(town.service().new_id()),
            ..PlaceInput::default()
        };
        assert_eq!(field(&refused(ghost)), ("dwelling", "place-unknown"));
        assert_eq!(
            field(&refused(text("月球背面"))),
            ("place", "place-unknown")
        );
        assert_eq!(
            field(&refused(PlaceInput::default())),
            ("place", "place-needed")
        );
        // Two dwellings fit equally well: the words do not decide.
        let unclear = refused(text("1单元30"));
        assert!(["place-unknown", "place-ambiguous"].contains(&field(&unclear).1));
    }
}

#[tokio::test]
async fn the_most_precise_thing_said_counts() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let home = town.locator.resolve(&text("光明东村12号楼304")).unwrap();
        let (lon, lat) = at(8.0, 8.0);
        let said = PlaceInput {
            dwelling: home.dwelling,
            text: Some("楼下".into()),
            ..spot(lon, lat)
        };
        let place = town.locator.resolve(&said).unwrap();
        assert_eq!(place.address, home.address);
        assert_eq!(
            place.position,
            Some((lon, lat)),
            "the exact spot lies in the same community"
        );
        let elsewhere = at(15.0, 5.0);
        let said = PlaceInput {
            dwelling: home.dwelling,
            ..spot(elsewhere.0, elsewhere.1)
        };
        assert_eq!(town.locator.resolve(&said).unwrap().position, home.position);

        let said = PlaceInput {
            area: Some(town.id("C")),
            text: Some("桥头".into()),
            ..spot(lon, lat)
        };
        let place = town.locator.resolve(&said).unwrap();
        assert_eq!(
            (place.grid, place.address.as_str()),
            (Some(town.id("A2")), "桥头")
        );
        let said = PlaceInput {
            area: Some(town.id("C")),
            ..PlaceInput::default()
        };
        let place = town.locator.resolve(&said).unwrap();
        assert_eq!(
            (place.community.0, place.address.as_str()),
            (town.id("C").0, "丙社区")
        );
    }
}

#[tokio::test]
async fn a_scope_sees_its_own_addresses() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let seen = |role, code: &str| {
            let scope = town
                .world
                .caller(role, town.id(code))
                .scope(&PLACES_READ)
                .unwrap();
            town.locator
                .candidates("光明东村12号楼304", Some(&scope), 3)
                .len()
        };
        assert!(seen(Role::CommunityLead, "A") > 0);
        assert!(seen(Role::GridWorker, "A1") > 0);
        assert_eq!(seen(Role::GridWorker, "A2"), 0);
        assert_eq!(seen(Role::CommunityLead, "B"), 0);
    }
}

#[tokio::test]
async fn each_wrong_row_says_why() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let (lon, lat) = at(2.0, 2.0);
        let (lon, lat) = (lon.to_string(), lat.to_string());
        let row = |line, more: &[(&str, &str)]| {
            let mut cells = vec![("key", "x"), ("estate_key", "e1"), ("name", "9号楼")];
            cells.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
            cells.extend_from_slice(more);
            Row::new(line, &cells)
        };
        let report = town
            .buildings(vec![
                row(2, &[("key", "k2"), ("estate_key", "nowhere")]),
                row(3, &[("key", "k3"), ("lon", &lat), ("lat", &lon)]),
                row(4, &[("key", "k4"), ("lon", "121.5"), ("lat", &lat)]),
                row(5, &[("key", "k5"), ("neighbourhood_code", "C")]),
                row(6, &[("key", "k6"), ("name", "")]),
                row(7, &[("key", "k7"), ("floors", "many")]),
                row(8, &[("key", "k8"), ("neighbourhood_code", "A2")]),
                row(9, &[("key", "k8")]),
            ])
            .await;
        assert_eq!((report.new, report.changed), (1, 0));
        let seen: Vec<(u32, &str, &str)> = report
            .refused
            .iter()
            .map(|one| (one.line, one.column.as_str(), one.code.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                (2, "estate_key", "estate-unknown"),
                (3, "lon", "position-swapped"),
                (4, "lon", "position-far"),
                (5, "neighbourhood_code", "other-community"),
                (6, "name", "cell-empty"),
                (7, "floors", "cell-no-number"),
                (9, "key", "key-twice"),
            ]
        );
    }
}

#[tokio::test]
async fn a_building_and_a_dwelling_are_saved_by_hand() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let db = town.world.db();
        let community = CommunityId(town.id("A").0);
        let admin = town.admin("91");
        let home = town.locator.resolve(&text("光明东村12号楼304")).unwrap();
        let building = SaveBuilding {
            community,
            known: None,
            estate: home.estate,
            name: "14号楼".into(),
            aliases: "14幢；邮局楼".into(),
            street_address: String::new(),
            floors: Some(6),
            position: Some(at(7.0, 7.0)),
            area: None,
            closed: false,
            closed_reason: String::new(),
            occupants: youlin_places::premises::Occupants::default(),
        };
        let id = db.execute(&admin, building.clone()).await.unwrap();
        let dwelling = SaveDwelling {
            community,
            known: None,
            building: id,
            entrance: "2单元".into(),
            room: "201".into(),
            floor: Some(2),
            usage: "let".into(),
            area: "63.2".into(),
            closed: false,
            occupants: youlin_places::premises::Occupants::default(),
        };
        let home = db.execute(&admin, dwelling.clone()).await.unwrap();
        town.locator.reload_community(db, community).await.unwrap();
        let place = town.locator.dwelling(home).unwrap();
        assert_eq!(place.address, "光明东村14号楼2单元201");
        assert_eq!(place.grid, Some(town.id("A2")), "its position decides");
        let found = town
            .locator
            .resolve(&text("光明东村邮局楼2单元201"))
            .unwrap();
        assert_eq!(found.dwelling, Some(home));

        let refused = db.execute(&admin, dwelling.clone()).await.unwrap_err();
        assert_eq!(field(&refused), ("room", "room-taken"));
        let wrong = SaveDwelling {
            area: "六十".into(),
            room: "202".into(),
            ..dwelling
        };
        assert_eq!(
            field(&db.execute(&admin, wrong).await.unwrap_err()),
            ("area", "square-metres")
        );
        let renamed = SaveBuilding {
            known: Some((id, 1)),
            name: "十四号楼".into(),
            ..building.clone()
        };
        db.execute(&admin, renamed.clone()).await.unwrap();
        assert_eq!(
            db.execute(&admin, renamed).await.unwrap_err().kind(),
            ProblemKind::Conflict
        );
        let (lon, lat) = at(7.0, 7.0);
        let swapped = SaveBuilding {
            position: Some((lat, lon)),
            ..building.clone()
        };
        assert_eq!(
            field(&db.execute(&admin, swapped).await.unwrap_err()),
            ("lon", "building-swapped")
        );
        let elsewhere = town.world.caller(Role::CommunityDesk, town.id("B"));
        assert_eq!(
            db.execute(&elsewhere, building).await.unwrap_err().kind(),
            ProblemKind::Forbidden
        );
        town.prove(&["A"]).await;
    }
}

#[tokio::test]
async fn another_server_notices_what_this_one_changed() {
    for base in databases().await {
        let town = Town::drawn(base).await;
        let areas = std::sync::Arc::new(arc_swap::ArcSwap::from_pointee(
            youlin_kernel::AreaTree::default(),
        ));
        let other = youlin_places::Locator::load(town.world.db(), areas)
            .await
            .unwrap();
        assert_eq!(other.freshen(town.world.db()).await.unwrap(), 0);
        let town = town.with_register().await;
        town.areas("code,scheme,level,parent_code,name\nA3,t,grid,A,甲三网格\n")
            .await;
        assert!(other.candidates("光明东村12号楼304", None, 1).is_empty());
        assert_eq!(other.freshen(town.world.db()).await.unwrap(), 2);
        assert_eq!(other.candidates("光明东村12号楼304", None, 1).len(), 1);
        assert!(other.tree().by_code("A3").is_some());
        assert_eq!(other.freshen(town.world.db()).await.unwrap(), 0);
    }
}
