//! Spreadsheets as they come from real desks, made up: for tests and the bench. The same seed gives the same people.

use std::io::{Cursor, Read as _, Write as _};

use rust_xlsxwriter::{Format, Formula, Workbook, XlsxError};

/// What is wrong with a made-up sheet.
#[derive(Clone, Copy, Debug)]
pub struct Mess {
    /// People.
    pub people: u32,
    /// Dwellings they live in; three to a dwelling on the average is usual.
    pub dwellings: u32,
    /// Titles, two header rows, an explanation row, merged cells, five ways of writing a birthday, texts around numbers.
    pub messy: bool,
    /// One wrong check digit and one person three times, in the last rows.
    pub faulty: bool,
}

/// One made-up person as the sheet has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeUp {
    pub name: String,
    pub identity: String,
    pub birth: (i16, u8, u8),
    pub male: bool,
    pub phone: String,
    pub dwelling: u32,
}

const SURNAMES: &[char] = &[
    '周', '吴', '郑', '王', '冯', '陈', '褚', '卫', '蒋', '沈', '韩', '杨', '朱', '秦', '尤', '许',
    '何', '吕', '施', '张',
];
const GIVEN: &[char] = &[
    '建', '国', '秀', '英', '志', '明', '桂', '兰', '海', '燕', '文', '军', '玉', '梅', '小', '红',
    '永', '强', '丽', '华', '春', '生', '云', '霞', '立', '新', '淑', '珍', '凤', '山',
];

/// The n-th made-up person.
#[must_use]
pub fn person(n: u32, dwellings: u32) -> MadeUp {
    let hash = u64::from(n)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(23)
        ^ u64::from(n);
    let pick = |shift: u32, of: u64| (hash >> shift) % of;
    let male = pick(3, 2) == 1;
    let birth = (
        1935 + i16::try_from(pick(5, 85)).unwrap_or(0),
        1 + u8::try_from(pick(13, 12)).unwrap_or(0),
        1 + u8::try_from(pick(19, 28)).unwrap_or(0),
    );
    let given = |shift| GIVEN[usize::try_from(pick(shift, GIVEN.len() as u64)).unwrap_or(0)];
    let name: String = [
        SURNAMES[(n as usize) % SURNAMES.len()],
        given(27),
        given(33),
    ]
    .iter()
    .collect();
    // Division, birth, sequence: the sequence's parity is the sex; the division counts on where it is used up.
    let sequence = (n / 7 % 500) * 2 + u32::from(male);
    let division = 320_601 + n / 3_500 % 90;
    let body = format!(
        "{division}{:04}{:02}{:02}{sequence:03}",
        birth.0, birth.1, birth.2
    );
    MadeUp {
        name,
        identity: format!("{body}{}", check_digit(&body)),
        birth,
        male,
        phone: format!("13{:09}", 100_000_000 + u64::from(n) * 7),
        dwelling: n / 3 % dwellings.max(1),
    }
}

fn check_digit(body: &str) -> char {
    let sum = body
        .bytes()
        .fold(0u32, |sum, byte| (sum + u32::from(byte - b'0')) * 2 % 11);
    match (12 - sum) % 11 {
        10 => 'X',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

/// The workbook. `place` writes a dwelling's estate, building, entrance and room.
///
/// # Errors
/// Sizes beyond what a workbook may hold.
pub fn workbook(mess: Mess, place: &dyn Fn(u32) -> [String; 4]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let notes = book.add_worksheet();
    notes.set_name("字典")?;
    notes.set_hidden(true);
    notes.write_string(0, 0, "姓名")?;
    let page = book.add_worksheet();
    page.set_name("居民")?.set_active(true);
    let middle = Format::new().set_bold();
    let mut row = 0;
    if mess.messy {
        page.merge_range(0, 0, 0, 10, "居民基本信息登记表（2025年度）", &middle)?;
        page.merge_range(1, 5, 1, 8, "现住址", &middle)?;
        for (column, name) in [
            (0, "序号"),
            (1, "姓 名"),
            (2, "性别"),
            (3, "公民身份号码"),
            (4, "出生日期"),
            (9, "联系电话（手机）"),
            (10, "备注"),
        ] {
            page.merge_range(1, column, 2, column, name, &middle)?;
        }
        for (column, name) in [(5, "小区"), (6, "楼栋"), (7, "单元"), (8, "室号")] {
            page.write_string(2, column, name)?;
        }
        for (column, name) in [(1, "必填"), (3, "18位，末位可为X"), (4, "格式：1980-01-01")]
        {
            page.write_string(3, column, name)?;
        }
        row = 4;
    } else {
        for (column, name) in [
            "序号",
            "姓名",
            "性别",
            "身份证号",
            "出生日期",
            "小区",
            "楼栋",
            "单元",
            "室号",
            "联系电话",
            "备注",
        ]
        .iter()
        .enumerate()
        {
            page.write_string(0, u16::try_from(column).unwrap_or(0), *name)?;
        }
        row += 1;
    }
    let day = Format::new().set_num_format("yyyy/m/d");
    let mut same_home: Option<(u32, u32)> = None;
    for n in 0..mess.people {
        let one = person(n, mess.dwellings);
        let at = row + n;
        page.write_number(at, 0, f64::from(n + 1))?;
        page.write_string(at, 1, &one.name)?;
        page.write_string(at, 2, if one.male { "男" } else { "女" })?;
        page.write_string(at, 3, identity_text(&one, n, mess.messy))?;
        let (y, m, d) = one.birth;
        match if mess.messy { n % 5 } else { 0 } {
            0 => page.write_string(at, 4, format!("{y}-{m:02}-{d:02}"))?,
            1 => page.write_string(at, 4, format!("{y}.{m}.{d}"))?,
            2 => page.write_string(at, 4, format!("{y}年{m}月{d}日"))?,
            3 => page.write_number(
                at,
                4,
                f64::from(y) * 10_000.0 + f64::from(m) * 100.0 + f64::from(d),
            )?,
            _ => page.write_with_format(
                at,
                4,
                &rust_xlsxwriter::ExcelDateTime::from_ymd(y.unsigned_abs(), m, d)?,
                &day,
            )?,
        };
        let home = place(one.dwelling);
        // Some households' rooms are merged over their people.
        let merged = mess.messy && one.dwelling % 50 == 7;
        same_home = match same_home {
            Some((dwelling, from)) if dwelling == one.dwelling => Some((dwelling, from)),
            other => {
                close(page, other, at, &place, &day)?;
                merged.then_some((one.dwelling, at))
            }
        };
        for (column, text) in (5u16..).zip(&home) {
            if !(merged && column == 8) {
                page.write_string(at, column, text)?;
            }
        }
        page.write_string(at, 9, &one.phone)?;
    }
    close(page, same_home, row + mess.people, &place, &day)?;
    if mess.faulty {
        let twice = person(0, mess.dwellings);
        let wrong = person(mess.people, mess.dwellings);
        let spoilt = if wrong.identity.ends_with('1') {
            '2'
        } else {
            '1'
        };
        let rows = [
            (&twice, twice.identity.clone()),
            (&twice, format!("身份证{}", twice.identity)),
            (&wrong, format!("{}{spoilt}", &wrong.identity[..17])),
        ];
        for (extra, (one, identity)) in (0u32..).zip(rows) {
            let at = row + mess.people + extra;
            page.write_string(at, 1, &one.name)?;
            page.write_string(at, 3, identity)?;
            for (column, text) in (5u16..).zip(&place(one.dwelling)) {
                page.write_string(at, column, text)?;
            }
        }
    }
    book.save_to_buffer()
}

/// A workbook of these rows, the first names the columns. A cell `=A2|12` is a formula with its result, `=A2` one without.
///
/// # Errors
/// Sizes beyond what a workbook may hold.
pub fn with_formulas(rows: &[&[&str]]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    for (row, cells) in (0u32..).zip(rows) {
        for (column, text) in (0u16..).zip(*cells) {
            if text.starts_with('=') {
                let (formula, result) = text.split_once('|').unwrap_or((text, NO_RESULT));
                page.write_formula(row, column, Formula::new(formula).set_result(result))?;
            } else if !text.is_empty() {
                page.write_string(row, column, *text)?;
            }
        }
    }
    let bytes = book.save_to_buffer()?;
    uncalculated(&bytes).map_err(XlsxError::IoError)
}

/// Stands for a result that is not there until the file is written.
const NO_RESULT: &str = "~none~";

/// The writer gives every formula a result; other programs do not.
fn uncalculated(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut book = zip::ZipArchive::new(Cursor::new(bytes))?;
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..book.len() {
        let mut file = book.by_index(at)?;
        let name = file.name().map_err(std::io::Error::other)?.into_owned();
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        if let Ok(sheet) = std::str::from_utf8(&text) {
            text = sheet.replace(&format!("<v>{NO_RESULT}</v>"), "").into();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default())?;
        out.write_all(&text)?;
    }
    Ok(out.finish()?.into_inner())
}

fn close(
    page: &mut rust_xlsxwriter::Worksheet,
    merged: Option<(u32, u32)>,
    before: u32,
    place: &dyn Fn(u32) -> [String; 4],
    format: &Format,
) -> Result<(), XlsxError> {
    if let Some((dwelling, from)) = merged {
        let room = &place(dwelling)[3];
        if before - from > 1 {
            page.merge_range(from, 8, before - 1, 8, room, format)?;
        } else {
            page.write_string(from, 8, room)?;
        }
    }
    Ok(())
}

fn identity_text(one: &MadeUp, n: u32, messy: bool) -> String {
    let number = &one.identity;
    match if messy { n % 9 } else { 0 } {
        3 => format!("身份证：{number}"),
        5 => format!("{} {} {}", &number[..6], &number[6..14], &number[14..]),
        7 => format!("{number}号"),
        8 => number.to_lowercase(),
        _ => number.clone(),
    }
}
