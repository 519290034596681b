//! The part of a sheet: rows written, put in and moved down; what names places in the sheet follows them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::fill_cells::{Names, Template, cell, fresh_row, style};
use crate::fill_days::DayStyles;
use crate::fill_parse::{Row, rows_of, unshared};
use crate::fill_rest::rest;
use crate::references::{At, Growth, adjusted_own, column_name};
use crate::xml::{Kind, Piece, attribute, escaped, opened, pieces, prefix, with_attributes};
use crate::{FillCell, TableFault};

pub(crate) struct Plan<'a> {
    pub days: Option<DayStyles>,
    pub growth: Growth,
    /// The row the first of the rows goes into.
    pub from: u32,
    pub sheet: &'a str,
    pub columns: &'a [usize],
    pub rows: &'a [Vec<FillCell>],
}

/// The sheet filled, and whether formulas moved or went.
pub(crate) fn filled(text: &str, plan: &Plan<'_>) -> Result<(String, bool), TableFault> {
    let all = pieces(text)?;
    let open = all
        .iter()
        .position(|one| one.opens("sheetData"))
        .ok_or(TableFault::Damaged)?;
    let close = match all[open].kind {
        Kind::Empty => open,
        _ => all
            .iter()
            .position(|one| one.name == "sheetData" && one.kind == Kind::End)
            .ok_or(TableFault::Damaged)?,
    };
    let names = Names {
        prefix: prefix(all[open].raw),
        days: plan.days,
    };
    let inside = all.get(open + 1..close).unwrap_or_default();
    let mut rows = rows_of(text, inside)?;
    let mut formulas = unshared(&mut rows)?;
    let styles = column_styles(&all[..open])?;
    let template = rows
        .get(&plan.growth.first)
        .map(|row| (row.tag.clone(), row.cells.clone()));
    let mut rows = moved(rows, plan)?;
    let fresh = written(
        &mut rows,
        template.as_ref(),
        &styles,
        &names,
        plan,
        &mut formulas,
    )?;
    let mut out = head(&all[..open], &rows, plan)?;
    out += &opened(all[open].raw);
    let p = names.prefix;
    for row in rows.values() {
        row_text(row, p, &mut out);
    }
    out += &format!("</{p}sheetData>");
    out += &rest(&all[close + 1..], &fresh, plan)?;
    Ok((out, formulas))
}

/// Rows below the free ones take their new numbers; formulas follow.
fn moved<'a>(
    rows: BTreeMap<u32, Row<'a>>,
    plan: &Plan<'_>,
) -> Result<BTreeMap<u32, Row<'a>>, TableFault> {
    let growth = &plan.growth;
    let mut out = BTreeMap::new();
    for (number, mut row) in rows {
        let to = growth.row(number);
        if to > crate::fill::MOST_ROWS {
            return Err(TableFault::TooManyRows {
                most: crate::fill::MOST_ROWS,
            });
        }
        for (column, cell) in &mut row.cells {
            if let Some(formula) = &mut cell.formula {
                *formula = adjusted_own(formula, plan.sheet, growth, !growth.is_data(number));
                if let Some(area) = attribute(&cell.inner, "ref")? {
                    let area = growth.area(&area, false);
                    cell.inner = with_attributes(&cell.inner, &[("ref", Some(&area))])?;
                }
                cell.tag = with_attributes(&cell.tag, &[("t", None)])?;
            }
            if to != number || row.raw.is_none() {
                let place = format!("{}{to}", column_name(*column));
                cell.tag = with_attributes(&cell.tag, &[("r", Some(&place))])?;
            }
        }
        if to != number || row.raw.is_none() {
            row.tag = with_attributes(&row.tag, &[("r", Some(&to.to_string()))])?;
            row.raw = None;
        }
        out.insert(to, row);
    }
    Ok(out)
}

/// Styles that whole columns have: from, to, style.
fn column_styles(head: &[Piece<'_>]) -> Result<Vec<(u32, u32, String)>, TableFault> {
    let mut found = Vec::new();
    for piece in head.iter().filter(|one| one.opens("col")) {
        let number = |name| {
            attribute(piece.raw, name).map(|text| text.and_then(|text| text.parse::<u32>().ok()))
        };
        if let (Some(from), Some(to), Some(style)) = (
            number("min")?,
            number("max")?,
            attribute(piece.raw, "style")?,
        ) {
            found.push((from, to, style));
        }
    }
    Ok(found)
}

/// Writes the values. The numbers of the rows that were not there before.
fn written(
    rows: &mut BTreeMap<u32, Row<'_>>,
    template: Option<&Template>,
    columns: &[(u32, u32, String)],
    names: &Names<'_>,
    plan: &Plan<'_>,
    formulas: &mut bool,
) -> Result<Vec<u32>, TableFault> {
    let mut fresh = Vec::new();
    for (number, values) in (plan.from..).zip(plan.rows) {
        if values.iter().all(|value| *value == FillCell::Kept) {
            continue;
        }
        let row = match rows.entry(number) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(free) => {
                fresh.push(number);
                free.insert(fresh_row(number, template, names, plan)?)
            }
        };
        row.raw = None;
        row.tag = with_attributes(&row.tag, &[("spans", None)])?;
        let written = plan.columns.iter().zip(values);
        for (column, value) in written.filter(|(_, value)| **value != FillCell::Kept) {
            let column = u32::try_from(*column + 1).unwrap_or(u32::MAX);
            let held = row.cells.get(&column);
            *formulas |= held.is_some_and(|cell| cell.formula.is_some());
            let style = match held {
                Some(cell) => attribute(&cell.tag, "s")?,
                None => style(column, template, columns)?,
            };
            match cell(value, number, column, style.as_deref(), names) {
                Some(cell) => row.cells.insert(column, cell),
                None => row.cells.remove(&column),
            };
        }
    }
    Ok(fresh)
}

fn row_text(row: &Row<'_>, p: &str, out: &mut String) {
    if let Some(raw) = row.raw {
        out.push_str(raw);
        return;
    }
    out.push_str(&row.tag);
    for cell in row.cells.values() {
        out.push_str(&cell.tag);
        out.push_str(&cell.inner);
        if let Some(formula) = &cell.formula {
            out.push_str(&escaped(formula));
            out.push_str(&format!("</{p}f>"));
        }
        out.push_str(&format!("</{p}c>"));
    }
    out.push_str(&format!("</{p}row>"));
}

/// What stands before the rows, with the sheet's size put right.
fn head(
    before: &[Piece<'_>],
    rows: &BTreeMap<u32, Row<'_>>,
    plan: &Plan<'_>,
) -> Result<String, TableFault> {
    let mut out = String::new();
    for piece in before {
        match attribute(piece.raw, "ref")
            .ok()
            .flatten()
            .filter(|_| piece.opens("dimension"))
        {
            Some(area) => {
                let area = size(&plan.growth.area(&area, true), rows);
                out += &with_attributes(piece.raw, &[("ref", Some(&area))])?;
            }
            None => out += piece.raw,
        }
    }
    Ok(out)
}

fn size(said: &str, rows: &BTreeMap<u32, Row<'_>>) -> String {
    let (from, to) = said.split_once(':').unwrap_or((said, said));
    let ends = [from, to].map(|end| At::parse(end).and_then(|at| Some((at.row?.1, at.column?.1))));
    let [Some((mut top, mut left)), Some((mut bottom, mut right))] = ends else {
        return said.to_owned();
    };
    for (number, row) in rows {
        if let (Some((first, _)), Some((last, _))) =
            (row.cells.first_key_value(), row.cells.last_key_value())
        {
            (top, bottom) = (top.min(*number), bottom.max(*number));
            (left, right) = (left.min(*first), right.max(*last));
        }
    }
    format!("{}{top}:{}{bottom}", column_name(left), column_name(right))
}
