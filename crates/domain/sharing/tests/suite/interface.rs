//! The same over REST, as other systems meet it.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_kernel::Micros;
use youlin_sharing::model::ResourceKind;

use crate::ground::{Ground, grounds};

impl Ground {
    /// So many hours from now, as it is written in bodies and addresses.
    fn hours(&self, hours: i64) -> String {
        let now = self.world.service().now();
        now.plus(hours * Micros::HOUR).rfc3339()
    }

    async fn made(&self, key: &str, uri: &str, body: &Value) -> String {
        let (status, made) = self.write(key, ("POST", uri), body, "").await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    /// A step that is taken.
    async fn stepped(&self, key: &str, uri: &str, step: &Value) -> Value {
        let (status, now) = self.write(key, ("POST", uri), step, "").await;
        assert_eq!(status, StatusCode::OK, "{step}: {now}");
        now
    }
}

/// Names in a page of resources, and where the next one begins.
fn names(page: &Value) -> (Vec<&str>, Option<&str>) {
    let items = page["items"].as_array().unwrap();
    let names = items.iter().map(|one| one["name"].as_str().unwrap());
    (names.collect(), page["next"].as_str())
}

#[tokio::test]
async fn resources_are_entered_changed_and_listed() {
    for g in grounds().await {
        let mut room = json!({
            "kind": "room", "name": "议事室", "area": g.area("A"), "amount": 1, "seats": 20,
            "contact": "role:grid_worker",
            "opening": {
                "weekly": { "1": "9-8" },
                "exceptions": [{ "day": "2026-12-01" }],
            },
        });
        let (status, body) = g.write("desk", ("POST", "resources"), &room, "").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(body["errors"][0]["field"], "opening.weekly", "{body}");
        room["opening"]["weekly"] = json!({ "3": "8:30-11:30 14-17:30" });
        for (key, expected) in [
            ("", StatusCode::UNAUTHORIZED),
            ("worker", StatusCode::FORBIDDEN),
            ("other", StatusCode::FORBIDDEN),
        ] {
            let (status, body) = g.write(key, ("POST", "resources"), &room, "").await;
            assert_eq!(status, expected, "{key}: {body}");
        }
        let (status, first) = g.write("desk", ("POST", "resources"), &room, "k1").await;
        assert_eq!(status, StatusCode::CREATED, "{first}");
        let (_, again) = g.write("desk", ("POST", "resources"), &room, "k1").await;
        assert_eq!(first, again);
        let at = format!("resources/{}", first["id"].as_str().unwrap());
        for (name, kind) in [
            ("轮椅", ResourceKind::Equipment),
            ("水泵", ResourceKind::Equipment),
        ] {
            g.thing(kind, name, 2).await;
        }
        let (_, page) = g.read("worker", "resources?limit=2").await;
        let (seen, next) = names(&page);
        assert_eq!(seen, ["议事室", "轮椅"]);
        let uri = format!("resources?limit=2&cursor={}", next.unwrap());
        let (_, page) = g.read("worker", &uri).await;
        assert_eq!(names(&page), (vec!["水泵"], None));
        for (filter, expected) in [
            ("kind=equipment", 2),
            ("state=resting", 0),
            ("q=%E8%BD%AE", 1),
            (&format!("area={}", g.area("A1")), 3),
            (&format!("area={}", g.area("B")), 0),
        ] {
            let (status, page) = g.read("auditor", &format!("resources?{filter}")).await;
            assert_eq!(status, StatusCode::OK, "{filter}: {page}");
            assert_eq!(names(&page).0.len(), expected, "{filter}: {page}");
        }
        let (_, page) = g.read("other", "resources").await;
        assert!(names(&page).0.is_empty());
        // Of an area out of sight it is not said that there is nothing.
        let (status, _) = g
            .read("other", &format!("resources?area={}", g.area("A")))
            .await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let (status, _) = g.read("desk", "resources?cursor=none").await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        // What is read can be sent back; on an older version it is refused with how it stands now.
        let (_, mut whole) = g.read("desk", &at).await;
        assert_eq!(whole["opening"]["weekly"]["3"], "08:30-11:30 14:00-17:30");
        assert_eq!(whole["opening"]["exceptions"][0]["hours"], "");
        whole["name"] = json!("大议事室");
        let (status, now) = g.write("desk", ("PUT", &at), &whole, "").await;
        assert_eq!(status, StatusCode::OK, "{now}");
        assert_eq!(
            (&now["name"], &now["version"]),
            (&json!("大议事室"), &json!(2))
        );
        let (status, late) = g.write("lead", ("PUT", &at), &whole, "").await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!(late["current"]["name"], "大议事室", "{late}");
        let rest = json!({ "version": 2, "state": "resting" });
        let state = format!("{at}/state");
        assert_eq!(g.stepped("desk", &state, &rest).await["state"], "resting");
        let (status, late) = g.write("desk", ("POST", &state), &rest, "").await;
        assert_eq!(
            (status, &late["code"]),
            (StatusCode::CONFLICT, &json!("stale"))
        );
        assert_eq!(late["current"]["version"], 3);
        let (status, _) = g.write("other", ("POST", &state), &rest, "").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_loan_from_the_question_what_is_free_to_the_case_of_the_damage() {
    for g in grounds().await {
        let zhou = g.person("周福生", &["volunteer", "talent:nurse"]).await;
        let case = g.case(Some(zhou)).await;
        let chair = g.thing(ResourceKind::Equipment, "轮椅", 2).await;
        let (from, to) = (g.hours(1), g.hours(5));
        let window = format!("from={from}&to={to}");
        let free = format!("resources/free?community={}&{window}", g.community());
        let (status, found) = g.read("worker", &free).await;
        assert_eq!(status, StatusCode::OK, "{found}");
        assert_eq!(found[0]["free_now"], 2);
        let (_, found) = g.read("worker", &format!("{free}&count=3")).await;
        assert_eq!(found, json!([]));
        let available = format!("resources/{chair}/availability");
        for wrong in [
            format!("from={to}&to={from}"),
            format!("from={from}&to=2030-01-01T00:00:00Z"),
        ] {
            let (status, body) = g.read("desk", &format!("{available}?{wrong}")).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        }
        let mut new = json!({
            "resource": chair, "count": 3, "from": from, "to": to, "case": case, "note": "去医院",
            "borrower": { "kind": "person", "id": zhou },
        });
        let (status, body) = g.write("desk", ("POST", "loans"), &new, "").await;
        assert_eq!(
            (status, &body["current"]["free"]),
            (StatusCode::CONFLICT, &json!(2))
        );
        new["count"] = json!(1);
        let (status, made) = g.write("desk", ("POST", "loans"), &new, "k1").await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let (_, again) = g.write("desk", ("POST", "loans"), &new, "k1").await;
        assert_eq!(made, again);
        for (key, expected) in [
            ("auditor", StatusCode::FORBIDDEN),
            ("other", StatusCode::NOT_FOUND),
        ] {
            assert_eq!(g.write(key, ("POST", "loans"), &new, "").await.0, expected);
        }
        let at = format!("loans/{}", made["id"].as_str().unwrap());
        let steps = format!("{at}/steps");
        let (_, page) = g.read("desk", &format!("{available}?{window}")).await;
        assert_eq!((&page["free"], &page["open"]), (&json!(1), &json!(true)));
        assert_eq!(page["loans"][0]["borrower"], "周**");
        // The auditor sees that there is a loan, not what was noted.
        let (_, seen) = g.read("desk", &at).await;
        assert_eq!(
            (&seen["state"], &seen["note"]),
            (&json!("booked"), &json!("去医院"))
        );
        let (_, seen) = g.read("auditor", &at).await;
        assert_eq!((&seen["note"], &seen["possible"]), (&json!(""), &json!([])));
        assert_eq!(seen["borrower"], "周**");
        let out = json!({ "version": 1, "verb": "hand_out" });
        assert_eq!(g.stepped("desk", &steps, &out).await["state"], "out");
        let (status, late) = g.write("lead", ("POST", &steps), &out, "").await;
        assert_eq!(
            (status, &late["code"]),
            (StatusCode::CONFLICT, &json!("sharing-not-now"))
        );
        assert_eq!(late["current"]["possible"][0], "return");
        // Decided on an older version: how it stands now, as the caller may read it.
        let extend = json!({ "version": 1, "verb": "extend", "to": g.hours(9) });
        let (status, late) = g.write("lead", ("POST", &steps), &extend, "").await;
        assert_eq!(
            (status, &late["code"]),
            (StatusCode::CONFLICT, &json!("stale"))
        );
        assert_eq!(
            (&late["current"]["version"], &late["current"]["borrower"]),
            (&json!(2), &json!("周**"))
        );
        assert!(!late.to_string().contains("sealed"), "{late}");
        for (list, word) in [
            ("problems", "周**"),
            ("tasks", "归还：轮椅 × 1"),
            ("resources", "周**"),
        ] {
            let (status, all) = g.read("desk", &format!("lists/{list}")).await;
            let text = all.to_string();
            assert!(
                status == StatusCode::OK && text.contains(word),
                "{list}: {text}"
            );
            assert!(!text.contains("周福生"));
            assert_eq!(
                g.read("lawyer", &format!("lists/{list}")).await.0,
                StatusCode::FORBIDDEN
            );
        }
        let (_, owed) = g.read("desk", "lists/tasks?kind=loan").await;
        assert_eq!(owed[0]["page"], format!("/{at}"));
        let broken = json!({
            "version": 2, "verb": "return", "damage": { "text": "轮子坏了", "category": "E-0699" },
        });
        let back = g.stepped("desk", &steps, &broken).await;
        assert!(
            back["damage_case"].is_string() && back["state"] == "back",
            "{back}"
        );
        for (filter, expected) in [
            ("state=back&state=out".to_owned(), 1),
            ("late=true".to_owned(), 0),
            (format!("case={case}&resource={chair}"), 1),
            (format!("resource={}", Uuid::from_u128(1)), 0),
        ] {
            let (_, page) = g.read("worker", &format!("loans?{filter}")).await;
            assert_eq!(
                page["items"].as_array().unwrap().len(),
                expected,
                "{filter}"
            );
        }
        // Who may not lend in the whole community asks; who asked may give it up.
        new["borrower"] = Value::Null;
        let asked = g.made("worker", "loans", &new).await;
        let (_, seen) = g.read("worker", &format!("loans/{asked}")).await;
        assert_eq!(
            (&seen["state"], &seen["possible"]),
            (&json!("asked"), &json!(["cancel"]))
        );
        let (_, page) = g.read("worker", "loans?limit=1").await;
        assert_eq!(page["items"][0]["id"], asked.as_str());
        let uri = format!("loans?limit=1&cursor={}", page["next"].as_str().unwrap());
        assert_eq!(g.read("worker", &uri).await.1["items"][0]["id"], made["id"]);
        let give_up = json!({ "version": 1, "verb": "cancel", "reason": "不用了" });
        let gone = g
            .stepped("worker", &format!("loans/{asked}/steps"), &give_up)
            .await;
        assert_eq!(
            (&gone["state"], &gone["reason"]),
            (&json!("cancelled"), &json!("不用了"))
        );
        assert_eq!(g.read("other", &at).await.0, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn support_is_asked_for_and_read_by_whom_it_concerns() {
    for g in grounds().await {
        let case = g.case(None).await;
        let question = "能不能装扶手？";
        let mut new = json!({ "field": "law", "question": question });
        let (status, body) = g.write("desk", ("POST", "support"), &new, "").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(body["errors"][0]["field"], "area");
        new["case"] = json!(case);
        let (status, _) = g.write("lawyer", ("POST", "support"), &new, "").await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (_, made) = g.write("desk", ("POST", "support"), &new, "k1").await;
        let (_, again) = g.write("desk", ("POST", "support"), &new, "k1").await;
        assert_eq!(made, again);
        let at = format!("support/{}", made["id"].as_str().unwrap());
        let steps = format!("{at}/steps");
        assert_eq!(g.read("lawyer", &at).await.0, StatusCode::NOT_FOUND);
        let firm = json!({ "kind": "organisation", "id": g.law_firm });
        let offer = json!({ "version": 1, "verb": "offer", "parties": [firm] });
        let now = g.stepped("desk", &steps, &offer).await;
        assert_eq!(
            (&now["state"], &now["offers"][0]["party"]),
            (&json!("offered"), &firm)
        );
        let (_, mine) = g.read("lawyer", "support?mine=true").await;
        assert_eq!(mine["items"][0]["beginning"], question);
        let (_, seen) = g.read("lawyer", &at).await;
        assert_eq!(
            (&seen["question"], &seen["offers"][0]["party"]),
            (&json!(question), &firm)
        );
        // The auditor of the district sees that there is one, not what it says.
        let (_, seen) = g.read("auditor", &at).await;
        assert_eq!(
            (&seen["readable"], &seen["question"]),
            (&json!(false), &json!(""))
        );
        assert_eq!(
            (&seen["offers"][0]["party"], &seen["offers"][0]["name"]),
            (&Value::Null, &json!("甲律师事务所"))
        );
        assert!(!seen.to_string().contains("扶手"));
        let accept = json!({ "version": 1, "verb": "accept" });
        let (status, late) = g.write("lawyer", ("POST", &steps), &accept, "").await;
        assert_eq!(
            (status, &late["code"]),
            (StatusCode::CONFLICT, &json!("stale"))
        );
        assert_eq!(
            (&late["current"]["version"], &late["current"]["question"]),
            (&json!(2), &json!(question))
        );
        for (key, step) in [
            ("lawyer", json!({ "version": 2, "verb": "accept" })),
            (
                "lawyer",
                json!({ "version": 3, "verb": "answer", "text": "可以，先公示。" }),
            ),
            (
                "desk",
                json!({ "version": 4, "verb": "follow", "what": "公示", "by": g.hours(48) }),
            ),
        ] {
            g.stepped(key, &steps, &step).await;
        }
        let confirm =
            json!({ "version": 5, "verb": "confirm", "helped": "yes", "done": "装好了。" });
        let (status, body) = g.write("lead", ("POST", &steps), &confirm, "").await;
        assert_eq!(
            (status, &body["code"]),
            (StatusCode::FORBIDDEN, &json!("sharing-asker-only"))
        );
        let now = g.stepped("desk", &steps, &confirm).await;
        assert_eq!(
            (&now["state"], &now["helped"]),
            (&json!("closed"), &json!("yes"))
        );
        assert_eq!(now["entries"][2]["text"], "可以，先公示。", "{now}");
        for (filter, expected) in [
            ("ended=false".to_owned(), 0),
            ("ended=true&field=law".to_owned(), 1),
            (format!("case={case}&limit=1"), 1),
            (format!("case={case}&area={}", g.area("A2")), 0),
        ] {
            let (_, page) = g.read("desk", &format!("support?{filter}")).await;
            assert_eq!(
                page["items"].as_array().unwrap().len(),
                expected,
                "{filter}"
            );
        }
        assert_eq!(g.read("other", &at).await.0, StatusCode::NOT_FOUND);
        // A second request: whoever declines no longer reads it.
        let other = g.made("desk", "support", &new).await;
        let steps = format!("support/{other}/steps");
        g.stepped("desk", &steps, &offer).await;
        let decline = json!({ "version": 2, "verb": "decline", "reason": "没有时间" });
        let seen = g.stepped("lawyer", &steps, &decline).await;
        assert_eq!(seen["offers"][0]["state"], "declined");
        assert!(!seen.to_string().contains("扶手"), "{seen}");
    }
}
