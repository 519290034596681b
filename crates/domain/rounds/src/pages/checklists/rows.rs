//! A checklist as rows of a form, and back: sections and repeats begin and end in rows of their own, as in a workbook.

use std::collections::BTreeMap;

use youlin_checklist::{Checklist, Status};

use super::convert::{choices_of, flatten, lines, nested, pass_percent, rule, rule_row, words};

/// Kinds of rows, in the order they are offered.
pub(super) const KINDS: [&str; 19] = [
    "text",
    "integer",
    "decimal",
    "yes_no",
    "one",
    "many",
    "date",
    "time",
    "date_time",
    "photo",
    "signature",
    "position",
    "track",
    "barcode",
    "note",
    "calculate",
    "group",
    "repeat",
    "end",
];

/// One text by language, in the order of the checklist's languages.
pub(super) type Texts = BTreeMap<String, String>;

/// A question, or where a section or repeat begins or ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) list: String,
    pub(super) label: Texts,
    pub(super) hint: Texts,
    pub(super) message: Texts,
    pub(super) unit: String,
    pub(super) required: String,
    pub(super) relevant: String,
    pub(super) constraint: String,
    pub(super) calculation: String,
    pub(super) default: String,
    pub(super) read_only: bool,
    pub(super) appearance: String,
    /// What its answers are worth: `clear=10 goods=0`, `..3=0 3..=5`.
    pub(super) points: String,
    /// Of a repeat: how often, when that follows from answers.
    pub(super) count: String,
}

impl Row {
    pub(super) fn is_end(&self) -> bool {
        self.kind == "end"
    }

    pub(super) fn is_group(&self) -> bool {
        self.kind == "group" || self.kind == "repeat"
    }
}

/// Choices as lines: `few | 少许 | A little`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct List {
    pub(super) name: String,
    pub(super) lines: String,
}

/// What an answer leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RuleRow {
    pub(super) code: String,
    pub(super) label: Texts,
    pub(super) within: String,
    pub(super) when: String,
    pub(super) rule: String,
    pub(super) question: String,
    pub(super) of: String,
    pub(super) category: String,
    pub(super) severity: String,
    pub(super) is_case: bool,
    pub(super) on_the_spot: bool,
    pub(super) evidence: String,
}

/// The editor's form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EditForm {
    pub(super) version: String,
    pub(super) languages: Vec<String>,
    pub(super) title: Texts,
    pub(super) kind: String,
    pub(super) subjects: Vec<String>,
    pub(super) sources: String,
    pub(super) example: bool,
    /// The share of points from which on a place passes.
    pub(super) pass_percent: String,
    pub(super) rows: Vec<Row>,
    pub(super) lists: Vec<List>,
    pub(super) rules: Vec<RuleRow>,
}

impl EditForm {
    pub(super) fn of(checklist: &Checklist, version: i32) -> Self {
        let mut rows = Vec::new();
        flatten(&checklist.items, &mut rows);
        let lists = checklist.choices.iter().map(|(name, all)| List {
            name: name.clone(),
            lines: lines(all, &checklist.languages),
        });
        Self {
            version: version.to_string(),
            languages: checklist.languages.clone(),
            title: checklist.title.clone(),
            kind: checklist.kind.clone(),
            subjects: checklist.subjects.clone(),
            sources: checklist.sources.join("\n"),
            example: checklist.status == Status::Example,
            pass_percent: checklist
                .pass_percent
                .map_or_else(String::new, |percent| percent.to_string()),
            rows,
            lists: lists.collect(),
            rules: checklist.findings.iter().map(rule_row).collect(),
        }
    }

    /// The checklist, or the names of the rows that end what did not begin or do not end.
    pub(super) fn checklist(&self, id: &str, number: &str) -> Result<Checklist, Vec<String>> {
        let items = nested(&self.rows)?;
        let choices = self.lists.iter().filter(|list| !list.name.is_empty());
        let lines = self.sources.lines().map(str::trim);
        Ok(Checklist {
            id: id.to_owned(),
            version: number.to_owned(),
            status: if self.example {
                Status::Example
            } else {
                Status::Draft
            },
            languages: self.languages.clone(),
            title: words(&self.title),
            pass_percent: pass_percent(&self.pass_percent),
            kind: self.kind.clone(),
            subjects: self.subjects.clone(),
            sources: lines
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
            choices: choices
                .map(|list| (list.name.clone(), choices_of(&list.lines, &self.languages)))
                .collect(),
            items,
            findings: self
                .rules
                .iter()
                .filter(|rule| !rule.code.is_empty())
                .map(rule)
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use youlin_checklist::{SHIPPED, shipped};

    use super::*;

    #[test]
    fn every_shipped_checklist_goes_through_the_editor_unchanged() {
        for (id, _) in SHIPPED {
            let mut wanted = shipped(id).expect("shipped");
            let form = EditForm::of(&wanted, 1);
            if wanted.status != Status::Example {
                wanted.status = Status::Draft;
            }
            let version = wanted.version.clone();
            assert_eq!(form.checklist(id, &version), Ok(wanted));
        }
    }

    #[test]
    fn an_end_without_a_beginning_is_named() {
        let mut form = EditForm::of(&shipped("river-patrol").expect("shipped"), 1);
        form.act("add:0:end");
        assert!(form.checklist("x", "1").is_err());
    }

    proptest! {
        /// Adding a section and taking it away again leaves everything as it was; nothing that is pressed breaks anything.
        #[test]
        fn buttons_never_lose_a_question(acts in prop::collection::vec(("add|up|down|list|rule", 0usize..80, "text|group|repeat|one"), 0..20)) {
            let mut form = EditForm::of(&shipped("market-fire").expect("shipped"), 1);
            let before = form.rows.iter().filter(|row| !row.name.is_empty()).count();
            for (verb, at, kind) in &acts {
                form.act(&format!("{verb}:{at}:{kind}"));
            }
            prop_assert_eq!(form.rows.iter().filter(|row| !row.name.is_empty()).count(), before);
            let held = form.clone();
            form.act("add:2:group");
            form.act("del:3");
            prop_assert_eq!(form, held);
        }
    }
}
