//! The store: limits, documents, reading back, deleting.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::io;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures::{StreamExt, stream};
use image::ImageFormat;
use sha2::{Digest, Sha256};
use support::{House, chunks, contains, encoded, endless, two_halves};
use youlin_files::{ContentType, FileFault, FileStore, FilesConfig};

#[tokio::test]
async fn reading_stops_at_the_limit() {
    let house = House::new();
    let (stream, pulled) = endless(1024 * 1024);
    let fault = house.store.put_stream(stream, None).await.unwrap_err();
    assert!(
        matches!(fault, FileFault::TooLarge { limit: 20_971_520 }),
        "{fault}"
    );
    assert_eq!(
        (fault.code(), pulled.load(Ordering::SeqCst)),
        ("too_large", 21)
    );
    assert_eq!(house.files(), 0);
}

#[tokio::test]
async fn the_limit_itself_is_allowed() {
    let house = House::with(|config| config.max_bytes = 1000);
    assert_eq!(house.put(vec![b'a'; 1000]).await.unwrap().bytes, 1000);
    assert_eq!(
        house.put(vec![b'a'; 1001]).await.unwrap_err().code(),
        "too_large"
    );
}

#[tokio::test]
async fn nothing_is_empty_and_a_broken_upload_leaves_nothing() {
    let house = House::new();
    assert_eq!(house.put(Vec::new()).await.unwrap_err().code(), "empty");
    let cut = stream::iter([
        Ok(Bytes::from_static(b"half a li")),
        Err(io::Error::other("gone")),
    ]);
    assert_eq!(
        house.store.put_stream(cut, None).await.unwrap_err().code(),
        "interrupted"
    );
    assert_eq!(house.files(), 0);
}

#[tokio::test]
async fn a_table_is_stored_as_it_is_under_its_hash() {
    let house = House::new();
    let table = "小区,楼栋\n光明东村,12\n".as_bytes();
    let stored = house
        .store
        .put_stream(chunks(table.to_vec(), 3), Some("dir/名册.xls"))
        .await
        .unwrap();
    assert_eq!(stored.sha256, hex::encode(Sha256::digest(table)));
    assert_eq!(
        (stored.content_type, stored.name.as_deref()),
        (ContentType::Csv, Some("名册.csv"))
    );
    assert_eq!(
        (stored.width, stored.position, stored.thumbnail_sha256),
        (None, None, None)
    );
    assert_eq!(
        house.read(&stored.sha256).await,
        ("text/csv; charset=utf-8".to_owned(), table.to_vec())
    );
}

#[tokio::test]
async fn large_documents_go_in_parts() {
    let house = House::new();
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut state = 1u32;
    pdf.extend((0..12_000_000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8 | 0x80
    }));
    pdf.extend_from_slice(b"\n%%EOF\n");
    let stored = house
        .store
        .put_stream(chunks(pdf.clone(), 70_001), None)
        .await
        .unwrap();
    assert_eq!(
        (stored.content_type, stored.bytes),
        (ContentType::Pdf, pdf.len() as u64)
    );
    assert_eq!(stored.sha256, hex::encode(Sha256::digest(&pdf)));
    assert!(house.read(&stored.sha256).await.1 == pdf);
    assert_eq!(house.files(), 1);
}

#[tokio::test]
async fn a_pdf_with_an_archive_in_it_is_for_download_only() {
    let house = House::new();
    let both = [&b"%PDF-1.7\n%%EOF\n"[..], b"PK\x03\x04x<script>PK\x05\x06"].concat();
    let stored = house.put(both).await.unwrap();
    assert_eq!(
        (stored.content_type, stored.content_type.inline()),
        (ContentType::Binary, false)
    );
    assert_eq!(
        house.read(&stored.sha256).await.0,
        "application/octet-stream"
    );
}

#[tokio::test]
async fn refused_types_leave_nothing() {
    let house = House::new();
    for bytes in [
        &b"<!doctype html><script>1</script>"[..],
        b"MZ\x90\0\x03\0",
        b"PK\x03\x04\0\0",
        b"<svg/>",
    ] {
        assert_eq!(
            house.put(bytes).await.unwrap_err().code(),
            "type_not_allowed"
        );
    }
    assert_eq!(house.files(), 0);
}

#[tokio::test]
async fn equal_files_are_one_and_deleting_removes_it() {
    let house = House::new();
    let image = encoded(&two_halves(600, 600), ImageFormat::Png);
    let (one, other) = (
        house.put(image.clone()).await.unwrap(),
        house.put(image).await.unwrap(),
    );
    assert_eq!(one, other);
    assert_eq!(house.files(), 2);
    assert!(house.store.exists(&one.sha256).await.unwrap());
    assert!(house.store.delete(&one.sha256).await.unwrap());
    assert!(!house.store.delete(&one.sha256).await.unwrap());
    assert!(!house.store.exists(&one.sha256).await.unwrap());
    assert_eq!(
        house.store.open_file(&one.sha256).await.unwrap_err().code(),
        "not_found"
    );
    assert_eq!(house.files(), 1);
}

#[tokio::test]
async fn what_is_no_hash_is_not_found() {
    let house = House::new();
    std::fs::write(house.folder.path().join("secret.txt"), "x").unwrap();
    let upper = "A".repeat(64);
    for name in [
        "",
        "..",
        "../secret",
        "../../secret.txt",
        &upper,
        &"0".repeat(63),
        &"0".repeat(64),
        "%2e%2e/secret",
    ] {
        assert_eq!(
            house.store.open_file(name).await.unwrap_err().code(),
            "not_found",
            "{name}"
        );
        assert!(!house.store.exists(name).await.unwrap());
        assert!(!house.store.delete(name).await.unwrap());
    }
}

#[tokio::test]
async fn many_at_once_all_arrive() {
    let house = House::new();
    let uploads = (0..12u32).map(|at| {
        let image = encoded(&two_halves(100 + at, 80), ImageFormat::Jpeg);
        async { house.put(image).await.unwrap() }
    });
    let stored = futures::future::join_all(uploads).await;
    for (at, file) in stored.iter().enumerate() {
        assert_eq!(file.width, Some(100 + at as u32));
        assert!(contains(&house.read(&file.sha256).await.1, b"JFIF"));
    }
}

#[tokio::test]
async fn an_abandoned_upload_leaves_nothing() {
    let house = House::new();
    let (begun, under_way) = tokio::sync::oneshot::channel();
    let some = stream::iter((0..20).map(|_| Ok::<_, io::Error>(Bytes::from_static(b"text\n"))));
    let silence = stream::once(async move {
        let _awaited = begun.send(());
        std::future::pending().await
    });
    tokio::select! {
        stored = house.store.put_stream(some.chain(silence), None) => panic!("it has no end: {stored:?}"),
        begun = under_way => begun.unwrap(),
    }
    assert_eq!(house.files(), 0);
}

#[tokio::test]
async fn leftovers_of_a_crash_are_swept_and_files_are_not() {
    let house = House::new();
    let stored = house.put(&b"a note"[..]).await.unwrap();
    let shelf = house
        .folder
        .path()
        .join("objects")
        .join(&stored.sha256[..2]);
    std::fs::write(shelf.join(format!("{}.txt#1", stored.sha256)), "cut").unwrap();
    let day = Duration::from_secs(86_400);
    let now = SystemTime::now();
    assert_eq!(house.store.sweep(day, now).await.unwrap(), 0);
    assert_eq!(house.store.sweep(day, now + 2 * day).await.unwrap(), 1);
    assert_eq!(house.store.sweep(day, now + 2 * day).await.unwrap(), 0);
    assert!(house.store.exists(&stored.sha256).await.unwrap());
}

#[tokio::test]
async fn files_survive_reopening_and_a_bad_folder_is_a_fault() {
    let house = House::new();
    let stored = house.put(&b"a note"[..]).await.unwrap();
    let again = FileStore::open(FilesConfig::folder(house.folder.path())).unwrap();
    assert_eq!(
        again.open_file(&stored.sha256).await.unwrap().content_type,
        ContentType::Text
    );
    let file = house.folder.path().join("plain");
    std::fs::write(&file, "x").unwrap();
    assert_eq!(
        FileStore::open(FilesConfig::folder(file))
            .unwrap_err()
            .code(),
        "storage"
    );
}

#[test]
fn what_the_table_keeps_is_json() {
    let house = House::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stored = runtime.block_on(house.put(&b"a note"[..])).unwrap();
    let json = serde_json::to_value(&stored).unwrap();
    assert_eq!(json["content_type"], "text/plain; charset=utf-8");
    assert_eq!(json["bytes"], 6);
}
