//! What the house says of itself is kept in the community's language, whoever was at the page.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use youlin_testkit::{databases, web::form};

use crate::site::{Answer, Site, value};

/// A form handed in by somebody who reads English.
async fn in_english(site: &Site, fields: &[(&str, &str)]) -> Answer {
    let request = Request::post("/rounds")
        .header(header::ACCEPT_LANGUAGE, "en")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    site.send("desk", request, Body::from(form(fields))).await
}

#[tokio::test]
async fn an_english_reader_files_cases_the_community_can_read() {
    for base in databases().await {
        let site = Site::new(base).await;
        let subject = format!("reach:{}", site.ground.reach.id);
        let new = format!("/rounds/new?subject={subject}&checklist=river-patrol@1");
        let page = site.get("desk", &new).await.text();
        let (id, now) = (value(&page, "id"), value(&page, "ended"));
        let mut fields = vec![
            ("id", id),
            ("subject", &subject),
            ("checklist", "river-patrol@1"),
            ("began", now),
            ("ended", now),
            ("a_floating", "few"),
            ("a_bank", "some"),
            ("a_outlets", "none"),
            ("n_points", "1"),
            ("a_point.1", "32.0148 120.8978 4 6.5"),
        ];
        let shown = in_english(&site, &fields).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
        let page = shown.text();
        let mut rows: Vec<(String, String)> = (0..2)
            .flat_map(|n| ["key", "found", "was"].map(|name| format!("{name}_{n}")))
            .map(|name| (name.clone(), value(&page, &name).to_owned()))
            .collect();
        rows.push(("category_0".into(), "E-0104".into()));
        rows.push(("category_1".into(), "E-0105".into()));
        let text = |name: &str| &rows.iter().find(|row| row.0 == name).unwrap().1;
        assert!(
            text("found_0").is_ascii(),
            "shown in English: {}",
            text("found_0")
        );
        for (name, value) in &rows {
            fields.push((name, value));
        }
        // The second in words of their own: those stay.
        let own = fields
            .iter()
            .position(|(name, _)| *name == "found_1")
            .unwrap();
        fields[own].1 = "Bags under the willow";
        let done = in_english(&site, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let rounds = site.rounds().await;
        let texts: Vec<&str> = rounds[0]
            .findings
            .iter()
            .map(|one| one.text.as_str())
            .collect();
        assert!(texts.contains(&"Bags under the willow"), "{texts:?}");
        assert!(texts.contains(&"河面有漂浮垃圾：少许"), "{texts:?}");
        // A place among the answers reads as one.
        let page = site.get("desk", &done.location).await.text();
        assert!(
            page.contains("纬度 32.01480，经度 120.89780（误差约 "),
            "{page}"
        );
        assert!(!page.contains("120.8978 4 6.5"), "{page}");
    }
}
