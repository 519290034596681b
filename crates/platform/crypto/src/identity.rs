//! Identity numbers of persons: form, birth date, sex and check digit by GB 11643-1999.
//!
//! Eighteen characters: division code at the time of issue (6), birth date (8), sequence (3, odd for men), check
//! digit (ISO 7064 MOD 11-2). Division codes change while numbers stay for life (domain §4), so only the first two
//! digits, the province, are held against a list. Numbers beginning with 9 are those of the permanent residence card
//! for foreigners, built the same way.

use std::fmt;

use jiff::civil::Date;

use crate::{mask, text};

/// Provinces and their like (GB/T 2260), residence permits for people of Hong Kong, Macao and Taiwan (81 to 83).
const PROVINCES: [u8; 36] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91,
];

/// A checked identity number. `Debug` and [`IdentityNumber::masked`] hide it; [`IdentityNumber::as_str`] does not.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityNumber {
    text: String,
    birth: Date,
}

/// Sex as the number encodes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Even sequence.
    Female,
    /// Odd sequence.
    Male,
}

/// What is wrong with an identity number. Shown beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFault {
    /// Nothing was typed.
    #[error("the number is empty")]
    Empty,
    /// Not 18 characters.
    #[error("an identity number has 18 characters, not {0}")]
    Length(usize),
    /// Fifteen digits: the form given up in 2013; its holder has an 18-digit one by now.
    #[error("15-digit numbers are no longer valid")]
    OldForm,
    /// Something else than 17 digits and a last digit or X.
    #[error("an identity number has 17 digits and a last digit or X")]
    Characters,
    /// No province has this number.
    #[error("the first two digits name no province")]
    Province,
    /// Digits 7 to 14 are no date between 1850 and 2199.
    #[error("digits 7 to 14 are not a date")]
    BirthDate,
    /// The last character does not fit the others: a typing mistake.
    #[error("the last character does not fit the others")]
    CheckDigit,
}

impl IdentityNumber {
    /// Reads a number as people type it: full-width digits, spaces, hyphens and a small x are taken.
    ///
    /// # Errors
    /// The first fault found.
    pub fn parse(input: &str) -> Result<Self, IdentityFault> {
        let text = text::compact(input);
        let count = text.chars().count();
        match count {
            0 => return Err(IdentityFault::Empty),
            15 if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Err(IdentityFault::OldForm);
            }
            18 => {}
            other => return Err(IdentityFault::Length(other)),
        }
        let bytes: &[u8; 18] = text
            .as_bytes()
            .try_into()
            .map_err(|_| IdentityFault::Characters)?;
        let [body @ .., last] = bytes;
        if !body.iter().all(u8::is_ascii_digit) || !(last.is_ascii_digit() || *last == b'X') {
            return Err(IdentityFault::Characters);
        }
        let province = (body[0] - b'0') * 10 + (body[1] - b'0');
        if !PROVINCES.contains(&province) && !(92..=99).contains(&province) {
            return Err(IdentityFault::Province);
        }
        let birth = birth(body).ok_or(IdentityFault::BirthDate)?;
        if check_digit(body) != *last {
            return Err(IdentityFault::CheckDigit);
        }
        Ok(Self { text, birth })
    }

    /// The 18 characters, unmasked.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The division code at the time of issue; may long have been abolished.
    #[must_use]
    pub fn division(&self) -> &str {
        &self.text[..6]
    }

    /// Birth date. A date in the future is the caller's to refuse: nothing here knows today.
    #[must_use]
    pub fn birth(&self) -> Date {
        self.birth
    }

    /// Sex as encoded.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.text.as_bytes()[16] % 2 == 1 {
            Sex::Male
        } else {
            Sex::Female
        }
    }

    /// Completed years on a day; 0 before birth. Someone born on 29 February is a year older on 1 March.
    #[must_use]
    pub fn age_on(&self, day: Date) -> u16 {
        let before_birthday = (day.month(), day.day()) < (self.birth.month(), self.birth.day());
        let years =
            i32::from(day.year()) - i32::from(self.birth.year()) - i32::from(before_birthday);
        u16::try_from(years.max(0)).unwrap_or(0)
    }

    /// For screens: first and last two characters.
    #[must_use]
    pub fn masked(&self) -> String {
        mask::identity(&self.text)
    }
}

impl fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityNumber({})", self.masked())
    }
}

fn birth(body: &[u8]) -> Option<Date> {
    let number = |from: usize, to: usize| {
        body[from..to]
            .iter()
            .fold(0i16, |sum, byte| sum * 10 + i16::from(byte - b'0'))
    };
    let year = number(6, 10);
    if !(1850..2200).contains(&year) {
        return None;
    }
    Date::new(
        year,
        i8::try_from(number(10, 12)).ok()?,
        i8::try_from(number(12, 14)).ok()?,
    )
    .ok()
}

/// ISO 7064 MOD 11-2 over the first 17 digits: weights 2^(17-i) mod 11.
fn check_digit(body: &[u8]) -> u8 {
    // Horner's scheme gives the same sum as the table of weights.
    let sum = body
        .iter()
        .fold(0u32, |sum, byte| (sum + u32::from(byte - b'0')) * 2 % 11);
    match (12 - sum) % 11 {
        10 => b'X',
        digit => b'0' + u8::try_from(digit).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// The standard's table of weights, written out: the model the implementation is held against.
    fn by_the_table(body: &[u8]) -> char {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = body
            .iter()
            .zip(WEIGHTS)
            .map(|(byte, weight)| u32::from(byte - b'0') * weight)
            .sum();
        "10X98765432".chars().nth((sum % 11) as usize).unwrap()
    }

    fn number(division: u32, day: Date, sequence: u16) -> String {
        let body = format!("{division:06}{}{sequence:03}", day.strftime("%Y%m%d"));
        let check = by_the_table(body.as_bytes());
        format!("{body}{check}")
    }

    #[test]
    fn the_example_of_the_standard_is_read() {
        let read = IdentityNumber::parse("11010519491231002X").unwrap();
        assert_eq!(
            (read.birth(), read.sex(), read.division()),
            (date(1949, 12, 31), Sex::Female, "110105")
        );
        assert_eq!(read.masked(), "11**************2X");
        assert_eq!(format!("{read:?}"), "IdentityNumber(11**************2X)");
        assert_eq!(
            IdentityNumber::parse(" １１０１０５ 19491231-002x ").unwrap(),
            read
        );
        assert_eq!(
            IdentityNumber::parse("440524188001010014").unwrap().sex(),
            Sex::Male
        );
    }

    #[test]
    fn each_fault_has_its_name() {
        for (text, fault) in [
            ("", IdentityFault::Empty),
            ("  ", IdentityFault::Empty),
            ("1101051949123100", IdentityFault::Length(16)),
            ("110105491231002", IdentityFault::OldForm),
            ("1101051949123100AX", IdentityFault::Characters),
            ("1101051949123100二X", IdentityFault::Characters),
            ("X1010519491231002X", IdentityFault::Characters),
            ("00010519491231002X", IdentityFault::Province),
            ("11010519490229002X", IdentityFault::BirthDate),
            ("11010519491331002X", IdentityFault::BirthDate),
            ("11010502491231002X", IdentityFault::BirthDate),
            ("110105194912310021", IdentityFault::CheckDigit),
        ] {
            assert_eq!(IdentityNumber::parse(text).unwrap_err(), fault, "{text}");
        }
    }

    #[test]
    fn ages_turn_on_the_birthday() {
        let born = |day| IdentityNumber::parse(&number(320_602, day, 7)).unwrap();
        assert_eq!(born(date(2012, 6, 1)).age_on(date(2026, 5, 31)), 13);
        assert_eq!(born(date(2012, 6, 1)).age_on(date(2026, 6, 1)), 14);
        assert_eq!(born(date(2012, 2, 29)).age_on(date(2026, 2, 28)), 13);
        assert_eq!(born(date(2012, 2, 29)).age_on(date(2026, 3, 1)), 14);
        assert_eq!(born(date(2012, 2, 29)).age_on(date(2000, 1, 1)), 0);
    }

    proptest! {
        #[test]
        fn the_check_digit_is_the_tables(days in 0i64..50_000, sequence in 0u16..1000, division in 320_000u32..330_000) {
            let day = date(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            let text = number(division, day, sequence);
            let read = IdentityNumber::parse(&text).unwrap();
            prop_assert_eq!(read.birth(), day);
            prop_assert_eq!(read.as_str(), &text);
            prop_assert_eq!(read.sex() == Sex::Male, sequence % 2 == 1);
        }

        #[test]
        fn one_wrong_digit_or_two_swapped_are_noticed(sequence in 0u16..1000, at in 0usize..17, other in 0u8..10) {
            let text = number(320_602, date(1990, 10, 21), sequence);
            let mut wrong = text.clone().into_bytes();
            wrong[at] = b'0' + other;
            let mut swapped = text.clone().into_bytes();
            swapped.swap(at, at + 1);
            for changed in [wrong, swapped] {
                let changed = String::from_utf8(changed).unwrap();
                prop_assert_eq!(IdentityNumber::parse(&changed).is_ok(), changed == text, "{}", changed);
            }
        }
    }
}
