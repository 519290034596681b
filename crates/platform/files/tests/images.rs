//! Images: what is read from them, what is left of them, what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use image::{DynamicImage, GenericImageView, ImageFormat};
use jiff::civil::date;
use support::{
    Exif, House, contains, encoded, jpeg_claiming, png_claiming, transparent, two_halves,
};
use youlin_files::{ContentType, TakenAt};

fn near(position: Option<(f64, f64)>, lon: f64, lat: f64) -> bool {
    position.is_some_and(|(x, y)| (x - lon).abs() < 1e-6 && (y - lat).abs() < 1e-6)
}

#[tokio::test]
async fn a_photograph_tells_place_and_time_and_keeps_neither() {
    let house = House::new();
    let photograph = Exif::default().in_jpeg(&encoded(&two_halves(64, 48), ImageFormat::Jpeg));
    assert!(contains(&photograph, b"Exif") && contains(&photograph, b"Secret Camera"));
    let stored = house.put(photograph).await.unwrap();
    assert!(
        near(stored.position, 120.895, 31.0 + 58.0 / 60.0 + 30.5 / 3600.0),
        "{:?}",
        stored.position
    );
    let local = date(2026, 10, 14).at(16, 5, 9, 0);
    assert_eq!(
        stored.taken_at,
        Some(TakenAt {
            local,
            offset_minutes: Some(480)
        })
    );
    assert_eq!((stored.width, stored.height), (Some(64), Some(48)));
    assert_eq!(
        (stored.content_type, stored.name.as_deref()),
        (ContentType::Jpeg, Some("given.jpg"))
    );

    for sha256 in [&stored.sha256, stored.thumbnail_sha256.as_ref().unwrap()] {
        let (mime, bytes) = house.read(sha256).await;
        assert_eq!(mime, "image/jpeg");
        for trace in [&b"Exif"[..], b"Secret", b"GPS", b"2026:10", b"WGS"] {
            assert!(!contains(&bytes, trace));
        }
    }
    assert_eq!(
        stored.bytes,
        house.read(&stored.sha256).await.1.len() as u64
    );
}

#[tokio::test]
async fn every_orientation_comes_out_upright() {
    let house = House::new();
    // Red is left in the file. Where it must be seen, by EXIF orientation.
    for (orientation, seen) in [
        (1, "left"),
        (2, "right"),
        (3, "right"),
        (4, "left"),
        (5, "top"),
        (6, "top"),
        (7, "bottom"),
        (8, "bottom"),
    ] {
        let exif = Exif {
            orientation,
            ..Exif::default()
        };
        for photograph in [
            exif.in_jpeg(&encoded(&two_halves(64, 32), ImageFormat::Jpeg)),
            exif.in_png(&encoded(&two_halves(64, 32), ImageFormat::Png)),
        ] {
            let stored = house.put(photograph).await.unwrap();
            assert!(stored.position.is_some() && stored.taken_at.is_some());
            let turned = orientation >= 5;
            let size = if turned { (32, 64) } else { (64, 32) };
            assert_eq!(
                (stored.width.unwrap(), stored.height.unwrap()),
                size,
                "{orientation}"
            );
            let image = image::load_from_memory(&house.read(&stored.sha256).await.1).unwrap();
            let red = |x, y| image.get_pixel(x, y).0[0] > 128;
            let found = match (red(4, 4), red(size.0 - 5, 4), red(4, size.1 - 5)) {
                (true, false, true) => "left",
                (false, true, false) => "right",
                (true, true, false) => "top",
                (false, false, true) => "bottom",
                other => panic!("{other:?}"),
            };
            assert_eq!(found, seen, "{orientation}");
        }
    }
}

#[tokio::test]
async fn positions_count_only_when_they_can_be_believed() {
    let house = House::new();
    let plain = encoded(&two_halves(16, 16), ImageFormat::Jpeg);
    let zero = [(0, 1); 3];
    let position = async |exif: Exif| house.put(exif.in_jpeg(&plain)).await.unwrap().position;
    let base = Exif::default;

    let south_west = Exif {
        lat: (base().lat.0, "S"),
        lon: (base().lon.0, "W"),
        ..base()
    };
    assert!(near(
        position(south_west).await,
        -120.895,
        -(31.0 + 58.0 / 60.0 + 30.5 / 3600.0)
    ));
    let no_seconds = Exif {
        lat: ([(31, 1), (5850, 100), (0, 0)], "N"),
        datum: None,
        status: None,
        ..base()
    };
    assert!(near(position(no_seconds).await, 120.895, 31.975));
    // A position in GCJ-02 lies some five hundred metres from itself.
    let (lon, lat) = position(Exif {
        datum: Some("GCJ-02"),
        ..base()
    })
    .await
    .unwrap();
    let metres = ((lon - 120.895) * 94_400.0).hypot((lat - 31.975_138_9) * 110_900.0);
    assert!((100.0..1000.0).contains(&metres), "{metres}");

    for unbelievable in [
        Exif {
            status: Some("V"),
            ..base()
        },
        Exif {
            datum: Some("TOKYO"),
            ..base()
        },
        Exif {
            lat: (zero, "N"),
            lon: (zero, "E"),
            ..base()
        },
        Exif {
            lat: ([(91, 1), (0, 1), (0, 1)], "N"),
            ..base()
        },
        Exif {
            lon: ([(200, 1), (0, 1), (0, 1)], "E"),
            ..base()
        },
        Exif {
            lat: ([(31, 0), (0, 1), (0, 1)], "N"),
            ..base()
        },
        Exif {
            lat: (base().lat.0, "?"),
            ..base()
        },
    ] {
        assert_eq!(position(unbelievable).await, None);
    }
}

#[tokio::test]
async fn times_without_zone_or_sense_are_told_apart() {
    let house = House::new();
    let plain = encoded(&two_halves(16, 16), ImageFormat::Jpeg);
    let taken = async |exif: Exif| house.put(exif.in_jpeg(&plain)).await.unwrap().taken_at;
    let local = date(2026, 10, 14).at(16, 5, 9, 0);
    let no_zone = Exif {
        offset: None,
        ..Exif::default()
    };
    assert_eq!(
        taken(no_zone).await,
        Some(TakenAt {
            local,
            offset_minutes: None
        })
    );
    assert_eq!(
        taken(Exif {
            taken: Some("0000:00:00 00:00:00"),
            ..Exif::default()
        })
        .await,
        None
    );
    assert_eq!(
        taken(Exif {
            taken: None,
            ..Exif::default()
        })
        .await,
        None
    );
    assert_eq!(house.put(plain.clone()).await.unwrap().taken_at, None);
}

#[tokio::test]
async fn damaged_metadata_is_no_fault_of_the_picture() {
    let house = House::new();
    let plain = encoded(&two_halves(16, 16), ImageFormat::Jpeg);
    let whole = Exif::default().in_jpeg(&plain);
    for at in (20..200).step_by(3) {
        let mut damaged = whole.clone();
        damaged[at] = 0xfe;
        assert!(house.put(damaged).await.is_ok(), "{at}");
    }
}

#[tokio::test]
async fn large_pictures_are_made_smaller_with_a_thumbnail() {
    let house = House::with(|config| (config.max_edge, config.thumbnail_edge) = (200, 50));
    let stored = house
        .put(encoded(&two_halves(400, 300), ImageFormat::Jpeg))
        .await
        .unwrap();
    assert_eq!((stored.width, stored.height), (Some(200), Some(150)));
    let small = house
        .read(stored.thumbnail_sha256.as_ref().unwrap())
        .await
        .1;
    assert_eq!(
        image::load_from_memory(&small).unwrap().dimensions(),
        (50, 38)
    );
    let upright = Exif {
        orientation: 6,
        ..Exif::default()
    };
    let turned = house
        .put(upright.in_jpeg(&encoded(&two_halves(400, 300), ImageFormat::Jpeg)))
        .await
        .unwrap();
    assert_eq!((turned.width, turned.height), (Some(150), Some(200)));
}

#[tokio::test]
async fn every_format_becomes_jpeg_or_png() {
    let house = House::new();
    let deep = DynamicImage::ImageRgb16(two_halves(20, 20).into_rgb16());
    let grey = DynamicImage::ImageLuma8(two_halves(20, 20).into_luma8());
    let opaque = DynamicImage::ImageRgba8(two_halves(20, 20).into_rgba8());
    for (image, format, content) in [
        (two_halves(20, 20), ImageFormat::Jpeg, ContentType::Jpeg),
        (two_halves(20, 20), ImageFormat::Png, ContentType::Jpeg),
        (two_halves(20, 20), ImageFormat::WebP, ContentType::Jpeg),
        (opaque, ImageFormat::Gif, ContentType::Jpeg),
        (deep, ImageFormat::Png, ContentType::Jpeg),
        (grey, ImageFormat::Png, ContentType::Jpeg),
        (transparent(20, 20), ImageFormat::Png, ContentType::Png),
        (transparent(20, 20), ImageFormat::WebP, ContentType::Png),
        (transparent(20, 20), ImageFormat::Gif, ContentType::Png),
    ] {
        let stored = house.put(encoded(&image, format)).await.unwrap();
        assert_eq!(stored.content_type, content, "{format:?}");
        let (mime, bytes) = house.read(&stored.sha256).await;
        assert_eq!(mime, content.mime());
        assert_eq!(
            image::load_from_memory(&bytes).unwrap().dimensions(),
            (20, 20)
        );
    }
}

#[tokio::test]
async fn a_bomb_is_refused_by_its_claim() {
    let house = House::new();
    for (width, height) in [(60_000, 60_000), (12_001, 1), (1, 12_001), (12_000, 12_000)] {
        let bomb = png_claiming(width, height);
        assert!(bomb.len() < 100);
        assert_eq!(
            house.put(bomb).await.unwrap_err().code(),
            "too_many_pixels",
            "{width}×{height}"
        );
    }
    assert_eq!(
        house
            .put(jpeg_claiming(60_000, 60_000))
            .await
            .unwrap_err()
            .code(),
        "too_many_pixels"
    );
    assert_eq!(
        house.put(png_claiming(0, 10)).await.unwrap_err().code(),
        "unreadable_image"
    );
    // Beyond what the format's own decoder takes for a size.
    assert_eq!(
        house
            .put(png_claiming(u32::MAX >> 1, 1))
            .await
            .unwrap_err()
            .code(),
        "unreadable_image"
    );
    // Within the limits, but nothing in it.
    assert_eq!(
        house.put(png_claiming(100, 100)).await.unwrap_err().code(),
        "unreadable_image"
    );
    assert_eq!(house.files(), 0);
}

#[tokio::test]
async fn a_polyglot_comes_out_clean() {
    let house = House::new();
    let archive = b"PK\x03\x04evil.js<script>alert(1)</script>PK\x05\x06";
    let comment = [
        &[0xff, 0xfe, 0, 40][..],
        b"<script>alert('in a comment')</script>",
    ]
    .concat();
    let jpeg = encoded(&two_halves(32, 32), ImageFormat::Jpeg);
    let both = [&jpeg[..2], &comment, &jpeg[2..], archive].concat();
    let png = [
        &encoded(&transparent(32, 32), ImageFormat::Png)[..],
        archive,
    ]
    .concat();
    for polyglot in [both, png] {
        let stored = house.put(polyglot).await.unwrap();
        let (_, bytes) = house.read(&stored.sha256).await;
        assert!(!contains(&bytes, b"PK\x03\x04") && !contains(&bytes, b"script"));
        assert!(image::load_from_memory(&bytes).is_ok());
    }
}

#[tokio::test]
async fn cut_and_damaged_images_are_refused() {
    let house = House::new();
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = encoded(&two_halves(200, 200), format);
        for len in [16, whole.len() / 2, whole.len() - 13] {
            let fault = house.put(&whole[..len]).await.unwrap_err();
            assert_eq!(
                fault.code(),
                "unreadable_image",
                "{format:?} {len} of {}",
                whole.len()
            );
        }
    }
    assert_eq!(house.files(), 0);
}

#[tokio::test]
async fn hostile_bytes_never_break_the_store() {
    let house = House::new();
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ] {
        let whole = encoded(&transparent(40, 40).into_rgb8().into(), format);
        for at in 12..whole.len().min(400) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            if let Err(fault) = house.put(damaged).await {
                let code = fault.code();
                assert!(
                    ["unreadable_image", "too_many_pixels", "type_not_allowed"].contains(&code),
                    "{fault}"
                );
            }
        }
    }
}

#[tokio::test]
async fn photographs_of_the_wrong_container_are_named() {
    let house = House::new();
    let fault = house
        .put(&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..])
        .await
        .unwrap_err();
    assert_eq!(
        (fault.code(), fault.to_string().contains("image/heic")),
        ("type_not_allowed", true)
    );
}
