//! A file of rules as somebody wrote it. What cannot be read is said by its place: the character, or the rule.

use serde::Deserialize;
use serde_json::{Error, Value};
use youlin_checklist::{Rule, RuleSet};
use youlin_kernel::{Problem, Result};

/// The set a text holds.
///
/// # Errors
/// 422 on `text`: no JSON, something is missing, or something is said that is not known there.
pub(super) fn rule_set(text: &str) -> Result<RuleSet> {
    let file: Value = serde_json::from_str(text).map_err(|error| {
        Problem::invalid("text", "rules-not-json")
            .field_arg("line", error.line())
            .field_arg("column", error.column())
    })?;
    RuleSet::deserialize(&file).map_err(|error| {
        // Of one rule among hundreds its place says more than what is wrong with it.
        let rules = file["rules"].as_array().into_iter().flatten();
        let mut faults = rules.map(|rule| Rule::deserialize(rule).err()).enumerate();
        match faults.find_map(|(at, fault)| Some((at + 1, fault?))) {
            Some((nth, fault)) => of("rule-lacks", "rule-wrong", &fault).field_arg("nth", nth),
            None => of("rules-lack", "rules-wrong", &error),
        }
    })
}

fn of(lacks: &'static str, wrong: &'static str, error: &Error) -> Problem {
    let text = error.to_string();
    let code = match text.starts_with("missing field") {
        true => lacks,
        false => wrong,
    };
    Problem::invalid("text", code).field_arg("name", named(&text))
}

/// What serde quotes of the file: ``missing field `code` ``, `invalid type: string "four", expected i64`.
fn named(text: &str) -> String {
    let quoted = |mark: char| text.split(mark).nth(1);
    let said = || text.split([':', ',']).nth(1).map(str::trim);
    let found = quoted('"').or_else(|| quoted('`')).or_else(said);
    found.unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use youlin_checklist::example_rules;

    use super::*;

    /// The shipped set with something replaced: code of the fault and its arguments.
    fn fault(from: &str, to: &str) -> (&'static str, Vec<(&'static str, String)>) {
        let good = serde_json::to_string(&example_rules().unwrap()).unwrap();
        assert!(good.contains(from), "{from} in {good}");
        let problem = rule_set(&good.replacen(from, to, 1)).unwrap_err();
        let field = problem.fields().first().unwrap();
        let mut args = field.args.clone();
        args.sort();
        (field.code, args)
    }

    fn arg(name: &'static str, value: &str) -> (&'static str, String) {
        (name, value.to_owned())
    }

    #[test]
    fn what_cannot_be_read_is_said_by_its_place() {
        let good = serde_json::to_string(&example_rules().unwrap()).unwrap();
        rule_set(&good).unwrap();
        assert_eq!(
            fault("\"source\"", "\"origin\""),
            ("rules-lack", vec![arg("name", "source")])
        );
        assert_eq!(
            fault("\"clause\"", "\"article\""),
            ("rule-lacks", vec![arg("name", "clause"), arg("nth", "1")])
        );
        assert_eq!(fault("\"at_least\"", "\"at_lest\"").0, "rule-wrong");
        let (code, args) = fault("{", "{,");
        assert_eq!(code, "rules-not-json");
        assert_eq!(args, [arg("column", "2"), arg("line", "1")]);
    }

    #[test]
    fn what_stands_in_the_file_is_named() {
        for (text, name) in [
            ("missing field `code` at line 1 column 3", "code"),
            ("invalid type: string \"four\", expected i64", "four"),
            ("unknown variant `at_lest`, expected `at_least`", "at_lest"),
            ("invalid type: null, expected i64", "null"),
        ] {
            assert_eq!(named(text), name);
        }
    }
}
