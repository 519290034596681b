//! The rows and cells of a sheet taken apart, for [`crate::fill`].

use std::collections::BTreeMap;

use crate::TableFault;
use crate::references::{At, copied};
use crate::xml::{Kind, Piece, attribute, opened, pieces, plain, prefix};

pub(crate) struct Row<'a> {
    pub tag: String,
    /// By column from 1.
    pub cells: BTreeMap<u32, Cell>,
    /// As it stood, as long as nothing of it changed.
    pub raw: Option<&'a str>,
}

#[derive(Clone)]
pub(crate) struct Cell {
    pub tag: String,
    /// What stands between the tags; the closing tag is made.
    pub inner: String,
    pub formula: Option<String>,
}

pub(crate) fn rows_of<'a>(
    text: &'a str,
    inside: &[Piece<'a>],
) -> Result<BTreeMap<u32, Row<'a>>, TableFault> {
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
pub(crate) fn unshared(rows: &mut BTreeMap<u32, Row<'_>>) -> Result<bool, TableFault> {
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
