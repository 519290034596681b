//! What lies around a form's rows in parts of its own moves with them, and the workbook opens in other programs.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use rust_xlsxwriter::{
    Chart, ChartType, ConditionalFormat3ColorScale, Formula, Note, Shape, Table, TableColumn,
    Workbook,
};
use youlin_tabular::{FillCell, Limits, fill, left_behind};

/// Header in row 3, three free rows, a sum; a table over the rows; notes, a box and a chart beside and below; a second sheet
/// that counts on the first.
fn form() -> Vec<u8> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("申报表").unwrap();
    page.write_string(0, 0, "第37号 表").unwrap();
    let columns: Vec<TableColumn> = ["序号", "姓名", "金额"]
        .iter()
        .map(|name| TableColumn::new().set_header(*name))
        .collect();
    page.add_table(2, 0, 5, 2, &Table::new().set_columns(&columns))
        .unwrap();
    page.write_string(6, 0, "合计").unwrap();
    page.write_formula(6, 2, Formula::new("SUM(C4:C6)"))
        .unwrap();
    page.insert_note(2, 1, &Note::new("写全名")).unwrap();
    page.insert_note(6, 2, &Note::new("不用填")).unwrap();
    page.insert_shape(8, 1, &Shape::textbox().set_text("盖章处"))
        .unwrap();
    page.add_conditional_format(3, 2, 5, 2, &ConditionalFormat3ColorScale::new())
        .unwrap();
    page.set_print_area(0, 0, 9, 2).unwrap();
    let mut chart = Chart::new(ChartType::Column);
    chart.add_series().set_values("申报表!$C$4:$C$6");
    page.insert_chart(11, 0, &chart).unwrap();
    let other = book.add_worksheet();
    other.set_name("汇总").unwrap();
    other
        .write_formula(0, 0, Formula::new("申报表!C7"))
        .unwrap();
    other
        .write_formula(1, 0, Formula::new("SUM(申报表!C4:C6)"))
        .unwrap();
    book.save_to_buffer().unwrap()
}

fn rows(n: u32) -> Vec<Vec<FillCell>> {
    let row = |n: u32| {
        vec![
            FillCell::Number(f64::from(n)),
            FillCell::Text(format!("周{n}")),
            FillCell::Number(f64::from(n) * 10.0),
        ]
    };
    (1..=n).map(row).collect()
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    let mut file = archive.by_name(name).unwrap_or_else(|_| panic!("{name}"));
    file.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn everything_around_moves_with_the_rows() {
    let filled = fill(&form(), 0, 4, 3, &[0, 1, 2], &rows(10), &Limits::default()).unwrap();
    let table = part(&filled, "xl/tables/table1.xml");
    assert_eq!(table.matches("ref=\"A3:C13\"").count(), 2, "{table}");
    let notes = part(&filled, "xl/comments1.xml");
    assert!(
        notes.contains("ref=\"B3\"") && notes.contains("ref=\"C14\""),
        "{notes}"
    );
    let boxes = part(&filled, "xl/drawings/vmlDrawing1.vml");
    assert!(
        boxes.contains("<x:Row>2</x:Row>") && boxes.contains("<x:Row>13</x:Row>"),
        "{boxes}"
    );
    let drawing = part(&filled, "xl/drawings/drawing1.xml");
    for row in ["<xdr:row>15</xdr:row>", "<xdr:row>18</xdr:row>"] {
        assert!(drawing.contains(row), "{row} {drawing}");
    }
    let chart = part(&filled, "xl/charts/chart1.xml");
    assert!(chart.contains("$C$4:$C$13"), "{chart}");
    let other = part(&filled, "xl/worksheets/sheet2.xml");
    assert!(
        other.contains("申报表!C14") && other.contains("申报表!C4:C13"),
        "{other}"
    );
    assert!(part(&filled, "xl/workbook.xml").contains("$A$1:$C$17"));
    assert!(part(&filled, "xl/worksheets/sheet1.xml").contains("sqref=\"C4:C13\""));
}

#[test]
fn nothing_around_changes_where_the_rows_are_enough() {
    let blank = form();
    let filled = fill(&blank, 0, 4, 3, &[0, 1, 2], &rows(2), &Limits::default()).unwrap();
    for name in [
        "xl/tables/table1.xml",
        "xl/comments1.xml",
        "xl/charts/chart1.xml",
    ] {
        assert_eq!(part(&filled, name), part(&blank, name), "{name}");
    }
    assert_eq!(left_behind(&blank, 0, &Limits::default()).unwrap(), []);
}

/// The Python of the checks (`e2e/requirements.txt`), where it was installed.
fn python() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/venv/bin/python");
    let has = |module: &str| {
        let import = format!("import {module}");
        let tried = Command::new(&root).args(["-c", &import]).output();
        tried.is_ok_and(|out| out.status.success())
    };
    has("openpyxl").then(|| root.clone())
}

#[test]
fn another_program_opens_what_was_filled() {
    let Some(python) = python() else {
        eprintln!("skipped: openpyxl is not installed under target/venv");
        return;
    };
    let filled = fill(&form(), 0, 4, 3, &[0, 1, 2], &rows(10), &Limits::default()).unwrap();
    let path = std::env::temp_dir().join(format!("youlin-filled-{}.xlsx", std::process::id()));
    std::fs::write(&path, filled).unwrap();
    let script = "import sys, openpyxl\n\
        book = openpyxl.load_workbook(sys.argv[1])\n\
        page = book['申报表']\n\
        print(page['B13'].value, page['C14'].value, page.tables['Table1'].ref, page['C14'].comment.text.split()[-1], \
        book['汇总']['A1'].value)";
    let out = Command::new(python)
        .args(["-c", script])
        .arg(&path)
        .output()
        .unwrap();
    std::fs::remove_file(&path).unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    assert_eq!(said.trim(), "周10 =SUM(C4:C13) A3:C13 不用填 =申报表!C14");
}
