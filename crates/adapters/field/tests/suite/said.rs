//! What a telephone says of a talk and of a hazard: the same as the pages ask.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_kernel::Micros;
use youlin_people::{OrganisationKind, Party};
use youlin_places::commands::{OpenStalls, PremisesInput, SavePremises};
use youlin_rounds::model::{Policy, RoundKind, Walkers};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{SavePolicy, SaveRuleSet, UseRuleSet, hazard_view, round_view};
use youlin_testkit::databases;

use crate::day::result;
use crate::ground::{Ground, TEAM, Walker};
use crate::river_town::{organisation, weekly};

impl Ground {
    /// A market with a section of twelve stalls.
    pub(crate) async fn market(&self, desk: &Walker) -> Uuid {
        let (db, community) = (self.world.db(), self.community());
        let save = SavePremises {
            community,
            known: None,
            input: PremisesInput {
                kind: "market".into(),
                name: "中原综合批发市场".into(),
                street_address: "中原路8号".into(),
                ..PremisesInput::default()
            },
            position: None,
            area: Some(self.world.areas.load().by_code("A1").unwrap().id),
        };
        let premises = db.execute(&desk.ctx, save).await.unwrap();
        let open = OpenStalls {
            community,
            premises,
            section: "C".into(),
            numbers: "01-12".into(),
            floor_area: String::new(),
            usage: "selling".into(),
        };
        db.execute(&desk.ctx, open).await.unwrap();
        premises
    }
}

#[tokio::test]
async fn a_talk_is_due_goes_along_and_comes_back() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let (volunteer, db) = (&ground.walkers[0], ground.world.db());
        let team = ("“绿如蓝”保卫队", OrganisationKind::VolunteerTeam);
        let team = organisation(&ground.world, &ground.vault, ground.community(), team).await;
        let policy = SavePolicy {
            community: ground.community(),
            known: None,
            title: "每周护河宣传".into(),
            policy: Policy {
                kind: RoundKind::Talk,
                ..weekly(Walkers::Party {
                    party: Party::organisation(TEAM),
                })
            },
            subjects: Vec::new(),
            fixer: None,
            checklist: None,
        };
        let policy = db.execute(&ground.world.service(), policy).await.unwrap();
        let (status, pack) = ground.get(volunteer, "/api/v1/field/pack").await;
        assert_eq!(status, StatusCode::OK, "{pack}");
        assert_eq!(
            (&pack["due"][0]["kind"], &pack["due"][0]["policy"]),
            (&json!("talk"), &json!(policy))
        );
        assert_eq!(
            (&pack["due_left_out"], &pack["parties_left_out"]),
            (&json!(0), &json!(0))
        );
        assert_eq!(
            pack["parties"],
            json!([{ "id": team.id, "name": "“绿如蓝”保卫队" }])
        );
        let id = ground.new_id();
        let mut item = ground.round(id, &[]);
        item["body"]["kind"] = json!("talk");
        item["body"]["policy"] = json!(policy);
        // Without what it was about it is no talk, and the telephone still has it.
        let told = ground.outbox(volunteer, &[item.clone()]).await;
        assert_eq!(result(&told[0]), "refused", "{told:?}");
        item["body"]["talk"] = json!({ "reached": 42, "topic": "孩子们认识河", "handed_out": "宣传单 60 份", "by": team });
        let told = ground.outbox(volunteer, &[item]).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let scope = volunteer.ctx.scope(&ROUNDS_READ).unwrap();
        let talk = round_view(&ground.rounds, db, &scope, id).await.unwrap();
        let talk = talk.talk.unwrap();
        assert_eq!((talk.reached, talk.by), (42, Some(team)));
        let (_, after) = ground.get(volunteer, "/api/v1/field/pack").await;
        assert_eq!(after["due"], json!([]));
    }
}

#[tokio::test]
async fn words_nobody_wrote_are_said_as_at_a_page() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let (volunteer, db) = (&ground.walkers[0], ground.world.db());
        let [id, follows, own, gone] = [(); 4].map(|()| ground.new_id());
        let found = |id: Uuid, category: &str| json!({ "id": id, "category": category, "severity": "low", "text": "手机上的话" });
        let mut item = ground.round(id, &[]);
        item["body"]["checklist"] = json!("river-patrol@1");
        item["body"]["answers"] =
            json!({ "floating": "few", "bank": "some", "outlets": "none", "note": "桥洞下面" });
        let mut findings = [follows, own, gone].map(|id| found(id, "E-0104"));
        findings[0]["follows"] = json!({ "rule": "floating", "place": [] });
        // Of nothing the answers lead to, though the telephone thought so.
        findings[2]["follows"] = json!({ "rule": "sign", "place": [] });
        item["body"]["findings"] = json!(findings);
        let told = ground.outbox(volunteer, &[item.clone()]).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let scope = volunteer.ctx.scope(&ROUNDS_READ).unwrap();
        let view = round_view(&ground.rounds, db, &scope, id).await.unwrap();
        let words = |id: Uuid| {
            let found = view.findings.iter().find(|one| one.id == id);
            found.map(|one| one.text.as_str())
        };
        assert_eq!(words(follows), Some("河面有漂浮垃圾：少许，桥洞下面"));
        assert_eq!(words(own), Some("手机上的话"));
        assert_eq!(words(gone), Some("手机上的话"));
        // Whoever reads English writes for the same community.
        let id = ground.new_id();
        let mut english = item.clone();
        english["id"] = json!(id);
        for found in english["body"]["findings"].as_array_mut().unwrap() {
            found["id"] = json!(ground.new_id());
        }
        let told = ground.outbox_in("en", volunteer, &[english]).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let view = round_view(&ground.rounds, db, &scope, id).await.unwrap();
        let texts: Vec<&str> = view.findings.iter().map(|one| one.text.as_str()).collect();
        assert!(
            texts.contains(&"河面有漂浮垃圾：少许，桥洞下面"),
            "{texts:?}"
        );
        // The same once more is the same.
        let told = ground.outbox(volunteer, &[item]).await;
        assert_eq!(result(&told[0]), "again", "{told:?}");
    }
}

#[tokio::test]
async fn a_hazard_says_its_stalls_and_who_puts_it_right() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let (desk, db) = (&ground.walkers[2], ground.world.db());
        let market = ground.market(desk).await;
        let company = ("中原市场管理公司", OrganisationKind::PropertyCompany);
        let company = organisation(&ground.world, &ground.vault, ground.community(), company).await;
        let (id, finding, at_once) = (ground.new_id(), ground.new_id(), ground.new_id());
        let found = |id: Uuid, on_spot: bool| json!({ "id": id, "category": "E-0404", "severity": "high", "text": "摊位内用电炉做饭", "on_spot": on_spot });
        let hazard = |named: &str| json!([{ "finding": finding, "section": "C", "named": named, "fixer": company, "cause": null, "days": 3, "measures": "当场断电" }]);
        let mut item = ground.round(id, &[]);
        item["body"]["kind"] = json!("inspection");
        item["body"]["subject"] = json!({ "kind": "premises", "id": market });
        item["body"]["findings"] = json!([found(finding, false), found(at_once, true)]);
        item["body"]["hazards"] = hazard("01-03、99");
        let told = ground.outbox(desk, &[item.clone()]).await;
        assert_eq!(result(&told[0]), "refused", "{told:?}");
        let error: &Value = &told[0]["problem"]["errors"][0];
        assert_eq!(error["field"], "hazards.0.stalls");
        assert!(error["detail"].as_str().unwrap().contains("99"), "{error}");
        item["body"]["hazards"] = hazard("01-03、C-12");
        let told = ground.outbox(desk, &[item]).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let scope = desk.ctx.scope(&ROUNDS_READ).unwrap();
        let view = hazard_view(db, &scope, finding).await;
        let view = view.unwrap();
        assert_eq!((view.section.as_str(), view.stalls.len()), ("C", 4));
        assert_eq!(view.fixer, Some(company));
    }
}

#[tokio::test]
async fn words_of_a_late_round_are_those_of_the_rules_of_its_day() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let (desk, db) = (&ground.walkers[2], ground.world.db());
        let market = ground.market(desk).await;
        let above = ground.world.service();
        let set = youlin_testkit::rules::wide_enough("2");
        let save = SaveRuleSet {
            text: serde_json::to_string(&set).unwrap(),
            checklist: "market-fire".into(),
        };
        let rules = db.execute(&above, save).await.unwrap();
        let (id, finding) = (ground.new_id(), ground.new_id());
        let mut item = ground.round(id, &[]);
        item["body"]["kind"] = json!("inspection");
        item["body"]["subject"] = json!({ "kind": "premises", "id": market });
        item["body"]["checklist"] = json!("market-fire@1");
        item["body"]["answers"] = json!({
            "market_name": "中原综合批发市场", "inspected_on": above.now().date().to_string(), "lane_width": "3.1"
        });
        item["body"]["findings"] = json!([{
            "id": finding, "category": "E-0504", "severity": "high", "text": "手机上的话",
            "follows": { "rule": "lane-width", "place": [] },
        }]);
        item["body"]["hazards"] =
            json!([{ "finding": finding, "rule": "lane-width", "place": [], "named": "" }]);
        // The newer version judges from tomorrow on; the telephone has signal again the day after.
        let put = UseRuleSet {
            id: rules,
            version: 1,
            from: above.now().plus(24 * Micros::HOUR).date(),
        };
        db.execute(&above, put).await.unwrap();
        ground.world.clock.advance(48 * Micros::HOUR);
        item["sent_at"] = json!(above.now());
        let told = ground.outbox(desk, &[item]).await;
        assert_eq!(result(&told[0]), "done", "{told:?}");
        let scope = desk.ctx.scope(&ROUNDS_READ).unwrap();
        let view = hazard_view(db, &scope, finding).await.unwrap();
        assert_eq!(
            view.text,
            "消防车道宽度不足：实测 3.1 m，要求不小于 4 m，中原综合批发市场"
        );
        assert_eq!(view.judgement.unwrap().judgement.version, "1");
    }
}
