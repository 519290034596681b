//! The ground the stories play on: a square town, four categories, keys, and a client that speaks HTTP in process.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;
use youlin_cases::model::{Assignment, Source, Urgency, Verb, VerifyMethod};
use youlin_cases::{Act, Cases, CasesSettings, ImportCategories, NewCase, Reported, Via, prepare};
use youlin_crypto::Keyring;
use youlin_database::Migration;
use youlin_files::{FileStore, FilesConfig};
use youlin_kernel::{AreaTree, CommunityId, Entropy, Grant, Locale, ManualClock, Micros, Role};
use youlin_open311::Open311Settings;
use youlin_people::{AccountPolicy, Accounts, CreateApiKey, KeyKind, Party, Vault};
use youlin_places::import::{self, AREA_COLUMNS, Row, read_csv};
use youlin_places::{Datum, Locator, PlaceInput};
use youlin_testkit::{TestDatabase, World};
use youlin_web::{AppBuilder, CookiePolicy, I18n, RateLimits, WebConfig};

use crate::xml;

const AREAS: &str = "\
code,scheme,scheme_version,level,parent_code,name,name_en,short
91,t,1,district,,测试区,Test District,测试区
S1,t,1,subdistrict,91,一街道,First,一
A,t,1,community,S1,甲社区,A Community,甲
B,t,1,community,S1,乙社区,B Community,乙
A1,t,1,grid,A,甲一网格,A1,甲一
A2,t,1,grid,A,甲二网格,A2,甲二
";

/// A point in the middle of grid A1, in A2, and in community B: latitude and longitude as Open311 sends them.
pub(crate) const IN_A1: (&str, &str) = ("32.005123456", "120.802123456");
pub(crate) const IN_A2: (&str, &str) = ("32.005", "120.807");
pub(crate) const IN_B: (&str, &str) = ("32.015", "120.805");

/// One category with all six types of question, an event, a neighbourly service, and a sensitive one.
fn categories() -> String {
    let question = |code: &str, kind: &str, required: bool, order: i32, values: &[(&str, &str)]| {
        let values: Vec<Value> = values
            .iter()
            .map(|(key, name)| json!({"key": key, "name": name}))
            .collect();
        json!({"code": code, "label": format!("问题{code}"), "label_en": format!("Question {code}"), "type": kind,
               "required": required, "order": order, "values": values})
    };
    let list = [("low", "低 <1m>"), ("high", "高 & 远")];
    let category = |code: &str,
                    class: &str,
                    name: &str,
                    name_en: &str,
                    sensitive: bool,
                    questions: Vec<Value>| {
        json!({"code": code, "class": class, "group": "公用设施", "name": name, "name_en": name_en,
               "keywords": ["路灯", "灯"], "limit": {"amount": 24, "unit": "hours"},
               "accept_limit": {"amount": 1, "unit": "hours"}, "questions": questions, "sensitive": sensitive})
    };
    let six = vec![
        question("when", "datetime", false, 3, &[]),
        question("pole", "string", true, 1, &[]),
        question("lamps", "number", false, 2, &[]),
        question("story", "text", false, 4, &[]),
        question("height", "singlevaluelist", false, 5, &list),
        question(
            "colours",
            "multivaluelist",
            false,
            6,
            &[("red", "红"), ("green", "绿")],
        ),
    ];
    json!({"categories": [
        category("P-1", "part", "路灯不亮", "Street light out", false, six),
        category("E-1", "event", "垃圾堆放", "Rubbish", false, vec![]),
        category("S-1", "service", "家中小修", "Small repairs at home", false, vec![]),
        category("S-9", "service", "陪诊就医", "Going to hospital together", true, vec![]),
    ]})
    .to_string()
}

fn square(w: f64, s: f64, e: f64, n: f64) -> Value {
    let at = |x: f64, y: f64| json!([120.80 + x * 0.001, 32.00 + y * 0.001]);
    json!({"type": "Polygon", "coordinates": [[at(w, s), at(e, s), at(e, n), at(w, n), at(w, s)]]})
}

fn boundaries() -> String {
    let feature = |code: &str, shape: Value| json!({"type": "Feature", "properties": {"code": code, "valid_from": "2024-01-01"}, "geometry": shape});
    json!({"type": "FeatureCollection", "features": [
        feature("91", square(0.0, 0.0, 10.0, 20.0)),
        feature("S1", square(0.0, 0.0, 10.0, 20.0)),
        feature("A", square(0.0, 0.0, 10.0, 10.0)),
        feature("B", square(0.0, 10.0, 10.0, 20.0)),
        feature("A1", square(0.0, 0.0, 5.0, 10.0)),
        feature("A2", square(5.0, 0.0, 10.0, 10.0)),
    ]})
    .to_string()
}

fn migrations() -> Vec<Migration> {
    let mut all = youlin_places::MIGRATIONS.to_vec();
    all.extend_from_slice(youlin_people::MIGRATIONS);
    all.extend_from_slice(youlin_cases::MIGRATIONS);
    all
}

/// Every catalogue there is: this crate's own and those of the crates it stands on.
pub(crate) fn catalogues() -> I18n {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../locales");
    let mut files = Vec::new();
    for locale in [Locale::Zh, Locale::En] {
        for entry in std::fs::read_dir(root.join(locale.tag())).unwrap() {
            let path = entry.unwrap().path();
            let name: &'static str = path
                .file_name()
                .unwrap()
                .to_string_lossy()
                .into_owned()
                .leak();
            files.push((locale, name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    I18n::load(files).unwrap()
}

/// What a ground is furnished with beyond the usual.
pub(crate) struct Wishes {
    pub(crate) settings: Option<Open311Settings>,
    /// Anonymous reads and writes a minute.
    pub(crate) public: (u32, u32),
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            settings: None,
            public: (100_000, 100_000),
        }
    }
}

pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) cases: Arc<Cases>,
    pub(crate) locator: Arc<Locator>,
    router: Router,
    _files: TempDir,
}

impl Ground {
    pub(crate) async fn new(base: TestDatabase) -> Self {
        Self::furnished(base, Wishes::default()).await
    }

    pub(crate) async fn furnished(base: TestDatabase, wishes: Wishes) -> Self {
        let world = World::new(base, &migrations()).await;
        world.areas.store(Arc::new(AreaTree::default()));
        let areas: Arc<ArcSwap<AreaTree>> = Arc::clone(&world.areas);
        let clock = Arc::<ManualClock>::clone(&world.clock);
        let locator = Locator::load_with_clock(world.db(), areas, clock)
            .await
            .unwrap();
        town(&world, &locator).await;
        let ctx = world.service();
        let vault = Vault::new(Keyring::generate(&|bytes| ctx.random(bytes)))
            .with_places(Arc::clone(&locator));
        let vault = Arc::new(vault);
        let settings = CasesSettings {
            hours: youlin_workday::DayHours::default(),
            lines: Vec::new(),
            telephony_secrets: Vec::new(),
            link_days: 14,
            public_url: "http://localhost".into(),
        };
        let cases = Cases::load(
            world.db().clone(),
            Arc::clone(&locator),
            Arc::clone(&vault),
            settings,
        )
        .await
        .unwrap();
        let import = ImportCategories {
            text: categories(),
            dry_run: false,
        };
        let report = world.db().execute(&ctx, import).await.unwrap();
        assert_eq!((report.new, report.refused.len()), (4, 0), "{report:?}");
        cases.reload().await.unwrap();
        let files = tempfile::tempdir().unwrap();
        let router = router(&world, &cases, &locator, &vault, files.path(), wishes);
        Self {
            world,
            cases,
            locator,
            router,
            _files: files,
        }
    }

    pub(crate) fn community(&self, code: &str) -> CommunityId {
        CommunityId(self.world.areas.load().by_code(code).unwrap().id.0)
    }

    /// A key with one role in one area.
    pub(crate) async fn key(&self, role: Role, area: &str) -> String {
        self.key_of(role, area, None).await
    }

    /// The same, acting for an organisation.
    pub(crate) async fn key_of(
        &self,
        role: Role,
        area: &str,
        organisation: Option<Uuid>,
    ) -> String {
        let area = self.world.areas.load().by_code(area).unwrap().id;
        let grants = vec![Grant {
            role,
            area,
            organisation,
        }];
        let command = CreateApiKey {
            name: "随手拍".into(),
            kind: KeyKind::Open311,
            grants,
        };
        self.world
            .db()
            .execute(&self.world.service(), command)
            .await
            .unwrap()
            .key
    }

    /// A report from another source, as the house itself files it.
    pub(crate) async fn report(
        &self,
        source: Source,
        category: &str,
        text: &str,
        place: PlaceInput,
    ) -> Reported {
        let new = NewCase {
            source,
            text: text.into(),
            category: category.into(),
            urgency: Urgency::Normal,
            place,
            reporter: None,
            contact: None,
            answers: if category == "P-1" {
                [("pole".to_owned(), "7".into())].into()
            } else {
                Default::default()
            },
            external_key: None,
            call: None,
        };
        let report = prepare(&self.cases, new).unwrap();
        self.world
            .db()
            .execute(&self.world.service(), report)
            .await
            .unwrap()
    }

    /// One step by Youlin itself, which may take every step.
    pub(crate) async fn act(&self, case: &str, verb: Verb) {
        let act = Act {
            cases: Arc::clone(&self.cases),
            community: self.community("A"),
            case: case.parse().unwrap(),
            version: None,
            verb,
            via: Via::Account,
        };
        self.world.clock.advance(Micros::MINUTE);
        self.world
            .db()
            .execute(&self.world.service(), act)
            .await
            .unwrap();
    }

    /// The whole way to its verified end.
    pub(crate) async fn finish(&self, case: &str) {
        let lead = Assignment {
            party: Party::person(Uuid::from_u128(7)),
            text: String::new(),
        };
        self.act(case, Verb::Accept).await;
        self.act(
            case,
            Verb::Dispatch {
                lead,
                supporting: Vec::new(),
            },
        )
        .await;
        self.act(case, Verb::Start).await;
        self.act(
            case,
            Verb::Handled {
                text: "换了灯泡".into(),
            },
        )
        .await;
        let verify = Verb::Verify {
            method: VerifyMethod::OnTheSpot,
            passed: true,
            responded: None,
            solved: Some(true),
            satisfied: None,
            text: "灯亮了".into(),
            thanks: None,
        };
        self.act(case, verify).await;
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// `path` below `/open311/`.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(
            Request::get(format!("/open311/{path}"))
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.post_with(path, fields, &[]).await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = Request::post(format!("/open311/{path}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "https://elsewhere.example.cn");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(form(fields))).unwrap())
            .await
    }

    /// A street light in A1, filed with that key; its id.
    pub(crate) async fn light(&self, key: &str, description: &str) -> String {
        self.light_at(key, IN_A1, description).await
    }

    pub(crate) async fn light_at(&self, key: &str, at: (&str, &str), description: &str) -> String {
        let fields = [
            ("api_key", key),
            ("service_code", "P-1"),
            ("lat", at.0),
            ("long", at.1),
            ("attribute[pole]", "7"),
            ("description", description),
        ];
        self.filed(&fields).await
    }

    pub(crate) async fn filed(&self, fields: &[(&str, &str)]) -> String {
        let reply = self.post("v2/requests.json", fields).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        reply.json()[0]["service_request_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The ids a list shows.
    pub(crate) async fn ids(&self, query: &str) -> Vec<String> {
        let reply = self.get(&format!("v2/requests.json?{query}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        let list = reply.json();
        let ids = list.as_array().unwrap().iter();
        ids.map(|one| one["service_request_id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// One request as a caller with that key (or without one) sees it.
    pub(crate) async fn seen(&self, id: &str, key: Option<&str>) -> Value {
        let key = key.map_or_else(String::new, |key| format!("api_key={key}&"));
        let reply = self
            .get(&format!("v2/requests/{id}.json?{key}extensions=true"))
            .await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json()[0].clone()
    }
}

async fn town(world: &World, locator: &Arc<Locator>) {
    let (db, ctx) = (world.db(), world.service());
    let areas = import::areas(
        db,
        &ctx,
        locator,
        read_csv(AREAS, AREA_COLUMNS).unwrap(),
        false,
    )
    .await
    .unwrap();
    assert_eq!((areas.new, areas.refused.len()), (6, 0), "{areas:?}");
    let drawn = import::boundaries(db, &ctx, locator, boundaries(), Datum::Wgs84, false)
        .await
        .unwrap();
    assert_eq!((drawn.new, drawn.refused.len()), (6, 0), "{drawn:?}");
    let estate = Row::new(
        2,
        &[
            ("key", "e1"),
            ("community_code", "A"),
            ("name", "光明东村"),
            ("aliases", "东村"),
            ("street_address", "青年中路"),
            ("lon", "120.8021"),
            ("lat", "32.0051"),
        ],
    );
    let report = import::estates(db, &ctx, locator, vec![estate], false)
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:?}");
    let building = |line, key, name| {
        let at = [
            ("lon", "120.8021"),
            ("lat", "32.0051"),
            ("floors", "6"),
            ("aliases", ""),
        ];
        Row::new(
            line,
            &[
                [("key", key), ("estate_key", "e1"), ("name", name)].as_slice(),
                &at,
            ]
            .concat(),
        )
    };
    let rows = vec![building(2, "b12", "12号楼"), building(3, "b13", "13号楼")];
    let report = import::buildings(db, &ctx, locator, rows, false)
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:?}");
    let dwelling = Row::new(
        2,
        &[
            ("key", "d304"),
            ("building_key", "b12"),
            ("entrance", "1单元"),
            ("room", "304"),
            ("floor", "3"),
            ("use", "owned"),
            ("area", "88.50"),
        ],
    );
    let report = import::dwellings(db, &ctx, locator, vec![dwelling], false)
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:?}");
}

fn router(
    world: &World,
    cases: &Arc<Cases>,
    locator: &Arc<Locator>,
    vault: &Arc<Vault>,
    files: &std::path::Path,
    wishes: Wishes,
) -> Router {
    let config = WebConfig {
        public_url: "https://youlin.example.cn".to_owned(),
        demo: false,
        cookies: CookiePolicy {
            secure: false,
            idle: 2 * Micros::HOUR,
            absolute: 12 * Micros::HOUR,
        },
        tile_url: None,
        max_upload: 1_000_000,
    };
    let accounts = Arc::new(Accounts::new(world.db().clone(), AccountPolicy::default()));
    let mut store = FilesConfig::folder(files);
    store.max_bytes = 300_000;
    let mut builder = AppBuilder::new(
        world.db().clone(),
        Arc::clone(&world.areas),
        Arc::<ManualClock>::clone(&world.clock),
        Arc::<dyn Entropy>::clone(&world.entropy),
        Arc::new(catalogues()),
        config,
        Arc::<Accounts>::clone(&accounts),
        RateLimits::per_minute(wishes.public.1, wishes.public.0, 10),
    )
    .with(accounts)
    .with(Arc::clone(vault))
    .with(Arc::clone(locator))
    .with(Arc::clone(cases))
    .with(Arc::new(FileStore::open(store).unwrap()));
    if let Some(settings) = wishes.settings {
        builder = builder.with(Arc::new(settings));
    }
    let info = utoipa::openapi::Info::new("test", "0");
    youlin_web::build(builder.finish(), vec![youlin_open311::module()], info).router
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(
            self.header("content-type"),
            "application/json; charset=utf-8",
            "{}",
            self.text()
        );
        serde_json::from_slice(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn xml(&self) -> xml::Element {
        assert_eq!(
            self.header("content-type"),
            "text/xml; charset=utf-8",
            "{}",
            self.text()
        );
        xml::document(&self.text())
    }

    /// The codes of a JSON refusal, after checking its form.
    #[track_caller]
    pub(crate) fn errors(&self) -> Vec<(u64, String)> {
        let list = self.json();
        let list = list
            .as_array()
            .unwrap_or_else(|| panic!("no list: {}", self.text()));
        assert!(!list.is_empty());
        list.iter()
            .map(|one| {
                assert_eq!(one.as_object().unwrap().len(), 2, "{one}");
                let said = one["description"].as_str().unwrap().to_owned();
                let plain = said.rsplit(": ").next().unwrap_or_default();
                assert!(
                    !plain.starts_with("open311-") && !plain.starts_with("field-"),
                    "words are missing: {said}"
                );
                assert!(!said.starts_with("problem-"), "words are missing: {said}");
                (one["code"].as_u64().unwrap(), said)
            })
            .collect()
    }
}

/// `application/x-www-form-urlencoded`.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                    char::from(byte).to_string()
                }
                b' ' => "+".into(),
                byte => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}
