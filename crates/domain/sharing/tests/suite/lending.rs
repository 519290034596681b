//! A wheelchair is lent, comes back late and broken; two ask for the last one at once; a consent is withdrawn.

use std::sync::Arc;

use uuid::Uuid;
use youlin_kernel::{Micros, ProblemKind};
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Party, SetConsent, consent};
use youlin_sharing::model::{LoanState, LoanVerb, ResourceKind, ResourceState};
use youlin_sharing::permissions::SHARING_READ;
use youlin_sharing::{
    Borrower, Damage, FreeWanted, ResourceFilter, SetResourceState, StepLoan, free_resources,
    late_loans, loan, loans_of_case, resource, resources, skilled,
};

use crate::ground::{Ground, grounds};

impl Ground {
    async fn step(
        &self,
        key: &str,
        loan: Uuid,
        verb: LoanVerb,
    ) -> youlin_kernel::Result<Option<Uuid>> {
        self.step_with(key, loan, verb, None).await
    }

    async fn step_with(
        &self,
        key: &str,
        loan: Uuid,
        verb: LoanVerb,
        damage: Option<Damage>,
    ) -> youlin_kernel::Result<Option<Uuid>> {
        let command = StepLoan {
            sharing: Arc::clone(&self.sharing),
            community: self.community(),
            loan,
            version: None,
            verb,
            damage,
        };
        self.run(key, command).await
    }
}

#[tokio::test]
async fn a_wheelchair_goes_out_is_late_and_comes_back_broken() {
    for g in grounds().await {
        let zhou = g.person("周福生", &[]).await;
        let case = g.case(Some(zhou)).await;
        let chair = g.thing(ResourceKind::Equipment, "轮椅", 2).await;
        let mut booking = g.book(chair, 1, (0, 4), Borrower::Party(Party::person(zhou)));
        booking.asker.case = Some(case);
        let id = g.run("desk", booking).await.unwrap();
        g.step("desk", id, LoanVerb::HandOut).await.unwrap();
        let scope = g.desk.scope(&SHARING_READ).unwrap();
        let row = resource(&g.sharing, &g.desk, &scope, chair).await.unwrap();
        assert_eq!(
            (row.out, row.free_now, row.late),
            (1, 1, 0),
            "{}",
            g.world.base.kind
        );
        // The case shows it; the borrower is masked.
        let used = loans_of_case(&g.sharing, &g.desk, g.community(), case)
            .await
            .unwrap();
        assert_eq!(used.len(), 1);
        assert_eq!(used[0].borrower, "周**");
        assert!(used[0].case_number.starts_with("2026"));
        let one = loan(&g.sharing, &g.desk, &scope, id).await.unwrap();
        assert_eq!(one.note, "去医院");
        // A day later it is late, once.
        g.world.clock.advance(28 * Micros::HOUR);
        let desk = g.as_("desk");
        let late = late_loans(&g.sharing, &desk, &scope).await.unwrap();
        assert_eq!(late.len(), 1);
        assert!(late[0].late);
        // It comes back broken: a case of its own.
        let broken = Damage {
            text: "左轮松了".into(),
            category: "E-0699".into(),
        };
        let made = g
            .step_with("desk", id, LoanVerb::Return, Some(broken))
            .await
            .unwrap()
            .unwrap();
        let desk = g.as_("desk");
        let view = youlin_cases::case(g.world.db(), &g.cases, &desk, made)
            .await
            .unwrap();
        assert!(view.full_text.contains("轮椅") && view.full_text.contains("左轮松了"));
        let one = loan(&g.sharing, &desk, &scope, id).await.unwrap();
        assert_eq!((one.state, one.damage_case), (LoanState::Back, Some(made)));
        // Taken back by mistake: it is out again.
        g.step("desk", id, LoanVerb::Undo).await.unwrap();
        let one = loan(&g.sharing, &g.as_("desk"), &scope, id).await.unwrap();
        assert_eq!((one.state, one.back_at), (LoanState::Out, None));
    }
}

#[tokio::test]
async fn nobody_gets_more_than_there_are() {
    for g in grounds().await {
        let chair = g.thing(ResourceKind::Equipment, "轮椅", 1).await;
        let first = g
            .run("desk", g.book(chair, 1, (2, 4), g.firm()))
            .await
            .unwrap();
        let refused = g
            .run("desk", g.book(chair, 1, (5, 4), g.firm()))
            .await
            .unwrap_err();
        assert_eq!(
            (refused.kind(), refused.code()),
            (ProblemKind::Conflict, "sharing-not-free")
        );
        // After the first it is free, and a grid worker's request holds nothing.
        g.run("desk", g.book(chair, 1, (7, 2), g.firm()))
            .await
            .unwrap();
        let asked = g
            .run("worker", g.book(chair, 1, (12, 2), g.firm()))
            .await
            .unwrap();
        g.run("desk", g.book(chair, 1, (12, 2), g.firm()))
            .await
            .unwrap();
        let refused = g.step("desk", asked, LoanVerb::Confirm).await.unwrap_err();
        assert_eq!(refused.code(), "sharing-not-free");
        let forbidden = g
            .step("worker", asked, LoanVerb::Confirm)
            .await
            .unwrap_err();
        assert_eq!(forbidden.kind(), ProblemKind::Forbidden);
        let reason = "不用了".to_owned();
        g.step("worker", asked, LoanVerb::Cancel { reason })
            .await
            .unwrap();
        // Two desks at once: one of them is told.
        let (a, b) = tokio::join!(
            g.run("desk", g.book(chair, 1, (20, 2), g.firm())),
            g.run("lead", g.book(chair, 1, (20, 2), g.firm())),
        );
        assert_ne!(a.is_ok(), b.is_ok(), "{a:?} {b:?}");
        let lost = a.err().or(b.err()).unwrap();
        assert_eq!(lost.kind(), ProblemKind::Conflict);
        // What is promised keeps it in the house.
        let scope = g.desk.scope(&SHARING_READ).unwrap();
        let row = resource(&g.sharing, &g.desk, &scope, chair).await.unwrap();
        let retire = SetResourceState {
            community: g.community(),
            id: chair,
            version: row.version,
            state: ResourceState::Retired,
        };
        let refused = g.run("desk", retire).await.unwrap_err();
        assert_eq!(refused.code(), "sharing-still-lent");
        // Nobody of another community sees it.
        let other = g.as_("other");
        let elsewhere = other.scope(&SHARING_READ).unwrap();
        let unseen = resource(&g.sharing, &other, &elsewhere, chair)
            .await
            .unwrap_err();
        assert_eq!(unseen.kind(), ProblemKind::NotFound);
        let unseen = g
            .run("other", g.book(chair, 1, (40, 1), g.firm()))
            .await
            .unwrap_err();
        assert_eq!(unseen.kind(), ProblemKind::NotFound);
        g.step(
            "desk",
            first,
            LoanVerb::Cancel {
                reason: "不去了".into(),
            },
        )
        .await
        .unwrap();
        let all = resources(&g.sharing, &g.desk, &scope, &ResourceFilter::default())
            .await
            .unwrap();
        assert_eq!(all.len(), 1);
    }
}

#[tokio::test]
async fn a_room_is_open_when_it_is_open() {
    for g in grounds().await {
        let room = g.thing(ResourceKind::Room, "议事室", 1).await;
        // 08:12 on a Wednesday: within two hours it is open, at night and on Saturday it is not.
        g.run("desk", g.book(room, 1, (2, 2), g.firm()))
            .await
            .unwrap();
        for (from, hours) in [(11, 4), (74, 2)] {
            let closed = g
                .run("desk", g.book(room, 1, (from, hours), g.firm()))
                .await
                .unwrap_err();
            assert_eq!(closed.fields()[0].code, "sharing-not-open", "{from}");
        }
        let scope = g.desk.scope(&SHARING_READ).unwrap();
        let now = g.world.service().now();
        let mut wanted = FreeWanted {
            community: g.community(),
            position: None,
            from: now.plus(2 * Micros::HOUR).0,
            to: now.plus(3 * Micros::HOUR).0,
            count: 1,
            q: String::new(),
            kind: None,
        };
        let found = free_resources(&g.sharing, &g.desk, &scope, &wanted)
            .await
            .unwrap();
        assert!(found.is_empty());
        wanted.from = now.plus(5 * Micros::HOUR).0;
        wanted.to = now.plus(6 * Micros::HOUR).0;
        let found = free_resources(&g.sharing, &g.desk, &scope, &wanted)
            .await
            .unwrap();
        assert_eq!(found.len(), 1);
    }
}

#[tokio::test]
async fn whoever_withdraws_consent_is_gone_at_once() {
    for g in grounds().await {
        let nurse = g.person("季海燕", &["volunteer", "talent:nurse"]).await;
        let quiet = g.person("蔡丽萍", &["talent:nurse"]).await;
        let scope = g.desk.scope(&PEOPLE_READ).unwrap();
        let listed = async || -> Vec<Uuid> {
            let found = skilled(&g.sharing, &scope, g.community()).await.unwrap();
            found.into_iter().map(|one| one.person).collect()
        };
        // A skill alone is no consent.
        assert_eq!(listed().await, [nurse]);
        let consent = |person, given| SetConsent {
            vault: Arc::clone(&g.vault),
            community: g.community(),
            person,
            consent: consent::BE_ASKED.into(),
            given,
        };
        g.run("desk", consent(quiet, true)).await.unwrap();
        g.run("desk", consent(nurse, false)).await.unwrap();
        assert_eq!(listed().await, [quiet]);
    }
}
