//! `demo-access.json`: how to get into the example. It holds secrets of invented people; production refuses all of them.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// The called number of the community's desk in the example.
pub(crate) const LINE: &str = "051300001000";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Access {
    pub(crate) url: String,
    pub(crate) accounts: Vec<SignIn>,
    pub(crate) open311_key: String,
    pub(crate) telephony_secret: String,
    /// Calls to this number ring at the desk.
    pub(crate) telephony_line: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignIn {
    pub(crate) login: String,
    pub(crate) password: String,
    pub(crate) display_name: String,
    pub(crate) roles: Vec<String>,
}

impl Access {
    pub(crate) fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("demo-access.json")
    }

    pub(crate) fn read(data_dir: &Path) -> Result<Option<Self>> {
        let path = Self::path(data_dir);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path)?;
        serde_json::from_str(&text)
            .map(Some)
            .with_context(|| format!("{} cannot be read", path.display()))
    }

    /// Readable by its owner only, and never half-written.
    pub(crate) fn write(&self, data_dir: &Path) -> Result<()> {
        let (path, partial) = (Self::path(data_dir), data_dir.join("demo-access.partial"));
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&partial)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        std::fs::rename(partial, path)?;
        Ok(())
    }
}
