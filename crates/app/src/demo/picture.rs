//! A picture where the example says that one was attached: a coloured card, made here so that nobody's photograph is.

use std::io::Write;

use flate2::Compression;
use flate2::Crc;
use flate2::write::ZlibEncoder;

const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;

/// A PNG of soft bands whose colours depend on `seed`.
pub(crate) fn picture(seed: u64) -> std::io::Result<Vec<u8>> {
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::fast());
    let shade = |channel: u64, y: u32| {
        let base = (seed >> (channel * 8)) & 0x3f;
        let band = u64::from(y / 60) * (channel + 3) * 5;
        u8::try_from(150 + (base + band) % 90).unwrap_or(200)
    };
    for y in 0..HEIGHT {
        let pixel = [shade(0, y), shade(1, y), shade(2, y)];
        rows.write_all(&[0])?;
        for _ in 0..WIDTH {
            rows.write_all(&pixel)?;
        }
    }
    let mut header = Vec::new();
    header.extend_from_slice(&WIDTH.to_be_bytes());
    header.extend_from_slice(&HEIGHT.to_be_bytes());
    // Eight bits a channel, red green blue, no interlacing.
    header.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"IDAT", &rows.finish()?);
    chunk(&mut png, b"IEND", &[]);
    Ok(png)
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(data);
    png.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    png.extend_from_slice(kind);
    png.extend_from_slice(data);
    png.extend_from_slice(&crc.sum().to_be_bytes());
}
