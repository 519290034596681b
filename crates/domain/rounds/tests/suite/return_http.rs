//! Going back to a finding on the page, when somebody else was faster.

use std::sync::Arc;

use axum::http::StatusCode;
use uuid::Uuid;
use youlin_cases::AttachFile;
use youlin_cases::model::{Status, Verb};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{HandedIn, ReturnVisit, round_view};
use youlin_testkit::databases;

use crate::site::{Site, jpeg};
use crate::water::picture;

/// A finding that waits for somebody to look again.
async fn handled(site: &Site) -> (HandedIn, Uuid, Uuid) {
    let ground = &site.ground;
    let policy = ground.weekly().await;
    let volunteer = ground.of(ground.team);
    let filed = ground.hand_in(&volunteer, ground.patrol(Some(policy)));
    let filed = filed.await.unwrap();
    let (finding, case) = (filed.findings[0].id, filed.findings[0].case.unwrap());
    again(site, case, true).await;
    (filed, finding, case)
}

/// The cleaner says it is put right.
async fn again(site: &Site, case: Uuid, start: bool) {
    let ground = &site.ground;
    let cleaner = ground.of(ground.cleaner);
    if start {
        ground.act(&cleaner, case, Verb::Start).await.unwrap();
    }
    let text = "已打捞清运".into();
    let handled = Verb::Handled { text };
    ground.act(&cleaner, case, handled).await.unwrap();
}

async fn went_back(site: &Site, finding: Uuid, passed: bool) {
    let ground = &site.ground;
    let visit = ReturnVisit {
        rounds: Arc::clone(&ground.rounds),
        community: ground.community(),
        finding,
        passed,
        text: "桥下看过了".into(),
        measured: None,
        photographs: Vec::new(),
    };
    let volunteer = ground.of(ground.team);
    ground.world.db().execute(&volunteer, visit).await.unwrap();
}

fn tokens(page: &str) -> Vec<String> {
    let parts = page.split("name=\"kept\" value=\"").skip(1);
    parts
        .filter_map(|part| Some(part.split('"').next()?.to_owned()))
        .collect()
}

#[tokio::test]
async fn whoever_comes_late_is_told_and_loses_nothing() {
    for base in databases().await {
        let site = Site::new(base).await;
        let (filed, finding, case) = handled(&site).await;
        let uri = format!("/rounds/findings/{finding}/return");
        let open = site.get("desk", &format!("/rounds/{}", filed.id)).await;
        assert!(open.text().contains(&uri));
        let photo = jpeg();
        let words: [(&str, Option<&str>, &[u8]); 3] = [
            ("passed", None, b"no"),
            ("text", None, "水边还有两袋".as_bytes()),
            ("photo", Some("a.jpg"), photo.as_slice()),
        ];
        // Not yet: it was said to need doing again.
        went_back(&site, finding, false).await;
        let late = site.upload("desk", &uri, &words).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let page = late.text();
        assert!(page.contains("还没整改好，已经退回去重办"), "{page}");
        assert!(page.contains("水边还有两袋") && page.contains("name=\"note\""));
        let kept = tokens(&page);
        assert_eq!(kept.len(), 1, "the photograph need not be chosen again");

        // Closed meanwhile: sent once more, with what the page held.
        again(&site, case, false).await;
        went_back(&site, finding, true).await;
        let fields = [
            ("passed", "no"),
            ("text", "水边还有两袋"),
            ("kept", kept[0].as_str()),
        ];
        let late = site.post("desk", &uri, &fields).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let page = late.text();
        assert!(page.contains("这件事已经结案"), "{page}");
        assert_eq!(tokens(&page).len(), 1);
        let noted = [&fields[..], &[("note", "1")]].concat();
        let done = site.post("desk", &uri, &noted).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let told = site.get("desk", &done.location).await.text();
        assert!(told.contains("已经留作记录"), "{told}");

        let ground = &site.ground;
        assert_eq!(ground.status(case).await, Status::Closed);
        let scope = ground.world.service().scope(&ROUNDS_READ).unwrap();
        let db = ground.world.db();
        let round = round_view(&ground.rounds, db, &scope, filed.id).await;
        let round = round.unwrap();
        let all = &round.findings[0].returns;
        let said: Vec<&str> = all.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(said, ["桥下看过了", "桥下看过了", "水边还有两袋"]);
        assert!(told.contains("/rounds/spots/"), "its photograph is shown");
    }
}

#[tokio::test]
async fn five_photographs_are_said_to_be_too_many_and_four_stay() {
    for base in databases().await {
        let site = Site::new(base).await;
        let (_, finding, case) = handled(&site).await;
        let uri = format!("/rounds/findings/{finding}/return");
        let photos: Vec<Vec<u8>> = (0..5).map(|_| jpeg()).collect();
        let mut parts: Vec<(&str, Option<&str>, &[u8])> = vec![
            ("passed", None, b"yes"),
            ("text", None, "干净了".as_bytes()),
        ];
        parts.extend(photos.iter().map(|one| ("photo", Some("a.jpg"), &one[..])));
        let refused = site.upload("desk", &uri, &parts).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text();
        assert!(page.contains("前 4 张已经留下"), "{page}");
        assert!(page.contains("干净了") && page.contains("value=\"yes\" required checked"));
        let kept = tokens(&page);
        assert_eq!(kept.len(), 4);
        // What is no picture does not cost what was typed.
        let text = [
            ("passed", None, &b"yes"[..]),
            ("text", None, "干净了".as_bytes()),
            ("photo", Some("a.pdf"), b"%PDF-1.4\n%%EOF\n"),
        ];
        let refused = site.upload("desk", &uri, &text).await;
        assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(refused.text().contains("干净了"), "{}", refused.text());
        let mut again: Vec<(&str, &str)> = vec![("passed", "yes"), ("text", "干净了")];
        again.extend(kept.iter().map(|one| ("kept", one.as_str())));
        let done = site.post("desk", &uri, &again).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert_eq!(site.ground.status(case).await, Status::Closed);
        let told = site.get("desk", &done.location).await.text();
        assert!(told.contains("回访已经记下"), "{told}");
    }
}

#[tokio::test]
async fn a_patrol_on_the_page_says_where_along_the_reach_and_how_far_each_finding_is() {
    for base in databases().await {
        let site = Site::new(base).await;
        let ground = &site.ground;
        let id = ground.world.service().new_id().to_string();
        let subject = format!("reach:{}", ground.reach.id);
        let now = ground.world.service().now();
        let minute = |back: i64| {
            let at = now.plus(-back * youlin_kernel::Micros::MINUTE);
            at.local_minute().replace(' ', "T")
        };
        let (began, ended) = (minute(40), minute(10));
        let fields = |chainage: &'static str| {
            [
                ("id", id.as_str()),
                ("subject", subject.as_str()),
                ("channel", "page"),
                ("outcome", "done"),
                ("began", began.as_str()),
                ("ended", ended.as_str()),
                ("category_0", "E-0104"),
                ("severity_0", "medium"),
                ("found_0", "桥下有漂浮垃圾"),
                ("bank_0", "left"),
                ("chainage_0", chainage),
            ]
        };
        for (typed, words) in [("桥边", "请写成 K0+350"), ("K90+000", "这段河道只到")] {
            let refused = site.post("desk", "/rounds", &fields(typed)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            let page = refused.text();
            assert!(page.contains(words) && page.contains(typed), "{page}");
        }
        let done = site.post("desk", "/rounds", &fields("K0+350")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let page = site.get("desk", &done.location).await.text();
        assert!(page.contains("K0+350 左岸"), "{page}");
        // Nobody accepted it yet: it is not being put right.
        assert!(
            page.contains("待立案") && !page.contains("整改中"),
            "{page}"
        );
        let board = site.get("desk", &format!("/r/{}", ground.reach.sign)).await;
        let board = board.text();
        assert!(
            board.contains("待立案") && board.contains("K0+350"),
            "{board}"
        );
    }
}

#[tokio::test]
async fn what_the_fixer_photographed_stands_beside_what_was_found() {
    for base in databases().await {
        let site = Site::new(base).await;
        let (filed, _, case) = handled(&site).await;
        let ground = &site.ground;
        let of = format!("/rounds/{}", filed.id);
        let before = site.get("desk", &of).await.text();
        assert!(!before.contains("处理的人拍的"), "{before}");
        let attach = AttachFile {
            community: ground.community(),
            case,
            file: picture("w"),
            stage: "handling",
            locate: false,
        };
        let cleaner = ground.of(ground.cleaner);
        ground.world.db().execute(&cleaner, attach).await.unwrap();
        let page = site.get("desk", &of).await.text();
        assert!(page.contains("处理的人拍的"), "{page}");
        assert!(page.contains(&format!("/cases/{case}/files/")), "{page}");
    }
}
