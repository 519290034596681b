//! Blind indexes: exact search over encrypted fields (domain §5).
//!
//! A column beside the ciphertext holds a keyed digest of the normalised value. Without the key nobody can try all
//! phone numbers against it. Each purpose has its own key, so equal values in different columns do not show it.
//! 16 bytes are kept: chance hits stay out of reach (2^64 values) and the index small; a hit is still confirmed by
//! opening the field.

use crate::provider::HashSuite;
use crate::text;
use crate::{CreditCode, IdentityNumber, Phone, Secret};

/// Names of the purposes the convenience functions use. Stored digests depend on them: never rename one.
pub mod purpose {
    /// Telephone numbers.
    pub const PHONE: &str = "phone";
    /// Identity numbers.
    pub const IDENTITY: &str = "identity";
    /// Unified social credit codes.
    pub const CREDIT_CODE: &str = "credit-code";
    /// E-mail addresses.
    pub const EMAIL: &str = "email";
    /// Names of persons.
    pub const NAME: &str = "name";
    /// Vehicle plates.
    pub const PLATE: &str = "plate";
}

/// Computes blind indexes. Made by [`crate::Keyring::blind_index`]; stable as long as the ring's root is.
#[derive(Debug, Clone)]
pub struct BlindIndex {
    suite: HashSuite,
    root: Secret,
    /// Keys of the purposes that are asked for with every person: deriving one takes longer than the digest.
    common: Vec<(&'static str, Secret)>,
}

impl BlindIndex {
    /// An index over a root key of its own.
    #[must_use]
    pub fn new(suite: HashSuite, root: Secret) -> Self {
        let common = [purpose::NAME, purpose::PHONE, purpose::IDENTITY];
        let common = common.map(|purpose| (purpose, key(suite, &root, purpose)));
        Self {
            suite,
            common: common.into(),
            root,
        }
    }

    /// The digest of an already normalised value. Equal exactly when purpose and value are equal.
    #[must_use]
    pub fn blind(&self, purpose: &str, normalised: &str) -> [u8; 16] {
        let mac = |key: &Secret| {
            let provider = self.suite.provider();
            provider.mac(key.expose(), &[normalised.as_bytes()])
        };
        let full = match self.common.iter().find(|(common, _)| *common == purpose) {
            Some((_, key)) => mac(key),
            None => mac(&key(self.suite, &self.root, purpose)),
        };
        let mut short = [0; 16];
        short.copy_from_slice(&full[..16]);
        short
    }

    /// Digest of a telephone number; an extension does not count, so a caller is found by the line.
    #[must_use]
    pub fn phone(&self, phone: &Phone) -> [u8; 16] {
        self.blind(purpose::PHONE, phone.line())
    }

    /// Digest of the last four digits of a telephone number, for "ends in 1234" at the desk. Many numbers share
    /// one; keep it only where that search is needed.
    #[must_use]
    pub fn phone_ending(&self, phone: &Phone) -> [u8; 16] {
        let line = phone.line();
        self.blind("phone-ending", &line[line.len().saturating_sub(4)..])
    }

    /// Digest of an identity number.
    #[must_use]
    pub fn identity(&self, number: &IdentityNumber) -> [u8; 16] {
        self.blind(purpose::IDENTITY, number.as_str())
    }

    /// Digest of a unified social credit code.
    #[must_use]
    pub fn credit_code(&self, code: &CreditCode) -> [u8; 16] {
        self.blind(purpose::CREDIT_CODE, code.as_str())
    }

    /// Digest of an e-mail address: folded, without surrounding space, lower case (providers that tell case apart
    /// in the part before the @ do not exist in practice).
    #[must_use]
    pub fn email(&self, address: &str) -> [u8; 16] {
        let folded: String = address
            .chars()
            .map(text::ascii)
            .filter(|c| !text::invisible(*c))
            .collect();
        self.blind(purpose::EMAIL, &folded.trim().to_lowercase())
    }

    /// Digest of a person's name: folded, without any space, lower case; the middle dot of long names in one form.
    #[must_use]
    pub fn name(&self, name: &str) -> [u8; 16] {
        let folded: String = name
            .chars()
            .map(text::ascii)
            .filter(|c| !text::invisible(*c) && !c.is_whitespace())
            .map(|c| {
                if matches!(c, '•' | '・' | '‧' | '.' | '∙') {
                    '·'
                } else {
                    c
                }
            })
            .collect();
        self.blind(purpose::NAME, &folded.to_lowercase())
    }

    /// Digest of a vehicle plate: folded, without spaces, hyphens and the dot printed after the first two
    /// characters, upper case.
    #[must_use]
    pub fn plate(&self, plate: &str) -> [u8; 16] {
        let folded: String = text::compact(plate)
            .chars()
            .filter(|c| !matches!(c, '·' | '•' | '.'))
            .collect();
        self.blind(purpose::PLATE, &folded)
    }
}

fn key(suite: HashSuite, root: &Secret, purpose: &str) -> Secret {
    let salt = b"youlin blind index v1";
    let key = suite
        .provider()
        .derive(root.expose(), salt, purpose.as_bytes());
    Secret::new(key.to_vec())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::keyring::tests::counting;
    use crate::{Algorithm, Keyring, PhoneRegion, normalise_phone};
    use proptest::prelude::*;

    fn indexes() -> [BlindIndex; 2] {
        HashSuite::ALL.map(|suite| {
            Keyring::generate_with(Algorithm::default(), suite, &counting()).blind_index()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn equal_exactly_when_value_and_purpose_are(a in "[0-9]{0,3}", b in "[0-9]{0,3}", p in "[xy]", q in "[xy]") {
            for index in indexes() {
                prop_assert_eq!(index.blind(&p, &a) == index.blind(&q, &b), a == b && p == q);
            }
        }

        #[test]
        fn phones_meet_whatever_their_writing(number in "1[3-9][0-9]{9}", other in "1[3-9][0-9]{9}") {
            let phone = |text: &str| normalise_phone(text, &PhoneRegion::china()).unwrap();
            let [index, _] = indexes();
            let one = index.phone(&phone(&number));
            for writing in [format!("+86 {number}"), format!("0086-{}-{}", &number[..3], &number[3..])] {
                prop_assert_eq!(index.phone(&phone(&writing)), one);
            }
            prop_assert_eq!(index.phone(&phone(&other)) == one, other == number);
        }
    }

    #[test]
    fn suites_roots_and_purposes_are_apart() {
        let [sha, sm] = indexes();
        assert_ne!(sha.blind("phone", "1"), sm.blind("phone", "1"));
        let other = BlindIndex::new(HashSuite::Sha256, Secret::new(vec![5; 32]));
        assert_ne!(sha.blind("phone", "1"), other.blind("phone", "1"));
        assert_ne!(sha.blind("phone", "1"), sha.blind("name", "1"));
    }

    #[test]
    fn the_stored_form_does_not_move() {
        // A change here would orphan every index already stored.
        let index = BlindIndex::new(HashSuite::Sha256, Secret::new(vec![5; 32]));
        assert_eq!(
            hex::encode(index.blind("phone", "+8613800001234")),
            "8ed03395accfab26f16d03c1f9d5dcc9"
        );
    }

    #[test]
    fn values_are_folded_before() {
        let [index, _] = indexes();
        assert_eq!(
            index.email(" Zhou@Example.ORG "),
            index.email("zhou@example.org")
        );
        assert_eq!(index.name("阿依 • 古丽"), index.name("阿依·古丽"));
        assert_ne!(index.name("周一"), index.name("周二"));
        assert_eq!(index.plate("苏f·1a2 b3"), index.plate("苏F1A2B3"));
        let phone = |text: &str| normalise_phone(text, &PhoneRegion::china()).unwrap();
        assert_eq!(
            index.phone(&phone("0513-85512345转801")),
            index.phone(&phone("0513-85512345"))
        );
        assert_eq!(
            index.phone_ending(&phone("13800001234")),
            index.phone_ending(&phone("13911111234"))
        );
    }
}
