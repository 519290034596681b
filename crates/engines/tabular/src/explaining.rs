//! Rows below the names that say how to fill the sheet in, and rows that only sound so.

use crate::match_columns::{Found, Like, Spec, columns};
use crate::{Cell, Line, fold};

/// Words of rows that say how to fill the sheet in.
const EXPLAINS: [&str; 14] = [
    "必填", "选填", "填写", "请填", "格式", "例如", "示例", "样例", "说明", "如：", "如:", "下拉",
    "不填", "可空",
];
/// A row that explains: it says so, or begins with # as in our own templates, and holds no long number.
pub(crate) fn explains(line: &Line) -> bool {
    begins_so(line)
        || (line.cells.iter().any(|cell| says_how(&cell.shown()))
            && !line.cells.iter().any(|cell| {
                matches!(crate::identity(cell), crate::Read::Sure(text) if text.len() == 18 && cell.shown().chars().count() <= 20)
            }))
}

fn begins_so(line: &Line) -> bool {
    let mut texts = line.cells.iter().map(Cell::shown);
    let first = texts.find(|text| !text.is_empty());
    first.is_some_and(|text| {
        text.starts_with('#') || text.starts_with("例") || text.starts_with("（例")
    })
}

fn says_how(text: &str) -> bool {
    EXPLAINS.iter().any(|word| text.contains(word))
}

/// Numbers of the rows right below the names that only explain, and the columns as the other rows tell them.
pub(crate) fn explaining(
    below: &[Line],
    names: &[String],
    specs: &[Spec],
) -> (Vec<u32>, Vec<Found>) {
    let without = |skipped: &[u32]| {
        let rows = below.iter().filter(|line| !skipped.contains(&line.number));
        let rows: Vec<Line> = rows.take(300).cloned().collect();
        columns(names, &rows, specs)
    };
    let perhaps: Vec<&Line> = below.iter().take(3).filter(|line| explains(line)).collect();
    let mut skipped: Vec<u32> = perhaps.iter().map(|line| line.number).collect();
    let mut found = without(&skipped);
    let data = perhaps
        .iter()
        .filter(|line| !only_explains(line, &found, specs));
    let data: Vec<u32> = data.map(|line| line.number).collect();
    if !data.is_empty() {
        skipped.retain(|number| !data.contains(number));
        found = without(&skipped);
    }
    (skipped, found)
}

/// What is said of a record freely.
const FREE: &str = "note";
/// No name is longer.
const NAME_ENDS: usize = 40;
/// What stands in place of a value that somebody left out.
const LEFT_OUT: [&str; 5] = ["不填", "未填", "未填写", "不填写", "无需填写"];
/// So few digits are no number and no day.
const FEW_DIGITS: usize = 6;

/// Of a row with words that explain: whether it is no record. A record has a name, and says what it says in the columns that
/// were found; in notes and in columns nobody knows anything may stand (情况说明见附件).
fn only_explains(line: &Line, found: &[Found], specs: &[Spec]) -> bool {
    if begins_so(line) {
        return true;
    }
    let known: Vec<(usize, &str)> = found
        .iter()
        .enumerate()
        .filter_map(|(at, one)| Some((at, one.field.as_deref()?)))
        .filter(|(_, field)| *field != FREE)
        .collect();
    let named = known.iter().find(|(_, field)| *field == "name");
    let Some((lead, _)) = named.or(known.first()).copied() else {
        return true;
    };
    let name = fold(&line.cell(lead).shown());
    let others: Vec<(&str, String)> = known
        .iter()
        .filter(|(at, _)| *at != lead)
        .map(|(at, field)| (*field, fold(&line.cell(*at).shown())))
        .filter(|(_, text)| !text.is_empty() && !LEFT_OUT.contains(&text.as_str()))
        .collect();
    let says = others.iter().filter(|(_, text)| says_how(text)).count();
    if name.is_empty() {
        let filled = line.cells.iter().filter(|cell| !cell.is_empty());
        let (how, all) = filled.fold((0, 0), |(how, all), cell| {
            (how + usize::from(says_how(&cell.shown())), all + 1)
        });
        return says > 0 || how * 2 > all;
    }
    if says_how(&name) || name.contains("姓名") || name.chars().count() > NAME_ENDS {
        return true;
    }
    // 18位 in a column of numbers is none.
    let number = |field: &str| {
        let spec = specs.iter().find(|spec| spec.field == field);
        spec.and_then(|spec| spec.like)
            .is_some_and(|like| like != Like::Sex)
    };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let told = others
        .iter()
        .filter(|(field, text)| says_how(text) || (number(field) && digits(text) < FEW_DIGITS))
        .count();
    says > 0 && told >= 2 && told * 2 > others.len()
}
