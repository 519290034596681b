//! Refusals: each in both formats, each with its code and a sentence.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use youlin_kernel::Role;
use youlin_testkit::databases;

use crate::ground::{Ground, IN_A1};

/// Fields beside those that are always sent, and the errors they lead to: code and a part of what is said.
type Attempt<'a> = (&'a [(&'a str, &'a str)], &'a [(u64, &'a str)]);

#[tokio::test]
async fn what_cannot_be_filed_is_said_field_by_field() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::CommunityDesk, "S1").await;
        let ok = [
            ("api_key", key.as_str()),
            ("service_code", "P-1"),
            ("attribute[pole]", "7"),
        ];
        let at = [("lat", IN_A1.0), ("long", IN_A1.1)];
        let long = "长".repeat(4_001);
        let url = format!("https://example.cn/{}", "a".repeat(1_000));
        let cases: &[Attempt<'_>] = &[
            (&[], &[(400, "lat")]),
            (&[("lat", IN_A1.0)], &[(400, "lat")]),
            (
                &[("lat", IN_A1.1), ("long", IN_A1.0)],
                &[(400, "lat 32.005123456")],
            ),
            (&[("lat", "32.05"), ("long", "120.805")], &[(400, "乙社区")]),
            (&[("lat", "91"), ("long", "181")], &[(400, "-90")]),
            (
                &[("lat", "north"), ("long", "NaN")],
                &[(400, "north"), (400, "NaN")],
            ),
            (
                &[("address_string", "没有这条路")],
                &[(400, "address_string")],
            ),
            (&[("address_id", "17")], &[(400, "17")]),
            (
                &[("address_id", "0198c2a8-0000-7000-8000-000000000000")],
                &[(400, "0198c2a8")],
            ),
            (
                &[at[0], at[1], ("attribute[lamps]", "many")],
                &[(400, "attribute[lamps]")],
            ),
            (
                &[at[0], at[1], ("attribute[when]", "soon")],
                &[(400, "attribute[when]")],
            ),
            (
                &[at[0], at[1], ("attribute[height]", "middle")],
                &[(400, "attribute[height]")],
            ),
            (
                &[
                    at[0],
                    at[1],
                    ("attribute[colours][]", "red"),
                    ("attribute[colours][]", "x"),
                ],
                &[(400, "attribute[colours]")],
            ),
            (
                &[
                    at[0],
                    at[1],
                    ("attribute[height]", "low"),
                    ("attribute[height]", "high"),
                ],
                &[(400, "attribute[height]")],
            ),
            (
                &[at[0], at[1], ("attribute[nothing]", "1")],
                &[(400, "attribute[nothing]")],
            ),
            (
                &[at[0], at[1], ("phone", "12"), ("email", "x")],
                &[(400, "phone"), (400, "email")],
            ),
            (
                &[at[0], at[1], ("description", &long)],
                &[(400, "description")],
            ),
            (
                &[at[0], at[1], ("media_url", "javascript:1")],
                &[(400, "media_url")],
            ),
            (&[at[0], at[1], ("media_url", &url)], &[(400, "media_url")]),
        ];
        for (fields, expected) in cases {
            let fields = [ok.as_slice(), *fields].concat();
            let reply = ground.post("v2/requests.json", &fields).await;
            assert_eq!(
                reply.status,
                StatusCode::BAD_REQUEST,
                "{fields:?}: {}",
                reply.text()
            );
            let errors = reply.errors();
            assert_eq!(errors.len(), expected.len(), "{errors:?}");
            for ((code, said), (wanted, part)) in errors.iter().zip(*expected) {
                assert!(
                    code == wanted && said.contains(part),
                    "{said} should say {part}"
                );
            }
            let document = ground.post("v2/requests.xml", &fields).await.xml();
            assert_eq!(
                (document.name.as_str(), document.children.len()),
                ("errors", expected.len())
            );
            assert_eq!(
                document.child("error").at("code"),
                expected[0].0.to_string()
            );
        }
        // A required attribute that is missing.
        let bare = [
            ("api_key", key.as_str()),
            ("service_code", "P-1"),
            at[0],
            at[1],
        ];
        let said = ground.post("v2/requests.json", &bare).await.errors();
        assert!(
            said[0].0 == 400 && said[0].1.starts_with("attribute[pole]"),
            "{said:?}"
        );
        assert_eq!(ground.ids("").await, [""; 0]);
    }
}

#[tokio::test]
async fn codes_are_those_of_the_specification() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::CommunityDesk, "A").await;
        let unknown = "0198c2a8-0000-7000-8000-000000000000";
        for (path, code) in [
            ("v2/services/NOPE", 404),
            ("v2/requests/nonsense", 404),
            (&format!("v2/requests/{unknown}"), 404),
            ("v2/nothing", 404),
            ("v3/services", 404),
            ("nothing", 404),
        ] {
            let reply = ground.get(&format!("{path}.json")).await;
            assert_eq!(
                (u64::from(reply.status.as_u16()), reply.errors()[0].0),
                (code, code),
                "{path}"
            );
            let document = ground.get(&format!("{path}.xml")).await.xml();
            assert_eq!(
                (document.name.as_str(), document.child("error").at("code")),
                ("errors", "404")
            );
        }
        for path in [
            "v2/services/P-1.yaml",
            "v2/services/P-1",
            "v2/requests/.json",
            "v2/services",
        ] {
            let reply = ground.get(path).await;
            assert_eq!(
                reply.status,
                StatusCode::NOT_FOUND,
                "{path}: {}",
                reply.text()
            );
        }
        for (query, said) in [
            ("start_date=yesterday", "start_date"),
            ("end_date=2026-02-30", "end_date"),
            ("start_date=2026-01-01&end_date=2026-06-01", "90"),
            ("start_date=2026-06-01&end_date=2026-01-01", "end_date"),
            ("status=done", "done"),
            ("page=0", "page"),
            ("page_size=many", "page_size"),
            ("page_size=-1", "page_size"),
            ("service_code=%ff", "UTF-8"),
        ] {
            let reply = ground.get(&format!("v2/requests.json?{query}")).await;
            assert_eq!(
                reply.status,
                StatusCode::BAD_REQUEST,
                "{query}: {}",
                reply.text()
            );
            assert!(
                reply.errors()[0].1.contains(said),
                "{query}: {}",
                reply.text()
            );
        }
        let post = async |path: &str, fields: &[(&str, &str)]| {
            let reply = ground.post(path, fields).await;
            (reply.status.as_u16(), reply.errors()[0].0)
        };
        assert_eq!(
            post("v2/requests.json", &[("service_code", "P-1")]).await,
            (403, 403)
        );
        assert_eq!(
            post("v2/requests.json", &[("api_key", "yl_wrong")]).await,
            (403, 403)
        );
        assert_eq!(
            ground
                .get("v2/requests.json?api_key=yl_wrong")
                .await
                .errors()[0]
                .0,
            403
        );
        assert_eq!(
            post("v2/requests.json", &[("api_key", &key)]).await,
            (400, 400)
        );
        assert_eq!(
            post(
                "v2/requests.json",
                &[("api_key", &key), ("service_code", "NOPE")]
            )
            .await,
            (404, 404)
        );
        let updates = "v2/servicerequestupdates.json";
        assert_eq!(post(updates, &[("description", "x")]).await, (403, 403));
        assert_eq!(post(updates, &[("api_key", &key)]).await, (400, 400));
        assert_eq!(
            post(
                updates,
                &[("api_key", &key), ("service_request_id", unknown)]
            )
            .await,
            (404, 404)
        );
        let id = ground.light(&key, "灯").await;
        assert_eq!(
            post(updates, &[("api_key", &key), ("service_request_id", &id)]).await,
            (400, 400)
        );
        let wrong = [
            ("api_key", key.as_str()),
            ("service_request_id", &id),
            ("description", "x"),
            ("status", "done"),
        ];
        assert_eq!(post(updates, &wrong).await, (400, 400));
    }
}

#[tokio::test]
async fn router_and_body_refuse_in_the_same_form() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let send = async |method: &str, kind: &str, body: Vec<u8>| {
            let request = Request::builder()
                .method(method)
                .uri("/open311/v2/requests.json")
                .header("content-type", kind)
                .body(Body::from(body))
                .unwrap();
            ground.send(request).await
        };
        let form = "application/x-www-form-urlencoded";
        for (method, kind, body, code) in [
            ("DELETE", form, vec![], 405),
            ("PUT", form, vec![], 405),
            ("POST", "application/json", b"{}".to_vec(), 415),
            ("POST", "multipart/form-data", b"--x".to_vec(), 400),
            ("POST", form, vec![b'a'; 300 * 1024], 413),
            ("POST", form, vec![b'a', b'=', 0xff], 400),
            ("POST", form, b"a=%ff".to_vec(), 400),
        ] {
            let reply = send(method, kind, body).await;
            assert_eq!(
                (u64::from(reply.status.as_u16()), reply.errors()[0].0),
                (code, code),
                "{method} {kind}"
            );
        }
    }
}
