//! The module over HTTP: pages and interface, in words, and the live event.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;
use youlin_kernel::{AccountActor, Actor, AreaId, Grant, Locale, Role};
use youlin_notices::{NoticesSettings, module};
use youlin_testkit::web::{Keys, web_config, wide_limits};
use youlin_web::{LiveTopics, Navigation, SignedIn, build};

use crate::ground::{Ground, catalogue, grounds};
use crate::receivers::WebReceiver;

pub(crate) struct Web {
    pub(crate) ground: Ground,
    router: Router,
}

pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }
}

fn who(id: Uuid, role: Role, area: i64, locale: Locale) -> SignedIn {
    SignedIn {
        actor: Actor::Account(AccountActor {
            id,
            person: None,
            former: Vec::new(),
            display_name: "测试".into(),
        }),
        grants: Arc::from([Grant {
            role,
            area: AreaId(area),
            organisation: None,
        }]),
        locale: Some(locale),
        second_factor_required: false,
    }
}

impl Web {
    /// On every database there is.
    pub(crate) async fn each(settings: &NoticesSettings) -> Vec<Self> {
        grounds(settings)
            .await
            .into_iter()
            .map(Self::over)
            .collect()
    }

    fn over(ground: Ground) -> Self {
        let (cast, world) = (&ground.cast, &ground.world);
        let admin = Uuid::from_u128(1);
        let keys = [
            ("desk", who(cast.desk, Role::CommunityDesk, 10, Locale::Zh)),
            (
                "english-desk",
                who(cast.desk, Role::CommunityDesk, 10, Locale::En),
            ),
            (
                "lead",
                who(cast.lead_account, Role::GridWorker, 101, Locale::Zh),
            ),
            ("admin", who(admin, Role::Administrator, 1, Locale::Zh)),
            (
                "english-admin",
                who(admin, Role::Administrator, 1, Locale::En),
            ),
            (
                "admin-elsewhere",
                who(Uuid::from_u128(2), Role::Administrator, 11, Locale::Zh),
            ),
        ];
        let keys = keys.map(|(key, who)| (key.to_owned(), who));
        let accounts = Arc::new(Keys(keys.into()));
        let app = world
            .app(catalogue(), web_config(), accounts, wide_limits())
            .with(Arc::clone(&ground.notices))
            .with(Arc::new(LiveTopics(module().live.to_vec())))
            .with(Arc::new(Navigation(youlin_notices::NAV.to_vec())))
            .finish();
        assert_eq!((module().consumers)(&app).len(), 4);
        let info = utoipa::openapi::Info::new("test", "0");
        let router = build(app, &[module()], info).router;
        Self { ground, router }
    }

    async fn send(&self, key: &str, request: http::request::Builder, body: String) -> Answer {
        let request = if key.is_empty() {
            request
        } else {
            request.header(header::AUTHORIZATION, format!("Bearer {key}"))
        };
        let request = request.body(Body::from(body)).unwrap();
        let (parts, body) = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        let bytes = to_bytes(body, 1 << 24).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub(crate) async fn get(&self, key: &str, uri: &str) -> Answer {
        let accept = if uri.starts_with("/api") {
            "application/json"
        } else {
            "text/html"
        };
        let request = Request::get(uri).header(header::ACCEPT, accept);
        self.send(key, request, String::new()).await
    }

    async fn post(&self, key: &str, uri: &str, form: &[(&str, &str)]) -> Answer {
        let accept = if uri.starts_with("/api") {
            "application/json"
        } else {
            "text/html"
        };
        let request = Request::post(uri)
            .header(header::ACCEPT, accept)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = serde_html_form::to_string(form).unwrap();
        self.send(key, request, body).await
    }
}

/// No key of the catalogue shows through.
fn worded(page: &str) {
    for family in [
        "notices-",
        "webhooks-",
        "notice-",
        "sms-",
        "topic-",
        "delivery-",
        "channel-",
        "field-",
        "nav-",
    ] {
        let shown = page.match_indices(family).find(|(at, _)| {
            // In attributes and addresses such words are names, not sentences.
            page[..*at].ends_with('>') || page[..*at].ends_with("> ")
        });
        assert!(shown.is_none(), "{family}: {page}");
    }
}

#[tokio::test]
async fn ones_own_notices_over_rest() {
    for web in Web::each(&NoticesSettings::default()).await {
        for _ in 0..3 {
            web.ground.happens("reported", json!(null)).await;
        }
        let list = web.get("desk", "/api/v1/notices?limit=2").await.json();
        assert_eq!(list["unread"], 3);
        assert_eq!(list["items"].as_array().unwrap().len(), 2);
        let first = &list["items"][0];
        assert_eq!(first["kind"], "desk-reported");
        assert_eq!(first["case_number"], "20261111-0007");
        assert_eq!(first["path"], format!("/cases/{}", web.ground.cast.case));
        assert_eq!(first["text"], "新工单 20261111-0007（邻里帮扶），等待受理");
        assert_eq!(first["read_at"], Value::Null);
        let english = web.get("english-desk", "/api/v1/notices").await.json();
        assert!(
            english["items"][0]["text"]
                .as_str()
                .unwrap()
                .contains("Neighbourly help")
        );
        let next = format!(
            "/api/v1/notices?limit=2&cursor={}",
            list["next"].as_str().unwrap()
        );
        let rest = web.get("desk", &next).await.json();
        assert_eq!(
            (rest["items"].as_array().unwrap().len(), &rest["next"]),
            (1, &Value::Null)
        );

        let read = format!("/api/v1/notices/{}/read", first["id"].as_str().unwrap());
        let done = web.post("desk", &read, &[]).await;
        assert_eq!(done.status, StatusCode::OK);
        assert!(done.json()["read_at"].is_string());
        let unread = web.get("desk", "/api/v1/notices?unread=true").await.json();
        assert_eq!(
            (&unread["unread"], unread["items"].as_array().unwrap().len()),
            (&json!(2), 2)
        );

        for (key, uri, status) in [
            ("", "/api/v1/notices", 401),
            ("desk", "/api/v1/notices?cursor=x", 422),
            ("desk", "/api/v1/notices?limit=many", 400),
        ] {
            assert_eq!(web.get(key, uri).await.status.as_u16(), status, "{uri}");
        }
        assert_eq!(
            web.post("lead", &read, &[]).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            web.post("desk", "/api/v1/notices/x/read", &[]).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            web.post("", &read, &[]).await.status,
            StatusCode::UNAUTHORIZED
        );
    }
}

#[tokio::test]
async fn the_page_of_notices_opens_reads_and_counts() {
    for web in Web::each(&NoticesSettings::default()).await {
        let empty = web.get("desk", "/notices").await;
        assert!(empty.body.contains("还没有通知"), "{}", empty.body);
        web.ground.happens("reported", json!(null)).await;
        web.ground.happens("overdue", json!(null)).await;
        for key in ["desk", "english-desk"] {
            let page = web.get(key, "/notices").await;
            assert_eq!(page.status, StatusCode::OK);
            worded(&page.body);
        }
        let page = web.get("desk", "/notices").await.body;
        assert!(
            page.contains("未读 2") && page.contains("新工单 20261111-0007"),
            "{page}"
        );
        let badge = web.get("desk", "/notices/badge").await.body;
        assert!(
            badge.contains(">2<") && badge.contains("2 条未读通知"),
            "{badge}"
        );
        let id = page
            .split("/notices/")
            .find_map(|rest| Uuid::parse_str(rest.get(..36)?).ok())
            .unwrap();
        let opened = web.post("desk", &format!("/notices/{id}/read"), &[]).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER);
        assert_eq!(
            opened.location(),
            format!("/cases/{}", web.ground.cast.case)
        );
        let left = web.get("desk", "/notices?unread=1").await.body;
        assert!(left.contains("未读 1"), "{left}");
        let all = web.post("desk", "/notices/read", &[]).await;
        assert_eq!(
            (all.status, all.location()),
            (StatusCode::SEE_OTHER, "/notices")
        );
        let none = web.get("desk", "/notices?unread=1").await.body;
        assert!(none.contains("都看过了"), "{none}");
        assert!(
            !web.get("desk", "/notices/badge")
                .await
                .body
                .contains("class=\"count\"")
        );
        // A visitor is asked to sign in.
        let visitor = web.get("", "/notices").await;
        assert_eq!(visitor.location(), "/sign-in?next=%2Fnotices");
    }
}

#[tokio::test]
async fn an_open_page_hears_of_a_notice_for_it_and_of_no_other() {
    for web in Web::each(&NoticesSettings::default()).await {
        let listen = async |key: &str| {
            let request =
                Request::get("/live").header(header::AUTHORIZATION, format!("Bearer {key}"));
            let answer = web
                .router
                .clone()
                .oneshot(request.body(Body::empty()).unwrap())
                .await
                .unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            answer.into_body()
        };
        let (mut lead, mut desk) = (listen("lead").await, listen("desk").await);
        // The lead looks after another grid than the case's: the task is theirs all the same.
        let data = json!({"task": web.ground.cast.lead_task, "party": web.ground.cast.lead, "role": "lead"});
        web.ground.happens("task_given", data).await;
        let frame = tokio::time::timeout(Duration::from_secs(5), lead.frame()).await;
        let bytes = frame.unwrap().unwrap().unwrap().into_data().unwrap();
        let said = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(said.contains("event: notice"), "{said}");
        assert!(said.contains("请您主办 20261111-0007"), "{said}");
        assert!(
            said.contains(&format!("/tasks/{}", web.ground.cast.lead_task)),
            "{said}"
        );
        let nothing = tokio::time::timeout(Duration::from_millis(200), desk.frame()).await;
        assert!(nothing.is_err());
    }
}

fn hook<'a>(name: &'a str, url: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", name),
        ("area", "10"),
        ("url", url),
        ("topics", "cases.closed"),
        ("topics", "cases.merged"),
    ]
}

#[tokio::test]
async fn a_subscription_is_made_shown_once_changed_and_switched() {
    for web in Web::each(&NoticesSettings::default()).await {
        for key in ["admin", "english-admin"] {
            let page = web.get(key, "/admin/webhooks").await;
            assert_eq!(page.status, StatusCode::OK);
            worded(&page.body);
        }
        let made = web
            .post(
                "admin",
                "/admin/webhooks",
                &hook("<b>热线</b>", "https://example.com/hook"),
            )
            .await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        assert_eq!(made.headers["cache-control"], "no-store");
        assert!(made.body.contains("whsec_"), "{}", made.body);
        worded(&made.body);
        let list = web.get("admin", "/admin/webhooks").await.body;
        assert!(
            list.contains("&#60;b&#62;热线") && list.contains("推送中"),
            "{list}"
        );
        assert!(!list.contains("whsec_"));
        let id = list
            .split("/admin/webhooks/")
            .find_map(|rest| Uuid::parse_str(rest.get(..36)?).ok())
            .unwrap();
        let at = format!("/admin/webhooks/{id}");
        let edit = web.get("admin", &at).await.body;
        assert!(
            edit.contains("value=\"https://example.com/hook\""),
            "{edit}"
        );
        assert_eq!(edit.matches(" checked").count(), 2);
        worded(&edit);

        let mut typed = hook("热线", "http://10.0.0.1/");
        typed.push(("version", "1"));
        let again = web.post("admin", &at, &typed).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            again.body.contains("内部网络") && again.body.contains("value=\"http://10.0.0.1/\""),
            "{}",
            again.body
        );
        let mut typed = hook("热线", "https://example.com/2");
        typed.push(("version", "1"));
        let changed = web.post("admin", &at, &typed).await;
        assert_eq!(
            (changed.status, changed.location()),
            (StatusCode::SEE_OTHER, "/admin/webhooks")
        );
        assert_eq!(
            web.post("admin", &at, &typed).await.status,
            StatusCode::CONFLICT
        );
        let off = web
            .post("admin", &format!("{at}/switch"), &[("to", "off")])
            .await;
        assert_eq!(off.status, StatusCode::SEE_OTHER);
        assert!(
            web.get("admin", "/admin/webhooks")
                .await
                .body
                .contains("已停用")
        );

        let wrong = web
            .post(
                "admin",
                "/admin/webhooks",
                &[("name", " "), ("url", "javascript:x")],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong
                .body
                .contains("请填写以 http:// 或 https:// 开头的完整地址"),
            "{}",
            wrong.body
        );
        assert!(wrong.body.contains("value=\"javascript:x\""));
        worded(&wrong.body);

        assert_eq!(
            web.get("desk", "/admin/webhooks").await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            web.get("admin-elsewhere", &at).await.status,
            StatusCode::NOT_FOUND
        );
        let denied = web.post("admin-elsewhere", &at, &typed).await;
        assert_eq!(denied.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn the_log_tells_what_was_sent_without_telling_to_whom() {
    let receiver = WebReceiver::start().await;
    for web in Web::each(&crate::delivery::by_sms(&receiver)).await {
        assert!(
            web.get("admin", "/admin/deliveries")
                .await
                .body
                .contains("还没有发送记录")
        );
        receiver.answer(400, "");
        web.ground
            .happens(
                "task_given",
                json!({"task": web.ground.cast.lead_task, "party": web.ground.cast.lead}),
            )
            .await;
        web.ground.send().await;
        receiver.answer(500, "");
        receiver.answer(500, "");
        web.ground.happens("closed", json!(null)).await;
        web.ground.send().await;
        for key in ["admin", "english-admin"] {
            let page = web.get(key, "/admin/deliveries").await;
            assert_eq!(page.status, StatusCode::OK);
            worded(&page.body);
        }
        let page = web.get("admin", "/admin/deliveries").await.body;
        for part in [
            "短信",
            "交办任务",
            "结案",
            "http-400",
            "http-500",
            "被拒绝",
            "下次",
            "甲社区",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("1380000"), "{page}");
        let failed = web
            .get("admin", "/admin/deliveries?state=failed&channel=sms")
            .await
            .body;
        assert!(
            failed.contains("http-400") && !failed.contains("http-500"),
            "{failed}"
        );
        let none = web
            .get("admin", "/admin/deliveries?channel=mail")
            .await
            .body;
        assert!(none.contains("还没有发送记录"), "{none}");
        assert!(
            web.get("admin-elsewhere", "/admin/deliveries")
                .await
                .body
                .contains("还没有发送记录")
        );
        let id = failed
            .split("/admin/deliveries/")
            .find_map(|rest| Uuid::parse_str(rest.get(..36)?).ok())
            .unwrap();
        let again = format!("/admin/deliveries/{id}/again");
        assert_eq!(
            web.post("admin", &again, &[]).await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            web.post("admin", &again, &[]).await.status,
            StatusCode::CONFLICT
        );
        assert_eq!(
            web.post("admin-elsewhere", &again, &[]).await.status,
            StatusCode::NOT_FOUND
        );
        for (uri, status) in [
            ("/admin/deliveries?cursor=x", 422),
            ("/admin/deliveries?webhook=x", 400),
        ] {
            assert_eq!(web.get("admin", uri).await.status.as_u16(), status, "{uri}");
        }
    }
}
