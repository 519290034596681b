//! The pages and the interface as callers meet them. Keys are `<role>@<area>`.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt;
use uuid::Uuid;
use youlin_kernel::{AccountActor, Actor, Grant, Role};
use youlin_testkit::web::{Keys, catalogues, form, web_config, wide_limits};
use youlin_web::SignedIn;

use crate::ground::{Ground, grounds, json, story};

pub(crate) struct Web {
    pub(crate) ground: Ground,
    router: Router,
}

pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Got {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .unwrap()
            .to_str()
            .unwrap()
    }
}

pub(crate) const DESK: &str = "community_desk@A";
pub(crate) const WORKER: &str = "grid_worker@A2";
const LEAD: &str = "community_lead@A";

impl Web {
    fn over(ground: Ground) -> Self {
        let grant = |role: Role, code: &str| {
            let actor = AccountActor {
                id: Uuid::from_u128(role as u128 + 1),
                person: None,
                former: Vec::new(),
                display_name: "=测试".into(),
            };
            let who = SignedIn {
                actor: Actor::Account(actor),
                grants: Arc::from([Grant {
                    role,
                    area: ground.id(code),
                    organisation: None,
                }]),
                locale: None,
                second_factor_required: false,
            };
            (format!("{}@{code}", role.as_str()), who)
        };
        let keys = vec![
            grant(Role::CommunityDesk, "A"),
            grant(Role::CommunityLead, "A"),
            grant(Role::GridWorker, "A2"),
            grant(Role::MicroGridWorker, "A2"),
            grant(Role::SubdistrictSupervisor, "S1"),
        ];
        let app = ground
            .world
            .app(
                catalogues(),
                web_config(),
                Arc::new(Keys(keys)),
                wide_limits(),
            )
            .with(Arc::clone(&ground.vault))
            .with(Arc::clone(&ground.locator))
            .with(Arc::clone(&ground.cases))
            .with(Arc::clone(&ground.datasets))
            .finish();
        let info = utoipa::openapi::Info::new("test", "0");
        let router = youlin_web::build(app, &[youlin_insight::module()], info).router;
        Self { ground, router }
    }

    pub(crate) async fn send(
        &self,
        key: &str,
        request: axum::http::request::Builder,
        body: impl Into<Body>,
    ) -> Got {
        let request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        let answer = self
            .router
            .clone()
            .oneshot(request.body(body.into()).unwrap())
            .await
            .unwrap();
        let (parts, body) = answer.into_parts();
        Got {
            status: parts.status,
            headers: parts.headers,
            bytes: to_bytes(body, 1 << 24).await.unwrap().to_vec(),
        }
    }

    pub(crate) async fn get(&self, key: &str, uri: &str) -> Got {
        self.send(
            key,
            Request::get(uri).header(header::ACCEPT, "text/html"),
            Body::empty(),
        )
        .await
    }

    pub(crate) async fn post(&self, key: &str, uri: &str, fields: &[(&str, &str)]) -> Got {
        let request = Request::post(uri)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(key, request, form(fields)).await
    }

    pub(crate) async fn ask(&self, key: &str, path: &str, body: &str) -> Got {
        let request = Request::post(format!("/api/v1/insight/{path}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.send(key, request, body.to_owned()).await
    }
}

pub(crate) async fn webs() -> Vec<Web> {
    let mut all = Vec::new();
    for ground in grounds().await {
        ground
            .person("周福生", 1940, &["living_alone"], "甲中村1号楼101")
            .await;
        ground
            .person("顾二", 1941, &["living_alone"], "甲西村1号楼101")
            .await;
        ground
            .person("顾三", 1990, &["talent:first_aid"], "甲西村1号楼102")
            .await;
        all.push(Web::over(ground));
    }
    all
}

const STORY: &str = "/insight/query?d=persons&f=age~ge~80&f=labels~is~living_alone&f=none~building~persons~labels~is~talent:first_aid";

#[tokio::test]
async fn the_question_is_composed_answered_and_opened() {
    for web in webs().await {
        let start = web.get(DESK, "/insight/query?d=persons").await;
        assert_eq!(start.status, StatusCode::OK, "{}", start.text());
        assert!(start.text().contains("add=persons~age#add"));
        let form = web
            .get(DESK, "/insight/query?d=persons&add=persons~labels")
            .await
            .text();
        assert!(
            form.contains("none~building~persons") && form.contains("独居"),
            "{form}"
        );
        // Sent without a value it is asked again.
        let empty = web
            .get(
                DESK,
                "/insight/query/add?d=persons&set=persons&dim=age&who=&op=ge&v=",
            )
            .await;
        assert_eq!(empty.status, StatusCode::SEE_OTHER);
        assert!(empty.location().contains("empty=1"));
        // No number is no number, and is asked again with what was typed.
        let wrong = "/insight/query/add?d=persons&set=persons&dim=age&who=not&op=le&v=80x";
        let wrong = web.get(DESK, wrong).await;
        assert_eq!(wrong.status, StatusCode::SEE_OTHER);
        let again = web.get(DESK, wrong.location()).await.text();
        for kept in [
            "value=\"80x\"",
            "请填数字",
            "value=\"not\" selected",
            "value=\"le\" selected",
        ] {
            assert!(again.contains(kept), "{kept} in {again}");
        }
        // Areas are kept in 0.01 m² and said in m².
        let size = web
            .get(
                DESK,
                "/insight/query/add?d=dwellings&set=dwellings&dim=size&who=&op=ge&v=90.5",
            )
            .await;
        assert!(
            size.location().contains("size%7Ege%7E9050"),
            "{}",
            size.location()
        );
        let size = web.get(DESK, size.location()).await.text();
        assert!(size.contains("专有面积（平方米）至少 90.5"), "{size}");
        let unseen = web.get(DESK, "/insight/query?d=persons&f=seen~ge~30").await;
        let unseen = unseen.text();
        assert!(
            unseen.contains("没见到的天数至少 30（含从来没有的）"),
            "who was never seen counts, and that is said"
        );
        let added = web
            .get(DESK, "/insight/query/add?d=persons&f=age~ge~80&set=persons&dim=labels&who=none~building~persons&op=is&v=talent:first_aid")
            .await;
        assert_eq!(
            added.location(),
            "/insight/query?d=persons&f=age%7Ege%7E80&f=none%7Ebuilding%7Epersons%7Elabels%7Eis%7Etalent%3Afirst_aid"
        );
        let page = web.get(DESK, STORY).await.text();
        assert!(
            page.contains("年龄至少 80") && page.contains("同一楼栋里没有“标签：急救”的居民"),
            "{page}"
        );
        assert!(page.contains("<b>1</b>"), "{page}");
        let evidence = web
            .get(DESK, &STORY.replace("query", "evidence"))
            .await
            .text();
        assert!(
            evidence.contains("居民 1 条") && evidence.contains("周**"),
            "{evidence}"
        );
        // A list of it is called by its conditions.
        let title = evidence.split("id=\"f-title\"").nth(1).unwrap();
        let title = title.split('>').next().unwrap();
        assert!(
            title.contains("value=\"年龄至少 80，标签：独居，"),
            "{title}"
        );
        assert!(
            evidence.contains("岁"),
            "people of one masked name are told apart"
        );
        assert!(!evidence.contains("福生"));
        // What is sensitive is no part of the name colleagues read, and only what is left is suggested.
        for (asked, suggested) in [
            ("d=persons&f=age~ge~80&f=care~is~discharged", "年龄至少 80"),
            ("d=persons&f=care~is~discharged", "走访"),
        ] {
            web.ground
                .person("吴康复", 1940, &["discharged"], "甲中村1号楼101")
                .await;
            let page = web
                .get(DESK, &format!("/insight/evidence?{asked}"))
                .await
                .text();
            let title = page.split("id=\"f-title\"").nth(1).unwrap();
            let title = title.split('>').next().unwrap();
            assert!(
                title.contains(suggested) && !title.contains("出院康复"),
                "{title}"
            );
            assert!(page.contains("其他人只看到"), "{page}");
            let fields = [("title", "回访"), ("address", asked)];
            let made = web.post(DESK, "/insight/evidence/list", &fields).await;
            assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
        }
        let (db, vault) = (web.ground.world.db().read(), &web.ground.vault);
        let desk = web.ground.caller(Role::CommunityDesk, "A");
        let scope = desk
            .scope(&youlin_people::permissions::PEOPLE_READ)
            .unwrap();
        let lists = youlin_people::Directory::visiting_lists(db, vault, (&scope, None), false);
        let lists = lists.await.unwrap();
        assert!(lists.iter().all(|one| one.title.is_none()), "{lists:?}");
        // What cannot be made says so on the page, with the name that was typed.
        let long = "很".repeat(81);
        let fields = [("title", long.as_str()), ("address", "d=persons")];
        let refused = web.post(DESK, "/insight/evidence/list", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let refused = refused.text();
        assert!(
            refused.contains(&long) && refused.contains("href=\"#f-title\""),
            "{refused}"
        );
        // People become a visiting list, which their module makes.
        let list = web
            .post(
                DESK,
                "/insight/evidence/list",
                &[("title", "x"), ("address", "d=persons")],
            )
            .await;
        assert_eq!(list.status, StatusCode::SEE_OTHER, "{}", list.text());
        assert!(list.location().starts_with("/people/visits/"));
        // A wrong question says what is wrong and stays.
        let wrong = web.get(DESK, "/insight/query?d=persons&f=age~ge~old").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.text().contains("“old”不是这里能用的值"),
            "{}",
            wrong.text()
        );
        let micro = web.get("micro_grid_worker@A2", "/insight").await;
        assert_eq!(micro.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn the_same_over_rest() {
    for web in webs().await {
        let query = serde_json::to_string(&story()).unwrap();
        let got = web.ask(DESK, "query", &query).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text());
        assert_eq!(json(&got.text())["answer"]["total"]["count"], 1);
        let grouped =
            r#"{"dataset":"persons","group":[{"dim":"area","level":5},{"dim":"labels"}]}"#;
        let answer = json(&web.ask(DESK, "query", grouped).await.text());
        let cell = &answer["answer"]["cells"][0];
        let body = format!(r#"{{"query":{grouped},"cell":{}}}"#, cell["keys"]);
        let records = json(&web.ask(DESK, "evidence", &body).await.text());
        assert_eq!(
            records.as_array().unwrap().len() as u64,
            cell["count"].as_u64().unwrap()
        );
        // A grid worker counts their grid alone.
        let worker = json(
            &web.ask(WORKER, "query", r#"{"dataset":"persons"}"#)
                .await
                .text(),
        );
        assert_eq!(worker["answer"]["total"]["count"], 1);
        let faulty = web
            .ask(
                DESK,
                "query",
                r#"{"dataset":"persons","measure":{"sum":"sex"},"as_of":"x"}"#,
            )
            .await;
        assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = json(&faulty.text());
        assert!(
            fields.to_string().contains("measure") && fields.to_string().contains("as_of"),
            "{fields}"
        );
        let datasets = json(&web.get(DESK, "/api/v1/insight/datasets").await.text());
        assert_eq!(datasets.as_array().unwrap().len(), 5);
        let indicators = web
            .get(
                DESK,
                "/api/v1/insight/indicators?from=2026-11-01&to=2026-11-30",
            )
            .await;
        assert_eq!(json(&indicators.text())["figures"][0]["code"], "acceptance");
    }
}

#[tokio::test]
async fn exports_carry_their_definition_and_no_formula() {
    for web in webs().await {
        let question = "d=persons&f=age~ge~80&g=area~5";
        let csv = web
            .get(DESK, &format!("/insight/export/csv?{question}"))
            .await;
        let text = csv.text();
        assert!(
            text.contains("条件,年龄至少 80") && text.contains("甲二网格,1,1"),
            "{text}"
        );
        // The name of the asker begins like a formula.
        assert!(text.contains("导出人,'=测试"), "{text}");
        let xlsx = web
            .get(DESK, &format!("/insight/export/xlsx?{question}"))
            .await;
        assert_eq!(&xlsx.bytes[..2], b"PK");
        let map = json(
            &web.get(DESK, &format!("/insight/export/geojson?{question}"))
                .await
                .text(),
        );
        let features = map["features"].as_array().unwrap();
        assert!(
            features.iter().any(|one| one["properties"]["code"] == "A2"
                && one["geometry"]["type"] == "MultiPolygon"),
            "{map}"
        );
        // Every line, several of one name too.
        let two = format!("{question}&f=sex~missing");
        let map = web
            .get(DESK, &format!("/insight/export/geojson?{two}"))
            .await;
        let lines = json(&map.text())["definition"].clone();
        let lines = lines.as_array().unwrap();
        let conditions: Vec<&str> = lines
            .iter()
            .filter(|line| line["name"] == "条件")
            .map(|line| line["value"].as_str().unwrap())
            .collect();
        assert_eq!(conditions.len(), 2, "{lines:?}");
        assert_eq!(conditions[0], "年龄至少 80");
        // Whoever is handed the file reads where was counted.
        let area = |key: &'static str, address: &'static str| {
            let csv = web.get(key, address);
            async move {
                csv.await
                    .text()
                    .lines()
                    .find(|line| line.starts_with("范围,"))
                    .unwrap()
                    .to_owned()
            }
        };
        let all = "/insight/export/csv?d=persons";
        assert_eq!(area(DESK, all).await, "范围,甲社区");
        assert_eq!(area(WORKER, all).await, "范围,甲社区 · 甲二网格");
        let without = web.get(DESK, "/insight/export/geojson?d=persons").await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            web.get(DESK, "/insight/export/pdf?d=persons").await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn views_are_kept_shared_within_the_area_and_dropped_by_their_owner() {
    for web in webs().await {
        let address = "d=persons&f=age~ge~80";
        let keep = |title: &'static str, shared: &'static str| {
            [("title", title), ("address", address), ("shared", shared)]
        };
        assert_eq!(
            web.post(DESK, "/insight/views", &keep(" ", ""))
                .await
                .status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            web.post(DESK, "/insight/views", &keep("自己看", ""))
                .await
                .status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            web.post(DESK, "/insight/views", &keep("大家看", "1"))
                .await
                .status,
            StatusCode::SEE_OTHER
        );
        let mine = web.get(DESK, "/insight").await.text();
        assert!(mine.contains("自己看") && mine.contains("大家看"));
        let lead = web.get(LEAD, "/insight").await.text();
        assert!(!lead.contains("自己看") && lead.contains("大家看"));
        // One that asks what the reader may not ask is none of theirs: its name alone would tell.
        let care = [
            ("title", "出院的"),
            ("address", "d=persons&f=care~is~discharged"),
            ("shared", "1"),
        ];
        let kept = web.post(DESK, "/insight/views", &care).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER);
        let lead_sees = web.get(LEAD, "/insight").await.text();
        let care_id = lead_sees.split("出院的").next().unwrap();
        let care_id = care_id.rsplit("/insight/views/").next().unwrap()[..36].to_owned();
        let supervisor = "subdistrict_supervisor@S1";
        let seen = web.get(supervisor, "/insight").await.text();
        assert!(
            seen.contains("大家看") && !seen.contains("出院的"),
            "{seen}"
        );
        let opened = web
            .get(supervisor, &format!("/insight/views/{care_id}"))
            .await;
        assert_eq!(opened.status, StatusCode::NOT_FOUND);
        // A grid worker may not see the whole community, so neither its views.
        assert!(!web.get(WORKER, "/insight").await.text().contains("大家看"));
        let id = lead.split("/insight/views/").nth(1).unwrap()[..36].to_owned();
        let open = web.get(LEAD, &format!("/insight/views/{id}")).await;
        assert_eq!(open.location(), "/insight/query?d=persons&f=age%7Ege%7E80");
        assert_eq!(
            web.get(WORKER, &format!("/insight/views/{id}"))
                .await
                .status,
            StatusCode::NOT_FOUND
        );
        let drop = format!("/insight/views/{id}/drop");
        assert_eq!(
            web.post(LEAD, &drop, &[]).await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            web.post(DESK, &drop, &[]).await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            web.get(DESK, &format!("/insight/views/{id}")).await.status,
            StatusCode::NOT_FOUND
        );
        let tables = youlin_insight::module().audited;
        let communities = [
            youlin_kernel::CommunityId::SYSTEM,
            web.ground.community("A"),
        ];
        let report = youlin_database::audit::verify(
            web.ground.world.db().read(),
            &tables,
            &communities,
            None,
        )
        .await
        .unwrap();
        assert!(report.entries > 0);
    }
}

/// 「同一楼栋里没有人会……」: nobody at all can, and it can still be asked.
#[tokio::test]
async fn a_label_nobody_has_can_be_chosen_to_ask_where_nobody_has_it() {
    let web = webs().await.swap_remove(0);
    let step = "/insight/query?d=persons&f=labels~is~living_alone&add=persons~labels";
    let page = web.get(DESK, step).await.text();
    let chip = page
        .split("value=\"talent:chess\"")
        .nth(1)
        .unwrap_or_default();
    let chip = chip.split("</label>").next().unwrap_or_default();
    assert!(chip.contains("下棋") && chip.contains(">0<"), "{chip}");
    let sent = "/insight/query/add?d=persons&f=labels~is~living_alone&set=persons&dim=labels\
                &who=none~building~persons&op=is&v=talent:chess";
    let added = web.get(DESK, sent).await;
    let found = web.get(DESK, added.location()).await.text();
    let total = found.split("id=\"total\"").nth(1).unwrap_or_default();
    assert!(total.contains("<b>2</b>"), "{total}");
}

#[tokio::test]
async fn an_address_cut_on_its_way_says_so_in_words_and_leads_back_to_the_question() {
    for web in webs().await {
        for (address, said) in [
            ("d=persons&f=age~abo", "条件“age~abo”读不懂"),
            ("d=persons&f=age~ge~old", "“old”不是这里能用的值"),
            ("d=persons&g=sex&k=female", "“female”不是这里能用的值"),
            ("d=persons&k=tfemale", "网址里的格子比分组多"),
        ] {
            let got = web.get(DESK, &format!("/insight/evidence?{address}")).await;
            let page = got.text();
            assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
            assert!(page.contains("这个网址读不出要看的数字"), "{page}");
            assert!(page.contains(said), "{address}: {page}");
            assert!(page.contains("href=\"/insight/query?d=persons"), "{page}");
            assert!(!page.contains("<code>"), "a word of the machine: {page}");
        }
    }
}
