//! How old somebody is: one function for doors, visits, forms and figures, so that no two pages contradict each other.
//!
//! The day of birth decides wherever it is known. By the year alone an age counts through the whole of the year in which it
//! is reached, in figures too ([`birthday`]): an age told at a door is kept as a year, and who says 84 is 84 on that day.

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
    /// Only the year of birth is known: it may still be one less.
    pub about: bool,
}

/// The day that stands for a year of birth alone: its first, as a number of days.
pub(crate) fn birthday(year: i32) -> i32 {
    day::number(year, 1, 1)
}

/// The year of birth that stands for an age told on that day; on that day it says the age again.
pub(crate) fn year_told(age: i32, today: Date) -> i32 {
    i32::from(today.year()) - age
}

/// The age on a day; `None` for whom neither day nor year is known, and before birth.
#[must_use]
pub fn age_on(born: Option<Date>, year: Option<i32>, today: Date) -> Option<Age> {
    let day = born.map(day_number).or(year.map(birthday))?;
    let years = day::age(day, day_number(today))?;
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
    use jiff::civil::{Date, date};
    use proptest::prelude::*;
    use youlin_datasets::cube::day;
    use youlin_datasets::day_number;

    use super::{Age, age_on, birthday, year_told};

    #[test]
    fn a_year_alone_counts_the_age_reached_in_it() {
        let today = date(2026, 11, 27);
        let about = |years| Some(Age { years, about: true });
        assert_eq!(age_on(None, Some(1942), today), about(84));
        assert_eq!(age_on(None, Some(1942), date(2026, 1, 1)), about(84));
        assert_eq!(age_on(None, Some(1942), date(2026, 12, 31)), about(84));
        assert_eq!(age_on(None, Some(2026), today), about(0));
        assert_eq!(age_on(None, Some(2030), today), None);
        assert_eq!(age_on(None, None, today), None);
        let known = |day| age_on(Some(day), Some(1942), today).map(|age| (age.years, age.about));
        assert_eq!(known(date(1942, 11, 27)), Some((84, false)));
        assert_eq!(known(date(1942, 11, 28)), Some((83, false)));
    }

    proptest! {
        /// On the day it is told an age is that age: on the page, in the figures, and for a form's least age.
        #[test]
        fn an_age_told_is_that_age_on_that_day(age in 0_i32..=130, at in 0_i64..40_000) {
            let today = Date::constant(1980, 1, 1).saturating_add(jiff::Span::new().days(at));
            let year = year_told(age, today);
            prop_assert_eq!(age_on(None, Some(year), today), Some(Age { years: age, about: true }));
            prop_assert_eq!(day::age(birthday(year), day_number(today)), Some(age));
            let tomorrow = today.saturating_add(jiff::Span::new().days(1));
            let then = age_on(None, Some(year), tomorrow).map(|age| age.years);
            prop_assert!(then == Some(age) || then == Some(age + 1));
        }
    }
}
