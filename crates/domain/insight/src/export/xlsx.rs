//! A workbook: the definition on the first sheet, the figures on the second. Texts are written as texts, never as formulas.

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use youlin_web::Shell;

use super::{Sheet, Written, broken};

/// Characters of the widest column.
const WIDEST: f64 = 60.0;

pub(super) fn write(s: &Shell, sheet: &Sheet) -> Written {
    build(s, sheet).map_err(broken)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of a workbook are floating point; counts stay far below 2^53"
)]
fn build(s: &Shell, sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let first = book.add_worksheet();
    first.set_name(s.t("insight-sheet-definition"))?;
    first.set_column_width(0, 24)?;
    first.set_column_width(1, WIDEST)?;
    for (row, (name, said)) in (0u32..).zip(&sheet.definition) {
        first.write_string_with_format(row, 0, name, &bold)?;
        first.write_string(row, 1, said)?;
    }
    let second = book.add_worksheet();
    second.set_name(s.t("insight-sheet-figures"))?;
    for (column, name) in (0u16..).zip(sheet.groups.iter().chain(&sheet.columns)) {
        second.write_string_with_format(0, column, name, &bold)?;
        second.set_column_width(column, 20)?;
    }
    second.set_freeze_panes(1, 0)?;
    // Set in bold, so that no total is taken for one of the lines it is over.
    let plain = Format::new();
    for (row, (line, total)) in (1u32..).zip(sheet.read()) {
        let format = if total { &bold } else { &plain };
        let mut column = 0u16;
        for name in &line.names {
            second.write_string_with_format(row, column, name, format)?;
            column += 1;
        }
        second.write_number_with_format(row, column, line.count as f64, format)?;
        column += 1;
        if let Some(part) = line.part {
            second.write_number_with_format(row, column, part as f64, format)?;
            column += 1;
        }
        // A share stays as it is read: rounded once, in whole numbers.
        match line.value {
            Some(value) if line.part.is_none() => {
                second.write_number_with_format(row, column, value, format)?
            }
            Some(_) => second.write_string_with_format(row, column, &line.text, format)?,
            None if line.text.is_empty() => second,
            None => second.write_number_with_format(row, column, line.count as f64, format)?,
        };
    }
    book.save_to_buffer()
}
