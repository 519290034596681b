//! What people type, made ready to keep.

use youlin_kernel::{Problem, Result};

/// Trimmed, without control characters; line breaks stay.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect::<String>()
        .trim()
        .to_owned()
}

/// A text that must be there.
pub(crate) fn required(field: &'static str, text: &str, max: usize) -> Result<String> {
    let text = optional(field, text, max)?;
    if text.is_empty() {
        return Err(Problem::invalid(field, "required"));
    }
    Ok(text)
}

/// A text that may be empty.
pub(crate) fn optional(field: &'static str, text: &str, max: usize) -> Result<String> {
    let text = clean(text);
    if text.chars().count() > max {
        return Err(Problem::invalid(field, "too-long").field_arg("max", max));
    }
    Ok(text)
}
