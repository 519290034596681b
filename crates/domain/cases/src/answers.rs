//! Answers to a category's questions, checked by the type each question has.

use std::collections::BTreeMap;

use serde_json::Value;
use youlin_kernel::Problem;

use crate::catalogue::{Category, Question, QuestionType};

const MAX_ANSWER: usize = 2_000;

/// Adds a fault per answer that is missing, unknown or of the wrong type.
pub(crate) fn check(
    category: &Category,
    answers: &BTreeMap<String, Value>,
    mut faults: Problem,
) -> Problem {
    for code in answers.keys() {
        if !category
            .questions
            .iter()
            .any(|question| question.code == *code)
        {
            faults = faults.and_field(format!("answers.{code}"), "unknown-question");
        }
    }
    for question in &category.questions {
        let answer = answers
            .get(&question.code)
            .filter(|answer| !is_empty(answer));
        let fault = match answer {
            None if question.required => Some("required"),
            None => None,
            Some(answer) => wrong(question, answer),
        };
        if let Some(code) = fault {
            faults = faults
                .and_field(format!("answers.{}", question.code), code)
                .field_arg("label", &question.label);
        }
    }
    faults
}

fn is_empty(answer: &Value) -> bool {
    match answer {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn wrong(question: &Question, answer: &Value) -> Option<&'static str> {
    let offered = |value: &Value| {
        value
            .as_str()
            .is_some_and(|key| question.values.iter().any(|choice| choice.key == key))
    };
    let text_fits = |answer: &Value| {
        answer
            .as_str()
            .is_some_and(|text| text.chars().count() <= MAX_ANSWER)
    };
    match question.kind {
        QuestionType::String | QuestionType::Text => (!text_fits(answer)).then_some("answer-text"),
        QuestionType::Number => {
            let number = answer.is_number()
                || answer
                    .as_str()
                    .is_some_and(|text| text.trim().parse::<f64>().is_ok());
            (!number).then_some("answer-number")
        }
        QuestionType::Datetime => {
            let time = answer.as_str().is_some_and(|text| {
                text.parse::<jiff::Timestamp>().is_ok()
                    || text.parse::<jiff::civil::DateTime>().is_ok()
            });
            (!time).then_some("answer-datetime")
        }
        QuestionType::SingleValueList => (!offered(answer)).then_some("unknown-value"),
        QuestionType::MultiValueList => match answer {
            Value::Array(items) => (!items.iter().all(offered)).then_some("unknown-value"),
            one => (!offered(one)).then_some("unknown-value"),
        },
    }
}
