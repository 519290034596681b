//! A day's work: the pack, what comes back, and what is said of what does not fit.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_cases::model::Verb;
use youlin_cases::{Act, Via};
use youlin_kernel::{CommunityId, Micros};
use youlin_people::Party;
use youlin_rounds::model::{Minimum, Policy, Walkers};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::water::photos_of;
use youlin_rounds::{SavePolicy, open_findings, round_view};
use youlin_testkit::databases;
use youlin_testkit::town::at;

use crate::ground::{Ground, TEAM};
use crate::river_town::weekly;

impl Ground {
    pub(crate) fn new_id(&self) -> Uuid {
        self.world.service().new_id()
    }

    /// Puts right what was found, as far as the case goes.
    pub(crate) async fn handle(&self, case: Uuid) {
        self.handle_by(case, Party::person(Uuid::from_u128(7)))
            .await;
    }

    /// The same, by somebody.
    async fn handle_by(&self, case: Uuid, party: Party) {
        use youlin_cases::model::Assignment;
        let lead = Assignment {
            party,
            text: String::new(),
        };
        let dispatch = Verb::Dispatch {
            lead,
            supporting: Vec::new(),
        };
        let handled = Verb::Handled {
            text: "已清运".into(),
        };
        for verb in [Verb::Accept, dispatch, Verb::Start, handled] {
            let act = Act {
                cases: Arc::clone(&self.cases),
                community: self.community(),
                case,
                version: None,
                verb,
                via: Via::Account,
            };
            self.world
                .db()
                .execute(&self.world.service(), act)
                .await
                .unwrap();
        }
    }
}

pub(crate) fn result(answer: &Value) -> &str {
    answer["result"].as_str().unwrap()
}

#[tokio::test]
async fn a_day_goes_out_and_comes_back() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let (walker, other) = (&ground.walkers[0], &ground.walkers[1]);
        let policy = SavePolicy {
            community: ground.community(),
            known: None,
            title: "周六巡河".into(),
            policy: Policy {
                from: walker.ctx.now().date(),
                minimum: Minimum {
                    minutes: Some(0),
                    ..Minimum::default()
                },
                ..weekly(Walkers::Party {
                    party: Party::organisation(TEAM),
                })
            },
            subjects: Vec::new(),
            fixer: None,
            checklist: None,
        };
        let policy = ground
            .world
            .db()
            .execute(&ground.world.service(), policy)
            .await
            .unwrap();

        let (status, pack) = ground.get(walker, "/api/v1/field/pack").await;
        assert_eq!(status, StatusCode::OK, "{pack}");
        assert_eq!(pack["me"]["name"], "顾红");
        assert_eq!(pack["due"][0]["due"], json!({ "open": { "left": 1 } }));
        // Said before the round is walked, not when it is refused.
        assert_eq!(pack["policies"][0]["minutes"], 0);
        assert_eq!(pack["reaches"][0]["line"].as_array().unwrap().len(), 3);
        assert_eq!(pack["reaches"][0]["chiefs"][0]["name"], "顾建明");
        assert!(pack["categories"].as_array().unwrap().len() > 50);
        assert_eq!(pack["areas"][0]["geometry"]["type"], "MultiPolygon");
        // Volunteers see nobody's name.
        assert_eq!(pack["visits"], json!([]));
        let (_, elsewhere) = ground.get(&ground.walkers[4], "/api/v1/field/pack").await;
        assert_eq!(
            (elsewhere["reaches"].clone(), elsewhere["due"].clone()),
            (json!([]), json!([]))
        );

        let (id, finding) = (ground.new_id(), ground.new_id());
        let mut round = ground.round(id, &[finding]);
        round["body"]["policy"] = json!(policy);
        let told = ground.outbox(walker, std::slice::from_ref(&round)).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let case: Uuid =
            serde_json::from_value(told[0]["ids"]["findings"][0]["case"].clone()).unwrap();
        ground.world.clock.advance(Micros::HOUR);
        let again = ground.outbox(walker, &[round.clone()]).await;
        assert_eq!(
            (result(&again[0]), &again[0]["ids"]),
            ("again", &told[0]["ids"])
        );
        let (_, after) = ground.get(walker, "/api/v1/field/pack").await;
        assert_eq!(
            (after["due"].clone(), after["findings"][0]["step"].clone()),
            (json!([]), json!("open"))
        );
        // What became a case is named, for a link where the caller sees cases.
        assert_eq!(after["findings"][0]["case"]["id"], json!(case));
        assert_eq!(after["me"]["sees_cases"], json!(false));

        // Another content under the number, and another person's number.
        let mut changed = round.clone();
        changed["body"]["text"] = json!("全部干净");
        let told = ground.outbox(walker, &[changed]).await;
        assert_eq!(
            (result(&told[0]), told[0]["held"]["line"]["id"].clone()),
            ("conflict", json!(id))
        );
        let told = ground.outbox(other, &[round]).await;
        assert_eq!(result(&told[0]), "conflict");

        ground.handle(case).await;
        // The community's own staff look again; a volunteer only where that is said.
        let other = &ground.walkers[2];
        let back = |id: Uuid, passed: bool| {
            json!({ "id": id, "kind": "return_visit", "body": {
                "community": ground.community(), "finding": finding, "round": id, "passed": passed, "text": "干净了",
            } })
        };
        let (first, second) = (ground.new_id(), ground.new_id());
        // With photographs of the same spot: it waits for them, and they arrive with it, once.
        let (lon, lat) = crate::ground::at_river(3.0);
        let shots = [7, 8].map(|n| (ground.new_id(), crate::uploads::picture(n)));
        let mut seen_again = back(first, true);
        seen_again["body"]["photographs"] = shots
            .iter()
            .map(|(id, _)| json!({ "upload": id, "lon": lon, "lat": lat }))
            .collect();
        for (id, photo) in &shots {
            let told = ground
                .outbox(other, std::slice::from_ref(&seen_again))
                .await;
            assert_eq!(result(&told[0]), "later", "{told:?}");
            ground.announce(other, *id, photo).await;
            let (status, told) = ground.patch(other, *id, 0, Body::from(photo.clone())).await;
            assert_eq!((status, &told["done"]), (StatusCode::OK, &json!(true)));
        }
        let told = ground
            .outbox(other, std::slice::from_ref(&seen_again))
            .await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let told = ground.outbox(other, &[seen_again]).await;
        assert_eq!(result(&told[0]), "again", "{told:?}");
        let db = ground.world.db();
        let shown = photos_of(db, ground.community(), &[finding]).await.unwrap();
        assert_eq!(shown.len(), 2);
        // Two went back: the second is told that it has ended.
        let told = ground.outbox(walker, &[back(second, false)]).await;
        assert_eq!(result(&told[0]), "conflict", "{told:?}");
        let scope = walker.ctx.scope(&ROUNDS_READ).unwrap();
        let open = open_findings(ground.world.db(), &scope, None)
            .await
            .unwrap();
        assert!(open.is_empty());
        let seen = round_view(&ground.rounds, ground.world.db(), &scope, id)
            .await
            .unwrap();
        assert_eq!(seen.findings[0].returns.len(), 1);
        let chains = [CommunityId::SYSTEM, ground.community()];
        let tables = [
            youlin_field::module().audited,
            youlin_rounds::module().audited,
        ]
        .concat();
        let proof =
            youlin_database::audit::verify(ground.world.db().read(), &tables, &chains, None);
        assert!(proof.await.unwrap().faults.is_empty());
    }
}

#[tokio::test]
async fn whoever_put_it_right_is_not_sent_to_look_at_it() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let (team, desk) = (&ground.walkers[5], &ground.walkers[2]);
        let [by_team, by_others] = [ground.new_id(), ground.new_id()];
        let round = ground.round(ground.new_id(), &[by_team, by_others]);
        let told = ground.outbox(team, &[round]).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let case = |n: usize| {
            serde_json::from_value(told[0]["ids"]["findings"][n]["case"].clone()).unwrap()
        };
        ground.handle_by(case(0), Party::organisation(TEAM)).await;
        ground.handle(case(1)).await;
        // What the pack offers is what the server takes.
        for (walker, offered) in [(team, [false, true]), (desk, [true, true])] {
            let (_, pack) = ground.get(walker, "/api/v1/field/pack").await;
            let may = |id: Uuid| {
                let all = pack["findings"].as_array().unwrap();
                let found = all.iter().find(|one| one["id"] == json!(id)).unwrap();
                assert_eq!(found["step"], "to_revisit");
                found["may_return"].as_bool().unwrap()
            };
            assert_eq!([may(by_team), may(by_others)], offered);
        }
        let back = json!({ "id": ground.new_id(), "kind": "return_visit", "body": {
            "community": ground.community(), "finding": by_team, "passed": true, "text": "干净了",
        } });
        let told = ground.outbox(team, &[back]).await;
        assert_eq!(result(&told[0]), "refused", "{told:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_taken_says_why_and_the_rest_is_taken() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let walker = &ground.walkers[0];
        let mut wrong = ground.round(ground.new_id(), &[ground.new_id()]);
        wrong["body"]["findings"][0]["category"] = json!("X-1");
        let note = |text: &str| {
            let (lon, lat) = crate::ground::at_river(4.0);
            json!({ "id": ground.new_id(), "kind": "case", "body": {
                "text": text, "category": "E-0105", "place": { "lon": lon, "lat": lat },
            } })
        };
        let orphan = json!({ "id": ground.new_id(), "kind": "return_visit", "body": {
            "community": ground.community(), "finding": ground.new_id(), "passed": true, "text": "好了",
        } });
        let unknown = json!({ "id": ground.new_id(), "kind": "dream", "body": {} });
        let empty = json!({ "id": ground.new_id(), "kind": "round", "body": {} });
        let good = ground.round(ground.new_id(), &[]);
        let items = [
            orphan,
            wrong.clone(),
            unknown,
            note("岸边有垃圾"),
            empty,
            good,
            note(" "),
        ];
        let told = ground.outbox(walker, &items).await;
        let results: Vec<&str> = told.iter().map(result).collect();
        assert_eq!(
            results,
            [
                "later", "refused", "refused", "done", "refused", "done", "refused"
            ],
            "{told:?}"
        );
        assert_eq!(
            told[1]["problem"]["errors"][0]["field"],
            "findings.0.category"
        );
        assert_eq!(told[6]["problem"]["errors"][0]["field"], "text");
        // Mended under its own number: nothing of the refused one was kept.
        wrong["body"]["findings"][0]["category"] = json!("E-0104");
        assert_eq!(result(&ground.outbox(walker, &[wrong]).await[0]), "done");

        let batch = |contract: u32, account: Uuid| json!({ "contract": contract, "account": account, "items": [] });
        let (status, told) = ground
            .post(walker, "/api/v1/field/outbox", &batch(99, walker.account()))
            .await;
        assert_eq!(
            (status, told["code"].clone()),
            (StatusCode::CONFLICT, json!("field-contract"))
        );
        let older = ground
            .post(walker, "/api/v1/field/outbox", &batch(0, walker.account()))
            .await;
        assert_eq!(older.0, StatusCode::OK);
        // Somebody else is signed in on the telephone.
        let theirs = batch(1, ground.walkers[1].account());
        let (status, told) = ground.post(walker, "/api/v1/field/outbox", &theirs).await;
        assert_eq!(
            (status, told["code"].clone()),
            (StatusCode::FORBIDDEN, json!("field-other-account"))
        );
        // A session that was ended: nothing is taken.
        let request = Request::post("/api/v1/field/outbox")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(batch(1, walker.account()).to_string()));
        assert_eq!(
            ground.send(request.unwrap()).await.0,
            StatusCode::UNAUTHORIZED
        );
    }
}

#[tokio::test]
async fn two_telephones_at_one_door() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let (one, two) = (&ground.walkers[2], &ground.walkers[3]);
        let list = ground.visiting().await;
        let (_, pack) = ground.get(one, "/api/v1/field/pack").await;
        let entry = pack["visits"][0]["entries"][0].clone();
        assert_ne!(entry["name_masked"], "周阿婆");
        let mark = |state: &str, note: &str| {
            json!({ "id": ground.new_id(), "kind": "visit_mark", "body": {
                "community": ground.community(), "list": list, "entry": entry["entry"], "state": state,
                "note": note, "base": { "at": entry["at"] },
            } })
        };
        // First nobody was there, then somebody: both by the same person, from one pack.
        let told = ground
            .outbox(one, &[mark("tried", ""), mark("seen", "屋顶漏水")])
            .await;
        assert_eq!(
            told.iter().map(result).collect::<Vec<_>>(),
            ["done", "done"],
            "{told:?}"
        );
        let told = ground.outbox(two, &[mark("skipped", "住院")]).await;
        assert_eq!(result(&told[0]), "conflict", "{told:?}");
        assert_eq!(
            (&told[0]["held"]["state"], &told[0]["held"]["by"]),
            (&json!("seen"), &json!("施岚"))
        );
        // What was heard stands among the own cases of whoever said it, if they want; nobody is named of elsewhere.
        let person = entry["person"].clone();
        let heard = |reporter: &Value| {
            json!({ "id": ground.new_id(), "kind": "case", "body": {
                "text": "屋顶漏水", "category": "E-0105", "place": { "area": ground.community(), "text": "东头" },
                "reporter": reporter,
            } })
        };
        let filed = ground
            .outbox(one, &[heard(&person), heard(&json!(ground.new_id()))])
            .await;
        assert_eq!(result(&filed[0]), "done", "{filed:?}");
        assert_eq!(
            (
                result(&filed[1]),
                &filed[1]["problem"]["errors"][0]["field"]
            ),
            ("refused", &json!("reporter")),
            "{filed:?}"
        );
        let person = serde_json::from_value(person).unwrap();
        assert_eq!(ground.reported_by(person).await, ["屋顶漏水"]);
        // Having seen both versions, the second insists.
        let mut insisting = mark("skipped", "住院");
        insisting["body"]["base"]["at"] = told[0]["held"]["at"].clone();
        assert_eq!(result(&ground.outbox(two, &[insisting]).await[0]), "done");
    }
}

#[tokio::test]
async fn two_telephones_correct_one_household() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let (one, two) = (&ground.walkers[2], &ground.walkers[3]);
        let doors = ground.doors(one, 2).await;
        let correct = |person: &Value, base: &Value, change: Value| {
            let mut body =
                json!({ "community": ground.community(), "person": person, "base": base });
            for (name, value) in change.as_object().unwrap() {
                body[name] = value.clone();
            }
            json!({ "id": ground.new_id(), "kind": "correction", "body": body })
        };
        let (person, seen) = (&doors[0]["person"], &doors[0]["seen"]);
        let first = correct(person, seen, json!({ "phone": "13800001111" }));
        // The same person goes on correcting on the same pack.
        let second = correct(
            person,
            seen,
            json!({ "phone": "13800002222", "phone_gone": true }),
        );
        for item in [&first, &second] {
            let told = ground.outbox(one, std::slice::from_ref(item)).await;
            assert_eq!(result(&told[0]), "done", "{told:?}");
        }
        assert_eq!(result(&ground.outbox(one, &[first]).await[0]), "again");
        // Somebody else did not know of it: nothing is changed, both versions are there.
        let other = correct(person, seen, json!({ "phone": "13900003333" }));
        let told = ground.outbox(two, &[other]).await;
        assert_eq!(
            (result(&told[0]), told[0]["problem"]["code"].as_str()),
            ("conflict", Some("correct-meanwhile")),
            "{told:?}"
        );
        let held = &told[0]["held"];
        assert_eq!(
            (&held["phone_masked"], &held["by"]),
            (&json!("138****2222"), &json!("施岚"))
        );
        let insisting = correct(person, held, json!({ "phone": "13900003333" }));
        assert_eq!(result(&ground.outbox(two, &[insisting]).await[0]), "done");
        // A sighting meanwhile is no other word about the number.
        let mark = json!({ "id": ground.new_id(), "kind": "visit_mark", "body": {
            "community": ground.community(), "list": doors[1]["list"], "entry": doors[1]["entry"], "state": "seen",
            "base": { "at": doors[1]["at"] },
        } });
        assert_eq!(result(&ground.outbox(two, &[mark]).await[0]), "done");
        let late = correct(
            &doors[1]["person"],
            &doors[1]["seen"],
            json!({ "phone": "13700004444" }),
        );
        assert_eq!(result(&ground.outbox(one, &[late]).await[0]), "done");
        // Nothing to correct, no home to be tenant of, a number that is none, somebody of another community.
        let wrong = [
            json!({}),
            json!({ "relation": "tenant" }),
            json!({ "phone": "12" }),
        ];
        for change in wrong {
            let told = ground
                .outbox(one, &[correct(&doors[1]["person"], seen, change)])
                .await;
            assert_eq!(result(&told[0]), "refused", "{told:?}");
        }
        let stranger = correct(person, seen, json!({ "phone": "13700004444" }));
        let told = ground.outbox(&ground.walkers[4], &[stranger]).await;
        assert_eq!(result(&told[0]), "refused", "{told:?}");
        // Whoever is not in the register any more, as far as the caller sees it: it is said what to do with the words.
        let gone = correct(
            &json!(ground.new_id()),
            seen,
            json!({ "phone": "13700004444" }),
        );
        let told = ground.outbox(one, &[gone]).await;
        assert_eq!(
            (result(&told[0]), told[0]["problem"]["code"].as_str()),
            ("refused", Some("field-person-gone")),
            "{told:?}"
        );
        let (_, pack) = ground.get(one, "/api/v1/field/pack").await;
        let entries = pack["visits"][0]["entries"].as_array().unwrap();
        assert!(
            entries.iter().any(|entry| entry["state"] == "seen"),
            "seen today stays in the day"
        );
        let tables = youlin_people::module().audited;
        let chains = [CommunityId::SYSTEM, ground.community()];
        let proof =
            youlin_database::audit::verify(ground.world.db().read(), &tables, &chains, None);
        assert!(proof.await.unwrap().faults.is_empty());
    }
}

#[tokio::test]
async fn checklists_and_houses_go_along_for_whoever_may_see_them() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let names = |pack: &Value| -> Vec<String> {
            let all = pack["checklists"].as_array().unwrap().iter();
            all.map(|one| one["name"].as_str().unwrap().to_owned())
                .collect()
        };
        let (_, volunteer) = ground.get(&ground.walkers[0], "/api/v1/field/pack").await;
        assert_eq!(names(&volunteer), ["river-patrol@1", "chief-log@1"]);
        assert_eq!(volunteer["checklists"][0]["form"]["id"], "river-patrol");
        // A volunteer reads no register of houses.
        assert_eq!(volunteer["subjects"], json!([]));
        let (_, desk) = ground.get(&ground.walkers[2], "/api/v1/field/pack").await;
        assert!(names(&desk).contains(&"door-visit@1".to_owned()));
        // A community without many others is drawn with its grids.
        assert_eq!(desk["areas"].as_array().unwrap().len(), 3);
        // Answers that do not fit are refused by the question's name.
        let mut round = ground.round(ground.new_id(), &[]);
        round["body"]["checklist"] = json!("river-patrol@1");
        round["body"]["answers"] = json!({ "floating": "lots" });
        let told = ground.outbox(&ground.walkers[0], &[round]).await;
        assert_eq!(result(&told[0]), "refused");
        let fields: Vec<&str> = told[0]["problem"]["errors"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["field"].as_str())
            .collect();
        assert!(
            fields.contains(&"answers.floating") && fields.contains(&"answers.bank"),
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn the_pack_is_sent_once_and_the_secret_is_ones_own() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let walker = &ground.walkers[0];
        let ask = |tag: Option<&str>| {
            let mut request = Request::get("/api/v1/field/pack")
                .header("authorization", format!("Bearer {}", walker.token));
            if let Some(tag) = tag {
                request = request.header(header::IF_NONE_MATCH, tag);
            }
            request.body(Body::empty()).unwrap()
        };
        let first = ground.whole(ask(None)).await;
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let second = ground.whole(ask(Some(&tag))).await;
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        ground
            .outbox(walker, &[ground.round(ground.new_id(), &[ground.new_id()])])
            .await;
        let third = ground.whole(ask(Some(&tag))).await;
        assert_eq!(third.status(), StatusCode::OK);

        let (_, own) = ground.get(walker, "/api/v1/field/key").await;
        let (_, same) = ground.get(walker, "/api/v1/field/key").await;
        let (_, other) = ground.get(&ground.walkers[1], "/api/v1/field/key").await;
        assert_eq!(own, same);
        assert_ne!(own["secret"], other["secret"]);
        assert_eq!(own["account"], json!(walker.account()));
    }
}

#[tokio::test]
async fn a_note_from_the_ground_of_others_says_whose_it_is() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let desk = &ground.walkers[2];
        let note = |(lon, lat): (f64, f64)| {
            json!({ "id": ground.new_id(), "kind": "case", "body": {
                "text": "路灯不亮", "category": "E-0105", "place": { "lon": lon, "lat": lat },
            } })
        };
        let told = ground
            .outbox(desk, &[note(at(2.0, 15.0)), note(at(2.0, 2.0))])
            .await;
        assert_eq!(
            (result(&told[0]), result(&told[1])),
            ("refused", "done"),
            "{told:?}"
        );
        let fault = &told[0]["problem"]["errors"][0];
        assert_eq!(fault["field"], "place");
        let b = ground.world.areas.load().by_code("B").unwrap().name.clone();
        assert!(fault["detail"].as_str().unwrap().contains(&b), "{fault}");
    }
}
