//! What is somebody's own along the river: on 今天, in a calendar, on a round's page and behind each figure.

use axum::http::StatusCode;
use uuid::Uuid;
use youlin_cases::model::Verb;
use youlin_files::{ContentType, StoredFile};
use youlin_kernel::{Micros, Role};
use youlin_places::rivers::{Bank, ChiefLevel, OutletKind, SaveOutlet};
use youlin_rounds::model::Walkers;
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{AttachPhoto, SavePolicy, round_view};
use youlin_testkit::databases;
use youlin_testkit::town::at;

use crate::river_town;
use crate::site::{Site, jpeg};

/// The village chief walks once a week.
async fn by_the_chief(site: &Site) -> Uuid {
    let walkers = Walkers::Chief {
        level: ChiefLevel::Village,
    };
    let save = SavePolicy {
        community: site.ground.community(),
        known: None,
        title: "村级河长每周巡河".into(),
        policy: river_town::weekly(walkers),
        subjects: Vec::new(),
        fixer: None,
        checklist: None,
    };
    let world = &site.ground.world;
    world.db().execute(&world.service(), save).await.unwrap()
}

#[tokio::test]
async fn a_chief_finds_the_own_round_on_today_and_the_desk_not_everybodys() {
    for base in databases().await {
        let site = Site::new(base).await;
        let ground = &site.ground;
        let policy = by_the_chief(&site).await;
        let note = format!("/rounds/new?reach={}", ground.reach.id);
        let own = site.get("chief", "/today").await;
        assert_eq!(own.status, StatusCode::OK, "{}", own.text());
        assert!(own.text().contains(&note), "{}", own.text());
        assert!(own.text().contains(&policy.to_string()), "{}", own.text());
        let desk = site.get("desk", "/today").await.text();
        assert!(!desk.contains(&note), "{desk}");

        // What was put right waits for whoever found it; the desk has its lists, and may look all the same.
        let saturdays = ground.weekly().await;
        let volunteer = ground.of(ground.team);
        let filed = ground.hand_in(&volunteer, ground.patrol(Some(saturdays)));
        let filed = filed.await.unwrap();
        let case = filed.findings[0].case.unwrap();
        let cleaner = ground.of(ground.cleaner);
        ground.act(&cleaner, case, Verb::Start).await.unwrap();
        let text = "已打捞清运".into();
        let handled = Verb::Handled { text };
        ground.act(&cleaner, case, handled).await.unwrap();
        let round = format!("\"/rounds/{}\"", filed.id);
        let green = site.get("green", "/today").await.text();
        assert!(green.contains(&round), "{green}");
        for other in ["desk", "lead", "chief", "river"] {
            let page = site.get(other, "/today").await.text();
            assert!(!page.contains(&round), "{other}: {page}");
        }
        let page = site.get("desk", "/rounds").await.text();
        assert!(page.contains(&filed.id.to_string()), "{page}");
        // One's own stands first in the list of what is due.
        let list = site.get("chief", "/rounds").await.text();
        let at = |title: &str| list.find(title).unwrap_or(usize::MAX);
        assert!(at("村级河长每周巡河") < at("周六巡河"), "{list}");
    }
}

/// The addresses of calendars on a page.
fn calendars(page: &str) -> Vec<String> {
    let parts = page.split("/rounds/calendar/").skip(1);
    let ends = parts.filter_map(|part| part.split('"').next());
    ends.map(|end| format!("/rounds/calendar/{end}")).collect()
}

#[tokio::test]
async fn chiefs_and_members_of_teams_reach_their_calendars() {
    for base in databases().await {
        let site = Site::new(base).await;
        by_the_chief(&site).await;
        site.ground.weekly().await;
        let of = async |key: &str| {
            let page = site.get(key, "/rounds/policies").await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.text());
            calendars(&page.text())
        };
        let green = of("green").await;
        assert_eq!(green.len(), 1);
        assert!(green[0].contains("/team/"), "{green:?}");
        assert_eq!(of("desk").await, green, "whoever plans sees all teams'");
        assert!(of("river").await.is_empty() && of("other").await.is_empty());
        let chief = of("chief").await;
        let own = chief.iter().find(|one| one.contains("/chief/")).unwrap();
        let feed = site.get("", own).await;
        assert_eq!(feed.status, StatusCode::OK, "{}", feed.text());
        let text = feed.text().replace("\r\n ", "");
        assert!(
            text.contains("村级河长每周巡河") && !text.contains("周六"),
            "{text}"
        );
        // Saturdays are one day each, and not the week.
        let text = site.get("", &green[0]).await.text();
        let day = |line: &str| line.split(':').nth(1).unwrap().trim().to_owned();
        let begin: Vec<String> = text
            .lines()
            .filter(|line| line.starts_with("DTSTART"))
            .map(day)
            .collect();
        let end: Vec<String> = text
            .lines()
            .filter(|line| line.starts_with("DTEND"))
            .map(day)
            .collect();
        assert!(begin.len() >= 4, "{text}");
        for (begin, end) in begin.iter().zip(&end).skip(1) {
            let read = |text: &str| jiff::civil::Date::strptime("%Y%m%d", text).unwrap();
            assert_eq!(read(begin).weekday(), jiff::civil::Weekday::Saturday);
            assert_eq!(read(begin).tomorrow().unwrap(), read(end));
        }
        // Nobody else's token opens it.
        let wrong = own.replace("/chief/", "/person/");
        assert_eq!(site.get("", &wrong).await.status, StatusCode::NOT_FOUND);
    }
}

/// A photograph that says where it was taken.
fn with_exif() -> Vec<u8> {
    let plain = jpeg();
    let mut all = plain[..2].to_vec();
    all.extend([0xff, 0xe1, 0x00, 0x10]);
    all.extend(b"Exif\0\0II*\0\x08\0\0\0");
    all.extend(&plain[2..]);
    all
}

#[tokio::test]
async fn an_outlet_has_photographs_for_whoever_sees_the_reach() {
    for base in databases().await {
        let site = Site::new(base).await;
        let ground = &site.ground;
        let save = SaveOutlet {
            community: ground.community(),
            reach: ground.reach.id,
            known: None,
            name: "南桥雨水口".into(),
            kind: OutletKind::Rain,
            bank: Bank::Left,
            position: at(3.0, 5.1),
            permit: "通排2026-7".into(),
            dry_flow: false,
            note: String::new(),
            closed: false,
        };
        let world = &ground.world;
        let outlet = world.db().execute(&world.service(), save).await.unwrap();
        let uri = format!("/rounds/reaches/{}/outlets/{outlet}", ground.reach.id);
        let empty = site.get("green", &uri).await.text();
        assert!(
            empty.contains("南桥雨水口") && empty.contains("通排2026-7"),
            "{empty}"
        );
        let water = format!("/rounds/reaches/{}/water", ground.reach.id);
        assert!(site.get("green", &water).await.text().contains(&uri));
        let nothing = site.upload("green", &uri, &[("note", None, b"x")]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let (one, two) = (with_exif(), jpeg());
        let parts: [(&str, Option<&str>, &[u8]); 2] = [
            ("photo", Some("a.jpg"), &one),
            ("photo", Some("b.jpg"), &two),
        ];
        let saved = site.upload("green", &uri, &parts).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let page = site.get("desk", &uri).await.text();
        let from = page.find("/rounds/spots/").expect("a photograph");
        let photo = page[from..].split('"').next().unwrap().to_owned();
        let served = site.get("desk", &photo).await;
        assert_eq!(served.status, StatusCode::OK);
        assert!(!served.bytes.windows(4).any(|four| four == b"Exif"));
        // Of another community's reach nobody is told, nor of its photographs.
        for uri in [&uri, &photo] {
            let other = site.get("other", uri).await;
            assert_eq!(other.status, StatusCode::NOT_FOUND, "{uri}");
        }
        let other = site.upload("other", &uri, &parts).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn what_lies_far_from_the_reach_has_no_chainage_and_says_so() {
    for base in databases().await {
        let site = Site::new(base).await;
        let ground = &site.ground;
        let volunteer = ground.of(ground.team);
        let mut sent = ground.patrol(None);
        // A hundred metres from the line; the water is twelve wide.
        let (lon, lat) = at(3.0, 6.1);
        (sent.findings[0].lon, sent.findings[0].lat) = (Some(lon), Some(lat));
        let filed = ground.hand_in(&volunteer, sent).await.unwrap();
        let scope = ground.caller(Role::CommunityDesk, "A");
        let scope = scope.scope(&ROUNDS_READ).unwrap();
        let db = ground.world.db();
        let view = round_view(&ground.rounds, db, &scope, filed.id)
            .await
            .unwrap();
        let far = filed.findings[0].id;
        let far = view.findings.iter().find(|one| one.id == far).unwrap();
        assert_eq!((far.chainage_m, far.position.is_some()), (None, true));
        let beside = view.findings.iter().filter(|one| one.id != far.id);
        assert!(beside.clone().all(|one| one.chainage_m.is_some()));
        let page = site
            .get("desk", &format!("/rounds/{}?saved=1", filed.id))
            .await;
        assert_eq!(
            page.text().matches("所以没有桩号").count(),
            1,
            "{}",
            page.text()
        );
    }
}

#[tokio::test]
async fn a_sheet_says_itself_when_it_was() {
    for base in databases().await {
        let site = Site::new(base).await;
        let new = format!("/rounds/new?reach={}", site.ground.reach.id);
        for (channel, preset) in [("", true), ("paper", false), ("phone", false)] {
            let page = site.get("desk", &format!("{new}&channel={channel}")).await;
            let text = page.text();
            assert_eq!(page.status, StatusCode::OK, "{text}");
            for field in ["began", "ended"] {
                let at = text.find(&format!("name=\"{field}\"")).unwrap();
                let input = text[at..].split('>').next().unwrap();
                assert!(input.contains("required"), "{input}");
                assert_eq!(!input.contains("value=\"\""), preset, "{channel}: {input}");
            }
        }
    }
}

#[tokio::test]
async fn each_figure_of_a_reach_opens_to_exactly_its_records() {
    for base in databases().await {
        let site = Site::new(base).await;
        let ground = &site.ground;
        let saturdays = ground.weekly().await;
        let volunteer = ground.of(ground.team);
        let sent = ground.patrol(Some(saturdays));
        ground.hand_in(&volunteer, sent).await.unwrap();
        ground.world.clock.advance(21 * Micros::DAY);
        let reach = ground.reach.id;
        let page = site
            .get("desk", &format!("/rounds/reaches/{reach}"))
            .await
            .text();
        let mut seen = Vec::new();
        for part in page.split("class=\"figure\" href=\"").skip(1) {
            let href = part
                .split('"')
                .next()
                .unwrap()
                .replace("&#38;", "&")
                .replace("&amp;", "&");
            let count = part.split("<b>").nth(1).unwrap();
            let count: usize = count.split('<').next().unwrap().parse().unwrap();
            let line = href
                .split("line=")
                .nth(1)
                .unwrap()
                .split('#')
                .next()
                .unwrap()
                .to_owned();
            assert!(href.contains(&format!("reach={reach}")), "{href}");
            let opened = site.get("desk", href.split('#').next().unwrap()).await;
            assert_eq!(opened.status, StatusCode::OK);
            let opened = opened.text();
            let list = opened.split("id=\"opened\"").nth(1).expect("the list");
            assert_eq!(
                list.matches("<li data-item>").count(),
                count,
                "{line}: {list}"
            );
            seen.push((line, count));
        }
        let of = |name: &str| seen.iter().find(|(line, _)| line == name).unwrap().1;
        assert_eq!(seen.len(), 9, "{seen:?}");
        assert_eq!(
            (of("patrols"), of("found"), of("on_spot"), of("open")),
            (1, 3, 1, 2)
        );
        assert!(of("missed") > 0, "{seen:?}");
        let map = site
            .get("desk", &format!("/rounds/reaches/{reach}/map.geojson"))
            .await;
        assert!(
            map.text().contains("还没处理好") && map.text().contains("处理好了"),
            "{}",
            map.text()
        );
    }
}

#[tokio::test]
async fn a_photograph_stands_with_what_it_is_of() {
    for base in databases().await {
        let site = Site::new(base).await;
        let ground = &site.ground;
        let volunteer = ground.of(ground.team);
        let filed = ground
            .hand_in(&volunteer, ground.patrol(None))
            .await
            .unwrap();
        let finding = filed.findings[1].id;
        let mut photos = Vec::new();
        for (of, sha) in [(None, "a"), (Some(finding), "b")] {
            let attach = AttachPhoto {
                community: ground.community(),
                round: filed.id,
                finding: of,
                stage: "",
                file: StoredFile {
                    sha256: sha.repeat(64),
                    bytes: 1_000,
                    content_type: ContentType::Jpeg,
                    thumbnail_sha256: None,
                    name: Some("河.jpg".into()),
                    position: None,
                    taken_at: None,
                    width: Some(4),
                    height: Some(3),
                },
            };
            photos.push(ground.world.db().execute(&volunteer, attach).await.unwrap());
        }
        let page = site
            .get("desk", &format!("/rounds/{}", filed.id))
            .await
            .text();
        let (head, cards) = page.split_once("id=\"findings\"").unwrap();
        let [loose, own] = [photos[0].to_string(), photos[1].to_string()];
        assert!(
            head.contains(&loose) && head.contains("这次巡查的照片"),
            "{head}"
        );
        assert!(!head.contains(&own) && !cards.contains(&loose));
        let card = cards.split(&format!("id=\"f-{finding}\"")).nth(1).unwrap();
        let card = card.split("</article>").next().unwrap();
        assert!(card.contains(&own) && card.contains("发现时"), "{card}");
    }
}
