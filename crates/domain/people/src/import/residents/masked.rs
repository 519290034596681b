//! A star in a cell is no datum: lists leave this house with what is hidden covered, and a covered value must never take the
//! place of a clear one.

use youlin_imports::Refused;
use youlin_imports::tabular::Cell;

use super::read::Cells;

/// Fields in which no star can be meant. An identity number has a refusal of its own.
const FIELDS: [&str; 16] = [
    "name",
    "birth",
    "birth_year",
    "birth_month",
    "birth_day",
    "sex",
    "phone",
    "address",
    "estate",
    "building",
    "entrance",
    "room",
    "relation",
    "labels",
    "second_home",
    "language",
];

/// # Errors
/// `sheet-covered` with the column.
pub(super) fn none_covered(cells: &Cells<'_>) -> Result<(), Refused> {
    let is_star = |c: char| matches!(c, '*' | '＊');
    for field in FIELDS {
        let covered = |cell: &Cell| matches!(cell, Cell::Text(text) if text.contains(is_star));
        if cells.all(field).any(covered) {
            return Err(cells.refuse(field, "sheet-covered"));
        }
    }
    // A note may begin with a star of its own.
    let stars = |text: &str| {
        let next = text.chars().skip(1);
        text.chars()
            .zip(next)
            .any(|(one, next)| is_star(one) && is_star(next))
    };
    let covered = |cell: &Cell| matches!(cell, Cell::Text(text) if stars(text));
    if cells.all("note").any(covered) {
        return Err(cells.refuse("note", "sheet-covered"));
    }
    Ok(())
}
