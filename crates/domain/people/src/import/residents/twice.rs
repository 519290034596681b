//! Rows of one file that mean the same person: the first counts.

use std::collections::HashMap;

use uuid::Uuid;
use youlin_imports::{Choice, Refused};

use super::read::Draft;

/// Drafts that stand for different people, some with a doubt; the repeated ones are refused, naming the first.
pub(super) fn parted(drafts: Vec<Draft>, refused: &mut Vec<Refused>) -> Vec<Draft> {
    let mut numbers: HashMap<Vec<u8>, u32> = HashMap::new();
    let mut keys: HashMap<String, u32> = HashMap::new();
    let mut names: HashMap<Vec<u8>, Vec<Seen>> = HashMap::new();
    let mut kept = Vec::with_capacity(drafts.len());
    for mut draft in drafts {
        if let Some(index) = &draft.identity_index {
            if let Some(first) = numbers.get(index) {
                refused.push(twice(draft.line, *first));
                continue;
            }
            numbers.insert(index.clone(), draft.line);
        }
        if let Some(key) = &draft.key {
            if let Some(first) = keys.get(key) {
                refused.push(twice(draft.line, *first));
                continue;
            }
            keys.insert(key.clone(), draft.line);
        }
        let seen = names.entry(draft.name_index.clone()).or_default();
        // Two different numbers are two people, whatever else is alike.
        let others = seen
            .iter()
            .filter(|one| !(one.numbered && draft.identity_index.is_some()));
        let others: Vec<&Seen> = others.filter(|one| one.year_fits(&draft)).collect();
        if let Some(same) = others.iter().find(|one| one.is_same(&draft)) {
            refused.push(twice(draft.line, same.line));
            continue;
        }
        let born = draft.birth.map(|birth| birth.year);
        if let Some(first) = others.iter().find(|one| born.is_some() && one.year == born) {
            let doubt =
                Refused::new(draft.line, "", "sheet-perhaps-twice").arg("first", first.line);
            draft.doubts.push(doubt.or(&[Choice::New]));
        }
        seen.push(Seen::of(&draft));
        kept.push(draft);
    }
    kept
}

fn twice(line: u32, first: u32) -> Refused {
    Refused::new(line, "", "sheet-twice").arg("first", first)
}

/// What is remembered of an earlier row of the same name.
struct Seen {
    line: u32,
    numbered: bool,
    year: Option<i16>,
    dwelling: Option<Uuid>,
    phones: Vec<Vec<u8>>,
}

impl Seen {
    fn of(draft: &Draft) -> Self {
        Self {
            line: draft.line,
            numbered: draft.identity_index.is_some(),
            year: draft.birth.map(|birth| birth.year),
            dwelling: draft.dwelling,
            phones: draft
                .phones
                .iter()
                .map(|(_, index)| index.clone())
                .collect(),
        }
    }

    fn year_fits(&self, draft: &Draft) -> bool {
        match (self.year, draft.birth) {
            (Some(year), Some(birth)) => year == birth.year,
            _ => true,
        }
    }

    fn is_same(&self, draft: &Draft) -> bool {
        self.dwelling == draft.dwelling
            || draft
                .phones
                .iter()
                .any(|(_, index)| self.phones.contains(index))
    }
}
