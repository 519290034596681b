//! The river: found, put right, looked at again by somebody else, and only then ended.

use std::sync::Arc;

use uuid::Uuid;
use youlin_cases::model::{Status, Verb, VerifyMethod};
use youlin_cases::{Act, Via};
use youlin_database::audit::verify;
use youlin_kernel::{CommunityId, Micros, Role};
use youlin_rounds::model::{Channel, Due, FindingState, Outcome};
use youlin_rounds::permissions::{ROUNDS_READ, ROUNDS_WALK};
use youlin_rounds::{
    FindingStep, ReturnVisit, RoundFilter, board, due_now, module, round_view, rounds_of,
};
use youlin_testkit::databases;

use crate::ground::Ground;

fn handled() -> Verb {
    Verb::Handled {
        text: "已打捞清运".into(),
    }
}

#[tokio::test]
async fn a_finding_ends_only_when_somebody_else_went_back_and_looked() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let db = ground.world.db();
        let policy = ground.weekly().await;
        let volunteer = ground.of(ground.team);
        let cleaner = ground.of(ground.cleaner);
        let scope = volunteer.scope(&ROUNDS_WALK).unwrap();
        let due_today = || due_now(&ground.rounds, db, &volunteer, &scope);
        let due = due_today().await.unwrap();
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].due, Due::Open { left: 1 });

        let sent = ground.patrol(Some(policy));
        let filed = ground.hand_in(&volunteer, sent.clone()).await.unwrap();
        let states: Vec<FindingState> = filed.findings.iter().map(|one| one.state).collect();
        assert_eq!(
            states,
            [FindingState::Case, FindingState::Case, FindingState::OnSpot]
        );
        assert!(due_today().await.unwrap().is_empty());
        let case = filed.findings[0].case.unwrap();
        // The policy says who puts such things right.
        assert_eq!(ground.status(case).await, Status::Dispatched);

        // Sent again after a lost answer, even an hour later by another clock.
        ground.world.clock.advance(Micros::HOUR);
        let mut again = sent.clone();
        again.sent_at = Some(ground.world.service().now());
        let again = ground.hand_in(&volunteer, again).await.unwrap();
        assert!(again.again);
        assert_eq!(again.findings, filed.findings);
        assert_eq!(ground.open().await.len(), 2);
        // Another content under the same id.
        let mut other = sent.clone();
        other.text = "全部干净".into();
        let refused = ground.hand_in(&volunteer, other).await.unwrap_err();
        assert_eq!(refused.code(), "round-other-content");

        ground.act(&cleaner, case, Verb::Start).await.unwrap();
        ground.act(&cleaner, case, handled()).await.unwrap();
        let finding = filed.findings[0].id;
        let back = |passed, text: &str| ReturnVisit {
            rounds: Arc::clone(&ground.rounds),
            community: ground.community(),
            finding,
            passed,
            text: text.into(),
            measured: None,
            photographs: Vec::new(),
        };
        // Not by whoever put it right.
        let own = db
            .execute(&cleaner, back(true, "干净了"))
            .await
            .unwrap_err();
        assert_eq!(own.code(), "own-work");
        assert_eq!(ground.status(case).await, Status::Handled);
        let steps = |all: Vec<youlin_rounds::FindingView>| {
            let one = all.into_iter().find(|one| one.id == finding).unwrap();
            one.step
        };
        assert_eq!(steps(ground.open().await), FindingStep::ToRevisit);
        let silent = db.execute(&volunteer, back(true, " ")).await.unwrap_err();
        assert_eq!(silent.fields()[0].code, "return-visit-what");
        db.execute(&volunteer, back(false, "桥下还有"))
            .await
            .unwrap();
        assert_eq!(ground.status(case).await, Status::InProgress);
        ground.act(&cleaner, case, handled()).await.unwrap();
        db.execute(&volunteer, back(true, "干净了")).await.unwrap();
        assert_eq!(ground.status(case).await, Status::Closed);

        let seen = round_view(&ground.rounds, db, &scope, filed.id)
            .await
            .unwrap();
        assert!(seen.text.starts_with("河面漂浮垃圾少许"));
        assert_eq!(seen.answers["floating"], "few");
        let first = &seen.findings[0];
        assert_eq!(first.step, FindingStep::Verified);
        let passed: Vec<bool> = first.returns.iter().map(|one| one.passed).collect();
        assert_eq!(passed, [false, true]);
        let along = first.chainage_m.unwrap() / ground.reach.length_m;
        assert!((0.15..0.35).contains(&along), "{along}");

        let public = board(db, &ground.reach.sign, volunteer.now())
            .await
            .unwrap();
        assert_eq!(
            (public.open.len(), public.solved.len(), public.patrols),
            (1, 2, 1)
        );
        let chains = [CommunityId::SYSTEM, ground.community()];
        let proof = verify(db.read(), &module().audited, &chains, None)
            .await
            .unwrap();
        assert!(proof.faults.is_empty(), "{proof:?}");
    }
}

#[tokio::test]
async fn a_position_on_nobodys_ground_is_kept_and_its_case_is_of_the_reach() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let volunteer = ground.of(ground.team);
        let mut sent = ground.patrol(None);
        // Waters are borders, and a telephone is some metres off; one of them is in another city.
        (sent.findings[0].lon, sent.findings[0].lat) = (Some(121.47), Some(31.23));
        sent.findings[1].category = "E-9999".into();
        (sent.findings[1].lon, sent.findings[1].lat) = (Some(0.0), Some(0.0));
        // What else is wrong is told all the same.
        let refused = ground.hand_in(&volunteer, sent.clone()).await.unwrap_err();
        let fields: Vec<&str> = refused
            .fields()
            .iter()
            .map(|one| one.field.as_str())
            .collect();
        assert_eq!(fields, ["findings.1.category"], "{refused:?}");
        sent.findings[1].category = "E-0105".into();
        let filed = ground.hand_in(&volunteer, sent).await.unwrap();
        let cases = filed.findings.iter().filter_map(|one| one.case);
        for case in cases.clone() {
            assert_ne!(ground.status(case).await, Status::Closed);
        }
        let desk = ground.caller(Role::CommunityDesk, "A");
        let first = filed.findings[0].case.unwrap();
        let (db, cases_of) = (ground.world.db(), &ground.cases);
        let case = youlin_cases::case(db, cases_of, &desk, first).await;
        let address = case.unwrap().row.address;
        assert!(
            address.contains("北纬 31.23000，东经 121.47000"),
            "{address}"
        );
        assert_eq!(cases.count(), 2);
        let found = ground.open().await;
        assert!(
            found.iter().all(|one| one.chainage_m.is_none()),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn bad_rounds_are_refused_with_what_to_mend() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let volunteer = ground.of(ground.team);
        let mut wrong = ground.patrol(None);
        wrong.ended_at = wrong.began_at.plus(-1);
        wrong.outcome = Outcome::Skipped;
        wrong.findings[0].category = "X-1".into();
        wrong.findings[1].text = String::new();
        let refused = ground.hand_in(&volunteer, wrong).await.unwrap_err();
        let mut faults: Vec<(String, &str)> = refused
            .fields()
            .iter()
            .map(|field| (field.field.to_string(), field.code))
            .collect();
        faults.sort();
        assert_eq!(
            faults,
            [
                ("ended_at".to_owned(), "round-ends-before"),
                ("findings.0.category".to_owned(), "unknown-category"),
                ("findings.1.text".to_owned(), "required"),
                ("reason".to_owned(), "round-why"),
            ]
        );
        let elsewhere = ground.caller(Role::GridWorker, "B");
        let refused = ground
            .hand_in(&elsewhere, ground.patrol(None))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "forbidden");
        let scope = elsewhere.scope(&ROUNDS_READ).unwrap();
        let filter = RoundFilter::default();
        let seen = rounds_of(ground.world.db(), &scope, filter).await.unwrap();
        assert!(seen.is_empty());
    }
}

#[tokio::test]
async fn a_clock_two_years_off_is_put_right_and_said() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let volunteer = ground.of(ground.team);
        let mut sent = ground.patrol(None);
        let off = -730 * Micros::DAY;
        for at in [&mut sent.began_at, &mut sent.ended_at] {
            *at = at.plus(off);
        }
        sent.sent_at = sent.sent_at.map(|at| at.plus(off));
        let filed = ground.hand_in(&volunteer, sent).await.unwrap();
        let scope = volunteer.scope(&ROUNDS_READ).unwrap();
        let db = ground.world.db();
        let seen = round_view(&ground.rounds, db, &scope, filed.id)
            .await
            .unwrap();
        assert_eq!(seen.clock_off, Some(-730 * 86_400));
        let meant = volunteer.now().plus(-50 * Micros::MINUTE);
        assert!((seen.line.began_at.0 - meant.0).abs() < Micros::SECOND);
    }
}

#[tokio::test]
async fn a_clock_that_was_set_between_writing_and_sending_loses_and_shifts_nothing() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let volunteer = ground.of(ground.team);
        let scope = volunteer.scope(&ROUNDS_READ).unwrap();
        let years = 730 * Micros::DAY;
        for (channel, written, sent) in [
            // Right when it was written: as it was, whatever the clock shows now.
            (Channel::Field, 0, Some(years)),
            (Channel::Field, 0, Some(-years)),
            // Wrong when it was written, right now, or not said: put to the receipt.
            (Channel::Field, years, Some(0)),
            (Channel::Field, -years, Some(0)),
            (Channel::Openrosa, years, Some(0)),
            (Channel::Openrosa, years, None),
        ] {
            let mut new = ground.patrol(None);
            new.channel = channel;
            let (began, ended) = (new.began_at, new.ended_at);
            for at in [&mut new.began_at, &mut new.ended_at] {
                *at = at.plus(written);
            }
            new.sent_at = sent.map(|off| volunteer.now().plus(off));
            let (wrote, told) = (new.began_at, ground.hand_in(&volunteer, new).await.unwrap());
            let db = ground.world.db();
            let view = round_view(&ground.rounds, db, &scope, told.id);
            let view = view.await.unwrap();
            let line = &view.line;
            assert_eq!(view.clock_off, None);
            if written == 0 {
                assert_eq!((line.began_at, line.ended_at), (began, ended));
                assert!(view.phone_times.is_none());
                continue;
            }
            assert_eq!(line.ended_at, view.received_at);
            assert_eq!(line.ended_at.0 - line.began_at.0, ended.0 - began.0);
            assert_eq!(view.phone_times.unwrap().began_at, wrote);
            let found = &view.findings[0];
            assert_eq!(found.found_at, line.began_at);
        }
    }
}

#[tokio::test]
async fn a_time_that_is_typed_and_cannot_be_is_told() {
    let ground = Ground::new(youlin_testkit::sqlite().await).await;
    let volunteer = ground.of(ground.team);
    for (days, field, code) in [
        (1, "ended_at", "round-in-future"),
        (-730, "began_at", "round-long-ago"),
    ] {
        let mut typed = ground.patrol(None);
        typed.channel = Channel::Page;
        typed.sent_at = None;
        for at in [&mut typed.began_at, &mut typed.ended_at] {
            *at = at.plus(days * Micros::DAY);
        }
        let refused = ground.hand_in(&volunteer, typed).await.unwrap_err();
        let faults = refused.fields();
        assert_eq!((&*faults[0].field, faults[0].code), (field, code));
    }
}

#[tokio::test]
async fn what_a_patrol_found_is_closed_by_somebody_who_went_back() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let policy = ground.weekly().await;
        let volunteer = ground.of(ground.team);
        let cleaner = ground.of(ground.cleaner);
        let desk = ground.caller(Role::CommunityDesk, "A");
        let db = ground.world.db();
        let filed = ground
            .hand_in(&volunteer, ground.patrol(Some(policy)))
            .await
            .unwrap();
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let first = |all: youlin_rounds::RoundView| all.findings[0].clone();
        let view = || async {
            let view = round_view(&ground.rounds, db, &scope, filed.id).await;
            first(view.unwrap())
        };
        let verify = |method| Verb::Verify {
            method,
            passed: true,
            responded: None,
            solved: Some(true),
            satisfied: None,
            text: "现场看过，干净了".into(),
            thanks: None,
        };
        let solved = || async {
            let public = board(db, &ground.reach.sign, volunteer.now()).await;
            public.unwrap().solved.len()
        };
        let before = solved().await;
        let cases: Vec<Uuid> = filed.findings.iter().filter_map(|one| one.case).collect();
        for case in &cases {
            ground.act(&cleaner, *case, Verb::Start).await.unwrap();
            ground.act(&cleaner, *case, handled()).await.unwrap();
        }
        // Nobody reported it: there is nobody to ask.
        let asked = ground
            .act(&desk, cases[0], verify(VerifyMethod::CallBack))
            .await
            .unwrap_err();
        assert_eq!(asked.fields()[0].code, "verify-nobody-to-ask");
        assert_eq!(view().await.step, FindingStep::ToRevisit);
        // Seen on the spot at the desk's page, the visit is written down with the round.
        ground.world.clock.advance(Micros::HOUR);
        ground
            .act(&desk, cases[0], verify(VerifyMethod::OnTheSpot))
            .await
            .unwrap();
        let one = view().await;
        assert_eq!(one.step, FindingStep::Verified);
        assert_eq!(one.returns.len(), 1);
        assert_eq!(one.returns[0].text, "现场看过，干净了");
        assert_eq!(solved().await, before + 1);
        let case = youlin_cases::case(db, &ground.cases, &desk, cases[0]).await;
        let case = case.unwrap();
        assert_eq!((case.solved, case.may_call_back), (None, false));
        // The latest solved stands in front, put right at once or later.
        let public = board(db, &ground.reach.sign, volunteer.now())
            .await
            .unwrap();
        let ended: Vec<_> = public.solved.iter().map(|one| one.ended_at).collect();
        assert!(ended.iter().all(Option::is_some));
        assert!(ended.is_sorted_by(|one, two| one >= two), "{ended:?}");
        assert_eq!(ended[0], case.ended_at);
        // One that was closed without anybody going back, as it could be before, counts as ended only.
        let act = Act {
            cases: Arc::clone(&ground.cases),
            community: ground.community(),
            case: cases[1],
            version: None,
            verb: verify(VerifyMethod::OnTheSpot),
            via: Via::Rule,
        };
        db.execute(&desk, act).await.unwrap();
        let other = round_view(&ground.rounds, db, &scope, filed.id)
            .await
            .unwrap();
        assert_eq!(other.findings[1].step, FindingStep::Ended);
        assert_eq!(solved().await, before + 1);
    }
}
