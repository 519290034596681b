//! Taking a written number apart: country code, digits, extension.

use super::PhoneFault;

/// Longest extension, in digits.
const EXTENSION: usize = 6;
/// More digits than this are no telephone number in any reading.
const MOST: usize = 32;

/// Words and signs an extension is announced with, longest first.
const ANNOUNCED: [&str; 10] = [
    ";ext=",
    "extension",
    "分机号",
    "分机",
    "ext.",
    "ext",
    "转",
    ",",
    "#",
    "x",
];

/// The digits of a written number and how they were grouped.
pub(super) struct Parts {
    /// All digits after `+` or `00`, when the number was written with a country code.
    pub(super) country: Option<String>,
    /// All digits of the line.
    pub(super) digits: String,
    /// Digits of an announced extension.
    pub(super) extension: Option<String>,
    /// Where in `digits` the last group behind a hyphen begins.
    hyphen: Option<usize>,
}

impl Parts {
    /// Takes a folded text apart (ASCII digits and signs, nothing invisible).
    pub(super) fn read(folded: &str) -> Result<Self, PhoneFault> {
        let lower = folded.trim().to_lowercase();
        let text = lower.strip_prefix("tel:").unwrap_or(&lower);
        let (line, extension) = split_extension(text)?;
        let (digits, plus, hyphen) = line_digits(line)?;
        if digits.is_empty() {
            return Err(if extension.is_some() {
                PhoneFault::TooShort
            } else {
                PhoneFault::Empty
            });
        }
        if digits.len() > MOST {
            return Err(PhoneFault::TooLong);
        }
        let country = if plus {
            Some(digits.clone())
        } else {
            digits.strip_prefix("00").map(str::to_owned)
        };
        Ok(Self {
            country,
            digits,
            extension,
            hyphen,
        })
    }

    /// The digits before and after the last hyphen, when what follows it could be an extension.
    pub(super) fn hyphen_extension(&self) -> Option<(&str, &str)> {
        let (front, last) = self.digits.split_at_checked(self.hyphen?)?;
        let front = if self.country.is_some() {
            front.strip_prefix("00").unwrap_or(front)
        } else {
            front
        };
        (1..=EXTENSION)
            .contains(&last.len())
            .then_some((front, last))
    }
}

fn split_extension(text: &str) -> Result<(&str, Option<String>), PhoneFault> {
    let found = ANNOUNCED
        .iter()
        .filter_map(|word| text.find(word).map(|at| (at, *word)))
        .min_by_key(|(at, _)| *at);
    let Some((at, word)) = found else {
        return Ok((text, None));
    };
    // A word of the list may begin with another one of it: take the longest that stands there.
    let word = ANNOUNCED
        .iter()
        .find(|longest| text[at..].starts_with(**longest))
        .unwrap_or(&word);
    let rest = text[at + word.len()..].trim_matches([' ', '.', ':', '-', '(', ')']);
    if rest.is_empty() && matches!(*word, "#" | ",") {
        return Ok((&text[..at], None));
    }
    if rest.is_empty() || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PhoneFault::Letters);
    }
    if rest.len() > EXTENSION {
        return Err(PhoneFault::TooLong);
    }
    Ok((&text[..at], Some(rest.to_owned())))
}

/// The digits of a line, whether a plus stood in front, and where the last group behind a hyphen begins.
fn line_digits(line: &str) -> Result<(String, bool, Option<usize>), PhoneFault> {
    // The trunk zero in brackets after a country code (+44 (0)20 …) is not dialled with it.
    let line = if line.trim_start().starts_with(['+', '0']) {
        line.replacen("(0)", "", 1)
    } else {
        line.to_owned()
    };
    let mut digits = String::with_capacity(line.len());
    let (mut plus, mut hyphen) = (false, None);
    for character in line.chars() {
        match character {
            '0'..='9' => digits.push(character),
            '+' if digits.is_empty() && !plus => plus = true,
            '-' => hyphen = Some(digits.len()),
            ' ' | '\t' | '(' | ')' | '[' | ']' | '.' | '/' | '_' | '~' => {}
            _ => return Err(PhoneFault::Letters),
        }
    }
    Ok((digits, plus, hyphen))
}
