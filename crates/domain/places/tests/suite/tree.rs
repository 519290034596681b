//! The tree: taken in, taken in again, changed, closed.

use youlin_kernel::{AreaLevel, CommunityId, Problem, ProblemKind, Role};
use youlin_places::PlaceInput;
use youlin_places::commands::{CloseArea, ImportAreas, SaveArea};
use youlin_places::duties::AreaDuties;
use youlin_places::import::{AREA_COLUMNS, read_csv};
use youlin_testkit::databases;

use crate::ground::{AREAS, Town, at};

#[tokio::test]
async fn a_file_taken_in_twice_changes_nothing() {
    for base in databases().await {
        let town = Town::empty(base).await;
        let first = town.areas(AREAS).await;
        assert_eq!((first.new, first.changed, first.unchanged), (10, 0, 0));
        let community = town.id("A");
        let again = town.areas(AREAS).await;
        assert_eq!((again.new, again.changed, again.unchanged), (0, 0, 10));
        let renamed = AREAS.replace("甲社区", "甲甲社区");
        let changed = town.areas(&renamed).await;
        assert_eq!((changed.new, changed.changed, changed.unchanged), (0, 1, 9));
        let tree = town.locator.tree();
        assert_eq!(tree.get(community).unwrap().name, "甲甲社区");
        assert_eq!(tree.communities().len(), 3);
        town.prove(&[]).await;
    }
}

#[tokio::test]
async fn children_may_stand_before_their_parents_and_a_dry_run_saves_nothing() {
    for base in databases().await {
        let town = Town::empty(base).await;
        let mut lines: Vec<&str> = AREAS.lines().collect();
        lines[1..].reverse();
        let rows = read_csv(&lines.join("\n"), AREA_COLUMNS).unwrap();
        let dry = ImportAreas {
            rows: rows.clone(),
            dry_run: true,
        };
        let report = town.world.db().execute(&town.service(), dry).await.unwrap();
        assert_eq!((report.new, report.refused.len()), (10, 0), "{report:?}");
        town.locator.reload_areas(town.world.db()).await.unwrap();
        assert!(town.locator.tree().is_empty());
        let report = town.areas(&lines.join("\n")).await;
        assert_eq!(report.new, 10);
        assert_eq!(
            town.locator.tree().short_path(town.id("A1N")),
            "甲社区 · 甲一网格 · 甲一邻里"
        );
    }
}

#[tokio::test]
async fn each_wrong_row_says_why_and_the_others_are_taken_in() {
    for base in databases().await {
        let town = Town::empty(base).await;
        town.areas(AREAS).await;
        let report = town
            .areas(
                "code,scheme,level,parent_code,name\n\
                 A3,t,grid,A,甲三网格\n\
                 A3,t,grid,A,甲三网格\n\
                 X1,t,grid,nowhere,无处\n\
                 X2,t,village,A,村\n\
                 X3,t,grid,,没有上级\n\
                 X4,t,community,A,社区在社区下\n\
                 X5,t,grid,S1,网格在街道下\n\
                 ,t,grid,A,没有编码\n\
                 A1,t,neighbourhood,A,换了级别\n\
                 A2,t,grid,B,换了社区\n",
            )
            .await;
        assert_eq!(report.new, 1);
        let seen: Vec<(u32, &str, &str)> = report
            .refused
            .iter()
            .map(|one| (one.line, one.column.as_str(), one.code.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                (3, "code", "key-twice"),
                (4, "parent_code", "parent-unknown"),
                (5, "level", "level-unknown"),
                (6, "parent_code", "parent-needed"),
                (7, "parent_code", "parent-level"),
                (8, "parent_code", "parent-level"),
                (9, "code", "cell-empty"),
                (10, "level", "level-fixed"),
                (11, "parent_code", "parent-fixed"),
            ]
        );
    }
}

fn save(town: &Town) -> SaveArea {
    SaveArea {
        known: None,
        parent: Some(town.id("A")),
        level: AreaLevel::Grid,
        code: "A3".into(),
        scheme: "t".into(),
        scheme_version: "1".into(),
        name: " 甲三网格 ".into(),
        name_en: String::new(),
        short_name: String::new(),
    }
}

#[tokio::test]
async fn an_area_is_opened_and_its_former_code_still_finds_it() {
    for base in databases().await {
        let town = Town::empty(base).await;
        town.areas(AREAS).await;
        let db = town.world.db();
        let admin = town.admin("91");
        let id = db.execute(&admin, save(&town)).await.unwrap();
        town.locator.reload_areas(db).await.unwrap();
        assert_eq!(town.locator.tree().get(id).unwrap().name, "甲三网格");
        let recoded = SaveArea {
            known: Some((id, 1)),
            code: "A3-2026".into(),
            ..save(&town)
        };
        assert_eq!(db.execute(&admin, recoded.clone()).await.unwrap(), id);
        let stale = SaveArea {
            name: "别的".into(),
            ..recoded
        };
        let lost = db.execute(&admin, stale).await.unwrap_err();
        assert_eq!(lost.code(), "stale");
        // A file of last year still means the same area.
        let report = town
            .areas("code,scheme,scheme_version,level,parent_code,name\nA3,t,1,grid,A,甲三网格\n")
            .await;
        assert_eq!(
            (report.new, report.changed, report.refused.len()),
            (0, 1, 0),
            "{report:?}"
        );
        let taken = SaveArea {
            code: "A1".into(),
            ..save(&town)
        };
        let refused = db.execute(&admin, taken).await.unwrap_err();
        assert_eq!(field(&refused), ("code", "code-taken"));
        let empty = SaveArea {
            name: " ".into(),
            code: "字".repeat(41),
            ..save(&town)
        };
        let refused = db.execute(&admin, empty).await.unwrap_err();
        let fields: Vec<&str> = refused.fields().iter().map(|one| one.code).collect();
        assert_eq!(fields, ["too-long", "required"]);
    }
}

#[tokio::test]
async fn only_who_may_changes_the_tree_and_only_below_their_own_area() {
    for base in databases().await {
        let town = Town::empty(base).await;
        town.areas(AREAS).await;
        let db = town.world.db();
        for (role, code) in [
            (Role::GridWorker, "91"),
            (Role::CommunityLead, "A"),
            (Role::Auditor, "91"),
            (Role::Administrator, "S2"),
        ] {
            let caller = town.world.caller(role, town.id(code));
            let refused = db.execute(&caller, save(&town)).await.unwrap_err();
            assert_eq!(refused.kind(), ProblemKind::Forbidden, "{role:?}");
        }
        let refused = db
            .execute(&town.world.visitor(), save(&town))
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ProblemKind::Forbidden);
        let rows = read_csv(
            "code,scheme,level,parent_code,name\nZ,t,province,,新省\nA9,t,grid,A,甲九\nC9,t,grid,C,丙九\n",
            AREA_COLUMNS,
        )
        .unwrap();
        let east = town.admin("S2");
        let report = db
            .execute(
                &east,
                ImportAreas {
                    rows,
                    dry_run: true,
                },
            )
            .await
            .unwrap();
        assert_eq!(report.new, 1);
        let refused: Vec<(u32, &str)> = report
            .refused
            .iter()
            .map(|one| (one.line, one.code.as_str()))
            .collect();
        assert_eq!(refused, [(2, "not-yours"), (3, "not-yours")]);
    }
}

fn field(problem: &Problem) -> (&str, &str) {
    let first = problem.fields().first().expect("a field");
    (&first.field, first.code)
}

#[tokio::test]
async fn a_closed_area_takes_nothing_new() {
    for base in databases().await {
        let town = Town::drawn(base).await;
        let db = town.world.db();
        let admin = town.admin("91");
        let close = |code: &str, reason: &str| CloseArea {
            area: town.id(code),
            version: 1,
            reason: reason.into(),
            into: None,
            duties: AreaDuties::default(),
        };
        let refused = db
            .execute(&admin, close("A1", "并入二网格"))
            .await
            .unwrap_err();
        assert_eq!(
            (refused.code(), refused.kind()),
            ("area-open-below", ProblemKind::Conflict)
        );
        let refused = db.execute(&admin, close("A1N", "  ")).await.unwrap_err();
        assert_eq!(field(&refused), ("reason", "required"));
        let input = PlaceInput {
            area: Some(town.id("A1N")),
            ..PlaceInput::default()
        };
        assert_eq!(
            town.locator.resolve(&input).unwrap().neighbourhood,
            Some(town.id("A1N"))
        );

        db.execute(&admin, close("A1N", "并入二网格"))
            .await
            .unwrap();
        town.locator.reload_areas(db).await.unwrap();
        let refused = town.locator.resolve(&input).unwrap_err();
        assert_eq!(field(&refused), ("place", "area-closed"));
        let again = db.execute(&admin, close("A1N", "再来")).await.unwrap_err();
        assert_eq!(again.code(), "area-closed-already");
        // The ground itself falls to the grid.
        let (lon, lat) = at(2.0, 2.0);
        let here = PlaceInput {
            lon: Some(lon),
            lat: Some(lat),
            ..PlaceInput::default()
        };
        let place = town.locator.resolve(&here).unwrap();
        assert_eq!(
            (place.community, place.area()),
            (CommunityId(town.id("A").0), town.id("A1"))
        );
        town.prove(&[]).await;
    }
}
