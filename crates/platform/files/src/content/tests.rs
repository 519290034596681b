#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use std::io::Cursor;

fn judged(bytes: &[u8]) -> Result<Content, &'static str> {
    recognise(&mut Cursor::new(bytes)).map_err(|fault| match fault {
        FileFault::TypeNotAllowed { found } => found,
        other => panic!("{other}"),
    })
}

fn plain(bytes: &[u8]) -> ContentType {
    match judged(bytes) {
        Ok(Content::Plain(content)) => content,
        other => panic!("{other:?}"),
    }
}

/// Something like an archive: names of members, then an end record with a comment.
fn archive(members: &[&str], comment: &str) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.extend_from_slice(&[0; 26]);
    for member in members {
        bytes.extend_from_slice(member.as_bytes());
        bytes.push(0);
    }
    bytes.extend_from_slice(b"PK\x05\x06");
    bytes.extend_from_slice(&[0; 16]);
    bytes.extend_from_slice(&u16::try_from(comment.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(comment.as_bytes());
    bytes
}

const XLSX: [&str; 2] = ["[Content_Types].xml", "xl/workbook.xml"];

#[test]
fn signatures_name_images_and_refused_photographs() {
    assert_eq!(
        judged(b"\xff\xd8\xff\xe0rest"),
        Ok(Content::Image(ImageFormat::Jpeg))
    );
    assert_eq!(
        judged(b"\x89PNG\r\n\x1a\nrest"),
        Ok(Content::Image(ImageFormat::Png))
    );
    assert_eq!(judged(b"GIF89arest"), Ok(Content::Image(ImageFormat::Gif)));
    assert_eq!(
        judged(b"RIFF\x04\0\0\0WEBPVP8 "),
        Ok(Content::Image(ImageFormat::WebP))
    );
    for brand in ["heic", "heix", "mif1"] {
        assert_eq!(
            judged(format!("\0\0\0\x18ftyp{brand}\0\0\0\0").as_bytes()),
            Err("image/heic")
        );
    }
    assert_eq!(judged(b"\0\0\0\x18ftypavif\0\0\0\0"), Err("image/avif"));
}

#[test]
fn a_pdf_is_a_pdf_only_when_it_is_nothing_else() {
    let good = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\r\n".to_vec();
    assert_eq!(plain(&good), ContentType::Pdf);
    let mut with_archive = good.clone();
    with_archive.extend(archive(&["x"], ""));
    assert_eq!(plain(&with_archive), ContentType::Binary);
    let mut long_archive = good.clone();
    long_archive.extend(archive(&["x"], &"c".repeat(4000)));
    assert_eq!(plain(&long_archive), ContentType::Binary);
    assert_eq!(
        plain(b"%PDF-1.7\n<ScRipt>alert(1)</script>\n%%EOF"),
        ContentType::Binary
    );
    assert_eq!(plain(b"%PDF-1.7\n%%EOF\nMZ and more"), ContentType::Binary);
    assert_eq!(plain(b"%PDF-1.7\ncut"), ContentType::Binary);
}

#[test]
fn office_documents_are_known_by_their_members() {
    assert_eq!(plain(&archive(&XLSX, "")), ContentType::Xlsx);
    assert_eq!(plain(&archive(&XLSX, "a comment")), ContentType::Xlsx);
    assert_eq!(
        plain(&archive(&["[Content_Types].xml", "word/document.xml"], "")),
        ContentType::Docx
    );
    let mut longer = archive(&XLSX, "");
    longer.extend_from_slice(b"<script>");
    assert_eq!(plain(&longer), ContentType::Binary);
    assert_eq!(judged(&archive(&["a.txt"], "")), Err("application/zip"));
    assert_eq!(
        judged(&archive(&["[Content_Types].xml", "xl/workbook.bin"], "")),
        Err("application/zip")
    );
    let macros = [
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/vbaProject.bin",
    ];
    assert_eq!(
        judged(&archive(&macros, "")),
        Err("application/vnd.ms-office.vbaProject")
    );
}

#[test]
fn text_tables_and_json_are_told_apart() {
    assert_eq!(
        plain("小区,楼栋\n光明东村,12\n".as_bytes()),
        ContentType::Csv
    );
    assert_eq!(
        plain("\u{feff}名;注\r\n\"甲;乙\";1\r\n".as_bytes()),
        ContentType::Csv
    );
    assert_eq!(
        plain("a\tb\n1\t\"line\nbreak\"".as_bytes()),
        ContentType::Csv
    );
    assert_eq!(
        plain(b"\xd0\xa1\xc7\xf8,\xc2\xa5\n\xd0\xa1,1\n"),
        ContentType::CsvGb
    );
    assert_eq!(plain(b"\xd0\xa1\xc7\xf8\n"), ContentType::TextGb);
    assert_eq!(
        plain("你好, 邻居。\n明天见。\n".as_bytes()),
        ContentType::Text
    );
    assert_eq!(plain(b"BMI, weight"), ContentType::Text);
    assert_eq!(plain(b"MZ is how this note begins"), ContentType::Text);
    assert_eq!(
        plain(b" {\"type\":\"FeatureCollection\"}\n"),
        ContentType::Json
    );
    assert_eq!(plain(b"[1,\n2]"), ContentType::Json);
    let long: String = (0..4000).map(|row| format!("{row},甲\n")).collect();
    assert_eq!(plain(long.as_bytes()), ContentType::Csv);
}

#[test]
fn web_pages_programs_and_noise_are_refused_by_name() {
    for page in [
        "<!DOCTYPE html><p>",
        " \n<HTML>",
        "\u{feff}<script>1</script>",
        "<head>",
    ] {
        assert_eq!(judged(page.as_bytes()), Err("text/html"), "{page}");
    }
    assert_eq!(judged(b"<?xml version='1.0'?><svg/>"), Err("text/xml"));
    assert_eq!(judged(b"<svg onload=x>"), Err("image/svg+xml"));
    assert_eq!(plain(b"a note with <script> in it"), ContentType::Binary);
    assert_eq!(
        judged(b"MZ\x90\0\x03\0\0\0\x04"),
        Err("application/vnd.microsoft.portable-executable")
    );
    assert_eq!(
        judged(
            b"\x7fELF\x02\x01\x01\0and at least some fifty two bytes of an executable file here"
        ),
        Err("application/x-executable")
    );
    assert_eq!(judged(b"BM\0\0\0\0\0\0"), Err("image/bmp"));
    assert_eq!(judged(&[0, 1, 2, 3, 4]), Err("application/octet-stream"));
}
