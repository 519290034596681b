//! What is not taken, in words.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use youlin_testkit::{databases, sqlite};

use crate::ground::Ground;
use crate::phone::{Part, Patrol};

#[tokio::test]
async fn what_cannot_be_taken_is_said_in_the_readers_language_and_stays_on_the_phone() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let mut phone = ground.phone(0).await;
        let patrol = Patrol::new(&ground, 1);
        let xml = patrol.xml();
        let form = |xml: String| vec![Part::Form(xml)];
        let cases = [
            (form("<data".into()), StatusCode::BAD_REQUEST, "坏了"),
            (
                form(xml.replace("id=\"river-patrol\"", "id=\"fish-count\"")),
                StatusCode::NOT_FOUND,
                "fish-count",
            ),
            (
                form(
                    xml.replace("<orx:instanceID>", "<orx:other>")
                        .replace("</orx:instanceID>", "</orx:other>"),
                ),
                StatusCode::BAD_REQUEST,
                "编号",
            ),
            (
                form(xml.replace(&patrol.subject, "")),
                StatusCode::UNPROCESSABLE_ENTITY,
                "去了哪里",
            ),
            (
                form(xml.replace(&patrol.subject, "00000000-0000-7000-8000-000000000001")),
                StatusCode::NOT_FOUND,
                "名单",
            ),
            (
                form(xml.replace("<floating>few", "<floating>lots")),
                StatusCode::UNPROCESSABLE_ENTITY,
                "漂浮",
            ),
            (
                form(xml.replace("<!DOCTYPE", "").replacen(
                    "<data",
                    "<!DOCTYPE data [<!ENTITY a \"aaaa\">]><data",
                    1,
                )),
                StatusCode::BAD_REQUEST,
                "坏了",
            ),
            (
                vec![Part::File("1.jpg".into(), vec![1; 20])],
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "JPEG",
            ),
            (Vec::new(), StatusCode::BAD_REQUEST, "没有收到"),
        ];
        for (parts, status, words) in cases {
            let said = phone.submit(&ground, &parts).await;
            assert_eq!(said.status, status, "{}", said.text);
            assert!(said.text.contains("nature=\"submit_failure\""));
            assert!(said.message().contains(words), "{words}: {}", said.text);
        }
        assert!(ground.all_rounds().await.is_empty());
        phone.language = Some("en-GB,en;q=0.9");
        let said = phone.submit(&ground, &[Part::Form("<x".into())]).await;
        assert!(said.message().contains("no filled form"), "{}", said.text);
    }
}

#[tokio::test]
async fn a_river_of_others_is_not_ones_to_walk() {
    let ground = Ground::new(sqlite().await).await;
    let insider = ground.phone(0).await;
    let outsider = ground.phone(2).await;
    let patrol = Patrol::new(&ground, 1);
    let said = outsider.submit(&ground, &[patrol.form()]).await;
    assert_eq!(said.status, StatusCode::NOT_FOUND, "{}", said.text);
    // Also when it was looked up for somebody else a moment ago.
    assert_eq!(
        insider.submit(&ground, &[patrol.form()]).await.status,
        StatusCode::CREATED
    );
    let said = outsider.submit(&ground, &[patrol.form()]).await;
    assert_eq!(said.status, StatusCode::FORBIDDEN, "{}", said.text);
    assert_eq!(ground.all_rounds().await.len(), 1);
}

#[tokio::test]
async fn large_files_and_bodies_are_refused_while_they_come() {
    let ground = Ground::new(sqlite().await).await;
    let phone = ground.phone(0).await;
    let mut noise = vec![0xff, 0xd8, 0xff, 0xe0];
    noise.resize(400_000, 7);
    let patrol = Patrol {
        photographs: vec!["1.jpg".into()],
        ..Patrol::new(&ground, 1)
    };
    let parts = [patrol.form(), Part::File("1.jpg".into(), noise)];
    let said = phone.submit(&ground, &parts).await;
    assert_eq!(said.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", said.text);
    // Said beforehand, nothing of it is waited for.
    let never = Body::from_stream(futures::stream::pending::<
        Result<bytes::Bytes, std::io::Error>,
    >());
    let said = phone.announce(&ground, 70 * 1024 * 1024, never).await;
    assert_eq!(said.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", said.text);
    let long = "长".repeat(4_000_000);
    let patrol = Patrol {
        note: long,
        ..Patrol::new(&ground, 2)
    };
    let said = phone.submit(&ground, &[patrol.form()]).await;
    assert_eq!(said.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", said.text);
    assert!(ground.all_rounds().await.is_empty());
}

#[tokio::test]
async fn the_router_speaks_the_protocol_too() {
    let ground = Ground::new(sqlite().await).await;
    let phone = ground.phone(0).await;
    let at = format!("{}/nothing", phone.server);
    let said = phone.get(&ground, &at).await;
    assert_eq!(said.status, StatusCode::NOT_FOUND);
    assert!(!said.message().is_empty());
    let request = Request::builder()
        .method(Method::DELETE)
        .uri(format!("{}/submission", phone.server))
        .body(Body::empty());
    let response = ground.send(request.unwrap()).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()["x-openrosa-version"], "1.0");
}

#[tokio::test]
async fn what_was_sent_is_not_edited_into_a_second_round() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let phone = ground.phone(0).await;
        let (first, second) = (Patrol::new(&ground, 1), Patrol::new(&ground, 2));
        let edited = |before: &Patrol| {
            let old = format!(
                "</orx:instanceID><orx:deprecatedID>{}</orx:deprecatedID>",
                before.instance
            );
            Part::Form(second.xml().replace("</orx:instanceID>", &old))
        };
        let said = phone.submit(&ground, &[first.form()]).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        let said = phone.submit(&ground, &[edited(&first)]).await;
        assert_eq!(said.status, StatusCode::CONFLICT, "{}", said.text);
        assert!(said.message().contains("另填一份"), "{}", said.text);
        assert_eq!(ground.all_rounds().await.len(), 1);
        // Edited before it was ever sent it is a form like any other.
        let said = phone
            .submit(&ground, &[edited(&Patrol::new(&ground, 3))])
            .await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
    }
}

#[tokio::test]
async fn a_wrong_clock_is_put_right_by_the_date_of_the_request() {
    let ground = Ground::new(sqlite().await).await;
    let phone = ground.phone(0).await;
    // Two years ahead, form and request alike.
    let xml = Patrol::new(&ground, 1)
        .xml()
        .replace("2026-11-11", "2028-11-11");
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("{}/submission", phone.server))
        .header("content-type", "text/xml")
        .header("date", "Sat, 11 Nov 2028 00:12:00 GMT")
        .body(Body::from(xml));
    let response = ground.send(request.unwrap()).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let round = ground.round(ground.all_rounds().await[0].id).await;
    assert_eq!(round.line.began_at.rfc3339(), "2026-11-10T23:20:00Z");
    assert!(round.clock_off.is_some());
}

#[tokio::test]
async fn a_form_written_by_a_wrong_clock_and_sent_by_a_right_one_is_of_its_receipt() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let phone = ground.phone(0).await;
        let xml = Patrol::new(&ground, 1)
            .xml()
            .replace("2026-11-11", "2028-11-11");
        let said = phone.submit(&ground, &[Part::Form(xml)]).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        let round = ground.round(ground.all_rounds().await[0].id).await;
        assert_eq!(round.line.ended_at, round.received_at);
        let wrote = round.phone_times.unwrap().began_at;
        assert_eq!(wrote.rfc3339(), "2028-11-10T23:20:00Z");
    }
}

#[tokio::test]
async fn what_lacks_what_a_policy_asks_is_taken_and_says_why() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let phone = ground.phone(0).await;
        let policy = ground.strict("汛期巡河", 60).await;
        // A form of two hours would count; this one took 45 minutes and has no other way to say so.
        let patrol = Patrol {
            policy: policy.to_string(),
            ..Patrol::new(&ground, 1)
        };
        for _again in 0..2 {
            let said = phone.submit(&ground, &[patrol.form()]).await;
            assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
            let words = said.message();
            assert!(
                words.contains("只走了 45 分钟（要求至少 60 分钟）"),
                "{words}"
            );
        }
        let line = ground.all_rounds().await.remove(0);
        assert!(line.uncounted, "the list says that it does not count");
        let round = ground.round(line.id).await;
        assert_eq!(
            (round.line.policy, round.extra_of.unwrap().policy),
            (None, policy)
        );
        // A version nobody ever published is not called an old one.
        let newer = Patrol {
            version: "99",
            ..Patrol::new(&ground, 2)
        };
        let said = phone.submit(&ground, &[newer.form()]).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        let words = said.message();
        assert!(
            words.contains("（99）") && !words.contains("旧版"),
            "{words}"
        );
    }
}
