//! Cells and rows made anew, as the first row of the form has them, for [`crate::fill`].

use std::collections::BTreeMap;

use crate::fill_days::DayStyles;
use crate::fill_parse::{Cell, Row};
use crate::fill_rows::Plan;
use crate::references::{adjusted_own, column_name, copied};
use crate::xml::{attribute, escaped, with_attributes};
use crate::{FillCell, TableFault};

/// Sheets of other makers may name every element with a prefix.
pub(crate) struct Names<'a> {
    pub prefix: &'a str,
    pub days: Option<DayStyles>,
}

/// The first row of the form: its tag and its cells.
pub(crate) type Template = (String, BTreeMap<u32, Cell>);

/// The style of the form's first row there, of that whole row, or of the whole column.
pub(crate) fn style(
    column: u32,
    template: Option<&Template>,
    columns: &[(u32, u32, String)],
) -> Result<Option<String>, TableFault> {
    if let Some((tag, cells)) = template {
        if let Some(cell) = cells.get(&column) {
            return attribute(&cell.tag, "s");
        }
        if attribute(tag, "customFormat")?.is_some_and(|yes| yes == "1" || yes == "true") {
            return attribute(tag, "s");
        }
    }
    let found = columns
        .iter()
        .find(|(from, to, _)| (*from..=*to).contains(&column));
    Ok(found.map(|(_, _, style)| style.clone()))
}

/// A row like the first one: its height, its styles, its formulas.
pub(crate) fn fresh_row<'a>(
    number: u32,
    template: Option<&Template>,
    names: &Names<'_>,
    plan: &Plan<'_>,
) -> Result<Row<'a>, TableFault> {
    let p = names.prefix;
    let place = number.to_string();
    let Some((tag, cells)) = template else {
        let tag = format!("<{p}row r=\"{place}\">");
        return Ok(Row {
            tag,
            cells: BTreeMap::new(),
            raw: None,
        });
    };
    let tag = with_attributes(
        tag,
        &[
            ("r", Some(&place)),
            ("spans", None),
            ("hidden", None),
            ("collapsed", None),
        ],
    )?;
    let mut row = Row {
        tag,
        cells: BTreeMap::new(),
        raw: None,
    };
    let growth = &plan.growth;
    let down = i64::from(number) - i64::from(growth.first);
    for (column, like) in cells {
        let style = attribute(&like.tag, "s")?;
        let mut one = cell(&FillCell::Empty, number, *column, style.as_deref(), names);
        // Sums that stand where the first row would be are no formula of a row.
        let formula = like
            .formula
            .as_ref()
            .filter(|_| growth.below > growth.first && like.inner == format!("<{p}f>"));
        if let Some(formula) = formula {
            let formula = copied(&adjusted_own(formula, plan.sheet, growth, false), down, 0);
            let mut with = one.unwrap_or_else(|| bare(number, *column, None, names));
            with.inner.clone_from(&like.inner);
            with.formula = Some(formula);
            one = Some(with);
        }
        if let Some(one) = one {
            row.cells.insert(*column, one);
        }
    }
    Ok(row)
}

fn bare(row: u32, column: u32, style: Option<&str>, names: &Names<'_>) -> Cell {
    let style = style.map_or_else(String::new, |style| format!(" s=\"{}\"", escaped(style)));
    let tag = format!(
        "<{}c r=\"{}{row}\"{style}>",
        names.prefix,
        column_name(column)
    );
    Cell {
        tag,
        inner: String::new(),
        formula: None,
    }
}

/// `None`: an empty cell without a style is no cell.
pub(crate) fn cell(
    value: &FillCell,
    row: u32,
    column: u32,
    style: Option<&str>,
    names: &Names<'_>,
) -> Option<Cell> {
    let p = names.prefix;
    let mut cell = bare(row, column, style, names);
    match value {
        FillCell::Text(text) if !text.is_empty() => {
            cell.tag = cell.tag.replace('>', " t=\"inlineStr\">");
            cell.inner = format!(
                "<{p}is><{p}t xml:space=\"preserve\">{}</{p}t></{p}is>",
                escaped(&kept(text))
            );
        }
        FillCell::Number(number) if number.is_finite() => {
            cell.inner = format!("<{p}v>{number}</{p}v>")
        }
        FillCell::Day(day) => {
            let dated = names
                .days
                .and_then(|days| Some((days.beside(style)?, days.serial(*day)?)));
            match dated {
                Some((style, serial)) => {
                    cell = bare(row, column, Some(&style), names);
                    cell.inner = format!("<{p}v>{serial}</{p}v>");
                }
                None => {
                    let text = FillCell::Text(day.to_string());
                    return self::cell(&text, row, column, style, names);
                }
            }
        }
        _ if style.is_none() => return None,
        _ => {}
    }
    Some(cell)
}

/// As much as a cell holds (32 767 units of UTF-16). `_x0041_` would be read as a character by its number.
fn kept(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(text.len());
    let mut units = 0;
    for (at, c) in text.char_indices() {
        let code = text.as_bytes().get(at..at + 7).is_some_and(|part| {
            part.starts_with(b"_x")
                && part[6] == b'_'
                && part[2..6].iter().all(u8::is_ascii_hexdigit)
        });
        units += if code { 7 } else { c.len_utf16() };
        if units > 32_767 {
            break;
        }
        out.push_str(if code { "_x005F_" } else { "" });
        if !code {
            out.push(c);
        }
    }
    out
}
