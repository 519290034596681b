//! The pages of tracks and water as a browser and a position program meet them, with what goes wrong.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use tower::ServiceExt;
use youlin_cases::NewCase;
use youlin_cases::model::{Source, Urgency, Verb};
use youlin_cases::permissions::CASES_READ;
use youlin_kernel::{Ctx, Grant, Micros, Role};
use youlin_places::PlaceInput;
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::reports_at_reaches;
use youlin_rounds::tracks::{StartLive, TrackFix, live_of, write_gpx};
use youlin_rounds::water::SavePoint;
use youlin_testkit::databases;
use youlin_testkit::web::{Keys, account, catalogues, form, web_config, wide_limits};
use youlin_web::SignedIn;

use crate::ground::Ground;
use crate::tracks::{tracked, walk};

struct House {
    ground: Ground,
    router: Router,
    keys: Vec<(String, SignedIn)>,
}

impl House {
    fn new(ground: Ground) -> Self {
        let key = |number, name: &str, role, organisation| {
            let area = ground.id("A");
            let grant = Grant {
                role,
                area,
                organisation,
            };
            account(number, name, grant)
        };
        let keys = vec![
            key(1, "desk", Role::CommunityDesk, None),
            key(2, "green", Role::Partner, Some(ground.team.id)),
            key(3, "river", Role::Partner, Some(ground.cleaner.id)),
        ];
        let app = ground
            .world
            .app(
                catalogues(),
                web_config(),
                Arc::new(Keys(keys.clone())),
                wide_limits(),
            )
            .with(Arc::clone(&ground.rounds))
            .with(Arc::clone(&ground.cases))
            .finish();
        let info = utoipa::openapi::Info::new("test", "0");
        let modules = vec![youlin_rounds::module()];
        let router = youlin_web::build(app, &modules, info).router;
        Self {
            ground,
            router,
            keys,
        }
    }

    fn as_(&self, key: &str) -> Ctx {
        let (_, who) = self.keys.iter().find(|(name, _)| name == key).unwrap();
        let service = self.ground.world.service();
        service.acting_as(who.actor.clone(), Arc::clone(&who.grants))
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, String) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 1 << 22).await.unwrap();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    fn request(key: &str, method: &str, uri: &str) -> axum::http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header(header::ACCEPT, "text/html");
        match key {
            "" => request,
            key => request.header(header::AUTHORIZATION, format!("Bearer {key}")),
        }
    }

    async fn get(&self, key: &str, uri: &str) -> (StatusCode, String) {
        let request = Self::request(key, "GET", uri);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, key: &str, uri: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let request = Self::request(key, "POST", uri)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form(fields))).unwrap())
            .await
    }

    async fn upload(&self, key: &str, uri: &str, file: &str) -> (StatusCode, String) {
        let body = format!(
            "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.gpx\"\r\n\
             Content-Type: application/gpx+xml\r\n\r\n{file}\r\n--XX--\r\n"
        );
        let request = Self::request(key, "POST", uri)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX");
        self.send(request.body(Body::from(body)).unwrap()).await
    }
}

#[tokio::test]
async fn a_file_is_handed_in_on_the_page_and_bad_ones_are_answered_in_words() {
    for base in databases().await {
        let house = House::new(Ground::new(base).await);
        let ground = &house.ground;
        let db = ground.world.db();
        let policy = db
            .execute(&house.as_("desk"), tracked(ground))
            .await
            .unwrap();
        let green = house.as_("green");
        let filed = ground
            .hand_in(&green, ground.patrol(Some(policy)))
            .await
            .unwrap();
        let page = format!("/rounds/{}", filed.id);
        let track = format!("{page}/track");
        let (status, text) = house.get("green", &page).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            text.contains("name=\"file\"") && text.contains("第九条"),
            "{text}"
        );
        // Whoever did not walk it is not asked for anything.
        let (_, text) = house.get("river", &page).await;
        assert!(!text.contains("name=\"file\""));

        for (file, words) in [
            ("", "请选一个文件"),
            ("<kml/>", "这不是 GPX 文件"),
            ("<gpx><trk><trkseg>", "文件不完整"),
            ("<gpx></gpx>", "里面没有轨迹点"),
            (
                "<gpx><trk><trkseg><trkpt lat='32' lon='120'/></trkseg></trk></gpx>",
                "都没有时间",
            ),
        ] {
            let (status, text) = house.upload("green", &track, file).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{file}");
            assert!(text.contains(words), "{file}: {text}");
        }
        let fixes = walk(ground, (0.0, 0.6), 12.0);
        let moved: Vec<TrackFix> = fixes
            .iter()
            .map(|fix| {
                let (lon, lat) = youlin_locate::wgs84_to_gcj02(fix.lon, fix.lat);
                TrackFix { lon, lat, ..*fix }
            })
            .collect();
        let (status, _) = house
            .upload("river", &track, &write_gpx(std::slice::from_ref(&fixes)))
            .await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, _) = house.upload("green", &track, &write_gpx(&[moved])).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (_, text) = house.get("green", &page).await;
        assert!(text.contains("国内地图的坐标"), "{text}");
        let (status, _) = house.post("green", &format!("{track}/shift"), &[]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (_, text) = house.get("green", &page).await;
        assert!(
            text.contains("reach-walked") && text.contains("右岸：没有走"),
            "{text}"
        );
        assert!(!text.contains("移回来\n"));
        let (_, text) = house.upload("green", &track, &write_gpx(&[fixes])).await;
        assert!(text.contains("已经有一条轨迹"), "{text}");

        let (_, text) = house.get("desk", &page).await;
        assert!(text.contains("轨迹先给走的人自己看") && !text.contains("reach-walked"));
        let (status, text) = house.get("green", &format!("{track}.gpx")).await;
        assert!(status == StatusCode::OK && text.contains("<trkpt"));
        let (status, _) = house.get("desk", &format!("{track}.gpx")).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let words = [("words", "下雨，提早收队")];
        let (status, _) = house
            .post("green", &format!("{track}/release"), &words)
            .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (_, text) = house.get("desk", &page).await;
        assert!(text.contains("下雨，提早收队") && text.contains("reach-walked"));
        let (status, text) = house.post("green", &format!("{track}/remove"), &[]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text.contains("不能拿掉"), "{text}");
        let (status, text) = house.get("desk", "/rounds/coverage").await;
        assert!(
            status == StatusCode::OK && text.contains("中心河 东段"),
            "{text}"
        );
        assert!(!text.contains("green"), "no persons: {text}");
        let (status, text) = house.get("desk", "/rounds/defence?days=30").await;
        assert!(
            status == StatusCode::OK && text.contains("原处又出现"),
            "{text}"
        );
        let opened = format!(
            "/rounds/defence?days=30&community={}&line=found",
            ground.community()
        );
        let (_, text) = house.get("desk", &opened).await;
        assert!(text.contains("id=\"opened\"") && text.contains("河面漂浮垃圾少许"));
    }
}

/// 200,000 points are read, worked out and stored; one more is refused in words.
#[tokio::test]
async fn a_track_of_200_000_points_is_no_trouble() {
    let Some(base) = databases().await.into_iter().next() else {
        return;
    };
    let house = House::new(Ground::new(base).await);
    let ground = &house.ground;
    let db = ground.world.db();
    let policy = db
        .execute(&house.as_("desk"), tracked(ground))
        .await
        .unwrap();
    let green = house.as_("green");
    let filed = ground
        .hand_in(&green, ground.patrol(Some(policy)))
        .await
        .unwrap();
    let first = walk(ground, (0.2, 0.3), 12.0)[0];
    let point = |step: i64| TrackFix {
        at_ms: first.at_ms + step * 10,
        lon: first.lon + (step % 1_000) as f64 * 1e-7,
        ..first
    };
    let uri = format!("/rounds/{}/track", filed.id);
    let many: Vec<TrackFix> = (0..200_001).map(point).collect();
    let (status, text) = house
        .upload("green", &uri, &write_gpx(std::slice::from_ref(&many)))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        text.contains("200000") || text.contains("200,000"),
        "{text}"
    );
    let (status, _) = house
        .upload("green", &uri, &write_gpx(&[many[..200_000].to_vec()]))
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn programs_on_the_telephone_send_positions() {
    for base in databases().await {
        let house = House::new(Ground::new(base).await);
        let ground = &house.ground;
        let db = ground.world.db();
        let link = "href=\"/rounds/live\"";
        let (_, text) = house.get("green", "/rounds").await;
        assert!(
            !text.contains(link),
            "where nothing asks for a track: {text}"
        );
        let policy = db
            .execute(&house.as_("desk"), tracked(ground))
            .await
            .unwrap();
        let green = house.as_("green");
        for (key, walks) in [("green", true), ("desk", false)] {
            let (_, text) = house.get(key, "/rounds").await;
            assert_eq!(text.contains(link), walks, "{key}: {text}");
            // Until which day it is due, as the house writes days.
            assert!(text.contains("11月15日前"), "{key}: {text}");
        }
        // Whoever comes by another link than that of what is due hands it in by what asks for it; others by nothing.
        let note = format!("/rounds/new?reach={}", ground.reach.id);
        let chosen = format!("<option value=\"{policy}\" selected>");
        for (key, asked) in [("green", true), ("river", false), ("desk", false)] {
            let (_, text) = house.get(key, &note).await;
            assert_eq!(text.contains(&chosen), asked, "{key}: {text}");
        }
        let (status, text) = house.get("green", "/rounds/live").await;
        assert!(
            status == StatusCode::OK && text.contains("中心河 东段"),
            "{text}"
        );
        let start = StartLive {
            rounds: Arc::clone(&ground.rounds),
            community: ground.community(),
            reach: ground.reach.id,
            policy,
            hours: 2,
        };
        let token = db.execute(&green, start).await.unwrap().token;
        let seconds = green.now().0 / 1_000_000;
        let uri =
            format!("/track/{token}?id=x&lat=32.005&lon=120.802&timestamp={seconds}&accuracy=6");
        assert_eq!(house.get("", &uri).await.0, StatusCode::OK);
        assert_eq!(house.get("", &uri).await.0, StatusCode::OK, "sent again");
        let later = (seconds + 10).to_string();
        let fields = [
            ("lat", "32.005"),
            ("lon", "120.803"),
            ("timestamp", later.as_str()),
        ];
        let plain = format!("/track/{token}");
        assert_eq!(house.post("", &plain, &fields).await.0, StatusCode::OK);
        let json = format!(
            "{{\"location\":{{\"timestamp\":\"{}\",\"coords\":{{\"latitude\":32.005,\"longitude\":120.804}}}}}}",
            green.now().plus(20_000_000).rfc3339()
        );
        let request = House::request("", "POST", &plain)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(json))
            .unwrap();
        assert_eq!(house.send(request).await.0, StatusCode::OK);
        assert_eq!(live_of(db, &green).await.unwrap()[0].points, 3);
        let bad = format!("/track/{token}?lat=north&lon=1");
        assert_eq!(
            house.get("", &bad).await.0,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let (status, _) = house.get("", "/track/0123?lat=1&lon=1").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let id = live_of(db, &green).await.unwrap()[0].id;
        let community = ground.community().to_string();
        let end = [("community", community.as_str())];
        let end_uri = format!("/rounds/live/{id}/end");
        assert_eq!(
            house.post("green", &end_uri, &end).await.0,
            StatusCode::SEE_OTHER
        );
        assert_eq!(house.get("", &uri).await.0, StatusCode::GONE);
        let walk = format!("{policy}:{}", ground.reach.id);
        let begin = [("walk", walk.as_str()), ("hours", "3")];
        let (status, text) = house.post("green", "/rounds/live", &begin).await;
        assert!(status == StatusCode::OK && text.contains("/track/") && text.contains("<svg"));
        let begin = [("walk", walk.as_str()), ("hours", "99")];
        let (status, text) = house.post("green", "/rounds/live", &begin).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text.contains("1 到 12 小时"), "{text}");
    }
}

#[tokio::test]
async fn a_reading_is_noted_and_slips_are_told_beside_their_field() {
    for base in databases().await {
        let house = House::new(Ground::new(base).await);
        let ground = &house.ground;
        let db = ground.world.db();
        let point = SavePoint {
            community: ground.community(),
            reach: ground.reach.id,
            length_m: ground.reach.length_m,
            outlet: None,
            name: "东桥下".into(),
            chainage_m: 350.0,
            bank: None,
            class: "IV".into(),
        };
        let point = db.execute(&house.as_("desk"), point).await.unwrap();
        let uri = format!("/rounds/water/{point}");
        let id = house.as_("green").new_id().to_string();
        let now = house
            .as_("green")
            .now()
            .local()
            .strftime("%Y-%m-%dT%H:%M")
            .to_string();
        let slip = [
            ("id", id.as_str()),
            ("at", now.as_str()),
            ("v_ph", "74"),
            ("v_ammonia", "viel"),
        ];
        let (status, text) = house.post("green", &uri, &slip).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            text.contains("pH：应在 0 到 14 之间") && text.contains("value=\"viel\""),
            "{text}"
        );
        let good = [
            ("id", id.as_str()),
            ("at", now.as_str()),
            ("v_ammonia", "2.4"),
            ("v_colour", "black"),
        ];
        let (status, _) = house.post("green", &uri, &good).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (_, text) = house.get("green", &uri).await;
        assert!(
            text.contains("高于 1.50 mg/L") && text.contains("GB 3838-2002"),
            "{text}"
        );
        assert!(text.contains("data-chart") && text.contains("chart-limit"));
        let (_, text) = house
            .post("green", &format!("{uri}/case"), &[("reading", id.as_str())])
            .await;
        let (_, shown) = house.get("green", &uri).await;
        assert!(!shown.contains("报成工单"), "{text}");
        let list = format!("/rounds/reaches/{}/water", ground.reach.id);
        let (_, text) = house.get("green", &list).await;
        assert!(
            text.contains("东桥下") && !text.contains("name=\"chainage\""),
            "{text}"
        );
        let far = [("name", "远"), ("chainage", "99999"), ("class", "IV")];
        let (status, text) = house.post("desk", &list, &far).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text.contains("请核对"), "{text}");
        assert_eq!(
            house.post("green", &list, &far).await.0,
            StatusCode::FORBIDDEN
        );
    }
}

#[tokio::test]
async fn education_and_passers_by_stand_in_the_lines_of_defence() {
    for base in databases().await {
        let house = House::new(Ground::new(base).await);
        let ground = &house.ground;
        let (reach, community) = (ground.reach.id, ground.community());
        let (status, text) = house
            .get("green", &format!("/rounds/talks/new?subject=reach:{reach}"))
            .await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains("到了多少人"), "{text}");
        let at = |ago: i64| {
            let at = house.as_("green").now().plus(ago * Micros::MINUTE);
            at.local().strftime("%Y-%m-%dT%H:%M").to_string()
        };
        let (id, subject, by) = (
            house.as_("green").new_id().to_string(),
            format!("reach:{reach}"),
            ground.team.id.to_string(),
        );
        let (began, ended) = (at(-60), at(0));
        let talk = |reached: &'static str| {
            [
                ("id", id.as_str()),
                ("subject", &subject),
                ("topic", "孩子们认识河"),
                ("reached", reached),
                ("handed_out", "宣传单 60 份"),
                ("by", &by),
                ("began", &began),
                ("ended", &ended),
            ]
        };
        let (status, text) = house.post("green", "/rounds/talks", &talk("")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            text.contains("没数过，估一个也行") && text.contains("宣传单 60 份"),
            "{text}"
        );
        let (status, text) = house.post("green", "/rounds/talks", &talk("45")).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        let (_, text) = house.get("desk", &format!("/rounds/{id}")).await;
        for word in ["宣传 · ", "孩子们认识河", "45", "宣传单 60 份", "绿如蓝"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        // Where talks are written down they are seen too: among the rounds, and only they.
        let (status, _) = house.get("green", "/rounds/talks").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (_, text) = house.get("desk", "/rounds?kind=talk").await;
        assert!(text.contains("最近的宣传") && text.contains(&format!("/rounds/{id}")));
        let (_, text) = house.get("desk", "/rounds?kind=visit").await;
        assert!(!text.contains(&format!("href=\"/rounds/{id}\"")));
        // A passer-by by the code on the sign, and a resident whose place is at the bank; another one is far away.
        let board = format!("/r/{}", ground.reach.sign);
        let said = [("category", "E-0104"), ("text", "河里有塑料袋")];
        let (status, text) = house.post("", &board, &said).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        // It counts at once; on the board it is once somebody accepted it.
        let on_board = async || {
            let db = ground.world.db();
            let now = ground.world.service().now();
            let shown = youlin_rounds::board(db, &ground.reach.sign, now).await;
            let shown = shown.unwrap();
            (shown.open.len(), shown.solved.len())
        };
        let (open, solved) = on_board().await;
        let prefix = format!("board:{}:", ground.reach.id);
        let reported = youlin_cases::reported_under(ground.world.db(), community, &prefix, 9);
        let case = reported.await.unwrap()[0].case;
        let desk = ground.caller(Role::CommunityDesk, "A");
        ground.act(&desk, case, Verb::Accept).await.unwrap();
        assert_eq!(on_board().await, (open + 1, solved));
        for north in [5.1, 8.0] {
            let (lon, lat) = youlin_testkit::town::at(3.0, north);
            let case = NewCase {
                source: Source::Resident,
                text: "河边有一堆垃圾".into(),
                category: "E-0105".into(),
                urgency: Urgency::Normal,
                place: PlaceInput {
                    lon: Some(lon),
                    lat: Some(lat),
                    ..PlaceInput::default()
                },
                reporter: None,
                contact: None,
                answers: std::collections::BTreeMap::new(),
                external_key: None,
                call: None,
            };
            let report = youlin_cases::prepare(&ground.cases, case).unwrap();
            let world = &ground.world;
            world.db().execute(&world.service(), report).await.unwrap();
        }
        let opened = async |key: &str, line: &str| {
            let uri = format!("/rounds/defence?community={}&line={line}", community.0);
            let (status, text) = house.get(key, &uri).await;
            assert_eq!(status, StatusCode::OK);
            let items = text.matches("data-item").count();
            (items, text)
        };
        let (items, text) = opened("desk", "reports").await;
        assert_eq!(items, 2, "{text}");
        assert!(text.contains("扫河边牌子报的") && text.contains("地点在河边"));
        let (items, text) = opened("desk", "reached").await;
        assert_eq!(items, 1);
        assert!(text.contains("<b>45</b><span>宣传到的人</span>"), "{text}");
        assert_eq!(opened("desk", "talks").await.0, 1);
        assert_eq!(opened("desk", "patrols").await.0, 0, "a talk is no patrol");
    }
}

#[tokio::test]
async fn a_passer_by_says_where_exactly_and_only_at_the_water_it_is_believed() {
    for base in databases().await {
        let house = House::new(Ground::new(base).await);
        let ground = &house.ground;
        let board = format!("/r/{}", ground.reach.sign);
        let (_, page) = house.get("", &board).await;
        for part in [
            "name=\"photo\"",
            "name=\"spot\"",
            "data-locate",
            "multipart",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let desk = house.as_("desk");
        let db = ground.world.db();
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let cases = desk.scope(&CASES_READ).unwrap();
        let reported = async || {
            let all = reports_at_reaches(db, &scope, &cases, desk.now().plus(-Micros::HOUR))
                .await
                .unwrap();
            let mut here = all.into_values().flatten().collect::<Vec<_>>();
            here.sort_by_key(|one| one.report.position.is_some());
            here.into_iter()
                .map(|one| (one.by_board, one.report.position))
                .collect::<Vec<_>>()
        };
        // From far away it is not where they stand, but the report is taken.
        for north in [5.1, 9.5] {
            let (lon, lat) = youlin_testkit::town::at(3.0, north);
            let (lon, lat) = (format!("{lon:.6}"), format!("{lat:.6}"));
            let said = [
                ("category", "E-0104"),
                ("text", "河里有塑料袋"),
                ("spot", "第二个亭子边上"),
                ("lon", &lon),
                ("lat", &lat),
            ];
            let (status, text) = house.post("", &board, &said).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        }
        let all = reported().await;
        assert_eq!(all.len(), 2);
        assert!(all.iter().all(|one| one.0));
        assert_eq!(all[0].1, None);
        let (lon, lat) = youlin_testkit::town::at(3.0, 5.1);
        let (east, north) = all[1].1.unwrap();
        assert!((east - lon).abs() < 1e-5 && (north - lat).abs() < 1e-5);
        // What was typed stays when something is missing.
        let bad = [("category", ""), ("text", "x"), ("spot", "桥洞下")];
        let (status, text) = house.post("", &board, &bad).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text.contains("桥洞下"));
    }
}
