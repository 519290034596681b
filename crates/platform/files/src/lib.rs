//! Files people attach: photographs, tables, documents (architecture §3.10).
//!
//! A file comes in as a stream, is never whole in memory, stops at the size limit, is judged by its content and never by
//! its name, and is stored durably under the SHA-256 of what is stored. The store is a folder, or S3 with feature `s3`.
//!
//! **Images** (JPEG, PNG, WebP, GIF) give away their position and time first, are then decoded under limits (so that a
//! tiny file cannot fill the memory), turned upright, made no larger than the longest edge set, and written anew as JPEG,
//! or PNG where something is transparent. Nothing of the original's metadata, and nothing hidden behind the picture,
//! survives; the original is not kept. HEIC is recognised and refused with its name, so that the page can say how a
//! telephone is told to take JPEG.
//!
//! **Documents and tables** (PDF, XLSX, DOCX, CSV, text, JSON) are stored as they are, and only ever for download
//! ([`ContentType::inline`] is true for images alone). One that is two things at once, such as a PDF with an archive or
//! markup in it, is stored as `application/octet-stream`: nobody's work is thrown away, and no program is told to open it
//! as what it pretends to be. Workbooks with macros, web pages and everything else are refused. This is no virus scanner.

mod config;
mod content;
mod exif_data;
mod fault;
mod incoming;
mod kinds;
mod picture;
mod scan;
mod store;

pub use config::{FilesConfig, Location};
pub use exif_data::TakenAt;
pub use fault::FileFault;
pub use kinds::{ContentType, safe_name};
pub use store::{FileStore, OpenFile, StoredFile};
