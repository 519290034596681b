//! Birthdays in the ways people write them.

use jiff::civil::Date;

use crate::values::{Read, absent, fold, outside_brackets};
use crate::{Cell, ValueFault};

/// A birthday as exactly as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Birth {
    pub year: i16,
    /// The whole day; `None` when only the year, or year and month, are said.
    pub day: Option<Date>,
}

impl Birth {
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self {
            year: day.year(),
            day: Some(day),
        }
    }
}

/// Nobody alive was born earlier.
const OLDEST: i16 = 1890;
/// Days of years 1900 to 2173 as serial numbers have at most five digits. Small ones are ages: nobody alive was born in the
/// first weeks of 1900.
const SERIALS: std::ops::Range<f64> = 131.0..100_000.0;
const AGES: std::ops::RangeInclusive<f64> = 0.0..=130.0;

/// The day of a serial number. In the system of 1900 day 60 is a 29 February there never was; days before it are one off.
pub(crate) fn from_serial(number: f64, from_1904: bool) -> Option<Date> {
    if !number.is_finite() || !(0.0..2_958_466.0).contains(&number) {
        return None;
    }
    let days = number.floor() as i64;
    let (start, days) = if from_1904 {
        (Date::constant(1904, 1, 1), days)
    } else if days < 60 {
        (Date::constant(1899, 12, 31), days)
    } else {
        (Date::constant(1899, 12, 30), days)
    };
    start.checked_add(jiff::Span::new().days(days)).ok()
}

/// Reads a birthday: 1942-3-5, 1942/03/05, 1942.3.5, 19420305, 1942年3月5日, 一九四二年三月五日, a serial number of
/// either date system; a year alone or with its month. Two digits for the year, and 3/5/1942, are read but doubtful.
#[must_use]
pub fn birthday(cell: &Cell, from_1904: bool, today: Date) -> Read<Birth> {
    let found = match cell {
        Cell::Empty => return Read::Nothing,
        Cell::Fault(_) | Cell::Uncalculated(_) => Read::Refused(ValueFault::Unreadable),
        Cell::Day(day) => Read::Sure(Birth::of(*day)),
        Cell::Number(number) => number_read(*number, from_1904, today),
        Cell::Text(text) => text_read(text, from_1904, today),
    };
    let checked = |birth: Birth| match birth.day {
        Some(day) if day > today => Err(ValueFault::Future),
        _ if birth.year > today.year() => Err(ValueFault::Future),
        _ if birth.year < OLDEST => Err(ValueFault::TooLongAgo),
        _ => Ok(birth),
    };
    match found {
        Read::Sure(birth) => checked(birth).map_or_else(Read::Refused, Read::Sure),
        Read::Doubtful(birth, why) => {
            checked(birth).map_or_else(Read::Refused, |birth| Read::Doubtful(birth, why))
        }
        other => other,
    }
}

fn number_read(number: f64, from_1904: bool, today: Date) -> Read<Birth> {
    if number.fract() == 0.0 && AGES.contains(&number) {
        return aged(&format!("{number:.0}"), today);
    }
    if number.fract() == 0.0 && (f64::from(OLDEST)..=2_199.0).contains(&number) {
        // 1942 in a column of birthdays is a year; nobody means 25 April 1905.
        return year_alone(number as i16);
    }
    if number.fract() == 0.0 && number >= 100_000.0 {
        return digits(&format!("{number:.0}"));
    }
    match from_serial(number, from_1904) {
        // Dates were typed as 42.3: that is no serial number.
        Some(day) if SERIALS.contains(&number) && (number >= 100.0 || number.fract() == 0.0) => {
            Read::Sure(Birth::of(day))
        }
        _ => Read::Refused(ValueFault::Unreadable),
    }
}

fn year_alone(year: i16) -> Read<Birth> {
    Read::Sure(Birth { year, day: None })
}

/// 19420305, 194203, 1942.
fn digits(text: &str) -> Read<Birth> {
    let part =
        |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<i16>().ok());
    match (text.len(), part(0, 4), part(4, 6), part(6, 8)) {
        (8, Some(year), Some(month), Some(day)) => whole(year, month, day),
        (6, Some(year), Some(month), _) if (1..=12).contains(&month) => year_alone(year),
        (4, Some(year), ..) => year_alone(year),
        _ => Read::Refused(ValueFault::Unreadable),
    }
}

fn whole(year: i16, month: i16, day: i16) -> Read<Birth> {
    match date(year, month, day) {
        Some(day) => Read::Sure(Birth::of(day)),
        None => Read::Refused(ValueFault::NoSuchDay),
    }
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Words of the lunar calendar. 三月初五 names no day of the common one.
const LUNAR: [&str; 11] = [
    "农历",
    "阴历",
    "旧历",
    "夏历",
    "腊月",
    "正月",
    "冬月",
    "初",
    "廿",
    "闰",
    "三十儿",
];
/// Marks between and after the numbers of a day.
const MARKS: &str = "-/.,年月日号生于出 \t:：、";

fn text_read(text: &str, from_1904: bool, today: Date) -> Read<Birth> {
    let text = fold(text);
    if absent(&text) {
        return Read::Nothing;
    }
    if LUNAR.iter().any(|word| text.contains(word)) {
        return Read::Refused(ValueFault::Lunar);
    }
    let text = outside_brackets(&text);
    let text = text.trim();
    let text = text
        .strip_prefix("公历")
        .or(text.strip_prefix("阳历"))
        .unwrap_or(text);
    let Some(text) = arabic(text) else {
        return Read::Refused(ValueFault::Unreadable);
    };
    if let Some(age) = text.strip_suffix("周岁").or(text.strip_suffix('岁')) {
        return aged(age.trim(), today);
    }
    // 1942-03-05T00:00:00, 1942/3/5 0:00:00: the time of day says nothing.
    let day_part = match text.split_once(['T', ' ']) {
        Some((day, time)) if time.contains(':') => day,
        _ => &text,
    };
    if !day_part
        .chars()
        .all(|c| c.is_ascii_digit() || MARKS.contains(c))
    {
        return Read::Refused(ValueFault::Unreadable);
    }
    // 84 in a column of birthdays is an age, as it is in a cell of numbers.
    if day_part.len() <= 3 && day_part.chars().all(|c| c.is_ascii_digit()) {
        return aged(day_part, today);
    }
    let groups: Vec<&str> = day_part
        .split(|c: char| !c.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .collect();
    if groups.iter().any(|group| group.len() > 8) {
        return Read::Refused(ValueFault::Unreadable);
    }
    grouped(&groups, from_1904, today)
}

/// 84岁: how old somebody is today. A list is rarely from today, so the year is a guess.
fn aged(years: &str, today: Date) -> Read<Birth> {
    match years.parse::<i16>() {
        Ok(years @ 0..=130) => {
            let year = today.year() - years;
            Read::Doubtful(Birth { year, day: None }, ValueFault::Age)
        }
        _ => Read::Refused(ValueFault::Unreadable),
    }
}

fn grouped(groups: &[&str], from_1904: bool, today: Date) -> Read<Birth> {
    let numbers: Vec<i32> = groups
        .iter()
        .filter_map(|group| group.parse().ok())
        .collect();
    let small = |at: usize| {
        numbers
            .get(at)
            .and_then(|n| i16::try_from(*n).ok())
            .unwrap_or(-1)
    };
    match groups {
        [one] if one.len() == 5 => number_read(f64::from(numbers[0]), from_1904, today),
        [one] => digits(one),
        [year, _] if year.len() == 4 && (1..=12).contains(&small(1)) => year_alone(small(0)),
        [year, _, _] if year.len() == 4 => whole(small(0), small(1), small(2)),
        [_, _, year] if year.len() == 4 => day_last(small(2), small(0), small(1)),
        [year, _, _] if year.len() == 2 => {
            // The nearest century that is not ahead of us; a guess all the same.
            let this = today.year();
            let guess = this - this % 100 + small(0);
            let year = if guess > this { guess - 100 } else { guess };
            match date(year, small(1), small(2)) {
                Some(day) => Read::Doubtful(Birth::of(day), ValueFault::Century),
                None => Read::Refused(ValueFault::NoSuchDay),
            }
        }
        _ => Read::Refused(ValueFault::Unreadable),
    }
}

/// 3/5/1942: month first unless that is no month.
fn day_last(year: i16, first: i16, second: i16) -> Read<Birth> {
    let month_first = date(year, first, second);
    let day_first = date(year, second, first);
    match (month_first, day_first) {
        (Some(day), Some(other)) if day != other => {
            Read::Doubtful(Birth::of(day), ValueFault::DayOrMonth)
        }
        (Some(day), _) | (None, Some(day)) => Read::Sure(Birth::of(day)),
        (None, None) => Read::Refused(ValueFault::NoSuchDay),
    }
}

/// 一九四二年三月二十五日 → 1942年3月25日; text without Chinese numerals as it is. `None`: numerals that make no number.
fn arabic(text: &str) -> Option<String> {
    let value = |c: char| {
        "零一二三四五六七八九"
            .chars()
            .position(|one| one == c)
            .or((c == '〇').then_some(0))
    };
    let mut out = String::new();
    let mut run: Vec<char> = Vec::new();
    for c in text.chars().chain(['\0']) {
        if value(c).is_some() || c == '十' {
            run.push(c);
            continue;
        }
        if !run.is_empty() {
            out += &match run.iter().position(|c| *c == '十') {
                None => run
                    .iter()
                    .filter_map(|c| value(*c))
                    .map(|n| n.to_string())
                    .collect::<String>(),
                Some(ten) if ten <= 1 && run.len() <= ten + 2 => {
                    let tens = if ten == 0 { 1 } else { value(run[0])? };
                    let ones = run.get(ten + 1).map_or(Some(0), |c| value(*c))?;
                    (tens * 10 + ones).to_string()
                }
                Some(_) => return None,
            };
            run.clear();
        }
        if c != '\0' {
            out.push(c);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use jiff::civil::date as ymd;
    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 26);

    fn of(text: &str) -> Read<Birth> {
        birthday(&Cell::text(text), false, TODAY)
    }

    #[test]
    fn one_day_in_many_ways() {
        let day = Read::Sure(Birth::of(ymd(1942, 3, 5)));
        for text in [
            "1942-3-5",
            "1942/03/05",
            "1942.3.5",
            "19420305",
            "1942年3月5日",
            "1942年03月05日生",
            "１９４２－３－５",
            "一九四二年三月五日",
            "1942-03-05 00:00:00",
            "1942-03-05T00:00:00",
            "1942-3-5(身份证)",
            "公历1942年3月5日",
            " 1942 / 3 / 5 ",
            "15405",
            "1942、3、5",
        ] {
            assert_eq!(of(text), day, "{text}");
        }
        assert_eq!(birthday(&Cell::Number(15_405.0), false, TODAY), day);
        assert_eq!(
            birthday(&Cell::Number(15_405.0 - 1_462.0), true, TODAY),
            day
        );
        assert_eq!(birthday(&Cell::Number(19_420_305.0), false, TODAY), day);
        assert_eq!(birthday(&Cell::Day(ymd(1942, 3, 5)), false, TODAY), day);
    }

    #[test]
    fn years_alone_doubts_and_refusals() {
        let year = Read::Sure(Birth {
            year: 1942,
            day: None,
        });
        for text in ["1942", "1942年", "194203", "1942年3月", "1942.3"] {
            assert_eq!(of(text), year, "{text}");
        }
        assert_eq!(birthday(&Cell::Number(1942.0), false, TODAY), year);
        assert_eq!(
            of("42.3.5"),
            Read::Doubtful(Birth::of(ymd(1942, 3, 5)), ValueFault::Century)
        );
        assert_eq!(
            of("3/5/1942"),
            Read::Doubtful(Birth::of(ymd(1942, 3, 5)), ValueFault::DayOrMonth)
        );
        let aged = |years| {
            let year = TODAY.year() - years;
            Read::Doubtful(Birth { year, day: None }, ValueFault::Age)
        };
        for text in ["84岁", "84 周岁", "八十四岁", "84"] {
            assert_eq!(of(text), aged(84), "{text}");
        }
        for number in [0, 1, 60, 130] {
            let cell = Cell::Number(f64::from(number));
            for from_1904 in [false, true] {
                assert_eq!(birthday(&cell, from_1904, TODAY), aged(number), "{number}");
            }
        }
        assert_eq!(of("25/3/1942"), Read::Sure(Birth::of(ymd(1942, 3, 25))));
        for text in [
            "农历1942年三月初五",
            "1942年腊月廿三",
            "正月十五",
            "一九四二年闰四月",
        ] {
            assert_eq!(of(text), Read::Refused(ValueFault::Lunar), "{text}");
        }
        assert_eq!(of("2027-01-01"), Read::Refused(ValueFault::Future));
        assert_eq!(of("1742-01-01"), Read::Refused(ValueFault::TooLongAgo));
        assert_eq!(of("1942-02-30"), Read::Refused(ValueFault::NoSuchDay));
        for text in [
            "几岁",
            "八十来岁",
            "200岁",
            "200",
            "1942年左右",
            "属马",
            "42.3",
            "1942-3-5-7",
            "123456789012",
        ] {
            assert_eq!(of(text), Read::Refused(ValueFault::Unreadable), "{text}");
        }
        for text in ["", " ", "无", "不详", "/"] {
            assert_eq!(of(text), Read::Nothing, "{text}");
        }
    }

    #[test]
    fn serial_numbers_of_both_systems() {
        assert_eq!(from_serial(1.0, false), Some(ymd(1900, 1, 1)));
        assert_eq!(from_serial(61.0, false), Some(ymd(1900, 3, 1)));
        assert_eq!(from_serial(45_000.75, false), Some(ymd(2023, 3, 15)));
        assert_eq!(from_serial(0.0, true), Some(ymd(1904, 1, 1)));
        assert_eq!(from_serial(f64::NAN, true), None);
        assert_eq!(from_serial(-1.0, false), None);
    }

    proptest! {
        #[test]
        fn every_day_is_read_back_from_every_writing(days in 0i64..45_000, style in 0usize..6) {
            let day = ymd(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            let (y, m, d) = (day.year(), day.month(), day.day());
            let text = match style {
                0 => format!("{y}-{m}-{d}"),
                1 => format!("{y}/{m:02}/{d:02}"),
                2 => format!("{y}.{m}.{d}"),
                3 => format!("{y}{m:02}{d:02}"),
                4 => format!("{y}年{m}月{d}日"),
                _ => format!("{y}年{m:02}月{d:02}日出生"),
            };
            prop_assert_eq!(of(&text), Read::Sure(Birth::of(day)));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,40}", number in any::<f64>()) {
            for from_1904 in [false, true] {
                let _any = birthday(&Cell::text(&text), from_1904, TODAY);
                let _any = birthday(&Cell::Number(number), from_1904, TODAY);
            }
        }
    }
}
