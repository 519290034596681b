//! Files of every kind somebody may drop, each answered by its own name.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{Cursor, Write};

use jiff::civil::date;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use youlin_tabular::workload::{Mess, with_formulas, workbook};
use youlin_tabular::{Cell, Limits, TableFault, read};
use zip::write::SimpleFileOptions;

fn fault(bytes: &[u8]) -> TableFault {
    read(bytes, &Limits::default()).unwrap_err()
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn compound(stream: &str) -> Vec<u8> {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.resize(512, 0);
    bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(2_048, 0);
    bytes
}

#[test]
fn what_is_no_table_is_called_by_its_name() {
    assert_eq!(fault(b" \n"), TableFault::Empty);
    assert_eq!(fault(&compound("EncryptedPackage")), TableFault::Password);
    assert_eq!(fault(&compound("Workbook")), TableFault::OldExcel);
    assert_eq!(
        fault(&compound("WordDocument")),
        TableFault::OtherKind("docx")
    );
    let macros = archive(&[("xl/workbook.xml", b"<x/>"), ("xl/vbaProject.bin", b"x")]);
    assert_eq!(fault(&macros), TableFault::Macros);
    assert_eq!(
        fault(&archive(&[("xl/workbook.bin", b"x")])),
        TableFault::BinaryExcel
    );
    let ods = archive(&[
        ("mimetype", b"application/vnd.oasis"),
        ("content.xml", b"<x/>"),
    ]);
    assert_eq!(fault(&ods), TableFault::OtherKind("ods"));
    assert_eq!(
        fault(&archive(&[("a.txt", b"x")])),
        TableFault::OtherKind("zip")
    );
    assert_eq!(fault(b"%PDF-1.7"), TableFault::OtherKind("pdf"));
    assert_eq!(fault(b"<html><table>"), TableFault::OtherKind("html"));
    assert_eq!(fault(b"PK\x03\x04 cut off"), TableFault::Damaged);
    assert_eq!(
        fault(&archive(&[("xl/workbook.xml", b"<workbook")])),
        TableFault::Damaged
    );
    assert_eq!(fault(b"\xff\xff\xff,\x80\x81\xff\n"), TableFault::Encoding);
}

#[test]
fn text_in_every_usual_encoding() {
    let text = "姓名,电话\n周建国,\"138\n0000\"\n\n贺兰亭,139\n";
    let (gbk, _, _) = encoding_rs::GBK.encode(text);
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for (bytes, encoding) in [
        (text.as_bytes(), "UTF-8"),
        (&gbk, "GBK"),
        (&utf16, "UTF-16LE"),
        (&marked, "UTF-8"),
    ] {
        let book = read(bytes, &Limits::default()).unwrap();
        assert_eq!(book.encoding, Some(encoding));
        let lines = &book.sheets[0].lines;
        let numbers: Vec<u32> = lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [1, 2, 5], "{encoding}");
        assert_eq!(lines[2].cell(0).shown(), "贺兰亭");
    }
    let tabs = read(
        "姓名\t电话\n\"=\"\"1\"\"\"\t=\"320611\"\n".as_bytes(),
        &Limits::default(),
    )
    .unwrap();
    assert_eq!(tabs.sheets[0].lines[1].cell(1), &Cell::text("320611"));
}

#[test]
fn a_million_rows_and_one() {
    let limits = Limits {
        rows: 1_000_000,
        ..Limits::default()
    };
    let mut text = "姓名,电话\n".to_owned();
    text.push_str(&"周,1\n".repeat(1_000_000));
    assert_eq!(
        read(text.as_bytes(), &limits).unwrap().sheets[0]
            .lines
            .len(),
        1_000_001
    );
    text.push_str("周,1\n");
    assert_eq!(
        fault(text.as_bytes()),
        TableFault::TooManyRows { most: 1_000_000 }
    );
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    for row in 0..12 {
        page.write_string(row, 0, "x").unwrap();
    }
    let few = Limits {
        rows: 10,
        ..Limits::default()
    };
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(
        read(&bytes, &few).unwrap_err(),
        TableFault::TooManyRows { most: 10 }
    );
}

#[test]
fn a_bomb_is_not_unpacked() {
    let zeros = vec![b' '; 3 << 20];
    let bomb = archive(&[
        ("xl/workbook.xml", b"<x/>"),
        ("xl/worksheets/sheet1.xml", &zeros),
    ]);
    assert!(bomb.len() < 20_000);
    let limits = Limits {
        unpacked: 1 << 20,
        ..Limits::default()
    };
    assert!(matches!(
        read(&bomb, &limits).unwrap_err(),
        TableFault::TooLarge { .. }
    ));
}

#[test]
fn formulas_days_merged_cells_and_hidden_sheets() {
    let mut book = Workbook::new();
    let hidden = book.add_worksheet();
    hidden.set_name("字典").unwrap().set_hidden(true);
    hidden.write_string(0, 0, "姓名").unwrap();
    let page = book.add_worksheet();
    page.set_name("居民").unwrap().set_active(true);
    let day = Format::new().set_num_format("yyyy-mm-dd");
    page.write_formula(0, 0, Formula::new("=\"周\"&\"建国\"").set_result("周建国"))
        .unwrap();
    page.write_with_format(0, 1, ExcelDateTime::from_ymd(1942, 3, 5).unwrap(), &day)
        .unwrap();
    page.merge_range(1, 0, 3, 1, "12号楼", &Format::new())
        .unwrap();
    for row in 1..4 {
        page.write_number(row, 2, f64::from(row)).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let book = read(&bytes, &Limits::default()).unwrap();
    assert_eq!(book.hidden, ["字典"]);
    let lines = &book.sheets[0].lines;
    assert_eq!(lines[0].cell(0).shown(), "周建国");
    assert_eq!(lines[0].cell(1), &Cell::Day(date(1942, 3, 5)));
    for line in &lines[1..] {
        assert_eq!(
            (line.cell(0).shown(), line.cell(1).shown()),
            ("12号楼".into(), "12号楼".into())
        );
        assert!(!line.cell(2).is_empty());
    }
    let old = in_1904(&bytes);
    let book = read(&old, &Limits::default()).unwrap();
    assert!(book.sheets[0].from_1904);
    assert_eq!(
        book.sheets[0].lines[0].cell(1),
        &Cell::Day(date(1946, 3, 6))
    );
}

/// The same workbook, its days counted from 1904.
fn in_1904(bytes: &[u8]) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let mut file = from.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut content).unwrap();
        if name == "xl/workbook.xml" {
            let text = String::from_utf8(content).unwrap();
            assert!(text.contains("<workbookPr "));
            content = text
                .replace("<workbookPr ", "<workbookPr date1904=\"1\" ")
                .into_bytes();
        }
        to.start_file(name, SimpleFileOptions::default()).unwrap();
        to.write_all(&content).unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[test]
fn the_made_up_workbook_is_a_workbook() {
    let mess = Mess {
        people: 300,
        dwellings: 100,
        messy: true,
        faulty: true,
    };
    let place = |n: u32| {
        [
            "东村".to_owned(),
            "1号楼".to_owned(),
            String::new(),
            format!("{n}"),
        ]
    };
    let bytes = workbook(mess, &place).unwrap();
    let book = read(&bytes, &Limits::default()).unwrap();
    assert_eq!(book.hidden, ["字典"]);
    assert_eq!(book.sheets[0].lines.len(), 4 + 300 + 3);
    let rooms = book.sheets[0]
        .lines
        .iter()
        .skip(4)
        .filter(|line| line.cell(8).is_empty())
        .count();
    assert_eq!(rooms, 0, "merged rooms are filled down");
}

#[test]
fn a_formula_is_its_result_or_says_that_it_has_none() {
    let book = with_formulas(&[
        &["姓名", "手机"],
        &["周建国", "=B9|13800001111"],
        &["贺兰亭", "=B9"],
        &["", "=C1&C2"],
    ]);
    let limits = Limits {
        formulas: true,
        ..Limits::default()
    };
    let book = read(&book.unwrap(), &limits).unwrap();
    let sheet = &book.sheets[0];
    assert_eq!(sheet.formulas, 1);
    assert_eq!(sheet.lines[1].cell(1), &Cell::Number(13_800_001_111.0));
    assert_eq!(sheet.lines[2].cell(1), &Cell::Uncalculated("B9".into()));
    assert_eq!(
        sheet.lines[3].number, 4,
        "a row of nothing else is there, too"
    );
}
