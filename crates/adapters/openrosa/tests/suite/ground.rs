//! A square town with a river through community A, two who walk it and one who does not, and the router in process.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;
use youlin_cases::{Cases, CasesSettings, ImportCategories};
use youlin_crypto::Keyring;
use youlin_files::{FileStore, FilesConfig};
use youlin_kernel::{AccountActor, Actor, AreaTree, CommunityId, Ctx, Grant, ManualClock, Role};
use youlin_openrosa::{MakeToken, OpenRosa};
use youlin_people::{OrganisationKind, Party, SaveOrganisation, Vault};
use youlin_places::import::{self, AREA_COLUMNS, read_csv};
use youlin_places::permissions::PLACES_READ;
use youlin_places::rivers::{Reach, import_reaches, reach, reaches};
use youlin_places::{Datum, Locator};
use youlin_rounds::model::{Every, Minimum, Policy, RoundKind, SubjectKind, Walkers};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{RoundFilter, RoundLine, RoundView, Rounds, SavePolicy, round_view, rounds_of};
use youlin_testkit::town::{at, small_town};
use youlin_testkit::web::{catalogues, web_config, wide_limits};
use youlin_testkit::{TestDatabase, World};
use youlin_web::{AccountSource, SignedIn};

use crate::phone::Phone;

const AREAS: &str = "\
code,scheme,scheme_version,level,parent_code,name,name_en,short
91,t,1,district,,测试区,Test District,测试区
S1,t,1,subdistrict,91,一街道,First,一
A,t,1,community,S1,甲社区,A Community,甲
B,t,1,community,S1,乙社区,B Community,乙
A1,t,1,grid,A,甲一网格,A1,甲一
A2,t,1,grid,A,甲二网格,A2,甲二
";

pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) rounds: Arc<Rounds>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) reach: Reach,
    /// Two of the river team, and a grid worker of the other community.
    pub(crate) walkers: Vec<Ctx>,
    router: Router,
    _files: TempDir,
}

/// Accounts by id.
struct People(Vec<Ctx>);

impl AccountSource for People {
    fn account(&self, id: Uuid) -> BoxFuture<'_, youlin_kernel::Result<Option<SignedIn>>> {
        let found = self.0.iter().find(|ctx| ctx.actor().id() == Some(id));
        let found = found.map(|ctx| SignedIn {
            actor: ctx.actor().clone(),
            grants: ctx.grants().into(),
            locale: None,
            second_factor_required: false,
        });
        async move { Ok(found) }.boxed()
    }

    fn key(&self, _sha256: [u8; 32]) -> BoxFuture<'_, youlin_kernel::Result<Option<SignedIn>>> {
        async { Ok(None) }.boxed()
    }
}

impl Ground {
    pub(crate) async fn new(base: TestDatabase) -> Self {
        let migrations = [
            youlin_web::SESSION_MIGRATIONS,
            youlin_places::MIGRATIONS,
            youlin_people::MIGRATIONS,
            youlin_cases::MIGRATIONS,
            youlin_rounds::MIGRATIONS,
            youlin_openrosa::MIGRATIONS,
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
        let mut config = FilesConfig::folder(files.path());
        config.max_bytes = 300_000;
        let store = FileStore::open(config).unwrap();
        let walkers = walkers(&world);
        let app = world
            .app(
                catalogues(),
                web_config(),
                Arc::new(People(walkers.clone())),
                wide_limits(),
            )
            .with(Arc::clone(&vault))
            .with(locator)
            .with(cases)
            .with(Arc::clone(&rounds))
            .with(OpenRosa::new(Arc::clone(&rounds), Arc::clone(&vault)))
            .with(Arc::new(store))
            .finish();
        let info = utoipa::openapi::Info::new("test", "0");
        Self {
            router: youlin_web::build(app, vec![youlin_openrosa::module()], info).router,
            world,
            rounds,
            vault,
            reach,
            walkers,
            _files: files,
        }
    }

    pub(crate) fn community(&self) -> CommunityId {
        self.reach.community
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A phone of that walker, connected.
    pub(crate) async fn phone(&self, walker: usize) -> Phone {
        let make = MakeToken {
            vault: Arc::clone(&self.vault),
            name: "手机".into(),
        };
        let made = self
            .world
            .db()
            .execute(&self.walkers[walker], make)
            .await
            .unwrap();
        Phone::new(made.id, &format!("/openrosa/{}", made.secret))
    }

    pub(crate) async fn all_rounds(&self) -> Vec<RoundLine> {
        let scope = self.world.service().scope(&ROUNDS_READ).unwrap();
        rounds_of(self.world.db(), &scope, RoundFilter::default())
            .await
            .unwrap()
    }

    pub(crate) async fn round(&self, id: Uuid) -> RoundView {
        let scope = self.world.service().scope(&ROUNDS_READ).unwrap();
        round_view(&self.rounds, self.world.db(), &scope, id)
            .await
            .unwrap()
    }

    /// A weekly patrol of the river; with a company that puts right what is found.
    pub(crate) async fn policy(&self, title: &str, with_fixer: bool) -> Uuid {
        let db = self.world.db();
        let save = SaveOrganisation {
            vault: Arc::clone(&self.vault),
            id: None,
            version: None,
            ext_key: None,
            kind: OrganisationKind::VolunteerTeam,
            name: format!("保洁队{title}"),
            area: self.community().into(),
            phone: None,
            email: None,
            credit_code: None,
            closed: false,
        };
        let company = db.execute(&self.world.service(), save).await.unwrap();
        let party = Party::organisation(company);
        let save = SavePolicy {
            community: self.community(),
            known: None,
            title: title.into(),
            policy: Policy {
                kind: RoundKind::Patrol,
                subjects: SubjectKind::Reach,
                walkers: Walkers::Party { party },
                every: Every::Week,
                count: 1,
                weekdays: 0,
                season: None,
                from: jiff::civil::date(2026, 1, 1),
                to: None,
                minimum: Minimum::default(),
                photographs: 0,
                track: false,
                basis: String::new(),
                doors: youlin_rounds::model::DoorQuestion::default(),
                question: None,
            },
            subjects: Vec::new(),
            fixer: with_fixer.then_some(party),
            checklist: None,
        };
        db.execute(&self.world.service(), save).await.unwrap()
    }

    /// Everything the audit log says of all communities still holds.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        use sea_orm::{ConnectionTrait, Statement};
        let db = self.world.db().read();
        let text = format!("SELECT COUNT(*) AS n FROM {table}");
        let statement = Statement::from_string(db.get_database_backend(), text);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get("", "n").unwrap()
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
        "key,community_code,water,name,half_width_m,line,note,chiefs\nr1,A,中心河,\"东段, 桥北\",6,{},,village:顾建明:村支书:0513-1\n",
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

fn walkers(world: &World) -> Vec<Ctx> {
    let roles = [
        ("顾红", Role::Volunteer, "A"),
        ("陆青", Role::Volunteer, "A"),
        ("外人", Role::GridWorker, "B"),
    ];
    let walker = |(name, role, area): (&str, Role, &str)| {
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
        service.acting_as(actor, [grant].into())
    };
    roles.map(walker).into()
}
