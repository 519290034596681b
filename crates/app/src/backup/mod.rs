//! The backup file: a tar (gzip when its name ends in `.gz`) of a manifest, an SQLite database with everything, and the
//! attached files. Keys are not in it unless asked for: whoever finds a backup must not be able to read it.

pub(crate) mod carry;
mod pack;
mod unpack;

use serde::{Deserialize, Serialize};

pub(crate) use pack::{Contents, pack};
pub(crate) use unpack::{Places, Unpacked, remove, unpack};

/// Version of the file's form.
pub(crate) const FORMAT: u32 = 1;
pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const DATABASE: &str = "youlin.db";
pub(crate) const KEYS: &str = "keys";
/// Folder of the attached files, in the archive and under the data folder.
pub(crate) const FILES: &str = "files/objects";

/// What the backup says of itself; its first entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: u32,
    /// The version of Youlin that made it.
    pub(crate) youlin: String,
    /// RFC 3339, UTC.
    pub(crate) made_at: String,
    /// `None`: made of PostgreSQL by a version that left the database to `pg_dump`.
    pub(crate) database: Option<DatabaseCopy>,
    /// Fingerprint of the key ring the database belongs to.
    pub(crate) key_check: Option<String>,
    pub(crate) keys_included: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DatabaseCopy {
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

#[cfg(test)]
mod tests;
