//! Cryptography of Youlin behind one small trait, and the pure rules about personal numbers that go with it.
//!
//! What lives here:
//!
//! - [`Provider`]: sealing, hashing and authenticating. [`AesGcm256`] (AES-256-GCM, SHA-256) is the default;
//!   [`Sm4Gcm`] (SM4-GCM, SM3) can be chosen key by key. SM2 is not here: nothing in Youlin needs public keys of
//!   its own, so an SM2 implementation would be code without a user. No claim of certification is made.
//! - [`Keyring`]: the keys of an installation, read from a key file, with rotation.
//! - The envelope around an encrypted field: [`Keyring::seal`] and [`Keyring::open`], bound to table, column,
//!   community and row by [`Aad`] so a ciphertext copied elsewhere does not open.
//! - [`BlindIndex`]: keyed digests for exact search over encrypted fields.
//! - [`chain_hash`]: the link of the audit log's hash chain.
//! - [`LinkSigner`] and [`sign_webhook`]: tokens of links sent to people, signatures of calls between programs.
//! - [`normalise_phone`], [`IdentityNumber`], [`CreditCode`], [`mask`]: reading and hiding personal numbers.
//!
//! Everything is pure: no file, no clock, no random number is read here. Who needs randomness passes a `fill`
//! function ([`Fill`]); who needs the time passes it.

mod blind;
mod chain;
mod credit;
mod envelope;
mod identity;
mod keyring;
mod link;
pub mod mask;
mod phone;
mod provider;
mod secret;
mod text;
mod webhook;

pub use blind::{BlindIndex, purpose};
pub use chain::{GENESIS, chain_hash};
pub use credit::{CreditCode, CreditFault};
pub use envelope::{Aad, CryptoError, OVERHEAD, sealing_key};
pub use identity::{IdentityFault, IdentityNumber, Sex};
pub use keyring::{KeyFault, KeyId, Keyring};
pub use link::{Claims, LinkFault, LinkSigner, MAX_TOKEN, Purpose};
pub use phone::{Phone, PhoneFault, PhoneKind, PhoneRegion, normalise_phone};
pub use provider::{
    AesGcm256, Algorithm, HashSuite, NONCE_LEN, OpenFailed, Provider, Sm4Gcm, TAG_LEN,
};
pub use secret::Secret;
pub use webhook::{WebhookFault, sign_webhook, verify_webhook};

/// Fills a buffer with random bytes fit for keys and nonces.
///
/// The caller owns the source of randomness (the operating system's in the program, a seeded one in tests). With the
/// context of a command it is `&|bytes: &mut [u8]| ctx.random(bytes)`.
pub type Fill<'a> = &'a dyn Fn(&mut [u8]);
