//! A workbook of several sheets for another program: cells are text and stay as they are.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

/// A sheet to write: names of columns, then rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetOut {
    /// At most 31 characters, none of `[]:*?/\`.
    pub name: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Every cell is a string cell, so no content is ever a formula; unlike in [`crate::write_workbook`] nothing is put before
/// it, because a program reads it back.
///
/// # Errors
/// A sentence in English for the log; only sizes and names beyond the form's own bounds lead to it.
pub fn write_sheets(sheets: &[SheetOut]) -> Result<Vec<u8>, String> {
    written(sheets).map_err(|error| error.to_string())
}

fn written(sheets: &[SheetOut]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The clock is not ours to read.
    let properties =
        DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?);
    book.set_properties(&properties);
    let head = Format::new().set_bold();
    let text = Format::new().set_num_format("@");
    for sheet in sheets {
        let page = book.add_worksheet();
        page.set_name(&sheet.name)?;
        for (at, name) in (0u16..).zip(&sheet.columns) {
            page.set_column_width(at, 24.0)?;
            page.write_string_with_format(0, at, name, &head)?;
        }
        for (at, row) in (1u32..).zip(&sheet.rows) {
            for (column, value) in (0u16..).zip(row).filter(|(_, value)| !value.is_empty()) {
                page.write_string_with_format(at, column, value, &text)?;
            }
        }
        page.set_freeze_panes(1, 0)?;
    }
    book.save_to_buffer()
}
