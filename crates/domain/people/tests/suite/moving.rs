//! Somebody moves away on a day, and it was a mistake.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use youlin_kernel::{Clock, Ctx, Locale, ManualClock, Micros, Role};
use youlin_people::{
    AccountPolicy, EmptyBuilding, Home, OtherHome, PersonInput, Relation, UndoMoveOut,
};
use youlin_web::day_words;

use crate::browser::{Browser, account, house};
use crate::ground::{Ground, JIA, grant, grounds};

/// When homes ended, by the register.
async fn ends(ground: &Ground) -> Vec<Option<i64>> {
    let db = ground.world.db().raw_write();
    let find = "SELECT valid_to FROM residence ORDER BY id";
    let find = sea_orm::Statement::from_string(db.get_database_backend(), find);
    let rows = db.query_all_raw(find).await.unwrap();
    rows.iter()
        .map(|row| row.try_get("", "valid_to").unwrap())
        .collect()
}

/// Where everybody lives now: person, dwelling, and whether it is beside a main home.
pub(crate) async fn present_homes(ground: &Ground) -> Vec<(uuid::Uuid, uuid::Uuid, Option<bool>)> {
    let db = ground.world.db().raw_write();
    let find =
        "SELECT person_id, dwelling_id, also FROM residence WHERE valid_to IS NULL ORDER BY id";
    let find = sea_orm::Statement::from_string(db.get_database_backend(), find);
    let rows = db.query_all_raw(find).await.unwrap();
    rows.iter()
        .map(|row| {
            (
                row.try_get("", "person_id").unwrap(),
                row.try_get("", "dwelling_id").unwrap(),
                row.try_get("", "also").unwrap(),
            )
        })
        .collect()
}

/// Where somebody lives now, the main home first.
async fn homes(ground: &Ground, person: uuid::Uuid) -> Vec<(uuid::Uuid, Option<bool>)> {
    let all = present_homes(ground).await.into_iter();
    let own = all.filter(|(one, _, _)| *one == person);
    let mut homes: Vec<_> = own.map(|(_, dwelling, also)| (dwelling, also)).collect();
    homes.sort_by_key(|home| home.1 == Some(true));
    homes
}

/// Somebody with a second home there.
fn also_at(name: &str, dwelling: uuid::Uuid) -> PersonInput {
    PersonInput {
        name: name.to_owned(),
        home: Some(Home {
            dwelling,
            relation: Relation::Owner,
            household_key: None,
        }),
        other_home: OtherHome::Also,
        ..PersonInput::default()
    }
}

#[tokio::test]
async fn one_home_of_two_is_given_up_and_the_other_stays() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let (east, west) = (ground.homes.east_101, ground.homes.west_101);
        let zhou = ground.person(JIA, "周建国", &[], Some(east)).await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        ground.world.clock.advance(40 * Micros::DAY);
        let mut desk = Browser::signed_in(&house, "desk").await;
        let second = also_at("周建国", west);
        let ctx = ground.world.service();
        ground.save(&ctx, JIA, Some(zhou), second).await.unwrap();
        let both = [(east, None), (west, Some(true))];
        assert_eq!(homes(&ground, zhou).await, both);
        let path = format!("/people/{zhou}");
        let file = desk.get(&path).await.text;
        for home in [east, west] {
            assert!(
                file.contains(&format!("<option value=\"{home}\"")),
                "{file}"
            );
        }
        ground.world.clock.advance(Micros::HOUR);
        let out = format!("{path}/move-out");
        // The second alone.
        let left = desk.post(&out, &[("dwelling", &west.to_string())]).await;
        assert_eq!(left.status, 303, "{}", left.text);
        assert_eq!(homes(&ground, zhou).await, [(east, None)]);
        let note = async || {
            let db = ground.world.db().raw_write();
            let find = "SELECT id FROM move_out ORDER BY id DESC LIMIT 1";
            let find = sea_orm::Statement::from_string(db.get_database_backend(), find);
            let row = db.query_one_raw(find).await.unwrap().unwrap();
            row.try_get::<uuid::Uuid>("", "id").unwrap()
        };
        let undo = async |id: uuid::Uuid| {
            let command = UndoMoveOut {
                vault: Arc::clone(&ground.vault),
                community: JIA,
                note: id,
            };
            ground.world.db().execute(&ground.desk(), command).await
        };
        undo(note().await).await.unwrap();
        assert_eq!(homes(&ground, zhou).await, both);
        // The main one: the other is the main one from that day, and was not before.
        ground.world.clock.advance(Micros::HOUR);
        desk.post(&out, &[("dwelling", &east.to_string())]).await;
        assert_eq!(homes(&ground, zhou).await, [(west, None)]);
        assert_eq!(ends(&ground).await.iter().flatten().count(), 2);
        undo(note().await).await.unwrap();
        assert_eq!(homes(&ground, zhou).await, both);
        // All of them.
        ground.world.clock.advance(Micros::HOUR);
        desk.post(&out, &[("dwelling", "")]).await;
        assert_eq!(homes(&ground, zhou).await, []);
        undo(note().await).await.unwrap();
        assert_eq!(homes(&ground, zhou).await, both);
        ground.verify().await;
    }
}

#[tokio::test]
async fn moving_away_has_a_day_and_can_be_taken_back() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let home = Some(ground.homes.east_101);
        let zhou = ground.person(JIA, "周建国", &["13800001234"], home).await;
        let came = ground.world.service().now().local().date();
        ground.world.clock.advance(40 * Micros::DAY);
        let today = ground.world.service().now().local().date();
        for (login, role, area) in [
            ("desk", Role::CommunityDesk, 10),
            ("shi", Role::GridWorker, 1000),
            ("gu", Role::GridWorker, 1000),
        ] {
            account(&ground, login, vec![grant(role, area)], None).await;
        }
        let mut desk = Browser::signed_in(&house, "desk").await;
        let mut shi = Browser::signed_in(&house, "shi").await;
        let mut gu = Browser::signed_in(&house, "gu").await;
        let path = format!("/people/{zhou}");
        let door = format!("/people/dwellings/{}", ground.homes.east_101);
        let out = format!("{path}/move-out");

        let tomorrow = today.tomorrow().unwrap().to_string();
        let before = came.yesterday().unwrap().to_string();
        for wrong in [tomorrow.as_str(), before.as_str(), "去年"] {
            let fields = [("on", wrong), ("whereto", "苏州女儿家")];
            let refused = shi.post(&out, &fields).await;
            assert_eq!(refused.status, 422, "{wrong}");
            assert!(refused.text.contains("id=\"f-on-e\""), "{wrong}");
            assert!(
                refused.text.contains("value=\"苏州女儿家\""),
                "typed is kept"
            );
        }
        assert_eq!(ends(&ground).await, [None]);

        let day = today.saturating_sub(jiff::Span::new().days(10));
        let text = day.to_string();
        let left = shi
            .post(&out, &[("on", &text), ("whereto", "苏州女儿家")])
            .await;
        assert_eq!(
            left.location,
            format!("{door}?saved=moved"),
            "{}",
            left.text
        );
        let [Some(at)] = ends(&ground).await[..] else {
            panic!("one home, ended")
        };
        assert_eq!(
            Micros(at).local().date(),
            day,
            "figures of the day before still count it"
        );
        let file = desk.get(&path).await.text;
        assert!(
            file.contains(&format!("{}搬走", day_words(Locale::Zh, &day, true)))
                && !file.contains("苏州女儿家")
        );
        let reveal = [("field", "address"), ("purpose", "寄补贴通知")];
        let shown = desk.post(&format!("{path}/reveal"), &reveal).await.text;
        assert!(shown.contains("<dd data-revealed>苏州女儿家</dd>"));

        // Whoever noted it and the community's staff take it back, nobody else.
        let page = shi.get(&door).await.text;
        let note = page.split("/people/move-outs/").nth(1).unwrap();
        let undo = format!("/people/move-outs/{}/undo", note.split('/').next().unwrap());
        assert!(!gu.get(&door).await.text.contains("/people/move-outs/"));
        let community = [("community", "10")];
        assert_eq!(gu.post(&undo, &community).await.status, 403);
        assert_eq!(shi.post(&undo, &[("community", "11")]).await.status, 404);
        let back = shi.post(&undo, &community).await;
        assert!(
            back.location.starts_with(&format!("{door}?saved=unmoved")),
            "{}",
            back.text
        );
        assert_eq!(
            shi.post(&undo, &community).await.location,
            back.location,
            "sent twice"
        );
        assert_eq!(ends(&ground).await, [None]);
        let life = desk.get(&format!("{path}/life")).await.text;
        assert!(
            life.contains(&format!("登记为{}搬走", day_words(Locale::Zh, &day, true)))
                && life.contains("的登记")
        );

        // What was changed since is not turned over.
        let left = desk.post(&out, &[]).await;
        assert_eq!(left.location, format!("{door}?saved=moved"));
        let page = desk.get(&path).await.text;
        let note = page.split("/people/move-outs/").nth(1).unwrap();
        let undo = format!("/people/move-outs/{}/undo", note.split('/').next().unwrap());
        let elsewhere = [
            ("version", "1"),
            ("address", "东村1号楼102"),
            ("relation", "owner"),
        ];
        let moved = desk.post(&path, &elsewhere).await;
        assert!(moved.location.ends_with("?saved=changed"), "{}", moved.text);
        assert_eq!(desk.post(&undo, &community).await.status, 409);
        ground.verify().await;
    }
}

#[tokio::test]
async fn the_relation_is_proposed_by_who_lives_there() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        ground
            .person(JIA, "周建国", &[], Some(ground.homes.east_101))
            .await;
        let form = format!("/people/new?dwelling={}", ground.homes.east_101);
        let page = desk.get(&form).await.text;
        assert!(page.contains("<option value=\"family\" selected>"));
        assert!(page.contains("data-preset"));
        let plain = desk.get("/people/new").await.text;
        assert!(!plain.contains("data-preset") && plain.contains("<option value=\"\" selected>"));
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_building_is_emptied_on_one_day_and_filled_again() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let (east, west) = (ground.homes.east_101, ground.homes.west_101);
        let zhou = ground
            .person(JIA, "周建国", &["13800001234"], Some(east))
            .await;
        let shen = ground
            .person(JIA, "沈桂英", &[], Some(ground.homes.east_102))
            .await;
        let fang = ground.person(JIA, "方知远", &[], Some(west)).await;
        ground.world.clock.advance(Micros::HOUR);
        // She lives elsewhere, too.
        let second = also_at("沈桂英", west);
        let ctx = ground.world.service();
        ground.save(&ctx, JIA, Some(shen), second).await.unwrap();
        ground.world.clock.advance(Micros::HOUR);
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(&ground, "other", vec![grant(Role::CommunityDesk, 11)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let building = ground.vault.place(east).unwrap().building.unwrap();
        let path = format!("/people/buildings/{building}");
        assert!(desk.get(&path).await.text.contains("id=\"empty\""));
        // Where they may not write, there is no such building.
        let mut other = Browser::signed_in(&house, "other").await;
        let none = other.post(&format!("{path}/empty"), &[("on", "")]).await;
        assert_eq!(none.status, 404, "{}", none.text);
        // A day to come is refused, and what was typed stays.
        let late = [("on", "2999-01-01"), ("whereto", "过渡房自找")];
        let refused = desk.post(&format!("{path}/empty"), &late).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.text.contains("2999-01-01") && refused.text.contains("过渡房自找"),
            "{}",
            refused.text
        );
        let before = [
            homes(&ground, zhou).await,
            homes(&ground, shen).await,
            homes(&ground, fang).await,
        ];
        let done = desk.post(&format!("{path}/empty"), &late[1..]).await;
        assert!(
            done.location.ends_with("?saved=emptied&count=2"),
            "{}",
            done.location
        );
        assert_eq!(homes(&ground, zhou).await, []);
        assert_eq!(homes(&ground, shen).await, [(west, None)]);
        assert_eq!(homes(&ground, fang).await, [(west, None)]);
        // One of them moves in elsewhere: that is not undone over their head.
        ground.world.clock.advance(Micros::HOUR);
        let again = PersonInput {
            name: "周建国".to_owned(),
            home: Some(Home {
                dwelling: west,
                relation: Relation::Tenant,
                household_key: None,
            }),
            ..PersonInput::default()
        };
        let ctx = ground.world.service();
        ground.save(&ctx, JIA, Some(zhou), again).await.unwrap();
        let page = desk.get(&path).await.text;
        let (_, rest) = page.split_once("name=\"noted_at\" value=\"").unwrap();
        let (noted_at, _) = rest.split_once('"').unwrap();
        let back = [("noted_at", noted_at)];
        let done = desk.post(&format!("{path}/refill"), &back).await;
        assert!(
            done.location.ends_with("?saved=refilled&count=1&left=1"),
            "{}",
            done.location
        );
        assert_eq!(homes(&ground, zhou).await, [(west, None)]);
        assert_eq!(homes(&ground, shen).await, before[1]);
        ground.verify().await;
    }
}

/// A clock that goes on between two looks at it, as clocks do.
#[derive(Debug)]
struct Ticking(Arc<ManualClock>);

impl Clock for Ticking {
    fn now(&self) -> Micros {
        self.0.advance(1);
        self.0.now()
    }
}

#[tokio::test]
async fn an_emptied_building_is_filled_again_as_a_whole_while_time_goes_on() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let (one, two) = (ground.homes.east_101, ground.homes.east_102);
        for (name, home) in [("周建国", one), ("沈桂英", one), ("方知远", two)] {
            ground.person(JIA, name, &[], Some(home)).await;
        }
        ground.world.clock.advance(Micros::HOUR);
        let before = present_homes(&ground).await;
        let desk = ground.desk();
        let ctx = Ctx::new(
            desk.actor().clone(),
            vec![grant(Role::CommunityDesk, 10)].into(),
            ground.world.areas.load_full(),
            Arc::new(Ticking(Arc::clone(&ground.world.clock))),
            Arc::clone(&ground.world.entropy),
            Locale::Zh,
            desk.new_id(),
        );
        let building = ground.vault.place(one).unwrap().building.unwrap();
        let command = EmptyBuilding {
            vault: Arc::clone(&ground.vault),
            building,
            dwellings: vec![one, two],
            on: None,
            whereto: None,
        };
        assert_eq!(ground.world.db().execute(&ctx, command).await.unwrap(), 3);
        assert!(present_homes(&ground).await.is_empty());
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let path = format!("/people/buildings/{building}");
        let page = desk.get(&path).await.text;
        let notes: Vec<&str> = page.split("name=\"noted_at\" value=\"").skip(1).collect();
        assert_eq!(notes.len(), 1, "one act, one line: {page}");
        let (noted_at, _) = notes[0].split_once('"').unwrap();
        let back = [("noted_at", noted_at)];
        let done = desk.post(&format!("{path}/refill"), &back).await;
        assert!(
            done.location.ends_with("?saved=refilled&count=3&left=0"),
            "{}",
            done.location
        );
        assert_eq!(present_homes(&ground).await, before);
        ground.verify().await;
    }
}
