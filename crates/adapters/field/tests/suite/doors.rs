//! Today's visits on a telephone: what is proposed goes along with its reasons and what is to be asked, and comes back once, by
//! the command of the page.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_kernel::Micros;
use youlin_people::{AskNextTime, Directory, Home, MoveOut, PersonInput, Relation, SavePerson};
use youlin_places::import::{buildings, dwellings, estates, read_csv};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::visits::visits_of;
use youlin_testkit::databases;
use youlin_testkit::town::at;

use crate::day::result;
use crate::ground::{Ground, Walker};

impl Ground {
    /// A house of four dwellings in A1.
    pub(crate) async fn house(&self) {
        let (db, ctx, locator) = (self.world.db(), self.world.service(), self.cases.locator());
        let rows = |text: &str| read_csv(text, &["key"]).unwrap();
        let (lon, lat) = at(2.0, 2.0);
        let estate = format!(
            "key,community_code,name,aliases,street_address,built_year,lon,lat,neighbourhood_code\n\
             e,A,东一村,,,1990,{lon},{lat},A1\n"
        );
        let done = estates(db, &ctx, locator, rows(&estate), false).await;
        assert!(done.unwrap().is_clean());
        let building = format!(
            "key,estate_key,name,aliases,floors,lon,lat,neighbourhood_code\n\
             e1,e,1号楼,,6,{lon},{lat},A1\n"
        );
        let done = buildings(db, &ctx, locator, rows(&building), false).await;
        assert!(done.unwrap().is_clean());
        let homes = "key,building_key,entrance,room,floor,use\ne101,e1,,101,1,owned\n\
            e102,e1,,102,1,owned\ne103,e1,,103,1,owned\ne104,e1,,104,1,owned\n";
        let done = dwellings(db, &ctx, locator, rows(homes), false).await;
        assert!(done.unwrap().is_clean());
        locator.reload_addresses(db).await.unwrap();
    }

    pub(crate) fn room(&self, room: &str) -> Uuid {
        let address = format!("东一村1号楼{room}");
        let found = self.cases.locator().candidates(&address, None, 1);
        found[0].place.dwelling.unwrap()
    }

    pub(crate) async fn lives(&self, name: &str, room: &str) -> Uuid {
        let save = SavePerson {
            vault: Arc::clone(&self.vault),
            community: self.community(),
            id: None,
            version: None,
            ext_key: None,
            input: PersonInput {
                name: name.into(),
                birth_year: Some(1940),
                labels: vec!["living_alone".into()],
                home: Some(Home {
                    dwelling: self.room(room),
                    relation: Relation::Owner,
                    household_key: None,
                }),
                ..PersonInput::default()
            },
        };
        let world = &self.world;
        world.db().execute(&world.service(), save).await.unwrap()
    }

    async fn doors_of(&self, walker: &Walker) -> Vec<Value> {
        let (status, pack) = self.get(walker, "/api/v1/field/pack").await;
        assert_eq!(status, StatusCode::OK, "{pack}");
        let all = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
        let stops = all(&pack, "doors")
            .into_iter()
            .flat_map(|day| all(&day, "stops"));
        stops.flat_map(|stop| all(&stop, "doors")).collect()
    }

    fn visit(&self, door: &Value, outcome: &str) -> Value {
        let now = self.world.service().now();
        json!({ "id": self.new_id(), "kind": "door_visit", "body": {
            "dwelling": door["dwelling"], "outcome": outcome, "began_at": now, "ended_at": now, "lived": door["lived"],
        } })
    }

    /// What stands among somebody's own cases.
    pub(crate) async fn reported_by(&self, person: Uuid) -> Vec<String> {
        let (db, ctx) = (self.world.db(), self.world.service());
        let all =
            youlin_cases::cases_of_person(db, &self.cases, &ctx, self.community(), person, 9).await;
        all.unwrap()
            .into_iter()
            .map(|(case, _)| case.text)
            .collect()
    }

    async fn visits_to(&self, walker: &Walker, room: &str) -> Vec<youlin_rounds::visits::VisitOf> {
        let scope = walker.ctx.scope(&ROUNDS_READ).unwrap();
        let at = [self.room(room)];
        visits_of(self.world.db(), Some(&scope), self.community(), &at, 9)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn todays_visits_go_along_and_come_back_once() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        ground.house().await;
        let first = ground.lives("周福生", "101").await;
        for (name, room) in [("王桂芳", "102"), ("李建国", "103"), ("陆春", "104")] {
            ground.lives(name, room).await;
        }
        let ask = AskNextTime {
            community: ground.community(),
            form: Uuid::from_u128(37),
            questions: vec![("diet".into(), "饮食禁忌".into())],
            persons: vec![first],
        };
        let world = &ground.world;
        world.db().execute(&world.service(), ask).await.unwrap();
        world.clock.advance(60 * Micros::DAY);
        let desk = &ground.walkers[2];
        let doors = ground.doors_of(desk).await;
        // The desk holds no post: what it sees is the whole community's.
        let (_, pack) = ground.get(desk, "/api/v1/field/pack").await;
        assert_eq!(pack["doors"][0]["whole"], true, "{pack}");
        let categories = pack["categories"].as_array().unwrap();
        let river = categories.iter().filter(|one| one["river"] == true);
        let river: Vec<_> = river.filter_map(|one| one["code"].as_str()).collect();
        assert_eq!(river, youlin_rounds::RIVER_CATEGORIES);
        let rooms: Vec<&str> = doors
            .iter()
            .filter_map(|one| one["room"].as_str())
            .collect();
        assert_eq!(rooms, ["101", "102", "103", "104"], "in walking order");
        let whys = doors[0]["whys"].as_array().unwrap();
        assert!(
            whys.iter()
                .any(|why| why.as_str().unwrap().contains("独自居住")),
            "{whys:?}"
        );
        let person = &doors[0]["people"][0];
        assert_eq!(person["name_masked"], "周**");
        assert_eq!(person["missing"], json!(["phone", "sex"]));
        assert_eq!(person["asked"][0][1], "饮食禁忌");
        assert_eq!(doors[0]["lived"], json!([first]));
        // A volunteer sees nobody's door, a grid worker of elsewhere none of these.
        for other in [0, 4] {
            assert_eq!(
                ground.doors_of(&ground.walkers[other]).await,
                Vec::<Value>::new()
            );
        }

        // Met, with what was missing, and something heard: one visit, one case, however often it is sent.
        let mut met = ground.visit(&doors[0], "done");
        let problem = ground.new_id();
        met["body"]["text"] = json!("精神不错");
        met["body"]["learnt"] = json!([{ "person": first, "phone": "13912345678", "sex": "male", "answers": [[person["asked"][0][0], "不吃辣"]] }]);
        // Whoever is named has to live there.
        assert_eq!(person["may_report"], true);
        let elsewhere = doors[1]["people"][0]["person"].clone();
        met["body"]["problem"] = json!({
            "id": problem, "text": "楼道灯坏了", "category": "E-0105", "urgent": false, "reporter": elsewhere,
        });
        let told = ground.outbox(desk, std::slice::from_ref(&met)).await;
        assert_eq!(
            (result(&told[0]), &told[0]["problem"]["errors"][0]["field"]),
            ("refused", &json!("reporter")),
            "{told:?}"
        );
        met["body"]["problem"]["reporter"] = json!(first);
        let told = ground.outbox(desk, std::slice::from_ref(&met)).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        assert!(
            told[0]["ids"]["findings"][0]["case"].is_string(),
            "{told:?}"
        );
        world.clock.advance(Micros::HOUR);
        let again = ground.outbox(desk, std::slice::from_ref(&met)).await;
        assert_eq!(
            (result(&again[0]), &again[0]["ids"]),
            ("again", &told[0]["ids"])
        );
        assert_eq!(ground.visits_to(desk, "101").await.len(), 1);
        assert_eq!(ground.reported_by(first).await, ["楼道灯坏了"]);

        // Nobody home, to be tried on a day of one's own choice; left out, which needs its reason.
        let again = world.service().now().plus(9 * Micros::DAY);
        let mut tried = ground.visit(&doors[1], "tried");
        tried["body"]["try_again_at"] = json!(again);
        let skipped = ground.visit(&doors[2], "skipped");
        let told = ground.outbox(desk, &[tried, skipped.clone()]).await;
        assert_eq!(
            (result(&told[0]), result(&told[1])),
            ("done", "refused"),
            "{told:?}"
        );
        assert_eq!(told[1]["problem"]["errors"][0]["field"], "reason");
        let kept = &ground.visits_to(desk, "102").await[0];
        assert_eq!(kept.again, Some(again), "that day and no other");
        let mut skipped = skipped;
        skipped["body"]["reason"] = json!("住院中");
        let told = ground.outbox(desk, &[skipped]).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");

        // Somebody came to live there meanwhile: nothing is confirmed of people nobody was shown.
        let old = ground.visit(&doors[3], "done");
        ground.lives("新来", "104").await;
        let told = ground.outbox(desk, &[old]).await;
        assert_eq!(result(&told[0]), "conflict", "{told:?}");
        assert_eq!(told[0]["problem"]["code"], "field-door-residents");
        assert!(ground.visits_to(desk, "104").await.is_empty());
        let left = ground.doors_of(desk).await;
        let rooms: Vec<&str> = left.iter().filter_map(|one| one["room"].as_str()).collect();
        assert_eq!(rooms, ["104"], "what was written down is proposed no more");
        let told = ground.outbox(desk, &[ground.visit(&left[0], "done")]).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let (_, pack) = ground.get(desk, "/api/v1/field/pack").await;
        assert_eq!(pack["doors"][0]["done"], 4);

        // A door nobody knows, and one of others.
        let unknown = json!({ "dwelling": ground.new_id(), "lived": [] });
        let told = ground.outbox(desk, &[ground.visit(&unknown, "done")]).await;
        assert_eq!(told[0]["problem"]["code"], "field-door-gone", "{told:?}");
        let volunteer = &ground.walkers[0];
        let told = ground
            .outbox(volunteer, &[ground.visit(&doors[0], "done")])
            .await;
        assert_eq!(result(&told[0]), "refused", "{told:?}");
        assert_eq!(ground.visits_to(desk, "101").await.len(), 1);
    }
}

#[tokio::test]
async fn a_wrong_clock_is_put_right_for_the_next_try_too() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        ground.house().await;
        ground.lives("周福生", "101").await;
        ground.world.clock.advance(60 * Micros::DAY);
        let desk = &ground.walkers[2];
        let doors = ground.doors_of(desk).await;
        let now = ground.world.service().now();
        let wrong = now.plus(730 * Micros::DAY);
        let mut tried = ground.visit(&doors[0], "tried");
        for (name, at) in [
            ("began_at", wrong),
            ("ended_at", wrong),
            ("try_again_at", wrong.plus(Micros::DAY)),
        ] {
            tried["body"][name] = json!(at);
        }
        tried["sent_at"] = json!(wrong);
        let batch = json!({ "contract": youlin_field::CONTRACT, "account": desk.account(), "items": [tried] });
        let (_, told) = ground.post(desk, "/api/v1/field/outbox", &batch).await;
        assert_eq!(result(&told["items"][0]), "done", "{told}");
        let visits = ground.visits_to(desk, "101").await;
        assert_eq!(
            (visits[0].at, visits[0].again),
            (now, Some(now.plus(Micros::DAY)))
        );
    }
}

#[tokio::test]
async fn that_somebody_moved_out_comes_with_the_visit_by_a_right_clock() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        ground.house().await;
        let (first, second) = (
            ground.lives("周福生", "101").await,
            ground.lives("周小梅", "101").await,
        );
        ground.world.clock.advance(60 * Micros::DAY);
        let desk = &ground.walkers[2];
        let door = ground.doors_of(desk).await.remove(0);
        let now = ground.world.service().now();
        let living = async || {
            let (db, community) = (ground.world.db().read(), ground.community());
            let all = Directory::living_in(db, community, ground.room("101")).await;
            all.unwrap()
        };
        // Two years ahead, like the clock it was written by; no day to come by ours.
        let ahead = 730 * Micros::DAY;
        let mut met = ground.visit(&door, "done");
        met["sent_at"] = json!(now.plus(ahead));
        for name in ["began_at", "ended_at"] {
            met["body"][name] = json!(now.plus(ahead));
        }
        met["body"]["gone"] =
            json!([{ "person": second, "on": now.plus(ahead - Micros::DAY).date() }]);
        let send = async |item: &Value| {
            let batch = json!({ "contract": youlin_field::CONTRACT, "account": desk.account(), "items": [item] });
            let (_, told) = ground.post(desk, "/api/v1/field/outbox", &batch).await;
            told["items"][0].clone()
        };
        for result_of in ["done", "again"] {
            let told = send(&met).await;
            assert_eq!(result(&told), result_of, "{told}");
            assert_eq!(living().await, [first].into());
        }
        // Nobody is left: by whoever was shown the household of before, it is looked at again.
        let mut late = ground.visit(&door, "done");
        late["body"]["gone"] = json!([{ "person": first, "on": now.plus(-Micros::DAY).date() }]);
        let told = ground.outbox(desk, std::slice::from_ref(&late)).await;
        assert_eq!(
            told[0]["problem"]["code"], "field-door-residents",
            "{told:?}"
        );
        late["body"]["lived"] = json!([first]);
        // Its clock was put forward only after it was written: the day is believed like the visit's own times.
        late["sent_at"] = json!(now.plus(ahead));
        let told = send(&late).await;
        assert_eq!(result(&told), "done", "{told}");
        assert!(living().await.is_empty());
        // A day that cannot be is named for the person it was said of.
        let third = ground.lives("新来", "102").await;
        let mut early = ground.visit(
            &json!({ "dwelling": ground.room("102"), "lived": [third] }),
            "done",
        );
        early["body"]["gone"] = json!([{ "person": third, "on": "1990-01-01" }]);
        let told = ground.outbox(desk, &[early]).await;
        let fault = &told[0]["problem"]["errors"][0];
        assert_eq!(fault["field"], format!("on_{third}"), "{told:?}");
        assert!(
            fault["detail"].as_str().unwrap().contains("不能更早"),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn who_lives_behind_a_door_now_is_told_with_the_refusal() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        ground.house().await;
        let first = ground.lives("周福生", "101").await;
        ground.world.clock.advance(60 * Micros::DAY);
        let desk = &ground.walkers[2];
        let doors = ground.doors_of(desk).await;
        let met = ground.visit(&doors[0], "done");
        // Somebody came to live there.
        let second = ground.lives("新来", "101").await;
        let told = ground.outbox(desk, std::slice::from_ref(&met)).await;
        assert_eq!(told[0]["problem"]["code"], "field-door-residents");
        let held = &told[0]["held"];
        assert_eq!(held["community"], json!(ground.community()));
        assert_eq!(held["lived"].as_array().map(Vec::len), Some(2), "{held}");
        let names: Vec<&str> = (held["people"].as_array().into_iter().flatten())
            .filter_map(|one| one["name_masked"].as_str())
            .collect();
        assert_eq!(names, ["周**", "新*"], "masked, as in the pack");

        // All have moved out: today proposes the door no more, and the telephone still learns that nobody lives there.
        for person in [first, second] {
            let out = MoveOut {
                vault: Arc::clone(&ground.vault),
                community: ground.community(),
                person,
                dwelling: None,
                on: None,
                whereto: None,
            };
            let world = &ground.world;
            world.db().execute(&world.service(), out).await.unwrap();
        }
        let told = ground.outbox(desk, std::slice::from_ref(&met)).await;
        assert_eq!(result(&told[0]), "conflict", "{told:?}");
        assert_eq!(
            (&told[0]["held"]["lived"], &told[0]["held"]["people"]),
            (&json!([]), &json!([]))
        );
        assert!(ground.visits_to(desk, "101").await.is_empty());

        // Under the same name it is a round to the empty dwelling, which confirms nothing; once.
        let mut round = met;
        round["kind"] = json!("round");
        round["body"]["kind"] = json!("visit");
        round["body"]["community"] = json!(ground.community());
        round["body"]["subject"] = json!({ "kind": "dwelling", "id": ground.room("101") });
        round["body"]["text"] = json!("见到了本人");
        let told = ground.outbox(desk, &[round.clone(), round]).await;
        assert_eq!((result(&told[0]), result(&told[1])), ("done", "again"));
        assert_eq!(ground.visits_to(desk, "101").await.len(), 1);
    }
}
