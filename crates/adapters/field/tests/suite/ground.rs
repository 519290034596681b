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
use youlin_cases::{Cases, CasesSettings, ImportCategories};
use youlin_crypto::Keyring;
use youlin_field::{CONTRACT, Uploads, UploadsSettings};
use youlin_files::{FileStore, FilesConfig};
use youlin_kernel::{AccountActor, Actor, AreaTree, CommunityId, Ctx, Grant, ManualClock, Role};
use youlin_people::{PersonInput, SavePerson, StartVisitingList, Vault};
use youlin_places::import::{self, AREA_COLUMNS, read_csv};
use youlin_places::permissions::PLACES_READ;
use youlin_places::rivers::{Reach, import_reaches, reach, reaches};
use youlin_places::{Datum, Locator};
use youlin_rounds::Rounds;
use youlin_testkit::town::{at, small_town};
use youlin_testkit::web::{Keys, catalogues, web_config, wide_limits};
use youlin_testkit::{TestDatabase, World};
use youlin_web::SignedIn;

const AREAS: &str = "\
code,scheme,scheme_version,level,parent_code,name,name_en,short
91,t,1,district,,测试区,Test District,测试区
S1,t,1,subdistrict,91,一街道,First,一
A,t,1,community,S1,甲社区,A Community,甲
B,t,1,community,S1,乙社区,B Community,乙
A1,t,1,grid,A,甲一网格,A1,甲一
A2,t,1,grid,A,甲二网格,A2,甲二
";

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
    /// Two of the team, and two who look after people.
    pub(crate) walkers: Vec<Walker>,
    pub(crate) uploads: Arc<Uploads>,
    router: Router,
    _files: TempDir,
}

impl Ground {
    pub(crate) async fn new(base: TestDatabase) -> Self {
        let migrations = [
            youlin_web::SESSION_MIGRATIONS,
            youlin_places::MIGRATIONS,
            youlin_people::MIGRATIONS,
            youlin_cases::MIGRATIONS,
            youlin_rounds::MIGRATIONS,
            youlin_field::MIGRATIONS,
        ]
        .concat();
        let world = World::new(base, &migrations).await;
        world.areas.store(Arc::new(AreaTree::default()));
        let clock = Arc::<ManualClock>::clone(&world.clock);
        let locator = Locator::load_with_clock(world.db(), Arc::clone(&world.areas), clock)
            .await
            .unwrap();
        let (db, ctx) = (world.db().clone(), world.service());
        let rows = read_csv(AREAS, AREA_COLUMNS).unwrap();
        import::areas(&db, &ctx, &locator, rows, false)
            .await
            .unwrap();
        let town = small_town(&["91", "S1", "A", "B", "A1", "A2"]);
        let drawn = import::boundaries(&db, &ctx, &locator, town, Datum::Wgs84, false).await;
        assert!(drawn.unwrap().refused.is_empty());
        river(&world, &locator).await;
        let ctx = world.service();
        let vault = Vault::new(Keyring::generate(&|bytes| ctx.random(bytes)))
            .with_places(Arc::clone(&locator));
        let vault = Arc::new(vault);
        let cases = cases(&world, &locator, &vault).await;
        let scope = ctx.scope(&PLACES_READ).unwrap();
        let first = reaches(&db, &scope).await.unwrap()[0].id;
        let reach = reach(&db, &scope, first).await.unwrap();
        let rounds = Rounds::new(Arc::clone(&cases), Arc::clone(&vault));
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
            .with(locator)
            .with(Arc::clone(&cases))
            .with(Arc::clone(&rounds))
            .with(Arc::new(store))
            .with(Arc::clone(&uploads))
            .finish();
        let info = utoipa::openapi::Info::new("test", "0");
        Self {
            router: youlin_web::build(app, vec![youlin_field::module()], info).router,
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
        let request = Request::post(path)
            .header("authorization", format!("Bearer {}", who.token))
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
        let (status, told) = self.post(who, "/api/v1/field/outbox", &batch).await;
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

async fn river(world: &World, locator: &Arc<Locator>) {
    let line: Vec<String> = [at(1.0, 5.0), at(5.0, 5.2), at(9.5, 5.0)]
        .map(|(lon, lat)| format!("{lon} {lat}"))
        .into();
    let text = format!(
        "key,community_code,water,name,half_width_m,line,note,chiefs\nr1,A,中心河,东段,6,{},,village:顾建明:村支书:0513-1\n",
        line.join("; ")
    );
    let ctx = world.service();
    let taken = import_reaches(world.db(), &ctx, locator, &text, Datum::Wgs84, false).await;
    assert_eq!(taken.unwrap().new, 1);
}

async fn cases(world: &World, locator: &Arc<Locator>, vault: &Arc<Vault>) -> Arc<Cases> {
    let settings = CasesSettings {
        hours: youlin_workday::DayHours::default(),
        lines: Vec::new(),
        telephony_secrets: Vec::new(),
        link_days: 14,
        public_url: "http://localhost".into(),
    };
    let (locator, vault) = (Arc::clone(locator), Arc::clone(vault));
    let cases = Cases::load(world.db().clone(), locator, vault, settings)
        .await
        .unwrap();
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../data/categories.json"
    ));
    let import = ImportCategories {
        text: text.unwrap(),
        dry_run: false,
    };
    world.db().execute(&world.service(), import).await.unwrap();
    cases.reload().await.unwrap();
    cases
}

fn walkers(world: &World) -> Vec<Walker> {
    let roles = [
        ("顾红", Role::Volunteer, "A"),
        ("陆青", Role::Volunteer, "A"),
        ("施岚", Role::CommunityDesk, "A"),
        ("袁梅", Role::CommunityDesk, "A"),
        ("外人", Role::GridWorker, "B"),
    ];
    let walker = |(n, (name, role, area)): (usize, (&str, Role, &str))| {
        let service = world.service();
        let grant = Grant {
            role,
            area: world.areas.load().by_code(area).unwrap().id,
            organisation: None,
        };
        let actor = Actor::Account(AccountActor {
            id: service.new_id(),
            person: None,
            former: Vec::new(),
            display_name: name.to_owned(),
        });
        Walker {
            token: format!("token-{n}"),
            ctx: service.acting_as(actor, [grant].into()),
        }
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
