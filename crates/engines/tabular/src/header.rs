//! Names of columns in two rows: the upper one names groups (监护人, 出生日期), the lower one what they are made of.

use std::collections::BTreeSet;

use crate::match_columns::{Spec, by_name};

/// A name of so many characters at most; longer texts are sentences.
const NAME: usize = 20;
/// Of a part of a group (年, 身高（厘米）).
const PART: usize = 8;
/// So many known names make an upper row a row of names and no title.
pub(crate) const NAMES: usize = 2;

/// What stands above each column. A group whose cells are not merged has its name above its first column only: it holds as
/// far as nothing else is named above and something below.
pub(crate) fn spread(upper: &[String], lower: &[String]) -> Vec<String> {
    let mut above: Vec<String> = Vec::with_capacity(upper.len());
    for (at, (up, low)) in upper.iter().zip(lower).enumerate() {
        let begun = at > 0 && lower.get(at - 1).is_some_and(|name| !name.is_empty());
        let holds = up.is_empty() && !low.is_empty() && begun;
        let name = match above.last() {
            Some(group) if holds => group.clone(),
            _ => up.clone(),
        };
        above.push(name);
    }
    above
}

/// Whether the lower row only says of what some of the upper names are made: nothing in it but short words, all of them
/// beside another under the same name. `above`: see [`spread`].
pub(crate) fn divides(above: &[String], upper: &[String], lower: &[String]) -> bool {
    let word = |text: &str| {
        text.chars().count() <= PART && !text.chars().any(|c| c.is_ascii_digit() || c == '/')
    };
    let below = |at: usize, name: &str| {
        above.get(at).is_some_and(|group| group == name)
            && lower.get(at).is_some_and(|part| !part.is_empty())
    };
    let mut parts = 0;
    for (at, (group, part)) in above.iter().zip(lower).enumerate() {
        // A name merged down over both rows says the same twice.
        if part.is_empty() || upper.get(at) == Some(part) {
            continue;
        }
        let beside = below(at + 1, group) || (at > 0 && below(at - 1, group));
        if group.is_empty() || !beside || !word(part) {
            return false;
        }
        parts += 1;
    }
    parts >= 2
}

/// 出生年, 月, 日 beside each other are one day: its month and its day are named as its year is.
pub(crate) fn days_of_years(names: &[String]) -> Vec<String> {
    let mut of: Option<&str> = None;
    let mut said = Vec::with_capacity(names.len());
    for name in names {
        let year = name.strip_suffix("年份").or(name.strip_suffix('年'));
        let part = ["月", "月份", "日"].contains(&name.as_str());
        of = year.or(of.filter(|_| part));
        said.push(match (of, part) {
            (Some(of), true) => format!("{of}{}", name.trim_end_matches('份')),
            _ => name.clone(),
        });
    }
    said
}

/// Names of two rows: the lower one where it means something, the upper one above an empty one, else both.
pub(crate) fn together(above: &[String], lower: &[String], specs: &[Spec]) -> Vec<String> {
    let pairs = above.iter().zip(lower);
    pairs
        .map(|(upper, lower)| {
            if lower.is_empty() || upper == lower {
                upper.clone()
            } else if upper.is_empty()
                || by_name(lower, specs).is_some_and(|_| !guards(upper, specs))
            {
                lower.clone()
            } else {
                // Read without the space, shown with it.
                format!("{upper} {lower}")
            }
        })
        .collect()
}

/// Whether a row names groups of columns: several short names, no title, no date of filling in.
pub(crate) fn groups(upper: &[String]) -> bool {
    let different: BTreeSet<&str> = upper
        .iter()
        .map(String::as_str)
        .filter(|name| !name.is_empty())
        .collect();
    let plain =
        |name: &&str| name.chars().count() <= NAME && !name.chars().any(|c| c.is_ascii_digit());
    different.len() >= 2 && different.iter().all(plain)
}

/// Whether the upper name makes the lower one mean somebody else (监护人 / 电话).
fn guards(upper: &str, specs: &[Spec]) -> bool {
    specs
        .iter()
        .flat_map(|spec| spec.unless)
        .any(|word| upper.contains(word))
}
