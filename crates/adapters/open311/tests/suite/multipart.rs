//! Photographs: taken in, placed, shown to the right keys, refused.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;
use youlin_kernel::Role;
use youlin_testkit::databases;

use crate::ground::{Ground, IN_A1};
use crate::reply::Reply;

/// A part of a form: name, file name, content.
type Part<'a> = (&'a str, Option<&'a str>, Vec<u8>);

fn text<'a>(name: &'a str, value: &str) -> Part<'a> {
    (name, None, value.as_bytes().to_vec())
}

async fn send(
    ground: &Ground,
    path: &str,
    parts: Vec<Part<'_>>,
    headers: &[(&str, &str)],
) -> Reply {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map_or_else(String::new, |file| {
            format!("; filename=\"{file}\"\r\nContent-Type: image/jpeg")
        });
        body.extend(
            format!("--b0undary\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n")
                .bytes(),
        );
        body.extend(content);
        body.extend(b"\r\n");
    }
    body.extend(b"--b0undary--\r\n");
    let mut request = Request::post(format!("/open311/{path}"))
        .header("content-type", "multipart/form-data; boundary=b0undary");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    ground.send(request.body(Body::from(body)).unwrap()).await
}

fn picture() -> Vec<u8> {
    let image = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 3, y as u8 * 5, 90]));
    let mut jpeg = std::io::Cursor::new(Vec::new());
    image.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    jpeg.into_inner()
}

/// The same picture with a GPS position in its EXIF segment: whole degrees, minutes and seconds.
fn picture_taken_at(lat: [u32; 3], long: [u32; 3]) -> Vec<u8> {
    let mut tiff: Vec<u8> = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [
            &tag.to_le_bytes()[..],
            &kind.to_le_bytes(),
            &count.to_le_bytes(),
            &value,
        ]
        .concat()
    };
    // The first directory has one entry, which leads to the directory of the position at byte 26.
    tiff.extend(1u16.to_le_bytes());
    tiff.extend(entry(0x8825, 4, 1, 26u32.to_le_bytes()));
    tiff.extend(0u32.to_le_bytes());
    tiff.extend(4u16.to_le_bytes());
    tiff.extend(entry(1, 2, 2, *b"N\0\0\0"));
    tiff.extend(entry(2, 5, 3, 80u32.to_le_bytes()));
    tiff.extend(entry(3, 2, 2, *b"E\0\0\0"));
    tiff.extend(entry(4, 5, 3, 104u32.to_le_bytes()));
    tiff.extend(0u32.to_le_bytes());
    for part in lat.into_iter().chain(long) {
        tiff.extend(part.to_le_bytes());
        tiff.extend(1u32.to_le_bytes());
    }
    let plain = picture();
    let length = u16::try_from(2 + 6 + tiff.len()).unwrap();
    [
        &plain[..2],
        &[0xff, 0xe1],
        &length.to_be_bytes(),
        b"Exif\0\0",
        &tiff,
        &plain[2..],
    ]
    .concat()
}

#[tokio::test]
async fn a_photograph_comes_along_and_is_for_those_who_see_the_whole() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::Volunteer, "A").await;
        let parts = || {
            vec![
                text("api_key", &key),
                text("service_code", "E-1"),
                text("lat", IN_A1.0),
                text("long", IN_A1.1),
                text("description", "垃圾"),
                ("media", Some("IMG 1.jpg"), picture()),
                ("media", Some(""), Vec::new()),
            ]
        };
        let reply = send(
            &ground,
            "v2/requests.json",
            parts(),
            &[("idempotency-key", "p1")],
        )
        .await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        let again = send(
            &ground,
            "v2/requests.json",
            parts(),
            &[("idempotency-key", "p1")],
        )
        .await;
        assert_eq!(again.json(), reply.json());
        let id = reply.json()[0]["service_request_id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(ground.seen(&id, None).await["media_url"], Value::Null);
        let url = ground.seen(&id, Some(&key)).await["media_url"]
            .as_str()
            .unwrap()
            .to_owned();
        let path = url
            .strip_prefix("https://youlin.example.cn/open311/")
            .unwrap();
        let shown = ground.get(&format!("{path}?api_key={key}")).await;
        assert_eq!(
            (shown.status, shown.header("content-type")),
            (StatusCode::OK, "image/jpeg")
        );
        assert!(shown.body.starts_with(&[0xff, 0xd8]));
        let stranger = ground.key(Role::Volunteer, "A").await;
        for query in [String::new(), format!("?api_key={stranger}")] {
            assert_eq!(
                ground.get(&format!("{path}{query}")).await.status,
                StatusCode::NOT_FOUND
            );
        }
        let desk = ground
            .world
            .caller(Role::CommunityDesk, ground.community("A"));
        let view = youlin_cases::case(ground.world.db(), &ground.cases, &desk, id.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(
            view.files.len(),
            1,
            "one picture, though sent twice: {:?}",
            view.files
        );
    }
}

#[tokio::test]
async fn a_photograph_may_know_the_place() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::Volunteer, "A").await;
        // 32° 0' 18" N, 120° 48' 9" E lies in grid A1.
        let photo = picture_taken_at([32, 0, 18], [120, 48, 9]);
        let parts = vec![text("service_code", "E-1"), ("media", Some("a.jpg"), photo)];
        let reply = send(&ground, "v2/requests.json", parts, &[("x-api-key", &key)]).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        let id = reply.json()[0]["service_request_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let seen = ground.seen(&id, Some(&key)).await;
        assert_eq!(
            (&seen["lat"], &seen["long"]),
            (&32.005.into(), &120.8025.into())
        );
        assert_eq!(seen["address"], "甲社区 · 甲一网格");
    }
}

#[tokio::test]
async fn what_is_no_photograph_or_too_much_is_refused_and_nothing_is_filed() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::Volunteer, "A").await;
        let with = |file: Part<'static>| {
            let place = [
                text("service_code", "E-1"),
                text("lat", IN_A1.0),
                text("long", IN_A1.1),
            ];
            [vec![text("api_key", &key)], place.to_vec(), vec![file]].concat()
        };
        let cut: Vec<u8> = picture().into_iter().take(300).collect();
        for (file, code) in [
            (
                (
                    "media",
                    Some("a.html"),
                    b"<html><script>1</script></html>".to_vec(),
                ),
                400,
            ),
            (("media", Some("a.jpg"), cut), 400),
            (("media", Some("a.jpg"), Vec::new()), 400),
            (("media", Some("a.jpg"), vec![7; 400_000]), 413),
            (("description", None, vec![b'x'; 300_000]), 413),
            (("description", None, vec![0xff, 0xfe]), 400),
        ] {
            let reply = send(&ground, "v2/requests.json", with(file), &[]).await;
            assert_eq!(
                (u64::from(reply.status.as_u16()), reply.errors()[0].0),
                (code, code),
                "{}",
                reply.text()
            );
        }
        // The key must be known before a file is taken.
        let late = vec![
            ("media", Some("a.jpg"), picture()),
            text("api_key", &key),
            text("service_code", "E-1"),
        ];
        let reply = send(&ground, "v2/requests.json", late, &[]).await;
        assert_eq!(reply.errors()[0].0, 403);
        let many = (0..11)
            .map(|_| ("media", Some("a.jpg"), picture()))
            .collect();
        let reply = send(&ground, "v2/requests.json", many, &[("x-api-key", &key)]).await;
        assert_eq!(reply.errors()[0].0, 400);
        let broken = Request::post("/open311/v2/requests.json")
            .header("content-type", "multipart/form-data; boundary=b0undary")
            .body(Body::from(
                "--b0undary\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\nx",
            ))
            .unwrap();
        assert_eq!(ground.send(broken).await.errors()[0].0, 400);
        assert_eq!(ground.ids("").await, [""; 0]);
    }
}

#[tokio::test]
async fn an_update_brings_a_photograph_too() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::Volunteer, "A").await;
        let id = ground.light(&key, "灯不亮").await;
        let parts = vec![
            text("service_request_id", &id),
            text("description", "看照片"),
            ("media", Some("a.jpg"), picture()),
        ];
        let reply = send(
            &ground,
            "v2/servicerequestupdates.json",
            parts,
            &[("x-api-key", &key)],
        )
        .await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        assert!(ground.seen(&id, Some(&key)).await["media_url"].is_string());
    }
}
