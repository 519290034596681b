//! A category as a form: what is in the catalogue to fields, and fields back to the catalogue.

use youlin_kernel::{Problem, ProblemKind, Result};
use youlin_workday::{Limit, LimitUnit};

use crate::catalogue::{Category, Choice, Class, Evidence, Question, QuestionType};
use crate::pages::street::upload::Upload;

/// Questions one category may have on this page.
const MAX_QUESTIONS: usize = 12;
/// Empty questions offered at the end.
const SPARE: usize = 2;

/// One question as it is typed.
#[derive(Clone, Debug, Default)]
pub(super) struct QuestionFields {
    pub(super) code: String,
    pub(super) label: String,
    pub(super) label_en: String,
    pub(super) kind: String,
    pub(super) required: bool,
    /// One choice a line: `key=name`.
    pub(super) values: String,
}

/// A category as it is typed.
#[derive(Clone, Debug, Default)]
pub(super) struct CategoryFields {
    pub(super) code: String,
    pub(super) class: String,
    pub(super) group: String,
    pub(super) name: String,
    pub(super) name_en: String,
    pub(super) keywords: String,
    pub(super) urgent_keywords: String,
    pub(super) limit: String,
    pub(super) limit_unit: String,
    pub(super) accept: String,
    pub(super) accept_unit: String,
    pub(super) evidence: String,
    pub(super) evidence_basis: String,
    pub(super) line_department: String,
    pub(super) reopen_days: String,
    pub(super) sensitive: bool,
    pub(super) active: bool,
    pub(super) questions: Vec<QuestionFields>,
    /// The revision the editor saw; empty for a new category.
    pub(super) seen: String,
}

impl CategoryFields {
    pub(super) fn of(category: &Category, active: bool) -> Self {
        let mut questions: Vec<QuestionFields> =
            category.questions.iter().map(question_fields).collect();
        questions.extend(vec![QuestionFields::default(); SPARE]);
        Self {
            code: category.code.clone(),
            class: category.class.as_str().to_owned(),
            group: category.group.clone(),
            name: category.name.clone(),
            name_en: category.name_en.clone(),
            keywords: category.keywords.join("、"),
            urgent_keywords: category.urgent_keywords.join("、"),
            limit: category.limit.amount.to_string(),
            limit_unit: unit_word(category.limit.unit).to_owned(),
            accept: category.accept_limit.amount.to_string(),
            accept_unit: unit_word(category.accept_limit.unit).to_owned(),
            evidence: evidence_word(category.evidence).to_owned(),
            evidence_basis: category.evidence_basis.clone().unwrap_or_default(),
            line_department: category.line_department.clone().unwrap_or_default(),
            reopen_days: category.reopen_days.to_string(),
            sensitive: category.sensitive,
            active,
            questions,
            seen: category.revision.to_string(),
        }
    }

    /// An empty form with the usual limits.
    pub(super) fn fresh() -> Self {
        Self {
            class: "event".into(),
            limit: "3".into(),
            limit_unit: "working_days".into(),
            accept: "4".into(),
            accept_unit: "working_hours".into(),
            evidence: "none".into(),
            reopen_days: "15".into(),
            active: true,
            questions: vec![QuestionFields::default(); SPARE],
            ..Self::default()
        }
    }

    pub(super) fn read(form: &Upload) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        let questions = (0..MAX_QUESTIONS)
            .filter(|n| !form.all(&format!("q{n}.code")).is_empty())
            .map(|n| QuestionFields {
                code: text(&format!("q{n}.code")),
                label: text(&format!("q{n}.label")),
                label_en: text(&format!("q{n}.label_en")),
                kind: text(&format!("q{n}.type")),
                required: !form.text(&format!("q{n}.required")).is_empty(),
                values: text(&format!("q{n}.values")),
            })
            .collect();
        Self {
            code: text("code"),
            class: text("class"),
            group: text("group"),
            name: text("name"),
            name_en: text("name_en"),
            keywords: text("keywords"),
            urgent_keywords: text("urgent_keywords"),
            limit: text("limit"),
            limit_unit: text("limit_unit"),
            accept: text("accept"),
            accept_unit: text("accept_unit"),
            evidence: text("evidence"),
            evidence_basis: text("evidence_basis"),
            line_department: text("line_department"),
            reopen_days: text("reopen_days"),
            sensitive: !form.text("sensitive").is_empty(),
            active: !form.text("active").is_empty(),
            questions,
            seen: text("seen"),
        }
    }

    /// The category, with every field that cannot be read named at once.
    ///
    /// # Errors
    /// 422.
    pub(super) fn category(&self) -> Result<Category> {
        let mut faults = Problem::new(ProblemKind::Invalid, "invalid");
        let mut amount = |field: &'static str, text: &str| match text.parse::<u32>() {
            Ok(number) if number <= 10_000 => number,
            _ => {
                faults = faults
                    .clone()
                    .and_field(field, "whole-number")
                    .field_arg("max", 10_000);
                0
            }
        };
        let limit = amount("limit", &self.limit);
        let accept = amount("accept", &self.accept);
        let reopen_days = amount("reopen_days", &self.reopen_days);
        for (field, text) in [
            ("code", &self.code),
            ("name", &self.name),
            ("group", &self.group),
        ] {
            if text.is_empty() {
                faults = faults.and_field(field, "required");
            }
        }
        if self.evidence == "required" && self.evidence_basis.is_empty() {
            faults = faults.and_field("evidence_basis", "evidence-basis-needed");
        }
        let mut questions = Vec::new();
        for (n, fields) in self.questions.iter().enumerate() {
            match question(fields, n) {
                Ok(Some(question)) => questions.push(question),
                Ok(None) => {}
                Err(code) => faults = faults.and_field(format!("q{n}"), code),
            }
        }
        if !faults.fields().is_empty() {
            return Err(faults);
        }
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Ok(Category {
            code: self.code.clone(),
            revision: self.seen.parse().unwrap_or(0),
            class: match self.class.as_str() {
                "part" => Class::Part,
                "service" => Class::Service,
                _ => Class::Event,
            },
            group: self.group.clone(),
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            keywords: words(&self.keywords),
            urgent_keywords: words(&self.urgent_keywords),
            limit: Limit::new(limit, unit(&self.limit_unit)),
            accept_limit: Limit::new(accept, unit(&self.accept_unit)),
            evidence: match self.evidence.as_str() {
                "required" => Evidence::Required,
                "optional" => Evidence::Optional,
                _ => Evidence::None,
            },
            evidence_basis: filled(&self.evidence_basis),
            questions,
            line_department: filled(&self.line_department),
            reopen_days,
            sensitive: self.sensitive,
        })
    }

    /// Field names (keys of the catalogue of words) with both values, where two forms differ.
    pub(super) fn differences(&self, other: &Self) -> Vec<(&'static str, String, String)> {
        let pairs = [
            ("class", &self.class, &other.class),
            ("group", &self.group, &other.group),
            ("name", &self.name, &other.name),
            ("name-en", &self.name_en, &other.name_en),
            ("keywords", &self.keywords, &other.keywords),
            (
                "urgent-keywords",
                &self.urgent_keywords,
                &other.urgent_keywords,
            ),
            ("limit", &self.limit, &other.limit),
            ("accept", &self.accept, &other.accept),
            ("evidence", &self.evidence, &other.evidence),
            (
                "evidence-basis",
                &self.evidence_basis,
                &other.evidence_basis,
            ),
            ("reopen-days", &self.reopen_days, &other.reopen_days),
        ];
        let differ = pairs.into_iter().filter(|(_, a, b)| a != b);
        differ
            .map(|(name, a, b)| (name, a.clone(), b.clone()))
            .collect()
    }
}

fn question_fields(question: &Question) -> QuestionFields {
    let lines: Vec<String> = question
        .values
        .iter()
        .map(|choice| format!("{}={}", choice.key, choice.name))
        .collect();
    QuestionFields {
        code: question.code.clone(),
        label: question.label.clone(),
        label_en: question.label_en.clone(),
        kind: kind_word(question.kind).to_owned(),
        required: question.required,
        values: lines.join("\n"),
    }
}

/// `None` for a question that was left empty.
fn question(
    fields: &QuestionFields,
    n: usize,
) -> std::result::Result<Option<Question>, &'static str> {
    if fields.code.is_empty() && fields.label.is_empty() {
        return Ok(None);
    }
    if fields.code.is_empty() || fields.label.is_empty() {
        return Err("question-half");
    }
    let mut values = Vec::new();
    for line in fields
        .values
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let (key, name) = line.split_once('=').ok_or("question-choice")?;
        if key.trim().is_empty() || name.trim().is_empty() {
            return Err("question-choice");
        }
        values.push(Choice {
            key: key.trim().to_owned(),
            name: name.trim().to_owned(),
        });
    }
    let kind = kind(&fields.kind);
    let list = matches!(
        kind,
        QuestionType::SingleValueList | QuestionType::MultiValueList
    );
    if list && values.is_empty() {
        return Err("question-no-choices");
    }
    Ok(Some(Question {
        code: fields.code.clone(),
        label: fields.label.clone(),
        label_en: fields.label_en.clone(),
        kind,
        required: fields.required,
        values: if list { values } else { Vec::new() },
        order: i32::try_from(n + 1).unwrap_or(0),
    }))
}

/// Words between commas, 、, or line ends.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(['、', ',', '，', ';', '；', '\n']);
    parts
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(super) fn unit_word(unit: LimitUnit) -> &'static str {
    match unit {
        LimitUnit::WorkingHours => "working_hours",
        LimitUnit::WorkingDays => "working_days",
        LimitUnit::Hours => "hours",
        LimitUnit::Days => "days",
    }
}

fn unit(word: &str) -> LimitUnit {
    match word {
        "working_hours" => LimitUnit::WorkingHours,
        "hours" => LimitUnit::Hours,
        "days" => LimitUnit::Days,
        _ => LimitUnit::WorkingDays,
    }
}

pub(super) fn evidence_word(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::None => "none",
        Evidence::Optional => "optional",
        Evidence::Required => "required",
    }
}

fn kind_word(kind: QuestionType) -> &'static str {
    match kind {
        QuestionType::String => "string",
        QuestionType::Number => "number",
        QuestionType::Datetime => "datetime",
        QuestionType::Text => "text",
        QuestionType::SingleValueList => "singlevaluelist",
        QuestionType::MultiValueList => "multivaluelist",
    }
}

fn kind(word: &str) -> QuestionType {
    match word {
        "number" => QuestionType::Number,
        "datetime" => QuestionType::Datetime,
        "text" => QuestionType::Text,
        "singlevaluelist" => QuestionType::SingleValueList,
        "multivaluelist" => QuestionType::MultiValueList,
        _ => QuestionType::String,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn lift() -> Category {
        Category {
            code: "E-0407".into(),
            revision: 3,
            class: Class::Event,
            group: "突发事件".into(),
            name: "电梯困人".into(),
            name_en: "Trapped in a lift".into(),
            keywords: vec!["困在电梯".into(), "电梯".into()],
            urgent_keywords: vec!["困人".into()],
            limit: Limit::new(2, LimitUnit::Hours),
            accept_limit: Limit::new(1, LimitUnit::WorkingHours),
            evidence: Evidence::Optional,
            evidence_basis: None,
            questions: vec![Question {
                code: "state".into(),
                label: "现在".into(),
                label_en: String::new(),
                kind: QuestionType::SingleValueList,
                required: true,
                values: vec![Choice {
                    key: "in".into(),
                    name: "还在里面".into(),
                }],
                order: 1,
            }],
            line_department: None,
            reopen_days: 15,
            sensitive: false,
        }
    }

    #[test]
    fn a_category_survives_the_form() {
        assert_eq!(
            CategoryFields::of(&lift(), true).category().unwrap(),
            lift()
        );
    }

    #[test]
    fn all_faults_are_named_at_once() {
        let mut fields = CategoryFields::of(&lift(), true);
        fields.limit = "soon".into();
        fields.name = String::new();
        fields.evidence = "required".into();
        fields.questions[0].values = "no choice".into();
        let problem = fields.category().unwrap_err();
        let named: Vec<&str> = problem
            .fields()
            .iter()
            .map(|fault| fault.field.as_str())
            .collect();
        assert_eq!(named, ["limit", "name", "evidence_basis", "q0"]);
    }

    #[test]
    fn only_what_differs_is_shown() {
        let mine = CategoryFields::of(&lift(), true);
        let mut theirs = mine.clone();
        theirs.limit = "4".into();
        assert_eq!(
            mine.differences(&theirs),
            [("limit", "2".to_owned(), "4".to_owned())]
        );
    }
}
