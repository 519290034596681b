//! Signed calls to other systems.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use youlin_crypto::verify_webhook;
use youlin_kernel::{AreaId, CommunityId, Micros, Role};
use youlin_notices::{
    MIGRATIONS, NoticesSettings, SaveWebhook, SavedWebhook, SwitchWebhook, WebhookInput, module,
    permissions::NOTICES_ADMIN, webhooks,
};

use crate::ground::{Ground, ground, grounds};
use crate::receivers::WebReceiver;

fn at_home() -> NoticesSettings {
    NoticesSettings {
        private_webhooks: true,
        ..NoticesSettings::default()
    }
}

fn input(area: i64, url: &str, topics: &[&str]) -> WebhookInput {
    WebhookInput {
        name: "区热线平台".into(),
        area,
        url: url.into(),
        topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
    }
}

fn save(ground: &Ground, private_allowed: bool, input: WebhookInput) -> SaveWebhook {
    SaveWebhook {
        vault: Arc::clone(&ground.vault),
        private_allowed,
        change: None,
        new_secret: false,
        input,
    }
}

async fn subscribe(ground: &Ground, area: i64, url: &str, topics: &[&str]) -> SavedWebhook {
    let save = save(ground, true, input(area, url, topics));
    let saved = ground
        .world
        .db()
        .execute(&ground.world.service(), save)
        .await
        .unwrap();
    drain(ground).await;
    saved
}

/// Lets the outbox tell of changed subscriptions.
async fn drain(ground: &Ground) {
    let dispatcher = youlin_database::OutboxDispatcher {
        db: ground.world.db().clone(),
        consumers: ground.consumers(),
    };
    while dispatcher.drain(&ground.world.service()).await.unwrap() > 0 {}
}

async fn log(ground: &Ground) -> Vec<[String; 3]> {
    ground
        .rows("delivery", ["state", "attempts", "last_error"])
        .await
}

fn line(state: &str, attempts: u8, error: &str) -> [String; 3] {
    [state.to_owned(), attempts.to_string(), error.to_owned()]
}

#[tokio::test]
async fn a_call_says_what_happened_and_its_signature_fits_at_every_attempt() {
    for ground in grounds(&at_home()).await {
        let web = WebReceiver::start().await;
        let saved = subscribe(&ground, 10, &web.url("/hook"), &["cases.closed"]).await;
        let secret = saved.secret.unwrap();
        web.answer(500, "sorry");
        let id = ground.happens("closed", json!({"reason": 1})).await;
        ground.happens("reported", json!(null)).await;
        ground.send().await;
        assert_eq!(log(&ground).await, [line("waiting", 1, "http-500")]);
        ground.world.clock.advance(5 * Micros::SECOND);
        ground.send().await;
        assert_eq!(log(&ground).await, [line("sent", 2, "")]);
        let calls = web.calls();
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[0].body, calls[1].body);
        let now = ground.world.service().now().0 / Micros::SECOND;
        for (call, seconds) in calls.iter().zip([now - 5, now]) {
            let header = call.header("youlin-signature");
            verify_webhook(Some(header), &[secret.as_bytes()], &call.body, seconds, 0).unwrap();
            verify_webhook(Some(header), &[b"other"], &call.body, seconds, 0).unwrap_err();
            let mut forged = call.body.to_vec();
            forged[3] ^= 1;
            verify_webhook(Some(header), &[secret.as_bytes()], &forged, seconds, 0).unwrap_err();
        }
        let said = calls[0].json();
        assert_eq!(said["id"], json!(id));
        assert_eq!(said["topic"], "cases.closed");
        assert_eq!(said["community_code"], "T10");
        assert_eq!(said["case_number"], "20261111-0007");
        assert_eq!(said["case"], json!(ground.cast.case));
        assert_eq!(said["at"], "2026-11-11T00:12:00Z");
        assert_eq!(said["data"]["data"]["reason"], 1);
        assert_eq!(calls[0].header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn a_subscription_hears_its_area_and_topics_from_its_beginning_once() {
    let ground = ground(at_home()).await;
    let web = WebReceiver::start().await;
    let (old, event) = ground.event("closed", json!(null));
    ground.world.clock.advance(Micros::MINUTE);
    subscribe(&ground, 1, &web.url("/district"), &["cases.*"]).await;
    subscribe(&ground, 11, &web.url("/elsewhere"), &["cases.*"]).await;
    subscribe(
        &ground,
        10,
        &web.url("/closed"),
        &["cases.closed", "cases.merged"],
    )
    .await;
    ground.deliver(old, &event).await;
    assert!(log(&ground).await.is_empty());
    let (id, event) = ground.event("closed", json!(null));
    ground.deliver(id, &event).await;
    ground.deliver(id, &event).await;
    // Kinds nobody in the house hears of are told too.
    ground.happens("noted", json!(null)).await;
    while ground.send().await > 0 {}
    let mut paths: Vec<String> = web
        .calls()
        .iter()
        .map(|call| call.uri.to_string())
        .collect();
    paths.sort();
    assert_eq!(paths, ["/closed", "/district", "/district"]);
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_not_called_again() {
    for ground in grounds(&at_home()).await {
        let web = WebReceiver::start().await;
        let saved = subscribe(&ground, 10, &web.url("/"), &["cases.*"]).await;
        for _ in 0..2 {
            ground.happens("closed", json!(null)).await;
        }
        web.answer(410, "");
        web.answer(410, "");
        ground.send().await;
        // The second call may have been held back when the first was answered.
        web.recover();
        let failed = log(&ground).await;
        assert!(failed.iter().all(|row| row[0] == "failed"), "{failed:?}");
        let (ctx, db) = (ground.world.service(), ground.world.db());
        let scope = ctx.scope(&NOTICES_ADMIN).unwrap();
        let view = webhooks(db.read(), &ctx, &scope).await.unwrap().remove(0);
        assert_eq!(
            (view.active, view.ended_by.as_deref()),
            (false, Some("gone"))
        );
        ground.happens("closed", json!(null)).await;
        assert_eq!(log(&ground).await.len(), 2);
        // Switched on again by hand, it hears of what comes.
        db.execute(
            &ctx,
            SwitchWebhook {
                id: saved.id,
                active: true,
                gone: false,
            },
        )
        .await
        .unwrap();
        drain(&ground).await;
        ground.happens("closed", json!(null)).await;
        ground.send().await;
        assert_eq!(log(&ground).await[2], line("sent", 1, ""));
        let tables = module().audited;
        let all: Vec<CommunityId> = vec![CommunityId::SYSTEM];
        let report = youlin_database::audit::verify(db.read(), &tables, &all, None)
            .await
            .unwrap();
        assert!(report.faults.is_empty() && report.rows > 0, "{report:?}");
    }
}

#[tokio::test]
async fn what_waits_for_a_subscription_that_was_switched_off_is_not_sent() {
    let ground = ground(at_home()).await;
    let web = WebReceiver::start().await;
    let saved = subscribe(&ground, 10, &web.url("/"), &["cases.*"]).await;
    ground.happens("closed", json!(null)).await;
    let off = SwitchWebhook {
        id: saved.id,
        active: false,
        gone: false,
    };
    ground
        .world
        .db()
        .execute(&ground.world.service(), off)
        .await
        .unwrap();
    ground.send().await;
    assert_eq!(log(&ground).await, [line("failed", 1, "subscription-off")]);
    assert!(web.calls().is_empty());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let ground = ground(at_home()).await;
    let web = WebReceiver::start().await;
    subscribe(&ground, 10, &web.url("/"), &["cases.*"]).await;
    web.answer(307, "");
    ground.happens("closed", json!(null)).await;
    ground.send().await;
    assert_eq!(log(&ground).await, [line("waiting", 1, "http-307")]);
    assert_eq!(web.calls().len(), 1);
}

#[tokio::test]
async fn in_production_the_own_network_is_out_of_reach() {
    let ground = ground(NoticesSettings::default()).await;
    let web = WebReceiver::start().await;
    let ctx = ground.world.service();
    let refused = save(&ground, false, input(10, &web.url("/"), &["cases.*"]));
    let problem = ground.world.db().execute(&ctx, refused).await.unwrap_err();
    assert_eq!(problem.fields()[0].code, "webhook-url-private");
    // Nor does an address help that came into the table some other way.
    subscribe(&ground, 10, &web.url("/"), &["cases.closed"]).await;
    ground.happens("closed", json!(null)).await;
    ground.send().await;
    assert_eq!(log(&ground).await, [line("failed", 1, "target")]);
    assert!(web.calls().is_empty());
}

#[tokio::test]
async fn what_is_typed_is_checked_and_belongs_to_those_who_administer_the_area() {
    let ground = ground(at_home()).await;
    let db = ground.world.db();
    let service = ground.world.service();
    let codes = async |input: WebhookInput| {
        let problem = db
            .execute(&service, save(&ground, true, input))
            .await
            .unwrap_err();
        let fields: Vec<(String, &str)> = problem
            .fields()
            .iter()
            .map(|fault| (fault.field.clone(), fault.code))
            .collect();
        fields
    };
    let all = codes(WebhookInput {
        name: "\u{7} ".into(),
        area: 999,
        url: "ftp://x".into(),
        topics: vec![],
    })
    .await;
    let expected = [
        ("name", "required"),
        ("url", "webhook-url"),
        ("topics", "required"),
        ("area", "required"),
    ];
    assert_eq!(all, expected.map(|(field, code)| (field.to_owned(), code)));
    let fine = "https://example.com/hook";
    assert_eq!(
        codes(input(10, fine, &["people.revealed"])).await[0].1,
        "unknown-value"
    );
    let mut long = input(10, fine, &["cases.*"]);
    long.name = "长".repeat(61);
    assert_eq!(codes(long).await[0].1, "webhook-name-long");

    let of_a_grid = codes(input(100, fine, &["cases.*"])).await;
    assert_eq!(of_a_grid[0].1, "webhook-area");

    let saved = subscribe(&ground, 10, fine, &["cases.*"]).await;
    assert_eq!(
        codes(input(10, fine, &["cases.closed"])).await[0].1,
        "webhook-twice"
    );
    let secret = saved.secret.unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() > 40);

    let desk = ground.world.caller(Role::CommunityDesk, AreaId(10));
    let elsewhere = ground.world.caller(Role::Administrator, AreaId(11));
    for caller in [&desk, &elsewhere] {
        let problem = db
            .execute(
                caller,
                save(
                    &ground,
                    true,
                    input(10, "https://example.com/2", &["cases.*"]),
                ),
            )
            .await;
        assert_eq!(problem.unwrap_err().code(), "forbidden");
        let change = SaveWebhook {
            change: Some((saved.id, 1)),
            ..save(&ground, true, input(11, fine, &["cases.*"]))
        };
        assert_eq!(
            db.execute(caller, change).await.unwrap_err().code(),
            "forbidden"
        );
        let off = SwitchWebhook {
            id: saved.id,
            active: false,
            gone: false,
        };
        assert_eq!(
            db.execute(caller, off).await.unwrap_err().code(),
            "forbidden"
        );
    }
    let scope = elsewhere.scope(&NOTICES_ADMIN).unwrap();
    assert!(
        webhooks(db.read(), &elsewhere, &scope)
            .await
            .unwrap()
            .is_empty()
    );
    let missing = SaveWebhook {
        change: Some((Uuid::nil(), 1)),
        ..save(&ground, true, input(10, fine, &["cases.*"]))
    };
    assert_eq!(
        db.execute(&service, missing).await.unwrap_err().code(),
        "not-found"
    );
}

#[tokio::test]
async fn a_change_keeps_the_secret_unless_a_new_one_is_asked_for() {
    for ground in grounds(&at_home()).await {
        let web = WebReceiver::start().await;
        let saved = subscribe(&ground, 10, &web.url("/"), &["cases.closed"]).await;
        let first = saved.secret.unwrap();
        let (db, ctx) = (ground.world.db(), ground.world.service());
        let change = |version, new_secret| SaveWebhook {
            change: Some((saved.id, version)),
            new_secret,
            ..save(&ground, true, input(10, &web.url("/2"), &["cases.*"]))
        };
        assert!(
            db.execute(&ctx, change(1, false))
                .await
                .unwrap()
                .secret
                .is_none()
        );
        let stale = db.execute(&ctx, change(1, false)).await.unwrap_err();
        assert_eq!(stale.code(), "stale");
        assert!(!stale.data().unwrap().to_string().contains("secret"));
        drain(&ground).await;
        ground.happens("closed", json!(null)).await;
        ground.send().await;
        let second = db
            .execute(&ctx, change(2, true))
            .await
            .unwrap()
            .secret
            .unwrap();
        assert_ne!(first, second);
        drain(&ground).await;
        ground.happens("closed", json!(null)).await;
        ground.send().await;
        let now = ctx.now().0 / Micros::SECOND;
        let calls = web.calls();
        assert_eq!(calls.len(), 2);
        for (call, secret) in calls.iter().zip([&first, &second]) {
            assert_eq!(call.uri.path(), "/2");
            let header = Some(call.header("youlin-signature"));
            verify_webhook(header, &[secret.as_bytes()], &call.body, now, 0).unwrap();
        }
    }
}

#[test]
fn the_tables_are_declared() {
    assert_eq!(MIGRATIONS[0].module, "notices");
    assert_eq!(module().name, "notices");
}
