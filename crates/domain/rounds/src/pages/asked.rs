//! A checklist as a page asks it: its questions outside repeats, with what was answered.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use youlin_checklist::{Form, Kind, NodeKind, word};
use youlin_kernel::Ctx;
use youlin_web::{Choice, Shell};

use crate::checklists;

/// One question as drawn.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) label: String,
    /// `one`, `many`, `number` or `text`.
    pub(super) kind: &'static str,
    pub(super) needed: bool,
    pub(super) choices: Vec<Choice>,
    /// Of `many`: blanks between them.
    pub(super) value: String,
}

impl Asked {
    pub(super) fn has(&self, value: &str) -> bool {
        self.value.split_whitespace().any(|one| one == value)
    }
}

/// The questions a page can ask: photographs, positions and repeats are not among them.
pub(super) fn asked(s: &Shell, form: &Form, answers: &BTreeMap<String, Json>) -> Vec<Asked> {
    let language = checklists::language(s.ctx().locale());
    let lists = &form.checklist().choices;
    let choices = |list: &str| -> Vec<Choice> {
        let all = lists.get(list).map(Vec::as_slice).unwrap_or_default();
        all.iter()
            .map(|one| Choice::new(&one.name, word(&one.label, language)))
            .collect()
    };
    let mut all = Vec::new();
    for node in form.nodes().iter().filter(|node| node.repeats.is_empty()) {
        let NodeKind::Field(field) = &node.kind else {
            continue;
        };
        let (kind, choices) = match &field.kind {
            Kind::One { list } => ("one", choices(list)),
            Kind::Many { list } => ("many", choices(list)),
            Kind::YesNo => (
                "one",
                vec![Choice::new("yes", s.t("yes")), Choice::new("no", s.t("no"))],
            ),
            Kind::Integer | Kind::Decimal => ("number", Vec::new()),
            Kind::Text => ("text", Vec::new()),
            _ => continue,
        };
        let mut label = word(&field.question.label, language).to_owned();
        if !field.question.unit.is_empty() {
            label = s.t2(
                "round-question-unit",
                &("question", label),
                &("unit", &field.question.unit),
            );
        }
        let value = answers.get(&node.name).and_then(Json::as_str);
        all.push(Asked {
            label,
            kind,
            needed: field.required.is_some(),
            choices,
            value: value.unwrap_or_default().to_owned(),
            name: node.name.clone(),
        });
    }
    all
}

/// What the answers lead to and is a case, as rows to be confirmed: category, severity, sentence.
pub(super) fn proposed(
    ctx: &Ctx,
    form: &Form,
    answers: &BTreeMap<String, Json>,
) -> Vec<(String, &'static str, String, bool)> {
    let json = serde_json::to_value(answers).unwrap_or_default();
    let answered = checklists::answered(ctx, form, &json);
    let language = checklists::language(ctx.locale());
    let rules = &form.checklist().findings;
    answered
        .findings(form)
        .into_iter()
        .map(|found| {
            let rule = rules.iter().find(|rule| rule.code == found.code);
            let words =
                rule.map_or_else(String::new, |rule| word(&rule.label, language).to_owned());
            (
                found.category,
                severity(found.severity),
                words,
                !found.is_case,
            )
        })
        .collect()
}

fn severity(severity: youlin_checklist::Severity) -> &'static str {
    use youlin_checklist::Severity as S;
    match severity {
        S::Low => "low",
        S::Medium => "medium",
        S::High => "high",
        S::Immediate => "immediate",
    }
}
