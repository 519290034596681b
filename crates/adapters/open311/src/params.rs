//! Parameters as they come: of the query, of a form, of a multipart form.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;
use youlin_kernel::Micros;

/// Names and values in their order; names may repeat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(pub(crate) Vec<(String, String)>);

/// The text is not what its percent signs promise.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotUtf8;

impl Params {
    /// Reads `application/x-www-form-urlencoded`.
    pub(crate) fn parse(text: &str) -> Result<Self, NotUtf8> {
        text.split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decoded(name)?, decoded(value)?))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The first value that says something, trimmed.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.trim())
            .find(|value| !value.is_empty())
    }

    /// A list: separated by commas, repeated, or both.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(known, _)| known == name || known.strip_suffix("[]") == Some(name))
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect()
    }

    /// `attribute[CODE]` and `attribute[CODE][]` with their values, in the order of their first mention.
    pub(crate) fn attributes(&self) -> Vec<(String, Vec<String>)> {
        let mut found: Vec<(String, Vec<String>)> = Vec::new();
        for (name, value) in &self.0 {
            let Some(code) = name
                .strip_prefix("attribute[")
                .and_then(|rest| rest.split_once(']'))
            else {
                continue;
            };
            match found.iter_mut().find(|(known, _)| known == code.0) {
                Some((_, values)) => values.push(value.clone()),
                None => found.push((code.0.to_owned(), vec![value.clone()])),
            }
        }
        found
    }
}

fn decoded(text: &str) -> Result<String, NotUtf8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let ahead = rest.clone();
                match (hex(rest.next()), hex(rest.next())) {
                    (Some(high), Some(low)) => {
                        bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'))
                    }
                    // A lone percent sign is taken as one.
                    _ => {
                        rest = ahead;
                        bytes.push(b'%');
                    }
                }
            }
            byte => bytes.push(byte),
        }
    }
    text_of(bytes)
}

/// Bytes as text. PostgreSQL keeps every sign but NUL; it becomes the sign for what cannot be shown.
pub(crate) fn text_of(bytes: Vec<u8>) -> Result<String, NotUtf8> {
    let text = String::from_utf8(bytes).map_err(|_| NotUtf8)?;
    Ok(text.replace('\0', "\u{fffd}"))
}

/// The span a W3C date or date and time names: its first moment and the first one after it.
///
/// A day without a time is that day in the neighbourhood; an offset's plus sign that was not escaped and arrived as a blank
/// is understood.
pub(crate) fn moment(text: &str) -> Option<(Micros, Micros)> {
    if let Ok(day) = text.parse::<Date>()
        && text.len() == 10
    {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let start = day.to_zoned(zone).ok()?.timestamp();
        let start = Micros::from(start);
        return Some((start, start.plus(Micros::DAY)));
    }
    let mended = text.replacen(' ', "+", usize::from(text.contains('T')));
    let at: jiff::Timestamp = mended.parse().ok()?;
    let at = Micros::from(at);
    let inexact = !text.contains('.');
    Some((at, at.plus(if inexact { Micros::SECOND } else { 1 })))
}

/// An id as we give them out.
pub(crate) fn id(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_are_read_with_all_their_signs() {
        let params = Params::parse("a=1+2&b=%E4%BA%95%E7%9B%96&c&%61=3&d=50%&e=%zz&=x&&").unwrap();
        assert_eq!(params.get("a"), Some("1 2"));
        assert_eq!(params.get("b"), Some("井盖"));
        assert_eq!(params.get("c"), None);
        assert_eq!(params.list("a"), ["1 2", "3"]);
        assert_eq!(params.get("d"), Some("50%"));
        assert_eq!(params.get("e"), Some("%zz"));
        assert_eq!(Params::parse("a=%ff").unwrap_err(), NotUtf8);
        assert_eq!(Params::parse("a=x%00").unwrap().get("a"), Some("x\u{fffd}"));
    }

    #[test]
    fn attributes_are_gathered_by_code() {
        let params =
            Params::parse("attribute[X]=1&attribute[Y][]=a&attribute%5BY%5D%5B%5D=b&attribute[=c")
                .unwrap();
        let expected = vec![
            ("X".to_owned(), vec!["1".to_owned()]),
            ("Y".to_owned(), vec!["a".into(), "b".into()]),
        ];
        assert_eq!(params.attributes(), expected);
    }

    #[test]
    fn moments_of_the_w3c_note() {
        let (at, after) = moment("2026-11-11T08:12:00+08:00").unwrap();
        assert_eq!(at.rfc3339(), "2026-11-11T00:12:00Z");
        assert_eq!(after.0 - at.0, Micros::SECOND);
        assert_eq!(moment("2026-11-11T08:12:00 08:00"), Some((at, after)));
        assert_eq!(moment("2026-11-11T00:12:00Z"), Some((at, after)));
        let (day, next) = moment("2026-11-11").unwrap();
        assert_eq!(
            (day.rfc3339().as_str(), next.0 - day.0),
            ("2026-11-10T16:00:00Z", Micros::DAY)
        );
        for wrong in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-11-11T08:12:00",
            "11/11/2026",
            "2026-11-11T25:00:00Z",
        ] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(text in "[^\\x00]{0,40}") {
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(decoded(&encoded), Ok(text));
        }
    }
}
