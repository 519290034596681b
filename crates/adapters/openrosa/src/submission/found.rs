//! From findings of a checklist to findings of a round: their place, and which photographs are theirs.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_checklist::{Answers, Finding, Position, Severity as Grave, Value};
use youlin_rounds::NewFinding;
use youlin_rounds::checklists::{Words, told};
use youlin_rounds::model::Severity;

use crate::call::Call;
use crate::forms::Ready;

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
    let words = Words::kept(call.app.i18n());
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
            text: told(&words, &ready.form, one).text,
            on_spot: false,
            noted: (!one.is_case).then(|| words.t("finding-noted-by-checklist")),
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

#[cfg(test)]
mod tests {
    use super::id_of;

    #[test]
    fn ids_follow_from_all_of_their_parts_and_their_borders() {
        assert_eq!(id_of(&[b"ab", b"c"]), id_of(&[b"ab", b"c"]));
        assert_ne!(id_of(&[b"ab", b"c"]), id_of(&[b"a", b"bc"]));
    }
}
