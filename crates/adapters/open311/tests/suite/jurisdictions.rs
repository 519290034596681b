//! Jurisdictions: whose ground it is, and which one may be left out.

use axum::http::StatusCode;
use youlin_kernel::Role;
use youlin_open311::{Jurisdiction, Open311Settings};
use youlin_testkit::databases;

use crate::ground::{Ground, IN_A1, IN_B, Wishes};

#[tokio::test]
async fn jurisdictions_divide_the_ground() {
    for base in databases().await {
        let one = |id: &str, code: &str| Jurisdiction {
            id: id.into(),
            area_code: code.into(),
        };
        let settings = Open311Settings {
            jurisdictions: vec![
                one("jia.example.cn", "A"),
                one("yi.example.cn", "B"),
                one("gone.example.cn", "Z"),
            ],
            contact: "api@example.cn".into(),
            key_service: "https://example.cn/keys".into(),
        };
        let ground = Ground::furnished(
            base,
            Wishes {
                settings: Some(settings),
                ..Wishes::default()
            },
        )
        .await;
        let discovery = ground.get("discovery.json").await.json();
        assert_eq!(
            (&discovery["contact"], &discovery["key_service"]),
            (&"api@example.cn".into(), &"https://example.cn/keys".into())
        );
        let key = ground.key(Role::CommunityDesk, "S1").await;
        let file = async |jurisdiction: &str, at: (&str, &str)| {
            let fields = [
                ("api_key", key.as_str()),
                ("jurisdiction_id", jurisdiction),
                ("service_code", "E-1"),
                ("lat", at.0),
                ("long", at.1),
            ];
            ground.post("v2/requests.json", &fields).await
        };
        let reply = file("jia.example.cn", IN_A1).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        let id = reply.json()[0]["service_request_id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(file("jia.example.cn", IN_B).await.errors()[0].0, 400);
        assert_eq!(file("", IN_A1).await.errors()[0].0, 400);
        assert_eq!(file("bing.example.cn", IN_A1).await.errors()[0].0, 404);
        assert_eq!(
            ground.ids("jurisdiction_id=jia.example.cn").await,
            [id.as_str()]
        );
        assert_eq!(ground.ids("jurisdiction_id=yi.example.cn").await, [""; 0]);
        for path in [
            "services",
            "services/E-1",
            "requests",
            "servicerequestupdates",
            &format!("requests/{id}"),
        ] {
            for (query, code) in [
                ("", 400),
                ("?jurisdiction_id=bing.example.cn", 404),
                ("?jurisdiction_id=gone.example.cn", 404),
            ] {
                let reply = ground.get(&format!("v2/{path}.json{query}")).await;
                assert_eq!(
                    (u64::from(reply.status.as_u16()), reply.errors()[0].0),
                    (code, code),
                    "{path}{query}"
                );
            }
            let reply = ground
                .get(&format!("v2/{path}.json?jurisdiction_id=jia.example.cn"))
                .await;
            assert_eq!(reply.status, StatusCode::OK, "{path}");
        }
        let elsewhere = ground
            .get(&format!(
                "v2/requests/{id}.json?jurisdiction_id=yi.example.cn"
            ))
            .await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn one_jurisdiction_may_be_left_out_and_none_is_ignored() {
    for base in databases().await {
        let settings = Open311Settings {
            jurisdictions: vec![Jurisdiction {
                id: "jia.example.cn".into(),
                area_code: "A".into(),
            }],
            ..Open311Settings::default()
        };
        let ground = Ground::furnished(
            base,
            Wishes {
                settings: Some(settings),
                ..Wishes::default()
            },
        )
        .await;
        assert_eq!(ground.get("v2/services.json").await.status, StatusCode::OK);
        assert_eq!(
            ground
                .get("v2/services.json?jurisdiction_id=x")
                .await
                .status,
            StatusCode::NOT_FOUND
        );
        let key = ground.key(Role::CommunityDesk, "S1").await;
        let fields = [
            ("api_key", key.as_str()),
            ("service_code", "E-1"),
            ("lat", IN_B.0),
            ("long", IN_B.1),
        ];
        assert_eq!(
            ground.post("v2/requests.json", &fields).await.errors()[0].0,
            400
        );
    }
    for base in databases().await {
        let ground = Ground::new(base).await;
        assert_eq!(
            ground
                .get("v2/services.json?jurisdiction_id=x")
                .await
                .status,
            StatusCode::OK
        );
    }
}
