//! What is written beside a half upload, and the faults of files in the words of the house.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tokio::fs;
use tokio::io::AsyncWriteExt;
use youlin_files::{ContentType, FileFault, StoredFile};
use youlin_kernel::{Problem, ProblemKind, Result};

/// What was announced, and what became of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) bytes: u64,
    pub(super) sha256: String,
    pub(super) media_type: String,
    pub(super) begun_at: i64,
    pub(super) stored: Option<Kept>,
}

/// A stored file, until something claims it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    sha256: String,
    content_type: String,
    bytes: u64,
    width: Option<u32>,
    height: Option<u32>,
    position: Option<(f64, f64)>,
    thumbnail: Option<String>,
}

impl Kept {
    pub(super) fn of(file: &StoredFile) -> Self {
        Self {
            sha256: file.sha256.clone(),
            content_type: file.content_type.mime().to_owned(),
            bytes: file.bytes,
            width: file.width,
            height: file.height,
            position: file.position,
            thumbnail: file.thumbnail_sha256.clone(),
        }
    }

    pub(super) fn file(self) -> Option<StoredFile> {
        let content_type = ContentType::ALL
            .into_iter()
            .find(|known| known.mime() == self.content_type)?;
        Some(StoredFile {
            sha256: self.sha256,
            content_type,
            bytes: self.bytes,
            name: None,
            width: self.width,
            height: self.height,
            position: self.position,
            // By the camera's clock, which the client sends along itself where it matters.
            taken_at: None,
            thumbnail_sha256: self.thumbnail,
        })
    }
}

pub(super) async fn read_note(path: &Path) -> Result<Option<Note>> {
    match fs::read(path).await {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(Problem::internal),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(trouble(&error)),
    }
}

/// Whole or not at all: written beside, then renamed.
pub(super) async fn write_note(path: &Path, note: &Note) -> Result<()> {
    let beside = path.with_extension("new");
    let bytes = serde_json::to_vec(note).map_err(Problem::internal)?;
    let write = async {
        let mut file = fs::File::create(&beside).await?;
        file.write_all(&bytes).await?;
        file.sync_all().await?;
        fs::rename(&beside, path).await?;
        // The name lasts only when its folder is written too.
        match path.parent() {
            Some(folder) => fs::File::open(folder).await?.sync_all().await,
            None => Ok(()),
        }
    };
    write.await.map_err(|error: std::io::Error| trouble(&error))
}

/// The disk's trouble: nothing is lost, the client sends again.
pub(super) fn trouble(error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Unavailable, "files-unavailable").caused_by(error)
}

/// What the file store says of a whole file.
pub(super) fn fault(error: &FileFault) -> Problem {
    let code = match error {
        FileFault::StorageFull | FileFault::Storage(_) => {
            return Problem::new(ProblemKind::Unavailable, "files-unavailable")
                .caused_by(format!("{error:?}"));
        }
        FileFault::TooLarge { limit } => {
            return Problem::new(ProblemKind::TooLarge, "field-upload-size")
                .arg("max", limit / (1024 * 1024));
        }
        FileFault::TypeNotAllowed { .. } => "field-photo-type",
        _ => "field-photo-unreadable",
    };
    Problem::new(ProblemKind::Invalid, "invalid").and_field("photo", code)
}
