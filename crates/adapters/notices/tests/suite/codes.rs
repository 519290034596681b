//! One-time codes of own files, by way of the real outbox and a gateway.

use std::sync::Arc;

use youlin_database::OutboxDispatcher;
use youlin_kernel::Micros;
use youlin_notices::{NoticesSettings, OwnCodes};
use youlin_people::own::AskCode;

use crate::delivery::{by_sms, state, states};
use crate::ground::{Ground, LEAD_PHONE, grounds};
use crate::receivers::WebReceiver;

async fn ask(ground: &Ground, phone: &str) {
    let command = AskCode {
        vault: Arc::clone(&ground.vault),
        phone: phone.to_owned(),
        person: None,
    };
    let visitor = ground.world.visitor();
    ground.world.db().execute(&visitor, command).await.unwrap();
}

async fn drain(ground: &Ground, demo: bool) {
    let dispatcher = OutboxDispatcher {
        db: ground.world.db().clone(),
        consumers: vec![Arc::new(OwnCodes {
            notices: Arc::clone(&ground.notices),
            demo,
        })],
    };
    let ctx = ground.world.service();
    while dispatcher.drain(&ctx).await.unwrap() > 0 {}
}

#[tokio::test]
async fn a_code_goes_to_a_number_in_a_file_and_to_no_other() {
    let web = WebReceiver::start().await;
    for ground in grounds(&by_sms(&web)).await {
        let before = web.calls().len();
        ask(&ground, LEAD_PHONE).await;
        ask(&ground, "13999999999").await;
        drain(&ground, false).await;
        assert_eq!(ground.send().await, 1, "the unknown number gets nothing");
        let said = web.calls()[before].json();
        assert!(said["to"].as_str().unwrap().ends_with(LEAD_PHONE), "{said}");
        let text = said["text"].as_str().unwrap();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        assert!(digits == 6 && text.contains("验证码"), "{text}");
        // Delivered and wiped; handing the event over again adds nothing.
        assert_eq!(states(&ground).await, [state("sent", 1, "")]);
        assert!(ground.sealed().await.iter().all(Option::is_none));
        drain(&ground, false).await;
        assert_eq!(ground.send().await, 0);
    }
}

#[tokio::test]
async fn a_late_code_and_one_without_a_gateway_do_not_go_out() {
    for ground in grounds(&NoticesSettings::default()).await {
        ask(&ground, LEAD_PHONE).await;
        drain(&ground, false).await;
        ask(&ground, LEAD_PHONE).await;
        ground.world.clock.advance(11 * Micros::MINUTE);
        drain(&ground, true).await;
        assert!(states(&ground).await.is_empty());
    }
}
