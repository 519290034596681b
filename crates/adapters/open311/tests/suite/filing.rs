//! Filing requests: places, attributes, contacts, keys, what is sent twice.

use axum::http::StatusCode;
use sea_orm::{ConnectionTrait, Statement};
use youlin_cases::{case, track};
use youlin_database::audit::verify;
use youlin_kernel::{CommunityId, Role};
use youlin_testkit::databases;

use crate::ground::{Ground, IN_A1, IN_A2, IN_B};

#[tokio::test]
async fn a_request_becomes_a_case_like_any_other() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::GridWorker, "A").await;
        let fields = [
            ("api_key", key.as_str()),
            ("service_code", "P-1"),
            ("lat", IN_A1.0),
            ("long", IN_A1.1),
            ("address_string", "光明东村12号楼门口"),
            ("description", "<b>灯</b> & \"坏\"了"),
            ("attribute[pole]", "42"),
            ("attribute[lamps]", "3"),
            ("attribute[when]", "2026-11-10T20:00:00+08:00"),
            ("attribute[height]", "high"),
            ("attribute[colours][]", "red"),
            ("attribute[colours][]", "green"),
            ("first_name", "小明"),
            ("last_name", "王"),
            ("phone", "13912345678"),
            ("email", "xm@example.cn"),
            ("device_id", "device-0001"),
            ("account_id", "account-0001"),
            ("media_url", "https://example.cn/lamp.jpg"),
        ];
        let reply = ground.post("v2/requests.xml", &fields).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        let document = reply.xml();
        let request = document.child("request");
        let id = request.at("service_request_id").to_owned();
        let notice = request.at("service_notice").to_owned();
        assert_eq!(
            (document.name.as_str(), request.at("account_id")),
            ("service_requests", "")
        );

        let desk = ground
            .world
            .caller(Role::CommunityDesk, ground.community("A"));
        let view = case(ground.world.db(), &ground.cases, &desk, id.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(
            view.full_text,
            "<b>灯</b> & \"坏\"了\n图片链接：https://example.cn/lamp.jpg"
        );
        assert_eq!(view.row.address, "光明东村12号楼门口");
        assert_eq!(view.row.position, Some((120.802123456, 32.005123456)));
        assert_eq!(
            view.row
                .grid
                .map(|area| ground.world.areas.load().get(area).unwrap().code.clone())
                .as_deref(),
            Some("A1")
        );
        assert_eq!(view.source.as_str(), "open311");
        assert_eq!(
            view.answers,
            serde_json::json!({"pole": "42", "lamps": "3", "when": "2026-11-10T20:00:00+08:00", "height": "high",
                               "colours": ["red", "green"]})
        );
        let masked = view.contact_masked.unwrap();
        assert!(
            masked.starts_with("王*") && !masked.contains("12345678"),
            "{masked}"
        );
        assert!(
            notice.contains(&view.row.number) && notice.contains(&view.tracking_code),
            "{notice}"
        );
        let events: Vec<_> = view
            .events
            .iter()
            .map(|event| (event.kind.as_str(), event.actor_kind.as_str()))
            .collect();
        assert_eq!(events, [("reported", "machine")]);
        assert!(
            track(
                ground.world.db(),
                &ground.cases,
                &ground.world.visitor(),
                &view.tracking_code
            )
            .await
            .is_ok()
        );
        nothing_of_the_device_is_kept(&ground).await;
        let chains = [CommunityId::SYSTEM, ground.community("A")];
        let mut tables = youlin_cases::module().audited;
        tables.extend(youlin_people::module().audited);
        let report = verify(ground.world.db().read(), &tables, &chains, None)
            .await
            .unwrap();
        assert!(report.faults.is_empty(), "{report:?}");
    }
}

async fn nothing_of_the_device_is_kept(ground: &Ground) {
    let conn = ground.world.db().read();
    let statement =
        Statement::from_string(conn.get_database_backend(), "SELECT * FROM case_record");
    let rows = conn.query_all_raw(statement).await.unwrap();
    assert_eq!(rows.len(), 1);
    for column in ["text", "answers", "address", "external_key"] {
        let kept: String = rows[0].try_get("", column).unwrap();
        for secret in [
            "device-0001",
            "account-0001",
            "13912345678",
            "xm@example.cn",
        ] {
            assert!(!kept.contains(secret), "{column}: {kept}");
        }
    }
}

#[tokio::test]
async fn a_place_is_a_position_an_address_or_an_id() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::CommunityDesk, "S1").await;
        let file = async |place: &[(&str, &str)]| {
            let fields = [
                [("api_key", key.as_str()), ("service_code", "E-1")].as_slice(),
                place,
            ]
            .concat();
            ground.filed(&fields).await
        };
        let by_text = file(&[("address_string", "光明东村13号楼")]).await;
        let seen = ground.seen(&by_text, Some(&key)).await;
        assert!(
            seen["address"].as_str().unwrap().contains("13号楼"),
            "{seen}"
        );
        // Without a description the service's name says what it is about.
        assert_eq!(seen["description"], "垃圾堆放");

        let building = seen["address_id"].as_str().unwrap().to_owned();
        let by_id = file(&[("address_id", &building)]).await;
        assert_eq!(
            ground.seen(&by_id, Some(&key)).await["address_id"],
            building.as_str()
        );

        let home = ground
            .locator
            .candidates("光明东村12号楼1单元304", None, 1)
            .remove(0)
            .place
            .dwelling
            .unwrap();
        let by_home = file(&[
            ("address_id", &home.to_string()),
            ("description", "屋里停电"),
        ])
        .await;
        let seen = ground.seen(&by_home, Some(&key)).await;
        assert_eq!(seen["address_id"], home.to_string());
        assert!(seen["address"].as_str().unwrap().contains("304"), "{seen}");

        let by_point = file(&[("lat", IN_B.0), ("long", IN_B.1)]).await;
        assert_eq!(
            ground.seen(&by_point, Some(&key)).await["agency_responsible"],
            "乙社区"
        );
    }
}

#[tokio::test]
async fn a_key_files_only_where_it_may() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let grid = ground.key(Role::GridWorker, "A1").await;
        let auditor = ground.key(Role::Auditor, "S1").await;
        let file = async |key: &str, at: (&str, &str)| {
            let fields = [
                ("api_key", key),
                ("service_code", "E-1"),
                ("lat", at.0),
                ("long", at.1),
            ];
            ground.post("v2/requests.json", &fields).await
        };
        assert_eq!(file(&grid, IN_A1).await.status, StatusCode::CREATED);
        for (key, at) in [(&grid, IN_A2), (&grid, IN_B), (&auditor, IN_A1)] {
            let reply = file(key, at).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN);
            assert_eq!(reply.errors()[0].0, 403);
        }
        let partner = ground.key(Role::Volunteer, "A").await;
        assert_eq!(file(&partner, IN_A2).await.status, StatusCode::CREATED);
        let body = [("service_code", "E-1"), ("lat", IN_A1.0), ("long", IN_A1.1)];
        for (name, value) in [
            ("x-api-key", grid.clone()),
            ("authorization", format!("Bearer {grid}")),
        ] {
            let reply = ground
                .post_with("v2/requests.json", &body, &[(name, &value)])
                .await;
            assert_eq!(
                reply.status,
                StatusCode::CREATED,
                "{name}: {}",
                reply.text()
            );
        }
        let reply = ground
            .post(&format!("v2/requests.json?api_key={grid}"), &body)
            .await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        let ended = ground
            .world
            .db()
            .execute(&ground.world.service(), revoke(&ground, &grid).await)
            .await;
        ended.unwrap();
        let reply = file(&grid, IN_A1).await;
        assert_eq!(
            (reply.status, reply.errors()[0].0),
            (StatusCode::FORBIDDEN, 403)
        );
    }
}

async fn revoke(ground: &Ground, key: &str) -> youlin_people::RevokeApiKey {
    use sha2::{Digest, Sha256};
    use youlin_people::{AccountPolicy, Accounts, KeyKind};
    let accounts = Accounts::new(ground.world.db().clone(), AccountPolicy::default());
    let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    let who = accounts
        .key_of(KeyKind::Open311, hash)
        .await
        .unwrap()
        .unwrap();
    youlin_people::RevokeApiKey {
        id: who.actor.id().unwrap(),
    }
}

#[tokio::test]
async fn the_same_request_sent_twice_is_one_case() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::CommunityDesk, "A").await;
        let fields = |text: &'static str| {
            vec![
                ("api_key", key.as_str()),
                ("service_code", "E-1"),
                ("lat", IN_A1.0),
                ("long", IN_A1.1),
                ("description", text),
            ]
        };
        let send = async |text: &'static str, once: &str| {
            ground
                .post_with(
                    "v2/requests.json",
                    &fields(text),
                    &[("idempotency-key", once)],
                )
                .await
        };
        let first = send("一", "k1").await;
        let again = send("一", "k1").await;
        assert_eq!((again.status, again.json()), (first.status, first.json()));
        let other = send("二", "k1").await;
        assert_eq!(
            (other.status, other.errors()[0].0),
            (StatusCode::BAD_REQUEST, 400)
        );
        assert_eq!(send("一", "k2").await.status, StatusCode::CREATED);
        // Another system's key of the same name is another key.
        let stranger = ground.key(Role::CommunityDesk, "A").await;
        let mut others = fields("一");
        others[0].1 = &stranger;
        assert_eq!(
            ground
                .post_with("v2/requests.json", &others, &[("idempotency-key", "k1")])
                .await
                .status,
            StatusCode::CREATED
        );
        assert_eq!(ground.ids("").await.len(), 3);
        let long = "x".repeat(201);
        for wrong in ["", long.as_str()] {
            let reply = send("一", wrong).await;
            assert_eq!(reply.errors()[0].0, 400);
        }
        assert_eq!(ground.ids("").await.len(), 3);
    }
}
