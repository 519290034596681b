//! A filled form is a round, once.

use axum::http::StatusCode;
use serde_json::json;
use uuid::Uuid;
use youlin_kernel::Micros;
use youlin_places::commands::{PremisesInput, SavePremises};
use youlin_rounds::model::{Channel, FindingState, Outcome, RoundKind};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{
    ClosePolicy, FindingStep, FindingView, SaveRuleSet, UseRuleSet, judgements_of,
};
use youlin_testkit::databases;

use crate::ground::Ground;
use crate::phone::{Part, Patrol, cut, multipart, picture};

fn of<'a>(found: &'a [FindingView], category: &str) -> &'a FindingView {
    found.iter().find(|one| one.category == category).unwrap()
}

#[tokio::test]
async fn a_patrol_of_the_source_from_collect() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let phone = ground.phone(0).await;
        let asked = phone.head(&ground).await;
        assert_eq!(asked.status, StatusCode::NO_CONTENT);
        assert_eq!(
            asked.headers["x-openrosa-accept-content-length"],
            "67108864"
        );
        let here = asked.headers["location"].to_str().unwrap();
        assert_eq!(here, format!("http://localhost{}/submission", phone.server));

        let patrol = Patrol::new(&ground, 1);
        let said = phone.submit(&ground, &[patrol.form()]).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        assert_eq!(
            said.message(),
            "已收下。\n发现 2 个问题，其中 2 个已经立案。"
        );
        let lines = ground.all_rounds().await;
        assert_eq!(lines.len(), 1);
        let round = ground.round(lines[0].id).await;
        assert_eq!(round.line.channel, Channel::Openrosa);
        assert_eq!(round.line.kind, RoundKind::Patrol);
        assert_eq!(round.line.by_name, "顾红");
        assert_eq!(round.line.began_at.rfc3339(), "2026-11-10T23:20:00Z");
        assert_eq!(round.line.ended_at.rfc3339(), "2026-11-11T00:05:00Z");
        assert_eq!(round.answers["floating"], "few");
        assert_eq!(round.answers["weather"], "晴");
        let floating = of(&round.findings, "E-0104");
        assert_eq!(floating.state, FindingState::Case);
        assert_eq!(floating.step, FindingStep::Open);
        // In the very words the page would have proposed.
        let page = "河面有漂浮垃圾：少许，请安排相关人员进行现场处理。";
        assert_eq!(floating.text, page);
        assert!(of(&round.findings, "E-0105").case.is_some());

        // The same again is the same; another content under its name is not taken.
        let again = phone.submit(&ground, &[patrol.form()]).await;
        assert_eq!(again.status, StatusCode::CREATED);
        assert!(again.message().contains("不会重复"), "{}", again.text);
        let changed = Patrol {
            bank: "many",
            ..patrol.clone()
        };
        let said = phone.submit(&ground, &[changed.form()]).await;
        assert_eq!(said.status, StatusCode::CONFLICT);
        assert!(said.message().contains("手机里的这一份还在"));
        assert_eq!(ground.all_rounds().await.len(), 1);
        assert_eq!(ground.count("case_record").await, 2);
        // Somebody else's phone may use the same name for an instance.
        let other = ground.phone(1).await;
        let said = other.submit(&ground, &[changed.form()]).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        assert_eq!(ground.all_rounds().await.len(), 2);
    }
}

#[tokio::test]
async fn a_phone_in_another_language_is_answered_in_it_and_nothing_is_kept_in_it() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let mut phone = ground.phone(0).await;
        phone.language = Some("en");
        let patrol = Patrol {
            version: "0",
            more: "<wind>strong</wind>",
            ..Patrol::new(&ground, 1)
        };
        let said = phone.submit(&ground, &[patrol.form()]).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        assert!(said.message().is_ascii(), "{}", said.text);
        let round = ground.round(ground.all_rounds().await[0].id).await;
        let floating = of(&round.findings, "E-0104");
        assert_eq!(
            floating.text,
            "河面有漂浮垃圾：少许，请安排相关人员进行现场处理。"
        );
        // What has no place in the form is noted with the round, in its words.
        assert!(round.text.contains("wind"), "{}", round.text);
        assert!(!round.text.contains("filled in"), "{}", round.text);
        let words = round.text.chars().filter(|one| !one.is_ascii()).count();
        assert!(words > 10, "{}", round.text);
    }
}

#[tokio::test]
async fn photographs_come_over_several_requests_and_are_not_doubled() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let phone = ground.phone(0).await;
        let names: Vec<String> = (0..3).map(|n| format!("17318400000{n:02}.jpg")).collect();
        let patrol = Patrol {
            photographs: names.clone(),
            ..Patrol::new(&ground, 2)
        };
        let file = |n: usize| Part::File(names[n].clone(), picture(u32::try_from(n).unwrap()));
        let first = [patrol.form(), file(0), file(1), Part::Incomplete];
        let said = phone.submit(&ground, &first).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        assert!(said.text.contains("isComplete=\"false\""));
        assert!(said.message().contains("收到 2 张照片"), "{}", said.text);
        // The answer was lost: the same request once more, then the rest, then all of it from another day's backup.
        for parts in [
            first.to_vec(),
            vec![patrol.form(), file(2)],
            vec![patrol.form(), file(0), file(1), file(2)],
        ] {
            let said = phone.submit(&ground, &parts).await;
            assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        }
        let lines = ground.all_rounds().await;
        assert_eq!(lines.len(), 1);
        let round = ground.round(lines[0].id).await;
        assert_eq!(round.photos.len(), 3);
        assert_eq!(round.findings.len(), 2);
        // One file nobody asked for is left out, whatever it is.
        let parts = [
            patrol.form(),
            Part::File("audit.csv".into(), b"event,node\nform start,\n".to_vec()),
        ];
        let said = phone.submit(&ground, &parts).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        assert_eq!(ground.round(lines[0].id).await.photos.len(), 3);
    }
}

#[tokio::test]
async fn what_is_cut_leaves_nothing_behind() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let phone = ground.phone(0).await;
        let names = vec!["1.jpg".to_owned()];
        let patrol = Patrol {
            photographs: names,
            ..Patrol::new(&ground, 3)
        };
        let parts = [patrol.form(), Part::File("1.jpg".into(), picture(9))];
        let whole = multipart(&parts);
        for at in [0, 40, whole.len() / 2, whole.len() - 30] {
            let said = phone.submit_body(&ground, cut(&whole[..at])).await;
            assert_eq!(said.status, StatusCode::BAD_REQUEST, "{at}: {}", said.text);
            assert!(said.message().contains("手机里"), "{}", said.text);
        }
        assert!(ground.all_rounds().await.is_empty());
        let said = phone.submit(&ground, &parts).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        let round = ground.round(ground.all_rounds().await[0].id).await;
        assert_eq!(round.photos.len(), 1);
    }
}

#[tokio::test]
async fn nobody_there_and_left_out_are_rounds_without_answers() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let phone = ground.phone(0).await;
        let patrol = Patrol {
            outcome: "tried",
            reason: "施工围挡，进不去",
            floating: "",
            bank: "",
            ..Patrol::new(&ground, 4)
        };
        let said = phone.submit(&ground, &[patrol.form()]).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        let round = ground.round(ground.all_rounds().await[0].id).await;
        assert_eq!(round.line.outcome, Outcome::Tried);
        assert_eq!(round.reason, "施工围挡，进不去");
        assert!(round.answers.is_empty() && round.findings.is_empty());
        // Left out without saying why is not taken.
        let patrol = Patrol {
            outcome: "skipped",
            ..Patrol::new(&ground, 5)
        };
        let said = phone.submit(&ground, &[patrol.form()]).await;
        assert_eq!(said.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn an_older_version_is_taken_mapped_and_shown() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let phone = ground.phone(0).await;
        let patrol = Patrol {
            version: "0.9",
            more: "<dead_fish>3</dead_fish>",
            bank: "",
            ..Patrol::new(&ground, 6)
        };
        let said = phone.submit(&ground, &[patrol.form()]).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        assert!(said.message().contains("旧版"), "{}", said.text);
        let round = ground.round(ground.all_rounds().await[0].id).await;
        assert_eq!(round.answers["floating"], "few");
        assert_eq!(round.findings.len(), 1);
        assert!(round.text.contains("dead_fish：3"), "{}", round.text);
        assert_eq!(round.answers["dead_fish"], "3");
        assert_eq!(round.checklist.as_deref(), Some("river-patrol@0.9"));
        assert_eq!(
            ground
                .count("openrosa_submission WHERE xml_sealed IS NOT NULL")
                .await,
            1
        );
        let again = phone.submit(&ground, &[patrol.form()]).await;
        assert_eq!(again.status, StatusCode::CREATED);
        assert_eq!(ground.all_rounds().await.len(), 1);
    }
}

#[tokio::test]
async fn the_policy_that_was_chosen_counts_and_its_company_is_sent() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let first = ground.policy("周六巡河", true).await;
        let phone = ground.phone(0).await;
        // The only one there is goes without saying.
        let said = phone
            .submit(&ground, &[Patrol::new(&ground, 7).form()])
            .await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        let round = ground.round(ground.all_rounds().await[0].id).await;
        assert_eq!(round.line.policy, Some(first));
        let case = round.findings[0].case.as_ref().unwrap();
        assert_eq!(json!(case.status), "dispatched");
        ground.world.clock.advance(6_000_000);
        let second = ground.policy("每日保洁", false).await;
        for (n, chosen, held) in [
            (8, String::new(), None),
            (9, second.to_string(), Some(second)),
            (10, ground.reach.id.to_string(), None),
        ] {
            let patrol = Patrol {
                policy: chosen,
                ..Patrol::new(&ground, n)
            };
            let said = phone.submit(&ground, &[patrol.form()]).await;
            assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
            let mut lines = ground.all_rounds().await;
            lines.sort_by_key(|line| line.id);
            let with = lines
                .iter()
                .filter(|line| line.policy == held && held.is_some())
                .count();
            assert_eq!(with, usize::from(held.is_some()));
        }
    }
}

#[tokio::test]
async fn a_form_that_comes_late_is_of_the_policy_that_ran_on_its_day() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let policy = ground.policy("周六巡河", true).await;
        ground.world.clock.advance(24 * Micros::HOUR);
        let stop = ClosePolicy {
            community: ground.community(),
            policy,
            version: 1,
            from: jiff::civil::date(2026, 11, 12),
        };
        let above = ground.world.service();
        ground.world.db().execute(&above, stop).await.unwrap();
        // Walked the day before it was stopped.
        let phone = ground.phone(0).await;
        let patrol = Patrol::new(&ground, 7);
        let said = phone.submit(&ground, &[patrol.form()]).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        let round = ground.round(ground.all_rounds().await[0].id).await;
        assert_eq!(round.line.policy, Some(policy));
    }
}

#[tokio::test]
async fn a_form_that_comes_late_is_judged_by_the_rules_of_its_day() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let (db, above) = (ground.world.db(), ground.world.service());
        let save = SavePremises {
            community: ground.community(),
            known: None,
            input: PremisesInput {
                kind: "market".into(),
                name: "中原综合批发市场".into(),
                ..PremisesInput::default()
            },
            position: None,
            area: Some(ground.world.areas.load().by_code("A1").unwrap().id),
        };
        let market = db.execute(&above, save).await.unwrap();
        let set = youlin_testkit::rules::wide_enough("2");
        let save = SaveRuleSet {
            text: serde_json::to_string(&set).unwrap(),
            checklist: "market-fire".into(),
        };
        let id = db.execute(&above, save).await.unwrap();
        let put = UseRuleSet {
            id,
            version: 1,
            from: jiff::civil::date(2026, 11, 12),
        };
        db.execute(&above, put).await.unwrap();
        ground.world.clock.advance(48 * Micros::HOUR);
        let phone = ground.phone(0).await;
        let filled = |day: &str, instance: u128| {
            let instance = Uuid::from_u128(instance);
            Part::Form(format!(
                "<?xml version='1.0' ?><data id=\"market-fire\" version=\"1\" xmlns:orx=\"http://openrosa.org/xforms\">\
                 <youlin_began>{day}T06:20:00.000+08:00</youlin_began><youlin_ended>{day}T07:05:00.000+08:00</youlin_ended>\
                 <youlin_kind>premises</youlin_kind><youlin_subject>{market}</youlin_subject><youlin_policy/>\
                 <youlin_outcome>done</youlin_outcome><youlin_reason/>\
                 <youlin_round><market_name>中原综合批发市场</market_name><inspected_on>{day}</inspected_on>\
                 <lanes><lane_width>3.1</lane_width></lanes></youlin_round>\
                 <orx:meta><orx:instanceID>uuid:{instance}</orx:instanceID></orx:meta></data>"
            ))
        };
        let scope = above.scope(&ROUNDS_READ).unwrap();
        for (n, (day, version, found)) in [("2026-11-11", "1", 1), ("2026-11-13", "2", 0)]
            .into_iter()
            .enumerate()
        {
            let form = filled(day, 0xfeed + n as u128);
            let said = phone.submit(&ground, &[form]).await;
            assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
            let lines = ground.all_rounds().await;
            let line = lines
                .iter()
                .find(|one| one.began_at.date().to_string() == day);
            let id = line.unwrap().id;
            let judged = judgements_of(db, &scope, id).await.unwrap();
            assert_eq!(judged[0].judgement.version, version, "{day}");
            assert_eq!(judged[0].finding.iter().count(), found, "{day}");
            assert_eq!(ground.round(id).await.findings.len(), found, "{day}");
        }
    }
}
