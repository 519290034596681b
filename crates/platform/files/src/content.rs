//! Deciding what a file is, by its content.

use std::io::{self, Read, Seek, SeekFrom};

use image::ImageFormat;

use crate::scan::{self, Encoding};
use crate::{ContentType, FileFault};

/// Bytes looked at for signatures and the shape of tables.
const HEAD: u64 = 8 * 1024;
/// Largest end record of a ZIP archive: 22 bytes and a comment of up to 65,535.
const ZIP_END: u64 = 22 + 65_535;
/// Bytes in which a PDF's last end mark must lie.
const PDF_END: u64 = 1024;

/// What a file is and so what is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// To be decoded and written anew.
    Image(ImageFormat),
    /// To be stored as it is.
    Plain(ContentType),
}

/// Looks at a whole file. Content decides, the name never does.
///
/// # Errors
/// [`FileFault::TypeNotAllowed`] with what was found, and the storage's.
pub(crate) fn recognise(file: &mut (impl Read + Seek)) -> Result<Content, FileFault> {
    let head = head(file)?;
    if let Some(format) = image_format(&head) {
        return Ok(Content::Image(format));
    }
    if let Some(found) = refused_image(&head) {
        return Err(FileFault::TypeNotAllowed { found });
    }
    if head.starts_with(b"%PDF-") {
        return Ok(Content::Plain(pdf(file)?));
    }
    if head.starts_with(b"PK\x03\x04") {
        return office(file).map(Content::Plain);
    }
    match scan::encoding(file)? {
        Some(encoding) => text(file, &head, encoding).map(Content::Plain),
        None => {
            // Not text, so the recogniser's weak signatures of two letters cannot hit a text that begins like one.
            let found = infer::Infer::new()
                .get(&head)
                .map_or("application/octet-stream", |kind| kind.mime_type());
            Err(FileFault::TypeNotAllowed { found })
        }
    }
}

fn head(file: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

fn image_format(head: &[u8]) -> Option<ImageFormat> {
    match head {
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(ImageFormat::Png),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(ImageFormat::Gif),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// Photographs in containers of ISO base media: telephones make them, decoding them needs patented codecs.
fn refused_image(head: &[u8]) -> Option<&'static str> {
    match (head.get(4..8)?, head.get(8..12)?) {
        (
            b"ftyp",
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1",
        ) => Some("image/heic"),
        (b"ftyp", b"avif" | b"avis") => Some("image/avif"),
        _ => None,
    }
}

/// A PDF that begins at the first byte, ends at the last and holds no archive and no web page; else a binary.
fn pdf(file: &mut (impl Read + Seek)) -> io::Result<ContentType> {
    let tail = scan::tail(file, PDF_END)?;
    let end = tail.windows(5).rposition(|window| window == b"%%EOF");
    let ends = end.is_some_and(|at| {
        tail[at + 5..]
            .iter()
            .all(|byte| byte.is_ascii_whitespace() || *byte == 0)
    });
    let others = scan::find(
        file,
        [b"<script", b"<html", b"<svg", b"pk\x03\x04", b"pk\x05\x06"],
    )?;
    Ok(if ends && others == [false; 5] {
        ContentType::Pdf
    } else {
        ContentType::Binary
    })
}

/// Office documents are archives with known members; other archives are not taken.
fn office(file: &mut (impl Read + Seek)) -> Result<ContentType, FileFault> {
    let [types, workbook, document, macros] = scan::find(
        file,
        [
            b"[content_types].xml",
            b"xl/workbook.xml",
            b"word/document.xml",
            b"vbaproject.bin",
        ],
    )?;
    let content = match (types, workbook, document) {
        (true, true, false) => ContentType::Xlsx,
        (true, false, true) => ContentType::Docx,
        _ => {
            return Err(FileFault::TypeNotAllowed {
                found: "application/zip",
            });
        }
    };
    if macros {
        return Err(FileFault::TypeNotAllowed {
            found: "application/vnd.ms-office.vbaProject",
        });
    }
    Ok(if archive_ends(&scan::tail(file, ZIP_END)?) {
        content
    } else {
        ContentType::Binary
    })
}

/// Whether the archive's end record, with the comment it announces, is the end of the file.
fn archive_ends(tail: &[u8]) -> bool {
    let at = tail.windows(4).rposition(|window| window == b"PK\x05\x06");
    let record = at.map(|at| &tail[at..]).unwrap_or_default();
    match record {
        [
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            low,
            high,
            comment @ ..,
        ] => comment.len() == usize::from(u16::from_le_bytes([*low, *high])),
        _ => false,
    }
}

/// Text: a web page is refused, text with markup of one in it kept as a binary.
fn text(
    file: &mut (impl Read + Seek),
    head: &[u8],
    encoding: Encoding,
) -> Result<ContentType, FileFault> {
    let start = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    let begins = |tag: &[u8]| {
        start
            .get(..tag.len())
            .is_some_and(|text| text.eq_ignore_ascii_case(tag))
    };
    if begins(b"<?xml") || begins(b"<svg") {
        let found = if begins(b"<svg") {
            "image/svg+xml"
        } else {
            "text/xml"
        };
        return Err(FileFault::TypeNotAllowed { found });
    }
    if begins(b"<!doctype")
        || begins(b"<html")
        || begins(b"<head")
        || begins(b"<body")
        || begins(b"<script")
    {
        return Err(FileFault::TypeNotAllowed { found: "text/html" });
    }
    if scan::find(file, [b"<script", b"<html", b"<svg"])? != [false; 3] {
        return Ok(ContentType::Binary);
    }
    let end = scan::tail(file, 64)?;
    let json = matches!(
        (start.first(), end.trim_ascii_end().last()),
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']'))
    );
    Ok(match (encoding, is_table(head)) {
        (Encoding::Utf8, _) if json => ContentType::Json,
        (Encoding::Utf8, true) => ContentType::Csv,
        (Encoding::Utf8, false) => ContentType::Text,
        (Encoding::Gb18030, true) => ContentType::CsvGb,
        (Encoding::Gb18030, false) => ContentType::TextGb,
    })
}

/// Whether the first records have the same number of commas, semicolons or tabs outside quotes, at least one, in at
/// least two records.
fn is_table(head: &[u8]) -> bool {
    // When the head was cut, its last record may be cut too.
    let cut = head.len() as u64 == HEAD;
    [b',', b';', b'\t'].into_iter().any(|separator| {
        let mut counts = Vec::new();
        let (mut count, mut quoted, mut empty) = (0u32, false, true);
        for byte in head {
            match *byte {
                b'"' => quoted = !quoted,
                b'\n' if !quoted => {
                    if !empty {
                        counts.push(count);
                    }
                    (count, empty) = (0, true);
                    continue;
                }
                b'\r' => continue,
                other if other == separator && !quoted => count += 1,
                _ => {}
            }
            empty = false;
        }
        if !empty && !cut {
            counts.push(count);
        }
        counts.len() >= 2
            && counts[0] > 0
            && counts.iter().take(10).all(|other| *other == counts[0])
    })
}

#[cfg(test)]
mod tests;
