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
mod tests;
