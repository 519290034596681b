//! The store: taking files in, giving them out.

use std::error::Error;
use std::fmt;
use std::io::{Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;

use crate::content::{Content, recognise};
use crate::incoming::{Incoming, blocking, receive};
use crate::picture::{Encoded, rewrite};
use crate::{ContentType, FileFault, FilesConfig, Location, TakenAt, safe_name};

/// Bytes of a part of a larger upload; S3 wants at least 5 MiB.
const PART: usize = 5 * 1024 * 1024;

/// A file as it was stored: what the caller's own table keeps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoredFile {
    /// SHA-256 of the stored bytes, 64 hexadecimal digits; the file's name in the store.
    pub sha256: String,
    /// Type by content.
    pub content_type: ContentType,
    /// Stored bytes.
    pub bytes: u64,
    /// A name for downloading, made from the declared one.
    pub name: Option<String>,
    /// Width of a stored image in pixels, upright.
    pub width: Option<u32>,
    /// Height of a stored image in pixels, upright.
    pub height: Option<u32>,
    /// Where a photograph was taken: WGS-84 longitude and latitude in degrees. Gone from the stored file.
    pub position: Option<(f64, f64)>,
    /// When a photograph was taken. Gone from the stored file.
    pub taken_at: Option<TakenAt>,
    /// The small form of an image, a file of its own in the store.
    pub thumbnail_sha256: Option<String>,
}

/// An opened file.
pub struct OpenFile {
    /// Its type.
    pub content_type: ContentType,
    /// Its length.
    pub bytes: u64,
    /// Its bytes, piece by piece.
    pub stream: BoxStream<'static, Result<Bytes, FileFault>>,
}

impl fmt::Debug for OpenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenFile")
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

/// The store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct FileStore {
    objects: Arc<dyn ObjectStore>,
    /// Root of the objects when they lie in a folder.
    root: Option<PathBuf>,
    incoming: PathBuf,
    workers: Arc<Semaphore>,
    config: Arc<FilesConfig>,
}

impl FileStore {
    /// Opens the store, making its folders where they are missing.
    ///
    /// # Errors
    /// Folders that cannot be made or written; S3 settings that do not make sense.
    pub fn open(config: FilesConfig) -> Result<Self, FileFault> {
        let (objects, root, incoming): (Arc<dyn ObjectStore>, _, _) = match &config.location {
            Location::Folder(folder) => {
                let root = folder.join("objects");
                std::fs::create_dir_all(&root)?;
                // Without fsync an answered upload could be gone after a power cut.
                let store = LocalFileSystem::new_with_prefix(&root)?.with_fsync(true);
                (Arc::new(store), Some(root), folder.join("incoming"))
            }
            #[cfg(feature = "s3")]
            Location::S3 { url, incoming } => {
                let store = object_store::aws::AmazonS3Builder::from_env()
                    .with_url(url)
                    .build()?;
                (Arc::new(store), None, incoming.clone())
            }
        };
        std::fs::create_dir_all(&incoming)?;
        let workers = Arc::new(Semaphore::new(config.workers.max(1)));
        Ok(Self {
            objects,
            root,
            incoming,
            workers,
            config: Arc::new(config),
        })
    }

    /// The settings the store was opened with.
    #[must_use]
    pub fn config(&self) -> &FilesConfig {
        &self.config
    }

    /// Takes a file in: receives it, decides what it is, writes images anew, stores it durably, then answers. Dropping
    /// the future abandons the upload without a trace.
    ///
    /// # Errors
    /// See [`FileFault`]. On any error nothing is stored, except that an image's thumbnail may be without its image.
    pub async fn put_stream<S, E>(
        &self,
        stream: S,
        declared_name: Option<&str>,
    ) -> Result<StoredFile, FileFault>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut incoming = receive(stream, &self.incoming, self.config.max_bytes).await?;
        let (content, incoming) =
            blocking(move || Ok((recognise(&mut incoming.file)?, incoming))).await?;
        let mut stored = match content {
            Content::Image(format) => self.put_image(incoming, format).await?,
            Content::Plain(content) => self.put_plain(incoming, content).await?,
        };
        stored.name = declared_name.and_then(|name| safe_name(name, stored.content_type));
        Ok(stored)
    }

    async fn put_image(
        &self,
        mut incoming: Incoming,
        format: image::ImageFormat,
    ) -> Result<StoredFile, FileFault> {
        let permit = Arc::clone(&self.workers)
            .acquire_owned()
            .await
            .map_err(FileFault::other)?;
        let config = Arc::clone(&self.config);
        // The permit goes along: if the sender leaves, the work under way still counts as work.
        let work = tokio::task::spawn_blocking(move || {
            let picture = rewrite(&mut incoming.file, format, &config);
            drop(permit);
            picture
        });
        // A decoder that panics on hostile bytes is an unreadable image, not a failure of the server.
        let picture = work.await.map_err(|_| FileFault::UnreadableImage)??;
        let bytes = picture.main.bytes.len() as u64;
        let content_type = picture.main.content;
        let thumbnail = self.put_encoded(picture.thumbnail).await?;
        let sha256 = self.put_encoded(picture.main).await?;
        Ok(StoredFile {
            sha256,
            content_type,
            bytes,
            name: None,
            width: Some(picture.width),
            height: Some(picture.height),
            position: picture.exif.position,
            taken_at: picture.exif.taken_at,
            thumbnail_sha256: Some(thumbnail),
        })
    }

    async fn put_encoded(&self, image: Encoded) -> Result<String, FileFault> {
        let sha256 = hex::encode(Sha256::digest(&image.bytes));
        self.objects
            .put(
                &location(&sha256, image.content),
                PutPayload::from(image.bytes),
            )
            .await?;
        Ok(sha256)
    }

    async fn put_plain(
        &self,
        mut incoming: Incoming,
        content_type: ContentType,
    ) -> Result<StoredFile, FileFault> {
        let sha256 = hex::encode(incoming.sha256);
        let location = location(&sha256, content_type);
        incoming.file.seek(SeekFrom::Start(0))?;
        let mut file = tokio::fs::File::from_std(incoming.file);
        let first = part(&mut file).await?;
        if (first.len() as u64) == incoming.bytes {
            self.objects.put(&location, first.into()).await?;
        } else {
            let mut upload = self.objects.put_multipart(&location).await?;
            let parts = async {
                let mut next = first;
                while !next.is_empty() {
                    upload.put_part(next.into()).await?;
                    next = part(&mut file).await?;
                }
                upload.complete().await?;
                Ok(())
            };
            if let Err(fault) = parts.await {
                // Already failed; what the clean-up says adds nothing.
                let _ = upload.abort().await;
                return Err(fault);
            }
        }
        Ok(StoredFile {
            sha256,
            content_type,
            bytes: incoming.bytes,
            name: None,
            width: None,
            height: None,
            position: None,
            taken_at: None,
            thumbnail_sha256: None,
        })
    }

    /// Opens a stored file by its SHA-256 (64 hexadecimal digits).
    ///
    /// # Errors
    /// [`FileFault::NotFound`] (also for anything that is no hash), and the storage's.
    pub async fn open_file(&self, sha256: &str) -> Result<OpenFile, FileFault> {
        let (content_type, location) = self.find(sha256).await?.ok_or(FileFault::NotFound)?;
        let found = self.objects.get(&location).await?;
        let bytes = found.meta.size;
        let stream = found
            .into_stream()
            .map(|piece| piece.map_err(FileFault::from))
            .boxed();
        Ok(OpenFile {
            content_type,
            bytes,
            stream,
        })
    }

    /// Whether a file is stored.
    ///
    /// # Errors
    /// The storage's.
    pub async fn exists(&self, sha256: &str) -> Result<bool, FileFault> {
        Ok(self.find(sha256).await?.is_some())
    }

    /// Deletes a file; says whether there was one. Files of equal content are one file: the caller makes sure that no
    /// other record uses it, and deletes a thumbnail on its own.
    ///
    /// # Errors
    /// The storage's.
    pub async fn delete(&self, sha256: &str) -> Result<bool, FileFault> {
        let Some((_, location)) = self.find(sha256).await? else {
            return Ok(false);
        };
        match self.objects.delete(&location).await {
            Ok(()) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes what uploads cut off by a crash left behind in the folder, older than `age`; says how many. For a job
    /// that runs now and then; nothing to do on S3, where a lifecycle rule of the bucket ends unfinished uploads.
    ///
    /// # Errors
    /// The storage's.
    pub async fn sweep(&self, age: Duration, now: SystemTime) -> Result<usize, FileFault> {
        let Some(root) = self.root.clone() else {
            return Ok(0);
        };
        blocking(move || {
            let mut swept = 0;
            for shelf in std::fs::read_dir(root)? {
                let shelf = shelf?;
                if !shelf.file_type()?.is_dir() {
                    continue;
                }
                for file in std::fs::read_dir(shelf.path())? {
                    let file = file?;
                    // The local store writes beside the final name, with `#` and a number behind it.
                    let staged = file.file_name().to_string_lossy().contains('#');
                    let old = |changed: SystemTime| {
                        now.duration_since(changed).is_ok_and(|since| since > age)
                    };
                    if staged && old(file.metadata()?.modified()?) {
                        std::fs::remove_file(file.path())?;
                        swept += 1;
                    }
                }
            }
            Ok(swept)
        })
        .await
    }

    /// The type stands in the stored name; a handful of look-ups find it without any list beside the files.
    async fn find(&self, sha256: &str) -> Result<Option<(ContentType, Path)>, FileFault> {
        let is_hash = sha256.len() == 64
            && sha256
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_hash {
            return Ok(None);
        }
        for content in ContentType::ALL {
            let location = location(sha256, content);
            match self.objects.head(&location).await {
                Ok(_) => return Ok(Some((content, location))),
                Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }
}

/// Two digits as a folder keep folders small.
fn location(sha256: &str, content: ContentType) -> Path {
    Path::from(format!(
        "{}/{sha256}.{}",
        &sha256[..2],
        content.stored_extension()
    ))
}

/// The next part of a file, shorter only at its end.
async fn part(file: &mut tokio::fs::File) -> Result<Bytes, FileFault> {
    let mut bytes = Vec::new();
    file.take(PART as u64).read_to_end(&mut bytes).await?;
    Ok(bytes.into())
}
