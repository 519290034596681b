//! A square town with a river through community A, a team that walks it and a company that cleans it.

use std::sync::Arc;

use uuid::Uuid;
use youlin_cases::model::{Status, Verb};
use youlin_cases::{Act, Acted, Cases, CasesSettings, ImportCategories, Via, standings};
use youlin_crypto::Keyring;
use youlin_kernel::{
    AreaId, AreaTree, CommunityId, Ctx, Grant, ManualClock, Micros, Problem, Result, Role,
};
use youlin_people::{OrganisationKind, Party, SaveOrganisation, Vault};
use youlin_places::import::{self, AREA_COLUMNS, read_csv};
use youlin_places::permissions::PLACES_READ;
use youlin_places::rivers::{Reach, import_reaches, reach, reaches};
use youlin_places::{Datum, Locator};
use youlin_rounds::model::{
    Channel, DoorQuestion, Every, Minimum, Outcome, Policy, RoundKind, Severity, Subject,
    SubjectKind, Walkers,
};
use youlin_rounds::{
    FindingView, HandedIn, NewFinding, NewRound, Rounds, SavePolicy, open_findings, prepare,
};
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

pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) rounds: Arc<Rounds>,
    pub(crate) cases: Arc<Cases>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) reach: Reach,
    pub(crate) team: Party,
    pub(crate) cleaner: Party,
}

impl Ground {
    pub(crate) async fn new(base: TestDatabase) -> Self {
        let migrations = [
            youlin_web::SESSION_MIGRATIONS,
            youlin_places::MIGRATIONS,
            youlin_people::MIGRATIONS,
            youlin_cases::MIGRATIONS,
            youlin_rounds::MIGRATIONS,
        ]
        .concat();
        let world = World::new(base, &migrations).await;
        world.areas.store(Arc::new(AreaTree::default()));
        let clock = Arc::<ManualClock>::clone(&world.clock);
        let locator = Locator::load_with_clock(world.db(), Arc::clone(&world.areas), clock)
            .await
            .unwrap();
        let (db, ctx) = (world.db(), world.service());
        let rows = read_csv(AREAS, AREA_COLUMNS).unwrap();
        import::areas(db, &ctx, &locator, rows, false)
            .await
            .unwrap();
        let town = small_town(&["91", "S1", "A", "B", "A1", "A2"]);
        let drawn = import::boundaries(db, &ctx, &locator, town, Datum::Wgs84, false).await;
        assert!(drawn.unwrap().refused.is_empty());
        let line: Vec<String> = [at(1.0, 5.0), at(5.0, 5.2), at(9.5, 5.0)]
            .map(|(lon, lat)| format!("{lon} {lat}"))
            .into();
        let text = format!(
            "key,community_code,water,name,half_width_m,line,note,chiefs\nr1,A,中心河,东段,6,{},,village:顾建明:村支书:0513-1\n",
            line.join("; ")
        );
        let taken = import_reaches(db, &ctx, &locator, &text, Datum::Wgs84, false).await;
        assert_eq!(taken.unwrap().new, 1);
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
        let cases = Cases::load(db.clone(), locator, Arc::clone(&vault), settings)
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
        db.execute(&ctx, import).await.unwrap();
        cases.reload().await.unwrap();
        let community = world.areas.load().by_code("A").unwrap().id;
        let organisation = |name: &str, kind| SaveOrganisation {
            vault: Arc::clone(&vault),
            id: None,
            version: None,
            ext_key: None,
            kind,
            name: name.into(),
            area: community,
            phone: None,
            email: None,
            credit_code: None,
            closed: false,
        };
        let team = organisation("“绿如蓝”保卫队", OrganisationKind::VolunteerTeam);
        let team = Party::organisation(db.execute(&ctx, team).await.unwrap());
        let cleaner = organisation("河道养护所", OrganisationKind::LineDepartment);
        let cleaner = Party::organisation(db.execute(&ctx, cleaner).await.unwrap());
        let scope = ctx.scope(&PLACES_READ).unwrap();
        let first = reaches(db, &scope).await.unwrap()[0].id;
        let reach = reach(db, &scope, first).await.unwrap();
        Self {
            rounds: Rounds::new(Arc::clone(&cases), Arc::clone(&vault)),
            vault,
            cases,
            reach,
            team,
            cleaner,
            world,
        }
    }

    pub(crate) fn id(&self, code: &str) -> AreaId {
        self.world.areas.load().by_code(code).unwrap().id
    }

    pub(crate) fn community(&self) -> CommunityId {
        self.reach.community
    }

    pub(crate) fn caller(&self, role: Role, code: &str) -> Ctx {
        self.world.caller(role, self.id(code))
    }

    /// Somebody of an organisation, signed in as its partner.
    pub(crate) fn of(&self, party: Party) -> Ctx {
        let grant = Grant {
            role: Role::Partner,
            area: self.id("A"),
            organisation: Some(party.id),
        };
        self.world.caller_with(vec![grant], None)
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject {
            kind: SubjectKind::Reach,
            id: self.reach.id,
        }
    }

    /// The team walks the reach once a week; what it finds goes to the cleaner.
    pub(crate) async fn weekly(&self) -> Uuid {
        let save = SavePolicy {
            community: self.community(),
            known: None,
            title: "“绿如蓝”周六巡河".into(),
            policy: weekly(self.team),
            subjects: Vec::new(),
            fixer: Some(self.cleaner),
            checklist: None,
        };
        let desk = self.caller(Role::CommunityDesk, "A");
        self.world.db().execute(&desk, save).await.unwrap()
    }

    /// A patrol of the page's own words: a little rubbish floating, some on the bank, and two bottles picked up at once.
    pub(crate) fn patrol(&self, policy: Option<Uuid>) -> NewRound {
        let ctx = self.world.service();
        let now = self.world.service().now();
        let found = |category: &str, text: &str, on_spot: bool, east: f64| {
            let (lon, lat) = at(east, 5.1);
            NewFinding {
                id: ctx.new_id(),
                category: category.into(),
                severity: Severity::Low,
                text: text.into(),
                on_spot,
                noted: None,
                lon: Some(lon),
                lat: Some(lat),
                bank: None,
            }
        };
        NewRound {
            id: ctx.new_id(),
            kind: RoundKind::Patrol,
            community: self.community(),
            subject: self.subject(),
            policy,
            outcome: Outcome::Done,
            channel: Channel::Field,
            began_at: now.plus(-50 * Micros::MINUTE),
            ended_at: now.plus(-10 * Micros::MINUTE),
            sent_at: Some(now),
            text: "河面漂浮垃圾少许、河道周边有一些垃圾堆放，暂未发现排污口。请安排相关人员进行现场处理。".into(),
            checklist: None,
            answers: [("floating".to_owned(), "few".into())].into(),
            findings: vec![
                found("E-0104", "河面漂浮垃圾少许", false, 3.0),
                found("E-0105", "河道周边有一些垃圾堆放", false, 6.0),
                found("E-0104", "两个塑料瓶", true, 6.5),
            ],
            reason: String::new(),
            try_again_at: None,
            photographs: 0,
            told_by: None,
            talk: None,
            track: None,
        }
    }

    pub(crate) async fn hand_in(&self, ctx: &Ctx, new: NewRound) -> Result<HandedIn> {
        let db = self.world.db();
        let command = prepare(&self.rounds, db, ctx, new).await?;
        db.execute(ctx, command).await
    }

    pub(crate) async fn act(&self, ctx: &Ctx, case: Uuid, verb: Verb) -> Result<Acted, Problem> {
        let act = Act {
            cases: Arc::clone(&self.cases),
            community: self.community(),
            case,
            version: None,
            verb,
            via: Via::Account,
        };
        self.world.db().execute(ctx, act).await
    }

    pub(crate) async fn status(&self, case: Uuid) -> Status {
        let all = standings(self.world.db(), &[(self.community(), case)]).await;
        all.unwrap()[&case].status
    }

    pub(crate) async fn open(&self) -> Vec<FindingView> {
        let desk = self.caller(Role::CommunityDesk, "A");
        let scope = desk
            .scope(&youlin_rounds::permissions::ROUNDS_READ)
            .unwrap();
        open_findings(self.world.db(), &scope, Some(self.subject()))
            .await
            .unwrap()
    }
}

pub(crate) fn weekly(team: Party) -> Policy {
    Policy {
        kind: RoundKind::Patrol,
        subjects: SubjectKind::Reach,
        walkers: Walkers::Party { party: team },
        every: Every::Week,
        count: 1,
        weekdays: 0b010_0000,
        season: None,
        from: jiff::civil::date(2026, 11, 1),
        to: None,
        minimum: Minimum::default(),
        photographs: 0,
        track: false,
        basis: String::new(),
        doors: DoorQuestion::default(),
        question: None,
    }
}
