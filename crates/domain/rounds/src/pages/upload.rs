//! Reading a form with many questions and files, each under its name; a file that is refused costs nothing that was typed.

use axum::extract::Request;
use youlin_cases::upload::{Limits, is_multipart, no_more_than, pairs, read_parts};
use youlin_kernel::Result;
use youlin_web::App;

/// A form as it was read.
pub(super) use youlin_cases::upload::Parts as Upload;

/// Files of one form.
const MAX_FILES: usize = 20;
/// Everything of a form besides its files, in bytes.
const TEXTS: usize = 4 * 1024 * 1024;
const MAX_FIELDS: usize = 60_000;

/// Reads the form of a request.
///
/// # Errors
/// 400 for what is no form, 413 when it is larger than any may be, 503 when the store cannot take files now.
pub(super) async fn read(app: &App, request: Request) -> Result<Upload> {
    if !is_multipart(&request) {
        let pairs = pairs(request, TEXTS).await?;
        return Ok(Upload::of(no_more_than(pairs, MAX_FIELDS)?));
    }
    let limits = Limits {
        files: MAX_FILES,
        pictures: &["photo", "p_", "before_", "after_"],
        body: app
            .config()
            .max_upload
            .saturating_mul(MAX_FILES)
            .saturating_add(TEXTS),
        text: TEXTS,
        texts: TEXTS,
        fields: MAX_FIELDS,
    };
    read_parts(app, request, &limits).await
}
