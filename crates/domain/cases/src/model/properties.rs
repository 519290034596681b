//! What holds whatever people do, in whatever order.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::sync::Arc;

use proptest::prelude::*;
use uuid::Uuid;
use youlin_kernel::Micros;
use youlin_people::Party;
use youlin_workday::{Calendar, Limit, LimitUnit};

use super::*;
use crate::catalogue::{Category, Class, Evidence};
use crate::entities::case_record;
use crate::permissions::{CASES_APPROVE, CASES_DESK, CASES_READ, CASES_SUPERVISE, CASES_VERIFY};

/// 2026-11-11 08:12 in Nantong.
const START: i64 = 1_794_355_920_000_000;

fn policy() -> Policy {
    let category = Category {
        code: "S-0101".into(),
        revision: 1,
        class: Class::Service,
        group: "服务".into(),
        name: "出行帮扶".into(),
        name_en: String::new(),
        keywords: Vec::new(),
        urgent_keywords: Vec::new(),
        limit: Limit::new(4, LimitUnit::WorkingHours),
        accept_limit: Limit::new(1, LimitUnit::WorkingHours),
        evidence: Evidence::None,
        evidence_basis: None,
        questions: Vec::new(),
        line_department: None,
        reopen_days: 15,
        sensitive: false,
    };
    Policy {
        category,
        calendar: Arc::new(Calendar::default()),
    }
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn fresh() -> CaseState {
    let mut case = case_record::Model {
        community_id: 10,
        id: id(1),
        version: 1,
        number: "20261111-0001".into(),
        tracking_code: "ABCDE12345".into(),
        status: "reported".into(),
        source: "phone".into(),
        category: "S-0101".into(),
        category_version: 1,
        urgency: "urgent".into(),
        text: "推不了轮椅".into(),
        answers: "{}".into(),
        grid_id: Some(100),
        neighbourhood_id: None,
        building_id: None,
        dwelling_id: None,
        address: String::new(),
        lon: None,
        lat: None,
        reporter_person: Some(id(3)),
        reporter_contact: None,
        lead_kind: None,
        lead_id: None,
        handled_by: None,
        reported_at: START,
        accepted_at: None,
        dispatched_at: None,
        handled_at: None,
        ended_at: None,
        time_limit: String::new(),
        due_at: 0,
        due_provisional: None,
        pauses: "[]".into(),
        clock_stopped: false,
        overdue: false,
        review_at: None,
        extension_asked: None,
        extensions: 0,
        reworks: 0,
        supervised: false,
        escalated_to: None,
        merged_into: None,
        status_before: None,
        responded: None,
        solved: None,
        satisfied: None,
        thanks: None,
        reopen_until: None,
        external_key: None,
    };
    clock::set_limit(&mut case, policy().category.limit);
    clock::recompute(&mut case, &policy().calendar);
    CaseState {
        case,
        tasks: Vec::new(),
    }
}

/// 0: desk, 1: the lead's person, 2: a supporter, 3: the reporter, 4: supervisor, 5: somebody with no rights here.
fn facts(who: u8, step: u128) -> Facts {
    let all = vec![&CASES_READ, &CASES_DESK, &CASES_VERIFY, &CASES_APPROVE];
    let (permissions, parties) = match who {
        0 => (all, vec![]),
        1 => (
            vec![&CASES_READ, &CASES_VERIFY],
            vec![Party::person(id(11))],
        ),
        2 => (vec![], vec![Party::person(id(12))]),
        4 => (
            vec![
                &CASES_READ,
                &CASES_DESK,
                &CASES_VERIFY,
                &CASES_APPROVE,
                &CASES_SUPERVISE,
            ],
            vec![],
        ),
        _ => (vec![], vec![]),
    };
    Facts {
        permissions,
        parties,
        is_reporter: who == 3,
        actor: Some(id(900 + u128::from(who))),
        ids: (0..24).map(|n| id(10_000 + step * 100 + n)).collect(),
        nonces: (0..24).collect(),
    }
}

fn to(n: u128) -> Assignment {
    Assignment {
        party: Party::person(id(n)),
        text: String::new(),
    }
}

fn verb() -> impl Strategy<Value = Verb> {
    let reason = || "因为".to_owned();
    prop_oneof![
        Just(Verb::Accept),
        Just(Verb::Decline { reason: reason() }),
        Just(Verb::Dispatch {
            lead: to(11),
            supporting: vec![to(12)]
        }),
        Just(Verb::Dispatch {
            lead: to(11),
            supporting: vec![]
        }),
        Just(Verb::Return { reason: reason() }),
        Just(Verb::Reassign {
            lead: to(12),
            reason: reason()
        }),
        Just(Verb::Start),
        Just(Verb::Note {
            text: reason(),
            public: false
        }),
        (0u32..70).prop_map(|days| Verb::AskExtension {
            days,
            reason: "雨".into()
        }),
        any::<bool>().prop_map(|approve| Verb::DecideExtension {
            approve,
            reason: "好".into()
        }),
        (-3i64..40).prop_map(|days| Verb::Defer {
            until: Micros(START + days * Micros::DAY),
            reason: "等".into()
        }),
        Just(Verb::Resume),
        Just(Verb::Handled { text: reason() }),
        any::<bool>().prop_map(|passed| Verb::Verify {
            method: VerifyMethod::CallBack,
            passed,
            responded: Some(true),
            solved: Some(passed),
            satisfied: Some(passed),
            text: "回访".into(),
            thanks: None,
        }),
        Just(Verb::Reopen { reason: reason() }),
        Just(Verb::Escalate {
            to: EscalateTo::ParentArea,
            reason: reason()
        }),
        Just(Verb::HandBack { reason: reason() }),
        Just(Verb::Cancel { reason: reason() }),
        (-1i64..30).prop_map(|days| Verb::PlanFollowUp {
            at: Micros(START + days * Micros::DAY),
            text: "接回来".into(),
            parties: vec![Party::person(id(12))],
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_closes_unverified_and_the_books_stay_straight(
        steps in prop::collection::vec((verb(), 0u8..6, 1i64..200_000), 1..40)
    ) {
        let policy = policy();
        let mut state = fresh();
        let mut now = Micros(START);
        for (n, (verb, who, seconds)) in steps.into_iter().enumerate() {
            now = now.plus(seconds * Micros::SECOND);
            let facts = facts(who, n as u128);
            let before = state.clone();
            match decide(&state, &verb, &facts, &policy, now) {
                Ok(outcome) => {
                    prop_assert_ne!(who, 5, "somebody without rights changed something: {:?}", verb);
                    prop_assert!(rule(verb.name()).unwrap().from.contains(&before.status()));
                    state = outcome.state;
                    prop_assert!(!outcome.happened.is_empty());
                }
                Err(Refusal::NotAllowedNow { possible, .. }) => {
                    prop_assert!(!possible.contains(&verb.name()));
                }
                Err(_) => {}
            }
            // Verified by somebody else, nothing open, or not closed.
            if state.status() == Status::Closed && before.status() != Status::Closed {
                prop_assert_eq!(before.status(), Status::Handled);
                prop_assert_ne!(before.case.handled_by, facts.actor);
                prop_assert!(state.tasks.iter().all(|task| decide::task_status(task).is_ended()));
            }
            prop_assert_eq!(state.case.ended_at.is_some(), state.status().is_ended());
            let leads = state.tasks.iter().filter(|task| task.role == "lead" && task.ended_at.is_none()).count();
            prop_assert!(leads <= 1, "two leads at once");
            let working = matches!(state.status(), Status::Dispatched | Status::InProgress | Status::Handled);
            prop_assert!(!working || state.lead().is_some(), "{} without a lead", state.status());
            let stopped = matches!(state.status(), Status::Handled | Status::Deferred);
            prop_assert!(!stopped || state.case.clock_stopped);
            let running = matches!(state.status(), Status::Reported | Status::Accepted | Status::InProgress);
            prop_assert!(!running || !state.case.clock_stopped);
        }
    }

    #[test]
    fn time_that_stood_still_is_given_back(hours in 1i64..400) {
        let policy = policy();
        let desk = facts(0, 1);
        let start = Micros(START);
        let accepted = decide(&fresh(), &Verb::Accept, &desk, &policy, start).unwrap().state;
        let until = start.plus(500 * Micros::HOUR);
        let deferred = decide(&accepted, &Verb::Defer { until, reason: "等".into() }, &desk, &policy, start).unwrap();
        let later = start.plus(hours * Micros::HOUR);
        let resumed = decide(&deferred.state, &Verb::Resume, &desk, &policy, later).unwrap().state;
        let calendar = &policy.calendar;
        let left_before = calendar.working_time(start.timestamp(), Micros(accepted.case.due_at).timestamp());
        let left_after = calendar.working_time(later.timestamp(), Micros(resumed.case.due_at).timestamp());
        prop_assert_eq!(left_before, left_after);
    }
}

#[test]
fn the_story_of_the_paralysed_man_runs_and_cannot_be_cut_short() {
    let policy = policy();
    let now = Micros(START);
    let later = now.plus(3 * Micros::DAY);
    let act = |state: &CaseState, verb: Verb, who: u8, n: u128, at: Micros| {
        decide(state, &verb, &facts(who, n), &policy, at).map(|outcome| outcome.state)
    };
    let dispatch = Verb::Dispatch {
        lead: to(11),
        supporting: vec![to(12), to(13)],
    };
    let state = act(&fresh(), dispatch, 0, 1, now).unwrap();
    assert_eq!(state.status(), Status::Dispatched);
    assert!(
        state.case.accepted_at.is_some(),
        "dispatching at once accepts too"
    );
    let helper = state.tasks[1].id;
    let state = act(
        &state,
        Verb::AnswerTask {
            task: helper,
            accept: true,
            note: String::new(),
        },
        2,
        2,
        now,
    )
    .unwrap();
    let state = act(&state, Verb::Start, 1, 3, now).unwrap();
    let state = act(
        &state,
        Verb::Handled {
            text: "送到医院了".into(),
        },
        1,
        4,
        now,
    )
    .unwrap();
    assert_eq!(
        state.tasks[2].status, "cancelled",
        "whoever did not answer is no longer needed"
    );
    let plan = Verb::PlanFollowUp {
        at: later,
        text: "接回来".into(),
        parties: vec![Party::person(id(12))],
    };
    let state = act(&state, plan, 0, 5, now).unwrap();
    let verify = || Verb::Verify {
        method: VerifyMethod::CallBack,
        passed: true,
        responded: Some(true),
        solved: Some(true),
        satisfied: Some(true),
        text: "儿子很满意".into(),
        thanks: Some("谢谢邻居们".into()),
    };
    assert_eq!(act(&state, verify(), 1, 6, now), Err(Refusal::OwnWork));
    assert_eq!(
        act(&state, verify(), 0, 6, now),
        Err(Refusal::FollowUpsOpen { open: 1 })
    );
    let follow_up = state.tasks.last().unwrap().id;
    let state = act(
        &state,
        Verb::FinishTask {
            task: follow_up,
            note: "到家".into(),
        },
        2,
        7,
        later,
    )
    .unwrap();
    assert_eq!(
        act(&state, verify(), 0, 8, later),
        Err(Refusal::TasksOpen { open: 1 })
    );
    let state = act(
        &state,
        Verb::FinishTask {
            task: helper,
            note: "推到门口".into(),
        },
        2,
        9,
        later,
    )
    .unwrap();
    let state = act(&state, verify(), 0, 10, later).unwrap();
    assert_eq!(state.status(), Status::Closed);
    assert_eq!(state.case.thanks.as_deref(), Some("谢谢邻居们"));
    let late = Micros(state.case.reopen_until.unwrap()).plus(1);
    assert_eq!(
        act(
            &state,
            Verb::Reopen {
                reason: "又坏了".into()
            },
            3,
            11,
            late
        ),
        Err(Refusal::ReopenOver)
    );
    assert!(
        act(
            &state,
            Verb::Reopen {
                reason: "又坏了".into()
            },
            3,
            11,
            later
        )
        .is_ok()
    );
}

fn verified(method: VerifyMethod) -> Verb {
    Verb::Verify {
        method,
        passed: true,
        responded: Some(true),
        solved: Some(true),
        satisfied: None,
        text: "看过了".into(),
        thanks: None,
    }
}

/// Said to be done by the party of person 11.
fn handled(source: &str, reporter: Option<Uuid>) -> CaseState {
    let policy = policy();
    let now = Micros(START);
    let mut state = fresh();
    state.case.source = source.into();
    state.case.reporter_person = reporter;
    let dispatch = Verb::Dispatch {
        lead: to(11),
        supporting: Vec::new(),
    };
    let state = decide(&state, &dispatch, &facts(0, 1), &policy, now)
        .unwrap()
        .state;
    let done = Verb::Handled {
        text: "好了".into(),
    };
    decide(&state, &done, &facts(1, 2), &policy, now)
        .unwrap()
        .state
}

#[test]
fn what_nobody_reported_is_looked_at_and_not_asked_about() {
    let policy = policy();
    let now = Micros(START);
    let reporter = Some(id(3));
    for (source, reporter) in [
        ("patrol", None),
        ("patrol", reporter),
        ("inspection", None),
        ("visit", None),
        ("worker", None),
    ] {
        let state = handled(source, reporter);
        let by = |method| decide(&state, &verified(method), &facts(0, 3), &policy, now);
        let asked = by(VerifyMethod::CallBack);
        assert_eq!(asked, Err(Refusal::NobodyToAsk), "{source} {reporter:?}");
        let seen = by(VerifyMethod::OnTheSpot).unwrap().state;
        assert_eq!(seen.status(), Status::Closed);
        // What nobody was asked, nobody answered.
        let said = seen.case.solved.is_some() || seen.case.responded.is_some();
        assert_eq!(said, reporter.is_some(), "{source}");
    }
    // A household spoke of it: they can be asked how it is.
    for source in ["visit", "phone"] {
        let state = handled(source, reporter);
        let verb = verified(VerifyMethod::CallBack);
        let asked = decide(&state, &verb, &facts(0, 3), &policy, now).unwrap();
        assert_eq!(asked.state.case.solved, Some(true));
    }
}

#[test]
fn every_verb_has_exactly_one_rule() {
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.verb).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert_eq!(count, 26);
}
