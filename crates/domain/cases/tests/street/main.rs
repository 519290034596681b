//! The pages for people without an account, over HTTP: ask, be refused kindly, follow, answer by link.

#![allow(clippy::unwrap_used, reason = "tests")]

mod called;
mod ground;
mod indexes;
mod merged;
mod numbers;
mod walls;
mod withheld;

use std::sync::Arc;

use axum::http::StatusCode;
use ground::{Form, Ground, photograph};
use youlin_cases::model::{Assignment, TaskRole, TaskStatus, Verb};
use youlin_cases::{CaseFilter, CaseFinder, CaseTexts, Sort, case, link_token, list, permissions};
use youlin_database::text::BuildTextIndex;
use youlin_kernel::Micros;
use youlin_people::Party;
use youlin_web::{Finder, Shell};

/// In the middle of grid A1, and far outside: latitude, longitude.
const IN_A1: (f64, f64) = (32.005, 120.802);
const OUTSIDE: (f64, f64) = (31.2, 121.4);

#[tokio::test]
async fn a_photograph_alone_says_where_it_is_and_keeps_nothing_of_it() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let form = Form::new()
            .text("text", "路灯不亮 <b>三天</b>了")
            .photo("a.jpg", photograph(Some(IN_A1)));
        let sent = ground.post("/help", form).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let (code, by) = sent
            .location
            .strip_prefix("/help/sent/")
            .unwrap()
            .split_once('?')
            .unwrap();
        assert_eq!(by, "by=photo");

        let told = ground.get(&sent.location).await;
        assert!(
            told.text.contains(code) && told.text.contains("位置取自您的照片"),
            "{}",
            told.text
        );
        let followed = ground
            .get(&format!("/follow/{}", code.to_lowercase()))
            .await;
        assert_eq!(followed.status, StatusCode::OK);
        assert!(
            followed.text.contains("&#60;b&#62;三天"),
            "shown as typed: {}",
            followed.text
        );

        let filed = ground.only_case().await;
        let (lon, lat) = filed.row.position.unwrap();
        assert!(
            (lon - IN_A1.1).abs() < 1e-4 && (lat - IN_A1.0).abs() < 1e-4,
            "{lon} {lat}"
        );
        assert_eq!(filed.files.len(), 1);

        let file = ground.get(&format!("/follow/{code}/files/1")).await;
        assert_eq!(
            (file.status, file.kind.as_str()),
            (StatusCode::OK, "image/jpeg")
        );
        assert!(
            !file.bytes.windows(4).any(|four| four == b"Exif"),
            "the position travels on"
        );
        assert_eq!(
            ground.get(&format!("/follow/{code}/files/2")).await.status,
            StatusCode::NOT_FOUND
        );
        let inside = format!("/cases/{}/files/{}", filed.row.id, filed.files[0].id);
        assert_eq!(
            ground.get(&inside).await.status,
            StatusCode::SEE_OTHER,
            "visitors sign in first"
        );
    }
}

#[tokio::test]
async fn a_refused_form_keeps_words_and_photographs() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let form = Form::new()
            .text("text", "楼道灯坏了")
            .text("place", "甲小区12号楼")
            .text("phone", "1380")
            .photo("a.jpg", photograph(None));
        let refused = ground.post("/help", form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("楼道灯坏了") && refused.text.contains("甲小区12号楼"));
        let kept = refused.between("name=\"kept\" value=\"", "\"");

        let mended = |kept: &str| {
            Form::new()
                .text("text", "楼道灯坏了")
                .text("place", "甲小区12号楼")
                .text("kept", kept)
        };
        let sent = ground.post("/help", mended(&kept)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let filed = ground.only_case().await;
        assert_eq!(filed.files.len(), 1);
        assert!(filed.building.is_some());

        // A note that was tampered with is no photograph.
        let forged = format!("{}AAAA", &kept[..kept.len() - 4]);
        assert_eq!(
            ground.post("/help", mended(&forged)).await.status,
            StatusCode::SEE_OTHER
        );
        let newest = ground.cases().await.remove(0);
        let view = ground.case(newest).await;
        assert!(view.files.is_empty());
    }
}

#[tokio::test]
async fn every_bad_file_has_its_own_answer() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let cut = photograph(None)[..300].to_vec();
        let bad: [(&str, Vec<u8>, StatusCode, &str); 5] = [
            (
                "big.jpg",
                vec![7; 400_000],
                StatusCode::PAYLOAD_TOO_LARGE,
                "太大了",
            ),
            ("cut.jpg", cut, StatusCode::UNPROCESSABLE_ENTITY, "打不开"),
            (
                "a.html",
                b"<!doctype html><script>".to_vec(),
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "text/html",
            ),
            (
                "empty.jpg",
                Vec::new(),
                StatusCode::UNPROCESSABLE_ENTITY,
                "是空的",
            ),
            (
                "a.heic",
                b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(),
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "HEIC",
            ),
        ];
        for (name, bytes, status, word) in bad {
            let form = Form::new()
                .photo(name, bytes)
                .text("text", "后写的话")
                .text("place", "甲小区12号楼");
            let refused = ground.post("/help", form).await;
            assert_eq!(refused.status, status, "{name}");
            assert!(refused.text.contains(word), "{name}: {}", refused.text);
            assert!(
                refused.text.contains("后写的话"),
                "{name}: what came after the file is lost"
            );
        }
        let many = (0..5).fold(Form::new().text("text", "多"), |form, n| {
            form.photo(
                &format!("{n}.jpg"),
                photograph(Some((32.005, 120.802 + f64::from(n) * 0.0001))),
            )
        });
        let refused = ground.post("/help", many).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(ground.cases().await.is_empty(), "nothing was filed");
    }
}

#[tokio::test]
async fn the_typed_address_comes_first_then_the_device_then_the_photograph() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let device = |form: Form, (lat, lon): (f64, f64)| {
            form.text("lat", &lat.to_string())
                .text("lon", &lon.to_string())
                .text("datum", "wgs84")
        };
        let typed = device(
            Form::new().text("text", "一").text("place", "甲小区12号楼"),
            IN_A1,
        );
        let sent = ground.post("/help", typed).await;
        assert!(
            sent.location.ends_with("by=address"),
            "{} {}",
            sent.location,
            sent.text
        );

        let form = Form::new()
            .text("text", "二")
            .photo("a.jpg", photograph(Some((32.015, 120.805))));
        let sent = ground.post("/help", device(form, IN_A1)).await;
        assert!(sent.location.ends_with("by=device"), "{}", sent.location);

        // A device outside, a photograph inside: the photograph shows where the matter is.
        let form = Form::new()
            .text("text", "三")
            .photo("a.jpg", photograph(Some(IN_A1)));
        let sent = ground.post("/help", device(form, OUTSIDE)).await;
        assert!(sent.location.ends_with("by=photo"), "{}", sent.location);

        // An address nobody knows goes with a position as its words.
        let form = Form::new().text("text", "四").text("place", "歪脖子树旁边");
        let sent = ground.post("/help", device(form, IN_A1)).await;
        assert!(sent.location.ends_with("by=device"), "{}", sent.location);
        let newest = ground.cases().await.remove(0);
        assert_eq!(ground.case(newest).await.row.address, "歪脖子树旁边");

        let outside = ground
            .post("/help", device(Form::new().text("text", "五"), OUTSIDE))
            .await;
        assert_eq!(outside.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            outside.text.contains("甲社区"),
            "the nearest is named: {}",
            outside.text
        );
        let swapped = ground
            .post(
                "/help",
                device(Form::new().text("text", "六"), (120.802, 32.005)),
            )
            .await;
        assert!(swapped.text.contains("写反"), "{}", swapped.text);
        let nothing = ground.post("/help", Form::new().text("text", "七")).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn sent_twice_it_is_one_case_with_one_photograph() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let form = || {
            Form::new()
                .text("idempotency_key", "k-1")
                .text("text", "路灯不亮")
                .photo("a.jpg", photograph(Some(IN_A1)))
        };
        let first = ground.post("/help", form()).await;
        let second = ground.post("/help", form()).await;
        assert_eq!(first.location, second.location);
        assert_eq!(ground.only_case().await.files.len(), 1);
        let other = ground.post("/help", form().text("name", "别人")).await;
        assert_eq!(
            other.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "another body under the same key"
        );
    }
}

#[tokio::test]
async fn the_reporter_adds_thanks_and_takes_back_by_code() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let form = Form::new()
            .text("text", "路灯不亮")
            .text("place", "甲小区12号楼");
        let sent = ground.post("/help", form).await;
        let code = sent.location[11..22].to_owned();
        let act = |verb: &str, text: &str| Form::new().text("verb", verb).text("text", text);
        let to = format!("/follow/{code}/act");

        let empty = ground.post_plain(&to, act("note", "  ")).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let noted = ground.post_plain(&to, act("note", "晚上更危险")).await;
        assert_eq!(noted.location, format!("/follow/{code}?done=note"));
        assert!(
            ground
                .get(&noted.location)
                .await
                .text
                .contains("晚上更危险")
        );
        // Not closed yet: nothing to rate, nothing to complain about.
        let early = ground.post_plain(&to, act("reopen", "还没好")).await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        assert!(early.text.contains("还没好"), "what was typed stays");
        assert_eq!(
            ground.post_plain(&to, act("accept", "x")).await.status,
            StatusCode::NOT_FOUND
        );

        assert_eq!(
            ground
                .post_plain(&to, act("cancel", "自己修好了"))
                .await
                .status,
            StatusCode::SEE_OTHER
        );
        let over = ground.get(&format!("/follow/{code}")).await;
        assert!(over.text.contains("这件事撤回了"), "{}", over.text);
        assert_eq!(
            ground.get("/follow?code=AAAAA-AAAAA").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            ground.get("/follow/nonsense").await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn a_neighbour_answers_by_a_link_that_ends() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let id = ground.lamp().await;
        let part = |n: u128, text: &str| Assignment {
            party: Party::person(uuid::Uuid::from_u128(n)),
            text: text.into(),
        };
        let dispatch = Verb::Dispatch {
            lead: part(7, ""),
            supporting: vec![part(8, "扶一下梯子")],
        };
        ground.act(id, Verb::Accept).await;
        ground.act(id, dispatch).await;
        let view = ground.case(id).await;
        let task = view
            .tasks
            .iter()
            .find(|task| task.role == TaskRole::Supporting)
            .unwrap()
            .id;
        let db = ground.world.db();
        let service = ground.world.service();
        let token = link_token(db, &ground.cases, &service, view.row.community, task)
            .await
            .unwrap();
        let to = format!("/t/{token}");

        // Looking changes nothing, however often.
        for _ in 0..2 {
            let page = ground.get(&to).await;
            assert!(
                page.text.contains("扶一下梯子") && page.text.contains("我能帮"),
                "{}",
                page.text
            );
        }
        let yes = ground
            .post(&to, Form::new().text("step", "yes").text("note", "十点到"))
            .await;
        assert_eq!(yes.status, StatusCode::SEE_OTHER, "{}", yes.text);
        // The lead's buttons are not the neighbour's, even when they are sent by hand.
        assert_eq!(
            ground
                .post(&to, Form::new().text("step", "handled").text("note", "x"))
                .await
                .status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            ground
                .post(&to, Form::new().text("step", "done"))
                .await
                .status,
            StatusCode::SEE_OTHER
        );
        let done = ground
            .case(id)
            .await
            .tasks
            .into_iter()
            .find(|one| one.id == task)
            .unwrap();
        assert_eq!(done.status, TaskStatus::Done);
        assert_eq!(
            ground
                .post(&to, Form::new().text("step", "yes"))
                .await
                .status,
            StatusCode::CONFLICT
        );

        let forged = format!("/t/{}AAAA", &token[..token.len() - 4]);
        assert_eq!(ground.get(&forged).await.status, StatusCode::NOT_FOUND);
        ground.world.clock.advance(15 * Micros::DAY);
        let over = ground.get(&to).await;
        assert_eq!(over.status, StatusCode::GONE);
        assert!(over.text.contains("过期"), "{}", over.text);
        assert_eq!(
            ground
                .post(&to, Form::new().text("step", "yes"))
                .await
                .status,
            StatusCode::GONE
        );
    }
}

#[tokio::test]
async fn the_pages_of_those_who_work_here_are_closed_to_visitors() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        for path in [
            "/today",
            "/tasks",
            "/note",
            "/me",
            "/admin",
            "/admin/categories",
            "/admin/calendar",
            "/admin/settings",
        ] {
            let answer = ground.get(path).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            assert!(
                answer.location.starts_with("/sign-in?next="),
                "{path}: {}",
                answer.location
            );
        }
        for path in ["/", "/help", "/follow"] {
            assert_eq!(ground.get(path).await.status, StatusCode::OK, "{path}");
        }
    }
}

#[tokio::test]
async fn a_case_is_found_by_words_number_and_code() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        for text in ["楼门口的路灯已经坏了三天", "楼下积水，路灯照不到"] {
            let form = Form::new().text("text", text).text("place", "甲小区12号楼");
            let sent = ground.post("/help", form).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        }
        let all = ground.cases().await;
        let (wet, dark) = (ground.case(all[0]).await, all[1]);
        assert_eq!(
            ground.found(&wet.tracking_code).await,
            [wet.row.id],
            "a code needs no index"
        );
        let build = BuildTextIndex(vec![Arc::new(CaseTexts)]);
        let ctx = ground.world.service();
        assert_eq!(build.catch_up(&ctx, ground.world.db()).await.unwrap(), 2);
        for (typed, expected) in [
            ("路灯", vec![wet.row.id, dark]),
            ("路灯坏了", vec![dark]),
            ("积水", vec![wet.row.id]),
            ("12号楼", vec![wet.row.id, dark]),
            (wet.row.number.as_str(), vec![wet.row.id]),
            ("窨井盖", vec![]),
            ("\" OR \"", vec![]),
        ] {
            assert_eq!(ground.found(typed).await, expected, "{typed}");
        }
    }
}

#[tokio::test]
async fn a_place_finds_its_own_cases_before_those_that_only_speak_of_it() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let lamp = ground.lamp().await;
        let form = Form::new()
            .text("text", "从甲小区12号楼绕过来的路口，路灯不亮")
            .photo("a.jpg", photograph(Some(IN_A1)));
        ground.post("/help", form).await;
        let elsewhere = ground.cases().await.remove(0);
        let build = BuildTextIndex(vec![Arc::new(CaseTexts)]);
        let ctx = ground.world.service();
        build.catch_up(&ctx, ground.world.db()).await.unwrap();
        let s = Shell::plain(&ground.app, &ground.world.service());
        let found = CaseFinder.find(&s, "甲小区12号楼", 8).await.unwrap();
        let hrefs: Vec<&str> = found.iter().map(|one| one.href.as_str()).collect();
        assert_eq!(
            hrefs,
            [format!("/cases/{lamp}"), format!("/cases/{elsewhere}")]
        );
        assert!(!found[0].detail.contains("文字里提到"), "{found:?}");
        assert!(
            found[1].detail.starts_with("别处的，文字里提到"),
            "{found:?}"
        );
        // A word of a report is no place, and nothing is said of it.
        let words = CaseFinder.find(&s, "路灯", 8).await.unwrap();
        assert_eq!(words.len(), 2);
        assert!(words.iter().all(|one| !one.detail.contains("文字里提到")));
        // Of a place without cases there are none but words.
        let only = CaseFinder.find(&s, "甲小区12号楼", 1).await.unwrap();
        assert_eq!(only.len(), 1);
    }
}

impl Ground {
    /// Ids of all cases, the newest first.
    async fn cases(&self) -> Vec<uuid::Uuid> {
        self.listed(None).await
    }

    async fn found(&self, typed: &str) -> Vec<uuid::Uuid> {
        self.listed(Some(typed.to_owned())).await
    }

    async fn listed(&self, q: Option<String>) -> Vec<uuid::Uuid> {
        let ctx = self.world.service();
        let scope = ctx.scope(&permissions::CASES_READ).unwrap();
        let filter = CaseFilter {
            q,
            sort: Sort::Recent,
            ..CaseFilter::default()
        };
        let page = list(self.world.db(), &self.cases, &ctx, &scope, &filter)
            .await
            .unwrap();
        page.items.into_iter().map(|row| row.id).collect()
    }

    async fn case(&self, id: uuid::Uuid) -> youlin_cases::CaseView {
        case(self.world.db(), &self.cases, &self.world.service(), id)
            .await
            .unwrap()
    }

    async fn only_case(&self) -> youlin_cases::CaseView {
        let all = self.cases().await;
        assert_eq!(all.len(), 1);
        self.case(all[0]).await
    }
}
