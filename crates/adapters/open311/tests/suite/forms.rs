//! The two forms of an answer, XML and JSON: every sign survives both, and strange requests get the right one.

use youlin_kernel::Role;
use youlin_testkit::databases;

use crate::ground::Ground;

#[tokio::test]
async fn every_sign_survives_both_formats() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let key = ground.key(Role::CommunityDesk, "A").await;
        let text = "a\u{1}b\u{b}<script>&amp;]]>\"'\u{fffe}𠮷😀\tc\nd";
        let id = ground.light(&key, text).await;
        assert_eq!(ground.seen(&id, Some(&key)).await["description"], text);
        let document = ground
            .get(&format!("v2/requests/{id}.xml?api_key={key}"))
            .await
            .xml();
        let said = document.child("request").at("description");
        // Signs that XML cannot hold at all become the sign for what cannot be shown.
        assert_eq!(
            said,
            "a\u{fffd}b\u{fffd}<script>&amp;]]>\"'\u{fffd}𠮷😀\tc\nd"
        );
    }
}

/// A small generator of its own: the same strange requests in each run.
struct Dice(u64);

impl Dice {
    fn of(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.of(from.len())]
    }
}

#[tokio::test]
async fn strange_requests_get_answers_of_the_right_form() {
    for base in databases().await {
        strange_requests(Ground::new(base).await).await;
    }
}

async fn strange_requests(ground: Ground) {
    let key = ground.key(Role::CommunityDesk, "A").await;
    let id = ground.light(&key, "灯").await;
    let names = [
        "service_request_id",
        "service_code",
        "start_date",
        "end_date",
        "status",
        "page",
        "page_size",
        "extensions",
        "jurisdiction_id",
        "api_key",
        "lat",
        "long",
        "address_string",
        "address_id",
        "attribute[pole]",
        "attribute[",
        "attribute[lamps]",
        "attribute[colours][]",
        "description",
        "email",
        "phone",
        "media_url",
        "update_id",
        "first_name",
    ];
    let long = "9".repeat(5_000);
    let values = [
        "",
        ",",
        ",,a",
        "-1",
        "0",
        "1e400",
        "18446744073709551616",
        "NaN",
        "32.005",
        "120.802",
        "2026-11-11",
        "9999-12-31",
        "-9999-01-01T00:00:00Z",
        "2026-11-11T00:00:00Z",
        "%00",
        "\u{0}",
        "'; --",
        "<x>",
        "P-1",
        "S-9",
        "open",
        "closed",
        "true",
        &id,
        &key,
        &long,
        "光明东村12号楼",
        "\u{202e}x",
        "%",
        "a@b.cn",
        "https://b.cn",
        "+86 139 1234 5678",
    ];
    let paths = [
        "v2/services",
        "v2/services/P-1",
        "v2/requests",
        "v2/servicerequestupdates",
        "v2/tokens/x",
        "discovery",
        "v2/requests/%00",
        "v2/media/x/y",
        "v2/",
        "",
    ];
    let mut dice = Dice(7);
    for round in 0..400 {
        let fields: Vec<(&str, &str)> = (0..dice.of(6))
            .map(|_| (dice.pick(&names), dice.pick(&values)))
            .collect();
        let ending = dice.pick(&[".json", ".xml"]);
        let reply = match dice.of(3) {
            0 => {
                let path = dice.pick(&["v2/requests", "v2/servicerequestupdates"]);
                let known = [
                    ("api_key", key.as_str()),
                    ("service_code", "P-1"),
                    ("service_request_id", &id),
                ];
                ground
                    .post(
                        &format!("{path}{ending}"),
                        &[known.as_slice(), &fields].concat(),
                    )
                    .await
            }
            _ => {
                let query = youlin_testkit::web::form(&fields);
                ground
                    .get(&format!("{}{ending}?{query}", dice.pick(&paths)))
                    .await
            }
        };
        assert!(
            reply.status.as_u16() < 500,
            "round {round}, {fields:?}: {} {}",
            reply.status,
            reply.text()
        );
        if ending == ".json" {
            let list = reply.json();
            assert!(
                reply.status.is_success() || list[0]["code"] == reply.status.as_u16(),
                "{list}"
            );
        } else {
            let root = reply.xml().name;
            assert_eq!(
                reply.status.is_success(),
                root != "errors",
                "round {round}, {fields:?}: {}",
                reply.text()
            );
        }
    }
}
