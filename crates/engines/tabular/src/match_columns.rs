//! Which column holds which field: by its name, else by what stands in it. Every match carries its reason, because a
//! person is asked to look at it.

use serde::{Deserialize, Serialize};

use crate::values::{Read, fold};
use crate::{Cell, Line, birthday, identity, phones, sex};

/// A field somebody wants to find.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// `identity`, `name` …
    pub field: &'static str,
    /// Names of such columns, as people write them; the first is the usual one.
    pub names: &'static [&'static str],
    /// Words in a column's name that make it another one (紧急联系人电话 is not the person's).
    pub unless: &'static [&'static str],
    /// What its cells look like, where that can be told.
    pub like: Option<Like>,
    /// Several columns may hold it (联系电话1, 联系电话2).
    pub many: bool,
}

/// Contents that can be told without a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Like {
    Identity,
    Phone,
    /// Told only in columns without a name: there are many days in a sheet that are no birthdays.
    Birthday,
    Sex,
}

/// Why a column was matched, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It has one of the field's names.
    Name,
    /// Its name holds one of them.
    PartOfName,
    /// What stands in it.
    Content,
    /// What stands in it, although its name says something else.
    ContentAgainstName,
    /// Another column has the field already.
    Taken,
    /// Nothing known.
    Unknown,
    /// A person said so.
    Chosen,
}

/// A column and the field it was found to hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub field: Option<String>,
    pub why: Why,
}

impl Found {
    fn none(why: Why) -> Self {
        Self { field: None, why }
    }
}

/// Rows that are looked at for what stands in a column.
const LOOKED_AT: usize = 200;
/// So many of a hundred filled cells must look alike, and at least so many must be filled.
const ALIKE: usize = 80;
const AT_LEAST: usize = 2;

/// A column's name without what is written around it: blanks, stars, remarks in brackets, a number at its end.
pub(crate) fn bare(name: &str) -> String {
    let mut depth = 0u32;
    fold(name)
        .to_lowercase()
        .chars()
        .fold(String::new(), |mut out, c| {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                ' ' | '*' | ':' | '\'' | '"' | '、' | '.' | '_' => {}
                c if depth == 0 => out.push(c),
                _ => {}
            }
            out
        })
}

/// The field a name means by itself; `exact` before names that only hold one.
pub(crate) fn by_name(name: &str, specs: &[Spec]) -> Option<(&'static str, Why)> {
    let name = bare(name);
    if name.is_empty() {
        return None;
    }
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || "一二三".contains(c));
    let same = |known: &&&str| {
        let known = bare(known);
        known == name || (!plain.is_empty() && known == plain)
    };
    if let Some(spec) = specs
        .iter()
        .find(|spec| spec.names.iter().any(|known| same(&known)))
    {
        return Some((spec.field, Why::Name));
    }
    // The longest name held decides: 与户主关系 before 户主.
    let mut best: Option<(usize, &'static str)> = None;
    for spec in specs {
        if spec.unless.iter().any(|word| name.contains(word)) {
            continue;
        }
        for known in spec.names {
            let known = bare(known);
            let long = known.chars().count();
            let whole_word = !known.is_ascii() && long > 1;
            if whole_word && name.contains(&known) && best.is_none_or(|(held, _)| long > held) {
                best = Some((long, spec.field));
            }
        }
    }
    best.map(|(_, field)| (field, Why::PartOfName))
}

/// What the cells of a column look like.
fn likeness(lines: &[Line], column: usize) -> Option<Like> {
    let cells: Vec<&Cell> = lines
        .iter()
        .map(|line| line.cell(column))
        .filter(|cell| !cell.is_empty())
        .take(LOOKED_AT)
        .collect();
    if cells.len() < AT_LEAST {
        return None;
    }
    let alike = |test: &dyn Fn(&Cell) -> bool| {
        cells.iter().filter(|cell| test(cell)).count() * 100 >= cells.len() * ALIKE
    };
    if alike(&|cell| matches!(identity(cell), Read::Sure(text) if text.len() == 18)) {
        return Some(Like::Identity);
    }
    if alike(&is_phone) {
        return Some(Like::Phone);
    }
    if alike(&|cell| {
        matches!(sex(cell), Read::Sure(_)) && !matches!(cell.shown().as_str(), "1" | "2")
    }) {
        return Some(Like::Sex);
    }
    let late = jiff::civil::Date::constant(2199, 12, 31);
    // Bare numbers may be anything: only written days tell.
    let day = |cell: &Cell| {
        matches!(cell, Cell::Text(_) | Cell::Day(_))
            && matches!(birthday(cell, false, late), Read::Sure(birth) if birth.day.is_some())
    };
    alike(&day).then_some(Like::Birthday)
}

fn is_phone(cell: &Cell) -> bool {
    let numbers = phones(cell);
    !numbers.is_empty()
        && numbers.iter().all(|number| {
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            let digits = digits.strip_prefix("86").unwrap_or(&digits);
            digits.len() == 11
                && digits.starts_with('1')
                && !digits[1..].starts_with(['0', '1', '2'])
        })
}

/// Matches columns with these names, given some of the rows below them.
pub(crate) fn columns(names: &[String], lines: &[Line], specs: &[Spec]) -> Vec<Found> {
    let mut found: Vec<Found> = names
        .iter()
        .enumerate()
        .map(|(column, name)| one(column, name, lines, specs))
        .collect();
    // Whole names first, then parts of names, then contents: each field is given once.
    for spec in specs.iter().filter(|spec| !spec.many) {
        let rank = |why: Why| match why {
            Why::Name => 0,
            Why::PartOfName => 1,
            Why::Content => 2,
            _ => 3,
        };
        let holders: Vec<usize> = (0..found.len())
            .filter(|at| found[*at].field.as_deref() == Some(spec.field))
            .collect();
        let keeps = holders
            .iter()
            .copied()
            .min_by_key(|at| rank(found[*at].why));
        for at in holders.into_iter().filter(|at| Some(*at) != keeps) {
            found[at] = Found::none(Why::Taken);
        }
    }
    found
}

fn one(column: usize, name: &str, lines: &[Line], specs: &[Spec]) -> Found {
    let named = by_name(name, specs);
    let like = likeness(lines, column);
    let of_like = like.and_then(|like| specs.iter().find(|spec| spec.like == Some(like)));
    let as_found = |field: &str, why| Found {
        field: Some(field.to_owned()),
        why,
    };
    match (named, like, of_like) {
        // Numbers that can be nothing else stand in a column of another name.
        (Some((field, _)), Some(Like::Identity | Like::Phone), Some(spec))
            if field != spec.field
                && specs
                    .iter()
                    .any(|one| one.field == field && one.like.is_some()) =>
        {
            as_found(spec.field, Why::ContentAgainstName)
        }
        (Some((field, why)), ..) => as_found(field, why),
        (None, Some(Like::Birthday), Some(_)) if !bare(name).is_empty() => {
            Found::none(Why::Unknown)
        }
        (None, Some(_), Some(spec))
            if !spec.unless.iter().any(|word| bare(name).contains(word)) =>
        {
            as_found(spec.field, Why::Content)
        }
        _ => Found::none(Why::Unknown),
    }
}
