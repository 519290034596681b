//! The register of dwellings, arranged for finding.

use super::label;
use super::names::{GENERIC, Meaning, Names, Scope};
use super::normalise::normalise;
use super::{DwellingEntry, Why};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// An estate's other names are nearly as good as its name.
const ALIAS: f32 = 0.97;
/// A street address is exact, but may hold more than one house.
const STREET: f32 = 0.95;
/// 「光明」 for 「光明小区」.
const SHORT: f32 = 0.85;
/// A named building without its estate.
const BUILDING: f32 = 0.85;

/// A label's number in the book; 0 is "none".
pub(super) type LabelId = u32;
pub(super) const NONE: LabelId = 0;

#[derive(Debug)]
pub(super) struct Dwelling {
    pub(super) key: u128,
    pub(super) building: u32,
    pub(super) entrance: LabelId,
    pub(super) room: LabelId,
    /// As the register writes them.
    pub(super) entrance_text: Box<str>,
    pub(super) room_text: Box<str>,
}

#[derive(Debug)]
pub(super) struct Building {
    pub(super) estate: u32,
    /// Its labels; `NONE` alone for dwellings without a building.
    pub(super) labels: Vec<LabelId>,
    /// Names that no number reader finds, normalised.
    pub(super) names: Vec<Vec<char>>,
    pub(super) text: Box<str>,
    pub(super) dwellings: Range<u32>,
}

#[derive(Debug)]
pub(super) struct Estate {
    pub(super) text: Box<str>,
    pub(super) buildings: Range<u32>,
}

/// Finds dwellings by text. Immutable; build a new one when the register changes and swap it in.
#[derive(Debug, Default)]
pub struct AddressBook {
    pub(super) estates: Vec<Estate>,
    pub(super) buildings: Vec<Building>,
    pub(super) dwellings: Vec<Dwelling>,
    pub(super) streets: Vec<Vec<u32>>,
    pub(super) names: Names,
    pub(super) labels: HashMap<String, LabelId>,
    /// Ascending, each building once.
    pub(super) buildings_by_label: HashMap<LabelId, Vec<u32>>,
}

/// Sorts the register by estate, building, entrance and room, so that no answer depends on the order of entries.
/// Numbers sort by length first: 2 before 12.
type Place = (
    String,
    (usize, String),
    (usize, String),
    (usize, String),
    u128,
);

impl AddressBook {
    /// Arranges the register. Estates of one name are one estate; entries without estate, building and street address
    /// can only be found by nothing and are kept out of the way.
    #[must_use]
    pub fn build(entries: Vec<DwellingEntry>) -> Self {
        let sized = |label: String| (label.chars().count(), label);
        let mut placed: Vec<(Place, DwellingEntry)> = entries
            .into_iter()
            .map(|entry| {
                let place = (
                    normalise(&entry.estate).into_iter().collect(),
                    sized(label::building(&entry.building)),
                    sized(label::entrance(entry.entrance.as_deref().unwrap_or(""))),
                    sized(label::room(&entry.dwelling)),
                    entry.key,
                );
                (place, entry)
            })
            .collect();
        placed.sort_by(|a, b| a.0.cmp(&b.0));
        let mut builder = Builder::default();
        let mut last: Option<(String, (usize, String))> = None;
        for ((estate, building, entrance, room, _), entry) in placed {
            if last.as_ref().is_none_or(|(name, _)| *name != estate) {
                builder.open_estate(&entry);
                builder.open_building(&building.1, &entry);
            } else if last.as_ref().is_none_or(|(_, number)| *number != building) {
                builder.open_building(&building.1, &entry);
            }
            builder.add(&entrance.1, &room.1, &entry);
            last = Some((estate, building));
        }
        builder.finish()
    }

    /// How many dwellings (and entries standing for buildings and estates) it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.dwellings.len()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dwellings.is_empty()
    }

    pub(super) fn dwellings_of_estate(&self, estate: u32) -> Range<u32> {
        let buildings = &self.estates[estate as usize].buildings;
        let first = &self.buildings[buildings.start as usize].dwellings;
        let last = &self.buildings[buildings.end as usize - 1].dwellings;
        first.start..last.end
    }
}

#[derive(Default)]
struct Builder {
    book: AddressBook,
    names: BTreeMap<Vec<char>, Vec<Meaning>>,
    streets: BTreeMap<Vec<char>, Vec<u32>>,
}

impl Builder {
    fn label(&mut self, label: &str) -> LabelId {
        if label.is_empty() {
            return NONE;
        }
        if let Some(id) = self.book.labels.get(label) {
            return *id;
        }
        let id = self.book.labels.len() as LabelId + 1;
        self.book.labels.insert(label.to_owned(), id);
        id
    }

    fn name(&mut self, chars: Vec<char>, scope: Scope, quality: f32, why: Why, partial: bool) {
        let meaning = Meaning {
            scope,
            quality,
            why,
            partial,
        };
        let meanings = self.names.entry(chars).or_default();
        if !meanings.contains(&meaning) {
            meanings.push(meaning);
        }
    }

    fn open_estate(&mut self, entry: &DwellingEntry) {
        let number = self.book.estates.len() as u32;
        let first = self.book.buildings.len() as u32;
        self.book.estates.push(Estate {
            text: entry.estate.trim().into(),
            buildings: first..first,
        });
        let name = normalise(&entry.estate);
        let short = GENERIC.iter().find_map(|word| {
            let word: Vec<char> = word.chars().collect();
            name.strip_suffix(&word[..])
                .filter(|rest| rest.len() >= 2)
                .map(<[char]>::to_vec)
        });
        if let Some(short) = short {
            self.name(short, Scope::Estate(number), SHORT, Why::EstateName, true);
        }
        self.name(name, Scope::Estate(number), 1.0, Why::EstateName, false);
    }

    fn open_building(&mut self, bare: &str, entry: &DwellingEntry) {
        let number = self.book.buildings.len() as u32;
        let first = self.book.dwellings.len() as u32;
        let estate = self.book.estates.len() as u32 - 1;
        self.book.buildings.push(Building {
            estate,
            labels: Vec::new(),
            names: Vec::new(),
            text: entry.building.trim().into(),
            dwellings: first..first,
        });
        if let Some(estate) = self.book.estates.last_mut() {
            estate.buildings.end = number + 1;
        }
        self.name_building(bare, &entry.building);
    }

    /// Gives the building last opened one more label, by number or by name.
    fn name_building(&mut self, bare: &str, text: &str) {
        let Some(number) = self.book.buildings.len().checked_sub(1) else {
            return;
        };
        let id = self.label(bare);
        let building = &mut self.book.buildings[number];
        if building.labels.contains(&id) {
            return;
        }
        building.labels.push(id);
        if id == NONE {
            return;
        }
        let chars = normalise(text);
        if !label::is_number(bare) {
            building.names.push(chars.clone());
            self.name(
                chars,
                Scope::Building(number as u32),
                BUILDING,
                Why::BuildingAlias,
                false,
            );
        }
        self.book
            .buildings_by_label
            .entry(id)
            .or_default()
            .push(number as u32);
    }

    fn add(&mut self, entrance: &str, room: &str, entry: &DwellingEntry) {
        for alias in entry.estate_aliases.iter().map(|alias| normalise(alias)) {
            let estate = self.book.estates.len() as u32 - 1;
            self.name(alias, Scope::Estate(estate), ALIAS, Why::EstateAlias, false);
        }
        for alias in entry
            .building_aliases
            .iter()
            .filter(|alias| !alias.trim().is_empty())
        {
            self.name_building(&label::building(alias), alias);
        }
        let number = self.book.dwellings.len() as u32;
        for name in entry
            .street_address
            .iter()
            .flat_map(|address| street_names(address))
        {
            self.streets.entry(name).or_default().push(number);
        }
        let dwelling = Dwelling {
            key: entry.key,
            building: self.book.buildings.len() as u32 - 1,
            entrance: self.label(entrance),
            room: self.label(room),
            entrance_text: entry.entrance.as_deref().unwrap_or("").trim().into(),
            room_text: entry.dwelling.trim().into(),
        };
        self.book.dwellings.push(dwelling);
        if let Some(building) = self.book.buildings.last_mut() {
            building.dwellings.end = number + 1;
        }
    }

    fn finish(mut self) -> AddressBook {
        for (name, mut dwellings) in std::mem::take(&mut self.streets) {
            dwellings.dedup();
            let street = Scope::Street(self.book.streets.len() as u32);
            self.book.streets.push(dwellings);
            self.name(name, street, STREET, Why::StreetAddress, false);
        }
        self.book.names = Names::build(self.names);
        self.book
    }
}

/// A street address as people write it: whole, without province, city and district, and each without 「号」.
fn street_names(address: &str) -> Vec<Vec<char>> {
    let whole = normalise(address);
    let mut names = vec![whole.clone()];
    // Administrative names are two to four characters long before their suffix; a longer front is part of the street.
    let mut rest = &whole[..];
    while let Some(end) = rest
        .iter()
        .take(6)
        .position(|c| "省市区县镇".contains(*c))
        .filter(|end| *end >= 2)
    {
        rest = &rest[end + 1..];
    }
    if rest.len() >= 3 && rest.len() < whole.len() {
        names.push(rest.to_vec());
    }
    let bare: Vec<Vec<char>> = names
        .iter()
        .filter_map(|name| name.strip_suffix(&['号']))
        .filter(|name| name.last().is_some_and(char::is_ascii_digit) && name.len() >= 3)
        .map(<[char]>::to_vec)
        .collect();
    names.extend(bare);
    names
}
