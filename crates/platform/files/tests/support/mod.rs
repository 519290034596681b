//! Images and metadata made in code, so that no photograph of anybody lies in the repository.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "shared by several test programs"
)]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use youlin_files::{FileFault, FileStore, FilesConfig, StoredFile};

pub struct House {
    pub store: FileStore,
    pub folder: tempfile::TempDir,
}

impl House {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut FilesConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = FilesConfig::folder(folder.path());
        change(&mut config);
        Self {
            store: FileStore::open(config).unwrap(),
            folder,
        }
    }

    pub async fn put(&self, bytes: impl Into<Vec<u8>>) -> Result<StoredFile, FileFault> {
        self.store
            .put_stream(chunks(bytes.into(), 1000), Some("given.name"))
            .await
    }

    pub async fn read(&self, sha256: &str) -> (String, Vec<u8>) {
        let file = self.store.open_file(sha256).await.unwrap();
        let parts: Vec<Bytes> = file.stream.try_collect().await.unwrap();
        let bytes = parts.concat();
        assert_eq!(bytes.len() as u64, file.bytes);
        (file.content_type.mime().to_owned(), bytes)
    }

    /// Files lying anywhere below the folder.
    pub fn files(&self) -> usize {
        fn count(folder: &std::path::Path) -> usize {
            std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap())
                .map(|entry| {
                    if entry.path().is_dir() {
                        count(&entry.path())
                    } else {
                        1
                    }
                })
                .sum()
        }
        count(self.folder.path())
    }
}

pub fn chunks(bytes: Vec<u8>, size: usize) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let pieces: Vec<Bytes> = bytes.chunks(size).map(Bytes::copy_from_slice).collect();
    stream::iter(pieces.into_iter().map(Ok))
}

/// An endless stream of chunks that counts how many were asked for.
pub fn endless(
    chunk: usize,
) -> (
    impl Stream<Item = Result<Bytes, Infallible>>,
    Arc<AtomicUsize>,
) {
    let pulled = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&pulled);
    let piece = Bytes::from(vec![b'a'; chunk]);
    let stream = stream::repeat(piece).map(move |piece| {
        counter.fetch_add(1, Ordering::SeqCst);
        Ok(piece)
    });
    (stream, pulled)
}

/// Red on the left, blue on the right.
pub fn two_halves(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgb([220, 20, 20])
        } else {
            Rgb([20, 20, 220])
        }
    }))
}

pub fn transparent(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, |x, _| {
        Rgba([20, 200, 20, if x < width / 2 { 0 } else { 255 }])
    }))
}

pub fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// What a hand-made EXIF block says.
#[derive(Clone)]
pub struct Exif {
    pub orientation: u16,
    pub lat: ([(u32, u32); 3], &'static str),
    pub lon: ([(u32, u32); 3], &'static str),
    pub datum: Option<&'static str>,
    pub status: Option<&'static str>,
    pub taken: Option<&'static str>,
    pub offset: Option<&'static str>,
}

impl Default for Exif {
    /// 31°58′30.5″ N 120°53′42″ E, 14 October 2026 16:05:09 +08:00, upright.
    fn default() -> Self {
        Self {
            orientation: 1,
            lat: ([(31, 1), (58, 1), (305, 10)], "N"),
            lon: ([(120, 1), (53, 1), (42, 1)], "E"),
            datum: Some("WGS-84"),
            status: Some("A"),
            taken: Some("2026:10:14 16:05:09"),
            offset: Some("+08:00"),
        }
    }
}

enum Entry {
    Short(u16),
    Long(u32),
    Ascii(String),
    Rationals(Vec<(u32, u32)>),
}

/// One TIFF directory at `at`, big endian; values that do not fit go behind it.
fn directory(at: usize, mut entries: Vec<(u16, Entry)>) -> Vec<u8> {
    entries.sort_by_key(|(tag, _)| *tag);
    let mut head = u16::try_from(entries.len()).unwrap().to_be_bytes().to_vec();
    let data_at = at + 2 + entries.len() * 12 + 4;
    let mut data: Vec<u8> = Vec::new();
    for (tag, entry) in entries {
        let (kind, count, value): (u16, usize, Vec<u8>) = match entry {
            Entry::Short(value) => (3, 1, value.to_be_bytes().to_vec()),
            Entry::Long(value) => (4, 1, value.to_be_bytes().to_vec()),
            Entry::Ascii(text) => (2, text.len() + 1, [text.as_bytes(), &[0]].concat()),
            Entry::Rationals(values) => {
                let bytes = values
                    .iter()
                    .flat_map(|(n, d)| [n.to_be_bytes(), d.to_be_bytes()].concat())
                    .collect();
                (5, values.len(), bytes)
            }
        };
        head.extend(tag.to_be_bytes());
        head.extend(kind.to_be_bytes());
        head.extend(u32::try_from(count).unwrap().to_be_bytes());
        if value.len() <= 4 {
            let mut small = value;
            small.resize(4, 0);
            head.extend(small);
        } else {
            head.extend(u32::try_from(data_at + data.len()).unwrap().to_be_bytes());
            data.extend(value);
        }
    }
    head.extend([0; 4]);
    head.extend(data);
    head
}

impl Exif {
    /// The TIFF structure of an EXIF block.
    pub fn tiff(&self) -> Vec<u8> {
        let text =
            |value: Option<&str>, tag: u16| value.map(|text| (tag, Entry::Ascii(text.to_owned())));
        let mut photo: Vec<(u16, Entry)> = Vec::new();
        photo.extend(text(self.taken, 0x9003));
        photo.extend(text(self.offset, 0x9011));
        let mut gps = vec![
            (1, Entry::Ascii(self.lat.1.to_owned())),
            (2, Entry::Rationals(self.lat.0.to_vec())),
            (3, Entry::Ascii(self.lon.1.to_owned())),
            (4, Entry::Rationals(self.lon.0.to_vec())),
        ];
        gps.extend(text(self.status, 9));
        gps.extend(text(self.datum, 18));
        let main = |photo_at: usize, gps_at: usize| {
            directory(
                8,
                vec![
                    (0x010f, Entry::Ascii("Secret Camera Works".to_owned())),
                    (0x0112, Entry::Short(self.orientation)),
                    (0x8769, Entry::Long(u32::try_from(photo_at).unwrap())),
                    (0x8825, Entry::Long(u32::try_from(gps_at).unwrap())),
                ],
            )
        };
        let photo_at = 8 + main(0, 0).len();
        let photo = directory(photo_at, photo);
        let gps_at = photo_at + photo.len();
        [
            &b"MM\0\x2a\0\0\0\x08"[..],
            &main(photo_at, gps_at),
            &photo,
            &directory(gps_at, gps),
        ]
        .concat()
    }

    /// A JPEG with this block as its APP1 segment.
    pub fn in_jpeg(&self, jpeg: &[u8]) -> Vec<u8> {
        let block = [&b"Exif\0\0"[..], &self.tiff()].concat();
        let len = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &len, &block, &jpeg[2..]].concat()
    }

    /// A PNG with this block as its eXIf chunk, behind the header.
    pub fn in_png(&self, png: &[u8]) -> Vec<u8> {
        [&png[..33], &png_chunk(b"eXIf", &self.tiff()), &png[33..]].concat()
    }
}

pub fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind[..], data].concat();
    [
        &u32::try_from(data.len()).unwrap().to_be_bytes()[..],
        &body,
        &crc32(&body).to_be_bytes(),
    ]
    .concat()
}

/// A PNG that claims a size and has next to nothing in it.
pub fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let header = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[8, 6, 0, 0, 0],
    ]
    .concat();
    let empty = [0x78, 0x9c, 0x03, 0, 0, 0, 0, 1];
    [
        &b"\x89PNG\r\n\x1a\n"[..],
        &png_chunk(b"IHDR", &header),
        &png_chunk(b"IDAT", &empty),
        &png_chunk(b"IEND", &[]),
    ]
    .concat()
}

/// A JPEG whose frame header is changed to claim a size.
pub fn jpeg_claiming(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = encoded(&two_halves(16, 16), ImageFormat::Jpeg);
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

pub fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
