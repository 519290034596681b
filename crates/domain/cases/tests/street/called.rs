//! What is typed may be what the category is called and no word of any report.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use youlin_cases::{CaseFilter, CaseFinder, CaseTexts, ImportCategories, list, permissions};
use youlin_database::text::BuildTextIndex;
use youlin_kernel::Role;
use youlin_web::{Finder, Shell};

use crate::ground::Ground;

/// Three more categories; the last one is sensitive.
async fn catalogue(ground: &Ground) {
    let category = |code: &str, name: &str, name_en: &str, words: &[&str], sensitive: bool| {
        json!({"code": code, "class": "event", "group": "小区", "name": name, "name_en": name_en, "keywords": words,
               "sensitive": sensitive,
               "limit": {"amount": 24, "unit": "hours"}, "accept_limit": {"amount": 1, "unit": "hours"}})
    };
    let categories = [
        category("E-1", "楼道堆物", "Clutter in corridors", &["杂物"], false),
        category(
            "E-2",
            "非机动车、共享单车乱停",
            "Badly parked bicycles",
            &["电动车", "乱停"],
            false,
        ),
        category("S-1", "精神障碍患者看护", "Mental illness", &[], true),
    ];
    let import = ImportCategories {
        text: json!({ "categories": categories }).to_string(),
        dry_run: false,
    };
    let ctx = ground.world.service();
    ground.world.db().execute(&ctx, import).await.unwrap();
    ground.cases.reload().await.unwrap();
}

async fn index(ground: &Ground) {
    let build = BuildTextIndex(vec![Arc::new(CaseTexts)]);
    let service = ground.world.service();
    build.catch_up(&service, ground.world.db()).await.unwrap();
}

#[tokio::test]
async fn a_case_is_found_by_what_its_category_is_called() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        catalogue(&ground).await;
        let (boxes, _) = ground.filed("A", "E-1", "三楼平台放满了纸箱").await;
        let (bikes, _) = ground.filed("A", "E-2", "单元门被挡住了").await;
        let (there, _) = ground.filed("B", "E-1", "门口都是旧家具").await;
        // Its words say so too, and it is one line all the same.
        let (said, _) = ground.filed("A", "E-1", "楼道堆物，走不过去").await;
        index(&ground).await;
        let desk = ground.world.caller(Role::CommunityDesk, ground.area("A"));
        let above = ground
            .world
            .caller(Role::SubdistrictSupervisor, ground.area("S1"));
        for (typed, meant) in [
            ("楼道堆物", vec![said, boxes]),
            ("堆物", vec![said, boxes]),
            ("corridor clutter", vec![said, boxes]),
            // No name says it; one and its keywords do together.
            ("电动车乱停", vec![bikes]),
            ("纸箱", vec![boxes]),
            ("楼道积水", vec![]),
            // One letter names nothing: only its own words say it.
            ("物", vec![said]),
        ] {
            assert_eq!(ground.asked(&desk, typed).await, meant, "{typed}");
        }
        let both = ground.asked(&above, "楼道堆物").await;
        assert_eq!(
            both,
            [said, there, boxes],
            "of all communities, the newest first"
        );
        // The pages of a list go on after what is found both ways.
        let scope = desk.scope(&permissions::CASES_READ).unwrap();
        let mut filter = CaseFilter {
            q: Some("楼道堆物".into()),
            limit: Some(1),
            ..CaseFilter::default()
        };
        let db = ground.world.db();
        let first = list(db, &ground.cases, &desk, &scope, &filter)
            .await
            .unwrap();
        filter.cursor = first.next;
        let second = list(db, &ground.cases, &desk, &scope, &filter)
            .await
            .unwrap();
        let pages: Vec<Uuid> = first
            .items
            .iter()
            .chain(&second.items)
            .map(|row| row.id)
            .collect();
        assert_eq!((pages, second.next), (vec![said, boxes], None));
        // The line says why it is there.
        let s = Shell::plain(&ground.app, &desk);
        let found = CaseFinder.find(&s, "楼道堆物", 8).await.unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found
                .iter()
                .all(|one| one.detail.contains(" · 楼道堆物 · ")),
            "{found:?}"
        );
        let found = CaseFinder.find(&s, "纸箱", 8).await.unwrap();
        assert!(!found[0].detail.contains("楼道堆物"), "{found:?}");
    }
}

#[tokio::test]
async fn what_a_sensitive_category_is_called_finds_its_cases_for_the_desk_alone() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        catalogue(&ground).await;
        let (ill, _) = ground.filed("A", "S-1", "有人在楼下大喊").await;
        index(&ground).await;
        let caller = |role| ground.world.caller(role, ground.area("A"));
        let (desk, worker) = (caller(Role::CommunityDesk), caller(Role::GridWorker));
        for typed in ["精神障碍", "mental illness"] {
            assert_eq!(ground.asked(&desk, typed).await, [ill], "{typed}");
            let seen = ground.asked(&worker, typed).await;
            assert_eq!(seen, Vec::<Uuid>::new(), "{typed}");
            let s = Shell::plain(&ground.app, &worker);
            assert_eq!(CaseFinder.find(&s, typed, 8).await.unwrap(), vec![]);
        }
        // The words of the report are found as before, and say nothing of the category.
        assert_eq!(ground.asked(&worker, "大喊").await, [ill]);
        let s = Shell::plain(&ground.app, &worker);
        let found = CaseFinder.find(&s, "大喊", 8).await.unwrap();
        assert!(!found[0].detail.contains("精神"), "{found:?}");
    }
}
