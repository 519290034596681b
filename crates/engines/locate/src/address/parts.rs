//! Numbers in a text, read as building, entrance, floor and room.

use super::label::{BUILDING_UNITS, ENTRANCE_UNITS, LETTERS, ROOM_UNITS, without_zeros};

/// What a number may stand for, from the outside in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Building,
    Entrance,
    Floor,
    Room,
}

/// A number with the word after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) label: String,
    roles: &'static [Role],
    /// Whether its word leaves no doubt.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// One way to read a group of numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) building: Option<String>,
    pub(super) entrance: Option<String>,
    pub(super) room: Option<String>,
    /// Whether the word after the building's number leaves no doubt.
    pub(super) building_is_sure: bool,
    /// Numbers of the group this reading leaves over.
    pub(super) left: usize,
}

/// A longer run of digits is a telephone or case number.
const MAX_DIGITS: usize = 5;
/// More numbers than this in a row are not read.
const MAX_TOKENS: usize = 6;
/// A counted thing, a time or a road after a number makes it no address part.
const COUNTED: &str =
    "点月日年天个分人次岁时元块米秒辆只条名位斤公度周路弄街巷期万千年岁把件份张台盏棵处";
/// A number right after these is a house number in a street.
const STREETS: &str = "路街巷道弄";

/// All numbers in `text[from..to]` that may be part of an address.
pub(super) fn tokens(text: &[char], from: usize, to: usize) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = from;
    while at < to {
        match token(text, at, to) {
            Ok(token) => {
                at = token.end;
                found.push(token);
            }
            Err(next) => at = next,
        }
    }
    found
}

/// The number beginning at a place, or where to go on looking.
fn token(text: &[char], at: usize, to: usize) -> Result<Token, usize> {
    let (label_end, needs_unit) = label_end(text, at, to)?;
    let rest = &text[label_end..to];
    let (roles, unit, explicit) = unit(rest);
    let next = rest.first();
    let in_street = at > 0 && STREETS.contains(text[at - 1]) && !explicit;
    if in_street {
        return Err(label_end + unit);
    }
    if needs_unit && !explicit {
        return Err(label_end);
    }
    if unit == 0 && next.is_some_and(|c| COUNTED.contains(*c)) {
        return Err(label_end + 1);
    }
    let label: String = text[at..label_end].iter().collect();
    Ok(Token {
        label: without_zeros(&label),
        roles,
        start: at,
        end: label_end + unit,
    })
}

/// End of the label beginning at a place, and whether it counts only with a unit after it.
fn label_end(text: &[char], at: usize, to: usize) -> Result<(usize, bool), usize> {
    let digits = |from: usize| {
        text[from..to]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count()
    };
    let is_letter = |place: usize| place < to && text[place].is_ascii_lowercase();
    let first = text[at];
    if first.is_ascii_digit() {
        let count = digits(at);
        let mut end = at + count;
        if count > MAX_DIGITS {
            return Err(end);
        }
        let ordinal = end < to && "甲乙丙丁".contains(text[end]);
        let letter = is_letter(end) && !is_letter(end + 1) && digits((end + 1).min(to)) == 0;
        if ordinal || letter {
            end += 1;
        }
        return Ok((end, false));
    }
    if first.is_ascii_lowercase() {
        if at > 0 && text[at - 1].is_ascii_alphanumeric() {
            return Err(at + 1);
        }
        let count = digits(at + 1);
        let end = at + 1 + count;
        return if count <= 4 && !is_letter(end) {
            Ok((end, count == 0))
        } else {
            Err(end)
        };
    }
    if LETTERS.contains(first) {
        Ok((at + 1, true))
    } else {
        Err(at + 1)
    }
}

/// The word after a number: what it allows, how long it is, whether it leaves no doubt.
fn unit(rest: &[char]) -> (&'static [Role], usize, bool) {
    use Role::{Building, Entrance, Floor, Room};
    let starts = |word: &str| {
        word.chars()
            .enumerate()
            .all(|(at, c)| rest.get(at) == Some(&c))
    };
    let longest = |words: &[&str]| {
        words
            .iter()
            .find(|word| starts(word))
            .map(|word| word.chars().count())
    };
    if let Some(length) = longest(&ROOM_UNITS) {
        (&[Room], length, true)
    } else if let Some(length) = longest(&ENTRANCE_UNITS) {
        (&[Entrance], length, true)
    } else if let Some(length) = longest(&BUILDING_UNITS) {
        (&[Building], length, true)
    } else if starts("层") {
        (&[Floor], 1, true)
    } else if starts("楼") {
        // 3楼 is a floor in most mouths, a building in some.
        (&[Floor, Building], 1, true)
    } else if starts("号") {
        (&[Building, Room], 1, false)
    } else {
        (&[Building, Entrance, Room], 0, false)
    }
}

/// Numbers that stand together, separated by at most a dash, a blank, a comma or a filling word.
pub(super) fn groups(text: &[char], tokens: Vec<Token>) -> Vec<Vec<Token>> {
    let mut groups: Vec<Vec<Token>> = Vec::new();
    for token in tokens {
        let joins = groups
            .last()
            .and_then(|group| group.last())
            .is_some_and(|last| {
                let between = &text[last.end..token.start];
                between.len() <= 2 && between.iter().all(|c| "- ,的第".contains(*c))
            });
        match groups.last_mut() {
            Some(group) if joins => group.push(token),
            _ => groups.push(vec![token]),
        }
    }
    groups
}

/// Every order-keeping way to read a group, also of its beginnings only, and with dashed labels (12-1幢) that
/// `is_label` knows.
pub(super) fn readings(
    text: &[char],
    group: &[Token],
    is_label: &dyn Fn(&str) -> bool,
) -> Vec<Reading> {
    let group = &group[..group.len().min(MAX_TOKENS)];
    let mut found = Vec::new();
    assign(group, Reading::default(), None, &mut found);
    for at in 1..group.len() {
        let (first, second) = (&group[at - 1], &group[at]);
        let label = format!("{}-{}", first.label, second.label);
        if text[first.end..second.start] != ['-'] || !is_label(&label) {
            continue;
        }
        let joined = Token {
            label,
            start: first.start,
            ..second.clone()
        };
        let mut shorter = group.to_vec();
        shorter.splice(at - 1..=at, [joined]);
        assign(&shorter, Reading::default(), None, &mut found);
    }
    found
}

fn assign(rest: &[Token], so_far: Reading, last: Option<Role>, found: &mut Vec<Reading>) {
    let said_something =
        so_far.building.is_some() || so_far.entrance.is_some() || so_far.room.is_some();
    if said_something {
        found.push(Reading {
            left: rest.len(),
            ..so_far.clone()
        });
    }
    let Some((token, rest)) = rest.split_first() else {
        return;
    };
    for &role in token
        .roles
        .iter()
        .filter(|role| last.is_none_or(|last| last < **role))
    {
        let mut next = so_far.clone();
        let label = Some(token.label.clone());
        match role {
            Role::Building => {
                next.building = label;
                next.building_is_sure = token.roles.len() == 1;
            }
            Role::Entrance => next.entrance = label,
            Role::Floor => {}
            Role::Room => next.room = label,
        }
        assign(rest, next, Some(role), found);
    }
}

#[cfg(test)]
mod tests {
    use super::super::normalise::normalise;
    use super::*;

    fn labels(text: &str) -> Vec<Vec<String>> {
        let text = normalise(text);
        let groups = groups(&text, tokens(&text, 0, text.len()));
        groups
            .into_iter()
            .map(|group| group.into_iter().map(|token| token.label).collect())
            .collect()
    }

    fn reads(
        text: &str,
        building: Option<&str>,
        entrance: Option<&str>,
        room: Option<&str>,
    ) -> bool {
        let text = normalise(text);
        let groups = groups(&text, tokens(&text, 0, text.len()));
        let wanted = Reading {
            building: building.map(str::to_owned),
            entrance: entrance.map(str::to_owned),
            room: room.map(str::to_owned),
            left: 0,
            building_is_sure: false,
        };
        let readings = readings(&text, &groups[0], &|_| true);
        readings
            .into_iter()
            .map(|reading| Reading {
                building_is_sure: false,
                ..reading
            })
            .any(|reading| reading == wanted)
    }

    #[test]
    fn numbers_that_are_no_address_are_left_alone() {
        assert!(labels("13812345678").is_empty());
        assert!(labels("3个人8点来，人民路88号，2024年").is_empty());
        assert_eq!(labels("东边有路"), Vec::<Vec<String>>::new());
    }

    #[test]
    fn the_usual_ways_are_read() {
        assert!(reads("12号楼304", Some("12"), None, Some("304")));
        assert!(reads("12幢3单元304室", Some("12"), Some("3"), Some("304")));
        assert!(reads("12-3-304", Some("12"), Some("3"), Some("304")));
        assert!(reads("12-304", Some("12"), None, Some("304")));
        assert!(reads("12#304", Some("12"), None, Some("304")));
        assert!(reads("12号304", Some("12"), None, Some("304")));
        assert!(reads("5号楼3楼304", Some("5"), None, Some("304")));
        assert!(reads("12楼304", Some("12"), None, Some("304")));
        assert!(reads("a座1201", Some("a"), None, Some("1201")));
        assert!(reads("12甲幢东单元", Some("12甲"), Some("东"), None));
        assert!(reads("12-1幢301", Some("12-1"), None, Some("301")));
    }

    #[test]
    fn an_inner_part_never_becomes_an_outer_one() {
        assert!(!reads("304室12幢", Some("12"), None, Some("304")));
    }
}
