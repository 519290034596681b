//! The envelope around one encrypted field.
//!
//! ```text
//! byte 0        version, 1
//! bytes 1..3    key id, big endian
//! bytes 3..15   nonce
//! then          ciphertext, and the tag in the last 16 bytes
//! ```
//!
//! The associated data binds the header and the place of the field ([`Aad`]): a ciphertext moved to another row,
//! column, table or community does not open there (architecture §3.12). Nonces are random; with 96 bits a key is
//! to be rotated before some four thousand million fields (SP 800-38D §8.3), far beyond one installation.

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::provider::{NONCE_LEN, TAG_LEN};
use crate::{Fill, KeyId, Keyring};

const VERSION: u8 = 1;
const HEADER: usize = 3;

/// Bytes an envelope is longer than its text.
pub const OVERHEAD: usize = HEADER + NONCE_LEN + TAG_LEN;

/// Where an encrypted field lives. Must be the same at opening as at sealing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aad<'a> {
    /// Table name.
    pub table: &'a str,
    /// Column name.
    pub column: &'a str,
    /// The community that owns the row.
    pub community_id: i64,
    /// The row's id.
    pub row: Uuid,
}

impl Aad<'_> {
    /// Unambiguous bytes: names are preceded by their length, so `a`+`bc` differs from `ab`+`c`.
    fn bytes(&self, header: [u8; HEADER]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + 16 + self.table.len() + self.column.len() + 24);
        bytes.extend_from_slice(&header);
        for name in [self.table, self.column] {
            bytes.extend_from_slice(&(name.len() as u64).to_be_bytes());
            bytes.extend_from_slice(name.as_bytes());
        }
        bytes.extend_from_slice(&self.community_id.to_be_bytes());
        bytes.extend_from_slice(self.row.as_bytes());
        bytes
    }
}

/// Why a field was not sealed or opened. Seen by developers and in logs; people see "cannot be shown".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// Not an envelope: too short, or a version this program does not know.
    #[error("not a sealed field of a known version")]
    Malformed,
    /// Sealed with a key the ring does not have.
    #[error("sealed with key {0}, which the key file does not have")]
    UnknownKey(KeyId),
    /// The bytes were changed, belong to another place, or the key differs.
    #[error("the sealed field was changed or belongs elsewhere")]
    Tampered,
    /// Opened, but not text.
    #[error("the opened field is not text")]
    NotText,
    /// The random source gave nothing, or the text is beyond what the cipher takes.
    #[error("the field cannot be sealed")]
    Unsealable,
}

impl Keyring {
    /// Seals a field with the active key. The result is [`OVERHEAD`] bytes longer than `plaintext`.
    ///
    /// # Errors
    /// [`CryptoError::Unsealable`] when `fill` left the nonce all zeros (a source that does nothing would repeat
    /// nonces and so give the texts away).
    pub fn seal(
        &self,
        aad: &Aad<'_>,
        plaintext: &[u8],
        fill: Fill<'_>,
    ) -> Result<Vec<u8>, CryptoError> {
        let id = self.active();
        let (algorithm, secret) = self.key(id).ok_or(CryptoError::UnknownKey(id))?;
        let mut nonce = [0; NONCE_LEN];
        fill(&mut nonce);
        if nonce == [0; NONCE_LEN] {
            return Err(CryptoError::Unsealable);
        }
        let header = header(id);
        // Reserved in full: encrypting in place must not leave plaintext behind in a reallocated buffer.
        let mut body = Vec::with_capacity(plaintext.len() + TAG_LEN);
        body.extend_from_slice(plaintext);
        algorithm
            .provider()
            .seal(secret.expose(), &nonce, &aad.bytes(header), &mut body)
            .map_err(|_| CryptoError::Unsealable)?;
        let mut sealed = Vec::with_capacity(plaintext.len() + OVERHEAD);
        sealed.extend_from_slice(&header);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    /// Opens a field sealed with any key of the ring.
    ///
    /// # Errors
    /// See [`CryptoError`].
    pub fn open(&self, aad: &Aad<'_>, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let (id, nonce, body) = split(bytes)?;
        let (algorithm, secret) = self.key(id).ok_or(CryptoError::UnknownKey(id))?;
        algorithm
            .provider()
            .open(secret.expose(), nonce, &aad.bytes(header(id)), body)
            .map_err(|_| CryptoError::Tampered)
    }

    /// Opens a field that holds text.
    ///
    /// # Errors
    /// As [`Keyring::open`], and [`CryptoError::NotText`].
    pub fn open_string(
        &self,
        aad: &Aad<'_>,
        bytes: &[u8],
    ) -> Result<Zeroizing<String>, CryptoError> {
        let plain = self.open(aad, bytes)?;
        let text = std::str::from_utf8(&plain).map_err(|_| CryptoError::NotText)?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// Seals an opened field anew with the active key; `None` when it already is. For the job after a rotation.
    ///
    /// # Errors
    /// As [`Keyring::open`] and [`Keyring::seal`]; the stored bytes are then to be left as they are.
    pub fn rewrap(
        &self,
        aad: &Aad<'_>,
        bytes: &[u8],
        fill: Fill<'_>,
    ) -> Result<Option<Vec<u8>>, CryptoError> {
        if !self.needs_rewrap(bytes) {
            return Ok(None);
        }
        self.seal(aad, &self.open(aad, bytes)?, fill).map(Some)
    }

    /// Whether the field was sealed with another key than the active one (or is no envelope) and should be sealed
    /// anew by the job that follows a rotation.
    #[must_use]
    pub fn needs_rewrap(&self, bytes: &[u8]) -> bool {
        !matches!(split(bytes), Ok((id, _, _)) if id == self.active())
    }
}

/// The key that sealed an envelope; its first three bytes are enough. `None` for what is no envelope.
#[must_use]
pub fn sealing_key(bytes: &[u8]) -> Option<KeyId> {
    match bytes {
        [VERSION, high, low, ..] => Some(KeyId(u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}

fn header(id: KeyId) -> [u8; HEADER] {
    let [high, low] = id.0.to_be_bytes();
    [VERSION, high, low]
}

fn split(bytes: &[u8]) -> Result<(KeyId, &[u8; NONCE_LEN], &[u8]), CryptoError> {
    let ([version, high, low], rest) = bytes
        .split_first_chunk::<HEADER>()
        .ok_or(CryptoError::Malformed)?;
    let (nonce, body) = rest
        .split_first_chunk::<NONCE_LEN>()
        .ok_or(CryptoError::Malformed)?;
    if *version != VERSION || body.len() < TAG_LEN {
        return Err(CryptoError::Malformed);
    }
    Ok((KeyId(u16::from_be_bytes([*high, *low])), nonce, body))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::keyring::tests::counting;
    use crate::{Algorithm, HashSuite};
    use proptest::prelude::*;

    const PLACE: Aad<'static> = Aad {
        table: "person",
        column: "phone",
        community_id: 320_613_005_018,
        row: Uuid::from_u128(7),
    };

    fn rings() -> [Keyring; 2] {
        let fill = counting();
        Algorithm::ALL.map(|algorithm| Keyring::generate_with(algorithm, HashSuite::Sha256, &fill))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_sealed_opens_and_only_there(
            plain in proptest::collection::vec(any::<u8>(), 0..200),
            table in "[a-z]{1,6}", column in "[a-z]{1,6}", community_id: i64, row: u128,
        ) {
            let fill = counting();
            let place = Aad { table: &table, column: &column, community_id, row: Uuid::from_u128(row) };
            for ring in rings() {
                let sealed = ring.seal(&place, &plain, &fill).unwrap();
                prop_assert_eq!(sealed.len(), plain.len() + OVERHEAD);
                prop_assert_eq!(ring.open(&place, &sealed).unwrap().to_vec(), plain.clone());
                // A letter moved from one name to the other, and each part changed alone.
                let joined = format!("{table}{column}");
                let (left, right) = joined.split_at(table.len() - 1);
                let longer = format!("{table}x");
                for other in [
                    Aad { table: left, column: right, ..place },
                    Aad { table: &longer, ..place },
                    Aad { column: &longer, ..place },
                    Aad { community_id: community_id.wrapping_add(1), ..place },
                    Aad { row: Uuid::from_u128(row ^ 1), ..place },
                ] {
                    if other != place {
                        prop_assert_eq!(ring.open(&other, &sealed).unwrap_err(), CryptoError::Tampered);
                    }
                }
            }
        }

        #[test]
        fn any_changed_bit_is_noticed(plain in proptest::collection::vec(any::<u8>(), 0..40), bit in 0u8..8) {
            for ring in rings() {
                let sealed = ring.seal(&PLACE, &plain, &counting()).unwrap();
                for at in 0..sealed.len() {
                    let mut changed = sealed.clone();
                    changed[at] ^= 1 << bit;
                    prop_assert!(ring.open(&PLACE, &changed).is_err(), "byte {} of {}", at, sealed.len());
                }
                for len in 0..sealed.len() {
                    prop_assert!(ring.open(&PLACE, &sealed[..len]).is_err());
                }
            }
        }
    }

    #[test]
    fn rotation_opens_the_old_and_seals_with_the_new() {
        let fill = counting();
        let mut ring = Keyring::generate(&fill);
        let old = ring.seal(&PLACE, "张".as_bytes(), &fill).unwrap();
        assert!(!ring.needs_rewrap(&old));
        ring.rotate(Algorithm::Sm4Gcm, &fill).unwrap();
        assert!(ring.needs_rewrap(&old));
        assert!(ring.needs_rewrap(b"plain"));
        assert_eq!(*ring.open_string(&PLACE, &old).unwrap(), "张");
        let new = ring.seal(&PLACE, "张".as_bytes(), &fill).unwrap();
        assert!(!ring.needs_rewrap(&new));
        let wrapped = ring.rewrap(&PLACE, &old, &fill).unwrap().unwrap();
        assert_eq!(*ring.open_string(&PLACE, &wrapped).unwrap(), "张");
        assert_eq!(ring.rewrap(&PLACE, &wrapped, &fill), Ok(None));
        // The header is authenticated: the old body under the new key's number does not open.
        let mut forged = old.clone();
        forged[2] = 2;
        assert_eq!(ring.open(&PLACE, &forged), Err(CryptoError::Tampered));
        forged[2] = 9;
        assert_eq!(
            ring.open(&PLACE, &forged),
            Err(CryptoError::UnknownKey(KeyId(9)))
        );
    }

    #[test]
    fn each_fault_has_its_own_answer() {
        let ring = Keyring::generate(&counting());
        assert_eq!(ring.open(&PLACE, b""), Err(CryptoError::Malformed));
        assert_eq!(ring.open(&PLACE, &[2; 64]), Err(CryptoError::Malformed));
        assert_eq!(
            ring.seal(&PLACE, b"x", &|_| {}),
            Err(CryptoError::Unsealable)
        );
        let bytes = ring.seal(&PLACE, &[0xff, 0xfe], &counting()).unwrap();
        assert_eq!(ring.open_string(&PLACE, &bytes), Err(CryptoError::NotText));
    }

    #[test]
    fn equal_texts_seal_differently() {
        let (ring, fill) = (Keyring::generate(&counting()), counting());
        assert_ne!(
            ring.seal(&PLACE, b"same", &fill),
            ring.seal(&PLACE, b"same", &fill)
        );
    }
}
