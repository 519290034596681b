//! A form somebody upstairs asks for: handed in, mapped by its names, filled in its own layout, what nobody holds asked
//! once and filled the next time.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use rust_xlsxwriter::Workbook;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use uuid::Uuid;
use youlin_database::sql::name;
use youlin_kernel::{Micros, Role};
use youlin_people::LearnFacts;
use youlin_people::facts::How;
use youlin_people::permissions::PEOPLE_LOOKS;
use youlin_people::privacy::processing_record;
use youlin_tabular::Limits;

use crate::http::{DESK, Got, Web, webs};

pub(crate) const COLUMNS: [&str; 8] = [
    "序号",
    "姓名",
    "性别",
    "年龄",
    "现住址",
    "是否独居",
    "饮食禁忌",
    "填报单位",
];

/// Title, header, two free lines, a sum below.
pub(crate) fn blank(columns: &[&str]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "第37号 高龄独居老人情况统计表").unwrap();
    for (at, column) in columns.iter().enumerate() {
        let at = u16::try_from(at).unwrap();
        sheet.write(1, at, *column).unwrap();
    }
    sheet.write(4, 0, "填表人：").unwrap();
    book.save_to_buffer().unwrap()
}

impl Web {
    pub(crate) async fn hand_in(&self, key: &str, fields: &[(&str, &str)], file: &[u8]) -> Got {
        self.hand_to("/insight/forms", key, fields, file).await
    }

    async fn hand_to(&self, to: &str, key: &str, fields: &[(&str, &str)], file: &[u8]) -> Got {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!(
                "--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.as_bytes());
        }
        body.extend(
            b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"37.xlsx\"\r\n\r\n",
        );
        body.extend(file);
        body.extend(b"\r\n--x--\r\n");
        let request = Request::post(to)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        // As from a browser, piece by piece: what stands before a file that is too large is read.
        let pieces = body
            .chunks(16 * 1024)
            .map(|piece| Ok::<_, Infallible>(piece.to_vec()));
        let pieces: Vec<_> = pieces.collect();
        let body = Body::from_stream(futures::stream::iter(pieces));
        self.send(key, request, body).await
    }

    pub(crate) fn area(&self) -> String {
        self.ground.id("A").to_string()
    }

    async fn filled(&self, form: &str) -> Vec<Vec<String>> {
        let got = self
            .post(DESK, &format!("{form}/fill"), &[("purpose", "")])
            .await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text());
        let book = youlin_tabular::read(&got.bytes, &Limits::default()).unwrap();
        let lines = book.sheets[0].lines.iter();
        lines
            .map(|line| (0..COLUMNS.len()).map(|at| line.cell(at).shown()).collect())
            .collect()
    }
}

#[tokio::test]
async fn a_question_about_a_grid_fills_a_form_of_its_community_with_that_grid() {
    for web in webs().await {
        let west = web.ground.id("A1");
        let lines = async |rows: &str| {
            let area = web.area();
            let fields = [
                ("requester", "街道民政"),
                ("every", "quarter"),
                ("area", area.as_str()),
                ("rows", rows),
            ];
            let sent = web.hand_in(DESK, &fields, &blank(&COLUMNS)).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
            let form = sent.location().split('?').next().unwrap().to_owned();
            let mut all = web.filled(&form).await.concat();
            all.retain(|text| ["周福生", "顾二", "顾三"].contains(&text.as_str()));
            all.sort_unstable();
            all
        };
        assert_eq!(lines("d=persons").await, ["周福生", "顾三", "顾二"]);
        let grid = format!("d=persons&area={west}");
        assert_eq!(lines(&grid).await, ["顾三", "顾二"]);
        // A question about all of the community is about all of it.
        let whole = format!("d=persons&area={}", web.area());
        assert_eq!(lines(&whole).await, ["周福生", "顾三", "顾二"]);
    }
}

#[tokio::test]
async fn a_form_is_mapped_by_its_names_filled_and_only_what_is_missing_is_asked() {
    for web in webs().await {
        let fields = [
            ("number", "37"),
            ("requester", "街道民政"),
            ("every", "quarter"),
            ("area", &web.area()),
            ("rows", "d=persons&f=labels~is~living_alone"),
        ];
        let sent = web.hand_in(DESK, &fields, &blank(&COLUMNS)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let form = sent.location().split('?').next().unwrap().to_owned();
        let page = web.get(DESK, &form).await.text();
        assert!(page.contains("第37号 高龄独居老人情况统计表"), "{page}");
        assert!(page.contains("有 2 栏没有人掌握"), "{page}");

        // The desk says what the form's own name of the desk is; one column is left that nobody holds.
        let sources = [
            "serial",
            "field:name",
            "field:sex",
            "field:age",
            "field:address",
            "field:label:living_alone",
            "",
            "constant",
        ];
        let mut mapping = vec![
            ("version", "1"),
            ("rows", "d=persons&f=labels~is~living_alone"),
        ];
        for (at, source) in sources.iter().enumerate() {
            mapping.push(("source", source));
            mapping.push(("constant", if at == 7 { "甲社区" } else { "" }));
        }
        let mapped = web.post(DESK, &format!("{form}/map"), &mapping).await;
        assert_eq!(mapped.status, StatusCode::SEE_OTHER, "{}", mapped.text());
        let late = web.post(DESK, &format!("{form}/map"), &mapping).await;
        assert_eq!(
            late.status,
            StatusCode::SEE_OTHER,
            "the same mapping changes nothing"
        );

        let lines = web.filled(&form).await;
        let line = lines
            .iter()
            .find(|line| line[1] == "周福生")
            .unwrap_or_else(|| panic!("{lines:?}"));
        assert_eq!(line[5], "是");
        assert_eq!((line[6].as_str(), line[7].as_str()), ("", "甲社区"));
        assert!(line[4].contains("甲中村1号楼101"), "{line:?}");
        assert!(!lines.iter().any(|line| line[1] == "顾三"), "not alone");
        assert!(
            lines.iter().any(|line| line[0] == "填表人："),
            "what stands below stays"
        );

        // Everybody in it can see that.
        let mut looks = Query::select();
        looks.column(name("purpose")).from(name("who_looked"));
        let looked = web
            .ground
            .world
            .db()
            .read()
            .query_all(&looks)
            .await
            .unwrap();
        assert_eq!(looked.len(), 2);
        let purpose: String = looked[0].try_get("", "purpose").unwrap();
        assert!(purpose.contains("街道民政"), "{purpose}");

        // In the record of processing it is one act, for this form.
        let lead = web.ground.caller(Role::CommunityLead, "A");
        let scope = lead.scope(&PEOPLE_LOOKS).unwrap();
        let span = (lead.now().plus(-Micros::DAY), lead.now().plus(1));
        let db = web.ground.world.db().read();
        let record = processing_record(db, &scope, span, None, 100)
            .await
            .unwrap();
        assert_eq!(record.len(), 1, "{record:?}");
        assert_eq!(record[0].persons, 2);
        assert!(record[0].purpose.contains("街道民政"), "{record:?}");

        let unsure = web.post(DESK, &format!("{form}/ask"), &[]).await;
        assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
        let sure = web
            .get(DESK, &format!("{form}?column=饮食禁忌&column=姓名"))
            .await
            .text();
        assert!(sure.contains("2 人 × 1 栏 = 2 条，确认？"), "{sure}");
        let yes = [("column", "饮食禁忌"), ("column", "姓名"), ("sure", "2")];
        let other = web
            .post(DESK, &format!("{form}/ask"), &[yes[0], ("sure", "4")])
            .await;
        assert_eq!(
            other.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "another number"
        );
        let asked = web.post(DESK, &format!("{form}/ask"), &yes).await;
        assert!(asked.location().contains("open=2"), "{}", asked.text());
        let again = web.post(DESK, &format!("{form}/ask"), &yes).await;
        assert!(again.location().contains("open=2"), "asked once");
        answer(&web, "不吃辣").await;
        let lines = web.filled(&form).await;
        assert_eq!(lines.iter().filter(|line| line[6] == "不吃辣").count(), 1);

        // What nobody answered is taken back in one click; the answer stays.
        let back = web.post(DESK, &format!("{form}/ask/withdraw"), &[]).await;
        assert!(back.location().contains("open=1"), "{}", back.text());
        let left = Query::select()
            .column(name("id"))
            .from(name("form_asked"))
            .to_owned();
        let db = web.ground.world.db();
        assert_eq!(db.read().query_all(&left).await.unwrap().len(), 1);
        let lines = web.filled(&form).await;
        assert_eq!(lines.iter().filter(|line| line[6] == "不吃辣").count(), 1);

        let list = web.get(DESK, "/insight/forms").await.text();
        assert!(
            list.contains("街道民政") && list.contains("每季度"),
            "{list}"
        );
    }
}

/// Somebody asks one of them and notes the answer.
pub(crate) async fn answer(web: &Web, words: &str) {
    let mut asked = Query::select();
    asked
        .columns(["id", "person_id"].map(name))
        .from(name("form_asked"))
        .limit(1);
    let db = web.ground.world.db();
    let row = db.read().query_one(&asked).await.unwrap().unwrap();
    let id: Uuid = row.try_get("", "id").unwrap();
    let heard = LearnFacts {
        vault: Arc::clone(&web.ground.vault),
        community: web.ground.community("A"),
        person: row.try_get("", "person_id").unwrap(),
        how: How::Visit,
        phone: None,
        instead_of: None,
        birth: String::new(),
        sex: None,
        labels: Vec::new(),
        labels_off: Vec::new(),
        answers: vec![(id, words.to_owned())],
        seen: true,
    };
    let worker = web.ground.caller(Role::CommunityDesk, "A");
    db.execute(&worker, heard).await.unwrap();
}

#[tokio::test]
async fn a_form_of_areas_is_filled_with_figures() {
    for web in webs().await {
        let fields = [
            ("requester", "区统计局"),
            ("every", "month"),
            ("area", &web.area()),
            ("rows", "areas:5"),
        ];
        let columns = ["序号", "网格名称", "常住人口", "独居老人数", "80岁以上"];
        let sent = web.hand_in(DESK, &fields, &blank(&columns)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let form = sent.location().split('?').next().unwrap().to_owned();
        let lines = web.filled(&form).await;
        let alone: i64 = lines
            .iter()
            .skip(2)
            .filter_map(|line| line[3].parse::<i64>().ok())
            .sum();
        assert_eq!(alone, 2, "{lines:?}");
        let nobody = web.post(DESK, &format!("{form}/ask"), &[]).await;
        assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn declared_measures_and_indicators_are_offered_and_known_by_their_whole_names() {
    for web in webs().await {
        let area = web.area();
        let fields = [
            ("requester", "街道"),
            ("every", "quarter"),
            ("area", area.as_str()),
            ("rows", "area"),
        ];
        let columns = [
            "单位名称",
            "房屋数",
            "立案率（%）",
            "受理数",
            "事件总数",
            "新增房屋数",
        ];
        let sent = web.hand_in(DESK, &fields, &blank(&columns)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let form = sent.location().split('?').next().unwrap().to_owned();
        let page = web.get(DESK, &form).await.text();
        let chosen: Vec<&str> = page
            .split("<select name=\"source\"")
            .skip(1)
            .filter_map(|select| {
                let before = select.split("\" selected").next()?;
                before.rsplit("value=\"").next()
            })
            .collect();
        let of_period = "figure:d=cases&#38;from=period";
        assert_eq!(
            chosen,
            [
                "area-name",
                "figure:d=dwellings",
                "figure:i=acceptance",
                of_period,
                of_period,
                ""
            ]
        );
        // Measures and simple words of every dataset that may be seen, without a kept question.
        for offered in [
            "d=dwellings&#38;m=size",
            "d=dwellings&#38;f=usage",
            "d=cases&#38;m=accept_minutes",
        ] {
            assert!(page.contains(offered), "{offered}: {page}");
        }
        // One line, for the whole area; an indicator and what happens are of the quarter.
        let lines = web.filled(&form).await;
        let line = &lines[2];
        assert!(
            !line[0].is_empty() && line[1].parse::<i64>().is_ok(),
            "{lines:?}"
        );
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(line[3].parse::<i64>().is_ok(), "{lines:?}");
    }
}

#[tokio::test]
async fn what_no_record_and_no_door_knows_is_typed_with_its_source_and_counted_apart() {
    for web in webs().await {
        let area = web.area();
        let fields = [
            ("requester", "街道"),
            ("every", "quarter"),
            ("area", area.as_str()),
            ("rows", "area"),
        ];
        let columns = ["单位名称", "物业费收缴率"];
        let sent = web.hand_in(DESK, &fields, &blank(&columns)).await;
        let form = sent.location().split('?').next().unwrap().to_owned();
        let page = web.get(DESK, &form).await.text();
        assert!(page.contains("谁管着这件事就问谁"), "{page}");
        assert!(page.contains("已填 0 / 1"), "{page}");
        let to = format!("{form}/typed");
        let said = |on| {
            [
                ("column", "物业费收缴率"),
                ("area", area.as_str()),
                ("value", "92.5"),
                ("said_by", "光明物业"),
                ("said_on", on),
            ]
        };
        for (refused, by) in [
            ("2126-01-01", "光明物业"),
            ("", "光明物业"),
            ("2026-11-01", " "),
        ] {
            let mut fields = said(refused);
            fields[3].1 = by;
            let got = web.post(DESK, &to, &fields).await;
            assert_eq!(
                got.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{refused} {by}"
            );
        }
        let mut elsewhere = said("2026-11-01");
        elsewhere[1].1 = "1";
        let got = web.post(DESK, &to, &elsewhere).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND);
        let kept = web.post(DESK, &to, &said("2026-11-01")).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
        let page = web.get(DESK, &form).await.text();
        assert!(
            page.contains("已填 1 / 1")
                && page.contains("光明物业")
                && page.contains("每一栏都有资料"),
            "{page}"
        );
        let lines = web.filled(&form).await;
        assert_eq!(lines[2][1], "92.5", "{lines:?}");
        // It is no record: the ledger says that it was typed, by whose word.
        let fetched = web
            .get(DESK, "/insight/forms/ledger?of=fetched")
            .await
            .text();
        assert!(
            fetched.contains("手工填的 · 光明物业，2026 年 11 月 1 日"),
            "{fetched}"
        );
        // Taken back, the cell is empty again.
        let mut back = said("2026-11-01");
        back[2].1 = "";
        web.post(DESK, &to, &back).await;
        let lines = web.filled(&form).await;
        assert_eq!(lines[2][1], "", "{lines:?}");
        // What has a source is not typed.
        let mut held = said("2026-11-01");
        held[0].1 = "单位名称";
        let got = web.post(DESK, &to, &held).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
        // The quarter after, the page says who knew it.
        web.post(DESK, &to, &said("2026-11-01")).await;
        let page = web.get(DESK, &form).await.text();
        assert!(!page.contains("可以先问"), "{page}");
        web.ground.world.clock.advance(92 * Micros::DAY);
        let page = web.get(DESK, &form).await.text();
        let known = "2026 年第 4 季度的数是光明物业说的，可以先问。";
        assert!(
            page.contains("已填 0 / 1") && page.contains(known),
            "{page}"
        );
    }
}

/// A card: names with blanks beside them, one of them merged over three cells.
fn card() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = rust_xlsxwriter::Format::new().set_border(rust_xlsxwriter::FormatBorder::Thin);
    let merge = |sheet: &mut rust_xlsxwriter::Worksheet, row, from, text| {
        sheet.merge_range(row, from, row, 3, text, &plain).unwrap();
    };
    merge(sheet, 0, 0, "社区情况登记表");
    sheet.write(1, 0, "单位名称").unwrap();
    merge(sheet, 1, 1, "");
    for (row, names) in (2..).zip([["常住人口", "负责人"], ["独居老人数", "物业费收缴率"]])
    {
        for (column, name) in [0, 2].into_iter().zip(names) {
            sheet.write(row, column, name).unwrap();
            sheet.write_blank(row, column + 1, &plain).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn a_card_is_filled_cell_by_cell_for_its_area() {
    for web in webs().await {
        let area = web.area();
        let fields = [
            ("requester", "街道"),
            ("every", "month"),
            ("area", area.as_str()),
            ("rows", "d=persons"),
        ];
        let sent = web.hand_in(DESK, &fields, &card()).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let form = sent.location().split('?').next().unwrap().to_owned();
        let page = web.get(DESK, &form).await.text();
        assert!(page.contains("这是一张卡片"), "{page}");
        assert!(page.contains("有 2 栏没有人掌握"), "{page}");
        let sources = ["area-name", "figure:d=persons", "constant"];
        let mut mapping = vec![("version", "1")];
        for (at, source) in sources.into_iter().enumerate() {
            mapping.push(("source", source));
            mapping.push(("constant", if at == 2 { "周主任" } else { "" }));
        }
        for source in ["figure:d=persons&f=labels~is~living_alone", ""] {
            mapping.extend([("source", source), ("constant", "")]);
        }
        let mapped = web.post(DESK, &format!("{form}/map"), &mapping).await;
        assert_eq!(mapped.status, StatusCode::SEE_OTHER, "{}", mapped.text());
        let lines = web.filled(&form).await;
        let name = &lines[1][1];
        assert!(!name.is_empty() && name == &lines[1][3], "{lines:?}");
        assert!(
            lines[2][1].parse::<i64>().is_ok_and(|people| people > 2),
            "{lines:?}"
        );
        assert_eq!(lines[2][2..4], ["负责人", "周主任"], "{lines:?}");
        assert_eq!(
            lines[3][..4],
            ["独居老人数", "2", "物业费收缴率", ""],
            "{lines:?}"
        );
        // A list is no newer card.
        let list = web
            .hand_to(&format!("{form}/blank"), DESK, &[], &blank(&COLUMNS))
            .await;
        assert_eq!(list.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

/// A card whose blanks stand in the cells of their names.
fn written_over() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = rust_xlsxwriter::Format::new().set_border(rust_xlsxwriter::FormatBorder::Thin);
    let merged = [
        (0, 0, 3, "社区情况登记表"),
        (1, 0, 1, "单位名称：＿＿＿＿"),
        (1, 2, 3, "负责人："),
        (2, 0, 3, "常住人口：____人，独居老人数：____人"),
        (3, 0, 3, "物业费收缴率：____"),
    ];
    for (row, from, to, text) in merged {
        sheet.merge_range(row, from, row, to, text, &plain).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn blanks_in_the_cells_of_their_names_are_mapped_and_filled_in_place() {
    for web in webs().await {
        let area = web.area();
        let fields = [
            ("requester", "街道"),
            ("every", "month"),
            ("area", area.as_str()),
            ("rows", "d=persons"),
        ];
        let sent = web.hand_in(DESK, &fields, &written_over()).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let form = sent.location().split('?').next().unwrap().to_owned();
        let page = web.get(DESK, &form).await.text();
        // Known by their names: whose it is, how many live there and how many alone.
        assert!(page.contains("有 2 栏没有人掌握"), "{page}");
        let sources = [
            ("area-name", ""),
            ("constant", "王某"),
            ("figure:d=persons", ""),
            ("figure:d=persons&f=labels~is~living_alone", ""),
            ("", ""),
        ];
        let mut mapping = vec![("version", "1")];
        for (source, constant) in sources {
            mapping.extend([("source", source), ("constant", constant)]);
        }
        let mapped = web.post(DESK, &format!("{form}/map"), &mapping).await;
        assert_eq!(mapped.status, StatusCode::SEE_OTHER, "{}", mapped.text());
        let lines = web.filled(&form).await;
        let name = lines[1][0].strip_prefix("单位名称：").unwrap();
        assert!(!name.is_empty() && !name.contains('＿'), "{lines:?}");
        assert_eq!(lines[1][2], "负责人：王某");
        let (people, alone) = lines[2][0].split_once("人，").unwrap();
        let people = people.strip_prefix("常住人口：").unwrap();
        assert!(
            people.parse::<i64>().is_ok_and(|people| people > 2),
            "{lines:?}"
        );
        assert_eq!(alone, "独居老人数：2人");
        assert_eq!(lines[3][0], "物业费收缴率：____", "nobody holds it");
    }
}

#[tokio::test]
async fn a_workbook_without_a_place_to_fill_is_told_what_is_understood() {
    let web = webs().await.swap_remove(0);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "关于报送材料的通知").unwrap();
    sheet.write(1, 0, "请于月底前报送，逾期不再受理。").unwrap();
    let area = web.area();
    let fields = [
        ("requester", "街道"),
        ("every", "month"),
        ("area", area.as_str()),
    ];
    let sent = web
        .hand_in(DESK, &fields, &book.save_to_buffer().unwrap())
        .await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(sent.text().contains("能认的有四种"), "{}", sent.text());
}

#[tokio::test]
async fn what_is_no_form_is_said_and_what_was_typed_stays() {
    for web in webs().await {
        let area = web.area();
        let fields = [
            ("requester", "街道民政"),
            ("every", "year"),
            ("area", area.as_str()),
        ];
        let csv = web.hand_in(DESK, &fields, b"not a workbook").await;
        assert_eq!(csv.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(csv.text().contains("街道民政"), "{}", csv.text());
        let worker = web.get("grid_worker@A2", "/insight/forms").await;
        assert_eq!(worker.status, StatusCode::FORBIDDEN);
        let lead = web
            .hand_in("community_lead@A", &fields, &blank(&COLUMNS))
            .await;
        assert_eq!(lead.status, StatusCode::SEE_OTHER);
        // A table that begins with the names of its columns is called as its file is.
        let mut bare = Workbook::new();
        let sheet = bare.add_worksheet();
        for (at, column) in COLUMNS.iter().enumerate() {
            sheet.write(0, u16::try_from(at).unwrap(), *column).unwrap();
        }
        let bare = bare.save_to_buffer().unwrap();
        let sent = web.hand_in(DESK, &fields, &bare).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let page = web.get(DESK, sent.location()).await.text();
        assert!(page.contains("<h1>37</h1>"), "{page}");
        let foreign = [("requester", "别处"), ("every", "year"), ("area", "1")];
        let foreign = web.hand_in(DESK, &foreign, &blank(&COLUMNS)).await;
        assert_ne!(foreign.status, StatusCode::SEE_OTHER);
    }
}

/// What programs of twenty years ago and protected workbooks are packed in.
fn compound(stream: &str) -> Vec<u8> {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.resize(512, 0);
    bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn hidden() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "姓名").unwrap();
    sheet.write(0, 1, "电话").unwrap();
    book.add_worksheet()
        .set_name("空")
        .unwrap()
        .set_active(true);
    book.worksheet_from_index(0).unwrap().set_hidden(true);
    book.save_to_buffer().unwrap()
}

/// A cover that can be seen, and the form in a sheet that cannot.
fn behind_a_cover() -> Vec<u8> {
    let mut book = Workbook::new();
    let form = book.add_worksheet().set_name("台账").unwrap();
    form.write(0, 0, "姓名").unwrap();
    form.write(0, 1, "电话").unwrap();
    form.set_hidden(true);
    let cover = book.add_worksheet().set_name("封面").unwrap();
    cover.write(0, 0, "本表请勿外传").unwrap();
    cover.set_active(true);
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn every_file_that_is_no_blank_form_has_its_own_sentence() {
    let web = webs().await.swap_remove(0);
    let bad: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "文件是空的"),
        (compound("EncryptedPackage"), "打开密码"),
        (compound("Workbook"), "旧格式的 .xls"),
        (
            packed(&[("xl/workbook.xml", b"<x/>"), ("xl/vbaProject.bin", b"x")]),
            "带宏",
        ),
        (b"%PDF-1.4".to_vec(), "这是 PDF 文件"),
        (b"PK\x03\x04broken".to_vec(), "文件坏了"),
        ("姓名,电话\n".as_bytes().to_vec(), "文本文件（csv）"),
        (hidden(), "隐藏"),
        (behind_a_cover(), "没有读：台账"),
    ];
    let area = web.area();
    let fields = [
        ("requester", "街道民政"),
        ("every", "year"),
        ("area", area.as_str()),
    ];
    for (bytes, said) in bad {
        let got = web.hand_in(DESK, &fields, &bytes).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let page = got.text();
        let error = page.split("class=\"error\"").nth(1).unwrap_or_default();
        let error = error.split("</p>").next().unwrap_or_default();
        assert!(error.contains(said), "{said}: {error}");
    }
}

#[tokio::test]
async fn a_newer_blank_keeps_the_mapping_and_a_wrong_one_is_refused() {
    for web in webs().await {
        let area = web.area();
        let fields = [
            ("requester", "街道民政"),
            ("every", "year"),
            ("area", area.as_str()),
        ];
        let sent = web.hand_in(DESK, &fields, &blank(&COLUMNS)).await;
        let form = sent.location().split('?').next().unwrap().to_owned();
        let to = format!("{form}/blank");
        let wrong = web
            .hand_to(&to, DESK, &[], &blank(&["品名", "单价", "数量"]))
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.text().contains("8 栏里只找到 0 栏"),
            "{}",
            wrong.text()
        );
        let newer = [
            "序号",
            "姓名",
            "性别",
            "联系电话",
            "年龄",
            "现住址",
            "是否独居",
            "填报单位",
        ];
        let sent = web.hand_to(&to, DESK, &[], &blank(&newer)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let page = web.get(DESK, &form).await.text();
        assert!(
            page.contains("联系电话") && !page.contains("饮食禁忌"),
            "{page}"
        );
        assert!(page.contains("第 2 版对应"), "{page}");
        let lines = web.filled(&form).await;
        assert!(lines.iter().any(|line| line[1] == "周福生"), "{lines:?}");
    }
}

#[tokio::test]
async fn what_is_no_form_of_people_or_stands_there_already_is_asked_about_and_a_form_is_closed() {
    let web = webs().await.swap_remove(0);
    let area = web.area();
    let fields = [
        ("number", "37"),
        ("requester", "街道民政"),
        ("every", "year"),
        ("area", area.as_str()),
    ];
    let goods = blank(&["序号", "品名", "单价", "数量"]);
    let asked = web.hand_in(DESK, &fields, &goods).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.text().contains("一栏也没认出来"), "{}", asked.text());
    let anyway = [&fields[..], &[("anyway", "yes")]].concat();
    let taken = web.hand_in(DESK, &anyway, &goods).await;
    let goods_form = taken.location().split('?').next().unwrap().to_owned();
    // Still nobody is asked what it costs.
    let yes = [("column", "品名"), ("sure", "4")];
    let ask = web.post(DESK, &format!("{goods_form}/ask"), &yes).await;
    assert_eq!(ask.status, StatusCode::UNPROCESSABLE_ENTITY);

    let same = web.hand_in(DESK, &fields, &blank(&COLUMNS)).await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        same.text().contains("换新版，还是另一张？"),
        "{}",
        same.text()
    );
    let close = web.post(DESK, &format!("{goods_form}/close"), &[]).await;
    assert_eq!(close.status, StatusCode::SEE_OTHER, "{}", close.text());
    let map = web.post(DESK, &format!("{goods_form}/map"), &[]).await;
    assert_eq!(map.status, StatusCode::CONFLICT);
    let first = web.hand_in(DESK, &fields, &blank(&COLUMNS)).await;
    assert_eq!(
        first.status,
        StatusCode::SEE_OTHER,
        "a closed one is not in the way"
    );
    let form = first.location().split('?').next().unwrap().to_owned();
    let id = form.rsplit('/').next().unwrap();
    let newer = [&fields[..], &[("same", id)]].concat();
    let newer = web.hand_in(DESK, &newer, &blank(&COLUMNS)).await;
    assert_eq!(newer.location(), format!("{form}?done=blank"));
    let other = [&fields[..], &[("same", "other")]].concat();
    let other = web.hand_in(DESK, &other, &blank(&COLUMNS)).await;
    assert!(other.location().contains("done=new"), "{}", other.text());
    let open = web.post(DESK, &format!("{goods_form}/reopen"), &[]).await;
    assert_eq!(open.status, StatusCode::SEE_OTHER, "{}", open.text());

    // The people of its lines are chosen where questions are put, and that leads back.
    let page = web.get(DESK, &form).await.text();
    let choose = page.split("href=\"/insight/query?").nth(1).unwrap();
    let choose = choose.split('"').next().unwrap().replace("&amp;", "&");
    let choose = choose.replace("&#38;", "&");
    assert!(choose.ends_with(&format!("&form={id}")), "{choose}");
    let asked = web.get(DESK, &format!("/insight/query?{choose}")).await;
    let chosen = format!("<option value=\"{id}\" selected>");
    assert!(asked.text().contains(&chosen), "{}", asked.text());
    // Each step of composing goes on to mean that form.
    let step = format!("/insight/query/add?{choose}&set=persons&dim=age&op=ge&v=80");
    let step = web.get(DESK, &step).await;
    assert!(
        step.location().contains(&format!("form={id}")),
        "{}",
        step.location()
    );
    let rows = [
        ("form", id),
        ("address", "d=persons&f=labels~is~living_alone"),
    ];
    let rows = web.post(DESK, "/insight/forms/rows", &rows).await;
    assert_eq!(
        rows.location(),
        format!("{form}?done=rows"),
        "{}",
        rows.text()
    );
    let got = web.post(DESK, &format!("{form}/fill"), &[]).await;
    let name = got.headers.get(header::CONTENT_DISPOSITION).unwrap();
    assert!(name.to_str().unwrap().contains("37-"), "{name:?}");
    let book = youlin_tabular::read(&got.bytes, &Limits::default()).unwrap();
    let ages = book.sheets[0].lines.iter().map(|line| line.cell(3));
    let numbers = ages.filter(|cell| matches!(cell, youlin_tabular::Cell::Number(_)));
    assert_eq!(numbers.count(), 2);
}
