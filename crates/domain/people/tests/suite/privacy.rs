//! Privacy: unusual looks and the record of processing.

use std::sync::Arc;

use youlin_kernel::{Micros, Role};
use youlin_people::permissions::PEOPLE_LOOKS;
use youlin_people::privacy::{LookLimits, LookRule, WorkingDays, processing_record, unusual_looks};
use youlin_people::{AccountPolicy, Reveal, RevealField};

use crate::browser::{Browser, account, house};
use crate::ground::{JIA, grant, grounds};

#[tokio::test]
async fn twenty_looks_in_an_hour_are_listed_and_the_figure_opens_to_them() {
    for ground in grounds().await {
        let zhou = ground
            .person(JIA, "周建国", &["13800001234"], Some(ground.homes.east_101))
            .await;
        account(&ground, "lead", vec![grant(Role::CommunityLead, 10)], None).await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let desk = ground.desk();
        for n in 0..21 {
            let look = Reveal {
                vault: Arc::clone(&ground.vault),
                community: JIA,
                person: zhou,
                fields: vec![RevealField::Name],
                purpose: format!("第{n}次"),
                case: None,
            };
            ground.world.db().execute(&desk, look).await.unwrap();
            ground.world.clock.advance(Micros::MINUTE);
        }
        let lead = ground.world.caller(Role::CommunityLead, JIA);
        let scope = lead.scope(&PEOPLE_LOOKS).unwrap();
        let now = lead.now();
        let span = (now.plus(-Micros::DAY), now.plus(1));
        let db = ground.world.db().read();
        let (days, limits) = (WorkingDays::default(), LookLimits::default());
        let found = unusual_looks(db, &ground.vault, &scope, span, &days, &limits)
            .await
            .unwrap();
        let rules: Vec<(LookRule, usize)> = found
            .findings
            .iter()
            .map(|one| (one.rule, one.looks.len()))
            .collect();
        assert_eq!(rules, [(LookRule::Hour, 21)]);
        let record = processing_record(db, &scope, span, None, 100)
            .await
            .unwrap();
        assert_eq!(record.len(), 21);

        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut browser = Browser::signed_in(&house, "lead").await;
        let page = browser.get("/admin/looks").await;
        assert_eq!(page.status, 200, "{}", page.text);
        let link = page.text.split("/admin/looks/entries").nth(1).unwrap();
        let link = link.split('"').next().unwrap().replace("&amp;", "&");
        let entries = browser.get(&format!("/admin/looks/entries{link}")).await;
        assert_eq!(entries.text.matches("<tr data-look>").count(), 21);
        assert!(entries.text.contains("第20次") && !entries.text.contains("建国"));
        let record = browser.get("/admin/processing?days=7").await;
        assert!(record.text.contains("第20次"));
        let mut desk = Browser::signed_in(&house, "desk").await;
        assert_eq!(desk.get("/admin/looks").await.status, 403);
    }
}
