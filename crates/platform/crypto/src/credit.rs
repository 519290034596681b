//! Unified social credit codes of organisations: form and check character by GB 32100-2015.
//!
//! Eighteen characters of an alphabet without I, O, S, V and Z: registering department, kind, division code (6 digits),
//! organisation code (9), check character (weights 3^(i-1) mod 31).

use std::fmt;

use crate::text;

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A checked code. Codes are public, so nothing is masked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreditCode(String);

/// What is wrong with a code. Shown beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CreditFault {
    /// Nothing was typed.
    #[error("the code is empty")]
    Empty,
    /// Not 18 characters.
    #[error("a unified social credit code has 18 characters, not {0}")]
    Length(usize),
    /// A character outside the alphabet; `I`, `O`, `S`, `V` and `Z` never occur.
    #[error("character {0} of the code cannot stand there")]
    Character(usize),
    /// The last character does not fit the others: a typing mistake.
    #[error("the last character does not fit the others")]
    CheckCharacter,
}

impl CreditCode {
    /// Reads a code as people type it: full-width and small letters, spaces and hyphens are taken.
    ///
    /// # Errors
    /// The first fault found.
    pub fn parse(input: &str) -> Result<Self, CreditFault> {
        let text = text::compact(input);
        match text.chars().count() {
            0 => return Err(CreditFault::Empty),
            18 => {}
            other => return Err(CreditFault::Length(other)),
        }
        let mut values = [0u32; 18];
        for (at, character) in text.chars().enumerate() {
            // Characters 3 to 8 are the division code: digits.
            let known = if (2..8).contains(&at) {
                &ALPHABET[..10]
            } else {
                &ALPHABET[..]
            };
            let value = known
                .iter()
                .position(|letter| char::from(*letter) == character);
            values[at] = u32::try_from(value.ok_or(CreditFault::Character(at + 1))?).unwrap_or(0);
        }
        let [body @ .., last] = values;
        if check_value(&body) != last {
            return Err(CreditFault::CheckCharacter);
        }
        Ok(Self(text))
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Division code of the registering department.
    #[must_use]
    pub fn division(&self) -> &str {
        &self.0[2..8]
    }

    /// The organisation code inside (GB 11714), nine characters.
    #[must_use]
    pub fn organisation(&self) -> &str {
        &self.0[8..17]
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check_value(body: &[u32]) -> u32 {
    let (sum, _) = body.iter().fold((0, 1), |(sum, weight), value| {
        ((sum + value * weight) % 31, weight * 3 % 31)
    });
    (31 - sum) % 31
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn with_check(body: &str) -> String {
        // The standard's table of weights, written out.
        const WEIGHTS: [usize; 17] = [
            1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
        ];
        let value = |c: char| {
            ALPHABET
                .iter()
                .position(|letter| char::from(*letter) == c)
                .unwrap()
        };
        let sum: usize = body
            .chars()
            .zip(WEIGHTS)
            .map(|(c, weight)| value(c) * weight)
            .sum();
        format!("{body}{}", char::from(ALPHABET[(31 - sum % 31) % 31]))
    }

    #[test]
    fn the_example_of_the_standard_is_read() {
        let code = CreditCode::parse("91350100M000100Y43").unwrap();
        assert_eq!(
            (code.division(), code.organisation()),
            ("350100", "M000100Y4")
        );
        assert_eq!(CreditCode::parse("９1350100-m000 100y43").unwrap(), code);
    }

    #[test]
    fn each_fault_has_its_name() {
        for (text, fault) in [
            (" ", CreditFault::Empty),
            ("91350100M000100Y4", CreditFault::Length(17)),
            ("91350100O000100Y43", CreditFault::Character(9)),
            ("9135A100M000100Y43", CreditFault::Character(5)),
            ("91350100中000100Y43", CreditFault::Character(9)),
            ("91350100M000100Y44", CreditFault::CheckCharacter),
        ] {
            assert_eq!(CreditCode::parse(text).unwrap_err(), fault, "{text}");
        }
    }

    proptest! {
        #[test]
        fn codes_with_their_check_are_read_and_no_other(
            body in "[159][1239][0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}", at in 0usize..18, other in 0usize..31,
        ) {
            let text = with_check(&body);
            let read = CreditCode::parse(&text).unwrap();
            prop_assert_eq!(read.as_str(), &text);
            let mut changed = text.clone().into_bytes();
            changed[at] = ALPHABET[other];
            let changed = String::from_utf8(changed).unwrap();
            prop_assert_eq!(CreditCode::parse(&changed).is_ok(), changed == text);
        }
    }
}
