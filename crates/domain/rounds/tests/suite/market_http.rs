//! Premises, hazards, campaigns and rules over HTTP: pages and interface, by who asks, with what is refused and why.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;
use youlin_kernel::{AccountActor, Actor, Grant, Role};
use youlin_testkit::databases;
use youlin_testkit::web::{Keys, catalogues, form, web_config, wide_limits};
use youlin_web::{SignedIn, build};

use crate::market::Market;

struct Web {
    market: Market,
    router: Router,
}

impl Web {
    async fn over(market: Market) -> Self {
        let ground = &market.ground;
        let who = |name: &str, role: Role, code: &str, organisation: Option<Uuid>| {
            let actor = AccountActor {
                id: ground.world.service().new_id(),
                person: None,
                display_name: name.into(),
            };
            let who = SignedIn {
                actor: Actor::Account(actor),
                grants: Arc::from([Grant {
                    role,
                    area: ground.id(code),
                    organisation,
                }]),
                locale: None,
                second_factor_required: false,
            };
            (name.to_owned(), who)
        };
        let keys = Keys(vec![
            who("worker", Role::GridWorker, "A1", None),
            who("elsewhere", Role::GridWorker, "A2", None),
            who("volunteer", Role::Volunteer, "A", None),
            who("lead", Role::CommunityLead, "A", None),
            who("above", Role::SubdistrictSupervisor, "S1", None),
            who("district", Role::DistrictOperator, "91", None),
            who("auditor", Role::Auditor, "91", None),
            who("operator", Role::Partner, "A", Some(market.operator.id)),
        ]);
        let app = ground
            .world
            .app(catalogues(), web_config(), Arc::new(keys), wide_limits())
            .with(Arc::clone(&ground.rounds))
            .with(Arc::clone(&ground.cases))
            .with(Arc::clone(&ground.vault))
            .with(Arc::clone(&market.datasets))
            .finish();
        let info = utoipa::openapi::Info::new("test", "0");
        let router = build(app, vec![youlin_rounds::module()], info).router;
        Self { market, router }
    }

    async fn send(
        &self,
        key: &str,
        request: http::request::Builder,
        body: impl Into<Body>,
    ) -> (StatusCode, String) {
        let request = match key {
            "" => request,
            key => request.header(header::AUTHORIZATION, format!("Bearer {key}")),
        };
        let request = request.body(body.into()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 1 << 24).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let led = parts.headers.get(header::LOCATION);
        let location = led.filter(|_| parts.status == StatusCode::SEE_OTHER);
        let text = location.map_or(text, |to| to.to_str().unwrap().to_owned());
        (parts.status, text)
    }

    async fn get(&self, key: &str, uri: &str) -> (StatusCode, String) {
        let request = Request::get(uri).header(header::ACCEPT, "text/html");
        self.send(key, request, Body::empty()).await
    }

    async fn json(&self, key: &str, uri: &str) -> Value {
        let (status, body) = self.send(key, Request::get(uri), Body::empty()).await;
        assert_eq!(status, StatusCode::OK, "{uri}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    async fn post(&self, key: &str, uri: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post(uri).header(header::CONTENT_TYPE, "application/json");
        let (status, text) = self.send(key, request, body.to_string()).await;
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn form(&self, key: &str, uri: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "text/html");
        self.send(key, request, form(fields)).await
    }

    async fn step(&self, key: &str, hazard: &str, step: Value) -> (StatusCode, Value) {
        let uri = format!("/api/v1/hazards/{hazard}/steps");
        self.post(key, &uri, &json!({ "step": step })).await
    }
}

#[tokio::test]
async fn an_inspection_a_hazard_and_its_end_over_the_interface() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        let campaign = web.market.campaign(0).await;
        let new = web.market.inspection().await;
        let body = serde_json::to_value(&new).unwrap();
        for (key, expected) in [
            ("", StatusCode::UNAUTHORIZED),
            ("auditor", StatusCode::FORBIDDEN),
            ("elsewhere", StatusCode::NOT_FOUND),
        ] {
            let (status, _) = web.post(key, "/api/v1/rounds/inspections", &body).await;
            assert_eq!(status, expected, "{key}");
        }
        let (status, filed) = web
            .post("worker", "/api/v1/rounds/inspections", &body)
            .await;
        assert_eq!(status, StatusCode::CREATED, "{filed}");
        let (_, again) = web
            .post("worker", "/api/v1/rounds/inspections", &body)
            .await;
        assert_eq!(again["again"], true);
        let round = filed["id"].as_str().unwrap();
        let judged = web
            .json("auditor", &format!("/api/v1/rounds/{round}/judgements"))
            .await;
        assert_eq!(judged.as_array().unwrap().len(), 4);
        assert_eq!(judged[0]["holds"], true);

        let all = web
            .json("worker", &format!("/api/v1/hazards?campaign={campaign}"))
            .await;
        assert_eq!(all.as_array().unwrap().len(), 3);
        let none = web.json("elsewhere", "/api/v1/hazards").await;
        assert!(none.as_array().unwrap().is_empty());
        let foam = filed["findings"][1]["id"].as_str().unwrap();
        let (status, _) = web
            .get("elsewhere", &format!("/api/v1/hazards/{foam}"))
            .await;
        assert_eq!(status, StatusCode::NOT_FOUND);

        // Steps, each by whom it is for; everything else is refused with its reason.
        let fixed = json!({ "verb": "fixed", "text": "已更换为岩棉板" });
        let recheck = json!({ "verb": "recheck", "passed": true, "text": "已更换" });
        let ask = json!({ "verb": "ask_extension", "days": 5, "reason": "等厂家送货" });
        let grant = json!({ "verb": "decide_extension", "approve": true });
        for (key, step, status, code) in [
            ("worker", &fixed, 403, "hazard-not-yours"),
            ("worker", &recheck, 409, "hazard-not-now"),
            ("operator", &ask, 200, ""),
            ("operator", &grant, 403, "own-extension"),
            ("worker", &grant, 403, "hazard-not-yours"),
            ("lead", &grant, 200, ""),
            ("operator", &fixed, 200, ""),
            ("operator", &recheck, 403, "own-hazard"),
            ("volunteer", &recheck, 403, "hazard-not-yours"),
            ("elsewhere", &recheck, 404, "not-found"),
            ("worker", &recheck, 200, ""),
            ("worker", &recheck, 409, "hazard-not-now"),
        ] {
            let (found, answer) = web.step(key, foam, step.clone()).await;
            assert_eq!(found.as_u16(), status, "{key} {step}: {answer}");
            if !code.is_empty() {
                assert_eq!(answer["code"], code, "{key} {step}");
            }
        }
        let one = web.json("worker", &format!("/api/v1/hazards/{foam}")).await;
        assert_eq!(one["step"], "removed");
        let figures = web
            .json("above", &format!("/api/v1/campaigns/{campaign}"))
            .await;
        assert_eq!(
            figures["communities"][0]["figures"],
            json!({ "listed": 1, "inspected": 1, "found": 3, "removed": 1, "overdue": 0 })
        );
        let listed = web
            .json("above", &format!("/api/v1/campaigns/{campaign}/premises"))
            .await;
        assert_eq!(listed[0]["name"], "中原综合批发市场");
        let (status, _) = web
            .post(
                "lead",
                &format!("/api/v1/campaigns/{campaign}/list"),
                &json!({ "dry_run": true }),
            )
            .await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, dry) = web
            .post(
                "above",
                &format!("/api/v1/campaigns/{campaign}/list"),
                &json!({ "dry_run": true }),
            )
            .await;
        assert_eq!((status.as_u16(), &dry["added"]), (200, &json!(0)));
    }
}

#[tokio::test]
async fn rule_sets_over_the_interface() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        let body = serde_json::to_value(web.market.inspection().await).unwrap();
        web.post("worker", "/api/v1/rounds/inspections", &body)
            .await;
        let sets = web.json("worker", "/api/v1/rule-sets").await;
        assert_eq!(sets[0]["in_use"], true);
        assert_eq!(sets[0]["rules"]["status"], "example");
        let mut rules = sets[0]["rules"].clone();
        rules["version"] = json!("2");
        rules["rules"][0]["test"]["limit"] = json!(300);
        let (status, _) = web.post("lead", "/api/v1/rule-sets", &rules).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, made) = web.post("district", "/api/v1/rule-sets", &rules).await;
        assert_eq!(status, StatusCode::CREATED);
        let id = made["id"].as_str().unwrap();
        let changes = web
            .json("worker", &format!("/api/v1/rule-sets/{id}/changes"))
            .await;
        assert_eq!(changes[0]["effect"], "now_meets");
        let (status, page) = web.get("worker", &format!("/rounds/rules/{id}")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("原来不符合，变成符合") && page.contains("不小于 3 m"));
        let today = web.market.ground.world.service().now().date().to_string();
        let put = json!({ "version": 1, "from": today });
        let uri = format!("/api/v1/rule-sets/{id}/use");
        let (status, _) = web.post("district", &uri, &put).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        let (status, _) = web.post("district", &uri, &put).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let sets = web.json("worker", "/api/v1/rule-sets").await;
        assert_eq!(sets[1]["in_use"], true);
    }
}

#[tokio::test]
async fn the_pages_of_a_market() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        let campaign = web.market.campaign(0).await;
        let body = serde_json::to_value(web.market.inspection().await).unwrap();
        let (_, filed) = web
            .post("worker", "/api/v1/rounds/inspections", &body)
            .await;
        let premises = format!("/rounds/premises/{}", web.market.id);
        let hazard = format!(
            "/rounds/hazards/{}",
            filed["findings"][0]["id"].as_str().unwrap()
        );
        for (uri, words) in [
            (premises.clone(), "在册的隐患"),
            (hazard.clone(), "不小于 4 m"),
            (
                format!("/rounds/campaigns/{campaign}"),
                "老旧市场消防专项整治",
            ),
            ("/rounds/campaigns".to_owned(), "老旧市场消防专项整治"),
            ("/rounds/hazards?of=found".to_owned(), "回路负荷超过额定值"),
            ("/rounds/rules".to_owned(), "market-fire-example@1"),
            (
                format!("/rounds/{}", filed["id"].as_str().unwrap()),
                "逐项判定（4）",
            ),
            ("/rounds".to_owned(), "专项行动"),
        ] {
            let (status, page) = web.get("worker", &uri).await;
            assert_eq!(status, StatusCode::OK, "{uri}");
            assert!(page.contains(words), "{uri}: {words}");
        }
        let (status, _) = web.get("elsewhere", &premises).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let inspect = format!("/rounds/new?subject=premises:{}", web.market.id);
        let (status, _) = web.get("auditor", &inspect).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, page) = web.get("worker", &inspect).await;
        assert_eq!(status, StatusCode::OK);
        for words in [
            "name=\"checklist\" value=\"market-fire@1\"",
            "market-fire-example@1（示例，不是现行法规）",
            "name=\"a_market_name\" type=\"text\" value=\"中原综合批发市场\"",
            "<option value=\"C-01\">",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }

        // First what follows from the answers, then handed in; a stall that is not there is named.
        let id = web.market.ground.world.service().new_id().to_string();
        let today = web.market.ground.world.service().now().date().to_string();
        let subject = format!("premises:{}", web.market.id);
        let answered = [
            ("id", id.as_str()),
            ("subject", subject.as_str()),
            ("checklist", "market-fire@1"),
            ("outcome", "done"),
            ("channel", "page"),
            ("a_market_name", "中原综合批发市场"),
            ("a_inspected_on", today.as_str()),
            ("began", "2026-11-26T08:00"),
            ("ended", "2026-11-26T08:30"),
            ("a_lane_width", "3.9"),
        ];
        let (status, page) = web.form("worker", "/rounds", &answered).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("实测 3.9 m，要求不小于 4 m"), "{page}");
        assert!(page.contains("判定出 1 个问题"), "{page}");
        let complete = |stalls: &'static str| {
            [
                answered.to_vec(),
                vec![
                    ("key_0", "lane-width"),
                    ("category_0", "E-0504"),
                    ("severity_0", "high"),
                    ("found_0", "南门内过窄"),
                    ("section_0", "C"),
                    ("days_0", "12"),
                    ("stalls_0", stalls),
                ],
            ]
            .concat()
        };
        let (status, page) = web.form("worker", "/rounds", &complete("99")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("没有摊位 99") && page.contains("id=\"f-stalls_0-e\""));
        let (status, to) = web.form("worker", "/rounds", &complete("01-02")).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
        assert_eq!(to, format!("/rounds/{id}?saved=1"));
        let judged = web
            .json("worker", &format!("/api/v1/rounds/{id}/judgements"))
            .await;
        let found = judged[0]["finding"].as_str().unwrap();
        assert_eq!(judged[0]["judgement"]["rule"], "lane-width");
        let one = web
            .json("worker", &format!("/api/v1/hazards/{found}"))
            .await;
        assert_eq!(one["section"], "C");
        assert_eq!(one["stalls"].as_array().unwrap().len(), 2);

        // The party that caused it may not remove it, by whatever door.
        let back = [("verb", "recheck"), ("passed", "yes"), ("text", "好了")];
        let (status, page) = web.form("operator", &hazard, &back).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(page.contains("造成隐患的一方不能自己销号"));
        let (status, page) = web
            .form("worker", &hazard, &[("verb", "measure"), ("text", " ")])
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("请填写这一项"));
        let (status, _) = web
            .form("auditor", &hazard, &[("verb", "measure"), ("text", "x")])
            .await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, page) = web
            .form(
                "above",
                "/rounds/campaigns",
                &[("title", ""), ("first", "x")],
            )
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("2026-01-01"));
    }
}
