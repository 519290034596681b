//! A community A with two grids, a wheelchair, a meeting room, neighbours, and callers with keys.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;
use youlin_cases::model::{Source, Urgency};
use youlin_cases::{CaseSections, Cases, CasesSettings, ImportCategories, NewCase, prepare};
use youlin_crypto::Keyring;
use youlin_kernel::{AreaId, AreaTree, CommunityId, Ctx, Grant, ManualClock, Micros, Role};
use youlin_people::{
    MembershipRole, OrganisationKind, Party, PersonInput, SaveOrganisation, SavePerson, Vault,
};
use youlin_places::import::{self, AREA_COLUMNS, read_csv};
use youlin_places::{Locator, PlaceInput};
use youlin_sharing::model::{Opening, ResourceKind, read_spans};
use youlin_sharing::{
    Asker, BookLoan, Borrower, Contact, ResourceInput, SaveResource, Sharing, UsedInCase,
};
use youlin_testkit::web::{Keys, account, catalogues, form, web_config, wide_limits};
use youlin_testkit::{TestDatabase, World, databases};
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
const CATEGORIES: &str = r#"{"categories":[{"code":"E-0699","class":"event","group":"其他","name":"其他事件",
"keywords":[],"limit":{"amount":24,"unit":"hours"},"accept_limit":{"amount":1,"unit":"hours"}}]}"#;

pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) vault: Arc<Vault>,
    pub(crate) sharing: Arc<Sharing>,
    pub(crate) cases: Arc<Cases>,
    pub(crate) desk: Ctx,
    pub(crate) law_firm: Uuid,
    keys: Vec<(String, SignedIn)>,
    router: Router,
}

pub(crate) async fn grounds() -> Vec<Ground> {
    let mut all = Vec::new();
    for base in databases().await {
        all.push(Ground::new(base).await);
    }
    all
}

impl Ground {
    async fn new(base: TestDatabase) -> Self {
        let migrations = [
            youlin_web::SESSION_MIGRATIONS,
            youlin_places::MIGRATIONS,
            youlin_people::MIGRATIONS,
            youlin_cases::MIGRATIONS,
            youlin_sharing::MIGRATIONS,
        ]
        .concat();
        let world = World::new(base, &migrations).await;
        world.areas.store(Arc::new(AreaTree::default()));
        let clock = Arc::<ManualClock>::clone(&world.clock);
        let locator = Locator::load_with_clock(world.db(), Arc::clone(&world.areas), clock)
            .await
            .unwrap();
        let rows = read_csv(AREAS, AREA_COLUMNS).unwrap();
        let report = import::areas(world.db(), &world.service(), &locator, rows, false).await;
        assert!(report.unwrap().is_clean());
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
        let db = world.db().clone();
        let cases = Cases::load(
            db.clone(),
            Arc::clone(&locator),
            Arc::clone(&vault),
            settings,
        )
        .await
        .unwrap();
        let categories = ImportCategories {
            text: CATEGORIES.into(),
            dry_run: false,
        };
        db.execute(&ctx, categories).await.unwrap();
        cases.reload().await.unwrap();
        let sharing = Sharing::new(db.clone(), Arc::clone(&cases));
        let id = |code: &str| world.areas.load().by_code(code).unwrap().id;
        let law_firm = SaveOrganisation {
            vault: Arc::clone(&vault),
            id: None,
            version: None,
            ext_key: None,
            kind: OrganisationKind::Other,
            name: "甲律师事务所".into(),
            area: id("A"),
            phone: None,
            email: None,
            credit_code: None,
            closed: false,
        };
        let law_firm = db.execute(&world.service(), law_firm).await.unwrap();
        let grant = |role, code: &str, organisation| Grant {
            role,
            area: id(code),
            organisation,
        };
        let keys = vec![
            account(1, "desk", grant(Role::CommunityDesk, "A", None)),
            account(2, "lead", grant(Role::CommunityLead, "A", None)),
            account(3, "worker", grant(Role::GridWorker, "A1", None)),
            account(4, "lawyer", grant(Role::Partner, "A", Some(law_firm))),
            account(5, "other", grant(Role::CommunityDesk, "B", None)),
            account(6, "auditor", grant(Role::Auditor, "91", None)),
        ];
        let app = world
            .app(
                catalogues(),
                web_config(),
                Arc::new(Keys(keys.clone())),
                wide_limits(),
            )
            .with(Arc::clone(&vault))
            .with(Arc::clone(&locator))
            .with(Arc::clone(&cases))
            .with(Arc::clone(&sharing))
            .with(Arc::new(CaseSections(vec![Arc::new(UsedInCase(
                Arc::clone(&sharing),
            ))])))
            .finish();
        let info = utoipa::openapi::Info::new("test", "0");
        let modules = vec![youlin_cases::module(), youlin_sharing::module()];
        let router = youlin_web::build(app, &modules, info).router;
        let desk = world.service();
        let mut ground = Self {
            world,
            vault,
            sharing,
            cases,
            desk,
            law_firm,
            keys,
            router,
        };
        ground.desk = ground.as_("desk");
        ground
    }

    pub(crate) fn area(&self, code: &str) -> AreaId {
        self.world.areas.load().by_code(code).unwrap().id
    }

    pub(crate) fn community(&self) -> CommunityId {
        CommunityId(self.area("A").0)
    }

    /// The context of a key's account, now.
    pub(crate) fn as_(&self, key: &str) -> Ctx {
        let (_, who) = self.keys.iter().find(|(name, _)| name == key).unwrap();
        let service = self.world.service();
        service.acting_as(who.actor.clone(), Arc::clone(&who.grants))
    }

    pub(crate) async fn run<C: youlin_database::Command>(
        &self,
        key: &str,
        command: C,
    ) -> youlin_kernel::Result<C::Output> {
        self.world.clock.advance(Micros::SECOND);
        self.world.db().execute(&self.as_(key), command).await
    }

    pub(crate) async fn person(&self, name: &str, labels: &[&str]) -> Uuid {
        let command = SavePerson {
            vault: Arc::clone(&self.vault),
            community: self.community(),
            id: None,
            version: None,
            ext_key: None,
            input: PersonInput {
                name: name.to_owned(),
                labels: labels.iter().map(|label| (*label).to_owned()).collect(),
                ..PersonInput::default()
            },
        };
        let ctx = self.world.service();
        self.world.db().execute(&ctx, command).await.unwrap()
    }

    pub(crate) async fn thing(&self, kind: ResourceKind, name: &str, amount: u32) -> Uuid {
        let weekly = if kind == ResourceKind::Room {
            let spans = read_spans("8:30-21:00").unwrap();
            (1..=5).map(|day| (day, spans.clone())).collect()
        } else {
            Default::default()
        };
        let command = SaveResource {
            sharing: Arc::clone(&self.sharing),
            id: None,
            version: None,
            ext_key: None,
            input: ResourceInput {
                kind,
                name: name.into(),
                description: String::new(),
                area: self.area("A"),
                building: None,
                address: "服务站".into(),
                amount,
                seats: None,
                contact: Contact::Role(MembershipRole::GridWorker),
                key_keeper: None,
                opening: Opening {
                    weekly,
                    ..Opening::default()
                },
            },
        };
        self.run("desk", command).await.unwrap()
    }

    pub(crate) async fn case(&self, reporter: Option<Uuid>) -> Uuid {
        let new = NewCase {
            source: Source::Desk,
            text: "老人要去医院，路挖开了".into(),
            category: "E-0699".into(),
            urgency: Urgency::Normal,
            place: PlaceInput {
                area: Some(self.area("A1")),
                ..PlaceInput::default()
            },
            reporter,
            contact: None,
            answers: Default::default(),
            external_key: None,
            call: None,
        };
        let report = prepare(&self.cases, new).unwrap();
        self.run("desk", report).await.unwrap().id
    }

    /// From so many hours on, for so many.
    pub(crate) fn book(
        &self,
        resource: Uuid,
        count: u32,
        (from, hours): (i64, i64),
        borrower: Borrower,
    ) -> BookLoan {
        let from = self.world.service().now().plus(from * Micros::HOUR);
        BookLoan {
            sharing: Arc::clone(&self.sharing),
            community: self.community(),
            resource,
            count,
            from,
            to: from.plus(hours * Micros::HOUR),
            asker: Asker {
                borrower,
                case: None,
                note: "去医院".into(),
            },
        }
    }

    pub(crate) fn firm(&self) -> Borrower {
        Borrower::Party(Party::organisation(self.law_firm))
    }

    pub(crate) async fn get(&self, key: &str, uri: &str) -> (StatusCode, String) {
        let request = Request::get(uri).header(header::ACCEPT, "text/html");
        let got = self.send(key, request, Body::empty()).await;
        (got.0, got.2)
    }

    /// Status, where it leads, and the page.
    pub(crate) async fn post(
        &self,
        key: &str,
        uri: &str,
        fields: &[(&str, &str)],
    ) -> (StatusCode, String, String) {
        let request = Request::post(uri)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(key, request, Body::from(form(fields))).await
    }

    /// An answer of the interface: status and body, `null` where there is none.
    pub(crate) async fn read(&self, key: &str, uri: &str) -> (StatusCode, Value) {
        let request = Request::get(format!("/api/v1/{uri}"));
        let (status, _, text) = self.send(key, request, Body::empty()).await;
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// Something sent to the interface; `once`: its `Idempotency-Key`, none where it is empty.
    pub(crate) async fn write(
        &self,
        key: &str,
        (method, uri): (&str, &str),
        body: &Value,
        once: &str,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/{uri}"))
            .header(header::CONTENT_TYPE, "application/json");
        if !once.is_empty() {
            request = request.header("idempotency-key", once);
        }
        let (status, _, text) = self.send(key, request, Body::from(body.to_string())).await;
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    async fn send(
        &self,
        key: &str,
        request: axum::http::request::Builder,
        body: Body,
    ) -> (StatusCode, String, String) {
        self.world.clock.advance(Micros::SECOND);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        let answer = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
        let (parts, body) = answer.into_parts();
        let location = parts.headers.get(header::LOCATION);
        let location = location.map_or("", |at| at.to_str().unwrap()).to_owned();
        let bytes = to_bytes(body, 1 << 22).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (parts.status, location, text)
    }
}
