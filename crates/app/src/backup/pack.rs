//! Writing a backup.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::{DATABASE, DatabaseCopy, FILES, FORMAT, KEYS, MANIFEST, Manifest};
use crate::VERSION;

/// What goes into it.
pub(crate) struct Contents {
    /// A consistent copy of the database, as an SQLite file.
    pub(crate) database: PathBuf,
    /// The folder of attached files (`…/files/objects`).
    pub(crate) objects: PathBuf,
    pub(crate) keys: Option<PathBuf>,
    pub(crate) key_check: Option<String>,
    pub(crate) made_at: String,
}

/// Writes the backup beside its name and renames it when it is whole; returns its manifest and the number of files.
pub(crate) fn pack(contents: &Contents, to: &Path) -> Result<(Manifest, u64)> {
    if to.exists() {
        bail!(
            "{} is there already: a backup is never overwritten",
            to.display()
        );
    }
    let partial = to.with_extension("partial");
    let written = write(contents, to, &partial);
    if written.is_err() {
        // What was written is of no use, and says so by not being there.
        let _not_there = std::fs::remove_file(&partial);
    }
    let written = written?;
    std::fs::rename(&partial, to)?;
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(written)
}

fn write(contents: &Contents, to: &Path, partial: &Path) -> Result<(Manifest, u64)> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(partial)
        .with_context(|| format!("{} cannot be written", partial.display()))?;
    let out = BufWriter::with_capacity(1 << 20, file);
    let (manifest, files, out) = if to.extension().is_some_and(|extension| extension == "gz") {
        let (manifest, files, encoder) = fill(contents, GzEncoder::new(out, Compression::fast()))?;
        (manifest, files, encoder.finish()?)
    } else {
        fill(contents, out)?
    };
    out.into_inner()
        .map_err(|error| error.into_error())?
        .sync_all()?;
    Ok((manifest, files))
}

fn fill<W: Write>(contents: &Contents, out: W) -> Result<(Manifest, u64, W)> {
    let mut archive = tar::Builder::new(out);
    archive.mode(tar::HeaderMode::Deterministic);
    // SQLite never writes the page at 1 GiB that its locks lie on: a larger database has a hole, and would be an entry of
    // another kind that not every tar reads.
    archive.sparse(false);
    let manifest = Manifest {
        format: FORMAT,
        youlin: VERSION.to_owned(),
        made_at: contents.made_at.clone(),
        database: Some(describe(&contents.database)?),
        key_check: contents.key_check.clone(),
        keys_included: contents.keys.is_some(),
    };
    let text = serde_json::to_vec_pretty(&manifest)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o600);
    archive.append_data(&mut header, MANIFEST, text.as_slice())?;
    if let Some(keys) = &contents.keys {
        archive.append_path_with_name(keys, KEYS)?;
    }
    archive.append_path_with_name(&contents.database, DATABASE)?;
    let files = append_objects(&mut archive, &contents.objects)?;
    Ok((manifest, files, archive.into_inner()?))
}

/// Files of an upload under way have a `#` in their name and are left out.
fn append_objects<W: Write>(archive: &mut tar::Builder<W>, objects: &Path) -> Result<u64> {
    let mut files = 0;
    for shelf in sorted(objects)? {
        if !shelf.is_dir() {
            continue;
        }
        for file in sorted(&shelf)? {
            let (Some(shelf), Some(name)) = (text(&shelf), text(&file)) else {
                continue;
            };
            if file.is_file() && !name.contains('#') {
                archive.append_path_with_name(&file, format!("{FILES}/{shelf}/{name}"))?;
                files += 1;
            }
        }
    }
    Ok(files)
}

fn text(path: &Path) -> Option<&str> {
    path.file_name().and_then(|name| name.to_str())
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.sort_unstable();
    Ok(paths)
}

pub(super) fn describe(database: &Path) -> Result<DatabaseCopy> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(database)?);
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        bytes += read as u64;
    }
    Ok(DatabaseCopy {
        bytes,
        sha256: hex::encode(hash.finalize()),
    })
}
