//! What an import did, or would do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use youlin_kernel::{Locale, Problem, ProblemKind};
use youlin_web::I18n;

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
}

impl Choice {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::New => "new",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Take, Self::New]
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
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        i18n.text(locale, &format!("import-{}", self.code), &args)
    }
}

/// What became of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    New,
    Changed,
    Unchanged,
}

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
}

impl ImportReport {
    /// Counts one row.
    pub fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::New => self.new += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
        }
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
        // Sorted once at the end would be cheaper, but parts come sorted: nothing moves.
        for (held, new) in [
            (&mut self.refused, other.refused),
            (&mut self.doubtful, other.doubtful),
        ] {
            if !new.is_empty() {
                held.extend(new);
                held.sort_by_key(|one| one.line);
            }
        }
    }

    /// Rows that wait for a decision; one row may have several doubts.
    #[must_use]
    pub fn doubtful_rows(&self) -> usize {
        let mut lines: Vec<u32> = self.doubtful.iter().map(|doubt| doubt.line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.len()
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
