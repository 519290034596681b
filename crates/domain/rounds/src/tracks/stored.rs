//! A track as it is stored: differences from fix to fix as variable-length numbers, deflated. An hour at one fix in five
//! seconds is about three kilobytes before it is sealed.
//!
//! Positions are kept to 1e-7 degrees (a centimetre), radii and speeds to a decimetre. What stands in a row that cannot be
//! read is told, never guessed.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::fix::{MOST_FIXES, TrackFix};

/// The form's number, its first byte.
const FORM: u8 = 1;
const DEGREE: f64 = 1e7;
/// Bytes of a fix when every number is as long as it can be.
const LONGEST: u64 = 34;

/// The bytes of fixes that are [readable](TrackFix::is_readable).
///
/// # Errors
/// When memory cannot be written, which does not happen.
pub fn pack(fixes: &[TrackFix]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::with_capacity(fixes.len() * 8 + 8);
    put(&mut plain, fixes.len() as u64);
    let mut before = (0_i64, 0_i64, 0_i64);
    for fix in fixes {
        let now = (fix.at_ms, tenmillionths(fix.lon), tenmillionths(fix.lat));
        put(&mut plain, zigzag(now.0.wrapping_sub(before.0)));
        put(&mut plain, zigzag(now.1 - before.1));
        put(&mut plain, zigzag(now.2 - before.2));
        // The lowest bit says whether the position was made up.
        put(
            &mut plain,
            decimetres(fix.accuracy_m) << 1 | u64::from(fix.mock),
        );
        put(&mut plain, decimetres(fix.speed_mps));
        before = now;
    }
    let mut packed = DeflateEncoder::new(vec![FORM], Compression::default());
    packed.write_all(&plain)?;
    packed.finish()
}

/// The fixes of packed bytes; `None` when they are of no form known here, cut or longer than any track.
#[must_use]
pub fn unpack(bytes: &[u8]) -> Option<Vec<TrackFix>> {
    let (form, packed) = bytes.split_first()?;
    if *form != FORM {
        return None;
    }
    let mut plain = Vec::new();
    let most = MOST_FIXES as u64 * LONGEST;
    DeflateDecoder::new(packed)
        .take(most)
        .read_to_end(&mut plain)
        .ok()?;
    let mut rest = plain.as_slice();
    let count = usize::try_from(take(&mut rest)?).ok()?;
    if count > MOST_FIXES {
        return None;
    }
    let mut fixes = Vec::with_capacity(count);
    let mut before = (0_i64, 0_i64, 0_i64);
    for _ in 0..count {
        let mut step = || take(&mut rest).map(unzigzag);
        before = (
            before.0.wrapping_add(step()?),
            before.1.checked_add(step()?)?,
            before.2.checked_add(step()?)?,
        );
        let radius = take(&mut rest)?;
        fixes.push(TrackFix {
            at_ms: before.0,
            lon: degrees(before.1),
            lat: degrees(before.2),
            accuracy_m: metres(radius >> 1),
            speed_mps: metres(take(&mut rest)?),
            mock: radius & 1 == 1,
        });
    }
    rest.is_empty().then_some(fixes)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "readable degrees are at most 180"
)]
fn tenmillionths(degrees: f64) -> i64 {
    (degrees * DEGREE).round() as i64
}

#[expect(clippy::cast_precision_loss, reason = "below 2^53")]
fn degrees(tenmillionths: i64) -> f64 {
    tenmillionths as f64 / DEGREE
}

/// Tenths and one; 0 is nothing said.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped before"
)]
fn decimetres(value: Option<f32>) -> u64 {
    value
        .filter(|value| value.is_finite() && *value >= 0.0)
        .map_or(0, |value| (value.min(1e6) * 10.0).round() as u64 + 1)
}

#[expect(clippy::cast_precision_loss, reason = "tenths of at most 1e6")]
fn metres(stored: u64) -> Option<f32> {
    (stored > 0).then(|| (stored - 1) as f32 / 10.0)
}

fn zigzag(value: i64) -> u64 {
    (value.wrapping_shl(1) ^ (value >> 63)).cast_unsigned()
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn put(into: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            into.push(low);
            return;
        }
        into.push(low | 0x80);
    }
}

fn take(from: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = from.split_first()?;
        *from = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_fix()(
            at_ms in any::<i64>(),
            lon in -180.0..=180.0_f64,
            lat in -90.0..=90.0_f64,
            accuracy in prop::option::of(0.0..5_000.0_f32),
            speed in prop::option::of(0.0..60.0_f32),
            mock in any::<bool>(),
        ) -> TrackFix {
            TrackFix { at_ms, lon, lat, accuracy_m: accuracy, speed_mps: speed, mock }
        }
    }

    fn near(one: Option<f32>, other: Option<f32>) -> bool {
        match (one, other) {
            (None, None) => true,
            (Some(one), Some(other)) => (one - other).abs() <= 0.051,
            _ => false,
        }
    }

    proptest! {
        /// What is unpacked is what was packed, to a centimetre and a decimetre; packing that again changes nothing.
        #[test]
        fn a_track_comes_back(fixes in prop::collection::vec(any_fix(), 0..200)) {
            let packed = pack(&fixes).expect("memory");
            let back = unpack(&packed).expect("readable");
            prop_assert_eq!(back.len(), fixes.len());
            for (one, other) in fixes.iter().zip(&back) {
                prop_assert_eq!((one.at_ms, one.mock), (other.at_ms, other.mock));
                prop_assert!((one.lon - other.lon).abs() < 1e-7 && (one.lat - other.lat).abs() < 1e-7);
                prop_assert!(near(one.accuracy_m, other.accuracy_m) && near(one.speed_mps, other.speed_mps));
            }
            prop_assert_eq!(unpack(&pack(&back).expect("memory")), Some(back));
        }

        /// Bytes of anything are read or refused, never a crash.
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = unpack(&bytes);
            let mut ours = vec![FORM];
            ours.extend(bytes);
            let _ = unpack(&ours);
        }

        /// A cut row is no shorter track.
        #[test]
        fn a_cut_track_is_refused(fixes in prop::collection::vec(any_fix(), 2..50), share in 0.0..0.9_f64) {
            let packed = pack(&fixes).expect("memory");
            let kept = (packed.len() as f64 * share) as usize;
            prop_assert_eq!(unpack(&packed[..kept]), None);
        }
    }

    #[test]
    fn an_hour_is_a_few_kilobytes() {
        let fixes: Vec<TrackFix> = (0..720)
            .map(|step| TrackFix {
                at_ms: 1_764_000_000_000 + step * 5_000,
                lon: 120.86 + step as f64 * 4.7e-5,
                lat: 32.01 + (step % 7) as f64 * 1.3e-5,
                accuracy_m: Some(6.0 + (step % 5) as f32),
                speed_mps: None,
                mock: false,
            })
            .collect();
        let bytes = pack(&fixes).expect("memory").len();
        assert!(bytes < 5_000, "{bytes}");
    }
}
