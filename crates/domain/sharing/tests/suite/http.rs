//! The pages as callers meet them.

use axum::http::StatusCode;
use youlin_sharing::model::ResourceKind;

use crate::ground::grounds;

#[tokio::test]
async fn lending_and_the_lists_by_their_pages() {
    for g in grounds().await {
        let zhou = g.person("周福生", &["volunteer", "talent:nurse"]).await;
        let case = g.case(Some(zhou)).await;
        let chair = g.thing(ResourceKind::Equipment, "轮椅", 2).await;
        let (status, page) = g.get("desk", "/lists/resources").await;
        assert_eq!(status, StatusCode::OK, "{page}");
        assert!(page.contains("轮椅") && page.contains("周**") && page.contains("甲律师事务所"));
        assert!(!page.contains("周福生"));
        // From the case: what is free, then the form, then the loan.
        let (_, page) = g.get("desk", &format!("/cases/{case}")).await;
        assert!(page.contains(&format!("/resources/free?case={case}")));
        let (status, page) = g.get("desk", &format!("/resources/free?case={case}")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains(&format!("/resources/{chair}/book?case={case}")));
        let uri = format!("/resources/{chair}/book");
        let (status, page) = g.get("desk", &format!("{uri}?case={case}")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("周**"));
        let borrower = format!("person:{zhou}");
        let case_text = case.to_string();
        let mut fields = vec![
            ("borrower", borrower.as_str()),
            ("case", case_text.as_str()),
            ("count", "3"),
            ("from", "2026-11-11T09:00"),
            ("to", "2026-11-11T12:00"),
        ];
        let (status, _, page) = g.post("desk", &uri, &fields).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(page.contains("最多还能借 2 件"), "{page}");
        fields[2].1 = "1";
        let (status, loan, page) = g.post("desk", &uri, &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let loan = loan.split('?').next().unwrap().to_owned();
        let act = format!("{loan}/act");
        let (status, _, _) = g.post("desk", &act, &[("verb", "hand_out")]).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        // Sent twice, the second is told how it stands.
        let (status, _, _) = g.post("desk", &act, &[("verb", "hand_out")]).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let (_, page) = g.get("desk", &format!("/cases/{case}")).await;
        assert!(page.contains(&loan));
        for (list, word) in [
            ("problems", "轮椅"),
            ("tasks", "归还：轮椅 × 1"),
            ("resources", "轮椅"),
        ] {
            let (status, page) = g.get("desk", &format!("/lists/{list}")).await;
            assert_eq!(status, StatusCode::OK);
            assert!(page.contains(word), "{list}: {page}");
            // A file is asked what for; it says so, with who took it, when, and what it is narrowed by.
            let file = format!("/lists/{list}/export/csv");
            for short in ["", "?purpose=x"] {
                let (status, page) = g.get("desk", &format!("{file}{short}")).await;
                assert_eq!(status, StatusCode::OK);
                assert!(page.contains("name=\"purpose\""), "{list}: {page}");
                assert_eq!(page.contains("请写 2 到"), !short.is_empty());
            }
            let (status, page) = g.get("desk", &format!("{file}?purpose=Meeting")).await;
            assert_eq!(status, StatusCode::OK);
            assert!(page.contains(word), "{list}: {page}");
            for line in ["导出人,", "导出时间,20", "用途,Meeting", "网址,/lists/"] {
                assert!(page.contains(line), "{list} {line}: {page}");
            }
            let book = format!("/lists/{list}/export/xlsx?purpose=Meeting");
            let (status, _) = g.get("desk", &book).await;
            assert_eq!(status, StatusCode::OK);
        }
        let (_, page) = g.get("desk", "/lists/tasks?kind=loan&late=1").await;
        assert!(!page.contains("归还"));
        let (status, page) = g.get("desk", &format!("/resources/{chair}")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("可借 1 / 2") && page.contains(&loan));
        // Others: a partner sees no resources, another community none of these.
        let (status, _) = g.get("lawyer", "/lists/resources").await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, _) = g.get("other", &loan).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_resource_is_entered_with_its_hours() {
    for g in grounds().await {
        let area = g.area("A").to_string();
        let mut fields = vec![
            ("kind", "room"),
            ("name", "议事室"),
            ("area", area.as_str()),
            ("amount", "1"),
            ("seats", "20"),
            ("contact", "role:grid_worker"),
            ("d1", "9-8"),
            ("exceptions", "2026-11-14 09:00-12:00\n2026-12-01"),
        ];
        let (status, _, page) = g.post("desk", "/resources", &fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("议事室") && page.contains("08:30-11:30"));
        fields[6].1 = "8:30-11:30 14:00-17:30";
        let (status, at, page) = g.post("desk", "/resources", &fields).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let at = at.split('?').next().unwrap().to_owned();
        let (_, page) = g.get("desk", &format!("{at}/edit")).await;
        assert!(
            page.contains("08:30-11:30 14:00-17:30") && page.contains("2026-11-14 09:00-12:00")
        );
        let (_, page) = g.get("desk", &format!("{at}?from=2026-11-09")).await;
        assert!(page.contains("08:30-11:30 14:00-17:30"));
        let (status, _, _) = g.post("worker", &at, &fields).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn support_by_its_pages() {
    for g in grounds().await {
        let case = g.case(None).await.to_string();
        let asked = [
            ("case", case.as_str()),
            ("field", "law"),
            ("question", "能不能装扶手？"),
        ];
        let (status, at, page) = g.post("desk", "/support", &asked).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let at = at.split('?').next().unwrap().to_owned();
        let act = format!("{at}/act");
        let firm = format!("organisation:{}", g.law_firm);
        let (_, page) = g.get("desk", &at).await;
        assert!(page.contains(&firm));
        let (status, _, page) = g
            .post("desk", &act, &[("verb", "offer"), ("party", &firm)])
            .await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let (_, page) = g.get("lawyer", "/support").await;
        assert!(page.contains("能不能装扶手"));
        let steps: [(&str, &[(&str, &str)]); 3] = [
            ("lawyer", &[("verb", "accept")]),
            ("lawyer", &[("verb", "answer"), ("text", "可以，先公示。")]),
            (
                "desk",
                &[("verb", "confirm"), ("helped", "yes"), ("text", "装好了。")],
            ),
        ];
        for (key, fields) in steps {
            let (status, _, page) = g.post(key, &act, fields).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        }
        let (_, page) = g.get("desk", &format!("/cases/{case}")).await;
        assert!(page.contains(&at));
        let (_, page) = g.get("desk", &at).await;
        assert!(page.contains("可以，先公示。") && page.contains("已结束"));
    }
}
