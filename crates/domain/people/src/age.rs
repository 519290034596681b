//! How old somebody is: one function for doors, visits, forms and figures, so that no two pages contradict each other.
//!
//! The day of birth decides wherever it is known. By the year alone an age counts once it has certainly been reached, as the
//! figures count it ([`birthday`]).

use jiff::civil::Date;
use uuid::Uuid;
use youlin_datasets::cube::day;
use youlin_datasets::day_number;
use youlin_kernel::{Micros, Result};

use crate::Vault;
use crate::entities::person;
use crate::vault::FieldPlace;

/// How old somebody is, and how well that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    /// Whole years.
    pub years: i32,
    /// Only the year of birth is known: by now it may be one more.
    pub about: bool,
}

/// The last day on which somebody of that year can have been born, as a number of days.
pub(crate) fn birthday(year: i32) -> i32 {
    day::number(year, 12, 31)
}

/// The age on a day; `None` for whom neither day nor year is known, and before birth.
#[must_use]
pub fn age_on(born: Option<Date>, year: Option<i32>, today: Date) -> Option<Age> {
    let day = born.map(day_number).or(year.map(birthday))?;
    let years = day::age(day, day_number(today));
    let first_year = born.is_none() && year == Some(i32::from(today.year()));
    let years = years.or(first_year.then_some(0))?;
    let about = born.is_none();
    Some(Age { years, about })
}

/// The age of a person's entry now.
pub(crate) fn age_of(vault: &Vault, row: &person::Model, now: Micros) -> Result<Option<Age>> {
    let of = (row.community_id, row.id);
    age_said(
        vault,
        of,
        (row.birth_sealed.as_deref(), row.birth_year),
        now,
    )
}

/// The same by what an entry says of its day and year of birth, where no more of it was read.
pub(crate) fn age_said(
    vault: &Vault,
    (community, person): (i64, Uuid),
    (sealed, year): (Option<&[u8]>, Option<i32>),
    now: Micros,
) -> Result<Option<Age>> {
    let born = sealed
        .map(|sealed| {
            let at = FieldPlace::new("person", "birth", community, person);
            vault.open(at, sealed)
        })
        .transpose()?;
    let born = born.and_then(|text| text.parse().ok());
    Ok(age_on(born, year, now.local().date()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Age, age_on};

    #[test]
    fn a_year_alone_counts_what_has_certainly_been_reached() {
        let today = date(2026, 11, 27);
        let about = |years| Some(Age { years, about: true });
        assert_eq!(age_on(None, Some(1942), today), about(83));
        assert_eq!(age_on(None, Some(2026), today), about(0));
        assert_eq!(age_on(None, Some(2030), today), None);
        assert_eq!(age_on(None, None, today), None);
        let known = |day| age_on(Some(day), Some(1942), today).map(|age| (age.years, age.about));
        assert_eq!(known(date(1942, 11, 27)), Some((84, false)));
        assert_eq!(known(date(1942, 11, 28)), Some((83, false)));
    }
}
