//! Addresses of phones: made and ended by their owner, and of no use to anybody else.

use std::sync::Arc;

use axum::http::StatusCode;
use youlin_openrosa::{MakeToken, RevokeToken};
use youlin_testkit::databases;

use crate::ground::Ground;
use crate::phone::{Patrol, Phone};

#[tokio::test]
async fn an_ended_address_is_refused_and_nothing_is_taken() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let phone = ground.phone(0).await;
        let patrol = Patrol::new(&ground, 1);
        let said = phone.submit(&ground, &[patrol.form()]).await;
        assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        let end = RevokeToken { id: phone.token };
        // Nobody ends another's.
        let db = ground.world.db();
        let refused = db.execute(&ground.walkers[1], end.clone()).await;
        assert_eq!(refused.unwrap_err().code(), "not-found");
        db.execute(&ground.walkers[0], end.clone()).await.unwrap();
        db.execute(&ground.walkers[0], end).await.unwrap();
        ground.world.clock.advance(6_000_000);
        let asked = phone.head(&ground).await;
        assert_eq!(asked.status, StatusCode::FORBIDDEN);
        let patrol = Patrol::new(&ground, 2);
        let said = phone.submit(&ground, &[patrol.form()]).await;
        assert_eq!(said.status, StatusCode::FORBIDDEN);
        assert!(said.message().contains("填好的内容都还在"), "{}", said.text);
        assert_eq!(ground.all_rounds().await.len(), 1);
        // Connected anew, the phone sends what it kept; what came before is known by its account.
        let phone = ground.phone(0).await;
        for n in [1, 2] {
            let patrol = Patrol::new(&ground, n);
            let said = phone.submit(&ground, &[patrol.form()]).await;
            assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
        }
        assert_eq!(ground.all_rounds().await.len(), 2);
    }
}

#[tokio::test]
async fn only_a_hash_is_kept_and_guessing_opens_nothing() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let phone = ground.phone(0).await;
        let secret = phone.server.rsplit('/').next().unwrap();
        assert_eq!(secret.len(), 43);
        let kept = format!("openrosa_token WHERE name LIKE '%{secret}%' OR language = '{secret}'");
        assert_eq!(ground.count(&kept).await, 0);
        for guess in ["", "x", &secret[1..], &secret.to_uppercase()] {
            let phone = Phone::new(phone.token, &format!("/openrosa/{guess}"));
            let at = format!("{}/formList", phone.server);
            let status = phone.get(&ground, &at).await.status;
            assert!(
                matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND),
                "{guess}: {status}"
            );
        }
    }
}

#[tokio::test]
async fn last_use_is_noted_once_a_minute() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let phone = ground.phone(0).await;
        let at = format!("{}/formList", phone.server);
        async fn noted(ground: &Ground, at: i64) -> i64 {
            let wanted = format!("openrosa_use WHERE used_at = {at}");
            ground.count(&wanted).await
        }
        assert_eq!(ground.count("openrosa_use").await, 0);
        let first = ground.world.service().now().0;
        phone.get(&ground, &at).await;
        assert_eq!(noted(&ground, first).await, 1);
        ground.world.clock.advance(59_000_000);
        phone.get(&ground, &at).await;
        assert_eq!(noted(&ground, first).await, 1);
        ground.world.clock.advance(2_000_000);
        phone.get(&ground, &at).await;
        assert_eq!(noted(&ground, first + 61_000_000).await, 1);
        assert_eq!(ground.count("openrosa_use").await, 1);
    }
}

#[tokio::test]
async fn names_are_asked_for_and_phones_are_not_endless() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let make = |name: &str| MakeToken {
            vault: Arc::clone(&ground.vault),
            name: name.into(),
        };
        let db = ground.world.db();
        let owner = &ground.walkers[0];
        for name in ["", " \n", &"长".repeat(41)] {
            let refused = db.execute(owner, make(name)).await.unwrap_err();
            assert_eq!(refused.fields()[0].field, "name");
        }
        for _ in 0..20 {
            db.execute(owner, make("手机")).await.unwrap();
        }
        let refused = db.execute(owner, make("手机")).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "openrosa-phones");
        let nobody = db.execute(&ground.world.visitor(), make("手机")).await;
        assert_eq!(nobody.unwrap_err().code(), "sign-in-needed");
    }
}
