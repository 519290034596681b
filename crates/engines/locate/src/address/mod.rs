//! Address text → dwellings: what somebody says or types, found in the register of dwellings.
//!
//! The way of a text: [`normalise`] makes one spelling of it (widths, Chinese numerals, punctuation); [`names`] finds
//! estates, street addresses and named buildings in it, exactly, with one typing error, or in part; [`parts`] reads
//! the numbers around a name as building, entrance, floor and room in every order-keeping way; [`find`] asks the
//! [`book`] which reading exists and scores it. Scores multiply plain factors, written down in [`find`].
//!
//! A candidate always says why it was offered, in typed reasons that the pages put in words.

mod ask;
mod book;
mod find;
mod label;
mod names;
mod normalise;
mod parts;
mod show;

pub use book::AddressBook;

/// A dwelling as the register knows it. An entry without `dwelling` stands for its building, one without `building`
/// too for its estate: then `key` is the key of that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DwellingEntry {
    /// The dwelling's UUID.
    pub key: u128,
    /// Name of the estate (小区); empty when there is none.
    pub estate: String,
    /// Other names of the estate.
    pub estate_aliases: Vec<String>,
    /// The building (楼栋) as written on it, with or without its unit: 「12号楼」, 「12幢」, 「12」, 「A座」, 「幸福楼」.
    pub building: String,
    /// Other names of the building.
    pub building_aliases: Vec<String>,
    /// The entrance (单元), if the building has several.
    pub entrance: Option<String>,
    /// The room: 「304」, 「304室」.
    pub dwelling: String,
    /// Street address of the building or estate: 「青年中路50号」.
    pub street_address: Option<String>,
}

/// What a text was found to mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// One dwelling.
    Dwelling {
        /// Its key.
        key: u128,
    },
    /// One entrance of a building.
    Entrance {
        /// Keys of its dwellings.
        dwellings: Vec<u128>,
    },
    /// One building.
    Building {
        /// Its own key, when an entry stands for it.
        key: Option<u128>,
        /// Keys of its dwellings.
        dwellings: Vec<u128>,
    },
    /// One estate.
    Estate {
        /// Its own key, when an entry stands for it.
        key: Option<u128>,
        /// Keys of its dwellings.
        dwellings: Vec<u128>,
    },
}

/// One reason for a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// The estate's name is in the text.
    EstateName,
    /// Another name of the estate is in the text.
    EstateAlias,
    /// The building's number is in the text.
    BuildingNumber,
    /// The building's name, or another of its names, is in the text.
    BuildingAlias,
    /// The entrance is in the text.
    EntranceNumber,
    /// The room is in the text.
    RoomNumber,
    /// The street address is in the text.
    StreetAddress,
    /// The text names only part of the name, or names something below this candidate that the register does not have.
    Partial,
    /// The name in the text differs by typing errors.
    Fuzzy {
        /// Characters to change, add, remove or exchange.
        distance: u8,
    },
}

/// The candidate as the register writes it, for showing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Label {
    /// Name of the estate.
    pub estate: String,
    /// The building.
    pub building: Option<String>,
    /// The entrance.
    pub entrance: Option<String>,
    /// The room.
    pub dwelling: Option<String>,
}

/// One thing the text may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// What, with keys.
    pub matched: Match,
    /// How it is written in the register.
    pub label: Label,
    /// How sure, 0 to 1; 1 means that everything said was found exactly.
    pub score: f32,
    /// Why, most general reason first.
    pub why: Vec<Why>,
}

#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod tests;
