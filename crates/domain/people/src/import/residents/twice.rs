//! Rows of one file that may mean the same person. The first goes in; the others wait for somebody to say whether they add
//! to it or are somebody else: what a sheet says twice is often one person with two numbers, and sometimes two of one name.

use std::collections::HashMap;

use uuid::Uuid;
use youlin_imports::{Choice, Refused};

use super::read::Draft;

/// Notes on every row that repeats earlier ones which those are, and gives every decided row the turn in which it is taken:
/// a row that adds to another needs that one saved first.
pub(super) fn noted(drafts: &mut [Draft]) {
    let mut numbers: HashMap<Vec<u8>, Vec<Seen>> = HashMap::new();
    let mut keys: HashMap<String, Vec<Seen>> = HashMap::new();
    let mut names: HashMap<Vec<u8>, Vec<Seen>> = HashMap::new();
    let mut turns: HashMap<Vec<u8>, usize> = HashMap::new();
    for draft in drafts {
        let own = Seen::of(draft);
        let mut same = Vec::new();
        if let Some(number) = &draft.identity_index {
            let held = numbers.entry(number.clone()).or_default();
            same.extend(held.iter().cloned());
            held.push(own.clone());
        }
        if let Some(key) = &draft.key {
            let held = keys.entry(key.clone()).or_default();
            if same.is_empty() {
                same.extend(held.iter().cloned());
            }
            held.push(own.clone());
        }
        let called = names.entry(draft.name_index.clone()).or_default();
        if same.is_empty() {
            let perhaps = own.perhaps(called);
            draft.alike = perhaps.is_some();
            draft.doubts.extend(perhaps);
        } else {
            draft.doubts.extend(own.surely(&same));
        }
        called.push(own);
        if matches!(draft.choice, Some(Choice::Take | Choice::Both)) {
            let turn = turns.entry(draft.name_index.clone()).or_default();
            *turn += 1;
            draft.turn = *turn;
        }
    }
}

/// What is remembered of a row.
#[derive(Clone)]
struct Seen {
    line: u32,
    name: Vec<u8>,
    numbered: bool,
    year: Option<i16>,
    dwelling: Option<Uuid>,
    phones: Vec<Vec<u8>>,
}

impl Seen {
    fn of(draft: &Draft) -> Self {
        let phones = draft.phones.iter().map(|(_, index)| index.clone());
        Self {
            line: draft.line,
            name: draft.name_index.clone(),
            numbered: draft.identity_index.is_some(),
            year: draft.birth.map(|birth| birth.year),
            dwelling: draft.dwelling,
            phones: phones.collect(),
        }
    }

    fn doubt(&self, code: &'static str, others: &[&Self]) -> Refused {
        let lines: Vec<String> = others.iter().map(|one| one.line.to_string()).collect();
        Refused::new(self.line, "", code).arg("first", lines.join("、"))
    }

    /// The same number or key: one person, and what the row says otherwise is said beside it.
    fn surely(&self, same: &[Self]) -> Vec<Refused> {
        let all: Vec<&Self> = same.iter().collect();
        let named: Vec<&Self> = same.iter().filter(|one| one.name != self.name).collect();
        let moved: Vec<&Self> = same
            .iter()
            .filter(|one| one.dwelling.is_some() && self.dwelling.is_some())
            .filter(|one| one.dwelling != self.dwelling)
            .collect();
        let code = [
            ("sheet-twice-name", &named),
            ("sheet-twice-elsewhere", &moved),
        ];
        let mut doubts = vec![self.doubt("sheet-twice", &all)];
        let more = code.into_iter().filter(|(_, others)| !others.is_empty());
        doubts.extend(more.map(|(code, others)| self.doubt(code, others)));
        let doubts = doubts.into_iter();
        let both: &[Choice] = match moved.is_empty() {
            true => &[Choice::Take],
            false => &[Choice::Take, Choice::Both],
        };
        doubts.map(|doubt| doubt.or(both)).collect()
    }

    /// The same name, and more that fits: perhaps one person.
    fn perhaps(&self, called: &[Self]) -> Option<Refused> {
        // Two different numbers are two people, whatever else is alike.
        let fits = |one: &&Self| {
            let years = self.year.is_none() || one.year.is_none() || self.year == one.year;
            years && !(one.numbered && self.numbered)
        };
        let others: Vec<&Self> = called.iter().filter(fits).collect();
        let near: Vec<&Self> = others
            .iter()
            .copied()
            .filter(|one| self.is_near(one))
            .collect();
        let born: Vec<&Self> = others
            .iter()
            .copied()
            .filter(|one| self.year.is_some() && one.year == self.year)
            .collect();
        let doubt = match (near.is_empty(), born.is_empty()) {
            (false, _) => self.doubt("sheet-perhaps-twice-near", &near),
            (true, false) => self.doubt("sheet-perhaps-twice", &born),
            (true, true) => return None,
        };
        Some(doubt.or(&[Choice::Take, Choice::New]))
    }

    /// The same dwelling, none for both, or a shared number.
    fn is_near(&self, other: &Self) -> bool {
        self.dwelling == other.dwelling || self.phones.iter().any(|one| other.phones.contains(one))
    }
}
