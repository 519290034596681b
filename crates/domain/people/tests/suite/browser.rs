//! The module behind its router, and a browser that keeps cookies.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;
use uuid::Uuid;
use youlin_kernel::Grant;
use youlin_people::{AccountPolicy, Accounts, CreateAccount, hash_password};
use youlin_testkit::web::{catalogues_of, form, web_config};
use youlin_web::{App, AppBuilder, I18n, RateLimits, WebConfig};

use crate::ground::Ground;

/// Every account of the stories has this password.
pub(crate) const PASSWORD: &str = "悦美网格今天值班";

/// Those this module and its pages use.
pub(crate) fn catalogues() -> Arc<I18n> {
    catalogues_of(|name| {
        name.starts_with("people")
            || name.starts_with("imports")
            || matches!(
                name,
                "web.ftl" | "web-waits.ftl" | "places.ftl" | "places-premises.ftl"
            )
    })
}

pub(crate) struct House {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) table: Vec<youlin_web::RouteInfo>,
    pub(crate) openapi: serde_json::Value,
}

/// The registers of this module, as the house puts them in.
pub(crate) fn imports(ground: &Ground) -> Arc<youlin_imports::Imports> {
    use youlin_people::import as people;
    let vault = || Arc::clone(&ground.vault);
    Arc::new(youlin_imports::Imports {
        registers: vec![
            Arc::new(people::OrganisationsRegister(vault())),
            Arc::new(people::ResidentsRegister {
                vault: vault(),
                locator: Arc::clone(&ground.locator),
                in_use: Vec::new(),
            }),
            Arc::new(youlin_people::merchants::ShopSheets {
                vault: vault(),
                in_use: Vec::new(),
            }),
            Arc::new(people::PersonsRegister(vault())),
            Arc::new(people::MembershipsRegister(vault())),
            Arc::new(youlin_people::merchants::MerchantsRegister(vault())),
            Arc::new(people::AccountsRegister(vault())),
        ],
        sealer: vault(),
    })
}

/// The service as it runs, with so many sign-in attempts a minute.
pub(crate) fn house(ground: &Ground, sign_ins: u32, policy: AccountPolicy) -> House {
    house_with(ground, sign_ins, policy, |app| app)
}

/// The same with something more put in.
pub(crate) fn house_with(
    ground: &Ground,
    sign_ins: u32,
    policy: AccountPolicy,
    more: impl FnOnce(AppBuilder) -> AppBuilder,
) -> House {
    let config = WebConfig {
        max_upload: 1_000,
        ..web_config()
    };
    let world = &ground.world;
    let accounts = Arc::new(Accounts::new(world.db().clone(), policy));
    let source = Arc::<Accounts>::clone(&accounts);
    let limits = RateLimits::per_minute(1_000, 1_000, sign_ins);
    let app = world.app(catalogues(), config, source, limits);
    let app = more(app)
        .with(Arc::clone(&ground.vault))
        .with(Arc::clone(&ground.locator))
        .with(accounts)
        .with(imports(ground))
        .with(Arc::new(youlin_web::Navigation(
            youlin_people::NAV.to_vec(),
        )))
        .finish();
    let info = utoipa::openapi::Info::new("test", "0");
    let built = youlin_web::build(
        app.clone(),
        &[youlin_imports::module(), youlin_people::module()],
        info,
    );
    House {
        app,
        router: built.router,
        table: built.table,
        openapi: serde_json::from_slice(&built.openapi).unwrap(),
    }
}

/// An account with the common password.
pub(crate) async fn account(
    ground: &Ground,
    login: &str,
    grants: Vec<Grant>,
    person: Option<Uuid>,
) -> Uuid {
    let ctx = ground.world.service();
    let command = CreateAccount {
        login: login.to_owned(),
        password: hash_password(&ctx, login, PASSWORD).await.unwrap(),
        display_name: format!("{login} 的名字"),
        person: person.map(|id| (crate::ground::JIA, id)),
        grants,
        must_change: false,
    };
    ground.world.db().execute(&ctx, command).await.unwrap()
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) text: String,
    /// Of files that are no text.
    pub(crate) bytes: Vec<u8>,
}

/// Keeps one session cookie and sends what a browser sends.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookie: String,
    /// The session of an own file.
    file: String,
    pub(crate) key: String,
}

impl Browser {
    pub(crate) fn new(house: &House) -> Self {
        Self {
            router: house.router.clone(),
            cookie: String::new(),
            file: String::new(),
            key: String::new(),
        }
    }

    /// Signs in with the common password and says where one lands.
    pub(crate) async fn signed_in(house: &House, login: &str) -> Self {
        let mut browser = Self::new(house);
        let answer = browser.sign_in(login, PASSWORD).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }

    pub(crate) async fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("login", login), ("password", password)])
            .await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(form(fields)))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn post_json(&mut self, path: &str, body: &str) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.send(request).await
    }

    async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let headers = request.headers_mut();
        headers
            .entry(header::ACCEPT)
            .or_insert("text/html".parse().unwrap());
        headers.insert(header::HOST, "localhost".parse().unwrap());
        for cookie in [&self.cookie, &self.file] {
            if !cookie.is_empty() {
                headers.append(header::COOKIE, cookie.parse().unwrap());
            }
        }
        if !self.key.is_empty() {
            let value = format!("Bearer {}", self.key).parse().unwrap();
            headers.insert(header::AUTHORIZATION, value);
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let pair = cookie.split(';').next().unwrap();
            if pair.starts_with("youlin=") {
                self.cookie = pair.to_owned();
            } else if pair.starts_with("youlin-file=") {
                self.file = pair.to_owned();
            }
        }
        let location = response
            .headers()
            .get(header::LOCATION)
            .map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Answer {
            status,
            location,
            text: String::from_utf8_lossy(&body).into_owned(),
            bytes: body.to_vec(),
        }
    }
}
