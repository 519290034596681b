//! What is on the list of premises goes along, for whoever may see it, so that the form without signal can say so.

use serde_json::{Value, json};
use uuid::Uuid;
use youlin_testkit::databases;

use crate::day::result;
use crate::ground::{Ground, Walker};

async fn list(ground: &Ground, who: &Walker) -> Value {
    let (_, pack) = ground.get(who, "/api/v1/field/pack").await;
    pack["listed"].clone()
}

/// An inspection of a market that finds a circuit with 58 A on 40: the finding, and the item.
pub(crate) fn inspection(ground: &Ground, who: &Walker, market: Uuid) -> (Uuid, Value) {
    let (id, finding) = (ground.new_id(), ground.new_id());
    let mut item = ground.round(id, &[]);
    let day = who.ctx.now().date().to_string();
    item["body"]["kind"] = json!("inspection");
    item["body"]["subject"] = json!({ "kind": "premises", "id": market });
    item["body"]["checklist"] = json!("market-fire@1");
    item["body"]["answers"] = json!({
        "market_name": "中原综合批发市场", "inspected_on": day,
        "circuits": [{ "circuit": "C-3", "circuit_rating": "40", "circuit_load": "58" }],
    });
    item["body"]["findings"] = json!([{
        "id": finding, "category": "E-0699", "severity": "high", "text": "三号回路过载",
        "follows": { "rule": "overload", "place": [1] },
    }]);
    item["body"]["hazards"] = json!([{
        "finding": finding, "rule": "overload", "place": [1], "section": "C", "named": "C-01、C-02",
    }]);
    (finding, item)
}

#[tokio::test]
async fn what_is_on_the_list_goes_along_with_what_tells_it_from_others() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let desk = &ground.walkers[2];
        let market = ground.market(desk).await;
        assert_eq!(list(&ground, desk).await, json!([]));
        let (finding, item) = inspection(&ground, desk, market);
        let day = desk.ctx.now().date().to_string();
        let told = ground.outbox(desk, &[item]).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let all = list(&ground, desk).await;
        let one = &all[0];
        assert_eq!(
            (&one["id"], &one["premises"], &one["rule"], &one["since"]),
            (
                &json!(finding),
                &json!(market),
                &json!("overload"),
                &json!(day)
            )
        );
        assert_eq!(
            (&one["section"], &one["stalls"]),
            (&json!("C"), &json!(["C-01", "C-02"]))
        );
        assert_eq!(one["evidence"]["circuit"], "C-3");
        // A volunteer at the river and a grid worker of elsewhere are told nothing of it.
        for other in [&ground.walkers[0], &ground.walkers[4]] {
            assert_eq!(list(&ground, other).await, json!([]));
        }
    }
}
