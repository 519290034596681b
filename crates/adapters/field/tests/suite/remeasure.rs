//! A hazard that was found by a measured value goes along with what may be measured again, and comes back with the new value.

use serde_json::{Value, json};
use uuid::Uuid;
use youlin_rounds::hazard_view;
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_testkit::databases;

use crate::day::result;
use crate::ground::Ground;
use crate::listed::inspection;

#[tokio::test]
async fn a_load_is_measured_again_without_signal() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let desk = &ground.walkers[2];
        let market = ground.market(desk).await;
        let (finding, item) = inspection(&ground, desk, market);
        let round = item["id"].clone();
        let told = ground.outbox(desk, &[item]).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let case: Uuid =
            serde_json::from_value(told[0]["ids"]["findings"][0]["case"].clone()).unwrap();
        let found = || async {
            let (_, pack) = ground.get(desk, "/api/v1/field/pack").await;
            let all = pack["findings"].as_array().unwrap().clone();
            let one = all.into_iter().find(|one| one["id"] == json!(finding));
            one.unwrap()
        };
        // Nobody looks again yet: nothing is measured again.
        assert_eq!(found().await["measured"], Value::Null);
        ground.handle(case).await;
        let one = found().await;
        assert_eq!(one["may_return"], true);
        assert_eq!(one["measured"]["question"]["zh-CN"], "实测电流");
        let judged = &one["measured"]["judgement"];
        assert_eq!(
            (&judged["test"], &judged["measured"]),
            (
                &json!({ "must": "share_at_most", "percent": 100 }),
                &json!({ "kind": "share", "value": "58", "of": "40", "unit": "A" })
            )
        );
        let back = |measured: &str| {
            json!({ "id": ground.new_id(), "kind": "return_visit", "body": {
                "community": ground.community(), "finding": finding, "round": round, "passed": true,
                "text": "线改好了", "measured": measured,
            } })
        };
        let told = ground.outbox(desk, &[back("41")]).await;
        assert_eq!(result(&told[0]), "refused", "{told:?}");
        let fault = &told[0]["problem"]["errors"][0];
        assert_eq!(fault["field"], "measured");
        assert!(
            fault["detail"]
                .as_str()
                .unwrap()
                .contains("仍超过额定 40 A"),
            "{fault}"
        );
        let told = ground.outbox(desk, &[back("39.5")]).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let scope = desk.ctx.scope(&ROUNDS_READ).unwrap();
        let one = hazard_view(ground.world.db(), &scope, finding).await;
        let one = one.unwrap();
        let again = one.rechecks[0].judgement.as_ref().unwrap();
        assert!(again.holds && one.removed_at.is_some());
        let (value, _) = again.judgement.measured.number().unwrap();
        assert_eq!(value.to_string(), "39.5");
    }
}
