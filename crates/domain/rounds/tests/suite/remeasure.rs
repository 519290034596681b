//! What was found by a measured value is measured again by whoever looks again, and judged by the rule that judged it first.

use std::sync::Arc;

use http::StatusCode;
use serde_json::json;
use uuid::Uuid;
use youlin_checklist::{Effect, Verdict, example_rules};
use youlin_database::audit::verify;
use youlin_kernel::{CommunityId, Micros, Problem, Role};
use youlin_rounds::model::{HazardStep, HazardVerb};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{ActOnHazard, NoteReturn, ReturnVisit, judgements_of, module, what_changes};
use youlin_testkit::databases;

use crate::market::Market;
use crate::market_http::Web;
use crate::water::picture;

fn recheck(passed: bool, measured: &str) -> HazardVerb {
    HazardVerb::Recheck {
        passed,
        text: "现场量过".to_owned(),
        measured: Some(measured.to_owned()),
    }
}

fn fixed() -> HazardVerb {
    HazardVerb::Fixed {
        text: "已整改".to_owned(),
    }
}

/// The code of the refusal and what its sentence says.
fn refusal(problem: &Problem) -> (&str, &str, Vec<(&str, &str)>) {
    let first = &problem.fields()[0];
    let args = first
        .args
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    (first.field.as_str(), first.code, args.collect())
}

#[tokio::test]
async fn a_photograph_of_before_and_a_wrong_value_are_told_at_once() {
    for base in databases().await {
        let market = Market::new(base).await;
        let (ground, db) = (&market.ground, market.ground.world.db());
        let worker = ground.caller(Role::GridWorker, "A1");
        let operator = ground.of(market.operator);
        let filed = market
            .hand_in(&worker, market.inspection().await)
            .await
            .unwrap();
        let lane = filed.findings[0].id;
        let act = |verb: HazardVerb| ActOnHazard {
            rounds: Arc::clone(&ground.rounds),
            community: ground.community(),
            hazard: lane,
            version: None,
            verb,
            photographs: vec![picture("a")],
        };
        db.execute(&operator, act(fixed())).await.unwrap();
        ground.world.clock.advance(Micros::MINUTE);
        let again = act(recheck(true, "够宽了"));
        let back = ReturnVisit {
            rounds: Arc::clone(&ground.rounds),
            community: ground.community(),
            finding: lane,
            passed: true,
            text: "现场量过".to_owned(),
            measured: Some("够宽了".to_owned()),
            photographs: vec![picture("a")],
        };
        let refused = [
            db.execute(&worker, again).await.unwrap_err(),
            db.execute(&worker, back).await.unwrap_err(),
        ];
        for problem in refused {
            let fields = problem.fields().iter();
            let codes: Vec<&str> = fields.map(|field| field.code).collect();
            assert_eq!(codes, ["return-photo-same", "remeasured-number"]);
        }
        // The photograph alone.
        let good = db.execute(&worker, act(recheck(true, "4"))).await;
        assert_eq!(good.unwrap_err().fields().len(), 1);
        assert_eq!(market.view(lane).await.step, HazardStep::ToRecheck);
    }
}

#[tokio::test]
async fn a_lane_is_measured_again_by_the_rule_that_judged_it_first() {
    for base in databases().await {
        let market = Market::new(base).await;
        let (ground, db) = (&market.ground, market.ground.world.db());
        let worker = ground.caller(Role::GridWorker, "A1");
        let operator = ground.of(market.operator);
        let filed = market
            .hand_in(&worker, market.inspection().await)
            .await
            .unwrap();
        let lane = filed.findings[0].id;
        // From today on a lane of three metres would do; this one was found when it took four.
        market.wide_enough("2", 0).await;
        market.act(&operator, lane, fixed(), 1).await.unwrap();
        for (measured, code, args) in [
            (
                "3.4",
                "remeasured-fails-low",
                vec![("value", "3.4 m"), ("limit", "4 m")],
            ),
            (
                "３．９９",
                "remeasured-fails-low",
                vec![("value", "3.99 m"), ("limit", "4 m")],
            ),
            ("够宽了", "remeasured-number", vec![("unit", "m")]),
            ("3.4米", "remeasured-number", vec![("unit", "m")]),
            ("-1", "remeasured-negative", vec![]),
            (
                "60",
                "remeasured-said",
                vec![("why", "宽度在 0 到 50 米之间")],
            ),
        ] {
            let refused = market
                .act(&worker, lane, recheck(true, measured), 0)
                .await
                .unwrap_err();
            assert_eq!(refusal(&refused), ("measured", code, args), "{measured}");
        }
        let one = market.view(lane).await;
        assert_eq!(one.step, HazardStep::ToRecheck);
        assert!(one.rechecks.is_empty(), "what was refused left nothing");

        // Seen to fail, with its value; then wide enough.
        market
            .act(&worker, lane, recheck(false, "3.4"), 0)
            .await
            .unwrap();
        ground.world.clock.advance(Micros::MINUTE);
        market.act(&operator, lane, fixed(), 1).await.unwrap();
        ground.world.clock.advance(Micros::MINUTE);
        let done = market
            .act(&worker, lane, recheck(true, " 4.0 "), 0)
            .await
            .unwrap();
        assert_eq!(done.step, HazardStep::Removed);
        // Whoever came too late measured, too.
        ground.world.clock.advance(Micros::MINUTE);
        let lead = ground.caller(Role::CommunityLead, "A");
        let late = ReturnVisit {
            rounds: Arc::clone(&ground.rounds),
            community: ground.community(),
            finding: lane,
            passed: false,
            text: "北头窄一点".to_owned(),
            measured: Some("3.9".to_owned()),
            photographs: Vec::new(),
        };
        db.execute(&lead, NoteReturn(late)).await.unwrap();

        let one = market.view(lane).await;
        let made: Vec<(Verdict, bool, String)> = one
            .rechecks
            .iter()
            .map(|back| {
                let again = back.judgement.as_ref().unwrap();
                assert!(again.holds && again.again, "the same whenever it is asked");
                let judged = &again.judgement;
                assert_eq!(judged.version, "1", "not what is in use today");
                assert_eq!(judged.clause, "示例第 1 条 消防车道");
                let value = judged.measured.number().unwrap().0.to_string();
                (judged.verdict, back.noted, value)
            })
            .collect();
        assert_eq!(
            made,
            [
                (Verdict::Fails, false, "3.4".to_owned()),
                (Verdict::Meets, false, "4".to_owned()),
                (Verdict::Fails, true, "3.9".to_owned()),
            ]
        );
        // What was measured first stands as it was, on its round and with the hazard.
        let first = one.judgement.unwrap();
        assert_eq!(
            first.judgement.measured.number().unwrap().0.to_string(),
            "3.1"
        );
        let scope = worker.scope(&ROUNDS_READ).unwrap();
        let of_round = judgements_of(db, &scope, filed.id).await.unwrap();
        assert_eq!(of_round.len(), 4);
        assert!(of_round.iter().all(|one| !one.again));

        // What another version judges otherwise, it says of what was measured again as well.
        let (old, new) = (
            example_rules().unwrap(),
            youlin_testkit::rules::wide_enough("2"),
        );
        let sets = youlin_rounds::rule_sets(db.read()).await.unwrap();
        let changes = what_changes(db, &scope, &sets, (&old, &new)).await.unwrap();
        let mut now_meets: Vec<(String, bool)> = changes
            .iter()
            .filter(|one| one.change.effect == Effect::NowMeets)
            .map(|one| {
                let (value, _) = one.of.judgement.measured.number().unwrap();
                (value.to_string(), one.of.again)
            })
            .collect();
        now_meets.sort();
        let expected = [("3.1", false), ("3.4", true), ("3.9", true)];
        assert_eq!(
            now_meets,
            expected.map(|(value, again)| (value.to_owned(), again))
        );

        let chains = [CommunityId::SYSTEM, ground.community()];
        let proof = verify(db.read(), &module().audited, &chains, None)
            .await
            .unwrap();
        assert!(proof.faults.is_empty(), "{proof:?}");
    }
}

#[tokio::test]
async fn a_load_is_measured_against_the_rating_that_was_written_down_then() {
    for base in databases().await {
        let market = Market::new(base).await;
        let (ground, db) = (&market.ground, market.ground.world.db());
        let worker = ground.caller(Role::GridWorker, "A1");
        let operator = ground.of(market.operator);
        let filed = market
            .hand_in(&worker, market.inspection().await)
            .await
            .unwrap();
        let [_, foam, load] = filed.findings.as_slice() else {
            panic!("three findings")
        };
        for one in [foam, load] {
            market.act(&operator, one.id, fixed(), 0).await.unwrap();
        }
        // As telephones send it.
        let visit = |finding: Uuid, measured: Option<&str>| ReturnVisit {
            rounds: Arc::clone(&ground.rounds),
            community: ground.community(),
            finding,
            passed: true,
            text: "现场看过".to_owned(),
            measured: measured.map(str::to_owned),
            photographs: Vec::new(),
        };
        let over = visit(load.id, Some("40.5"));
        let refused = db.execute(&worker, over).await.unwrap_err();
        let args = vec![("value", "40.5 A"), ("rating", "40 A"), ("percent", "100")];
        assert_eq!(
            refusal(&refused),
            ("measured", "remeasured-fails-share", args)
        );
        db.execute(&worker, visit(load.id, Some("38")))
            .await
            .unwrap();
        let one = market.view(load.id).await;
        assert_eq!(one.step, HazardStep::Removed);
        let again = one.rechecks[0].judgement.as_ref().unwrap();
        assert_eq!(
            serde_json::to_value(&again.judgement.measured).unwrap(),
            json!({ "kind": "share", "value": "38", "of": "40", "unit": "A" })
        );

        // Panels are no number: nothing can be measured again, and nothing need be.
        let panels = visit(foam.id, Some("0"));
        let refused = db.execute(&worker, panels).await.unwrap_err();
        assert_eq!(refusal(&refused).1, "remeasured-nothing");
        db.execute(&worker, visit(foam.id, Some(" ")))
            .await
            .unwrap();
        let one = market.view(foam.id).await;
        assert_eq!(one.step, HazardStep::Removed);
        assert!(one.rechecks[0].judgement.is_none());
    }
}

#[tokio::test]
async fn the_form_asks_for_it_and_keeps_what_was_typed() {
    for base in databases().await {
        let web = Web::over(Market::new(base).await).await;
        let filed = web.inspected().await;
        let [foam, load] = [1, 2].map(|at| filed["findings"][at]["id"].as_str().unwrap());
        for one in [foam, load] {
            let fixed = json!({ "verb": "fixed", "text": "已整改" });
            let (status, answer) = web.step("operator", one, fixed).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
        }
        let page = |id: &str| format!("/rounds/hazards/{id}");
        let (_, shown) = web.get("worker", &page(load)).await;
        for words in [
            "实测电流（A）",
            "检查时实测 58.5 A（额定 40 A），要求不超过额定值的 100%",
            "name=\"measured\"",
        ] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        let (_, shown) = web.get("worker", &page(foam)).await;
        assert!(shown.contains("name=\"passed\"") && !shown.contains("name=\"measured\""));

        let typed = |measured: &'static str| {
            [
                ("verb", "recheck"),
                ("passed", "yes"),
                ("text", "改了线"),
                ("measured", measured),
            ]
        };
        for (measured, words) in [
            (
                "41.2",
                "实测 41.2 A，仍超过额定 40 A 的 100%，不能销号：请选“没到位”，或改正实测值。",
            ),
            ("四十", "实测值要填数字，比如 3.8，单位A不用写"),
        ] {
            let back = format!("/rounds/findings/{load}/return");
            for uri in [page(load), back] {
                let (status, shown) = web.form("worker", &uri, &typed(measured)).await;
                assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{shown}");
                assert!(shown.contains(words), "{words}: {shown}");
                let value = format!("value=\"{measured}\"");
                assert!(
                    shown.contains(&value)
                        && shown.contains(">改了线</textarea>")
                        && shown.contains("value=\"yes\" required checked"),
                    "{shown}"
                );
            }
        }
        // Over the interface the same, by name.
        let step =
            json!({ "verb": "recheck", "passed": true, "text": "改了线", "measured": "41.2" });
        let (status, answer) = web.step("worker", load, step).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer["errors"][0]["field"], "measured");

        let (status, to) = web.form("worker", &page(load), &typed("36")).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{to}");
        let told =
            "复查实测 36 A（额定 40 A），要求不超过额定值的 100%，符合（示例第 5 条 用电负荷）";
        let (_, shown) = web.get("worker", &to).await;
        assert!(shown.contains(told), "{shown}");
        let of_round = format!("/rounds/{}", filed["id"].as_str().unwrap());
        let (_, shown) = web.get("worker", &of_round).await;
        assert!(shown.contains(told), "{shown}");
        let premises = format!("/rounds/premises/{}", web.market.id);
        let (_, shown) = web.get("worker", &premises).await;
        assert!(shown.contains("复查实测 36 A"), "{shown}");
        let one = web.json("worker", &format!("/api/v1/hazards/{load}")).await;
        let again = &one["rechecks"][0]["judgement"];
        assert_eq!(again["holds"], true);
        assert_eq!(again["judgement"]["verdict"], "meets");
        assert_eq!(again["judgement"]["measured"]["value"], "36");
        assert_eq!(one["judgement"]["judgement"]["measured"]["value"], "58.5");
        // An older client knows nothing of it.
        let step = json!({ "verb": "recheck", "passed": true, "text": "已更换" });
        let (status, answer) = web.step("worker", foam, step).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
}
