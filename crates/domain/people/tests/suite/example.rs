//! The Nantong example goes in whole, twice, and answers the question its story begins with.

use std::path::PathBuf;
use std::sync::Arc;

use youlin_crypto::Keyring;
use youlin_kernel::{ManualClock, Role};
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Directory, PasswordHash, Vault, account_list, import};
use youlin_places::Locator;
use youlin_places::import::{self as places, ImportReport, read_csv};
use youlin_testkit::{World, databases};

use crate::ground::migrations;

fn file(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../examples/nantong");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The example's areas and register of dwellings.
async fn town(world: &World) -> Arc<Locator> {
    let clock: Arc<ManualClock> = Arc::clone(&world.clock);
    let db = world.db();
    let locator = Locator::load_with_clock(db, Arc::clone(&world.areas), clock)
        .await
        .unwrap();
    let ctx = world.service();
    let rows = |name: &str| read_csv(&file(name), &[]).unwrap();
    places::areas(db, &ctx, &locator, rows("areas.csv"), false)
        .await
        .unwrap();
    let ctx = world.service();
    places::estates(db, &ctx, &locator, rows("estates.csv"), false)
        .await
        .unwrap();
    places::buildings(db, &ctx, &locator, rows("buildings.csv"), false)
        .await
        .unwrap();
    places::dwellings(db, &ctx, &locator, rows("dwellings.csv"), false)
        .await
        .unwrap();
    locator
}

async fn everything(world: &World, vault: &Arc<Vault>, dry_run: bool) -> [ImportReport; 4] {
    let (db, ctx) = (world.db(), world.service());
    let staff = import::staff_areas(&file("memberships.csv"), &file("accounts.csv")).unwrap();
    let none = |_: &str| Some(PasswordHash::none());
    [
        import::organisations(db, &ctx, vault, &file("organisations.csv"), dry_run)
            .await
            .unwrap(),
        import::persons(db, &ctx, vault, &file("persons.csv"), &staff, dry_run)
            .await
            .unwrap(),
        import::memberships(db, &ctx, vault, &file("memberships.csv"), dry_run)
            .await
            .unwrap(),
        import::accounts(db, &ctx, &file("accounts.csv"), &none, false, dry_run)
            .await
            .unwrap(),
    ]
}

#[tokio::test]
async fn the_example_is_taken_in_and_changes_nothing_the_second_time() {
    for base in databases().await {
        let world = World::new(base, &migrations()).await;
        let locator = town(&world).await;
        let entropy = world.service();
        let keyring = Keyring::generate(&|bytes| entropy.random(bytes));
        let vault = Arc::new(
            Vault::new(keyring)
                .with_area_code("0513")
                .with_places(locator),
        );
        let lines = |name: &str| u32::try_from(file(name).lines().count() - 1).unwrap();
        let names = [
            "organisations.csv",
            "persons.csv",
            "memberships.csv",
            "accounts.csv",
        ];

        let dry = everything(&world, &vault, true).await;
        assert_eq!(dry[1].new, lines("persons.csv"), "{:?}", dry[1].refused);
        assert!(account_list(world.db().read()).await.unwrap().is_empty());

        let first = everything(&world, &vault, false).await;
        for (report, name) in first.iter().zip(names) {
            assert!(report.is_clean(), "{name}: {:?}", report.refused);
            assert_eq!(report.new, lines(name), "{name}");
        }
        for dry_run in [true, false] {
            let second = everything(&world, &vault, dry_run).await;
            for (report, name) in second.iter().zip(names) {
                assert_eq!(
                    (report.new, report.changed),
                    (0, 0),
                    "{name}, dry run {dry_run}"
                );
                assert_eq!(report.unchanged, lines(name), "{name}");
            }
        }

        // 08:12. The telephone rings.
        let community = world.areas.load().by_code("320613005018").unwrap().id;
        let desk = world.caller(Role::CommunityDesk, community);
        let scope = desk.scope(&PEOPLE_READ).unwrap();
        let db = world.db().read();
        let files = Directory::by_phone(db, &vault, &scope, "138-0000-1234")
            .await
            .unwrap();
        assert_eq!(files.len(), 1);
        let caller = &files[0];
        assert_eq!(caller.card.name_masked, "周**");
        assert!(
            caller
                .card
                .place
                .as_ref()
                .unwrap()
                .address
                .contains("光明东村")
        );
        assert!(
            caller
                .household
                .iter()
                .any(|one| one.labels.contains(&"wheelchair_user".to_owned()))
        );
        let worker = caller.grid_worker.as_ref().unwrap();
        assert_eq!(worker.name, "施雨晴");
        assert!(worker.account.is_some() && worker.duty_phone.is_some());
        let place = caller.card.place.clone().unwrap();
        let helpers = Directory::helpers(db, &vault, &scope, &place, 800.0)
            .await
            .unwrap();
        assert!(helpers.len() >= 3, "{}", helpers.len());
    }
}

#[tokio::test]
async fn faulty_rows_are_refused_with_their_line_and_the_others_go_in() {
    for base in databases().await {
        let world = World::new(base, &migrations()).await;
        let locator = town(&world).await;
        let entropy = world.service();
        let keyring = Keyring::generate(&|bytes| entropy.random(bytes));
        let vault = Arc::new(Vault::new(keyring).with_places(locator));
        let (db, ctx) = (world.db(), world.service());
        let text = "key,name,sex,birth_year,phones,dwelling_key,relation,labels
a,王一,male,1950,13800000001,d-gmdc-1-1-101,owner,elderly
b,,male,1950,,d-gmdc-1-1-101,owner,
c,王三,other,,,d-gmdc-1-1-101,owner,
d,王四,,19x0,,d-gmdc-1-1-101,owner,
e,王五,,,12,d-gmdc-1-1-101,owner,
f,王六,,,,d-nowhere,owner,
g,王七,,,,,,
a,王八,,,,d-gmdc-1-1-101,owner,
i,王九,,,13800000009,d-gmdc-1-1-101,owner,two words
";
        let none = std::collections::HashMap::new();
        let report = import::persons(db, &ctx, &vault, text, &none, false)
            .await
            .unwrap();
        assert_eq!(report.new, 1);
        let refused: Vec<(u32, &str, &str)> = report
            .refused
            .iter()
            .map(|r| (r.line, r.column.as_str(), r.code.as_str()))
            .collect();
        assert_eq!(
            refused,
            [
                (3, "name", "required"),
                (4, "sex", "person-value"),
                (5, "birth_year", "cell-no-number"),
                (6, "phones", "phone-too-short"),
                (7, "dwelling_key", "dwelling-unknown"),
                (8, "dwelling_key", "person-nowhere"),
                (9, "key", "key-twice"),
                (10, "label", "label-characters"),
            ]
        );
        // A change is one change, and numbers once known stay.
        let text = "key,name,phones,dwelling_key,relation
a,王一一,13800000002,d-gmdc-1-1-102,tenant
";
        let report = import::persons(db, &ctx, &vault, text, &none, false)
            .await
            .unwrap();
        assert_eq!((report.new, report.changed), (0, 1));
        let community = world.areas.load().by_code("320613005018").unwrap().id;
        let scope = world
            .caller(Role::CommunityDesk, community)
            .scope(&PEOPLE_READ)
            .unwrap();
        for phone in ["13800000001", "13800000002"] {
            let found = Directory::by_phone(db.read(), &vault, &scope, phone)
                .await
                .unwrap();
            assert_eq!(found.len(), 1, "{phone}");
        }
        // Without the permission nothing is taken in; outside one's area single rows are refused.
        let volunteer = world.caller(Role::Volunteer, community);
        assert!(
            import::persons(db, &volunteer, &vault, text, &none, false)
                .await
                .is_err()
        );
        let elsewhere = world.areas.load().by_code("YL-C-XQY").unwrap().id;
        let desk = world.caller(Role::CommunityDesk, elsewhere);
        let report = import::persons(
            db,
            &desk,
            &vault,
            "key,name,dwelling_key\nz,王十,d-gmdc-1-1-101\n",
            &none,
            false,
        )
        .await
        .unwrap();
        assert_eq!(report.refused[0].code, "row-not-yours");
        assert!(
            import::persons(db, &ctx, &vault, "name\n王\n", &none, false)
                .await
                .is_err()
        );
    }
}
