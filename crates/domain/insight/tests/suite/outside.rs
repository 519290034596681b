//! What could only be answered with an untrue nothing: an area the asker may not see, and days that end before they begin.

use axum::http::StatusCode;

use crate::http::{DESK, WORKER, webs};

#[tokio::test]
async fn an_area_outside_ones_own_is_said_to_be_so_and_counts_nothing() {
    for web in webs().await {
        let west = web.ground.id("A1").0;
        let said = "“甲社区 · 甲一网格”不在您能看到的范围里";
        for asked in [format!("area={west}"), format!("f=area~is~{west}")] {
            let asked = format!("d=persons&{asked}");
            let page = web.get(WORKER, &format!("/insight/query?{asked}")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            let page = page.text();
            assert!(page.contains(said), "{asked}: {page}");
            assert!(!page.contains("id=\"total\""), "a figure: {page}");
            assert!(!page.contains("所以是 0"), "{page}");
            let evidence = web.get(WORKER, &format!("/insight/evidence?{asked}")).await;
            assert_eq!(evidence.status, StatusCode::UNPROCESSABLE_ENTITY);
            let evidence = evidence.text();
            assert!(
                evidence.contains(said) && evidence.contains("这个数字您看不到"),
                "{evidence}"
            );
            let csv = web
                .get(WORKER, &format!("/insight/export/csv?{asked}"))
                .await;
            assert_eq!(csv.status, StatusCode::UNPROCESSABLE_ENTITY);
            // Whoever may see it is answered.
            let desk = web.get(DESK, &format!("/insight/query?{asked}")).await;
            assert!(desk.text().contains("<b>2</b>"), "{}", desk.text());
        }
        // Nor does a step of composing count there.
        let step = format!("/insight/query?d=persons&area={west}&add=persons~labels");
        let step = web.get(WORKER, &step).await.text();
        assert!(
            step.contains(said) && !step.contains("id=\"add\""),
            "{step}"
        );
        // The field says what was asked.
        let chosen = |area: i64| format!("value=\"{area}\" selected");
        let address = format!("/insight/query?d=persons&area={west}");
        let page = web.get(WORKER, &address).await.text();
        assert!(page.contains(&chosen(west)), "{page}");
        let overview = web.get(WORKER, &format!("/insight?area={west}")).await;
        let overview = overview.text();
        assert!(
            overview.contains(said) && overview.contains(&chosen(west)),
            "{overview}"
        );
        // One's own, and a wider area in which one sees a part, are counted as before.
        for code in ["A2", "A"] {
            let area = web.ground.id(code).0;
            let address = format!("/insight/query?d=persons&area={area}");
            let page = web.get(WORKER, &address).await.text();
            assert!(
                page.contains("<b>1</b>") && page.contains(&chosen(area)),
                "{code}: {page}"
            );
        }
    }
}

#[tokio::test]
async fn an_area_outside_ones_own_is_refused_over_rest() {
    for web in webs().await {
        let west = web.ground.id("A1").0;
        let query = format!(r#"{{"dataset":"persons","area":{west}}}"#);
        let evidence = format!(r#"{{"query":{query}}}"#);
        for (path, body) in [("query", &query), ("evidence", &evidence)] {
            let got = web.ask(WORKER, path, body).await;
            assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            assert!(got.text().contains("甲一网格"), "{}", got.text());
            assert_eq!(web.ask(DESK, path, body).await.status, StatusCode::OK);
        }
        let days = "from=2026-11-01&to=2026-11-30";
        let address = format!("/api/v1/insight/indicators?{days}&area={west}");
        let got = web.get(WORKER, &address).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(web.get(DESK, &address).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn days_that_end_before_they_begin_are_a_fault_and_stay_as_typed() {
    for web in webs().await {
        let days = "from=2026-12-01&to=2026-11-01";
        let page = web
            .get(DESK, &format!("/insight/query?d=cases&{days}"))
            .await
            .text();
        for kept in [
            "结束那天（2026-11-01）早于开始那天（2026-12-01）",
            "href=\"#f-to\"",
            "id=\"f-to-e\"",
            "value=\"2026-12-01\"",
            "value=\"2026-11-01\"",
        ] {
            assert!(page.contains(kept), "{kept} in {page}");
        }
        assert!(!page.contains("id=\"total\""), "a figure: {page}");
        let body = r#"{"dataset":"cases","time":{"dim":"reported","from":"2026-12-01","to":"2026-11-01"}}"#;
        let got = web.ask(DESK, "query", body).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(got.text().contains("time.to"), "{}", got.text());
        let indicators = format!("/api/v1/insight/indicators?{days}");
        let got = web.get(DESK, &indicators).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
        // One day is a span.
        let day = "/insight/query?d=cases&from=2026-11-01&to=2026-11-01";
        let page = web.get(DESK, day).await.text();
        assert!(page.contains("id=\"total\""), "{page}");
    }
}
