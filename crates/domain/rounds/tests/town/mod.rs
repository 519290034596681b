//! A square town with a river through community A, where tests of rounds begin: this crate's own, and those of the adapters
//! over it, which take this file in by its path.

use std::sync::Arc;

use youlin_cases::{Cases, CasesSettings, ImportCategories};
use youlin_crypto::Keyring;
use youlin_database::Migration;
use youlin_kernel::{AreaId, AreaTree, ManualClock};
use youlin_people::{OrganisationKind, Party, SaveOrganisation, Vault};
use youlin_places::import::{self, AREA_COLUMNS, read_csv};
use youlin_places::permissions::PLACES_READ;
use youlin_places::rivers::{Reach, import_reaches, reach, reaches};
use youlin_places::{Datum, Locator};
use youlin_rounds::Rounds;
use youlin_rounds::model::{DoorQuestion, Every, Minimum, Policy, RoundKind, SubjectKind, Walkers};
use youlin_testkit::town::{at, small_town};
use youlin_testkit::{TestDatabase, World};

const AREAS: &str = "\
code,scheme,scheme_version,level,parent_code,name,name_en,short
91,t,1,district,,测试区,Test District,测试区
S1,t,1,subdistrict,91,一街道,First,一
A,t,1,community,S1,甲社区,A Community,甲
B,t,1,community,S1,乙社区,B Community,乙
A1,t,1,grid,A,甲一网格,A1,甲一
A2,t,1,grid,A,甲二网格,A2,甲二
";

/// See the module's text.
pub(crate) struct RiverTown {
    pub(crate) world: World,
    pub(crate) vault: Arc<Vault>,
    pub(crate) cases: Arc<Cases>,
    pub(crate) rounds: Arc<Rounds>,
    pub(crate) reach: Reach,
}

impl RiverTown {
    /// With the tables of further modules, and a name for its reach of the 中心河.
    pub(crate) async fn new(base: TestDatabase, more: &[Migration], name: &str) -> Self {
        let migrations = [
            youlin_web::SESSION_MIGRATIONS,
            youlin_places::MIGRATIONS,
            youlin_people::MIGRATIONS,
            youlin_cases::MIGRATIONS,
            youlin_rounds::MIGRATIONS,
            more,
        ]
        .concat();
        let world = World::new(base, &migrations).await;
        world.areas.store(Arc::new(AreaTree::default()));
        let clock = Arc::<ManualClock>::clone(&world.clock);
        let locator = Locator::load_with_clock(world.db(), Arc::clone(&world.areas), clock)
            .await
            .unwrap();
        let reach = drawn(&world, &locator, name).await;
        let ctx = world.service();
        let vault = Vault::new(Keyring::generate(&|bytes| ctx.random(bytes)))
            .with_places(Arc::clone(&locator));
        let vault = Arc::new(vault);
        let cases = cases(&world, &locator, &vault).await;
        Self {
            rounds: Rounds::new(Arc::clone(&cases), Arc::clone(&vault)),
            world,
            vault,
            cases,
            reach,
        }
    }
}

/// Areas, their boundaries and the river.
async fn drawn(world: &World, locator: &Arc<Locator>, name: &str) -> Reach {
    let (db, ctx) = (world.db(), world.service());
    let rows = read_csv(AREAS, AREA_COLUMNS).unwrap();
    import::areas(db, &ctx, locator, rows, false).await.unwrap();
    let town = small_town(&["91", "S1", "A", "B", "A1", "A2"]);
    let drawn = import::boundaries(db, &ctx, locator, town, Datum::Wgs84, false).await;
    assert!(drawn.unwrap().refused.is_empty());
    let line: Vec<String> = [at(1.0, 5.0), at(5.0, 5.2), at(9.5, 5.0)]
        .map(|(lon, lat)| format!("{lon} {lat}"))
        .into();
    let text = format!(
        "key,community_code,water,name,half_width_m,line,note,chiefs\nr1,A,中心河,\"{name}\",6,{},,village:顾建明:村支书:0513-1\n",
        line.join("; ")
    );
    let taken = import_reaches(db, &ctx, locator, &text, Datum::Wgs84, false).await;
    assert_eq!(taken.unwrap().new, 1);
    // Of the areas that are there by now.
    let scope = world.service().scope(&PLACES_READ).unwrap();
    let first = reaches(db, &scope).await.unwrap()[0].id;
    reach(db, &scope, first).await.unwrap()
}

/// Cases with the catalogue that is shipped.
async fn cases(world: &World, locator: &Arc<Locator>, vault: &Arc<Vault>) -> Arc<Cases> {
    let settings = CasesSettings {
        hours: youlin_workday::DayHours::default(),
        lines: Vec::new(),
        telephony_secrets: Vec::new(),
        link_days: 14,
        public_url: "http://localhost".into(),
    };
    let (db, vault) = (world.db(), Arc::clone(vault));
    let cases = Cases::load(db.clone(), Arc::clone(locator), vault, settings)
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
    db.execute(&world.service(), import).await.unwrap();
    cases.reload().await.unwrap();
    cases
}

/// An organisation of that area.
pub(crate) async fn organisation(
    world: &World,
    vault: &Arc<Vault>,
    area: impl Into<AreaId>,
    (name, kind): (&str, OrganisationKind),
) -> Party {
    let save = SaveOrganisation {
        vault: Arc::clone(vault),
        id: None,
        version: None,
        ext_key: None,
        kind,
        name: name.into(),
        area: area.into(),
        phone: None,
        email: None,
        credit_code: None,
        closed: false,
    };
    let made = world.db().execute(&world.service(), save).await;
    Party::organisation(made.unwrap())
}

/// They walk the reach once a week, on any day of it.
pub(crate) fn weekly(walkers: Walkers) -> Policy {
    Policy {
        kind: RoundKind::Patrol,
        subjects: SubjectKind::Reach,
        walkers,
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
        doors: DoorQuestion::default(),
        question: None,
        recheckers: Vec::new(),
        stand_ins: Vec::new(),
        pauses: Vec::new(),
    }
}
