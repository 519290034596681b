//! What the public sees, what a key sees: ADR 0006.

use axum::http::StatusCode;
use serde_json::Value;
use youlin_cases::model::{Source, Verb};
use youlin_kernel::Role;
use youlin_places::PlaceInput;
use youlin_testkit::databases;

use crate::ground::{Ground, IN_A1};

fn here() -> PlaceInput {
    PlaceInput {
        lon: Some(120.802123456),
        lat: Some(32.005123456),
        text: Some("12号楼304王奶奶家门口".into()),
        ..PlaceInput::default()
    }
}

#[tokio::test]
async fn the_public_sees_the_building_and_not_the_words() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let phoned = ground
            .report(
                Source::Phone,
                "E-1",
                "王奶奶说楼下有垃圾，电话13912345678",
                here(),
            )
            .await;
        ground
            .act(
                &phoned.id.to_string(),
                Verb::Note {
                    text: "王奶奶，我们下午来".into(),
                    public: true,
                },
            )
            .await;
        let seen = ground.seen(&phoned.id.to_string(), None).await;
        assert_eq!(
            (&seen["lat"], &seen["long"]),
            (&32.0051.into(), &120.8021.into())
        );
        assert_eq!(seen["address"], "甲社区 · 甲一网格");
        assert_eq!(
            (&seen["description"], &seen["media_url"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(seen["status_notes"], "已登记，等待受理。");
        assert_eq!(seen["extended_attributes"]["place_precision"], "building");
        assert!(!seen.to_string().contains("王奶奶"), "{seen}");

        let desk = ground.key(Role::CommunityDesk, "A").await;
        let seen = ground.seen(&phoned.id.to_string(), Some(&desk)).await;
        assert_eq!(
            (&seen["lat"], &seen["long"]),
            (&32.005123456.into(), &120.802123456.into())
        );
        assert_eq!(seen["address"], "12号楼304王奶奶家门口");
        assert_eq!(seen["description"], "王奶奶说楼下有垃圾，电话13912345678");
        assert_eq!(
            seen["status_notes"],
            "已登记，等待受理。 王奶奶，我们下午来"
        );
        // The key of a neighbouring community, and one that reads nowhere, are the public.
        for key in [
            ground.key(Role::CommunityDesk, "B").await,
            ground.key(Role::Volunteer, "A").await,
        ] {
            let seen = ground.seen(&phoned.id.to_string(), Some(&key)).await;
            assert_eq!(seen["description"], Value::Null);
        }
        let building = PlaceInput {
            text: Some("光明东村12号楼".into()),
            ..PlaceInput::default()
        };
        let there = ground
            .report(Source::Desk, "E-1", "楼道堆物", building)
            .await;
        let seen = ground.seen(&there.id.to_string(), None).await;
        assert!(
            seen["address"]
                .as_str()
                .unwrap()
                .ends_with("光明东村12号楼"),
            "{seen}"
        );
        assert!(seen["address_id"].is_string());
    }
}

#[tokio::test]
async fn what_was_sent_over_open311_is_read_in_public_without_numbers() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::Volunteer, "A").await;
        let id = ground
            .light(&key, "灯不亮，打13912345678或写 a@b.cn https://b.cn/x 谢谢")
            .await;
        // Whole words go that hold an address; of others only the number.
        let public = "灯不亮，打***或写 *** *** 谢谢";
        assert_eq!(ground.seen(&id, None).await["description"], public);
        let own = ground.seen(&id, Some(&key)).await;
        assert_eq!(
            own["description"],
            "灯不亮，打13912345678或写 a@b.cn https://b.cn/x 谢谢"
        );
        assert_eq!(own["extended_attributes"]["place_precision"], "exact");
    }
}

#[tokio::test]
async fn a_dwelling_and_a_neighbourly_service_are_told_by_community_only() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::CommunityDesk, "A").await;
        let home = ground
            .locator
            .candidates("光明东村12号楼1单元304", None, 1)
            .remove(0)
            .place
            .dwelling
            .unwrap();
        let at_home = PlaceInput {
            dwelling: Some(home),
            ..PlaceInput::default()
        };
        let leak = ground
            .report(Source::Resident, "E-1", "家里漏水", at_home)
            .await
            .id
            .to_string();
        let repair = ground
            .filed(&[
                ("api_key", &key),
                ("service_code", "S-1"),
                ("lat", IN_A1.0),
                ("long", IN_A1.1),
                ("description", "王奶奶家水龙头坏了"),
            ])
            .await;
        for id in [leak, repair] {
            let seen = ground.seen(&id, None).await;
            assert_eq!(seen["address"], "甲社区");
            for hidden in ["lat", "long", "address_id", "description", "media_url"] {
                assert_eq!(seen[hidden], Value::Null, "{hidden} of {seen}");
            }
            assert_eq!(seen["extended_attributes"]["place_precision"], "community");
            let seen = ground.seen(&id, Some(&key)).await;
            assert!(
                seen["lat"].is_number() && seen["description"].is_string(),
                "{seen}"
            );
        }
    }
}

#[tokio::test]
async fn sensitive_requests_exist_only_for_those_concerned() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let filer = ground.key(Role::Volunteer, "S1").await;
        let fields = [
            ("api_key", filer.as_str()),
            ("service_code", "S-9"),
            ("lat", IN_A1.0),
            ("long", IN_A1.1),
            ("description", "陪王奶奶去医院"),
        ];
        let id = ground.filed(&fields).await;
        ground.act(&id, Verb::Accept).await;
        let open = ground.light(&filer, "灯").await;
        let keys = [
            (None, false),
            (Some(filer.clone()), true),
            (Some(ground.key(Role::CommunityDesk, "A").await), true),
            (Some(ground.key(Role::GridWorker, "A1").await), true),
            (Some(ground.key(Role::GridWorker, "A2").await), false),
            (Some(ground.key(Role::CommunityDesk, "B").await), false),
            (Some(ground.key(Role::Volunteer, "A").await), false),
        ];
        for (key, sees) in keys {
            let key = key.map_or_else(String::new, |key| format!("api_key={key}"));
            let one = ground.get(&format!("v2/requests/{id}.json?{key}")).await;
            assert_eq!(
                one.status,
                if sees {
                    StatusCode::OK
                } else {
                    StatusCode::NOT_FOUND
                },
                "{key}"
            );
            let expected = if sees {
                vec![open.clone(), id.clone()]
            } else {
                vec![open.clone()]
            };
            assert_eq!(ground.ids(&key).await, expected, "{key}");
            let ids = format!("service_request_id={id}&{key}");
            assert_eq!(ground.ids(&ids).await.len(), usize::from(sees), "{key}");
            let updates = ground
                .get(&format!("v2/servicerequestupdates.json?{key}"))
                .await
                .json();
            assert_eq!(
                updates.as_array().unwrap().len(),
                usize::from(sees),
                "{updates}"
            );
        }
    }
}
