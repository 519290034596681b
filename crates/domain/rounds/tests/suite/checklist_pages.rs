//! Over HTTP: the editor with its faults, a checklist answered stall by stall, paper handed in twice, workbooks in and out.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_checklist::shipped;
use youlin_testkit::databases;
use youlin_xforms::{Labels, read_xlsform, write_xlsform};

use crate::site::{Site, jpeg, value};

#[tokio::test]
async fn a_market_is_inspected_stall_by_stall_and_a_refusal_costs_nothing() {
    for base in databases().await {
        let site = Site::new(base).await;
        let subject = format!("premises:{}", site.premises);
        let page = site
            .get("desk", &format!("/rounds/new?subject={subject}"))
            .await;
        assert_eq!(page.status, StatusCode::OK);
        let page = page.text();
        assert!(
            page.contains("name=\"a_market_name\""),
            "the first that fits is asked"
        );
        let id = value(&page, "id").to_owned();
        let now = value(&page, "ended").to_owned();
        let photo = jpeg();
        let base: Vec<(&str, Option<&str>, &[u8])> = vec![
            ("id", None, id.as_bytes()),
            ("subject", None, subject.as_bytes()),
            ("checklist", None, b"market-fire@1"),
            ("began", None, now.as_bytes()),
            ("ended", None, now.as_bytes()),
            ("a_market_name", None, "中原市场".as_bytes()),
            ("a_lane_width", None, b"3.1"),
            ("n_stalls", None, b"2"),
            ("a_stall.1", None, b"C11"),
            ("a_stall.2", None, b"C12"),
            ("a_lives_in.2", None, b"yes"),
        ];
        // The day is missing, and a second stall cannot have a number that is no number.
        let mut parts = base.clone();
        parts.push(("a_main_aisle", None, b"wide"));
        parts.push(("p_stall_photo.2", Some("IMG.jpg"), &photo));
        let refused = site.upload("desk", "/rounds", &parts).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text();
        assert!(
            page.contains("href=\"#f-a_inspected_on\""),
            "what is missing is named"
        );
        assert!(page.contains("href=\"#f-a_main_aisle\""));
        assert_eq!(value(&page, "a_stall.2"), "C12");
        assert_eq!(value(&page, "a_main_aisle"), "wide", "what was typed stays");
        // The photograph too: a sealed note stands for it.
        let kept = value(&page, "k_stall_photo.2").to_owned();

        let day = &now[..10];
        let mut parts = base.clone();
        parts.push(("a_inspected_on", None, day.as_bytes()));
        // Words under the name of a photograph prove nothing.
        let mut faked = parts.clone();
        faked.push(("p_stall_photo.2", Some("IMG.jpg"), b"not a picture"));
        let refused = site.upload("desk", "/rounds", &faked).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("「IMG.jpg」不是照片"));
        parts.push(("k_stall_photo.2", None, kept.as_bytes()));
        let proposed = site.upload("desk", "/rounds", &parts).await;
        assert_eq!(proposed.status, StatusCode::OK);
        let page = proposed.text();
        // The lane is judged by the rule set, somebody lives in a stall.
        let keys: Vec<String> = ["key_0", "key_1"]
            .map(|name| value(&page, name).into())
            .into();
        assert_eq!(keys, ["lane-width", "lives-in.2"]);
        assert!(value(&page, "found_1").contains("C12"), "evidence is named");
        let fields = ["key", "category", "found", "severity"];
        let mut found = Vec::new();
        for index in 0..2 {
            for field in fields {
                let name = format!("{field}_{index}");
                let text = match field {
                    "category" if index == 0 => "E-0504".to_owned(),
                    "category" => "E-0404".to_owned(),
                    "severity" => "high".to_owned(),
                    _ => value(&page, &name).to_owned(),
                };
                found.push((name, text));
            }
        }
        for (name, text) in &found {
            parts.push((name, None, text.as_bytes()));
        }
        let done = site.upload("desk", "/rounds", &parts).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let again = site.upload("desk", "/rounds", &parts).await;
        assert_eq!(again.location, done.location, "sent twice it is one round");
        let rounds = site.rounds().await;
        assert_eq!(rounds.len(), 1);
        let round = &rounds[0];
        assert_eq!(round.findings.len(), 2);
        assert_eq!(round.checklist.as_deref(), Some("market-fire@1"));
        assert_eq!(round.answers["stalls"][1]["stall"], "C12");
        let of = round.photos[0].finding.unwrap();
        let shown = round.findings.iter().find(|one| one.id == of).unwrap();
        assert_eq!(shown.category, "E-0404", "evidence goes with its finding");
        assert_eq!(round.photos.len(), 1);
        let page = site.get("desk", &done.location).await.text();
        assert!(page.contains("C12") && page.contains("市场消防检查"));
        // A note of another round, or a made one, is no photograph.
        let other = Uuid::from_u128(7).to_string();
        let mut forged = parts.clone();
        forged[0] = ("id", None, other.as_bytes());
        site.upload("desk", "/rounds", &forged).await;
        let rounds = site.rounds().await;
        let second = rounds
            .iter()
            .find(|one| one.line.id != round.line.id)
            .unwrap();
        assert!(second.photos.is_empty());
    }
}

#[tokio::test]
async fn a_sheet_of_paper_handed_in_twice_is_one_round() {
    for base in databases().await {
        let site = Site::new(base).await;
        let subject = format!("reach:{}", site.ground.reach.id);
        let sheet = format!("/rounds/sheet?subject={subject}&checklist=chief-log@1");
        let page = site.get("desk", &sheet).await;
        assert_eq!(page.status, StatusCode::OK);
        let page = page.text();
        assert!(
            page.contains("<svg") && page.contains("河长日志") && page.contains("class=\"tick\"")
        );
        let (_, code) = page.split_once("round=").unwrap();
        let round = &code[..36];
        let number = format!("{}-{}", &round[28..32], &round[32..]).to_uppercase();
        assert_eq!(
            page.matches(&format!("编号 {number}")).count(),
            2,
            "at the code, and at the head of each page"
        );
        assert!(!page.contains(&format!(">{round}<")));
        assert!(!page.contains("（可多选）"));
        let of_market = format!("premises:{}", site.premises);
        let market = format!("/rounds/sheet?subject={of_market}&checklist=market-fire@1");
        let market = site.get("desk", &market).await.text();
        assert!(market.contains("（可多选）"), "several boxes may be ticked");
        let id = Uuid::from_u128(0x0193_5f00_0000_7000_8000_0000_0000_00aa).to_string();
        let entry =
            format!("/rounds/new?round={id}&subject={subject}&checklist=chief-log@1&channel=paper");
        let form = site.get("desk", &entry).await;
        assert_eq!(form.status, StatusCode::OK);
        let page = form.text();
        assert_eq!(value(&page, "id"), id);
        // It may be of any day: nothing is preset.
        assert_eq!(value(&page, "ended"), "");
        let now = site.ground.world.service().now();
        let now = now.local_minute().replace(' ', "T");
        let fields = [
            ("id", id.as_str()),
            ("subject", &subject),
            ("checklist", "chief-log@1"),
            ("channel", "paper"),
            ("began", &now),
            ("ended", &now),
            ("a_chief_level", "village"),
            ("a_surface", "good"),
            ("a_banks", "fair"),
        ];
        let refused = site.post("desk", "/rounds", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.text().contains("href=\"#f-told_by\""),
            "who wrote it has to be said"
        );
        let mut told = fields.to_vec();
        told.push(("told_by", "顾建明"));
        let done = site.post("desk", "/rounds", &told).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        // The second time the code leads to the round itself.
        let again = site.get("desk", &entry).await;
        assert_eq!(again.location, format!("/rounds/{id}?known=1"));
        let page = site.get("desk", &again.location).await.text();
        assert!(page.contains("已经录入过"));
        // Who went, and who wrote it down; a list says that whoever it names only wrote it down.
        assert!(page.contains("<dt>谁去的</dt><dd>顾建明</dd>"), "{page}");
        let desk = site.rounds().await[0].line.by_name.clone();
        let wrote = format!("<dt>谁登记的</dt><dd>{desk}</dd>");
        assert!(page.contains(&wrote), "{page}");
        let list = site.get("desk", "/rounds").await.text();
        assert!(list.contains(&format!("{desk}代为登记")), "{list}");
        // Typed by hand from the same sheet with another content: named, not doubled.
        told[7] = ("a_surface", "bad");
        let other = site.post("desk", "/rounds", &told).await;
        assert_eq!(other.status, StatusCode::CONFLICT);
        assert_eq!(site.rounds().await.len(), 1);
        // Elsewhere there is no such sheet.
        let foreign = site.get("other", &sheet).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_editor_names_what_is_wrong_and_two_editors_never_overwrite() {
    for base in databases().await {
        let site = Site::new(base).await;
        let area = site.ground.id("A").0.to_string();
        let made = site
            .post(
                "lead",
                "/rounds/checklists",
                &[
                    ("from", "elder-home@1"),
                    ("code", "elder-jia"),
                    ("area", &area),
                    ("title", "甲社区老人居家安全"),
                ],
            )
            .await;
        assert_eq!(
            made.location,
            "/rounds/checklists/elder-jia@1",
            "{}",
            made.text()
        );
        let desk = site.get("desk", &made.location).await;
        assert_eq!(
            desk.status,
            StatusCode::NOT_FOUND,
            "a draft is its keepers'"
        );
        let page = site.get("lead", &made.location).await.text();
        let mut fields = fields_of(&page);
        put(&mut fields, "q0_relevant", "nonsense(${agreed})");
        let borrowed = |fields: &[(String, String)]| -> Vec<(String, String)> { fields.to_vec() };
        let send = |fields: Vec<(String, String)>| {
            let site = &site;
            let uri = made.location.clone();
            async move {
                let pairs: Vec<(&str, &str)> = fields
                    .iter()
                    .map(|(name, text)| (name.as_str(), text.as_str()))
                    .collect();
                site.post("lead", &uri, &pairs).await
            }
        };
        let saved = send(borrowed(&fields)).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let page = site.get("lead", &saved.location).await.text();
        assert!(page.contains("没有这个函数") && page.contains("href=\"#q-0\""));
        assert!(
            !page.contains("/publish\""),
            "not while there is something to mend"
        );
        let forced = site
            .post(
                "lead",
                "/rounds/checklists/elder-jia@1/publish",
                &[("version", "2")],
            )
            .await;
        assert_eq!(forced.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Somebody who still had the first version.
        put(&mut fields, "q0_relevant", "");
        put(&mut fields, "title_zh-CN", "另一个名字");
        let lost = send(borrowed(&fields)).await;
        assert_eq!(lost.status, StatusCode::CONFLICT);
        let page = lost.text();
        assert!(page.contains("data-conflict") && page.contains("另一个名字"));
        assert_eq!(value(&page, "version"), "2");
        put(&mut fields, "version", "2");
        // A button of the editor changes nothing yet and loses nothing.
        let mut act = borrowed(&fields);
        put(&mut act, "act", "add:0:repeat");
        let page = send(act).await.text();
        assert!(page.contains("另一个名字") && page.contains("还没有保存"));
        assert_eq!(value(&page, "q1_name"), "");
        let saved = send(borrowed(&fields)).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER);
        let preview = site
            .get("lead", "/rounds/checklists/elder-jia@1/preview")
            .await;
        assert!(preview.text().contains("name=\"a_agreed\""));
        let published = site
            .post(
                "lead",
                "/rounds/checklists/elder-jia@1/publish",
                &[("version", "3")],
            )
            .await;
        assert_eq!(
            published.status,
            StatusCode::SEE_OTHER,
            "{}",
            published.text()
        );
        let page = site
            .get("desk", "/rounds/checklists/elder-jia@1")
            .await
            .text();
        assert!(page.contains("另一个名字") && page.contains("民发〔2020〕86 号"));
        let other = site.get("other", "/rounds/checklists/elder-jia@1").await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
        let withdrawn = site
            .post(
                "lead",
                "/rounds/checklists/elder-jia@1/withdraw",
                &[("version", "4")],
            )
            .await;
        assert_eq!(withdrawn.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn the_editor_speaks_in_words_and_says_each_fault_once() {
    for base in databases().await {
        let site = Site::new(base).await;
        let area = site.ground.id("A").0.to_string();
        let copy = [
            ("from", "river-patrol@1"),
            ("code", "river-jia"),
            ("area", area.as_str()),
            ("title", "甲社区河道巡查"),
        ];
        let made = site.post("lead", "/rounds/checklists", &copy).await;
        let page = site.get("lead", &made.location).await.text();
        assert!(
            page.contains("<h1>甲社区河道巡查 第 1 版（草稿）</h1>"),
            "title and version, no code"
        );
        assert!(page.contains("没有（none）"), "an option by its words");
        assert!(page.contains(
            "意思是：填了「河面有没有漂浮垃圾」，并且「河面有没有漂浮垃圾」不是「没有」"
        ));
        // Numbers run through: where a section ends is no question.
        let numbers: Vec<usize> = page
            .split("<summary>")
            .skip(1)
            .filter_map(|rest| rest.split_once(". ")?.0.parse().ok())
            .collect();
        assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
        let mut fields = fields_of(&page);
        let at = fields
            .iter()
            .find(|(_, value)| value == "floating")
            .map(|(name, _)| name.clone())
            .unwrap();
        // A name others lean on is changed, and a row is added and left empty.
        put(&mut fields, &at, "rubbish_on_water");
        put(&mut fields, "act", "add:0:text");
        let pairs: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let page = site.post("lead", &made.location, &pairs).await.text();
        let start = page.find("id=\"faults\"").unwrap();
        let summary = &page[start..start + page[start..].find("</section>").unwrap()];
        let missing = summary.matches("没有叫 floating 的题").count();
        assert_eq!(missing, 1, "one cause: {summary}");
        assert!(summary.contains("同样的："), "and where else it is felt");
        assert_eq!(summary.matches("第 2 题：还没有写字段名").count(), 1);
        assert!(!summary.contains("字段名要用字母开头"), "{summary}");
        assert!(!summary.contains("：还没有写问什么"), "{summary}");
        let page = site.get("lead", "/rounds/checklists/new").await.text();
        assert!(page.contains("河道巡查 第 1 版（river-patrol）"));
        let read = site.get("lead", "/rounds/checklists/river-patrol@1").await;
        let page = read.text();
        assert!(page.contains(
            "只在 填了「河面有没有漂浮垃圾」，并且「河面有没有漂浮垃圾」不是「没有」 时问"
        ));
    }
}

#[tokio::test]
async fn a_workbook_goes_out_and_comes_in_and_what_is_not_supported_is_named() {
    for base in databases().await {
        let site = Site::new(base).await;
        let out = site
            .get("desk", "/rounds/checklists/building-check@1/form.xlsx")
            .await;
        assert_eq!(out.status, StatusCode::OK);
        let read = read_xlsform(&out.bytes).unwrap();
        assert_eq!(Some(read), shipped("building-check"));
        let area = site.ground.id("A").0.to_string();
        let send = |code: &'static str, book: Vec<u8>| {
            let (site, area) = (&site, area.clone());
            async move {
                let parts: Vec<(&str, Option<&str>, &[u8])> = vec![
                    ("area", None, area.as_bytes()),
                    ("code", None, code.as_bytes()),
                    ("file", Some("form.xlsx"), &book),
                ];
                site.upload("lead", "/rounds/checklists/import", &parts)
                    .await
            }
        };
        let taken = send("", out.bytes.clone()).await;
        assert_eq!(
            taken.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "its id is the house's"
        );
        let done = send("building-jia", out.bytes.clone()).await;
        assert_eq!(done.location, "/rounds/checklists/building-jia@1?saved=1");
        let mut odd = shipped("building-check").unwrap();
        odd.items.truncate(1);
        let mut rows = write_xlsform(&odd, &Labels::default()).unwrap();
        rows.truncate(rows.len() / 2);
        let refused = send("odd", rows).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("不是能读的"));
        let refused = send("odd", "type,name,label\ntext,a,写".into()).await;
        assert!(
            refused.text().contains("不是能读的"),
            "a text is no workbook"
        );
        let refused = send("odd", vec![b'P'; 6 * 1024 * 1024]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text();
        assert!(page.contains("超过 5 MB") && value(&page, "code") == "odd");
        let refused = send("odd", audio()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text();
        assert!(
            page.contains("audio") && page.contains("entities") && page.contains("media::image"),
            "{page}"
        );
        let desk = site.get("desk", "/rounds/checklists/import").await;
        assert_eq!(desk.status, StatusCode::FORBIDDEN);
    }
}

/// A workbook with what is not supported.
fn audio() -> Vec<u8> {
    let sheet = |name: &str, columns: &[&str], rows: &[&[&str]]| youlin_tabular::SheetOut {
        name: name.into(),
        columns: columns.iter().map(|one| (*one).into()).collect(),
        rows: rows
            .iter()
            .map(|row| row.iter().map(|one| (*one).into()).collect())
            .collect(),
    };
    youlin_tabular::write_sheets(&[
        sheet(
            "survey",
            &["type", "name", "label", "media::image"],
            &[&["audio", "a", "说", ""], &["text", "b", "写", "x.png"]],
        ),
        sheet("settings", &["form_title", "form_id"], &[&["t", "odd"]]),
        sheet("entities", &["list_name", "label"], &[&["trees", "x"]]),
    ])
    .unwrap()
}

/// The fields of the editor as a browser would send them.
fn fields_of(page: &str) -> Vec<(String, String)> {
    let start = page.find("id=\"editor\"").unwrap();
    let end = start + page[start..].find("</form>").unwrap();
    let page = &page[start..end];
    let unescape = |text: &str| {
        text.replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&#38;", "&")
    };
    let attribute = |tag: &str, name: &str| {
        let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        Some(unescape(&tag[at..at + tag[at..].find('"')?]))
    };
    let mut fields = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let tag = &rest[..rest.find('>').map_or(rest.len(), |end| end + 1)];
        let name = attribute(tag, "name");
        if tag.starts_with("<input") {
            let on = !tag.contains("type=\"checkbox\"") || tag.contains(" checked");
            if let (Some(name), true) = (name, on) {
                fields.push((name, attribute(tag, "value").unwrap_or_default()));
            }
        } else if tag.starts_with("<textarea") {
            let inner = &rest[tag.len()..rest.find("</textarea>").unwrap()];
            fields.push((name.unwrap(), unescape(inner)));
        } else if tag.starts_with("<select") {
            let inner = &rest[..rest.find("</select>").unwrap()];
            let chosen = inner
                .find(" selected")
                .map(|at| inner[..at].rfind("<option").unwrap());
            let chosen = chosen.or_else(|| inner.find("<option"));
            let value = chosen.and_then(|at| attribute(&inner[at..], "value"));
            fields.push((name.unwrap(), value.unwrap_or_default()));
        }
        rest = &rest[1..];
    }
    fields
}

fn put(fields: &mut Vec<(String, String)>, name: &str, text: &str) {
    match fields.iter_mut().find(|field| field.0 == name) {
        Some(field) => field.1 = text.into(),
        None => fields.push((name.into(), text.into())),
    }
}

/// An inspection with points: ten for a door that closes, five for lamps by their number.
fn scored(door: &str) -> Value {
    json!({
        "id": "points-yl", "version": "9", "languages": ["zh-CN"], "title": { "zh-CN": "商铺打分检查" },
        "kind": "inspection", "subjects": ["premises"], "pass_percent": 60,
        "choices": { "state": [{ "name": "fine", "label": { "zh-CN": "完好" } }, { "name": "bad", "label": { "zh-CN": "损坏" } }] },
        "items": [
            { "group": { "name": "doors", "label": { "zh-CN": "门" }, "items": [
                { "question": { "name": "door", "kind": { "type": "one", "list": "state" }, "label": { "zh-CN": "防火门" }, "points": [{ "choice": door, "points": 10 }] } },
            ] } },
            { "question": { "name": "lamps", "kind": { "type": "integer" }, "label": { "zh-CN": "应急灯" }, "points": [{ "from": "4", "points": 5 }] } },
        ],
    })
}

#[tokio::test]
async fn checklists_with_points_over_the_interface() {
    for base in databases().await {
        let site = Site::new(base).await;
        let all: Value = site.json("desk", "/api/v1/checklists").await;
        let names = all.as_array().unwrap().iter();
        assert!(names.clone().any(|one| one["name"] == "market-fire@1"));
        let area = site.ground.id("A").0;
        let new = json!({ "area": area, "checklist": scored("wide") });
        let send = |who, key: &'static str| site.api(who, "/api/v1/checklists", key, &new);
        assert_eq!(send("desk", "").await.status, StatusCode::FORBIDDEN);
        let made = send("lead", "k1").await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        assert_eq!(made.location, "/api/v1/checklists/points-yl@1");
        assert_eq!(send("lead", "k1").await.bytes, made.bytes, "made once");
        let one = "/api/v1/checklists/points-yl@1";
        for who in ["desk", "other"] {
            assert_eq!(site.get(who, one).await.status, StatusCode::NOT_FOUND);
        }

        // Points of a choice that is in no list keep it from being published.
        let draft = site.json("lead", one).await;
        assert_eq!(draft["faults"][0]["code"], "not-scored");
        assert_eq!(draft["version"], 1);
        let turn = |verb: &str, version: i32| {
            let uri = format!("{one}/{verb}");
            let site = &site;
            async move {
                site.api("lead", &uri, "", &json!({ "version": version }))
                    .await
                    .status
            }
        };
        assert_eq!(turn("publish", 1).await, StatusCode::UNPROCESSABLE_ENTITY);
        let save = |version: i32| json!({ "version": version, "checklist": scored("fine") });
        let saved = site.api("lead", one, "", &save(1)).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.text());
        let stale = site.api("lead", one, "", &save(1)).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert_eq!(turn("publish", 2).await, StatusCode::NO_CONTENT);
        let shipped = "/api/v1/checklists/market-fire@1/withdraw";
        let refused = site
            .api("lead", shipped, "", &json!({ "version": 0 }))
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        // Out and in as a workbook: the same checklist, points and all.
        let book = site.get("desk", &format!("{one}/xlsform")).await;
        let back = read_xlsform(&book.bytes).unwrap();
        assert_eq!(back.pass_percent, Some(60));
        let into = format!("/api/v1/checklists/xlsform?area={area}&code=points-b");
        let request = || Request::post(&into);
        let other = site.send("lead", request(), Body::from(book.bytes)).await;
        assert_eq!(other.status, StatusCode::CREATED, "{}", other.text());
        let broken = site.send("lead", request(), Body::from("x")).await;
        assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
        let drop = "/api/v1/checklists/points-b@1/drop";
        let dropped = site.api("lead", drop, "", &json!({ "version": 1 })).await;
        assert_eq!(dropped.status, StatusCode::NO_CONTENT);

        // A round by it: points while one answers, on paper, and kept with the round.
        let subject = format!("premises:{}", site.premises);
        let sheet = format!("/rounds/sheet?subject={subject}&checklist=points-yl@1");
        let sheet = site.get("desk", &sheet).await.text();
        assert!(sheet.contains("完好（10 分）") && sheet.contains("4..=5"));
        let fresh = format!("/rounds/new?subject={subject}&checklist=points-yl@1");
        let page = site.get("desk", &fresh).await.text();
        assert!(page.contains("还有 2 项没看"), "{page}");
        let now = value(&page, "ended").to_owned();
        let id = value(&page, "id").to_owned();
        let fields = [
            ("id", id.as_str()),
            ("subject", &subject),
            ("checklist", "points-yl@1"),
            ("began", &now),
            ("ended", &now),
            ("a_door", "fine"),
            ("a_lamps", "3"),
        ];
        let done = site.post("desk", "/rounds", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let page = site.get("desk", &done.location).await.text();
        assert!(page.contains("得分 10 / 15，合格线 60%，合格"), "{page}");
        assert!(page.contains("<dt>门</dt><dd class=\"num\">10 / 10</dd>"));
        let round = site.json("desk", &format!("/api/v1/rounds/{id}")).await;
        assert_eq!(round["score"]["got"], 10);
        assert_eq!(round["score"]["passed"], true);
        assert_eq!(turn("withdraw", 3).await, StatusCode::NO_CONTENT);
    }
}

#[test]
fn a_form_that_names_no_language_is_asked_in_none() {
    let words = youlin_testkit::web::catalogues();
    let label = |language: &str| {
        let args = [("language", language.to_owned())];
        words.text(youlin_kernel::Locale::Zh, "checklist-title-in", &args)
    };
    assert_eq!(label("default"), "名称");
    assert_eq!(label("中文"), "名称（中文）");
}
