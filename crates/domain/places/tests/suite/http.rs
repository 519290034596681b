//! The module over HTTP: pages and interface, by role, in words.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;
use youlin_kernel::{AccountActor, Actor, AreaId, Grant, Role};
use youlin_testkit::databases;
use youlin_testkit::web::{Keys, catalogues, web_config, wide_limits};
use youlin_web::{SESSION_MIGRATIONS, SignedIn, build};

use crate::ground::{Town, at, collection, feature, square};

struct Web {
    town: Town,
    router: Router,
}

impl Web {
    async fn over(town: Town) -> Self {
        town.world
            .db()
            .migrate(SESSION_MIGRATIONS, youlin_testkit::MORNING)
            .await
            .unwrap();
        let grant = |role: Role, code: &str| {
            let area = town
                .locator
                .tree()
                .by_code(code)
                .map_or(AreaId(0), |node| node.id);
            let actor = AccountActor {
                id: Uuid::from_u128(role as u128 + 1),
                person: None,
                former: Vec::new(),
                display_name: "测试".into(),
            };
            let who = SignedIn {
                actor: Actor::Account(actor),
                grants: Arc::from([Grant {
                    role,
                    area,
                    organisation: None,
                }]),
                locale: None,
                second_factor_required: false,
            };
            (format!("{}@{code}", role.as_str()), who)
        };
        // `<role>@<area>`.
        let keys = Keys(vec![
            grant(Role::Administrator, "91"),
            grant(Role::GridWorker, "A1"),
            grant(Role::GridWorker, "A2"),
            grant(Role::Partner, "91"),
        ]);
        let accounts = Arc::new(keys);
        let app = town
            .world
            .app(catalogues(), web_config(), accounts, wide_limits())
            .with(Arc::clone(&town.locator))
            .finish();
        let info = utoipa::openapi::Info::new("test", "0");
        let router = build(app, &[youlin_places::module()], info).router;
        Self { town, router }
    }

    async fn send(
        &self,
        key: &str,
        request: http::request::Builder,
        body: impl Into<Body>,
    ) -> (StatusCode, http::HeaderMap, String) {
        let request = if key.is_empty() {
            request
        } else {
            request.header(header::AUTHORIZATION, format!("Bearer {key}"))
        };
        let request = request.body(body.into()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 1 << 24).await.unwrap();
        (
            parts.status,
            parts.headers,
            String::from_utf8(bytes.to_vec()).unwrap(),
        )
    }

    async fn get(&self, key: &str, uri: &str) -> (StatusCode, String) {
        let request = Request::get(uri).header(header::ACCEPT, "text/html");
        let (status, _, body) = self.send(key, request, Body::empty()).await;
        (status, body)
    }

    async fn json(&self, key: &str, uri: &str) -> (StatusCode, Value) {
        let (status, body) = self.get(key, uri).await;
        (status, serde_json::from_str(&body).unwrap())
    }

    async fn form(
        &self,
        uri: &str,
        form: &[(&str, &str)],
    ) -> (StatusCode, http::HeaderMap, String) {
        let body = serde_html_form::to_string(form).unwrap();
        let request = Request::post(uri)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(ADMIN, request, body).await
    }
}

const ADMIN: &str = "administrator@91";
const WORKER: &str = "grid_worker@A1";

#[tokio::test]
async fn the_tree_the_point_and_the_address_over_rest() {
    for base in databases().await {
        let web = Web::over(Town::drawn(base).await.with_register().await).await;
        let (status, tree) = web.json(WORKER, "/api/v1/areas").await;
        assert_eq!(
            (status, &tree[0]["name"]),
            (StatusCode::OK, &Value::from("测试市"))
        );
        let id = web.town.id("A1N");
        let (_, area) = web.json(WORKER, &format!("/api/v1/areas/{id}")).await;
        assert_eq!(area["boundaries"][0]["valid_from"], "2024-01-01");
        assert_eq!(area["codes"][0]["code"], "A1N");
        for nothing in [
            "/api/v1/areas/999",
            "/api/v1/areas/x",
            "/api/v1/areas.geojson?within=999",
        ] {
            assert_eq!(
                web.json(WORKER, nothing).await.0,
                StatusCode::NOT_FOUND,
                "{nothing}"
            );
        }
        let (lon, lat) = at(2.0, 2.0);
        let (_, found) = web
            .json(WORKER, &format!("/api/v1/locate?lon={lon}&lat={lat}"))
            .await;
        let names: Vec<&str> = found["areas"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["code"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["9", "91", "S1", "A", "A1", "A1N"]);
        let (_, before) = web
            .json(
                WORKER,
                &format!("/api/v1/locate?lon={lon}&lat={lat}&on=2020-01-01"),
            )
            .await;
        assert_eq!(before["areas"], Value::Array(Vec::new()));
        let (status, swapped) = web
            .json(WORKER, &format!("/api/v1/locate?lon={lat}&lat={lon}"))
            .await;
        assert_eq!(
            (status, &swapped["errors"][0]["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &"position-swapped".into())
        );
        assert!(
            swapped["errors"][0]["detail"]
                .as_str()
                .unwrap()
                .contains("120.80"),
            "{swapped}"
        );
        assert_eq!(
            web.json(WORKER, "/api/v1/locate?lon=x&lat=1").await.0,
            StatusCode::BAD_REQUEST
        );
        let q = "/api/v1/addresses?q=%E5%85%89%E6%98%8E%E4%B8%9C%E6%9D%9112%E5%8F%B7%E6%A5%BC304";
        let (_, found) = web.json(WORKER, q).await;
        assert_eq!(found[0]["label"], "光明东村12号楼1单元304");
        let building = found[0]["place"]["building"].as_str().unwrap();
        let (_, detail) = web
            .json(WORKER, &format!("/api/v1/buildings/{building}"))
            .await;
        assert_eq!(
            detail["entrances"][0]["floors"][0]["dwellings"][0]["room"],
            "304"
        );
        // The neighbour grid's worker does not see it, and a partner has no business here.
        assert_eq!(
            web.json("grid_worker@A2", q).await.1,
            Value::Array(Vec::new())
        );
        assert_eq!(
            web.json("grid_worker@A2", &format!("/api/v1/buildings/{building}"))
                .await
                .0,
            StatusCode::NOT_FOUND
        );
        assert_eq!(web.json("partner@91", q).await.0, StatusCode::FORBIDDEN);
        assert_eq!(web.json("", q).await.0, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn boundaries_are_public_and_asked_for_again_by_tag() {
    for base in databases().await {
        let web = Web::over(Town::drawn(base).await).await;
        let uri = "/api/v1/areas.geojson?level=grid&link=/admin/areas?area%3D";
        let (status, headers, body) = web.send("", Request::get(uri), Body::empty()).await;
        assert_eq!(status, StatusCode::OK);
        let layer: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(layer["features"].as_array().unwrap().len(), 2);
        let id = web.town.id("A1");
        assert_eq!(
            layer["features"][0]["properties"]["url"],
            format!("/admin/areas?area={id}")
        );
        assert_eq!(layer["features"][0]["geometry"]["type"], "MultiPolygon");
        let tag = headers[header::ETAG].to_str().unwrap();
        let again = Request::get(uri).header(header::IF_NONE_MATCH, tag);
        let (status, _, body) = web.send("", again, Body::empty()).await;
        assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
        let foreign = "/api/v1/areas.geojson?link=//evil.example/";
        let (_, _, body) = web.send("", Request::get(foreign), Body::empty()).await;
        assert!(!body.contains("evil"));
    }
}

#[tokio::test]
async fn files_go_in_over_rest_only_for_who_may() {
    for base in databases().await {
        let web = Web::over(Town::drawn(base).await).await;
        let csv = "code,scheme,level,parent_code,name\nA3,t,grid,A,甲三网格\n";
        let post =
            |uri: &str| Request::post(uri.to_owned()).header(header::CONTENT_TYPE, "text/csv");
        let (status, _, _) = web.send(WORKER, post("/api/v1/areas/import"), csv).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (_, _, body) = web
            .send(ADMIN, post("/api/v1/areas/import?dry_run=true"), csv)
            .await;
        assert!(body.contains("\"new\":1"), "{body}");
        assert!(web.town.locator.tree().by_code("A3").is_none());
        let (status, _, _) = web.send(ADMIN, post("/api/v1/areas/import"), csv).await;
        assert_eq!(status, StatusCode::OK);
        assert!(web.town.locator.tree().by_code("A3").is_some());
        let (status, _, body) = web
            .send(ADMIN, post("/api/v1/areas/import"), "name\nx\n")
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(body.contains("缺少这些列"), "{body}");
        let (status, _, _) = web
            .send(ADMIN, post("/api/v1/areas/import"), vec![b'c', 0xff, 0xfe])
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let over = collection(vec![feature(
            "A1",
            "2026-12-01",
            square(0.0, 0.0, 7.0, 10.0),
        )]);
        let (status, _, body) = web
            .send(ADMIN, post("/api/v1/boundaries/import"), over)
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(body.contains("\"code\":\"overlaps\""), "{body}");
    }
}

#[tokio::test]
async fn an_administrator_keeps_the_tree_on_its_page() {
    for base in databases().await {
        let web = Web::over(Town::drawn(base).await.with_register().await).await;
        let a = web.town.id("A").to_string();
        let (status, page) = web.get(ADMIN, &format!("/admin/areas?area={a}")).await;
        assert_eq!(status, StatusCode::OK);
        for part in [
            "甲社区",
            "data-map-source",
            "2024年1月1日",
            "现行",
            "新增下一级",
        ] {
            assert!(page.contains(part), "{part}");
        }
        let (_, worker) = web.get(WORKER, &format!("/admin/areas?area={a}")).await;
        assert!(worker.contains("甲社区") && !worker.contains("新增下一级"));
        assert_eq!(
            web.get(ADMIN, "/admin/areas?area=999").await.0,
            StatusCode::NOT_FOUND
        );

        // A new grid, wrong at first: what was typed stays, with the sentence at the field.
        let script = "<script>alert(1)</script>";
        let wrong = [
            ("parent", a.as_str()),
            ("level", "grid"),
            ("code", "A1"),
            ("scheme", "t"),
            ("name", script),
        ];
        let (status, _, page) = web.form("/admin/areas", &wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("这个编码已经有区域在用了"));
        assert!(!page.contains(script) && page.contains("alert(1)"));
        let right = [
            ("parent", a.as_str()),
            ("level", "grid"),
            ("code", "A9"),
            ("scheme", "t"),
            ("name", "甲九网格"),
        ];
        let (status, headers, _) = web.form("/admin/areas", &right).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let id = web.town.id("A9");
        assert_eq!(
            headers[header::LOCATION],
            format!("/admin/areas?area={id}&done=added")
        );

        let id = id.to_string();
        let (status, _, page) = web
            .form(
                "/admin/areas/boundary",
                &[("area", &id), ("valid_from", "bald"), ("geojson", "{}")],
            )
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("2026-01-01"));
        let over = square(0.0, 0.0, 3.0, 3.0).to_string();
        let (status, _, page) = web
            .form(
                "/admin/areas/boundary",
                &[
                    ("area", &id),
                    ("valid_from", "2026-11-01"),
                    ("geojson", &over),
                ],
            )
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.contains("与“甲九网格”重叠") || page.contains("与“甲一网格”重叠"),
            "{page}"
        );
        let (status, _, page) = web
            .form(
                "/admin/areas/close",
                &[("area", &a), ("version", "1"), ("reason", "合并")],
            )
            .await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(page.contains("下面还有 3 个在用的区域"), "{page}");
        let (status, _, _) = web
            .form(
                "/admin/areas/close",
                &[("area", &id), ("version", "1"), ("reason", "画错了")],
            )
            .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (_, page) = web.get(ADMIN, &format!("/admin/areas?area={id}")).await;
        assert!(page.contains("已停用") && page.contains("画错了"));
    }
}

#[tokio::test]
async fn the_register_is_looked_through() {
    for base in databases().await {
        let web = Web::over(Town::drawn(base).await.with_register().await).await;
        let (status, page) = web
            .get(WORKER, "/places?q=%E4%B8%9C%E6%9D%9112%E5%B9%A2")
            .await;
        assert_eq!(status, StatusCode::OK);
        for part in ["1 个小区，2 栋楼，3 户", "光明东村12号楼", "小区的别名"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let building = web.town.locator.candidates("光明东村12号楼", None, 1)[0]
            .place
            .building
            .unwrap();
        let (status, page) = web
            .get(WORKER, &format!("/places/buildings/{building}"))
            .await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            page.contains("1单元") && page.contains("304") && page.contains("自住"),
            "{page}"
        );
        assert_eq!(
            web.get("grid_worker@A2", &format!("/places/buildings/{building}"))
                .await
                .0,
            StatusCode::NOT_FOUND
        );
        let other = web.town.id("B");
        assert_eq!(
            web.get(WORKER, &format!("/places?community={other}"))
                .await
                .0,
            StatusCode::NOT_FOUND
        );
        // No key of the catalogue shows through anywhere.
        for uri in ["/places", "/admin/areas"] {
            let (_, page) = web.get(ADMIN, uri).await;
            for key in [
                "areas-",
                "area-",
                "places-",
                "import-kind-a",
                "dwelling-use",
            ] {
                let shown = page.split('>').any(|piece| {
                    piece
                        .split('<')
                        .next()
                        .is_some_and(|text| text.trim().starts_with(key))
                });
                assert!(!shown, "{uri} {key}");
            }
        }
    }
}

#[tokio::test]
async fn an_estate_a_building_and_its_staircase_are_entered_on_the_pages() {
    for base in databases().await {
        enter_the_register(Web::over(Town::drawn(base).await).await).await;
    }
}

async fn enter_the_register(web: Web) {
    let a = web.town.id("A").to_string();
    let place = |headers: &http::HeaderMap| {
        let to = headers.get(header::LOCATION);
        to.map_or_else(String::new, |to| to.to_str().unwrap().to_owned())
    };
    let nothing = [("community", a.as_str()), ("name", ""), ("lon", "x")];
    let (status, _, text) = web.form("/places/estates", &nothing).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text.contains("id=\"f-lon-e\"") && text.contains("value=\"x\""));
    let (lon, lat) = at(2.0, 2.0);
    let (lon, lat) = (lon.to_string(), lat.to_string());
    let estate = [
        ("community", a.as_str()),
        ("name", "新桥小区"),
        ("lon", &lon),
        ("lat", &lat),
        ("idempotency_key", "e1"),
    ];
    for _twice in 0..2 {
        let (status, headers, text) = web.form("/places/estates", &estate).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        assert!(place(&headers).ends_with("saved=estate"));
    }
    let (status, _, text) = web.form("/places/estates", &estate[..2]).await;
    assert_eq!(
        status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the name is taken"
    );
    assert!(text.contains("id=\"f-name-e\""));
    let (_, list) = web.get(ADMIN, &format!("/places?community={a}")).await;
    assert_eq!(list.matches("新桥小区</h2>").count(), 1);
    let id = list.split("/places/estates/").nth(2).unwrap();
    let estate_id = id.split('"').next().unwrap().to_owned();

    let building = [
        ("community", a.as_str()),
        ("estate", estate_id.as_str()),
        ("name", "3号楼"),
        ("aliases", "3幢；邮局楼"),
        ("floors", "3"),
        ("lon", &lon),
        ("lat", &lat),
    ];
    let (status, headers, text) = web.form("/places/buildings", &building).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let page = place(&headers).split('?').next().unwrap().to_owned();
    let staircase = [
        ("entrance", "1单元"),
        ("first", "1"),
        ("last", "3"),
        ("endings", "01 02"),
        ("usage", "owned"),
    ];
    let uri = format!("{page}/staircase");
    let (status, _, text) = web.form(&uri, &staircase).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let (status, _, text) = web.form(&uri, &staircase).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "all are there");
    assert!(text.contains("value=\"1单元\""));
    let found = web
        .town
        .locator
        .candidates("新桥小区邮局楼1单元302", None, 1);
    assert_eq!(found[0].label, "新桥小区3号楼1单元302", "found at once");
    let (_, text) = web.get(ADMIN, &page).await;
    assert!(text.contains("302") && text.contains("1单元"));
    let dwelling = text.split("href=\"/places/dwellings/").nth(2).unwrap();
    let dwelling = format!("/places/dwellings/{}", dwelling.split('"').next().unwrap());
    let change = [
        ("version", "1"),
        ("entrance", "1单元"),
        ("room", "302A"),
        ("floor", "3"),
        ("usage", "let"),
    ];
    let (status, _, text) = web.form(&dwelling, &change).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let late = [
        ("version", "1"),
        ("entrance", "1单元"),
        ("room", "302B"),
        ("usage", "let"),
    ];
    let (status, _, text) = web.form(&dwelling, &late).await;
    assert_eq!(status, StatusCode::CONFLICT);
    for part in ["302A", "value=\"302B\"", "name=\"version\" value=\"2\""] {
        assert!(text.contains(part), "{part}");
    }
    let closed = [
        ("version", "1"),
        ("estate", estate_id.as_str()),
        ("name", "3号楼"),
        ("closed", "1"),
        ("lon", &lon),
        ("lat", &lat),
    ];
    let (status, _, text) = web.form(&page, &closed).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text.contains("id=\"f-closed-e\""), "it still has dwellings");

    let (status, _) = web.get(WORKER, &format!("{page}/edit")).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a grid worker reads");
    let (_, text) = web.get(WORKER, &page).await;
    assert!(!text.contains("/places/dwellings/new"));
    web.town.prove(&["A"]).await;
}

#[tokio::test]
async fn an_outlet_is_put_right_and_closed_and_two_at_once_lose_nothing() {
    for base in databases().await {
        let web = Web::over(Town::drawn(base).await).await;
        let community = web.town.id("A").0.to_string();
        let points = [at(1.0, 1.0), at(5.0, 1.0)].map(|(lon, lat)| format!("{lon} {lat}"));
        let reach = [
            ("community", community.as_str()),
            ("water", "中心河"),
            ("name", "东段"),
            ("line", &points.join("\n")),
            ("datum", "wgs84"),
            ("half_width", "6"),
        ];
        let (status, headers, body) = web.form("/places/rivers", &reach).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
        let shown = headers[header::LOCATION].to_str().unwrap();
        let shown = shown.split('?').next().unwrap().to_owned();
        let (lon, lat) = at(3.0, 1.0);
        let (lon, lat) = (lon.to_string(), lat.to_string());
        let typed = |name: &'static str, more: &[(&'static str, &str)]| {
            let mut all = vec![
                ("outlet_name", name.to_owned()),
                ("kind", "rain".to_owned()),
                ("bank", "left".to_owned()),
                ("lon", lon.clone()),
                ("lat", lat.clone()),
            ];
            all.extend(
                more.iter()
                    .map(|(name, value)| (*name, (*value).to_owned())),
            );
            all
        };
        let send = async |uri: &str, fields: Vec<(&'static str, String)>| {
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            web.form(uri, &fields).await
        };
        let new = format!("{shown}/outlets");
        let (status, _, body) = send(&new, typed("桥下口", &[])).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
        let (_, page) = web.get(ADMIN, &shown).await;
        // What the sign opens for everybody, and the code to print on it.
        assert!(
            page.contains("href=\"/r/") && page.contains("/code.svg\""),
            "{page}"
        );
        let from = page.find(&format!("{new}/")).expect("a way to mend it");
        let uri = page[from..].split('"').next().unwrap().to_owned();
        // By the map, and by the telephone's position.
        let (_, form) = web.get(ADMIN, &uri).await;
        assert!(
            form.contains("data-map-pick") && form.contains("data-locate"),
            "{form}"
        );
        assert!(
            form.contains("value=\"桥下口\"") && form.contains(&lon),
            "{form}"
        );
        let (status, _) = web.get(WORKER, &uri).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, _, body) = send(&uri, typed("南桥雨水口", &[("version", "1")])).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
        // Somebody else had it open all the while.
        let late = typed("北桥口", &[("version", "1"), ("permit", "通排2026-7")]);
        let (status, _, body) = send(&uri, late).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(
            body.contains("data-conflict") && body.contains("南桥雨水口"),
            "{body}"
        );
        assert!(
            body.contains("value=\"北桥口\"") && body.contains("通排2026-7"),
            "{body}"
        );
        let (status, _, body) = send(&uri, typed("", &[("version", "2")])).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(body.contains("f-outlet_name-e"), "{body}");
        let (_, map) = web.get(ADMIN, &format!("{shown}/map.geojson")).await;
        assert!(
            map.contains("南桥雨水口") && map.contains("没有许可"),
            "{map}"
        );
        // Sealed: off the map, and still in the register.
        let closed = typed("南桥雨水口", &[("version", "2"), ("closed", "1")]);
        let (status, _, body) = send(&uri, closed).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
        let (_, map) = web.get(ADMIN, &format!("{shown}/map.geojson")).await;
        assert!(!map.contains("南桥雨水口"), "{map}");
        let (_, page) = web.get(ADMIN, &shown).await;
        assert!(page.contains("南桥雨水口"), "{page}");
    }
}
