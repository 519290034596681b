//! The REST interface: masked, scoped, documented.

use youlin_kernel::{Access, Role};
use youlin_people::AccountPolicy;

use crate::browser::{Browser, account, house};
use crate::ground::{JIA, grant, grounds};

#[tokio::test]
async fn people_come_masked_and_are_revealed_for_a_purpose() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let home = Some(ground.homes.east_101);
        let zhou = ground.person(JIA, "周建国", &["13800001234"], home).await;
        account(&ground, "lead", vec![grant(Role::CommunityLead, 10)], None).await;
        account(&ground, "shi", vec![grant(Role::GridWorker, 101)], None).await;
        let mut lead = Browser::signed_in(&house, "lead").await;
        let found = lead.get("/api/v1/people?phone=%2B8613800001234").await;
        assert!(found.text.contains(&zhou.to_string()) && found.text.contains("周**"));
        assert!(!found.text.contains("建国"));
        assert_eq!(lead.get("/api/v1/people").await.status, 422);
        assert_eq!(lead.get("/api/v1/people?phone=x").await.status, 422);
        let file = lead.get(&format!("/api/v1/people/{zhou}")).await;
        assert!(file.text.contains("\"phones\""));
        let path = format!("/api/v1/people/{zhou}/reveal");
        let body = r#"{"fields":[{"field":"name"}],"purpose":"核对"}"#;
        assert!(lead.post_json(&path, body).await.text.contains("周建国"));
        for (body, status) in [
            (r#"{"fields":[{"field":"name"}],"purpose":""}"#, 422),
            (r#"{"fields":[],"purpose":"核对"}"#, 422),
            (r#"{"fields":[{"field":"salary"}],"purpose":"核对"}"#, 422),
            (r#"{"fields":"#, 400),
        ] {
            assert_eq!(lead.post_json(&path, body).await.status, status, "{body}");
        }
        let looks = lead.get(&format!("/api/v1/people/{zhou}/looks")).await;
        assert!(looks.text.contains("核对"));
        let mut shi = Browser::signed_in(&house, "shi").await;
        for path in [
            format!("/api/v1/people/{zhou}"),
            "/api/v1/people/not-an-id".to_owned(),
        ] {
            assert_eq!(shi.get(&path).await.status, 404);
        }
        assert_eq!(shi.post_json(&path, body).await.status, 404);
        assert_eq!(
            shi.get(&format!("/api/v1/people/{zhou}/looks"))
                .await
                .status,
            403
        );
        let mut anybody = Browser::new(&house);
        assert_eq!(
            anybody.get(&format!("/api/v1/people/{zhou}")).await.status,
            401
        );
        assert_eq!(anybody.get("/api/v1/me").await.status, 401);
        assert_eq!(
            anybody
                .get("/api/v1/grid-worker?address=%E4%B8%9C%E6%9D%91")
                .await
                .status,
            200
        );
        assert_eq!(anybody.get("/api/v1/grid-worker").await.status, 422);
        assert_eq!(anybody.get("/api/v1/grid-worker?lon=1").await.status, 422);
        let me = shi.get("/api/v1/me").await;
        assert!(me.text.contains("\"grid_worker\"") && me.text.contains("甲二网格"));
        assert_eq!(
            shi.get("/api/v1/organisations?kind=hospital").await.text,
            "[]"
        );
        assert_eq!(
            shi.get("/api/v1/organisations?kind=castle").await.status,
            400
        );
    }
}

#[tokio::test]
async fn every_route_says_who_may_call_it_and_the_description_has_them_all() {
    let ground = crate::ground::Ground::sqlite().await;
    let house = house(&ground, 100, AccountPolicy::default());
    let api: Vec<_> = house
        .table
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/") && !route.path.ends_with("openapi.json"))
        .collect();
    assert_eq!(api.len(), 20);
    for route in api {
        assert!(
            house.openapi["paths"].get(&route.path).is_some(),
            "{}",
            route.path
        );
    }
    let public: Vec<&str> = house
        .table
        .iter()
        .filter(|route| matches!(route.access, Access::Public))
        .map(|route| route.path.as_str())
        .filter(|path| {
            !path.starts_with("/assets")
                && !path.ends_with('z')
                && !path.ends_with("openapi.json")
                && *path != "/metrics"
        })
        .collect();
    assert_eq!(
        public,
        [
            "/sign-in",
            "/sign-in",
            "/sign-out",
            "/lang",
            "/my-grid-worker",
            "/api/v1/grid-worker",
            "/my-file",
            "/my-file",
            "/my-file/code/{id}",
            "/my-file/code/{id}",
            "/my-grid-worker/{area}",
            "/duty/{id}/calendar/{token}",
            "/name-a-neighbour",
            "/name-a-neighbour"
        ]
    );
    // Every page and answer that needs something refuses those who have nothing.
    let mut anybody = Browser::new(&house);
    account(&ground, "nobody", vec![], None).await;
    let mut nobody = Browser::signed_in(&house, "nobody").await;
    for route in &house.table {
        let path = route
            .path
            .replace("{id}", "0199d0c0-0000-7000-8000-000000000000")
            .replace("{area}", "1000")
            .replace("{*path}", "x");
        if !matches!(route.access, Access::Needs(_)) {
            continue;
        }
        let (stranger, idle) = match route.method.as_str() {
            "GET" => (anybody.get(&path).await, nobody.get(&path).await),
            _ => (
                anybody.post(&path, &[]).await,
                nobody.post(&path, &[]).await,
            ),
        };
        assert!(
            matches!(stranger.status.as_u16(), 303 | 401),
            "{path}: {}",
            stranger.status
        );
        assert_eq!(idle.status, 403, "{path}");
    }
}
