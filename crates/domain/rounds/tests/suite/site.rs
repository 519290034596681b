//! A market in the square town, behind the pages, with a file store: who asks says so by a key.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;
use youlin_files::{FileStore, FilesConfig};
use youlin_kernel::{AccountActor, Actor, CommunityId, Grant, Micros, Role};
use youlin_people::{CreateAccount, Party, PasswordHash};
use youlin_places::commands::{PremisesInput, SavePremises};
use youlin_places::premises::{Premises, PremisesFilter};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{RoundFilter, RoundView, RoundsToday, round_view, rounds_of};
use youlin_testkit::web::{Keys, account, catalogues, form, web_config, wide_limits};
use youlin_web::{SignedIn, TodayParts};

use crate::ground::Ground;

pub(crate) struct Site {
    pub(crate) ground: Ground,
    router: Router,
    pub(crate) premises: Uuid,
    _files: tempfile::TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Site {
    pub(crate) async fn new(base: youlin_testkit::TestDatabase) -> Self {
        let ground = Ground::new(base).await;
        let world = &ground.world;
        let community = CommunityId(ground.id("A").0);
        let save = SavePremises {
            community,
            known: None,
            input: PremisesInput {
                kind: "market".into(),
                name: "中原综合批发市场".into(),
                street_address: "中原路1号".into(),
                ..PremisesInput::default()
            },
            position: None,
            area: None,
        };
        world.db().execute(&world.service(), save).await.unwrap();
        let scope = world.service().scope(&ROUNDS_READ).unwrap();
        let filter = PremisesFilter::default();
        let premises = Premises::list(world.db().read(), &scope, &filter, 9).await;
        let premises = premises.unwrap()[0].id;
        let files = tempfile::tempdir().unwrap();
        let store = FilesConfig::folder(files.path());
        let grant = |role, code: &str| Grant {
            role,
            area: ground.id(code),
            organisation: None,
        };
        let of = |party: Party| Grant {
            organisation: Some(party.id),
            ..grant(Role::Partner, "A")
        };
        let keys = vec![
            account(1, "desk", grant(Role::CommunityDesk, "A")),
            account(2, "lead", grant(Role::CommunityLead, "A")),
            account(3, "other", grant(Role::CommunityLead, "B")),
            account(4, "green", of(ground.team)),
            account(5, "river", of(ground.cleaner)),
            chief(&ground, grant(Role::CommunityLead, "A")).await,
        ];
        let app = world
            .app(
                catalogues(),
                web_config(),
                Arc::new(Keys(keys)),
                wide_limits(),
            )
            .with(Arc::clone(ground.cases.locator()))
            .with(Arc::clone(&ground.cases))
            .with(Arc::clone(&ground.rounds))
            .with(Arc::clone(&ground.vault))
            .with(Arc::new(FileStore::open(store).unwrap()))
            .with(Arc::new(TodayParts(vec![Arc::new(RoundsToday)])))
            .finish();
        let info = utoipa::openapi::Info::new("test", "0");
        let modules = [youlin_rounds::module(), youlin_cases::module()];
        let router = youlin_web::build(app, &modules, info).router;
        Self {
            router,
            premises,
            _files: files,
            ground,
        }
    }

    pub(crate) async fn send(
        &self,
        key: &str,
        request: axum::http::request::Builder,
        body: Body,
    ) -> Answer {
        self.ground.world.clock.advance(Micros::SECOND);
        let request = request.header(header::ACCEPT, "text/html");
        let request = match key {
            "" => request,
            key => request.header(header::AUTHORIZATION, format!("Bearer {key}")),
        };
        let answer = self.router.clone().oneshot(request.body(body).unwrap());
        let (parts, body) = answer.await.unwrap().into_parts();
        let location = parts.headers.get(header::LOCATION);
        Answer {
            status: parts.status,
            location: location.map_or("", |at| at.to_str().unwrap()).to_owned(),
            bytes: to_bytes(body, 1 << 24).await.unwrap().to_vec(),
        }
    }

    pub(crate) async fn get(&self, key: &str, uri: &str) -> Answer {
        self.send(key, Request::get(uri), Body::empty()).await
    }

    pub(crate) async fn post(&self, key: &str, uri: &str, fields: &[(&str, &str)]) -> Answer {
        let request =
            Request::post(uri).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(key, request, Body::from(form(fields))).await
    }

    /// Texts and files of a multipart form: name, file name, content.
    pub(crate) async fn upload(
        &self,
        key: &str,
        uri: &str,
        parts: &[(&str, Option<&str>, &[u8])],
    ) -> Answer {
        let request =
            Request::post(uri).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        self.send(key, request, Body::from(multipart(parts))).await
    }

    pub(crate) async fn json(&self, key: &str, uri: &str) -> Value {
        let answer = self.get(key, uri).await;
        assert_eq!(answer.status, StatusCode::OK, "{uri}: {}", answer.text());
        serde_json::from_slice(&answer.bytes).unwrap()
    }

    pub(crate) async fn api(&self, key: &str, uri: &str, once: &str, body: &Value) -> Answer {
        let mut request = Request::post(uri).header(header::CONTENT_TYPE, "application/json");
        if !once.is_empty() {
            request = request.header("Idempotency-Key", once);
        }
        self.send(key, request, Body::from(body.to_string())).await
    }

    pub(crate) async fn rounds(&self) -> Vec<RoundView> {
        let desk = self.ground.caller(Role::CommunityDesk, "A");
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let db = self.ground.world.db();
        let mut all = Vec::new();
        for line in rounds_of(db, &scope, RoundFilter::default()).await.unwrap() {
            let view = round_view(&self.ground.rounds, db, &scope, line.id).await;
            all.push(view.unwrap());
        }
        all
    }
}

/// The village chief on the reach's sign, whose account knows no person.
async fn chief(ground: &Ground, grant: Grant) -> (String, SignedIn) {
    let name = "顾建明（村级河长）";
    let create = CreateAccount {
        login: "chief".into(),
        password: PasswordHash::none(),
        display_name: name.into(),
        person: None,
        grants: vec![grant.clone()],
        must_change: false,
    };
    let world = &ground.world;
    let id = world.db().execute(&world.service(), create).await.unwrap();
    let actor = AccountActor {
        id,
        person: None,
        former: Vec::new(),
        display_name: name.into(),
    };
    let (_, who) = account(0, "chief", grant);
    let actor = Actor::Account(actor);
    ("chief".into(), SignedIn { actor, ..who })
}

/// Texts and files of a form with the boundary `x`: name, file name, content.
pub(crate) fn multipart(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
        body.extend_from_slice(
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n")
                .as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    body
}

pub(crate) fn jpeg() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(40, 30)
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

pub(crate) fn value<'a>(page: &'a str, name: &str) -> &'a str {
    let at = page.find(&format!("name=\"{name}\"")).unwrap();
    let rest = &page[at..];
    let rest = &rest[rest.find("value=\"").unwrap() + 7..];
    &rest[..rest.find('"').unwrap()]
}
