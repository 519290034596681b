//! A street of two houses in the west of the square town and one in the east, with people for every reason of the story.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Grant, Micros, Result, Role};
use youlin_people::facts::How;
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{
    AskNextTime, Directory, DoorsOf, Home, MembershipRole, PersonInput, Relation, SaveMembership,
    SavePerson, SetLabel,
};
use youlin_places::Locator;
use youlin_places::import::{buildings, dwellings, estates, read_csv};
use youlin_rounds::model::{
    Channel, DoorQuestion, Every, Minimum, Outcome, Policy, RoundKind, SubjectKind, Walkers,
};
use youlin_rounds::visits::{
    DayPlan, Ground as Day, NewVisit, OpenForm, OpenFormSources, OpenForms, day_plan, ground,
    my_visitor, prepare_visit, visitors,
};
use youlin_rounds::{HandedIn, Rounds, SavePolicy};
use youlin_testkit::TestDatabase;
use youlin_testkit::town::at;

use crate::ground::Ground;

pub(crate) struct Street {
    pub(crate) ground: Ground,
    /// People by name.
    pub(crate) people: HashMap<&'static str, Uuid>,
    pub(crate) worker: Ctx,
}

/// Forms as the floor above would say them, from what people holds.
pub(crate) struct Form37(
    pub(crate) Arc<youlin_people::Vault>,
    pub(crate) youlin_database::Database,
);

impl OpenForms for Form37 {
    fn open<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
        of: &'a BTreeSet<Uuid>,
    ) -> BoxFuture<'a, Result<HashMap<Uuid, Vec<OpenForm>>>> {
        async move {
            let scope = ctx.scope(&PEOPLE_READ)?;
            let open =
                Directory::open_questions(self.1.read(), &self.0, &scope, community, of).await?;
            let mut all: HashMap<Uuid, Vec<OpenForm>> = HashMap::new();
            for one in open {
                all.entry(one.person).or_default().push(OpenForm {
                    title: "37 号表".into(),
                    questions: 1,
                });
            }
            Ok(all)
        }
        .boxed()
    }
}

/// Grid workers visit the households a question means, once a month.
pub(crate) fn every_month(from: jiff::civil::Date, doors: DoorQuestion) -> Policy {
    Policy {
        kind: RoundKind::Visit,
        subjects: SubjectKind::Dwelling,
        walkers: Walkers::GridWorker,
        every: Every::Month,
        count: 1,
        weekdays: 0,
        season: None,
        from,
        to: None,
        minimum: Minimum::default(),
        photographs: 0,
        track: false,
        basis: String::new(),
        doors,
        question: None,
        recheckers: Vec::new(),
        stand_ins: Vec::new(),
        pauses: Vec::new(),
    }
}

/// Where they live, their year of birth, their labels.
const PEOPLE: [(&str, &str, i32, &[&str]); 7] = [
    ("周福生", "东一村1号楼101", 1942, &["living_alone"]),
    ("王桂芳", "东一村1号楼102", 1970, &[]),
    ("王小明", "东一村1号楼102", 1999, &[]),
    ("李建国", "东一村2号楼101", 1960, &[]),
    ("李春", "东一村2号楼101", 1962, &[]),
    ("远方", "西一村1号楼101", 1940, &["living_alone"]),
    ("远亲", "西一村1号楼101", 1941, &[]),
];

impl Street {
    pub(crate) async fn new(base: TestDatabase) -> Self {
        let ground = Ground::new(base).await;
        let (db, ctx) = (ground.world.db(), ground.world.service());
        let locator: &Arc<Locator> = ground.cases.locator();
        let point = |east: f64, north: f64| {
            let (lon, lat) = at(east, north);
            format!("{lon},{lat}")
        };
        let rows = |text: &str| read_csv(text, &["key"]).unwrap();
        let text = format!(
            "key,community_code,name,aliases,street_address,built_year,lon,lat,neighbourhood_code\n\
             e,A,东一村,,,1990,{},A1\nw,A,西一村,,,1990,{},A2\n",
            point(2.0, 2.0),
            point(8.0, 2.0)
        );
        let done = estates(db, &ctx, locator, rows(&text), false)
            .await
            .unwrap();
        assert!(done.is_clean(), "{done:?}");
        let text = format!(
            "key,estate_key,name,aliases,floors,lon,lat,neighbourhood_code\n\
             e1,e,1号楼,,6,{},A1\ne2,e,2号楼,,6,{},A1\nw1,w,1号楼,,6,{},A2\n",
            point(2.0, 2.0),
            point(2.0, 4.0),
            point(8.0, 2.0)
        );
        let done = buildings(db, &ctx, locator, rows(&text), false)
            .await
            .unwrap();
        assert!(done.is_clean(), "{done:?}");
        let text = "key,building_key,entrance,room,floor,use\n\
            e101,e1,,101,1,owned\ne102,e1,,102,1,owned\ne201,e2,,101,1,owned\nw101,w1,,101,1,owned\n";
        let done = dwellings(db, &ctx, locator, rows(text), false)
            .await
            .unwrap();
        assert!(done.is_clean(), "{done:?}");
        locator.reload_addresses(db).await.unwrap();
        let worker = ground.caller(Role::GridWorker, "A1");
        let mut street = Self {
            ground,
            people: HashMap::new(),
            worker,
        };
        for (name, at, born, labels) in PEOPLE {
            let id = street.person(name, at, born, labels).await;
            street.people.insert(name, id);
        }
        street.see_everybody().await;
        street
    }

    pub(crate) fn community(&self) -> CommunityId {
        self.ground.community()
    }

    pub(crate) fn rounds(&self) -> &Arc<Rounds> {
        &self.ground.rounds
    }

    pub(crate) fn home(&self, address: &str) -> Uuid {
        let found = self.ground.cases.locator().candidates(address, None, 1);
        let best = found.first().unwrap_or_else(|| panic!("{address}"));
        best.place.dwelling.unwrap_or_else(|| panic!("{address}"))
    }

    pub(crate) async fn person(
        &self,
        name: &str,
        address: &str,
        born: i32,
        labels: &[&str],
    ) -> Uuid {
        let save = SavePerson {
            vault: Arc::clone(&self.ground.vault),
            community: self.community(),
            id: None,
            version: None,
            ext_key: None,
            input: PersonInput {
                name: name.into(),
                birth_year: Some(born),
                labels: labels.iter().map(|one| (*one).into()).collect(),
                home: Some(Home {
                    dwelling: self.home(address),
                    relation: Relation::Owner,
                    household_key: None,
                }),
                ..PersonInput::default()
            },
        };
        let world = &self.ground.world;
        world.db().execute(&world.service(), save).await.unwrap()
    }

    /// Everybody was met long enough ago that nobody is new, and not so long that anybody was missed.
    async fn see_everybody(&self) {
        self.ground.world.clock.advance(100 * Micros::DAY);
        for address in [
            "东一村1号楼101",
            "东一村1号楼102",
            "东一村2号楼101",
            "西一村1号楼101",
        ] {
            let visit = youlin_people::VisitDwelling {
                vault: Arc::clone(&self.ground.vault),
                dwelling: self.home(address),
                outcome: youlin_people::VisitOutcome::Confirmed,
            };
            let world = &self.ground.world;
            world.db().execute(&world.service(), visit).await.unwrap();
        }
        self.ground.world.clock.advance(8 * Micros::DAY);
    }

    pub(crate) async fn label(&self, name: &str, label: &str) {
        let set = SetLabel {
            vault: Arc::clone(&self.ground.vault),
            community: self.community(),
            person: self.people[name],
            label: label.into(),
            how: How::Desk,
            on: true,
        };
        let world = &self.ground.world;
        world.db().execute(&world.service(), set).await.unwrap();
    }

    /// A policy by which everybody from that age on is visited each month.
    pub(crate) async fn monthly(&self, title: &str, age: u32) -> Uuid {
        let world = &self.ground.world;
        let doors = DoorQuestion {
            age_from: Some(age),
            ..DoorQuestion::default()
        };
        let save = SavePolicy {
            community: self.community(),
            known: None,
            title: title.into(),
            policy: every_month(world.service().now().date(), doors),
            subjects: Vec::new(),
            fixer: None,
            checklist: None,
        };
        world.db().execute(&world.service(), save).await.unwrap()
    }

    /// One question of form 37.
    pub(crate) async fn ask(&self, name: &str) {
        let ask = AskNextTime {
            community: self.community(),
            form: Uuid::from_u128(37),
            questions: vec![("diet".into(), "饮食禁忌".into())],
            persons: vec![self.people[name]],
        };
        let world = &self.ground.world;
        world.db().execute(&world.service(), ask).await.unwrap();
    }

    /// A grid worker with an account, in office in that grid.
    pub(crate) async fn in_office(&self, name: &str, code: &str) -> (Uuid, Ctx) {
        let person = self.person(name, "西一村1号楼101", 1985, &[]).await;
        let world = &self.ground.world;
        let save = SaveMembership {
            vault: Arc::clone(&self.ground.vault),
            person,
            role: MembershipRole::GridWorker,
            area: self.ground.id(code),
            organisation: None,
            duty_phone: None,
            person_community: self.community(),
            valid_from: None,
        };
        world.db().execute(&world.service(), save).await.unwrap();
        let grants = ["A1", "A2"].map(|code| Grant {
            role: Role::GridWorker,
            area: self.ground.id(code),
            organisation: None,
        });
        let own = grants
            .into_iter()
            .filter(|one| one.area == self.ground.id(code));
        (person, world.caller_with(own.collect(), Some(person)))
    }

    pub(crate) fn sources(&self) -> OpenFormSources {
        let form = Form37(
            Arc::clone(&self.ground.vault),
            self.ground.world.db().clone(),
        );
        OpenFormSources(vec![Arc::new(form)])
    }

    pub(crate) async fn day(&self, ctx: &Ctx) -> Day {
        self.day_of(ctx, &DoorsOf::All).await
    }

    pub(crate) async fn day_of(&self, ctx: &Ctx, which: &DoorsOf) -> Day {
        let scope = ctx.scope(&PEOPLE_READ).unwrap();
        let (db, sources) = (self.ground.world.db(), self.sources());
        ground(
            self.rounds(),
            db,
            ctx,
            &scope,
            Some(&sources),
            (self.community(), which),
        )
        .await
        .unwrap()
    }

    /// The plan of one caller; whichever way its doors are read, it is the same.
    pub(crate) async fn plan(&self, ctx: &Ctx) -> DayPlan {
        let day = self.day(ctx).await;
        let db = self.ground.world.db();
        let scope = ctx.scope(&PEOPLE_READ).unwrap();
        let all = visitors(self.rounds(), db, ctx, self.community())
            .await
            .unwrap();
        let asking = (&scope, self.community());
        let me = my_visitor(self.rounds(), db, ctx, asking, &all)
            .await
            .unwrap()
            .visitor;
        let which = DoorsOf::Areas(me.areas().collect());
        let own = self.day_of(ctx, &which).await;
        let own = day_plan(&own, std::slice::from_ref(&me), None, ctx.now());
        let plan = day_plan(&day, &[me], None, ctx.now());
        assert_eq!(own.rounds, plan.rounds);
        plan
    }

    /// Address of each proposed visit with the codes of its reasons.
    pub(crate) async fn proposed(&self, ctx: &Ctx) -> Vec<(String, Vec<&'static str>)> {
        let plan = self.plan(ctx).await;
        let visits = plan.rounds[0].stops.iter().flat_map(|stop| &stop.visits);
        visits
            .map(|visit| {
                let codes = visit.whys.iter().map(|why| why.code).collect();
                (visit.address.clone(), codes)
            })
            .collect()
    }

    pub(crate) fn visit(&self, address: &str, outcome: Outcome) -> NewVisit {
        let now = self.ground.world.service().now();
        NewVisit {
            id: self.ground.world.service().new_id(),
            dwelling: self.home(address),
            outcome,
            channel: Channel::Page,
            policy: None,
            began_at: now,
            ended_at: now,
            sent_at: None,
            text: String::new(),
            reason: String::new(),
            try_again_at: None,
            lived: None,
            shown: None,
            learnt: Vec::new(),
            gone: Vec::new(),
            problem: None,
            reporter: None,
            photographs: 0,
        }
    }

    pub(crate) async fn record(&self, ctx: &Ctx, new: NewVisit) -> Result<HandedIn> {
        let db = self.ground.world.db();
        let command = prepare_visit(self.rounds(), db, ctx, new).await?;
        db.execute(ctx, command).await
    }
}
