//! Units of measured values, each a whole number of the smallest of its kind.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    #[serde(rename = "mm")]
    Millimetre,
    #[serde(rename = "cm")]
    Centimetre,
    #[serde(rename = "m")]
    Metre,
    #[serde(rename = "m2")]
    SquareMetre,
    #[serde(rename = "mA")]
    Milliampere,
    #[serde(rename = "A")]
    Ampere,
    #[serde(rename = "W")]
    Watt,
    #[serde(rename = "kW")]
    Kilowatt,
    #[serde(rename = "mg/L")]
    MilligramPerLitre,
    #[serde(rename = "min")]
    Minute,
    #[serde(rename = "h")]
    Hour,
    #[serde(rename = "count")]
    Count,
}

/// Code, kind, and how many of the smallest unit of that kind it is.
const UNITS: [(Unit, &str, u8, u32); 12] = [
    (Unit::Millimetre, "mm", 0, 1),
    (Unit::Centimetre, "cm", 0, 10),
    (Unit::Metre, "m", 0, 1_000),
    (Unit::SquareMetre, "m2", 1, 1),
    (Unit::Milliampere, "mA", 2, 1),
    (Unit::Ampere, "A", 2, 1_000),
    (Unit::Watt, "W", 3, 1),
    (Unit::Kilowatt, "kW", 3, 1_000),
    (Unit::MilligramPerLitre, "mg/L", 4, 1),
    (Unit::Minute, "min", 5, 1),
    (Unit::Hour, "h", 5, 60),
    (Unit::Count, "count", 6, 1),
];

impl Unit {
    fn row(self) -> (Unit, &'static str, u8, u32) {
        let found = UNITS.iter().find(|one| one.0 == self);
        found.copied().unwrap_or(UNITS[11])
    }

    /// As it is written in checklists and rule sets.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().1
    }

    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        UNITS.iter().find(|one| one.1 == code).map(|one| one.0)
    }

    pub(crate) fn dimension(self) -> u8 {
        self.row().2
    }

    pub(crate) fn size(self) -> u32 {
        self.row().3
    }
}
