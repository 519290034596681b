#![allow(clippy::unwrap_used, reason = "tests")]
use std::path::Path;

use sha2::{Digest, Sha256};

use super::pack::describe;
use super::*;

/// A data folder with a "database" and two files; returns the contents to pack.
fn filled(folder: &Path) -> Contents {
    let objects = folder.join(FILES);
    for body in ["一张照片", "a table"] {
        let name = hex::encode(Sha256::digest(body.as_bytes()));
        let shelf = objects.join(&name[..2]);
        std::fs::create_dir_all(&shelf).unwrap();
        std::fs::write(shelf.join(format!("{name}.jpg")), body).unwrap();
        std::fs::write(shelf.join(format!("{name}.jpg#1")), "under way").unwrap();
    }
    std::fs::write(folder.join("copy.db"), vec![7u8; 200_000]).unwrap();
    Contents {
        database: folder.join("copy.db"),
        objects,
        keys: None,
        key_check: Some("0011".to_owned()),
        made_at: "2026-11-23T00:00:00Z".to_owned(),
    }
}

fn restore(archive: &Path, to: &Path) -> anyhow::Result<Unpacked> {
    let database = to.join(DATABASE);
    unpack(
        archive,
        Places {
            data_dir: to,
            database: &database,
        },
    )
}

fn count(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, |entries| {
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { count(&path) } else { 1 })
            .sum()
    })
}

#[test]
fn what_is_packed_comes_out_again_plain_and_compressed() {
    for name in ["backup.tar", "backup.tar.gz"] {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let archive = from.path().join(name);
        let (manifest, files) = pack(&filled(from.path()), &archive).unwrap();
        assert_eq!((manifest.database.unwrap().bytes, files), (200_000, 2));
        let unpacked = restore(&archive, to.path()).unwrap();
        assert_eq!(unpacked.files, 2);
        assert_eq!(unpacked.manifest.key_check.as_deref(), Some("0011"));
        assert_eq!(
            std::fs::read(to.path().join(DATABASE)).unwrap(),
            vec![7u8; 200_000]
        );
        assert_eq!(count(to.path()), 3);
        assert!(
            pack(&filled(from.path()), &archive).is_err(),
            "never overwritten"
        );
    }
}

/// A copy with a hole, as any SQLite database above 1 GiB is one.
fn with_a_hole(folder: &Path) -> Contents {
    use std::io::{Seek, SeekFrom, Write};
    let contents = filled(folder);
    let mut file = std::fs::File::create(&contents.database).unwrap();
    file.write_all(&[7; 8_192]).unwrap();
    file.seek(SeekFrom::Start(4 << 20)).unwrap();
    file.write_all(&[9; 8_192]).unwrap();
    file.sync_all().unwrap();
    contents
}

#[test]
fn a_database_with_a_hole_comes_out_whole() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let contents = with_a_hole(from.path());
    let archive = from.path().join("backup.tar");
    pack(&contents, &archive).unwrap();
    let kinds: Vec<_> = tar::Archive::new(std::fs::File::open(&archive).unwrap())
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().header().entry_type())
        .collect();
    assert!(kinds.iter().all(|kind| kind.is_file()), "{kinds:?}");
    restore(&archive, to.path()).unwrap();
    assert!(
        std::fs::read(to.path().join(DATABASE)).unwrap()
            == std::fs::read(&contents.database).unwrap()
    );
}

#[test]
fn a_backup_that_holds_its_database_with_a_hole_is_read() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let contents = with_a_hole(from.path());
    let manifest = Manifest {
        format: FORMAT,
        youlin: "0.1.0".to_owned(),
        made_at: contents.made_at.clone(),
        database: Some(describe(&contents.database).unwrap()),
        key_check: None,
        keys_included: false,
    };
    let archive = from.path().join("backup.tar");
    let mut older = tar::Builder::new(std::fs::File::create(&archive).unwrap());
    let text = serde_json::to_vec(&manifest).unwrap();
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    older
        .append_data(&mut header, MANIFEST, text.as_slice())
        .unwrap();
    older
        .append_path_with_name(&contents.database, DATABASE)
        .unwrap();
    older.into_inner().unwrap();
    restore(&archive, to.path()).unwrap();
    assert!(
        std::fs::read(to.path().join(DATABASE)).unwrap()
            == std::fs::read(&contents.database).unwrap()
    );
}

#[test]
fn a_damaged_or_cut_off_backup_restores_nothing() {
    let from = tempfile::tempdir().unwrap();
    let archive = from.path().join("backup.tar");
    pack(&filled(from.path()), &archive).unwrap();
    let whole = std::fs::read(&archive).unwrap();
    let place = |needle: &[u8]| {
        whole
            .windows(needle.len())
            .position(|window| window == needle)
            .unwrap()
    };
    let mut wrong_database = whole.clone();
    wrong_database[place(&[7u8; 64]) + 1_000] ^= 1;
    let mut wrong_file = whole.clone();
    wrong_file[place("a table".as_bytes())] ^= 1;
    for (what, bytes) in [
        ("database", wrong_database),
        ("file", wrong_file),
        ("cut in the database", whole[..100_000].to_vec()),
        ("no archive", b"hello".to_vec()),
        ("empty", Vec::new()),
    ] {
        let to = tempfile::tempdir().unwrap();
        let damaged = from.path().join("damaged.tar");
        std::fs::write(&damaged, bytes).unwrap();
        assert!(restore(&damaged, to.path()).is_err(), "{what}");
        assert_eq!(count(to.path()), 0, "{what}");
    }
}

#[test]
fn a_backup_that_wants_to_write_elsewhere_is_refused() {
    for path in [
        "files/objects/../../../etc/cron.d/x",
        "files/objects/aa/../../x",
        "youlin.toml",
        "files/objects/aa/short.jpg",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("evil.tar");
        let manifest = Manifest {
            format: FORMAT,
            youlin: "0".to_owned(),
            made_at: String::new(),
            database: None,
            key_check: None,
            keys_included: false,
        };
        let mut builder = tar::Builder::new(std::fs::File::create(&archive).unwrap());
        let text = serde_json::to_vec(&manifest).unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        builder
            .append_data(&mut header, MANIFEST, text.as_slice())
            .unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(1);
        header.set_entry_type(tar::EntryType::Regular);
        // The builder itself would refuse such a name.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        builder.append(&header, &b"x"[..]).unwrap();
        builder.finish().unwrap();
        let to = tempfile::tempdir().unwrap();
        let error = restore(&archive, to.path()).unwrap_err().to_string();
        assert!(error.contains("nothing was restored"), "{path}: {error}");
        assert_eq!(count(to.path()), 0);
    }
}
