//! 「这次不走」, written without signal while somebody else walked: kept as a note, and explained.

use serde_json::json;
use youlin_kernel::Micros;
use youlin_people::Party;
use youlin_rounds::model::{Policy, Walkers};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{SavePolicy, round_view};
use youlin_testkit::databases;

use crate::day::result;
use crate::ground::{Ground, TEAM};
use crate::river_town::weekly;

#[tokio::test]
async fn what_was_left_out_without_signal_is_a_note_once_it_was_walked() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let [walker, other] = [&ground.walkers[0], &ground.walkers[1]];
        let policy = SavePolicy {
            community: ground.community(),
            known: None,
            title: "每周巡河".into(),
            policy: Policy {
                from: walker.ctx.now().date(),
                ..weekly(Walkers::Party {
                    party: Party::organisation(TEAM),
                })
            },
            subjects: Vec::new(),
            fixer: None,
            checklist: None,
        };
        let service = ground.world.service();
        let policy = ground.world.db().execute(&service, policy).await.unwrap();
        let (left_out, walked) = (ground.new_id(), ground.new_id());
        let mut skip = ground.round(left_out, &[]);
        skip["body"]["policy"] = json!(policy);
        skip["body"]["outcome"] = json!("skipped");
        skip["body"]["reason"] = json!("河边封路");
        ground.world.clock.advance(Micros::HOUR);
        let mut round = ground.round(walked, &[]);
        round["body"]["policy"] = json!(policy);
        let told = ground.outbox(other, &[round]).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let day = walker.ctx.now().date();
        for expected in ["done", "again"] {
            let told = ground.outbox(walker, &[skip.clone()]).await;
            assert_eq!(result(&told[0]), expected, "{told:?}");
            let ids = &told[0]["ids"];
            assert_eq!(ids["extra"], json!(true));
            let why = json!({ "why": "done", "last": day.to_string() });
            assert_eq!(ids["not_due"], why);
        }
        let scope = walker.ctx.scope(&ROUNDS_READ).unwrap();
        let view = round_view(&ground.rounds, ground.world.db(), &scope, left_out).await;
        assert_eq!(view.unwrap().reason, "河边封路");
    }
}
