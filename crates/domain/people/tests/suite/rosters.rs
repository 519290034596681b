//! Rosters: who looks after what, who is on duty, who stands in, who was sent and what they gave.

use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;
use youlin_kernel::{AreaId, Ctx, Micros, Problem, Role};
use youlin_people::permissions::ROSTERS_READ;
use youlin_people::privacy::WorkingDays;
use youlin_people::rosters::{
    AnswerAbsence, AnswerSwap, AskSwap, DecideHours, DutyDays, DutyKind, EndSecondment, EndShare,
    Hole, HoleLine, HoursState, NoteAbsence, NoteHours, Pattern, PlanDuty, RosterPolicy, SaveRota,
    SaveSecondment, SetRosterPolicy, ShiftOrigin, ShiftView, TakeShare, WithdrawAbsence,
    area_lines, ground, hole_lines, hours_of, on_duty, secondments, shifts, team,
};
use youlin_people::{
    AccountPolicy, Accounts, Directory, EndMembership, MembershipRole, SaveMembership,
};
use youlin_web::AccountSource;

use crate::browser::{Browser, account, house};
use crate::ground::{Ground, JIA, YI, grant, grounds};

const NORTH: AreaId = AreaId(1000);
const SOUTH: AreaId = AreaId(1001);

impl Ground {
    pub(crate) async fn joins(&self, person: Uuid, role: MembershipRole, area: AreaId) -> Uuid {
        let command = SaveMembership {
            vault: Arc::clone(&self.vault),
            person_community: JIA,
            person,
            organisation: None,
            role,
            area,
            duty_phone: None,
            valid_from: None,
        };
        let ctx = self.world.service();
        self.world.db().execute(&ctx, command).await.unwrap()
    }

    async fn looks(&self) -> youlin_people::rosters::Ground {
        let ctx = self.desk();
        let scope = ctx.scope(&ROSTERS_READ).unwrap();
        ground(self.world.db(), &self.vault, &scope, JIA)
            .await
            .unwrap()
    }

    async fn holes(&self, area: AreaId, hole: Hole) -> Vec<HoleLine> {
        let tree = self.world.areas.load_full();
        hole_lines(&self.looks().await, &tree, area, hole)
    }

    fn share(&self, membership: Uuid, building: Uuid) -> TakeShare {
        TakeShare {
            vault: Arc::clone(&self.vault),
            community: JIA,
            membership,
            building,
            entrance: String::new(),
        }
    }

    fn building(&self, dwelling: Uuid) -> Uuid {
        self.locator.dwelling(dwelling).unwrap().building.unwrap()
    }

    async fn shifts(&self, days: i64) -> Vec<ShiftView> {
        let ctx = self.desk();
        let scope = ctx.scope(&ROSTERS_READ).unwrap();
        let span = (ctx.now(), ctx.now().plus(days * Micros::DAY));
        shifts(self.world.db().read(), &self.vault, &scope, span, None)
            .await
            .unwrap()
    }

    async fn micro_at(&self, dwelling: Uuid) -> Option<String> {
        let address = self.locator.dwelling(dwelling).unwrap().address;
        let house = house(self, 100, youlin_people::AccountPolicy::default());
        let mut anybody = Browser::new(&house);
        let path = format!("/api/v1/grid-worker?address={}", escaped(&address));
        let answer = anybody.get(&path).await;
        let found: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
        found[0]["micro_grid_worker"]["name"]
            .as_str()
            .map(str::to_owned)
    }
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn code(problem: &Problem) -> &'static str {
    problem
        .fields()
        .first()
        .map_or(problem.code(), |one| one.code)
}

#[tokio::test]
async fn holes_open_to_their_records_and_close_when_somebody_takes_them() {
    for ground in grounds().await {
        let tree = ground.world.areas.load_full();
        let bare = ground.holes(JIA.into(), Hole::NoWorker).await;
        assert_eq!(bare.len(), 3, "all dwellings of the community");
        let lines = area_lines(&ground.looks().await, &tree, &[JIA.into(), AreaId(100)]);
        assert_eq!(lines[0].no_worker, 3);
        assert_eq!(
            lines[1].no_worker, 2,
            "a figure is the number of its records"
        );
        // Two grids without a grid worker, two neighbourhoods without a micro-grid worker.
        assert_eq!(lines[0].no_role, 4);

        let chen = ground.person(JIA, "陈芳", &["13800000001"], None).await;
        let member = ground
            .joins(chen, MembershipRole::MicroGridWorker, NORTH)
            .await;
        let left = ground.holes(JIA.into(), Hole::NoWorker).await;
        assert_eq!(
            left,
            [HoleLine::Dwelling {
                dwelling: ground.homes.west_101,
                area: SOUTH
            }]
        );
        let policy = RosterPolicy {
            worker_most: 1,
            ..RosterPolicy::default()
        };
        let set = SetRosterPolicy {
            community: JIA,
            policy,
        };
        ground
            .world
            .db()
            .execute(&ground.desk(), set)
            .await
            .unwrap();
        let over = ground.holes(NORTH, Hole::TooMany).await;
        assert!(matches!(over[0], HoleLine::Worker { dwellings: 2, .. }));

        let end = EndMembership {
            community: JIA,
            id: member,
            at: None,
        };
        ground
            .world
            .db()
            .execute(&ground.desk(), end)
            .await
            .unwrap();
        assert_eq!(ground.holes(JIA.into(), Hole::NoWorker).await.len(), 3);
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_share_is_somebodys_own_and_stays_on_record() {
    for ground in grounds().await {
        let chen = ground.person(JIA, "陈芳", &[], None).await;
        let lin = ground.person(JIA, "林玉", &[], None).await;
        let of_chen = ground
            .joins(chen, MembershipRole::MicroGridWorker, AreaId(100))
            .await;
        ground.world.clock.advance(Micros::SECOND);
        let of_lin = ground
            .joins(lin, MembershipRole::MicroGridWorker, AreaId(100))
            .await;
        let (db, desk) = (ground.world.db(), ground.desk());
        let east = ground.building(ground.homes.east_101);
        assert_eq!(
            ground.micro_at(ground.homes.east_101).await.unwrap(),
            "陈芳"
        );
        let id = db.execute(&desk, ground.share(of_lin, east)).await.unwrap();
        let again = db.execute(&desk, ground.share(of_lin, east)).await.unwrap();
        assert_eq!(id, again, "given once");
        assert_eq!(
            ground.micro_at(ground.homes.east_101).await.unwrap(),
            "林玉"
        );
        let outside = ground.building(ground.homes.west_101);
        let refused = db.execute(&desk, ground.share(of_chen, outside)).await;
        assert_eq!(code(&refused.unwrap_err()), "share-outside");
        let elsewhere = ground.world.caller(Role::CommunityDesk, YI);
        assert!(
            db.execute(&elsewhere, ground.share(of_chen, east))
                .await
                .is_err()
        );

        let end = EndShare { community: JIA, id };
        db.execute(&desk, end).await.unwrap();
        assert_eq!(
            ground.micro_at(ground.homes.east_101).await.unwrap(),
            "陈芳"
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn only_what_one_may_have_is_offered_and_what_nobody_can_have_is_told() {
    for ground in grounds().await {
        let chen = ground.person(JIA, "陈芳", &[], None).await;
        ground
            .joins(chen, MembershipRole::MicroGridWorker, NORTH)
            .await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let house = house(&ground, 100, AccountPolicy::default());
        let mut desk = Browser::signed_in(&house, "desk").await;
        let page = desk.get("/rosters/teams/10").await.text;
        let east = ground.building(ground.homes.east_101);
        let west = ground.building(ground.homes.west_101);
        assert!(page.contains(&format!(r#"value="{east}:""#)), "{page}");
        assert!(!page.contains(&west.to_string()), "refused if one chose it");
        assert!(page.contains(r#"data-bare="1001""#) && !page.contains(r#"data-bare="1000""#));
        assert!(page.contains("/people/memberships/new?area=1001&amp;role=micro_grid_worker"));
        // Looking for somebody keeps what they are to become.
        let who = escaped("陈芳");
        let form = format!("/people/memberships/new?area=1001&role=micro_grid_worker&who={who}");
        let form = desk.get(&form).await.text;
        let next =
            format!("person={chen}&amp;organisation=&amp;role=micro_grid_worker&amp;area=1001");
        assert!(form.contains(&next), "{form}");

        ground
            .joins(chen, MembershipRole::MicroGridWorker, SOUTH)
            .await;
        let page = desk.get("/rosters/teams/10").await.text;
        assert!(!page.contains("data-bare"), "{page}");
        assert!(page.contains(&format!(r#"value="{west}:""#)), "{page}");
        ground.verify().await;
    }
}

fn every_day(start: Date) -> Pattern {
    Pattern {
        days: DutyDays::EveryDay,
        weekdays: 0,
        turn_weeks: 0,
        from_minute: 18 * 60,
        to_minute: 8 * 60,
        heads: 1,
        starts_on: start,
        ends_on: None,
    }
}

/// A rota of these people, planned for so many days. Its id.
async fn planned(ground: &Ground, people: &[Uuid], days: i64) -> Uuid {
    let (db, desk) = (ground.world.db(), ground.desk());
    let today = desk.now().local().date();
    let save = SaveRota {
        community: JIA,
        id: None,
        area: JIA.into(),
        kind: DutyKind::Night,
        name: "夜间值守".into(),
        pattern: every_day(today),
        members: people.iter().map(|id| (JIA, *id)).collect(),
    };
    let rota = db.execute(&desk, save).await.unwrap();
    plan(ground, &desk, rota, days).await.unwrap();
    rota
}

async fn plan(ground: &Ground, ctx: &Ctx, rota: Uuid, days: i64) -> Result<usize, Problem> {
    let to = ctx.now().plus(days * Micros::DAY).local().date();
    let command = PlanDuty {
        community: JIA,
        rota,
        to,
        working: Arc::new(WorkingDays::default()),
    };
    ground.world.db().execute(ctx, command).await
}

#[tokio::test]
async fn a_plan_is_fair_the_same_twice_and_keeps_what_people_agreed() {
    for ground in grounds().await {
        let mut people = Vec::new();
        for name in ["陈芳", "林玉", "王强"] {
            let id = ground.person(JIA, name, &[], None).await;
            ground
                .joins(id, MembershipRole::MicroGridWorker, NORTH)
                .await;
            people.push(id);
        }
        let rota = planned(&ground, &people, 20).await;
        let first = ground.shifts(21).await;
        assert_eq!(first.len(), 21);
        for person in &people {
            let had = first.iter().filter(|one| one.person == Some(*person));
            assert_eq!(had.count(), 7);
        }
        plan(&ground, &ground.desk(), rota, 20).await.unwrap();
        let who =
            |all: &[ShiftView]| -> Vec<Option<Uuid>> { all.iter().map(|one| one.person).collect() };
        assert_eq!(who(&first), who(&ground.shifts(21).await));

        // The person on duty asks a colleague, who says yes; planning again leaves that alone.
        let shift = &first[0];
        let holder = shift.person.unwrap();
        let other = *people.iter().find(|id| **id != holder).unwrap();
        let grants = || vec![grant(Role::MicroGridWorker, 1000)];
        let own = ground.world.caller_with(grants(), Some(holder));
        let theirs = ground.world.caller_with(grants(), Some(other));
        let ask = |to| AskSwap {
            community: JIA,
            shift: shift.id,
            to: (JIA, to),
        };
        let db = ground.world.db();
        assert!(
            db.execute(&theirs, ask(other)).await.is_err(),
            "not their shift"
        );
        let swap = db.execute(&own, ask(other)).await.unwrap();
        let answer = AnswerSwap {
            community: JIA,
            id: swap,
            yes: true,
        };
        assert!(
            db.execute(&own, answer.clone()).await.is_err(),
            "not theirs to say"
        );
        assert_eq!(
            ground.shifts(1).await[0].person,
            Some(holder),
            "asked is not agreed"
        );
        db.execute(&theirs, answer).await.unwrap();
        plan(&ground, &ground.desk(), rota, 20).await.unwrap();
        let after = ground.shifts(1).await.remove(0);
        assert_eq!(
            (after.person, after.origin),
            (Some(other), ShiftOrigin::Swap)
        );

        let far = plan(&ground, &ground.desk(), rota, 400).await.unwrap_err();
        assert_eq!(code(&far), "duty-plan-to");
        ground.verify().await;
    }
}

#[tokio::test]
async fn whoever_stands_in_has_the_absent_ones_rights_for_that_time_and_no_longer() {
    for ground in grounds().await {
        let shi = ground.person(JIA, "施晓", &[], None).await;
        let gu = ground.person(JIA, "顾东", &[], None).await;
        let neighbour = ground.person(JIA, "邻居", &[], None).await;
        for (person, grid) in [(shi, 100), (gu, 101)] {
            ground
                .joins(person, MembershipRole::GridWorker, AreaId(grid))
                .await;
        }
        let own = vec![grant(Role::GridWorker, 101)];
        let account_of_gu = account(&ground, "gu", own.clone(), Some(gu)).await;
        let volunteer = vec![grant(Role::Volunteer, 10)];
        let of_neighbour = account(&ground, "neighbour", volunteer.clone(), Some(neighbour)).await;
        let (db, service) = (ground.world.db(), ground.world.service());
        let accounts = Accounts::new(db.clone(), AccountPolicy::default())
            .with_places(Arc::clone(&ground.locator));
        let grants = async |id| accounts.account(id).await.unwrap().unwrap().grants.to_vec();
        let away = |substitute: Uuid, from: i64, to: i64| NoteAbsence {
            community: JIA,
            person: (JIA, shi),
            from: service.now().plus(from * Micros::DAY),
            to: service.now().plus(to * Micros::DAY),
            substitute: Some((JIA, substitute)),
        };
        let yes = |id| AnswerAbsence {
            community: JIA,
            id,
            yes: true,
        };
        let id = db.execute(&service, away(gu, 1, 3)).await.unwrap();
        ground.world.clock.advance(Micros::DAY + Micros::HOUR);
        assert_eq!(grants(account_of_gu).await, own, "asked is not agreed");
        db.execute(&service, yes(id)).await.unwrap();
        let lent = [own.clone(), vec![grant(Role::GridWorker, 100)]].concat();
        assert_eq!(grants(account_of_gu).await, lent);
        // The register of the other grid is open to them, and to nobody else.
        let ctx = ground.world.caller_with(lent, Some(gu));
        assert!(ctx.authorize(&ROSTERS_READ, AreaId(100)).is_ok());
        assert_eq!(grants(of_neighbour).await, volunteer);
        ground.world.clock.advance(2 * Micros::DAY);
        assert_eq!(grants(account_of_gu).await, own, "the absence is over");
        // A neighbour who agrees is called, but sees no register of theirs.
        let id = db.execute(&service, away(neighbour, 0, 1)).await.unwrap();
        db.execute(&service, yes(id)).await.unwrap();
        assert_eq!(grants(of_neighbour).await, volunteer);
        // Before the time is over the absence may be withdrawn, and with it what was lent.
        ground.world.clock.advance(Micros::DAY);
        let id = db.execute(&service, away(gu, 0, 5)).await.unwrap();
        db.execute(&service, yes(id)).await.unwrap();
        assert_eq!(grants(account_of_gu).await.len(), 2);
        let back = WithdrawAbsence { community: JIA, id };
        db.execute(&service, back).await.unwrap();
        assert_eq!(grants(account_of_gu).await, own);
    }
}

#[tokio::test]
async fn whoever_took_a_shift_has_the_others_rights_for_that_day_and_no_longer() {
    for ground in grounds().await {
        let mut people = Vec::new();
        let mut accounts_of = Vec::new();
        for (name, grid) in [("施晓", 100), ("顾东", 101), ("陈芳", 101)] {
            let id = ground.person(JIA, name, &[], None).await;
            ground
                .joins(id, MembershipRole::GridWorker, AreaId(grid))
                .await;
            let own = vec![grant(Role::GridWorker, grid)];
            accounts_of.push(account(&ground, name, own, Some(id)).await);
            people.push(id);
        }
        let [shi, gu, chen] = [people[0], people[1], people[2]];
        let volunteer = ground.person(JIA, "邻居", &[], None).await;
        let grants = vec![grant(Role::Volunteer, 10)];
        let of_volunteer = account(&ground, "neighbour", grants.clone(), Some(volunteer)).await;
        let (db, service) = (ground.world.db(), ground.world.service());
        let accounts = Accounts::new(db.clone(), AccountPolicy::default())
            .with_places(Arc::clone(&ground.locator));
        let lent = async |id: Uuid| {
            let all = accounts.account(id).await.unwrap().unwrap().grants.to_vec();
            all.into_iter()
                .skip(1)
                .map(|one| one.area.0)
                .collect::<Vec<i64>>()
        };
        planned(&ground, &[shi], 5).await;
        let shifts = ground.shifts(6).await;
        let taken = async |shift: &ShiftView, to: Uuid| {
            let ask = AskSwap {
                community: JIA,
                shift: shift.id,
                to: (JIA, to),
            };
            let id = db.execute(&service, ask).await.unwrap();
            let answer = AnswerSwap {
                community: JIA,
                id,
                yes: true,
            };
            db.execute(&service, answer).await.unwrap();
        };
        let at = |moment: Micros| {
            let by = moment.0 - ground.world.service().now().0;
            ground.world.clock.advance(by);
        };
        let (second, third) = (&shifts[1], &shifts[2]);
        taken(second, gu).await;
        let day = Micros::start_of(second.from.date());
        at(day.plus(-Micros::MINUTE));
        assert!(lent(accounts_of[1]).await.is_empty(), "not the day before");
        at(day.plus(Micros::MINUTE));
        assert_eq!(lent(accounts_of[1]).await, [100]);
        assert!(lent(accounts_of[2]).await.is_empty());
        // Into the night it is theirs as long as the shift lasts.
        at(second.to.plus(-Micros::MINUTE));
        assert_eq!(lent(accounts_of[1]).await, [100]);
        at(second.to.max(day.plus(Micros::DAY)));
        assert!(lent(accounts_of[1]).await.is_empty(), "it is over");
        // Handed on, it is the next one's, and still the work of whoever had it by the plan.
        taken(third, gu).await;
        taken(third, chen).await;
        at(third.from);
        assert!(lent(accounts_of[1]).await.is_empty());
        assert_eq!(lent(accounts_of[2]).await, [100]);
        // A neighbour who takes a shift sees no register by it.
        taken(third, volunteer).await;
        assert!(lent(of_volunteer).await.is_empty());
        assert!(lent(accounts_of[2]).await.is_empty());
        ground.verify().await;
    }
}

#[tokio::test]
async fn whoever_is_away_is_found_as_their_substitute() {
    for ground in grounds().await {
        let shi = ground.person(JIA, "施晓", &[], None).await;
        let gu = ground.person(JIA, "顾东", &[], None).await;
        ground
            .joins(shi, MembershipRole::GridWorker, AreaId(100))
            .await;
        ground
            .joins(gu, MembershipRole::GridWorker, AreaId(101))
            .await;
        planned(&ground, &[shi], 5).await;
        let (db, desk) = (ground.world.db(), ground.desk());
        let found = async || {
            let tree = ground.world.areas.load_full();
            let db = ground.world.db().read();
            Directory::grid_worker_of(db, &ground.vault, &tree, JIA, Some(NORTH))
                .await
                .unwrap()
                .unwrap()
        };
        assert_eq!(found().await.name, "施晓");
        let own = ground
            .world
            .caller_with(vec![grant(Role::GridWorker, 100)], Some(shi));
        let note = |substitute| NoteAbsence {
            community: JIA,
            person: (JIA, shi),
            from: desk.now(),
            to: desk.now().plus(2 * Micros::DAY),
            substitute,
        };
        let same = db.execute(&own, note(Some((JIA, shi)))).await.unwrap_err();
        assert_eq!(code(&same), "duty-same");
        let id = db.execute(&own, note(Some((JIA, gu)))).await.unwrap();
        assert_eq!(found().await.name, "施晓", "asked is not agreed");
        let twice = db.execute(&own, note(None)).await.unwrap_err();
        assert_eq!(code(&twice), "absence-twice");
        let answer = AnswerAbsence {
            community: JIA,
            id,
            yes: true,
        };
        assert!(db.execute(&own, answer.clone()).await.is_err());
        let theirs = ground
            .world
            .caller_with(vec![grant(Role::GridWorker, 101)], Some(gu));
        db.execute(&theirs, answer).await.unwrap();
        let reached = found().await;
        assert_eq!(reached.person, gu);
        assert_eq!(reached.stands_in_for.as_deref(), Some("施晓"));
        // The staff list the desk chooses from, and the shifts of these days, follow too.
        let staff = Directory::staff(db.read(), &ground.vault, JIA, &[])
            .await
            .unwrap();
        assert!(staff.iter().all(|one| one.person == gu));
        let taken = ground.shifts(6).await;
        assert_eq!(taken[0].person, Some(gu));
        assert_eq!(taken[0].origin, ShiftOrigin::Substitute);
        assert_eq!(taken[4].person, Some(shi));

        ground.world.clock.advance(2 * Micros::DAY);
        assert_eq!(found().await.name, "施晓", "back again");
        ground.verify().await;
    }
}

#[tokio::test]
async fn nobody_is_on_duty_twice_at_once_and_who_stays_takes_it_back() {
    for ground in grounds().await {
        let shi = ground.person(JIA, "施晓", &[], None).await;
        let gu = ground.person(JIA, "顾东", &[], None).await;
        planned(&ground, &[shi], 3).await;
        planned(&ground, &[gu, shi], 3).await;
        let all = ground.shifts(4).await;
        for one in &all {
            let same = all.iter().filter(|other| {
                other.id != one.id && other.from == one.from && other.person == one.person
            });
            assert_eq!(same.count(), 0);
        }
        let (db, desk) = (ground.world.db(), ground.desk());
        let mine = all.iter().find(|one| one.person == Some(shi)).unwrap();
        let ask = AskSwap {
            community: JIA,
            shift: mine.id,
            to: (JIA, gu),
        };
        assert_eq!(
            code(&db.execute(&desk, ask).await.unwrap_err()),
            "duty-busy"
        );

        let note = NoteAbsence {
            community: JIA,
            person: (JIA, shi),
            from: desk.now(),
            to: desk.now().plus(Micros::DAY),
            substitute: None,
        };
        let id = db.execute(&desk, note).await.unwrap();
        let scope = desk.scope(&ROSTERS_READ).unwrap();
        let night = desk.now().plus(12 * Micros::HOUR);
        let now = on_duty(db.read(), &ground.vault, &scope, night)
            .await
            .unwrap();
        assert!(now.iter().any(|one| one.away && one.person == Some(shi)));
        let back = WithdrawAbsence { community: JIA, id };
        db.execute(&desk, back).await.unwrap();
        let now = on_duty(db.read(), &ground.vault, &scope, night)
            .await
            .unwrap();
        assert!(!now.is_empty() && now.iter().all(|one| !one.away));
        ground.verify().await;
    }
}

#[tokio::test]
async fn hours_are_noted_by_whoever_gave_them_and_confirmed_by_others() {
    for ground in grounds().await {
        let tang = ground.person(YI, "汤建", &[], None).await;
        let (db, desk) = (ground.world.db(), ground.desk());
        let today = desk.now().local().date().to_string();
        let save = SaveSecondment {
            community: JIA,
            person: (YI, tang),
            unit: "测试街道办".into(),
            purpose: "入户征询".into(),
            weekdays: 0b10,
            week_minutes: 240,
            from: today.clone(),
            to: String::new(),
        };
        let id = db.execute(&desk, save).await.unwrap();
        let own = ground
            .world
            .caller_with(vec![grant(Role::CommunityDesk, 10)], Some(tang));
        let note = |day: &str, minutes| NoteHours {
            community: JIA,
            secondment: id,
            day: day.to_owned(),
            minutes,
            what: "入户".into(),
        };
        let hours = db.execute(&own, note(&today, 210)).await.unwrap();
        let early = db.execute(&own, note("2020-01-01", 60)).await.unwrap_err();
        assert_eq!(code(&early), "hours-outside");
        let decide = |confirm, answer: &str| DecideHours {
            community: JIA,
            id: hours,
            confirm,
            answer: answer.to_owned(),
        };
        assert!(
            db.execute(&own, decide(true, "")).await.is_err(),
            "not one's own"
        );
        assert!(
            db.execute(&desk, decide(false, "")).await.is_err(),
            "a no has a reason"
        );
        db.execute(&desk, decide(true, "")).await.unwrap();
        let late = db.execute(&desk, decide(false, "没来")).await.unwrap_err();
        assert_eq!(late.code(), "hours-decided");
        let scope = desk.scope(&ROSTERS_READ).unwrap();
        let all = secondments(db.read(), &ground.vault, &scope).await.unwrap();
        assert_eq!((all[0].confirmed, all[0].noted), (210, 0));
        let behind = hours_of(db.read(), &scope, &all, Some(HoursState::Confirmed))
            .await
            .unwrap();
        let sum: i64 = behind.iter().map(|one| i64::from(one.minutes)).sum();
        assert_eq!(sum, all[0].confirmed, "the figure is its records");
        let end = EndSecondment { community: JIA, id };
        db.execute(&desk, end).await.unwrap();
        ground.verify().await;
    }
}

#[tokio::test]
async fn the_pages_show_teams_holes_and_duty_to_those_who_may() {
    for ground in grounds().await {
        let shi = ground.person(JIA, "施晓", &["13800009999"], None).await;
        let member = ground
            .joins(shi, MembershipRole::MicroGridWorker, NORTH)
            .await;
        let rota = planned(&ground, &[shi], 5).await;
        let house = house(&ground, 100, youlin_people::AccountPolicy::default());
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(
            &ground,
            "worker",
            vec![grant(Role::GridWorker, 100)],
            Some(shi),
        )
        .await;
        account(&ground, "other", vec![grant(Role::CommunityDesk, 11)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let mut worker = Browser::signed_in(&house, "worker").await;
        let mut other = Browser::signed_in(&house, "other").await;
        let mut visitor = Browser::new(&house);

        let page = desk.get("/rosters?area=10").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(
            page.text.contains(r#"data-figure="no_worker">1<"#),
            "{}",
            page.text
        );
        let list = desk.get("/rosters/holes?area=10&kind=no_worker").await;
        assert!(list.text.contains(r#"data-count="1""#) && list.text.contains("西村1号楼101"));
        let map = desk.get("/rosters/map.geojson?area=10").await;
        assert!(map.text.contains(r#""state":"late""#), "{}", map.text);
        assert_eq!(other.get("/rosters?area=10").await.status, 404);
        assert_eq!(other.get("/rosters/teams/1000").await.status, 404);
        assert_eq!(other.get(&format!("/duty/{rota}")).await.status, 404);
        assert_eq!(visitor.get("/duty").await.status, 303);

        let team = worker.get("/rosters/teams/1000").await;
        assert!(team.text.contains("施晓") && team.text.contains("138****9999"));
        assert!(!team.text.contains("13800009999"));
        let cards = desk.get("/rosters/teams/1000/cards").await;
        assert!(cards.text.contains("<svg") && cards.text.contains("/my-grid-worker/1000"));
        let card = visitor.get("/my-grid-worker/1000").await;
        assert!(card.text.contains("施晓") && !card.text.contains("9999"));

        let building = ground.building(ground.homes.east_101);
        let door = format!("{building}:");
        let member = member.to_string();
        let share = [("area", "1000"), ("membership", &member), ("door", &door)];
        assert_eq!(desk.post("/rosters/shares", &share).await.status, 303);
        assert_eq!(worker.post("/rosters/shares", &share).await.status, 403);

        let month = desk.get(&format!("/duty/{rota}")).await;
        assert!(month.text.contains("夜间值守") && month.text.contains("data-shift"));
        let feed = month.text.split("http://localhost").nth(1).unwrap();
        let feed = feed.split('"').next().unwrap().to_owned();
        let calendar = visitor.get(&feed).await;
        assert!(
            calendar.text.starts_with("BEGIN:VCALENDAR"),
            "{}",
            calendar.text
        );
        assert!(calendar.text.contains("施晓"));
        let wrong = feed.replace(".ics", "0.ics");
        assert_eq!(visitor.get(&wrong).await.status, 404);

        let shi_there = format!("10:{shi}");
        let form = [
            ("area", "10"),
            ("name", "周末值班"),
            ("kind", "weekend"),
            ("days", "weekdays"),
            ("turn_weeks", "0"),
            ("from", "08:30"),
            ("to", "17:30"),
            ("heads", "1"),
            ("starts_on", "2026-11-11"),
            ("member", shi_there.as_str()),
        ];
        let refused = desk.post("/duty", &form).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("周末值班"), "what was typed stays");
        let form = [form.as_slice(), &[("weekday", "5"), ("weekday", "6")]].concat();
        let made = desk.post("/duty", &form).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let made = made.location.split('?').next().unwrap().to_owned();
        assert_eq!(desk.get(&format!("{made}/edit")).await.status, 200);
        let to = ground
            .desk()
            .now()
            .plus(9 * Micros::DAY)
            .local()
            .date()
            .to_string();
        let sent = desk.post(&format!("{made}/plan"), &[("to", &to)]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        for path in [
            "/duty",
            "/duty/now",
            "/duty/new",
            "/duty/absences",
            "/rosters/seconded",
            "/rosters/seconded/hours",
            "/rosters/settings",
        ] {
            let answer = desk.get(path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        }
        let rest = desk.get("/api/v1/rosters/coverage?area=10").await;
        assert!(rest.text.contains(r#""no_worker":"#), "{}", rest.text);
        assert_eq!(desk.get("/api/v1/duty/now").await.status, 200);
        assert_eq!(
            other.get("/api/v1/rosters/team?area=1000").await.status,
            404
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_team_is_what_memberships_say() {
    for ground in grounds().await {
        let shi = ground.person(JIA, "施晓", &[], None).await;
        let lin = ground.person(JIA, "林玉芳", &[], None).await;
        ground
            .joins(shi, MembershipRole::GridWorker, AreaId(100))
            .await;
        ground.joins(lin, MembershipRole::Teacher, NORTH).await;
        let desk = ground.desk();
        let scope = desk.scope(&ROSTERS_READ).unwrap();
        let (db, tree) = (ground.world.db(), ground.world.areas.load_full());
        let found = team(db, &ground.vault, &scope, &tree, desk.now(), NORTH)
            .await
            .unwrap();
        let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(
            names,
            ["林**", "施晓"],
            "neighbours are masked, those on duty named"
        );
        let other = ground.world.caller(Role::GridWorker, AreaId(101));
        let scope = other.scope(&ROSTERS_READ).unwrap();
        let refused = team(db, &ground.vault, &scope, &tree, desk.now(), NORTH).await;
        assert!(refused.is_err());
    }
}
