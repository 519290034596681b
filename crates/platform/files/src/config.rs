//! Settings of the file store.

use std::path::PathBuf;

/// Where files are kept.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Location {
    /// A folder; made when it is missing. Objects lie in `objects/`, uploads under way in `incoming/`.
    Folder(PathBuf),
    /// An S3 bucket.
    #[cfg(feature = "s3")]
    S3 {
        /// `s3://bucket/prefix` or the bucket's `https` address; credentials come from the usual `AWS_…` environment.
        url: String,
        /// Folder for uploads under way.
        incoming: PathBuf,
    },
}

/// Settings of the file store. Start from [`FilesConfig::folder`] and change what differs.
#[derive(Debug, Clone)]
pub struct FilesConfig {
    /// Where files are kept.
    pub location: Location,
    /// Largest upload in bytes.
    pub max_bytes: u64,
    /// Largest image in pixels (width × height). Decoding takes up to four bytes a pixel.
    pub max_pixels: u64,
    /// Largest width and largest height of an image, in pixels.
    pub max_dimension: u32,
    /// Longest edge of a stored image, in pixels; larger ones are made smaller.
    pub max_edge: u32,
    /// Longest edge of a thumbnail, in pixels.
    pub thumbnail_edge: u32,
    /// JPEG quality, 1 to 100.
    pub jpeg_quality: u8,
    /// Images worked on at the same time; others wait. Each may take `max_bytes` and four bytes a pixel of memory.
    pub workers: usize,
}

impl FilesConfig {
    /// The defaults: 20 MiB, 50 million pixels, 12,000 pixels an edge; stored at 2,560 with thumbnails of 480; two
    /// images at a time.
    #[must_use]
    pub fn new(location: Location) -> Self {
        Self {
            location,
            max_bytes: 20 * 1024 * 1024,
            max_pixels: 50_000_000,
            max_dimension: 12_000,
            max_edge: 2560,
            thumbnail_edge: 480,
            jpeg_quality: 85,
            workers: 2,
        }
    }

    /// The defaults in a folder.
    #[must_use]
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self::new(Location::Folder(path.into()))
    }
}
