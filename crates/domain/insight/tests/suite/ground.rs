//! A square town: community A with grids A1 in the west and A2 in the east, community B in the north; three buildings in
//! A2, one in A1, one in B; people in them.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use serde_json::Value as Json;
use uuid::Uuid;
use youlin_cases::datasets::CasesDataset;
use youlin_cases::{Cases, CasesSettings, ImportCategories};
use youlin_crypto::Keyring;
use youlin_datasets::cube::{
    Answer, Filter, Group, Key, Op, Quantity, Query, RecordRef, Related, Test, Value,
};
use youlin_datasets::{Dataset, Datasets, DatasetsSettings};
use youlin_kernel::{AreaId, AreaTree, CommunityId, Ctx, ManualClock, Micros, Role};
use youlin_people::datasets::PersonsDataset;
use youlin_people::merchants::MerchantsDataset;
use youlin_people::{Home, PersonInput, Relation, SavePerson, Vault};
use youlin_places::commands::CloseArea;
use youlin_places::datasets::DwellingsDataset;
use youlin_places::import::{self, AREA_COLUMNS, read_csv};
use youlin_places::{Datum, Locator};
use youlin_testkit::town::{at, collection, feature, small_town, square};
use youlin_testkit::{TestDatabase, World, databases};

const AREAS: &str = "\
code,scheme,scheme_version,level,parent_code,name,name_en,short
91,t,1,district,,测试区,Test District,测试区
S1,t,1,subdistrict,91,一街道,First,一
A,t,1,community,S1,甲社区,A Community,甲
B,t,1,community,S1,乙社区,B Community,乙
A1,t,1,grid,A,甲一网格,A1,甲一
A2,t,1,grid,A,甲二网格,A2,甲二
";
const SPLIT: &str = "\
code,scheme,scheme_version,level,parent_code,name,name_en,short
A3,t,1,grid,A,甲三网格,A3,甲三
A4,t,1,grid,A,甲四网格,A4,甲四
";
const CATEGORIES: &str = r#"{"categories":[{"code":"E-0699","class":"event","group":"其他","name":"其他事件",
"keywords":[],"limit":{"amount":24,"unit":"hours"},"accept_limit":{"amount":1,"unit":"hours"}}]}"#;

pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) vault: Arc<Vault>,
    pub(crate) locator: Arc<Locator>,
    pub(crate) cases: Arc<Cases>,
    pub(crate) datasets: Arc<Datasets>,
}

pub(crate) async fn grounds() -> Vec<Ground> {
    let mut all = Vec::new();
    for base in databases().await {
        all.push(Ground::new(base).await);
    }
    all
}

/// Sixteen towns on SQLite, to each of which something else happens; what does not hold is told with the fewest steps to it.
pub(crate) fn random_histories<S: Strategy>(
    step: S,
    holds: impl AsyncFn(&Ground, &[S::Value]) -> Result<(), String>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(Config {
        cases: 16,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    });
    let steps = prop::collection::vec(step, 6..18);
    let ran = runner.run(&steps, |steps| {
        runtime
            .block_on(async { holds(&Ground::sqlite().await, &steps).await })
            .map_err(TestCaseError::fail)
    });
    match ran {
        Ok(()) => {}
        Err(TestError::Fail(why, steps)) => panic!("{why}\nsteps: {steps:?}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

impl Ground {
    /// On SQLite alone, for many runs.
    pub(crate) async fn sqlite() -> Self {
        Self::new(youlin_testkit::sqlite().await).await
    }

    async fn new(base: TestDatabase) -> Self {
        let migrations = [
            youlin_web::SESSION_MIGRATIONS,
            youlin_places::MIGRATIONS,
            youlin_people::MIGRATIONS,
            youlin_cases::MIGRATIONS,
            youlin_insight::MIGRATIONS,
        ]
        .concat();
        let world = World::new(base, &migrations).await;
        world.areas.store(Arc::new(AreaTree::default()));
        let clock = Arc::<ManualClock>::clone(&world.clock);
        let locator = Locator::load_with_clock(world.db(), Arc::clone(&world.areas), clock)
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
        let (db, places) = (world.db().clone(), Arc::clone(&locator));
        let cases = Cases::load(db.clone(), places, Arc::clone(&vault), settings)
            .await
            .unwrap();
        let import = ImportCategories {
            text: CATEGORIES.into(),
            dry_run: false,
        };
        db.execute(&ctx, import).await.unwrap();
        cases.reload().await.unwrap();
        let sets: Vec<Arc<dyn Dataset>> = vec![
            Arc::new(PersonsDataset(Arc::clone(&vault))),
            Arc::new(DwellingsDataset(Arc::clone(&locator))),
            Arc::new(CasesDataset(Arc::clone(&cases))),
            Arc::new(youlin_insight::AnswersDataset),
            Arc::new(MerchantsDataset(Arc::clone(&vault))),
        ];
        let datasets = Datasets::new(
            db,
            Arc::clone(&world.areas),
            sets,
            DatasetsSettings::default(),
        );
        Self {
            vault,
            locator,
            cases,
            datasets: Arc::new(datasets),
            world,
        }
    }

    pub(crate) fn id(&self, code: &str) -> AreaId {
        self.world.areas.load().by_code(code).unwrap().id
    }

    pub(crate) fn community(&self, code: &str) -> CommunityId {
        CommunityId(self.id(code).0)
    }

    pub(crate) fn caller(&self, role: Role, code: &str) -> Ctx {
        self.world.caller(role, self.id(code))
    }

    pub(crate) fn home(&self, text: &str) -> Uuid {
        let found = self.locator.candidates(text, None, 1);
        found
            .first()
            .unwrap_or_else(|| panic!("{text}"))
            .place
            .dwelling
            .unwrap()
    }

    pub(crate) async fn person(&self, name: &str, born: i32, labels: &[&str], home: &str) -> Uuid {
        let community = if home.starts_with('乙') { "B" } else { "A" };
        self.save(
            community,
            None,
            person(name, born, labels, Some(self.home(home))),
        )
        .await
    }

    pub(crate) async fn save(&self, community: &str, id: Option<Uuid>, input: PersonInput) -> Uuid {
        self.world.clock.advance(Micros::SECOND);
        let command = SavePerson {
            vault: Arc::clone(&self.vault),
            community: self.community(community),
            id,
            version: None,
            ext_key: None,
            input,
        };
        self.world
            .db()
            .execute(&self.world.service(), command)
            .await
            .unwrap()
    }

    pub(crate) async fn answer(&self, ctx: &Ctx, query: &Query) -> Answer {
        self.datasets
            .ask(ctx, query.clone())
            .await
            .unwrap()
            .answer()
            .await
            .unwrap()
    }

    pub(crate) async fn evidence(&self, ctx: &Ctx, query: &Query, cell: &[Key]) -> Vec<RecordRef> {
        let asked = self.datasets.ask(ctx, query.clone()).await.unwrap();
        asked.evidence(cell.to_vec(), false).await.unwrap()
    }

    /// Figures by grid, by the code of the grid; every one of them opened and counted.
    pub(crate) async fn by_grid(&self, ctx: &Ctx, query: &Query) -> Vec<(String, u64)> {
        let query = Query {
            group: vec![Group {
                dim: "area".into(),
                level: Some(5),
                ..Group::default()
            }],
            ..query.clone()
        };
        let answer = self.answer(ctx, &query).await;
        let tree = self.world.areas.load_full();
        let mut all = Vec::new();
        for cell in answer.cells {
            assert_eq!(
                self.evidence(ctx, &query, &cell.keys).await.len() as u64,
                cell.figure.count
            );
            let code = match &cell.keys[0] {
                Some(Value::Number(id)) => tree.get(AreaId(*id)).unwrap().code.clone(),
                _ => "-".to_owned(),
            };
            all.push((code, cell.figure.count));
        }
        all.sort();
        all
    }

    /// Building 1 of an estate is entered again at another position.
    pub(crate) async fn assign(&self, name: &str, key: &str, east: f64, north: f64) {
        self.world.clock.advance(Micros::MINUTE);
        let (lon, lat) = at(east, north);
        let rows = format!(
            "key,estate_key,name,aliases,floors,lon,lat,neighbourhood_code\n{key}1,{key},1号楼,,6,{lon},{lat},\n"
        );
        let rows = read_csv(&rows, &["key"]).unwrap();
        let (db, ctx) = (self.world.db(), self.world.service());
        let report = import::buildings(db, &ctx, &self.locator, rows, false)
            .await
            .unwrap();
        assert!(
            report.is_clean() && report.changed == 1,
            "{name}: {report:?}"
        );
    }

    /// Grid A2 becomes A3 in its west and A4 in its east, from today on.
    pub(crate) async fn split(&self) {
        let (db, ctx) = (self.world.db(), self.world.service());
        let close = CloseArea {
            area: self.id("A2"),
            version: 1,
            reason: "拆成两个网格".into(),
            into: None,
            duties: youlin_places::duties::AreaDuties {
                follows: vec![Arc::new(youlin_cases::CasesFollow)],
                ..Default::default()
            },
        };
        db.execute(&ctx, close).await.unwrap();
        self.locator.reload_areas(db).await.unwrap();
        let rows = read_csv(SPLIT, AREA_COLUMNS).unwrap();
        let report = import::areas(db, &self.world.service(), &self.locator, rows, false)
            .await
            .unwrap();
        assert!(report.is_clean(), "{report:?}");
        self.locator.reload_areas(db).await.unwrap();
        let today = ctx.now().local().date().to_string();
        let shapes = collection(vec![
            feature("A3", &today, square(5.0, 0.0, 7.0, 10.0)),
            feature("A4", &today, square(7.0, 0.0, 10.0, 10.0)),
        ]);
        let report = import::boundaries(
            db,
            &self.world.service(),
            &self.locator,
            shapes,
            Datum::Wgs84,
            false,
        )
        .await
        .unwrap();
        assert!(report.is_clean(), "{report:?}");
        self.locator.reload_areas(db).await.unwrap();
    }
}

pub(crate) fn person(name: &str, born: i32, labels: &[&str], home: Option<Uuid>) -> PersonInput {
    PersonInput {
        name: name.to_owned(),
        birth_year: Some(born),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        home: home.map(|dwelling| Home {
            dwelling,
            relation: Relation::Owner,
            household_key: None,
        }),
        ..PersonInput::default()
    }
}

async fn town(world: &World, locator: &Locator) {
    let db = world.db();
    let rows = read_csv(AREAS, AREA_COLUMNS).unwrap();
    let report = import::areas(db, &world.service(), locator, rows, false)
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:?}");
    let shapes = small_town(&["91", "S1", "A", "B", "A1", "A2"]);
    let report = import::boundaries(db, &world.service(), locator, shapes, Datum::Wgs84, false)
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:?}");
    let mut estates = String::from(
        "key,community_code,name,aliases,street_address,built_year,lon,lat,neighbourhood_code\n",
    );
    let mut buildings =
        String::from("key,estate_key,name,aliases,floors,lon,lat,neighbourhood_code\n");
    let mut dwellings = String::from("key,building_key,entrance,room,floor,use\n");
    let spots = [
        ("w", "A", "甲西村", 2.0, 2.0),
        ("m", "A", "甲中村", 6.0, 2.0),
        ("e", "A", "甲东村", 8.0, 2.0),
        ("o", "A", "甲远村", 9.0, 8.0),
        ("n", "B", "乙村", 2.0, 15.0),
    ];
    for (key, community, name, east, north) in spots {
        let (lon, lat) = at(east, north);
        estates.push_str(&format!("{key},{community},{name},,,1990,{lon},{lat},\n"));
        buildings.push_str(&format!("{key}1,{key},1号楼,,6,{lon},{lat},\n"));
        for room in 101..105 {
            dwellings.push_str(&format!("{key}{room},{key}1,,{room},1,owned\n"));
        }
    }
    use youlin_places::import::{
        buildings as put_buildings, dwellings as put_dwellings, estates as put_estates,
    };
    let rows = |text: &str| read_csv(text, &["key"]).unwrap();
    let ctx = world.service();
    for report in [
        put_estates(db, &ctx, locator, rows(&estates), false)
            .await
            .unwrap(),
        put_buildings(db, &ctx, locator, rows(&buildings), false)
            .await
            .unwrap(),
        put_dwellings(db, &ctx, locator, rows(&dwellings), false)
            .await
            .unwrap(),
    ] {
        assert!(report.is_clean(), "{report:?}");
    }
    locator.reload_addresses(db).await.unwrap();
}

pub(crate) fn test(dim: &str, op: Op, value: impl Into<Value>) -> Filter {
    Filter::Test(Test {
        dim: dim.into(),
        op,
        values: vec![value.into()],
    })
}

/// Over 80, living alone, nobody trained in first aid in the same building.
pub(crate) fn story() -> Query {
    Query {
        dataset: "persons".into(),
        filter: Filter::All(vec![
            test("age", Op::Ge, 80),
            test("labels", Op::Is, "living_alone"),
            Filter::Related(Related {
                quantity: Quantity::None,
                dataset: "persons".into(),
                sharing: "building".into(),
                filter: Box::new(test("labels", Op::Is, "talent:first_aid")),
            }),
        ]),
        ..Query::default()
    }
}

pub(crate) fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
