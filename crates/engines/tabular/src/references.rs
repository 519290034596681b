//! References in formulas, and what becomes of them when rows are put in.
//!
//! Only simple ones are understood: `A1`, `$A$1:B9`, `2:5`, with or without the name of a sheet. Texts, names, structured
//! references and other workbooks are left as they are.

use crate::fill::MOST_ROWS;

/// Rows put in below the last free row of a form, and how far the data reaches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    /// First row that is filled.
    pub first: u32,
    /// First row that does not belong to the free ones; from here on everything moves down.
    pub below: u32,
    /// By how many rows.
    pub shift: u32,
    /// Last row that is filled.
    pub last: u32,
}

impl Growth {
    pub fn row(&self, row: u32) -> u32 {
        if row >= self.below {
            row.saturating_add(self.shift)
        } else {
            row
        }
    }

    pub fn is_data(&self, row: u32) -> bool {
        (self.first..self.below.max(self.last.saturating_add(1))).contains(&row)
    }

    /// A range that ends with the free rows ends with the data afterwards. `wide`: so does one that begins above or
    /// with them and ends among them, as sums over ten drawn rows do.
    pub fn rows(&self, from: u32, to: u32, wide: bool) -> (u32, u32) {
        let among = to >= self.first && to < self.below && to < self.last;
        let whole = from <= self.first && wide;
        let only_row = from == to && !(wide && self.below == self.first + 1);
        let ends = if among && !only_row && (whole || to + 1 == self.below) {
            self.last
        } else {
            self.row(to)
        };
        (self.row(from), ends)
    }

    /// `B5:D14`, as attributes hold it.
    pub fn area(&self, area: &str, wide: bool) -> String {
        adjusted(area, None, self, wide)
    }

    /// Several areas parted by blanks.
    pub fn areas(&self, areas: &str) -> String {
        let one = |area: &str| {
            // A single cell is a range where the form has a single row.
            let only = self.below == self.first + 1 && !area.contains(':');
            let range = if only {
                format!("{area}:{area}")
            } else {
                area.to_owned()
            };
            let now = self.area(&range, true);
            match now.split_once(':') {
                Some((from, to)) if only && from == to => from.to_owned(),
                _ => now,
            }
        };
        let all: Vec<String> = areas.split_ascii_whitespace().map(one).collect();
        all.join(" ")
    }
}

/// One end of a reference: whether it is held fast by `$`, and its number from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub column: Option<(bool, u32)>,
    pub row: Option<(bool, u32)>,
}

impl At {
    pub fn parse(text: &str) -> Option<Self> {
        let (fast, rest) = dollar(text);
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        if letters == 0 {
            let row = row_number(rest)?;
            return Some(Self {
                column: None,
                row: Some((fast, row)),
            });
        }
        let column = column_number(rest.get(..letters)?)?;
        let rest = &rest[letters..];
        let row = if rest.is_empty() {
            None
        } else {
            let (fast, digits) = dollar(rest);
            Some((fast, row_number(digits)?))
        };
        Some(Self {
            column: Some((fast, column)),
            row,
        })
    }

    /// A cell, not a whole row or column.
    pub fn is_cell(&self) -> bool {
        self.column.is_some() && self.row.is_some()
    }

    fn write(&self, out: &mut String) {
        let dollar = |fast: bool| if fast { "$" } else { "" };
        if let Some((fast, column)) = self.column {
            out.push_str(dollar(fast));
            out.push_str(&column_name(column));
        }
        if let Some((fast, row)) = self.row {
            out.push_str(dollar(fast));
            out.push_str(&row.to_string());
        }
    }
}

fn dollar(text: &str) -> (bool, &str) {
    text.strip_prefix('$')
        .map_or((false, text), |rest| (true, rest))
}

fn row_number(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse()
        .ok()
        .filter(|row| (1..=MOST_ROWS).contains(row))
}

fn column_number(letters: &str) -> Option<u32> {
    if letters.len() > 3 {
        return None;
    }
    let number = letters.bytes().fold(0, |sum, byte| {
        sum * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1
    });
    (number <= 16_384).then_some(number)
}

/// A, B, … XFD for 1, 2, … 16384.
pub(crate) fn column_name(mut number: u32) -> String {
    let mut letters = Vec::new();
    while number > 0 {
        number -= 1;
        letters.push(char::from(b'A' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
    }
    letters.iter().rev().collect()
}

/// The formula after rows were put in. `sheet`: only references that name this sheet move (names of the workbook);
/// `None`: those that name none.
pub(crate) fn adjusted(formula: &str, sheet: Option<&str>, growth: &Growth, wide: bool) -> String {
    rewritten(formula, &mut |named, from, to| {
        let ours = match (named, sheet) {
            (None, None) => true,
            (Some(named), Some(sheet)) => named.to_lowercase() == sheet.to_lowercase(),
            _ => false,
        };
        if ours {
            moved(from, to, growth, wide)
        } else {
            (from, to)
        }
    })
}

/// As [`adjusted`] for a formula of the sheet itself, which may also call itself by name.
pub(crate) fn adjusted_own(formula: &str, sheet: &str, growth: &Growth, wide: bool) -> String {
    adjusted(
        &adjusted(formula, None, growth, wide),
        Some(sheet),
        growth,
        wide,
    )
}

fn moved(from: At, to: Option<At>, growth: &Growth, wide: bool) -> (At, Option<At>) {
    let set = |at: At, row: u32| At {
        row: at.row.map(|(fast, _)| (fast, row)),
        ..at
    };
    match (from.row, to.and_then(|to| to.row), to) {
        (Some((_, a)), Some((_, b)), Some(to)) if a <= b => {
            let (a, b) = growth.rows(a, b, wide);
            (set(from, a), Some(set(to, b)))
        }
        (Some((_, a)), Some((_, b)), Some(to)) => {
            (set(from, growth.row(a)), Some(set(to, growth.row(b))))
        }
        (Some((_, row)), None, None) => (set(from, growth.row(row)), None),
        _ => (from, to),
    }
}

/// The formula as if it was copied some rows down and columns to the right.
pub(crate) fn copied(formula: &str, rows: i64, columns: i64) -> String {
    let step = |held: Option<(bool, u32)>, by: i64, most: u32| {
        held.map(
            |(fast, number)| match u32::try_from(i64::from(number) + by) {
                Ok(moved) if !fast && (1..=most).contains(&moved) => (fast, moved),
                _ => (fast, number),
            },
        )
    };
    let one = |at: At| At {
        column: step(at.column, columns, 16_384),
        row: step(at.row, rows, MOST_ROWS),
    };
    rewritten(formula, &mut |_, from, to| (one(from), to.map(one)))
}

type Change<'a> = &'a mut dyn FnMut(Option<&str>, At, Option<At>) -> (At, Option<At>);

fn rewritten(formula: &str, change: Change<'_>) -> String {
    let mut out = String::with_capacity(formula.len() + 8);
    let mut rest = formula;
    let mut sheet: Option<String> = None;
    // What stands in another workbook ([1]Sheet1!A1) or over several sheets (a:b!A1) is none of ours.
    let mut foreign = false;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '"' => quoted(rest, '"'),
            '\'' => quoted(rest, '\''),
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            c if in_word(c) => rest.find(|c| !in_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(taken);
        if (c == '\'' || in_word(c)) && after.starts_with('!') {
            let name = token.trim_matches('\'').replace("''", "'");
            let plain = !foreign && !name.contains(['[', ':']);
            sheet = Some(if plain { name } else { String::new() });
            out.push_str(token);
            out.push('!');
            rest = &after[1..];
            continue;
        }
        rest = match in_word(c).then(|| reference(token, after)).flatten() {
            Some((from, to, after)) => {
                let (from, to) = change(sheet.as_deref(), from, to);
                from.write(&mut out);
                if let Some(to) = to {
                    out.push(':');
                    to.write(&mut out);
                }
                after
            }
            None => {
                out.push_str(token);
                after
            }
        };
        foreign = c == '['
            || (in_word(c)
                && after.starts_with(':')
                && token.parse::<f64>().is_err()
                && At::parse(token).is_none())
            || (c == ':' && foreign);
        sheet = None;
    }
    out
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '\\' | '?')
}

/// Length of a text in quotes, doubled ones in it.
fn quoted(text: &str, mark: char) -> usize {
    let mut at = 1;
    while let Some(end) = text[at..].find(mark) {
        at += end + 1;
        if !text[at..].starts_with(mark) {
            return at;
        }
        at += 1;
    }
    text.len()
}

fn reference<'a>(token: &str, after: &'a str) -> Option<(At, Option<At>, &'a str)> {
    let from = At::parse(token)?;
    if let Some(next) = after.strip_prefix(':') {
        let end = next.find(|c| !in_word(c)).unwrap_or(next.len());
        let (second, rest) = next.split_at(end);
        if let Some(to) = At::parse(second).filter(|_| !rest.starts_with(['!', '('])) {
            let alike = to.column.is_some() == from.column.is_some()
                && to.row.is_some() == from.row.is_some();
            return alike.then_some((from, Some(to), rest));
        }
    }
    (from.is_cell() && !after.starts_with(['(', '['])).then_some((from, None, after))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Ten free rows from 5, fifteen filled.
    const GROWTH: Growth = Growth {
        first: 5,
        below: 15,
        shift: 5,
        last: 19,
    };

    #[test]
    fn what_points_below_moves_and_sums_grow() {
        for (before, after) in [
            ("SUM(B5:B14)", "SUM(B5:B19)"),
            ("SUM(B$5:$B10)", "SUM(B$5:$B19)"),
            ("SUM(B4:B14)+B15", "SUM(B4:B19)+B20"),
            ("SUM(B6:B10)", "SUM(B6:B10)"),
            ("SUM(B5:B5)", "SUM(B5:B5)"),
            (
                "COUNTA(B5:B14)&\"B15:B20\"&B3",
                "COUNTA(B5:B19)&\"B15:B20\"&B3",
            ),
            ("LOG10(B20)*1E15+B20", "LOG10(B25)*1E15+B25"),
            ("字典!B20+表!B20+'表'!$B$20", "字典!B20+表!B25+'表'!$B$25"),
            (
                "[1]表!B20+甲:表!B20+'[2]表'!B20",
                "[1]表!B20+甲:表!B20+'[2]表'!B20",
            ),
            (
                "SUM(5:14)+SUM(B:B)+明细[B20]",
                "SUM(5:19)+SUM(B:B)+明细[B20]",
            ),
            ("B20:B15", "B25:B20"),
            ("XFE20+ABCD20+A0", "XFE20+ABCD20+A0"),
        ] {
            assert_eq!(adjusted_own(before, "表", &GROWTH, true), after, "{before}");
        }
        assert_eq!(
            adjusted_own("SUM(B$5:B7)", "表", &GROWTH, false),
            "SUM(B$5:B7)"
        );
        assert_eq!(
            adjusted_own("RANK(B7,B$5:B$14)", "表", &GROWTH, false),
            "RANK(B7,B$5:B$19)"
        );
        assert_eq!(GROWTH.areas("B5:B14 D2 D20"), "B5:B19 D2 D25");
    }

    #[test]
    fn copies_keep_what_is_held_fast() {
        assert_eq!(
            copied("B5*$C$5+D$5+SUM($E5:F5)", 2, 1),
            "C7*$C$5+E$5+SUM($E7:G7)"
        );
        assert_eq!(column_name(16_384), "XFD");
        assert_eq!(At::parse("$AA$10").unwrap().column, Some((true, 27)));
    }
}
