//! Days as numbers since 1970-01-01, and the calendar of civil dates (the algorithm of Howard Hinnant,
//! "chrono-compatible low-level date algorithms").

/// Microseconds of a day.
pub const DAY: i64 = 86_400_000_000;

/// The day number of a civil date; the date need not be checked before.
#[must_use]
pub fn number(year: i32, month: i32, day: i32) -> i32 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era * 146_097 + days - 719_468
}

/// Year, month and day of a day number.
#[must_use]
pub fn civil(number: i32) -> (i32, i32, i32) {
    let z = number.saturating_add(719_468);
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i32::from(month <= 2);
    (year, month, day)
}

/// Reads `2026-10-31`; `None` for what is no date.
#[must_use]
pub fn parse(text: &str) -> Option<i32> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if ![year, month, day].into_iter().all(digits) {
        return None;
    }
    let found = number(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    (text_of(found) == text).then_some(found)
}

/// `2026-10-31`
#[must_use]
pub fn text_of(number: i32) -> String {
    let (year, month, day) = civil(number);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The latest birthday on which somebody is `years` old on that day: whoever was born on 29 February is a year older
/// on 1 March of a year without that day.
#[must_use]
pub fn born_by(day: i32, years: i32) -> i32 {
    let (y, m, d) = civil(day);
    if (m, d) == (2, 29) && civil(number(y - years, 2, 29)).1 != 2 {
        return number(y - years, 2, 28);
    }
    number(y - years, m, d)
}

/// Whole years from birth to that day; `None` before birth.
#[must_use]
pub fn age(birth: i32, day: i32) -> Option<i32> {
    if birth > day {
        return None;
    }
    let ((by, bm, bd), (y, m, d)) = (civil(birth), civil(day));
    Some(y - by - i32::from((bm, bd) > (m, d)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_fit_each_other() {
        for day in -200_000..200_000 {
            let (y, m, d) = civil(day);
            assert_eq!(number(y, m, d), day);
        }
        assert_eq!(parse("1970-01-01"), Some(0));
        assert_eq!(parse("2026-11-26"), Some(20_783));
        for wrong in [
            "2026-02-29",
            "2026-1-01",
            "26-01-01",
            "2026-13-01",
            "",
            "2026-01-01-",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_latest_birthday_of_an_age_is_where_the_age_changes() {
        for day in [
            number(2024, 2, 29),
            number(2026, 2, 28),
            number(2026, 3, 1),
            number(2026, 12, 31),
        ] {
            for years in 0..120 {
                let latest = born_by(day, years);
                assert!(age(latest, day).unwrap() >= years, "{day} {years}");
                assert!(
                    age(latest + 1, day).is_none_or(|age| age < years),
                    "{day} {years}"
                );
            }
        }
    }
}
