//! The link of the audit log's hash chain (architecture §3.12).

use sha2::{Digest, Sha256};

/// What stands before the first row of a chain.
pub const GENESIS: [u8; 32] = [0; 32];

/// SHA-256 over the previous row's hash followed by this row's bytes.
///
/// Always SHA-256, whatever suite the keys have: the chain must be checkable by anyone with standard tools and
/// without a key. The previous hash has a fixed length, so the two parts cannot run into each other; `row_bytes`
/// must itself be an unambiguous encoding of the row, in which the community and the position are contained.
#[must_use]
pub fn chain_hash(prev: &[u8; 32], row_bytes: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(prev);
    hash.update(row_bytes);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_plain_sha_256() {
        // printf '\0%.0s' {1..32} | (cat; printf abc) | sha256sum
        let mut text = GENESIS.to_vec();
        text.extend_from_slice(b"abc");
        assert_eq!(
            chain_hash(&GENESIS, b"abc"),
            <[u8; 32]>::from(Sha256::digest(&text))
        );
        assert_eq!(
            hex::encode(chain_hash(&GENESIS, b"abc")),
            "365aa7d8f7f9402c4b9434502b4cc89ddb09fe50d7cd95b493b834c62d5a5370"
        );
    }

    #[test]
    fn changing_any_byte_of_any_row_changes_the_end() {
        let rows = [b"first".to_vec(), b"second".to_vec(), b"third".to_vec()];
        let end = |rows: &[Vec<u8>]| {
            rows.iter()
                .fold(GENESIS, |hash, row| chain_hash(&hash, row))
        };
        let whole = end(&rows);
        for row in 0..rows.len() {
            for at in 0..rows[row].len() {
                let mut changed = rows.clone();
                changed[row][at] ^= 1;
                assert_ne!(end(&changed), whole);
            }
        }
        let swapped = [rows[1].clone(), rows[0].clone(), rows[2].clone()];
        assert_ne!(end(&swapped), whole);
    }
}
