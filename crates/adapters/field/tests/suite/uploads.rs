//! Photographs in pieces.

use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_kernel::Micros;
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::round_view;
use youlin_testkit::databases;

use crate::ground::{Ground, Walker, at_river};

/// A small JPEG unlike any other `n`.
pub(crate) fn picture(n: u32) -> Vec<u8> {
    let [r, g, b, _] = n.wrapping_mul(2_654_435_761).to_be_bytes();
    let image = image::RgbImage::from_fn(24, 16, |x, y| {
        image::Rgb([
            r,
            g ^ u8::try_from(x * 9).unwrap(),
            b ^ u8::try_from(y * 13).unwrap(),
        ])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

impl Ground {
    pub(crate) async fn announce(
        &self,
        who: &Walker,
        id: Uuid,
        bytes: &[u8],
    ) -> (StatusCode, Value) {
        let body = json!({
            "id": id, "bytes": bytes.len(), "sha256": hex::encode(Sha256::digest(bytes)), "type": "image/jpeg",
        });
        self.post(who, "/api/v1/field/uploads", &body).await
    }
}

/// A body whose line breaks after these bytes.
pub(crate) fn cut(bytes: &[u8]) -> Body {
    let pieces: Vec<Result<Bytes, std::io::Error>> = vec![
        Ok(Bytes::copy_from_slice(bytes)),
        Err(std::io::Error::other("the line broke")),
    ];
    Body::from_stream(futures::stream::iter(pieces))
}

fn claim(ground: &Ground, upload: Uuid, round: Uuid, finding: Option<Uuid>) -> Value {
    let (lon, lat) = at_river(4.0);
    json!({ "id": ground.new_id(), "kind": "photo_claim", "body": {
        "upload": upload, "community": ground.community(), "round": round, "finding": finding, "lon": lon, "lat": lat,
    } })
}

#[tokio::test]
async fn a_photograph_cut_in_the_middle_goes_on() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let walker = &ground.walkers[0];
        let (photo, id) = (picture(1), ground.new_id());
        let (status, told) = ground.announce(walker, id, &photo).await;
        assert_eq!(
            (status, told),
            (StatusCode::OK, json!({ "offset": 0, "done": false }))
        );
        let (status, _) = ground.patch(walker, id, 0, cut(&photo[..200])).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        // What came is there; a piece that does not fit is told where to begin.
        let (status, told) = ground.patch(walker, id, 0, Body::from(photo.clone())).await;
        assert_eq!(
            (status, &told["current"]["offset"]),
            (StatusCode::CONFLICT, &json!(200)),
            "{told}"
        );
        let (_, told) = ground.announce(walker, id, &photo).await;
        assert_eq!(told["offset"], 200);
        // The claim waits for the photograph, and the photograph for its round.
        let (round, finding) = (ground.new_id(), ground.new_id());
        let claim = claim(&ground, id, round, Some(finding));
        assert_eq!(
            ground.outbox(walker, std::slice::from_ref(&claim)).await[0]["result"],
            "later"
        );
        let (status, told) = ground
            .patch(walker, id, 200, Body::from(photo[200..].to_vec()))
            .await;
        assert_eq!(
            (status, told["done"].clone()),
            (StatusCode::OK, json!(true)),
            "{told}"
        );
        assert_eq!(
            ground.outbox(walker, std::slice::from_ref(&claim)).await[0]["result"],
            "later"
        );
        // In one batch, in the wrong order.
        let told = ground
            .outbox(walker, &[claim.clone(), ground.round(round, &[finding])])
            .await;
        assert_eq!(
            (&told[0]["result"], &told[1]["result"]),
            (&json!("done"), &json!("done")),
            "{told:?}"
        );
        assert_eq!(ground.outbox(walker, &[claim]).await[0]["result"], "again");
        let scope = walker.ctx.scope(&ROUNDS_READ).unwrap();
        let seen = round_view(&ground.rounds, ground.world.db(), &scope, round)
            .await
            .unwrap();
        assert_eq!(
            (seen.photos.len(), seen.photos[0].finding),
            (1, Some(finding))
        );
        // One that says nothing of where it was taken is taken all the same.
        let (plain, bytes) = (ground.new_id(), picture(9));
        ground.announce(walker, plain, &bytes).await;
        ground.patch(walker, plain, 0, Body::from(bytes)).await;
        let nowhere = json!({ "id": ground.new_id(), "kind": "photo_claim", "body": {
            "upload": plain, "community": ground.community(), "round": round,
        } });
        let told = ground.outbox(walker, &[nowhere]).await;
        assert_eq!(told[0]["result"], "done", "{told:?}");
        // Sent once more after it is whole: nothing happens.
        let (status, told) = ground.patch(walker, id, 0, Body::from(photo)).await;
        assert_eq!(
            (status, told["done"].clone()),
            (StatusCode::OK, json!(true))
        );
    }
}

#[tokio::test]
async fn what_is_no_photograph_or_too_much_is_refused() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let (walker, other) = (&ground.walkers[0], &ground.walkers[1]);
        // Damaged on the way: it begins anew.
        let (photo, id) = (picture(2), ground.new_id());
        ground.announce(walker, id, &photo).await;
        let mut damaged = photo.clone();
        damaged[100] ^= 1;
        let (status, told) = ground.patch(walker, id, 0, Body::from(damaged)).await;
        assert_eq!(
            (status, &told["errors"][0]["code"]),
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                &json!("field-upload-hash")
            )
        );
        let (status, told) = ground.patch(walker, id, 0, Body::from(photo.clone())).await;
        assert_eq!(
            (status, told["done"].clone()),
            (StatusCode::OK, json!(true))
        );
        // Nobody else's: another account's upload does not exist.
        let (status, _) = ground.patch(other, id, 0, Body::from(photo.clone())).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let (status, told) = ground.announce(walker, id, &picture(3)).await;
        assert_eq!(
            (status, told["code"].clone()),
            (StatusCode::CONFLICT, json!("field-upload-other"))
        );
        // More than was announced.
        let longer = ground.new_id();
        ground.announce(walker, longer, &photo).await;
        let (status, _) = ground
            .patch(
                walker,
                longer,
                0,
                Body::from([photo.clone(), vec![0; 9]].concat()),
            )
            .await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(ground.announce(walker, longer, &photo).await.1["offset"], 0);
        // No picture at all.
        let page = b"<!doctype html><script>alert(1)</script>";
        let wild = ground.new_id();
        ground.announce(walker, wild, page).await;
        let (status, told) = ground
            .patch(walker, wild, 0, Body::from(page.to_vec()))
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        // More than one account may leave lying here; what is stored counts no more.
        let body =
            |bytes: u64| json!({ "id": ground.new_id(), "bytes": bytes, "sha256": "a".repeat(64) });
        for (bytes, expected) in [
            (1_500_000, StatusCode::OK),
            (900_000, StatusCode::PAYLOAD_TOO_LARGE),
            (u64::MAX, StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            let (status, told) = ground
                .post(walker, "/api/v1/field/uploads", &body(bytes))
                .await;
            assert_eq!(status, expected, "{told}");
        }
        // After a week what nobody went on with is gone.
        ground.world.clock.advance(8 * Micros::DAY);
        assert!(ground.sweep().await >= 3);
        let (status, _) = ground
            .post(walker, "/api/v1/field/uploads", &body(900_000))
            .await;
        assert_eq!(status, StatusCode::OK);
    }
}
