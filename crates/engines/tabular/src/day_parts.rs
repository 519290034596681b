//! A day whose year, month and day stand in columns of their own.

use crate::Cell;
use crate::values::{absent, fold};

/// The three cells as the one cell they would be. Zeros stand for what nobody knows.
#[must_use]
pub fn day_of_parts(year: &Cell, month: &Cell, day: &Cell) -> Cell {
    let part = |cell: &Cell, unit: char| {
        let text = fold(&cell.shown());
        let bare = text.strip_suffix(unit).unwrap_or(&text).trim();
        match absent(bare) || bare.chars().all(|c| c == '0') {
            true => String::new(),
            false => format!("{bare}{unit}"),
        }
    };
    let (months, days) = (part(month, '月'), part(day, '日'));
    let years = fold(&year.shown());
    // A whole day in the column of the year, or a year alone.
    if months.is_empty() && days.is_empty() && years.chars().count() > 2 {
        return year.clone();
    }
    let calendar = match is_lunar(&fold(&month.shown()), &fold(&day.shown())) {
        true => "农历",
        false => "",
    };
    Cell::text(&format!("{calendar}{}{months}{days}", part(year, '年')))
}

/// 八月 and 十五 without 日: days of the common calendar are counted in 日 or 号, or written in figures as the month is.
fn is_lunar(month: &str, day: &str) -> bool {
    let written = |text: &str| !text.is_empty() && text.chars().all(|c| NUMERALS.contains(c));
    month.strip_suffix('月').is_some_and(written) && written(day)
}

const NUMERALS: &str = "一二三四五六七八九十";

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::day_of_parts;
    use crate::{Birth, Cell, Read, ValueFault, birthday};

    #[test]
    fn three_cells_are_one_day() {
        let of = |parts: [&str; 3]| {
            let [year, month, day] = parts.map(Cell::text);
            birthday(
                &day_of_parts(&year, &month, &day),
                false,
                date(2026, 11, 26),
            )
        };
        let day = Birth::of(date(1942, 3, 5));
        let year = Birth {
            year: 1942,
            day: None,
        };
        for (parts, read) in [
            (["1942", "3", "5"], Read::Sure(day)),
            (["1942年", "03月", "05日"], Read::Sure(day)),
            (["一九四二", "三", "五"], Read::Sure(day)),
            (["1942", "3", ""], Read::Sure(year)),
            (["1942", "0", "00"], Read::Sure(year)),
            (["1942", "", ""], Read::Sure(year)),
            (["1942-3-5", "", ""], Read::Sure(day)),
            (["42", "3", "5"], Read::Doubtful(day, ValueFault::Century)),
            (["1942", "三", "初五"], Read::Refused(ValueFault::Lunar)),
            (["1942", "八月", "十五"], Read::Refused(ValueFault::Lunar)),
            (["1942", "三月", "五日"], Read::Sure(day)),
            (["1942", "三月", "5"], Read::Sure(day)),
            (["1942", "13", "5"], Read::Refused(ValueFault::NoSuchDay)),
            (["42", "", ""], Read::Refused(ValueFault::Unreadable)),
            (["", "3", "5"], Read::Refused(ValueFault::Unreadable)),
            (["", "/", ""], Read::Nothing),
        ] {
            assert_eq!(of(parts), read, "{parts:?}");
        }
        let numbers = [1942.0, 3.0, 5.0].map(Cell::Number);
        let cell = day_of_parts(&numbers[0], &numbers[1], &numbers[2]);
        assert_eq!(cell, Cell::text("1942年3月5日"));
    }
}
