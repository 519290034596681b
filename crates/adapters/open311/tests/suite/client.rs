//! A foreign client's whole way, knowing nothing but the discovery document and the specification.

use axum::http::StatusCode;
use youlin_kernel::{Micros, Role};
use youlin_testkit::databases;

use crate::ground::{Ground, IN_A1};

#[tokio::test]
async fn a_client_finds_its_way_from_discovery_to_the_end() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::Volunteer, "A").await;

        let discovery = ground.get("discovery.xml").await.xml();
        let endpoint = discovery.child("endpoints").child("endpoint");
        let base = endpoint
            .at("url")
            .strip_prefix("https://youlin.example.cn/open311/")
            .unwrap()
            .to_owned();

        let services = ground.get(&format!("{base}/services.xml")).await.xml();
        let service = services
            .children
            .iter()
            .find(|one| one.at("service_name") == "路灯不亮")
            .unwrap();
        let code = service.at("service_code").to_owned();
        assert_eq!(service.at("metadata"), "true");

        // It fills in whatever the definition asks for, by type alone.
        let definition = ground
            .get(&format!("{base}/services/{code}.xml"))
            .await
            .xml();
        let mut fields: Vec<(String, String)> = Vec::new();
        for attribute in &definition.child("attributes").children {
            let name = format!("attribute[{}]", attribute.at("code"));
            let first = || {
                attribute
                    .child("values")
                    .child("value")
                    .at("key")
                    .to_owned()
            };
            let (name, value) = match attribute.at("datatype") {
                "string" | "text" => (name, "回答".to_owned()),
                "number" => (name, "3.5".to_owned()),
                "datetime" => (name, "2026-11-11T08:00:00+08:00".to_owned()),
                "singlevaluelist" => (name, first()),
                "multivaluelist" => (format!("{name}[]"), first()),
                other => panic!("no type of the specification: {other}"),
            };
            fields.push((name, value));
        }
        let mut form = vec![
            ("api_key", key.as_str()),
            ("service_code", &code),
            ("lat", IN_A1.0),
            ("long", IN_A1.1),
            ("description", "三盏灯都不亮"),
        ];
        form.extend(
            fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let filed = ground.post(&format!("{base}/requests.xml"), &form).await;
        assert_eq!(filed.status, StatusCode::CREATED, "{}", filed.text());
        let document = filed.xml();
        let id = document
            .child("request")
            .at("service_request_id")
            .to_owned();

        // It polls, and sees its request come to its end.
        let poll = async || {
            let document = ground.get(&format!("{base}/requests/{id}.xml")).await.xml();
            let request = document.child("request").clone();
            assert_eq!(
                (request.at("service_request_id"), request.at("description")),
                (id.as_str(), "三盏灯都不亮")
            );
            request.at("status").to_owned()
        };
        assert_eq!(poll().await, "open");
        let since = "start_date=2026-11-11T08:12:01%2B08:00";
        let news = async || {
            let document = ground
                .get(&format!("{base}/servicerequestupdates.xml?{since}"))
                .await
                .xml();
            document
                .children
                .iter()
                .map(|one| one.at("status").to_owned())
                .collect::<Vec<_>>()
        };
        assert!(news().await.is_empty());
        ground.finish(&id).await;
        assert_eq!(news().await, ["open", "open", "open", "open", "closed"]);
        assert_eq!(poll().await, "closed");
        ground.world.clock.advance(Micros::DAY);
        let again = [
            ("api_key", key.as_str()),
            ("service_request_id", id.as_str()),
            ("status", "OPEN"),
            ("description", "又不亮了"),
            ("update_id", "1"),
        ];
        let reply = ground
            .post(&format!("{base}/servicerequestupdates.xml"), &again)
            .await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        assert_eq!(poll().await, "open");
        let listed = ground.ids("status=open&service_code=P-1").await;
        assert_eq!(listed, [id.as_str()]);
    }
}
