//! Discovery, the list of services, their definitions.

use axum::http::StatusCode;
use serde_json::{Value, json};
use youlin_testkit::databases;

use crate::ground::Ground;

#[tokio::test]
async fn discovery_leads_to_the_endpoint_in_both_formats() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        for path in ["discovery", "v2/discovery"] {
            let json = ground.get(&format!("{path}.json")).await.json();
            let endpoint = &json["endpoints"][0];
            assert_eq!(endpoint["url"], "https://youlin.example.cn/open311/v2");
            assert_eq!(
                endpoint["specification"],
                "http://wiki.open311.org/GeoReport_v2"
            );
            assert_eq!(endpoint["type"], "production");
            assert_eq!(endpoint["formats"], json!(["text/xml", "application/json"]));
            assert!(!json["contact"].as_str().unwrap().is_empty());
            let xml = ground.get(&format!("{path}.xml")).await.xml();
            assert_eq!(xml.name, "discovery");
            let endpoint = xml.child("endpoints").child("endpoint");
            assert_eq!(endpoint.at("url"), "https://youlin.example.cn/open311/v2");
            let formats = &endpoint.child("formats").children;
            assert_eq!(
                formats
                    .iter()
                    .map(|one| one.text.as_str())
                    .collect::<Vec<_>>(),
                ["text/xml", "application/json"]
            );
        }
    }
}

#[tokio::test]
async fn services_are_the_categories_in_force() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let reply = ground.get("v2/services.json").await;
        assert_eq!(
            (reply.status, reply.header("access-control-allow-origin")),
            (StatusCode::OK, "*")
        );
        let list = reply.json();
        let codes: Vec<&str> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["service_code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, ["E-1", "P-1", "S-1", "S-9"]);
        assert_eq!(
            list[1],
            json!({"service_code": "P-1", "service_name": "路灯不亮", "description": "24 小时内处置。", "metadata": true,
                   "type": "realtime", "keywords": "路灯,灯", "group": "公用设施"})
        );
        assert_eq!(list[0]["metadata"], json!(false));
        let xml = ground.get("v2/services.xml").await.xml();
        assert_eq!((xml.name.as_str(), xml.children.len()), ("services", 4));
        let light = &xml.children[1];
        assert_eq!(
            (
                light.name.as_str(),
                light.at("service_code"),
                light.at("metadata")
            ),
            ("service", "P-1", "true")
        );
    }
}

#[tokio::test]
async fn a_definition_has_the_six_types_in_order() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let definition = ground.get("v2/services/P-1.json").await.json();
        assert_eq!(definition["service_code"], "P-1");
        let attributes = definition["attributes"].as_array().unwrap();
        let told: Vec<(&str, &str, i64, bool)> = attributes
            .iter()
            .map(|one| {
                let text = |name: &str| one[name].as_str().unwrap();
                assert_eq!(one["variable"], json!(true));
                assert!(
                    !text("datatype_description").is_empty()
                        && text("description").starts_with("问题")
                );
                (
                    text("code"),
                    text("datatype"),
                    one["order"].as_i64().unwrap(),
                    one["required"].as_bool().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("pole", "string", 1, true),
                ("lamps", "number", 2, false),
                ("when", "datetime", 3, false),
                ("story", "text", 4, false),
                ("height", "singlevaluelist", 5, false),
                ("colours", "multivaluelist", 6, false),
            ]
        );
        assert_eq!(attributes[0].get("values"), None);
        assert_eq!(
            attributes[4]["values"][0],
            json!({"key": "low", "name": "低 <1m>"})
        );
        let xml = ground.get("v2/services/P-1.xml").await.xml();
        let attributes = &xml.child("attributes").children;
        assert_eq!(
            (xml.name.as_str(), attributes.len()),
            ("service_definition", 6)
        );
        let height = &attributes[4];
        assert_eq!(
            (height.at("datatype"), height.at("required")),
            ("singlevaluelist", "false")
        );
        let second = &height.child("values").children[1];
        assert_eq!(
            (second.name.as_str(), second.at("key"), second.at("name")),
            ("value", "high", "高 & 远")
        );
        let empty = ground.get("v2/services/E-1.json").await.json();
        assert_eq!(
            empty,
            json!({"service_code": "E-1", "attributes": Value::Array(vec![])})
        );
    }
}
