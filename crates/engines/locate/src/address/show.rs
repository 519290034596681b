//! A place of the book as a candidate with keys and labels.

use super::ask::Target;
use super::book::{AddressBook, NONE};
use super::find::Found;
use super::{Candidate, Label, Match};
use std::ops::Range;

impl AddressBook {
    pub(super) fn candidate(&self, target: Target, found: Found) -> Candidate {
        let (matched, label) = match target {
            Target::Dwelling(at) => self.show_dwelling(at),
            Target::Entrance(at, entrance) => self.show_entrance(at, entrance),
            Target::Building(at) => {
                let range = self.buildings[at as usize].dwellings.clone();
                let matched = Match::Building {
                    key: self.own_key(range.clone(), |_| true),
                    dwellings: self.keys(range, |_| true),
                };
                (matched, self.building_label(at))
            }
            Target::Estate(at) => {
                let range = self.dwellings_of_estate(at);
                let of_no_building =
                    |at: u32| self.has_building(&self.dwellings[at as usize], NONE);
                let label = Label {
                    estate: self.estates[at as usize].text.to_string(),
                    ..Label::default()
                };
                let key = self.own_key(range.clone(), of_no_building);
                (
                    Match::Estate {
                        key,
                        dwellings: self.keys(range, |_| true),
                    },
                    label,
                )
            }
        };
        Candidate {
            matched,
            label,
            score: found.score.clamp(0.0, 1.0),
            why: found.why,
        }
    }

    fn show_dwelling(&self, at: u32) -> (Match, Label) {
        let dwelling = &self.dwellings[at as usize];
        let label = Label {
            entrance: text(&dwelling.entrance_text),
            dwelling: text(&dwelling.room_text),
            ..self.building_label(dwelling.building)
        };
        (Match::Dwelling { key: dwelling.key }, label)
    }

    fn show_entrance(&self, building: u32, entrance: u32) -> (Match, Label) {
        let range = self.buildings[building as usize].dwellings.clone();
        let inside = |at: u32| self.dwellings[at as usize].entrance == entrance;
        let written = range
            .clone()
            .find(|at| inside(*at))
            .map(|at| &self.dwellings[at as usize].entrance_text);
        let label = Label {
            entrance: written.and_then(|written| text(written)),
            ..self.building_label(building)
        };
        (
            Match::Entrance {
                dwellings: self.keys(range, inside),
            },
            label,
        )
    }

    fn building_label(&self, at: u32) -> Label {
        let building = &self.buildings[at as usize];
        Label {
            estate: self.estates[building.estate as usize].text.to_string(),
            building: text(&building.text),
            ..Label::default()
        }
    }

    /// Keys of real dwellings.
    fn keys(&self, range: Range<u32>, fits: impl Fn(u32) -> bool) -> Vec<u128> {
        let is_dwelling = |at: &u32| self.dwellings[*at as usize].room != NONE && fits(*at);
        range
            .filter(is_dwelling)
            .map(|at| self.dwellings[at as usize].key)
            .collect()
    }

    /// The key of the entry that stands for the place itself.
    fn own_key(&self, range: Range<u32>, fits: impl Fn(u32) -> bool) -> Option<u128> {
        let mut range = range;
        range
            .find(|at| self.dwellings[*at as usize].room == NONE && fits(*at))
            .map(|at| self.dwellings[at as usize].key)
    }
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
