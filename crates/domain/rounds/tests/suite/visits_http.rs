//! The pages of visits as a grid worker and a desk meet them.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt;
use uuid::Uuid;
use youlin_kernel::{AccountActor, Actor, Grant, Micros, Role};
use youlin_people::rosters::{AnswerAbsence, NoteAbsence};
use youlin_rounds::model::Outcome;
use youlin_rounds::module;
use youlin_testkit::databases;
use youlin_testkit::web::{Keys, catalogues, form, web_config, wide_limits};
use youlin_web::SignedIn;

use crate::doors::Street;

struct Web {
    street: Street,
    router: Router,
}

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Got {
    fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }
}

const WORKER: &str = "grid_worker@A1";
const OTHER: &str = "grid_worker@A2";
const DESK: &str = "community_desk@A";

impl Web {
    fn over(street: Street) -> Self {
        Self::held_by(street, None)
    }

    /// The worker of A1 is this person.
    fn held_by(street: Street, person: Option<Uuid>) -> Self {
        let key = |role: Role, code: &str| {
            let actor = AccountActor {
                id: Uuid::from_u128(role as u128 + 1),
                person: person.filter(|_| code == "A1"),
                former: Vec::new(),
                display_name: "小施".into(),
            };
            let who = SignedIn {
                actor: Actor::Account(actor),
                grants: Arc::from([Grant {
                    role,
                    area: street.ground.id(code),
                    organisation: None,
                }]),
                locale: None,
                second_factor_required: false,
            };
            (format!("{}@{code}", role.as_str()), who)
        };
        let keys = vec![
            key(Role::GridWorker, "A1"),
            key(Role::GridWorker, "A2"),
            key(Role::CommunityDesk, "A"),
        ];
        let world = &street.ground.world;
        let app = world
            .app(
                catalogues(),
                web_config(),
                Arc::new(Keys(keys)),
                wide_limits(),
            )
            .with(Arc::clone(&street.ground.vault))
            .with(Arc::clone(street.ground.cases.locator()))
            .with(Arc::clone(&street.ground.cases))
            .with(Arc::clone(&street.ground.rounds))
            .with(Arc::new(street.sources()))
            .finish();
        let info = utoipa::openapi::Info::new("test", "0");
        let router = youlin_web::build(app, &[module()], info).router;
        Self { street, router }
    }

    async fn send(&self, key: &str, request: axum::http::request::Builder, body: Body) -> Got {
        let request = request
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::ACCEPT, "text/html");
        let request = request.body(body).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 1 << 24).await.unwrap();
        Got {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    async fn get(&self, key: &str, uri: &str) -> Got {
        self.send(key, Request::get(uri), Body::empty()).await
    }

    async fn post(&self, key: &str, uri: &str, fields: &[(&str, &str)]) -> Got {
        let request =
            Request::post(uri).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(key, request, Body::from(form(fields))).await
    }
}

#[tokio::test]
async fn a_door_is_seen_masked_asked_for_what_is_missing_and_written_down() {
    for base in databases().await {
        let street = Street::new(base).await;
        street.ask("周福生").await;
        let web = Web::over(street);
        let list = web.get(WORKER, "/rounds/today").await;
        assert_eq!(list.status, StatusCode::OK, "{}", list.text);
        assert!(list.text.contains("85 岁，独自居住"), "{}", list.text);
        assert!(list.text.contains("37 号表 还有 1 项要问"));
        assert!(!list.text.contains("周福生"), "masked");
        let home = web.street.home("东一村1号楼101");
        let uri = format!("/rounds/visits/{home}");
        let door = web.get(WORKER, &uri).await;
        assert_eq!(door.status, StatusCode::OK, "{}", door.text);
        assert!(door.text.contains("饮食禁忌") && door.text.contains("只问这几样"));
        assert!(!door.text.contains("周福生"));
        // Another grid's worker is told that there is no such door.
        assert_eq!(web.get(OTHER, &uri).await.status, StatusCode::NOT_FOUND);
        let zhou = web.street.people["周福生"].to_string();
        let id = web.street.worker.new_id().to_string();
        let phone = format!("phone_{zhou}");
        let base = [("id", id.as_str()), ("lived", zhou.as_str())];
        // No outcome, a number that is none, a day that is over: each is named, and what was typed stays.
        let mut fields = base.to_vec();
        fields.extend([
            ("outcome", "done"),
            ("text", "气色不错"),
            (phone.as_str(), "12"),
        ]);
        let wrong = web.post(WORKER, &uri, &fields).await;
        assert_eq!(
            wrong.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            wrong.text
        );
        assert!(wrong.text.contains("气色不错") && wrong.text.contains(r#"value="12""#));
        assert!(wrong.text.contains("form-summary"));
        // So is the day somebody left.
        let (gone, on) = (format!("gone_{zhou}"), format!("on_{zhou}"));
        for (day, why) in [
            ("2020-01-01", "不能更早"),
            ("2099-01-01", "还没到这一天"),
            ("昨天", "读不懂这个日期"),
        ] {
            let mut fields = base.to_vec();
            fields.extend([
                ("outcome", "done"),
                (gone.as_str(), "1"),
                (on.as_str(), day),
            ]);
            let wrong = web.post(WORKER, &uri, &fields).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
            let kept = wrong.text.contains(&format!(r#"value="{day}""#));
            assert!(kept && wrong.text.contains(why), "{}", wrong.text);
        }
        let mut fields = base.to_vec();
        fields.extend([("outcome", "tried"), ("again_day", "2020-01-01")]);
        let wrong = web.post(WORKER, &uri, &fields).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("再去的时间已经过了"), "{}", wrong.text);
        let mut fields = base.to_vec();
        fields.extend([
            ("outcome", "done"),
            ("text", "气色不错"),
            (phone.as_str(), "13900001111"),
            ("problem", "屋顶漏水，卧室滴水"),
            ("category", "E-0104"),
        ]);
        let done = web.post(WORKER, &uri, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let list = web.get(WORKER, done.location()).await;
        assert!(
            list.text.contains("已记下：东一村1号楼101"),
            "{}",
            list.text
        );
        assert!(list.text.contains("已报工单"));
        assert!(list.text.contains("今天已记（1）"));
        // Pressed twice on a slow phone.
        let again = web.post(WORKER, &uri, &fields).await;
        assert_eq!(again.location(), done.location());
    }
}

#[tokio::test]
async fn whoever_is_away_is_told_who_goes_instead_and_walks_nothing() {
    for base in databases().await {
        let street = Street::new(base).await;
        let (first, _) = street.in_office("施晓", "A1").await;
        let (second, _) = street.in_office("顾青", "A2").await;
        let (community, service) = (street.community(), street.ground.world.service());
        let web = Web::held_by(street, Some(first));
        let db = web.street.ground.world.db();
        let before = web.get(WORKER, "/rounds/today").await.text;
        assert!(before.contains("data-visit") && !before.contains("data-leave"));
        let note = NoteAbsence {
            community,
            person: (community, first),
            from: service.now().plus(-Micros::HOUR),
            to: service.now().plus(2 * Micros::DAY),
            substitute: Some((community, second)),
        };
        let id = db.execute(&service, note).await.unwrap();
        let alone = web.get(WORKER, "/rounds/today").await.text;
        assert!(alone.contains("还没有人答应替您"), "{alone}");
        assert!(!alone.contains("data-visit"), "{alone}");
        let team = web.get(DESK, "/rounds/visits").await.text;
        assert!(team.contains("还没有人答应替。"), "{team}");
        let yes = true;
        let answer = AnswerAbsence { community, id, yes };
        db.execute(&service, answer).await.unwrap();
        let away = web.get(WORKER, "/rounds/today").await.text;
        assert!(away.contains("您那片的走访由顾青替"), "{away}");
        assert!(!away.contains("data-visit"), "{away}");
        let team = web.get(DESK, "/rounds/visits").await.text;
        assert!(team.contains("，由顾青替。"), "{team}");
    }
}

#[tokio::test]
async fn a_household_is_added_by_its_address_and_the_desk_sees_the_whole_day() {
    for base in databases().await {
        let web = Web::over(Street::new(base).await);
        let unknown = web
            .post(WORKER, "/rounds/today/add", &[("address", "北京路999号")])
            .await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            unknown.text.contains("没有找到这个地址"),
            "{}",
            unknown.text
        );
        let added = web
            .post(
                WORKER,
                "/rounds/today/add",
                &[("address", "东一村1号楼102")],
            )
            .await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
        let list = web.get(WORKER, "/rounds/today").await;
        assert!(list.text.contains("今天自己加的"));
        let away = web.street.home("东一村1号楼102").to_string();
        let fields = [("dwelling", away.as_str()), ("kind", "taken_away")];
        web.post(WORKER, "/rounds/today/pick", &fields).await;
        let list = web.get(WORKER, "/rounds/today").await;
        assert!(list.text.contains("今天拿掉的（1）"), "{}", list.text);
        let foreign = web.street.home("西一村1号楼101").to_string();
        let fields = [("dwelling", foreign.as_str()), ("kind", "added")];
        let refused = web.post(WORKER, "/rounds/today/pick", &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        web.street.in_office("施晓", "A1").await;
        let team = web.get(DESK, "/rounds/visits").await;
        assert_eq!(team.status, StatusCode::OK, "{}", team.text);
        assert!(team.text.contains("施晓") && team.text.contains("那片眼下没有人"));
        assert_eq!(
            web.get(WORKER, "/rounds/visits").await.status,
            StatusCode::FORBIDDEN
        );
        let rule = web.get(DESK, "/rounds/visits/rule").await;
        assert_eq!(rule.status, StatusCode::OK, "{}", rule.text);
        let fields = [
            ("version", "0"),
            ("per_day", "neun"),
            ("rest_days", "7"),
            ("new_days", "60"),
        ];
        let wrong = web.post(DESK, "/rounds/visits/rule", &fields).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains(r#"value="neun""#), "{}", wrong.text);
        let fields = [
            ("version", "0"),
            ("per_day", "5"),
            ("rest_days", "7"),
            ("new_days", "60"),
            ("least", "1"),
            ("base_alone_80", "10"),
            ("from_alone_80", "84"),
        ];
        let saved = web.post(DESK, "/rounds/visits/rule", &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let stale = web.post(DESK, "/rounds/visits/rule", &fields).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text);
    }
}

#[tokio::test]
async fn figures_of_a_policy_of_households_open_as_far_as_one_sees_people() {
    for base in databases().await {
        let street = Street::new(base).await;
        let policy = street.monthly("老人每月走访", 80).await;
        let visit = street.visit("东一村1号楼101", Outcome::Done);
        street.record(&street.worker, visit).await.unwrap();
        let web = Web::over(street);
        let opened = |of: &str| format!("/rounds/policies/{policy}/standing?of={of}");
        // Zhou was met; the old couple of the other grid is still to be seen.
        let list = web.get(DESK, "/rounds/policies").await;
        for of in ["done", "open"] {
            let figure = format!(r#"<a href="{}">1</a>"#, opened(of));
            assert!(list.text.contains(&figure), "{figure}: {}", list.text);
        }
        let done = web.get(DESK, &opened("done")).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
        assert!(done.text.contains("东一村1号楼101"), "{}", done.text);
        // Beside the frame of the page, which says who is signed in.
        let list = done.text.split("<main").nth(1).unwrap();
        assert!(!list.contains("西一村") && !list.contains("小施"), "{list}");
        let open = web.get(DESK, &opened("open")).await;
        assert!(open.text.contains("西一村1号楼101"), "{}", open.text);
        let own = web.get(WORKER, &opened("open")).await;
        assert_eq!(own.status, StatusCode::OK, "{}", own.text);
        assert!(!own.text.contains("西一村"), "another's grid: {}", own.text);
        let list = web.get(OTHER, "/rounds/policies").await;
        let none = format!(r#"<a href="{}">0</a>"#, opened("done"));
        assert!(list.text.contains(&none), "{}", list.text);
    }
}

#[tokio::test]
async fn a_teams_calendar_opens_with_its_address_only() {
    for base in databases().await {
        let street = Street::new(base).await;
        street.ground.weekly().await;
        let web = Web::over(street);
        let list = web.get(DESK, "/rounds/policies").await;
        assert_eq!(list.status, StatusCode::OK, "{}", list.text);
        let from = list.text.find("/rounds/calendar/").expect("an address");
        let address = list.text[from..].split('"').next().unwrap().to_owned();
        // Without a key: the address is enough.
        let request = Request::get(&address).body(Body::empty()).unwrap();
        let answer = web.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).replace("\r\n ", "");
        assert!(
            text.contains("绿如蓝") && text.contains("BEGIN:VEVENT"),
            "{text}"
        );
        assert!(text.contains("DTSTART;VALUE=DATE:"), "{text}");
        let wrong = address.replace(".ics", "0.ics");
        let request = Request::get(&wrong).body(Body::empty()).unwrap();
        let answer = web.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_walk_goes_on_from_the_door_that_was_written_down_last() {
    for base in databases().await {
        let web = Web::over(Street::new(base).await);
        let street = &web.street;
        street.monthly("每月走一遍", 20).await;
        let worker = AccountActor {
            id: Uuid::from_u128(Role::GridWorker as u128 + 1),
            person: None,
            former: Vec::new(),
            display_name: "小施".into(),
        };
        let grants: Arc<[Grant]> = street.worker.grants().into();
        let worker = || {
            let service = street.ground.world.service();
            service.acting_as(Actor::Account(worker.clone()), Arc::clone(&grants))
        };
        // Somebody is in later on the same day: both houses stay on the list, and the one that was left last is gone on from.
        for (room, house) in [
            ("东一村1号楼101", "东一村1号楼"),
            ("东一村2号楼101", "东一村2号楼"),
            ("东一村1号楼102", "东一村1号楼"),
        ] {
            street.ground.world.clock.advance(Micros::MINUTE);
            let mut tried = street.visit(room, Outcome::Tried);
            tried.try_again_at = Some(tried.began_at.plus(5 * Micros::MINUTE));
            street.record(&worker(), tried).await.unwrap();
            let page = web.get(WORKER, "/rounds/today").await.text;
            let list = page.split("id=\"list\"").nth(1).expect("the list");
            let at = |name: &str| list.find(name).unwrap_or_else(|| panic!("{name}: {list}"));
            let other = match house {
                "东一村1号楼" => "东一村2号楼",
                _ => "东一村1号楼",
            };
            assert!(at(house) < at(other), "{room}: {list}");
        }
    }
}
