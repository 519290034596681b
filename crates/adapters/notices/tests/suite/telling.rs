//! Who hears of what, once.

use serde_json::json;
use uuid::Uuid;
use youlin_database::Event;
use youlin_kernel::{AreaId, Grant, Micros, Role};
use youlin_notices::permissions::NOTICES_READ;
use youlin_notices::{MarkAllRead, MarkRead, NoticesSettings, ReporterBrief, notices, unread};

use crate::ground::{CODE, Ground, JIA, STRANGER_PHONE, account, ground, grounds};
use crate::receivers::WebReceiver;

fn nothing_outside() -> NoticesSettings {
    NoticesSettings::default()
}

fn task_given(ground: &Ground) -> serde_json::Value {
    json!({"task": ground.cast.lead_task, "party": ground.cast.lead, "role": "lead", "at": null})
}

#[tokio::test]
async fn the_desk_of_the_community_hears_of_a_report_and_no_other_desk() {
    for ground in grounds(&nothing_outside()).await {
        ground.happens("reported", json!(null)).await;
        assert_eq!(ground.told(ground.cast.desk).await, ["desk-reported"]);
        for silent in [
            ground.cast.other_desk,
            ground.cast.lead_account,
            ground.cast.partner,
            ground.cast.supervisor,
        ] {
            assert!(ground.told(silent).await.is_empty());
        }
        // No way out is set up, so nothing waits to be sent.
        assert!(ground.rows("delivery", ["member"]).await.is_empty());
    }
}

#[tokio::test]
async fn an_event_that_comes_again_tells_nobody_again() {
    let web = WebReceiver::start().await;
    for ground in grounds(&crate::delivery::by_sms(&web)).await {
        let (id, event) = ground.event("reported", json!(null));
        for _ in 0..3 {
            ground.deliver(id, &event).await;
        }
        assert_eq!(ground.told(ground.cast.desk).await.len(), 1);
        assert_eq!(ground.rows("delivery", ["member"]).await.len(), 2);
        // Another event of the same kind is news.
        ground.happens("reported", json!(null)).await;
        assert_eq!(ground.told(ground.cast.desk).await.len(), 2);
        assert_eq!(ground.rows("delivery", ["member"]).await.len(), 4);
    }
}

#[tokio::test]
async fn parties_hear_of_their_tasks_by_the_ways_they_have() {
    let web = WebReceiver::start().await;
    let mut settings = crate::delivery::by_sms(&web);
    settings.smtp = crate::delivery::by_mail("127.0.0.1:9".parse().unwrap()).smtp;
    for ground in grounds(&settings).await {
        let cast = &ground.cast;
        ground.happens("task_given", task_given(&ground)).await;
        let company =
            json!({"task": cast.company_task, "party": cast.company, "role": "supporting"});
        ground.happens("task_given", company).await;
        assert_eq!(ground.told(cast.lead_account).await, ["party-task_given"]);
        assert_eq!(ground.told(cast.partner).await, ["party-task_given"]);
        assert!(ground.told(cast.desk).await.is_empty());
        let sent = ground.rows("delivery", ["member", "channel"]).await;
        // The company's office telephone gets no SMS.
        let expected = [
            [format!("person:{}", cast.lead.id), "sms".into()],
            [format!("organisation:{}", cast.company.id), "mail".into()],
        ];
        assert_eq!(sent, expected);
    }
}

#[tokio::test]
async fn all_reporters_of_merged_cases_are_told_each_with_the_own_code() {
    let web = WebReceiver::start().await;
    for ground in grounds(&crate::delivery::by_sms(&web)).await {
        let before = web.calls().len();
        ground.happens("closed", json!(null)).await;
        let mut members: Vec<String> = ground
            .rows("delivery", ["member"])
            .await
            .into_iter()
            .map(|[member]| member)
            .collect();
        let son = format!("person:{}", ground.cast.son);
        let stranger = format!("contact:{}", Uuid::from_u128(77));
        let mut expected = [son, stranger];
        members.sort();
        expected.sort();
        assert_eq!(members, expected);
        ground.send().await;
        let mut texts: Vec<String> = web.calls()[before..]
            .iter()
            .map(|call| call.json()["text"].as_str().unwrap().to_owned())
            .collect();
        texts.sort();
        assert!(
            texts[0].contains("20261111-0007") && texts[0].contains(CODE),
            "{texts:?}"
        );
        assert!(texts[1].contains("20261111-0009"), "{texts:?}");
    }
}

#[tokio::test]
async fn two_reports_from_one_number_are_answered_once() {
    let web = WebReceiver::start().await;
    let ground = ground(crate::delivery::by_sms(&web)).await;
    let twice = ReporterBrief {
        case: Uuid::from_u128(78),
        number: "20261111-0010".into(),
        tracking_code: "00000ZZZZZ".into(),
        person: None,
        phone: Some(STRANGER_PHONE.into()),
        email: None,
    };
    ground
        .cases
        .0
        .lock()
        .unwrap()
        .get_mut(&ground.cast.case)
        .unwrap()
        .reporters
        .push(twice);
    ground.happens("accepted", json!(null)).await;
    assert_eq!(ground.rows("delivery", ["member"]).await.len(), 2);
}

#[tokio::test]
async fn escalation_reaches_those_above_or_the_department_it_went_to() {
    let ground = ground(nothing_outside()).await;
    ground
        .happens("escalated", json!({"to": {"kind": "parent_area"}}))
        .await;
    assert_eq!(
        ground.told(ground.cast.supervisor).await,
        ["supervisor-escalated"]
    );
    assert!(ground.told(ground.cast.partner).await.is_empty());
    let to = json!({"to": {"kind": "department", "organisation": ground.cast.company.id}});
    ground.happens("escalated", to).await;
    assert_eq!(ground.told(ground.cast.supervisor).await.len(), 1);
    assert_eq!(
        ground.told(ground.cast.partner).await,
        ["supervisor-escalated"]
    );
}

#[tokio::test]
async fn history_is_not_news() {
    let ground = ground(nothing_outside()).await;
    let (id, event) = ground.event("reported", json!(null));
    ground.world.clock.advance(4 * Micros::DAY);
    ground.deliver(id, &event).await;
    assert!(ground.told(ground.cast.desk).await.is_empty());
    ground.happens("reported", json!(null)).await;
    assert_eq!(ground.told(ground.cast.desk).await.len(), 1);
}

#[tokio::test]
async fn a_case_that_is_gone_and_kinds_nobody_hears_of_do_no_harm() {
    let ground = ground(nothing_outside()).await;
    ground.cases.0.lock().unwrap().clear();
    ground.happens("reported", json!(null)).await;
    ground.happens("noted", json!(null)).await;
    assert!(ground.rows("notice", ["kind"]).await.is_empty());
}

#[tokio::test]
async fn new_accounts_are_told_as_soon_as_the_outbox_says_so() {
    let ground = ground(nothing_outside()).await;
    ground.happens("overdue", json!(null)).await;
    let second = Grant {
        role: Role::CommunityLead,
        area: AreaId(10),
        organisation: None,
    };
    let second = account(&ground.world, "second", None, vec![second]).await;
    // The outbox now holds what CreateAccount emitted, before the next case event.
    let (_, event) = ground.event("overdue", json!(null));
    ground.through_the_outbox(event).await;
    assert_eq!(ground.told(second).await, ["desk-overdue"]);
}

#[tokio::test]
async fn a_notice_reaches_the_open_pages_of_its_account_alone() {
    let ground = ground(nothing_outside()).await;
    let mut live = ground.world.db().subscribe();
    ground.happens("reported", json!(null)).await;
    let mut heard: Vec<Event> = Vec::new();
    while let Ok(event) = live.try_recv() {
        heard.push(event);
    }
    let heard: Vec<&Event> = heard
        .iter()
        .filter(|event| event.topic == "notices.new")
        .collect();
    assert_eq!(heard.len(), 1);
    let payload = &heard[0].payload;
    assert_eq!(payload["account"], json!(ground.cast.desk));
    assert_eq!(heard[0].community, JIA);
    assert!(
        payload["text"]["zh-CN"]
            .as_str()
            .unwrap()
            .contains("邻里帮扶")
    );
    assert!(
        payload["text"]["en"]
            .as_str()
            .unwrap()
            .contains("Neighbourly help")
    );
    assert_eq!(
        payload["url"],
        json!(format!("/cases/{}", ground.cast.case))
    );
}

#[tokio::test]
async fn somebody_from_the_next_community_finds_the_notice_in_the_own_list() {
    for ground in grounds(&nothing_outside()).await {
        let grant = Grant {
            role: Role::Volunteer,
            area: AreaId(110),
            organisation: None,
        };
        let person =
            crate::ground::person(&ground.world, &ground.vault, "乔安", "13800000009").await;
        let helper = account(&ground.world, "helper", Some(person), vec![grant.clone()]).await;
        let data = json!({
            "task": ground.world.service().new_id(),
            "party": {"kind": "person", "id": person},
            "role": "supporting",
        });
        ground.happens("task_given", data).await;
        assert_eq!(ground.told(helper).await, ["party-task_given"]);
        let rows = ground.rows("notice", ["community_id"]).await;
        assert_eq!(rows, [[crate::ground::YI.0.to_string()]]);
    }
}

#[tokio::test]
async fn ones_own_list_counts_pages_and_is_read() {
    for ground in grounds(&nothing_outside()).await {
        for _ in 0..3 {
            ground.happens("overdue", json!(null)).await;
            ground.world.clock.advance(Micros::MINUTE);
        }
        let db = ground.world.db();
        let desk = ground.as_account(ground.cast.desk, Role::CommunityDesk, 10);
        let scope = desk.scope(&NOTICES_READ).unwrap();
        assert_eq!(unread(db.read(), &desk, &scope).await.unwrap(), 3);
        let page = |cursor| youlin_kernel::PageRequest {
            cursor,
            limit: Some(2),
        };
        let first = notices(db.read(), &desk, &scope, false, &page(None))
            .await
            .unwrap();
        assert_eq!(first.items.len(), 2);
        assert!(first.items[0].at > first.items[1].at);
        let rest = notices(db.read(), &desk, &scope, false, &page(first.next))
            .await
            .unwrap();
        assert_eq!((rest.items.len(), rest.next), (1, None));
        let odd = notices(db.read(), &desk, &scope, false, &page(Some("x".into()))).await;
        assert_eq!(odd.unwrap_err().fields()[0].code, "cursor");

        let id = rest.items[0].id;
        // Somebody else's notice does not exist.
        let other = ground.as_account(ground.cast.partner, Role::CommunityDesk, 10);
        let refused = db.execute(&other, MarkRead { id }).await.unwrap_err();
        assert_eq!(refused.code(), "not-found");
        assert_eq!(unread(db.read(), &other, &scope).await.unwrap(), 0);
        let read = db.execute(&desk, MarkRead { id }).await.unwrap();
        let at = read.read_at.unwrap();
        ground.world.clock.advance(Micros::MINUTE);
        // Reading it again keeps the first time.
        assert_eq!(
            db.execute(&desk, MarkRead { id }).await.unwrap().read_at,
            Some(at)
        );
        assert_eq!(unread(db.read(), &desk, &scope).await.unwrap(), 2);
        assert_eq!(db.execute(&other, MarkAllRead).await.unwrap(), 0);
        assert_eq!(db.execute(&desk, MarkAllRead).await.unwrap(), 2);
        assert_eq!(unread(db.read(), &desk, &scope).await.unwrap(), 0);
        let left = notices(db.read(), &desk, &scope, true, &page(None))
            .await
            .unwrap();
        assert!(left.items.is_empty());
        let visitor = ground.world.visitor();
        assert_eq!(
            db.execute(&visitor, MarkAllRead).await.unwrap_err().code(),
            "sign-in-needed"
        );
    }
}
