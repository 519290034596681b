//! Receiving a stream into a temporary file.

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::pin::pin;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncWriteExt, BufWriter};

use crate::FileFault;

/// Bytes gathered before the disk is asked.
const BUFFER: usize = 256 * 1024;

/// A received file: nameless on the disk, gone when dropped or when the program dies.
pub(crate) struct Incoming {
    pub(crate) file: File,
    pub(crate) bytes: u64,
    pub(crate) sha256: [u8; 32],
}

/// Reads a stream until its end or until it has more than `max_bytes`; then no further chunk is asked for.
///
/// # Errors
/// [`FileFault::TooLarge`], [`FileFault::Empty`], [`FileFault::Interrupted`] for errors of the stream, and the storage's.
pub(crate) async fn receive<S, E>(
    stream: S,
    folder: &Path,
    max_bytes: u64,
) -> Result<Incoming, FileFault>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let folder = folder.to_owned();
    let file = blocking(move || Ok(tempfile::tempfile_in(folder)?)).await?;
    let mut writer = BufWriter::with_capacity(BUFFER, tokio::fs::File::from_std(file));
    let mut hash = Sha256::new();
    let mut bytes = 0u64;
    let mut stream = pin!(stream);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| FileFault::Interrupted(error.into()))?;
        bytes += chunk.len() as u64;
        if bytes > max_bytes {
            return Err(FileFault::TooLarge { limit: max_bytes });
        }
        hash.update(&chunk);
        writer.write_all(&chunk).await?;
    }
    if bytes == 0 {
        return Err(FileFault::Empty);
    }
    writer.flush().await?;
    let file = writer.into_inner().into_std().await;
    Ok(Incoming {
        file,
        bytes,
        sha256: hash.finalize().into(),
    })
}

/// Runs work that blocks on the threads made for it.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, FileFault>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, FileFault> + Send + 'static,
{
    tokio::task::spawn_blocking(work)
        .await
        .map_err(FileFault::other)?
}
