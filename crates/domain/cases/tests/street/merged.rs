//! A task was given to an entry of the register that is merged into another one since: it is that person's task, also by
//! name, number and account; when the merge is taken back, it is the other's again.

use std::sync::Arc;

use uuid::Uuid;
use youlin_cases::model::{Assignment, Verb};
use youlin_cases::{Act, Via, case, helped, tasks_of};
use youlin_kernel::{CommunityId, Ctx, Grant, Micros, Role};
use youlin_people::merge::{Choices, MergePersons, UndoMerge};
use youlin_people::{
    AccountPolicy, Accounts, CreateAccount, Directory, Party, PersonInput, SavePerson,
    hash_password,
};
use youlin_web::AccountSource;

use crate::ground::Ground;

struct Story {
    ground: Ground,
    community: CommunityId,
}

impl Story {
    async fn person(&self, name: &str, phones: &[&str]) -> Uuid {
        let save = SavePerson {
            vault: Arc::clone(self.ground.cases.vault()),
            community: self.community,
            id: None,
            version: None,
            ext_key: None,
            input: PersonInput {
                name: name.to_owned(),
                phones: phones.iter().map(|phone| (*phone).to_owned()).collect(),
                ..PersonInput::default()
            },
        };
        let (world, ctx) = (&self.ground.world, self.ground.world.service());
        world.db().execute(&ctx, save).await.unwrap()
    }

    async fn merge(&self, kept: Uuid, gone: Uuid) -> Uuid {
        let (db, ctx) = (self.ground.world.db(), self.ground.world.service());
        let merge = MergePersons {
            vault: Arc::clone(self.ground.cases.vault()),
            community: self.community,
            kept,
            gone,
            versions: (
                Directory::version(db.read(), self.community, kept)
                    .await
                    .unwrap(),
                Directory::version(db.read(), self.community, gone)
                    .await
                    .unwrap(),
            ),
            choices: Choices::default(),
            sure: false,
        };
        db.execute(&ctx, merge).await.unwrap()
    }

    /// An account as a session finds it.
    async fn signed_in(&self, account: Uuid) -> Ctx {
        let accounts = Accounts::new(self.ground.world.db().clone(), AccountPolicy::default());
        let known = accounts.account(account).await.unwrap().unwrap();
        let service = self.ground.world.service();
        service.acting_as(known.actor, known.grants)
    }

    async fn own_tasks(&self, account: Uuid) -> usize {
        let (db, ctx) = (self.ground.world.db(), self.signed_in(account).await);
        let rows = tasks_of(db, &self.ground.cases, &ctx, None).await;
        rows.unwrap().len()
    }

    async fn account(&self, login: &str, person: Uuid) -> Uuid {
        let ctx = self.ground.world.service();
        let create = CreateAccount {
            login: login.to_owned(),
            password: hash_password(&ctx, login, "a long enough sentence")
                .await
                .unwrap(),
            display_name: login.to_owned(),
            person: Some((self.community, person)),
            // Somebody who works in the community and may not see its cases by that.
            grants: vec![Grant {
                role: Role::Volunteer,
                area: self.community.into(),
                organisation: None,
            }],
            must_change: false,
        };
        self.ground.world.db().execute(&ctx, create).await.unwrap()
    }
}

#[tokio::test]
async fn a_task_of_a_merged_entry_is_the_kept_persons_until_the_merge_is_undone() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let id = ground.lamp().await;
        let community = ground.case(id).await.row.community;
        let story = Story { ground, community };
        let kept = story.person("周福生", &["13800001234"]).await;
        story.ground.world.clock.advance(Micros::MINUTE);
        let gone = story.person("方知远", &["13900004321"]).await;
        let (of_kept, of_gone) = (
            story.account("kept", kept).await,
            story.account("gone", gone).await,
        );
        let dispatch = Verb::Dispatch {
            lead: Assignment {
                party: Party::person(gone),
                text: String::new(),
            },
            supporting: Vec::new(),
        };
        story.ground.act(id, Verb::Accept).await;
        story.ground.act(id, dispatch).await;
        let (db, cases) = (story.ground.world.db(), &story.ground.cases);
        let vault = cases.vault();
        let named = || Directory::party_name(db.read(), vault, community, Party::person(gone));
        let reached = || Directory::party_phone(db.read(), vault, community, Party::person(gone));
        assert_eq!(named().await.unwrap(), "方**");
        assert_eq!(story.own_tasks(of_kept).await, 0);
        assert_eq!(story.own_tasks(of_gone).await, 1);

        let merge = story.merge(kept, gone).await;
        assert_eq!(named().await.unwrap(), "周**");
        // Both numbers are that person's now; the one heard of last is called first.
        let number = reached().await.unwrap().unwrap();
        assert!(number.contains("13900004321"), "{number}");
        // Whichever entry the account was made for: it is one person now.
        for account in [of_kept, of_gone] {
            assert_eq!(story.own_tasks(account).await, 1);
            let ctx = story.signed_in(account).await;
            let view = case(db, cases, &ctx, id).await.unwrap();
            assert!(view.tasks[0].mine && view.tasks[0].party_name == "周**");
        }
        story.ground.world.clock.advance(Micros::MINUTE);
        let done = Act {
            cases: Arc::clone(cases),
            community,
            case: id,
            version: None,
            verb: Verb::Handled {
                text: "换了灯泡".into(),
            },
            via: Via::Account,
        };
        let ctx = story.signed_in(of_kept).await;
        db.execute(&ctx, done).await.unwrap();
        let service = story.ground.world.service();
        let reasons = helped(db, cases, &service, community).await.unwrap();
        assert!(reasons.iter().all(|one| one.person == kept), "{reasons:?}");

        let undo = UndoMerge {
            vault: Arc::clone(vault),
            community,
            merge,
        };
        db.execute(&service, undo).await.unwrap();
        assert_eq!(named().await.unwrap(), "方**");
        let number = reached().await.unwrap().unwrap();
        assert!(number.contains("13900004321"), "{number}");
        let other = story.signed_in(of_kept).await;
        assert!(case(db, cases, &other, id).await.is_err());
        let own = story.signed_in(of_gone).await;
        assert!(case(db, cases, &own, id).await.unwrap().tasks[0].mine);
    }
}
