//! Tables back into a workbook, for people to mend and hand in again.

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

/// A column of a workbook to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// In characters.
    pub width: u8,
    /// Stands out: what must be read.
    pub marked: bool,
}

/// A workbook of one sheet. Every cell is written as text, so that no content is ever a formula and no long number loses
/// its digits; the marks that make other programs calculate (`=`, `+`, `-`, `@`) are defused for those that read it as
/// CSV afterwards.
///
/// # Errors
/// A sentence in English for the log; only sizes beyond the form's own bounds lead to it.
pub fn write_workbook(
    sheet: &str,
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<Vec<u8>, String> {
    write_pages(columns, [(sheet, rows)])
}

/// The same of several sheets with the same columns.
///
/// # Errors
/// As [`write_workbook`].
pub fn write_pages<'a, R: IntoIterator<Item = Vec<String>>>(
    columns: &[Column],
    pages: impl IntoIterator<Item = (&'a str, R)>,
) -> Result<Vec<u8>, String> {
    written(columns, pages).map_err(|error| error.to_string())
}

fn written<'a, R: IntoIterator<Item = Vec<String>>>(
    columns: &[Column],
    pages: impl IntoIterator<Item = (&'a str, R)>,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The clock is not ours to read.
    let properties =
        DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?);
    book.set_properties(&properties);
    let mut named: Vec<String> = Vec::new();
    for (name, rows) in pages {
        let name = sheet_name(name, &named);
        let page = book.add_worksheet();
        page.set_name(&name)?;
        named.push(name.to_lowercase());
        fill_page(page, columns, rows)?;
    }
    book.save_to_buffer()
}

fn fill_page(
    page: &mut Worksheet,
    columns: &[Column],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<(), XlsxError> {
    let head = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00E8_EEEC));
    let text = Format::new().set_num_format("@");
    let marked = Format::new()
        .set_num_format("@")
        .set_font_color(Color::RGB(0x009C_1C1C))
        .set_align(FormatAlign::Top)
        .set_text_wrap();
    for (at, column) in (0u16..).zip(columns) {
        page.set_column_width(at, f64::from(column.width))?;
        page.write_string_with_format(0, at, &column.name, &head)?;
    }
    for (at, row) in (1u32..).zip(rows) {
        for (column, value) in (0u16..).zip(row) {
            if value.is_empty() {
                continue;
            }
            let is_marked = columns
                .get(usize::from(column))
                .is_some_and(|one| one.marked);
            let format = if is_marked { &marked } else { &text };
            page.write_string_with_format(at, column, defused(&value), format)?;
        }
    }
    page.set_freeze_panes(1, 0)?;
    Ok(())
}

/// At most 31 characters, none of `[]:*?/\`, and none of the names held already (in small letters).
fn sheet_name(name: &str, held: &[String]) -> String {
    let plain: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).collect();
    let kept = |most: usize| plain.chars().take(most).collect::<String>();
    let whole = match kept(31) {
        name if name.is_empty() => "1".to_owned(),
        name => name,
    };
    if !held.contains(&whole.to_lowercase()) {
        return whole;
    }
    let numbered = (2..).map(|n| format!("{} ({n})", kept(25)));
    let mut free = numbered.filter(|name| !held.contains(&name.to_lowercase()));
    free.next().unwrap_or(whole)
}

/// A text no program takes for a formula. A telephone number like +86 138… stays as it is.
#[must_use]
pub fn defused(text: &str) -> String {
    let dangerous = match text.chars().next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => !text
            .chars()
            .skip(1)
            .all(|c| c.is_ascii_digit() || " -().".contains(c)),
        _ => false,
    };
    let limited: String = text.chars().take(32_000).collect();
    if dangerous {
        format!("'{limited}")
    } else {
        limited
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;
    use crate::{Limits, read};

    #[test]
    fn nothing_is_a_formula() {
        assert_eq!(defused("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(defused("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(defused("-2+3+cmd"), "'-2+3+cmd");
        assert_eq!(defused("+86 138-0000-1111"), "+86 138-0000-1111");
    }

    #[test]
    fn no_two_sheets_have_one_name() {
        let held = ["1号楼".to_owned(), "ab".to_owned()];
        assert_eq!(sheet_name("1号楼", &held), "1号楼 (2)");
        assert_eq!(sheet_name("A[B]", &held), "AB (2)");
        assert_eq!(sheet_name("2号楼", &held), "2号楼");
        assert_eq!(sheet_name("?", &held), "1");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_written_is_read_back(
            rows in prop::collection::vec(prop::collection::vec("[一-龥a-z0-9 ]{1,8}", 3), 1..20)
        ) {
            let columns = ["甲", "乙", "丙"].map(|name| Column { name: name.into(), width: 10, marked: false });
            let bytes = write_workbook("表", &columns, rows.clone()).unwrap();
            let book = read(&bytes, &Limits::default()).unwrap();
            let lines = &book.sheets[0].lines;
            for (at, row) in (2u32..).zip(&rows) {
                let cells: Vec<String> = (0..3).map(|column| {
                    let line = lines.iter().find(|line| line.number == at);
                    line.map_or_else(String::new, |line| line.cell(column).shown())
                }).collect();
                let trimmed: Vec<String> = row.iter().map(|text| text.trim().to_owned()).collect();
                prop_assert_eq!(cells, trimmed);
            }
        }
    }
}
