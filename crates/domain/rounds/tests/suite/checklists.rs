//! Checklists a place keeps: written, published, never changed, withdrawn, and read for ever.

use std::sync::Arc;

use youlin_checklist::{Checklist, Item, shipped};
use youlin_database::audit::verify;
use youlin_kernel::{CommunityId, Ctx, Role};
use youlin_rounds::model::{ChecklistState, SubjectKind};
use youlin_rounds::permissions::{CHECKLISTS_KEEP, ROUNDS_READ};
use youlin_rounds::{
    DropChecklist, PublishChecklist, SaveChecklist, SavedChecklist, WithdrawChecklist, checklist,
    checklist_versions, checklists, checklists_for, checklists_of, module, round_view,
};
use youlin_testkit::databases;

use crate::ground::Ground;
use crate::site::Site;

/// The river's list under a name of the place, with one more question.
fn own() -> Checklist {
    let mut own = shipped("river-patrol").unwrap();
    own.id = "river-jia".into();
    own
}

fn fresh(ground: &Ground, area: &str, checklist: Checklist) -> SaveChecklist {
    SaveChecklist {
        known: None,
        area: ground.id(area),
        checklist,
        copied_from: Some("river-patrol@1".into()),
    }
}

async fn save(ground: &Ground, ctx: &Ctx, area: &str, checklist: Checklist) -> SavedChecklist {
    let save = fresh(ground, area, checklist);
    ground.world.db().execute(ctx, save).await.unwrap()
}

async fn publish(ground: &Ground, ctx: &Ctx, saved: &SavedChecklist) {
    let publish = PublishChecklist {
        rounds: Arc::clone(&ground.rounds),
        id: saved.id,
        version: 1,
    };
    ground.world.db().execute(ctx, publish).await.unwrap();
}

#[tokio::test]
async fn a_version_in_use_never_changes_and_stays_readable_when_it_is_withdrawn() {
    for base in databases().await {
        let site = Site::new(base).await;
        let ground = &site.ground;
        let db = ground.world.db();
        let lead = ground.caller(Role::CommunityLead, "A");
        let scope = lead.scope(&CHECKLISTS_KEEP).unwrap();
        let first = save(ground, &lead, "A", own()).await;
        assert_eq!(first.name, "river-jia@1");
        // Nobody is asked by a draft.
        let asked = checklists::form(&ground.rounds, db, &first.name).await;
        assert!(asked.unwrap().is_none());
        publish(ground, &lead, &first).await;
        let form = checklists::form(&ground.rounds, db, &first.name).await;
        assert_eq!(form.unwrap().unwrap().checklist().version, "1");

        let change = SaveChecklist {
            known: Some((first.id, 2)),
            ..fresh(ground, "A", own())
        };
        let refused = db.execute(&lead, change).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "checklist-not-draft");

        // A round by the first version, handed in after it was withdrawn.
        let second = save(ground, &lead, "A", own()).await;
        assert_eq!(second.name, "river-jia@2");
        publish(ground, &lead, &second).await;
        let withdraw = WithdrawChecklist {
            id: first.id,
            version: 2,
        };
        db.execute(&lead, withdraw).await.unwrap();
        let mut sent = ground.patrol(None);
        sent.checklist = Some(first.name.clone());
        for (question, answer) in [("bank", "some"), ("outlets", "none")] {
            sent.answers.insert(question.into(), answer.into());
        }
        let walker = ground.of(ground.team);
        let filed = ground.hand_in(&walker, sent).await.unwrap();
        let read = walker.scope(&ROUNDS_READ).unwrap();
        let seen = round_view(&ground.rounds, db, &read, filed.id)
            .await
            .unwrap();
        assert_eq!(seen.checklist.as_deref(), Some("river-jia@1"));
        let known = checklists::known(&ground.rounds, db, "river-jia@1").await;
        let known = known.unwrap().unwrap();
        assert!(known.exact && known.withdrawn_at.is_some());
        // A version nobody here ever had is read by the newest one; what it does not know is kept.
        let mut other = ground.patrol(None);
        other.checklist = Some("river-jia@9".into());
        other.answers.insert("algae".into(), "much".into());
        let filed = ground.hand_in(&walker, other).await.unwrap();
        let seen = round_view(&ground.rounds, db, &read, filed.id)
            .await
            .unwrap();
        assert_eq!(seen.answers["algae"], "much");
        let known = checklists::known(&ground.rounds, db, "river-jia@9").await;
        let known = known.unwrap().unwrap();
        assert_eq!((known.exact, known.name.as_str()), (false, "river-jia@2"));
        assert_eq!(seen.read_by.as_deref(), Some("river-jia@2"));
        // What came before another version was published goes on being read by the one it was read by.
        let third = save(ground, &lead, "A", own()).await;
        publish(ground, &lead, &third).await;
        let known = checklists::known(&ground.rounds, db, "river-jia@9").await;
        assert_eq!(known.unwrap().unwrap().name, "river-jia@3");
        let page = site.get("desk", &format!("/rounds/{}", filed.id)).await;
        let read_by = "第 2 版 来读";
        assert!(page.text().contains(read_by), "{}", page.text());

        let tree = ground.world.areas.load();
        let offered = checklists_for(db, &tree, &scope, ground.community(), SubjectKind::Reach)
            .await
            .unwrap();
        let names: Vec<&str> = offered.iter().map(|one| one.name.as_str()).collect();
        assert!(names.starts_with(&["river-jia@3"]), "{names:?}");
        assert!(names.contains(&"river-patrol@1") && !names.contains(&"market-fire@2"));
        let versions = checklist_versions(db, &tree, &scope, "river-jia").await;
        let states: Vec<ChecklistState> =
            versions.unwrap().iter().map(|one| one.line.state).collect();
        assert_eq!(
            states,
            [
                ChecklistState::Published,
                ChecklistState::Published,
                ChecklistState::Withdrawn
            ]
        );
        let chains = [CommunityId::SYSTEM, ground.community()];
        let proof = verify(db.read(), &module().audited, &chains, None).await;
        assert!(proof.unwrap().faults.is_empty());
    }
}

#[tokio::test]
async fn what_is_wrong_is_named_and_two_never_overwrite_each_other() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let db = ground.world.db();
        let lead = ground.caller(Role::CommunityLead, "A");
        let mut wrong = own();
        let Some(Item::Question(question)) = wrong
            .items
            .iter_mut()
            .find(|one| matches!(one, Item::Question(_)))
        else {
            panic!("a question");
        };
        question.relevant = "pulldata('x', 'y')".into();
        let saved = save(&ground, &lead, "A", wrong.clone()).await;
        let publish = PublishChecklist {
            rounds: Arc::clone(&ground.rounds),
            id: saved.id,
            version: 1,
        };
        let refused = db.execute(&lead, publish).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "checklist-faults");
        let faults = checklists::checklist_faults(&ground.rounds, &wrong);
        assert_eq!(faults[0].code, "unknown-function");

        // Two had it open; the second is told.
        let change = |version| SaveChecklist {
            known: Some((saved.id, version)),
            ..fresh(&ground, "A", own())
        };
        db.execute(&lead, change(1)).await.unwrap();
        let lost = db.execute(&lead, change(1)).await.unwrap_err();
        assert_eq!(lost.code(), "stale");
        // One draft at a time; ids of the house and of others are taken; the area must be one's own.
        let code = |problem: youlin_kernel::Problem| problem.fields()[0].code;
        let twice = db.execute(&lead, fresh(&ground, "A", own())).await;
        assert_eq!(code(twice.unwrap_err()), "checklist-draft-open");
        let mut taken = own();
        taken.id = "river-patrol".into();
        let refused = db.execute(&lead, fresh(&ground, "A", taken)).await;
        assert_eq!(code(refused.unwrap_err()), "checklist-code-taken");
        let other = ground.caller(Role::CommunityLead, "B");
        let refused = db.execute(&other, fresh(&ground, "A", own())).await;
        assert_eq!(refused.unwrap_err().code(), "forbidden");
        let tree = ground.world.areas.load();
        let theirs = other.scope(&ROUNDS_READ).unwrap();
        let seen = checklist(db, &tree, &theirs, &saved.name).await;
        assert_eq!(seen.unwrap_err().code(), "not-found");
        let desk = ground.caller(Role::CommunityDesk, "A");
        let refused = db.execute(&desk, change(2)).await.unwrap_err();
        assert_eq!(refused.code(), "forbidden");

        let drop = DropChecklist {
            id: saved.id,
            version: 2,
        };
        db.execute(&lead, drop).await.unwrap();
        let scope = lead.scope(&ROUNDS_READ).unwrap();
        let all = checklists_of(db, &tree, &scope).await.unwrap();
        assert!(all.iter().all(|one| one.shipped));
    }
}

#[tokio::test]
async fn a_checklist_of_five_thousand_questions_is_refused() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let lead = ground.caller(Role::CommunityLead, "A");
        let mut huge = own();
        for number in 0..5_000 {
            huge.items.push(Item::Question(youlin_checklist::Question {
                name: format!("q{number}"),
                ..youlin_checklist::Question::default()
            }));
        }
        let refused = ground
            .world
            .db()
            .execute(&lead, fresh(&ground, "A", huge))
            .await;
        assert_eq!(refused.unwrap_err().fields()[0].code, "checklist-too-many");
    }
}
