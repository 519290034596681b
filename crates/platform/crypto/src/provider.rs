//! The algorithms, behind one trait so an installation can choose the Chinese suite or another one later.
//!
//! AES-256-GCM follows NIST SP 800-38D, SM4-GCM follows RFC 8998 (GB/T 32907 in the same mode), SM3 is GB/T 32905,
//! HMAC is RFC 2104 and key derivation is HKDF (RFC 5869) cut to one block. GCM is the generic implementation of
//! `aes-gcm` over either block cipher; the test vectors of RFC 8998 hold it to the standard.

use std::fmt;

use aes_gcm::aead::consts::{U12, U16};
use aes_gcm::aead::{AeadInOut, KeyInit, Nonce, Tag};
use aes_gcm::{Aes256Gcm, AesGcm};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use sm3::Sm3;
use sm4::Sm4;
use zeroize::Zeroizing;

/// Bytes of a nonce (96 bits, the size GCM is made for).
pub const NONCE_LEN: usize = 12;
/// Bytes of an authentication tag (128 bits).
pub const TAG_LEN: usize = 16;

/// The bytes are not what was sealed with this key, nonce and associated data, or the key has the wrong length.
///
/// Deliberately without detail: telling the cases apart helps only an attacker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed bytes cannot be opened with this key")]
pub struct OpenFailed;

/// What Youlin needs from a cryptographic suite. Implementations are stateless; keys are arguments.
pub trait Provider: Send + Sync + fmt::Debug {
    /// Name in key files, e.g. `aes-256-gcm`.
    fn name(&self) -> &'static str;

    /// Bytes of a sealing key.
    fn key_len(&self) -> usize;

    /// Encrypts `buffer` in place and appends the tag ([`TAG_LEN`] bytes).
    ///
    /// # Errors
    /// The key has the wrong length, or the text is beyond the mode's 64 GiB.
    fn seal(
        &self,
        key: &[u8],
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), OpenFailed>;

    /// Checks and decrypts ciphertext with its tag at the end.
    ///
    /// # Errors
    /// Anything differs from what was sealed.
    fn open(
        &self,
        key: &[u8],
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenFailed>;

    /// Hash of 32 bytes.
    fn hash(&self, data: &[u8]) -> [u8; 32];

    /// HMAC over the concatenation of `parts`, with this suite's hash. Keys of any length are allowed.
    fn mac(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32];

    /// Derives a key of 32 bytes for one use: HKDF with this suite's HMAC, `info` naming the use.
    fn derive(&self, root: &[u8], salt: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
        let extracted = Zeroizing::new(self.mac(salt, &[root]));
        Zeroizing::new(self.mac(&extracted[..], &[info, &[1]]))
    }
}

/// Which [`Provider`] a sealing key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    /// AES-256-GCM with SHA-256.
    #[default]
    Aes256Gcm,
    /// SM4-GCM with SM3.
    Sm4Gcm,
}

impl Algorithm {
    /// Every algorithm, for listing in messages.
    pub const ALL: [Self; 2] = [Self::Aes256Gcm, Self::Sm4Gcm];

    /// The implementation.
    #[must_use]
    pub fn provider(self) -> &'static dyn Provider {
        match self {
            Self::Aes256Gcm => &AesGcm256,
            Self::Sm4Gcm => &Sm4Gcm,
        }
    }

    /// Finds an algorithm by its name in key files.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.provider().name() == name)
    }
}

/// Which hash stands under blind indexes and signatures. Separate from the sealing key's algorithm, because
/// sealing keys rotate and an index must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HashSuite {
    /// HMAC-SHA256.
    #[default]
    Sha256,
    /// HMAC-SM3.
    Sm3,
}

impl HashSuite {
    /// Every suite, for listing in messages.
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Sm3];

    /// Name in key files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "hmac-sha256",
            Self::Sm3 => "hmac-sm3",
        }
    }

    /// Finds a suite by its name in key files.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name() == name)
    }

    /// A provider with this hash.
    #[must_use]
    pub fn provider(self) -> &'static dyn Provider {
        match self {
            Self::Sha256 => &AesGcm256,
            Self::Sm3 => &Sm4Gcm,
        }
    }
}

/// AES-256-GCM, SHA-256, HMAC-SHA256: the default suite.
#[derive(Debug, Clone, Copy, Default)]
pub struct AesGcm256;

/// SM4-GCM, SM3, HMAC-SM3: the suite of the Chinese standards.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sm4Gcm;

type Sm4Cipher = AesGcm<Sm4, U12, U16>;

impl Provider for AesGcm256 {
    fn name(&self) -> &'static str {
        "aes-256-gcm"
    }

    fn key_len(&self) -> usize {
        32
    }

    fn seal(
        &self,
        key: &[u8],
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), OpenFailed> {
        seal_with(
            &Aes256Gcm::new_from_slice(key).map_err(|_| OpenFailed)?,
            nonce,
            aad,
            buffer,
        )
    }

    fn open(
        &self,
        key: &[u8],
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenFailed> {
        open_with(
            &Aes256Gcm::new_from_slice(key).map_err(|_| OpenFailed)?,
            nonce,
            aad,
            sealed,
        )
    }

    fn hash(&self, data: &[u8]) -> [u8; 32] {
        Sha256::digest(data).into()
    }

    fn mac(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        hmac_sha256(key, parts)
    }
}

impl Provider for Sm4Gcm {
    fn name(&self) -> &'static str {
        "sm4-gcm"
    }

    fn key_len(&self) -> usize {
        16
    }

    fn seal(
        &self,
        key: &[u8],
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), OpenFailed> {
        seal_with(
            &Sm4Cipher::new_from_slice(key).map_err(|_| OpenFailed)?,
            nonce,
            aad,
            buffer,
        )
    }

    fn open(
        &self,
        key: &[u8],
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenFailed> {
        open_with(
            &Sm4Cipher::new_from_slice(key).map_err(|_| OpenFailed)?,
            nonce,
            aad,
            sealed,
        )
    }

    fn hash(&self, data: &[u8]) -> [u8; 32] {
        Sm3::digest(data).into()
    }

    fn mac(&self, key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sm3>::new(&block_key(key, |long| Sm3::digest(long).into()).into());
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// HMAC-SHA256 over the concatenation of `parts`; used wherever a foreign contract names this algorithm.
pub(crate) fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new(&block_key(key, |long| Sha256::digest(long).into()).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A key as HMAC's own padding would make it (RFC 2104 §2: longer than a block is hashed, shorter is zero-filled),
/// so that the infallible constructor can be used instead of one that returns an error which cannot happen.
fn block_key(key: &[u8], hash: impl Fn(&[u8]) -> [u8; 32]) -> [u8; 64] {
    let mut block = [0; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&hash(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    block
}

fn seal_with<C>(
    cipher: &C,
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    buffer: &mut Vec<u8>,
) -> Result<(), OpenFailed>
where
    C: AeadInOut<NonceSize = U12, TagSize = U16>,
{
    let nonce: Nonce<C> = (*nonce).into();
    let tag = cipher
        .encrypt_inout_detached(&nonce, aad, buffer.as_mut_slice().into())
        .map_err(|_| OpenFailed)?;
    buffer.extend_from_slice(&tag);
    Ok(())
}

fn open_with<C>(
    cipher: &C,
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenFailed>
where
    C: AeadInOut<NonceSize = U12, TagSize = U16>,
{
    let (body, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(OpenFailed)?;
    let nonce: Nonce<C> = (*nonce).into();
    let tag: Tag<C> = (*tag).into();
    let mut plain = Zeroizing::new(body.to_vec());
    cipher
        .decrypt_inout_detached(&nonce, aad, plain.as_mut_slice().into(), &tag)
        .map_err(|_| OpenFailed)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn unhex<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn aes_256_gcm_answers_the_known_vectors() {
        // The GCM specification's test case 16 (256-bit key, 96-bit nonce, associated data).
        let key: [u8; 32] =
            unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        let nonce = unhex("cafebabefacedbaddecaf888");
        let aad: [u8; 20] = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let mut text = hex::decode(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        )
        .unwrap();
        let plain = text.clone();
        AesGcm256.seal(&key, &nonce, &aad, &mut text).unwrap();
        assert_eq!(
            hex::encode(&text),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
        );
        assert_eq!(
            AesGcm256.open(&key, &nonce, &aad, &text).unwrap().to_vec(),
            plain
        );
        // Test case 13: empty text, zero key.
        let mut empty = Vec::new();
        AesGcm256.seal(&[0; 32], &[0; 12], &[], &mut empty).unwrap();
        assert_eq!(hex::encode(&empty), "530f8afbc74536b9a963b4f1c4cb738b");
    }

    #[test]
    fn sm4_gcm_answers_the_vector_of_rfc_8998() {
        // RFC 8998, appendix A.1.
        let key: [u8; 16] = unhex("0123456789abcdeffedcba9876543210");
        let nonce = unhex("00001234567800000000abcd");
        let aad: [u8; 20] = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let mut text = hex::decode(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        )
        .unwrap();
        let plain = text.clone();
        Sm4Gcm.seal(&key, &nonce, &aad, &mut text).unwrap();
        assert_eq!(
            hex::encode(&text),
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec"
        );
        assert_eq!(
            Sm4Gcm.open(&key, &nonce, &aad, &text).unwrap().to_vec(),
            plain
        );
    }

    #[test]
    fn sm3_answers_the_vectors_of_the_standard() {
        assert_eq!(
            hex::encode(Sm4Gcm.hash(b"abc")),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        assert_eq!(
            hex::encode(Sm4Gcm.hash("abcd".repeat(16).as_bytes())),
            "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
        );
    }

    #[test]
    fn hmac_sha256_answers_rfc_4231_and_long_keys() {
        let case_2 = hmac_sha256(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(
            hex::encode(case_2),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        // Test case 6: a key longer than the block.
        let case_6 = hmac_sha256(
            &[0xaa; 131],
            &[b"Test Using Larger Than Block-Size Key - Hash Key First"],
        );
        assert_eq!(
            hex::encode(case_6),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn hmac_sm3_is_hmac_over_sm3() {
        // Written out from RFC 2104, independently of the `hmac` crate.
        for key in [&b"short"[..], &[7; 64], &[9; 100]] {
            let mut block = [0u8; 64];
            let shortened = if key.len() > 64 {
                Sm4Gcm.hash(key).to_vec()
            } else {
                key.to_vec()
            };
            block[..shortened.len()].copy_from_slice(&shortened);
            let inner: Vec<u8> = block
                .iter()
                .map(|byte| byte ^ 0x36)
                .chain(*b"text")
                .collect();
            let outer: Vec<u8> = block
                .iter()
                .map(|byte| byte ^ 0x5c)
                .chain(Sm4Gcm.hash(&inner))
                .collect();
            assert_eq!(Sm4Gcm.mac(key, &[b"te", b"xt"]), Sm4Gcm.hash(&outer));
        }
    }

    #[test]
    fn derivation_is_the_first_block_of_hkdf() {
        // RFC 5869, appendix A.1, first 32 of its 42 bytes.
        let salt: [u8; 13] = unhex("000102030405060708090a0b0c");
        let info: [u8; 10] = unhex("f0f1f2f3f4f5f6f7f8f9");
        let derived = AesGcm256.derive(&[0x0b; 22], &salt, &info);
        assert_eq!(
            hex::encode(&derived[..]),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
        );
    }

    #[test]
    fn keys_of_the_wrong_length_are_refused() {
        for algorithm in Algorithm::ALL {
            let provider = algorithm.provider();
            let wrong = vec![1; provider.key_len() + 1];
            assert_eq!(
                provider.seal(&wrong, &[1; 12], &[], &mut vec![1]),
                Err(OpenFailed)
            );
            assert_eq!(
                provider.open(&wrong, &[1; 12], &[], &[0; 40]).unwrap_err(),
                OpenFailed
            );
            assert_eq!(Algorithm::by_name(provider.name()), Some(algorithm));
        }
        assert_eq!(Algorithm::by_name("rot13"), None);
    }
}
