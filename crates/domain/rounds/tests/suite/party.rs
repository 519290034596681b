//! Whose round counts for a policy, and what becomes of everybody else's.

use std::sync::Arc;

use jiff::civil::{Date, date};
use uuid::Uuid;
use youlin_kernel::{Ctx, Grant, Micros, Role};
use youlin_people::{MembershipRole, PersonInput, SaveMembership, SavePerson};
use youlin_places::rivers::ChiefLevel;
use youlin_rounds::model::{Channel, Due, Policy, Walkers};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{
    ClosePolicy, NewRound, ReopenPolicy, SavePolicy, due_now, policies, policy_view, round_view,
    standing_over,
};
use youlin_testkit::databases;

use crate::ground::Ground;
use crate::river_town;

impl Ground {
    /// Who goes once a week, and who may go instead.
    async fn asks(&self, title: &str, policy: Policy) -> Uuid {
        let save = SavePolicy {
            community: self.community(),
            known: None,
            title: title.into(),
            policy,
            subjects: Vec::new(),
            fixer: None,
            checklist: None,
        };
        let desk = self.caller(Role::CommunityDesk, "A");
        self.world.db().execute(&desk, save).await.unwrap()
    }

    async fn chief(&self) -> Uuid {
        let walkers = Walkers::Chief {
            level: ChiefLevel::Village,
        };
        let policy = Policy {
            from: date(2026, 11, 1),
            stand_ins: vec![self.cleaner],
            ..river_town::weekly(walkers)
        };
        self.asks("村级河长每周巡河", policy).await
    }

    /// Without findings, by a channel.
    fn walked(&self, policy: Uuid, channel: Channel) -> NewRound {
        let mut new = self.patrol(Some(policy));
        new.findings.clear();
        new.channel = channel;
        new
    }

    /// What the policy still asks for, seen by its desk.
    pub(crate) async fn left(&self, policy: Uuid) -> u32 {
        let desk = self.caller(Role::CommunityDesk, "A");
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let due = due_now(&self.rounds, self.world.db(), &desk, &scope)
            .await
            .unwrap();
        let of = due.into_iter().find(|line| line.policy == Some(policy));
        of.map_or(0, |line| match line.due {
            Due::Open { left } => left,
            _ => 0,
        })
    }

    /// Periods of the policy in these days that went by without a round.
    async fn missed(&self, policy: Uuid, over: (Date, Date)) -> usize {
        let desk = self.caller(Role::CommunityDesk, "A");
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let all = standing_over(&self.rounds, self.world.db(), &desk, &scope, over)
            .await
            .unwrap();
        let missed = all
            .iter()
            .filter(|line| line.policy == Some(policy) && matches!(line.due, Due::Missed { .. }));
        missed.count()
    }

    async fn asked_of(&self, ctx: &Ctx) -> Vec<Uuid> {
        let scope = ctx.scope(&ROUNDS_READ).unwrap();
        let due = due_now(&self.rounds, self.world.db(), ctx, &scope)
            .await
            .unwrap();
        let own = due.into_iter().filter(|line| line.yours);
        own.filter_map(|line| line.policy).collect()
    }
}

#[tokio::test]
async fn a_round_counts_only_for_the_policy_of_whoever_walked() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let (team, cleaner) = (ground.of(ground.team), ground.of(ground.cleaner));
        let saturdays = ground.weekly().await;
        let worker = ground.caller(Role::GridWorker, "A1");
        let grid = Policy {
            from: date(2026, 11, 1),
            ..river_town::weekly(Walkers::GridWorker)
        };
        let grid = ground.asks("网格员每周巡河", grid).await;
        // Each sees as their own what asks them.
        assert_eq!(ground.asked_of(&team).await, [saturdays]);
        assert_eq!(ground.asked_of(&worker).await, [grid]);
        assert!(ground.asked_of(&cleaner).await.is_empty());

        // At a page whoever is not of the team is told who may, and chooses.
        for (ctx, policy, kind, who) in [
            (&cleaner, saturdays, "party", Some("“绿如蓝”保卫队")),
            (&cleaner, grid, "grid_worker", None),
            (&worker, saturdays, "party", Some("“绿如蓝”保卫队")),
        ] {
            let refused = ground
                .hand_in(ctx, ground.walked(policy, Channel::Page))
                .await
                .unwrap_err();
            let fault = &refused.fields()[0];
            assert_eq!((&*fault.field, fault.code), ("policy", "round-not-theirs"));
            assert!(fault.args.contains(&("kind", kind.to_owned())), "{fault:?}");
            let named = fault.args.iter().find(|(name, _)| *name == "who");
            assert_eq!(named.map(|(_, name)| name.as_str()), who);
        }
        let mut alone = ground.walked(saturdays, Channel::Page);
        alone.policy = None;
        ground.hand_in(&cleaner, alone).await.unwrap();

        // What comes from a telephone is kept beside the policy, and says so; sent again, it is the same.
        let offline = ground.walked(saturdays, Channel::Field);
        let kept = ground.hand_in(&cleaner, offline.clone()).await.unwrap();
        assert!(kept.extra && !kept.again);
        let again = ground.hand_in(&cleaner, offline).await.unwrap();
        assert!(again.extra && again.again);
        let desk = ground.caller(Role::CommunityDesk, "A");
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let seen = round_view(&ground.rounds, ground.world.db(), &scope, kept.id)
            .await
            .unwrap();
        assert_eq!(seen.line.policy, None);
        assert_eq!(seen.extra_of.unwrap().policy, saturdays);
        assert_eq!(
            (ground.left(saturdays).await, ground.left(grid).await),
            (1, 1)
        );

        let own = ground.walked(saturdays, Channel::Page);
        assert!(!ground.hand_in(&team, own).await.unwrap().extra);
        let own = ground.walked(grid, Channel::Field);
        assert!(!ground.hand_in(&worker, own).await.unwrap().extra);
        assert_eq!(
            (ground.left(saturdays).await, ground.left(grid).await),
            (0, 0)
        );
    }
}

#[tokio::test]
async fn a_chief_walks_or_whoever_may_instead_and_the_desk_says_for_whom() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let policy = ground.chief().await;
        let volunteer = ground.of(ground.team);
        let refused = ground
            .hand_in(&volunteer, ground.walked(policy, Channel::Page))
            .await
            .unwrap_err();
        let args = &refused.fields()[0].args;
        assert!(args.contains(&("level", "village".to_owned())), "{args:?}");
        assert!(args.contains(&("who", "顾建明".to_owned())), "{args:?}");
        // Told at the desk: by whom, and that it was for the chief.
        let desk = ground.caller(Role::CommunityDesk, "A");
        let mut told = ground.walked(policy, Channel::Phone);
        told.told_by = Some("路过的老陈".into());
        let refused = ground.hand_in(&desk, told.clone()).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "round-not-theirs-told");
        told.on_behalf = true;
        told.told_by = None;
        let refused = ground.hand_in(&desk, told.clone()).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "round-behalf-who");
        told.told_by = Some("顾建明".into());
        let refused = ground.hand_in(&volunteer, told.clone()).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "round-behalf-desk");
        assert_eq!(ground.left(policy).await, 1);
        ground.hand_in(&desk, told).await.unwrap();
        assert_eq!(ground.left(policy).await, 0);

        // The next week: the chief's own account, and the week after whoever may go instead.
        ground.world.clock.advance(7 * Micros::DAY);
        let chief = ground
            .world
            .named("顾建明（甲社区）", Role::CommunityLead, "A");
        assert_eq!(ground.asked_of(&chief).await, [policy]);
        let own = ground.walked(policy, Channel::Page);
        ground.hand_in(&chief, own).await.unwrap();
        assert_eq!(ground.left(policy).await, 0);
        ground.world.clock.advance(7 * Micros::DAY);
        let cleaner = ground.of(ground.cleaner);
        let instead = ground.walked(policy, Channel::Field);
        assert!(!ground.hand_in(&cleaner, instead).await.unwrap().extra);
        assert_eq!(ground.left(policy).await, 0);
        // Read back as it was saved.
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let held = policies(ground.world.db(), &scope).await.unwrap();
        assert_eq!(held[0].policy.stand_ins, [ground.cleaner]);
    }
}

#[tokio::test]
async fn a_member_of_the_team_counts_as_long_as_they_are_one() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let policy = ground.weekly().await;
        let service = ground.world.service();
        let db = ground.world.db();
        let person = PersonInput {
            name: "周巧云".into(),
            ..PersonInput::default()
        };
        let save = SavePerson {
            vault: Arc::clone(&ground.vault),
            community: ground.community(),
            id: None,
            version: None,
            ext_key: None,
            input: person,
        };
        let person = db.execute(&service, save).await.unwrap();
        let grant = Grant {
            role: Role::Volunteer,
            area: ground.id("A"),
            organisation: None,
        };
        let member = ground.world.caller_with(vec![grant], Some(person));
        let offline = || ground.walked(policy, Channel::Field);
        assert!(ground.hand_in(&member, offline()).await.unwrap().extra);
        let join = SaveMembership {
            vault: Arc::clone(&ground.vault),
            person_community: ground.community(),
            person,
            organisation: Some(ground.team.id),
            role: MembershipRole::Volunteer,
            area: ground.id("A"),
            duty_phone: None,
            valid_from: None,
        };
        db.execute(&service, join).await.unwrap();
        // Before they joined it was not the team's round.
        assert!(ground.hand_in(&member, offline()).await.unwrap().extra);
        ground.world.clock.advance(Micros::HOUR);
        let counted = offline();
        assert!(!ground.hand_in(&member, counted).await.unwrap().extra);
        assert_eq!(ground.left(policy).await, 0);
    }
}

#[tokio::test]
async fn a_policy_is_stopped_from_a_day_and_taken_up_again() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let policy = ground.weekly().await;
        let (desk, db) = (ground.caller(Role::CommunityDesk, "A"), ground.world.db());
        let today = || ground.world.service().now().date();
        let close = |version, from| ClosePolicy {
            community: ground.community(),
            policy,
            version,
            from,
        };
        let volunteer = ground.of(ground.team);
        let refused = db.execute(&volunteer, close(1, today())).await;
        assert_eq!(refused.unwrap_err().code(), "forbidden");
        let past = close(1, today().yesterday().unwrap());
        let refused = db.execute(&desk, past).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "policy-stop-past");
        assert_eq!(ground.left(policy).await, 1);

        // From today: what stood open is due no more, and never becomes missed.
        let stopped = today();
        db.execute(&desk, close(1, stopped)).await.unwrap();
        assert_eq!(ground.left(policy).await, 0);
        let stale = ReopenPolicy {
            community: ground.community(),
            policy,
            version: 1,
        };
        assert_eq!(db.execute(&desk, stale).await.unwrap_err().code(), "stale");
        ground.world.clock.advance(14 * Micros::DAY);
        let missed = ground.missed(policy, (stopped, today())).await;
        assert_eq!(missed, 0);
        let again = ReopenPolicy {
            community: ground.community(),
            policy,
            version: 2,
        };
        db.execute(&desk, again).await.unwrap();
        assert_eq!(ground.left(policy).await, 1);
        assert_eq!(ground.missed(policy, (stopped, today())).await, 0);
        // A change of the policy does not rewrite what was.
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let held = policy_view(db, &scope, policy).await.unwrap();
        let save = SavePolicy {
            community: ground.community(),
            known: Some((policy, held.version)),
            title: "改名".into(),
            policy: Policy {
                pauses: Vec::new(),
                ..held.policy
            },
            subjects: Vec::new(),
            fixer: None,
            checklist: None,
        };
        db.execute(&desk, save).await.unwrap();
        assert_eq!(ground.missed(policy, (stopped, today())).await, 0);
        // A stop to come leaves it due until then.
        let later = today().saturating_add(jiff::Span::new().days(1));
        db.execute(&desk, close(4, later)).await.unwrap();
        assert_eq!(ground.left(policy).await, 1);
        ground.world.clock.advance(Micros::DAY);
        assert_eq!(ground.left(policy).await, 0);
    }
}
