//! Rows of one file that may mean the same person. The first goes in; the others wait for somebody to say whether they add
//! to it or are somebody else: what a sheet says twice is often one person with two numbers, and sometimes two of one name.

use std::collections::HashMap;

use youlin_imports::{Choice, Refused};

use super::read::Draft;

/// Notes on every row that repeats earlier ones which those are, and gives every decided row the turn in which it is taken:
/// a row that adds to another needs that one saved first.
pub(super) fn noted(drafts: &mut [Draft]) {
    let mut repeats: Vec<(usize, Vec<Refused>, bool)> = Vec::new();
    let (mut numbers, mut keys, mut names) = <(Rows<'_>, Rows<'_>, Rows<'_>)>::default();
    for (at, draft) in drafts.iter().enumerate() {
        let own = Seen(draft);
        let number = draft.identity_index.as_deref();
        let of_number = number.map(|number| earlier(&mut numbers, drafts, number, at));
        let key = draft.key.as_deref().map(str::as_bytes);
        let of_key = key.map(|key| earlier(&mut keys, drafts, key, at));
        let called = earlier(&mut names, drafts, &draft.name_index, at);
        let same = [of_number, of_key].into_iter().flatten();
        match same.into_iter().find(|rows| !rows.is_empty()) {
            Some(same) => repeats.push((at, own.surely(&same), false)),
            None => {
                let perhaps = own.perhaps(&called);
                repeats.extend(perhaps.map(|doubt| (at, vec![doubt], true)));
            }
        }
    }
    for (at, doubts, alike) in repeats {
        if let Some(draft) = drafts.get_mut(at) {
            draft.alike = alike;
            draft.doubts.extend(doubts);
        }
    }
    let mut turns: HashMap<Vec<u8>, usize> = HashMap::new();
    let decided = |draft: &&mut Draft| matches!(draft.choice, Some(Choice::Take | Choice::Both));
    for draft in drafts.iter_mut().filter(decided) {
        let turn = turns.entry(draft.name_index.clone()).or_default();
        *turn += 1;
        draft.turn = *turn;
    }
}

/// The places of rows that say the same.
type Rows<'a> = HashMap<&'a [u8], Vec<usize>>;

/// The earlier rows that say this, too.
fn earlier<'a>(
    rows: &mut Rows<'a>,
    drafts: &'a [Draft],
    said: &'a [u8],
    at: usize,
) -> Vec<Seen<'a>> {
    let held = rows.entry(said).or_default();
    let before = held.iter().filter_map(|at| drafts.get(*at));
    let before = before.map(Seen).collect();
    held.push(at);
    before
}

/// A row beside others.
#[derive(Clone, Copy)]
struct Seen<'a>(&'a Draft);

impl Seen<'_> {
    fn year(self) -> Option<i16> {
        self.0.birth.map(|birth| birth.year)
    }

    fn doubt(&self, code: &'static str, others: &[&Self]) -> Refused {
        let lines: Vec<String> = others.iter().map(|one| one.0.line.to_string()).collect();
        Refused::new(self.0.line, "", code).arg("first", lines.join("、"))
    }

    /// The same number or key: one person, and what the row says otherwise is said beside it.
    fn surely(&self, same: &[Self]) -> Vec<Refused> {
        let all: Vec<&Self> = same.iter().collect();
        let named: Vec<&Self> = same
            .iter()
            .filter(|one| one.0.name_index != self.0.name_index)
            .collect();
        let moved: Vec<&Self> = same
            .iter()
            .filter(|one| one.0.dwelling.is_some() && self.0.dwelling.is_some())
            .filter(|one| one.0.dwelling != self.0.dwelling)
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
            let years = self.year().is_none() || one.year().is_none() || self.year() == one.year();
            years && !(one.0.identity_index.is_some() && self.0.identity_index.is_some())
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
            .filter(|one| self.year().is_some() && one.year() == self.year())
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
        let held = |index: &Vec<u8>| other.0.phones.iter().any(|(_, one)| one == index);
        self.0.dwelling == other.0.dwelling || self.0.phones.iter().any(|(_, index)| held(index))
    }
}
