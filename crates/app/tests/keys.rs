//! A key file that is missing, older, or another's is refused at the start with a sentence that says what to do.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::path::Path;

use support::config;
use tempfile::TempDir;
use youlin::House;
use youlin::house::Opening;
use youlin_crypto::Keyring;
use youlin_testkit::TestPlace;

async fn open(folder: &TempDir, place: &TestPlace) -> Result<(), String> {
    match House::open(Opening::new(config(folder, place, &[]))).await {
        Ok(house) => {
            house.close().await;
            Ok(())
        }
        Err(error) => Err(format!("{error:#}")),
    }
}

/// The ring of the file with a further key that is active.
fn rotated(file: &Path, seed: u8) -> String {
    let mut ring = Keyring::parse(&std::fs::read_to_string(file).unwrap()).unwrap();
    let fill = |bytes: &mut [u8]| {
        for (n, byte) in bytes.iter_mut().enumerate() {
            *byte = seed.wrapping_add(u8::try_from(n % 200).unwrap());
        }
    };
    ring.rotate(Default::default(), &fill).unwrap();
    ring.to_text().to_string()
}

#[tokio::test]
async fn only_a_key_file_with_every_key_that_sealed_something_starts() {
    for place in youlin_testkit::places().await {
        let folder = tempfile::tempdir().unwrap();
        open(&folder, &place).await.unwrap();
        let file = folder.path().join("keys");
        let first = std::fs::read_to_string(&file).unwrap();
        let (second, other) = (rotated(&file, 1), rotated(&file, 2));
        std::fs::write(&file, &second).unwrap();
        open(&folder, &place).await.unwrap();
        for (text, said) in [
            (first.as_str(), "lacks key 2"),
            (other.as_str(), "is not the key 2"),
            ("", "is missing"),
        ] {
            std::fs::write(&file, text).unwrap();
            let refused = open(&folder, &place).await.unwrap_err();
            assert!(refused.contains(said), "{refused}");
        }
        std::fs::remove_file(&file).unwrap();
        let refused = open(&folder, &place).await.unwrap_err();
        assert!(refused.contains("Put the key file back"), "{refused}");
        assert!(!file.exists(), "never made anew");
        std::fs::write(&file, &second).unwrap();
        open(&folder, &place).await.unwrap();
    }
}
