//! The list and its filters, one request, tokens.

use axum::http::StatusCode;
use youlin_cases::Merge;
use youlin_cases::model::{Source, Verb};
use youlin_kernel::{Micros, Role};
use youlin_places::PlaceInput;
use youlin_testkit::databases;

use crate::ground::{Ground, IN_B};

#[tokio::test]
async fn every_filter_filters() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::CommunityDesk, "S1").await;
        let clock = &ground.world.clock;
        // 08:12 on 11 November; one request each minute.
        let light = ground.light(&key, "一").await;
        clock.advance(Micros::MINUTE);
        let rubbish = ground
            .filed(&[
                ("api_key", &key),
                ("service_code", "E-1"),
                ("lat", IN_B.0),
                ("long", IN_B.1),
            ])
            .await;
        clock.advance(Micros::MINUTE);
        let declined = ground.light(&key, "三").await;
        ground
            .act(
                &declined,
                Verb::Decline {
                    reason: "不属于本社区".into(),
                },
            )
            .await;

        let newest_first = [declined.clone(), rubbish.clone(), light.clone()];
        assert_eq!(ground.ids("").await, newest_first);
        assert_eq!(
            ground.ids("service_code=P-1").await,
            [declined.clone(), light.clone()]
        );
        assert_eq!(ground.ids("service_code=P-1,E-1").await, newest_first);
        assert_eq!(
            ground.ids("service_code=P-1&service_code=E-1").await,
            newest_first
        );
        assert_eq!(ground.ids("service_code=nothing").await, [""; 0]);
        assert_eq!(
            ground.ids("status=open").await,
            [rubbish.clone(), light.clone()]
        );
        assert_eq!(ground.ids("status=CLOSED").await, [declined.as_str()]);
        assert_eq!(ground.ids("status=open,closed").await, newest_first);
        assert_eq!(
            ground.ids("start_date=2026-11-11T00:13:00Z").await,
            [declined.clone(), rubbish.clone()]
        );
        assert_eq!(
            ground.ids("end_date=2026-11-11T08:13:00%2B08:00").await,
            [rubbish.clone(), light.clone()]
        );
        assert_eq!(
            ground.ids("end_date=2026-11-11T08:13:00+08:00").await,
            [rubbish.clone(), light.clone()]
        );
        assert_eq!(
            ground
                .ids("start_date=2026-11-11T00:12:30Z&end_date=2026-11-11T00:13:30Z")
                .await,
            [rubbish.as_str()]
        );
        assert_eq!(
            ground
                .ids("start_date=2026-11-11&end_date=2026-11-11")
                .await,
            newest_first
        );
        assert_eq!(ground.ids("end_date=2026-11-10").await, [""; 0]);
        // Ids override everything else.
        let query = format!(
            "service_request_id={light},nonsense,{declined}&status=open&start_date=2020-01-01"
        );
        assert_eq!(ground.ids(&query).await, [declined.clone(), light.clone()]);
        assert_eq!(ground.ids("service_request_id=nonsense").await, [""; 0]);
        // Pages.
        assert_eq!(ground.ids("page_size=2").await, newest_first[..2]);
        assert_eq!(ground.ids("page_size=2&page=2").await, newest_first[2..]);
        assert_eq!(ground.ids("page_size=2&page=3").await, [""; 0]);
        let reply = ground
            .get(&format!(
                "v2/requests.json?page_size=1&page=2&api_key={key}"
            ))
            .await;
        let links = reply.header("link");
        assert!(
            links.contains("page_size=1&page=1>; rel=\"prev\"")
                && links.contains("page=3>; rel=\"next\""),
            "{links}"
        );
        assert!(!links.contains(&key), "{links}");
        assert_eq!(ground.get("v2/requests.json").await.header("link"), "");
    }
}

#[tokio::test]
async fn without_dates_the_last_ninety_days_are_shown() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::CommunityDesk, "A").await;
        let old = ground.light(&key, "旧").await;
        ground.world.clock.advance(89 * Micros::DAY);
        assert_eq!(ground.ids("").await, [old.as_str()]);
        ground.world.clock.advance(2 * Micros::DAY);
        let new = ground.light(&key, "新").await;
        assert_eq!(ground.ids("").await, [new.as_str()]);
        // One end and ninety days from it.
        assert_eq!(ground.ids("start_date=2026-11-11").await, [old.as_str()]);
        assert_eq!(ground.ids("start_date=2026-11-13").await, [new.as_str()]);
        assert_eq!(ground.ids("end_date=2027-02-08").await, [old.as_str()]);
        assert_eq!(
            ground.ids(&format!("service_request_id={old}")).await,
            [old.as_str()]
        );
    }
}

#[tokio::test]
async fn states_and_times_follow_the_case() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::CommunityDesk, "A").await;
        let id = ground.light(&key, "灯不亮").await;
        let seen = ground.seen(&id, None).await;
        assert_eq!(
            (
                &seen["status"],
                &seen["extended_attributes"]["detailed_status"]
            ),
            (&"open".into(), &"reported".into())
        );
        assert_eq!(seen["requested_datetime"], "2026-11-11T08:12:00+08:00");
        assert_eq!(seen["updated_datetime"], "2026-11-11T08:12:00+08:00");
        assert_eq!(seen["expected_datetime"], "2026-11-12T08:12:00+08:00");
        assert_eq!(seen["service_name"], "路灯不亮");
        assert_eq!(seen["extended_attributes"]["light"], "on_time");
        ground.world.clock.advance(Micros::HOUR);
        ground.act(&id, Verb::Accept).await;
        let seen = ground.seen(&id, None).await;
        assert_eq!(
            (&seen["status"], &seen["updated_datetime"]),
            (&"open".into(), &"2026-11-11T09:13:00+08:00".into())
        );
        let other = ground.light(&key, "又一盏").await;
        ground.finish(&other).await;
        let seen = ground.seen(&other, None).await;
        assert_eq!(
            (&seen["status"], &seen["status_notes"]),
            (&"closed".into(), &"已核实，办结。".into())
        );
        assert_eq!(seen["extended_attributes"]["detailed_status"], "closed");
        // English for those who ask for it.
        let request = axum::http::Request::get(format!("/open311/v2/requests/{other}.xml"))
            .header("accept-language", "en-GB,en;q=0.9")
            .body(axum::body::Body::empty());
        let document = ground.send(request.unwrap()).await.xml();
        let request = document.child("request");
        assert_eq!(
            (request.at("service_name"), request.at("status_notes")),
            ("Street light out", "Verified and closed.")
        );
        assert_eq!(
            request
                .children
                .iter()
                .filter(|child| child.name == "extended_attributes")
                .count(),
            0
        );
    }
}

#[tokio::test]
async fn a_merged_request_is_closed_and_says_where_it_goes_on() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::CommunityDesk, "A").await;
        let (into, from) = (
            ground.light(&key, "一").await,
            ground.light(&key, "二").await,
        );
        let merge = Merge {
            cases: std::sync::Arc::clone(&ground.cases),
            community: ground.community("A"),
            duplicate: from.parse().unwrap(),
            into: into.parse().unwrap(),
            version: None,
        };
        ground
            .world
            .db()
            .execute(&ground.world.service(), merge)
            .await
            .unwrap();
        let seen = ground.seen(&from, None).await;
        assert_eq!(
            (
                &seen["status"],
                &seen["extended_attributes"]["detailed_status"]
            ),
            (&"closed".into(), &"merged".into())
        );
        assert_eq!(seen["extended_attributes"]["merged_into"], into.as_str());
        assert_eq!(ground.seen(&into, None).await["status"], "open");
    }
}

#[tokio::test]
async fn the_reporters_code_is_a_token() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let here = PlaceInput {
            lon: Some(120.802),
            lat: Some(32.005),
            ..PlaceInput::default()
        };
        let filed = ground.report(Source::Phone, "E-1", "垃圾", here).await;
        let reply = ground
            .get(&format!("v2/tokens/{}.json", filed.tracking_code))
            .await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.json()[0]["service_request_id"], filed.id.to_string());
        assert_eq!(reply.json()[0]["token"], filed.tracking_code.as_str());
        let document = ground
            .get(&format!("v2/tokens/{}.xml", filed.tracking_code))
            .await
            .xml();
        assert_eq!(
            document.child("request").at("service_request_id"),
            filed.id.to_string()
        );
        for unknown in ["AAAAA-AAAAA", "x", "%ff"] {
            let reply = ground.get(&format!("v2/tokens/{unknown}.json")).await;
            assert!(matches!(reply.errors()[0].0, 400 | 404), "{unknown}");
        }
        assert_eq!(
            ground.get("v2/tokens/AAAAA-AAAAA.json").await.status,
            StatusCode::NOT_FOUND
        );
    }
}
