//! A thousand in one answer, and anonymous callers counted.

use futures::future::join_all;
use youlin_cases::model::{Source, Urgency};
use youlin_cases::{NewCase, prepare};
use youlin_kernel::Role;
use youlin_places::PlaceInput;
use youlin_testkit::{databases, sqlite};

use crate::ground::{Ground, IN_A1, Wishes};

#[tokio::test]
async fn no_answer_has_more_than_a_thousand() {
    let ground = Ground::new(sqlite().await).await;
    let ctx = ground.world.service();
    let file = |number: usize| {
        let new = NewCase {
            source: Source::Desk,
            text: format!("第{number}件"),
            category: "E-1".into(),
            urgency: Urgency::Normal,
            place: PlaceInput {
                lon: Some(120.802),
                lat: Some(32.005),
                ..PlaceInput::default()
            },
            reporter: None,
            contact: None,
            answers: Default::default(),
            external_key: None,
            call: None,
        };
        ground
            .world
            .db()
            .execute(&ctx, prepare(&ground.cases, new).unwrap())
    };
    for filed in join_all((0..1_003).map(file)).await {
        filed.unwrap();
    }
    let reply = ground.get("v2/requests.json").await;
    let first: Vec<String> = ground.ids("").await;
    assert_eq!(first.len(), 1_000);
    assert!(
        reply.header("link").contains("page=2>; rel=\"next\""),
        "{}",
        reply.header("link")
    );
    assert_eq!(ground.ids("page_size=5000").await.len(), 1_000);
    let rest = ground.ids("page=2").await;
    assert_eq!(rest.len(), 3);
    assert!(rest.iter().all(|id| !first.contains(id)));
    let all = [first, rest].concat();
    let five_by_five: Vec<String> = join_all((1..=5).map(|page| {
        let ground = &ground;
        async move { ground.ids(&format!("page_size=211&page={page}")).await }
    }))
    .await
    .concat();
    assert_eq!(five_by_five, all);
    let too_many: Vec<&str> = vec!["x"; 1_001];
    let reply = ground
        .get(&format!(
            "v2/requests.json?service_request_id={}",
            too_many.join(",")
        ))
        .await;
    assert_eq!(reply.errors()[0].0, 400);
    assert_eq!(
        ground.get("v2/requests.json?page=1000").await.errors()[0].0,
        400
    );
}

#[tokio::test]
async fn those_without_a_key_are_counted_and_keys_are_not() {
    for base in databases().await {
        let ground = Ground::furnished(
            base,
            Wishes {
                public: (5, 3),
                ..Wishes::default()
            },
        )
        .await;
        let key = ground.key(Role::CommunityDesk, "A").await;
        for _ in 0..5 {
            assert_eq!(ground.get("v2/services.json").await.status.as_u16(), 200);
        }
        let reply = ground.get("v2/services.json").await;
        assert_eq!(
            (reply.errors()[0].0, reply.header("retry-after")),
            (429, "5")
        );
        for _ in 0..3 {
            let reply = ground
                .post("v2/requests.json", &[("api_key", "guess")])
                .await;
            assert_eq!(reply.errors()[0].0, 403);
        }
        assert_eq!(
            ground
                .post("v2/requests.json", &[("api_key", "guess")])
                .await
                .errors()[0]
                .0,
            429
        );
        for _ in 0..10 {
            let fields = [
                ("api_key", key.as_str()),
                ("service_code", "E-1"),
                ("lat", IN_A1.0),
                ("long", IN_A1.1),
            ];
            assert_eq!(
                ground
                    .post("v2/requests.json", &fields)
                    .await
                    .status
                    .as_u16(),
                201
            );
            assert_eq!(
                ground
                    .get(&format!("v2/requests.json?api_key={key}"))
                    .await
                    .status
                    .as_u16(),
                200
            );
        }
    }
}
