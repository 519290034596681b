//! The keys of an installation: several sealing keys of which one is active, and one root for derived keys.
//!
//! The key file is text, one entry a line, so it can be read in an emergency and printed for a safe:
//!
//! ```text
//! # keys of Youlin; keep a copy apart from the backups
//! active:2
//! root:hmac-sha256:BASE64      (32 bytes or more)
//! 1:aes-256-gcm:BASE64         (32 bytes)
//! 2:sm4-gcm:BASE64             (16 bytes)
//! ```
//!
//! Rotation adds a line and moves `active`: old keys stay to open what they sealed. The root is not rotated that
//! way: changing it means computing every blind index anew and ends every link that was sent.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::provider::{Algorithm, HashSuite};
use crate::{BlindIndex, Fill, LinkSigner, Secret};

/// Shortest root accepted, in bytes.
const ROOT_LEN: usize = 32;

/// Number of a sealing key; written into every envelope it seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u16);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is wrong with a key file. Shown to the administrator at start; names lines, never key bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// A line has not the form the module documentation gives.
    #[error(
        "key file, line {line}: expected `id:algorithm:base64`, `root:suite:base64` or `active:id`"
    )]
    Line {
        /// Line number, from 1.
        line: usize,
    },
    /// The algorithm or suite is not known.
    #[error(
        "key file, line {line}: unknown algorithm; known are aes-256-gcm, sm4-gcm, hmac-sha256, hmac-sm3"
    )]
    Algorithm {
        /// Line number, from 1.
        line: usize,
    },
    /// The key has not the length its algorithm needs, or is all zeros.
    #[error("key file, line {line}: the key must be {expected} random bytes in base64")]
    Key {
        /// Line number, from 1.
        line: usize,
        /// Bytes expected (at least, for the root).
        expected: usize,
    },
    /// An id, the root or the active mark stands there twice.
    #[error("key file, line {line}: stands there twice")]
    Twice {
        /// Line number, from 1.
        line: usize,
    },
    /// No `root:` line.
    #[error("key file: the line `root:hmac-sha256:…` is missing")]
    NoRoot,
    /// No `active:` line, or it names a key that is not in the file.
    #[error("key file: `active:` must name one of the keys of the file")]
    NoActive,
    /// Every number up to 65535 is used.
    #[error("no key number is left")]
    Full,
    /// The active key cannot be taken out, and one that is not there neither.
    #[error("key {0} cannot be taken out: it is the active one, or the key file does not have it")]
    NotRetirable(KeyId),
}

struct SealingKey {
    algorithm: Algorithm,
    secret: Secret,
}

/// The keys of an installation. `Debug` prints ids and algorithms only; secrets are wiped on drop.
pub struct Keyring {
    active: KeyId,
    keys: BTreeMap<KeyId, SealingKey>,
    suite: HashSuite,
    root: Secret,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self
            .keys
            .iter()
            .map(|(id, key)| (id.0, key.algorithm))
            .collect();
        f.debug_struct("Keyring")
            .field("active", &self.active.0)
            .field("keys", &keys)
            .field("suite", &self.suite)
            .finish_non_exhaustive()
    }
}

impl Keyring {
    /// A new ring with one sealing key, numbered 1, of the default algorithm and a fresh root.
    #[must_use]
    pub fn generate(fill: Fill<'_>) -> Self {
        Self::generate_with(Algorithm::default(), HashSuite::default(), fill)
    }

    /// A new ring with chosen algorithms.
    #[must_use]
    pub fn generate_with(algorithm: Algorithm, suite: HashSuite, fill: Fill<'_>) -> Self {
        let active = KeyId(1);
        let key = SealingKey {
            algorithm,
            secret: random(algorithm.provider().key_len(), fill),
        };
        Self {
            active,
            keys: BTreeMap::from([(active, key)]),
            suite,
            root: random(ROOT_LEN, fill),
        }
    }

    /// Adds a fresh sealing key and makes it the active one. Old keys stay and go on opening what they sealed.
    ///
    /// # Errors
    /// [`KeyFault::Full`] when no number is left.
    pub fn rotate(&mut self, algorithm: Algorithm, fill: Fill<'_>) -> Result<KeyId, KeyFault> {
        let last = self.keys.keys().next_back().map_or(0, |id| id.0);
        let id = KeyId(last.checked_add(1).ok_or(KeyFault::Full)?);
        self.keys.insert(
            id,
            SealingKey {
                algorithm,
                secret: random(algorithm.provider().key_len(), fill),
            },
        );
        self.active = id;
        Ok(id)
    }

    /// Takes a key out that seals nothing any longer. What it sealed could not be opened again: ask the database first.
    ///
    /// # Errors
    /// [`KeyFault::NotRetirable`] for the active key and for one that is not there.
    pub fn retire(&mut self, id: KeyId) -> Result<(), KeyFault> {
        if id == self.active {
            return Err(KeyFault::NotRetirable(id));
        }
        self.keys
            .remove(&id)
            .map(|_wiped_on_drop| ())
            .ok_or(KeyFault::NotRetirable(id))
    }

    /// Tells two keys of one number apart without telling anything of them; `None` when there is none of that number.
    #[must_use]
    pub fn check(&self, id: KeyId) -> Option<String> {
        let key = self.keys.get(&id)?;
        let check =
            self.suite
                .provider()
                .derive(key.secret.expose(), b"youlin key check v1", b"sealing");
        Some(
            check[..8]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }

    /// Reads a key file (see the module documentation). Empty lines and lines starting with `#` are skipped.
    ///
    /// # Errors
    /// The first fault, with its line.
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        let mut active = None;
        let mut root = None;
        let mut keys = BTreeMap::new();
        for (index, entry) in text.lines().enumerate() {
            let (line, entry) = (index + 1, entry.trim());
            if entry.is_empty() || entry.starts_with('#') {
                continue;
            }
            let twice = match entry.split(':').collect::<Vec<_>>()[..] {
                ["active", id] => active.replace(parse_id(id, line)?).is_some(),
                ["root", suite, key] => root.replace(parse_root(suite, key, line)?).is_some(),
                [id, algorithm, key] => keys
                    .insert(parse_id(id, line)?, parse_key(algorithm, key, line)?)
                    .is_some(),
                _ => return Err(KeyFault::Line { line }),
            };
            if twice {
                return Err(KeyFault::Twice { line });
            }
        }
        let (suite, root) = root.ok_or(KeyFault::NoRoot)?;
        let active = active
            .filter(|id| keys.contains_key(id))
            .ok_or(KeyFault::NoActive)?;
        Ok(Self {
            active,
            keys,
            suite,
            root,
        })
    }

    /// The key file of this ring. Wiped when dropped: write it to a file only its owner can read.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        // Grown once, so no unwiped half-written copy is left behind by a reallocation.
        let mut text = Zeroizing::new(String::with_capacity(
            128 + self.root.expose().len() * 2 + self.keys.len() * 80,
        ));
        text.push_str("# keys of Youlin: who has them reads every protected field; without them nobody does\n");
        text.push_str(&format!("active:{}\n", self.active));
        push_entry(&mut text, "root", self.suite.name(), &self.root);
        for (id, key) in &self.keys {
            push_entry(
                &mut text,
                &id.to_string(),
                key.algorithm.provider().name(),
                &key.secret,
            );
        }
        text
    }

    /// The id new envelopes are sealed with.
    #[must_use]
    pub fn active(&self) -> KeyId {
        self.active
    }

    /// The ids of all sealing keys with their algorithms, ascending.
    pub fn ids(&self) -> impl Iterator<Item = (KeyId, Algorithm)> + '_ {
        self.keys.iter().map(|(id, key)| (*id, key.algorithm))
    }

    /// The blind index of this installation.
    #[must_use]
    pub fn blind_index(&self) -> BlindIndex {
        BlindIndex::new(self.suite, self.derive("blind index"))
    }

    /// The signer of links sent to people.
    #[must_use]
    pub fn link_signer(&self) -> LinkSigner {
        LinkSigner::new(self.derive("links"))
    }

    /// A key of 32 bytes derived from the root for one use (session cookies, paging cursors, …). The same label
    /// always gives the same key.
    #[must_use]
    pub fn derive(&self, label: &str) -> Secret {
        let key =
            self.suite
                .provider()
                .derive(self.root.expose(), b"youlin root v1", label.as_bytes());
        Secret::new(key.to_vec())
    }

    pub(crate) fn key(&self, id: KeyId) -> Option<(Algorithm, &Secret)> {
        self.keys.get(&id).map(|key| (key.algorithm, &key.secret))
    }
}

fn random(len: usize, fill: Fill<'_>) -> Secret {
    let mut bytes = vec![0; len];
    fill(&mut bytes);
    Secret::new(bytes)
}

fn push_entry(text: &mut String, name: &str, algorithm: &str, secret: &Secret) {
    let encoded = Zeroizing::new(STANDARD.encode(secret.expose()));
    for part in [name, ":", algorithm, ":", &encoded, "\n"] {
        text.push_str(part);
    }
}

fn parse_id(text: &str, line: usize) -> Result<KeyId, KeyFault> {
    match text.trim().parse() {
        Ok(0) | Err(_) => Err(KeyFault::Line { line }),
        Ok(id) => Ok(KeyId(id)),
    }
}

fn parse_key(algorithm: &str, key: &str, line: usize) -> Result<SealingKey, KeyFault> {
    let algorithm = Algorithm::by_name(algorithm.trim()).ok_or(KeyFault::Algorithm { line })?;
    let expected = algorithm.provider().key_len();
    let secret = decode(key).filter(|secret| secret.expose().len() == expected);
    Ok(SealingKey {
        algorithm,
        secret: secret.ok_or(KeyFault::Key { line, expected })?,
    })
}

fn parse_root(suite: &str, key: &str, line: usize) -> Result<(HashSuite, Secret), KeyFault> {
    let suite = HashSuite::by_name(suite.trim()).ok_or(KeyFault::Algorithm { line })?;
    let secret = decode(key).filter(|secret| secret.expose().len() >= ROOT_LEN);
    Ok((
        suite,
        secret.ok_or(KeyFault::Key {
            line,
            expected: ROOT_LEN,
        })?,
    ))
}

/// Base64 to key bytes. All zeros is a forgotten placeholder, not a key.
fn decode(text: &str) -> Option<Secret> {
    let bytes = STANDARD.decode(text.trim()).ok()?;
    if bytes.iter().all(|byte| *byte == 0) {
        return None;
    }
    Some(Secret::new(bytes))
}

#[cfg(test)]
pub(crate) mod tests;
