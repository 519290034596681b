//! Position and time of a photograph, read before its metadata is thrown away.
//!
//! EXIF 2.32: positions are degrees, minutes and seconds as fractions with a letter for the hemisphere; the datum is
//! WGS-84 unless `GPSMapDatum` says otherwise. A photograph labelled GCJ-02 is converted, one of another datum has no
//! position here: a shift of hundreds of metres is worse than none (domain §4, River).

use std::io::{BufRead, Seek};

use exif::{Exif, In, Rational, Reader, Tag, Value};
use jiff::civil::DateTime;
use serde::Serialize;
use youlin_locate::gcj02_to_wgs84;

/// When a photograph was taken, by the camera's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TakenAt {
    /// Local date and time as the camera showed it.
    pub local: DateTime,
    /// Minutes east of UTC, where the camera wrote it down.
    pub offset_minutes: Option<i16>,
}

/// What a photograph tells before it is written anew.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct ExifData {
    /// WGS-84 (longitude, latitude) in degrees.
    pub(crate) position: Option<(f64, f64)>,
    pub(crate) taken_at: Option<TakenAt>,
}

/// Reads what can be read; damaged or missing metadata is no fault of a photograph.
pub(crate) fn read(file: &mut (impl BufRead + Seek)) -> ExifData {
    let exif = Reader::new()
        .continue_on_error(true)
        .read_from_container(file)
        .or_else(|error| error.distill_partial_result(|_| {}));
    exif.map_or_else(
        |_| ExifData::default(),
        |exif| ExifData {
            position: position(&exif),
            taken_at: taken_at(&exif),
        },
    )
}

fn position(exif: &Exif) -> Option<(f64, f64)> {
    // `V`: the receiver had no fix and wrote its last or no position.
    if letter(exif, Tag::GPSStatus) == Some(b'V') {
        return None;
    }
    let lat =
        degrees(exif, Tag::GPSLatitude)? * sign(letter(exif, Tag::GPSLatitudeRef)?, b'N', b'S')?;
    let lon =
        degrees(exif, Tag::GPSLongitude)? * sign(letter(exif, Tag::GPSLongitudeRef)?, b'E', b'W')?;
    let inside = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
    // Cameras without a fix write zeros.
    if !inside || (lon == 0.0 && lat == 0.0) {
        return None;
    }
    let datum = text(exif, Tag::GPSMapDatum)
        .unwrap_or_default()
        .to_ascii_uppercase();
    let datum: String = datum.chars().filter(char::is_ascii_alphanumeric).collect();
    match datum.as_str() {
        "" | "WGS84" | "WGS1984" | "CGCS2000" => Some((lon, lat)),
        "GCJ02" => Some(gcj02_to_wgs84(lon, lat)),
        _ => None,
    }
}

fn degrees(exif: &Exif, tag: Tag) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let mut sum = 0.0;
    for (part, scale) in parts.iter().zip([1.0, 60.0, 3600.0]) {
        sum += fraction(*part)? / scale;
    }
    (!parts.is_empty()).then_some(sum)
}

fn fraction(value: Rational) -> Option<f64> {
    // Some cameras write 0/0 for seconds they do not have.
    match (value.num, value.denom) {
        (0, _) => Some(0.0),
        (_, 0) => None,
        (num, denom) => Some(f64::from(num) / f64::from(denom)),
    }
}

fn sign(letter: u8, positive: u8, negative: u8) -> Option<f64> {
    match letter.to_ascii_uppercase() {
        letter if letter == positive => Some(1.0),
        letter if letter == negative => Some(-1.0),
        _ => None,
    }
}

fn taken_at(exif: &Exif) -> Option<TakenAt> {
    let (time, offset) = [
        (Tag::DateTimeOriginal, Tag::OffsetTimeOriginal),
        (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized),
        (Tag::DateTime, Tag::OffsetTime),
    ]
    .into_iter()
    .find_map(|(time, offset)| Some((local(ascii(exif, time)?)?, offset)))?;
    Some(TakenAt {
        local: time,
        offset_minutes: text(exif, offset).and_then(|text| minutes(&text)),
    })
}

fn local(text: &[u8]) -> Option<DateTime> {
    let read = exif::DateTime::from_ascii(text).ok()?;
    let small = |value: u8| i8::try_from(value).ok();
    DateTime::new(
        i16::try_from(read.year).ok()?,
        small(read.month)?,
        small(read.day)?,
        small(read.hour)?,
        small(read.minute)?,
        small(read.second)?,
        0,
    )
    .ok()
}

/// `+08:00` as minutes.
fn minutes(text: &str) -> Option<i16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let sign = if hours.starts_with('-') { -1 } else { 1 };
    let hours: i16 = hours.trim_start_matches(['+', '-']).parse().ok()?;
    let minutes: i16 = minutes.parse().ok()?;
    (hours <= 14 && (0..60).contains(&minutes)).then_some(sign * (hours * 60 + minutes))
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(parts) => parts.first().map(Vec::as_slice),
        _ => None,
    }
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    ascii(exif, tag).map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned())
}

fn letter(exif: &Exif, tag: Tag) -> Option<u8> {
    ascii(exif, tag)?.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_minutes_east() {
        assert_eq!(minutes("+08:00"), Some(480));
        assert_eq!(minutes("-03:30"), Some(-210));
        assert_eq!(minutes("+99:00"), None);
        assert_eq!(minutes("   :  "), None);
        assert_eq!(minutes("Z"), None);
    }

    #[test]
    fn impossible_times_are_none() {
        assert!(local(b"2026:10:14 16:05:09").is_some());
        for bad in [
            &b"2026:13:14 16:05:09"[..],
            b"0000:00:00 00:00:00",
            b"    :  :     :  :  ",
            b"",
            b"2026-10-14",
        ] {
            assert_eq!(local(bad), None);
        }
    }
}
