//! Messages out of the house: SMS and e-mail, tried again, given up, wiped.

use std::net::SocketAddr;

use serde_json::json;
use youlin_database::{JobHandler, JobRun};
use youlin_kernel::{CommunityId, Micros};
use youlin_notices::{
    Hidden, NoticesSettings, SendAgain, SmsSettings, SmtpSecurity, SmtpSettings, TIDY, TidyNotices,
};

use crate::ground::{CODE, Ground, LEAD_PHONE, OFFICE, SON_PHONE, STRANGER_PHONE, ground, grounds};
use crate::receivers::{MailReceiver, WebReceiver};

pub(crate) fn by_sms(web: &WebReceiver) -> NoticesSettings {
    NoticesSettings {
        sms: Some(SmsSettings {
            url: web.url("/send?key=k"),
            method: "POST".into(),
            headers: [("X-Key".to_owned(), Hidden("swordfish".into()))].into(),
            body: r#"{"to":"{phone}","text":"{text}"}"#.into(),
            success_status: None,
            success_text: None,
        }),
        private_webhooks: true,
        ..NoticesSettings::default()
    }
}

pub(crate) fn by_mail(at: SocketAddr) -> NoticesSettings {
    NoticesSettings {
        smtp: Some(SmtpSettings {
            host: at.ip().to_string(),
            port: Some(at.port()),
            security: SmtpSecurity::None,
            user: None,
            password: None,
            from: "友邻 <noreply@community.example>".into(),
            ca_file: None,
        }),
        ..NoticesSettings::default()
    }
}

pub(crate) async fn states(ground: &Ground) -> Vec<[String; 3]> {
    ground
        .rows("delivery", ["state", "attempts", "last_error"])
        .await
}

pub(crate) fn state(state: &str, attempts: u8, error: &str) -> [String; 3] {
    [state.to_owned(), attempts.to_string(), error.to_owned()]
}

pub(crate) fn to_the_lead(ground: &Ground) -> serde_json::Value {
    json!({"task": ground.cast.lead_task, "party": ground.cast.lead, "role": "lead"})
}

#[tokio::test]
async fn an_sms_holds_the_link_and_nothing_personal_and_is_wiped_when_it_went() {
    let web = WebReceiver::start().await;
    for ground in grounds(&by_sms(&web)).await {
        let before = web.calls().len();
        ground.happens("task_given", to_the_lead(&ground)).await;
        assert!(ground.sealed().await.iter().all(Option::is_some));
        assert_eq!(ground.send().await, 1);
        let call = &web.calls()[before];
        assert_eq!(call.uri.to_string(), "/send?key=k");
        assert_eq!(call.header("x-key"), "swordfish");
        assert_eq!(call.header("content-type"), "application/json");
        let said = call.json();
        assert!(said["to"].as_str().unwrap().ends_with(LEAD_PHONE), "{said}");
        let text = said["text"].as_str().unwrap();
        assert!(
            text.contains(&format!("/t/signed-{}", ground.cast.lead_task)),
            "{text}"
        );
        assert!(!text.contains("施") && !text.contains(LEAD_PHONE), "{text}");
        assert_eq!(states(&ground).await, [state("sent", 1, "")]);
        assert!(ground.sealed().await.iter().all(Option::is_none));
        // Nothing is left to do.
        assert_eq!(ground.send().await, 0);
    }
}

#[tokio::test]
async fn nothing_stands_in_the_clear() {
    let web = WebReceiver::start().await;
    for ground in grounds(&by_sms(&web)).await {
        ground.happens("reported", json!(null)).await;
        ground.happens("task_given", to_the_lead(&ground)).await;
        let columns = ["member", "channel", "template", "state", "last_error"];
        let mut bytes: Vec<u8> = ground
            .rows("delivery", columns)
            .await
            .concat()
            .concat()
            .into();
        for sealed in ground.sealed().await {
            bytes.extend(sealed.unwrap());
        }
        let task = ground.cast.lead_task.to_string();
        for secret in [
            SON_PHONE,
            STRANGER_PHONE,
            LEAD_PHONE,
            CODE,
            "youlin.example",
            &task,
            "帮扶",
        ] {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} on {}", ground.world.base.kind);
        }
    }
}

#[tokio::test]
async fn a_gateway_that_stumbles_is_asked_again_after_five_seconds() {
    let web = WebReceiver::start().await;
    for ground in grounds(&by_sms(&web)).await {
        let before = web.calls().len();
        web.answer(500, "");
        ground.happens("task_given", to_the_lead(&ground)).await;
        ground.send().await;
        assert_eq!(states(&ground).await, [state("waiting", 1, "http-500")]);
        assert!(ground.sealed().await.iter().all(Option::is_some));
        ground.world.clock.advance(5 * Micros::SECOND - 1);
        assert_eq!(ground.send().await, 0);
        ground.world.clock.advance(1);
        assert_eq!(ground.send().await, 1);
        assert_eq!(states(&ground).await, [state("sent", 2, "")]);
        let calls = web.calls();
        assert_eq!(calls.len(), before + 2);
        assert_eq!(calls[before].body, calls[before + 1].body);
    }
}

#[tokio::test]
async fn after_eight_tries_it_is_given_up_and_can_be_sent_again_by_hand() {
    let web = WebReceiver::start().await;
    let ground = ground(by_sms(&web)).await;
    ground.happens("task_given", to_the_lead(&ground)).await;
    let mut pauses = Vec::new();
    for _ in 0..8 {
        web.answer(503, "");
        assert_eq!(ground.send().await, 1);
        let due = ground.rows("delivery", ["due_at"]).await[0][0]
            .parse::<i64>()
            .unwrap();
        let now = ground.world.service().now().0;
        pauses.push((due - now) / Micros::SECOND);
        ground.world.clock.advance(due - now);
    }
    assert_eq!(pauses, [5, 30, 120, 600, 2_700, 7_200, 21_600, 0]);
    assert_eq!(states(&ground).await, [state("given_up", 8, "http-503")]);
    assert_eq!(ground.send().await, 0);
    let [id] = &ground.rows("delivery", ["id"]).await[0];
    let again = || SendAgain {
        id: id.parse().unwrap(),
    };
    let (db, service) = (ground.world.db(), ground.world.service());
    let desk = ground
        .world
        .caller(youlin_kernel::Role::CommunityDesk, AREA);
    assert_eq!(
        db.execute(&desk, again()).await.unwrap_err().code(),
        "forbidden"
    );
    let elsewhere = ground
        .world
        .caller(youlin_kernel::Role::Administrator, crate::ground::YI);
    assert_eq!(
        db.execute(&elsewhere, again()).await.unwrap_err().code(),
        "not-found"
    );
    db.execute(&service, again()).await.unwrap();
    assert_eq!(ground.send().await, 1);
    assert_eq!(states(&ground).await, [state("sent", 1, "")]);
    assert_eq!(
        db.execute(&service, again()).await.unwrap_err().code(),
        "delivery-not-ended"
    );
}

const AREA: CommunityId = crate::ground::JIA;

#[tokio::test]
async fn what_a_gateway_refuses_for_good_is_not_asked_again() {
    let web = WebReceiver::start().await;
    let ground = ground(by_sms(&web)).await;
    for (status, body, expected) in [
        (400, "", state("failed", 1, "http-400")),
        (302, "", state("failed", 1, "http-302")),
        (429, "", state("waiting", 1, "http-429")),
    ] {
        web.answer(status, body);
        ground.happens("task_given", to_the_lead(&ground)).await;
        ground.send().await;
        assert_eq!(states(&ground).await.last(), Some(&expected));
    }
    // The redirect was not followed.
    assert!(web.calls().iter().all(|call| call.uri.path() == "/send"));
}

#[tokio::test]
async fn a_gateway_that_answers_200_to_everything_is_read_closer() {
    let web = WebReceiver::start().await;
    let mut settings = by_sms(&web);
    if let Some(sms) = &mut settings.sms {
        sms.success_status = Some(200);
        sms.success_text = Some(r#""code":0"#.into());
        sms.url = web.url("/{phone}");
        sms.headers = [(
            "content-type".to_owned(),
            Hidden("application/x-www-form-urlencoded".into()),
        )]
        .into();
        sms.body = "m={text}".into();
        sms.method = "PUT".into();
    }
    let ground = ground(settings).await;
    web.answer(200, r#"{"code":17}"#);
    web.answer(201, r#"{"code":0}"#);
    web.answer(200, r#"{"code":0}"#);
    ground.happens("task_given", to_the_lead(&ground)).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        ground.send().await;
        seen.push(states(&ground).await[0].clone());
        ground.world.clock.advance(Micros::MINUTE);
    }
    let expected = [
        state("waiting", 1, "answer"),
        state("waiting", 2, "http-201"),
        state("sent", 3, ""),
    ];
    assert_eq!(seen, expected);
    let call = &web.calls()[0];
    assert!(call.uri.path().contains(LEAD_PHONE));
    assert_eq!(
        (call.method.as_str(), call.header("content-type")),
        ("PUT", "application/x-www-form-urlencoded")
    );
    let body = String::from_utf8(call.body.to_vec()).unwrap();
    assert!(body.starts_with("m=%") && body.is_ascii(), "{body}");
}

#[tokio::test]
async fn a_gateway_that_is_not_there_is_tried_again() {
    let web = WebReceiver::start().await;
    let mut settings = by_sms(&web);
    if let Some(sms) = &mut settings.sms {
        // Port 1 of this machine: nobody listens.
        sms.url = "http://127.0.0.1:1/".into();
    }
    let ground = ground(settings).await;
    ground.happens("task_given", to_the_lead(&ground)).await;
    ground.send().await;
    assert_eq!(states(&ground).await, [state("waiting", 1, "connect")]);
}

#[tokio::test]
async fn an_organisation_gets_a_letter() {
    let mail = MailReceiver::start().await;
    for ground in grounds(&by_mail(mail.at)).await {
        let before = mail.letters().len();
        let cast = &ground.cast;
        mail.answer("451 come back later");
        let data = json!({"task": cast.company_task, "party": cast.company, "role": "supporting"});
        ground.happens("task_given", data).await;
        ground.send().await;
        assert_eq!(states(&ground).await, [state("waiting", 1, "smtp-451")]);
        ground.world.clock.advance(5 * Micros::SECOND);
        ground.send().await;
        assert_eq!(states(&ground).await, [state("sent", 2, "")]);
        let letter = mail.letters()[before].clone();
        assert!(
            letter.from.contains("<noreply@community.example>"),
            "{letter:?}"
        );
        assert!(letter.to[0].contains(OFFICE), "{letter:?}");
        let [id] = &ground.rows("delivery", ["id"]).await[0];
        for line in [
            "Auto-Submitted: auto-generated",
            "Content-Language: zh-CN",
            "Content-Type: text/plain; charset=utf-8",
            &format!("Message-ID: <{id}@community.example>"),
        ] {
            assert!(letter.data.contains(line), "{line} in {}", letter.data);
        }
        assert!(
            letter.data.contains("Date: Wed, 11 Nov 2026 00:12:05"),
            "{}",
            letter.data
        );
        let body = decoded(&letter.data);
        assert!(
            body.contains("邻里帮扶") && body.contains("signed-"),
            "{body}"
        );
    }
}

/// The body of a letter in base64 or quoted-printable, as a client reads it.
fn decoded(data: &str) -> String {
    use base64::Engine;
    let (head, body) = data.split_once("\n\n").unwrap();
    if head.contains("Content-Transfer-Encoding: base64") {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(body.split_whitespace().collect::<String>())
            .unwrap();
        return String::from_utf8(bytes).unwrap();
    }
    if !head.contains("quoted-printable") {
        return body.to_owned();
    }
    let joined = body.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        if *first == b'=' {
            let hex = std::str::from_utf8(&more[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &more[2..];
        } else {
            bytes.push(*first);
            rest = more;
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_letter_that_is_refused_for_good_is_not_sent_again() {
    let mail = MailReceiver::start().await;
    let ground = ground(by_mail(mail.at)).await;
    mail.answer("550 no such person");
    let data = json!({"task": ground.cast.company_task, "party": ground.cast.company});
    ground.happens("task_given", data).await;
    ground.send().await;
    assert_eq!(states(&ground).await, [state("failed", 1, "smtp-550")]);
    let mut brief = ground.cases.0.lock().unwrap()[&ground.cast.case].clone();
    brief.reporters[1].phone = None;
    brief.reporters[1].email = Some("no address".into());
    ground
        .cases
        .0
        .lock()
        .unwrap()
        .insert(ground.cast.case, brief);
    ground.happens("reported", json!(null)).await;
    ground.send().await;
    assert_eq!(states(&ground).await[1], state("failed", 1, "address"));
    assert!(mail.letters().is_empty());
}

#[tokio::test]
async fn two_couriers_share_the_work_and_send_nothing_twice() {
    let web = WebReceiver::start().await;
    for ground in grounds(&by_sms(&web)).await {
        let before = web.calls().len();
        for _ in 0..20 {
            ground.happens("task_given", to_the_lead(&ground)).await;
        }
        let (one, two) = tokio::join!(ground.send(), ground.send());
        assert_eq!(one + two, 20);
        assert_eq!(web.calls().len(), before + 20);
    }
}

#[tokio::test]
async fn what_has_had_its_time_goes() {
    let web = WebReceiver::start().await;
    for ground in grounds(&by_sms(&web)).await {
        ground.happens("reported", json!(null)).await;
        ground.send().await;
        let ctx = ground.world.service();
        let run = JobRun {
            community: CommunityId::SYSTEM,
            id: ctx.new_id(),
            kind: TIDY.kind.into(),
            key: String::new(),
            payload: json!(null),
            attempts: 0,
        };
        let count = async || {
            let deliveries = ground.rows("delivery", ["id"]).await.len();
            (deliveries, ground.rows("notice", ["id"]).await.len())
        };
        TidyNotices
            .run(&ctx, ground.world.db(), &run)
            .await
            .unwrap();
        assert_eq!(count().await, (2, 1));
        ground.world.clock.advance(91 * Micros::DAY);
        TidyNotices
            .run(&ctx, ground.world.db(), &run)
            .await
            .unwrap();
        // The notice is still unread.
        assert_eq!(count().await, (0, 1));
        ground.world.clock.advance(300 * Micros::DAY);
        TidyNotices
            .run(&ctx, ground.world.db(), &run)
            .await
            .unwrap();
        assert_eq!(count().await, (0, 0));
    }
}
