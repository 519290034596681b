//! What people type, made ready to keep: trimmed, in Unicode NFC, without control characters, within its length. Markup
//! stays as typed and is shown as typed.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;
use youlin_imports::tabular::fold;
use youlin_kernel::{Problem, ProblemKind, Result};

/// The label of whoever lives alone.
pub(crate) const LIVES_ALONE: &str = "living_alone";

/// Trimmed, NFC, no control characters; line breaks stay.
pub(crate) fn clean(text: &str) -> String {
    text.nfc()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect::<String>()
        .trim()
        .to_owned()
}

/// A text that must be there.
pub(crate) fn required(field: &'static str, text: &str, max: usize) -> Result<String> {
    let text = clean(text);
    if text.is_empty() {
        return Err(Problem::invalid(field, "required"));
    }
    within(field, text, max)
}

/// A text that may be missing.
pub(crate) fn optional(
    field: &'static str,
    text: Option<&str>,
    max: usize,
) -> Result<Option<String>> {
    match text.map(clean) {
        Some(text) if !text.is_empty() => within(field, text, max).map(Some),
        _ => Ok(None),
    }
}

/// An e-mail address, in lower case after the at sign. What a mail server would say about it shows when mail is sent.
pub(crate) fn email(field: &'static str, text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = optional(field, text, 254)? else {
        return Ok(None);
    };
    let wrong = || Problem::invalid(field, "email");
    let (local, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let local_fine = (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c));
    if local_fine && domain.contains('.') && domain.split('.').all(label) {
        Ok(Some(format!("{local}@{}", domain.to_ascii_lowercase())))
    } else {
        Err(wrong())
    }
}

/// How old somebody is, where that was said in place of a birthday: 84, 84岁, 84 周岁.
pub(crate) fn age(text: &str) -> Option<i32> {
    let text = fold(text);
    let years = text
        .strip_suffix("周岁")
        .or(text.strip_suffix('岁'))
        .unwrap_or(&text);
    let years = years.trim();
    let plain = (1..=3).contains(&years.len()) && years.bytes().all(|byte| byte.is_ascii_digit());
    let years = plain.then(|| years.parse().ok()).flatten();
    years.filter(|years| (0..=130).contains(years))
}

/// A year with its month and no day, as lists ask for it (出生年月): 1941-08, 1941/8, 1941.8, 194108, 1941年8月.
pub(crate) fn month(text: &str) -> Option<(i32, i8)> {
    let text = fold(text);
    let signs = |c: char| c.is_ascii_digit() || "-/.年月生 ".contains(c);
    if !text.chars().all(signs) {
        return None;
    }
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    let mut next = || numbers.find(|part| !part.is_empty());
    let (year, month) = match (next(), next(), next()) {
        (Some(one), None, None) if one.len() == 6 && one.len() == text.len() => one.split_at(4),
        (Some(year), Some(month), None) if year.len() == 4 => (year, month),
        _ => return None,
    };
    let year: Option<i32> = year.parse().ok();
    let month: Option<i8> = month.parse().ok();
    let year = year.filter(|year| YEARS.contains(year))?;
    Some((year, month.filter(|month| (1..=12).contains(month))?))
}

/// 420305 is a day with two digits for its year, and no month of the year 4203.
const YEARS: std::ops::RangeInclusive<i32> = 1800..=2199;
const MONTH: &str = "出生年月：";

/// A note with a month of birth, for which a file has no place of its own. One that was noted before gives way.
pub(crate) fn with_month(note: Option<&str>, (year, month): (i32, i8)) -> String {
    let held = note.map(without_month).unwrap_or_default();
    let said = format!("{MONTH}{year}年{month}月");
    match held.is_empty() {
        true => said,
        false => format!("{held}；{said}"),
    }
}

/// The same note where the day is known.
pub(crate) fn without_month(note: &str) -> String {
    let parts = note.split('；');
    let parts: Vec<&str> = parts.filter(|part| !part.starts_with(MONTH)).collect();
    parts.join("；")
}

/// A birthday as [`birth`] reads it, or an age, which says the year within one.
pub(crate) fn born(text: &str, today: Date) -> Result<(Option<Date>, Option<i32>)> {
    let this = (i32::from(today.year()), today.month());
    if month(text).is_some_and(|said| said > this) {
        return Err(Problem::invalid("birth", "birth-future"));
    }
    match age(text) {
        Some(age) => Ok((None, Some(crate::age::year_told(age, today)))),
        None => birth(text),
    }
}

/// A day of birth as people write it (1942-03-05, 1942/3/5, 1942.3.5, 19420305, 1942年3月5日), or the year alone. Of a year
/// with its [`month`] it is the year: whoever keeps it notes the month.
pub(crate) fn birth(text: &str) -> Result<(Option<Date>, Option<i32>)> {
    let text = clean(text);
    if text.is_empty() {
        return Ok((None, None));
    }
    if let Some((year, _)) = month(&text) {
        return Ok((None, Some(year)));
    }
    let wrong = || Problem::invalid("birth", "birth-unread");
    let mut numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    numbers.retain(|part| !part.is_empty());
    if let [one] = numbers.as_slice()
        && one.len() == 8
        && one.len() == text.len()
    {
        numbers = vec![&one[..4], &one[4..6], &one[6..]];
    }
    let signs = |c: char| c.is_ascii_digit() || "-/.年月日号 ".contains(c);
    if !text.chars().all(signs) {
        return Err(wrong());
    }
    match numbers.as_slice() {
        [year] if year.len() == 4 => Ok((None, Some(year.parse().map_err(|_| wrong())?))),
        [year, month, day] if year.len() == 4 => {
            let date = Date::new(
                year.parse().map_err(|_| wrong())?,
                month.parse().map_err(|_| wrong())?,
                day.parse().map_err(|_| wrong())?,
            );
            let date = date.map_err(|_no_such_day| wrong())?;
            Ok((Some(date), Some(i32::from(date.year()))))
        }
        _ => Err(wrong()),
    }
}

fn within(field: &'static str, text: String, max: usize) -> Result<String> {
    if text.chars().count() > max {
        return Err(Problem::invalid(field, "too-long").field_arg("max", max));
    }
    Ok(text)
}

/// The sentence of the first refusal wins, but all fields that must be mended are named.
#[derive(Default)]
pub(crate) struct Faults(Option<Problem>);

impl Faults {
    /// The value, or the default with the refusal kept.
    pub(crate) fn take<T: Default>(&mut self, outcome: Result<T>) -> T {
        outcome.unwrap_or_else(|problem| {
            self.0 = Some(match self.0.take() {
                None => problem,
                Some(first) => problem.fields().iter().fold(first, |all, fault| {
                    let all = all.and_field(fault.field.clone(), fault.code);
                    fault
                        .args
                        .iter()
                        .fold(all, |all, (name, value)| all.field_arg(name, value))
                }),
            });
            T::default()
        })
    }

    /// The same for an outcome that may be no fault of what was typed: that one is answered at once.
    pub(crate) fn mend<T: Default>(&mut self, outcome: Result<T>) -> Result<T> {
        match outcome {
            Err(problem) if problem.kind() != ProblemKind::Invalid => Err(problem),
            outcome => Ok(self.take(outcome)),
        }
    }

    pub(crate) fn done(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn markup_stays_and_control_characters_go() {
        assert_eq!(clean(" <b>周\u{0}\u{7}</b> "), "<b>周</b>");
        assert_eq!(clean("e\u{301}"), "é");
    }

    #[test]
    fn addresses_are_addresses() {
        let read = |text: &str| email("email", Some(text));
        assert_eq!(
            read(" Wuye@Chengjie.Example ").unwrap().as_deref(),
            Some("Wuye@chengjie.example")
        );
        assert_eq!(read(" ").unwrap(), None);
        for wrong in [
            "wuye",
            "@a.cn",
            "a@",
            "a@b",
            "a b@c.cn",
            "a@b..cn",
            "a@-b.cn",
            ".a@b.cn",
            "物业@b.cn",
            "a@b@c.cn",
        ] {
            assert_eq!(
                read(wrong).unwrap_err().fields()[0].code,
                "email",
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_age_says_the_year_of_birth() {
        let today = Date::constant(2026, 11, 26);
        for text in ["84", "84岁", " 84 周岁", "８４岁"] {
            assert_eq!(born(text, today).unwrap(), (None, Some(1942)), "{text}");
        }
        assert_eq!(born("1942", today).unwrap(), (None, Some(1942)));
        for text in ["131", "-4", "八十", "84年", "岁"] {
            assert!(born(text, today).is_err(), "{text}");
        }
        assert_eq!(born("", today).unwrap(), (None, None));
    }

    #[test]
    fn days_of_birth_are_read_as_people_write_them() {
        let day = Date::constant(1942, 3, 5);
        for text in [
            "1942-03-05",
            "1942/3/5",
            "1942.3.5",
            "19420305",
            " 1942年3月5日 ",
        ] {
            assert_eq!(birth(text).unwrap(), (Some(day), Some(1942)), "{text}");
        }
        assert_eq!(birth("1942").unwrap(), (None, Some(1942)));
        assert_eq!(birth("").unwrap(), (None, None));
        for text in [
            "42.3.5",
            "1942-02-30",
            "农历三月初五",
            "1942-13",
            "420305",
            "八十四岁",
        ] {
            assert_eq!(
                birth(text).unwrap_err().fields()[0].code,
                "birth-unread",
                "{text}"
            );
        }
    }

    #[test]
    fn a_month_of_birth_is_a_year_and_a_note() {
        let today = Date::constant(2026, 11, 26);
        for text in [
            "1941-08",
            "1941年8月",
            "1941.8",
            "194108",
            "1941/08",
            " 1941年08月生 ",
        ] {
            assert_eq!(month(text), Some((1941, 8)), "{text}");
            assert_eq!(born(text, today).unwrap(), (None, Some(1941)), "{text}");
        }
        for text in [
            "1941",
            "1941-08-15",
            "19410815",
            "1941-0",
            "84",
            "农历8月",
            "",
        ] {
            assert_eq!(month(text), None, "{text}");
        }
        let fault = born("2026-12", today).unwrap_err();
        assert_eq!(fault.fields()[0].code, "birth-future");
        let said = "出生年月：1941年8月";
        assert_eq!(with_month(None, (1941, 8)), said);
        let both = with_month(Some("常年在外"), (1941, 8));
        assert_eq!(both, format!("常年在外；{said}"));
        assert_eq!(with_month(Some(&both), (1941, 8)), both);
        let other = with_month(Some(&both), (1942, 9));
        assert_eq!(other, "常年在外；出生年月：1942年9月");
    }

    #[test]
    fn all_faulty_fields_are_named() {
        let mut faults = Faults::default();
        faults.take(required("name", " ", 5));
        faults.take(optional("note", Some("123456"), 5));
        let problem = faults.done().unwrap_err();
        let fields: Vec<&str> = problem.fields().iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["name", "note"]);
        assert_eq!(problem.fields()[1].args[0].1, "5");
    }
}
