//! A grid worker's day: proposed by need, written down once, and governed by what was said at the door.

use std::collections::BTreeSet;
use std::sync::Arc;

use youlin_database::audit::verify;
use youlin_kernel::{AreaId, CommunityId, Micros, Role};
use youlin_people::facts::{How, RegisterPolicy};
use youlin_people::permissions::{PEOPLE_READ, ROSTERS_READ};
use youlin_people::rosters::{
    AnswerAbsence, AnswerSwap, AskSwap, DutyDays, DutyKind, NoteAbsence, Pattern, PlanDuty,
    SaveRota, shifts,
};
use youlin_people::{
    Directory, DoorsOf, Freshness, Home, MoveOut, PersonInput, Relation, SavePerson, Sex,
};
use youlin_rounds::model::{Channel, DoorQuestion, Every, Outcome, Policy, Severity};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::visits::{
    DoorAt, Gone, Learnt, NewVisit, PickKind, PickVisit, SaveVisitRule, VisitRule, day_plan,
    door_counts, my_visitor, visit_rule, visitors, visits_of,
};
use youlin_rounds::{NewFinding, SavePolicy, module, policies, round_view};
use youlin_testkit::databases;

use crate::doors::{Street, every_month};

const ZHOU: &str = "东一村1号楼101";
const WANG: &str = "东一村1号楼102";
const LI: &str = "东一村2号楼101";

#[tokio::test]
async fn every_reason_of_the_story_proposes_a_visit_within_ones_own_grid() {
    for base in databases().await {
        let mut street = Street::new(base).await;
        // Eighty-four and alone is enough; nobody else asks for anything yet.
        let all = street.proposed(&street.worker).await;
        assert_eq!(all, [(ZHOU.to_owned(), vec!["alone_80"])]);
        street.label("王桂芳", "discharged").await;
        street.ask("李春").await;
        let new = street.person("新来", LI, 1995, &[]).await;
        street.people.insert("新来", new);
        let all = street.proposed(&street.worker).await;
        let mut all = all;
        all.sort();
        let addresses: Vec<&str> = all.iter().map(|(address, _)| address.as_str()).collect();
        assert_eq!(addresses, [ZHOU, WANG, LI]);
        assert_eq!(all[1].1, ["discharged"]);
        assert_eq!(all[2].1, ["newcomer", "questions"]);
        // Thirty days later nobody has been seen by anybody.
        street.ground.world.clock.advance(25 * Micros::DAY);
        let all = street.proposed(&street.worker).await;
        assert!(
            all.iter().all(|(_, codes)| codes.contains(&"unseen")),
            "{all:?}"
        );
        // Health is a reason only for whoever may know of it.
        let auditor = street.ground.caller(Role::Auditor, "A");
        let day = {
            let scope = auditor.scope(&PEOPLE_READ).unwrap();
            let db = street.ground.world.db();
            youlin_rounds::visits::ground(
                street.rounds(),
                db,
                &auditor,
                &scope,
                None,
                (street.community(), &DoorsOf::All),
            )
            .await
            .unwrap()
        };
        let discharged = |door: &&youlin_rounds::visits::DoorAt| {
            door.door.people.iter().any(|one| one.discharged.is_some())
        };
        assert_eq!(day.doors.iter().filter(discharged).count(), 0);
    }
}

#[tokio::test]
async fn a_list_that_is_taken_in_makes_nobody_a_newcomer() {
    for base in databases().await {
        let street = Street::new(base).await;
        let world = &street.ground.world;
        for (name, address, how) in [("名册上的", LI, How::Import), ("刚搬来的", WANG, How::Desk)]
        {
            let save = SavePerson {
                vault: Arc::clone(&street.ground.vault),
                community: street.community(),
                id: None,
                version: None,
                ext_key: None,
                input: PersonInput {
                    name: name.into(),
                    how,
                    home: Some(Home {
                        dwelling: street.home(address),
                        relation: Relation::Tenant,
                        household_key: None,
                    }),
                    ..PersonInput::default()
                },
            };
            world.db().execute(&world.service(), save).await.unwrap();
        }
        let all = street.proposed(&street.worker).await;
        let new: Vec<&str> = all
            .iter()
            .filter(|(_, codes)| codes.contains(&"newcomer"))
            .map(|(address, _)| address.as_str())
            .collect();
        assert_eq!(new, [WANG], "{all:?}");
    }
}

#[tokio::test]
async fn who_asks_about_some_doors_is_told_of_each_what_it_is_among_all() {
    for base in databases().await {
        let street = Street::new(base).await;
        street.ask("周福生").await;
        let lead = street.ground.caller(Role::CommunityLead, "A");
        let tried = street.visit(ZHOU, Outcome::Tried);
        street.record(&street.worker, tried).await.unwrap();
        let all = street.day(&lead).await;
        let said = |doors: &[DoorAt]| -> Vec<String> {
            doors.iter().map(|door| format!("{door:?}")).collect()
        };
        let areas: BTreeSet<AreaId> = all.doors.iter().map(|door| door.area).collect();
        assert!(areas.len() > 1, "more than one grid: {areas:?}");
        for area in areas {
            let some = DoorsOf::Areas(BTreeSet::from([area]));
            let some = street.day_of(&lead, &some).await;
            let mut theirs = all.doors.clone();
            theirs.retain(|door| door.area == area);
            assert_eq!(said(&some.doors), said(&theirs));
            // What somebody did today uses up their day, wherever they were.
            assert_eq!(some.today, all.today);
        }
        for door in &all.doors {
            let one = street.day_of(&lead, &DoorsOf::One(door.dwelling)).await;
            assert_eq!(said(&one.doors), [format!("{door:?}")]);
        }
    }
}

#[tokio::test]
async fn what_is_said_at_the_door_is_written_once_and_counts_as_got_in() {
    for base in databases().await {
        let street = Street::new(base).await;
        let (db, worker) = (street.ground.world.db(), &street.worker);
        street.ask("周福生").await;
        let scope = worker.scope(&PEOPLE_READ).unwrap();
        let policy = RegisterPolicy {
            fresh_days: 5,
            ..RegisterPolicy::default()
        };
        let home = street.home(ZHOU);
        let file = |now| {
            let (scope, policy) = (scope.clone(), policy.clone());
            let vault = Arc::clone(&street.ground.vault);
            let community = street.community();
            async move {
                let asked = (community, [home]);
                let asked = (asked.0, asked.1.as_slice());
                let files =
                    Directory::dwelling_files(db.read(), &vault, &scope, &policy, now, asked).await;
                files.unwrap().remove(0)
            }
        };
        let before = file(worker.now()).await;
        assert_eq!(
            before.freshness,
            Freshness::Stale,
            "confirmed eight days ago"
        );
        let resident = &before.residents[0];
        let asked = resident.asked[0].0;
        let mut new = street.visit(ZHOU, Outcome::Done);
        new.text = "精神好，儿子周末回来".into();
        new.lived = Some(BTreeSet::from([resident.card.id]));
        new.learnt = vec![Learnt {
            person: resident.card.id,
            phone: "13900001111".into(),
            answers: vec![(asked, "糖尿病，忌甜".into())],
            ..Learnt::default()
        }];
        new.problem = Some(NewFinding {
            id: worker.new_id(),
            category: "E-0104".into(),
            severity: Severity::Medium,
            text: "屋顶漏水".into(),
            on_spot: false,
            noted: None,
            lon: None,
            lat: None,
            bank: None,
        });
        // It is the resident's own report; somebody who does not live there is none.
        let mut other = new.clone();
        other.reporter = Some(worker.new_id());
        let refused = street.record(worker, other).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "visit-reporter-gone");
        new.reporter = Some(resident.card.id);
        let done = street.record(worker, new.clone()).await.unwrap();
        let case = done.findings[0].case.unwrap();
        let filter = youlin_cases::CaseFilter {
            person: Some(resident.card.id),
            ..youlin_cases::CaseFilter::default()
        };
        let desk = street.ground.caller(Role::CommunityDesk, "A");
        let cases = desk.scope(&youlin_cases::permissions::CASES_READ).unwrap();
        let theirs = youlin_cases::list(db, &street.ground.cases, &desk, &cases, &filter).await;
        let theirs: Vec<_> = theirs.unwrap().items.iter().map(|row| row.id).collect();
        assert_eq!(theirs, [case]);
        let again = street.record(worker, new).await.unwrap();
        assert!(
            again.again && again.findings == done.findings,
            "sent twice, there once"
        );
        let after = file(worker.now()).await;
        assert!(after.confirmed_at.is_some_and(|at| at == worker.now()));
        assert!(after.residents[0].asked.is_empty());
        assert!(after.residents[0].card.phone_masked.is_some());
        assert_eq!(after.residents[0].seen_at, Some(worker.now()));
        // Left in peace for its days, then proposed again.
        assert!(street.proposed(worker).await.is_empty());
        street.ground.world.clock.advance(8 * Micros::DAY);
        assert_eq!(street.proposed(worker).await.len(), 1);
        let read = worker.scope(&ROUNDS_READ).unwrap();
        let seen = round_view(street.rounds(), db, &read, done.id)
            .await
            .unwrap();
        assert_eq!(seen.text, "精神好，儿子周末回来");
        let standing = youlin_cases::standings(db, &[(street.community(), case)])
            .await
            .unwrap();
        assert_eq!(standing.len(), 1);
        let visits = visits_of(db, Some(&read), street.community(), &[home], 10)
            .await
            .unwrap();
        assert_eq!(visits.len(), 1);
        let mut tables = module().audited;
        tables.extend(youlin_people::module().audited);
        let chains = [CommunityId::SYSTEM, street.community()];
        let proof = verify(db.read(), &tables, &chains, None).await.unwrap();
        assert!(proof.faults.is_empty(), "{proof:?}");
    }
}

#[tokio::test]
async fn two_telephones_at_one_door_turn_nothing_over_unseen() {
    for base in databases().await {
        let street = Street::new(base).await;
        let worker = &street.worker;
        let person = street.people["周福生"];
        let told = |phone: &str, sex: Option<Sex>, despite: bool| {
            let mut new = street.visit(ZHOU, Outcome::Done);
            new.channel = Channel::Field;
            new.learnt = vec![Learnt {
                person,
                phone: phone.into(),
                sex,
                despite,
                ..Learnt::default()
            }];
            new
        };
        let first = told("13900001111", Some(Sex::Male), false);
        street.record(worker, first).await.unwrap();
        // The same, heard twice, is no conflict.
        let same = told("139 0000 1111", Some(Sex::Male), false);
        street.record(worker, same).await.unwrap();
        let mut other = told("13800002222", Some(Sex::Female), false);
        let refused = street.record(worker, other.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "facts-meanwhile");
        let fields: Vec<(String, &str)> = refused
            .fields()
            .iter()
            .map(|one| (one.field.to_string(), one.code))
            .collect();
        let expected = [
            (format!("phone_{person}"), "held-phone"),
            (format!("sex_{person}"), "held-sex"),
        ];
        assert_eq!(fields, expected);
        let said = format!("{:?}", refused.fields());
        assert!(
            said.contains("139****1111") && !said.contains("13900001111"),
            "{said}"
        );
        // Nothing of it was taken, and sent again with the word of whoever knows better it is.
        other.learnt[0].despite = true;
        let done = street.record(worker, other).await.unwrap();
        assert!(!done.again);
        // On a page, which shows what is held, nothing is asked twice.
        let mut page = told("13700003333", None, false);
        page.channel = Channel::Page;
        street.record(worker, page).await.unwrap();
    }
}

#[tokio::test]
async fn a_day_that_was_named_governs_and_a_list_can_be_changed_by_hand() {
    for base in databases().await {
        let street = Street::new(base).await;
        let (world, worker) = (&street.ground.world, &street.worker);
        let mut past = street.visit(ZHOU, Outcome::Tried);
        past.try_again_at = Some(worker.now().plus(-Micros::DAY));
        let refused = street.record(worker, past).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "visit-again-past");
        let silent = street.visit(ZHOU, Outcome::Skipped);
        let refused = street.record(worker, silent).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "round-why");
        let mut tried = street.visit(ZHOU, Outcome::Tried);
        tried.try_again_at = Some(worker.now().plus(3 * Micros::DAY));
        street.record(worker, tried).await.unwrap();
        assert!(street.proposed(worker).await.is_empty());
        // By hand it is on today's list all the same, and off it again.
        let pick = |kind| PickVisit {
            rounds: Arc::clone(street.rounds()),
            dwelling: street.home(ZHOU),
            kind,
        };
        world
            .db()
            .execute(worker, pick(Some(PickKind::Added)))
            .await
            .unwrap();
        assert_eq!(street.proposed(worker).await[0].1[0], "asked");
        world
            .db()
            .execute(worker, pick(Some(PickKind::TakenAway)))
            .await
            .unwrap();
        assert!(street.proposed(worker).await.is_empty());
        world.db().execute(worker, pick(None)).await.unwrap();
        assert!(street.proposed(worker).await.is_empty());
        world.clock.advance(3 * Micros::DAY);
        let all = street.proposed(worker).await;
        assert_eq!(all[0].1[0], "again");
        // Nobody of another grid touches it.
        let other = street.ground.caller(Role::GridWorker, "A2");
        let refused = world.db().execute(&other, pick(None)).await.unwrap_err();
        assert_eq!(refused.kind().status(), 403);
        let foreign = street.visit(ZHOU, Outcome::Done);
        let refused = street.record(&other, foreign).await.unwrap_err();
        assert_eq!(refused.kind().status(), 403);
    }
}

#[tokio::test]
async fn who_moved_out_meanwhile_is_said_before_anything_is_confirmed() {
    for base in databases().await {
        let street = Street::new(base).await;
        let (world, worker) = (&street.ground.world, &street.worker);
        let (wang, young) = (street.people["王桂芳"], street.people["王小明"]);
        let out = MoveOut {
            vault: Arc::clone(&street.ground.vault),
            community: street.community(),
            person: young,
            dwelling: None,
            on: None,
            whereto: None,
        };
        world.db().execute(&world.service(), out).await.unwrap();
        let mut new = street.visit(WANG, Outcome::Done);
        new.lived = Some(BTreeSet::from([wang, young]));
        let refused = street.record(worker, new.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "visit-residents-changed");
        // Nothing of it was kept, and with those who are there it goes on under the same id.
        let read = worker.scope(&ROUNDS_READ).unwrap();
        let (db, home) = (world.db(), [new.dwelling]);
        let visits = visits_of(db, Some(&read), street.community(), &home, 5).await;
        assert!(visits.unwrap().is_empty());
        new.lived = Some(BTreeSet::from([wang]));
        assert!(!street.record(worker, new).await.unwrap().again);
    }
}

#[tokio::test]
async fn that_somebody_moved_out_is_written_down_with_the_visit() {
    for base in databases().await {
        let street = Street::new(base).await;
        let (world, worker) = (&street.ground.world, &street.worker);
        let (wang, young) = (street.people["王桂芳"], street.people["王小明"]);
        let today = world.service().now().date();
        let home = street.home(WANG);
        let living = async || {
            let db = world.db().read();
            Directory::living_in(db, street.community(), home)
                .await
                .unwrap()
        };
        let visit = |outcome, gone: &[(_, Option<jiff::civil::Date>)]| {
            let gone = gone.iter().map(|(person, on)| Gone {
                person: *person,
                on: *on,
            });
            NewVisit {
                lived: Some(BTreeSet::from([wang, young])),
                gone: gone.collect(),
                ..street.visit(WANG, outcome)
            }
        };
        // Nobody left tomorrow, or before they came; nothing of such a visit is kept.
        let days = [
            (today.tomorrow().unwrap(), "move-out-future"),
            ("1990-01-01".parse().unwrap(), "move-out-before"),
        ];
        for (day, code) in days {
            let wrong = visit(Outcome::Done, &[(young, Some(day))]);
            let refused = street.record(worker, wrong).await.unwrap_err();
            let field = &refused.fields()[0];
            assert_eq!(
                (field.field.clone(), field.code),
                (format!("on_{young}"), code)
            );
            assert_eq!(living().await, BTreeSet::from([wang, young]));
        }
        // A number heard of him is his wherever he lives now; whoever stays is confirmed, he is not.
        world.clock.advance(40 * Micros::DAY);
        let day = world.service().now().date().yesterday().unwrap();
        let mut met = visit(Outcome::Done, &[(young, Some(day))]);
        met.learnt = vec![Learnt {
            person: young,
            phone: "13912345678".into(),
            ..Learnt::default()
        }];
        let proposed = async || {
            let all = street.proposed(worker).await;
            all.iter().any(|(address, _)| address == WANG)
        };
        assert!(proposed().await);
        for again in [false, true] {
            let done = street.record(worker, met.clone()).await.unwrap();
            assert_eq!(
                (done.again, living().await),
                (again, BTreeSet::from([wang]))
            );
        }
        assert!(!proposed().await);
        // From the neighbour, while nobody was at home; who is gone already is no fault.
        let gone = [(young, None), (wang, None)];
        let done = street.record(worker, visit(Outcome::Tried, &gone)).await;
        assert!(!done.unwrap().again);
        assert!(living().await.is_empty());
    }
}

#[tokio::test]
async fn a_substitute_has_the_absent_workers_visits_and_weights_are_data() {
    for base in databases().await {
        let street = Street::new(base).await;
        let (world, db) = (&street.ground.world, street.ground.world.db());
        let (first, shi) = street.in_office("施晓", "A1").await;
        let (second, gu) = street.in_office("顾青", "A2").await;
        let desk = street.ground.caller(Role::CommunityDesk, "A");
        let team = |ctx: youlin_kernel::Ctx| {
            let street = &street;
            async move {
                let all = visitors(street.rounds(), db, &ctx, street.community())
                    .await
                    .unwrap()
                    .there;
                let day = street.day(&ctx).await;
                let plan = day_plan(&day, &all, None, ctx.now());
                let by = |person| {
                    let own = plan
                        .rounds
                        .iter()
                        .find(|one| one.visitor.person == Some(person));
                    own.map_or(0, youlin_rounds::visits::DayRound::visits)
                };
                (by(first), by(second), plan.nobody)
            }
        };
        assert_eq!(team(desk.clone()).await, (1, 1, 0));
        let note = NoteAbsence {
            community: street.community(),
            person: (street.community(), first),
            from: world.service().now().plus(-Micros::HOUR),
            to: world.service().now().plus(2 * Micros::DAY),
            substitute: Some((street.community(), second)),
        };
        let id = db.execute(&world.service(), note).await.unwrap();
        assert_eq!(team(desk.clone()).await, (0, 1, 1), "nobody agreed yet");
        let answer = AnswerAbsence {
            community: street.community(),
            id,
            yes: true,
        };
        db.execute(&world.service(), answer).await.unwrap();
        assert_eq!(team(desk.clone()).await, (0, 2, 0));
        let all = visitors(street.rounds(), db, &gu, street.community())
            .await
            .unwrap();
        assert_eq!(all.there.len(), 1);
        let lent: Vec<(&str, bool)> = all.there[0]
            .lent
            .iter()
            .map(|one| (one.name.as_str(), one.away))
            .collect();
        assert_eq!(lent, [("施晓", true)]);
        // Whoever is away has nothing to walk, and is told who does.
        let asked = (&shi.scope(&PEOPLE_READ).unwrap(), street.community());
        let me = my_visitor(street.rounds(), db, &shi, asked, &all).await;
        let me = me.unwrap();
        assert_eq!((me.visitor.person, me.holds_post), (Some(first), true));
        assert_eq!(me.visitor.areas().count(), 0);
        let leave = me.leave.unwrap();
        assert_eq!(leave.stand_ins, ["顾青"]);
        assert!(leave.until > shi.now());
        let both = [all.there[0].clone(), me.visitor];
        let plan = day_plan(&street.day(&desk).await, &both, None, desk.now());
        let visits = plan
            .rounds
            .iter()
            .map(youlin_rounds::visits::DayRound::visits);
        assert_eq!(visits.collect::<Vec<_>>(), [2, 0]);
        // What counts is the community's own affair.
        let mut rule = VisitRule::default();
        rule.weights.weights.get_mut("alone_80").unwrap().from = 90;
        rule.weights.weights.remove("newcomer");
        let save = |version, rule| SaveVisitRule {
            community: street.community(),
            version,
            rule,
        };
        db.execute(&desk, save(0, rule.clone())).await.unwrap();
        assert_eq!(team(desk.clone()).await, (0, 0, 0));
        let stale = db
            .execute(&desk, save(0, VisitRule::default()))
            .await
            .unwrap_err();
        assert_eq!(stale.code(), "stale");
        rule.per_day = 0;
        let wrong = db.execute(&desk, save(1, rule)).await.unwrap_err();
        assert_eq!(wrong.fields()[0].code, "visit-per-day");
        assert_eq!(visit_rule(db, street.community()).await.unwrap().version, 1);
        let denied = db
            .execute(&street.worker, save(1, VisitRule::default()))
            .await
            .unwrap_err();
        assert_eq!(denied.kind().status(), 403);
    }
}

/// Of each round of the team: who, and for whom each visit is.
async fn team_lists(street: &Street, ctx: &youlin_kernel::Ctx) -> Vec<(String, Vec<String>)> {
    let db = street.ground.world.db();
    let all = visitors(street.rounds(), db, ctx, street.community())
        .await
        .unwrap()
        .there;
    let plan = day_plan(&street.day(ctx).await, &all, None, ctx.now());
    let rounds = plan.rounds.into_iter().map(|round| {
        let visits = round.stops.into_iter().flat_map(|stop| stop.visits);
        let mut told: Vec<String> = visits
            .map(|one| format!("{} {}", one.address, one.stands_in_for.unwrap_or_default()))
            .collect();
        told.sort();
        (round.visitor.name, told)
    });
    rounds.collect()
}

#[tokio::test]
async fn a_shift_taken_over_brings_the_others_doors_for_its_day_and_takes_none_away() {
    for base in databases().await {
        let street = Street::new(base).await;
        let (world, db) = (&street.ground.world, street.ground.world.db());
        let (community, service) = (street.community(), street.ground.world.service());
        let (first, _) = street.in_office("施晓", "A1").await;
        let (second, _) = street.in_office("顾青", "A2").await;
        let desk = street.ground.caller(Role::CommunityDesk, "A");
        let before = team_lists(&street, &desk).await;
        let [(_, of_first), (_, of_second)] = before.as_slice() else {
            panic!("{before:?}");
        };
        let today = service.now().local().date();
        let rota = SaveRota {
            community,
            id: None,
            area: community.into(),
            kind: DutyKind::Night,
            name: "夜间值守".to_owned(),
            pattern: Pattern {
                days: DutyDays::EveryDay,
                weekdays: 0,
                turn_weeks: 0,
                from_minute: 1_140,
                to_minute: 1_320,
                heads: 1,
                starts_on: today,
                ends_on: None,
            },
            members: vec![(community, first)],
        };
        let rota = db.execute(&service, rota).await.unwrap();
        let plan = PlanDuty {
            community,
            rota,
            to: today,
            working: Default::default(),
        };
        db.execute(&service, plan).await.unwrap();
        let scope = desk.scope(&ROSTERS_READ).unwrap();
        let span = (
            service.now().plus(-Micros::DAY),
            service.now().plus(Micros::DAY),
        );
        let all = shifts(db.read(), &street.ground.vault, &scope, span, None).await;
        let ask = AskSwap {
            community,
            shift: all.unwrap()[0].id,
            to: (community, second),
        };
        let id = db.execute(&service, ask).await.unwrap();
        assert_eq!(
            team_lists(&street, &desk).await,
            before,
            "nobody agreed yet"
        );
        let answer = AnswerSwap {
            community,
            id,
            yes: true,
        };
        db.execute(&service, answer).await.unwrap();
        // The one who gave the shift away keeps the whole list; the other one has both, and sees whose is whose.
        let now = team_lists(&street, &desk).await;
        assert_eq!(now[0], before[0]);
        let mut both: Vec<String> = of_first.iter().map(|one| format!("{one}施晓")).collect();
        both.extend(of_second.iter().cloned());
        both.sort();
        assert!(!of_first.is_empty() && !of_second.is_empty());
        assert_eq!(now[1], ("顾青".to_owned(), both));
        // The day after everything is as it was.
        world.clock.advance(Micros::DAY);
        let lists = team_lists(&street, &street.ground.caller(Role::CommunityDesk, "A")).await;
        assert!(
            lists[1].1.iter().all(|one| !one.ends_with("施晓")),
            "{lists:?}"
        );
    }
}

#[tokio::test]
async fn a_policy_asks_the_register_and_is_counted_by_dwellings() {
    for base in databases().await {
        let street = Street::new(base).await;
        let db = street.ground.world.db();
        let desk = street.ground.caller(Role::CommunityDesk, "A");
        let policy = |doors| every_month(desk.now().date(), doors);
        let save = |policy| SavePolicy {
            community: street.community(),
            known: None,
            title: "六十岁以上每月走访".into(),
            policy,
            subjects: Vec::new(),
            fixer: None,
            checklist: None,
        };
        let daily = Policy {
            every: Every::Day,
            ..policy(DoorQuestion::default())
        };
        let refused = db.execute(&desk, save(daily)).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "policy-dwelling-day");
        let sixty = DoorQuestion {
            age_from: Some(60),
            ..DoorQuestion::default()
        };
        let id = db.execute(&desk, save(policy(sixty))).await.unwrap();
        let all = street.proposed(&street.worker).await;
        let mut due: Vec<&str> = all
            .iter()
            .filter(|(_, codes)| codes.contains(&"due"))
            .map(|(address, _)| address.as_str())
            .collect();
        due.sort_unstable();
        assert_eq!(due, [ZHOU, LI]);
        street
            .record(&street.worker, street.visit(LI, Outcome::Done))
            .await
            .unwrap();
        let scope = desk.scope(&PEOPLE_READ).unwrap();
        let today = desk.now().date();
        let all = policies(db, &desk.scope(&ROUNDS_READ).unwrap())
            .await
            .unwrap();
        let counts = door_counts(&desk, db, street.rounds(), &scope, (today, today), &all)
            .await
            .unwrap()[&id];
        // Zhou, Li, and the old couple of the east.
        assert_eq!(
            (counts.doors, counts.done, counts.open, counts.missed),
            (3, 1, 2, 0)
        );
    }
}

#[tokio::test]
async fn two_people_at_one_door_on_one_day_take_nothing_from_each_other() {
    for base in databases().await {
        let street = Street::new(base).await;
        let (world, worker) = (&street.ground.world, &street.worker);
        let db = world.db();
        let other = street.ground.caller(Role::GridWorker, "A1");
        let evening = worker.now().plus(2 * Micros::HOUR);
        let mut tried = street.visit(ZHOU, Outcome::Tried);
        tried.try_again_at = Some(evening);
        let first = street.record(worker, tried).await.unwrap();

        // The other one had the page open since before: told, and nothing written yet.
        world.clock.advance(10 * Micros::MINUTE);
        let mut left_out = street.visit(ZHOU, Outcome::Skipped);
        left_out.reason = "下雨".into();
        left_out.shown = Some(BTreeSet::new());
        let told = street.record(&other, left_out.clone()).await.unwrap_err();
        assert_eq!(told.code(), "visit-meanwhile");
        let home = [street.home(ZHOU)];
        let scope = worker.scope(&ROUNDS_READ).unwrap();
        let visits = || visits_of(db, Some(&scope), street.community(), &home, 9);
        assert_eq!(visits().await.unwrap().len(), 1);
        // Sent again knowingly: both stay, and so does the evening that was agreed.
        left_out.shown = Some(BTreeSet::from([first.id]));
        street.record(&other, left_out).await.unwrap();
        assert_eq!(visits().await.unwrap().len(), 2);
        let open = street.proposed(worker).await;
        assert_eq!(open[0].0, ZHOU);
        assert!(open[0].1.contains(&"again"), "{open:?}");

        // What one put on the list by hand another does not take off it.
        let pick = |address: &str, kind| PickVisit {
            rounds: Arc::clone(street.rounds()),
            dwelling: street.home(address),
            kind,
        };
        let added = pick(WANG, Some(PickKind::Added));
        db.execute(worker, added).await.unwrap();
        for kind in [Some(PickKind::TakenAway), None] {
            let refused = db.execute(&other, pick(WANG, kind)).await.unwrap_err();
            assert_eq!(refused.code(), "visit-added-by-other");
        }
        let listed = |all: &[(String, Vec<&'static str>)]| all.iter().any(|(at, _)| at == WANG);
        assert!(listed(&street.proposed(worker).await));
        // Met, it is done; whoever added it is the one to take it off.
        let met = street.visit(WANG, Outcome::Done);
        street.record(&other, met).await.unwrap();
        assert!(!listed(&street.proposed(worker).await));
        db.execute(worker, pick(WANG, None)).await.unwrap();
    }
}
