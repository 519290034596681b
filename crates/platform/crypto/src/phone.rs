//! Telephone numbers as people write them, brought to one form.
//!
//! The canonical form is that of E.164 with a leading `+` (mobile `+8613800001234`, landline `+8651385512345`, foreign
//! `+442079460958`), followed by `;ext=801` when there is an extension (RFC 3966). Short service numbers (`12345`,
//! `110`) cannot be dialled from abroad and stay as they are. Rules of the Chinese numbering plan used here: mobiles are
//! 11 digits from 13 to 19; area codes are 10, 2x or three digits from 3 to 9, subscribers have 7 or 8 digits (8 after
//! two-digit area codes) and start from 2 to 9; 400 and 800 numbers have 10 digits.

use std::fmt;

use crate::text;

mod parts;
use parts::Parts;

/// A telephone number in canonical form. `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone {
    /// Canonical text; the part before `;` is the line.
    text: String,
    line_len: usize,
    kind: PhoneKind,
}

/// What kind of number it is; text messages go to mobiles only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PhoneKind {
    /// A Chinese mobile number.
    Mobile,
    /// A Chinese landline with its area code.
    Landline,
    /// A number of a service: 12345, 0513-12345, 95xxx, 400-xxx-xxxx.
    Service,
    /// A number of another country.
    Foreign,
}

/// Why a text is no telephone number. Shown beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneFault {
    /// Nothing was typed.
    #[error("the telephone number is empty")]
    Empty,
    /// Letters or signs that belong to no telephone number.
    #[error("a telephone number has digits only")]
    Letters,
    /// Digits are missing (for a landline perhaps the area code).
    #[error("the telephone number is too short; landlines need their area code")]
    TooShort,
    /// There are digits too many.
    #[error("the telephone number is too long")]
    TooLong,
    /// The length fits, but no number begins like that.
    #[error("no telephone number begins like that")]
    Unknown,
}

/// Where numbers without country or area code belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PhoneRegion<'a> {
    area_code: Option<&'a str>,
}

impl<'a> PhoneRegion<'a> {
    /// China, without a local area code: landlines must be written with theirs.
    #[must_use]
    pub const fn china() -> Self {
        Self { area_code: None }
    }

    /// China, in a city: 7 or 8 digits are a landline of this area code, given as `0513` or `513`.
    #[must_use]
    pub fn city(area_code: &'a str) -> Self {
        Self {
            area_code: Some(area_code.trim_start_matches('0')),
        }
    }
}

impl Phone {
    /// Canonical text, with the extension if there is one. Normalising it again gives the same number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Canonical text of the line, without extension.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.text[..self.line_len]
    }

    /// The extension's digits.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        self.text[self.line_len..].strip_prefix(";ext=")
    }

    /// The kind of number.
    #[must_use]
    pub fn kind(&self) -> PhoneKind {
        self.kind
    }

    /// For screens: 138****1234, 0513-****2345, +44****0958. Service numbers are public and shown in full; an
    /// extension is never shown.
    #[must_use]
    pub fn masked(&self) -> String {
        let national = self.national();
        let tail = &national[national.len().saturating_sub(4)..];
        match self.kind {
            PhoneKind::Mobile => format!("{}****{tail}", &national[..3]),
            PhoneKind::Landline => format!("0{}-****{tail}", &national[..area_len(national)]),
            PhoneKind::Service => self.display(),
            PhoneKind::Foreign => {
                let line = self.line();
                format!(
                    "{}****{}",
                    &line[..3],
                    &line[line
                        .len()
                        .saturating_sub(if line.len() > 9 { 4 } else { 2 })..]
                )
            }
        }
    }

    /// As people of the country write it: 138 0000 1234, 0513-8551 2345 转 801, 400-123-4567, +442079460958.
    #[must_use]
    pub fn display(&self) -> String {
        let national = self.national();
        let mut shown = match self.kind {
            PhoneKind::Mobile => {
                format!("{} {} {}", &national[..3], &national[3..7], &national[7..])
            }
            PhoneKind::Landline => {
                let (area, subscriber) = national.split_at(area_len(national));
                let (head, tail) = subscriber.split_at(subscriber.len() - 4);
                format!("0{area}-{head} {tail}")
            }
            PhoneKind::Service if national.len() == 10 && is_toll_free(national) => {
                format!("{}-{}-{}", &national[..3], &national[3..6], &national[6..])
            }
            PhoneKind::Service if self.text.starts_with('+') => {
                let (area, short) = national.split_at(area_len(national));
                format!("0{area}-{short}")
            }
            PhoneKind::Service | PhoneKind::Foreign => self.line().to_owned(),
        };
        if let Some(extension) = self.extension() {
            shown.push_str(" 转 ");
            shown.push_str(extension);
        }
        shown
    }

    /// The line without +86; foreign numbers and short numbers as they are.
    fn national(&self) -> &str {
        let line = self.line();
        if self.kind == PhoneKind::Foreign {
            line
        } else {
            line.strip_prefix("+86").unwrap_or(line)
        }
    }

    fn new(line: String, extension: Option<&str>, kind: PhoneKind) -> Self {
        let line_len = line.len();
        let mut text = line;
        if let Some(extension) = extension {
            text.push_str(";ext=");
            text.push_str(extension);
        }
        Self {
            text,
            line_len,
            kind,
        }
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

/// Reads a telephone number in any usual writing: with or without country code (`+86`, `0086`, `86`), full-width digits,
/// spaces, hyphens, brackets, a trunk zero before area code or mobile, carrier prefixes (17951), extensions (`转801`,
/// `ext. 801`, `-801`, `#801`).
///
/// # Errors
/// See [`PhoneFault`].
pub fn normalise_phone(input: &str, region: &PhoneRegion<'_>) -> Result<Phone, PhoneFault> {
    let folded: String = input
        .chars()
        .filter(|c| !text::invisible(*c))
        .map(text::ascii)
        .collect();
    let parts = Parts::read(&folded)?;
    let extension = parts.extension.as_deref();
    let digits = parts.digits.as_str();
    let whole = match &parts.country {
        Some(country) if country.starts_with("86") => chinese(&country[2..], None, true),
        Some(country) => foreign(country),
        // 86 without a plus in front of a whole mobile number: 86138…
        None if digits.len() == 13 && digits.starts_with("861") => {
            chinese(&digits[2..], None, true)
        }
        None => chinese(digits, region.area_code, false),
    };
    if let (Err(PhoneFault::TooLong | PhoneFault::Unknown), None) = (&whole, extension)
        && let Some((line, kind, last)) = hyphen_extension(&parts, region)
    {
        return Ok(Phone::new(line, Some(last), kind));
    }
    let (line, kind) = whole?;
    Ok(Phone::new(line, extension, kind))
}

/// 0513-85512345-801: with its last group the number is too long, without it it is whole.
fn hyphen_extension<'a>(
    parts: &'a Parts,
    region: &PhoneRegion<'_>,
) -> Option<(String, PhoneKind, &'a str)> {
    let (front, last) = parts.hyphen_extension()?;
    let (line, kind) = match &parts.country {
        Some(_) => chinese(front.strip_prefix("86")?, None, true),
        None => chinese(front, region.area_code, false),
    }
    .ok()?;
    Some((line, kind, last))
}

type Line = (String, PhoneKind);

/// A number of another country: 7 to 15 digits with the country code (E.164).
fn foreign(digits: &str) -> Result<Line, PhoneFault> {
    match digits.len() {
        _ if digits.starts_with('0') => Err(PhoneFault::Unknown),
        0..7 => Err(PhoneFault::TooShort),
        7..=15 => Ok((format!("+{digits}"), PhoneKind::Foreign)),
        _ => Err(PhoneFault::TooLong),
    }
}

/// A Chinese number without its country code.
fn chinese(digits: &str, area_code: Option<&str>, international: bool) -> Result<Line, PhoneFault> {
    let digits = without_carrier(digits);
    let trunk = digits.starts_with('0');
    let national = digits.strip_prefix('0').unwrap_or(digits);
    if national.starts_with('0') {
        return Err(PhoneFault::Unknown);
    }
    let second = national.as_bytes().get(1).copied().unwrap_or(b'0');
    if national.starts_with('1') && (b'3'..=b'9').contains(&second) && national.len() > 6 {
        return exactly(national, 11, PhoneKind::Mobile);
    }
    if !trunk {
        if is_service(national) {
            return Ok((national.to_owned(), PhoneKind::Service));
        }
        if is_toll_free(national) && national.len() > 8 {
            return exactly(national, 10, PhoneKind::Service);
        }
        if let (7..=8, Some(area)) = (national.len(), area_code) {
            return landline(&format!("{area}{national}"), true);
        }
    }
    landline(national, trunk || international)
}

/// Area code and subscriber; or area code and a service number (0513-12345).
///
/// `qualified` says that a trunk zero or a country code stood in front: only then may a service number follow, else the
/// local number 8551 2345 would be read as 12345 in the city with area code 855.
fn landline(national: &str, qualified: bool) -> Result<Line, PhoneFault> {
    let area = area_len(national);
    let Some(subscriber) = national.get(area..) else {
        return Err(PhoneFault::TooShort);
    };
    let least = if area == 2 { 8 } else { 7 };
    if qualified && is_service(subscriber) && subscriber.len() < 7 {
        return Ok((format!("+86{national}"), PhoneKind::Service));
    }
    match subscriber.len() {
        len if len < least => Err(PhoneFault::TooShort),
        len if len > 8 => Err(PhoneFault::TooLong),
        _ if national.starts_with('1') && !national.starts_with("10") => Err(PhoneFault::Unknown),
        _ if subscriber.starts_with(['0', '1']) => Err(PhoneFault::Unknown),
        _ => Ok((format!("+86{national}"), PhoneKind::Landline)),
    }
}

fn exactly(national: &str, len: usize, kind: PhoneKind) -> Result<Line, PhoneFault> {
    match national.len().cmp(&len) {
        std::cmp::Ordering::Less => Err(PhoneFault::TooShort),
        std::cmp::Ordering::Greater => Err(PhoneFault::TooLong),
        std::cmp::Ordering::Equal => Ok((format!("+86{national}"), kind)),
    }
}

/// Length of the area code a national number (without trunk zero) begins with: 10 and 2x have two digits.
fn area_len(national: &str) -> usize {
    if national.starts_with("10") || national.starts_with('2') {
        2
    } else {
        3
    }
}

fn is_toll_free(national: &str) -> bool {
    national.starts_with("400") || national.starts_with("800")
}

/// Emergency, operators' and government hotlines (110, 10086, 12345) and the 95 and 96 numbers.
fn is_service(digits: &str) -> bool {
    let second = digits.as_bytes().get(1).copied().unwrap_or(b'9');
    let hotline = digits.starts_with('1')
        && match digits.len() {
            3 | 5 => second <= b'2',
            6 => second <= b'1',
            _ => false,
        };
    hotline
        || ((digits.starts_with("95") || digits.starts_with("96"))
            && (5..=8).contains(&digits.len()))
}

/// Drops the dialling prefix of a carrier in front of a mobile number, as call lists contain it.
fn without_carrier(digits: &str) -> &str {
    ["17951", "17911", "17909", "12593", "10193"]
        .iter()
        .find_map(|prefix| digits.strip_prefix(prefix).filter(|rest| rest.len() >= 11))
        .unwrap_or(digits)
}

#[cfg(test)]
mod tests;
