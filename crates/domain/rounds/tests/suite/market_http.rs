//! Premises, hazards, campaigns and rules over HTTP: pages and interface, by who asks, with what is refused and why.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;
use youlin_files::{FileStore, FilesConfig};
use youlin_kernel::{AccountActor, Actor, Grant, Micros, Role};
use youlin_places::commands::ClosePremises;
use youlin_places::import::{buildings, estates, read_csv};
use youlin_places::premises::{Occupants, Premises};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{NewFinding, NewHazard, PublishChecklist, SaveChecklist};
use youlin_testkit::databases;
use youlin_testkit::web::{Keys, catalogues, form, web_config, wide_limits};
use youlin_web::{SignedIn, build};

use crate::market::Market;
use crate::site::{jpeg, multipart};

pub(crate) struct Web {
    pub(crate) market: Market,
    router: Router,
    _files: tempfile::TempDir,
}

impl Web {
    /// The market's inspection, handed in by the grid worker: what was filed.
    pub(crate) async fn inspected(&self) -> Value {
        let body = serde_json::to_value(self.market.inspection().await).unwrap();
        let filed = self.post("worker", "/api/v1/rounds/inspections", &body);
        filed.await.1
    }

    pub(crate) async fn over(market: Market) -> Self {
        let ground = &market.ground;
        let who = |name: &str, role: Role, code: &str, organisation: Option<Uuid>| {
            let actor = AccountActor {
                id: ground.world.service().new_id(),
                person: None,
                former: Vec::new(),
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
        let files = tempfile::tempdir().unwrap();
        let store = FileStore::open(FilesConfig::folder(files.path())).unwrap();
        let app = ground
            .world
            .app(catalogues(), web_config(), Arc::new(keys), wide_limits())
            .with(Arc::clone(&ground.rounds))
            .with(Arc::clone(&ground.cases))
            .with(Arc::clone(&ground.vault))
            .with(Arc::clone(&market.datasets))
            .with(Arc::new(store))
            .finish();
        let info = utoipa::openapi::Info::new("test", "0");
        let router = build(app, &[youlin_rounds::module()], info).router;
        Self {
            market,
            router,
            _files: files,
        }
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

    pub(crate) async fn get(&self, key: &str, uri: &str) -> (StatusCode, String) {
        let request = Request::get(uri).header(header::ACCEPT, "text/html");
        self.send(key, request, Body::empty()).await
    }

    pub(crate) async fn json(&self, key: &str, uri: &str) -> Value {
        let (status, body) = self.send(key, Request::get(uri), Body::empty()).await;
        assert_eq!(status, StatusCode::OK, "{uri}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    pub(crate) async fn post(&self, key: &str, uri: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post(uri).header(header::CONTENT_TYPE, "application/json");
        let (status, text) = self.send(key, request, body.to_string()).await;
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(crate) async fn form(
        &self,
        key: &str,
        uri: &str,
        fields: &[(&str, &str)],
    ) -> (StatusCode, String) {
        let request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "text/html");
        self.send(key, request, form(fields)).await
    }

    async fn upload(
        &self,
        key: &str,
        uri: &str,
        parts: &[(&str, Option<&str>, &[u8])],
    ) -> (StatusCode, String) {
        let request = Request::post(uri)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header(header::ACCEPT, "text/html");
        self.send(key, request, multipart(parts)).await
    }

    pub(crate) async fn step(&self, key: &str, hazard: &str, step: Value) -> (StatusCode, Value) {
        // Steps follow each other: what happened is read in that order.
        self.market.ground.world.clock.advance(Micros::MINUTE);
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
            // Neither walked it nor is named for it: it does not exist for them.
            ("volunteer", &recheck, 404, "not-found"),
            ("elsewhere", &recheck, 404, "not-found"),
            ("worker", &recheck, 200, ""),
            ("worker", &recheck, 409, "recheck-late-passed"),
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

/// Where each of these stands on the page: all of them, one after the other.
fn in_order(page: &str, words: &[&str]) -> bool {
    let at: Vec<Option<usize>> = words.iter().map(|one| page.find(one)).collect();
    at.iter().all(Option::is_some) && at.is_sorted()
}

#[tokio::test]
async fn whoever_re_checks_late_is_told_by_whom_and_loses_nothing() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        let filed = web.inspected().await;
        let foam = filed["findings"][1]["id"].as_str().unwrap();
        let uri = format!("/rounds/hazards/{foam}");
        let photo = jpeg();
        let words =
            |text: &'static str, passed: &'static str| -> [(&str, Option<&str>, &[u8]); 5] {
                [
                    ("verb", None, b"recheck"),
                    ("version", None, b"1"),
                    ("passed", None, passed.as_bytes()),
                    ("text", None, text.as_bytes()),
                    ("photo", Some("late.jpg"), &photo),
                ]
            };
        for (key, step) in [
            (
                "operator",
                json!({ "verb": "ask_extension", "days": 5, "reason": "等厂家送货" }),
            ),
            (
                "lead",
                json!({ "verb": "decide_extension", "approve": true }),
            ),
            (
                "operator",
                json!({ "verb": "fixed", "text": "已换成岩棉板" }),
            ),
        ] {
            let (status, answer) = web.step(key, foam, step).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
        }
        // Whoever looks again reads first what was said and granted, by whom.
        let (_, page) = web.get("lead", &uri).await;
        let way = [
            "申请延期 5 个工作日：等厂家送货",
            "同意延期 5 个工作日",
            "报整改完成：已换成岩棉板",
        ];
        assert!(in_order(&page, &way), "{page}");

        // Somebody found it wanting first.
        let wanting = json!({ "verb": "recheck", "passed": false, "text": "还剩两块" });
        web.step("worker", foam, wanting).await;
        let (status, page) = web.upload("lead", &uri, &words("换好了", "yes")).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(
            page.contains("worker 在") && page.contains("已经退回返工"),
            "{page}"
        );
        let kept = |page: &str| -> Vec<String> {
            let parts = page.split("name=\"kept\" value=\"").skip(1);
            parts
                .filter_map(|part| Some(part.split('"').next()?.to_owned()))
                .collect()
        };
        assert_eq!(kept(&page).len(), 1);

        // Then it was put right and removed.
        web.step(
            "operator",
            foam,
            json!({ "verb": "fixed", "text": "剩下的也换了" }),
        )
        .await;
        let passed = json!({ "verb": "recheck", "passed": true, "text": "都换了" });
        web.step("worker", foam, passed).await;
        let (status, page) = web.upload("lead", &uri, &words("顶上还有一块", "no")).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(page.contains("合格，已经销号，您不用再复查"), "{page}");
        assert!(page.contains(">顶上还有一块</textarea>") && page.contains("name=\"note\""));
        let kept = kept(&page);
        assert_eq!(kept.len(), 1, "the photograph need not be chosen again");
        let note = [
            ("verb", "recheck"),
            ("note", "1"),
            ("passed", "no"),
            ("text", "顶上还有一块"),
            ("kept", kept[0].as_str()),
        ];
        // Not by whoever caused it.
        let (status, _) = web.form("operator", &uri, &note).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        web.market.ground.world.clock.advance(Micros::MINUTE);
        let (status, to) = web.form("lead", &uri, &note).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
        let (_, page) = web.get("lead", &to).await;
        for words in [
            "已经留作记录",
            "看到没整改到位：顶上还有一块",
            "/rounds/spots/",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let one = web.json("worker", &format!("/api/v1/hazards/{foam}")).await;
        assert_eq!(one["step"], "removed", "a note changes nothing");
        assert_eq!(one["rechecks"][2]["noted"], true);
    }
}

#[tokio::test]
async fn what_was_said_for_a_step_that_is_over_becomes_progress_with_its_photographs() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        let filed = web.inspected().await;
        let foam = filed["findings"][1]["id"].as_str().unwrap();
        let uri = format!("/rounds/hazards/{foam}");
        web.step(
            "operator",
            foam,
            json!({ "verb": "fixed", "text": "已换成岩棉板" }),
        )
        .await;
        let photo = jpeg();
        let fixed: [(&str, Option<&str>, &[u8]); 3] = [
            ("verb", None, b"fixed"),
            ("text", None, "东头也换了".as_bytes()),
            ("photo", Some("east.jpg"), &photo),
        ];
        let (status, page) = web.upload("operator", &uri, &fixed).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(
            page.contains(">东头也换了</textarea>") && page.contains("记成整改进展"),
            "{page}"
        );
        let token = page.split("name=\"kept\" value=\"").nth(1).unwrap();
        let token = token.split('"').next().unwrap();
        let told = [
            ("verb", "progress"),
            ("text", "东头也换了"),
            ("kept", token),
        ];
        let (status, to) = web.form("operator", &uri, &told).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
        let (_, page) = web.get("operator", &to).await;
        assert!(
            page.contains("整改进展：东头也换了") && page.contains("整改中<br>"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn a_hazard_of_a_places_own_checklist_reads_like_one_of_the_house() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        let (ground, db) = (&web.market.ground, web.market.ground.world.db());
        let lead = ground.caller(Role::CommunityLead, "A");
        let mut own = youlin_checklist::shipped("market-fire").unwrap();
        own.id = "market-jia".into();
        let save = SaveChecklist {
            known: None,
            area: ground.id("A"),
            checklist: own,
            copied_from: Some("market-fire@1".into()),
        };
        let saved = db.execute(&lead, save).await.unwrap();
        let publish = PublishChecklist {
            rounds: Arc::clone(&ground.rounds),
            id: saved.id,
            version: 1,
        };
        db.execute(&lead, publish).await.unwrap();
        let mut new = web.market.inspection().await;
        new.round.checklist = Some(saved.name);
        let body = serde_json::to_value(new).unwrap();
        let (status, filed) = web
            .post("worker", "/api/v1/rounds/inspections", &body)
            .await;
        assert_eq!(status, StatusCode::CREATED, "{filed}");
        let foam = filed["findings"][1]["id"].as_str().unwrap();
        let round = filed["id"].as_str().unwrap();
        for uri in [
            format!("/rounds/hazards/{foam}"),
            format!("/rounds/{round}"),
        ] {
            let (_, page) = web.get("worker", &uri).await;
            assert!(page.contains("泡沫夹芯板（B2 级）"), "{uri}: {page}");
            assert!(!page.contains("foam_b2"), "{uri}");
        }
        let (_, page) = web.get("worker", &format!("/rounds/hazards/{foam}")).await;
        assert!(
            page.contains("860 m²"),
            "what belongs to it is shown: {page}"
        );
    }
}

#[tokio::test]
async fn rule_sets_over_the_interface() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        let body = serde_json::to_value(web.market.inspection().await).unwrap();
        let (_, filed) = web
            .post("worker", "/api/v1/rounds/inspections", &body)
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
        // In use, it still says what it judges otherwise than the one it replaced.
        let (_, page) = web.get("worker", &format!("/rounds/rules/{id}")).await;
        assert!(
            page.contains("按以前的版本判的，有 1 项按这一版会不同"),
            "{page}"
        );
        // A hazard says in words by what it was judged, and leads there, also to what comes with the house.
        let found = filed["findings"][0]["id"].as_str().unwrap();
        let (_, page) = web.get("worker", &format!("/rounds/hazards/{found}")).await;
        let named = "<a href=\"/rounds/rules/market-fire-example@1\">市场消防检查示例数值 · 第 1 版</a>（示例，不是现行法规）";
        for words in [named, "示例第 1 条 消防车道：消防车道净宽"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let example = "/rounds/rules/market-fire-example@1";
        let (status, page) = web.get("worker", example).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("消防车道净宽") && !page.contains("/use\""));
        let (status, _) = web.get("worker", "/rounds/rules/strange@1").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let changes = web
            .json("worker", &format!("/api/v1/rule-sets/{id}/changes"))
            .await;
        assert_eq!(changes.as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_rule_set_goes_out_as_the_file_it_is_taken_in_from() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        let second = web.market.wide_enough("2", 0).await;
        let file = format!("/rounds/rules/{second}/rules.json");
        let (status, _) = web.get("", &file).await;
        assert_ne!(status, StatusCode::OK);
        let (_, page) = web.get("worker", &format!("/rounds/rules/{second}")).await;
        assert!(page.contains(&format!("href=\"{file}\"")), "{page}");
        let (status, text) = web.get("worker", &file).await;
        assert_eq!(status, StatusCode::OK);
        // Taken in again it is the same version, whichever way; also when another one has taken its place since.
        web.market.wide_enough("3", 0).await;
        assert_eq!(web.get("worker", &file).await.1, text);
        let same = format!("/rounds/rules/{second}");
        let marked = format!("\u{feff}{text}");
        let chosen = [
            ("text", None, &b""[..]),
            ("file", Some("rules.json"), marked.as_bytes()),
        ];
        let (status, to) = web.upload("district", "/rounds/rules", &chosen).await;
        assert_eq!(
            (status, to.as_str()),
            (StatusCode::SEE_OTHER, same.as_str())
        );
        let pasted = [("text", text.as_str())];
        let (_, to) = web.form("district", "/rounds/rules", &pasted).await;
        assert_eq!(to, same);
        let (status, _) = web.upload("worker", "/rounds/rules", &chosen).await;
        assert_eq!(status, StatusCode::FORBIDDEN);

        // What comes with the house is a pattern for one's own: another version of it is taken in, and comes out as it went in.
        let example = "/rounds/rules/market-fire-example@1/rules.json";
        let (_, text) = web.get("worker", example).await;
        let mut rules: youlin_checklist::RuleSet = serde_json::from_str(&text).unwrap();
        assert_eq!(Some(&rules), youlin_checklist::example_rules().as_ref());
        rules.version = "2026.1".into();
        let text = serde_json::to_string(&rules).unwrap();
        let file = [("file", Some("own.json"), text.as_bytes())];
        let (_, to) = web.upload("district", "/rounds/rules", &file).await;
        let (_, text) = web.get("worker", &format!("{to}/rules.json")).await;
        let again: youlin_checklist::RuleSet = serde_json::from_str(&text).unwrap();
        assert_eq!(again, rules);
        // What cannot be read stands on the page to be mended.
        let broken = [("file", Some("own.json"), &b"{ \"code\": 7"[..])];
        let (status, page) = web.upload("district", "/rounds/rules", &broken).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("{ &#34;code&#34;: 7</textarea>"), "{page}");
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
            "name=\"checklist\" value=\"market-fire@2\"",
            "市场消防检查示例数值 · 第 1 版（示例，不是现行法规）",
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
            ("began", "2026-11-10T08:00"),
            ("ended", "2026-11-10T08:30"),
            ("a_main_aisle", "2.5"),
        ];
        // What is on the list already is told before it is handed in.
        let listed = [answered.to_vec(), vec![("a_lane_width", "3.9")]].concat();
        let (_, page) = web.form("worker", "/rounds", &listed).await;
        assert_eq!(page.matches("这处隐患已经在册").count(), 1, "{page}");
        assert!(page.contains(&format!("href=\"{hazard}\"")));
        let (status, page) = web.form("worker", "/rounds", &answered).await;
        assert_eq!(status, StatusCode::OK);
        assert!(!page.contains("这处隐患已经在册"));
        assert!(page.contains("实测 2.5 m，要求不小于 3 m"), "{page}");
        assert!(page.contains("判定出 1 个问题"), "{page}");
        let complete = |stalls: &'static str| {
            [
                answered.to_vec(),
                vec![
                    ("key_0", "main-aisle"),
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
        assert_eq!(judged[0]["judgement"]["rule"], "main-aisle");
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

        // Who holds an old list is told that nobody is there any more, and may still write down what was done.
        let (_, page) = web.get("worker", &inspect).await;
        assert!(!page.contains("id=\"gone\""));
        let (ground, db) = (&web.market.ground, web.market.ground.world.db());
        let scope = ground.world.service().scope(&ROUNDS_READ).unwrap();
        let one = Premises::one(db.read(), &scope, web.market.id)
            .await
            .unwrap();
        let close = ClosePremises {
            community: ground.community(),
            id: web.market.id,
            version: one.version,
            reason: "整体搬迁".into(),
            occupants: Occupants::default(),
        };
        db.execute(&ground.world.service(), close).await.unwrap();
        let (status, page) = web.get("worker", &inspect).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            page.contains("id=\"gone\"") && page.contains("已经停用"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn an_inspection_typed_in_for_an_earlier_day_is_judged_by_the_rules_of_that_day() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        web.market.wide_enough("2", 1).await;
        web.market.ground.world.clock.advance(48 * Micros::HOUR);
        let id = web.market.ground.world.service().new_id().to_string();
        let subject = format!("premises:{}", web.market.id);
        let typed = |day: &'static str| {
            let at = |time: &str| format!("{day}T{time}");
            [
                ("id", id.clone()),
                ("subject", subject.clone()),
                ("checklist", "market-fire@1".to_owned()),
                ("outcome", "done".to_owned()),
                ("channel", "page".to_owned()),
                ("a_market_name", "中原综合批发市场".to_owned()),
                ("a_inspected_on", day.to_owned()),
                ("began", at("06:00")),
                ("ended", at("06:30")),
                ("a_lane_width", "3.9".to_owned()),
            ]
        };
        let send = async |day: &'static str| {
            let all = typed(day);
            let all: Vec<(&str, &str)> = all.iter().map(|one| (one.0, one.1.as_str())).collect();
            web.form("worker", "/rounds", &all).await
        };
        // By the rules of the day it was done, the lane is too narrow: that is looked over first.
        let (status, page) = send("2026-11-11").await;
        assert_eq!(status, StatusCode::OK, "{page}");
        assert!(page.contains("实测 3.9 m，要求不小于 4 m"), "{page}");
        let version = "市场消防检查示例数值 · 第 1 版（";
        assert!(page.contains(version), "which version judges it: {page}");
        // Typed for today there is nothing to look over.
        let (status, to) = send("2026-11-13").await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
        let uri = format!("/api/v1/rounds/{id}/judgements");
        let judged = web.json("worker", &uri).await;
        assert_eq!(judged[0]["judgement"]["version"], "2");
        assert_eq!(judged[0]["judgement"]["verdict"], "meets");
    }
}

#[tokio::test]
async fn a_market_with_many_hazards_counts_all_of_them_and_leads_to_each() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        let worker = web.market.ground.caller(Role::GridWorker, "A1");
        // All at the same moment: two inspections with sixty findings each, and more that found nothing.
        for found in [60, 60].into_iter().chain([0; 22]) {
            let mut new = web.market.inspection().await;
            let (one, hazard) = (new.round.findings[1].clone(), new.hazards[1].clone());
            new.round.checklist = None;
            new.round.answers.clear();
            (new.round.findings, new.hazards) = (0..found)
                .map(|n| {
                    let id = worker.new_id();
                    let text = format!("第 {n} 处");
                    let finding = NewFinding {
                        id,
                        text,
                        ..one.clone()
                    };
                    let hazard = NewHazard {
                        finding: id,
                        rule: String::new(),
                        place: Vec::new(),
                        ..hazard.clone()
                    };
                    (finding, hazard)
                })
                .unzip();
            web.market.hand_in(&worker, new).await.unwrap();
        }
        // Every one is reached, a hundred at a time.
        let listed = "/api/v1/hazards?of=listed";
        let first = web.json("worker", listed).await;
        let last = &first[99];
        let (at, id) = (
            last["found_at"].as_str().unwrap(),
            last["id"].as_str().unwrap(),
        );
        let at = at.replace('+', "%2B");
        let rest = web
            .json("worker", &format!("{listed}&before={at}&before_id={id}"))
            .await;
        let mut all: Vec<&str> = [&first, &rest]
            .iter()
            .flat_map(|part| part.as_array().unwrap())
            .map(|one| one["id"].as_str().unwrap())
            .collect();
        let oldest = all[119];
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 120);

        // The one that lies last is said to be put right.
        let fixed = json!({ "verb": "fixed", "text": "已更换" });
        let (status, answer) = web.step("operator", oldest, fixed).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let uri = format!("/rounds/premises/{}", web.market.id);
        let (_, page) = web.get("worker", &uri).await;
        for words in [
            "<b>24</b><span>检查次数",
            "<b>120</b><span>在册隐患",
            "<b>1</b><span>待复查",
            "<b>0</b><span>已销号",
            "看全部 120 条",
            "一共 24 次。",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let rows = |page: &str| {
            let hazards = page.matches("<li data-item>").count();
            (hazards, page.matches("<tr data-item>").count())
        };
        assert_eq!(rows(&page), (20, 20));
        let older = page.split(&format!("href=\"{uri}?")).nth(1).unwrap();
        let older = older.split('"').next().unwrap().replace("&amp;", "&");
        let (_, page) = web.get("worker", &format!("{uri}?{older}")).await;
        assert_eq!(rows(&page), (20, 4));

        let list = format!("/rounds/hazards?of=listed&premises={}", web.market.id);
        let (_, page) = web.get("worker", &list).await;
        assert!(page.contains("120 条 （本页 100 条）"), "{page}");
        let next = page.split("&amp;before=").nth(1).unwrap();
        let next = next.split('"').next().unwrap().replace("&amp;", "&");
        let (_, page) = web.get("worker", &format!("{list}&before={next}")).await;
        assert!(page.contains("120 条 （本页 20 条）"), "{page}");
        let recheck = format!("/rounds/hazards?of=to_recheck&premises={}", web.market.id);
        let (_, page) = web.get("worker", &recheck).await;
        assert!(page.contains(oldest) && page.contains("1 条"), "{page}");
    }
}

/// The policy of inspecting old markets once a month.
fn old_markets(community: i64, test: &Value) -> Value {
    json!({
        "community": community, "title": "老旧市场每月检查",
        "policy": {
            "kind": "inspection", "subjects": "premises", "walkers": { "who": "grid_worker" }, "every": "month",
            "count": 1, "weekdays": 0, "season": null, "from": "2026-01-01", "to": null, "minimum": {},
            "photographs": 0, "track": false, "basis": "",
            "question": { "dataset": "premises", "filter": { "all": [
                { "test": { "dim": "premises_kind", "op": "is", "values": ["market"] } }, test,
            ] } },
        },
    })
}

#[tokio::test]
async fn a_policy_goes_to_the_premises_its_question_means_today() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        let market = &web.market;
        let community = market.ground.community().0;
        let built = |dim: &str| json!({ "test": { "dim": dim, "op": "lt", "values": [2000] } });
        let good = old_markets(community, &built("built_year"));
        let uri = "/api/v1/round-policies";
        assert_eq!(
            web.post("worker", uri, &good).await.0,
            StatusCode::FORBIDDEN
        );
        // What is wrong with a question is named before anything is saved.
        let unknown = old_markets(community, &built("colour"));
        let mut other = good.clone();
        other["policy"]["question"]["dataset"] = json!("buildings");
        let mut both = good.clone();
        both["subjects"] = json!([market.id]);
        for (wrong, field) in [
            (unknown, "question."),
            (other, "question"),
            (both, "subjects"),
        ] {
            let (status, body) = web.post("lead", uri, &wrong).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            assert!(body.to_string().contains(field), "{body}");
        }
        // Sent again because the line broke, it is the same policy; with another content it is refused.
        let once = async |body: &Value| {
            let request = Request::post(uri)
                .header(header::CONTENT_TYPE, "application/json")
                .header("Idempotency-Key", "old-markets");
            web.send("lead", request, body.to_string()).await
        };
        let (status, saved) = once(&good).await;
        assert_eq!(status, StatusCode::CREATED, "{saved}");
        assert_eq!(once(&good).await, (status, saved.clone()));
        let mut another = good.clone();
        another["title"] = json!("别的市场");
        assert_eq!(
            once(&another).await.0,
            StatusCode::UNPROCESSABLE_ENTITY,
            "the same key for another policy"
        );
        let saved: Value = serde_json::from_str(&saved).unwrap();
        let policy = saved["id"].as_str().unwrap().to_owned();
        // A volunteer may not count the register, and is told what is due all the same; another grid's worker is told nothing.
        let due = web.json("volunteer", "/api/v1/rounds/due").await;
        let names = |due: &Value| -> Vec<String> {
            let lines = due.as_array().unwrap().iter();
            lines
                .map(|one| one["subject_name"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(names(&due), ["中原综合批发市场"]);
        let elsewhere = web.json("elsewhere", "/api/v1/rounds/due").await;
        assert_eq!(elsewhere, json!([]));
        // On the page of the market: due, and not yet done by this policy.
        let page = format!("/rounds/premises/{}", market.id);
        let (_, text) = web.get("worker", &page).await;
        let note = format!("policy={policy}");
        for words in ["老旧市场每月检查", "按这项安排还没来过", &note] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let mut new = market.inspection().await;
        new.round.policy = Some(policy.parse().unwrap());
        let mut long = serde_json::to_value(&new).unwrap();
        long["round"]["told_by"] = json!("长".repeat(81));
        let (status, body) = web
            .post("worker", "/api/v1/rounds/inspections", &long)
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(body.to_string().contains("told_by"), "{body}");
        let body = serde_json::to_value(&new).unwrap();
        let (status, filed) = web
            .post("worker", "/api/v1/rounds/inspections", &body)
            .await;
        assert_eq!(status, StatusCode::CREATED, "{filed}");
        assert_eq!(web.json("worker", "/api/v1/rounds/due").await, json!([]));
        let (_, text) = web.get("worker", &page).await;
        assert!(text.contains("上次：") && !text.contains(&note), "{text}");
        // What is entered tomorrow is meant tomorrow.
        let lead = market.ground.caller(Role::CommunityDesk, "A");
        market.premises(&lead, "东门老市场", "market", "1988").await;
        assert_eq!(
            names(&web.json("worker", "/api/v1/rounds/due").await),
            ["东门老市场"]
        );
        let standing = format!("{uri}/{policy}/standing");
        let stands = web.json("lead", &standing).await.to_string();
        assert!(
            stands.contains("\"done\"") && stands.contains("open"),
            "{stands}"
        );
        let (_, text) = web.get("lead", "/rounds/policies").await;
        assert!(text.contains("场所 · 市场 · 2000 年以前建成"), "{text}");
        let opened = format!("/rounds/policies/{policy}/standing?of=open");
        assert!(text.contains(&opened), "{text}");
        let (_, text) = web.get("volunteer", &opened).await;
        assert!(
            text.contains("东门老市场") && !text.contains("中原综合批发市场"),
            "{text}"
        );
        let stale = json!({ "version": 7 });
        let close = format!("{uri}/{policy}/close");
        assert_eq!(
            web.post("lead", &close, &stale).await.0,
            StatusCode::CONFLICT
        );
        assert_eq!(
            web.post("lead", &close, &json!({ "version": 1 })).await.0,
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn the_form_asks_of_buildings_what_the_register_holds_of_them() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        let ground = &web.market.ground;
        let (db, ctx) = (ground.world.db(), ground.world.service());
        let locator = ground.cases.locator();
        let rows = |text: &str| read_csv(text, &["key"]).unwrap();
        let (lon, lat) = youlin_testkit::town::at(2.0, 2.0);
        let text = format!(
            "key,community_code,name,aliases,street_address,built_year,lon,lat,neighbourhood_code\n\
             e,A,东一村,,,1990,{lon},{lat},A1\nn,A,新苑,,,2015,{lon},{lat},A1\n"
        );
        assert!(
            estates(db, &ctx, locator, rows(&text), false)
                .await
                .unwrap()
                .is_clean()
        );
        let text = format!(
            "key,estate_key,name,aliases,floors,lon,lat,neighbourhood_code\n\
             e1,e,1号楼,,6,{lon},{lat},A1\ne2,e,2号楼,,3,{lon},{lat},A1\nn1,n,1号楼,,18,{lon},{lat},A1\n"
        );
        assert!(
            buildings(db, &ctx, locator, rows(&text), false)
                .await
                .unwrap()
                .is_clean()
        );
        locator.reload_addresses(db).await.unwrap();
        let (_, text) = web.get("lead", "/rounds/policies/new?about=building").await;
        for words in [
            "至少几层",
            "至少多少户",
            "name=\"about\" value=\"building\"",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(
            !text.contains("chief:village") && !text.contains("要求记录轨迹"),
            "{text}"
        );
        let community = ground.community().0.to_string();
        let team = format!("party:{}", ground.team.id);
        let fields = |before: &'static str| {
            [
                ("community", community.as_str()),
                ("about", "building"),
                ("title", "老楼消防通道每月查"),
                ("walkers", &team),
                ("every", "month"),
                ("count", "1"),
                ("from", "2026-01-01"),
                ("built_before", before),
                ("storeys", "5"),
                // Of another subject: counts nothing.
                ("stalls", "100"),
            ]
        };
        let (status, text) = web
            .form("lead", "/rounds/policies", &fields("九十年代"))
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text.contains("九十年代"), "{text}");
        let (status, text) = web.form("lead", "/rounds/policies", &fields("2000")).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        let all = web.json("lead", "/api/v1/round-policies").await;
        let (policy, version) = (all[0]["id"].as_str().unwrap(), &all[0]["version"]);
        assert_eq!(all[0]["policy"]["kind"], "inspection");
        // What was typed leaves the browser now that it is here.
        let (_, list) = web.get("lead", &text).await;
        let drafts = format!("policy:{policy} policy:new:{community}:building");
        assert!(
            list.contains(&format!("data-draft-clear=\"{drafts}\"")),
            "{list}"
        );
        let due = web.json("worker", "/api/v1/rounds/due").await;
        assert_eq!(due.as_array().unwrap().len(), 1, "{due}");
        assert_eq!(due[0]["subject_name"], "东一村1号楼");
        let (_, text) = web.get("lead", &format!("/rounds/policies/{policy}")).await;
        assert!(text.contains("现在有 1 处符合"), "{text}");
        // The building's own page, where it is noted down and for how long it was not.
        let building = due[0]["subject"]["id"].as_str().unwrap();
        let page = format!("/rounds/buildings/{building}");
        // The team is asked, and whoever plans writes down what it tells: nobody else is led to it.
        let note = format!("/rounds/new?subject=building:{building}&#38;policy={policy}");
        let (_, text) = web.get("worker", &page).await;
        assert!(!text.contains(&note), "{text}");
        let (_, text) = web.get("lead", &page).await;
        assert!(
            text.contains(&note) && text.contains("按这项安排还没来过"),
            "{text}"
        );
        assert_eq!(web.get("elsewhere", &page).await.0, StatusCode::NOT_FOUND);
        let (status, _) = web.get("worker", &note.replace("&#38;", "&")).await;
        assert_eq!(status, StatusCode::OK);
        // A question the form cannot show, from the interface, stays when the form is saved.
        let mut change = json!({ "community": all[0]["community"], "title": all[0]["title"],
            "policy": all[0]["policy"], "version": version });
        change["policy"]["question"]["filter"] =
            json!({ "any": [{ "test": { "dim": "storeys", "op": "ge", "values": [10] } }] });
        let uri = format!("/api/v1/round-policies/{policy}");
        let request = Request::put(&uri).header(header::CONTENT_TYPE, "application/json");
        let (status, text) = web.send("lead", request, change.to_string()).await;
        assert_eq!(status, StatusCode::OK, "{text}");
        let form_uri = format!("/rounds/policies/{policy}");
        let kept = [&fields("2000")[..], &[("version", "2")]].concat();
        let (status, text) = web.form("lead", &form_uri, &kept).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        let due = web.json("worker", "/api/v1/rounds/due").await;
        assert_eq!(due[0]["subject_name"], "新苑1号楼");
        assert_eq!(due.as_array().unwrap().len(), 1);
    }
}
