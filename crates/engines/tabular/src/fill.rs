//! Fills a blank form in its own layout: the values go into the sheet, everything else stays as whoever made the form
//! left it (ISO/IEC 29500: only the part of the sheet, and what of the workbook depends on it, is written anew).
//!
//! What lies in parts of its own and points into the sheet moves with the rows: see `fill_around`.

use crate::fill_around::around;
use crate::fill_days::day_styles;
use crate::fill_rows::{Plan, filled};
use crate::package::{Package, RELATIONS, TYPES, WORKBOOK};
use crate::references::{Growth, adjusted};
use crate::xml::{Kind, attribute, escaped, pieces, plain, prefix, with_attributes};
use crate::{Limits, TableFault};

/// Rows of a sheet there can be at all.
pub(crate) const MOST_ROWS: u32 = 1_048_576;
const MOST_COLUMNS: usize = 16_384;

/// What goes into a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum FillCell {
    /// The cell stays, or becomes, empty.
    #[default]
    Empty,
    /// Text whatever it begins with; never a formula.
    Text(String),
    Number(f64),
    /// A day, shown as one; where the workbook has no styles at all, as text.
    Day(jiff::civil::Date),
    /// The cell stays as it is.
    Kept,
}

/// Writes rows into the sheet [`crate::read`] gives at this place: from `first_row` on (counted as [`crate::Line`] does),
/// each value into the column of the same place in `columns`. Rows beyond the `free_rows` are put in before what stands
/// below them, in the style of the first one. Formulas of the sheet lose their last results, for programs to count anew.
///
/// # Errors
/// The kind of fault by its name: no workbook, protected, with macros, no such sheet, more rows than fit; `NoColumns` for
/// columns no sheet has.
pub fn fill(
    bytes: &[u8],
    sheet: usize,
    first_row: u32,
    free_rows: u32,
    columns: &[usize],
    rows: &[Vec<FillCell>],
    limits: &Limits,
) -> Result<Vec<u8>, TableFault> {
    let mut package = Package::open(bytes, sheet, limits)?;
    if columns.iter().any(|column| *column >= MOST_COLUMNS) || first_row == 0 {
        return Err(TableFault::NoColumns);
    }
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let most = limits.rows.min(MOST_ROWS);
    if count > most || first_row.saturating_add(count) > MOST_ROWS {
        return Err(TableFault::TooManyRows { most });
    }
    if rows.is_empty() {
        return Ok(bytes.to_vec());
    }
    let growth = Growth {
        first: first_row,
        below: first_row.saturating_add(free_rows),
        shift: count.saturating_sub(free_rows),
        last: first_row + count - 1,
    };
    let name = package.sheet.clone();
    let formulas_moved = written(&mut package, first_row, growth, columns, rows)?;
    let workbook = package.text(WORKBOOK)?;
    let workbook = named_areas(&workbook, &name, &growth)?;
    package.set(WORKBOOK, counted_anew(&workbook)?);
    around(&mut package, &growth)?;
    if formulas_moved {
        forget_chain(&mut package)?;
    }
    package.save()
}

/// Writes single cells into the sheet, each at its row (counted as [`crate::Line`] does) and column; every other cell
/// stays where and what it is.
///
/// # Errors
/// As [`fill`].
pub fn fill_places(
    bytes: &[u8],
    sheet: usize,
    places: &[(u32, usize)],
    values: &[FillCell],
    limits: &Limits,
) -> Result<Vec<u8>, TableFault> {
    let mut package = Package::open(bytes, sheet, limits)?;
    let outside =
        |(row, column): &(u32, usize)| *row == 0 || *row > MOST_ROWS || *column >= MOST_COLUMNS;
    if places.iter().any(outside) {
        return Err(TableFault::NoColumns);
    }
    let rows: Vec<u32> = places.iter().map(|(row, _)| *row).collect();
    let (Some(from), Some(to)) = (rows.iter().min(), rows.iter().max()) else {
        return Ok(bytes.to_vec());
    };
    let mut columns: Vec<usize> = places.iter().map(|(_, column)| *column).collect();
    columns.sort_unstable();
    columns.dedup();
    let mut cells = vec![vec![FillCell::Kept; columns.len()]; (to - from) as usize + 1];
    for ((row, column), value) in places.iter().zip(values) {
        let at = columns.iter().position(|one| one == column);
        let line = cells.get_mut((row - from) as usize);
        if let Some(cell) = line.zip(at).and_then(|(line, at)| line.get_mut(at)) {
            *cell = value.clone();
        }
    }
    // No row is put in, so nothing follows one.
    let still = Growth {
        first: u32::MAX,
        below: u32::MAX,
        shift: 0,
        last: 0,
    };
    if written(&mut package, *from, still, &columns, &cells)? {
        forget_chain(&mut package)?;
    }
    let workbook = package.text(WORKBOOK)?;
    package.set(WORKBOOK, counted_anew(&workbook)?);
    package.save()
}

/// Writes rows into the part of the sheet; whether formulas moved or went.
fn written(
    package: &mut Package<'_>,
    from: u32,
    growth: Growth,
    columns: &[usize],
    rows: &[Vec<FillCell>],
) -> Result<bool, TableFault> {
    let (name, part) = (package.sheet.clone(), package.part.clone());
    let text = package.text(&part)?;
    let mut all = rows.iter().flatten();
    let days = match all.any(|cell| matches!(cell, FillCell::Day(_))) {
        true => day_styles(package)?,
        false => None,
    };
    let plan = Plan {
        days,
        growth,
        from,
        sheet: &name,
        columns,
        rows,
    };
    let (text, formulas_moved) = filled(&text, &plan)?;
    package.set(&part, text);
    Ok(formulas_moved)
}

/// Names of the workbook that point into the sheet, its print area among them.
fn named_areas(workbook: &str, sheet: &str, growth: &Growth) -> Result<String, TableFault> {
    let mut out = String::with_capacity(workbook.len());
    let mut inside: Option<String> = None;
    for piece in pieces(workbook)? {
        if piece.name == "definedName" {
            if let Some(raw) = inside.take() {
                let before = plain(&raw)?;
                let after = adjusted(&before, Some(sheet), growth, true);
                out += &if after == before {
                    raw
                } else {
                    escaped(&after)
                };
            }
            if piece.kind == Kind::Start {
                inside = Some(String::new());
            }
            out += piece.raw;
        } else if let Some(raw) = &mut inside {
            raw.push_str(piece.raw);
        } else {
            out += piece.raw;
        }
    }
    Ok(out)
}

/// Elements of a workbook that stand after `calcPr`.
const AFTER_CALC: [&str; 9] = [
    "oleSize",
    "customWorkbookViews",
    "pivotCaches",
    "smartTagPr",
    "smartTagTypes",
    "webPublishing",
    "fileRecoveryPr",
    "webPublishObjects",
    "extLst",
];

/// Programs count all formulas when they open the workbook.
fn counted_anew(workbook: &str) -> Result<String, TableFault> {
    let pieces = pieces(workbook)?;
    let set = [("fullCalcOnLoad", Some("1"))];
    if let Some(piece) = pieces.iter().find(|one| one.opens("calcPr")) {
        let tag = with_attributes(piece.raw, &set)?;
        return Ok(format!(
            "{}{tag}{}",
            &workbook[..piece.from],
            &workbook[piece.to()..]
        ));
    }
    let ends = |one: &&crate::xml::Piece<'_>| one.name == "workbook" && one.kind == Kind::End;
    let after = pieces
        .iter()
        .find(|one| AFTER_CALC.iter().any(|name| one.opens(name)));
    let next = after
        .or_else(|| pieces.iter().find(ends))
        .ok_or(TableFault::Damaged)?;
    let prefix = prefix(next.raw);
    let (before, after) = workbook.split_at(next.from);
    Ok(format!(
        "{before}<{prefix}calcPr fullCalcOnLoad=\"1\"/>{after}"
    ))
}

/// The order of counting names cells with formulas; a wrong one is a damaged workbook, none is no loss.
fn forget_chain(package: &mut Package<'_>) -> Result<(), TableFault> {
    const CHAIN: &str = "xl/calcChain.xml";
    if !package.has(CHAIN) {
        return Ok(());
    }
    package.leave_out(CHAIN);
    for (part, key) in [(TYPES, "PartName"), (RELATIONS, "Target")] {
        let text = package.text(part)?;
        let mut out = String::with_capacity(text.len());
        for piece in pieces(&text)? {
            let names = matches!(piece.kind, Kind::Empty)
                && attribute(piece.raw, key)?.is_some_and(|value| value.ends_with("calcChain.xml"));
            if !names {
                out += piece.raw;
            }
        }
        package.set(part, out);
    }
    Ok(())
}
