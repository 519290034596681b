#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

fn unhex<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

#[test]
fn aes_256_gcm_answers_the_known_vectors() {
    // The GCM specification's test case 16 (256-bit key, 96-bit nonce, associated data).
    let key: [u8; 32] = unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
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
