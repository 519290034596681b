//! Kinds and states of premises, stalls and equipment; how a look at equipment is due, and how a row of stalls is numbered.
//! Pure.

use jiff::civil::Date;
use youlin_kernel::words;

words! {
    /// What premises are.
    PremisesKind {
        Market = "market",
        Shop = "shop",
        Catering = "catering",
        Lodging = "lodging",
        Entertainment = "entertainment",
        Office = "office",
        Workshop = "workshop",
        Warehouse = "warehouse",
        School = "school",
        Kindergarten = "kindergarten",
        Hospital = "hospital",
        CareHome = "care_home",
        PublicFacility = "public_facility",
        Other = "other",
    }
}

words! {
    /// What a stall is used for.
    StallUse {
        Selling = "selling",
        Cooking = "cooking",
        Storage = "storage",
        Processing = "processing",
        Office = "office",
        Empty = "empty",
        Other = "other",
    }
}

words! {
    /// What is kept in working order for safety or for everybody's use.
    EquipmentKind {
        Lift = "lift",
        FireHydrant = "fire_hydrant",
        Extinguisher = "extinguisher",
        FireAlarm = "fire_alarm",
        FirePump = "fire_pump",
        Sprinkler = "sprinkler",
        FireDoor = "fire_door",
        EmergencyLight = "emergency_light",
        Camera = "camera",
        ChargingPoint = "charging_point",
        WaterTank = "water_tank",
        GasMeterRoom = "gas_meter_room",
        SwitchRoom = "switch_room",
        Defibrillator = "defibrillator",
        Other = "other",
    }
}

words! {
    /// Whether it does what it is for.
    EquipmentState {
        Working = "working",
        Faulty = "faulty",
        OutOfService = "out_of_service",
    }
}

words! {
    /// When equipment is to be looked at next.
    Due {
        /// The day has passed.
        Overdue = "overdue",
        /// Within [`SOON_DAYS`].
        Soon = "soon",
        Later = "later",
        /// No day is known.
        Unknown = "unknown",
    }
}

/// Days ahead in which a look counts as coming up.
pub const SOON_DAYS: i32 = 30;

impl Due {
    /// On that day.
    #[must_use]
    pub fn on(due: Option<Date>, today: Date) -> Self {
        let Some(due) = due else {
            return Self::Unknown;
        };
        let days = today.until(due).map_or(0, |span| span.get_days());
        match days {
            ..=-1 => Self::Overdue,
            0..=SOON_DAYS => Self::Soon,
            _ => Self::Later,
        }
    }
}

/// Stalls entered at once.
pub const SERIES_MAX: usize = 500;

/// Numbers of a row of stalls: `1-30`, `01-30` (as many digits as the first has), `5`, `1-10 15 18甲`; `None` for what cannot
/// be read, or for none or too many.
#[must_use]
pub fn series(text: &str) -> Option<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    let parts = text.split([' ', ',', '，', '、', '\u{3000}']);
    for part in parts.filter(|part| !part.is_empty()) {
        let part = part.replace(['–', '—', '－', '~', '～'], "-");
        match part.split_once('-') {
            None => all.push(part),
            Some((first, last)) => {
                let (from, to): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
                if from > to || to - from >= SERIES_MAX {
                    return None;
                }
                let width = if first.starts_with('0') {
                    first.len()
                } else {
                    0
                };
                all.extend((from..=to).map(|number| format!("{number:0width$}")));
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|one| seen.insert(one.clone()));
    let sound =
        (1..=SERIES_MAX).contains(&all.len()) && all.iter().all(|one| one.chars().count() <= 20);
    sound.then_some(all)
}

/// What is no number of kilowatts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPower;

/// Kilowatts with up to three decimals as watts, read as digits. Empty is nothing.
///
/// # Errors
/// What is no such number, or none above zero and below ten million.
pub fn watts(text: &str) -> Result<Option<i64>, NoPower> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || part.len() > 3 || !digits(whole) || !digits(part) {
        return Err(NoPower);
    }
    let watts: i64 = format!("{whole}{part:0<3}")
        .parse()
        .map_err(|_digits| NoPower)?;
    if watts == 0 {
        Err(NoPower)
    } else {
        Ok(Some(watts))
    }
}

/// Watts as kilowatts without needless zeros: 12500 is `12.5`.
#[must_use]
pub fn kilowatts(watts: i64) -> String {
    decimal(watts, 3)
}

/// 0.01 m² as square metres without needless zeros: 8850 is `88.5`.
#[must_use]
pub fn square_metres(centi: i64) -> String {
    decimal(centi, 2)
}

fn decimal(value: i64, places: usize) -> String {
    let digits = format!("{value:0>width$}", width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    let part = part.trim_end_matches('0');
    if part.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{part}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_row_of_stalls_is_numbered_as_it_was_written() {
        assert_eq!(series("8-11").unwrap(), ["8", "9", "10", "11"]);
        assert_eq!(series("08－10、12甲").unwrap(), ["08", "09", "10", "12甲"]);
        assert_eq!(series("3 3 3").unwrap(), ["3"]);
        for wrong in ["", "  ", "9-3", "1-9999", "a-b"] {
            assert_eq!(series(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_look_is_due_by_its_day() {
        let today = date(2026, 11, 26);
        let due = |day| Due::on(Some(day), today);
        assert_eq!(due(date(2026, 11, 25)), Due::Overdue);
        assert_eq!(due(today), Due::Soon);
        assert_eq!(due(date(2026, 12, 26)), Due::Soon);
        assert_eq!(due(date(2026, 12, 27)), Due::Later);
        assert_eq!(due(date(2028, 1, 1)), Due::Later);
        assert_eq!(Due::on(None, today), Due::Unknown);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value in 1i64..9_999_999_999) {
            prop_assert_eq!(watts(&kilowatts(value)), Ok(Some(value)));
        }
    }

    #[test]
    fn loads_are_read_as_digits() {
        assert_eq!(watts("12.5"), Ok(Some(12_500)));
        assert_eq!(watts(""), Ok(None));
        for wrong in ["0", "-1", "1e3", "1.2345", "十"] {
            assert_eq!(watts(wrong), Err(NoPower), "{wrong}");
        }
        assert_eq!(square_metres(2_000_000), "20000");
    }
}
