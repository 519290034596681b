//! What a policy asks a round to show is refused at hand-in, by name; and what may be only noted.

use youlin_kernel::{Micros, Role};
use youlin_rounds::model::{Channel, FindingState, Lacking, Minimum, Policy, Severity, Short};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{NewRound, SavePolicy, module, round_view};
use youlin_testkit::databases;

use crate::ground::{Ground, weekly};

impl Ground {
    async fn strict(&self) -> uuid::Uuid {
        let save = SavePolicy {
            community: self.community(),
            known: None,
            title: "汛期巡河".into(),
            policy: Policy {
                minimum: Minimum {
                    minutes: Some(30),
                    coverage: None,
                    gap_days: Some(3),
                    metres: None,
                },
                photographs: 2,
                basis: "市河长办〔2026〕7号".into(),
                ..weekly(self.team)
            },
            subjects: Vec::new(),
            fixer: None,
            checklist: None,
        };
        let desk = self.caller(Role::CommunityDesk, "A");
        self.world.db().execute(&desk, save).await.unwrap()
    }

    /// A round in which nothing was found.
    fn plain(&self, policy: uuid::Uuid, minutes: i64) -> NewRound {
        let mut new = self.patrol(Some(policy));
        new.findings.clear();
        new.began_at = new.ended_at.plus(-minutes * Micros::MINUTE);
        new
    }
}

#[tokio::test]
async fn minutes_photographs_and_the_gap_are_named_when_they_are_missing() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let policy = ground.strict().await;
        let volunteer = ground.of(ground.team);
        let short = ground.plain(policy, 12);
        let refused = ground.hand_in(&volunteer, short.clone()).await.unwrap_err();
        let codes: Vec<&str> = refused.fields().iter().map(|one| one.code).collect();
        assert_eq!(codes, ["round-minutes", "round-photographs-asked"]);
        let named = &refused.fields()[1].args;
        assert!(
            named.contains(&("basis", "市河长办〔2026〕7号".to_owned())),
            "{named:?}"
        );
        let mut full = ground.plain(policy, 40);
        full.photographs = 2;
        let done = ground.hand_in(&volunteer, full).await.unwrap();
        // The next day is too soon for the policy, and welcome without it.
        ground.world.clock.advance(Micros::DAY);
        let mut soon = ground.plain(policy, 40);
        soon.photographs = 2;
        let refused = ground.hand_in(&volunteer, soon.clone()).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "round-too-soon");
        soon.policy = None;
        soon.photographs = 0;
        ground.hand_in(&volunteer, soon).await.unwrap();
        ground.world.clock.advance(2 * Micros::DAY);
        let mut later = ground.plain(policy, 40);
        later.photographs = 3;
        assert_ne!(ground.hand_in(&volunteer, later).await.unwrap().id, done.id);
    }
}

#[tokio::test]
async fn a_form_of_another_program_is_kept_beside_a_policy_that_asks_for_more() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let policy = ground.strict().await;
        let volunteer = ground.of(ground.team);
        let scope = volunteer.scope(&ROUNDS_READ).unwrap();
        let db = ground.world.db();
        let mut sent = ground.plain(policy, 12);
        sent.channel = Channel::Openrosa;
        let short = Short {
            minutes: Some(Lacking { asked: 30, has: 12 }),
            photographs: Some(Lacking { asked: 2, has: 0 }),
            ..Short::default()
        };
        for again in [false, true] {
            let told = ground.hand_in(&volunteer, sent.clone()).await.unwrap();
            assert_eq!((told.extra, told.again), (true, again));
            assert_eq!(told.short, Some(short));
        }
        let view = round_view(&ground.rounds, db, &scope, sent.id);
        let view = view.await.unwrap();
        assert_eq!(view.line.policy, None);
        let extra = view.extra_of.unwrap();
        assert_eq!((extra.policy, extra.short), (policy, Some(short)));
        // What has all of it counts; the next one too soon after it does not, and nothing of either is lost.
        let mut full = ground.plain(policy, 40);
        (full.channel, full.photographs) = (Channel::Openrosa, 2);
        let told = ground.hand_in(&volunteer, full).await.unwrap();
        assert_eq!((told.extra, told.short), (false, None));
        ground.world.clock.advance(Micros::DAY);
        let mut soon = ground.plain(policy, 40);
        (soon.channel, soon.photographs) = (Channel::Openrosa, 2);
        let told = ground.hand_in(&volunteer, soon).await.unwrap();
        assert_eq!(
            told.short.and_then(|one| one.gap).map(|gap| gap.days),
            Some(3)
        );
    }
}

#[tokio::test]
async fn somebody_vouches_for_what_was_told() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let policy = ground.strict().await;
        let mut told = ground.plain(policy, 5);
        told.channel = Channel::Phone;
        let volunteer = ground.of(ground.team);
        let refused = ground.hand_in(&volunteer, told.clone()).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "round-told-at-desk");
        let desk = ground.caller(Role::CommunityDesk, "A");
        told.on_behalf = true;
        let refused = ground.hand_in(&desk, told.clone()).await.unwrap_err();
        let codes: Vec<&str> = refused.fields().iter().map(|one| one.code).collect();
        assert_eq!(codes, ["round-behalf-who"]);
        told.told_by = Some("河道保洁员老陈".into());
        ground.hand_in(&desk, told).await.unwrap();
    }
}

#[tokio::test]
async fn only_what_is_slight_is_noted_and_it_says_why() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let volunteer = ground.of(ground.team);
        let mut new = ground.patrol(None);
        new.findings.truncate(1);
        new.findings[0].noted = Some(" ".into());
        let refused = ground.hand_in(&volunteer, new.clone()).await.unwrap_err();
        assert_eq!(refused.fields()[0].field, "findings.0.noted");
        assert_eq!(refused.fields()[0].code, "finding-noted-why");
        new.findings[0].noted = Some("几片落叶，风一吹就走".into());
        new.findings[0].severity = Severity::High;
        let refused = ground.hand_in(&volunteer, new.clone()).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "finding-noted-severity");
        new.findings[0].severity = Severity::Low;
        let done = ground.hand_in(&volunteer, new).await.unwrap();
        assert_eq!(done.findings[0].state, FindingState::Noted);
        assert_eq!(done.findings[0].case, None);
        assert!(ground.open().await.is_empty());
        let chains = [youlin_kernel::CommunityId::SYSTEM, ground.community()];
        let db = ground.world.db();
        let proof =
            youlin_database::audit::verify(db.read(), &module().audited, &chains, None).await;
        assert!(proof.unwrap().faults.is_empty());
    }
}
