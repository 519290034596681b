#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use std::cell::Cell;

/// A counting "random" source: different bytes at every call, the same in every run.
pub(crate) fn counting() -> impl Fn(&mut [u8]) {
    let state = Cell::new(1u64);
    move |buffer: &mut [u8]| {
        for byte in buffer {
            state.set(
                state
                    .get()
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407),
            );
            *byte = (state.get() >> 56) as u8;
        }
    }
}

#[test]
fn a_ring_survives_its_key_file() {
    let fill = counting();
    let mut ring = Keyring::generate(&fill);
    assert_eq!(ring.rotate(Algorithm::Sm4Gcm, &fill), Ok(KeyId(2)));
    let text = ring.to_text();
    let again = Keyring::parse(&text).unwrap();
    assert_eq!(*again.to_text(), *text);
    assert_eq!(again.active(), KeyId(2));
    assert_eq!(
        again.ids().collect::<Vec<_>>(),
        [
            (KeyId(1), Algorithm::Aes256Gcm),
            (KeyId(2), Algorithm::Sm4Gcm)
        ]
    );
    assert_eq!(again.derive("x").expose(), ring.derive("x").expose());
    assert_ne!(again.derive("x").expose(), ring.derive("y").expose());
}

#[test]
fn faults_name_the_line_and_never_the_key() {
    let good = Keyring::generate(&counting()).to_text().to_string();
    let root = good.lines().find(|line| line.starts_with("root")).unwrap();
    let key = good.lines().find(|line| line.starts_with("1:")).unwrap();
    let cases = [
        (format!("{root}\n{key}\n"), KeyFault::NoActive),
        (format!("active:7\n{root}\n{key}\n"), KeyFault::NoActive),
        (format!("active:1\n{key}\n"), KeyFault::NoRoot),
        (
            format!("active:1\n{root}\n{key}\n{key}\n"),
            KeyFault::Twice { line: 4 },
        ),
        (format!("{root}\n{root}\n"), KeyFault::Twice { line: 2 }),
        ("\n# note\nhello\n".to_owned(), KeyFault::Line { line: 3 }),
        ("0:aes-256-gcm:AAAA".to_owned(), KeyFault::Line { line: 1 }),
        ("1:des:AAAA".to_owned(), KeyFault::Algorithm { line: 1 }),
        ("root:md5:AAAA".to_owned(), KeyFault::Algorithm { line: 1 }),
        (
            "1:sm4-gcm:qqqq".to_owned(),
            KeyFault::Key {
                line: 1,
                expected: 16,
            },
        ),
        (
            "root:hmac-sm3:qqqq".to_owned(),
            KeyFault::Key {
                line: 1,
                expected: 32,
            },
        ),
        (
            format!("1:sm4-gcm:{}", STANDARD.encode([0; 16])),
            KeyFault::Key {
                line: 1,
                expected: 16,
            },
        ),
    ];
    for (text, fault) in cases {
        assert_eq!(Keyring::parse(&text).unwrap_err(), fault, "{text}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let ring = Keyring::generate(&counting());
    let text = ring.to_text();
    let printed = format!(
        "{ring:?} {:?} {:?} {:?}",
        ring.derive("x"),
        ring.blind_index(),
        ring.link_signer()
    );
    for line in text
        .lines()
        .filter(|line| line.contains("hmac") || line.contains("gcm"))
    {
        let secret = line.rsplit(':').next().unwrap();
        assert!(secret.len() > 20);
        assert!(!printed.contains(&secret[..8]), "{printed}");
    }
}
