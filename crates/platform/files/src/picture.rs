//! Decoding an image under limits and writing it anew without anything but the picture.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, ImageResult, Limits,
};

use crate::exif_data::{self, ExifData};
use crate::{ContentType, FileFault, FilesConfig};

/// Memory the decoder may use besides four bytes a pixel.
const DECODER_BYTES: u64 = 64 * 1024 * 1024;

/// An image written anew.
pub(crate) struct Picture {
    pub(crate) main: Encoded,
    pub(crate) thumbnail: Encoded,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) exif: ExifData,
}

pub(crate) struct Encoded {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content: ContentType,
}

/// Reads position and time, decodes, turns upright, makes smaller, encodes. Blocks; takes memory by the pixel.
///
/// # Errors
/// [`FileFault::TooManyPixels`] before anything is decoded, [`FileFault::UnreadableImage`].
pub(crate) fn rewrite(
    file: &mut File,
    format: ImageFormat,
    config: &FilesConfig,
) -> Result<Picture, FileFault> {
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(0))?;
    if format == ImageFormat::Jpeg && !jpeg_is_whole(&mut reader)? {
        return Err(FileFault::UnreadableImage);
    }
    reader.seek(SeekFrom::Start(0))?;
    let exif = exif_data::read(&mut reader);
    reader.seek(SeekFrom::Start(0))?;
    let image = decode(reader, format, config)?;
    let image = fit(image, config.max_edge);
    let thumbnail = encode(
        &fit(image.clone(), config.thumbnail_edge),
        config.jpeg_quality,
    )?;
    let main = encode(&image, config.jpeg_quality)?;
    Ok(Picture {
        main,
        thumbnail,
        width: image.width(),
        height: image.height(),
        exif,
    })
}

fn decode(
    reader: BufReader<&mut File>,
    format: ImageFormat,
    config: &FilesConfig,
) -> Result<DynamicImage, FileFault> {
    // The pixel limits are held by the check below, which knows the numbers to tell; here the decoder's own memory.
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(
        config
            .max_pixels
            .saturating_mul(4)
            .saturating_add(DECODER_BYTES),
    );
    let mut reader = ImageReader::with_format(reader, format);
    reader.limits(limits.clone());
    let mut decoder = reader
        .into_decoder()
        .map_err(|_| FileFault::UnreadableImage)?;
    let (width, height) = decoder.dimensions();
    let too_many = FileFault::TooManyPixels {
        width,
        height,
        max_pixels: config.max_pixels,
        max_dimension: config.max_dimension,
    };
    if width.max(height) > config.max_dimension
        || u64::from(width) * u64::from(height) > config.max_pixels
    {
        return Err(too_many);
    }
    if width == 0 || height == 0 {
        return Err(FileFault::UnreadableImage);
    }
    if limits.reserve(decoder.total_bytes()).is_err() || decoder.set_limits(limits).is_err() {
        return Err(too_many);
    }
    let orientation = decoder
        .orientation()
        .unwrap_or(image::metadata::Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| match error {
        ImageError::Limits(_) => too_many,
        _ => FileFault::UnreadableImage,
    })?;
    // Turned after being made smaller, so that the large picture is not held twice.
    let mut image = fit(image, config.max_edge);
    image.apply_orientation(orientation);
    Ok(image)
}

/// Eight bits a channel, no longer than `edge`, proportions kept.
fn fit(image: DynamicImage, edge: u32) -> DynamicImage {
    let (width, height) = (image.width(), image.height());
    let longest = width.max(height);
    let image = if longest > edge {
        let scaled = |side: u32| {
            let exact =
                (u64::from(side) * u64::from(edge) + u64::from(longest) / 2) / u64::from(longest);
            u32::try_from(exact).unwrap_or(edge).max(1)
        };
        image.thumbnail_exact(scaled(width), scaled(height))
    } else {
        image
    };
    match image {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgba8(_) => {
            image
        }
        other if other.color().has_alpha() => DynamicImage::ImageRgba8(other.into_rgba8()),
        other if !other.color().has_color() => DynamicImage::ImageLuma8(other.into_luma8()),
        other => DynamicImage::ImageRgb8(other.into_rgb8()),
    }
}

fn encode(image: &DynamicImage, quality: u8) -> Result<Encoded, FileFault> {
    let transparent = match image {
        DynamicImage::ImageRgba8(pixels) => pixels.pixels().any(|pixel| pixel.0[3] < u8::MAX),
        _ => false,
    };
    let mut out = Cursor::new(Vec::new());
    let written: ImageResult<()> = match image {
        DynamicImage::ImageRgba8(_) if transparent => {
            image.write_with_encoder(PngEncoder::new(&mut out))
        }
        DynamicImage::ImageRgba8(_) => image
            .to_rgb8()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut out, quality)),
        other => other.write_with_encoder(JpegEncoder::new_with_quality(&mut out, quality)),
    };
    written.map_err(FileFault::other)?;
    let content = if transparent {
        ContentType::Png
    } else {
        ContentType::Jpeg
    };
    Ok(Encoded {
        bytes: out.into_inner(),
        content,
    })
}

/// Whether a JPEG reaches its end mark. The decoder would fill what is missing with grey, and a half photograph that
/// looks stored is worse than a sentence asking for it again. What follows the end mark does not matter.
fn jpeg_is_whole(reader: &mut (impl BufRead + Seek)) -> Result<bool, FileFault> {
    loop {
        // To the next mark: over entropy-coded data and fill bytes.
        if reader.skip_until(0xff)? == 0 {
            return Ok(false);
        }
        let mut code = 0xff;
        while code == 0xff {
            let Some(next) = byte(reader)? else {
                return Ok(false);
            };
            code = next;
        }
        match code {
            0xd9 => return Ok(true),
            // Stuffed 0xff, start of image, restart marks: nothing to skip.
            0x00 | 0x01 | 0xd0..=0xd8 => {}
            _ => {
                let (Some(high), Some(low)) = (byte(reader)?, byte(reader)?) else {
                    return Ok(false);
                };
                let len = i64::from(u16::from_be_bytes([high, low]));
                reader.seek_relative((len - 2).max(0))?;
            }
        }
    }
}

fn byte(reader: &mut impl Read) -> Result<Option<u8>, FileFault> {
    let mut byte = [0];
    Ok((reader.read(&mut byte)? == 1).then_some(byte[0]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn fitting_keeps_proportions_and_never_enlarges() {
        let fitted = |width, height, edge| {
            let image = fit(DynamicImage::new_rgb8(width, height), edge);
            (image.width(), image.height())
        };
        assert_eq!(fitted(4000, 3000, 2560), (2560, 1920));
        assert_eq!(fitted(3000, 4000, 480), (360, 480));
        assert_eq!(fitted(100, 50, 480), (100, 50));
        assert_eq!(fitted(5000, 1, 480), (480, 1));
    }

    #[test]
    fn the_end_mark_is_the_pictures_own() {
        let mut jpeg = Vec::new();
        DynamicImage::new_rgb8(64, 64)
            .write_with_encoder(JpegEncoder::new(&mut jpeg))
            .unwrap();
        let whole = |bytes: &[u8]| jpeg_is_whole(&mut Cursor::new(bytes)).unwrap();
        assert!(whole(&jpeg));
        assert!(whole(&[&jpeg[..], b"PK\x03\x04 and more"].concat()));
        for len in 0..jpeg.len() - 1 {
            assert!(!whole(&jpeg[..len]), "{len}");
        }
        // An end mark inside a segment (a thumbnail's) does not count.
        let inside = [
            &jpeg[..2],
            &[0xff, 0xe1, 0, 6, 0xff, 0xd9, 0xff, 0xd9],
            &jpeg[2..jpeg.len() - 2],
        ]
        .concat();
        assert!(!whole(&inside));
    }
}
