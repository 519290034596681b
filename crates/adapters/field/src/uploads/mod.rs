//! Photographs that come in pieces: begun, appended to, and gone on with where the line broke.
//!
//! What came lies in a folder of the account, the file itself and beside it what was announced. Each piece is on the disk
//! before it is answered; nothing is ever whole in memory. When the last byte is there its hash is compared and the file
//! goes through the file store as any other. Until a photograph is claimed by an item of the outbox it belongs to nothing,
//! and after a week it is swept.

pub(crate) mod api;
mod kept;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Mutex;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::fs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_files::{FileStore, StoredFile};
use youlin_kernel::{Micros, Problem, ProblemKind, Result};

use kept::{Kept, Note, fault, read_note, trouble, write_note};

/// How long a half upload, or one nobody claimed, is kept.
const KEPT: i64 = 7 * Micros::DAY;
/// Bytes read at once while a file is hashed and handed on.
const PIECE: usize = 256 * 1024;

/// Where half uploads lie, and how much of them.
#[derive(Clone, Debug)]
pub struct UploadsSettings {
    pub folder: PathBuf,
    /// Bytes of one account that may wait here, announced or come.
    pub quota: u64,
    /// Files of one account that may wait here.
    pub files: usize,
}

impl UploadsSettings {
    /// The defaults: 300 MB and 300 files an account.
    #[must_use]
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            quota: 300 * 1024 * 1024,
            files: 300,
        }
    }
}

/// See the module's text. In the application as `Arc<Uploads>`.
#[derive(Debug)]
pub struct Uploads {
    settings: UploadsSettings,
    store: FileStore,
    /// Those being written to now: two writers of one file would mix their pieces.
    busy: Mutex<HashSet<Uuid>>,
}

/// A photograph announced.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = FieldUpload)]
pub(crate) struct NewUpload {
    /// Made by the client; announced again, it goes on.
    pub(crate) id: Uuid,
    pub(crate) bytes: u64,
    /// Of the whole file, 64 hexadecimal digits.
    pub(crate) sha256: String,
    /// Media type as the client believes it; the content decides.
    #[serde(default, rename = "type")]
    pub(crate) media_type: String,
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FieldUploadState)]
pub(crate) struct Progress {
    /// Bytes that are safe here: the next piece begins there.
    pub(crate) offset: u64,
    /// Whole, checked and stored.
    pub(crate) done: bool,
}

impl Uploads {
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(settings: UploadsSettings, store: FileStore) -> std::io::Result<Self> {
        std::fs::create_dir_all(&settings.folder)?;
        Ok(Self {
            settings,
            store,
            busy: Mutex::default(),
        })
    }

    fn shelf(&self, account: Uuid) -> PathBuf {
        self.settings.folder.join(account.simple().to_string())
    }

    fn note_of(&self, account: Uuid, id: Uuid) -> PathBuf {
        self.shelf(account).join(format!("{}.json", id.simple()))
    }

    fn part_of(&self, account: Uuid, id: Uuid) -> PathBuf {
        self.shelf(account).join(format!("{}.part", id.simple()))
    }

    /// Announces a file, or asks how far it is.
    pub(crate) async fn begin(
        &self,
        account: Uuid,
        new: NewUpload,
        now: Micros,
    ) -> Result<Progress> {
        let max = self.store.config().max_bytes;
        let is_hash = new.sha256.len() == 64 && new.sha256.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hash {
            return Err(Problem::invalid("sha256", "field-sha256"));
        }
        if new.bytes == 0 {
            return Err(Problem::invalid("bytes", "file-empty").field_arg("name", ""));
        }
        if new.bytes > max {
            return Err(Problem::new(ProblemKind::TooLarge, "field-upload-size")
                .arg("max", max / (1024 * 1024)));
        }
        let note = self.note_of(account, new.id);
        if let Some(known) = read_note(&note).await? {
            if (known.bytes, known.sha256.as_str()) != (new.bytes, new.sha256.as_str()) {
                return Err(Problem::new(ProblemKind::Conflict, "field-upload-other"));
            }
            return self.progress(account, new.id, &known).await;
        }
        fs::create_dir_all(self.shelf(account))
            .await
            .map_err(|e| trouble(&e))?;
        self.check_quota(account, new.bytes).await?;
        let known = Note {
            bytes: new.bytes,
            sha256: new.sha256,
            media_type: new.media_type,
            begun_at: now.0,
            stored: None,
        };
        write_note(&note, &known).await?;
        Ok(Progress {
            offset: 0,
            done: false,
        })
    }

    async fn check_quota(&self, account: Uuid, more: u64) -> Result<()> {
        let (mut bytes, mut files) = (more, 1);
        let mut shelf = fs::read_dir(self.shelf(account))
            .await
            .map_err(|e| trouble(&e))?;
        while let Some(entry) = shelf.next_entry().await.map_err(|e| trouble(&e))? {
            let path = entry.path();
            if path.extension().is_some_and(|ending| ending == "json")
                && let Some(note) = read_note(&path).await?
                && note.stored.is_none()
            {
                (bytes, files) = (bytes + note.bytes, files + 1);
            }
        }
        if bytes > self.settings.quota || files > self.settings.files {
            return Err(Problem::new(ProblemKind::TooLarge, "field-upload-quota"));
        }
        Ok(())
    }

    async fn progress(&self, account: Uuid, id: Uuid, note: &Note) -> Result<Progress> {
        if note.stored.is_some() {
            return Ok(Progress {
                offset: note.bytes,
                done: true,
            });
        }
        let offset = match fs::metadata(self.part_of(account, id)).await {
            Ok(part) => part.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(error) => return Err(trouble(&error)),
        };
        Ok(Progress {
            offset,
            done: false,
        })
    }

    /// Takes the next piece. A line that breaks leaves what came: the next piece begins there.
    pub(crate) async fn append<S, E>(
        &self,
        account: Uuid,
        id: Uuid,
        offset: u64,
        piece: S,
    ) -> Result<Progress>
    where
        S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        let path = self.note_of(account, id);
        let note = read_note(&path).await?.ok_or_else(Problem::not_found)?;
        let _turn = Turn::take(&self.busy, id)
            .ok_or_else(|| Problem::new(ProblemKind::Conflict, "field-upload-busy"))?;
        let now = self.progress(account, id, &note).await?;
        if now.done {
            return Ok(now);
        }
        if now.offset != offset {
            return Err(Problem::new(ProblemKind::Conflict, "field-upload-offset")
                .with_data(serde_json::json!({ "offset": now.offset })));
        }
        let part = self.part_of(account, id);
        let came = write_piece(&part, offset, note.bytes, piece).await?;
        if came < note.bytes {
            return Ok(Progress {
                offset: came,
                done: false,
            });
        }
        self.finish(account, id, note).await
    }

    async fn finish(&self, account: Uuid, id: Uuid, mut note: Note) -> Result<Progress> {
        let part = self.part_of(account, id);
        let gone = || async {
            // Gone already is gone too.
            let _ = fs::remove_file(&part).await;
        };
        if !hash_of(&part).await?.eq_ignore_ascii_case(&note.sha256) {
            gone().await;
            return Err(Problem::invalid("sha256", "field-upload-hash"));
        }
        let file = fs::File::open(&part).await.map_err(|e| trouble(&e))?;
        let stream = ReaderStream::with_capacity(file, PIECE);
        let stored = match self.store.put_stream(stream, None).await {
            Ok(stored) => stored,
            Err(error) => {
                if error.is_senders() {
                    gone().await;
                }
                return Err(fault(&error));
            }
        };
        note.stored = Some(Kept::of(&stored));
        write_note(&self.note_of(account, id), &note).await?;
        gone().await;
        Ok(Progress {
            offset: note.bytes,
            done: true,
        })
    }

    /// A finished photograph of this account, for an item that claims it.
    pub(crate) async fn finished(&self, account: Uuid, id: Uuid) -> Result<Option<StoredFile>> {
        let note = read_note(&self.note_of(account, id)).await?;
        Ok(note
            .and_then(|note| note.stored)
            .and_then(|kept| kept.file()))
    }

    /// Removes what was begun more than a week ago; says how many.
    ///
    /// # Errors
    /// 503 when the disk does not answer.
    pub async fn sweep(&self, now: Micros) -> Result<usize> {
        let mut swept = 0;
        let mut shelves = fs::read_dir(&self.settings.folder)
            .await
            .map_err(|e| trouble(&e))?;
        while let Some(shelf) = shelves.next_entry().await.map_err(|e| trouble(&e))? {
            let Ok(mut notes) = fs::read_dir(shelf.path()).await else {
                continue;
            };
            while let Some(entry) = notes.next_entry().await.map_err(|e| trouble(&e))? {
                let path = entry.path();
                if path.extension().is_none_or(|ending| ending != "json") {
                    continue;
                }
                let old = read_note(&path)
                    .await?
                    .is_none_or(|note| note.begun_at + KEPT < now.0);
                if old {
                    // The part first: without its note it would never be found again.
                    let _ = fs::remove_file(path.with_extension("part")).await;
                    fs::remove_file(&path).await.map_err(|e| trouble(&e))?;
                    swept += 1;
                }
            }
        }
        Ok(swept)
    }
}

/// Writes what comes, as far as it comes; answers how long the file is now.
async fn write_piece<S, E>(
    part: &std::path::Path,
    offset: u64,
    whole: u64,
    mut piece: S,
) -> Result<u64>
where
    S: Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .create(true)
        .append(true)
        .open(part)
        .await
        .map_err(|e| trouble(&e))?;
    let mut at = offset;
    let mut broken = None;
    while let Some(bytes) = piece.next().await {
        match bytes {
            Ok(bytes) if at + bytes.len() as u64 > whole => {
                file.flush().await.map_err(|e| trouble(&e))?;
                file.set_len(offset).await.map_err(|e| trouble(&e))?;
                return Err(Problem::new(ProblemKind::TooLarge, "field-upload-longer"));
            }
            Ok(bytes) => {
                file.write_all(&bytes).await.map_err(|e| trouble(&e))?;
                at += bytes.len() as u64;
            }
            Err(error) => {
                broken = Some(error.to_string());
                break;
            }
        }
    }
    file.flush().await.map_err(|e| trouble(&e))?;
    file.sync_data().await.map_err(|e| trouble(&e))?;
    match broken {
        Some(cause) => {
            Err(Problem::new(ProblemKind::Malformed, "body-unreadable").caused_by(cause))
        }
        None => Ok(at),
    }
}

async fn hash_of(part: &std::path::Path) -> Result<String> {
    let mut file = fs::File::open(part).await.map_err(|e| trouble(&e))?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; PIECE]);
    loop {
        let read = file.read(&mut buffer).await.map_err(|e| trouble(&e))?;
        if read == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(&buffer[..read]);
    }
}

/// The right to write to one upload, given back when dropped.
struct Turn<'a>(&'a Mutex<HashSet<Uuid>>, Uuid);

impl<'a> Turn<'a> {
    fn take(busy: &'a Mutex<HashSet<Uuid>>, id: Uuid) -> Option<Self> {
        let mut all = busy
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        all.insert(id).then_some(Self(busy, id))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut all = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        all.remove(&self.1);
    }
}
