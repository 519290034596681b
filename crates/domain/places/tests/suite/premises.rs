//! Premises, stalls and equipment: entered, changed, looked at, closed; nothing is closed over somebody's head.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result, Role};
use youlin_places::PlaceInput;
use youlin_places::commands::{
    CheckEquipment, ClosePremises, EndStall, EquipmentInput, OpenStalls, PremisesInput,
    SaveBuilding, SaveEquipment, SavePremises, SaveStall, StallInput,
};
use youlin_places::import::{self, ImportReport, read_csv};
use youlin_places::permissions::PLACES_READ;
use youlin_places::premises::{
    Due, EquipmentFilter, EquipmentState, Occupancy, Occupants, Occupier, Premises, PremisesFilter,
    PremisesKind, Spots,
};
use youlin_testkit::databases;

use crate::ground::Town;

/// Two people in every dwelling, nobody in premises.
struct Two;

impl Occupancy for Two {
    fn held<'a>(
        &'a self,
        _conn: &'a DatabaseTransaction,
        _community: CommunityId,
        spots: &'a Spots,
    ) -> BoxFuture<'a, Result<Vec<(&'static str, u64)>>> {
        let count = 2 * spots.dwellings.len() as u64;
        async move { Ok(vec![("inside-residents", count)]) }.boxed()
    }

    fn occupiers<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        _community: CommunityId,
        _premises: Uuid,
    ) -> BoxFuture<'a, Result<Vec<Occupier>>> {
        async { Ok(Vec::new()) }.boxed()
    }
}

fn codes(problem: &Problem) -> Vec<(&str, &str)> {
    let fields = problem.fields().iter();
    fields.map(|one| (one.field.as_str(), one.code)).collect()
}

fn market(community: CommunityId, building: Option<Uuid>) -> SavePremises {
    SavePremises {
        community,
        known: None,
        input: PremisesInput {
            kind: "market".into(),
            name: "中原综合批发市场".into(),
            building,
            floor_area: "20000".into(),
            built_year: "1997".into(),
            circuit: "1600.5".into(),
            ..PremisesInput::default()
        },
        position: None,
        area: None,
    }
}

fn building_of(town: &Town) -> Uuid {
    let text = Some("光明东村12号楼304".to_owned());
    let input = PlaceInput {
        text,
        ..PlaceInput::default()
    };
    town.locator.resolve(&input).unwrap().building.unwrap()
}

#[tokio::test]
async fn a_market_has_rows_of_stalls() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let (db, community) = (town.world.db(), CommunityId(town.id("A").0));
        let desk = town.world.caller(Role::CommunityDesk, town.id("A"));
        let id = db
            .execute(&desk, market(community, Some(building_of(&town))))
            .await
            .unwrap();
        let scope = desk.scope(&PLACES_READ).unwrap();
        let one = Premises::one(db.read(), &scope, id).await.unwrap();
        assert_eq!(
            (one.area_centi, one.circuit_w),
            (Some(2_000_000), Some(1_600_500))
        );
        assert_eq!(
            one.neighbourhood,
            Some(town.id("A1N")),
            "it stands where its building does"
        );
        assert_eq!(one.place().building, Some(building_of(&town)));
        let row = |numbers: &str| OpenStalls {
            community,
            premises: id,
            section: "C".into(),
            numbers: numbers.into(),
            floor_area: "24".into(),
            usage: "selling".into(),
        };
        assert_eq!(db.execute(&desk, row("1-30")).await.unwrap(), 30);
        assert_eq!(
            db.execute(&desk, row("28-32")).await.unwrap(),
            2,
            "only the new ones"
        );
        let held = db.execute(&desk, row("1-5")).await.unwrap_err();
        assert_eq!(codes(&held), [("numbers", "stalls-held")]);
        let stalls = Premises::stalls(db.read(), &one, false).await.unwrap();
        assert_eq!(stalls.len(), 32);
        assert_eq!(
            (stalls[1].label().as_str(), stalls[9].label().as_str()),
            ("C-2", "C-10")
        );
        let change = |number: &str| SaveStall {
            community,
            id: stalls[0].id,
            version: 1,
            input: StallInput {
                section: "C".into(),
                number: number.into(),
                floor_area: "25.5".into(),
                usage: "storage".into(),
            },
        };
        let taken = db.execute(&desk, change("2")).await.unwrap_err();
        assert_eq!(codes(&taken), [("number", "stall-taken")]);
        db.execute(&desk, change("1甲")).await.unwrap();
        let stale = db.execute(&desk, change("1乙")).await.unwrap_err();
        assert_eq!(stale.kind(), ProblemKind::Conflict);
        let end = EndStall {
            community,
            id: stalls[31].id,
            version: 1,
            occupants: Occupants::default(),
        };
        db.execute(&desk, end).await.unwrap();
        assert_eq!(
            Premises::stalls(db.read(), &one, false)
                .await
                .unwrap()
                .len(),
            31
        );
        assert_eq!(
            Premises::stalls(db.read(), &one, true).await.unwrap().len(),
            32
        );

        // Who sees only another grid sees neither market nor equipment.
        let elsewhere = town.world.caller(Role::GridWorker, town.id("A2"));
        let there = elsewhere.scope(&PLACES_READ).unwrap();
        assert!(Premises::one(db.read(), &there, id).await.is_err());
        let all = Premises::list(db.read(), &there, &PremisesFilter::default(), 10).await;
        assert!(all.unwrap().is_empty());
        let here = town.world.caller(Role::GridWorker, town.id("A1"));
        let here = here.scope(&PLACES_READ).unwrap();
        let filter = PremisesFilter {
            kind: Some(PremisesKind::Market),
            text: "批发".into(),
            ..PremisesFilter::default()
        };
        let found = Premises::list(db.read(), &here, &filter, 10).await.unwrap();
        assert_eq!((found.len(), found[0].stalls), (1, 31));
        for text in ["%", "_", "\\"] {
            let filter = PremisesFilter {
                text: text.into(),
                ..PremisesFilter::default()
            };
            let found = Premises::list(db.read(), &here, &filter, 10).await.unwrap();
            assert!(found.is_empty(), "{text}");
        }
        town.prove(&["A"]).await;
    }
}

#[tokio::test]
async fn each_look_at_equipment_stays_on_record() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let (db, community) = (town.world.db(), CommunityId(town.id("A").0));
        let worker = town.world.caller(Role::GridWorker, town.id("A1"));
        let now = worker.now();
        let today = now.local().date();
        let day = |days: i64| {
            let day = today.checked_add(jiff::Span::new().days(days)).unwrap();
            day.to_string()
        };
        let lift = SaveEquipment {
            community,
            known: None,
            building: Some(building_of(&town)),
            premises: None,
            input: EquipmentInput {
                kind: "lift".into(),
                spot: "1单元大厅".into(),
                count: "1".into(),
                maintainer: "电梯维保单位".into(),
                checked_on: day(-40),
                due_on: day(-10),
                ..EquipmentInput::default()
            },
            maintainers: Default::default(),
            ended: false,
        };
        let id = db.execute(&worker, lift.clone()).await.unwrap();
        let scope = worker.scope(&PLACES_READ).unwrap();
        let overdue = EquipmentFilter {
            due: Some(Due::Overdue),
            ..EquipmentFilter::default()
        };
        let list = |filter: EquipmentFilter| {
            let scope = scope.clone();
            async move {
                Premises::equipment(db.read(), &scope, &filter, now, 10)
                    .await
                    .unwrap()
            }
        };
        assert_eq!(list(overdue.clone()).await.len(), 1);
        let check = |state: &str, on: i64, version: i32| CheckEquipment {
            community,
            id,
            version,
            state: state.into(),
            checked_on: day(on),
            due_on: day(on + 15),
            note: "门机有异响".into(),
        };
        db.execute(&worker, check("faulty", -1, 1)).await.unwrap();
        assert!(
            list(overdue).await.is_empty(),
            "looked at, so no longer overdue"
        );
        let stale = db
            .execute(&worker, check("working", 0, 1))
            .await
            .unwrap_err();
        assert_eq!(
            stale.kind(),
            ProblemKind::Conflict,
            "somebody else looked at the same time"
        );
        db.execute(&worker, check("working", -20, 2)).await.unwrap();
        let (one, checks) = Premises::equipment_one(db.read(), &scope, id, now)
            .await
            .unwrap();
        assert_eq!(
            one.state,
            EquipmentState::Faulty,
            "a look noted late undoes no later one"
        );
        assert_eq!((one.due, checks.len()), (Due::Soon, 3));
        let ahead = db
            .execute(&worker, check("working", 1, 2))
            .await
            .unwrap_err();
        assert_eq!(codes(&ahead), [("checked_on", "check-in-the-future")]);
        let elsewhere = town.world.caller(Role::GridWorker, town.id("A2"));
        let refused = db.execute(&elsewhere, lift).await.unwrap_err();
        assert_eq!(refused.kind(), ProblemKind::Forbidden);
        town.prove(&["A"]).await;
    }
}

#[tokio::test]
async fn nothing_is_closed_while_somebody_is_in_it() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let (db, community) = (town.world.db(), CommunityId(town.id("A").0));
        let admin = town.admin("91");
        let building = building_of(&town);
        let premises = db
            .execute(&admin, market(community, Some(building)))
            .await
            .unwrap();
        let close = |occupants: Occupants, reason: &str| SaveBuilding {
            community,
            known: Some((building, 1)),
            estate: None,
            name: "12号楼".into(),
            aliases: String::new(),
            street_address: String::new(),
            floors: None,
            position: None,
            area: Some(town.id("A1N")),
            closed: true,
            closed_reason: reason.into(),
            occupants,
        };
        let two = Occupants(vec![Arc::new(Two)]);
        let refused = db
            .execute(&admin, close(two.clone(), "拆除"))
            .await
            .unwrap_err();
        assert_eq!(
            codes(&refused),
            [
                ("closed", "dwellings-open"),
                ("closed", "premises-open"),
                ("closed", "inside-residents")
            ],
            "everything that is still there is named at once"
        );
        assert_eq!(refused.fields()[2].args[0].1, "4");
        let stalls = OpenStalls {
            community,
            premises,
            section: String::new(),
            numbers: "1-3".into(),
            floor_area: String::new(),
            usage: "empty".into(),
        };
        db.execute(&admin, stalls).await.unwrap();
        let end = ClosePremises {
            community,
            id: premises,
            version: 1,
            reason: String::new(),
            occupants: Occupants::default(),
        };
        let refused = db.execute(&admin, end.clone()).await.unwrap_err();
        assert_eq!(codes(&refused), [("reason", "required")]);
        let reason = "市场搬迁".to_owned();
        db.execute(&admin, ClosePremises { reason, ..end })
            .await
            .unwrap();
        let scope = admin.scope(&PLACES_READ).unwrap();
        let one = Premises::one(db.read(), &scope, premises).await.unwrap();
        assert_eq!(
            (one.stalls, one.closed_reason.as_deref()),
            (0, Some("市场搬迁"))
        );
        assert_eq!(
            Premises::stalls(db.read(), &one, true).await.unwrap().len(),
            3
        );
        let changed = SavePremises {
            known: Some((premises, one.version)),
            ..market(community, None)
        };
        let refused = db.execute(&admin, changed).await.unwrap_err();
        assert_eq!(codes(&refused), [("closed", "premises-closed")]);
        let refused = db.execute(&admin, close(two, "拆除")).await.unwrap_err();
        assert_eq!(codes(&refused).len(), 2, "its dwellings are still open");
        town.prove(&["A"]).await;
    }
}

const PREMISES: &str = "\
key,community_code,kind,name,building_key,street_address,lon,lat,neighbourhood_code,floor_area,storeys,built_year,circuit,note
m1,A,market,中原综合批发市场,b12,,,,,20000,1,1997,1600,
s1,A,shop,便利店,,青年中路1号,,,A2,46.5,1,,12,
x1,A,palace,宫殿,,,,,,,,,,
x2,A,shop,店,b99,,,,,,,,,
x3,A,shop,店,,,,,,四十,,,,
";
const STALLS: &str = "\
key,premises_key,section,number,floor_area,use
c1,m1,C,01,24,selling
c2,m1,C,02,24,
c3,m1,C,02,24,selling
c4,m9,C,04,24,selling
";
const EQUIPMENT: &str = "\
key,building_key,premises_key,kind,name,spot,count,state,maintainer,checked_on,due_on,note
e1,,m1,fire_hydrant,,主通道,20,working,市场,2024-01-15,2024-07-15,
e2,b12,,lift,1号梯,大厅,1,faulty,维保,2024-01-10,2024-01-25,
e3,b12,m1,lift,,大厅,1,working,,,,
e4,b12,,lift,,大厅,1,working,,2024-01-10,2024-01-01,
";

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    for base in databases().await {
        let town = Town::drawn(base).await.with_register().await;
        let (db, ctx) = (town.world.db(), town.service());
        let rows = |text: &str| read_csv(text, &["key"]).unwrap();
        let of = |report: &ImportReport| {
            let refused = report.refused.iter();
            let refused: Vec<(u32, &str)> =
                refused.map(|one| (one.line, one.code.as_str())).collect();
            format!(
                "{} {} {} {refused:?}",
                report.new, report.changed, report.unchanged
            )
        };
        for round in 0..3 {
            // The first only judges.
            let dry = round == 0;
            let counts = if round < 2 { "2 0 0" } else { "0 0 2" };
            let report = import::premises(db, &ctx, &town.locator, rows(PREMISES), dry)
                .await
                .unwrap();
            let why = "[(4, \"unknown-value\"), (5, \"building-unknown\"), (6, \"square-metres\")]";
            assert_eq!(of(&report), format!("{counts} {why}"));
            if dry {
                continue;
            }
            let report = import::stalls(db, &ctx, &town.locator, rows(STALLS), false)
                .await
                .unwrap();
            let why = "[(4, \"stall-taken\"), (5, \"premises-unknown\")]";
            assert_eq!(of(&report), format!("{counts} {why}"));
            let report = import::equipment(db, &ctx, &town.locator, rows(EQUIPMENT), false)
                .await
                .unwrap();
            let why = "[(4, \"equipment-of-two\"), (5, \"due-before-check\")]";
            assert_eq!(of(&report), format!("{counts} {why}"));
        }
        let later = EQUIPMENT.replace(
            "faulty,维保,2024-01-10,2024-01-25",
            "working,维保,2024-01-24,2024-02-08",
        );
        let report = import::equipment(db, &ctx, &town.locator, rows(&later), false)
            .await
            .unwrap();
        assert_eq!((report.changed, report.unchanged), (1, 1));
        let report = import::equipment(db, &ctx, &town.locator, rows(EQUIPMENT), false)
            .await
            .unwrap();
        assert_eq!(
            (report.changed, report.unchanged),
            (0, 2),
            "an older look changes nothing"
        );
        town.prove(&["A"]).await;
    }
}
