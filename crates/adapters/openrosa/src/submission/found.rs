//! From findings of a checklist to findings of a round: their words, their place, and which photographs are theirs.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_checklist::{
    Answers, Finding, Kind, NodeKind, Position, Severity as Grave, Value, word,
};
use youlin_kernel::Locale;
use youlin_rounds::NewFinding;
use youlin_rounds::checklists::{label, language};
use youlin_rounds::model::Severity;

use crate::call::Call;
use crate::forms::Ready;

/// Characters of one answer in a finding's text, and of the whole.
const ANSWER: usize = 400;
const WHOLE: usize = 3_500;

/// An id that follows from others, so that the same again has the same.
pub(super) fn id_of(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The findings of a round, and to which of them each photograph belongs.
pub(super) fn findings(
    call: &Call,
    ready: &Ready,
    round: Uuid,
    answers: &Answers,
    found: &[Finding],
) -> (Vec<NewFinding>, BTreeMap<String, Uuid>) {
    let mut photographs = BTreeMap::new();
    let only = only_position(answers);
    let all = found.iter().map(|one| {
        let place: Vec<u8> = one.place.iter().flat_map(|at| at.to_be_bytes()).collect();
        let id = id_of(&[round.as_bytes(), one.code.as_bytes(), &place]);
        for value in one.evidence.values() {
            if let Value::File(name) = value {
                photographs.entry(name.clone()).or_insert(id);
            }
        }
        let position = position(one).or(only);
        NewFinding {
            id,
            category: one.category.clone(),
            severity: severity(one.severity),
            text: text(call, ready, one),
            on_spot: false,
            noted: (!one.is_case).then(|| call.word("finding-noted-by-checklist")),
            lon: position.map(|at| at.lon),
            lat: position.map(|at| at.lat),
            bank: None,
        }
    });
    (all.collect(), photographs)
}

fn position(found: &Finding) -> Option<Position> {
    found.evidence.values().find_map(|value| match value {
        Value::Position(position) => Some(*position),
        _ => None,
    })
}

/// The one position of all answers, when there is just one: then it is everything's.
fn only_position(answers: &Answers) -> Option<Position> {
    fn all(answers: &Answers, found: &mut Vec<Position>) {
        found.extend(answers.values.values().filter_map(|value| match value {
            Value::Position(position) => Some(*position),
            _ => None,
        }));
        for one in answers.repeats.values().flatten() {
            all(one, found);
        }
    }
    let mut found = Vec::new();
    all(answers, &mut found);
    match found.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

fn severity(severity: Grave) -> Severity {
    match severity {
        Grave::Low => Severity::Low,
        Grave::Medium => Severity::Medium,
        Grave::High => Severity::High,
        Grave::Immediate => Severity::Immediate,
    }
}

/// The rule's words, then its evidence question by question.
fn text(call: &Call, ready: &Ready, found: &Finding) -> String {
    let locale = call.ctx.locale();
    let rules = &ready.form.checklist().findings;
    let rule = rules.iter().find(|rule| rule.code == found.code);
    let mut text = rule.map_or_else(String::new, |rule| {
        word(&rule.label, language(locale)).to_owned()
    });
    if text.is_empty() {
        text.clone_from(&found.code);
    }
    for (question, value) in &found.evidence {
        let Some(answer) = said(ready, locale, question, value) else {
            continue;
        };
        let line = call.say(
            "evidence",
            &[
                ("question", label(locale, &ready.form, question)),
                ("answer", answer),
            ],
        );
        text.push('\n');
        text.push_str(&line);
    }
    shortened(&text, WHOLE)
}

/// An answer in words; files and places are shown otherwise.
fn said(ready: &Ready, locale: Locale, question: &str, value: &Value) -> Option<String> {
    let Some(NodeKind::Field(field)) = ready.form.node(question).map(|node| &node.kind) else {
        return None;
    };
    let language = language(locale);
    let choice = |value: &str| -> String {
        let words = match &field.kind {
            Kind::One { list } | Kind::Many { list } => {
                let list = ready.form.checklist().choices.get(list);
                let mut all = list.into_iter().flatten();
                all.find(|one| one.name == value).map(|one| &one.label)
            }
            _ => None,
        };
        words.map_or_else(
            || value.to_owned(),
            |words| word(words, language).to_owned(),
        )
    };
    Some(match value {
        Value::File(_) | Value::Position(_) | Value::Track(_) => return None,
        Value::Choice(value) => choice(value),
        Value::Choices(all) => {
            let all: Vec<String> = all.iter().map(|one| choice(one)).collect();
            all.join(" / ")
        }
        Value::YesNo(yes) => {
            let words = if *yes {
                &ready.labels.yes
            } else {
                &ready.labels.no
            };
            word(words, language).to_owned()
        }
        Value::Number(number) => format!("{number} {}", field.question.unit)
            .trim()
            .to_owned(),
        other => shortened(&other.to_string(), ANSWER),
    })
}

pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::{id_of, shortened};

    #[test]
    fn ids_follow_from_all_of_their_parts_and_their_borders() {
        assert_eq!(id_of(&[b"ab", b"c"]), id_of(&[b"ab", b"c"]));
        assert_ne!(id_of(&[b"ab", b"c"]), id_of(&[b"a", b"bc"]));
    }

    #[test]
    fn a_long_text_ends_visibly() {
        assert_eq!(shortened("河面漂浮", 3), "河面…");
        assert_eq!(shortened("河面", 3), "河面");
    }
}
