//! Columns the names of fields do not tell: those that ask about one label (是否独居), and the second half of an address under
//! one heading drawn over both.

use youlin_imports::Table;
use youlin_imports::tabular::{Cell, Found, Read, Why, yes};

use super::place::names_building;
use crate::labels::LabelCatalogue;

/// Cells of a column that are looked at.
const LOOKED_AT: usize = 200;
/// So many of a hundred must be alike.
const ALIKE: usize = 80;

pub(super) fn again(catalogue: &LabelCatalogue, table: &Table, found: &mut [Found]) {
    let names = &table.layout.names;
    let name = |at: usize| names.get(at).map_or("", String::as_str);
    for at in 0..found.len() {
        let Some(why) = found.get(at).map(|one| one.why) else {
            continue;
        };
        if why == Why::Unknown && asks(catalogue, name(at), &filled(table, at)) {
            put(found, at, "labels", Why::Name);
        }
        if why == Why::Taken
            && at > 0
            && name(at) == name(at - 1)
            && is(found, at - 1, "address")
            && !(0..found.len()).any(|other| is(found, other, "room"))
            && halves(&filled(table, at - 1), &filled(table, at))
        {
            put(found, at, "room", Why::ContentAgainstName);
        }
    }
}

fn is(found: &[Found], at: usize, field: &str) -> bool {
    found.get(at).and_then(|one| one.field.as_deref()) == Some(field)
}

fn put(found: &mut [Found], at: usize, field: &str, why: Why) {
    if let Some(one) = found.get_mut(at) {
        *one = Found {
            field: Some(field.to_owned()),
            why,
        };
    }
}

fn filled(table: &Table, at: usize) -> Vec<&Cell> {
    let cells = table.rows().map(|line| line.cell(at));
    cells
        .filter(|cell| !cell.is_empty())
        .take(LOOKED_AT)
        .collect()
}

fn most(cells: &[&Cell], test: impl Fn(&Cell) -> bool) -> bool {
    let alike = cells.iter().filter(|cell| test(cell)).count();
    !cells.is_empty() && alike * 100 >= cells.len() * ALIKE
}

/// 是否独居 asks whatever stands below it; 党员 does where the cells say yes and no.
fn asks(catalogue: &LabelCatalogue, name: &str, cells: &[&Cell]) -> bool {
    let answered = |cell: &Cell| !matches!(yes(cell), Read::Refused(_));
    match catalogue.asks(name) {
        Some(true) => true,
        Some(false) => most(cells, answered),
        None => false,
    }
}

/// The first names buildings and no dwelling in them, the second dwellings.
fn halves(first: &[&Cell], second: &[&Cell]) -> bool {
    let numbered = |cell: &Cell| cell.shown().chars().any(|c| c.is_ascii_digit());
    most(first, |cell| names_building(&cell.shown())) && most(second, numbered)
}

#[cfg(test)]
mod tests {
    use youlin_imports::tabular::Cell;

    use super::{asks, halves};
    use crate::labels::LabelCatalogue;

    fn column(cells: &[&str]) -> Vec<Cell> {
        cells.iter().map(|text| Cell::text(text)).collect()
    }

    #[test]
    fn a_column_asks_about_a_label() {
        let all = LabelCatalogue::default();
        let of = |name: &str, cells: &[&str]| {
            let cells = column(cells);
            asks(&all, name, &cells.iter().collect::<Vec<_>>())
        };
        assert!(of("是否独居", &["是", "否"]));
        assert!(of("是否残疾", &["二级", "否"]));
        assert!(of("党员", &["√"]));
        assert!(!of("党员", &["第三党小组", "第一党小组"]));
        assert!(!of("党员", &[]));
        assert!(!of("是否低保", &["是"]));
    }

    #[test]
    fn an_address_may_stand_in_two_columns() {
        let of = |first: &[&str], second: &[&str]| {
            let (first, second) = (column(first), column(second));
            halves(
                &first.iter().collect::<Vec<_>>(),
                &second.iter().collect::<Vec<_>>(),
            )
        };
        assert!(of(&["东村1号楼", "东村 2 幢"], &["1单元101", "302"]));
        assert!(!of(&["东村1号楼101"], &["1单元101"]));
        assert!(!of(&["东村1号楼"], &["南通市"]));
    }
}
