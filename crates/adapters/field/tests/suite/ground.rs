//! A square town with a river through community A, a team that walks it, a grid worker with a visiting list, and telephones
//! that speak HTTP in process.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;
use youlin_cases::Cases;
use youlin_field::{CONTRACT, Uploads, UploadsSettings};
use youlin_files::{FileStore, FilesConfig};
use youlin_kernel::{CommunityId, Ctx, Role};
use youlin_people::{PersonInput, SavePerson, StartVisitingList, Vault};
use youlin_places::rivers::Reach;
use youlin_rounds::Rounds;
use youlin_testkit::town::at;
use youlin_testkit::web::{Keys, catalogues, web_config, wide_limits};
use youlin_testkit::{TestDatabase, World};
use youlin_web::SignedIn;

use crate::river_town::RiverTown;

/// Somebody with a telephone.
#[derive(Clone)]
pub(crate) struct Walker {
    pub(crate) token: String,
    pub(crate) ctx: Ctx,
}

impl Walker {
    pub(crate) fn account(&self) -> Uuid {
        self.ctx.actor().id().unwrap()
    }
}

pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) rounds: Arc<Rounds>,
    pub(crate) cases: Arc<Cases>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) reach: Reach,
    /// Two of the team, two who look after people, one of elsewhere, and the team as an organisation.
    pub(crate) walkers: Vec<Walker>,
    pub(crate) uploads: Arc<Uploads>,
    router: Router,
    _files: TempDir,
}

impl Ground {
    pub(crate) async fn new(base: TestDatabase) -> Self {
        let RiverTown {
            world,
            vault,
            cases,
            rounds,
            reach,
        } = RiverTown::new(base, youlin_field::MIGRATIONS, "东段").await;
        let files = tempfile::tempdir().unwrap();
        let store = FileStore::open(FilesConfig::folder(files.path())).unwrap();
        let mut half = UploadsSettings::folder(files.path().join("field"));
        half.quota = 2_000_000;
        let uploads = Arc::new(Uploads::open(half, store.clone()).unwrap());
        let walkers = walkers(&world);
        let keys = walkers.iter().map(|walker| {
            let who = SignedIn {
                actor: walker.ctx.actor().clone(),
                grants: walker.ctx.grants().into(),
                locale: None,
                second_factor_required: false,
            };
            (walker.token.clone(), who)
        });
        let app = world
            .app(
                catalogues(),
                web_config(),
                Arc::new(Keys(keys.collect())),
                wide_limits(),
            )
            .with(Arc::clone(&vault))
            .with(Arc::clone(cases.locator()))
            .with(Arc::clone(&cases))
            .with(Arc::clone(&rounds))
            .with(Arc::new(store))
            .with(Arc::clone(&uploads))
            .finish();
        let info = utoipa::openapi::Info::new("test", "0");
        Self {
            router: youlin_web::build(app, &[youlin_field::module()], info).router,
            world,
            rounds,
            cases,
            vault,
            reach,
            walkers,
            uploads,
            _files: files,
        }
    }

    pub(crate) fn community(&self) -> CommunityId {
        self.reach.community
    }

    /// Two people on a list.
    pub(crate) async fn visiting(&self) -> Uuid {
        self.listed(vec!["周阿婆".into(), "李大爷".into()]).await
    }

    /// As many people on lists, as the pack shows them: each entry with its list.
    pub(crate) async fn doors(&self, walker: &Walker, count: usize) -> Vec<Value> {
        let names: Vec<String> = (0..count).map(|n| format!("住户{n}")).collect();
        for some in names.chunks(500) {
            self.listed(some.to_vec()).await;
        }
        let (_, pack) = self.get(walker, "/api/v1/field/pack").await;
        let mut all = Vec::new();
        for list in pack["visits"].as_array().unwrap() {
            for entry in list["entries"].as_array().unwrap() {
                let mut door = entry.clone();
                door["list"] = list["list"].clone();
                all.push(door);
            }
        }
        assert_eq!(all.len(), count);
        // In an order that is the same in every town: nobody's id is.
        all.sort_by_key(|door| door["name_masked"].to_string());
        all
    }

    async fn listed(&self, names: Vec<String>) -> Uuid {
        let mut persons = Vec::new();
        for name in names {
            let save = SavePerson {
                vault: Arc::clone(&self.vault),
                community: self.community(),
                id: None,
                version: None,
                ext_key: None,
                input: PersonInput {
                    name,
                    ..PersonInput::default()
                },
            };
            persons.push(
                self.world
                    .db()
                    .execute(&self.world.service(), save)
                    .await
                    .unwrap(),
            );
        }
        let start = StartVisitingList {
            vault: Arc::clone(&self.vault),
            community: self.community(),
            title: "独居老人".into(),
            reason: String::new(),
            persons,
            sensitive: false,
        };
        self.world
            .db()
            .execute(&self.world.service(), start)
            .await
            .unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        (status, value)
    }

    pub(crate) async fn get(&self, who: &Walker, path: &str) -> (StatusCode, Value) {
        let request = Request::get(path).header("authorization", format!("Bearer {}", who.token));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, who: &Walker, path: &str, body: &Value) -> (StatusCode, Value) {
        self.post_in("zh-CN", who, path, body).await
    }

    async fn post_in(
        &self,
        language: &str,
        who: &Walker,
        path: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {}", who.token))
            .header("accept-language", language)
            .header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    pub(crate) async fn patch(
        &self,
        who: &Walker,
        upload: Uuid,
        offset: usize,
        body: Body,
    ) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(Method::PATCH)
            .uri(format!("/api/v1/field/uploads/{upload}"))
            .header("authorization", format!("Bearer {}", who.token))
            .header("upload-offset", offset);
        self.send(request.body(body).unwrap()).await
    }

    /// Sends items as that person's own.
    pub(crate) async fn outbox(&self, who: &Walker, items: &[Value]) -> Vec<Value> {
        self.outbox_in("zh-CN", who, items).await
    }

    /// The same of somebody whose telephone speaks that language.
    pub(crate) async fn outbox_in(
        &self,
        language: &str,
        who: &Walker,
        items: &[Value],
    ) -> Vec<Value> {
        let sent_at = self.world.service().now();
        let items: Vec<Value> = items
            .iter()
            .map(|item| {
                let mut item = item.clone();
                item["sent_at"] = json!(sent_at);
                item
            })
            .collect();
        let batch = json!({ "contract": CONTRACT, "account": who.account(), "items": items });
        let path = "/api/v1/field/outbox";
        let (status, told) = self.post_in(language, who, path, &batch).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        told["items"].as_array().unwrap().clone()
    }

    /// A round with the page's own sentence and as many findings.
    pub(crate) fn round(&self, id: Uuid, findings: &[Uuid]) -> Value {
        let at = self.world.service().now();
        let (lon, lat) = at_river(3.0);
        let findings: Vec<Value> = findings
            .iter()
            .enumerate()
            .map(|(n, id)| {
                let (category, text) = [("E-0104", "河面漂浮垃圾少许"), ("E-0105", "岸边有垃圾堆放")][n % 2];
                json!({ "id": id, "category": category, "severity": "low", "text": text, "lon": lon, "lat": lat })
            })
            .collect();
        json!({ "id": id, "kind": "round", "body": {
            "kind": "patrol", "community": self.community(), "outcome": "done",
            "subject": { "kind": "reach", "id": self.reach.id }, "began_at": at, "ended_at": at,
            "text": format!("河面漂浮垃圾少许 {id}"), "findings": findings, "what_a_newer_client_adds": 7,
        } })
    }
}

pub(crate) fn at_river(east: f64) -> (f64, f64) {
    at(east, 5.1)
}

/// The team of the volunteers.
pub(crate) const TEAM: Uuid = Uuid::from_u128(0x7ea3);

fn walkers(world: &World) -> Vec<Walker> {
    let roles = [
        ("顾红", Role::Volunteer, "A"),
        ("陆青", Role::Volunteer, "A"),
        ("施岚", Role::CommunityDesk, "A"),
        ("袁梅", Role::CommunityDesk, "A"),
        ("外人", Role::GridWorker, "B"),
        ("护河队", Role::Partner, "A"),
    ];
    let walker = |(n, (name, role, area)): (usize, (&str, Role, &str))| Walker {
        token: format!("token-{n}"),
        ctx: world.member(
            name,
            role,
            area,
            matches!(role, Role::Volunteer | Role::Partner).then_some(TEAM),
        ),
    };
    roles.into_iter().enumerate().map(walker).collect()
}

impl Ground {
    /// The answer as it is, with its headers.
    pub(crate) async fn whole(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }
}

impl Ground {
    pub(crate) async fn sweep(&self) -> usize {
        let now = self.world.service().now();
        self.uploads.sweep(now).await.unwrap()
    }
}
