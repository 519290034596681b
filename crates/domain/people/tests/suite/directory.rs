//! The register's questions, and what the database file holds.

use std::sync::Arc;

use youlin_kernel::{AreaId, CommunityId, Micros, Role};
use youlin_people::facts::How;
use youlin_people::permissions::{ORGANISATIONS_READ, PEOPLE_READ};
use youlin_people::{
    AttachPhone, Directory, EndMembership, Home, MembershipRole, OrganisationKind, Party,
    PersonInput, Relation, SaveMembership, SaveOrganisation, SetConsent, SetLabel, consent,
};
use youlin_testkit::MORNING;

use crate::ground::{Ground, JIA, YI, grant, grounds};

#[tokio::test]
async fn a_number_of_any_shape_finds_its_person() {
    for ground in grounds().await {
        let home = ground.homes.east_101;
        let zhou = ground
            .person(
                JIA,
                "周建国",
                &["138 0000 1234", "（0513）8551-2345转801"],
                Some(home),
            )
            .await;
        let db = ground.world.db().read();
        let scope = ground.scope(&ground.desk());
        for shape in [
            "13800001234",
            "+86 138 0000 1234",
            "0086-13800001234",
            "１３８００００１２３４",
            "0513-85512345",
            "85512345",
            "+86 513 8551 2345",
        ] {
            let files = Directory::by_phone(db, &ground.vault, &scope, shape)
                .await
                .unwrap();
            assert_eq!(files.len(), 1, "{shape}");
            assert_eq!(files[0].card.id, zhou);
            assert_eq!(files[0].card.name_masked, "周**");
            assert_eq!(files[0].card.phone_masked.as_deref(), Some("138****1234"));
            assert_eq!(files[0].phones.len(), 2);
            let place = files[0].card.place.as_ref().unwrap();
            assert_eq!(place.neighbourhood, Some(AreaId(1000)));
            let json = serde_json::to_string(&files[0]).unwrap();
            assert!(!json.contains("建国") && !json.contains("0000"), "{json}");
        }
        let other = Directory::by_phone(db, &ground.vault, &scope, "13800001235").await;
        assert!(other.unwrap().is_empty());
        let broken = Directory::by_phone(db, &ground.vault, &scope, "12 Monkeys").await;
        assert_eq!(broken.unwrap_err().fields()[0].code, "phone-letters");
    }
}

#[tokio::test]
async fn nothing_personal_stands_in_the_database_in_the_clear() {
    let ground = Ground::sqlite().await;
    let input = PersonInput {
        name: "欧阳秋水".to_owned(),
        identity: Some("320602194201010018".to_owned()),
        note: Some("中风后行动不便，先打给儿子".to_owned()),
        phones: vec!["13900007788".to_owned()],
        ..PersonInput::default()
    };
    // A check digit that fits, whatever it is.
    let input = PersonInput {
        identity: input.identity.map(|text| with_check_digit(&text)),
        ..input
    };
    let identity = input.identity.clone().unwrap();
    let service = ground.world.service();
    let id = ground.save(&service, JIA, None, input).await.unwrap();
    let label = SetLabel {
        vault: Arc::clone(&ground.vault),
        community: JIA,
        person: id,
        label: "mobility_impaired".to_owned(),
        how: How::Desk,
        on: true,
    };
    ground.world.db().execute(&service, label).await.unwrap();
    let duty = SaveMembership {
        vault: Arc::clone(&ground.vault),
        person_community: JIA,
        person: id,
        organisation: None,
        role: MembershipRole::GridWorker,
        area: AreaId(100),
        duty_phone: Some("13900007799".to_owned()),
        valid_from: None,
    };
    ground.world.db().execute(&service, duty).await.unwrap();

    let path = ground
        .world
        .base
        .url
        .strip_prefix("sqlite:")
        .unwrap()
        .to_owned();
    ground.world.db().close().await;
    let mut bytes = Vec::new();
    for file in [path.clone(), format!("{path}-wal")] {
        bytes.extend(std::fs::read(file).unwrap_or_default());
    }
    let holds = |text: &str| {
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(holds("person_phone"), "the file itself is read");
    assert!(holds("grid_worker"), "and its rows are");
    for secret in [
        "欧阳秋水",
        "秋水",
        "13900007788",
        "3900007788",
        "13900007799",
        identity.as_str(),
        "中风",
        "mobility_impaired",
    ] {
        assert!(!holds(secret), "{secret} stands in the clear");
    }
}

/// GB 11643: weights 2^(17-i) mod 11.
fn with_check_digit(number: &str) -> String {
    let sum: u32 = number[..17]
        .bytes()
        .enumerate()
        .map(|(at, digit)| {
            u32::from(digit - b'0') * (2u32.pow(17 - u32::try_from(at).unwrap()) % 11)
        })
        .sum();
    let check = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize];
    format!("{}{check}", &number[..17])
}

#[tokio::test]
async fn a_caller_sees_only_their_area() {
    for ground in grounds().await {
        let east = ground
            .person(JIA, "王一", &["13800000001"], Some(ground.homes.east_101))
            .await;
        let west = ground
            .person(JIA, "王二", &["13800000002"], Some(ground.homes.west_101))
            .await;
        let south = ground
            .person(YI, "王三", &["13800000003"], Some(ground.homes.south_101))
            .await;
        let nowhere = ground.person(JIA, "王四", &["13800000004"], None).await;
        ground.index().await;
        let db = ground.world.db().read();
        let seen = async |role: Role, area: i64| {
            let scope = ground.scope(&ground.world.caller(role, AreaId(area)));
            let mut found = Directory::search(db, &ground.vault, &scope, "王", 50)
                .await
                .unwrap();
            found.sort_by_key(|card| card.id);
            let mut by_id = Vec::new();
            for id in [east, west, south, nowhere] {
                let file = Directory::person(db, &ground.vault, &scope, id).await;
                match file {
                    Ok(file) => by_id.push(file.card.id),
                    Err(problem) => assert_eq!(problem.kind().status(), 404),
                }
            }
            by_id.sort_unstable();
            let listed: Vec<_> = found.iter().map(|card| card.id).collect();
            assert_eq!(listed, by_id, "list and record agree");
            listed
        };
        assert_eq!(
            seen(Role::CommunityDesk, 10).await,
            sorted([east, west, nowhere])
        );
        assert_eq!(seen(Role::GridWorker, 100).await, [east]);
        assert_eq!(seen(Role::MicroGridWorker, 1001).await, [west]);
        assert_eq!(seen(Role::CommunityDesk, 11).await, [south]);
        assert_eq!(
            seen(Role::DistrictOperator, 1).await,
            sorted([east, west, south, nowhere])
        );
        assert!(
            ground
                .world
                .caller(Role::Resident, JIA)
                .scope(&PEOPLE_READ)
                .is_err()
        );
    }
}

fn sorted<const N: usize>(mut ids: [uuid::Uuid; N]) -> Vec<uuid::Uuid> {
    ids.sort_unstable();
    ids.to_vec()
}

#[tokio::test]
async fn people_are_found_by_pieces_of_a_name_pinyin_initials_and_the_end_of_a_number() {
    for ground in grounds().await {
        let home = ground.homes.east_102;
        for name in ["周建国", "周建", "欧阳秋", "欧阳秋水", "John Smith"] {
            ground.person(JIA, name, &[], Some(home)).await;
        }
        ground
            .person(JIA, "曾乐", &["13812345678"], Some(ground.homes.east_101))
            .await;
        let db = ground.world.db().read();
        let scope = ground.scope(&ground.desk());
        let count = async |text: &str| {
            let found = Directory::search(db, &ground.vault, &scope, text, 50).await;
            found.unwrap().len()
        };
        for (text, expected) in [("周建国", 1), ("zengle", 0), ("", 0)] {
            assert_eq!(count(text).await, expected, "{text} before it is indexed");
        }
        ground.index().await;
        for (text, expected) in [
            ("周建国", 1),
            ("周", 2),
            ("周建", 2),
            ("欧阳", 2),
            ("欧", 2),
            ("欧阳秋", 2),
            ("阳秋", 2),
            ("john", 1),
            ("smith john", 1),
            ("John Smith", 1),
            ("建国", 1),
            ("zhoujian", 2),
            ("ZJG", 1),
            ("zengl", 1),
            ("cengle", 1),
            ("5678", 1),
            ("13812345678", 1),
            ("曾 5678", 1),
            ("周 5678", 0),
            ("", 0),
            ("东村1号楼102", 5),
            ("西村1号楼101", 0),
        ] {
            assert_eq!(count(text).await, expected, "{text}");
        }
        let long = "周".repeat(101);
        let refused = Directory::search(db, &ground.vault, &scope, &long, 50).await;
        assert_eq!(refused.unwrap_err().fields()[0].code, "too-long");
        assert_eq!(
            Directory::search(db, &ground.vault, &scope, "周", 1)
                .await
                .unwrap()
                .len(),
            1
        );
    }
}

#[tokio::test]
async fn moving_keeps_history_and_the_household_follows_the_dwelling() {
    for ground in grounds().await {
        let (east, next_door) = (ground.homes.east_101, ground.homes.east_102);
        let father = ground.person(JIA, "周福生", &[], Some(east)).await;
        let son = ground
            .person(JIA, "周建国", &["13800001234"], Some(east))
            .await;
        let db = ground.world.db().read();
        let scope = ground.scope(&ground.desk());
        let file = Directory::person(db, &ground.vault, &scope, son)
            .await
            .unwrap();
        assert_eq!(file.household.len(), 1);
        assert_eq!(file.household[0].id, father);

        ground.world.clock.advance(Micros::DAY);
        let input = PersonInput {
            name: "周建国".to_owned(),
            home: Some(Home {
                dwelling: next_door,
                relation: Relation::Tenant,
                household_key: None,
            }),
            ..PersonInput::default()
        };
        ground
            .save(&ground.desk(), JIA, Some(son), input)
            .await
            .unwrap();
        let file = Directory::person(db, &ground.vault, &scope, son)
            .await
            .unwrap();
        assert!(file.household.is_empty());
        assert_eq!(file.card.place.unwrap().dwelling, Some(next_door));
        assert_eq!(file.phones.len(), 1, "numbers stay");

        let elsewhere = PersonInput {
            name: "周建国".to_owned(),
            home: Some(Home {
                dwelling: ground.homes.south_101,
                relation: Relation::Tenant,
                household_key: None,
            }),
            ..PersonInput::default()
        };
        let refused = ground.save(&ground.desk(), JIA, Some(son), elsewhere).await;
        assert_eq!(refused.unwrap_err().fields()[0].field, "dwelling");
        ground.verify().await;
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_person_is_said_at_once() {
    for ground in grounds().await {
        let input = PersonInput {
            name: "  ".to_owned(),
            birth_year: Some(1492),
            identity: Some("320602194201010019".to_owned()),
            note: Some("长".repeat(1001)),
            ..PersonInput::default()
        };
        let problem = ground
            .save(&ground.desk(), JIA, None, input)
            .await
            .unwrap_err();
        let mut fields: Vec<&str> = problem.fields().iter().map(|f| f.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["birth", "identity", "name", "note"]);
        // A grid worker writes in the grid only; a new person of no dwelling belongs to the whole community.
        let worker = ground.world.caller(Role::GridWorker, AreaId(100));
        let named = PersonInput {
            name: "李四".to_owned(),
            ..PersonInput::default()
        };
        let refused = ground
            .save(&worker, JIA, None, named.clone())
            .await
            .unwrap_err();
        assert_eq!(refused.kind().status(), 403);
        let living = PersonInput {
            home: Some(Home {
                dwelling: ground.homes.east_101,
                relation: Relation::Owner,
                household_key: None,
            }),
            ..named
        };
        ground.save(&worker, JIA, None, living).await.unwrap();
        let unknown = PersonInput {
            name: "赵五".to_owned(),
            ..PersonInput::default()
        };
        let desk = ground.world.caller(Role::CommunityDesk, JIA);
        let refused = ground.save(&desk, CommunityId(77), None, unknown).await;
        assert!(refused.is_err());
    }
}

#[tokio::test]
async fn an_unknown_caller_is_attached_once() {
    for ground in grounds().await {
        let zhou = ground
            .person(JIA, "周建国", &[], Some(ground.homes.east_101))
            .await;
        let attach = |phone: &str| AttachPhone {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: zhou,
            phone: phone.to_owned(),
            how: How::Call,
        };
        let db = ground.world.db();
        let worker = ground.world.caller(Role::GridWorker, AreaId(100));
        let first = db.execute(&worker, attach("13800001234")).await.unwrap();
        let second = db
            .execute(&worker, attach("+86 138-0000-1234"))
            .await
            .unwrap();
        assert_eq!(first, second);
        let elsewhere = ground.world.caller(Role::GridWorker, AreaId(101));
        let refused = db
            .execute(&elsewhere, attach("13800001235"))
            .await
            .unwrap_err();
        assert!(matches!(refused.kind().status(), 403 | 404));
        let scope = ground.scope(&worker);
        let files = Directory::by_phone(db.read(), &ground.vault, &scope, "13800001234").await;
        assert_eq!(
            files.unwrap()[0].phones,
            [(first, "138****1234".to_owned())]
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn the_most_specific_worker_in_office_answers() {
    for ground in grounds().await {
        let db = ground.world.db();
        let service = ground.world.service();
        let join = async |name: &str, role, area: i64, number: Option<&str>, from: i64| {
            let person = ground.person(JIA, name, &["13800008130"], None).await;
            let command = SaveMembership {
                vault: Arc::clone(&ground.vault),
                person_community: JIA,
                person,
                organisation: None,
                role,
                area: AreaId(area),
                duty_phone: number.map(str::to_owned),
                valid_from: Some(MORNING.plus(-from * Micros::DAY)),
            };
            (person, db.execute(&service, command).await.unwrap())
        };
        let worker = MembershipRole::GridWorker;
        let (_, whole) = join("成春花", worker, 10, None, 9).await;
        let (shi, grid) = join("施雨晴", worker, 100, Some("138 0000 8130"), 5).await;
        join("后来", worker, 100, None, 1).await;
        join("徐云霞", MembershipRole::MicroGridWorker, 1000, None, 5).await;
        let tree = ground.world.areas.load_full();
        let of = async |area: Option<i64>| {
            Directory::grid_worker_of(db.read(), &ground.vault, &tree, JIA, area.map(AreaId))
                .await
                .unwrap()
        };
        let contact = of(Some(1000)).await.unwrap();
        assert_eq!((contact.name.as_str(), contact.person), ("施雨晴", shi));
        assert_eq!(contact.duty_phone.as_deref(), Some("138 0000 8130"));
        assert_eq!(contact.area, AreaId(100));
        assert_eq!(of(Some(1001)).await.unwrap().name, "成春花");
        assert_eq!(of(None).await.unwrap().name, "成春花");
        let micro = Directory::micro_grid_worker_of(
            db.read(),
            &ground.vault,
            &tree,
            JIA,
            Some(AreaId(1000)),
        );
        assert_eq!(micro.await.unwrap().unwrap().name, "徐云霞");
        let staff = Directory::staff(db.read(), &ground.vault, JIA, &[worker])
            .await
            .unwrap();
        assert_eq!(staff.len(), 3);

        // A neighbour's file names the worker, and the office ends without being forgotten.
        let home = Some(ground.homes.east_101);
        let neighbour = ground.person(JIA, "周建国", &[], home).await;
        let scope = ground.scope(&ground.desk());
        let file = Directory::person(db.read(), &ground.vault, &scope, neighbour)
            .await
            .unwrap();
        assert_eq!(file.grid_worker.unwrap().name, "施雨晴");
        for id in [grid, whole] {
            let end = EndMembership {
                community: JIA,
                id,
                at: None,
            };
            db.execute(&service, end).await.unwrap();
        }
        assert_eq!(of(Some(1000)).await.unwrap().name, "后来");
        assert!(of(None).await.is_none());
        let held = Directory::memberships(db.read(), &scope, shi)
            .await
            .unwrap();
        assert_eq!(held.len(), 1);
        assert!(held[0].valid_to.is_some());
        let future = SaveMembership {
            vault: Arc::clone(&ground.vault),
            person_community: JIA,
            person: shi,
            organisation: None,
            role: worker,
            area: AreaId(100),
            duty_phone: None,
            valid_from: Some(MORNING.plus(Micros::DAY)),
        };
        let refused = db.execute(&service, future).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "in-the-future");
        ground.verify().await;
    }
}

#[tokio::test]
async fn parties_are_named_as_far_as_they_may_be() {
    for ground in grounds().await {
        let db = ground.world.db();
        let service = ground.world.service();
        let neighbour = ground.person(JIA, "周建国", &["13800001234"], None).await;
        let worker = ground.person(YI, "施雨晴", &["13800008130"], None).await;
        let join = SaveMembership {
            vault: Arc::clone(&ground.vault),
            person_community: YI,
            person: worker,
            organisation: None,
            role: MembershipRole::GridWorker,
            area: AreaId(100),
            duty_phone: Some("13900000001".to_owned()),
            valid_from: None,
        };
        db.execute(&service, join).await.unwrap();
        let organisation = |name: &str, area: i64| SaveOrganisation {
            vault: Arc::clone(&ground.vault),
            id: None,
            version: None,
            ext_key: None,
            kind: OrganisationKind::PropertyCompany,
            name: name.to_owned(),
            area: AreaId(area),
            phone: Some("0513-00000016".to_owned()),
            email: Some("Wuye@Yuelin.EXAMPLE".to_owned()),
            credit_code: None,
            closed: false,
        };
        let here = db
            .execute(&service, organisation("悦邻物业", 10))
            .await
            .unwrap();
        let above = db
            .execute(&service, organisation("区市政所", 1))
            .await
            .unwrap();
        let there = db
            .execute(&service, organisation("别处物业", 11))
            .await
            .unwrap();

        let name = async |party| Directory::party_name(db.read(), &ground.vault, JIA, party).await;
        assert_eq!(name(Party::person(neighbour)).await.unwrap(), "周**");
        assert_eq!(name(Party::person(worker)).await.unwrap(), "施雨晴");
        assert_eq!(name(Party::organisation(here)).await.unwrap(), "悦邻物业");
        assert_eq!(name(Party::organisation(above)).await.unwrap(), "区市政所");
        assert!(name(Party::organisation(there)).await.is_err());
        let phone = async |party| {
            let found = Directory::party_phone(db.read(), &ground.vault, JIA, party).await;
            found.unwrap()
        };
        assert_eq!(
            phone(Party::person(neighbour)).await.as_deref(),
            Some("+8613800001234")
        );
        assert_eq!(
            phone(Party::person(worker)).await.as_deref(),
            Some("+8613900000001")
        );
        assert_eq!(
            phone(Party::organisation(here)).await.as_deref(),
            Some("0513-00000016")
        );

        let mut partner = grant(Role::Partner, 10);
        partner.organisation = Some(here);
        let ctx = ground
            .world
            .caller_with(vec![partner, grant(Role::Volunteer, 10)], Some(neighbour));
        assert_eq!(
            Directory::parties_of(&ctx),
            [Party::person(neighbour), Party::organisation(here)]
        );
        let scope = ctx.scope(&ORGANISATIONS_READ).unwrap();
        let seen = Directory::organisations(db.read(), &scope, None)
            .await
            .unwrap();
        let names: Vec<&str> = seen.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names.len(), 2);
        assert!(names.contains(&"悦邻物业") && names.contains(&"区市政所"));
    }
}

#[tokio::test]
async fn helpers_are_volunteers_nearby_who_may_be_asked() {
    for ground in grounds().await {
        let db = ground.world.db();
        let service = ground.world.service();
        let near = ground
            .person(JIA, "顾卫东", &[], Some(ground.homes.east_102))
            .await;
        let far = ground
            .person(JIA, "远处人", &[], Some(ground.homes.west_101))
            .await;
        ground
            .person(JIA, "不帮忙", &[], Some(ground.homes.east_102))
            .await;
        let label = async |person, label: &str| {
            let command = SetLabel {
                vault: Arc::clone(&ground.vault),
                community: JIA,
                person,
                label: label.to_owned(),
                how: How::Desk,
                on: true,
            };
            db.execute(&service, command).await.unwrap();
        };
        label(near, "volunteer").await;
        label(near, "talent:electrician").await;
        let join = SaveMembership {
            vault: Arc::clone(&ground.vault),
            person_community: JIA,
            person: far,
            organisation: None,
            role: MembershipRole::Volunteer,
            area: AreaId(10),
            duty_phone: None,
            valid_from: None,
        };
        db.execute(&service, join).await.unwrap();
        let place = ground.vault.place(ground.homes.east_101).unwrap();
        let scope = ground.scope(&ground.desk());
        let helpers = async |radius: f64| {
            let found = Directory::helpers(db.read(), &ground.vault, &scope, &place, radius).await;
            found.unwrap()
        };
        let wide = helpers(5_000.0).await;
        assert_eq!(wide.len(), 2);
        let close = helpers(300.0).await;
        assert_eq!(close.len(), 1);
        assert_eq!(close[0].person, near);
        assert_eq!(close[0].name_masked, "顾**");
        assert_eq!(close[0].skills, ["electrician"]);
        assert_eq!(close[0].consents, [consent::BE_ASKED]);
        assert_eq!(close[0].home_town, None, "not without consent");
        let consent = |key: &str, given| SetConsent {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: near,
            consent: key.to_owned(),
            given,
        };
        let himself = ground.world.caller_with(vec![], Some(near));
        for (key, given) in [(consent::MATCH_HOME_TOWN, true), (consent::BE_ASKED, false)] {
            db.execute(&himself, consent(key, given)).await.unwrap();
        }
        label(near, "hometown:如皋").await;
        let close = helpers(300.0).await;
        assert_eq!(close[0].home_town.as_deref(), Some("如皋"));
        assert_eq!(close[0].consents, [consent::MATCH_HOME_TOWN]);
        ground.verify().await;
    }
}
