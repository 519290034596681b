//! What lies in parts of its own and points into a filled sheet: tables, notes, drawings, charts, pivot tables, formulas of
//! other sheets. When rows are put in, they move as the cells do (ISO/IEC 29500; notes' boxes by the older VML).
//!
//! Some things cannot be moved so ([`left_behind`]): whoever fills the form is told before.

use crate::fill::MOST_ROWS;
use crate::package::Package;
use crate::references::{Growth, adjusted};
use crate::xml::{Kind, Piece, attribute, escaped, pieces, plain, with_attributes};
use crate::{Limits, TableFault};

/// What keeps its place when rows are put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftBehind {
    /// Buttons, check boxes, embedded objects.
    Controls,
    /// Formulas of other sheets that are written once for many cells.
    Formulas,
}

impl LeftBehind {
    /// Stable word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Controls => "controls",
            Self::Formulas => "formulas",
        }
    }
}

/// What would not move if this form was filled with more rows than are free; nothing where nothing lies around.
///
/// # Errors
/// As [`crate::fill`].
pub fn left_behind(
    bytes: &[u8],
    sheet: usize,
    limits: &Limits,
) -> Result<Vec<LeftBehind>, TableFault> {
    let mut package = Package::open(bytes, sheet, limits)?;
    let mut found = Vec::new();
    let own = package.part.clone();
    let text = package.text(&own)?;
    let held = |one: &Piece<'_>| one.opens("controls") || one.opens("oleObjects");
    if pieces(&text)?.iter().any(held) {
        found.push(LeftBehind::Controls);
    }
    let name = package.sheet.clone();
    for part in package.parts("xl/worksheets/", ".xml") {
        if part == own {
            continue;
        }
        let text = package.text(&part)?;
        if shared_into(&text, &name)? {
            found.push(LeftBehind::Formulas);
            break;
        }
    }
    Ok(found)
}

/// Whether a formula that is written once for many cells points into the sheet.
fn shared_into(text: &str, sheet: &str) -> Result<bool, TableFault> {
    let all = Growth {
        first: 1,
        below: 1,
        shift: 1,
        last: 1,
    };
    let mut shared = false;
    for piece in pieces(text)? {
        match piece.kind {
            Kind::Start if piece.name == "f" => {
                shared = attribute(piece.raw, "t")?.as_deref() == Some("shared");
            }
            Kind::Other if shared => {
                let before = plain(piece.raw)?;
                if adjusted(&before, Some(sheet), &all, true) != before {
                    return Ok(true);
                }
            }
            _ => shared = false,
        }
    }
    Ok(false)
}

/// Moves what lies around the sheet.
pub(crate) fn around(package: &mut Package<'_>, growth: &Growth) -> Result<(), TableFault> {
    if growth.shift == 0 {
        return Ok(());
    }
    let own = package.part.clone();
    for (kind, part) in package.related(&own)? {
        let text = match kind.as_str() {
            "table" => placed(
                &package.text(&part)?,
                &["table", "autoFilter"],
                growth,
                true,
            )?,
            "comments" => placed(&package.text(&part)?, &["comment"], growth, false)?,
            "threadedComment" => {
                placed(&package.text(&part)?, &["threadedComment"], growth, false)?
            }
            "pivotTable" => placed(&package.text(&part)?, &["location"], growth, false)?,
            "drawing" => anchors(&package.text(&part)?, growth)?,
            "vmlDrawing" => boxes(&package.text(&part)?, growth)?,
            _ => continue,
        };
        package.set(&part, text);
    }
    elsewhere(package, &own, growth)
}

/// Formulas of other sheets and charts, and where pivot tables have their data.
fn elsewhere(package: &mut Package<'_>, own: &str, growth: &Growth) -> Result<(), TableFault> {
    let sheet = package.sheet.clone();
    let mut parts = package.parts("xl/worksheets/", ".xml");
    parts.extend(package.parts("xl/charts/", ".xml"));
    for part in parts.into_iter().filter(|part| part != own) {
        let text = package.text(&part)?;
        let now = formulas(&text, &sheet, growth)?;
        if now != text {
            package.set(&part, now);
        }
    }
    for part in package.parts("xl/pivotCache/pivotCacheDefinition", ".xml") {
        let text = package.text(&part)?;
        let mut out = String::with_capacity(text.len());
        for piece in pieces(&text)? {
            let ours = piece.opens("worksheetSource")
                && attribute(piece.raw, "sheet")?.as_deref() == Some(&sheet);
            out += &if ours {
                moved_ref(&piece, growth, true)?
            } else {
                piece.raw.to_owned()
            };
        }
        package.set(&part, out);
    }
    Ok(())
}

/// Elements whose text is a formula, in sheets and charts.
const FORMULAS: [&str; 4] = ["f", "formula", "formula1", "formula2"];

fn formulas(text: &str, sheet: &str, growth: &Growth) -> Result<String, TableFault> {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for piece in pieces(text)? {
        if inside && piece.kind == Kind::Other {
            let before = plain(piece.raw)?;
            let now = adjusted(&before, Some(sheet), growth, true);
            out += &if now == before {
                piece.raw.to_owned()
            } else {
                escaped(&now)
            };
            continue;
        }
        if FORMULAS.contains(&piece.name) {
            // A formula written once for many cells moves for none of them; see `left_behind`.
            let shared = attribute(piece.raw, "t");
            let shared = piece.kind == Kind::Start && shared?.as_deref() == Some("shared");
            inside = piece.kind == Kind::Start && !shared;
        }
        out += piece.raw;
    }
    Ok(out)
}

/// Elements that say in `ref` where they lie.
fn placed(text: &str, names: &[&str], growth: &Growth, wide: bool) -> Result<String, TableFault> {
    let mut out = String::with_capacity(text.len() + 32);
    for piece in pieces(text)? {
        out += &if names.iter().any(|name| piece.opens(name)) {
            moved_ref(&piece, growth, wide)?
        } else {
            piece.raw.to_owned()
        };
    }
    Ok(out)
}

fn moved_ref(piece: &Piece<'_>, growth: &Growth, wide: bool) -> Result<String, TableFault> {
    let Some(before) = attribute(piece.raw, "ref")? else {
        return Ok(piece.raw.to_owned());
    };
    let now = growth.area(&before, wide);
    with_attributes(piece.raw, &[("ref", Some(&now))])
}

/// Rows of drawings are counted from 0.
fn down(row: u32, growth: &Growth) -> u32 {
    let row = row.min(MOST_ROWS - 1);
    growth.row(row + 1) - 1
}

/// Pictures, shapes and charts hang between two cells, or from one; those that say so keep their size or their place.
fn anchors(text: &str, growth: &Growth) -> Result<String, TableFault> {
    let mut out = String::with_capacity(text.len());
    let mut how = String::new();
    let (mut in_row, mut at_end) = (false, false);
    let mut by = 0;
    for piece in pieces(text)? {
        match (piece.name, piece.kind) {
            ("twoCellAnchor" | "oneCellAnchor" | "absoluteAnchor", Kind::Start) => {
                how = attribute(piece.raw, "editAs")?.unwrap_or_default();
                by = 0;
            }
            ("from" | "to", Kind::Start) => at_end = piece.name == "to",
            ("row", _) => in_row = piece.kind == Kind::Start,
            _ => {}
        }
        let row = piece.raw.trim().parse::<u32>();
        match row {
            Ok(row) if in_row && piece.kind == Kind::Other && how != "absolute" => {
                let now = if at_end && how == "oneCell" {
                    row.saturating_add(by)
                } else {
                    down(row, growth)
                };
                if !at_end {
                    by = now - row.min(now);
                }
                out += &now.to_string();
            }
            _ => out += piece.raw,
        }
    }
    Ok(out)
}

/// The boxes of notes: the row each belongs to, and between which rows it is drawn.
fn boxes(text: &str, growth: &Growth) -> Result<String, TableFault> {
    let mut out = String::with_capacity(text.len());
    let mut inside = "";
    for piece in pieces(text)? {
        match piece.kind {
            Kind::Start => inside = piece.name,
            Kind::End => inside = "",
            Kind::Other if inside == "Row" => {
                if let Ok(row) = piece.raw.trim().parse::<u32>() {
                    out += &down(row, growth).to_string();
                    continue;
                }
            }
            Kind::Other if inside == "Anchor" => {
                if let Some(now) = anchor(piece.raw, growth) {
                    out += &now;
                    continue;
                }
            }
            _ => {}
        }
        out += piece.raw;
    }
    Ok(out)
}

/// Left column and offset, top row and offset, right column and offset, bottom row and offset.
fn anchor(text: &str, growth: &Growth) -> Option<String> {
    let numbers: Option<Vec<u32>> = text
        .split(',')
        .map(|number| number.trim().parse().ok())
        .collect();
    let mut numbers = numbers.filter(|all| all.len() == 8)?;
    let (top, bottom) = (*numbers.get(2)?, *numbers.get(6)?);
    let now = down(top, growth);
    *numbers.get_mut(2)? = now;
    *numbers.get_mut(6)? = bottom.saturating_add(now - top.min(now));
    let all: Vec<String> = numbers.iter().map(u32::to_string).collect();
    Some(all.join(", "))
}
