//! Reading a backup. Nothing of it is believed: paths are rebuilt from checked parts, the database must have the
//! manifest's fingerprint, and each file the one that is its name.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use super::{DATABASE, FILES, FORMAT, KEYS, MANIFEST, Manifest};

/// What was put in place.
#[derive(Debug)]
pub(crate) struct Unpacked {
    pub(crate) manifest: Manifest,
    pub(crate) files: u64,
    /// Everything that was written, so that a failed restore leaves the folder empty again.
    pub(crate) written: Vec<PathBuf>,
}

/// Where the parts go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places<'a> {
    pub(crate) data_dir: &'a Path,
    /// Where the SQLite file goes: its place for good, or one from which it is carried into PostgreSQL.
    pub(crate) database: &'a Path,
}

/// Unpacks into an empty place; what was written is removed again when anything is wrong.
pub(crate) fn unpack(archive: &Path, places: Places<'_>) -> Result<Unpacked> {
    let mut written = Vec::new();
    match read(archive, places, &mut written) {
        Ok((manifest, files)) => Ok(Unpacked {
            manifest,
            files,
            written,
        }),
        Err(error) => {
            remove(&written);
            Err(error)
        }
    }
}

/// Takes back what a restore wrote.
pub(crate) fn remove(written: &[PathBuf]) {
    for path in written {
        if let Err(error) = std::fs::remove_file(path) {
            tracing::warn!(file = %path.display(), %error, "could not be removed again");
        }
    }
}

fn read(archive: &Path, places: Places<'_>, written: &mut Vec<PathBuf>) -> Result<(Manifest, u64)> {
    let file =
        File::open(archive).with_context(|| format!("{} cannot be read", archive.display()))?;
    let mut file = BufReader::with_capacity(1 << 20, file);
    let gzip = std::io::BufRead::fill_buf(&mut file)?.starts_with(&[0x1f, 0x8b]);
    let input: Box<dyn Read> = if gzip {
        Box::new(GzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut archive = tar::Archive::new(input);
    let mut entries = archive.entries()?;
    let first = entries.next().context("the backup is empty")?;
    let manifest = manifest(first.context("this is not a backup of Youlin")?)?;
    let (mut files, mut database_seen) = (0, false);
    for entry in entries {
        let mut entry = entry.context("the backup is cut off or damaged")?;
        let kind = entry.header().entry_type();
        // Backups made before 2026-11-26 hold a database above 1 GiB as a file with a hole.
        if !kind.is_file() && !kind.is_gnu_sparse() {
            continue;
        }
        let path = entry.path()?.to_string_lossy().into_owned();
        match path.as_str() {
            DATABASE => {
                let copy = manifest
                    .database
                    .as_ref()
                    .context("a database the manifest does not know")?;
                let sum = put(&mut entry, places.database, written)?;
                if sum != copy.sha256 {
                    bail!(
                        "the database in the backup is damaged: its fingerprint is not the manifest's"
                    );
                }
                database_seen = true;
            }
            KEYS => {
                put(&mut entry, &places.data_dir.join(KEYS), written)?;
            }
            other => {
                let (shelf, name) = object(other)?;
                let to = places.data_dir.join(FILES).join(shelf).join(name);
                let sum = put(&mut entry, &to, written)?;
                if !name.starts_with(&sum) {
                    bail!(
                        "the file {name} in the backup is damaged: its content is not what its name says"
                    );
                }
                files += 1;
            }
        }
    }
    if manifest.database.is_none() {
        bail!(
            "the backup holds files only: an older Youlin made it of PostgreSQL and left the database to pg_dump. \
             Restore that dump with pg_restore and unpack the files with tar."
        );
    }
    if !database_seen {
        bail!("the backup is cut off: its database is missing");
    }
    Ok((manifest, files))
}

fn manifest(mut entry: tar::Entry<'_, impl Read>) -> Result<Manifest> {
    if entry.path()?.to_string_lossy() != MANIFEST {
        bail!("this is not a backup of Youlin: it does not begin with {MANIFEST}");
    }
    let mut text = String::new();
    entry.by_ref().take(1 << 20).read_to_string(&mut text)?;
    let manifest: Manifest =
        serde_json::from_str(&text).context("the backup's manifest cannot be read")?;
    if manifest.format != FORMAT {
        bail!(
            "the backup has form {}, made by Youlin {}; this version reads form {FORMAT}",
            manifest.format,
            manifest.youlin
        );
    }
    Ok(manifest)
}

/// `files/objects/ab/abcd….jpg` and nothing else.
fn object(path: &str) -> Result<(&str, &str)> {
    let parts = path
        .strip_prefix(FILES)
        .and_then(|rest| rest.strip_prefix('/'))
        .and_then(|rest| rest.split_once('/'));
    let hexadecimal = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match parts {
        Some((shelf, name))
            if shelf.len() == 2
                && name.len() > 64
                && name.is_char_boundary(64)
                && name.starts_with(shelf)
                && hexadecimal(&name[..64])
                && name[64..]
                    .bytes()
                    .all(|b| b == b'.' || b.is_ascii_lowercase() || b.is_ascii_digit()) =>
        {
            Ok((shelf, name))
        }
        _ => {
            bail!("the backup holds {path:?}, which no backup of Youlin does: nothing was restored")
        }
    }
}

/// Writes one entry durably and returns its SHA-256.
fn put(entry: &mut impl Read, to: &Path, written: &mut Vec<PathBuf>) -> Result<String> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .with_context(|| format!("{} cannot be written", to.display()))?;
    written.push(to.to_path_buf());
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let read = entry
            .read(&mut piece)
            .context("the backup is cut off or damaged")?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        file.write_all(&piece[..read])?;
    }
    file.sync_all()?;
    Ok(hex::encode(hash.finalize()))
}
