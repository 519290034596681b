//! Forms whose lines are no residents: one merchant a line, one dwelling a line; told by the names of their columns. And the
//! parts of an address, each in a column of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::StatusCode;
use rust_xlsxwriter::{Format, Workbook};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use youlin_database::sql::name;
use youlin_kernel::Role;
use youlin_people::facts::How;
use youlin_people::merchants::{MerchantInput, MerchantRelation, RelatePerson, SaveMerchant};
use youlin_places::import::{dwellings, read_csv};
use youlin_tabular::{Limits, defused};

use crate::forms::blank;
use crate::http::{DESK, Web, webs};

/// Entered by nobody's choice of what a line is; answers with the address of its page and the page.
async fn entered(web: &Web, file: &[u8]) -> (String, String) {
    let area = web.area();
    let fields = [
        ("requester", "消防救援大队"),
        ("every", "quarter"),
        ("area", area.as_str()),
        ("rows", ""),
    ];
    let sent = web.hand_in(DESK, &fields, file).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let form = sent.location().split('?').next().unwrap().to_owned();
    let page = web.get(DESK, &form).await.text();
    (form, page)
}

/// The lines of the filled form below its names.
async fn filled(web: &Web, form: &str, columns: usize) -> Vec<Vec<String>> {
    let got = web
        .post(DESK, &format!("{form}/fill"), &[("purpose", "")])
        .await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text());
    let book = youlin_tabular::read(&got.bytes, &Limits::default()).unwrap();
    let lines = book.sheets[0].lines.iter().skip(2);
    lines
        .map(|line| (0..columns).map(|at| line.cell(at).shown()).collect())
        .collect()
}

async fn open_let_dwelling(web: &Web) {
    let rows = "key,building_key,entrance,room,floor,use\nx501,m1,2单元,501,5,let\n";
    let rows = read_csv(rows, &["key"]).unwrap();
    let (db, ctx) = (web.ground.world.db(), web.ground.world.service());
    let report = dwellings(db, &ctx, &web.ground.locator, rows, false)
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:?}");
}

#[tokio::test]
async fn the_parts_of_an_address_are_held_and_never_asked_at_the_door() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    for (at, column) in ["姓名", "", "", "", "", "血型"].iter().enumerate() {
        sheet.write(0, u16::try_from(at).unwrap(), *column).unwrap();
    }
    sheet.merge_range(0, 1, 0, 4, "家庭住址", &plain).unwrap();
    sheet.merge_range(0, 0, 1, 0, "姓名", &plain).unwrap();
    sheet.merge_range(0, 5, 1, 5, "血型", &plain).unwrap();
    for (at, column) in ["小区", "楼栋", "单元", "室号"].iter().enumerate() {
        let at = u16::try_from(at + 1).unwrap();
        sheet.write(1, at, *column).unwrap();
    }
    let file = book.save_to_buffer().unwrap();
    for web in webs().await {
        open_let_dwelling(&web).await;
        web.ground
            .person("周小妹", 1950, &[], "甲中村1号楼2单元501")
            .await;
        let (form, page) = entered(&web, &file).await;
        assert!(page.contains("有 1 栏没有人掌握"), "{page}");
        let asks = |column: &str| page.contains(&format!("name=\"column\" value=\"{column}\""));
        assert!(asks("血型"), "{page}");
        assert!(!asks("家庭住址/单元") && !asks("家庭住址/室号"), "{page}");
        let lines = filled(&web, &form, 5).await;
        let line = |name: &str| lines.iter().find(|line| line[0] == name).unwrap();
        assert_eq!(line("周小妹")[1..], ["甲中村", "1号楼", "2单元", "501"]);
        assert_eq!(line("周福生")[1..], ["甲中村", "1号楼", "", "101"]);
    }
}

#[tokio::test]
async fn a_table_of_dwellings_has_one_a_line_and_asks_nobody() {
    let columns = [
        "小区",
        "楼栋",
        "单元",
        "室号",
        "房屋用途",
        "居住人数",
        "房东电话",
    ];
    for web in webs().await {
        open_let_dwelling(&web).await;
        let (form, page) = entered(&web, &blank(&columns)).await;
        assert!(
            page.contains("value=\"d=dwellings\" selected"),
            "what a line is stands chosen: {page}"
        );
        assert!(page.contains("有 1 栏没有人掌握"), "{page}");
        assert!(!page.contains("id=\"ask\""), "no resident is asked: {page}");
        let yes = [("column", "房东电话"), ("sure", "17")];
        let asked = web.post(DESK, &format!("{form}/ask"), &yes).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        let lines = filled(&web, &form, columns.len()).await;
        assert!(
            lines
                .iter()
                .any(|line| line[..] == ["甲中村", "1号楼", "2单元", "501", "出租", "0", ""]),
            "{lines:?}"
        );
        assert!(
            lines
                .iter()
                .any(|line| line[..] == ["甲中村", "1号楼", "", "101", "自住", "1", ""]),
            "{lines:?}"
        );

        // Only those that are let: chosen where questions are asked.
        let query = web.get(DESK, "/insight/query?d=dwellings").await.text();
        assert!(query.contains("作为表的行"), "{query}");
        let id = form.rsplit('/').next().unwrap();
        let chosen = [("form", id), ("address", "d=dwellings&f=usage~is~let")];
        let sent = web.post(DESK, "/insight/forms/rows", &chosen).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let lines = filled(&web, &form, columns.len()).await;
        let let_out = lines.iter().filter(|line| line[4] == "出租").count();
        assert_eq!(
            (let_out, lines.iter().any(|line| line[4] == "自住")),
            (1, false)
        );
        let people = [("form", id), ("address", "d=persons")];
        let other = web.post(DESK, "/insight/forms/rows", &people).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

async fn merchant(web: &Web, name: &str, load: &str) {
    let ground = &web.ground;
    let (db, ctx) = (ground.world.db(), ground.world.service());
    let community = ground.community("A");
    let save = SaveMerchant {
        vault: Arc::clone(&ground.vault),
        community,
        known: None,
        input: MerchantInput {
            name: name.to_owned(),
            kind: "unknown".into(),
            credit_code: String::new(),
            trade: "hardware".into(),
            goods: "@螺丝".into(),
            employees: "3".into(),
            floor_area: "45.5".into(),
            load: load.to_owned(),
            hours: String::new(),
            opened_on: "2019-03-01".into(),
            phone: Some("13811110001".into()),
            how: How::Desk,
        },
        at: None,
    };
    let id = db.execute(&ctx, save).await.unwrap();
    let person = ground.person("裘安", 1980, &[], "甲东村1号楼101").await;
    let relate = RelatePerson {
        community,
        merchant: id,
        person_community: community,
        person,
        relation: MerchantRelation::Operator,
        since: String::new(),
        take_over: false,
    };
    db.execute(&ctx, relate).await.unwrap();
}

#[tokio::test]
async fn a_table_of_merchants_has_one_a_line_and_whoever_is_in_it_sees_that() {
    let columns = [
        "商户名称",
        "信用代码",
        "经营者",
        "联系电话",
        "面积（㎡）",
        "从业人数",
        "负荷",
        "主营商品",
        "灭火器数",
    ];
    for web in webs().await {
        merchant(&web, "=顺达五金", "2.5").await;
        let (form, page) = entered(&web, &blank(&columns)).await;
        assert!(page.contains("value=\"d=merchants\" selected"), "{page}");
        assert!(page.contains("有 1 栏没有人掌握"), "{page}");
        assert!(
            page.contains("不会去问居民") && !page.contains("id=\"ask\""),
            "{page}"
        );
        let lines = filled(&web, &form, columns.len()).await;
        let own = [
            &defused("=顺达五金"),
            "",
            "裘安",
            "138 1111 0001",
            "45.5",
            "3",
            "2.5",
            "'@螺丝",
            "",
        ];
        assert_eq!(lines[0], own, "{lines:?}");
        assert!(lines[0][0].starts_with('\''), "no formula leaves");

        let mut looks = Query::select();
        looks
            .columns(["fields", "purpose"].map(name))
            .from(name("who_looked"));
        let db = web.ground.world.db().read();
        let looked = db.query_all(&looks).await.unwrap();
        assert_eq!(looked.len(), 1, "the operator, once");
        let fields: String = looked[0].try_get("", "fields").unwrap();
        let fields: BTreeSet<&str> = fields.split(',').collect();
        assert_eq!(fields, BTreeSet::from(["form", "merchant-phone", "name"]));
        let purpose: String = looked[0].try_get("", "purpose").unwrap();
        assert!(purpose.contains("消防救援大队"), "{purpose}");

        // Who may see registers only does not get them out.
        let far = web.ground.caller(Role::SubdistrictSupervisor, "S1");
        let wanted = youlin_datasets::Wanted {
            records: Vec::new(),
            fields: vec!["phone".into()],
            purpose: "x".into(),
            form: uuid::Uuid::nil(),
        };
        let set = web.ground.datasets.get("merchants").unwrap();
        let i18n = youlin_testkit::web::catalogues();
        let refused = set
            .hand_out(web.ground.world.db(), &far, &i18n, &wanted)
            .await;
        assert!(refused.is_err());

        // Only the name: public, and noted with nobody.
        let (form, _) = entered(&web, &blank(&["商户名称", "从业人数"])).await;
        filled(&web, &form, 2).await;
        assert_eq!(db.query_all(&looks).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_table_of_things_to_buy_is_still_asked_about() {
    for web in webs().await {
        let area = web.area();
        let fields = [
            ("requester", "采购中心"),
            ("area", area.as_str()),
            ("rows", ""),
        ];
        let sent = web
            .hand_in(DESK, &fields, &blank(&["品名", "单价", "数量"]))
            .await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(sent.text().contains("一栏也没认出来"), "{}", sent.text());
    }
}

#[tokio::test]
async fn files_that_are_none_are_named_and_what_was_typed_stays() {
    for web in webs().await {
        let area = web.area();
        let fields = [
            ("requester", "街道办"),
            ("area", area.as_str()),
            ("rows", ""),
        ];
        let empty = web.hand_in(DESK, &fields, b"").await.text();
        assert!(empty.contains("文件是空的"), "{empty}");
        let pdf = web.hand_in(DESK, &fields, b"%PDF-1.7\n...").await.text();
        assert!(pdf.contains("这是 PDF 文件"), "{pdf}");
        assert!(!pdf.contains("请传 .xlsx 或 .csv"), "{pdf}");
        let large = web.hand_in(DESK, &fields, &vec![7; 11 << 20]).await;
        assert_eq!(large.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = large.text();
        assert!(page.contains("value=\"街道办\""), "{page}");
        assert!(page.contains("不超过 2 MB"), "{page}");
        let file = page.find("type=\"file\"").unwrap();
        let typed = page
            .find("name=\"requester\" ")
            .or(page.find("name=\"requester\""));
        assert!(typed.unwrap() < file, "the file is sent last");
    }
}
