//! Who sees which round: by role and by what it went to, in lists, on its page and of its findings.

use std::sync::Arc;

use uuid::Uuid;
use youlin_cases::model::Verb;
use youlin_kernel::{Ctx, Role};
use youlin_people::OrganisationKind;
use youlin_rounds::model::{Outcome, RoundKind, Severity, Subject, SubjectKind};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{
    NewFinding, NewRound, ReturnVisit, RoundFilter, Rounds, finding_round, findings_at,
    open_findings, round_view, rounds_of,
};
use youlin_testkit::databases;

use crate::doors::Street;
use crate::ground::Ground;
use crate::river_town::organisation;

/// Whether a caller sees a round: in the list, on its page, and what was found on it; all must agree.
async fn sees(rounds: &Rounds, ground: &Ground, ctx: &Ctx, round: Uuid, finding: Uuid) -> bool {
    let db = ground.world.db();
    let Ok(scope) = ctx.scope(&ROUNDS_READ) else {
        return false;
    };
    let all = rounds_of(db, &scope, RoundFilter::default()).await.unwrap();
    let listed = all.iter().any(|one| one.id == round);
    let view = round_view(rounds, db, &scope, round).await;
    assert_eq!(view.is_ok(), listed, "list and page");
    let open = open_findings(db, &scope, None).await.unwrap();
    assert_eq!(open.iter().any(|one| one.id == finding), listed, "findings");
    assert_eq!(finding_round(db, &scope, finding).await.is_ok(), listed);
    listed
}

fn leak(ctx: &Ctx) -> NewFinding {
    NewFinding {
        id: ctx.new_id(),
        category: "E-0104".into(),
        severity: Severity::Medium,
        text: "屋顶漏水".into(),
        on_spot: false,
        noted: None,
        lon: None,
        lat: None,
        bank: None,
    }
}

#[tokio::test]
async fn a_household_is_seen_by_whoever_goes_there_and_by_nobody_else() {
    for base in databases().await {
        let street = Street::new(base).await;
        let (ground, worker) = (&street.ground, &street.worker);
        let mut new = street.visit("东一村1号楼101", Outcome::Done);
        new.text = "恢复得好，能下床".into();
        new.problem = Some(leak(worker));
        let done = street.record(worker, new).await.unwrap();
        let (round, finding) = (done.id, done.findings[0].id);
        let seen = async |ctx: &Ctx| sees(&ground.rounds, ground, ctx, round, finding).await;
        assert!(seen(worker).await);
        for (role, code, expected) in [
            (Role::CommunityDesk, "A", true),
            (Role::CommunityLead, "A", true),
            (Role::SubdistrictSupervisor, "S1", true),
            (Role::DistrictOperator, "91", true),
            (Role::Auditor, "A", true),
            (Role::MicroGridWorker, "A", false),
            (Role::Volunteer, "A", false),
            (Role::Partner, "A", false),
            (Role::GridWorker, "A2", false),
            (Role::CommunityDesk, "B", false),
        ] {
            let caller = ground.caller(role, code);
            assert_eq!(seen(&caller).await, expected, "{role:?} {code}");
        }
        // An organisation sees none of it, whatever it is asked to put right.
        assert!(!seen(&ground.of(ground.team)).await);
        let scope = ground.of(ground.team).scope(&ROUNDS_READ).unwrap();
        let home = Subject {
            kind: SubjectKind::Dwelling,
            id: street.home("东一村1号楼101"),
        };
        let found = findings_at(ground.world.db(), &scope, home).await;
        assert!(found.unwrap().is_empty());
        // Nor does it file a checklist about a door.
        let told = NewRound {
            kind: RoundKind::Visit,
            subject: home,
            findings: Vec::new(),
            answers: [].into(),
            ..ground.patrol(None)
        };
        let refused = ground.hand_in(&ground.of(ground.team), told).await;
        assert_eq!(refused.unwrap_err().code(), "forbidden");
    }
}

#[tokio::test]
async fn an_organisation_sees_what_concerns_it_and_looks_again_where_it_is_named() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let db = ground.world.db();
        let other = ("通信线路维护中心", OrganisationKind::SocialOrganisation);
        let other = organisation(&ground.world, &ground.vault, ground.community(), other).await;
        let policy = ground.weekly().await;
        let filed = ground
            .hand_in(&ground.of(ground.team), ground.patrol(Some(policy)))
            .await
            .unwrap();
        let (finding, case) = (filed.findings[0].id, filed.findings[0].case.unwrap());
        let seen = async |ctx: &Ctx| sees(&ground.rounds, &ground, ctx, filed.id, finding).await;
        assert!(seen(&ground.of(ground.team)).await, "they walked it");
        assert!(
            seen(&ground.of(ground.cleaner)).await,
            "it is theirs to put right"
        );
        assert!(!seen(&ground.of(other)).await, "no business of theirs");
        assert!(!seen(&ground.caller(Role::Volunteer, "A")).await);
        assert!(seen(&ground.caller(Role::MicroGridWorker, "A")).await);
        assert!(seen(&ground.caller(Role::GridWorker, "A1")).await);

        let cleaner = ground.of(ground.cleaner);
        ground.act(&cleaner, case, Verb::Start).await.unwrap();
        let text = "已打捞清运".to_owned();
        ground
            .act(&cleaner, case, Verb::Handled { text })
            .await
            .unwrap();
        let back = || ReturnVisit {
            rounds: Arc::clone(&ground.rounds),
            community: ground.community(),
            finding,
            passed: true,
            text: "干净了".into(),
            measured: None,
            photographs: Vec::new(),
        };
        let refused = db.execute(&ground.of(other), back()).await.unwrap_err();
        assert_eq!(refused.code(), "recheck-for-others");
        let refused = db.execute(&cleaner, back()).await.unwrap_err();
        assert_eq!(refused.code(), "own-work");
        db.execute(&ground.of(ground.team), back()).await.unwrap();
    }
}
