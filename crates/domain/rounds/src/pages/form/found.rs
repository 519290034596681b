//! What was found, as rows of the form: written by hand, or proposed from the answers and looked over.

use std::collections::BTreeMap;

use uuid::Uuid;
use youlin_web::{Choice, Shell};

use super::Asking;
use super::hazard::HazardForm;
use crate::pages::answer::{Kept, Proposed};
use crate::pages::upload::Upload;
use crate::service::OTHER;

/// What is looked at on the water, by category of the catalogue.
pub const RIVER: [&str; 3] = ["E-0104", "E-0105", "E-0106"];
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
    /// The words it was proposed with: as long as they stand nobody has touched them.
    pub(in crate::pages) was: String,
    pub(in crate::pages) bank: String,
    /// Along a reach, as typed: `K0+350` or metres.
    pub(in crate::pages) chainage: String,
    pub(in crate::pages) severity: String,
    pub(in crate::pages) on_spot: bool,
    /// Why it is only noted; empty: it is a case.
    pub(in crate::pages) noted: String,
    /// Of an inspection of premises.
    pub(in crate::pages) hazard: HazardForm,
    /// Photographs of what was put right at once.
    pub(in crate::pages) before: Option<Kept>,
    pub(in crate::pages) after: Option<Kept>,
    /// What its fields were numbered with on the page it comes from.
    number: usize,
}

impl FoundForm {
    pub(in crate::pages) fn is_empty(&self) -> bool {
        let nothing_said = self.text.is_empty() && self.category.is_empty();
        nothing_said && self.shots().is_empty()
    }

    /// Before and after are the same photograph: it shows neither.
    pub(super) fn is_one_picture(&self) -> bool {
        let of = |kept: &Option<Kept>| kept.as_ref().map(|one| one.file.sha256.clone());
        self.before.is_some() && of(&self.before) == of(&self.after)
    }

    /// Its photographs with their stage. What was not put right at once has nothing of after: both are evidence of it.
    pub(super) fn shots(&self) -> Vec<(&'static str, &Kept)> {
        let stage = |stage| if self.on_spot { stage } else { "" };
        let both = [
            (stage("before"), &self.before),
            (stage("after"), &self.after),
        ];
        let held = both.into_iter();
        held.filter_map(|(stage, kept)| Some((stage, kept.as_ref()?)))
            .collect()
    }
}

/// Whether a field holds a photograph of what was put right at once.
pub(super) fn is_shot(field: &str) -> bool {
    field.starts_with("before_") || field.starts_with("after_")
}

/// Where such a field stands now: empty rows were left out since.
pub(super) fn shot_field(rows: &[FoundForm], field: &str) -> Option<String> {
    let (stage, number) = field.split_once('_').filter(|_| is_shot(field))?;
    let number: usize = number.parse().ok()?;
    let row = rows.iter().position(|row| row.number == number)?;
    Some(format!("{stage}_{row}"))
}

/// The rows as typed, with the photographs that came with them or with an earlier try, by field.
pub(super) fn read(upload: &Upload, shots: &BTreeMap<String, Kept>) -> Vec<FoundForm> {
    let rows = (0..MOST).map(|index| {
        let part = |name: &str| upload.text(&format!("{name}_{index}")).to_owned();
        FoundForm {
            key: part("key"),
            category: part("category"),
            text: part("found"),
            was: part("was"),
            bank: part("bank"),
            chainage: part("chainage"),
            severity: part("severity"),
            on_spot: !part("on_spot").is_empty(),
            noted: part("noted"),
            hazard: HazardForm::read(&part),
            before: shots.get(&format!("before_{index}")).cloned(),
            after: shots.get(&format!("after_{index}")).cloned(),
            number: index,
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
        let held = rows.iter_mut().find(|row| row.key == one.key);
        let known = held.is_some();
        // The answers were mended: so are words nobody wrote by hand.
        if let Some(row) = held.filter(|row| !row.is_empty() && row.text == row.was)
            && row.was != one.text
        {
            row.text.clone_from(&one.text);
            row.was.clone_from(&one.text);
            one.severity.clone_into(&mut row.severity);
            changed = true;
        }
        if known || by_hand.contains(&one.category) || rows.len() >= MOST {
            continue;
        }
        rows.push(FoundForm {
            key: one.key.clone(),
            category: one.category.clone(),
            text: one.text.clone(),
            was: one.text.clone(),
            severity: one.severity.to_owned(),
            noted: one.noted.clone(),
            hazard: HazardForm {
                section: one.section.clone(),
                stalls: one.stall.clone(),
                ..HazardForm::default()
            },
            ..FoundForm::default()
        });
        changed = true;
    }
    changed
}

/// Metres along a reach, as somebody writes them: `K1+350`, `1+350`, `350`, `350 米`, `1.2km`.
pub(super) fn chainage(text: &str) -> Option<f64> {
    let text: String = text.chars().filter(|one| !one.is_whitespace()).collect();
    let text = text.replace('＋', "+").to_uppercase();
    let (text, whole) = match text.strip_suffix("KM").or(text.strip_suffix("公里")) {
        Some(rest) => (rest, 1_000.0),
        None => (text.trim_end_matches(['M', '米']), 1.0),
    };
    let text = text.strip_prefix('K').unwrap_or(text);
    let number = |part: &str| {
        let plain = !part.is_empty() && part.chars().all(|one| one.is_ascii_digit() || one == '.');
        plain.then(|| part.parse::<f64>().ok()).flatten()
    };
    match text.split_once('+') {
        Some((kilometres, metres)) => Some(number(kilometres)? * 1_000.0 + number(metres)?),
        None => Some(number(text)? * whole),
    }
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
    codes.push(OTHER.to_owned());
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
            kept: "x".to_owned(),
            rule: key.to_owned(),
            place: Vec::new(),
            measured: String::new(),
            clause: String::new(),
            section: String::new(),
            stall: String::new(),
            marks: crate::commands::same::Marks::default(),
            may_on_spot: true,
            noted: String::new(),
            noted_kept: String::new(),
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

    #[test]
    fn metres_along_a_reach_are_read_as_people_write_them() {
        for (text, metres) in [
            ("K0+350", 350.0),
            ("k1 + 020", 1_020.0),
            ("2＋5", 2_005.0),
            ("350", 350.0),
            ("350 米", 350.0),
            ("1.2km", 1_200.0),
        ] {
            assert_eq!(chainage(text), Some(metres), "{text}");
        }
        for text in ["", "桥下", "K", "1+", "-5", "1e9+1"] {
            assert_eq!(chainage(text), None, "{text}");
        }
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
