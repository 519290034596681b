//! The doubtful rows of an import, by what is doubtful: rows of one sort are decided together, or one by one.

use std::collections::BTreeMap;

use serde::Deserialize;
use youlin_web::Shell;

use crate::tabs::{in_words, row_of, spelled};
use crate::{Choice, Doubt, ImportReport};

/// Rows of a sort that are shown one by one; what is said of the sort holds for the others, too.
const SHOWN: usize = 100;
/// A longer list is folded together.
const OPEN: usize = 5;

/// Leaves a row out whatever is said of its sort.
const LEAVE: &str = "leave";

/// A doubtful row in words.
pub(super) struct DoubtRow {
    pub(super) line: u32,
    /// Where it is, as lists name it and in words.
    pub(super) row: String,
    pub(super) at: String,
    pub(super) called: String,
    pub(super) sentences: Vec<String>,
    pub(super) choices: Vec<&'static str>,
}

/// Rows with the same doubts.
pub(super) struct Sort {
    pub(super) sort: String,
    /// The first of them stands for all.
    pub(super) example: Vec<String>,
    pub(super) count: usize,
    pub(super) choices: Vec<&'static str>,
    pub(super) rows: Vec<DoubtRow>,
    pub(super) more: usize,
}

impl Sort {
    /// One row needs no decision about its sort.
    pub(super) fn is_one(&self) -> bool {
        self.count == 1
    }

    pub(super) fn is_open(&self) -> bool {
        self.count <= OPEN
    }
}

fn words(choices: Vec<Choice>) -> Vec<&'static str> {
    choices.iter().map(|choice| choice.as_str()).collect()
}

fn row(s: &Shell, sheets: &[String], doubt: &Doubt<'_>) -> DoubtRow {
    let (i18n, locale) = (s.app().i18n(), s.ctx().locale());
    let called = doubt.why.first().map(|one| one.about().to_owned());
    DoubtRow {
        line: doubt.line,
        row: row_of(sheets, doubt.line),
        at: in_words(i18n, locale, &spelled(sheets, &doubt.line.to_string())),
        called: called.unwrap_or_default(),
        sentences: doubt
            .why
            .iter()
            .map(|one| one.sentence(i18n, locale))
            .collect(),
        choices: words(doubt.choices()),
    }
}

/// The sorts in the order in which they first come up.
pub(super) fn sorts(s: &Shell, sheets: &[String], report: &ImportReport) -> Vec<Sort> {
    let mut all: Vec<Sort> = Vec::new();
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    for (sort, doubt) in report.sorted_doubts() {
        let place = *at.entry(sort.clone()).or_insert(all.len());
        if place == all.len() {
            all.push(Sort {
                sort,
                example: row(s, sheets, &doubt).sentences,
                count: 0,
                choices: words(doubt.choices()),
                rows: Vec::new(),
                more: 0,
            });
        }
        let Some(sort) = all.get_mut(place) else {
            continue;
        };
        sort.count += 1;
        match sort.rows.len() < SHOWN {
            true => sort.rows.push(row(s, sheets, &doubt)),
            false => sort.more += 1,
        }
    }
    all
}

/// What was decided: lines and sorts, each with its choice beside it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Decided {
    line: Vec<u32>,
    choice: Vec<String>,
    sort: Vec<String>,
    sort_choice: Vec<String>,
}

impl Decided {
    /// By line; where its line says nothing, what is said of its sort.
    pub(super) fn choices(&self, report: &ImportReport) -> BTreeMap<u32, Choice> {
        let lines: BTreeMap<u32, &String> = self.line.iter().copied().zip(&self.choice).collect();
        let sorts: BTreeMap<&str, &String> = self
            .sort
            .iter()
            .map(String::as_str)
            .zip(&self.sort_choice)
            .collect();
        let doubts = report.sorted_doubts().into_iter();
        let decided = doubts.filter_map(|(sort, doubt)| {
            let own = lines.get(&doubt.line).filter(|choice| !choice.is_empty());
            let said = match own {
                Some(own) if *own == LEAVE => return None,
                Some(own) => *own,
                None => sorts.get(sort.as_str())?,
            };
            Some((doubt.line, Choice::parse(said)?))
        });
        decided.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Decided;
    use crate::{Choice, ImportReport, Refused};

    #[test]
    fn a_row_goes_by_its_own_decision_before_that_of_its_sort() {
        let moved = |line| Refused::new(line, "", "sheet-moved").or(&[Choice::Take, Choice::Both]);
        let report = ImportReport {
            doubtful: (1..=4).map(moved).collect(),
            ..ImportReport::default()
        };
        let decided = Decided {
            line: vec![1, 2, 3],
            choice: ["", "leave", "both"].map(str::to_owned).to_vec(),
            sort: vec!["sheet-moved".to_owned()],
            sort_choice: vec!["take".to_owned()],
        };
        let choices: Vec<(u32, Choice)> = decided.choices(&report).into_iter().collect();
        // The fourth is not among the rows shown.
        let expected = [(1, Choice::Take), (3, Choice::Both), (4, Choice::Take)];
        assert_eq!(choices, expected);
        assert!(Decided::default().choices(&report).is_empty());
    }
}
