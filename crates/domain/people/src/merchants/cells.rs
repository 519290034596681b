//! Cells of the file of merchants that name several things: `key@2024-03-01;key`, a place with its stall as
//! `premises#stall`. What a merchant has is written in one row, for a key stands for one merchant. A key that holds one of these
//! signs has it as `%3B`, `%23`, `%40`.

use jiff::civil::Date;

/// Between the things a cell names.
const SEVERAL: char = ';';
/// Before a stall of premises.
const STALL: char = '#';
/// Before the day since when.
const SINCE: char = '@';

/// Signs that mean something here, and how they stand inside a key.
const INSIDE: [(char, &str); 4] = [
    ('%', "%25"),
    (SEVERAL, "%3B"),
    (STALL, "%23"),
    (SINCE, "%40"),
];

/// What a cell names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) key: String,
    /// Of places: a stall there.
    pub(super) stall: Option<String>,
    /// A day.
    pub(super) since: Option<String>,
}

/// Persons, or anything with a key.
pub(super) fn keys(cell: &str) -> Vec<Named> {
    let several = cell.split(SEVERAL).map(str::trim);
    several
        .filter(|text| !text.is_empty())
        .map(|text| {
            let (key, since) = dated(text);
            Named {
                key: plain(key),
                stall: None,
                since,
            }
        })
        .collect()
}

/// Premises, each with a stall or without.
pub(super) fn places(cell: &str) -> Vec<Named> {
    let several = cell.split(SEVERAL).map(str::trim);
    several
        .filter(|text| !text.is_empty())
        .map(|text| {
            let (place, since) = dated(text);
            let (premises, stall) = match place.split_once(STALL) {
                None => (place, None),
                Some((premises, stall)) => (premises, Some(plain(stall))),
            };
            Named {
                key: plain(premises),
                stall,
                since,
            }
        })
        .collect()
}

/// A key as it is, from how it stands in a cell.
fn plain(text: &str) -> String {
    // The sign of the signs last: what it stood for is not read again.
    INSIDE
        .iter()
        .rev()
        .fold(text.to_owned(), |text, (sign, inside)| {
            text.replace(inside, &sign.to_string())
        })
}

fn inside(key: &str) -> String {
    INSIDE.iter().fold(key.to_owned(), |key, (sign, inside)| {
        key.replace(*sign, inside)
    })
}

fn dated(text: &str) -> (&str, Option<String>) {
    match text.rsplit_once(SINCE) {
        Some((key, day)) if day.parse::<Date>().is_ok() => (key, Some(day.to_owned())),
        _ => (text, None),
    }
}

/// The cell that is read as these.
pub(super) fn written(named: &[Named]) -> String {
    let one = |named: &Named| {
        let mut text = inside(&named.key);
        if let Some(stall) = &named.stall {
            text.push(STALL);
            text += &inside(stall);
        }
        if let Some(day) = &named.since {
            text.push(SINCE);
            text += day;
        }
        text
    };
    let all: Vec<String> = named.iter().map(one).collect();
    all.join(&SEVERAL.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> impl Strategy<Value = String> {
        "[a-z0-9一-龥.%;#@:/-]{1,12}"
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            all in prop::collection::vec(
                (key(), prop::option::of(key()), prop::option::of((2000i16..2030, 1i8..=12, 1i8..=28))),
                0..5,
            )
        ) {
            let all: Vec<Named> = all
                .into_iter()
                .map(|(key, stall, day)| Named {
                    key,
                    stall,
                    since: day.map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}")),
                })
                .collect();
            prop_assert_eq!(places(&written(&all)), all.clone());
            let persons: Vec<Named> =
                all.into_iter().map(|one| Named { stall: None, ..one }).collect();
            prop_assert_eq!(keys(&written(&persons)), persons);
        }
    }

    #[test]
    fn a_key_with_a_sign_that_is_no_day_stays_whole() {
        let named = keys("zhou@market;p1@2024-02-30");
        let all: Vec<&str> = named.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(all, ["zhou@market", "p1@2024-02-30"]);
    }
}
