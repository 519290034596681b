//! Days as the database keeps them: year × 10000 + month × 100 + day, which sorts as dates do and needs no functions.

use jiff::civil::Date;
use youlin_kernel::Micros;

/// 2026-11-23 → `20261123`. Years before 1 or after 9999 do not occur in [`Date`]'s positive half.
pub(crate) fn number(day: Date) -> i32 {
    i32::from(day.year()) * 10_000 + i32::from(day.month()) * 100 + i32::from(day.day())
}

/// The day of a stored number; `None` when it is none.
pub(crate) fn date(number: i32) -> Option<Date> {
    let year = i16::try_from(number / 10_000).ok()?;
    let month = i8::try_from(number / 100 % 100).ok()?;
    let day = i8::try_from(number % 100).ok()?;
    Date::new(year, month, day).ok()
}

/// `2026-11-23`, or what stands there when it is no day.
pub(crate) fn text(number: i32) -> String {
    date(number).map_or_else(|| number.to_string(), |day| day.to_string())
}

/// The local day of a moment.
pub(crate) fn of(at: Micros) -> i32 {
    number(at.local().date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let day = jiff::civil::date(2026, 11, 23);
        assert_eq!(number(day), 20_261_123);
        assert_eq!(date(20_261_123), Some(day));
        assert_eq!(date(20_261_301), None);
        assert_eq!(text(20_240_101), "2024-01-01");
    }
}
