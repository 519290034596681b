//! Blank forms of others: their layout found, filled in place, everything else as it was.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use proptest::prelude::*;
use rust_xlsxwriter::{
    ConditionalFormatDuplicate, DataValidation, DocProperties, ExcelDateTime, Format, FormatBorder,
    Formula, Workbook, Worksheet,
};
use youlin_tabular::{
    Cell, FillCell, FormLayout, Limits, Sheet, TableFault, card_cells, fill, fill_places, footer,
    form_cells, form_layout, read,
};
use zip::write::SimpleFileOptions;

fn limits() -> Limits {
    Limits::default()
}

fn text(text: &str) -> FillCell {
    FillCell::Text(text.to_owned())
}

/// Rows of names 1 to `n` with a number in the last of three columns.
fn people(n: u32) -> Vec<Vec<FillCell>> {
    (1..=n)
        .map(|n| {
            vec![
                FillCell::Number(f64::from(n)),
                text(&format!("周{n}")),
                FillCell::Number(f64::from(n) * 10.0),
            ]
        })
        .collect()
}

/// Title, note, two header rows, an explanation, `free` bordered rows, sums, signatures; a second sheet that counts.
fn form(free: u32) -> Vec<u8> {
    let mut book = Workbook::new();
    book.set_properties(
        &DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1).unwrap()),
    );
    let hidden = book.add_worksheet();
    hidden.set_name("字典").unwrap().set_hidden(true);
    hidden.write_string(0, 0, "是").unwrap();
    let page = book.add_worksheet();
    page.set_name("申报表").unwrap().set_active(true);
    headed(page);
    let frame = Format::new().set_border(FormatBorder::Thin);
    let row = |at: u32| 5 + at;
    for at in 0..free {
        page.set_row_height(row(at), 27).unwrap();
        for column in 0..6 {
            page.write_blank(row(at), column, &frame).unwrap();
        }
        page.merge_range(row(at), 4, row(at), 5, "", &frame)
            .unwrap();
        page.write_formula(row(at), 3, Formula::new(format!("C{}*2", row(at) + 1)))
            .unwrap();
    }
    let sum = row(free);
    page.merge_range(sum, 0, sum, 1, "合计", &frame).unwrap();
    let last = sum;
    page.write_formula(
        sum,
        2,
        Formula::new(format!("SUM(C6:C{last})")).set_result("0"),
    )
    .unwrap();
    page.write_formula(sum, 3, Formula::new(format!("C{}/C$6", sum + 1)))
        .unwrap();
    page.write_string(sum + 1, 0, "填表人：").unwrap();
    page.write_string(sum + 1, 3, "审核人：").unwrap();
    let checks = DataValidation::new()
        .allow_list_strings(&["是", "否"])
        .unwrap();
    page.add_data_validation(5, 4, last - 1, 4, &checks)
        .unwrap();
    page.add_conditional_format(5, 1, last - 1, 1, &ConditionalFormatDuplicate::new())
        .unwrap();
    page.set_print_area(0, 0, sum + 1, 5).unwrap();
    page.set_landscape().set_paper_size(9);
    let other = book.add_worksheet();
    other.set_name("附注").unwrap();
    other.write_string(0, 0, "另一张表").unwrap();
    book.save_to_buffer().unwrap()
}

fn headed(page: &mut Worksheet) {
    let bold = Format::new().set_bold();
    page.merge_range(0, 0, 0, 5, "附件1", &bold).unwrap();
    page.merge_range(1, 0, 1, 5, "困难群众慰问物资申报表（2026年）", &bold)
        .unwrap();
    page.write_string(2, 0, "填报单位：").unwrap();
    page.write_string(2, 4, "填报日期：  年  月  日").unwrap();
    page.set_row_height(1, 40).unwrap();
    page.set_column_width(1, 17).unwrap();
    page.merge_range(3, 0, 4, 0, "序号", &bold).unwrap();
    page.merge_range(3, 1, 4, 1, "姓名\n（必填）", &bold)
        .unwrap();
    page.merge_range(3, 2, 3, 3, "金额", &bold).unwrap();
    page.write_string(4, 2, "应发").unwrap();
    page.write_string(4, 3, "实发").unwrap();
    page.merge_range(3, 4, 4, 5, "是否本人领取", &bold).unwrap();
}

fn sheet(bytes: &[u8], at: usize) -> Sheet {
    read(bytes, &limits()).unwrap().sheets.swap_remove(at)
}

fn shown(sheet: &Sheet, number: u32) -> Vec<String> {
    let line = sheet.lines.iter().find(|line| line.number == number);
    line.map(|line| line.cells.iter().map(Cell::shown).collect())
        .unwrap_or_default()
}

fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut found = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        found.insert(file.name().unwrap().into_owned(), text);
    }
    found
}

fn packed(parts: &BTreeMap<String, String>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const PART: &str = "xl/worksheets/sheet2.xml";

fn names(layout: &FormLayout) -> Vec<(usize, &str)> {
    let all = layout.columns.iter();
    all.map(|one| (one.column, one.name.as_str())).collect()
}

#[test]
fn the_layout_of_a_form_with_two_rows_of_names() {
    let layout = form_layout(&sheet(&form(4), 0)).unwrap();
    assert_eq!(layout.title, "困难群众慰问物资申报表（2026年）");
    assert_eq!(layout.header_rows, [4, 5]);
    assert_eq!((layout.first_row, layout.free_rows), (6, 4));
    assert_eq!(
        names(&layout),
        [
            (0, "序号"),
            (1, "姓名 (必填)"),
            (2, "金额/应发"),
            (3, "金额/实发"),
            (4, "是否本人领取")
        ]
    );
}

fn plain(rows: &[&[&str]]) -> Sheet {
    let lines = rows.iter().enumerate().map(|(at, cells)| {
        let cells = cells.iter().map(|text| Cell::text(text)).collect();
        youlin_tabular::Line {
            number: u32::try_from(at).unwrap() + 1,
            cells,
        }
    });
    Sheet {
        lines: lines.filter(|line| !line.is_empty()).collect(),
        ..Sheet::default()
    }
}

#[test]
fn explanations_are_passed_and_numbered_rows_are_free() {
    let layout = form_layout(&plain(&[
        &["独居老人情况统计表"],
        &["序号", "姓名", "身份证号（18位）", "情况说明"],
        &["", "如：张三", "18位，末位可为X", "选填"],
        &["填写说明：一人一行，同一户的写在一起，没有的写“无”，不要合并单元格，也不要改动表头。"],
        &["1"],
        &["2"],
        &["…"],
        &["合  计", "", "", ""],
        &["填表人：", "", "审核人："],
    ]))
    .unwrap();
    assert_eq!(layout.header_rows, [2]);
    assert_eq!((layout.first_row, layout.free_rows), (5, 3));
    assert_eq!(layout.title, "独居老人情况统计表");
    assert_eq!(names(&layout)[3], (3, "情况说明"));
}

#[test]
fn nothing_below_is_room_without_end_and_groups_need_no_merged_cells() {
    let layout = form_layout(&plain(&[
        &["序号", "姓名", "住址", "", "电话"],
        &["", "", "楼栋", "室号"],
    ]))
    .unwrap();
    assert_eq!(layout.header_rows, [1, 2]);
    assert_eq!(layout.first_row + layout.free_rows - 1, 1_048_576);
    assert_eq!(
        names(&layout),
        [
            (0, "序号"),
            (1, "姓名"),
            (2, "住址/楼栋"),
            (3, "住址/室号"),
            (4, "电话")
        ]
    );
    assert_eq!(layout.title, "");
    let one = plain(&[&["姓名", "", "性别", ""], &["电话", "", "住址", ""]]);
    assert_eq!(form_layout(&one), None);
    let two = plain(&[&["姓名", "", "性别", ""], &["电话", "", "住址", "", "职业"]]);
    assert_eq!(form_layout(&two), None);
    assert_eq!(form_layout(&plain(&[&["通知"], &["各社区："]])), None);
}

#[test]
fn more_rows_than_free_move_what_stands_below() {
    let before = form(4);
    let after = fill(&before, 0, 6, 4, &[0, 1, 2], &people(10), &limits()).unwrap();
    let sheet = sheet(&after, 0);
    assert_eq!(shown(&sheet, 6)[..3], ["1", "周1", "10"]);
    assert_eq!(shown(&sheet, 15)[..3], ["10", "周10", "100"]);
    assert_eq!(shown(&sheet, 16)[0], "合计");
    assert_eq!(shown(&sheet, 17)[0], "填表人：");
    let parts = parts(&after);
    let xml = &parts[PART];
    for held in [
        "<f>SUM(C6:C15)</f>",
        "<f>C16/C$6</f>",
        "<f>C15*2</f>",
        "ref=\"A16:B16\"",
        "ref=\"E15:F15\"",
        "sqref=\"E6:E15\"",
        "sqref=\"B6:B15\"",
        "<dimension ref=\"A1:F17\"/>",
    ] {
        assert!(xml.contains(held), "{held} in {xml}");
    }
    let merged = xml.matches("<mergeCell ").count();
    assert!(xml.contains(&format!("<mergeCells count=\"{merged}\">")));
    // Height and frame of the first row.
    let row = |n: u32| {
        let from = xml.find(&format!("<row r=\"{n}\"")).unwrap();
        &xml[from..from + xml[from..].find("</row>").unwrap()]
    };
    assert!(row(12).contains("ht=\"27\""), "{}", row(12));
    assert_eq!(
        row(12).matches(" s=\"").count(),
        row(6).matches(" s=\"").count()
    );
    assert!(parts["xl/workbook.xml"].contains("申报表!$A$1:$F$17"));
    assert!(parts["xl/workbook.xml"].contains("fullCalcOnLoad=\"1\""));
    others_unchanged(&before, &after);
}

fn others_unchanged(before: &[u8], after: &[u8]) {
    let (before, mut after) = (parts(before), parts(after));
    for (name, text) in &before {
        let now = after.remove(name).unwrap();
        if name != PART && name != "xl/workbook.xml" {
            assert_eq!(&now, text, "{name}");
        }
    }
    assert!(after.is_empty());
}

#[test]
fn shared_formulas_and_the_order_of_counting() {
    let mut parts = parts(&form(4));
    let xml = parts[PART]
        .replace(
            "<f>C6*2</f>",
            "<f t=\"shared\" ref=\"D6:D9\" si=\"0\">C6*2</f>",
        )
        .replace("<f>C7*2</f>", "<f t=\"shared\" si=\"0\"/>")
        .replace("<f>C8*2</f>", "<f t=\"shared\" si=\"0\"/>");
    assert_ne!(xml, parts[PART]);
    parts.insert(PART.into(), xml);
    let chain = "<calcChain><c r=\"C10\" i=\"2\"/></calcChain>";
    parts.insert("xl/calcChain.xml".into(), chain.into());
    let types = parts["[Content_Types].xml"].replace(
        "</Types>",
        "<Override PartName=\"/xl/calcChain.xml\" ContentType=\"x\"/></Types>",
    );
    parts.insert("[Content_Types].xml".into(), types);
    let relations = parts["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        "<Relationship Id=\"rId99\" Type=\"x\" Target=\"calcChain.xml\"/></Relationships>",
    );
    parts.insert("xl/_rels/workbook.xml.rels".into(), relations);
    let bytes = packed(&parts);
    let columns = [0, 1, 2, 3];
    let mut rows = people(6);
    rows[0].push(FillCell::Number(7.0));
    let after = self::parts(&fill(&bytes, 0, 6, 4, &columns, &rows, &limits()).unwrap());
    let xml = &after[PART];
    assert!(!xml.contains("shared"), "{xml}");
    assert!(
        xml.contains("<v>7</v>") && xml.contains("<f>C7*2</f>"),
        "{xml}"
    );
    assert!(
        xml.contains("<f>C8*2</f>") && !xml.contains("<f>C6*2</f>"),
        "{xml}"
    );
    assert!(after.values().all(|text| !text.contains("calcChain")));
}

#[test]
fn nothing_written_is_markup_or_a_formula() {
    let texts = [
        "<v>&\"'</v>]]>",
        "=cmd|' /C calc'!A0",
        "+86 138",
        "-1",
        "@SUM(A1)",
        " 前后 空格 ",
        "两\n行",
        "_x0041_",
        "𠮷\u{1}野",
    ];
    let rows: Vec<_> = texts.iter().map(|one| vec![text(one)]).collect();
    let after = fill(&form(2), 0, 6, 2, &[1], &rows, &limits()).unwrap();
    let sheet = sheet(&after, 0);
    for (number, one) in (6..).zip(texts) {
        let line = sheet.lines.iter().find(|line| line.number == number);
        let wanted = one.replace('\u{1}', "");
        assert_eq!(line.unwrap().cell(1), &Cell::Text(wanted.into()), "{one}");
    }
    let xml = &parts(&after)[PART];
    assert_eq!(xml.matches("t=\"inlineStr\"").count(), texts.len());
    assert!(!xml.contains("<f>=") && !xml.contains("<f>cmd"));
}

fn places(layout: &FormLayout) -> Vec<(u32, usize, &str)> {
    let all = layout.columns.iter();
    all.map(|one| (one.row.unwrap(), one.column, one.name.as_str()))
        .collect()
}

#[test]
fn names_beside_their_blanks_are_single_cells_and_no_list() {
    let card = plain(&[
        &["商圈情况登记表", "", "", ""],
        &["填表说明：由社区填写，一个商圈一张。"],
        &["单位名称：", "", "负责人", ""],
        &["地址", "", "", ""],
        &["基本情况", "商户数", "", "户"],
        &["", "空置数", "", "户"],
        &["60岁以上人数", "", "年   月   日", ""],
        &["填表人：", "", "审核人："],
    ]);
    assert_eq!(form_layout(&card), None);
    let layout = form_cells(&card).unwrap();
    assert_eq!(layout.title, "商圈情况登记表");
    assert_eq!(
        places(&layout),
        [
            (3, 1, "单位名称"),
            (3, 3, "负责人"),
            (4, 1, "地址"),
            (5, 2, "基本情况/商户数"),
            (6, 2, "空置数"),
            (7, 1, "60岁以上人数"),
        ]
    );
    // One name a line, and no blank ever touched.
    let narrow = plain(&[&["居委会情况表"], &["名称"], &["户数"], &["人口数"]]);
    assert_eq!(form_layout(&narrow), None);
    let narrow = form_cells(&narrow).unwrap();
    assert_eq!(
        places(&narrow),
        [(2, 1, "名称"), (3, 1, "户数"), (4, 1, "人口数")]
    );
    assert_eq!(form_cells(&plain(&[&["通知"], &["各社区："]])), None);
}

#[test]
fn names_above_single_blanks_are_told_from_a_list() {
    let card = plain(&[
        &["社区概况", "社区概况", "社区概况"],
        &["总人口", "总户数", "楼栋数"],
        &["", "", ""],
        &["商户数", "空置房", "总人口"],
        &["", "", ""],
        &["填表人：", "", "审核人："],
    ]);
    assert_eq!(form_layout(&card), None);
    let layout = form_cells(&card).unwrap();
    assert_eq!(
        places(&layout),
        [
            (3, 0, "总人口"),
            (3, 1, "总户数"),
            (3, 2, "楼栋数"),
            (5, 0, "商户数"),
            (5, 1, "空置房"),
            (5, 2, "总人口（2）"),
        ]
    );
}

#[test]
fn blanks_in_the_cells_of_their_names_are_filled_behind_them() {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    let (bold, frame) = (
        Format::new().set_bold(),
        Format::new().set_border(FormatBorder::Thin),
    );
    page.merge_range(0, 0, 0, 3, "社区情况卡", &bold).unwrap();
    page.merge_range(1, 0, 1, 1, "单位名称：＿＿＿＿", &frame)
        .unwrap();
    page.merge_range(1, 2, 1, 3, "联系电话:", &frame).unwrap();
    page.merge_range(2, 0, 2, 3, "总人口：____人，总户数：____户", &frame)
        .unwrap();
    page.write_string(3, 0, "负责人").unwrap();
    page.write_blank(3, 1, &frame).unwrap();
    page.write_string(3, 2, "地址：").unwrap();
    page.write_blank(3, 3, &frame).unwrap();
    page.merge_range(4, 0, 4, 3, "姓名：", &frame).unwrap();
    page.write_string(5, 0, "填表人：").unwrap();
    let blank = book.save_to_buffer().unwrap();
    assert_eq!(form_layout(&sheet(&blank, 0)), None);
    let layout = form_cells(&sheet(&blank, 0)).unwrap();
    assert_eq!(layout.title, "社区情况卡");
    assert_eq!(
        places(&layout),
        [
            (2, 0, "单位名称"),
            (2, 2, "联系电话"),
            (3, 0, "总人口"),
            (3, 0, "总户数"),
            (4, 1, "负责人"),
            (4, 3, "地址"),
            (5, 0, "姓名"),
        ]
    );
    let text = |text: &str| FillCell::Text(text.to_owned());
    let values = [
        text("甲社区"),
        FillCell::Empty,
        FillCell::Number(1234.0),
        FillCell::Empty,
        text("王某"),
        text("东村1号"),
        text("=王某"),
    ];
    let (at, cells) = card_cells(&layout.columns, &values);
    let after = fill_places(&blank, 0, &at, &cells, &limits()).unwrap();
    let filled = sheet(&after, 0);
    let shown = |row: usize, column: usize| filled.lines[row].cell(column).shown();
    assert_eq!(shown(1, 0), "单位名称：甲社区");
    assert_eq!(
        shown(1, 2),
        "联系电话:",
        "nothing is known of it: it stays as it was"
    );
    assert_eq!(shown(2, 0), "总人口：1234人，总户数：____户");
    assert_eq!((shown(3, 0), shown(3, 1)), ("负责人".into(), "王某".into()));
    assert_eq!(
        (shown(3, 2), shown(3, 3)),
        ("地址：".into(), "东村1号".into())
    );
    assert_eq!(shown(4, 0), "姓名：=王某");
    assert!(parts(&after).values().all(|part| !part.contains("<f>")));
    // Lines of nothing but such cells are a card, a letter is none.
    let rows = plain(&[
        &["登记卡", ""],
        &["姓名：", "电话："],
        &["住址：____", "备注：____"],
    ]);
    let names: Vec<String> = form_cells(&rows)
        .unwrap()
        .columns
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(names, ["姓名", "电话", "住址", "备注"]);
    let letter = plain(&[
        &["证明"],
        &["兹证明____同志系我单位职工，"],
        &["身份证号：____。"],
    ]);
    assert_eq!(form_cells(&letter), None);
}

/// A card with a merged blank, a sum over its blanks and a style in each.
fn card() -> Vec<u8> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    let (bold, frame) = (
        Format::new().set_bold(),
        Format::new().set_border(FormatBorder::Thin),
    );
    page.merge_range(0, 0, 0, 3, "社区情况卡", &bold).unwrap();
    page.write_string(1, 0, "单位名称").unwrap();
    page.merge_range(1, 1, 1, 3, "", &frame).unwrap();
    for (row, (left, right)) in (2..).zip([("男", "女"), ("老人", "儿童")]) {
        page.write_string(row, 0, left).unwrap();
        page.write_blank(row, 1, &frame).unwrap();
        page.write_string(row, 2, right).unwrap();
        page.write_blank(row, 3, &frame).unwrap();
    }
    page.write_string(4, 0, "合计").unwrap();
    page.write_formula(4, 1, Formula::new("SUM(B3:B4,D3:D4)").set_result("0"))
        .unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn single_cells_are_written_where_they_are_and_nothing_else_moves() {
    let blank = card();
    let layout = form_cells(&sheet(&blank, 0)).unwrap();
    assert_eq!(
        places(&layout),
        [
            (2, 1, "单位名称"),
            (3, 1, "男"),
            (3, 3, "女"),
            (4, 1, "老人"),
            (4, 3, "儿童"),
        ]
    );
    let at: Vec<(u32, usize)> = layout
        .columns
        .iter()
        .map(|one| (one.row.unwrap(), one.column))
        .collect();
    let values = [
        text("跃龙社区"),
        FillCell::Number(12.0),
        FillCell::Number(13.0),
        FillCell::Empty,
        FillCell::Kept,
    ];
    let filled = fill_places(&blank, 0, &at, &values, &limits()).unwrap();
    let after = sheet(&filled, 0);
    // A merged blank says the same everywhere in it.
    assert_eq!(
        shown(&after, 2),
        ["单位名称", "跃龙社区", "跃龙社区", "跃龙社区"]
    );
    assert_eq!(shown(&after, 3), ["男", "12", "女", "13"]);
    assert_eq!(shown(&after, 4), ["老人", "", "儿童"]);
    let xml = &parts(&filled)["xl/worksheets/sheet1.xml"];
    assert!(xml.contains("<f>SUM(B3:B4,D3:D4)</f>"), "{xml}");
    assert!(xml.contains("<mergeCell ref=\"B2:D2\"/>"), "{xml}");
    let nowhere = fill_places(&blank, 0, &[(0, 1)], &values, &limits());
    assert_eq!(nowhere, Err(TableFault::NoColumns));
}

#[test]
fn a_line_at_the_foot() {
    let before = form(3);
    let after = footer(&before, 0, "居委会 周建国 & 慰问 2026", &limits()).unwrap();
    let xml = &parts(&after)[PART];
    let foot = "<headerFooter><oddFooter>&amp;L&amp;8 居委会 周建国 &amp;&amp; 慰问 2026</oddFooter></headerFooter>";
    assert!(xml.contains(foot), "{xml}");
    assert!(xml.find("<pageSetup").unwrap() < xml.find("<headerFooter").unwrap());
    assert_eq!(read(&before, &limits()), read(&after, &limits()));
    others_unchanged(&before, &after);
}

#[test]
fn faults_by_name() {
    let one =
        |bytes: &[u8], sheet| fill(bytes, sheet, 1, 1, &[0], &people(1), &limits()).unwrap_err();
    assert_eq!(one("姓名,电话".as_bytes(), 0), TableFault::OtherKind("csv"));
    assert_eq!(one(b"", 0), TableFault::Empty);
    assert_eq!(one(&form(1), 2), TableFault::NoSheet);
    let mut parts = parts(&form(1));
    parts.insert("xl/vbaProject.bin".into(), "x".into());
    assert_eq!(one(&packed(&parts), 0), TableFault::Macros);
    let mut protected = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    protected.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(one(&protected, 0), TableFault::Password);
    assert_eq!(
        footer(&protected, 0, "x", &limits()),
        Err(TableFault::Password)
    );
    let few = Limits {
        rows: 20,
        ..limits()
    };
    let many = fill(&form(1), 0, 6, 1, &[0], &people(21), &few);
    assert_eq!(many, Err(TableFault::TooManyRows { most: 20 }));
    let wide = fill(&form(1), 0, 6, 1, &[16_384], &people(1), &limits());
    assert_eq!(wide, Err(TableFault::NoColumns));
}

fn value() -> impl Strategy<Value = FillCell> {
    prop_oneof![
        Just(FillCell::Empty),
        "[一-龥a-z<>&\"'=+@_x0-9-]{1,12}".prop_map(FillCell::Text),
        (-1_000_000..1_000_000_i32).prop_map(|n| FillCell::Number(f64::from(n) / 8.0)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn rows_stand_in_place_and_the_rest_is_as_it_was(
        free in 1_u32..8,
        rows in prop::collection::vec(prop::collection::vec(value(), 3), 1..16),
    ) {
        let blank = form(free);
        let columns = [1, 2, 4];
        let bytes = fill(&blank, 0, 6, free, &columns, &rows, &limits()).unwrap();
        let (before, after) = (sheet(&blank, 0), sheet(&bytes, 0));
        let count = u32::try_from(rows.len()).unwrap();
        for (number, row) in (6..).zip(&rows) {
            let line = after.lines.iter().find(|line| line.number == number).cloned().unwrap_or_default();
            for (column, value) in columns.iter().zip(row) {
                let wanted = match value {
                    FillCell::Empty => Cell::Empty,
                    FillCell::Text(text) => Cell::Text(text.as_str().into()),
                    FillCell::Number(number) => Cell::Number(*number),
                    FillCell::Day(day) => Cell::Day(*day),
                    FillCell::Kept => Cell::Empty,
                };
                prop_assert_eq!(line.cell(*column), &wanted);
            }
        }
        // Texts above and below as they were; sums are counted anew.
        let shift = count.saturating_sub(free);
        let texts = |sheet: &Sheet, number: u32| -> Vec<String> {
            let line = sheet.lines.iter().find(|line| line.number == number).cloned().unwrap_or_default();
            line.cells.iter().filter(|cell| matches!(cell, Cell::Text(_))).map(Cell::shown).collect()
        };
        for number in (1..6).chain(6 + free..9 + free) {
            let now = if number < 6 { number } else { number + shift };
            prop_assert_eq!(texts(&before, number), texts(&after, now));
        }
        others_unchanged(&blank, &bytes);
        // Filled again in the same rows, nothing moves.
        let again = fill(&bytes, 0, 6, free + shift, &columns, &rows, &limits()).unwrap();
        prop_assert_eq!(parts(&again), parts(&bytes));
    }
}
