//! What was found, as rows of the form: written by hand, or proposed from the answers and looked over.

use uuid::Uuid;
use youlin_web::{Choice, Shell};

use super::Asking;
use super::hazard::HazardForm;
use crate::pages::answer::Proposed;
use crate::pages::upload::Upload;

/// What is looked at on the water, by category of the catalogue.
pub(in crate::pages) const RIVER: [&str; 3] = ["E-0104", "E-0105", "E-0106"];
/// Rows a page shows at least, and at most.
const ROOM: usize = 6;
/// The same where each row asks more.
const ROOM_OF_HAZARDS: usize = 3;
const MOST: usize = 100;

/// One finding as typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::pages) struct FoundForm {
    /// Rule and place it was proposed by; empty: written by hand.
    pub(in crate::pages) key: String,
    pub(in crate::pages) category: String,
    pub(in crate::pages) text: String,
    pub(in crate::pages) bank: String,
    pub(in crate::pages) severity: String,
    pub(in crate::pages) on_spot: bool,
    /// Why it is only noted; empty: it is a case.
    pub(in crate::pages) noted: String,
    /// Of an inspection of premises.
    pub(in crate::pages) hazard: HazardForm,
}

impl FoundForm {
    pub(in crate::pages) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.category.is_empty()
    }
}

pub(super) fn read(upload: &Upload) -> Vec<FoundForm> {
    let rows = (0..MOST).map(|index| {
        let part = |name: &str| upload.text(&format!("{name}_{index}")).to_owned();
        FoundForm {
            key: part("key"),
            category: part("category"),
            text: part("found"),
            bank: part("bank"),
            severity: part("severity"),
            on_spot: !part("on_spot").is_empty(),
            noted: part("noted"),
            hazard: HazardForm::read(&part),
        }
    });
    rows.filter(|row| !row.is_empty() || !row.key.is_empty())
        .collect()
}

pub(super) fn make_room(rows: &mut Vec<FoundForm>, hazards: bool) {
    let room = if hazards { ROOM_OF_HAZARDS } else { ROOM };
    let wanted = (rows.len() + 1).clamp(room, MOST);
    rows.resize_with(wanted.max(rows.len()), FoundForm::default);
}

/// Brings the rows in line with what the answers lead to. A row that was emptied by hand stays away; one somebody wrote
/// about the same counts. Says whether there is anything new to look at.
pub(super) fn settle(rows: &mut Vec<FoundForm>, proposed: &[Proposed]) -> bool {
    let before = rows.len();
    rows.retain(|row| row.key.is_empty() || proposed.iter().any(|one| one.key == row.key));
    let mut changed = rows.len() != before;
    let by_hand: Vec<String> = rows
        .iter()
        .filter(|row| row.key.is_empty())
        .map(|row| row.category.clone())
        .collect();
    for one in proposed {
        let known = rows.iter().any(|row| row.key == one.key);
        if known || by_hand.contains(&one.category) || rows.len() >= MOST {
            continue;
        }
        rows.push(FoundForm {
            key: one.key.clone(),
            category: one.category.clone(),
            text: one.text.clone(),
            bank: String::new(),
            severity: one.severity.to_owned(),
            on_spot: false,
            noted: one.noted.clone(),
            hazard: HazardForm {
                section: one.section.clone(),
                stalls: one.stall.clone(),
                ..HazardForm::default()
            },
        });
        changed = true;
    }
    changed
}

/// Ids of a page's findings follow from the round's, so that the same page sent again is the same round.
pub(super) fn finding_id(round: Uuid, index: usize) -> Uuid {
    let mut bytes = *round.as_bytes();
    let index = u8::try_from(index + 1).unwrap_or(u8::MAX);
    bytes[15] ^= index;
    bytes[14] ^= 0xA5;
    Uuid::from_bytes(bytes)
}

/// The categories the checklist's findings have, those of rivers, and whatever stands in a row.
pub(super) fn categories(s: &Shell, asking: &Asking, rows: &[FoundForm]) -> Vec<Choice> {
    let catalogue = asking.rounds.cases.catalogue();
    let mut codes: Vec<String> = Vec::new();
    if asking.of_reach() {
        codes.extend(RIVER.map(str::to_owned));
    }
    if let Some(form) = asking.form() {
        let rules = form.checklist().findings.iter();
        codes.extend(rules.map(|rule| rule.category.clone()));
    }
    codes.extend(rows.iter().map(|row| row.category.clone()));
    // Whatever no rule thought of.
    codes.push("E-0699".to_owned());
    let mut choices = vec![Choice::new("", s.t("finding-none"))];
    for code in codes {
        if choices.iter().any(|one| one.value == code) {
            continue;
        }
        if let Some(category) = catalogue.get(&code) {
            choices.push(Choice::new(code, category.name_in(s.ctx().locale())));
        }
    }
    choices
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn proposal(key: &str) -> Proposed {
        Proposed {
            key: key.to_owned(),
            category: format!("E-{key}"),
            severity: "low",
            text: "x".to_owned(),
            rule: key.to_owned(),
            place: Vec::new(),
            measured: String::new(),
            clause: String::new(),
            section: String::new(),
            stall: String::new(),
            may_on_spot: true,
            noted: String::new(),
            files: Vec::new(),
            position: None,
        }
    }

    #[test]
    fn a_page_sent_again_has_the_same_ids() {
        let round = Uuid::from_u128(0x0193_5f00_0000_7000_8000_0000_0000_0001);
        let ids: Vec<Uuid> = (0..MOST).map(|index| finding_id(round, index)).collect();
        let again: Vec<Uuid> = (0..MOST).map(|index| finding_id(round, index)).collect();
        assert_eq!(ids, again);
        let different: std::collections::BTreeSet<_> = ids.iter().chain([&round]).collect();
        assert_eq!(different.len(), MOST + 1);
    }

    proptest! {
        /// Looked over once, the same answers ask for nothing again; what was emptied stays away.
        #[test]
        fn what_was_looked_over_is_not_asked_again(keys in prop::collection::btree_set("[a-f]", 0..6), emptied in 0usize..6) {
            let all: Vec<Proposed> = keys.iter().map(|key| proposal(key)).collect();
            let mut rows = Vec::new();
            prop_assert_eq!(settle(&mut rows, &all), !all.is_empty());
            if let Some(row) = rows.get_mut(emptied) {
                row.category.clear();
                row.text.clear();
            }
            let held = rows.clone();
            prop_assert!(!settle(&mut rows, &all));
            prop_assert_eq!(rows, held);
        }
    }
}
