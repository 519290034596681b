//! Updates: told, added, refused.

use axum::http::StatusCode;
use uuid::Uuid;
use youlin_cases::model::{Assignment, Verb};
use youlin_kernel::{Micros, Role};
use youlin_people::Party;
use youlin_testkit::databases;

use crate::ground::Ground;

#[tokio::test]
async fn the_way_of_a_request_is_told_oldest_first() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::CommunityDesk, "A").await;
        let id = ground.light(&key, "灯不亮").await;
        ground.finish(&id).await;
        let updates = ground.get("v2/servicerequestupdates.json").await.json();
        let told: Vec<(&str, &str)> = updates
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                assert_eq!(one["service_request_id"], id.as_str());
                (
                    one["status"].as_str().unwrap(),
                    one["description"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("open", "已受理。"),
                ("open", "已派给处置单位。"),
                ("open", "开始处置。"),
                ("open", "处置完毕，等待核实。"),
                ("closed", "已核实，办结。"),
            ]
        );
        assert_eq!(updates[0]["updated_datetime"], "2026-11-11T08:13:00+08:00");
        let document = ground.get("v2/servicerequestupdates.xml").await.xml();
        assert_eq!(
            (document.name.as_str(), document.children.len()),
            ("service_request_updates", 5)
        );
        assert_eq!(
            document.child("request_update").at("update_id"),
            updates[0]["update_id"].as_str().unwrap()
        );

        let count = async |query: &str| {
            let reply = ground
                .get(&format!("v2/servicerequestupdates.json?{query}"))
                .await;
            assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
            reply.json().as_array().unwrap().len()
        };
        assert_eq!(count("start_date=2026-11-11T00:14:00Z").await, 4);
        assert_eq!(count("end_date=2026-11-11T00:14:00Z").await, 2);
        assert_eq!(
            count(&format!("service_request_id={id}&page_size=3")).await,
            3
        );
        assert_eq!(
            count(&format!("service_request_id={id}&page_size=3&page=2")).await,
            2
        );
        assert_eq!(count("service_request_id=nonsense").await, 0);
        ground.world.clock.advance(91 * Micros::DAY);
        assert_eq!(count("").await, 0);
        assert_eq!(count(&format!("service_request_id={id}")).await, 5);
    }
}

#[tokio::test]
async fn whoever_filed_it_adds_notes_once_each() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::Volunteer, "A").await;
        let id = ground.light(&key, "灯不亮").await;
        let add = async |fields: &[(&str, &str)]| {
            let fields = [
                [
                    ("api_key", key.as_str()),
                    ("service_request_id", id.as_str()),
                ]
                .as_slice(),
                fields,
            ]
            .concat();
            ground.post("v2/servicerequestupdates.json", &fields).await
        };
        let first = add(&[
            ("description", "现在两盏都不亮"),
            ("update_id", "77"),
            ("status", "OPEN"),
        ])
        .await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
        let again = add(&[
            ("description", "现在两盏都不亮"),
            ("update_id", "77"),
            ("status", "OPEN"),
        ])
        .await;
        assert_eq!(again.json(), first.json());
        let own = ground
            .get(&format!("v2/servicerequestupdates.json?api_key={key}"))
            .await
            .json();
        assert_eq!(own.as_array().unwrap().len(), 1, "{own}");
        assert_eq!(own[0]["update_id"], first.json()[0]["update_id"]);
        assert_eq!(own[0]["description"], "现在两盏都不亮");
        // Notes are between the reporter and the house.
        assert_eq!(
            ground.get("v2/servicerequestupdates.json").await.json(),
            serde_json::json!([])
        );
        let xml = ground
            .post(
                "v2/servicerequestupdates.xml",
                &[
                    ("api_key", &key),
                    ("service_request_id", &id),
                    ("description", "三盏"),
                    ("update_id", "78"),
                ],
            )
            .await
            .xml();
        assert_eq!(
            (xml.name.as_str(), xml.child("request_update").at("status")),
            ("service_request_updates", "open")
        );
    }
}

#[tokio::test]
async fn nobody_closes_from_outside_and_the_reporter_may_reopen() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let filer = ground.key(Role::Volunteer, "A").await;
        let desk = ground.key(Role::CommunityDesk, "A").await;
        let id = ground.light(&filer, "灯不亮").await;
        let add = async |key: &str, status: &str, text: &str| {
            let fields = [
                ("api_key", key),
                ("service_request_id", id.as_str()),
                ("status", status),
                ("description", text),
            ];
            ground.post("v2/servicerequestupdates.json", &fields).await
        };
        for key in [&filer, &desk] {
            let reply = add(key, "closed", "修好了").await;
            assert_eq!(
                (reply.status, reply.errors()[0].0),
                (StatusCode::CONFLICT, 409)
            );
        }
        assert_eq!(ground.seen(&id, None).await["status"], "open");
        let noted = add(&desk, "open", "今天下午去看").await;
        assert_eq!(
            (noted.status, &noted.json()[0]["status"]),
            (StatusCode::CREATED, &"open".into())
        );
        ground.finish(&id).await;
        // A note to what is over is the house's to refuse; asking to reopen is the reporter's right.
        let late = add(&filer, "closed", "谢谢").await;
        assert_eq!(
            (late.status, late.errors()[0].0),
            (StatusCode::CONFLICT, 409)
        );
        let again = add(&filer, "open", "又不亮了").await;
        assert_eq!(again.status, StatusCode::CREATED, "{}", again.text());
        let seen = ground.seen(&id, None).await;
        assert_eq!(seen["status"], "open");
    }
}

#[tokio::test]
async fn others_keys_add_nothing() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let filer = ground.key(Role::Volunteer, "A").await;
        let id = ground.light(&filer, "灯不亮").await;
        for (role, area) in [(Role::CommunityDesk, "B"), (Role::Volunteer, "A")] {
            let key = ground.key(role, area).await;
            let fields = [
                ("api_key", key.as_str()),
                ("service_request_id", &id),
                ("description", "x"),
            ];
            let reply = ground.post("v2/servicerequestupdates.json", &fields).await;
            assert_eq!(
                (reply.status, reply.errors()[0].0),
                (StatusCode::FORBIDDEN, 403)
            );
        }
        // An auditor reads everything there and changes nothing.
        let auditor = ground.key(Role::Auditor, "A").await;
        let fields = [
            ("api_key", auditor.as_str()),
            ("service_request_id", &id),
            ("description", "x"),
            ("status", "closed"),
        ];
        assert_eq!(
            ground
                .post("v2/servicerequestupdates.json", &fields)
                .await
                .status,
            StatusCode::CONFLICT
        );
        ground.act(&id, Verb::Accept).await;
        assert_eq!(
            ground
                .get("v2/servicerequestupdates.json")
                .await
                .json()
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
}

#[tokio::test]
async fn the_system_of_the_organisation_in_charge_reads_and_notes() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let filer = ground.key(Role::Volunteer, "A").await;
        let organisation = Uuid::from_u128(0x77);
        let lead_key = ground.key_of(Role::Partner, "A", Some(organisation)).await;
        let fields = [
            ("service_code", "S-9"),
            ("lat", "32.005"),
            ("long", "120.802"),
            ("description", "陪同就医"),
        ];
        let id = ground
            .filed(&[[("api_key", filer.as_str())].as_slice(), &fields].concat())
            .await;
        let update = [
            ("api_key", lead_key.as_str()),
            ("service_request_id", &id),
            ("description", "明早八点到"),
        ];
        assert_eq!(
            ground
                .post("v2/servicerequestupdates.json", &update)
                .await
                .status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(ground.ids(&format!("api_key={lead_key}")).await, [""; 0]);
        let lead = Assignment {
            party: Party::organisation(organisation),
            text: String::new(),
        };
        ground
            .act(
                &id,
                Verb::Dispatch {
                    lead,
                    supporting: Vec::new(),
                },
            )
            .await;
        assert_eq!(
            ground.ids(&format!("api_key={lead_key}")).await,
            [id.as_str()]
        );
        assert_eq!(
            ground.seen(&id, Some(&lead_key)).await["description"],
            "陪同就医"
        );
        let reply = ground.post("v2/servicerequestupdates.json", &update).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    }
}
