//! The ground the stories play on: a square town, four categories, keys, and a client that speaks HTTP in process.

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;
use youlin_cases::model::{Assignment, Source, Urgency, Verb, VerifyMethod};
use youlin_cases::{Act, Cases, CasesSettings, ImportCategories, NewCase, Reported, Via, prepare};
use youlin_crypto::Keyring;
use youlin_kernel::{AreaTree, CommunityId, Grant, ManualClock, Micros, Role};
use youlin_open311::Open311Settings;
use youlin_people::{CreateApiKey, KeyKind, Party, Vault};
use youlin_places::{Locator, PlaceInput};
use youlin_testkit::{TestDatabase, World};

use crate::reply::Reply;
use crate::town::{categories, migrations, router, town};

/// A point in the middle of grid A1, in A2, and in community B: latitude and longitude as Open311 sends them.
pub(crate) const IN_A1: (&str, &str) = ("32.005123456", "120.802123456");
pub(crate) const IN_A2: (&str, &str) = ("32.005", "120.807");
pub(crate) const IN_B: (&str, &str) = ("32.015", "120.805");

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
        self.send(
            request
                .body(Body::from(youlin_testkit::web::form(fields)))
                .unwrap(),
        )
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
