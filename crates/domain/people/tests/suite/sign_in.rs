//! The way in: same answer for unknown and wrong, throttle, rotation, limits of time, second factor.

use std::time::{Duration, Instant};

use youlin_kernel::{Micros, Role};
use youlin_people::{AccountPolicy, CloseAccount, SetGrants, SetPassword, code_at, hash_password};

use crate::browser::{Browser, PASSWORD, account, house};
use crate::ground::{grant, grounds};

const FREE: AccountPolicy = AccountPolicy {
    require_second_factor: false,
};

#[tokio::test]
async fn unknown_login_and_wrong_password_get_the_same_answer() {
    for ground in grounds().await {
        let house = house(&ground, 100, FREE);
        account(&ground, "shi", vec![grant(Role::GridWorker, 100)], None).await;
        let mut browser = Browser::new(&house);
        let wrong = browser.sign_in("shi", "不是这个密码").await;
        let unknown = browser.sign_in("nobody", "不是这个密码").await;
        assert_eq!(
            (wrong.status, unknown.status),
            (422.try_into().unwrap(), wrong.status)
        );
        assert_eq!(
            wrong.text.replace("value=\"shi\"", ""),
            unknown.text.replace("value=\"nobody\"", "")
        );
        assert!(wrong.text.contains("登录名或密码不对"));
        assert!(
            !wrong.text.contains("不是这个密码"),
            "a password is never sent back"
        );
        assert!(browser.cookie.is_empty());
        // Taken in turn and at their best, so that what else the machine does falls on both alike.
        let mut time = async |login: &str| {
            let start = Instant::now();
            browser.sign_in(login, "不是这个密码").await;
            start.elapsed()
        };
        let (mut known, mut not) = (Duration::MAX, Duration::MAX);
        for _ in 0..8 {
            known = known.min(time("shi").await);
            not = not.min(time("nobody").await);
        }
        assert!(
            not > known / 4,
            "an unknown login answers in {not:?}, a known one in {known:?}"
        );

        let right = browser.sign_in(" SHI ", PASSWORD).await;
        assert_eq!((right.status.as_u16(), right.location.as_str()), (303, "/"));
    }
}

#[tokio::test]
async fn attempts_are_counted_per_login_whatever_the_password() {
    for ground in grounds().await {
        let house = house(&ground, 3, FREE);
        account(&ground, "shi", vec![grant(Role::GridWorker, 100)], None).await;
        let mut browser = Browser::new(&house);
        let mut statuses = Vec::new();
        for _ in 0..4 {
            statuses.push(browser.sign_in("shi", "不是这个密码").await.status.as_u16());
        }
        assert_eq!(statuses, [422, 422, 422, 429]);
        let refused = browser.sign_in("shi", PASSWORD).await;
        assert_eq!(refused.status, 429, "even the right one waits");
        assert!(refused.text.contains("一分钟后再试"));
        assert!(browser.cookie.is_empty());
    }
}

#[tokio::test]
async fn a_session_is_new_at_each_sign_in_and_ends_when_it_should() {
    for ground in grounds().await {
        let house = house(&ground, 100, FREE);
        account(&ground, "shi", vec![grant(Role::GridWorker, 100)], None).await;
        let mut browser = Browser::new(&house);
        // A token somebody planted is replaced, not adopted.
        browser.cookie = "youlin=planted".to_owned();
        browser.sign_in("shi", PASSWORD).await;
        let first = browser.cookie.clone();
        assert_ne!(first, "youlin=planted");
        assert_eq!(browser.get("/people").await.status, 200);
        browser.sign_in("shi", PASSWORD).await;
        assert_ne!(browser.cookie, first);
        let mut old = Browser::new(&house);
        old.cookie = first;
        assert_eq!(old.get("/people").await.location, "/sign-in?next=%2Fpeople");

        // Idle: two hours without a request end it; requests in between keep it.
        for _ in 0..3 {
            ground
                .world
                .clock
                .advance(Micros::HOUR + 50 * Micros::MINUTE);
            house.app.forget_sessions();
            assert_eq!(browser.get("/people").await.status, 200);
        }
        let mut idle = browser.clone();
        ground.world.clock.advance(2 * Micros::HOUR);
        house.app.forget_sessions();
        assert_eq!(idle.get("/people").await.status, 303);

        // Absolute: twelve hours end it, used or not.
        browser.sign_in("shi", PASSWORD).await;
        for hour in 1..=11 {
            ground.world.clock.advance(Micros::HOUR);
            house.app.forget_sessions();
            assert_eq!(browser.get("/people").await.status, 200, "hour {hour}");
        }
        ground.world.clock.advance(Micros::HOUR);
        house.app.forget_sessions();
        assert_eq!(browser.get("/people").await.status, 303);

        browser.sign_in("shi", PASSWORD).await;
        let mut copy = browser.clone();
        assert_eq!(browser.post("/sign-out", &[]).await.status, 303);
        assert_eq!(
            copy.get("/people").await.status,
            303,
            "the token is dead, not only the cookie"
        );
    }
}

#[tokio::test]
async fn only_own_pages_follow_a_sign_in() {
    for ground in grounds().await {
        let house = house(&ground, 100, FREE);
        account(&ground, "shi", vec![grant(Role::GridWorker, 100)], None).await;
        for (next, expected) in [
            ("/people?q=x", "/people?q=x"),
            ("//evil.example/", "/"),
            ("https://evil.example/", "/"),
            ("/\\evil.example", "/"),
        ] {
            let mut browser = Browser::new(&house);
            let fields = [("login", "shi"), ("password", PASSWORD), ("next", next)];
            assert_eq!(browser.post("/sign-in", &fields).await.location, expected);
        }
        let mut browser = Browser::new(&house);
        let asked = browser.get("/people?q=%E5%91%A8").await;
        let form = browser.get(&asked.location).await;
        assert!(form.text.contains("value=\"/people?q=%E5%91%A8\""));
    }
}

#[tokio::test]
async fn the_second_factor_is_set_up_asked_for_and_taken_away() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, FREE);
        let id = account(&ground, "lead", vec![grant(Role::CommunityLead, 10)], None).await;
        let mut browser = Browser::signed_in(&house, "lead").await;
        let before = browser.cookie.clone();
        browser.post("/account/second-factor", &[]).await;
        let page = browser.get("/account/second-factor").await;
        assert!(page.text.contains("<svg") && !page.text.contains("<?xml"));
        let secret = between(&page.text, "<code id=\"secret\">", "</code>");
        assert_eq!(secret.len(), 32);
        let now = || youlin_kernel::Clock::now(&*ground.world.clock);
        let wrong = browser
            .post("/account/second-factor/confirm", &[("code", "000000")])
            .await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains(&secret), "the picture is still there");
        let code = code_at(&secret, now()).unwrap();
        let done = browser
            .post("/account/second-factor/confirm", &[("code", &code)])
            .await;
        assert_eq!(done.status, 200, "{}", done.text);
        let recovery = between(&done.text, "<li><code>", "</code>");
        assert_eq!(recovery.len(), 11);
        assert_ne!(
            browser.cookie, before,
            "a new token after the second factor"
        );
        assert_eq!(browser.get("/people").await.status, 200);

        // The password alone opens nothing now, not even one's account.
        let mut half = Browser::new(&house);
        let landed = half.sign_in("lead", PASSWORD).await;
        assert_eq!(landed.location, "/sign-in/second-factor");
        assert_eq!(
            half.get("/people").await.location,
            "/sign-in?next=%2Fpeople"
        );
        assert_eq!(
            half.get("/sign-in?next=/people").await.location,
            "/sign-in/second-factor?next=/people"
        );
        for path in ["/account", "/account/second-factor"] {
            assert_eq!(
                half.get(path).await.location,
                "/sign-in/second-factor?next=/account"
            );
        }
        let change = [
            ("current", PASSWORD),
            ("password", "新的密码很长"),
            ("again", "新的密码很长"),
        ];
        for (path, fields) in [
            ("/account/password", &change[..]),
            (
                "/account/second-factor/off",
                &[("code", recovery.as_str())][..],
            ),
            ("/account/second-factor", &[][..]),
        ] {
            let answer = half.post(path, fields).await;
            assert_eq!(
                answer.location, "/sign-in/second-factor?next=/account",
                "{path}"
            );
        }
        assert_eq!(half.get("/api/v1/people?q=x").await.status, 401);

        // A code works once, in its time.
        let used = half
            .post("/sign-in/second-factor", &[("code", &code)])
            .await;
        assert_eq!(used.status, 422);
        ground.world.clock.advance(30 * Micros::SECOND);
        let code = code_at(&secret, now()).unwrap();
        let half_token = half.cookie.clone();
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        let fields = [("code", spaced.as_str()), ("next", "/people")];
        let passed = half.post("/sign-in/second-factor", &fields).await;
        assert_eq!(passed.location, "/people");
        assert_ne!(half.cookie, half_token);
        assert_eq!(half.get("/people").await.status, 200);
        let stale = code_at(&secret, now().plus(-5 * Micros::MINUTE)).unwrap();

        // A recovery code works once, whatever its writing.
        for (code, works) in [
            (stale.as_str(), false),
            (&*recovery.to_uppercase(), true),
            (&*recovery, false),
        ] {
            let mut third = Browser::new(&house);
            third.sign_in("lead", PASSWORD).await;
            let answer = third
                .post("/sign-in/second-factor", &[("code", code)])
                .await;
            assert_eq!(answer.status.as_u16() == 303, works, "{code}");
        }

        // Off again, with a code.
        ground.world.clock.advance(30 * Micros::SECOND);
        house.app.forget_sessions();
        let code = code_at(&secret, now()).unwrap();
        let off = browser
            .post("/account/second-factor/off", &[("code", &code)])
            .await;
        assert_eq!(off.location, "/account");
        let mut plain = Browser::new(&house);
        assert_eq!(plain.sign_in("lead", PASSWORD).await.location, "/");
        assert_ne!(id, uuid::Uuid::nil());
        ground.verify().await;
    }
}

fn between(text: &str, before: &str, after: &str) -> String {
    let start = text.find(before).expect(before) + before.len();
    let end = text[start..].find(after).unwrap();
    text[start..start + end].to_owned()
}

#[tokio::test]
async fn a_setting_makes_sensitive_roles_set_up_a_second_factor() {
    for ground in grounds().await {
        let policy = AccountPolicy {
            require_second_factor: true,
        };
        let house = house(&ground, 100, policy);
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(&ground, "helper", vec![grant(Role::Volunteer, 10)], None).await;
        let mut desk = Browser::new(&house);
        assert_eq!(
            desk.sign_in("desk", PASSWORD).await.location,
            "/account/second-factor"
        );
        assert_eq!(desk.get("/people").await.status, 303);
        assert!(
            desk.get("/account")
                .await
                .text
                .contains("需要先开启第二步验证")
        );
        desk.post("/account/second-factor", &[]).await;
        let page = desk.get("/account/second-factor").await;
        let secret = between(&page.text, "<code id=\"secret\">", "</code>");
        let now = youlin_kernel::Clock::now(&*ground.world.clock);
        let code = code_at(&secret, now).unwrap();
        desk.post("/account/second-factor/confirm", &[("code", &code)])
            .await;
        assert_eq!(desk.get("/people").await.status, 200);
        let mut helper = Browser::new(&house);
        assert_eq!(helper.sign_in("helper", PASSWORD).await.location, "/");
        assert_eq!(helper.get("/people/organisations").await.status, 200);
    }
}

#[tokio::test]
async fn grants_and_closing_take_effect_at_once_and_passwords_end_sessions() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, FREE);
        let id = account(&ground, "shi", vec![grant(Role::GridWorker, 100)], None).await;
        let mut browser = Browser::signed_in(&house, "shi").await;
        assert_eq!(browser.get("/people").await.status, 200);
        let db = ground.world.db();
        let admin = ground
            .world
            .caller(Role::Administrator, youlin_kernel::AreaId(1));
        let to = |grants| SetGrants {
            account: id,
            version: None,
            grants,
        };
        db.execute(&admin, to(vec![grant(Role::Volunteer, 10)]))
            .await
            .unwrap();
        house.app.forget_sessions();
        assert_eq!(browser.get("/people").await.status, 403);

        let ctx = ground.world.service();
        let reset = SetPassword {
            account: id,
            password: hash_password(&ctx, "shi", "一次性的长密码啊")
                .await
                .unwrap(),
            must_change: true,
        };
        db.execute(&admin, reset).await.unwrap();
        let mut again = Browser::new(&house);
        assert_eq!(again.sign_in("shi", PASSWORD).await.status, 422);
        assert_eq!(
            again.sign_in("shi", "一次性的长密码啊").await.location,
            "/account"
        );
        assert_eq!(
            again.get("/people/organisations").await.status,
            403,
            "nothing before the change"
        );
        let fields = [
            ("current", "一次性的长密码啊"),
            ("password", "自己想的新密码句子"),
            ("again", "自己想的新密码句子"),
        ];
        assert_eq!(
            again.post("/account/password", &fields).await.location,
            "/account"
        );
        assert_eq!(again.get("/people/organisations").await.status, 200);

        // A change of password ends the other sessions.
        let mut other = Browser::new(&house);
        other.sign_in("shi", "自己想的新密码句子").await;
        for (fields, field) in [
            (
                [
                    ("current", "错的"),
                    ("password", "又一个新密码短句"),
                    ("again", "又一个新密码短句"),
                ],
                "current",
            ),
            (
                [
                    ("current", "自己想的新密码句子"),
                    ("password", "又一个新密码短句"),
                    ("again", "不一样的密码"),
                ],
                "again",
            ),
            (
                [
                    ("current", "自己想的新密码句子"),
                    ("password", "短"),
                    ("again", "短"),
                ],
                "password",
            ),
        ] {
            let refused = again.post("/account/password", &fields).await;
            assert_eq!(refused.status, 422);
            assert!(
                refused.text.contains(&format!("id=\"f-{field}-e\"")),
                "{field}"
            );
        }
        let fields = [
            ("current", "自己想的新密码句子"),
            ("password", "又一个新密码句子"),
            ("again", "又一个新密码句子"),
        ];
        again.post("/account/password", &fields).await;
        assert_eq!(
            other.get("/account").await.location,
            "/sign-in?next=%2Faccount"
        );
        assert_eq!(again.get("/account").await.status, 200);

        let close = CloseAccount {
            account: id,
            closed: true,
        };
        db.execute(&admin, close).await.unwrap();
        house.app.forget_sessions();
        assert_eq!(again.get("/account").await.status, 303);
        assert_eq!(again.sign_in("shi", "又一个新密码句子").await.status, 422);
        ground.verify().await;
    }
}
