//! Every dwelling is found first by its own address, however it is written.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::{AddressBook, DwellingEntry, Match};
use crate::workload;
use proptest::prelude::*;
use std::sync::LazyLock;

struct Town {
    entries: Vec<DwellingEntry>,
    book: AddressBook,
}

static TOWN: LazyLock<Town> = LazyLock::new(|| {
    let entries = workload::register(12_000, 5);
    let book = AddressBook::build(entries.clone());
    Town { entries, book }
});

fn is_dwelling(matched: &Match, key: u128) -> bool {
    matches!(matched, Match::Dwelling { key: found } if *found == key)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_full_address_finds_its_dwelling_first(at in any::<prop::sample::Index>(), format in 0..workload::FORMATS - 2) {
        let entry = at.get(&TOWN.entries);
        let text = workload::address(entry, format);
        let found = TOWN.book.find(&text, 3);
        prop_assert!(is_dwelling(&found[0].matched, entry.key), "{text}: {:?}", found[0].label);
        prop_assert!(found[0].score > 0.85, "{text}: {}", found[0].score);
        prop_assert!(found.get(1).is_none_or(|second| second.score < found[0].score), "{text}: {found:?}");
    }

    #[test]
    fn without_the_estate_it_is_among_the_candidates(at in any::<prop::sample::Index>()) {
        let entry = at.get(&TOWN.entries);
        let found = TOWN.book.find(&workload::address(entry, 8), 500);
        prop_assert!(found.iter().any(|candidate| is_dwelling(&candidate.matched, entry.key)));
        prop_assert!(found.iter().all(|candidate| candidate.score < 0.5));
    }

    #[test]
    fn with_a_slip_it_is_among_the_first(at in any::<prop::sample::Index>()) {
        let entry = at.get(&TOWN.entries);
        let found = TOWN.book.find(&workload::address(entry, 9), 50);
        prop_assert!(found.iter().any(|candidate| is_dwelling(&candidate.matched, entry.key)), "{entry:?}");
    }

    #[test]
    fn any_text_gets_an_ordered_answer(text in "[光明东村学田12３四十-号楼室 ,。#a路\\PC]{0,60}", limit in 0usize..20) {
        let found = TOWN.book.find(&text, limit);
        prop_assert!(found.len() <= limit);
        prop_assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score));
        prop_assert!(found.iter().all(|candidate| (0.0..=1.0).contains(&candidate.score) && !candidate.why.is_empty()));
    }
}
