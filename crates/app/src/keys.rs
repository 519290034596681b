//! The key file of the installation: made at the first start, readable by its owner only, and never silently made anew:
//! with another key nobody could read the protected fields again.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, Result, bail};
use youlin_crypto::{KeyId, Keyring};
use youlin_database::Database;
use youlin_kernel::{Ctx, Entropy};

use crate::config::{Config, Mode};
use crate::installation::{KEY_CHECK, Note, SEALING_KEYS, fact};

/// Stands in key files that a demo made.
const DEMO_MARK: &str = "# made by the demo: refused in production\n";

/// The ring of this installation, after checking that it is the one the database belongs to.
///
/// # Errors
/// Says what is missing and what to do.
pub(crate) async fn ring(
    config: &Config,
    db: &Database,
    ctx: &Ctx,
    entropy: &dyn Entropy,
) -> Result<Keyring> {
    let path = config.key_file();
    let known = fact(db.read(), KEY_CHECK).await?;
    if let Some(warning) = open_to_others(&path) {
        tracing::warn!("{warning}");
    }
    let ring = match (path.exists(), &known) {
        (true, _) => read(&path, config.mode)?,
        (false, None) => make(&path, config.mode, entropy)?,
        (false, Some(_)) => bail!(
            "the key file {} is missing, but the database holds fields sealed with it. Put the key file back from \
             where you keep its copy (not in the backups); without it nobody can read those fields. Youlin does not \
             start with a new one.",
            path.display()
        ),
    };
    let check = fingerprint(&ring);
    match known {
        Some(known) if known != check => bail!(
            "the key file {} does not belong to this database: its fingerprint is {check}, the database was made with \
             {known}. Put the right key file in its place.",
            path.display()
        ),
        Some(_) => {}
        None => {
            let note = Note {
                fact: KEY_CHECK,
                value: check,
            };
            db.execute(ctx, note).await?;
        }
    }
    check_sealing_keys(&path, &ring, db, ctx).await?;
    Ok(ring)
}

/// A key file with the right root but without a key that sealed something (an old copy, a line lost) would start and
/// then fail at every field that key sealed: it is refused here. Keys that are new in the file are noted.
async fn check_sealing_keys(path: &Path, ring: &Keyring, db: &Database, ctx: &Ctx) -> Result<()> {
    let noted = fact(db.read(), SEALING_KEYS).await?.unwrap_or_default();
    for (id, check) in noted.split(',').filter_map(|one| one.split_once(':')) {
        let id = KeyId(
            id.parse()
                .context("the note about sealing keys cannot be read")?,
        );
        match ring.check(id) {
            None => bail!(
                "the key file {} lacks key {id}, and the database holds fields sealed with it. This is an older copy, or \
                 a line was lost: put the newest copy of the key file in its place.",
                path.display()
            ),
            Some(own) if own != check => bail!(
                "key {id} of the key file {} is not the key {id} the database was sealed with. Put the right key file \
                 in its place.",
                path.display()
            ),
            Some(_) => {}
        }
    }
    let now = sealing_keys(ring);
    if now != noted {
        note_sealing_keys(ring, db, ctx).await?;
    }
    Ok(())
}

fn sealing_keys(ring: &Keyring) -> String {
    let keys: Vec<String> = ring
        .ids()
        .map(|(id, _)| format!("{id}:{}", ring.check(id).unwrap_or_default()))
        .collect();
    keys.join(",")
}

/// Notes which keys the database may hold fields of from now on.
pub(crate) async fn note_sealing_keys(ring: &Keyring, db: &Database, ctx: &Ctx) -> Result<()> {
    let note = Note {
        fact: SEALING_KEYS,
        value: sealing_keys(ring),
    };
    Ok(db.execute(ctx, note).await?)
}

/// Puts a changed ring in place of the key file: written beside it, made durable, then renamed, so that there is at no
/// moment less than a whole key file.
pub(crate) fn replace(path: &Path, ring: &Keyring) -> Result<()> {
    let old = std::fs::read_to_string(path)
        .with_context(|| format!("the key file {} cannot be read", path.display()))?;
    let beside = path.with_extension("new");
    let _from_an_interrupted_change = std::fs::remove_file(&beside);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .with_context(|| format!("{} cannot be made", beside.display()))?;
    if old.contains(DEMO_MARK) {
        file.write_all(DEMO_MARK.as_bytes())?;
    }
    file.write_all(ring.to_text().as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
        .with_context(|| format!("the key file {} cannot be replaced", path.display()))?;
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Tells two rings apart without telling anything of their keys.
pub(crate) fn fingerprint(ring: &Keyring) -> String {
    hex::encode(&ring.derive("key check").expose()[..8])
}

/// What to say of a key file that others than its owner can read: with it every sealed field can be opened.
pub(crate) fn open_to_others(path: &Path) -> Option<String> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| {
        format!(
            "the key file {} can be read by others than its owner (mode {mode:03o}): whoever has it can open every \
             sealed field. Run `chmod 600 {}`.",
            path.display(),
            path.display()
        )
    })
}

/// Reads a key file.
pub(crate) fn read(path: &Path, mode: Mode) -> Result<Keyring> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the key file {} cannot be read", path.display()))?;
    if mode == Mode::Production && text.contains(DEMO_MARK) {
        bail!(
            "the key file {} was made by the demo and is refused in production: choose another folder with \
             YOULIN_DATA_DIR, or run the command with YOULIN_MODE=demo where the example itself is meant",
            path.display()
        );
    }
    Keyring::parse(&text).with_context(|| path.display().to_string())
}

/// Copies a key file, readable by its owner only.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let text = std::fs::read(from)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .with_context(|| format!("the key file {} cannot be made", to.display()))?;
    file.write_all(&text)?;
    Ok(file.sync_all()?)
}

fn make(path: &Path, mode: Mode, entropy: &dyn Entropy) -> Result<Keyring> {
    let ring = Keyring::generate(&|bytes| entropy.fill(bytes));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("the key file {} cannot be made", path.display()))?;
    if mode == Mode::Demo {
        file.write_all(DEMO_MARK.as_bytes())?;
    }
    file.write_all(ring.to_text().as_bytes())?;
    // A key that is lost in a power cut after fields were sealed with it cannot be made again.
    file.sync_all()?;
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    tracing::info!(file = %path.display(), "a key file was made; keep a copy of it apart from the backups");
    Ok(ring)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::fs::PermissionsExt;

    use super::open_to_others;

    #[test]
    fn a_key_file_others_can_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        std::fs::write(&path, "").unwrap();
        for (mode, told) in [(0o600, false), (0o400, false), (0o644, true), (0o640, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let said = open_to_others(&path);
            assert_eq!(said.is_some(), told, "{mode:o}");
            let fix = format!("chmod 600 {}", path.display());
            assert!(said.is_none_or(|said| said.contains(&fix)));
        }
    }
}
