//! Tokens of links sent to people without an account: a neighbour's answer, a caller's tracking page, a new password.
//!
//! A token is `base64url(version · purpose tag · expiry · nonce · subject · tag)` without padding: 39 bytes around the
//! subject, short enough for a text message. The tag is HMAC-SHA256 cut to 16 bytes, compared in constant time. The
//! purpose is 4 bytes of SHA-256 of its name, so a token for one page does not open another. The token says who and
//! until when; whether it was already used is the business of the table that keeps its nonce.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Secret;
use crate::provider::hmac_sha256;

const VERSION: u8 = 1;
const TAG: usize = 16;
/// Bytes before the subject: version, purpose, expiry, nonce.
const HEAD: usize = 1 + 4 + 8 + 8;

/// Longest token looked at, in characters; anything longer is malformed without being decoded.
pub const MAX_TOKEN: usize = 1024;

/// What a link is for. Make them constants: `const ANSWER: Purpose = Purpose::new("case.answer");`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose(&'static str);

impl Purpose {
    /// A purpose by its name. Tokens in people's hands depend on the name: do not rename.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }

    fn tag(self) -> [u8; 4] {
        let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(self.0.as_bytes()));
        [a, b, c, d]
    }
}

/// What a verified token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Whom or what the link is about; the issuer's own encoding (usually ids).
    pub subject: Vec<u8>,
    /// End of validity, microseconds since 1970 UTC; at this very moment the link is already expired.
    pub expires_micros: i64,
    /// The number that makes this token different from any other, for one-time use.
    pub nonce: [u8; 8],
}

/// Why a token is refused. Each has its own page for the person who followed the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkFault {
    /// Not a token at all, for example a link cut by a messenger.
    #[error("the link is incomplete")]
    Malformed,
    /// Not issued here, or changed.
    #[error("the link was changed")]
    Tampered,
    /// Genuine, for another page.
    #[error("the link is for something else")]
    WrongPurpose,
    /// Genuine, too late.
    #[error("the link has expired")]
    Expired,
}

/// Issues and verifies tokens. Made by [`crate::Keyring::link_signer`].
#[derive(Debug, Clone)]
pub struct LinkSigner {
    key: Secret,
}

impl LinkSigner {
    /// A signer with a key of its own.
    #[must_use]
    pub fn new(key: Secret) -> Self {
        Self { key }
    }

    /// Issues a token. `nonce` comes from the caller's random source. Subjects beyond some 700 bytes make tokens
    /// longer than [`MAX_TOKEN`], which [`Self::verify`] refuses: keep to ids.
    #[must_use]
    pub fn issue(
        &self,
        purpose: Purpose,
        subject: &[u8],
        expires_micros: i64,
        nonce: [u8; 8],
    ) -> String {
        let mut payload = Vec::with_capacity(HEAD + subject.len() + TAG);
        payload.push(VERSION);
        payload.extend_from_slice(&purpose.tag());
        payload.extend_from_slice(&expires_micros.to_be_bytes());
        payload.extend_from_slice(&nonce);
        payload.extend_from_slice(subject);
        let tag = self.tag(&payload);
        payload.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(payload)
    }

    /// Verifies a token for a purpose at a moment (microseconds since 1970 UTC).
    ///
    /// # Errors
    /// See [`LinkFault`]; purpose and expiry are looked at only once the token is known to be genuine.
    pub fn verify(
        &self,
        purpose: Purpose,
        token: &str,
        now_micros: i64,
    ) -> Result<Claims, LinkFault> {
        if token.len() > MAX_TOKEN {
            return Err(LinkFault::Malformed);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(token)
            .map_err(|_| LinkFault::Malformed)?;
        let (payload, tag) = bytes
            .split_last_chunk::<TAG>()
            .ok_or(LinkFault::Malformed)?;
        let (head, subject) = payload
            .split_first_chunk::<HEAD>()
            .ok_or(LinkFault::Malformed)?;
        if !bool::from(self.tag(payload).ct_eq(tag)) {
            return Err(LinkFault::Tampered);
        }
        let [version, p0, p1, p2, p3, rest @ ..] = *head;
        let [e0, e1, e2, e3, e4, e5, e6, e7, nonce @ ..] = rest;
        if version != VERSION {
            return Err(LinkFault::Malformed);
        }
        if [p0, p1, p2, p3] != purpose.tag() {
            return Err(LinkFault::WrongPurpose);
        }
        let expires_micros = i64::from_be_bytes([e0, e1, e2, e3, e4, e5, e6, e7]);
        if now_micros >= expires_micros {
            return Err(LinkFault::Expired);
        }
        Ok(Claims {
            subject: subject.to_vec(),
            expires_micros,
            nonce,
        })
    }

    fn tag(&self, payload: &[u8]) -> [u8; TAG] {
        let full = hmac_sha256(self.key.expose(), &[payload]);
        let mut tag = [0; TAG];
        tag.copy_from_slice(&full[..TAG]);
        tag
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    const ANSWER: Purpose = Purpose::new("case.answer");
    const TRACK: Purpose = Purpose::new("case.track");
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    fn signer() -> LinkSigner {
        LinkSigner::new(Secret::new(vec![3; 32]))
    }

    proptest! {
        #[test]
        fn what_is_issued_is_verified_until_it_expires(
            subject in proptest::collection::vec(any::<u8>(), 0..64), expires in 1i64.., nonce: [u8; 8], early in 1i64..,
        ) {
            let token = signer().issue(ANSWER, &subject, expires, nonce);
            let claims = Claims { subject, expires_micros: expires, nonce };
            prop_assert_eq!(signer().verify(ANSWER, &token, expires.saturating_sub(early)), Ok(claims));
            prop_assert_eq!(signer().verify(ANSWER, &token, expires), Err(LinkFault::Expired));
            prop_assert_eq!(signer().verify(TRACK, &token, 0), Err(LinkFault::WrongPurpose));
        }

        #[test]
        fn noise_is_never_a_token(noise in "\\PC{0,80}") {
            prop_assert!(signer().verify(ANSWER, &noise, 0).is_err());
        }
    }

    #[test]
    fn every_other_letter_at_every_place_fails() {
        // Subjects of three lengths, so that the last letter carries 2, 4 and 6 bits of the tag.
        for subject in [
            &b"0123456789abcdef"[..],
            b"0123456789abcde",
            b"0123456789abcd",
        ] {
            let token = signer().issue(ANSWER, subject, i64::MAX, [9; 8]);
            for at in 0..token.len() {
                for letter in ALPHABET {
                    let mut changed = token.clone().into_bytes();
                    if changed[at] == *letter {
                        continue;
                    }
                    changed[at] = *letter;
                    let changed = String::from_utf8(changed).unwrap();
                    assert!(signer().verify(ANSWER, &changed, 0).is_err(), "{at}");
                }
                assert!(signer().verify(ANSWER, &token[..at], 0).is_err());
            }
            assert!(signer().verify(ANSWER, &format!("{token}A"), 0).is_err());
            assert!(signer().verify(ANSWER, &format!("{token}="), 0).is_err());
        }
    }

    #[test]
    fn other_keys_and_over_long_tokens_fail() {
        let token = signer().issue(ANSWER, b"x", 10, [0; 8]);
        let other = LinkSigner::new(Secret::new(vec![4; 32]));
        assert_eq!(other.verify(ANSWER, &token, 0), Err(LinkFault::Tampered));
        let long = signer().issue(ANSWER, &[1; 800], 10, [0; 8]);
        assert_eq!(signer().verify(ANSWER, &long, 0), Err(LinkFault::Malformed));
    }
}
