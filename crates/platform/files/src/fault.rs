//! What can go wrong with a file.

use std::error::Error;
use std::io::{self, ErrorKind};

/// Why a file was not stored or not opened. Each has a stable [`FileFault::code`] that the pages turn into a sentence.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// More bytes than allowed; reading stopped there.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The image's width, height or their product is beyond the limits. Nothing of it was decoded.
    #[error(
        "the image has {width}×{height} pixels; allowed are {max_pixels} in all and {max_dimension} an edge"
    )]
    TooManyPixels {
        /// Width as the file states it.
        width: u32,
        /// Height as the file states it.
        height: u32,
        /// Allowed product.
        max_pixels: u64,
        /// Allowed width and height.
        max_dimension: u32,
    },
    /// An image by its first bytes, but cut off or broken.
    #[error("the image is incomplete or damaged")]
    UnreadableImage,
    /// A type that is not taken.
    #[error("files of type {found} are not taken")]
    TypeNotAllowed {
        /// The type found by content, as a MIME type: `image/heic`, `text/html`, `application/zip`, …
        found: &'static str,
    },
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// The upload broke off.
    #[error("the upload broke off")]
    Interrupted(#[source] Box<dyn Error + Send + Sync>),
    /// No file with this hash.
    #[error("there is no such file")]
    NotFound,
    /// The disk or quota is full; nothing was stored.
    #[error("the storage is full")]
    StorageFull,
    /// The storage failed otherwise; nothing was stored. For the log.
    #[error("the storage failed")]
    Storage(#[source] Box<dyn Error + Send + Sync>),
}

impl FileFault {
    /// Stable code for catalogues and machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::UnreadableImage => "unreadable_image",
            Self::TypeNotAllowed { .. } => "type_not_allowed",
            Self::Empty => "empty",
            Self::Interrupted(_) => "interrupted",
            Self::NotFound => "not_found",
            Self::StorageFull => "storage_full",
            Self::Storage(_) => "storage",
        }
    }

    /// Whether the sender can do something about it; the others are the operator's.
    #[must_use]
    pub fn is_senders(&self) -> bool {
        !matches!(self, Self::StorageFull | Self::Storage(_))
    }

    pub(crate) fn other(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Storage(error.into())
    }
}

impl From<io::Error> for FileFault {
    fn from(error: io::Error) -> Self {
        if is_full(&error) {
            Self::StorageFull
        } else {
            Self::Storage(error.into())
        }
    }
}

impl From<object_store::Error> for FileFault {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            return Self::NotFound;
        }
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(inner) = cause {
            if inner.downcast_ref::<io::Error>().is_some_and(is_full) {
                return Self::StorageFull;
            }
            cause = inner.source();
        }
        Self::Storage(error.into())
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_found_inside_other_errors() {
        let full = || io::Error::from(ErrorKind::StorageFull);
        assert_eq!(FileFault::from(full()).code(), "storage_full");
        let wrapped = object_store::Error::Generic {
            store: "x",
            source: Box::new(full()),
        };
        assert_eq!(FileFault::from(wrapped).code(), "storage_full");
        let other = object_store::Error::Generic {
            store: "x",
            source: "y".into(),
        };
        assert_eq!(FileFault::from(other).code(), "storage");
        assert!(!FileFault::from(full()).is_senders());
        assert!(FileFault::Empty.is_senders());
    }
}
