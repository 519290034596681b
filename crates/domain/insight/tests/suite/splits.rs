//! Whatever happens to cases and grids (splits, closings, boundaries drawn anew, cases that end and begin again), open cases
//! stand where their place is, and a question asked as of an earlier day answers what it answered on that day.

use std::sync::Arc;

use proptest::prelude::*;
use uuid::Uuid;
use youlin_cases::model::{Assignment, Source, Urgency, Verb, VerifyMethod};
use youlin_cases::{Act, CasesFollow, NewCase, Sweep, Via, case, prepare};
use youlin_datasets::cube::{Group, Query};
use youlin_insight::{Composed, SaveView};
use youlin_kernel::{AreaId, AreaLevel, Clock, Ctx, Micros, Role};
use youlin_people::Party;
use youlin_places::PlaceInput;
use youlin_places::commands::{CloseArea, SplitGrid};
use youlin_places::duties::AreaDuties;
use youlin_places::queries::area_detail;
use youlin_testkit::town::at;

use crate::ground::{Ground, grounds, random_histories};

const HOMES: [&str; 4] = [
    "甲西村1号楼101",
    "甲中村1号楼101",
    "甲东村1号楼102",
    "甲远村1号楼104",
];

/// One thing that happens; numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    Report(usize),
    ReportAt(u8, u8),
    Accept(usize),
    Finish(usize),
    Decline(usize),
    Reopen(usize),
    /// A grid, and which of its buildings go.
    Split(usize, [bool; 4]),
    Close(usize),
    /// A building is entered at another position.
    Rebuild(usize, u8, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let n = || 0..12_usize;
    let east = || 0..10_u8;
    prop_oneof![
        3 => n().prop_map(Step::Report),
        2 => (east(), east()).prop_map(|(x, y)| Step::ReportAt(x, y)),
        2 => n().prop_map(Step::Accept),
        2 => n().prop_map(Step::Finish),
        1 => n().prop_map(Step::Decline),
        3 => n().prop_map(Step::Reopen),
        4 => (n(), any::<[bool; 4]>()).prop_map(|(grid, goes)| Step::Split(grid, goes)),
        1 => n().prop_map(Step::Close),
        1 => (n(), east(), east()).prop_map(|(which, x, y)| Step::Rebuild(which, x, y)),
    ]
}

fn duties() -> AreaDuties {
    AreaDuties {
        follows: vec![Arc::new(CasesFollow)],
        ..AreaDuties::default()
    }
}

fn by(dims: &[(&str, Option<u8>)]) -> Query {
    let group = |(dim, level): &(&str, Option<u8>)| Group {
        dim: (*dim).to_owned(),
        level: *level,
        ..Group::default()
    };
    Query {
        dataset: "cases".into(),
        group: dims.iter().map(group).collect(),
        ..Query::default()
    }
}

impl Ground {
    async fn file(&self, place: PlaceInput) -> Uuid {
        self.world.clock.advance(Micros::MINUTE);
        let new = NewCase {
            source: Source::Desk,
            text: "路灯不亮".into(),
            category: "E-0699".into(),
            urgency: Urgency::Normal,
            place,
            reporter: None,
            contact: None,
            answers: Default::default(),
            external_key: None,
            call: None,
        };
        let report = prepare(&self.cases, new).unwrap();
        let ctx = self.world.service();
        self.world.db().execute(&ctx, report).await.unwrap().id
    }

    async fn at_home(&self, home: &str) -> Uuid {
        let place = PlaceInput {
            dwelling: Some(self.home(home)),
            ..PlaceInput::default()
        };
        self.file(place).await
    }

    /// Whether the case's rules let it happen.
    async fn steps(&self, id: Uuid, verbs: Vec<Verb>) -> bool {
        for verb in verbs {
            self.world.clock.advance(Micros::MINUTE);
            let ctx = self.world.service();
            let view = case(self.world.db(), &self.cases, &ctx, id).await.unwrap();
            let act = Act {
                cases: Arc::clone(&self.cases),
                community: view.row.community,
                case: id,
                version: None,
                verb,
                via: Via::Account,
            };
            if self.world.db().execute(&ctx, act).await.is_err() {
                return false;
            }
        }
        true
    }

    fn open_grids(&self) -> Vec<AreaId> {
        let tree = self.locator.tree();
        let all = tree.subtree(self.id("A"));
        let grid = |id: &AreaId| {
            let node = tree.get(*id).unwrap();
            node.level == AreaLevel::Grid && !node.closed
        };
        all.iter().copied().filter(grid).collect()
    }

    fn buildings_of(&self, grid: AreaId) -> Vec<Uuid> {
        let tree = self.locator.tree();
        let homes = HOMES.map(|home| self.locator.dwelling(self.home(home)).unwrap());
        let inside = homes
            .iter()
            .filter(|place| tree.is_within(place.area(), grid));
        inside.map(|place| place.building.unwrap()).collect()
    }

    async fn split_off(&self, grid: AreaId, buildings: Vec<Uuid>) -> Option<AreaId> {
        let db = self.world.db();
        let split = SplitGrid {
            grid,
            version: area_detail(db, grid).await.unwrap().version,
            name: format!("新网格{}", self.world.clock.now().0 / Micros::MINUTE),
            code: String::new(),
            neighbourhoods: Vec::new(),
            buildings,
            taker: None,
            duties: duties(),
        };
        let admin = self.caller(Role::DistrictOperator, "91");
        let new = db.execute(&admin, split).await.ok();
        self.locator.freshen(db).await.unwrap();
        new
    }

    async fn close_grid(&self, grid: AreaId) {
        let db = self.world.db();
        let close = CloseArea {
            area: grid,
            version: area_detail(db, grid).await.unwrap().version,
            reason: "并入".into(),
            into: None,
            duties: duties(),
        };
        db.execute(&self.world.service(), close).await.unwrap();
        self.locator.freshen(db).await.unwrap();
    }

    async fn happens(&self, cases: &mut Vec<Uuid>, sweep: &Sweep, step: &Step) {
        let one = |n: usize| cases[n % cases.len()];
        match *step {
            Step::Report(n) => cases.push(self.at_home(HOMES[n % HOMES.len()]).await),
            Step::ReportAt(x, y) => {
                let (lon, lat) = at(f64::from(x) + 0.5, f64::from(y) + 0.5);
                let place = PlaceInput {
                    lon: Some(lon),
                    lat: Some(lat),
                    ..PlaceInput::default()
                };
                cases.push(self.file(place).await);
            }
            Step::Accept(n) => {
                self.steps(one(n), vec![Verb::Accept]).await;
            }
            Step::Decline(n) => {
                let reason = "不属于本社区".into();
                self.steps(one(n), vec![Verb::Decline { reason }]).await;
            }
            Step::Reopen(n) => {
                let reason = "又坏了".into();
                self.steps(one(n), vec![Verb::Reopen { reason }]).await;
            }
            Step::Finish(n) => {
                let helper = self.person("陆师傅", 1980, &[], HOMES[0]).await;
                self.steps(one(n), finished(helper)).await;
            }
            Step::Split(n, goes) => {
                let grids = self.open_grids();
                if let Some(grid) = grids.get(n % grids.len().max(1)) {
                    let all = self.buildings_of(*grid).into_iter().zip(goes);
                    let going = all.filter(|(_, goes)| *goes).map(|(id, _)| id).collect();
                    self.split_off(*grid, going).await;
                }
            }
            Step::Close(n) => {
                let grids = self.open_grids();
                if let Some(grid) = grids.get(n % grids.len().max(1)) {
                    self.close_grid(*grid).await;
                }
            }
            Step::Rebuild(n, x, y) => {
                let (name, key) = [("甲中村", "m"), ("甲东村", "e")][n % 2];
                // Never twice the same position: an import that changes nothing would say so.
                let shift = (self.world.clock.now().0 / Micros::DAY % 100) as f64 / 200.0;
                self.assign(name, key, f64::from(x) + shift, f64::from(y) + 0.25)
                    .await;
                self.locator.freshen(self.world.db()).await.unwrap();
            }
        }
        let ctx = self.world.service();
        sweep.sweep(&ctx, self.world.db()).await.unwrap();
    }

    /// Open cases stand where their place is; whoever looks after that grid sees them.
    async fn stand(&self, cases: &[Uuid]) -> Result<(), String> {
        let ctx = self.world.service();
        let tree = self.locator.tree();
        for id in cases {
            let view = case(self.world.db(), &self.cases, &ctx, *id).await.unwrap();
            if view.ended_at.is_some() {
                continue;
            }
            let area = view.row.neighbourhood.or(view.row.grid);
            let area = area.unwrap_or(view.row.community.into());
            let place = view.building.and_then(|id| self.locator.building(id));
            if let Some(place) = place
                && place.area() != area
            {
                return Err(format!("{area:?} is not {place:?}"));
            }
            if tree.get(area).unwrap().closed {
                return Err(format!("{area:?} is closed"));
            }
        }
        Ok(())
    }

    /// What is asked on each day and again later.
    async fn told(&self, desk: &Ctx, as_of: Option<&str>) -> Vec<String> {
        let mut all = Vec::new();
        for query in [
            by(&[("area", Some(5))]),
            by(&[("area", Some(5)), ("status", None)]),
            by(&[("area", Some(4)), ("open", None)]),
        ] {
            let query = Query {
                as_of: as_of.map(str::to_owned),
                ..query
            };
            let answer = self.answer(desk, &query).await;
            for cell in answer.cells {
                let behind = self.evidence(desk, &query, &cell.keys).await;
                assert_eq!(behind.len() as u64, cell.figure.count);
                all.push(format!("{:?}={}", cell.keys, cell.figure.count));
            }
        }
        all
    }

    async fn keeps_its_past(&self, steps: &[Step]) -> Result<(), String> {
        let desk = self.caller(Role::CommunityDesk, "A");
        let sweep = Sweep::new(Arc::clone(&self.cases));
        let mut cases = vec![self.at_home(HOMES[1]).await, self.at_home(HOMES[3]).await];
        let mut told = Vec::new();
        for step in steps {
            self.happens(&mut cases, &sweep, step).await;
            self.stand(&cases)
                .await
                .map_err(|why| format!("after {step:?}: {why}"))?;
            let day = self.world.service().now().local().date().to_string();
            told.push((day, self.told(&desk, None).await, step));
            self.world.clock.advance(Micros::DAY);
        }
        for (day, then, step) in &told {
            let again = self.told(&desk, Some(day)).await;
            if again != *then {
                return Err(format!(
                    "as of {day}, after {step:?}\n then: {then:?}\nagain: {again:?}"
                ));
            }
        }
        Ok(())
    }
}

/// From wherever it is to its verified end.
fn finished(helper: Uuid) -> Vec<Verb> {
    let lead = Assignment {
        party: Party::person(helper),
        text: String::new(),
    };
    let dispatch = Verb::Dispatch {
        lead,
        supporting: Vec::new(),
    };
    let verified = Verb::Verify {
        method: VerifyMethod::OnTheSpot,
        passed: true,
        responded: None,
        solved: None,
        satisfied: None,
        text: "看过了，好了".into(),
        thanks: None,
    };
    let handled = Verb::Handled {
        text: "换了灯".into(),
    };
    vec![dispatch, Verb::Start, handled, verified]
}

#[test]
fn earlier_answers_stay_whatever_happens_to_the_grids() {
    random_histories(step(), async |ground, steps| {
        ground.keeps_its_past(steps).await
    });
}

#[tokio::test]
async fn earlier_answers_stay_on_every_database() {
    let there = [
        Step::Report(2),
        Step::Finish(2),
        Step::ReportAt(8, 8),
        Step::Split(1, [false, true, true, false]),
        Step::Reopen(2),
        Step::Rebuild(0, 1, 1),
        Step::Split(2, [true, false, false, false]),
        Step::Close(0),
        Step::Accept(0),
    ];
    for ground in grounds().await {
        ground.keeps_its_past(&there).await.unwrap();
    }
}

/// The case goes to whoever looks after the new grid; whoever works at it keeps it, and its history says why.
#[tokio::test]
async fn a_case_goes_to_the_new_grid_and_its_lead_keeps_it() {
    for ground in grounds().await {
        let (moves, ends) = (
            ground.at_home("甲东村1号楼102").await,
            ground.at_home("甲东村1号楼101").await,
        );
        let helper = ground.person("陆师傅", 1980, &[], HOMES[0]).await;
        let started: Vec<Verb> = finished(helper).into_iter().take(2).collect();
        assert!(ground.steps(moves, started).await);
        assert!(ground.steps(ends, finished(helper)).await);
        let old = ground.id("A2");
        let east = ground.home("甲东村1号楼102");
        let building = ground.locator.dwelling(east).unwrap().building.unwrap();
        ground.world.clock.advance(Micros::DAY);
        let new = ground.split_off(old, vec![building]).await.unwrap();
        let (db, cases) = (ground.world.db(), &ground.cases);
        let view = |id| {
            let ctx = ground.world.service();
            async move { case(db, cases, &ctx, id).await.unwrap() }
        };
        let (moved, ended) = (view(moves).await, view(ends).await);
        assert_eq!(moved.row.grid, Some(new));
        assert_eq!(ended.row.grid, Some(old));
        assert_eq!(moved.lead, Some(Party::person(helper)));
        assert!(moved.tasks.iter().any(|task| task.party.id == helper));
        let last = moved.events.last().unwrap();
        assert_eq!(last.kind, "moved");
        assert_eq!(last.data["from"], old.0);
        assert_eq!(last.data["to"], new.0);
        assert_eq!(last.data["cause"], "split");
        assert_eq!(last.data["lead"]["id"], helper.to_string());
        // Sight follows.
        for (grid, sees) in [(new, true), (old, false)] {
            let worker = ground.world.caller(Role::GridWorker, grid);
            assert_eq!(case(db, cases, &worker, moves).await.is_ok(), sees);
            assert_eq!(case(db, cases, &worker, ends).await.is_ok(), !sees);
        }
        // An ended case that begins again belongs to the grid its place is in by now.
        let reason = "又不亮了".to_owned();
        assert!(ground.steps(ends, vec![Verb::Reopen { reason }]).await);
        let again = view(ends).await;
        assert_eq!(again.row.grid, Some(new));
        let kinds: Vec<&str> = again.events.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(kinds[kinds.len() - 2..], ["reopened", "moved"]);
        // What stands right is not moved again.
        let sweep = Sweep::new(Arc::clone(cases));
        let service = ground.world.service();
        sweep.sweep(&service, db).await.unwrap();
        let events = view(moves).await.events;
        assert_eq!(events.iter().filter(|one| one.kind == "moved").count(), 1);
    }
}

/// A view that was kept goes on to mean whoever was in the grid, wherever the grid was split since; asked anew, the grid is
/// what it is now; as of the day before, nothing has changed.
#[tokio::test]
async fn a_kept_view_goes_on_to_mean_what_was_split_off() {
    for ground in grounds().await {
        for home in HOMES {
            ground.person("居民", 1950, &[], home).await;
        }
        let (db, old) = (ground.world.db(), ground.id("A2"));
        let desk = ground.caller(Role::CommunityDesk, "A");
        let asks = |f: &str, area: &str, as_of: &str| Composed {
            d: "persons".into(),
            f: vec![f.to_owned()],
            area: area.to_owned(),
            as_of: as_of.to_owned(),
            ..Composed::default()
        };
        let anyone = "age~ge~1";
        let today = ground.world.service().now().local().date().to_string();
        let id = old.to_string();
        let keep = async |title: &str, question: Composed| {
            let save = SaveView {
                title: title.to_owned(),
                question,
                area: old,
                shared: false,
            };
            db.execute(&desk, save).await.unwrap()
        };
        let figure = async |question: &Composed| {
            let query = question.query(&ground.datasets).unwrap();
            let count = ground.answer(&desk, &query).await.total.count;
            let behind = ground.evidence(&desk, &query, &[]).await;
            assert_eq!(behind.len() as u64, count);
            count
        };
        let kept = async |view: Uuid| {
            let view = view_of(&ground, &desk, view).await;
            figure(&view).await
        };
        let inside = keep("甲二", asks(anyone, &id, "")).await;
        let lies_in = keep("在甲二", asks(&format!("area~is~{id}"), "", "")).await;
        let outside = keep("不在甲二", asks(&format!("not~area~is~{id}"), "", "")).await;
        let then = keep("甲二那天", asks(anyone, &id, &today)).await;
        let all = [inside, lies_in, outside, then];
        let before = [3, 3, 1, 3];
        let told = async || {
            let mut told = Vec::new();
            for view in all {
                told.push(kept(view).await);
            }
            told
        };
        assert_eq!(told().await, before);

        let building = |home| {
            let place = ground.locator.dwelling(ground.home(home)).unwrap();
            place.building.unwrap()
        };
        let (east, far) = (building(HOMES[2]), building(HOMES[3]));
        ground.world.clock.advance(Micros::DAY);
        let new = ground.split_off(old, vec![east, far]).await.unwrap();
        assert_eq!(told().await, before);
        assert_eq!(figure(&asks(anyone, &id, "")).await, 1);
        assert_eq!(figure(&asks(anyone, &id, &today)).await, 3);
        ground.world.clock.advance(Micros::DAY);
        let late = keep("拆后的甲二", asks(anyone, &id, "")).await;
        // What came out of it is split in turn.
        let newest = ground.split_off(new, vec![far]).await.unwrap();
        assert_eq!(told().await, before);
        assert_eq!(kept(late).await, 1);
        let said = view_of(&ground, &desk, inside).await;
        let asked = ground
            .datasets
            .ask(&desk, said.query(&ground.datasets).unwrap());
        let mut meant = asked.await.unwrap().meant_too();
        meant[0].1.sort();
        assert_eq!(meant, [(old, vec![new, newest])]);
    }
}

/// A kept view as whoever opens it asks it.
async fn view_of(ground: &Ground, ctx: &Ctx, id: Uuid) -> Composed {
    let view = youlin_insight::view(ground.world.db(), &ground.datasets, ctx, id).await;
    serde_html_form::from_str(&view.unwrap().address).unwrap()
}
