//! Key bytes that are wiped when dropped and never printed.

use std::fmt;

use zeroize::Zeroizing;

/// Key bytes. Wiped from memory on drop; `Debug` shows only the length; comparing is not offered, so nobody
/// compares secrets in variable time by accident.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes key bytes over. The caller's copy, if any is left, is the caller's to wipe.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key bytes, for handing to an algorithm.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}
