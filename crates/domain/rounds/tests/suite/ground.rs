//! A square town with a river through community A, a team that walks it and a company that cleans it.

use std::sync::Arc;

use uuid::Uuid;
use youlin_cases::model::{Status, Verb};
use youlin_cases::{Act, Acted, Cases, Via, standings};
use youlin_kernel::{AreaId, CommunityId, Ctx, Grant, Micros, Problem, Result, Role};
use youlin_people::{OrganisationKind, Party, Vault};
use youlin_places::rivers::Reach;
use youlin_rounds::model::{
    Channel, Outcome, Policy, RoundKind, Severity, Subject, SubjectKind, Walkers,
};
use youlin_rounds::{
    FindingView, HandedIn, NewFinding, NewRound, Rounds, SavePolicy, open_findings, prepare,
};
use youlin_testkit::town::at;
use youlin_testkit::{TestDatabase, World};

use crate::river_town::{self, RiverTown, organisation};

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
        let RiverTown {
            world,
            vault,
            cases,
            rounds,
            reach,
        } = RiverTown::new(base, &[], "东段").await;
        let team = ("“绿如蓝”保卫队", OrganisationKind::VolunteerTeam);
        let team = organisation(&world, &vault, reach.community, team).await;
        let cleaner = ("河道养护所", OrganisationKind::LineDepartment);
        let cleaner = organisation(&world, &vault, reach.community, cleaner).await;
        Self {
            world,
            rounds,
            cases,
            vault,
            reach,
            team,
            cleaner,
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
            on_behalf: false,
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

/// On Saturdays, from the month of the story on.
pub(crate) fn weekly(team: Party) -> Policy {
    Policy {
        weekdays: 0b010_0000,
        from: jiff::civil::date(2026, 11, 1),
        ..river_town::weekly(Walkers::Party { party: team })
    }
}
