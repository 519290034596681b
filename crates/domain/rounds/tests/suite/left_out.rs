//! 「这次不走」: only what is due can be left out, and what comes too late is kept as a note.

use uuid::Uuid;
use youlin_kernel::{Ctx, Micros};
use youlin_rounds::model::{Channel, NotDueFor, Outcome, Policy, Walkers};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{ClosePolicy, NewRound, SavePolicy, policy_view, round_view};
use youlin_testkit::databases;

use crate::ground::Ground;
use crate::river_town;

impl Ground {
    /// The team walks it once a week, on any day, from today on.
    async fn any_day(&self, subjects: Vec<Uuid>) -> Uuid {
        let save = SavePolicy {
            community: self.community(),
            known: None,
            title: "每周巡河".into(),
            policy: Policy {
                from: self.world.service().now().date(),
                ..river_town::weekly(Walkers::Party { party: self.team })
            },
            subjects,
            fixer: None,
            checklist: None,
        };
        let desk = self.desk();
        self.world.db().execute(&desk, save).await.unwrap()
    }

    fn desk(&self) -> Ctx {
        self.caller(youlin_kernel::Role::CommunityDesk, "A")
    }

    fn skip(&self, policy: Uuid, channel: Channel) -> NewRound {
        NewRound {
            outcome: Outcome::Skipped,
            channel,
            reason: "河边封路".into(),
            findings: Vec::new(),
            answers: std::collections::BTreeMap::new(),
            sent_at: None,
            ..self.patrol(Some(policy))
        }
    }

    /// What the page says of it, by the names of its sentences.
    async fn refused(&self, who: &Ctx, new: NewRound) -> Vec<(String, &'static str)> {
        let refused = self.hand_in(who, new).await.unwrap_err();
        let fields = refused.fields().iter();
        fields.map(|one| (one.field.clone(), one.code)).collect()
    }
}

fn only(code: &'static str) -> Vec<(String, &'static str)> {
    vec![("policy".to_owned(), code)]
}

#[tokio::test]
async fn at_the_page_only_a_round_that_is_due_is_left_out() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let policy = ground.any_day(Vec::new()).await;
        let team = ground.of(ground.team);
        let first = ground.skip(policy, Channel::Page);
        ground.hand_in(&team, first.clone()).await.unwrap();
        // The same again is the same; another one is told of it.
        assert!(ground.hand_in(&team, first).await.unwrap().again);
        let again = ground.skip(policy, Channel::Page);
        assert_eq!(
            ground.refused(&team, again.clone()).await,
            only("round-skip-again")
        );
        // Without the policy the words are taken all the same.
        let note = NewRound {
            policy: None,
            ..again
        };
        ground.hand_in(&team, note).await.unwrap();
        // Somebody went after all.
        let walked = ground.patrol(Some(policy));
        ground.hand_in(&team, walked).await.unwrap();
        let late = ground.skip(policy, Channel::Page);
        assert_eq!(ground.refused(&team, late).await, only("round-skip-done"));
        // Two weeks on: of the last week it is over.
        ground.world.clock.advance(14 * Micros::DAY);
        let mut over = ground.skip(policy, Channel::Page);
        for at in [&mut over.began_at, &mut over.ended_at] {
            *at = at.plus(-7 * Micros::DAY);
        }
        assert_eq!(ground.refused(&team, over).await, only("round-skip-over"));
        let now = ground.skip(policy, Channel::Page);
        ground.hand_in(&team, now).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_not_asked_for_is_not_left_out() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let team = ground.of(ground.team);
        let elsewhere = ground.any_day(vec![Uuid::from_u128(9)]).await;
        let strange = ground.skip(elsewhere, Channel::Page);
        assert_eq!(
            ground.refused(&team, strange).await,
            only("round-skip-not-asked")
        );
        let stopped = ground.any_day(Vec::new()).await;
        let desk = ground.desk();
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let held = policy_view(ground.world.db(), &scope, stopped)
            .await
            .unwrap();
        let close = ClosePolicy {
            community: ground.community(),
            policy: stopped,
            version: held.version,
            from: desk.now().date(),
        };
        ground.world.db().execute(&desk, close).await.unwrap();
        let of_nothing = ground.skip(stopped, Channel::Page);
        assert_eq!(
            ground.refused(&team, of_nothing).await,
            only("round-skip-not-asked")
        );
    }
}

#[tokio::test]
async fn without_signal_nobody_could_know_and_nothing_is_lost() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let policy = ground.any_day(Vec::new()).await;
        let team = ground.of(ground.team);
        let scope = team.scope(&ROUNDS_READ).unwrap();
        // Written in its week and sent in the next: it was due then.
        let in_time = ground.skip(policy, Channel::Field);
        let mut second = ground.skip(policy, Channel::Field);
        second.began_at = second.began_at.plus(Micros::MINUTE);
        ground.world.clock.advance(8 * Micros::DAY);
        let told = ground.hand_in(&team, in_time).await.unwrap();
        assert_eq!((told.extra, told.short), (false, None));
        // A second one of that week is a note, and says why; sent again it is the same note.
        for again in [false, true] {
            let told = ground.hand_in(&team, second.clone()).await.unwrap();
            assert_eq!((told.extra, told.again), (true, again));
            let why = told
                .short
                .and_then(|short| short.not_due)
                .map(|one| one.why);
            assert_eq!(why, Some(NotDueFor::Skipped));
        }
        let view = round_view(&ground.rounds, ground.world.db(), &scope, second.id).await;
        let view = view.unwrap();
        assert_eq!(view.line.policy, None);
        assert_eq!(view.reason, "河边封路");
        assert_eq!(view.extra_of.map(|of| of.policy), Some(policy));
    }
}
