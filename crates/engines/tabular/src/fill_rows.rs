//! The part of a sheet: rows written, put in and moved down; what names places in the sheet follows them.

use std::collections::BTreeMap;

use crate::references::{At, Growth, adjusted_own, column_name, copied};
use crate::xml::{Kind, Piece, attribute, escaped, opened, pieces, plain, prefix, with_attributes};
use crate::{FillCell, TableFault};

pub(crate) struct Plan<'a> {
    pub growth: Growth,
    pub sheet: &'a str,
    pub columns: &'a [usize],
    pub rows: &'a [Vec<FillCell>],
}

struct Row<'a> {
    tag: String,
    /// By column from 1.
    cells: BTreeMap<u32, Cell>,
    /// As it stood, as long as nothing of it changed.
    raw: Option<&'a str>,
}

#[derive(Clone)]
struct Cell {
    tag: String,
    /// What stands between the tags; the closing tag is made.
    inner: String,
    formula: Option<String>,
}

/// Sheets of other makers may name every element with a prefix.
struct Names<'a> {
    prefix: &'a str,
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
    out += &crate::fill_rest::rest(&all[close + 1..], &fresh, plan)?;
    Ok((out, formulas))
}

fn rows_of<'a>(text: &'a str, inside: &[Piece<'a>]) -> Result<BTreeMap<u32, Row<'a>>, TableFault> {
    let mut rows = BTreeMap::new();
    let (mut number, mut at) = (0, 0);
    while let Some(piece) = inside.get(at) {
        at += 1;
        if !piece.opens("row") {
            continue;
        }
        let said = attribute(piece.raw, "r")?.map(|text| text.parse::<u32>());
        number = said
            .transpose()
            .map_err(|_error| TableFault::Damaged)?
            .unwrap_or(number + 1);
        let mut row = Row {
            tag: opened(piece.raw),
            cells: BTreeMap::new(),
            raw: None,
        };
        let mut to = piece.to();
        if piece.kind == Kind::Start {
            let end = inside[at..]
                .iter()
                .position(|one| one.name == "row" && one.kind == Kind::End);
            let end = at + end.ok_or(TableFault::Damaged)?;
            row.cells = cells_of(text, &inside[at..end])?;
            to = inside[end].to();
            at = end + 1;
        }
        row.raw = text
            .get(piece.from..to)
            .filter(|_| attribute(piece.raw, "r").is_ok_and(|r| r.is_some()));
        if rows.insert(number, row).is_some() {
            return Err(TableFault::Damaged);
        }
    }
    Ok(rows)
}

fn cells_of(text: &str, inside: &[Piece<'_>]) -> Result<BTreeMap<u32, Cell>, TableFault> {
    let mut cells = BTreeMap::new();
    let (mut column, mut at) = (0, 0);
    while let Some(piece) = inside.get(at) {
        at += 1;
        if !piece.opens("c") {
            continue;
        }
        let said = attribute(piece.raw, "r")?;
        let said = said.map(|r| {
            At::parse(&r)
                .and_then(|at| at.column)
                .ok_or(TableFault::Damaged)
        });
        column = said.transpose()?.map_or(column + 1, |(_, column)| column);
        let mut cell = Cell {
            tag: opened(piece.raw),
            inner: String::new(),
            formula: None,
        };
        if piece.kind == Kind::Start {
            let end = inside[at..]
                .iter()
                .position(|one| one.name == "c" && one.kind == Kind::End);
            let end = at + end.ok_or(TableFault::Damaged)?;
            cell.inner = text[piece.to()..inside[end].from].to_owned();
            if inside[at..end].iter().any(|one| one.opens("f")) {
                cell.formula = Some(String::new());
            }
            at = end + 1;
        }
        cells.insert(column, cell);
    }
    Ok(cells)
}

/// The formula element of a cell: its tag, and what it says.
fn formula_of(inner: &str) -> Result<Option<(String, String)>, TableFault> {
    let all = pieces(inner)?;
    let Some(at) = all.iter().position(|one| one.opens("f")) else {
        return Ok(None);
    };
    let end = all[at..]
        .iter()
        .find(|one| one.name == "f" && one.kind == Kind::End);
    let text = match end.filter(|_| all[at].kind == Kind::Start) {
        Some(end) => plain(&inner[all[at].to()..end.from])?,
        None => String::new(),
    };
    Ok(Some((all[at].raw.to_owned(), text)))
}

/// Every cell says its own formula, instead of sharing one that may be moved or written over. Whether there are any.
fn unshared(rows: &mut BTreeMap<u32, Row<'_>>) -> Result<bool, TableFault> {
    let mut masters: BTreeMap<String, (u32, u32, String)> = BTreeMap::new();
    let mut any = false;
    for (number, row) in rows.iter_mut() {
        for (column, cell) in row
            .cells
            .iter_mut()
            .filter(|(_, cell)| cell.formula.is_some())
        {
            any = true;
            let Some((tag, text)) = formula_of(&cell.inner)? else {
                continue;
            };
            let kind = attribute(&tag, "t")?.unwrap_or_default();
            let shared = attribute(&tag, "si")?.filter(|_| kind == "shared");
            let text = match shared.map(|si| (masters.get(&si).cloned(), si)) {
                Some((Some((from_row, from_column, master)), _)) if text.is_empty() => copied(
                    &master,
                    i64::from(*number) - i64::from(from_row),
                    i64::from(*column) - i64::from(from_column),
                ),
                Some((_, si)) => {
                    masters.insert(si, (*number, *column, text.clone()));
                    text
                }
                None => text,
            };
            // Arrays and tables of data keep their tag.
            let keeps = !kind.is_empty() && kind != "shared" && kind != "normal";
            cell.inner = if keeps {
                opened(&tag)
            } else {
                format!("<{}f>", prefix(&tag))
            };
            cell.formula = Some(text);
            row.raw = None;
        }
    }
    Ok(any)
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

type Template = (String, BTreeMap<u32, Cell>);

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
    let growth = &plan.growth;
    for (number, values) in (growth.first..).zip(plan.rows) {
        if !rows.contains_key(&number) {
            rows.insert(number, fresh_row(number, template, names, plan)?);
            fresh.push(number);
        }
        let Some(row) = rows.get_mut(&number) else {
            continue;
        };
        row.raw = None;
        row.tag = with_attributes(&row.tag, &[("spans", None)])?;
        for (column, value) in plan.columns.iter().zip(values) {
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

/// The style of the form's first row there, of that whole row, or of the whole column.
fn style(
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
fn fresh_row<'a>(
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
fn cell(
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
