//! A round written down by mistake is taken back: it stays to be read, and nothing counts it.

use std::sync::Arc;

use youlin_cases::model::{Status, Verb};
use youlin_database::audit::verify;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result, Role};
use youlin_rounds::model::{Channel, Outcome};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{
    FindingStep, HazardFilter, RoundFilter, WithdrawRound, board, campaign_figures, hazards,
    judgements_of, module, round_view, rounds_of, rule_sets, what_changes,
};
use youlin_testkit::databases;

use crate::ground::Ground;
use crate::market::Market;

impl Ground {
    async fn take_back(
        &self,
        ctx: &Ctx,
        round: uuid::Uuid,
        reason: &str,
        take_along: bool,
    ) -> Result<(), Problem> {
        let withdraw = WithdrawRound {
            rounds: Arc::clone(&self.rounds),
            community: self.community(),
            round,
            reason: reason.into(),
            take_along,
        };
        self.world.db().execute(ctx, withdraw).await
    }
}

fn code(refused: Result<(), Problem>) -> &'static str {
    refused.unwrap_err().fields()[0].code
}

#[tokio::test]
async fn what_was_taken_back_counts_nowhere_and_stays_to_be_read() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let (db, policy) = (ground.world.db(), ground.weekly().await);
        let (volunteer, cleaner) = (ground.of(ground.team), ground.of(ground.cleaner));
        let desk = ground.caller(Role::CommunityDesk, "A");
        let sent = ground.patrol(Some(policy));
        let filed = ground.hand_in(&volunteer, sent.clone()).await.unwrap();
        assert_eq!(ground.left(policy).await, 0);

        // Why has to be said, and what becomes of the cases; not by somebody else.
        let silent = ground.take_back(&volunteer, filed.id, " ", true).await;
        assert_eq!(code(silent), "round-withdraw-why");
        let undecided = ground.take_back(&volunteer, filed.id, "选错了河段", false);
        assert_eq!(code(undecided.await), "round-withdraw-cases");
        let other = ground.take_back(&cleaner, filed.id, "不是我", true).await;
        assert_eq!(other.unwrap_err().code(), "forbidden");
        // Somebody works at one of them: then only the staff may say so.
        let case = filed.findings[0].case.unwrap();
        ground.act(&cleaner, case, Verb::Start).await.unwrap();
        let own = ground.take_back(&volunteer, filed.id, "选错了河段", true);
        assert_eq!(code(own.await), "round-withdraw-worked");
        assert_eq!(ground.left(policy).await, 0);
        ground
            .take_back(&desk, filed.id, "选错了河段", true)
            .await
            .unwrap();

        assert_eq!(ground.left(policy).await, 1);
        for found in &filed.findings[..2] {
            assert_eq!(ground.status(found.case.unwrap()).await, Status::Cancelled);
        }
        assert!(ground.open().await.is_empty());
        let public = board(db, &ground.reach.sign, desk.now()).await.unwrap();
        assert_eq!((public.patrols, public.last_patrol), (0, None));
        assert!(public.open.is_empty() && public.solved.is_empty());
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let seen = round_view(&ground.rounds, db, &scope, filed.id)
            .await
            .unwrap();
        let back = seen.withdrawn.unwrap();
        assert_eq!(
            (back.reason.as_str(), back.was),
            ("选错了河段", Some(Outcome::Done))
        );
        assert_eq!(seen.line.outcome, Outcome::Withdrawn);
        let steps: Vec<FindingStep> = seen.findings.iter().map(|one| one.step).collect();
        assert_eq!(steps, [FindingStep::Withdrawn; 3]);
        let listed = rounds_of(db, &scope, RoundFilter::default()).await.unwrap();
        assert_eq!(listed.len(), 1, "it stays in the history");
        // The telephone that sends it again is answered as before, and it stays taken back.
        let again = ground.hand_in(&volunteer, sent).await.unwrap();
        assert!(again.again);
        assert_eq!(ground.left(policy).await, 1);
        // Nobody sends one in like that.
        let mut forged = ground.patrol(None);
        forged.outcome = Outcome::Withdrawn;
        let refused = ground.hand_in(&volunteer, forged).await.unwrap_err();
        assert!(
            refused
                .fields()
                .iter()
                .any(|one| one.code == "round-outcome")
        );
        let chains = [CommunityId::SYSTEM, ground.community()];
        let proof = verify(db.read(), &module().audited, &chains, None).await;
        assert!(proof.unwrap().faults.is_empty());
    }
}

#[tokio::test]
async fn ones_own_is_taken_back_within_three_days_and_then_by_the_staff() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let policy = ground.weekly().await;
        let volunteer = ground.of(ground.team);
        let mut plain = ground.patrol(Some(policy));
        plain.findings.clear();
        let first = ground.hand_in(&volunteer, plain).await.unwrap().id;
        ground
            .take_back(&volunteer, first, "交了两次", false)
            .await
            .unwrap();
        // Once more is no fault.
        ground
            .take_back(&volunteer, first, "交了两次", false)
            .await
            .unwrap();
        let mut plain = ground.patrol(Some(policy));
        plain.findings.clear();
        let second = ground.hand_in(&volunteer, plain).await.unwrap().id;
        ground.world.clock.advance(4 * Micros::DAY);
        let late = ground.take_back(&volunteer, second, "记错了", false).await;
        assert_eq!(code(late), "round-withdraw-late");
        let desk = ground.caller(Role::CommunityDesk, "A");
        ground
            .take_back(&desk, second, "记错了", false)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn hazards_of_an_inspection_that_was_taken_back_are_on_no_list() {
    for base in databases().await {
        let market = Market::new(base).await;
        let ground = &market.ground;
        let (db, campaign) = (ground.world.db(), market.campaign(0).await);
        let desk = ground.caller(Role::CommunityDesk, "A");
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let figures = || async {
            let all = campaign_figures(db, &scope, campaign).await.unwrap();
            let one = all.get(&ground.community()).copied().unwrap_or_default();
            (one.listed, one.inspected, one.found)
        };
        let filed = market
            .hand_in(&desk, market.inspection().await)
            .await
            .unwrap();
        assert_eq!(figures().await, (1, 1, 3));
        ground
            .take_back(&desk, filed.id, "查的是另一家", true)
            .await
            .unwrap();
        assert_eq!(figures().await, (1, 0, 0));
        // What was judged on it is kept to be read, and no newer rule set is compared with it.
        let judged = judgements_of(db, &scope, filed.id).await.unwrap();
        assert!(judged.len() == 4 && judged.iter().all(|one| one.withdrawn && one.holds));
        let old = youlin_checklist::example_rules().unwrap();
        let new = youlin_testkit::rules::wide_enough("2");
        let sets = rule_sets(db.read()).await.unwrap();
        let changes = async || {
            let all = what_changes(db, &scope, &sets, (&old, &new)).await;
            all.unwrap().len()
        };
        assert_eq!(changes().await, 0);
        let listed = hazards(db, &scope, HazardFilter::default()).await.unwrap();
        assert!(listed.is_empty());
        // The right one counts.
        let filed = market
            .hand_in(&desk, market.inspection().await)
            .await
            .unwrap();
        assert_eq!(figures().await, (1, 1, 3));
        assert_eq!(changes().await, 1);
        let judged = judgements_of(db, &scope, filed.id).await.unwrap();
        assert!(judged.iter().all(|one| !one.withdrawn));
        let other = market
            .hand_in(&desk, market.inspection().await)
            .await
            .unwrap();
        ground
            .take_back(&desk, filed.id, "交了两次", true)
            .await
            .unwrap();
        // Inspected as of the other one, which stands.
        assert_eq!(figures().await, (1, 1, 3));
        assert_ne!(other.id, filed.id);
    }
}

#[tokio::test]
async fn the_public_board_knows_nothing_of_days_to_come() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let volunteer = ground.of(ground.team);
        let mut ahead = ground.patrol(None);
        ahead.channel = Channel::Field;
        ahead.sent_at = None;
        for at in [&mut ahead.began_at, &mut ahead.ended_at] {
            *at = at.plus(3 * Micros::DAY);
        }
        ground.hand_in(&volunteer, ahead).await.unwrap();
        let (db, sign) = (ground.world.db(), &ground.reach.sign);
        // A clock that ran ahead: it stands where it came in.
        let public = board(db, sign, volunteer.now()).await.unwrap();
        let last = public.last_patrol.unwrap();
        assert_eq!(public.patrols, 1);
        assert!(last <= volunteer.now(), "{last:?}");
        ground
            .hand_in(&volunteer, ground.patrol(None))
            .await
            .unwrap();
        let public = board(db, sign, volunteer.now()).await.unwrap();
        assert_eq!(public.patrols, 2);
        assert!(public.last_patrol.unwrap() <= volunteer.now());
    }
}
