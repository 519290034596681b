//! What holds whatever happens in whatever order.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use uuid::Uuid;
use youlin_people::Party;

use super::*;

const HOUR: i64 = 3_600_000_000;

#[derive(Clone, Debug)]
enum Move {
    Book {
        count: u32,
        from: i64,
        hours: i64,
        lend: bool,
    },
    Step {
        which: usize,
        verb: LoanVerb,
    },
    Wait {
        hours: i64,
    },
    Service(bool),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let step = prop_oneof![
        Just(LoanVerb::Confirm),
        Just(LoanVerb::HandOut),
        Just(LoanVerb::Return),
        Just(LoanVerb::Undo),
        Just(LoanVerb::Cancel { reason: "x".into() }),
        Just(LoanVerb::Decline { reason: "x".into() }),
        (0i64..60).prop_map(|hours| LoanVerb::Extend { to: hours * HOUR }),
    ];
    let one = prop_oneof![
        3 => (1u32..4, 0i64..40, 1i64..20, any::<bool>())
            .prop_map(|(count, from, hours, lend)| Move::Book { count, from, hours, lend }),
        6 => (0usize..12, step).prop_map(|(which, verb)| Move::Step { which, verb }),
        2 => (0i64..8).prop_map(|hours| Move::Wait { hours }),
        1 => any::<bool>().prop_map(Move::Service),
    ];
    prop::collection::vec(one, 1..60)
}

fn around<'a>(
    total: u32,
    loans: &[Loan],
    but: Option<usize>,
    now: i64,
    holds: &'a mut Vec<Hold>,
    in_service: bool,
) -> Around<'a> {
    let policy = LoanPolicy::default();
    let others = || {
        loans
            .iter()
            .enumerate()
            .filter(|(at, _)| Some(*at) != but)
            .map(|(_, loan)| loan)
    };
    *holds = others()
        .filter_map(|loan| loan.hold(now, &policy))
        .collect();
    let out = others()
        .filter(|loan| loan.state == LoanState::Out)
        .map(|loan| loan.count)
        .sum();
    Around {
        total,
        in_service,
        holds,
        out,
        open: true,
        policy,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// At no moment more is handed out than there is, and no booking is granted beyond it.
    #[test]
    fn never_more_than_there_are(total in 1u32..5, moves in moves()) {
        let (mut loans, mut now): (Vec<Loan>, i64) = (Vec::new(), 0);
        let mut in_service = true;
        for step in moves {
            let mut holds = Vec::new();
            match step {
                Move::Book { count, from, hours, lend } => {
                    let begin = from * HOUR;
                    let window = (begin, begin + hours * HOUR);
                    let facts = around(total, &loans, None, now, &mut holds, in_service);
                    let there = free(total, facts.holds, window.0, window.1);
                    if let Ok(loan) = book(count, window, lend, &facts, now) {
                        prop_assert!(count <= there);
                        prop_assert!(in_service);
                        loans.push(loan);
                    }
                }
                Move::Step { which, verb } if !loans.is_empty() => {
                    let at = which % loans.len();
                    let facts = around(total, &loans, Some(at), now, &mut holds, in_service);
                    match decide_loan(&loans[at], &verb, &facts, now) {
                        Ok(next) => {
                            prop_assert!(possible_for(&loans[at]).contains(&verb.word()));
                            // Undo brings the state back that was there.
                            if verb == LoanVerb::Undo {
                                prop_assert_eq!(Some(next.state), loans[at].before);
                            }
                            loans[at] = next;
                        }
                        Err(Refusal::NotNow { verb, possible, .. }) => prop_assert!(!possible.contains(&verb)),
                        Err(_) => {}
                    }
                }
                Move::Step { .. } => {}
                Move::Wait { hours } => now += hours * HOUR,
                Move::Service(on) => in_service = on,
            }
            let out: u32 = loans.iter().filter(|loan| loan.state == LoanState::Out).map(|loan| loan.count).sum();
            prop_assert!(out <= total, "{out} of {total} are out");
            // Bookings alone, and those handed out that are not late, never overlap beyond the count from now on.
            let planned: Vec<Hold> = loans.iter()
                .filter(|loan| matches!(loan.state, LoanState::Booked | LoanState::Out) && !loan.is_late(now))
                .map(|loan| Hold { from: loan.from, to: loan.to, count: loan.count })
                .collect();
            prop_assert!(peak(&planned, now, i64::MAX) <= total);
        }
    }

    /// The peak found by looking at begins is the one found by looking at every hour.
    #[test]
    fn the_peak_is_the_peak(spans in prop::collection::vec((0i64..20, 1i64..10, 1u32..4), 0..12), from in 0i64..20, hours in 1i64..12) {
        let holds: Vec<Hold> = spans.iter().map(|(begin, hours, count)| Hold { from: *begin, to: begin + hours, count: *count }).collect();
        let slow = (from..from + hours)
            .map(|at| holds.iter().filter(|hold| hold.from <= at && at < hold.to).map(|hold| hold.count).sum::<u32>())
            .max()
            .unwrap();
        prop_assert_eq!(peak(&holds, from, from + hours), slow);
    }

    /// Only the asker ends a request, and only after an answer of the one specialist who took it.
    #[test]
    fn support_ends_with_the_asker(steps in prop::collection::vec((0usize..11, 0u8..4, any::<bool>(), any::<bool>()), 1..40)) {
        let party = |n: u8| Party::person(Uuid::from_u128(u128::from(n) + 1));
        let mut support = Support { state: SupportState::Asked, offers: Vec::new(), rounds: 0, follow_by: None, helped: None };
        let mut answers = 0;
        for (verb, n, asker, desk) in steps {
            let said = || "x".to_owned();
            let verb = match verb {
                0 => SupportVerb::Offer { parties: vec![party(n)] },
                1 => SupportVerb::Withdraw { party: party(n) },
                2 => SupportVerb::Accept,
                3 => SupportVerb::Decline { reason: said() },
                4 | 9 => SupportVerb::Answer { text: said() },
                5 => SupportVerb::AskAgain { reason: said() },
                6 => SupportVerb::Follow { what: said(), by: youlin_kernel::Micros(5) },
                7 => SupportVerb::Confirm { helped: Helped::Yes, done: said() },
                8 => SupportVerb::Cancel { reason: said() },
                _ => SupportVerb::Offer { parties: vec![party(n), party((n + 1) % 4)] },
            };
            let who = Who { asker, desk, parties: vec![party(n)] };
            let before = support.clone();
            let Ok(next) = decide_support(&support, &verb, &who, 1) else { continue };
            if matches!(verb, SupportVerb::Answer { .. }) { answers += 1; }
            let count = |state| next.offers.iter().filter(|offer| offer.state == state).count();
            let (offered, accepted) = (count(OfferState::Offered), count(OfferState::Accepted));
            prop_assert!(!before.state.is_ended(), "nothing happens after the end");
            prop_assert!(accepted <= 1);
            match next.state {
                SupportState::Asked => prop_assert_eq!((offered, accepted), (0, 0)),
                SupportState::Offered => prop_assert!(offered > 0 && accepted == 0),
                SupportState::Accepted | SupportState::Answered | SupportState::Following => prop_assert_eq!((offered, accepted), (0, 1)),
                SupportState::Closed => {
                    prop_assert!(asker && answers > 0 && next.helped.is_some());
                    prop_assert!(matches!(before.state, SupportState::Answered | SupportState::Following));
                }
                SupportState::Cancelled => prop_assert!(asker || desk),
            }
            support = next;
        }
    }
}
