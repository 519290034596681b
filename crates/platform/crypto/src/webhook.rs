//! Signatures of calls between programs: those Youlin sends, and those a telephone system sends to Youlin.
//!
//! Header value: `t=<seconds>,v1=<hex>`; the hex is HMAC-SHA256 of `<seconds>.<body>`. The time is signed so that an
//! old call cannot be repeated later; several `v1` and several secrets allow changing a secret without a gap.

use subtle::ConstantTimeEq;

use crate::provider::hmac_sha256;

/// Signatures looked at in one header; more is abuse.
const MAX_SIGNATURES: usize = 8;

/// Why a call is refused. All are answered with 401; the log says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookFault {
    /// No signature header, or an empty one.
    #[error("the signature is missing")]
    Missing,
    /// The header has not the form `t=…,v1=…`.
    #[error("the signature is not of the form t=…,v1=…")]
    Malformed,
    /// Signed too long ago, or too far ahead of this machine's clock.
    #[error("the signature is too old or from the future")]
    Stale,
    /// No signature fits any secret.
    #[error("the signature does not fit")]
    Mismatch,
}

/// The header value for a body sent at `timestamp_secs` (seconds since 1970 UTC).
#[must_use]
pub fn sign_webhook(secret: &[u8], timestamp_secs: i64, body: &[u8]) -> String {
    format!(
        "t={timestamp_secs},v1={}",
        hex::encode(signature(secret, timestamp_secs, body))
    )
}

/// Checks a header against the body as received (bytes, before any parsing). `tolerance_secs` is how far the signed
/// time may be from `now_secs` in either direction; 300 is customary.
///
/// # Errors
/// See [`WebhookFault`]. With no secret configured every call is a [`WebhookFault::Mismatch`]; an empty secret is
/// no secret.
pub fn verify_webhook(
    header: Option<&str>,
    secrets: &[&[u8]],
    body: &[u8],
    now_secs: i64,
    tolerance_secs: u32,
) -> Result<(), WebhookFault> {
    let header = header
        .map(str::trim)
        .filter(|header| !header.is_empty())
        .ok_or(WebhookFault::Missing)?;
    let (time, signatures) = parse(header).ok_or(WebhookFault::Malformed)?;
    if time.abs_diff(now_secs) > u64::from(tolerance_secs) {
        return Err(WebhookFault::Stale);
    }
    let mut fits = subtle::Choice::from(0);
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        let expected = signature(secret, time, body);
        for given in &signatures {
            fits |= expected.ct_eq(given);
        }
    }
    if bool::from(fits) {
        Ok(())
    } else {
        Err(WebhookFault::Mismatch)
    }
}

fn signature(secret: &[u8], time: i64, body: &[u8]) -> [u8; 32] {
    hmac_sha256(secret, &[time.to_string().as_bytes(), b".", body])
}

/// Exactly one `t`, one to eight `v1`; other keys are left for later versions and skipped.
fn parse(header: &str) -> Option<(i64, Vec<[u8; 32]>)> {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", value) => {
                // Only the form that was signed: no plus sign, no leading zeros.
                let parsed: i64 = value
                    .parse()
                    .ok()
                    .filter(|parsed: &i64| parsed.to_string() == value)?;
                if time.replace(parsed).is_some() {
                    return None;
                }
            }
            ("v1", value) => {
                let mut bytes = [0; 32];
                hex::decode_to_slice(value, &mut bytes).ok()?;
                signatures.push(bytes);
            }
            _ => {}
        }
    }
    let time = time?;
    if signatures.is_empty() || signatures.len() > MAX_SIGNATURES {
        return None;
    }
    Some((time, signatures))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_760_000_000;

    #[test]
    fn the_form_is_fixed() {
        let header = sign_webhook(b"secret", NOW, b"{}");
        // Independently: printf '1760000000.{}' | openssl dgst -sha256 -hmac secret
        assert_eq!(
            header,
            "t=1760000000,v1=53dc054739ad94d3532227ba8d397f66ed2166a6b66940c2006692fa6db6829f"
        );
    }

    #[test]
    fn each_fault_has_its_name() {
        let header = sign_webhook(b"new", NOW, b"body");
        let check = |header: Option<&str>, now| {
            verify_webhook(header, &[b"old", b"new"], b"body", now, 300)
        };
        assert_eq!(check(Some(&header), NOW), Ok(()));
        assert_eq!(check(Some(&header), NOW + 300), Ok(()));
        assert_eq!(check(Some(&header), NOW + 301), Err(WebhookFault::Stale));
        assert_eq!(check(Some(&header), NOW - 301), Err(WebhookFault::Stale));
        assert_eq!(check(Some(&header), i64::MIN), Err(WebhookFault::Stale));
        assert_eq!(check(None, NOW), Err(WebhookFault::Missing));
        assert_eq!(check(Some("  "), NOW), Err(WebhookFault::Missing));
        let hex = header.split_once("v1=").unwrap().1;
        for bad in [
            "hello".to_owned(),
            format!("v1={hex}"),
            format!("t={NOW}"),
            format!("t=+{NOW},v1={hex}"),
            format!("t={NOW},t={NOW},v1={hex}"),
            format!("t={NOW},v1={}", &hex[2..]),
            format!("t={NOW},v1=zz{}", &hex[2..]),
            format!("t={NOW}{}", format!(",v1={hex}").repeat(9)),
        ] {
            assert_eq!(
                check(Some(&bad), NOW),
                Err(WebhookFault::Malformed),
                "{bad}"
            );
        }
        assert_eq!(
            verify_webhook(Some(&header), &[], b"body", NOW, 300),
            Err(WebhookFault::Mismatch)
        );
        let empty = sign_webhook(b"", NOW, b"body");
        assert_eq!(
            verify_webhook(Some(&empty), &[b""], b"body", NOW, 300),
            Err(WebhookFault::Mismatch)
        );
    }

    #[test]
    fn several_signatures_and_unknown_parts_are_taken() {
        let good = sign_webhook(b"new", NOW, b"body");
        let other = "0".repeat(64);
        let header = format!("{good},v1={other}, v2=later");
        assert_eq!(
            verify_webhook(Some(&header), &[b"new"], b"body", NOW, 300),
            Ok(())
        );
    }

    proptest! {
        #[test]
        fn a_changed_body_time_or_secret_does_not_fit(
            body in proptest::collection::vec(any::<u8>(), 1..60), at: prop::sample::Index, shift in 1i64..300,
        ) {
            let header = sign_webhook(b"secret", NOW, &body);
            let mut changed = body.clone();
            changed[at.index(body.len())] ^= 1;
            prop_assert_eq!(
                verify_webhook(Some(&header), &[b"secret"], &changed, NOW, 300), Err(WebhookFault::Mismatch));
            let moved = header.replace(&NOW.to_string(), &(NOW + shift).to_string());
            prop_assert_eq!(
                verify_webhook(Some(&moved), &[b"secret"], &body, NOW, 300), Err(WebhookFault::Mismatch));
            prop_assert_eq!(
                verify_webhook(Some(&header), &[b"secreT"], &body, NOW, 300), Err(WebhookFault::Mismatch));
        }
    }
}
