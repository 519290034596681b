//! What an import did, or would do.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use youlin_kernel::{Locale, Problem, ProblemKind};
use youlin_web::I18n;

use crate::tabs::{in_words, spelled};

/// A row that was not taken in, and why, in a form that can be put in any language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refused {
    /// Line of the file (the header is line 1), or the number of the feature in a boundary file. 0: the file as a whole.
    pub line: u32,
    /// The column at fault; empty when it is the row as a whole.
    pub column: String,
    /// Key of the catalogue without its `import-` prefix.
    pub code: String,
    /// Arguments of the message, among them the place (`lon`, `lat`) of a fault in a boundary.
    pub args: Vec<(String, String)>,
    /// Of a doubtful row: what somebody may decide about it besides leaving it out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// What the row is about, covered as the register covers it; where the register says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub called: Option<Box<str>>,
}

/// What a person decided about a doubtful row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportChoice)]
pub enum Choice {
    /// Take it in as the sentence proposes.
    Take,
    /// Take it in as something new.
    New,
    /// Take it in, and keep what the register holds beside it.
    Both,
}

impl Choice {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::New => "new",
            Self::Both => "both",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Take, Self::New, Self::Both]
            .into_iter()
            .find(|one| one.as_str() == text)
    }
}

impl Refused {
    /// `code` is a key of the message catalogue without its `import-` prefix.
    #[must_use]
    pub fn new(line: u32, column: impl Into<String>, code: &'static str) -> Self {
        Self {
            line,
            column: column.into(),
            code: code.to_owned(),
            args: Vec::new(),
            choices: Vec::new(),
            called: None,
        }
    }

    /// What may be decided about it, if it is a doubt.
    #[must_use]
    pub fn or(mut self, choices: &[Choice]) -> Self {
        self.choices = choices.to_vec();
        self
    }

    /// Adds an argument of the message.
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }

    /// What the row is about, or nothing.
    #[must_use]
    pub fn about(&self) -> &str {
        self.called.as_deref().unwrap_or_default()
    }

    /// The value of an argument.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.args.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The sentence for people.
    #[must_use]
    pub fn sentence(&self, i18n: &I18n, locale: Locale) -> String {
        let args: Vec<(&str, String)> = self
            .args
            .iter()
            .map(|(name, value)| match ROWS.contains(&name.as_str()) {
                true => (name.as_str(), in_words(i18n, locale, value)),
                false => (name.as_str(), value.clone()),
            })
            .collect();
        i18n.text(locale, &format!("import-{}", self.code), &args)
    }
}

/// Arguments that name other rows of the file.
const ROWS: [&str; 3] = ["first", "rows", "line"];

/// What became of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportOutcome)]
pub enum Outcome {
    New,
    Changed,
    Unchanged,
}

/// Rows of each outcome that are named one by one; the others are a number.
pub const NAMED: usize = 200;

/// A row that brings something new or changes something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Touched {
    pub line: u32,
    pub outcome: Outcome,
    /// Fields that change (`import-field-…`); of something new, none.
    pub what: Vec<String>,
    /// What the row is about, covered as the register covers it.
    pub called: String,
}

/// A row that waits for a decision.
#[derive(Clone, Debug)]
pub struct Doubt<'a> {
    pub line: u32,
    pub why: Vec<&'a Refused>,
}

impl Doubt<'_> {
    /// The decisions that answer every doubt of the row: the proposals are taken only where all of them can be, something new
    /// or both only where one of the doubts allows it.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice> {
        let offers = |choice: &Choice| {
            let mut all = self.why.iter();
            match choice {
                Choice::Take => all.all(|doubt| doubt.choices.contains(choice)),
                Choice::New | Choice::Both => all.any(|doubt| doubt.choices.contains(choice)),
            }
        };
        let all = [Choice::Take, Choice::Both, Choice::New];
        all.into_iter().filter(offers).collect()
    }

    /// Rows with the same doubts are of one sort, and may be decided together.
    #[must_use]
    pub fn sort(&self) -> String {
        let codes: Vec<&str> = self.why.iter().map(|one| one.code.as_str()).collect();
        codes.join("+")
    }

    /// The same, each word a doubt is about apart from the others.
    fn apart(&self) -> String {
        let sorts = self.why.iter().map(|one| match one.value(APART) {
            Some(word) => format!("{}:{word}", one.code),
            None => one.code.clone(),
        });
        sorts.collect::<Vec<_>>().join("+")
    }
}

/// Argument of a doubt about a word (an unknown label): rows with other words are decided apart from those with this one.
pub const APART: &str = "apart";
/// More words than these are decided together after all: nobody decides about every line of a column of free text.
const MOST_APART: usize = 60;

/// What an import did, or with `dry_run` would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    pub new: u32,
    pub changed: u32,
    pub unchanged: u32,
    pub refused: Vec<Refused>,
    /// Rows that are taken in only when somebody says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubtful: Vec<Refused>,
    /// What was left out of rows that were taken in all the same: a person of a shop, a cell that is an error. Such a row counts
    /// as new, changed or unchanged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub noted: Vec<Refused>,
    /// The first rows of each outcome, of registers that say which they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touched: Vec<Touched>,
}

impl ImportReport {
    /// Rows that change what is held.
    #[must_use]
    pub fn written(&self) -> u32 {
        self.new + self.changed
    }

    /// Something would change, now or once somebody decides about a row in doubt.
    #[must_use]
    pub fn brings(&self) -> bool {
        self.written() > 0 || !self.doubtful.is_empty()
    }

    /// Counts one row.
    pub fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::New => self.new += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
        }
    }

    /// Counts one row, and names it while there is room. `what`: the fields that change.
    pub fn touch(&mut self, line: u32, outcome: Outcome, what: &[&'static str]) {
        self.count(outcome);
        if outcome != Outcome::Unchanged && self.room(outcome) > 0 {
            self.touched.push(Touched {
                line,
                outcome,
                what: what.iter().map(|field| (*field).to_owned()).collect(),
                called: String::new(),
            });
        }
    }

    /// How many more rows of this outcome are named.
    fn room(&self, outcome: Outcome) -> usize {
        NAMED.saturating_sub(self.named(outcome).count())
    }

    /// The rows of this outcome that are named.
    pub fn named(&self, outcome: Outcome) -> impl Iterator<Item = &Touched> + '_ {
        self.touched
            .iter()
            .filter(move |one| one.outcome == outcome)
    }

    /// Counts one row, or notes why it was refused.
    pub fn note(&mut self, outcome: Result<Outcome, Refused>) {
        match outcome {
            Ok(outcome) => self.count(outcome),
            Err(refused) => self.refused.push(refused),
        }
    }

    /// Adds another part of the same import.
    pub fn absorb(&mut self, other: Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        for outcome in [Outcome::New, Outcome::Changed] {
            let room = self.room(outcome);
            let more = other.named(outcome).take(room).cloned();
            self.touched.extend(more);
        }
        // Sorted once at the end would be cheaper, but parts come sorted: nothing moves.
        for (held, new) in [
            (&mut self.refused, other.refused),
            (&mut self.doubtful, other.doubtful),
            (&mut self.noted, other.noted),
        ] {
            if !new.is_empty() {
                held.extend(new);
                held.sort_by_key(|one| one.line);
            }
        }
    }

    /// The lines it says something about.
    pub(crate) fn spoken_of(&self) -> HashSet<u32> {
        let left = self.refused.iter().chain(&self.doubtful);
        let left = left.chain(&self.noted);
        let touched = self.touched.iter().map(|one| one.line);
        left.map(|one| one.line).chain(touched).collect()
    }

    /// Says of them what they are about.
    pub(crate) fn call(&mut self, called: &HashMap<u32, String>) {
        let of = |line| called.get(&line).cloned().unwrap_or_default();
        let left = self.refused.iter_mut().chain(&mut self.doubtful);
        for one in left.chain(&mut self.noted) {
            let about = of(one.line);
            one.called = (!about.is_empty()).then(|| about.into());
        }
        for one in &mut self.touched {
            one.called = of(one.line);
        }
    }

    /// Says of the rows its sentences name in which of these sheets they are.
    pub(crate) fn place(&mut self, sheets: &[String]) {
        let left = self.refused.iter_mut().chain(&mut self.doubtful);
        for one in left.chain(&mut self.noted) {
            for (name, value) in &mut one.args {
                if ROWS.contains(&name.as_str()) {
                    *value = spelled(sheets, value);
                }
            }
        }
    }

    /// Rows that wait for a decision; one row may have several doubts.
    #[must_use]
    pub fn doubtful_rows(&self) -> usize {
        self.doubts().len()
    }

    /// The rows that wait for a decision, with what may be decided about each.
    #[must_use]
    pub fn doubts(&self) -> Vec<Doubt<'_>> {
        let mut rows: BTreeMap<u32, Vec<&Refused>> = BTreeMap::new();
        for one in &self.doubtful {
            rows.entry(one.line).or_default().push(one);
        }
        let rows = rows.into_iter();
        rows.map(|(line, why)| Doubt { line, why }).collect()
    }

    /// The rows that wait for a decision, each with its sort: rows of one sort may be decided together.
    #[must_use]
    pub fn sorted_doubts(&self) -> Vec<(String, Doubt<'_>)> {
        let doubts = self.doubts();
        let sorts: BTreeSet<String> = doubts.iter().map(Doubt::apart).collect();
        let apart = sorts.len() <= MOST_APART;
        let doubts = doubts.into_iter();
        doubts
            .map(|doubt| match apart {
                true => (doubt.apart(), doubt),
                false => (doubt.sort(), doubt),
            })
            .collect()
    }

    /// Rows that were refused; one may be for several reasons.
    #[must_use]
    pub fn refused_rows(&self) -> usize {
        let lines = self.refused.iter().map(|one| one.line);
        lines.collect::<BTreeSet<u32>>().len()
    }

    /// Rows that were not taken in: refused, or left without a decision.
    #[must_use]
    pub fn left_rows(&self) -> usize {
        let left = self.refused.iter().chain(&self.doubtful);
        left.map(|one| one.line).collect::<BTreeSet<u32>>().len()
    }

    /// Whether every row was taken in.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.refused.is_empty()
    }

    /// The 422 of an import that takes in everything or nothing; the report is its data.
    #[must_use]
    pub fn problem(&self) -> Problem {
        Problem::new(ProblemKind::Invalid, "import-refused")
            .arg("count", self.refused.len())
            .with_data(serde_json::to_value(self).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::{APART, Choice, ImportReport, NAMED, Outcome, Refused};

    #[test]
    fn rows_are_named_as_far_as_there_is_room() {
        let mut report = ImportReport::default();
        let batches: [std::ops::Range<u32>; 2] = [0..150, 150..300];
        for lines in batches {
            let mut batch = ImportReport::default();
            for line in lines {
                batch.touch(line, Outcome::New, &[]);
            }
            batch.touch(1_000, Outcome::Changed, &["phone"]);
            batch.touch(1_001, Outcome::Unchanged, &[]);
            report.absorb(batch);
        }
        assert_eq!((report.new, report.changed, report.unchanged), (300, 2, 2));
        let new: Vec<u32> = report.named(Outcome::New).map(|one| one.line).collect();
        assert_eq!(new.len(), NAMED);
        assert_eq!(new.last(), Some(&199));
        assert_eq!(report.named(Outcome::Changed).count(), 2);
        assert_eq!(report.named(Outcome::Unchanged).count(), 0);
    }

    #[test]
    fn rows_with_different_words_are_decided_apart() {
        let unknown = |line: u32, word: &str| {
            let doubt = Refused::new(line, "", "sheet-label-unknown");
            doubt.arg(APART, word).or(&[Choice::Take])
        };
        let sorts = |doubtful: Vec<Refused>| {
            let report = ImportReport {
                doubtful,
                ..ImportReport::default()
            };
            let sorts = report.sorted_doubts().into_iter();
            sorts.map(|(sort, _)| sort).collect::<Vec<_>>()
        };
        let found = sorts(vec![
            unknown(1, "低保"),
            unknown(2, "广场舞"),
            unknown(3, "低保"),
        ]);
        assert_eq!(found[0], found[2]);
        assert_ne!(found[0], found[1]);
        let free: Vec<Refused> = (0..100)
            .map(|line| unknown(line, &line.to_string()))
            .collect();
        let found = sorts(free);
        assert!(found.iter().all(|sort| *sort == found[0]), "{found:?}");
    }

    #[test]
    fn a_row_left_out_for_two_reasons_is_one_row() {
        let report = ImportReport {
            refused: vec![Refused::new(3, "", "a"), Refused::new(3, "", "b")],
            doubtful: vec![Refused::new(5, "", "c"), Refused::new(5, "", "d")],
            ..ImportReport::default()
        };
        assert_eq!((report.left_rows(), report.refused_rows()), (2, 1));
    }

    #[test]
    fn a_row_is_decided_once_for_all_its_doubts() {
        let doubt = |code, choices: &[Choice]| Refused::new(7, "", code).or(choices);
        let report = ImportReport {
            doubtful: vec![
                doubt("sheet-name-differs", &[Choice::Take]),
                doubt("sheet-moved", &[Choice::Take, Choice::Both]),
                Refused::new(3, "", "sheet-several-known").or(&[Choice::New]),
            ],
            ..ImportReport::default()
        };
        let doubts = report.doubts();
        assert_eq!(report.doubtful_rows(), 2);
        assert_eq!(doubts[0].choices(), [Choice::New]);
        assert_eq!(doubts[1].choices(), [Choice::Take, Choice::Both]);
        assert_eq!(doubts[1].sort(), "sheet-name-differs+sheet-moved");
    }
}
