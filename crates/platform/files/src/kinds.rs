//! The types a stored file can have, and names fit for downloading it.

use serde::{Serialize, Serializer};

/// Type of a stored file, decided by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentType {
    /// A re-encoded photograph.
    Jpeg,
    /// A re-encoded image with something transparent in it.
    Png,
    /// A PDF and nothing besides.
    Pdf,
    /// A workbook without macros.
    Xlsx,
    /// A text document without macros.
    Docx,
    /// A table in UTF-8 text.
    Csv,
    /// A table in GB 18030 text, as Chinese spreadsheet programs write it.
    CsvGb,
    /// UTF-8 text.
    Text,
    /// GB 18030 text.
    TextGb,
    /// What looks like JSON by its first and last character.
    Json,
    /// Kept for download only: several things at once.
    Binary,
}

impl ContentType {
    /// Every type, the most frequent first.
    pub const ALL: [Self; 11] = [
        Self::Jpeg,
        Self::Png,
        Self::Pdf,
        Self::Xlsx,
        Self::Docx,
        Self::Csv,
        Self::CsvGb,
        Self::Text,
        Self::TextGb,
        Self::Json,
        Self::Binary,
    ];

    /// Value for the `Content-Type` header.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Csv => "text/csv; charset=utf-8",
            Self::CsvGb => "text/csv; charset=gb18030",
            Self::Text => "text/plain; charset=utf-8",
            Self::TextGb => "text/plain; charset=gb18030",
            Self::Json => "application/json",
            Self::Binary => "application/octet-stream",
        }
    }

    /// Extension of the stored object; different for every type, so the type can be read from the storage alone.
    #[must_use]
    pub fn stored_extension(self) -> &'static str {
        match self {
            Self::CsvGb => "gb.csv",
            Self::TextGb => "gb.txt",
            other => other.extension(),
        }
    }

    /// Extension of a name for downloading.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Docx => "docx",
            Self::Csv | Self::CsvGb => "csv",
            Self::Text | Self::TextGb => "txt",
            Self::Json => "json",
            Self::Binary => "bin",
        }
    }

    /// Whether a browser may show it in a page. Everything else is sent as an attachment, always with
    /// `X-Content-Type-Options: nosniff`.
    #[must_use]
    pub fn inline(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png)
    }
}

/// As its MIME type.
impl Serialize for ContentType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.mime())
    }
}

/// Longest part before the extension, in characters.
const NAME: usize = 100;

/// A name fit for a download, from the name the sender's device gave: without folders, control and direction characters
/// and signs that mean something to file systems, of bounded length, with the extension of the content. `None` when
/// nothing is left of it.
#[must_use]
pub fn safe_name(declared: &str, content: ContentType) -> Option<String> {
    let last = declared.rsplit(['/', '\\']).next().unwrap_or(declared);
    let clean: String = last
        .chars()
        .filter(|character| {
            !character.is_control()
                && !matches!(character, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '%' | ';')
                && !matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        })
        .collect();
    let stem = match clean.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 5 && extension.is_ascii() => stem,
        _ => &clean,
    };
    let stem: String = stem.trim_matches(['.', ' ']).chars().take(NAME).collect();
    if stem.is_empty() {
        return None;
    }
    Some(format!("{}.{}", stem.trim_end(), content.extension()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_its_own_stored_extension() {
        for (at, one) in ContentType::ALL.iter().enumerate() {
            for other in &ContentType::ALL[at + 1..] {
                assert_ne!(one.stored_extension(), other.stored_extension());
            }
            assert_eq!(one.inline(), one.mime().starts_with("image/"));
        }
    }

    #[test]
    fn names_lose_what_is_dangerous_and_get_the_true_extension() {
        for (declared, content, name) in [
            (
                "照片 1.HEIC.jpeg",
                ContentType::Jpeg,
                Some("照片 1.HEIC.jpg"),
            ),
            ("../../etc/passwd", ContentType::Text, Some("passwd.txt")),
            ("C:\\fakepath\\plan.pdf", ContentType::Pdf, Some("plan.pdf")),
            ("photo.jpg.exe", ContentType::Jpeg, Some("photo.jpg.jpg")),
            ("\u{202e}gpj.exe", ContentType::Binary, Some("gpj.bin")),
            (
                "a\r\nSet-Cookie: x",
                ContentType::Text,
                Some("aSet-Cookie x.txt"),
            ),
            ("第3.5节说明", ContentType::Text, Some("第3.5节说明.txt")),
            ("....", ContentType::Text, None),
            ("", ContentType::Text, None),
            (".jpg", ContentType::Jpeg, None),
        ] {
            assert_eq!(
                safe_name(declared, content).as_deref(),
                name,
                "{declared:?}"
            );
        }
        let long = safe_name(&"长".repeat(5000), ContentType::Csv).unwrap_or_default();
        assert_eq!(long.chars().count(), NAME + 4);
    }
}
