//! Blanks inside the cell that names them: `姓名：＿＿＿＿`, `人口：____人，户数：____户`, or `联系电话:` alone in its cell. What is
//! filled in takes the place of the blank; what stands before and behind it stays.

use serde::{Deserialize, Serialize};

use crate::form_cells::called;
use crate::{FillCell, FormColumn};

/// A blank of so many signs is one without a colon before it, too.
const DRAWN: usize = 2;
/// So many blanks behind a colon are room to write.
const SPACES: usize = 2;
/// What stands behind the last blank says what is counted; more is a sentence.
const BEHIND: usize = 6;

/// The parts of a cell around one of its blanks. The parts of all its blanks in their order make up its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Within {
    /// From the end of the blank before it, with the name.
    pub before: String,
    /// As it stands in the cell: it is kept where nothing is filled in.
    pub blank: String,
    /// Behind the last blank of the cell; of the others what follows stands before the next.
    pub after: String,
}

fn is_drawn(c: char) -> bool {
    matches!(c, '_' | '＿' | '﹍' | '…')
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{3000}' | '\u{a0}' | '\t')
}

fn is_colon(c: char) -> bool {
    matches!(c, ':' | '：')
}

/// The blanks a cell names, each with its name; `None` for a cell that is something else. `alone`: a colon at the end is a blank
/// too, for nothing else in the sheet is the blank it names.
pub(crate) fn within(text: &str, alone: bool) -> Option<Vec<(String, Within)>> {
    let mut found: Vec<(String, Within)> = Vec::new();
    let mut rest = text;
    while let Some((name, part, behind)) = next_blank(rest, alone) {
        found.push((called(&name)?, part));
        rest = behind;
    }
    let last = found.last_mut()?;
    // 兹证明____同志系我单位职工 is a letter.
    if rest.chars().count() > BEHIND || rest.contains(is_colon) {
        return None;
    }
    last.1.after = rest.to_owned();
    Some(found)
}

/// The name before the next blank, the blank, and what follows it.
fn next_blank(text: &str, alone: bool) -> Option<(String, Within, &str)> {
    for (at, c) in text.char_indices() {
        let from = match c {
            c if is_colon(c) => at + c.len_utf8(),
            c if is_drawn(c) => at,
            _ => continue,
        };
        let run = &text[from..];
        let len = run
            .find(|c: char| !is_drawn(c) && !is_space(c))
            .unwrap_or(run.len());
        let blank = &run[..len];
        let drawn = blank.chars().filter(|c| is_drawn(*c)).count();
        let room = match (is_colon(c), drawn) {
            (true, 0) => {
                let ends = len == run.len();
                ends && alone || !ends && blank.chars().count() >= SPACES
            }
            (true, _) => true,
            (false, drawn) => drawn >= DRAWN,
        };
        // A colon with something said behind it is no blank, and no name of a later one.
        if !room {
            return None;
        }
        // Blanks drawn behind a space: the space stays with the name.
        let skip = match drawn {
            0 => 0,
            _ => blank.find(is_drawn).unwrap_or(0),
        };
        let name = text[..at].trim_matches(|c: char| is_space(c) || "，,；;、。\n\r".contains(c));
        // Units of the blank before it stand at its front: 人，户数.
        let name = name
            .rsplit(['，', ',', '；', ';', '\n'])
            .next()
            .unwrap_or(name);
        let name = last_of_spaced(name);
        let part = Within {
            before: text[..from + skip].to_owned(),
            blank: blank[skip..].to_owned(),
            after: String::new(),
        };
        return Some((name, part, &text[from + len..]));
    }
    None
}

/// Behind the unit of the blank before it (`人 户数`) the name stands alone; spaces within a name (`姓  名`) are none.
fn last_of_spaced(name: &str) -> String {
    let parts: Vec<&str> = name
        .split(is_space)
        .filter(|part| !part.is_empty())
        .collect();
    let spread = parts.iter().all(|part| part.chars().count() == 1);
    match parts.last() {
        Some(last) if !spread => (*last).to_owned(),
        _ => parts.concat(),
    }
}

/// What is written into the cells of a card: cells that are blank get their values, cells with a name and its blank in one the
/// whole text anew. Where nothing of a cell is filled in, it stays as it is.
#[must_use]
pub fn card_cells(
    columns: &[FormColumn],
    values: &[FillCell],
) -> (Vec<(u32, usize)>, Vec<FillCell>) {
    let (mut places, mut cells) = (Vec::new(), Vec::<FillCell>::new());
    let mut texts: Vec<((u32, usize), String, bool)> = Vec::new();
    for (column, value) in columns.iter().zip(values) {
        let place = (column.row.unwrap_or(0), column.column);
        let Some(within) = &column.within else {
            places.push(place);
            cells.push(value.clone());
            continue;
        };
        let said = said(value);
        let filled = said.is_some();
        let part = [
            within.before.as_str(),
            said.as_deref().unwrap_or(&within.blank),
            &within.after,
        ];
        let part = part.concat();
        match texts.iter_mut().find(|(at, ..)| *at == place) {
            Some((_, text, any)) => {
                text.push_str(&part);
                *any |= filled;
            }
            None => texts.push((place, part, filled)),
        }
    }
    for (place, text, _) in texts.into_iter().filter(|(.., filled)| *filled) {
        places.push(place);
        cells.push(FillCell::Text(text));
    }
    (places, cells)
}

fn said(value: &FillCell) -> Option<String> {
    match value {
        FillCell::Empty | FillCell::Kept => None,
        FillCell::Text(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        FillCell::Number(number) => Some(number.to_string()),
        FillCell::Day(day) => Some(day.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::within;

    fn names(text: &str, alone: bool) -> Vec<String> {
        let found = within(text, alone).unwrap_or_default();
        found.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn blanks_are_found_in_the_cell_that_names_them() {
        for (text, found) in [
            ("姓名：", &["姓名"][..]),
            ("联系电话:", &["联系电话"]),
            ("姓名：＿＿＿＿", &["姓名"]),
            ("姓  名： ____ ", &["姓名"]),
            ("单位名称________", &["单位名称"]),
            ("总人口：____人", &["总人口"]),
            ("总人口：____人，总户数：____户", &["总人口", "总户数"]),
            ("姓名：        电话：", &["姓名", "电话"]),
            ("人口____人 户数____户", &["人口", "户数"]),
            ("年龄：    岁", &["年龄"]),
        ] {
            assert_eq!(names(text, true), found, "{text}");
        }
        for text in [
            "姓名",
            "单位：跃龙社区",
            "填报时间：年 月 日",
            "兹证明____同志系我单位职工",
            "____",
            "",
        ] {
            assert!(names(text, true).is_empty(), "{text}");
        }
        // Where another cell is its blank, a colon is none.
        assert!(names("姓名：", false).is_empty());
        assert_eq!(names("姓名：____", false), ["姓名"]);
    }

    #[test]
    fn parts_make_up_the_text_again() {
        for text in [
            "总人口：____人，总户数： ___ 户",
            "姓  名： ____ ",
            "联系电话:",
        ] {
            let found = within(text, true).unwrap();
            let parts = found
                .iter()
                .map(|(_, one)| [&*one.before, &*one.blank, &*one.after].concat());
            assert_eq!(parts.collect::<String>(), text);
        }
    }
}
